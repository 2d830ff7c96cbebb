//! Names a secret without telling it.

use countersign_model::Digest;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// HMAC-SHA256 of `secret` under `key`.
///
/// <https://www.rfc-editor.org/rfc/rfc2104>
pub(crate) fn fingerprint(key: &[u8; 32], secret: &str) -> Digest {
    let mut block = [0; 64];
    for (byte, key) in block.iter_mut().zip(key) {
        *byte = *key;
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(b"secret\0");
    mac.update(secret.as_bytes());
    Digest::from_bytes(mac.finalize().into_bytes().into())
}
