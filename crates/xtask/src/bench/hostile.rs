//! Inputs that a careless parser, matcher or redactor is slow on.

use std::fs;
use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use super::figure::{Bound, Figure};
use super::stage::{Programs, Stage};
use super::timing::{median, median_ratio, time};
use super::{HOPELESS, measured};

/// Each is answered within this many times the yardstick: about 100 ms on the machine of `docs/performance.md`.
/// A machine has faster and slower moments, so each run is held to the yardstick of its own moment, and the middle one
/// of a few counts.
const BOUND: f64 = 10_000.0;
/// The hook's time-out here; it gives up after half of it.
const TIMEOUT: Duration = Duration::from_secs(10);
const RUNS: usize = 5;

const MEGABYTE: usize = 1 << 20;
/// A longer command is not looked into at all.
const LONGEST_COMMAND: usize = 64 << 10;

/// One input: what it is called, and the payload without its ids.
struct Hostile {
    name: String,
    tool: &'static str,
    input: Value,
    /// A file of the repository, and what is in it.
    file: Option<(&'static str, String)>,
}

/// Times each; one that is above its bound is measured again by itself.
pub fn measure(programs: &Programs) -> Result<Vec<Figure>> {
    let stage = Stage::set(programs, 10)?;
    let mut figures = Vec::new();
    for hostile in inputs().into_iter().chain(languages()) {
        let file = hostile.file.map(|(name, text)| (stage.repository().join(name), text));
        if let Some((path, text)) = &file {
            fs::write(path, text)?;
        }
        let payload = stage.tool_payloads(hostile.tool, &hostile.input)?.0;
        figures.push(one(programs, &stage, &hostile.name, &payload)?);
        if let Some((path, _)) = file {
            fs::remove_file(path)?;
        }
    }
    figures.push(one(programs, &stage, "JSON nested 100,000 deep", &nested_json(&stage)?)?);
    Ok(figures)
}

fn one(programs: &Programs, stage: &Stage, name: &str, payload: &[u8]) -> Result<Figure> {
    let figures = measured(name, || {
        let mut runs = Vec::new();
        for _ in 0..RUNS {
            let yardstick = programs.yardstick()?;
            let ran = time(stage.hook_within(TIMEOUT, &[]), payload)?;
            // Letting go on is exit 0, denying is 2; anything else is a crash.
            let crashed = !matches!(ran.exit, Some(0 | 2));
            if crashed || ran.stdout.contains("did not finish in time") {
                let how = if crashed { "crashed" } else { "ran out of time" };
                return Ok(vec![Figure::time(name, ran.time, Bound::Passed).noting(how)]);
            }
            runs.push((yardstick, ran.time));
            if ran.time > yardstick.mul_f64(BOUND * HOPELESS) {
                break;
            }
        }
        let time = median(runs.iter().map(|(_, time)| *time).collect());
        Ok(vec![Figure::ratio(name, time, median_ratio(&runs), Bound::Ratio(BOUND))])
    });
    Ok(figures?.remove(0))
}

fn inputs() -> Vec<Hostile> {
    let commands = [
        ("$(", "$("),
        ("{", "{ "),
        ("quotes", "'\""),
        ("backticks", "`"),
        ("words", "a "),
        ("if", "if "),
        ("newlines", "x\n"),
        ("${a", "${a"),
        ("<(", "<("),
        ("((", "(("),
        ("case x in", "case x in "),
        ("database addresses", "postgres://u:p@h/ "),
    ];
    let loops = "for i in 1 2 3 4 5 6 7 8; do ".repeat(30) + "rm /tmp/$i" + &"; done".repeat(30);
    let glob = format!("rm /tmp/x/{}x", "*".repeat(LONGEST_COMMAND - 32));
    let stars = format!("rm /tmp/x/{}", "*a".repeat((LONGEST_COMMAND - 32) / 2));
    let shell = commands
        .into_iter()
        .map(|(name, part)| (format!("1 MB of {name}"), part.repeat(MEGABYTE / part.len())))
        .chain([
            ("200,000 words".to_owned(), "ls ".to_owned() + &"a ".repeat(200_000)),
            ("30 nested for loops".to_owned(), loops),
            ("64 KB of * in a path".to_owned(), glob),
            ("64 KB of *a in a path".to_owned(), stars),
        ])
        .map(|(name, command)| Hostile {
            name,
            tool: "Bash",
            input: json!({ "command": command }),
            file: None,
        });
    // Built here: no file of the repository holds what looks like a secret.
    let assignment = format!("pass{}=\"abcdEFGH1234\" ", "word");
    let files = [("database addresses", "postgres://u:p@h/ "), ("assigned passwords", assignment.as_str())]
        .map(|(name, part)| {
            let content = part.repeat(MEGABYTE / part.len());
            let input = json!({ "file_path": "/tmp/notes.txt", "content": content });
            Hostile { name: format!("1 MB of {name} in a file"), tool: "Write", input, file: None }
        });
    shell.chain(files).collect()
}

/// Text for every reader of a language, as much as it reads or more: in the call, and in a file that a command runs.
fn languages() -> Vec<Hostile> {
    let calls = [
        ("mcp__db__query", "query", "SELECT "),
        ("mcp__db__query", "query", "((a,b),"),
        ("mcp__db__query", "query", "DELETE FROM a;"),
        ("mcp__api__graphql", "query", "{a "),
        ("mcp__api__graphql", "query", "a(b:{c:"),
        ("PowerShell", "command", "$("),
        ("PowerShell", "command", "iex "),
        ("PowerShell", "command", "'a'+"),
    ];
    let calls = calls.into_iter().flat_map(|(tool, argument, part)| {
        [(60 << 10, "60 KB"), (250 << 10, "250 KB"), (MEGABYTE, "1 MB")].map(|(length, size)| Hostile {
            name: format!("{size} of {part} to {tool}"),
            tool,
            input: json!({ argument: part.repeat(length / part.len()) }),
            file: None,
        })
    });
    let files = [
        ("python3 x", "x", "os.system('ls')\n"),
        ("python3 x", "x", "f'{"),
        ("node x", "x", "`${"),
        ("node x", "x", "require('./x');"),
        ("ruby x", "x", "system('ls');"),
        ("perl x", "x", "s/a/b/;"),
        ("awk -f x", "x", "{ print $1 }\n"),
        ("bash x", "x", "x\n"),
        ("psql -f x", "x", "SELECT 1 UNION "),
        ("mysql < x", "x", "/*!"),
        ("pwsh -File x", "x", "@(\n"),
        ("make all", "Makefile", "A += $(A)\n"),
        ("make all", "Makefile", "$(shell ls)"),
        ("just all", "justfile", "a:\n\tls\n"),
        ("npm run build", "package.json", "{\"a\":"),
        ("docker compose up", "docker-compose.yml", "- "),
        ("docker build .", "Dockerfile", "RUN ls\n"),
        ("kubectl apply -f x", "x", "kind: Secret\n---\n"),
        ("terraform apply", "main.tf", "a {\n"),
        ("source .env", ".env", "A=$A$A\n"),
    ];
    let files = files.map(|(command, file, part)| Hostile {
        name: format!("250 KB of {part:?} for {command}"),
        tool: "Bash",
        input: json!({ "command": command }),
        file: Some((file, part.repeat((250 << 10) / part.len()))),
    });
    let settings = Hostile {
        name: "1,000 commands that read 250 KB of settings".to_owned(),
        tool: "Bash",
        input: json!({ "command": "KUBECONFIG=$PWD/x kubectl delete pod a; ".repeat(1000) }),
        file: Some(("x", "a: b\n".repeat(50 << 10))),
    };
    calls.chain(files).chain([settings]).collect()
}

/// Arrays in arrays where the tool's argument should be.
fn nested_json(stage: &Stage) -> Result<Vec<u8>> {
    let (payload, _) = stage.payloads("DEPTH")?;
    let depth = 100_000;
    let nested = "[".repeat(depth) + &"]".repeat(depth);
    Ok(String::from_utf8(payload)?.replace("\"DEPTH\"", &nested).into_bytes())
}
