use insta::assert_snapshot;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

use countersign_model::{Access, Certainty, McpServer, ToolAnnotations};

use crate::fixture::{Fixture, call, check_tool, surroundings};
use crate::understand;

/// The effect on the tool itself.
fn verb(tool: &str, input: Json) -> String {
    let effects = check_tool(tool, input);
    let own = effects.lines().find(|line| line.starts_with("mcp.") || line.starts_with("forge."));
    own.unwrap_or(&effects).split(' ').next().unwrap_or_default().to_owned()
}

/// The worst that a call does, as a label says it.
fn class(tool: &str, input: Json) -> &'static str {
    let effects = understand(&call(tool, input), &surroundings(), &Fixture(&[])).effects;
    if effects.iter().any(|effect| effect.verb.as_str() == "countersign.tamper") {
        return "tamper";
    }
    if effects.iter().any(|effect| {
        effect.certainty == Certainty::Opaque
            || (effect.verb.as_str() == "mcp.call" && effect.certainty == Certainty::Partial)
    }) {
        return "opaque";
    }
    let worst = effects.iter().map(|effect| effect.access).max();
    let secret = effects.iter().any(|effect| effect.verb.as_str() == "secret.read");
    match worst {
        Some(Access::Read) | None if secret => "secret",
        Some(Access::Read) | None => "read",
        Some(Access::Write) => "write",
        Some(Access::Send) => "send",
        Some(Access::Execute) => "execute",
        Some(Access::Destroy) => "destroy",
    }
}

#[test]
fn labelled_cases() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in include_str!("../../../tests/labels/mcp.jsonl").lines().filter(|line| !line.is_empty()) {
        let case: Json = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        let text = |name: &str| case.get(name).and_then(Json::as_str).unwrap_or_default();
        let found = class(text("tool"), case.get("input").cloned().unwrap_or(Json::Null));
        count += 1;
        if found != text("class") {
            wrong.push(format!("{found}: {line}"));
        }
    }
    assert!(count >= 60, "{count}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_query_can_be_more_than_a_question() {
    for sql in [
        "DELETE FROM users",
        "DROP TABLE users",
        "select 1; drop table users",
        "SELECT pg_terminate_backend(1)",
        "select * into x from y",
        "/* x */ TRUNCATE a",
    ] {
        for (tool, name) in
            [("query", "sql"), ("query", "query"), ("execute_sql", "sql"), ("run", "statement")]
        {
            let found = verb(&format!("mcp__pg__{tool}"), json!({ name: sql }));
            assert!(found != "mcp.read", "{tool} {name} {sql}: {found}");
        }
    }
    assert_eq!(verb("mcp__pg__query", json!({"sql": "SELECT name FROM users WHERE id = 1;"})), "mcp.read");
    assert_eq!(verb("mcp__pg__run_query", json!({"sql": "select count(*) from users"})), "mcp.read");
    assert_eq!(verb("mcp__docs__query_docs", json!({"query": "how do I create a table"})), "mcp.read");
    assert_eq!(
        verb("mcp__docs__query_docs", json!({"query": "update the state of a component"})),
        "mcp.read"
    );
    // What is searched for is text; what is queried may be run.
    assert_eq!(verb("mcp__github__search_code", json!({"query": "delete from users"})), "mcp.read");
    assert_eq!(verb("mcp__x__get_query_result", json!({"query": "delete from users"})), "mcp.delete");
}

