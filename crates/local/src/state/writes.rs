//! Who wrote which file of a working tree lately.

use countersign_model::{SessionId, Timestamp};
use countersign_policy::Overlap;
use serde::{Deserialize, Serialize};

/// Writes remembered per working tree.
const RECENT: usize = 256;
/// A write is of interest for so many seconds.
const LATELY: i64 = 2 * 60 * 60;
/// Overlaps that are said of one call.
const SAID: usize = 16;

/// The latest writes to files of one working tree, latest last; one for each file and session.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Writes {
    recent: Vec<Overlap>,
}

impl Writes {
    /// Takes in that a session wrote files.
    pub(super) fn wrote(&mut self, session: &SessionId, paths: &[String], at: Timestamp) {
        self.recent
            .retain(|old| is_late(old.at, at) && !(old.session == *session && paths.contains(&old.path)));
        let written = |path: &String| Overlap { path: path.clone(), session: session.clone(), at };
        self.recent.extend(paths.iter().map(written));
        let surplus = self.recent.len().saturating_sub(RECENT);
        self.recent.drain(..surplus);
    }

    /// The latest writes of others to these files.
    pub(super) fn overlaps(&self, session: &SessionId, paths: &[String], now: Timestamp) -> Vec<Overlap> {
        let of_others =
            |old: &&Overlap| old.session != *session && paths.contains(&old.path) && is_late(old.at, now);
        self.recent.iter().rev().filter(of_others).take(SAID).cloned().collect()
    }
}

fn is_late(at: Timestamp, now: Timestamp) -> bool {
    now.as_second().saturating_sub(at.as_second()) < LATELY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_told_lately_and_the_list_is_bounded() {
        let (one, other) = (SessionId::from("one"), SessionId::from("other"));
        let at = |second| Timestamp::from_second(second).unwrap();
        let path = |name: &str| vec![name.to_owned()];
        let mut writes = Writes::default();
        writes.wrote(&one, &path("/a"), at(0));
        writes.wrote(&one, &path("/a"), at(60));
        let told = |writes: &Writes, session, second| writes.overlaps(session, &path("/a"), at(second)).len();
        assert_eq!(
            (told(&writes, &other, 120), told(&writes, &one, 120), told(&writes, &other, 60 + LATELY)),
            (1, 0, 0)
        );
        for number in 0..1000 {
            writes.wrote(&one, &path(&format!("/{number}")), at(100));
        }
        assert_eq!(writes.recent.len(), RECENT);
    }
}
