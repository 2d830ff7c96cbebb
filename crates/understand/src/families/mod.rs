//! What programs do, one family of programs a file. One more family is one file and one line in
//! the list at [`families`].
//!
//! A family gets an [`Invocation`] and says its effects to a [`Context`]; whatever it does not know
//! it takes as the worst it can be.

use countersign_model::{
    Certainty, Effect, ForgeRepository, PathClass, Remote, Repository, Resource, Zone, verbs,
};

use crate::code::{self, Looked};
use crate::context::Context;
use crate::environment;
use crate::invocation::{Invocation, Stdin};
use crate::paths;
use crate::shell::{self, Place};
use crate::sought;
use crate::word::{Value, Word};

/// Programs that are understood together.
pub(crate) struct Family {
    /// Their names.
    pub programs: &'static [&'static str],
    /// What of them is understood and what is not, for the page about them.
    pub about: &'static str,
    /// Commands for that page: hits and near misses.
    pub examples: &'static [&'static str],
    /// Adds what one of them, run so, does.
    pub effects: fn(&Invocation, &mut Context<'_>),
}

macro_rules! families {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*
        /// All families; the first that has a program's name understands it.
        const ALL: &[&Family] = &[$(&$name::FAMILY),*];
        /// The names of their files.
        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

families! {
    git,
    gh,
    glab,
    aws,
    gcloud,
    az,
    clouds,
    secrets,
    builtins,
    wrappers,
    feeding,
    runners,
    transfers,
    awk,
    sed,
    interpreters,
    files,
    find,
    searching,
    reading,
    system_packages,
    building,
    mise,
    web,
    httpie,
    psql,
    mysql,
    sqlite3,
    redis,
    mongodb,
    warehouses,
    etcd,
    kubectl,
    docker,
    registries,
    helm,
    delivery,
    terraform,
    stacks,
    ansible,
    scheduled,
    platforms,
    ssh,
    processes,
    services,
    migrations,
    machine,
    agents,
    guards,
    mail,
    multiplexers,
    editors,
    binaries,
    countersign,
}

mod cloud;
pub(crate) mod databases;
pub(crate) mod declared;
mod names;
pub(crate) mod subcommands;

pub(crate) use awk::program as awk_program;
pub(crate) use git::{Git, addresses, resolve};

/// Directories whose programs are what their names say.
const STANDARD: &[&str] =
    &["/bin", "/usr/bin", "/usr/local/bin", "/sbin", "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"];

/// Arguments of a program nobody knows that are looked at as paths; all are searched as text.
const MOST_ARGUMENTS: usize = 200;

/// Adds the effects of one invocation whose program is not yet named.
pub(crate) fn dispatch(mut invocation: Invocation, context: &mut Context<'_>) {
    if !context.counts_command() || !context.enters() {
        return;
    }
    let outside = context.here;
    let span = invocation.span();
    context.here = span.or(outside);
    let begun = context.tree.begins(context.here);
    environment::effects(&invocation, context);
    let written = context.state.world.written.len();
    let outside_fetched = std::mem::take(&mut context.flow.fetched);
    starts(&mut invocation, context);
    code::foreign::carries(&invocation, written, context);
    context.flow.fetched |= outside_fetched;
    context.tree.ends(begun, invocation);
    context.here = outside;
    context.leaves();
}

/// Finds out which program it is, and adds what that does.
fn starts(invocation: &mut Invocation, context: &mut Context<'_>) {
    match invocation.first.known().map(str::to_owned) {
        None => unnamed(invocation, context),
        Some(name) if name.is_empty() => context.opaque("a command", "the name of the program is empty"),
        Some(name) => {
            let name = program_path(&name);
            let (directory, base) =
                name.rsplit_once('/').map_or((None, name.as_str()), |(d, b)| (Some(d), b));
            if base.starts_with("git-") && directory.is_none_or(|directory| directory.ends_with("/git-core"))
            {
                dashed_git(&base.replacen("git-", "", 1), invocation, context);
                return;
            }
            let standard = directory
                .is_none_or(|directory| STANDARD.contains(&directory) || directory.ends_with("/git-core"));
            invocation.program = if standard { unversioned(base).to_owned() } else { name.clone() };
            if standard { named(invocation, context) } else { script(invocation, context) }
        }
    }
}

/// Programs that are installed under names with their version, too.
const VERSIONED: &[&str] = &[
    "python", "perl", "ruby", "php", "node", "lua", "pip", "gcc", "g++", "clang", "clang++", "psql", "java",
];

/// `python3.12` is `python3`, `gcc-13` is `gcc`.
fn unversioned(base: &str) -> &str {
    // The launcher of Python on Windows.
    if base == "py" {
        return "python";
    }
    let bare = base.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let name = bare.strip_suffix('-').unwrap_or(bare);
    match VERSIONED.contains(&name) && name != base {
        true if is_understood(base) => base,
        true => name,
        false => base,
    }
}

/// The path of a program without double slashes, `.`, `..` and a process's own name for the root.
fn program_path(name: &str) -> String {
    if !name.starts_with('/') {
        return name.to_owned();
    }
    let mut path = paths::normal("/", name);
    while let Some(rest) = path.strip_prefix("/proc/").and_then(|rest| rest.split_once("/root/")) {
        if rest.0.trim_start_matches("self").contains('/') && !rest.0.contains("/task/") {
            break;
        }
        path = format!("/{}", rest.1);
    }
    path
}

/// `git-push` is `git push`.
fn dashed_git(subcommand: &str, invocation: &mut Invocation, context: &mut Context<'_>) {
    invocation.program = "git".to_owned();
    invocation.words.insert(0, Word::known_as(subcommand));
    invocation.contiguous = false;
    named(invocation, context);
}

/// Whether a pattern stands for a program that is found by its name: `/usr/bin/kubect*`, not `./tests/run_*`.
fn is_spelled_by_pattern(value: &crate::word::Value) -> bool {
    matches!(value, crate::word::Value::Pattern(text)
        if !text.contains('/') || STANDARD.iter().any(|directory| text.starts_with(directory)) || text.split('/').any(|part| part.contains("bin") || part.contains(['?', '*', '['])) && text.starts_with('/'))
}

fn unnamed(invocation: &Invocation, context: &mut Context<'_>) {
    let why = match &invocation.first.value {
        Value::Unknown { why, .. } => why.clone(),
        Value::Known(_) | Value::Pattern(_) => "a file name pattern".to_owned(),
    };
    let why = format!("the name of the program is not known: {why}");
    if says_nothing(&invocation.first.value) || is_spelled_by_pattern(&invocation.first.value) {
        hidden(invocation, &why, context);
    } else {
        opaque(invocation, &why, context);
    }
    // Its arguments may say which program it must be.
    let operands: Vec<&str> =
        invocation.words.iter().map(Word::text).filter(|text| !text.starts_with('-')).collect();
    let repo = resolve::Repo::open(&context.state.shell.directory, Vec::new(), context);
    let remote = |name: &str| {
        repo.subsections("remote", context).is_ok_and(|names| names.iter().any(|known| known == name))
    };
    let removes = invocation.words.first().is_some_and(|word| {
        let text = word.text();
        text.starts_with('-') && !text.starts_with("--") && text.contains(['r', 'R']) && text.contains('f')
    });
    let program = match operands.as_slice() {
        [_, ..] if removes => "rm",
        ["push"] => "git",
        ["push", name, ..] if remote(name) => "git",
        ["pr", "merge", ..] => "gh",
        _ => return,
    };
    let invocation = Invocation { program: program.to_owned(), contiguous: false, ..invocation.clone() };
    named(&invocation, context);
}

/// Programs whose work is worth looking for in words that something else may run.
const SOUGHT: &[&str] = &["git", "gh", "countersign", "countersign-hook"];

/// All families with the names of their files.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static Family)> {
    NAMES.iter().copied().zip(ALL.iter().copied())
}

