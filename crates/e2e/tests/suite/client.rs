//! What Countersign relies on in the client, shown with hooks that are a few lines of shell.
//!
//! Where one of these fails after an update of the client, the hook's dialect has to follow.

use countersign_agents::claude_code::{
    self, Answer, ManagedSwitches, Output, Wiring, answer, deny_anything, install, manage,
};
use countersign_e2e::{CLAUDE_CODE, HOME, Lab, PROJECT, Scenario, User, bash, call};
use insta::assert_snapshot;
use serde_json::{Map, Value, json};

use crate::lab;

const CANARY: &str = "echo ran > canary && echo sang";
const HOOK: &str = "/opt/hook";
/// Where the hook below writes down what it is asked.
const ASKED: &str = "/tmp/asked";

fn wiring() -> Wiring {
    Wiring {
        command: HOOK.to_owned(),
        args: Vec::new(),
        timeout_seconds: 3,
        status_message: "asking".to_owned(),
    }
}

/// A lab whose user has wired a hook that does `script` when it is asked about the canary, and
/// passes everything else.
fn hooked(script: &str) -> Lab {
    let lab = lab();
    lab.write(&format!("{HOME}/.claude/settings.json"), &install("", &wiring()).unwrap()).unwrap();
    write_hook(&lab, &format!("case $input in *canary*) {script} ;; esac"));
    lab
}

/// The hook's program: `script` finds what it is asked in `$input`.
fn write_hook(lab: &Lab, script: &str) {
    let text =
        format!("#!/bin/sh\nIFS= read -r input\nprintf '%s\\n' \"$input\" >>{ASKED}\n{script}\nexit 0\n");
    lab.write(HOOK, &text).unwrap();
    lab.make_executable(HOOK).unwrap();
}

/// The shell that says what the hook would.
fn says(output: &Output) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    format!(
        "printf %s {}; printf %s {} >&2; exit {}",
        quoted(&output.stdout),
        quoted(&output.stderr),
        output.exit
    )
}

fn denial() -> String {
    says(&answer("PreToolUse", &Answer::Deny { reason: "no canaries here".to_owned() }, None))
}

/// What the hook was asked, one input a value.
fn asked(lab: &Lab, event: &str) -> Vec<Value> {
    let log = lab.read(ASKED).unwrap().unwrap_or_default();
    let inputs = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    inputs.filter(|input| input["hook_event_name"] == event).collect()
}

/// What becomes of the canary, and what the model is told of it.
fn check(lab: &Lab, arguments: &[&str]) -> String {
    lab.script(&Scenario::new([vec![bash(CANARY)]])).unwrap();
    let session =
        arguments.iter().fold(lab.claude("go"), |claude, argument| claude.argument(argument)).run().unwrap();
    assert_eq!(session.exit, Some(0), "{session:?}");
    let told = lab.tool_result("toolu_0_0_0").unwrap();
    let fate = if lab.left_behind("canary") { "ran" } else { "blocked" };
    format!("{fate}, {}: {}", if told.is_error { "error" } else { "told" }, told.text)
}

const ALLOWED: &[&str] = &["--allowedTools", "Bash"];
const BYPASS: &[&str] = &["--dangerously-skip-permissions"];

/// A test that runs as root must not be able to leave anything on the machine it runs on.
#[test]
fn a_lab_keeps_to_itself() {
    let lab = lab();
    for folder in ["/usr", "/var", "/var/tmp", "/srv", env!("CARGO_MANIFEST_DIR")] {
        let written = lab.command(User::Root, "touch").arg(format!("{folder}/canary")).output().unwrap();
        assert!(!written.status.success(), "{folder} can be written");
    }
    let online = lab.command(User::Root, "ip").args(["-brief", "link"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&online.stdout).lines().count(), 1, "{online:?}");
}

#[test]
fn runs_what_the_hook_passes_and_a_person_allowed() {
    assert_snapshot!(check(&hooked(""), ALLOWED), @"ran, told: sang");
}

