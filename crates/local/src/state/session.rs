//! What is known of one session: its prompt, what it has done, and its recent calls.

use std::collections::BTreeSet;

use countersign_approval::Commitment;
use countersign_evidence::{Authority, Decided, Event, Position, Ran, Record, TestRun};
use countersign_model::{
    AgentId, DecisionKind, Digest, Effect, PromptId, Resource, Task, Ticket, Timestamp, ToolCallId, verbs,
};
use countersign_policy::{
    History, Past, UnderTask, changed_files, changing_actions, opened, pushes, secret_read,
    takes_in_untrusted,
};
use serde::{Deserialize, Serialize};

/// Calls remembered per session that have not ended; one older than this many others is decided anew
/// when asked again.
const CALLS: usize = 64;
/// Calls remembered that have ended or were denied: their reports may come twice, from two hooks that are installed, at
/// nearly the same moment. Each is read and written again at every call.
const ENDED: usize = 8;
/// Test runs remembered per session, for the reviewer.
const TESTS: usize = 10;
/// Denied actions remembered per session.
const REFUSALS: usize = 64;
/// Files remembered per session that it changed; a task's limit is below that.
const WRITTEN: usize = 512;
/// Files remembered per call that it would change.
const WRITES: usize = 64;
/// A call that flowed and has no outcome after so many seconds never ran.
const PENDING: i64 = 600;
/// Characters of a prompt that name what a session is about.
const TITLE: usize = 120;

/// One session, as the records tell it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Session {
    /// What the person asked for last, redacted.
    pub prompt: Option<String>,
    /// The prompt's id.
    pub prompt_id: Option<PromptId>,
    /// Whether a person is in front of it.
    pub attended: bool,
    /// The project directory it started in.
    pub cwd: Option<String>,
    /// What policies may ask about its past.
    pub history: History,
    /// Tests it ran, oldest first.
    pub tests: Vec<TestRun>,
    /// Its recent calls, oldest first.
    pub calls: Vec<Call>,
    /// Actions that a reviewer denied, latest last.
    pub refusals: Vec<(Commitment, Ticket)>,
    /// What it is about where nobody gave it a task: how its first prompt begins. It has no scope.
    #[serde(default)]
    pub title: Option<String>,
    /// Whether its runtime said that it ended.
    #[serde(default)]
    pub ended: bool,
    /// What its next call is compared with.
    #[serde(default)]
    pub past: Past,
    /// Files that it changed, and when last, latest last.
    #[serde(default)]
    pub written: Vec<(String, Timestamp)>,
    /// Files that it made, latest last.
    #[serde(default)]
    pub made: Vec<String>,
    /// When it opened pull requests.
    #[serde(default)]
    pub opened: Vec<Timestamp>,
}

/// One decided call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Call {
    /// Its id.
    pub id: ToolCallId,
    /// The subagent that made it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub agent: Option<AgentId>,
    /// The tool.
    pub tool: String,
    /// Of tool, directory and input, keyed: tells the same call asked twice from another under its id.
    pub fingerprint: Digest,
    /// Where its decision is in the log.
    pub decided: Position,
    /// What was decided.
    pub kind: DecisionKind,
    /// Why.
    pub reason: String,
    /// The hold it waits for or was released by.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ticket: Option<Ticket>,
    /// Where its release is in the log, if it was held and let go.
    #[serde(default, skip_serializing_if = "is_default")]
    pub released: Option<Position>,
    /// The command, redacted, where it ran tests.
    #[serde(default, skip_serializing_if = "is_default")]
    pub test: Option<String>,
    /// Whether it read a secret, or took in what others wrote, once it has run.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reads_secret: bool,
    /// That secret, as people know it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub secret: Option<String>,
    /// See `reads_secret`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reads_untrusted: bool,
    /// Whether it moved refs of remotes, once it has run.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pushes: bool,
    /// How many pull requests it opens, once it has run.
    #[serde(default, skip_serializing_if = "is_default")]
    pub opens: u32,
    /// When it was decided.
    #[serde(default)]
    pub at: Timestamp,
    /// What it changes, as denials are remembered.
    #[serde(default, skip_serializing_if = "is_default")]
    pub actions: Vec<String>,
    /// The files that it changes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub writes: Vec<String>,
    /// Those of them that were not there before.
    #[serde(default, skip_serializing_if = "is_default")]
    pub creates: Vec<String>,
    /// Files that it deletes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub deletes: Vec<String>,
    /// The top of the working tree they belong to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tree: Option<String>,
    /// Verbs that no agent here had used before.
    #[serde(default, skip_serializing_if = "is_default")]
    pub first_time: Vec<String>,
    /// Whether it ran, as far as is known.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ran: bool,
    /// Whether its outcome is known.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ended: bool,
}

