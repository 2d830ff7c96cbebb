//! One file for each kind of secret, and one line here.

pub(crate) use address::USUAL;

use crate::places::PLACED;
use crate::text::{Secret, Text};

mod address;
mod assignment;
mod authorization;
mod commands;
mod jwt;
pub(crate) mod names;
mod piped;
mod private_key;
pub(crate) mod tokens;

/// Looks for one kind of secret.
pub(crate) struct Detector {
    /// The classes of what it finds.
    pub(crate) classes: &'static [&'static str],
    /// The bytes at which it looks.
    pub(crate) anchors: &'static [u8],
    /// The secret that this place announces, before it or after. May look back a bounded number of bytes, and forward as
    /// far as it then takes, or as no other place will look again: that keeps the whole linear.
    pub(crate) find: fn(Text<'_>, usize) -> Option<Secret>,
}

/// All detectors, at most 15; where several find something at one place, the first wins.
pub(crate) const DETECTORS: [Detector; 8] = [
    private_key::DETECTOR,
    tokens::DETECTOR,
    jwt::DETECTOR,
    address::DETECTOR,
    authorization::DETECTOR,
    commands::DETECTOR,
    piped::DETECTOR,
    assignment::DETECTOR,
];

/// The class of a value that is secret because of the name it is given to.
pub(crate) const ASSIGNED: &str = "assigned-secret";
/// The class of a value nested too deeply to look into.
pub(crate) const TOO_DEEP: &str = "too-deep";

/// Every class.
pub(crate) fn classes() -> impl Iterator<Item = &'static str> {
    let found = DETECTORS.iter().flat_map(|detector| detector.classes.iter().copied());
    found.chain(tokens::TOKENS.iter().map(|token| token.class)).chain([TOO_DEEP, PLACED])
}
