//! What the files of tools name: read here, understood in `countersign-inventory`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use countersign_inventory::remotes::{self, Credentials};
use countersign_inventory::{Found, Item, Kind, clouds, databases, kube, registries, secrets, workflows};
use countersign_policy::{normalise, propose};

use super::files::{Place, text};
use crate::nearby::entries;
use crate::{edge, repository};

/// Directories of the repository that are looked into for secrets.
const MOST_DIRECTORIES: usize = 300;
/// So many files of it are looked at.
const MOST_FILES: usize = 1000;
/// A longer one of JSON is no key of an account.
const LONGEST_ACCOUNT: u64 = 16 << 10;
/// How deep below its top.
const DEEPEST: usize = 4;
/// Folders of what others wrote or a build made.
const LEFT_OUT: &[&str] = &["node_modules", "target", "vendor", "dist", "build", ".git", ".venv", "venv"];

/// Everything but runtimes and MCP servers; and what was not looked at, if anything was not.
pub(super) fn items(place: &Place) -> Result<(Vec<Item>, Option<String>)> {
    let mut found = Vec::new();
    let keys = keys(place, &mut found);
    tools(place, &mut found);
    super::places::add_all(place, &mut found);
    environment(&mut found);
    let all = secrets(place, &mut found);
    found.extend(forge(place, keys)?);
    let left_out = || "the repository is large: not all of it was looked through for secrets".to_owned();
    Ok((found, (!all).then(left_out)))
}

/// Adds what a file names; a file that is there and cannot be read is an item of its own.
pub(super) fn add(
    found: &mut Found,
    place: &Place,
    kind: Kind,
    path: &Path,
    read: impl Fn(&str, &str) -> Found,
) {
    let from = place.shown(path);
    match text(path) {
        Ok(Some(text)) => found.extend(read(&text, &from)),
        Ok(None) => {}
        Err(why) => found.push(Item::broken(kind, &from, &why)),
    }
}

/// Contexts, profiles, databases and registries.
fn tools(place: &Place, found: &mut Found) {
    for path in place.named("KUBECONFIG", ".kube/config") {
        add(found, place, Kind::KubeContext, &path, kube::items);
    }
    for path in place.named("AWS_CONFIG_FILE", ".aws/config") {
        add(found, place, Kind::Cloud, &path, clouds::aws);
    }
    for path in place.named("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials") {
        let mut profiles = Vec::new();
        add(&mut profiles, place, Kind::Cloud, &path, clouds::aws);
        for profile in profiles {
            // One profile may stand in both files.
            match found.iter_mut().find(|item| item.kind == Kind::Cloud && item.name == profile.name) {
                Some(known) => known.about.push(format!("a key in {}", profile.from)),
                None => found.push(profile),
            }
        }
    }
    for path in entries(&place.folder("CLOUDSDK_CONFIG", ".config/gcloud").join("configurations")) {
        let name =
            path.file_name().and_then(|name| name.to_str()?.strip_prefix("config_").map(str::to_owned));
        let Some(name) = name else { continue };
        add(found, place, Kind::Cloud, &path, |text, from| clouds::gcloud(&name, text, from));
    }
    let azure = place.folder("AZURE_CONFIG_DIR", ".azure").join("azureProfile.json");
    add(found, place, Kind::Cloud, &azure, clouds::azure);
    for path in place.named("PGPASSFILE", ".pgpass") {
        add(found, place, Kind::Database, &path, databases::pgpass);
    }
    for path in place.named("PGSERVICEFILE", ".pg_service.conf") {
        add(found, place, Kind::Database, &path, databases::pg_services);
    }
    for path in place.named("NPM_CONFIG_USERCONFIG", ".npmrc").into_iter().chain([place.top.join(".npmrc")]) {
        add(found, place, Kind::Registry, &path, registries::npm);
    }
    add(found, place, Kind::Registry, &place.home.join(".pypirc"), registries::pypi);
    let cargo = place.folder("CARGO_HOME", ".cargo");
    for name in ["credentials.toml", "credentials"] {
        add(found, place, Kind::Registry, &cargo.join(name), registries::cargo);
    }
    let docker = place.folder("DOCKER_CONFIG", ".docker").join("config.json");
    add(found, place, Kind::Registry, &docker, registries::docker);
    add(found, place, Kind::Registry, &place.home.join(".gem/credentials"), registries::gems);
}

/// What variables that are set open, by their names.
fn environment(found: &mut Found) {
    let names = edge::variables();
    let names = || names.iter().map(String::as_str);
    found.extend(clouds::variables(names()));
    found.extend(databases::variables(names(), "the environment"));
    found.extend(registries::variables(names()));
}

