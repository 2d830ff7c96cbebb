//! What holds for every file and every input that a call makes us read: whatever stands in it, understanding ends,
//! in time, with effects whose places are in the call's text.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::fixture::{Fixture, call, surroundings, understood};
use crate::understand;

/// Commands that read a file, the file, and something that may stand in it.
const READ: &[(&str, &str, &str)] = &[
    (
        "docker build .",
        "/repo/Dockerfile",
        "FROM a AS b\nRUN --mount=type=secret,id=x \\\n  rm -rf a && b\nCOPY <<E /x\nE\n",
    ),
    (
        "make all",
        "/repo/Makefile",
        "X := $(shell pwd)\nifeq ($X,)\nall: x\n\trm -rf $@\nendif\ndefine x\nendef\n",
    ),
    ("just x", "/repo/justfile", "set shell := [\"bash\"]\nx a='b': y\n  rm {{a}}\n"),
    (
        "mise run x",
        "/repo/mise.toml",
        "[tasks.x]\nrun = [\"rm a\", 'b']\ndepends = [\"y\"]\n[env]\nA = \"b\"\n",
    ),
    ("cargo x", "/repo/.cargo/config.toml", "[alias]\nx = [\"run\", \"--\"]\n[target.a]\nrunner = \"b\"\n"),
    ("cargo publish", "/repo/Cargo.toml", "[package]\nname = \"shop\"\nversion = { workspace = true }\n"),
    ("uv publish", "/repo/pyproject.toml", "[project]\nname = \"shop\"\n[build-system]\nrequires = []\n"),
    ("fly deploy", "/repo/fly.toml", "app = \"shop\"\n[[services]]\nports = [1]\n"),
    ("wrangler deploy", "/repo/wrangler.toml", "name = \"shop\"\n[env.x]\nname = 'y'\n"),
    (
        "npm run x",
        "/repo/package.json",
        "{\"name\":\"a\",\"scripts\":{\"x\":\"rm -rf b && c\",\"prex\":\"d\"}}",
    ),
    (
        "git apply x.patch",
        "/repo/x.patch",
        "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n x\n+y\nrename from a\nrename to b\n",
    ),
    (
        "patch -p1 < x.patch",
        "/repo/x.patch",
        "--- a/package.json\n+++ b/package.json\n@@ -1,2 +1,2 @@\n-\"a\": \"1\"\n+\"a\": \"2\"\n",
    ),
    (
        "psql -f x.sql",
        "/repo/x.sql",
        "BEGIN; DROP TABLE a; SELECT $$b$$; \\! rm c\nCOPY a FROM PROGRAM 'd';\n",
    ),
    ("mysql < x.sql", "/repo/x.sql", "DELIMITER //\nDELETE FROM a -- b\n/*! x */ //\nsystem rm c\n"),
    ("sqlite3 a.db < x.sql", "/repo/x.sql", ".shell rm a\nDELETE FROM \"b\";\n"),
    (
        "gh api graphql -F query=@x.graphql",
        "/repo/x.graphql",
        "mutation M($a: ID!) { deleteRef(input: {refId: $a}) { id } }",
    ),
    (
        "pwsh x.ps1",
        "/repo/x.ps1",
        "param($a)\nforeach ($b in $a) { Remove-Item -Recurse \"$b\" }\n@'\nx\n'@ | Out-File c\n",
    ),
    ("bash x.sh", "/repo/x.sh", "cat <<E\n$(rm a)\nE\nf() { git push; }; f\n"),
    ("python3 x.py", "/repo/x.py", "import os\ndef f(a):\n    os.system(f'rm {a}')\nf(\"\"\"b\"\"\")\n"),
    (
        "node x.js",
        "/repo/x.js",
        "const {exec} = require('child_process');\nexec(`rm ${a}`, () => { /x/.test(b) })\n",
    ),
    ("awk -f x.awk a", "/repo/x.awk", "BEGIN { system(\"rm a\"); print > \"b\" }\n/c/ { next }\n"),
    ("sed -f x.sed a", "/repo/x.sed", "s/a/b/w c\n1e rm d\n"),
    (
        "kubectl apply -f x.yaml",
        "/repo/x.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n---\nkind: List\nitems: []\n",
    ),
    (
        "docker compose up",
        "/repo/compose.yaml",
        "services:\n  a:\n    image: b\n    volumes: ['/:/host']\n    privileged: true\n",
    ),
    ("git commit -m x", "/repo/.git/hooks/pre-commit", "#!/bin/sh\nrm a\n"),
    (
        "curl -X POST -d @x.json https://example.com/graphql",
        "/repo/x.json",
        "{\"query\":\"mutation { a }\",\"variables\":{\"b\":[1]}}",
    ),
];

