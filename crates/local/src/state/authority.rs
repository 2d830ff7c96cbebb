//! Who may countersign, which bundles are in force, and what was granted in advance.
//!
//! Signed statements are kept as they were signed; whoever uses them verifies them again.

use std::collections::BTreeSet;
use std::path::PathBuf;

use countersign_approval::{Activation, Enrollment, Grant, Retirement, Signed};
use countersign_evidence::{Event, Position, Record};
use countersign_model::{Digest, Task, Timestamp};
use serde::{Deserialize, Serialize};

/// The statements that give authority, in the order of the log.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Authorities {
    /// Changes of the list of reviewers.
    pub reviewers: Vec<Change>,
    /// Signed bundles, newest last; of those for one repository the last that verifies counts.
    pub activations: Vec<Signed<Activation>>,
    /// Proposals taken as they were before anybody could sign, one for each repository.
    pub adoptions: Vec<Adoption>,
    /// Grants that had not expired when last looked at, and where their records are.
    pub grants: Vec<(Signed<Grant>, Position)>,
    /// Where the hook is wired.
    #[serde(default)]
    pub installs: Vec<Install>,
    /// Tasks that had not ended when last looked at, newest last. They stand here because they bind an agent, and
    /// because this file cannot go missing unnoticed.
    #[serde(default)]
    pub tasks: Vec<Task>,
    /// Verbs that change something and that an agent of this installation was let use.
    #[serde(default)]
    pub used: BTreeSet<String>,
}

/// A settings file the hook is wired in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Install {
    /// The file.
    pub settings: PathBuf,
    /// `user`, `project` or `managed`.
    pub scope: String,
}

/// One change of the list of reviewers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// Someone was signed in.
    Enrolled {
        /// The statement.
        enrollment: Signed<Enrollment>,
    },
    /// Someone was signed out.
    Retired {
        /// The statement.
        retirement: Signed<Retirement>,
    },
}

/// A proposal in force until a reviewer signs another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adoption {
    /// The bundle.
    pub bundle: Digest,
    /// The repository's top directory.
    pub repository: Option<String>,
}

impl Authorities {
    /// The newest open task whose working tree holds one of these directories.
    pub fn task(&self, directories: &[&str], now: Timestamp) -> Option<&Task> {
        self.tasks_of(directories, now).first().copied()
    }

    /// The newest open task of each working tree that holds one of these directories, the newest first.
    pub fn tasks_of(&self, directories: &[&str], now: Timestamp) -> Vec<&Task> {
        let mut found: Vec<&Task> = Vec::new();
        for task in self.tasks.iter().rev().filter(|task| task.ends > now) {
            let holds = directories.iter().any(|directory| task.holds(directory));
            if holds && !found.iter().any(|newer| newer.root == task.root) {
                found.push(task);
            }
        }
        found
    }

    /// Takes one record in.
    pub(super) fn fold(&mut self, position: Position, record: &Record) {
        match &record.event {
            Event::ReviewerEnrolled { enrollment } => {
                self.reviewers.push(Change::Enrolled { enrollment: enrollment.clone() });
            }
            Event::ReviewerRetired { retirement } => {
                self.reviewers.push(Change::Retired { retirement: retirement.clone() });
            }
            // Kept all: whether one counts is only known when its signature is checked, and one that
            // does not must not displace one that does.
            Event::BundleActivated { activation } => self.activations.push(activation.clone()),
            // The first counts: it is not signed, so a later one has no better claim.
            Event::BundleAdopted { bundle, repository, .. }
                if self.adoptions.iter().all(|old| old.repository != *repository) =>
            {
                self.adoptions.push(Adoption { bundle: *bundle, repository: repository.clone() });
            }
            Event::Granted { grant } => {
                self.grants.retain(|(old, _)| old.statement.expires > record.time);
                self.grants.push((grant.clone(), position));
            }
            Event::Installed { settings, scope, .. } => {
                self.installs.retain(|old| old.settings != *settings);
                self.installs.push(Install { settings: settings.clone(), scope: scope.clone() });
            }
            Event::TaskStarted { task } => {
                self.tasks.retain(|old| old.ends > record.time && old.id != task.id);
                self.tasks.push(task.clone());
            }
            Event::TaskEnded { task } => self.tasks.retain(|old| old.id != *task),
            Event::Uninstalled { settings, .. } => self.installs.retain(|old| old.settings != *settings),
            _ => {}
        }
    }
}

/// Whether an event is one that [`Authorities`] takes in.
pub(super) const fn concerns(event: &Event) -> bool {
    matches!(
        event,
        Event::ReviewerEnrolled { .. }
            | Event::ReviewerRetired { .. }
            | Event::BundleActivated { .. }
            | Event::BundleAdopted { .. }
            | Event::Granted { .. }
            | Event::Installed { .. }
            | Event::Uninstalled { .. }
            | Event::TaskStarted { .. }
            | Event::TaskEnded { .. }
    )
}
