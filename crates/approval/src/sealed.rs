//! A reviewer's key as it lies on disk: of no use without the passphrase.
//!
//! Argon2id (RFC 9106) makes a key of the passphrase, XChaCha20-Poly1305 seals the Ed25519 seed
//! with it, and everything readable in the file is authenticated along.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use countersign_model::{Hex, ReviewerName};
use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::canonical::message;
use crate::{ApprovalError, PublicKey, check_passphrase};

/// 64 MiB, the least we write and the least we open.
const LEAST_MEMORY_KIB: u32 = 64 * 1024;
/// 1 GiB: a file must not be able to ask for more than a machine has.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
/// The least we write and the least we open.
const LEAST_PASSES: u32 = 3;
const MOST_PASSES: u32 = 32;
const MOST_LANES: u32 = 16;

/// A reviewer's key, sealed with a passphrase. Its JSON is the key file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedKey {
    header: Header,
    ciphertext: Hex<48>,
}

/// What can be read without the passphrase, and cannot be changed without being noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    version: u32,
    name: ReviewerName,
    public: PublicKey,
    argon2id: Cost,
    salt: Hex<16>,
    nonce: Hex<24>,
}

/// What one guess costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl SealedKey {
    /// Seals a key. `random` must be 40 fresh random bytes: 16 of salt, 24 of nonce.
    ///
    /// # Errors
    ///
    /// The passphrase is too weak, or there is not enough memory.
    pub fn seal(
        key: &SigningKey,
        name: &ReviewerName,
        passphrase: &str,
        random: [u8; 40],
    ) -> Result<Self, ApprovalError> {
        check_passphrase(passphrase, name.as_str())?;
        let cost = Cost { memory_kib: LEAST_MEMORY_KIB, passes: LEAST_PASSES, lanes: 1 };
        Self::seal_at(cost, key, name, passphrase, random)
    }

    fn seal_at(
        cost: Cost,
        key: &SigningKey,
        name: &ReviewerName,
        passphrase: &str,
        random: [u8; 40],
    ) -> Result<Self, ApprovalError> {
        let (mut salt, mut nonce) = ([0; 16], [0; 24]);
        for (to, from) in salt.iter_mut().chain(&mut nonce).zip(random) {
            *to = from;
        }
        let header = Header {
            version: 1,
            name: name.clone(),
            public: PublicKey::of(key),
            argon2id: cost,
            salt: Hex(salt),
            nonce: Hex(nonce),
        };
        let seed = Zeroizing::new(key.to_bytes());
        let payload = Payload { msg: seed.as_slice(), aad: &header.authenticated()? };
        let sealed = header
            .cipher(passphrase)?
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| unusable("the key could not be sealed"))?;
        let ciphertext = sealed.try_into().map_err(|_| unusable("the sealed key has the wrong length"))?;
        Ok(Self { header, ciphertext: Hex(ciphertext) })
    }

    /// Whose key it says it is.
    pub const fn name(&self) -> &ReviewerName {
        &self.header.name
    }

    /// The public key it says it seals.
    pub const fn public(&self) -> &PublicKey {
        &self.header.public
    }

    /// Opens it. Takes some tenths of a second and 64 MiB by design.
    ///
    /// # Errors
    ///
    /// The passphrase is wrong or the file was changed (nobody can tell which), or the file is
    /// weaker than what [`SealedKey::seal`] writes.
    pub fn open(&self, passphrase: &str) -> Result<SigningKey, ApprovalError> {
        self.header.check()?;
        let payload = Payload { msg: self.ciphertext.0.as_slice(), aad: &self.header.authenticated()? };
        let opened = self
            .header
            .cipher(passphrase)?
            .decrypt(&XNonce::from(self.header.nonce.0), payload)
            .map_err(|_| ApprovalError::WrongPassphrase)?;
        let opened = Zeroizing::new(opened);
        let seed: &[u8; 32] =
            opened.as_slice().try_into().map_err(|_| unusable("the sealed key has the wrong length"))?;
        let key = SigningKey::from_bytes(seed);
        if PublicKey::of(&key) == self.header.public {
            Ok(key)
        } else {
            Err(unusable("it seals another key than it says"))
        }
    }
}

impl Header {
    fn authenticated(&self) -> Result<Vec<u8>, ApprovalError> {
        message("sealed-key", self)
    }

    /// Who can write the file must not be able to make us spend less on a guess than we promised,
    /// nor more than the machine has.
    fn check(&self) -> Result<(), ApprovalError> {
        let Cost { memory_kib, passes, lanes } = self.argon2id;
        if self.version != 1 {
            return Err(unusable(&format!("version {} is not known here", self.version)));
        }
        if !(LEAST_MEMORY_KIB..=MOST_MEMORY_KIB).contains(&memory_kib)
            || !(LEAST_PASSES..=MOST_PASSES).contains(&passes)
            || !(1..=MOST_LANES).contains(&lanes)
        {
            return Err(unusable(&format!(
                "{memory_kib} KiB, {passes} passes and {lanes} lanes of Argon2id are outside what is safe"
            )));
        }
        Ok(())
    }

