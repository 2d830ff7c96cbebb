//! What is refused before parsing, and the one door to the parser.
//!
//! The parser recurses once per nested construct and overflows the stack on deep ones, which no
//! handler catches; on a few constructs it also tries two readings at every level. So: length and
//! the number of substitutions are bounded on the raw text, which bounds the tokenizer; depth and
//! ambiguity are bounded on the very tokens the parser will see. Both counts may be too high, never
//! too low. At these limits parsing needs under 1 MB of stack, in debug builds too.

use std::panic::catch_unwind;

use brush_parser::ast::Program;
use brush_parser::{ParserOptions, Token, parse_tokens, uncached_tokenize_str};

use super::{heredocs, masked, parentheses};

/// The longest command that is read, in bytes.
pub(crate) const LONGEST: usize = 64 * 1024;
/// The deepest nesting of any construct.
pub(crate) const DEEPEST: usize = 32;
/// Substitutions in one text: each could be inside the one before.
const MOST_SUBSTITUTIONS: usize = 128;
/// The most tokens: commands that people write have hundreds, and their long texts are one token.
const MOST_TOKENS: usize = 12_000;
/// Parsing steps that two readings at every level may cost.
const MOST_STEPS: usize = 1 << 19;

/// The syntax tree of `text`, or why there is none: a sentence fragment.
pub(crate) fn parse(text: &str) -> Result<Program, String> {
    if text.len() > LONGEST {
        return Err(format!("the command is longer than {} KB", LONGEST / 1024));
    }
    if text.contains('\0') {
        return Err("the command contains a zero byte".to_owned());
    }
    if substitutions(text) > MOST_SUBSTITUTIONS {
        return Err(format!("the command has more than {MOST_SUBSTITUTIONS} substitutions"));
    }
    heredocs::check(text)?;
    let options = ParserOptions::default();
    let unclear = || "the shell syntax cannot be read".to_owned();
    let parsed = |tokens: Vec<Token>| {
        if text.contains("case") && text.contains("$(") && !masked::are_whole(&tokens) {
            return Err("a substitution is not closed".to_owned());
        }
        if text.contains("<<") && !heredocs::are_whole(&tokens) {
            return Err("a here-document cannot be read".to_owned());
        }
        check(&tokens)?;
        let tokens = without_double_semicolons(without_empty_commands(with_known_words(tokens)));
        parse_tokens(&tokens, &options).map_err(|_| unclear())
    };
    let tokenized = |text: &str| {
        uncached_tokenize_str(text, &options.tokenizer_options())
            .map_err(|error| format!("the shell syntax cannot be read: {error}"))
    };
    let tokens = |text: &str| parentheses::tokens(text, tokenized);
    // The parser unwraps numbers it has not bounded; whatever it panics on is not understood.
    let first = || {
        let read = catch_unwind(|| parsed(heredocs::mend(text, tokens(text)?)?));
        read.unwrap_or_else(|_| Err(unclear()))
    };
    let blanked = || {
        let blanked = masked::blanked(text)?;
        let read = catch_unwind(|| {
            parsed(masked::restored(text, &blanked, heredocs::mend(&blanked, tokens(&blanked)?)?)?)
        });
        read.ok()?.ok()
    };
    // The tokenizer takes a quote in a comment of a substitution for one, and lines behind it for continued ones.
    if masked::may_mislead(text)
        && let Some(program) = blanked()
    {
        return Ok(program);
    }
    // It may have lost its way there altogether.
    first().or_else(|why| blanked().ok_or(why))
}

/// `one &; two` as zsh reads it: nothing stands between `&` and `;`. Bash runs nothing of it.
fn without_empty_commands(tokens: Vec<Token>) -> Vec<Token> {
    let is_operator =
        |token: &Token, wanted: &str| matches!(token, Token::Operator(text, _) if text == wanted);
    let mut kept: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        if !(is_operator(&token, ";") && kept.last().is_some_and(|last| is_operator(last, "&"))) {
            kept.push(token);
        }
    }
    kept
}

/// The two semicolons of `for ((;;))` are one token to the tokenizer, and two to the parser.
fn without_double_semicolons(tokens: Vec<Token>) -> Vec<Token> {
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.to_str() == text);
    if !tokens.iter().any(|token| token.to_str() == ";;") || !(0..tokens.len()).any(|at| is(at, "for")) {
        return tokens;
    }
    let mut split = Vec::with_capacity(tokens.len() + 2);
    let mut inside = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Operator(text, _) if text == "(" && inside > 0 => inside += 1,
            Token::Operator(text, _) if text == "(" && at > 0 && is(at - 1, "for") && is(at + 1, "(") => {
                inside = 1
            }
            Token::Operator(text, _) if text == ")" => inside = inside.saturating_sub(1),
            Token::Operator(text, span) if text == ";;" && inside == 2 => {
                split.push(Token::Operator(";".to_owned(), span.clone()));
                split.push(Token::Operator(";".to_owned(), span.clone()));
                continue;
            }
            Token::Operator(..) | Token::Word(..) => {}
        }
        split.push(token.clone());
    }
    split
}

