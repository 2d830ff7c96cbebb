//! A simulation's report on a terminal.

use anstream::println;
use countersign_simulate::{Alike, Counts, Reason, Report, Stopped, alike, grouped, share};

use super::bundles::Named;
use crate::output::{self, BAD, FAINT, GOOD, STRONG, WARN, styled};
use crate::terminal;

/// Rows of a list that are shown; `--json` has them all.
const SHOWN: usize = 10;

/// Examples that a note or a reason is shown with.
const EXAMPLES: usize = 3;

/// Factors of risk that a reason is shown with.
const FACTORS: usize = 3;

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
        differences(report, bundle, against);
    }
    silent(report);
    heading("Taken for granted, since the history does not tell it");
    for assumption in &report.assumptions {
        println!("  {}", folded(assumption, 2));
    }
}

/// A number with its noun, such as `1 line` or `1,200 lines`.
fn many(count: usize, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A text of several lines where it is too wide, all of them this far from the left.
fn folded(text: &str, indent: usize) -> String {
    terminal::block(text, indent, terminal::columns())
}

fn heading(text: &str) {
    println!("\n{}", styled(STRONG, text));
}

fn read(report: &Report) {
    let developers: std::collections::BTreeSet<&str> =
        report.approvals.days.iter().map(|day| day.developer.as_str()).collect();
    println!(
        "{} in {} of {} ({})",
        styled(STRONG, many(report.tool_calls, "tool call")),
        many(report.sessions, "session"),
        many(developers.len(), "developer"),
        many(report.files, "log"),
    );
    if report.duplicates > 0 {
        println!("  {} more came again in other logs and count once", many(report.duplicates, "call"));
    }
    if report.broken_lines > 0 {
        println!("{} could not read {}:", styled(WARN, "note:"), many(report.broken_lines, "line"));
        for broken in report.broken.iter().take(EXAMPLES) {
            println!("  {}", folded(&terminal::line(broken), 2));
        }
        let more = report.broken_lines.saturating_sub(report.broken.len().min(EXAMPLES));
        if more > 0 {
            println!("  and {} more", grouped(more));
        }
    }
    if !report.skipped.is_empty() {
        println!("  left out {} without calls", many(report.skipped.len(), "other file"));
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
        "  held a day for each developer: {} on average, {} in the median, {} at worst ({})",
        figure(approvals.mean),
        figure(approvals.median),
        grouped(approvals.most),
        many(approvals.developer_days, "developer day"),
    );
}

fn reasons(report: &Report) {
    if report.reasons.is_empty() {
        return;
    }
    heading("Why calls did not simply flow");
    let rows = report.reasons.iter().take(SHOWN).map(|row| {
        let reason = format!("{}{}", terminal::line(&row.reason), from(row));
        [format!("{:>8}", grouped(row.calls)), word(&row.decision).to_owned(), reason]
    });
    output::table(["   CALLS", "DECISION", "REASON"], rows);
}

/// What the risk comes from, where a policy names its score alone.
fn from(row: &Reason) -> String {
    if !row.reason.starts_with("a risk of ") || row.factors.is_empty() {
        return String::new();
    }
    let factors = row.factors.iter().take(FACTORS);
    // A call has several: what they say of how many must not look like a sum.
    let of = |calls| if calls == row.calls { "all".to_owned() } else { grouped(calls) };
    let factors =
        factors.map(|factor| format!("{} (in {})", terminal::line(&factor.sentence), of(factor.calls)));
    format!(", mostly because {}", factors.collect::<Vec<_>>().join(", "))
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
    let rows = alike(&report.stopped, |row| (&row.tool, &row.call, &row.decision, &row.reason));
    heading(&format!("Held or denied: {}{}", grouped(all), different(all, rows.len())));
    for row in rows.iter().take(SHOWN) {
        call(row);
        println!("      {}", styled(FAINT, folded(&terminal::line(&row.row.reason), 6)));
    }
    more(rows.len());
}

/// A call with its decision, and how often it came.
fn call(alike: &Alike<'_, Stopped>) {
    let row = alike.row;
    let style = if row.decision == "deny" { BAD } else { WARN };
    let text = format!("{} {}{}", row.tool, terminal::line(&row.call), times(alike.times));
    println!("  {} {}", styled(style, format!("{:<7}", word(&row.decision))), folded(&text, 10));
}

fn times(times: usize) -> String {
    if times > 1 { format!("  × {}", grouped(times)) } else { String::new() }
}

/// How many rows differ, where some say the same.
fn different(all: usize, rows: usize) -> String {
    if rows < all { format!(", {} different", grouped(rows)) } else { String::new() }
}

/// A figure as exact as it has to be.
fn figure(number: f64) -> String {
    let text = format!("{number:.2}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
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
        println!("  {:>8}  {}", grouped(row.calls), folded(&terminal::line(&row.what), 12));
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
        "  {}; we would have allowed {}, monitored {}, held {}, denied {}",
        many(counts.all(), "call"),
        counts.allow,
        counts.monitor,
        counts.require_approval,
        counts.deny
    );
    let rows = alike(&report.rejected.calls, |row| (&row.tool, &row.call, &row.decision, &row.reason));
    rows.iter().take(SHOWN).for_each(call);
    more(rows.len());
}

/// Differences that have the same two reasons stand together.
fn differences(report: &Report, bundle: &Named, against: &Named) {
    let all = report.differences.len() + report.differences_left_off;
    let reasons = alike(&report.differences, |row| (&row.before.reason, &row.after.reason));
    heading(&format!(
        "Decided otherwise than by {}: {}{}",
        against.name,
        grouped(all),
        different(all, reasons.len())
    ));
    for Alike { row, times } in reasons.iter().take(SHOWN) {
        let style = if row.stricter { WARN } else { BAD };
        println!(
            "  {}: {} → {}",
            many(*times, "call"),
            row.before.decision,
            styled(style, &row.after.decision)
        );
        for (name, side) in [(&against.name, &row.before), (&bundle.name, &row.after)] {
            println!("      {}", folded(&format!("{name}: {}", terminal::line(&side.reason)), 10));
        }
        let same = report.differences.iter().filter(|other| {
            (&other.before.reason, &other.after.reason) == (&row.before.reason, &row.after.reason)
        });
        let calls: Vec<_> = same.collect();
        let calls = alike(&calls, |row| (&row.tool, &row.call));
        for Alike { row, times: count } in calls.iter().take(EXAMPLES) {
            let text = format!("{} {}{}", row.tool, terminal::line(&row.call), self::times(*count));
            println!("      {}", styled(FAINT, folded(&text, 10)));
        }
        if calls.len() > EXAMPLES {
            println!("      {}", styled(FAINT, format!("and {} more", grouped(calls.len() - EXAMPLES))));
        }
    }
    more(reasons.len());
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
    println!("  {}", styled(FAINT, folded(&silent.join(" "), 2)));
}
