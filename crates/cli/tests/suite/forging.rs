//! What an agent may try that can write everything its user can: derived state, the log, bundles.
//! Nothing it writes releases an action; what it wrote is found.

use std::fs;
use std::path::Path;

use countersign_evidence::{Event, Log};
use countersign_model::Digest;
use serde_json::{Value, json};

use crate::machine::{Machine, PASSPHRASE};

const HARMLESS: &str = "echo '# a note' >> ~/.bashrc";
const PUSH: &str = "git push origin main";

/// Changes the value in a file of derived state, as whoever knows its format can.
fn change(path: &Path, change: impl FnOnce(&mut Value)) {
    let text = fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once('\n').unwrap();
    let mut kept: Value = serde_json::Deserializer::from_str(rest).into_iter().next().unwrap().unwrap();
    change(&mut kept["value"]);
    let body = kept.to_string();
    fs::write(path, format!("{} {}\n{body}", Digest::of([body.as_bytes()]).hex(), body.len())).unwrap();
}

/// Holds a command, parked; gives its ticket.
fn hold(machine: &Machine, command: &str) -> String {
    let reason = machine.ask(&machine.bash(command));
    assert!(reason.reason().contains("waits for a reviewer"), "{reason:?}");
    machine.events("held").last().unwrap()["ticket"].as_str().unwrap().to_owned()
}

/// Appends events to the log, with right hashes.
pub fn append(machine: &Machine, events: &[Value]) {
    let events: Vec<Event> =
        events.iter().map(|event| serde_json::from_value(event.clone()).unwrap()).collect();
    let log = Log::open(&machine.home().join("log")).unwrap();
    let time = machine.last_time();
    log.append(time, &events).unwrap();
}

/// Asks for a command under this id, and records it as released by this grant if it was held.
fn hold_as(machine: &Machine, id: &str, command: &str, grant: &Value) {
    let mut call = machine.bash(command);
    call["tool_use_id"] = json!(id);
    if machine.ask(&call).word() == "deny" {
        let authority = json!({ "by": "grants", "grants": [grant] });
        append(
            machine,
            &[
                json!({ "type": "released", "authority": authority, "session": "s1", "call": id, "pinned": null }),
            ],
        );
    }
}

fn must_not_be_released(machine: &Machine, command: &str) {
    let answer = machine.ask(&machine.bash(command));
    assert_eq!((answer.word().as_str(), answer.exit), ("deny", Some(2)), "{answer:?}");
    assert!(machine.events("released").is_empty());
}

/// The approval of one hold is not worth anything for another whose commitment it was given.
#[test]
fn a_commitment_moved_to_a_harmless_hold() {
    let machine = Machine::governed();
    let push = hold(&machine, PUSH);
    let harmless = hold(&machine, HARMLESS);
    let file = |ticket: &str| machine.home().join(format!("state/tickets/{ticket}.json"));
    let mut commitment = Value::Null;
    change(&file(&push), |hold| commitment = hold["commitment"].clone());
    change(&file(&harmless), |hold| hold["commitment"] = commitment);
    change(&machine.home().join("state/open.json"), |open| open["tickets"] = json!([harmless]));
    machine.approve(&harmless);
    must_not_be_released(&machine, PUSH);
}

/// A record that shows something harmless and commits to something else.
#[test]
fn a_record_that_looks_harmless() {
    for tell in [true, false] {
        let machine = Machine::governed();
        let real = hold(&machine, PUSH);
        let mut decided = machine.events("decided").pop().unwrap();
        let mut held = machine.events("held").pop().unwrap();
        decided["call"]["id"] = json!("toolu_forged");
        decided["call"]["input"]["command"] = json!("git push origin docs");
        if tell {
            decided["effects"][0]["resource"]["reference"] = json!("refs/heads/docs");
            decided["effects"][0]["environment"] = json!("development");
            decided["decision"]["risk"] = json!({"score": 3, "factors": []});
        }
        held["call"] = json!("toolu_forged");
        held["ticket"] = json!("cs-aaaaaaaa");
        append(&machine, &[decided, held, json!({"type": "expired", "ticket": real})]);
        machine.approve("cs-aaaaaaaa");
        must_not_be_released(&machine, PUSH);
        assert!(machine.events("tampering").iter().any(|event| event["what"] == "record-forged"));
    }
}

