//! What a project says itself: targets of its build file, scripts of its package, aliases of its tools. The text
//! decides; a name that sounds like a build or a test only counts where there is no such file.

use countersign_model::{Certainty, Effect, Resource, Verb, verbs};

use super::{tasks, Does};
use crate::code::{self, Looked, packages};
use crate::context::Context;
use crate::families::{self, dispatch, opaque};
use crate::invocation::{Invocation, Source, Stdin};
use crate::paths;
use crate::word::{Value, Word};

/// Adds what a target, a script or an alias does; false where there is no file that says so.
pub(super) fn run(does: Does, index: usize, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let listed = context.collected.len();
    let (looked, usual) = match (invocation.program.as_str(), does) {
        ("make" | "gmake", _) => super::make::make(invocation, context),
        ("just", _) => super::just::just(invocation, context),
        ("npm" | "pnpm" | "yarn", Does::Script | Does::Test | Does::Build) => match script(index, invocation, context) {
            Some(found) => found,
            None => return false,
        },
        ("task" | "go-task" | "rake" | "invoke" | "inv" | "fab" | "poe" | "composer" | "pre-commit" | "lefthook", _) => match tasks::run(invocation, context) {
            Some(found) => found,
            None => return false,
        },
        ("npx" | "bunx", _) => return installed(0, invocation, context),
        ("npm" | "pnpm" | "yarn", Does::Install) if matches!(invocation.known(index), Some("exec" | "x" | "dlx")) => {
            return installed(index + 1, invocation, context);
        }
        _ => return false,
    };
    match looked {
        Looked::Understood => {
            if context.collected.len() == listed {
                context.program(verbs::EXEC_READ, &invocation.program);
            }
            true
        }
        Looked::Absent => false,
        Looked::Opaque(why) => {
            let by_git = context.state.world.tree_changed.as_deref() == Some(why.as_str());
            match usual.filter(|_| by_git) {
                // What was checked out is named as builds and tests are.
                Some(verb) => {
                    let resource = Resource::Program { name: invocation.program.clone() };
                    context.push(Effect::new(verb, resource).certain(Certainty::Partial, &why));
                }
                None => opaque(invocation, &why, context),
            }
            true
        }
    }
}

/// What a target of this name usually is.
pub(super) fn usual(names: &[String]) -> Option<Verb> {
    let base = |name: &String| name.split([':', '-']).next().unwrap_or(name).to_owned();
    let every = |known: &[&str]| names.iter().all(|name| known.contains(&base(name).as_str()));
    if !names.is_empty() && every(super::TESTS) {
        Some(verbs::EXEC_TEST)
    } else {
        every(super::BUILDS).then_some(verbs::EXEC_BUILD)
    }
}

pub(super) fn directory(below: Option<&str>, context: &Context<'_>) -> Result<String, String> {
    let directory = context.state.shell.directory.clone()?;
    Ok(below.map_or(directory.clone(), |below| paths::normal(&directory, below)))
}

/// Scripts of one package that are looked at where it could be any.
const MOST_SCRIPTS: usize = 40;

/// Options of package managers that take the next word.
const VALUES: &[&str] = &["-w", "--workspace", "--filter", "-F", "--loglevel", "--prefix", "-C", "--cwd", "--dir"];

