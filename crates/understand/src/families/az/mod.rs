//! The command line of Azure: `az <group…> <verb> [options]`.
//!
//! Its commands end in the verb, so that the last word says what one does; where it does not, a list here says so.

mod devops;
mod read;
mod scopes;
#[cfg(test)]
mod tests;

use countersign_model::{Effect, PathClass, Resource, verbs};
use serde_json::Value as Json;

use super::cloud::{NOT_KNOWN, Tenant};
use super::web::host_named;
use super::{Family, addresses, opaque};
use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;
use crate::paths;
use crate::shell::{self, Place};
use crate::tables::cloud::{self, Does};
use crate::word::Value;
use read::Read;

pub(super) const FAMILY: Family = Family {
    programs: &["az"],
    about: "Azure's commands by the verb they end in, with lists where that does not tell, and Azure DevOps. \
        The subscription comes from `--subscription` or the profile on this machine.",
    examples: &[
        "az vm list --subscription live -o table",
        "az group delete --name prod --yes --subscription live",
        "az role assignment create --assignee a --role Owner --scope /subscriptions/2",
        "az keyvault secret show --vault-name v --name db --subscription live",
        "az keyvault secret list --vault-name v --subscription live",
        "az deployment group what-if -g x --template-file main.bicep --subscription live",
        "az vm run-command invoke -g x -n v --command-id RunShellScript --scripts 'rm -rf /data' --subscription live",
        "az repos pr update --id 7 --status completed",
        "az vm delete --help",
        "az vm start -g x -n v",
        "az keyvault secret set --vault-name v --name db --value x --subscription live",
    ],
    effects,
};

/// The provider's name.
const AZURE: &str = "azure";

/// The name under which `az account set` chooses.
const CHOSEN: &str = "az";

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let read = read::read(invocation);
    let words: Vec<&str> = read.words.iter().map(|word| word.known().unwrap_or("*")).collect();
    let shows = ["help", "version", "find", "feedback", "self-test", "survey"];
    if read.is_help || words.is_empty() || shows.contains(words.first().unwrap_or(&"")) {
        context.program(verbs::EXEC_READ, "az");
        return;
    }
    read.reads_files(context);
    if devops::effects(&words, &read, context) {
        return;
    }
    let most = if words.first() == Some(&"account") { 1 } else { usize::MAX };
    for tenant in tenants(&words, invocation, &read, context).iter().take(most) {
        acts(&words, &read, tenant, invocation, context);
    }
}

fn acts(words: &[&str], read: &Read<'_>, tenant: &Tenant, invocation: &Invocation, context: &mut Context<'_>) {
    if own(words, read, tenant, invocation, context) {
        return;
    }
    let service = words.first().copied().unwrap_or("*");
    let (does, doubt) = if words.contains(&"*") {
        (Does::Delete, Some("the command is not known"))
    } else {
        match says(words, read) {
            Some(does) => (does, None),
            None => (Does::Write, Some(NOT_KNOWN)),
        }
    };
    let doubt = doubt.or(read.doubt.as_deref());
    tenant.acts(does, service, &read.names(words), doubt, context);
}

/// What a command does, by its words.
fn says(words: &[&str], read: &Read<'_>) -> Option<Does> {
    let (last, before) = words.split_last()?;
    let parent = before.last().copied().unwrap_or_default();
    let on = |names: &[&str]| before.iter().any(|word| names.contains(word));
    if tells_secret(before, last) {
        return Some(Does::Secret);
    }
    let deletes = last.starts_with("delete") || last.starts_with("purge") || *last == "remove";
    Some(match *last {
        "create-for-rbac" => Does::Credential,
        "reset" | "renew" | "regenerate" if on(&["credential", "credentials", "key", "keys"]) => Does::Credential,
        "renew-key" | "regenerate-key" | "regenerate-keys" => Does::Credential,
        "what-if" | "validate" | "exists" | "show-usage" | "query" | "export" => Does::Read,
        _ if read.has("--what-if") || read.has("--dryrun") || read.has("--dry-run") => Does::Read,
        last if last.starts_with("list") || last.starts_with("show") || last.starts_with("get") => Does::Read,
        "set-policy" | "delete-policy" | "assign" | "grant" | "revoke-access" | "grant-access" => Does::Permission,
        _ if on(&["role", "policy", "lock", "assignment", "permission", "federated-credential", "pim"]) => {
            Does::Permission
        }
        _ if on(&["rule"]) && on(&["nsg", "firewall-rule", "network-rule"]) => Does::Permission,
        _ if on(&["firewall-rule", "network-rule"]) && !deletes => Does::Permission,
        "add" if matches!(parent, "member" | "owner" | "user") => Does::Permission,
        "invoke" | "run" | "exec" | "ssh" | "execute" => Does::Execute,
        "vm" | "arc" if before.first() == Some(&"ssh") => Does::Execute,
        "build" if before.first() == Some(&"acr") => Does::Execute,
        "set" if on(&["extension"]) && words.first() == Some(&"vm") => Does::Execute,
        // What the template does not have is deleted.
        "create" if on(&["deployment", "stack"]) => {
            let mode = read.text("--mode").unwrap_or_default().to_ascii_lowercase();
            let unmanaged = read.text("--action-on-unmanage").or_else(|| read.text("--aou")).unwrap_or_default();
            if mode == "complete" || unmanaged.starts_with("delete") { Does::Delete } else { Does::Write }
        }
        _ if deletes => Does::Delete,
        "destroy" | "erase" | "empty" => Does::Delete,
        "disable" if read.text("--delete-backup-data").is_some_and(|text| text != "false") => Does::Delete,
        "sync" if read.text("--delete-destination").is_some_and(|text| text != "false") => Does::Delete,
        "deallocate" | "redeploy" | "reimage" | "swap" | "generalize" | "capture" | "link" | "unlink" | "up" | "sync"
        | "scale" | "failover" | "upload-batch" | "download-batch" | "replace" | "import" | "undelete" | "recover"
        | "start" | "stop" | "restart" | "append" | "convert" | "approve" | "reject" | "up-batch" | "simulate-eviction" => {
            if last.starts_with("download") { Does::Read } else { Does::Write }
        }
        "download" | "test" | "search" | "tail" | "browse" => Does::Read,
        last => return cloud::by_verb(last),
    })
}