/// Words that start a command made of commands.
const COMPOUNDS: &[&str] = &["while", "until", "if", "for", "case", "select", "[["];

/// What the parser does not know in words that it does: `select` is written like `for` and runs its body for one
/// word or another; of `coproc { (..) }` it takes the brace for a name, and a name before `while` for a command.
fn with_known_words(tokens: Vec<Token>) -> Vec<Token> {
    let mut known: Vec<Token> = Vec::with_capacity(tokens.len());
    let (mut starts, mut names) = (true, false);
    for (at, token) in tokens.iter().enumerate() {
        let is = |ahead: usize, words: &[&str]| {
            tokens.get(at + ahead).is_some_and(|token| words.contains(&token.to_str()))
        };
        let text = token.to_str();
        let is_name = std::mem::take(&mut names) && !is(0, COMPOUNDS) && !is(0, &["{", "(", "!", "time"]);
        if is_name && is(1, COMPOUNDS) {
            starts = true;
            continue;
        }
        known.push(match token {
            Token::Word(word, span) if starts && word == "select" && is(2, &["in", "do", ";", "\n"]) => {
                Token::Word("for".to_owned(), span.clone())
            }
            Token::Word(..) | Token::Operator(..) => token.clone(),
        });
        if starts && text == "coproc" {
            names = true;
            if is(1, &["{"]) {
                known.push(Token::Word("COPROC".to_owned(), token.location().clone()));
            }
        }
        starts = text.starts_with([';', '\n', '&', '|', '(', ')', '{'])
            || matches!(text, "do" | "then" | "else" | "!" | "time" | "coproc");
    }
    known
}

/// How many substitutions could be open at once: all that do not close on the spot.
fn substitutions(text: &str) -> usize {
    let mut count = 0;
    let mut rest = text;
    while let Some(at) = rest.find(['$', '`']) {
        let (_, tail) = rest.split_at(at);
        let mut characters = tail.chars();
        let opener = characters.next();
        rest = characters.as_str();
        if opener == Some('`') {
            count += 1;
        } else if let Some(name) = rest.strip_prefix('{') {
            let after = name.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
            count += usize::from(!after.starts_with('}'));
        } else if rest.starts_with(['(', '[']) {
            count += 1;
        }
    }
    count
}

/// Bounds what the parser will do with these tokens.
fn check(tokens: &[Token]) -> Result<(), String> {
    if tokens.len() > MOST_TOKENS {
        return Err(format!("the command has more than {MOST_TOKENS} words"));
    }
    let mut open: Vec<&str> = Vec::new();
    let mut parentheses = 0_u32;
    let mut cases = 0_u32;
    let mut two_readings = false;
    let mut before = "\n";
    for (at, token) in tokens.iter().enumerate() {
        let text = token.to_str();
        match token {
            Token::Operator(..) if text == "(" => {
                two_readings |= before == "(";
                open.push("(");
            }
            Token::Operator(..) => {
                while open.last() == Some(&"!") {
                    open.pop();
                }
                if text == ")" && open.last() == Some(&"(") {
                    open.pop();
                }
            }
            Token::Word(..) => {
                word(text, before, &mut open, &mut cases, &mut two_readings)?;
                file_number(token, tokens.get(at + 1))?;
            }
        }
        if open.len() > DEEPEST {
            return Err(format!("the command nests deeper than {DEEPEST}"));
        }
        let depth = open.iter().filter(|kind| **kind == "(").count();
        parentheses = parentheses.max(u32::try_from(depth).unwrap_or(u32::MAX));
        before = text;
    }
    let doublings = cases + if two_readings { parentheses } else { 0 };
    let steps = tokens.len().checked_mul(1_usize.checked_shl(doublings).unwrap_or(usize::MAX));
    if doublings >= 24 || steps.is_none_or(|steps| steps > MOST_STEPS) {
        return Err("the command can be read in too many ways".to_owned());
    }
    Ok(())
}

const CLOSERS: &[(&str, &[&str])] =
    &[("fi", &["if"]), ("done", &["for", "while", "until", "select"]), ("}", &["{"]), ("]]", &["[["])];

fn word<'t>(
    text: &'t str,
    before: &str,
    open: &mut Vec<&'t str>,
    cases: &mut u32,
    two_readings: &mut bool,
) -> Result<(), String> {
    match text {
        "if" | "for" | "while" | "until" | "select" | "{" | "[[" | "function" | "coproc" | "!" => {
            open.push(text);
        }
        // Never closed: a pattern may be called `esac`.
        "case" => {
            open.push(text);
            *cases += 1;
        }
        "=~" => *two_readings = true,
        _ => {
            let starts_command = before.starts_with([';', '\n', '&', '|', '(', ')'])
                || CLOSERS.iter().any(|(closer, _)| *closer == before);
            let closes = CLOSERS.iter().find(|(closer, _)| *closer == text);
            if let Some((_, openers)) = closes {
                let here = text == "]]" || starts_command;
                if here && open.last().is_some_and(|top| openers.contains(top)) {
                    open.pop();
                    // What these words prefix ends here too.
                    while open.last().is_some_and(|top| matches!(*top, "function" | "coproc")) {
                        open.pop();
                    }
                }
            }
        }
    }
    subscript(text)
}

