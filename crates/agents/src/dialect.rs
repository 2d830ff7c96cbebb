//! Which runtime wrote a log, or each part of one: logs are put together, one after the other, and then each line counts
//! as what it is.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::past::{Past, lines};
use crate::{claude_code, codex, gemini, script};

/// A log that has told nothing of itself by then is none.
const LOOKED_AT: usize = 16;

/// Which runtime wrote a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    ClaudeCode,
    Codex,
    Gemini,
    GeminiWhole,
    Script,
}

/// The dialects that are read line by line.
const OF_LINES: [Dialect; 4] = [Dialect::ClaudeCode, Dialect::Codex, Dialect::Gemini, Dialect::Script];

/// Reads a log. A line that tells nothing of itself is of the same runtime as the one before it.
pub(crate) fn read(text: &[u8]) -> Option<Past> {
    let looked_at = || lines(text).filter_map(|(_, line)| Marks::of(line)).take(LOOKED_AT);
    // What `simulate` has written of other logs is none.
    if looked_at().next().is_some_and(|marks| marks.is_decision()) {
        return None;
    }
    let Some(first) = looked_at().find_map(|marks| marks.dialect()) else {
        return gemini::whole(text);
    };
    if first == Dialect::GeminiWhole
        && let Some(past) = gemini::whole(text)
    {
        return Some(past);
    }
    let mut dialect = first;
    let of_lines: Vec<(usize, &[u8], Dialect)> = lines(text)
        .map(|(number, line)| {
            dialect = Marks::of(line).and_then(|marks| marks.dialect()).unwrap_or(dialect);
            (number, line, dialect)
        })
        .collect();
    if of_lines.iter().all(|(_, _, dialect)| *dialect == first) && first != Dialect::GeminiWhole {
        return Some(of(first, text));
    }
    let mut past = Past::default();
    for dialect in OF_LINES {
        if of_lines.iter().any(|(_, _, of_line)| *of_line == dialect) {
            add(&mut past, of(dialect, &alone(&of_lines, dialect)), 0);
        }
    }
    for (number, line, _) in of_lines.iter().filter(|(_, _, dialect)| *dialect == Dialect::GeminiWhole) {
        // What follows a whole chat and tells nothing of itself is counted as broken.
        let read = gemini::whole(line).unwrap_or_else(|| gemini::transcript(line));
        add(&mut past, read, number - 1);
    }
    past.calls.sort_by_key(|call| call.line);
    past.broken.sort_by_key(|broken| broken.line);
    Some(past)
}

/// Reads the lines of one runtime.
fn of(dialect: Dialect, text: &[u8]) -> Past {
    match dialect {
        Dialect::ClaudeCode => claude_code::transcript(text),
        Dialect::Codex => codex::transcript(text),
        Dialect::Gemini | Dialect::GeminiWhole => gemini::transcript(text),
        Dialect::Script => script::transcript(text),
    }
}

/// The text with the lines of one runtime alone: the others are empty, so that each keeps its number.
fn alone(of_lines: &[(usize, &[u8], Dialect)], dialect: Dialect) -> Vec<u8> {
    let mut text = Vec::new();
    let mut at = 1;
    for (number, line, _) in of_lines.iter().filter(|(_, _, of_line)| *of_line == dialect) {
        text.extend(std::iter::repeat_n(b'\n', number - at));
        text.extend_from_slice(line);
        at = *number;
    }
    text
}

/// Adds what was read of a part that begins after so many lines.
fn add(past: &mut Past, part: Past, before: usize) {
    past.repeated += part.repeated;
    past.calls.extend(part.calls.into_iter().map(|mut call| {
        call.line += before;
        // A number that was given on reading is one only within its part.
        if call.call.id.as_str().starts_with('#') {
            call.call.id = format!("{}.{}", call.call.id, call.line).into();
        }
        call
    }));
    past.broken.extend(part.broken.into_iter().map(|mut broken| {
        broken.line += before;
        broken
    }));
}

/// What of a line tells whose it is.
#[derive(Deserialize)]
struct Marks {
    #[serde(rename = "type")]
    kind: Option<Value>,
    #[serde(rename = "sessionId")]
    session: Option<IgnoredAny>,
    #[serde(rename = "session_id")]
    session_id: Option<IgnoredAny>,
    #[serde(rename = "tool_id")]
    tool_id: Option<IgnoredAny>,
    uuid: Option<IgnoredAny>,
    #[serde(rename = "leafUuid")]
    leaf: Option<IgnoredAny>,
    #[serde(rename = "messageId")]
    message: Option<IgnoredAny>,
    #[serde(rename = "projectHash")]
    project: Option<IgnoredAny>,
    messages: Option<IgnoredAny>,
    tool: Option<IgnoredAny>,
    tool_name: Option<IgnoredAny>,
    command: Option<IgnoredAny>,
    decision: Option<IgnoredAny>,
    policies: Option<IgnoredAny>,
    input: Option<IgnoredAny>,
}

