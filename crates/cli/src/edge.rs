//! Where the commands read the clock, the environment, random numbers and passphrases.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use countersign_local::{Home, Trust};
use zeroize::Zeroizing;

use crate::output::WithHint as _;

/// The user's own home directory.
#[expect(clippy::disallowed_methods, reason = "this is the edge that reads the environment")]
pub fn user_home() -> Result<PathBuf> {
    std::env::var_os("HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .context("`HOME` is not set to an absolute path")
}

/// Countersign's home: `COUNTERSIGN_HOME`, this user's managed home, or [`own_home`].
#[expect(clippy::disallowed_methods, reason = "this is the edge that reads the environment")]
pub fn home() -> Result<Home> {
    if let Some(path) = std::env::var_os("COUNTERSIGN_HOME") {
        let path = PathBuf::from(path);
        if !path.is_absolute() {
            bail!("`COUNTERSIGN_HOME` must be an absolute path, not `{}`", path.display());
        }
        return Ok(Home::at(path));
    }
    match managed()? {
        Some((_, home)) if home.exists() => Ok(home),
        Some(_) | None => own_home(),
    }
}

/// The platform's directory for a user's state.
#[expect(clippy::disallowed_methods, reason = "this is the edge that reads the environment")]
pub fn own_home() -> Result<Home> {
    if let Some(state) =
        std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute())
    {
        return Ok(Home::at(state.join("countersign")));
    }
    let below = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/state" };
    Ok(Home::at(user_home()?.join(below).join("countersign")))
}

/// Where the solver of `policy prove` is: what `CVC5` names, or `cvc5` on `PATH`.
#[expect(clippy::disallowed_methods, reason = "this is the edge that reads the environment")]
pub fn solver() -> Result<PathBuf, countersign_prove::ProveError> {
    countersign_prove::find(std::env::var_os("CVC5").as_deref(), std::env::var_os("PATH").as_deref())
}

/// Where a managed install keeps what only root may change.
pub const MANAGED: &str = "/etc/countersign";

/// The managed install of this machine, if there is one, and this user's home in it.
pub fn managed() -> Result<Option<(Trust, Home)>> {
    let folder = Path::new(MANAGED);
    if !folder.join("managed.json").exists() {
        return Ok(None);
    }
    let trust = Trust::managed(folder).context("the managed install is not root's alone")?;
    let home = trust.home_of(rustix::process::getuid().as_raw());
    Ok(Some((trust, home)))
}

/// The home, which must have been made.
pub fn made_home() -> Result<Home> {
    let home = home()?;
    if !home.exists() {
        let message = format!("there is no Countersign home at `{}`", home.path().display());
        return Err(anyhow::anyhow!(message)).hint("run `countersign init` in a repository first");
    }
    Ok(home)
}

/// Fresh random bytes.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no random numbers: {error}"))?;
    Ok(bytes)
}

/// Where passphrases come from: the terminal, or standard input one a line. Never the environment or
/// the arguments, which other processes can read.
pub struct Passphrases {
    lines: Option<std::vec::IntoIter<Zeroizing<String>>>,
    from_stdin: bool,
}

impl Passphrases {
    /// From standard input, or from the terminal.
    pub const fn new(from_stdin: bool) -> Self {
        Self { lines: None, from_stdin }
    }

    /// The passphrase of a key that there is.
    pub fn of(&mut self, reviewer: &str) -> Result<Zeroizing<String>> {
        if self.from_stdin { self.next_line() } else { ask(&format!("Passphrase of {reviewer}: ")) }
    }

    /// A passphrase for a new key; at the terminal it is asked for twice.
    pub fn new_one(&mut self, reviewer: &str) -> Result<Zeroizing<String>> {
        if self.from_stdin {
            return self.next_line();
        }
        let first = ask(&format!("New passphrase for {reviewer}: "))?;
        if *ask("The same again: ")? != *first {
            bail!("the two passphrases differ");
        }
        Ok(first)
    }

    fn next_line(&mut self) -> Result<Zeroizing<String>> {
        if self.lines.is_none() {
            let mut text = Zeroizing::new(String::new());
            std::io::stdin().take(4096).read_to_string(&mut text).context("cannot read the passphrase")?;
            let lines: Vec<_> = text.lines().map(|line| Zeroizing::new(line.to_owned())).collect();
            self.lines = Some(lines.into_iter());
        }
        self.lines
            .as_mut()
            .and_then(Iterator::next)
            .filter(|line| !line.is_empty())
            .context("there is no passphrase on standard input")
            .hint("give it on a line of its own, or leave out --passphrase-stdin to be asked")
    }
}

fn ask(prompt: &str) -> Result<Zeroizing<String>> {
    rpassword::prompt_password(prompt)
        .map(Zeroizing::new)
        .context("cannot ask for the passphrase at the terminal")
        .hint("run this in a terminal, or pass --passphrase-stdin")
}

/// `HOME` and `XDG_CONFIG_HOME`, as a git started here would take them.
#[expect(clippy::disallowed_methods, reason = "this is the edge that reads the environment")]
pub fn git_places() -> (Option<PathBuf>, Option<PathBuf>) {
    let find = |name| std::env::var_os(name).map(PathBuf::from);
    (find("HOME"), find("XDG_CONFIG_HOME"))
}

/// The names of the variables that are set.
pub fn variables() -> std::collections::BTreeSet<String> {
    std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned()).collect()
}

/// The values of the variables that choose where tools act.
#[expect(clippy::disallowed_methods, reason = "this is the edge that reads the environment")]
pub fn settings() -> std::collections::BTreeMap<String, String> {
    let value = |name: &&str| Some(((*name).to_owned(), std::env::var_os(name)?.into_string().ok()?));
    countersign_workspace::SETTINGS.iter().filter_map(value).collect()
}

/// A variable's value, for what a file names by it.
#[expect(clippy::disallowed_methods, reason = "this is the edge that reads the environment")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var_os(name)?.into_string().ok()
}

/// Where a program is on PATH.
#[expect(clippy::disallowed_methods, reason = "this is the edge that reads the environment")]
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// The directory the command runs in.
pub fn here() -> Result<PathBuf> {
    std::env::current_dir().context("cannot tell the current directory")
}
