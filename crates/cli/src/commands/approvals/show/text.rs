//! What a hold looks like to a reviewer. Whatever an agent, a repository or a remote may have written
//! goes through `terminal`, and never begins a line where our own names stand.

use std::path::Path;

use anstream::println;
use countersign_evidence::{Ran, Transition};
use countersign_local::Status;
use countersign_model::{Commit, PolicyId, Resource, Runtime, Timestamp, ToolCall};
use countersign_workspace::dry_run;
use serde_json::Value;

use super::super::Held;
use super::standing::{self, Approved};
use crate::output::{BAD, FAINT, GOOD, STRONG, WARN, styled};
use crate::terminal;

/// The columns left of the text: a name of nine letters and two spaces.
const INDENT: usize = 11;
/// A patch is shown whole up to so many lines.
const SHORT: usize = 60;

/// One patch that a hold would put somewhere.
pub struct Patch {
    /// From where to where.
    pub what: String,
    /// As git prints it.
    pub text: String,
}

/// Prints everything but the patches.
pub fn print(held: &Held, approved: &Approved, now: Timestamp) {
    let (hold, review) = (&held.hold, &held.review);
    println!(
        "{} {}",
        styled(STRONG, terminal::line(hold.ticket.as_str())),
        styled(WARN, standing::word(hold, approved, now))
    );
    if let Some(decided) = &held.decided {
        let agent = hold.agent.as_ref().map(|agent| format!(", subagent {agent}")).unwrap_or_default();
        line("agent", &format!("{} session {}{agent}", runtime(decided.call.runtime), hold.session));
        line("in", &decided.call.cwd);
    }
    line("asked for", review.prompt.as_deref().unwrap_or("(no prompt was seen)"));
    if let Some(prompt) = &review.prompt {
        warn_of_cut("prompt", &Value::from(prompt.as_str()));
    }
    if let Some(decided) = &held.decided {
        print_call(&decided.call);
        for effect in &decided.effects {
            let origin = effect.origin.as_ref().map(|origin| format!(", in {origin}")).unwrap_or_default();
            line("effect", &format!("{effect}{origin}"));
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
        let at = standing::clock(test.at);
        println!("{}  {result} at {at}: {}", label("test"), text(&test.command));
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
            println!(
                "{:INDENT$}{:+4} {}",
                "",
                factor.points,
                text(&format!("{}: {}", factor.name, factor.sentence))
            );
        }
        let policies: Vec<&str> = decided.decision.policies.iter().map(PolicyId::as_str).collect();
        line("because", &format!("{} ({})", decided.decision.reason, policies.join(", ")));
    }
    if hold.status == Status::Denied {
        let (name, note) = approved.denied.clone().unwrap_or(("a reviewer".to_owned(), None));
        let note = note.map(|note| format!(": “{note}”")).unwrap_or_default();
        return line("denied", &format!("by {name}{note}; it stays denied for its session"));
    }
    if let Some(why) = hold.why.as_ref().filter(|_| hold.status == Status::Voided) {
        return line("void", &format!("{why}; nobody need answer it any more"));
    }
    let takes = standing::takes(&hold.requirement);
    line("takes", &format!("{takes}; {}", standing::given(&hold.requirement, &approved.names)));
    line("until", &standing::until(hold, now));
}

