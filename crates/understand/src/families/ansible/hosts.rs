//! The machines and groups that the text of an inventory lists, and which of them a pattern means.

use std::collections::BTreeMap;

use countersign_yaml::Node;

use crate::glob;

/// Machines and groups that are read of an inventory.
const MOST: usize = 512;
/// Names that one line with ranges stands for.
const MOST_OF_A_RANGE: usize = 64;
/// Bytes of the longest name whose ranges are read.
const LONGEST: usize = 256;
/// Groups within groups.
const DEEPEST: usize = 8;

/// A machine.
#[derive(Clone, Debug, Default)]
pub(super) struct Host {
    pub name: String,
    /// Where it is, if another name or address says so.
    pub address: Option<String>,
    /// Whether commands for it run on this machine.
    pub is_local: bool,
    groups: Vec<String>,
}

/// What inventories list.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    all: Vec<Host>,
    /// The groups that a group is in.
    parents: BTreeMap<String, Vec<String>>,
    /// Whether there are more than are read.
    pub is_cut: bool,
    /// Whether variables have options for ssh that may run a program here.
    pub runs_here: bool,
}

impl Hosts {
    pub fn find(&self, name: &str) -> Option<&Host> {
        self.all.iter().find(|host| host.name == name)
    }

    /// Adds a machine, or several by a range, to a group.
    pub fn add(&mut self, name: &str, group: &str) -> Vec<usize> {
        let names = expanded(name);
        self.is_cut |= names.len() > MOST_OF_A_RANGE;
        let mut places = Vec::new();
        for name in names.into_iter().take(MOST_OF_A_RANGE) {
            let place = self.all.iter().position(|host| host.name == name);
            let place = place.unwrap_or_else(|| {
                self.all.push(Host { name, ..Host::default() });
                self.all.len() - 1
            });
            self.is_cut |= self.all.len() > MOST;
            if self.is_cut {
                break;
            }
            if let Some(host) = self.all.get_mut(place)
                && !group.is_empty()
                && !host.groups.iter().any(|known| known == group)
            {
                host.groups.push(group.to_owned());
            }
            places.push(place);
        }
        places
    }

    /// Takes note of a variable of machines.
    fn variable(&mut self, places: &[usize], name: &str, value: &str) {
        self.runs_here |= matches!(name, "ansible_ssh_executable" | "ansible_scp_executable" | "ansible_sftp_executable");
        self.runs_here |= name.ends_with("_args") && value.to_ascii_lowercase().contains("command");
        for place in places {
            let Some(host) = self.all.get_mut(*place) else { continue };
            match name {
                "ansible_host" | "ansible_ssh_host" => host.address = Some(value.to_owned()),
                "ansible_connection" => host.is_local = value == "local",
                _ => {}
            }
        }
    }

    fn parent(&mut self, child: &str, parent: &str) {
        if self.parents.len() > MOST {
            self.is_cut = true;
            return;
        }
        let parents = self.parents.entry(child.to_owned()).or_default();
        if !parents.iter().any(|known| known == parent) {
            parents.push(parent.to_owned());
        }
    }

    /// The groups that a machine is in, the nearest first.
    pub fn groups_of(&self, name: &str) -> Vec<&str> {
        let mut groups: Vec<&str> = Vec::new();
        let own = self.find(name).map(|host| host.groups.as_slice()).unwrap_or_default();
        let mut open: Vec<&String> = own.iter().collect();
        for _ in 0..DEEPEST {
            let mut next = Vec::new();
            for group in open {
                if !matches!(group.as_str(), "all" | "ungrouped") && !groups.contains(&group.as_str()) {
                    groups.push(group);
                    next.extend(self.parents.get(group).into_iter().flatten());
                }
            }
            open = next;
        }
        groups
    }

    /// The names of the machines that a pattern means; none where that is not known.
    pub fn matching(&self, pattern: &str) -> Option<Vec<&str>> {
        if pattern.contains(['{', '~', '[', '@', '(', '$']) || pattern.contains("::") || pattern == "*" && self.all.is_empty() {
            return None;
        }
        let parts = pattern.split([',', ':']).map(str::trim).filter(|part| !part.is_empty());
        let (others, wanted): (Vec<&str>, Vec<&str>) = parts.partition(|part| part.starts_with(['!', '&']));
        let is = |host: &Host, part: &str| {
            part == "all" || glob::matches(part, &host.name) || self.groups_of(&host.name).iter().any(|group| glob::matches(part, group)) || part == "ungrouped" && host.groups.is_empty()
        };
        let chosen = self.all.iter().filter(|host| {
            (wanted.is_empty() || wanted.iter().any(|part| is(host, part)))
                && others.iter().all(|part| match part.strip_prefix('!') {
                    Some(part) => !is(host, part),
                    None => is(host, part.trim_start_matches('&')),
                })
        });
        Some(chosen.map(|host| host.name.as_str()).collect())
    }
}

/// Whether a file of this name and text is read as YAML.
pub(super) fn is_yaml(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((_, "yml" | "yaml" | "json")) => true,
        Some((_, "ini" | "cfg")) => false,
        _ => {
            let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with(['#', ';']));
            let first = lines.find(|line| *line != "---").unwrap_or_default();
            first.starts_with('{') || first.ends_with(':') && !first.contains([' ', '='])
        }
    }
}

