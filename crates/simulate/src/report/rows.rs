//! The rows of a report.

use std::collections::BTreeMap;

use countersign_model::{Decision, DecisionKind};
use countersign_redact::Redactor;
use serde::Serialize;
use serde_json::Value;

use crate::run::Decided;

/// Calls by decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// They flow.
    pub allow: usize,
    /// They flow, and people are shown them.
    pub monitor: usize,
    /// They wait for reviewers.
    pub require_approval: usize,
    /// They do not happen.
    pub deny: usize,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, kind: &DecisionKind) {
        match kind {
            DecisionKind::Allow => self.allow += 1,
            DecisionKind::Monitor => self.monitor += 1,
            DecisionKind::RequireApproval { .. } => self.require_approval += 1,
            DecisionKind::Deny => self.deny += 1,
        }
    }

    /// How many there are.
    pub const fn all(&self) -> usize {
        self.allow + self.monitor + self.require_approval + self.deny
    }
}

/// How often somebody would have been asked.
#[derive(Debug, Default, Serialize)]
pub struct Approvals {
    /// Calls that would have waited.
    pub calls: usize,
    /// Approvals they would have taken together: some take more than one.
    pub approvals: usize,
    /// Days on which a developer's agents worked, over all developers.
    pub developer_days: usize,
    /// Held calls for each developer and day, on average.
    pub mean: f64,
    /// The same, in the middle.
    pub median: f64,
    /// The same, at worst.
    pub most: usize,
    /// Each developer's days, by name and date.
    pub days: Vec<Day>,
}

/// One developer's day.
#[derive(Debug, Serialize)]
pub struct Day {
    /// As the home directory says.
    pub developer: String,
    /// In UTC, such as `2026-02-09`; `unknown` where the log does not say.
    pub day: String,
    /// Calls of that day.
    pub tool_calls: usize,
    /// Those that would have waited.
    pub held: usize,
    /// Those that would have been denied.
    pub denied: usize,
}

