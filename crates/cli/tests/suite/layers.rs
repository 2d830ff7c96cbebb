//! Layers above a repository's proposal, and policies that only look on.

use std::fs;

use insta::assert_snapshot;

use crate::machine::{Machine, PASSPHRASE};

const ORGANISATION: &str = r#"version = 1
pack = "graduated"
delegates = ["development"]
[repository]
remotes = ["**"]
roots = ["/**"]
[environments.production]
hosts = ["*.live.example"]
[[policy]]
id = "no-releases"
says = "people make releases"
cedar = 'forbid (principal, action == Action::"forge.release", resource);'
[[policy]]
id = "watch-deletes"
says = "deleting a file would wait for an approval"
mode = "shadow"
cedar = '''
forbid (principal, action == Action::"fs.delete", resource)
unless { context.oversight.approvals >= 1 };
'''
"#;

/// A repository whose proposal names the organisation's file beside it.
fn layered(organisation: &str) -> Machine {
    let machine = Machine::governed();
    let path = machine.repository().join("countersign.toml");
    let own = fs::read_to_string(&path).unwrap();
    let own =
        own.replace("version = 1\n", "version = 1\nlayers = { organisation = \"../organisation.toml\" }\n");
    fs::write(&path, own.replace("pack = ", "# pack = ")).unwrap();
    fs::write(machine.path("organisation.toml"), organisation).unwrap();
    machine
}

