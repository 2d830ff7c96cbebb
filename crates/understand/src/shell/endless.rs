//! Loops that start programs without end: `while true; do work & done`.

use brush_parser::ast::{
    AndOr, Command, CommandPrefixOrSuffixItem as Item, CompoundCommand, CompoundList, ExtendedTestExpr,
    Pipeline, SeparatorOperator, SimpleCommand,
};
use countersign_model::{Effect, Resource, verbs};

use crate::context::Context;

use super::arithmetic;
use super::outcomes::ordered;
use super::outputs::Here;
use super::words::decode;

/// Functions and groups in each other that are looked into.
const DEEPEST: usize = 4;

/// What one turn of a loop comes to.
#[derive(Default)]
struct Turn {
    /// Something runs beside the loop, and nothing waited for it.
    started: bool,
    /// What was started is no longer the shell's to wait for.
    disowned: bool,
    /// Every turn that comes here ends the loop.
    ends: bool,
    /// What follows in the turn is not reached.
    skips: bool,
}

/// Adds that a loop starts programs without end, if it does.
pub(super) fn check(compound: &CompoundCommand, context: &mut Context<'_>) {
    let (name, condition, is_endless, body) = match compound {
        CompoundCommand::WhileClause(clause) => {
            ("while", Some(&clause.0), result(&clause.0, context) == Some(true), &clause.1.list)
        }
        CompoundCommand::UntilClause(clause) => {
            ("until", Some(&clause.0), result(&clause.0, context) == Some(false), &clause.1.list)
        }
        CompoundCommand::ArithmeticForClause(clause) => {
            let condition = clause.condition.as_ref().map(|condition| condition.value.trim());
            let is_endless =
                condition.is_none_or(|text| text.is_empty() || number(text, context) == Some(true));
            ("for", None, is_endless, &clause.body.list)
        }
        _ => return,
    };
    if !is_endless {
        return;
    }
    let mut turn = Turn::default();
    for list in condition.into_iter().chain([body]) {
        along(list, &mut turn, 0, context);
    }
    if turn.started && !turn.ends {
        let resource = Resource::Program { name: name.to_owned() };
        let why = "a loop without end starts programs without end, and waits for none of them";
        context.push(Effect::new(verbs::EXEC_SYSTEM, resource).because(why));
    }
}

fn along(list: &CompoundList, turn: &mut Turn, depth: usize, context: &Context<'_>) {
    for item in &list.0 {
        if turn.ends || turn.skips || depth > DEEPEST {
            return;
        }
        if matches!(item.1, SeparatorOperator::Async) {
            turn.started = true;
            continue;
        }
        pipeline(&item.0.first, turn, depth, context);
        let mut holds = of_pipeline(&item.0.first, context);
        for next in &item.0.additional {
            let (pipe, runs) = match next {
                AndOr::And(pipe) => (pipe, holds == Some(true)),
                AndOr::Or(pipe) => (pipe, holds == Some(false)),
            };
            if !runs {
                break;
            }
            pipeline(pipe, turn, depth, context);
            holds = of_pipeline(pipe, context);
        }
    }
}

fn pipeline(pipeline: &Pipeline, turn: &mut Turn, depth: usize, context: &Context<'_>) {
    match pipeline.seq.as_slice() {
        [Command::Simple(simple)] => self::simple(simple, turn, depth, context),
        [Command::Compound(compound, _)] => self::compound(compound, turn, depth, context),
        // Each part of a pipe is a shell of its own.
        parts => {
            for part in parts {
                let mut apart = Turn::default();
                if let Command::Compound(compound, _) = part {
                    self::compound(compound, &mut apart, depth, context);
                }
                turn.started |= apart.started;
            }
        }
    }
}