/// Whether some family has a program of this name.
pub(crate) fn is_understood(name: &str) -> bool {
    names::family(name).is_some()
}

/// Whether the shell does what this name stands for by itself.
pub(crate) fn is_builtin(name: &str) -> bool {
    builtins::FAMILY.programs.contains(&name)
}

fn named(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    if shell::subscripts::evaluates(program) {
        for word in &invocation.words {
            shell::subscripts::value(&word.value, context);
        }
        let reads = matches!(program, "read" | "mapfile" | "readarray");
        if let Some(Stdin::Text(value)) = Some(&invocation.stdin).filter(|_| reads) {
            shell::subscripts::value(value, context);
        }
    }
    match names::family(program) {
        Some(family) => (family.effects)(invocation, context),
        None => match declared::find(program, context) {
            Some(declared) => declared::effects(declared, invocation, context),
            None => unknown(invocation, context),
        },
    }
    if let Some(text) = shell::texts::of(invocation) {
        context.flow.text = Some(text);
    }
}

/// A program nobody knows; where systems that tell no case or add an ending would find one that is known,
/// it may be that one.
fn unknown(invocation: &Invocation, context: &mut Context<'_>) {
    opaque(invocation, "nobody knows what this program does", context);
    let name = invocation.program.rsplit('\\').next().unwrap_or_default().to_ascii_lowercase();
    let name = name.strip_suffix(".exe").unwrap_or(&name);
    let is_cmdlet = invocation.program.split_once('-').is_some_and(|(verb, noun)| {
        let word = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_uppercase())
                && text.bytes().all(|byte| byte.is_ascii_alphabetic())
        };
        word(verb) && word(noun)
    });
    if is_cmdlet && context.elsewhere.is_none() {
        let text = format!(
            "{} {}",
            invocation.program,
            invocation.words.iter().map(|word| word.raw.as_str()).collect::<Vec<_>>().join(" ")
        );
        crate::powershell::run(&text, context);
    }
    if name != invocation.program && is_understood(name) {
        let program = name.to_owned();
        named(&Invocation { program, contiguous: false, ..invocation.clone() }, context);
    }
}

