//! The command lines of Google Cloud: `gcloud`, `gsutil` and `bq`.
//!
//! What a command of `gcloud` does is looked up in a table made from Google's own descriptions of its APIs.

mod account;
mod bigquery;
mod commands;
mod gsutil;
mod named;
#[cfg(test)]
mod tests;

use countersign_model::verbs;

use super::cloud::{NOT_KNOWN, sounds_secret};
use super::subcommands::{self, Subcommand, Table};
use super::{Family, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::tables::cloud::{self, Does};

pub(super) use account::chosen as chosen_project;

pub(super) const FAMILY: Family = Family {
    programs: &["gcloud", "gsutil", "bq"],
    about: "`gcloud` by a table made from Google's descriptions of its APIs, `gsutil` and `bq` by tables \
        here; SQL for BigQuery is read. The project comes from `--project`, variables and the active \
        configuration.",
    examples: &[
        "gcloud compute instances list --project shop-prod",
        "gcloud compute instances delete web-1 --zone europe-west1-b --project shop-prod --quiet",
        "gcloud compute instances delete --help",
        "gcloud projects add-iam-policy-binding shop-prod --member user:x --role roles/owner",
        "gcloud secrets versions access latest --secret=db --project shop-prod",
        "gcloud auth print-access-token",
        "gcloud compute instances stop web-1",
        "gsutil rsync -d -r build gs://site",
        "gsutil rsync -n -d -r build gs://site",
        "bq query 'DROP TABLE shop.orders'",
        "gcloud compute ssh web-1 --project shop-prod --command 'rm -rf /data'",
    ],
    effects,
};

/// Options of `gcloud` that take a value, in full and as far as they may be cut short.
const TABLE: Table = Table {
    values: &[
        "--project",
        "--projec",
        "--proje",
        "--proj",
        "--account",
        "--configuration",
        "--format",
        "--filter",
        "--flags-file",
        "--impersonate-service-account",
        "--organization",
        "--folder",
        "--billing-account",
        "--verbosity",
        "--zone",
        "--region",
        "--location",
        "--secret",
        "--iam-account",
        "--command",
        "--cluster",
        "--instance",
        "--member",
        "--role",
        "--keyring",
        "--key",
        "--plaintext-file",
        "--ciphertext-file",
        "--out-file",
        "--data-file",
        "--source",
        "--sql",
        "--config",
    ],
    rules: &[],
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    match invocation.program.as_str() {
        "gsutil" => gsutil::effects(invocation, context),
        "bq" => bigquery::effects(invocation, context),
        _ => gcloud(invocation, context),
    }
}

fn gcloud(invocation: &Invocation, context: &mut Context<'_>) {
    let mut found = subcommands::read(invocation, &TABLE);
    if matches!(found.operand(0).as_deref(), Some("alpha" | "beta" | "preview")) {
        found.operands.remove(0);
    }
    let words: Vec<&str> = found.operands.iter().map(|word| word.known().unwrap_or("*")).collect();
    if found.is_help || words.is_empty() || HARMLESS.contains(words.first().unwrap_or(&"")) {
        context.program(verbs::EXEC_READ, "gcloud");
        return;
    }
    if found.has(&["--flags-file"]) {
        opaque(invocation, "a file says which options it has", context);
    }
    let command = Command::new(&words, found);
    let most = if command.words.first() == Some(&"config") { 1 } else { usize::MAX };
    for tenant in account::tenants(invocation, &command, context).iter().take(most) {
        commands::effects(&command, tenant, invocation, context);
    }
}

/// First words of commands that change nothing but what is shown.
const HARMLESS: &[&str] = &["help", "version", "info", "topic", "cheat-sheet", "feedback", "survey"];

/// Whether a command only says what it would do: the opposite may be cut short, and the last word counts.
fn is_dry(found: &Subcommand<'_>) -> bool {
    let undone = |name: &str| name.len() > 4 && name.starts_with("--no-") && ["--no-dry-run", "--no-validate-only"].iter().any(|whole| whole.starts_with(name));
    found.has(&["--dry-run", "--validate-only"]) && !found.options.iter().any(|(name, _)| undone(name))
}

/// A command of `gcloud` with what the table says of it.
struct Command<'w> {
    /// Its words up to the verb, then its operands.
    words: Vec<&'w str>,
    /// How many of them are its own.
    length: usize,
    /// What it does.
    does: Does,
    /// Why that is not sure.
    doubt: Option<String>,
    found: Subcommand<'w>,
}

impl<'w> Command<'w> {
    fn new(words: &[&'w str], found: Subcommand<'w>) -> Self {
        let upto = |length: &usize| words.get(..*length).unwrap_or_default();
        let most = words.len().min(7);
        let known = (2..=most).find_map(|length| Some((length, cloud::gcloud(upto(&length))?, None)));
        let by_verb = || {
            let verb = (1..most).find_map(|index| Some((index + 1, cloud::by_verb(words.get(index)?)?)));
            verb.map(|(length, does)| (length, does, Some(NOT_KNOWN.to_owned())))
        };
        let (length, mut does, mut doubt) =
            known.or_else(by_verb).unwrap_or((most, Does::Write, Some(NOT_KNOWN.to_owned())));
        if doubt.is_some() && sounds_secret(&upto(&length).join(" ")) {
            does = Does::Credential;
        }
        // What is acknowledged is gone from the subscription.
        if words.starts_with(&["pubsub"]) && words.get(2) == Some(&"pull") && found.has(&["--auto-ack"]) {
            does = Does::Write;
        }
        if is_dry(&found) {
            does = Does::Read;
        }
        if upto(&length).contains(&"*") {
            does = Does::Delete;
            doubt = Some("the command is not known".to_owned());
        }
        if doubt.is_none() {
            doubt.clone_from(&found.doubt);
        }
        Self { words: words.to_vec(), length, does, doubt, found }
    }

    /// Its own words.
    fn own(&self) -> &[&'w str] {
        self.words.get(..self.length).unwrap_or_default()
    }

    /// What follows them.
    fn operands(&self) -> &[&'w str] {
        self.words.get(self.length..).unwrap_or_default()
    }

    /// What it acts on: its operands, an option that says so, or the kind of thing.
    fn names(&self) -> Vec<String> {
        if let Some(name) = self.found.text(&["--secret", "--iam-account"]) {
            return vec![name];
        }
        let last = |text: &&str| text.rsplit('/').next().unwrap_or(text).to_owned();
        let names: Vec<String> = self.operands().iter().map(last).collect();
        if !names.is_empty() {
            return names;
        }
        let named = self.found.text(&["--instance", "--cluster", "--name", "--key"]);
        vec![named.unwrap_or_else(|| self.own().get(1..).unwrap_or_default().join(" "))]
    }
}
