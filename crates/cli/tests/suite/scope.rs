//! What a task's scope makes of links, of hosts in odd spellings, and of what is opened or fetched on the side.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use crate::machine::Machine;

/// A machine with a task of these bounds.
fn with_task(bounds: &[&str]) -> Machine {
    let machine = Machine::governed();
    machine.countersign(&[&["task", "start", "Refactor billing"], bounds].concat(), "");
    machine
}

/// What the last decision says of the scope.
fn said(machine: &Machine) -> String {
    let decided = machine.events("decided");
    let factors = decided.last().unwrap()["decision"]["risk"]["factors"].as_array().unwrap().clone();
    let scope = factors.iter().find(|factor| factor["name"] == "scope");
    scope.map_or_else(|| "inside".to_owned(), |factor| factor["sentence"].as_str().unwrap().to_owned())
}

fn asked(machine: &Machine, call: &Value) -> String {
    machine.ask(call);
    said(machine)
}

#[test]
fn a_link_is_where_it_leads() {
    let machine = with_task(&["--scope", "src/billing/**"]);
    let repository = machine.repository();
    for below in ["src/billing/deep", "src/web"] {
        fs::create_dir_all(repository.join(below)).unwrap();
    }
    fs::write(repository.join("src/web/old.rs"), "1").unwrap();
    symlink("../web", repository.join("src/billing/out")).unwrap();
    symlink("../web/old.rs", repository.join("src/billing/old.rs")).unwrap();
    symlink("../web/new.rs", repository.join("src/billing/dangling.rs")).unwrap();
    symlink("src/billing", repository.join("in")).unwrap();
    symlink(&repository, machine.path("alias")).unwrap();
    let write = |path: &str| {
        machine.call("Write", json!({ "file_path": repository.join(path), "content": "1" }), &repository)
    };
    for (path, leads) in [
        ("src/billing/out/a.rs", "src/web/a.rs"),
        ("src/billing/old.rs", "src/web/old.rs"),
        ("src/billing/dangling.rs", "src/web/new.rs"),
        ("in/out/a.rs", "src/web/a.rs"),
        ("src/billing/deep/../out/a.rs", "src/web/a.rs"),
    ] {
        let outside = format!("`{leads}` is outside the task's `src/billing/**`");
        assert_eq!(asked(&machine, &write(path)), outside, "{path}");
        let command = machine.bash(&format!("echo 1 > {path}"));
        assert_eq!(asked(&machine, &command), outside, "{path}");
    }
    for path in ["in/a.rs", "in/deep/a.rs", "src/billing/out/../billing/a.rs"] {
        assert_eq!(asked(&machine, &write(path)), "inside", "{path}");
    }
    let alias = machine.path("alias");
    let through =
        |path: &str| machine.call("Write", json!({ "file_path": alias.join(path), "content": "1" }), &alias);
    assert_eq!(asked(&machine, &through("src/billing/a.rs")), "inside");
    assert!(asked(&machine, &through("src/web/a.rs")).starts_with("`src/web/a.rs` is outside"));
    for (command, is_inside) in [
        ("rm src/billing/out", true),
        ("ln -s ../web src/billing/z && touch src/billing/z/a.rs", false),
        ("cp -r src/billing/deep src/billing/out/", false),
        ("cd src/billing/out && touch a.rs", false),
        ("cd in && touch a.rs", true),
        ("mv src/billing/deep in/deeper", true),
    ] {
        assert_eq!(
            asked(&machine, &machine.bash(command)) == "inside",
            is_inside,
            "{command}: {}",
            said(&machine)
        );
    }
}

#[test]
fn a_host_is_one_however_it_is_spelled() {
    let machine = with_task(&["--host", "api.acme.example", "--host", "*.npm.acme.example"]);
    let fetch = |url: &str| {
        machine.call("WebFetch", json!({ "url": url, "prompt": "read it" }), &machine.repository())
    };
    for url in [
        "https://api.acme.example/x",
        "https://API.Acme.Example./x",
        "https://user:pass@api.acme.example:8443/x",
        "https://evil.example@api.acme.example/x",
        "https://%61pi.acme.example/x",
        "https:/api.acme.example/x",
        "http://[::1]:3000/x",
    ] {
        assert_eq!(asked(&machine, &fetch(url)), "inside", "{url}");
    }
    for (url, host) in [
        ("https://evil.example/x", "evil.example"),
        ("https://api.acme.example@evil.example/x", "evil.example"),
        (r"https://api.acme.example\@evil.example/x", "*"),
        (r"https://evil.example\@api.acme.example/x", "*"),
        ("https:/evil.example/https://api.acme.example", "evil.example"),
        ("https://evil.example#@api.acme.example/", "evil.example"),
        ("https://evil.example?@api.acme.example/", "evil.example"),
        ("https://api.acme.example.evil.example/", "api.acme.example.evil.example"),
        ("https://api.acme.example%2eevil.example/", "api.acme.example.evil.example"),
        ("https://ev\til.example/", "evil.example"),
        ("http://[2001:db8::1]/", "2001:db8::1"),
        ("http://167772165/", "10.0.0.5"),
    ] {
        let outside = format!("`{host}` is outside the task's `api.acme.example`, `*.npm.acme.example`");
        assert_eq!(asked(&machine, &fetch(url)), outside, "{url}");
    }
}

#[test]
fn registries_are_hosts_too() {
    let machine = with_task(&["--host", "ghcr.io", "--host", "registry.npmjs.org", "--host", "pypi.org"]);
    for (command, host) in [
        ("docker pull ghcr.io/acme/app:1", None),
        ("docker run --rm ghcr.io/acme/app:1 ls", None),
        ("docker pull nginx", Some("docker.io")),
        ("docker run evil.example:5000/x", Some("evil.example")),
        ("docker push registry.acme.example/app", Some("registry.acme.example")),
        ("podman pull quay.io/x/y", Some("quay.io")),
        ("npm install left-pad", None),
        ("npm install --registry https://evil.example/npm left-pad", Some("evil.example")),
        ("pip install requests", None),
        ("pip install -i https://evil.example/simple requests", Some("evil.example")),
        ("cargo install ripgrep", Some("crates.io")),
        ("npm uninstall left-pad", None),
    ] {
        let expected = host.map_or_else(|| "inside".to_owned(), |host| format!("`{host}` is outside"));
        let said = asked(&machine, &machine.bash(command));
        assert!(said.starts_with(&expected), "{command}: {said}");
    }
}

#[test]
fn a_push_that_opens_a_merge_request_takes_leave_to_open_one() {
    let machine = with_task(&["--allow", "git.push", "--limit", "pull-requests=0"]);
    machine.git(&["remote", "set-url", "origin", "git@gitlab.com:acme/shop.git"]);
    machine.git(&["switch", "--quiet", "-c", "feature"]);
    assert_eq!(asked(&machine, &machine.bash("git push origin feature")), "inside");
    for options in
        ["-o merge_request.create", "--push-option=merge_request.create -o merge_request.target=main"]
    {
        let said = asked(&machine, &machine.bash(&format!("git push {options} origin feature")));
        assert!(said.contains("`forge.pull-request` is outside the task's `git.push`"), "{said}");
        assert!(said.contains("limit of 0"), "{said}");
    }
}
