//! `kubectl` and its relatives: what is done to which objects of which cluster.
//!
//! [`place`] finds the context and namespace, [`kinds`] knows the kinds, [`manifests`] reads files.

mod bundles;
mod config;
pub(super) mod credentials;
mod formats;
mod kinds;
mod kubeconfig;
mod manifests;
pub(crate) mod place;

pub(crate) use kubeconfig::says_production;

use countersign_model::{Certainty, Effect, Resource, Verb, verbs};

use super::subcommands::{Rule, Subcommand, Table, read, rule};
use super::landing::{self, End};
use super::{Family, dispatch};
use crate::context::{Context, only_reads};
use crate::environment;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

use place::Spot;

pub(super) const FAMILY: Family = Family {
    programs: &["kubectl", "k", "oc", "kubecolor", "microk8s.kubectl", "k9s", "kubectx", "kubens", "kustomize"],
    about: "What is done to which objects: context and namespace come from options, variables and the \
        kubeconfig, kinds and names from arguments and manifests. `exec` is followed into the container; \
        reading a Secret's values is a secret read.",
    examples: &[
        "kubectl get pods",
        "kubectl --context production delete ns shop",
        "kubectl delete ns shop --dry-run=server",
        "kubectl apply -f k8s/web.yaml",
        "kubectl diff -f k8s/web.yaml",
        "kubectl -n shop scale deploy/web --replicas=0",
        "kubectl get secret db -o yaml",
        "kubectl get secrets",
        "kubectl exec deploy/web -- rm -rf /data",
        "kubectl create clusterrolebinding all --clusterrole=cluster-admin --user=x",
        "kubectl drain node-1 --context production",
        "kubectl config use-context production",
        "kubectl frobnicate web",
        "kubectl create secret generic db --from-literal=a=b",
        "kubectl port-forward svc/web 8080:80",
    ],
    effects,
};

const TABLE: Table = Table {
    values: &[
        "--context", "--cluster", "-s", "--server", "--kubeconfig", "-n", "--namespace", "--user", "--token", "--as", "--as-group", "--as-uid",
        "--certificate-authority", "--client-certificate", "--client-key", "--cache-dir", "--profile", "--profile-output", "--request-timeout",
        "--tls-server-name", "-v", "--v", "--vmodule", "--password", "--username", "--log-flush-frequency", "--kuberc", "--as-user-extra",
        "-f", "--filename", "-k", "--kustomize", "-l", "--selector", "--field-selector", "-o", "--output", "--template", "--field-manager",
        "--grace-period", "--timeout", "--raw", "--sort-by", "-L", "--label-columns", "--chunk-size", "-c", "--container", "--tail", "--since",
        "--since-time", "--limit-bytes", "--max-log-requests", "--image", "--port", "-e", "--env", "--labels", "--overrides", "--override-type",
        "--restart", "--requests", "--limits", "--serviceaccount", "--replicas", "--current-replicas", "--resource-version", "--to-revision",
        "--revision", "-p", "--patch", "--patch-file", "--type", "--subresource", "--from", "--from-literal", "--from-file", "--from-env-file",
        "--docker-server", "--docker-username", "--docker-password", "--docker-email", "--cert", "--key", "--tcp", "--verb", "--resource",
        "--resource-name", "--clusterrole", "--role", "--group", "--duration", "--audience", "--bound-object-kind", "--bound-object-name",
        "--bound-object-uid", "--for", "--pod-selector", "--min", "--max", "--cpu-percent", "--cpu", "--memory", "--name", "--target-port",
        "--external-ip", "--load-balancer-ip", "--protocol", "--session-affinity", "--cluster-ip", "--prune-allowlist", "--prune-whitelist",
        "--address", "--pod-running-timeout", "--retries", "--target", "--custom", "--copy-to", "--set-image", "--image-pull-policy", "--hard",
        "--scopes", "--value", "--description", "--preemption-policy", "--schedule", "--class", "--rule", "--default-backend", "--annotation",
        "--containers", "--keys", "--prefix", "--api-group", "--api-version", "--verbs", "--categories", "--www", "--www-prefix", "--api-prefix",
        "--accept-hosts", "--accept-paths", "--reject-paths", "--reject-methods", "-u", "--unix-socket", "--external-name", "--node-port",
        "--output-directory", "--namespaces", "--aggregation-rule", "--non-resource-url", "--skip-wait-for-delete-timeout", "--concurrency",
        "--max-attempts", "--types", "--watch-cache", "--auth-info", "--proxy-url", "--exec-command", "--exec-arg", "--exec-env",
        "--exec-api-version", "--auth-provider", "--to", "--confirm",
    ],
    rules: RULES,
};

