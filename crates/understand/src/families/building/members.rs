//! Packages of a project that has several: a script that runs in some of them, or in all, is that of each one's
//! `package.json`.

use crate::code::{Looked, packages};
use crate::context::Context;
use crate::families::opaque;
use crate::glob;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Word;

/// Packages that are looked at; of more the rest stays what a script of that name usually is.
const MOST: usize = 48;

/// Where packages are kept where no file says so.
const USUAL: &[&str] = &["packages/*", "apps/*", "libs/*", "services/*"];

/// Options that choose packages.
const CHOOSE: &[&str] = &["-w", "--workspace", "--filter", "-F", "--scope", "workspace"];

/// Adds what a script of this name does in the packages that the words choose, or in all; what was found out, none
/// where no package has such a script.
pub(super) fn script(name: &str, arguments: &[Word], invocation: &Invocation, context: &mut Context<'_>) -> Option<Looked> {
    let directory = context.state.shell.directory.clone().ok()?;
    let chosen = chosen(&invocation.words);
    let mut looked = None;
    for (member, package) in meant(&directory, chosen.as_deref(), context) {
        if package.get("scripts").is_some_and(|scripts| scripts.get(name).is_some()) {
            let found = packages::script(name, &member, arguments, context);
            if !matches!(looked, Some(Looked::Opaque(_))) {
                looked = Some(found);
            }
        }
    }
    looked
}

/// The directories of the packages that are chosen, or of all, with what their files say.
fn meant(directory: &str, chosen: Option<&[String]>, context: &Context<'_>) -> Vec<(String, serde_json::Value)> {
    let mut found = Vec::new();
    for member in all(directory, context) {
        let Ok(Some(text)) = context.file(&format!("{member}/package.json")) else { continue };
        let package: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let below = member.strip_prefix(directory.trim_end_matches('/')).unwrap_or(&member).trim_start_matches('/');
        if chosen.is_none_or(|chosen| chosen.iter().any(|one| is_one(one, named(&package), below))) {
            found.push((member, package));
        }
    }
    found
}

fn named(package: &serde_json::Value) -> &str {
    package.get("name").and_then(serde_json::Value::as_str).unwrap_or_default()
}

/// Adds what tasks do in all packages, besides what they usually are.
pub(super) fn tasks(names: &[String], invocation: &Invocation, context: &mut Context<'_>) {
    for name in names {
        if let Some(Looked::Opaque(why)) = script(name, &[], invocation, context) {
            opaque(invocation, &why, context);
        }
    }
}

/// The packages that options choose; none where all are meant, or which is not known.
fn chosen(words: &[Word]) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let value = match word.text().split_once('=') {
            Some((name, value)) if CHOOSE.contains(&name) => word.known().map(|_| value),
            None if CHOOSE.contains(&word.text()) => words.get(at + 1).and_then(Word::known),
            _ => continue,
        };
        // What leaves packages out, or takes in those that depend on others, can be any.
        found.push(value.filter(|value| !value.starts_with('!') && !value.contains("...") && !value.contains('['))?.to_owned());
    }
    Some(found).filter(|found| !found.is_empty())
}

/// The names of the packages that options choose, `*` where they could be any; none where no option chooses.
pub(super) fn names(invocation: &Invocation, context: &Context<'_>) -> Option<Vec<String>> {
    const ALL: &[&str] = &["--workspaces", "-ws", "--recursive", "-r"];
    let option = |word: &Word| word.text().split('=').next().unwrap_or_default().to_owned();
    let chooses = invocation.words.iter().any(|word| CHOOSE.contains(&option(word).as_str()));
    if !chooses && !invocation.words.iter().any(|word| ALL.contains(&word.text())) {
        return None;
    }
    let chosen = chosen(&invocation.words);
    let directory = context.state.shell.directory.clone().ok().filter(|_| chosen.is_some() || !chooses);
    let packages = directory.map(|directory| meant(&directory, chosen.as_deref(), context)).unwrap_or_default();
    let names = packages.iter().map(|(_, package)| named(package)).map(|name| if name.is_empty() { "*" } else { name });
    let names: Vec<String> = names.map(str::to_owned).collect();
    Some(if names.is_empty() { vec!["*".to_owned()] } else { names })
}

fn is_one(chosen: &str, name: &str, below: &str) -> bool {
    let chosen = chosen.trim_matches(['{', '}']).trim_start_matches("./").trim_end_matches('/');
    let short = name.rsplit('/').next().unwrap_or(name);
    let is_at = |whole: &str| chosen == whole || glob::is_pattern(chosen) && glob::matches(chosen, whole);
    is_at(name) || is_at(short) || is_at(below) || paths::is_within(below, chosen)
}

/// The directories of a project's packages, as its own files name them.
fn all(directory: &str, context: &Context<'_>) -> Vec<String> {
    let at = |name: &str| format!("{}/{name}", directory.trim_end_matches('/'));
    let mut patterns = Vec::new();
    if let Ok(Some(text)) = context.file(&at("package.json")) {
        let package: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let listed = package.get("workspaces").map(|listed| listed.get("packages").unwrap_or(listed));
        let listed = listed.and_then(serde_json::Value::as_array).into_iter().flatten();
        patterns.extend(listed.filter_map(|pattern| pattern.as_str().map(str::to_owned)));
    }
    if let Ok(Some(text)) = context.file(&at("pnpm-workspace.yaml")) {
        let listed = text.lines().filter_map(|line| line.trim().strip_prefix("- "));
        patterns.extend(listed.map(|line| line.trim().trim_matches(['\'', '"']).to_owned()));
    }
    if patterns.is_empty() {
        patterns.extend(USUAL.iter().map(|pattern| (*pattern).to_owned()));
    }
    let mut found = Vec::new();
    for pattern in patterns.iter().filter(|pattern| !pattern.starts_with('!')) {
        let pattern = pattern.trim_start_matches("./").trim_end_matches('/').trim_end_matches("/**");
        let (above, last) = pattern.rsplit_once('/').unwrap_or(("", pattern));
        if above.contains(['*', '?', '{', '[']) {
            continue;
        }
        if !glob::is_pattern(last) {
            found.push(at(pattern));
            continue;
        }
        let folder = paths::normal(directory, above);
        let (names, _) = context.files_in(&folder, &[""]);
        found.extend(names.into_iter().filter(|path| glob::matches(last, paths::split(path).1)));
    }
    found.sort();
    found.dedup();
    found.truncate(MOST);
    found
}