/// Whether a command shows keys, connection strings or other credentials.
fn tells_secret(before: &[&str], last: &str) -> bool {
    let parent = before.last().copied().unwrap_or_default();
    let shows = matches!(last, "show" | "list" | "download" | "get" | "backup");
    matches!(
        (before, last),
        (["account"], "get-access-token")
            | (["keyvault", "secret"], "show" | "download" | "backup")
            | (["keyvault", "certificate" | "key"], "backup")
            | (["containerapp", "secret"], "show")
            | (["webapp" | "functionapp", "config", "appsettings" | "connection-string"], "list")
            | (["webapp" | "functionapp", "deployment"], "list-publishing-credentials" | "list-publishing-profiles")
    ) || (shows && matches!(parent, "keys" | "key" | "credential" | "admin-key" | "query-key" | "connection-string") && before.first() != Some(&"keyvault"))
        || ["list-keys", "listkeys", "show-connection-string", "list-connection-strings", "list-credentials", "generate-sas", "show-keys", "list-key", "list-admin-keys", "print-token"].contains(&last)
}

/// Adds what commands of the client itself and those with more than one effect do; false for all others.
fn own(
    words: &[&str],
    read: &Read<'_>,
    tenant: &Tenant,
    invocation: &Invocation,
    context: &mut Context<'_>,
) -> bool {
    let home = |path: &str, context: &Context<'_>| Value::Known(format!("{}/{path}", context.state.shell.home));
    let doubt = read.doubt.as_deref();
    let names = read.names(words);
    match words {
        ["login"] if is_by_browser(read) => {
            super::logins::by_browser(".azure/azureProfile.json", context);
            context.chooses(CHOSEN, &profile(invocation, context), "*");
        }
        ["login" | "logout" | "init" | "configure"] | ["account", "clear"] | ["cloud", "set" | "register", ..] => {
            context.write_value(&home(".azure/azureProfile.json", context));
        }
        ["account", "set", ..] => {
            let chosen = read.value("--subscription").or_else(|| read.value("-s")).or_else(|| read.value("-n"));
            let name = chosen.and_then(Value::known).unwrap_or("*").to_owned();
            // Which of its subscriptions is the default one holds no secret; what else stands there may.
            let path = format!("{}/.azure/azureProfile.json", context.state.shell.home);
            let resource = Resource::Path { zone: paths::zone(&path, context), path, class: PathClass::Ordinary };
            context.push(Effect::new(verbs::FS_WRITE, resource).because(&format!("later commands act on `{name}`")));
            context.chooses(CHOSEN, &profile(invocation, context), &name);
        }
        ["config", "get", ..] | ["account", "list" | "show" | "list-locations"] | ["cloud", "list" | "show"] => {
            context.program(verbs::EXEC_READ, "az");
        }
        ["config", ..] => context.write_value(&home(".azure/config", context)),
        ["extension", "list" | "show" | "list-available" | "list-versions"] => context.program(verbs::EXEC_READ, "az"),
        ["extension", ..] | ["upgrade"] => context.program(verbs::EXEC_INSTALL, "az extension"),
        ["bicep", "build" | "decompile" | "version" | "lint" | "format", ..] => context.program(verbs::EXEC_BUILD, "az bicep"),
        ["network", "bastion", "tunnel"] => {
            tenant.acts(Does::Execute, "network", &names, doubt, context);
            let target = read.text("--target-resource-id").or_else(|| read.text("--target-ip-address"));
            let target = target.as_deref().and_then(|id| id.rsplit('/').next()).unwrap_or("*");
            let port = |name: &str| read.text(name).filter(|port| port != "*");
            super::tunnels::listens(context);
            super::tunnels::opens(port("--port").as_deref(), target, port("--resource-port").as_deref(), context);
        }
        ["aks", "get-credentials"] => {
            tenant.acts(Does::Read, "aks", &names, doubt, context);
            let file = read.value("--file").or_else(|| read.value("-f")).cloned();
            let file = file.or_else(|| context.setting(invocation, "KUBECONFIG").ok().flatten().map(Value::Known));
            if file.as_ref().is_none_or(|file| file.text() != "-") {
                let cluster = read.text("--name").or_else(|| read.text("-n"));
                let alias = read.text("--context");
                super::kubectl::place::switches(alias.clone().or_else(|| cluster.clone()), context);
                super::kubectl::place::stands_for(alias, cluster.unwrap_or_else(|| "*".to_owned()), context);
                context.write_value(&file.unwrap_or_else(|| home(".kube/config", context)));
            }
        }
        ["acr", "login"] => {
            if read.has("--expose-token") || read.has("-t") {
                tenant.acts(Does::Secret, "acr", &names, doubt, context);
            }
            context.write_value(&home(".docker/config.json", context));
        }
        ["keyvault", "secret", "set" | "set-attributes"] => {
            let name = read.text("--name").or_else(|| read.text("-n")).unwrap_or_else(|| "*".to_owned());
            context.push(Effect::new(verbs::SECRET_WRITE, tenant.secret(&name)));
        }
        ["keyvault", "secret" | "certificate" | "key", "download" | "show" | "backup"] => {
            let name = read.text("--id").or_else(|| read.text("--name")).or_else(|| read.text("-n"));
            let does = says(words, read).unwrap_or(Does::Secret);
            tenant.acts(does, "keyvault", &[name.unwrap_or_else(|| "*".to_owned())], doubt, context);
            if let Some(file) = read.value("--file").or_else(|| read.value("-f")) {
                context.write_value(file);
            }
        }
        ["aks", "command", "invoke"] | ["vm" | "vmss", "run-command", "invoke" | "create"] | ["container", "exec"]
        | ["containerapp", "exec"] => {
            tenant.acts(Does::Execute, words.first().unwrap_or(&"*"), &names, doubt, context);
            let command = ["--command", "-c", "--exec-command", "--scripts", "--script"];
            let text = command.iter().find_map(|name| read.value(name)).and_then(Value::known).map(str::to_owned);
            if let Some(text) = text.filter(|text| !text.starts_with('@')) {
                let name = names.first().map_or("*", String::as_str);
                context.elsewhere(tenant.resource(words.first().unwrap_or(&"*"), name), |context| {
                    shell::run_apart(&text, Place::Within(context.here), context);
                });
            }
        }
        ["rest"] => {
            let method = read.text("--method").or_else(|| read.text("-m")).unwrap_or_else(|| "get".to_owned());
            let does = match method.to_ascii_lowercase().as_str() {
                "get" | "head" | "options" => Does::Read,
                "put" | "patch" | "post" => Does::Write,
                _ => Does::Delete,
            };
            let url = ["--uri", "--url", "-u"].iter().find_map(|name| read.text(name));
            let url = url.unwrap_or_else(|| "*".to_owned());
            let plain = scopes::written_plainly(&url).unwrap_or_else(|| url.clone()).to_ascii_lowercase();
            let grants = does != Does::Read && plain.contains("roleassignments");
            let keys = plain.contains("/listkeys") || plain.contains("vault.azure.net/secrets");
            let does = if grants { Does::Permission } else if keys { Does::Secret } else { does };
            rest_elsewhere(&url, read, context);
            tenant.acts(does, "rest", &[url], doubt, context);
        }
        ["interactive"] => opaque(invocation, "what is typed there is not known", context),
        ["storage", "copy"] | ["storage", "blob" | "file" | "fs", .., "upload" | "upload-batch"] => {
            let source = ["--file", "-f", "--source", "-s"].iter().find_map(|name| read.value(name));
            if let Some(value) = source.filter(|value| !value.text().starts_with("http")) {
                context.read_value(value);
            }
            tenant.acts(Does::Write, "storage", &names, doubt, context);
        }
        ["storage", "blob" | "file" | "fs", .., "download" | "download-batch"] => {
            let many = words.last() == Some(&"download-batch");
            tenant.acts(if many { Does::Export } else { Does::Read }, "storage", &names, doubt, context);
            let target = ["--file", "-f", "--destination", "-d"].iter().find_map(|name| read.value(name));
            if let Some(value) = target {
                context.write_value(value);
            }
        }
        _ => return false,
    }
    true
}

