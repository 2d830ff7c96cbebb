//! Programs that show a setting of the machine, and change it when told to.

use countersign_model::verbs;

use super::{Operands, touched};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Word;

/// Adds what such a program does.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let words: Vec<&str> = invocation.words.iter().map(Word::text).collect();
    if invocation.program == "date" {
        touched(&invocation.words, Operands::Read, context);
    }
    let changes = invocation.words.iter().any(|word| word.value.is_unknown())
        || match invocation.program.as_str() {
            "date" => words.iter().any(|word| matches!(*word, "-s") || word.starts_with("--s")),
            "hostname" => words.iter().any(|word| !word.starts_with('-')),
            "sysctl" => words.iter().any(|word| word.contains('=') || matches!(*word, "-w" | "-p" | "-f" | "--system" | "--load")),
            "ss" => words.iter().any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains('K') || *word == "--kill"),
            "ifconfig" => {
                let operands: Vec<&&str> = words.iter().filter(|word| !word.starts_with('-')).collect();
                operands.len() > 1
            }
            "dmesg" => words.iter().any(|word| matches!(*word, "-C" | "-c" | "--clear")),
            _ => words.iter().any(|word| matches!(*word, "add" | "del" | "set" | "flush" | "change" | "replace" | "exec" | "-batch" | "-b")),
        };
    context.program(if changes { verbs::EXEC_SYSTEM } else { verbs::EXEC_READ }, &invocation.program);
}
