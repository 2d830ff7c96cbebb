//! Who may say what: reviewers, the statements they sign, and the bundles they put in force.

use std::collections::{BTreeMap, BTreeSet};

use countersign_approval::{
    Activation, Anchor, ApprovalError, Enrollment, Fingerprint, Retirement, Reviewer, Reviewers, Signed,
    Statement,
};
use countersign_model::{Answer, Digest, LogId, Question, Timestamp};
use jiff::SignedDuration;

use super::report::{Expected, Problems, quoted};
use crate::Decided;

/// The reviewers of a log, and what they can vouch for.
#[derive(Debug)]
pub struct People {
    log: LogId,
    /// From elsewhere; else the first reviewer's.
    root: Option<Fingerprint>,
    /// As the log's own chain has them.
    reviewers: Option<Reviewers>,
    /// As root's files have them, in a managed install: then the log's chain counts for nothing.
    managed: Option<Vec<Reviewer>>,
    /// Of all records so far, in order.
    hashes: Vec<Digest>,
    /// The last record that a verified statement names.
    vouched: Option<u64>,
    /// In a managed install, those of root's files.
    bundles: BTreeSet<Digest>,
    /// By the log: of each repository, and since when.
    in_force: BTreeMap<Option<String>, InForce>,
    /// Those in force nowhere any more, and since when.
    replaced: BTreeMap<Digest, Timestamp>,
}

#[derive(Debug)]
struct InForce {
    bundle: Digest,
    signed: bool,
    since: Timestamp,
}

/// A call that was being decided while a bundle came into force is recorded by this time.
const UNDER_WAY: SignedDuration = SignedDuration::from_secs(60);

impl People {
    pub fn new(log: LogId, expected: &Expected) -> Self {
        let reviewers = expected.root.map(|root| Reviewers::new(root, log.clone()));
        let (managed, bundles) = match &expected.managed {
            Some(files) => (Some(files.reviewers.clone()), files.bundles.clone()),
            None => (None, BTreeSet::new()),
        };
        Self {
            log,
            root: expected.root,
            reviewers,
            managed,
            hashes: Vec::new(),
            vouched: None,
            bundles,
            in_force: BTreeMap::new(),
            replaced: BTreeMap::new(),
        }
    }

    pub fn record(&mut self, hash: Digest) {
        self.hashes.push(hash);
    }

    /// Whether the log holds this record, as far as it was read.
    pub fn holds(&self, anchor: &Anchor) -> bool {
        let at = usize::try_from(anchor.sequence).ok();
        anchor.log == self.log && at.and_then(|at| self.hashes.get(at)) == Some(&anchor.hash)
    }

    pub const fn root(&self) -> Option<Fingerprint> {
        self.root
    }

    pub const fn vouched(&self) -> Option<u64> {
        self.vouched
    }

    pub fn find(&self, key: Fingerprint) -> Option<&Reviewer> {
        match &self.managed {
            Some(reviewers) => reviewers.iter().find(|reviewer| reviewer.key.fingerprint() == key),
            None => self.reviewers.as_ref()?.find(key),
        }
    }

    /// Whether a reviewer in force signed it at an end that this log had.
    ///
    /// Root's files do not say where in this log a reviewer was retired, so that is only a warning.
    pub fn signed<T: Statement>(&mut self, signed: &Signed<T>, problems: &mut Problems) -> bool {
        let verified = match (&self.managed, &self.reviewers) {
            (Some(_), _) => match self.find(signed.key) {
                Some(reviewer) => signed.verify(&reviewer.key).map(|_| {
                    if let Some(retired) = reviewer.retired {
                        let name = quoted(&reviewer.name);
                        problems.warning(format!("signed by {name}, who is retired since {retired}"));
                    }
                }),
                None => Err(ApprovalError::NotAReviewer(signed.key)),
            }
            .map_err(|error| error.to_string()),
            (None, Some(reviewers)) => reviewers.verify(signed).map(drop).map_err(|error| error.to_string()),
            (None, None) => Err("there is no reviewer yet".to_owned()),
        };
        let right = verified.is_ok();
        if let Err(why) = verified {
            problems.violation(format!("a forged {}: {why}", T::KIND));
        }
        right && self.anchored(&signed.statement, problems)
    }

    pub fn enrolled(&mut self, signed: &Signed<Enrollment>, problems: &mut Problems) {
        if self.of_root("enrollment", problems) {
            return;
        }
        let root = self.root.unwrap_or_else(|| signed.statement.key.fingerprint());
        let mut reviewers = self.reviewers.take().unwrap_or_else(|| Reviewers::new(root, self.log.clone()));
        match reviewers.enroll(signed) {
            Ok(_) => {
                self.root = Some(root);
                self.anchored(&signed.statement, problems);
            }
            Err(error) => problems.violation(format!("a forged enrollment: {error}")),
        }
        self.reviewers = self.root.is_some().then_some(reviewers);
    }

