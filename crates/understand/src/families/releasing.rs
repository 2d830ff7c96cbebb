//! Tools that make a release of a project by its history and their own configuration: they publish packages, push
//! tags and make releases on a forge.

use countersign_model::{Certainty, Effect, Resource, Verb, verbs};

use super::{Family, dispatch, opaque};
use crate::context::Context;
use crate::invocation::{Invocation, Source, Stdin};
use crate::paths;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &[
        "semantic-release", "release-it", "np", "changeset", "goreleaser", "release-please", "standard-version", "commit-and-tag-version", "vsce", "ovsx",
    ],
    about: "What they publish, push and release; where their configuration says so, it could be anything. Rehearsals and \
        what only changes files here is a build.",
    examples: &[
        "npx semantic-release",
        "release-it --ci",
        "np minor",
        "changeset publish",
        "changeset version",
        "goreleaser release --clean",
        "goreleaser release --snapshot",
        "semantic-release --dry-run",
        "goreleaser check",
        "standard-version",
        "vsce publish",
        "vsce package",
    ],
    effects,
};

/// Why what is published is not exactly known.
const CONFIGURED: &str = "its configuration says what it publishes, and where";

/// Takes note that tags of new versions are made, which a push of all tags then brings along.
fn tagged(context: &mut Context<'_>) {
    context.state.world.made.push("refs/tags/*".to_owned());
    context.state.world.refs_changed.get_or_insert_with(|| "an earlier part of the command makes tags".to_owned());
}

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let has = |names: &[&str]| invocation.words.iter().any(|word| word.known().is_some_and(|text| names.contains(&text)));
    let operands: Vec<&str> =
        invocation.words.iter().filter(|word| !word.text().starts_with('-')).map(|word| word.known().unwrap_or("*")).collect();
    if has(&["--help", "-h", "--version", "-V"]) || (program != "goreleaser" && has(&["-v"])) {
        context.program(verbs::EXEC_READ, program);
        return;
    }
    let rehearses = has(&["--dry-run", "--dry-run=true", "--dryRun"])
        || (matches!(program, "semantic-release" | "release-it") && has(&["-d"]))
        || (program == "np" && has(&["--preview"]));
    let taken_back = has(&["--no-dry-run", "--no-dryRun", "false"]) || program == "changeset";
    let rehearses = rehearses && !taken_back;
    let builds = |context: &mut Context<'_>| context.program(verbs::EXEC_BUILD, program);
    if rehearses {
        builds(context);
        return;
    }
    match (program, operands.as_slice()) {
        ("standard-version" | "commit-and-tag-version", _) => {
            builds(context);
            tagged(context);
        }
        ("release-it", _) if has(&["--release-version", "--changelog"]) => context.program(verbs::EXEC_READ, program),
        ("semantic-release" | "release-it" | "np", _) => {
            publishes(verbs::PACKAGE_PUBLISH, "npm", &own_name(context), context);
            // What they push with the branch is the release's tag.
            starts(&["git", "push", "--follow-tags"], invocation, context);
            if program != "np" {
                starts(&["gh", "release", "create", "*"], invocation, context);
            }
        }
        ("changeset", ["publish", ..]) => publishes(verbs::PACKAGE_PUBLISH, "npm", "*", context),
        ("changeset", ["tag", ..]) => {
            builds(context);
            tagged(context);
        }
        ("changeset", [] | ["add" | "init" | "version" | "pre", ..]) => builds(context),
        ("changeset", ["status", ..]) => context.program(verbs::EXEC_READ, program),
        ("goreleaser", ["release", ..]) if has(&["--snapshot", "--skip=publish", "--skip-publish"]) => builds(context),
        ("goreleaser", ["release" | "publish" | "announce" | "continue", ..]) => {
            publishes(verbs::PACKAGE_PUBLISH, "*", "*", context);
            starts(&["gh", "release", "create", "*"], invocation, context);
        }
        ("goreleaser", ["build" | "init" | "i" | "changelog", ..]) => builds(context),
        ("goreleaser", [] | ["check" | "c" | "healthcheck" | "jsonschema" | "completion" | "man" | "help", ..]) => {
            context.program(verbs::EXEC_READ, program);
        }
        ("release-please", ["release-pr", ..]) => starts(&["gh", "pr", "create"], invocation, context),
        ("release-please", ["github-release" | "release", ..]) => starts(&["gh", "release", "create", "*"], invocation, context),
        ("vsce" | "ovsx", ["publish", ..]) => publishes(verbs::PACKAGE_PUBLISH, market(program), &own_name(context), context),
        ("vsce" | "ovsx", ["unpublish", ..]) => publishes(verbs::PACKAGE_WITHDRAW, market(program), "*", context),
        ("vsce", ["package" | "generate-metadata", ..]) => builds(context),
        ("vsce" | "ovsx", [] | ["ls" | "ls-publishers" | "show" | "search" | "get" | "verify-pat" | "version", ..]) => {
            context.program(verbs::EXEC_READ, program);
        }
        _ => {
            publishes(verbs::PACKAGE_PUBLISH, "*", "*", context);
            opaque(invocation, "the subcommand is not known", context);
        }
    }
}

fn market(program: &str) -> &'static str {
    if program == "vsce" { "vscode-marketplace" } else { "open-vsx" }
}

fn publishes(verb: Verb, registry: &str, name: &str, context: &mut Context<'_>) {
    let resource = Resource::Package { registry: registry.to_owned(), name: name.to_owned() };
    context.push(Effect::new(verb, resource).certain(Certainty::Partial, CONFIGURED));
}

/// The name in the project's own `package.json`.
fn own_name(context: &Context<'_>) -> String {
    let path = paths::locate(&Value::Known("package.json".to_owned()), context).path;
    let text = context.file(&path).ok().flatten();
    let package = text.and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
    let name = package.as_ref().and_then(|package| package.get("name")).and_then(serde_json::Value::as_str);
    name.unwrap_or("*").to_owned()
}

/// Looks at a command that the tool starts; `*` is a word that is not known.
pub(super) fn starts(words: &[&str], invocation: &Invocation, context: &mut Context<'_>) {
    let mut words = words.iter().map(|text| match *text {
        "*" => Word::made(Value::unknown("the version that it works out")),
        text => Word::known_as(text),
    });
    let Some(first) = words.next() else { return };
    let nested = Invocation {
        program: String::new(),
        first,
        words: words.collect(),
        environment: invocation.environment.clone(),
        stdin: Stdin::Inherited,
        substituted: Source::default(),
        contiguous: false,
    };
    dispatch(nested, context);
}

#[cfg(test)]
mod tests;
