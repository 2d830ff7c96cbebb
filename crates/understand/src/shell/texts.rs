//! What programs print that print nothing but text they are given: `echo`, `printf`, and filters such as `base64 -d`.

use crate::invocation::{Invocation, Stdin};
use crate::word::{Value, Word};

use super::limits::LONGEST;

/// What an invocation prints, if that is plain.
pub(crate) fn of(invocation: &Invocation) -> Option<String> {
    let words: Option<Vec<&str>> = invocation.words.iter().map(Word::known).collect();
    let input = match &invocation.stdin {
        Stdin::Text(Value::Known(text)) => Some(text.as_str()),
        Stdin::Pipe(source) => source.text.as_deref(),
        Stdin::Inherited | Stdin::Text(_) | Stdin::File(_) => None,
    };
    printed(&invocation.program, &words?, input)
}

/// Whether a program may be one of these.
pub(super) fn may_print(program: &str) -> bool {
    matches!(
        program,
        "echo"
            | "printf"
            | "cat"
            | "base64"
            | "base32"
            | "xxd"
            | "tr"
            | "rev"
            | "tee"
            | "openssl"
            | "true"
            | ":"
    )
}

/// What a program prints, given these words and this input.
pub(crate) fn printed(program: &str, words: &[&str], input: Option<&str>) -> Option<String> {
    let text = match (program, words) {
        ("echo", words) => echo(words),
        ("printf", ["--", words @ ..]) => printf(words),
        ("printf", [format, ..]) if format.starts_with('-') && format.len() > 1 => None,
        ("printf", words) => printf(words),
        ("cat", [] | ["-"] | ["-u"]) => input.map(str::to_owned),
        ("tee", words) if !words.iter().any(|word| word.starts_with('-')) => input.map(str::to_owned),
        ("base64", words) => base64(words, input?),
        ("openssl", ["base64", words @ ..] | ["enc", "-base64", words @ ..] | ["enc", "-a", words @ ..]) => {
            base64(words, input?)
        }
        ("xxd", words) => hexadecimal(words, input?),
        ("tr", words) => translated(words, input?),
        ("rev", []) => Some(reversed(input?)),
        (":" | "true" | "set" | "shift" | "unset" | "test" | "[" | "sleep", _) => Some(String::new()),
        ("export" | "local" | "declare" | "typeset" | "readonly", [first, ..]) if first.contains('=') => {
            Some(String::new())
        }
        _ => None,
    }?;
    (text.len() <= LONGEST).then_some(text)
}

fn echo(words: &[&str]) -> Option<String> {
    let is_flag = |word: &&&str| {
        word.strip_prefix('-').is_some_and(|flags| {
            !flags.is_empty() && flags.chars().all(|flag| matches!(flag, 'n' | 'e' | 'E'))
        })
    };
    let flags: String = words.iter().take_while(is_flag).copied().collect();
    let words = words.get(words.iter().take_while(is_flag).count()..)?;
    let mut text = words.join(" ");
    if flags.contains('e') {
        let (decoded, goes_on) = unescaped(&text, true)?;
        text = decoded;
        if !goes_on {
            return Some(text);
        }
    } else if text.contains('\\') {
        // Some shells take escapes without being told to: what both print is known only for the common ones.
        text = text.replace("\\n", "\n").replace("\\t", "\t");
        if text.contains('\\') {
            return None;
        }
    }
    if !flags.contains('n') {
        text.push('\n');
    }
    Some(text)
}

fn printf(words: &[&str]) -> Option<String> {
    let (format, words) = words.split_first()?;
    let (format, _) = unescaped(format, false)?;
    let mut text = String::new();
    let mut words = words.iter();
    loop {
        let mut takes = false;
        let mut rest = format.as_str();
        while let Some((before, after)) = rest.split_once('%') {
            text.push_str(before);
            let mut characters = after.chars();
            let word = || words.next().copied().unwrap_or_default();
            let mut word = word;
            match characters.next()? {
                '%' => text.push('%'),
                's' => {
                    takes = true;
                    text.push_str(word());
                }
                'b' => {
                    takes = true;
                    let (decoded, goes_on) = unescaped(word(), true)?;
                    text.push_str(&decoded);
                    if !goes_on {
                        return Some(text);
                    }
                }
                'c' => {
                    takes = true;
                    text.extend(word().chars().next());
                }
                'd' | 'i' => {
                    takes = true;
                    let number = word();
                    text.push_str(
                        &if number.is_empty() { 0 } else { number.parse::<i64>().ok()? }.to_string(),
                    );
                }
                _ => return None,
            }
            rest = characters.as_str();
        }
        text.push_str(rest);
        if words.len() == 0 || !takes {
            return Some(text);
        }
        if text.len() > LONGEST {
            return None;
        }
    }
}

/// Text with its escapes decoded, and whether no `\c` ended it; none where that is no text.
fn unescaped(text: &str, is_echo: bool) -> Option<(String, bool)> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend(before.bytes());
        let kind = after.chars().next();
        rest = after.get(kind.map_or(0, char::len_utf8)..)?;
        match kind {
            Some('n') => bytes.push(b'\n'),
            Some('t') => bytes.push(b'\t'),
            Some('r') => bytes.push(b'\r'),
            Some('a') => bytes.push(7),
            Some('b') => bytes.push(8),
            Some('f') => bytes.push(12),
            Some('v') => bytes.push(11),
            Some('e' | 'E') => bytes.push(27),
            Some('\\') => bytes.push(b'\\'),
            Some(quote @ ('\'' | '"')) if !is_echo => bytes.extend(quote.to_string().bytes()),
            Some('c') if is_echo => return Some((String::from_utf8(bytes).ok()?, false)),
            Some('x') => bytes.push(u8::try_from(code(&mut rest, 2, 16)?).ok()?),
            Some(wide @ ('u' | 'U')) => {
                let letter = char::from_u32(code(&mut rest, if wide == 'u' { 4 } else { 8 }, 16)?)?;
                bytes.extend(letter.to_string().bytes());
            }
            Some('0') => bytes.push(u8::try_from(code(&mut rest, 3, 8)?).ok()?),
            Some('1'..='7') => {
                rest = after;
                bytes.push(u8::try_from(code(&mut rest, 3, 8)?).ok()?);
            }
            Some(other) => {
                bytes.push(b'\\');
                bytes.extend(other.to_string().bytes());
            }
            None => bytes.push(b'\\'),
        }
    }
    bytes.extend(rest.bytes());
    Some((String::from_utf8(bytes).ok()?, true))
}

