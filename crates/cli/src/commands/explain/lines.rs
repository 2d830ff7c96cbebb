//! One decision for each line of standard input.

use std::io::{BufRead as _, ErrorKind, Write as _};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use countersign_hook::Judge;
use countersign_local::Authorities;
use countersign_model::ToolCall;
use serde_json::{Map, Value, json};

use super::{call, decided, judged};
use crate::output::WithHint as _;
use crate::{edge, output};

/// Answers every line in its place: one that cannot be read or decided with an `error`, never with silence.
pub fn answer(judge: &Judge, authorities: &Authorities) -> Result<ExitCode> {
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
        match writeln!(out, "{answer}") {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                return Ok(ExitCode::from(output::NOBODY_READS));
            }
            written => written.context("cannot write the answers")?,
        }
    }
    match out.flush() {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::from(output::NOBODY_READS)),
        flushed => flushed.context("cannot write the answers").map(|()| exit),
    }
}

fn explain_line(judge: &Judge, authorities: &Authorities, line: &[u8], here: &str) -> Result<Value> {
    let call = std::str::from_utf8(line)
        .context("it is not UTF-8")
        .and_then(|line| parse(line, here))
        .hint("a line is {\"tool\":…,\"input\":{…},\"cwd\":…} or {\"command\":…}")?;
    let seen = judged(judge, &call, authorities)?;
    Ok(decided::of(&seen, &call, judge))
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
