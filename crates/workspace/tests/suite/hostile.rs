//! What git refuses, what could block, and what nobody can be sure of is unknown; never absent.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::playground::{Playground, head, is_unknown, repository_of, utf8, values};
use countersign_model::{Answer, Question};
use countersign_understand::Workspace as _;
use countersign_workspace::{Machine, Sources};
use rustix::fs::{CWD, FileType, Mode, mknodat};

fn fifo(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

fn look(playground: &Playground, path: &Path) -> Answer {
    playground.machine().ask(&Question::Path { path: utf8(path) })
}

fn set(name: &str, value: &str) -> impl Fn(&Playground) {
    move |playground: &Playground| {
        playground.git(&["config", name, value]);
    }
}

/// Whether HEAD, a ref, the refs and a setting are all unknown after `change`.
fn check(change: impl Fn(&Playground)) -> [bool; 4] {
    let playground = Playground::new();
    playground.commit("a", "first");
    change(&playground);
    let machine = playground.machine();
    let repository = utf8(&playground.repository());
    let ask = |question: &Question| is_unknown(&machine.ask(question));
    [
        ask(&Question::Head { repository: repository.clone() }),
        ask(&Question::Reference { repository: repository.clone(), reference: "refs/heads/main".to_owned() }),
        ask(&Question::References { repository: repository.clone(), prefix: "refs/heads/".to_owned() }),
        ask(&Question::Configuration { repository, key: "remote.origin.url".to_owned() }),
    ]
}

const NOTHING: [bool; 4] = [true; 4];

#[test]
fn what_git_refuses_is_unknown() {
    let write = |path: &'static str, text: &'static str| {
        move |playground: &Playground| {
            fs::write(playground.repository().join(".git").join(path), text).unwrap()
        }
    };
    assert_eq!(check(|_| ()), [false; 4]);
    assert_eq!(check(write("config", "[core\n")), NOTHING);
    assert_eq!(check(set("core.repositoryformatversion", "2")), NOTHING);
    assert_eq!(check(set("core.worktree", "/nowhere")), NOTHING);
    assert_eq!(check(set("include.path", "~nobody-at-all/config")), [false, false, false, true]);
    assert_eq!(check(set("includeIf.gitdir:[a-z]/.path", "other")), [false, false, false, true]);
    assert_eq!(check(set("include.path", "config")), [false, false, false, true]);
    assert_eq!(check(write("refs/heads/main", "no id\n")), [true, true, true, false]);
    assert_eq!(check(write("refs/heads/other", "ref: refs/heads/nothing\n")), [false, false, true, false]);
    assert_eq!(check(write("packed-refs", "no header\n")), [false, false, true, false]);
}

#[test]
fn other_storage_is_unknown() {
    assert_eq!(
        check(|playground| {
            fs::write(
                playground.repository().join(".git/config"),
                "[core]\nrepositoryformatversion = 1\n[extensions]\nrefstorage = reftable\n",
            )
            .unwrap();
        }),
        [true, true, true, false]
    );
    assert_eq!(
        check(|playground| {
            fs::write(
                playground.repository().join(".git/config"),
                "[core]\nrepositoryformatversion = 1\n[extensions]\nmoon = full\n",
            )
            .unwrap();
        }),
        NOTHING
    );
}

#[test]
fn remotes_of_the_old_kind_make_remotes_unknown() {
    let playground = Playground::new();
    fs::create_dir_all(playground.repository().join(".git/remotes")).unwrap();
    fs::write(playground.repository().join(".git/remotes/old"), "URL: ssh://elsewhere/x\n").unwrap();
    let machine = playground.machine();
    assert!(is_unknown(&values(&machine, &playground.repository(), "remote.old.url")));
    assert_eq!(values(&machine, &playground.repository(), "push.default"), Answer::Values { values: vec![] });
    let question =
        Question::Subsections { repository: utf8(&playground.repository()), section: "remote".to_owned() };
    assert!(is_unknown(&machine.ask(&question)));
}

#[test]
fn nothing_blocks_on_a_fifo() {
    for path in ["HEAD", "config", "packed-refs", "refs/heads/main"] {
        let unknown = check(|playground| {
            let path = playground.repository().join(".git").join(path);
            let _ = fs::remove_file(&path);
            fifo(&path);
        });
        assert!(unknown.contains(&true), "{path}");
    }
    let playground = Playground::new();
    fs::create_dir(playground.root().join("plain")).unwrap();
    fifo(&playground.root().join("plain/.git"));
    assert!(is_unknown(&repository_of(&playground.machine(), &playground.root().join("plain"))));
    assert!(is_unknown(&look(&playground, &playground.root().join("plain/.git"))));
    assert!(is_unknown(&look(&playground, Path::new("/dev/zero"))));
}

#[test]
fn files_are_read_whole_or_not_at_all() {
    let playground = Playground::new();
    let path = playground.root().join("file");
    fs::write(&path, "text").unwrap();
    let Answer::Text { text, whole: true, digest } = look(&playground, &path) else { panic!("no text") };
    assert_eq!(text, "text");
    let other = Machine::new([8; 32], playground.sources(), Default::default());
    let Answer::Text { digest: under_another_key, .. } = other.ask(&Question::Path { path: utf8(&path) })
    else {
        panic!("no text")
    };
    assert_ne!(digest, under_another_key);

    for (bytes, whole) in
        [(vec![b'a'; 256 << 10], true), (vec![b'a'; (256 << 10) + 1], false), (vec![0xff], false)]
    {
        fs::write(&path, &bytes).unwrap();
        let answer = look(&playground, &path);
        let expected = if whole { bytes.len() } else { 0 };
        assert!(
            matches!(answer, Answer::Text { ref text, whole: found, .. } if found == whole && text.len() == expected)
        );
    }
    fs::File::create(&path).unwrap().set_len((16 << 20) + 1).unwrap();
    assert!(is_unknown(&look(&playground, &path)));
}

#[test]
fn paths_are_followed_but_not_into_nothing() {
    let playground = Playground::new();
    let root = playground.root();
    symlink(root.join("shop"), root.join("link")).unwrap();
    symlink(root.join("missing"), root.join("dangling")).unwrap();
    symlink(root.join("loop"), root.join("loop")).unwrap();
    assert_eq!(look(&playground, &root.join("link")), Answer::Directory { path: utf8(&root.join("shop")) });
    assert_eq!(look(&playground, &root.join("missing")), Answer::Absent);
    assert_eq!(look(&playground, &root.join("system-gitconfig/below")), Answer::Absent);
    assert!(is_unknown(&look(&playground, &root.join("dangling"))));
    assert!(is_unknown(&look(&playground, &root.join("loop"))));
    for path in ["relative", "", "/a\0b"] {
        assert!(is_unknown(&playground.machine().ask(&Question::Path { path: path.to_owned() })), "{path:?}");
    }
}

#[test]
fn finds_the_repository_git_finds() {
    let playground = Playground::new();
    let root = playground.root();
    playground.commit("a", "first");
    let top = |directory: &Path| repository_of(&playground.machine(), directory);
    let is = |path: &Path| Answer::Directory { path: utf8(path) };

    playground.try_git(&root, &["clone", "-q", "--bare", "shop", "bare.git"]);
    fs::create_dir_all(root.join("shop/nested/below")).unwrap();
    playground.try_git(&root.join("shop/nested"), &["init", "-q"]);
    symlink(root.join("shop/nested/below"), root.join("link")).unwrap();
    fs::create_dir(root.join("shop/odd")).unwrap();
    fs::write(root.join("shop/odd/.git"), "gitdir: nowhere\n").unwrap();

    assert_eq!(top(&root), Answer::Absent);
    assert_eq!(top(&root.join("bare.git")), is(&root.join("bare.git")));
    assert_eq!(top(&root.join("bare.git/refs")), is(&root.join("bare.git")));
    assert_eq!(top(&root.join("shop/.git")), is(&root.join("shop/.git")));
    assert_eq!(top(&root.join("shop/nested/below")), is(&root.join("shop/nested")));
    assert_eq!(top(&root.join("link")), is(&root.join("shop/nested")));
    // git stops at a `.git` it cannot follow; the repository around it is not the answer.
    assert!(is_unknown(&top(&root.join("shop/odd"))));
    assert!(is_unknown(&top(&root.join("missing"))));
    // Only a top names a repository.
    assert!(is_unknown(&head(&playground.machine(), &root.join("shop/nested/below"))));
    assert!(!is_unknown(&head(&playground.machine(), &root.join("bare.git"))));
}

#[test]
fn names_that_are_not_text_are_unknown() {
    let playground = Playground::new();
    playground.commit("a", "first");
    let odd = std::ffi::OsStr::from_bytes(b"odd-\xff");
    symlink(playground.root().join("shop"), playground.root().join("plain")).unwrap();
    let directory = playground.root().join(odd);
    fs::rename(playground.root().join("shop"), &directory).unwrap();
    fs::remove_file(playground.root().join("plain")).unwrap();
    symlink(&directory, playground.root().join("plain")).unwrap();
    assert!(is_unknown(&repository_of(&playground.machine(), &playground.root().join("plain"))));
}

#[test]
fn variables_that_lead_git_elsewhere_make_it_unknown() {
    let playground = Playground::new();
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_CEILING_DIRECTORIES"] {
        let machine = playground.machine_with(&[name]);
        assert!(is_unknown(&repository_of(&machine, &playground.repository())), "{name}");
        assert_eq!(machine.ask(&Question::Variable { name: name.to_owned() }), Answer::Yes);
    }
    for name in ["GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_GLOBAL", "XDG_CONFIG_HOME"] {
        let machine = playground.machine_with(&[name]);
        assert!(is_unknown(&values(&machine, &playground.repository(), "a.b")), "{name}");
        assert!(!is_unknown(&repository_of(&machine, &playground.repository())), "{name}");
    }
    let machine = playground.machine_with(&[]);
    assert_eq!(machine.ask(&Question::Variable { name: "GIT_DIR".to_owned() }), Answer::No);
}

