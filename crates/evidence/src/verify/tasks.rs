//! Tasks that began or ended while an agent was acting in their working tree: people start and end them.

use std::collections::{BTreeMap, HashMap};

use countersign_model::{DecisionKind, SessionId, Task, TaskId, ToolCallId, is_within};

use super::report::{Problems, quoted};
use crate::Decided;

/// Calls that may be running, and the trees of tasks.
#[derive(Debug, Default)]
pub struct Tasks {
    running: BTreeMap<SessionId, HashMap<ToolCallId, Running>>,
    roots: BTreeMap<TaskId, String>,
}

#[derive(Debug)]
struct Running {
    cwd: String,
    tool: String,
    flows: bool,
}

/// Calls of one session that are kept track of; a runtime starts a few at once.
const MOST: usize = 256;

impl Tasks {
    pub fn decided(&mut self, decided: &Decided) {
        let call = &decided.call;
        let flows = match decided.decision.kind {
            DecisionKind::Allow | DecisionKind::Monitor => true,
            DecisionKind::RequireApproval { .. } => false,
            DecisionKind::Deny => return,
        };
        let running = Running { cwd: call.cwd.clone(), tool: call.tool.clone(), flows };
        let calls = self.running.entry(call.session.clone()).or_default();
        if calls.len() < MOST {
            calls.insert(call.id.clone(), running);
        }
    }

    pub fn released(&mut self, session: &SessionId, call: &ToolCallId) {
        if let Some(call) = self.running.get_mut(session).and_then(|calls| calls.get_mut(call)) {
            call.flows = true;
        }
    }

    pub fn ended(&mut self, session: &SessionId, call: &ToolCallId) {
        if let Some(calls) = self.running.get_mut(session) {
            calls.remove(call);
        }
    }

    /// A turn or a session is over, or a new one begins: no call of it runs any more.
    pub fn rests(&mut self, session: &SessionId) {
        self.running.remove(session);
    }

    pub fn started(&mut self, task: &Task, problems: &mut Problems) {
        self.roots.insert(task.id.clone(), task.root.clone());
        self.beside_a_call(&task.id, &task.root, "started", problems);
    }

    pub fn closed(&mut self, task: &TaskId, problems: &mut Problems) {
        let root = self.roots.remove(task).unwrap_or_default();
        self.beside_a_call(task, &root, "ended", problems);
    }

    fn beside_a_call(&self, task: &TaskId, root: &str, what: &str, problems: &mut Problems) {
        let calls =
            self.running.iter().flat_map(|(session, calls)| calls.iter().map(move |call| (session, call)));
        let mut within: Vec<(&SessionId, &ToolCallId, &str)> = calls
            .filter(|(_, (_, call))| call.flows && (is_within(&call.cwd, root) || is_within(root, &call.cwd)))
            .map(|(session, (id, call))| (session, id, call.tool.as_str()))
            .collect();
        within.sort();
        if let Some((session, call, tool)) = within.first() {
            problems.warning(format!(
                "{BESIDE} {} was {what} while the call {} of {} ran in the session {}: if that was not you, an agent did it",
                quoted(task),
                quoted(call),
                quoted(tool),
                quoted(session)
            ));
        }
    }
}

/// How the warning begins.
pub const BESIDE: &str = "the task";
