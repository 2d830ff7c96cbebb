//! How long understanding takes over a test set, held to multiples of the yardstick measured beside it.

use std::time::Duration;

/// Times of the same thing over many rows.
pub struct Times {
    name: &'static str,
    sorted: Vec<Duration>,
    yardstick: Duration,
    /// What the median and the 99th percentile may be at most, as multiples of the yardstick.
    bounds: Option<[f64; 2]>,
}

impl Times {
    /// Of `name`, with what the yardstick took now and then between the rows.
    pub fn new(
        name: &'static str,
        times: &[Duration],
        yardstick: &[Duration],
        bounds: Option<[f64; 2]>,
    ) -> Self {
        Self { name, sorted: sorted(times), yardstick: at(&sorted(yardstick), 500), bounds }
    }

    /// Whether both are within their bounds.
    pub fn is_kept(&self) -> bool {
        let [median, late] = self.ratios();
        self.bounds.is_none_or(|[bound, late_bound]| median <= bound && late <= late_bound)
    }

    /// A line of the report.
    pub fn line(&self) -> String {
        let longest = self.sorted.last().copied().unwrap_or_default();
        let [median, late] = self.ratios();
        let bounds = self.bounds.map(|[median, late]| format!("  at most {median} × and {late} ×"));
        let mark = if self.is_kept() { " " } else { "!" };
        format!(
            "{mark} {:<44} median {:?} = {median:.2} × the yardstick, 99th percentile {:?} = {late:.2} ×, longest {longest:?}{}",
            self.name,
            at(&self.sorted, 500),
            at(&self.sorted, 990),
            bounds.unwrap_or_default()
        )
    }

    /// The median and the 99th percentile, as multiples of the yardstick; not numbers where it was not measured.
    fn ratios(&self) -> [f64; 2] {
        [500, 990].map(|thousandth| at(&self.sorted, thousandth).as_secs_f64() / self.yardstick.as_secs_f64())
    }
}

fn sorted(times: &[Duration]) -> Vec<Duration> {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted
}

fn at(sorted: &[Duration], thousandth: usize) -> Duration {
    sorted.get(sorted.len() * thousandth / 1000).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_longer_than_it_may_or_was_not_compared_is_not_kept() {
        let micros = |count| Duration::from_micros(count);
        let kept = |time, yardstick: &[Duration]| {
            Times::new("x", &vec![micros(time); 200], yardstick, Some([3.0, 30.0])).is_kept()
        };
        assert!(kept(30, &[micros(10); 3]));
        assert!(!kept(31, &[micros(10); 3]));
        assert!(!kept(30, &[]));
        let mut times = vec![micros(10); 98];
        times.extend([micros(400); 2]);
        assert!(!Times::new("x", &times, &[micros(10)], Some([3.0, 30.0])).is_kept());
    }
}
