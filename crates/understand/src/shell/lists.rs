//! Commands one after the other, and which kind of command each of them is.

use brush_parser::ast::{
    Command, CommandPrefixOrSuffixItem as Item, CompoundCommand, CompoundList, RedirectList,
    SeparatorOperator, SimpleCommand,
};

use crate::context::{Chosen, Context};
use crate::invocation::Stdin;
use crate::word::Value;

use super::{Walker, expand_text, functions, joined, outcomes, simple, traps, trusted};

impl Walker {
    pub(super) fn list(&self, list: &CompoundList, context: &mut Context<'_>) {
        let mut printed = Some(String::new());
        for (index, item) in list.0.iter().enumerate() {
            context.flow.text = None;
            if index > 0 {
                context.state.world.chosen.settle();
            }
            match item.1 {
                SeparatorOperator::Sequence => {
                    self.and_or(&item.0, context);
                    printed = joined(printed, context.flow.text.take());
                }
                SeparatorOperator::Async => {
                    let beside = std::mem::replace(&mut context.beside, true);
                    let chosen = context.state.world.chosen.clone();
                    self.apart(context, |walker, context| walker.and_or(&item.0, context));
                    context.beside = beside;
                    context.state.world.chosen.doubt(&chosen);
                    context.outcome = None;
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
        trusted::other(command, context);
        match command {
            Command::Simple(simple) => {
                let chosen = context.state.world.chosen.clone();
                simple::run(self, simple, stdin, context);
                chooses(simple, &chosen, context);
            }
            Command::Compound(compound, redirects) => {
                let chosen = context.state.world.chosen.clone();
                let outer = std::mem::take(&mut context.flow);
                let written = context.state.world.written.len();
                let stdin = self.redirects_of(redirects.as_ref(), stdin, context);
                self.compound(compound, &stdin, context);
                if !matches!(compound, CompoundCommand::BraceGroup(_)) {
                    context.state.world.chosen.doubt(&chosen);
                }
                if redirects.is_some() && context.flow.is_foreign() {
                    context.state.world.brings(written);
                }
                let flow = std::mem::replace(&mut context.flow, outer);
                context.flow.join(&flow);
                (context.flow.text, context.flow.found) = (flow.text, flow.found);
                context.outcome = match compound {
                    CompoundCommand::Arithmetic(counted) if redirects.is_none() => {
                        outcomes::of_count(&counted.expr.value, context)
                    }
                    _ => None,
                };
            }
            Command::Function(function) => {
                functions::define(self, function, context);
                context.flow.text = Some(String::new());
                context.outcome = None;
            }
            Command::ExtendedTest(test, redirects) => {
                self.redirects_of(redirects.as_ref(), stdin, context);
                // A part that sets a variable is not idle.
                let outcome = self.outcome(&test.expr, context).filter(|_| redirects.is_none());
                self.test(&test.expr, context);
                context.flow.text = Some(String::new());
                context.outcome = outcome;
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

/// Programs that say by how they end whether what they choose for later ones was chosen.
const CHOOSING: &[&str] = &[
    "az",
    "docker",
    "eksctl",
    "firebase",
    "gcloud",
    "git",
    "heroku",
    "k3d",
    "kind",
    "kubectl",
    "kubectx",
    "minikube",
    "oc",
    "pulumi",
    "terraform",
    "terragrunt",
    "tofu",
    "vercel",
];

/// Takes note of how sure it is what a command chose for later ones, where these run only if it worked.
fn chooses(command: &SimpleCommand, before: &Chosen, context: &mut Context<'_>) {
    let chosen = &mut context.state.world.chosen;
    if chosen == before {
        return;
    }
    let name = command.word_or_name.as_ref().map(|name| name.value.as_str()).unwrap_or_default();
    let shell = &context.state.shell;
    let is_another = shell.functions.contains_key(name) || shell.aliases.contains_key(name);
    // How a substitution ends is not how the command does.
    let is_substituted = |text: &str| text.contains('`') || text.contains("$(");
    let substitutes = |item: &Item| match item {
        Item::Word(word) | Item::AssignmentWord(_, word) => is_substituted(&word.value),
        Item::IoRedirect(redirect) => is_substituted(&redirect.to_string()),
        Item::ProcessSubstitution(..) => true,
    };
    let prefix = command.prefix.iter().flat_map(|prefix| &prefix.0);
    let mut items = prefix.chain(command.suffix.iter().flat_map(|suffix| &suffix.0));
    let is_plain = CHOOSING.contains(&name) && !is_another && !items.any(substitutes);
    if is_plain && chosen.is_one_more(before) && !context.beside && !context.guessing {
        chosen.worked(before);
    } else {
        chosen.doubt(before);
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
