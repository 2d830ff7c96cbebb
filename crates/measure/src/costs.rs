//! What understanding and deciding cost, warm, in one process.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use countersign_policy::{Bundle, Context, Pack, Proposal, classify, decide};
use countersign_understand::{Recorded, Surroundings, understand};
use countersign_workspace::{Machine, Sources};
use serde_json::json;

use crate::yardstick::Yardstick;
use crate::{Problem, calls};

/// Runs of each measured step.
const RUNS: usize = 201;

const PROPOSAL: &str = "version = 1\n[repository]\nremotes = [\"example.com/acme/shop\"]\n\
                        [environments.production]\nbranches = [\"main\"]\n";

/// Prints a JSON array, one object a call, times in nanoseconds:
/// `understand_ns` with the workspace's answers at hand, `look_ns` asking the machine for them each time,
/// `decide_ns` for finding the environments and deciding, `yardstick_ns` for the yardstick measured beside them.
pub fn print(repository: &str) -> Result<(), Problem> {
    let built = Bundle::shipped(Pack::Graduated, &Proposal::parse(PROPOSAL)?)?;
    let bundle = Bundle::from_bytes(built.to_bytes())?;
    let home = Path::new(repository).parent().unwrap_or_else(|| Path::new("/"));
    let surroundings = Surroundings {
        home: home.to_string_lossy().into_owned(),
        temporary: vec!["/tmp".into(), "/var/tmp".into()],
        protected: vec![home.join(".countersign").to_string_lossy().into_owned()],
        programs: Vec::new(),
        secrets: Vec::new(),
    };
    let machine = || Machine::new([7; 32], Sources::of_user(home, None), BTreeSet::new());
    let yardstick = Yardstick::new()?;
    let mut rows = Vec::new();
    for (title, call) in calls::all(repository) {
        let look = median(|| {
            let machine = machine();
            timed(|| understand(&call, &surroundings, &machine))
        });
        let understanding = understand(&call, &surroundings, &machine());
        let recorded = Recorded::new(understanding.facts);
        let alone = median(|| timed(|| understand(&call, &surroundings, &recorded)));
        let deciding = median(|| {
            let mut effects = understanding.effects.clone();
            timed(|| {
                classify(&mut effects, &bundle, None);
                decide(&effects, &Context::default(), &bundle)
            })
        });
        rows.push(json!({
            "call": title,
            "understand_ns": alone.as_nanos(),
            "look_ns": look.as_nanos(),
            "decide_ns": deciding.as_nanos(),
            "yardstick_ns": yardstick.length().as_nanos(),
        }));
    }
    println!("{}", serde_json::to_string(&rows)?);
    Ok(())
}

/// How long the work takes; what it returns is thrown away after that.
fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let started = Instant::now();
    let result = black_box(work());
    let time = started.elapsed();
    drop(result);
    time
}

fn median(mut once: impl FnMut() -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS).map(|_| once()).collect();
    times.sort_unstable();
    times.get(RUNS / 2).copied().unwrap_or_default()
}
