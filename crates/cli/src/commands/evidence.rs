//! `countersign evidence`: the record, shown and verified.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::println;
use anyhow::{Context as _, Result};
use clap::Subcommand;
use countersign_approval::{Anchor, Fingerprint};
use countersign_evidence::{Event, Expected, Log, NOT_REPLAYED, Problem, Record, Report, Severity};
use countersign_model::{DecisionKind, Digest};
use serde_json::json;

use crate::desk::Desk;
use crate::output::{BAD, FAINT, GOOD, WARN, styled};
use crate::replay::replay;
use crate::{edge, output, terminal};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show what happened, oldest first
    Show {
        /// Only this session
        #[arg(long)]
        session: Option<String>,
        /// Only the last N records
        #[arg(long)]
        last: Option<usize>,
    },
    /// Check the whole log: chain, signatures, and that what was released was approved
    Verify {
        /// The hash the log must still contain at this record, as SEQUENCE:HASH, kept from an earlier verify
        #[arg(long)]
        contains: Option<String>,
        /// The first reviewer's fingerprint, known from elsewhere than the log
        #[arg(long)]
        root: Option<Fingerprint>,
        /// The log's directory, such as a copy of it [default: this user's log]
        log: Option<PathBuf>,
    },
}

/// Shows or verifies.
pub fn run(arguments: Arguments, json: bool) -> Result<ExitCode> {
    match arguments.command {
        Command::Show { session, last } => show(session.as_deref(), last, json),
        Command::Verify { contains, root, log } => verify(log, contains.as_deref(), root, json),
    }
}

