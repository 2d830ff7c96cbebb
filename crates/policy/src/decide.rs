//! The decision: for each effect the lowest rung at which Cedar permits it, and the strictest of all.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::mem::discriminant;

use countersign_model::{
    Access, Certainty, Decision, DecisionKind, Effect, Environment, PathClass, Place, PolicyId, Requirement,
    Resource, Risk, Shadow, verbs,
};

use crate::ask::{Answer, Compiled, ask};
use crate::build::AS_ABOVE;
use crate::bundle::{StoredPolicy, is_own};
use crate::classify::{classify, listed_tags};
use crate::map::EnvironmentMap;
use crate::oversight::Rung;
use crate::proposal::Mode;
use crate::request::{self, Question, Unaskable};
use crate::risk::{self, Beside};
use crate::scope::Kind;
use crate::scoping::{self, Whole};
use crate::{Bundle, Context, Overlap, above, sentence};

/// More effects than this in one call are not weighed one by one.
const MOST_EFFECTS: usize = 1024;

/// Sentences about other effects of a call that its decision has at most.
const MOST_NOTES: usize = 3;

/// Decides a call by its effects, whose environments [`classify`](crate::classify) has filled in.
///
/// Never an error: what goes wrong inside is a denial whose reason says so. A call of which nothing
/// is known to happen is decided as one that nobody can see into.
pub fn decide(effects: &[Effect], context: &Context, bundle: &Bundle) -> Decision {
    if effects.is_empty() {
        let mut unseen = [Effect::opaque("the call", "nothing is known of what it does")];
        classify(&mut unseen, bundle, None);
        return decide(&unseen, context, bundle);
    }
    if effects.len() > MOST_EFFECTS {
        let count = effects.len();
        return sentence::broken(
            Vec::new(),
            &format!("it does {count} things at once, more than {MOST_EFFECTS}"),
        );
    }
    let refs = effects.iter().filter(|effect| is_remote_ref(effect)).count();
    let whole = Whole::of(effects, context);
    let carrying = effects.iter().any(reads_secret).then(|| context.carrying());
    let mut verdicts: Vec<(&Effect, Verdict)> = Vec::new();
    let mut shadows: Vec<(&Effect, Verdict)> = Vec::new();
    let mut differs = false;
    for effect in effects {
        let same = |earlier: &&Effect| is_same(earlier, effect);
        if verdicts.iter().take(16).any(|(earlier, _)| same(earlier)) {
            continue;
        }
        let context = carrying.as_ref().filter(|_| leaves(effect)).unwrap_or(context);
        let contents = bundle.contents();
        let beside = Beside {
            context,
            refs,
            outside: scoping::outside(effect, &whole, context, bundle.map()),
            burst: contents.weights.is_burst(context.circumstances.changes),
        };
        match judge(effect, &beside, bundle) {
            Ok(Judged { verdict, shadow }) => {
                differs |= shadow.is_some();
                shadows.push((effect, shadow.unwrap_or_else(|| verdict.clone())));
                verdicts.push((effect, verdict));
            }
            Err(denial) => return denial,
        }
    }
    let mut decision = strictest(&verdicts, bundle.map());
    if differs {
        let Decision { kind, policies, reason, .. } = strictest(&shadows, bundle.map());
        decision.shadow = (kind != decision.kind).then(|| Box::new(Shadow { kind, policies, reason }));
    }
    decision
}

/// What one effect comes to.
#[derive(Clone)]
struct Verdict {
    kind: DecisionKind,
    risk: Risk,
    policies: BTreeSet<PolicyId>,
    why: String,
    /// What is outside of the task, or also written by others: said whatever decides.
    notes: Vec<String>,
}

/// The same, and what it would come to if the policies that look on counted, where any of them can apply.
struct Judged {
    verdict: Verdict,
    shadow: Option<Verdict>,
}

impl Judged {
    /// Takes in what another layer says: the strictest counts.
    fn tighten(&mut self, below: Self) {
        let Self { verdict, shadow } = below;
        if self.shadow.is_some() || shadow.is_some() {
            let above = self.shadow.take().unwrap_or_else(|| self.verdict.clone());
            self.shadow = Some(stricter(above, shadow.unwrap_or_else(|| verdict.clone())));
        }
        self.verdict = stricter(self.verdict.clone(), verdict);
    }
}

/// An effect as each layer is asked about it.
struct Asked {
    kind: Kind,
    risk: Risk,
    question: Question,
}

