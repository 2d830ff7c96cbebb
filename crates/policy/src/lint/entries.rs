//! Entries of the map as nothing is ever called, list by list.

/// Why nothing is called as this entry of a list is, and what to write.
pub(super) fn never(list: &str, entry: &str) -> Option<(&'static str, String)> {
    let (sign, pattern) = entry.strip_prefix('!').map_or(("", entry), |bare| ("!", bare));
    if pattern.trim() != pattern {
        return Some(("it has a blank around it", format!("write `{sign}{}`", pattern.trim())));
    }
    let unknown = unknown(list, pattern).map(|(why, hint)| (why, hint.to_owned()));
    unknown.or_else(|| misspelt(list, sign, pattern))
}

fn unknown(list: &str, pattern: &str) -> Option<(&'static str, &'static str)> {
    let has_step = |text: &str| text.split('/').any(|part| part == "..") || text.contains("//");
    let address = Some(("it is a whole address", "write the host's name alone"));
    match list {
        "branches" if pattern.starts_with("refs/") => {
            Some(("branches go by their short names", "leave out `refs/heads/`"))
        }
        "tags" if pattern.starts_with("refs/") => {
            Some(("tags go by their short names", "leave out `refs/tags/`"))
        }
        "branches" | "tags" if fits_no_ref(pattern) => Some((
            "git has no such names",
            "a pattern is no regular expression: `*` is anything but `/`, `**` anything, `?` one character",
        )),
        "hosts" if pattern.contains("://") => address,
        "hosts" if pattern.contains('/') => Some(("a host's name has no `/`", "write the host's name alone")),
        "databases" if pattern.contains("://") => {
            Some(("it is a whole address", "write `host`, `host/database`, or the `$VARIABLE` that holds it"))
        }
        "accounts" if pattern.starts_with('$') => {
            Some(("accounts go by their own names", "write the name of the profile, project or subscription"))
        }
        "credentials" if is_set(pattern) => {
            Some(("a variable goes by its name alone", "leave out `=` and what follows"))
        }
        "registries" if pattern.contains("://") => {
            Some(("it is a whole address", "write the registry as commands name it, such as `npm`"))
        }
        "mcp_servers" if pattern.starts_with("mcp__") => {
            Some(("it is a tool's full name", "write `server`, or `server/tool`"))
        }
        "stacks" if pattern.starts_with("~/") => {
            Some(("a home directory is known by its whole path", "start it with `/` or `**/`"))
        }
        "paths" if pattern.starts_with('$') => Some((
            "variables are not looked up",
            "write the path itself, from the top of the repository or from `/`",
        )),
        "paths" if pattern.contains("/./") => {
            Some(("paths are known without `.`", "write the path as it is from the top of the repository"))
        }
        "paths" if pattern.ends_with('/') => {
            Some(("a path does not end with `/`", "end it with `/**` for all that is below the directory"))
        }
        "paths" | "stacks" if has_step(pattern) => Some((
            "paths are known without `..` and `//`",
            "write the path as it is from the top of the repository",
        )),
        _ => None,
    }
}

/// Why a name can match nothing as it is written, and how it is known here. `sign` is that of an exception.
fn misspelt(list: &str, sign: &str, pattern: &str) -> Option<(&'static str, String)> {
    let write = |name: &str| format!("write `{sign}{name}`");
    match list {
        "branches" => {
            let short = pattern.strip_prefix("remotes/").unwrap_or(pattern).strip_prefix("origin/")?;
            Some(("branches go by their names in the remote", write(short)))
        }
        "hosts" if pattern.starts_with('.') => {
            Some(("a host's name does not begin with a dot", write(&format!("*{pattern}"))))
        }
        "accounts" => {
            let (provider, account) = pattern.split_once(':')?;
            let known = provider_of(provider)?;
            Some(("the provider has another name here", write(&format!("{known}:{account}"))))
        }
        "credentials" => {
            let named = pattern.strip_prefix("env:").or_else(|| pattern.strip_prefix("ENV:"))?;
            Some(("a variable goes by its name alone", write(named)))
        }
        "registries" if pattern.starts_with('@') => {
            Some(("a package is named after its registry", write(&format!("npm/{pattern}"))))
        }
        "registries" => match pattern.strip_prefix("registry.npmjs.org") {
            Some(rest) => Some(("this registry has another name here", write(&format!("npm{rest}")))),
            None => {
                let (registry, package) = pattern.split_once(':')?;
                let is_port =
                    package.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '*' | '?'));
                (!is_port).then(|| {
                    ("`/` stands between registry and package", write(&format!("{registry}/{package}")))
                })
            }
        },
        "hosts" => host_alone(pattern).map(|(why, host)| (why, write(host))),
        // A file, or a variable that holds the address.
        "databases" if pattern.starts_with(['/', '$', '~', '.']) => None,
        "databases" => {
            let (host, database) = pattern.split_at(pattern.find('/').unwrap_or(pattern.len()));
            host_alone(host).map(|(why, host)| (why, write(&format!("{host}{database}"))))
        }
        _ => None,
    }
}

