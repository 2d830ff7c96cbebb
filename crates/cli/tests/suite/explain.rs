//! `explain`: what people see of one command, and what programs get for many.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::machine::{Machine, run};

/// The answers to lines of calls, one for each, and the exit code.
fn check(machine: &Machine, lines: &str, more: &[&str]) -> (Vec<Value>, Option<i32>) {
    let output = machine.try_countersign(&[&["explain", "--jsonl"], more].concat(), lines);
    let text = String::from_utf8(output.stdout).unwrap();
    (text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), output.status.code())
}

fn words(answers: &[Value]) -> Vec<&str> {
    answers.iter().map(|answer| answer["decision"].as_str().unwrap_or("error")).collect()
}

#[test]
fn a_push_as_people_see_it() {
    let machine = Machine::governed();
    let text = machine.countersign(&["explain", "git push origin HEAD:main"], "");
    let (new, old) = (machine.git(&["rev-parse", "HEAD"]), machine.deployed());
    let text = text.replace(&new, "NEW").replace(&old, "OLD");
    let text = text.replace(&new[..10], "NEW").replace(&old[..10], "OLD");
    assert_snapshot!(text.replace(&machine.path("").display().to_string(), "~/"), @"
    require 1 approval: would move a ref of a remote repository forward, or create it (main of ~/shop, production): a change to production waits for an approval
    commands
      git push origin HEAD:main
        → git.push main@origin → production, write
        → change.owners countersign.toml into main, write
            countersign.toml proposes what waits for approval here, and is in force once a reviewer signs it
    risk 65
       +40 environment: it lands in production
       +10 place: it reaches another machine
       +10 access: it would write
        +5 reversible: nobody knows whether it can be undone
    policies graduated/carried-change, graduated/high-risk, graduated/production-change
    decided by the policy that a reviewer signed for `~/shop`
    once approved, runs as
      │ git push --force-with-lease=main:OLD --no-follow-tags 
      ┊ --recurse-submodules=no origin NEW:refs/heads/main
      moves main of origin from OLD to NEW, and nothing else
    ");
}

/// Each command stands below the one that runs it; what is no command's comes last.
#[test]
fn commands_in_commands() {
    let machine = Machine::governed();
    let command = "sudo bash -c 'rm -rf src && git fetch' >log; (echo a) >b";
    let text = machine.countersign(&["explain", command], "");
    let text = text.replace(&machine.path("").display().to_string(), "~/");
    let (_, rest) = text.split_once('\n').unwrap();
    assert_snapshot!(rest.split_once("risk").unwrap().0, @"
    commands
      sudo bash -c 'rm -rf src && git fetch'
        → fs.write ~/shop/log → development, write
        → exec.privilege sudo → development, execute
        bash -c 'rm -rf src && git fetch'
          rm -rf src
            → fs.delete ~/shop/src → development, destroy
          git fetch
            → git.fetch repository@origin → development, read
      echo a
        → exec.read echo → development, read
    other effects
      → fs.write ~/shop/b → development, write
    ");
    let line = json!({ "command": command }).to_string();
    let (answers, _) = check(&machine, &line, &[]);
    let commands: Vec<String> =
        answers[0]["commands"].as_array().unwrap().iter().map(Value::to_string).collect();
    assert_snapshot!(commands.join("\n"), @r#"
    {"parent":null,"program":"sudo","title":"sudo bash -c 'rm -rf src && git fetch'","span":{"start":0,"end":38},"origin":null,"effects":[0,1]}
    {"parent":0,"program":"bash","title":"bash -c 'rm -rf src && git fetch'","span":{"start":5,"end":38},"origin":null,"effects":[]}
    {"parent":1,"program":"rm","title":"rm -rf src","span":{"start":5,"end":38},"origin":null,"effects":[2]}
    {"parent":1,"program":"git","title":"git fetch","span":{"start":5,"end":38},"origin":null,"effects":[3]}
    {"parent":null,"program":"echo","title":"echo a","span":{"start":46,"end":52},"origin":null,"effects":[5]}
    "#);
}

/// What a script does is shown with the script's line; of several lines of a call, the line is.
#[test]
fn lines_of_scripts_and_of_calls() {
    let machine = Machine::governed();
    fs::write(machine.repository().join("ship.sh"), "#!/bin/sh\n\ngit push origin HEAD:main\n").unwrap();
    let text = machine.countersign(&["explain", "ls\nsh ship.sh"], "");
    let text = text.replace(&machine.path("").display().to_string(), "~/");
    assert_snapshot!(text.split_once("risk").unwrap().0, @"
    require 1 approval: would move a ref of a remote repository forward, or create it (main of ~/shop, production), in ship.sh:3: a change to production waits for an approval
    commands
      ls  line 1
        → fs.read ~/shop → development, read
      sh ship.sh  line 2
        → fs.read ~/shop/ship.sh → development, read
        git push origin HEAD:main  ship.sh:3
          → git.push main@origin → production, write
          → change.owners countersign.toml into main, write
              countersign.toml proposes what waits for approval here, and is in force once a reviewer signs it
    ");
}

/// A clone is spoken for by what was signed in another one of the same remote, and that is said.
#[test]
fn whose_policy_decided() {
    let machine = Machine::governed();
    let decided = |text: String| {
        let text = text.replace(&machine.path("").display().to_string(), "~/");
        text.lines().find(|line| line.starts_with("decided by")).map(str::to_owned).unwrap_or_default()
    };
    let push = ["explain", "git push origin HEAD:main"];
    assert_snapshot!(decided(machine.countersign(&push, "")), @"decided by the policy that a reviewer signed for `~/shop`");
    let (clone, remote) = (machine.path("clone"), machine.path("shop.git"));
    machine.git(&["clone", "--quiet", &remote.display().to_string(), &clone.display().to_string()]);
    let explain = |arguments: &[&str]| {
        let mut command = machine.command(env!("CARGO_BIN_EXE_countersign"));
        let output = crate::machine::run(command.args(arguments).current_dir(&clone), b"");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_snapshot!(decided(explain(&push)), @"decided by the policy that a reviewer signed for `~/shop` (another working tree of the same remote)");
    let answer: Value =
        serde_json::from_str(&explain(&["--json", "explain", "git push origin HEAD:main"])).unwrap();
    let said = answer["decided_by"].to_string().replace(&machine.path("").display().to_string(), "~/");
    assert_snapshot!(said, @r#"{"repository":"~/shop","signed":true,"here":false}"#);
}

/// A clone in which nobody put a policy in force is told whose decides there, and that it has no file of its own.
#[test]
fn a_clone_without_a_policy_of_its_own() {
    let machine = Machine::governed();
    let (clone, remote) = (machine.path("clone"), machine.path("shop.git"));
    machine.git(&["clone", "--quiet", &remote.display().to_string(), &clone.display().to_string()]);
    let _ = fs::remove_file(clone.join("countersign.toml"));
    let shown = |arguments: &[&str]| {
        let mut command = machine.command(env!("CARGO_BIN_EXE_countersign"));
        let output =
            crate::machine::run(command.env("COLUMNS", "900").args(arguments).current_dir(&clone), b"");
        let text = String::from_utf8(output.stdout).unwrap();
        let text = text.replace(&machine.path("").display().to_string(), "~/");
        let lines = text.lines().filter(|line| line.contains("here") || line.contains("in force"));
        let lines = lines.map(|line| line.split("sha256:").next().unwrap_or(line).trim_end().to_owned());
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(shown(&["doctor"]), @"
    ✓ no policy was put in force for this working tree itself: the policy that a reviewer signed for `~/shop` (another working tree of the same remote) decides here:
    ! there is no countersign.toml here; what is in force stays in force
    ! not to be seen from here: a session started with --bare, or with --settings that set disableAllHooks, runs without this hook; only managed settings bind those
    ");
    assert_snapshot!(shown(&["policy", "show"]), @"
    nothing was put in force for `~/clone` itself
    note: the policy that a reviewer signed for `~/shop` (another working tree of the same remote) decides here:
    note: there is no countersign.toml here
    ");
}

/// What `init` saw in another clone speaks there, and no longer here where a reviewer signed for the remote.
#[test]
fn another_clones_proposal() {
    let machine = Machine::governed();
    let (clone, remote) = (machine.path("clone"), machine.path("shop.git"));
    machine.git(&["clone", "--quiet", &remote.display().to_string(), &clone.display().to_string()]);
    let workflow = fs::read_to_string(machine.repository().join(".github/workflows/deploy.yml")).unwrap();
    fs::write(clone.join(".github/workflows/deploy.yml"), workflow.replace("main", "stage")).unwrap();
    let run = |folder: &Path, arguments: &[&str]| {
        let mut command = machine.command(env!("CARGO_BIN_EXE_countersign"));
        let output = crate::machine::run(command.args(arguments).current_dir(folder), b"");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().replace(&machine.path("").display().to_string(), "~/")
    };
    run(&clone, &["init", "--yes"]);
    let push = ["explain", "git push origin HEAD:stage"];
    assert!(run(&machine.repository(), &push).starts_with("monitor"));
    assert!(run(&clone, &push).starts_with("require 1 approval"));
    let shown = run(&clone, &["policy", "show"]);
    assert_snapshot!(shown.lines().filter(|line| line.starts_with("note")).collect::<Vec<_>>().join("\n"), @"note: the policy that a reviewer signed for `~/shop` (another working tree of the same remote) speaks here as well: the strictest answer counts");
}

#[test]
fn what_to_do_about_a_command_without_quotes() {
    let machine = Machine::governed();
    let said = |arguments: &[&str]| {
        let output = machine.try_countersign(arguments, "");
        assert_ne!(output.status.code(), Some(0));
        let text = String::from_utf8(output.stderr).unwrap();
        text.lines()
            .filter(|line| line.starts_with("error") || line.starts_with("hint"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_snapshot!(said(&["explain", "git", "push", "origin", "main"]), @"
    error: a command is one argument
    hint: quote the whole command: countersign explain 'git push origin main'
    ");
    assert_snapshot!(said(&["explain", "git", "push", "--force"]), @"
    error: unexpected argument '--force' found
    hint: quote the whole command: countersign explain 'git push --force'
    ");
    assert_snapshot!(said(&["explain", "--propsal", "git push"]), @"error: unexpected argument '--propsal' found");
    let note = machine.countersign(&["explain", "--tool", "bash", "--input", "{\"command\": \"ls\"}"], "");
    assert_snapshot!(note.lines().find(|line| line.starts_with("note")).unwrap_or_default(), @"note: the runtime's tool is called `Bash`; capital letters count");
}

#[test]
fn lines_in_both_forms() {
    let machine = Machine::governed();
    let lines = [
        json!({"command": "git push origin HEAD:main"}),
        json!({"tool": "Bash", "input": {"command": "git push origin HEAD:main"}, "cwd": machine.repository()}),
        json!({"tool": "Write", "input": {"file_path": machine.home().join("key"), "content": ""}}),
        json!({"command": "git push origin HEAD:main", "cwd": "/"}),
        json!({"command": "git status"}),
    ];
    let (answers, exit) = check(&machine, &lines.map(|line| line.to_string()).join("\n"), &[]);
    assert_eq!(exit, Some(0));
    assert_snapshot!(words(&answers).join(" "), @"require_approval require_approval deny require_approval allow");
    assert_eq!(answers[0], answers[1]);
    let fields: Vec<&str> = answers[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_snapshot!(fields.join(" "), @"decision requirement approval effects commands risk policies reason shadow bundle decided_by");
}

/// Each line is answered in its place: one that says nothing is neither left out nor allowed.
#[test]
fn bad_lines_are_errors_in_their_place() {
    let machine = Machine::governed();
    let lines = [
        "{\"command\": \"git status\"}",
        "not JSON",
        "",
        "[1]",
        "{}",
        "{\"tool\": \"Bash\", \"input\": \"git status\"}",
        "{\"command\": 7}",
        "{\"command\": \"git status\"}",
    ];
    let (answers, exit) = check(&machine, &lines.join("\n"), &[]);
    assert_eq!((answers.len(), exit), (lines.len(), Some(1)));
    assert_eq!(answers.first(), answers.last());
    let errors: Vec<String> = answers
        .iter()
        .filter(|answer| answer["decision"].is_null())
        .map(|answer| format!("{} {}", answer["line"], answer["error"].as_str().unwrap()))
        .collect();
    assert_snapshot!(errors.join("\n"), @r#"
    2 it is not JSON: expected ident at line 1 column 2 (a line is {"tool":…,"input":{…},"cwd":…} or {"command":…})
    3 it is not JSON: EOF while parsing a value at line 1 column 0 (a line is {"tool":…,"input":{…},"cwd":…} or {"command":…})
    4 it has neither `command` nor `tool` (a line is {"tool":…,"input":{…},"cwd":…} or {"command":…})
    5 it has neither `command` nor `tool` (a line is {"tool":…,"input":{…},"cwd":…} or {"command":…})
    6 `input` is not an object (a line is {"tool":…,"input":{…},"cwd":…} or {"command":…})
    7 it has neither `command` nor `tool` (a line is {"tool":…,"input":{…},"cwd":…} or {"command":…})
    "#);
}

/// The same line, decided by each shipped pack as the proposal names it.
#[test]
fn packs_differ_on_one_line() {
    let machine = Machine::governed();
    let file = machine.repository().join("countersign.toml");
    let proposed = fs::read_to_string(&file).unwrap();
    let commands =
        ["git push origin HEAD:main", "git push origin HEAD:topic", "git push --force origin HEAD:topic"];
    let lines = commands.map(|command| json!({ "command": command }).to_string()).join("\n");
    let decided = ["observe", "graduated", "strict"].map(|pack| {
        fs::write(&file, proposed.replace("pack = \"graduated\"", &format!("pack = \"{pack}\""))).unwrap();
        let (answers, _) = check(&machine, &lines, &["--proposal"]);
        format!("{pack}: {}", words(&answers).join(", "))
    });
    assert_snapshot!(decided.join("\n"), @"
    observe: monitor, allow, monitor
    graduated: require_approval, monitor, require_approval
    strict: require_approval, monitor, require_approval
    ");
}

/// What the map names production credentials makes unreadable programs wait, once it is within reach.
#[test]
fn credentials_within_reach_hold_what_nobody_can_read() {
    let machine = Machine::governed();
    std::fs::write(machine.path(".livekey"), "").unwrap();
    let file = machine.repository().join("countersign.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let decide = |credentials: &str| {
        let line = format!("credentials = [{credentials}] #");
        std::fs::write(&file, text.replacen("credentials = []", &line, 1)).unwrap();
        let mut explain = machine.command(env!("CARGO_BIN_EXE_countersign"));
        explain.args(["--json", "explain", "--proposal", "./ship.sh"]).env("LIVE_TOKEN", "x");
        let output = explain.output().unwrap();
        let explained: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        explained["decision"].as_str().unwrap().to_owned()
    };
    for within in ["\"LIVE_TOKEN\"", "\"$LIVE_TOKEN\"", "\"~/.livekey\"", "\"~/.live*\""] {
        assert_eq!(decide(within), "require_approval", "{within}");
    }
    for out_of in ["", "\"OTHER_TOKEN\"", "\"~/.other\"", "\"~/.other*\""] {
        assert_eq!(decide(out_of), "monitor", "{out_of}");
    }
}

/// A file of the repository counts for what is told of it, and for what nobody can read.
#[test]
fn files_of_credentials_count_where_they_are_used() {
    let machine = Machine::governed();
    let repository = machine.repository();
    std::fs::write(repository.join(".env.production"), "").unwrap();
    let file = repository.join("countersign.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let line = "credentials = [\".env.production\"] #";
    std::fs::write(&file, text.replacen("credentials = []", line, 1)).unwrap();
    let decided = |command: &str| {
        let mut explain = machine.command(env!("CARGO_BIN_EXE_countersign"));
        explain.current_dir(&repository).args(["--json", "explain", "--proposal", command]);
        let explained: Value = serde_json::from_slice(&explain.output().unwrap().stdout).unwrap();
        explained["decision"].as_str().unwrap().to_owned()
    };
    let package = "{\"scripts\": {\"test\": \"jest\", \"e2e\": \"dotenv -e .env.production -- jest\"}}";
    std::fs::write(repository.join("package.json"), package).unwrap();
    for command in ["npm test", "npm ci", "npx tsc --noEmit", "cargo build"] {
        assert_ne!(decided(command), "require_approval", "{command}");
    }
    for command in ["./ship.sh", "NODE_ENV=production npm test", "npm test && ./ship.sh", "npm run e2e"] {
        assert_eq!(decided(command), "require_approval", "{command}");
    }
    // It is there from wherever a call is made.
    let below = repository.join("below");
    std::fs::create_dir(&below).unwrap();
    let mut explain = machine.command(env!("CARGO_BIN_EXE_countersign"));
    explain.current_dir(&below).args(["--json", "explain", "--proposal", "../ship.sh"]);
    let explained: Value = serde_json::from_slice(&explain.output().unwrap().stdout).unwrap();
    assert_eq!(explained["decision"], "require_approval");
}

#[test]
fn a_secret_in_a_call_counts_as_it_does_in_the_hook() {
    let machine = Machine::governed();
    let secret = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0".repeat(2).get(..36).unwrap());
    let command = format!("gh issue comment 3 -b 'key {secret}'");
    assert_eq!(machine.ask(&machine.bash(&command)).word(), "deny", "held, and parked at once");
    let text = machine.countersign(&["explain", &command], "");
    let first = text.lines().next().unwrap();
    assert!(first.starts_with("require 1 approval") && first.contains("secret"), "{first}");
    assert!(text.contains("secrets:") || text.contains("findings:"), "{text}");
    let harmless = machine.countersign(&["explain", "gh issue comment 3 -b 'done'"], "");
    assert!(harmless.starts_with("monitor"), "{harmless}");
}

/// Whoever asks may be somebody else, or have another `HOME`: that is no sign of anything.
#[test]
fn explaining_writes_nothing() {
    let machine = Machine::governed();
    let records = || fs::read(machine.home().join("log/00000001.jsonl")).unwrap();
    let before = records();
    let elsewhere = machine.path("theirs");
    for arguments in [&["explain", "git push origin main"][..], &["inventory", "--json"]] {
        let mut command = machine.command(env!("CARGO_BIN_EXE_countersign"));
        let output = run(command.env("HOME", &elsewhere).args(arguments), b"");
        assert!(output.status.success(), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("approval"), "{output:?}");
    }
    assert!(before == records());
    assert_eq!(fs::read_dir(elsewhere).unwrap().count(), 0);
}

#[test]
fn a_program_is_told_what_an_approval_would_be_bound_to() {
    let machine = Machine::governed();
    let approval = |command: &str| -> Value {
        let told = machine.countersign(&["--json", "explain", command], "");
        serde_json::from_str::<Value>(&told).unwrap()["approval"].clone()
    };
    let push = approval("git push origin main");
    let head = machine.git(&["rev-parse", "HEAD"]);
    let pinned = push["pinned"].as_str().unwrap();
    assert!(pinned.contains(&head) && pinned.contains("--force-with-lease=main:"), "{pinned}");
    assert!(push["action"].as_str().unwrap().starts_with("sha256:") && push["unpinned"].is_null());
    assert_eq!(push, approval("git push origin main"));
    machine.ask(&machine.bash("git push origin main"));
    assert_eq!(machine.events("held").last().unwrap()["review"]["pinned"], push["pinned"]);
    machine.commit("Sell three");
    assert_ne!(push["action"], approval("git push origin main")["action"]);
    let unpinned = approval("kubectl --context shop-prod delete deployment/web");
    assert!(unpinned["pinned"].is_null() && unpinned["unpinned"].as_str().is_some(), "{unpinned}");
    let secret = "curl -X POST -H 'Authorization: Bearer ghp_0123456789abcdefghijABCDEFGHIJ012345' https://prod.acme.io/x";
    assert!(approval(secret)["action"].is_null());
    assert!(approval("git status").is_null());
}

#[test]
fn no_command_is_an_error() {
    let machine = Machine::new();
    let [nothing, blanks] = ["", "  "].map(|command| machine.try_countersign(&["explain", command], ""));
    assert_eq!((nothing.status.code(), &nothing.stderr), (Some(1), &blanks.stderr));
    assert_snapshot!(String::from_utf8(nothing.stderr).unwrap(), @"
    error: there is no command to explain
    hint: say one, in quotes: countersign explain 'git push origin main'
    ");
}

/// What is shown of a file behind a call may be read by someone who has not read the file.
#[test]
fn passwords_in_files_behind_a_call_are_taken_out() {
    let machine = Machine::new();
    fs::create_dir(machine.path(".ssh")).unwrap();
    let token = format!("ghp_{}", "a1B2c3D4e5".repeat(4));
    let long = "x".repeat(50);
    let config = format!(
        "Host web\n  ProxyCommand sshpass -p TOPSECRETpw9 ssh jump -W %h:%p\n\
         Host far\n  ProxyCommand connect --via https://me:TOPSECRETpw9@jump.example/{long} --header={long}{token} %h\n"
    );
    fs::write(machine.path(".ssh/config"), config).unwrap();
    let script = "mysql -uroot -pTOPSECRETpw9 -e 'drop table x'\ncurl -u me:TOPSECRETpw9 https://api.example/x\nsshpass -p TOPSECRETpw9 frob\n";
    fs::write(machine.repository().join("deploy.sh"), script).unwrap();
    for command in ["ssh web uptime", "ssh far uptime", "sh deploy.sh"] {
        for json in [&["explain", command][..], &["--json", "explain", command]] {
            let text = machine.countersign(json, "");
            assert!(text.contains("[redacted:"), "{text}");
            assert!(!text.contains("TOPSECRET") && !text.contains("ghp_a1"), "{text}");
        }
    }
}

/// Neither the title of one command of a pipe nor an effect shows what only the whole gives away.
#[test]
fn secrets_by_their_place_are_taken_out() {
    let machine = Machine::governed();
    let script = "echo TOPSECRETpw9 | wrangler secret put KEY\necho ordinary words | tee x\n";
    fs::write(machine.repository().join("deploy.sh"), script).unwrap();
    let commands = [
        "sh deploy.sh",
        "echo TOPSECRETpw9 | wrangler secret put KEY; echo ordinary words",
        "vault login TOPSECRETpw9; echo ordinary words",
    ];
    for command in commands {
        for json in [&["explain", command][..], &["--json", "explain", command]] {
            let text = machine.countersign(json, "");
            assert!(!text.contains("TOPSECRET") && text.contains("echo ordinary words"), "{text}");
        }
        machine.ask(&machine.bash(command));
    }
    for segment in fs::read_dir(machine.home().join("log")).unwrap() {
        let segment = String::from_utf8_lossy(&fs::read(segment.unwrap().path()).unwrap()).into_owned();
        assert!(!segment.contains("TOPSECRET"), "{segment}");
    }
}

#[test]
fn what_a_pipe_does_in_production_is_told_beside_what_it_does_elsewhere() {
    let machine = Machine::new();
    let said = machine
        .countersign(&["explain", "pg_dump -h prod.example.com shop | psql -h db.example.org shop"], "");
    let reason = said.lines().next().unwrap();
    assert!(
        reason.contains("* in postgresql://db.example.org/shop, in an environment nobody has named"),
        "{reason}"
    );
    assert!(
        reason.contains("it also would")
            && reason.contains("* in postgresql://prod.example.com/shop, production"),
        "{reason}"
    );
}
