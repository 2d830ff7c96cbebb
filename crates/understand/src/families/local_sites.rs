//! Sites that are developed in containers of this machine: `ddev`, `lando`, `wp-env`.

use countersign_model::{Certainty, Effect, Resource, Reversible, Verb, verbs};

use super::{Family, dispatch, is_understood, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths::Mount;
use crate::word::Word;

pub(super) const FAMILY: Family = Family {
    programs: &["ddev", "lando", "wp-env"],
    about: "Containers of a project that are started, stopped and deleted, and the commands that run in them, which have the \
        project's directory. What is pushed to a host that serves the site is a deployment there.",
    examples: &[
        "ddev start",
        "ddev describe",
        "ddev exec ls /tmp",
        "ddev wp plugin list",
        "ddev composer install",
        "ddev delete -Oy",
        "ddev push platform",
        "ddev share",
        "lando php -v",
        "lando destroy -y",
        "npx wp-env run cli wp plugin list",
        "npx wp-env destroy",
    ],
    effects,
};

/// Subcommands that show something.
const READS: &[&str] = &["auth", "config", "describe", "help", "info", "list", "logs", "status", "st", "version", "xdebug", "port", "l", "describe-all", "install-path", "debug", "utility"];
/// Those that start containers, or stop them.
const RUNS: &[&str] = &["restart", "start", "up", "rebuild", "poweroff", "stop", "pause", "rm", "off", "mutagen", "hostname", "update"];
/// Those after which a command follows.
const STARTS: &[&str] = &["exec", "e", ".", "run", "ssh", "exec-root"];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let Some(first) = invocation.words.first() else { return context.program(verbs::EXEC_READ, program) };
    let Some(name) = first.known() else { return opaque(invocation, "the subcommand is not known", context) };
    let rest: Vec<&str> = invocation.words.iter().skip(1).map(Word::text).collect();
    let project = |verb: Verb| Effect::new(verb, Resource::Container { host: None, object: "project".to_owned(), name: "*".to_owned() });
    let database = |verb: Verb, host: &str| {
        let resource = Resource::Database { system: "sql".to_owned(), host: host.to_owned(), database: None, object: "*".to_owned() };
        Effect::new(verb, resource)
    };
    let asks = rest.iter().any(|word| matches!(*word, "--help" | "-h")) && !STARTS.contains(&name);
    match name {
        _ if asks || name.starts_with('-') => context.program(verbs::EXEC_READ, program),
        "config" if !rest.is_empty() => context.program(verbs::EXEC_BUILD, &format!("{program} config")),
        _ if READS.contains(&name) => context.push(project(verbs::CONTAINER_READ)),
        _ if RUNS.contains(&name) => context.push(project(verbs::CONTAINER_RUN)),
        "delete" | "destroy" | "clean" | "cleanup" => {
            let effect = project(verbs::CONTAINER_DELETE);
            let keeps = program == "ddev" && name == "delete" && !rest.iter().any(|word| matches!(*word, "--omit-snapshot") || word.starts_with('-') && !word.starts_with("--") && word.contains('O'));
            context.push(if keeps { effect.because("a snapshot of its database is kept") } else { effect.reversible(Reversible::No).because("its database is gone with it") });
        }
        "snapshot" if rest.first() == Some(&"restore") => context.push(database(verbs::DB_DESTROY, "localhost")),
        "snapshot" | "export-db" | "db-export" => context.push(database(verbs::DB_READ, "localhost")),
        "import-db" | "db-import" | "import-files" | "reset" => context.push(database(verbs::DB_DESTROY, "localhost").because("what the site's database here holds is replaced")),
        "pull" => context.push(database(verbs::DB_DESTROY, "localhost").because("what the site's database here holds is replaced by that of the host")),
        "push" => {
            let to = rest.iter().find(|word| !word.starts_with('-')).copied().unwrap_or("*");
            let why = "the database and the files of the site that is served are replaced";
            let resource = Resource::App { platform: program.to_owned(), name: to.to_owned(), target: None };
            context.push(Effect::new(verbs::APP_DEPLOY, resource).because(why));
            context.push(database(verbs::DB_DESTROY, "*").certain(Certainty::Partial, why));
        }
        "share" => {
            let effect = Effect::new(verbs::NET_LISTEN, Resource::Host { host: "*".to_owned(), url: None });
            context.push(effect.because("anybody on the internet reaches the site of this machine through it"));
        }
        "get" | "add-on" | "setup" | "self-update" | "plugin-add" => context.program(verbs::EXEC_INSTALL, &format!("{program} {name}")),
        _ if STARTS.contains(&name) => inside(command(program, invocation), invocation, context),
        _ if is_understood(name) => inside(invocation.nested(0), invocation, context),
        // A command of the project's own.
        _ => opaque(invocation, "the subcommand is not known, or is a command of the project", context),
    }
}