/// What says nothing is not stored: a session's file is written again at each call.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Call {
    /// Whether nothing more will come of it.
    const fn is_over(&self) -> bool {
        self.ended || matches!(self.kind, DecisionKind::Deny)
    }

    /// Whether it takes away what a file holds, or may move something else onto it.
    fn takes(&self, path: &str) -> bool {
        let has = |paths: &[String]| paths.iter().any(|one| one == path);
        has(&self.deletes) || (!self.deletes.is_empty() && (has(&self.writes) || self.writes.len() == WRITES))
    }

    /// Whether it may be running now.
    fn is_pending(&self, now: Timestamp) -> bool {
        let flows = match self.kind {
            DecisionKind::Allow | DecisionKind::Monitor => true,
            DecisionKind::RequireApproval { .. } => self.released.is_some(),
            DecisionKind::Deny => false,
        };
        flows && !self.ended && now.as_second().saturating_sub(self.at.as_second()) < PENDING
    }
}

impl Session {
    /// A recent call.
    pub fn call(&self, id: &ToolCallId) -> Option<&Call> {
        self.calls.iter().rev().find(|call| call.id == *id)
    }

    fn call_mut(&mut self, id: &ToolCallId) -> Option<&mut Call> {
        self.calls.iter_mut().rev().find(|call| call.id == *id)
    }

    /// Whether it made this file, and nothing that may be running puts another in its place.
    pub fn has_made(&self, path: &str, call: &ToolCallId, now: Timestamp) -> bool {
        self.made.iter().any(|made| made == path)
            && !self.calls.iter().any(|other| other.id != *call && other.is_pending(now) && other.takes(path))
    }

    /// The ticket under which a reviewer denied this action, if one did.
    pub fn refusal(&self, action: &Digest) -> Option<&Ticket> {
        self.refusals
            .iter()
            .rev()
            .find(|(commitment, _)| commitment.matches(action))
            .map(|(_, ticket)| ticket)
    }

    /// What the session has done of a task, besides this call, which has these effects.
    pub fn under(&self, task: &Task, call: &ToolCallId, effects: &[Effect], now: Timestamp) -> UnderTask {
        let limits = task.scope.limits;
        let pending = || self.calls.iter().filter(|other| other.id != *call && other.is_pending(now));
        let mut under = UnderTask {
            title: task.title.clone(),
            root: task.root.clone(),
            scope: task.scope.clone(),
            ..UnderTask::default()
        };
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        if limits.pull_requests.is_some() {
            let opened = self.opened.iter().filter(|at| **at >= task.started).count();
            let opening = pending().map(|call| call.opens).fold(0, u32::saturating_add);
            under.pull_requests = number(opened).saturating_add(opening);
        }
        if limits.files.is_some() {
            let since = self.written.iter().filter(|(_, at)| *at >= task.started).map(|(path, _)| path);
            let files: BTreeSet<&String> = since.chain(pending().flat_map(|call| &call.writes)).collect();
            under.files = number(files.len());
            under.again = changed(effects);
            under.again.retain(|path| files.contains(path));
        }
        under
    }

    pub(super) fn refuse(&mut self, commitment: Commitment, ticket: Ticket) {
        let refused = self.calls.iter().filter(|call| call.ticket.as_ref() == Some(&ticket));
        let refused: Vec<String> = refused.flat_map(|call| call.actions.clone()).collect();
        self.past.refused(refused);
        self.refusals.push((commitment, ticket));
        if self.refusals.len() > REFUSALS {
            self.refusals.remove(0);
        }
    }

    pub(super) fn fold(&mut self, position: Position, record: &Record) {
        match &record.event {
            Event::SessionStarted { cwd, attended, source, .. } => {
                // What a session has become too long for is the same session, wherever it stands by then.
                if self.cwd.is_none() || source.as_deref() != Some("compact") {
                    self.cwd = Some(cwd.clone());
                }
                self.attended = attended.unwrap_or(true);
                self.ended = false;
            }
            Event::SessionEnded { .. } => self.ended = true,
            Event::Prompted { prompt, text, .. } => {
                if self.title.is_none() {
                    self.title = title(text);
                }
                self.prompt = Some(text.clone());
                self.prompt_id.clone_from(prompt);
            }
            Event::Decided(decided) => self.decided(position, decided, record.time),
            Event::Held { call, ticket, .. } => {
                self.history.holds += 1;
                self.attach(call, ticket);
            }
            Event::Parked { call, ticket, .. } | Event::Joined { call, ticket, .. } => {
                self.attach(call, ticket)
            }
            Event::Released { call, authority, .. } => {
                if let Authority::Ticket { ticket } = authority {
                    self.attach(call, ticket);
                }
                if let Some(call) = self.call_mut(call) {
                    call.released = Some(position);
                }
            }
            Event::Outcome { call, result, made, .. } => self.end(call, result, made, record),
            _ => {}
        }
    }