impl Asked {
    fn new(
        effect: &Effect,
        beside: &Beside<'_>,
        bundle: &Bundle,
        map: &EnvironmentMap,
    ) -> Result<Self, Decision> {
        let kind = request::kind(effect);
        let risk = bundle.contents().weights.score(effect, beside);
        let unaskable = |error: Unaskable| sentence::broken(Vec::new(), &error.0);
        let question = Question::new(effect, &kind, risk.score, beside, map).map_err(unaskable)?;
        Ok(Self { kind, risk, question })
    }

    /// What one layer says.
    fn of(&self, index: usize, policies: &[StoredPolicy], bundle: &Bundle) -> Result<Judged, Decision> {
        let slice = bundle.slices.get(index, &self.kind, policies);
        let compiled = match slice.as_ref() {
            Ok(compiled) => compiled,
            Err(id) => {
                return Err(sentence::broken(vec![id.clone()], &format!("policy `{id}` cannot be read")));
            }
        };
        let rungs = &bundle.contents().rungs;
        let climb = |counting| climb(&self.question, compiled, counting, policies, rungs, &self.risk);
        let verdict = climb(Mode::Enforce)?;
        // What fails among those that look on would be a denial if they counted.
        let shadow = compiled.shadows.then(|| climb(Mode::Shadow).unwrap_or_else(verdict_of));
        Ok(Judged { verdict, shadow })
    }
}

/// Asks every layer; the strictest counts.
fn judge(effect: &Effect, beside: &Beside<'_>, bundle: &Bundle) -> Result<Judged, Decision> {
    let contents = bundle.contents();
    let asked = Asked::new(effect, beside, bundle, bundle.map())?;
    let mut judged = asked.of(0, &contents.policies, bundle)?;
    for (index, below) in contents.below.iter().enumerate() {
        judged.tighten(asked.of(index + 1, &below.policies, bundle)?);
    }
    // A lower layer that names more of production takes nothing away from what those above forbid elsewhere.
    for (index, (map, policies)) in contents.above.iter().zip(bundle.stored_layers()).enumerate() {
        let Some(seen) = above::seen(effect, map, bundle.map(), beside.context.tree.as_deref()) else {
            continue;
        };
        let mut elsewhere = Asked::new(&seen, beside, bundle, map)?.of(index, policies, bundle)?;
        if elsewhere.verdict.kind > judged.verdict.kind {
            let names = bundle.layer_names();
            let layer = names.get(index).copied().unwrap_or_default();
            let why = format!("; by what `{layer}` names itself it is {}", seen.environment);
            elsewhere.verdict.why.push_str(&why);
            judged.tighten(elsewhere);
        }
    }
    judged.verdict.notes = notes(effect, beside);
    if let Some(shadow) = &mut judged.shadow {
        shadow.notes.clone_from(&judged.verdict.notes);
    }
    Ok(judged)
}

fn notes(effect: &Effect, beside: &Beside<'_>) -> Vec<String> {
    let overlap = beside.context.circumstances.overlap(effect).map(Overlap::sentence);
    let outside = (!beside.outside.is_empty()).then(|| risk::sentences(&beside.outside));
    outside.into_iter().chain(overlap).collect()
}

/// The lowest rung at which one layer permits.
fn climb(
    question: &Question,
    compiled: &Compiled,
    counting: Mode,
    stored: &[StoredPolicy],
    rungs: &[Rung],
    risk: &Risk,
) -> Result<Verdict, Decision> {
    let unaskable = |error: Unaskable| sentence::broken(Vec::new(), &error.0);
    let mut forbidding = BTreeSet::new();
    let mut obstacle = None;
    let mut overruled = None;
    for rung in rungs {
        let request = question.at(rung).map_err(unaskable)?;
        match ask(compiled, counting, request, question.entities()) {
            Answer::Permitted(permitting) => {
                // What stood in the way one rung lower is as much the reason as what permits here.
                forbidding.extend(permitting);
                if forbidding.len() > 1 {
                    forbidding.retain(|id| !id.as_str().ends_with(AS_ABOVE));
                }
                let mut why = obstacle.or_else(|| says(stored, &forbidding)).unwrap_or_default();
                let (kind, risk) = (rung.kind(), risk.clone());
                // What is only shown still flows, as the permit says.
                why.extend(overruled.filter(|_| kind != DecisionKind::Monitor));
                return Ok(Verdict { kind, risk, policies: forbidding, why, notes: Vec::new() });
            }
            Answer::Refused(refusing, permitting) => {
                // Where others permit what these forbid, these are the reason, and not what permits more above.
                obstacle = says(stored, &refusing).filter(|_| !permitting.is_empty());
                let permit = permitting.iter().find(|id| is_own(id));
                let over = stored.iter().map(|policy| &policy.id).find(|id| refusing.contains(*id));
                if let (Some(permit), Some(over)) = (permit, over) {
                    overruled = Some(format!("; {}`{over}`", overruling(permit)));
                }
                forbidding = refusing;
            }
            Answer::Failed(failing) => return Err(failed(failing)),
        }
    }
    let mut why = says(stored, &forbidding).unwrap_or_else(|| "no policy permits it".to_owned());
    why.extend(overruled);
    let (kind, risk) = (DecisionKind::Deny, risk.clone());
    Ok(Verdict { kind, risk, policies: forbidding, why, notes: Vec::new() })
}

