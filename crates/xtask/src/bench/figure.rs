//! One measured figure with its bound, and the table of them.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

/// What was measured of one thing.
pub struct Figure {
    /// What it is of, a line of the table.
    pub name: String,
    /// The median time, where it is a time.
    pub time: Option<Duration>,
    /// The ratio to the floor, to the yardstick or to the smaller case, where it is one.
    pub ratio: Option<f64>,
    /// Instructions, where they were counted.
    pub instructions: Option<u64>,
    /// What it may be at most.
    pub bound: Bound,
    /// What else a reader should know.
    pub note: Option<String>,
}

/// What a figure may be at most.
#[derive(Clone, Copy)]
pub enum Bound {
    /// Printed only.
    None,
    /// Of its ratio.
    Ratio(f64),
    /// Of its instructions.
    Instructions(u64),
    /// Passed whatever the numbers say: it did not do what is measured.
    Passed,
}

impl Figure {
    /// A time.
    pub fn time(name: impl Into<String>, time: Duration, bound: Bound) -> Self {
        Self { name: name.into(), time: Some(time), ratio: None, instructions: None, bound, note: None }
    }

    /// A ratio, with the median time of the thing itself.
    pub fn ratio(name: impl Into<String>, time: Duration, ratio: f64, bound: Bound) -> Self {
        Self { ratio: Some(ratio), ..Self::time(name, time, bound) }
    }

    /// A count of instructions.
    pub fn instructions(name: impl Into<String>, count: u64, bound: Bound) -> Self {
        Self { time: None, instructions: Some(count), ..Self::time(name, Duration::ZERO, bound) }
    }

    /// With something a reader should know.
    #[must_use]
    pub fn noting(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Whether it is more than it may be.
    pub fn is_above(&self) -> bool {
        self.times_its_bound() > 1.0
    }

    /// How many times its bound it is; infinite for what was not measured.
    pub fn times_its_bound(&self) -> f64 {
        let times = match self.bound {
            Bound::None => Some(0.0),
            Bound::Passed => None,
            Bound::Ratio(bound) => self.ratio.map(|ratio| ratio / bound),
            Bound::Instructions(bound) => self.instructions.map(|count| count as f64 / bound as f64),
        };
        times.filter(|times| !times.is_nan()).unwrap_or(f64::INFINITY)
    }

    fn measured(&self) -> String {
        let time = self.time.map(readable);
        time.or_else(|| self.instructions.map(grouped)).unwrap_or_default()
    }

    fn ratio_text(&self) -> String {
        self.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default()
    }

    fn bound_text(&self) -> String {
        match self.bound {
            Bound::None | Bound::Passed => String::new(),
            Bound::Ratio(bound) => format!("{bound:.2} ×"),
            Bound::Instructions(bound) => grouped(bound),
        }
    }

    /// As `--json` prints it: times in nanoseconds.
    pub fn to_json(&self) -> Value {
        let (of, bound) = match self.bound {
            Bound::None | Bound::Passed => (None, Value::Null),
            Bound::Ratio(bound) => (Some("ratio"), json!(bound)),
            Bound::Instructions(bound) => (Some("instructions"), json!(bound)),
        };
        json!({
            "name": self.name,
            "time_ns": self.time.map(nanoseconds),
            "ratio": self.ratio,
            "instructions": self.instructions,
            "bound": bound,
            "bound_of": of,
            "above": self.is_above(),
            "note": self.note,
        })
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.name, self.measured())?;
        if let Some(ratio) = self.ratio {
            write!(formatter, ", ratio {ratio:.2}")?;
        }
        let bound = self.bound_text();
        if !bound.is_empty() {
            write!(formatter, ", bound {bound}")?;
        }
        self.note.as_ref().map_or(Ok(()), |note| write!(formatter, " ({note})"))
    }
}

/// Prints the table.
pub fn print(figures: &[Figure]) {
    println!("{:<46} {:>12} {:>7} {:>12}", "what", "p50", "ratio", "bound");
    for figure in figures {
        let mark = if figure.is_above() { "  ABOVE" } else { "" };
        let note = figure.note.as_ref().map(|note| format!("  {note}")).unwrap_or_default();
        println!(
            "{:<46} {:>12} {:>7} {:>12}{mark}{note}",
            figure.name,
            figure.measured(),
            figure.ratio_text(),
            figure.bound_text()
        );
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn readable(time: Duration) -> String {
    if time < Duration::from_millis(1) {
        return format!("{:.1} µs", time.as_secs_f64() * 1e6);
    }
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

/// With a separator between the thousands.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_number_or_was_not_measured_is_above() {
        let ratio = |ratio| Figure::ratio("x", Duration::ZERO, ratio, Bound::Ratio(6.0)).is_above();
        assert!(!ratio(6.0));
        assert!(ratio(6.1));
        assert!(ratio(f64::NAN));
        let timed = Figure::time("x", Duration::from_nanos(1), Bound::Instructions(5));
        assert!(timed.is_above());
        assert!(!Figure::instructions("x", 5, Bound::Instructions(5)).is_above());
        assert!(Figure::time("x", Duration::ZERO, Bound::Passed).is_above());
    }

    #[test]
    fn thousands_are_set_apart() {
        let texts: Vec<String> = [0, 999, 1000, 5_096_478].into_iter().map(grouped).collect();
        assert_eq!(texts, ["0", "999", "1 000", "5 096 478"]);
    }
}
