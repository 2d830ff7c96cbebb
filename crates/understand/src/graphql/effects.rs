//! What GraphQL requests do: to forges by the names of mutations, to other hosts by the kind of operation.

use countersign_model::{Certainty, Commit, Effect, ForgeRepository, Resource, Verb, verbs};
use serde_json::{Map, Value as Json};

use super::{Field, Kind, Operation, Query, operations};
use crate::carried;
use crate::context::Context;
use crate::forge::{self, Request, object, pull_request};
use crate::paths;
use crate::word::Value;

/// Requests in one body that are looked at one by one.
const MOST_REQUESTS: usize = 100;

/// Adds what a request to a forge's GraphQL API does.
pub(crate) fn on_forge(request: &Request, context: &mut Context<'_>) {
    let repository = ForgeRepository { host: request.host.clone(), name: "*".to_owned() };
    let read = asked(request, context).and_then(|query| operations(&query).map_err(str::to_owned));
    match read {
        Ok(operations) => {
            operations.iter().for_each(|operation| forge_operation(operation, &repository, context))
        }
        Err(why) => {
            forge::anything(&repository, &format!("the GraphQL request is not known: {why}"), context)
        }
    }
}

/// The query among the fields of a request; other fields are variables, or hold them.
fn asked(request: &Request, context: &Context<'_>) -> Result<Query, String> {
    if request.open {
        return Err("a part of it is not known".to_owned());
    }
    let mut query = Query { document: String::new(), operation: None, variables: Map::new() };
    for (name, value) in &request.fields {
        match name.as_str() {
            "query" => query.document = text(value, context)?,
            "operationName" => query.operation = value.known().map(str::to_owned),
            "variables" => {
                if let Some(Ok(Json::Object(inner))) = value.known().map(serde_json::from_str) {
                    query.variables.extend(inner);
                }
            }
            _ => {
                // A file's text as a variable is not read: its value is not known.
                if let Some(known) = value.known().filter(|known| !known.starts_with('@')) {
                    query.variables.insert(name.clone(), Json::String(known.to_owned()));
                }
            }
        }
    }
    Ok(query)
}

/// A text, or that of the file which `@file` names.
fn text(value: &Value, context: &Context<'_>) -> Result<String, String> {
    let Some(file) = value.strip_prefix("@") else {
        return value.known().map(str::to_owned).ok_or_else(|| "its text is not known".to_owned());
    };
    let located = paths::locate(&file, context);
    match located.why {
        Some(why) => Err(why),
        None => context.file(&located.path)?.ok_or_else(|| "there is no such file".to_owned()),
    }
}

/// The parts of a body, those read from files (`@file`) as what is in them, where that is known.
pub(crate) fn with_files(data: &[Value], context: &Context<'_>) -> Vec<Value> {
    let read = |value: &Value| match value.strip_prefix("@") {
        Some(_) => text(value, context).map_or_else(|_| value.clone(), Value::Known),
        None => value.clone(),
    };
    data.iter().map(read).collect()
}

/// The fields of a body that is an object in a file.
pub(crate) fn file(value: &Value, context: &Context<'_>) -> Option<Vec<(String, String)>> {
    let body = text(&Value::Known(format!("@{}", value.known()?)), context).ok()?;
    let Json::Object(object) = serde_json::from_str(&body).ok()? else { return None };
    let written = |value: Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Some(object.into_iter().map(|(name, value)| (name, written(value))).collect())
}

fn forge_operation(operation: &Operation, repository: &ForgeRepository, context: &mut Context<'_>) {
    if operation.kind != Kind::Mutation {
        context.push(Effect::new(verbs::FORGE_READ, object(repository, "api", "graphql")));
        return;
    }
    if operation.fields.is_empty() {
        let effect = Effect::new(verbs::FORGE_WRITE, object(repository, "api", "graphql"));
        context.push(effect.certain(Certainty::Partial, "the mutation is not known"));
    }
    for field in operation.fields.iter().filter(|field| !field.name.starts_with("__")) {
        forge_mutation(field, repository, context);
    }
}

