//! Over generated repositories, every answer is git's own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::playground::{self, Playground, utf8};
use countersign_model::{Answer, Commit, Question};
use countersign_understand::Workspace as _;
use proptest::prelude::*;

/// Something that is done to the repository before the comparison.
#[derive(Clone, Debug)]
enum Step {
    Commit,
    Branch(String),
    Switch(String),
    Detach,
    Delete(String),
    Tag(String),
    Pack,
    Worktree(String),
    RemoteRef(String),
    RemoteHead,
    Set(String, String),
    SetUser(String, String),
    SetSystem(String, String),
    SetWorktree(String, String),
    Include(Place, String, String),
}

/// Which file includes another.
#[derive(Clone, Copy, Debug)]
enum Place {
    System,
    User,
    Standard,
    Repository,
}

fn step() -> impl Strategy<Value = Step> {
    let branch = || "(main|[ab]|feature/[xy]|release-[0-9])";
    let key = || {
        prop_oneof![
            "remote\\.(origin|fork|A\\.b)\\.(url|pushurl|push)",
            "branch\\.(main|a|feature/x)\\.(merge|remote|pushRemote)",
            "url\\.(ssh://h/|https://x y/)\\.(insteadOf|pushInsteadOf)",
            "(custom\\.Key|remote\\.pushDefault|alias\\.p)",
        ]
    };
    let value = || "[a-z\"\\\\#;=:/ \t]{0,12}";
    let condition = prop_oneof![
        Just("include".to_owned()),
        "includeIf \"onbranch:(main|a|feature/|\\*\\*/x|relea\\*)\"",
        "includeIf \"gitdir:(shop/|shop/.git|~/|\\./|\\./shop/|\\*\\*/shop/\\*\\*|/nowhere/|SHOP/)\"",
        "includeIf \"gitdir/i:SHOP/\"",
        "includeIf \"hasconfig:remote\\.\\*\\.url:(a\\*|\\*\\*)\"",
        Just("includeIf \"moon:full\"".to_owned()),
    ];
    let place =
        prop_oneof![Just(Place::System), Just(Place::User), Just(Place::Standard), Just(Place::Repository)];
    prop_oneof![
        2 => Just(Step::Commit),
        3 => branch().prop_map(Step::Branch),
        2 => branch().prop_map(Step::Switch),
        1 => Just(Step::Detach),
        1 => branch().prop_map(Step::Delete),
        1 => "v[0-9]".prop_map(Step::Tag),
        2 => Just(Step::Pack),
        1 => "tree[12]".prop_map(Step::Worktree),
        2 => branch().prop_map(Step::RemoteRef),
        1 => Just(Step::RemoteHead),
        4 => (key(), value()).prop_map(|(key, value)| Step::Set(key, value)),
        2 => (key(), value()).prop_map(|(key, value)| Step::SetUser(key, value)),
        1 => (key(), value()).prop_map(|(key, value)| Step::SetSystem(key, value)),
        1 => (key(), value()).prop_map(|(key, value)| Step::SetWorktree(key, value)),
        3 => (place, condition, key()).prop_map(|(place, condition, key)| Step::Include(place, condition, key)),
    ]
}

fn take(playground: &Playground, number: usize, step: &Step) {
    let git = |arguments: &[&str]| {
        // A step that git refuses just does not happen.
        playground.try_git(&playground.repository(), arguments);
    };
    match step {
        Step::Commit => git(&["commit", "-q", "--allow-empty", "-m", &format!("step {number}")]),
        Step::Branch(name) => git(&["branch", name]),
        Step::Switch(name) => git(&["switch", "-q", name]),
        Step::Detach => git(&["switch", "-q", "--detach"]),
        Step::Delete(name) => git(&["branch", "-D", name]),
        Step::Tag(name) => git(&["tag", "-a", "-m", "tagged", name]),
        Step::Pack => git(&["pack-refs", "--all"]),
        Step::Worktree(name) => git(&["worktree", "add", "-q", &format!("../{name}")]),
        Step::RemoteRef(name) => git(&["update-ref", &format!("refs/remotes/origin/{name}"), "HEAD"]),
        Step::RemoteHead => {
            git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
        }
        Step::Set(key, value) => git(&["config", "--add", key, value]),
        Step::SetUser(key, value) => git(&["config", "--global", "--add", key, value]),
        Step::SetSystem(key, value) => {
            git(&["config", "--file", &utf8(&playground.system()), "--add", key, value]);
        }
        Step::SetWorktree(key, value) => {
            git(&["config", "extensions.worktreeConfig", "true"]);
            git(&["config", "--worktree", "--add", key, value]);
        }
        Step::Include(place, condition, key) => {
            let including = match place {
                Place::System => playground.system(),
                Place::User => playground.home().join(".gitconfig"),
                Place::Standard => playground.home().join(".config/git/config"),
                Place::Repository => playground.repository().join(".git/config"),
            };
            fs::create_dir_all(including.parent().unwrap()).unwrap();
            let included = format!("included-{number}");
            let target = including.parent().unwrap().join(&included);
            git(&["config", "--file", &utf8(&target), key, &included]);
            let mut text = fs::read_to_string(&including).unwrap_or_default();
            text.push_str(&format!("[{condition}]\n\tpath = {included}\n[after]\n\tvalue = {number}\n"));
            fs::write(&including, text).unwrap();
        }
    }
}

