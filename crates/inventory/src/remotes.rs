//! Git remotes, and what opens them as far as that is configured here. Nothing is tried over the network.

use countersign_model::remote_address::carrier;
use countersign_policy::normalise;
use countersign_yaml as yaml;

use crate::item::quoted;
use crate::{Found, Item, Kind, Use};

/// What on this machine could prove to a host who pushes.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// Private keys for SSH, for people: `~/.ssh/id_ed25519`.
    pub keys: Vec<String>,
    /// Whether an agent for SSH keys is there.
    pub agent: bool,
    /// `credential.helper` of git.
    pub helpers: Vec<String>,
    /// Hosts with a stored login, each with the file it stands in.
    pub stored: Vec<(String, String)>,
    /// The names of the variables that are set.
    pub variables: Vec<String>,
}

/// Tokens of forges by the names of variables, with the host they are for.
const TOKENS: &[(&str, &str)] = &[
    ("GH_TOKEN", "github.com"),
    ("GITHUB_TOKEN", "github.com"),
    ("GITLAB_TOKEN", "gitlab.com"),
    ("GITLAB_ACCESS_TOKEN", "gitlab.com"),
    ("BITBUCKET_TOKEN", "bitbucket.org"),
];

/// Each remote: a push to its default branch.
pub fn items(remotes: &[(String, String)], default: Option<&str>, credentials: &Credentials) -> Found {
    let mut found: Found = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for (name, address) in remotes {
        // Of a remote's addresses the first is the one that is pushed to.
        if done.contains(&name.as_str()) {
            continue;
        }
        done.push(name);
        let push = format!("git push {} HEAD:{}", quoted(name), quoted(default.unwrap_or("main")));
        let item = Item::new(Kind::Remote, format!("{name} ({})", normalise(address)), "git's configuration");
        let opens = opens(address, credentials);
        let item = match opens.as_slice() {
            [] => item.about("no credential is configured for it here"),
            opens => opens.iter().fold(item, Item::about),
        };
        found.push(item.used(Use::command(push)));
    }
    found
}

/// What would open an address, without what it is.
fn opens(address: &str, credentials: &Credentials) -> Vec<String> {
    if let Some((carrier, _)) = carrier(address) {
        return vec![format!("what the program for `{carrier}` has")];
    }
    let normal = normalise(address);
    let host = normal.split('/').next().unwrap_or_default();
    let mut opens = Vec::new();
    if normal.starts_with(['/', '.', '~']) {
        return vec!["a folder of this machine".to_owned()];
    }
    match address.split_once("://") {
        Some(("http" | "https", rest)) => {
            let authority = rest.split('/').next().unwrap_or_default();
            if authority.rsplit_once('@').is_some_and(|(user, _)| user != "git") {
                opens.push("a login in the address itself".to_owned());
            }
            opens.extend(credentials.helpers.iter().map(|helper| format!("helper {}", helper_name(helper))));
            let stored = credentials.stored.iter().filter(|(stored, _)| stored == host);
            opens.extend(stored.map(|(_, file)| format!("a login in {file}")));
            let tokens = TOKENS.iter().filter(|(name, of)| {
                host == *of && credentials.variables.iter().any(|variable| variable == name)
            });
            opens.extend(tokens.map(|(name, _)| format!("the token in ${name}")));
        }
        Some(("git", _)) => {}
        Some(_) | None => {
            opens.extend(credentials.agent.then(|| "the agent for SSH keys".to_owned()));
            opens.extend(credentials.keys.iter().map(|key| format!("the key {key}")));
        }
    }
    opens
}

/// The name of a credential helper: what it is told may hold a secret.
fn helper_name(helper: &str) -> String {
    let word = helper.split_whitespace().next().unwrap_or_default();
    let name = word.rsplit('/').next().unwrap_or_default();
    let is_name = name.starts_with(|letter: char| letter.is_ascii_alphabetic());
    if is_name { format!("`{name}`") } else { "a command of its own".to_owned() }
}

/// The accounts on forges whose API can be used: by logins of their programs, and by variables.
pub fn forges(remotes: &[(String, String)], credentials: &Credentials) -> Found {
    let repository = |host: &str| {
        let addresses = remotes.iter().map(|(_, address)| normalise(address));
        addresses.into_iter().find_map(|address| address.strip_prefix(&format!("{host}/")).map(str::to_owned))
    };
    let merge = |host: &str| {
        let at = repository(host).map(|name| format!(" --repo {}", quoted(&name))).unwrap_or_default();
        let program = if host.contains("gitlab") { "glab mr" } else { "gh pr" };
        Use::command(format!("{program} merge 1{at}"))
    };
    let by_variable = TOKENS.iter().filter(|(name, _)| credentials.variables.iter().any(|one| one == name));
    let by_variable = by_variable.map(|(name, host)| {
        Item::new(Kind::Forge, format!("{host} by ${name}"), "the environment").used(merge(host))
    });
    let by_file =
        credentials.stored.iter().filter(|(_, file)| file.contains("/gh/") || file.contains("/glab"));
    let by_file = by_file.map(|(host, file)| {
        Item::new(Kind::Forge, host, file).used(merge(host)).about("a login of the forge's own program")
    });
    by_file.chain(by_variable).collect()
}

