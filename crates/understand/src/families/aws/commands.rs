//! Commands of the client that are not one operation of a service.

use countersign_model::{Effect, verbs};

use super::super::cloud::storage::Storage;
use super::super::cloud::{NOT_KNOWN, Tenant};
use super::at_home;
use super::read::Read;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::sql::{self, DatabasePlace};
use crate::tables::cloud::Does;
use crate::word::{Value, Word};

/// A port of this machine that leads to an instance, or to a host that it reaches.
fn forwards(read: &Read<'_>, tenant: &Tenant, context: &mut Context<'_>) {
    let target = read.text("--target").unwrap_or_else(|| "*".to_owned());
    tenant.acts(Does::Execute, "ssm", std::slice::from_ref(&target), read.doubt.as_deref(), context);
    let given = read.text("--parameters");
    let is_known = read.value("--parameters").is_some_and(|value| value.known().is_some());
    let text = given.filter(|text| is_known && !text.starts_with("file:")).unwrap_or_default();
    // `{"host":["db"]}` and `host=db` alike.
    let words: Vec<&str> = text.split(['"', '\'', '{', '}', '[', ']', ',', ':', '=', ' ']).filter(|word| !word.is_empty()).collect();
    let after = |name: &str| words.iter().position(|word| *word == name).and_then(|at| words.get(at + 1)).copied();
    crate::families::tunnels::listens(context);
    if text.is_empty() {
        crate::families::tunnels::opens(None, "*", None, context);
        return;
    }
    let host = after("host").unwrap_or(&target);
    crate::families::tunnels::opens(after("localPortNumber"), host, after("portNumber"), context);
}

/// Adds what a command does that is more than an operation; false where it is one.
pub(super) fn effects(
    service: &str,
    operation: &str,
    read: &Read<'_>,
    tenant: &Tenant,
    invocation: &Invocation,
    context: &mut Context<'_>,
) -> bool {
    let acts = |does: Does, name: Option<String>, context: &mut Context<'_>| {
        let names = name.map_or_else(|| read.names(operation), |name| vec![name]);
        tenant.acts(does, service, &names, read.doubt.as_deref(), context);
    };
    match (service, operation) {
        ("s3", _) => storage(operation, read, tenant, context),
        ("configure", _) => configure(operation, read, context),
        ("ssm", "start-session") if read.text("--document-name").is_some_and(|name| name.contains("PortForwarding")) => {
            forwards(read, tenant, context);
        }
        ("sso", "login") => {
            acts(Does::Read, Some("login".to_owned()), context);
            crate::families::logins::by_browser(".aws/sso/cache", context);
        }
        ("sso", "logout") | ("login" | "logout", _) => {
            context.write_value(&at_home(".aws/sso/cache", context));
        }
        ("eks", "update-kubeconfig") => {
            acts(Does::Read, read.text("--name"), context);
            let file = match read.value("--kubeconfig") {
                Some(value) => Ok(Some(value.clone())),
                None => context.setting(invocation, "KUBECONFIG").map(|path| path.map(Value::Known)),
            };
            if !read.has("--dry-run") {
                let home = at_home(".kube/config", context);
                let name = read.text("--name").unwrap_or_else(|| "*".to_owned());
                let region = read.text("--region").unwrap_or_else(|| "*".to_owned());
                let full = format!("arn:aws:eks:{region}:*:cluster/{name}");
                let alias = read.text("--alias");
                let named = alias.clone().unwrap_or_else(|| full.clone());
                super::super::kubectl::place::switches(Some(named), context);
                super::super::kubectl::place::stands_for(alias, format!("{name} at cluster {full}"), context);
                context.write_value(&match file {
                    Ok(path) => path.unwrap_or(home),
                    Err(why) => Value::unknown(&why),
                });
            }
        }
        ("eks", "get-token")
        | ("ecr" | "ecr-public", "get-login-password" | "get-login")
        | ("rds" | "dsql", "generate-db-auth-token" | "generate-db-connect-auth-token")
        | ("dsql", "generate-db-connect-admin-auth-token")
        | ("codecommit", "credential-helper") => acts(Does::Secret, Some(operation.to_owned()), context),
        ("codeartifact", "login") => {
            acts(Does::Secret, Some("get-authorization-token".to_owned()), context);
            let configuration = match read.text("--tool").as_deref() {
                Some("npm") => ".npmrc",
                Some("pip") => ".config/pip/pip.conf",
                Some("twine") => ".pypirc",
                _ => ".config",
            };
            context.write_value(&at_home(configuration, context));
        }
        ("rds-data" | "redshift-data" | "athena" | "timestream-query" | "dynamodb", _)
            if let Some((system, text)) = statement(service, operation, read) =>
        {
            acts(Does::Read, None, context);
            let host = ["--resource-arn", "--cluster-identifier", "--workgroup-name", "--work-group"];
            let host = host.iter().find_map(|name| read.text(name)).unwrap_or_else(|| tenant.account.clone());
            let place = DatabasePlace { host, database: read.text("--database"), ..DatabasePlace::any(system) };
            sql::effects(&text, &place, context);
        }
        ("cloudfront", "sign") => acts(Does::Permission, None, context),
        ("cloudformation", "deploy") => {
            if let Some(value) = read.value("--template-file") {
                context.read_value(value);
            }
            acts(Does::Write, read.text("--stack-name"), context);
        }
        ("cloudformation", "package") => {
            if let Some(value) = read.value("--template-file") {
                context.read_value(value);
            }
            if let Some(value) = read.value("--output-template-file") {
                context.write_value(value);
            }
            tenant.acts(Does::Write, "s3", &[read.text("--s3-bucket").unwrap_or_else(|| "*".to_owned())], None, context);
        }
        ("logs", "tail" | "start-live-tail") => {
            let group = read.operands.get(2).map(|word| word.known().unwrap_or("*").to_owned());
            acts(Does::Read, group.or_else(|| read.text("--log-group-identifiers")), context);
        }
        ("cloudtrail", "validate-logs") | ("history", _) => acts(Does::Read, None, context),
        ("ec2-instance-connect", "ssh" | "open-tunnel") | ("emr", "ssh" | "socks" | "put" | "get" | "add-steps") => {
            acts(Does::Execute, None, context);
        }
        ("emr", "terminate-clusters") => acts(Does::Delete, None, context),
        ("emr", "create-cluster" | "modify-cluster-attributes" | "install-applications" | "create-default-roles")
        | ("ecs", "deploy")
        | ("deploy", "push" | "register" | "deregister" | "install" | "uninstall")
        | ("gamelift", "upload-build")
        | ("cloudtrail", "create-subscription" | "update-subscription")
        | ("rds", "add-option-to-option-group" | "remove-option-from-option-group")
        | ("datapipeline" | "dlm", "create-default-roles" | "create-default-role") => acts(Does::Write, None, context),
        ("ddb", "select") => acts(Does::Read, None, context),
        ("ddb", _) => acts(Does::Write, None, context),
        ("help" | "cli-dev", _) => context.program(verbs::EXEC_READ, "aws"),
        _ => return false,
    }
    true
}

