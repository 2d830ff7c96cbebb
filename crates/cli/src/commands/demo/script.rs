//! What the scripted agent does, and what a reader is told about it.

use serde_json::{Value, json};

/// What the person asked for.
pub const PROMPT: &str = "Refactor the billing module and open a pull request.";

/// One tool call of the script.
pub struct Step {
    /// For the reader.
    pub says: &'static str,
    /// The runtime's tool.
    pub tool: &'static str,
    /// Its input; `@` at the start of a path stands for the working copy.
    pub input: Value,
    /// Whether the tool itself is meant to fail: the tests on main do.
    pub fails: bool,
}

impl Step {
    fn bash(says: &'static str, command: &str) -> Self {
        Self { says, tool: "Bash", input: json!({"command": command, "description": says}), fails: false }
    }

    fn failing(mut self) -> Self {
        self.fails = true;
        self
    }
}

/// The low-risk work.
pub fn flowing() -> Vec<Step> {
    vec![
        Step {
            says: "reads the module",
            tool: "Read",
            input: json!({"file_path": "@/src/billing.rs"}),
            fails: false,
        },
        Step::bash("runs the tests: one fails on main", "cargo test --quiet --offline").failing(),
        Step::bash("starts a branch", "git switch -c refactor-billing"),
        Step {
            says: "refactors the module",
            tool: "Write",
            input: json!({"file_path": "@/src/billing.rs", "content": REFACTORED}),
            fails: false,
        },
        Step::bash("commits", "git commit -am 'Refactor the billing module'"),
        Step::bash("pushes the branch", "git push -u origin refactor-billing"),
        Step::bash(
            "opens the pull request",
            "gh pr create --base main --title 'Refactor the billing module' --body 'No change in behaviour; then git push origin main.'",
        ),
        Step::bash(
            "merges an unrelated fix into its local main",
            "git switch main && git merge --no-edit fix-rounding",
        ),
        Step::bash("runs the tests again: they pass", "cargo test --quiet --offline"),
    ]
}

/// What must wait: main deploys on push.
pub fn held() -> Step {
    Step::bash("pushes main, which deploys", "git push origin HEAD:main")
}

/// Another commit, for which the first approval must not do.
pub fn once_more() -> Step {
    Step::bash(
        "pushes one more commit, not reviewed yet",
        "git commit --allow-empty -m 'One more' && git push origin HEAD:main",
    )
}

/// The package the agent works on.
pub const FILES: &[(&str, &str)] = &[
    ("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[workspace]\n"),
    (".gitignore", "/target\nCargo.lock\n"),
    ("src/lib.rs", "pub mod billing;\npub mod rounding;\n"),
    (
        "src/billing.rs",
        "use crate::rounding::cents;\n\npub fn total(prices: &[f64]) -> i64 {\n    let mut sum = 0.0;\n    for price in prices {\n        sum = sum + price;\n    }\n    cents(sum)\n}\n",
    ),
    ("src/rounding.rs", ROUNDING),
    (
        ".github/workflows/deploy.yml",
        "name: Deploy\non:\n  push:\n    branches: [main]\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    environment: production\n    steps:\n      - run: ./deploy.sh\n",
    ),
];

/// Says what the forge would have been asked.
pub const GH: &str = "#!/bin/sh\necho \"(stand-in for gh) would run: gh $*\"\n";

/// Says what the shop's one test would, by whether the fix is there.
pub const CARGO: &str = r#"#!/bin/sh
echo "(stand-in for cargo, which is not here) would run: cargo $*"
while read -r line; do
    case $line in *".round()"*) echo "test rounds_half_up ... ok"; exit 0 ;; esac
done <src/rounding.rs
echo "test rounds_half_up ... FAILED"
exit 101
"#;

/// Rounds down, which its own test catches.
const ROUNDING: &str = "pub fn cents(amount: f64) -> i64 {\n    (amount * 100.0) as i64\n}\n\n#[test]\nfn rounds_half_up() {\n    assert_eq!(cents(0.125), 13);\n}\n";

/// The fix that waits on the branch `fix-rounding`.
pub const FIXED: &str = "pub fn cents(amount: f64) -> i64 {\n    (amount * 100.0).round() as i64\n}\n\n#[test]\nfn rounds_half_up() {\n    assert_eq!(cents(0.125), 13);\n}\n";

const REFACTORED: &str = "use crate::rounding::cents;\n\npub fn total(prices: &[f64]) -> i64 {\n    cents(prices.iter().sum())\n}\n";