const RULES: &[Rule] = &[
    rule("get|describe|logs|log|top|explain|api-resources|api-versions|cluster-info|version|wait|diff|events|options|completion|help|status", verbs::KUBE_READ),
    rule("auth can-i|whoami", verbs::KUBE_READ),
    rule("auth reconcile", verbs::KUBE_PERMISSION),
    rule("plugin list", verbs::KUBE_READ),
    rule("config view|get-contexts|current-context|get-clusters|get-users", verbs::KUBE_READ),
    rule("rollout status|history", verbs::KUBE_READ),
    rule("apply view-last-applied", verbs::KUBE_READ),
    rule("kustomize", verbs::KUBE_READ),
    rule("create|apply|replace|patch|edit|label|annotate|expose|autoscale|scale|cordon|uncordon|taint", verbs::KUBE_WRITE),
    rule("apply set-last-applied|edit-last-applied", verbs::KUBE_WRITE),
    rule("rollout restart|undo|pause|resume|latest|retry|cancel", verbs::KUBE_WRITE),
    rule("set image|resources|env|selector|volume|volumes|probe|triggers|data|build-secret|route-backends|build-hook|deployment-hook|image-lookup", verbs::KUBE_WRITE),
    rule("set serviceaccount|sa|subject", verbs::KUBE_PERMISSION),
    rule("create role|rolebinding|clusterrole|clusterrolebinding|serviceaccount|sa", verbs::KUBE_PERMISSION),
    rule("create token", verbs::SECRET_READ),
    rule("create secret", verbs::KUBE_WRITE),
    rule("certificate approve|deny", verbs::KUBE_PERMISSION),
    rule("delete|drain", verbs::KUBE_DELETE),
    rule("exec|attach|run|debug|port-forward|proxy|cp", verbs::KUBE_EXECUTE),
    // What `oc` has besides.
    rule("projects|whoami|process", verbs::KUBE_READ),
    rule("adm top|inspect|must-gather", verbs::KUBE_READ),
    rule("registry info", verbs::KUBE_READ),
    rule("new-app|new-build|new-project|start-build|import-image|tag|idle|login|logout", verbs::KUBE_WRITE),
    rule("secrets link|unlink", verbs::KUBE_WRITE),
    rule("policy", verbs::KUBE_PERMISSION),
    rule("adm policy|groups|certificate", verbs::KUBE_PERMISSION),
    rule("cancel-build", verbs::KUBE_DELETE),
    rule("adm prune|drain", verbs::KUBE_DELETE),
    rule("rsh|rsync", verbs::KUBE_EXECUTE),
    rule("extract", verbs::SECRET_READ),
    rule("sa|serviceaccounts get-token|create-kubeconfig|new-token", verbs::SECRET_READ),
];

/// Options that take no value, before which another option is surely one.
const FLAGS: &[&str] = &[
    "-A", "--all-namespaces", "--all", "--force", "--server-side", "--force-conflicts", "-R", "--recursive", "-i", "-t", "-it", "--stdin", "--tty",
    "--rm", "--overwrite", "--prune", "--wait", "--validate", "--ignore-not-found", "--now", "--record", "--save-config", "-w", "--watch",
    "--ignore-daemonsets", "--delete-emptydir-data", "--local", "--dry-run", "--windows-line-endings",
];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    match invocation.program.as_str() {
        "k9s" => k9s(invocation, context),
        "kubectx" | "kubens" => config::switch(invocation, context),
        "kustomize" => kustomize(invocation, context),
        _ => kubectl(invocation, context),
    }
}

