//! Brace expansion of plain words: `src/{a,b}` is `src/a src/b`.

/// More words than this are not worth making.
const MOST: usize = 64;
/// Longer words are not taken apart, in bytes: each of the words made of them would be as long.
const LONGEST: usize = 4096;

/// The words that `raw` becomes; none if it has no comma list or anything but plain text around it.
pub(crate) fn expand(raw: &str) -> Option<Vec<String>> {
    let plain = !raw.contains(['\\', '\'', '"', '$', '`']) && !raw.contains("..");
    if raw.len() > LONGEST || !plain || !raw.contains('{') || !raw.contains(',') {
        return None;
    }
    let mut done = Vec::new();
    let mut open = vec![raw.to_owned()];
    while let Some(word) = open.pop() {
        match first_list(&word) {
            Some((before, members, after)) => {
                open.extend(members.iter().rev().map(|member| format!("{before}{member}{after}")));
            }
            None => done.push(word),
        }
        if open.len() + done.len() > MOST {
            return None;
        }
    }
    // A brace that is left is one the shell keeps, or one that was not understood.
    if done.len() < 2 || done.iter().any(|word| word.contains(['{', '}'])) {
        return None;
    }
    // The shell drops words that are empty and have no quotes.
    done.retain(|word| !word.is_empty());
    Some(done)
}

/// The text before the first list, its members, and the text after it.
fn first_list(word: &str) -> Option<(&str, Vec<&str>, &str)> {
    let (before, rest) = word.split_once('{')?;
    let mut members = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, character) in rest.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' if depth == 0 => {
                members.push(rest.get(start..at)?);
                start = at + 1;
            }
            '}' => {
                members.push(rest.get(start..at)?);
                return (members.len() > 1).then_some((before, members, rest.get(at + 1..)?));
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expands_like_a_shell() {
        let expanded = |raw: &str| expand(raw).map(|words| words.join(" "));
        assert_eq!(expanded("src/{a,b}/c").as_deref(), Some("src/a/c src/b/c"));
        assert_eq!(expanded("{a,b{c,d}}").as_deref(), Some("a bc bd"));
        assert_eq!(expanded("{a,}x").as_deref(), Some("ax x"));
        assert_eq!(expanded("{,a,}").as_deref(), Some("a"));
        for raw in ["{a}", "a", "{1..3}", "'{a,b}'", "{a,$b}", "{a,{b,c}", "x}{a,b}{"] {
            assert_eq!(expanded(raw), None, "{raw}");
        }
        assert_eq!(expand(&"{a,b}".repeat(20)), None);
        assert_eq!(expand(&format!("{{a,{}}}", "b".repeat(4096))), None);
    }
}
