//! Tests of `cloud`.

use super::*;

#[test]
fn tables_are_sound() {
    for (table, least) in [(AWS, 400), (GCLOUD, 1000)] {
        super::super::tests::is_sound(table, '\n', '\t');
        assert!(table.lines().count() >= least);
        for line in table.lines() {
            let (_, operations) = line.split_once('\t').unwrap();
            super::super::tests::is_sound(operations, ' ', '=');
            let mut codes = operations.split(' ').map(|record| record.split_once('=').unwrap().1);
            assert!(codes.all(|code| Does::from_code(code).is_some()), "{line}");
        }
    }
    assert_eq!(AWS.matches('=').count(), 20_027);
}

#[test]
fn operations_of_aws() {
    for (service, operation, does) in [
        ("ec2", "terminate-instances", Some(Does::Delete)),
        ("ec2", "describe-instances", Some(Does::Read)),
        ("ec2", "stop-instances", Some(Does::Write)),
        ("secretsmanager", "get-secret-value", Some(Does::Secret)),
        ("secretsmanager", "get-random-password", Some(Does::Read)),
        ("iam", "attach-role-policy", Some(Does::Permission)),
        ("iam", "delete-user", Some(Does::Delete)),
        ("iam", "create-access-key", Some(Does::Credential)),
        ("s3api", "delete-bucket", Some(Does::Delete)),
        ("s3api", "put-bucket-policy", Some(Does::Permission)),
        ("lambda", "invoke", Some(Does::Execute)),
        ("apigateway", "test-invoke-method", Some(Does::Execute)),
        ("stepfunctions", "test-state", Some(Does::Execute)),
        ("deploy", "create-deployment", Some(Does::Write)),
        ("ec2", "explode-instances", None),
        ("nothing", "list", None),
    ] {
        assert_eq!(aws(service, operation), does, "{service} {operation}");
    }
}

#[test]
fn commands_of_gcloud() {
    for (words, does) in [
        ("compute instances delete", Some(Does::Delete)),
        ("compute instance-groups managed list", Some(Does::Read)),
        ("container clusters delete", Some(Does::Delete)),
        ("container node-pools delete", Some(Does::Delete)),
        ("projects add-iam-policy-binding", Some(Does::Permission)),
        ("secrets versions access", Some(Does::Secret)),
        ("services api-keys get-key-string", Some(Does::Secret)),
        ("redis instances get-auth-string", Some(Does::Secret)),
        ("iam service-accounts keys create", Some(Does::Credential)),
        ("sql instances patch", Some(Does::Write)),
        ("compute instances explode", None),
        ("delete", None),
    ] {
        assert_eq!(gcloud(&words.split(' ').collect::<Vec<_>>()), does, "{words}");
    }
}
