//! What a push carries is what git says of it, and nothing that the repository names runs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use countersign_model::{Answer, Commit, Question};
use countersign_understand::Workspace as _;
use insta::assert_snapshot;

use crate::playground::{Playground, is_unknown, utf8};

fn ask(playground: &Playground, old: Option<&str>, new: &str) -> Answer {
    let repository = utf8(&playground.repository());
    let commit = |id: &str| Commit::parse(id).unwrap();
    playground.machine().ask(&Question::Changed { repository, old: old.map(commit), new: commit(new) })
}

fn files(playground: &Playground, old: Option<&str>, new: &str) -> String {
    match ask(playground, old, new) {
        Answer::Values { values } => values.join("\n"),
        other => format!("{other:?}"),
    }
}

/// `main` at its second commit, and a branch from the first with a commit of its own.
fn parted(playground: &Playground) -> (String, String) {
    playground.commit("a", "one\n");
    playground.git(&["checkout", "-q", "-b", "feature"]);
    fs::create_dir_all(playground.repository().join(".github/workflows")).unwrap();
    playground.commit(".github/workflows/ci.yml", "on: push\n");
    playground.git(&["mv", "a", "b\tc ü"]);
    let feature = playground.commit("package.json", "{\n  \"left-pad\": \"1.3.0\"\n}\n");
    playground.git(&["checkout", "-q", "main"]);
    let main = playground.commit("only-on-main", "x\n");
    (main, feature)
}

