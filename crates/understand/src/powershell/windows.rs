//! `cmd.exe` and programs that only Windows has.

use countersign_model::{Effect, Resource, Verb, verbs};

use super::{files, names, start, started};
use crate::context::Context;
use crate::families::{self, addresses};
use crate::invocation::Stdin;
use crate::word::{Value, Word};

/// Programs with one effect, whatever they are given.
const TABLE: &[(&str, Verb)] = &[
    ("tasklist", verbs::EXEC_READ),
    ("ipconfig", verbs::EXEC_READ),
    ("systeminfo", verbs::EXEC_READ),
    ("ver", verbs::EXEC_READ),
    ("vol", verbs::EXEC_READ),
    ("where", verbs::EXEC_READ),
    ("fc", verbs::EXEC_READ),
    ("notepad", verbs::EXEC_READ),
    ("explorer", verbs::EXEC_READ),
    ("quser", verbs::EXEC_READ),
    ("gpresult", verbs::EXEC_READ),
    ("taskkill", verbs::EXEC_PROCESS),
    ("format", verbs::EXEC_SYSTEM),
    ("diskpart", verbs::EXEC_SYSTEM),
    ("bcdedit", verbs::EXEC_SYSTEM),
    ("bootrec", verbs::EXEC_SYSTEM),
    ("wbadmin", verbs::EXEC_SYSTEM),
    ("cipher", verbs::EXEC_SYSTEM),
    ("setx", verbs::EXEC_SYSTEM),
    ("dism", verbs::EXEC_SYSTEM),
    ("sfc", verbs::EXEC_SYSTEM),
    ("shutdown", verbs::EXEC_SYSTEM),
    ("logoff", verbs::EXEC_SYSTEM),
    ("gpupdate", verbs::EXEC_SYSTEM),
    ("regedit", verbs::EXEC_SYSTEM),
];

/// Programs with subcommands: those that only read, and what the others do.
const SUBCOMMANDS: &[(&str, &[&str], Verb)] = &[
    ("reg", &["query", "compare", "export"], verbs::EXEC_SYSTEM),
    ("sc", &["query", "queryex", "qc"], verbs::EXEC_SYSTEM),
    ("schtasks", &["/query"], verbs::EXEC_SCHEDULE),
    ("net", &["view", "statistics", "config", "help"], verbs::EXEC_SYSTEM),
    ("netsh", &["show"], verbs::EXEC_SYSTEM),
    ("vssadmin", &["list"], verbs::EXEC_SYSTEM),
    ("wevtutil", &["qe", "el", "gl", "gli"], verbs::EXEC_SYSTEM),
    ("fsutil", &["fsinfo", "dirty", "query"], verbs::EXEC_SYSTEM),
    ("powercfg", &["/list", "/l", "/query", "/q"], verbs::EXEC_SYSTEM),
    ("winget", &["list", "search", "show", "--version", "--info"], verbs::EXEC_INSTALL),
    ("choco", &["list", "search", "info", "outdated", "--version"], verbs::EXEC_INSTALL),
    ("scoop", &["list", "search", "info", "status", "which"], verbs::EXEC_INSTALL),
];

/// Programs that run what nobody here reads.
const OPAQUE: &[&str] = &[
    "rundll32",
    "regsvr32",
    "mshta",
    "cscript",
    "wscript",
    "wmic",
    "msiexec",
    "installutil",
    "odbcconf",
    "forfiles",
    "msbuild",
    "at",
    "psexec",
    "regasm",
    "cmstp",
    "bash",
];

