//! Puts words together again that the tokenizer takes apart.
//!
//! On a line that starts a here-document, it hands out the tokens inside a later substitution as if they
//! stood outside, before the word: `cat <<E; $(printf git) push` is to it `printf`, `git`, `$()`, `push`.
//! The places of the tokens tell: those of the inside lie within that of the word, which comes after them.

use brush_parser::Token;

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

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn substitutions_after_a_document_stay_where_they_are() {
        assert_snapshot!(check(": <<E; $(printf git) push origin main\nx\nE"), @"
        exec.read :, read
        exec.read printf, read
        git.push main@origin, write
        ");
        assert_snapshot!(check("cat <<é | tee \"$(pwd)/a b\" $((1+1)).txt\nx\né"), @"
        exec.read cat, read
        exec.read pwd, read
        fs.write /repo/a b, write
        fs.write /repo/2.txt, write
        ");
        assert_snapshot!(check("cat <<E; echo \"$(cat .env; ls)\" && rm ${X:-$(pwd)}/src\nx\nE\nrm b"), @"
        exec.read cat, read
        secret.read /repo/.env, read
        fs.read /repo, read
        exec.read echo, read
        exec.read pwd, read
        fs.delete *, destroy, partial
        fs.delete /repo/b, destroy
        ");
        assert_snapshot!(check("cat <<E; echo $(\nrm src\n)\nx\nE"), @"
        exec.hidden a shell command, execute, opaque
        fs.read /repo/<<E, read, partial
        exec.read echo, read, partial
        fs.delete /repo/src, destroy, partial
        ");
    }
}
