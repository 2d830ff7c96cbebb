//! What came of a simulation: the counts, the reasons, the differences. Its JSON is the program's output.

mod rows;

pub(crate) use rows::text;

use std::collections::{BTreeMap, BTreeSet};

use countersign_agents::PastResult;
use countersign_model::{DecisionKind, Digest, verbs};
use countersign_policy::Bundle;
use countersign_redact::Redactor;
use serde::Serialize;

pub use rows::{
    Approvals, Counts, Day, Difference, EffectRow, Factor, PolicyRow, Reason, Rejected, Side, Stopped,
    ToolRow, Unforeseen,
};

use crate::run::Decided;
use crate::{History, Simulation};

/// Most rows of a list that grows with the history; how many more there are is said beside it.
const MOST_ROWS: usize = 100_000;
/// Factors of risk that count for a call.
const GREATEST: usize = 2;
/// Factors of risk that a reason names.
const MOST_FACTORS: usize = 5;
/// Most broken lines that are named one by one.
const MOST_BROKEN: usize = 100;

/// What a policy would have done over a history.
#[derive(Debug, Serialize)]
pub struct Report {
    /// How many calls were decided, each once.
    pub tool_calls: usize,
    /// How many runs of agents they belong to.
    pub sessions: usize,
    /// How many logs were read.
    pub files: usize,
    /// Copies of calls, which count once.
    pub duplicates: usize,
    /// Lines that could not be read.
    pub broken_lines: usize,
    /// The first of them: `file:line: what is wrong`.
    pub broken: Vec<String>,
    /// Files that are no logs.
    pub skipped: Vec<String>,
    /// The bundle that decided.
    pub bundle: Digest,
    /// The pack it is built on.
    pub pack: String,
    /// The bundle it is compared with.
    pub against: Option<Digest>,
    /// Calls by decision.
    pub decisions: Counts,
    /// The price: how often somebody would have been asked.
    pub approvals: Approvals,
    /// Calls by the agent program that made them.
    pub runtimes: BTreeMap<String, Counts>,
    /// Calls by tool, most first.
    pub tools: Vec<ToolRow>,
    /// Effects by verb and environment, most first.
    pub effects: Vec<EffectRow>,
    /// How often each policy of the bundle decided, also those that never did.
    pub policies: Vec<PolicyRow>,
    /// Why calls were not simply allowed, most first.
    pub reasons: Vec<Reason>,
    /// The calls that would have been held or denied, in their order.
    pub stopped: Vec<Stopped>,
    /// How many more of them there are.
    pub stopped_left_off: usize,
    /// Calls that no policy foresaw: tools nobody knows, verbs outside the catalogue, effects nobody permits.
    pub unforeseen: Vec<Unforeseen>,
    /// What a person had rejected at the time, next to what would have been decided.
    pub rejected: Rejected,
    /// Every decision that the two bundles do not share.
    pub differences: Vec<Difference>,
    /// How many more of them there are.
    pub differences_left_off: usize,
    /// What was taken for granted, since the history does not tell it.
    pub assumptions: Vec<String>,
}

