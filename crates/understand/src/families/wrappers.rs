//! Programs that run another program: the other one's effects are theirs.

mod env_strings;
mod looks;
mod shells;

use countersign_model::{Certainty, Effect, Resource, verbs};

use super::{Family, dispatch, opaque};
use crate::arguments::Takes::{self, Attached, Nothing, Value as Takesv};
use crate::code::environment_files;
use crate::context::{Context, only_reads};
use crate::invocation::Invocation;
use crate::shell::{self, Place};
use crate::word::{Value, Word};

/// How a wrapper's own arguments end.
struct Wrapper {
    name: &'static str,
    /// Its options, long ones with dashes.
    options: &'static [(&'static str, Takes)],
    /// Operands of its own before the command, such as a duration.
    operands: usize,
    /// Whether `NAME=value` may stand before the command.
    assigns: bool,
}

const WRAPPERS: &[Wrapper] = &[
    wrapper("env", &[("-i", Nothing), ("--ignore-environment", Nothing), ("-0", Nothing), ("-v", Nothing), ("-u", Takesv), ("--unset", Takesv)], 0, true),
    wrapper("sudo", SUDO, 0, true),
    wrapper("doas", &[("-u", Takesv), ("-n", Nothing), ("-s", Nothing), ("-C", Takesv)], 0, true),
    wrapper("pkexec", &[("--user", Takesv), ("--keep-cwd", Nothing)], 0, false),
    wrapper("nohup", &[], 0, false),
    wrapper("setsid", &[("-c", Nothing), ("-f", Nothing), ("-w", Nothing), ("--fork", Nothing), ("--wait", Nothing)], 0, false),
    wrapper("nice", &[("-n", Takesv), ("--adjustment", Takesv)], 0, false),
    wrapper("ionice", &[("-c", Takesv), ("-n", Takesv), ("-t", Nothing)], 0, false),
    wrapper("chrt", &[("-f", Nothing), ("-r", Nothing), ("-o", Nothing), ("-b", Nothing), ("-i", Nothing)], 1, false),
    wrapper("taskset", &[("-c", Nothing)], 1, false),
    wrapper("timeout", &[("-s", Takesv), ("--signal", Takesv), ("-k", Takesv), ("--kill-after", Takesv), ("--preserve-status", Nothing), ("--foreground", Nothing), ("-v", Nothing), ("-f", Nothing), ("-p", Nothing)], 1, false),
    wrapper("gtimeout", &[("-s", Takesv), ("-k", Takesv), ("--preserve-status", Nothing), ("--foreground", Nothing)], 1, false),
    wrapper("time", &[("-p", Nothing), ("-v", Nothing), ("-a", Nothing), ("-f", Takesv), ("-o", Takesv)], 0, false),
    wrapper("stdbuf", &[("-i", Takesv), ("-o", Takesv), ("-e", Takesv), ("--input", Takesv), ("--output", Takesv), ("--error", Takesv)], 0, false),
    wrapper("unbuffer", &[("-p", Nothing)], 0, false),
    wrapper("caffeinate", &[("-d", Nothing), ("-i", Nothing), ("-m", Nothing), ("-s", Nothing), ("-u", Nothing), ("-t", Takesv), ("-w", Takesv)], 0, false),
    wrapper("command", &[("-p", Nothing)], 0, false),
    wrapper("builtin", &[], 0, false),
    wrapper("exec", &[("-a", Takesv), ("-c", Nothing), ("-l", Nothing)], 0, false),
    wrapper("busybox", &[], 0, false),
    wrapper("xvfb-run", &[("-a", Nothing), ("--auto-servernum", Nothing), ("-s", Takesv), ("--server-args", Takesv)], 0, false),
    wrapper("flock", &[("-c", Takesv), ("--command", Takesv), ("-u", Nothing), ("--nonblock", Nothing), ("--exclusive", Nothing), ("--shared", Nothing), ("--timeout", Takesv), ("--wait", Takesv), ("-n", Nothing), ("-x", Nothing), ("-s", Nothing), ("-w", Takesv), ("-E", Takesv), ("-o", Nothing)], 1, false),
    wrapper("strace", &[("-f", Nothing), ("-e", Takesv), ("-o", Takesv), ("-s", Takesv), ("-t", Nothing), ("-c", Nothing)], 0, false),
    wrapper("ssh-agent", &[("-a", Takesv), ("-t", Takesv), ("-E", Takesv), ("-P", Takesv), ("-c", Nothing), ("-s", Nothing), ("-D", Nothing), ("-d", Nothing), ("-k", Nothing)], 0, false),
    wrapper("setpriv", &[("--no-new-privs", Nothing), ("--reuid", Takesv), ("--regid", Takesv), ("--clear-groups", Nothing), ("--keep-groups", Nothing), ("--inh-caps", Takesv)], 0, false),
    wrapper("systemd-inhibit", &[("--what", Attached), ("--who", Attached), ("--why", Attached), ("--mode", Attached)], 0, false),
    wrapper("cross-env", &[], 0, true),
    wrapper("dumb-init", &[("-v", Nothing), ("-c", Nothing)], 0, false),
    wrapper("tini", &[("-g", Nothing), ("-s", Nothing), ("-v", Nothing)], 0, false),
    wrapper("unshare", &[("-n", Nothing), ("-m", Nothing), ("-p", Nothing), ("-r", Nothing), ("-u", Nothing), ("-f", Nothing), ("-U", Nothing), ("-i", Nothing), ("-C", Nothing), ("-T", Nothing), ("-c", Nothing), ("-R", Takesv), ("-w", Takesv), ("-S", Takesv), ("-G", Takesv)], 0, false),
    wrapper("nsenter", NSENTER, 0, false),
    wrapper("chroot", &[("--userspec", Attached), ("--groups", Attached), ("--skip-chdir", Nothing), ("-u", Takesv), ("-g", Takesv), ("-G", Takesv)], 1, false),
    wrapper("fakeroot", &[("-u", Nothing)], 0, false),
    wrapper("eatmydata", &[], 0, false),
    wrapper("faketime", &[("-f", Nothing), ("-m", Nothing), ("-p", Nothing)], 1, false),
    wrapper("torify", &[], 0, false),
    wrapper("catchsegv", &[], 0, false),
    wrapper("chronic", &[("-v", Nothing), ("-e", Nothing)], 0, false),
    wrapper("valgrind", &[("-q", Nothing), ("-v", Nothing)], 0, false),
    wrapper("firejail", &[("-c", Nothing)], 0, false),
    wrapper("dbus-run-session", &[("--", Nothing)], 0, false),
    wrapper("entr", &[("-c", Nothing), ("-d", Nothing), ("-n", Nothing), ("-p", Nothing), ("-r", Nothing), ("-s", Nothing), ("-z", Nothing), ("-a", Nothing), ("-x", Nothing)], 0, false),
    wrapper("gosu", &[], 1, false),
    wrapper("su-exec", &[], 1, false),
    wrapper("prlimit", &[], 0, false),
    wrapper("setarch", &[], 1, false),
    wrapper("linux64", &[], 0, false),
    wrapper("linux32", &[], 0, false),
    wrapper("numactl", &[], 0, false),
    wrapper("rlwrap", &[], 0, false),
    wrapper("proxychains", &[("-q", Nothing), ("-f", Takesv)], 0, false),
    wrapper("proxychains4", &[("-q", Nothing), ("-f", Takesv)], 0, false),
    wrapper("torsocks", &[], 0, false),
    wrapper("ltrace", &[("-f", Nothing), ("-e", Takesv), ("-o", Takesv)], 0, false),
    wrapper("xargs", XARGS, 0, false),
    wrapper("watch", &[("-n", Takesv), ("--interval", Takesv), ("-d", Nothing), ("-t", Nothing), ("-x", Nothing), ("-g", Nothing), ("-e", Nothing)], 0, false),
];

