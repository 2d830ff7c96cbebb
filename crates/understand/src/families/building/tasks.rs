//! Runners of a project's own tasks, each with a file of its own: `task`, `rake`, `composer`, `invoke`, `fab`, `poe`,
//! `pre-commit`, `lefthook`. The file is read and understood; without it a task can do anything.

use countersign_model::{Effect, PathClass, Resource, Verb, verbs};

use crate::code::pyproject::{self, Runner};
use crate::code::{Looked, commit_checks, composer, invoke, rakefile, taskfile};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::shell::{self, Place};
use crate::word::{Value, Word};

/// What became of a command line, and what tasks of that name usually are.
type Found = (Looked, Option<Verb>);

/// Options and operands of a command line.
struct Line<'w> {
    /// Options with their values.
    given: Vec<(String, Option<Value>)>,
    operands: Vec<&'w Word>,
    /// What follows `--`.
    rest: &'w [Word],
}

impl<'w> Line<'w> {
    /// Takes words apart; options in `values` take the next word.
    fn read(words: &'w [Word], values: &[&str]) -> Self {
        let end = words.iter().position(|word| word.known() == Some("--"));
        let (own, rest) = end.and_then(|end| words.split_at_checked(end)).unwrap_or((words, &[]));
        let mut line = Self { given: Vec::new(), operands: Vec::new(), rest: rest.get(1..).unwrap_or_default() };
        let mut words = own.iter();
        while let Some(word) = words.next() {
            let text = word.text();
            if !text.starts_with('-') || text == "-" {
                line.operands.push(word);
            } else if let Some((name, _)) = text.split_once('=') {
                line.given.push((name.to_owned(), word.value.strip_prefix(&format!("{name}="))));
            } else if values.contains(&text) {
                line.given.push((text.to_owned(), words.next().map(|word| word.value.clone())));
            } else if let Some(short) = text.get(..2).filter(|short| !text.starts_with("--") && values.contains(short)) {
                line.given.push((short.to_owned(), word.value.strip_prefix(short)));
            } else {
                line.given.push((text.to_owned(), None));
            }
        }
        line
    }

    fn has(&self, names: &[&str]) -> bool {
        self.given.iter().any(|(name, _)| names.contains(&name.as_str()))
    }

    /// An option that is none of these.
    fn other(&self, names: &[&str]) -> Option<String> {
        let found = self.given.iter().find(|(name, _)| !names.contains(&name.as_str()));
        found.map(|(name, _)| format!("the option {name} is not known"))
    }

    fn value(&self, names: &[&str]) -> Option<&Value> {
        self.given.iter().rfind(|(name, _)| names.contains(&name.as_str())).and_then(|(_, value)| value.as_ref())
    }

    /// The operands' texts; none where one is not known.
    fn names(&self) -> Option<Vec<String>> {
        self.operands.iter().map(|word| word.known().map(str::to_owned)).collect()
    }
}

fn unknown(why: &str) -> Option<Found> {
    Some((Looked::Opaque(why.to_owned()), None))
}

/// Other machines of one task that are told one by one.
const MOST_HOSTS: usize = 16;

const WHICH: &str = "which task it runs is not known";

/// Adds what a task does; none where it is another program.
pub(super) fn run(invocation: &Invocation, context: &mut Context<'_>) -> Option<Found> {
    match invocation.program.as_str() {
        "task" | "go-task" => task(invocation, context),
        "rake" => rake(invocation, context),
        "invoke" | "inv" | "fab" => python(invocation, context),
        "poe" => poe(invocation, context),
        "composer" => php(invocation, context),
        "pre-commit" => checks(invocation, context),
        "lefthook" => hooks(invocation, context),
        _ => None,
    }
}

fn reads(invocation: &Invocation, context: &mut Context<'_>) -> Option<Found> {
    context.program(verbs::EXEC_READ, &invocation.program);
    Some((Looked::Understood, None))
}

