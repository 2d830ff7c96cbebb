//! Whose signatures count, and which bundles are in force because of them.
//!
//! In a user install all statements come from the log, and the chain of reviewers starts at the root
//! fingerprint in the hook's arguments. In a managed install reviewers, signed bundles and the
//! root come from files that only root can write.

use std::collections::BTreeSet;
use std::fmt;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use countersign_approval::{Activation, Fingerprint, Reviewer, Reviewers, Signed, Statement};
use countersign_evidence::Managed;
use countersign_model::{Digest, LogId};
use countersign_policy::Bundle;
use serde::{Deserialize, Serialize};

use crate::home::{self, Home};
use crate::ledger::LedgerError;
use crate::state::{Authorities, Change};

/// Who is believed.
#[derive(Clone, Debug)]
pub enum Trust {
    /// The log's own statements, from this root on.
    User {
        /// The first reviewer's key; none before anybody is enrolled.
        root: Option<Fingerprint>,
    },
    /// Root's files.
    Managed {
        /// Where they are.
        folder: PathBuf,
        /// What they say.
        settings: ManagedSettings,
        /// Reviewers and signed bundles.
        authorities: Box<Authorities>,
    },
}

/// `managed.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManagedSettings {
    /// Of this file's format: 1.
    pub version: u32,
    /// The first reviewer's key.
    pub root: Option<Fingerprint>,
    /// The log that the statements were signed for.
    pub authority: LogId,
    /// Below this folder each user has a home, named by the user's numeric id.
    pub homes: PathBuf,
}

/// The chain of reviewers, and the log their approvals must be made for.
#[derive(Clone, Debug)]
pub struct Believed {
    reviewers: Reviewers,
    log: LogId,
}

impl Believed {
    /// The reviewer in force who signed this statement for this log.
    ///
    /// # Errors
    /// The key is nobody's, the signature is wrong, or it was made for another log.
    pub fn verify<T: Statement>(
        &self,
        signed: &Signed<T>,
    ) -> Result<&Reviewer, countersign_approval::ApprovalError> {
        self.check(self.reviewers.find(signed.key), signed)
    }

    /// The reviewer who signed this statement for this log, in force or retired by now.
    ///
    /// # Errors
    /// The key was never anybody's, the signature is wrong, or it was made for another log.
    pub fn verify_of_anyone<T: Statement>(
        &self,
        signed: &Signed<T>,
    ) -> Result<&Reviewer, countersign_approval::ApprovalError> {
        self.check(self.reviewers.all().find(|reviewer| reviewer.key.fingerprint() == signed.key), signed)
    }

    fn check<'a, T: Statement>(
        &self,
        reviewer: Option<&'a Reviewer>,
        signed: &Signed<T>,
    ) -> Result<&'a Reviewer, countersign_approval::ApprovalError> {
        use countersign_approval::ApprovalError;
        let reviewer = reviewer.ok_or(ApprovalError::NotAReviewer(signed.key))?;
        let anchor = signed.verify(&reviewer.key)?.after();
        if anchor.log != self.log {
            return Err(ApprovalError::OtherLog { kind: T::KIND, log: anchor.log.clone() });
        }
        Ok(reviewer)
    }

    /// Everyone who may countersign now.
    pub fn reviewers(&self) -> impl Iterator<Item = &Reviewer> {
        self.reviewers.all().filter(|reviewer| reviewer.retired.is_none())
    }
}

/// The bundles that speak for a call.
#[derive(Debug)]
pub struct InForce {
    /// At least one, each with why it speaks; the strictest answer counts.
    pub bundles: Vec<(Bundle, Standing)>,
    /// What a person should know about them.
    pub notes: Vec<String>,
}

/// Why a bundle speaks for a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The working tree it was put in force for; none for all.
    pub repository: Option<String>,
    /// Whether a reviewer signed it.
    pub signed: bool,
    /// Whether the call is in that working tree; otherwise both have the same remote.
    pub here: bool,
}

impl Standing {
    /// What applies where nothing was put in force.
    pub const SHIPPED: Self = Self { repository: None, signed: false, here: true };
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.repository, self.signed) {
            (Some(repository), true) => write!(f, "the policy that a reviewer signed for `{repository}`")?,
            (Some(repository), false) => {
                write!(
                    f,
                    "the policy that `countersign init` proposed for `{repository}`, which nobody has signed"
                )?;
            }
            (None, true) => f.write_str("the policy that a reviewer signed for every repository")?,
            (None, false) => f.write_str("the shipped policy")?,
        }
        if self.repository.is_some() && !self.here {
            f.write_str(" (another working tree of the same remote)")?;
        }
        Ok(())
    }
}

