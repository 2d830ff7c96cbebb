//! A machine of its own for one test.
//!
//! Namespaces give it loopback only and let its files be laid over this machine's: every home, `/etc`
//! and what else is named in [`OWN`] is its own, so that paths (and with them what the agent reads)
//! are the same in every run. Everything else of this machine can be read and not written, even by
//! the lab's root. When the lab is dropped, every process in it ends.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;

use crate::inside::{Place, Ready};
use crate::model::Files;
use crate::programs;
use crate::scenario::Scenario;

/// The agent's home, as it sees it.
pub const HOME: &str = "/home/dev";
/// The repository the agent works in, as it sees it.
pub const PROJECT: &str = "/home/dev/project";

/// Where the product's programs are.
pub const PRODUCT: &str = "/opt/countersign";

/// What is the machine's own; everything else is this machine's.
const OWN: [&str; 7] = ["home", "root", "etc", "tmp", "opt", "usr/local/lib", "var/lib"];
/// Where the client is.
const CLIENT: &str = "home/dev/.local/share/claude";
/// The agent's user; the client refuses to skip its prompts as root.
const AGENT: u32 = 54321;
/// What no single program may take longer than.
const DEADLINE_SECONDS: u32 = 60;

/// Who runs a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum User {
    /// The person the agent works for, and so the agent.
    Agent,
    /// The administrator.
    Root,
}

/// A machine of its own, with a repository at [`PROJECT`].
#[derive(Debug)]
pub struct Lab {
    inside: Child,
    ready: Ready,
    // Dropped last, when no process is left in it.
    folder: TempDir,
}

impl Lab {
    /// Starts a machine; `runner` is the program `countersign-e2e-run`, and what is in the folder
    /// `product` is seen in [`PRODUCT`].
    pub fn start(runner: &Path, product: Option<&Path>) -> Result<Self> {
        let client = programs::claude_code()?;
        let folder = tempfile::Builder::new().prefix("countersign-e2e-").tempdir_in("/var/tmp")?;
        let places = lay_out(folder.path(), &client, product)?;
        fs::write(folder.path().join("places.json"), serde_json::to_vec(&places)?)?;
        let (inside, ready) = enter(runner, folder.path())?;
        let lab = Self { inside, ready, folder };
        lab.script(&Scenario::default())?;
        lab.write(
            &format!("{HOME}/.gitconfig"),
            "[user]\n name = dev\n email = dev@localhost\n[init]\n defaultBranch = main\n",
        )?;
        lab.run(lab.command(User::Agent, "git").args(["init", "--quiet", "."]))?;
        Ok(lab)
    }

    /// Sets what the model says from now on.
    pub fn script(&self, scenario: &Scenario) -> Result<()> {
        let files = Files::of(self.folder.path());
        let written = files.scenario.with_extension("new");
        fs::write(&written, serde_json::to_vec(scenario)?)?;
        Ok(fs::rename(written, files.scenario)?)
    }

    /// A program, to be run in the project with an emptied environment and a deadline.
    pub fn command(&self, user: User, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--target={}", self.ready.pid)).args(["--mount", "--net", "--pid"]);
        command.arg(format!("--wdns={PROJECT}"));
        if user == User::Agent {
            command.arg("setpriv").args([format!("--reuid={AGENT}"), format!("--regid={AGENT}")]);
            command.args(["--clear-groups", "--no-new-privs"]);
        }
        command.args(["timeout", "--kill-after=2", &DEADLINE_SECONDS.to_string(), program]);
        command
            .env_clear()
            .env("PATH", format!("{PRODUCT}:/{CLIENT}:/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin"));
        command.env("LANG", "C.UTF-8").env("TERM", "dumb").stdin(Stdio::null());
        match user {
            User::Agent => command.env("HOME", HOME).env("USER", "dev"),
            User::Root => command.env("HOME", "/root").env("USER", "root"),
        };
        command
    }

