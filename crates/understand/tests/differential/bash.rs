//! Runs a script by real bash where it can do nothing: nothing on `PATH` but stubs, a directory of its own, no
//! more rights than it needs, little time.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, WaitOptions};

use crate::Problem;
use crate::stub::{DIRECTORY, IDLE, REAL, RECORD};

/// How long a script may take.
const MOST: Duration = Duration::from_secs(2);
/// The user and group "nobody", which a script becomes where the test runs as root.
const NOBODY: u32 = 65534;
/// Bytes that a script may write into one file.
const LARGEST: u64 = 1 << 20;
/// What is in the directory of a script. Whatever reads them may run what they say.
const FILES: &[(&str, &str)] = &[
    ("a.txt", "beta kfile\n"),
    ("b.txt", "gamma\n"),
    ("d/c.txt", "delta kdeep\nalpha klast\n"),
    ("script.sh", "alpha kscript\n"),
];

/// A program that was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    pub program: String,
    pub arguments: Vec<String>,
}

/// A place to run scripts in, gone when dropped.
pub struct Place {
    top: PathBuf,
    bash: PathBuf,
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.top);
    }
}

impl Place {
    /// Makes one; none where there is no bash.
    pub fn new() -> Result<Option<Self>, Problem> {
        let Some(bash) =
            ["/usr/bin/bash", "/bin/bash"].map(PathBuf::from).into_iter().find(|path| path.exists())
        else {
            return Ok(None);
        };
        let top = std::env::temp_dir().join(format!("countersign-differential-{}", std::process::id()));
        let stubs = top.join(DIRECTORY);
        fs::create_dir_all(&stubs)?;
        let itself = stubs.join("stub");
        fs::copy(std::env::current_exe()?, &itself)?;
        for path in [&top, &stubs, &itself] {
            fs::set_permissions(path, Permissions::from_mode(0o755))?;
        }
        for name in IDLE.iter().chain(REAL) {
            fs::hard_link(&itself, stubs.join(name))?;
        }
        // Orphans of a script become ours, so that it is known when the last has ended.
        rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
        let limit = Rlimit { current: Some(LARGEST), maximum: None };
        rustix::process::setrlimit(Resource::Fsize, limit)?;
        Ok(Some(Self { top, bash }))
    }

    /// Where scripts run.
    pub fn directory(&self) -> PathBuf {
        self.top.join("work")
    }

    /// The same as text.
    pub fn name(&self) -> String {
        self.directory().to_string_lossy().into_owned()
    }

    /// What a script starts, in the order it does; and whether it ended in time.
    pub fn run(&self, text: &str) -> Result<(Vec<Ran>, bool), Problem> {
        let mut command = Command::new(&self.bash);
        command.args(["--norc", "--noprofile", "-c", text]);
        command.env_clear().env("PATH", self.top.join(DIRECTORY)).env("HOME", self.directory());
        command.current_dir(self.directory()).process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if rustix::process::geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        let in_time = wait(command.spawn()?)?;
        Ok((parse(&fs::read(self.top.join(RECORD))?), in_time))
    }

    /// Whether bash can read a script.
    pub fn reads(&self, text: &str) -> bool {
        let mut command = Command::new(&self.bash);
        command.args(["--norc", "--noprofile", "-nc", text]).env_clear().stdin(Stdio::null());
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    }

    /// Puts the files back that a script finds, and takes away what one left.
    pub fn clean(&self) -> Result<(), Problem> {
        let directory = self.directory();
        if directory.exists() {
            fs::remove_dir_all(&directory)?;
        }
        fs::create_dir(&directory)?;
        for (name, text) in FILES {
            let path = directory.join(name);
            path.parent().map(fs::create_dir_all).transpose()?;
            fs::write(path, text)?;
        }
        open_to_all(&directory)?;
        let record = self.top.join(RECORD);
        fs::write(&record, "")?;
        Ok(fs::set_permissions(record, Permissions::from_mode(0o666))?)
    }
}

fn open_to_all(path: &Path) -> Result<(), Problem> {
    Ok(fs::set_permissions(path, Permissions::from_mode(0o777))?)
}

/// Waits for a process and all it left running; ends what takes too long.
fn wait(mut child: Child) -> Result<bool, Problem> {
    let deadline = Instant::now() + MOST;
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or("a process without an id")?;
    let mut in_time = true;
    let mut first_ended = false;
    loop {
        first_ended = first_ended || child.try_wait()?.is_some();
        // Some of what it started is in a group of its own.
        let all_ended = || rustix::process::wait(WaitOptions::NOHANG).is_err();
        if first_ended && all_ended() {
            // An orphan may become ours a little later.
            std::thread::sleep(Duration::from_millis(1));
            if all_ended() {
                return Ok(in_time);
            }
        }

        if Instant::now() > deadline {
            in_time = false;
            let _ = rustix::process::kill_process_group(group, Signal::KILL);
            // What is in another session, and whatever that started meanwhile.
            for process in descendants() {
                let _ = rustix::process::kill_process(process, Signal::KILL);
            }
        }
        std::thread::sleep(Duration::from_micros(300));
    }
}

/// The processes that this one started, and those started by them.
fn descendants() -> Vec<Pid> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let parent = |id: u32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // After the name in parentheses: the state, then the parent.
        stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(1)?.parse::<u32>().ok()
    };
    let ids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let pairs: Vec<(u32, u32)> = ids.filter_map(|id| Some((id, parent(id)?))).collect();
    let mut found = vec![std::process::id()];
    let mut at = 0;
    while let Some(process) = found.get(at).copied() {
        found.extend(pairs.iter().filter(|(_, parent)| *parent == process).map(|(id, _)| *id));
        at += 1;
    }
    found.iter().skip(1).filter_map(|id| i32::try_from(*id).ok().and_then(Pid::from_raw)).collect()
}

/// The notes of the stubs.
fn parse(record: &[u8]) -> Vec<Ran> {
    let mut words = record.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned());
    let mut all = Vec::new();
    while let Some(count) = words.next().and_then(|count| count.parse::<usize>().ok()) {
        let mut words = words.by_ref().take(count);
        let Some(program) = words.next() else { break };
        all.push(Ran { program, arguments: words.collect() });
    }
    all
}
