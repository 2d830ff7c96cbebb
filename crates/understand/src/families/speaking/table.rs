//! Programs that are told by options and variables which machine they speak to.

use countersign_model::verbs::NET_READ as SPEAKS;

use super::Speaker;
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

/// A client that has nothing of its own.
const PLAIN: Speaker = Speaker {
    programs: &[],
    table: Table { values: &[], rules: &[] },
    instead: &[],
    also: &[],
    variables: &[],
    prefixes: &[],
    usual: &[],
    only_with: &[],
    anywhere: &[],
};

/// Clients of registries first: they are by far the most common.
pub(super) const SPEAKERS: &[Speaker] = &[
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
    Speaker {
        programs: &["terraform", "terragrunt"],
        table: TERRAFORM,
        also: &["-from-module", "-net-mirror"],
        prefixes: &["tf_cli_args", "tf_registry"],
        usual: &["registry.terraform.io"],
        anywhere: PROVIDERS,
        ..PLAIN
    },
    Speaker {
        programs: &["tofu"],
        table: TERRAFORM,
        also: &["-from-module"],
        prefixes: &["tf_cli_args"],
        usual: &["registry.opentofu.org"],
        anywhere: PROVIDERS,
        ..PLAIN
    },
    Speaker {
        programs: &["pulumi", "cdk", "cdktf", "sst", "serverless", "sls"],
        table: Table {
            values: &["-s", "--stack", "-C", "--cwd", "--profile", "-c", "--context", "--stage", "--region"],
            rules: &[rule(
                "preview|up|update|destroy|refresh|import|deploy|diff|bootstrap|remove|rollback|watch",
                SPEAKS,
            )],
        },
        anywhere: &[
            "preview",
            "up",
            "update",
            "destroy",
            "refresh",
            "import",
            "deploy",
            "diff",
            "bootstrap",
            "remove",
            "rollback",
            "watch",
        ],
        ..PLAIN
    },
    Speaker {
        programs: &["vault", "bao"],
        table: Table {
            values: &[
                "-address",
                "--address",
                "-agent-address",
                "-namespace",
                "-ns",
                "-field",
                "-format",
                "-mount",
                "-path",
            ],
            rules: &[rule("*", SPEAKS)],
        },
        instead: &["-address", "--address", "-agent-address"],
        variables: &["VAULT_ADDR", "BAO_ADDR"],
        prefixes: &["vault_proxy", "vault_http"],
        ..PLAIN
    },
    Speaker {
        programs: &["consul", "nomad"],
        table: Table {
            values: &[
                "-http-addr",
                "--http-addr",
                "-address",
                "--address",
                "-token",
                "-datacenter",
                "-namespace",
                "-region",
            ],
            rules: &[rule("*", SPEAKS)],
        },
        instead: &["-http-addr", "--http-addr", "-address", "--address"],
        variables: &["CONSUL_HTTP_ADDR", "NOMAD_ADDR"],
        ..PLAIN
    },
    Speaker {
        programs: &["pg_isready", "pg_basebackup", "pg_receivewal", "pg_recvlogical", "pgbench"],
        table: Table {
            values: &[
                "-h",
                "--host",
                "-p",
                "--port",
                "-U",
                "--username",
                "-d",
                "--dbname",
                "-t",
                "--timeout",
            ],
            rules: &[rule("", SPEAKS), rule("*", SPEAKS)],
        },
        instead: &["-h", "--host"],
        variables: &["PGHOSTADDR", "PGHOST"],
        ..PLAIN
    },
];

const TERRAFORM: Table<'static> = Table {
    values: &["-from-module", "-net-mirror", "-backend-config", "-plugin-dir", "-chdir"],
    rules: &[
        rule("init|get|login|logout", SPEAKS),
        rule("providers lock|mirror", SPEAKS),
        rule("plan|apply|destroy|import|refresh|test|run-all", SPEAKS),
    ],
};

/// Which machines the providers speak to, the configuration says.
const PROVIDERS: &[&str] = &["plan", "apply", "destroy", "import", "refresh", "test", "run-all"];
