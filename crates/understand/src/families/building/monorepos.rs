//! `nx`, `turbo` and `lerna`: tasks of many packages at once. Which packages have a task is not known, so a task is what
//! its name usually is; one of nx that a `project.json` describes is read.

use countersign_model::{Verb, verbs};

use super::publishing;
use crate::code::{self, Looked, packages};
use crate::context::Context;
use crate::families::opaque;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

/// Adds what such a program does; false where it is another.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let program = invocation.program.as_str();
    let end = invocation.words.iter().position(|word| word.known() == Some("--")).unwrap_or(invocation.words.len());
    let own = invocation.words.get(..end).unwrap_or_default();
    let operands = operands(own);
    let first = operands.first().map(|word| word.known().unwrap_or("*"));
    let reads = |context: &mut Context<'_>| context.program(verbs::EXEC_READ, program);
    match (program, first) {
        ("turbo" | "nx" | "lerna", None) => reads(context),
        ("turbo", Some("ls" | "query" | "info" | "bin" | "telemetry" | "scan" | "docs" | "boundaries")) => reads(context),
        ("turbo", Some("prune" | "daemon")) => context.program(verbs::EXEC_BUILD, "turbo"),
        ("turbo", Some("login" | "logout" | "link" | "unlink" | "gen" | "generate" | "watch")) => opaque(invocation, "what it does is not known", context),
        ("turbo", Some(_)) if own.iter().any(|word| word.text().starts_with("--dry")) => reads(context),
        ("turbo", Some(first)) => {
            let skip = usize::from(first == "run");
            tasks(operands.get(skip..).unwrap_or_default(), invocation, context);
        }
        ("lerna", Some("ls" | "list" | "la" | "ll" | "changed" | "diff" | "info")) => reads(context),
        ("lerna", Some("run")) => tasks(operands.get(1..2).unwrap_or_default(), invocation, context),
        ("lerna", Some("publish")) => {
            let at = invocation.words.iter().position(|word| word.known() == Some("publish")).unwrap_or(0);
            publishing::effects(at, invocation, context);
        }
        ("lerna", Some("bootstrap" | "link" | "add")) => context.program(verbs::EXEC_INSTALL, "lerna"),
        ("lerna", Some("clean")) => context.program(verbs::EXEC_BUILD, "lerna clean"),
        ("nx", Some(command)) => nx(command, &operands, own, invocation, context),
        ("lerna", Some(_)) => opaque(invocation, "the subcommand is not known", context),
        _ => return false,
    }
    true
}

/// Words that are no options; some options take the next word.
fn operands(words: &[Word]) -> Vec<&Word> {
    const VALUES: &[&str] = &["--filter", "-F", "--cwd", "--concurrency", "--log-order", "--output-logs", "--env-mode", "--scope", "--ignore", "--since", "-p", "--projects", "--exclude", "--parallel", "--base", "--head", "--files", "-c", "--configuration", "-t", "--target", "--targets", "--plugin", "--cache-dir"];
    let mut found = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if VALUES.contains(&word.text()) {
            words.next();
        } else if !word.text().starts_with('-') {
            found.push(word);
        }
    }
    found
}

/// Tasks by their usual names.
fn tasks(names: &[&Word], invocation: &Invocation, context: &mut Context<'_>) {
    let known: Option<Vec<String>> = names.iter().map(|word| word.known().map(|text| text.rsplit('#').next().unwrap_or(text).to_owned())).collect();
    by_names(known.as_deref(), invocation, context);
    super::members::tasks(known.as_deref().unwrap_or_default(), invocation, context);
}

fn by_names(names: Option<&[String]>, invocation: &Invocation, context: &mut Context<'_>) {
    let usual: Option<Vec<Verb>> = names.filter(|names| !names.is_empty()).and_then(|names| names.iter().map(|name| super::projects::usual(std::slice::from_ref(name))).collect());
    match usual {
        Some(found) => {
            for verb in found {
                context.program(verb, &invocation.program);
            }
        }
        None => opaque(invocation, "it runs scripts of the project's packages", context),
    }
}