/// A bundle that somebody put in force.
struct Candidate<'a> {
    bundle: Digest,
    repository: Option<&'a str>,
    signed: bool,
}

impl Candidate<'_> {
    fn standing(&self, here: bool) -> Standing {
        Standing { repository: self.repository.map(str::to_owned), signed: self.signed, here }
    }
}

impl Trust {
    /// The trust of a user install.
    pub const fn user(root: Option<Fingerprint>) -> Self {
        Self::User { root }
    }

    /// The trust of a managed install.
    ///
    /// # Errors
    /// A file is missing, damaged, or could be written by someone else than root.
    pub fn managed(folder: &Path) -> Result<Self, LedgerError> {
        for path in folder.ancestors() {
            only_root_writes(path)?;
        }
        let settings = read_managed(&folder.join("managed.json"))?;
        let authorities = Box::new(read_managed(&folder.join("authorities.json"))?);
        Ok(Self::Managed { folder: folder.to_path_buf(), settings, authorities })
    }

    /// The home of the user with this numeric id, in a managed install.
    pub fn home_of(&self, user: u32) -> Home {
        match self {
            Self::Managed { settings, .. } => Home::at(settings.homes.join(user.to_string())),
            Self::User { .. } => Home::at(""),
        }
    }

    /// Who may countersign for this log; none where nobody was ever enrolled.
    ///
    /// # Errors
    /// Never for a chain that is merely broken: what does not belong to it is left out.
    pub fn believed(&self, log: &LogId, authorities: &Authorities) -> Option<Believed> {
        let (root, authority, changes) = match self {
            Self::User { root } => (*root, log, &authorities.reviewers),
            Self::Managed { settings, authorities, .. } => {
                (settings.root, &settings.authority, &authorities.reviewers)
            }
        };
        let mut reviewers = Reviewers::new(root?, authority.clone());
        for change in changes {
            // A statement that the chain does not bear changes nothing; `evidence verify` names it.
            let _ = match change {
                Change::Enrolled { enrollment } => reviewers.enroll(enrollment).map(drop),
                Change::Retired { retirement } => reviewers.retire(retirement).map(drop),
            };
        }
        (!reviewers.is_empty()).then(|| Believed { reviewers, log: log.clone() })
    }

    /// What the verifier of a log has to know from root's files, in a managed install.
    pub fn for_verifying(&self) -> Option<Managed> {
        let Self::Managed { settings, authorities, .. } = self else { return None };
        let believed = self.authority(&settings.authority, authorities)?;
        let signed = authorities.activations.iter().filter(|activation| believed.verify(activation).is_ok());
        let adopted = authorities.adoptions.iter().map(|adoption| adoption.bundle);
        Some(Managed {
            reviewers: believed.reviewers.all().cloned().collect(),
            bundles: signed.map(|activation| activation.statement.bundle).chain(adopted).collect(),
        })
    }

    /// The bundles that speak for a call in these working trees, with these remotes. `remotes_of` tells the remotes of a
    /// working tree: where a reviewer signed nothing for it, what was signed for another one of the same remote counts, and
    /// where they cannot be told, whatever was signed for any.
    ///
    /// # Errors
    /// One of them cannot be used, or there is none: nothing can be decided then.
    pub fn bundles(
        &self,
        home: &Home,
        log: &LogId,
        authorities: &Authorities,
        roots: &BTreeSet<String>,
        remotes: &BTreeSet<String>,
        remotes_of: impl Fn(&str) -> Option<Vec<String>>,
    ) -> Result<InForce, LedgerError> {
        let candidates = self.candidates(log, authorities);
        let mut remotes = remotes.clone();
        let mut is_any = false;
        let repositories =
            || candidates.iter().filter_map(|candidate| Some((candidate.repository?, candidate.signed)));
        if repositories().any(|(repository, _)| !roots.contains(repository)) {
            for root in roots.iter().filter(|root| !repositories().any(|of| of == (root.as_str(), true))) {
                match remotes_of(root) {
                    Some(found) => remotes.extend(found),
                    None => is_any = true,
                }
            }
        }
        let mut bundles: Vec<(Bundle, Standing)> = Vec::new();
        let mut notes = Vec::new();
        // Signed ones come first.
        for candidate in candidates.iter().filter(|candidate| candidate.repository.is_some()) {
            let here = candidate.repository.is_some_and(|root| roots.contains(root));
            if !here && remotes.is_empty() && !is_any {
                continue;
            }
            let bundle = self.bundle(home, &candidate.bundle)?;
            let spoken_of = |bundle: &Bundle, remote: &str| bundle.map().speaks_of(Some(remote), None);
            // A reviewer's word on a remote stands for what `init` saw in another clone of it.
            let signed_for = |remote: &str| {
                bundles.iter().any(|(other, standing)| standing.signed && spoken_of(other, remote))
            };
            let speaks = here
                || is_any && candidate.signed
                || remotes
                    .iter()
                    .any(|remote| spoken_of(&bundle, remote) && (candidate.signed || !signed_for(remote)));
            if speaks {
                if !candidate.signed {
                    only_shipped(&bundle)?;
                }
                bundles.push((bundle, candidate.standing(here)));
            }
        }
        let specific = !bundles.is_empty();
        for candidate in candidates.iter().filter(|candidate| candidate.repository.is_none()) {
            if candidate.signed || !specific {
                let bundle = self.bundle(home, &candidate.bundle)?;
                if !candidate.signed {
                    only_shipped(&bundle)?;
                }
                bundles.push((bundle, candidate.standing(true)));
            }
        }
        if !specific {
            notes.push("no policy was put in force for this repository: the shipped pack applies".to_owned());
        }
        if bundles.is_empty() {
            return Err(LedgerError::Policy { why: "there is none in force".to_owned() });
        }
        Ok(InForce { bundles, notes })
    }

