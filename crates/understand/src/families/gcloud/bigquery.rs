//! `bq`: datasets, tables and queries of BigQuery.

use countersign_model::verbs;

use super::super::cloud::{NOT_KNOWN, Tenant};
use super::super::subcommands::{self, Table};
use super::account;
use crate::context::Context;
use crate::invocation::{Invocation, Stdin};
use crate::tables::cloud::Does;
use crate::word::Word;

/// Options that take a value.
const TABLE: Table = Table {
    values: &[
        "--project_id",
        "--dataset_id",
        "--location",
        "--format",
        "--max_rows",
        "-n",
        "--destination_table",
        "--schema",
        "--source_format",
        "--parameter",
        "--label",
        "--job_id",
        "--bigqueryrc",
        "--credential_file",
        "--time_partitioning_field",
        "--expiration",
        "--description",
        "--view",
        "--member",
        "--role",
        "--transfer_config",
        "--start_row",
    ],
    rules: &[],
};

/// Adds what it does.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let found = subcommands::read(invocation, &TABLE);
    let operation = found.operand(0);
    let Some(operation) = operation.filter(|name| !found.is_help && name != "help" && name != "version") else {
        context.program(verbs::EXEC_READ, "bq");
        return;
    };
    let name = found.operands.get(1).map(|word| word.known().unwrap_or("*")).filter(|_| operation != "query");
    let project = name.and_then(|name| name.split_once(':')).map(|(project, _)| project.to_owned());
    let tenant = match project.or_else(|| found.text(&["--project_id"])) {
        Some(project) if project == "*" => Tenant::unknown(account::GCP, "the project is not known"),
        Some(project) => Tenant::named(account::GCP, &project),
        None => account::configured(invocation, None, context),
    };
    let dry = found.has(&["--dry_run"]);
    let (does, doubt) = match operation.as_str() {
        _ if dry => (Does::Read, None),
        "ls" | "show" | "head" | "wait" | "info" | "get-iam-policy" | "mkdef" => (Does::Read, None),
        "rm" | "truncate" => (Does::Delete, None),
        "mk" | "update" | "load" | "cp" | "insert" | "cancel" | "undelete" | "partition" | "extract" => {
            (Does::Write, None)
        }
        "set-iam-policy" | "add-iam-policy-binding" | "remove-iam-policy-binding" => (Does::Permission, None),
        "query" => {
            let text = query(invocation, &found.operands);
            let read = text.as_deref().map_or((Does::Delete, Some("the query is not known")), statement);
            let keeps = found.has(&["--destination_table", "--replace"]) && read.0 == Does::Read;
            if keeps { (Does::Write, None) } else { read }
        }
        "init" | "shell" => (Does::Execute, Some("what is typed there is not known")),
        _ => (Does::Write, Some(NOT_KNOWN)),
    };
    if operation == "load"
        && let Some(word) = found.operands.get(2).filter(|word| !word.text().starts_with("gs://"))
    {
        context.read(word);
    }
    let name = name.map_or_else(|| operation.clone(), |name| name.rsplit(':').next().unwrap_or(name).to_owned());
    tenant.acts(does, "bigquery", &[name], doubt, context);
}

/// The text of the query: its argument, else what is given to it.
fn query(invocation: &Invocation, operands: &[&Word]) -> Option<String> {
    match operands.get(1) {
        Some(word) => word.known().map(str::to_owned),
        None => match &invocation.stdin {
            Stdin::Text(value) => value.known().map(str::to_owned),
            Stdin::Pipe(source) => source.text.clone(),
            Stdin::Inherited | Stdin::File(_) => None,
        },
    }
}

/// What one statement does, by its first word; several, or one that is not known, may do anything.
fn statement(text: &str) -> (Does, Option<&'static str>) {
    let text = text.trim().trim_end_matches(';');
    if text.contains(';') || text.starts_with(['-', '/', '#']) {
        return (Does::Delete, Some("the query may hold several statements"));
    }
    let first: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
    match first.to_ascii_lowercase().as_str() {
        "select" | "with" | "explain" => (Does::Read, None),
        "insert" | "update" | "merge" | "create" | "alter" | "load" => (Does::Write, None),
        "drop" | "delete" | "truncate" => (Does::Delete, None),
        "grant" | "revoke" => (Does::Permission, None),
        _ => (Does::Delete, Some("the statement is not known")),
    }
}
