//! Package registries that this machine holds a token for, by host: npm, PyPI, Cargo, Docker, RubyGems.

use serde_json::Value;

use crate::clouds::place;
use crate::item::quoted;
use crate::{Found, Item, Kind, Use};

/// The registries of a `.npmrc` that have a token: `//host/path/:_authToken=…`.
pub fn npm(text: &str, from: &str) -> Found {
    const TOKENS: &[&str] = &["_authToken", "_auth", "_password"];
    let mut found: Found = Vec::new();
    for line in text.lines().map(str::trim) {
        let Some((key, value)) = line.split_once('=') else { continue };
        let (registry, setting) = match key.trim().strip_prefix("//") {
            Some(key) => key.rsplit_once(':').unwrap_or((key, "")),
            None => ("registry.npmjs.org/", key.trim()),
        };
        if !TOKENS.contains(&setting) {
            continue;
        }
        // Whoever is named before the host is left out.
        let registry = without_tokens(registry.rsplit('@').next().unwrap_or_default().trim_end_matches('/'));
        if found.iter().any(|item| item.name == format!("npm:{registry}")) {
            continue;
        }
        let publish = format!("npm publish --registry {}", quoted(&format!("https://{registry}/")));
        let held = match variable(value.trim()) {
            Some(name) => format!("a token in ${name}"),
            None => "a token in the file".to_owned(),
        };
        found.push(
            Item::new(Kind::Registry, format!("npm:{registry}"), from)
                .used(Use::command(publish))
                .about(held),
        );
    }
    found
}

/// The address without what may be a token in its path, as some registries have them: long words of letters and digits.
fn without_tokens(address: &str) -> String {
    let may_be = |part: &str| {
        let has = |kind: fn(&u8) -> bool| part.as_bytes().iter().any(kind);
        part.len() >= 12 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) && !part.contains('.')
    };
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let parts = path.split('/').map(|part| if may_be(part) { "…" } else { part });
    let path = parts.collect::<Vec<_>>().join("/");
    if path.is_empty() { host.to_owned() } else { format!("{host}/{path}") }
}

/// The name in `${NAME}`.
fn variable(value: &str) -> Option<&str> {
    let name = value.trim_matches('"').strip_prefix("${")?.strip_suffix('}')?.trim_end_matches('?');
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_name && !name.is_empty()).then_some(name)
}

/// The repositories of `~/.pypirc` that have a password.
pub fn pypi(text: &str, from: &str) -> Found {
    let mut found: Found = Vec::new();
    let mut section = "";
    for line in text.lines().map(str::trim) {
        if let Some((name, _)) = line.strip_prefix('[').and_then(|line| line.split_once(']')) {
            section = name.trim();
        } else if line.split(['=', ':']).next().is_some_and(|key| key.trim() == "password")
            && !section.is_empty()
        {
            let upload = format!("twine upload --repository {} dist/*", quoted(section));
            let item = Item::new(Kind::Registry, format!("pypi:{section}"), from).used(Use::command(upload));
            found.push(item.about("a token in the file"));
        }
    }
    found
}

/// The registries of `~/.cargo/credentials.toml` that have a token.
pub fn cargo(text: &str, from: &str) -> Found {
    let root: toml::Table = match text.parse() {
        Ok(root) => root,
        Err(error) => {
            // The error's own words may quote the line.
            let at: &toml::de::Error = &error;
            let before = at.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            return vec![Item::broken(
                Kind::Registry,
                from,
                &format!("it is not well-formed TOML at line {line}"),
            )];
        }
    };
    let has = |table: Option<&toml::Value>| table.is_some_and(|table| table.get("token").is_some());
    let mut found: Found = Vec::new();
    let mut add = |name: &str, publish: String| {
        let item = Item::new(Kind::Registry, format!("cargo:{name}"), from).used(Use::command(publish));
        found.push(item.about("a token in the file"));
    };
    if has(root.get("registry")) {
        add("crates.io", "cargo publish".to_owned());
    }
    for (name, table) in root.get("registries").and_then(toml::Value::as_table).into_iter().flatten() {
        if has(Some(table)) {
            add(name, format!("cargo publish --registry {}", quoted(name)));
        }
    }
    found
}

