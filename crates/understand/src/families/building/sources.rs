//! Where packages come from that are installed: the registries that are asked, so that a task can name their hosts.

use countersign_model::{Certainty, Effect, Resource, verbs};

use super::publishing;
use crate::context::Context;
use crate::environment::{astray, is_proxy};
use crate::families::addresses;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

/// Subcommands that install and ask no registry for it.
const LOCAL: &[&str] = &[
    "remove", "rm", "uninstall", "un", "link", "prune", "rebuild", "init", "venv", "inject", "component", "env", "cache",
    "override", "default", "pin",
];

/// Options that say which registry is asked in the place of the usual one.
const INSTEAD: &[&str] = &["--registry", "--index-url", "--default-index", "-i", "--index", "--source", "-s", "--no-index"];
/// Options that say which is asked as well.
const BESIDE: &[&str] = &["--extra-index-url", "--find-links", "-f", "--clear-sources"];
/// Variables that say so.
const ASKED_AS_WELL: &[&str] = &["PIP_EXTRA_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_INDEX"];
/// Options after which a directory of this machine is installed.
const DIRECTORIES: &[&str] = &["--path", "--offline", "-e", "--editable", "--no-index", "--vendor"];

/// Adds the registries and other hosts that are asked by an installing subcommand, whose word is at `index`.
pub(super) fn effects(index: usize, invocation: &Invocation, context: &mut Context<'_>) {
    if LOCAL.contains(&invocation.known(index).unwrap_or_default()) || says(invocation, DIRECTORIES) {
        return;
    }
    let mut registries: Vec<Option<String>> = Vec::new();
    let mut add = |registry: Option<String>| {
        if !registries.contains(&registry) {
            registries.push(registry);
        }
    };
    let instead = given(invocation, INSTEAD);
    if instead.is_empty() {
        add(usual(invocation, context));
    }
    instead.into_iter().chain(given(invocation, BESIDE)).for_each(&mut add);
    for (_, value) in invocation.environment.iter().filter(|(name, _)| ASKED_AS_WELL.contains(&name.as_str())) {
        value.text().split_ascii_whitespace().for_each(|address| add(Some(publishing::host(address))));
    }
    for word in invocation.words.iter().skip(index + 1).filter(|word| !word.text().starts_with('-')) {
        if let Some(host) = fetched_from(word, invocation) {
            add(Some(host));
        }
    }
    for registry in registries {
        let name = registry.clone().unwrap_or_else(|| "*".to_owned());
        let resource = Resource::Package { registry: name, name: "*".to_owned() };
        let effect = Effect::new(verbs::PACKAGE_READ, resource);
        context.push(match registry {
            Some(_) => effect,
            None => effect.certain(Certainty::Partial, "which registry is meant is not known"),
        });
    }
}

/// Adds the registries that are asked for a program which is fetched to be run, whose word is at `index`: what follows are
/// words of its own.
pub(super) fn asked_for(index: usize, invocation: &Invocation, context: &mut Context<'_>) {
    let words = invocation.words.get(..=index).unwrap_or_default().to_vec();
    effects(index, &Invocation { words, ..invocation.clone() }, context);
}

/// Beginnings of the names of variables that say where packages come from, in small letters, by the programs that heed
/// them.
const VARIABLES: &[(&[&str], &[&str])] = &[
    (&["pip", "pip3", "pipx"], &["pip_index_url", "pip_extra_index_url", "pip_find_links", "pip_config_file", "pip_proxy", "pip_trusted_host"]),
    (&["uv", "uvx"], &["uv_index", "uv_default_index", "uv_extra_index_url", "uv_find_links", "uv_config_file", "uv_insecure_host"]),
    (&["npm", "npx", "pnpm", "yarn", "bun"], &["npm_config_registry", "npm_config_@", "npm_config_proxy", "npm_config_https_proxy", "npm_config_userconfig", "npm_config_globalconfig", "yarn_registry", "yarn_npm_registry_server", "bun_config_registry"]),
    (&["cargo"], &["cargo_registries_", "cargo_registry_default", "cargo_source_", "cargo_http_proxy"]),
    (&["go"], &["goproxy", "goinsecure"]),
    (&["bundle", "bundler", "gem"], &["bundle_mirror__"]),
];

