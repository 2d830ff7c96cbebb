//! The runtimes on this machine with their settings, and the MCP servers that these name.

use std::path::{Path, PathBuf};

use countersign_inventory::mcp::{self, Server};
use countersign_inventory::runtimes::{self, Base, KNOWN, Known, Runtime, Settings};
use countersign_inventory::{Item, Kind};

use super::super::doctor;
use super::files::{Place, text};
use crate::edge;

/// Start-up files of shells, in which people shorten how they start a runtime.
const SHELLS: &[&str] = &[
    ".bashrc",
    ".bash_profile",
    ".bash_aliases",
    ".profile",
    ".zshrc",
    ".zprofile",
    ".config/fish/config.fish",
];

/// The runtimes that are here.
pub(super) fn runtimes(place: &Place) -> Vec<Runtime> {
    let mut found: Vec<Runtime> = KNOWN.iter().filter_map(|known| runtime(known, place)).collect();
    for path in SHELLS.iter().map(|name| place.home.join(name)) {
        let Ok(Some(text)) = text(&path) else { continue };
        for one in runtimes::skipping(&text, &place.shown(&path)) {
            // The flag says whose it is, as far as it does; else it is everybody's.
            let own = |runtime: &&mut Runtime| runtimes::is_flag_of(&one.setting, runtime.id);
            if let Some(runtime) = found.iter_mut().find(own) {
                runtime.weakened.push(one);
            }
        }
    }
    found
}

fn runtime(known: &Known, place: &Place) -> Option<Runtime> {
    let programs = known.programs.iter().filter_map(|program| edge::on_path(program));
    let traces = known.traces.iter().map(|trace| place.home.join(trace)).filter(|path| path.exists());
    let seen: Vec<String> = programs.chain(traces).map(|path| place.shown(&path)).collect();
    if seen.is_empty() {
        return None;
    }
    let settings = |(base, below): &(Base, &str)| {
        let path = under(place, *base, below);
        let text = text(&path).transpose()?;
        let wired = text.as_ref().ok().and_then(|text| doctor::wired(text));
        Some(Settings { from: place.shown(&path), base: *base, text, wired })
    };
    let settings: Vec<Settings> = known.settings.iter().filter_map(settings).collect();
    Some(runtimes::runtime(known, seen, &settings))
}

/// The servers that runtimes are told of, and the files that could not be read. Settings in the repository count
/// whether or not the runtime is here: it is one installation away.
pub(super) fn servers(place: &Place) -> (Vec<Server>, Vec<Item>) {
    let (mut servers, mut broken) = (Vec::new(), Vec::new());
    let top = place.top.display().to_string();
    for known in KNOWN {
        for (base, below, form) in known.servers {
            let path = under(place, *base, below);
            let from = place.shown(&path);
            let read = match text(&path) {
                Ok(None) => continue,
                Ok(Some(text)) => mcp::servers(&text, *form, &top, known.id, &from),
                Err(why) => Err(why),
            };
            match read {
                Ok(found) => servers.extend(found),
                Err(why) => broken.push(Item::broken(Kind::McpServer, &from, &why)),
            }
        }
    }
    (servers, broken)
}

fn under(place: &Place, base: Base, below: &str) -> PathBuf {
    match base {
        Base::Machine => Path::new("/").join(below),
        Base::Home => place.home.join(below),
        Base::Repository => place.top.join(below),
    }
}
