//! A simulation's report on a terminal.

use anstream::println;
use countersign_simulate::{Counts, Report, grouped, share};

use super::bundles::Named;
use crate::output::{self, BAD, FAINT, GOOD, STRONG, WARN, styled};
use crate::terminal;

/// Rows of a list that are shown; `--json` has them all.
const SHOWN: usize = 10;

/// Prints the report.
pub fn print(report: &Report, bundle: &Named, against: Option<&Named>) {
    read(report);
    println!("decided by {} ({})", styled(STRONG, &bundle.name), report.bundle);
    decisions(report);
    price(report);
    reasons(report);
    stopped(report);
    unforeseen(report);
    rejected(report);
    if let Some(against) = against {
        differences(report, against);
    }
    silent(report);
    heading("Taken for granted, since the history does not tell it");
    for assumption in &report.assumptions {
        println!("  {assumption}");
    }
}

fn heading(text: &str) {
    println!("\n{}", styled(STRONG, text));
}

fn read(report: &Report) {
    let developers: std::collections::BTreeSet<&str> =
        report.approvals.days.iter().map(|day| day.developer.as_str()).collect();
    println!(
        "{} tool calls in {} sessions of {} ({} logs)",
        styled(STRONG, grouped(report.tool_calls)),
        grouped(report.sessions),
        output::count(u64::try_from(developers.len()).unwrap_or_default(), "developer"),
        grouped(report.files),
    );
    if report.duplicates > 0 {
        println!("  {} copies of calls were counted once", grouped(report.duplicates));
    }
    if report.broken_lines > 0 {
        println!("{} {} lines could not be read:", styled(WARN, "note:"), grouped(report.broken_lines));
        for broken in report.broken.iter().take(3) {
            println!("  {}", terminal::line(broken));
        }
    }
    if !report.skipped.is_empty() {
        println!("  {} files are no logs", grouped(report.skipped.len()));
    }
}

fn decisions(report: &Report) {
    let Counts { allow, monitor, require_approval, deny } = report.decisions;
    heading("What would have been decided");
    let rows = [
        (GOOD, "allowed", allow),
        (FAINT, "monitored", monitor),
        (WARN, "held for an approval", require_approval),
        (BAD, "denied", deny),
    ];
    for (style, word, count) in rows {
        let word = styled(style, format!("{word:<22}"));
        println!("  {word}{:>10}  {:>8}", grouped(count), share(count, report.tool_calls));
    }
}

fn price(report: &Report) {
    let approvals = &report.approvals;
    heading("The price in interruptions");
    println!(
        "  {} approvals for each developer and day on average, {} in the middle, {} at worst, over {}",
        approvals.mean,
        approvals.median,
        approvals.most,
        output::count(u64::try_from(approvals.developer_days).unwrap_or_default(), "developer day"),
    );
}

fn reasons(report: &Report) {
    if report.reasons.is_empty() {
        return;
    }
    heading("Why calls did not simply flow");
    let rows = report.reasons.iter().take(SHOWN).map(|row| {
        [format!("{:>8}", grouped(row.calls)), word(&row.decision).to_owned(), terminal::line(&row.reason)]
    });
    output::table(["   CALLS", "DECISION", "REASON"], rows);
}

fn word(decision: &str) -> &str {
    match decision {
        "require_approval" => "hold",
        other => other,
    }
}

fn stopped(report: &Report) {
    let all = report.stopped.len() + report.stopped_left_off;
    if all == 0 {
        return;
    }
    heading(&format!("Held or denied: {}", grouped(all)));
    let rows = report.stopped.iter().take(SHOWN).map(|row| {
        let call = terminal::line(&row.call);
        let short: String = call.chars().take(60).collect();
        [
            word(&row.decision).to_owned(),
            row.risk.to_string(),
            row.tool.clone(),
            short,
            terminal::line(&row.reason),
        ]
    });
    output::table(["DECISION", "RISK", "TOOL", "CALL", "REASON"], rows);
    more(all);
}

fn more(all: usize) {
    if all > SHOWN {
        println!("  {}", styled(FAINT, format!("and {} more: --json lists them", grouped(all - SHOWN))));
    }
}

fn unforeseen(report: &Report) {
    if report.unforeseen.is_empty() {
        return;
    }
    heading("What nobody's policy foresaw");
    for row in report.unforeseen.iter().take(SHOWN) {
        println!("  {:>8}  {}", grouped(row.calls), terminal::line(&row.what));
    }
    more(report.unforeseen.len());
}

fn rejected(report: &Report) {
    let counts = report.rejected.decided;
    if counts.all() == 0 {
        return;
    }
    heading("What a person had rejected then");
    println!(
        "  {} calls; we would have allowed {}, monitored {}, held {}, denied {}",
        grouped(counts.all()),
        counts.allow,
        counts.monitor,
        counts.require_approval,
        counts.deny
    );
    for row in report.rejected.calls.iter().take(SHOWN) {
        let call: String = terminal::line(&row.call).chars().take(90).collect();
        println!("  {:<9} {:<10} {call}", word(&row.decision), row.tool);
    }
    more(counts.all());
}

fn differences(report: &Report, against: &Named) {
    let all = report.differences.len() + report.differences_left_off;
    heading(&format!("Decided otherwise than by {}: {}", against.name, grouped(all)));
    for row in report.differences.iter().take(SHOWN) {
        let style = if row.stricter { WARN } else { BAD };
        let (before, after) = (&row.before, &row.after);
        println!(
            "  {} → {}  {} {}",
            before.decision,
            styled(style, &after.decision),
            row.tool,
            terminal::line(&row.call)
        );
        println!("      before: {}", terminal::line(&before.reason));
        println!("      after:  {}", terminal::line(&after.reason));
    }
    more(all);
}

/// Policies that had no say: no history has ever tried them.
fn silent(report: &Report) {
    let silent: Vec<&str> =
        report.policies.iter().filter(|row| row.calls == 0).map(|row| row.id.as_str()).collect();
    if silent.is_empty() {
        return;
    }
    heading(&format!(
        "Policies that this history never touched: {} of {}",
        silent.len(),
        report.policies.len()
    ));
    println!("  {}", styled(FAINT, silent.join(" ")));
}
