//! Commands of `gcloud` that do more than call an API.

use countersign_model::{Effect, PathClass, Resource, verbs};

use super::super::cloud::Tenant;
use super::super::cloud::storage::Storage;
use super::super::landing::{self, End};
use super::{Command, account};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::shell::{self, Place};
use crate::sql::{self, DatabasePlace};
use crate::tables::cloud::Does;
use crate::word::{Value, Word};

/// Adds what a command does.
pub(super) fn effects(
    command: &Command<'_>,
    tenant: &Tenant,
    invocation: &Invocation,
    context: &mut Context<'_>,
) {
    let found = &command.found;
    let home = |path: &str, context: &Context<'_>| Value::Known(format!("{}/{path}", context.state.shell.home));
    let service = command.words.first().copied().unwrap_or("*");
    let acts = |does: Does, context: &mut Context<'_>| {
        tenant.acts(does, service, &command.names(), command.doubt.as_deref(), context);
    };
    match command.words.as_slice() {
        ["config" | "init", ..] => {
            configures(command, invocation, context);
            return;
        }
        ["components", "install" | "update" | "remove" | "reinstall" | "restore", ..] => {
            context.program(verbs::EXEC_INSTALL, "gcloud components");
        }
        ["components", ..] => context.program(verbs::EXEC_READ, "gcloud"),
        ["auth", "list" | "describe", ..] => context.program(verbs::EXEC_READ, "gcloud"),
        ["auth", "configure-docker", ..] => context.write_value(&home(".docker/config.json", context)),
        ["auth", "login"] | ["auth", "application-default", "login"]
            if command.does != Does::Secret && command.doubt.is_none() && found.value(&["--cred-file", "--client-id-file"]).is_none() =>
        {
            let is_default = command.words.get(1) == Some(&"application-default");
            let file = if is_default { "application_default_credentials.json" } else { "credentials.db" };
            crate::families::logins::by_browser(&format!(".config/gcloud/{file}"), context);
        }
        ["auth", "login" | "revoke" | "activate-service-account" | "application-default" | "activate-refresh-token", ..]
            if command.does != Does::Secret =>
        {
            if let Some(value) = found.value(&["--key-file", "--cred-file"]) {
                context.read_value(value);
            }
            context.write_value(&home(".config/gcloud/credentials.db", context));
        }
        ["container", "clusters", "get-credentials", ..]
        | ["container", "fleet", "memberships", "get-credentials", ..] => {
            acts(Does::Read, context);
            let file = context.setting(invocation, "KUBECONFIG").ok().flatten();
            let place = found.text(&["--zone", "--region", "--location", "-z"]).unwrap_or_else(|| "*".to_owned());
            let name = command.names().into_iter().next().unwrap_or_else(|| "*".to_owned());
            let named = format!("gke_{}_{place}_{name}", tenant.account);
            super::super::kubectl::place::switches(Some(named).filter(|_| command.words.get(1) == Some(&"clusters")), context);
            context.write_value(&file.map_or_else(|| home(".kube/config", context), Value::Known));
        }
        ["compute", "config-ssh", ..] => context.write_value(&home(".ssh/config", context)),
        ["compute", "ssh", ..] | ["app", "instances", "ssh", ..] | ["workstations", "ssh", ..] | ["cloud-shell", "ssh", ..] => {
            let own = command.names().into_iter().next().unwrap_or_else(|| "*".to_owned());
            // What ssh itself is told: `-- -L 5432:localhost:5432`, `--ssh-flag=-L..`.
            let flags: Vec<&str> =
                found.values(&["--ssh-flag"]).map(|value| value.known().unwrap_or("*")).flat_map(str::split_ascii_whitespace).collect();
            forwarded(&flags, &own, context);
            let rest: Vec<&str> = found.rest.iter().map(|word| word.known().unwrap_or("*")).collect();
            let command_at = forwarded(&rest, &own, context);
            let given = found.value(&["--command"]).and_then(Value::known).map(str::to_owned);
            let rest: Vec<&str> = found.rest.iter().skip(command_at).map(|word| word.raw.as_str()).collect();
            // Options of ssh, which may run programs here; what is run there is judged by itself, and a shell may do anything.
            let has_options = !flags.is_empty() || command_at > 0 || rest.first().is_some_and(|word| word.starts_with('-'));
            let texts: Vec<String> = given.into_iter().chain((!rest.is_empty()).then(|| rest.join(" "))).collect();
            acts(if texts.is_empty() || has_options { Does::Execute } else { Does::Read }, context);
            for text in &texts {
                context.elsewhere(tenant.resource(service, &own), |context| {
                    shell::run_apart(text, Place::Within(context.here), context);
                });
            }
        }
        ["compute", "start-iap-tunnel", instance, port, ..] => {
            tenant.acts(Does::Execute, service, &[(*instance).to_owned()], command.doubt.as_deref(), context);
            let local = found.text(&["--local-host-port"]);
            let local = local.as_deref().and_then(|local| local.rsplit(':').next());
            crate::families::tunnels::listens(context);
            crate::families::tunnels::opens(local, instance, Some(port), context);
        }
        ["compute", "scp", ends @ ..] => {
            let host = ends.iter().find_map(|end| end.split_once(':')).map_or("*", |(host, _)| host);
            tenant.acts(Does::Execute, service, &[host.to_owned()], command.doubt.as_deref(), context);
            let words: Vec<&Word> = found.operands.iter().skip(2).copied().collect();
            let ends: Vec<End<'_>> = words.iter().map(|word| End::of(word)).collect();
            if let Some((target, sources)) = ends.split_last() {
                landing::copied(sources, target, context);
            }
        }
        ["spanner", "databases", "execute-sql", database, ..] if found.value(&["--sql"]).is_some_and(|text| text.known().is_some()) => {
            acts(Does::Read, context);
            let host = found.text(&["--instance"]).unwrap_or_else(|| "*".to_owned());
            let place = DatabasePlace { host, database: Some((*database).to_owned()), ..DatabasePlace::any("spanner") };
            sql::effects(&found.text(&["--sql"]).unwrap_or_default(), &place, context);
        }
        ["storage", operation, ..] if storage(operation, command, tenant, context) => {}
        ["iam", "service-accounts", "keys", "create", file, ..] => {
            acts(Does::Credential, context);
            context.write_value(&Value::Known((*file).to_owned()));
        }
        _ => {
            acts(command.does, context);
            if let Some(value) = found.value(&["--data-file", "--source", "--ciphertext-file", "--config"]) {
                context.read_value(value);
            }
            if let Some(value) = found.value(&["--out-file", "--plaintext-file"])
                && command.does.tells_a_secret()
            {
                context.write_value(value);
            }
        }
    }
    // Who may call it: anyone.
    if found.has(&["--allow-unauthenticated"]) {
        tenant.acts(Does::Permission, service, &command.names(), command.doubt.as_deref(), context);
    }
}