impl Marks {
    fn of(line: &[u8]) -> Option<Self> {
        line.starts_with(b"{").then(|| serde_json::from_slice(line).ok())?
    }

    fn is_decision(&self) -> bool {
        self.decision.is_some() && self.policies.is_some() && self.input.is_none()
    }

    fn dialect(&self) -> Option<Dialect> {
        match self.kind.as_ref().and_then(Value::as_str) {
            Some("session_meta" | "response_item" | "turn_context" | "thread.started" | "event_msg") => {
                Some(Dialect::Codex)
            }
            Some("init" | "tool_use" | "tool_result")
                if self.session_id.is_some() || self.tool_id.is_some() =>
            {
                Some(Dialect::Gemini)
            }
            Some(_)
                if self.session.is_some()
                    || self.uuid.is_some()
                    || self.leaf.is_some()
                    || self.message.is_some() =>
            {
                Some(Dialect::ClaudeCode)
            }
            Some("system") if self.session_id.is_some() => Some(Dialect::ClaudeCode),
            _ if self.project.is_some() && self.messages.is_some() => Some(Dialect::GeminiWhole),
            _ if self.project.is_some() => Some(Dialect::Gemini),
            _ if self.tool.is_some() || self.tool_name.is_some() || self.command.is_some() => {
                Some(Dialect::Script)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::past::shown;

    const CLAUDE: &str = r#"{"type":"assistant","sessionId":"s","uuid":"u","cwd":"/repo","message":{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"ls"}}]}}"#;
    const CODEX: &str = "{\"type\":\"session_meta\",\"payload\":{\"id\":\"c\",\"cwd\":\"/repo\"}}\n\
        {\"type\":\"response_item\",\"payload\":{\"type\":\"function_call\",\"name\":\"shell_command\",\"call_id\":\"c1\",\"arguments\":\"{\\\"command\\\":\\\"git push origin main\\\"}\"}}";
    const PLAIN: &str = r#"{"command":"git push origin live"}"#;
    const WHOLE: &str = r#"{"sessionId":"g","projectHash":"7b","messages":[{"id":"m","type":"gemini","toolCalls":[{"id":"g1","name":"glob","args":{}}]}]}"#;

    #[test]
    fn logs_of_several_runtimes_in_one_file() {
        assert_snapshot!(shown(&[CLAUDE, CODEX, PLAIN, CLAUDE, WHOLE, "nonsense", PLAIN].join("\n")), @r#"
        1: s t1 /repo - Bash {"command":"ls"} Unknown 
        3: c c1 /repo - shell_command {"command":"git push origin main"} Unknown 
        4: script #0.4  - Bash {"command":"git push origin live"} Unknown 
        6: g g1  - glob {} Unknown 
        8: script #1.8  - Bash {"command":"git push origin live"} Unknown 
        7: broken, no JSON: expected ident, column 2
        1 repeated
        "#);
        assert_snapshot!(shown(&[CODEX, CLAUDE, "nonsense", PLAIN].join("\n")), @r#"
        2: c c1 /repo - shell_command {"command":"git push origin main"} Unknown 
        3: s t1 /repo - Bash {"command":"ls"} Unknown 
        5: script #0.5  - Bash {"command":"git push origin live"} Unknown 
        4: broken, no JSON: expected ident, column 2
        "#);
        assert_snapshot!(shown(&[WHOLE, WHOLE].join("\n")), @"
        1: g g1  - glob {} Unknown 
        2: g g1  - glob {} Unknown
        ");
    }

    #[test]
    fn decisions_that_were_written_are_no_log() {
        let line = r#"{"call":"t1","tool":"Bash","decision":"allow","policies":[],"text":"ls"}"#;
        assert_eq!(shown(line), "no log");
    }

    #[test]
    fn a_line_that_tells_nothing_is_as_the_one_before() {
        assert_snapshot!(shown(&[r#"{"a":1}"#, CLAUDE, r#"{"type":"mode","mode":"x"}"#].join("\n")), @r#"2: s t1 /repo - Bash {"command":"ls"} Unknown"#);
    }
}
