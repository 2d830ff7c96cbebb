//! Interpreters of languages other than the shell's: where their code is, and what their options add to it.

use std::borrow::Cow;

use countersign_model::{Effect, Resource, verbs};

use super::loaded;
use crate::code;
use crate::context::Context;
use crate::environment;
use crate::families::{self, mentions, named_by_arguments, opaque};
use crate::invocation::{Invocation, Stdin};
use crate::paths;
use crate::word::{Value, Word};

/// Where the code comes from.
enum Code<'w> {
    /// Among the arguments.
    Inline(Vec<Cow<'w, Value>>),
    /// A module of Python's, at this index.
    Module(usize),
    /// A file, at this index.
    File(usize),
    /// Standard input.
    Stdin,
    /// Nothing runs: it shows or checks something.
    Nothing,
    /// It is not known: why.
    Unknown(&'static str),
}

/// An interpreter's options.
struct Options {
    programs: &'static [&'static str],
    /// Letters and names whose value is code.
    code: &'static [&'static str],
    /// Those that take another value.
    values: &'static [&'static str],
    /// Those that load more code, in the same word or the next.
    loads: &'static [&'static str],
    /// Those that run nothing.
    nothing: &'static [&'static str],
    /// Letters without a value.
    letters: &'static str,
}

const OPTIONS: &[Options] = &[
    Options { programs: &["python", "python2", "python3"], code: &["c"], values: &["W", "X", "check-hash-based-pycs"], loads: &[], nothing: &["V", "version", "h", "help"], letters: "uBOsSEIqvbdPix" },
    Options { programs: &["node", "nodejs", "tsx", "ts-node", "ts-node-dev", "tsnd", "ts-node-esm"], code: &["e", "p", "eval", "print", "pe", "ep"], values: &["conditions", "C", "title", "project", "P", "compiler-options", "O", "tsconfig", "include", "exclude", "ignore", "watch-path", "ignore-watch", "interval", "debounce", "env-file", "env-file-if-exists"], loads: &["r", "require", "import", "loader", "experimental-loader", "openssl-config"], nothing: &["v", "version", "h", "help", "c", "check", "v8-options"], letters: "i" },
    Options { programs: &["ruby"], code: &["e"], values: &["F", "C", "X", "E", "K"], loads: &["r", "I", "x", "S"], nothing: &["v", "version", "h", "help", "c"], letters: "nplawWsiU0" },
    Options { programs: &["perl"], code: &["e", "E"], values: &[], loads: &["M", "m", "I", "x", "S", "d", "D"], nothing: &["v", "V", "version", "h", "help", "c"], letters: "npawWlsiF0utTXC" },
    Options { programs: &["php"], code: &["r"], values: &["d", "c"], loads: &["z", "B", "R", "E", "F", "S"], nothing: &["v", "version", "h", "help", "l", "i", "m"], letters: "nqsaf" },
];

/// Settings of PHP that load code or name programs.
const PHP_LOADS: &[&str] = &["extension", "auto_prepend", "auto_append", "preload", "include_path", "ffi", "sendmail_path"];

/// Adds what an interpreter does.
pub(super) fn run(invocation: &Invocation, context: &mut Context<'_>) {
    let kept = std::mem::take(&mut context.state.shell.environment);
    loaded::variables(invocation, context);
    let own = invocation.environment.iter().cloned();
    context.state.shell.environment.extend(own);
    interpret(invocation, context);
    context.state.shell.environment = kept;
}

