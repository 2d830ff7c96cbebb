//! What can be wrong with a statement, a reviewer or a key file.

use countersign_model::LogId;

use crate::Fingerprint;

/// Why something was not signed, not believed or not opened.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalError {
    /// The value cannot be written as canonical JSON without losing something.
    #[error("cannot write it as canonical JSON: {0}")]
    Uncanonical(String),
    /// The text is not a key, fingerprint, signature or salt in its one written form.
    #[error("`{text}` is not {what}")]
    Malformed {
        /// What it should have been.
        what: &'static str,
        /// What it is.
        text: String,
    },
    /// The key is not that of a reviewer in force.
    #[error("{0} is not the key of a reviewer in force")]
    NotAReviewer(Fingerprint),
    /// The signature does not belong to the statement and the key.
    #[error("the signature of this {kind} does not belong to it and to {key}")]
    WrongSignature {
        /// The kind of statement.
        kind: &'static str,
        /// The key that is said to have signed.
        key: Fingerprint,
    },
    /// The statement was made for another log.
    #[error("this {kind} was signed for the log `{log}`, which is another one")]
    OtherLog {
        /// The kind of statement.
        kind: &'static str,
        /// The log it was signed for.
        log: LogId,
    },
    /// An enrollment or a retirement that the chain of reviewers does not bear.
    #[error("cannot {doing} `{name}`: {why}")]
    Refused {
        /// A verb: `enroll` or `retire`.
        doing: &'static str,
        /// The reviewer concerned.
        name: String,
        /// Why not.
        why: String,
    },
    /// The passphrase could be guessed.
    #[error("the passphrase is too weak: {advice}")]
    WeakPassphrase {
        /// What would make it stronger.
        advice: String,
    },
    /// The key file does not open.
    #[error("the passphrase is wrong, or the key file was changed")]
    WrongPassphrase,
    /// The key file is not one that we would write.
    #[error("the key file is not usable: {0}")]
    UnusableKeyFile(String),
}
