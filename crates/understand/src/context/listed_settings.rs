//! What a pattern such as `*.json` stands for, where the names are known that are there.
//!
//! A few names of such a kind have a meaning of their own, so that the pattern alone may be any of these. The shell, or
//! a search, finds no other files than those that are there: where none of them has such a name, they are what their
//! directory is.

use countersign_model::PathClass::{
    self, Countersign, Delivery, Ordinary, Rebuildable, Secret, ShellConfiguration, ToolConfiguration,
};
use countersign_model::{Answer, Question, Zone};

use super::Context;
use crate::Workspace as _;
use crate::code::source::Written;
use crate::glob;
use crate::paths::{self, Located};

/// Directories of one search that are looked into, and files that are taken for one.
const MOST_LISTED: usize = 128;

/// Files of one pattern whose links are followed.
const MOST_NAMED: usize = 64;

impl Context<'_> {
    /// The class of a pattern that may stand for settings, by the files that are there; none where these are not all
    /// known.
    pub fn class_of_listed(&self, located: &Located) -> Option<PathClass> {
        let (directory, name) = paths::split(&located.path);
        let is_of_note = matches!(located.class, Delivery | ToolConfiguration | ShellConfiguration);
        let is_near = matches!(located.zone, Zone::Workspace | Zone::Temporary);
        let is_below = self.found_below.contains(&located.path);
        let is_plain = glob::is_pattern(name) && !glob::is_pattern(directory);
        if !is_of_note || !is_near || !is_plain || !(is_below || self.expanded.contains(&located.path)) {
            return None;
        }
        let world = &self.state.world;
        let is_known =
            world.links.is_empty() && !world.opaque && !world.makes_unseen && world.tree_changed.is_none();
        if !is_known || world.written.iter().any(|written| may_add(written, located, is_below)) {
            return None;
        }
        let names = if is_below { self.below(directory)? } else { self.names_in(directory)? };
        let is_meant = |path: &String| {
            let own = paths::split(path).1;
            let is_shown =
                is_below || !own.starts_with('.') || name.starts_with('.') || self.state.shell.matches_hidden;
            is_shown && (glob::matches(name, own) || glob::matches(name, &own.to_lowercase()))
        };
        let names: Vec<String> = names.into_iter().filter(is_meant).collect();
        (names.len() <= MOST_NAMED).then_some(())?;
        let mut class: Option<PathClass> = None;
        let mut takes = |path: &str| {
            let own = paths::class(path, self);
            class = Some(class.map_or(own, |class| paths::stricter(class, own)));
        };
        for reading in located.readings() {
            let directory = paths::split(reading).0.trim_end_matches('/');
            takes(&format!("{directory}/x"));
            for name in &names {
                // What is put in there under that name is of that kind as well.
                takes(&format!("{directory}/{name}"));
                takes(&format!("{directory}/{}", paths::split(name).1));
            }
        }
        for name in &names {
            match self.workspace.ask(&Question::Target { path: paths::normal(directory, name) }) {
                Answer::Target { path, several_names: None } => takes(&path),
                _ => return None,
            }
        }
        match class? {
            class @ (Ordinary | Rebuildable | Delivery | ToolConfiguration | ShellConfiguration) => {
                Some(class)
            }
            Secret | Countersign => None,
        }
    }

    /// The names in a directory, where all are told.
    fn names_in(&self, directory: &str) -> Option<Vec<String>> {
        let question = Question::Names { directory: directory.to_owned(), endings: vec![String::new()] };
        match self.workspace.ask(&question) {
            Answer::Values { values } if values.iter().all(|name| name != "*") => Some(values),
            Answer::Absent => Some(Vec::new()),
            _ => None,
        }
    }

    /// The paths of all that is below a directory, from there, where these are not too many.
    fn below(&self, directory: &str) -> Option<Vec<String>> {
        let mut found = self.names_in(directory)?;
        let mut next = 0;
        while let Some(path) = found.get(next).cloned() {
            next += 1;
            (next <= MOST_LISTED).then_some(())?;
            // Of a file there are none.
            let names = self.names_in(&paths::normal(directory, &path))?;
            found.extend(names.iter().map(|name| format!("{path}/{name}")));
        }
        Some(found)
    }
}

/// Whether something that the command writes may be one more file of a pattern.
fn may_add(written: &Written, located: &Located, is_below: bool) -> bool {
    let (directory, name) = paths::split(&located.path);
    written.paths().iter().filter(|path| **path != located.path).any(|path| {
        let (above, own) = paths::split(path);
        let is_unclear = path == "*" || written.is_pattern && glob::is_pattern(above);
        let is_there = if is_below {
            paths::is_within(path, directory)
        } else {
            above == directory && (glob::is_pattern(own) || glob::matches(name, own))
        };
        is_unclear || is_there || paths::is_within(directory, path)
    })
}