/// Refuses the number of a file that the parser could not hold.
fn file_number(token: &Token, next: Option<&Token>) -> Result<(), String> {
    let text = token.to_str();
    let redirects = next.is_some_and(|next| {
        next.to_str().starts_with(['<', '>']) && token.location().end.index == next.location().start.index
    });
    if redirects && text.len() > 9 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("the number of a file in the command is too long".to_owned());
    }
    Ok(())
}

/// Refuses `name[..` with anything nested in it: the parser tries several readings of it.
fn subscript(text: &str) -> Result<(), String> {
    let after = text.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let Some(inner) = after.strip_prefix('[').filter(|_| after.len() < text.len()) else { return Ok(()) };
    let subscript = inner.split_once(']').map_or(inner, |(subscript, _)| subscript);
    let nested = subscript.contains(['(', '{', '`', '"', '\'', '[']) || subscript.len() > 256;
    if nested { Err("an array subscript in the command is too deep".to_owned()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    /// Zsh runs both; bash runs nothing.
    #[test]
    fn nothing_between_an_ampersand_and_a_semicolon() {
        let found = check("npm run dev 2>&1 &; sleep 5; (git push origin main &; ls)");
        assert!(found.contains("git.push main@origin") && !found.contains("hidden"), "{found}");
        for text in ["a; ; b", "&; b", "a |; b", "a &&; b", "a & & b"] {
            assert!(super::parse(text).is_err(), "{text}");
        }
    }

    use std::time::Instant;

    use super::*;

    #[test]
    fn reads_what_people_write() {
        for text in [
            "git push origin main",
            "if a; then b; elif c; then d; else e; fi",
            "for f in *.rs; do echo \"$f\"; done | sort",
            "case $x in a) b;; *) c;; esac",
            "f() { echo $(( (1+2) * 3 )); }; f",
            "cat <<'EOF' > notes.md\nif if if if (((((( `x` \nEOF",
            "[[ $a =~ ^(x|y)$ ]] && (cd b; c)",
            "a[$i]=3",
            "gh run view 17315307664 > 1731530766 2>&1; date -r 1731530766; wc -c <4000000000",
            "coproc { (a); }; coproc { ((1)) || b\n}; coproc n while a; do b; done; coproc { while a; do b; done; }; coproc while if a; then b; fi; do c; done; select x in a; do b; done",
        ] {
            parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        }
    }

    #[test]
    fn numbers_of_files_have_an_end() {
        for text in ["echo 4294967296>x", "cat 99999999999<<E\nE", "a 99999999999<&0", "a 99999999999>|x"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn refuses_every_deep_nest_quickly() {
        let started = Instant::now();
        for (open, close) in [
            ("{ ", "; }"),
            ("( ", ")"),
            ("((", "))"),
            ("$(", ")"),
            ("$((", "))"),
            ("`", "`"),
            ("${a:-", "}"),
            ("if ", "; then b; fi"),
            ("while ", "; do b; done"),
            ("until ", ""),
            ("for a in b; do ", "; done"),
            ("case a in a) ", ";; esac"),
            ("case a in esac) ", ""),
            ("select a in b; do ", "; done"),
            ("[[ ( ", ") ]]"),
            ("[[ ! ", ""),
            ("! ", ""),
            ("\"$(", ")\""),
            ("f() { ", "; }"),
            ("coproc ", ""),
            ("a[", "]"),
            ("a[$((", "))]=1"),
            ("a=(", ")"),
            ("<(", ")"),
            ("cat <<a ", ""),
            ("x[[ a && fi ]]; if ", ""),
            ("if [[ a && fi ]]; then ", ""),
            ("if case x in fi) esac; then ", ""),
            ("$[", "]"),
            ("time ", ""),
            ("! { ", ""),
            ("\\\n( ", ""),
            ("function f { ", "}"),
            ("a | { ", "}"),
            ("a && ( ", ")"),
        ] {
            for times in [40, 400, 3000, 20_000] {
                let text = format!("{}a{}", open.repeat(times), close.repeat(times));
                let _ = parse(&text);
                let _ = parse(&open.repeat(times));
                let _ = parse(&format!("{}x;{}", "(".repeat(times.min(30)), open.repeat(times.min(12))));
            }
            let kept = parse(&format!("{}a{}", open.repeat(40), close.repeat(40)));
            let flat = ["a[", "cat <<a ", "time ", "a=("].contains(&open) || open.starts_with("x[[");
            assert!(flat || kept.is_err() || open.contains(['$', '`', '<']), "{open}");
        }
        assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    }
}