    /// Runs it to its end; fails unless it succeeds.
    pub fn run(&self, command: &mut Command) -> Result<Output> {
        let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("{command:?} ended with {}: {}", output.status, said.trim());
        }
        Ok(output)
    }

    /// Runs it to its end with this on standard input; fails unless it succeeds.
    pub fn run_with(&self, command: &mut Command, input: &str) -> Result<Output> {
        let file = self.folder.path().join("input");
        fs::write(&file, input)?;
        self.run(command.stdin(fs::File::open(file)?))
    }

    /// Runs a line of shell in the project as the agent's user.
    pub fn shell(&self, line: &str) -> Result<String> {
        let output = self.run(self.command(User::Agent, "sh").args(["-ec", line]))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Writes a file; below the agent's home it is the agent's, elsewhere root's.
    pub fn write(&self, path: &str, text: &str) -> Result<()> {
        let outside = self.outside(path)?;
        let missing: Vec<_> = outside.ancestors().skip(1).take_while(|folder| !folder.exists()).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder).with_context(|| format!("cannot create {}", folder.display()))?;
            self.own(path, folder)?;
        }
        fs::write(&outside, text).with_context(|| format!("cannot write {path}"))?;
        self.own(path, &outside)
    }

    /// Makes a file executable.
    pub fn make_executable(&self, path: &str) -> Result<()> {
        Ok(fs::set_permissions(self.outside(path)?, Permissions::from_mode(0o755))?)
    }

    /// A file's text; none if it is not there.
    pub fn read(&self, path: &str) -> Result<Option<String>> {
        match fs::read_to_string(self.outside(path)?) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {path}")),
        }
    }

    /// Whether there is a file in the project.
    pub fn left_behind(&self, name: &str) -> bool {
        self.outside(PROJECT).is_ok_and(|project| project.join(name).exists())
    }

    /// Where a path of the lab is on this machine.
    pub fn outside(&self, path: &str) -> Result<PathBuf> {
        let inside = path.strip_prefix('/').context("not an absolute path")?;
        ensure!(OWN.iter().any(|own| Path::new(inside).starts_with(own)), "`{path}` is not the lab's own");
        Ok(self.folder.path().join(inside))
    }

    /// The model's address.
    pub(crate) fn model(&self) -> String {
        format!("http://127.0.0.1:{}", self.ready.port)
    }

    /// What the model was sent, one conversation a line.
    pub(crate) fn conversations(&self) -> Result<String> {
        let log = Files::of(self.folder.path()).log;
        if log.exists() {
            fs::read_to_string(log).context("cannot read the model's log")
        } else {
            Ok(String::new())
        }
    }

    fn own(&self, path: &str, outside: &Path) -> Result<()> {
        if path.starts_with(HOME) {
            chown(outside, Some(AGENT), Some(AGENT))?;
        }
        Ok(())
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // The first process of the namespace ends, and with it all others there.
        drop(self.inside.stdin.take());
        let _ = self.inside.wait();
    }
}

/// Creates the machine's own folders and says what is laid over what.
fn lay_out(lab: &Path, client: &Path, product: Option<&Path>) -> Result<Vec<Place>> {
    for folder in OWN.into_iter().chain([CLIENT, "home/dev/project", "opt/countersign"]) {
        fs::create_dir_all(lab.join(folder))?;
    }
    for folder in ["home/dev", "home/dev/project", "home/dev/.local", "home/dev/.local/share"] {
        chown(lab.join(folder), Some(AGENT), Some(AGENT))
            .context("cannot give files to the agent's user: the end-to-end tests need to be root")?;
    }
    fs::set_permissions(lab.join("tmp"), Permissions::from_mode(0o1777))?;
    fs::set_permissions(lab.join("root"), Permissions::from_mode(0o700))?;
    let copied = Command::new("cp").args(["--archive", "/etc/."]).arg(lab.join("etc")).output()?;
    ensure!(copied.status.success(), "cannot copy /etc: {}", String::from_utf8_lossy(&copied.stderr));
    add_line(&lab.join("etc/passwd"), &format!("dev:x:{AGENT}:{AGENT}::{HOME}:/bin/sh"))?;
    add_line(&lab.join("etc/group"), &format!("dev:x:{AGENT}:"))?;
    let place = |from: &Path, at: PathBuf| Place { from: from.to_owned(), at };
    let mut places = vec![place(client, lab.join(CLIENT))];
    places.extend(product.map(|product| place(product, lab.join("opt/countersign"))));
    places.extend(OWN.map(|own| place(&lab.join(own), Path::new("/").join(own))));
    Ok(places)
}

fn add_line(file: &Path, line: &str) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(fs::write(file, format!("{}\n{line}\n", text.trim_end()))?)
}

fn enter(runner: &Path, lab: &Path) -> Result<(Child, Ready)> {
    let mut inside = Command::new("unshare")
        .args(["--net", "--mount", "--pid", "--ipc", "--fork", "--kill-child"])
        .arg(runner)
        .arg(lab)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start unshare (of util-linux)")?;
    let stdout = inside.stdout.take().context("no standard output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    match serde_json::from_str(&line) {
        Ok(ready) => Ok((inside, ready)),
        Err(_) => {
            drop(inside.stdin.take());
            let mut said = String::new();
            if let Some(mut stderr) = inside.stderr.take() {
                stderr.read_to_string(&mut said)?;
            }
            inside.wait()?;
            bail!(
                "cannot set up namespaces for the end-to-end tests (they need Linux and root): {}",
                said.trim()
            )
        }
    }
}
