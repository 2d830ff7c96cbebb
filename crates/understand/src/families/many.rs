//! Commands that name more than is told one by one: nothing is left out in silence.

use crate::fixture::check;

/// What a command does that names so many things.
fn found(count: usize, before: &str, each: &str, between: &str, after: &str) -> String {
    let names: Vec<String> = (0..count).map(|at| each.replace('#', &at.to_string())).collect();
    check(&format!("{before}{}{after}", names.join(between)))
}

#[test]
fn what_is_more_than_can_be_told_is_any() {
    for (before, each, between, after, any) in [
        ("kubectl delete pod ", "p#", " ", "", "kube.delete pod/* in"),
        ("kubectl delete ", "pod/p#", " ", "", "kube.delete */* in"),
        ("kubectl delete ", "kind#", ",", " x", "kube.delete */* in"),
        ("KUBECONFIG=", "/repo/k#", ":", " kubectl delete pod x", "kube.delete pod/x in */*"),
        ("docker rm -f ", "c#", " ", "", " container *"),
        ("docker push ", "registry.example/a#", " ", "", "package.publish *"),
        ("redis-cli del ", "k#", " ", "", "db.destroy * in"),
        ("kill ", "1000#", " ", "", "exec.process *"),
        ("ssh -N ", "-L 900#:db#.example:5432", " ", " bastion", "net.write *"),
        (
            "ssh -fN ",
            "-L 900#:db#.example:5432",
            " ",
            " bastion && psql -h localhost -p 90069 -c 'drop table a'",
            "postgresql://*",
        ),
        ("terraform destroy ", "-target=a.b#", " ", "", "stack.destroy * of"),
    ] {
        let many = found(70, before, each, between, after);
        assert!(many.contains(any), "{before}: {many}");
        let few = found(3, before, each, between, after);
        assert!(!few.contains(any), "{before}: {few}");
    }
}
