//! Which text a file has when a command runs it: the one on disk, unless the command itself writes it first.

use countersign_model::{Answer, Question};

use crate::Workspace as _;
use crate::Wrote;
use crate::context::{Context, World};
use crate::environment;
use crate::glob;
use crate::paths::{self, Located};
use crate::word::Value;

use super::shims;

/// Files that one call may write and that are followed.
pub(super) const MOST_WRITTEN: usize = 64;
/// Texts that a file may have, all of which are looked at.
const MOST_TEXTS: usize = 4;
/// Copies that are followed to find out a file's text.
const MOST_STEPS: usize = 32;

/// A file that an earlier part of the command writes.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    /// All paths it can mean.
    paths: Vec<String>,
    /// Whether its path is not exactly known.
    pub is_pattern: bool,
    /// What is written, if that is known.
    text: Option<String>,
    /// The files or directories that it is a copy of, and how many were written before it.
    copied: Vec<(String, usize)>,
    /// Whether the copy is not the same as they are.
    altered: bool,
    /// Whether it comes after what is there.
    appends: bool,
    /// Whether what is written comes from the network or out of a decoder.
    pub foreign: bool,
    /// The repository whose changes it is, as git writes them.
    changes_of: Option<String>,
    /// Whether the shell keeps it open, so that later commands write it.
    pub is_open: bool,
}

/// The text of a file by the time it runs.
#[derive(Debug)]
pub(crate) enum Source {
    /// One of these.
    Texts(Vec<String>),
    /// One of these, if any, or one that nobody knows: why.
    Perhaps(Vec<String>, String),
    /// There is no such file.
    Absent,
    /// It comes from the network or out of a decoder.
    Foreign,
    /// It is not known: why.
    Unknown(String),
}

impl World {
    /// Says that a file is written, with what nobody knows.
    pub fn writes(&mut self, located: &Located) {
        if self.written.len() >= MOST_WRITTEN {
            self.tree_changed.get_or_insert_with(|| "the command writes too many files first".to_owned());
            self.brings_work = true;
            return;
        }
        self.written.push(Written {
            paths: located.readings().map(str::to_owned).collect(),
            is_pattern: located.why.is_some(),
            text: None,
            copied: Vec::new(),
            altered: false,
            appends: false,
            foreign: false,
            changes_of: None,
            is_open: false,
        });
    }

    /// Says that what was written since there were `before` is changes of the repository in `root`, as git writes them.
    pub fn wrote_changes(&mut self, before: usize, root: &str) {
        if let Some([written]) = self.written.get_mut(before..) {
            written.changes_of = (!written.is_pattern).then(|| root.to_owned());
        }
    }

    /// The repository of which a file is such changes and nothing else.
    pub fn changes_in(&self, located: &Located) -> Option<&str> {
        let mut touching = self.written.iter().filter(|written| written.touches(located));
        let is_led =
            self.links.iter().any(|link| located.readings().any(|path| paths::is_within(path, &link.name)));
        let written = touching.next().filter(|_| !is_led && located.why.is_none())?;
        written.changes_of.as_deref().filter(|_| touching.next().is_none())
    }

    /// Says that what was written since there were `before` is a copy of `from`, as it was when there were `at`.
    pub fn copied(&mut self, before: usize, at: usize, from: &Located) {
        if let Some([written]) = self.written.get_mut(before..)
            && !written.is_pattern
            && from.why.is_none()
        {
            written.copied.push((from.path.clone(), at));
        }
    }

    /// Says that the copy that was written since there were `before` is changed on the way.
    pub fn altered(&mut self, before: usize) {
        if let Some([written]) = self.written.get_mut(before..) {
            written.altered = true;
        }
    }

    /// Says what the file that was written last holds; only if it is the only one since there were `before`.
    pub fn wrote(&mut self, before: usize, text: &str, appends: bool) {
        if let Some([written]) = self.written.get_mut(before..)
            && !written.is_pattern
        {
            written.text = Some(text.to_owned());
            written.appends = appends;
        }
    }
}

impl Written {
    /// All paths it can mean.
    pub fn paths(&self) -> &[String] {
        &self.paths
    }

    /// Its path, where that is exactly known.
    pub fn path(&self) -> Option<&str> {
        self.paths.first().filter(|_| !self.is_pattern).map(String::as_str)
    }