/// A bundle nobody signed, with rules of the agent's own.
#[test]
fn a_policy_of_ones_own() {
    let machine = Machine::governed();
    let lax = Machine::new();
    lax.countersign(&["init", "--yes"], "");
    lax.countersign(
        &["reviewers", "enroll", "mallory", "--passphrase-stdin"],
        "eleven copper kettles on a cold stove",
    );
    let file = lax.repository().join("countersign.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("\"graduated\"", "\"observe\"")).unwrap();
    let activate = ["policy", "activate", "--untested", "--passphrase-stdin"];
    lax.countersign(&activate, "eleven copper kettles on a cold stove");
    let observe = lax.events("bundle_activated").pop().unwrap()["activation"]["statement"]["bundle"].clone();
    let name = format!("bundles/{}.json", observe.as_str().unwrap().trim_start_matches("sha256:"));
    fs::copy(lax.home().join(&name), machine.home().join(&name)).unwrap();
    change(&machine.home().join("state/authorities.json"), |authorities| {
        authorities["activations"] = json!([]);
        for adoption in authorities["adoptions"].as_array_mut().unwrap() {
            adoption["bundle"] = observe.clone();
        }
    });
    must_not_be_released(&machine, PUSH);
}

/// What is used up stays used up: that is read in the log.
#[test]
fn an_approval_that_was_used() {
    let machine = Machine::governed();
    let ticket = hold(&machine, HARMLESS);
    machine.approve(&ticket);
    assert_eq!(machine.ask(&machine.bash(HARMLESS)).word(), "allow");
    let file = machine.home().join(format!("state/tickets/{ticket}.json"));
    change(&file, |hold| {
        hold["status"] = json!("waiting");
        hold["uses"] = json!(0);
    });
    change(&machine.home().join("state/open.json"), |open| open["tickets"] = json!([ticket]));
    assert_eq!(machine.ask(&machine.bash(HARMLESS)).word(), "deny");
    assert_eq!(machine.events("released").len(), 1);
}

#[test]
fn a_grant_that_was_used() {
    let machine = Machine::governed();
    // The policy's own file is a change that a grant for pushes does not cover: a person brings it.
    machine.git(&["push", "--quiet", "origin", "main"]);
    machine.commit("Sell three");
    let address = machine.path("shop.git").display().to_string();
    let resource = format!("{address} refs/heads/main");
    let grant =
        ["approvals", "grant", "--verb", "git.push", "--resource", &resource, "--environment", "production"];
    let bounds = ["--count", "1", "--hours", "1", "--passphrase-stdin"];
    machine.countersign(&[grant.as_slice(), &bounds].concat(), PASSPHRASE);
    assert_eq!(machine.ask(&machine.bash(PUSH)).word(), "allow");
    assert_eq!(machine.ask(&machine.bash(PUSH)).word(), "deny");
    assert_eq!(machine.events("released").len(), 1);
}

#[test]
fn a_grant_like_a_held_action_covers_the_next_one_like_it() {
    let machine = Machine::governed();
    let ticket = hold(&machine, PUSH);
    let grant =
        ["approvals", "grant", "--like", &ticket, "--count", "1", "--hours", "1", "--passphrase-stdin"];
    let granted = machine.countersign(&grant, PASSPHRASE);
    assert!(granted.contains("git.push on ") && granted.contains("change.owners on "), "{granted}");
    assert_eq!(machine.ask(&machine.bash(PUSH)).word(), "allow");
    assert_eq!(machine.ask(&machine.bash(PUSH)).word(), "deny", "it was for one call");
}