fn forge_mutation(field: &Field, repository: &ForgeRepository, context: &mut Context<'_>) {
    let Some(verb) = forge::mutation(&field.name) else {
        let effect = Effect::new(verbs::FORGE_WRITE, object(repository, "api", &field.name));
        context.push(effect.certain(Certainty::Partial, "the mutation is not known"));
        return;
    };
    let by_id = "the mutation names its object by an id";
    let named = field.argument("repositoryNameWithOwner");
    let repository = &ForgeRepository {
        host: repository.host.clone(),
        name: named.filter(|name| name.contains('/')).unwrap_or("*").to_owned(),
    };
    let commits = field.name.eq_ignore_ascii_case("createCommitOnBranch");
    let effect = match verb.area() {
        "git" => {
            let name = match field.name.as_str() {
                "createRef" | "createLinkedBranch" => field.argument("name"),
                _ => field.argument("branchName").or_else(|| field.argument("base")),
            };
            let new = field.argument("oid").and_then(Commit::parse);
            let effect = forge::branch(repository, name, verb, new);
            if commits {
                let is_named = name.is_some() && repository.name != "*";
                context.push(if is_named { effect } else { effect.certain(Certainty::Partial, by_id) });
                carried::by_request(repository, name, &committed(field), context);
                return;
            }
            effect
        }
        _ if is_of_a_pull_request(&verb) => {
            let verb = match field.argument("event") {
                Some("COMMENT" | "REQUEST_CHANGES") if verb == verbs::FORGE_APPROVE => verbs::FORGE_COMMENT,
                _ => verb,
            };
            let base = field.argument("baseRefName");
            let commit = field.argument("expectedHeadOid").and_then(Commit::parse);
            match field.name.to_ascii_lowercase().as_str() {
                "createpullrequest" => {
                    forge::opened(repository, base, field.argument("headRefName").map(str::to_owned))
                }
                "revertpullrequest" => forge::opened(repository, None, Some("revert-*".to_owned())),
                _ if verb == verbs::FORGE_PULL_REQUEST => forge::edited(repository, None, base),
                _ => Effect::new(verb, pull_request(repository, None, base, commit)),
            }
        }
        _ => Effect::new(verb, object(repository, "api", &field.name)),
    };
    context.push(effect.certain(Certainty::Partial, by_id));
}

/// The files that a mutation commits.
fn committed(field: &Field) -> carried::Paths {
    let holds = ["input", "fileChanges", "additions", "deletions"];
    let of = |(name, value): &(String, Option<String>)| match name.as_str() {
        "path" => Some(value.clone()),
        name if value.is_none() && holds.contains(&name) => Some(None),
        _ => None,
    };
    field.arguments.iter().filter_map(of).collect()
}

fn is_of_a_pull_request(verb: &Verb) -> bool {
    [verbs::FORGE_MERGE, verbs::FORGE_PULL_REQUEST, verbs::FORGE_APPROVE, verbs::FORGE_COMMENT].contains(verb)
}

/// Adds what a request to a GraphQL endpoint of any host does; false, and nothing, where its body is not one
/// that can be read.
pub(crate) fn on_host(resource: &Resource, data: &[Value], context: &mut Context<'_>) -> bool {
    let Some(queries) = bodies(data, context) else { return false };
    let read: Result<Vec<_>, _> = queries.iter().map(operations).collect();
    let Ok(read) = read else { return false };
    for operation in read.iter().flatten() {
        for effect in host_operation(operation, resource) {
            context.push(effect);
        }
    }
    !queries.is_empty()
}

/// What an operation does where nobody knows the schema.
fn host_operation(operation: &Operation, resource: &Resource) -> Vec<Effect> {
    if operation.kind != Kind::Mutation {
        return vec![Effect::new(verbs::NET_READ, resource.clone()).because("a GraphQL query only reads")];
    }
    let mut found = vec![Effect::new(verbs::NET_WRITE, resource.clone()).because(&format!(
        "a GraphQL mutation: {}",
        operation.fields.iter().take(5).map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ")
    ))];
    if let Some(field) = operation.fields.iter().find(|field| deletes(&field.name)) {
        let because = format!("a GraphQL mutation: {}", field.name);
        found.push(Effect::new(verbs::NET_DELETE, resource.clone()).because(&because));
    }
    found
}

/// Whether a mutation's name says that something is gone afterwards.
pub(crate) fn deletes(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["delete", "remove", "destroy", "drop", "purge", "wipe", "truncate"]
        .iter()
        .any(|verb| lower.contains(verb))
}

/// The requests in a body: one, several as a list, or a bare document.
fn bodies(data: &[Value], context: &Context<'_>) -> Option<Vec<Query>> {
    // Several parts become one body, joined by the client.
    let [part] = data else { return None };
    let body = text(part, context).ok()?;
    match serde_json::from_str::<Json>(&body) {
        Ok(Json::Object(object)) => Some(vec![query(&object)?]),
        Ok(Json::Array(list)) if list.len() <= MOST_REQUESTS => {
            list.iter().map(|one| one.as_object().and_then(query)).collect()
        }
        Ok(_) => None,
        Err(_) => {
            let document = body.strip_prefix("query=").unwrap_or(&body);
            let encoded = body.len() != document.len() && document.contains(['%', '+', '&']);
            (!encoded).then(|| {
                vec![Query { document: document.to_owned(), operation: None, variables: Map::new() }]
            })
        }
    }
}

/// A request in JSON.
fn query(object: &Map<String, Json>) -> Option<Query> {
    let document = object.get("query").and_then(Json::as_str)?.to_owned();
    let operation = object.get("operationName").and_then(Json::as_str).map(str::to_owned);
    let variables = match object.get("variables") {
        Some(Json::Object(variables)) => variables.clone(),
        Some(Json::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        _ => Map::new(),
    };
    Some(Query { document, operation, variables })
}