fn script(index: usize, invocation: &Invocation, context: &mut Context<'_>) -> Option<(Looked, Option<Verb>)> {
    let named = matches!(invocation.known(index), Some("run" | "run-script"));
    let mut at = index;
    let mut below = None;
    let mut elsewhere = false;
    let mut is_any = false;
    let mut name = (!named).then(|| invocation.known(index).unwrap_or_default().to_owned());
    for (place, word) in invocation.words.iter().enumerate() {
        let text = word.text();
        if place > index && text == "--" {
            break;
        }
        match text {
            "--prefix" | "-C" | "--cwd" | "--dir" => below = Some(invocation.known(place + 1)?.to_owned()),
            _ if text.starts_with("--prefix=") || text.starts_with("--cwd=") || text.starts_with("--dir=") => below = text.split_once('=').map(|(_, value)| value.to_owned()),
            "-w" | "--workspace" | "--workspaces" | "-ws" | "-r" | "--recursive" | "--filter" | "-F" | "workspace" | "workspaces" => elsewhere = true,
            _ if text.starts_with("--workspace=") || text.starts_with("--filter=") => elsewhere = true,
            _ => {}
        }
        let before = place.checked_sub(1).and_then(|before| invocation.known(before)).unwrap_or_default();
        let is_value = VALUES.contains(&before) || invocation.program == "npm" && (super::options_first::takes(before) || before.starts_with("--") && matches!(text, "true" | "false" | "always"));
        if place > index && name.is_none() && !text.starts_with('-') && !is_value {
            is_any = word.known().is_none();
            name = Some(word.known().unwrap_or_default().to_owned());
            at = place;
        }
    }
    let name = match name?.as_str() {
        "t" | "tst" => "test".to_owned(),
        name => name.to_owned(),
    };
    let usual = usual(std::slice::from_ref(&name)).filter(|_| !is_any);
    let arguments = passed(invocation.words.get(at + 1..).unwrap_or_default(), invocation);
    let arguments = arguments.as_slice();
    if elsewhere && is_any {
        return None;
    }
    if elsewhere {
        return super::members::script(&name, arguments, invocation, context).map(|looked| (looked, usual));
    }
    let expression = name.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|_| invocation.program == "pnpm");
    let looked = match directory(below.as_deref(), context) {
        Ok(directory) if is_any => {
            for name in packages::names(&directory, context).unwrap_or_default().iter().take(MOST_SCRIPTS) {
                packages::script(name, &directory, arguments, context);
            }
            Looked::Opaque("which script it runs is not known".to_owned())
        }
        Ok(directory) if let Some(expression) = expression => packages::matching(expression, &directory, arguments, context),
        Ok(directory) => packages::script(&name, &directory, arguments, context),
        Err(why) => Looked::Opaque(format!("where its package stands is not known: {why}")),
    };
    Some((looked, usual))
}

/// The words behind a script's name that it is given: npm keeps options to itself, up to `--`.
fn passed(words: &[Word], invocation: &Invocation) -> Vec<Word> {
    if invocation.program != "npm" {
        return words.to_vec();
    }
    let end = words.iter().position(|word| word.known() == Some("--")).unwrap_or(words.len());
    let (own, rest) = words.split_at_checked(end).unwrap_or_default();
    let before = std::iter::once("").chain(own.iter().map(Word::text));
    let kept = own.iter().zip(before).filter(|(word, before)| {
        word.value.is_unknown() || !word.text().starts_with('-') && !VALUES.contains(before)
    });
    kept.map(|(word, _)| word).chain(rest).cloned().collect()
}

/// Adds a subcommand that nobody knows, and what a script of this name does in the nearest package: it may be one of
/// several in which it runs.
pub(super) fn of_several(index: usize, invocation: &Invocation, context: &mut Context<'_>) {
    opaque(invocation, "the subcommand is not known", context);
    let (Some(name), Ok(directory)) = (invocation.known(index), context.state.shell.directory.clone()) else { return };
    if matches!(invocation.program.as_str(), "pnpm" | "yarn") && packages::has(name, &directory, context) == Ok(true) {
        let arguments = invocation.words.get(index + 1..).unwrap_or_default();
        if let Looked::Opaque(why) = packages::script(name, &directory, arguments, context) {
            opaque(invocation, &why, context);
        }
    }
}

/// `npx eslint`: a program that is installed, where its name is one that is known.
fn installed(from: usize, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let mut at = from;
    while let Some(word) = invocation.words.get(at) {
        match word.known() {
            Some("--yes" | "-y" | "--no-install" | "--offline" | "--prefer-offline" | "--no" | "--silent" | "-s" | "--quiet" | "-q" | "--" | "-r" | "--recursive" | "--parallel") => at += 1,
            Some("--filter" | "-F" | "--workspace" | "-C" | "--dir" | "--cwd" | "--prefix") if invocation.program != "npx" => at += 2,
            Some(name) if !name.starts_with('-') => {
                // A version or a path means another one.
                let package = name.trim_start_matches('@').split_once('@').map_or(name, |(_, version)| name.strip_suffix(version).map_or(name, |name| name.trim_end_matches('@')));
                if let Some((_, agent)) = families::agents::PACKAGES.iter().find(|(known, _)| *known == package) {
                    if let Some(mut nested) = invocation.nested(at) {
                        nested.first = Word::known_as(agent);
                        nested.contiguous = false;
                        dispatch(nested, context);
                    }
                    return true;
                }
                let version = name.strip_prefix(package).unwrap_or_default();
                let is_version = version.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '@' | '.' | '-' | '^' | '~'));
                // These do the same in every version.
                let is_manager = matches!(package, "npm" | "pnpm" | "yarn" | "bun") && is_version;
                let is_plain = is_manager || families::is_known_tool(name) && !name.contains(['@', '/']);
                let name = if is_manager { package } else { name };
                return match invocation.nested(at).filter(|_| is_plain) {
                    Some(nested) => {
                        super::started::fetched(name, at, invocation, context);
                        let nested = Invocation { first: Word { raw: nested.first.raw.clone(), ..Word::known_as(name) }, ..nested };
                        super::in_its_directory(nested, invocation, context);
                        true
                    }
                    None => false,
                };
            }
            _ => return false,
        }
    }
    false
}

