//! Policies tried before they are in force: on their examples, and by what is odd about them.

use std::fs;

use insta::assert_snapshot;
use serde_json::Value;

use crate::machine::{Machine, PASSPHRASE};

const OWN: &str = r#"
[[policy]]
id = "no-releases"
says = "people make releases"
cedar = 'forbid (principal, action == Action::"forge.release", resource);'
hits = ["gh release create v1"]
misses = ["gh release view v1"]
[[policy]]
id = "odd"
says = "never"
cedar = '''
forbid (principal, action in Action::"fs", resource is Path)
when { resource.class == "secrets" };
'''
[[test]]
call = "gh release create v1"
expect = "EXPECTED"
"#;

/// A machine with this expectation in its proposal.
fn machine(expected: &str) -> Machine {
    let machine = Machine::new();
    machine.countersign(&["init", "--yes"], "");
    let path = machine.repository().join("countersign.toml");
    let text = fs::read_to_string(&path).unwrap() + &OWN.replace("EXPECTED", expected);
    fs::write(path, text).unwrap();
    machine
}

#[test]
fn examples_that_come_out_as_expected_pass_and_others_fail() {
    let passing = machine("deny");
    let shown = passing.countersign(&["policy", "test"], "");
    assert_eq!(passing.countersign(&["policy", "test", "countersign.toml"], ""), shown);
    assert_snapshot!(shown.lines().take(6).collect::<Vec<_>>().join("\n"), @"
    ok repository/no-releases hit `gh release create v1` → deny
    ok repository/no-releases miss `gh release view v1` → allow
    ok test `git push origin main` → require 1 approval
    ok test `git status` → allow
    ok test `gh release create v1` → deny
    5 passed, 0 failed
    ");
    let failing = machine("allow");
    let output = failing.try_countersign(&["policy", "test", "--json"], "");
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["passed"], &report["failed"]), (&4.into(), &1.into()));
    assert_snapshot!(report["trials"][4]["wrong"], @r#""it is decided as deny, and allow was expected: would publish or change a release (* release v1, production): people make releases""#);
    let untouched = report["untouched"]["policies"].as_array().unwrap();
    assert!(
        untouched.contains(&"repository/odd".into()) && !untouched.contains(&"repository/no-releases".into())
    );
}