/// A program given by its path: a script of the project or something downloaded. Where its name, or
/// that of what it leads to, is one that is understood, it most likely does that as well.
fn script(invocation: &Invocation, context: &mut Context<'_>) {
    let located = paths::locate(&invocation.first.value, context);
    let protected = &context.surroundings.protected;
    let own =
        located.readings().any(|path| protected.iter().any(|protected| paths::is_within(path, protected)));
    let name = located.readings().map(|path| paths::split(path).1).find(|name| is_understood(name));
    let name = name.unwrap_or_default().to_owned();
    if own || countersign::FAMILY.programs.contains(&name.as_str()) {
        countersign::run(invocation, context);
        return;
    }
    let is_installed = !name.is_empty() && code::source::is_installed(&located, &name, context);
    if !is_installed {
        run_file(&located, None, &invocation.words, invocation, context);
    }
    if !name.is_empty() {
        let likely = Invocation { program: name, contiguous: false, ..invocation.clone() };
        named(&likely, context);
    }
}

/// Adds what running a file does, by the text that is in it; `program`: what it is given to.
pub(crate) fn run_file(
    located: &paths::Located,
    program: Option<&str>,
    arguments: &[Word],
    invocation: &Invocation,
    context: &mut Context<'_>,
) {
    let before = std::mem::take(&mut context.state.world.opaque);
    match code::run(located, program, arguments, context) {
        Looked::Understood => context.reads(located),
        Looked::Absent if code::absent::is_certain(located, program, invocation, context) => {
            code::absent::file(located, context);
        }
        Looked::Absent => code::opaque(located, "it runs a file that is not there yet", context),
        Looked::Opaque(why) => code::opaque(located, &why, context),
    }
    named_by_arguments(invocation, context);
    if context.state.world.opaque {
        sought_in_arguments(invocation, context);
    }
    context.state.world.opaque |= before;
}

/// Makes the text of a file that will run a fact of this call: when it changes, an approval is void.
pub(crate) fn ask_file(path: &str, context: &Context<'_>) {
    use crate::Workspace as _;
    if path.starts_with('/') {
        context.workspace.ask(&countersign_model::Question::Path { path: path.to_owned() });
    }
}

/// Adds something nobody can see into, and what its arguments give away.
pub(crate) fn opaque(invocation: &Invocation, why: &str, context: &mut Context<'_>) {
    let name = if invocation.program.is_empty() { &invocation.first.raw } else { &invocation.program };
    let short: String = name.chars().take(80).collect();
    context.opaque(&short, why);
    named_by_arguments(invocation, context);
    sought_in_arguments(invocation, context);
}

/// The same for what is put together or named only as it runs.
pub(crate) fn hidden(invocation: &Invocation, why: &str, context: &mut Context<'_>) {
    let name = if invocation.program.is_empty() { &invocation.first.raw } else { &invocation.program };
    let short: String = name.chars().take(80).collect();
    context.hidden(&short, why);
    named_by_arguments(invocation, context);
    sought_in_arguments(invocation, context);
}

