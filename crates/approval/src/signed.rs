//! Statements, and what makes them count.

use countersign_model::{Digest, Hex, LogId};
use ed25519_dalek::{Signer as _, SigningKey};
use serde::{Deserialize, Serialize};

use crate::canonical::message;
use crate::{ApprovalError, Fingerprint, PublicKey};

/// Something a reviewer puts their name to.
pub trait Statement: Serialize {
    /// What it is, in the signed bytes and in messages.
    const KIND: &'static str;

    /// The end of the log it was made at.
    fn after(&self) -> &Anchor;
}

/// A record of one log, by its place and its hash. A statement that names the log's end at the
/// time cannot be older than that record, cannot be moved to another log, and vouches for
/// everything up to there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// The log.
    pub log: LogId,
    /// The record's number, from 0.
    pub sequence: u64,
    /// The record's hash, which covers all records before it.
    pub hash: Digest,
}

/// A statement with a signature that may or may not be right: see [`Signed::verify`] and
/// [`Reviewers::verify`](crate::Reviewers::verify).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed<T> {
    /// What is said.
    pub statement: T,
    /// The key that is said to have signed.
    pub key: Fingerprint,
    /// Ed25519, over `countersign/<kind>/v1`, a newline, and the statement's canonical JSON.
    pub signature: Hex<64>,
}

impl<T: Statement> Signed<T> {
    /// Signs a statement.
    ///
    /// # Errors
    ///
    /// The statement holds a number that canonical JSON cannot carry.
    pub fn new(statement: T, key: &SigningKey) -> Result<Self, ApprovalError> {
        let signature = key.sign(&message(T::KIND, &statement)?);
        Ok(Self { statement, key: PublicKey::of(key).fingerprint(), signature: Hex(signature.to_bytes()) })
    }

    /// The statement, if `key` signed it. Says nothing about whether that key may.
    ///
    /// # Errors
    ///
    /// The signature is not that of `key` over this statement.
    pub fn verify(&self, key: &PublicKey) -> Result<&T, ApprovalError> {
        let message = message(T::KIND, &self.statement)?;
        if self.key == key.fingerprint() && key.verifies(&message, &self.signature) {
            Ok(&self.statement)
        } else {
            Err(ApprovalError::WrongSignature { kind: T::KIND, key: self.key })
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign_model::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::{Activation, Retirement};

    fn anchor() -> Anchor {
        Anchor { log: "log".into(), sequence: 3, hash: Digest::of([b"x".as_slice()]) }
    }

    fn activation() -> Activation {
        let bundle = Digest::of([b"b".as_slice()]);
        Activation { bundle, repository: None, at: Timestamp::UNIX_EPOCH, after: anchor() }
    }

    #[test]
    fn another_key_does_not_verify() {
        let signed = Signed::new(activation(), &SigningKey::from_bytes(&[1; 32])).unwrap();
        let own = PublicKey::of(&SigningKey::from_bytes(&[1; 32]));
        let other = PublicKey::of(&SigningKey::from_bytes(&[2; 32]));
        assert!(signed.verify(&own).is_ok());
        assert!(signed.verify(&other).is_err());
        let renamed = Signed { key: other.fingerprint(), ..signed };
        assert!(renamed.verify(&other).is_err() && renamed.verify(&own).is_err());
    }

    #[test]
    fn a_signature_holds_for_one_kind_of_statement() {
        /// The same JSON as an [`Activation`].
        #[derive(Clone, Debug, Serialize)]
        struct Lookalike(Activation);
        impl Statement for Lookalike {
            const KIND: &'static str = Retirement::KIND;
            fn after(&self) -> &Anchor {
                self.0.after()
            }
        }
        let key = SigningKey::from_bytes(&[1; 32]);
        let signed = Signed::new(activation(), &key).unwrap();
        let moved =
            Signed { statement: Lookalike(activation()), key: signed.key, signature: signed.signature };
        assert!(moved.verify(&PublicKey::of(&key)).is_err());
    }

    #[test]
    fn nothing_unsigned_rides_along() {
        let signed = Signed::new(activation(), &SigningKey::from_bytes(&[1; 32])).unwrap();
        let mut json = serde_json::to_value(&signed).unwrap();
        assert!(serde_json::from_value::<Signed<Activation>>(json.clone()).is_ok());
        json["statement"]["also"] = "this".into();
        assert!(serde_json::from_value::<Signed<Activation>>(json).is_err());
    }

    proptest! {
        #[test]
        fn a_changed_signature_does_not_verify(at in 0_usize..64, bit in 0_u32..8) {
            let key = SigningKey::from_bytes(&[1; 32]);
            let mut signed = Signed::new(activation(), &key).unwrap();
            signed.signature.0[at] ^= 1 << bit;
            prop_assert!(signed.verify(&PublicKey::of(&key)).is_err());
        }

        #[test]
        fn a_changed_statement_does_not_verify(sequence: u32) {
            let key = SigningKey::from_bytes(&[1; 32]);
            let mut signed = Signed::new(activation(), &key).unwrap();
            signed.statement.after.sequence = u64::from(sequence);
            prop_assert_eq!(signed.verify(&PublicKey::of(&key)).is_ok(), sequence == 3);
        }
    }
}
