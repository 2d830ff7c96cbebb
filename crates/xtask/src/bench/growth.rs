//! What a long log, a large repository and many policies add.

use anyhow::Result;

use super::figure::{Bound, Figure};
use super::stage::{Programs, Stage};
use super::timing::{median, median_ratio, quietly};

/// The larger case may cost this many times the smaller.
const BOUND: f64 = 1.2;
const RECORDS: usize = 100_000;
const FILES: usize = 20_000;
const POLICIES: usize = 500;
/// What many policies may cost, compared with a few.
const POLICIES_BOUND: f64 = 1.5;

/// The same call with a fresh log and with a long one.
pub fn log(programs: &Programs, runs: usize) -> Result<Vec<Figure>> {
    let small = Stage::set(programs, 10)?;
    let large = Stage::set(programs, 10)?;
    let records = RECORDS.to_string();
    quietly(programs.measure().arg("grow").arg(large.home()).arg(large.user_home()).arg(records))?;
    // What folds the new records in is not what every call costs.
    large.call("git status")?;
    Ok(vec![compare("call, log of 100,000 records to a fresh one", &small, &large, "git status", runs)?])
}

/// The same calls with a few tracked files and with many.
pub fn repository(programs: &Programs, runs: usize) -> Result<Vec<Figure>> {
    let small = Stage::set(programs, 10)?;
    let large = Stage::set(programs, FILES)?;
    let mut removing = compare("rm of a tracked file, the same", &small, &large, "rm src/old.rs", runs)?;
    // Known to be over: whether a file is tracked is only to be had by reading git's whole index.
    removing.bound = Bound::None;
    removing.note = Some(format!("over the {BOUND:.1} × of ARCHITECTURE.md where a file is removed"));
    Ok(vec![compare("git status, 20,000 tracked files to 10", &small, &large, "git status", runs)?, removing])
}

/// The same call under ten policies of one's own, and under many.
pub fn policies(programs: &Programs, runs: usize) -> Result<Vec<Figure>> {
    let few = Stage::governed(programs, &own(10))?;
    let many = Stage::governed(programs, &own(POLICIES))?;
    let name = format!("call, {POLICIES} policies of one's own to 10");
    let mut figure = compare(&name, &few, &many, "git status", runs)?;
    figure.bound = Bound::Ratio(POLICIES_BOUND);
    Ok(vec![figure])
}

/// Policies about many different things, as an organisation's are.
fn own(count: usize) -> String {
    const KINDS: &[(&str, &str, &str)] = &[
        ("kube.delete", "Cluster", "context"),
        ("db.write", "Database", "host"),
        ("cloud.write", "Cloud", "account"),
        ("net.write", "Host", "host"),
        ("git.push", "Ref", "reference"),
        ("fs.write", "Path", "path"),
        ("mcp.call", "Tool", "server"),
        ("forge.merge", "PullRequest", "base"),
        ("stack.apply", "Stack", "workspace"),
        ("package.publish", "Package", "name"),
    ];
    let policy = |number: usize| {
        let (verb, kind, attribute) =
            KINDS.get(number % KINDS.len()).copied().unwrap_or(("net.write", "Host", "host"));
        format!(
            "[[policy]]\nid = \"own-{number}\"\nsays = \"number {number} takes two people\"\ncedar = \'\'\'\n\
             forbid (principal, action == Action::\"{verb}\", resource is {kind})\n\
             when {{ resource.{attribute} == \"place-{number}\" && context.risk >= 10 }}\n\
             unless {{ context.oversight.approvals >= 2 }};\n\'\'\'\n"
        )
    };
    (0..count).map(policy).collect()
}

/// A call, before and after, in both stages by turns; which goes first alternates.
fn compare(name: &str, small: &Stage, large: &Stage, command: &str, runs: usize) -> Result<Figure> {
    let total = |stage: &Stage| stage.call(command).map(|(before, after)| before + after);
    let mut pairs = Vec::new();
    for turn in 0..runs / 2 {
        if turn % 2 == 0 {
            let small = total(small)?;
            pairs.push((small, total(large)?));
        } else {
            let large = total(large)?;
            pairs.push((total(small)?, large));
        }
    }
    let time = median(pairs.iter().map(|(_, large)| *large).collect());
    Ok(Figure::ratio(name, time, median_ratio(&pairs), Bound::Ratio(BOUND)))
}