/// The registries that `~/.docker/config.json` is logged in to.
pub fn docker(text: &str, from: &str) -> Found {
    let root: Value = match serde_json::from_str(text) {
        Ok(root) => root,
        Err(error) => return vec![Item::broken(Kind::Registry, from, &place(&error))],
    };
    let store = root.get("credsStore").and_then(Value::as_str);
    let table = |key: &str| root.get(key).and_then(Value::as_object).into_iter().flatten();
    let mut found: Found = Vec::new();
    let mut add = |registry: &str, held: String| {
        let registry = registry.split("://").last().unwrap_or_default();
        let host = registry.rsplit('@').next().unwrap_or_default().split('/').next().unwrap_or_default();
        let host = if host == "index.docker.io" { "docker.io" } else { host };
        let name = format!("docker:{host}");
        if host.is_empty() || found.iter().any(|item: &Item| item.name == name) {
            return;
        }
        let push = format!("docker push {}", quoted(&format!("{host}/example/image")));
        found.push(Item::new(Kind::Registry, name, from).used(Use::command(push)).about(held));
    };
    for (registry, login) in table("auths") {
        let holds = |key: &str| login.get(key).is_some_and(|held| held.as_str() != Some(""));
        let in_file = ["auth", "identitytoken", "registrytoken", "password"].into_iter().any(holds);
        match (in_file, store) {
            (true, _) => add(registry, "a login in the file".to_owned()),
            (false, Some(store)) => add(registry, format!("a login in the store `{store}`")),
            // `docker logout` leaves an entry that holds nothing.
            (false, None) => {}
        }
    }
    for (registry, helper) in table("credHelpers") {
        add(registry, format!("a login by the helper `{}`", helper.as_str().unwrap_or("?")));
    }
    found
}

/// `~/.gem/credentials`, whose keys are names of accounts.
pub fn gems(text: &str, from: &str) -> Found {
    let keys = text.lines().filter_map(|line| line.trim().trim_start_matches(':').split_once(':'));
    let named =
        keys.map(|(name, _)| name.trim()).filter(|name| !name.is_empty() && !name.starts_with(['-', '#']));
    let item = |name: &str| {
        let push = format!("gem push --key {} example-1.0.gem", quoted(name));
        Item::new(Kind::Registry, format!("rubygems:{name}"), from).used(Use::command(push))
    };
    named.map(|name| item(name).about("a token in the file")).collect()
}

