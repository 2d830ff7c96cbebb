//! The record, as people read it.

use insta::assert_snapshot;

use crate::machine::{Machine, PASSPHRASE};

/// The lines of the record without number and time, with what differs between runs replaced.
fn shown(machine: &Machine, more: &[&str]) -> String {
    let text = machine.countersign(&[&["evidence", "show"], more].concat(), "");
    let lines = text.lines().filter(|line| !line.contains("log_created")).map(|line| {
        let mut words = line.split_whitespace();
        let time = words.nth(1).unwrap_or_default().len();
        assert_eq!(time, "2026-02-09T09:00:00.000Z".len(), "{line}");
        let word = |word: &str| match word.trim_start_matches('(') {
            id if ["cg-", "cs-", "sha256:", "ed25519:", "2"].iter().any(|start| id.starts_with(start))
                && id.len() > 8 =>
            {
                "ID".to_owned()
            }
            _ => word.replace(&machine.path("").display().to_string(), "~/"),
        };
        words.map(word).collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn who_signed_what_is_said_by_name() {
    let machine = Machine::governed();
    let address = machine.path("shop.git").display().to_string();
    let resource = format!("{address} refs/heads/main");
    let grant =
        ["approvals", "grant", "--verb", "git.push", "--resource", &resource, "--environment", "production"];
    let bounds = ["--count", "2", "--hours", "1", "--note", "release day", "--passphrase-stdin"];
    machine.countersign(&[grant.as_slice(), &bounds].concat(), PASSPHRASE);
    machine.ask(&machine.bash("git status"));
    machine.ask(&machine.bash("git push origin main"));
    machine.approve(&machine.ticket());
    assert_snapshot!(shown(&machine, &[]), @"
    adopted ID (graduated, unsigned)
    adopted ID (graduated, unsigned) for ~/shop
    enrolled ada by their own key, as the first ID
    policy ID for ~/shop signed by ada
    granted ID by ada: git.push ~/shop.git refs/heads/main up to production, 2 calls, any session, until ID release day
    allow Bash git status — would read a repository's history or state (~/shop, development): reading flows
    hold Bash git push origin main — would move a ref of a remote repository forward, or create it (main of ~/shop, production): a change to production waits for an approval
    held ID (toolu_1)
    parked ID (toolu_1): nobody decided while the hook waited
    approved ID by ada
    ");
    assert_snapshot!(shown(&machine, &["--decision", "hold"]), @"hold Bash git push origin main — would move a ref of a remote repository forward, or create it (main of ~/shop, production): a change to production waits for an approval");
}