#[test]
fn where_configurations_disagree_the_value_is_unknown() {
    let playground = Playground::new();
    playground.git(&["config", "shared.key", "repository"]);
    fs::write(playground.system(), "[only]\nsystem = 1\n").unwrap();
    let of = |machine: &Machine, key: &str| values(machine, &playground.repository(), key);
    let one = Answer::Values { values: vec!["1".to_owned()] };
    assert_eq!(of(&playground.machine(), "only.system"), one);

    // A git told to leave the system out, or another git with a system configuration of its own.
    let without = playground.machine_with(&["GIT_CONFIG_NOSYSTEM"]);
    let mut sources = playground.sources();
    sources.system.push(playground.root().join("missing"));
    let two = Machine::new([7; 32], sources, Default::default());
    for machine in [without, two] {
        assert!(is_unknown(&of(&machine, "only.system")));
        assert!(!is_unknown(&of(&machine, "shared.key")));
    }

    // A home that only the environment names.
    let forged = playground.root().join("forged");
    fs::create_dir(&forged).unwrap();
    fs::write(forged.join(".gitconfig"), "[url \"ssh://elsewhere/\"]\ninsteadOf = https://\n").unwrap();
    let elsewhere = Sources { home: forged, configuration_home: None, system: vec![playground.system()] };
    let machine = playground.machine().or_with(elsewhere);
    assert!(is_unknown(&of(&machine, "url.ssh://elsewhere/.insteadOf")));
    assert_eq!(of(&machine, "only.system"), one);
}

#[test]
fn an_include_that_depends_on_the_spelling_is_unknown() {
    let playground = Playground::new();
    symlink(playground.root().join("shop"), playground.root().join("work")).unwrap();
    fs::write(playground.home().join(".gitconfig"), "[includeIf \"gitdir:**/work/.git\"]\npath = other\n")
        .unwrap();
    fs::write(playground.home().join("other"), "[a]\nb = 1\n").unwrap();
    let machine = playground.machine();
    let of = |machine: &Machine| values(machine, &playground.repository(), "a.b");
    assert_eq!(of(&machine), Answer::Values { values: vec![] });
    repository_of(&machine, &playground.root().join("work"));
    assert!(is_unknown(&of(&machine)));
}

#[test]
fn many_includes_end() {
    let playground = Playground::new();
    let each = "[include]\npath = b\n".repeat(200);
    fs::write(playground.home().join(".gitconfig"), "[include]\npath = b\npath = b\n").unwrap();
    fs::write(playground.home().join("b"), each).unwrap();
    assert!(is_unknown(&values(&playground.machine(), &playground.repository(), "a.b")));
}
