//! Policies that would cut the most needless holds: drafts, for people to look at.

use std::collections::{BTreeMap, BTreeSet};

use countersign_model::{DecisionKind, Effect};
use countersign_policy::{Bundle, Context, Draft, Mode, OwnPolicy, decide, draft};
use countersign_redact::Redactor;
use serde::Serialize;

use crate::Simulation;
use crate::report::Stopped;
use crate::run::Decided;

/// A policy that is drafted, with the calls it would have let through.
#[derive(Debug, Serialize)]
pub struct Suggestion {
    /// The policy, as it would stand in `countersign.toml`.
    #[serde(skip)]
    pub policy: OwnPolicy,
    /// Its id.
    pub id: String,
    /// What it says.
    pub says: String,
    /// Its text in Cedar.
    pub cedar: String,
    /// Held calls that it alone would have let flow.
    pub calls: usize,
    /// The policies that held them.
    pub held_by: Vec<String>,
    /// The first of the calls, those alike once.
    pub examples: Vec<Stopped>,
}

/// Calls that are shown with a draft.
const SHOWN: usize = 5;

/// Drafts for what was held most, where a policy may let it flow at all. Whether they keep what must hold is for `policy
/// prove` to say, and what they come to for another simulation.
pub fn candidates(simulation: &Simulation<'_>, bundle: &Bundle) -> Vec<Suggestion> {
    let mut groups: BTreeMap<Draft, Vec<&Decided<'_>>> = BTreeMap::new();
    for one in simulation.decided.iter().filter(|one| one.decision.kind.waits()) {
        let mut drafts = holding(one, bundle).map(draft).collect::<BTreeSet<_>>().into_iter();
        // With several reasons to hold it, no single draft lets it flow; without any, it is what came before that holds it.
        if let (Some(Some(draft)), None) = (drafts.next(), drafts.next()) {
            groups.entry(draft).or_default().push(one);
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, calls)| std::cmp::Reverse(calls.len()));
    let redactor = Redactor::new([0; 32]);
    let groups = groups.into_iter().enumerate();
    groups.map(|(index, (draft, calls))| Suggestion::of(index + 1, draft, &calls, &redactor)).collect()
}

/// The effects that hold a call by themselves, whatever came before it.
fn holding<'d>(one: &'d Decided<'_>, bundle: &'d Bundle) -> impl Iterator<Item = &'d Effect> {
    one.effects.iter().filter(|effect| {
        let alone = decide(std::slice::from_ref(*effect), &Context::default(), bundle);
        matches!(alone.kind, DecisionKind::RequireApproval { .. } | DecisionKind::Deny)
    })
}

impl Suggestion {
    fn of(number: usize, draft: Draft, calls: &[&Decided<'_>], redactor: &Redactor) -> Self {
        let Draft { verb, what, cedar } = draft;
        let id = format!("flows-{number}-{}", verb.replace('.', "-"));
        let says = format!("{verb} on {what} is shown to people and flows");
        let held_by: BTreeSet<String> =
            calls.iter().flat_map(|one| one.decision.policies.iter().map(ToString::to_string)).collect();
        let mut seen = BTreeSet::new();
        let examples = calls.iter().map(|one| Stopped::of(one, redactor));
        let examples = examples.filter(|example| seen.insert(example.call.clone())).take(SHOWN).collect();
        let policy = OwnPolicy {
            id: id.clone(),
            says: Some(says.clone()),
            mode: Mode::Enforce,
            cedar: cedar.clone(),
            hits: Vec::new(),
            misses: Vec::new(),
        };
        Self { policy, id, says, cedar, calls: calls.len(), held_by: held_by.into_iter().collect(), examples }
    }

    /// How many calls it has let flow that were held `before`, by a simulation with it added.
    pub fn count(&mut self, before: &Simulation<'_>, after: &Simulation<'_>) {
        let id = format!("repository/{}", self.id);
        let pairs = before.decided.iter().zip(&after.decided);
        let freed = pairs.filter(|(before, after)| {
            before.decision.kind.waits()
                && after.decision.kind < before.decision.kind
                && after.decision.policies.iter().any(|policy| policy.as_str() == id)
        });
        self.calls = freed.count();
    }

    /// The policy as a block of `countersign.toml`.
    pub fn block(&self) -> String {
        let Self { id, says, cedar, .. } = self;
        format!("[[policy]]\nid = \"{id}\"\nsays = \"{says}\"\ncedar = '''\n{cedar}'''\n")
    }
}
