//! Running a program and timing it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// What came of one run.
pub struct Ran {
    pub time: Duration,
    /// None if a signal ended it.
    pub exit: Option<i32>,
    /// What it printed on standard output.
    pub stdout: String,
}

impl Ran {
    /// Whether it was a hook that let its call go on.
    pub fn passed(&self) -> bool {
        self.exit == Some(0) && !self.stdout.contains("\"deny\"")
    }
}

/// Starts the program, hands it the input, waits for its end.
pub fn time(mut command: Command, input: &[u8]) -> Result<Ran> {
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start {}", Path::new(command.get_program()).display()))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read its input closes the pipe; that is not our failure.
        match stdin.write_all(input) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
    }
    let output = child.wait_with_output()?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(Ran { time: started.elapsed(), exit: output.status.code(), stdout })
}

/// What does nothing, started the same way.
pub fn floor() -> Command {
    let program = if Path::new("/bin/true").exists() { "/bin/true" } else { "/usr/bin/true" };
    let mut command = Command::new(program);
    command.env_clear();
    command
}

/// Runs to the end, saying what it printed if it failed; gives what it printed on standard output.
pub fn quietly(command: &mut Command) -> Result<String> {
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The middle one; zero of none.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// The middle one of the ratios of runs that were made one after the other; not a number of none.
pub fn median_ratio(runs: &[(Duration, Duration)]) -> f64 {
    let mut ratios: Vec<f64> =
        runs.iter().map(|(base, time)| time.as_secs_f64() / base.as_secs_f64()).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_disturbed_run_does_not_move_the_middle() {
        let milliseconds = Duration::from_millis;
        let mut runs = vec![(milliseconds(1), milliseconds(5)); 9];
        runs.push((milliseconds(1), milliseconds(900)));
        assert!((median_ratio(&runs) - 5.0).abs() < 1e-9);
        assert!(median_ratio(&[]).is_nan());
        assert_eq!(median(vec![milliseconds(3), milliseconds(1), milliseconds(2)]), milliseconds(2));
    }
}
