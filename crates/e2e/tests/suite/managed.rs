//! A managed install: the same user's agent can neither switch it off nor approve itself.

use std::thread;

use countersign_e2e::{HOME, PROJECT, Scenario, User};
use insta::assert_snapshot;
use serde_json::json;

use crate::governed::{managed_install, push_main, user_settings};
use crate::tampering::{hostile_repository, push_is_held};

#[test]
fn a_person_countersigns_with_a_key_that_root_signed_in() {
    let governed = managed_install();
    let fix = governed.merge_a_fix();
    thread::scope(|scope| {
        let session = scope.spawn(|| governed.patient(&Scenario::new([vec![push_main()]])));
        let ticket = governed.ticket();
        governed.answer("approve", &ticket);
        assert_eq!(session.join().unwrap().exit, Some(0));
    });
    assert_eq!(governed.remote("main"), fix, "{:?}", governed.lab.tool_results());
    assert_eq!(governed.verify(), "");
}

#[test]
fn no_setting_of_a_user_or_repository_switches_it_off() {
    let governed = managed_install();
    governed.merge_a_fix();
    hostile_repository(&governed.lab);
    let off = json!({ "disableAllHooks": true }).to_string();
    governed.lab.write(&user_settings(), &off).unwrap();
    governed.lab.write(&format!("{PROJECT}/.claude/settings.local.json"), &off).unwrap();
    push_is_held(&governed);
}

#[test]
fn what_decides_belongs_to_root() {
    let governed = managed_install();
    for path in ["/etc/claude-code", "/etc/countersign", "/usr/local/lib/countersign"] {
        let written = governed.lab.shell(&format!(
            "find {path} -writable | head -1; touch {path}/mine 2>/dev/null && echo {path}/mine || true"
        ));
        assert_eq!(written.unwrap(), "", "{path}");
    }
}

/// The log is the user's own, so that it can be written; a signature in it counts only if root knows
/// the signer.
#[test]
fn an_agent_does_not_make_itself_a_reviewer() {
    let governed = managed_install();
    let before = governed.remote("main");
    governed.merge_a_fix();
    governed.impatient(&Scenario::new([vec![push_main()]]));
    let ticket = governed.ticket();
    let passphrase = "eleven copper kettles on a cold stove";
    for arguments in [
        vec!["init", "--yes"],
        vec!["reviewers", "enroll", "mallory", "--passphrase-stdin"],
        vec!["approvals", "approve", &ticket, "--as", "mallory", "--passphrase-stdin"],
    ] {
        for home in [None, Some(format!("{HOME}/mine"))] {
            let mut command = governed.lab.command(User::Agent, "countersign");
            command.args(&arguments);
            home.map(|home| command.env("COUNTERSIGN_HOME", home));
            // Whether it is refused now or not believed later is one: nothing is released.
            let _ = governed.lab.run_with(&mut command, passphrase);
        }
    }
    governed.impatient(&Scenario::new([vec![push_main()]]));
    assert_eq!(governed.remote("main"), before);
}

#[test]
fn a_vanished_log_is_no_first_run() {
    let governed = managed_install();
    let before = governed.remote("main");
    governed.merge_a_fix();
    governed.lab.shell("rm -rf /var/lib/countersign/$(id -u)/*").unwrap();
    governed.impatient(&Scenario::new([vec![push_main()]]));
    assert_eq!(governed.remote("main"), before);
    assert_snapshot!(governed.lab.tool_result("toolu_0_0_0").unwrap().text, @"<tool_use_error>PreToolUse:Bash hook error: Countersign cannot vouch for this, so it is denied: `/var/lib/countersign/54321/identity.json` is missing from an installation that had it. A person can run `countersign doctor` in their own terminal.</tool_use_error>");
}