/// The loader of dynamically linked programs, which starts the one it is given.
const LOADER: Wrapper = wrapper("ld.so", &[("--library-path", Takesv), ("--preload", Takesv), ("--inhibit-rpath", Takesv), ("--audit", Takesv), ("--argv0", Takesv), ("--glibc-hwcaps-prepend", Takesv), ("--glibc-hwcaps-mask", Takesv), ("--inhibit-cache", Nothing), ("--list", Nothing), ("--verify", Nothing)], 0, false);

/// Whether a file of this name is a loader: `ld-linux-x86-64.so.2`, `ld-musl-x86_64.so.1`.
pub(super) fn is_loader(name: &str) -> bool {
    let starts = ["ld-linux", "ld-musl", "ld64", "ld-2"];
    name == "ld.so" || starts.iter().any(|start| name.starts_with(start)) && (name.contains(".so.") || name.ends_with(".so"))
}

/// Adds what the program does that a loader is given.
pub(super) fn loaded(invocation: &Invocation, context: &mut Context<'_>) {
    unwrap(&LOADER, invocation, context);
}

/// Wrappers whose long options all take their values in the same word.
const LENIENT: &[&str] = &["valgrind", "firejail", "numactl", "prlimit", "unshare", "xvfb-run"];

const SUDO: &[(&str, Takes)] = &[
    ("-l", Nothing), ("-ll", Nothing), ("--list", Nothing), ("-V", Nothing), ("--version", Nothing), ("-e", Nothing), ("--edit", Nothing),
    ("--validate", Nothing), ("--reset-timestamp", Nothing), ("--remove-timestamp", Nothing), ("--background", Nothing),
    ("--askpass", Nothing), ("--stdin", Nothing), ("--set-home", Nothing), ("--chdir", Takesv), ("--chroot", Takesv),
    ("--close-from", Takesv), ("--command-timeout", Takesv), ("--other-user", Takesv), ("--bell", Nothing), ("-B", Nothing),
    ("-u", Takesv), ("--user", Takesv), ("-g", Takesv), ("--group", Takesv), ("-h", Takesv), ("--host", Takesv),
    ("-p", Takesv), ("--prompt", Takesv), ("-C", Takesv), ("-r", Takesv), ("-t", Takesv), ("-T", Takesv), ("-U", Takesv),
    ("-D", Takesv), ("-R", Takesv), ("-n", Nothing), ("-E", Nothing), ("--preserve-env", Attached), ("-H", Nothing), ("-S", Nothing),
    ("-k", Nothing), ("-K", Nothing), ("-v", Nothing), ("-b", Nothing), ("-A", Nothing), ("-P", Nothing), ("-i", Nothing), ("-s", Nothing),
    ("--login", Nothing), ("--shell", Nothing), ("--non-interactive", Nothing),
];

