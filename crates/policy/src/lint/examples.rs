//! `no-example`: a policy that nothing tries.

use super::{Found, Read};

pub(super) fn find(one: &Read<'_>, _: &[Read<'_>]) -> Vec<Found> {
    let missing = match (one.own.hits.is_empty(), one.own.misses.is_empty()) {
        (true, true) => "no example",
        (true, false) => "no example that it meets",
        (false, true) => "no example that it leaves alone",
        (false, false) => return Vec::new(),
    };
    vec![Found {
        message: format!("it has {missing}, so nobody will notice when it no longer does what it should"),
        hint: "add `hits = [\"...\"]` and `misses = [\"...\"]`; `countersign policy test` tries them"
            .to_owned(),
        words: String::new(),
    }]
}
