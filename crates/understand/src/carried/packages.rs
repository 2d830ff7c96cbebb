//! Which packages do manifests and lock files gain? Read from the lines that a change adds to them.

use countersign_model::{Answer, Commit, Question};

use crate::Workspace as _;
use crate::context::Context;

/// So many packages are named.
const FEW: usize = 6;
/// So many files are read.
const MOST_FILES: usize = 12;
/// So many lines of them are.
const MOST_LINES: usize = 4000;

/// The packages that these files gain with their versions, as a sentence fragment. None where none is seen:
/// the files are named anyway.
pub(super) fn gained(
    root: &str,
    old: Option<Commit>,
    new: Commit,
    paths: &[String],
    context: &Context<'_>,
) -> Option<String> {
    let locks = |path: &&String| Format::of(path).is_some_and(Format::is_lock);
    let mut asked: Vec<String> = paths.iter().filter(|path| !locks(path)).take(MOST_FILES).cloned().collect();
    let rest = MOST_FILES.saturating_sub(asked.len());
    asked.extend(paths.iter().filter(locks).take(rest).cloned());
    old.as_ref()?;
    let question = Question::Patch { repository: root.to_owned(), old, new, paths: asked };
    let Answer::Text { text, .. } = context.workspace.ask(&question) else { return None };
    said(&read(&text))
}

fn said(packages: &[Package]) -> Option<String> {
    // A lock file says what follows from the manifests: it counts where these say nothing.
    let by_hand: Vec<&Package> = packages.iter().filter(|package| !package.locked).collect();
    let shown = if by_hand.is_empty() { packages.iter().collect() } else { by_hand };
    let mut words: Vec<String> = shown.iter().take(FEW).map(|package| package.to_string()).collect();
    let more = shown.len().saturating_sub(FEW);
    if more > 0 {
        words.push(format!("{more} more"));
    }
    (!words.is_empty()).then(|| format!("it brings {}", words.join(", ")))
}

struct Package {
    name: String,
    version: String,
    locked: bool,
}

impl std::fmt::Display for Package {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.version.is_empty() {
            f.write_str(&self.name)
        } else {
            write!(f, "{} {}", self.name, self.version)
        }
    }
}

/// How a file says which packages it wants.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    /// `"name": "version"`.
    Json,
    /// `name = "version"`, `name = { version = ".." }`, or a list of requirements.
    Toml,
    /// `name==version`.
    Requirements,
    /// `module version`.
    Go,
    /// `gem "name", "version"`.
    Gems,
    /// `name = ".."` and `version = ".."` on lines of their own.
    TomlLock,
    /// `"node_modules/name": {` and `"version": ".."`.
    JsonLock,
    /// `name@range:` and `version ".."`.
    YamlLock,
    /// `name (version)`.
    GemsLock,
}

impl Format {
    fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        Some(match name.as_str() {
            "package.json" | "composer.json" | "bower.json" | "deno.json" => Self::Json,
            "cargo.toml" | "pyproject.toml" | "pipfile" | "pixi.toml" | "libs.versions.toml" => Self::Toml,
            "go.mod" | "go.sum" => Self::Go,
            "gemfile" | "gems.rb" => Self::Gems,
            "cargo.lock" | "poetry.lock" | "uv.lock" | "pdm.lock" => Self::TomlLock,
            "package-lock.json" | "npm-shrinkwrap.json" | "composer.lock" => Self::JsonLock,
            "yarn.lock" | "pnpm-lock.yaml" => Self::YamlLock,
            "gemfile.lock" | "gems.locked" => Self::GemsLock,
            other if other.ends_with(".gemspec") => Self::Gems,
            other if other.ends_with(".txt") || other.ends_with(".in") => Self::Requirements,
            _ => return None,
        })
    }

    const fn is_lock(self) -> bool {
        match self {
            Self::TomlLock | Self::JsonLock | Self::YamlLock | Self::GemsLock => true,
            Self::Json | Self::Toml | Self::Requirements | Self::Go | Self::Gems => false,
        }
    }

    /// A package's name and version in a line, either of them left open where another line says it.
    fn line(self, line: &str) -> (Option<&str>, Option<&str>) {
        let line = line.trim();
        match self {
            Self::Json => match pair(line, ':') {
                Some((name, version)) if is_version(version) && !NO_PACKAGES.contains(&name) => {
                    (Some(name), Some(version))
                }
                _ => (None, None),
            },
            Self::Toml => toml(line),
            Self::Requirements => requirement(line),
            Self::Go => {
                let line = line.strip_prefix("require ").unwrap_or(line);
                let mut words = line.split_whitespace();
                match (words.next(), words.next()) {
                    (Some(name), Some(version)) if name.contains('.') && version.starts_with('v') => {
                        (Some(name), Some(version.trim_end_matches("/go.mod")))
                    }
                    _ => (None, None),
                }
            }
            Self::Gems => {
                let Some((_, rest)) = line.split_once("gem ").or_else(|| line.split_once("dependency "))
                else {
                    return (None, None);
                };
                let mut quoted = rest.split(['"', '\'']).skip(1).step_by(2);
                (quoted.next(), quoted.next().filter(|version| is_version(version)).or(Some("")))
            }
            Self::TomlLock => match pair(line, '=') {
                Some(("name", name)) => (Some(name), None),
                Some(("version", version)) => (None, Some(version)),
                _ => (None, None),
            },
            Self::JsonLock => match (line.strip_suffix(": {"), pair(line, ':')) {
                (Some(key), _) => (unquoted(key).rsplit_once("node_modules/").map(|(_, name)| name), None),
                (None, Some(("name", name))) => (Some(name), None),
                (None, Some(("version", version))) => (None, Some(version)),
                (None, _) => (None, None),
            },
            Self::YamlLock => {
                if let Some(version) =
                    line.strip_prefix("version ").or_else(|| line.strip_prefix("version: "))
                {
                    return (None, Some(unquoted(version)));
                }
                let Some(key) = line.strip_suffix(':') else { return (None, None) };
                let key = unquoted(key.split(", ").next().unwrap_or(key)).trim_start_matches('/');
                let at = key.get(1..).and_then(|rest| rest.find('@')).map(|at| at + 1);
                let Some((name, version)) = at.and_then(|at| key.split_at_checked(at)) else {
                    return (None, None);
                };
                let version = version.trim_start_matches('@');
                (
                    Some(name),
                    Some(version).filter(|version| version.starts_with(|c: char| c.is_ascii_digit())),
                )
            }
            Self::GemsLock => match line.split_once(" (") {
                Some((name, version)) => (
                    Some(name),
                    version
                        .strip_suffix(')')
                        .filter(|version| version.starts_with(|c: char| c.is_ascii_digit())),
                ),
                None => (None, None),
            },
        }
    }
}