const NSENTER: &[(&str, Takes)] = &[
    ("-t", Takesv), ("--target", Takesv), ("-m", Attached), ("--mount", Attached), ("-u", Attached), ("--uts", Attached), ("-i", Attached),
    ("--ipc", Attached), ("-n", Attached), ("--net", Attached), ("-p", Attached), ("--pid", Attached), ("-U", Attached), ("--user", Attached),
    ("-C", Attached), ("--cgroup", Attached), ("-T", Attached), ("--time", Attached), ("-r", Attached), ("--root", Attached),
    ("-w", Attached), ("--wd", Attached), ("-S", Takesv), ("--setuid", Takesv), ("-G", Takesv), ("--setgid", Takesv), ("-F", Nothing),
    ("--no-fork", Nothing), ("-a", Nothing), ("--all", Nothing), ("--preserve-credentials", Nothing), ("-Z", Nothing),
];

const XARGS: &[(&str, Takes)] = &[
    ("-0", Nothing), ("--null", Nothing), ("-r", Nothing), ("--no-run-if-empty", Nothing), ("-t", Nothing), ("--verbose", Nothing),
    ("-p", Nothing), ("-x", Nothing), ("-I", Takesv), ("-i", Attached), ("--replace", Attached), ("-n", Takesv), ("--max-args", Takesv),
    ("-L", Takesv), ("--max-lines", Attached), ("-P", Takesv), ("--max-procs", Takesv), ("-s", Takesv), ("--max-chars", Takesv),
    ("-d", Takesv), ("--delimiter", Takesv), ("-a", Takesv), ("--arg-file", Takesv), ("-E", Takesv), ("-J", Takesv),
];

const fn wrapper(
    name: &'static str,
    options: &'static [(&'static str, Takes)],
    operands: usize,
    assigns: bool,
) -> Wrapper {
    Wrapper { name, options, operands, assigns }
}

