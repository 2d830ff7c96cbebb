//! What is within reach, judged: environment, answer, and what governs the way there.

use countersign_model::{Decision, DecisionKind, Effect, Environment, Resource};
use countersign_policy::{naming, says_production};
use serde::Serialize;

use crate::gaps::{self, Gap};
use crate::mcp;
use crate::runtimes::{Governor, Runtime};
use crate::{Item, Kind, Through};

/// All of it.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What nothing governs, or governs badly: the worst first.
    pub gaps: Vec<Gap>,
    /// The agent runtimes here.
    pub runtimes: Vec<Runtime>,
    /// Everything within reach, by kind, production first.
    pub items: Vec<Judged>,
    /// What decided, and what was not looked at: for people.
    pub notes: Vec<String>,
    /// Whether MCP servers were started to be asked for their tools.
    pub servers_asked: bool,
}

/// A thing within reach with what would be decided about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Where it was found.
    pub from: String,
    /// What is known of it.
    pub about: Vec<String>,
    /// What could not be read or is wrong.
    pub notes: Vec<String>,
    /// Where it leads; none where it leads nowhere that is known.
    pub environment: Option<Environment>,
    /// The list and the name that the map would take it by, where nobody has named it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub named_by: Option<String>,
    /// What its usual use does: read, write, destroy, send; `not known` of what says nothing.
    pub access: Option<&'static str>,
    /// The use that was asked about.
    pub usual: Option<String>,
    /// What would be decided over it.
    pub answer: Option<Answer>,
    /// Who gets there, and what governs that path.
    pub reached_by: Vec<Reached>,
}

/// What the policy would answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// `allow`, `monitor`, `require_approval` or `deny`.
    pub decision: &'static str,
    /// The same for people.
    pub shown: String,
    /// Why.
    pub reason: String,
    /// The score.
    pub risk: u8,
}

/// A runtime that gets to a thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reached {
    /// Its id.
    pub runtime: &'static str,
    /// What governs the path.
    pub governed_by: Governor,
}

impl Judged {
    /// A thing with the effects and the decision of its usual use, if there is one.
    pub fn new(item: &Item, seen: Option<(&[Effect], &Decision)>, runtimes: &[Runtime]) -> Self {
        let effects = seen.map(|(effects, _)| effects).unwrap_or_default();
        let reaches = |runtime: &&Runtime| match &item.through {
            Through::Shell => true,
            Through::Runtimes(ids) => ids.contains(runtime.id),
        };
        Self {
            kind: item.kind,
            name: item.name.clone(),
            from: item.from.clone(),
            about: item.about.clone(),
            notes: item.notes.clone(),
            environment: environment(item, effects),
            named_by: None,
            access: access(effects),
            usual: item.usual.as_ref().map(|usual| usual.shown.clone()),
            answer: seen.map(|(_, decision)| answer(decision)),
            reached_by: runtimes
                .iter()
                .filter(reaches)
                .map(|runtime| Reached { runtime: runtime.id, governed_by: runtime.governor })
                .collect(),
        }
    }

    /// The same with what the map would take it by, where nobody knows where it leads.
    #[must_use]
    pub fn named(mut self, effects: &[Effect], tree: &str) -> Self {
        if self.environment == Some(Environment::Unknown) {
            let mut unknown = effects.iter().filter(|effect| effect.environment == Environment::Unknown);
            self.named_by = unknown.find_map(|effect| naming(effect, Some(tree)));
        }
        self
    }

    /// Changes every text that came from outside.
    pub fn map_text(&mut self, change: &impl Fn(&str) -> String) {
        let texts =
            [&mut self.name, &mut self.from].into_iter().chain(&mut self.about).chain(&mut self.notes);
        let answer = self.answer.as_mut().map(|answer| &mut answer.reason);
        for text in texts.chain(&mut self.usual).chain(&mut self.named_by).chain(answer) {
            *text = change(text);
        }
    }

    /// Whether it leads to production, or to where nobody knows.
    pub fn matters(&self) -> bool {
        matches!(self.environment, Some(Environment::Production | Environment::Unknown))
    }

    /// The worst of what governs the paths to it; none where nobody gets there.
    pub fn governor(&self) -> Option<Governor> {
        self.reached_by.iter().map(|reached| reached.governed_by).min()
    }

    /// The same for people: runtime by runtime where they differ.
    pub fn governed(&self) -> String {
        let Some(worst) = self.governor() else { return "no runtime here".to_owned() };
        if self.reached_by.iter().all(|reached| reached.governed_by == worst) {
            return worst.word().to_owned();
        }
        let each = self.reached_by.iter().map(|one| format!("{}: {}", one.runtime, one.governed_by.word()));
        each.collect::<Vec<_>>().join(", ")
    }
}

impl Report {
    /// Sorts what was judged and finds the gaps.
    pub fn new(
        runtimes: Vec<Runtime>,
        mut items: Vec<Judged>,
        notes: Vec<String>,
        servers_asked: bool,
    ) -> Self {
        items.sort_by(|one, other| {
            let key = |item: &Judged| (item.kind, std::cmp::Reverse(item.environment));
            key(one).cmp(&key(other)).then_with(|| (&one.name, &one.from).cmp(&(&other.name, &other.from)))
        });
        items.dedup_by(|one, other| {
            one.kind == other.kind && one.name == other.name && one.from == other.from
        });
        let gaps = gaps::find(&runtimes, &items);
        Self { gaps, runtimes, items, notes, servers_asked }
    }

    /// How many MCP servers could be asked for their tools and were not.
    pub fn unasked(&self) -> usize {
        let servers = self.of(Kind::McpServer).filter(|item| item.usual.is_some());
        if self.servers_asked { 0 } else { servers.count() }
    }

    /// The things of one kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Judged> {
        self.items.iter().filter(move |item| item.kind == kind)
    }
}

/// Where a thing leads. The map's word counts; where it says nothing, a name that says production is believed.
fn environment(item: &Item, effects: &[Effect]) -> Option<Environment> {
    let told = effects.iter().filter(|effect| !matches!(effect.resource, Resource::Change { .. }));
    let Some(worst) = told.map(|effect| effect.environment).max() else {
        // Of what cannot be read nobody knows where it leads.
        return (!item.notes.is_empty()).then_some(Environment::Unknown);
    };
    let worst = match worst {
        Environment::Development if item.opens_elsewhere => Environment::Unknown,
        worst => worst,
    };
    let named = || item.also_named.iter().any(|name| says_production(name));
    Some(if worst == Environment::Unknown && named() { Environment::Production } else { worst })
}

fn access(effects: &[Effect]) -> Option<&'static str> {
    let worst = effects.iter().map(|effect| effect.access).max()?;

    Some(mcp::word(worst))
}

fn answer(decision: &Decision) -> Answer {
    let shown = match &decision.kind {
        DecisionKind::RequireApproval { .. } => decision.kind.to_string().replacen("require", "waits for", 1),
        DecisionKind::Allow => "allowed".to_owned(),
        DecisionKind::Monitor => "allowed, shown to people".to_owned(),
        DecisionKind::Deny => "denied".to_owned(),
    };
    Answer {
        decision: decision.kind.word(),
        shown,
        reason: decision.reason.clone(),
        risk: decision.risk.score,
    }
}
