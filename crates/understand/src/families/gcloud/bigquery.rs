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
    let default = tenant_of(found.text(&["--project_id"]), invocation, context);
    let tenant = match name.and_then(project) {
        Some(project) => tenant_of(Some(project), invocation, context),
        None => default.clone(),
    };
    let dry = found.has(&["--dry_run"]) && !found.has(&["--nodry_run"]);
    if operation == "query" && !dry {
        queries(invocation, &found, &tenant, context);
        return;
    }
    if operation == "cp" && !dry {
        copies(&found, &default, context);
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

/// The project of a table or a dataset that is written with it, `shop:sales.orders`.
fn project(name: &str) -> Option<String> {
    let (project, _) = name.split_once(':').filter(|(_, rest)| !rest.starts_with("//"))?;
    Some(project.to_owned())
}

/// The tenant of a project; of the one that is configured where none is named.
fn tenant_of(
    project: Option<String>,
    invocation: &Invocation,
    context: &Context<'_>,
) -> Tenant {
    match project {
        Some(project) if project == "*" => Tenant::unknown(account::GCP, "the project is not known"),
        Some(project) => Tenant::named(account::GCP, &project),
        None => account::one(invocation, context),
    }
}

/// Tables that are copied, each perhaps from another project, to one that may be in a third.
fn copies(found: &Subcommand<'_>, default: &Tenant, context: &mut Context<'_>) {
    let words: Vec<&str> = found.operands.iter().skip(1).map(|word| word.known().unwrap_or("*")).collect();
    let Some((target, sources)) = words.split_last() else { return };
    let sources = sources.iter().flat_map(|source| source.split(','));
    let ends = sources.map(|source| (Does::Export, source)).chain([(Does::Write, *target)]);
    for (does, name) in ends {
        let tenant = match project(name) {
            Some(project) => Tenant::named(account::GCP, &project),
            None if name == "*" => Tenant::unknown(account::GCP, "the project is not known"),
            None => default.clone(),
        };
        let name = name.rsplit(':').next().unwrap_or(name).to_owned();
        tenant.acts(does, "bigquery", &[name], found.doubt.as_deref(), context);
    }
}

/// A query, and where what it finds is kept.
fn queries(invocation: &Invocation, found: &Subcommand<'_>, tenant: &Tenant, context: &mut Context<'_>) {
    let place = DatabasePlace { host: tenant.account.clone(), note: tenant.because.clone(), ..DatabasePlace::any("bigquery") };
    match query(invocation, &found.operands) {
        Some(text) => sql::effects(&text, &place, context),
        None => sql::unknown("the query is not known", &place, context),
    }
    if let Some(table) = found.text(&["--destination_table"]) {
        let other = project(&table).map(|project| Tenant::named(account::GCP, &project));
        let name = table.rsplit(':').next().unwrap_or(&table).to_owned();
        other.as_ref().unwrap_or(tenant).acts(Does::Write, "bigquery", &[name], None, context);
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

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn tables_of_other_projects() {
        for command in [
            "bq cp dev:x.a prod:y.b",
            "bq --project_id dev cp x.a prod:y.b",
            "bq --project_id dev cp -f dev:x.a,prod:x.b y.c",
            "bq --project_id dev rm -f prod:y.b",
            "bq --project_id dev query --destination_table prod:y.b 'SELECT 1'",
        ] {
            let found = check(command);
            assert!(found.contains("in gcp:prod"), "{command}: {found}");
        }
        let found = check("bq --project_id dev cp x.a y.b");
        assert_eq!(found, "cloud.export bigquery x.a in gcp:dev, read\ncloud.write bigquery y.b in gcp:dev, write");
        let found = check("bq --project_id dev load x.a gs://prod/x");
        assert!(!found.contains("in gcp:prod") && !found.contains("in gcp:gs"), "{found}");
    }
}