/// The directory that is meant, `below` the shell's.
fn directory(below: Option<&Value>, context: &Context<'_>) -> Result<String, String> {
    let directory = context.state.shell.directory.clone()?;
    match below {
        None => Ok(directory),
        Some(Value::Known(below)) => Ok(crate::paths::normal(&directory, below)),
        Some(_) => Err("in which directory it runs is not known".to_owned()),
    }
}

fn task(invocation: &Invocation, context: &mut Context<'_>) -> Option<Found> {
    const VALUES: &[&str] = &["-t", "--taskfile", "-d", "--dir", "-C", "--concurrency", "-o", "--output", "--sort", "-I", "--interval", "--output-group-begin", "--output-group-end"];
    const PLAIN: &[&str] = &["-f", "--force", "-p", "--parallel", "-s", "--silent", "-v", "--verbose", "-w", "--watch", "-y", "--yes", "-x", "--exit-code", "-c", "--color", "-F", "--failfast", "--no-color", "--output-group-error-only"];
    let line = Line::read(&invocation.words, VALUES);
    if line.has(&["-l", "--list", "-a", "--list-all", "-n", "--dry", "--summary", "--status", "--version", "-h", "--help", "-j", "--json", "--completion"]) {
        return reads(invocation, context);
    }
    if let Some(why) = line.other(&[VALUES, PLAIN].concat()) {
        return unknown(&why);
    }
    let Some(operands) = line.names() else { return unknown(WHICH) };
    let (variables, names): (Vec<String>, Vec<String>) = operands.into_iter().partition(|text| text.contains('='));
    let usual = super::projects::usual(&names).filter(|_| !names.is_empty());
    let pair = |text: String| text.split_once('=').map(|(name, value)| (name.to_owned(), Value::Known(value.to_owned())));
    let file = match line.value(&["-t", "--taskfile"]) {
        None => None,
        Some(Value::Known(file)) => Some(file.clone()),
        Some(_) => return unknown("which file describes its tasks is not known"),
    };
    let at = match directory(line.value(&["-d", "--dir"]), context) {
        Ok(at) => at,
        Err(why) => return unknown(&why),
    };
    let first = names.first().cloned();
    let goal = taskfile::Goal { file, names, variables: variables.into_iter().filter_map(pair).collect(), arguments: line.rest.to_vec() };
    match (taskfile::run(&goal, &at, context), first) {
        // Another program of this name runs what a pyproject.toml says.
        (Looked::Absent, Some(name)) => {
            let arguments: Vec<Word> = line.operands.iter().skip(1).map(|word| (*word).clone()).collect();
            Some((pyproject::run(Runner::Taskipy, &name, &at, &arguments, context), usual))
        }
        (looked, _) => Some((looked, usual)),
    }
}

/// Tasks of rake that no library of migrations knows.
fn rake(invocation: &Invocation, context: &mut Context<'_>) -> Option<Found> {
    const VALUES: &[&str] = &["-f", "--rakefile", "-C", "--directory", "-j", "--jobs", "-r", "--require", "-I", "--libdir", "-e", "--execute", "-E", "--execute-continue", "-p", "--execute-print", "-R", "--rakelibdir"];
    let line = Line::read(&invocation.words, VALUES);
    // Code among its options runs as they are read, whatever else they ask for.
    let is_given_code = line.has(&["-e", "--execute", "-E", "--execute-continue", "-p", "--execute-print"]);
    if !is_given_code && line.has(&["-T", "--tasks", "-n", "--dry-run", "-P", "--prereqs", "-D", "--describe", "-W", "--where", "-A", "--all", "-V", "--version", "-h", "--help", "-H"]) {
        return reads(invocation, context);
    }
    let file = line.value(&["-f", "--rakefile"]).and_then(Value::known).map(|file| file.trim_start_matches("./"));
    let is_usual = file.is_some_and(|file| matches!(file, "Rakefile" | "rakefile" | "Rakefile.rb" | "rakefile.rb"));
    let usual = if is_usual { ["-f", "--rakefile"].as_slice() } else { &[] };
    if let Some(why) = line.other(&[usual, &["-C", "--directory", "-j", "--jobs", "-q", "--quiet", "-s", "--silent", "-t", "--trace", "-m", "--multitask", "-v", "--verbose", "-B", "--build-all", "-N", "--no-search", "--no-system"]].concat()) {
        return unknown(&why);
    }
    let Some(operands) = line.names() else { return unknown(WHICH) };
    let bare = |text: String| text.split('[').next().unwrap_or_default().to_owned();
    let names: Vec<String> = operands.into_iter().filter(|text| !text.contains('=')).map(bare).collect();
    let usual = super::projects::usual(&names).filter(|_| !names.is_empty());
    match directory(line.value(&["-C", "--directory"]), context) {
        Ok(at) => Some((rakefile::run(&names, &at, context), usual)),
        Err(why) => unknown(&why),
    }
}

