    use insta::assert_snapshot;

    use crate::fixture::check_with;

    fn of(command: &str, server: &str) -> String {
        let name = command.split_whitespace().nth(2).unwrap();
        let config = format!(
            "contexts:\n- name: {name}\n  context: {{cluster: c}}\nclusters:\n- name: c\n  cluster: {{server: {server}}}\n"
        );
        check_with(command, &[("/home/dev/.kube/config", &config)])
    }

    #[test]
    fn a_name_is_believed_where_its_server_is_here() {
        assert_snapshot!(of("kubectl --context kind-dev delete pod x", "https://127.0.0.1:33001"), @"kube.delete pod/x in kind-dev/default, destroy");
        assert_snapshot!(of("kubectl --context k3d-dev delete pod x", "https://0.0.0.0:6443"), @"kube.delete pod/x in k3d-dev/default, destroy");
        assert_snapshot!(of("kubectl --context minikube delete pod x", "https://192.168.49.2:8443"), @"kube.delete pod/x in minikube/default, destroy");
        assert_snapshot!(of("kubectl --context docker-desktop delete pod x", "https://kubernetes.docker.internal:6443"), @"kube.delete pod/x in docker-desktop/default, destroy");
    }

    #[test]
    fn and_not_where_it_is_elsewhere() {
        assert_snapshot!(of("kubectl --context kind-dev delete pod x", "https://eu.clusters.example:6443"), @"kube.delete pod/x in kind-dev at eu.clusters.example/default, destroy");
        assert_snapshot!(of("kubectl --context kind-dev delete pod x", "https://127.0.0.1@eu.clusters.example"), @"kube.delete pod/x in kind-dev at eu.clusters.example/default, destroy");
        assert_snapshot!(of("kubectl --context kind-dev delete pod x", "https://127.0.0.1.clusters.example"), @"kube.delete pod/x in kind-dev at 127.0.0.1.clusters.example/default, destroy");
        assert_snapshot!(of("kubectl --context minikube delete pod x", "https://192.168.49.2.clusters.example"), @"kube.delete pod/x in minikube at 192.168.49.2.clusters.example/default, destroy");
        assert_snapshot!(of("kubectl --context kind-dev delete pod x", "'https://127.0.0.1:6443', proxy-url: 'http://proxy.example'"), @"kube.delete pod/x in kind-dev at proxy.example/default, destroy");
        assert_snapshot!(of("kubectl --context kind-dev delete pod x --kubeconfig \"$K\"", "https://127.0.0.1:33001"), @"kube.delete pod/x in kind-dev at */*, destroy, partial");
        assert_snapshot!(of("kubectl --context kind-dev delete pod x --kubeconfig missing", "https://127.0.0.1:33001"), @"kube.delete pod/x in kind-dev at */*, destroy");
        assert_snapshot!(of("kubectl --cluster c delete pod x", "https://eu.clusters.example"), @"kube.delete pod/x in c/default, destroy");
        assert_snapshot!(of("kubectl --context kind-dev delete pod x; echo a > ~/.kube/config; kubectl --context kind-dev delete pod x", "https://127.0.0.1:33001"), @"
        kube.delete pod/x in kind-dev/default, destroy
        fs.write /home/dev/.kube/config, write
        exec.read echo, read
        kube.delete pod/x in kind-dev at */default, destroy
        ");
    }

    #[test]
    fn and_not_where_the_call_changes_it() {
        let changed = |before: &str| {
            let server = "https://127.0.0.1:33001";
            let found = of(&format!("kubectl --context kind-dev get pods; {before}; kubectl --context kind-dev delete pod x"), server);
            found.lines().filter(|line| line.contains("kube.delete")).collect::<Vec<_>>().join("\n")
        };
        assert_snapshot!(changed("kubectl config rename-context prod kind-dev"), @"
        kube.delete pod/x in */*, destroy, partial
        kube.delete pod/x in kind-dev at */default, destroy
        ");
        assert_snapshot!(changed("kubectl config set-context kind-dev --cluster=prod --user=u"), @"
        kube.delete pod/x in */*, destroy, partial
        kube.delete pod/x in kind-dev at */default, destroy
        ");
        assert_snapshot!(changed("kubectl config set-cluster c --server=https://k.example"), @"
        kube.delete pod/x in */*, destroy, partial
        kube.delete pod/x in kind-dev at */default, destroy
        ");
        assert_snapshot!(changed("kubectl config set contexts.kind-dev.cluster prod"), @"
        kube.delete pod/x in */*, destroy, partial
        kube.delete pod/x in kind-dev at */default, destroy
        ");
        assert_snapshot!(changed("aws eks update-kubeconfig --name prod --alias kind-dev --kubeconfig other"), @"
        kube.delete pod/x in prod at cluster arn:aws:eks:*:*:cluster/prod/default, destroy
        kube.delete pod/x in kind-dev at */default, destroy
        ");
        assert_snapshot!(changed("kubectl config use-context kind-dev"), @"kube.delete pod/x in kind-dev/default, destroy");
        assert_snapshot!(changed("kubectl config set-context --current --namespace=shop"), @"kube.delete pod/x in kind-dev/default, destroy");
        assert_snapshot!(changed("kind create cluster --name dev"), @"kube.delete pod/x in kind-dev/default, destroy");
    }

    #[test]
    fn a_context_that_is_led_elsewhere() {
        let after = |before: &str| {
            let config = "contexts:\n- name: dev\n  context: {cluster: dev}\n";
            check_with(&format!("{before}; kubectl --context dev -n web apply -f x.yaml"), &[("/home/dev/.kube/config", config)])
        };
        assert_snapshot!(after("kubectl config set-context dev --cluster=prod --user=prod"), @"
        fs.write /home/dev/.kube/config, write
        fs.read /repo/x.yaml, read
        kube.write */* in */*, write, partial
        kube.write */* in dev/*, write
        ");
        assert_snapshot!(after("kubectl config set-cluster dev --server=https://k.example"), @"
        fs.write /home/dev/.kube/config, write
        fs.read /repo/x.yaml, read
        kube.write */* in */*, write, partial
        kube.write */* in dev/*, write
        ");
        assert_snapshot!(after("kubectl config rename-context prod dev"), @"
        fs.write /home/dev/.kube/config, write
        fs.read /repo/x.yaml, read
        kube.write */* in */*, write, partial
        kube.write */* in dev/*, write
        ");
        assert_snapshot!(after("kubectx dev=prod"), @"
        fs.write /home/dev/.kube/config, write
        fs.read /repo/x.yaml, read
        kube.write */* in */*, write, partial
        kube.write */* in dev/*, write
        ");
        assert_snapshot!(after("kubectl config set-context dev --namespace=shop"), @"
        fs.write /home/dev/.kube/config, write
        fs.read /repo/x.yaml, read
        kube.write */* in dev/*, write
        ");
        assert_snapshot!(after("kubectl config use-context prod"), @"
        fs.write /home/dev/.kube/config, write
        fs.read /repo/x.yaml, read
        kube.write */* in dev/*, write
        ");
        assert_snapshot!(after("kubectl config get-contexts"), @"
        exec.read kubectl config, read
        fs.read /repo/x.yaml, read
        kube.write */* in dev/*, write
        ");
    }

    #[test]
    fn a_context_whose_cluster_is_called_otherwise() {
        let of = |cluster: &str, command: &str| {
            let config = format!("current-context: dev\ncontexts:\n- name: dev\n  context: {{cluster: {cluster}}}\n- name: eu1\n  context: {{cluster: shared}}\n");
            check_with(command, &[("/home/dev/.kube/config", &config)])
        };
        assert_snapshot!(of("prod", "kubectl --context dev delete pod x; kubectl exec x -- rm -rf /data"), @"
        kube.delete pod/x in dev at cluster prod/default, destroy
        kube.delete pod/x in dev/default, destroy
        kube.execute pod/x in dev at cluster prod/default, execute
        fs.delete pod/x in dev at cluster prod/default, destroy, partial
        ");
        assert_snapshot!(of("eu1", "kubectl --context dev delete pod x"), @"
        kube.delete pod/x in dev at cluster eu1/default, destroy
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(of("shared", "kubectl delete pod x; helm --kube-context dev uninstall web"), @"
        kube.delete pod/x in dev at cluster eu1/default, destroy
        kube.delete pod/x in dev/default, destroy
        kube.delete release/web in dev at cluster eu1/default, destroy
        kube.delete release/web in dev/default, destroy
        ");
        assert_snapshot!(of("dev", "kubectl delete pod x"), @"kube.delete pod/x in dev/default, destroy");
        assert_snapshot!(of("dev-cluster", "kubectl --context dev delete pod x"), @"kube.delete pod/x in dev/default, destroy");
    }

    #[test]
    fn the_current_context_after_a_command_that_changes_it() {
        let after = |before: &str| {
            let config = "current-context: dev\ncontexts:\n- name: dev\n  context: {cluster: c}\n";
            let found = check_with(&format!("{before} && kubectl delete pod x"), &[("/home/dev/.kube/config", config)]);
            found.lines().filter(|line| line.contains("kube.delete")).collect::<Vec<_>>().join("\n")
        };
        assert_snapshot!(after("aws eks update-kubeconfig --name prod"), @"
        kube.delete pod/x in arn:aws:eks:*:*:cluster/prod/*, destroy
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("aws eks update-kubeconfig --name prod --alias live"), @"
        kube.delete pod/x in prod at cluster arn:aws:eks:*:*:cluster/prod/*, destroy
        kube.delete pod/x in live/*, destroy
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("aws eks update-kubeconfig --name prod --dry-run"), @"kube.delete pod/x in dev/default, destroy");
        assert_snapshot!(after("gcloud container clusters get-credentials prod --zone z --project p"), @"
        kube.delete pod/x in gke_p_z_prod/*, destroy
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("az aks get-credentials -g g -n prod"), @"
        kube.delete pod/x in prod/*, destroy
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("az aks get-credentials -g g -n prod --context live --subscription s"), @"
        kube.delete pod/x in prod/*, destroy
        kube.delete pod/x in live/*, destroy
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("az aks get-credentials -g g -n prod -f -"), @"kube.delete pod/x in dev/default, destroy");
        assert_snapshot!(after("oc login https://k8s.prod.example:6443"), @"
        kube.delete pod/x in */*, destroy, partial
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("kubectl config set current-context prod"), @"kube.delete pod/x in prod/*, destroy");
        assert_snapshot!(after("kubectl config unset current-context"), @"kube.delete pod/x in */*, destroy, partial");
        assert_snapshot!(after("doctl kubernetes cluster kubeconfig save prod"), @"
        kube.delete pod/x in *prod/*, destroy
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("eksctl utils write-kubeconfig --cluster prod"), @"
        kube.delete pod/x in *prod/*, destroy
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("tsh kube login prod"), @"
        kube.delete pod/x in *prod/*, destroy
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("kind create cluster --name t"), @"kube.delete pod/x in kind-t/*, destroy");
        assert_snapshot!(after("kubectl config set-credentials u --token=x"), @"kube.delete pod/x in dev/default, destroy");
    }
