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
        "cat" => {
            parted(words, |option| matches!(option, "-u" | "-s" | "-n")).map(|files| (Passes::Lines, files))
        }
        "sort" => parted(words, |option| matches!(option, "-u" | "-r" | "-s" | "-n"))
            .map(|files| (Passes::Lines, files)),
        // A second file is one that it writes.
        "uniq" => parted(words, |option| option == "-u")
            .filter(|files| files.len() < 2)
            .map(|files| (Passes::Lines, files)),
        "tac" => parted(words, |_| false).map(|files| (Passes::Lines, files)),
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
    // Of an empty value there is nothing to take.
    let some = if extended { ".+" } else { ".\\+" };
    let taken = taken.replacen(some, ".*", 1).replacen("..*", ".*", 1);
    // A name or `=` that is put back.
    let (taken, is_put_back) = match (taken.as_str(), extended) {
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

/// Whether a pattern says nothing of a value but that there is one: what is counted could be guessed at otherwise,
/// letter by letter.
fn asks_for_names(pattern: &str) -> bool {
    if matches!(pattern, "" | "." | "^" | "=" | "^#" | "^[^#]") {
        return true;
    }
    let is_name = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let is_any = |text: &str| matches!(text, "" | "." | ".*" | ".+" | "..*" | "$" | ".*$" | ".+$" | "[^ ]");
    let ends = |text: &str| text.is_empty() || text.strip_prefix('=').is_some_and(is_any);
    if let Some((names, value)) = pattern.strip_prefix("^(").and_then(|rest| rest.split_once(')')) {
        return names.split('|').all(is_name) && ends(value);
    }
    pattern.split('|').all(|part| {
        let part = part.strip_suffix('\\').unwrap_or(part);
        let start = part.strip_prefix('^').unwrap_or(part);
        let (name, value) =
            start.split_at_checked(start.find('=').unwrap_or(start.len())).unwrap_or_default();
        is_name(name) && ends(value) && (part.starts_with('^') || is_usual_name(name))
    })
}

/// Whether a text that may stand anywhere in a line is a word of names: a part of a value would be asked for by any.
fn is_usual_name(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "ANTHROPIC",
        "API",
        "APP",
        "AUTH",
        "AWS",
        "AZURE",
        "BASE",
        "BUCKET",
        "CI",
        "CLIENT",
        "DATABASE",
        "DB",
        "DEBUG",
        "ENV",
        "GCP",
        "GITHUB",
        "GOOGLE",
        "HOST",
        "ID",
        "JWT",
        "KEY",
        "MONGO",
        "NAME",
        "NEXT",
        "NODE",
        "OPENAI",
        "PASS",
        "PASSWORD",
        "PORT",
        "POSTGRES",
        "PRIVATE",
        "PUBLIC",
        "REACT",
        "REDIS",
        "SECRET",
        "SENTRY",
        "SERVICE",
        "SMTP",
        "STRIPE",
        "SUPABASE",
        "TOKEN",
        "URI",
        "URL",
        "USER",
        "VITE",
        "WEBHOOK",
    ];
    name.split('_').all(|word| WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)))
}