/// How a reason says that a permit of one's own is overruled.
pub fn overruling(permit: &PolicyId) -> String {
    format!("`{permit}` permits it and is overruled by ")
}

/// Of two layers' verdicts the stricter; of two that ask for approvals, what both ask for.
fn stricter(above: Verdict, below: Verdict) -> Verdict {
    match (&above.kind, &below.kind) {
        (DecisionKind::RequireApproval { .. }, DecisionKind::RequireApproval { .. }) => {
            let kind = join(above.kind.clone(), &below.kind);
            let mut verdict = if below.kind > above.kind { below.clone() } else { above.clone() };
            verdict.policies.extend(above.policies);
            verdict.policies.extend(below.policies);
            Verdict { kind, ..verdict }
        }
        (one, other) if other > one => below,
        _ => above,
    }
}

fn verdict_of(denial: Decision) -> Verdict {
    let Decision { kind, risk, policies, reason, shadow: _ } = denial;
    Verdict { kind, risk, policies: policies.into_iter().collect(), why: reason, notes: Vec::new() }
}

fn failed(policies: BTreeSet<PolicyId>) -> Decision {
    let first = policies.first().map(ToString::to_string).unwrap_or_default();
    sentence::broken(policies.into_iter().collect(), &format!("policy `{first}` failed"))
}

/// What the first of these policies in the bundle says: packs are ordered from what holds most.
fn says(policies: &[StoredPolicy], ids: &BTreeSet<PolicyId>) -> Option<String> {
    let policy = policies.iter().find(|policy| ids.contains(&policy.id))?;
    Some(policy.says.clone())
}

/// The strictest verdict, with everything the equally strict ones ask for.
fn strictest(verdicts: &[(&Effect, Verdict)], map: &EnvironmentMap) -> Decision {
    // Of what flows, a change says more than a look at something that weighs more.
    let changes = |effect: &Effect, verdict: &Verdict| {
        verdict.kind == DecisionKind::Allow && effect.access != Access::Read
    };
    let weight = |effect, verdict| (changes(effect, verdict), verdict.risk.score);
    let worst = verdicts.iter().max_by(|(effect, verdict), (other, others)| {
        verdict.kind.cmp(&others.kind).then_with(|| weight(effect, verdict).cmp(&weight(other, others)))
    });
    let Some((effect, worst)) = worst else {
        return sentence::broken(Vec::new(), "there is nothing to decide");
    };
    let mut kind = worst.kind.clone();
    let mut policies = BTreeSet::new();
    for (_, verdict) in
        verdicts.iter().filter(|(_, verdict)| discriminant(&verdict.kind) == discriminant(&worst.kind))
    {
        kind = join(kind, &verdict.kind);
        policies.extend(verdict.policies.iter().cloned());
    }
    let risk = verdicts.iter().map(|(_, verdict)| &verdict.risk).max_by_key(|risk| risk.score);
    let told = told(surest(effect, verdicts), verdicts);
    let named = listed_tags(&told, map);
    let production = in_production(effect, worst, verdicts);
    let parts = std::iter::once(&worst.why)
        .chain(&worst.notes)
        .chain(others(worst, verdicts))
        .chain(&named)
        .chain(&production);
    let mut said: Vec<&str> = Vec::new();
    for part in parts.flat_map(|part| part.split("; ")) {
        if !said.contains(&part) {
            said.push(part);
        }
    }
    let why = said.join("; ");
    let reason = sentence::reason(&told, &kind, &why);
    Decision {
        kind,
        risk: risk.cloned().unwrap_or_default(),
        policies: policies.into_iter().collect(),
        reason,
        shadow: None,
    }
}

