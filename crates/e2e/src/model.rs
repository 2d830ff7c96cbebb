//! A scripted model on loopback that speaks Anthropic's Messages API as far as the client needs it.
//!
//! Which turn is due is read off the conversation itself (how many turns the model has had in it),
//! so a repeated request and a resumed session are answered alike.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::http;
use crate::scenario::{Position, Scenario};

/// The files through which a test and the model speak.
#[derive(Clone, Debug)]
pub struct Files {
    /// The scenario, read anew for every request.
    pub scenario: PathBuf,
    /// One line for every conversation the model was sent: its messages.
    pub log: PathBuf,
}

impl Files {
    /// Those of a lab's folder.
    pub fn of(lab: &Path) -> Self {
        Self { scenario: lab.join("scenario.json"), log: lab.join("requests.jsonl") }
    }
}

/// Serves until the process ends.
pub fn serve(listener: &TcpListener, files: &Files) {
    for stream in listener.incoming().flatten() {
        let files = files.clone();
        thread::spawn(move || {
            if let Err(error) = answer(&stream, &files) {
                eprintln!("scripted model: {error:#}");
            }
        });
    }
}

fn answer(stream: &TcpStream, files: &Files) -> Result<()> {
    let request = http::read(stream)?;
    let with_body = request.method != "HEAD";
    let json = |value: Value| http::respond(stream, "application/json", &value.to_string(), with_body);
    match (request.method.as_str(), request.path.as_str()) {
        ("POST", "/v1/messages") => {
            let body: Value = serde_json::from_slice(&request.body).context("the request is not JSON")?;
            let message = message(&body, files)?;
            if body.get("stream") == Some(&Value::Bool(true)) {
                http::respond(stream, "text/event-stream", &events(&message), with_body)
            } else {
                json(message)
            }
        }
        ("POST", "/v1/messages/count_tokens") => json(json!({ "input_tokens": request.body.len() / 4 })),
        _ => json(json!({})),
    }
}

/// The message due in this conversation; a request without tools (a title, a summary) gets a word.
fn message(body: &Value, files: &Files) -> Result<Value> {
    let messages = body.get("messages").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let has_tools = body.get("tools").and_then(Value::as_array).is_some_and(|tools| !tools.is_empty());
    let (id, content) = if has_tools {
        record(&files.log, messages)?;
        let scenario = fs::read(&files.scenario).context("cannot read the scenario")?;
        let scenario: Scenario = serde_json::from_slice(&scenario).context("cannot read the scenario")?;
        let position = scenario.position(&first_text(messages), turns(messages));
        // The client takes two messages of one id for one.
        (format!("msg_{}_{}", position.track, position.turn), content(&scenario, position))
    } else {
        ("msg_aside".to_owned(), vec![text("ok")])
    };
    let stop = if content.iter().any(|block| block.get("id").is_some()) { "tool_use" } else { "end_turn" };
    Ok(json!({
        "id": id,
        "type": "message",
        "role": "assistant",
        "model": body.get("model").cloned().unwrap_or_default(),
        "content": content,
        "stop_reason": stop,
        "stop_sequence": null,
        "usage": { "input_tokens": 100, "output_tokens": 10 },
    }))
}

fn content(scenario: &Scenario, position: Position) -> Vec<Value> {
    let Position { track, turn } = position;
    let calls = scenario.calls(position);
    if calls.is_empty() {
        return vec![text("Finished.")];
    }
    let calls = calls.iter().enumerate().map(|(at, call)| {
        json!({
            "type": "tool_use",
            "id": format!("toolu_{track}_{turn}_{at}"),
            "name": call.tool,
            "input": call.input,
        })
    });
    std::iter::once(text("Working.")).chain(calls).collect()
}

fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

fn record(log: &Path, messages: &[Value]) -> Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(log).context("cannot open the log")?;
    let line = format!("{}\n", Value::Array(messages.to_vec()));
    file.write_all(line.as_bytes()).context("cannot write the log")
}

/// The text of the first message of the user.
fn first_text(messages: &[Value]) -> String {
    match messages.iter().find(|message| role(message) == "user").and_then(|message| message.get("content")) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(blocks)) => {
            let texts = blocks.iter().filter_map(|block| block.get("text").and_then(Value::as_str));
            texts.collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

/// How many turns the model has had: messages of its own that follow each other are one.
fn turns(messages: &[Value]) -> usize {
    let mut before = "";
    let mut turns = 0;
    for now in messages.iter().map(role) {
        turns += usize::from(now == "assistant" && before != "assistant");
        before = now;
    }
    turns
}

fn role(message: &Value) -> &str {
    message.get("role").and_then(Value::as_str).unwrap_or_default()
}

/// The message as the API streams it.
fn events(message: &Value) -> String {
    let mut start = message.clone();
    if let Some(start) = start.as_object_mut() {
        start.insert("content".to_owned(), json!([]));
        start.insert("stop_reason".to_owned(), Value::Null);
    }
    let mut events = event("message_start", json!({ "message": start }));
    let blocks = message.get("content").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for (index, block) in blocks.iter().enumerate() {
        let mut opened = block.clone();
        let delta = match (block.get("input"), opened.as_object_mut()) {
            (Some(input), Some(opened)) => {
                opened.insert("input".to_owned(), json!({}));
                json!({ "type": "input_json_delta", "partial_json": input.to_string() })
            }
            (_, Some(opened)) => {
                opened.insert("text".to_owned(), "".into());
                json!({ "type": "text_delta", "text": block.get("text") })
            }
            (_, None) => continue,
        };
        events += &event("content_block_start", json!({ "index": index, "content_block": opened }));
        events += &event("content_block_delta", json!({ "index": index, "delta": delta }));
        events += &event("content_block_stop", json!({ "index": index }));
    }
    let delta = json!({ "stop_reason": message.get("stop_reason"), "stop_sequence": null });
    events += &event("message_delta", json!({ "delta": delta, "usage": { "output_tokens": 10 } }));
    events + &event("message_stop", json!({}))
}

fn event(name: &str, mut data: Value) -> String {
    if let Some(data) = data.as_object_mut() {
        data.insert("type".to_owned(), name.into());
    }
    format!("event: {name}\ndata: {data}\n\n")
}