    pub fn retired(&mut self, signed: &Signed<Retirement>, problems: &mut Problems) {
        if self.of_root("retirement", problems) {
            return;
        }
        match self.reviewers.as_mut().map(|reviewers| reviewers.retire(signed).map(drop)) {
            Some(Ok(())) => drop(self.anchored(&signed.statement, problems)),
            Some(Err(error)) => problems.violation(format!("a forged retirement: {error}")),
            None => problems.violation("a forged retirement: there is no reviewer yet"),
        }
    }

    pub fn adopted(
        &mut self,
        bundle: Digest,
        repository: Option<&String>,
        now: Timestamp,
        problems: &mut Problems,
    ) {
        if self.managed.is_some() {
            return problems.warning(format!("{bundle} is proposed; what is in force is root's to say"));
        }
        if self.reviewers.as_ref().is_some_and(|reviewers| !reviewers.is_empty()) {
            problems.warning(format!("{bundle} is in force unsigned although there are reviewers"));
        }
        // The first counts: a later one has no better claim.
        if !self.in_force.contains_key(&repository.cloned()) {
            self.put_in_force(repository.cloned(), InForce { bundle, signed: false, since: now });
        }
    }

    pub fn activated(&mut self, signed: &Signed<Activation>, now: Timestamp, problems: &mut Problems) {
        if !self.of_root("activation", problems) && self.signed(signed, problems) {
            let Activation { bundle, repository, .. } = &signed.statement;
            self.put_in_force(repository.clone(), InForce { bundle: *bundle, signed: true, since: now });
        }
    }

    fn put_in_force(&mut self, repository: Option<String>, new: InForce) {
        let since = new.since;
        self.replaced.remove(&new.bundle);
        if let Some(old) = self.in_force.insert(repository, new)
            && !self.in_force.values().any(|other| other.bundle == old.bundle)
        {
            self.replaced.insert(old.bundle, since);
        }
    }

    /// Whether the bundle of a decision was the one to decide by.
    pub fn decided_by(&self, decided: &Decided, now: Timestamp, problems: &mut Problems) {
        let bundle = decided.bundle;
        let earlier = |since: Timestamp| now.duration_since(since) > UNDER_WAY;
        let mut here = self.in_force.values().filter(|in_force| in_force.bundle == bundle).peekable();
        if self.bundles.contains(&bundle) {
        } else if let Some(replaced) = self.replaced.get(&bundle) {
            if earlier(*replaced) {
                problems.violation(format!("a decision by {bundle}, which was replaced before"));
            }
        } else if here.peek().is_none() {
            problems.violation(format!("a decision by {bundle}, which nothing put in force"));
        } else if here.all(|in_force| !in_force.signed)
            && let Some(own) = self.in_force.get(&repository(decided))
            && own.bundle != bundle
            && earlier(own.since)
        {
            problems.violation(format!(
                "a decision by {bundle}, although the repository has a policy of its own"
            ));
        }
    }

    pub fn installed(&self, root: Option<Fingerprint>, problems: &mut Problems) {
        if let (Some(told), Some(known)) = (root, self.root)
            && told != known
        {
            problems.violation(format!("a hook was told that {told} is the root; it is {known}"));
        }
    }

    /// Whether this is a managed install, in whose log nobody can say such a thing.
    fn of_root(&self, what: &str, problems: &mut Problems) -> bool {
        if self.managed.is_some() {
            problems.violation(format!("a forged {what}: in a managed install root's files say that"));
        }
        self.managed.is_some()
    }

    fn anchored<T: Statement>(&mut self, statement: &T, problems: &mut Problems) -> bool {
        let anchor = statement.after();
        let held = self.holds(anchor);
        if held {
            self.vouched = self.vouched.max(Some(anchor.sequence));
        } else {
            problems.violation(format!(
                "this {} was signed when record {} of {} had another hash: the log was rewritten, or \
                 it was signed for a copy",
                T::KIND,
                anchor.sequence,
                quoted(&anchor.log)
            ));
        }
        held
    }
}

/// The top of the repository a call was made in, as it was seen when it was decided.
fn repository(decided: &Decided) -> Option<String> {
    let top = decided.facts.iter().find_map(|fact| match (&fact.question, &fact.answer) {
        (Question::Repository { directory }, Answer::Directory { path })
            if *directory == decided.call.cwd =>
        {
            Some(path.clone())
        }
        _ => None,
    });
    Some(top.unwrap_or_else(|| decided.call.cwd.clone()))
}