/// Whether in brackets there are letters of names only; what lies between two others may be `=`.
fn are_letters_of_names(inside: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.');
    let is_range = |from: char, to: char| {
        from <= to
            && (from.is_ascii_digit() && to.is_ascii_digit()
                || from.is_ascii_lowercase() && to.is_ascii_lowercase()
                || from.is_ascii_uppercase() && to.is_ascii_uppercase())
    };
    let mut letters = inside.strip_suffix('-').unwrap_or(inside).chars().peekable();
    while let Some(letter) = letters.next() {
        if !is_letter(letter) {
            return false;
        }
        if letters.next_if_eq(&'-').is_some() && !letters.next().is_some_and(|to| is_range(letter, to)) {
            return false;
        }
    }
    !inside.is_empty()
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
                let names = are_letters_of_names(inside);
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

/// Starts of the names of variables that are shown to anybody who visits the site that is built with them.
const PUBLIC: &[&str] = &["EXPO_PUBLIC_", "GATSBY_", "NEXT_PUBLIC_", "NUXT_PUBLIC_", "REACT_APP_", "VITE_"];
/// Starts of names of which few are secrets, with those that are.
const FEW_SECRETS: &[(&str, &[&str])] = &[
    ("GO", OF_GO),
    ("NODE", &["NODE_API_KEY", "NODE_AUTH_TOKEN", "NODE_PRE_GYP_GITHUB_TOKEN", "NODE_SECRET", "NODE_TOKEN"]),
    ("NODE_", &["NODE_API_KEY", "NODE_AUTH_TOKEN", "NODE_PRE_GYP_GITHUB_TOKEN", "NODE_SECRET", "NODE_TOKEN"]),
];
/// Secrets, and addresses that may hold one, whose names start like those of Go's own settings.
pub(super) const OF_GO: &[&str] = &[
    "GOCARDLESS_ACCESS_TOKEN",
    "GODADDY_API_KEY",
    "GODADDY_API_SECRET",
    "GOOGLE_ACCESS_TOKEN",
    "GOOGLE_AI_API_KEY",
    "GOOGLE_API_KEY",
    "GOOGLE_CLIENT_SECRET",
    "GOOGLE_CLOUD_KEYFILE_JSON",
    "GOOGLE_CREDENTIALS",
    "GOOGLE_CREDENTIALS_JSON",
    "GOOGLE_GENERATIVE_AI_API_KEY",
    "GOOGLE_MAPS_API_KEY",
    "GOOGLE_OAUTH_ACCESS_TOKEN",
    "GOOGLE_OAUTH_CLIENT_SECRET",
    "GOOGLE_SECRET",
    "GOPROXY",
];
/// The same for what names have anywhere in them, beside those above.
const FEW_WITHIN: &[(&str, &[&str])] = &[(
    "NODE",
    &[
        "LINODE_API_TOKEN",
        "LINODE_CLI_TOKEN",
        "LINODE_TOKEN",
        "NODE_API_KEY",
        "NODE_AUTH_TOKEN",
        "NODE_PRE_GYP_GITHUB_TOKEN",
        "NODE_SECRET",
        "NODE_TOKEN",
    ],
)];
/// What the last word of a variable's name says that is no secret: the place, the kind or the switch of something.
const ENDS: &[&str] = &[
    "DEBUG", "DIR", "ENV", "FLAGS", "HOME", "HOST", "LEVEL", "MODE", "MODULE", "OPTIONS", "OPTS", "PATH",
    "PORT", "PROFILE", "REGION", "VERSION",
];

/// Addresses that carry passwords and, after them, options in small letters: `?options=-csearch_path=a`.
const WITH_OPTIONS: &[&str] = &[
    "DATABASE_URL",
    "DB_URL",
    "MONGODB_URI",
    "MONGO_URL",
    "MYSQL_URL",
    "POSTGRES_URL",
    "POSTGRESQL_URL",
    "REDIS_URL",
];

/// Whether a search leaves those variables alone whose names start in a way that says they are no secrets; `is_set`:
/// whether one may be set.
pub(super) fn leaves_public(program: &str, words: &[&str], is_set: impl Fn(&str) -> bool) -> bool {
    let ("grep", [options @ .., pattern]) = (program, words) else { return false };
    let few = |known: &[(&str, &'static [&str])], start: &str| {
        known.iter().find(|(known, _)| *known == start).map(|(_, secrets)| *secrets)
    };
    let start = |part: &str| {
        PUBLIC.contains(&part)
            || few(FEW_SECRETS, part).is_some_and(|secrets| !secrets.iter().any(|secret| is_set(secret)))
    };
    let group = pattern.strip_prefix("^(").and_then(|rest| rest.strip_suffix(')'));
    if let (["-E"], Some(group)) = (options, group) {
        return group.split('|').all(start);
    }
    let (is_public, secrets) = match (options, pattern.strip_prefix('^')) {
        ([] | ["-E"], Some(start)) => (PUBLIC.contains(&start), few(FEW_SECRETS, start)),
        ([] | ["-E"], None) => (false, few(FEW_WITHIN, pattern)),
        (["-i"], None) => (false, few(FEW_WITHIN, &pattern.to_ascii_uppercase())),
        _ => (false, None),
    };
    is_public || secrets.is_some_and(|secrets| !secrets.iter().any(|secret| is_set(secret)))
}

/// Whether of all variables a search leaves some of programs and of the terminal, which are no secrets, or one that is
/// named whole and is none.
pub(super) fn leaves_harmless(program: &str, words: Vec<&str>, is_set: impl Fn(&str) -> bool) -> bool {
    const HARMLESS: &[&str] = &[
        "aws_default_region",
        "aws_profile",
        "aws_region",
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
        "path",
        "pyenv",
        "python",
        "pythonpath",
        "rustup",
        "shell",
        "term",
        "tmpdir",
        "virtual_env",
        "xdg",
    ];
    let (options, others): (Vec<&str>, Vec<&str>) = words.into_iter().partition(|word| word.starts_with('-'));
    let shows = options.iter().all(|option| option.chars().skip(1).all(|letter| "iEFwo".contains(letter)));
    let [pattern] = others.as_slice() else { return false };
    let lower = pattern.trim_start_matches('^').to_ascii_lowercase();
    let is_harmless = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
            && !families::is_secret_name(name)
            && !families::is_address_name(name)
    };
    let whole =
        |part: &str| part.strip_prefix('^').and_then(|rest| rest.strip_suffix('=')).is_some_and(is_harmless);
    let group = pattern.strip_prefix("^(").and_then(|rest| rest.strip_suffix(")="));
    let names_all = match group {
        Some(group) => group.split('|').all(is_harmless),
        None => pattern.replace("\\|", "|").split('|').all(whole),
    };
    let says_what = |part: &str| {
        let name = part.strip_prefix('^').unwrap_or(part);
        name.rsplit_once('_').is_some_and(|(_, last)| ENDS.contains(&last)) && is_harmless(name)
    };
    // A part of a name, or of a value, would be found in secrets too.
    let is_whole_word = options.iter().any(|option| !option.starts_with("--") && option.contains('w'));
    let says_all = is_whole_word && pattern.replace("\\|", "|").split('|').all(says_what);
    let is_usual = HARMLESS.contains(&lower.as_str())
        && !(lower == "path"
            && options.iter().any(|option| option.contains('i'))
            && WITH_OPTIONS.iter().any(|name| is_set(name)));
    program == "grep" && shows && (is_usual || names_all || says_all)
}
