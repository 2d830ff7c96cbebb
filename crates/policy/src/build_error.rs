//! Why a proposal does not become a bundle, and where in its text that is.

use std::fmt;

use crate::At;
use crate::bundle::BundleError;
use crate::layers::{Layer, Loosening};
use crate::own_texts::OwnTexts;
use crate::points::WrongPoints;

/// Why a proposal does not become a bundle.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A policy does not say what Cedar, the schema or the ladder can accept.
    #[error("cannot use policy `{policy}`: {message}{place}")]
    Policy {
        /// Its id.
        policy: String,
        /// What is wrong, a fragment.
        message: String,
        /// Where in the policy's own text.
        place: Place,
        /// What to do.
        hint: Option<String>,
    },
    /// The id of a policy or an invariant cannot be used.
    #[error("cannot use policy `{name}`: {message}{at}")]
    Id {
        /// The layer that says it.
        layer: Layer,
        /// The id, after `invariant ` where it is one's.
        name: String,
        /// What is wrong, a fragment.
        message: &'static str,
        /// Where it is written.
        at: At,
    },
    /// A pattern of the map would silently match nothing.
    #[error("cannot use `{pattern}` in `{list}`: {message}{at}")]
    Pattern {
        /// The layer that says it.
        layer: Layer,
        /// The list, such as `environments.production.branches`.
        list: String,
        /// The pattern.
        pattern: String,
        /// What is wrong, a fragment.
        message: &'static str,
        /// Where it is written.
        at: At,
    },
    /// What is said of a program of one's own cannot be used.
    #[error("cannot use the program `{name}`: {message}{at}")]
    Program {
        /// The layer that says it.
        layer: Layer,
        /// Its first name, or the wrong one.
        name: String,
        /// What is wrong, a fragment.
        message: &'static str,
        /// Where it is written.
        at: At,
    },
    /// A lower layer says what could loosen.
    #[error("cannot join the layers: {0}")]
    Layers(#[from] Loosening),
    /// A highest layer delegates what cannot be.
    #[error("cannot delegate `{name}`{at}")]
    Delegate {
        /// The layer that says it.
        layer: Layer,
        /// What was to be delegated.
        name: String,
        /// What can be.
        hint: String,
        /// Where it is written.
        at: At,
    },
    /// The points of risk cannot be used.
    #[error("{0}")]
    Weights(Box<WrongPoints>),
    /// What ships with this program is broken.
    #[error("cannot build with what this program ships: {0}")]
    Shipped(String),
}

/// Where in a text something is, as `at line 3, column 5`; nothing where that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place(pub Option<(usize, usize)>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((line, column)) => write!(f, " at line {line}, column {column}"),
            None => Ok(()),
        }
    }
}

impl BuildError {
    /// What to do about it, for the line `hint: ...`.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Policy { hint, .. } => hint.as_deref(),
            Self::Layers(loosening) => Some(&loosening.hint),
            Self::Delegate { hint, .. } => Some(hint),
            Self::Weights(wrong) => Some(&wrong.hint),
            Self::Id { message, .. } => (*message == NO_WORD).then_some(PLAIN_WORD),
            Self::Pattern { .. } | Self::Program { .. } | Self::Shipped(_) => None,
        }
    }

    /// The layer whose file it is about, where that is known.
    pub const fn layer(&self) -> Option<Layer> {
        match self {
            Self::Pattern { layer, .. }
            | Self::Program { layer, .. }
            | Self::Id { layer, .. }
            | Self::Delegate { layer, .. } => Some(*layer),
            Self::Layers(loosening) => Some(loosening.layer),
            Self::Weights(wrong) => Some(wrong.layer),
            Self::Policy { .. } | Self::Shipped(_) => None,
        }
    }

    /// Where it is, once it is known in which text: see [`within`](Self::within).
    pub const fn place(&self) -> Place {
        match self {
            Self::Policy { place, .. } => *place,
            Self::Pattern { at, .. }
            | Self::Program { at, .. }
            | Self::Id { at, .. }
            | Self::Delegate { at, .. } => at.place,
            Self::Layers(loosening) => loosening.at.place,
            Self::Weights(wrong) => wrong.at.place,
            Self::Shipped(_) => Place(None),
        }
    }

    /// The same error about the file that it is about: its place is counted in `text`, the whole file.
    #[must_use]
    pub fn within(self, text: &str) -> Self {
        match self {
            Self::Policy { policy, message, place, hint } => {
                let place = Place(OwnTexts::of(text).place(&policy, place.0));
                Self::Policy { policy, message, place, hint }
            }
            Self::Id { layer, name, message, at } => Self::Id { layer, name, message, at: at.within(text) },
            Self::Pattern { layer, list, pattern, message, at } => {
                Self::Pattern { layer, list, pattern, message, at: at.within(text) }
            }
            Self::Program { layer, name, message, at } => {
                Self::Program { layer, name, message, at: at.within(text) }
            }
            Self::Layers(loosening) => Self::Layers(Loosening { at: loosening.at.within(text), ..loosening }),
            Self::Delegate { layer, name, hint, at } => {
                Self::Delegate { layer, name, hint, at: at.within(text) }
            }
            Self::Weights(wrong) => {
                Self::Weights(Box::new(WrongPoints { at: wrong.at.clone().within(text), ..*wrong }))
            }
            Self::Shipped(message) => Self::Shipped(message),
        }
    }
}

impl From<BundleError> for BuildError {
    fn from(error: BundleError) -> Self {
        Self::Shipped(error.to_string())
    }
}

/// What is wrong with an id that is none, and what to write in its place.
pub(crate) const NO_WORD: &str = "its id is no plain word";
const PLAIN_WORD: &str = "write an id of letters, digits, `-`, `_` and `.`, such as `no-releases`";
