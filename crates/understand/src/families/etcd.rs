//! `etcdctl`: the store behind Kubernetes and others.

use countersign_model::{Certainty, Effect, Resource, verbs};

use super::Family;
use super::subcommands::{Table, read, rule};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::sql::DatabasePlace;

pub(super) const FAMILY: Family = Family {
    programs: &["etcdctl", "etcdutl"],
    about: "Keys, members, users and snapshots of etcd. Keys under which Kubernetes keeps its secrets are \
        secrets.",
    examples: &[
        "etcdctl --endpoints=https://etcd.example:2379 get --prefix /app",
        "etcdctl put /app/a 1",
        "etcdctl del '' --from-key",
        "etcdctl get /registry/secrets/default/x",
        "etcdctl user add bob",
        "etcdctl snapshot save x.db",
        "etcdctl member list",
        "etcdctl frob",
    ],
    effects,
};

const TABLE: Table = Table {
    values: &["--endpoints", "--cacert", "--cert", "--key", "--user", "--password", "--dial-timeout", "--command-timeout", "-w", "--write-out", "--lease", "--limit", "--rev", "--order", "--sort-by", "--discovery-srv", "--data-dir", "--name", "--initial-cluster", "--consistency"],
    rules: &[
        rule("get", verbs::DB_READ), rule("watch", verbs::DB_READ), rule("version", verbs::DB_READ), rule("help", verbs::DB_READ), rule("endpoint", verbs::DB_READ), rule("check", verbs::DB_READ),
        rule("member list", verbs::DB_READ), rule("alarm list", verbs::DB_READ), rule("lease list|timetolive|keep-alive", verbs::DB_READ), rule("user get|list", verbs::DB_READ), rule("role get|list", verbs::DB_READ), rule("auth status", verbs::DB_READ), rule("snapshot save|status", verbs::DB_READ),
        rule("hashkv", verbs::DB_READ), rule("put", verbs::DB_WRITE), rule("txn", verbs::DB_EXECUTE), rule("lease grant", verbs::DB_WRITE), rule("lock", verbs::DB_EXECUTE), rule("elect", verbs::DB_WRITE), rule("compaction", verbs::DB_DESTROY), rule("defrag", verbs::DB_WRITE),
        rule("del", verbs::DB_DESTROY), rule("lease revoke", verbs::DB_DESTROY), rule("snapshot restore", verbs::DB_DESTROY), rule("make-mirror", verbs::DB_WRITE), rule("member", verbs::DB_EXECUTE), rule("move-leader", verbs::DB_EXECUTE), rule("alarm", verbs::DB_WRITE), rule("downgrade", verbs::DB_EXECUTE),
        rule("user", verbs::DB_PRIVILEGE), rule("role", verbs::DB_PRIVILEGE), rule("auth", verbs::DB_PRIVILEGE),
        // The names of the older interface.
        rule("ls", verbs::DB_READ), rule("set|mk|mkdir|update", verbs::DB_WRITE), rule("rm|rmdir", verbs::DB_DESTROY),
    ],
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let found = read(invocation, &TABLE);
    if found.is_help {
        context.program(verbs::EXEC_READ, &invocation.program);
        return;
    }
    // What waits for a key or a lock starts a program then.
    let started = match found.name.as_str() {
        "watch" => found.rest_at,
        "lock" => found.rest_at.or_else(|| found.position(1, invocation)),
        _ => None,
    };
    if let Some(nested) = started.and_then(|at| invocation.nested(at)) {
        super::dispatch(nested, context);
    }
    let mut place = DatabasePlace { host: "localhost".to_owned(), ..DatabasePlace::any("etcd") };
    let endpoints = match found.text(&["--endpoints"]) {
        Some(endpoints) => Ok(Some(endpoints)),
        None => context.setting(invocation, "ETCDCTL_ENDPOINTS"),
    };
    match endpoints {
        Ok(Some(endpoints)) => {
            let first = endpoints.split(',').next().unwrap_or("*");
            let address = first.split_once("://").map_or(first, |(_, rest)| rest);
            place.host = address.rsplit_once(':').map_or(address, |(host, _)| host).to_owned();
        }
        Ok(None) => place.note = Some("no endpoint is named: it is this machine's own".to_owned()),
        Err(why) => {
            "*".clone_into(&mut place.host);
            place.note = Some(why);
        }
    }
    let key = found.operand(0).unwrap_or_else(|| "*".to_owned());
    let all = found.has(&["--prefix", "--from-key"]);
    let object = if all { format!("{key}*") } else { key };
    match &found.verb {
        Some(verb) if found.name == "snapshot save" => {
            found.operands.iter().for_each(|word| context.write(word));
            holds_secrets(context);
            context.push(place.effect(verb.clone(), "*"));
        }
        // What a cluster keeps there holds its secrets.
        Some(verb) if *verb == verbs::DB_READ && object.contains("/secrets") => {
            let resource = Resource::Secret { store: "etcd".to_owned(), name: object };
            context.push(Effect::new(verbs::SECRET_READ, resource));
        }
        Some(_) if found.name == "make-mirror" => {
            let elsewhere = DatabasePlace { host: object, ..place.clone() };
            holds_secrets(context);
            context.push(place.effect(verbs::DB_READ, "*"));
            context.push(elsewhere.effect(verbs::DB_WRITE, "*"));
        }
        Some(verb) if matches!(found.name.as_str(), "get" | "watch" | "put" | "del" | "rm" | "set" | "ls" | "mk") => {
            let shows = *verb == verbs::DB_READ && !found.has(&["--keys-only", "--count-only"]);
            if shows && covers_secrets(&object, found.has(&["--from-key"]), found.operand(1)) {
                holds_secrets(context);
            }
            let effect = place.effect(verb.clone(), &object);
            context.push(match &found.doubt {
                Some(doubt) if effect.certainty == Certainty::Exact => effect.certain(Certainty::Partial, doubt),
                _ => effect,
            });
        }
        Some(verb) => context.push(place.effect(verb.clone(), "*")),
        None => super::databases::unknown_command(&format!("etcdctl {}", found.name), &place, context),
    }
}