fn kubectl(invocation: &Invocation, context: &mut Context<'_>) {
    let shows_logs = matches!(read(invocation, &TABLE).name.split(' ').next(), Some("logs" | "log"));
    let unbundled = bundles::apart(invocation, shows_logs);
    let invocation = unbundled.as_ref().unwrap_or(invocation);
    let found = read(invocation, &TABLE);
    if found.name == "whoami" && found.has(&["-t", "--show-token"]) {
        let resource = Resource::Secret { store: "openshift".to_owned(), name: "token".to_owned() };
        context.push(Effect::new(verbs::SECRET_READ, resource));
    }
    let before_command = matches!(found.name.as_str(), "exec" | "run" | "debug" | "rsh") && found.operands.len() > 1;
    if found.is_help && !before_command || invocation.words.is_empty() {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    let asks_nobody = matches!(found.name.as_str(), "completion" | "options" | "help" | "plugin list")
        || found.name == "version" && found.has(&["--client"]);
    if asks_nobody {
        context.program(verbs::EXEC_READ, &format!("kubectl {}", found.name));
        return;
    }
    if found.operands.first().is_some_and(|word| word.known() == Some("krew")) {
        match found.operand(1).as_deref() {
            None | Some("list" | "search" | "info" | "version" | "help") => context.program(verbs::EXEC_READ, &invocation.title()),
            Some(_) => context.opaque(&invocation.title(), "it installs or removes programs that kubectl runs"),
        }
        return;
    }
    // What the plugins `ctx` and `ns` do, the programs do that they are.
    let plugin = found.operands.first().and_then(|word| word.known()).filter(|_| found.verb.is_none());
    if let Some(program) = plugin.and_then(config::of_plugin) {
        let start = found.position(0, invocation).map_or(invocation.words.len(), |at| at + 1);
        let words = invocation.words.get(start..).unwrap_or_default().to_vec();
        config::switch(&Invocation { program: program.to_owned(), words, ..invocation.clone() }, context);
        return;
    }
    let spots = place::find(&found, invocation, context);
    let Some(spot) = spots.first().cloned() else { return };
    match found.name.split(' ').next().unwrap_or_default() {
        "config" => config::config(&found, &spot, context),
        "get" | "describe" | "extract" | "edit" => shows(&found, &spot, context),
        "kustomize" => kustomize(invocation, context),
        "exec" | "attach" | "run" | "debug" | "rsh" if !rehearses(&found) => runs(&found, &spot, invocation, context),
        "port-forward" | "proxy" => opens(&found, &spot, context),
        "cp" | "rsync" => copies(&found, &spot, context),
        "login" => {
            context.write_value(&Value::Known(spot.kubeconfig()));
            place::switches(None, context);
        }
        "project" => config::chooses(found.operands.get(1).map(|word| word.text()), &spot, context),
        "diff" => {
            if let Some(value) = environment::value(invocation, "KUBECTL_EXTERNAL_DIFF") {
                environment::command("KUBECTL_EXTERNAL_DIFF", &value, context);
            }
        }
        _ => {}
    }
    if matches!(found.name.as_str(), "edit") {
        for name in ["KUBE_EDITOR", "EDITOR"] {
            if let Some(value) = environment::value(invocation, name) {
                environment::command(name, &value, context);
            }
        }
    }
    let handled = ["config", "exec", "attach", "debug", "rsh", "port-forward", "proxy", "cp", "rsync", "kustomize", "project"];
    let runs = found.name == "run" && !rehearses(&found);
    if !runs && !handled.contains(&found.name.split(' ').next().unwrap_or_default()) {
        for spot in &spots {
            changes(&found, spot, invocation, context);
        }
    }
}

/// Whether it only shows what would happen.
fn rehearses(found: &Subcommand<'_>) -> bool {
    let last = found.options.iter().rfind(|(name, _)| name == "--dry-run");
    let says = last.is_some_and(|(_, value)| match value {
        None => true,
        Some(value) => matches!(value.known(), Some("client" | "server" | "true" | "unchanged")),
    });
    says && found.surely(&["--dry-run"], FLAGS)
}

/// Everything that is done to objects, one by one.
fn changes(found: &Subcommand<'_>, spot: &Spot, invocation: &Invocation, context: &mut Context<'_>) {
    files_of_options(found, context);
    let lists = found.has(&["--list"]) && matches!(found.name.as_str(), "label" | "annotate" | "set env");
    let dry = rehearses(found);
    for (object, name, namespace) in objects(found, invocation, context) {
        let resource = spot.resource(&object, &name, namespace.as_deref());
        let is_named = found.verb != Some(verbs::KUBE_READ);
        let mut effect = found.effect(&verbs::KUBE_WRITE, &verbs::KUBE_DELETE, resource);
        if dry || lists {
        effect = with_verb(effect, verbs::KUBE_READ);
        } else if effect.verb == verbs::KUBE_WRITE && kinds::is_permission(&object) {
            effect = with_verb(effect, verbs::KUBE_PERMISSION);
        } else if found.name == "replace" && found.has(&["--force"]) {
            effect = with_verb(effect, verbs::KUBE_DELETE);
        }
        if is_named && name == "*" && !spot.is_doubtful() && effect.certainty == Certainty::Exact {
            effect = effect.because("it names no single object");
        }
        if found.name == "scale" && found.text(&["--replicas"]).is_some_and(|count| count == "0" || count == "*") {
            effect = effect.because("nothing of it runs afterwards");
        }
        context.push(spot.as_sure(effect));
    }
    if found.name == "apply" && found.has(&["--prune"]) && !dry {
        let resource = spot.resource("*", "*", Some("*"));
        let effect = Effect::new(verbs::KUBE_DELETE, resource);
        context.push(spot.spoken_to(effect.because("--prune deletes what the files no longer have")));
    }
    if found.name.starts_with("create") && found.operands.first().is_some_and(|word| word.text() == "secret") || found.name == "create secret" {
        let name = found.operands.last().and_then(|word| word.known()).unwrap_or("*").to_owned();
        if !dry {
            context.push(spot.spoken_to(Effect::new(verbs::SECRET_WRITE, Resource::Secret { store: spot.store(), name })));
        }
    }
}

fn k9s(invocation: &Invocation, context: &mut Context<'_>) {
    let found = read(invocation, &TABLE);
    if found.is_help || matches!(found.operand(0).as_deref(), Some("version" | "info" | "help" | "completion")) {
        context.program(verbs::EXEC_READ, "k9s");
        return;
    }
    let verb = if found.has(&["--readonly"]) { verbs::KUBE_READ } else { verbs::KUBE_EXECUTE };
    for spot in place::find(&found, invocation, context) {
        context.push(spot.as_sure(Effect::new(verb.clone(), spot.resource("*", "*", None))));
    }
    context.opaque("k9s", "an interactive program that can change anything in a cluster");
}

fn with_verb(effect: Effect, verb: Verb) -> Effect {
    let fresh = Effect::new(verb, effect.resource);
    Effect { certainty: effect.certainty, because: effect.because, ..fresh }
}

/// Files that options name besides manifests.
fn files_of_options(found: &Subcommand<'_>, context: &mut Context<'_>) {
    for value in found.values(&["--from-file", "--from-env-file", "--patch-file", "--cert", "--key"]) {
        let file = value.text().split_once('=').and_then(|(name, _)| value.strip_prefix(&format!("{name}=")));
        context.read_value(file.as_ref().unwrap_or(value));
    }
    for value in found.values(&["--output-directory"]) {
        context.write_value(value);
    }
}

/// Kind, name and namespace of each object that is named, in files or by words.
fn objects(found: &Subcommand<'_>, invocation: &Invocation, context: &mut Context<'_>) -> Vec<(String, String, Option<String>)> {
    if let Some(path) = found.text(&["--raw"]) {
        return vec![("*".to_owned(), if path.is_empty() { "*".to_owned() } else { path }, Some("*".to_owned()))];
    }
    let mut all = Vec::new();
    for value in found.values(&["-f", "--filename"]) {
        all.extend(manifests::objects(value, invocation, context));
    }
    for value in found.values(&["-k", "--kustomize"]) {
        manifests::builds(value, context);
        all.push(("*".to_owned(), "*".to_owned(), None));
    }
    let group = found.name.split(' ').next().unwrap_or_default();
    let mut operands: Vec<&Word> = found.operands.clone();
    let fixed = match group {
        "drain" | "cordon" | "uncordon" => Some("node"),
        "certificate" => Some("certificatesigningrequest"),
        "logs" | "log" => Some("pod"),
        "create" => {
            let kind = found.name.split_once(' ').map(|(_, kind)| kind.to_owned());
            let kind = kind.or_else(|| operands.first().map(|word| word.text().to_owned()));
            if found.name == "create" && !operands.is_empty() {
                operands.remove(0);
            }
            if matches!(kind.as_deref(), Some("secret" | "service" | "svc")) && operands.len() > 1 {
                operands.remove(0);
            }
            return match kind {
                Some(kind) => {
                    let name = operands.first().and_then(|word| word.known()).unwrap_or("*").to_owned();
                    all.push((kinds::singular(&kind), name, None));
                    all
                }
                None => nothing_named(all),
            };
        }
        "api-resources" | "api-versions" | "version" | "options" | "completion" | "help" | "cluster-info" | "plugin" | "auth" | "explain" | "whoami" | "projects" => {
            return vec![("*".to_owned(), "*".to_owned(), Some("*".to_owned()))];
        }
        _ => None,
    };
    let wide = found.has(&["--all", "-l", "--selector", "--field-selector", "-A", "--all-namespaces"]);
    all.extend(kinds::named(&operands, fixed, wide, found.verb == Some(verbs::KUBE_READ)));
    nothing_named(all)
}

fn nothing_named(mut all: Vec<(String, String, Option<String>)>) -> Vec<(String, String, Option<String>)> {
    if all.is_empty() {
        all.push(("*".to_owned(), "*".to_owned(), None));
    }
    all
}

/// `get secret x -o yaml` and its spellings show the value.
fn shows(found: &Subcommand<'_>, spot: &Spot, context: &mut Context<'_>) {
    let format = found.text(&["-o", "--output"]);
    let file = format.as_deref().and_then(|format| {
        let (name, file) = format.split_once('=')?;
        matches!(name, "go-template-file" | "templatefile" | "jsonpath-file" | "custom-columns-file").then_some(file)
    });
    if let Some(file) = file {
        context.read_value(&Value::Known(file.to_owned()));
    }
    let plain = format.as_deref().is_none_or(formats::shows_only_names) && !found.has(&["--template"]);
    if found.name == "describe" || (plain && found.name == "get" && found.text(&["--raw"]).is_none()) {
        return;
    }
    let raw = found.text(&["--raw"]).is_some_and(|path| path == "*" || path.to_ascii_lowercase().contains("secret"));
    let from_files = found.has(&["-f", "--filename", "-k", "--kustomize"]);
    let named = kinds::named(&found.operands, None, true, true);
    let secret = named.iter().find(|(kind, ..)| matches!(kind.as_str(), "secret" | "*"));
    if raw || from_files || secret.is_some() {
        let (kind, name) = secret.map_or(("*", "*"), |(kind, name, _)| (kind.as_str(), name.as_str()));
        let effect = Effect::new(verbs::SECRET_READ, spot.resource("secret", name, None));
        let effect = if kind == "*" { effect.certain(Certainty::Partial, "it may be a secret whose value is shown") } else { effect };
        context.push(spot.spoken_to(effect.because("the secret's value is shown")));
    }
}

/// Renders manifests; some of its options run programs that the files name.
fn kustomize(invocation: &Invocation, context: &mut Context<'_>) {
    let reads = invocation.program != "kustomize" || matches!(invocation.known(0), Some("build" | "version" | "cfg" | "help"));
    let runs = ["--enable-exec", "--enable-alpha-plugins", "--enable-helm", "--enable-star", "--network"];
    if invocation.words.iter().any(|word| runs.iter().any(|option| word.text().starts_with(option))) {
        super::opaque(invocation, "its files may name programs that it runs", context);
    } else if reads {
        context.program(verbs::EXEC_READ, &invocation.title());
    } else {
        context.program(verbs::EXEC_BUILD, &invocation.title());
        context.write_value(&Value::Known("kustomization.yaml".to_owned()));
    }
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        let text = word.text();
        if matches!(text, "-o" | "--output") {
            words.next().into_iter().for_each(|file| context.write(file));
        } else if matches!(text, "--load-restrictor" | "--as-current-user" | "--reorder" | "-e" | "--env" | "--mount" | "--network-name" | "--helm-command") {
            words.next();
        } else if reads && !text.starts_with('-') && !matches!(text, "kustomize" | "build" | "version" | "cfg" | "help") {
            manifests::builds(&word.value, context);
        }
    }
}

