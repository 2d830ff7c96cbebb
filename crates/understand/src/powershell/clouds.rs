//! Commands of modules that administer something elsewhere: Azure, AWS, Google Cloud, Microsoft 365, Active Directory,
//! Exchange, virtual machines, SQL Server. The noun says what of, the verb what is done.

use countersign_model::{Certainty, Effect, Resource, Verb, verbs};

use super::arguments::Call;
use crate::context::Context;
use crate::families;

/// Beginnings of nouns in small letters, and whose they are.
const NOUNS: &[(&str, &[&str])] = &[
    ("azure", &["az"]),
    (
        "aws",
        &[
            "s3",
            "ec2",
            "iam",
            "lm",
            "rds",
            "ssm",
            "ddb",
            "cfn",
            "ecs",
            "eks",
            "r53",
            "cwl",
            "sns",
            "sqs",
            "kms",
            "asg",
            "elb",
            "emr",
            "glue",
            "secsecret",
            "sts",
        ],
    ),
    ("gcp", &["gcs", "gce", "gke", "gcsql", "gcp", "gcd", "bq"]),
    ("microsoft-graph", &["mg", "entra", "msol"]),
    (
        "active-directory",
        &[
            "aduser",
            "adgroup",
            "adcomputer",
            "adaccount",
            "adobject",
            "adorganizationalunit",
            "addomain",
            "adforest",
            "adprincipal",
            "adservice",
            "adfine",
            "addefault",
            "adtrust",
            "adcentral",
            "adfs",
            "gpo",
            "gplink",
            "gppermission",
            "gpregistry",
            "dnsserver",
            "dhcpserver",
        ],
    ),
    (
        "exchange",
        &[
            "mailbox",
            "inboxrule",
            "transportrule",
            "distributiongroup",
            "mailcontact",
            "mailuser",
            "remotemailbox",
            "casmailbox",
            "receiveconnector",
            "sendconnector",
            "accepteddomain",
            "organizationconfig",
            "recipientpermission",
            "compliance",
            "retentionpolicy",
            "dkim",
            "adminauditlog",
            "unifiedgroup",
            "hosted",
            "outboundconnector",
            "inboundconnector",
        ],
    ),
    ("sharepoint", &["spo", "pnp"]),
    ("teams", &["team", "csteams", "csonline", "csuser"]),
    ("virtual-machines", &["vm", "vhd", "virtualswitch", "viserver", "vapp", "datastore"]),
    (
        "sqlserver",
        &["sqldatabase", "sqllogin", "sqltable", "sqlcredential", "sqlagent", "sqlavailability", "sqlbackup"],
    ),
];

/// Beginnings of nouns that look like those and are none.
const OTHERS: &[&str] = &["mgmt", "vmstat", "teamcity", "hostedn"];

/// Verbs that only look.
const LOOKS: &[&str] = &[
    "get",
    "find",
    "search",
    "test",
    "measure",
    "show",
    "select",
    "compare",
    "wait",
    "watch",
    "resolve",
    "convertto",
    "convertfrom",
    "format",
    "trace",
    "join",
    "split",
    "read",
];

/// Verbs after which something is gone.
const REMOVES: &[&str] = &["remove", "clear", "uninstall", "reset", "restore", "unpublish"];

/// Parts of nouns that are about who may do what.
const RIGHTS: &[&str] = &[
    "role",
    "permission",
    "policy",
    "accesskey",
    "credential",
    "login",
    "password",
    "groupmember",
    "adaccount",
    "consent",
    "inboxrule",
    "transportrule",
    "oauth",
];

/// Adds what such a command does; false where it is none, or only asks.
pub(super) fn effects(call: &Call, context: &mut Context<'_>) -> bool {
    let Some((verb, noun)) = call.name.split_once('-') else { return false };
    let starts = |list: &[&str]| {
        list.iter().any(|start| noun.starts_with(start) && (noun.len() > 2 || *start == "vm"))
    };
    let Some((provider, _)) = NOUNS.iter().find(|(_, nouns)| starts(nouns) && !starts(OTHERS)) else {
        return false;
    };
    let Some(kind) = does(verb, noun, call) else { return false };
    let names = ["name", "identity", "id", "bucketname", "userid", "database", "instanceid", "username"];
    let name = call.at(&names, 0).and_then(|item| item.value.known()).unwrap_or("*").to_owned();
    let resource = if *provider == "sqlserver" {
        let host = call
            .value(&["serverinstance", "inputobject", "path"])
            .and_then(|item| item.value.known())
            .unwrap_or("*");
        Resource::Database {
            system: "sqlserver".to_owned(),
            host: host.to_owned(),
            database: None,
            object: name,
        }
    } else {
        Resource::Cloud {
            provider: (*provider).to_owned(),
            account: "*".to_owned(),
            region: None,
            service: noun.to_owned(),
            name,
        }
    };
    let why = match *provider {
        "azure" => "the subscription is the one that is chosen",
        _ => "the account is the one that is chosen",
    };
    super::arguments::shows_secrets(call, context);
    context.push(Effect::new(of_provider(kind, provider), resource).certain(Certainty::Partial, why));
    for argument in call.arguments.iter().filter(|_| verb == "invoke" || verb == "send") {
        families::mentions(argument.whole.value.text(), context);
    }
    true
}

