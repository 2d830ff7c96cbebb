//! Mistakes are named in the words of the file, with their line.

use insta::assert_snapshot;

use crate::{Proposal, build};

/// What is said of a file of the version with these lines in it, and where.
fn check(lines: &str) -> String {
    let text = format!("version = 1\n{lines}\n");
    let (error, hint) = match Proposal::parse(&text) {
        Err(error) => (error.to_string(), error.hint),
        Ok(proposal) => {
            let error = build(&proposal).unwrap_err().within(&text);
            (error.to_string(), error.hint().map(str::to_owned))
        }
    };
    hint.map_or(error.clone(), |hint| format!("{error}\n{hint}"))
}

#[test]
fn values_of_the_wrong_type() {
    assert_snapshot!(check("on_allow = 3"), @"cannot read the proposal: expected a text in quotes at line 2, column 12");
    assert_snapshot!(check("delegates = { a = 1 }"), @r#"cannot read the proposal: expected a list, such as `["main"]`, and found a table at line 2, column 13"#);
    assert_snapshot!(check("repository = [1]"), @r#"cannot read the proposal: expected a list, such as `["main"]`, and found the number `1` at line 2, column 15"#);
    assert_snapshot!(check("[repository]\ndefault_branch = true"), @"cannot read the proposal: expected a text in quotes, and found `true` at line 3, column 18");
    assert_snapshot!(check("[[test]]\ncall = 1.5"), @"cannot read the proposal: expected a text in quotes, and found the number `1.5` at line 3, column 8");
}

#[test]
fn groups_that_there_are_not() {
    let policy = |cedar: &str| check(&format!("[[policy]]\nid = \"own\"\ncedar = \"\"\"\n{cedar}\n\"\"\""));
    assert_snapshot!(policy("forbid (principal, action, resource in Environment::\"prodution\");"), @r#"
    cannot use policy `own`: there is no `Environment::"prodution"`, so that this is never true at line 5, column 53
    did you mean `production`? It is one of: development, staging, unknown, production
    "#);
    assert_snapshot!(policy("permit (principal, action, resource)\nwhen { resource in Place::\"remtoe\" };"), @r#"
    cannot use policy `own`: there is no `Place::"remtoe"`, so that this is never true at line 6, column 27
    did you mean `remote`? It is one of: workspace, machine, remote
    "#);
    assert_snapshot!(policy("forbid (principal == Session::\"mine\", action, resource);"), @r#"
    cannot use policy `own`: there is no `Session::"mine"`, so that this is never true at line 5, column 31
    it is one of: session
    "#);
    assert_snapshot!(policy("forbid (principal, action, resource == Host::\"evil.example\");"), @r#"
    cannot use policy `own`: nothing is called `Host::"evil.example"`, so that this is never true at line 5, column 46
    ask for attributes: `resource is Host`, and `when { resource.host == "…" }`
    "#);
    assert_snapshot!(policy("permit (principal, action, resource)\nwhen { resource in [Path::\".env\"] };"), @r#"
    cannot use policy `own`: nothing is called `Path::".env"`, so that this is never true at line 6, column 27
    ask for attributes: `resource is Path`, and `when { resource.path == "…" }`
    "#);
    assert_snapshot!(check("[[invariant]]\nid = \"own\"\nsays = \"x\"\ncedar = 'forbid (principal, action, resource) when { resource in [Place::\"remote\", Environment::\"Production\"] };'"), @r#"
    cannot use policy `invariant own`: there is no `Environment::"Production"`, so that this is never true at line 5, column 97
    did you mean `production`? It is one of: development, staging, unknown, production
    "#);
}

#[test]
fn repositories_that_there_are_not() {
    let list = |line: &str| check(&format!("[repository]\n{line}"));
    assert_snapshot!(list("remotes = [\"\"]"), @"cannot use `` in `repository.remotes`: it is empty, or has spaces around it at line 3, column 12");
    assert_snapshot!(list("remotes = [\"!github.com/acme/shop\"]"), @"cannot use `!github.com/acme/shop` in `repository.remotes`: a repository is listed or not: `!` says nothing here at line 3, column 12");
    assert_snapshot!(list("roots = [\"shop\"]"), @"cannot use `shop` in `repository.roots`: a root is the whole path of a working tree, which starts with `/` at line 3, column 10");
    assert_snapshot!(list("roots = [\"/\"]"), @"cannot use `/` in `repository.roots`: the top of the file system is no working tree at line 3, column 10");
}

#[test]
fn examples_that_are_none() {
    assert_snapshot!(check("[[test]]\ncall = \" \"\nexpect = \"allow\""), @"cannot read the proposal: an example's `call` is empty: give it a command at line 2, column 1");
    assert_snapshot!(check("[[test]]\nexpect = \"allow\""), @"cannot read the proposal: an example says no call: give it a `call`, which is a command, or a `tool` with its `input` at line 2, column 1");
    assert_snapshot!(check("[[test]]\ncall = \"ls\"\ntool = \"Bash\"\nexpect = \"allow\""), @"cannot read the proposal: an example says two calls: `call` is a command, and `tool` with `input` is any other call at line 2, column 1");
    assert_snapshot!(check("[[test]]\ncall = \"ls\"\nexpect = \"allowed\""), @"
    cannot read the proposal: unknown value `allowed` at line 4, column 10
    did you mean `allow`? It is one of: allow, monitor, hold, deny, require 2 approvals including payments
    ");
    assert_snapshot!(check("[[test]]\ncall = \"ls\"\nexpect = \"require 1 approvals\""), @"
    cannot read the proposal: unknown value `require 1 approvals` at line 4, column 10
    it is one of: allow, monitor, hold, deny, require 2 approvals including payments
    ");
    assert_snapshot!(check("[[test]]\ncall = \"ls\"\nexpected = \"allow\""), @"
    cannot read the proposal: unknown key `expected` at line 4, column 1
    did you mean `expect`? It is one of: call, tool, input, branch, expect, by
    ");
    assert_snapshot!(check("[[policy]]\nid = \"a\"\ncedar = \"\"\nhits = [3]"), @"cannot read the proposal: expected a command in quotes or a table with `call` or `tool`, and found the number `3` at line 5, column 9");
    let good =
        "version = 1\n[[test]]\ncall = \"ls\"\nexpect = \"require 2 approvals including dba, payments\"\n";
    assert_eq!(Proposal::parse(good).unwrap().tests.len(), 1);
}

#[test]
fn ids_that_are_no_words() {
    assert_snapshot!(check("[[policy]]\nid = \"a \\\"b/c\"\ncedar = 'forbid (principal, action, resource);'"), @r#"
    cannot use policy `a "b/c`: its id is no plain word at line 3, column 1
    write an id of letters, digits, `-`, `_` and `.`, such as `no-releases`
    "#);
    assert_snapshot!(check("[[policy]]\nid = \"\"\ncedar = 'forbid (principal, action, resource);'"), @"
    cannot use policy ``: its id is no plain word at line 3, column 1
    write an id of letters, digits, `-`, `_` and `.`, such as `no-releases`
    ");
    assert_snapshot!(check("[[invariant]]\nid = \"ä\"\nsays = \"x\"\ncedar = 'forbid (principal, action, resource);'"), @"
    cannot use policy `invariant ä`: its id is no plain word at line 3, column 1
    write an id of letters, digits, `-`, `_` and `.`, such as `no-releases`
    ");
}

#[test]
fn points_that_are_none() {
    assert_snapshot!(check("[weights.verb]\n\"forge.murge\" = 50"), @"
    cannot use `forge.murge` in `[weights.verb]`: there is no such verb at line 3, column 1
    did you mean `forge.merge`?
    ");
    assert_snapshot!(check("[weights.verb]\n\"everything at all\" = 50"), @"
    cannot use `everything at all` in `[weights.verb]`: there is no such verb at line 3, column 1
    `countersign policy verbs` lists them
    ");
    assert_snapshot!(check("[weights.verb]\nforge.merge = 50"), @r#"
    cannot use `forge` in `[weights.verb]`: there is no such verb at line 3, column 1
    a verb stands in quotes: `"forge.merge" = 10`
    "#);
    assert_snapshot!(check("[weights.change]\nstaging = 5\nproduction = -50"), @"
    cannot use `production` in `[weights.change]`: `-50` is no number of points at line 4, column 1
    write a whole number from 0 to 100
    ");
    assert_snapshot!(check("[weights.change]\nunknown = 60"), @"
    cannot use `unknown` in `[weights.change]`: `production` has 40 points, fewer than `unknown` with 60 at line 3, column 1
    give `production` 60 or more, or `unknown` 40 or fewer
    ");
    assert_snapshot!(check("[weights.change]\nstaging = 20\n[weights.read]\nunknown = 30\nproduction = 35"), @"
    cannot use `unknown` in `[weights.read]`: for `unknown` a change has 25 points, fewer than a read with 30 at line 5, column 1
    give `unknown` 30 or more under `[weights.change]`, or 25 or fewer under `[weights.read]`
    ");
    assert_snapshot!(check("[weights.chance]\nstaging = 20"), @"
    cannot use `[weights.chance]`: there is no such table of points at line 2, column 10
    did you mean `change`? It is one of: access, certainty, change, class, other, place, read, reversible, verb
    ");
    assert_snapshot!(check("[weights]\nchange = 20"), @"
    cannot use `[weights.change]`: it is a table of points at line 3, column 1
    write `[weights.change]`, and below it a line such as `production = 60`
    ");
}

#[test]
fn patterns_programs_and_delegates_have_a_line() {
    assert_snapshot!(check("[environments.production]\nbranches = [\n  \"main\",\n  \"v[0-9]\",\n]"), @"cannot use `v[0-9]` in `environments.production.branches`: a pattern is made of names, `*`, `**` and `?`, with a leading `!` for an exception at line 5, column 3");
    assert_snapshot!(check("[[program]]\nnames = [\"a\"]\nread = [\"\"]\n[[program]]\nnames = [\"b\"]"), @"cannot use the program `b`: it says nothing: list subcommands under `read`, `write`, `destroy` or `execute` at line 6, column 10");
    assert_snapshot!(check("[[program]]\nnames = []"), @"cannot use the program ``: it has no name at line 3, column 1");
    assert_snapshot!(check("delegates = [\"staging\", \"stagin\"]"), @"
    cannot delegate `stagin` at line 2, column 25
    did you mean `staging`? It is one of: staging, development, programs
    ");
}
