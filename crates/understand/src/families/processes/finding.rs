//! How the numbers of processes are found that are stopped: by a substitution, by a pipe, or kept in a variable before.
//! What was run for it is looked at as the shell read it.

use super::{KEPT, KEPT_FILES, OWN, fits};
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
    if ["/proc", "{1..", "{2.."].iter().any(|part| raw.contains(part)) || is_kept_file(raw) {
        return Found::Any;
    }
    let commands = invocation.substituted.commands;
    let by_commands = commands.map(|range| judged(range, context));
    let names = variables(raw);
    let by_variables = names.iter().map(|name| match context.state.world.found_by.get(*name) {
        _ if STARTED.contains(name) => Found::Ordinary,
        Some(Some(range)) => judged(*range, context),
        Some(None) => Found::Any,
        None => of_text(name, context),
    });
    let is_said = commands.is_some() || !names.is_empty();
    let found = by_variables.chain(by_commands).max();
    match found {
        Some(found) if is_said => found,
        // What it is given is not followed: it may be what anything before it found.
        _ => all(context),
    }
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
    match of(context.tree.range(range)) {
        // What they hand on may come from commands before them, by way of a file or a program nobody knows.
        None => all(context),
        Some(found) => found,
    }
}

/// What all commands so far may find.
fn all(context: &Context<'_>) -> Found {
    let commands = context.tree.range((0, context.tree.len().saturating_sub(1)));
    let found = commands.iter().map(|command| one(command, commands)).max().unwrap_or(Found::Ordinary);
    let is_kept = commands.iter().any(|command| {
        let words = command.words().unwrap_or_default();
        READERS.contains(&base(words)) && words.iter().any(|word| is_kept_file(word.text()))
    });
    if is_kept { found.max(Found::Any) } else { found }
}

/// What they find; none where one of them searches nothing itself and is not known.
fn of(commands: &[Command]) -> Option<Found> {
    let is_followed = |command: &Command| {
        let words = command.words().unwrap_or_default();
        let name = base(words);
        let reads_file = READERS.contains(&name) && words.iter().skip(1).any(|word| !word.text().starts_with('-') && (word.text().contains('/') || name == "cat"));
        (searches(name) || FILTERS.contains(&name) || matches!(name, "grep" | "egrep" | "fgrep" | "awk" | "gawk" | "mawk")) && !reads_file
    };
    let has_search = commands.iter().any(|command| searches(base(command.words().unwrap_or_default())));
    (has_search && commands.iter().all(is_followed))
        .then(|| commands.iter().map(|command| one(command, commands)).max().unwrap_or(Found::Any))
}

fn searches(name: &str) -> bool {
    matches!(name, "lsof" | "pgrep" | "pidof" | "ps" | "fuser" | "ss" | "netstat")
}

