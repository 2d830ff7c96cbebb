use countersign_model::{PathClass, Resource, verbs};
use insta::assert_snapshot;

use crate::fixture::{check, understood};

#[test]
fn directories_that_are_filled() {
    assert_snapshot!(check("cargo new deploy/live/x"), @"
    exec.build cargo new, execute
    fs.write /repo/deploy/live/x, write
    ");
    assert_snapshot!(check("python3 -m venv deploy/live/v"), @"
    exec.install python3 -m venv, execute
    fs.write /repo/deploy/live/v, write
    ");
    assert_snapshot!(check("pip install --target=deploy/live requests"), @"
    exec.install pip install, execute
    package.read * on pypi, read
    fs.write /repo/deploy/live, write
    ");
    assert_snapshot!(check("npm --prefix deploy/live install"), @"
    exec.install npm install, execute
    package.read * on npm, read
    ");
    assert_snapshot!(check("GOBIN=deploy/live go install ./..."), @"
    exec.install go install, execute
    package.read * on go, read
    fs.write /repo/deploy/live, write
    ");
    assert_snapshot!(check("helm create deploy/live/x"), @"
    exec.build helm create, execute
    fs.write /repo/deploy/live/x, write
    ");
}

#[test]
fn what_begins_is_source_and_an_output_is_none() {
    let class = |command: &str| {
        let effects = understood(command, &[]).effects;
        effects.into_iter().find_map(|effect| match effect.resource {
            Resource::Path { class, .. } if effect.verb == verbs::FS_WRITE => Some(class),
            _ => None,
        })
    };
    for command in [
        "cargo new src/web/n",
        "cargo init src/web/n",
        "django-admin startproject x src/web",
        "alembic init src/web/m",
        "rails new src/web/x",
    ] {
        assert_eq!(class(command), Some(PathClass::Ordinary), "{command}");
    }
    for command in [
        "pytest --junitxml=out/x.xml",
        "coverage xml -o out/x.xml",
        "pip install -t out x",
    ] {
        assert_eq!(class(command), Some(PathClass::Rebuildable), "{command}");
    }
    for command in ["pytest -q", "coverage report", "cargo init", "django-admin startproject x"] {
        assert_eq!(class(command), None, "{command}");
    }
}

#[test]
fn where_commands_work() {
    let directories = |command: &str| understood(command, &[]).directories.into_iter().collect::<Vec<_>>();
    assert_eq!(directories("npm --prefix /srv/x ci"), ["/repo", "/srv/x"]);
    assert_eq!(directories("npm ci --prefix /srv/x"), ["/repo", "/srv/x"]);
    assert_eq!(directories("cd /srv/x && make"), ["/srv/x"]);
    assert_eq!(directories("make"), ["/repo"]);
}

#[test]
fn where_nothing_is_named() {
    for call in ["cargo init .", "cargo new --help", "npm install --prefix .", "pip install requests", "cargo install ripgrep", "virtualenv /tmp/v"] {
        assert!(!check(call).contains("fs."), "{call}");
    }
}
