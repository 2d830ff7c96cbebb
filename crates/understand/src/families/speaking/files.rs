//! Which registries a client speaks to as its own files say: `.npmrc`, `pip.conf`, `.cargo/config.toml` and their like,
//! in the directory it is started in, those above it, and the user's home.

use super::{addresses_within, host_of};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Value;

/// How many directories above the one that the client is started in are looked at.
const MOST_ABOVE: usize = 4;

/// What files say.
#[derive(Debug, Default)]
pub(super) struct Configured {
    /// Hosts in place of the usual one.
    pub instead: Vec<String>,
    /// Hosts besides.
    pub also: Vec<String>,
}

/// The files of one client, and the keys of theirs that name a host.
struct Files {
    programs: &'static [&'static str],
    /// In the directory and above it.
    near: &'static [&'static str],
    /// In the user's home.
    home: &'static [&'static str],
    /// Keys that name the host in place of the usual one, in small letters.
    instead: &'static [&'static str],
    /// Keys that name one more; one that begins with a colon is the end of a longer one.
    also: &'static [&'static str],
}

const FILES: &[Files] = &[
    Files {
        programs: &["npm", "pnpm", "npx", "pnpx", "yarn", "yarnpkg", "bun", "bunx"],
        near: &[".npmrc", ".yarnrc.yml", ".yarnrc", "bunfig.toml"],
        home: &[".npmrc", ".yarnrc.yml", ".yarnrc", ".bunfig.toml"],
        instead: &["registry", "npmregistryserver"],
        also: &[":registry", "proxy", "https-proxy", "http-proxy", "httpproxy", "httpsproxy", "url"],
    },
    Files {
        programs: &["pip", "pip3", "pipx", "pipenv", "poetry", "pdm", "uv", "uvx", "rye", "hatch"],
        near: &[
            "pip.conf",
            ".venv/pip.conf",
            "venv/pip.conf",
            "uv.toml",
            "pyproject.toml",
            "Pipfile",
            "poetry.toml",
        ],
        home: &[".config/pip/pip.conf", ".pip/pip.conf", ".config/uv/uv.toml"],
        instead: &["index-url"],
        // Of a project's file, `url` is also where its page is: that is looked at by its section.
        also: &["extra-index-url", "find-links", "proxy", "url"],
    },
    Files {
        programs: &["cargo"],
        near: &[".cargo/config.toml", ".cargo/config"],
        home: &[".cargo/config.toml", ".cargo/config"],
        instead: &[],
        also: &["registry", "index", "proxy"],
    },
    Files {
        programs: &["bundle", "bundler"],
        near: &["Gemfile", ".bundle/config"],
        home: &[".bundle/config"],
        instead: &["source"],
        also: &["git", ":source", "mirror"],
    },
    Files {
        programs: &["dotnet", "nuget"],
        near: &["NuGet.Config", "nuget.config", "NuGet.config"],
        home: &[".nuget/NuGet/NuGet.Config"],
        instead: &[],
        also: &["<add"],
    },
    Files {
        programs: &["conda", "mamba", "micromamba"],
        near: &["environment.yml", "environment.yaml", ".condarc"],
        home: &[".condarc"],
        instead: &["channel_alias"],
        also: &["-", "channels", "default_channels"],
    },
    // Where modules and providers come from; nothing is asked which files there are, so those of other names are not read.
    Files {
        programs: &["terraform", "tofu", "terragrunt"],
        near: &["main.tf", "modules.tf", "providers.tf", "versions.tf", "terraform.tf", "terragrunt.hcl"],
        home: &[],
        instead: &[],
        also: &["source"],
    },
    Files {
        programs: &["pod"],
        near: &["Podfile"],
        home: &[],
        instead: &["source"],
        also: &[":git", ":source"],
    },
];