pub(super) const FAMILY: Family = Family {
    programs: &[
        "env", "sudo", "doas", "pkexec", "nohup", "setsid", "nice", "ionice", "chrt", "taskset", "timeout", "gtimeout", "time",
        "stdbuf", "unbuffer", "caffeinate", "command", "builtin", "exec", "busybox", "xvfb-run", "flock", "strace", "xargs",
        "watch", "su", "runuser", "sudoedit", "ssh-agent", "setpriv", "systemd-inhibit", "cross-env",
        "dumb-init", "tini", "unshare", "prlimit", "setarch", "linux64", "linux32", "numactl", "rlwrap", "proxychains",
        "proxychains4", "torsocks", "ltrace", "nsenter", "chroot", "fakeroot", "eatmydata", "faketime", "torify", "catchsegv",
        "chronic", "valgrind", "firejail", "dbus-run-session", "entr", "gosu", "su-exec", "script",
    ],
    about: "Programs that run another one: its effects are theirs. `sudo` and its like add that another \
        user's rights are used; which program runs must be known, else it is opaque.",
    examples: &[
        "sudo systemctl restart nginx",
        "env A=1 git push origin main",
        "timeout 60 nice -n 5 cargo test",
        "nohup ./deploy.sh &",
        "xargs rm < list",
        "watch -n 5 kubectl get pods",
        "su deploy -c 'rm -rf /srv/data'",
        "command -v git",
        "sudo -l",
        "sudo $COMMAND",
    ],
    effects,
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let rises = matches!(program, "sudo" | "doas" | "pkexec" | "su" | "runuser" | "sudoedit" | "nsenter" | "chroot" | "gosu" | "su-exec");
    let is_away = matches!(context.elsewhere, Some(Resource::Host { .. }));
    let is_sudo = matches!(program, "sudo" | "doas") && context.elsewhere.is_none();
    if rises && (is_away || is_sudo) {
        let before = context.begins_apart();
        runs(invocation, context);
        let found = context.ends_apart(before);
        match (only_reads(&found) && (is_away || looks::only_looks(invocation)), is_away) {
            // A look at another machine's services and logs is one, whoever looks.
            (true, true) => {}
            (true, false) => {
                let looks = Effect::new(verbs::EXEC_READ, Resource::Program { name: program.to_owned() });
                context.push(looks.certain(Certainty::Partial, "it only reads, with another user's rights"));
            }
            (false, _) => context.program(verbs::EXEC_PRIVILEGE, program),
        }
        found.into_iter().for_each(|apart| context.push_apart(apart));
        return;
    }
    if rises {
        context.program(verbs::EXEC_PRIVILEGE, program);
    }
    runs(invocation, context);
}

/// Adds what the program that is run does.
fn runs(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    match WRAPPERS.iter().find(|wrapper| wrapper.name == program) {
        Some(_)
            if program == "command"
                && matches!(
                    (invocation.known(0), invocation.known(1)),
                    (Some("-v" | "-V" | "-pv" | "-pV"), _) | (Some("-p"), Some("-v" | "-V"))
                ) =>
        {
            context.program(verbs::EXEC_READ, program);
        }
        Some(wrapper) => unwrap(wrapper, invocation, context),
        None => switch_user(invocation, context),
    }
}

/// `su user -c text`, `script -c text`, `sudoedit file`.
fn switch_user(invocation: &Invocation, context: &mut Context<'_>) {
    if invocation.program == "sudoedit" {
        invocation.words.iter().filter(|word| !word.text().starts_with('-')).for_each(|word| context.write(word));
    } else {
        shells::started(invocation, context);
    }
}

