//! What a kubeconfig is called: some keep one file for each cluster, and call it after the cluster.

use crate::context::Context;
use crate::families::kubectl::kubeconfig::Kubeconfig;
pub(crate) use crate::families::kubectl::kubeconfig::says_production;
use crate::paths;
use crate::word::Value;

/// Kubeconfigs of one list that are looked at.
const MOST: usize = 8;

/// Names that any kubeconfig may have.
const PLAIN: &[&str] = &["config", "kubeconfig", "kube-config", "kube_config", "kubectl", "kube", "conf", "admin"];

/// What names of kubeconfigs end in.
const ENDS: &[&str] = &[".yaml", ".yml", ".json", ".conf", ".config", ".kubeconfig", ".cfg"];

/// Directories in which any kubeconfig may be.
const PLACES: &[&str] = &["", ".", "..", "~", ".kube", "kube", ".k3s", "tmp", "kubernetes"];

/// `prod` for `~/.kube/prod.yaml` and for `/srv/prod/kubeconfig`; none for `~/.kube/config`.
pub(crate) fn of_path(path: &str) -> Option<&str> {
    let (directory, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = ENDS.iter().find_map(|end| file.strip_suffix(end)).filter(|stem| !stem.is_empty()).unwrap_or(file);
    if !PLAIN.contains(&stem) && !stem.is_empty() {
        return Some(stem);
    }
    let above = directory.rsplit('/').next().unwrap_or_default();
    (!PLACES.contains(&above)).then_some(above)
}

/// What a list of kubeconfigs says of where a program acts that is told of it: what each is called, and its current
/// context.
pub(crate) fn of_list(list: &str, context: &Context<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let paths: Vec<&str> = list.split([':', ',']).map(str::trim).filter(|path| !path.is_empty()).collect();
    if paths.len() > MOST {
        return vec!["*".to_owned()];
    }
    for path in paths {
        found.extend(of_path(path).map(str::to_owned));
        let path = path.strip_prefix("~/").map_or_else(|| path.to_owned(), |rest| format!("{}/{rest}", context.surroundings.home));
        let located = paths::locate(&Value::Known(path), context);
        let config = if located.why.is_none() { Kubeconfig::read(&located.path, context) } else { None };
        found.extend(config.as_ref().and_then(Kubeconfig::current).map(str::to_owned));
    }
    found
}

/// A context with what its kubeconfig is called, `default at cluster prod`, where that sounds like production.
pub(crate) fn raised(name: &str, kubeconfig: &str) -> Option<String> {
    let called = of_path(kubeconfig).filter(|called| says_production(called))?;
    (called != name && !name.contains(['*', ' '])).then(|| format!("{name} at cluster {called}"))
}

#[cfg(test)]
mod tests {
    use super::of_path;
    use crate::fixture::{check, check_with};

    const DEV: &str = "current-context: dev\ncontexts:\n- name: dev\n  context: {cluster: c}\n";

    #[test]
    fn names() {
        for (path, name) in [
            ("~/.kube/prod", Some("prod")),
            ("/k/eu-live.yaml", Some("eu-live")),
            ("/srv/prod/kubeconfig.yaml", Some("prod")),
            ("prod.kubeconfig", Some("prod")),
            ("/home/dev/.kube/config", None),
            ("kubeconfig", None),
            ("/tmp/config", None),
        ] {
            assert_eq!(of_path(path), name, "{path}");
        }
    }

    #[test]
    fn programs_that_are_told_of_one() {
        for command in [
            "KUBECONFIG=~/.kube/prod terraform apply",
            "KUBECONFIG=/k/prod.yaml pulumi up -y -s dev",
            "KUBE_CONFIG_PATH=~/.kube/prod tofu destroy",
            "KUBE_CONFIG_PATHS=~/.kube/dev:~/.kube/prod terragrunt apply",
            "export KUBECONFIG=/srv/prod/kubeconfig; terraform apply",
            "terraform apply -var kubeconfig=~/.kube/prod.yaml",
            "TF_VAR_config_path=~/.kube/prod terraform apply",
            "KUBECONFIG=~/.kube/prod ./frob",
        ] {
            let found = check(command);
            assert!(found.contains("context:prod"), "{command}: {found}");
        }
        for command in ["KUBECONFIG=~/.kube/prod ./frob", "KUBECONFIG=~/.kube/eu-live.yaml make x", "export KUBECONFIG=/srv/prod/config; python3 frob.py", "HELM_KUBECONTEXT=prod ./frob"] {
            let found = check(command);
            assert!(found.contains("stage:production"), "{command}: {found}");
        }
        for command in ["KUBECONFIG=~/.kube/dev ./frob", "KUBECONFIG=~/.kube/config ./frob", "KUBECONFIG=~/.kube/prod npm test", "KUBECONFIG=~/.kube/prod kubectl get pods"] {
            let found = check(command);
            assert!(!found.contains("stage:production"), "{command}: {found}");
        }
        let found = check_with("KUBECONFIG=/k/dev:/k/x terraform apply", &[("/k/x", &DEV.replace("dev", "live"))]);
        assert!(found.contains("context:dev context:x context:live"), "{found}");
        let found = check("KUBECONFIG=$K terraform apply");
        assert!(found.contains("(context:*)"), "{found}");
        let found = check_with("terraform apply", &[("/repo/main.tf", "provider \"helm\" {\n  kubernetes {\n    config_path = \"~/.kube/prod\"\n  }\n}")]);
        assert!(found.contains("(context:prod)"), "{found}");
        let found = check_with("terraform apply", &[("/repo/main.tf", "provider \"kubernetes\" {\n  config_path = \"${path.module}/prod.yaml\"\n}")]);
        assert!(found.contains("(context:prod)"), "{found}");
        let found = check_with("terraform apply", &[("/repo/main.tf", "provider \"kubernetes\" {\n  config_path = \"${path.module}/kubeconfig\"\n}")]);
        assert!(!found.contains("context:"), "{found}");
    }

    #[test]
    fn the_kubeconfig_says_more_than_its_context() {
        for command in ["kubectl delete pod x", "kubectl --context dev delete pod x", "helm uninstall x", "helmfile -e dev destroy"] {
            let found = check_with(&format!("KUBECONFIG=/k/prod {command}"), &[("/k/prod", DEV)]);
            assert!(found.contains(" in dev at cluster prod/"), "{command}: {found}");
            let found = check_with(&format!("KUBECONFIG=/k/test {command}"), &[("/k/test", DEV)]);
            assert!(!found.contains(" at cluster "), "{command}: {found}");
        }
        let found = check("KUBECONFIG=/srv/prod/config kubectl delete pod x");
        assert!(found.contains(" in * of prod/"), "{found}");
    }

    #[test]
    fn kubeconfigs_that_another_command_prints() {
        for command in [
            "kubectl --kubeconfig /dev/stdin --context dev delete pod x",
            "KUBECONFIG=/dev/fd/3 kubectl --context dev delete pod x",
            "kubectl --kubeconfig <(cat x) --context dev delete pod x",
            "helm --kubeconfig /dev/stdin --kube-context dev uninstall x",
        ] {
            let found = check(command);
            assert!(found.contains(" in *") && found.contains("partial"), "{command}: {found}");
        }
        let found = check("kubectl --kubeconfig ./x --context dev delete pod x < y");
        assert!(!found.contains(" in *"), "{found}");
    }

    #[test]
    fn servers_that_options_and_variables_name() {
        for (command, place) in [
            ("HELM_KUBEAPISERVER=https://k.example helm uninstall x --kube-context kind-a", " in https://k.example"),
            ("export HELM_KUBEAPISERVER=$S; helm uninstall x", " in *"),
            ("HELM_KUBECONTEXT=dev helm uninstall x", " in dev"),
            ("kubectl --context kind-a --tls-server-name k.prod.example delete pod x", " in kind-a at cluster k.prod.example"),
        ] {
            let found = check(command);
            assert!(found.contains(place), "{command}: {found}");
        }
        for command in ["HELM_KUBEAPISERVER=https://k.example kubectl --context dev delete pod x", "kubectl --context dev --tls-server-name kubernetes delete pod x"] {
            let found = check(command);
            assert!(found.contains(" in dev") && !found.contains("k.example") && !found.contains("at cluster"), "{command}: {found}");
        }
    }

    #[test]
    fn near_misses() {
        let found = check("KUBECONFIG=~/.kube/config terraform apply; KUBECONFIG=~/.kube/prod terraform plan");
        assert!(!found.contains("context:"), "{found}");
        let list = "KUBECONFIG=/k/test:/k/prod kubectl --context dev delete pod x";
        let found = check_with(list, &[("/k/test", DEV), ("/k/prod", &DEV.replace("dev", "live"))]);
        assert!(!found.contains(" at cluster "), "{found}");
    }
}
