//! `while` and `until`: turn by turn where each test is known to end one way or the other, as over the
//! arguments of a script; else as a body that may run any number of times.

use std::cell::Cell;

use brush_parser::ast::{Command, CompoundCommand, CompoundList, WhileOrUntilClauseCommand};

use crate::context::Context;

use super::{Walker, read_lines};

/// Turns of one loop that are looked at one by one.
const MOST: usize = 12;

impl Walker {
    /// A loop that goes on while its condition works, or until it does.
    pub(super) fn conditional_loop(
        &self,
        clause: &WhileOrUntilClauseCommand,
        is_while: bool,
        context: &mut Context<'_>,
    ) {
        let (condition, body) = (&clause.0, &clause.1.list);
        let name = read_lines::variable(condition).filter(|_| is_while);
        let line = name.zip(read_lines::found(&context.piped));
        let Some(has_looked) = self.known_turns(condition, body, is_while, context) else { return };
        let has_looked = Cell::new(has_looked);
        self.repeatedly(context, |walker, context| {
            if !has_looked.replace(false) {
                walker.list(condition, context);
            }
            // The body runs where a line was there to be read.
            if let Some((name, line)) = &line {
                context.state.shell.set(name, line.clone());
            }
            context.state.world.chosen.settle();
            walker.list(body, context);
        });
    }

    /// Runs the turns that surely come; none if after them the loop surely ends, else whether the condition of
    /// the one that follows has been looked at.
    fn known_turns(
        &self,
        condition: &CompoundList,
        body: &CompoundList,
        is_while: bool,
        context: &mut Context<'_>,
    ) -> Option<bool> {
        if !is_test(condition) || context.state.shell.leaving {
            return Some(false);
        }
        let repeated = std::mem::replace(&mut context.repeated, true);
        let opened = std::mem::take(&mut context.opened);
        let mut left = MOST.min(context.turns);
        let looked = loop {
            if left == 0 {
                break Some(false);
            }
            self.list(condition, context);
            match context.outcome.take() {
                Some(outcome) if outcome == is_while => {}
                Some(_) => break None,
                None => break Some(true),
            }
            (left, context.turns) = (left - 1, context.turns.saturating_sub(1));
            context.state.world.chosen.settle();
            self.list(body, context);
            if context.state.shell.leaving {
                // It may have ended there; what follows is as unsure as in any loop.
                context.state.shell.leaving = false;
                break Some(false);
            }
        };
        (context.repeated, context.opened) = (repeated, opened);
        looked
    }
}

/// Whether a condition is one test.
fn is_test(condition: &CompoundList) -> bool {
    let [item] = condition.0.as_slice() else { return false };
    match item.0.first.seq.as_slice() {
        [Command::Simple(simple)] => simple
            .word_or_name
            .as_ref()
            .is_some_and(|name| matches!(name.value.as_str(), "[" | "test" | "getopts")),
        [Command::ExtendedTest(..) | Command::Compound(CompoundCommand::Arithmetic(_), _)] => true,
        [] | [_] | [_, _, ..] => false,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn arguments_one_after_the_other() {
        let script = |arguments: &str| {
            format!(
                "set -- {arguments}; while [ $# -gt 0 ]; do case $1 in --to) to=$2; shift 2;; -h) break;; *) shift;; esac; done; git push $to"
            )
        };
        assert_snapshot!(check(&script("--to origin -v")), @"
        exec.read set, read
        exec.read test, read
        exec.read shift, read
        git.push feature@origin, write
        ");
        assert_snapshot!(check(&script("-v --to origin -h --to upstream")), @"
        exec.read set, read
        exec.read test, read
        exec.read shift, read
        exec.read break, read
        git.force-push *@*, destroy, partial
        ");
        assert_snapshot!(check(&script("$X --to origin")), @"
        exec.read set, read
        exec.read test, read
        exec.read shift, read
        exec.read break, read
        git.force-push *@*, destroy, partial
        ");
    }

    #[test]
    fn loops_that_count() {
        assert_snapshot!(check("n=0; until [ $n -eq 2 ]; do rm $n; n=$((n + 1)); done; rm $n"), @"
        exec.read test, read
        fs.delete /repo/0, destroy
        fs.delete /repo/1, destroy
        fs.delete *, destroy, partial
        ");
        assert_snapshot!(check("n=0; while [[ $n != 40 ]]; do n=$((n + 1)); done; rm $n"), @"fs.delete *, destroy, partial");
    }
}
