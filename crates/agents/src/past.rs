//! Calls that agents made before anybody asked us: what is read from the session logs that runtimes keep.
//!
//! One runtime's logs are one file (`claude_code/transcript.rs`, `codex/transcript.rs`,
//! `gemini/transcript.rs`); `script.rs` reads plain lines of tool calls. All of them are lenient: a
//! line that cannot be read is counted and said, and the others count all the same.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use countersign_model::{Digest, Timestamp, ToolCall, ToolCallId};
#[cfg(test)]
use serde_json::Value;

use crate::dialect;

/// A call as its session's log tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct PastCall {
    /// What the agent wanted.
    pub call: ToolCall,
    /// When, where the log says.
    pub at: Option<Timestamp>,
    /// The branch that was checked out, where the log says.
    pub branch: Option<String>,
    /// What became of it.
    pub result: PastResult,
    /// The line of the log, counted from 1.
    pub line: usize,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PastResult {
    /// The log does not say.
    #[default]
    Unknown,
    /// The tool did what it was told.
    Succeeded,
    /// The tool failed.
    Failed,
    /// A person said no.
    Rejected,
    /// A hook or the runtime said no.
    Blocked,
}

/// One log, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Past {
    /// Its calls, in their order.
    pub calls: Vec<PastCall>,
    /// The lines that could not be read.
    pub broken: Vec<Broken>,
    /// Calls that stand in it more than once, not counting the first.
    pub repeated: usize,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong, a lower-case fragment.
    pub what: String,
}

/// Reads a log, whichever runtime wrote it, or several that follow each other. Nothing where it is none.
pub fn read(text: &[u8]) -> Option<Past> {
    dialect::read(&without_mark(text))
}

/// A text without the mark at its start that says how it is encoded; one in UTF-16, as PowerShell saves what a command
/// prints, in UTF-8.
fn without_mark(text: &[u8]) -> Cow<'_, [u8]> {
    let decoded = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = rest.chunks_exact(2).filter_map(|pair| Some(unit(<[u8; 2]>::try_from(pair).ok()?)));
        let letters = char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER));
        Cow::Owned(letters.collect::<String>().into_bytes())
    };
    match text {
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        [0xff, 0xfe, rest @ ..] => decoded(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => decoded(rest, u16::from_be_bytes),
        _ => Cow::Borrowed(text),
    }
}

/// The lines that are not empty, with their numbers.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let lines = text.split(|byte| *byte == b'\n').enumerate();
    lines.map(|(index, line)| (index + 1, line.trim_ascii())).filter(|(_, line)| !line.is_empty())
}

/// A log as it is being read.
#[derive(Default)]
pub(crate) struct Reading {
    past: Past,
    /// The last call of each id.
    by_id: HashMap<ToolCallId, usize>,
    /// Calls that share an id with another one that asks for something else.
    others: HashSet<(ToolCallId, Digest)>,
}

impl Reading {
    /// Adds a call, unless it stands there already: under its id, with the same arguments.
    pub fn call(&mut self, call: PastCall) {
        let known = self.by_id.get(&call.call.id).and_then(|index| self.past.calls.get(*index));
        if let Some(known) = known {
            let is_same = known.call.tool == call.call.tool && known.call.input == call.call.input;
            let mut is_new = |call: &PastCall| self.others.insert((call.call.id.clone(), asked(call)));
            let is_repeated = is_same || {
                is_new(known);
                !is_new(&call)
            };
            if is_repeated {
                self.past.repeated += 1;
                return;
            }
        }
        self.by_id.insert(call.call.id.clone(), self.past.calls.len());
        self.past.calls.push(call);
    }

    /// Says what became of a call that was told of before.
    pub fn result(&mut self, id: &ToolCallId, result: PastResult) {
        let call = self.by_id.get(id).and_then(|index| self.past.calls.get_mut(*index));
        if let Some(call) = call.filter(|call| call.result == PastResult::Unknown) {
            call.result = result;
        }
    }

