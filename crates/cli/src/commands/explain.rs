//! `countersign explain`: what would this do, and what would be decided?

mod decided;
mod lines;
mod shown;
mod tree;

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use countersign_hook::{Judge, Known, Policy, Seen, nobody, now};
use countersign_local::{Authorities, Home};
use countersign_model::{Runtime, ToolCall};
use countersign_policy::{build, left_out, propose};
use countersign_redact::{Beside, Redactor};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::desk::Desk;
use crate::output::WithHint as _;
use crate::{edge, output, repository, terminal};

#[derive(clap::Args)]
pub struct Arguments {
    /// A shell command, in quotes
    #[arg(required_unless_present_any = ["jsonl", "tool"], conflicts_with_all = ["jsonl", "tool"])]
    command: Vec<String>,
    /// Another tool of the runtime than its shell, such as Write or mcp__github__merge_pull_request
    #[arg(long, conflicts_with = "jsonl")]
    tool: Option<String>,
    /// That tool's arguments, as JSON
    #[arg(long, requires = "tool")]
    input: Option<String>,
    /// Read one tool call a line from standard input, write one JSON decision a line:
    /// {"tool":"Bash","input":{"command":"…"},"cwd":"…"} or {"command":"…"}
    #[arg(long)]
    jsonl: bool,
    /// Decide by countersign.toml as it lies here instead of by what is in force
    #[arg(long)]
    proposal: bool,
}

/// Explains one call, or every line.
pub fn run(arguments: Arguments, json: bool) -> Result<ExitCode> {
    if arguments.command.len() > 1 {
        return Err(anyhow::anyhow!("a command is one argument")).hint(in_quotes(&arguments.command));
    }
    if arguments.command.first().is_some_and(|command| command.trim().is_empty()) {
        return Err(anyhow::anyhow!("there is no command to explain"))
            .hint("say one, in quotes: countersign explain 'git push origin main'");
    }
    let (judge, authorities, mut notes) = judge(arguments.proposal)?;
    if arguments.jsonl {
        return lines::answer(&judge, &authorities);
    }
    let (tool, input) = match (arguments.command.into_iter().next(), arguments.tool) {
        (Some(command), _) => ("Bash".to_owned(), json!({ "command": command })),
        (None, Some(tool)) => {
            let input = arguments.input.as_deref().unwrap_or("{}");
            notes.extend(misspelt(&tool));
            (tool, serde_json::from_str(input).context("--input is not JSON")?)
        }
        (None, None) => bail!("nothing to explain"),
    };
    let Value::Object(input) = input else { bail!("--input must be a JSON object") };
    let call = call(tool, input, edge::here()?.display().to_string());
    let seen = judged(&judge, &call, &authorities)?;
    if json {
        output::json(&decided::of(&seen, &call, &judge))?;
    } else {
        shown::print(&seen, &call, &notes, &judge);
    }
    Ok(ExitCode::SUCCESS)
}

/// The hint for a command that was not quoted.
pub fn in_quotes(words: &[String]) -> String {
    let command = words.join(" ").replace('\'', "'\\''");
    format!("quote the whole command: countersign explain '{}'", terminal::line(&command))
}

/// What a tool is called whose name differs in its capitals only.
fn misspelt(tool: &str) -> Option<String> {
    let known =
        countersign_understand::tools().find(|known| known.eq_ignore_ascii_case(tool) && *known != tool)?;
    Some(format!("the runtime's tool is called `{known}`; capital letters count"))
}

/// What is in force; without a home, what `init` would propose; or the file as it lies here.
pub fn judge(proposal: bool) -> Result<(Judge, Authorities, Vec<String>)> {
    let home = edge::home()?;
    if home.exists() && !proposal {
        let mut desk = Desk::look()?;
        return Ok((desk.judge()?, desk.authorities()?, Vec::new()));
    }
    let (bundle, note, mut notes) = if proposal {
        (super::policy::proposed(None)?.1, "decided by countersign.toml as it lies here", Vec::new())
    } else {
        let seen = match repository::top() {
            Ok(top) => repository::look(&top)?,
            Err(_) => countersign_policy::Seen::default(),
        };
        (
            build(&propose(&seen))?,
            "nothing is installed here: decided by what `countersign init` would propose",
            left_out(&seen),
        )
    };
    let judge = Judge {
        key: [0; 32],
        policy: Policy::Given(Box::new(bundle)),
        home: Home::at(home.path()),
        user_home: edge::user_home()?,
        project: None,
        git: edge::git_places(),
        variables: edge::variables(),
        settings: edge::settings(),
    };
    notes.insert(0, note.to_owned());
    // Who may approve makes no difference here, and the open tasks do.
    let mut authorities = Authorities::default();
    if home.exists() {
        match Desk::look().and_then(|mut desk| desk.authorities()) {
            Ok(known) => authorities.tasks = known.tasks,
            Err(_) => notes.push("no task counts here, since what is installed cannot be read".to_owned()),
        }
    }
    Ok((judge, authorities, notes))
}

/// What would be decided over a call of no session; a task of its working tree counts, and secrets in its input.
pub fn judged(judge: &Judge, call: &ToolCall, authorities: &Authorities) -> Result<Seen> {
    let known = Known { session: None, authorities, now: now(), others: &mut nobody };
    let redactor = Redactor::new(judge.key);
    let input = Value::Object(call.input.clone());
    let findings = redactor.scan(&input);
    let mut seen = judge.judge(call, &findings, known)?;
    // As the log has them: what is told of files behind the call may hold secrets.
    let beside = redactor.beside(&input);
    seen.effects = redacted(&seen.effects, &beside)?;
    seen.decision = redacted(&seen.decision, &beside)?;
    Ok(seen)
}

/// The same without secrets.
fn redacted<T: Serialize + DeserializeOwned>(value: &T, beside: &Beside) -> Result<T> {
    Ok(serde_json::from_value(beside.value(&serde_json::to_value(value)?))?)
}

/// A call of a tool, as a script would make it.
pub fn call(tool: String, input: Map<String, Value>, cwd: String) -> ToolCall {
    ToolCall {
        runtime: Runtime::Script,
        session: "explain".into(),
        agent: None,
        id: "explain".into(),
        prompt: None,
        cwd,
        mode: None,
        tool,
        input,
        mcp_server: None,
    }
}
