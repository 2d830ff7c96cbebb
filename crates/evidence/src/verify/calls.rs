//! Each call: one decision, and an outcome that fits it.

use std::collections::HashMap;

use countersign_model::{DecisionKind, Digest, SessionId, ToolCallId};

use super::report::{Problems, quoted};
use crate::{Decided, Ran};

/// The calls of a log.
#[derive(Debug, Default)]
pub struct Calls(HashMap<Digest, Call>);

/// What became of a call so far.
#[derive(Debug)]
pub struct Call {
    /// The record it was decided in.
    sequence: u64,
    /// What was decided.
    pub decision: DecisionKind,
    /// For a call that has to wait, what is waiting.
    pub waiting: Option<Box<Waiting>>,
    /// Whether it was let go.
    pub released: bool,
    outcome: Option<Ran>,
}

/// A call that has to wait.
#[derive(Debug)]
pub struct Waiting {
    /// Of tool, directory, facts, effects and bundle: what has to be the same when an approval is
    /// used for another call. None if that cannot be written down, which is the same as nothing.
    pub shape: Option<Digest>,
    /// All that was recorded of it.
    pub decided: Decided,
}

impl Calls {
    pub fn get(&self, session: &SessionId, call: &ToolCallId) -> Option<&Call> {
        self.0.get(&key(session, call))
    }

    pub fn decided(&mut self, decided: &Decided, sequence: u64, problems: &mut Problems) {
        let decision = decided.decision.kind.clone();
        let waiting = matches!(decision, DecisionKind::RequireApproval { .. }).then(|| {
            let call = &decided.call;
            let shape = (&call.tool, &call.cwd, &decided.facts, &decided.effects, &decided.bundle);
            Box::new(Waiting {
                shape: serde_json::to_vec(&shape).ok().map(|json| Digest::of([json.as_slice()])),
                decided: decided.clone(),
            })
        });
        let new = Call { sequence, decision, waiting, released: false, outcome: None };
        let key = key(&decided.call.session, &decided.call.id);
        match self.0.get(&key) {
            None => drop(self.0.insert(key, new)),
            Some(first) if first.decision == new.decision => {
                problems.warning(format!("the call {} was decided before", quoted(&decided.call.id)))
            }
            Some(first) => problems.violation(format!(
                "the call {} is decided as {}, after it was decided as {}",
                quoted(&decided.call.id),
                new.decision.word(),
                first.decision.word()
            )),
        }
    }

    pub fn released(&mut self, session: &SessionId, call: &ToolCallId) {
        if let Some(call) = self.0.get_mut(&key(session, call)) {
            call.released = true;
        }
    }

    pub fn ended(&mut self, session: &SessionId, id: &ToolCallId, result: &Ran, problems: &mut Problems) {
        let name = quoted(id);
        let Some(call) = self.0.get_mut(&key(session, id)) else {
            return problems.violation(format!("the call {name} ran without a decision"));
        };
        let why_not = match (&call.decision, call.released) {
            (DecisionKind::Allow | DecisionKind::Monitor, _)
            | (DecisionKind::RequireApproval { .. }, true) => None,
            (DecisionKind::RequireApproval { .. }, false) => Some("it was held and never released"),
            (DecisionKind::Deny, _) => Some("it was denied"),
        };
        match (why_not, result) {
            (None, _) => {}
            (Some(why), Ran::Succeeded | Ran::Background { .. }) => {
                problems.violation(format!("the call {name} ran although {why}"));
            }
            (Some(why), Ran::Failed | Ran::Interrupted | Ran::Unknown) => {
                problems.warning(format!("the call {name} has an outcome although {why}"));
            }
        }
        match call.outcome.replace(result.clone()) {
            None | Some(Ran::Background { .. } | Ran::Unknown) => {}
            Some(Ran::Succeeded | Ran::Failed | Ran::Interrupted) => {
                problems.warning(format!("the call {name} had an outcome before"));
            }
        }
    }

    /// Calls that flowed and of which nobody knows what became, in log order.
    pub fn open(&self) -> Vec<u64> {
        let flowed = |call: &&Call| match call.decision {
            DecisionKind::Allow | DecisionKind::Monitor => true,
            DecisionKind::RequireApproval { .. } => call.released,
            DecisionKind::Deny => false,
        };
        let open = self.0.values().filter(flowed).filter(|call| call.outcome.is_none());
        let mut open: Vec<_> = open.map(|call| call.sequence).collect();
        open.sort_unstable();
        open
    }
}

fn key(session: &SessionId, call: &ToolCallId) -> Digest {
    let session = session.as_str().as_bytes();
    Digest::of([session.len().to_be_bytes().as_slice(), session, call.as_str().as_bytes()])
}
