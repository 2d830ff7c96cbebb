//! The line, from a tool call of the real client to its evidence, in a user install.

use std::thread;

use countersign_e2e::{PROJECT, Scenario, bash, call};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::governed::{Governed, push_main, until, user_install};

/// What the model was told of a call, with the ticket's name replaced.
fn told(governed: &Governed, id: &str) -> String {
    let text = governed.lab.tool_result(id).unwrap().text;
    let tickets = governed.events("held").into_iter().map(|held| held["ticket"].as_str().unwrap().to_owned());
    tickets.fold(text, |text, ticket| text.replace(&ticket, "TICKET"))
}

/// The decision on every call, in order, and what became of it.
fn decisions(governed: &Governed) -> String {
    let outcomes = governed.events("outcome");
    let decided = governed.events("decided");
    let lines = decided.iter().map(|decided| {
        let (call, id) = (&decided["call"], &decided["call"]["id"]);
        let what =
            call["input"]["command"].as_str().or(call["input"]["file_path"].as_str()).unwrap_or_default();
        let outcome = outcomes.iter().find(|outcome| outcome["call"] == *id);
        let outcome = outcome.map_or("no outcome".to_owned(), |outcome| outcome["result"].to_string());
        format!(
            "{} {what}: {}, {outcome}",
            call["tool"].as_str().unwrap(),
            decided["decision"]["kind"]["decision"]
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn harmless_work_flows_and_is_recorded() {
    let governed = user_install();
    let file = format!("{PROJECT}/shop.py");
    let session = governed.impatient(&Scenario::new([
        vec![call("Read", json!({ "file_path": file }))],
        vec![call("Edit", json!({ "file_path": file, "old_string": "one", "new_string": "many" }))],
        vec![bash("git status --short")],
        vec![bash("git commit --quiet -am 'Sell many'")],
        vec![bash("git push -u origin refactor")],
        vec![bash("git switch --quiet main && git merge --quiet refactor")],
    ]));
    assert_eq!(session.exit, Some(0), "{session:?}");
    assert_eq!(governed.remote("refactor"), governed.commit("refactor"));
    assert_eq!(governed.commit("main"), governed.commit("refactor"));
    assert_ne!(governed.remote("main"), governed.commit("main"));
    assert_snapshot!(decisions(&governed), @r#"
    Read /home/dev/project/shop.py: "allow", {"is":"succeeded"}
    Edit /home/dev/project/shop.py: "allow", {"is":"succeeded"}
    Bash git status --short: "allow", {"is":"succeeded"}
    Bash git commit --quiet -am 'Sell many': "allow", {"is":"succeeded"}
    Bash git push -u origin refactor: "allow", {"is":"succeeded"}
    Bash git switch --quiet main && git merge --quiet refactor: "allow", {"is":"succeeded"}
    "#);
    assert_eq!(governed.events("prompted")[0]["text"], "Refactor the shop");
    assert!(governed.events("tampering").is_empty());
    assert_eq!(governed.verify(), "");
}

#[test]
fn a_push_to_production_is_held_and_the_agent_is_told() {
    let governed = user_install();
    let before = governed.remote("main");
    governed.merge_a_fix();
    let session = governed.impatient(&Scenario::new([vec![push_main()]]));
    assert_eq!(session.exit, Some(0), "{session:?}");
    assert_eq!(governed.remote("main"), before);
    assert_snapshot!(told(&governed, "toolu_0_0_0"), @"PreToolUse:Bash hook error: Countersign holds this: would move a ref of a remote repository forward, or create it (main of /home/dev/shop, production): a change to production waits for an approval (risk 67, policies graduated/high-risk, graduated/production-change; decided by the policy that a reviewer signed for `/home/dev/project`). It waits for a reviewer as TICKET: `countersign approvals show TICKET`. Go on with other work; once it is approved, make exactly this call again and it passes, in the form that was reviewed, until that change has landed or the approval ends. Do not try another way to the same end.");
    assert_eq!(governed.waiting().len(), 1);
}

#[test]
fn an_approval_while_it_waits_releases_exactly_that_push() {
    let governed = user_install();
    let fix = governed.merge_a_fix();
    thread::scope(|scope| {
        let session = scope.spawn(|| governed.patient(&Scenario::new([vec![push_main()]])));
        let ticket = governed.ticket();
        assert_ne!(governed.remote("main"), fix);
        governed.answer("approve", &ticket);
        assert_eq!(session.join().unwrap().exit, Some(0));
    });
    assert_eq!(governed.remote("main"), fix);
    assert!(!governed.lab.tool_result("toolu_0_0_0").unwrap().is_error);
    let released = &governed.events("released")[0];
    assert!(
        released["pinned"]["command"].as_str().unwrap().contains(&format!("{fix}:refs/heads/main")),
        "{released}"
    );
    assert_eq!(governed.verify(), "");
}

#[test]
fn a_denial_while_it_waits_stops_the_push_and_says_why() {
    let governed = user_install();
    let before = governed.remote("main");
    governed.merge_a_fix();
    thread::scope(|scope| {
        let session = scope.spawn(|| governed.patient(&Scenario::new([vec![push_main()]])));
        let ticket = governed.ticket();
        governed.answer("deny", &ticket);
        assert_eq!(session.join().unwrap().exit, Some(0));
    });
    assert_eq!(governed.remote("main"), before);
    assert_snapshot!(told(&governed, "toolu_0_0_0"), @"PreToolUse:Bash hook error: A reviewer (reviewer) denied this (TICKET). It must not happen in this session; do not try another way to the same end.");
}

/// The agent asks, is told the ticket, does something else, and asks again once it is approved.
#[test]
fn a_parked_push_passes_once_it_is_approved() {
    let governed = user_install();
    let fix = governed.merge_a_fix();
    let wait = bash("for i in $(seq 300); do test -e /tmp/approved && break; sleep 0.1; done");
    let scenario = Scenario::new([vec![push_main()], vec![wait], vec![push_main()]]);
    thread::scope(|scope| {
        let session = scope.spawn(|| governed.impatient(&scenario));
        let ticket = governed.ticket();
        until("the push is parked", || governed.events("parked").pop());
        governed.answer("approve", &ticket);
        governed.lab.write("/tmp/approved", "").unwrap();
        assert_eq!(session.join().unwrap().exit, Some(0));
    });
    assert!(governed.lab.tool_result("toolu_0_0_0").unwrap().is_error);
    assert_eq!(governed.remote("main"), fix, "{:?}", governed.lab.tool_result("toolu_0_2_0"));
    assert_eq!(governed.events("held").len(), 1);
    assert_eq!(governed.events("released").len(), 1);
}

#[test]
fn an_approval_is_void_once_the_branch_has_moved() {
    let governed = user_install();
    let before = governed.remote("main");
    governed.merge_a_fix();
    thread::scope(|scope| {
        let session = scope.spawn(|| governed.patient(&Scenario::new([vec![push_main()]])));
        let ticket = governed.ticket();
        governed.lab.shell("echo \"print('three')\" > shop.py; git commit --quiet -am 'Sell three'").unwrap();
        governed.answer("approve", &ticket);
        assert_eq!(session.join().unwrap().exit, Some(0));
    });
    assert_eq!(governed.remote("main"), before);
    assert_snapshot!(told(&governed, "toolu_0_0_0"), @"PreToolUse:Bash hook error: The approval TICKET is void: `refs/heads/main` changed since the action was reviewed. Look at what changed; if you still need the action, ask for it again.");
}

#[test]
fn of_parallel_calls_only_the_harmful_one_is_held() {
    let governed = user_install();
    let before = governed.remote("main");
    governed.merge_a_fix();
    governed.impatient(&Scenario::new([vec![
        bash("git log --oneline -1 > /tmp/log"),
        push_main(),
        bash("git diff > /tmp/diff"),
    ]]));
    assert_eq!(governed.remote("main"), before);
    assert!(
        governed.lab.read("/tmp/log").unwrap().is_some() && governed.lab.read("/tmp/diff").unwrap().is_some()
    );
    let mut decisions: Vec<String> = decisions(&governed).lines().map(str::to_owned).collect();
    decisions.sort();
    assert_snapshot!(decisions.join("\n"), @r#"
    Bash git diff > /tmp/diff: "allow", {"is":"succeeded"}
    Bash git log --oneline -1 > /tmp/log: "allow", {"is":"succeeded"}
    Bash git push origin main: "require_approval", no outcome
    "#);
}

#[test]
fn a_subagents_push_is_held_in_its_name() {
    let governed = user_install();
    let before = governed.remote("main");
    governed.merge_a_fix();
    let delegate = call(
        "Task",
        json!({
            "description": "push", "prompt": "SUBAGENT push", "subagent_type": "general-purpose", "run_in_background": false,
        }),
    );
    governed.impatient(&Scenario::new([vec![delegate]]).track("SUBAGENT", [vec![push_main()]]));
    assert_eq!(governed.remote("main"), before);
    let held = &governed.events("held")[0];
    assert!(held["agent"].is_string(), "{held}");
    assert_eq!(held["agent"], governed.events("subagent_started")[0]["agent"]);
}

#[test]
fn bypass_mode_bypasses_nothing() {
    let governed = user_install();
    let before = governed.remote("main");
    governed.merge_a_fix();
    governed.lab.script(&Scenario::new([vec![push_main()]])).unwrap();
    governed.lab.claude("Push it").bypass().variable("COUNTERSIGN_WAIT", "0").run().unwrap();
    assert_eq!(governed.remote("main"), before);
    assert_eq!(governed.waiting().len(), 1);
}

/// What a person allowed with nobody there to ask: only a countersigned call is granted.
#[test]
fn a_countersigned_call_runs_where_nobody_could_be_asked() {
    let governed = user_install();
    let fix = governed.merge_a_fix();
    governed.lab.script(&Scenario::new([vec![push_main()]])).unwrap();
    thread::scope(|scope| {
        let session = scope.spawn(|| governed.lab.claude("Push it").run().unwrap());
        let ticket = governed.ticket();
        governed.answer("approve", &ticket);
        assert_eq!(session.join().unwrap().exit, Some(0));
    });
    assert_eq!(governed.remote("main"), fix);
}

#[test]
fn every_tool_of_the_client_has_a_stated_effect() {
    let governed = user_install();
    let session = governed.impatient(&Scenario::default());
    let tools = session.message("system", Some("init")).unwrap()["tools"].as_array().unwrap().clone();
    let lines = tools.iter().map(|tool| {
        let command = &["--json", "explain", "--tool", tool.as_str().unwrap(), "--input", "{}"];
        let explained: Value = serde_json::from_str(&governed.countersign(command)).unwrap();
        let effects = explained["effects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|effect| effect["verb"].as_str().unwrap().to_owned());
        format!("{} {}", tool.as_str().unwrap(), effects.collect::<Vec<_>>().join(" "))
    });
    assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
    Task agent.spawn
    Bash exec.opaque
    CronCreate exec.schedule
    CronDelete agent.internal
    CronList agent.internal
    Edit fs.write
    EnterWorktree git.branch
    ExitWorktree git.discard
    ListAgents agent.internal
    Monitor exec.opaque
    NotebookEdit fs.write
    Read fs.read
    ReportFindings agent.internal
    ScheduleWakeup exec.schedule
    SendMessage agent.message
    Skill agent.internal
    TaskStop agent.internal
    ToolSearch agent.internal
    WebFetch net.read
    WebSearch net.read
    Workflow agent.spawn
    Write fs.write
    ");
}