/// The command after `exec -s db -d /tmp`, `run cli`.
fn command(program: &str, invocation: &Invocation) -> Option<Invocation> {
    let mut at = 1;
    while let Some(text) = invocation.known(at) {
        match text {
            "-s" | "--service" | "-d" | "--dir" | "-u" | "--user" | "--env-cwd" => at += 2,
            "--" => {
                at += 1;
                break;
            }
            _ if text.starts_with('-') => at += 1,
            _ => break,
        }
    }
    // `wp-env run cli wp ..` names the container first.
    at += usize::from(program == "wp-env");
    if program == "wp-env" {
        while invocation.known(at).is_some_and(|text| text.starts_with('-')) {
            at += 1;
        }
    }
    invocation.nested(at)
}

fn inside(nested: Option<Invocation>, invocation: &Invocation, context: &mut Context<'_>) {
    let target = match invocation.program.as_str() {
        "ddev" => "/var/www/html",
        "lando" => "/app",
        _ => "/var/www/html/wp-content",
    };
    let place = Resource::Container { host: None, object: "project".to_owned(), name: "*".to_owned() };
    let root = context.top().map(str::to_owned).or_else(|| context.state.shell.directory.clone().ok());
    let mounts = root.map(|source| Mount { source, target: target.to_owned() }).into_iter().collect();
    context.inside(place, mounts, Some(target.to_owned()), |context| match nested {
        Some(nested) if nested.words.is_empty() && nested.first.text().contains(' ') => super::runners::text(&nested.first.value, invocation, context),
        Some(nested) => dispatch(nested, context),
        None => opaque(invocation, "an interactive shell in a container", context),
    });
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn containers_of_a_project() {
        assert_snapshot!(check("ddev start; ddev describe; ddev stop; ddev delete -Oy; lando destroy -y; npx wp-env start; ddev --version; ddev config --project-type=php"), @"
        container.run project *, execute
        container.read project *, read
        container.delete project *, destroy
        package.read * on npm, read
        exec.install npx wp-env, execute
        exec.read ddev, read
        exec.build ddev config, execute
        ");
        assert_snapshot!(check("ddev push platform; ddev pull platform; ddev share; ddev import-db --file=x.sql; ddev snapshot; ddev export-db"), @"
        app.deploy platform on ddev, write
        db.destroy * in sql://*, destroy, partial
        db.destroy * in sql://localhost, destroy
        net.listen *, write
        db.destroy * in sql://localhost, destroy, partial
        db.read * in sql://localhost, read
        ");
    }

    #[test]
    fn what_runs_in_them() {
        assert_snapshot!(check("ddev exec rm -rf /var/www/html/src /tmp/x; ddev wp db reset --yes; lando ssh -c 'ls'; ddev composer install"), @"
        fs.delete /repo/src, destroy
        fs.delete project *, destroy, partial
        db.destroy db in mysql://*, destroy, partial
        fs.read /repo, read
        exec.install project *, execute
        ");
        assert_snapshot!(check("npx wp-env run cli wp plugin list; ddev exec 'git push origin main'; ddev frob; ddev ssh"), @"
        package.read * on npm, read
        exec.install npx wp-env, execute
        exec.read project *, read
        git.force-push project *, destroy, partial
        exec.opaque ddev, execute, opaque
        exec.opaque project *, execute, opaque
        ");
    }
}
