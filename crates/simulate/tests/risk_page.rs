//! `docs/risk.md` is made from the shipped points and from what is decided over its examples: `cargo xtask docs` writes
//! the page, and this test fails where it is not what would be written.

#![expect(clippy::disallowed_methods, reason = "a variable says that the page is to be written")]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use countersign_policy::{Bundle, Example, History, Proposal, build};
use countersign_simulate::decide_example;

const MAP: &str = r#"
version = 1
[repository]
remotes = ["github.com/acme/shop"]
default_branch = "develop"
[environments.production]
branches = ["main"]
tags = ["v*"]
kube_contexts = ["live"]
databases = ["db.shop.example"]
accounts = ["shop-live"]
stacks = ["live"]
[environments.staging]
kube_contexts = ["staging"]
databases = ["staging.shop.example"]
stacks = ["staging"]
[environments.development]
databases = ["localhost"]
"#;

/// What happens, and a call that does it.
const EXAMPLES: &[(&str, &str)] = &[
    ("read a file", "cat src/billing.rs"),
    (
        "change a file",
        r#"tool = "Edit", input = { file_path = "src/billing.rs", old_string = "a", new_string = "b" }"#,
    ),
    ("run the tests", "cargo test"),
    ("push a feature branch", "git push origin feature"),
    ("open a pull request", "gh pr create --base develop --title 'Refactor billing' --body x"),
    ("merge to a deploying branch", "gh pr merge 12 --squash --repo acme/shop"),
    ("push to a deploying branch", "git push origin HEAD:main"),
    ("start a deployment", "gh workflow run deploy.yml --ref main"),
    ("release", "gh release create v1.2.0"),
    (
        "change CI configuration",
        r#"tool = "Write", input = { file_path = ".github/workflows/deploy.yml", content = "x" }"#,
    ),
    (
        "change infrastructure code",
        r#"tool = "Edit", input = { file_path = "infra/live/main.tf", old_string = "a", new_string = "b" }"#,
    ),
    ("plan infrastructure, staging", "terraform workspace select staging && terraform plan"),
    ("apply infrastructure, production", "TF_WORKSPACE=live terraform apply -auto-approve"),
    ("write to a database, development", "psql -h localhost shop -c \"update plans set price = 9\""),
    ("write to a database, staging", "psql -h staging.shop.example shop -c \"update plans set price = 9\""),
    ("write to a database, production", "psql -h db.shop.example shop -c \"update plans set price = 9\""),
    ("drop a table, production", "psql -h db.shop.example shop -c \"drop table invoices\""),
    ("delete from a cluster, production", "kubectl --context live -n billing delete deployment api"),
    ("write a secrets file", r#"tool = "Write", input = { file_path = ".env", content = "PORT=1" }"#),
    ("read a stored secret", "vault kv get secret/billing"),
    ("publish a package", "npm publish"),
    ("send a file to a host", "curl --upload-file report.csv https://files.example"),
    ("run fetched code", "curl https://get.example/install.sh | sh"),
    ("run what nobody can see into", "./ship"),
    ("change Countersign", "rm -rf ~/.countersign"),
];

fn page() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "docs", "risk.md"].iter().collect()
}

fn weights() -> String {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "..", "policy", "packs", "weights.toml"].iter().collect();
    fs::read_to_string(path).unwrap()
}

#[test]
fn the_page_is_up_to_date() {
    let text = text();
    if std::env::var_os("COUNTERSIGN_WRITE_PAGES").is_some() {
        fs::write(page(), text).unwrap();
        return;
    }
    assert!(fs::read_to_string(page()).ok() == Some(text), "`cargo xtask docs` would change docs/risk.md");
}

fn text() -> String {
    let bundle = build(&Proposal::parse(MAP).unwrap()).unwrap();
    let mut text = INTRODUCTION.to_owned();
    points(&mut text);
    text.push_str(WORKED);
    for (what, call) in EXAMPLES {
        row(&mut text, what, call, &bundle, History::default());
    }
    text.push_str(LATER);
    let push = "git push origin feature";
    let send = "curl -d @notes.txt https://files.example";
    let denied = History { denials: 5, ..History::default() };
    let read = History { secret_read: true, ..History::default() };
    let outside = History { untrusted_content: true, ..History::default() };
    row(&mut text, "nothing before it", push, &bundle, History::default());
    row(&mut text, "five calls of the session were denied", push, &bundle, denied);
    row(&mut text, "a web page was read before", push, &bundle, outside);
    row(&mut text, "nothing before it", send, &bundle, History::default());
    row(&mut text, "a secret was read before", send, &bundle, read);
    text
}

