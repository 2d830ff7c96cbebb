//! What agents usually ask for in a repository.

use countersign_model::{Runtime, ToolCall};
use serde_json::{Map, Value, json};

/// Shell commands, from the plain to the long-winded.
const COMMANDS: &[&str] = &[
    "git status",
    "git diff --stat HEAD~1",
    "git log --oneline -20 -- src",
    "git add -A && git commit -m \"Handle empty carts\"",
    "git checkout -b feature/cart",
    "git stash push src/main.rs && git stash pop",
    "git push -u origin feature",
    "git push origin HEAD:main",
    "gh pr view 12 --json title,body,reviews",
    "gh pr create --title \"Handle empty carts\" --body \"Closes 12\" --base main",
    "gh pr merge 12 --squash --delete-branch",
    "cargo test -q -p shop cart:: 2>&1 | tail -40",
    "cargo build --release && ./target/release/shop --version",
    "npm ci && npm run lint -- --fix && npm test",
    "python3 -m pytest -q tests/test_cart.py -k \"empty and not slow\"",
    "make -j4 build",
    "bash scripts/check.sh --fast",
    "cd src && wc -l *.rs | sort -n",
    "ls -la src tests",
    "sed -n '1,80p' src/main.rs",
    "sed -i 's/total_old/total/g' src/main.rs src/cart.rs",
    "grep -rn 'TODO' --include='*.rs' . | head -20",
    "rg -n 'fn total' src | cut -d: -f1 | sort -u",
    "find . -name '*.rs' -newer Cargo.toml -not -path './target/*'",
    "mkdir -p src/cart && touch src/cart/mod.rs && mv src/cart.rs src/cart/total.rs",
    "rm -rf target/debug && rm src/old.rs",
    "curl -fsS https://example.com/api/health | jq .status",
    "for file in src/*.rs; do echo \"$file\"; head -3 \"$file\"; done",
    "if [ -f .env ]; then echo present; else cp .env.example .env; fi",
    "cat > notes.md <<'END'\n# Notes\n- empty carts\nEND",
];

/// Every call that is measured: the commands, and the runtime's other usual tools.
pub fn all(repository: &str) -> Vec<(String, ToolCall)> {
    let main = format!("{repository}/src/main.rs");
    let tools = [
        ("Read", json!({ "file_path": main })),
        (
            "Edit",
            json!({ "file_path": main, "old_string": "fn main() {}", "new_string": "fn main() { run() }" }),
        ),
        (
            "Write",
            json!({ "file_path": format!("{repository}/src/cart.rs"), "content": "pub fn total() {}\n" }),
        ),
        ("Grep", json!({ "pattern": "fn total", "path": repository })),
        ("mcp__tickets__close", json!({ "id": 12 })),
    ];
    let commands = COMMANDS.iter().map(|command| ("Bash", json!({ "command": command })));
    commands.chain(tools).map(|(tool, input)| (title(tool, &input), call(repository, tool, input))).collect()
}

/// How a call is named in the table.
fn title(tool: &str, input: &Value) -> String {
    input.get("command").and_then(Value::as_str).unwrap_or(tool).replace('\n', " ")
}

fn call(repository: &str, tool: &str, input: Value) -> ToolCall {
    match input {
        Value::Object(fields) => of(repository, tool, fields),
        _ => of(repository, tool, Map::new()),
    }
}

/// A call in `repository`.
pub fn of(repository: &str, tool: &str, input: Map<String, Value>) -> ToolCall {
    ToolCall {
        runtime: Runtime::ClaudeCode,
        session: "measure".into(),
        agent: None,
        id: "measure".into(),
        prompt: None,
        cwd: repository.to_owned(),
        mode: Some("default".to_owned()),
        tool: tool.to_owned(),
        input,
        mcp_server: None,
    }
}
