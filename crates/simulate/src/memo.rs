//! Calls that a history has many times are worked out once: `git status` in the same directory, of which the
//! workspace says the same. Nothing is taken from memory that what it rests on does not equal in every part, and
//! nothing is kept of a call before it comes a second time.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use countersign_model::{Decision, Effect, Finding, ToolCall};
use countersign_policy::Context;
use countersign_understand::{Understanding, Workspace};
use serde_json::{Map, Value};

/// Calls that are remembered; more than that start anew.
const MOST: usize = 4096;
/// Calls of which is known that they were there.
const MOST_SEEN: usize = 1 << 17;
/// Ways in which one call is remembered, and decisions on each.
const WAYS: usize = 4;
/// An understanding that rests on more facts is not checked faster than made.
const MOST_FACTS: usize = 24;

/// What one thread remembers.
#[derive(Debug, Default)]
pub struct Memos {
    hasher: RandomState,
    seen: HashSet<u64>,
    scanned: HashMap<u64, (Map<String, Value>, Vec<Finding>)>,
    /// Of the bundle.
    pub own: Memo,
    /// Of the one that it is compared with.
    pub against: Memo,
}

impl Memos {
    /// A number that tells calls apart, most likely; none for one that was not there before.
    pub fn key(&mut self, call: &ToolCall) -> Option<u64> {
        let key = self.hasher.hash_one((&call.tool, &call.cwd, &call.input));
        if self.seen.len() >= MOST_SEEN {
            self.seen.clear();
        }
        (!self.seen.insert(key)).then_some(key)
    }

    /// The secrets and personal data in a call.
    pub fn scan(
        &mut self,
        key: Option<u64>,
        call: &ToolCall,
        scan: impl FnOnce() -> Vec<Finding>,
    ) -> Vec<Finding> {
        let Some(key) = key else { return scan() };
        if let Some((_, findings)) = self.scanned.get(&key).filter(|(input, _)| *input == call.input) {
            return findings.clone();
        }
        let findings = scan();
        if self.scanned.len() >= MOST {
            self.scanned.clear();
        }
        self.scanned.insert(key, (call.input.clone(), findings.clone()));
        findings
    }
}

/// What is remembered of the calls that one bundle decided, by their keys.
#[derive(Debug, Default)]
pub struct Memo {
    known: HashMap<u64, Vec<Known>>,
    decided: HashMap<u64, Vec<(Vec<Effect>, Context, Decision)>>,
}

/// A call with what it was understood to do.
#[derive(Debug)]
struct Known {
    /// Where its session started, which says what its surroundings are.
    start: String,
    call: ToolCall,
    understanding: Understanding,
}

impl Memo {
    /// What a call is understood to do in a session that started there: remembered if the workspace still gives every
    /// answer that it rests on, else made anew.
    pub fn understand(
        &mut self,
        key: Option<u64>,
        start: &str,
        call: &ToolCall,
        workspace: &dyn Workspace,
        make: impl FnOnce() -> Understanding,
    ) -> Understanding {
        let Some(key) = key else { return make() };
        let is_it = |known: &&Known| {
            known.start == start
                && is_same(&known.call, call)
                && known.understanding.facts.iter().all(|fact| workspace.ask(&fact.question) == fact.answer)
        };
        if let Some(known) = self.known.get(&key).and_then(|ways| ways.iter().find(is_it)) {
            return known.understanding.clone();
        }
        let understanding = make();
        if understanding.facts.len() <= MOST_FACTS {
            if self.known.len() >= MOST {
                self.known.clear();
            }
            let ways = self.known.entry(key).or_default();
            if ways.len() >= WAYS {
                ways.remove(0);
            }
            ways.push(Known {
                start: start.to_owned(),
                call: call.clone(),
                understanding: understanding.clone(),
            });
        }
        understanding
    }

