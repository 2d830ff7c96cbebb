use super::*;

#[test]
fn names_raise_and_seldom_lower() {
    for name in
        ["prod", "eu-prod-1", "PRODUCTION", "shop.prod.example.com", "prod2", "arn:aws:eks:x:cluster/live"]
    {
        assert_eq!(guess(&[name]), Environment::Production, "{name}");
    }
    for name in [
        "dev",
        "staging",
        "non-prod",
        "pre-production",
        "product",
        "reproduce",
        "*",
        "",
        "kind-x at cluster.example",
        "db.example:5432",
    ] {
        assert_eq!(guess(&[name]), Environment::Unknown, "{name}");
    }
    for name in ["minikube", "kind-test", "127.0.0.1", "localhost:4566", "/repo/data.db"] {
        assert_eq!(guess(&[name]), Environment::Development, "{name}");
    }
}
