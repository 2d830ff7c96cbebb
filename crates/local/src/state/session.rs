//! What is known of one session: its prompt, what it has done, and its recent calls.

use countersign_approval::Commitment;
use countersign_evidence::{Authority, Decided, Event, Position, Ran, Record, TestRun};
use countersign_model::{AgentId, DecisionKind, Digest, Effect, PromptId, Ticket, ToolCallId, verbs};
use countersign_policy::{History, reads_secret, takes_in_untrusted};
use serde::{Deserialize, Serialize};

/// Calls remembered per session that have not ended; one older than this many others is decided anew
/// when asked again.
const CALLS: usize = 64;
/// Calls remembered that have ended or were denied: their reports may come twice.
const ENDED: usize = 16;
/// Test runs remembered per session, for the reviewer.
const TESTS: usize = 10;
/// Denied actions remembered per session.
const REFUSALS: usize = 64;

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
}

/// One decided call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Call {
    /// Its id.
    pub id: ToolCallId,
    /// The subagent that made it.
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
    pub ticket: Option<Ticket>,
    /// Where its release is in the log, if it was held and let go.
    pub released: Option<Position>,
    /// The command, redacted, where it ran tests.
    pub test: Option<String>,
    /// Whether it read a secret, or took in what others wrote, once it has run.
    pub reads_secret: bool,
    /// See `reads_secret`.
    pub reads_untrusted: bool,
    /// Whether its outcome is known.
    pub ended: bool,
}

impl Call {
    /// Whether nothing more will come of it.
    const fn is_over(&self) -> bool {
        self.ended || matches!(self.kind, DecisionKind::Deny)
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

    /// The ticket under which a reviewer denied this action, if one did.
    pub fn refusal(&self, action: &Digest) -> Option<&Ticket> {
        self.refusals
            .iter()
            .rev()
            .find(|(commitment, _)| commitment.matches(action))
            .map(|(_, ticket)| ticket)
    }

    pub(super) fn refuse(&mut self, commitment: Commitment, ticket: Ticket) {
        self.refusals.push((commitment, ticket));
        if self.refusals.len() > REFUSALS {
            self.refusals.remove(0);
        }
    }

    pub(super) fn fold(&mut self, position: Position, record: &Record) {
        match &record.event {
            Event::SessionStarted { cwd, attended, .. } => {
                self.cwd = Some(cwd.clone());
                self.attended = attended.unwrap_or(true);
            }
            Event::Prompted { prompt, text, .. } => {
                self.prompt = Some(text.clone());
                self.prompt_id.clone_from(prompt);
            }
            Event::Decided(decided) => self.decided(position, decided),
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
            Event::Outcome { call, result, .. } => self.end(call, result, record),
            _ => {}
        }
    }

    fn decided(&mut self, position: Position, decided: &Decided) {
        let Decided { call, fingerprint, effects, decision, .. } = decided;
        match decision.kind {
            DecisionKind::Deny => self.history.denials += 1,
            DecisionKind::Allow | DecisionKind::Monitor | DecisionKind::RequireApproval { .. } => {}
        }
        let command = call.text("command").unwrap_or(&call.tool);
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
            reads_secret: reads_secret(effects),
            reads_untrusted: takes_in_untrusted(effects),
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

    fn end(&mut self, id: &ToolCallId, result: &Ran, record: &Record) {
        let Some(call) = self.call_mut(id) else { return };
        call.ended = true;
        let (secret, untrusted, test) = (call.reads_secret, call.reads_untrusted, call.test.clone());
        self.history.secret_read |= secret;
        self.history.untrusted_content |= untrusted;
        if let Some(command) = test {
            self.tests.push(TestRun { command, result: result.clone(), at: record.time });
            if self.tests.len() > TESTS {
                self.tests.remove(0);
            }
        }
    }
}

fn has(effects: &[Effect], verb: &str) -> bool {
    effects.iter().any(|effect| effect.verb.as_str() == verb)
}
