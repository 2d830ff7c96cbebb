//! Which names a ref can have.
//!
//! <https://git-scm.com/docs/git-check-ref-format>

/// Whether git takes `name` for a ref's full name: `HEAD`, or something below `refs/`.
pub(crate) fn is_name(name: &str) -> bool {
    name == "HEAD" || (name.starts_with("refs/") && name.split('/').all(is_part) && is_whole(name))
}

fn is_part(part: &str) -> bool {
    !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock")
}

fn is_whole(name: &str) -> bool {
    let forbidden = |byte: u8| {
        byte < b' ' || matches!(byte, b' ' | b'~' | b'^' | b':' | b'?' | b'*' | b'[' | b'\\' | 127)
    };
    !name.bytes().any(forbidden) && !name.contains("..") && !name.contains("@{") && !name.ends_with('.')
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::is_name;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn agrees_with_git(name in "refs/(heads/)?([a-c.@{}/~^: \\\\*\\[-]|\\.lock|\u{7f}|é){1,6}") {
            let status = Command::new("git").args(["check-ref-format", &name]).status().unwrap();
            prop_assert_eq!(is_name(&name), status.success(), "{}", name);
        }
    }
}
