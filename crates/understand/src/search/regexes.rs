//! Regular expressions of searches as patterns, where they are simple.

/// Patterns that one expression becomes at most.
const MOST: usize = 8;

/// Longer expressions are not read, in bytes.
const LONGEST: usize = 200;

/// How groups are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// `(a|b)`.
    Extended,
    /// `\(a\|b\)`, as `find` reads them unless told otherwise.
    Emacs,
}

/// The patterns that stand for what an expression matches as a whole; where it need not match from the start or to the
/// end, they begin or end with `*`. None where it is not simple.
pub(crate) fn patterns(text: &str, syntax: Syntax, anchored: bool) -> Option<Vec<String>> {
    if text.len() > LONGEST {
        return None;
    }
    let inner = text.strip_prefix('^');
    let (starts, text) = (anchored || inner.is_some(), inner.unwrap_or(text));
    let inner = text.strip_suffix('$').filter(|rest| !rest.ends_with('\\'));
    let (ends, text) = (anchored || inner.is_some(), inner.unwrap_or(text));
    let found = alternatives(text, syntax)?;
    let open = |is_open: bool| if is_open { "*" } else { "" };
    Some(found.into_iter().map(|pattern| format!("{}{pattern}{}", open(!starts), open(!ends))).collect())
}

/// What one part becomes: each of its readings.
fn alternatives(text: &str, syntax: Syntax) -> Option<Vec<String>> {
    let (opens, closes, parts) = match syntax {
        Syntax::Extended => ("(", ")", "|"),
        Syntax::Emacs => ("\\(", "\\)", "\\|"),
    };
    let mut found = vec![String::new()];
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let readings: Vec<String> = if let Some(inner) = rest.strip_prefix(opens) {
            let (group, after) = inner.split_once(closes)?;
            rest = after;
            let each = group.split(parts).map(|part| plain(part.strip_prefix("?:").unwrap_or(part)));
            each.collect::<Option<Vec<_>>>()?
        } else if let Some(escaped) = rest.strip_prefix('\\') {
            let letter = escaped
                .chars()
                .next()
                .filter(|letter| !letter.is_alphanumeric() && !"()|{}<>`'".contains(*letter))?;
            rest = escaped.get(letter.len_utf8()..)?;
            vec![literal(letter)?]
        } else {
            rest = rest.get(letter.len_utf8()..)?;
            match letter {
                '.' => vec!["?".to_owned()],
                letter if is_plain(letter) => vec![letter.to_string()],
                _ => return None,
            }
        };
        let readings = match rest.chars().next() {
            Some('*') if readings == ["?"] => vec!["*".to_owned()],
            Some('+') if readings == ["?"] => vec!["?*".to_owned()],
            Some('?') => readings.into_iter().chain([String::new()]).collect(),
            Some('*' | '+' | '{') => return None,
            _ => {
                found = join(&found, &readings)?;
                continue;
            }
        };
        rest = rest.get(1..)?;
        found = join(&found, &readings)?;
    }
    Some(found)
}

fn join(found: &[String], readings: &[String]) -> Option<Vec<String>> {
    let joined: Vec<String> =
        found.iter().flat_map(|start| readings.iter().map(move |end| format!("{start}{end}"))).collect();
    (joined.len() <= MOST).then_some(joined)
}

/// A part of a group that stands for itself.
fn plain(text: &str) -> Option<String> {
    let mut made = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => made.push_str(&literal(letters.next().filter(|letter| !letter.is_alphanumeric())?)?),
            letter if is_plain(letter) => made.push(letter),
            _ => return None,
        }
    }
    Some(made)
}

fn is_plain(letter: char) -> bool {
    letter.is_alphanumeric() || "_-/~@,:= ".contains(letter)
}

/// An escaped letter as a pattern has it.
fn literal(letter: char) -> Option<String> {
    (!"*?[]\\".contains(letter)).then(|| letter.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, syntax: Syntax, anchored: bool) -> String {
        patterns(text, syntax, anchored).map_or_else(|| "-".to_owned(), |found| found.join(" "))
    }

    #[test]
    fn simple_expressions() {
        let extended = |text| check(text, Syntax::Extended, false);
        assert_eq!(extended(r"\.orig$"), "*.orig");
        assert_eq!(extended(r"^\.DS_Store$"), ".DS_Store");
        assert_eq!(extended(r"\.ya?ml$"), "*.yaml *.yml");
        assert_eq!(extended(r"\.(orig|rej)$"), "*.orig *.rej");
        assert_eq!(extended("foo"), "*foo*");
        assert_eq!(check(r".*\.orig$", Syntax::Emacs, true), "*.orig");
        assert_eq!(check(r".*\.\(orig\|rej\)", Syntax::Emacs, true), "*.orig *.rej");
        for text in
            ["a*", "[ab]", r"\w", "a|b", "(a(b))", r"a\*", "a{2}", "(a|b)(c|d)(e|f)(g|h)", "\\", "a\\$"]
        {
            assert!(extended(text) == "-" || extended(text) == "*a$*", "{text}: {}", extended(text));
        }
        assert_eq!(check("(a|b)", Syntax::Emacs, true), "-");
    }
}
