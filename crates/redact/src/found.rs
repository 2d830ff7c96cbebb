//! What was found so far in one record: each secret once, with its fingerprint and its marker.

use std::collections::HashMap;

use countersign_model::{Digest, Finding};

use crate::detectors::USUAL;
use crate::fingerprint::Fingerprints;
use crate::marker;

/// Findings that are kept of one record. More are replaced too, and said as one of [`MORE`].
const MOST: usize = 256;
/// Different secrets of one record that get a fingerprint of their own.
const MOST_DIFFERENT: usize = 1024;

/// The class that says that there were more findings than are kept.
pub(crate) const MORE: &str = "more-findings";

/// The secrets of one record.
pub(crate) struct Found {
    fingerprints: Fingerprints,
    nothing: Option<Digest>,
    known: HashMap<String, Digest>,
    findings: Vec<Finding>,
}

impl Found {
    /// Nothing yet.
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let fingerprints = Fingerprints::new(key);
        Self { fingerprints, nothing: None, known: HashMap::new(), findings: Vec::new() }
    }

    /// Takes in one secret; writes what stands in its place.
    pub(crate) fn replace(&mut self, secret: &str, class: &str, pointer: &str, text: &mut String) {
        // A name that stands all over the record is not looked for elsewhere.
        let fingerprint =
            if class == USUAL { self.fingerprints.of(secret) } else { self.fingerprint(secret) };
        if self.findings.len() < MOST {
            self.findings.push(Finding { class: class.to_owned(), pointer: pointer.to_owned(), fingerprint });
        } else if self.findings.len() == MOST {
            let pointer = String::new();
            self.findings.push(Finding { class: MORE.to_owned(), pointer, fingerprint });
        }
        marker::write(class, &fingerprint, text);
    }

    /// The marker of a secret that was found before, somewhere else.
    pub(crate) fn again(&mut self, secret: &str, class: &str, text: &mut String) {
        let fingerprint = self.fingerprint(secret);
        marker::write(class, &fingerprint, text);
    }

    fn fingerprint(&mut self, secret: &str) -> Digest {
        if let Some(known) = self.known.get(secret) {
            return *known;
        }
        if self.known.len() >= MOST_DIFFERENT {
            let fingerprints = &self.fingerprints;
            return *self.nothing.get_or_insert_with(|| fingerprints.of(""));
        }
        let fingerprint = self.fingerprints.of(secret);
        self.known.insert(secret.to_owned(), fingerprint);
        fingerprint
    }

    /// The different secrets, for a look at where else they stand.
    pub(crate) fn secrets(&self) -> Vec<String> {
        self.known.keys().cloned().collect()
    }

    /// The findings themselves, to mend where they point.
    pub(crate) fn findings_mut(&mut self) -> &mut [Finding] {
        &mut self.findings
    }

    /// The findings in order.
    pub(crate) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}
