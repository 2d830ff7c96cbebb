//! Tools of MCP servers with a usual name that change what the server keeps on this machine for the agent, or that speak
//! to the people of a project, as a comment does.

/// Whether a server has one of these names, beside words that every server may have in it.
pub fn is_called(server: &str, names: &[&str]) -> bool {
    const LONGEST: usize = 64;
    if server.len() > LONGEST {
        return false;
    }
    let lower = server.to_ascii_lowercase();
    let mut words: Vec<&str> = lower
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !matches!(*word, "" | "mcp" | "server" | "plugin" | "ai"))
        .collect();
    words.dedup();
    names.contains(&words.join("-").as_str())
}

/// Whether a tool, in snake case or as it is, is one of those.
pub fn works_here(server: &str, tool: &str) -> bool {
    TOOLS.iter().any(|(names, tools)| tools.contains(&tool) && is_called(server, names))
}

const TOOLS: &[(&[&str], &[&str])] = &[
    (&["playwright"], &["browser_install"]),
    (
        &["serena"],
        &[
            "create_text_file",
            "edit_memory",
            "insert_after_symbol",
            "insert_at_line",
            "insert_before_symbol",
            "rename_symbol",
            "replace_content",
            "replace_lines",
            "replace_regex",
            "replace_symbol_body",
            "write_memory",
        ],
    ),
    (&["memory"], &["add_observations", "create_entities", "create_relations"]),
    (
        &["engram"],
        &[
            "mem_save",
            "mem_save_prompt",
            "mem_session_end",
            "mem_session_start",
            "mem_session_summary",
            "mem_update",
        ],
    ),
    (
        &["taskmaster", "task-master"],
        &[
            "add_dependency",
            "add_subtask",
            "add_task",
            "expand_task",
            "move_task",
            "set_task_status",
            "update_subtask",
            "update_task",
        ],
    ),
    (
        &["xcodebuildmcp", "xcodebuild"],
        &[
            "boot_sim",
            "build_device",
            "build_macos",
            "build_run_macos",
            "build_run_sim",
            "build_sim",
            "clean",
            "install_app_sim",
            "launch_app_sim",
            "open_sim",
            "stop_app_sim",
            "swift_package_build",
            "swift_package_test",
            "test_device",
            "test_macos",
            "test_sim",
        ],
    ),
    (
        &["ruv-swarm", "claude-flow"],
        &[
            "agent_spawn",
            "agents_spawn_parallel",
            "coordination_sync",
            "load_balance",
            "memory_persist",
            "memory_usage",
            "neural_train",
            "swarm_init",
            "swarm_scale",
            "task_orchestrate",
            "topology_optimize",
        ],
    ),
    (&["basic-memory"], &["edit_note", "write_note"]),
    (&["vibe-kanban"], &["create_task", "update_task"]),
    (&["backlog"], &["task_create", "task_edit"]),
    (
        &["shrimp-task-manager", "shrimp-task"],
        &["execute_task", "plan_task", "split_tasks", "update_task", "verify_task"],
    ),
    (
        &["conport"],
        &[
            "log_custom_data",
            "log_decision",
            "log_progress",
            "log_system_pattern",
            "update_active_context",
            "update_product_context",
            "update_progress",
        ],
    ),
    (&["desktop-commander"], &["create_directory", "edit_block", "write_file"]),
    (
        &["mobile"],
        &[
            "mobile_click_on_screen_at_coordinates",
            "mobile_double_tap_on_screen",
            "mobile_launch_app",
            "mobile_long_press_on_screen_at_coordinates",
            "mobile_press_button",
            "mobile_set_orientation",
            "mobile_swipe_on_screen",
            "mobile_terminate_app",
            "mobile_type_keys",
        ],
    ),
    (&["ios-simulator"], &["install_app", "launch_app", "ui_swipe", "ui_tap", "ui_type"]),
    (
        &["unity", "unitymcp", "unity-mcp"],
        &[
            "manage_components",
            "manage_editor",
            "manage_gameobject",
            "manage_material",
            "manage_prefabs",
            "manage_scene",
            "refresh_unity",
        ],
    ),
    (&["godot"], &["add_node", "create_scene", "load_sprite", "run_project", "save_scene", "stop_project"]),
    (&["repomix"], &["pack_codebase"]),
    (&["code-index"], &["build_deep_index", "refresh_index", "set_project_path"]),
    (&["language-server"], &["edit_file", "rename_symbol"]),
    (&["chrome-devtools"], &["emulate", "emulate_cpu", "emulate_network"]),
    (
        &["atlassian", "jira"],
        &[
            "addCommentToJiraIssue",
            "add_comment",
            "add_comment_to_jira_issue",
            "createJiraIssue",
            "create_issue",
            "create_jira_issue",
            "editJiraIssue",
            "edit_jira_issue",
            "jira_add_comment",
            "jira_create_issue",
            "jira_update_issue",
            "update_issue",
        ],
    ),
    (&["linear"], &["create_comment", "create_issue", "save_comment", "save_issue", "update_issue"]),
];

#[cfg(test)]
mod tests {
    use super::works_here;

    #[test]
    fn by_the_usual_name_of_the_server() {
        for (server, tool) in [
            ("serena", "replace_symbol_body"),
            ("plugin_serena_serena", "write_memory"),
            ("task-master-ai", "set_task_status"),
            ("XcodeBuildMCP", "build_sim"),
            ("linear-server", "create_issue"),
            ("mcp-atlassian", "jira_add_comment"),
            ("atlassian", "addCommentToJiraIssue"),
            ("ruv-swarm", "swarm_init"),
            ("vibe_kanban", "update_task"),
            ("mobile-mcp", "mobile_type_keys"),
            ("UnityMCP", "manage_scene"),
        ] {
            assert!(works_here(server, tool), "{server} {tool}");
        }
        for (server, tool) in [
            ("serena-prod", "write_memory"),
            ("acme", "create_issue"),
            ("serena", "delete_memory"),
            ("serena", "execute_shell_command"),
            ("linear", "delete_issue"),
            ("jira", "delete_issue"),
            ("atlassian", "transitionJiraIssue"),
            ("atlassian", "updateConfluencePage"),
            ("memory", "delete_entities"),
            ("claude-flow", "terminal_execute"),
            ("desktop-commander", "start_process"),
            ("unity-cloud", "manage_scene"),
        ] {
            assert!(!works_here(server, tool), "{server} {tool}");
        }
    }
}
