//! Perl's other ways to write a text: `q(…)`, `qq(…)`, and a list of words as `qw(…)`, written as plain ones.

/// The code with plain quotes in their place, where what is in them has none itself.
pub(super) fn plain(code: &str) -> String {
    let mut plain = String::with_capacity(code.len());
    let mut rest = code;
    let mut before = ' ';
    while let Some(letter) = rest.chars().next() {
        let starts = letter == 'q'
            && !(before.is_alphanumeric() || matches!(before, '_' | '$' | '@' | '%' | '&' | '>'));
        if let Some((written, after)) = starts.then(|| quoted(rest)).flatten() {
            plain.push_str(&written);
            before = ')';
            rest = after;
        } else {
            plain.push(letter);
            before = letter;
            rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        }
    }
    plain
}

/// What begins like a quote, written plainly, and what follows it.
fn quoted(code: &str) -> Option<(String, &str)> {
    let kind = ["qw", "qq", "q"].into_iter().find(|kind| code.starts_with(kind))?;
    let inner = code.get(kind.len()..)?.trim_start();
    let open = inner
        .chars()
        .next()
        .filter(|open| open.is_ascii_punctuation() && !matches!(open, '_' | ',' | ';' | ')' | '='))?;
    let close = match open {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        '<' => '>',
        other => other,
    };
    let (text, after) = inner.get(1..)?.split_once(close)?;
    if text.contains([open, '\\', '\'', '"', '#']) {
        return None;
    }
    let written = match kind {
        "qw" => {
            let words: Vec<String> = text.split_whitespace().map(|word| format!("'{word}'")).collect();
            format!("({})", words.join(", "))
        }
        "qq" => format!("\"{text}\""),
        _ => format!("'{text}'"),
    };
    Some((written, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_of_every_kind_become_plain() {
        assert_eq!(plain("system qw(git  push\nx)"), "system ('git', 'push', 'x')");
        assert_eq!(plain("f(q{a b}, qq/c $d/);"), "f('a b', \"c $d\");");
        for same in ["$q = 1", "seq(1)", "q(it's)", "$x{q}", "qw(a", "my %q;", "q => 1, q, 2"] {
            assert_eq!(plain(same), same);
        }
    }
}