/// Adds that something runs text of which as much is known as the value says.
pub(crate) fn unknown_text(value: &Value, invocation: &Invocation, context: &mut Context<'_>) {
    if says_nothing(value) {
        hidden(invocation, "it runs text that is not known", context);
    } else {
        opaque(invocation, "it runs text of which a part is not known", context);
    }
}

/// Whether nothing at all is known of a value.
pub(crate) fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Known(_) | Value::Pattern(_) => false,
        Value::Unknown { prefix, suffix, .. } => prefix.trim().is_empty() && suffix.trim().is_empty(),
    }
}

/// Adds what commands of note among the arguments, or in a text given with them, would do.
pub(crate) fn sought_in_arguments(invocation: &Invocation, context: &mut Context<'_>) {
    if sought::shows(&invocation.program) {
        return;
    }
    let code = interpreters::FAMILY.programs.contains(&invocation.program.as_str());
    let mut prose = false;
    let mut texts: Vec<String> = Vec::new();
    let mut rest = None;
    for (index, word) in invocation.words.iter().enumerate() {
        let skipped = std::mem::replace(&mut prose, !code && sought::introduces_prose(word.text()));
        let text = word.text();
        if skipped
            || (!code
                && text.starts_with("--")
                && text.split('=').next().is_some_and(sought::introduces_prose))
        {
            continue;
        }
        let name = text.rsplit('/').next().unwrap_or(text);
        let plain = text == name || text.starts_with('/');
        if rest.is_none() && plain && SOUGHT.contains(&name) && !code {
            rest = Some(index);
        }
        texts.push(match &word.value {
            Value::Known(_) | Value::Pattern(_) => text.to_owned(),
            Value::Unknown { prefix, suffix, .. } => format!("{prefix} {suffix}"),
        });
    }
    if let Some(index) = rest
        && let Some(mut nested) = invocation.nested(index)
        && sought::find(&format!("{} {}", nested.first.text(), nested.written())).any()
    {
        nested.contiguous = false;
        dispatch(nested, context);
        return;
    }
    match &invocation.stdin {
        Stdin::Text(value) => texts.push(value.text().to_owned()),
        Stdin::Pipe(source) => texts.extend(source.text.clone()),
        Stdin::Inherited | Stdin::File(_) => {}
    }
    for text in &texts {
        let first = text.split_ascii_whitespace().next().unwrap_or_default();
        if !code && text.contains([' ', '\n']) && is_understood(first) && sought::find(text).any() {
            shell::run_apart(text, Place::Within(context.here), context);
        } else {
            sought_in(text, context);
        }
    }
    if code {
        // `-c git -c push`: what one word does not say, all may.
        sought_in(&texts.join(" "), context);
    }
}

/// Adds the worst that commands of note in a text, which something may run, could do.
pub(crate) fn sought_in(text: &str, context: &mut Context<'_>) {
    let why = "a program nobody can see into is given these words";
    let found = sought::find(text);
    if found.push {
        pushes_anything(why, context);
    }
    if found.merge {
        let any = ForgeRepository { host: "github.com".to_owned(), name: "*".to_owned() };
        crate::forge::anything(&any, why, context);
    }
    if found.tamper {
        tampers(context);
    }
}

fn pushes_anything(why: &str, context: &mut Context<'_>) {
    let remote = Remote { name: "*".to_owned(), url: None };
    let repository = Repository { root: None, remote: Some(remote) };
    let resource = Resource::Ref { repository, reference: "*".to_owned(), old: None, new: None };
    context.push(Effect::new(verbs::GIT_FORCE_PUSH, resource).certain(Certainty::Partial, why));
    context.candidates.push(crate::pin::impossible(why));
}

/// Adds what the arguments of a program that could do anything with them give away.
pub(crate) fn named_by_arguments(invocation: &Invocation, context: &mut Context<'_>) {
    mentions(&format!("{} {}", invocation.first.raw, invocation.written()), context);
    for word in invocation.words.iter().take(MOST_ARGUMENTS) {
        let text = word.text();
        if word.value.is_unknown() || text.starts_with('-') || text.contains([' ', '\n']) || text.len() > 4096
        {
            continue;
        }
        let located = paths::locate(&word.value, context);
        if located.class == PathClass::Countersign {
            tampers(context);
        } else if located.class == PathClass::Secret {
            reads_secret(&located.path, located.zone, context);
        }
    }
}