/// The record of a grant is signed, so an agent can append it again; it can write what no reviewer signed as well.
#[test]
fn a_grant_is_over_once_and_for_all_when_a_reviewer_revoked_it_and_not_before() {
    let machine = Machine::governed();
    machine.git(&["push", "--quiet", "origin", "main"]);
    machine.commit("Sell three");
    let resource = format!("{} refs/heads/main", machine.path("shop.git").display());
    let grant =
        ["approvals", "grant", "--verb", "git.push", "--resource", &resource, "--environment", "production"];
    let bounds = ["--count", "2", "--hours", "1", "--passphrase-stdin"];
    machine.countersign(&[grant.as_slice(), &bounds].concat(), PASSPHRASE);
    let granted = machine.events("granted").pop().unwrap();
    let id = granted["grant"]["statement"]["id"].as_str().unwrap().to_owned();

    let ended = format!("{{\"grant\":\"{id}\",\"at\":\"2026-01-01T00:00:00Z\",\"note\":null}}");
    let mut forged = json!({ "type": "revoked", "revocation": granted["grant"] });
    forged["revocation"]["statement"] = serde_json::from_str(&ended).unwrap();
    forged["revocation"]["statement"]["after"] = granted["grant"]["statement"]["after"].clone();
    append(&machine, &[forged]);
    assert_eq!(machine.ask(&machine.bash(PUSH)).word(), "allow", "nobody signed that it is revoked");

    machine.countersign(
        &["reviewers", "enroll", "bob", "--by", "ada", "--passphrase-stdin"],
        &format!("{PASSPHRASE}\n{PASSPHRASE}\n"),
    );
    let revoke = ["approvals", "revoke", &id, "--as", "bob", "--note", "enough", "--passphrase-stdin"];
    machine.countersign(&revoke, PASSPHRASE);
    assert_eq!(machine.ask(&machine.bash(PUSH)).word(), "deny");
    machine.countersign(&["reviewers", "retire", "bob", "--by", "ada", "--passphrase-stdin"], PASSPHRASE);
    append(&machine, std::slice::from_ref(&granted));
    assert_eq!(machine.ask(&machine.bash(PUSH)).word(), "deny", "a copy of its record is no grant");
    assert_eq!(machine.events("released").len(), 1);

    let again = machine.try_countersign(&["approvals", "revoke", &id, "--passphrase-stdin"], PASSPHRASE);
    assert!(String::from_utf8(again.stderr).unwrap().contains("it is revoked"));
    let verified = machine.try_countersign(&["evidence", "verify"], "");
    let verified = String::from_utf8(verified.stdout).unwrap();
    assert!(verified.contains("a forged revocation"), "{verified}");
    assert!(
        verified.contains("is the name of another grant") && !verified.contains("was released"),
        "{verified}"
    );
    let listed = machine.countersign(&["approvals", "grants"], "").replace(&id, "cg-ID");
    let listed = listed.replace(&machine.path("").display().to_string(), "~/");
    assert!(
        listed.contains("cg-ID  revoked, used 1 of 2, by ada") && listed.contains("by bob at"),
        "{listed}"
    );
    assert!(listed.contains("production, in any session, for 2 calls"), "{listed}");
}

/// The record of a release is not signed: whoever can write the log can write one.
#[test]
fn a_release_by_a_grant_that_the_agent_wrote() {
    let machine = Machine::governed();
    hold(&machine, PUSH);
    let mut decided = machine.events("decided").pop().unwrap();
    decided["call"]["id"] = json!("toolu_forged");
    let authority = json!({ "by": "grants", "grants": ["cg-nonsense"] });
    let released = json!({
        "type": "released", "authority": authority, "session": "s1", "call": "toolu_forged", "pinned": null,
    });
    append(&machine, &[decided, released]);
    let mut call = machine.bash(PUSH);
    call["tool_use_id"] = json!("toolu_forged");
    assert!(machine.ask(&call).reason().contains("what it would do has changed since"));
}

/// A grant for a push does for the push alone.
#[test]
fn a_release_by_a_grant_for_a_part_of_the_call_is_found() {
    let machine = Machine::governed();
    machine.git(&["push", "--quiet", "origin", "main"]);
    machine.commit("Sell three");
    let grant = ["approvals", "grant", "--verb", "git.push", "--environment", "production", "--count", "9"];
    let resource = format!("{} refs/heads/main", machine.path("shop.git").display());
    let rest = ["--resource", &resource, "--hours", "1", "--passphrase-stdin"];
    machine.countersign(&[grant.as_slice(), &rest].concat(), PASSPHRASE);
    let id = machine.events("granted").pop().unwrap()["grant"]["statement"]["id"].clone();
    for (call, also) in [("toolu_a", ""), ("toolu_b", "; kubectl --context prod delete deploy web")] {
        hold_as(&machine, call, &format!("git push origin main{also}"), &id);
    }
    let told = machine.try_countersign(&["evidence", "verify"], "");
    let told = String::from_utf8(told.stdout).unwrap();
    assert_eq!(told.matches("released by grants, none of which covers `kube.delete").count(), 1, "{told}");
    assert_eq!(told.matches("released by").count(), 1, "{told}");
}

