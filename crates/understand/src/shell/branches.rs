//! `if` and `case`: each branch starts from what is known where its condition was looked at, and what follows
//! from what is known at the end of any.

use brush_parser::ast::{CaseClauseCommand, CaseItemPostAction, CompoundList, IfClauseCommand};

use crate::context::{Context, ShellState};
use crate::invocation::Stdin;
use crate::word::Value;

use super::{Walker, outcomes};

/// What is known at the ends of the branches so far.
struct Ends {
    shell: Option<ShellState>,
    piped: Stdin,
    fed: bool,
    reads: bool,
}

impl Ends {
    fn new(context: &Context<'_>) -> Self {
        Self { shell: None, piped: context.piped.clone(), fed: context.fed, reads: false }
    }

    /// One of the branches, after which the state is again what it was before.
    fn branch(&mut self, context: &mut Context<'_>, run: impl FnOnce(&mut Context<'_>)) {
        let before = context.state.shell.clone();
        let heads = context.state.world.heads.clone();
        let chosen = context.state.world.chosen.clone();
        let conditional = std::mem::replace(&mut context.conditional, true);
        self.piped.clone_from(&context.piped);
        run(context);
        context.conditional = conditional;
        context.state.world.may_have(&heads);
        context.state.world.chosen.may_be(&chosen);
        self.fed |= context.fed;
        self.reads |= context.piped != self.piped;
        context.piped.clone_from(&self.piped);
        let end = std::mem::replace(&mut context.state.shell, before);
        self.joins(end);
    }

    fn joins(&mut self, end: ShellState) {
        match &mut self.shell {
            Some(shell) => shell.merge(&end),
            None => self.shell = Some(end),
        }
    }

    /// Goes on where all of them meet, and with what was left where none was taken.
    fn meet(mut self, is_always_one: bool, context: &mut Context<'_>) {
        if !is_always_one {
            self.joins(context.state.shell.clone());
        }
        if let Some(shell) = self.shell {
            context.state.shell = shell;
        }
        context.fed |= self.fed;
        if self.reads {
            context.piped = Stdin::Text(Value::unknown("some of it was read before"));
        }
    }
}

impl Walker {
    pub(super) fn condition(&self, clause: &IfClauseCommand, context: &mut Context<'_>) {
        self.list(&clause.condition, context);
        let mut outcome = context.outcome.take();
        if outcome == Some(true) {
            return self.list(&clause.then, context);
        }
        let mut ends = Ends::new(context);
        let branch = |list: &CompoundList, ends: &mut Ends, context: &mut Context<'_>| {
            ends.branch(context, |context| self.list(list, context));
        };
        if outcome.is_none() {
            branch(&clause.then, &mut ends, context);
        }
        let mut is_always_one = false;
        for other in clause.elses.iter().flatten() {
            context.state.world.chosen.settle();
            outcome = Some(true);
            if let Some(condition) = &other.condition {
                self.surely(condition, context);
                outcome = context.outcome.take();
            }
            if outcome != Some(false) {
                branch(&other.body, &mut ends, context);
            }
            // What comes after one that is taken is not.
            is_always_one = outcome == Some(true);
            if is_always_one {
                break;
            }
        }
        ends.meet(is_always_one, context);
    }

    /// Walks a condition that runs wherever what follows it does.
    fn surely(&self, condition: &CompoundList, context: &mut Context<'_>) {
        let (heads, chosen) = (context.state.world.heads.clone(), context.state.world.chosen.clone());
        let conditional = std::mem::replace(&mut context.conditional, true);
        self.list(condition, context);
        context.conditional = conditional;
        context.state.world.may_have(&heads);
        context.state.world.chosen.may_be(&chosen);
    }

    pub(super) fn case(&self, clause: &CaseClauseCommand, context: &mut Context<'_>) {
        let text = outcomes::single(&clause.value, context);
        self.word(&clause.value, context);
        let mut ends = Ends::new(context);
        let ends_case = |action: &CaseItemPostAction| matches!(action, CaseItemPostAction::ExitCase);
        let is_plain = clause.cases.iter().all(|case| ends_case(&case.post_action));
        let mut is_always_one = false;
        for case in &clause.cases {
            let selected = self.selects(text.as_deref().filter(|_| is_plain), &case.patterns, context);
            for pattern in &case.patterns {
                self.word(pattern, context);
                is_always_one |= pattern.value == "*";
            }
            if selected == Some(false) {
                continue;
            }
            let none = CompoundList(Vec::new());
            let list = case.cmd.as_ref().unwrap_or(&none);
            if is_plain {
                ends.branch(context, |context| self.list(list, context));
            } else {
                // What one does, the next may find.
                self.perhaps(context, |walker, context| walker.list(list, context));
            }
            if selected == Some(true) {
                is_always_one = true;
                break;
            }
        }
        ends.meet(is_always_one && is_plain, context);
    }
}
