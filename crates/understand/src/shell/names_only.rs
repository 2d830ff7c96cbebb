//! Whether only the names of what is printed are left: `env | cut -d= -f1`, `sed 's/=.*/=***/' .env`.
//!
//! Of commands that are written plainly, and of files whose every line is that of a name and its value: a value that
//! goes on in a second line has no name to be told from.

mod filters;
mod lines;

use brush_parser::ast::{
    Command, CommandPrefixOrSuffixItem as Item, IoFileRedirectKind, IoFileRedirectTarget, IoRedirect,
    SimpleCommand,
};

use countersign_model::{Answer, Question};

use crate::Workspace as _;
use crate::context::Context;
use filters::Passes;

pub(crate) use lines::are_names;

/// Whether of what a command of a pipeline prints, itself or a later one leaves only the names of variables.
pub(super) fn are_left(commands: &[Command], index: usize, context: &Context<'_>) -> bool {
    let shell = &context.state.shell;
    let (Some(command), rest) = (commands.get(index), commands.get(index + 1..).unwrap_or_default()) else {
        return false;
    };
    let Some(prints) = Plain::of(command, rest.is_empty()) else { return false };
    let is_another = |name: &str| shell.functions.contains_key(name) || shell.aliases.contains_key(name);
    if is_another(&prints.name) || shell.environment.iter().any(|(name, _)| name == "PATH") {
        return false;
    }
    let shows_environment =
        matches!(prints.name.as_str(), "env" | "printenv" | "export" | "declare" | "typeset" | "set");
    if shows_environment {
        let next = rest.first().and_then(|next| Plain::of(next, true));
        return prints.words.iter().all(|word| word == "-p")
            && next.is_some_and(|next| {
                !is_another(&next.name)
                    && (next.passes() == Passes::Names
                        || filters::leaves_harmless(&next.name, next.words(), |name| {
                            may_be_set(name, context)
                        })
                        || filters::leaves_public(&next.name, &next.words(), |name| {
                            may_be_set(name, context)
                        }))
            });
    }
    if prints.file_passes() == Passes::Names {
        return true;
    }
    if prints.file_passes() != Passes::Lines {
        return false;
    }
    for (at, next) in rest.iter().enumerate() {
        let Some(next) = Plain::of(next, at + 1 == rest.len()).filter(|next| !is_another(&next.name)) else {
            return false;
        };
        match next.passes() {
            Passes::Names => return true,
            Passes::Lines => {}
            Passes::Else => return false,
        }
    }
    false
}

/// Whether a variable may be set where the command runs.
fn may_be_set(name: &str, context: &Context<'_>) -> bool {
    let is_set_here =
        context.state.shell.variables.contains_key(name) || context.state.shell.poisoned.is_some();
    is_set_here || context.workspace.ask(&Question::Variable { name: name.to_owned() }) != Answer::No
}

/// A command whose words stand for themselves and that is redirected to nowhere before it is the last.
struct Plain {
    name: String,
    words: Vec<String>,
    /// Whether a file is its standard input.
    is_given: bool,
}

impl Plain {
    fn of(command: &Command, is_last: bool) -> Option<Self> {
        let Command::Simple(SimpleCommand { prefix: None, word_or_name: Some(name), suffix }) = command
        else {
            return None;
        };
        let mut plain = Self { name: name.value.clone(), words: Vec::new(), is_given: false };
        for item in suffix.iter().flat_map(|suffix| &suffix.0) {
            match item {
                Item::Word(word) => plain.words.push(unquoted(&word.value)?),
                Item::IoRedirect(IoRedirect::File(descriptor, kind, target)) => {
                    if let IoFileRedirectTarget::Filename(word) | IoFileRedirectTarget::Duplicate(word) =
                        target
                    {
                        unquoted(&word.value)?;
                    }
                    match (descriptor, kind) {
                        (None | Some(0), IoFileRedirectKind::Read) => plain.is_given = true,
                        (Some(2), _) => {}
                        _ if is_last => {}
                        _ => return None,
                    }
                }
                Item::IoRedirect(_) | Item::AssignmentWord(..) | Item::ProcessSubstitution(..) => {
                    return None;
                }
            }
        }
        Some(plain)
    }

    fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    /// What it passes on of its standard input.
    fn passes(&self) -> Passes {
        if self.is_given {
            return Passes::Else;
        }
        match filters::passes(&self.name, &self.words()) {
            Some((passes, [])) => passes,
            _ => Passes::Else,
        }
    }

    /// What it passes on of the files that it is given.
    fn file_passes(&self) -> Passes {
        match filters::passes(&self.name, &self.words()) {
            Some((passes, files)) if files.is_empty() == self.is_given => {
                let are_variables = files
                    .iter()
                    .all(|file| file.rsplit('/').next().is_some_and(|name| name.starts_with(".env")));
                if are_variables { passes } else { Passes::Else }
            }
            _ => Passes::Else,
        }
    }
}

/// A word without its quotes; none where the shell would put something in.
fn unquoted(raw: &str) -> Option<String> {
    const LONGEST: usize = 256;
    let mut text = String::new();
    let mut quote = None;
    for letter in raw.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (Some('\''), letter) => text.push(letter),
            (_, '$' | '`' | '\\') => return None,
            (Some(_), letter) => text.push(letter),
            (None, '\'' | '"') => quote = Some(letter),
            (None, '*' | '?' | '[' | '{' | '~' | '!') => return None,
            (None, letter) => text.push(letter),
        }
    }
    (quote.is_none() && raw.len() <= LONGEST).then_some(text)
}

#[cfg(test)]
mod tests;