fn nx(command: &str, operands: &[&Word], own: &[Word], invocation: &Invocation, context: &mut Context<'_>) {
    let given = |names: &[&str]| -> Option<Vec<String>> {
        let mut found = Vec::new();
        let mut inside = false;
        for word in own {
            let text = word.text();
            if names.contains(&text) {
                inside = true;
            } else if let Some(value) = names.iter().find_map(|name| word.value.strip_prefix(&format!("{name}="))) {
                found.extend(value.known()?.split(',').map(str::to_owned));
            } else if text.starts_with('-') {
                inside = false;
            } else if inside {
                found.extend(word.known()?.split(',').map(str::to_owned));
            }
        }
        Some(found)
    };
    match command {
        "graph" | "dep-graph" | "show" | "list" | "report" | "print-affected" | "affected:graph" | "daemon" | "view-logs" => context.program(verbs::EXEC_READ, "nx"),
        "format" | "format:check" | "format:write" | "reset" | "clear-cache" | "sync" | "sync:check" | "lint" if operands.len() < 2 => context.program(verbs::EXEC_BUILD, &format!("nx {command}")),
        "release" if own.iter().any(|word| matches!(word.text(), "-d" | "--dry-run" | "--dryRun")) && !own.iter().any(|word| matches!(word.text(), "--no-dry-run" | "--no-dryRun" | "false")) => context.program(verbs::EXEC_READ, "nx"),
        "release" => {
            let at = invocation.words.iter().position(|word| word.known() == Some("release")).unwrap_or(0);
            publishing::effects(at, invocation, context);
        }
        "run-many" | "affected" => by_names(given(&["-t", "--target", "--targets"]).as_deref(), invocation, context),
        "run" => {
            let whole = operands.get(1).and_then(|word| word.known()).unwrap_or_default();
            let mut parts = whole.split(':');
            match (parts.next(), parts.next()) {
                (Some(project), Some(target)) => target_of(project, target, invocation, context),
                _ => opaque(invocation, "which target it runs is not known", context),
            }
        }
        "generate" | "g" | "migrate" | "init" | "add" | "import" | "connect" | "login" | "logout" | "exec" | "watch" | "repair" | "*" => opaque(invocation, "what it runs is not known", context),
        // `nx affected:test`, `nx build web`.
        _ if command.starts_with("affected:") => by_names(Some(&[command.trim_start_matches("affected:").to_owned()]), invocation, context),
        target => {
            let project = operands.get(1).and_then(|word| word.known()).unwrap_or_default();
            target_of(project, target, invocation, context);
        }
    }
}

/// A target of a project: as its `project.json` or its package says, or as its name usually is.
fn target_of(project: &str, target: &str, invocation: &Invocation, context: &mut Context<'_>) {
    let ((), doubt) = code::doubt(context, |context| described(project, target, invocation, context));
    if let Some(why) = doubt {
        opaque(invocation, &why, context);
    }
}

