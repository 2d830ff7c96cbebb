//! Functions of make on texts that are known: <https://www.gnu.org/software/make/manual/html_node/Functions.html>

use crate::paths;

/// What a function makes of its arguments; none where that is not known here.
pub(super) fn value(name: &str, arguments: &[String], directory: &str) -> Option<String> {
    let argument = |at: usize| arguments.get(at).map(String::as_str);
    let first = argument(0)?;
    let each = |text: &str, change: &dyn Fn(&str) -> String| {
        text.split_ascii_whitespace().map(change).collect::<Vec<_>>().join(" ")
    };
    let number = |at: usize| argument(at)?.trim().parse::<usize>().ok();
    let kept = |keeps: bool| {
        let patterns: Vec<&str> = first.split_ascii_whitespace().collect();
        let is_one = |word: &&str| patterns.iter().any(|pattern| stem(pattern, word).is_some()) == keeps;
        Some(argument(1)?.split_ascii_whitespace().filter(is_one).collect::<Vec<_>>().join(" "))
    };
    match name {
        "subst" => Some(argument(2)?.replace(first, argument(1)?)).filter(|_| !first.is_empty()),
        "patsubst" => {
            let (pattern, put) = (first.trim(), argument(1)?.trim());
            Some(each(argument(2)?, &|word| patsubst(pattern, put, word)))
        }
        "strip" => Some(each(first, &str::to_owned)),
        "filter" => kept(true),
        "filter-out" => kept(false),
        "findstring" => Some(if argument(1)?.contains(first) { first.to_owned() } else { String::new() }),
        "sort" => {
            let mut words: Vec<&str> = first.split_ascii_whitespace().collect();
            words.sort_unstable();
            words.dedup();
            Some(words.join(" "))
        }
        "word" => {
            let at = number(0)?.checked_sub(1)?;
            Some(argument(1)?.split_ascii_whitespace().nth(at).unwrap_or_default().to_owned())
        }
        "wordlist" => {
            let from = number(0)?.checked_sub(1)?;
            let words = argument(2)?.split_ascii_whitespace().take(number(1)?).skip(from);
            Some(words.collect::<Vec<_>>().join(" "))
        }
        "words" => Some(first.split_ascii_whitespace().count().to_string()),
        "firstword" => Some(first.split_ascii_whitespace().next().unwrap_or_default().to_owned()),
        "lastword" => Some(first.split_ascii_whitespace().next_back().unwrap_or_default().to_owned()),
        "dir" => Some(each(first, &|word| {
            word.rfind('/').map_or("./", |at| word.get(..=at).unwrap_or_default()).to_owned()
        })),
        "notdir" => Some(each(first, &|word| word.rsplit('/').next().unwrap_or_default().to_owned())),
        "basename" => Some(each(first, &|word| ended(word).0.to_owned())),
        "suffix" => Some(each(first, &|word| ended(word).1.to_owned())),
        "addprefix" => Some(each(argument(1)?, &|word| format!("{first}{word}"))),
        "addsuffix" => Some(each(argument(1)?, &|word| format!("{word}{first}"))),
        "abspath" => Some(each(first, &|word| paths::normal(directory, word))),
        _ => None,
    }
}

/// What the `%` of a pattern stands for in a word.
pub(super) fn stem<'w>(pattern: &str, word: &'w str) -> Option<&'w str> {
    let Some((start, end)) = pattern.split_once('%') else { return (pattern == word).then_some("") };
    word.strip_prefix(start)?.strip_suffix(end)
}

/// A word with a pattern replaced by another.
pub(super) fn patsubst(pattern: &str, put: &str, word: &str) -> String {
    match stem(pattern, word) {
        Some(stem) if pattern.contains('%') => put.replacen('%', stem, 1),
        Some(_) => put.to_owned(),
        None => word.to_owned(),
    }
}

/// A name without its ending, and that.
fn ended(word: &str) -> (&str, &str) {
    let name = word.rfind('/').map_or(0, |at| at + 1);
    let at = word.get(name..).and_then(|last| last.rfind('.')).map_or(word.len(), |at| name + at);
    word.split_at(at)
}

/// The arguments of a function, which commas outside of brackets part.
pub(super) fn arguments(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' | '{' => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                found.push(text.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(text.get(start..).unwrap_or_default());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_make_has_them() {
        for (call, expected) in [
            ("subst ee,EE,feet on the street", "fEEt on the strEEt"),
            ("patsubst %.c,%.o,x.c.c bar.c y.h", "x.c.o bar.o y.h"),
            ("strip a  b   c ", "a b c"),
            ("filter %.c %.s,foo.c bar.c baz.s ugh.h", "foo.c bar.c baz.s"),
            ("filter-out main1.o main2.o,main1.o foo.o main2.o", "foo.o"),
            ("findstring a,a b c", "a"),
            ("findstring d,a b c", ""),
            ("sort foo bar lose foo", "bar foo lose"),
            ("word 2,foo bar baz", "bar"),
            ("wordlist 2,3,foo bar baz", "bar baz"),
            ("words a b", "2"),
            ("firstword foo bar", "foo"),
            ("lastword foo bar", "bar"),
            ("dir src/foo.c hacks", "src/ ./"),
            ("notdir src/foo.c hacks", "foo.c hacks"),
            ("suffix src/foo.c src-1.0/bar.c hacks", ".c .c "),
            ("basename src/foo.c src-1.0/bar hacks", "src/foo src-1.0/bar hacks"),
            ("addsuffix .c,foo bar", "foo.c bar.c"),
            ("addprefix src/,foo bar", "src/foo src/bar"),
            ("abspath x ../y", "/repo/x /y"),
        ] {
            let (name, rest) = call.split_once(' ').unwrap();
            let given: Vec<String> = arguments(rest).into_iter().map(str::to_owned).collect();
            assert_eq!(value(name, &given, "/repo").as_deref(), Some(expected), "{call}");
        }
        assert_eq!(arguments("a,$(call b,c),{d,e}"), ["a", "$(call b,c)", "{d,e}"]);
        for call in ["wildcard *.c", "realpath x", "origin X", "shell ls", "word x,a", "subst ,a,b"] {
            let (name, rest) = call.split_once(' ').unwrap();
            let given: Vec<String> = arguments(rest).into_iter().map(str::to_owned).collect();
            assert_eq!(value(name, &given, "/repo"), None, "{call}");
        }
    }
}
