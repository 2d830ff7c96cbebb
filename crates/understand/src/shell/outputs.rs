//! What a few commands print is known before they run: `$(pwd)`, `$(mktemp)`, `$(git branch
//! --show-current)`. And what names mean where a word stands.

use brush_parser::ast::{
    AndOr, AndOrList, Command, CommandPrefixOrSuffixItem as Item, IoRedirect, SeparatorOperator,
    SimpleCommand,
};
use countersign_model::{Answer, Question};

use crate::Workspace as _;
use crate::context::Context;
use crate::families::resolve::Repo;
use crate::word::Value;

use super::words::{Names, decode, decode_text};
use super::{limits, made_up, outcomes, reprinted, texts, trusted};

/// The one word that something stands for.
fn one(values: Vec<Value>) -> Option<String> {
    match values.as_slice() {
        [] => Some(String::new()),
        [Value::Known(text) | Value::Pattern(text)] => Some(text.clone()),
        _ => None,
    }
}

/// Substitutions in substitutions that are looked into.
const DEEPEST: usize = 3;
/// Longer commands are not looked at, in bytes; a here-document is part of its command.
const LONGEST: usize = 16_384;

/// The names of a context's shell, with the outputs of commands.
pub(super) struct Here<'c, 'a> {
    context: &'c Context<'a>,
    depth: usize,
}

impl<'c, 'a> Here<'c, 'a> {
    /// As they are now.
    pub const fn in_context(context: &'c Context<'a>) -> Self {
        Self { context, depth: 0 }
    }
}

impl Names for Here<'_, '_> {
    fn variable(&self, name: &str) -> Value {
        match self.inherited(name) {
            Some(Some(value)) => Value::Known(value),
            Some(None) | None => self.context.state.shell.variable(name),
        }
    }

    fn is_absent(&self, name: &str) -> bool {
        self.context.state.shell.is_absent(name) || self.inherited(name) == Some(None)
    }

    fn folds_names(&self) -> bool {
        self.context.state.shell.folds_names
    }

    fn folds_text(&self) -> bool {
        self.context.state.shell.folds_text
    }

    fn home(&self) -> &str {
        self.context.state.shell.home()
    }

    fn elements(&self, name: &str) -> Option<Vec<Value>> {
        self.context.state.shell.elements(name)
    }

    fn separators(&self) -> Option<&str> {
        self.context.state.shell.separators()
    }

