//! What git could not bring back is what differs from it, is new, or is ignored.

use std::fs;
use std::os::unix::fs::symlink;

use countersign_model::{Answer, Question};
use countersign_understand::Workspace as _;

use crate::playground::{Playground, is_unknown, utf8};

fn ask(playground: &Playground, pattern: &str) -> Answer {
    playground.machine().ask(&Question::Lost {
        repository: utf8(&playground.repository()),
        pattern: utf8(&playground.repository().join(pattern)),
        passing: vec!["node_modules".to_owned()],
    })
}

fn lines(playground: &Playground, pattern: &str) -> String {
    match ask(playground, pattern) {
        Answer::Values { mut values } => {
            values.sort();
            values.join(", ")
        }
        other => format!("{other:?}"),
    }
}

fn shop() -> Playground {
    let playground = Playground::new();
    let at = playground.repository();
    for directory in ["src/deep", "node_modules/x", "other"] {
        fs::create_dir_all(at.join(directory)).unwrap();
    }
    for file in ["kept.txt", "changed.txt", "src/deep/kept.snap", ".gitignore"] {
        playground.commit(file, if file == ".gitignore" { "*.log\nnode_modules\n" } else { "one\n" });
    }
    fs::write(at.join("changed.txt"), "longer than before\n").unwrap();
    for file in ["new.txt", "src/deep/a.log", "node_modules/x/a.log", "src/NEW.snap"] {
        fs::write(at.join(file), "x\n").unwrap();
    }
    playground
}

#[test]
fn each_match_is_told_with_why() {
    let playground = shop();
    assert_eq!(lines(&playground, "*.txt"), "changed\tchanged.txt, new\tnew.txt");
    assert_eq!(lines(&playground, "kept.txt"), "");
    assert_eq!(lines(&playground, "src/deep/*.snap"), "");
    assert_eq!(lines(&playground, "src/*.snap"), "new\tsrc/NEW.snap");
    assert_eq!(lines(&playground, "*.log"), "ignored\tsrc/deep/a.log");
    assert_eq!(lines(&playground, "*.nothing"), "");
    assert_eq!(lines(&playground, "src/dee*"), "ignored\tsrc/deep/a.log");
}

#[test]
fn what_git_does_not_look_into_is_new() {
    let playground = shop();
    let at = playground.repository();
    assert!(lines(&playground, "*HEAD").contains("new\t.git/HEAD"));
    fs::create_dir(at.join("other/.git")).unwrap();
    fs::write(at.join("other/b.log"), "x\n").unwrap();
    assert!(lines(&playground, "*.log").contains("new\tother/b.log"));
    symlink("/tmp", at.join("away")).unwrap();
    assert!(lines(&playground, "*/x").contains("linked\taway"));
}

#[test]
fn what_is_gits_own_is_left_out_where_that_is_asked() {
    let playground = shop();
    let at = playground.repository();
    fs::create_dir_all(at.join("other/.git")).unwrap();
    fs::write(at.join("other/.git/HEAD"), "x\n").unwrap();
    let question = Question::Lost {
        repository: utf8(&at),
        pattern: utf8(&at.join("*")),
        passing: vec!["node_modules".to_owned(), "./.git".to_owned()],
    };
    let Answer::Values { values } = playground.machine().ask(&question) else { panic!() };
    assert!(!values.iter().any(|line| line.starts_with("new\t.git/")), "{values:?}");
    assert!(values.contains(&"new\tother/.git/HEAD".to_owned()), "{values:?}");
}

#[test]
fn other_places_and_too_many_files_are_unknown() {
    let playground = shop();
    let question = Question::Lost {
        repository: utf8(&playground.repository()),
        pattern: "/somewhere/*.log".to_owned(),
        passing: Vec::new(),
    };
    assert!(is_unknown(&playground.machine().ask(&question)));
    for index in 0..70 {
        fs::write(playground.repository().join(format!("{index}.new")), "").unwrap();
    }
    assert!(lines(&playground, "*.new").contains("*\t*"));
}
