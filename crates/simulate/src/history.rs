//! Calls of many logs, each once, sorted into sessions.

use std::collections::{BTreeMap, HashMap, HashSet};

use countersign_agents::{Broken, Past, PastCall, PastResult, UNNAMED};
use countersign_model::{Digest, Effect, Runtime, SessionId, Timestamp, ToolCall};
use countersign_policy::Context;

/// What many logs told.
#[derive(Debug, Default)]
pub struct History {
    /// By the session's name.
    pub sessions: Vec<Session>,
    /// How many logs were read.
    pub files: usize,
    /// Calls that stood in more than one place, not counting the first.
    pub duplicates: usize,
    /// Lines that could not be read, with the log's name.
    pub broken: Vec<(String, Broken)>,
    /// Files that are no logs.
    pub skipped: Vec<String>,
}

/// One run of an agent.
#[derive(Debug)]
pub struct Session {
    /// As the runtime names it.
    pub id: SessionId,
    /// In the order of time.
    pub calls: Vec<Call>,
}

/// One call, and where it was read.
#[derive(Debug)]
pub struct Call {
    /// What the agent wanted.
    pub call: ToolCall,
    /// When.
    pub at: Option<Timestamp>,
    /// The branch that was checked out.
    pub branch: Option<String>,
    /// What became of it.
    pub result: PastResult,
    /// What is known of its effects without understanding it again.
    pub source: Source,
    /// The log's name.
    pub file: String,
    /// The line in it, counted from 1.
    pub line: usize,
}

/// Where a call's effects come from.
#[derive(Debug)]
pub enum Source {
    /// Its input says; the workspace is assumed.
    Log,
    /// The evidence says: what was concluded when it was decided, in the workspace as it was.
    Evidence {
        /// What it would do.
        effects: Vec<Effect>,
        /// What else was known.
        context: Box<Context>,
    },
}

impl Call {
    /// Whose it is, as the home directory it was made in says.
    pub fn developer(&self) -> &str {
        developer(&self.call.cwd).unwrap_or("unknown")
    }
}

impl History {
    /// Sorts what was read. The logs come in the order of their names, so that which of two copies counts is no
    /// accident.
    pub fn of(logs: impl IntoIterator<Item = (String, Option<Past>)>) -> Self {
        let mut history = Self::default();
        let mut sorting = Sorting::default();
        let logs: Vec<(String, Option<Past>)> = logs.into_iter().collect();
        let are_several = logs.len() > 1;
        for (file, past) in logs {
            let Some(past) = past else {
                history.skipped.push(file);
                continue;
            };
            history.files += 1;
            history.duplicates += past.repeated;
            history.broken.extend(past.broken.into_iter().map(|broken| (file.clone(), broken)));
            for PastCall { mut call, at, branch, result, line } in past.calls {
                // Lines that name no session are one for each log: what one project did is not what another knows of.
                if are_several && call.runtime == Runtime::Script && call.session.as_str() == UNNAMED {
                    call.session = format!("{UNNAMED} {}", history.files).into();
                }
                let call = Call { call, at, branch, result, source: Source::Log, file: file.clone(), line };
                history.duplicates += usize::from(!sorting.add(call));
            }
        }
        history.sessions = sorting.finish();
        history
    }

    /// Adds the calls that a log of evidence holds, and what at its end is no record.
    #[must_use]
    pub fn with_evidence(mut self, calls: Vec<Call>, broken: Option<(String, Broken)>) -> Self {
        self.files += 1;
        self.broken.extend(broken);
        let mut sorting = Sorting::default();
        // A runtime's log has the same call under another time: what was concluded then counts.
        let key = |call: &Call| (call.call.session.clone(), call.call.id.clone());
        let recorded: HashSet<_> = calls.iter().map(key).collect();
        let is_in_both = |call: &Call| matches!(call.source, Source::Log) && recorded.contains(&key(call));
        let before = self.calls();
        for session in &mut self.sessions {
            session.calls.retain(|call| !is_in_both(call));
        }
        self.duplicates += before - self.calls();
        for call in self.sessions.into_iter().flat_map(|session| session.calls).chain(calls) {
            self.duplicates += usize::from(!sorting.add(call));
        }
        self.sessions = sorting.finish();
        self
    }

    /// How many calls there are.
    pub fn calls(&self) -> usize {
        self.sessions.iter().map(|session| session.calls.len()).sum()
    }
}

#[derive(Default)]
struct Sorting {
    sessions: BTreeMap<SessionId, Vec<Call>>,
    /// Where the first call of each id and time is.
    seen: HashMap<Key, (SessionId, usize)>,
    /// Calls that share both with another one that asks for something else.
    others: HashSet<(Key, Digest)>,
}

/// Id, time, and the session where there is no time.
type Key = (String, Option<Timestamp>, Option<SessionId>);

/// What a call asks for.
fn asked(call: &Call) -> Digest {
    let input = serde_json::to_vec(&call.call.input).unwrap_or_default();
    Digest::of([call.call.tool.as_bytes(), &[0], input.as_slice()])
}