    fn prints_made_up(&self, command: &str) -> bool {
        let first = command.split_ascii_whitespace().next().unwrap_or_default();
        if !made_up::may(first) || self.depth >= DEEPEST || command.len() > LONGEST {
            return false;
        }
        let Ok(program) = limits::parse(command) else { return false };
        let [list] = program.complete_commands.as_slice() else { return false };
        let [item] = list.0.as_slice() else { return false };
        let [Command::Simple(simple)] = item.0.first.seq.as_slice() else { return false };
        if !item.0.additional.is_empty()
            || !matches!(item.1, SeparatorOperator::Sequence)
            || simple.prefix.is_some()
        {
            return false;
        }
        let inner = Self { context: self.context, depth: self.depth + 1 };
        let mut words = Vec::new();
        for item in simple.word_or_name.iter().map(Some).chain(
            simple.suffix.iter().flat_map(|suffix| &suffix.0).map(|item| match item {
                Item::Word(word) => Some(word),
                _ => None,
            }),
        ) {
            let decoded = item.and_then(|word| decode(&word.value, &inner).ok());
            match decoded.as_ref().map(|decoded| decoded.values.as_slice()) {
                Some([Value::Known(text)]) => words.push(text.clone()),
                _ => return false,
            }
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let Some((program, arguments)) = words.split_first() else { return false };
        !self.is_another(program) && made_up::prints(program, arguments)
    }

    fn output(&self, command: &str) -> Option<String> {
        let first = command.split_ascii_whitespace().next()?;
        let known = matches!(first, "pwd" | "git" | "mktemp" | "dirname" | "basename" | "cd" | "[" | "test")
            || texts::may_print(first);
        if !known || self.depth >= DEEPEST || command.len() > LONGEST || reprinted::of(command).is_some() {
            return None;
        }
        // `cd somewhere && pwd`, with which scripts find themselves.
        let ends =
            command.trim_end().strip_suffix("pwd").or_else(|| command.trim_end().strip_suffix("pwd -P"));
        let there = ends.and_then(|there| there.trim_end().strip_suffix("&&")).filter(|_| first == "cd");
        if let Some(there) = there {
            let path = there.trim_end().trim_end_matches(">/dev/null").trim_end().strip_prefix("cd ")?;
            let inner = Self { context: self.context, depth: self.depth + 1 };
            let path = path.trim().strip_prefix("-- ").unwrap_or(path.trim());
            let path = one(decode(path, &inner).ok()?.values)?;
            return self.context.directory_at(&path, false).ok();
        }
        let program = limits::parse(command).ok()?;
        let mut printed = String::new();
        for item in program.complete_commands.iter().flat_map(|list| &list.0) {
            if !matches!(item.1, SeparatorOperator::Sequence) {
                return None;
            }
            if !item.0.additional.is_empty() {
                printed.push_str(&self.chosen(&item.0)?);
                continue;
            }
            let mut text = None;
            for command in &item.0.first.seq {
                text = Some(self.printed(command, text.as_deref())?);
            }
            printed.push_str(&text?);
        }
        // Shells leave zero bytes out.
        Some(printed.replace('\0', ""))
    }
}

impl Here<'_, '_> {
    /// Whether the shell of the call is given a variable for its temporary files, and which; none where that is not
    /// known, as of a shell that another program starts.
    fn inherited(&self, name: &str) -> Option<Option<String>> {
        let shell = &self.context.state.shell;
        let is_own = name == "TMPDIR" && self.context.first_hand && shell.poisoned.is_none();
        if !is_own || shell.variables.contains_key(name) || shell.distrusted {
            return None;
        }
        match self.context.workspace.ask(&Question::Setting { name: name.to_owned() }) {
            Answer::Values { values } => Some(values.into_iter().next()),
            _ => None,
        }
    }

    /// Whether a name may start another program than it usually does, or one that is set up in another way.
    fn is_another(&self, program: &str) -> bool {
        let shell = &self.context.state.shell;
        let matters = |name: &str| name == "PATH" || name == "TMPDIR" || name.starts_with("GIT_");
        shell.functions.contains_key(program)
            || shell.aliases.contains_key(program)
            || shell.environment.iter().any(|(name, _)| matters(name))
    }

    /// What a list prints that a test chooses from: `[ "$1" = prod ] && echo main || echo develop`.
    fn chosen(&self, list: &AndOrList) -> Option<String> {
        let [Command::Simple(test)] = list.first.seq.as_slice() else { return None };
        let words = self.words(test).filter(|_| !list.first.bang)?;
        let (name, arguments) = words.split_first()?;
        let mut outcome = outcomes::of_words(name, arguments, self.context)?;
        let mut printed = String::new();
        for next in &list.additional {
            let (is_and, AndOr::And(pipeline) | AndOr::Or(pipeline)) = (matches!(next, AndOr::And(_)), next);
            let [Command::Simple(simple)] = pipeline.seq.as_slice() else { return None };
            let prints = matches!(self.words(simple)?.first()?.as_str(), "echo" | "printf");
            if !prints || pipeline.bang {
                return None;
            }
            if outcome == is_and {
                printed.push_str(&self.printed(pipeline.seq.first()?, None)?);
                // Where it cannot print, nothing in its place can either.
                outcome = true;
            }
        }
        Some(printed)
    }

    /// The words of a command that has nothing else.
    fn words(&self, command: &SimpleCommand) -> Option<Vec<String>> {
        let inner = Self { context: self.context, depth: self.depth + 1 };
        let mut words = Vec::new();
        let rest = command.suffix.iter().flat_map(|suffix| &suffix.0).map(|item| match item {
            Item::Word(word) => Some(word),
            Item::AssignmentWord(..) | Item::IoRedirect(_) | Item::ProcessSubstitution(..) => None,
        });
        for word in command.word_or_name.iter().map(Some).chain(rest) {
            let word = word.filter(|_| command.prefix.is_none())?;
            if !trusted::is_told(&word.value, self.context) && !matches!(word.value.as_str(), "[" | "]") {
                return None;
            }
            for value in decode(&word.value, &inner).ok()?.values {
                words.push(value.known()?.to_owned());
            }
        }
        Some(words)
    }

