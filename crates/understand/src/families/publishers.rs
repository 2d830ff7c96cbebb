//! Programs that put something where others install it from, of ecosystems that have no family of their own.

use countersign_model::{Certainty, Effect, Resource, Verb, verbs};

use super::{Family, opaque, registries};
use crate::context::Context;
use crate::invocation::Invocation;

pub(super) const FAMILY: Family = Family {
    programs: &["jsr", "sbt", "jf", "jfrog", "pack"],
    about: "What is published, withdrawn or changed on a registry; whatever else they run is opaque.",
    examples: &[
        "npx jsr publish",
        "sbt +publishSigned",
        "jf rt upload a.jar libs/",
        "pack build acme/app --publish",
        "jf rt search libs/",
    ],
    effects,
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let has = |names: &[&str]| invocation.words.iter().any(|word| names.contains(&word.text()));
    let words: Vec<&str> = invocation.words.iter().map(|word| word.text()).filter(|text| !text.starts_with('-')).collect();
    if has(&["--help", "-h", "--version", "help"]) {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    let found = match (program, words.as_slice()) {
        ("jsr", ["publish", ..]) if has(&["--dry-run"]) => None,
        ("jsr", ["publish", ..]) => Some(("jsr", verbs::PACKAGE_PUBLISH)),
        ("jsr", ["add" | "install" | "i" | "remove" | "uninstall" | "r" | "rm", ..]) => {
            context.program(verbs::EXEC_INSTALL, &invocation.title());
            return;
        }
        ("sbt", tasks) if tasks.iter().any(|task| releases(task)) => Some(("maven", verbs::PACKAGE_PUBLISH)),
        ("jf" | "jfrog", ["rt", rest @ ..]) => artifactory(rest).map(|verb| ("artifactory", verb)),
        ("jf" | "jfrog", rest) if rest.iter().any(|word| matches!(*word, "publish" | "push" | "deploy")) => {
            Some(("artifactory", verbs::PACKAGE_PUBLISH))
        }
        ("pack", ["build", name, ..]) if has(&["--publish"]) => {
            context.push(Effect::new(verbs::PACKAGE_PUBLISH, registries::image(name)));
            None
        }
        _ => None,
    };
    match found {
        Some((registry, verb)) => publishes(registry, verb, context),
        // What a package is checked with or built with is code of the project.
        None => opaque(invocation, "what it runs is not known", context),
    }
}

/// Adds that something is put on a registry, whose name there is not looked for.
pub(super) fn publishes(registry: &str, verb: Verb, context: &mut Context<'_>) {
    let resource = Resource::Package { registry: registry.to_owned(), name: "*".to_owned() };
    let why = "the package's name is not looked for";
    context.push(Effect::new(verb, resource).certain(Certainty::Partial, why));
}

/// Whether a task of sbt publishes: `+publishSigned`, `core/publish`, `release with-defaults`.
fn releases(task: &str) -> bool {
    task.split([' ', ';']).any(|task| {
        let name = task.trim_start_matches('+').rsplit('/').next().unwrap_or(task);
        let lower = name.to_ascii_lowercase();
        let stays = lower.ends_with("local") || lower.ends_with("m2");
        !stays && (lower.starts_with("publish") || lower.starts_with("release") || lower.starts_with("sonatype") || lower == "ci-release")
    })
}

/// What a command of Artifactory does there.
fn artifactory(words: &[&str]) -> Option<Verb> {
    Some(match words.first().copied()? {
        "upload" | "u" | "copy" | "cp" | "move" | "mv" | "docker-push" | "dp" | "npm-publish" | "npmp" | "build-publish" | "bp" | "build-promote" | "bpr"
        | "gp" | "go-publish" | "nuget-deps-tree" => verbs::PACKAGE_PUBLISH,
        "delete" | "del" | "build-discard" | "bdi" | "repo-delete" => verbs::PACKAGE_WITHDRAW,
        "set-props" | "sp" | "delete-props" | "delp" | "repo-create" | "repo-update" | "replication-create" => verbs::PACKAGE_SETTINGS,
        "search" | "s" | "download" | "dl" | "ping" | "p" => verbs::PACKAGE_READ,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn what_publishes() {
        assert_snapshot!(check("bun publish; deno publish; npx jsr publish"), @"
        package.publish * on npm, write
        package.publish * on jsr, write, partial
        package.read * on npm, read
        ");
        assert_snapshot!(check("mix hex.publish --yes; dart pub publish -f; sbt core/publish; sbt 'release with-defaults'"), @"
        package.publish * on hex, write, partial
        package.publish * on pub, write, partial
        package.publish * on maven, write, partial
        ");
        assert_snapshot!(check("jf rt upload a.jar libs/; pack build ghcr.io/acme/app --publish; ansible-galaxy collection publish a.tar.gz"), @"
        package.publish * on artifactory, write, partial
        package.publish acme/app on ghcr.io, write
        exec.opaque pack, execute, opaque
        package.publish * on galaxy, write, partial
        ");
    }

    #[test]
    fn what_does_not() {
        assert_snapshot!(check("deno publish --dry-run; dart pub publish --dry-run; sbt publishLocal; pack build app"), @"
        exec.build deno publish --dry-run, execute
        exec.build dart, execute
        exec.opaque sbt, execute, opaque
        exec.opaque pack, execute, opaque
        ");
        assert_snapshot!(check("mix test; dart test; bun run build; jf rt search x; ansible-galaxy collection build"), @"
        exec.test mix test, execute
        exec.test dart test, execute
        exec.opaque bun, execute, opaque
        package.read * on artifactory, read, partial
        exec.install ansible-galaxy collection build, execute
        ");
    }
}