/// What a verb does to a noun; none where it only asks.
fn does(verb: &str, noun: &str, call: &Call) -> Option<Verb> {
    // `Search-Mailbox -DeleteContent`, `Write-S3Object`: the verb alone would only ask.
    if verb == "search" && call.has(&["deletecontent"]) {
        return Some(verbs::CLOUD_DELETE);
    }
    if LOOKS.contains(&verb) || noun == "azcontext" && verb != "remove" {
        return None;
    }
    let method = call.value(&["method"]).and_then(|item| item.value.known()).map(str::to_ascii_lowercase);
    Some(match method.as_deref() {
        Some("get") if verb == "invoke" => return None,
        Some("delete") => verbs::CLOUD_DELETE,
        _ if REMOVES.contains(&verb) && !noun.contains("password") => verbs::CLOUD_DELETE,
        _ if matches!(verb, "invoke" | "send") => verbs::CLOUD_EXECUTE,
        _ if RIGHTS.iter().any(|part| noun.contains(part)) => verbs::CLOUD_PERMISSION,
        _ => verbs::CLOUD_WRITE,
    })
}

/// The same for a database.
fn of_provider(verb: Verb, provider: &str) -> Verb {
    if provider != "sqlserver" {
        return verb;
    }
    match verb.as_str() {
        "cloud.delete" => verbs::DB_DESTROY,
        "cloud.permission" => verbs::DB_PRIVILEGE,
        "cloud.execute" => verbs::DB_EXECUTE,
        _ => verbs::DB_WRITE,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::check_tool;

    fn run(command: &str) -> String {
        check_tool("powershell", json!({ "command": command }))
    }

    #[test]
    fn what_changes_something_elsewhere() {
        for (command, verb) in [
            ("Remove-S3Bucket -BucketName b -Force", "cloud.delete"),
            ("Write-S3Object -BucketName b -File a", "cloud.write"),
            ("Stop-EC2Instance i-1", "cloud.write"),
            ("Register-IAMUserPolicy -UserName x -PolicyArn y", "cloud.permission"),
            ("Send-SSMCommand -InstanceId i -DocumentName x", "cloud.execute"),
            ("Remove-ADUser x", "cloud.delete"),
            ("Add-ADGroupMember 'Domain Admins' x", "cloud.permission"),
            ("Disable-ADAccount x", "cloud.permission"),
            ("Search-Mailbox x -DeleteContent", "cloud.delete"),
            ("New-InboxRule x", "cloud.permission"),
            ("Set-Mailbox x -ForwardingSmtpAddress y", "cloud.write"),
            ("Remove-VM x -Force", "cloud.delete"),
            ("Restore-VMSnapshot x", "cloud.delete"),
            ("Invoke-MgGraphRequest -Method DELETE -Uri /users/x", "cloud.delete"),
            ("Remove-MgUser -UserId x", "cloud.delete"),
            ("Remove-GKECluster x", "cloud.delete"),
            ("Restore-SqlDatabase -ServerInstance s -Database d", "db.destroy"),
            ("Write-SqlTableData -ServerInstance s -TableName t", "db.write"),
        ] {
            assert!(run(command).contains(verb), "{command}: {}", run(command));
        }
    }

    #[test]
    fn what_only_asks() {
        for command in [
            "Get-S3Bucket",
            "Get-EC2Instance",
            "Get-ADUser x",
            "Get-Mailbox x",
            "Get-VM",
            "Get-MgUser",
            "Get-SqlDatabase -ServerInstance s",
            "Read-SqlTableData -ServerInstance s",
            "Search-Mailbox x -EstimateResultOnly",
            "Invoke-MgGraphRequest -Method GET -Uri /me",
            "Test-AzName x",
        ] {
            let found = run(command);
            assert!(!found.contains("cloud.") && !found.contains("db."), "{command}: {found}");
        }
        let found = run("Set-Marker x; New-Sample y");
        assert!(!found.contains("cloud."), "{found}");
    }
}