/// Private keys for SSH as items; gives their names.
fn keys(place: &Place, found: &mut Found) -> Vec<String> {
    let mut keys = Vec::new();
    for path in entries(&place.home.join(".ssh")) {
        let Ok(Some(text)) = text(&path) else { continue };
        // Whatever it is called, its first line tells.
        let Some(holds) = secrets::holds("id_key", &text) else { continue };
        let shown = place.shown(&path);
        found.push(secrets::item(&path.display().to_string(), &shown, &holds));
        keys.push(shown);
    }
    keys
}

/// Known files of tools, and files of the repository that hold secrets; addresses of databases in them. Says
/// whether all of the repository was looked through.
fn secrets(place: &Place, found: &mut Found) -> bool {
    for (below, holds) in secrets::KNOWN {
        let path = place.home.join(below);
        // What is there and cannot be read as text, such as a database, holds them.
        let kept = match text(&path) {
            Ok(text) => text.is_some_and(|text| secrets::is_kept_in(below, &text)),
            Err(_) => path.is_file(),
        };
        if kept {
            found.push(secrets::item(&path.display().to_string(), &place.shown(&path), &[holds]));
        }
    }
    let (candidates, all) = candidates(&place.top);
    for path in candidates {
        let (name, shown) = (path.file_name().unwrap_or_default().to_string_lossy(), place.shown(&path));
        match text(&path) {
            Ok(Some(text)) => {
                let Some(holds) = secrets::holds(&name, &text) else { continue };
                found.push(secrets::item(&path.display().to_string(), &shown, &holds));
                if name.contains("env") {
                    found.extend(databases::of_file(&text, &shown));
                }
            }
            // Much of what is long or no text is no secret; what is named like one is.
            Err(why) if !name.ends_with(".json") => {
                let item =
                    secrets::item(&path.display().to_string(), &shown, &[format!("not looked at: {why}")]);
                found.push(item);
            }
            Ok(None) | Err(_) => {}
        }
    }
    all
}

/// Files below the repository's top whose names say that they may hold secrets, and whether these are all.
fn candidates(top: &Path) -> (Vec<PathBuf>, bool) {
    let (mut level, mut found, mut looked) = (vec![top.to_path_buf()], Vec::new(), 0);
    for _ in 0..DEEPEST {
        let mut next = Vec::new();
        for folder in level {
            looked += 1;
            if looked > MOST_DIRECTORIES || found.len() > MOST_FILES {
                return (found, false);
            }
            for path in entries(&folder) {
                let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_owned) else {
                    continue;
                };
                if path.is_dir() {
                    if !path.is_symlink() && !LEFT_OUT.contains(&name.as_str()) {
                        next.push(path);
                    }
                } else if secrets::may_hold(&name) {
                    let long = path.metadata().map_or(0, |file| file.len()) > LONGEST_ACCOUNT;
                    if !(long && name.ends_with(".json")) {
                        found.push(path);
                    }
                }
            }
        }
        level = next;
    }
    (found, true)
}

/// Gives the hosts that a file holds logins for.
type Hosts = fn(&str) -> Vec<String>;

/// Remotes, accounts on forges, and workflows.
fn forge(place: &Place, keys: Vec<String>) -> Result<Found> {
    let mut stored = Vec::new();
    let logins: &[(&str, Hosts)] = &[
        (".git-credentials", remotes::stored),
        (".config/git/credentials", remotes::stored),
        (".netrc", remotes::netrc),
        (".config/gh/hosts.yml", remotes::gh),
    ];
    for (below, hosts) in logins {
        let path = place.home.join(below);
        let Ok(Some(text)) = text(&path) else { continue };
        stored.extend(hosts(&text).into_iter().map(|host| (host, place.shown(&path))));
    }
    let variables = edge::variables();
    let in_repository = repository::top().is_ok();
    let credentials = Credentials {
        keys,
        agent: variables.contains("SSH_AUTH_SOCK"),
        helpers: if in_repository { repository::credential_helpers(&place.top)? } else { Vec::new() },
        stored,
        variables: variables.into_iter().collect(),
    };
    if !in_repository {
        return Ok(remotes::forges(&[], &credentials));
    }
    let seen = repository::look(&place.top)?;
    let default = propose(&seen).repository.default_branch;
    let pushed = seen.remotes.iter().map(|(name, _)| name.as_str());
    let remote = pushed.clone().find(|name| *name == "origin").or_else(|| pushed.clone().next());
    let mut found = remotes::items(&seen.remotes, default.as_deref(), &credentials);
    for item in &mut found {
        // An address within this machine may lead through the home directory.
        let here = normalise(&place.home.display().to_string());
        item.name = item.name.replace(&here, "~");
    }
    found.extend(remotes::forges(&seen.remotes, &credentials));
    found.extend(workflows::items(&seen.workflows, remote.unwrap_or("origin"), default.as_deref()));
    Ok(found)
}