/// `invoke`, and `fab` with the machines its tasks may also run on.
fn python(invocation: &Invocation, context: &mut Context<'_>) -> Option<Found> {
    const VALUES: &[&str] = &["-c", "--collection", "-r", "--search-root", "-f", "--config", "-H", "--hosts", "-i", "--identity", "-S", "--ssh-config", "-T", "--command-timeout", "-t", "--connect-timeout"];
    let is_fab = invocation.program == "fab";
    let start = invocation.words.iter().position(|word| !word.text().starts_with('-') || word.value.is_unknown());
    // Options of the program stand before the first task; its values among them are words of their own.
    let line = Line::read(&invocation.words, VALUES);
    if line.has(&["-l", "--list", "-h", "--help", "-V", "--version", "-R", "--dry", "--print-completion-script"]) || start.is_none() && invocation.words.is_empty() {
        return reads(invocation, context);
    }
    if line.has(&["-c", "--collection", "-r", "--search-root", "-f", "--config"]) || !line.rest.is_empty() && !is_fab {
        return unknown("its options say which file describes its tasks");
    }
    let Some(operands) = line.names() else { return unknown(WHICH) };
    // What follows a task may be a value of its options: only the first is surely a task.
    let names: Vec<String> = operands.into_iter().take(1).collect();
    if line.operands.len() > 1 && line.operands.iter().skip(1).any(|word| word.text().chars().all(|letter| letter.is_alphanumeric() || "-_.".contains(letter))) && !line.given.iter().any(|(name, _)| name.starts_with("--")) {
        return unknown("it may run several tasks");
    }
    let usual = super::projects::usual(&names).filter(|_| !names.is_empty());
    let at = match directory(None, context) {
        Ok(at) => at,
        Err(why) => return unknown(&why),
    };
    if !is_fab {
        return Some((invoke::run(&format!("{at}/tasks.py"), &names, invoke::Side::Here, context), usual));
    }
    let path = format!("{at}/fabfile.py");
    let hosts = line.value(&["-H", "--hosts"]).map(|value| value.known().unwrap_or("*").to_owned());
    let looked = invoke::run(&path, &names, invoke::Side::There, context);
    if matches!(looked, Looked::Understood) {
        let text = context.file(&path).ok().flatten().unwrap_or_default();
        let Some(texts) = invoke::remote(&text, &names) else {
            return unknown("what it runs on other machines is worked out");
        };
        let hosts_named = hosts.as_deref().unwrap_or("*");
        // Of more than can be looked at it may be any.
        let hosts_named = if hosts_named.split(',').count() > MOST_HOSTS { "*" } else { hosts_named };
        for host in hosts_named.split(',') {
            let place = Resource::Host { host: host.rsplit('@').next().unwrap_or(host).split(':').next().unwrap_or(host).to_owned(), url: None };
            if texts.is_empty() && hosts.is_none() {
                continue;
            }
            context.push(Effect::new(verbs::NET_READ, place.clone()));
            for text in &texts {
                context.elsewhere(place.clone(), |context| shell::run_apart(text, Place::Within(context.here), context));
            }
        }
    }
    Some((looked, usual))
}

