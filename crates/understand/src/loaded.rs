//! Secrets that are loaded into the shell for a test, a build or a server of the project, which could load them by
//! itself: `source .env && npm test`; and for a client of a database of this machine. The call is read by its parts; of any other than the few that are known here, a
//! person is asked as before.

mod clients;
mod wrapped;

use countersign_model::{Effect, PathClass, Resource, Reversible, Span, Zone, verbs};

/// Longer calls are not looked at, in bytes.
const LONGEST: usize = 512;

/// Why such a read is told, and no more.
const WHY: &str = "it is loaded for a test or a build of the project, and nothing in the call shows it";

/// Takes the read of a file of variables for one that shows nothing, where the whole call does nothing but load it and
/// test or build.
pub(crate) fn unshown(text: &str, effects: &mut [Effect]) {
    let is_unshown = || match wrapped::of_shell(without_tail(text)) {
        Some(inner) => is_quiet(inner, Some(Span { start: 0, end: text.len() }), effects),
        None => is_quiet(&wrapped::without_group(text), None, effects),
    };
    if text.len() > LONGEST || !is_unshown() {
        return;
    }
    for effect in effects.iter_mut().filter(|effect| effect.verb == verbs::SECRET_READ) {
        effect.reversible = Reversible::Yes;
        effect.because.get_or_insert_with(|| WHY.to_owned());
    }
}

/// `whole`: what the effects of every part are said to stand at.
fn is_quiet(text: &str, whole: Option<Span>, effects: &[Effect]) -> bool {
    let is_loaded = |effect: &Effect| matches!(&effect.resource, Resource::Path { zone: Zone::Workspace, class: PathClass::Secret, path } if path.rsplit('/').next().is_some_and(|name| name.starts_with(".env")));
    let (mut loads, mut works) = (Vec::new(), Vec::new());
    let (mut starts, mut scripts, mut asks) = (Vec::new(), Vec::new(), Vec::new());
    let mut at = 0;
    for part in clients::parts(text) {
        let from = at;
        at += part.len();
        let command = part.trim_end_matches([';', '\n']).trim_end_matches("&&").trim();
        let mut span = whole.unwrap_or(Span { start: from, end: at });
        if matches!(command, "set -a" | "set +a" | "set -o allexport" | "set +o allexport" | "")
            || is_change(command)
        {
            continue;
        }
        let mut command = command;
        if let Some(given) = wrapped::given_by_env(command) {
            let parted = at - part.len() + part.find(given).unwrap_or_default();
            loads.push(whole.unwrap_or(Span { start: from, end: parted }));
            span = whole.unwrap_or(Span { start: parted, end: at });
            command = given;
        }
        if is_load(command) {
            loads.push(span);
        } else if !loads.is_empty() && clients::is_client(without_tail(command)) {
            works.push(span);
            asks.push(span);
        } else if loads.is_empty() || !is_plain(without_tail(command)) || prints_variables(command) {
            return false;
        } else {
            works.push(span);
            if starts_code(without_tail(command)) {
                starts.push(span);
            } else if starts_script(without_tail(command)) {
                scripts.push(span);
                asks.push(span);
            } else {
                asks.push(span);
            }
        }
    }
    let within = |effect: &Effect, spans: &[Span]| {
        effect
            .span
            .is_some_and(|span| spans.iter().any(|part| part.start <= span.start && span.end <= part.end))
    };
    // What the project's own code does with them is what it does whenever it runs; what it is seen to show is told.
    let is_start = |effect: &Effect| {
        let is_own = match &effect.resource {
            Resource::Path { zone: Zone::Workspace, class, .. } => {
                effect.verb == verbs::FS_READ && *class == PathClass::Ordinary
            }
            Resource::Program { name } => effect.verb == verbs::EXEC_OPAQUE && !name.contains(" told of "),
            Resource::Host { host, .. } => effect.verb == verbs::NET_LISTEN && host != "*",
            _ => false,
        };
        is_own && within(effect, &starts)
            || is_own
                && within(effect, &scripts)
                && (effect.verb != verbs::EXEC_OPAQUE || runs_a_file(effect))
            || clients::asks_this_machine(effect) && (within(effect, &asks) || is_redirected(effect, &asks))
    };
    let is_work = |effect: &&Effect| {
        effect.verb == verbs::EXEC_TEST || effect.verb == verbs::EXEC_BUILD || is_start(effect)
    };
    !works.is_empty()
        && (whole.is_none() || works.len() == 1)
        && works.iter().all(|part| effects.iter().filter(is_work).any(|effect| within(effect, std::slice::from_ref(part))))
        && effects.iter().any(|effect| effect.verb == verbs::SECRET_READ)
        && effects.iter().all(|effect| match &effect.verb {
            verb if *verb == verbs::SECRET_READ => is_loaded(effect) && within(effect, &loads),
            // The registry that `npx` asks for the tool; what is installed has an effect of its own.
            verb if *verb == verbs::EXEC_TEST || *verb == verbs::EXEC_BUILD || *verb == verbs::PACKAGE_READ => within(effect, &works),
            verb if *verb == verbs::EXEC_READ => matches!(&effect.resource, Resource::Program { name } if matches!(name.as_str(), "set" | "cd" | "export" | "head" | "tail")) || within(effect, &loads),
            _ => is_start(effect),
        })
}

