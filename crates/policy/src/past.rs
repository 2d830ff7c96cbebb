//! What a session's past says of the call that it makes now.

use countersign_model::{Access, DecisionKind, Effect, SessionId, Timestamp, ToolCallId};
use serde::{Deserialize, Serialize};

use crate::risk;
use crate::sentence::plain;

/// Denied actions that are remembered.
const DENIED: usize = 64;
/// Changing calls whose times are remembered.
const CHANGES: usize = 64;
/// Actions of one call that are compared.
const COMPARED: usize = 16;
/// How long an action's text may be.
const LONGEST: usize = 200;
/// A burst is looked for in so many seconds.
const MINUTE: i64 = 60;

/// What the past says of the effects of one call. It is stored with the decision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Circumstances {
    /// Actions of this call that the session was denied before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub denied_before: Vec<String>,
    /// Verbs of this call that change something, and that no agent of this installation has used before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub first_time: Vec<String>,
    /// How many calls of the session that change something flowed in the minute before this one.
    #[serde(skip_serializing_if = "is_zero")]
    pub changes: u32,
    /// Files of this call that another session wrote lately.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overlaps: Vec<Overlap>,
}

/// A file that another session wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlap {
    /// The file.
    pub path: String,
    /// Who wrote it.
    pub session: SessionId,
    /// When, the last time.
    pub at: Timestamp,
}

impl Overlap {
    /// For people.
    pub(crate) fn sentence(&self) -> String {
        let (path, session) = (plain(&self.path), plain(self.session.as_str()));
        format!("another session ({session}) wrote `{path}` at {}", self.at.strftime("%Y-%m-%d %H:%M UTC"))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Circumstances {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether this action was denied before.
    pub(crate) fn denied(&self, effect: &Effect) -> bool {
        !self.denied_before.is_empty() && self.denied_before.contains(&action(effect))
    }

    /// Whether this verb is used for the first time.
    pub(crate) fn is_first(&self, effect: &Effect) -> bool {
        self.first_time.iter().any(|verb| verb == effect.verb.as_str()) && changes(effect)
    }

    /// Who else wrote the file that this effect changes.
    pub(crate) fn overlap(&self, effect: &Effect) -> Option<&Overlap> {
        let path = crate::changed_file(effect)?;
        self.overlaps.iter().find(|overlap| overlap.path == path)
    }
}

/// What is remembered of a session so that its next call can be compared with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Past {
    denied: Vec<String>,
    changes: Vec<(ToolCallId, Timestamp)>,
}

impl Past {
    /// Takes in a decision of the session. What waits is not counted: its retries would raise their own risk.
    pub fn decided(&mut self, call: &ToolCallId, effects: &[Effect], kind: &DecisionKind, at: Timestamp) {
        match kind {
            DecisionKind::Deny => self.refused(changing_actions(effects)),
            DecisionKind::Allow | DecisionKind::Monitor if effects.iter().any(changes) => {
                self.changes.push((call.clone(), at));
                if self.changes.len() > CHANGES {
                    self.changes.remove(0);
                }
            }
            DecisionKind::Allow | DecisionKind::Monitor | DecisionKind::RequireApproval { .. } => {}
        }
    }

    /// Takes in actions that were denied, by a policy or by a reviewer.
    pub fn refused(&mut self, actions: impl IntoIterator<Item = String>) {
        for action in actions {
            self.denied.retain(|denied| *denied != action);
            self.denied.push(action);
        }
        let surplus = self.denied.len().saturating_sub(DENIED);
        self.denied.drain(..surplus);
    }

    /// What the past says of a call. The same call asked twice is not its own past.
    pub fn circumstances(&self, call: &ToolCallId, effects: &[Effect], now: Timestamp) -> Circumstances {
        let recent = |(id, at): &&(ToolCallId, Timestamp)| {
            id != call && now.as_second().saturating_sub(at.as_second()) < MINUTE
        };
        let denied_before = if self.denied.is_empty() {
            Vec::new()
        } else {
            changing_actions(effects).into_iter().filter(|action| self.denied.contains(action)).collect()
        };
        let changes = u32::try_from(self.changes.iter().filter(recent).count()).unwrap_or(u32::MAX);
        Circumstances { denied_before, changes, ..Circumstances::default() }
    }
}

fn changes(effect: &Effect) -> bool {
    risk::access(effect) != Access::Read
}

/// What a call's effects do to what, as far as they change something: the first few.
pub fn changing_actions(effects: &[Effect]) -> Vec<String> {
    let mut actions: Vec<String> = Vec::new();
    for effect in effects.iter().filter(|effect| changes(effect)) {
        let action = action(effect);
        if !actions.contains(&action) {
            actions.push(action);
        }
        if actions.len() == COMPARED {
            break;
        }
    }
    actions
}

/// What an effect does to what.
fn action(effect: &Effect) -> String {
    format!("{} {}", effect.verb, effect.resource).chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use countersign_model::{PathClass, Requirement, Resource, Verb, Zone, verbs};

    use super::*;

    fn effect(verb: Verb, path: &str) -> Effect {
        let (zone, class) = (Zone::Workspace, PathClass::Ordinary);
        Effect::new(verb, Resource::Path { path: path.to_owned(), zone, class })
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_same_action_denied_before_is_known_and_another_is_not() {
        let mut past = Past::default();
        let both = [effect(verbs::FS_DELETE, "/a"), effect(verbs::FS_READ, "/b")];
        past.decided(&"1".into(), &both, &DecisionKind::Deny, at(0));
        let now = |effects: &[Effect]| past.circumstances(&"2".into(), effects, at(1)).denied_before;
        assert_eq!(now(&both), ["fs.delete /a"]);
        assert!(now(&[effect(verbs::FS_DELETE, "/b"), effect(verbs::FS_WRITE, "/a")]).is_empty());
    }

    #[test]
    fn only_what_flowed_lately_counts_towards_a_burst() {
        let mut past = Past::default();
        let write = [effect(verbs::FS_WRITE, "/a")];
        let waits =
            DecisionKind::RequireApproval { requirement: Requirement { approvals: 1, groups: Vec::new() } };
        past.decided(&"old".into(), &write, &DecisionKind::Allow, at(0));
        past.decided(&"held".into(), &write, &waits, at(100));
        past.decided(&"read".into(), &[effect(verbs::FS_READ, "/a")], &DecisionKind::Allow, at(100));
        for number in 0..5 {
            past.decided(&format!("{number}").into(), &write, &DecisionKind::Monitor, at(100));
        }
        let changes = |call: &str| past.circumstances(&call.into(), &write, at(120)).changes;
        assert_eq!((changes("new"), changes("3")), (5, 4));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut past = Past::default();
        for number in 0..1000 {
            let effects = [effect(verbs::FS_DELETE, &format!("/{number}"))];
            past.decided(&format!("{number}").into(), &effects, &DecisionKind::Deny, at(0));
            past.decided(&format!("{number}").into(), &effects, &DecisionKind::Allow, at(0));
        }
        assert_eq!((past.denied.len(), past.changes.len()), (DENIED, CHANGES));
    }
}
