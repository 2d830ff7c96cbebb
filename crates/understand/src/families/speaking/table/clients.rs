//! Clients of registries and mirrors: what they install, they fetch from there.

use countersign_model::verbs::NET_READ as SPEAKS;

use super::PLAIN;
use crate::families::speaking::Speaker;
use crate::families::subcommands::{Table, rule};

/// Options of clients of npm's registries that take a value.
const NPM_VALUES: &[&str] = &[
    "--registry",
    "--proxy",
    "--https-proxy",
    "-w",
    "--workspace",
    "--prefix",
    "-C",
    "--dir",
    "--cwd",
    "--loglevel",
    "--tag",
    "--cache",
    "--userconfig",
    "--otp",
    "--filter",
    "-F",
    "--searchlimit",
    "--audit-level",
    "--omit",
    "--pack-destination",
    "--depth",
];

const NPM: &[&str] = &["npm_config_", "yarn_", "bun_config_"];

const NPM_VARIABLES: &[&str] = &[
    "npm_config_registry",
    "NPM_CONFIG_REGISTRY",
    "YARN_REGISTRY",
    "yarn_registry",
    "YARN_NPM_REGISTRY_SERVER",
    "yarn_config_registry",
    "BUN_CONFIG_REGISTRY",
];

pub(super) const CLIENTS: &[Speaker] = &[
    Speaker {
        programs: &["npm", "pnpm", "npx", "pnpx", "bun", "bunx"],
        table: Table {
            values: NPM_VALUES,
            rules: &[
                rule("view|info|show|v|search|s|se|find|audit|outdated|ping|whoami|stars|fund", SPEAKS),
                rule(
                    "install|i|in|ins|add|ci|clean-install|install-test|it|cit|update|up|upgrade|create",
                    SPEAKS,
                ),
                rule(
                    "publish|unpublish|deprecate|dist-tag|dist-tags|owner|access|team|org|token|profile|star|unstar|login|adduser|logout|hook|trust",
                    SPEAKS,
                ),
                rule("pack|diff|docs|home|bugs|repo|init *", SPEAKS),
                rule("pm view", SPEAKS),
            ],
        },
        instead: &["--registry"],
        also: &["--proxy", "--https-proxy"],
        variables: NPM_VARIABLES,
        prefixes: NPM,
        usual: &["registry.npmjs.org"],
        ..PLAIN
    },
    Speaker {
        programs: &["yarn", "yarnpkg"],
        table: Table {
            values: NPM_VALUES,
            rules: &[
                rule("", SPEAKS),
                rule(
                    "info|add|install|up|upgrade|upgrade-interactive|outdated|audit|create|import|publish|login|logout|owner|tag|team",
                    SPEAKS,
                ),
                rule("global add|upgrade", SPEAKS),
                rule("npm info|audit|publish|login|logout|tag|whoami", SPEAKS),
            ],
        },
        instead: &["--registry"],
        also: &["--proxy", "--https-proxy"],
        variables: NPM_VARIABLES,
        prefixes: NPM,
        usual: &["registry.yarnpkg.com"],
        ..PLAIN
    },
    Speaker {
        programs: &["pip", "pip3", "pipx", "pipenv", "poetry", "pdm", "uv", "uvx", "rye", "hatch"],
        table: Table {
            values: &[
                "-i",
                "--index-url",
                "--pypi-url",
                "--default-index",
                "--index",
                "--extra-index-url",
                "-f",
                "--find-links",
                "--proxy",
                "--trusted-host",
                "-r",
                "--requirement",
                "-c",
                "--constraint",
                "-t",
                "--target",
                "-d",
                "--dest",
                "--python-version",
                "--platform",
                "--pip-args",
                "--source",
                "-p",
                "--python",
                "-m",
                "--group",
                "-G",
                "-E",
                "--extras",
            ],
            rules: &[
                rule(
                    "search|install|download|wheel|lock|add|sync|update|upgrade|publish|inject|run-pip",
                    SPEAKS,
                ),
                rule("index versions", SPEAKS),
                rule("pip install|sync|compile|download", SPEAKS),
                rule("tool install|upgrade|run", SPEAKS),
                rule("python install", SPEAKS),
            ],
        },
        instead: &["-i", "--index-url", "--pypi-url", "--default-index"],
        also: &["--index", "--extra-index-url", "--proxy"],
        variables: &["PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIPENV_PYPI_MIRROR"],
        prefixes: &["pip_", "uv_", "pipenv_", "poetry_", "pdm_"],
        usual: &["pypi.org"],
        ..PLAIN
    },
    Speaker {
        programs: &["cargo"],
        table: Table {
            values: &[
                "--index",
                "--registry",
                "--limit",
                "--config",
                "--manifest-path",
                "-p",
                "--package",
                "--git",
                "--vers",
                "--version",
                "-F",
                "--features",
                "--path",
                "--token",
            ],
            rules: &[rule(
                "search|info|add|install|publish|yank|owner|login|logout|update|fetch|outdated|audit|binstall",
                SPEAKS,
            )],
        },
        instead: &["--index"],
        variables: &["CARGO_REGISTRIES_CRATES_IO_INDEX"],
        prefixes: &["cargo_registr", "cargo_source", "cargo_http"],
        usual: &["crates.io"],
        ..PLAIN
    },
    Speaker {
        programs: &["composer"],
        table: Table {
            values: &["-d", "--working-dir", "--repository", "--repository-url", "--add-repository"],
            rules: &[
                rule(
                    "require|req|r|install|i|update|upgrade|u|create-project|search|outdated|audit|self-update|diagnose|browse|home|show|info",
                    SPEAKS,
                ),
                rule("global require|install|update|outdated", SPEAKS),
            ],
        },
        instead: &["--repository-url"],
        prefixes: &["composer_"],
        usual: &["repo.packagist.org"],
        only_with: &[
            ("show", &["-a", "--all", "--available", "-l", "--latest", "-o", "--outdated"]),
            ("info", &["-a", "--all", "--available", "-l", "--latest", "-o", "--outdated"]),
        ],
        ..PLAIN
    },
    Speaker {
        programs: &["gem", "bundle", "bundler"],
        table: Table {
            values: &[
                "-s",
                "--source",
                "--clear-sources",
                "-p",
                "--http-proxy",
                "-v",
                "--version",
                "-i",
                "--install-dir",
                "-n",
                "--host",
                "--key",
                "-k",
            ],
            rules: &[rule(
                "search|install|i|update|outdated|fetch|push|yank|owner|signin|list|query|info|specification|dependency|add|lock",
                SPEAKS,
            )],
        },
        instead: &["-s", "--source", "--host"],
        also: &["--http-proxy"],
        variables: &["RUBYGEMS_HOST"],
        prefixes: &["gem_", "bundle_"],
        usual: &["rubygems.org"],
        only_with: &[
            ("list", &["-r", "--remote", "-b", "--both", "-a", "--all"]),
            ("query", &["-r", "--remote", "-b", "--both"]),
            ("info", &["-r", "--remote", "-b", "--both"]),
            ("specification", &["-r", "--remote", "-b", "--both"]),
            ("dependency", &["-r", "--remote", "-b", "--both"]),
        ],
        ..PLAIN
    },
    Speaker {
        programs: &["brew"],
        table: Table {
            values: &[],
            rules: &[rule("search|install|upgrade|update|fetch|outdated|reinstall|tap|bundle", SPEAKS)],
        },
        prefixes: &["homebrew_"],
        usual: &["formulae.brew.sh"],
        ..PLAIN
    },
    Speaker {
        programs: &["conda", "mamba", "micromamba"],
        table: Table {
            values: &["-c", "--channel", "-n", "--name", "-p", "--prefix", "-f", "--file"],
            rules: &[
                rule("install|update|upgrade|create|search|repoquery|remove", SPEAKS),
                rule("env create|update", SPEAKS),
            ],
        },
        // A channel that is no address is one of the usual host's.
        variables: &["CONDA_CHANNEL_ALIAS"],
        prefixes: &["conda_", "mamba_"],
        usual: &["conda.anaconda.org", "repo.anaconda.com"],
        ..PLAIN
    },
    Speaker {
        programs: &["nvm"],
        table: Table {
            values: &[],
            rules: &[rule("install|i|ls-remote|list-remote|reinstall-packages", SPEAKS)],
        },
        variables: &["NVM_NODEJS_ORG_MIRROR", "NVM_IOJS_ORG_MIRROR"],
        prefixes: &["nvm_"],
        usual: &["nodejs.org"],
        ..PLAIN
    },
    Speaker {
        programs: &["fnm", "nodenv", "volta", "n"],
        table: Table {
            values: &["--node-dist-mirror", "--version-file-strategy"],
            rules: &[rule("install|ls-remote|list-remote|fetch|pin|lts|latest|stable|current", SPEAKS)],
        },
        instead: &["--node-dist-mirror"],
        variables: &["FNM_NODE_DIST_MIRROR", "N_NODE_MIRROR", "NODE_BUILD_MIRROR_URL"],
        usual: &["nodejs.org"],
        ..PLAIN
    },
    Speaker {
        programs: &["pyenv"],
        table: Table { values: &[], rules: &[rule("install|update", SPEAKS)] },
        variables: &["PYTHON_BUILD_MIRROR_URL"],
        prefixes: &["python_build_"],
        usual: &["www.python.org"],
        ..PLAIN
    },
    Speaker {
        programs: &["rbenv"],
        table: Table { values: &[], rules: &[rule("install", SPEAKS)] },
        variables: &["RUBY_BUILD_MIRROR_URL"],
        prefixes: &["ruby_build_"],
        usual: &["cache.ruby-lang.org"],
        ..PLAIN
    },
    Speaker {
        programs: &["deno"],
        table: Table {
            values: &[
                "--import-map",
                "--lock",
                "-c",
                "--config",
                "--cert",
                "--location",
                "-L",
                "--log-level",
            ],
            rules: &[rule(
                "add|bench|bundle|cache|check|compile|create|doc|info|install|i|lint|outdated|publish|run|serve|test|update|upgrade",
                SPEAKS,
            )],
        },
        variables: &[],
        prefixes: &["npm_config_", "jsr_", "deno_"],
        ..PLAIN
    },
    Speaker {
        programs: &["hf", "huggingface-cli"],
        table: Table {
            values: &["--repo-type", "--revision", "--local-dir", "--include", "--exclude", "--token"],
            rules: &[
                rule(
                    "download|upload|upload-large-folder|whoami|login|repo|repos|repo-files|models|datasets|spaces|papers|jobs|collections|endpoints|tag",
                    SPEAKS,
                ),
                rule("auth login|whoami", SPEAKS),
            ],
        },
        variables: &["HF_ENDPOINT"],
        prefixes: &["hf_"],
        usual: &["huggingface.co"],
        ..PLAIN
    },
    Speaker {
        programs: &["ansible-galaxy"],
        table: Table {
            values: &["-s", "--server", "-p", "--roles-path", "-r", "--role-file", "--token", "--api-key"],
            rules: &[
                rule("install|search|info|download|import|publish|setup|delete|login", SPEAKS),
                rule(
                    "role|collection install|search|info|download|import|publish|setup|delete|verify",
                    SPEAKS,
                ),
            ],
        },
        instead: &["-s", "--server"],
        variables: &["ANSIBLE_GALAXY_SERVER"],
        prefixes: &["ansible_galaxy_"],
        usual: &["galaxy.ansible.com"],
        ..PLAIN
    },
    Speaker {
        programs: &["dotnet", "nuget"],
        table: Table {
            values: &["-s", "--source", "-Source", "--configfile", "-p", "--project", "-f", "--framework"],
            rules: &[
                rule("restore|install|update|search|push|delete|publish", SPEAKS),
                rule("add package", SPEAKS),
                rule("add * package", SPEAKS),
                rule("package add|search|update", SPEAKS),
                rule("tool|workload install|update|restore|search", SPEAKS),
                rule("nuget push|delete", SPEAKS),
            ],
        },
        instead: &["-s", "--source", "-Source"],
        prefixes: &["nuget_"],
        usual: &["api.nuget.org"],
        ..PLAIN
    },
    Speaker {
        programs: &["pod"],
        table: Table {
            values: &["--sources", "--project-directory"],
            rules: &[rule("install|update|outdated|setup", SPEAKS), rule("repo add|update|push", SPEAKS)],
        },
        also: &["--sources"],
        usual: &["cdn.cocoapods.org"],
        ..PLAIN
    },
    // Where hooks come from, a file of the repository says.
    Speaker {
        programs: &["pre-commit", "prek"],
        table: Table {
            values: &["-c", "--config", "--repo", "-t", "--hook-type"],
            rules: &[rule("autoupdate|auto-update|install-hooks|try-repo", SPEAKS)],
        },
        anywhere: &["autoupdate", "auto-update", "install-hooks", "try-repo"],
        ..PLAIN
    },
    Speaker {
        programs: &["skopeo"],
        table: Table {
            values: &["--src-creds", "--dest-creds", "--authfile"],
            rules: &[rule("copy|inspect|delete|sync|list-tags|login|logout", SPEAKS)],
        },
        ..PLAIN
    },
    // Which mirrors they ask, files of the machine say.
    Speaker {
        programs: &[
            "apt", "apt-get", "aptitude", "dnf", "yum", "microdnf", "apk", "zypper", "snap", "flatpak",
        ],
        table: Table {
            values: &["-o", "-c", "-t", "--target-release", "-X", "--repository", "--repo", "--repofrompath"],
            rules: &[rule(
                "update|install|add|upgrade|full-upgrade|dist-upgrade|dselect-upgrade|build-dep|download|source|changelog|refresh|makecache|reinstall|dup|find",
                SPEAKS,
            )],
        },
        usual: &["*"],
        ..PLAIN
    },
];
