//! Programs whose words have a grammar of their own: git, ssh and what runs over it, engines of containers, lookups of
//! names, clients of forges, and modules of Go.

use countersign_model::registry_of_image;

use super::{address_within, after, host_of, hosts_of_value, named, proxies, text_of};
use crate::context::Context;
use crate::environment;
use crate::families::{is_understood, ssh};
use crate::invocation::Invocation;
use crate::word::Value;

/// The hosts that an invocation of one of them speaks to besides those that its resources name.
pub(super) fn hosts(invocation: &Invocation, context: &Context<'_>) -> Vec<String> {
    match invocation.program.as_str() {
        "git" => git(invocation),
        "ssh" | "autossh" | "scp" | "sftp" | "rsync" | "mosh" | "sshfs" | "ssh-copy-id" => {
            over_ssh(invocation, context)
        }
        "docker" | "podman" | "nerdctl" | "finch" | "buildah" => images(invocation),
        "dig" | "drill" | "kdig" | "delv" | "dog" | "doggo" => {
            named_with(invocation, "@").chain(after(invocation, &["-s"])).collect()
        }
        "whois" => after(invocation, &["-h", "--host"]),
        "gh" | "hub" => forge(invocation, "GH_HOST"),
        "glab" => forge(invocation, "GITLAB_HOST"),
        "go" => modules(invocation),
        "helm" => charts(invocation),
        "journalctl" | "systemctl" | "loginctl" | "hostnamectl" | "timedatectl" | "systemd-analyze"
        | "busctl" => after(invocation, &["-H", "--host"]),
        "docker-compose" | "podman-compose" => after(invocation, &["-H", "--host"]),
        "wget" => {
            let settings = invocation.words.iter().filter_map(|word| word.text().split_once("_proxy="));
            settings.filter_map(|(_, address)| host_of(address)).collect()
        }
        program => named::hosts(invocation).unwrap_or_else(|| unknown(program, invocation)),
    }
}

/// The addresses that a program is given that nobody knows.
fn unknown(program: &str, invocation: &Invocation) -> Vec<String> {
    let mut found: Vec<String> =
        invocation.words.iter().filter_map(|word| address_within(word.text())).collect();
    if !found.is_empty() && is_understood(program) {
        found.clear();
    }
    found
}

/// The hosts of words that begin with a sign.
fn named_with<'i>(invocation: &'i Invocation, sign: &'i str) -> impl Iterator<Item = String> + 'i {
    let values = invocation.words.iter().filter_map(move |word| word.value.strip_prefix(sign));
    values.flat_map(|value| hosts_of_value(&value).into_iter())
}

/// The subcommands that speak to a remote.
const CONNECTS: &[&str] = &[
    "fetch",
    "pull",
    "push",
    "clone",
    "ls-remote",
    "remote",
    "submodule",
    "send-pack",
    "fetch-pack",
    "archive",
    "lfs",
    "subtree",
    "svn",
];

/// What `-c` gives of addresses and proxies, the environment's proxies, and the address of a submodule.
fn git(invocation: &Invocation) -> Vec<String> {
    let connects = invocation.words.iter().any(|word| CONNECTS.contains(&word.text()));
    if !connects {
        return Vec::new();
    }
    let mut found = proxies(invocation);
    let archives = invocation.words.iter().any(|word| word.text() == "archive");
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        match word.text() {
            "-c" | "--config" => found.extend(words.next().and_then(|word| setting(&word.value))),
            text if text.starts_with("--config=") => {
                found.extend(word.value.strip_prefix("--config=").and_then(|value| setting(&value)));
            }
            "--remote" if archives => found.extend(words.next().and_then(|word| host_of_remote(&word.value))),
            text if archives && text.starts_with("--remote=") => {
                found.extend(word.value.strip_prefix("--remote=").and_then(|value| host_of_remote(&value)));
            }
            "submodule" => {
                found.extend(
                    words
                        .clone()
                        .filter_map(|word| address_within(word.text()).or_else(|| of_ssh(word.text()))),
                );
                // Which addresses the submodules have, a file of the repository says.
                let updates = words.clone().any(|word| word.text() == "update");
                found.extend(updates.then(|| "*".to_owned()));
            }
            _ => {}
        }
    }
    found
}

/// The host of a repository that is named by an address; a remote's name, and what is not known, could be any.
fn host_of_remote(value: &Value) -> Option<String> {
    match value.known() {
        Some(text) if text.starts_with(['/', '.', '~']) => None,
        Some(text) if text.contains("://") => host_of(text),
        Some(text) => {
            Some(text.split_once(':').and_then(|(host, _)| host_of(host)).unwrap_or_else(|| "*".to_owned()))
        }
        None => Some("*".to_owned()),
    }
}

/// The host of an address as ssh takes it: `git@host:path`.
fn of_ssh(text: &str) -> Option<String> {
    let (authority, _) = text.split_once(':')?;
    authority.contains('@').then(|| host_of(authority)).flatten()
}

