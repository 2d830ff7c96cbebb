//! Programs that are told by options and variables which machine they speak to.

mod clients;

use countersign_model::verbs::NET_READ as SPEAKS;

use super::Speaker;
use crate::families::subcommands::{Table, rule};

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

/// Those that a program of this name is; clients of registries first: they are by far the most common.
pub(super) fn of(program: &str) -> Option<&'static Speaker> {
    clients::CLIENTS.iter().chain(SERVICES).find(|speaker| speaker.programs.contains(&program))
}

const SERVICES: &[Speaker] = &[
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
