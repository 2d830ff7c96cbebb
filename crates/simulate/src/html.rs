//! A report as one page that needs nothing else: no network, no scripts, its style and pictures within.
//!
//! The page is `templates/report.html`; what stands in it is escaped by the template engine, without an
//! exception. `bars` and `days` work out where the parts of a picture lie.

mod bars;
mod days;
mod matrix;

use std::borrow::Borrow;

use askama::Template;

use crate::Report;
use crate::alike::{Alike, alike};
use crate::figures::{grouped, share};
use crate::report::{Counts, Difference, PolicyRow, Reason, Stopped, ToolRow, Unforeseen};
use bars::Bar;
use days::Days;
use matrix::Matrix;

/// Rows of a table that are on the page. The JSON has them all.
const MOST_ROWS: usize = 200;
/// Rows of a ranking.
const MOST_RANKED: usize = 15;

/// The page of a report. `bundle` and `against` are what the policies are called.
pub fn html(report: &Report, bundle: &str, against: Option<&str>) -> Result<String, askama::Error> {
    let (days, matrix) = (Days::of(&report.approvals), Matrix::of(&report.effects));
    let page = Page { report, bundle, against, days, matrix }.render()?;
    Ok(page + "\n")
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'r> {
    report: &'r Report,
    bundle: &'r str,
    against: Option<&'r str>,
    days: Days<'r>,
    matrix: Matrix<'r>,
}

impl<'r> Page<'r> {
    /// A text from outside, on one line, without characters that would rearrange or hide what is around them.
    fn line(&self, text: &str) -> String {
        text.chars().map(|char| if is_unseen(char) { '\u{fffd}' } else { char }).collect()
    }

    /// The end of a place such as `/logs/a.jsonl:7`.
    fn file_name<'p>(&self, place: &'p str) -> &'p str {
        place.rsplit(['/', '\\']).next().unwrap_or(place)
    }

    fn number(&self, count: impl Borrow<usize>) -> String {
        grouped(*count.borrow())
    }

    fn share(&self, part: impl Borrow<usize>) -> String {
        share(*part.borrow(), self.report.tool_calls)
    }

    /// What a policy is called, as a part of a sentence.
    fn name(&self, policy: &str) -> String {
        self.line(policy).replace('`', "")
    }

    /// What neither waits nor fails.
    fn flows(&self) -> usize {
        self.report.decisions.allow + self.report.decisions.monitor
    }

    /// What does not simply flow.
    fn looked_at(&self) -> Counts {
        Counts { allow: 0, ..self.report.decisions }
    }

    fn bar(&self, counts: impl Borrow<Counts>) -> Bar {
        Bar::of(*counts.borrow())
    }

    /// How long the bar of a ranking is, of a hundred.
    fn length(&self, calls: &usize, first: &usize) -> String {
        bars::length(*calls, *first)
    }

    fn reasons(&self) -> &'r [Reason] {
        first(&self.report.reasons, MOST_RANKED)
    }

    fn tools(&self) -> &'r [ToolRow] {
        first(&self.report.tools, MOST_RANKED)
    }

    fn fired(&self) -> Vec<&'r PolicyRow> {
        self.report.policies.iter().filter(|row| row.calls > 0).collect()
    }

    fn silent(&self) -> Vec<&'r PolicyRow> {
        self.report.policies.iter().filter(|row| row.calls == 0).collect()
    }

    /// How many calls would have been held or denied.
    fn all_stopped(&self) -> usize {
        self.report.stopped.len() + self.report.stopped_left_off
    }

    fn stopped(&self) -> Vec<Alike<'r, Stopped>> {
        alike(&self.report.stopped, |row| (&row.tool, &row.call, &row.decision, &row.reason))
    }

    fn rejected(&self) -> Vec<Alike<'r, Stopped>> {
        alike(&self.report.rejected.calls, |row| (&row.tool, &row.call, &row.decision, &row.reason))
    }

    fn all_differences(&self) -> usize {
        self.report.differences.len() + self.report.differences_left_off
    }

    fn differences(&self) -> Vec<Alike<'r, Difference>> {
        alike(&self.report.differences, |row| (&row.tool, &row.call, &row.before.reason, &row.after.reason))
    }

    fn unforeseen(&self) -> &'r [Unforeseen] {
        first(&self.report.unforeseen, MOST_RANKED)
    }

    fn broken(&self) -> &'r [String] {
        first(&self.report.broken, MOST_RANKED)
    }

    /// How a decision is drawn.
    fn class(&self, decision: &str) -> &'static str {
        match decision.split(' ').next().unwrap_or_default() {
            "allow" => "allow",
            "monitor" => "monitor",
            "deny" => "deny",
            _ => "hold",
        }
    }

    /// What a decision is called.
    fn word(&self, decision: &str) -> &'static str {
        match self.class(decision) {
            "allow" => "allowed",
            "monitor" => "monitored",
            "deny" => "denied",
            _ => "held",
        }
    }
}

fn first<T>(rows: &[T], most: usize) -> &[T] {
    rows.get(..most).unwrap_or(rows)
}

/// Control characters, and those that turn the direction of the text after them or have no width.
fn is_unseen(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || matches!(char, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests;
