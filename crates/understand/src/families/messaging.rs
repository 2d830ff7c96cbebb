//! Brokers of messages and workflows: `kafka-topics`, `kcat`, `rabbitmqctl`, `temporal`.

use countersign_model::{Certainty, Verb, verbs};

use super::Family;
use super::subcommands::{Rule, Subcommand, Table, read, rule};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::sql::DatabasePlace;

pub(super) const FAMILY: Family = Family {
    programs: &[
        "kafka-topics", "kafka-topics.sh", "kafka-configs", "kafka-configs.sh", "kafka-acls", "kafka-acls.sh", "kafka-consumer-groups", "kafka-consumer-groups.sh", "kafka-delete-records",
        "kafka-delete-records.sh", "kafka-console-consumer", "kafka-console-consumer.sh", "kafka-console-producer", "kafka-console-producer.sh", "kcat", "kafkacat", "rabbitmqctl", "rabbitmqadmin",
        "temporal",
    ],
    about: "Topics, queues, groups and workflows of a broker: what is read, sent, changed and deleted there. The \
        broker is the one that is named, or this machine's own.",
    examples: &[
        "kafka-topics.sh --bootstrap-server kafka.example:9092 --list",
        "kafka-topics.sh --bootstrap-server kafka.example:9092 --delete --topic orders",
        "kcat -b kafka.example -L",
        "rabbitmqctl list_queues",
        "rabbitmqctl purge_queue orders",
        "rabbitmqadmin -H rabbit.example delete queue name=orders",
        "temporal workflow list --address temporal.example:7233",
        "temporal workflow terminate --workflow-id x",
        "temporal frob",
    ],
    effects,
};

/// Options that take a value, of all of them.
const VALUES: &[&str] = &[
    "--bootstrap-server", "--broker-list", "--zookeeper", "--bootstrap-controller", "--topic", "--group", "--command-config", "--consumer.config", "--producer.config", "--config", "--add-config",
    "--delete-config", "--entity-type", "--entity-name", "--partitions", "--replication-factor", "--to-offset", "--to-datetime", "--shift-by", "--by-duration", "--from-file", "--offset-json-file",
    "--max-messages", "--timeout-ms", "--property", "--partition", "--offset", "--allow-principal", "--operation", "--reset-offsets-file", "-b", "-t", "-o", "-c", "-p", "-X", "-F", "-G", "-n", "--node",
    "-q", "--vhost", "-H", "--host", "-P", "--port", "-u", "--username", "--password", "-V", "-N", "--timeout", "--address", "--namespace", "--env", "--workflow-id", "-w", "--run-id", "-r", "--type",
    "--task-queue", "--query", "--input", "-i", "--reason", "--name", "--schedule-id", "-s", "--tls-cert-path", "--tls-key-path", "--tls-ca-path", "--api-key", "--output", "--limit", "--rate", "--id",
];

/// Those of kcat, whose letters differ.
const KCAT: Table<'_> = Table { values: &["-b", "-t", "-p", "-o", "-c", "-X", "-F", "-K", "-D", "-k", "-H", "-f", "-s", "-r", "-d", "-z", "-m", "-l"], rules: &[] };

const RABBIT: &[Rule<'_>] = &[
    rule("list_queues|list_exchanges|list_bindings|list_connections|list_channels|list_consumers|list_users|list_vhosts|list_permissions|list_user_permissions|list_policies|list_parameters|list_topic_permissions|list_feature_flags", verbs::DB_READ),
    rule("status|cluster_status|ping|report|version|help|environment|node_health_check|await_startup|list|show|get", verbs::DB_READ),
    rule("purge_queue|delete_queue|delete_vhost|delete_user|reset|force_reset|forget_cluster_node|close_all_connections|purge|delete|clear_policy|clear_parameter", verbs::DB_DESTROY),
    rule("add_user|change_password|set_permissions|clear_permissions|set_user_tags|set_topic_permissions|clear_password|authenticate_user", verbs::DB_PRIVILEGE),
    rule("eval|eval_file|exec", verbs::DB_EXECUTE),
    rule("export_definitions|export", verbs::DB_READ),
    rule("add_vhost|set_policy|set_parameter|stop|stop_app|start_app|join_cluster|sync_queue|enable_feature_flag|import_definitions|declare|publish|import|close", verbs::DB_WRITE),
];

