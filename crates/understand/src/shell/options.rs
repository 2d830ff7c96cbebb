//! `getopts`: option by option, where the arguments of a shell are known.

use countersign_model::verbs;

use crate::context::{Context, ShellState};
use crate::invocation::Invocation;
use crate::word::Value;

use super::outcomes::Tests;
use super::trusted;
use super::variables::tainted;

/// How far it has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reached {
    /// It was not called.
    #[default]
    Nothing,
    /// This letter of this one of these arguments, both counted from zero; of an argument not begun, the first.
    Before { argument: usize, letter: usize, of: Vec<Value> },
    /// Nobody knows.
    Lost,
}

/// What it finds.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Option {
        letter: char,
        value: Option<Value>,
        argument: usize,
        next: usize,
    },
    /// No option any more, but this argument.
    End {
        argument: usize,
    },
}

impl ShellState {
    /// What it has set a variable of its own to.
    pub(super) fn option_value(&self, name: &str) -> Option<Value> {
        let is_own = matches!(name, "OPTARG" | "OPTIND") && self.follows_options();
        self.variables.get(name).filter(|_| is_own).cloned()
    }

    pub(super) fn follows_options(&self) -> bool {
        matches!(self.options, Reached::Before { .. }) && self.tests >= Tests::Posix
    }

    /// Takes note that a function is called, in which some shells begin anew and others go on.
    pub(super) fn enters_options(&mut self) -> Reached {
        let outer = self.options.clone();
        if outer != Reached::Nothing {
            self.options = Reached::Lost;
        }
        outer
    }

    /// Takes note that the function has ended.
    pub(super) fn leaves_options(&mut self, outer: Reached) {
        if self.options != outer {
            self.options = Reached::Lost;
        }
    }

    /// What `getopts TAKEN NAME` finds, where every shell finds the same.
    fn option(&self, taken: &str, name: &str) -> Option<Step> {
        let is_own = !self.functions.contains_key("getopts") && !self.aliases.contains_key("getopts");
        let is_sure = self.tests >= Tests::Posix && !self.leaving && !self.distrusted;
        if !is_own || !is_sure || !trusted::is_variable(name) || self.odd.contains(name) {
            return None;
        }
        let arguments = self.parameters.as_deref()?;
        match &self.options {
            Reached::Nothing => step(taken, arguments, 0, 0),
            Reached::Before { argument, letter, of } if of == arguments => {
                step(taken, arguments, *argument, *letter)
            }
            Reached::Before { .. } | Reached::Lost => None,
        }
    }
}

/// Whether a call of it with these words finds an option; none where that is not known.
pub(super) fn outcome(words: &[&str], shell: &ShellState) -> Option<bool> {
    let [taken, name] = words else { return None };
    shell.option(taken, name).map(|step| matches!(step, Step::Option { .. }))
}

/// The count of a `shift` that takes away the options which were found.
pub(super) fn count(word: &str, shell: &ShellState) -> Option<usize> {
    let inner = word.trim_matches('"').strip_prefix("$((")?.strip_suffix("))")?;
    let plain: String = inner.chars().filter(|letter| *letter != ' ').collect();
    let is_count = matches!(plain.as_str(), "OPTIND-1" | "$OPTIND-1");
    let next: usize = shell.option_value("OPTIND").filter(|_| is_count)?.known()?.parse().ok()?;
    next.checked_sub(1)
}

fn step(taken: &str, arguments: &[Value], argument: usize, letter: usize) -> Option<Step> {
    let taken = taken.strip_prefix(':').unwrap_or(taken);
    if taken.starts_with(':') || taken.contains("::") {
        return None;
    }
    let Some(value) = arguments.get(argument) else { return Some(Step::End { argument }) };
    let text = value.known()?;
    if letter == 0 {
        match text {
            "--" => return Some(Step::End { argument: argument + 1 }),
            // One shell has options that begin so.
            _ if text.starts_with('+') => return None,
            "-" => return Some(Step::End { argument }),
            _ if !text.starts_with('-') => return Some(Step::End { argument }),
            _ => {}
        }
    }
    let at = letter.max(1);
    let found = text.get(at..)?.chars().next().filter(char::is_ascii_alphanumeric)?;
    let (_, after) = taken.split_once(found)?;
    let rest = text.get(at + 1..)?;
    let (value, argument, next) = match (after.starts_with(':'), rest.is_empty()) {
        (true, true) => (Some(arguments.get(argument + 1)?.clone()), argument + 2, 0),
        (true, false) => (Some(Value::Known(rest.to_owned())), argument + 1, 0),
        (false, true) => (None, argument + 1, 0),
        (false, false) => (None, argument, at + 1),
    };
    Some(Step::Option { letter: found, value, argument, next })
}

/// Sets what one call sets.
pub(crate) fn run(invocation: &Invocation, context: &mut Context<'_>) {
    let shell = &mut context.state.shell;
    let known = match invocation.words.as_slice() {
        [taken, name] => taken.known().zip(name.known()),
        _ => None,
    };
    match known.and_then(|(taken, name)| Some((name, shell.option(taken, name)?))) {
        Some((name, Step::Option { letter, value, argument, next })) => {
            shell.set(name, Value::Known(letter.to_string()));
            shell.set("OPTARG", value.unwrap_or_else(|| Value::unknown("an option without a value")));
            let is_next = || Value::Known((argument + 1).to_string());
            let index = if next == 0 { is_next() } else { Value::unknown("the option that is read") };
            shell.set("OPTIND", index);
            reaches(argument, next, shell);
        }
        Some((name, Step::End { argument })) => {
            shell.set(name, Value::unknown("no option"));
            shell.set("OPTARG", Value::unknown("no option"));
            shell.set("OPTIND", Value::Known((argument + 1).to_string()));
            reaches(argument, 0, shell);
        }
        None => loses(invocation, context),
    }
    context.program(verbs::EXEC_READ, "getopts");
}

fn reaches(argument: usize, letter: usize, shell: &mut ShellState) {
    let of = shell.parameters.clone().unwrap_or_default();
    shell.options = Reached::Before { argument, letter, of };
}

/// Anything that is given may be the option, or its value.
fn loses(invocation: &Invocation, context: &mut Context<'_>) {
    let shell = &mut context.state.shell;
    if invocation.words.iter().any(|word| word.value.is_unknown()) {
        shell.poison("a variable of unknown name is set");
    }
    let given = invocation.words.iter().map(|word| &word.value);
    let value = tainted(given.chain(shell.parameters.iter().flatten()).chain(&shell.given));
    let value = value.unwrap_or_else(|| Value::unknown("an option that is given"));
    let named = invocation.words.get(1).and_then(|word| word.known()).map(str::to_owned);
    for name in named.iter().map(String::as_str).chain(["OPTARG", "OPTIND"]) {
        shell.set(name, value.clone());
    }
    shell.options = Reached::Lost;
}

#[cfg(test)]
mod tests;
