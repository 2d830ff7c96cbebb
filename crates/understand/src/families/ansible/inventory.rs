//! Which machines an inventory of Ansible has, as its own text says: INI and YAML. One that is a program, or is asked
//! of a service, says so only as it runs.

use countersign_model::{Resource, is_this_machine};

use super::hosts::{self, Hosts};
use super::passwords;
use crate::code::{self, Looked};
use crate::context::Context;
use crate::families::run_file;
use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Value;

/// Machines that are named one by one; of more it is said only of which groups they are.
const MOST: usize = 16;
/// Groups of a machine that are named.
const MOST_GROUPS: usize = 8;
/// Files that an inventory may be of.
const MOST_SOURCES: usize = 8;

/// What is known of the inventory that a command uses.
pub(super) struct Inventory {
    hosts: Hosts,
    /// The files, as they were named.
    named: String,
    /// Whether all of its machines are known.
    is_whole: bool,
}

/// A machine, or several of which no more is known.
pub(super) struct Machine {
    pub place: Resource,
    /// Whether it is reached without leaving this one.
    pub is_here: bool,
}

/// Reads the inventory that options, variables and settings name; a program among it runs.
pub(super) fn read(found: &Subcommand<'_>, invocation: &Invocation, context: &mut Context<'_>) -> Inventory {
    let options: Vec<Value> = found.values(&["-i", "--inventory", "--inventory-file"]).cloned().collect();
    let mut inventory = Inventory { hosts: Hosts::default(), named: String::new(), is_whole: true };
    let sources = if options.is_empty() { settings(invocation, context) } else { Ok(options) };
    let Ok(sources) = sources else {
        inventory.is_whole = false;
        return inventory;
    };
    inventory.is_whole = !sources.is_empty() && sources.len() <= MOST_SOURCES;
    let mut named = Vec::new();
    for source in sources.iter().take(MOST_SOURCES) {
        match source.known() {
            Some(list) if list.contains(',') => {
                for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                    inventory.hosts.add(name, "");
                }
            }
            Some(_) => {
                named.push(source.text().to_owned());
                inventory.is_whole &= file(source, &mut inventory.hosts, invocation, context);
            }
            None => inventory.is_whole = false,
        }
    }
    if inventory.hosts.runs_here {
        context.opaque("ansible", "the inventory has options for ssh that may run programs here");
    }
    inventory.is_whole &= !inventory.hosts.is_cut;
    inventory.named = named.join(" ");
    inventory
}

/// Adds to the machines those of a file; false where not all of them are known.
fn file(source: &Value, hosts: &mut Hosts, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let located = paths::locate(source, context);
    if located.why.is_some() {
        return false;
    }
    let (mut is_whole, runs) = (true, passwords::is_program(source, context));
    let looked = code::look(&located, "inventory", context, &mut |text, context| {
        if runs {
            // What it prints says so.
        } else if hosts::is_yaml(&located.path, text) {
            let node = context.yaml(text.to_owned()).ok_or("the inventory cannot be read")?;
            is_whole &= hosts::yaml(&node, hosts);
        } else {
            is_whole &= hosts::ini(text, hosts);
        }
        Ok(())
    });
    if runs {
        run_file(&located, None, &[], invocation, context);
    }
    // Of a folder each is a part of it.
    for path in context.files_in(&located.path, passwords::PROGRAMS).0 {
        let part = paths::locate(&Value::Known(path), context);
        run_file(&part, None, &[], invocation, context);
        is_whole = false;
    }
    is_whole && !runs && matches!(looked, Looked::Understood)
}

