//! One exact action, and the people who may countersign it.
//!
//! Start at [`Action`]: its digest is what a reviewer agrees to. A [`Commitment`] is that digest as
//! it is stored. An [`Approval`] is a reviewer's verdict over one commitment, a [`Grant`] covers
//! more than one action within bounds, until a [`Revocation`] ends it; all are [`Statement`]s, and count
//! only inside a [`Signed`] that [`Reviewers`] verified. [`standing`] says what the verdicts so far amount to.
//!
//! Architecture invariant: this crate does not know runtimes, policies or where anything is
//! stored. It reads no clock, no file and no randomness: all three are handed in.

mod action;
mod approval;
mod bundle;
mod canonical;
mod commitment;
mod enrollment;
mod error;
mod grant;
mod key;
mod passphrase;
mod reviewers;
mod revocation;
mod sealed;
mod shown;
mod signed;
mod standing;

pub use action::Action;
pub use approval::{Approval, Verdict};
pub use bundle::Activation;
pub use canonical::canonical;
pub use commitment::Commitment;
pub use ed25519_dalek::SigningKey;
pub use enrollment::{Enrollment, Retirement};
pub use error::ApprovalError;
pub use grant::{Denied, Grant, resource_form, resource_name};
pub use key::{Fingerprint, PublicKey};
pub use passphrase::check_passphrase;
pub use reviewers::{Reviewer, Reviewers};
pub use revocation::Revocation;
pub use sealed::SealedKey;
pub use shown::Shown;
pub use signed::{Anchor, Signed, Statement};
pub use standing::{Standing, standing};