/// Pieces that mean something to some of them.
const PIECES: &[&str] = &[
    "\n",
    "\n\t",
    "\\\n",
    "\\",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "`",
    "$",
    "$(",
    "${",
    "$$",
    "@'",
    "{",
    "}",
    "[",
    "]",
    "[[",
    "(",
    ")",
    "<<E\n",
    "E\n",
    "#",
    "--",
    "/*",
    "*/",
    "//",
    ":",
    ";",
    ",",
    "=",
    "==",
    ".",
    "..",
    "@@",
    "+++ ",
    "--- ",
    "@@ -1 +1 @@\n",
    "RUN ",
    "FROM ",
    "x: ",
    "- ",
    "---\n",
    "é",
    "\u{0}",
    "\u{feff}",
    "\r\n",
    "99999999999999999999",
    "-1",
    "1e999",
    "\\u0000",
    "\\ud800",
    "null",
    "true",
    "include x\n",
    "&a ",
    "*a",
];

/// A text of its own, of pieces, or an example that is cut and has something put in.
fn text() -> impl Strategy<Value = (usize, String)> {
    let at = 0..READ.len();
    let pieces = || proptest::collection::vec(select(PIECES), 0..40);
    let changed = (
        at.clone(),
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        proptest::collection::vec(select(PIECES), 0..4),
    );
    prop_oneof![
        1 => (at.clone(), any::<String>()),
        2 => (at, pieces()).prop_map(|(at, pieces)| (at, pieces.concat())),
        4 => changed.prop_map(|(at, from, to, pieces)| {
            let letters: Vec<char> = READ[at].2.chars().collect();
            let (from, to) = (from.index(letters.len()), to.index(letters.len()));
            let head = letters.iter().take(from.min(to));
            // What is between is left out, or comes twice.
            let tail = letters.iter().skip(if from < to { to } else { to / 2 });
            let text = head.copied().chain(pieces.concat().chars()).chain(tail.copied()).collect();
            (at, text)
        }),
    ]
}

/// Any value of JSON, some of it with the names that tools know.
fn value() -> impl Strategy<Value = Value> {
    let names = select(
        &[
            "command",
            "file_path",
            "path",
            "url",
            "query",
            "sql",
            "edits",
            "content",
            "old_string",
            "args",
            "é",
            "",
        ][..],
    );
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        select(&["git push -f", "../../x", "https://example.com/a?b=c", "DROP TABLE a", "~/.ssh/id_rsa"][..])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((names.clone(), inner), 0..6).prop_map(|pairs| pairs
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<Value>()),
        ]
    })
}

const TOOLS: &[&str] = &[
    "Bash",
    "PowerShell",
    "Read",
    "Write",
    "Edit",
    "MultiEdit",
    "NotebookEdit",
    "Glob",
    "Grep",
    "LS",
    "WebFetch",
    "WebSearch",
    "Task",
    "Monitor",
    "apply_patch",
    "nobody-knows",
    "mcp__github__push_files",
    "mcp__postgres__query",
    "",
];

const LONGEST: Duration = Duration::from_secs(5);

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_file_can_be_read((at, text) in text()) {
        let (command, path, _) = READ[at];
        let started = Instant::now();
        let found = understood(command, &[(path, &text)]);
        prop_assert!(started.elapsed() < LONGEST, "{command}: {:?}", started.elapsed());
        prop_assert!(!found.effects.is_empty(), "{}", command);
        for span in found.effects.iter().filter_map(|effect| effect.span) {
            prop_assert!(command.get(span.start..span.end).is_some(), "{span:?} of {command}");
        }
    }

    #[test]
    fn any_input_has_effects(tool in select(TOOLS), value in value()) {
        let input = if value.is_object() { value } else { json!({ "command": value, "file_path": value }) };
        let found = understand(&call(tool, input), &surroundings(), &Fixture(&[]));
        prop_assert!(!found.effects.is_empty(), "{}", tool);
    }
}