    /// What one simple command prints, given this input.
    fn printed(&self, command: &Command, input: Option<&str>) -> Option<String> {
        let Command::Simple(simple) = command else { return None };
        if simple.prefix.is_some() {
            return None;
        }
        let inner = Self { context: self.context, depth: self.depth + 1 };
        let mut words = Vec::new();
        let mut given = None;
        let mut raw = vec![&simple.word_or_name.as_ref()?.value];
        for item in simple.suffix.iter().flat_map(|suffix| &suffix.0) {
            match item {
                Item::Word(word) => raw.push(&word.value),
                // Where errors go does not change what is printed.
                Item::IoRedirect(IoRedirect::File(Some(2), ..)) => {}
                Item::IoRedirect(IoRedirect::HereDocument(None | Some(0), document)) => {
                    given = Some(if document.requires_expansion {
                        one(decode_text(&document.doc.value, &inner).ok()?.values)?
                    } else {
                        document.doc.value.clone()
                    });
                }
                Item::IoRedirect(IoRedirect::HereString(None | Some(0), word)) => {
                    given = Some(one(decode(&word.value, &inner).ok()?.values)? + "\n");
                }
                Item::AssignmentWord(_, word) => raw.push(&word.value),
                Item::IoRedirect(_) | Item::ProcessSubstitution(..) => return None,
            }
        }
        for word in raw {
            for value in decode(word, &inner).ok()?.values {
                words.push(value.known()?.to_owned());
            }
        }
        let (program, arguments) = words.split_first()?;
        if self.is_another(program) {
            return None;
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match (program.as_str(), arguments.as_slice()) {
            ("pwd", [] | ["-L"]) => self.context.state.shell.directory.clone().ok(),
            ("pwd", ["-P"]) => self.context.directory_at(".", true).ok(),
            ("mktemp", words) => self.temporary(words),
            ("dirname", ["--", path] | [path]) if !path.starts_with('-') => {
                Some(directory_of(path).to_owned())
            }
            ("basename", ["--", path] | [path]) if !path.starts_with('-') => Some(name_of(path).to_owned()),
            ("basename", [path, end]) if !path.starts_with('-') => {
                let name = name_of(path);
                let start = name.strip_suffix(end).filter(|start| !start.is_empty());
                Some(start.unwrap_or(name).to_owned())
            }
            ("git", words) => self.git(words),
            (program, words) => texts::printed(program, words, given.as_deref().or(input)),
        }
    }

    /// A new file or directory of `mktemp`; its name is made up.
    fn temporary(&self, words: &[&str]) -> Option<String> {
        if self.context.state.shell.variables.contains_key("TMPDIR") {
            return None;
        }
        let directory = self.context.surroundings.temporary.first().map_or("/tmp", String::as_str);
        let mut template = None;
        let mut inside = false;
        for word in words {
            match *word {
                "-d" | "-q" | "-u" | "-dq" | "-qd" | "--directory" | "--quiet" | "--dry-run" => {}
                "-t" | "-dt" | "-td" | "--tmpdir" => inside = true,
                text if text.starts_with("--suffix=") && !text.contains('/') => {}
                text if text.starts_with('-') => return None,
                text if template.is_none() => template = Some(text),
                _ => return None,
            }
        }
        match template {
            None => Some(format!("{directory}/mktemp")),
            Some(name) if inside && !name.contains('/') => Some(format!("{directory}/{name}")),
            Some(path) if !inside => Some(path.to_owned()),
            Some(_) => None,
        }
    }

    /// Where the repository is, and which branch is checked out.
    fn git(&self, words: &[&str]) -> Option<String> {
        let directory = &self.context.state.shell.directory;
        match words {
            ["rev-parse", "--show-toplevel"] => self.top(),
            ["rev-parse", "--git-dir" | "--absolute-git-dir" | "--git-common-dir"] => {
                Some(format!("{}/.git", self.top()?.trim_end_matches('/')))
            }
            ["branch", "--show-current"]
            | ["rev-parse", "--abbrev-ref", "HEAD"]
            | ["symbolic-ref", "--short", "HEAD"]
            | ["symbolic-ref", "-q", "--short", "HEAD"]
            | ["symbolic-ref", "--short", "-q", "HEAD"] => {
                let branches = Repo::open(directory, Vec::new(), self.context).branches(self.context).ok()?;
                let [branch] = branches.as_slice() else { return None };
                branch.strip_prefix("refs/heads/").map(str::to_owned)
            }
            _ => None,
        }
    }

    fn top(&self) -> Option<String> {
        let directory = self.context.state.shell.directory.clone().ok()?;
        match self.context.workspace.ask(&Question::Repository { directory }) {
            Answer::Directory { path } => Some(path),
            _ => None,
        }
    }
}

/// What `dirname` prints.
fn directory_of(path: &str) -> &str {
    let short = path.trim_end_matches('/');
    match short.rsplit_once('/').map(|(above, _)| above.trim_end_matches('/')) {
        Some("") => "/",
        Some(above) => above,
        None if short.is_empty() && !path.is_empty() => "/",
        None => ".",
    }
}

/// What `basename` prints.
fn name_of(path: &str) -> &str {
    let short = path.trim_end_matches('/');
    match short.rsplit_once('/') {
        Some((_, name)) => name,
        None if short.is_empty() && !path.is_empty() => "/",
        None => short,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::{directory_of, name_of};
    use crate::fixture::{check, check_with};

    #[test]
    fn parts_of_paths() {
        for (path, directory, name) in [
            ("a/b.txt", "a", "b.txt"),
            ("a//b/", "a", "b"),
            ("/b", "/", "b"),
            ("b", ".", "b"),
            ("//", "/", "/"),
            ("", ".", ""),
        ] {
            assert_eq!((directory_of(path), name_of(path)), (directory, name), "{path}");
        }
        let found = check("rm -rf \"/tmp/$(basename src/a.txt .txt)\" /tmp/$(basename .txt .txt)/x");
        assert!(found.contains("/tmp/a,") && found.contains("/tmp/.txt/x,"), "{found}");
        let found = check("rm -rf \"/tmp/$(basename $X)\" \"/tmp/$(basename -a a b)\"");
        assert!(found.contains("partial"), "{found}");
    }

    #[test]
    fn the_directory_of_temporary_files() {
        assert_snapshot!(check("rm -rf \"${TMPDIR:-/tmp}/foo\""), @"fs.delete /tmp/foo, destroy");
        assert_snapshot!(check("D=${TMPDIR-/tmp}/foo; rm -rf \"$D\" $(echo ${TMPDIR:-/tmp}/bar)"), @"
        exec.read echo, read
        fs.delete /tmp/foo, destroy
        fs.delete /tmp/bar, destroy
        ");
        assert_snapshot!(check_with("rm -rf \"${TMPDIR:-/}/foo\"", &[("TMPDIR", "/var/tmp/mine")]), @"fs.delete /var/tmp/mine/foo, destroy");
        assert_snapshot!(check("rm -rf \"$TMPDIR/foo\""), @"fs.delete *, destroy, partial");
        assert_snapshot!(check("rm -rf \"${OTHER:-/tmp}/foo\""), @"fs.delete *, destroy, partial");
        assert_snapshot!(check("TMPDIR=/; rm -rf \"${TMPDIR:-/tmp}/foo\""), @"fs.delete /foo, destroy");
        assert_snapshot!(check("read TMPDIR; rm -rf \"${TMPDIR:-/tmp}/foo\""), @"
        exec.read read, read
        fs.delete *, destroy, partial
        ");
        assert_snapshot!(check("read $X; rm -rf \"${TMPDIR:-/tmp}/foo\""), @"
        exec.read read, read
        fs.delete *, destroy, partial
        ");
        assert_snapshot!(check_with("env -i sh -c 'rm -rf ${TMPDIR:-/}etc'", &[("TMPDIR", "/var/tmp/mine")]), @"fs.delete *, destroy, partial");
        assert_snapshot!(check("ssh host 'rm -rf ${TMPDIR:-/tmp}/foo'"), @"
        net.read host, read
        fs.delete host, destroy, partial
        ");
    }
}
