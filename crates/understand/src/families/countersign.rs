//! Countersign itself: an agent may look and propose, nothing else.

use countersign_model::{Effect, Resource, Verb, verbs};

use super::Family;
use crate::context::Context;
use crate::invocation::Invocation;

pub(super) const FAMILY: Family = Family {
    programs: &["countersign", "countersign-hook"],
    about: "Countersign itself: an agent may look and propose. Whatever is not known to be harmless is \
        tampering.",
    examples: &[
        "countersign explain 'git push origin main'",
        "countersign approvals list",
        "countersign evidence verify",
        "countersign init --yes",
        "countersign approvals approve cs-1",
        "countersign policy activate",
        "COUNTERSIGN_HOME=/tmp/x countersign doctor",
        "countersign $SUBCOMMAND",
        "rm -rf ~/.countersign",
    ],
    effects: run,
};

/// Subcommands that only show something.
const READS: &[&str] = &["explain", "doctor", "help", "--help", "-h", "--version", "-V", "evidence show", "evidence verify", "approvals list", "approvals show", "policy show", "policy test"];

/// Subcommands that change nothing until a reviewer signs.
const PROPOSES: &[&str] = &["init", "policy propose"];

/// Adds the effects of a run of Countersign; whatever is not known to be harmless is tampering.
pub(super) fn run(invocation: &Invocation, context: &mut Context<'_>) {
    let mut words = invocation.words.iter().map(|word| word.known().unwrap_or("*"));
    let first = words.next().unwrap_or("help").to_owned();
    let both = format!("{first} {}", words.next().unwrap_or_default());
    let says = |list: &[&str]| list.contains(&first.as_str()) || list.contains(&both.as_str());
    let hook = invocation.first.text().ends_with("-hook");
    // A home, a key or a log of its own would be an imitation.
    let redirected = invocation.environment.iter().any(|(name, _)| name.starts_with("COUNTERSIGN_"))
        || invocation.words.iter().any(|word| ["--home", "--root", "--key"].iter().any(|option| word.text().starts_with(option)));
    let helps = invocation.words.iter().any(|word| matches!(word.known(), Some("--help" | "-h")));
    let verb: Verb = match (hook || redirected, helps || says(READS), says(PROPOSES)) {
        (false, true, _) => verbs::COUNTERSIGN_READ,
        (false, false, true) => verbs::COUNTERSIGN_PROPOSE,
        _ => verbs::COUNTERSIGN_TAMPER,
    };
    let resource = Resource::Program { name: format!("countersign {}", both.trim_end()) };
    context.push(Effect::new(verb, resource));
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn looking_is_not_tampering() {
        assert_snapshot!(check("countersign explain 'git push'; countersign approvals list; countersign init --yes"), @r#"
        countersign.read countersign explain git push, read
        countersign.read countersign approvals list, read
        countersign.propose countersign init --yes, write
        "#);
    }

    #[test]
    fn everything_else_is() {
        assert_snapshot!(check("countersign approvals approve cs-1"), @"countersign.tamper countersign approvals approve, destroy");
        assert_snapshot!(check("COUNTERSIGN_HOME=/tmp/x countersign doctor"), @"countersign.tamper countersign doctor, destroy");
        assert_snapshot!(check("~/.countersign/bin/countersign-hook claude-code"), @"countersign.tamper countersign claude-code, destroy");
        assert_snapshot!(check("countersign $X"), @"countersign.tamper countersign *, destroy");
    }
}
