//! The functions that usual calls run, by their symbols, for the linker to put side by side: `crates/hook/order.txt`.
//!
//! The names hold for one compiler and one set of dependencies. A list that is out of date costs time and nothing else.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::json;

use super::instructions::counted;
use super::stage::{Programs, Stage};
use crate::run::root;

/// What an agent does most.
const COMMANDS: [&str; 5] = [
    "git status",
    "cargo test -q -p shop cart:: 2>&1 | tail -40",
    "cd src && wc -l *.rs | sort -n",
    "grep -rn 'TODO' --include='*.rs' . | head -20",
    "git add -A && git commit -m \"Handle empty carts\"",
];

/// Runs usual calls under valgrind and writes the list; how many functions it names.
pub fn record(programs: &Programs) -> Result<usize> {
    eprintln!("── recording which functions usual calls run");
    let stage = Stage::set(programs, 10)?;
    let mut symbols: BTreeMap<String, usize> = BTreeMap::new();
    let edit =
        json!({"file_path": stage.repository().join("src/main.rs"), "old_string": "a", "new_string": "b"});
    let mut calls =
        COMMANDS.map(|command| stage.payloads(command)).into_iter().collect::<Result<Vec<_>>>()?;
    calls.push(stage.tool_payloads("Edit", &edit)?);
    for (before, after) in calls {
        for payload in [before, after] {
            for symbol in named(&counted(&stage, &payload, "no")?) {
                *symbols.entry(symbol).or_default() += 1;
            }
        }
    }
    let path = file();
    let list: String = by_use(symbols).map(|symbol| format!("{symbol}\n")).collect();
    fs::write(&path, &list).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(list.lines().count())
}

/// Those of every call before those of some: so each call touches the beginning, and little else.
fn by_use(symbols: BTreeMap<String, usize>) -> impl Iterator<Item = String> {
    let mut symbols: Vec<(String, usize)> = symbols.into_iter().collect();
    symbols.sort_by_key(|(_, calls)| Reverse(*calls));
    symbols.into_iter().map(|(symbol, _)| symbol)
}

/// Where the list is.
pub fn file() -> PathBuf {
    root().join("crates/hook/order.txt")
}

/// The symbols of a callgrind file: each is spelled out where its number is first used.
fn named(text: &str) -> BTreeSet<String> {
    let names =
        text.lines().filter_map(|line| line.strip_prefix("fn=").or_else(|| line.strip_prefix("cfn=")));
    let names = names.filter_map(|word| word.split_once(' ').map(|(_, name)| name));
    // `'2` is the second level of a recursion.
    let names = names.map(|name| name.split('\'').next().unwrap_or(name));
    names.filter(|name| !name.starts_with(['(', '0'])).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_more_calls_run_comes_first() {
        let symbols = [("a", 1), ("b", 3), ("c", 2), ("d", 3)].map(|(name, calls)| (name.to_owned(), calls));
        assert_eq!(by_use(symbols.into()).collect::<Vec<_>>(), ["b", "d", "c", "a"]);
    }

    #[test]
    fn symbols_are_read_once_each() {
        let text = "fn=(1) _ZN1aE\n0 10\ncfn=(2) memcpy\ncalls=1 0\n0 5\nfn=(2)\nfn=(3) _ZN1bE'2\nfn=(4) 0x0000900680\nfn=(5) (below main)\n";
        let names: Vec<String> = named(text).into_iter().collect();
        assert_eq!(names, ["_ZN1aE", "_ZN1bE", "memcpy"]);
    }
}
