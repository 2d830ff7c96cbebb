//! Tracked is what git has.

use std::fs;
use std::path::Path;

use crate::playground::{Playground, is_unknown, utf8};
use countersign_model::{Answer, Question};
use countersign_understand::Workspace as _;
use proptest::prelude::*;

fn ask(playground: &Playground, path: &Path) -> Answer {
    let question = Question::Tracked { repository: utf8(&playground.repository()), path: utf8(path) };
    playground.machine().ask(&question)
}

fn check(playground: &Playground, path: &str) -> Answer {
    ask(playground, &playground.repository().join(path))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn files_are_tracked_where_git_lists_them(
        files in prop::collection::btree_map("([ab]{1,3}/){0,2}f[a-z]{0,9}", any::<bool>(), 1..12),
        version in prop::sample::select(vec!["2", "3", "4"]),
        bits in prop::sample::select(vec!["sha1", "sha256"]),
    ) {
        let playground = Playground::new();
        let repository = playground.repository();
        fs::remove_dir_all(repository.join(".git")).unwrap();
        playground.git(&["init", "-q", &format!("--object-format={bits}")]);
        playground.git(&["config", "index.version", version]);
        for (file, added) in &files {
            fs::create_dir_all(repository.join(file).parent().unwrap()).unwrap();
            fs::write(repository.join(file), file).unwrap();
            if *added {
                playground.git(&["add", file]);
            }
        }
        for file in files.keys() {
            let listed = playground.try_git(&repository, &["ls-files", "--error-unmatch", file]).status.success();
            prop_assert_eq!(check(&playground, file), if listed { Answer::Yes } else { Answer::No }, "{}", file);
        }
    }
}

#[test]
fn a_directory_is_tracked_if_all_of_it_is() {
    let playground = Playground::new();
    for directory in ["all", "some", "none", "empty"] {
        fs::create_dir(playground.repository().join(directory)).unwrap();
    }
    for file in ["all/a", "all/b", "some/a"] {
        playground.commit(file, file);
    }
    for file in ["some/new", "none/new"] {
        fs::write(playground.repository().join(file), "").unwrap();
    }
    assert_eq!(check(&playground, "all"), Answer::Yes);
    assert_eq!(check(&playground, "some"), Answer::No);
    assert_eq!(check(&playground, "none"), Answer::No);
    assert_eq!(check(&playground, "empty"), Answer::No);
    assert_eq!(check(&playground, "missing"), Answer::No);
    assert!(matches!(ask(&playground, &playground.repository()), Answer::No | Answer::Unknown { .. }));
    assert!(is_unknown(&ask(&playground, &playground.home())));
}

#[test]
fn what_git_could_not_bring_back_is_not_tracked() {
    let playground = Playground::new();
    playground.commit("first", "first");
    fs::write(playground.repository().join("announced"), "text").unwrap();
    playground.git(&["add", "--intent-to-add", "announced"]);
    assert_eq!(check(&playground, "announced"), Answer::No);

    playground.try_git(&playground.root(), &["clone", "-q", "shop", "shop/inner"]);
    playground.git(&["add", "inner"]);
    assert_eq!(check(&playground, "inner"), Answer::No);
    assert_eq!(check(&playground, "inner/first"), Answer::No);

    playground.git(&["update-index", "--split-index"]);
    assert!(is_unknown(&check(&playground, "first")));
    fs::write(playground.repository().join(".git/index"), "DIRC and nothing else that makes sense").unwrap();
    assert!(is_unknown(&check(&playground, "first")));
}