const TEMPORAL: &[Rule<'_>] = &[
    rule("workflow|w list|show|describe|count|query|result|stack|trace|metadata", verbs::DB_READ),
    rule("workflow|w start|execute|signal|update|cancel|reset|signal-with-start|fix-history-json", verbs::DB_WRITE),
    rule("workflow|w terminate|delete", verbs::DB_DESTROY),
    rule("batch|schedule|activity|task-queue list|describe|get-build-ids", verbs::DB_READ),
    rule("schedule create|trigger|toggle|update|backfill", verbs::DB_WRITE),
    rule("schedule delete", verbs::DB_DESTROY),
    rule("batch terminate", verbs::DB_WRITE),
    rule("operator namespace|cluster|search-attribute|nexus list|describe|health|system", verbs::DB_READ),
    rule("operator namespace|search-attribute|nexus create|update", verbs::DB_SCHEMA),
    rule("operator namespace|search-attribute|nexus delete|remove", verbs::DB_DESTROY),
    rule("env get|list", verbs::DB_READ),
];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.strip_suffix(".sh").unwrap_or(&invocation.program);
    let table = match program {
        "kcat" | "kafkacat" => &KCAT,
        "rabbitmqctl" | "rabbitmqadmin" => &Table { values: VALUES, rules: RABBIT },
        "temporal" => &Table { values: VALUES, rules: TEMPORAL },
        _ => &Table { values: VALUES, rules: &[] },
    };
    let found = read(invocation, table);
    if found.is_help || invocation.words.is_empty() || found.has(&["--version"]) {
        context.program(verbs::EXEC_READ, program);
        return;
    }
    if program == "temporal" && found.operand(0).as_deref() == Some("server") {
        context.program(verbs::EXEC_BUILD, "temporal server");
        return;
    }
    for value in found.values(&["--command-config", "--consumer.config", "--producer.config", "--offset-json-file", "--from-file"]) {
        context.read_value(value);
    }
    let (system, place) = match program {
        "temporal" => ("temporal", host(&found, &["--address"], "TEMPORAL_ADDRESS", invocation, context)),
        "rabbitmqctl" => ("rabbitmq", host(&found, &["-n", "--node"], "RABBITMQ_NODENAME", invocation, context)),
        "rabbitmqadmin" => ("rabbitmq", host(&found, &["-H", "--host"], "", invocation, context)),
        _ => ("kafka", host(&found, &["--bootstrap-server", "--broker-list", "--zookeeper", "--bootstrap-controller", "-b"], "", invocation, context)),
    };
    let mut place = DatabasePlace { system: system.to_owned(), ..place };
    if elsewhere(system, &found, context) {
        "*".clone_into(&mut place.host);
    }
    if found.name == "export_definitions" || found.name == "export" {
        found.operands.iter().for_each(|word| context.write(word));
    }
    let object = match system {
        "kafka" => found.text(&["--topic", "-t", "--group", "--entity-name"]),
        "temporal" => found.text(&["--workflow-id", "-w", "--schedule-id", "-s", "--query", "-q"]).or_else(|| found.operand(0)),
        _ if found.verb == Some(verbs::DB_EXECUTE) => None,
        _ => found.operands.last().and_then(|word| word.known()).map(|text| text.trim_start_matches("name=").to_owned()),
    };
    let object = object.unwrap_or_else(|| "*".to_owned());
    let verb = if system == "kafka" { kafka(program, &found) } else { found.verb.clone() };
    // Messages that are taken and not put back are gone.
    let takes = |word: &&crate::word::Word| word.text().split_once('=').is_some_and(|(name, mode)| name == "ackmode" && mode.ends_with("requeue_false") || name == "requeue" && mode == "false");
    let verb = if program == "rabbitmqadmin" && found.name == "get" && found.operands.iter().any(takes) { Some(verbs::DB_DESTROY) } else { verb };
    match verb {
        Some(verb) => {
            let effect = place.effect(verb, &object);
            context.push(match &found.doubt {
                Some(doubt) if effect.certainty == Certainty::Exact => effect.certain(Certainty::Partial, doubt),
                _ => effect,
            });
        }
        None => super::databases::unknown_command(&format!("{program} {}", found.name), &place, context),
    }
}

/// Whether files or settings that are not looked at may name another host than the options do.
fn elsewhere(system: &str, found: &Subcommand<'_>, context: &Context<'_>) -> bool {
    let home = &context.surroundings.home;
    let has_file = |name: &str| !matches!(context.file(&format!("{home}/.config/temporalio/{name}")), Ok(None));
    match system {
        "temporal" => !found.has(&["--address"]) && (found.has(&["--env"]) || has_file("temporal.yaml") || has_file("temporal.toml")),
        "rabbitmq" => found.has(&["-N"]) || found.has(&["-c", "--config"]),
        _ => found.has(&["-F"]) || found.has(&["-X"]) && !found.has(&["-b"]),
    }
}