/// The number that a text starts with; the text goes on after it.
fn code(text: &mut &str, most: usize, radix: u32) -> Option<u32> {
    let count = text.chars().take(most).take_while(|digit| digit.is_digit(radix)).count();
    let (number, after) = text.split_at_checked(count)?;
    *text = after;
    if count == 0 { Some(0) } else { u32::from_str_radix(number, radix).ok() }
}

fn base64(words: &[&str], input: &str) -> Option<String> {
    let decodes = words.iter().any(|word| matches!(*word, "-d" | "-D" | "--decode" | "-di" | "-id"));
    let known = ["-d", "-D", "--decode", "-di", "-id", "-i", "--ignore-garbage", "-A"];
    if !decodes || !words.iter().all(|word| known.contains(word)) {
        return None;
    }
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0_u32);
    for letter in input.bytes().filter(|letter| !letter.is_ascii_whitespace()) {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xFFFF;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xFF).ok()?);
        }
    }
    text_of(bytes)
}

fn hexadecimal(words: &[&str], input: &str) -> Option<String> {
    let letters: String = words.iter().map(|word| word.strip_prefix('-')).collect::<Option<_>>()?;
    let plain = letters.contains('p') && letters.contains('r');
    if !plain || !letters.chars().all(|letter| matches!(letter, 'p' | 'r' | 's')) {
        return None;
    }
    let digits: Option<Vec<u8>> = input
        .chars()
        .filter(|digit| !digit.is_whitespace())
        .map(|digit| u8::try_from(digit.to_digit(16)?).ok())
        .collect();
    let digits = digits?;
    let pairs = digits.chunks_exact(2);
    text_of(pairs.map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

fn text_of(bytes: Vec<u8>) -> Option<String> {
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

fn reversed(input: &str) -> String {
    let mut text: String =
        input.lines().map(|line| line.chars().rev().chain(['\n']).collect::<String>()).collect();
    if !input.ends_with('\n') {
        text.pop();
    }
    text
}

fn translated(words: &[&str], input: &str) -> Option<String> {
    match words {
        ["-d", set] => {
            let set = set_of(set)?;
            Some(input.chars().filter(|letter| !set.contains(letter)).collect())
        }
        [from, to] if !from.starts_with('-') => {
            let (from, to) = (set_of(from)?, set_of(to)?);
            let last = to.last().copied()?;
            let other = |letter: char| match from.iter().rposition(|known| *known == letter) {
                Some(at) => to.get(at).copied().unwrap_or(last),
                None => letter,
            };
            Some(input.chars().map(other).collect())
        }
        _ => None,
    }
}

/// The characters of one of the sets of `tr`.
fn set_of(text: &str) -> Option<Vec<char>> {
    let range = |from: char, to: char| (from..=to).collect::<Vec<char>>();
    match text {
        "[:upper:]" => return Some(range('A', 'Z')),
        "[:lower:]" => return Some(range('a', 'z')),
        "[:digit:]" => return Some(range('0', '9')),
        _ if text.contains("[:") || text.contains("[=") || text.contains('*') => return None,
        _ => {}
    }
    let (text, _) = unescaped(text, true)?;
    let letters: Vec<char> = text.chars().collect();
    let mut set = Vec::new();
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        match (letters.get(at + 1), letters.get(at + 2)) {
            (Some('-'), Some(to)) if letter <= to && u32::from(*to) - u32::from(*letter) < 256 => {
                set.extend(range(*letter, *to));
                at += 3;
            }
            _ => {
                set.push(*letter);
                at += 1;
            }
        }
    }
    Some(set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_only_passed_on() {
        for (program, words, input, text) in [
            ("echo", &["a", "b"][..], "", Some("a b\n")),
            ("echo", &["-ne", "\\x72\\155 a"], "", Some("rm a")),
            ("echo", &["\\x41"], "", None),
            ("printf", &["%s-%s\\n", "a", "b", "c"], "", Some("a-b\nc-\n")),
            ("printf", &["\\x72\\155"], "", Some("rm")),
            ("printf", &["%b", "\\162m"], "", Some("rm")),
            ("printf", &["%x", "10"], "", None),
            ("base64", &["-d"], "Z2l0IHB1c2g=\n", Some("git push")),
            ("base64", &["--decode"], "/////w==", None),
            ("base64", &[], "x", None),
            ("xxd", &["-r", "-p"], "67 6974\n", Some("git")),
            ("tr", &["a-z", "A-Z"], "abc-", Some("ABC-")),
            ("tr", &["N-ZA-Mn-za-m", "A-Za-z"], "tvg", Some("git")),
            ("tr", &["-d", " "], "r m", Some("rm")),
            ("rev", &[], "hsup\n", Some("push\n")),
            ("cat", &["x"], "a", None),
        ] {
            assert_eq!(printed(program, words, Some(input)).as_deref(), text, "{program} {words:?}");
        }
    }
}