/// Hosts that are Azure's own, or end in what only Azure gives out.
const OWN: &[&str] = &[".azure.com", ".microsoft.com", ".azure.net", ".windows.net", ".azure.cn", ".microsoftonline.com", ".azurewebsites.net", ".dynamics.com", ".microsoft.us", ".azure.us"];

/// Adds that a request goes to a host that is not Azure's, with what it says and, if asked for, a token.
fn rest_elsewhere(url: &str, read: &Read<'_>, context: &mut Context<'_>) {
    let Some((host, _)) = addresses::host_and_path(url).filter(|_| url.contains("://")) else { return };
    if OWN.iter().any(|own| host.ends_with(own)) || countersign_model::is_this_machine(&host) {
        return;
    }
    let sends = ["--body", "-b", "--headers", "--resource", "--uri-parameters"].iter().any(|name| read.value(name).is_some());
    let verb = if sends { verbs::NET_SEND } else { verbs::NET_READ };
    context.push(Effect::new(verb, host_named(&host)));
}

/// The file that says which subscription is the default one; `*` where it may be any.
fn profile(invocation: &Invocation, context: &Context<'_>) -> String {
    match environment::value(invocation, "AZURE_CONFIG_DIR") {
        Some(_) => "*".to_owned(),
        None => format!("{}/.azure/azureProfile.json", context.state.shell.home),
    }
}