#[test]
fn the_organisations_rules_are_in_force_and_what_looks_on_is_recorded() {
    let machine = layered(ORGANISATION);
    machine.countersign(&["policy", "activate", "--passphrase-stdin"], PASSPHRASE);
    let release = machine.ask(&machine.bash("gh release create v1"));
    assert!(release.reason().contains("people make releases"), "{release:?}");
    assert_eq!(machine.ask(&machine.bash("rm shop.txt")).word(), "pass");
    let decided = machine.events_among_last(1, "decided").pop().unwrap();
    assert_snapshot!(decided["decision"]["shadow"]["kind"], @r#"{"decision":"require_approval","requirement":{"approvals":1,"groups":[]}}"#);
    machine.countersign(&["evidence", "verify"], "");
    let shown = machine.countersign(&["policy", "show"], "");
    assert!(shown.contains("policy in shadow organisation/watch-deletes: forbid"), "{shown}");
}

#[test]
fn what_is_wrong_in_a_layer_is_said_of_its_file() {
    let said = |organisation: &str| {
        let machine = layered(organisation);
        let output = machine.try_countersign(&["policy", "check"], "");
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8(output.stderr).unwrap().replace(&machine.path("").display().to_string(), "~/")
    };
    assert_snapshot!(said(&ORGANISATION.replace("forge.release", "forge.relaese")), @r#"
    error: in `~/shop/../organisation.toml`
      caused by: cannot use policy `no-releases`: unrecognized action `Action::"forge.relaese"` at line 12, column 39
    hint: did you mean `forge.release`?
    "#);
    assert_snapshot!(said(&ORGANISATION.replace("delegates = [\"development\"]", "delegates = [\"everything\"]")), @"
    error: in `~/shop/../organisation.toml`
      caused by: cannot delegate `everything` at line 3, column 14
    hint: it is one of: staging, development, programs
    ");
    assert_snapshot!(said(&ORGANISATION.replace("remotes = [\"**\"]", "remotes = [\"github.com/acme/*\"]")), @"
    error: in `~/shop/countersign.toml`
      caused by: cannot join the layers: the layer `repository` may not say that `~/shop` is its repository at line 19, column 12
    hint: the highest layer lists the repositories it speaks of: add a pattern to its `remotes`, or to its `roots` for working trees without a remote
    ");
}

#[test]
fn a_bundle_is_built_into_a_file() {
    let machine = layered(ORGANISATION);
    let path = machine.path("bundle.json");
    let built =
        machine.countersign(&["policy", "build", "--output", &path.display().to_string(), "--json"], "");
    let built: serde_json::Value = serde_json::from_str(&built).unwrap();
    let simulated =
        machine.try_countersign(&["simulate", "--bundle", &path.display().to_string(), "missing"], "");
    assert_eq!(simulated.status.code(), Some(1));
    assert!(fs::metadata(&path).unwrap().len() == built["bytes"].as_u64().unwrap(), "{built}");
}

#[test]
fn a_reviewer_is_shown_that_a_layer_is_gone_and_points_are_fewer() {
    let machine = layered(ORGANISATION);
    machine.countersign(&["policy", "activate", "--passphrase-stdin"], PASSPHRASE);
    let path = machine.repository().join("countersign.toml");
    let own = fs::read_to_string(&path).unwrap();
    let own = own.replace("layers = { organisation = \"../organisation.toml\" }\n", "pack = \"observe\"\n");
    fs::write(path, own + "\n[weights.change]\nproduction = 30\n").unwrap();
    let activate = ["policy", "activate", "--untested", "--passphrase-stdin"];
    let output = machine.try_countersign(&activate, PASSPHRASE);
    assert!(output.status.success(), "{output:?}");
    let warned = String::from_utf8(output.stderr).unwrap();
    assert_snapshot!(warned, @"WARNING: the bundle in force has the organisation's layer, and this one does not: nothing that the organisation asks for would count here any more. Sign it only if the organisation agreed.");
    let shown = String::from_utf8(output.stdout).unwrap();
    for line in [
        "- layer organisation, the highest  ← loosens",
        "- layer repository, which can only tighten  ← loosens",
        "+ pack observe  ← loosens",
        "~ points change.production: 30 instead of 40  ← loosens",
        "- production hosts *.live.example  ← loosens",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
}

#[test]
fn a_reviewer_is_shown_another_order_and_exceptions() {
    let machine = Machine::governed();
    let path = machine.repository().join("countersign.toml");
    let own = fs::read_to_string(&path).unwrap();
    let activate = |tags: &str| {
        let text = own.replace("tags = []", &format!("tags = [{tags}]"));
        assert_ne!(text, own);
        fs::write(&path, text).unwrap();
        machine.countersign(&["policy", "activate", "--passphrase-stdin"], PASSPHRASE)
    };
    let added = activate("\"*\", \"!v9\", \"v*\"");
    assert!(added.contains("+ production tags !v9  ← loosens"), "{added}");
    let turned = activate("\"*\", \"v*\", \"!v9\"");
    assert!(turned.contains("in this order: *, v*, !v9  ← may loosen"), "{turned}");
    let gone = activate("\"*\", \"v*\"");
    assert!(gone.contains("- production tags !v9\n"), "{gone}");
}

#[test]
fn what_was_only_proposed_is_shown_whole_before_it_is_signed() {
    let machine = Machine::new();
    machine.countersign(&["init", "--yes"], "");
    machine.countersign(&["reviewers", "enroll", "alice", "--passphrase-stdin"], PASSPHRASE);
    let path = machine.repository().join("countersign.toml");
    let own = fs::read_to_string(&path).unwrap() + "\n[weights.change]\nproduction = 30\n";
    fs::write(path, own).unwrap();
    let shown = machine.countersign(&["policy", "activate", "--passphrase-stdin"], PASSPHRASE);
    assert!(shown.contains("+ pack graduated") && shown.contains("+ production branches main"), "{shown}");
    assert!(shown.contains("points change.production: 30 instead of 40  ← loosens"), "{shown}");
}

#[test]
fn a_layer_names_no_further_layers() {
    let machine =
        layered(&ORGANISATION.replace("version = 1\n", "version = 1\nlayers = { team = \"gone.toml\" }\n"));
    let output = machine.try_countersign(&["policy", "check"], "");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said =
        String::from_utf8(output.stderr).unwrap().replace(&machine.path("").display().to_string(), "~/");
    assert_snapshot!(said, @r#"
    error: in `~/shop/../organisation.toml`
      caused by: the organisation's file may not name layers at line 2, column 1
    hint: name them all in `~/shop/countersign.toml`: `layers = { organisation = "...", team = "..." }`
    "#);
}

#[test]
fn a_permit_of_a_lower_layer_loosens_nothing_and_nobody_says_that_it_does() {
    let machine = layered(ORGANISATION);
    machine.countersign(&["policy", "activate", "--passphrase-stdin"], PASSPHRASE);
    let path = machine.repository().join("countersign.toml");
    let own = fs::read_to_string(&path).unwrap();
    let permit =
        "\n[[policy]]\nid = \"all\"\nsays = \"x\"\ncedar = 'permit (principal, action, resource is Host);'\n";
    fs::write(&path, own.replace("version = 1\n", "version = 1\npack = \"observe\"\n") + permit).unwrap();
    let checked = machine.countersign(&["policy", "check"], "");
    assert!(checked.contains("`observe` adds nothing here"), "{checked}");
    fs::write(&path, own + permit).unwrap();
    let checked = machine.countersign(&["policy", "check"], "");
    assert!(checked.contains("a permit of a lower layer loosens nothing"), "{checked}");
    let shown = machine.countersign(&["policy", "activate", "--passphrase-stdin"], PASSPHRASE);
    assert!(shown.contains("+ policy repository/all: permit") && !shown.contains("loosens"), "{shown}");
}

/// Where the team's takes the organisation's place, the name that is gone is that of the organisation.
#[test]
fn a_reviewer_is_warned_of_the_layer_that_is_gone_and_of_no_other() {
    let machine = layered(ORGANISATION);
    let path = machine.repository().join("countersign.toml");
    let own = fs::read_to_string(&path).unwrap();
    let layers = |layers: &str| {
        fs::write(&path, own.replace("{ organisation = \"../organisation.toml\" }", layers)).unwrap();
        let activate = ["policy", "activate", "--passphrase-stdin", "--json"];
        let output = machine.try_countersign(&activate, PASSPHRASE);
        assert!(output.status.success(), "{output:?}");
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(told["layers_lost"] == serde_json::json!([]), output.stderr.is_empty());
        told["layers_lost"].to_string()
    };
    fs::write(
        machine.path("team.toml"),
        ORGANISATION.replace("no-releases", "none-at-all").replace("watch-", ""),
    )
    .unwrap();
    let both = "{ organisation = \"../organisation.toml\", team = \"../none.toml\" }";
    fs::write(machine.path("none.toml"), "version = 1\n").unwrap();
    assert_eq!(layers("{ organisation = \"../organisation.toml\" }"), "[]");
    assert_eq!(layers(both), "[]");
    assert_eq!(layers("{ team = \"../team.toml\" }"), "[\"organisation\"]");
    assert_eq!(layers("{ organisation = \"../organisation.toml\" }"), "[\"team\"]");
}

#[test]
fn a_reviewer_is_shown_what_the_map_newly_lets_pass_and_which_invariants_go() {
    let machine = Machine::governed();
    let path = machine.repository().join("countersign.toml");
    let own = fs::read_to_string(&path).unwrap();
    let activate = |more: &str| {
        fs::write(&path, own.clone() + more).unwrap();
        machine.countersign(&["policy", "activate", "--passphrase-stdin"], PASSPHRASE)
    };
    let invariant = "[[invariant]]\nid = \"none\"\nsays = \"nothing\"\ncedar = 'forbid (principal, action == \
                     Action::\"countersign.tamper\", resource);'\n";
    let shown = activate(&format!(
        "[environments.development]\nhosts = [\"**\", \"!a.example\"]\ndatabases = [\"db.example\"]\n{invariant}"
    ));
    for line in [
        "+ development hosts **  ← loosens: it takes in everything that nothing else names\n",
        "+ development hosts !a.example\n",
        "+ development databases db.example  ← loosens\n",
        "+ invariant repository/none: forbid (principal, action",
        "all 11 invariants hold",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    assert!(machine.countersign(&["policy", "show"], "").contains("invariant repository/none: forbid"));
    // An invariant alone is signed as any other change, and proved before.
    let shown = activate(
        "[environments.development]\nhosts = [\"**\", \"!a.example\"]\ndatabases = [\"db.example\"]\n",
    );
    assert!(
        shown.contains("- invariant repository/none") && shown.contains("← may loosen: nothing proves it"),
        "{shown}"
    );
    assert!(shown.contains("all 10 invariants hold"), "{shown}");
    let own = own.replace("remotes = [", "remotes = [\"github.com/**\", ");
    fs::write(&path, own).unwrap();
    let shown = machine.countersign(&["policy", "activate", "--passphrase-stdin"], PASSPHRASE);
    assert!(shown.contains("+ repository github.com/**  ← loosens"), "{shown}");
    assert!(shown.contains("- development databases db.example\n"), "{shown}");
}

#[test]
fn a_description_that_only_adds_is_told() {
    let machine = Machine::governed();
    let path = machine.repository().join("countersign.toml");
    let own = fs::read_to_string(&path).unwrap();
    let program = "\n[[program]]\nnames = [\"mcp__*\", \"mcp__a__delete_page\", \"mcp__a__list_pages\", \"mcp__a__frob_*\", \"Bash\"]\nread = [\"\"]\n";
    fs::write(&path, own + program).unwrap();
    let checked = machine.countersign(&["policy", "check"], "");
    let notes: Vec<&str> =
        checked.lines().filter_map(|line| Some(line.split_once("`program`: ")?.1)).collect();
    assert_snapshot!(notes.join("\n"), @"
    `mcp__*` takes in tools that are understood to do more than is said of them under [[program]], and that counts all the same (known-program)
    `mcp__a__delete_page` is understood to do more than is said of it under [[program]], and that counts all the same (known-program)
    `Bash` is understood by itself: what is said of it under [[program]] counts for nothing (known-program)
    ");
}
