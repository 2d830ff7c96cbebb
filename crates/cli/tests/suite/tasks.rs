//! A task names what is outside of it, and an agent cannot widen its own.

use std::fs;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::machine::Machine;

/// The decision over the last call, without what differs from one machine to the next.
fn last(machine: &Machine) -> String {
    let decided = machine.events("decided");
    let decision = &decided.last().unwrap()["decision"];
    let kind = decision.pointer("/kind/decision").or_else(|| decision.pointer("/kind")).unwrap().to_string();
    let reason = decision["reason"].as_str().unwrap();
    format!("{kind}: {reason}").replace(&machine.path("").display().to_string(), "~/")
}

fn write(machine: &Machine, path: &str) -> Value {
    let path = machine.repository().join(path);
    machine.call("Write", json!({ "file_path": path, "content": "1" }), &machine.repository())
}

/// The call has run.
fn ran(machine: &Machine, call: &Value) {
    let mut after = call.clone();
    after["hook_event_name"] = "PostToolUse".into();
    after["tool_response"] = json!({ "success": true });
    machine.ask(&after);
}

#[test]
fn what_is_outside_of_the_task_is_named() {
    let machine = Machine::governed();
    machine.countersign(
        &[
            "task",
            "start",
            "Refactor billing",
            "--scope",
            "src/billing/**",
            "--allow",
            "pr.open",
            "--ticket",
            "ABC-12",
            "--for",
            "4h",
        ],
        "",
    );
    assert_eq!(machine.ask(&write(&machine, "src/billing/a.rs")).word(), "pass");
    assert_snapshot!(last(&machine), @r#""allow": would create or change a file (~/shop/src/billing/a.rs, development): work in the workspace flows"#);
    assert_eq!(machine.ask(&write(&machine, "src/web/a.rs")).word(), "pass");
    assert_snapshot!(last(&machine), @r#""monitor": would create or change a file (~/shop/src/web/a.rs, development): what is outside of the task is shown to people; `src/web/a.rs` is outside the task's `src/billing/**`"#);
    let push = machine.ask(&machine.bash("git push origin HEAD:refs/heads/feature/billing"));
    assert_snapshot!(push.reason().replace(&machine.path("").display().to_string(), "~/"), @"Countersign holds this: would move a ref of a remote repository forward, or create it (feature/billing of ~/shop, development): what leaves the workspace outside of the task waits for an approval; `git.push` is outside the task's `pr.open` (risk 42, policies graduated/feature-push, graduated/outside-task-away, graduated/remote-write; decided by the policy that a reviewer signed for `~/shop`). It waits for a reviewer as TICKET: `countersign approvals show TICKET`. Go on with other work; once it is approved, make exactly this call again and it passes, in the form that was reviewed, until that change has landed or the approval ends. Do not try another way to the same end.");
    let shown: Value = serde_json::from_str(&machine.countersign(&["--json", "task", "show"], "")).unwrap();
    assert_eq!(shown["task"]["title"], "Refactor billing");
    machine.countersign(&["task", "end"], "");
    assert_eq!(machine.ask(&write(&machine, "src/web/a.rs")).word(), "pass");
    assert_snapshot!(last(&machine), @r#""allow": would create or change a file (~/shop/src/web/a.rs, development): work in the workspace flows"#);
    machine.countersign(&["evidence", "verify"], "");
}

#[test]
fn an_agent_cannot_start_or_end_a_task() {
    let machine = Machine::governed();
    for command in
        ["countersign task start 'Anything' --for 8h", "countersign task end", "countersign --json task end"]
    {
        assert_eq!(machine.ask(&machine.bash(command)).word(), "deny", "{command}");
    }
    for command in ["countersign task show", "countersign task list"] {
        assert_eq!(machine.ask(&machine.bash(command)).word(), "pass", "{command}");
    }
}

#[test]
fn a_limit_is_given_once() {
    let machine = Machine::governed();
    let wrong =
        machine.try_countersign(&["task", "start", "x", "--limit", "files=1", "--limit", "files=2"], "");
    assert!(!wrong.status.success());
    assert_snapshot!(String::from_utf8_lossy(&wrong.stderr), @"
    error: `files=2` comes after 1, which is another limit
    hint: give each limit once
    ");
    machine.countersign(&["task", "start", "x", "--limit", "files=2", "--limit", "pull-requests=1"], "");
}

#[test]
fn files_are_counted_once_they_are_written() {
    let machine = Machine::governed();
    machine.countersign(&["task", "start", "Fix two files", "--limit", "files=2"], "");
    for path in ["a.rs", "b.rs", "a.rs"] {
        let call = write(&machine, path);
        assert_eq!(machine.ask(&call).word(), "pass");
        assert!(!last(&machine).contains("outside"), "{path}");
        ran(&machine, &call);
    }
    machine.ask(&write(&machine, "c.rs"));
    assert_snapshot!(last(&machine), @r#""monitor": would create or change a file (~/shop/c.rs, development): what is outside of the task is shown to people; with it there are 3 changed files, outside the task's limit of 2"#);
    machine.ask(&write(&machine, "b.rs"));
    assert_snapshot!(last(&machine), @r#""allow": would create or change a file (~/shop/b.rs, development): work in the workspace flows"#);
}

#[test]
fn a_file_that_another_session_wrote_is_named() {
    let machine = Machine::governed();
    let call = write(&machine, "src/a.rs");
    machine.ask(&call);
    ran(&machine, &call);
    let of_other = |path: &str| {
        let mut call = write(&machine, path);
        call["session_id"] = "s2".into();
        call
    };
    machine.ask(&of_other("src/b.rs"));
    assert!(!last(&machine).contains("another session"));
    machine.ask(&of_other("src/a.rs"));
    let said = last(&machine);
    assert_snapshot!(said.split(" at 20").next().unwrap(), @r#""monitor": would create or change a file (~/shop/src/a.rs, development): a file that another session wrote lately is shown to people; another session (s1) wrote `~/shop/src/a.rs`"#);
    let mut end = call.clone();
    end["hook_event_name"] = "SessionEnd".into();
    end["reason"] = "exit".into();
    machine.ask(&end);
    machine.ask(&of_other("src/a.rs"));
    assert!(!last(&machine).contains("another session"), "{}", last(&machine));
}

#[test]
fn a_task_file_is_read_and_its_faults_are_shown_where_they_are() {
    let machine = Machine::governed();
    let file = machine.repository().join("task.toml");
    fs::write(
        &file,
        "title = \"Refactor billing\"\nscope = [\"src/billing/**\"]\nfor = \"4h\"\nlimit = { files = 20 }\n",
    )
    .unwrap();
    let task: Value =
        serde_json::from_str(&machine.countersign(&["--json", "task", "start", "--file", "task.toml"], ""))
            .unwrap();
    assert_eq!(task["scope"], json!({ "paths": ["src/billing/**"], "limits": { "files": 20 } }));
    let mut errors = String::new();
    for wrong in [
        "scope = [\"src/[a]\"]",
        "scopes = []",
        "allow = [\"git.pusch\"]",
        "limit = { files = 9000 }",
        "title = 1",
    ] {
        fs::write(&file, format!("for = \"4h\"\n{wrong}\n")).unwrap();
        let output = machine.try_countersign(&["task", "start", "--file", "task.toml"], "");
        assert!(!output.status.success());
        errors.push_str(&String::from_utf8(output.stderr).unwrap());
    }
    assert_snapshot!(errors, @"
    error: cannot use the task `task.toml`
      caused by: task.toml:2:10: `src/[a]` is no pattern
    hint: a pattern is made of names, `*`, `**` and `?`, with a leading `!` for an exception
    error: cannot use the task `task.toml`
      caused by: task.toml:2:1: unknown key `scopes`
    hint: did you mean `scope`? It is one of: title, issue, ticket, for, scope, repository, branch, host, tool, environment, allow, limit
    error: cannot use the task `task.toml`
      caused by: task.toml:2:10: `git.pusch` is neither a verb nor an area of them
    hint: did you mean `git.push`?
    error: cannot use the task `task.toml`
      caused by: task.toml:2:9: 9000 files are too many for a limit
    hint: a task is limited to 500 files at most
    error: cannot use the task `task.toml`
      caused by: task.toml:2:9: expected a text in quotes, and found the number `1`
    ");
}

/// As any file of the user's: by file, line and column, and never by an option that nobody gave.
#[test]
fn faults_of_a_task_file_for_programs() {
    let machine = Machine::governed();
    let file = machine.repository().join("task.toml");
    let mut errors = String::new();
    for wrong in [
        "title = \"x\"\nfor = \"9d\"",
        "title = \"x\"\nscope = [\"src\", \"../x\"]",
        "for = \"4h\"",
        "title = \"x\"\nallow = [\"git.pusch\"]",
    ] {
        fs::write(&file, wrong).unwrap();
        let output = machine.try_countersign(&["--json", "task", "start", "--file", "task.toml"], "");
        assert!(!output.status.success());
        let error: Value = serde_json::from_slice(&output.stderr).unwrap();
        let told = ["causes", "file", "line", "column"].map(|key| error[key].to_string()).join(" ");
        errors.push_str(&(told + "\n"));
    }
    assert_snapshot!(errors, @r#"
    ["task.toml:2:7: `9d` is no time that a task can last"] "task.toml" 2 7
    ["task.toml:2:17: `../x` can match no file"] "task.toml" 2 17
    ["task.toml: the task has no title"] "task.toml" null null
    ["task.toml:2:10: `git.pusch` is neither a verb nor an area of them"] "task.toml" 2 10
    "#);
    // What an option says over the file is the option's fault.
    fs::write(&file, "title = \"x\"").unwrap();
    let said = |more: &[&str]| {
        let output = machine.try_countersign(&[&["task", "start", "--file", "task.toml"], more].concat(), "");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said(&["--scope", "../x"]).starts_with("error: --scope: `../x` can match no file"));
    assert!(said(&["--for", "9d"]).starts_with("error: --for: `9d` is no time"));
}

/// What would be decided by a proposal is decided under the open task as well.
#[test]
fn a_proposal_is_explained_under_the_open_task() {
    let machine = Machine::governed();
    machine.countersign(&["task", "start", "Refactor billing", "--scope", "src/billing/**"], "");
    let told = machine.countersign(&["explain", "--proposal", "echo x > src/web/a.rs"], "");
    assert!(told.contains("`src/web/a.rs` is outside the task's `src/billing/**`"), "{told}");
    machine.countersign(&["task", "end"], "");
    let told = machine.countersign(&["explain", "--proposal", "echo x > src/web/a.rs"], "");
    assert!(!told.contains("outside the task"), "{told}");
}

/// What never ends, or waits for a writer, is neither a task nor a log.
#[test]
fn only_a_regular_file_is_read() {
    let machine = Machine::governed();
    let pipe = machine.repository().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
    for arguments in [
        ["task", "start", "x", "--file", "/dev/zero"].as_slice(),
        &["task", "start", "x", "--file", "pipe"],
        &["simulate", "/dev/zero"],
        &["simulate", "pipe"],
    ] {
        let output = machine.try_countersign(arguments, "");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && error.contains("it is no regular file"),
            "{arguments:?}: {error}"
        );
    }
}
