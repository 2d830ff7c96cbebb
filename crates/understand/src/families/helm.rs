//! Helm and Helmfile: releases in a cluster, and charts that others install.

use countersign_model::{Certainty, Effect, Resource, verbs};

use super::kubectl::place;
use super::subcommands::{Subcommand, Table, read, rule};
use super::{Family, addresses, building, named_programs, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Value;

pub(super) const FAMILY: Family = Family {
    programs: &["helm", "helm3", "helmfile"],
    about: "Releases in a cluster, charts and registries. Templates are not rendered: what a chart holds is \
        taken as the release.",
    examples: &[
        "helm list -A",
        "helm template web ./chart",
        "helm template web ./chart --validate",
        "helm upgrade --install web ./chart -n shop --kube-context production",
        "helm upgrade web ./chart --dry-run",
        "helm uninstall web -n shop",
        "helm get values web",
        "helm push a-1.tgz oci://ghcr.io/acme",
        "helmfile -e production apply",
        "helmfile -e staging diff",
    ],
    effects,
};

const HELM: Table = Table {
    values: &[
        "--kube-context", "-n", "--namespace", "--kubeconfig", "--kube-apiserver", "--kube-token", "--kube-as-user", "--kube-as-group",
        "--kube-ca-file", "--kube-tls-server-name", "--registry-config", "--repository-cache", "--repository-config", "--burst-limit", "--qps",
        "-f", "--values", "--set", "--set-string", "--set-file", "--set-json", "--set-literal", "--version", "--timeout", "--repo", "--username",
        "--password", "--ca-file", "--cert-file", "--key-file", "--keyring", "--post-renderer", "--post-renderer-args", "--description", "-o",
        "--output", "--history-max", "--max", "--revision", "--template", "-d", "--destination", "--output-dir", "-s", "--show-only", "-a",
        "--api-versions", "--kube-version", "--name-template", "-l", "--labels", "--selector", "--app-version", "--key", "--passphrase-file",
        "--url", "--merge", "-p", "--starter", "--filter", "--offset", "-m", "--untardir", "--logs", "--cascade",
    ],
    rules: &[
        rule("list|ls|status|history|template|lint|search|version|verify|completion|env|help|docs|unittest|schema-gen|schema", verbs::KUBE_READ),
        rule("get manifest|notes|metadata", verbs::KUBE_READ),
        rule("get all|values|hooks", verbs::KUBE_READ),
        rule("show|inspect all|chart|values|readme|crds", verbs::KUBE_READ),
        rule("repo list|ls", verbs::KUBE_READ),
        rule("plugin list|ls", verbs::KUBE_READ),
        rule("diff", verbs::KUBE_READ),
        rule("diff upgrade|release|revision|rollback|local|version", verbs::KUBE_READ),
        rule("install|upgrade|rollback|test", verbs::KUBE_WRITE),
        rule("uninstall|delete|del|un", verbs::KUBE_DELETE),
    ],
};

const HELMFILE: Table = Table {
    values: &[
        "-f", "--file", "-e", "--environment", "-n", "--namespace", "--kube-context", "-l", "--selector", "--state-values-set",
        "--state-values-file", "--state-values-set-string", "-b", "--helm-binary", "-k", "--kustomize-binary", "-c", "--chart", "--log-level",
        "--args", "--set", "--values", "--concurrency", "--output-dir", "--context", "--kubeconfig",
    ],
    rules: &[
        rule("diff|template|lint|list|build|status|fetch|deps|repos|write-values|cache|version|print-env|show-dag|help", verbs::KUBE_READ),
        rule("apply|sync|charts", verbs::KUBE_WRITE),
        rule("destroy|delete", verbs::KUBE_DELETE),
        rule("test", verbs::KUBE_EXECUTE),
    ],
};

/// Options that take no value, before which another option is surely one.
const FLAGS: &[&str] = &[
    "-i", "--install", "--atomic", "--wait", "--wait-for-jobs", "--debug", "--force", "--create-namespace", "--reuse-values", "--reset-values",
    "--devel", "--no-hooks", "--skip-crds", "--dependency-update", "--cleanup-on-fail", "--keep-history", "--generate-name", "-g", "--replace",
];

/// What a helmfile is called.
const HELMFILES: &[&str] = &["helmfile.yaml", "helmfile.yaml.gotmpl", "helmfile.yml"];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let is_file = invocation.program == "helmfile";
    let found = read(invocation, if is_file { &HELMFILE } else { &HELM });
    if found.is_help || invocation.words.is_empty() {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    found.values(&["-f", "--values", "--file", "--state-values-file", "--passphrase-file"]).for_each(|value| context.read_value(value));
    found.values(&["-d", "--destination", "--output-dir", "--untardir"]).for_each(|value| context.write_value(value));
    for value in found.values(&["-b", "--helm-binary"]) {
        crate::environment::command("helm", value, context);
    }
    post_renderer(&found, context);
    if is_file && !matches!(found.name.as_str(), "version" | "help") {
        let given: Vec<String> = found.values(&["-f", "--file"]).map(|value| value.text().to_owned()).collect();
        let given: Vec<&str> = given.iter().map(String::as_str).collect();
        let files = if given.is_empty() { HELMFILES } else { &given };
        named_programs::effects(files, named_programs::of_helmfile, invocation, context);
    }
    if !is_file && (of_files_alone(&found, invocation, context) || of_this_machine(&found, invocation, context)) {
        return;
    }
    let variable = if is_file { "" } else { "HELM_KUBECONTEXT" };
    let spots = place::of_options(&found, &["--kube-context", "--context"], variable, invocation, context);
    let named = found.text(&["-e", "--environment"]).filter(|_| is_file);
    if let Some(environment) = named.clone().filter(|_| found.text(&["--kube-context"]).is_none()) {
        // The helmfile says which cluster each of its environments is, of those that the kubeconfig has.
        let kubeconfig = spots.first().map_or_else(|| "*".to_owned(), place::Spot::kubeconfig);
        let environment = place::named::raised(&environment, &kubeconfig).unwrap_or(environment);
        let namespace = Some(found.text(&["-n", "--namespace"]).unwrap_or_else(|| "*".to_owned()));
        let resource = Resource::Cluster { context: environment, namespace, object: "release".to_owned(), name: "*".to_owned() };
        let effect = found.effect(&verbs::KUBE_WRITE, &verbs::KUBE_DELETE, resource);
        context.push(effect.because("the cluster is the one of the helmfile's environment"));
        return;
    }
    let release = found.operand(0).filter(|_| !is_file).or(named).unwrap_or_else(|| "*".to_owned());
    let dry = found.surely(&["--dry-run"], FLAGS) && found.text(&["--dry-run"]).is_none_or(|value| matches!(value.as_str(), "client" | "server" | "true"));
    let namespace = context.setting(invocation, "HELM_NAMESPACE").ok().flatten().filter(|_| found.text(&["-n", "--namespace"]).is_none());
    if found.name.starts_with("get") && matches!(found.name.as_str(), "get values" | "get all" | "get hooks") {
        for spot in &spots {
            let store = spot.store().replacen("kubernetes", "helm", 1);
            let resource = Resource::Secret { store, name: release.clone() };
            let effect = Effect::new(verbs::SECRET_READ, resource);
            context.push(spot.spoken_to(effect.certain(Certainty::Partial, "a release's values may hold secrets")));
        }
    }
    for spot in &spots {
        let resource = spot.resource("release", &release, namespace.as_deref());
        let effect = found.effect(&verbs::KUBE_WRITE, &verbs::KUBE_DELETE, resource);
        let effect = if dry && effect.verb != verbs::KUBE_EXECUTE {
            Effect { certainty: effect.certainty, because: effect.because, ..Effect::new(verbs::KUBE_READ, effect.resource) }
        } else if effect.verb == verbs::KUBE_WRITE && effect.because.is_none() && matches!(found.name.as_str(), "install" | "upgrade") {
            effect.because("what it changes is in the chart")
        } else {
            effect
        };
        context.push(if found.verb == Some(verbs::KUBE_READ) && is_local(&found) { stays(effect) } else { spot.as_sure(effect) });
    }
}

/// Adds what the program does that is given what templates make, with the arguments that other options give it.
fn post_renderer(found: &Subcommand<'_>, context: &mut Context<'_>) {
    let arguments: Vec<&Value> = found.values(&["--post-renderer-args"]).collect();
    for program in found.values(&["--post-renderer"]) {
        let words: Option<Vec<&str>> = std::iter::once(program).chain(arguments.iter().copied()).map(Value::known).collect();
        let line = match words {
            Some(words) => Value::Known(words.into_iter().map(crate::tools::quoted).collect::<Vec<_>>().join(" ")),
            None => Value::unknown("the arguments of what changes the templates"),
        };
        crate::environment::command("helm --post-renderer", &line, context);
    }
}

/// The effect as one for which no cluster is spoken to.
fn stays(mut effect: Effect) -> Effect {
    effect.speaks(&["localhost".to_owned()]);
    effect
}

/// Subcommands that ask no cluster.
fn is_local(found: &Subcommand<'_>) -> bool {
    matches!(found.name.split(' ').next(), Some("template" | "lint" | "unittest" | "schema-gen" | "schema" | "show" | "inspect" | "search" | "repo" | "plugin" | "version" | "env" | "verify" | "completion" | "help" | "docs" | "deps" | "build" | "print-env" | "show-dag"))
}

/// Subcommands that look at files, or say what the program knows by itself, and ask no cluster; true if it is one. Charts
/// that are named by an address are fetched.
fn of_files_alone(found: &Subcommand<'_>, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let fills_in = matches!(found.name.as_str(), "lint" | "template");
    let says = matches!(found.name.as_str(), "version" | "env" | "completion" | "help" | "docs" | "verify" | "repo list" | "repo ls" | "plugin list" | "plugin ls");
    let is_one = says || (fills_in && is_offline(invocation));
    if !is_one {
        return false;
    }
    for named in found.values(&["--set-file"]) {
        // Each is `key=path`, and several may stand in one.
        let files = named.known().map_or_else(Vec::new, |text| text.split(',').filter_map(|part| part.split_once('=')).collect());
        for (_, file) in files {
            context.read_value(&Value::Known(file.to_owned()));
        }
    }
    for index in 0..found.operands.len() {
        let chart = found.operand(index).unwrap_or_default();
        if let Some((host, _)) = addresses::host_and_path(&chart).filter(|_| chart.contains("://")) {
            context.push(Effect::new(verbs::NET_READ, Resource::Host { host, url: None }));
        }
    }
    context.program(verbs::EXEC_READ, &format!("{} {}", invocation.program, found.name));
    true
}

/// Whether options let a chart be filled in without asking a cluster.
fn is_offline(invocation: &Invocation) -> bool {
    let asks = ["--validate", "--dry-run", "--repo"];
    invocation.words.iter().all(|word| !word.value.is_unknown() && !asks.iter().any(|option| word.text().starts_with(option)))
}

/// Subcommands that work on charts, repositories and the program itself; true if it is one.
fn of_this_machine(found: &Subcommand<'_>, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let words: Vec<String> = (0..4).map_while(|index| if found.verb.is_none() { found.operand(index) } else { None }).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let host_at = |text: Option<&&str>| text.and_then(|text| addresses::host_and_path(text)).map_or_else(|| "*".to_owned(), |(host, _)| host);
    match words.as_slice() {
        ["create" | "package", ..] | ["dependency" | "dep", "build" | "update" | "up" | "list" | "ls", ..] => {
            context.program(verbs::EXEC_BUILD, &format!("helm {}", words.first().unwrap_or(&"")));
            if let ["create", directory, ..] = words.as_slice() {
                building::made::written(&Value::Known((*directory).to_owned()), context);
            }
        }
        ["pull" | "fetch", chart, ..] => {
            context.push(Effect::new(verbs::NET_READ, Resource::Host { host: host_at(Some(chart)), url: None }));
        }
        ["repo", "add" | "update" | "up" | "index" | "remove" | "rm", rest @ ..] => {
            if words.get(1) == Some(&"add") {
                context.push(Effect::new(verbs::NET_READ, Resource::Host { host: host_at(rest.get(1)), url: None }));
            }
            context.program(verbs::EXEC_BUILD, "helm repo");
        }
        ["push" | "cm-push", chart, registry, ..] => {
            let resource = Resource::Package { registry: host_at(Some(registry)), name: (*chart).to_owned() };
            context.push(Effect::new(verbs::PACKAGE_PUBLISH, resource));
        }
        ["push" | "cm-push", ..] => {
            let resource = Resource::Package { registry: "*".to_owned(), name: "*".to_owned() };
            context.push(Effect::new(verbs::PACKAGE_PUBLISH, resource).certain(Certainty::Partial, "where it pushes is not known"));
        }
        ["registry", "login" | "logout", ..] => {
            let resource = Resource::Secret { store: "helm".to_owned(), name: (*words.get(2).unwrap_or(&"*")).to_owned() };
            context.push(Effect::new(verbs::SECRET_WRITE, resource));
        }
        ["plugin", "install" | "update" | "uninstall", ..] => opaque(invocation, "it installs a program that helm runs", context),
        // `helm secrets view`, a common plugin.
        ["secrets", "decrypt" | "view" | "dec", file, ..] => {
            context.push(Effect::new(verbs::SECRET_READ, Resource::Secret { store: "helm".to_owned(), name: (*file).to_owned() }));
        }
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn what_a_plugin_compares() {
        assert_snapshot!(check("helm --kube-context stg -n shop diff upgrade ledger ./chart; helm --kube-context stg diff revision ledger 1 2"), @"
        kube.read release/ledger in stg/shop, read
        kube.read release/ledger in stg/*, read
        ");
    }

    #[test]
    fn releases() {
        assert_snapshot!(check("helm --kube-context prod upgrade --install web ./chart -n shop -f values.yaml"), @"
        fs.read /repo/values.yaml, read
        kube.write release/web in prod/shop, write
        ");
        assert_snapshot!(check("helm uninstall web -n shop --kube-context prod; helm rollback web 1 --kube-context prod"), @"
        kube.delete release/web in prod/shop, destroy
        kube.write release/web in prod/*, write
        ");
        assert_snapshot!(check_with("HELM_KUBECONTEXT=live helm delete web", &[("HELM_NAMESPACE", "shop")]), @"kube.delete release/web in live/shop, destroy");
        assert_snapshot!(check("helmfile -e production apply; helmfile -e staging diff; helmfile destroy"), @"
        kube.write release/* in production/*, write
        kube.read release/* in staging/*, read
        kube.delete release/* in */*, destroy, partial
        ");
        assert_snapshot!(check("helm frob x; helm upgrade a b --post-renderer ./x"), @"
        kube.write release/frob in */*, write, partial
        exec.opaque /repo/x, execute, opaque
        kube.write release/a in */*, write, partial
        ");
    }

    #[test]
    fn what_changes_the_templates() {
        for command in ["template .", "upgrade web ."] {
            let found = check(&format!("helm {command} --post-renderer git --post-renderer-args push --post-renderer-args=origin --post-renderer-args HEAD:main"));
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
        }
        assert!(check("helm template . --post-renderer ./x --post-renderer-args \"$A\"").contains("opaque"));
        assert!(!check("helm template . --post-renderer cat").contains("opaque"));
    }

    #[test]
    fn what_looks_at_files_alone() {
        assert_snapshot!(check("helm lint charts/web; helm --kube-context prod template web charts/web -f live.yaml --set-file a=cert.pem,b=x; helm version; helm env; helm repo list"), @"
        exec.read helm lint, read
        fs.read /repo/live.yaml, read
        secret.read /repo/cert.pem, read
        fs.read /repo/x, read
        exec.read helm template, read
        exec.read helm version, read
        exec.read helm env, read
        exec.read helm repo list, read
        ");
        assert_snapshot!(check("helm template web oci://ghcr.io/acme/web"), @"
        net.read ghcr.io, read
        exec.read helm template, read
        ");
        // What checks it against a cluster, or may.
        assert_snapshot!(check("helm template web ./chart --validate --kube-context prod; helm template web ./chart $X; helm lint ./chart --dry-run=server"), @"
        kube.read release/web in prod/*, read
        kube.read release/web in */*, read, partial
        kube.read release/./chart in */*, read
        ");
    }

    #[test]
    fn reading_and_rehearsing() {
        assert_snapshot!(check("helm template web ./chart; helm lint ./chart; helm list -A; helm uninstall --help; helm version"), @"
        exec.read helm template, read
        exec.read helm lint, read
        kube.read release/* in */*, read, partial
        exec.read helm uninstall --help, read
        exec.read helm version, read
        ");
        assert_snapshot!(check("helm upgrade web ./chart --dry-run; helm install web ./chart --dry-run=server"), @"kube.read release/web in */*, read, partial");
        assert_snapshot!(check("helm get values web; helm repo add x https://charts.acme.example; helm push a-1.tgz oci://ghcr.io/acme"), @"
        secret.read helm */*:web, read, partial
        kube.read release/web in */*, read, partial
        net.read charts.acme.example, read
        exec.build helm repo, execute
        package.publish a-1.tgz on ghcr.io, write
        ");
        assert_snapshot!(check("helm upgrade web ./chart --description --dry-run --kube-context p"), @"kube.write release/web in p/*, write");
    }
}