#[test]
fn asks_where_the_hook_passes_and_nobody_allowed() {
    let lab = hooked("");
    assert_snapshot!(check(&lab, &[]), @"blocked, error: Output redirection to '/home/dev/project/canary' needs approval. The path is inside the working directories for this session ('/home/dev/project'), and Claude Code asks before a shell command creates, changes or removes files there.");
    let requests = asked(&lab, "PermissionRequest");
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].get("tool_use_id"), None, "it could be decided after all: {}", requests[0]);
}

#[test]
fn stops_what_the_hook_denies() {
    assert_snapshot!(check(&hooked(&denial()), ALLOWED), @"blocked, error: PreToolUse:Bash hook error: no canaries here");
}

#[test]
fn stops_what_the_hook_denies_in_bypass_mode() {
    assert_snapshot!(check(&hooked(&denial()), BYPASS), @"blocked, error: PreToolUse:Bash hook error: no canaries here");
}

#[test]
fn stops_at_a_denial_of_an_unreadable_input() {
    assert_snapshot!(check(&hooked(&says(&deny_anything("cannot read this"))), BYPASS), @"blocked, error: PreToolUse:Bash hook error: cannot read this");
}

#[test]
fn runs_what_is_granted_in_the_form_that_is_granted() {
    let pinned = json!({ "command": "echo pinned > canary && echo pinned", "description": "run a command" });
    let granted =
        Answer::Grant { reason: Some("countersigned".to_owned()), input: pinned.as_object().cloned() };
    let lab = hooked(&says(&answer("PreToolUse", &granted, Some("for the person"))));
    assert_snapshot!(check(&lab, &[]), @"ran, told: pinned");
    assert_snapshot!(lab.read(&format!("{PROJECT}/canary")).unwrap().unwrap(), @"pinned");
    assert!(asked(&lab, "PermissionRequest").is_empty());
}