fn poe(invocation: &Invocation, context: &mut Context<'_>) -> Option<Found> {
    const VALUES: &[&str] = &["-C", "--directory", "--root", "-e", "--executor", "-X", "--executor-opt"];
    let start = {
        let mut words = invocation.words.iter().enumerate();
        loop {
            match words.next() {
                None => break None,
                Some((_, word)) if VALUES.contains(&word.text()) => {
                    words.next();
                }
                Some((_, word)) if word.text().starts_with('-') => {}
                Some((index, _)) => break Some(index),
            }
        }
    };
    let Some(start) = start else { return reads(invocation, context) };
    let line = Line::read(invocation.words.get(..start).unwrap_or_default(), VALUES);
    if line.has(&["-h", "--help", "--version", "-d", "--dry-run"]) {
        return reads(invocation, context);
    }
    let Some(name) = invocation.known(start) else { return unknown(WHICH) };
    let at = match directory(line.value(&["-C", "--directory", "--root"]), context) {
        Ok(at) => at,
        Err(why) => return unknown(&why),
    };
    let arguments = invocation.words.get(start + 1..).unwrap_or_default();
    Some((pyproject::run(Runner::Poe, name, &at, arguments, context), super::projects::usual(&[name.to_owned()])))
}

/// Subcommands of composer by what they do; any other word is a script.
fn php(invocation: &Invocation, context: &mut Context<'_>) -> Option<Found> {
    const VALUES: &[&str] = &["-d", "--working-dir"];
    let line = Line::read(&invocation.words, VALUES);
    let Some(first) = line.operands.first() else { return reads(invocation, context) };
    let Some(name) = first.known() else { return unknown("the subcommand is not known") };
    let at = match directory(line.value(VALUES), context) {
        Ok(at) => at,
        Err(why) => return unknown(&why),
    };
    let title = format!("composer {name}");
    let verb = match name {
        "show" | "info" | "outdated" | "validate" | "search" | "depends" | "why" | "prohibits" | "why-not" | "licenses" | "check-platform-reqs" | "diagnose" | "status" | "suggests" | "fund" | "about" | "list" | "help" | "browse" | "home" | "audit" => verbs::EXEC_READ,
        "install" | "i" | "update" | "u" | "upgrade" | "require" | "r" | "remove" | "rm" | "uninstall" | "reinstall" | "create-project" | "self-update" | "selfupdate" | "bump" => verbs::EXEC_INSTALL,
        "dump-autoload" | "dumpautoload" | "clear-cache" | "clearcache" | "cc" | "init" | "archive" => verbs::EXEC_BUILD,
        "global" | "config" | "exec" => return None,
        _ => {
            let named = matches!(name, "run" | "run-script");
            if named && line.has(&["-l", "--list"]) {
                return reads(invocation, context);
            }
            let Some(script) = line.operands.get(usize::from(named)).and_then(|word| word.known()) else { return unknown("which script it runs is not known") };
            let position = invocation.words.iter().position(|word| word.known() == Some(script)).unwrap_or(0);
            let arguments = invocation.words.get(position + 1..).unwrap_or_default();
            return Some((composer::script(script, &at, arguments, context), super::projects::usual(&[script.to_owned()])));
        }
    };
    context.program(verb, &title);
    Some((Looked::Understood, None))
}

