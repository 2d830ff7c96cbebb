//! How the numbers of processes are found that are stopped: by a substitution, by a pipe, or kept in a variable before.
//! What was run for it is looked at as the shell read it.

mod groups;

use super::{KEPT, KEPT_FILES, OWN, fits, patterns};
use crate::commands::{Command, Range};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::shell::extent;
use crate::word::{Value, Word};

/// What is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Found {
    /// Processes that can be started again.
    Ordinary,
    /// Any process.
    Any,
    /// Countersign.
    Own,
}

/// Programs that hand on some of the lines they read, or a part of each.
const FILTERS: &[&str] = &["head", "tail", "sort", "uniq", "tr", "cut", "wc", "tee", "xargs", "echo", "printf", "cat", "sed", "column", "true", "test", "["];
/// Programs that print files.
const READERS: &[&str] = &["cat", "head", "tail", "sed", "awk", "gawk", "mawk", "cut", "tac", "less", "jq"];
/// Up to this a loop counts.
const FEW: u32 = 100;
/// Variables in one word that are looked at.
const MOST_NAMES: usize = 16;
/// Variables of the shell that hold a number of a process which it started, or its own.
const STARTED: &[&str] = &["!", "$", "BASHPID"];

/// What numbers a word stands for that is not known before it runs.
pub(super) fn found(word: &Word, invocation: &Invocation, context: &Context<'_>) -> Found {
    let raw = word.raw.as_str();
    if raw.to_ascii_lowercase().contains("countersign") {
        return Found::Own;
    }
    // A number that is worked out of another is that of another process; what started the shell is the runtime.
    if is_worked_out(raw) || raw.contains("PPID") {
        return Found::Any;
    }
    if ["/proc", "{1..", "{2.."].iter().any(|part| raw.contains(part)) || is_kept_file(raw) {
        return Found::Any;
    }
    let commands = invocation.substituted.commands;
    let by_commands = commands.map(|range| judged(range, context));
    let names = variables(raw);
    let by_variables = names.iter().map(|name| by_variable(name, context));
    let is_said = commands.is_some() || !names.is_empty();
    let found = by_variables.chain(by_commands).max();
    match found {
        Some(found) if is_said => found,
        // What it is given is not followed: it may be what anything before it found.
        _ => all(context),
    }
}

/// What numbers a variable of the shell holds.
fn by_variable(name: &str, context: &Context<'_>) -> Found {
    match context.state.world.found_by.get(name) {
        _ if STARTED.contains(&name) => Found::Ordinary,
        Some(Some(range)) => judged(*range, context),
        Some(None) => Found::Any,
        None => of_text(name, context),
    }
}

/// Whether a word is more than one variable or one substitution: arithmetic, text beside them, a part of a value.
fn is_worked_out(raw: &str) -> bool {
    let bare = raw.trim_matches('"');
    // The number of a job, or of the group of a process.
    let bare = bare.strip_prefix('%').or_else(|| bare.strip_prefix('-')).unwrap_or(bare);
    if let Some(inner) = bare.strip_prefix("${") {
        let Some((inner, after)) = inner.split_once('}') else { return true };
        let name = inner.strip_suffix("[@]").or_else(|| inner.strip_suffix("[*]")).or_else(|| inner.strip_suffix("[0]")).unwrap_or(inner);
        return !after.is_empty() || length(name) != name.len() && !name.contains([':', '-']);
    }
    if bare.contains("$((") || bare.contains("$[") {
        return true;
    }
    let end = if bare.starts_with("$(") || bare.starts_with('`') {
        extent::piece(bare, 0)
    } else {
        bare.strip_prefix('$').map(|name| 1 + length(name))
    };
    bare.contains('$') && end.is_none_or(|end| end != bare.len())
}

/// What a variable holds that was set in a way which is not followed: `PID=$!` is seen.
fn of_text(name: &str, context: &Context<'_>) -> Found {
    let set = format!("{name}=");
    let mut values = context.whole.match_indices(&set).filter_map(|(at, _)| context.whole.get(at + set.len()..));
    let is_started = |text: &str| text.trim_start_matches('"').starts_with("$!");
    match values.next() {
        Some(first) if is_started(first) && values.all(is_started) => Found::Ordinary,
        _ => Found::Any,
    }
}

