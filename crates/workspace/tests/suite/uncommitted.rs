//! What commits would take is what git says of it, and nothing that the repository names runs.

use std::fs;

use countersign_model::{Answer, Question};
use countersign_understand::Workspace as _;
use insta::assert_snapshot;

use crate::playground::{Playground, is_unknown, utf8};

fn files(playground: &Playground) -> Answer {
    playground.machine().ask(&Question::Uncommitted { repository: utf8(&playground.repository()) })
}

fn lines(playground: &Playground) -> String {
    match files(playground) {
        Answer::Values { values } => values.join("\n"),
        other => format!("{other:?}"),
    }
}

#[test]
fn staged_changed_and_new_files() {
    let playground = Playground::new();
    let at = playground.repository();
    playground.commit("a", "one\n");
    playground.commit("b", "one\n");
    playground.commit(".gitignore", "ignored\n");
    assert_snapshot!(lines(&playground), @"");
    fs::create_dir_all(at.join(".github/workflows")).unwrap();
    fs::write(at.join(".github/workflows/ci.yml"), "on: push\n").unwrap();
    fs::write(at.join("ignored"), "x\n").unwrap();
    fs::write(at.join("a"), "longer than before\n").unwrap();
    fs::remove_file(at.join("b")).unwrap();
    fs::write(at.join("c"), "x\n").unwrap();
    playground.git(&["add", "c"]);
    assert_snapshot!(lines(&playground), @"
    staged	c
    new	.github/workflows/ci.yml
    changed	a
    changed	b
    ");
}

#[test]
fn nothing_runs_that_the_configuration_names() {
    let playground = Playground::new();
    let at = playground.repository();
    playground.commit("a", "one\n");
    let mark = at.join("ran");
    let program = format!("touch {}", utf8(&mark));
    for key in ["filter.x.clean", "filter.x.process", "core.fsmonitor", "diff.external", "diff.x.textconv"] {
        playground.git(&["config", key, &program]);
    }
    fs::write(at.join(".gitattributes"), "* filter=x diff=x\n").unwrap();
    fs::write(at.join("a"), "two\n").unwrap();
    assert_snapshot!(lines(&playground), @"
    new	.gitattributes
    changed	a
    ");
    assert!(!mark.exists());
}

#[test]
fn without_a_commit_it_is_not_known() {
    let playground = Playground::new();
    assert!(is_unknown(&files(&playground)));
}