/// Adds what a text that some program runs gives away.
pub(crate) fn mentions(text: &str, context: &mut Context<'_>) {
    if paths::mentions_protected(text, context) {
        tampers(context);
    }
    if paths::mentions_secret(text) {
        reads_secret("*", Zone::Home, context);
    }
}

/// Adds the worst that a text which cannot be read gives away by the words in it.
pub(crate) fn unreadable(text: &str, context: &mut Context<'_>) {
    let why = "the command cannot be read, and these words are in it";
    let any = ForgeRepository { host: "github.com".to_owned(), name: "*".to_owned() };
    if text.contains("git") && text.contains("push") {
        pushes_anything(why, context);
    }
    if text.contains("merge") && (text.contains("gh ") || text.contains("api")) {
        crate::forge::anything(&any, why, context);
    }
    if text.contains("countersign") {
        tampers(context);
    }
}

fn tampers(context: &mut Context<'_>) {
    let (zone, class) = (Zone::Home, PathClass::Countersign);
    let resource = Resource::Path { path: "*".to_owned(), zone, class };
    let why = "a program nobody can see into is given one of Countersign's own files";
    context.push(Effect::new(verbs::COUNTERSIGN_TAMPER, resource).certain(Certainty::Partial, why));
}

fn reads_secret(path: &str, zone: Zone, context: &mut Context<'_>) {
    let resource = Resource::Path { path: path.to_owned(), zone, class: PathClass::Secret };
    let why = "a program nobody can see into is given a file that holds credentials";
    context.push(Effect::new(verbs::SECRET_READ, resource).certain(Certainty::Partial, why));
}

/// Adds that a variable of the environment is shown, or all of them.
pub(crate) fn reads_environment(name: &str, context: &mut Context<'_>) {
    let resource = Resource::Secret { store: "environment".to_owned(), name: name.to_owned() };
    let effect = Effect::new(verbs::SECRET_READ, resource);
    context.push(match name {
        "*" => effect.certain(Certainty::Partial, "the environment may hold secrets"),
        _ => effect,
    });
}

/// Whether a variable is named like a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "API_KEY", "APIKEY", "PRIVATE_KEY", "ACCESS_KEY", "CREDENTIAL"]
        .iter()
        .any(|part| name.contains(part))
}

/// Adds that words are read as files.
pub(crate) fn read_all<'w>(words: impl IntoIterator<Item = &'w Word>, context: &mut Context<'_>) {
    for word in words {
        context.read(word);
    }
}

/// Adds what a script of the project's package does; `at`: where it is named, or the word `run` before.
pub(crate) fn package_script(invocation: &Invocation, at: usize, context: &mut Context<'_>) {
    let at = at + usize::from(matches!(invocation.known(at), Some("run" | "task")));
    let (name, directory) = (invocation.known(at).map(str::to_owned), context.state.shell.directory.clone());
    let (Some(name), Ok(directory)) = (name, directory) else {
        opaque(invocation, "which script of the project it runs is not known", context);
        return;
    };
    let arguments = invocation.words.get(at + 1..).unwrap_or_default();
    match code::packages::script(&name, &directory, arguments, context) {
        Looked::Understood => {}
        Looked::Absent => opaque(invocation, "it runs a script of the project", context),
        Looked::Opaque(why) => opaque(invocation, &why, context),
    }
}

/// What a target or a task of this name usually is.
pub(crate) fn usual(name: &str) -> Option<countersign_model::Verb> {
    building::usual(name)
}

/// Whether a program that a package manager installs is known by its name.
pub(crate) fn is_known_tool(name: &str) -> bool {
    building::FAMILY.programs.contains(&name)
}

#[cfg(test)]
mod pattern_tests {
    use crate::fixture::check;

    #[test]
    fn a_program_spelled_by_a_pattern_is_hidden() {
        for command in ["kubect? delete ns x", "/usr/bin/kubect* delete ns x", "/???/b??/x y"] {
            let found = check(command);
            assert!(found.contains("exec.hidden"), "{command}: {found}");
        }
        let found = check("./tests/run_*.sh");
        assert!(!found.contains("exec.hidden"), "{found}");
    }
}