    /// Counts a line that cannot be read.
    pub fn broken(&mut self, line: usize, what: impl ToString) {
        // The parser counts lines within the one it is given.
        let what = what.to_string().replace(" at line 1 column ", ", column ");
        let is_no_json =
            ["expected ", "EOF while", "invalid number", "trailing characters", "control character"];
        let what = if is_no_json.iter().any(|start| what.starts_with(start)) {
            format!("no JSON: {what}")
        } else {
            what
        };
        self.past.broken.push(Broken { line, what });
    }

    /// Whether a call was told of before.
    pub fn has(&self, id: &ToolCallId) -> bool {
        self.by_id.contains_key(id)
    }

    /// Whether a call was told of before, with the same arguments.
    pub fn has_same(&self, call: &PastCall) -> bool {
        let known = self.by_id.get(&call.call.id).and_then(|index| self.past.calls.get(*index));
        known.is_some_and(|known| known.call.tool == call.call.tool && known.call.input == call.call.input)
            || self.others.contains(&(call.call.id.clone(), asked(call)))
    }

    /// An id for a call that has none.
    pub fn next_id(&self) -> ToolCallId {
        ToolCallId::from(format!("#{}", self.past.calls.len()))
    }

    /// What was read.
    pub fn finish(self) -> Past {
        self.past
    }
}

/// What a call asks for.
fn asked(call: &PastCall) -> Digest {
    let input = serde_json::to_vec(&call.call.input).unwrap_or_default();
    Digest::of([call.call.tool.as_bytes(), &[0], input.as_slice()])
}

/// A time as logs spell it.
pub(crate) fn time(text: Option<&str>) -> Option<Timestamp> {
    text?.parse().ok()
}

/// A log as tests show it: what it is made of, a line each.
#[cfg(test)]
pub(crate) fn shown(text: &str) -> String {
    let Some(past) = read(text.as_bytes()) else { return "no log".to_owned() };
    let mut shown: Vec<String> = past
        .calls
        .iter()
        .map(|PastCall { call, at, branch, result, line }| {
            let at = at.map(|at| at.to_string()).unwrap_or_default();
            let branch = branch.as_deref().unwrap_or("-");
            let (session, id, cwd, tool) = (&call.session, &call.id, &call.cwd, &call.tool);
            let input = Value::Object(call.input.clone());
            format!("{line}: {session} {id} {cwd} {branch} {tool} {input} {result:?} {at}")
        })
        .collect();
    shown.extend(past.broken.iter().map(|broken| format!("{}: broken, {}", broken.line, broken.what)));
    if past.repeated > 0 {
        shown.push(format!("{} repeated", past.repeated));
    }
    shown.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_encodings() {
        let line = "{\"command\":\"echo \u{e4}\"}\n";
        let wide = |unit: fn(u16) -> [u8; 2]| {
            format!("\u{feff}{line}").encode_utf16().flat_map(unit).collect::<Vec<u8>>()
        };
        for text in [
            line.as_bytes().to_vec(),
            format!("\u{feff}{line}").into_bytes(),
            wide(u16::to_le_bytes),
            wide(u16::to_be_bytes),
        ] {
            let past = read(&text).unwrap();
            assert!(past.broken.is_empty(), "{:?}", past.broken);
            assert_eq!(past.calls.first().unwrap().call.text("command"), Some("echo \u{e4}"));
        }
    }

    #[test]
    fn what_is_no_log() {
        for text in ["", "ship it\n", "{}", "[1]", "{\"a\":1}\n{\"b\":2}\n", "{\"type\":\"module\"}"] {
            assert_eq!(shown(text), "no log", "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_too_strange_to_read(
            start in "(\\{\"sessionId\":\"s\",\"type\":\"x\"\\}|\\{\"type\":\"session_meta\"\\}|\\{\"projectHash\":\"\"\\}|\\{\"tool\":\"\"\\})",
            rest in r#"(\n?[\[{]?("(type|message|content|payload|item|toolCalls|input|tool_use|id)":?)?[\[\]{}",:0-9a\\ue. -]{0,8}[\]}]?)*"#,
        ) {
            let text = format!("{start}\n{rest}");
            let _ = read(text.as_bytes());
        }
    }
}
