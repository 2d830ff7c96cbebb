//! How much could go wrong with one effect: the capped sum of named factors.
//!
//! Monotone by construction: every factor is a look-up in a table whose points never fall as things
//! get worse, and [`Weights::check`] refuses other tables. Below 30 is low, from 60 is high.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use countersign_model::{
    Access, Certainty, Effect, Environment, Factor, PathClass, Place, Resource, Reversible, Risk, Zone, verbs,
};
use serde::{Deserialize, Serialize};

use crate::Context;
use crate::scoping::Outside;
use crate::sentence::plain;

/// Points by factor. Data of the bundle; the shipped ones are `packs/weights.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    read: ByEnvironment,
    change: ByEnvironment,
    place: ByPlace,
    access: ByAccess,
    reversible: ByReversible,
    certainty: ByCertainty,
    class: ByClass,
    verb: BTreeMap<String, u8>,
    other: Other,
}

macro_rules! tables {
    ($($table:ident by $word:ident { $($field:ident $variant:ident),* })*) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $table { $($field: u8),* }

        impl $table {
            const fn of(&self, word: $word) -> u8 {
                match word { $($word::$variant => self.$field),* }
            }

            /// Its words with their points, in the order in which things get worse.
            fn points(&self) -> Vec<(&'static str, u8)> {
                vec![$((stringify!($field), self.$field)),*]
            }
        }
    )*};
}

tables! {
    ByEnvironment by Environment { development Development, staging Staging, unknown Unknown, production Production }
    ByPlace by Place { workspace Workspace, machine Machine, remote Remote }
    ByAccess by Access { read Read, write Write, send Send, execute Execute, destroy Destroy }
    ByReversible by Reversible { yes Yes, unknown Unknown, no No }
    ByCertainty by Certainty { exact Exact, partial Partial, opaque Opaque }
    ByClass by PathClass {
        ordinary Ordinary, rebuildable Rebuildable, delivery Delivery, tool_configuration ToolConfiguration,
        shell_configuration ShellConfiguration, secret Secret, countersign Countersign
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Other {
    any_resource: u8,
    each_further_ref: u8,
    most_further_refs: u8,
    reach: u8,
    findings: u8,
    secret_read: u8,
    untrusted_content: u8,
    each_denial: u8,
    most_denials: u8,
    each_hold: u8,
    most_holds: u8,
    unpinnable: u8,
    #[serde(default)]
    outside: u8,
    #[serde(default)]
    each_push: u8,
    #[serde(default)]
    most_pushes: u8,
    #[serde(default)]
    denied_before: u8,
    #[serde(default)]
    first_time: u8,
    #[serde(default)]
    burst: u8,
    /// From so many changing calls in a minute on it is a burst; none is where this is 0.
    #[serde(default)]
    burst_calls: u8,
    #[serde(default)]
    overlap: u8,
}

/// Two points of which the worse is the smaller: each with its table and its word.
#[derive(Debug)]
pub struct Fall {
    /// Of what is less bad.
    pub better: (&'static str, &'static str, u8),
    /// Of what is worse.
    pub worse: (&'static str, &'static str, u8),
}

impl fmt::Display for Fall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((better_table, better, _), (table, worse, _)) = (self.better, self.worse);
        write!(f, "`{table}.{worse}` has fewer points than `{better_table}.{better}`")
    }
}

impl Fall {
    const fn of(
        better: (&'static str, (&'static str, u8)),
        worse: (&'static str, (&'static str, u8)),
    ) -> Self {
        Self { better: (better.0, better.1.0, better.1.1), worse: (worse.0, worse.1.0, worse.1.1) }
    }
}

/// What a policy and a risk are told beside the effect.
#[derive(Debug)]
pub struct Beside<'c> {
    /// What is known of the call and its session.
    pub context: &'c Context,
    /// How many refs of remotes the call moves.
    pub refs: usize,
    /// What of the effect is outside of the task.
    pub outside: Vec<Outside>,
    /// Whether the session changes things faster than the weights take for usual.
    pub burst: bool,
}

impl Weights {
    /// Whether so many changing calls in a minute are a burst.
    pub(crate) const fn is_burst(&self, calls: u32) -> bool {
        let least = self.other.burst_calls as u32;
        least > 0 && calls >= least
    }

    /// The points that differ from those of other weights, as `table.name`, with both; none stands for no points of
    /// its own.
    pub(crate) fn differences(&self, other: &Self) -> Vec<(String, Option<u64>, Option<u64>)> {
        let flat = |weights: &Self| -> BTreeMap<String, u64> {
            let value = serde_json::to_value(weights).unwrap_or_default();
            let tables = value.as_object().into_iter().flatten();
            let points = tables.flat_map(|(table, points)| {
                let points = points.as_object().into_iter().flatten();
                points.filter_map(move |(name, points)| Some((format!("{table}.{name}"), points.as_u64()?)))
            });
            points.collect()
        };
        let (own, other) = (flat(self), flat(other));
        let names: BTreeSet<&String> = own.keys().chain(other.keys()).collect();
        let both =
            names.into_iter().map(|name| (name.clone(), own.get(name).copied(), other.get(name).copied()));
        both.filter(|(_, own, other)| own != other).collect()
    }