/// What a variable or the settings file says of where the inventory is.
fn settings(invocation: &Invocation, context: &Context<'_>) -> Result<Vec<Value>, String> {
    let known = |text: &str| text.split(',').map(|part| Value::Known(part.trim().to_owned())).collect();
    if let Some(text) = context.setting(invocation, "ANSIBLE_INVENTORY")?.filter(|text| !text.is_empty()) {
        return Ok(known(&text));
    }
    let directory = context.state.shell.directory.clone()?;
    let home = &context.surroundings.home;
    let named = context.setting(invocation, "ANSIBLE_CONFIG")?.map(|file| paths::normal(&directory, &file));
    let usual = [format!("{directory}/ansible.cfg"), format!("{home}/.ansible.cfg"), "/etc/ansible/ansible.cfg".to_owned()];
    for path in named.into_iter().chain(usual) {
        // What the call itself writes may say something else by then.
        if context.state.world.written.iter().any(|written| written.holds(&path)) {
            return Err("the settings may have changed by then".to_owned());
        }
        let Some(text) = context.file(&path)? else { continue };
        let beside = paths::split(&path).0;
        let mut is_default = false;
        for line in text.lines().map(str::trim) {
            if line.starts_with('[') {
                is_default = line == "[defaults]";
            } else if is_default
                && let Some((name, value)) = line.split_once('=')
                && matches!(name.trim(), "inventory" | "hostfile")
            {
                let files = value.split(',').map(str::trim);
                return Ok(files.map(|file| Value::Known(below(beside, file, &directory))).collect());
            }
        }
        // Only the first of them counts.
        break;
    }
    Ok(vec![Value::Known("/etc/ansible/hosts".to_owned())])
}

/// A file that the settings in `beside` name, from the directory of the command where that is above it.
fn below(beside: &str, file: &str, directory: &str) -> String {
    if file.starts_with('~') {
        return file.to_owned();
    }
    let path = paths::normal(beside, file);
    path.strip_prefix(directory).and_then(|rest| rest.strip_prefix('/')).map_or(path.clone(), str::to_owned)
}

impl Inventory {
    /// The machines of a pattern, without those that a limit leaves out; none where the inventory does not say.
    /// An empty list: the limit leaves out all of them.
    pub fn machines(&self, pattern: &str, limit: Option<&str>) -> Option<Vec<Machine>> {
        if is_this_machine(pattern) && self.hosts.find(pattern).is_none() {
            let place = Resource::Host { host: pattern.to_owned(), url: None };
            return Some(vec![Machine { place, is_here: true }]);
        }
        if !self.is_whole {
            return None;
        }
        let mut chosen = self.hosts.matching(pattern)?;
        if chosen.is_empty() {
            return None;
        }
        if let Some(limit) = limit {
            let limited = self.hosts.matching(limit)?;
            chosen.retain(|host| limited.contains(host));
        }
        if chosen.len() > MOST {
            let mut groups: Vec<&str> = Vec::new();
            for group in chosen.iter().flat_map(|host| self.hosts.groups_of(host)) {
                if !groups.contains(&group) && groups.len() < MOST_GROUPS {
                    groups.push(group);
                }
            }
            return Some(vec![Machine { place: self.place("*", &groups), is_here: false }]);
        }
        Some(chosen.into_iter().map(|host| self.machine(host)).collect())
    }

    fn machine(&self, name: &str) -> Machine {
        let host = self.hosts.find(name);
        let address = host.and_then(|host| host.address.as_deref());
        let is_local = host.is_some_and(|host| host.is_local) || is_this_machine(address.unwrap_or(name));
        if is_local {
            return Machine { place: Resource::Host { host: "localhost".to_owned(), url: None }, is_here: true };
        }
        let mut groups: Vec<&str> = address.iter().filter(|address| **address != name).map(|_| name).collect();
        groups.extend(self.hosts.groups_of(name).into_iter().take(MOST_GROUPS));
        // An address that is put together is any.
        let address = address.map(|address| if address.contains("{{") { "*" } else { address });
        Machine { place: self.place(address.unwrap_or(name), &groups), is_here: false }
    }

    /// A machine with what the inventory says of it: `10.0.0.7 (web1, production of hosts.ini)`.
    fn place(&self, host: &str, groups: &[&str]) -> Resource {
        let groups = groups.join(", ");
        let origin = match (groups.is_empty(), self.named.is_empty()) {
            (true, true) => return Resource::Host { host: host.to_owned(), url: None },
            (true, false) => format!("of {}", self.named),
            (false, true) => groups,
            (false, false) => format!("{groups} of {}", self.named),
        };
        Resource::Host { host: format!("{host} ({origin})"), url: None }
    }
}