fn interpret(invocation: &Invocation, context: &mut Context<'_>) {
    match invocation.program.as_str() {
        "deno" | "bun" => return runtime(invocation, context),
        "node" | "nodejs" | "tsx" | "ts-node" => reports(invocation, context),
        _ => {}
    }
    if matches!(invocation.program.as_str(), "node" | "nodejs") && runs_script(invocation, context) {
        return;
    }
    match invocation.program.as_str() {
        "node" | "nodejs" | "tsx" if tests(invocation) => {
            context.program(verbs::EXEC_TEST, &format!("{} --test", invocation.program));
            return;
        }
        _ => {}
    }
    match find(invocation) {
        Code::Nothing => {
            super::checked::effects(invocation, context);
            context.program(verbs::EXEC_READ, &invocation.program);
            named_by_arguments(invocation, context);
        }
        Code::Unknown(why) => {
            let texts = invocation.words.iter().map(Word::text).filter(|text| text.contains(['(', '"', '\'']));
            for text in texts.chain(invocation.stdin.known()) {
                code::literals::look(text, context);
                code::named::look(text, false, context);
            }
            loaded::files(invocation, context);
            opaque(invocation, why, context);
        }
        Code::Module(at) => super::modules::module(at, invocation, context),
        Code::File(at) => file(at, invocation, context),
        Code::Inline(texts) => {
            let known: Option<Vec<&str>> = texts.iter().map(|value| value.known()).collect();
            match known {
                Some(known) => inline(&known.join("\n"), invocation, context),
                None if texts.iter().any(|value| families::says_nothing(value)) => {
                    families::hidden(invocation, "it runs code that is not known", context);
                }
                None => opaque(invocation, "it runs code of which a part is not known", context),
            }
        }
        Code::Stdin => match &invocation.stdin {
            Stdin::Text(Value::Known(text)) => inline(text, invocation, context),
            Stdin::Pipe(source) if source.text.is_some() => inline(source.text.as_deref().unwrap_or_default(), invocation, context),
            Stdin::File(value) => {
                let located = paths::locate(value, context);
                families::run_file(&located, Some(&invocation.program), &[], invocation, context);
            }
            Stdin::Text(value) if !families::says_nothing(value) => opaque(invocation, "it runs code of which a part is not known", context),
            Stdin::Inherited if context.elsewhere.is_some() => opaque(invocation, super::SESSION, context),
            Stdin::Inherited | Stdin::Text(_) | Stdin::Pipe(_) => families::hidden(invocation, "it runs code that is not known", context),
        },
    }
}

/// Files that options of node write: `--cpu-prof-dir=x --cpu-prof-name=y`, `--tls-keylog=x`.
fn reports(invocation: &Invocation, context: &mut Context<'_>) {
    const FILES: &[&str] = &["localstorage-file", "redirect-warnings", "test-reporter-destination", "tls-keylog", "trace-event-file-pattern"];
    const NAMED: &[(&[&str], &str)] = &[
        (&["cpu-prof-dir"], "cpu-prof-name"), (&["heap-prof-dir"], "heap-prof-name"), (&["report-dir", "report-directory"], "report-filename"),
    ];
    let set = environment::value(invocation, "NODE_OPTIONS");
    let set = set.iter().flat_map(|value| value.text().split_ascii_whitespace()).map(Word::known_as);
    let words: Vec<Word> = set.chain(invocation.words.iter().cloned()).collect();
    let value = |name: &str| {
        // An underscore is as good as a dash.
        let is_it = |text: &str| text.strip_prefix("--").is_some_and(|text| text.replace('_', "-") == name);
        words.iter().enumerate().rev().find_map(|(at, word)| match word.text().split_once('=') {
            Some((option, _)) if is_it(option) => word.value.strip_prefix(&format!("{option}=")),
            None if is_it(word.text()) => words.get(at + 1).map(|word| word.value.clone()),
            Some(_) | None => None,
        })
    };
    for name in FILES {
        // Where tests report to is a stream, too.
        if let Some(file) = value(name).filter(|file| !matches!(file.text(), "stdout" | "stderr")) {
            context.write_value(&file);
        }
    }
    for (directories, name) in NAMED {
        let directory = directories.iter().find_map(|name| value(name));
        let file = match (directory, value(name)) {
            (None, None) => continue,
            (None, Some(name)) => name,
            (Some(directory), None) => directory,
            (Some(Value::Known(directory)), Some(Value::Known(name))) => Value::Known(format!("{directory}/{name}")),
            (Some(_), Some(_)) => Value::unknown("where it reports to is not known"),
        };
        context.write_value(&file);
    }
}

