//! A bar whose parts are the four decisions.

use crate::figures::{grouped, ratio, share};
use crate::report::Counts;

/// How wide a bar is drawn.
const WIDTH: f64 = 1000.0;
/// How wide a part is at least, so that one call among many thousands is seen.
const LEAST: f64 = 8.0;

/// Where the parts lie.
pub struct Bar {
    /// Those that there are, from the left.
    pub parts: Vec<Part>,
    /// What the picture says, in words.
    pub label: String,
}

/// One decision's part.
pub struct Part {
    /// How it is drawn.
    pub class: &'static str,
    /// What it is called.
    pub word: &'static str,
    /// Where it starts.
    pub x: String,
    /// How wide it is.
    pub width: String,
    /// How many calls.
    pub calls: String,
    /// How much of the whole.
    pub share: String,
}

impl Bar {
    /// The bar of these.
    pub fn of(counts: Counts) -> Self {
        let all = counts.all();
        let there: Vec<_> = [
            ("allow", "allowed", counts.allow),
            ("monitor", "monitored", counts.monitor),
            ("hold", "held", counts.require_approval),
            ("deny", "denied", counts.deny),
        ]
        .into_iter()
        .filter(|(.., count)| *count > 0)
        .collect();
        let widths: Vec<f64> =
            there.iter().map(|(.., count)| (WIDTH * ratio(*count, all)).max(LEAST)).collect();
        // What the small parts take beyond their share comes off all of them alike.
        let scale = WIDTH / widths.iter().sum::<f64>().max(1.0);
        let mut x = 0.0;
        let mut parts = Vec::new();
        for ((class, word, count), width) in there.into_iter().zip(widths) {
            let width = width * scale;
            parts.push(Part {
                class,
                word,
                x: format!("{x:.1}"),
                width: format!("{width:.1}"),
                calls: grouped(count),
                share: share(count, all),
            });
            x += width;
        }
        let said: Vec<String> = parts.iter().map(|part| format!("{} {}", part.calls, part.word)).collect();
        let label = if said.is_empty() { "no calls".to_owned() } else { said.join(", ") };
        Self { parts, label }
    }
}

/// How long a ranking's bar is beside the first one's, of a hundred.
pub fn length(count: usize, first: usize) -> String {
    format!("{:.1}", (100.0 * ratio(count, first)).clamp(1.0, 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_call_among_many_is_seen_and_the_parts_fill_the_bar() {
        let bar = Bar::of(Counts { allow: 100_000, monitor: 0, require_approval: 1, deny: 0 });
        let shown: Vec<_> = bar.parts.iter().map(|part| (part.class, &*part.x, &*part.width)).collect();
        assert_eq!(shown, [("allow", "0.0", "992.1"), ("hold", "992.1", "7.9")]);
        assert_eq!(bar.label, "100,000 allowed, 1 held");
        assert_eq!(Bar::of(Counts::default()).label, "no calls");
    }
}