/// The hosts of `.git-credentials`, whose lines are addresses with logins in them.
pub fn stored(text: &str) -> Vec<String> {
    let host = |line: &str| {
        let (_, rest) = line.trim().split_once("://")?;
        let (_, host) = rest.split('/').next()?.rsplit_once('@')?;
        Some(host.split(':').next()?.to_owned())
    };
    text.lines().filter_map(host).collect()
}

/// The machines of `.netrc`.
pub fn netrc(text: &str) -> Vec<String> {
    let mut words = text.split_whitespace();
    let mut hosts = Vec::new();
    while let Some(word) = words.next() {
        match word {
            "machine" => hosts.extend(words.next().map(str::to_owned)),
            // The word behind these may be anything.
            "login" | "password" | "account" => drop(words.next()),
            _ => {}
        }
    }
    hosts
}

/// The hosts that `gh` is logged in to.
pub fn gh(text: &str) -> Vec<String> {
    let Ok(node) = yaml::read(text) else { return Vec::new() };
    node.entries().iter().map(|(host, _)| host.clone()).collect()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::item::shown;

    fn remotes(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, address)| ((*name).to_owned(), (*address).to_owned())).collect()
    }

    #[test]
    fn what_opens_a_remote() {
        let credentials = Credentials {
            keys: vec!["~/.ssh/id_ed25519".to_owned()],
            agent: true,
            helpers: vec!["store --file x".to_owned(), "!f() { echo password=s3cr3t; }; f".to_owned()],
            stored: vec![("github.com".to_owned(), "~/.config/gh/hosts.yml".to_owned())],
            variables: vec!["GITHUB_TOKEN".to_owned()],
        };
        let list = remotes(&[
            ("origin", "git@github.com:acme/shop.git"),
            ("origin", "https://elsewhere.org/x"),
            ("token", "https://x:s3cr3t@github.com/acme/shop.git"),
            ("local", "/srv/shop.git"),
        ]);
        let items = [items(&list, Some("main"), &credentials), forges(&list, &credentials)].concat();
        assert!(!format!("{items:?}").contains("s3cr3t"));
        assert_snapshot!(shown(&items), @"
        Remote origin (github.com/acme/shop) [the agent for SSH keys; the key ~/.ssh/id_ed25519] git push origin HEAD:main
        Remote token (github.com/acme/shop) [a login in the address itself; helper `store`; helper a command of its own; a login in ~/.config/gh/hosts.yml; the token in $GITHUB_TOKEN] git push token HEAD:main
        Remote local (/srv/shop) [a folder of this machine] git push local HEAD:main
        Forge github.com [a login of the forge's own program] gh pr merge 1 --repo acme/shop
        Forge github.com by $GITHUB_TOKEN [] gh pr merge 1 --repo acme/shop
        ");
        let none =
            super::items(&remotes(&[("origin", "https://git.acme.io/shop")]), None, &Credentials::default());
        assert_snapshot!(shown(&none), @"Remote origin (git.acme.io/shop) [no credential is configured for it here] git push origin HEAD:main");
    }

    #[test]
    fn what_a_program_of_its_own_is_told_stays_untold() {
        let items = items(
            &remotes(&[
                ("a", "ext::ssh -o x u:s3cr3t@host %S shop"),
                ("b", "hg::https://u:s3cr3t@hg.acme.io/shop"),
                ("c", "rclone::store:s3cr3t"),
                ("d", "ssh://git@[fd00::1]/shop.git"),
                ("e", "u:s3cr3t@git.acme.io:shop"),
                ("f", "/srv/a:b@c"),
                ("g", "git@git.acme.io:a@b"),
            ]),
            None,
            &Credentials::default(),
        );
        assert!(!shown(&items).contains("s3cr3t"));
        assert_snapshot!(shown(&items), @"
        Remote a (ext::…) [what the program for `ext` has] git push a HEAD:main
        Remote b (hg::hg.acme.io/shop) [what the program for `hg` has] git push b HEAD:main
        Remote c (rclone::…) [what the program for `rclone` has] git push c HEAD:main
        Remote d (fd00::1/shop) [no credential is configured for it here] git push d HEAD:main
        Remote e (…@git.acme.io/shop) [no credential is configured for it here] git push e HEAD:main
        Remote f (/srv/a:b@c) [a folder of this machine] git push f HEAD:main
        Remote g (…@b) [no credential is configured for it here] git push g HEAD:main
        ");
    }

    #[test]
    fn hosts_and_nothing_beside_them() {
        assert_eq!(stored("https://u:s3cr3t@github.com\nbroken\n"), ["github.com"]);
        assert_eq!(netrc("machine a.org login machine password machine\ndefault login x"), ["a.org"]);
        assert_eq!(gh("github.com:\n  oauth_token: s3cr3t\n"), ["github.com"]);
        assert_eq!(gh("{"), [""; 0]);
    }
}
