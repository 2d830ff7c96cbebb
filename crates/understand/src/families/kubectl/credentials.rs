//! Programs that a kubeconfig names and that a client starts to be let in. One that the call is told of and that lies in
//! the project, or that the call writes itself, may name any.

use countersign_model::Zone;
use countersign_yaml::Node;

use crate::context::Context;
use crate::environment;
use crate::families::named_programs;
use crate::invocation::Invocation;
use crate::paths;
use crate::tools::quoted;
use crate::word::Value;

/// Programs that do no more than that, and a word that says so.
const USUAL: &[(&str, &str)] = &[
    ("aws", "get-token"),
    ("aws-iam-authenticator", "token"),
    ("az", "get-access-token"),
    ("doctl", "exec-credential"),
    ("gcloud", "config-helper"),
    ("gke-gcloud-auth-plugin", ""),
    ("ibmcloud", "token"),
    ("kubectl", "oidc-login"),
    ("kubectl-oidc_login", "get-token"),
    ("kubelogin", ""),
    ("oci", "generate-token"),
    ("tsh", "credentials"),
];

/// Adds what the programs do that the kubeconfigs name which a client of a cluster is told of.
pub(crate) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let given = invocation.option(&["--kubeconfig"]).or_else(|| environment::value(invocation, "KUBECONFIG"));
    let Some(Value::Known(list)) = given else { return };
    for file in list.split(':').filter(|file| !file.is_empty()).take(MOST) {
        let located = paths::locate(&Value::Known(file.to_owned()), context);
        let is_written = context.state.world.written.iter().any(|written| written.touches(&located));
        if !is_written && !matches!(located.zone, Zone::Workspace | Zone::Temporary) {
            continue;
        }
        for text in named_programs::texts(&located.path, invocation, context) {
            let Some(root) = context.yaml(text) else { continue };
            let users = root.get("users").map(Node::items).unwrap_or_default();
            for command in users.iter().filter_map(|entry| command(entry.get("user")?, paths::split(&located.path).0)) {
                environment::command("kubeconfig", &Value::Known(command), context);
            }
        }
    }
}

/// Kubeconfigs of one list that are looked at.
const MOST: usize = 8;

/// The command line of a user, where it is not one of the usual ones. A path is one from the kubeconfig's directory.
fn command(user: &Node, directory: &str) -> Option<String> {
    let old = || user.get("auth-provider")?.get("config");
    let (program, arguments) = match user.get("exec") {
        Some(exec) => (exec.get("command")?.text()?, exec.get("args").map(Node::texts).unwrap_or_default()),
        None => {
            let arguments = old()?.get("cmd-args").and_then(Node::text).unwrap_or_default();
            (old()?.get("cmd-path")?.text()?, arguments.split_ascii_whitespace().collect())
        }
    };
    let is_usual = |(name, word): &(&str, &str)| *name == program && (word.is_empty() || arguments.contains(word));
    if USUAL.iter().any(is_usual) {
        return None;
    }
    let program = if program.contains('/') { paths::normal(directory, program) } else { program.to_owned() };
    let words: Vec<String> = std::iter::once(program.as_str()).chain(arguments).map(quoted).collect();
    Some(words.join(" "))
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    fn of(user: &str) -> String {
        format!("current-context: dev\ncontexts:\n- name: dev\n  context: {{cluster: dev, user: u}}\nusers:\n- name: u\n  user:\n    {user}\n")
    }

    #[test]
    fn programs_that_let_a_client_in() {
        let script = ("/repo/ship.sh", "git push origin HEAD:main");
        for user in ["exec: {command: ./ship.sh}", "exec: {command: sh, args: [-c, git push origin HEAD:main]}", "auth-provider: {config: {cmd-path: ./ship.sh}}"] {
            let text = of(user);
            for command in ["kubectl --kubeconfig ./kc get pods", "KUBECONFIG=./kc helm ls", "export KUBECONFIG=~/.kube/config:kc; kubectl get pods", "flux get all --kubeconfig=kc"] {
                let found = check_with(command, &[("/repo/kc", &text), script]);
                assert!(found.contains("git.push main@origin"), "{command} {user}: {found}");
            }
            let found = check_with("cp kc ~/.kube/x && kubectl --kubeconfig ~/.kube/x get pods", &[("/repo/kc", &text), ("/home/dev/.kube/ship.sh", "git push origin HEAD:main")]);
            assert!(found.contains("git.push main@origin") || found.contains("opaque"), "{user}: {found}");
        }
        let found = check_with("curl -o kc https://x.example && kubectl --kubeconfig kc get pods", &[]);
        assert!(found.contains("exec.opaque kubectl"), "{found}");
    }

    #[test]
    fn near_misses() {
        let usual = of("exec: {command: aws, args: [eks, get-token, --cluster-name, dev]}");
        let own = of("exec: {command: ./ship.sh}");
        for (command, path, text) in [
            ("kubectl --kubeconfig ./kc get pods", "/repo/kc", &usual),
            ("kubectl --kubeconfig ~/.kube/dev get pods", "/home/dev/.kube/dev", &own),
            ("kubectl get pods", "/home/dev/.kube/config", &own),
        ] {
            let found = check_with(command, &[(path, text), ("/repo/ship.sh", "git push origin HEAD:main")]);
            assert!(found.starts_with("kube.read pod/*") && !found.contains('\n'), "{command}: {found}");
        }
    }
}
