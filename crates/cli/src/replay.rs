//! Deciding again what was decided: from the recorded effects, what was known, and the bundle.

use std::collections::BTreeMap;
use std::path::PathBuf;

use countersign_evidence::{Decided, Event, Log, LogError};
use countersign_model::{Digest, Risk};
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
    for entry in log.read_from(log.start()) {
        let record = entry?.record;
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

fn find(folders: &[PathBuf], digest: &Digest) -> Option<Bundle> {
    let name = format!("{}.json", digest.hex());
    let bytes = folders.iter().find_map(|folder| std::fs::read(folder.join(&name)).ok())?;
    Bundle::from_bytes(&bytes).ok().filter(|bundle| bundle.digest() == *digest)
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