/// What the tools of Kafka do is said by options.
fn kafka(program: &str, found: &Subcommand<'_>) -> Option<Verb> {
    let has = |names: &[&str]| found.has(names);
    Some(match program {
        "kafka-delete-records" => verbs::DB_DESTROY,
        "kafka-console-consumer" => verbs::DB_READ,
        "kafka-console-producer" => verbs::DB_WRITE,
        "kcat" | "kafkacat" if has(&["-P"]) => verbs::DB_WRITE,
        "kcat" | "kafkacat" if has(&["-L", "-C", "-Q", "-G"]) => verbs::DB_READ,
        "kcat" | "kafkacat" => verbs::DB_WRITE,
        _ if has(&["--delete", "--delete-offsets"]) => verbs::DB_DESTROY,
        "kafka-acls" if has(&["--add", "--remove"]) => verbs::DB_PRIVILEGE,
        "kafka-consumer-groups" if has(&["--reset-offsets"]) && !has(&["--execute"]) => verbs::DB_READ,
        _ if has(&["--alter", "--create", "--add", "--remove", "--reset-offsets", "--execute"]) => verbs::DB_WRITE,
        _ if has(&["--list", "--describe"]) => verbs::DB_READ,
        _ => return None,
    })
}

/// The first host that an option or a variable names; else this machine's own.
fn host(found: &Subcommand<'_>, options: &[&str], variable: &str, invocation: &Invocation, context: &Context<'_>) -> DatabasePlace {
    let given = match found.text(options) {
        Some(given) => Ok(Some(given)),
        None if variable.is_empty() => Ok(None),
        None => context.setting(invocation, variable),
    };
    let mut place = DatabasePlace { host: "localhost".to_owned(), ..DatabasePlace::any("") };
    match given {
        Ok(Some(address)) => {
            let first = address.split(',').next().unwrap_or("*");
            let first = first.rsplit_once("://").map_or(first, |(_, rest)| rest);
            let first = first.rsplit_once('@').map_or(first, |(_, rest)| rest);
            place.host = first.split([':', '/']).next().unwrap_or(first).to_owned();
        }
        Ok(None) => place.note = Some("no host is named: it is this machine's own".to_owned()),
        Err(why) => {
            "*".clone_into(&mut place.host);
            place.note = Some(why);
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn topics_and_groups() {
        assert_snapshot!(check("kafka-topics.sh --bootstrap-server k.example:9092 --list; kafka-topics --delete --topic orders --bootstrap-server k.example:9092; kafka-topics --bootstrap-server=k.example:9092 --frob"), @"
        db.read * in kafka://k.example, read
        db.destroy orders in kafka://k.example, destroy
        db.write * in kafka://k.example, write, partial
        ");
        assert_snapshot!(check("kafka-consumer-groups --bootstrap-server k.example:9092 --group a --reset-offsets --to-earliest --topic t; kafka-acls --bootstrap-server k.example:9092 --add --allow-principal User:x"), @"
        db.read t in kafka://k.example, read
        db.privilege * in kafka://k.example, write
        ");
        assert_snapshot!(check("kcat -b k.example -L; kcat -b k.example -t a -P; kafka-topics --version; kafka-topics --bootstrap-server $K --delete --topic a"), @"
        db.read * in kafka://k.example, read
        db.write a in kafka://k.example, write
        exec.read kafka-topics, read
        db.destroy a in kafka://*, destroy, partial
        ");
    }

    #[test]
    fn queues_and_workflows() {
        assert_snapshot!(check("rabbitmqctl list_queues; rabbitmqctl -n rabbit@r.example purge_queue orders; rabbitmqctl eval 'x().'; rabbitmqadmin -H r.example delete queue name=orders; rabbitmqctl frob"), @"
        db.read * in rabbitmq://localhost, read
        db.destroy orders in rabbitmq://r.example, destroy
        db.execute * in rabbitmq://localhost, execute
        db.write * in rabbitmq://localhost, write, partial
        ");
        assert_snapshot!(check("temporal workflow list --address t.example:7233; temporal workflow terminate -w x --address t.example:7233; temporal workflow delete -w x --env prod; temporal server start-dev; temporal frob"), @"
        db.read * in temporal://t.example, read
        db.destroy x in temporal://t.example, destroy
        db.destroy x in temporal://*, destroy, partial
        exec.build temporal server, execute
        db.write * in temporal://localhost, write, partial
        ");
        assert_snapshot!(check_with("temporal operator namespace delete -n shop", &[("TEMPORAL_ADDRESS", "t.example:7233")]), @"db.destroy * in temporal://t.example, destroy");
    }
}
