//! Processes that are stopped by their names, command lines, owners or parents.

use countersign_model::{Reversible, verbs};

use super::finding::{self, Found};
use super::{KEPT, OWN, fits, stops, tampers};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Word;

/// Options whose value says no more than which signal, or which of the processes that fit: with a name they leave out some.
const NARROWS: &[&str] = &[
    "-u", "-U", "-G", "-g", "-t", "-s", "-P", "-r", "--user", "--uid", "--euid", "--gid", "--group", "--pgroup", "--parent", "--session", "--terminal", "--signal",
    "--ns", "--nslist", "--cgroup", "--env", "--runstates", "-O", "--older",
];
/// The same of `killall`, where other letters take a value.
const NARROWS_KILLALL: &[&str] = &["-u", "--user", "-s", "--signal", "-o", "--older-than", "-y", "--younger-than", "-n", "--ns", "-Z", "--context", "-t", "-c"];
/// Values that are not known and that are one word.
const OWNERS: &[&str] = &["$USER", "${USER}", "$LOGNAME", "$UID", "$EUID", "$(whoami)", "`whoami`", "$(id -u)", "$(id -un)"];

/// What the words say.
#[derive(Default)]
struct Chosen<'i> {
    names: Vec<&'i Word>,
    /// Whether they may reach anything.
    broad: bool,
    /// Whether a process or a file says which.
    is_pointed: bool,
    /// Whether only whole names fit.
    exact: bool,
}

/// Processes by a pattern of their names or command lines.
pub(super) fn by_name(invocation: &Invocation, context: &mut Context<'_>) {
    if matches!(invocation.known(0), Some("-l" | "-L" | "-0" | "--list" | "--help" | "--version" | "-V")) {
        context.program(verbs::EXEC_READ, &invocation.program);
        return;
    }
    let Chosen { names, mut broad, is_pointed, exact } = chosen(invocation, context);
    broad |= names.is_empty() && !is_pointed || names.iter().any(|word| word.value.is_unknown() || word.text().is_empty());
    let written = invocation.written().to_ascii_lowercase();
    let wide = |lines: &[&str], name: &str| {
        let is_plain = invocation.program == "killall" || name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if exact && is_plain {
            let last = |line: &str| line.split(' ').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default().to_owned();
            lines.iter().any(|line| last(line).eq_ignore_ascii_case(name))
        } else {
            fits(name, lines)
        }
    };
    let own = names.iter().any(|word| wide(OWN, word.text()));
    let kept = names.iter().any(|word| wide(KEPT, word.text()));
    if own || broad || written.contains("countersign") {
        tampers(!written.contains("countersign"), context);
    }
    let name = names.first().map_or("processes", |word| word.text());
    let name = if name.is_empty() { "processes" } else { name };
    if kept || own || broad {
        stops(name, Reversible::No, Some("it reaches processes that must go on running"), context);
    } else {
        stops(name, Reversible::Yes, None, context);
    }
}

fn chosen<'i>(invocation: &'i Invocation, context: &Context<'_>) -> Chosen<'i> {
    let is_killall = invocation.program == "killall";
    let mut chosen = Chosen { broad: !matches!(invocation.program.as_str(), "pkill" | "killall"), exact: is_killall, ..Chosen::default() };
    let narrows = if is_killall { NARROWS_KILLALL } else { NARROWS };
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        let text = word.text();
        if word.value.is_unknown() || !text.starts_with('-') || text.len() < 2 {
            chosen.names.push(word);
            continue;
        }
        match text {
            "-x" | "--exact" => chosen.exact = true,
            "-v" | "--inverse" if !is_killall => chosen.broad = true,
            // The group of a process may be that of the runtime.
            "-g" | "--process-group" if is_killall => chosen.broad = true,
            "-r" | "--regexp" | "-m" if is_killall => chosen.exact = false,
            "-P" | "--parent" if !is_killall => match words.next() {
                Some(word) if is_ordinary_parent(word) => chosen.is_pointed = true,
                // What an ordinary process started can be started again as it can itself.
                Some(word) if word.value.is_unknown() && finding::found(word, invocation, context) == Found::Ordinary => chosen.is_pointed = true,
                other => chosen.broad |= !other.is_some_and(is_one_word),
            },
            "-F" | "--pidfile" if !is_killall => match words.next().and_then(Word::known) {
                Some(file) => chosen.is_pointed |= !super::finding::is_kept_file(file),
                None => chosen.broad = true,
            },
            option if narrows.contains(&option) => chosen.broad |= !words.next().is_some_and(is_one_word),
            option => match tells_how(option, is_killall) {
                Some(exact) => chosen.exact |= exact,
                // An abbreviation, or a letter among several, may turn the choice round.
                None => chosen.broad = true,
            },
        }
    }
    chosen
}