#[test]
fn a_call_that_a_grant_let_go_is_answered_the_same_until_the_grant_is_over() {
    let machine = Machine::governed();
    let ticket = hold(&machine, PUSH);
    let bounds = ["--count", "1", "--hours", "1", "--passphrase-stdin"];
    machine
        .countersign(&[&["approvals", "grant", "--like", &ticket], bounds.as_slice()].concat(), PASSPHRASE);
    let call = machine.bash(PUSH);
    assert_eq!(machine.ask(&call).word(), "allow");
    assert_eq!(machine.ask(&call).word(), "allow", "a hook that is installed twice asks twice");
    assert_eq!(machine.events("released").len(), 1);
    for granted in machine.events("granted") {
        let id = granted["grant"]["statement"]["id"].as_str().unwrap().to_owned();
        machine.countersign(&["approvals", "revoke", &id, "--passphrase-stdin"], PASSPHRASE);
    }
    assert_eq!(machine.ask(&call).word(), "deny");
}

/// A denial is of exactly this action, a grant of all that are like it.
#[test]
fn a_denied_action_stays_denied_whatever_was_granted_before_or_after() {
    let machine = Machine::governed();
    let bounds = ["--count", "5", "--hours", "1", "--passphrase-stdin"];
    let ticket = hold(&machine, PUSH);
    let like = [&["approvals", "grant", "--like", &ticket], bounds.as_slice()].concat();
    machine.countersign(&like, PASSPHRASE);
    let deny = ["approvals", "deny", &ticket, "--note", "not today", "--passphrase-stdin"];
    machine.countersign(&deny, PASSPHRASE);
    let told = machine.ask(&machine.bash(PUSH)).reason();
    assert!(told.contains("A reviewer (ada) denied this (TICKET): “not today”"), "{told}");
    let shown = machine.countersign(&["approvals", "show", &ticket], "");
    assert!(shown.contains("denied  by ada: “not today”; it stays denied"), "{shown}");
    assert!(!shown.contains("nobody has approved it yet"), "{shown}");
    let refused = machine.try_countersign(&like, PASSPHRASE);
    let refused = String::from_utf8(refused.stderr).unwrap().replace(&ticket, "TICKET");
    assert!(refused.contains("`TICKET` can no longer be granted: it is denied"), "{refused}");
    for granted in machine.events("granted") {
        let of = |name: &str| granted["grant"]["statement"][name].as_str().unwrap().to_owned();
        let (verb, resource, environment) = (of("verb"), of("resource"), of("environment"));
        let grant = ["approvals", "grant", "--verb", &verb, "--resource", &resource];
        let rest = [&["--environment", &environment], bounds.as_slice()].concat();
        machine.countersign(&[grant.as_slice(), &rest].concat(), PASSPHRASE);
    }
    assert_eq!(machine.ask(&machine.bash(PUSH)).word(), "deny");
    assert!(machine.events("released").is_empty());
    machine.countersign(&["evidence", "verify"], "");
}

/// The denial is read from the log where a grant would let the action go.
#[test]
fn a_denied_action_stays_denied_where_the_derived_state_forgot_it() {
    let machine = Machine::governed();
    let bounds = ["--count", "5", "--hours", "1", "--passphrase-stdin"];
    let ticket = hold(&machine, PUSH);
    machine
        .countersign(&[&["approvals", "grant", "--like", &ticket], bounds.as_slice()].concat(), PASSPHRASE);
    machine.countersign(&["approvals", "deny", &ticket, "--passphrase-stdin"], PASSPHRASE);
    let state = machine.home().join("state");
    let folded = fs::read(state.join("folded.json")).unwrap();
    for below in ["sessions", "tickets"] {
        fs::remove_dir_all(state.join(below)).unwrap();
        fs::create_dir(state.join(below)).unwrap();
    }
    assert!(machine.ask(&machine.bash(PUSH)).reason().contains("denied this"));
    assert_eq!(fs::read(state.join("folded.json")).unwrap().len(), folded.len(), "nothing was folded again");
    fs::remove_dir_all(&state).unwrap();
    assert!(machine.ask(&machine.bash(PUSH)).reason().contains("A reviewer (ada) denied this"));
    assert!(machine.events("released").is_empty());
}