    /// What is in it once the command has run, if nothing else writes it.
    pub fn holds_in_the_end(&self) -> Wrote<'_> {
        match (&self.text, self.copied.as_slice()) {
            _ if self.foreign => Wrote::Unknown,
            (Some(text), _) if self.appends => Wrote::Appended(text),
            (Some(text), _) => Wrote::Text(text),
            (None, [(from, at)]) if !self.appends && !self.altered => Wrote::Copied { from, at: *at },
            (None, _) => Wrote::Unknown,
        }
    }

    /// Whether it may be the file, or hold it.
    pub fn touches(&self, located: &Located) -> bool {
        located.readings().any(|path| self.holds(path))
    }

    /// Whether it may be something that was elsewhere before, under a name that `pattern` stands for.
    pub fn may_bring(&self, pattern: &str) -> bool {
        let start = pattern.split(['*', '?', '[']).next().unwrap_or_default();
        let is_moved = !self.copied.is_empty() || self.is_pattern;
        is_moved && (self.holds(pattern) || self.paths.iter().any(|path| path.starts_with(start)))
    }

    /// Whether this path is what was written, or within it.
    pub fn holds(&self, path: &str) -> bool {
        self.paths.iter().any(|written| {
            written == "*"
                || paths::is_within(path, written)
                || (self.is_pattern && glob::is_pattern(written) && glob::matches(written, path))
        })
    }

    /// The file that `path` is a copy of, where this is a copy of `from`.
    fn original(&self, path: &str, from: &str, context: &Context<'_>) -> Option<String> {
        let rest = self.paths.iter().find_map(|written| {
            let rest = path.strip_prefix(written.trim_end_matches('/'))?;
            (rest.is_empty() || rest.starts_with('/')).then_some((written, rest))
        });
        let (written, rest) = rest?;
        if rest.is_empty() {
            return Some(from.to_owned());
        }
        // Into a directory that is there it goes under its own name.
        let question = Question::Path { path: written.clone() };
        let own = format!("/{}", paths::split(from).1);
        match context.workspace.ask(&question) {
            Answer::Absent | Answer::Text { .. } => Some(format!("{from}{rest}")),
            _ => match rest.strip_prefix(&own) {
                Some(rest) if rest.is_empty() || rest.starts_with('/') => Some(format!("{from}{rest}")),
                _ => None,
            },
        }
    }

    /// Whether a path that is not exactly known may mean it.
    pub fn is_meant_by(&self, pattern: &str) -> bool {
        self.paths.iter().any(|written| pattern == "*" || glob::matches(pattern, written))
    }
}

/// The text that a file has at this point of the command.
pub(crate) fn of(located: &Located, context: &Context<'_>) -> Source {
    let world = &context.state.world;
    if world.is_foreign(located) {
        return Source::Foreign;
    }
    if let Some(why) = &located.why {
        return Source::Unknown(format!("which file it runs is not known: {why}"));
    }
    let mut steps = MOST_STEPS;
    let mut texts = Texts::default();
    let paths: Vec<&str> = located.readings().collect();
    texts.gather(&paths, world.written.len(), &mut steps, context);
    if let Some(why) = texts.unread {
        let why = format!("it runs a file whose text is not known: {why}");
        // What the command itself writes there runs, unless what was there stays.
        return if texts.found.is_empty() { Source::Unknown(why) } else { Source::Perhaps(texts.found, why) };
    }
    let mut doubt = world.tree_changed.clone().or(texts.doubt);
    if world.links.iter().any(|link| located.readings().any(|path| paths::is_within(path, &link.name))) {
        doubt = Some("the command itself makes a link there first".to_owned());
    }
    match doubt {
        Some(why) => Source::Perhaps(texts.found, why),
        None if texts.found.is_empty() => Source::Absent,
        None => Source::Texts(texts.found),
    }
}

/// The text of a file that surely has this one and no other.
pub(crate) fn one(located: &Located, context: &Context<'_>) -> Option<String> {
    match of(located, context) {
        Source::Texts(texts) => <[String; 1]>::try_from(texts).ok().map(|[text]| text),
        Source::Perhaps(..) | Source::Absent | Source::Foreign | Source::Unknown(_) => None,
    }
}

/// Texts that a file may have.
#[derive(Debug, Default)]
struct Texts {
    found: Vec<String>,
    /// Why it may have another one.
    doubt: Option<String>,
    /// Why what is on disk is not known.
    unread: Option<String>,
}

