//! Session logs of an agent: what would have been decided over each call, had we been there.

use std::path::Path;

use countersign_model::{Certainty, DecisionKind, ToolCall};
use countersign_policy::{History, secret_read};
use serde_json::Value;

use super::corpus::is_stopped;
use super::stage::{Stage, why};
use super::{BOUNDS, Bound, Figure};
use crate::Problem;

/// A call of a session.
pub struct Logged {
    session: String,
    call: ToolCall,
}

/// The tool calls of every session log in a folder, moved to the stage: the directory and the home that the log was
/// written in become the stage's.
pub fn read(folder: &Path, stage: &Stage) -> Result<Vec<Logged>, Problem> {
    let mut files: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    files.sort_by_key(std::fs::DirEntry::path);
    let mut calls = Vec::new();
    for file in files {
        let path = file.path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        let session = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut first = None;
        for line in std::fs::read_to_string(&path)?.lines() {
            let Ok(entry) = serde_json::from_str::<Value>(line) else { continue };
            let Some(directory) = entry.get("cwd").and_then(Value::as_str) else { continue };
            let top = first.get_or_insert_with(|| directory.to_owned()).clone();
            let content = entry.pointer("/message/content").and_then(Value::as_array);
            for part in content.into_iter().flatten() {
                if part.get("type").and_then(Value::as_str) == Some("tool_use") {
                    calls.extend(logged(part, &session, directory, &top, stage));
                }
            }
        }
    }
    Ok(calls)
}

fn logged(part: &Value, session: &str, directory: &str, top: &str, stage: &Stage) -> Option<Logged> {
    let tool = part.get("name").and_then(Value::as_str)?;
    let home = top.split('/').take(3).collect::<Vec<_>>().join("/");
    let moved = |text: &str| {
        let text = text.replace(top, &stage.repository.display().to_string());
        text.replace(&home, &stage.home.display().to_string())
    };
    let Ok(Value::Object(input)) = serde_json::from_str(&moved(&part.get("input")?.to_string())) else {
        return None;
    };
    let mut call = stage.call(tool, input);
    let moved = moved(directory);
    call.cwd = if Path::new(&moved).is_dir() { moved } else { stage.repository.display().to_string() };
    Some(Logged { session: session.to_owned(), call })
}

/// Decides every call; prints what would have been stopped and what nobody could see into.
pub fn score(calls: &[Logged], stage: &Stage) -> Result<Vec<Figure>, Problem> {
    let (mut allowed, mut monitored, mut held, mut denied) = (0, 0, 0, 0);
    let (mut shells, mut opaque) = (0, 0);
    let mut history = History::default();
    let mut session = "";
    for Logged { session: own, call } in calls {
        if session != own {
            session = own;
            history = History::default();
        }
        let (seen, _) = stage.ask(call, &history)?;
        match seen.decision.kind {
            DecisionKind::Allow => allowed += 1,
            DecisionKind::Monitor => monitored += 1,
            DecisionKind::RequireApproval { .. } => held += 1,
            DecisionKind::Deny => denied += 1,
        }
        let text = || {
            call.text("command").map_or_else(|| Value::Object(call.input.clone()).to_string(), str::to_owned)
        };
        let line = || format!("{} {}\n    {}", call.tool, text().replace('\n', "\n    "), why(&seen));
        if is_stopped(&seen) {
            println!("stopped in a session: {}", line());
        } else {
            history.read(secret_read(&seen.effects));
        }
        if call.tool == "Bash" {
            shells += 1;
            if seen.effects.iter().any(|effect| effect.certainty == Certainty::Opaque) {
                opaque += 1;
                println!("opaque in a session: {}", line());
            }
        }
    }
    let all = calls.len();
    let figure = |name, count, of, bound| Figure { name, count, of, bound };
    Ok(vec![
        figure("calls of sessions, allowed", allowed, all, Bound::Shown),
        figure("calls of sessions, monitored", monitored, all, Bound::Shown),
        figure("calls of sessions, held", held, all, Bound::AtMost(BOUNDS.sessions_held)),
        figure("calls of sessions, denied", denied, all, Bound::Shown),
        figure("shell calls of sessions, opaque", opaque, shells, Bound::AtMost(BOUNDS.sessions_opaque)),
    ])
}