/// The SQL that an operation is given, and whose it is.
fn statement(service: &str, operation: &str, read: &Read<'_>) -> Option<(&'static str, String)> {
    let (system, option) = match (service, operation) {
        ("rds-data", "execute-statement" | "batch-execute-statement") => ("sql", "--sql"),
        ("redshift-data", "execute-statement") => ("postgresql", "--sql"),
        ("athena", "start-query-execution") => ("athena", "--query-string"),
        ("timestream-query", "query") => ("timestream", "--query-string"),
        ("dynamodb", "execute-statement") => ("dynamodb", "--statement"),
        _ => return None,
    };
    let text = read.value(option)?.known()?;
    (!text.starts_with("file://")).then(|| (system, text.to_owned()))
}

/// `aws s3`: files and buckets.
fn storage(operation: &str, read: &Read<'_>, tenant: &Tenant, context: &mut Context<'_>) {
    let words: Vec<&Word> = read.operands.iter().skip(2).copied().collect();
    let own = |acl: String| !matches!(acl.as_str(), "private" | "bucket-owner-full-control");
    let storage = Storage {
        scheme: "s3://",
        service: "s3",
        operation,
        words: &words,
        recursive: read.has("--recursive"),
        dry: read.has("--dryrun"),
        deletes: read.has("--delete"),
        opens: read.has("--grants") || read.text("--acl").is_some_and(own),
    };
    if !storage.effects(tenant, context) {
        let name = words.first().and_then(|word| word.known()).unwrap_or("*").trim_start_matches("s3://").to_owned();
        let (does, doubt) = match operation {
            // Whoever has the address it prints may read the object.
            "presign" => (Does::Permission, None),
            "website" => (Does::Write, None),
            _ => (Does::Write, Some(NOT_KNOWN)),
        };
        tenant.acts(does, "s3", &[name], doubt, context);
    }
}

/// Keys of the configuration that hold secrets.
const SECRET_KEYS: &[&str] = &["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];

/// `aws configure`: what profiles say.
fn configure(operation: &str, read: &Read<'_>, context: &mut Context<'_>) {
    let key = read.operands.get(2).map(|word| word.known().unwrap_or("*").to_owned()).unwrap_or_default();
    let name = key.rsplit('.').next().unwrap_or_default();
    let holds_secret = SECRET_KEYS.contains(&name) || key.contains('*');
    let credentials = at_home(".aws/credentials", context);
    let configuration = at_home(".aws/config", context);
    match operation {
        "list-profiles" | "list" => context.program(verbs::EXEC_READ, "aws"),
        "get" if !holds_secret => context.read_value(&configuration),
        "get" | "export-credentials" => context.read_value(&credentials),
        "set" => {
            if matches!(name, "credential_process" | "cli_pager" | "web_identity_token_file") || name == "*" {
                context.push(Effect::opaque("aws configure set", "the client runs what the configuration names"));
            }
            context.write_value(if holds_secret { &credentials } else { &configuration });
        }
        _ => {
            context.write_value(&configuration);
            context.write_value(&credentials);
        }
    }
}
