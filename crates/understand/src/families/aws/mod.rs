//! The command line of AWS: `aws [options] <service> <operation> [parameters]`.
//!
//! What an operation does is looked up in a table made from AWS's own models; commands that are more than one
//! operation are in [`commands`].

mod commands;
mod endpoint;
mod read;
mod revealing;
#[cfg(test)]
mod tests;

use countersign_model::{Answer, PathClass, Question};

use super::cloud::{NOT_KNOWN, Tenant, sounds_secret};
use super::{Family, opaque};
use crate::Workspace as _;
use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;
use crate::path_classes;
use crate::tables::cloud::{self, Does};
use crate::word::Value;
use endpoint::Endpoint;
use read::Read;
use revealing::Tells;

pub(super) const FAMILY: Family = Family {
    programs: &["aws", "aws2", "awslocal"],
    about: "Operations by a table made from AWS's own models, and the commands that are more than one \
        operation, such as `aws s3 sync`. The profile and region come from options, variables and the \
        configuration; an operation that no table has is judged by its verb.",
    examples: &[
        "aws ec2 describe-instances --profile prod",
        "aws ec2 terminate-instances --instance-ids i-1 --profile prod --region eu-west-1",
        "aws s3 ls s3://site/",
        "aws s3 sync build s3://site --delete",
        "aws s3 sync build s3://site --delete --dryrun",
        "aws s3 rb --force s3://prod-data",
        "aws secretsmanager get-secret-value --secret-id prod/db",
        "aws secretsmanager list-secrets",
        "aws iam attach-role-policy --role-name r --policy-arn arn:aws:iam::aws:policy/AdministratorAccess",
        "aws lambda invoke --function-name f out.json",
        "aws configure get region",
        "aws ec2 terminate-instances help",
        "aws ec2 stop-instances --instance-ids i-1",
        "aws dynamodb delete-item --table-name t --key '{}'",
    ],
    effects,
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let read = read::read(invocation);
    let named = |index: usize| read.operands.get(index).map(|word| word.known());
    if read.is_help || invocation.words.is_empty() {
        context.program(countersign_model::verbs::EXEC_READ, "aws");
        return;
    }
    read.reads_files(context);
    endpoint::effects(invocation, &read, context);
    let tenant = tenant(invocation, &read, context);
    let (Some(Some(service)), Some(operation)) = (named(0), named(1)) else {
        if let Some(Some("configure" | "login" | "logout")) = named(0) {
            commands::effects("configure", "", &read, &tenant, invocation, context);
            return;
        }
        unknown(invocation, &tenant, "the operation is not known", context);
        return;
    };
    let Some(operation) = operation else {
        unknown(invocation, &tenant, "the operation is not known", context);
        return;
    };
    if is_alias(&[service, operation], context) {
        unknown(invocation, &tenant, "an alias of the client may stand for it", context);
        return;
    }
    // With it, only the parameters are printed.
    if read.has("--generate-cli-skeleton") {
        context.program(countersign_model::verbs::EXEC_READ, "aws");
        return;
    }
    if commands::effects(service, operation, &read, &tenant, invocation, context) {
        return;
    }
    if operation == "wait" && cloud::is_aws_service(service) {
        tenant.acts(Does::Read, family_of(service), &read.names("wait"), None, context);
        return;
    }
    let (does, doubt) = match cloud::aws(service, operation) {
        Some(does) => (does, None),
        None if !cloud::is_aws_service(service) => {
            unknown(invocation, &tenant, "the service may be an alias or an extension", context);
            return;
        }
        None if sounds_secret(operation) => (Does::Credential, Some(NOT_KNOWN)),
        None => (cloud::by_verb(operation).unwrap_or(Does::Write), Some(NOT_KNOWN)),
    };
    let does = match does {
        _ if read.is_dry() => Does::Read,
        Does::Read
            if service == "ssm" && operation.starts_with("get-parameter") && read.has("--with-decryption") =>
        {
            Does::Secret
        }
        Does::Read if operation == "get-api-key" || operation == "get-api-keys" => {
            if read.has("--include-value") || read.has("--include-values") { Does::Secret } else { does }
        }
        other => other,
    };
    let told = if does == Does::Read { revealing::tells(service, operation, &read) } else { None };
    let names = read.names(operation);
    let is_secret_object = (service, operation) == ("s3api", "get-object")
        && names.iter().any(|name| path_classes::of(&format!("/{name}")) == PathClass::Secret);
    let does = if told == Some(Tells::Secret) || is_secret_object { Does::Secret } else { does };
    let doubt = doubt.map(str::to_owned).or_else(|| read.doubt.clone()).or_else(|| told.map(|told| told.why().to_owned()));
    tenant.acts(does, family_of(service), &names, doubt.as_deref(), context);
    if WRITES_A_FILE.contains(&(service, operation)) {
        for word in read.extra() {
            context.write_value(word);
        }
    }
}