/// Keys with a version that name no package.
const NO_PACKAGES: &[&str] = &[
    "version",
    "node",
    "npm",
    "yarn",
    "pnpm",
    "packageManager",
    "name",
    "description",
    "license",
    "main",
    "type",
    "author",
    "homepage",
    "edition",
    "rust-version",
    "requires-python",
    "python",
    "python_requires",
    "resolver",
    "readme",
    "module",
    "types",
    "target-version",
    "line-length",
];

fn toml(line: &str) -> (Option<&str>, Option<&str>) {
    let Some((key, value)) = line.split_once('=').map(|(key, value)| (key.trim(), value.trim())) else {
        return (None, None);
    };
    if !line.starts_with(['"', '\'']) && is_name(unquoted(key)) {
        let name = unquoted(key);
        if NO_PACKAGES.contains(&name) {
            return (None, None);
        }
        if let Some((_, rest)) = value.split_once('{') {
            let version = rest.split_once("version").and_then(|(_, rest)| rest.split(['"', '\'']).nth(1));
            let names_source =
                ["version", "git", "path", "workspace", "url", "module"].iter().any(|key| rest.contains(key));
            return if names_source { (Some(name), version.or(Some(""))) } else { (None, None) };
        }
        return match unquoted(value) {
            version if value.starts_with(['"', '\'']) && is_version(version) => (Some(name), Some(version)),
            _ => (None, None),
        };
    }
    requirement(unquoted(line))
}

/// `name[extra] >= 1.0 ; marker`.
fn requirement(line: &str) -> (Option<&str>, Option<&str>) {
    let line = line.split([';', '#']).next().unwrap_or_default().trim();
    let end = line.find(['=', '>', '<', '~', '!', '[', ' ', '@']).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    if !is_name(name) || name.starts_with('-') {
        return (None, None);
    }
    let rest = rest.split_once(']').map_or(rest, |(_, rest)| rest).trim();
    (Some(name), Some(if rest.starts_with("==") { rest.trim_start_matches('=') } else { rest }))
}

/// `"key": "value",` and `key = "value"`.
fn pair(line: &str, sign: char) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(sign)?;
    let value = value.trim().trim_end_matches(',');
    value.starts_with('"').then(|| (unquoted(key), unquoted(value)))
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_end_matches(',').trim_matches(['"', '\''])
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 80
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "@/._-".contains(letter))
}

fn is_version(text: &str) -> bool {
    let from = ["workspace:", "npm:", "file:", "link:", "git", "http", "github:", "jsr:", "catalog:"];
    text == "latest"
        || text.starts_with(|letter: char| letter.is_ascii_digit() || "^~<>=*v".contains(letter))
            && text.contains(|letter: char| letter.is_ascii_digit() || letter == '*')
        || from.iter().any(|start| text.starts_with(start))
}

/// A version as people are told: an address may hold a password.
fn told(version: &str) -> &str {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || " .^~<>=*|,+-:!_".contains(letter);
    if version.len() > 40 || version.contains("//") || !version.chars().all(plain) {
        "from an address"
    } else {
        version
    }
}