impl Texts {
    /// Takes in what the file of these paths may hold after the first `count` of the files that the command writes.
    fn gather(&mut self, paths: &[&str], count: usize, steps: &mut usize, context: &Context<'_>) {
        // Through a link that the command makes, it is the file that this leads to.
        for path in paths {
            match context.file(path) {
                Ok(None) => {}
                Ok(text) => {
                    self.found.extend(text);
                    break;
                }
                Err(why) => {
                    self.unread = Some(why);
                    break;
                }
            }
        }
        for written in context.state.world.written.iter().take(count) {
            if !paths.iter().any(|path| written.holds(path)) {
                continue;
            }
            match &written.text {
                Some(text) => self.wrote(text, written.appends),
                None => self.copies(written, paths, steps, context),
            }
            self.found.dedup();
            if self.found.len() > MOST_TEXTS {
                self.found.truncate(MOST_TEXTS);
                self.doubts("the command itself writes this file several times first");
                return;
            }
        }
    }

    /// Takes in what is written there as a copy.
    fn copies(&mut self, written: &Written, paths: &[&str], steps: &mut usize, context: &Context<'_>) {
        let mut known = !written.altered && !written.appends && written.copied.len() == 1;
        for (from, at) in &written.copied {
            let original = paths.iter().find_map(|path| written.original(path, from, context));
            let Some(original) = original.filter(|_| *steps > 0) else {
                known = false;
                continue;
            };
            *steps -= 1;
            let mut copied = Self::default();
            copied.gather(&[&original], *at, steps, context);
            known &= !copied.found.is_empty() && copied.unread.is_none() && copied.doubt.is_none();
            // What was there does not count: a directory's text is not known.
            self.unread = None;
            self.found.extend(copied.found);
        }
        if !known {
            self.doubts("the command itself writes this file first");
        }
    }

    fn wrote(&mut self, text: &str, appends: bool) {
        if !appends || self.found.is_empty() {
            self.found.push(text.to_owned());
            return;
        }
        let longer: Vec<String> = self.found.iter().map(|before| format!("{before}{text}")).collect();
        self.found.extend(longer);
    }

    fn doubts(&mut self, why: &str) {
        self.doubt.get_or_insert_with(|| why.to_owned());
    }
}

/// Whether there is a file, or the command itself may put one there.
pub(crate) fn is_there(located: &Located, context: &Context<'_>) -> bool {
    match of(located, context) {
        Source::Texts(_) | Source::Foreign => true,
        Source::Absent => false,
        Source::Perhaps(texts, _) if !texts.is_empty() => true,
        Source::Perhaps(..) | Source::Unknown(_) => {
            context.state.world.written.iter().any(|written| written.touches(located))
        }
    }
}

/// Whether a file is a program of this name that a package manager put there, and still is.
pub(crate) fn is_installed(located: &Located, name: &str, context: &Context<'_>) -> bool {
    let world = &context.state.world;
    let wrapper = || super::build_wrappers::starts_its_tool(name, located, context);
    let folder = ["/node_modules/.bin/", "/.venv/bin/", "/venv/bin/", "/vendor/bin/"]
        .iter()
        .any(|folder| located.path.ends_with(&format!("{folder}{name}")))
        || located
            .path
            .strip_suffix(&format!("/bin/{name}"))
            .is_some_and(|root| matches!(context.file(&format!("{root}/pyvenv.cfg")), Ok(Some(_))));
    (folder || super::build_wrappers::is_one(name))
        && located.why.is_none()
        && world.tree_changed.as_deref().is_none_or(|why| is_out_of_reach(why, located, context))
        && !world.written.iter().any(|written| written.touches(located))
        && (wrapper() || folder && is_launched(located, context))
}

/// Whether a file stays what it is where git changes the working tree: one of packages, which nobody commits.
fn is_out_of_reach(why: &str, located: &Located, context: &Context<'_>) -> bool {
    why.ends_with(crate::families::MAY_HAVE_CHANGED)
        && located.path.contains("/node_modules/.bin/")
        && !context.is_tracked(located)
}

/// Whether what is there is no script of somebody's own: nothing yet, a program of the system's or a package's file
/// that a link leads to, or the few lines with which an installer starts a package. A file that cannot be read may be
/// anything: a script made too long, or with a byte that is no text, looks like a binary.
fn is_launched(located: &Located, context: &Context<'_>) -> bool {
    let is_of_system = |path: &String| environment::is_of_tools(paths::split(path).0, context);
    if located.leads.iter().any(|path| shims::is_of_package(path) || is_of_system(path)) {
        return true;
    }
    let directory = paths::split(&located.path).0;
    match context.file(&located.path) {
        Ok(Some(text)) if shims::is_one(&text, directory) => is_own_node(directory, context),
        Ok(Some(text)) => launched(&text).is_some_and(|module| {
            let first = module.split('.').next().unwrap_or(module);
            let beside = format!("{}/{first}.py", paths::split(&located.path).0);
            matches!(context.file(&beside), Ok(None))
        }),
        Ok(None) => true,
        Err(_) => false,
    }
}