/// The host that a setting of the command brings into play.
fn setting(value: &Value) -> Option<String> {
    let text = value.text();
    let key = text.split('=').next().unwrap_or(text).to_ascii_lowercase();
    let matters = ["remote.", "url.", "http.", "submodule.", "branch.", "lfs."]
        .iter()
        .any(|section| key.starts_with(section));
    if !matters || !["url", "proxy", "insteadof", "remote"].iter().any(|end| key.contains(end)) {
        return None;
    }
    // `url.BASE.insteadOf=PREFIX`: what is spoken to is the base.
    if let Some(base) = key.strip_prefix("url.").and_then(|rest| rest.rsplit_once('.')).map(|(base, _)| base)
    {
        return host_of(base);
    }
    match text.split_once('=') {
        _ if value.is_unknown() => Some("*".to_owned()),
        Some((_, given)) if key.ends_with("url") || key.ends_with("proxy") => host_of(given),
        Some((_, given)) => address_within(given),
        None => None,
    }
}

/// Hosts that a connection jumps over: as an option says, or the user's own configuration.
fn over_ssh(invocation: &Invocation, context: &Context<'_>) -> Vec<String> {
    let texts: Vec<&str> = invocation.words.iter().map(text_of).collect();
    let mut found = jumps(&texts);
    let is_shell = matches!(invocation.program.as_str(), "ssh" | "autossh" | "mosh" | "sftp" | "ssh-copy-id");
    for text in texts.iter().filter(|text| !text.starts_with('-')) {
        let (_, rest) = text.split_once("://").unwrap_or(("", text));
        let host = match rest.split_once(':') {
            Some((host, _)) => host,
            None if is_shell || text.contains("://") => rest.split('/').next().unwrap_or(rest),
            None => continue,
        };
        let host = host.rsplit('@').next().unwrap_or(host);
        for list in ssh::jumps_of(host, context) {
            found.extend(list.split(',').filter_map(host_of));
        }
    }
    // The shell that rsync, scp and mosh are given: `-e "ssh -J host"`.
    for (index, text) in texts.iter().enumerate() {
        let shell = match *text {
            "-e" | "--rsh" | "--ssh" | "-S" => texts.get(index + 1).copied(),
            _ => ["--rsh=", "--ssh=", "-e"].iter().find_map(|option| text.strip_prefix(option)),
        };
        let words: Vec<&str> = shell.unwrap_or_default().split_ascii_whitespace().collect();
        if words.first().is_some_and(|first| first.rsplit('/').next() == Some("ssh")) {
            found.extend(jumps(&words));
        }
    }
    if let Some(value) = environment::value(invocation, "RSYNC_RSH") {
        found.extend(jumps(&value.text().split_ascii_whitespace().collect::<Vec<_>>()));
    }
    found
}

/// `-J user@host:port,host` and `-o ProxyJump=host`.
fn jumps(words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let next = || words.get(index + 1).copied();
        let option = |text: &str| {
            let (key, value) = text.trim().split_once(['=', ' '])?;
            let is_jump = key.trim().eq_ignore_ascii_case("proxyjump");
            is_jump.then(|| value.trim_matches(['=', ' ', '"']).to_owned())
        };
        let list = match *word {
            "-J" => next().map(str::to_owned),
            "-o" => next().and_then(option),
            _ => match (word.strip_prefix("-J"), word.strip_prefix("-o")) {
                (Some(rest), _) => Some(rest.to_owned()),
                (None, Some(rest)) => option(rest),
                // The last of a bundle of letters.
                (None, None) if is_bundle(word) => next().map(str::to_owned),
                (None, None) => None,
            },
        };
        found.extend(list.iter().flat_map(|list| list.split(',')).filter_map(host_of));
    }
    found
}

/// Whether letters without values end in that of a jump: `-AJ`.
fn is_bundle(word: &str) -> bool {
    let letters = word.strip_prefix('-').and_then(|rest| rest.strip_suffix('J')).unwrap_or_default();
    !letters.is_empty() && letters.bytes().all(|letter| b"46AaCfGgKkMNnqsTtVvXxYyrp".contains(&letter))
}

/// Subcommands of an engine that ask a registry for what their operands name.
const OF_REGISTRIES: &[&[&str]] = &[
    &["search"],
    &["pull"],
    &["push"],
    &["login"],
    &["logout"],
    &["image", "pull"],
    &["image", "push"],
    &["manifest"],
    &["trust"],
    &["image", "search"],
    &["buildx", "imagetools"],
    &["buildx", "history"],
    &["compose", "pull"],
    &["compose", "push"],
    &["plugin", "install"],
    &["scout"],
    &["sbom"],
];

