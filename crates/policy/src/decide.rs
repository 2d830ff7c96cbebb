//! The decision: for each effect the lowest rung at which Cedar permits it, and the strictest of all.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::mem::discriminant;

use countersign_model::{
    Access, Decision, DecisionKind, Effect, PathClass, Place, PolicyId, Requirement, Resource, Risk, verbs,
};

use crate::ask::{Answer, ask};
use crate::bundle::Contents;
use crate::request::{self, Question, Unaskable};
use crate::{Bundle, Context, classify, sentence};

/// More effects than this in one call are not weighed one by one.
const MOST_EFFECTS: usize = 1024;

/// Decides a call by its effects, whose environments [`classify`](crate::classify) has filled in.
///
/// Never an error: what goes wrong inside is a denial whose reason says so. A call of which nothing
/// is known to happen is decided as one that nobody can see into.
pub fn decide(effects: &[Effect], context: &Context, bundle: &Bundle) -> Decision {
    if effects.is_empty() {
        let mut unseen = [Effect::opaque("the call", "nothing is known of what it does")];
        classify(&mut unseen, bundle);
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
    let carrying = effects.iter().any(reads_secret).then(|| context.carrying());
    let mut verdicts: Vec<(&Effect, Verdict)> = Vec::new();
    for effect in effects {
        let same = |earlier: &&Effect| is_same(earlier, effect);
        if verdicts.iter().take(16).any(|(earlier, _)| same(earlier)) {
            continue;
        }
        let context = carrying.as_ref().filter(|_| leaves(effect)).unwrap_or(context);
        match judge(effect, context, refs, bundle) {
            Ok(verdict) => verdicts.push((effect, verdict)),
            Err(denial) => return denial,
        }
    }
    strictest(&verdicts)
}

/// What one effect comes to.
struct Verdict {
    kind: DecisionKind,
    risk: Risk,
    policies: BTreeSet<PolicyId>,
    why: String,
}

fn judge(effect: &Effect, context: &Context, refs: usize, bundle: &Bundle) -> Result<Verdict, Decision> {
    let contents = bundle.contents();
    let kind = request::kind(effect);
    let risk = contents.weights.score(effect, context, refs);
    let slice = bundle.slices.get(&kind, &contents.policies);
    let policies = match slice.as_ref() {
        Ok(policies) => policies,
        Err(id) => return Err(sentence::broken(vec![id.clone()], &format!("policy `{id}` cannot be read"))),
    };
    let unaskable = |error: Unaskable| sentence::broken(Vec::new(), &error.0);
    let question = Question::new(effect, &kind, risk.score, context, bundle.map()).map_err(unaskable)?;
    let mut forbidding = BTreeSet::new();
    for rung in &contents.rungs {
        let request = question.at(rung).map_err(unaskable)?;
        match ask(policies, request, question.entities()) {
            Answer::Permitted(permitting) => {
                // What stood in the way one rung lower is as much the reason as what permits here.
                forbidding.extend(permitting);
                let why = says(contents, &forbidding).unwrap_or_default();
                return Ok(Verdict { kind: rung.kind(), risk, policies: forbidding, why });
            }
            Answer::Refused(refusing) => forbidding = refusing,
            Answer::Failed(failing) => return Err(failed(failing)),
        }
    }
    let why = says(contents, &forbidding).unwrap_or_else(|| "no policy permits it".to_owned());
    Ok(Verdict { kind: DecisionKind::Deny, risk, policies: forbidding, why })
}

fn failed(policies: BTreeSet<PolicyId>) -> Decision {
    let first = policies.first().map(ToString::to_string).unwrap_or_default();
    sentence::broken(policies.into_iter().collect(), &format!("policy `{first}` failed"))
}

/// What the first of these policies in the bundle says: packs are ordered from what holds most.
fn says(contents: &Contents, ids: &BTreeSet<PolicyId>) -> Option<String> {
    let policy = contents.policies.iter().find(|policy| ids.contains(&policy.id))?;
    Some(policy.says.clone())
}

/// The strictest verdict, with everything the equally strict ones ask for.
fn strictest(verdicts: &[(&Effect, Verdict)]) -> Decision {
    let worst = verdicts
        .iter()
        .max_by(|(_, one), (_, other)| (&one.kind, one.risk.score).cmp(&(&other.kind, other.risk.score)));
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
    let reason = sentence::reason(&told(effect, verdicts), &kind, &worst.why);
    Decision {
        kind,
        risk: risk.cloned().unwrap_or_default(),
        policies: policies.into_iter().collect(),
        reason,
    }
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

/// Whether what the call knows could leave this machine by this effect. A program that listens on
/// this machine is not outside of it.
fn leaves(effect: &Effect) -> bool {
    let here = match &effect.resource {
        Resource::Host { host, .. } => host == "localhost" || host == "::1" || is_loopback(host),
        _ => false,
    };
    effect.resource.place() == Place::Remote && !here
}

fn is_loopback(host: &str) -> bool {
    host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
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
}