/// Runs a program in a pod.
fn runs(found: &Subcommand<'_>, spot: &Spot, invocation: &Invocation, context: &mut Context<'_>) {
    let is_new = matches!(found.name.as_str(), "run" | "debug");
    let target = found.operand(0).unwrap_or_else(|| "*".to_owned());
    let (kind, name) = target.split_once('/').unwrap_or(("pod", target.as_str()));
    let place = spot.resource(&kinds::singular(kind), name, None);
    let mut effect = Effect::new(verbs::KUBE_EXECUTE, place.clone());
    if let Some(why) = &found.doubt {
        effect = effect.certain(Certainty::Partial, why);
    }
    if found.name == "debug" && kinds::singular(kind) == "node" {
        effect = effect.because("it runs on the node itself, with the node's files");
    }
    if is_new && found.has(&["--overrides"]) {
        effect = effect.because("--overrides can give it any right");
    }
    let start = found.rest_at.or_else(|| found.position(1, invocation).filter(|_| found.name != "attach"));
    let before = context.begins_apart();
    if let Some(mut nested) = start.and_then(|start| invocation.nested(start)) {
        // Without it no input is handed on.
        let hands_on = found.name == "rsh" || found.options.iter().any(|(name, _)| name == "--stdin" || name.starts_with('-') && !name.starts_with("--") && name.contains('i'));
        if !hands_on && matches!(nested.stdin, crate::invocation::Stdin::Inherited) {
            nested.stdin = crate::invocation::Stdin::Text(Value::Known(String::new()));
        }
        nested.stdin = super::ssh::handed_on(&nested.stdin, context);
        context.elsewhere(place, |context| dispatch(nested, context));
    }
    let nested = context.ends_apart(before);
    let looks = matches!(found.name.as_str(), "exec" | "rsh") && only_reads(&nested);
    let effect = if looks { with_verb(effect, verbs::KUBE_READ).because("what runs there only reads") } else { effect };
    context.push(spot.as_sure(effect));
    nested.into_iter().for_each(|apart| context.push_apart(apart));
}