fn unwrap(wrapper: &Wrapper, invocation: &Invocation, context: &mut Context<'_>) {
    let apart = Some(invocation).filter(|_| wrapper.name == "env").and_then(env_strings::all_apart);
    let invocation = apart.as_ref().unwrap_or(invocation);
    let mut environment = invocation.environment.clone();
    let mut operands = wrapper.operands;
    let mut index = 0;
    let mut doubt = None;
    let directory = context.state.shell.directory.clone();
    while let Some(word) = invocation.words.get(index) {
        let text = word.text();
        if word.known() == Some("--") {
            index += 1;
            break;
        }
        if text.starts_with('-') && (text.len() > 1 || wrapper.name == "env") {
            if wrapper.name == "env" {
                forgets(text, invocation.words.get(index + 1).map(Word::text), &mut environment);
            }
            match option(wrapper, word, invocation.words.get(index + 1), context) {
                Some(taken) => index += taken,
                None => {
                    doubt.get_or_insert_with(|| format!("the option {} is not known", word.raw));
                    index += 1;
                }
            }
        } else if let Some((name, _)) = text.split_once('=').filter(|_| wrapper.assigns) {
            let value = word.value.strip_prefix(&format!("{name}="));
            environment.push((name.to_owned(), value.unwrap_or_else(|| Value::unknown("unclear"))));
            index += 1;
        } else if let Some(found) = Some(word).filter(|word| wrapper.assigns && word.value.is_unknown()).and_then(|word| environment_files::printed(word, context)).filter(|found| found.iter().all(|(name, _)| !name.is_empty())) {
            environment.extend(found);
            index += 1;
        } else if operands > 0 {
            operands -= 1;
            index += 1;
        } else {
            break;
        }
    }
    if let Some(why) = doubt {
        opaque(invocation, &why, context);
        // Where its own words end is not known: any that names a program may start the command.
        index = (0..invocation.words.len())
            .find(|at| invocation.known(*at).is_some_and(super::is_understood))
            .unwrap_or(index);
    }
    let own = invocation.words.get(..index).unwrap_or_default();
    if let Some(text) = own.windows(2).find(|pair| wrapper.name == "flock" && pair.first().is_some_and(|word| word.text() == "-c")) {
        text.last().into_iter().for_each(|word| shells::text(invocation, &word.value, context));
        return;
    }
    let starts_shell = match wrapper.name {
        "sudo" | "doas" => own.iter().any(|word| matches!(word.text(), "-s" | "-i" | "--shell" | "--login" | "-is" | "-si")),
        "unshare" | "nsenter" | "chroot" | "newgrp" => true,
        _ => false,
    };
    if wrapper.name == "sudo" && own.iter().any(|word| matches!(word.text(), "-e" | "--edit")) {
        invocation.words.iter().skip(index).for_each(|word| context.write(word));
        return;
    }
    if starts_shell && invocation.words.get(index).is_none() {
        shells::reading(invocation, &[], context);
        return;
    }
    // Without a command, `xargs` prints.
    let printing = || Invocation { first: Word::known_as("echo"), words: Vec::new(), contiguous: false, ..invocation.clone() };
    let nested = invocation.nested(index).or_else(|| (wrapper.name == "xargs").then(printing));
    let Some(mut nested) = nested else {
        if wrapper.name == "env" {
            super::reads_environment("*", context);
        }
        context.program(verbs::EXEC_READ, &invocation.program);
        return;
    };
    nested.environment = environment;
    match wrapper.name {
        "xargs" => {
            super::feeding::xargs(invocation, index, nested, context);
            return;
        }
        "watch" if own.iter().any(|word| matches!(word.text(), "-x" | "--exec")) => {}
        "entr" if own.iter().any(|word| word.text().starts_with('-') && word.text().contains('s')) => {
            joined(&nested, context);
            return;
        }
        "flock" if nested.first.text() == "-c" => {
            nested.words.first().into_iter().for_each(|word| shells::text(invocation, &word.value, context));
            return;
        }
        "watch" | "flock" if nested.words.is_empty() || wrapper.name == "watch" => {
            let outside = context.repeated;
            context.repeated |= wrapper.name == "watch";
            joined(&nested, context);
            context.repeated = outside;
            return;
        }
        _ => {}
    }
    if wrapper.name == "chroot" {
        context.state.shell.directory = Err("it is below another root".to_owned());
    }
    if wrapper.name == "entr" {
        nested.words = nested.words.iter().map(|word| match word.text() {
            "/_" => word.with(Value::unknown("a file that changed")),
            _ => word.clone(),
        }).collect();
    }
    dispatch(nested, context);
    if matches!(wrapper.name, "env" | "chroot") {
        context.state.shell.directory = directory;
    }
}

/// What `env` does not hand on: with `-u` one variable, with `-i` none at all.
fn forgets(option: &str, next: Option<&str>, environment: &mut [(String, Value)]) {
    let all = matches!(option, "-" | "--ignore-environment")
        || (!option.starts_with("--") && !option.starts_with("-u") && option.contains('i'));
    let one = match option {
        "-u" | "--unset" => next,
        _ => option.strip_prefix("--unset=").or_else(|| option.strip_prefix("-u")),
    };
    for (name, value) in environment {
        if (all || one == Some(name.as_str())) && !crate::environment::matters(name) {
            *value = Value::unknown("a variable that is taken out of the environment");
        }
    }
}

