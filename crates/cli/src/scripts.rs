//! What the scripts and workflows of a repository name: clusters, accounts, databases, stacks, applications and registries that they
//! would change or read, told by the same understanding that decides calls.

use std::path::Path;

use anyhow::Result;
use countersign_model::{Resource, is_this_machine};
use countersign_policy::{Kind, Named};
use countersign_understand::{Surroundings, understand};
use serde_json::{Map, Value, json};

use crate::commands::explain;
use crate::{edge, nearby, reading, repository, workflow_steps};

/// So many scripts are looked at.
const MOST: usize = 60;
/// Where scripts are, from the repository's top.
const FOLDERS: [&str; 5] = ["", "scripts", "script", "bin", "deploy"];

/// Names of places in what the scripts at a repository's top and its workflows run.
pub fn names(top: &Path) -> Result<Vec<Named>> {
    let machine = repository::machine()?;
    let here = top.display().to_string();
    let surroundings = Surroundings::usual(&edge::user_home()?.display().to_string(), "", &[&here]);
    let mut found = Vec::new();
    for (from, command) in commands(top).into_iter().take(MOST).chain(workflow_steps::commands(top)) {
        let mut input = Map::new();
        input.insert("command".to_owned(), json!(command));
        let call = explain::call("Bash".to_owned(), input, here.clone());
        let effects = understand(&call, &surroundings, &machine).effects;
        let named = effects.iter().filter_map(|effect| place(&effect.resource));
        let named = named.filter(|(_, name)| !name.contains('*') && !workflow_steps::is_computed(name));
        found.extend(named.map(|(kind, name)| {
            let from = written_in(&name, &from, top);
            Named { kind, name, from }
        }));
    }
    Ok(found)
}

/// The file that a name is written in, where that is no script but the variables it is given: `.env.production`.
fn written_in(name: &str, script: &str, top: &Path) -> String {
    let names = |file: &str| reading::text(&top.join(file)).is_ok_and(|text| text.contains(name));
    if names(script) {
        return script.to_owned();
    }
    let files =
        nearby::entries(top).into_iter().filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
    let of_variables = files.filter(|file| file.starts_with(".env")).find(|file| names(file));
    of_variables.unwrap_or_else(|| script.to_owned())
}

/// Commands that run a script, each with the file it stands in.
fn commands(top: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let text = |file: &str| reading::text(&top.join(file)).unwrap_or_default();
    let package: Value = serde_json::from_str(&text("package.json")).unwrap_or_default();
    let scripts = package.get("scripts").and_then(Value::as_object).into_iter().flat_map(Map::keys);
    for name in scripts.filter(|name| is_plain(name)) {
        found.push(("package.json".to_owned(), format!("npm run {name}")));
    }
    for file in ["Makefile", "makefile", "GNUmakefile"] {
        let text = text(file);
        let targets = text.lines().filter_map(|line| line.split_once(':'));
        for (target, _) in targets.filter(|(target, rest)| is_plain(target) && !rest.starts_with('=')) {
            found.push((file.to_owned(), format!("make -f {file} {target}")));
        }
    }
    for folder in FOLDERS {
        for path in nearby::entries(&top.join(folder)) {
            let script = path.strip_prefix(top).ok().and_then(Path::to_str);
            let is_script = path.extension().is_some_and(|end| end == "sh" || end == "bash");
            if let Some(script) = script.filter(|script| is_script && is_plain(script)) {
                found.push((script.to_owned(), format!("bash ./{script}")));
            }
        }
    }
    found
}

/// Whether a name is one word in a command, and no option.
fn is_plain(name: &str) -> bool {
    let plain =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/' | ':');
    !name.is_empty() && !name.starts_with(['-', '.']) && name.chars().all(plain)
}

/// The place that a resource is in, by the name that a map would have for it.
fn place(resource: &Resource) -> Option<(Kind, String)> {
    match resource {
        Resource::Cluster { context, .. } => {
            // A context, not what else its cluster is called.
            Some((Kind::KubeContext, context.split(" at cluster ").next().unwrap_or(context).to_owned()))
        }
        Resource::Cloud { account, .. } => Some((Kind::Account, account.clone())),
        Resource::Database { system, host, .. } if system != "sqlite" && !is_this_machine(host) => {
            Some((Kind::Database, host.clone()))
        }
        Resource::Stack { workspace, .. } => Some((Kind::Stack, workspace.clone()?)),
        Resource::App { name, .. } => Some((Kind::App, name.clone())),
        Resource::Package { registry, .. } if registry.contains('.') => {
            Some((Kind::Registry, registry.clone()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_scripts_would_change_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        let put = |file: &str, text: &str| {
            fs::create_dir_all(top.join(file).parent().unwrap()).unwrap();
            fs::write(top.join(file), text).unwrap();
        };
        put(
            "package.json",
            r#"{"scripts": {"migrate": "psql \"$PROD_DATABASE_URL\" -f up.sql", "test": "jest"}}"#,
        );
        put(".env.live", "PGHOST=db.live.example\n");
        put("scripts/live.sh", "set -a; . ./.env.live; psql -c 'delete from t'\n");
        put("Makefile", "VERSION := 1\nship: build\n\tkubectl --context eu-live apply -f k8s\n");
        put(
            "scripts/publish.sh",
            "docker push registry.shop.example/web:1\naws --profile shop-live s3 rm s3://x\n",
        );
        put(
            ".github/workflows/ship.yml",
            "on: push\nenv:\n  AWS_PROFILE: shop-ship\njobs:\n  ship:\n    runs-on: x\n    env:\n      WHERE: eu-ship\n    steps:\n\
             \x20     - run: aws s3 rm s3://x\n      - run: kubectl --context $WHERE apply -f k8s\n\
             \x20     - run: kubectl --context ${{ inputs.where }} apply -f k8s\n      - run: psql -h ${{ secrets.HOST }} -c 'delete from t'\n",
        );
        put("scripts/open.sh", "psql postgres://localhost/shop -c 'select 1'\n");
        let mut found: Vec<String> = names(top)
            .unwrap()
            .iter()
            .map(|named| format!("{} = {:?} ({})", named.kind.list(), named.name, named.from))
            .collect();
        found.sort();
        found.dedup();
        insta::assert_snapshot!(found.join("\n"), @r#"
        accounts = "shop-live" (scripts/publish.sh)
        accounts = "shop-ship" (.github/workflows/ship.yml)
        databases = "$PROD_DATABASE_URL" (package.json)
        databases = "db.live.example" (.env.live)
        kube_contexts = "eu-live" (Makefile)
        kube_contexts = "eu-ship" (.github/workflows/ship.yml)
        registries = "registry.shop.example" (scripts/publish.sh)
        "#);
    }
}
