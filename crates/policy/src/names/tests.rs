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

#[test]
fn branches_are_called_after_production_as_a_whole() {
    for branch in ["prod", "Production", "prod-eu", "prod2", "env/prod", "live", "deploy/production"] {
        assert!(branch_says_production(branch), "{branch}");
    }
    for branch in ["fix/prod-crash", "product", "non-prod", "alive", "feature/production-docs", "main"] {
        assert!(!branch_says_production(branch), "{branch}");
    }
}

#[test]
fn the_end_of_a_hosts_name_says_nothing() {
    for name in ["dev", "dev.acme.io", "acme-dev", "api.dev.acme.dev", "registry.acme.dev/dev"] {
        assert!(says_development(name), "{name}");
    }
    for name in ["registry.acme.dev", "registry.acme.dev/shop", "acme.dev:443", "db.staging.dev", "devices"] {
        assert!(!says_development(name), "{name}");
    }
}
