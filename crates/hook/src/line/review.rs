//! What a reviewer will see of a held call, gathered when it is held.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use countersign_evidence::{Review, Transition};
use countersign_local::Session;
use countersign_model::{Effect, Resource, Ticket, verbs};
use countersign_understand::Pinning;
use countersign_workspace::dry_run;

use super::Seen;

/// The dry run of one hold takes no longer than this.
const DRY_RUN: Duration = Duration::from_secs(5);
/// Refs looked at in a dry run; a push of more is shown by name only.
const TRANSITIONS: usize = 8;

/// Prompt, transitions, tests, pinned form and what came before.
pub(super) fn gather(seen: &Seen, session: &Session) -> Review {
    let deadline = Instant::now() + DRY_RUN;
    let transitions: Vec<Transition> =
        seen.effects.iter().filter_map(|effect| transition(effect, deadline)).take(TRANSITIONS).collect();
    let (pinned, unpinned) = form(seen, &transitions);
    let mut history = Vec::new();
    if session.history.holds > 0 {
        history.push(format!("{} held before in this session", actions(session.history.holds)));
    }
    if session.history.denials > 0 {
        history.push(format!("{} denied before in this session", actions(session.history.denials)));
    }
    if session.history.secret_read {
        let which = session.history.secret.as_ref().map(|secret| format!(": {secret}"));
        history.push(format!("a secret was read in this session{}", which.unwrap_or_default()));
    }
    Review {
        prompt: session.prompt.clone(),
        task: seen.context.task.as_ref().map(|task| task.title.clone()).or_else(|| session.title.clone()),
        transitions,
        tests: session.tests.clone(),
        pinned,
        unpinned,
        history,
    }
}

/// The form that a call is released in once it is approved; or why it has none.
pub fn pinned_form(seen: &Seen) -> (Option<String>, Option<String>) {
    let deadline = Instant::now() + DRY_RUN;
    let transitions = seen.effects.iter().filter_map(|effect| transition(effect, deadline)).take(TRANSITIONS);
    form(seen, &transitions.collect::<Vec<Transition>>())
}

fn form(seen: &Seen, transitions: &[Transition]) -> (Option<String>, Option<String>) {
    match &seen.understanding.pinning {
        Pinning::Pinned { .. } => match would_force(seen, transitions) {
            Some(why) => (None, Some(why.to_owned())),
            None => (pinned_text(seen), None),
        },
        Pinning::NotNeeded => (None, Some("it has no form that names the exact change".to_owned())),
        Pinning::Impossible { why } => (None, Some(why.clone())),
    }
}

/// Why a call is not released in its pinned form, which would force what the call itself does not: a sentence fragment.
pub fn never_pinned(seen: &Seen) -> Option<&'static str> {
    let deadline = Instant::now() + DRY_RUN;
    let transitions = seen.effects.iter().filter_map(|effect| transition(effect, deadline)).take(TRANSITIONS);
    would_force(seen, &transitions.collect::<Vec<Transition>>())
}

fn would_force(seen: &Seen, transitions: &[Transition]) -> Option<&'static str> {
    if seen.effects.iter().any(|effect| effect.verb == verbs::GIT_FORCE_PUSH) {
        return None;
    }
    let replaces = |moved: &&Transition| moved.old.is_some() && moved.fast_forward != Some(true);
    let moved: Vec<&Transition> = transitions.iter().filter(replaces).collect();
    if moved.iter().any(|moved| moved.fast_forward == Some(false)) {
        return Some(
            "it is no fast-forward: the remote refuses it as it is, and the pinned form would force it",
        );
    }
    (!moved.is_empty()).then_some("it is not known to be a fast-forward, which the pinned form would force")
}

fn actions(count: u32) -> String {
    format!("{count} {}", if count == 1 { "action" } else { "actions" })
}

/// What the released call is rewritten to, for people.
pub(super) fn pinned_text(seen: &Seen) -> Option<String> {
    let input = super::decide::pinned_input(seen)?;
    let command = input.get("command").and_then(serde_json::Value::as_str);
    Some(command.map_or_else(|| serde_json::Value::Object(input.clone()).to_string(), str::to_owned))
}

/// The ref of a remote that an effect would move, with its dry run where both commits are known.
fn transition(effect: &Effect, deadline: Instant) -> Option<Transition> {
    let Resource::Ref { repository, reference, old, new } = &effect.resource else { return None };
    let remote = repository.remote.as_ref()?;
    let mut transition = Transition {
        reference: reference.clone(),
        remote: Some(remote.name.clone()),
        url: remote.url.clone(),
        old: old.clone(),
        new: new.clone(),
        commits: Vec::new(),
        files: Vec::new(),
        fast_forward: None,
    };
    if let (Some(root), Some(new)) = (&repository.root, new) {
        let dry = dry_run::transition(Path::new(root), old.as_ref(), new, deadline);
        transition.commits = dry.commits;
        transition.files = dry.files;
        transition.fast_forward = dry.fast_forward;
    }
    Some(transition)
}

/// Tells the person at this machine, if there is a desktop to do it. Nothing depends on it.
pub(super) fn notify(ticket: &Ticket, reason: &str) {
    const PROGRAM: &str = "/usr/bin/notify-send";
    if !Path::new(PROGRAM).exists() {
        return;
    }
    let started = Command::new(PROGRAM)
        .args(["--app-name=Countersign", &format!("Held: {ticket}"), reason])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    drop(started);
}