#[test]
fn from_where_the_branches_parted() {
    let playground = Playground::new();
    let (main, feature) = parted(&playground);
    assert_snapshot!(files(&playground, Some(&main), &feature), @"
    A	.github/workflows/ci.yml
    D	a
    A	b	c ü
    A	package.json
    ");
    assert_snapshot!(files(&playground, Some(&feature), &main), @"A	only-on-main");
    assert_snapshot!(files(&playground, Some(&main), &main), @"");
    assert_snapshot!(files(&playground, None, &main), @"
    A	a
    A	only-on-main
    ");
}

#[test]
fn what_the_files_say_differently() {
    let playground = Playground::new();
    let (main, feature) = parted(&playground);
    let question = |paths: &[&str]| Question::Patch {
        repository: utf8(&playground.repository()),
        old: Commit::parse(&main),
        new: Commit::parse(&feature).unwrap(),
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
    };
    let Answer::Text { text, whole: true, digest } = playground.machine().ask(&question(&["package.json"]))
    else {
        panic!("no patch")
    };
    assert!(text.contains("+++ b/package.json\n@@ -0,0 +1,3 @@\n+{\n+  \"left-pad\": \"1.3.0\"\n"), "{text}");
    assert!(!text.contains("ci.yml"));
    let Answer::Text { digest: other, .. } = playground.machine().ask(&question(&["*"])) else {
        panic!("no patch")
    };
    assert_ne!(digest, other);
}

#[test]
fn what_git_cannot_say_is_unknown() {
    let playground = Playground::new();
    let (main, feature) = parted(&playground);
    let nowhere = "1".repeat(40);
    assert!(is_unknown(&ask(&playground, Some(&nowhere), &feature)));
    assert!(is_unknown(&ask(&playground, Some(&main), &nowhere)));
    assert!(is_unknown(&ask(&playground, None, &nowhere)));
    // Nothing in common.
    playground.git(&["checkout", "-q", "--orphan", "other"]);
    let other = playground.commit("z", "z\n");
    assert!(is_unknown(&ask(&playground, Some(&main), &other)));
    let machine = playground.machine_with(&["GIT_DIR"]);
    let repository = utf8(&playground.repository());
    let new = Commit::parse(&main).unwrap();
    assert!(is_unknown(&machine.ask(&Question::Changed { repository, old: None, new })));
}

#[test]
fn several_places_where_they_parted() {
    let playground = Playground::new();
    playground.commit("a", "one\n");
    playground.git(&["checkout", "-q", "-b", "left"]);
    let left = playground.commit("l", "l\n");
    playground.git(&["checkout", "-q", "main"]);
    let main = playground.commit("m", "m\n");
    playground.git(&["merge", "-q", "--no-edit", &left]);
    let first = playground.commit("more", "x\n");
    playground.git(&["checkout", "-q", "left"]);
    playground.git(&["merge", "-q", "--no-edit", &main]);
    let second = playground.commit("Cargo.toml", "x\n");
    assert!(files(&playground, Some(&first), &second).contains("A\tCargo.toml"));
}

#[test]
fn too_many_files_say_so() {
    let playground = Playground::new();
    let first = playground.commit("a", "one\n");
    for number in 0..2_100 {
        fs::write(playground.repository().join(format!("f{number}")), "x").unwrap();
    }
    playground.git(&["add", "."]);
    let last = playground.commit("b", "two\n");
    for old in [Some(first.as_str()), None] {
        let Answer::Values { values } = ask(&playground, old, &last) else { panic!("unknown") };
        assert_eq!((values.len(), values.last().unwrap().as_str()), (2_001, "*\t*"));
    }
    // Long names reach the cap on bytes first.
    let long = "n".repeat(200);
    for number in 0..400 {
        fs::write(playground.repository().join(format!("{long}{number}")), "x").unwrap();
    }
    playground.git(&["add", "."]);
    let longer = playground.commit("b", "three\n");
    let Answer::Values { values } = ask(&playground, Some(&last), &longer) else { panic!("unknown") };
    assert!(values.len() < 402 && values.last().unwrap() == "*\t*");
    assert!(values.iter().rev().skip(1).all(|line| line.starts_with("A\tn") || line == "M\tb"), "{values:?}");
}

#[test]
fn nothing_of_the_repository_runs() {
    let playground = Playground::new();
    let (main, feature) = parted(&playground);
    let (program, trace) = (playground.root().join("canary"), playground.root().join("trace"));
    fs::write(&program, format!("#!/bin/sh\necho \"$0 $@\" >> '{}'\nexit 1\n", trace.display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(playground.repository().join(".gitattributes"), "* diff=evil filter=evil\n").unwrap();
    let run = format!("{} run", program.display());
    for key in [
        "core.fsmonitor",
        "core.pager",
        "pager.diff-tree",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.evil.process",
        "core.sshCommand",
        "core.alternateRefsCommand",
    ] {
        playground.git(&["config", key, &run]);
    }
    for command in ["diff-tree", "ls-tree", "merge-base"] {
        playground.git(&["config", &format!("alias.{command}"), &format!("!{run}")]);
    }
    assert!(files(&playground, Some(&main), &feature).contains("ci.yml"));
    assert!(files(&playground, None, &feature).contains("ci.yml"));
    let patch = Question::Patch {
        repository: utf8(&playground.repository()),
        old: Commit::parse(&main),
        new: Commit::parse(&feature).unwrap(),
        paths: vec!["package.json".to_owned()],
    };
    assert!(!is_unknown(&playground.machine().ask(&patch)));
    assert!(!trace.exists());
    // The canary does sing where git is run as it comes.
    playground.try_git(&playground.repository(), &["diff", &main, &feature]);
    assert!(trace.exists());
}

#[test]
fn ends_when_its_time_is_over() {
    let playground = Playground::new();
    let (main, feature) = parted(&playground);
    // git waits for someone to write to the file it is told to include.
    let fifo = playground.repository().join(".git/fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
        .unwrap();
    playground.git(&["config", "include.path", "fifo"]);
    let started = std::time::Instant::now();
    let machine = playground.machine();
    for new in [&feature, &main] {
        let (repository, new) = (utf8(&playground.repository()), Commit::parse(new).unwrap());
        let Answer::Values { values } = machine.ask(&Question::Changed { repository, old: None, new }) else {
            unreachable!("unknown")
        };
        assert_eq!(values, ["*\t*"]);
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(10));
}
