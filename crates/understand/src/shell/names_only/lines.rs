//! Whether each line of a file of variables is that of one name and its value.

/// Whether all that stands before the first `=` of each line is a name, or a person's words in a comment: a filter that
/// leaves what stands there shows no value then.
pub(crate) fn are_names(text: &str) -> bool {
    text.split(['\n', '\r']).all(is_name)
}

fn is_name(line: &str) -> bool {
    let line = line.trim();
    let (before, value) = match line.split_once('=') {
        Some((before, value)) => (before.trim_end(), Some(value.trim_start())),
        None => (line, None),
    };
    if let Some(comment) = before.strip_prefix('#') {
        // A key that stands there alone.
        return !comment.split_ascii_whitespace().any(is_token);
    }
    let name = before.strip_prefix("export ").unwrap_or(before).trim_start();
    let is_one = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
    match value {
        None => line.is_empty(),
        Some(value) => is_one && !name.is_empty() && ends(value),
    }
}

/// Letters of the shortest word that may be a key.
const SHORTEST: usize = 12;

fn is_token(word: &str) -> bool {
    word.len() >= SHORTEST
        && word.bytes().any(|byte| byte.is_ascii_digit())
        && word.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Whether a value ends with its line.
fn ends(value: &str) -> bool {
    let is_open = match value.chars().next() {
        Some(quote @ ('"' | '\'' | '`')) => value.matches(quote).count() % 2 == 1,
        _ => value.matches('"').count() % 2 == 1 || value.matches('`').count() % 2 == 1,
    };
    !is_open && !value.ends_with('\\')
}

#[cfg(test)]
mod tests {
    use super::are_names;

    #[test]
    fn lines_of_names() {
        for text in [
            "",
            "A=1\nB=two=three\n",
            "# a comment\n\nexport A='x y'\r\nB=\n#C=old",
            "db.host=x\n",
            "A=\"it's\"\n",
        ] {
            assert!(are_names(text), "{text}");
        }
        for text in [
            "A=\"one\nMIIEvQ=\"\n",
            "A=1\nhunter2\n",
            "A='x\ny=z'\n",
            "A=x\\\ny=z\n",
            "=x\n",
            "a b=c\n",
            "# 4c2f0e9a77b1cc\n",
            "MIIE/+Q==\n",
            "A=x\"\nb=c\"\n",
        ] {
            assert!(!are_names(text), "{text}");
        }
    }
}