/// The registries that are asked for images.
fn images(invocation: &Invocation) -> Vec<String> {
    let mut words: Vec<&str> = Vec::new();
    let mut all = invocation.words.iter();
    while let Some(word) = all.next() {
        match text_of(word) {
            // Options before the subcommand that take the next word.
            "-H" | "--host" | "-c" | "--context" | "--config" | "--url" | "--connection" | "-l"
            | "--log-level" | "-u" | "--username" | "-p" | "--password" | "-f" | "--file" | "--format"
            | "--platform" | "--filter" | "--limit" | "--authfile" | "--creds" | "-t" | "--tag" => {
                all.next();
            }
            text if text.starts_with('-') => {}
            text => words.push(text),
        }
    }
    let Some(asked) = OF_REGISTRIES.iter().find(|asked| words.starts_with(asked)) else { return Vec::new() };
    let operands = words.get(asked.len()..).unwrap_or_default();
    match (asked, operands) {
        // The address of the registry itself.
        (["login" | "logout"], operands) => {
            vec![operands.first().and_then(|text| host_of(text)).unwrap_or_else(|| "docker.io".to_owned())]
        }
        // Which images a project has, its file says.
        (["compose", _], _) => vec!["*".to_owned()],
        (_, operands) => {
            let verbs = [
                "inspect",
                "create",
                "push",
                "annotate",
                "rm",
                "sign",
                "revoke",
                "ls",
                "export",
                "import",
                "logs",
                "open",
                "cves",
                "quickview",
                "compare",
            ];
            let names = operands.iter().filter(|name| !verbs.contains(name));
            names
                .map(|name| {
                    super::addresses::host(
                        registry_of_image(name.split_once("://").map_or(name, |(_, rest)| rest)).0,
                    )
                })
                .collect()
        }
    }
}

/// A forge that an option or a variable names.
fn forge(invocation: &Invocation, variable: &str) -> Vec<String> {
    let mut found = after(invocation, &["--hostname"]);
    // Elsewhere the letter asks for help.
    if invocation.words.first().is_some_and(|word| word.text() == "auth") {
        found.extend(after(invocation, &["-h"]));
    }
    for name in [variable, "GITLAB_URI", "GL_HOST"] {
        let is_own = name == variable || variable == "GITLAB_HOST";
        let value = environment::value(invocation, name).filter(|_| is_own);
        found.extend(value.iter().flat_map(hosts_of_value));
    }
    // `gh api https://host/path` and `gh repo view host/owner/name`.
    let words: Vec<&str> =
        invocation.words.iter().map(text_of).filter(|text| !text.starts_with('-')).collect();
    match words.as_slice() {
        ["api", path, ..] => found.extend(address_within(path).filter(|_| path.starts_with("http"))),
        ["repo", _, operands @ ..] => {
            let named =
                operands.iter().filter(|name| name.matches('/').count() == 2 && !name.contains("://"));
            found.extend(
                named.filter(|name| !name.starts_with(['.', '/', '~'])).filter_map(|name| host_of(name)),
            );
            found
                .extend(operands.iter().filter(|name| name.contains("://")).filter_map(|name| host_of(name)));
        }
        _ => {}
    }
    found.extend(proxies(invocation));
    found
}

/// Where charts come from: an address or a registry that is named, or the repositories that files of helm's own name.
fn charts(invocation: &Invocation) -> Vec<String> {
    let words: Vec<&str> =
        invocation.words.iter().map(text_of).filter(|text| !text.starts_with('-')).collect();
    let asks = matches!(
        words.as_slice(),
        ["repo" | "repos", "update" | "up", ..]
            | ["search", "hub", ..]
            | ["dependency" | "dep" | "dependencies", "update" | "up" | "build", ..]
    );
    let mut found = after(invocation, &["--repo"]);
    found.extend(invocation.words.iter().filter_map(|word| address_within(word.text())));
    if asks {
        found.push("*".to_owned());
    }
    if !found.is_empty() {
        found.extend(proxies(invocation));
    }
    found
}

/// The proxy of Go's modules, and the hosts that their paths begin with.
fn modules(invocation: &Invocation) -> Vec<String> {
    let texts: Vec<&str> = invocation.words.iter().map(text_of).collect();
    let lists = texts.contains(&"-m")
        && texts.iter().any(|text| matches!(*text, "-versions" | "-u" | "-retracted") || text.contains('@'));
    let proxy = environment::value(invocation, "GOPROXY").map(|value| hosts_of_value(&value));
    let speaks = match texts.as_slice() {
        // What is missing is fetched from the proxy that the command itself names.
        ["build" | "test" | "vet" | "generate" | "list", ..] if proxy.is_some() => {
            return proxy.unwrap_or_default();
        }
        ["get" | "install" | "run", ..] => texts.iter().skip(1).any(|text| module_host(text).is_some()),
        ["mod", "download" | "tidy" | "graph" | "why", ..] | ["work", "sync", ..] => true,
        ["list", ..] => lists,
        _ => false,
    };
    if !speaks {
        return Vec::new();
    }
    let mut found = proxy.unwrap_or_else(|| vec!["proxy.golang.org".to_owned()]);
    found.extend(texts.iter().skip(1).filter_map(|text| module_host(text)));
    found.extend(proxies(invocation));
    found
}

/// The host that a module's path begins with: `evil.example/x@latest`, and not `./cmd` or `main.go`.
fn module_host(path: &str) -> Option<String> {
    let first =
        path.split('/').next().filter(|first| first.contains('.') && !first.starts_with(['.', '-']))?;
    let is_file = !path.contains('/') && path.rsplit('.').next() == Some("go");
    (!is_file).then(|| host_of(first.split('@').next().unwrap_or(first))).flatten()
}