    /// Refuses tables under which something worse could score lower.
    pub(crate) fn check(&self) -> Result<(), Fall> {
        let tables = [
            ("read", self.read.points()),
            ("change", self.change.points()),
            ("place", self.place.points()),
            ("access", self.access.points()),
            ("reversible", self.reversible.points()),
            ("certainty", self.certainty.points()),
            ("class", self.class.points()),
        ];
        for (table, points) in tables {
            for (lower, higher) in points.iter().zip(points.iter().skip(1)) {
                if higher.1 < lower.1 {
                    return Err(Fall::of((table, *lower), (table, *higher)));
                }
            }
        }
        for (read, change) in self.read.points().into_iter().zip(self.change.points()) {
            if change.1 < read.1 {
                return Err(Fall::of(("read", read), ("change", change)));
            }
        }
        Ok(())
    }

    /// The risk of one effect.
    pub(crate) fn score(&self, effect: &Effect, beside: &Beside<'_>) -> Risk {
        let mut sum = Sum::default();
        let access = access(effect);
        let place = effect.resource.place();
        let environments = if access == Access::Read { &self.read } else { &self.change };
        sum.add("environment", environments.of(effect.environment), || {
            format!("it lands in {}", where_(effect))
        });
        sum.add("place", self.place.of(place), || match place {
            Place::Workspace => "it stays in the workspace".to_owned(),
            Place::Machine => "it leaves the workspace".to_owned(),
            Place::Remote => "it reaches another machine".to_owned(),
        });
        sum.add("access", self.access.of(access), || format!("it would {access}"));
        if access != Access::Read {
            sum.add("reversible", self.reversible.of(effect.reversible), || match effect.reversible {
                Reversible::Yes => "it can be undone".to_owned(),
                Reversible::Unknown => "nobody knows whether it can be undone".to_owned(),
                Reversible::No => "it cannot be undone".to_owned(),
            });
        }
        sum.add("certainty", self.certainty.of(effect.certainty), || match effect.certainty {
            Certainty::Exact => "all of it is known".to_owned(),
            Certainty::Partial => "part of it is not known".to_owned(),
            Certainty::Opaque => "nobody can see into it".to_owned(),
        });
        self.add_resource(&mut sum, effect, beside.refs);
        self.add_context(&mut sum, effect, access, beside.context);
        self.add_task(&mut sum, effect, access, beside);
        sum.risk()
    }

    fn add_task(&self, sum: &mut Sum, effect: &Effect, access: Access, beside: &Beside<'_>) {
        let other = &self.other;
        let circumstances = &beside.context.circumstances;
        if !beside.outside.is_empty() {
            sum.add("scope", other.outside, || sentences(&beside.outside));
        }
        if circumstances.denied(effect) {
            sum.add("history", other.denied_before, || {
                "the same was denied earlier in this session".to_owned()
            });
        }
        if circumstances.is_first(effect) {
            sum.add("history", other.first_time, || {
                format!("no agent here has used `{}` before", plain(effect.verb.as_str()))
            });
        }
        if beside.burst && access != Access::Read {
            sum.add("history", other.burst, || {
                format!(
                    "{} changed something in the last minute",
                    plural(count(circumstances.changes), "call", "calls")
                )
            });
        }
        let away = effect.resource.place() == Place::Remote;
        if away && access != Access::Read {
            let pushes = count(beside.context.history.pushes);
            sum.add("history", times(other.each_push, pushes, other.most_pushes), || {
                format!("this session has pushed {}", plural(pushes, "time", "times"))
            });
        }
        if let Some(overlap) = circumstances.overlap(effect) {
            sum.add("overlap", other.overlap, || overlap.sentence());
        }
    }

    fn add_resource(&self, sum: &mut Sum, effect: &Effect, refs: usize) {
        let other = &self.other;
        let secret = effect.verb.area() == "secret" || matches!(effect.resource, Resource::Secret { .. });
        let class = match &effect.resource {
            Resource::Path { class, .. } if secret => (*class).max(PathClass::Secret),
            // Looking at Countersign's own settings switches nothing off.
            Resource::Path { class: PathClass::Countersign, .. } if access(effect) == Access::Read => {
                PathClass::Ordinary
            }
            Resource::Path { class, .. } => *class,
            _ if secret => PathClass::Secret,
            _ => PathClass::Ordinary,
        };
        sum.add("class", self.class.of(class), || format!("it is of the class {}", word(&class)));
        let verb = self.verb.get(effect.verb.as_str()).copied().unwrap_or_default();
        sum.add("verb", verb, || format!("`{}` is worse than most of its kind", effect.verb));
        if could_be_any(&effect.resource) {
            sum.add("blast radius", other.any_resource, || "it could be any of many".to_owned());
        }
        if effect.resource.place() == Place::Remote && matches!(effect.resource, Resource::Ref { .. }) {
            let points = times(other.each_further_ref, refs.saturating_sub(1), other.most_further_refs);
            sum.add("blast radius", points, || format!("the call moves {refs} refs"));
        }
    }