/// The command, or the arguments of another tool; and what else was asked of the tool.
fn print_call(call: &ToolCall) {
    let mut others = call.input.clone();
    match call.text("command") {
        Some(command) => {
            line("wants", &format!("{}: {command}", call.tool));
            others.shift_remove("command");
            for (name, value) in &others {
                line(
                    "with",
                    &format!("{name}: {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
                );
            }
        }
        None => line("wants", &format!("{}: {}", call.tool, Value::Object(others))),
    }
    warn_of_cut("call", &Value::Object(call.input.clone()));
}

/// Says that what was too long to be stored cannot be reviewed.
fn warn_of_cut(what: &str, value: &Value) {
    if is_cut(value) {
        let warning =
            format!("the whole {what} was too long to be kept: what is missing cannot be reviewed here");
        println!("{}  {}", label("warning"), styled(BAD, warning));
    }
}

/// Whether a text in it ends as texts do that were cut before they were stored.
fn is_cut(value: &Value) -> bool {
    match value {
        Value::String(text) => text.strip_suffix(" bytes more]").is_some_and(|text| {
            text.trim_end_matches(|letter: char| letter.is_ascii_digit()).ends_with(" … [")
        }),
        Value::Array(items) => items.iter().any(is_cut),
        Value::Object(fields) => fields.values().any(is_cut),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn print_transition(transition: &Transition) {
    let remote =
        transition.url.as_ref().or(transition.remote.as_ref()).map(String::as_str).unwrap_or_default();
    let way = match transition.fast_forward {
        Some(true) => "a fast-forward",
        Some(false) => "NOT a fast-forward: commits are lost",
        None => "unknown whether a fast-forward",
    };
    let moves = moves(&transition.reference, transition.old.as_ref(), transition.new.as_ref());
    println!("{}  {}", label("moves"), styled(STRONG, text(&moves)));
    line("at", remote);
    line("how", way);
    line("commits", &transition.commits.join("\n"));
    line("files", &transition.files.join("\n"));
}

fn moves(reference: &str, old: Option<&Commit>, new: Option<&Commit>) -> String {
    let short = |commit: Option<&Commit>| commit.map_or("(nothing)", Commit::short).to_owned();
    format!("{reference} {} → {}", short(old), short(new))
}

/// The patch of every transition whose commits are here.
pub fn patches(held: &Held) -> Vec<Patch> {
    let effects = held.decided.iter().flat_map(|decided| &decided.effects);
    effects
        .filter_map(|effect| match &effect.resource {
            Resource::Ref { repository, reference, old, new: Some(new) } if repository.remote.is_some() => {
                let root = repository.root.as_deref()?;
                let of = if old.is_some() { "" } else { " (it is new there: its last commit alone)" };
                Some(Patch {
                    what: format!("{}{of}", moves(reference, old.as_ref(), Some(new))),
                    text: dry_run::diff(Path::new(root), old.as_ref(), new),
                })
            }
            _ => None,
        })
        .collect()
}

/// Prints the patches; of long ones the beginning, unless `all` is wanted.
pub fn print_patches(held: &Held, patches: &[Patch], all: bool) {
    let mut room = if all { usize::MAX } else { SHORT };
    for patch in patches {
        println!();
        line("diff", &patch.what);
        for text in patch.text.lines().take(room) {
            let style = match text.as_bytes().first() {
                Some(b'+') => GOOD,
                Some(b'-') => BAD,
                _ => FAINT,
            };
            for line in terminal::quoted(text, 2, terminal::columns()).lines() {
                println!("{}", styled(style, line));
            }
        }
        let lines = patch.text.lines().count();
        if lines > room {
            let ticket = terminal::line(held.hold.ticket.as_str());
            let more = format!(
                "{} more lines: `countersign approvals show {ticket} --diff` shows all",
                lines - room
            );
            println!("{}  {}", label("…"), styled(WARN, more));
        }
        room = room.saturating_sub(lines);
    }
}

const fn runtime(runtime: Runtime) -> &'static str {
    match runtime {
        Runtime::ClaudeCode => "Claude Code",
        Runtime::Codex => "Codex",
        Runtime::Gemini => "Gemini",
        Runtime::Script => "a script",
    }
}

fn line(name: &str, value: &str) {
    println!("{}  {}", label(name), text(value));
}

fn text(value: &str) -> String {
    terminal::block(value, INDENT, terminal::columns())
}

/// The name of a line, padded before it is styled.
fn label(name: &str) -> String {
    styled(FAINT, format!("{name:>9}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn knows_a_cut_text_wherever_it_is() {
        assert!(is_cut(&json!("echo … [120 bytes more]")));
        assert!(is_cut(&json!({"edits": [{"new": "x … [1 bytes more]"}]})));
        assert!(!is_cut(&json!({"command": "echo … [120 bytes more] && ls"})));
        assert!(!is_cut(&json!(["echo", 1, null])));
    }
}