/// The subscription: an option's, one chosen before, or the default of the client's own file; several where it may be
/// one of them.
fn tenants(words: &[&str], invocation: &Invocation, read: &Read<'_>, context: &Context<'_>) -> Vec<Tenant> {
    let region = read.text("--location").or_else(|| read.text("-l"));
    // An id of a resource says whose it is, and more may be named than the one that the client acts in.
    let named = scopes::of(words, read);
    // What leads to a machine may be in another subscription than the machine.
    let leads = read.has("--target-resource-id") && read.has("--subscription");
    let mut all = if named.is_whole && !leads { Vec::new() } else { subscriptions(invocation, read, context) };
    for other in named.tenants {
        if !all.iter().any(|tenant| tenant.account == other.account) {
            all.push(other);
        }
    }
    all.into_iter().map(|tenant| Tenant { region: region.clone(), ..tenant }).collect()
}

/// Whether a person logs in, and nothing that they know is handed over.
fn is_by_browser(read: &Read<'_>) -> bool {
    const HANDED: &[&str] = &["--service-principal", "--identity", "-i", "-p", "--password", "-u", "--username", "--federated-token", "--certificate"];
    read.doubt.is_none() && !HANDED.iter().any(|option| read.has(option) || read.value(option).is_some())
}

/// The subscriptions that earlier parts of the call chose.
pub(super) fn chosen_subscription(invocation: &Invocation, context: &Context<'_>) -> Vec<String> {
    context.chosen(CHOSEN, &profile(invocation, context)).into_iter().flatten().collect()
}

/// The subscription that the client's own file has as the default one, if it has one.
pub(super) fn default_subscription(invocation: &Invocation, context: &Context<'_>) -> Option<String> {
    let tenant = of_file(&profile(invocation, context), context);
    tenant.doubt.is_none().then_some(tenant.account)
}

fn subscriptions(invocation: &Invocation, read: &Read<'_>, context: &Context<'_>) -> Vec<Tenant> {
    let named = |name: &str| match name {
        "*" => Tenant::unknown(AZURE, "the subscription is not known"),
        name => Tenant::named(AZURE, name),
    };
    if let Some(value) = read.value("--subscription") {
        return vec![named(value.known().unwrap_or("*"))];
    }
    let profile = profile(invocation, context);
    let chosen = context.chosen(CHOSEN, &profile);
    chosen.iter().map(|name| name.as_ref().map_or_else(|| of_file(&profile, context), |name| named(name))).collect()
}

/// The default subscription of the client's own file.
fn of_file(file: &str, context: &Context<'_>) -> Tenant {
    if file == "*" {
        return Tenant::unknown(AZURE, "AZURE_CONFIG_DIR names another configuration");
    }
    let text = context.file(file);
    let profile = text.ok().flatten().and_then(|text| {
        let json: Json = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
        let all = json.get("subscriptions")?.as_array()?.clone();
        all.into_iter().find(|one| one.get("isDefault") == Some(&Json::Bool(true)))
    });
    match profile.as_ref().and_then(|one| one.get("name")?.as_str()) {
        Some(name) => Tenant::named(AZURE, name).because("the subscription is the default one"),
        None => Tenant::unknown(AZURE, "which subscription is the default one is not known"),
    }
}

