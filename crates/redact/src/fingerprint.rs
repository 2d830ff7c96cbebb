//! Names a secret without telling it.

use countersign_model::Digest;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// HMAC-SHA256 under one key.
///
/// <https://www.rfc-editor.org/rfc/rfc2104>
pub(crate) struct Fingerprints(Hmac<Sha256>);

impl Fingerprints {
    /// Under `key`.
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let mut block = [0; 64];
        for (byte, key) in block.iter_mut().zip(key) {
            *byte = *key;
        }
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(b"secret\0");
        Self(mac)
    }

    /// The fingerprint of `secret`.
    pub(crate) fn of(&self, secret: &str) -> Digest {
        let mut mac = self.0.clone();
        mac.update(secret.as_bytes());
        Digest::from_bytes(mac.finalize().into_bytes().into())
    }
}