/// Compares every answer about the repository that `directory` is in.
fn compare(playground: &Playground, directory: &Path) {
    let machine = playground.machine();
    let git = |arguments: &[&str]| {
        let output = playground.try_git(directory, arguments);
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    };
    let Some(listed) = git(&["config", "--list", "-z"]) else {
        // git refuses this configuration, so nothing of it is known.
        let answer = playground::values(&machine, directory, "push.default");
        assert!(playground::is_unknown(&answer), "{answer:?}");
        return;
    };

    let top = git(&["rev-parse", "--show-toplevel"]).unwrap().trim_end().to_owned();
    assert_eq!(playground::repository_of(&machine, directory), Answer::Directory { path: top.clone() });

    let commit = |name: &str| {
        let id = git(&["rev-parse", "--verify", "--quiet", name])?;
        Commit::parse(id.trim_end())
    };
    let expected = match git(&["symbolic-ref", "--quiet", "HEAD"]) {
        Some(reference) => {
            let reference = reference.trim_end().to_owned();
            Answer::Reference { commit: commit(&reference), reference }
        }
        None => Answer::Commit { commit: commit("HEAD").unwrap() },
    };
    assert_eq!(playground::head(&machine, Path::new(&top)), expected);

    let mut references = BTreeMap::new();
    for line in git(&["for-each-ref", "--format=%(refname) %(objectname)"]).unwrap().lines() {
        let (name, id) = line.split_once(' ').unwrap();
        references.insert(name.to_owned(), Commit::parse(id).unwrap());
    }
    for prefix in ["refs/", "refs/heads/", "refs/heads/fea", "refs/remotes/origin/", "refs/none/"] {
        let answer =
            machine.ask(&Question::References { repository: top.clone(), prefix: prefix.to_owned() });
        let expected = references.clone().into_iter().filter(|(name, _)| name.starts_with(prefix)).collect();
        if git(&["rev-parse", "-q", "--verify", "refs/remotes/origin/HEAD"]).is_none()
            && playground.repository().join(".git/refs/remotes/origin/HEAD").exists()
            && "refs/remotes/origin/HEAD".starts_with(prefix)
        {
            assert!(playground::is_unknown(&answer), "a ref that names nothing: {answer:?}");
            continue;
        }
        assert_eq!(answer, Answer::References { references: expected }, "{prefix}");
    }
    for name in references.keys().map(String::as_str).chain(["refs/heads/none", "HEAD"]) {
        let answer =
            machine.ask(&Question::Reference { repository: top.clone(), reference: name.to_owned() });
        let expected = commit(name).map_or(Answer::Absent, |commit| Answer::Commit { commit });
        assert_eq!(answer, expected, "{name}");
    }

    let mut settings: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut remotes = Vec::new();
    for item in listed.split_terminator('\0') {
        let (key, value) = item.split_once('\n').unwrap_or((item, "true"));
        settings.entry(key.to_owned()).or_default().push(value.to_owned());
        if let Some((name, _)) = key.strip_prefix("remote.").and_then(|rest| rest.rsplit_once('.')) {
            remotes.push(name.to_owned());
        }
    }
    for (key, values) in settings {
        let answer = playground::values(&machine, Path::new(&top), &key);
        assert_eq!(answer, Answer::Values { values }, "{key}");
    }
    let unset = playground::values(&machine, Path::new(&top), "remote.unset.url");
    assert_eq!(unset, Answer::Values { values: Vec::new() });
    let mut seen = BTreeSet::new();
    remotes.retain(|name| seen.insert(name.clone()));
    let answer = machine.ask(&Question::Subsections { repository: top, section: "remote".to_owned() });
    assert_eq!(answer, Answer::Values { values: remotes });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_repositories(steps in prop::collection::vec(step(), 1..16)) {
        let playground = Playground::new();
        playground.git(&["commit", "-q", "--allow-empty", "-m", "first"]);
        for (number, step) in steps.iter().enumerate() {
            take(&playground, number, step);
        }
        fs::create_dir(playground.repository().join("below")).unwrap();
        compare(&playground, &playground.repository());
        compare(&playground, &playground.repository().join("below"));
        for name in ["tree1", "tree2"] {
            let tree = playground.root().join(name);
            if tree.exists() {
                compare(&playground, &tree);
            }
        }
    }
}

#[test]
fn finds_each_of_many_packed_refs() {
    let playground = Playground::new();
    let commit = playground.commit("a", "first");
    playground.git(&["tag", "-a", "-m", "tagged", "annotated"]);
    let names: Vec<_> =
        (0..2000).map(|number| format!("refs/heads/{}-{number}", number * 7919 % 100)).collect();
    let lines: String = names.iter().map(|name| format!("{commit} {name}\n")).collect();
    playground.git(&["pack-refs", "--all"]);
    let packed = playground.repository().join(".git/packed-refs");
    let before = fs::read_to_string(&packed).unwrap().replace(" sorted", "");
    fs::write(&packed, before + &lines).unwrap();
    // git sorts what it was told is unsorted, and adds what tags point at.
    playground.git(&["update-ref", "refs/heads/one-more", &commit]);
    playground.git(&["tag", "-a", "-m", "tagged", "second"]);
    playground.git(&["pack-refs", "--all"]);
    compare(&playground, &playground.repository());
}
