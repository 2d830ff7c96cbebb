//! How deeply a policy's text is nested, before Cedar's parser recurses into it.

/// The most brackets and `if`s within one another: each takes the parser several kilobytes of stack.
const MOST_BRACKETS: usize = 24;
/// The most operators, brackets and `if`s that one expression can hold within one another.
const MOST_LEVELS: usize = 200;

/// Where a text is nested more deeply than it is read, in bytes. An upper bound: operators that stand in a row count as
/// if each held the one before it, as Cedar keeps them.
pub fn too_deep(text: &str) -> Option<usize> {
    // For each open bracket the operators and `if`s since the last comma.
    let mut open = vec![(0_usize, 0_usize)];
    let (mut levels, mut ifs) = (0, 0);
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let here = text.len() - rest.len();
        let skipped = match letter {
            '"' => quoted(rest),
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            letter if letter.is_alphanumeric() || letter == '_' => {
                rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len())
            }
            letter => letter.len_utf8(),
        };
        let (token, after) = rest.split_at_checked(skipped.max(1))?;
        match token {
            "(" | "[" | "{" => open.push((0, 0)),
            ")" | "]" | "}" if open.len() > 1 => {
                let (closed, within) = open.pop().unwrap_or_default();
                levels -= closed;
                ifs -= within;
            }
            "," | ";" => {
                if let Some(last) = open.last_mut() {
                    levels -= last.0;
                    ifs -= last.1;
                    *last = (0, 0);
                }
            }
            "|" | "&" | "+" | "-" | "*" | "!" | "." | "if" => {
                if let Some(last) = open.last_mut() {
                    last.0 += 1;
                    last.1 += usize::from(token == "if");
                }
                levels += 1;
                ifs += usize::from(token == "if");
            }
            _ => {}
        }
        if open.len() + ifs > MOST_BRACKETS || open.len() + levels > MOST_LEVELS {
            return Some(here);
        }
        rest = after;
    }
    None
}

/// How long the quoted text is that a text begins with.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pack;

    fn check(condition: &str) -> bool {
        too_deep(&format!("permit (principal, action, resource) when {{ {condition} }};")).is_some()
    }

    #[test]
    fn what_is_nested_too_deeply_is_found_and_where() {
        assert!(!check(&format!("{}true{}", "(".repeat(20), ")".repeat(20))));
        assert!(check(&format!("{}true{}", "(".repeat(600), ")".repeat(600))));
        assert!(check(&"[".repeat(30)) && check(&"{".repeat(30)));
        assert!(check(&format!("{} 1", "if true then 1 else ".repeat(30))));
        assert!(!check(&vec!["context.a"; 40].join(" || ")) && check(&vec!["context.a"; 400].join(" || ")));
        assert!(check(&vec!["1"; 400].join(" + ")) && check(&format!("context{}", ".a".repeat(400))));
        assert_eq!(too_deep(&format!("({}", "(".repeat(600))), Some(23));
    }

    #[test]
    fn texts_comments_and_lists_nest_nothing() {
        assert!(!check(&format!("context.a == \"{}\\\"{}\"", "(".repeat(99), "(".repeat(99))));
        assert!(!check(&format!("// {}\ntrue", "(".repeat(99))));
        assert!(!check(&format!("[{}].contains(1)", vec!["(-1)"; 999].join(", "))));
        assert!(!check("context.é == \"ß(\" && true"));
    }

    #[test]
    fn what_is_shipped_is_far_below() {
        for source in Pack::ALL.into_iter().flat_map(Pack::sources) {
            assert_eq!(too_deep(source), None);
        }
    }
}