    fn add_context(&self, sum: &mut Sum, effect: &Effect, access: Access, context: &Context) {
        let other = &self.other;
        let away = effect.resource.place() == Place::Remote;
        if access == Access::Execute && !context.reach.is_empty() {
            sum.add("reach", other.reach, || "production credentials are within its reach".to_owned());
        }
        let carried = context.carried(effect.resource.place()).count();
        if carried > 0 {
            sum.add("findings", other.findings, || {
                if context.carries_own() {
                    return "the call may carry along a secret that it reads itself".to_owned();
                }
                format!(
                    "the call carries {}",
                    plural(carried, "secret or personal datum", "secrets or personal data")
                )
            });
        }
        let history = &context.history;
        if history.secret_read && away && access != Access::Read {
            sum.add("history", other.secret_read, || match &history.secret {
                _ if context.carries_own() => "a secret was read by this same call".to_owned(),
                Some(secret) => format!("a secret was read earlier in this session: {}", plain(secret)),
                None => "a secret was read earlier in this session".to_owned(),
            });
        }
        if history.untrusted_content && access != Access::Read {
            sum.add("history", other.untrusted_content, || {
                "text from outside was taken in earlier".to_owned()
            });
        }
        let denials = times(other.each_denial, count(history.denials), other.most_denials);
        sum.add("history", denials, || {
            format!("{} denied", plural(count(history.denials), "earlier call was", "earlier calls were"))
        });
        let holds = times(other.each_hold, count(history.holds), other.most_holds);
        sum.add("history", holds, || {
            format!("{} held", plural(count(history.holds), "earlier call was", "earlier calls were"))
        });
        let guarded = matches!(effect.environment, Environment::Unknown | Environment::Production);
        if away && guarded && !matches!(access, Access::Read | Access::Send) && !context.pinnable {
            sum.add("pinning", other.unpinnable, || "it cannot be pinned to what was reviewed".to_owned());
        }
    }
}

/// The worse of what the effect says and what the catalogue says of its verb.
pub(crate) fn access(effect: &Effect) -> Access {
    let usual = verbs::find(effect.verb.as_str()).map_or(Access::Destroy, |entry| entry.access);
    usual.max(effect.access)
}

/// The factors so far; those without points are left out.
#[derive(Default)]
struct Sum(Vec<Factor>);

impl Sum {
    fn add(&mut self, name: &str, points: u8, sentence: impl FnOnce() -> String) {
        if points > 0 {
            self.0.push(Factor { name: name.to_owned(), points: points.into(), sentence: sentence() });
        }
    }

    fn risk(self) -> Risk {
        let total: i32 = self.0.iter().map(|factor| i32::from(factor.points)).sum();
        Risk { score: u8::try_from(total.clamp(0, 100)).unwrap_or(100), factors: self.0 }
    }
}

fn times(each: u8, count: usize, most: u8) -> u8 {
    usize::from(each).saturating_mul(count).min(most.into()).try_into().unwrap_or(most)
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// What is outside, one after the other.
pub(crate) fn sentences(outside: &[Outside]) -> String {
    outside.iter().map(|outside| outside.sentence.as_str()).collect::<Vec<_>>().join("; ")
}

/// A number with its noun.
fn plural(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

fn where_(effect: &Effect) -> String {
    match effect.environment {
        Environment::Unknown => "an environment nobody has named".to_owned(),
        named => named.to_string(),
    }
}

/// A word of the model as it is stored, such as `tool_configuration`.
pub(crate) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// Whether the resource's name leaves open which of many it is.
fn could_be_any(resource: &Resource) -> bool {
    match resource {
        Resource::Ref { reference, .. } => reference.contains('*'),
        Resource::Forge { name, repository, .. } => name == "*" || repository.name.contains('*'),
        Resource::PullRequest { repository, .. } => repository.name.contains('*'),
        // Whichever of the temporary files it is, nobody counts on it.
        Resource::Path { path, zone, .. } => path.contains('*') && *zone != Zone::Temporary,
        Resource::Host { host, .. } => host.contains('*'),
        Resource::Cluster { context, object, name, .. } => {
            [context, object, name].iter().any(|part| part.as_str() == "*")
        }
        Resource::Cloud { account, name, .. } => account == "*" && name == "*",
        Resource::Database { host, object, .. } => host == "*" || object == "*",
        Resource::Stack { directory, workspace, .. } => directory == "*" || workspace.as_deref() == Some("*"),
        Resource::App { name, .. } | Resource::Container { name, .. } | Resource::Package { name, .. } => {
            name == "*"
        }
        Resource::Change { .. }
        | Resource::Repository { .. }
        | Resource::Program { .. }
        | Resource::Tool { .. }
        | Resource::Secret { .. } => false,
    }
}