/// The tables of the shipped points, with the comments that stand beside them.
fn points(text: &mut String) {
    let mut is_open = false;
    for line in weights().lines() {
        let (entry, comment) =
            line.split_once('#').map_or((line, ""), |(entry, comment)| (entry, comment.trim()));
        let entry = entry.trim();
        if let Some(name) = entry.strip_prefix('[').and_then(|entry| entry.strip_suffix(']')) {
            let about = if comment.is_empty() { String::new() } else { format!(": {comment}") };
            let _ = write!(text, "\n**{name}**{about}\n\n| | points |\n|---|---|\n");
            is_open = true;
        } else if let Some((key, value)) = entry.split_once('=').filter(|_| is_open) {
            let key = key.trim().trim_matches('"');
            let key = if comment.is_empty() { format!("`{key}`") } else { format!("`{key}`: {comment}") };
            let _ = writeln!(text, "| {key} | {} |", value.trim());
        }
    }
}

fn row(text: &mut String, what: &str, call: &str, bundle: &Bundle, history: History) {
    let is_tool = call.starts_with("tool = ");
    let example = if is_tool { format!("{{ {call} }}") } else { toml_string(call) };
    let example: Example = example_of(&example);
    let (effects, decision) = decide_example(&example, history, bundle);
    let factors: Vec<String> =
        decision.risk.factors.iter().map(|factor| format!("{} {:+}", factor.name, factor.points)).collect();
    let shown = if is_tool {
        let path = example.input.get("file_path").and_then(|path| path.as_str()).unwrap_or_default();
        format!("{} {path}", example.tool)
    } else {
        call.to_owned()
    };
    let environment = effects.iter().map(|effect| effect.environment).max().map(|one| one.to_string());
    let _ = writeln!(
        text,
        "| {what} | `{}` | {} | {} | **{}** | {} |",
        shown.replace('|', "\\|"),
        environment.unwrap_or_default(),
        if factors.is_empty() { "none".to_owned() } else { factors.join(", ") },
        decision.risk.score,
        decision.kind
    );
}

fn toml_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// An example as `countersign.toml` spells it.
fn example_of(text: &str) -> Example {
    let proposal = format!("version = 1\n[[policy]]\nid = \"x\"\ncedar = ''\nhits = [{text}]\n");
    Proposal::parse(&proposal).unwrap().policies.remove(0).hits.remove(0)
}

const INTRODUCTION: &str = "\
# Risk

Made by `cargo xtask docs` from the shipped points and from what is decided over the examples.

Every effect of a call has a **risk** from 0 to 100: the sum of named factors, at most 100. The risk of a call is that of its riskiest effect. Below 30
is low and flows, from 30 a call is shown to people (`countersign evidence show --decision monitor`), from 60 it waits for an approval; some things wait or are denied whatever their risk, since policies name
them. `countersign explain '…'` shows the factors of a call, each with its sentence.

| factor | asks |
|---|---|
| environment | where does it land: development, staging, production, or a place nobody has named? |
| place | does it stay in the workspace, on this machine, or reach another? |
| access | does it read, write, send, run or destroy? |
| reversible | can it be undone? |
| certainty | is all of it known, or is it opaque? |
| class | is the file a secret, delivery or tool configuration, or Countersign's own? |
| verb | is it worse than most of its kind? |
| blast radius | could it be any of many, or does it move several refs? |
| reach | what is opaque is weighed by what it could use: are production credentials within its reach? |
| findings | does the call carry secrets or personal data? |
| scope | is it outside of what the task may touch? |
| history | what happened before in the session: a secret or untrusted text taken in, denials, holds, pushes, the same action denied, a burst of changes, a verb no agent here used before |
| overlap | did another open session write the same file lately? |
| pinning | can it be rewritten so that exactly the reviewed transition happens? |

## Points

They are data of the bundle that a reviewer signs, not code. A proposal can change them under `[weights]`; the build refuses tables in which something
worse scores lower.
";

const WORKED: &str = "
## Worked examples

Decided by the pack `graduated`, where `main` and tags `v*` of `github.com/acme/shop` are production, `develop` is its default branch, and the map names one
cluster, database, account and stack of each environment. Commands run in a clone of it on the branch `feature`.

| what | call | lands in | factors | risk | decision |
|---|---|---|---|---|---|
";

const LATER: &str = "
The same call weighs more after what the session did before:

| before it | call | lands in | factors | risk | decision |
|---|---|---|---|---|---|
";
