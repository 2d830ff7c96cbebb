//! What the installed hook is told by its arguments.
//!
//! Nothing that loosens control comes from the environment: a repository's settings can set
//! variables for the hook, its arguments they cannot.

use std::path::PathBuf;
use std::time::Duration;

use countersign_agents::claude_code::{EVENT_TIMEOUT, Wiring};
use countersign_approval::Fingerprint;
use countersign_model::LogId;

/// The arguments of `countersign-hook`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The runtime whose dialect is spoken. Only `claude-code` now.
    pub runtime: String,
    /// Where this user's evidence, state and keys are.
    pub home: PathBuf,
    /// The log's id; a home with another log is not the one that was installed.
    pub log: Option<LogId>,
    /// The first reviewer's key, from which every other is signed in.
    pub root: Option<Fingerprint>,
    /// The user's own home directory, for `~`.
    pub user_home: PathBuf,
    /// The runtime's time-out for a call about to run, which may wait for a person.
    pub timeout: Duration,
    /// Its time-out for the event this process was started for, where that is another.
    pub event_timeout: Option<Duration>,
    /// How long an attended session waits for a reviewer.
    pub wait: Duration,
    /// The folder of root-owned authority files, in a managed install.
    pub managed: Option<PathBuf>,
}

/// The answer must be out this long before the runtime stops waiting.
const MARGIN: Duration = Duration::from_secs(5);
/// Used where the arguments do not say; below the runtime's own default of 600 s.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);
/// How long a person in front of the session is kept waiting.
pub const ATTENDED_WAIT: Duration = Duration::from_secs(120);

impl Options {
    /// Reads the arguments after the program's name.
    ///
    /// # Errors
    /// A sentence naming the argument that is wrong or missing.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut arguments = arguments.into_iter();
        let runtime = arguments.next().ok_or("the runtime is missing, such as `claude-code`")?;
        if runtime != "claude-code" {
            return Err(format!("unknown runtime `{runtime}`; this hook speaks `claude-code`"));
        }
        let mut options = Self {
            runtime,
            home: PathBuf::new(),
            log: None,
            root: None,
            user_home: PathBuf::new(),
            timeout: DEFAULT_TIMEOUT,
            event_timeout: None,
            wait: ATTENDED_WAIT,
            managed: None,
        };
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("`{name}` lacks its value"))?;
            match name.as_str() {
                "--home" => options.home = absolute(&name, value)?,
                "--user-home" => options.user_home = absolute(&name, value)?,
                "--managed" => options.managed = Some(absolute(&name, value)?),
                "--log" => options.log = Some(LogId::from(value)),
                "--root" => {
                    options.root = Some(value.parse().map_err(|error| format!("`--root`: {error}"))?);
                }
                "--timeout" => options.timeout = seconds(&name, &value)?,
                EVENT_TIMEOUT => options.event_timeout = Some(seconds(&name, &value)?),
                "--wait" => options.wait = seconds(&name, &value)?,
                _ => return Err(format!("unknown argument `{name}`")),
            }
        }
        if options.home.as_os_str().is_empty() && options.managed.is_none() {
            return Err("`--home` or `--managed` is missing".to_owned());
        }
        Ok(options)
    }

    /// The arguments that say this, as [`Options::parse`] reads them, without what differs between events.
    pub fn arguments(&self) -> Vec<String> {
        let path = |path: &PathBuf| path.to_string_lossy().into_owned();
        let mut words = vec![self.runtime.clone()];
        let mut say = |name: &str, value: String| words.extend([name.to_owned(), value]);
        match &self.managed {
            Some(folder) => say("--managed", path(folder)),
            None => {
                say("--home", path(&self.home));
                say("--user-home", path(&self.user_home));
            }
        }
        if let Some(log) = &self.log {
            say("--log", log.to_string());
        }
        if let Some(root) = &self.root {
            say("--root", root.to_string());
        }
        say("--timeout", self.timeout.as_secs().to_string());
        say("--wait", self.wait.as_secs().to_string());
        words
    }

    /// How these options are wired into a runtime's settings, with this program.
    pub fn wiring(&self, program: String) -> Wiring {
        Wiring {
            command: program,
            args: self.arguments(),
            timeout_seconds: u32::try_from(self.timeout.as_secs()).unwrap_or(u32::MAX),
            status_message: "Countersign: checking; a held action waits here for its reviewer".to_owned(),
        }
    }

    /// By when the answer must be out, counted from the start of the process.
    pub fn deadline(&self) -> Duration {
        let timeout = self.event_timeout.unwrap_or(self.timeout);
        timeout.saturating_sub(MARGIN).max(timeout / 2)
    }

    /// How long to wait for a reviewer: `COUNTERSIGN_WAIT` may shorten it, never lengthen it.
    pub fn patience(&self, attended: bool, asked: Option<&str>) -> Duration {
        let limit = if attended { self.wait.min(self.deadline()) } else { self.deadline() };
        match asked.map(str::parse::<u64>) {
            Some(Ok(asked)) => limit.min(Duration::from_secs(asked)),
            Some(Err(_)) | None => limit,
        }
    }
}

