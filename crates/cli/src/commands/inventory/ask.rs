//! Starting MCP servers to ask them for their tools. Only when the user says so: starting one runs what the
//! settings of a repository name.

mod http;

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use countersign_inventory::Item;
use countersign_inventory::mcp::{Connect, Server};
use countersign_inventory::protocol::{self, MOST_PAGES, MOST_TOOLS, Tool};
use serde_json::Value;

use super::files::Place;
use crate::edge;

const ENDED: &str = "it ended without an answer";
const LATE: &str = "it did not answer in time";
const FLOOD: &str = "it printed too much without an answer";
/// So much is read of what one server prints.
const LONGEST: u64 = 1 << 20;
/// So many servers are asked.
const MOST_SERVERS: usize = 40;
/// A longer mark of a next page is not sent back: the server may not be reading.
const LONGEST_CURSOR: usize = 4096;

/// Asks all at once; a server that does not answer is an item with a note.
pub(super) fn all(servers: &[Server], place: &Place, patience: Duration) -> Vec<Item> {
    let deadline = Instant::now() + patience;
    std::thread::scope(|scope| {
        let asked: Vec<_> = servers
            .iter()
            .enumerate()
            .map(|(number, server)| {
                let asking = move || match &server.connect {
                    _ if number >= MOST_SERVERS => Err("not asked: there are too many".to_owned()),
                    _ if server.off => Err("not asked: the settings switch it off".to_owned()),
                    Connect::Program { .. } => tools(server, place, deadline),
                    Connect::Address { url, headers } => {
                        let expand = |(name, value): &(String, String)| (name.clone(), expanded(value));
                        let headers = headers.iter().map(expand).collect();
                        http::Session::new(&expanded(url), headers, deadline).and_then(|mut to| list(&mut to))
                    }
                    Connect::Unknown => Err("not asked: its settings are not understood".to_owned()),
                };
                (server, scope.spawn(asking))
            })
            .collect();
        let items = asked.into_iter().flat_map(|(server, asking)| {
            match asking.join().unwrap_or_else(|_| Err("asking it failed".to_owned())) {
                Ok(tools) if tools.is_empty() => vec![server.item().note("it says that it has no tools")],
                Ok(tools) => server.tools(&tools),
                Err(why) => vec![server.item().note(why)],
            }
        });
        items.collect()
    })
}

/// Starts a server and asks it for its tools.
fn tools(server: &Server, place: &Place, deadline: Instant) -> Result<Vec<Tool>, String> {
    let Connect::Program { command, arguments, environment } = &server.connect else { return Ok(Vec::new()) };
    let mut child = Command::new(expanded(command))
        .args(arguments.iter().map(|argument| expanded(argument)))
        .envs(environment.iter().map(|(name, value)| (name, expanded(value))))
        .current_dir(&place.top)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // What it logs may hold anything.
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("it cannot be started: {}", error.kind()))?;
    let answer = talk(&mut child, deadline);
    // The group, so that what it started ends too.
    if let Some(group) = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap_or_default()) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
    answer
}

/// A way of asking a server.
trait Session {
    /// Sends a message.
    fn say(&mut self, message: &Value) -> Result<(), String>;
    /// Sends a request with this id and waits for its answer.
    fn ask(&mut self, request: &Value, id: u64) -> Result<Value, String>;
}

/// All tools of a server, page by page.
fn list(server: &mut impl Session) -> Result<Vec<Tool>, String> {
    server.ask(&protocol::initialize(), 1)?;
    server.say(&protocol::initialized())?;
    let (mut tools, mut cursor): (Vec<Tool>, Option<String>) = (Vec::new(), None);
    for page in 0..MOST_PAGES {
        let id = 2 + u64::try_from(page).unwrap_or_default();
        let (more, next) = protocol::tools(&server.ask(&protocol::list(id, cursor.as_deref()), id)?);
        tools.extend(more);
        cursor = next.filter(|next| next.len() <= LONGEST_CURSOR);
        if cursor.is_none() || tools.len() >= MOST_TOOLS {
            break;
        }
    }
    tools.truncate(MOST_TOOLS);
    Ok(tools)
}

/// A program that is spoken to over its standard input and output.
struct Spoken {
    to: ChildStdin,
    lines: Receiver<Printed>,
    deadline: Instant,
}

impl Session for Spoken {
    fn say(&mut self, message: &Value) -> Result<(), String> {
        self.to.write_all(format!("{message}\n").as_bytes()).map_err(|_| ENDED.to_owned())
    }

    fn ask(&mut self, request: &Value, id: u64) -> Result<Value, String> {
        self.say(request)?;
        hear(&self.lines, id, self.deadline)
    }
}

fn talk(child: &mut Child, deadline: Instant) -> Result<Vec<Tool>, String> {
    let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("it cannot be spoken to".to_owned());
    };
    let (sender, lines) = sync_channel(64);
    // Not waited for: whoever holds the other end of the pipe may outlive the server.
    std::thread::spawn(move || read(from, &sender));
    list(&mut Spoken { to, lines, deadline })
}

/// What a server printed.
enum Printed {
    Line(String),
    /// More than is read.
    Flood,
}

fn read(from: impl std::io::Read, sender: &SyncSender<Printed>) {
    let mut from = BufReader::new(from.take(LONGEST));
    let mut line = Vec::new();
    while matches!(from.read_until(b'\n', &mut line), Ok(read) if read > 0) {
        if sender.send(Printed::Line(String::from_utf8_lossy(&line).into_owned())).is_err() {
            return;
        }
        line.clear();
    }
    if from.into_inner().limit() == 0 {
        let _ = sender.send(Printed::Flood);
    }
}

/// Waits for the answer with this id, past whatever else is printed.
fn hear(lines: &Receiver<Printed>, id: u64, deadline: Instant) -> Result<Value, String> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match lines.recv_timeout(left) {
            Ok(Printed::Line(line)) => {
                if let Some(answer) = protocol::answer(&line, id) {
                    return answer;
                }
            }
            Ok(Printed::Flood) => return Err(FLOOD.to_owned()),
            Err(RecvTimeoutError::Timeout) => {
                return Err(LATE.to_owned());
            }
            Err(RecvTimeoutError::Disconnected) => return Err(ENDED.to_owned()),
        }
    }
}

/// `${NAME}` and `${NAME:-otherwise}` replaced, as runtimes do.
fn expanded(text: &str) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, (name, after))) =
        rest.split_once("${").and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        let (name, otherwise) = name.split_once(":-").unwrap_or((name, ""));
        expanded.push_str(before);
        expanded.push_str(&edge::variable(name).unwrap_or_else(|| otherwise.to_owned()));
        rest = after;
    }
    expanded.push_str(rest);
    expanded
}
