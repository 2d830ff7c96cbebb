//! Names that hold a login, as `user:word@host`: what stands before the `@` may be a password.

/// The text without such logins in its words. A user alone is none, and the digest of an image neither.
pub fn without_logins(text: &str) -> String {
    let ends = |letter: char| letter.is_whitespace() || matches!(letter, '\'' | '"' | '`' | '(' | ')' | ',');
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
        told.push_str(&without_login(word));
        let end = after.chars().next().map_or(0, char::len_utf8);
        told.push_str(after.get(..end).unwrap_or_default());
        rest = after.get(end..).unwrap_or_default();
    }
    told
}

fn without_login(word: &str) -> String {
    let (start, address) =
        word.find("://").and_then(|at| word.split_at_checked(at + 3)).unwrap_or(("", word));
    match address.rsplit_once('@') {
        Some((login, rest)) if has_password(login) && !rest.starts_with("sha256:") => {
            format!("{start}…@{rest}")
        }
        _ => word.to_owned(),
    }
}

fn has_password(login: &str) -> bool {
    login.split_once(':').is_some_and(|(_, word)| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::without_logins;

    #[test]
    fn what_may_be_a_password_is_left_out() {
        for (text, told) in [
            ("u:word@x", "…@x"),
            ("the context `a:word@b:c@x`, of ~/.kube/config", "the context `…@x`, of ~/.kube/config"),
            ("https://u:word@c.example/x", "https://…@c.example/x"),
            ("gh auth status --hostname 'u:word@x'", "gh auth status --hostname '…@x'"),
        ] {
            assert_eq!(without_logins(text), told);
        }
        for text in [
            "admin@prod",
            "git@github.com:acme/shop",
            "arn:aws:eks:eu:1:cluster/live",
            "app:1@sha256:0a",
            "ssh://git@h:22/x",
            "npm:@acme/ui ~/.npmrc",
        ] {
            assert_eq!(without_logins(text), text);
        }
    }
}