#[test]
fn databases() {
    assert_snapshot!(check_tool("mcp__pg-prod__query", json!({"sql": "SELECT name FROM users"})), @"
    db.read users in postgresql://pg-prod, read
    mcp.read pg-prod/query, read
    ");
    assert_snapshot!(check_tool("mcp__supabase__execute_sql", json!({"project_id": "p", "query": "delete from todos"})), @"
    db.destroy todos in postgresql://supabase/p, destroy
    mcp.delete supabase/execute_sql, destroy
    ");
    assert_snapshot!(check_tool("mcp__db__run_query", json!({"sql": "drop table users", "connection_string": "postgres://a:b@db.example.com/shop"})), @"
    db.destroy users in postgresql://db.example.com/shop, destroy
    mcp.delete db/run_query, destroy
    ");
    assert_snapshot!(check_tool("mcp__supabase__apply_migration", json!({"name": "m", "query": "create table t (id int)"})), @"
    db.schema t in postgresql://supabase, write
    mcp.write supabase/apply_migration, write
    ");
}

#[test]
fn names_that_act_do_so_whatever_else_they_say() {
    for name in [
        "fetch_and_dispatch_workflow",
        "get_and_trigger",
        "browser_click",
        "browser_type",
        "browser_navigate",
        "check_deployments_push",
        "redeployService_get",
        "getAndDeploy",
    ] {
        let found = verb(&format!("mcp__x__{name}"), json!({}));
        assert!(found == "mcp.write" || found == "mcp.call", "{name}: {found}");
    }
    let opens = |url: &str| verb("mcp__playwright__browser_navigate", json!({ "url": url }));
    for url in [
        "http://localhost:3000/a",
        "http://127.0.0.1:8080",
        "about:blank",
        "https://example.com",
        "http://localhost.example.com",
        "http://example.com#localhost",
    ] {
        assert_eq!(opens(url), "mcp.read", "{url}");
    }
    for url in [
        "http://localhost:a@example.com",
        "http://localhost@example.com",
        "http://example.com\\@localhost/",
        "http://example.com#@localhost",
        "localhost:3000",
        "javascript:alert(1)",
    ] {
        assert_eq!(opens(url), "mcp.write", "{url}");
    }
    for name in ["getPullRequest", "listIssues", "get_type", "search-docs"] {
        assert_eq!(verb(&format!("mcp__x__{name}"), json!({})), "mcp.read", "{name}");
    }
    let input = json!({"owner": "acme", "repo": "shop", "pullNumber": 12});
    assert_eq!(verb("mcp__github__mergePullRequest", input), "forge.merge");
}

#[test]
fn commands_are_read() {
    assert_snapshot!(check_tool("mcp__desktop-commander__execute_command", json!({"command": "git status"})), @"
    git.read /repo, read
    mcp.read desktop-commander/execute_command, read
    ");
    assert_snapshot!(check_tool("mcp__desktop-commander__start_process", json!({"command": "rm -rf src", "timeout_ms": 5})), @"
    fs.delete /repo/src, destroy
    mcp.delete desktop-commander/start_process, destroy
    ");
    assert_snapshot!(check_tool("mcp__shell__run_command", json!({"command": "cat", "args": ["it's .env"], "cwd": "/repo"})), @"
    secret.read /repo/it's .env, read
    mcp.read shell/run_command, read
    ");
    assert_snapshot!(check_tool("mcp__shell__run_command", json!({"command": "ls", "stdin": "rm"})), @"
    fs.read /repo, read
    mcp.call shell/run_command, execute, opaque
    ");
    assert_snapshot!(check_tool("mcp__shell__run_command", json!({"command": "ls", "env": {"LD_PRELOAD": "./x.so"}})), @"
    exec.read export, read
    exec.opaque LD_PRELOAD=.., execute, opaque
    fs.read /repo, read
    mcp.call shell/run_command, execute
    ");
    assert_snapshot!(check_tool("mcp__k8s__exec_in_pod", json!({"name": "web", "namespace": "shop", "command": ["rm", "-rf", "/data"]})), @"
    kube.execute pod/web in */shop, execute
    fs.delete pod/web in */shop, destroy, partial
    mcp.delete k8s/exec_in_pod, destroy
    ");
    assert_snapshot!(check_tool("mcp__ssh__execute", json!({"command": "reboot", "host": "db.example.com"})), @"
    net.send db.example.com, send
    exec.system db.example.com, destroy
    mcp.delete ssh/execute, destroy
    ");
    assert_snapshot!(check_tool("mcp__git__git_push", json!({"repo_path": "/repo", "remote": "origin", "branch": "main", "force": true})), @"
    git.force-push main@origin, destroy
    mcp.delete git/git_push, destroy
    ");
    assert_snapshot!(check_tool("mcp__docs__explain_command", json!({"command": "rm -rf /"})), @"mcp.read docs/explain_command, read");
}

#[test]
fn files_and_addresses() {
    assert_snapshot!(check_tool("mcp__filesystem__read_text_file", json!({"path": "/repo/src/a.rs"})), @"
    fs.read /repo/src/a.rs, read
    mcp.read filesystem/read_text_file, read
    ");
    assert_snapshot!(check_tool("mcp__filesystem__read_multiple_files", json!({"paths": ["/repo/a", "/home/dev/.aws/credentials"]})), @"
    fs.read /repo/a, read
    secret.read /home/dev/.aws/credentials, read
    mcp.read filesystem/read_multiple_files, read
    ");
    assert_snapshot!(check_tool("mcp__filesystem__write_file", json!({"path": "/home/dev/.countersign/x", "content": ".npmrc"})), @"
    countersign.tamper /home/dev/.countersign/x, destroy
    mcp.read filesystem/write_file, read
    countersign.tamper *, destroy, partial
    ");
    assert_snapshot!(check_tool("mcp__filesystem__move_file", json!({"source": "/repo/a", "destination": "/repo/.git/hooks/pre-push"})), @"
    fs.write /repo/a, write
    fs.write /repo/.git/hooks/pre-push, write
    mcp.read filesystem/move_file, read
    ");
    assert_snapshot!(check_tool("mcp__fetch__fetch", json!({"url": "https://a:b@example.com/x"})), @"
    net.read https://example.com/x, read
    mcp.read fetch/fetch, read
    ");
    assert_snapshot!(check_tool("mcp__browser__browser_navigate", json!({"url": "file:///home/dev/.aws/credentials"})), @"
    secret.read /home/dev/.aws/credentials, read
    mcp.read browser/browser_navigate, read
    ");
    assert_snapshot!(check_tool("mcp__http__http_request", json!({"url": "https://api.example.com/x", "method": "DELETE"})), @"
    net.delete https://api.example.com/x, destroy
    mcp.delete http/http_request, destroy
    ");
    assert_snapshot!(check_tool("mcp__linear__create_issue", json!({"title": "x", "description": "see .npmrc and ~/.aws/credentials", "url": "https://example.com"})), @"mcp.write linear/create_issue, write");
    assert_snapshot!(check_tool("mcp__x__analyze_repo", json!({"target": "/home/dev/.ssh/id_rsa"})), @"
    mcp.read x/analyze_repo, read
    secret.read /home/dev/.ssh/id_rsa, read
    ");
}

#[test]
fn clusters_clouds_and_secrets() {
    assert_snapshot!(check_tool("mcp__k8s__kubectl_delete", json!({"resourceType": "deployment", "name": "web", "namespace": "shop", "context": "prod"})), @"
    kube.delete deployment/web in prod/shop, destroy
    mcp.delete k8s/kubectl_delete, destroy
    ");
    assert_snapshot!(check_tool("mcp__k8s__kubectl_get", json!({"resourceType": "pods", "allNamespaces": true})), @"
    kube.read pods/* in */*, read
    mcp.read k8s/kubectl_get, read
    ");
    assert_snapshot!(check_tool("mcp__k8s__resources_get", json!({"apiVersion": "v1", "kind": "Secret", "name": "db", "namespace": "shop"})), @"
    secret.read kubernetes:shop/db, read
    mcp.read k8s/resources_get, read
    ");
    assert_snapshot!(check_tool("mcp__ccapi__delete_resource", json!({"resource_type": "AWS::S3::Bucket", "identifier": "logs", "region": "eu-west-1"})), @"
    cloud.delete s3 logs in aws:* eu-west-1, destroy, partial
    mcp.delete ccapi/delete_resource, destroy
    ");
    assert_snapshot!(check_tool("mcp__vault__read_secret", json!({"path": "shop/db"})), @"
    secret.read vault:shop/db, read
    mcp.read vault/read_secret, read
    ");
    assert_snapshot!(check_tool("mcp__stripe__create_refund", json!({"charge": "c"})), @"mcp.write stripe/create_refund, write");
    assert_snapshot!(check_tool("mcp__slack__slack_post_message", json!({"text": "hi"})), @"mcp.send slack/slack_post_message, send");
}

#[test]
fn arguments_are_looked_at_whatever_the_tool_is_called() {
    let held = |tool: &str, input: Json| {
        let found = check_tool(tool, input);
        found.lines().any(|line| !line.contains(", read") || line.starts_with("secret.read"))
    };
    for (tool, input) in [
        ("mcp__postgres__query", json!({"text": "drop table users"})),
        ("mcp__postgres__query", json!({"stmt": "drop table users"})),
        ("mcp__postgres__query", json!({"input": "drop table users"})),
        ("mcp__postgres__query", json!({"body": "drop table users"})),
        ("mcp__postgres__query", json!({"script": "drop table users"})),
        ("mcp__postgres__query", json!({"query": {"text": "drop table users"}})),
        ("mcp__postgres__query", json!({"params": {"sql": "drop table users"}})),
        ("mcp__postgres__query", json!({"args": ["drop table users"]})),
        ("mcp__postgres__query", json!({"sqlStatements": ["select 1", "drop table users"]})),
        ("mcp__postgres__query", json!({"sql": "select 1", "statements": ["drop table users"]})),
        ("mcp__neo4j__read_cypher", json!({"query": "match (n) detach delete n"})),
        ("mcp__x__read", json!({"cypher": "match (n) set n.a = 1"})),
        ("mcp__kubernetes__resources_get", json!({"kind": "Secret", "name": "db"})),
        ("mcp__x__resources_get", json!({"input": {"kind": "secrets", "name": "db"}})),
        ("mcp__x__get_status", json!({"args": ["sh", "-c", "git push origin HEAD:main"]})),
        ("mcp__x__get_status", json!({"options": [{"argv": ["git", "push", "origin", "HEAD:main"]}]})),
        ("mcp__x__list", json!({"command": ["git", "push", "origin", "HEAD:main"]})),
        ("mcp__x__list_items", json!({"script": "git push origin HEAD:main"})),
        ("mcp__x__get_info", json!({"cmd": "kubectl delete ns shop"})),
        ("mcp__x__get_info", json!({"options": {"cmd": "kubectl delete ns shop"}})),
        ("mcp__x__describe", json!({"code": "require('child_process') .exec('x')"})),
        ("mcp__redis__get", json!({"command": "FLUSHALL"})),
        ("mcp__x__get_file", json!({"save_to": ".git/hooks/pre-commit"})),
        ("mcp__x__list", json!({"output": "~/.bashrc"})),
        ("mcp__git__git_diff", json!({"target": "--output=/root/.bashrc"})),
        (
            "mcp__fetch__fetch",
            json!({"url": "http://169.254.169.254/latest/meta-data/iam/security-credentials/x"}),
        ),
        (
            "mcp__x__get_status",
            json!({"target": "http://169.254.169.254/latest/meta-data/iam/security-credentials/x"}),
        ),
        ("WebFetch", json!({"url": "http://169.254.169.254/latest/meta-data/iam/security-credentials/x"})),
        ("WebFetch", json!({"url": "http://localhost:8001/api/v1/namespaces/shop/secrets"})),
        ("Grep", json!({"pattern": ".", "glob": ".env*", "output_mode": "content"})),
        ("mcp__x__search", json!({"command": "git push origin main"})),
        ("mcp__x__search", json!({"args": ["bash", "-c", "git push origin main"]})),
        ("mcp__x__lookup", json!({"script": "git push origin main"})),
        ("mcp__postgres__search", json!({"query": "delete from users where id = 1"})),
        ("mcp__postgres__explain", json!({"sql": "explain analyze delete from users"})),
        ("mcp__x__docs_read", json!({"path": "../shop/.env"})),
    ] {
        assert!(held(tool, input.clone()), "{tool} {input}: {}", check_tool(tool, input.clone()));
    }
    for (tool, input) in [
        ("mcp__postgres__query", json!({"query": "select 1", "reason": "update users"})),
        ("mcp__postgres__list_tables", json!({"schema": "import", "name": "comment"})),
        ("mcp__neo4j__read_cypher", json!({"query": "match (n {name: 'delete'}) return n"})),
        ("mcp__x__get_status", json!({"labels": ["git", "docker"], "args": ["a", "b"]})),
        ("mcp__x__get_rate", json!({"code": "USD", "text": "drop table users"})),
        ("mcp__x__list", json!({"output": "json", "select": "select all"})),
        ("mcp__github__search_code", json!({"query": "git push --output=x", "code": "exec('x')"})),
        ("mcp__git__git_diff", json!({"target": "--cached"})),
        ("mcp__x__get_page", json!({"url": "http://169.254.169.254/latest/meta-data/instance-id"})),
        ("WebFetch", json!({"url": "https://docs.example.com/delete"})),
        ("Grep", json!({"pattern": ".", "glob": "*.rs", "output_mode": "content"})),
        ("Grep", json!({"pattern": ".", "glob": ".env*"})),
        ("mcp__docs__explain", json!({"command": "git push origin main"})),
        ("mcp__x__explain", json!({"args": ["bash", "-c", "git push"]})),
        ("mcp__supabase__search_docs", json!({"query": "delete from users where id = 1"})),
        ("mcp__postgres__search", json!({"query": "drop in replacement for a view"})),
        ("mcp__x__lookup", json!({"path": "./docs/a.md"})),
    ] {
        assert!(!held(tool, input.clone()), "{tool} {input}: {}", check_tool(tool, input.clone()));
    }
}

#[test]
fn forges() {
    assert_snapshot!(check_tool("mcp__github__actions_run_trigger", json!({"owner": "acme", "repo": "shop", "method": "run_workflow", "workflow_id": "deploy.yml", "ref": "main"})), @"forge.workflow acme/shop workflow deploy.yml on main, execute");
    assert_snapshot!(check_tool("mcp__github__create_branch", json!({"owner": "acme", "repo": "shop", "branch": "x"})), @"git.push x@https://github.com/acme/shop, write");
    assert_snapshot!(check_tool("mcp__github__get_file_contents", json!({"owner": "acme", "repo": "shop", "path": ".env"})), @"mcp.read github/get_file_contents, read");
    assert_snapshot!(check_tool("mcp__gitlab__merge_merge_request", json!({"project_id": "acme%2Fshop", "merge_request_iid": 3})), @"forge.merge acme/shop#3, write");
    assert_snapshot!(check_tool("mcp__gitlab__push_files", json!({"project_id": "12", "branch": "main"})), @"
    change.delivery files into main, write, partial
    git.push main@https://gitlab.com/*, write, partial
    ");
    assert_snapshot!(check_tool("mcp__gitlab__get_merge_request", json!({"project_id": "12", "merge_request_iid": 3})), @"mcp.read gitlab/get_merge_request, read");
}

fn annotated(tool: &str, input: Json, annotations: ToolAnnotations) -> String {
    let mut call = call(tool, input);
    call.mcp_server = Some(McpServer { name: "x".to_owned(), source: None, annotations });
    let effects = understand(&call, &surroundings(), &Fixture(&[])).effects;
    effects.iter().map(|effect| effect.verb.to_string()).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_the_server_says_only_raises() {
    let says = |read_only, destructive| ToolAnnotations {
        read_only_hint: read_only,
        destructive_hint: destructive,
        ..ToolAnnotations::default()
    };
    assert_eq!(annotated("mcp__x__get_page", json!({}), says(Some(false), None)), "mcp.write");
    assert_eq!(annotated("mcp__x__get_page", json!({}), says(None, Some(true))), "mcp.delete");
    assert_eq!(annotated("mcp__x__delete_page", json!({}), says(Some(true), Some(false))), "mcp.delete");
    assert_eq!(annotated("mcp__x__frobnicate", json!({}), says(Some(true), Some(false))), "mcp.call");
    let input = json!({"owner": "acme", "repo": "shop", "pullNumber": 12});
    assert_eq!(
        annotated("mcp__x__merge_pull_request", input, says(None, Some(true))),
        "forge.merge mcp.delete"
    );
}

#[test]
fn names_with_more_underscores() {
    assert_snapshot!(check_tool("mcp__aws-knowledge__aws___search_documentation", json!({"search_phrase": "x"})), @"mcp.read aws-knowledge/aws___search_documentation, read");
    assert_snapshot!(check_tool("mcp__x__delete__get_it", json!({})), @"mcp.delete x/delete__get_it, destroy");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_call_has_effects(
        tool in "mcp__[a-z]{1,4}__[a-zA-Z_é-]{0,24}",
        name in select(&["command", "sql", "query", "url", "path", "code", "method", "args", "env", "kind", "project_id"][..]),
        text in any::<String>(),
    ) {
        for value in [json!(text), json!([text, text]), json!({ "path": text })] {
            let found = understand(&call(&tool, json!({ name: value })), &surroundings(), &Fixture(&[]));
            prop_assert!(!found.effects.is_empty());
        }
    }
}

/// The tools of the usual server for files do to files what is said of these, and nothing else.
#[test]
fn files_of_the_usual_server() {
    assert_snapshot!(check_tool("mcp__filesystem__write_file", json!({"path": "/repo/src/a.ts", "content": "x"})), @"
    fs.write /repo/src/a.ts, write
    mcp.read filesystem/write_file, read
    ");
    assert_snapshot!(check_tool("mcp__filesystem__edit_file", json!({"path": "/repo/src/a.ts", "edits": []})), @"
    fs.write /repo/src/a.ts, write
    mcp.read filesystem/edit_file, read
    ");
    assert_snapshot!(check_tool("mcp__filesystem__write_file", json!({"path": "/repo/.git/hooks/pre-push", "content": "x"})), @"
    fs.write /repo/.git/hooks/pre-push, write
    mcp.read filesystem/write_file, read
    ");
    for (tool, input) in [
        ("mcp__other__write_file", json!({"path": "/repo/src/a.ts", "content": "x"})),
        ("mcp__filesystem__write_file", json!({"path": "/repo/src/a.ts", "content": "x", "host": "db"})),
        ("mcp__filesystem__write_file", json!({"path": "s3://x/a.ts", "content": "x"})),
        ("mcp__filesystem__write_file", json!({"content": "x"})),
        ("mcp__filesystem__delete_file", json!({"path": "/repo/src/a.ts"})),
    ] {
        let found = check_tool(tool, input);
        assert!(found.contains("mcp.write") || found.contains("mcp.delete"), "{tool}: {found}");
    }
}

#[test]
fn files_of_desktop_commander() {
    assert_snapshot!(check_tool("mcp__desktop-commander__edit_block", json!({"file_path": "/repo/src/a.ts", "old_string": "a", "new_string": "b"})), @"
    fs.write /repo/src/a.ts, write
    mcp.write desktop-commander/edit_block, write
    ");
    assert_snapshot!(check_tool("mcp__desktop-commander__write_file", json!({"path": "/home/dev/.bashrc", "content": "x", "mode": "append"})), @"
    fs.write /home/dev/.bashrc, write
    mcp.write desktop-commander/write_file, write
    ");
}

#[test]
fn tools_that_write_under_a_reading_name() {
    for (tool, input, verb) in [
        ("mcp__fs__export", json!({"path": "/home/dev/.bashrc"}), "fs.write"),
        ("mcp__fs__get", json!({"path": "/home/dev/.bashrc", "content": "x"}), "fs.write"),
        ("mcp__x__query", json!({"query": ",,mutation{b}"}), "mcp.write"),
        ("mcp__x__query", json!({"query": "\u{feff}mutation{b}"}), "mcp.write"),
        ("mcp__x__query", json!({"gql": "mutation{a}"}), "mcp.write"),
        ("mcp__x__query", json!({"query": "MATCH (n) SET n.x=1"}), "mcp.write"),
        ("mcp__x__query", json!({"query": "DELETE WHERE {?s ?p ?o}"}), "mcp.delete"),
    ] {
        let found = check_tool(tool, input.clone());
        assert!(found.contains(verb), "{tool} {input}: {found}");
    }
    for (tool, input) in [
        ("mcp__x__query", json!({"query": "MATCH (n) RETURN n.created"})),
        ("mcp__x__query", json!({"query": "{ viewer { login } }"})),
        ("mcp__x__search", json!({"query": "match the set of things (all)"})),
    ] {
        let found = check_tool(tool, input.clone());
        assert!(!found.contains("write") && !found.contains("delete"), "{tool} {input}: {found}");
    }
}
