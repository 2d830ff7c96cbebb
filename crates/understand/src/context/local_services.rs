//! What is removed from a service of this machine: a database on its loopback address, a cluster that a tool runs
//! here, an emulator of a cloud.

use countersign_model::{Certainty, Effect, Resource, Reversible, is_this_machine, verbs};

use super::Context;
use crate::paths;

impl Context<'_> {
    /// Takes note of what may lead a port of this machine elsewhere, such as a tunnel.
    pub(super) fn notes_tunnel(&mut self, effect: &Effect) {
        let reaches = [verbs::KUBE_EXECUTE, verbs::CLOUD_EXECUTE, verbs::APP_EXECUTE].contains(&effect.verb);
        self.state.world.forwards |= reaches || effect.verb == verbs::NET_LISTEN;
    }

    /// The effect with what is known of the service's data: that of development on this machine can usually be made
    /// again. Where the command itself may have led a port elsewhere, which service it is is not known.
    pub(super) fn of_local_service(&self, effect: Effect) -> Effect {
        let removes = [verbs::DB_DESTROY, verbs::KUBE_DELETE, verbs::CLOUD_DELETE].contains(&effect.verb);
        let here = match &self.elsewhere {
            None | Some(Resource::Container { host: None, .. }) => {
                removes && self.is_local_service(&effect.resource)
            }
            Some(_) => false,
        };
        if !here || effect.certainty != Certainty::Exact {
            return effect;
        }
        let world = &self.state.world;
        if is_by_port(&effect.resource) && (world.forwards || world.opaque) {
            let why = "an earlier part of the command may have led that port elsewhere";
            return effect.certain(Certainty::Partial, why);
        }
        effect.reversible(Reversible::Unknown)
    }

    fn is_local_service(&self, resource: &Resource) -> bool {
        match resource {
            // A file is a service's of development where it is kept with the code, or not kept at all.
            Resource::Database { host, .. } if host.starts_with('/') => {
                let is_socket = host.starts_with("/var/run/") || host.starts_with("/run/");
                let temporary = &self.surroundings.temporary;
                is_socket
                    || self.top().is_some_and(|top| paths::is_within(host, top))
                    || temporary.iter().any(|directory| paths::is_within(host, directory))
            }
            Resource::Database { .. } | Resource::Cluster { .. } | Resource::Cloud { .. } => {
                resource.place() == countersign_model::Place::Machine
            }
            _ => false,
        }
    }
}

/// Whether the service is found by a port of this machine's, which a tunnel could lead anywhere.
fn is_by_port(resource: &Resource) -> bool {
    match resource {
        Resource::Database { host, .. } => is_this_machine(host),
        Resource::Cluster { .. } => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use countersign_model::Effect;

    use crate::fixture::understood;

    /// Each effect that removes something, with whether it can be made again.
    fn removed(command: &str) -> Vec<String> {
        let effects =
            understood(command, &[("/repo/compose.yaml", "services:\n  db:\n    image: postgres\n")]).effects;
        let removes = |effect: &&Effect| effect.access == countersign_model::Access::Destroy;
        let line = |effect: &Effect| format!("{:?} {}", effect.reversible, effect.certainty);
        effects.iter().filter(removes).map(line).collect()
    }

    #[test]
    fn what_development_holds_can_be_made_again() {
        for command in [
            "psql -h localhost -c 'delete from t where id=1'",
            "psql postgres://localhost/test -c 'truncate t'",
            "mysql -h 127.0.0.1 test -e 'delete from t where id=1'",
            "redis-cli flushall",
            "dropdb test",
            "sqlite3 dev.db 'delete from t where id=1'",
            "sqlite3 /tmp/a.db 'drop table t'",
            "kubectl --context kind-dev delete pod x",
            "aws --endpoint-url http://localhost:4566 s3 rb s3://x",
            "awslocal s3 rb s3://x",
            "docker exec db psql -h localhost -c 'truncate t'",
            "docker compose down -v",
            "docker volume rm data",
            "kind delete cluster",
            "minikube delete",
        ] {
            assert_eq!(removed(command), ["Unknown exact"], "{command}");
        }
    }

    #[test]
    fn what_may_be_elsewhere_or_is_kept_cannot() {
        for command in [
            "psql -h db.example -c 'truncate t'",
            "ssh web \"psql -h localhost -c 'truncate t'\"",
            "sqlite3 ~/notes.db 'drop table t'",
            "kubectl --context eu delete pod x",
            "aws s3 rb s3://x",
            "docker compose -p other down -v",
            "docker compose -f /srv/compose.yaml down -v",
            "docker -H ssh://web volume rm data",
            "docker volume prune -f",
            "docker system prune --volumes -f",
            "podman system reset",
        ] {
            assert!(
                removed(command).iter().any(|line| line.starts_with("No")),
                "{command} {:?}",
                removed(command)
            );
        }
        for command in [
            "ssh -fN -L 5432:db:5432 bastion; psql -h localhost -c 'truncate t'",
            "kubectl --context eu port-forward svc/db 5432:5432 & psql -h localhost -c 'truncate t'",
            "./tunnel & psql -h localhost -c 'truncate t'",
        ] {
            assert!(removed(command).iter().all(|line| line.starts_with("No")), "{command}");
        }
    }
}
