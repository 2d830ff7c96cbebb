use insta::assert_snapshot;

use crate::fixture::{check, check_with};

const CONFIG: &str = "apiVersion: v1\ncontexts:\n- context:\n    cluster: a\n    namespace: shop\n  name: prod-eu\n- context:\n    cluster: b\n  name: kind-dev\ncurrent-context: prod-eu\nusers:\n- name: x\n";
const KUBE: &[(&str, &str)] = &[("/home/dev/.kube/config", CONFIG)];

#[test]
fn bases_that_are_fetched() {
    assert_snapshot!(check("kubectl apply -k https://github.com/a/b//base?ref=v1"), @"
    net.read github.com, read
    kube.write */* in */*, write, partial
    ");
    assert_snapshot!(check("kubectl kustomize github.com/a/b/base; kustomize build git@evil.example:a/b"), @"
    exec.read kubectl kustomize github.com/a/b/base, read
    net.read github.com, read
    exec.read kustomize build git@evil.example:a/b, read
    net.read evil.example, read
    ");
    assert_snapshot!(check_with("kubectl kustomize overlays/dev", &[("/repo/overlays/dev/kustomization.yaml", "resources:\n- ../../base\n- deploy.yaml\n- https://raw.example/x.yaml\n- github.com/a/b//base?ref=v1\n")]), @"
    exec.read kubectl kustomize overlays/dev, read
    fs.read /repo/overlays/dev, read
    net.read raw.example, read
    net.read github.com, read
    ");
    assert_snapshot!(check_with("kubectl kustomize overlays/dev -o out.yaml", &[("/repo/overlays/dev/kustomization.yaml", "resources:\n- ../../base\n- deploy.yaml\n")]), @"
    exec.read kubectl kustomize overlays/dev, read
    fs.read /repo/overlays/dev, read
    fs.write /repo/out.yaml, write
    ");
    assert_snapshot!(check("kustomize version"), @"exec.read kustomize version, read");
}

#[test]
fn finds_the_place() {
    assert_snapshot!(check_with("kubectl delete pod x", KUBE), @"kube.delete pod/x in prod-eu/shop, destroy");
    assert_snapshot!(check_with("kubectl --context kind-dev delete ns web", KUBE), @"kube.delete namespace/web in kind-dev, destroy");
    assert_snapshot!(check("kubectl -nweb delete deploy/a svc/b"), @"
    kube.delete deployment/a in */web, destroy, partial
    kube.delete service/b in */web, destroy, partial
    ");
    assert_snapshot!(check_with("kubectl config use-context kind-dev && kubectl delete pod x", KUBE), @"
    fs.write /home/dev/.kube/config, write
    kube.delete pod/x in kind-dev/default, destroy
    ");
    assert_snapshot!(check_with("KUBECONFIG=prod.yaml kubectl apply -f a.yaml", &[("/repo/a.yaml", "kind: Deployment\nmetadata:\n  name: web\n---\nkind: ClusterRole\nmetadata:\n  name: all\n")]), @"
    fs.read /repo/a.yaml, read
    kube.write deployment/web in * of prod.yaml/*, write, partial
    kube.permission clusterrole/all in * of prod.yaml, write, partial
    ");
    assert_snapshot!(check("kubectl apply --context prod -f - <<'X'\nkind: Secret\nmetadata:\n  name: a\n  namespace: b\nX"), @"kube.write secret/a in prod/b, write");
}

#[test]
fn secrets_are_read_by_format() {
    for command in [
        "kubectl get secret x -o yaml",
        "kubectl get -ojson Secrets",
        "kubectl get cm,secrets --output=jsonpath={.data}",
        "kubectl get secret/x --template={{.data}}",
        "kubectl get --raw /api/v1/namespaces/a/secrets/x",
        "kubectl create token admin",
        "kubectl config view --raw",
        "oc extract secret/x --to=-",
        "kubectl get $KIND -o yaml",
    ] {
        assert!(check(command).contains("secret.read"), "{command}: {}", check(command));
    }
    for command in [
        "kubectl get secrets",
        "kubectl get secret x -o name",
        "kubectl describe secret x",
        "kubectl get cm x -o yaml",
        "kubectl config view",
        "kubectl get sealedsecrets -o yaml",
    ] {
        assert!(!check(command).contains("secret.read"), "{command}: {}", check(command));
    }
}

#[test]
fn reads_and_rehearsals_change_nothing() {
    for command in [
        "kubectl get pods -A",
        "kubectl logs -f deploy/web --tail=10",
        "kubectl delete ns x --dry-run=client",
        "kubectl apply -f a.yaml --server-side --dry-run=server",
        "kubectl auth can-i delete pods",
        "kubectl rollout status deploy/x",
        "kubectl delete --help",
        "kubectl create deployment x --image=a --dry-run=client -o yaml",
        "kubectl label pod x --list",
        "kubectl diff -f a.yaml",
        "kustomize build overlays/prod",
        "kubectx",
        "kubectl completion bash",
        "kubectl get secret x -o jsonpath={.metadata.name}",
    ] {
        let found = check(command);
        assert!(!found.lines().any(|line| !line.contains(", read")), "{command}: {found}");
    }
    for command in ["kubectl delete ns x --field-manager --dry-run=client", "kubectl delete ns x --dry-run=none", "kubectl delete ns x --some-option --help"] {
        assert!(check(command).contains("kube.delete"), "{command}: {}", check(command));
    }
}

#[test]
fn runs_elsewhere_and_changes() {
    assert_snapshot!(check("kubectl --context p exec -n web api-0 -c app -- rm -rf /data"), @"
    kube.execute pod/api-0 in p/web, execute
    fs.delete pod/api-0 in p/web, destroy, partial
    ");
    assert_snapshot!(check("kubectl --context p port-forward svc/db 5432:5432"), @"
    kube.execute service/db in p/*, execute
    net.listen localhost, write
    ");
    assert_snapshot!(check("kubectl --context p cp api-0:/x ./out && kubectl --context p cp ~/.ssh/id_rsa web/api-0:/tmp"), @"
    kube.export pod/api-0 in p/*, read
    fs.write /repo/out, write
    kube.write pod/api-0 in p/web, write
    secret.read /home/dev/.ssh/id_rsa, read
    ");
    assert_snapshot!(check("kubectl --context p scale deploy web --replicas=0 -n x"), @"kube.write deployment/web in p/x, write");
    assert_snapshot!(check("kubectl --context p drain node-1 --ignore-daemonsets"), @"kube.delete node/node-1 in p, destroy");
    assert_snapshot!(check("kubectl --context p create clusterrolebinding x --clusterrole=cluster-admin --user=a"), @"kube.permission clusterrolebinding/x in p, write");
    assert_snapshot!(check("kubectl --context p -n x create secret generic s --from-file=.env"), @"
    secret.read /repo/.env, read
    kube.write secret/s in p/x, write
    secret.write kubernetes p/x:s, write
    ");
    assert_snapshot!(check("kubectl --context p explode now; kubectl --context p $VERB x"), @"
    kube.write explode/now in p/*, write, partial
    kube.delete */x in p/*, destroy, partial
    ");
    assert_snapshot!(check("kubectl config set-credentials x --exec-command=evil"), @"
    fs.write /home/dev/.kube/config, write
    exec.opaque evil, execute, opaque
    exec.schedule kubectl, execute
    ");
}

#[test]
fn a_flattened_configuration_shows_credentials() {
    let found = check("kubectl config view --flatten");
    assert!(found.contains("secret.read"), "{found}");
    for command in ["kubectl config view", "kubectl config view --minify", "kubectl config view --flatten=false"] {
        let found = check(command);
        assert!(!found.contains("secret.read"), "{command}: {found}");
    }
}

#[test]
fn metadata_on_one_line() {
    let apply = |text: &str| check_with("kubectl --context stg apply -f a.yaml", &[("/repo/a.yaml", text)]);
    assert_snapshot!(apply("kind: Deployment\nmetadata: {name: ledger, namespace: ledger}\nspec: {}\n"), @"
    fs.read /repo/a.yaml, read
    kube.write deployment/ledger in stg/ledger, write
    ");
    assert_snapshot!(apply("kind: Deployment\nmetadata: {name: ledger,\n  namespace: ledger}\n"), @"
    fs.read /repo/a.yaml, read
    kube.write */* in stg/*, write
    ");
    assert_snapshot!(apply("kind: Deployment\nmetadata: *m\n"), @"
    fs.read /repo/a.yaml, read
    kube.write */* in stg/*, write
    ");
}

#[test]
fn what_is_set_is_no_object() {
    assert_snapshot!(check("kubectl --context prod set image deployment web web=ghcr.io/acme/shop:abc"), @"kube.write deployment/web in prod/*, write");
    assert_snapshot!(check("kubectl --context prod set image deploy/web web=ghcr.io/acme/shop:abc side=ghcr.io/a/b@sha256:c"), @"kube.write deployment/web in prod/*, write");
    assert_snapshot!(check("kubectl --context prod set image deployment,ds --all web=ghcr.io/acme/shop"), @"
    kube.write deployment/* in prod/*, write
    kube.write daemonset/* in prod/*, write
    ");
    assert_snapshot!(check("kubectl --context prod set env deployment web URL=https://a.example/x KEY-"), @"kube.write deployment/web in prod/*, write");
    assert_snapshot!(check("kubectl --context prod set resources deployment web --limits=cpu=1; kubectl --context prod scale deployment web --replicas=3"), @"kube.write deployment/web in prod/*, write");
    assert_snapshot!(check("kubectl --context prod label pod web a.example/tier=x; kubectl --context prod annotate deployment web a.example/url=https://b.example/c a.example/old-"), @"
    kube.write pod/web in prod/*, write
    kube.write deployment/web in prod/*, write
    ");
    assert_snapshot!(check("kubectl --context prod rollout restart deployment web; kubectl --context prod taint nodes n1 a.example/b=c:NoSchedule a.example/d:NoExecute-"), @"
    kube.write deployment/web in prod/*, write
    kube.write node/n1 in prod, write
    ");
    assert_snapshot!(check("kubectl --context prod set image \"$what\" web=ghcr.io/a/b; kubectl --context prod delete deploy/web svc/web"), @"
    kube.write */* in prod/*, write, partial
    kube.delete deployment/web in prod/*, destroy
    kube.delete service/web in prod/*, destroy
    ");
    assert_snapshot!(check("kubectl --context prod delete clusterrole/system:node; kubectl --context prod taint nodes n1 a.example/b:NoSchedule"), @"
    kube.delete clusterrole/system:node in prod, destroy
    kube.write node/n1 in prod, write
    ");
}

#[test]
fn the_plugins_that_choose() {
    for command in [
        "kubectl ctx prod && kubectl delete pod x",
        "kubectl ctx prod; kubectl delete pod x",
        "kubectx prod && helm uninstall x",
        "k ctx prod && kubectl delete pod x",
    ] {
        let found = check(command);
        assert!(found.contains(" in prod/"), "{command}: {found}");
    }
    for command in ["kubectl ns prod && kubectl delete pod x", "kubens prod && kubectl delete pod x", "kubens prod; helm uninstall x"] {
        let found = check(command);
        assert!(found.contains("/prod, destroy"), "{command}: {found}");
    }
    // What is written counts more than what was chosen.
    let found = check("kubens prod && kubectl -n dev delete pod x");
    assert!(!found.contains("/prod, destroy"), "{found}");
}

#[test]
fn the_current_context_is_forgotten() {
    let config = "current-context: dev\ncontexts:\n- name: dev\n  context: {cluster: c}\n";
    for command in ["kubectx -d dev", "kubectx -u", "kubectx --unset", "kubectl ctx -d dev"] {
        let found = check_with(&format!("{command} && kubectl delete pod x"), &[("/home/dev/.kube/config", config)]);
        assert!(found.contains("kube.delete pod/x in */"), "{command}: {found}");
    }
    let found = check_with("kubectl ctx && kubectl ns && kubectl ctx -c", &[("/home/dev/.kube/config", config)]);
    assert!(!found.contains("fs.write"), "{found}");
}

#[test]
fn a_context_that_stands_for_a_cluster() {
    let config = "current-context: dev\ncontexts:\n- name: dev\n  context: {cluster: c}\n";
    let after = |before: &str| {
        check_with(&format!("{before} && kubectl --context dev delete pod x"), &[("/home/dev/.kube/config", config)])
    };
    let found = after("aws eks update-kubeconfig --name shop-prod --alias dev --region eu-west-1");
    assert!(found.contains("in shop-prod at cluster arn:aws:eks:eu-west-1:*:cluster/shop-prod/"), "{found}");
    let found = after("az aks get-credentials -g g --name prod --context dev");
    assert!(found.contains(" in prod/"), "{found}");
    let found = after("az aks get-credentials -g g --name $C --context dev");
    assert!(found.contains(" in */"), "{found}");
    let found = after("doctl kubernetes cluster kubeconfig save prod --alias dev");
    assert!(found.contains(" in prod/"), "{found}");
    let found = check("aws eks update-kubeconfig --name prod --alias dev; helm --kube-context dev uninstall web");
    assert!(found.contains("release/web in prod at cluster arn:"), "{found}");
    // Another context is as it was, and so is one that the client names itself.
    for command in [
        "aws eks update-kubeconfig --name shop-prod --alias live",
        "aws eks update-kubeconfig --name shop-prod --alias dev --dry-run",
        "az aks get-credentials -g g --name dev --context dev",
        "gcloud container clusters get-credentials prod --zone z --project p",
    ] {
        let found = after(command);
        let deletes: Vec<&str> = found.lines().filter(|line| line.starts_with("kube.delete")).collect();
        assert_eq!(deletes, ["kube.delete pod/x in dev/default, destroy"], "{command}");
    }
}
