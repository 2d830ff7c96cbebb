//! Programs that bring things into clusters: Argo CD, Flux, Istio, Velero, Skaffold, Tilt and the like.

use countersign_model::{Effect, Resource, Verb, verbs};

use super::kubectl::place;
use super::landing::{self, End};
use super::subcommands::{Table, read, rule};
use super::{Family, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &[
        "argocd", "argo", "flux", "istioctl", "linkerd", "cilium", "velero", "skaffold", "tilt", "devspace", "werf", "kapp", "kops",
        "kubeadm", "kind", "k3d", "minikube", "rke", "kubeseal", "kubectl-argo-rollouts", "okteto", "garden", "telepresence", "stern", "kail", "kn", "tkn", "ko",
    ],
    about: "Programs that bring things into clusters. The server or context is the one that is named, or the \
        kubeconfig's; manifests they generate are not looked into.",
    examples: &[
        "argocd app list",
        "argocd app sync web --server argocd.prod.acme.example",
        "argocd app delete web",
        "argocd account generate-token",
        "flux get all",
        "flux reconcile kustomization apps --context production",
        "velero restore create --from-backup x",
        "skaffold run -p prod",
        "kind create cluster",
        "kubeadm reset",
        "argocd frob",
        "kind delete cluster",
    ],
    effects,
};

/// Options that take a value, of all of them.
const VALUES: &[&str] = &[
    "--context", "--kube-context", "--kubecontext", "--kubeconfig-context", "--kubeconfig", "-n", "--namespace", "--server", "--auth-token", "--cluster", "--revision", "--timeout", "-o", "--output",
    "-l", "--selector", "--resource", "--label", "--project", "--repo", "--path", "--dest-server", "--dest-namespace", "--dest-name", "-p", "--parameter",
    "--helm-set", "--values", "--sync-policy", "--app-namespace", "-N", "--grpc-web-root-path", "--config", "--port-forward-namespace", "--kube-as", "--as",
    "-f", "--filename", "--file", "--image", "--tag", "-t", "--profile", "-m", "--module", "-b", "--default-repo", "--from-backup", "--from-schedule",
    "--include-namespaces", "--exclude-namespaces", "--include-resources", "--ttl", "--schedule", "--set", "--manifests", "--branch", "--interval",
    "--source", "--url", "--secret-ref", "--export", "--name", "--region", "--nodes", "--node-type", "--state", "--username", "--password", "--kube-version",
    "-c", "--container", "--since", "--tail", "-y", "--prune-propagation-policy", "--argocd-context", "--core", "--kind", "--group",
];

/// How they spell the option that names a context.
const CONTEXTS: &[&str] = &["--context", "--kube-context", "--kubecontext", "--kubeconfig-context"];

/// The variable that names a context.
fn variable(program: &str) -> &'static str {
    match program {
        "skaffold" => "SKAFFOLD_KUBE_CONTEXT",
        "werf" => "WERF_KUBE_CONTEXT",
        "kapp" => "KAPP_KUBECONFIG_CONTEXT",
        "okteto" => "OKTETO_CONTEXT",
        _ => "",
    }
}

macro_rules! table {
    ($($rule:expr),* $(,)?) => {{
        static TABLE: Table = Table { values: VALUES, rules: &[$($rule),*] };
        &TABLE
    }};
}