impl Approvals {
    /// Counts by developer and day.
    pub(crate) fn of(decided: &[Decided<'_>]) -> Self {
        let mut days: BTreeMap<(&str, String), Day> = BTreeMap::new();
        let mut approvals = Self::default();
        for one in decided {
            let date = |at: jiff::Timestamp| at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
            let day = one.call.at.map_or_else(|| "unknown".to_owned(), date);
            let developer = one.call.developer();
            let row = days.entry((developer, day.clone())).or_insert_with(|| Day {
                developer: developer.to_owned(),
                day,
                tool_calls: 0,
                held: 0,
                denied: 0,
            });
            row.tool_calls += 1;
            match &one.decision.kind {
                DecisionKind::Allow | DecisionKind::Monitor => {}
                DecisionKind::RequireApproval { requirement } => {
                    row.held += 1;
                    approvals.calls += 1;
                    approvals.approvals += usize::from(requirement.approvals);
                }
                DecisionKind::Deny => row.denied += 1,
            }
        }
        approvals.days = days.into_values().collect();
        approvals.developer_days = approvals.days.len();
        let mut held: Vec<usize> = approvals.days.iter().map(|day| day.held).collect();
        held.sort_unstable();
        approvals.most = held.last().copied().unwrap_or_default();
        let number = |count: usize| u32::try_from(count).map_or(f64::MAX, f64::from);
        let at = |index: usize| held.get(index).copied().map_or(0.0, number);
        if !held.is_empty() {
            let mean = number(approvals.calls) / number(held.len());
            approvals.mean = (mean * 100.0).round() / 100.0;
            approvals.median = (at((held.len() - 1) / 2) + at(held.len() / 2)) / 2.0;
        }
        approvals
    }
}

/// A tool.
#[derive(Debug, Serialize)]
pub struct ToolRow {
    /// Its name.
    pub tool: String,
    /// Its calls.
    pub decided: Counts,
}

/// A kind of effect in an environment.
#[derive(Debug, Serialize)]
pub struct EffectRow {
    /// What is done.
    pub verb: String,
    /// Where.
    pub environment: String,
    /// The calls that do it.
    pub decided: Counts,
}

/// A policy of the bundle.
#[derive(Debug, Serialize)]
pub struct PolicyRow {
    /// Its id.
    pub id: String,
    /// The calls it had a say in.
    pub calls: usize,
    /// The same, by decision.
    pub decided: Counts,
}

/// A reason for not simply allowing.
#[derive(Debug, Serialize)]
pub struct Reason {
    /// What the deciding policy says.
    pub reason: String,
    /// The decision.
    pub decision: String,
    /// How many calls it met.
    pub calls: usize,
    /// The first of them.
    pub example: String,
    /// What most of their risk comes from: the sentences of the two greatest factors of each, most first.
    pub factors: Vec<Factor>,
}

/// A reason for risk.
#[derive(Debug, Serialize)]
pub struct Factor {
    /// What it says.
    pub sentence: String,
    /// Of how many calls it is one of the two greatest.
    pub calls: usize,
}

/// A call that is worth a look.
#[derive(Debug, Serialize)]
pub struct Stopped {
    /// Its session.
    pub session: String,
    /// Where it was read: `file:line`.
    pub place: String,
    /// The tool.
    pub tool: String,
    /// What it was asked to do, redacted and shortened.
    pub call: String,
    /// What would have been decided.
    pub decision: String,
    /// From 0 to 100.
    pub risk: u8,
    /// Why.
    pub reason: String,
    /// The policies that decided.
    pub policies: Vec<String>,
}

impl Stopped {
    /// As it is shown.
    pub(crate) fn of(one: &Decided<'_>, redactor: &Redactor) -> Self {
        let place = format!("{}:{}", one.call.file, one.call.line);
        let shown = [one.session.id.as_str(), &place, &one.call.call.tool, &one.decision.reason];
        let [session, place, tool, reason] = one.texts_without_secrets(redactor, shown);
        Self {
            session,
            place,
            tool,
            call: text(one, redactor),
            decision: one.decision.kind.word().to_owned(),
            risk: one.decision.risk.score,
            reason,
            policies: one.decision.policies.iter().map(ToString::to_string).collect(),
        }
    }
}

/// What no policy foresaw.
#[derive(Debug, Serialize)]
pub struct Unforeseen {
    /// What it is.
    pub what: String,
    /// How many calls do it.
    pub calls: usize,
    /// The first of them.
    pub example: String,
}

/// What people rejected.
#[derive(Debug, Default, Serialize)]
pub struct Rejected {
    /// By what would have been decided.
    pub decided: Counts,
    /// The calls.
    pub calls: Vec<Stopped>,
}

/// A decision that two bundles do not share.
#[derive(Debug, Serialize)]
pub struct Difference {
    /// Where it was read: `file:line`.
    pub place: String,
    /// Its session.
    pub session: String,
    /// The tool.
    pub tool: String,
    /// What it was asked to do, redacted and shortened.
    pub call: String,
    /// What the other bundle decides.
    pub before: Side,
    /// What this one decides.
    pub after: Side,
    /// Whether this one is the stricter.
    pub stricter: bool,
}

/// One bundle's decision.
#[derive(Debug, Serialize)]
pub struct Side {
    /// The decision.
    pub decision: String,
    /// From 0 to 100.
    pub risk: u8,
    /// Why.
    pub reason: String,
    /// The policies that decided.
    pub policies: Vec<String>,
}

impl Difference {
    /// As it is shown.
    pub(crate) fn of(one: &Decided<'_>, other: &Decision, redactor: &Redactor) -> Self {
        let place = format!("{}:{}", one.call.file, one.call.line);
        let (session, tool) = (one.session.id.as_str(), one.call.call.tool.as_str());
        let shown = [place.as_str(), session, tool, &other.reason, &one.decision.reason];
        let [place, session, tool, old, new] = one.texts_without_secrets(redactor, shown);
        let side = |decision: &Decision, reason| Side {
            decision: decision.kind.to_string(),
            risk: decision.risk.score,
            reason,
            policies: decision.policies.iter().map(ToString::to_string).collect(),
        };
        Self {
            place,
            session,
            tool,
            call: text(one, redactor),
            before: side(other, old),
            after: side(&one.decision, new),
            stricter: one.decision.kind > other.kind,
        }
    }
}

/// Texts longer than this are cut before they are shown.
const LONGEST: usize = 240;

/// What a call asks for, on one line, without its secrets.
pub(crate) fn text(one: &Decided<'_>, redactor: &Redactor) -> String {
    let call = &one.call.call;
    let argument = || ["file_path", "url", "path", "pattern"].iter().find_map(|name| call.text(name));
    let text = match call.command().or_else(|| argument().map(str::to_owned)) {
        Some(text) => {
            let [text] = one.texts_without_secrets(redactor, [&text]);
            text
        }
        None => one.without_secrets(redactor, Value::Object(call.input.clone())).to_string(),
    };
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.len() > LONGEST {
        line.truncate(line.floor_char_boundary(LONGEST));
        line.push('…');
    }
    line
}