/// Programs that run a file of the project's own.
const INTERPRETERS: &[&str] = &["bun", "deno", "node", "python", "python3", "ts-node", "tsx"];
/// What such files end in.
const CODE: &[&str] = &[".js", ".mjs", ".cjs", ".ts", ".mts", ".py"];
/// Programs that serve a module of the project's own.
const SERVERS: &[&str] =
    &["celery", "daphne", "fastapi", "flask", "granian", "gunicorn", "hypercorn", "streamlit", "uvicorn"];

/// Whether a command runs a file or a module of the project and nothing that it is given in words.
fn starts_code(command: &str) -> bool {
    let mut words = command.split_ascii_whitespace().peekable();
    if words.next_if(|word| matches!(*word, "uv" | "poetry" | "pdm")).is_some() && words.next() != Some("run")
    {
        return false;
    }
    if words.next_if(|word| matches!(*word, "npx" | "pnpm" | "yarn" | "bunx")).is_some() {
        words.next_if_eq(&"exec");
        if !words.peek().is_some_and(|program| matches!(*program, "ts-node" | "tsx")) {
            return false;
        }
    }
    match (words.next(), words.next()) {
        (Some(program), Some("-m")) if program.starts_with("python") => {
            words.next().is_some_and(|module| SERVERS.contains(&module))
        }
        (Some(program), Some(file)) if INTERPRETERS.contains(&program) => {
            !file.starts_with(['-', '/'])
                && !file.contains("..")
                && CODE.iter().any(|ending| file.ends_with(ending))
        }
        (Some(program), _) => SERVERS.contains(&program),
        (None, _) => false,
    }
}

/// Whether a command runs a script of the project's package.
fn starts_script(command: &str) -> bool {
    let words: Vec<&str> = command.split_ascii_whitespace().collect();
    matches!(
        words[..],
        ["npm" | "pnpm" | "yarn" | "bun", "run", _] | ["npm" | "pnpm" | "yarn", "start" | "dev"]
    )
}

/// Whether it is the file that a client is given by the shell, of which nobody says where in the call it stands.
fn is_redirected(effect: &Effect, asks: &[Span]) -> bool {
    effect.verb == verbs::FS_READ && effect.span.is_none() && !asks.is_empty()
}

/// Whether what is not known is code of a file.
fn runs_a_file(effect: &Effect) -> bool {
    matches!(&effect.resource, Resource::Program { name } if name.starts_with('/') && !name.contains(' ') && CODE.iter().any(|ending| name.ends_with(ending)))
}

/// `source .env`, `export $(grep -v '^#' .env | xargs)`.
fn is_load(command: &str) -> bool {
    let file = command.strip_prefix("source ").or_else(|| command.strip_prefix(". "));
    match file {
        Some(file) => is_plain(file) && !file.contains(' '),
        None => command.strip_prefix("export ").is_some_and(prints_file),
    }
}

/// `$(grep -v '^#' .env | xargs)`.
fn prints_file(word: &str) -> bool {
    let inside = word.strip_prefix("$(").and_then(|rest| rest.strip_suffix("xargs)"));
    let read = inside.and_then(|inside| inside.trim_end().strip_suffix('|')).map(str::trim_end);
    let starts = ["cat ", "grep -v '^#' ", "grep -v \"^#\" ", "grep -v ^# "];
    let file = read.and_then(|read| starts.iter().find_map(|start| read.strip_prefix(start)));
    file.is_some_and(|file| is_plain(file) && !file.contains(' '))
}

fn is_change(command: &str) -> bool {
    command.strip_prefix("cd ").is_some_and(|directory| is_plain(directory) && !directory.contains(' '))
}

/// Options of programs that test or build which make them tell what they are run with.
const PRINTS: &[&str] = &["--debug", "--dry-run", "--dry", "--evaluate", "--dump", "--variables", "-X"];

/// Options of `make` of which it is known that they tell nothing of the variables.
const MAKE: &[&str] = &[
    "--always-make",
    "--keep-going",
    "--no-print-directory",
    "--quiet",
    "--silent",
    "-B",
    "-C",
    "-j",
    "-k",
    "-s",
];

/// Whether a command may print the variables that it is run with, for what its options say.
fn prints_variables(command: &str) -> bool {
    let mut words = command.split_ascii_whitespace();
    let is_make = |word: &str| matches!(word.rsplit('/').next(), Some("make" | "gmake"));
    let is_quiet = |word: &str| {
        let word = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
        MAKE.contains(&word)
            || word.strip_suffix('=').is_some_and(|word| word == "--jobs")
            || word == "--jobs"
    };
    command.contains("MAKEFLAGS")
        || words.clone().any(|word| PRINTS.contains(&word.split('=').next().unwrap_or(word)))
        || words.any(is_make) && words.any(|word| word.starts_with('-') && !is_quiet(word))
}

/// A command without what leaves out most of what it prints.
fn without_tail(command: &str) -> &str {
    let (command, last) = command.split_once('|').unwrap_or((command, ""));
    let last = last.trim();
    let is_tail = last.is_empty()
        || last.strip_prefix("tail -").or_else(|| last.strip_prefix("head -")).is_some_and(|number| {
            let number = number.strip_prefix('n').unwrap_or(number).trim();
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        });
    let command = command.trim();
    if is_tail { command.strip_suffix("2>&1").unwrap_or(command) } else { "" }
}

/// Whether a command has nothing in it that the shell expands, pipes, redirects or runs beside others.
fn is_plain(command: &str) -> bool {
    !command.is_empty()
        && command.chars().all(|letter| letter.is_ascii_alphanumeric() || " ./_-:@=,+".contains(letter))
}

#[cfg(test)]
mod tests;