/// What else of the same decision is done in production, where the worst by points is done elsewhere: a reviewer asks for
/// that first.
fn in_production(effect: &Effect, worst: &Verdict, verdicts: &[(&Effect, Verdict)]) -> Option<String> {
    if worst.kind == DecisionKind::Allow || effect.environment == Environment::Production {
        return None;
    }
    let is_alike = |(other, verdict): &&(&Effect, Verdict)| {
        other.environment == Environment::Production
            && discriminant(&verdict.kind) == discriminant(&worst.kind)
    };
    let (other, verdict) = verdicts.iter().filter(is_alike).max_by_key(|(_, verdict)| verdict.risk.score)?;
    Some(format!("it also {}, and {}", sentence::would(other), verdict.why))
}

/// What is said of effects that are less bad: what is outside of a task is, beside whatever holds.
fn others<'v>(worst: &Verdict, verdicts: &'v [(&Effect, Verdict)]) -> Vec<&'v String> {
    let mut others: Vec<&String> = Vec::new();
    for note in verdicts.iter().flat_map(|(_, verdict)| &verdict.notes) {
        if others.len() < MOST_NOTES && !worst.notes.contains(note) && !others.contains(&note) {
            others.push(note);
        }
    }
    others
}

/// Of what one command does and what is decided alike, the one that is known exactly: what else it may do is no more
/// than that, and says less.
fn surest<'e>(worst: &'e Effect, verdicts: &[(&'e Effect, Verdict)]) -> &'e Effect {
    let kind = |effect: &Effect| {
        verdicts.iter().find(|(other, _)| std::ptr::eq(*other, effect)).map(|(_, verdict)| &verdict.kind)
    };
    let is_alike = |other: &Effect| {
        other.certainty == Certainty::Exact
            && other.access != Access::Read
            && other.environment == worst.environment
            && (other.span, &other.origin) == (worst.span, &worst.origin)
            && other.verb.area() != "exec"
            && kind(other) == kind(worst)
    };
    if worst.certainty != Certainty::Partial {
        return worst;
    }
    let alike = verdicts.iter().filter(|(other, _)| is_alike(other));
    alike.max_by_key(|(_, verdict)| verdict.risk.score).map_or(worst, |(other, _)| other)
}

/// The effect that a reason speaks of: what reaches Countersign's files beside others is told as what it does to all
/// of them.
fn told<'e>(effect: &'e Effect, verdicts: &[(&'e Effect, Verdict)]) -> Cow<'e, Effect> {
    let Some((all, PathClass::Countersign)) = path(effect) else { return Cow::Borrowed(effect) };
    let is_it = |other: &&Effect| {
        other.access != Access::Read
            && path(other).is_some_and(|(path, class)| path == all && class != PathClass::Countersign)
    };
    match verdicts.iter().map(|(other, _)| *other).find(is_it) {
        Some(other) => Cow::Owned(Effect { because: effect.because.clone(), ..other.clone() }),
        None => Cow::Borrowed(effect),
    }
}

fn path(effect: &Effect) -> Option<(&str, PathClass)> {
    match &effect.resource {
        Resource::Path { path, class, .. } => Some((path, *class)),
        _ => None,
    }
}

/// Whose approval takes both: by the ladder's proof, more never loses what less permits.
fn join(one: DecisionKind, other: &DecisionKind) -> DecisionKind {
    match (one, other) {
        (
            DecisionKind::RequireApproval { requirement: one },
            DecisionKind::RequireApproval { requirement: other },
        ) => {
            let groups: BTreeSet<String> =
                one.groups.into_iter().chain(other.groups.iter().cloned()).collect();
            let approvals = one.approvals.max(other.approvals);
            DecisionKind::RequireApproval {
                requirement: Requirement { approvals, groups: groups.into_iter().collect() },
            }
        }
        (one, _) => one,
    }
}

/// Whether an effect brings a secret's value into the call.
fn reads_secret(effect: &Effect) -> bool {
    let secret = matches!(&effect.resource, Resource::Path { class: PathClass::Secret, .. });
    effect.verb == verbs::SECRET_READ || (secret && effect.access == Access::Read)
}

/// Whether what the call knows could leave this machine by this effect.
fn leaves(effect: &Effect) -> bool {
    effect.resource.place() == Place::Remote
}

fn is_remote_ref(effect: &Effect) -> bool {
    let moves = verbs::find(effect.verb.as_str()).is_none_or(|entry| entry.access != Access::Read);
    moves && matches!(&effect.resource, Resource::Ref { repository, .. } if repository.remote.is_some())
}

/// Whether two effects are decided alike: they differ only in where they were found and how it is told.
fn is_same(one: &Effect, other: &Effect) -> bool {
    one.verb == other.verb
        && one.access == other.access
        && one.environment == other.environment
        && one.reversible == other.reversible
        && one.certainty == other.certainty
        && one.resource == other.resource
        && one.speaks_to == other.speaks_to
}
