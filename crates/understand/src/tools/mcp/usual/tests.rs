use crate::fixture::check_tool;
use insta::assert_snapshot;
use serde_json::json;

#[test]
fn tools_of_usual_servers() {
    for (tool, input) in [
        ("playwright__browser_navigate", json!({"url": "https://docs.example.com/a"})),
        ("plugin_playwright_playwright__browser_navigate", json!({"url": "https://docs.example.com/a"})),
        ("chrome-devtools__navigate_page", json!({"url": "https://docs.example.com/a", "timeout": 5})),
        ("claude-in-chrome__navigate", json!({"url": "https://docs.example.com/a", "tabId": 5})),
    ] {
        let found = check_tool(&format!("mcp__{tool}"), input);
        assert!(
            found.contains("net.read https://docs.example.com/a") && !found.contains("mcp.write"),
            "{tool}: {found}"
        );
    }
    for (tool, input) in [
        ("playwright__browser_navigate", json!({"url": "javascript:alert(1)"})),
        ("playwright__browser_navigate", json!({"url": "https://a@b.example/"})),
        ("playwright__browser_navigate", json!({"url": "https://b.example/", "script": "x"})),
        ("crm__navigate", json!({"url": "https://b.example/"})),
    ] {
        let found = check_tool(&format!("mcp__{tool}"), input);
        assert!(found.contains("mcp.write") || found.contains("mcp.call"), "{tool}: {found}");
    }
    assert_snapshot!(check_tool("mcp__playwright__browser_navigate", json!({"url": "file:///repo/.env"})), @"
        secret.read /repo/.env, read
        mcp.read playwright/browser_navigate, read
        ");
    assert_snapshot!(check_tool("mcp__playwright__browser_navigate", json!({"url": "file:///repo/a.html"})), @"
    fs.read /repo/a.html, read
    mcp.read playwright/browser_navigate, read
    ");
    for (tool, input) in [
        ("playwright__browser_wait_for", json!({"text": "Done", "timeout": "5000"})),
        ("claude-in-chrome__tabs_context_mcp", json!({"createIfEmpty": true})),
        ("chrome-devtools__performance_start_trace", json!({"reload": true, "autoStop": true})),
        ("shadcn__get_add_command_for_items", json!({"items": ["button"]})),
        ("sequential-thinking__think", json!({"thought": "x"})),
        ("context7__resolve-library-id", json!({"libraryName": "react"})),
        ("deepwiki__ask_question", json!({"repoName": "a/b", "question": "what?"})),
        ("perplexity__perplexity_ask", json!({"messages": [{"role": "user", "content": "x"}]})),
        ("zen__chat", json!({"prompt": "x", "model": "y"})),
        ("serena__activate_project", json!({"project": "shop"})),
        ("serena__think_about_task_adherence", json!({})),
        ("taskmaster-ai__next_task", json!({"projectRoot": "/repo"})),
        ("piper-tts__speak", json!({"text": "done"})),
        ("memory__open_nodes", json!({"names": ["shop"]})),
        ("basic-memory__recent_activity", json!({"timeframe": "7d"})),
        ("shrimp-task-manager__process_thought", json!({"thought": "x", "stage": "plan"})),
        ("brave-search__brave_web_search", json!({"query": "x"})),
        ("XcodeBuildMCP__discover_projs", json!({"workspaceRoot": "/repo"})),
    ] {
        let found = check_tool(&format!("mcp__{tool}"), input.clone());
        assert!(found.contains("mcp.read") && !found.contains("mcp.call"), "{tool}: {found}");
        let (_, name) = tool.split_once("__").unwrap();
        if !matches!(name, "browser_wait_for" | "resolve-library-id") {
            let other = check_tool(&format!("mcp__acme__{name}"), input);
            assert!(!other.contains("mcp.read"), "{name}: {other}");
        }
    }
    for (tool, input) in [
        ("zen__chat", json!({"prompt": "x", "files": ["/repo/a"]})),
        ("serena__execute_shell_command", json!({"command": "git push origin main"})),
        ("serena__delete_memory", json!({"memory_file_name": "x"})),
        ("shadcn__add_item", json!({"items": ["button"]})),
        ("gemini-cli__ask-gemini", json!({"prompt": "x", "sandbox": "off", "change": "all"})),
        ("claude-flow__terminal_execute", json!({"command": "git push origin main"})),
        ("piper-tts__speak", json!({"text": "done", "output_path": "/repo/x"})),
    ] {
        let found = check_tool(&format!("mcp__{tool}"), input);
        assert!(
            ["mcp.call", "mcp.write", "mcp.delete", "git.push"].iter().any(|verb| found.contains(verb)),
            "{tool}: {found}"
        );
    }
}

#[test]
fn tools_that_work_here() {
    assert_snapshot!(check_tool("mcp__serena__replace_symbol_body", json!({"name_path": "A/b", "relative_path": "src/a.rs", "body": "x"})), @"
    fs.write /repo/src/a.rs, write
    mcp.write serena/replace_symbol_body, write
    ");
    assert_snapshot!(check_tool("mcp__serena__create_text_file", json!({"relative_path": ".claude/settings.json", "content": "x"})), @"
    countersign.tamper /repo/.claude/settings.json, destroy
    mcp.write serena/create_text_file, write
    countersign.tamper *, destroy, partial
    ");
    assert_snapshot!(check_tool("mcp__memory__create_entities", json!({"entities": [{"name": "x"}]})), @"mcp.write memory/create_entities, write");
    assert_snapshot!(check_tool("mcp__XcodeBuildMCP__build_sim", json!({"scheme": "App"})), @"mcp.write XcodeBuildMCP/build_sim, write");
    assert_snapshot!(check_tool("mcp__playwright__browser_tabs", json!({"action": "list"})), @"mcp.read playwright/browser_tabs, read");
    assert_snapshot!(check_tool("mcp__playwright__browser_tabs", json!({"action": "close"})), @"mcp.write playwright/browser_tabs, write");
    assert_snapshot!(check_tool("mcp__neon__run_sql", json!({"params": {"sql": "SELECT 1", "projectId": "x"}})), @"
    db.read * in postgresql://neon/x, read
    mcp.read neon/run_sql, read
    ");
    assert_snapshot!(check_tool("mcp__neon__run_sql", json!({"params": {"sql": "DROP TABLE users", "projectId": "x"}})), @"
    db.destroy users in postgresql://neon/x, destroy
    mcp.delete neon/run_sql, destroy
    ");
    assert_snapshot!(check_tool("mcp__acme__build_sim", json!({"scheme": "App"})), @"mcp.call acme/build_sim, execute, partial");
}