    fn candidates<'a>(&'a self, log: &LogId, authorities: &'a Authorities) -> Vec<Candidate<'a>> {
        let (signed, adopted) = match self {
            Self::User { .. } => (&authorities.activations, authorities.adoptions.as_slice()),
            Self::Managed { authorities, .. } => (&authorities.activations, authorities.adoptions.as_slice()),
        };
        let believed = self.authority(log, authorities);
        let mut valid: Vec<&Activation> = Vec::new();
        for activation in signed {
            if believed.as_ref().is_some_and(|believed| believed.verify(activation).is_ok()) {
                valid.retain(|old| old.repository != activation.statement.repository);
                valid.push(&activation.statement);
            }
        }
        let replaced =
            |repository: &Option<String>| valid.iter().any(|activation| activation.repository == *repository);
        let adopted = adopted.iter().filter(|adoption| !replaced(&adoption.repository)).map(|adoption| {
            Candidate { bundle: adoption.bundle, repository: adoption.repository.as_deref(), signed: false }
        });
        let signed = valid.iter().map(|activation| Candidate {
            bundle: activation.bundle,
            repository: activation.repository.as_deref(),
            signed: true,
        });
        signed.chain(adopted).collect()
    }

    /// Who may sign bundles: in a managed install their statements are made for another log.
    fn authority(&self, log: &LogId, authorities: &Authorities) -> Option<Believed> {
        let log = match self {
            Self::User { .. } => log,
            Self::Managed { settings, .. } => &settings.authority,
        };
        let mut believed = self.believed(log, authorities)?;
        believed.log = log.clone();
        Some(believed)
    }

    /// A compiled bundle by its digest.
    ///
    /// # Errors
    /// It is missing, or not what its name says.
    pub fn bundle(&self, home: &Home, digest: &Digest) -> Result<Bundle, LedgerError> {
        let path = match self {
            Self::User { .. } => home.bundle(digest),
            Self::Managed { folder, .. } => Home::at(folder).bundle(digest),
        };
        let bundle = Bundle::from_bytes(home::read(&path)?)
            .map_err(|error| LedgerError::Policy { why: format!("`{}`: {error}", path.display()) })?;
        if bundle.digest() != *digest {
            let why = format!("`{}` is not the bundle it is named after", path.display());
            return Err(LedgerError::Policy { why });
        }
        Ok(bundle)
    }
}

/// INVARIANT: without a reviewer's signature, no rules but the shipped ones are ever in force.
fn only_shipped(bundle: &Bundle) -> Result<(), LedgerError> {
    if bundle.has_shipped_rules() {
        return Ok(());
    }
    let why = "it is unsigned and not the pack that this version ships; a reviewer has to sign one with \
               `countersign policy activate`";
    Err(LedgerError::Policy { why: why.to_owned() })
}

fn read_managed<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, LedgerError> {
    only_root_writes(path)?;
    let bytes = home::read(path)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| LedgerError::Policy { why: format!("`{}` is damaged: {error}", path.display()) })
}

/// INVARIANT: what a managed install believes was written by root.
fn only_root_writes(path: &Path) -> Result<(), LedgerError> {
    let metadata = std::fs::symlink_metadata(path)
        .map_err(|_| home::HomeError::Vanished { path: path.to_path_buf() })?;
    if metadata.uid() == 0 && metadata.mode() & 0o022 == 0 {
        Ok(())
    } else {
        Err(LedgerError::NotRoots { path: path.display().to_string() })
    }
}