#[test]
fn what_does_not_come_out_as_expected_is_not_signed_unasked() {
    let failing = machine("allow");
    failing.countersign(&["reviewers", "enroll", "ada", "--passphrase-stdin"], PASSPHRASE);
    let activate = ["policy", "activate", "--unproved", "--passphrase-stdin"];
    let refused = failing.try_countersign(&activate, PASSPHRASE);
    assert_eq!(refused.status.code(), Some(1));
    assert_snapshot!(String::from_utf8_lossy(&refused.stderr), @"
    error: nothing was signed: these examples do not come out as expected: `gh release create v1`
    hint: mend the policy or the example (`countersign policy test` shows all), or sign it all the same with --untested
    ");
    assert_eq!(failing.events("bundle_activated").len(), 0);
    failing.countersign(&[&activate[..], &["--untested"]].concat(), PASSPHRASE);
    assert_eq!(failing.events("bundle_activated").len(), 1);
    let path = failing.repository().join("countersign.toml");
    let text = fs::read_to_string(&path).unwrap();
    let mended = text.replace("create v1\"\nexpect = \"allow\"", "create v1\"\nexpect = \"deny\"");
    fs::write(path, mended + "\n[weights.verb]\n\"forge.merge\" = 9\n").unwrap();
    assert!(failing.countersign(&activate, PASSPHRASE).contains("tested: all 5 examples"));
}

#[test]
fn what_is_odd_is_said_with_its_place() {
    let report: Value =
        serde_json::from_str(&machine("deny").countersign(&["policy", "check", "--json"], "")).unwrap();
    let lints = report["lints"].as_array().unwrap();
    let rules: Vec<&str> = lints.iter().filter_map(|lint| lint["rule"].as_str()).collect();
    assert_eq!(rules, ["unknown-word", "no-example"]);
    assert!(lints[0]["line"].as_u64() > Some(20), "{report}");
    assert_snapshot!(lints[0]["message"], @r#""`resource.class` is never \"secrets\"""#);
}

#[test]
fn examples_see_the_files_of_the_repository() {
    let machine = Machine::new();
    machine.countersign(&["init", "--yes"], "");
    let path = machine.repository().join("countersign.toml");
    let tests = r#"
[[test]]
call = "npm run deploy"
expect = "hold"
[[test]]
call = "npm run there"
expect = "allow"
"#;
    let text = fs::read_to_string(&path).unwrap() + tests;
    fs::write(&path, text).unwrap();
    let scripts = r#"{"scripts": {"deploy": "git push origin main", "there": "ls"}}"#;
    fs::write(machine.repository().join("package.json"), scripts).unwrap();
    let shown = machine.countersign(&["policy", "test"], "");
    assert!(shown.contains("4 passed, 0 failed"), "{shown}");
}

#[test]
fn what_is_no_file_or_no_text_is_said_to_be_that() {
    let machine = Machine::governed();
    let said = |path: &str| {
        let output = machine.try_countersign(&["policy", "check", path], "");
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8(output.stderr).unwrap().replace(&machine.path("").display().to_string(), "~/")
    };
    fs::write(machine.path("latin1.toml"), b"version = 1\n# \xe4\n").unwrap();
    assert_snapshot!(said(&machine.path("latin1.toml").display().to_string()), @"
    error: in `~/latin1.toml`
      caused by: cannot read the proposal: it is no text in UTF-8 at line 2, column 3
    hint: save the file as text in UTF-8
    ");
    assert_snapshot!(said(&machine.repository().display().to_string()), @"
    error: in `~/shop`
      caused by: cannot read the proposal
      caused by: it is a directory
    hint: name the file, such as `~/shop/countersign.toml`
    ");
}

#[test]
fn an_error_for_programs_names_file_and_line() {
    let machine = Machine::governed();
    let path = machine.repository().join("countersign.toml");
    let good = fs::read_to_string(&path).unwrap();
    fs::write(&path, good.clone() + "\n[weights.verb]\n\"forge.murge\" = 50\n").unwrap();
    let output = machine.try_countersign(&["policy", "check", "--json"], "");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    let line = good.lines().count() + 3;
    assert_eq!(
        (&error["file"], &error["line"], &error["column"]),
        (&serde_json::json!(path), &line.into(), &1.into())
    );
    assert_eq!(error["hint"], "did you mean `forge.merge`?");
    let usage = machine.try_countersign(&["policy", "chekc", "--json"], "");
    let error: Value = serde_json::from_slice(&usage.stderr).unwrap();
    assert!(error["error"].as_str().unwrap().starts_with("unrecognized subcommand 'chekc'"), "{error}");
}

#[test]
fn what_is_in_force_is_shown_to_programs() {
    let machine = machine("deny");
    machine.countersign(&["reviewers", "enroll", "ada", "--passphrase-stdin"], PASSPHRASE);
    machine.activate();
    let shown: Value = serde_json::from_str(&machine.countersign(&["policy", "show", "--json"], "")).unwrap();
    assert_eq!(shown["map"]["environments"]["production"]["branches"], serde_json::json!(["main"]));
    assert_eq!((&shown["pack"], &shown["weights"]), (&"graduated".into(), &serde_json::json!([])));
    let ids: Vec<&str> =
        shown["policies"].as_array().unwrap().iter().filter_map(|policy| policy["id"].as_str()).collect();
    assert_eq!(ids, ["repository/no-releases", "repository/odd"]);
}

#[test]
fn the_words_of_policies_are_printed() {
    let machine = Machine::new();
    let verbs = machine.countersign(&["policy", "verbs"], "");
    let push = verbs.lines().find(|line| line.trim_start().starts_with("git.push ")).unwrap();
    assert_snapshot!(push.split_whitespace().collect::<Vec<_>>().join(" "), @"git.push write Ref, Repository move a ref of a remote");
    let verbs: Value =
        serde_json::from_str(&machine.countersign(&["policy", "verbs", "--json"], "")).unwrap();
    assert!(verbs.as_array().unwrap().iter().any(|verb| verb["verb"] == "git.push" && verb["area"] == "git"));
    assert!(
        machine
            .countersign(&["policy", "schema"], "")
            .contains("action \"git.push\" in [\"git\", \"write\"]")
    );
    let schema: Value =
        serde_json::from_str(&machine.countersign(&["policy", "schema", "--json"], "")).unwrap();
    assert!(schema[""]["actions"]["git.push"].is_object(), "{schema}");
}

#[test]
fn a_failed_example_says_what_was_decided_and_where_it_stands() {
    let machine = machine("allow");
    let output = machine.try_countersign(&["policy", "test"], "");
    let shown =
        String::from_utf8(output.stdout).unwrap().replace(&machine.path("").display().to_string(), "~/");
    assert_snapshot!(shown, @"
    ok repository/no-releases hit `gh release create v1` → deny
    ok repository/no-releases miss `gh release view v1` → allow
    ok test `git push origin main` → require 1 approval
    ok test `git status` → allow
    wrong test `gh release create v1` → deny
          it is decided as deny, and allow was expected: would publish or change a release (* release 
          ┊ v1, production): people make releases
          ~/shop/countersign.toml:59:1
    4 passed, 1 failed

    What nothing here ever tried
      policies of your own: 1 of 2
        repository/odd
    --all lists what was not tried of the pack, the environments and the verbs
    ");
    let all = machine.try_countersign(&["policy", "test", "--all"], "");
    assert!(String::from_utf8(all.stdout).unwrap().contains("  environments: "));
}