impl Report {
    /// Counts.
    pub fn of(
        history: &History,
        simulation: &Simulation<'_>,
        bundle: &Bundle,
        against: Option<&Bundle>,
        files: Option<&str>,
    ) -> Self {
        let redactor = Redactor::new([0; 32]);
        let clean = |text: &str| redactor.redact_text(text).0;
        let decided = &simulation.decided;
        let mut report = Self {
            tool_calls: decided.len(),
            sessions: history.sessions.len(),
            files: history.files,
            duplicates: history.duplicates,
            broken_lines: history.broken.len(),
            broken: history
                .broken
                .iter()
                .take(MOST_BROKEN)
                .map(|(file, broken)| clean(&format!("{file}:{}: {}", broken.line, broken.what)))
                .collect(),
            skipped: history.skipped.iter().map(|file| clean(file)).collect(),
            bundle: bundle.digest(),
            pack: bundle.pack().to_owned(),
            against: against.map(Bundle::digest),
            decisions: Counts::default(),
            approvals: Approvals::of(decided),
            runtimes: BTreeMap::new(),
            tools: Vec::new(),
            effects: Vec::new(),
            policies: Vec::new(),
            reasons: Vec::new(),
            stopped: Vec::new(),
            stopped_left_off: 0,
            unforeseen: Vec::new(),
            rejected: Rejected::default(),
            differences: Vec::new(),
            differences_left_off: 0,
            assumptions: assumptions(bundle, files),
        };
        let mut tallies = Tallies::default();
        let mut policies: BTreeMap<&str, Counts> =
            bundle.policy_ids().map(|id| (id.as_str(), Counts::default())).collect();
        for one in decided {
            let kind = &one.decision.kind;
            report.decisions.add(kind);
            report.runtimes.entry(runtime(one)).or_default().add(kind);
            for id in &one.decision.policies {
                if let Some(counts) = policies.get_mut(id.as_str()) {
                    counts.add(kind);
                }
            }
            tallies.add(one, &redactor);
            report.single_out(one, &redactor);
        }
        report.policies = policies
            .into_iter()
            .map(|(id, decided)| PolicyRow { id: id.to_owned(), calls: decided.all(), decided })
            .collect();
        report.policies.sort_by_key(|row| std::cmp::Reverse(row.calls));
        tallies.into(&mut report, &redactor);
        for day in &mut report.approvals.days {
            day.developer = clean(&day.developer);
        }
        report
    }

    /// Lists a call where it is one to look at.
    fn single_out(&mut self, one: &Decided<'_>, redactor: &Redactor) {
        if matches!(one.decision.kind, DecisionKind::RequireApproval { .. } | DecisionKind::Deny) {
            if self.stopped.len() < MOST_ROWS {
                self.stopped.push(Stopped::of(one, redactor));
            } else {
                self.stopped_left_off += 1;
            }
        }
        if one.call.result == PastResult::Rejected {
            self.rejected.decided.add(&one.decision.kind);
            if self.rejected.calls.len() < MOST_ROWS {
                self.rejected.calls.push(Stopped::of(one, redactor));
            }
        }
        if let Some(other) = &one.other {
            if self.differences.len() < MOST_ROWS {
                self.differences.push(Difference::of(one, other, redactor));
            } else {
                self.differences_left_off += 1;
            }
        }
    }
}

/// What is counted of one reason.
#[derive(Default)]
struct Why {
    calls: usize,
    example: String,
    factors: BTreeMap<String, usize>,
}

/// Counts by what may be many different things.
#[derive(Default)]
struct Tallies<'h> {
    tools: BTreeMap<&'h str, Counts>,
    effects: BTreeMap<(String, String), Counts>,
    reasons: BTreeMap<(String, String), Why>,
    unforeseen: BTreeMap<String, (usize, String)>,
}

impl<'h> Tallies<'h> {
    fn add(&mut self, one: &Decided<'h>, redactor: &Redactor) {
        let kind = &one.decision.kind;
        self.tools.entry(one.call.call.tool.as_str()).or_default().add(kind);
        let pairs: BTreeSet<(String, String)> = one
            .effects
            .iter()
            .map(|effect| (effect.verb.to_string(), effect.environment.to_string()))
            .collect();
        for pair in pairs {
            self.effects.entry(pair).or_default().add(kind);
        }
        if !matches!(kind, DecisionKind::Allow) {
            // Why, without the resource: after the colon.
            let why = one.decision.reason.rsplit(": ").next().unwrap_or(&one.decision.reason);
            let why = self.reasons.entry((kind.word().to_owned(), why.to_owned())).or_default();
            why.calls += 1;
            if why.example.is_empty() {
                why.example = rows::text(one, redactor);
            }
            let mut factors: Vec<_> = one.decision.risk.factors.iter().collect();
            factors.sort_by_key(|factor| std::cmp::Reverse(factor.points));
            for factor in factors.into_iter().take(GREATEST) {
                *why.factors.entry(factor.sentence.clone()).or_default() += 1;
            }
        }
        for what in unforeseen(one) {
            let [what] = one.texts_without_secrets(redactor, [&what]);
            let (count, example) = self.unforeseen.entry(what).or_default();
            *count += 1;
            if example.is_empty() {
                *example = rows::text(one, redactor);
            }
        }
    }