/// A way into a cluster that any program of this machine can take.
fn opens(found: &Subcommand<'_>, spot: &Spot, context: &mut Context<'_>) {
    let target = found.operand(0).unwrap_or_else(|| "*".to_owned());
    let (kind, name) = target.split_once('/').unwrap_or(("pod", target.as_str()));
    let resource = if found.name == "proxy" { spot.resource("*", "*", Some("*")) } else { spot.resource(&kinds::singular(kind), name, None) };
    let leads = resource.clone();
    let why = "programs on this machine can then reach it";
    context.push(spot.as_sure(Effect::new(verbs::KUBE_EXECUTE, resource).because(why)));
    let host = found.text(&["--address"]).unwrap_or_else(|| "localhost".to_owned());
    context.push(Effect::new(verbs::NET_LISTEN, Resource::Host { host, url: None }));
    super::tunnels::ports(found.operands.iter().skip(1).filter_map(|word| word.known()), &leads, context);
}

fn copies(found: &Subcommand<'_>, spot: &Spot, context: &mut Context<'_>) {
    let ends: Vec<End<'_>> = found.operands.iter().map(|word| End::of(word)).collect();
    let Some((target, sources)) = ends.split_last() else { return };
    let pod = |name: &str| {
        let (namespace, name) = name.split_once('/').map_or((None, name), |(namespace, name)| (Some(namespace), name));
        spot.resource("pod", name, namespace)
    };
    for source in sources {
        match &source.there {
            Some((name, _)) => context.push(spot.as_sure(Effect::new(verbs::KUBE_EXPORT, pod(name)))),
            None if target.there.is_none() => {
                context.push(spot.spoken_to(Effect::new(verbs::KUBE_EXPORT, spot.resource("pod", "*", Some("*")))));
            }
            None => {}
        }
    }
    if let Some((name, _)) = &target.there {
        context.push(spot.as_sure(Effect::new(verbs::KUBE_WRITE, pod(name))));
    }
    landing::copied(sources, target, context);
}

#[cfg(test)]
mod tests;