/// How many words an option takes, itself included; none if it is not known.
fn option(wrapper: &Wrapper, word: &Word, next: Option<&Word>, context: &mut Context<'_>) -> Option<usize> {
    let text = word.known()?;
    if wrapper.name == "env" {
        return env_option(text, next, context);
    }
    if wrapper.name == "nice" && text.get(1..).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())) {
        return Some(1);
    }
    let known = |name: &str| wrapper.options.iter().find(|(option, _)| *option == name).map(|(_, takes)| *takes);
    if let Some(value) = report(wrapper, word, next) {
        reports(wrapper, &value, context);
    }
    if let Some(takes) = known(text) {
        return Some(if takes == Takesv { 2 } else { 1 });
    }
    if LENIENT.contains(&wrapper.name) && text.starts_with("--") {
        return Some(1);
    }
    if let Some((name, _)) = text.split_once('=').filter(|_| text.starts_with("--")) {
        return known(name).map(|_| 1);
    }
    // `-n5`, `-rf`: letters until one that takes the rest.
    let mut letters = text.chars().skip(1).peekable();
    while let Some(letter) = letters.next() {
        match known(&format!("-{letter}"))? {
            Takesv => return Some(if letters.peek().is_some() { 1 } else { 2 }),
            Attached => return Some(1),
            Nothing => {}
        }
    }
    Some(1)
}

/// The file into which a wrapper writes what it saw of the command.
fn report(wrapper: &Wrapper, word: &Word, next: Option<&Word>) -> Option<Value> {
    let text = word.text();
    let following = || next.map_or_else(|| Value::unknown("unclear"), |word| word.value.clone());
    match wrapper.name {
        "valgrind" => ["--log-file=", "--xml-file=", "--callgrind-out-file=", "--massif-out-file=", "--cachegrind-out-file=", "--dhat-out-file="]
            .iter()
            .find_map(|option| word.value.strip_prefix(option)),
        "time" | "strace" | "ltrace" if !text.starts_with("--") => {
            let takes = |letter: char| {
                wrapper.options.iter().any(|(option, takes)| *takes == Takesv && option.ends_with(letter) && option.len() == 2)
            };
            let at = text.char_indices().skip(1).find(|(_, letter)| takes(*letter))?;
            let (before, rest) = text.split_at_checked(at.0 + 1)?;
            before.ends_with('o').then(|| if rest.is_empty() { following() } else { Value::Known(rest.to_owned()) })
        }
        _ => None,
    }
}

/// `strace` starts a command where the name begins with one of two signs.
fn reports(wrapper: &Wrapper, value: &Value, context: &mut Context<'_>) {
    match value.known().and_then(|text| text.strip_prefix(['|', '!'])).filter(|_| wrapper.name == "strace") {
        Some(command) => shell::run_apart(command, Place::Within(context.here), context),
        None => context.write_value(value),
    }
}

fn env_option(text: &str, next: Option<&Word>, context: &mut Context<'_>) -> Option<usize> {
    match text {
        "-i" | "-" | "--ignore-environment" | "-0" | "--null" | "-v" | "--debug" => Some(1),
        "-u" | "--unset" => Some(2),
        "-C" | "--chdir" => {
            let value = next.map_or_else(|| Value::unknown("unclear"), |word| word.value.clone());
            change_directory(value.known(), context);
            Some(2)
        }
        _ if text.starts_with("--chdir=") || (text.starts_with("-C") && text.len() > 2) => {
            let path = text.strip_prefix("--chdir=").or_else(|| text.get(2..));
            change_directory(path, context);
            Some(1)
        }
        _ if let Some(option) = env_strings::option(text) => {
            context.opaque("env -S", "it runs text that is not known");
            Some(if option.attached.is_none() { 2 } else { 1 })
        }
        _ if text.starts_with("--unset=") || text.starts_with("-u") => Some(1),
        _ => None,
    }
}

/// `env -C`, which follows links as the system does.
fn change_directory(path: Option<&str>, context: &mut Context<'_>) {
    context.state.shell.directory = match path {
        Some(path) => context.directory_at(path, true),
        None => Err("env changes the directory".to_owned()),
    };
}

/// Words that become one shell command line.
fn joined(nested: &Invocation, context: &mut Context<'_>) {
    let texts: Option<Vec<&str>> =
        std::iter::once(&nested.first).chain(&nested.words).map(Word::known).collect();
    match texts {
        Some(texts) => shell::run_apart(&texts.join(" "), Place::Within(context.here), context),
        None => opaque(nested, "it runs text that is not known", context),
    }
}
