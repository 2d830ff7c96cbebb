//! A stand-in for every program on the scripts' `PATH`: notes how it was started, and does nothing; those that
//! run other programs or hand text on then become the real ones.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitCode};

/// The directory that stubs lie in, which says that they are ones.
pub const DIRECTORY: &str = "countersign-stubs";
/// The file beside it where they note what ran.
pub const RECORD: &str = "record";

/// Programs that do nothing.
pub const IDLE: &[&str] =
    &["ls", "wc", "head", "uname", "whoami", "date", "alpha", "beta", "gamma", "delta", "deploy"];
/// Programs that become the real ones: they only run others, or read.
pub const REAL: &[&str] =
    &["bash", "sh", "env", "xargs", "nice", "nohup", "timeout", "cat", "find", "setsid"];
/// Where the real ones are.
const REAL_PLACES: &[&str] = &["/usr/bin", "/bin"];

/// The stub's name, if this process is one.
pub fn name() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    let is_stub = path.parent()?.file_name()? == DIRECTORY;
    is_stub.then(|| path.file_name()?.to_str().map(str::to_owned)).flatten()
}

/// Notes this run, then does the program's work.
pub fn run(name: &str) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if note(name, &arguments).is_none() {
        return ExitCode::from(125);
    }
    let real = REAL_PLACES.iter().map(|place| Path::new(place).join(name)).find(|path| path.exists());
    match real.filter(|_| REAL.contains(&name)) {
        Some(real) => {
            let _ = Command::new(real).args(arguments).exec();
            ExitCode::from(126)
        }
        None => ExitCode::SUCCESS,
    }
}

/// One write of all there is: how many words follow, then each, all ended by a zero byte.
fn note(name: &str, arguments: &[OsString]) -> Option<()> {
    let path = std::env::current_exe().ok()?.parent()?.parent()?.join(RECORD);
    let mut line = format!("{}\0{name}\0", arguments.len() + 1).into_bytes();
    for argument in arguments {
        line.extend_from_slice(argument.as_bytes());
        line.push(0);
    }
    OpenOptions::new().append(true).open(path).ok()?.write_all(&line).ok()
}
