//! How long a task goes on, as people say it.

use std::time::Duration;

/// A task ends by itself after at most so many days.
const LONGEST_DAYS: u64 = 7;

/// Reads `90m`, `4h` or `2d`.
///
/// # Errors
/// What is wrong with it, and what to do.
pub fn parse(text: &str) -> Result<Duration, (String, Option<String>)> {
    let seconds = text.char_indices().last().and_then(|(at, unit)| {
        let number: u64 = text.get(..at)?.parse().ok()?;
        let each = match unit {
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            _ => return None,
        };
        number.checked_mul(each)
    });
    seconds
        .filter(|seconds| (1..=LONGEST_DAYS * 24 * 60 * 60).contains(seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| {
            let hint =
                format!("write minutes, hours or days, such as 90m, 4h or 2d; at most {LONGEST_DAYS}d");
            (format!("`{text}` is no time that a task can last"), Some(hint))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_hours_and_days() {
        let seconds = |text| parse(text).map(|lasts| lasts.as_secs()).ok();
        assert_eq!([seconds("90m"), seconds("4h"), seconds("7d")], [Some(5400), Some(14_400), Some(604_800)]);
        for wrong in ["", "4", "h", "0h", "8d", "-1h", "4 h", "4ü", "99999999999999999999h"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
