//! What filters leave of lines such as `NAME=value`.

use crate::families;

/// What a filter passes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passes {
    /// Nothing of what follows the first `=`.
    Names,
    /// Some of the lines as they are.
    Lines,
    /// That is not known.
    Else,
}

/// What a filter passes on, and the files that it is given; none where an option is not known.
pub(super) fn passes<'w>(program: &str, words: &'w [&'w str]) -> Option<(Passes, &'w [&'w str])> {
    match program {
        "cut" => cut(words),
        "awk" | "gawk" | "mawk" => awk(words),
        "sed" | "gsed" => sed(words),
        "grep" | "egrep" | "fgrep" => grep(words),
        "wc" => parted(words, |option| option.chars().skip(1).all(|letter| "lcwm".contains(letter)))
            .map(|files| (Passes::Names, files)),
        "cat" | "sort" | "uniq" | "tac" => {
            parted(words, |option| matches!(option, "-u" | "-r" | "-s" | "-n"))
                .map(|files| (Passes::Lines, files))
        }
        "head" | "tail" => lines(words),
        _ => None,
    }
}

/// The operands that follow known options.
fn parted<'w>(words: &'w [&'w str], known: impl Fn(&str) -> bool) -> Option<&'w [&'w str]> {
    let at = words.iter().position(|word| !word.starts_with('-')).unwrap_or(words.len());
    let (options, files) = words.split_at_checked(at)?;
    let are_files = !files.iter().any(|file| file.starts_with('-'));
    (are_files && options.iter().all(|option| option.len() > 1 && known(option))).then_some(files)
}

fn lines<'w>(words: &'w [&'w str]) -> Option<(Passes, &'w [&'w str])> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let rest = match words {
        ["-n", number, rest @ ..] if is_number(number) => rest,
        [option, rest @ ..]
            if option.strip_prefix("-n").or(option.strip_prefix('-')).is_some_and(is_number) =>
        {
            rest
        }
        rest => rest,
    };
    (!rest.iter().any(|word| word.starts_with(['-', '+']))).then_some((Passes::Lines, rest))
}

fn cut<'w>(words: &'w [&'w str]) -> Option<(Passes, &'w [&'w str])> {
    let (mut parts, mut first, mut rest) = (false, false, words);
    loop {
        rest = match rest {
            ["-d=" | "--delimiter==", rest @ ..] | ["-d" | "--delimiter", "=", rest @ ..] => {
                parts = true;
                rest
            }
            ["-f1" | "--fields=1", rest @ ..] | ["-f" | "--fields", "1", rest @ ..] => {
                first = true;
                rest
            }
            ["-s" | "--only-delimited", rest @ ..] => rest,
            ["-sd=", rest @ ..] => {
                parts = true;
                rest
            }
            _ => break,
        };
    }
    (parts && first && !rest.iter().any(|word| word.starts_with('-'))).then_some((Passes::Names, rest))
}

fn awk<'w>(words: &'w [&'w str]) -> Option<(Passes, &'w [&'w str])> {
    let (program, files) = match words {
        ["-F=", program, files @ ..] | ["-F", "=", program, files @ ..] => (program.trim(), files),
        _ => return None,
    };
    // What chooses the lines: `!/^#/`, `/KEY/`, `NF`, `NF>1`.
    let (chooses, prints) = program.split_once('{')?;
    let chooses = chooses.trim();
    let pattern = chooses.trim_start_matches('!');
    let within = pattern.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    let is_pattern = within.is_some_and(|within| !within.contains(['/', '{', '\\']));
    let prints = prints.strip_suffix('}')?.trim().trim_end_matches(';').strip_prefix("print")?.trim();
    let literal = prints.strip_prefix("$1")?.trim();
    let is_literal = literal.is_empty()
        || literal
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .is_some_and(|text| !text.contains(['"', '\\', '$']));
    let known = matches!(chooses, "" | "NF" | "NF>1" | "NF > 1") || is_pattern;
    (known && is_literal && !files.iter().any(|file| file.starts_with('-') || file.contains('=')))
        .then_some((Passes::Names, files))
}

fn sed<'w>(words: &'w [&'w str]) -> Option<(Passes, &'w [&'w str])> {
    let (program, files, extended) = match words {
        ["-E" | "-r", "-e", program, files @ ..] | ["-E" | "-r", program, files @ ..] => {
            (program, files, true)
        }
        ["-e", program, files @ ..] | [program, files @ ..] => (program, files, false),
        [] => return None,
    };
    (masks(program, extended)? && !files.iter().any(|file| file.starts_with('-')))
        .then_some((Passes::Names, files))
}

/// Whether a substitution takes all away that follows the first `=` of every line.
fn masks(program: &str, extended: bool) -> Option<bool> {
    let rest = program.strip_prefix('s')?;
    let delimiter =
        rest.chars().next().filter(|letter| matches!(letter, '/' | '|' | ',' | '#' | ':' | '@'))?;
    let mut parts = rest.get(1..)?.split(delimiter);
    let (taken, put, flags) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !matches!(flags, "" | "g") {
        return Some(false);
    }
    // A name or `=` that is put back.
    let (taken, is_put_back) = match (taken, extended) {
        ("\\(=\\).*" | "\\(=\\).*$" | "^\\([^=]*\\)=.*" | "^\\([^=]*\\)=.*$", false)
        | ("(=).*" | "(=).*$" | "^([^=]*)=.*" | "^([^=]*)=.*$" | "^([^=]+)=.*" | "^([^=]+)=.*$", true) => {
            ("=.*", true)
        }
        (taken, _) => (taken, false),
    };
    let put = if is_put_back { put.strip_prefix("\\1").unwrap_or(put) } else { put };
    let is_mask = |letter: char| letter.is_ascii_alphanumeric() || "=*<>[]()_-. '\"".contains(letter);
    Some(matches!(taken, "=.*" | "=.*$") && put.chars().all(is_mask))
}

fn grep<'w>(words: &'w [&'w str]) -> Option<(Passes, &'w [&'w str])> {
    let at = words.iter().position(|word| !word.starts_with('-'))?;
    let (options, rest) = words.split_at_checked(at)?;
    let (pattern, files) = rest.split_first()?;
    let has = |letter: char, long: &str| {
        options.iter().any(|option| *option == long || (!option.starts_with("--") && option.contains(letter)))
    };
    let known = options.iter().all(|option| match option.strip_prefix("--") {
        Some(long) => matches!(
            long,
            "count"
                | "quiet"
                | "silent"
                | "only-matching"
                | "invert-match"
                | "ignore-case"
                | "extended-regexp"
        ),
        None => option.chars().skip(1).all(|letter| "cqiEFvwxhsHno".contains(letter)),
    });
    if !known || files.iter().any(|file| file.starts_with('-')) {
        return None;
    }
    let counts = has('c', "--count") || has('q', "--quiet") || options.contains(&"--silent");
    let passes = if counts {
        if asks_for_names(pattern) { Passes::Names } else { Passes::Else }
    } else if has('o', "--only-matching") {
        if ends_before_values(pattern) { Passes::Names } else { Passes::Else }
    } else {
        Passes::Lines
    };
    Some((passes, files))
}

/// Whether a pattern says nothing of a value but that there is one: what is counted could be guessed at otherwise.
fn asks_for_names(pattern: &str) -> bool {
    pattern.split('|').all(|part| {
        part.split_once('=')
            .is_none_or(|(_, value)| value.chars().all(|letter| ".*+?$\\()[^ ]\"'".contains(letter)))
    })
}

/// Whether what a pattern matches starts with the line and ends with its first `=`, or before that.
fn ends_before_values(pattern: &str) -> bool {
    let Some(rest) = pattern.strip_prefix('^') else { return false };
    let mut rest = rest.strip_suffix('=').unwrap_or(rest);
    while let Some(letter) = rest.chars().next() {
        let after = rest.get(letter.len_utf8()..).unwrap_or_default();
        rest = match letter {
            '[' => {
                let Some((inside, after)) = after.split_once(']') else { return false };
                let is_name =
                    |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
                let names = !inside.is_empty() && inside.chars().all(is_name) && !inside.contains("+-");
                if !names && !matches!(inside, "^=" | "^=#" | "^#=") {
                    return false;
                }
                after
            }
            '*' | '+' | '?' => after,
            '\\' if after.starts_with('+') => after.get(1..).unwrap_or_default(),
            letter if letter.is_ascii_alphanumeric() || letter == '_' => after,
            _ => return false,
        };
    }
    true
}

/// Whether of all variables a search leaves some of programs and of the terminal, which are no secrets, or one that is
/// named whole and is none.
pub(super) fn leaves_harmless(program: &str, words: Vec<&str>) -> bool {
    const HARMLESS: &[&str] = &[
        "cargo_home",
        "conda",
        "display",
        "editor",
        "gopath",
        "goroot",
        "java_home",
        "lang",
        "lc_",
        "node_env",
        "node_options",
        "nvm",
        "pyenv",
        "python",
        "pythonpath",
        "rustup",
        "shell",
        "term",
        "virtual_env",
        "xdg",
    ];
    let (options, others): (Vec<&str>, Vec<&str>) = words.into_iter().partition(|word| word.starts_with('-'));
    let shows = options.iter().all(|option| option.chars().skip(1).all(|letter| "iEFwo".contains(letter)));
    let [pattern] = others.as_slice() else { return false };
    let lower = pattern.trim_start_matches('^').to_ascii_lowercase();
    let whole = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix('='));
    program == "grep"
        && shows
        && (HARMLESS.contains(&lower.as_str())
            || whole.is_some_and(|name| {
                !name.is_empty()
                    && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
                    && !families::is_secret_name(name)
                    && !families::is_address_name(name)
            }))
}
