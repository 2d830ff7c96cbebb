//! Hosts of `ssh_config(5)` that somebody named: with the host they mean, the user, and the key by its name.

use std::collections::BTreeMap;

use crate::item::quoted;
use crate::{Found, Item, Kind, Use};

/// What is told of a host, under the words of the file.
const TOLD: &[&str] = &["hostname", "user", "proxyjump", "identityfile"];

/// The files that are taken in, as they are written.
pub fn included(text: &str) -> Vec<String> {
    let files = text.lines().filter_map(option).filter(|(word, _)| word == "include");
    files.flat_map(|(_, files)| files.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// The hosts of a file; patterns such as `*.acme.io` are no hosts.
pub fn hosts(text: &str, from: &str) -> Found {
    let mut hosts: Vec<(String, BTreeMap<String, String>)> = Vec::new();
    let mut open = 0..0;
    for (word, value) in text.lines().filter_map(option) {
        match word.as_str() {
            "host" => {
                let start = hosts.len();
                let names = value.split_whitespace().map(|name| name.trim_matches('"'));
                let names = names.filter(|name| !name.is_empty() && !name.contains(['*', '?', '!']));
                hosts.extend(names.map(|name| (name.to_owned(), BTreeMap::new())));
                open = start..hosts.len();
            }
            "match" => open = 0..0,
            told if TOLD.contains(&told) => {
                for (_, about) in hosts.get_mut(open.clone()).unwrap_or_default() {
                    // The first value counts.
                    about.entry(told.to_owned()).or_insert_with(|| value.trim_matches('"').to_owned());
                }
            }
            _ => {}
        }
    }
    hosts.into_iter().map(|(name, about)| item(&name, &about, from)).collect()
}

fn item(name: &str, about: &BTreeMap<String, String>, from: &str) -> Item {
    let name = &without_password(name);
    let restart = format!("ssh {} 'systemctl restart example'", quoted(name));
    let mut item = Item::new(Kind::SshHost, name, from).used(Use::command(restart));
    if let Some(host) = about.get("hostname").filter(|host| *host != name) {
        let host = without_password(host);
        item = item.about(format!("host {host}")).also_named(&host);
    }
    if let Some(user) = about.get("user") {
        item = item.about(format!("as {}", user.split(':').next().unwrap_or_default()));
    }
    if let Some(jump) = about.get("proxyjump").filter(|jump| !jump.eq_ignore_ascii_case("none")) {
        let hosts: Vec<String> = jump.split(',').map(|host| without_password(host.trim())).collect();
        item = item.about(format!("through {}", hosts.join(",")));
    }
    match about.get("identityfile") {
        Some(key) => item.about(format!("key {key}")),
        None => item,
    }
}

/// `user@host` without what stands behind the user's name.
pub(crate) fn without_password(host: &str) -> String {
    let Some((login, host)) = host.rsplit_once('@') else { return host.to_owned() };
    let user = login.strip_prefix("ssh://").unwrap_or(login).split(':').next().unwrap_or_default();
    format!("{user}@{host}")
}

/// A line's word in small letters and what follows it, behind blanks or an equals sign.
fn option(line: &str) -> Option<(String, &str)> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let (word, rest) =
        line.split_at_checked(line.find(|letter: char| letter.is_whitespace() || letter == '=')?)?;
    let value = rest.trim_start();
    let value = value.strip_prefix('=').unwrap_or(value).trim();
    Some((word.to_ascii_lowercase(), value))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::item::shown;

    const CONFIG: &str = "\
Include config.d/* ~/work/ssh
# Host commented
Host prod-1 prod-2
  HostName=prod.acme.io
  User deploy
  User other
  IdentityFile \"~/.ssh/id_prod\"
  ProxyJump bastion
  SetEnv TOKEN=zq7
Host *.acme.io !x
  User everyone
Match host special
  User zq7
host \"mybox\"
HOST bare
";

    #[test]
    fn hosts_by_name() {
        let items = hosts(CONFIG, "~/.ssh/config");
        assert!(!format!("{items:?}").contains("zq7") && !format!("{items:?}").contains("everyone"));
        assert_snapshot!(shown(&items), @"
        SshHost prod-1 [host prod.acme.io; as deploy; through bastion; key ~/.ssh/id_prod] ssh prod-1 'systemctl restart example'
        SshHost prod-2 [host prod.acme.io; as deploy; through bastion; key ~/.ssh/id_prod] ssh prod-2 'systemctl restart example'
        SshHost mybox [] ssh mybox 'systemctl restart example'
        SshHost bare [] ssh bare 'systemctl restart example'
        ");
        let jumps = "Host a\n User u:zq7\n ProxyJump u:zq7@jump,ssh://u:zq7@other:2222, me@bastion\nHost b\n HostName fd00::1\n ProxyJump fd00::2\n";
        let items = hosts(jumps, "f");
        assert!(!format!("{items:?}").contains("zq7"));
        assert_snapshot!(shown(&items), @"
        SshHost a [as u; through u@jump,u@other:2222,me@bastion] ssh a 'systemctl restart example'
        SshHost b [host fd00::1; through fd00::2] ssh b 'systemctl restart example'
        ");
        assert_eq!(included(CONFIG), ["config.d/*", "~/work/ssh"]);
        assert_eq!(hosts("HostName x\nHost\n=\n", "f"), []);
    }
}
