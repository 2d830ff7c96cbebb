//! `mapfile -C callback`: what is called for each of the lines that are read.

use crate::context::Context;
use crate::invocation::Invocation;
use crate::shell::{self, Place};

use super::super::opaque;
use super::variables;

/// Whether lines are handed to a callback as they are read.
pub(super) fn are_given(invocation: &Invocation) -> bool {
    invocation.words.iter().any(|word| word.text().starts_with("-C") || word.value.is_unknown())
}

/// Reads the lines, and runs the callback once.
pub(super) fn run(invocation: &Invocation, context: &mut Context<'_>) {
    variables::read(invocation, context);
    let at = invocation.words.iter().position(|word| word.text() == "-C");
    if let Some(text) = at.and_then(|at| invocation.known(at + 1)).map(str::to_owned) {
        shell::run(&text, Place::Within(context.here), context);
    }
    context.state.shell.poison("what is called for each line may have changed it");
    opaque(invocation, "it calls back for each line that it reads", context);
}