/// The settings of cargo where the command runs and above, the nearest first.
pub(super) fn cargo_settings(context: &mut Context<'_>) -> Vec<String> {
    let mut texts = Vec::new();
    let Ok(mut at) = context.state.shell.directory.clone() else { return texts };
    for _ in 0..8 {
        for file in [".cargo/config.toml", ".cargo/config"] {
            let path = format!("{}/{file}", at.trim_end_matches('/'));
            let located = paths::locate(&Value::Known(path), context);
            code::peek(&located, "settings", context, &mut |text, _| {
                texts.push(text.to_owned());
                Ok(())
            });
        }
        if at == "/" {
            break;
        }
        at = paths::split(&at).0.to_owned();
    }
    texts
}

/// A subcommand of cargo that the project gives a meaning: its words, and what follows.
pub(super) fn alias(index: usize, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let Some(name) = invocation.known(index) else { return false };
    if context.state.shell.directory.is_err() {
        return false;
    }
    let (found, doubt) = code::doubt(context, |context| {
        let texts = cargo_settings(context);
        texts.iter().find_map(|text| aliased(name, text))
    });
    let Some(words) = found else { return false };
    if let Some(why) = doubt {
        opaque(invocation, &why, context);
    }
    let mut arguments: Vec<Word> = invocation.words.iter().take(index).cloned().collect();
    arguments.extend(words.iter().map(|word| Word::known_as(word)));
    arguments.extend(invocation.words.iter().skip(index + 1).cloned());
    let nested = Invocation {
        program: String::new(),
        first: invocation.first.clone(),
        words: arguments,
        environment: invocation.environment.clone(),
        stdin: Stdin::Inherited,
        substituted: Source::default(),
        contiguous: false,
    };
    dispatch(nested, context);
    true
}

/// `name = "words"` or `name = ["words"]` below `[alias]`.
fn aliased(name: &str, text: &str) -> Option<Vec<String>> {
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line.starts_with("[alias]");
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let key = key.trim().trim_matches('"');
        let is_it = (inside && key == name) || key.strip_prefix("alias.") == Some(name);
        if is_it {
            let value = value.split(" #").next().unwrap_or(value).trim();
            let parts: Vec<&str> = value.split('"').skip(1).step_by(2).collect();
            let words = parts.iter().flat_map(|part| part.split_ascii_whitespace());
            return Some(words.map(str::to_owned).collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    #[test]
    fn aliases_of_cargo() {
        let files = [("/repo/.cargo/config.toml", "[alias]\nlint = \"clippy --all-targets\" # x\nxtask = [\"run\", \"--package\", \"xtask\", \"--\"]\nloop = \"loop\"\n")];
        assert_snapshot!(check_with("cargo lint -- -D warnings", &files), @"exec.build cargo clippy, execute");
        assert_snapshot!(check_with("cargo xtask check", &files), @"exec.opaque cargo, execute, opaque");
        assert_snapshot!(check_with("cargo unheard-of", &files), @"exec.opaque cargo, execute, opaque");
        assert!(check_with("cargo loop", &files).contains("exec.hidden"));
    }

    #[test]
    fn options_of_npm_are_not_given_to_the_script() {
        let files = [("/repo/package.json", r#"{"scripts":{"ship":"sh ship.sh"}}"#), ("/repo/ship.sh", "git push origin ${1:-main}\n")];
        for command in ["npm run ship --loglevel error", "npm run ship --loglevel=error", "npm run ship"] {
            assert!(check_with(command, &files).contains("git.push main"), "{command}: {}", check_with(command, &files));
        }
    }
}