/// What each of them knows.
fn table(program: &str) -> &'static Table<'static> {
    match program {
        "argocd" => table![
            rule("app|appset list|get|diff|history|logs|manifests|resources|wait|get-resource", verbs::APP_READ),
            rule("app|appset create|set|unset|edit|patch|add-source|remove-source", verbs::APP_SETTINGS),
            rule("app sync|rollback|terminate-op|patch-resource|confirm-deletion", verbs::APP_DEPLOY),
            rule("app actions", verbs::APP_DEPLOY),
            rule("app actions list", verbs::APP_READ),
            rule("app|appset delete|delete-resource", verbs::APP_DELETE),
            rule("cluster|proj|repo|repocreds|cert|gpg|account|admin|configure list|get|get-user-info|can-i|dashboard|settings", verbs::APP_READ),
            rule("cluster|proj|repo|repocreds|cert|gpg add|create|set|edit|rotate-auth|add-source|add-destination|allow-cluster-resource|add-tls|add-ssh", verbs::APP_SETTINGS),
            rule("cluster|proj|repo|repocreds|cert|gpg rm|delete|remove-source|remove-destination", verbs::APP_DELETE),
            rule("account generate-token", verbs::SECRET_READ),
            rule("admin initial-password", verbs::SECRET_READ),
            rule("account update-password|delete-token|bcrypt", verbs::APP_SETTINGS),
            rule("version|context|help|completion", verbs::APP_READ),
            rule("login|logout|relogin", verbs::SECRET_WRITE),
        ],
        "flux" => table![
            rule("get|check|logs|events|tree|trace|stats|version|diff|build|completion|help|export|debug|envsubst", verbs::KUBE_READ),
            rule("export secret", verbs::SECRET_READ),
            rule("reconcile|suspend|resume|create|install|bootstrap|tag|migrate|pull", verbs::KUBE_WRITE),
            rule("push", verbs::PACKAGE_PUBLISH),
            rule("delete|uninstall", verbs::KUBE_DELETE),
        ],
        "istioctl" | "linkerd" | "cilium" => table![
            rule("version|analyze|proxy-status|ps|proxy-config|pc|verify-install|profile|validate|describe|check|status|viz|diagnostics|manifest|x|experimental|help|dashboard|hubble|config|bug-report|stat|top|tap|edges|routes|completion|sysdump|ztunnel-config|waypoint|identity|jaeger", verbs::KUBE_READ),
            rule("install|upgrade|tag|inject|kube-inject|create-remote-secret|remote-clusters|connectivity|clustermesh|encryption", verbs::KUBE_WRITE),
            rule("config set|delete|enable", verbs::KUBE_WRITE),
            rule("waypoint apply|delete", verbs::KUBE_WRITE),
            rule("uninstall|prune|uninject", verbs::KUBE_DELETE),
        ],
        "velero" => table![
            rule("version|get|describe|completion|help|debug", verbs::KUBE_READ),
            rule("backup|restore|schedule|backup-location|snapshot-location|plugin|repo get|describe|logs|download", verbs::KUBE_READ),
            rule("backup|schedule|backup-location|snapshot-location create|set|pause|unpause", verbs::KUBE_WRITE),
            
            rule("restore create", verbs::KUBE_WRITE),
            rule("install|create", verbs::KUBE_WRITE),
            rule("delete|uninstall", verbs::KUBE_DELETE),
            rule("backup|restore|schedule|backup-location|snapshot-location delete", verbs::KUBE_DELETE),
        ],
        "skaffold" | "tilt" | "devspace" | "werf" | "okteto" | "garden" | "kapp" => table![
            rule("version|config|diagnose|render|schema|survey|options|help|list|inspect|doctor|get|describe|explain|logs|analyze|print|validate|completion|status|wait|dump|verify-install|alpha|ls", verbs::KUBE_READ),
            rule("build", verbs::CONTAINER_BUILD),
            rule("run|dev|deploy|apply|up|debug|test|verify|ci|trigger|enable|args|sync|filesync|converge|use|init|exec|enter|attach|port-forward|destroy-preview|preview", verbs::KUBE_WRITE),
            rule("delete|down|purge|dismiss|destroy|cleanup|reset|delete-resource", verbs::KUBE_DELETE),
        ],
        "kops" | "kubeadm" | "rke" => table![
            rule("get|validate|version|toolbox|help|completion|info|config|token|certs", verbs::KUBE_READ),
            rule("utils describe-stacks|schema|describe-addon-versions", verbs::KUBE_READ),
            rule("export|utils write-kubeconfig", verbs::SECRET_READ),
            rule("export", verbs::SECRET_READ),
            rule("token create|list|delete|generate", verbs::KUBE_PERMISSION),
            rule("token list", verbs::KUBE_READ),
            rule("create|edit|replace|update|rolling-update|upgrade|scale|set|init|join|up|drain|enable|promote|register|associate|utils", verbs::KUBE_WRITE),
            rule("delete|reset|remove|deregister|disassociate", verbs::KUBE_DELETE),
        ],
        "kubeseal" => table![],
        "kn" | "tkn" => table![
            rule("* list|ls|describe|desc|logs|export|show|cat|search|get", verbs::KUBE_READ),
            rule("* delete|rm|remove", verbs::KUBE_DELETE),
            rule("* create|update|apply|start|cancel|sign|import|build|push", verbs::KUBE_WRITE),
            rule("version|completion|help|plugin", verbs::KUBE_READ),
        ],
        "argo" | "kubectl-argo-rollouts" | "telepresence" => table![
            rule("list|get|logs|watch|wait|lint|version|completion|help|status|dashboard|node|archive|cron|template|cluster-template", verbs::KUBE_READ),
            rule("get|list *", verbs::KUBE_READ),
            rule("archive|cron|template|cluster-template list|get|lint|list-label-keys|list-label-values", verbs::KUBE_READ),
            rule("archive|cron|template|cluster-template create|update|suspend|resume|resubmit|retry|backfill", verbs::KUBE_WRITE),
            rule("submit|resubmit|retry|resume|suspend|stop|terminate|node|promote|abort|undo|restart|set|pause|create|connect|intercept|replace|install|helm|quit|leave|uninstall", verbs::KUBE_WRITE),
            rule("node set", verbs::KUBE_WRITE),
            rule("delete", verbs::KUBE_DELETE),
            rule("archive|cron|template|cluster-template delete", verbs::KUBE_DELETE),
            rule("auth token", verbs::SECRET_READ),
        ],
        "ko" => table![
            rule("version|help|completion|deps", verbs::KUBE_READ),
            rule("build|publish|resolve", verbs::PACKAGE_PUBLISH),
            rule("apply|create|run", verbs::KUBE_WRITE),
            rule("delete", verbs::KUBE_DELETE),
            rule("login", verbs::SECRET_WRITE),
        ],
        "stern" | "kail" => table![rule("*", verbs::KUBE_READ), rule("", verbs::KUBE_READ)],
        _ => table![
            rule("version|status|ip|logs|profile|service|config|list|get|completion|help|docker-env|podman-env|options|dashboard|update-check|node|cluster|kubeconfig|image|registry", verbs::EXEC_READ),
            rule("get clusters|nodes|kubeconfig", verbs::EXEC_READ),
            rule("profile|node|cluster|kubeconfig|image|registry list|ls|get|merge|write", verbs::EXEC_READ),
        ],
    }
}

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let mut found = read(invocation, table(program));
    if program == "istioctl" {
        found.options.iter_mut().filter(|(name, _)| name == "-c").for_each(|(name, _)| "--kubeconfig".clone_into(name));
    }
    if program == "tkn" {
        // Its short options for the context and the kubeconfig.
        for (name, value) in found.options.iter_mut().filter(|(name, _)| matches!(name.as_str(), "-c" | "-k")) {
            if name == "-k" {
                *value = Some(Value::Known("*".to_owned()));
            }
            "--context".clone_into(name);
        }
    }
    if found.is_help || invocation.words.is_empty() {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    match program {
        "argocd" => {
            let name = found.operand(0).unwrap_or_else(|| "*".to_owned());
            let server = found.text(&["--server"]).or_else(|| context.setting(invocation, "ARGOCD_SERVER").ok().flatten());
            let target = server.or_else(|| found.text(&["--argocd-context"]));
            let resource = match found.verb.as_ref().map(Verb::as_str) {
                Some("secret.read" | "secret.write") => Resource::Secret { store: "argocd".to_owned(), name },
                _ => Resource::App { platform: "argocd".to_owned(), name, target },
            };
            let mut effect = found.effect(&verbs::APP_SETTINGS, &verbs::APP_DELETE, resource);
            if found.surely(&["--dry-run"], &["--prune", "--force"]) && found.name == "app sync" {
                effect = Effect::new(verbs::APP_READ, effect.resource);
            } else if found.name == "app sync" && found.has(&["--prune"]) {
                effect = effect.because("--prune deletes what the repository no longer has");
            }
            context.push(effect);
        }
        "kind" | "k3d" | "minikube" => machine(&found.verb, invocation, context),
        "kubeseal" if found.has(&["--recovery-unseal"]) => {
            let resource = Resource::Secret { store: "kubernetes".to_owned(), name: "*".to_owned() };
            context.push(Effect::new(verbs::SECRET_READ, resource));
        }
        "kubeseal" => context.program(verbs::EXEC_READ, program),
        "ko" if found.has(&["--local", "-L"]) || found.text(&["--push"]).as_deref() == Some("false") => {
            context.program(verbs::EXEC_BUILD, &invocation.title());
        }
        _ => {
            let reads_logs = matches!(program, "stern" | "kail");
            let kind = if reads_logs { "pod".to_owned() } else { found.operand(0).unwrap_or_else(|| "*".to_owned()) };
            let kind_first = matches!(program, "kn" | "tkn");
            let kind = if kind_first { found.name.split(' ').next().unwrap_or("*").to_owned() } else { kind };
            let name = found.operand(usize::from(!kind_first)).unwrap_or_else(|| "*".to_owned());
            let cluster = found.text(&["--name", "--cluster"]).filter(|_| program == "kops");
            if let Some(context_name) = cluster {
                let resource = Resource::Cluster { context: context_name, namespace: None, object: kind, name };
                context.push(found.effect(&verbs::KUBE_WRITE, &verbs::KUBE_DELETE, resource));
                return;
            }
            for spot in place::of_options(&found, CONTEXTS, variable(program), invocation, context) {
                let resource = match found.verb.as_ref().map(Verb::as_str) {
                    Some("secret.read") => Resource::Secret { store: spot.store(), name: name.clone() },
                    Some("package.publish") => super::registries::image(&name),
                    _ => spot.resource(&kind, &name, None),
                };
                let mut effect = found.effect(&verbs::KUBE_WRITE, &verbs::KUBE_DELETE, resource);
                if effect.verb == verbs::KUBE_WRITE && found.surely(&["--dry-run", "--export", "--server-dry-run"], &[]) {
                    effect = Effect::new(verbs::KUBE_READ, effect.resource);
                }
                context.push(spot.as_sure(effect));
            }
            if matches!(program, "skaffold" | "tilt" | "devspace" | "werf" | "okteto" | "garden") && found.verb != Some(verbs::KUBE_READ) {
                opaque(invocation, "its file says what it builds and runs", context);
            }
        }
    }
}

