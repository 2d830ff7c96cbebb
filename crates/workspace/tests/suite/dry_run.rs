//! The dry run shows the transition as it is, and runs nothing that the repository names.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use countersign_model::Commit;
use countersign_workspace::dry_run::{self, Transition};
use insta::assert_snapshot;

use crate::playground::{Playground, utf8};

fn commit(id: &str) -> Commit {
    Commit::parse(id).unwrap()
}

fn look(playground: &Playground, old: Option<&str>, new: &str) -> Transition {
    let deadline = Instant::now() + Duration::from_secs(20);
    dry_run::transition(&playground.repository(), old.map(commit).as_ref(), &commit(new), deadline)
}

fn patch(playground: &Playground, old: Option<&str>, new: &str) -> String {
    dry_run::diff(&playground.repository(), old.map(commit).as_ref(), &commit(new))
}

#[test]
fn shows_commits_files_and_whether_something_is_lost() {
    let playground = Playground::new();
    let first = playground.commit("a", "one\n");
    playground.commit("b", "two\n");
    let third = playground.commit("a", "three\n");
    let forward = look(&playground, Some(&first), &third);
    let subjects: Vec<_> = forward.commits.iter().map(|line| &line[line.find(' ').unwrap() + 1..]).collect();
    assert_snapshot!(subjects.join("\n"), @"
    three (a)
    two (a)
    ");
    assert_snapshot!(forward.files.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n"), @"
    a | 2 +-
    b | 1 +
    2 files changed, 2 insertions(+), 1 deletion(-)
    ");
    assert_eq!(forward.fast_forward, Some(true));
    let back = look(&playground, Some(&third), &first);
    assert_eq!((back.commits.len(), back.fast_forward), (0, Some(false)));
    assert_eq!(look(&playground, None, &third).commits.len(), 3);

    assert!(patch(&playground, Some(&first), &third).contains("-one\n+three\n"));
    assert!(patch(&playground, None, &third).contains("-one\n+three\n"));
    assert!(patch(&playground, None, &first).contains("+one\n"));

    let nowhere = "1".repeat(40);
    assert_eq!(look(&playground, Some(&nowhere), &third), Transition::default());
    assert_eq!(patch(&playground, Some(&nowhere), &third), "[git could not show the patch]");
}

#[test]
fn what_is_long_is_cut_and_says_so() {
    let playground = Playground::new();
    let first = playground.commit("a", "one\n");
    for number in 0..45 {
        playground.git(&["commit", "-q", "--allow-empty", "-m", &format!("{number}")]);
    }
    let last = playground.commit("a", &"a long line of text\n".repeat(10_000));
    let commits = look(&playground, Some(&first), &last).commits;
    assert_eq!(commits.len(), 41);
    assert_eq!(commits[40], "… and 6 more");
    let patch = patch(&playground, Some(&first), &last);
    assert!(patch.ends_with("[cut after 64 KiB]") && patch.len() < 70_000);
}

#[test]
fn ends_at_the_deadline() {
    let playground = Playground::new();
    let first = playground.commit("a", "one\n");
    // git waits for someone to write to the file it is told to include.
    let fifo = playground.repository().join(".git/fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
        .unwrap();
    playground.git(&["config", "include.path", "fifo"]);
    let started = Instant::now();
    let deadline = started + Duration::from_millis(200);
    let seen = dry_run::transition(&playground.repository(), None, &commit(&first), deadline);
    assert_eq!(seen, Transition::default());
    assert!(started.elapsed() < Duration::from_secs(10));
}

/// A program that leaves a trace, and the trace.
fn canary(playground: &Playground) -> (String, PathBuf) {
    let (program, trace) = (playground.root().join("canary"), playground.root().join("trace"));
    fs::write(&program, format!("#!/bin/sh\necho \"$0 $@\" >> '{}'\nexit 1\n", trace.display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    (utf8(&program), trace)
}

fn traces(trace: &Path) -> String {
    fs::read_to_string(trace).unwrap_or_default()
}

#[test]
fn nothing_that_the_configuration_names_runs() {
    let playground = Playground::new();
    let (program, trace) = canary(&playground);
    let first = playground.commit("a", "one\n");
    fs::write(playground.repository().join(".gitattributes"), "* diff=evil filter=evil\n").unwrap();
    // A commit with a signature to show.
    playground.commit("a", "two\n");
    let text = playground.git(&["cat-file", "commit", "HEAD"]);
    let (head, body) = text.split_once("\n\n").unwrap();
    let signed = format!(
        "{head}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n{body}\n"
    );
    fs::write(playground.root().join("signed"), signed).unwrap();
    let last = playground.git(&["hash-object", "-t", "commit", "-w", "../signed"]);
    playground.git(&["update-ref", "refs/heads/main", &last]);

    let run = format!("{program} run");
    for key in [
        "core.fsmonitor",
        "core.pager",
        "pager.log",
        "pager.diff",
        "pager.diff-tree",
        "pager.rev-list",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "core.sshCommand",
        "core.askPass",
        "core.editor",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "gpg.program",
        "gpg.openpgp.program",
        "gpg.ssh.program",
        "gpg.ssh.defaultKeyCommand",
        "interactive.diffFilter",
        "uploadpack.packObjectsHook",
        "credential.helper",
        "trace2.eventTarget",
    ] {
        playground.git(&["config", key, &run]);
    }
    for command in ["diff-tree", "rev-list", "merge-base", "log", "diff", "show"] {
        playground.git(&["config", &format!("alias.{command}"), &format!("!{program} alias")]);
    }
    playground.git(&["config", "log.showSignature", "true"]);
    playground.git(&["config", "core.hooksPath", "hooks"]);
    fs::create_dir_all(playground.repository().join("hooks")).unwrap();
    for hook in ["post-index-change", "reference-transaction", "fsmonitor-watchman"] {
        fs::copy(&program, playground.repository().join("hooks").join(hook)).unwrap();
    }

    let seen = look(&playground, Some(&first), &last);
    assert_eq!((seen.commits.len(), seen.fast_forward), (1, Some(true)));
    assert!(patch(&playground, Some(&first), &last).contains("+two"));
    assert!(patch(&playground, None, &last).contains("+two"));
    assert_eq!(traces(&trace), "");

    // The canary does sing where git is run as it comes.
    for command in [["diff", &first, &last], ["log", "-p", "--textconv"]] {
        playground.try_git(&playground.repository(), &command);
        assert_ne!(traces(&trace), "", "{command:?}");
        fs::remove_file(&trace).unwrap();
    }
}

#[test]
fn a_submodule_with_a_configuration_of_its_own_runs_nothing() {
    let playground = Playground::new();
    let (program, trace) = canary(&playground);
    playground.commit("a", "one\n");
    playground.try_git(&playground.root(), &["clone", "-q", "shop", "shop/inner"]);
    playground.git(&["add", "inner"]);
    let first = playground.commit("b", "two\n");
    let inner = playground.repository().join("inner");
    fs::write(inner.join("a"), "three\n").unwrap();
    playground.try_git(&inner, &["commit", "-q", "-a", "-m", "inside"]);
    playground.try_git(&inner, &["config", "diff.external", &program]);
    playground.git(&["config", "diff.submodule", "diff"]);
    playground.git(&["config", "diff.ignoreSubmodules", "all"]);
    playground.git(&["add", "inner"]);
    let last = playground.commit("b", "four\n");

    assert!(patch(&playground, Some(&first), &last).contains("+Subproject commit"));
    assert!(patch(&playground, None, &last).contains("+Subproject commit"));
    assert!(look(&playground, Some(&first), &last).files.iter().any(|line| line.contains("inner")));
    assert_eq!(traces(&trace), "");

    playground.try_git(&playground.repository(), &["diff", "--ignore-submodules=none", &first, &last]);
    assert_ne!(traces(&trace), "");
}

#[test]
fn a_missing_object_is_not_fetched() {
    let playground = Playground::new();
    let (program, trace) = canary(&playground);
    let first = playground.commit("a", "one\n");
    let last = playground.commit("a", "two\n");
    let blob = playground.git(&["rev-parse", "HEAD:a"]);
    let object = playground.repository().join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    fs::remove_file(object).unwrap();
    for (key, value) in [
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "evil"),
        ("remote.evil.promisor", "true"),
        ("remote.evil.url", &format!("ext::{program} transport")),
        ("protocol.ext.allow", "always"),
    ] {
        playground.git(&["config", key, value]);
    }
    assert_eq!(patch(&playground, Some(&first), &last), "[git could not show the patch]");
    look(&playground, Some(&first), &last);
    assert_eq!(traces(&trace), "");

    playground.try_git(&playground.repository(), &["diff", &first, &last]);
    assert_ne!(traces(&trace), "");
}

#[test]
fn history_is_shown_as_it_is() {
    let playground = Playground::new();
    let first = playground.commit("a", "one\n");
    let second = playground.commit("a", "two\n");
    let third = playground.commit("a", "three\n");
    playground.git(&["replace", &third, &first]);
    fs::create_dir_all(playground.repository().join(".git/info")).unwrap();
    fs::write(playground.repository().join(".git/info/grafts"), format!("{third} {first}\n")).unwrap();
    let seen = look(&playground, Some(&first), &third);
    assert_eq!(seen.commits.len(), 2, "{second} is among them: {:?}", seen.commits);
}
