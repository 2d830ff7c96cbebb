//! Where paths lead: links to files, to nothing, to links, and several names of one file.

use std::fs;
use std::os::unix::fs::symlink;

use countersign_model::{Answer, Question};
use countersign_understand::Workspace as _;

use crate::playground::Playground;

/// Where a path of the repository leads, seen from there, and whether it has other names.
fn check(playground: &Playground, path: &str) -> String {
    let root = playground.repository();
    let question = Question::Target { path: root.join(path).to_str().unwrap().to_owned() };
    match playground.machine().ask(&question) {
        Answer::Target { path, several_names } => {
            let path = path.replace(root.to_str().unwrap(), "");
            if several_names.is_some() { format!("{path} (several names)") } else { path }
        }
        other => format!("{other:?}").chars().take(7).collect(),
    }
}

#[test]
fn every_link_is_followed() {
    let playground = Playground::new();
    let root = playground.repository();
    fs::create_dir_all(root.join(".claude/agents")).unwrap();
    fs::write(root.join(".claude/settings.json"), "{}").unwrap();
    symlink(".claude/settings.json", root.join("c.json")).unwrap();
    symlink("c.json", root.join("again.json")).unwrap();
    symlink(".git/hooks/pre-push", root.join("dangling")).unwrap();
    symlink(".claude/agents", root.join("ag")).unwrap();
    symlink("/etc", root.join("etc")).unwrap();
    symlink("circle", root.join("circle")).unwrap();
    fs::hard_link(root.join(".claude/settings.json"), root.join("hard.json")).unwrap();
    insta::assert_snapshot!(check(&playground, "c.json"), @"/.claude/settings.json (several names)");
    insta::assert_snapshot!(check(&playground, "again.json"), @"/.claude/settings.json (several names)");
    insta::assert_snapshot!(check(&playground, "dangling"), @"/.git/hooks/pre-push");
    insta::assert_snapshot!(check(&playground, "ag/../settings.json"), @"/.claude/settings.json (several names)");
    insta::assert_snapshot!(check(&playground, "ag/new/x"), @"/.claude/agents/new/x");
    insta::assert_snapshot!(check(&playground, "etc/hostname-that-is-not"), @"/etc/hostname-that-is-not");
    insta::assert_snapshot!(check(&playground, "circle/x"), @"Unknown");
    insta::assert_snapshot!(check(&playground, "hard.json"), @"/hard.json (several names)");
    insta::assert_snapshot!(check(&playground, "nothing/../a*/b"), @"/a*/b");
    insta::assert_snapshot!(check(&playground, "/proc/self/cwd/x"), @"Unknown");
}

#[test]
fn one_file_is_the_same_under_all_its_names() {
    let playground = Playground::new();
    let root = playground.repository();
    fs::write(root.join("a"), "").unwrap();
    fs::hard_link(root.join("a"), root.join("b")).unwrap();
    let identity = |name: &str| {
        let path = root.join(name).to_str().unwrap().to_owned();
        match playground.machine().ask(&Question::Target { path }) {
            Answer::Target { several_names, .. } => several_names,
            _ => None,
        }
    };
    assert!(identity("a").is_some());
    assert_eq!(identity("a"), identity("b"));
}
