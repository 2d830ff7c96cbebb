//! A reviewer's public key and its name.

use std::fmt;
use std::str::FromStr;

use countersign_model::{Digest, Hex};
use ed25519_dalek::{SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::ApprovalError;

/// An Ed25519 public key, written as 64 hexadecimal digits. Keys of low order, whose signatures
/// fit any message, cannot be made.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// The public half of a signing key.
    pub fn of(key: &SigningKey) -> Self {
        Self(key.verifying_key())
    }

    /// The SHA-256 of its 32 bytes.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(Digest::of([self.0.as_bytes().as_slice()]))
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &Hex<64>) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0.verify_strict(message, &signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Hex(self.0.to_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PublicKey {
    type Err = ApprovalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = || ApprovalError::Malformed { what: "an Ed25519 public key", text: text.to_owned() };
        let bytes: Hex<32> = text.parse().map_err(|_| malformed())?;
        let key = VerifyingKey::from_bytes(&bytes.0).map_err(|_| malformed())?;
        if key.is_weak() { Err(malformed()) } else { Ok(Self(key)) }
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// The whole SHA-256 of a public key, written `ed25519:<64 hexadecimal digits>`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(Digest);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ed25519:{}", self.0.hex())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Fingerprint {
    type Err = ApprovalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.strip_prefix("ed25519:").and_then(Digest::from_hex).map(Self).ok_or_else(|| {
            ApprovalError::Malformed {
                what: "a fingerprint of the form ed25519:<64 hexadecimal digits>",
                text: text.to_owned(),
            }
        })
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let key = PublicKey::of(&SigningKey::from_bytes(&[7; 32]));
        assert_eq!(key.to_string().parse::<PublicKey>().unwrap(), key);
        let fingerprint = key.fingerprint();
        assert_eq!(fingerprint.to_string().parse::<Fingerprint>().unwrap(), fingerprint);
    }

    #[test]
    fn refuses_other_forms() {
        let fingerprint = PublicKey::of(&SigningKey::from_bytes(&[7; 32])).fingerprint().to_string();
        for text in ["", &fingerprint[8..], &fingerprint.to_uppercase(), &fingerprint[..70]] {
            assert!(text.parse::<Fingerprint>().is_err(), "{text}");
        }
    }

    #[test]
    fn refuses_a_key_that_signs_everything() {
        let neutral = format!("01{}", "0".repeat(62));
        assert!(neutral.parse::<PublicKey>().is_err());
    }
}