impl Sorting {
    /// Adds a call; says whether it is a new one. A log that goes on from another begins with a copy of it, under
    /// another session's name, so what tells two calls apart is their id, their time and what they ask for.
    fn add(&mut self, call: Call) -> bool {
        let id = call.call.id.as_str();
        // A number that was given on reading is one only within its log.
        let id = if id.starts_with('#') { format!("{}{id}", call.file) } else { id.to_owned() };
        let session = call.at.is_none().then(|| call.call.session.clone());
        let key = (id, call.at, session);
        let own = self.sessions.get(&call.call.session).map_or(0, Vec::len);
        match self.seen.get(&key) {
            None => {
                self.seen.insert(key, (call.call.session.clone(), own));
            }
            Some((session, index)) => {
                let first = self.sessions.get(session).and_then(|calls| calls.get(*index));
                let is_same =
                    |first: &Call| first.call.tool == call.call.tool && first.call.input == call.call.input;
                if first.is_none_or(is_same) || !self.others.insert((key, asked(&call))) {
                    return false;
                }
            }
        }
        self.sessions.entry(call.call.session.clone()).or_default().push(call);
        true
    }

    fn finish(self) -> Vec<Session> {
        let session = |(id, mut calls): (SessionId, Vec<Call>)| {
            // Subagents' calls stand in logs of their own. The sort keeps the order of those without a time.
            let timed = calls.iter().all(|call| call.at.is_some());
            if timed {
                calls.sort_by_key(|call| call.at);
            }
            Session { id, calls }
        };
        self.sessions.into_iter().map(session).collect()
    }
}

/// Whose home directory a path is in.
fn developer(path: &str) -> Option<&str> {
    let below = ["/home/", "/Users/", "C:\\Users\\", "/root"].iter().find_map(|homes| {
        let rest = path.strip_prefix(homes)?;
        Some(if *homes == "/root" { "root" } else { rest })
    })?;
    below.split(['/', '\\']).next().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(session: &str, ids: &[(&str, u8)]) -> Option<Past> {
        let line = |(id, second): &(&str, u8)| {
            format!(
                r#"{{"command":"ls","session":"{session}","id":"{id}","cwd":"/home/dev/shop","at":"2026-11-22T21:45:{second:02}Z"}}"#
            )
        };
        countersign_agents::read(ids.iter().map(line).collect::<Vec<_>>().join("\n").as_bytes())
    }

    #[test]
    fn each_call_counts_once_and_sessions_are_in_the_order_of_time() {
        let history = History::of([
            ("a".to_owned(), log("s1", &[("t1", 1), ("t3", 3)])),
            ("b".to_owned(), log("s2", &[("t1", 1), ("t4", 4)])),
            ("c".to_owned(), log("s1", &[("t2", 2)])),
            ("notes".to_owned(), None),
        ]);
        let shown: Vec<String> = history
            .sessions
            .iter()
            .map(|session| {
                let ids: Vec<&str> = session.calls.iter().map(|call| call.call.id.as_str()).collect();
                let developer = session.calls.first().map(Call::developer).unwrap_or_default();
                format!("{} of {developer}: {}", session.id, ids.join(" "))
            })
            .collect();
        assert_eq!(shown, ["s1 of dev: t1 t2 t3", "s2 of dev: t4"]);
        assert_eq!((history.duplicates, history.files, history.skipped.len()), (1, 3, 1));
    }

    #[test]
    fn a_call_of_a_log_and_of_evidence_counts_once() {
        let history = History::of([("a".to_owned(), log("s1", &[("t1", 1), ("t2", 2)]))]);
        let of_log = history.sessions.first().and_then(|session| session.calls.first()).unwrap();
        let source = Source::Evidence { effects: Vec::new(), context: Box::default() };
        let recorded = Call {
            call: of_log.call.clone(),
            at: None,
            branch: None,
            result: PastResult::Unknown,
            source,
            file: "log".to_owned(),
            line: 3,
        };
        let history = history.with_evidence(vec![recorded], None);
        assert_eq!((history.calls(), history.duplicates), (2, 1));
        let sources = history.sessions.iter().flat_map(|session| &session.calls);
        assert_eq!(sources.filter(|call| matches!(call.source, Source::Evidence { .. })).count(), 1);
    }

    #[test]
    fn two_commands_under_one_id_are_two_calls() {
        let log = |commands: &[&str]| {
            let line = |command: &&str| {
                format!(
                    r#"{{"command":"{command}","session":"s","id":"t1","cwd":"/home/dev/shop","at":"2026-11-22T21:45:01Z"}}"#
                )
            };
            countersign_agents::read(commands.iter().map(line).collect::<Vec<_>>().join("\n").as_bytes())
        };
        let history = History::of([
            ("a".to_owned(), log(&["ls", "git push origin main"])),
            ("b".to_owned(), log(&["git push origin main", "ls"])),
            ("c".to_owned(), log(&["pwd"])),
        ]);
        assert_eq!((history.calls(), history.duplicates), (3, 2));
    }

    #[test]
    fn calls_without_ids_are_all_different() {
        let text = "{\"command\":\"ls\"}\n{\"command\":\"ls\"}\n";
        let history =
            History::of(["a", "b"].map(|file| (file.to_owned(), countersign_agents::read(text.as_bytes()))));
        assert_eq!((history.calls(), history.duplicates), (4, 0));
        assert_eq!(history.sessions.len(), 2, "of each log its own session");
        let one = History::of([("a".to_owned(), countersign_agents::read(text.as_bytes()))]);
        assert_eq!(one.sessions.first().map(|session| session.id.as_str()), Some(UNNAMED));
    }
}
