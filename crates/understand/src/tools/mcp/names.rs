//! What a tool's name says it does: the worst word of a name counts.
//!
//! Servers choose the names of their tools, and may lie. That is no reason to distrust names more than what
//! else a server says: who runs it trusts it with the credentials it was given. But a name that says nothing
//! is never taken for harmless.

use super::vocabulary::{ASKS, DELETES, MONEY, NOUNS, READ, READS, RUN, RUNS, SENDS, WRITES};

/// What a name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Says {
    /// It reads.
    Reads,
    /// It reads the value of a secret.
    ReadsSecret,
    /// It changes something.
    Writes,
    /// It moves money.
    Pays,
    /// It tells somebody something.
    Sends,
    /// Nothing.
    Nothing,
    /// It runs what it is given.
    Runs,
    /// Something is gone afterwards.
    Deletes,
}

/// `getPullRequest` and `get-pull-request` as `get_pull_request`.
pub(in crate::tools) fn in_snake_case(tool: &str) -> String {
    let mut snake = String::with_capacity(tool.len() + 8);
    let mut before = '_';
    for letter in tool.chars() {
        if letter.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
            snake.push('_');
        }
        snake.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' });
        before = letter;
    }
    snake
}

/// The words of a name in snake case.
pub(super) fn words(snake: &str) -> Vec<&str> {
    snake.split('_').filter(|word| !word.is_empty()).collect()
}

/// What a name says by its words.
pub(super) fn says(words: &[&str]) -> Says {
    let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
    let last = words.last().copied().unwrap_or_default();
    // The product's name may come first: `slack_get_users`.
    let head = words.iter().take(2).copied();
    // `get_merge_request` reads; `get_and_merge` does not.
    let asks = head.clone().any(|word| ASKS.contains(&word)) && !has(&["and", "or", "then", "with"]);
    let reads = asks || head.clone().any(|word| READS.contains(&word)) || READ.contains(&last);
    let acts =
        |list: &[&str]| words.iter().any(|word| list.contains(word) && !(asks && NOUNS.contains(word)));
    if acts(DELETES) {
        return Says::Deletes;
    }
    if acts(SENDS) && !has(&["draft", "drafts"]) {
        return Says::Sends;
    }
    if has(&["start", "launch", "open"]) && has(RUNS) && !asks {
        return Says::Runs;
    }
    let deploys = words.iter().any(|word| {
        let noun = asks && word.starts_with("deployment");
        (word.contains("deploy") && !noun) || (word.starts_with("push") && !(asks && NOUNS.contains(word)))
    });
    let types = words.contains(&"type") && !asks;
    let settled = ["issue", "thread", "incident", "alert", "conversation", "comment", "ticket"];
    let settles = words.first() == Some(&"resolve") && has(&settled);
    if acts(WRITES) || deploys || types || settles {
        // `git_checkout` checks out no basket.
        let is_of_code = has(&["git", "branch", "repo", "repository", "commit", "ref", "worktree", "pull"]);
        return if has(MONEY) && !is_of_code { Says::Pays } else { Says::Writes };
    }
    // `get_process_info` reads; `get_and_run` does not.
    if words.iter().any(|word| RUNS.contains(word) && !(reads && RUN.contains(word))) {
        return Says::Runs;
    }
    match reads {
        true if is_secret(words) => Says::ReadsSecret,
        true => Says::Reads,
        false => Says::Nothing,
    }
}

/// Whether a name that reads gives out a secret's value; what lists secrets gives out their names.
fn is_secret(words: &[&str]) -> bool {
    let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
    let first = words.first().copied().unwrap_or_default();
    if matches!(first, "list" | "count" | "search" | "describe" | "check" | "validate")
        || has(&["scanning", "metadata", "policy", "policies"])
    {
        return false;
    }
    let pair = |first: &str, second: &str| {
        words
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if *a == first && b.trim_end_matches('s') == second))
    };
    has(&[
        "secret",
        "secrets",
        "password",
        "passwords",
        "credential",
        "credentials",
        "passphrase",
        "apikey",
        "kubeconfig",
    ]) || (matches!(words.last(), Some(&"token")) && !has(&["design", "csrf", "next", "page", "price"]))
        || pair("api", "key")
        || pair("access", "key")
        || pair("private", "key")
        || pair("service", "key")
        || pair("connection", "string")
        || pair("env", "var")
        || pair("environment", "variable")
}

#[cfg(test)]
mod tests;