/// Below which a cluster keeps its secrets.
const SECRETS: [&str; 2] = ["/registry/secrets/", "/kubernetes.io/secrets/"];

/// Whether a prefix or a range, up to `end`, has keys below [`SECRETS`].
fn covers_secrets(object: &str, from_key: bool, end: Option<String>) -> bool {
    if object.starts_with('*') {
        return true;
    }
    let Some(start) = object.strip_suffix('*') else {
        return end.is_some_and(|end| SECRETS.iter().any(|secrets| object <= *secrets && (*secrets < end.as_str() || end == "*" || end == "\\0")));
    };
    SECRETS.iter().any(|secrets| secrets.starts_with(start) || from_key && start <= *secrets)
}

fn holds_secrets(context: &mut Context<'_>) {
    let resource = Resource::Secret { store: "etcd".to_owned(), name: "*".to_owned() };
    let why = "where the store is a cluster's, every secret of the cluster is in it";
    context.push(Effect::new(verbs::SECRET_READ, resource).certain(Certainty::Partial, why));
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn keys() {
        assert_snapshot!(check("etcdctl --endpoints=https://etcd.example:2379 get --prefix /app"), @"db.read /app* in etcd://etcd.example, read");
        assert_snapshot!(check_with("etcdctl del '' --from-key; etcdctl get /registry/secrets/default/x; etcdctl user add bob; etcdctl frob; etcdctl snapshot save x.db", &[("ETCDCTL_ENDPOINTS", "etcd.example:2379")]), @"
        db.destroy * in etcd://etcd.example, destroy
        secret.read etcd:/registry/secrets/default/x, read
        db.privilege * in etcd://etcd.example, write
        db.write * in etcd://etcd.example, write, partial
        fs.write /repo/x.db, write
        secret.read etcd:*, read, partial
        db.read * in etcd://etcd.example, read
        ");
    }

    #[test]
    fn what_starts_once_a_key_changes() {
        for command in ["etcdctl watch x -- git push origin HEAD:main", "etcdctl lock x git push origin HEAD:main", "etcdctl lock x -- git push origin HEAD:main"] {
            assert!(check(command).contains("git.push main@origin"), "{command}: {}", check(command));
        }
        for command in ["etcdctl watch git push", "etcdctl lock x", "etcdctl get git -- push origin main"] {
            assert!(!check(command).contains("git.push"), "{command}: {}", check(command));
        }
    }

    #[test]
    fn all_keys_hold_the_secrets_of_a_cluster() {
        for all in ["get / --prefix", "get '' --from-key", "get --prefix ''", "get /registry/ --prefix", "get /a /z", "watch / --prefix", "snapshot save x.db", "get --prefix \"$K\"", "make-mirror https://b.example:2379"] {
            assert!(check(&format!("etcdctl --endpoints https://etcd.example:2379 {all}")).contains("secret.read etcd:*"), "{all}");
        }
        for some in ["get /app --prefix", "get / --prefix --keys-only", "get /registry/pods --prefix", "get /", "del / --prefix", "get /s --from-key", "get /a /b", "member list", "endpoint health"] {
            assert!(!check(&format!("etcdctl --endpoints https://etcd.example:2379 {some}")).contains("secret.read"), "{some}");
        }
    }
}