/// What one command finds, among others of which some leave out what it found.
fn one(command: &Command, commands: &[Command]) -> Found {
    let Some(words) = command.words() else { return Found::Any };
    let texts: Vec<&str> = words.iter().map(said).collect();
    if texts.iter().any(|text| text.to_ascii_lowercase().contains("countersign")) {
        return Found::Own;
    }
    let arguments = words.get(1..).unwrap_or_default();
    let is_ordinary = match base(words) {
        "lsof" => names_one(arguments),
        "pgrep" => matches!(pattern("pgrep", arguments), Some(true)),
        "pidof" => matches!(pattern("pidof", arguments), Some(true)),
        "ps" | "ss" | "netstat" => {
            let behind = commands.iter().skip_while(|other| !std::ptr::eq(*other, command)).skip(1);
            behind.filter(|other| other.pipeline() == command.pipeline()).any(|other| other.words().is_some_and(leaves_ordinary))
        }
        "fuser" => arguments.iter().any(|word| word.text().ends_with("/tcp") || word.text().ends_with("/udp")),
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
    Some(!sought.is_empty() && sought.iter().all(|word| word.known().is_some_and(is_ordinary)))
}

/// Whether `lsof` is told a port or a file, else it lists what has any open.
fn names_one(arguments: &[Word]) -> bool {
    let is_port = |text: &str| text.rsplit_once(':').is_some_and(|(_, port)| port.starts_with(|letter: char| letter.is_ascii_digit() || letter == '$'));
    arguments.iter().map(said).any(|text| is_port(text.trim_matches(['"', '\''])) || text.contains('/'))
}

pub(super) fn is_kept_file(name: &str) -> bool {
    KEPT_FILES.iter().any(|kept| name.contains(kept))
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn commands_around_a_search_and_redirections_say_nothing_of_it() {
        for command in [
            "lsof -ti:3001 2>/dev/null | xargs kill -9 2>/dev/null; sleep 1; docker compose up -d",
            "kill $(lsof -t -i:8080) 2>/dev/null || true",
            "docker ps; lsof -ti:3001 | xargs -r kill",
            "cd /srv/docker && (lsof -ti \"tcp:3000\" 2>/dev/null || true) | xargs kill",
            "for p in 3000 3001; do lsof -ti:$p 2>/dev/null | xargs kill -9 2>/dev/null; done; docker ps",
            "for pid in $(lsof -ti:3000); do kill -9 $pid; done",
            "lsof -ti:3000 | while read -r pid; do kill \"$pid\"; done",
            "while read p; do kill $p; done < <(pgrep -f vite)",
            "PID=$(lsof -ti:3000 2>/dev/null | head -1); [ -n \"$PID\" ] && kill -9 \"$PID\"; docker compose up -d",
            "export P=$(pgrep -f vite); kill $P",
            "ps aux | grep -v grep | grep vite | awk '{print $2}' | xargs kill",
            "ps aux | awk '/vite/ {print $2}' | xargs kill",
            "ps aux | awk '/vite/ && !/awk/ {print $2}' | xargs kill",
            "docker compose logs > /tmp/docker.log; echo 4242 > server.pid; kill $(cat server.pid)",
            "npm start & PID=$!; sleep 1; kill ${PID}",
            "bash -c 'lsof -ti:3000 2>/dev/null | xargs kill -9'",
        ] {
            let found = check(command);
            assert!(found.contains("exec.process") && !found.contains("countersign.tamper"), "{command}: {found}");
        }
    }

    #[test]
    fn what_may_find_anything_is_still_seen() {
        for command in [
            "P=$(lsof -ti:3000; pgrep .); kill $P",
            "P=$(lsof -ti:3000); P=$(pgrep .); kill $P",
            "P=$(lsof -ti:3000); P=$PPID; kill $P",
            "kill $PPID",
            "{ ps aux; echo x | grep vite; } | xargs kill",
            "(ps aux | grep vite; ps aux) | awk '{print $2}' | xargs kill",
            "for pid in $(pgrep .); do kill $pid; done",
            "pgrep . | while read -r pid; do kill \"$pid\"; done",
            "while read p; do kill $p; done < <(pgrep count.rsign)",
            "read p < /run/docker.pid; kill $p",
            "mapfile -t p < <(pgrep .); kill \"${p[@]}\"",
            "kill ${P:-1}",
            "export P=$(pgrep .); kill $P",
            "ps aux | awk '/vite/ {print $2} {print $2}' | xargs kill",
            "ps aux | awk '/./ {print $2}' | xargs kill",
            "ps aux | grep -f list | xargs kill",
            "ps aux | grep -e vite -e . | xargs kill",
            "lsof -ti:3000 2>/dev/null | xargs kill $(pgrep .)",
            "lsof() { pgrep .; }; lsof -ti:3000 | xargs kill",
            "pgrep -f countersign 2>/dev/null | xargs kill; docker ps",
            "lsof -t 2>/dev/null | xargs kill",
            "bash -c 'pgrep .' | xargs kill",
            "cat $(echo /run/docker.pid) | xargs kill",
            "pgrep . > f; xargs kill < f",
            "pgrep . > f; lsof -ti:3000 | cat - f | xargs kill",
        ] {
            let found = check(command);
            assert!(found.contains("countersign.tamper"), "{command}: {found}");
        }
    }
}