fn simple(simple: &SimpleCommand, turn: &mut Turn, depth: usize, context: &Context<'_>) {
    let words = words(simple, context);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["wait", ..] => turn.started &= turn.disowned,
        ["disown", ..] => turn.disowned |= turn.started,
        ["break" | "exit" | "return" | "logout", ..] => turn.ends = true,
        ["exec", program, ..] if !program.is_empty() => turn.ends = true,
        ["continue", ..] => turn.skips = true,
        [name, ..] => {
            let function = context.state.shell.functions.get(*name);
            for body in function.into_iter().flat_map(super::functions::Function::bodies) {
                let mut inner = Turn { started: turn.started, disowned: turn.disowned, ..Turn::default() };
                compound(body, &mut inner, depth + 1, context);
                (turn.started, turn.disowned) = (inner.started, inner.disowned);
            }
        }
        [] => {}
    }
}

fn compound(compound: &CompoundCommand, turn: &mut Turn, depth: usize, context: &Context<'_>) {
    let inside = |list: &CompoundList, turn: &mut Turn| along(list, turn, depth + 1, context);
    match compound {
        CompoundCommand::BraceGroup(group) => inside(&group.list, turn),
        CompoundCommand::Subshell(subshell) => {
            let mut apart = Turn::default();
            inside(&subshell.list, &mut apart);
            turn.started |= apart.started;
        }
        CompoundCommand::IfClause(clause) => {
            let otherwise = clause.elses.iter().flatten().next().filter(|branch| branch.condition.is_none());
            match (result(&clause.condition, context), otherwise) {
                (Some(true), _) => inside(&clause.then, turn),
                (Some(false), Some(otherwise)) => inside(&otherwise.body, turn),
                _ => {}
            }
        }
        CompoundCommand::ForClause(clause) => {
            // Its `break` and `continue` are its own.
            inside(&clause.body.list, turn);
            (turn.ends, turn.skips) = (false, false);
        }
        CompoundCommand::Coprocess(_) => turn.started = true,
        _ => {}
    }
}

/// What a list comes to every time, if that is known: whether it succeeds.
fn result(list: &CompoundList, context: &Context<'_>) -> Option<bool> {
    let last = list.0.last()?;
    match last.1 {
        SeparatorOperator::Async => Some(true),
        SeparatorOperator::Sequence if last.0.additional.is_empty() => of_pipeline(&last.0.first, context),
        SeparatorOperator::Sequence => {
            let mut holds = of_pipeline(&last.0.first, context);
            for next in &last.0.additional {
                holds = match (next, holds) {
                    (AndOr::And(pipe), Some(true)) | (AndOr::Or(pipe), Some(false)) => {
                        of_pipeline(pipe, context)
                    }
                    (AndOr::Or(pipe), None) if of_pipeline(pipe, context) == Some(true) => Some(true),
                    (AndOr::And(_), Some(false)) => Some(false),
                    (AndOr::Or(_), Some(true)) => Some(true),
                    _ => None,
                };
            }
            holds
        }
    }
}

fn of_pipeline(pipeline: &Pipeline, context: &Context<'_>) -> Option<bool> {
    let holds = match pipeline.seq.last()? {
        Command::Simple(simple) => of_simple(simple, context),
        Command::Compound(CompoundCommand::Arithmetic(arithmetic), _) => {
            number(&arithmetic.expr.value, context)
        }
        Command::Compound(CompoundCommand::BraceGroup(group), _) => result(&group.list, context),
        Command::Compound(CompoundCommand::Subshell(subshell), _) => result(&subshell.list, context),
        Command::ExtendedTest(test, _) => of_test(&test.expr, context),
        Command::Compound(..) | Command::Function(_) => None,
    };
    holds.map(|holds| holds != pipeline.bang)
}