    fn into(self, report: &mut Report, redactor: &Redactor) {
        let clean = |text: String| redactor.redact_text(&text).0;
        let most = |counts: &Counts| std::cmp::Reverse(counts.all());
        report.tools = self
            .tools
            .into_iter()
            .map(|(tool, decided)| ToolRow { tool: clean(tool.to_owned()), decided })
            .collect();
        report.tools.sort_by_key(|row| most(&row.decided));
        report.effects = self
            .effects
            .into_iter()
            .map(|((verb, environment), decided)| EffectRow { verb: clean(verb), environment, decided })
            .collect();
        report.effects.sort_by_key(|row| most(&row.decided));
        report.reasons = self
            .reasons
            .into_iter()
            .map(|((decision, reason), why)| {
                let factor = |(sentence, calls)| Factor { sentence: clean(sentence), calls };
                let mut factors: Vec<Factor> = why.factors.into_iter().map(factor).collect();
                factors.sort_by_key(|factor| std::cmp::Reverse(factor.calls));
                factors.truncate(MOST_FACTORS);
                Reason { reason: clean(reason), decision, calls: why.calls, example: why.example, factors }
            })
            .collect();
        report.reasons.sort_by_key(|row| std::cmp::Reverse(row.calls));
        report.unforeseen = self
            .unforeseen
            .into_iter()
            .map(|(what, (calls, example))| Unforeseen { what, calls, example })
            .collect();
        report.unforeseen.sort_by_key(|row| std::cmp::Reverse(row.calls));
        report.unforeseen.truncate(MOST_ROWS);
    }
}

/// What of a call nobody's policy foresaw.
fn unforeseen(one: &Decided<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if one.decision.policies.is_empty() && matches!(one.decision.kind, DecisionKind::Deny) {
        found.insert("no policy permits it at any price".to_owned());
    }
    for effect in &one.effects {
        if verbs::find(effect.verb.as_str()).is_none() {
            found.insert(format!("`{}` is outside the catalogue", effect.verb));
        }
        let tool = &one.call.call.tool;
        let is_tool =
            matches!(&effect.resource, countersign_model::Resource::Program { name } if name == tool);
        if effect.verb == verbs::EXEC_OPAQUE && is_tool {
            found.insert(format!("nobody knows what the tool `{tool}` does"));
        }
        if effect.verb == verbs::MCP_CALL {
            found.insert(format!("nothing says what `{}` does", effect.resource));
        }
    }
    found
}

fn runtime(one: &Decided<'_>) -> String {
    match serde_json::to_value(one.call.call.runtime) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

fn assumptions(bundle: &Bundle, files: Option<&str>) -> Vec<String> {
    let map = bundle.repository();
    let remote = map.remotes.first().map_or("a repository that the map does not name", String::as_str);
    vec![
        format!("the directory a session starts in is a clone of {remote}, under the name `origin`"),
        "the default branch is checked out where nothing names another, and a push goes to the branch of the same name"
            .to_owned(),
        "a file that a session did not make is tracked by git".to_owned(),
        match files {
            Some(files) => format!("a file that a session did not write is the one that stands in `{files}` today"),
            None => "what is in a file that a session did not write is unknown, so that `npm test` or `make` may be \
                     shown or held here and flow in life: `--files DIR` reads those of a working tree"
                .to_owned(),
        },
        "files of secrets such as `.env` were there where a session names them, and not where it searches a directory; \
         it has a line for each variable, and no file is called like a module of Python's own unless one is named"
            .to_owned(),
        "no production credential was within reach of what the agents started, and no setting chose where tools act or \
         what they start"
            .to_owned(),
        "whatever would have been held would have been approved, and the session would have gone on as it did".to_owned(),
    ]
}