/// Which scripts a package manager runs by itself with a subcommand, first to last.
pub(super) fn lifecycle(subcommand: &str, invocation: &Invocation) -> &'static [&'static str] {
    let ignores = invocation.words.iter().any(|word| word.text().starts_with("--ignore-scripts") && !word.text().ends_with("=false"));
    // With packages to add, the project's own scripts do not run.
    let is_bare = || {
        let mut words = invocation.words.iter().skip_while(|word| word.known() != Some(subcommand)).skip(1);
        !words.any(|word| !word.text().starts_with('-'))
    };
    match subcommand {
        _ if ignores || !matches!(invocation.program.as_str(), "npm" | "pnpm" | "yarn" | "bun") => &[],
        "publish" => &["prepublish", "prepublishOnly", "prepack", "prepare", "postpack", "publish", "postpublish"],
        "pack" => &["prepack", "prepare", "postpack"],
        "install" | "i" | "ci" | "clean-install" if is_bare() => {
            &["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"]
        }
        _ => &[],
    }
}

/// Adds what those scripts do that the nearest package has.
pub(super) fn runs_by_itself(subcommand: &str, invocation: &Invocation, context: &mut Context<'_>) {
    let scripts = lifecycle(subcommand, invocation);
    let Ok(directory) = context.state.shell.directory.clone() else { return };
    let Ok(Some(text)) = context.file(&format!("{}/package.json", directory.trim_end_matches('/'))).map(|text| text.filter(|_| !scripts.is_empty())) else {
        return;
    };
    let package: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let text = |name: &str| package.get("scripts")?.get(name)?.as_str();
    // What sets up git's hooks of the project, or only builds, is what installing is for.
    for name in scripts.iter().filter(|name| text(name).is_some_and(|text| !is_usual(text))) {
        if let Looked::Opaque(why) = packages::script(name, &directory, &[], context) {
            opaque(invocation, &why, context);
        }
    }
}

fn is_usual(text: &str) -> bool {
    let plain = |part: &str| {
        let part = part.trim().trim_end_matches("|| true").trim();
        let part = part.strip_prefix("npx ").unwrap_or(part);
        ["husky", "lefthook install", "simple-git-hooks", "patch-package", "is-ci", "prisma generate", "nuxt prepare", "svelte-kit sync"]
            .iter()
            .any(|usual| part == *usual || part.strip_prefix(usual).is_some_and(|rest| rest.trim() == "install" || rest.trim().is_empty()))
    };
    text.split("&&").flat_map(|part| part.split("||")).flat_map(|part| part.split(';')).all(plain)
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    const FILES: &[(&str, &str)] = &[
        ("/repo/package.json", r#"{"workspaces": ["packages/*"], "scripts": {"build": "tsc", "deploy": "kubectl --context prod apply -f k8s", "prepack": "npm run deploy", "prepare": "npm run deploy"}}"#),
        ("/repo/packages/a/package.json", r#"{"name": "@acme/a", "scripts": {"build": "kubectl --context prod delete ns shop"}}"#),
        ("/repo/packages/b/package.json", r#"{"name": "b", "scripts": {"build": "tsc", "test": "vitest run"}}"#),
    ];

    #[test]
    fn scripts_of_packages() {
        for command in [
            "npm run build -w packages/a", "npm run build --workspaces --if-present", "npm run build --workspace=@acme/a", "npm -w @acme/a run build", "turbo run build", "npx turbo build",
            "lerna run build", "pnpm -r build", "pnpm -r run build", "yarn workspaces run build", "pnpm --filter '*' build",
        ] {
            let found = check_with(command, FILES);
            assert!(found.contains("kube.delete"), "{command}: {found}");
        }
        for command in ["npm run build -w packages/b", "pnpm --filter b build", "npm run build", "npm test --workspaces", "turbo run test"] {
            let found = check_with(command, FILES);
            assert!(!found.contains("kube"), "{command}: {found}");
        }
    }

    #[test]
    fn scripts_that_run_by_themselves() {
        for command in ["npm publish --dry-run", "npm publish", "npm pack", "npm install", "npm ci", "npm run deploy --dry-run", "npm run deploy --dry-run=client", "pnpm publish --dry-run"] {
            let found = check_with(command, FILES);
            assert!(found.contains("kube.write"), "{command}: {found}");
        }
        for command in ["npm install --ignore-scripts", "npm install left-pad", "npm run deploy -- --dry-run=client", "npm view x"] {
            let found = check_with(command, FILES);
            assert!(!found.contains("kube.write"), "{command}: {found}");
        }
        let usual = [("/repo/package.json", r#"{"scripts": {"prepare": "husky install", "postinstall": "patch-package && npx prisma generate"}}"#)];
        let (with, without) = (check_with("npm ci", &usual), check_with("npm ci", &[]));
        assert_eq!(with, without);
    }
}
