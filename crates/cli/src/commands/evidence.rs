//! `countersign evidence`: the record, shown and verified.

mod remembered;
mod told;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::println;
use anyhow::{Context as _, Result};
use clap::Subcommand;
use countersign_approval::{Anchor, Fingerprint};
use countersign_evidence::{Event, Expected, Log, NOT_REPLAYED, Problem, Record, Report, Severity};
use countersign_local::Home;
use countersign_model::Digest;
use serde_json::json;

use self::told::Names;
use crate::desk::Desk;
use crate::output::{BAD, FAINT, GOOD, WARN, WithHint as _, styled};
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
        /// Only calls that were decided like this: monitor for what flowed and is shown to people
        #[arg(long, value_parser = ["allow", "monitor", "hold", "deny"])]
        decision: Option<String>,
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
        Command::Show { session, decision, last } => {
            show(session.as_deref(), decision.as_deref(), last, json)
        }
        Command::Verify { contains, root, log } => verify(log, contains.as_deref(), root, json),
    }
}

fn show(session: Option<&str>, decision: Option<&str>, last: Option<usize>, json: bool) -> Result<ExitCode> {
    let desk = Desk::open()?;
    let log = desk.ledger.log();
    let mut records: Vec<Record> = Vec::new();
    let mut names = Names::default();
    let decided = |event: &Event| match event {
        Event::Decided(decided) => Some(told::word(&decided.decision.kind)),
        _ => None,
    };
    for entry in log.read_from(log.start()) {
        let record = entry?.record;
        names.learn(&record.event);
        if session.is_none_or(|wanted| session_of(&record.event).as_deref() == Some(wanted))
            && decision.is_none_or(|wanted| decided(&record.event) == Some(wanted))
        {
            records.push(record);
        }
    }
    let skip = last.map_or(0, |last| records.len().saturating_sub(last));
    let records: Vec<Record> = records.into_iter().skip(skip).collect();
    if json {
        output::json(&records)?;
    } else {
        for record in &records {
            println!(
                "{} {} {}",
                styled(FAINT, format!("{:>6}", record.sequence)),
                styled(FAINT, format!("{:.3}", record.time)),
                terminal::safe(&told::line(&record.event, &names))
            );
        }
    }
    // What is left of a log that was cut off is worth seeing, but it is not all.
    desk.ledger.head()?;
    Ok(ExitCode::SUCCESS)
}

/// The session a record speaks of, wherever the event keeps it.
fn session_of(event: &Event) -> Option<String> {
    let value = serde_json::to_value(event).ok()?;
    let session = value.get("session").or_else(|| value.pointer("/call/session"))?;
    session.as_str().map(str::to_owned)
}

fn verify(
    directory: Option<PathBuf>,
    contains: Option<&str>,
    root: Option<Fingerprint>,
    json: bool,
) -> Result<ExitCode> {
    let (directory, managed, home) = match directory {
        Some(directory) => {
            if !directory.exists() {
                return Err(anyhow::anyhow!("there is no folder `{}`", directory.display())).hint(
                    "name the folder of a log, or leave it out for your own; one that was there and is gone is evidence too",
                );
            }
            let same = |home: &Home| home.log().canonicalize().ok() == directory.canonicalize().ok();
            let home = edge::home().ok().filter(|home| home.exists() && same(home));
            (directory, None, home)
        }
        None => {
            let home = edge::made_home()?;
            let managed = edge::managed()?.filter(|(_, managed)| managed.path() == home.path());
            (home.log(), managed.and_then(|(trust, _)| trust.for_verifying()), Some(home))
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
    if let Some(home) = home {
        report.problems.extend(remembered::problems(&home, contains.is_some())?);
    }
    report.unproven.push(remembered::UNTOLD.to_owned());
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
                "Keep this where whoever runs as you cannot write, to check later that nothing was cut off: --contains {}:{}",
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