fn checks(invocation: &Invocation, context: &mut Context<'_>) -> Option<Found> {
    const VALUES: &[&str] = &["-c", "--config", "--hook-stage", "--hook-type", "-t", "--from-ref", "--source", "-s", "--to-ref", "--origin", "-o", "--files", "--color", "--hook-dir", "--commit-msg-filename", "--remote-branch", "--local-branch", "--remote-name", "--remote-url"];
    let line = Line::read(&invocation.words, VALUES);
    let names: Vec<&str> = line.operands.iter().map(|word| word.known().unwrap_or("*")).collect();
    // Its own hook does no more than to run what the repository's file says; another file may be anybody's.
    let is_own = line.value(&["-c", "--config", "--hook-dir"]).is_none() && names.len() == 1 && !names.contains(&"*");
    let hook = |context: &mut Context<'_>| match is_own && names.first() != Some(&"init-templatedir") {
        true => installs_own_hook("pre-commit", context),
        false => context.write_value(&Value::Known(".git/hooks/pre-commit".to_owned())),
    };
    match names.first().copied() {
        None if line.has(&["-V", "--version", "-h", "--help"]) => reads(invocation, context),
        Some("validate-config" | "validate-manifest" | "sample-config" | "help" | "migrate-config") => reads(invocation, context),
        Some("install" | "uninstall" | "init-templatedir") => {
            hook(context);
            Some((Looked::Understood, None))
        }
        Some("install-hooks" | "autoupdate" | "gc" | "clean") => {
            context.program(verbs::EXEC_INSTALL, &format!("pre-commit {}", names.first().copied().unwrap_or_default()));
            Some((Looked::Understood, None))
        }
        None | Some("run" | "hook-impl") => {
            let only = names.get(1).copied().filter(|_| names.first() == Some(&"run"));
            let file = match line.value(&["-c", "--config"]) {
                None => ".pre-commit-config.yaml".to_owned(),
                Some(Value::Known(file)) => file.clone(),
                Some(_) => return unknown("which file describes its hooks is not known"),
            };
            match directory(None, context) {
                Ok(at) if only != Some("*") => Some((commit_checks::pre_commit(&file, &at, only, context), None)),
                Ok(_) => unknown("which hook it runs is not known"),
                Err(why) => unknown(&why),
            }
        }
        Some(_) => unknown("the subcommand is not known"),
    }
}

/// Adds that a runner of hooks is made git's hook: what it runs is what its file in the repository says.
fn installs_own_hook(runner: &str, context: &mut Context<'_>) {
    let located = paths::locate(&Value::Known(".git/hooks/pre-commit".to_owned()), context);
    context.state.world.writes(&located);
    let resource = Resource::Path { path: located.path, zone: located.zone, class: PathClass::Ordinary };
    let why = format!("git then runs {runner}, and that what the repository's own file says");
    context.push(Effect::new(verbs::FS_WRITE, resource).because(&why));
}

fn hooks(invocation: &Invocation, context: &mut Context<'_>) -> Option<Found> {
    let names: Option<Vec<&str>> = invocation.words.iter().filter(|word| !word.text().starts_with('-')).map(Word::known).collect();
    let Some(names) = names else { return unknown("which hook it runs is not known") };
    match names.as_slice() {
        [] | ["version" | "dump" | "validate" | "help" | "check-install", ..] => reads(invocation, context),
        ["install" | "uninstall"] => {
            installs_own_hook("lefthook", context);
            Some((Looked::Understood, None))
        }
        ["install" | "uninstall" | "add", ..] => {
            context.write_value(&Value::Known(".git/hooks/pre-commit".to_owned()));
            Some((Looked::Understood, None))
        }
        ["run", hook, ..] => match directory(None, context) {
            Ok(at) => Some((commit_checks::lefthook(hook, &at, context), None)),
            Err(why) => unknown(&why),
        },
        _ => unknown("the subcommand is not known"),
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::understood;

    /// Whether it puts a hook there that is more than the runner's own.
    fn trusts_a_hook(command: &str) -> bool {
        let effects = understood(command, &[]).effects;
        effects.iter().any(|effect| format!("{effect:?}").contains("hooks/pre-commit") && format!("{effect:?}").contains("ToolConfiguration"))
    }

    #[test]
    fn a_runners_own_hook() {
        for command in ["pre-commit install", "pre-commit install -t pre-push", "pre-commit uninstall", "lefthook install"] {
            assert!(!trusts_a_hook(command), "{command}");
            assert!(crate::fixture::check(command).contains("fs.write /repo/.git/hooks/pre-commit"), "{command}");
        }
        for command in ["pre-commit install -c /tmp/x.yaml", "pre-commit install $MORE", "pre-commit init-templatedir x", "lefthook add pre-push", "cp x .git/hooks/pre-commit"] {
            assert!(trusts_a_hook(command), "{command}");
        }
        assert!(crate::fixture::check("pre-commit install && git commit -m x").contains("the hook pre-commit"));
    }
}