fn described(project: &str, target: &str, invocation: &Invocation, context: &mut Context<'_>) {
    let Ok(directory) = context.state.shell.directory.clone() else {
        opaque(invocation, "where its project stands is not known", context);
        return;
    };
    let places = if project.is_empty() { vec![".".to_owned()] } else { ["apps", "packages", "libs", "projects", "."].iter().map(|folder| format!("{folder}/{project}")).collect() };
    for place in places {
        let at = paths::normal(&directory, &place);
        let located = paths::locate(&Value::Known(format!("{at}/project.json")), context);
        let mut described = false;
        let looked = code::peek(&located, &format!("nx {target}"), context, &mut |text, context| {
            let file: serde_json::Value = serde_json::from_str(text).map_err(|_| "its project.json cannot be read".to_owned())?;
            let Some(found) = file.get("targets").and_then(|targets| targets.get(target)) else { return Ok(()) };
            let executor = found.get("executor").and_then(serde_json::Value::as_str).unwrap_or_default();
            let option = |name: &str| found.get("options").and_then(|options| options.get(name)).or_else(|| found.get(name));
            let mut texts = Vec::new();
            if let Some(text) = option("command").and_then(serde_json::Value::as_str) {
                texts.push(text.to_owned());
            }
            for part in option("commands").and_then(serde_json::Value::as_array).into_iter().flatten() {
                texts.extend(part.as_str().or_else(|| part.get("command").and_then(serde_json::Value::as_str)).map(str::to_owned));
            }
            if texts.is_empty() || !(executor.is_empty() || executor.ends_with(":run-commands")) {
                return Ok(());
            }
            described = true;
            let kept = context.state.shell.clone();
            let below = option("cwd").and_then(serde_json::Value::as_str);
            context.state.shell.directory = Ok(below.map_or(directory.clone(), |below| paths::normal(&directory, below)));
            for text in texts {
                code::apart(&text.replace("{projectRoot}", &place), context);
            }
            context.state.shell = kept;
            Ok(())
        });
        match looked {
            Looked::Understood if described => return,
            Looked::Opaque(why) => {
                opaque(invocation, &why, context);
                return;
            }
            Looked::Understood | Looked::Absent => {}
        }
        let own = matches!(context.file(&format!("{at}/package.json")), Ok(Some(text)) if text.contains(&format!("\"{target}\"")));
        if own && matches!(packages::script(target, &at, &[], context), Looked::Understood) {
            return;
        }
    }
    by_names(Some(&[target.to_owned()]), invocation, context);
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn tasks_of_many_packages() {
        assert_snapshot!(check("turbo run build test --filter=web"), @"
        exec.build turbo, execute
        exec.test turbo, execute
        ");
        assert_snapshot!(check("turbo deploy"), @"
        exec.opaque turbo, execute, opaque
        app.deploy deploy on turbo, write, partial
        ");
        assert_snapshot!(check("nx run-many -t build test"), @"
        exec.build nx, execute
        exec.test nx, execute
        ");
        assert_snapshot!(check("nx affected --target=deploy"), @"
        exec.opaque nx, execute, opaque
        app.deploy deploy on nx, write, partial
        ");
        assert_snapshot!(check("nx release publish"), @"package.publish * on *, write, partial");
        assert_snapshot!(check("lerna publish from-git"), @"package.publish * on npm, write");
        let file = [("/repo/apps/web/project.json", r#"{"targets": {"ship": {"executor": "nx:run-commands", "options": {"commands": ["git push origin main", "kubectl delete ns web"]}}, "build": {"executor": "@nx/vite:build"}}}"#)];
        assert_snapshot!(check_with("nx run web:ship:production", &file), @"
        git.push main@origin, write
        kube.delete namespace/web in *, destroy, partial
        ");
        assert_snapshot!(check_with("npx nx ship web", &file), @"
        package.read * on npm, read
        git.push main@origin, write
        kube.delete namespace/web in *, destroy, partial
        ");
        assert_snapshot!(check_with("nx build web", &file), @"exec.build nx, execute");
    }

    #[test]
    fn near_misses() {
        assert_snapshot!(check("nx graph; nx show projects; turbo ls; turbo run deploy --dry=json; lerna ls; nx format:check"), @"
        exec.read nx, read
        exec.read turbo, read
        exec.read lerna, read
        exec.build nx format:check, execute
        ");
        assert_snapshot!(check("nx deploy web"), @"
        exec.opaque nx, execute, opaque
        app.deploy deploy on nx, write, partial
        ");
        assert_snapshot!(check("nx g @nx/react:app x"), @"exec.opaque nx, execute, opaque");
    }
}
