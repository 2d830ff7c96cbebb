//! Clients of clouds and clusters in code: what it calls of them is what their command lines do, in the account or
//! context that the code names.
//!
//! Which of several clients a method is called on is not worked out: it counts for each. What no table has is not
//! listed here, since code that loads such a client is opaque besides.

use super::uses::{Argument, Code, Given, Use};
use crate::context::Context;
use crate::families;
use crate::invocation::Stdin;
use crate::tables::cloud;
use crate::word::{Value, Word};

/// Calls of one text that are looked at.
const MOST: usize = 12;

/// A call in the code.
struct Call<'u> {
    /// What is called, by its full name.
    path: &'u str,
    /// The last part of that.
    method: &'u str,
    arguments: Vec<Argument>,
}

/// Adds what code does through such clients.
pub(super) fn effects(code: &Code<'_>, uses: &[(Use, String)], context: &mut Context<'_>) {
    const CLIENTS: &[&str] = &["boto3", "kubernetes", "google.cloud.storage", "@aws-sdk"];
    let loads = |name: &&str| uses.iter().any(|(_, full)| full.starts_with(*name));
    let loaded: Vec<&str> = CLIENTS.iter().copied().filter(loads).collect();
    if loaded.is_empty() {
        return;
    }
    let wholes: Vec<Use> = uses.iter().map(|(found, full)| found.by(full)).collect();
    let calls: Vec<Call<'_>> = wholes
        .iter()
        .flat_map(Use::called)
        .map(|(path, open)| Call {
            path,
            method: path.rsplit('.').next().unwrap_or(path),
            arguments: code.arguments(open),
        })
        .collect();
    for client in loaded {
        match client {
            "boto3" => boto(&calls, context),
            "kubernetes" => kubernetes(&calls, context),
            "@aws-sdk" => aws_sdk(&calls, context),
            _ => storage(&calls, context),
        }
    }
}

/// The value of an argument of this name in any of the calls; none where there is none.
fn named(calls: &[Call<'_>], names: &[&str]) -> Option<Value> {
    let is_it = |argument: &&Argument| argument.name.as_deref().is_some_and(|name| names.contains(&name));
    let mut values =
        calls.iter().flat_map(|call| &call.arguments).flat_map(|argument| match &argument.given {
            Given::Fields(fields) if !is_it(&argument) => fields.iter().filter(is_it).collect::<Vec<_>>(),
            Given::One(_) | Given::Many(_) | Given::Fields(_) => {
                Some(argument).filter(is_it).into_iter().collect()
            }
        });
    let first = values.next()?.given.value();
    let same = values.all(|other| other.given.value() == first);
    Some(if same { first } else { Value::unknown("the code names several") })
}

fn argument(call: &Call<'_>, index: usize, name: &str) -> Option<Value> {
    let by_name = call.arguments.iter().find(|argument| argument.name.as_deref() == Some(name));
    let by_place = call.arguments.get(index).filter(|argument| argument.name.is_none());
    by_name.or(by_place).map(|argument| argument.given.value())
}

/// Looks at the command that does the same.
fn starts(words: Vec<Word>, context: &mut Context<'_>) {
    let mut words = words.into_iter();
    if let Some(first) = words.next() {
        let nested = super::acts::invocation(first, words.collect(), Stdin::Inherited, context);
        families::dispatch(nested, context);
    }
}

fn known(words: &[&str]) -> Vec<Word> {
    words.iter().map(|text| Word::known_as(text)).collect()
}

/// `delete_object`, `DeleteObject` as `delete-object`.
fn kebab(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(if letter == '_' { '-' } else { letter.to_ascii_lowercase() });
    }
    text
}

/// The service as the command line has it.
fn service_of(name: &str) -> &str {
    match name {
        "s3" => "s3api",
        "cloudwatch-logs" => "logs",
        other => other,
    }
}

