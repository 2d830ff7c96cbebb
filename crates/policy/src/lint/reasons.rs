//! `no-reason`: a policy that does not say why.

use super::{Found, Read};

pub(super) fn find(one: &Read<'_>, _: &[Read<'_>]) -> Vec<Found> {
    if one.own.says.is_some() || one.own.cedar.contains("@says") {
        return Vec::new();
    }
    vec![Found {
        message: "it does not say why, and whoever is held reads only that".to_owned(),
        hint: "add `says = \"...\"`, read after \"would ...:\"".to_owned(),
        words: String::new(),
    }]
}
