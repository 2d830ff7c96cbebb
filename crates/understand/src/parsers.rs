//! What holds for each parser of a part of a command: words, braces, patterns, refspecs, options.

use proptest::prelude::*;
use proptest::sample::select;

use crate::fixture::understood;
use crate::glob;
use crate::{Argument, Command};

/// The arguments of the first command of a text, where all are known.
fn arguments(text: &str) -> Option<Vec<String>> {
    let found = understood(text, &[]);
    let arguments = found.commands.first().and_then(Command::arguments)?;
    arguments
        .map(|argument| match argument {
            Argument::Known(text) => Some(text.to_owned()),
            Argument::Pattern(_) | Argument::Unknown { .. } => None,
        })
        .collect()
}

/// A text as one word, in one of the ways there are.
fn quoted(text: &str, way: usize) -> String {
    let escaped = |special: &[char]| -> String {
        text.chars()
            .flat_map(|letter| special.contains(&letter).then_some('\\').into_iter().chain([letter]))
            .collect()
    };
    match way {
        0 => format!("'{}'", text.replace('\'', "'\\''")),
        1 => format!("\"{}\"", escaped(&['"', '$', '`', '\\'])),
        2 => format!("$'{}'", escaped(&['\'', '\\'])),
        _ => {
            let letters = text.chars().map(|letter| match letter {
                '\n' => "'\n'".to_owned(),
                letter => format!("\\{letter}"),
            });
            format!("''{}", letters.collect::<String>())
        }
    }
}

/// Whether a pattern of letters, `*` and `?` matches: slow, and plainly right.
fn matches(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|taken| matches(rest, &text[taken..])),
        Some((letter, rest)) => {
            text.first().is_some_and(|first| *letter == '?' || letter == first) && matches(rest, &text[1..])
        }
    }
}

/// A word with lists in braces, and the words it becomes.
fn braces() -> impl Strategy<Value = (String, Vec<String>)> {
    let plain = "[a-c/]{0,3}".prop_map(|text: String| (text.clone(), vec![text]));
    plain.prop_recursive(3, 12, 3, |inner| {
        let list = proptest::collection::vec(inner.clone(), 2..4).prop_map(|members| {
            let texts: Vec<&str> = members.iter().map(|(text, _)| text.as_str()).collect();
            let words = members.iter().flat_map(|(_, words)| words.clone()).collect();
            (format!("{{{}}}", texts.join(",")), words)
        });
        (inner, list).prop_map(|((before, starts), (after, ends)): (_, (String, Vec<String>))| {
            let words = starts.iter().flat_map(|start| ends.iter().map(move |end| format!("{start}{end}")));
            (format!("{before}{after}"), words.collect())
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn quoting_keeps_any_text(text in "[^\0]{0,40}", way in 0_usize..4) {
        let word = quoted(&text, way);
        prop_assert_eq!(arguments(&format!("echo {word} b")), Some(vec![text, "b".to_owned()]), "{}", word);
    }

    #[test]
    fn variables_keep_any_text(text in "[^\0]{0,40}", way in 0_usize..4) {
        // A command in a subscript is taken for one that runs.
        prop_assume!(!(text.contains('[') && text.contains(['`', '$'])));
        let word = quoted(&text, way);
        prop_assert_eq!(arguments(&format!("THE_TEXT={word}; echo \"$THE_TEXT\" b")), Some(vec![text, "b".to_owned()]), "{}", word);
    }

    #[test]
    fn patterns_match_as_they_should(pattern in "[ab*?é]{0,8}", text in "[abé]{0,8}") {
        let [letters, characters] = [&pattern, &text].map(|text| text.chars().collect::<Vec<char>>());
        let expected = matches(&letters, &characters);
        prop_assert_eq!(glob::matches(&pattern, &text), expected);
        prop_assert_eq!(glob::matches(&glob::collapsed(&pattern), &text), expected);
    }

    #[test]
    fn any_pattern_is_matched(pattern in any::<String>(), text in any::<String>()) {
        glob::matches(&pattern, &text);
        prop_assert!(glob::matches("*", &text));
    }

    #[test]
    fn braces_become_the_words_they_should((text, words) in braces()) {
        let expected: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
        if let Some(found) = arguments(&format!("echo {text}")) {
            prop_assert_eq!(found, expected, "{}", text);
        }
    }

    /// Whatever a refspec looks like, the push is seen, and one that looks like a deletion or an overwrite
    /// is no plain push.
    #[test]
    fn any_refspec_is_a_push(plus in select(&["", "+"][..]), source in "[a-z/@{}~^*.]{0,9}", colon in select(&["", ":"][..]), target in "[a-z/*@.]{0,9}") {
        let refspec = format!("{plus}{source}{colon}{target}");
        prop_assume!(!refspec.is_empty() && !refspec.starts_with('^'));
        let verbs: Vec<String> = understood(&format!("git push origin '{refspec}'"), &[])
            .effects.iter().map(|effect| effect.verb.to_string()).collect();
        let forced = plus == "+" || (source.is_empty() && colon == ":" && !target.is_empty());
        let expected: &[&str] =
            if forced { &["git.force-push", "git.delete-ref", "git.delete-remote"] } else { &["git."] };
        let is_expected = |verb: &String| expected.iter().any(|start| verb.starts_with(start));
        prop_assert!(verbs.iter().any(is_expected), "{}: {:?}", refspec, verbs);
    }
}
