//! Engines, machines and infrastructure that files here name: contexts of Docker, hosts of SSH, workspaces of Terraform.

use std::path::{Path, PathBuf};

use countersign_inventory::{Found, Item, Kind, docker, ssh, terraform};

use super::files::{Place, text};
use super::look::add;
use crate::nearby::entries;

/// Directories of the repository that are looked into for infrastructure.
const MOST_DIRECTORIES: usize = 300;
/// How deep below its top.
const DEEPEST: usize = 4;
/// Files of code that are read in one directory.
const MOST_CODE: usize = 50;
/// Files that a configuration of SSH takes in.
const MOST_INCLUDED: usize = 50;
/// Folders of what others wrote or a build made.
const LEFT_OUT: &[&str] = &["node_modules", "target", "vendor", "dist", "build", "venv"];

/// Adds what they name.
pub(super) fn add_all(place: &Place, found: &mut Found) {
    let folder = place.folder("DOCKER_CONFIG", ".docker");
    let current = text(&folder.join("config.json")).ok().flatten().and_then(|text| docker::current(&text));
    for context in entries(&folder.join("contexts/meta")) {
        let read = |text: &str, from: &str| docker::context(text, from, current.as_deref());
        add(found, place, Kind::DockerContext, &context.join("meta.json"), read);
    }
    for path in ssh_files(place) {
        add(found, place, Kind::SshHost, &path, ssh::hosts);
    }
    for folder in directories(&place.top) {
        found.extend(infrastructure(place, &folder));
    }
}

/// The user's configuration of SSH and the files that it takes in.
fn ssh_files(place: &Place) -> Vec<PathBuf> {
    let folder = place.home.join(".ssh");
    let main = folder.join("config");
    let mut files = vec![main.clone()];
    let included = text(&main).ok().flatten().map(|text| ssh::included(&text)).unwrap_or_default();
    for written in included {
        let path = match written.strip_prefix("~/") {
            Some(below) => place.home.join(below),
            None => folder.join(&written),
        };
        match (path.file_name().and_then(|name| name.to_str()), path.parent()) {
            (Some(pattern), Some(parent)) if pattern.contains('*') => {
                let (start, end) = pattern.split_once('*').unwrap_or((pattern, ""));
                let fits = |path: &PathBuf| {
                    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                    name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
                };
                files.extend(entries(parent).into_iter().filter(|path| path.is_file() && fits(path)));
            }
            _ => files.push(path),
        }
    }
    files.truncate(MOST_INCLUDED);
    files
}

/// The repository's top and the directories below it.
fn directories(top: &Path) -> Vec<PathBuf> {
    let (mut level, mut found) = (vec![top.to_path_buf()], Vec::new());
    for _ in 0..DEEPEST {
        let mut next = Vec::new();
        for folder in level {
            if found.len() >= MOST_DIRECTORIES {
                return found;
            }
            next.extend(entries(&folder).into_iter().filter(|path| {
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                let is_left_out =
                    name.starts_with('.') || LEFT_OUT.contains(&name) || name == "terraform.tfstate.d";
                path.is_dir() && !path.is_symlink() && !is_left_out
            }));
            found.push(folder);
        }
        level = next;
    }
    found
}

/// The workspaces of a directory, where Terraform was at work or its code says where the state is.
fn infrastructure(place: &Place, folder: &Path) -> Vec<Item> {
    let read = |below: &str| text(&folder.join(below)).ok().flatten();
    let states = entries(&folder.join("terraform.tfstate.d")).into_iter().filter(|path| path.is_dir());
    let states: Vec<String> =
        states.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect();
    let is_code =
        |path: &PathBuf| path.extension().is_some_and(|extension| extension == "tf" || extension == "tofu");
    let declared = || {
        let code = entries(folder).into_iter().filter(is_code).take(MOST_CODE);
        code.filter_map(|path| text(&path).ok().flatten()).find_map(|text| terraform::declared(&text))
    };
    let backend =
        read(".terraform/terraform.tfstate").and_then(|text| terraform::initialised(&text)).or_else(declared);
    let is_used = folder.join(".terraform").is_dir() || folder.join("terraform.tfstate").is_file();
    if !is_used && states.is_empty() && backend.is_none() {
        return Vec::new();
    }
    let below = folder.strip_prefix(&place.top).unwrap_or(folder).display().to_string();
    terraform::Directory { below, chosen: read(".terraform/environment"), states, backend }.items()
}
