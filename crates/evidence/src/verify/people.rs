//! Who may say what: reviewers, the statements they sign, and the bundles they put in force.

use std::collections::BTreeSet;

use countersign_approval::{
    Activation, Anchor, Enrollment, Fingerprint, Retirement, Reviewer, Reviewers, Signed, Statement,
};
use countersign_model::{Digest, LogId};

use super::report::{Problems, quoted};

/// The reviewers of a log, and what they can vouch for.
#[derive(Debug)]
pub struct People {
    log: LogId,
    /// From elsewhere; else the first reviewer's.
    root: Option<Fingerprint>,
    reviewers: Option<Reviewers>,
    /// Of all records so far, in order.
    hashes: Vec<Digest>,
    /// The last record that a verified statement names.
    vouched: Option<u64>,
    bundles: BTreeSet<Digest>,
}

impl People {
    pub fn new(log: LogId, root: Option<Fingerprint>) -> Self {
        let reviewers = root.map(|root| Reviewers::new(root, log.clone()));
        Self { log, root, reviewers, hashes: Vec::new(), vouched: None, bundles: BTreeSet::new() }
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
        self.reviewers.as_ref()?.find(key)
    }

    /// Whether a reviewer in force signed it at an end that this log had.
    pub fn signed<T: Statement>(&mut self, signed: &Signed<T>, problems: &mut Problems) -> bool {
        let verified = match &self.reviewers {
            Some(reviewers) => reviewers.verify(signed).map(drop).map_err(|error| error.to_string()),
            None => Err("there is no reviewer yet".to_owned()),
        };
        let right = verified.is_ok();
        if let Err(why) = verified {
            problems.violation(format!("a forged {}: {why}", T::KIND));
        }
        right && self.anchored(&signed.statement, problems)
    }

    pub fn enrolled(&mut self, signed: &Signed<Enrollment>, problems: &mut Problems) {
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
        match self.reviewers.as_mut().map(|reviewers| reviewers.retire(signed).map(drop)) {
            Some(Ok(())) => drop(self.anchored(&signed.statement, problems)),
            Some(Err(error)) => problems.violation(format!("a forged retirement: {error}")),
            None => problems.violation("a forged retirement: there is no reviewer yet"),
        }
    }

    pub fn adopted(&mut self, bundle: Digest, problems: &mut Problems) {
        if self.reviewers.as_ref().is_some_and(|reviewers| !reviewers.is_empty()) {
            problems.warning(format!("{bundle} is in force unsigned although there are reviewers"));
        }
        self.bundles.insert(bundle);
    }

    pub fn activated(&mut self, signed: &Signed<Activation>, problems: &mut Problems) {
        if self.signed(signed, problems) {
            self.bundles.insert(signed.statement.bundle);
        }
    }

    pub fn decided_by(&self, bundle: Digest, problems: &mut Problems) {
        if !self.bundles.contains(&bundle) {
            problems.warning(format!("a decision by {bundle}, which nothing put in force"));
        }
    }

    pub fn installed(&self, root: Option<Fingerprint>, problems: &mut Problems) {
        if let (Some(told), Some(known)) = (root, self.root)
            && told != known
        {
            problems.violation(format!("a hook was told that {told} is the root; it is {known}"));
        }
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