/// Tokens in the environment, by the names of the variables.
pub fn variables<'n>(names: impl Iterator<Item = &'n str>) -> Found {
    const OPENS: &[(&str, &str, &str)] = &[
        ("NPM_TOKEN", "npm", "npm publish"),
        ("NODE_AUTH_TOKEN", "npm", "npm publish"),
        ("CARGO_REGISTRY_TOKEN", "cargo", "cargo publish"),
        ("TWINE_PASSWORD", "pypi", "twine upload dist/*"),
        ("UV_PUBLISH_TOKEN", "pypi", "uv publish"),
        ("POETRY_PYPI_TOKEN_PYPI", "pypi", "poetry publish"),
        ("GEM_HOST_API_KEY", "rubygems", "gem push example-1.0.gem"),
        ("NUGET_API_KEY", "nuget", "dotnet nuget push example.nupkg"),
    ];
    let item = |name: &str| {
        let (_, registry, publish) = OPENS.iter().find(|(variable, _, _)| *variable == name)?;
        let item = Item::new(Kind::Registry, format!("{registry}:${name}"), "the environment");
        Some(item.used(Use::command(*publish)))
    };
    names.filter_map(item).collect()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::item::shown;

    fn check(items: &Found) -> String {
        assert!(!format!("{items:?}").contains("s3cr3t"), "{items:?}");
        shown(items)
    }

    #[test]
    fn npm_by_host() {
        let text = "//registry.npmjs.org/:_authToken=s3cr3t\n//npm.acme.io/js/:_authToken = ${ACME_TOKEN}\n\
                    //s3cr3t@npm.b.io/:_password=s3cr3t\nregistry=https://u:s3cr3t@npm.acme.io\nsave-exact=true\n\
                    //dl.c.io/s3cr3tABCDEFGH01/acme/npm/:_authToken=s3cr3t\n";
        assert_snapshot!(check(&npm(text, "~/.npmrc")), @"
        Registry npm:registry.npmjs.org [a token in the file] npm publish --registry https://registry.npmjs.org/
        Registry npm:npm.acme.io/js [a token in $ACME_TOKEN] npm publish --registry https://npm.acme.io/js/
        Registry npm:npm.b.io [a token in the file] npm publish --registry https://npm.b.io/
        Registry npm:dl.c.io/…/acme/npm [a token in the file] npm publish --registry 'https://dl.c.io/…/acme/npm/'
        ");
        assert_snapshot!(check(&npm("_authToken=s3cr3t", "~/.npmrc")), @"Registry npm:registry.npmjs.org [a token in the file] npm publish --registry https://registry.npmjs.org/");
    }

    #[test]
    fn pypi_by_section() {
        let text = "[distutils]\nindex-servers = acme\n[pypi]\nusername = __token__\npassword = pypi-s3cr3t\n[acme]\npassword: s3cr3t\n[none]\n";
        assert_snapshot!(check(&pypi(text, "~/.pypirc")), @"
        Registry pypi:pypi [a token in the file] twine upload --repository pypi dist/*
        Registry pypi:acme [a token in the file] twine upload --repository acme dist/*
        ");
    }

    #[test]
    fn cargo_by_table() {
        let text =
            "[registry]\ntoken = \"s3cr3t\"\n[registries.acme]\ntoken = \"s3cr3t\"\n[registries.none]\n";
        assert_snapshot!(check(&cargo(text, "f")), @"
        Registry cargo:crates.io [a token in the file] cargo publish
        Registry cargo:acme [a token in the file] cargo publish --registry acme
        ");
        assert_snapshot!(check(&cargo("[registry]\ntoken = s3cr3t\n", "f")), @"Registry * []  !it cannot be read: it is not well-formed TOML at line 2");
    }

    #[test]
    fn docker_by_host() {
        let text = r#"{"auths":{"https://index.docker.io/v1/":{"auth":"s3cr3t"},"u:s3cr3t@reg.acme.io":{},"quay.io":{"identitytoken":"s3cr3t"},"ghcr.io":{"auth":""}},"credHelpers":{"eu.gcr.io":"gcloud"}}"#;
        assert_snapshot!(check(&docker(text, "f")), @"
        Registry docker:docker.io [a login in the file] docker push docker.io/example/image
        Registry docker:quay.io [a login in the file] docker push quay.io/example/image
        Registry docker:eu.gcr.io [a login by the helper `gcloud`] docker push eu.gcr.io/example/image
        ");
        let stored = r#"{"auths":{"u:s3cr3t@reg.acme.io":{}},"credsStore":"desktop"}"#;
        assert_snapshot!(check(&docker(stored, "f")), @"Registry docker:reg.acme.io [a login in the store `desktop`] docker push reg.acme.io/example/image");
        assert_snapshot!(check(&docker("{\"auths\": {\"x\": s3cr3t}}", "f")), @"Registry * []  !it cannot be read: it is not well-formed JSON at line 1, column 17");
    }

    #[test]
    fn gems_and_variables() {
        assert_snapshot!(check(&gems("---\n:rubygems_api_key: s3cr3t\n", "f")), @"Registry rubygems:rubygems_api_key [a token in the file] gem push --key rubygems_api_key example-1.0.gem");
        assert_snapshot!(check(&variables(["NPM_TOKEN", "NPM_CONFIG_CACHE"].into_iter())), @"Registry npm:$NPM_TOKEN [] npm publish");
    }
}
