//! Other programs that watch over agents and commit what they find: what changes them is a change of oversight.

use countersign_model::{Effect, Resource, verbs};

use super::Family;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Word;

pub(super) const FAMILY: Family = Family {
    programs: &["nah", "cc-safety-net", "agentsh", "aegish", "sudo-guard", "falco", "falcoctl", "osqueryctl", "ossec-control", "santactl"],
    about: "Other programs that watch over agents or a machine: showing what they found is a read, changing \
        what they do is a change of oversight.",
    examples: &[
        "nah status",
        "falco --version",
        "nah guard disable fs-system-tree",
        "cc-safety-net uninstall",
        "osqueryctl stop",
        "echo nah guard disable",
    ],
    effects,
};

/// What only shows or checks.
const SHOWS: &[&str] = &[
    "status", "list", "ls", "show", "explain", "log", "logs", "check", "test", "doctor", "version", "help", "classify", "report", "stats", "audit",
    "validate", "diff", "why", "-l", "-s", "-v", "-V", "--version", "--help", "-h", "info", "get",
];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let first = invocation.words.iter().map(Word::known).find(|word| word.is_none_or(|text| !text.starts_with('-') || SHOWS.contains(&text)));
    let second = invocation.known(1).unwrap_or_default();
    let shows = match first {
        Some(Some(first)) => SHOWS.contains(&first) || matches!(second, "list" | "show" | "status" | "--help"),
        Some(None) => false,
        None => invocation.words.is_empty(),
    };
    if shows {
        context.program(verbs::EXEC_READ, &invocation.program);
        return;
    }
    let resource = Resource::Program { name: invocation.title() };
    context.push(Effect::new(verbs::AGENT_OVERSIGHT, resource).because("it changes what watches over agents"));
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn changing_and_looking() {
        assert_snapshot!(check("nah guard disable fs-system-tree"), @"agent.oversight nah guard disable, destroy");
        assert_snapshot!(check("sudo auditctl -D"), @"
        exec.privilege sudo, execute
        exec.system auditctl -D, destroy
        ");
        assert_snapshot!(check("nah status; nah guard list; falco --version; auditctl -l"), @"
        exec.read nah, read
        exec.read falco, read
        exec.read auditctl -l, read
        ");
        assert_snapshot!(check("echo nah guard disable"), @"exec.read echo, read");
    }
}