fn boto(calls: &[Call<'_>], context: &mut Context<'_>) {
    let clients = calls.iter().filter(|call| matches!(call.method, "client" | "resource"));
    let services: Vec<Value> = clients.filter_map(|call| argument(call, 0, "service_name")).take(4).collect();
    let has_unknown = services.iter().any(|service| service.known().is_none());
    let mut count = 0;
    for call in calls {
        let operation = match call.method {
            "upload_file" | "upload_fileobj" | "copy_from" | "put" => "put-object".to_owned(),
            "delete" => "delete-object".to_owned(),
            "terminate" => "terminate-instances".to_owned(),
            "stop" => "stop-instances".to_owned(),
            method => kebab(method),
        };
        for service in services.iter().filter_map(Value::known).map(service_of) {
            if count < MOST && cloud::aws(service, &operation).is_some() {
                count += 1;
                aws(
                    vec![Word::known_as(service), Word::known_as(&operation)],
                    "profile_name",
                    calls,
                    context,
                );
            }
        }
        let removes = ["delete_", "terminate_"].iter().any(|start| call.method.starts_with(start));
        if has_unknown && removes && count < MOST {
            count += 1;
            let service = Word::made(Value::unknown("the service that the code names"));
            aws(vec![service, Word::known_as(&operation)], "profile_name", calls, context);
        }
    }
}

/// `new DeleteObjectCommand(..)`
fn aws_sdk(calls: &[Call<'_>], context: &mut Context<'_>) {
    for call in calls.iter().take(400) {
        let client = call.path.split_once("client-").and_then(|(_, rest)| rest.split('.').next());
        let Some(operation) = call.method.strip_suffix("Command").map(kebab) else { continue };
        let Some(service) = client.map(service_of) else { continue };
        if cloud::aws(service, &operation).is_some() {
            aws(vec![Word::known_as(service), Word::known_as(&operation)], "profile", calls, context);
        }
    }
}

/// A command of `aws` with what the code says of the account.
fn aws(operation: Vec<Word>, profile: &str, calls: &[Call<'_>], context: &mut Context<'_>) {
    let mut words = known(&["aws"]);
    let keys = named(calls, &["aws_access_key_id", "accessKeyId"]);
    let account = match keys {
        Some(_) => Some(Value::unknown("the account is that of keys which the code gives")),
        None => named(calls, &[profile]).or_else(|| {
            let takes_more = calls.iter().any(takes_unknown_options);
            takes_more.then(|| Value::unknown("the account may be said by options that are not known"))
        }),
    };
    if let Some(account) = account {
        words.extend([Word::known_as("--profile"), Word::made(account)]);
    }
    if let Some(endpoint) = named(calls, &["endpoint_url", "endpoint"]) {
        words.extend([Word::known_as("--endpoint-url"), Word::made(endpoint)]);
    }
    words.extend(operation);
    starts(words, context);
}

/// Whether a client, or a session for clients, is given options that the code works out.
fn takes_unknown_options(call: &Call<'_>) -> bool {
    let is_unknown = |argument: &Argument| {
        argument.name.is_none() && matches!(&argument.given, Given::One(value) if value.is_unknown())
    };
    let skipped = match call.method {
        "client" | "resource" => 1,
        "Session" => 0,
        method if method.ends_with("Client") && call.path.starts_with("@aws-sdk") => 0,
        _ => return false,
    };
    call.arguments.iter().skip(skipped).any(|argument| match &argument.given {
        Given::Fields(fields) => fields.iter().any(is_unknown),
        Given::One(_) | Given::Many(_) => is_unknown(argument),
    })
}

/// `delete_namespaced_pod(name, namespace)`
fn kubernetes(calls: &[Call<'_>], context: &mut Context<'_>) {
    let loads = |call: &&Call<'_>| {
        matches!(call.method, "load_kube_config" | "load_config" | "new_client_from_config")
    };
    let loading: Vec<&Call<'_>> = calls.iter().filter(loads).collect();
    let cluster = match loading.as_slice() {
        [] => None,
        [one] => argument(one, 1, "context"),
        _ => Some(Value::unknown("the code loads several settings")),
    };
    let file = loading.first().and_then(|call| argument(call, 0, "config_file"));
    let mut count = 0;
    for call in calls {
        let Some((verb, rest)) = call.method.split_once('_') else { continue };
        let (rest, is_whole) = rest.strip_prefix("collection_").map_or((rest, false), |rest| (rest, true));
        let (rest, is_within) = rest.strip_prefix("namespaced_").map_or((rest, false), |rest| (rest, true));
        let kind = rest.split("_for_all").next().unwrap_or(rest).replace('_', "");
        let usual = if verb == "delete" || verb == "read" || verb == "patch" || verb == "replace" {
            (0, 1)
        } else {
            (9, 0)
        };
        let name = argument(call, usual.0, "name").filter(|_| !is_whole);
        let name = Word::made(name.unwrap_or_else(|| Value::unknown("the name that the code works out")));
        let mut words = known(&["kubectl"]);
        match verb {
            "delete" if is_whole => words.extend(known(&["delete", &kind, "--all"])),
            "delete" => words.extend(known(&["delete", &kind]).into_iter().chain([name])),
            "create" | "patch" | "replace" => {
                words.extend(known(&["annotate", &kind]).into_iter().chain([name, Word::known_as("a=b")]));
            }
            "read" | "list" if kind == "secret" => words.extend(known(&["get", "secret", "-o", "yaml"])),
            "read" => words.extend(known(&["get", &kind]).into_iter().chain([name])),
            "list" => words.extend(known(&["get", &kind])),
            "connect" => words.extend(known(&["exec"]).into_iter().chain([
                name,
                Word::known_as("--"),
                Word::made(Value::unknown("a command")),
            ])),
            _ => continue,
        }
        count += 1;
        if count > MOST {
            return;
        }
        let namespace = argument(call, usual.1, "namespace").filter(|_| is_within);
        for (option, value) in
            [("--namespace", namespace), ("--context", cluster.clone()), ("--kubeconfig", file.clone())]
        {
            if let Some(value) = value {
                words.extend([Word::known_as(option), Word::made(value)]);
            }
        }
        starts(words, context);
    }
}

/// Buckets of Google's cloud.
fn storage(calls: &[Call<'_>], context: &mut Context<'_>) {
    for call in calls {
        let command = match call.method {
            "delete" | "delete_blob" | "delete_blobs" => "rm",
            method if method.starts_with("upload_from_") => "mv",
            _ => continue,
        };
        let mut words = known(&["gcloud", "storage", command]);
        words.push(Word::made(Value::starting("gs://", "the object that the code works out")));
        if command == "mv" {
            words.push(Word::made(Value::starting("gs://", "the object that the code works out")));
        }
        if let Some(project) = named(calls, &["project"]) {
            words.extend([Word::known_as("--project"), Word::made(project)]);
        }
        starts(words, context);
        return;
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    fn python(text: &str) -> String {
        check(&format!("python3 - <<'EOF'\n{text}\nEOF"))
    }

    #[test]
    fn accounts_of_a_cloud() {
        assert_snapshot!(python("import boto3\nboto3.Session(profile_name='prod').client('s3').delete_object(Bucket='b', Key='k')"), @"
        cloud.delete s3 delete-object in aws:prod, destroy
        exec.opaque python3, execute, opaque
        ");
        assert_snapshot!(check_with("AWS_PROFILE=prod python3 -c 'import boto3; s3 = boto3.client(\"s3\"); s3.delete_object(Bucket=\"b\")'", &[]), @"
        cloud.delete s3 delete-object in aws:prod, destroy
        exec.opaque python3, execute, opaque
        exec.opaque python3 told of aws:prod, execute, opaque
        ");
        assert_snapshot!(python("import boto3\nec2 = boto3.Session(profile_name=name).resource('ec2')\nec2.Instance(x).terminate()"), @"
        cloud.delete ec2 terminate-instances in aws:*, destroy, partial
        exec.opaque python3, execute, opaque
        ");
        assert_snapshot!(python("import boto3\nc = boto3.client('s3', endpoint_url='http://localhost:4566')\nc.put_object(Bucket='b')\nprint(c.list_buckets())"), @"
        cloud.write s3 put-object in aws:localhost:4566, write
        cloud.read s3 list-buckets in aws:localhost:4566, read
        exec.opaque python3, execute, opaque
        ");
        assert_snapshot!(python("import boto3\nc = boto3.client(service, aws_access_key_id=k)\nc.delete_thing()"), @"
        cloud.delete * * in aws:*, destroy, partial
        exec.opaque aws, execute, opaque
        exec.opaque python3, execute, opaque
        ");
        assert_snapshot!(python("from google.cloud import storage\nstorage.Client(project='shop-prod').bucket('b').delete_blob('x')"), @"
        cloud.delete storage * in gcp:shop-prod, destroy, partial
        exec.opaque python3, execute, opaque
        ");
        assert_snapshot!(check("node - <<'EOF'\nconst { S3Client, DeleteObjectCommand } = require('@aws-sdk/client-s3');\nconst { fromIni } = require('@aws-sdk/credential-providers');\nconst c = new S3Client({ credentials: fromIni({ profile: 'prod' }) });\nawait c.send(new DeleteObjectCommand({ Bucket: 'b' }));\nEOF"), @"
        cloud.delete s3 delete-object in aws:prod, destroy
        exec.opaque node, execute, opaque
        ");
    }

    #[test]
    fn contexts_of_clusters() {
        assert_snapshot!(python("from kubernetes import client, config\nconfig.load_kube_config(context='prod')\nv1 = client.CoreV1Api()\nv1.delete_namespaced_pod('web', 'shop')\nv1.patch_namespaced_config_map(name='x', namespace='shop', body=b)"), @"
        kube.delete pod/web in prod/shop, destroy
        kube.write configmap/x in prod/shop, write
        exec.opaque python3, execute, opaque
        ");
        assert_snapshot!(python("from kubernetes import client, config\nconfig.load_kube_config(None, ctx)\nclient.AppsV1Api().delete_collection_namespaced_stateful_set(namespace='shop')"), @"
        kube.delete statefulset/* in */shop, destroy, partial
        exec.opaque python3, execute, opaque
        ");
        assert_snapshot!(python("import kubernetes\nkubernetes.config.load_kube_config(context='kind-dev')\nprint(kubernetes.client.CoreV1Api().list_namespaced_pod('web'))"), @"
        kube.read pod/* in kind-dev/web, read
        exec.opaque python3, execute, opaque
        ");
    }

    #[test]
    fn other_code_has_no_clients() {
        for code in [
            "c.delete_object(Bucket='b')",
            "import json\njson.delete_namespaced_pod('x')",
            "print('boto3.client')",
        ] {
            let found = python(code);
            assert!(!found.contains("cloud.") && !found.contains("kube."), "{code}: {found}");
        }
    }
}
