//! A fixed piece of work that times are compared with, so that a bound says something of our work and not of the
//! machine: a slower or busier machine takes longer for both.
//!
//! It does what the product does (takes text apart, makes and sorts small strings, writes and reads JSON), and
//! none of it is the product's code, so no change of ours moves it.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Runs of which the middle one counts.
const RUNS: usize = 101;

/// As long as makes about ten microseconds of it on the machine of `docs/performance.md`.
const TEXT: &str = "git push origin HEAD:main && cargo test -q -p shop cart:: 2>&1 | tail -40; \
                    for file in src/*.rs; do echo \"$file\"; head -3 \"$file\"; done";

/// How long the work takes now.
pub fn length() -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            black_box(work(black_box(TEXT)));
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    times.get(RUNS / 2).copied().unwrap_or_default()
}

/// Prints it in nanoseconds.
pub fn print() {
    println!("{}", length().as_nanos());
}

fn work(text: &str) -> usize {
    let mut words: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, word) in text.split([' ', '/', ':', ';', '"']).enumerate() {
        words.entry(word.to_ascii_lowercase()).or_default().push(place);
    }
    let written = serde_json::to_string(&words).unwrap_or_default();
    let read: Value = serde_json::from_str(&written).unwrap_or_default();
    written.len() + read.as_object().map_or(0, serde_json::Map::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_work_is_done() {
        assert_eq!(work(TEXT), work(TEXT));
        assert!(work(TEXT) > TEXT.len());
    }
}