/// The service as people know it: `s3api` is `s3`.
fn family_of(service: &str) -> &str {
    match service {
        "s3api" => "s3",
        other => other,
    }
}

/// Operations whose last word is a file for what they answer.
const WRITES_A_FILE: &[(&str, &str)] = &[
    ("s3api", "get-object"),
    ("s3api", "get-object-torrent"),
    ("s3api", "select-object-content"),
    ("lambda", "invoke"),
    ("glacier", "get-job-output"),
    ("polly", "synthesize-speech"),
    ("apigateway", "get-export"),
    ("apigateway", "get-sdk"),
    ("apigatewayv2", "export-api"),
    ("bedrock-runtime", "invoke-model"),
    ("sagemaker-runtime", "invoke-endpoint"),
    ("kinesis-video-media", "get-media"),
    ("ebs", "get-snapshot-block"),
    ("iot-data", "get-thing-shadow"),
    ("appconfigdata", "get-latest-configuration"),
    ("codeartifact", "get-package-version-asset"),
];

fn unknown(invocation: &Invocation, tenant: &Tenant, why: &str, context: &mut Context<'_>) {
    tenant.acts(Does::Delete, "*", &["*".to_owned()], Some(why), context);
    opaque(invocation, why, context);
}

/// Whether the client's own file of aliases has one of these names, or cannot be read.
fn is_alias(names: &[&str], context: &Context<'_>) -> bool {
    let path = format!("{}/.aws/cli/alias", context.state.shell.home);
    let Ok(Some(text)) = context.file(&path) else { return false };
    text.lines().filter_map(|line| line.split_once('=')).any(|(name, _)| names.contains(&name.trim()))
}

/// Whose account it is: the profile, or the address that stands for AWS.
fn tenant(invocation: &Invocation, read: &Read<'_>, context: &Context<'_>) -> Tenant {
    let region = read
        .text("--region")
        .or_else(|| context.setting(invocation, "AWS_REGION").ok().flatten())
        .or_else(|| context.setting(invocation, "AWS_DEFAULT_REGION").ok().flatten());
    Tenant { region, ..account(invocation, read, context) }
}

fn account(invocation: &Invocation, read: &Read<'_>, context: &Context<'_>) -> Tenant {
    const AWS: &str = "aws";
    if invocation.program == "awslocal" {
        return Tenant::named(AWS, "localhost:4566");
    }
    match endpoint::of(invocation, read, context) {
        Some(Err(why)) => return Tenant::unknown(AWS, why),
        Some(Ok(Endpoint { host, is_here })) => {
            let tenant = Tenant::named(AWS, &host).because("the endpoint is this address");
            let why = "an address that is not AWS's stands for it";
            return if is_here { tenant } else { Tenant { doubt: Some(why.to_owned()), ..tenant } };
        }
        None => {}
    }
    let other = |name: &&&str| environment::value(invocation, name).is_some();
    if let Some(name) = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"].iter().find(other) {
        return Tenant::unknown(AWS, &format!("{name} names other profiles"));
    }
    if let Some(value) = read.value("--profile") {
        return match value.known() {
            Some(name) => Tenant::named(AWS, name),
            None => Tenant::unknown(AWS, "the profile is not known"),
        };
    }
    let keys = || Question::Variable { name: "AWS_ACCESS_KEY_ID".to_owned() };
    if environment::value(invocation, "AWS_ACCESS_KEY_ID").is_some() || context.workspace.ask(&keys()) == Answer::Yes {
        return Tenant::unknown(AWS, "its credentials come from the environment");
    }
    for name in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"] {
        match context.setting(invocation, name) {
            Ok(Some(profile)) => return Tenant::named(AWS, &profile).because(&format!("the profile is that of {name}")),
            Ok(None) => {}
            Err(why) => return Tenant::unknown(AWS, &why),
        }
    }
    Tenant::named(AWS, "default").because("the profile is the default one")
}

/// A path below the user's home.
fn at_home(path: &str, context: &Context<'_>) -> Value {
    Value::Known(format!("{}/{path}", context.state.shell.home))
}
