//! How long understanding takes over a test set. It is shown beside what it should be on a quiet machine, and fails
//! nothing: a clock says as much of the machine as of the work.

use std::time::Duration;

/// Times of the same thing over many rows.
pub struct Times {
    name: &'static str,
    sorted: Vec<Duration>,
    /// What the median and the 99th percentile should be at most.
    bounds: Option<[Duration; 2]>,
}

impl Times {
    /// Of `name`, which should take no longer than the bounds.
    pub fn new(name: &'static str, mut times: Vec<Duration>, bounds: Option<[Duration; 2]>) -> Self {
        times.sort_unstable();
        Self { name, sorted: times, bounds }
    }

    /// A line of the report.
    pub fn line(&self) -> String {
        let longest = self.sorted.last().copied().unwrap_or_default();
        let [median, late] = [500, 990].map(|thousandth| self.at(thousandth));
        let bounds = self.bounds.map(|[median, late]| format!("  should be {median:?}, {late:?}"));
        format!(
            "  {:<44} median {median:?}, 99th percentile {late:?}, longest {longest:?}{}",
            self.name,
            bounds.unwrap_or_default()
        )
    }

    fn at(&self, thousandth: usize) -> Duration {
        self.sorted.get(self.sorted.len() * thousandth / 1000).copied().unwrap_or_default()
    }
}
