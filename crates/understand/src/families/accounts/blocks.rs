//! The blocks of a configuration: `provider "aws" { .. }`.

/// The blocks whose kind and name a text starts with, each up to where its braces close.
pub(super) fn of<'t>(text: &'t str, start: &str) -> impl Iterator<Item = &'t str> {
    text.match_indices(start).filter_map(|(at, _)| block(text.get(at..)?))
}

/// The text of a block up to where its braces close.
pub(super) fn block(text: &str) -> Option<&str> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth <= 1 => return text.get(..at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    Some(text)
}

/// Configuration with the names of its providers, backends and variables in quotes after one blank: they may be
/// written without quotes, and with more blanks.
pub(super) fn written_plainly(text: &str) -> String {
    let is_named = |line: &str| {
        let words: Vec<&str> = line.split(['{', ' ', '\t']).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            [kind @ ("provider" | "backend" | "variable"), name, ..] if !name.starts_with('=') => {
                Some(format!("{kind} \"{}\"", name.trim_matches('"')))
            }
            _ => None,
        }
    };
    let line = |line: &str| match is_named(line).filter(|plain| !line.contains(plain)) {
        Some(plain) => {
            format!("{plain} {}", line.find('{').and_then(|at| line.get(at..)).unwrap_or_default())
        }
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::written_plainly;

    #[test]
    fn blocks_are_found_however_they_are_spelled() {
        for block in ["provider aws {", "provider  \"aws\" {", "provider\t\"aws\"{", "  provider \"aws\" {"] {
            let found = written_plainly(&format!("{block}\n  profile = \"live\"\n}}\n"));
            assert!(found.contains("provider \"aws\" {"), "{block}: {found}");
        }
        assert_eq!(
            written_plainly("  provider = aws.east\n  backend=x"),
            "  provider = aws.east\n  backend=x"
        );
        assert_eq!(written_plainly("variable x { default = 1 }"), "variable \"x\" { default = 1 }");
    }
}
