//! Errors as people see them.

use insta::assert_snapshot;
use proptest::prelude::*;
use proptest::sample::select;

use super::SHOP;
use crate::{Proposal, build};

/// The message, its causes and its hint.
fn check(text: &str) -> String {
    let (error, hint): (Box<dyn std::error::Error>, Option<String>) = match Proposal::parse(text) {
        Err(error) => {
            let hint = error.hint.clone();
            (error.into(), hint)
        }
        Ok(proposal) => match build(&proposal) {
            Err(error) => {
                let hint = error.hint().map(str::to_owned);
                (error.into(), hint)
            }
            Ok(bundle) => return format!("ok: {}", bundle.pack()),
        },
    };
    assert!(error.source().is_none());
    let hint = hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    format!("error: {error}{hint}")
}

fn policy(cedar: &str) -> String {
    check(&format!("version = 1\n[[policy]]\nid = \"own\"\ncedar = '''\n{cedar}\n'''\n"))
}

#[test]
fn the_least_proposal() {
    assert_snapshot!(check("version = 1"), @"ok: graduated");
}

#[test]
fn unknown_keys() {
    assert_snapshot!(check("version = 1\n[environments.production]\nbranchs = [\"main\"]\n"), @"
    error: cannot read the proposal: unknown key `branchs` at line 3, column 1
    hint: did you mean `branches`? It is one of: branches, tags, hosts, paths, mcp_servers, credentials, kube_contexts, accounts, databases, stacks, apps, registries
    ");
    assert_snapshot!(check("version = 1\n[environments.live]\n"), @"
    error: cannot read the proposal: unknown key `live` at line 2, column 15
    hint: it is one of: production, staging, development
    ");
    assert_snapshot!(check("version = 1\npack = \"graduate\"\n"), @"
    error: cannot read the proposal: unknown value `graduate` at line 2, column 8
    hint: did you mean `graduated`? It is one of: observe, graduated, strict
    ");
}

#[test]
fn not_toml_or_not_this_format() {
    assert_snapshot!(check("version = 1\n[repository\n"), @"error: cannot read the proposal: unclosed table, expected `]` at line 2, column 12");
    assert_snapshot!(check(""), @"
    error: cannot read the proposal: missing field `version` at line 1, column 1
    hint: start the file with `version = 1`
    ");
    assert_snapshot!(check("version = 7\n"), @"
    error: cannot read the proposal: version 7 of the format is not known at line 1, column 11
    hint: this program reads version 1
    ");
    assert_snapshot!(check("version = 1\n[environments.production]\nbranches = \"main\"\n"), @r#"error: cannot read the proposal: expected a list, such as `["main"]`, and found the text "main" at line 3, column 12"#);
    assert_snapshot!(check("version = 1\nlayers = [\"org.toml\"]\n"), @"error: cannot read the proposal: expected a table, and found a list at line 2, column 10");
}

#[test]
fn patterns_that_would_match_nothing() {
    assert_snapshot!(check("version = 1\n[environments.production]\nbranches = [\"v[0-9]\"]\n"), @"error: cannot use `v[0-9]` in `environments.production.branches`: a pattern is made of names, `*`, `**` and `?`, with a leading `!` for an exception");
    assert_snapshot!(check("version = 1\n[environments.staging]\nhosts = [\"\"]\n"), @"error: cannot use `` in `environments.staging.hosts`: a pattern cannot be empty");
}

#[test]
fn policies_cedar_cannot_read() {
    assert_snapshot!(policy("forbid (principal, action, resource)\nwhen { context.risk > };"), @"error: cannot use policy `own`: unexpected token `}` at line 2, column 23");
    assert_snapshot!(policy("permit (principal, action == Action::\"git.pusk\", resource);"), @r#"
    error: cannot use policy `own`: unrecognized action `Action::"git.pusk"` at line 1, column 30
    hint: did you mean `git.push`?
    "#);
    assert_snapshot!(policy("forbid (principal, action, resource)\nwhen { context.riks > 3 };"), @r#"
    error: cannot use policy `own`: attribute `riks` in context for Action::"agent.internal" not found at line 2, column 8
    hint: did you mean `risk`?
    "#);
    assert_snapshot!(policy("forbid (principal, action, resource) when { resource.host == \"x\" };"), @"
    error: cannot use policy `own`: attribute `host` on entity type `App` not found at line 1, column 45
    hint: ask first for a type that has `host`: `resource is Host` or `resource is Database` or `resource is Container`
    ");
    assert_snapshot!(policy("forbid (principal, action == Action::\"git\", resource);"), @r#"
    error: cannot use policy `own`: policy is impossible: the policy expression evaluates to false for all valid requests at line 1, column 1
    hint: `git` is a group of verbs: write `action in Action::"git"`
    "#);
    assert_snapshot!(policy("forbid (principal, action == Action::\"git.push\", resource is Depository);"), @"
    error: cannot use policy `own`: unrecognized entity type `Depository` at line 1, column 62
    hint: did you mean `Repository`?
    ");
    assert_snapshot!(policy("permit (principal, action, resource); permit (principal, action, resource);"), @"
    error: cannot use policy `own`: unexpected token `permit` at line 1, column 39
    hint: `cedar` holds one policy: give the next a `[[policy]]` of its own
    ");
    assert_snapshot!(policy("permit (principal, action, resource)"), @"
    error: cannot use policy `own`: unexpected end of input at line 1, column 37
    hint: a policy ends with `;`
    ");
}

#[test]
fn programs_that_say_nothing_or_two_things() {
    let program = |text: &str| check(&format!("version = 1\n[[program]]\n{text}\n"));
    assert_snapshot!(program("names = [\"shipctl\"]\nread = [\"status\"]"), @"ok: graduated");
    assert_snapshot!(program("names = [\"shipctl\"]"), @"error: cannot use the program `shipctl`: it says nothing: list subcommands under `read`, `write`, `destroy` or `execute`");
    assert_snapshot!(program("names = [\"shipctl\"]\nread = [\"\"]\ntarget = [\"to\"]"), @"error: cannot use the program `shipctl`: what `target` lists are options of the program and start with a dash");
    assert_snapshot!(program("names = [\"mcp__ship__*\"]\nread = [\"\"]\ntarget = [\"to\"]"), @"ok: graduated");
    assert_snapshot!(program("names = []\nread = [\"\"]"), @"error: cannot use the program ``: it has no name");
    assert_snapshot!(program("names = [\"a/b\"]\nread = [\"\"]"), @"error: cannot use the program `a/b`: a name is one word without `/`");
    assert_snapshot!(program("names = [\"a\"]\nread = [\"x\"]\nwrite = [\"x\"]"), @"error: cannot use the program `a`: a subcommand is listed twice");
    assert_snapshot!(program("names = [\"a\"]\nreads = [\"x\"]"), @"
    error: cannot read the proposal: unknown key `reads` at line 4, column 1
    hint: did you mean `read`? It is one of: names, values, target, read, write, destroy, execute
    ");
}

#[test]
fn policies_the_ladder_cannot_take() {
    assert_snapshot!(policy("permit (principal, action, resource) unless { context.oversight.approvals >= 1 };"), @"
    error: cannot use policy `own`: more oversight could take away what less of it permits
    hint: in a permit ask for at least as much, as in `context.oversight.approvals >= 1`; in a forbid put that under `unless`
    ");
    assert_snapshot!(policy("permit (principal, action, resource) when { context.oversight.approvals >= 20 };"), @"error: cannot use policy `own`: it asks for more than 9 approvals");
}

#[test]
fn places_are_counted_in_the_file() {
    let place = |policy: &str| {
        let text = format!(
            "version = 1\n\n[[policy]]\nid = \"other\"\ncedar = 'permit (principal, action, resource is Host);'\n{policy}"
        );
        let error = build(&Proposal::parse(&text).unwrap()).unwrap_err();
        (error.to_string(), error.within(&text).to_string())
    };
    let (own, whole) = place(
        "[[policy]]\nid = \"own\"\ncedar = \"\"\"\nforbid (principal, action, resource)\nwhen { context.risk > };\n\"\"\"\n",
    );
    assert_snapshot!(own, @"cannot use policy `own`: unexpected token `}` at line 2, column 23");
    assert_snapshot!(whole, @"cannot use policy `own`: unexpected token `}` at line 10, column 23");
    let (own, whole) = place(
        "[[policy]]\nid = \"own\"\ncedar = 'forbid (principal, action, resource) when { context.risk > };'\n",
    );
    assert_snapshot!(own, @"cannot use policy `own`: unexpected token `}` at line 1, column 60");
    assert_snapshot!(whole, @"cannot use policy `own`: unexpected token `}` at line 8, column 69");
    // Escapes shift what follows: it is where the text begins.
    let (_, whole) = place(
        "[[policy]]\nid = \"own\"\ncedar = \"permit (principal, action == Action::\\\"git.pusk\\\", resource);\"\n",
    );
    assert_snapshot!(whole, @r#"cannot use policy `own`: unrecognized action `Action::"git.pusk"` at line 8, column 39"#);
}

#[test]
fn numbers_the_bundle_cannot_keep() {
    assert_snapshot!(policy("forbid (principal, action, resource) when { context.risk > 9007199254740992 };"), @"error: cannot use policy `own`: it holds a number beyond 9007199254740991");
}

#[test]
fn the_same_id_twice() {
    let one = "[[policy]]\nid = \"a\"\ncedar = 'forbid (principal, action, resource is Host);'\n";
    assert_snapshot!(check(&format!("version = 1\n{one}{one}")), @"error: cannot use policy `a`: its id stands there twice");
}

/// Pieces of the format, of TOML and of Cedar.
const PIECES: &[&str] = &[
    "version = 1\n",
    "pack = ",
    "[environments.production]\n",
    "[[policy]]\n",
    "id = ",
    "cedar = '''",
    "'''",
    "branches = [",
    "]",
    "[",
    "{",
    "}",
    "=",
    "\"",
    "'",
    "\\",
    "\n",
    ",",
    "#",
    ".",
    "é",
    "\u{feff}",
    "\r",
    "permit(",
    ");",
    "99999999999999999999",
    "2026-01-01",
    "true",
    " ",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the file says, it is read or refused at a place in it.
    #[test]
    fn any_file_is_read_or_refused(
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
        pieces in prop::collection::vec(select(PIECES), 0..6),
    ) {
        let letters: Vec<char> = SHOP.chars().collect();
        let (from, to) = (from.index(letters.len()), to.index(letters.len()));
        let tail = letters.iter().skip(if from < to { to } else { letters.len() });
        let text: String = letters.iter().take(from).copied().chain(pieces.concat().chars()).chain(tail.copied()).collect();
        match Proposal::parse(&text) {
            Ok(proposal) => drop(build(&proposal)),
            Err(error) => {
                let line = text.split('\n').nth(error.line - 1);
                prop_assert!(line.is_some_and(|line| error.column <= line.chars().count() + 2), "{error}\n{text}");
            }
        }
    }
}

#[test]
fn what_is_wrong_with_an_id_is_where_the_id_stands() {
    let place = |text: &str| {
        let proposal = Proposal::parse(text).unwrap();
        crate::build(&proposal).unwrap_err().within(text).to_string()
    };
    let one = |id: &str, kind: &str| {
        format!(
            "[[{kind}]]\nsays = \"x\"\ncedar = 'forbid (principal, action == Action::\"db.read\", resource);'\nid = \"{id}\"\n"
        )
    };
    let text = format!("version = 1\n{}{}", one("a", "policy"), one("a", "policy"));
    insta::assert_snapshot!(place(&text), @"cannot use policy `a`: its id stands there twice at line 9, column 1");
    let text = format!("version = 1\n{}{}", one("a", "invariant"), one("a b", "invariant"));
    insta::assert_snapshot!(place(&text), @"cannot use policy `invariant a b`: its id is no plain word at line 9, column 1");
    // A policy and an invariant may share one.
    let text = format!("version = 1\n{}{}", one("a", "policy"), one("a", "invariant"));
    assert!(crate::build(&Proposal::parse(&text).unwrap()).is_ok());
}

#[test]
fn errors_in_strings_with_escapes_point_at_their_words() {
    let text = "version = 1\n[[policy]]\nid = \"a\"\ncedar = \"forbid (principal, action == Action::\\\"db.read\\\", resource) wen { true };\"\n";
    let error = crate::build(&Proposal::parse(text).unwrap()).unwrap_err().within(text);
    let (line, column) = error.place().0.unwrap();
    assert!(text.lines().nth(line - 1).unwrap()[column - 1..].starts_with("wen"), "{error}");
}

#[test]
fn invariants_are_part_of_what_is_signed() {
    let text = |rest: &str| format!("version = 1\n{rest}");
    let build = |text: String| crate::build(&Proposal::parse(&text).unwrap()).unwrap();
    let invariant =
        "[[invariant]]\nid = \"a\"\nsays = \"x\"\ncedar = 'forbid (principal, action, resource);'\n";
    let (without, with) = (build(text("")), build(text(invariant)));
    assert_ne!(without.digest(), with.digest());
    assert_eq!(with.invariants().iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["repository/a"]);
    let again = crate::Bundle::from_bytes(with.to_bytes()).unwrap();
    assert_eq!((again.digest(), again.invariants()), (with.digest(), with.invariants()));
    // What nobody signed keeps the shipped rules.
    let proposal = Proposal::parse(&text(invariant)).unwrap();
    assert!(crate::Bundle::shipped(crate::Pack::Graduated, &proposal).unwrap().has_shipped_rules());
}
