//! A lab in which Countersign is installed, and a repository whose `main` deploys.

use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use countersign_e2e::{Call, HOME, Lab, PROJECT, Scenario, Session, User, bash};
use serde_json::Value;

/// The reviewer's passphrase, which nobody but the tests' reviewer types.
pub const PASSPHRASE: &str = "nine brass lanterns over quiet water";
/// The bare repository that is pushed to.
pub const REMOTE: &str = "/home/dev/shop.git";
/// How long anybody waits for something that must come.
const PATIENCE: Duration = Duration::from_secs(40);

/// A lab with the product installed.
pub struct Governed {
    pub lab: Lab,
}

/// Everything as one user: home, keys, wiring in that user's own settings.
pub fn user_install() -> Governed {
    let governed = Governed { lab: with_repository() };
    governed.set_up(User::Agent, &["install", "claude-code"]);
    governed
}

/// Wiring, program, reviewers and policy as root's. The reviewer is the person the agent works for,
/// who was given the sealed key.
pub fn managed_install() -> Governed {
    let governed = Governed { lab: with_repository() };
    let lab = &governed.lab;
    lab.run(lab.command(User::Root, "git").args(["config", "--global", "safe.directory", PROJECT])).unwrap();
    governed.set_up(User::Root, &["install", "claude-code", "--managed", "--user", "dev"]);
    let key = "/.local/state/countersign/reviewers/reviewer.json";
    lab.write(&format!("{HOME}{key}"), &lab.read(&format!("/root{key}")).unwrap().unwrap()).unwrap();
    governed
}

/// A repository with a bare remote, on a branch, whose `main` is deployed on push.
fn with_repository() -> Lab {
    static PRODUCT: OnceLock<()> = OnceLock::new();
    let product = Path::new(env!("CARGO_TARGET_TMPDIR")).join("product");
    PRODUCT.get_or_init(|| countersign_e2e::product(&product).unwrap_or_else(|error| panic!("{error:#}")));
    let lab = crate::start(Some(&product));
    let deploy = "on:\n  push:\n    branches: [main]\njobs:\n  deploy:\n    environment: production\n    steps:\n      - run: ./deploy.sh\n";
    lab.write(&format!("{PROJECT}/.github/workflows/deploy.yml"), deploy).unwrap();
    lab.write(&format!("{PROJECT}/shop.py"), "print('one')\n").unwrap();
    lab.shell(&format!(
        "git init --quiet --bare {REMOTE}; git remote add origin {REMOTE}; git add .; git commit --quiet -m 'Sell one'; \
         git push --quiet -u origin main; git switch --quiet -c refactor; git config push.default simple"
    ))
    .unwrap();
    lab
}

impl Governed {
    fn set_up(&self, user: User, install: &[&str]) {
        let init = self.lab.command(user, "countersign").args(["init", "--yes"]).output().unwrap();
        assert!(init.status.success(), "{init:?}");
        for arguments in [["reviewers", "enroll", "reviewer"].as_slice(), &["policy", "activate"]] {
            let mut command = self.lab.command(user, "countersign");
            self.lab.run_with(command.args(arguments).arg("--passphrase-stdin"), PASSPHRASE).unwrap();
        }
        self.lab.run(self.lab.command(user, "countersign").args(install)).unwrap();
    }

    /// Runs `countersign` as the person at the keyboard.
    pub fn countersign(&self, arguments: &[&str]) -> String {
        let mut command = self.lab.command(User::Agent, "countersign");
        let output = self.lab.run(command.args(arguments)).unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The commit that a ref of the remote names; empty if there is none.
    pub fn remote(&self, reference: &str) -> String {
        let line = format!("git -C {REMOTE} rev-parse --quiet --verify refs/heads/{reference} || true");
        self.lab.shell(&line).unwrap().trim().to_owned()
    }

    /// The commit that a revision names here.
    pub fn commit(&self, revision: &str) -> String {
        self.lab.shell(&format!("git rev-parse {revision}")).unwrap().trim().to_owned()
    }

    /// Merges a fix into the local `main`, as the agent of the scenario does, and stays there.
    pub fn merge_a_fix(&self) -> String {
        self.lab
            .shell(
                "git switch --quiet main; echo \"print('two')\" > shop.py; git commit --quiet -am 'Sell two'",
            )
            .unwrap();
        self.commit("HEAD")
    }

    /// One headless session that parks what is held at once.
    pub fn impatient(&self, scenario: &Scenario) -> Session {
        self.lab.script(scenario).unwrap();
        self.lab
            .claude("Refactor the shop")
            .allow("Bash,Read,Edit,Write")
            .variable("COUNTERSIGN_WAIT", "0")
            .run()
            .unwrap()
    }

    /// One headless session that waits for its reviewer.
    pub fn patient(&self, scenario: &Scenario) -> Session {
        self.lab.script(scenario).unwrap();
        self.lab.claude("Refactor the shop").allow("Bash,Read,Edit,Write").run().unwrap()
    }

    /// What waits for reviewers now.
    pub fn waiting(&self) -> Vec<Value> {
        let list: Value = serde_json::from_str(&self.countersign(&["--json", "approvals", "list"])).unwrap();
        list["waiting"].as_array().unwrap().clone()
    }

    /// The ticket of the one action that waits, once it does.
    pub fn ticket(&self) -> String {
        let waiting = until("an action waits", || Some(self.waiting()).filter(|waiting| !waiting.is_empty()));
        assert_eq!(waiting.len(), 1, "{waiting:?}");
        waiting[0]["ticket"].as_str().unwrap().to_owned()
    }

    /// The reviewer signs `approve` or `deny`.
    pub fn answer(&self, verdict: &str, ticket: &str) {
        let mut command = self.lab.command(User::Agent, "countersign");
        let answered = command.args(["approvals", verdict, ticket, "--passphrase-stdin"]);
        self.lab.run_with(answered, PASSPHRASE).unwrap();
    }

    /// Every record, as `countersign --json evidence show` prints them.
    pub fn records(&self) -> Vec<Value> {
        let records: Value =
            serde_json::from_str(&self.countersign(&["--json", "evidence", "show"])).unwrap();
        records.as_array().unwrap().clone()
    }

    /// The events of one kind.
    pub fn events(&self, kind: &str) -> Vec<Value> {
        let events = self.records().into_iter().map(|record| record["event"].clone());
        events.filter(|event| event["type"] == kind).collect()
    }

    /// What `countersign evidence verify` finds wrong or odd; it must not be a violation.
    pub fn verify(&self) -> String {
        let mut command = self.lab.command(User::Agent, "countersign");
        let output = command.args(["evidence", "verify"]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        said.lines().filter(|line| line.starts_with('!')).collect::<Vec<_>>().join("\n")
    }
}

/// What `look` finds, looking again until it does.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "{what}: it never came");
        pause();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the client and the reviewer are other processes; there is a deadline"
)]
fn pause() {
    std::thread::sleep(Duration::from_millis(100));
}

/// The push that moves what is deployed.
pub fn push_main() -> Call {
    bash("git push origin main")
}

/// The agent's settings.
pub fn user_settings() -> String {
    format!("{HOME}/.claude/settings.json")
}