fn of_simple(simple: &SimpleCommand, context: &Context<'_>) -> Option<bool> {
    let words = words(simple, context);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let words = match words.as_slice() {
        ["command" | "builtin", rest @ ..] => rest,
        words => words,
    };
    let (first, rest) = words.split_first()?;
    if context.state.shell.functions.contains_key(*first) {
        return None;
    }
    let name = first.strip_prefix("/usr").unwrap_or(first);
    let tested = match (name.strip_prefix("/bin/").unwrap_or(name), rest) {
        ("true" | ":" | "sleep" | "echo" | "printf", _) => return Some(true),
        ("false", _) => return Some(false),
        ("test", rest) => rest,
        ("[", [rest @ .., "]"]) => rest,
        _ => return None,
    };
    match tested {
        [] => Some(false),
        [text] => Some(!text.is_empty()),
        ["!", text] => Some(text.is_empty()),
        ["-n", text] => Some(!text.is_empty()),
        ["-z", text] => Some(text.is_empty()),
        [left, "=" | "==", right] => Some(left == right),
        [left, "!=", right] => Some(left != right),
        [left, operator, right] => compared(left, operator, right),
        _ => None,
    }
}

fn compared(left: &str, operator: &str, right: &str) -> Option<bool> {
    ordered(left.parse::<i64>().ok()?, operator, right.parse().ok()?)
}

fn of_test(expression: &ExtendedTestExpr, context: &Context<'_>) -> Option<bool> {
    use brush_parser::ast::{BinaryPredicate as Two, UnaryPredicate as One};
    let text = |raw: &str| {
        let decoded = decode(raw, &Here::in_context(context)).ok()?;
        match decoded.values.as_slice() {
            [] => Some(String::new()),
            [value] => value.known().map(str::to_owned),
            _ => None,
        }
    };
    match expression {
        ExtendedTestExpr::Not(inner) => of_test(inner, context).map(|holds| !holds),
        ExtendedTestExpr::Parenthesized(inner) => of_test(inner, context),
        ExtendedTestExpr::And(left, right) => Some(of_test(left, context)? && of_test(right, context)?),
        ExtendedTestExpr::Or(left, right) => Some(of_test(left, context)? || of_test(right, context)?),
        ExtendedTestExpr::UnaryTest(One::StringHasNonZeroLength, word) => {
            Some(!text(&word.value)?.is_empty())
        }
        ExtendedTestExpr::UnaryTest(One::StringHasZeroLength, word) => Some(text(&word.value)?.is_empty()),
        ExtendedTestExpr::UnaryTest(..) => None,
        ExtendedTestExpr::BinaryTest(kind, left, right) => {
            let (left, right) = (text(&left.value)?, text(&right.value)?);
            let operator = match kind {
                Two::StringExactlyMatchesString | Two::StringExactlyMatchesPattern => {
                    return Some(left == right);
                }
                Two::ArithmeticEqualTo => "-eq",
                Two::ArithmeticNotEqualTo => "-ne",
                Two::ArithmeticLessThan => "-lt",
                Two::ArithmeticLessThanOrEqualTo => "-le",
                Two::ArithmeticGreaterThan => "-gt",
                Two::ArithmeticGreaterThanOrEqualTo => "-ge",
                _ => return None,
            };
            compared(&left, operator, &right)
        }
    }
}

/// Whether an expression of constants is not zero.
fn number(text: &str, context: &Context<'_>) -> Option<bool> {
    if text.contains(|c: char| c.is_ascii_alphabetic() || matches!(c, '$' | '`' | '_')) {
        return None;
    }
    arithmetic::evaluate(text, &context.state.shell).value.map(|value| value != 0)
}