/// Adds what an inventory as INI lists; false where not all of it is read.
pub(super) fn ini(text: &str, hosts: &mut Hosts) -> bool {
    let mut section = String::new();
    let mut kind = String::new();
    let mut variables: Vec<(String, String, String)> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[') {
            let name = name.split(']').next().unwrap_or_default();
            let (name, after) = name.split_once(':').unwrap_or((name, ""));
            (section, kind) = (name.to_owned(), after.to_owned());
            continue;
        }
        match kind.as_str() {
            "vars" => {
                if let Some((name, value)) = line.split_once('=') {
                    variables.push((section.clone(), name.trim().to_owned(), unquoted(value.trim()).to_owned()));
                }
            }
            "children" => {
                let child = line.split_ascii_whitespace().next().unwrap_or_default();
                hosts.parent(child, &section);
            }
            "" => {
                let (name, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
                let places = hosts.add(without_port(name), &section);
                for (name, value) in assigned(rest) {
                    hosts.variable(&places, &name, &value);
                }
            }
            _ => return false,
        }
        if hosts.is_cut || variables.len() > MOST {
            return false;
        }
    }
    of_groups(&variables, hosts);
    true
}

/// Gives the machines of groups what is set for these, where nothing is set for themselves.
fn of_groups(variables: &[(String, String, String)], hosts: &mut Hosts) {
    for (group, name, value) in variables {
        let is_in = |host: &Host| group == "all" || hosts.groups_of(&host.name).contains(&group.as_str());
        let places: Vec<usize> = hosts.all.iter().enumerate().filter(|(_, host)| host.address.is_none() && is_in(host)).map(|(place, _)| place).collect();
        hosts.variable(&places, name, value);
    }
}

/// Adds what an inventory as YAML lists; false where not all of it is read.
pub(super) fn yaml(node: &Node, hosts: &mut Hosts) -> bool {
    // A plugin asks a service for the machines.
    if node.get("plugin").is_some() || !matches!(node, Node::Map(_)) {
        return false;
    }
    let mut variables = Vec::new();
    let read = node.entries().iter().all(|(name, group)| of_group(name, group, 0, &mut variables, hosts));
    of_groups(&variables, hosts);
    read && !hosts.is_cut
}

fn of_group(name: &str, group: &Node, depth: usize, variables: &mut Vec<(String, String, String)>, hosts: &mut Hosts) -> bool {
    if depth > DEEPEST || hosts.is_cut {
        return false;
    }
    for (key, node) in group.entries() {
        match key.as_str() {
            "hosts" => {
                for (host, own) in node.entries() {
                    let places = hosts.add(host, name);
                    own.entries().iter().for_each(|(key, value)| hosts.variable(&places, key, value.text().unwrap_or("{{")));
                }
            }
            "vars" => {
                variables.extend(node.entries().iter().map(|(key, value)| (name.to_owned(), key.clone(), value.text().unwrap_or("{{").to_owned())));
            }
            "children" => {
                for (child, inner) in node.entries() {
                    hosts.parent(child, name);
                    if !of_group(child, inner, depth + 1, variables, hosts) {
                        return false;
                    }
                }
            }
            // Not a group of Ansible's.
            _ => return false,
        }
    }
    true
}

/// The pairs `name=value` of a line.
pub(super) fn assigned(line: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for letter in line.chars().chain([' ']) {
        match (letter, quote) {
            (_, Some(open)) if open == letter => quote = None,
            (_, Some(_)) => word.push(letter),
            ('"' | '\'', None) => quote = Some(letter),
            ('#', None) if word.is_empty() => break,
            (' ' | '\t', None) => {
                pairs.extend(word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())));
                word.clear();
            }
            (letter, None) => word.push(letter),
        }
    }
    pairs
}

fn unquoted(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// A name without the port after it; of an address with colons of its own it is no part.
fn without_port(name: &str) -> &str {
    match name.split_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => name,
    }
}

/// The names that `web[01:03].example.com` stands for; one more than are read where they are too many.
fn expanded(name: &str) -> Vec<String> {
    let range = name.split_once('[').and_then(|(before, rest)| rest.split_once(']').map(|(range, after)| (before, range, after)));
    let Some((before, range, after)) = range.filter(|_| name.len() <= LONGEST) else { return vec![name.to_owned()] };
    let mut names = Vec::new();
    for part in ranged(range) {
        for rest in expanded(after) {
            names.push(format!("{before}{part}{rest}"));
            if names.len() > MOST_OF_A_RANGE {
                return names;
            }
        }
    }
    names
}

/// `01:10`, `a:f`, `1:9:2`.
fn ranged(range: &str) -> Vec<String> {
    let parts: Vec<&str> = range.split(':').collect();
    let step = parts.get(2).and_then(|step| step.parse().ok()).unwrap_or(1usize).max(1);
    let (Some(first), Some(last)) = (parts.first(), parts.get(1)) else { return vec!["*".to_owned()] };
    if let (Ok(start), Ok(end)) = (first.parse::<u32>(), last.parse::<u32>()) {
        let width = if first.starts_with('0') { first.len() } else { 0 };
        return (start..=end).step_by(step).take(MOST_OF_A_RANGE + 1).map(|number| format!("{number:0width$}")).collect();
    }
    match (first.as_bytes(), last.as_bytes()) {
        ([start], [end]) if start.is_ascii_alphabetic() && end.is_ascii_alphabetic() => {
            (*start..=*end).step_by(step).map(|letter| char::from(letter).to_string()).collect()
        }
        _ => vec!["*".to_owned()],
    }
}