/// Clusters that live on this machine only.
fn machine(verb: &Option<Verb>, invocation: &Invocation, context: &mut Context<'_>) {
    if verb.is_some() && !matches!(invocation.known(1), Some("set" | "delete" | "create" | "add" | "stop" | "start" | "rm" | "import" | "load")) {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    if invocation.program == "minikube" && invocation.known(0) == Some("cp") {
        let operands = invocation.words.iter().skip(1).filter(|word| !word.text().starts_with('-'));
        let ends: Vec<End<'_>> = operands.map(End::of).collect();
        if let Some((target, sources)) = ends.split_last() {
            landing::copied(sources, target, context);
        }
    }
    let deletes = invocation.words.iter().take(3).any(|word| matches!(word.text(), "delete" | "rm"));
    let object = "cluster".to_owned();
    let name = cluster_name(invocation);
    let made = name.clone();
    let resource = Resource::Container { host: None, object, name };
    let verb = if deletes { verbs::CONTAINER_DELETE } else { verbs::CONTAINER_RUN };
    context.push(Effect::new(verb, resource).because("the cluster is of this machine only"));
    let starts = invocation.words.iter().take(2).any(|word| matches!(word.text(), "create" | "start"));
    if starts && !deletes {
        let prefix = if invocation.program == "minikube" { String::new() } else { format!("{}-", invocation.program) };
        let keeps = |word: &&Word| ["kubeconfig", "keep-context", "no-kubernetes"].iter().any(|option| word.text().contains(option));
        if invocation.words.iter().any(|word| keeps(&word) || word.value.is_unknown()) {
            place::switches(None, context);
        } else {
            place::makes(format!("{prefix}{made}"), invocation, context);
        }
    }
    if invocation.known(0) == Some("ssh") || invocation.known(0) == Some("kubectl") {
        opaque(invocation, "what it runs in the cluster is not looked at", context);
    }
}

/// The cluster that is meant: its option, its operand, or the tool's own name for the only one.
fn cluster_name(invocation: &Invocation) -> String {
    let found = read(invocation, &Table { values: &["-p", "--profile", "--name", "-n", "--config", "--image", "--kubeconfig", "--nodes", "--driver", "--cpus", "--memory"], rules: &[] });
    let given = found.text(&["-p", "--profile", "--name"]).or_else(|| found.text(&["-n"]).filter(|_| invocation.program == "kind"));
    let operand = || if invocation.program == "k3d" { found.operand(2) } else { None };
    let all = || found.has(&["--all", "-a", "-A"]).then(|| "*".to_owned());
    let default = match invocation.program.as_str() {
        "k3d" => "k3s-default",
        name => name,
    };
    all().or(given).or_else(operand).unwrap_or_else(|| default.to_owned())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn files_of_a_local_cluster() {
        assert_snapshot!(check("minikube cp minikube:/x ~/.claude/settings.json; minikube cp ~/.ssh/id_rsa minikube:/x"), @"
        countersign.tamper /home/dev/.claude/settings.json, destroy
        container.run cluster minikube, execute
        secret.read /home/dev/.ssh/id_rsa, read
        ");
    }

    #[test]
    fn applications() {
        assert_snapshot!(check("argocd app get web; argocd app diff web; argocd app list"), @"
        app.read web on argocd, read
        app.read * on argocd, read
        ");
        assert_snapshot!(check("argocd app sync web --prune --server argocd.prod.acme.example; argocd app delete web; argocd app rollback web 3"), @"
        app.deploy web on argocd (argocd.prod.acme.example), write
        app.delete web on argocd, destroy
        app.deploy web on argocd, write
        ");
        assert_snapshot!(check("argocd account generate-token; argocd cluster rm prod; argocd frob"), @"
        secret.read argocd:*, read
        app.delete prod on argocd, destroy
        app.settings frob on argocd, write, partial
        ");
    }

    #[test]
    fn contexts_have_several_names() {
        for command in ["velero --kubecontext live backup delete b --confirm", "velero backup delete b --kubecontext=live", "kapp --kubeconfig-context live delete -a web", "SKAFFOLD_KUBE_CONTEXT=live skaffold delete", "stern web --context live", "stern --context live -n shop 'web-.*'", "kail --context live", "argo list --context live", "k9s --context live --readonly", "velero backup get --backup-ctx live"] {
            let said = check(command);
            let first = said.lines().next().unwrap_or_default();
            assert!(first.contains("in live/") || command.contains("-ctx") && first.contains("in */"), "{command}: {said}");
        }
        assert_snapshot!(check("stern web --context live -n shop; k9s --context live; k9s version; kubeseal < a.yaml"), @"
        kube.read pod/* in live/shop, read
        kube.execute */* in live/*, execute
        exec.opaque k9s, execute, opaque
        exec.opaque k9s told of context:live, execute, opaque
        kube.execute */* in */*, execute, partial
        fs.read /repo/a.yaml, read
        exec.read kubeseal, read
        ");
        assert_snapshot!(check_with("istioctl -c /repo/live.yaml uninstall --purge", &[("/repo/live.yaml", "current-context: live")]), @"kube.delete */* in live/*, destroy");
    }

    #[test]
    fn services_and_pipelines() {
        assert_snapshot!(check("tkn pr delete x -c live -n shop; tkn pipelinerun list --context live; tkn -k x pr logs y; kn service delete web --context live -n shop; kn service apply web --context live; kn frob web --context live"), @"
        kube.delete pr/x in live/shop, destroy
        kube.read pipelinerun/* in live/*, read
        kube.write x/x in */*, write, partial
        kube.delete service/web in live/shop, destroy
        kube.write service/web in live/*, write
        kube.write frob/frob in live/*, write, partial
        ");
    }

    #[test]
    fn in_clusters() {
        assert_snapshot!(check("flux get all; flux reconcile kustomization apps --context prod; flux delete source git x --context prod"), @"
        kube.read all/* in */*, read, partial
        kube.write kustomization/apps in prod/*, write
        kube.delete source/git in prod/*, destroy
        ");
        assert_snapshot!(check("velero backup get; velero backup delete nightly; velero restore create --from-backup x"), @"
        kube.read */* in */*, read, partial
        kube.delete nightly/* in */*, destroy, partial
        kube.write */* in */*, write, partial
        ");
        assert_snapshot!(check("istioctl analyze; istioctl uninstall --purge --context prod"), @"
        kube.read */* in */*, read, partial
        kube.delete */* in prod/*, destroy
        ");
        assert_snapshot!(check("skaffold render; skaffold run -p prod"), @"
        kube.read */* in */*, read, partial
        kube.write */* in */*, write, partial
        exec.opaque skaffold, execute, opaque
        ");
        assert_snapshot!(check("kind create cluster; kind delete cluster; minikube start; kind get clusters"), @"
        container.run cluster kind, execute
        container.delete cluster kind, destroy
        container.run cluster minikube, execute
        exec.read kind get clusters, read
        ");
        assert_snapshot!(check("kops delete cluster --name prod; kubeadm reset"), @"
        kube.delete cluster/* in prod, destroy
        kube.delete */* in */*, destroy, partial
        ");
    }
}