/// The packages whose lines a patch adds.
fn read(patch: &str) -> Vec<Package> {
    let mut packages: Vec<Package> = Vec::new();
    let mut format = None;
    let mut name: Option<&str> = None;
    for line in patch.lines().take(MOST_LINES) {
        if let Some(path) = line.strip_prefix("+++ ") {
            format = Format::of(path.trim_matches('"'));
            name = None;
            continue;
        }
        let (added, text) = match line.split_at_checked(1) {
            Some(("+", text)) => (true, text),
            Some((" ", text)) => (false, text),
            // What is taken away says nothing of what comes.
            Some(_) | None => continue,
        };
        let Some(format) = format else { continue };
        let (found, version) = format.line(text);
        let found = found.filter(|name| is_name(name));
        let package = match (found, version) {
            (Some(found), Some(version)) if added => Some((found, version)),
            (None, Some(version)) if added => name.take().map(|name| (name, version)),
            (Some(found), None) => {
                name = Some(found);
                None
            }
            (Some(_) | None, Some(_)) | (None, None) => None,
        };
        if let Some((name, version)) = package
            && packages.len() < MOST_LINES
        {
            let (name, version, locked) =
                (name.to_owned(), told(version.trim()).to_owned(), format.is_lock());
            let known = packages.last().is_some_and(|last| last.name == name && last.version == version);
            if !known {
                packages.push(Package { name, version, locked });
            }
        }
    }
    packages
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::{read, said};

    fn gained(path: &str, lines: &str) -> String {
        said(&read(&format!("+++ b/{path}\n{lines}\n"))).unwrap_or_else(|| "-".to_owned())
    }

    #[test]
    fn manifests() {
        assert_snapshot!(gained("package.json", "+  \"version\": \"2.0.0\",\n+    \"left-pad\": \"^1.3.0\",\n+    \"build\": \"tsc\",\n-    \"old\": \"1.0.0\",\n+    \"mine\": \"git+https://me:word@example.org/x\""), @"it brings left-pad ^1.3.0, mine from an address");
        assert_snapshot!(gained("Cargo.toml", "+edition = \"2024\"\n+serde = \"1.0\"\n+rand = { version = \"0.9\", features = [\"x\"] }\n+mine = { path = \"../mine\" }\n+lto = \"thin\""), @"it brings serde 1.0, rand 0.9, mine");
        assert_snapshot!(gained("requirements.txt", "+requests==2.32.0\n+flask>=3,<4  # why\n+uvicorn[standard]\n+-r other.txt"), @"it brings requests 2.32.0, flask >=3,<4, uvicorn");
        assert_snapshot!(gained("pyproject.toml", "+    \"requests>=2\",\n+python = \"^3.12\"\n+httpx = \"^0.27\""), @"it brings requests >=2, httpx ^0.27");
        assert_snapshot!(gained("go.mod", "+\tgithub.com/x/y v1.2.3\n+require example.org/z v0.1.0 // indirect\n+go 1.22"), @"it brings github.com/x/y v1.2.3, example.org/z v0.1.0");
        assert_snapshot!(gained("Gemfile", "+gem \"rails\", \"~> 7.1\"\n+gem 'puma'\n+source \"https://example.org\""), @"it brings rails ~> 7.1, puma");
    }

    #[test]
    fn lock_files() {
        assert_snapshot!(gained("Cargo.lock", " name = \"serde\"\n-version = \"1.0.1\"\n+version = \"1.0.2\"\n+[[package]]\n+name = \"new\"\n+version = \"0.1.0\""), @"it brings serde 1.0.2, new 0.1.0");
        assert_snapshot!(gained("package-lock.json", "+    \"node_modules/@a/b\": {\n+      \"version\": \"3.0.0\",\n+      \"resolved\": \"https://example.org/b.tgz\","), @"it brings @a/b 3.0.0");
        assert_snapshot!(gained("yarn.lock", "+left-pad@^1.3.0:\n+  version \"1.3.0\"\n+  resolved \"x\""), @"it brings left-pad 1.3.0");
        assert_snapshot!(gained("pnpm-lock.yaml", "+  /@a/b@3.0.0:\n+  c@1.0.0:\n+    resolution: {integrity: x}"), @"it brings @a/b 3.0.0, c 1.0.0");
        assert_snapshot!(gained("Gemfile.lock", "+    rails (7.1.0)\n+      actionpack (= 7.1.0)"), @"it brings rails 7.1.0");
        assert_snapshot!(gained("go.sum", "+github.com/x/y v1.2.3 h1:abc=\n+github.com/x/y v1.2.3/go.mod h1:def="), @"it brings github.com/x/y v1.2.3");
    }

    #[test]
    fn manifests_speak_before_lock_files() {
        let both = "+++ b/package-lock.json\n+    \"node_modules/far\": {\n+      \"version\": \"1.0.0\",\n+++ b/package.json\n+    \"near\": \"^2.0.0\"\n";
        assert_snapshot!(said(&read(both)).unwrap(), @"it brings near ^2.0.0");
        assert_snapshot!(gained("pom.xml", "+<version>1</version>"), @"-");
    }
}