/// `node --run build`: a script of the package, as `npm run build`.
fn runs_script(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let words = &invocation.words;
    let Some(at) = words.iter().position(|word| word.text().split('=').next() == Some("--run")) else { return false };
    // What stands before it may be a file, or code, that gets it as an argument.
    if !words.iter().take(at).all(|word| word.known().is_some_and(|text| text.starts_with("--") && text.len() > 2)) {
        return false;
    }
    let name = words.get(at).and_then(|word| word.value.strip_prefix("--run="));
    let rest = words.get(at + 1 + usize::from(name.is_none())..).unwrap_or_default();
    let Some(name) = name.or_else(|| Some(words.get(at + 1)?.value.clone())) else { return false };
    let words = [Word::known_as("run"), Word::made(name)].into_iter().chain(rest.iter().cloned()).collect();
    let first = Word::known_as("npm");
    families::dispatch(Invocation { program: String::new(), first, words, contiguous: false, ..invocation.clone() }, context);
    true
}

/// Whether it runs the project's tests as its own runner finds them, or files of them, and nothing else.
fn tests(invocation: &Invocation) -> bool {
    const PLAIN: &[&str] = &[
        "--test", "--test-only", "--test-name-pattern", "--test-skip-pattern", "--test-concurrency", "--test-timeout", "--test-force-exit", "--test-update-snapshots", "--test-shard", "--experimental-test-coverage",
        "--experimental-strip-types", "--no-warnings", "--watch", "--enable-source-maps", "--test-coverage-include", "--test-coverage-exclude", "--test-isolation",
    ];
    let first = invocation.words.first().and_then(Word::known) == Some("--test");
    let is_stdin = matches!(invocation.stdin, Stdin::Inherited);
    let is_test = |text: &str| {
        let name = text.rsplit('/').next().unwrap_or(text);
        !text.starts_with('/') && !text.contains("..") && (name.contains(".test.") || name.contains(".spec.") || name.contains("-test.") || name.contains("_test.") || text.split('/').any(|part| matches!(part, "test" | "tests" | "__tests__" | "spec")))
    };
    let plain = |word: &Word| {
        let text = word.text();
        !word.value.is_unknown() && if text.starts_with('-') { PLAIN.contains(&text.split('=').next().unwrap_or(text)) } else { is_test(text) }
    };
    first && is_stdin && invocation.words.iter().all(plain)
}

