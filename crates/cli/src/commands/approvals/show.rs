//! `approvals show`: everything a reviewer decides on, in one screen.

use std::path::Path;

use anstream::println;
use anyhow::Result;
use countersign_evidence::{Ran, Transition};
use countersign_model::{Commit, Resource, Ticket};
use countersign_workspace::dry_run;
use serde_json::json;

use super::Held;
use crate::desk::Desk;
use crate::output::{BAD, FAINT, GOOD, STRONG, WARN, styled};
use crate::{output, terminal};

/// Shows one hold.
pub fn run(desk: &mut Desk, ticket: &Ticket, diff: bool, json: bool) -> Result<()> {
    let held = super::find(desk, ticket)?;
    if json {
        return output::json(&json!({
            "hold": held.hold, "review": held.review, "decided": held.decided,
            "diff": if diff { Some(patches(&held)) } else { None },
        }));
    }
    print(&held);
    if diff {
        for patch in patches(&held) {
            println!("\n{}", terminal::safe(&patch));
        }
    }
    Ok(())
}

fn print(held: &Held) {
    let (hold, review) = (&held.hold, &held.review);
    let line = |name: &str, text: &str| println!("{}  {}", label(name), terminal::safe(text));
    println!("{} {}", styled(STRONG, &hold.ticket), styled(WARN, hold.status.word()));
    let agent = hold.agent.as_ref().map(|agent| format!(", subagent {agent}")).unwrap_or_default();
    if let Some(decided) = &held.decided {
        line("agent", &format!("{:?} session {}{agent}", decided.call.runtime, hold.session));
        line("in", &decided.call.cwd);
    }
    line("asked for", review.prompt.as_deref().unwrap_or("(no prompt was seen)"));
    if let Some(decided) = &held.decided {
        let call = decided
            .call
            .text("command")
            .map_or_else(|| serde_json::Value::Object(decided.call.input.clone()).to_string(), str::to_owned);
        line("wants", &format!("{}: {call}", decided.call.tool));
        for effect in &decided.effects {
            line("effect", &effect.to_string());
        }
    }
    for transition in &review.transitions {
        print_transition(transition);
    }
    if review.tests.is_empty() {
        line("tests", "none were run in this session");
    }
    for test in &review.tests {
        let result = match &test.result {
            Ran::Succeeded => styled(GOOD, "passed"),
            Ran::Failed => styled(BAD, "failed"),
            Ran::Interrupted => styled(WARN, "interrupted"),
            Ran::Background { .. } | Ran::Unknown => styled(WARN, "outcome unknown"),
        };
        println!("{}  {} {result} at {}", label("test"), terminal::safe(&test.command), test.at);
    }
    for past in &review.history {
        line("before", past);
    }
    match (&review.pinned, &review.unpinned) {
        (Some(pinned), _) => line("released", &format!("as exactly: {pinned}")),
        (None, Some(why)) => line("released", &format!("as it is, once; it cannot be pinned: {why}")),
        (None, None) => {}
    }
    if let Some(decided) = &held.decided {
        let risk = &decided.decision.risk;
        println!("{}  {}", label("risk"), styled(STRONG, risk.score));
        for factor in &risk.factors {
            println!("{:>9}  {:+4} {}: {}", "", factor.points, factor.name, terminal::safe(&factor.sentence));
        }
        let policies: Vec<&str> =
            decided.decision.policies.iter().map(countersign_model::PolicyId::as_str).collect();
        line("because", &format!("{} ({})", decided.decision.reason, policies.join(", ")));
    }
    line("until", &hold.expires.to_string());
}

/// The name of a line, padded before it is styled.
fn label(name: &str) -> String {
    styled(FAINT, format!("{name:>9}"))
}

fn print_transition(transition: &Transition) {
    let short = |commit: &Option<Commit>| commit.as_ref().map_or("(nothing)", Commit::short).to_owned();
    let remote =
        transition.url.as_ref().or(transition.remote.as_ref()).map(String::as_str).unwrap_or_default();
    let way = match transition.fast_forward {
        Some(true) => "fast-forward",
        Some(false) => "NOT a fast-forward: commits are lost",
        None => "unknown whether a fast-forward",
    };
    println!(
        "{}  {} {} → {} at {}, {way}",
        label("moves"),
        styled(STRONG, terminal::safe(&transition.reference)),
        short(&transition.old),
        short(&transition.new),
        terminal::safe(remote),
    );
    for text in transition.commits.iter().chain(&transition.files) {
        println!("{:>9}  {}", "", terminal::safe(text));
    }
}

/// The patch of every transition whose commits are here.
fn patches(held: &Held) -> Vec<String> {
    let effects = held.decided.iter().flat_map(|decided| &decided.effects);
    effects
        .filter_map(|effect| match &effect.resource {
            Resource::Ref { repository, old, new: Some(new), .. } if repository.remote.is_some() => {
                let root = repository.root.as_deref()?;
                Some(patch(Path::new(root), old.as_ref(), new))
            }
            _ => None,
        })
        .collect()
}

fn patch(root: &Path, old: Option<&Commit>, new: &Commit) -> String {
    dry_run::diff(root, old, new)
}
