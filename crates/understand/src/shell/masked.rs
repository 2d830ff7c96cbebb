//! Substitutions hidden from the tokenizer: it looks for their ends by itself, and meets quotes in their comments,
//! patterns of `case` and documents there that it takes for something else.
//!
//! They are blanked before and put back after, by the places of the tokens; whoever decodes the words reads them.

use brush_parser::Token;

use super::extent;

/// Whether a substitution may hold a comment with a quote before a line that goes on.
pub(super) fn may_mislead(text: &str) -> bool {
    let comments = |line: &str| {
        let starts = line.match_indices('#').find(|(at, _)| {
            line.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with([' ', '\t', ';', ')']))
        });
        starts.is_some_and(|(at, _)| line.get(at..).is_some_and(|comment| comment.contains(['\'', '"'])))
    };
    text.contains("$(") && text.contains("\\\n") && text.lines().any(comments)
}

/// The text with every substitution outside of single quotes and documents blanked; none where that changes nothing.
pub(super) fn blanked(text: &str) -> Option<String> {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    let mut at = 0;
    let mut in_double = false;
    let mut starts_word = true;
    let mut changed = false;
    let mut documents = extent::Documents::default();
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '\\' => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            '\'' if !in_double => rest.get(1..)?.find('\'')? + 2,
            '$' if !in_double && rest.starts_with("$'") => 3 + closing(rest.get(2..)?, '\'')?,
            '`' => 2 + closing(rest.get(1..)?, '`')?,
            '<' if rest.starts_with("<<<") => 3,
            '<' if !in_double && rest.starts_with("<<") => documents.takes(text, at + 2)?.checked_sub(at)?,
            '\n' if !in_double => documents.ends(text, at + 1)?.checked_sub(at)?,
            '#' if !in_double && starts_word => rest.find('\n').unwrap_or(rest.len()),
            '$' if rest.starts_with("$(") => {
                let end = extent::parenthesis(text, at + 1)?;
                let inner = text.get(at + 2..end)?;
                // Where the document starts then, shells do not agree.
                if inner.contains('\n') && documents.are_open() {
                    return None;
                }
                masked.push_str("$(");
                masked.extend(inner.chars().map(|_| 'x'));
                masked.push(')');
                changed = true;
                rest = text.get(end + 1..)?;
                at = end + 1;
                starts_word = false;
                continue;
            }
            _ => letter.len_utf8(),
        };
        in_double ^= letter == '"';
        starts_word = matches!(letter, ' ' | '\t' | '\n' | ';' | '&' | '|' | '(' | ')');
        masked.push_str(rest.get(..length)?);
        rest = rest.get(length..)?;
        at += length;
    }
    (changed && !in_double).then_some(masked)
}

/// How far it is to a closing character that no backslash escapes.
fn closing(text: &str, close: char) -> Option<usize> {
    let mut escaped = false;
    let mut letters = text.char_indices();
    letters
        .find(|(_, letter)| {
            let was_escaped = escaped;
            escaped = !was_escaped && *letter == '\\';
            *letter == close && !was_escaped
        })
        .map(|(at, _)| at)
}

/// Whether every substitution that starts in one of the tokens ends in it.
pub(super) fn are_whole(tokens: &[Token]) -> bool {
    // In a document whose end is quoted there are none.
    let is_text = |at: usize| {
        let before = at.checked_sub(2).and_then(|start| tokens.get(start..at));
        matches!(before, Some([Token::Operator(operator, _), Token::Word(end, _)])
            if operator.starts_with("<<") && operator != "<<<" && end.contains(['\'', '"', '\\']))
    };
    tokens.iter().enumerate().all(|(at, token)| is_text(at) || is_whole(token))
}

fn is_whole(token: &Token) -> bool {
    let Token::Word(word, _) = token else { return true };
    let mut at = 0;
    while let Some(found) = word.get(at..).and_then(|rest| rest.find("$(")) {
        let Some(end) = extent::parenthesis(word, at + found + 1) else { return word.starts_with('\'') };
        at = end;
    }
    true
}

/// Puts back what was blanked.
pub(super) fn restored(text: &str, masked: &str, tokens: Vec<Token>) -> Result<Vec<Token>, String> {
    let unclear = || "the shell syntax cannot be read".to_owned();
    let (characters, blanks): (Vec<char>, Vec<char>) = (text.chars().collect(), masked.chars().collect());
    tokens
        .into_iter()
        .map(|token| match token {
            Token::Word(word, span) => {
                // The word is as it stands in the text, but for continued lines.
                let from = span.start.index;
                let range = from..span.end.index;
                let stands: String = blanks.get(range.clone()).ok_or_else(unclear)?.iter().collect();
                if !word.contains("$(") {
                    return Ok(Token::Word(word, span));
                }
                let skipped =
                    stands.find(&word).map(|at| stands.get(..at).unwrap_or_default().chars().count());
                let start = from + skipped.ok_or_else(unclear)?;
                let original = characters.get(start..start + word.chars().count()).ok_or_else(unclear)?;
                Ok(Token::Word(original.iter().collect(), span))
            }
            operator @ Token::Operator(..) => Ok(operator),
        })
        .collect()
}

#[cfg(test)]
mod tests;
