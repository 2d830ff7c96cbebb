//! What `tox` and `nox` are asked for: which environments or sessions, out of which file. Their options are read as
//! `argparse` reads them: letters in one word, abbreviations, several values to one.

use crate::invocation::Invocation;
use crate::word::{Value, Word};

/// What an option takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    /// It only shows something.
    Shows,
    /// A value, or none.
    Perhaps,
    Value,
    Values,
    /// Names of environments or sessions.
    Name,
    Names,
    /// The file of settings.
    File,
    /// Something that chooses in another way, or puts other settings in place.
    Chooses,
}

use Takes::{Chooses, File, Name, Names, Nothing, Perhaps, Shows, Values};

type Table = &'static [(Takes, &'static [&'static str])];

const TOX: Table = &[
    (Shows, &["-h", "--help", "--version", "-l", "--list", "--listenvs", "-a", "--listenvs-all", "--showconfig"]),
    (Name, &["-e", "--env", "--envlist"]),
    (File, &["-c", "--conf"]),
    (Chooses, &["-m", "--labels", "-f", "--factors", "-x", "--override", "--root", "--workdir", "--runner", "--force-dep", "--discover"]),
    (Perhaps, &["-p", "--parallel", "-s", "--skip-missing-interpreters", "--no-provision"]),
    (Takes::Value, &["--result-json", "--hashseed", "--installpkg", "--colored", "--stderr-color", "--skip-env", "--exit-and-dump-after", "-k", "--package-env"]),
    (Nothing, &[
        "-v", "--verbose", "-q", "--quiet", "-r", "--recreate", "-n", "--notest", "-b", "--pkg-only", "--sdistonly", "-o", "--parallel-live", "--parallel-no-spinner",
        "--no-recreate-pkg", "--no-recreate-provision", "--no-list-dependencies", "--list-dependencies", "--develop", "--skip-pkg-install", "--fail-fast",
        "--sitepackages", "--alwayscopy", "--pre", "-d", "--no-desc", "--core",
    ]),
];
const NOX: Table = &[
    (Shows, &["-h", "--help", "--version", "-l", "--list", "--list-sessions"]),
    (Names, &["-s", "-e", "--session", "--sessions"]),
    (File, &["-f", "--noxfile"]),
    (Chooses, &["-t", "--tags", "-k", "--keywords", "-p", "--python", "--pythons", "-P", "--force-python", "--force-pythons"]),
    (Takes::Value, &["-db", "--default-venv-backend", "-fb", "--force-venv-backend", "--reuse-venv", "--envdir", "--report", "--script-mode", "--download-python"]),
    (Values, &["--extra-python", "--extra-pythons"]),
    (Nothing, &[
        "-v", "--verbose", "-ts", "--add-timestamp", "-r", "--reuse-existing-virtualenvs", "-N", "--no-reuse-existing-virtualenvs", "-R", "-x", "--stop-on-first-error",
        "--no-stop-on-first-error", "--error-on-missing-interpreters", "--no-error-on-missing-interpreters", "--error-on-external-run", "--no-error-on-external-run",
        "--install-only", "--no-install", "--no-venv", "--non-interactive", "--nocolor", "--no-color", "--forcecolor", "--force-color", "--json",
    ]),
];
/// Subcommands of tox that only show something.
const SHOWING: &[&str] = &["list", "l", "config", "c", "quickstart", "q", "schema", "depends", "de", "man", "help"];
const RUNNING: &[&str] = &["run", "r", "p", "run-parallel", "devenv", "d", "legacy", "le"];
/// Variables that choose, or stand for options that do.
const TOX_CHOOSING: &[&str] = &[
    "TOX_OVERRIDE", "TOX_CONF", "TOX_CONFIG_FILE", "TOX_ROOT", "TOX_ROOT_DIR", "TOX_WORKDIR", "TOX_WORK_DIR", "TOX_LABELS", "TOX_FACTORS", "TOX_RUNNER", "TOX_FORCE_DEP", "TOX_DISCOVER",
];
const NOX_CHOOSING: &[&str] = &["NOXPYTHON", "NOXFORCEPYTHON"];

/// What is asked for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub shows: bool,
    pub names: Vec<Value>,
    pub file: Option<Value>,
    /// What is given on to the commands.
    pub arguments: Vec<Word>,
    /// Why something else may be asked for.
    pub doubt: Option<String>,
}