/// Whether no other node stands beside what starts one from there.
fn is_own_node(directory: &str, context: &Context<'_>) -> bool {
    let node = paths::locate(&Value::Known(format!("{directory}/node")), context);
    node.leads.iter().any(|path| shims::is_of_package(path)) || matches!(context.file(&node.path), Ok(None))
}

/// Lines of what installers of Python packages write.
const LAUNCHER: &[&str] = &[
    "",
    "# -*- coding: utf-8 -*-",
    "import re",
    "import sys",
    "if __name__ == '__main__':",
    "if __name__ == \"__main__\":",
    r"sys.argv[0] = re.sub(r'(-script\.pyw|\.exe)?$', '', sys.argv[0])",
    r#"sys.argv[0] = re.sub(r"(-script\.pyw|\.exe)?$", "", sys.argv[0])"#,
    "if sys.argv[0].endswith('.exe'):",
    "if sys.argv[0].endswith(\".exe\"):",
    "elif sys.argv[0].endswith(\".exe\"):",
    "if sys.argv[0].endswith(\"-script.pyw\"):",
    "sys.argv[0] = sys.argv[0][:-4]",
    "sys.argv[0] = sys.argv[0][:-11]",
    "sys.argv[0] = sys.argv[0].removesuffix('.exe')",
    "sys.argv[0] = sys.argv[0].removesuffix(\".exe\")",
];

/// The module of which a text only imports a function and calls it.
fn launched(text: &str) -> Option<&str> {
    let mut lines = text.lines();
    lines.next().filter(|line| line.starts_with("#!") && line.contains("python"))?;
    let is_name = |name: &str| {
        !name.is_empty()
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.'))
    };
    let mut found = None;
    for line in lines.map(str::trim) {
        let imported = line.strip_prefix("from ").and_then(|rest| rest.split_once(" import "));
        let called = line.strip_prefix("sys.exit(").and_then(|rest| rest.strip_suffix("())"));
        match imported {
            Some((module, name)) if found.is_none() && is_name(module) && is_name(name) => {
                found = Some(module)
            }
            None if LAUNCHER.contains(&line) || called.is_some_and(is_name) => {}
            Some(_) | None => return None,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    #[test]
    fn scripts_in_directories_of_tools() {
        let script = "#!/bin/sh\ngit push origin HEAD:main\n";
        for path in ["venv/bin/jq", ".venv/bin/jq", "node_modules/.bin/jq", "vendor/bin/jq"] {
            let found = check_with(&format!("{path} . data.json"), &[(&format!("/repo/{path}"), script)]);
            assert!(found.contains("git.push main@origin"), "{path}: {found}");
            let found = check_with(&format!("{path} . data.json"), &[]);
            assert!(!found.contains("opaque"), "{path}: {found}");
            let no_text = [(&*format!("/repo/{path}"), "#!/bin/sh\ngit push origin HEAD:main\nexit\n\0")];
            let found = check_with(&format!("{path} . data.json"), &no_text);
            assert!(found.contains("opaque"), "{path}: {found}");
        }
        let planted = [("/repo/.venv/bin/python", script)];
        assert!(check_with(".venv/bin/python -c 'print(1)'", &planted).contains("git.push main@origin"));
    }

    #[test]
    fn what_installers_write_starts_a_package() {
        let launcher = "#!/repo/venv/bin/python\n# -*- coding: utf-8 -*-\nimport re\nimport sys\nfrom pytest import console_main\nif __name__ == '__main__':\n    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])\n    sys.exit(console_main())\n";
        let found = check_with("venv/bin/pytest tests", &[("/repo/venv/bin/pytest", launcher)]);
        assert!(!found.contains("opaque"), "{found}");
        let longer = format!("{launcher}import os; os.system('git push origin HEAD:main')\n");
        let found = check_with("venv/bin/pytest tests", &[("/repo/venv/bin/pytest", &longer)]);
        assert!(found.contains("git.push main@origin"), "{found}");
        let beside = [
            ("/repo/venv/bin/pytest", launcher),
            ("/repo/venv/bin/pytest.py", "import os; os.system('git push origin HEAD:main')"),
        ];
        assert!(check_with("venv/bin/pytest tests", &beside).contains("git.push main@origin"));
    }
}