/// Values that choose none but the usual.
const USUAL: &[&str] = &["", "direct", "off", "https://proxy.golang.org", "npm", "pypi", "crates-io", "/dev/null", "sparse+https://index.crates.io/"];

/// Adds that a variable makes packages come from somewhere else than usual, or through another machine.
pub(super) fn by_variables(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let starts = || VARIABLES.iter().filter(|(programs, _)| programs.contains(&program)).flat_map(|(_, starts)| *starts);
    for (name, value) in &invocation.environment {
        let lower = name.to_ascii_lowercase();
        let host = value.known().map_or_else(|| "*".to_owned(), publishing::host);
        let is_usual = value.known().is_some_and(|text| text.split([',', '|']).all(|part| USUAL.contains(&part) || USUAL.contains(&publishing::host(part).as_str())));
        let why = if starts().any(|start| lower.starts_with(start)) && !is_usual && !lower.ends_with("_token") {
            format!("{name} makes it install from {host}, which may have other packages under the same names")
        } else if is_proxy(name) && astray(value) {
            format!("{name} makes it ask through {host}")
        } else {
            continue;
        };
        let plain = value.text().starts_with("http://") && !is_proxy(name) && !lower.ends_with("proxy") && !countersign_model::is_this_machine(&host);
        let resource = Resource::Program { name: invocation.title() };
        context.push(if plain {
            Effect::new(verbs::EXEC_REMOTE_CODE, resource).because(&format!("it installs from {host} without knowing who answers"))
        } else {
            Effect::new(verbs::EXEC_INSTALL, resource).certain(Certainty::Partial, &why)
        });
    }
}

fn says(invocation: &Invocation, names: &[&str]) -> bool {
    invocation.words.iter().any(|word| names.contains(&word.text().split('=').next().unwrap_or_default()))
}

/// The values of these options, each a registry; none for one that is not known.
fn given(invocation: &Invocation, names: &[&str]) -> Vec<Option<String>> {
    let of = |(at, word): (usize, &Word)| {
        let text = word.text();
        let named = |value: Option<&str>| Some(value.map(publishing::host));
        match text.split_once('=') {
            _ if names.contains(&text) => named(invocation.known(at + 1)),
            Some((name, value)) if names.contains(&name) => named(word.known().map(|_| value)),
            Some(_) | None => None,
        }
    };
    invocation.words.iter().enumerate().filter_map(of).collect()
}

/// The registry where no option says which: as a variable does, a file of the program's, or the usual one.
fn usual(invocation: &Invocation, context: &Context<'_>) -> Option<String> {
    let variables: &[&str] = match invocation.program.as_str() {
        "pip" | "pip3" | "pipx" => &["PIP_INDEX_URL"],
        "uv" | "uvx" => &["UV_DEFAULT_INDEX", "UV_INDEX_URL"],
        _ => &[],
    };
    let said = variables.iter().find_map(|name| crate::environment::value(invocation, name));
    match said {
        Some(value) => value.known().map(publishing::host),
        None => publishing::registry(invocation, context),
    }
}