/// What the files of a program say.
pub(super) fn of(invocation: &Invocation, context: &Context<'_>) -> Configured {
    let mut found = Configured::default();
    let program = invocation.program.as_str();
    let Some(files) = FILES.iter().find(|files| files.programs.contains(&program)) else { return found };
    let here = paths::locate(&Value::Known(".".to_owned()), context).path;
    let home = context.surroundings.home.trim_end_matches('/');
    let above =
        std::iter::successors(Some(here.as_str()), |path| path.rsplit_once('/').map(|(above, _)| above));
    let above = above.take(MOST_ABOVE + 1).take_while(|path| !path.is_empty() && *path != home);
    let near = above.flat_map(|directory| files.near.iter().map(move |file| format!("{directory}/{file}")));
    let own = files.home.iter().map(|file| format!("{home}/{file}"));
    for path in near.chain(own) {
        let Ok(Some(text)) = context.file(&path) else { continue };
        // The nearest file that says it counts.
        let is_said = !found.instead.is_empty();
        let mut said = files.read(&text);
        if program == "cargo" && replaces_usual(&text) {
            said.instead.append(&mut said.also);
        }
        if !is_said {
            found.instead = said.instead;
        }
        found.also.extend(said.also);
    }
    found
}

impl Files {
    fn read(&self, text: &str) -> Configured {
        let mut found = Configured::default();
        let mut section = "";
        let mut last = None;
        for line in text.lines() {
            let trimmed = line.trim();
            if trimmed.starts_with(['#', ';']) || trimmed.is_empty() {
                continue;
            }
            if trimmed.starts_with('[') && !trimmed.contains("://") {
                section = trimmed;
                last = None;
                continue;
            }
            // A list goes on in lines of its own.
            let goes_on = line.starts_with([' ', '\t']) && !trimmed.contains('=') && trimmed.contains("://");
            let kind = match last.filter(|_| goes_on) {
                Some(kind) => Some(kind),
                None => self.kind(trimmed, section),
            };
            last = kind;
            let value = trimmed.split_once(['=', ':', ' ']).map_or(trimmed, |(_, value)| value);
            let mut hosts: Vec<String> = addresses_within(trimmed).collect();
            if value.contains("${") || trimmed.contains("ENV[") {
                hosts = vec!["*".to_owned()];
            } else if hosts.is_empty() && kind.is_some() && trimmed.contains("proxy") {
                hosts.extend(host_of(value.trim_start_matches(['=', ' '])));
            }
            if hosts.is_empty() && kind.is_some() && self.programs.contains(&"terraform") {
                hosts.extend(of_module(value));
            }
            match kind {
                Some(Kind::Instead) => found.instead.extend(hosts),
                Some(Kind::Also) => found.also.extend(hosts),
                None => {}
            }
        }
        found
    }

    fn kind(&self, line: &str, section: &str) -> Option<Kind> {
        let end =
            line.find(|letter: char| letter == '=' || letter.is_ascii_whitespace()).unwrap_or(line.len());
        let key =
            line.get(..end).unwrap_or(line).trim_end_matches(':').trim_matches('"').to_ascii_lowercase();
        // A project's own pages are no registries.
        if section.starts_with("[project") || section.starts_with("[tool.poetry.urls") {
            return None;
        }
        if self.instead.contains(&key.as_str()) {
            return Some(Kind::Instead);
        }
        let is_one = |known: &str| {
            key == known || known.starts_with([':', '-']) && (key.ends_with(known) || line.contains(known))
        };
        self.also.iter().any(|known| is_one(known)).then_some(Kind::Also)
    }
}

/// The host of a module's source without a scheme: `github.com/acme/x`, `git@git.example:x`, `registry.example/a/b/c`.
fn of_module(value: &str) -> Option<String> {
    let source = value.trim_start_matches(['=', ' ', '\t']).trim_matches('"');
    let source = source.split_once("::").map_or(source, |(_, source)| source);
    let first = source.split(['/', ':']).next()?;
    (source.contains('/') && first.contains('.')).then(|| host_of(first)).flatten()
}

#[derive(Clone, Copy)]
enum Kind {
    Instead,
    Also,
}

/// Whether cargo asks another source in place of its usual one.
fn replaces_usual(text: &str) -> bool {
    let sections = text.split("\n[");
    sections
        .filter(|section| section.trim_start_matches('[').starts_with("source.crates-io]"))
        .any(|section| section.lines().any(|line| line.trim_start().starts_with("replace-with")))
}

