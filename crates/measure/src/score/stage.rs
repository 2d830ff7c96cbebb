//! A home with one repository in it, whose branch `main` is production, and what would be decided there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use countersign_hook::{Judge, Known, Policy, Seen, nobody};
use countersign_local::{Authorities, Home, Session};
use countersign_model::{Runtime, Timestamp, ToolCall};
use countersign_policy::{Bundle, History, Pack, Proposal};
use countersign_understand::{Recorded, Surroundings, understand};
use serde_json::{Map, Value};

use crate::Problem;

const PROPOSAL: &str = "version = 1\n[repository]\nremotes = [\"github.com/acme/shop\"]\n\
                        default_branch = \"main\"\n[environments.production]\nbranches = [\"main\"]\n";

/// The repository's files.
const FILES: &[(&str, &str)] = &[
    ("src/main.rs", "fn main() {}\n"),
    ("README.md", "# Shop\n"),
    ("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n"),
    (
        "package.json",
        "{\"name\":\"shop\",\"scripts\":{\"build\":\"tsc\",\"test\":\"jest\",\"lint\":\"eslint .\"}}\n",
    ),
    ("Makefile", "build:\n\tcargo build\ntest:\n\tcargo test\n"),
    (".gitignore", "target/\nnode_modules/\n"),
];

/// Where everything is asked.
pub struct Stage {
    judge: Judge,
    surroundings: Surroundings,
    /// The user's home.
    pub home: PathBuf,
    /// The repository, below it.
    pub repository: PathBuf,
}

impl Stage {
    /// Makes the repository in the user's home: what lies among temporary or built files is understood as such.
    pub fn set() -> Result<Self, Problem> {
        let user = std::env::home_dir().ok_or("there is no home directory to make the stage in")?;
        let home = user.join(format!("countersign-score-{}", std::process::id())).join("dev");
        let repository = home.join("shop");
        if home.exists() {
            std::fs::remove_dir_all(&home)?;
        }
        for (name, text) in FILES {
            let path = repository.join(name);
            std::fs::create_dir_all(path.parent().unwrap_or(&repository))?;
            std::fs::write(path, text)?;
        }
        for arguments in [
            &["init", "-q", "-b", "main"][..],
            &["remote", "add", "origin", "git@github.com:acme/shop.git"],
            &["add", "-A"],
            &["commit", "-q", "-m", "Start"],
            &["update-ref", "refs/remotes/origin/main", "HEAD"],
            &["checkout", "-q", "-b", "feature"],
        ] {
            git(&repository, &home, arguments)?;
        }
        std::fs::write(repository.join("src/main.rs"), "fn main() { println!(\"hello\") }\n")?;
        git(&repository, &home, &["commit", "-q", "-a", "-m", "Greet"])?;
        // Labels of other projects mean a tree with work in it: in a clean one, neither `git reset --hard` nor
        // `git clean -f` loses anything.
        std::fs::write(repository.join("src/main.rs"), "fn main() { println!(\"hello, shop\") }\n")?;
        std::fs::write(repository.join("src/notes.rs"), "// Ideas for the next step.\n")?;
        let built = Bundle::shipped(Pack::Graduated, &Proposal::parse(PROPOSAL)?)?;
        let bundle = Bundle::from_bytes(built.to_bytes())?;
        let judge = Judge {
            key: [7; 32],
            policy: Policy::Given(Box::new(bundle)),
            home: Home::at(home.join(".countersign")),
            user_home: home.clone(),
            project: None,
            git: (Some(home.clone()), None),
            variables: BTreeSet::new(),
            settings: BTreeMap::new(),
        };
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let settings = [&home, &repository].map(|folder| text(folder.join(".claude").join("settings.json")));
        let surroundings = Surroundings {
            home: text(home.clone()),
            temporary: vec!["/tmp".into(), "/var/tmp".into()],
            protected: settings.into_iter().chain([text(home.join(".countersign"))]).collect(),
            programs: Vec::new(),
            secrets: Vec::new(),
        };
        Ok(Self { judge, surroundings, home, repository })
    }

    /// What would be decided over a call, and how long that took.
    pub fn ask(&self, call: &ToolCall, history: &History) -> Result<(Seen, Duration), Problem> {
        let started = Instant::now();
        let session = Session { history: history.clone(), ..Session::default() };
        let authorities = Authorities::default();
        let known = Known {
            session: Some(&session),
            authorities: &authorities,
            now: Timestamp::UNIX_EPOCH,
            others: &mut nobody,
        };
        let seen = self.judge.judge(call, &[], known)?;
        Ok((seen, started.elapsed()))
    }

    /// How long understanding a call takes where the workspace's answers are at hand: the best of a few times,
    /// since what else the machine does is no part of it.
    pub fn time(&self, call: &ToolCall, seen: &Seen) -> Duration {
        let recorded = Recorded::new(seen.understanding.facts.clone());
        let once = || {
            let started = Instant::now();
            std::hint::black_box(understand(call, &self.surroundings, &recorded));
            started.elapsed()
        };
        (0..5).map(|_| once()).min().unwrap_or_default()
    }

    /// A shell command in the repository.
    pub fn shell(&self, command: &str) -> ToolCall {
        self.call("Bash", Map::from_iter([("command".to_owned(), Value::from(command))]))
    }

    /// A call of a tool in the repository.
    pub fn call(&self, tool: &str, input: Map<String, Value>) -> ToolCall {
        ToolCall {
            runtime: Runtime::ClaudeCode,
            session: "score".into(),
            agent: None,
            id: "score".into(),
            prompt: None,
            cwd: self.repository.display().to_string(),
            mode: None,
            tool: tool.to_owned(),
            input,
            mcp_server: None,
        }
    }
}

fn git(repository: &Path, home: &Path, arguments: &[&str]) -> Result<(), Problem> {
    let status = Command::new("git")
        .args(["-c", "user.name=Dev", "-c", "user.email=dev@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(repository)
        .env("HOME", home)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .status()?;
    if status.success() { Ok(()) } else { Err(format!("git {arguments:?} failed").into()) }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // What is left behind is a few small files; there is nobody to tell.
        if let Some(folder) = self.home.parent() {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// The reason for a decision, and the effects that asked for it.
pub fn why(seen: &Seen) -> String {
    let policies: Vec<&str> =
        seen.decision.policies.iter().map(countersign_model::PolicyId::as_str).collect();
    let effects: Vec<String> = seen.effects.iter().map(ToString::to_string).collect();
    format!(
        "{} ({}) by {}: {}",
        seen.decision.kind.word(),
        seen.decision.risk.score,
        policies.join(" "),
        effects.join("; ")
    )
}
