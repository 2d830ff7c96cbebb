//! `bq`: datasets, tables and queries of BigQuery.

use countersign_model::verbs;

use super::super::cloud::{NOT_KNOWN, Tenant};
use super::super::subcommands::{self, Subcommand, Table};
use super::account;
use crate::context::Context;
use crate::code::source::{self, Source};
use crate::families::opaque;
use crate::invocation::{Invocation, Stdin};
use crate::paths;
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

/// The invocation with the options of a file that an option names; of its lines each is one. What cannot be read so
/// may hold any option.
fn with_options(invocation: &Invocation, context: &mut Context<'_>) -> Option<Invocation> {
    let at = invocation.words.iter().position(|word| word.text().trim_start_matches('-').starts_with("flagfile"))?;
    let word = invocation.words.get(at)?;
    let attached = word.text().split_once('=').and_then(|(name, _)| word.value.strip_prefix(&format!("{name}=")));
    let (file, count) = match attached {
        Some(file) => (file, 1),
        None => (invocation.words.get(at + 1)?.value.clone(), 2),
    };
    context.read_value(&file);
    let (text, is_known) = match source::of(&paths::locate(&file, context), context) {
        Source::Texts(texts) => (texts.join("\n"), texts.len() == 1),
        _ => (String::new(), false),
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '/']));
    let options: Vec<Word> = lines.map(Word::known_as).collect();
    // Another file, or an option with its value on a line of its own.
    let is_odd = |word: &Word| word.text().contains("flagfile") || !word.text().starts_with('-');
    if !is_known || options.iter().any(is_odd) {
        opaque(invocation, "a file says which options it has", context);
    }
    let mut words = invocation.words.clone();
    words.splice(at..(at + count).min(words.len()), options);
    Some(Invocation { words, contiguous: false, ..invocation.clone() })
}

/// Adds what it does.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let with_options = with_options(invocation, context);
    let invocation = with_options.as_ref().unwrap_or(invocation);
    let found = subcommands::read(invocation, &TABLE);
    let operation = found.operand(0);
    let Some(operation) = operation.filter(|name| !found.is_help && name != "help" && name != "version") else {
        context.program(verbs::EXEC_READ, "bq");
        return;
    };
    let name = found.operands.get(1).map(|word| word.known().unwrap_or("*")).filter(|_| operation != "query");
    // A default dataset may be one of another project.
    let dataset = found.text(&["--dataset_id", "-dataset_id"]);
    let of_dataset = dataset.and_then(|name| if name == "*" { Some(name) } else { project(&name) });
    let named = of_dataset.or_else(|| found.text(&["--project_id", "-project_id"]));
    let default = tenant_of(named, invocation, context);
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

/// The project of a table or a dataset that is written with it: `shop:sales.orders`, `shop.sales.orders`; one of a
/// domain has a colon itself.
fn project(name: &str) -> Option<String> {
    if name.contains("://") {
        return None;
    }
    let project = match name.rsplit_once(':') {
        Some((project, _)) => project,
        None => name.split_once('.').filter(|(_, rest)| rest.contains('.'))?.0,
    };
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
    use crate::fixture::{check, check_with};

    #[test]
    fn tables_of_other_projects() {
        for command in [
            "bq cp dev:x.a prod:y.b",
            "bq --project_id dev cp x.a prod:y.b",
            "bq --project_id dev cp -f dev:x.a,prod:x.b y.c",
            "bq --project_id dev rm -f prod:y.b",
            "bq --project_id dev rm -f prod.y.b",
            "bq --project_id dev query --destination_table prod:y.b 'SELECT 1'",
        ] {
            let found = check(command);
            assert!(found.contains("in gcp:prod"), "{command}: {found}");
        }
        for command in [
            "bq --dataset_id prod:x rm -f b",
            "bq --dataset_id=prod:x --project_id=dev rm -f b",
            "bq --flagfile=flags rm -f x.b",
            "bq --flagfile flags rm -f x.b",
        ] {
            let found = check_with(command, &[("/repo/flags", "# x\n--project_id=prod\n")]);
            assert!(found.contains("in gcp:prod") && !found.contains("opaque"), "{command}: {found}");
        }
        for text in ["--flagfile=other\n", "--project_id\nprod\n"] {
            let found = check_with("bq --flagfile=flags rm -f x.b", &[("/repo/flags", text)]);
            assert!(found.contains("opaque"), "{text}: {found}");
        }
        for command in ["bq --flagfile=none rm -f x.b", "bq --flagfile=$F rm -f x.b"] {
            assert!(check(command).contains("opaque"), "{command}: {}", check(command));
        }
        let found = check("bq rm -f example.com:prod:y.b");
        assert!(found.contains("y.b in gcp:example.com:prod"), "{found}");
        let found = check("bq --dataset_id prod:x --project_id dev rm -f dev:y.b");
        assert!(!found.contains("in gcp:prod"), "{found}");
        let found = check("bq --project_id dev cp x.a y.b");
        assert_eq!(found, "cloud.export bigquery x.a in gcp:dev, read\ncloud.write bigquery y.b in gcp:dev, write");
        let found = check("bq --project_id dev load x.a gs://prod/x");
        assert!(!found.contains("in gcp:prod") && !found.contains("in gcp:gs"), "{found}");
    }
}
