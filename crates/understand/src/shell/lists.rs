//! Commands one after the other, and which kind of command each of them is.

use brush_parser::ast::{Command, CompoundList, RedirectList, SeparatorOperator};

use crate::context::Context;
use crate::invocation::Stdin;
use crate::word::Value;

use super::{Walker, expand_text, functions, joined, simple, traps};

impl Walker {
    pub(super) fn list(&self, list: &CompoundList, context: &mut Context<'_>) {
        let mut printed = Some(String::new());
        for item in &list.0 {
            context.flow.text = None;
            match item.1 {
                SeparatorOperator::Sequence => {
                    self.and_or(&item.0, context);
                    printed = joined(printed, context.flow.text.take());
                }
                SeparatorOperator::Async => {
                    let beside = std::mem::replace(&mut context.beside, true);
                    self.apart(context, |walker, context| walker.and_or(&item.0, context));
                    context.beside = beside;
                    printed = None;
                }
            }
            context.state.shell.settle();
            prompts(context);
        }
        context.flow.text = printed;
        // Of several commands, nobody says what all of them find.
        let one = matches!(list.0.as_slice(), [item] if item.0.additional.is_empty());
        context.flow.found = context.flow.found.take().filter(|_| one);
    }

    pub(super) fn command(&self, command: &Command, stdin: Stdin, context: &mut Context<'_>) {
        match command {
            Command::Simple(simple) => simple::run(self, simple, stdin, context),
            Command::Compound(compound, redirects) => {
                let outer = std::mem::take(&mut context.flow);
                let written = context.state.world.written.len();
                let stdin = self.redirects_of(redirects.as_ref(), stdin, context);
                self.compound(compound, &stdin, context);
                if redirects.is_some() && context.flow.is_foreign() {
                    context.state.world.brings(written);
                }
                let flow = std::mem::replace(&mut context.flow, outer);
                context.flow.join(&flow);
                (context.flow.text, context.flow.found) = (flow.text, flow.found);
            }
            Command::Function(function) => {
                functions::define(self, function, context);
                context.flow.text = Some(String::new());
            }
            Command::ExtendedTest(test, redirects) => {
                self.redirects_of(redirects.as_ref(), stdin, context);
                self.test(&test.expr, context);
                context.flow.text = Some(String::new());
            }
        }
    }

    /// Runs something in a subshell.
    pub(super) fn apart(&self, context: &mut Context<'_>, run: impl FnOnce(&Self, &mut Context<'_>)) {
        let kept = context.state.shell.clone();
        run(self, context);
        traps::run_new(kept.traps.len(), context);
        context.state.shell = kept;
    }

    pub(super) fn redirects_of(
        &self,
        list: Option<&RedirectList>,
        stdin: Stdin,
        context: &mut Context<'_>,
    ) -> Stdin {
        let redirects = list.map(|list| list.0.as_slice()).unwrap_or_default();
        redirects.iter().fold(stdin, |stdin, redirect| self.redirect(redirect, stdin, context))
    }
}

/// Runs the commands in texts that the shell expands by itself: `PS4` before each command that it traces.
fn prompts(context: &mut Context<'_>) {
    for value in std::mem::take(&mut context.state.shell.prompts) {
        match value {
            Value::Known(text) | Value::Pattern(text) => {
                if text.contains(['$', '`']) {
                    expand_text(&text, context);
                }
            }
            Value::Unknown { .. } => {
                context.opaque("PS4", "the text before traced commands is expanded, and is not known");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn loops_and_functions() {
        assert_snapshot!(check("for b in main dev; do git push origin $b; done"), @r#"
        git.push main@origin, write
        git.push dev@origin, write
        "#);
        assert_snapshot!(check("for f in *.tmp; do rm \"$f\"; done"), @"fs.delete /repo/*.tmp, destroy, partial");
        assert_snapshot!(check(":(){ :|:& };:"), @"exec.system :, destroy");
        assert_snapshot!(check("f() { git push origin \"$1\"; }; f main"), @"git.push main@origin, write");
    }
}