/// Whether an option that only says how, and not which, asks for whole names; none for any other option.
fn tells_how(option: &str, is_killall: bool) -> Option<bool> {
    const LONG: &[&str] = &[
        "--full", "--ignore-case", "--newest", "--oldest", "--echo", "--count", "--list-name", "--list-full", "--lightweight", "--wait", "--quiet", "--verbose", "--interactive", "--help", "--version",
    ];
    let letters = option.strip_prefix('-')?;
    let is_signal = letters.bytes().all(|byte| byte.is_ascii_digit()) || letters.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) && letters.len() > 2;
    let attached = |name: &str| option.strip_prefix(name).is_some_and(|value| !value.is_empty());
    if is_signal || LONG.contains(&option) || attached("--signal=") || !option.starts_with("--") && attached("-s") && is_killall {
        return Some(false);
    }
    let known = if is_killall { "qeivwIl" } else { "finoeclaxw" };
    letters.chars().all(|letter| known.contains(letter)).then(|| letters.contains('x') && !is_killall)
}

/// Whether a value stays one word, so that the next one is what it seems to be.
fn is_one_word(word: &Word) -> bool {
    word.known().is_some() || word.raw.starts_with('"') && word.raw.ends_with('"') || OWNERS.contains(&word.raw.as_str())
}

/// The shell itself, what it started last, or processes by their numbers: but not the first, which has all daemons.
fn is_ordinary_parent(word: &Word) -> bool {
    let is_number = |text: &str| text.parse::<u32>().is_ok_and(|number| number > 1);
    match word.known() {
        Some(text) => text.split(',').all(is_number),
        None => matches!(word.raw.trim_matches('"'), "$$" | "$!" | "$BASHPID"),
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn with_a_name_other_options_leave_out_some() {
        for command in [
            "pkill -u $USER node", "pkill -U \"$USER\" -f vite", "pkill -u dev,root node", "pkill -9 -u $(whoami) -f 'next dev'", "pkill -P 4242 node", "pkill -P $$", "pkill -TERM -P $!", "pkill --signal 9 -f vite", "killall -v node",
            "killall -u $USER node", "killall -s KILL node", "killall -9 -q node vite", "pkill -if vite", "killall -qw node", "pkill -SIGTERM -f vite", "pkill --signal=KILL vite", "pkill -F server.pid", "pkill -t pts/1 node", "pkill -x node", "pkill -fx 'node server.js'", "killall -r 'node|vite'", "pkill -f 'node.+vite'",
            "pkill -f 'chrome[0-9]+'", "pkill -f 'next-server|next dev( --turbo)?'", "kill $(pgrep -f 'node.+vite')",
            "server & P=$!; pkill -P $P", "pkill -P $(cat f.pid)", "pkill -P \"$(cat f.pid)\" node", "pkill -P $(pgrep -f dev.sh) uvicorn", "killall $(basename ./bin/relay)", "pkill -f \"$(basename $PWD)/server\"",
            "pkill -f \"$(dirname /srv/shop/x)/server\"",
        ] {
            assert!(!check(command).contains("countersign.tamper"), "{command}: {}", check(command));
        }
    }

    #[test]
    fn what_may_reach_anything() {
        for command in [
            "pkill -u $USER", "pkill -u dev", "pkill -U 1000", "pkill -v node", "pkill --inverse -u root node", "pkill -P $PPID", "pkill -P 1", "pkill -P 1,4242", "pkill -g 0", "pkill -t pts/0", "pkill -s 0", "killall -u dev", "killall -g node",
            "server & P=$!; pkill -P $PPID", "pkill -P $(echo $PPID)", "pkill -P $(ps -o ppid= -p $$)", "pkill -P $(pgrep claude)", "pkill -P $(pgrep -f c.untersign)", "pkill -P $(cat /run/docker.pid)", "pkill -P $((P - 1))", "pkill -P $(pgrep .) node",
            "killall $(basename $X)", "killall $(basename /usr/bin/countersign-hook)", "pkill -f \"$(basename $X)\"", "killall $(basename $(command -v x))",
            "killall -u $X node", "pkill -u $X node", "pkill -P $X", "pkill -F $FILE", "pkill -F /run/docker.pid", "killall -r 'c.untersign'", "killall -r 'node|coun.*'", "pkill -x 'c.untersign'", "pkill -x 'node|countersign-hoo.'", "pkill -u $USER c.untersign",
            "pkill -f 'vite|coun(t|x)er'", "pkill -f '(node )?countersi[g]n'", "kill $(pgrep -f 'node|c[a-z]untersign')", "killall -qr c.untersign", "killall -9r c.untersign", "killall --reg c.untersign", "pkill -vf node", "pkill -nv node", "pkill -9v node", "pkill --inv node",
            "pkill -f 'zzz\\\\|c.untersign'", "pkill -f local/state", "pkill -f claude-code", "pkill -f event-timeout", "pkill -f ed25519", "pkill $X", "pkill -f '(?i)x'", "xkill",
        ] {
            assert!(check(command).contains("countersign.tamper"), "{command}: {}", check(command));
        }
    }
}