#[test]
fn stops_where_the_hook_fails() {
    assert_snapshot!(check(&hooked("exit 1"), BYPASS), @r#"
    blocked, error: PreToolUse:Bash hook error: [/opt/hook]: failed; blocking because onFailure is "block"
    No stderr output
    "#);
}

#[test]
fn stops_where_the_hook_is_killed() {
    assert_snapshot!(check(&hooked("kill -9 $$"), BYPASS), @r#"
    blocked, error: PreToolUse:Bash hook error: [/opt/hook]: failed; blocking because onFailure is "block"
    No stderr output
    "#);
}

#[test]
fn stops_where_the_hook_takes_too_long() {
    assert_snapshot!(check(&hooked("sleep 20"), BYPASS), @r#"blocked, error: PreToolUse:Bash hook error: [/opt/hook]: timed out; blocking because onFailure is "block""#);
}

#[test]
fn stops_where_the_hook_is_not_there() {
    let lab = lab();
    let wiring = Wiring { command: "/opt/nowhere".to_owned(), ..wiring() };
    lab.write(&format!("{HOME}/.claude/settings.json"), &install("", &wiring).unwrap()).unwrap();
    lab.script(&Scenario::new([vec![bash(CANARY)]])).unwrap();
    let session = lab.claude("go").bypass().run().unwrap();
    assert!(!lab.left_behind("canary"));
    assert_snapshot!(session.message("result", None).unwrap()["result"].to_string(), @r#""UserPromptSubmit operation blocked by hook:\n[/opt/nowhere]: failed; blocking because onFailure is \"block\"\nError occurred while executing hook command: ENOENT: no such file or directory, posix_spawn '/opt/nowhere'""#);
}

#[test]
fn asks_about_every_call_of_a_turn_by_its_own_id() {
    let lab = hooked(&denial());
    lab.script(&Scenario::new([vec![bash("echo one > one"), bash(CANARY), bash("echo two > two")]])).unwrap();
    lab.claude("go").bypass().run().unwrap();
    assert!(lab.left_behind("one") && lab.left_behind("two") && !lab.left_behind("canary"));
    let mut ids: Vec<_> =
        asked(&lab, "PreToolUse").iter().map(|input| input["tool_use_id"].to_string()).collect();
    ids.sort();
    assert_snapshot!(ids.join(" "), @r#""toolu_0_0_0" "toolu_0_0_1" "toolu_0_0_2""#);
}

#[test]
fn asks_about_a_subagents_calls_in_its_name() {
    let lab = hooked(&denial());
    let delegate = call(
        "Task",
        json!({
            "description": "sing", "prompt": "SUBAGENT sing", "subagent_type": "general-purpose", "run_in_background": false,
        }),
    );
    lab.script(&Scenario::new([vec![delegate]]).track("SUBAGENT", [vec![bash(CANARY)]])).unwrap();
    lab.claude("go").bypass().run().unwrap();
    assert!(!lab.left_behind("canary"));
    assert_snapshot!(lab.tool_result("toolu_1_0_0").unwrap().text, @"PreToolUse:Bash hook error: no canaries here");
    let calls = asked(&lab, "PreToolUse");
    let of_subagent: Vec<_> =
        calls.iter().map(|input| (input["tool_name"].as_str(), input.get("agent_id").is_some())).collect();
    assert_snapshot!(format!("{of_subagent:?}"), @r#"[(Some("Agent"), false), (Some("Bash"), true)]"#);
}

/// The agent writes settings that switch all hooks off, waits until they are read, and sings.
fn switch_off(lab: &Lab) {
    let tamper = bash(r#"mkdir -p .claude && echo '{"disableAllHooks":true}' > .claude/settings.json"#);
    let wait =
        bash("for i in $(seq 200); do grep -q ConfigChange /tmp/asked && break; sleep 0.1; done; sleep 1");
    lab.script(&Scenario::new([vec![tamper], vec![wait], vec![bash(CANARY)]])).unwrap();
    let session = lab.claude("go").bypass().run().unwrap();
    assert_eq!(session.exit, Some(0), "{session:?}");
    assert!(!asked(lab, "ConfigChange").is_empty(), "{:?}", lab.read(ASKED));
}

#[test]
fn keeps_the_hook_where_it_vetoes_a_change_of_settings() {
    let lab = hooked(&denial());
    let veto =
        says(&answer("ConfigChange", &Answer::Deny { reason: "settings are protected".to_owned() }, None));
    write_hook(
        &lab,
        &format!(r#"case $input in *'name":"ConfigChange'*) {veto} ;; *canary*) {} ;; esac"#, denial()),
    );
    switch_off(&lab);
    assert!(!lab.left_behind("canary"), "{:?}", lab.tool_results());
}

#[test]
fn keeps_the_hook_where_it_fails_to_judge_a_change_of_settings() {
    let lab = hooked(&denial());
    write_hook(
        &lab,
        &format!(r#"case $input in *'name":"ConfigChange'*) exit 1 ;; *canary*) {} ;; esac"#, denial()),
    );
    switch_off(&lab);
    assert!(!lab.left_behind("canary"), "{:?}", lab.tool_results());
}

/// Why both the edit and the change are watched: with neither, the hook is gone within seconds.
#[test]
fn loses_the_hook_where_nothing_watches_the_settings() {
    let lab = hooked(&denial());
    switch_off(&lab);
    assert!(lab.left_behind("canary"), "{:?}", lab.tool_results());
}

#[test]
fn obeys_managed_hooks_whatever_a_repository_says() {
    let lab = lab();
    let managed = manage("", &wiring(), ManagedSwitches::default()).unwrap();
    lab.write("/etc/claude-code/managed-settings.json", &managed).unwrap();
    write_hook(&lab, &format!("case $input in *canary*) {} ;; esac", denial()));
    lab.write(&format!("{PROJECT}/.claude/settings.json"), r#"{"disableAllHooks":true}"#).unwrap();
    assert_snapshot!(check(&lab, BYPASS), @"blocked, error: <tool_use_error>PreToolUse:Bash hook error: no canaries here</tool_use_error>");
}

#[test]
fn refuses_bypass_mode_where_it_is_managed_away() {
    let lab = lab();
    let switches = ManagedSwitches { forbid_bypass_mode: true, only_managed_hooks: false };
    lab.write("/etc/claude-code/managed-settings.json", &manage("", &wiring(), switches).unwrap()).unwrap();
    write_hook(&lab, "");
    assert_snapshot!(check(&lab, BYPASS), @"blocked, error: Output redirection to '/home/dev/project/canary' needs approval. The path is inside the working directories for this session ('/home/dev/project'), and Claude Code asks before a shell command creates, changes or removes files there.");
}

/// The reason why a user install is no control against a hostile repository: its own settings can
/// switch off every hook but managed ones.
#[test]
fn loses_a_users_hook_where_a_repository_switches_hooks_off() {
    let lab = hooked(&denial());
    lab.write(&format!("{PROJECT}/.claude/settings.json"), r#"{"disableAllHooks":true}"#).unwrap();
    assert_snapshot!(check(&lab, BYPASS), @"ran, told: sang");
}

/// What a repository's settings set reaches a hook of the user's settings: nothing that matters may
/// be read from the environment there.
#[test]
fn hands_the_hook_what_a_repository_sets() {
    let lab = hooked("set >/tmp/environment");
    let settings = json!({ "env": { "COUNTERSIGN_HOME": "/tmp/theirs", "LD_PRELOAD": "/tmp/theirs.so", "PATH": "/tmp" } });
    lab.write(&format!("{PROJECT}/.claude/settings.json"), &settings.to_string()).unwrap();
    check(&lab, BYPASS);
    let environment = lab.read("/tmp/environment").unwrap().unwrap_or_default();
    let theirs = ["COUNTERSIGN_HOME=", "LD_PRELOAD=", "PATH="];
    let set = environment.lines().filter(|line| theirs.iter().any(|name| line.starts_with(name)));
    assert_snapshot!(set.collect::<Vec<_>>().join("\n"), @"
    COUNTERSIGN_HOME='/tmp/theirs'
    LD_PRELOAD='/tmp/theirs.so'
    PATH='/tmp'
    ");
}

/// A hook of somebody else may rewrite a call after ours has judged it. What ran is reported
/// afterwards, so the difference can be seen, though not prevented.
#[test]
fn reports_what_another_hook_made_of_a_call() {
    let lab = hooked("");
    let rewritten = Map::from_iter([("command".to_owned(), Value::from("echo rewritten > canary"))]);
    let rewrite = says(&answer("PreToolUse", &Answer::Grant { reason: None, input: Some(rewritten) }, None));
    lab.write("/opt/other", &format!("#!/bin/sh\ncat >/dev/null\n{rewrite}\n")).unwrap();
    lab.make_executable("/opt/other").unwrap();
    let other =
        json!({ "hooks": { "PreToolUse": [{ "hooks": [{ "type": "command", "command": "/opt/other" }] }] } });
    lab.write(&format!("{PROJECT}/.claude/settings.json"), &other.to_string()).unwrap();
    check(&lab, BYPASS);
    assert_snapshot!(lab.read(&format!("{PROJECT}/canary")).unwrap().unwrap(), @"rewritten");
    assert_snapshot!(asked(&lab, "PreToolUse")[0]["tool_input"]["command"], @r#""echo ran > canary && echo sang""#);
    assert_snapshot!(asked(&lab, "PostToolUse")[0]["tool_input"]["command"], @r#""echo rewritten > canary""#);
}

#[test]
fn offers_the_tools_that_are_understood() {
    let session = lab().claude("go").run().unwrap();
    let init = session.message("system", Some("init")).unwrap();
    assert_eq!(init["claude_code_version"], CLAUDE_CODE);
    assert!(claude_code::check_version(CLAUDE_CODE).is_ok());
    let tools: Vec<_> = init["tools"].as_array().unwrap().iter().map(|tool| tool.as_str().unwrap()).collect();
    assert_snapshot!(tools.join(" "), @"Task Bash CronCreate CronDelete CronList Edit EnterWorktree ExitWorktree ListAgents Monitor NotebookEdit Read ReportFindings ScheduleWakeup SendMessage Skill TaskStop ToolSearch WebFetch WebSearch Workflow Write");
}
