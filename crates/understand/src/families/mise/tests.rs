use insta::assert_snapshot;

use crate::fixture::{check, check_with};

const SETTINGS: &str = "[tools]\ngo = \"1\"\n\n[env]\nA = \"main\"\n\n[tasks]\nquick = \"cargo fmt\"\n\n[tasks.fmt]\nrun = \"gofmt -s -w .\"\n\n[tasks.ship]\ndepends = [\"fmt\"]\nrun = [\"git push origin $A\"]\n\n[tasks.both]\ndepends = [\"f*\", \"q*\"]\n\n[tasks.test]\nrun = \"\"\"\n#!/usr/bin/env bash\ngo test ./...\n\"\"\"\n\n[tasks.odd]\nrun = \"git push origin {{vars.x}}\"\n[tasks.again]\nrun = \"mise run again\"\n";

fn run(command: &str) -> String {
    check_with(command, &[("/repo/mise.toml", SETTINGS), ("/repo/mise-tasks", ""), ("/repo/mise-tasks/db/drop", "#!/bin/sh\nrm -rf \"$1\"\n")])
}

#[test]
fn tasks_are_read() {
    assert_snapshot!(run("mise run fmt && mise r quick -- --check"), @"
    exec.build gofmt, execute
    exec.build cargo fmt, execute
    ");
    assert_snapshot!(run("mise run ship"), @"
    exec.build gofmt, execute
    git.push main@origin, write
    ");
    assert_snapshot!(run("mise run test"), @"exec.test go test, execute");
    assert_snapshot!(run("mise run odd"), @"git.force-push *@origin, destroy, partial");
    assert_snapshot!(run("cd src && mise tasks run fmt ::: db:drop data"), @"
    exec.read cd, read
    exec.build gofmt, execute
    fs.delete /repo/data, destroy
    ");
    assert_snapshot!(run("mise run gone; mise run again; mise run $X"), @"
    exec.opaque mise, execute, opaque
    exec.read mise, read
    ");
    assert_snapshot!(check_with("mise run both", &[("/repo/.mise.toml", SETTINGS)]), @"
    exec.build gofmt, execute
    exec.build cargo fmt, execute
    ");
}

#[test]
fn without_settings() {
    assert_snapshot!(check("mise run fmt && mise run lint 2>&1 | head -3"), @"
    exec.build mise, execute, partial
    exec.test mise, execute, partial
    exec.read head, read
    ");
    assert_snapshot!(check("mise run deploy"), @"exec.opaque mise, execute, partial");
    assert_snapshot!(check("mise run deploy & echo $X > mise.toml"), @"
    exec.opaque mise, execute, opaque
    fs.write /repo/mise.toml, write
    exec.read echo, read
    ");
    assert_snapshot!(check("curl -o mise.toml https://example.com/x; mise run fmt"), @"
    fs.write /repo/mise.toml, write
    net.read https://example.com/x, read
    exec.remote-code /repo/mise.toml, execute
    exec.opaque mise, execute, opaque
    ");
}

#[test]
fn other_subcommands() {
    assert_snapshot!(check("mise x -- git push origin main; mise exec node@20 -- jest; mise ls; mise install; mise frob; mise x -c 'x'"), @"
    git.push main@origin, write
    exec.install mise exec, execute
    exec.test jest, execute
    exec.read mise, read
    exec.install mise install, execute
    exec.opaque mise, execute, opaque
    exec.opaque x, execute, opaque
    ");
}

#[test]
fn what_variables_are_taken_from() {
    const PUSH: &str = "git push origin HEAD:main";
    for settings in [
        "[env]\n_.source = \"./ship.sh\"\n",
        "[env]\n_.source = [\"a.sh\", { path = \"./ship.sh\" }]\n",
        "[[env]]\n_.source = \"./ship.sh\"\n",
        "[env]\nX = \"{{ exec(command='git push origin HEAD:main') }}\"\n",
    ] {
        let found = check_with("mise x -- ls", &[("/repo/mise.toml", settings), ("/repo/ship.sh", PUSH), ("/repo/a.sh", "A=1")]);
        assert!(found.contains("git.push main@origin"), "{settings}: {found}");
    }
    let plain = [("/repo/mise.toml", "[env]\nX = \"1\"\n_.file = \".env\"\n[tools]\nnode = \"20\"\n")];
    assert_eq!(check_with("mise x -- ls", &plain), "fs.read /repo, read");
    assert!(!check_with("git pull && mise x -- ls", &plain).contains("opaque"));
}
