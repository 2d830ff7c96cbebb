//! How much could go wrong, and why: a number people can take apart.

use serde::{Deserialize, Serialize};

/// A score of 0 to 100 and the factors it is the capped sum of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// 0 (nothing can go wrong) to 100.
    pub score: u8,
    /// What raised or lowered it, in a fixed order.
    pub factors: Vec<Factor>,
}

/// One named reason for a score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    /// Such as `environment`, `access`, `certainty`.
    pub name: String,
    /// Points added; negative where it lowers the risk.
    pub points: i16,
    /// Why, for a person.
    pub sentence: String,
}
