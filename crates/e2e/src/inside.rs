//! What happens inside the lab's namespaces: the first process there lays out the machine, then
//! serves the model until its standard input closes.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::model::{self, Files};

/// Folders laid over others, for this machine alone, in order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Place {
    /// What to see.
    pub from: PathBuf,
    /// Where to see it.
    pub at: PathBuf,
}

/// What the first process says when all is ready.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ready {
    /// Its process id as the test sees it.
    pub pid: u32,
    /// Where the model listens on loopback.
    pub port: u16,
}

/// Lays out the machine of the lab in this folder and serves its model.
pub fn run(lab: &Path) -> Result<()> {
    // /proc is still that of the test's machine, so this is our id there.
    let pid = fs::read_link("/proc/self").context("cannot read /proc/self")?;
    let pid = pid.to_string_lossy().parse().context("/proc/self names no process")?;
    step(Command::new("mount").args(["-t", "proc", "proc", "/proc"]))?;
    step(Command::new("ip").args(["link", "set", "lo", "up"]))?;
    read_only_but(lab)?;
    let places = fs::read(lab.join("places.json")).context("cannot read the places")?;
    for Place { from, at } in serde_json::from_slice::<Vec<Place>>(&places)? {
        step(Command::new("mount").arg("--rbind").args([from, at]))?;
    }
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("cannot listen on loopback")?;
    let ready = Ready { pid, port: listener.local_addr()?.port() };
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{}", serde_json::to_string(&ready)?)?;
    stdout.flush()?;
    let files = Files::of(lab);
    thread::spawn(move || model::serve(&listener, &files));
    std::io::stdin().read_to_end(&mut Vec::new()).context("cannot wait for the end")?;
    Ok(())
}

/// Makes everything read-only here but the lab's folder and what the kernel serves.
fn read_only_but(lab: &Path) -> Result<()> {
    let mounts = fs::read_to_string("/proc/mounts").context("cannot read /proc/mounts")?;
    step(Command::new("mount").arg("--bind").args([lab, lab]))?;
    let points = mounts.lines().filter_map(|line| line.split(' ').nth(1));
    let kernels = ["/proc", "/sys", "/dev"];
    for point in points.filter(|point| !kernels.iter().any(|kernel| Path::new(point).starts_with(kernel))) {
        let point = point.replace("\\040", " ");
        step(Command::new("mount").args(["-o", "remount,bind,ro", &point]))?;
    }
    Ok(())
}

fn step(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} said `{}`", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
