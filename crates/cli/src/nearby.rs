//! Names of places that tools on this machine know: contexts, profiles, projects, workspaces, variables. Names
//! only: what stands beside them, such as keys and addresses, is never kept.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use countersign_inventory::clouds::{aws_profiles, gcloud_project};
use countersign_inventory::databases::{addresses, addresses_elsewhere};
use countersign_inventory::kube::contexts;
use countersign_policy::{Kind, Named};

use crate::{edge, reading, scripts};

/// So many names of one kind are proposed.
const MOST: usize = 20;
/// Longer names are left out.
const LONGEST_NAME: usize = 120;
/// Files of Terraform that are looked into.
const MOST_FILES: usize = 200;
/// Directories that are looked into for workspaces.
const MOST_DIRECTORIES: usize = 200;

/// What the tools of this user, files at the repository's top, and what its scripts run, name.
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
        let from = shown(&path);
        let of = |name: &String| Named { kind: Kind::KubeContext, name: name.clone(), from: from.clone() };
        if contexts.iter().any(|name| of(name).says_production()) {
            add(&mut found, Kind::Credential, [from.clone()], &from);
        }
        add(&mut found, Kind::KubeContext, contexts, &from);
    }
    for path in files("AWS_CONFIG_FILE", ".aws/config")
        .into_iter()
        .chain(files("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"))
    {
        let profiles = text(&path).map(|text| aws_profiles(&text)).unwrap_or_default();
        add(&mut found, Kind::Account, profiles, &shown(&path));
    }
    let gcloud = files("CLOUDSDK_CONFIG", ".config/gcloud");
    for path in gcloud.iter().flat_map(|folder| entries(&folder.join("configurations"))) {
        let name =
            path.file_name().and_then(|name| name.to_str()?.strip_prefix("config_").map(str::to_owned));
        let project = text(&path).and_then(|text| gcloud_project(&text));
        add(&mut found, Kind::Account, name.into_iter().chain(project), &shown(&path));
    }
    let below = |path: &Path| path.strip_prefix(top).unwrap_or(path).display().to_string();
    for folder in workspaces(top) {
        let names = entries(&folder).into_iter().filter(|path| path.is_dir());
        let names = names.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
        add(&mut found, Kind::Stack, names, &below(&folder));
    }
    for path in described(top) {
        let shown = below(&path);
        let stem = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".tfvars"));
        let stem = stem.map(|stem| stem.strip_suffix(".auto").unwrap_or(stem));
        let (kind, name) = match stem {
            Some(stem) => (Kind::Stack, stem.to_owned()),
            // What Terraform sets up from there is a stack; to edit its text changes nothing yet.
            None if is_stack(&path) => (Kind::Stack, shown.clone()),
            None => (Kind::Directory, shown.clone()),
        };
        let named = Named { kind, name, from: shown };
        let says_other = named.says_development() || named.says_staging();
        if named.says_production() || (kind == Kind::Stack && says_other) {
            add(&mut found, kind, [named.name], &named.from);
        }
    }
    for path in entries(top) {
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".env")) {
            let variables = text(&path).map(|text| addresses_elsewhere(&text)).unwrap_or_default();
            add(&mut found, Kind::Database, variables, &below(&path));
            let file = Named { kind: Kind::Credential, name: below(&path), from: below(&path) };
            if path.is_file() && file.says_production() && !is_sample(&file.name) {
                add(&mut found, file.kind, [file.name], &file.from);
            }
        }
    }
    for path in terraform_files(top) {
        let profiles = text(&path).map(|text| profiles(&text)).unwrap_or_default();
        add(&mut found, Kind::Account, profiles, &below(&path));
    }
    for Named { kind, name, from } in scripts::names(top)? {
        add(&mut found, kind, [name], &from);
    }
    let set = edge::variables();
    add(&mut found, Kind::Database, addresses(set.iter().map(String::as_str)), "the environment");
    Ok(found)
}

