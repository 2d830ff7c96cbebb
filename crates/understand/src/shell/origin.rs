//! Which line of a file a command stands in.

use brush_parser::ast::{CommandPrefixOrSuffixItem as Item, SimpleCommand};
use countersign_model::Origin;

use super::Walker;

/// Where the lines of a file's text begin.
#[derive(Debug)]
pub(super) struct Lines {
    file: String,
    first: usize,
    ends: Vec<usize>,
}

impl Lines {
    /// Those of `text`, whose first one is the file's line `first`.
    pub fn new(text: &str, first: usize, origin: &Origin) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
        Self { file: origin.file.clone(), first, ends }
    }

    fn at(&self, byte: usize) -> Origin {
        let line = self.first + self.ends.partition_point(|end| *end < byte);
        Origin { file: self.file.clone(), line: Some(line) }
    }
}

impl Walker {
    /// The line of a file that a command begins in, where this is the text of one.
    pub(super) fn origin(&self, command: &SimpleCommand) -> Option<Origin> {
        let lines = self.source.file.as_ref()?;
        let assigned = command.prefix.iter().flat_map(|prefix| &prefix.0).find_map(|item| match item {
            Item::AssignmentWord(_, word) | Item::Word(word) => word.loc.as_ref(),
            Item::IoRedirect(_) | Item::ProcessSubstitution(..) => None,
        });
        let location = assigned.or_else(|| command.word_or_name.as_ref()?.loc.as_ref())?;
        Some(lines.at(self.local(location)?.0))
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::understood;

    fn check(command: &str, files: &[(&str, &str)]) -> String {
        let found = understood(command, files);
        let effects = found
            .effects
            .iter()
            .filter(|effect| effect.origin.is_some() || !effect.verb.as_str().ends_with("read"));
        let lines: Vec<String> = effects
            .map(|effect| match &effect.origin {
                Some(origin) => format!("{} {}: {origin}", effect.verb, effect.resource),
                None => format!("{} {}", effect.verb, effect.resource),
            })
            .collect();
        lines.join("\n")
    }

    #[test]
    fn effects_name_the_line_of_the_script() {
        let script = "#!/bin/sh\nset -e\n\nkubectl apply -f a.yaml\nif true; then\n  git push \\\n    origin main\nfi\nX=$(\n  rm -rf out\n)\n";
        assert_snapshot!(check("./deploy.sh; rm x", &[("/repo/deploy.sh", script)]), @"
        exec.read set: deploy.sh:2
        fs.read /repo/a.yaml: deploy.sh:4
        kube.write */* in */*: deploy.sh:4
        exec.read true: deploy.sh:5
        git.push main@origin: deploy.sh:6
        fs.delete /repo/out: deploy.sh:9
        fs.delete /repo/x
        ");
    }

    #[test]
    fn functions_name_the_file_they_stand_in() {
        let files = [
            ("/repo/lib.sh", "# functions\n\npushes() {\n  git push origin main\n}\n"),
            ("/repo/run.sh", "#!/bin/bash\n. ./lib.sh\nrm a\npushes\nrm b\n"),
        ];
        assert_snapshot!(check("bash run.sh", &files), @"
        fs.read /repo/lib.sh: run.sh:2
        fs.delete /repo/a: run.sh:3
        git.push main@origin: lib.sh:4
        fs.delete /repo/b: run.sh:5
        ");
    }

    #[test]
    fn makefiles_and_package_scripts() {
        let makefile = "include rules.mk\n\ndeploy: other\n\techo \\\n\t  a\n\trm x\n";
        let rules = "V = 1\n\nother:\n\trm y\n";
        assert_snapshot!(check("make deploy", &[("/repo/Makefile", makefile), ("/repo/rules.mk", rules)]), @"
        fs.delete /repo/y: rules.mk:4
        exec.read echo: Makefile:4
        fs.delete /repo/x: Makefile:6
        ");
        let package = r#"{"scripts": {"x": "git push origin main"}}"#;
        assert_snapshot!(check("npm run x", &[("/repo/package.json", package)]), @"git.push main@origin: package.json");
    }
}
