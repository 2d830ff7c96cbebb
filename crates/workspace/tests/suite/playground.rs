//! A throw-away home with a repository, and the real git to compare with.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use countersign_model::{Answer, Question};
use countersign_understand::Workspace as _;
use countersign_workspace::{Machine, Sources};
use tempfile::TempDir;

/// A home, a system configuration and a repository, gone when dropped.
pub struct Playground {
    directory: TempDir,
}

impl Playground {
    /// One with an empty repository on branch `main`.
    pub fn new() -> Self {
        let playground = Self { directory: tempfile::tempdir().unwrap() };
        fs::create_dir(playground.home()).unwrap();
        fs::write(playground.system(), "").unwrap();
        fs::create_dir(playground.repository()).unwrap();
        playground.git(&["init", "--quiet", "--initial-branch=main"]);
        playground
    }

    pub fn root(&self) -> PathBuf {
        self.directory.path().canonicalize().unwrap()
    }

    pub fn home(&self) -> PathBuf {
        self.root().join("home")
    }

    pub fn system(&self) -> PathBuf {
        self.root().join("system-gitconfig")
    }

    pub fn repository(&self) -> PathBuf {
        self.root().join("shop")
    }

    pub fn sources(&self) -> Sources {
        Sources { home: self.home(), configuration_home: None, system: vec![self.system()] }
    }

    pub fn machine(&self) -> Machine {
        self.machine_with(&[])
    }

    pub fn machine_with(&self, variables: &[&str]) -> Machine {
        let variables: BTreeSet<_> = variables.iter().map(|name| (*name).to_owned()).collect();
        Machine::new([7; 32], self.sources(), variables)
    }

    /// Runs git in the repository; it must succeed. Gives its output without the last line end.
    pub fn git(&self, arguments: &[&str]) -> String {
        let output = self.try_git(&self.repository(), arguments);
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end_matches('\n').to_owned()
    }

    /// Runs git in `directory`, in an environment of nothing but this playground.
    pub fn try_git(&self, directory: &Path, arguments: &[&str]) -> Output {
        Command::new("git")
            .args(arguments)
            .current_dir(directory)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin")
            .env("HOME", self.home())
            .env("GIT_CONFIG_SYSTEM", self.system())
            .env("GIT_AUTHOR_NAME", "a")
            .env("GIT_AUTHOR_EMAIL", "a@example.org")
            .env("GIT_COMMITTER_NAME", "a")
            .env("GIT_COMMITTER_EMAIL", "a@example.org")
            .env("GIT_AUTHOR_DATE", "2020-01-01T00:00:00Z")
            .env("GIT_COMMITTER_DATE", "2020-01-01T00:00:00Z")
            .output()
            .unwrap()
    }

    pub fn commit(&self, file: &str, text: &str) -> String {
        fs::write(self.repository().join(file), text).unwrap();
        self.git(&["add", file]);
        self.git(&["commit", "--quiet", "--message", text.lines().next().unwrap_or("empty")]);
        self.git(&["rev-parse", "HEAD"])
    }
}

pub fn utf8(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

pub fn values(machine: &Machine, repository: &Path, key: &str) -> Answer {
    machine.ask(&Question::Configuration { repository: utf8(repository), key: key.to_owned() })
}

pub fn repository_of(machine: &Machine, directory: &Path) -> Answer {
    machine.ask(&Question::Repository { directory: utf8(directory) })
}

pub fn head(machine: &Machine, repository: &Path) -> Answer {
    machine.ask(&Question::Head { repository: utf8(repository) })
}

pub fn is_unknown(answer: &Answer) -> bool {
    matches!(answer, Answer::Unknown { .. })
}