/// Whether a file of variables shows how one looks.
fn is_sample(name: &str) -> bool {
    ["example", "sample", "template", "dist"].iter().any(|end| name.ends_with(end))
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
    reading::text(path).ok()
}

/// What is in a folder, sorted; nothing where it cannot be looked into.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).take(1000).collect();
    paths.sort();
    paths
}

/// Where Terraform keeps the state of workspaces, in the repository's top and two levels below it.
fn workspaces(top: &Path) -> Vec<PathBuf> {
    let is_state = |path: &PathBuf| path.file_name().is_some_and(|name| name == "terraform.tfstate.d");
    directories(top).into_iter().filter(is_state).collect()
}

/// Whether a directory is one that Terraform is run in, and holds nothing else that describes what runs.
fn is_stack(folder: &Path) -> bool {
    let ends = |path: &PathBuf| path.extension().and_then(|end| end.to_str()).map(str::to_owned);
    let ends: Vec<String> = entries(folder).iter().filter_map(ends).collect();
    ends.iter().any(|end| end == "tf")
        && !ends.iter().any(|end| matches!(end.as_str(), "yaml" | "yml" | "hcl"))
}

/// The files of Terraform in the same places.
fn terraform_files(top: &Path) -> Vec<PathBuf> {
    let folders = std::iter::once(top.to_path_buf()).chain(directories(top));
    let inside = folders.flat_map(|folder| entries(&folder));
    inside
        .filter(|path| path.extension().is_some_and(|end| end == "tf") && path.is_file())
        .take(MOST_FILES)
        .collect()
}

/// The profiles and projects that a file of Terraform gives to its providers and to where its state is.
fn profiles(text: &str) -> Vec<String> {
    let said = |line: &str| {
        let (name, value) = line.split_once('=')?;
        let value = value.trim().strip_prefix('"')?.split('"').next()?;
        let is_given = matches!(name.trim(), "profile" | "project") && !value.contains("${");
        is_given.then(|| value.to_owned())
    };
    text.lines().filter_map(said).collect()
}

/// Directories that hold descriptions of what runs, and files of variables of Terraform, in the same places.
fn described(top: &Path) -> Vec<PathBuf> {
    let ends = |path: &Path, ends: &[&str]| {
        path.extension().and_then(|end| end.to_str()).is_some_and(|end| ends.contains(&end)) && path.is_file()
    };
    let mut found = Vec::new();
    for folder in std::iter::once(top.to_path_buf()).chain(directories(top)) {
        let inside = entries(&folder);
        if folder != top && inside.iter().any(|path| ends(path, &["yaml", "yml", "tf", "hcl"])) {
            found.push(folder);
        }
        found.extend(inside.into_iter().filter(|path| ends(path, &["tfvars"])));
    }
    found
}

/// The directories of a repository, from its top two levels down and in those three.
fn directories(top: &Path) -> Vec<PathBuf> {
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
                        found.push(path.clone());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_and_variables_that_describe_what_runs() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        for path in [
            "k8s/prod/web.yaml",
            "k8s/base/web.yml",
            "src/live/page.js",
            "terraform/prod.tfvars",
            "a/b/c/prod/x.tf",
            "values.yaml",
        ] {
            fs::create_dir_all(top.join(path).parent().unwrap()).unwrap();
            fs::write(top.join(path), "").unwrap();
        }
        let mut found: Vec<String> =
            described(top).iter().map(|path| path.strip_prefix(top).unwrap().display().to_string()).collect();
        found.sort();
        assert_eq!(found, ["k8s/base", "k8s/prod", "terraform/prod.tfvars"]);
    }

    #[test]
    fn profiles_in_terraform() {
        let text = "provider \"aws\" {\n  profile = \"shop-live\" # ours\n}\nprovider \"google\" {\n  project=\"shop-eu\"\n  project = \"${var.x}\"\n  project = var.y\n}\n";
        assert_eq!(profiles(text), ["shop-live", "shop-eu"]);
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