fn find(invocation: &Invocation) -> Code<'_> {
    let Some(options) = OPTIONS.iter().find(|options| options.programs.contains(&invocation.program.as_str())) else {
        let has_file = invocation.words.iter().position(|word| !word.text().starts_with('-'));
        let plain = invocation.words.iter().take(has_file.unwrap_or(0)).all(|word| word.text() == "--");
        return match has_file.filter(|_| plain) {
            Some(at) => Code::File(at),
            None => Code::Unknown("it runs code that nobody has read"),
        };
    };
    let mut texts = Vec::new();
    let mut doubt = None;
    let mut nothing = false;
    let watches = invocation.program == "tsx" && invocation.known(0) == Some("watch");
    let mut at = usize::from(watches);
    while let Some(word) = invocation.words.get(at) {
        let text = word.text();
        if word.value.is_unknown() {
            return Code::Unknown("which code it runs is not known");
        }
        let Some(name) = text.strip_prefix('-').filter(|name| !name.is_empty()) else { break };
        at += 1;
        if name == "-" {
            break;
        }
        let long = name.strip_prefix('-');
        let (name, attached) = match long {
            Some(long) => long.split_once('=').map_or((long, None), |(name, _)| (name, word.value.strip_prefix(&format!("--{name}=")))),
            None => (name, None),
        };
        if options.programs.contains(&"python") && name.contains('m') && long.is_none() && name.chars().all(|letter| letter == 'm' || options.letters.contains(letter)) {
            return Code::Module(at);
        }
        if options.nothing.contains(&name) {
            nothing = true;
        } else if options.code.contains(&name) {
            match (attached, invocation.words.get(at)) {
                (Some(value), _) => {
                    texts.push(Cow::Owned(value));
                    continue;
                }
                (None, Some(word)) => texts.push(Cow::Borrowed(&word.value)),
                (None, None) => return Code::Unknown("it runs code that is not known"),
            }
            at += 1;
            // What follows are arguments of the code.
            if options.programs.contains(&"python") {
                break;
            }
        } else if options.loads.iter().any(|load| name == *load || (load.len() == 1 && long.is_none() && name.starts_with(load))) {
            let next = invocation.words.get(at).map_or("", Word::text);
            let own = attached.as_ref().map(Value::text).or_else(|| name.get(1..).filter(|own| !own.is_empty() && long.is_none()));
            if !code::is_library(own.unwrap_or(next)) && !loaded::is_known(own.unwrap_or(next), options.programs) {
                doubt = Some("its options load more code");
            }
            at += usize::from(own.is_none());
        } else if options.values.contains(&name) && attached.is_none() {
            let given = invocation.words.get(at).map_or("", Word::text);
            if options.programs.contains(&"php") && PHP_LOADS.iter().any(|setting| given.contains(setting)) {
                doubt = Some("its options load more code");
            }
            at += 1;
        } else if long.is_none() {
            // The code in the same word: `-c'import os'`.
            let own = options.code.iter().filter(|code| code.len() == 1).find_map(|code| {
                let at = name.find(code).filter(|at| at + 1 < name.len())?;
                let letters = name.get(..at)?;
                let plain = letters.chars().all(|letter| options.letters.contains(letter));
                // What could be letters only may be the start of other options.
                let rest = name.get(at + 1..)?;
                (plain && rest.contains([' ', '(', '\'', '"', ';', '.', '{'])).then(|| Value::Known(rest.to_owned()))
            });
            if let Some(own) = own {
                texts.push(Cow::Owned(own));
                if options.programs.contains(&"python") {
                    break;
                }
                continue;
            }
            // Letters in one word: `-pie`, `-lne`, `-i.bak`, `-0777`.
            let bundle = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
            // `-pi.bak`
            let kept = ["i.", "i~", "i_", "i*"].iter().find_map(|start| bundle.find(start));
            let bundle = kept.and_then(|at| bundle.get(..=at)).unwrap_or(bundle);
            let ends_in_code = bundle.chars().last().is_some_and(|last| options.code.contains(&last.to_string().as_str()) && bundle.len() > 1);
            if splits_by_code(name) {
                return Code::Unknown("the text that it splits lines by may be code");
            }
            let bundle = if bundle.starts_with(['i', 'F', 'W']) && !ends_in_code { bundle.get(..1).unwrap_or_default() } else { bundle };
            let letters = if ends_in_code { bundle.get(..bundle.len() - 1).unwrap_or_default() } else { bundle };
            if !letters.chars().all(|letter| options.letters.contains(letter) || letter.is_ascii_digit()) {
                return Code::Unknown("its options are not known");
            }
            if ends_in_code {
                match invocation.words.get(at) {
                    Some(word) => texts.push(Cow::Borrowed(&word.value)),
                    None => return Code::Unknown("it runs code that is not known"),
                }
                at += 1;
            }
        }
    }
    match (doubt, invocation.words.get(at)) {
        (Some(why), _) => Code::Unknown(why),
        (None, _) if nothing && texts.is_empty() => Code::Nothing,
        (None, _) if !texts.is_empty() => Code::Inline(texts),
        (None, Some(word)) if matches!(word.text(), "-" | "/dev/stdin" | "/dev/fd/0") => Code::Stdin,
        (None, Some(_)) => Code::File(at),
        (None, None) => Code::Stdin,
    }
}

