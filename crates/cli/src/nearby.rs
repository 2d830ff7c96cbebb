//! Names of places that tools on this machine know: contexts, profiles, projects, workspaces, variables. Names
//! only: what stands beside them, such as keys and addresses, is never kept.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use countersign_policy::{Kind, Named};

use crate::edge;

/// Longer files are not looked at.
const LONGEST_FILE: u64 = 1 << 20;
/// So many names of one kind are proposed.
const MOST: usize = 20;
/// Longer names are left out.
const LONGEST_NAME: usize = 120;
/// Directories that are looked into for workspaces.
const MOST_DIRECTORIES: usize = 200;

/// What the tools of this user, and files at the repository's top, name.
pub fn names(top: &Path) -> Result<Vec<Named>> {
    let home = edge::user_home()?;
    let settings = edge::settings();
    let mut found = Vec::new();
    let files = |variable: &str, usual: &str| -> Vec<PathBuf> {
        match settings.get(variable).filter(|value| !value.is_empty()) {
            Some(paths) => paths.split(':').map(PathBuf::from).collect(),
            None => vec![home.join(usual)],
        }
    };
    let shown = |path: &Path| match path.strip_prefix(&home) {
        Ok(below) => format!("~/{}", below.display()),
        Err(_) => path.display().to_string(),
    };
    for path in files("KUBECONFIG", ".kube/config") {
        let contexts = text(&path).map(|text| contexts(&text)).unwrap_or_default();
        add(&mut found, Kind::KubeContext, contexts, &shown(&path));
    }
    for path in files("AWS_CONFIG_FILE", ".aws/config")
        .into_iter()
        .chain(files("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"))
    {
        let profiles = text(&path).map(|text| profiles(&text)).unwrap_or_default();
        add(&mut found, Kind::Account, profiles, &shown(&path));
    }
    let gcloud = files("CLOUDSDK_CONFIG", ".config/gcloud");
    for path in gcloud.iter().flat_map(|folder| entries(&folder.join("configurations"))) {
        let name =
            path.file_name().and_then(|name| name.to_str()?.strip_prefix("config_").map(str::to_owned));
        let project = text(&path).and_then(|text| project(&text));
        add(&mut found, Kind::Account, name.into_iter().chain(project), &shown(&path));
    }
    let below = |path: &Path| path.strip_prefix(top).unwrap_or(path).display().to_string();
    for folder in workspaces(top) {
        let names = entries(&folder).into_iter().filter(|path| path.is_dir());
        let names = names.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
        add(&mut found, Kind::Stack, names, &below(&folder));
    }
    for path in entries(top) {
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".env")) {
            let variables = text(&path).map(|text| addresses(text.lines())).unwrap_or_default();
            add(&mut found, Kind::Database, variables, &below(&path));
        }
    }
    let set = edge::variables();
    add(&mut found, Kind::Database, addresses(set.iter().map(String::as_str)), "the environment");
    Ok(found)
}

fn add(found: &mut Vec<Named>, kind: Kind, names: impl IntoIterator<Item = String>, from: &str) {
    for name in names {
        let is_known = found.iter().any(|named| named.kind == kind && named.name == name);
        let is_plain = !name.is_empty() && name.len() <= LONGEST_NAME && !name.contains(char::is_control);
        if is_plain && !is_known && found.iter().filter(|named| named.kind == kind).count() < MOST {
            found.push(Named { kind, name, from: from.to_owned() });
        }
    }
}

/// The text of a plain file that is not too long.
fn text(path: &Path) -> Option<String> {
    let metadata = fs::metadata(path).ok()?;
    (metadata.is_file() && metadata.len() <= LONGEST_FILE).then(|| fs::read_to_string(path).ok())?
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).take(1000).collect();
    paths.sort();
    paths
}

/// The contexts of a kubeconfig.
fn contexts(text: &str) -> Vec<String> {
    let Ok(node) = countersign_yaml::read(text) else { return Vec::new() };
    let contexts = node.get("contexts").map(|contexts| contexts.items()).unwrap_or_default();
    contexts.iter().filter_map(|context| Some(context.get("name")?.text()?.to_owned())).collect()
}

