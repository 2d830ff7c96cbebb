//! `bq`: datasets, tables and queries of BigQuery.

use countersign_model::verbs;

use super::super::cloud::{NOT_KNOWN, Tenant};
use super::super::subcommands::{self, Subcommand, Table};
use super::account;
use crate::context::Context;
use crate::invocation::{Invocation, Stdin};
use crate::sql::{self, DatabasePlace};
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
        None => account::one(invocation, context),
    };
    let dry = found.has(&["--dry_run"]) && !found.has(&["--nodry_run"]);
    if operation == "query" && !dry {
        queries(invocation, &found, &tenant, context);
        return;
    }
    let (does, doubt) = match operation.as_str() {
        _ if dry => (Does::Read, None),
        "ls" | "show" | "head" | "wait" | "info" | "get-iam-policy" | "mkdef" => (Does::Read, None),
        "rm" | "truncate" => (Does::Delete, None),
        "mk" | "update" | "load" | "cp" | "insert" | "cancel" | "undelete" | "partition" | "extract" => {
            (Does::Write, None)
        }
        "set-iam-policy" | "add-iam-policy-binding" | "remove-iam-policy-binding" => (Does::Permission, None),
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

/// A query, and where what it finds is kept.
fn queries(invocation: &Invocation, found: &Subcommand<'_>, tenant: &Tenant, context: &mut Context<'_>) {
    let place = DatabasePlace { host: tenant.account.clone(), note: tenant.because.clone(), ..DatabasePlace::any("bigquery") };
    match query(invocation, &found.operands) {
        Some(text) => sql::effects(&text, &place, context),
        None => sql::unknown("the query is not known", &place, context),
    }
    if let Some(table) = found.text(&["--destination_table"]) {
        tenant.acts(Does::Write, "bigquery", &[table], None, context);
    }
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