    /// What is decided of a call that does this in these circumstances.
    pub fn decide(
        &mut self,
        key: Option<u64>,
        effects: &[Effect],
        context: &Context,
        make: impl FnOnce() -> Decision,
    ) -> Decision {
        let Some(key) = key else { return make() };
        let ways = self.decided.get(&key).map(Vec::as_slice).unwrap_or_default();
        if let Some((_, _, decision)) =
            ways.iter().find(|(does, in_these, _)| does == effects && in_these == context)
        {
            return decision.clone();
        }
        let decision = make();
        if self.decided.len() >= MOST {
            self.decided.clear();
        }
        let ways = self.decided.entry(key).or_default();
        if ways.len() >= WAYS {
            ways.remove(0);
        }
        ways.push((effects.to_vec(), context.clone(), decision.clone()));
        decision
    }
}

/// Whether two calls are one but for when and by whom they were made.
fn is_same(left: &ToolCall, right: &ToolCall) -> bool {
    (&left.tool, &left.cwd, &left.input, &left.mcp_server, left.runtime)
        == (&right.tool, &right.cwd, &right.input, &right.mcp_server, right.runtime)
}

#[cfg(test)]
mod tests {
    use countersign_model::{Answer, Fact, Question};
    use countersign_understand::{Left, Pinning};
    use serde_json::json;

    use super::*;
    use crate::history::History;

    fn call(command: &str) -> ToolCall {
        let line = json!({ "tool": "Bash", "input": { "command": command }, "cwd": "/w", "session": "s" })
            .to_string();
        let history = History::of([("s.jsonl".to_owned(), countersign_agents::read(line.as_bytes()))]);
        history.sessions.into_iter().flat_map(|session| session.calls).next().unwrap().call
    }

    struct Says(Answer);

    impl Workspace for Says {
        fn ask(&self, _: &Question) -> Answer {
            self.0.clone()
        }
    }

    #[test]
    fn what_a_call_rests_on_must_be_the_same() {
        let mut memos = Memos::default();
        let (one, other) = (call("git status"), call("git diff"));
        assert_eq!((memos.key(&one), memos.key(&other)), (None, None));
        let key = memos.key(&one);
        assert!(key.is_some());
        let made = std::cell::Cell::new(0);
        let make = || {
            made.set(made.get() + 1);
            let question = Question::Variable { name: "X".to_owned() };
            Understanding {
                effects: Vec::new(),
                commands: Vec::new(),
                directories: std::collections::BTreeSet::new(),
                facts: vec![Fact { question, answer: Answer::No }],
                bearing: Map::new(),
                pinning: Pinning::NotNeeded,
                left: Left::default(),
            }
        };
        for (start, call, answer, times) in [
            ("/w", &one, Answer::No, 1),
            ("/w", &one, Answer::No, 1),
            // Another session's directory, another answer, another call by the same number.
            ("/v", &one, Answer::No, 2),
            ("/w", &one, Answer::Yes, 3),
            ("/w", &other, Answer::No, 4),
            ("/w", &one, Answer::No, 4),
        ] {
            memos.own.understand(key, start, call, &Says(answer), make);
            assert_eq!(made.get(), times);
        }
        memos.own.understand(None, "/w", &one, &Says(Answer::No), make);
        assert_eq!(made.get(), 5);
    }

    #[test]
    fn secrets_and_decisions_are_those_of_the_call() {
        let mut memos = Memos::default();
        let (one, other) = (call("a"), call("b"));
        let scans = std::cell::Cell::new(0);
        let scan = || {
            scans.set(scans.get() + 1);
            Vec::new()
        };
        for (call, times) in [(&one, 1), (&one, 1), (&other, 2), (&one, 3)] {
            memos.scan(Some(1), call, scan);
            assert_eq!(scans.get(), times);
        }
        let bundle = countersign_policy::build(&countersign_policy::Proposal::default()).unwrap();
        let made = std::cell::Cell::new(0);
        let effects = [Effect::opaque("x", "y")];
        let risky = Context { pinnable: true, ..Context::default() };
        for (effects, context, times) in [
            (&effects[..], &Context::default(), 1),
            (&effects, &Context::default(), 1),
            (&effects, &risky, 2),
            (&[], &risky, 3),
            (&effects, &risky, 3),
        ] {
            memos.own.decide(Some(1), effects, context, || {
                made.set(made.get() + 1);
                countersign_policy::decide(effects, context, &bundle)
            });
            assert_eq!(made.get(), times);
        }
    }
}