/// Adds what a program of Windows does; false if it is none.
pub(super) fn effects(name: &str, words: &[Word], context: &mut Context<'_>) -> bool {
    let first = words.first().and_then(Word::known).unwrap_or_default().to_ascii_lowercase();
    let resource = || Resource::Program { name: name.to_owned() };
    let given_files = || {
        words
            .iter()
            .filter(|word| !word.text().starts_with(['/', '-']) || word.text().matches('/').count() > 1)
    };
    if let Some((_, verb)) = TABLE.iter().find(|(known, _)| *known == name) {
        context.push(Effect::new(verb.clone(), resource()));
        return true;
    }
    if let Some((_, reads, verb)) = SUBCOMMANDS.iter().find(|(known, _, _)| *known == name) {
        let second = words.get(1).and_then(Word::known).unwrap_or_default().to_ascii_lowercase();
        let only_reads = reads.contains(&first.as_str())
            || words.is_empty()
            || (name == "netsh" && words.iter().any(|word| word.known() == Some("show")));
        let shows = matches!(
            (name, first.as_str(), second.as_str()),
            ("net", "user" | "localgroup" | "use" | "share" | "start", "")
        );
        let verb = if only_reads || shows { verbs::EXEC_READ } else { verb.clone() };
        context.push(Effect::new(verb, resource()));
        return true;
    }
    match name {
        "cmd" => shell(words, context),
        "powershell" | "pwsh" => started(words, &Stdin::Inherited, context),
        "wsl" => {
            let at = words.iter().position(|word| {
                !word.text().starts_with('-') || matches!(word.text(), "-e" | "--exec" | "--")
            });
            let rest = at.map(|at| words.get(at..).unwrap_or_default()).unwrap_or_default();
            let rest = if rest.first().is_some_and(|word| word.text().starts_with('-')) {
                rest.get(1..).unwrap_or_default()
            } else {
                rest
            };
            let Some((program, words)) = rest.split_first() else {
                context.program(verbs::EXEC_READ, name);
                return true;
            };
            let invocation = crate::invocation::Invocation {
                program: String::new(),
                first: program.clone(),
                words: words.to_vec(),
                environment: Vec::new(),
                stdin: Stdin::Inherited,
                substituted: crate::invocation::Source::default(),
                contiguous: false,
            };
            families::dispatch(invocation, context);
        }
        "runas" => {
            context.program(verbs::EXEC_PRIVILEGE, name);
            match words.iter().rfind(|word| !word.text().starts_with('/')).and_then(Word::known) {
                Some(text) => line(text, context),
                None => context.opaque(name, "the program is not known"),
            }
        }
        "findstr" => {
            let given: Vec<&Word> = given_files().collect();
            for word in given.iter().skip(1) {
                files::read(&word.value, context);
            }
            context.program(verbs::EXEC_READ, name);
        }
        "icacls" | "takeown" | "attrib" | "cacls" => {
            for word in given_files() {
                context.permit(&super::word(&names::path(&word.value)));
            }
        }
        "robocopy" | "xcopy" => {
            let given: Vec<&Word> = given_files().collect();
            let mirrors = words.iter().any(|word| {
                word.text().eq_ignore_ascii_case("/mir") || word.text().eq_ignore_ascii_case("/purge")
            });
            for (index, word) in given.iter().enumerate() {
                match index {
                    0 => files::read(&word.value, context),
                    1 if mirrors => context.delete(&super::word(&names::path(&word.value))),
                    1 => files::write(&word.value, context),
                    _ => {}
                }
            }
        }
        "certutil" | "bitsadmin" => {
            let address = words.iter().find(|word| word.text().contains("://"));
            if let Some(word) = address {
                let host =
                    addresses::host_and_path(word.text()).map_or_else(|| "*".to_owned(), |(host, _)| host);
                let url = word.known().map(addresses::without_credentials);
                context.push(Effect::new(verbs::NET_READ, Resource::Host { host, url }));
            }
            match given_files().next_back().filter(|word| !word.text().contains("://")) {
                Some(word) if !first.contains("hashfile") => files::write(&word.value, context),
                Some(word) => files::read(&word.value, context),
                None => context.program(verbs::EXEC_READ, name),
            }
        }
        _ if OPAQUE.contains(&name) && name != "bash" => {
            context.opaque(name, "it runs what nobody here reads");
            for word in words {
                families::mentions(&word.raw, context);
            }
        }
        _ => return false,
    }
    true
}

/// `cmd /c ..`.
pub(crate) fn shell(words: &[Word], context: &mut Context<'_>) {
    let is_run = |word: &Word| {
        matches!(word.text().get(..2).map(str::to_ascii_lowercase).as_deref(), Some("/c" | "/k" | "/r"))
    };
    let Some(at) = words.iter().position(is_run) else {
        // What it reads may be anything; alone it waits for a person.
        context.opaque("cmd", "it runs text that is not known");
        return;
    };
    let mut texts: Vec<&str> = Vec::new();
    let attached = words.get(at).and_then(|word| word.text().get(2..)).filter(|text| !text.is_empty());
    texts.extend(attached);
    for word in words.get(at + 1..).unwrap_or_default() {
        match word.known() {
            Some(text) => texts.push(text),
            None => {
                context.opaque("cmd", "it runs text that is not known");
                return;
            }
        }
    }
    let text = texts.join(" ");
    line(text.trim().strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(&text), context);
}

/// Runs a line of `cmd.exe`.
fn line(text: &str, context: &mut Context<'_>) {
    if !context.counts_text(text.len()) || !context.enters() {
        return;
    }
    let kept = context.state.shell.clone();
    for part in parts(text) {
        if !context.counts_command() {
            break;
        }
        command(part.trim().trim_start_matches('@'), context);
    }
    context.state.shell = kept;
    context.leaves();
}

/// The commands of a line: `&`, `|` and new lines part them outside of quotes.
fn parts(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if std::mem::take(&mut escaped) => {}
            b'"' => quoted = !quoted,
            b'^' if !quoted => escaped = true,
            b'&' | b'|' | b'\n' if !quoted => {
                found.push(text.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(text.get(start..).unwrap_or_default());
    found.retain(|part| !part.trim().is_empty());
    found
}

/// The words of a command line: blanks part them outside of double quotes, `%NAME%` is not known.
pub(super) fn split(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut quoted, mut begun) = (false, false);
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                quoted = !quoted;
                begun = true;
            }
            '^' if !quoted => word.extend(letters.next()),
            _ if letter.is_whitespace() && !quoted => {
                if begun {
                    words.push(known(&std::mem::take(&mut word)));
                }
                begun = false;
            }
            _ => {
                word.push(letter);
                begun = true;
            }
        }
    }
    if begun {
        words.push(known(&word));
    }
    words
}