/// A host's name without the port or the dot at its end, and why it has none of them. What has more colons than one is an
/// address of its own kind.
fn host_alone(host: &str) -> Option<(&'static str, &str)> {
    if let Some((name, port)) = host.split_once(':').filter(|(name, _)| !name.is_empty()) {
        let is_port = port.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'*' | b'?'));
        return is_port.then_some(("ports do not count", name.trim_end_matches('.')));
    }
    let name = host.trim_end_matches('.');
    (name.len() < host.len() && !name.is_empty())
        .then_some(("hosts are known without the dot at the end", name))
}

/// Whether git refuses such names: <https://git-scm.com/docs/git-check-ref-format>. A `$` at the end it would take, and
/// nobody writes.
fn fits_no_ref(pattern: &str) -> bool {
    pattern.contains(['^', '~', ':', ' '])
        || pattern.contains("..")
        || pattern.split('/').any(|part| part.starts_with('.'))
        || pattern.starts_with('/')
        || pattern.contains("//")
        || pattern.ends_with(['$', '/', '.'])
}

/// Whether it is a variable with its value.
fn is_set(text: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    text.split_once('=').is_some_and(|(name, _)| !name.is_empty() && name.chars().all(is_letter))
}

/// The name here of a cloud's provider that goes by another one, too.
fn provider_of(name: &str) -> Option<&'static str> {
    match name.to_ascii_lowercase().as_str() {
        "az" | "azurerm" | "microsoft" => Some("azure"),
        "google" | "gcloud" => Some("gcp"),
        "amazon" => Some("aws"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_otherwise() {
        for (list, entry, hint) in [
            ("accounts", "az:blue", "write `azure:blue`"),
            ("accounts", "!google:blue", "write `!gcp:blue`"),
            ("accounts", "$AWS_PROFILE", "write the name of the profile, project or subscription"),
            ("credentials", "env:TOKEN", "write `TOKEN`"),
            ("credentials", "KUBECONFIG=~/.kube/live", "leave out `=` and what follows"),
            ("credentials", "TOKEN ", "write `TOKEN`"),
            ("registries", "npm:@acme/ui", "write `npm/@acme/ui`"),
            ("registries", "@acme/ui", "write `npm/@acme/ui`"),
            ("registries", "registry.npmjs.org/@acme/*", "write `npm/@acme/*`"),
            ("hosts", ".acme.example", "write `*.acme.example`"),
            ("paths", "deploy/live ", "write `deploy/live`"),
        ] {
            assert_eq!(never(list, entry).map(|(_, hint)| hint).as_deref(), Some(hint), "{list} {entry}");
        }
        for (list, entry) in [
            ("accounts", "aws:live"),
            ("accounts", "live"),
            ("accounts", "acme:live"),
            ("credentials", "vault:live/*"),
            ("credentials", "$HOME/.kube/live"),
            ("credentials", "keys/a=b"),
            ("registries", "localhost:5000/shop"),
            ("registries", "registry.example:*/shop"),
            ("registries", "npm/@acme/ui"),
            ("hosts", "*.acme.example"),
        ] {
            assert_eq!(never(list, entry), None, "{list} {entry}");
        }
    }
}