/// The names of the variables in a word as it was written, but not of those in the commands of substitutions; what is
/// worked out of several has no name.
fn variables(raw: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let (mut at, mut is_quoted) = (0, false);
    while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with('"') {
            is_quoted = !is_quoted;
            at += 1;
            continue;
        }
        let letter = rest.chars().next().map_or(1, char::len_utf8);
        let end = match extent::piece(raw, at).filter(|end| *end > at) {
            _ if is_quoted && rest.starts_with('\'') => at + letter,
            Some(end) => end,
            None => at + letter,
        };
        if let Some(after) = rest.strip_prefix("${") {
            let inner = raw.get(at + 2..end.saturating_sub(1)).unwrap_or(after);
            let (name, more) = inner.split_at(length(inner.trim_start_matches('#')).min(inner.len()));
            names.push(if more.contains(['$', '`']) || more.starts_with([':', '-', '=', '+', '?']) { "" } else { name });
        } else if let Some(after) = rest.strip_prefix('$').filter(|after| !after.starts_with(['(', '\'', '"'])) {
            let length = length(after);
            names.extend(after.get(..length).filter(|name| !name.is_empty()));
            at += length;
        }
        at = end.max(at + 1);
        if names.len() > MOST_NAMES {
            return vec![""];
        }
    }
    names
}

/// How long the name is that a text starts with; one of the shell's own is a single sign.
fn length(text: &str) -> usize {
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(text.len());
    if end == 0 { text.chars().next().map_or(0, char::len_utf8) } else { end }
}

/// What commands that follow one another may find.
fn judged(range: Range, context: &Context<'_>) -> Found {
    match of(context.tree.range(range), context) {
        // What they hand on may come from commands before them, by way of a file or a program nobody knows.
        None => all(context),
        Some(found) => found,
    }
}

/// What all commands so far may find.
fn all(context: &Context<'_>) -> Found {
    let commands = context.tree.range((0, context.tree.len().saturating_sub(1)));
    let handing = commands.iter().filter(|command| !counts_a_few(command.words().unwrap_or_default()));
    let found = handing.map(|command| one(command, commands, context)).max().unwrap_or(Found::Ordinary);
    let is_kept = commands.iter().any(|command| {
        let words = command.words().unwrap_or_default();
        READERS.contains(&base(words)) && words.iter().any(|word| is_kept_file(word.text()))
    });
    if is_kept { found.max(Found::Any) } else { found }
}

/// Whether it prints a few numbers, as loops count: no more processes than could be named one by one.
fn counts_a_few(words: &[Word]) -> bool {
    let numbers: Option<Vec<u32>> = words.iter().skip(1).map(|word| word.known()?.parse().ok()).collect();
    let most = numbers.as_deref().and_then(|numbers| numbers.last().copied());
    base(words) == "seq" && most.is_some_and(|most| most <= FEW)
}

/// What they find; none where one of them searches nothing itself and is not known.
fn of(commands: &[Command], context: &Context<'_>) -> Option<Found> {
    let is_followed = |command: &Command| {
        let words = command.words().unwrap_or_default();
        let name = base(words);
        let reads_file = READERS.contains(&name) && words.iter().skip(1).any(|word| !word.text().starts_with('-') && (word.text().contains('/') || name == "cat"));
        (searches(name) || FILTERS.contains(&name) || matches!(name, "grep" | "egrep" | "fgrep" | "awk" | "gawk" | "mawk")) && !reads_file
    };
    let has_search = commands.iter().any(|command| searches(base(command.words().unwrap_or_default())));
    (has_search && commands.iter().all(is_followed))
        .then(|| commands.iter().map(|command| one(command, commands, context)).max().unwrap_or(Found::Any))
}

fn searches(name: &str) -> bool {
    matches!(name, "lsof" | "pgrep" | "pidof" | "ps" | "fuser" | "ss" | "netstat")
}

/// What one command finds, among others of which some leave out what it found.
fn one(command: &Command, commands: &[Command], context: &Context<'_>) -> Found {
    let Some(words) = command.words() else { return Found::Any };
    let texts: Vec<&str> = words.iter().map(said).collect();
    if texts.iter().any(|text| text.to_ascii_lowercase().contains("countersign")) {
        return Found::Own;
    }
    let arguments = words.get(1..).unwrap_or_default();
    let is_ordinary = match base(words) {
        "lsof" => names_one(arguments),
        "fuser" if arguments.iter().any(|word| word.text().starts_with('-') && word.text().contains('m') || word.text().starts_with("--mo")) => false,
        "fuser" => {
            let mut named = arguments.iter().filter(|word| !word.text().starts_with('-')).peekable();
            named.peek().is_some() && named.all(|word| {
                let text = said(word);
                text.ends_with("/tcp") || text.ends_with("/udp") || !text.contains('/') && matches!(text, "tcp" | "udp") || text.bytes().all(|byte| byte.is_ascii_digit())
            })
        }
        "pgrep" => matches!(pattern("pgrep", arguments), Some(true)),
        "pidof" => matches!(pattern("pidof", arguments), Some(true)),
        "ps" | "ss" | "netstat" => {
            let behind = commands.iter().skip_while(|other| !std::ptr::eq(*other, command)).skip(1);
            let behind = behind.filter(|other| other.pipeline() == command.pipeline());
            let of_group = if base(words) == "ps" { groups::found(arguments, context) } else { None };
            if base(words) == "ps" && of_group != Some(Found::Ordinary) && groups::shows_others(arguments) {
                return of_group.unwrap_or(Found::Any);
            }
            let mut is_left = of_group.is_some();
            // Lines must be those that it printed until they are chosen from, and only a number is taken of them then.
            for other in behind {
                let words = other.words().unwrap_or_default();
                if !is_left && !passes_lines(words) {
                    return Found::Any;
                }
                if is_left && !picks(words) {
                    return Found::Any;
                }
                is_left |= leaves_ordinary(words);
            }
            is_left
        }
        "seq" | "jot" => false,
        "ls" | "find" => !texts.iter().any(|text| text.contains("/proc")),
        "echo" | "printf" | "grep" | "egrep" | "fgrep" | "awk" | "gawk" | "mawk" | "sed" | "git" => true,
        // A program that is given the text of a search, as a shell is: what it runs is among them, or nobody sees it.
        _ => !texts.iter().any(|text| ["pgrep ", "pidof ", "ps -", "ps a"].iter().any(|part| text.contains(part))) || is_shell(base(words)),
    };
    if is_ordinary { Found::Ordinary } else { Found::Any }
}

fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "zsh" | "dash" | "ksh" | "eval" | "sudo" | "doas")
}

/// A program's name without its directory.
fn base(words: &[Word]) -> &str {
    let name = words.first().map_or("", Word::text);
    name.rsplit('/').next().unwrap_or(name)
}

/// A word's text, or as it was written where that is not known.
fn said(word: &Word) -> &str {
    match &word.value {
        Value::Known(text) | Value::Pattern(text) => text,
        Value::Unknown { .. } => &word.raw,
    }
}

/// Whether a filter hands on whole lines as they were, or chooses some of them.
fn passes_lines(words: &[Word]) -> bool {
    match base(words) {
        "grep" | "egrep" | "fgrep" => !words.iter().skip(1).any(changes_lines),
        "awk" | "gawk" | "mawk" => leaves_ordinary(words),
        "head" | "tail" | "sort" | "uniq" | "cat" | "tee" => true,
        _ => false,
    }
}

/// Whether an option of `grep` prints lines that do not fit, or takes several for one.
fn changes_lines(word: &Word) -> bool {
    let text = word.text();
    if let Some(long) = text.strip_prefix("--") {
        return ["context", "after-context", "before-context", "null-data", "text"].iter().any(|name| {
            let given = long.split('=').next().unwrap_or(long);
            !given.is_empty() && name.starts_with(given) && *name != "text"
        });
    }
    text.strip_prefix('-').is_some_and(|letters| letters.contains(['A', 'B', 'C', 'z']) || letters.starts_with(|letter: char| letter.is_ascii_digit()))
}

/// Whether a filter takes of lines no number but that of their process.
fn picks(words: &[Word]) -> bool {
    let arguments = words.get(1..).unwrap_or_default();
    let texts = || arguments.iter().map(Word::text);
    match base(words) {
        "awk" | "gawk" | "mawk" => {
            let program = arguments.iter().rfind(|word| !word.text().starts_with('-')).and_then(Word::known).unwrap_or_default();
            let action = program.rsplit_once('{').map(|(_, action)| action.trim_end().trim_end_matches('}').trim().trim_end_matches(';'));
            let printed = action.and_then(|action| action.strip_prefix("print")).map(str::trim);
            printed.is_some_and(|printed| matches!(printed, "$1" | "$2" | "\"kill \" $2" | "\"kill -9 \" $2" | "\"kill -9 \"$2" | "$0" | ""))
        }
        "sed" => texts().all(|text| matches!(text, "-n" | "-E" | "-r") || text.ends_with(['p', 'd']) && text.trim_end_matches(['p', 'd']).bytes().all(|byte| byte.is_ascii_digit() || byte == b',')),
        "tr" => texts().all(|text| matches!(text, "-s" | "-d" | " " | "\\n" | "\n" | "[:space:]" | "[:blank:]" | "-s ")),
        "cut" => texts().all(|text| matches!(text, "-f" | "-f1" | "-f2" | "1" | "2" | " ") || text.starts_with("-d")),
        "grep" | "egrep" | "fgrep" => !arguments.iter().any(changes_lines),
        // What is started with it is judged where it is.
        _ => true,
    }
}

