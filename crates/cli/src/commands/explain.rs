//! `countersign explain`: what would this do, and what would be decided?

use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;

use anstream::println;
use anyhow::{Context as _, Result, bail};
use countersign_hook::{Judge, Policy, Seen};
use countersign_local::{Authorities, Home};
use countersign_model::{DecisionKind, PolicyId, Runtime, ToolCall};
use countersign_policy::{History, build, propose};
use countersign_understand::Pinning;
use serde_json::{Map, Value, json};

use crate::desk::Desk;
use crate::output::{BAD, FAINT, GOOD, STRONG, WARN, WithHint as _, styled};
use crate::{edge, output, repository, terminal};

#[derive(clap::Args)]
pub struct Arguments {
    /// A shell command
    #[arg(required_unless_present_any = ["jsonl", "tool"], conflicts_with_all = ["jsonl", "tool"])]
    command: Option<String>,
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
    let (judge, authorities, notes) = judge(arguments.proposal)?;
    if arguments.jsonl {
        return lines(&judge, &authorities);
    }
    let (tool, input) = match (arguments.command, arguments.tool) {
        (Some(command), _) => ("Bash".to_owned(), json!({ "command": command })),
        (None, Some(tool)) => {
            let input = arguments.input.as_deref().unwrap_or("{}");
            (tool, serde_json::from_str(input).context("--input is not JSON")?)
        }
        (None, None) => bail!("nothing to explain"),
    };
    let Value::Object(input) = input else { bail!("--input must be a JSON object") };
    let call = call(tool, input, edge::here()?.display().to_string());
    let seen = judge.judge(&call, &[], &History::default(), &authorities)?;
    if json {
        output::json(&decision(&seen))?;
    } else {
        print(&seen, &notes);
    }
    Ok(ExitCode::SUCCESS)
}

/// What is in force; without a home, what `init` would propose; or the file as it lies here.
fn judge(proposal: bool) -> Result<(Judge, Authorities, Vec<String>)> {
    let home = edge::home()?;
    if home.exists() && !proposal {
        let mut desk = Desk::open()?;
        return Ok((desk.judge()?, desk.authorities()?, Vec::new()));
    }
    let (bundle, note) = if proposal {
        (super::policy::proposed(None)?.1, "decided by countersign.toml as it lies here")
    } else {
        let seen = match repository::top() {
            Ok(top) => repository::look(&top)?,
            Err(_) => countersign_policy::Seen::default(),
        };
        (
            build(&propose(&seen))?,
            "nothing is installed here: decided by what `countersign init` would propose",
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
    Ok((judge, Authorities::default(), vec![note.to_owned()]))
}

fn call(tool: String, input: Map<String, Value>, cwd: String) -> ToolCall {
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

/// Answers every line in its place: one that cannot be read or decided with an `error`, never with silence.
fn lines(judge: &Judge, authorities: &Authorities) -> Result<ExitCode> {
    let here = edge::here()?.display().to_string();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut exit = ExitCode::SUCCESS;
    for (number, line) in std::io::stdin().lock().split(b'\n').enumerate() {
        let line = line.context("cannot read standard input")?;
        let answer = match explain_line(judge, authorities, &line, &here) {
            Ok(answer) => answer,
            Err(error) => {
                exit = ExitCode::from(1);
                json!({ "line": number + 1, "error": output::sentence(&error) })
            }
        };
        serde_json::to_writer(&mut out, &answer)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(exit)
}

fn explain_line(judge: &Judge, authorities: &Authorities, line: &[u8], here: &str) -> Result<Value> {
    let call = std::str::from_utf8(line)
        .context("it is not UTF-8")
        .and_then(|line| parse(line, here))
        .hint("a line is {\"tool\":…,\"input\":{…},\"cwd\":…} or {\"command\":…}")?;
    let seen = judge.judge(&call, &[], &History::default(), authorities)?;
    Ok(decision(&seen))
}

fn parse(line: &str, here: &str) -> Result<ToolCall> {
    let value: Value = serde_json::from_str(line).context("it is not JSON")?;
    let cwd = value.get("cwd").and_then(Value::as_str).unwrap_or(here).to_owned();
    if let Some(command) = value.get("command").and_then(Value::as_str) {
        let input = Map::from_iter([("command".to_owned(), Value::from(command))]);
        return Ok(call("Bash".to_owned(), input, cwd));
    }
    let tool = value.get("tool").and_then(Value::as_str).context("it has neither `command` nor `tool`")?;
    match value.get("input") {
        Some(Value::Object(input)) => Ok(call(tool.to_owned(), input.clone(), cwd)),
        Some(_) => bail!("`input` is not an object"),
        None => Ok(call(tool.to_owned(), Map::new(), cwd)),
    }
}

fn decision(seen: &Seen) -> Value {
    let requirement = match &seen.decision.kind {
        DecisionKind::RequireApproval { requirement } => Some(requirement),
        DecisionKind::Allow | DecisionKind::Monitor | DecisionKind::Deny => None,
    };
    json!({
        "decision": seen.decision.kind.word(),
        "requirement": requirement,
        "effects": seen.effects,
        "risk": seen.decision.risk,
        "policies": seen.decision.policies,
        "reason": seen.decision.reason,
        "bundle": seen.bundle,
    })
}

fn print(seen: &Seen, notes: &[String]) {
    let kind = &seen.decision.kind;
    let style = match kind {
        DecisionKind::Allow => GOOD,
        DecisionKind::Monitor | DecisionKind::RequireApproval { .. } => WARN,
        DecisionKind::Deny => BAD,
    };
    println!("{}: {}", styled(style, kind), terminal::line(&seen.decision.reason));
    println!("{}", styled(STRONG, "effects"));
    for effect in &seen.effects {
        println!("  {}", terminal::line(&effect.to_string()));
        if let Some(because) = &effect.because {
            println!("    {}", styled(FAINT, terminal::line(because)));
        }
    }
    println!("{} {}", styled(STRONG, "risk"), seen.decision.risk.score);
    for factor in &seen.decision.risk.factors {
        println!("  {:+4} {}: {}", factor.points, factor.name, terminal::line(&factor.sentence));
    }
    let policies: Vec<&str> = seen.decision.policies.iter().map(PolicyId::as_str).collect();
    println!("{} {}", styled(STRONG, "policies"), policies.join(", "));
    match &seen.understanding.pinning {
        Pinning::Pinned { input, sentence } => {
            let command = input.get("command").and_then(Value::as_str).unwrap_or_default();
            println!("{}", styled(STRONG, "once approved, runs as"));
            println!("{}", terminal::quoted(command, 2, terminal::columns()));
            println!("  {}", styled(FAINT, terminal::line(sentence)));
        }
        Pinning::Impossible { why } => {
            println!("{} {}", styled(STRONG, "cannot be pinned:"), terminal::line(why))
        }
        Pinning::NotNeeded => {}
    }
    for note in notes.iter().chain(&seen.notes) {
        println!("{} {}", styled(WARN, "note:"), terminal::line(note));
    }
}
