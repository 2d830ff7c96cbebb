//! Our reading of shell text against real bash, for as long as there is time: the short run is part of the tests
//! of `understand`, in `crates/understand/tests/differential`.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;

use crate::run::{cargo, step};

/// How long, and with which scripts.
#[derive(clap::Args)]
pub struct Options {
    /// How long to look for faults
    #[arg(long, default_value_t = 20)]
    pub minutes: u64,
    /// The first script's seed; a run with the same seed tries the same scripts
    #[arg(long)]
    pub seed: Option<u64>,
}

/// Prints what it finds, each fault once and shortened; the scripts are kept below `target`.
pub fn run(options: &Options) -> Result<()> {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map(|time| time.as_secs() * 1000);
    let seed = options.seed.map_or_else(now, Ok)?;
    eprintln!("── scripts from seed {seed}");
    let mut command = cargo();
    command.args(["test", "--locked", "-p", "countersign-understand", "--test", "differential", "--"]);
    command.args(["--minutes", &options.minutes.to_string(), "--seed", &seed.to_string()]);
    step("scripts run by bash", &mut command)
}