/// Whether what follows `-F`, which Perl puts into a call of `split`, may be more than an expression.
fn splits_by_code(letters: &str) -> bool {
    let Some((_, pattern)) = letters.split_once('F') else { return false };
    let is_quoted = |quote: char| pattern.strip_prefix(quote).is_some_and(|rest| rest.find(quote).is_some_and(|end| end + 1 < rest.len()));
    ['/', '"', '\''].into_iter().any(is_quoted) || ["?{", "@{", "${", "@$", "$$"].iter().any(|part| pattern.contains(part))
}

fn inline(text: &str, invocation: &Invocation, context: &mut Context<'_>) {
    let prints = invocation.words.iter().any(|word| matches!(word.text(), "-p" | "--print" | "-pe"));
    if let Some(name) = text.trim().trim_end_matches(';').strip_prefix("process.env.").filter(|_| prints) {
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_name && context.surroundings.keeps_secret(name) {
            families::reads_environment(name, context);
        }
    }
    let before = std::mem::take(&mut context.state.world.opaque);
    let listed = context.collected.len();
    let read = code::inline(&invocation.program, text, context);
    let is_followed = read.is_ok();
    match read {
        Ok(()) => {
            // What is not exactly known may be what the text names.
            if context.collected.is_unsure_since(listed) {
                mentions(text, context);
                code::literals::look(text, context);
            }
            if code::literals::names_power_in_text(text) {
                families::hidden(invocation, "it names what it calls in a text", context);
                code::literals::look(text, context);
            }
            context.program(verbs::EXEC_READ, &invocation.program);
        }
        Err(why) => {
            mentions(text, context);
            code::literals::look(text, context);
            opaque(invocation, &why, context);
        }
    }
    code::named::look(text, is_followed, context);
    operands(invocation, context);
    context.state.world.opaque |= before;
}

/// `perl -pi` and `ruby -ne` read the files that follow their code, and may write them.
fn operands(invocation: &Invocation, context: &mut Context<'_>) {
    if !matches!(invocation.program.as_str(), "perl" | "ruby") {
        return;
    }
    let option = |letter: char| invocation.words.iter().any(|word| word.text().starts_with('-') && !word.text().starts_with("--") && word.text().contains(letter));
    let mut is_code = false;
    for word in &invocation.words {
        let text = word.text();
        if std::mem::take(&mut is_code) {
            continue;
        }
        if text.len() > 1 && text.starts_with('-') {
            is_code = text.ends_with(['e', 'E']);
        } else if text.contains(['|', '>', '<']) {
            opaque(invocation, "a file's name can be a command here", context);
        } else if option('i') {
            context.write(word);
            let kept = invocation.words.iter().filter_map(|word| word.text().strip_prefix('-')?.split_once('i'));
            for suffix in kept.map(|(_, suffix)| suffix).filter(|suffix| suffix.starts_with(['.', '~', '_', '*'])) {
                context.write_value(&families::sed_backup(&word.value, &Value::Known(suffix.to_owned())));
            }
        } else {
            context.read(word);
        }
    }
}

fn file(at: usize, invocation: &Invocation, context: &mut Context<'_>) {
    let Some(word) = invocation.words.get(at) else { return };
    let fetched = ["https:", "http:", "data:"].iter().any(|scheme| word.text().starts_with(scheme));
    if fetched && matches!(invocation.program.as_str(), "deno" | "bun") {
        let resource = Resource::Program { name: invocation.title() };
        let why = "it runs code from an address that nobody here has read";
        context.push(Effect::new(verbs::EXEC_REMOTE_CODE, resource).because(why));
        return;
    }
    if families::migrations::run_script(at, invocation, context) {
        return;
    }
    let located = paths::locate(&word.value, context);
    let arguments = invocation.words.get(at + 1..).unwrap_or_default();
    if invocation.program == "bun" && (located.path.ends_with(".sh") || word.text().ends_with(".sh")) {
        // It has a shell of its own for these, which knows most of what others do.
        families::run_file(&located, Some("sh"), arguments, invocation, context);
        opaque(invocation, "it runs a file with a shell of its own", context);
        return;
    }
    families::run_file(&located, Some(&invocation.program), arguments, invocation, context);
}