#[cfg(test)]
mod tests {
    use crate::fixture::understood;

    fn spoken_to(command: &str, files: &[(&str, &str)]) -> String {
        let effects = understood(command, files).effects;
        let mut hosts: Vec<String> = effects.into_iter().flat_map(|effect| effect.speaks_to).collect();
        hosts.sort();
        hosts.dedup();
        hosts.join(" ")
    }

    #[test]
    fn files_of_the_repository_say_which_registry_is_asked() {
        for (command, file, text, hosts) in [
            ("npm ci", ".npmrc", "registry=https://npm.acme.example/\n", "npm.acme.example"),
            ("npm ci", ".npmrc", "registry = ${REGISTRY}\n", "*"),
            (
                "npm ci",
                ".npmrc",
                "@acme:registry=https://npm.acme.example\n",
                "npm.acme.example registry.npmjs.org",
            ),
            (
                "npm ci",
                ".npmrc",
                "# registry=https://npm.acme.example\nsave-exact=true\n",
                "registry.npmjs.org",
            ),
            (
                "npm ci --registry https://other.example",
                ".npmrc",
                "registry=https://npm.acme.example/\n",
                "other.example",
            ),
            ("cd web && npm ci", ".npmrc", "registry=https://npm.acme.example/\n", "npm.acme.example"),
            ("yarn", ".yarnrc.yml", "npmRegistryServer: \"https://npm.acme.example\"\n", "npm.acme.example"),
            (
                "pip install x",
                ".venv/pip.conf",
                "[global]\nindex-url = https://py.acme.example/simple\n",
                "py.acme.example",
            ),
            (
                "pip install x",
                "pip.conf",
                "[global]\nextra-index-url =\n  https://a.example/s\n  https://b.example/s\n",
                "a.example b.example pypi.org",
            ),
            (
                "uv sync",
                "pyproject.toml",
                "[project.urls]\nurl = \"https://home.example\"\n[[tool.uv.index]]\nurl = \"https://py.acme.example\"\n",
                "py.acme.example pypi.org",
            ),
            (
                "cargo fetch",
                ".cargo/config.toml",
                "[registries.acme]\nindex = \"sparse+https://crates.acme.example/\"\n",
                "crates.acme.example crates.io",
            ),
            (
                "cargo fetch",
                ".cargo/config.toml",
                "[source.crates-io]\nreplace-with = \"m\"\n[source.m]\nregistry = \"sparse+https://m.example/\"\n",
                "m.example",
            ),
            (
                "bundle install",
                "Gemfile",
                "source \"https://gems.acme.example\"\ngem \"x\"\n",
                "gems.acme.example",
            ),
            (
                "dotnet restore",
                "nuget.config",
                "<add key=\"a\" value=\"https://nuget.acme.example/v3\" />\n",
                "api.nuget.org nuget.acme.example",
            ),
            (
                "conda install x",
                ".condarc",
                "channels:\n  - https://conda.acme.example\n",
                "conda.acme.example conda.anaconda.org repo.anaconda.com",
            ),
            (
                "terraform init",
                "main.tf",
                "module \"a\" {\n  source = \"git::https://git.acme.example/a\"\n}\n",
                "git.acme.example registry.terraform.io",
            ),
            (
                "terraform get",
                "main.tf",
                "  source  = \"modules.acme.example/acme/a/aws\"\n",
                "modules.acme.example registry.terraform.io",
            ),
            (
                "terraform init",
                "main.tf",
                "  source = \"git@git.acme.example:a.git//sub\"\n",
                "git.acme.example registry.terraform.io",
            ),
            (
                "terraform init",
                "main.tf",
                "  source = \"hashicorp/consul/aws\"\n  source = \"./a\"\n",
                "registry.terraform.io",
            ),
            ("npm run build", ".npmrc", "registry=https://npm.acme.example/\n", ""),
        ] {
            assert_eq!(spoken_to(command, &[(&format!("/repo/{file}"), text)]), hosts, "{command} {text}");
        }
    }
}