/// `gcloud config`: what later commands act on.
fn configures(command: &Command<'_>, invocation: &Invocation, context: &mut Context<'_>) {
    let directory = account::directory(context);
    let files = account::active(invocation, command.found.text(&["--configuration"]), context).unwrap_or_default();
    let at = if let [file] = files.as_slice() { file.clone() } else { "*".to_owned() };
    let known = |name: Option<&&str>| name.map_or("*", |name| *name).to_owned();
    let chooses = match command.words.as_slice() {
        ["config", "list" | "get-value" | "get", ..]
        | ["config", "configurations", "list" | "describe", ..] => {
            context.program(verbs::EXEC_READ, "gcloud");
            return;
        }
        ["config", "config-helper", ..] => {
            let tenant = Tenant::named(super::account::GCP, "*");
            tenant.acts(Does::Secret, "auth", &["config-helper".to_owned()], None, context);
            return;
        }
        ["config", "set", "project" | "core/project", rest @ ..] => Some((account::PROJECT, at, known(rest.first()))),
        ["config", "set", "compute/region" | "compute/zone" | "run/region" | "functions/region", ..] => None,
        ["config", "configurations", "activate", rest @ ..] => {
            Some((account::CONFIGURATION, directory.clone(), known(rest.first())))
        }
        words => {
            context.write_value(&Value::Known(format!("{directory}/configurations/config_default")));
            if !matches!(words, ["config", "set", ..]) {
                context.chooses(account::PROJECT, "*", "*");
            }
            return;
        }
    };
    // Which project or place it is holds no secret; what else stands there may.
    let path = format!("{directory}/configurations/config_default");
    let resource = Resource::Path { zone: paths::zone(&path, context), path, class: PathClass::Ordinary };
    let effect = Effect::new(verbs::FS_WRITE, resource);
    context.push(match &chooses {
        Some((_, _, name)) => effect.because(&format!("later commands act on `{name}`")),
        None => effect,
    });
    if let Some((tool, file, name)) = chooses {
        context.chooses(tool, &file, &name);
    }
}

/// `gcloud storage`: files and buckets.
fn storage(operation: &str, command: &Command<'_>, tenant: &Tenant, context: &mut Context<'_>) -> bool {
    let found = &command.found;
    let words: Vec<&Word> = found.operands.iter().skip(2).copied().collect();
    let storage = Storage {
        scheme: "gs://",
        service: "storage",
        operation,
        words: &words,
        recursive: found.has(&["-r", "-R", "--recursive"]),
        dry: super::is_dry(found) && operation == "rsync",
        deletes: found.has(&["--delete-unmatched-destination-objects"]),
        opens: found.text(&["--predefined-acl", "-a"]).is_some_and(|acl| acl != "private"),
    };
    storage.effects(tenant, context)
}

/// Adds which ports ssh's own options forward; how many words they are. What else is among them is left to be judged
/// as what runs there.
fn forwarded(words: &[&str], own: &str, context: &mut Context<'_>) -> usize {
    let mut index = 0;
    while let Some(flags) = words.get(index).and_then(|word| word.strip_prefix('-')) {
        let plain = flags.trim_start_matches(['N', 'f', 'n', 'T', 'q', 'C', 'v', '4', '6']);
        index += 1;
        match plain.strip_prefix('L') {
            None if plain.is_empty() => {}
            None => return index - 1,
            Some(attached) => {
                let spec = if attached.is_empty() { words.get(index).copied().unwrap_or("*") } else { attached };
                index += usize::from(attached.is_empty());
                crate::families::tunnels::listens(context);
                crate::families::tunnels::forwarded(spec, own, context);
            }
        }
    }
    index
}
