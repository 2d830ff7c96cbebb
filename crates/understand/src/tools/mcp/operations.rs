//! What a tool does that is told so by an argument: `manage_event {"action": "delete"}`, `validate {"apply": true}`.

use serde_json::{Map, Value as Json};

use super::acting;
use super::names::{self, Says};
use super::nested;

/// Arguments that name what is done.
const OPERATIONS: &[&str] =
    &["action", "operation", "method", "op", "api_operation", "request_method", "http_method", "verb"];
/// Arguments that switch off that nothing is done: sorted.
const TRIALS: &[&str] = &["check_only", "dry_run", "dryrun", "preview", "read_only", "readonly", "simulate"];
/// Arguments that say what is put in the place of what there is.
const PUT_BACK: &[&str] = &["rollback_to", "revert_to", "restore_to"];
/// First words of names that ask for what is like something.
const SEEK: &[&str] = &["list", "search", "query", "find", "count", "lookup"];
/// Words for what was done before.
const PAST: &[&str] =
    &["activity", "audit", "change", "changes", "event", "events", "history", "log", "logs"];
/// Words for what goes on and takes more than it is asked for.
const SESSIONS: &[&str] =
    &["console", "output", "process", "pty", "repl", "session", "shell", "terminal", "tty"];
/// Arguments that such a thing is given.
const TYPED: &[&str] = &["command", "data", "input", "keys", "keystrokes", "send", "stdin", "text"];

/// What a tool does whose name says this. A tool that only asks may be asked for what somebody deleted.
pub(super) fn with(says: Says, words: &[&str], input: &Map<String, Json>) -> Says {
    let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
    let asks = says == Says::Reads && words.len() > 1;
    let seeks = asks && (words.iter().take(2).any(|word| SEEK.contains(word)) || has(PAST));
    let mut says = says;
    for (name, value) in input {
        let name = names::in_snake_case(name);
        let name = name.as_str();
        if asks
            && has(SESSIONS)
            && TYPED.contains(&name)
            && value.as_str().is_some_and(|text| !text.is_empty())
        {
            says = says.max(Says::Runs);
        }
        if matches!(says, Says::Reads | Says::ReadsSecret) {
            says = says.max(acting::says(name, value));
        }
        let is_switched = (acting::switches(name) && is(value, true))
            || (TRIALS.binary_search(&name).is_ok() && is(value, false));
        let is_put_back = PUT_BACK.contains(&name) && !matches!(value, Json::Null | Json::Bool(false));
        if (is_switched || is_put_back) && says == Says::Reads {
            says = Says::Writes;
        }
        let Some(text) = value.as_str().filter(|text| text.len() <= 80) else { continue };
        // A method of HTTP is none that is looked for.
        let is_method = name.contains("method") && matches!(text, "DELETE" | "PUT" | "PATCH");
        if seeks && !is_method || !OPERATIONS.contains(&name) {
            continue;
        }
        let snake = names::in_snake_case(text);
        let said = match snake.as_str() {
            "get" | "head" | "options" => Says::Reads,
            _ => names::says(&names::words(&snake)),
        };
        says = match (says, said) {
            (Says::Nothing, said) => said,
            (says, Says::Nothing) => says,
            (says, said) => says.max(said),
        };
    }
    nested::with(says, words, seeks, input)
}

/// Whether a switch is set so, also in words.
fn is(value: &Json, on: bool) -> bool {
    match value {
        Json::Bool(set) => *set == on,
        Json::String(text) => text.eq_ignore_ascii_case(if on { "true" } else { "false" }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::check_tool;

    #[test]
    fn arguments_make_a_change_of_a_question() {
        for (tool, input) in [
            ("mcp__ops__validate", json!({"apply": true, "environment": "production"})),
            ("mcp__deploy__check", json!({"execute": "true", "env": "production"})),
            ("mcp__ops__check", json!({"dryRun": false})),
            ("mcp__ops__list_deployments", json!({"environment": "production", "rollback_to": 1})),
            ("mcp__ops__get_deployment", json!({"trigger": true})),
            ("mcp__k8s__get_resource", json!({"action": "delete", "kind": "ns", "name": "shop"})),
            ("mcp__term__get_terminal_output", json!({"keys": "git push origin main\n"})),
            ("mcp__http__fetch", json!({"url": "https://x.example/y", "options": {"method": "PUT"}})),
            ("mcp__http__get_request", json!({"url": "https://x.example/y", "verb": "PUT"})),
            ("mcp__x__list_items", json!({"url": "https://x.example/y", "method": "DELETE"})),
            ("mcp__term__get_output", json!({"send": "git push origin main"})),
        ] {
            let found = check_tool(tool, input.clone());
            let changes =
                ["write", "delete", "execute", "destroy", "send"].iter().any(|word| found.contains(word));
            assert!(changes, "{tool} {input}: {found}");
        }
    }

    #[test]
    fn what_is_asked_for_changes_nothing() {
        for (tool, input) in [
            ("mcp__ops__validate", json!({"apply": false, "dry_run": true})),
            ("mcp__ops__get_deployment", json!({"trigger": false, "rollback_to": null})),
            ("mcp__ops__list_builds", json!({"trigger": "push"})),
            ("mcp__audit__list_events", json!({"action": "delete"})),
            ("mcp__audit__get_audit_log", json!({"action": "deploy"})),
            ("mcp__term__get_terminal_output", json!({"session": "a", "keys": ""})),
            ("mcp__k8s__get_resource", json!({"action": "describe", "kind": "ns", "name": "shop"})),
        ] {
            let found = check_tool(tool, input.clone());
            assert!(found.starts_with("mcp.read") && !found.contains('\n'), "{tool} {input}: {found}");
        }
    }
}