/// The host of a package that is named by an address, or by a repository of a forge.
fn fetched_from(word: &Word, invocation: &Invocation) -> Option<String> {
    let text = word.text();
    if let Some(at) = text.find("://") {
        let start = text.get(..at).map_or(0, |scheme| scheme.rfind(['@', ' ', '+']).map_or(0, |place| place + 1));
        let host = addresses::host_and_path(text.get(start..)?).map(|(host, _)| host);
        let is_known = matches!(word.value, Value::Known(_));
        return Some(host.filter(|_| is_known).unwrap_or_else(|| "*".to_owned()));
    }
    let forges = [("github:", "github.com"), ("gitlab:", "gitlab.com"), ("bitbucket:", "bitbucket.org"), ("gist:", "gist.github.com")];
    let forge = forges.iter().find(|(start, _)| text.starts_with(start) || text.contains(&format!("@{start}")));
    match forge {
        Some((_, host)) => Some((*host).to_owned()),
        None if !publishing::is_repository(text, invocation) => None,
        None => Some(addresses::host_and_path(text).map_or_else(|| "github.com".to_owned(), |(host, _)| host)),
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    fn asked(command: &str, files: &[(&str, &str)]) -> String {
        let told = check_with(command, files);
        let hosts = told.lines().filter_map(|line| line.strip_prefix("package.read * on "));
        hosts.map(|line| line.split(',').next().unwrap_or_default()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_registry_that_is_asked_is_named() {
        for (command, hosts) in [
            ("npm install left-pad", "npm"),
            ("npm ci --registry https://npm.acme.example/", "npm.acme.example"),
            ("npm install --registry=https://npm.acme.example/ x", "npm.acme.example"),
            ("npm_config_registry=https://npm.acme.example npm i x", "npm.acme.example"),
            ("npm i github:acme/x", "npm github.com"),
            ("npm i acme/x", "npm github.com"),
            ("npm i git@git.acme.example:acme/x.git", "npm git.acme.example"),
            ("npm i git+https://git.acme.example/x.git", "npm git.acme.example"),
            ("pip install requests", "pypi"),
            ("pip install -i https://pypi.acme.example/simple x", "pypi.acme.example"),
            ("pip install --extra-index-url https://pypi.acme.example/simple x", "pypi pypi.acme.example"),
            ("PIP_INDEX_URL=https://pypi.acme.example/simple pip install x", "pypi.acme.example"),
            ("pip install 'x @ https://files.acme.example/x.whl'", "pypi files.acme.example"),
            ("pip install -i $INDEX x", "*"),
            ("cargo install ripgrep", "crates.io"),
            ("cargo add serde --registry acme", "acme"),
            ("cargo install --git https://git.acme.example/x", "crates.io git.acme.example"),
            ("gem install rails", "rubygems"),
            ("uv pip install x --index-url https://u:p@PyPI.acme.example./simple", "pypi.acme.example"),
        ] {
            assert_eq!(asked(command, &[]), hosts, "{command}");
        }
        assert_eq!(asked("npm install", &[("/repo/.npmrc", "registry=https://npm.acme.example/\n")]), "npm.acme.example");
    }

    #[test]
    fn variables_that_say_where_packages_come_from() {
        for command in [
            "PIP_INDEX_URL=https://p.acme.example/simple pip install x",
            "PIP_EXTRA_INDEX_URL=https://p.acme.example/simple pip install x",
            "PIP_CONFIG_FILE=x.conf pip install x",
            "export NPM_CONFIG_REGISTRY=https://p.acme.example; npm install x",
            "npm_config_registry=$R npm ci",
            "UV_INDEX_URL=https://p.acme.example uv pip install x",
            "CARGO_REGISTRIES_ACME_INDEX=https://p.acme.example cargo install x",
            "GOPROXY=https://p.acme.example,direct go install a.example/x@latest",
            "HTTPS_PROXY=http://p.acme.example:3128 npm install x",
            "export https_proxy=$P; pip install x",
        ] {
            let found = check_with(command, &[]);
            assert!(found.contains("exec.install") && found.contains(", execute, partial"), "{command}: {found}");
        }
        assert!(check_with("PIP_INDEX_URL=http://p.acme.example/simple pip install x", &[]).contains("exec.remote-code"));
        for command in [
            "PIP_INDEX_URL=https://pypi.org/simple pip install x",
            "PIP_CONFIG_FILE=/dev/null pip install x",
            "npm_config_registry=https://registry.npmjs.org/ npm ci",
            "GOPROXY=direct go install a.example/x@latest",
            "HTTPS_PROXY=http://localhost:3128 npm install x",
            "UV_INDEX_URL=https://p.acme.example npm install x",
            "CARGO_REGISTRIES_ACME_TOKEN=x cargo install x",
        ] {
            let found = check_with(command, &[]);
            assert!(!found.contains("partial") && !found.contains("remote"), "{command}: {found}");
        }
        assert_eq!(asked("PIP_EXTRA_INDEX_URL=https://p.acme.example/simple pip install x", &[]), "pypi p.acme.example");
    }

    #[test]
    fn what_asks_none_names_none() {
        for command in ["npm uninstall x", "npm rm x", "pip uninstall x", "cargo install --path .", "pip install -e .", "cargo remove serde"] {
            assert_eq!(asked(command, &[]), "", "{command}");
        }
    }
}
