//! Deciding again what was decided: from the recorded effects, what was known, and the bundle; and whether the grants
//! that let a call go cover all of it that waits.

use std::collections::BTreeMap;
use std::path::PathBuf;

use countersign_approval::Grant;
use countersign_evidence::{Authority, Decided, Event, Log, LogError};
use countersign_model::{DecisionKind, Digest, Effect, GrantId, Risk, SessionId, Timestamp, ToolCallId};
use countersign_policy::{self as policy, Bundle, Context};

/// What came of it.
#[derive(Debug, Default)]
pub struct Replayed {
    /// Decisions that came out as they were recorded.
    pub same: u64,
    /// The records whose decision does not follow from what they say, and how it differs.
    pub other: Vec<(u64, String)>,
    /// Decisions whose bundle is not at hand.
    pub without_bundle: u64,
}

/// Decides every recorded call of a log again. Bundles are looked for in these folders, by digest.
///
/// # Errors
/// The log cannot be read, or is not what was written.
pub fn replay(log: &Log, folders: &[PathBuf]) -> Result<Replayed, LogError> {
    let mut bundles: BTreeMap<Digest, Option<Bundle>> = BTreeMap::new();
    let mut replayed = Replayed::default();
    let mut granted = Granted::default();
    for entry in log.read_from(log.start()) {
        let record = entry?.record;
        if let Some(how) = granted.take(&record.event, record.time, &bundles) {
            replayed.other.push((record.sequence, how));
        }
        let Event::Decided(decided) = record.event else { continue };
        let bundle = bundles.entry(decided.bundle).or_insert_with(|| find(folders, &decided.bundle));
        match bundle.as_ref().map(|bundle| difference(&decided, bundle)) {
            None => replayed.without_bundle += 1,
            Some(None) => replayed.same += 1,
            Some(Some(how)) => replayed.other.push((record.sequence, how)),
        }
    }
    Ok(replayed)
}

/// The grants so far, and the calls that wait: which of their effects wait alone takes the policy to say.
#[derive(Default)]
struct Granted {
    grants: BTreeMap<GrantId, Grant>,
    waiting: BTreeMap<(SessionId, ToolCallId), Box<Decided>>,
}

impl Granted {
    /// Takes one record in; what of a call that grants let go none of them covers.
    fn take(
        &mut self,
        event: &Event,
        time: Timestamp,
        bundles: &BTreeMap<Digest, Option<Bundle>>,
    ) -> Option<String> {
        match event {
            Event::Granted { grant } => {
                let statement = &grant.statement;
                self.grants.entry(statement.id.clone()).or_insert_with(|| statement.clone());
            }
            Event::Decided(decided)
                if matches!(decided.decision.kind, DecisionKind::RequireApproval { .. }) =>
            {
                let key = (decided.call.session.clone(), decided.call.id.clone());
                self.waiting.entry(key).or_insert_with(|| decided.clone());
            }
            Event::Released { authority: Authority::Grants { grants }, session, call, .. } => {
                let decided = self.waiting.get(&(session.clone(), call.clone()))?;
                let bundle = bundles.get(&decided.bundle)?.as_ref()?;
                // How often each was used, and who signed it, is looked at where signatures are.
                let covers = |effect: &Effect| {
                    let mut named = grants.iter().filter_map(|grant| self.grants.get(grant));
                    named.any(|grant| grant.covers(effect, session, time, 0))
                };
                let bare = uncovered(decided, bundle, covers)?;
                return Some(format!("it was released by grants, none of which covers `{bare}`"));
            }
            _ => {}
        }
        None
    }
}

/// The first effect of a call that waits by itself and that no grant covers.
fn uncovered(decided: &Decided, bundle: &Bundle, covers: impl Fn(&Effect) -> bool) -> Option<Effect> {
    let context = serde_json::from_value::<Context>(decided.context.clone()).ok()?;
    let context = policy::alone(&decided.effects, &context);
    let bare = decided.effects.iter().find(|effect| {
        match policy::decide(std::slice::from_ref(*effect), &context, bundle).kind {
            DecisionKind::Allow | DecisionKind::Monitor => false,
            // A grant is one reviewer's word.
            DecisionKind::RequireApproval { requirement } => {
                requirement.approvals != 1 || !requirement.groups.is_empty() || !covers(effect)
            }
            DecisionKind::Deny => true,
        }
    });
    bare.cloned()
}

fn find(folders: &[PathBuf], digest: &Digest) -> Option<Bundle> {
    let name = format!("{}.json", digest.hex());
    let bytes = folders.iter().find_map(|folder| std::fs::read(folder.join(&name)).ok())?;
    Bundle::from_bytes(bytes).ok().filter(|bundle| bundle.digest() == *digest)
}

/// What a risk is made of; how each part is told may change with the version that tells it.
fn points(risk: &Risk) -> (u8, Vec<(&str, i32)>) {
    (risk.score, risk.factors.iter().map(|factor| (factor.name.as_str(), i32::from(factor.points))).collect())
}

/// How the decision differs from what the record says, if it does.
fn difference(decided: &Decided, bundle: &Bundle) -> Option<String> {
    let Ok(context) = serde_json::from_value::<Context>(decided.context.clone()) else {
        return Some("what was known when it was decided cannot be read".to_owned());
    };
    let mut effects = decided.effects.clone();
    policy::classify(&mut effects, bundle, None);
    if effects != decided.effects {
        return Some("its effects land in other environments than it says".to_owned());
    }
    let (again, recorded) = (policy::decide(&effects, &context, bundle), &decided.decision);
    let same = again.kind == recorded.kind
        && points(&again.risk) == points(&recorded.risk)
        && again.policies == recorded.policies
        && again.shadow.as_ref().map(|shadow| &shadow.kind)
            == recorded.shadow.as_ref().map(|shadow| &shadow.kind);
    (!same).then(|| {
        format!(
            "it was decided as {} (risk {}), and what it says decides as {} (risk {})",
            recorded.kind.word(),
            recorded.risk.score,
            again.kind.word(),
            again.risk.score
        )
    })
}
