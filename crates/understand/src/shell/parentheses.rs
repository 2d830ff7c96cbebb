//! Two subshells that start together: `((a); b)`.
//!
//! The tokenizer takes `((` for arithmetic until the next `))`, and knows no here-documents there. With a blank
//! between the two parentheses it does.

use brush_parser::{SourcePosition, SourceSpan, Token};

use super::extent;

/// Subshells of one text that may start so.
const MOST: usize = 16;

/// The tokens of `text`, made by `tokenize`, whatever starts with two parentheses.
pub(super) fn tokens(
    text: &str,
    tokenize: impl Fn(&str) -> Result<Vec<Token>, String>,
) -> Result<Vec<Token>, String> {
    let mut tokens = tokenize(text)?;
    if !text.contains("((") || !text.contains("<<") {
        return Ok(tokens);
    }
    let mut spaced: Vec<char> = text.chars().collect();
    let mut added: Vec<usize> = Vec::new();
    while let Some(at) = next(&tokens, &spaced, added.last().copied()) {
        if added.len() == MOST {
            return Err("too many subshells start together before a here-document".to_owned());
        }
        spaced.insert(at, ' ');
        added.push(at);
        tokens = tokenize(&spaced.iter().collect::<String>())?;
    }
    if added.is_empty() {
        return Ok(tokens);
    }
    // Where a token stands in the text as it was.
    let before = |position: &SourcePosition| {
        let count = added.iter().filter(|at| **at < position.index).count();
        SourcePosition { index: position.index - count, ..position.clone() }
    };
    let span =
        |span: &SourceSpan| SourceSpan { start: before(&span.start).into(), end: before(&span.end).into() };
    let moved = |token: Token| match token {
        Token::Word(word, at) => Token::Word(word, span(&at)),
        Token::Operator(operator, at) => Token::Operator(operator, span(&at)),
    };
    Ok(tokens.into_iter().map(moved).collect())
}

/// Where the second of two parentheses stands that start no arithmetic.
fn next(tokens: &[Token], text: &[char], after: Option<usize>) -> Option<usize> {
    let mut whole: Option<String> = None;
    for pair in tokens.windows(2) {
        let [Token::Operator(first, here), Token::Operator(second, there)] = pair else { continue };
        let at = there.start.index;
        if first != "(" || second != "(" || here.end.index != at || after.is_some_and(|after| at <= after) {
            continue;
        }
        let whole = whole.get_or_insert_with(|| text.iter().collect());
        let byte: usize = text.get(..at)?.iter().map(|letter| letter.len_utf8()).sum();
        let closes = extent::parenthesis(whole, byte);
        if closes.and_then(|end| whole.get(end + 1..)).is_none_or(|rest| !rest.starts_with(')')) {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn documents_after_two_parentheses_are_documents() {
        assert_snapshot!(check("((ls src); ls) | { bash <<'E'\ngit push origin main\nE\nrm a\n}"), @"
        fs.read /repo/src, read
        fs.read /repo, read
        git.push main@origin, write
        fs.delete /repo/a, destroy
        ");
        assert_snapshot!(check("((1 << 2)); ((é); (ls)); cat <<E | sh\ngit push origin main\nE\nrm a"), @"
        exec.opaque é, execute, opaque
        fs.read /repo, read
        exec.read cat, read
        git.push main@origin, write
        fs.delete /repo/a, destroy
        ");
        assert_snapshot!(check("((n = 1 << 3)); echo $n"), @"exec.read echo, read");
    }
}
