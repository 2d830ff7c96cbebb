//! `docs/commands/` is made from what understanding says of the examples in its families: `cargo xtask docs` writes
//! the pages, and this test fails where they are not what would be written.

#![expect(clippy::disallowed_methods, reason = "a variable says that the pages are to be written")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use countersign_model::Effect;
use countersign_understand::{FILES, Page, catalogue};

/// Where the pages are.
fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "docs", "commands"].iter().collect()
}

#[test]
fn the_pages_are_up_to_date() {
    let pages = catalogue();
    let mut files: BTreeMap<String, String> =
        pages.iter().map(|page| (format!("{}.md", page.name), text(page))).collect();
    files.insert("README.md".to_owned(), index(&pages));
    let there: BTreeSet<String> = fs::read_dir(folder())
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();

    if std::env::var_os("COUNTERSIGN_WRITE_PAGES").is_some() {
        fs::create_dir_all(folder()).unwrap();
        for name in there.iter().filter(|name| !files.contains_key(*name)) {
            fs::remove_file(folder().join(name)).unwrap();
        }
        for (name, text) in &files {
            fs::write(folder().join(name), text).unwrap();
        }
        return;
    }
    let stale: Vec<&String> = files
        .iter()
        .filter(|(name, text)| fs::read_to_string(folder().join(name)).ok().as_ref() != Some(*text))
        .map(|(name, _)| name)
        .chain(there.iter().filter(|name| !files.contains_key(*name)))
        .collect();
    assert!(stale.is_empty(), "`cargo xtask docs` would change these pages of docs/commands: {stale:?}");
}

/// The page of one family or topic.
fn text(page: &Page) -> String {
    let mut text = format!("# {}\n\n{}\n\n", page.name, page.about);
    if !page.programs.is_empty() {
        let programs: Vec<String> = page.programs.iter().map(|name| code(name)).collect();
        let _ = writeln!(text, "Programs: {}\n", programs.join(", "));
    }
    let _ = writeln!(text, "| call | effects |\n|---|---|");
    for example in &page.examples {
        let effects: Vec<String> = example.effects.iter().map(effect).collect();
        let _ = writeln!(text, "| {} | {} |", code(&example.call), effects.join("<br>"));
    }
    let _ = writeln!(
        text,
        "\nMade by `cargo xtask docs`: [how to read this, and where these calls run](README.md)."
    );
    text
}

/// What the example would do, and why it is not exact or what else there is to say.
fn effect(effect: &Effect) -> String {
    // Where a resource belongs to is the policy's to say, not understanding's.
    let said = code(&effect.to_string().replace(" → unknown", ""));
    match &effect.because {
        Some(because) => format!("{said}: {}", plain(because)),
        None => said,
    }
}

/// Text as code inside of a table.
fn code(text: &str) -> String {
    let line = |line: &str| {
        let line = line.replace('|', "\\|");
        if line.contains('`') { format!("`` {line} ``") } else { format!("`{line}`") }
    };
    text.lines().map(line).collect::<Vec<_>>().join("<br>")
}

/// A sentence fragment inside of a table, whose own code stays code.
fn plain(text: &str) -> String {
    let escaped = |part: &str| {
        part.chars().fold(String::new(), |mut escaped, letter| {
            if matches!(letter, '*' | '<' | '[') {
                escaped.push('\\');
            }
            escaped.push(letter);
            escaped
        })
    };
    let parts: Vec<&str> = text.split('`').collect();
    let parts: Vec<String> = parts
        .iter()
        .enumerate()
        .map(
            |(index, part)| {
                if index % 2 == 1 && parts.len() % 2 == 1 { (*part).to_owned() } else { escaped(part) }
            },
        )
        .collect();
    parts.join("`").replace('|', "\\|").replace('\n', " ")
}

/// The page that leads to the others.
fn index(pages: &[Page]) -> String {
    let (families, topics): (Vec<&Page>, Vec<&Page>) =
        pages.iter().partition(|page| !page.programs.is_empty());
    let mut text = INTRODUCTION.to_owned();
    for topic in topics {
        let _ = writeln!(text, "| [{0}]({0}.md) | {1} |", topic.name, verbs(topic));
    }
    let _ = writeln!(text, "\n## Programs\n\n| page | programs | verbs of its examples |\n|---|---|---|");
    for family in &families {
        let _ = writeln!(
            text,
            "| [{0}]({0}.md) | {1} | {2} |",
            family.name,
            some(&family.programs),
            verbs(family)
        );
    }

    let _ = writeln!(text, "\n## Which page has a program");
    let mut programs: Vec<(&str, &str)> =
        families.iter().flat_map(|page| page.programs.iter().map(|program| (*program, page.name))).collect();
    programs.sort_by_key(|(program, _)| program.to_ascii_lowercase());
    let mut last = None;
    for (program, page) in programs {
        let first = program
            .chars()
            .next()
            .filter(char::is_ascii_alphabetic)
            .map(|letter| letter.to_ascii_lowercase());
        text.push_str(if last == Some(first) { " · " } else { "\n" });
        if last.is_some() && last != Some(first) {
            text.push('\n');
        }
        last = Some(first);
        let _ = write!(text, "[{}]({page}.md)", code(program));
    }

    text.push_str(REPOSITORY);
    for (path, content) in FILES {
        let _ = writeln!(text, "\n`{path}`\n\n```text\n{}\n```", content.trim_end());
    }
    text
}

/// The first few programs of a family.
fn some(programs: &[&str]) -> String {
    const SHOWN: usize = 6;
    let shown: Vec<String> = programs.iter().take(SHOWN).map(|program| code(program)).collect();
    let more = programs.len().saturating_sub(SHOWN);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

/// The verbs that the effects of a page's examples have.
fn verbs(page: &Page) -> String {
    let verbs: BTreeSet<&str> = page
        .examples
        .iter()
        .flat_map(|example| &example.effects)
        .map(|effect| effect.verb.as_str())
        .collect();
    verbs.into_iter().map(code).collect::<Vec<_>>().join(", ")
}

const INTRODUCTION: &str = "\
# What Countersign understands

Made by `cargo xtask docs` from the families in `crates/understand/src/families/`: what stands here is what the code says.

Each page has calls, hits and near misses, and the effects that `understand` finds in them: the **verb** a policy speaks of, what it is done
to, and the kind of change; then `partial` where something about it is not known and is taken as the worst it can be, or `opaque` where nothing is
known but that something runs. After a colon stands what people are told. `*` stands for any. Which environment that is, and what follows from
it, is the policy's to say: [policy.md](../policy.md). To ask about a command of yours: `countersign explain '…'`.

A program that no page has is opaque, and is weighed by what it could reach. One of your own can be described in `countersign.toml`:
[declared](declared.md).

## Calls of all kinds

| page | verbs of its examples |
|---|---|
";

const REPOSITORY: &str = "

## The repository of the examples

They run in `/repo`, on branch `feature`, which tracks `origin/feature` of `git@github.com:acme/shop.git`; `fork` is another remote, `git ship`
an alias of `git push origin HEAD:main`. What is below `/repo/src/` is tracked. The home directory is `/home/dev`, and no variable is set. These are the
files with a text that the examples use; which files a branch changes is not known.
";