/// The words of a command, as far as they are known.
fn words(simple: &SimpleCommand, context: &Context<'_>) -> Vec<String> {
    let items = simple.suffix.iter().flat_map(|suffix| &suffix.0).map(|item| match item {
        Item::Word(word) | Item::AssignmentWord(_, word) => Some(word.value.as_str()),
        Item::IoRedirect(_) | Item::ProcessSubstitution(..) => None,
    });
    let first = simple.word_or_name.as_ref().map(|word| word.value.as_str());
    let names = Here::in_context(context);
    let mut words = Vec::new();
    for raw in first.into_iter().chain(items.flatten()) {
        match decode(raw, &names).map(|decoded| decoded.values) {
            Ok(values) => words.extend(values.iter().map(|value| value.known().unwrap_or("?").to_owned())),
            Err(_) => words.push("?".to_owned()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn loops_that_start_without_end() {
        for command in [
            "while true; do work & done",
            "while :; do work & done",
            "while [ 1 ]; do work & done",
            "while [[ 1 ]]; do work & done",
            "while ((1)); do work & done",
            "while /bin/true; do work & done",
            "while /usr/bin/true; do sleep 1; work & done",
            "until false; do work & done",
            "while ! false; do work & done",
            "until ! true; do work & done",
            "for ((;;)); do work & done",
            "for ((i=0;;i++)); do work & done",
            "for ((;1;)); do work & done",
            "while \"true\"; do work & done",
            "while t''rue; do work & done",
            "T=true; while $T; do work & done",
            "while [ 1 -eq 1 ]; do work & done",
            "while [[ 1 == 1 ]]; do work & done",
            "while test 1; do work & done",
            "while true; do wait; work & done",
            "while true; do work & (wait); done",
            "while true; do work & if x; then wait; fi; done",
            "while true; do work & x && wait; done",
            "while true; do work & x && break; done",
            "while true; do work & disown; wait; done",
            "while true; do (work &); done",
            "while true; do { work & }; done",
            "while true; do for i in 1 2; do work & done; done",
            "while true; do if true; then work & fi; done",
            "f() { work & }; while true; do f; done",
            "while work & do :; done",
            "while x; true; do work & done",
            "while x || true; do work & done",
            "bash -c 'while true; do work & done'",
            "(while true; do work & done) &",
            "while true; do continue; wait; done & while true; do work & continue; wait; done",
            "while true; do coproc work; done",
            "while true; do for i in 1; do work & break; done; done",
        ] {
            let found = check(command);
            assert!(found.contains("exec.system "), "{command}: {found}");
        }
    }

    #[test]
    fn loops_that_wait_or_end() {
        for command in [
            "while true; do work & wait; done",
            "while true; do work & wait $!; done",
            "while true; do work & sleep 1; wait -n; done",
            "while true; do sleep 1; done",
            "while true; do work; done",
            "while read l; do work & done < f",
            "while true; do work & break; done",
            "while true; do work & exit; done",
            "while true; do (work & wait); done",
            "while true; do break; work & done",
            "f() { work & wait; }; while true; do f; done",
            "while [ 0 -eq 1 ]; do work & done",
            "while false; do work & done",
            "until true; do work & done",
            "while ((0)); do work & done",
            "for ((i=0;i<3;i++)); do work & done",
            "for i in 1 2 3; do work & done; wait",
            "while kill -0 1; do work & done",
            "while true; do a | b; done",
        ] {
            let found = check(command);
            assert!(
                !found.contains("exec.system while") && !found.contains("exec.system until"),
                "{command}: {found}"
            );
            assert!(!found.contains("exec.system for"), "{command}: {found}");
        }
    }

    #[test]
    fn functions_that_start_themselves_without_end() {
        for command in [
            "bomb(){ bomb|bomb& }; bomb",
            "bomb(){ bomb & bomb & }; bomb",
            "a(){ b|b& }; b(){ a|a& }; a",
            "a(){ b & }; b(){ c; }; c(){ a & }; a",
            "a(){ b; }; b(){ c|c; }; c(){ a; }; a",
            "function x { (x &); }; x",
        ] {
            let found = check(command);
            assert!(found.contains("exec.system "), "{command}: {found}");
        }
        for command in ["a(){ b & }; b(){ c; }; a", "f(){ g|g; }; g(){ echo x; }; f"] {
            let found = check(command);
            assert!(!found.contains("exec.system "), "{command}: {found}");
        }
    }
}
