//! What a few commands print is known before they run: `$(pwd)`, `$(mktemp)`, `$(git branch
//! --show-current)`. And what names mean where a word stands.

use brush_parser::ast::{Command, CommandPrefixOrSuffixItem as Item, IoRedirect, SeparatorOperator};
use countersign_model::{Answer, Question};

use crate::Workspace as _;
use crate::context::Context;
use crate::families::resolve::Repo;
use crate::word::Value;

use super::limits;
use super::words::{Names, decode};

/// Substitutions in substitutions that are looked into.
const DEEPEST: usize = 3;
/// Longer commands are not looked at, in bytes.
const LONGEST: usize = 512;

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
        self.context.state.shell.variable(name)
    }

    fn home(&self) -> &str {
        self.context.state.shell.home()
    }

    fn output(&self, command: &str) -> Option<String> {
        let first = command.split_ascii_whitespace().next()?;
        let known = matches!(first, "pwd" | "echo" | "printf" | "git" | "mktemp");
        if !known || self.depth >= DEEPEST || command.len() > LONGEST {
            return None;
        }
        let words = self.words(command)?;
        let (program, arguments) = words.split_first()?;
        let shell = &self.context.state.shell;
        let elsewhere = shell.functions.contains(program)
            || shell.aliases.contains_key(program)
            || shell
                .environment
                .iter()
                .any(|(name, _)| name == "PATH" || name == "TMPDIR" || name.starts_with("GIT_"));
        if elsewhere {
            return None;
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match (program.as_str(), arguments.as_slice()) {
            ("pwd", [] | ["-L"]) => shell.directory.clone().ok(),
            ("pwd", ["-P"]) => self.context.directory_at(".", true).ok(),
            ("echo" | "printf", words) => printed(program, words),
            ("mktemp", words) => self.temporary(words),
            ("git", words) => self.git(words),
            _ => None,
        }
    }
}

/// What `echo` and `printf` print, where that is plain.
pub(super) fn printed(program: &str, words: &[&str]) -> Option<String> {
    match (program, words) {
        ("echo", ["-n" | "-e" | "-E" | "-ne" | "-en", words @ ..]) => unescaped(&words.join(" ")),
        ("echo", words) if words.first().is_none_or(|word| !word.starts_with('-')) => {
            unescaped(&words.join(" "))
        }
        ("printf", [format, words @ ..]) if !format.starts_with('-') => {
            let format = unescaped(format)?;
            let parts: Vec<&str> = format.split("%s").collect();
            if parts.iter().any(|part| part.contains('%')) {
                return None;
            }
            let (first, others) = parts.split_first()?;
            let mut text = String::new();
            let mut words = words.iter();
            loop {
                text.push_str(first);
                for part in others {
                    text.push_str(words.next().copied().unwrap_or_default());
                    text.push_str(part);
                }
                if words.len() == 0 || others.is_empty() {
                    return Some(text);
                }
            }
        }
        _ => None,
    }
}

/// Text with line ends and tabs for their escapes; none where there are other escapes.
fn unescaped(text: &str) -> Option<String> {
    let text = text.replace("\\n", "\n").replace("\\t", "\t");
    (!text.contains('\\')).then_some(text)
}

impl Here<'_, '_> {
    /// The words of one simple command; none if it is more than that or not wholly known.
    fn words(&self, command: &str) -> Option<Vec<String>> {
        let program = limits::parse(command).ok()?;
        let [list] = program.complete_commands.as_slice() else { return None };
        let [item] = list.0.as_slice() else { return None };
        if !item.0.additional.is_empty() || !matches!(item.1, SeparatorOperator::Sequence) {
            return None;
        }
        let [Command::Simple(simple)] = item.0.first.seq.as_slice() else { return None };
        if simple.prefix.is_some() {
            return None;
        }
        let inner = Self { context: self.context, depth: self.depth + 1 };
        let mut words = Vec::new();
        let mut raw = vec![&simple.word_or_name.as_ref()?.value];
        for item in simple.suffix.iter().flat_map(|suffix| &suffix.0) {
            match item {
                Item::Word(word) => raw.push(&word.value),
                // Where errors go does not change what is printed.
                Item::IoRedirect(IoRedirect::File(Some(2), ..)) => {}
                Item::AssignmentWord(..) | Item::IoRedirect(_) | Item::ProcessSubstitution(..) => {
                    return None;
                }
            }
        }
        for word in raw {
            for value in decode(word, &inner).ok()?.values {
                words.push(value.known()?.to_owned());
            }
        }
        Some(words)
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
