//! Which program an image starts with the words that follow its name: `docker run bitnami/kubectl delete ns shop`.

use super::super::is_understood;

/// Images whose entry point is a program that is understood: their last part, and the program.
const PROGRAMS: &[(&str, &str)] = &[
    ("atlas", "atlas"),
    ("aws-cli", "aws"),
    ("curl", "curl"),
    ("doctl", "doctl"),
    ("eksctl", "eksctl"),
    ("flyctl", "fly"),
    ("flyway", "flyway"),
    ("git", "git"),
    ("helm", "helm"),
    ("jq", "jq"),
    ("kubectl", "kubectl"),
    ("liquibase", "liquibase"),
    ("mc", "mc"),
    ("migrate", "migrate"),
    ("opentofu", "tofu"),
    ("rclone", "rclone"),
    ("restic", "restic"),
    ("shellcheck", "shellcheck"),
    ("sops", "sops"),
    ("terraform", "terraform"),
    ("terragrunt", "terragrunt"),
    ("vault", "vault"),
    ("yq", "yq"),
];

/// The program of an image whose words are surely, or most likely, that program's arguments.
pub(super) enum Entry {
    /// The image is known to start it.
    Known(&'static str),
    /// It is only named like it.
    Likely(String),
}

/// What an image starts; none where the words after it name the program themselves. `first` is the first of them.
pub(super) fn entry(image: &str, first: &str) -> Option<Entry> {
    let plain = image.split('@').next().unwrap_or(image);
    let last = plain.rsplit('/').next().unwrap_or(plain);
    let name = last.split(':').next().unwrap_or(last);
    if first == name || first.contains('/') {
        return None;
    }
    match PROGRAMS.binary_search_by(|(known, _)| (*known).cmp(name)) {
        Ok(found) => PROGRAMS.get(found).map(|(_, program)| Entry::Known(program)),
        Err(_) if is_understood(name) && !is_understood(first) => Some(Entry::Likely(name.to_owned())),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn the_table_is_in_order_and_knows_its_programs() {
        assert!(super::PROGRAMS.is_sorted());
        for (_, program) in super::PROGRAMS {
            assert!(super::is_understood(program), "{program}");
        }
    }

    #[test]
    fn images_that_start_a_program() {
        assert_snapshot!(check("docker run bitnami/kubectl:1.30 delete ns shop"), @"
        container.run image bitnami/kubectl:1.30, execute
        kube.delete namespace/shop in *, destroy, partial
        ");
        assert_snapshot!(check("docker run --rm -e AWS_PROFILE=prod amazon/aws-cli s3 rb s3://x"), @"
        container.run image amazon/aws-cli, execute
        cloud.delete s3 x in aws:prod, destroy
        ");
        assert_snapshot!(check("AWS_PROFILE=dev docker run --rm -e AWS_PROFILE amazon/aws-cli s3 rb s3://x"), @"
        container.run image amazon/aws-cli, execute
        cloud.delete s3 x in aws:*, destroy, partial
        ");
        assert_snapshot!(check("docker run -v .:/w -w /w hashicorp/terraform:latest destroy -auto-approve"), @"
        container.run image hashicorp/terraform:latest, execute, partial
        stack.destroy * of terraform /repo (*), destroy
        stack.destroy * of terraform /repo (* aws:* gcp:* azure:* context:*), destroy
        ");
        assert_snapshot!(check("docker run registry.example:5000/tools/terragrunt@sha256:abc run-all apply"), @"
        container.run image registry.example:5000/tools/terragrunt@sha256:abc, execute
        stack.apply * of terragrunt */* (*), write
        stack.apply * of terragrunt */* (* aws:* gcp:* azure:* context:*), write
        ");
        assert_snapshot!(check("docker run --entrypoint sh bitnami/kubectl -c 'kubectl delete ns shop'"), @"
        container.run image bitnami/kubectl, execute
        kube.delete namespace/shop in *, destroy, partial
        ");
        assert_snapshot!(check("docker run acme/redis-cli -h prod flushall"), @"
        container.run image acme/redis-cli, execute
        exec.opaque container acme/redis-cli, execute, opaque
        db.destroy * in redis://prod, destroy
        ");
    }

    #[test]
    fn images_that_only_sound_so() {
        assert_snapshot!(check("docker run bitnami/kubectl get pods"), @"
        container.run image bitnami/kubectl, execute
        kube.read pod/* in */*, read, partial
        ");
        assert_snapshot!(check("docker run bitnami/kubectl --help"), @"
        container.run image bitnami/kubectl, execute
        exec.read container bitnami/kubectl, read
        ");
        assert_snapshot!(check("docker run -d redis:7"), @"container.run image redis:7, execute");
        assert_snapshot!(check("docker run --rm postgres:16 psql -h prod -c 'drop table x'"), @"
        container.run image postgres:16, execute
        db.destroy x in postgresql://prod, destroy
        ");
        assert_snapshot!(check("docker run acme/delete ns"), @"
        container.run image acme/delete, execute
        exec.opaque container acme/delete, execute, opaque
        ");
    }
}