/// The code of `bun -e` and `deno eval`, where no other option says more.
fn evaluated(invocation: &Invocation) -> Option<&Value> {
    let mut words = invocation.words.iter();
    if invocation.program == "bun" {
        let is_code = |word: &Word| matches!(word.known(), Some("-e" | "--eval" | "-p" | "--print"));
        return words.next().filter(|word| is_code(word)).and_then(|_| words.next()).map(|word| &word.value);
    }
    words.next().filter(|word| word.known() == Some("eval"))?;
    let plain = |text: &str| matches!(text, "-p" | "--print" | "-q" | "--quiet" | "-T" | "--ts" | "--no-check" | "--ext=ts" | "--ext=js" | "--ext=mjs");
    words.find(|word| !word.known().is_some_and(plain)).filter(|word| !word.text().starts_with('-')).map(|word| &word.value)
}

/// Options of bun that take the next word.
const BUN_VALUES: &[&str] = &["--env-file", "--shell", "--elide-lines", "--define", "-d", "--loader", "-l", "--tsconfig-override", "--conditions", "--port", "--install", "--main-fields", "--extension-order", "--title"];

/// `deno run x.ts`, `bun x.ts`
fn runtime(invocation: &Invocation, context: &mut Context<'_>) {
    if families::where_its_options_say(invocation, context, runtime) {
        return;
    }
    if let Some(value) = evaluated(invocation) {
        match value.known() {
            Some(text) => inline(text, invocation, context),
            None => families::unknown_text(value, invocation, context),
        }
        return;
    }
    loaded::preloaded(invocation, context);
    let is_value = |at: usize| at > 0 && invocation.program == "bun" && invocation.known(at - 1).is_some_and(|before| BUN_VALUES.contains(&before));
    let mut words = invocation.words.iter().enumerate().filter(|(at, word)| !word.text().starts_with('-') && !is_value(*at));
    let first = words.next();
    let title = invocation.title();
    match first.map(|(at, word)| (at, word.known().unwrap_or_default())) {
        Some((_, "publish")) if invocation.words.iter().any(|word| word.known() == Some("--dry-run")) => {
            context.program(verbs::EXEC_BUILD, &title);
        }
        Some((at, "publish")) => families::publishes(at, invocation, context),
        Some((_, "test")) => context.program(verbs::EXEC_TEST, &title),
        Some((_, "fmt" | "lint" | "check" | "build" | "bundle" | "compile" | "doc")) => context.program(verbs::EXEC_BUILD, &title),
        Some((_, "info" | "types" | "help" | "--version" | "pm" | "outdated")) => context.program(verbs::EXEC_READ, &title),
        // `bunx` by another name.
        Some((at, "x")) if invocation.program == "bun" => {
            if let Some(mut nested) = invocation.nested(at) {
                nested.first = Word::known_as("bunx");
                nested.contiguous = false;
                families::dispatch(nested, context);
            }
        }
        Some((_, "install" | "add" | "remove" | "i" | "update" | "ci" | "cache" | "link" | "upgrade")) => context.program(verbs::EXEC_INSTALL, &title),
        Some((_, "run")) if invocation.program == "deno" => match words.next() {
            Some((at, _)) => file(at, invocation, context),
            None => opaque(invocation, "it runs code that is not known", context),
        },
        Some((at, "run")) => {
            let script = words.next().map(|(at, _)| at);
            let is_file = script.and_then(|at| invocation.known(at)).is_some_and(|name| name.contains(['.', '/']));
            match script {
                Some(at) if is_file => file(at, invocation, context),
                _ => families::package_script(invocation, script.unwrap_or(at), context),
            }
        }
        Some((at, "task")) if invocation.program == "deno" => families::package_script(invocation, at, context),
        Some((at, name)) if name.contains(['.', '/']) => file(at, invocation, context),
        Some((at, _)) if invocation.program == "bun" => families::package_script(invocation, at, context),
        _ => opaque(invocation, "it runs code that nobody has read", context),
    }
}

#[cfg(test)]
mod tests;
