//! Puts words together again that the tokenizer takes apart.
//!
//! On a line that starts a here-document, it hands out the tokens inside a later substitution as if they
//! stood outside, before the word: `cat <<E; $(printf git) push` is to it `printf`, `git`, `$()`, `push`.
//! The places of the tokens tell: those of the inside lie within that of the word, which comes after them.

use brush_parser::Token;

use super::extent;

/// The tokens of `text` with such words as they were written.
pub(super) fn mend(text: &str, tokens: Vec<Token>) -> Result<Vec<Token>, String> {
    if !text.contains("<<") {
        return Ok(tokens);
    }
    let mut mended: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut characters: Option<Vec<char>> = None;
    for token in tokens {
        let Token::Word(_, span) = &token else {
            mended.push(token);
            continue;
        };
        let (start, end) = (span.start.index, span.end.index);
        let inside = |token: &Token| {
            let span = token.location();
            span.start.index > start && span.end.index <= end
        };
        let before = mended.len();
        while mended.last().is_some_and(inside) {
            mended.pop();
        }
        if mended.len() == before {
            mended.push(token);
            continue;
        }
        let characters = characters.get_or_insert_with(|| text.chars().collect());
        let word: String = characters.get(start..end).unwrap_or_default().iter().collect();
        let mut word = word.trim_start_matches([' ', '\t']);
        while let Some(continued) = word.strip_prefix("\\\n") {
            word = continued.trim_start_matches([' ', '\t']);
        }
        // Where the document starts then, shells do not agree.
        if word.is_empty() || word.contains('\n') || word.contains("<<") {
            return Err("a substitution after a here-document cannot be read".to_owned());
        }
        mended.push(Token::Word(word.to_owned(), span.clone()));
    }
    Ok(mended)
}

/// Parentheses whose end is looked for in one text.
const MOST_PARENTHESES: usize = 256;

/// Refuses a line that starts a here-document and goes on in a substitution that ends on another: the tokenizer takes
/// the lines between for the document's, and what they run is lost.
pub(super) fn check(text: &str) -> Result<(), String> {
    let is_split = if text.contains("<<") { is_split(text) } else { Some(false) };
    match is_split {
        Some(false) => Ok(()),
        Some(true) => Err("a substitution after a here-document cannot be read".to_owned()),
        None => Err("a here-document cannot be read".to_owned()),
    }
}

/// Whether there is such a line; none where the text is not clear.
fn is_split(text: &str) -> Option<bool> {
    let mut documents = extent::Documents::default();
    let (mut at, mut starts_word, mut parentheses) = (0, true, 0);
    let ends_line = |from: usize, to: usize| text.get(from..to).is_some_and(|piece| piece.contains('\n'));
    while let Some(letter) = text.get(at..)?.chars().next() {
        let rest = text.get(at..)?;
        let starts = std::mem::replace(&mut starts_word, " \t\n;&|()<>".contains(letter));
        parentheses += usize::from(["((", "<(", ">("].iter().any(|start| rest.starts_with(start)));
        if parentheses > MOST_PARENTHESES {
            return None;
        }
        at = match letter {
            '#' if starts => at + rest.find('\n').unwrap_or(rest.len()),
            '\n' => documents.ends(text, at + 1)?,
            '<' if rest.starts_with("<<<") => at + 3,
            '<' if rest.starts_with("<<") => documents.takes(text, at + 2)?,
            '<' | '>' if rest.get(1..)?.starts_with('(') => {
                if documents.are_open() && ends_line(at, extent::parenthesis(text, at + 1)?) {
                    return Some(true);
                }
                at + 2
            }
            // In arithmetic these signs start no document.
            '$' if rest.starts_with("$[") => extent::matching(text, at + 1, '[', ']')? + 1,
            '(' if rest.starts_with("((") => {
                let end = extent::parenthesis(text, at);
                let inner = end.and_then(|end| text.get(at + 1..end));
                end.filter(|_| inner.is_some_and(extent::is_arithmetic)).map_or(at + 1, |end| end + 1)
            }
            _ => {
                let end = extent::piece(text, at)?;
                let substitutes = matches!(letter, '$' | '"') && text.get(at..end)?.contains("$(");
                if substitutes && documents.are_open() && ends_line(at, end) {
                    return Some(true);
                }
                end
            }
        };
    }
    Some(false)
}

/// Whether every here-document has its lines and its end: the tokenizer may take its start for arithmetic, where a
/// substitution before it made it lose its way.
pub(super) fn are_whole(tokens: &[Token]) -> bool {
    let is = |at: usize, text: &str| matches!(tokens.get(at), Some(Token::Operator(operator, _)) if operator == text);
    let plain = |at: usize| match tokens.get(at) {
        Some(Token::Word(word, _)) => Some(word.trim_end_matches('\n').replace(['\'', '"', '\\'], "")),
        Some(Token::Operator(..)) | None => None,
    };
    let mut in_arithmetic = 0_usize;
    let mut skipped = 0;
    for at in 0..tokens.len() {
        if at < skipped {
            continue;
        }
        if in_arithmetic > 0 {
            in_arithmetic += usize::from(is(at, "("));
            in_arithmetic -= usize::from(is(at, ")"));
        } else if is(at, "(") && is(at + 1, "(") {
            in_arithmetic = 1;
        } else if is(at, "<<") || is(at, "<<-") {
            if plain(at + 1).is_none() || plain(at + 1) != plain(at + 3) {
                return false;
            }
            skipped = at + 4;
        }
    }
    true
}

#[cfg(test)]
mod tests;