impl Asked {
    pub(super) fn of(invocation: &Invocation) -> Self {
        let is_tox = invocation.program == "tox";
        let end = invocation.words.iter().position(|word| word.text() == "--").unwrap_or(invocation.words.len());
        let own = invocation.words.get(..end).unwrap_or_default();
        let mut asked = Self::default();
        let mut words = own.iter().peekable();
        let mut is_first = true;
        while let Some(word) = words.next() {
            if word.value.is_unknown() {
                asked.doubts("an option of it is not known");
                continue;
            }
            let text = word.text();
            if !text.starts_with('-') || text == "-" {
                if std::mem::take(&mut is_first) && is_tox {
                    asked.shows |= SHOWING.contains(&text);
                    if SHOWING.contains(&text) || RUNNING.contains(&text) {
                        continue;
                    }
                }
                asked.arguments.push(word.clone());
                continue;
            }
            for (takes, attached) in parted(text, if is_tox { TOX } else { NOX }) {
                let Some(takes) = takes else {
                    asked.doubts("an option of it is not known");
                    break;
                };
                let mut next = || words.next_if(|word| !word.text().starts_with('-') || word.value.is_unknown()).map(|word| word.value.clone());
                let attached = attached.map(|text| Value::Known(text.to_owned()));
                let is_attached = attached.is_some();
                match takes {
                    Nothing | Perhaps => {}
                    Shows => asked.shows = true,
                    Takes::Value => drop(attached.or_else(next)),
                    Values => while !is_attached && next().is_some() {},
                    Name => asked.names.extend(attached.or_else(next)),
                    Names => {
                        asked.names.extend(attached);
                        while let Some(name) = (!is_attached).then(&mut next).flatten() {
                            asked.names.push(name);
                        }
                    }
                    File => asked.file = attached.or_else(next),
                    Chooses => {
                        while !is_attached && next().is_some() {}
                        asked.doubts("an option says which of its settings count");
                    }
                }
            }
        }
        asked.arguments.extend(invocation.words.get(end + 1..).unwrap_or_default().iter().cloned());
        if asked.names.is_empty() {
            let named: &[&str] = if is_tox { &["TOXENV", "TOX_ENV"] } else { &["NOXSESSION"] };
            asked.names.extend(named.iter().filter_map(|name| crate::environment::value(invocation, name)));
        }
        let choosing = if is_tox { TOX_CHOOSING } else { NOX_CHOOSING };
        if choosing.iter().any(|name| crate::environment::value(invocation, name).is_some()) {
            asked.doubts("a variable says which of its settings count");
        }
        if asked.names.iter().chain(&asked.file).any(|value| value.known().is_none()) {
            asked.doubts("what it is asked for is not known");
        }
        asked
    }

    fn doubts(&mut self, why: &str) {
        self.doubt.get_or_insert_with(|| why.to_owned());
    }
}

/// The options in one word, and what is attached to the last of them; none for one that is not known.
fn parted(text: &str, table: Table) -> Vec<(Option<Takes>, Option<&str>)> {
    let whole = |name: &str| table.iter().find(|(_, names)| names.contains(&name)).map(|(takes, _)| *takes);
    let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
    if let Some(takes) = whole(name) {
        return vec![(Some(takes), value)];
    }
    if name.starts_with("--") {
        let begun = || table.iter().filter(|(_, names)| names.iter().any(|long| long.starts_with(name)));
        let first = begun().next().map(|(takes, _)| *takes);
        return vec![(first.filter(|_| name.len() > 2 && begun().count() == 1), value)];
    }
    let mut found = Vec::new();
    for (at, letter) in text.char_indices().skip(1) {
        let takes = whole(&format!("-{letter}"));
        let rest = text.get(at + letter.len_utf8()..).filter(|rest| !rest.is_empty());
        let is_value = match takes {
            Some(Nothing | Shows) => false,
            // `-p4`, but letters behind it may be options.
            Some(Perhaps) => rest.is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()) || matches!(rest, "auto" | "all" | "true" | "false")),
            Some(_) | None => true,
        };
        found.push((takes, rest.filter(|_| is_value).map(|rest| rest.strip_prefix('=').unwrap_or(rest))));
        if is_value {
            break;
        }
    }
    found
}