    fn decided(&mut self, position: Position, decided: &Decided, at: Timestamp) {
        let Decided { call, fingerprint, effects, decision, .. } = decided;
        match decision.kind {
            DecisionKind::Deny => self.history.denials += 1,
            DecisionKind::Allow | DecisionKind::Monitor | DecisionKind::RequireApproval { .. } => {}
        }
        self.past.decided(&call.id, effects, &decision.kind, at);
        let told = |pointer: &str| decided.context.pointer(pointer).cloned().unwrap_or_default();
        let command = call.text("command").unwrap_or(&call.tool);
        let secret = secret_read(effects);
        self.calls.push(Call {
            id: call.id.clone(),
            agent: call.agent.clone(),
            tool: call.tool.clone(),
            fingerprint: *fingerprint,
            decided: position,
            kind: decision.kind.clone(),
            reason: decision.reason.clone(),
            ticket: None,
            released: None,
            test: has(effects, verbs::EXEC_TEST.as_str()).then(|| command.to_owned()),
            reads_secret: secret.is_some(),
            secret,
            reads_untrusted: takes_in_untrusted(effects),
            pushes: pushes(effects),
            opens: opened(effects),
            at,
            actions: changing_actions(effects),
            writes: changed(effects),
            creates: serde_json::from_value(told("/creates")).unwrap_or_default(),
            deletes: deleted(effects),
            tree: told("/tree").as_str().map(str::to_owned),
            first_time: serde_json::from_value(told("/circumstances/first_time")).unwrap_or_default(),
            ran: false,
            ended: false,
        });
        let over = self.calls.iter().filter(|call| call.is_over()).count();
        if over > ENDED
            && let Some(oldest) = self.calls.iter().position(Call::is_over)
        {
            self.calls.remove(oldest);
        }
        if self.calls.len() > CALLS + ENDED {
            self.calls.remove(0);
        }
    }

    fn attach(&mut self, call: &ToolCallId, ticket: &Ticket) {
        if let Some(call) = self.call_mut(call) {
            call.ticket = Some(ticket.clone());
        }
    }

    fn end(&mut self, id: &ToolCallId, result: &Ran, made: &[String], record: &Record) {
        let Some(call) = self.call_mut(id) else { return };
        call.ended = true;
        // What failed half-way may have done some of it, but that a file is there is not known.
        call.ran = matches!(result, Ran::Succeeded | Ran::Background { .. } | Ran::Unknown);
        let (ran, pushes, opens) = (call.ran, call.pushes, call.opens);
        let writes = if ran { call.writes.clone() } else { Vec::new() };
        let lost = call.clone();
        let is_new = |path: &&String| lost.creates.contains(path);
        // What was deleted, or may have been, is made by whoever writes it next.
        self.made.retain(|path| !lost.takes(path));
        if matches!(result, Ran::Succeeded) {
            self.made.extend(made.iter().filter(is_new).cloned());
            let surplus = self.made.len().saturating_sub(WRITTEN);
            self.made.drain(..surplus);
        }
        let Some(call) = self.call_mut(id) else { return };
        let (reads, secret) = (call.reads_secret, call.secret.clone());
        let (untrusted, test) = (call.reads_untrusted, call.test.clone());
        self.history.secret_read |= reads;
        self.history.read(secret);
        self.history.untrusted_content |= untrusted;
        if ran {
            self.history.pushes = self.history.pushes.saturating_add(u32::from(pushes));
            for _ in 0..opens.min(64) {
                self.opened.push(record.time);
            }
            let surplus = self.opened.len().saturating_sub(64);
            self.opened.drain(..surplus);
            self.written.retain(|(path, _)| !writes.contains(path));
            self.written.extend(writes.into_iter().map(|path| (path, record.time)));
            let surplus = self.written.len().saturating_sub(WRITTEN);
            self.written.drain(..surplus);
        }
        if let Some(command) = test {
            self.tests.push(TestRun { command, result: result.clone(), at: record.time });
            if self.tests.len() > TESTS {
                self.tests.remove(0);
            }
        }
    }
}

/// The files that these effects change, the first of them.
fn changed(effects: &[Effect]) -> Vec<String> {
    let paths = changed_files(effects);
    paths.into_iter().take(WRITES).map(str::to_owned).collect()
}

/// The files that these effects delete, the first of them.
fn deleted(effects: &[Effect]) -> Vec<String> {
    let deletes = effects.iter().filter(|effect| effect.verb == verbs::FS_DELETE);
    let paths = deletes.filter_map(|effect| match &effect.resource {
        Resource::Path { path, .. } => Some(path.clone()),
        _ => None,
    });
    paths.take(WRITES).collect()
}

/// How a prompt begins, in one line.
fn title(prompt: &str) -> Option<String> {
    let line = prompt.lines().map(str::trim).find(|line| !line.is_empty())?;
    let mut title: String = line.chars().take(TITLE).collect();
    if title.len() < line.len() {
        title.push('…');
    }
    Some(title)
}

fn has(effects: &[Effect], verb: &str) -> bool {
    effects.iter().any(|effect| effect.verb.as_str() == verb)
}
