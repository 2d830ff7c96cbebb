//! The digest of an action as it is stored and signed.

use countersign_model::{Digest, Hex};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

/// Says nothing to who lacks the action, and proves it to who has it: the salt keeps anyone from
/// guessing an action (and a secret in it) by its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commitment {
    salt: Hex<16>,
    digest: Digest,
}

impl Commitment {
    /// Commits to an action's digest. The salt must be random and used once.
    pub fn new(salt: [u8; 16], action: &Digest) -> Self {
        Self { salt: Hex(salt), digest: salted(&salt, action) }
    }

    /// Whether it was made for this action.
    pub fn matches(&self, action: &Digest) -> bool {
        salted(&self.salt.0, action).as_bytes().ct_eq(self.digest.as_bytes()).into()
    }
}

fn salted(salt: &[u8; 16], action: &Digest) -> Digest {
    Digest::of([b"countersign/commitment/v1\n".as_slice(), salt, action.as_bytes()])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn matches_its_own_action_only(salt: [u8; 16], one: [u8; 32], other: [u8; 32]) {
            let commitment = Commitment::new(salt, &Digest::from_bytes(one));
            prop_assert!(commitment.matches(&Digest::from_bytes(one)));
            prop_assert_eq!(commitment.matches(&Digest::from_bytes(other)), one == other);
        }
    }

    #[test]
    fn the_same_action_looks_different_each_time() {
        let action = Digest::of([b"a".as_slice()]);
        assert_ne!(Commitment::new([1; 16], &action).digest, Commitment::new([2; 16], &action).digest);
    }
}
