//! Arguments whose own name says that something is done, of a tool whose name says that it reads: `get_user {"patch": {..}}`.

use serde_json::Value as Json;

use super::names::Says;

/// Those that switch it on: sorted.
const SWITCHES: &[&str] = &[
    "apply",
    "approve",
    "auto_apply",
    "auto_fix",
    "autofix",
    "cancel",
    "commit",
    "create",
    "delete",
    "deploy",
    "destroy",
    "execute",
    "fix",
    "merge",
    "overwrite",
    "persist",
    "publish",
    "purge",
    "push",
    "reboot",
    "refund",
    "remove",
    "reset",
    "restart",
    "revoke",
    "rollback",
    "save",
    "terminate",
    "trigger",
    "void",
    "wipe",
    "write",
];
/// Those that take what is to be done with something, whichever way it is told: sorted.
const ACTS: &[&str] =
    &["approve", "delete", "destroy", "purge", "refund", "revoke", "terminate", "toggle", "write"];
/// Those that take what is put there, told by its fields: sorted.
const PUTS: &[&str] = &["create", "insert", "merge", "patch", "put", "replace", "set", "update", "upsert"];
/// Those that name who gets it: sorted.
const TO: &[&str] =
    &["deliver_to", "destination", "email_to", "forward_to", "notify", "post_to", "send_to", "upload_to"];
/// Those that take code for a page: sorted.
const CODE: &[&str] = &["javascript", "js", "script"];

/// Whether an argument of this name switches on that something is done.
pub(super) fn switches(name: &str) -> bool {
    SWITCHES.binary_search(&name).is_ok()
}

/// What an argument says that is done besides reading.
pub(super) fn says(name: &str, value: &Json) -> Says {
    let is_in = |list: &[&str]| list.binary_search(&name).is_ok();
    let text = value.as_str().unwrap_or_default();
    let is_something = match value {
        Json::Null | Json::Bool(_) => false,
        Json::String(text) => !text.is_empty(),
        Json::Array(list) => !list.is_empty(),
        Json::Object(fields) => !fields.is_empty(),
        Json::Number(_) => true,
    };
    if is_in(ACTS) && is_something || is_in(PUTS) && is_something && value.is_object() {
        Says::Writes
    } else if is_in(CODE) && text.contains('(') {
        Says::Runs
    } else if is_in(TO) && (text.contains("://") || text.contains('@')) {
        Says::Sends
    } else {
        Says::Reads
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::check_tool;

    #[test]
    fn the_lists_are_in_order() {
        for list in [super::SWITCHES, super::ACTS, super::PUTS, super::TO, super::CODE] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }

    #[test]
    fn arguments_that_act() {
        for (tool, input) in [
            ("mcp__pay__retrieve_balance", json!({"refund": true})),
            ("mcp__pay__list_refunds", json!({"create": true})),
            ("mcp__app__get_config", json!({"set": {"a": 1}})),
            ("mcp__app__get_user", json!({"id": 1, "patch": {"admin": true}})),
            ("mcp__memory__memory_read", json!({"write": "x"})),
            ("mcp__app__list_approvals", json!({"approve": "abc"})),
            ("mcp__billing__get_invoice", json!({"void": true})),
            ("mcp__flags__read_flag", json!({"toggle": "off"})),
            ("mcp__logs__get_logs", json!({"forward_to": "https://x.example"})),
            ("mcp__data__export_data", json!({"destination": "s3://x"})),
            ("mcp__data__fetch_report", json!({"deliver_to": "a@x.example"})),
            ("mcp__web__inspect", json!({"javascript": "fetch('/x', {method: 'DELETE'})"})),
            ("mcp__web__get_dom", json!({"script": "document.forms[0].submit()"})),
            ("mcp__es__search_index_rebuild", json!({})),
        ] {
            let found = check_tool(tool, input.clone());
            let acts =
                ["mcp.write", "mcp.delete", "mcp.call", "mcp.send"].iter().any(|verb| found.contains(verb));
            assert!(acts, "{tool} {input}: {found}");
        }
    }

    #[test]
    fn arguments_that_ask() {
        for (tool, input) in [
            ("mcp__pay__list_refunds", json!({"create": false, "refund": null})),
            ("mcp__cards__get_cards", json!({"set": "base1"})),
            ("mcp__game__get_release", json!({"patch": "14.1", "update": "2024"})),
            ("mcp__travel__search_flights", json!({"destination": "BER", "void": false})),
            ("mcp__npm__get_package", json!({"script": "build", "js": true})),
            ("mcp__app__list_users", json!({"delete": [], "write": false})),
        ] {
            let found = check_tool(tool, input.clone());
            assert!(found.starts_with("mcp.read") && !found.contains('\n'), "{tool} {input}: {found}");
        }
    }
}
