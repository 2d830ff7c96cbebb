//! Tests of `names`.

use super::*;

fn says_of(tool: &str) -> Says {
    says(&words(&in_snake_case(tool)))
}

#[test]
fn the_worst_word_counts() {
    for (tool, expected) in [
        ("getPullRequest", Says::Reads),
        ("get_merge_request", Says::Reads),
        ("list-deployments", Says::Reads),
        ("get_comment", Says::Reads),
        ("pods_list", Says::Reads),
        ("conversations_history", Says::Reads),
        ("get_and_merge", Says::Writes),
        ("search_and_replace", Says::Writes),
        ("fetch_then_post", Says::Sends),
        ("slack_post_message", Says::Sends),
        ("sendEmail", Says::Sends),
        ("create_draft_email", Says::Writes),
        ("create_refund", Says::Pays),
        ("list_refunds", Says::Reads),
        ("browser_click", Says::Writes),
        ("kubectl_delete", Says::Deletes),
        ("get_and_delete", Says::Deletes),
        ("execute_sql", Says::Runs),
        ("get_secret_value", Says::ReadsSecret),
        ("list_secrets", Says::Reads),
        ("get_connection_string", Says::ReadsSecret),
        ("get_design_token", Says::Reads),
        ("slack_get_users", Says::Reads),
        ("pods_list_in_namespace", Says::Reads),
        ("get_process_info", Says::Reads),
        ("search_code", Says::Reads),
        ("redeploy_service_get", Says::Writes),
        ("start_process", Says::Runs),
        ("get_and_run", Says::Runs),
        ("frobnicate", Says::Nothing),
        ("résumé", Says::Nothing),
        ("", Says::Nothing),
    ] {
        assert_eq!(says_of(tool), expected, "{tool}");
    }
}