fn known(text: &str) -> Word {
    match text.split_once('%') {
        Some((before, rest))
            if rest.contains('%') || rest.starts_with(|c: char| c.is_ascii_alphanumeric()) =>
        {
            let lower = rest.to_ascii_lowercase();
            match lower.strip_prefix("userprofile%") {
                Some(after) if before.is_empty() => Word::known_as(&format!(
                    "~{}",
                    rest.get(rest.len() - after.len()..).unwrap_or_default().replace('\\', "/")
                )),
                _ => Word::made(Value::starting(before, "a variable of cmd")),
            }
        }
        _ => Word::known_as(text),
    }
}

fn command(text: &str, context: &mut Context<'_>) {
    let mut words = split(text);
    redirects(&mut words, context);
    if words.is_empty() {
        return;
    }
    let first = words.remove(0);
    let name = first.known().map(|name| names::program(name).to_ascii_lowercase()).unwrap_or_default();
    // `del/s`, `rd/q`.
    let name = match name.split_once('/') {
        Some((name, _)) if ["del", "erase", "rd", "rmdir", "dir"].contains(&name) => name.to_owned(),
        _ => name,
    };
    let is_flag = |word: &&Word| word.text().starts_with('/') && word.text().len() <= 4;
    let given: Vec<Value> =
        words.iter().filter(|word| !is_flag(word)).map(|word| word.value.clone()).collect();
    match name.as_str() {
        "del" | "erase" | "rd" | "rmdir" => {
            for value in &given {
                context.delete(&super::word(&names::path(value)));
            }
        }
        "type" | "more" => given.iter().for_each(|value| files::read(value, context)),
        "dir" => {
            for value in given.iter().chain(given.is_empty().then_some(&Value::Known(".".to_owned()))) {
                files::read(value, context);
            }
        }
        "md" | "mkdir" => given.iter().for_each(|value| files::write(value, context)),
        "copy" | "move" | "ren" | "rename" => {
            if let Some(value) = given.first() {
                if name == "copy" {
                    files::read(value, context)
                } else {
                    context.moves(&super::word(&names::path(value)))
                }
            }
            files::write(given.get(1).unwrap_or(&Value::Known(".".to_owned())), context);
        }
        "mklink" => {
            if let (Some(link), Some(target)) = (given.first(), given.get(1)) {
                context.names_again(&names::path(target));
                files::write(link, context);
            }
        }
        "cd" | "chdir" | "pushd" => {
            context.state.shell.directory = match given.first().map(names::path) {
                Some(Value::Known(path)) => context.directory_at(&path, false),
                Some(_) => Err("the directory is not known".to_owned()),
                None => context.state.shell.directory.clone(),
            };
        }
        "set" if words.is_empty() => families::reads_environment("*", context),
        "echo" | "rem" | "cls" | "title" | "pause" | "exit" | "set" | "setlocal" | "endlocal" | "popd"
        | "date" | "time" | "color" | "timeout" | "chcp" => {
            for name in words
                .iter()
                .filter_map(|word| word.raw.split('%').nth(1))
                .filter(|name| families::is_secret_name(name))
            {
                families::reads_environment(name, context);
            }
            context.program(verbs::EXEC_READ, &name);
        }
        "start" | "call" => {
            let rest = words.iter().skip_while(|word| {
                word.text().starts_with('/')
                    || word.text().is_empty()
                    || (name == "start" && word.text().contains(' '))
            });
            let rest: Vec<Word> = rest.cloned().collect();
            match rest.split_first() {
                Some((program, words)) => start(&program.value, words.to_vec(), Stdin::Inherited, context),
                None => context.program(verbs::EXEC_READ, &name),
            }
        }
        "if" | "for" | "goto" | "assoc" | "ftype" => {
            context.opaque("cmd", "a construct of cmd that is not read")
        }
        _ => start(&first.value, words, Stdin::Inherited, context),
    }
}

/// Takes redirections out of the words.
fn redirects(words: &mut Vec<Word>, context: &mut Context<'_>) {
    let mut kept = Vec::with_capacity(words.len());
    let mut pending = false;
    for word in words.drain(..) {
        if std::mem::take(&mut pending) {
            files::write(&word.value, context);
            continue;
        }
        match word.text().split_once('>') {
            Some((before, after)) if before.is_empty() || matches!(before, "1" | "2") => {
                let target = after.trim_start_matches('>');
                pending = target.is_empty();
                if !pending && !target.starts_with('&') && !target.eq_ignore_ascii_case("nul") {
                    files::write(&Value::Known(target.to_owned()), context);
                }
            }
            Some((before, after)) if !before.contains('"') => {
                kept.push(Word::known_as(before));
                let target = after.trim_start_matches('>');
                pending = target.is_empty();
                if !pending && !target.eq_ignore_ascii_case("nul") {
                    files::write(&Value::Known(target.to_owned()), context);
                }
            }
            _ => kept.push(word),
        }
    }
    *words = kept;
}
