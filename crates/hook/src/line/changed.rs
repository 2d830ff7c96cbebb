//! Is what would happen now still what was reviewed? If not, what is it that changed?

use countersign_evidence::Decided;
use countersign_local::Hold;
use countersign_model::{Answer, DecisionKind, Fact, Question, ToolCall};

use super::Seen;

/// What changed since the hold was made, a sentence fragment; none if nothing did.
///
/// Whether something changed is decided by the commitment alone; the first decision's record only
/// serves to name it.
pub(super) fn since(hold: &Hold, before: Option<&Decided>, call: &ToolCall, seen: &Seen) -> Option<String> {
    if hold.commitment.matches(&seen.action) {
        return match &seen.decision.kind {
            DecisionKind::Deny => Some(format!("policy now denies it ({})", seen.decision.reason)),
            DecisionKind::Allow | DecisionKind::Monitor | DecisionKind::RequireApproval { .. } => None,
        };
    }
    let Some(before) = before else { return Some("the action changed".to_owned()) };
    if before.bundle != seen.bundle {
        return Some("the policy or the environment map in force changed".to_owned());
    }
    if before.call.cwd != call.cwd {
        return Some("the working directory changed".to_owned());
    }
    if before.call.tool != call.tool {
        return Some("the tool changed".to_owned());
    }
    let fact = seen.understanding.facts.iter().find_map(|now| {
        let old = before.facts.iter().find(|old| old.question == now.question);
        match old {
            Some(old) if !same(old, now) => Some(names(&now.question)),
            Some(_) => None,
            None => Some(format!("{} is looked at now and was not before", names(&now.question))),
        }
    });
    Some(fact.map_or_else(|| "its arguments or effects changed".to_owned(), |what| format!("{what} changed")))
}

/// A text is stored without its text: only the digests can be compared.
fn same(old: &Fact, now: &Fact) -> bool {
    match (&old.answer, &now.answer) {
        (Answer::Text { digest: old, .. }, Answer::Text { digest: now, .. }) => old == now,
        (old, now) => old == now,
    }
}

fn names(question: &Question) -> String {
    match question {
        Question::Path { path } => format!("`{path}`"),
        Question::Names { directory, .. } => format!("what is in `{directory}`"),
        Question::Target { path } => format!("where `{path}` leads"),
        Question::Repository { directory } => format!("the repository of `{directory}`"),
        Question::Head { .. } => "HEAD".to_owned(),
        Question::Reference { reference, .. } => format!("`{reference}`"),
        Question::Revision { revision, .. } => format!("`{revision}`"),
        Question::References { prefix, .. } => format!("a ref below `{prefix}`"),
        Question::Configuration { key, .. } => format!("the git configuration `{key}`"),
        Question::Subsections { section, .. } => format!("the git configuration below `{section}`"),
        Question::Tracked { path, .. } => format!("whether `{path}` is tracked"),
        Question::Setting { name } => format!("the value of `{name}`"),
        Question::Changed { .. } => "the files a push carries".to_owned(),
        Question::Patch { .. } => "what a push says differently".to_owned(),
        Question::Uncommitted { .. } => "the files that are not committed".to_owned(),
        Question::Lost { pattern, .. } => format!("what of `{pattern}` git has"),
        Question::Variable { name } => format!("the variable `{name}`"),
    }
}