/// The sections of a file of the AWS programs that are profiles.
fn profiles(text: &str) -> Vec<String> {
    let sections = text.lines().filter_map(|line| line.trim().strip_prefix('[')?.split_once(']'));
    let names = sections.map(|(name, _)| name.trim()).filter(|name| !name.starts_with("sso-session "));
    names
        .filter(|name| !name.starts_with("services "))
        .map(|name| name.strip_prefix("profile ").unwrap_or(name).trim().to_owned())
        .filter(|name| name != "default")
        .collect()
}

/// The project of a configuration of gcloud.
fn project(text: &str) -> Option<String> {
    let value = |line: &str| {
        Some(line.trim().strip_prefix("project")?.trim_start().strip_prefix('=')?.trim().to_owned())
    };
    text.lines().find_map(value)
}

/// Where Terraform keeps the state of workspaces, in the repository's top and two levels below it.
fn workspaces(top: &Path) -> Vec<PathBuf> {
    let mut level = vec![top.to_path_buf()];
    let mut found = Vec::new();
    let mut looked = 0;
    for _ in 0..3 {
        let mut next = Vec::new();
        for folder in level {
            looked += 1;
            if looked > MOST_DIRECTORIES {
                return found;
            }
            for path in entries(&folder).into_iter().filter(|path| path.is_dir() && !path.is_symlink()) {
                match path.file_name().and_then(|name| name.to_str()) {
                    Some("terraform.tfstate.d") => found.push(path),
                    Some(name)
                        if !name.starts_with('.')
                            && !matches!(name, "node_modules" | "target" | "vendor") =>
                    {
                        next.push(path);
                    }
                    Some(_) | None => {}
                }
            }
        }
        level = next;
    }
    found
}

/// Variables that by their names hold the address of a database, as the map would have them.
fn addresses<'t>(lines: impl Iterator<Item = &'t str>) -> Vec<String> {
    const OF: &[&str] =
        &["DATABASE", "DB", "POSTGRES", "POSTGRESQL", "MYSQL", "MONGO", "MONGODB", "REDIS", "PG"];
    const WHAT: &[&str] = &["URL", "URI", "DSN"];
    let mut names = BTreeSet::new();
    for line in lines {
        let line = line.trim();
        let name = line.strip_prefix("export ").unwrap_or(line).split('=').next().unwrap_or_default().trim();
        let words: Vec<&str> = name.split('_').collect();
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_name
            && words.iter().any(|word| OF.contains(word))
            && words.iter().any(|word| WHAT.contains(word))
        {
            names.insert(format!("${name}"));
        }
    }
    names.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_nothing_beside_them() {
        let kubeconfig = "contexts:\n- context: {cluster: a, user: b}\n  name: eu-live\n- name: \"eu-stage\"\nusers:\n- name: b\n  user: {token: abc}\n";
        assert_eq!(contexts(kubeconfig), ["eu-live", "eu-stage"]);
        assert_eq!(contexts("contexts: {"), [""; 0]);
        let config = "[default]\nregion = x\n[profile shop-live]\naws_secret_access_key = abc\n[sso-session x]\n[other]\n";
        assert_eq!(profiles(config), ["shop-live", "other"]);
        assert_eq!(project("[core]\naccount = a@b\nproject = shop-live\n").as_deref(), Some("shop-live"));
        let variables =
            "# DATABASE_URL\nexport DATABASE_URL=postgres://u:p@h/d\nREDIS_URL=x\nAPI_URL=y\nDB_PASSWORD=z\n";
        assert_eq!(addresses(variables.lines()), ["$DATABASE_URL", "$REDIS_URL"]);
    }

    #[test]
    fn workspaces_of_terraform() {
        let folder = tempfile::tempdir().unwrap();
        for path in [
            "infra/terraform.tfstate.d/live",
            "infra/terraform.tfstate.d/stage",
            "node_modules/terraform.tfstate.d/x",
        ] {
            fs::create_dir_all(folder.path().join(path)).unwrap();
        }
        assert_eq!(workspaces(folder.path()), [folder.path().join("infra/terraform.tfstate.d")]);
    }
}