/// Whether a filter leaves of lines only those of ordinary processes: by what it looks for.
fn leaves_ordinary(words: &[Word]) -> bool {
    let arguments = words.get(1..).unwrap_or_default();
    match base(words) {
        "grep" | "egrep" | "fgrep" => matches!(pattern("grep", arguments), Some(true)),
        // `/vite/ {print $2}`
        "awk" | "gawk" | "mawk" => {
            let program = arguments.iter().find(|word| !word.text().starts_with('-')).and_then(Word::known);
            let sought = program.and_then(|text| text.trim_start().strip_prefix('/')).and_then(|rest| rest.split_once('/'));
            sought.is_some_and(|(pattern, rest)| {
                let rest = rest.trim_start();
                let leaves_out = rest.strip_prefix("&&").map(str::trim_start).filter(|rest| rest.starts_with("!/"));
                let action = leaves_out.and_then(|rest| rest.get(2..)).and_then(|rest| rest.split_once('/')).map_or(rest, |(_, rest)| rest.trim_start());
                action.starts_with('{') && action.trim_end().ends_with('}') && action.matches('{').count() == 1 && is_ordinary(pattern)
            })
        }
        _ => false,
    }
}

fn is_ordinary(pattern: &str) -> bool {
    !fits(pattern, KEPT) && !fits(pattern, OWN)
}

/// Whether what a search looks for is ordinary; none where it says what to leave out.
fn pattern(program: &str, arguments: &[Word]) -> Option<bool> {
    let mut words = arguments.iter();
    let mut sought = Vec::new();
    while let Some(word) = words.next() {
        let text = word.text();
        let Some(option) = text.strip_prefix('-').filter(|_| !word.value.is_unknown()) else {
            sought.push(word);
            // What follows a pattern of `grep` is a file, the rest of `pidof` are names.
            if program == "grep" {
                break;
            }
            continue;
        };
        // All but what fits.
        let inverts = option.starts_with("-inv") || !option.starts_with('-') && option.contains('v');
        if inverts && program != "pidof" {
            return None;
        }
        // `-e pattern`, and patterns out of a file.
        if program == "grep" && !option.starts_with('-') && option.ends_with('e') {
            sought.extend(words.next());
            continue;
        }
        if program == "grep" && (option.starts_with("-reg") || option.starts_with("-file") || !option.starts_with('-') && option.contains('f')) {
            return Some(false);
        }
        if program == "pgrep" && !option.starts_with('-') && option.ends_with(['u', 'U', 'g', 'G', 'P', 's', 't', 'd', 'F']) {
            words.next();
        }
    }
    // A pattern of names that fits no file may be left out: then what follows it takes its place.
    let is_last = |word: &Word| arguments.last().is_some_and(|last| std::ptr::eq(last, word));
    let text = |word: &&Word| word.known().map(str::to_owned).or_else(|| patterns::spelled(&word.value).filter(|_| is_last(word)));
    let texts: Option<Vec<String>> = sought.iter().map(text).collect();
    Some(texts.is_some_and(|texts| !texts.is_empty() && texts.iter().all(|text| is_ordinary(text))))
}

/// Whether `lsof` is told ports or files and nothing else, since it lists what fits any of its options.
fn names_one(arguments: &[Word]) -> bool {
    let is_port = |text: &str| {
        text.rsplit_once(':').is_some_and(|(_, port)| {
            port.starts_with(|letter: char| letter.is_ascii_digit() || letter == '$') && !port.contains('-')
        })
    };
    let is_file = |text: &str| {
        let is_wide = text.ends_with('/') || ["/dev/", "/bin/", "/usr/", "/lib", "/proc", "/etc/"].iter().any(|top| text.starts_with(top)) || text.contains("/bin/") || text.contains(".local/state");
        text.contains('/') && !is_wide && text.rsplit('/').next().is_some_and(|name| name.contains('.') && !name.starts_with('.'))
    };
    let mut is_named = false;
    let mut words = arguments.iter().peekable();
    while let Some(word) = words.next() {
        let text = said(word).trim_matches(['"', '\'']);
        if let Some(at) = text.find('i').filter(|_| text.starts_with('-') && !text.starts_with("-s")) {
            // `-ti:3000`, `-i :3000`, `-i tcp:3000`.
            let attached = text.get(at + 1..).unwrap_or_default();
            let place = if attached.is_empty() { words.next().map_or("", said) } else { attached };
            if !text.get(1..at).unwrap_or_default().bytes().all(|letter| b"tnPaw".contains(&letter)) || !is_port(place.trim_matches(['"', '\''])) {
                return false;
            }
            is_named = true;
        } else if text.starts_with("-s") {
            // Which states of a connection: of what it lists anyway.
            if !text.to_ascii_uppercase().contains("TCP:") && !text.to_ascii_uppercase().contains("LISTEN") {
                return false;
            }
        } else if let Some(letters) = text.strip_prefix('-') {
            if !letters.bytes().all(|letter| b"tnPaw".contains(&letter)) {
                return false;
            }
        } else if is_port(text) || is_file(text) {
            is_named = true;
        } else {
            return false;
        }
    }
    is_named
}

pub(super) fn is_kept_file(name: &str) -> bool {
    KEPT_FILES.iter().any(|kept| name.contains(kept))
}

#[cfg(test)]
mod tests;