/// A grant says what was denied before it, under its signature: the log before it need not be read again.
#[test]
fn a_grant_says_what_was_denied_before_it() {
    let machine = Machine::governed();
    let bounds = ["--count", "5", "--hours", "1", "--passphrase-stdin"];
    let ticket = hold(&machine, PUSH);
    let like = [&["approvals", "grant", "--like", &ticket], bounds.as_slice()].concat();
    machine.countersign(&like, PASSPHRASE);
    let first = machine.events("granted").remove(0)["grant"].clone();
    assert_eq!(first["statement"]["denied"], serde_json::json!([]));
    machine.countersign(
        &["approvals", "revoke", first["statement"]["id"].as_str().unwrap(), "--passphrase-stdin"],
        PASSPHRASE,
    );
    machine.countersign(&["approvals", "deny", &ticket, "--passphrase-stdin"], PASSPHRASE);
    let of = |name: &str| first["statement"][name].as_str().unwrap().to_owned();
    let (verb, resource, environment) = (of("verb"), of("resource"), of("environment"));
    let grant =
        ["approvals", "grant", "--verb", &verb, "--resource", &resource, "--environment", &environment];
    machine.countersign(&[grant.as_slice(), bounds.as_slice()].concat(), PASSPHRASE);
    let second = machine.events("granted").pop().unwrap();
    assert_eq!(second["grant"]["statement"]["denied"][0]["ticket"], ticket.as_str());
    fs::remove_dir_all(machine.home().join("state")).unwrap();
    let mut rest = machine.ask(&machine.bash(PUSH)).reason();
    assert!(rest.contains("A reviewer (ada) denied this"), "{rest}");
    // Without its list the grant is not what was signed, and covers nothing.
    let mut forged = second.clone();
    forged["grant"]["statement"].as_object_mut().unwrap().remove("denied");
    append(&machine, &[forged]);
    fs::remove_dir_all(machine.home().join("state")).unwrap();
    rest = machine.ask(&machine.bash(PUSH)).reason();
    assert!(rest.contains("denied this"), "{rest}");
    assert!(machine.events("released").is_empty());
}

#[test]
fn a_copy_of_a_used_grant_is_not_another_one() {
    let machine = Machine::governed();
    let ticket = hold(&machine, PUSH);
    let grant =
        ["approvals", "grant", "--like", &ticket, "--count", "1", "--hours", "1", "--passphrase-stdin"];
    machine.countersign(&grant, PASSPHRASE);
    assert_eq!(machine.ask(&machine.bash(PUSH)).word(), "allow");
    append(&machine, &machine.events("granted"));
    assert_eq!(machine.ask(&machine.bash(PUSH)).word(), "deny");
    let grants: Value =
        serde_json::from_str(&machine.countersign(&["--json", "approvals", "grants"], "")).unwrap();
    let grants = grants["grants"].as_array().unwrap();
    assert!(grants.len() >= 2 && grants.iter().all(|grant| grant["state"] == "used up"), "{grants:?}");
}

#[test]
fn a_grant_that_could_cover_nothing_is_refused() {
    let machine = Machine::governed();
    let grant = ["approvals", "grant", "--verb", "kube.write", "--resource", "deployment/web in live/shop"];
    let bounds = ["--environment", "production", "--count", "1", "--hours", "1", "--passphrase-stdin"];
    let output = machine.try_countersign(&[grant.as_slice(), &bounds].concat(), PASSPHRASE);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("write it as `CONTEXT NAMESPACE KIND NAME`"), "{error}");
}

/// State that was taken away is folded again from the log, and nothing is believed meanwhile.
#[test]
fn state_that_was_taken_away() {
    for name in ["authorities.json", "open.json"] {
        let machine = Machine::governed();
        let ticket = hold(&machine, PUSH);
        fs::remove_file(machine.home().join("state").join(name)).unwrap();
        machine.ask(&machine.bash(PUSH));
        assert!(machine.ask(&machine.bash(PUSH)).reason().contains("waits for a reviewer"), "{name}");
        machine.approve(&ticket);
        assert_eq!(machine.ask(&machine.bash(PUSH)).word(), "allow");
    }
}

/// Git looks where `HOME` says; a repository's settings can say so for the agent's commands.
#[test]
fn a_home_of_ones_own() {
    let machine = Machine::governed();
    let theirs = machine.path("theirs");
    fs::write(theirs.join(".gitconfig"), "[remote \"origin\"]\n push = HEAD:refs/heads/main\n").unwrap();
    machine.git(&["switch", "--quiet", "-c", "feature"]);
    machine.git(&["config", "push.default", "current"]);
    let mut hook = machine.hook(0);
    assert_eq!(machine.ask(&machine.bash("git push")).word(), "pass");
    hook.env("HOME", &theirs);
    let answer = crate::machine::run(&mut hook, machine.bash("git push").to_string().as_bytes());
    assert_eq!(crate::machine::Answer::of(answer).word(), "deny");
}
