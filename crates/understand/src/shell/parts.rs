//! The parts of one simple command: its words, its assignments, its standard input.

use brush_parser::ast::{AssignmentValue, CommandPrefixOrSuffixItem as Item};

use crate::context::Context;
use crate::invocation::Stdin;
use crate::word::{Value, Word};

use super::assignments::Assigned;
use super::{Walker, subscripts};

/// Builtins whose arguments can be assignments, which are not split into words.
pub(super) fn declares(program: &str) -> bool {
    matches!(program, "export" | "declare" | "typeset" | "local" | "readonly")
}

/// Assignments before one command that are looked for in those after them.
const MOST_ASSIGNMENTS: usize = 200;

/// What a command is made of, in the order it is read.
#[derive(Default)]
pub(super) struct Parts {
    pub words: Vec<Word>,
    pub assignments: Vec<(String, Value)>,
    /// Arrays among the words, as of `declare`.
    pub arrays: Vec<(String, Vec<Value>)>,
    pub stdin: Stdin,
    /// What a process substitution among the words prints.
    pub printed: Option<String>,
    /// Whether what follows is a part of the last word.
    pub goes_on: bool,
    /// Whether there was one.
    pub substitutes: bool,
    /// Whether there is nothing but assignments, which then hold for the shell and at once.
    pub sets: bool,
}

impl Parts {
    /// The last word has more to it than is written there.
    fn glue(&mut self) {
        if let Some(last) = self.words.last_mut() {
            let prefix = if last.raw.is_empty() { String::new() } else { last.text().to_owned() };
            last.value = Value::starting(&prefix, "a process substitution is a part of it");
            last.exact = false;
        }
    }

    pub(super) fn take(&mut self, item: &Item, prefix: bool, walker: &Walker, context: &mut Context<'_>) {
        match item {
            Item::Word(word) if walker.names_descriptor(word) => {
                let name = word.value.trim_matches(['{', '}']).split('[').next().unwrap_or_default();
                context.state.shell.set(name, Value::unknown("the number of an open file"));
                super::subscripts::text(&word.value, context);
            }
            Item::Word(word) => {
                let words = walker.word(word, context);
                if std::mem::take(&mut self.goes_on) {
                    // It goes on the word of a process substitution.
                    self.glue();
                } else {
                    self.words.extend(words);
                }
            }
            Item::AssignmentWord(assignment, word) if prefix => {
                let begun = context.tree.len();
                let (name, assigned) = walker.assignment(assignment, context);
                let is_started = word.value.ends_with("=$!") || word.value.ends_with("=\"$!\"");
                if !matches!(assigned, Assigned::One(Value::Known(_))) && !is_started {
                    context.state.world.finds(&name, context.tree.since(begun));
                }
                // Whether it already sees those before it, shells do not agree on.
                let mentions = |name: &str| {
                    let mut found = word.value.match_indices(name);
                    found.any(|(at, _)| {
                        word.value.get(..at).is_some_and(|before| before.ends_with(['$', '{']))
                    })
                };
                let refers = word.value.contains('$')
                    && (self.assignments.len() > MOST_ASSIGNMENTS
                        || self.assignments.iter().any(|(name, _)| mentions(name)));
                match assigned {
                    Assigned::One(value) if self.sets => context.state.shell.set(&name, value),
                    Assigned::Each(values) if self.sets => context.state.shell.set_array(&name, values),
                    Assigned::One(value) if !refers => self.assignments.push((name, value)),
                    Assigned::One(_) | Assigned::Each(_) => {
                        self.assignments.push((name, Value::unknown("a variable put together")));
                    }
                }
            }
            Item::AssignmentWord(assignment, word) => match &assignment.value {
                AssignmentValue::Scalar(_)
                    if self.words.first().and_then(Word::known).is_some_and(declares) =>
                {
                    let mut words = walker.quoted(word, context).into_iter();
                    let value = words.next().unwrap_or_else(|| Value::unknown("a variable put together"));
                    subscripts::value(&value, context);
                    let (span, _) = walker.span(word.loc.as_ref());
                    self.words.push(Word { value, raw: word.value.clone(), span, exact: false });
                }
                AssignmentValue::Scalar(_) => self.words.extend(walker.word(word, context)),
                AssignmentValue::Array(_) => {
                    let (name, assigned) = walker.assignment(assignment, context);
                    let prefix = format!("{name}=");
                    self.words.push(Word::made(Value::starting(&prefix, "an array")));
                    if let Assigned::Each(values) = assigned {
                        self.arrays.push((name, values));
                    }
                }
            },
            Item::IoRedirect(redirect) => {
                let stdin = std::mem::take(&mut self.stdin);
                self.stdin = walker.redirect(redirect, stdin, context);
            }
            Item::ProcessSubstitution(_, command) => {
                let source = walker.process(command, context);
                context.flow.join(&source);
                // Which of several is meant, nobody says.
                self.printed = source.text.filter(|_| !self.substitutes);
                self.substitutes = true;
                let (before, after) = walker.is_joined(&command.loc);
                self.goes_on = after;
                if before && !self.words.is_empty() {
                    self.glue();
                    return;
                }
                let path = Value::Known("/dev/fd/63".to_owned());
                self.words.push(Word { value: path, raw: String::new(), span: None, exact: false });
            }
        }
    }
}
