//! Tools that administer something elsewhere and whose words say what they do: `fastly purge`, `nats stream rm`.

use countersign_model::verbs;

use super::{Family, clouds};
use crate::context::Context;
use crate::invocation::Invocation;

pub(super) const FAMILY: Family = Family {
    programs: &[
        // Delivery networks and names.
        "fastly", "akamai", "cli53", "flarectl", "dnscontrol", "octodns-sync",
        // Clouds and what runs on them.
        "azd", "yc", "stackit", "rosa", "aws-nuke", "cloud-nuke", "talosctl", "k0sctl", "rancher", "vcluster", "tk", "kubecfg",
        "helmsman", "helmwave", "virtctl", "bosh", "juju", "colmena", "nixops", "spacectl", "awx", "salt-cloud", "octopus",
        "clusterctl", "terminus", "acli", "upsun", "aptible", "qovery", "faas-cli", "zappa",
        // Continuous integration.
        "circleci", "bk", "travis", "harness",
        // Databases, queues and stores.
        "patronictl", "repmgr", "pgbackrest", "barman", "wal-g", "vtctldclient", "nodetool", "tiup", "yb-admin", "neo4j-admin", "hdfs",
        "hbase", "avn", "fauna", "cbt", "rpk", "nats", "confluent", "kafkactl", "pulsar-admin", "curator_cli", "opensearch-cli", "algolia",
        "s5cmd", "azcopy", "borg",
        // Accounts and flags.
        "auth0", "ldcli", "twilio", "clasp", "rover",
        // Machines and their stores.
        "virsh", "qm", "govc", "ceph", "rbd", "gluster", "pcs", "ipmitool", "racadm",
    ],
    about: "Tools that are told by words what to do to something elsewhere, and of which nothing more is known here. The most \
        harmful of their first words counts; one without a verb that is known is a write, in an environment nobody has named.",
    examples: &[
        "fastly purge --all --service-id x",
        "fastly service list",
        "nats -s nats.prod.example stream rm orders -f",
        "nats stream info orders",
        "azd down --force --purge",
        "rosa delete cluster -c prod",
        "circleci config validate",
        "virsh destroy web",
        "ceph status",
    ],
    effects,
};

/// Words that only show something, or work on files of this machine.
const SHOWS: &[&str] = &[
    "diff", "lint", "top", "ps", "du", "df", "stat", "stats", "doctor", "whoami", "plan", "watch", "inspect", "ping", "health", "report",
    "tree", "explain", "events", "metrics", "dashboard", "log", "ls", "pull-images", "docs", "fmt", "format", "process",
    "info", "status", "history", "logs", "version", "help", "completion",
];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let words: Vec<&str> = invocation.words.iter().filter(|word| !word.text().starts_with('-')).take(4).map(|word| word.known().unwrap_or("*")).collect();
    // What it is told to look at is a file of the project.
    if matches!(words.as_slice(), ["config", "validate" | "process" | "pack", ..] | ["diagnostic", ..]) {
        invocation.words.iter().skip(2).filter(|word| !word.text().starts_with('-')).for_each(|word| context.read(word));
        context.program(verbs::EXEC_READ, &invocation.program);
        return;
    }
    let harms = |word: &&str| clouds::is_verb(word) || *word == "*";
    if words.iter().any(|word| SHOWS.contains(word)) && !words.iter().any(harms) {
        context.program(verbs::EXEC_READ, &invocation.program);
        return;
    }
    clouds::by_words(invocation, 0, context);
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn words_say_what_is_done() {
        for command in ["nats stream rm orders -f", "azd down --force --purge", "rosa delete cluster -c prod", "virsh destroy web", "fastly purge --all", "hdfs dfs -rm -r /data", "aws-nuke run --no-dry-run", "ipmitool power off"] {
            let found = check(command);
            assert!(found.contains("cloud.") && !found.contains("cloud.read"), "{command}: {found}");
        }
        for command in ["nats stream info orders", "fastly service list", "circleci config validate", "ceph status", "rosa list clusters", "dnscontrol preview", "virsh list --all", "tk diff environments/prod", "nodetool status", "circleci --help", "talosctl version"] {
            let found = check(command);
            assert!(found.contains("read") && !found.contains("write"), "{command}: {found}");
        }
    }
}