fn absolute(name: &str, value: String) -> Result<PathBuf, String> {
    let path = PathBuf::from(value);
    if path.is_absolute() { Ok(path) } else { Err(format!("`{name}` must be an absolute path")) }
}

fn seconds(name: &str, value: &str) -> Result<Duration, String> {
    value
        .parse()
        .map(Duration::from_secs)
        .map_err(|_| format!("`{name}` must be a whole number of seconds, not `{value}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn the_environment_shortens_the_wait_but_never_lengthens_it() {
        let options = parse("claude-code --home /h --timeout 100 --wait 20").unwrap();
        let patience = |attended, asked| options.patience(attended, asked).as_secs();
        assert_eq!(patience(true, None), 20);
        assert_eq!(patience(true, Some("3")), 3);
        assert_eq!(patience(true, Some("9999")), 20);
        assert_eq!(patience(true, Some("forever")), 20);
        assert_eq!(patience(false, None), 95);
        assert_eq!(patience(false, Some("0")), 0);
    }

    #[test]
    fn the_answer_is_out_before_the_runtime_stops_waiting() {
        for timeout in [1, 5, 8, 30, 600] {
            let options = parse(&format!("claude-code --home /h --timeout {timeout} --wait 9999")).unwrap();
            assert!(options.patience(true, None) < Duration::from_secs(timeout));
        }
    }

    /// An event that waits for nobody is cut off sooner; what would be wired stays the same.
    #[test]
    fn the_answer_is_out_before_the_time_of_the_event_is_over() {
        let waits = parse("claude-code --home /h --timeout 600 --wait 120").unwrap();
        let other = parse("claude-code --home /h --timeout 600 --wait 120 --event-timeout 30").unwrap();
        assert_eq!((waits.deadline().as_secs(), other.deadline().as_secs()), (595, 25));
        assert_eq!(waits.wiring("/hook".to_owned()), other.wiring("/hook".to_owned()));
        assert!(parse("claude-code --home /h --event-timeout soon").is_err());
    }

    #[test]
    fn the_arguments_say_the_options() {
        let root = format!("ed25519:{}", "ab".repeat(32));
        for line in [
            format!("claude-code --home /h --user-home /u --log 12ab --root {root} --timeout 100 --wait 20"),
            "claude-code --managed /etc/countersign --timeout 600 --wait 120".to_owned(),
        ] {
            let options = parse(&line).unwrap();
            assert_eq!(options.arguments().join(" "), line);
        }
    }

    #[test]
    fn wrong_arguments_are_named() {
        for (line, expected) in [
            ("", "runtime"),
            ("emacs --home /h", "emacs"),
            ("claude-code", "--home"),
            ("claude-code --home", "--home"),
            ("claude-code --home relative", "absolute"),
            ("claude-code --home /h --wait soon", "soon"),
            ("claude-code --home /h --root abc", "--root"),
            ("claude-code --home /h --debug 1", "--debug"),
        ] {
            let error = parse(line).unwrap_err();
            assert!(error.contains(expected), "{line}: {error}");
        }
    }
}
