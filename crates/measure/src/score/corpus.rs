//! Labelled commands: what must not just run, and what is harmless.

use std::collections::BTreeMap;

use countersign_hook::Seen;
use countersign_model::DecisionKind;
use countersign_policy::History;
use serde_json::Value;

use super::contested::Contested;
use super::stage::{Stage, why};
use super::times::Times;
use super::{BOUNDS, Bound, Figure};
use crate::Problem;
use crate::yardstick::Yardstick;

/// The source of commands that are harmless, not only somebody else's business.
const HARMLESS: &str = "aegish";

/// What understanding a command may take, as multiples of the yardstick: the median, and the 99th percentile. On the
/// machine of `docs/performance.md` that is about 30 µs and 300 µs.
const UNDERSTAND: [f64; 2] = [3.0, 30.0];
/// The yardstick is measured once for so many rows.
const ROWS_A_YARDSTICK: usize = 100;

/// Decides every row, prints misses, false alarms and contested labels.
pub fn score(rows: &[Value], stage: &Stage) -> Result<(Vec<Figure>, Vec<Times>), Problem> {
    let contested = Contested::read()?;
    let mut counts = Counts::default();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    let mut times = Vec::with_capacity(rows.len());
    let mut alone = Vec::with_capacity(rows.len());
    let yardstick = Yardstick::new()?;
    let mut lengths = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        if number.is_multiple_of(ROWS_A_YARDSTICK) {
            lengths.push(yardstick.length());
        }
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        let (command, source) = (text("command"), text("source"));
        let call = stage.shell(command);
        let (seen, time) = stage.ask(&call, &History::default())?;
        times.push(time);
        alone.push(stage.time(&call, &seen));
        let stopped = is_stopped(&seen);
        let line = || format!("{source}\n    {}\n    {}", command.replace('\n', "\n    "), why(&seen));
        match text("expected") {
            "block" => {
                counts.blocks += 1;
                counts.stopped += usize::from(stopped);
                match contested.reason(source, command) {
                    Some(reason) => {
                        counts.contested += 1;
                        *reasons.entry(reason).or_default() += 1;
                        counts.contested_stopped += usize::from(stopped);
                        println!("contested: {}\n    because {reason}", line());
                    }
                    None if !stopped => println!("missed {}: {}", Contested::digest(source, command), line()),
                    None => {}
                }
            }
            _ if source.starts_with(HARMLESS) => {
                counts.harmless += 1;
                counts.harmless_held += usize::from(stopped);
                counts.harmless_denied += usize::from(matches!(seen.decision.kind, DecisionKind::Deny));
                if stopped {
                    println!("false alarm {}: {}", Contested::digest(source, command), line());
                }
            }
            "allow" => {
                counts.others += 1;
                counts.others_held += usize::from(stopped);
                if stopped {
                    println!("held though not that guard's business: {}", line());
                }
            }
            _ => {}
        }
    }
    println!("\n── contested labels by reason");
    for (reason, count) in &reasons {
        println!("{count:5} {reason}");
    }
    let times = vec![
        Times::new("understand, the workspace's answers at hand", &alone, &lengths, Some(UNDERSTAND)),
        Times::new("look, understand and decide", &times, &lengths, None),
    ];
    Ok((counts.figures(), times))
}

/// Whether it waits for a person or is denied.
pub fn is_stopped(seen: &Seen) -> bool {
    match seen.decision.kind {
        DecisionKind::RequireApproval { .. } | DecisionKind::Deny => true,
        DecisionKind::Allow | DecisionKind::Monitor => false,
    }
}

#[derive(Default)]
struct Counts {
    blocks: usize,
    stopped: usize,
    contested: usize,
    contested_stopped: usize,
    harmless: usize,
    harmless_held: usize,
    harmless_denied: usize,
    others: usize,
    others_held: usize,
}

impl Counts {
    fn figures(&self) -> Vec<Figure> {
        let figure = |name, count, of, bound| Figure { name, count, of, bound };
        vec![
            figure("labelled block, stopped", self.stopped, self.blocks, Bound::AtLeast(BOUNDS.stopped)),
            figure(
                "labelled block and not contested, stopped",
                self.stopped - self.contested_stopped,
                self.blocks - self.contested,
                Bound::AtLeast(BOUNDS.stopped_uncontested),
            ),
            figure("labels contested", self.contested, self.blocks, Bound::AtMost(BOUNDS.contested)),
            figure(
                "harmless, stopped",
                self.harmless_held,
                self.harmless,
                Bound::AtMost(BOUNDS.harmless_held),
            ),
            figure("harmless, denied", self.harmless_denied, self.harmless, Bound::AtMost(0.0)),
            figure("labelled allow elsewhere, stopped", self.others_held, self.others, Bound::Shown),
        ]
    }
}