#[cfg(test)]
mod tests {
    use countersign_model::{Access, Resource};

    use super::*;
    use crate::fixture::understood;

    const FILES: &[(&str, &str)] = &[
        ("/repo/tests/a.json", "{}"),
        ("/repo/tests/b.json", "{}"),
        ("/repo/tests/sub/c.json", "{}"),
        ("/repo/tests/.mcp.json", "{}"),
        ("/repo/lib/a.json", "{}"),
        ("/repo/lib/sub/a.json", "{}"),
        ("/repo/conf/vercel.json", "{}"),
        ("/repo/sites/one/vercel.json", "{}"),
        ("/repo/keys/service-account.json", "{}"),
        ("/repo/.github/workflows/ci.yml", "on: push"),
        // The fixture has links of these names.
        ("/repo/c.json", "{}"),
        ("/repo/again.json", "{}"),
    ];

    /// The strictest class of what a command changes.
    fn changed(command: &str) -> PathClass {
        let effects = understood(command, FILES).effects;
        let changes =
            effects.iter().filter(|effect| matches!(effect.access, Access::Write | Access::Destroy));
        let classes = changes.filter_map(|effect| match &effect.resource {
            Resource::Path { class, .. } => Some(*class),
            _ => None,
        });
        classes.max().unwrap_or_else(|| panic!("{command} changes nothing"))
    }

    #[test]
    fn files_of_data_are_ordinary() {
        for command in [
            "sed -i s/a/b/ tests/*.json",
            "cd tests && sed -i s/a/b/ *.json",
            "for f in tests/*.json; do jq . \"$f\" > tmp && mv tmp \"$f\"; done",
            "cp tests/*.json /tmp/",
            "cp tests/*.json lib/",
            "rm lib/*.json",
            "mv lib/*.json docs/",
            "sed -i s/a/b/ tests/*.json && sed -i s/b/c/ tests/*.json",
            "echo {} > tmp.json; sed -i s/a/b/ tests/*.json",
            "rm none/*.json",
            "find lib -name '*.json' -exec sed -i s/a/b/ {} +",
            "find lib -name '*.json' | xargs sed -i s/a/b/",
            "find lib -name '*.json' -delete",
        ] {
            assert_eq!(changed(command), Ordinary, "{command}");
        }
    }

    #[test]
    fn settings_that_are_there_are_what_they_are() {
        for command in [
            "sed -i s/a/b/ .github/workflows/*.yml",
            "sed -i s/a/b/ conf/*.json",
            "find sites -name '*.json' -exec sed -i s/a/b/ {} +",
        ] {
            assert_eq!(changed(command), Delivery, "{command}");
        }
        let command = "find tests -name '*.json' -exec sed -i s/a/b/ {} +";
        assert_eq!(changed(command), ToolConfiguration);
        // A link to the settings of the agent.
        assert!(changed("sed -i s/a/b/ *.json") >= ToolConfiguration);
    }

    #[test]
    fn what_may_be_there_by_then_counts() {
        for command in [
            "cp -r ../other tests; sed -i s/a/b/ tests/*.json",
            "cp ~/vercel.json lib/; sed -i s/a/b/ lib/*.json",
            "ln -s ../.mcp.json lib/x.json; sed -i s/a/b/ lib/*.json",
            "./make-it; sed -i s/a/b/ lib/*.json",
            "git checkout other; sed -i s/a/b/ lib/*.json",
            "cp conf/*.json lib/",
            "cp lib/*.json conf/*.json lib/",
            "for f in conf/*.json; do cp \"$f\" lib/; done",
            "ls lib/*.json; for f in conf/*.json; do cat x > lib/${f##*/}; done",
            "sed -i s/a/b/ */*.json",
            "sed -i s/a/b/ ~/x/*.json",
            "cd \"$X\"; sed -i s/a/b/ *.json",
            "shopt -s dotglob; sed -i s/a/b/ tests/*.json",
            "sed -i s/a/b/ keys/*.json",
            "find -L lib -name '*.json' -exec sed -i s/a/b/ {} +",
            "find lib -follow -name '*.json' -exec sed -i s/a/b/ {} +",
            "find sites -name '*.json' -exec cp {} lib/ ';'",
            "find lib -name '*.json' -exec cp {} . ';'",
            "cp ~/vercel.json lib/sub/; find lib -name '*.json' -exec sed -i s/a/b/ {} +",
        ] {
            assert!(changed(command) >= Delivery, "{command}: {:?}", changed(command));
        }
    }
}
