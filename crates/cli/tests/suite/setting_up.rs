//! `init`, `install` and `uninstall`, run where they are not the first or not welcome.

use std::fs;

use insta::assert_snapshot;

use crate::doctor::{as_installed, installed, settings};
use crate::machine::{Machine, run};

fn said(machine: &Machine, arguments: &[&str]) -> String {
    let output = as_installed(machine, arguments);
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    text.trim_end().replace(&machine.path("").display().to_string(), "~/")
}

/// People keep their settings among other files under version control, and link to them.
#[test]
fn a_link_to_the_settings_stays_a_link() {
    let machine = installed();
    let kept = machine.path("dotfiles.json");
    fs::rename(settings(&machine), &kept).unwrap();
    std::os::unix::fs::symlink("../dotfiles.json", settings(&machine)).unwrap();
    said(&machine, &["uninstall", "claude-code"]);
    assert_eq!(fs::read_to_string(&kept).unwrap(), "{}\n");
    said(&machine, &["install", "claude-code", "--any-client"]);
    assert!(fs::symlink_metadata(settings(&machine)).unwrap().is_symlink());
    assert!(fs::read_to_string(&kept).unwrap().contains("countersign-hook"));
}

#[test]
fn a_second_uninstall_finds_nothing() {
    let machine = installed();
    assert_snapshot!(said(&machine, &["uninstall", "claude-code"]), @"unwired `~/.claude/settings.json`; evidence and keys stay in `~/countersign`");
    // However it is laid out: nothing of ours is in it.
    fs::write(settings(&machine), "{\"model\":   \"opus\"}").unwrap();
    let records = machine.events("uninstalled").len();
    assert_snapshot!(said(&machine, &["uninstall", "claude-code"]), @"Nothing of Countersign was wired in `~/.claude/settings.json`.");
    assert_eq!(machine.events("uninstalled").len(), records);
    assert_eq!(fs::read_to_string(settings(&machine)).unwrap(), "{\"model\":   \"opus\"}");
}

#[test]
fn a_second_init_tells_only_what_is_left_to_do() {
    let machine = installed();
    assert_snapshot!(said(&machine, &["init", "--yes"]), @"
    `~/shop/countersign.toml` was there and is left as it is
    `countersign.toml` is in force as it is, signed.
    Next, in your own terminal:
      countersign doctor                  # proves that it blocks
    ");
    let file = machine.repository().join("countersign.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("graduated\"", "strict\"")).unwrap();
    assert_snapshot!(said(&machine, &["init", "--yes"]), @"
    `~/shop/countersign.toml` was there and is left as it is
    Next, in your own terminal:
      countersign policy activate         # signs countersign.toml into force
      countersign doctor                  # proves that it blocks
    ");
}

#[test]
fn init_makes_nothing_outside_a_repository() {
    let machine = Machine::new();
    let elsewhere = machine.path("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let mut init = machine.command(env!("CARGO_BIN_EXE_countersign"));
    let output = run(init.args(["init", "--yes"]).current_dir(&elsewhere), b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(!machine.home().exists() && fs::read_dir(&elsewhere).unwrap().next().is_none());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_snapshot!(said.replace(&machine.path("").display().to_string(), "~/"), @"
    error: nothing was made or written
      caused by: `~/elsewhere` is not in a git repository
    hint: go to the repository that agents work in
    ");
}