fn show(session: Option<&str>, last: Option<usize>, json: bool) -> Result<ExitCode> {
    let desk = Desk::open()?;
    let log = desk.ledger.log();
    let mut records: Vec<Record> = Vec::new();
    for entry in log.read_from(log.start()) {
        let record = entry?.record;
        if session.is_none_or(|wanted| session_of(&record.event).as_deref() == Some(wanted)) {
            records.push(record);
        }
    }
    let skip = last.map_or(0, |last| records.len().saturating_sub(last));
    let records: Vec<Record> = records.into_iter().skip(skip).collect();
    if json {
        output::json(&records)?;
        return Ok(ExitCode::SUCCESS);
    }
    for record in &records {
        println!(
            "{} {} {}",
            styled(FAINT, format!("{:>6}", record.sequence)),
            styled(FAINT, record.time),
            terminal::safe(&line(&record.event))
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// The session a record speaks of, wherever the event keeps it.
fn session_of(event: &Event) -> Option<String> {
    let value = serde_json::to_value(event).ok()?;
    let session = value.get("session").or_else(|| value.pointer("/call/session"))?;
    session.as_str().map(str::to_owned)
}

/// One line for one event.
fn line(event: &Event) -> String {
    match event {
        Event::Decided(decided) => {
            let call =
                decided.call.text("command").or_else(|| decided.call.text("file_path")).unwrap_or_default();
            let style = match decided.decision.kind {
                DecisionKind::Allow => "allow",
                DecisionKind::Monitor => "monitor",
                DecisionKind::RequireApproval { .. } => "hold",
                DecisionKind::Deny => "DENY",
            };
            format!("{style:<8} {} {call} — {}", decided.call.tool, decided.decision.reason)
        }
        Event::Prompted { text, .. } => format!("prompt   {text}"),
        Event::Held { ticket, call, .. } => format!("held     {ticket} ({call})"),
        Event::Reviewed { approval } => {
            format!("{:<8} {} by {}", approval.statement.verdict, approval.statement.ticket, approval.key)
        }
        Event::Outcome { call, result, landed, .. } => {
            format!(
                "outcome  {call} {result:?}{}",
                landed.map(|yes| format!(", landed: {yes}")).unwrap_or_default()
            )
        }
        Event::TaskStarted { task } => format!("task     {} started: {}", task.id, task.title),
        Event::TaskEnded { task } => format!("task     {task} ended"),
        Event::Tampering { what, detail, .. } => format!("TAMPER   {what}: {detail}"),
        other => {
            let value = serde_json::to_value(other).unwrap_or_default();
            let kind = value.get("type").and_then(serde_json::Value::as_str).unwrap_or("unknown").to_owned();
            let rest: Vec<String> = value
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(name, value)| *name != "type" && (value.is_string() || value.is_number()))
                .map(|(name, value)| {
                    format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                })
                .collect();
            format!("{kind} {}", rest.join(" "))
        }
    }
}

fn verify(
    directory: Option<PathBuf>,
    contains: Option<&str>,
    root: Option<Fingerprint>,
    json: bool,
) -> Result<ExitCode> {
    let (directory, managed) = match directory {
        Some(directory) => (directory, None),
        None => {
            let home = edge::made_home()?;
            let managed = edge::managed()?.filter(|(_, managed)| managed.path() == home.path());
            (home.log(), managed.and_then(|(trust, _)| trust.for_verifying()))
        }
    };
    let head = contains.map(|text| parse_point(text, &directory)).transpose()?;
    let mut folders: Vec<_> = directory.parent().map(|home| home.join("bundles")).into_iter().collect();
    folders.extend(managed.is_some().then(|| Path::new(edge::MANAGED).join("bundles")));
    let mut report = countersign_evidence::verify(&directory, &Expected { root, head, managed });
    let replayed = Log::open(&directory).and_then(|log| replay(&log, &folders)).unwrap_or_default();
    report.problems.extend(replayed.other.iter().map(|(sequence, how)| Problem {
        severity: Severity::Violation,
        sequence: Some(*sequence),
        what: how.clone(),
    }));
    if replayed.without_bundle == 0 && replayed.same == report.tally.decisions {
        report.unproven.retain(|limit| limit != NOT_REPLAYED);
    }
    if json {
        output::json(&report_json(&report, replayed.same))?;
    } else {
        for problem in &report.problems {
            let mark =
                if problem.severity == Severity::Violation { styled(BAD, "✗") } else { styled(WARN, "!") };
            println!("{mark} {}", terminal::safe(&problem.to_string()));
        }
        let tally = &report.tally;
        let counted = [
            (tally.decisions, "decision"),
            (tally.holds, "hold"),
            (tally.verdicts, "verdict"),
            (tally.releases, "release"),
            (tally.outcomes, "outcome"),
        ]
        .map(|(number, noun)| output::count(number, noun));
        println!("{} decided again, and alike", output::count(replayed.same, "decision"));
        println!("{}: {}", output::count(tally.records, "record"), counted.join(", "));
        for limit in &report.unproven {
            println!("{} {}", styled(WARN, "not proven:"), terminal::safe(limit));
        }
        if let Some(head) = &report.head {
            println!(
                "Keep this to check later that nothing was cut off: --contains {}:{}",
                head.sequence,
                head.hash.hex()
            );
        }
        println!(
            "{}",
            if report.holds() {
                styled(GOOD, "the evidence verifies")
            } else {
                styled(BAD, "the evidence does NOT verify")
            }
        );
    }
    Ok(if report.holds() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn report_json(report: &Report, replayed: u64) -> serde_json::Value {
    let problems: Vec<_> = report
        .problems
        .iter()
        .map(|problem| {
            json!({"violation": problem.severity == Severity::Violation, "record": problem.sequence, "what": problem.what})
        })
        .collect();
    let tally = &report.tally;
    json!({
        "ok": report.holds(), "log": report.log, "head": report.head, "problems": problems,
        "not_proven": report.unproven, "replayed": replayed,
        "counted": {
            "records": tally.records, "decisions": tally.decisions, "holds": tally.holds,
            "verdicts": tally.verdicts, "releases": tally.releases, "outcomes": tally.outcomes,
        },
    })
}

fn parse_point(text: &str, directory: &Path) -> Result<Anchor> {
    let log = Log::open(directory).context("cannot read the log")?.id().clone();
    let (sequence, hash) = text.split_once(':').context("--contains takes SEQUENCE:HASH")?;
    let hash = Digest::from_hex(hash).context("the hash in --contains is not 64 hexadecimal digits")?;
    let sequence = sequence.parse().context("the sequence in --contains is not a number")?;
    Ok(Anchor { log, sequence, hash })
}
