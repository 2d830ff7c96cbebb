//! A shorter script with a fault of the same kind, by leaving parts out.

use crate::script::Script;

/// Scripts that are tried.
const MOST: usize = 400;

/// Leaves out parts, smaller and smaller ones, as long as `fails` says that it still does.
pub fn shorten(script: &Script, mut fails: impl FnMut(&Script) -> bool) -> Script {
    let mut best = script.clone();
    // What does not fail again has something to do with time.
    if !fails(&best) {
        return best;
    }
    let mut tries = 0;
    let halves = std::iter::successors(Some(best.text.chars().count() / 2), |size| Some(size / 2));
    // What belongs together, such as two quotes, goes only together.
    for size in halves.take_while(|size| *size > 0).chain([3, 2, 1]) {
        let mut start = 0;
        let mut characters: Vec<char> = best.text.chars().collect();
        while start < characters.len() && tries < MOST {
            let rest = characters.iter().skip(start + size);
            let text: String = characters.iter().take(start).chain(rest).collect();
            let shorter = Script { text, ..best };
            tries += 1;
            if fails(&shorter) {
                characters = shorter.text.chars().collect();
                best = shorter;
            } else {
                start += size;
            }
        }
    }
    best
}