    fn cipher(&self, passphrase: &str) -> Result<XChaCha20Poly1305, ApprovalError> {
        let Cost { memory_kib, passes, lanes } = self.argon2id;
        let mut key = Zeroizing::new([0; 32]);
        Params::new(memory_kib, passes, lanes, Some(32))
            .map(|params| Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
            .and_then(|argon2| argon2.hash_password_into(passphrase.as_bytes(), &self.salt.0, &mut *key))
            .map_err(|error| unusable(&error.to_string()))?;
        Ok(XChaCha20Poly1305::new((&*key).into()))
    }
}

fn unusable(why: &str) -> ApprovalError {
    ApprovalError::UnusableKeyFile(why.to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use insta::assert_snapshot;
    use serde_json::{Value, json};

    use super::*;

    const PASSPHRASE: &str = "walnut orbit seventeen lantern";

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    static SEALED: LazyLock<SealedKey> =
        LazyLock::new(|| SealedKey::seal(&key(), &"first".into(), PASSPHRASE, [9; 40]).unwrap());

    /// Changes the key file and tries to open it.
    fn check(change: impl FnOnce(&mut Value)) -> String {
        let mut file = serde_json::to_value(&*SEALED).unwrap();
        change(&mut file);
        match serde_json::from_value::<SealedKey>(file) {
            Ok(sealed) => match sealed.open(PASSPHRASE) {
                Ok(_) => "opened".to_owned(),
                Err(error) => error.to_string(),
            },
            Err(error) => format!("unreadable: {error}"),
        }
    }

    #[test]
    fn opens_with_its_passphrase_only() {
        assert!(SEALED.open(PASSPHRASE).unwrap() == key());
        assert_snapshot!(SEALED.open("walnut orbit seventeen lanterns").unwrap_err(), @"the passphrase is wrong, or the key file was changed");
    }

    #[test]
    fn a_weak_passphrase_seals_nothing() {
        let refused = SealedKey::seal(&key(), &"first".into(), "correct1", [9; 40]);
        assert!(matches!(refused, Err(ApprovalError::WeakPassphrase { .. })));
    }

    #[test]
    fn a_cheaper_file_is_refused_before_a_guess() {
        assert_snapshot!(check(|file| file["header"]["argon2id"]["memory_kib"] = json!(65535)), @"the key file is not usable: 65535 KiB, 3 passes and 1 lanes of Argon2id are outside what is safe");
        assert_snapshot!(check(|file| file["header"]["argon2id"]["passes"] = json!(2)), @"the key file is not usable: 65536 KiB, 2 passes and 1 lanes of Argon2id are outside what is safe");
        assert_snapshot!(check(|file| file["header"]["argon2id"]["memory_kib"] = json!(u32::MAX)), @"the key file is not usable: 4294967295 KiB, 3 passes and 1 lanes of Argon2id are outside what is safe");
        assert_snapshot!(check(|file| file["header"]["argon2id"]["lanes"] = json!(0)), @"the key file is not usable: 65536 KiB, 3 passes and 0 lanes of Argon2id are outside what is safe");
    }

    #[test]
    fn a_key_sealed_cheaply_stays_shut() {
        let cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };
        let cheap = SealedKey::seal_at(cost, &key(), &"first".into(), PASSPHRASE, [9; 40]).unwrap();
        assert!(matches!(cheap.open(PASSPHRASE), Err(ApprovalError::UnusableKeyFile(_))));
    }

    #[test]
    fn a_changed_file_does_not_open() {
        assert_snapshot!(check(|_| ()), @"opened");
        assert_snapshot!(check(|file| file["header"]["name"] = json!("stranger")), @"the passphrase is wrong, or the key file was changed");
        assert_snapshot!(check(|file| file["header"]["salt"] = json!("00".repeat(16))), @"the passphrase is wrong, or the key file was changed");
        assert_snapshot!(check(|file| file["header"]["argon2id"]["passes"] = json!(4)), @"the passphrase is wrong, or the key file was changed");
        assert_snapshot!(check(|file| file["ciphertext"] = json!("00".repeat(48))), @"the passphrase is wrong, or the key file was changed");
        assert_snapshot!(check(|file| {
            let other = PublicKey::of(&SigningKey::from_bytes(&[8; 32]));
            file["header"]["public"] = json!(other);
        }), @"the passphrase is wrong, or the key file was changed");
        assert_snapshot!(check(|file| file["header"]["version"] = json!(2)), @"the key file is not usable: version 2 is not known here");
        assert_snapshot!(check(|file| file["header"]["also"] = json!("this")), @"unreadable: unknown field `also`, expected one of `version`, `name`, `public`, `argon2id`, `salt`, `nonce`");
    }

    #[test]
    fn the_file_shows_nothing_of_the_key() {
        let file = serde_json::to_string(&*SEALED).unwrap();
        assert!(!file.contains(&Hex(key().to_bytes()).to_string()));
        assert!(!format!("{:?}", *SEALED).contains(&"07".repeat(8)));
    }
}
