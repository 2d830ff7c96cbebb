//! Text that bash evaluates though it stands in quotes: the subscript of an array's element, wherever
//! a number or the name of a variable is expected. `[[ -v 'a[$(date)]' ]]` runs `date`.

use crate::context::Context;
use crate::word::Value;

use super::{arithmetic, expand_text, look_at};

/// Builtins that take names of variables or numbers.
const EVALUATING: &[&str] = &[
    "[",
    "test",
    "let",
    "declare",
    "typeset",
    "local",
    "export",
    "readonly",
    "read",
    "unset",
    "wait",
    "mapfile",
    "readarray",
    "getopts",
    "printf",
    "set",
];

/// Whether the arguments of a program can be evaluated so.
pub(crate) fn evaluates(program: &str) -> bool {
    EVALUATING.contains(&program)
}

/// Runs the commands in the subscripts of a text, should it ever be evaluated.
pub(crate) fn text(text: &str, context: &mut Context<'_>) {
    if let Some(subscript) = subscript(text) {
        expand_text(subscript, context);
    }
    for inner in text.split(']').filter_map(after_name).filter(|inner| arithmetic::may_assign(inner)) {
        changes(inner, context);
    }
}

/// What follows the first bracket behind a name.
fn after_name(text: &str) -> Option<&str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found =
        text.match_indices('[').filter(|(at, _)| text.get(..*at).is_some_and(|it| it.ends_with(is_name)));
    found.next().and_then(|(at, _)| text.get(at + 1..))
}

/// The variables of an expression that sets some are not known any more.
pub(super) fn changes(expression: &str, context: &mut Context<'_>) {
    for (name, _) in arithmetic::evaluate(expression, &context.state.shell).assigned {
        if context.state.shell.variables.contains_key(&name) {
            context.state.shell.set(&name, Value::unknown("a subscript may have changed it"));
        }
    }
}

/// The same for a value; one that is known in part only cannot be read.
pub(crate) fn value(value: &Value, context: &mut Context<'_>) {
    match value {
        Value::Known(known) | Value::Pattern(known) => text(known, context),
        Value::Unknown { prefix, suffix, .. } => {
            let known = format!("{prefix} {suffix}");
            if subscript(&known).is_some() {
                context.opaque("a subscript", "it runs text that is not known");
                look_at(&known, context);
            }
        }
    }
}

/// From the first subscript on, if a command is in it.
fn subscript(text: &str) -> Option<&str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let at = text
        .match_indices('[')
        .map(|(at, _)| at)
        .find(|at| text.get(..*at).is_some_and(|before| before.ends_with(is_name)))?;
    text.get(at..).filter(|rest| rest.contains("$(") || rest.contains('`') || rest.contains("${"))
}

#[cfg(test)]
mod tests;
