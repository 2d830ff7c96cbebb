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
        assert_snapshot!(changed("kubectl config rename-context prod kind-dev"), @"kube.delete pod/x in kind-dev at */default, destroy");
        assert_snapshot!(changed("kubectl config set-context kind-dev --cluster=prod --user=u"), @"kube.delete pod/x in kind-dev at */default, destroy");
        assert_snapshot!(changed("kubectl config set-cluster c --server=https://k.example"), @"kube.delete pod/x in kind-dev at */default, destroy");
        assert_snapshot!(changed("kubectl config set contexts.kind-dev.cluster prod"), @"kube.delete pod/x in kind-dev at */default, destroy");
        assert_snapshot!(changed("aws eks update-kubeconfig --name prod --alias kind-dev --kubeconfig other"), @"kube.delete pod/x in kind-dev at */default, destroy");
        assert_snapshot!(changed("kubectl config use-context kind-dev"), @"kube.delete pod/x in kind-dev/default, destroy");
        assert_snapshot!(changed("kubectl config set-context --current --namespace=shop"), @"kube.delete pod/x in kind-dev/default, destroy");
        assert_snapshot!(changed("kind create cluster --name dev"), @"kube.delete pod/x in kind-dev/default, destroy");
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
