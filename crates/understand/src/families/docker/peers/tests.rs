use crate::fixture::check_with;

const FILE: &str = "services:\n  db:\n    image: postgres:16\n  redis:\n    image: redis:7\n  api:\n    build: .\n    env_file: .env\n";

fn done(command: &str, file: &str) -> String {
    let variables = "DATABASE_URL=postgresql://u:p@db:5432/ledger\n";
    check_with(command, &[("/repo/compose.yaml", file), ("/repo/.env", variables)])
}

#[test]
fn services_of_one_project_reach_each_other() {
    for (command, service) in [
        ("docker compose exec api alembic upgrade head", "db"),
        ("docker compose run --rm api alembic upgrade head", "db"),
        ("docker compose exec api redis-cli -h redis del x", "redis"),
        ("docker compose exec db psql -h db -c 'update t set a=1'", "db"),
        ("docker compose run -e DATABASE_URL=postgres://u:p@db/ledger api uv run alembic upgrade head", "db"),
        ("docker compose exec -T -e DATABASE_URL=postgres://u:p@db/ledger api alembic upgrade head", "db"),
        ("docker compose exec api curl -X DELETE http://api:8000/x", "api"),
    ] {
        let found = done(command, FILE);
        assert!(found.contains(&format!(" service {service}, ")), "{command}: {found}");
        assert!(!found.contains("db/") && !found.contains("redis://"), "{command}: {found}");
    }
}

#[test]
fn names_that_may_lead_elsewhere() {
    for command in [
        "docker compose exec api psql -h db.example -c 'update t set a=1'",
        "docker compose exec api psql -h other -c 'update t set a=1'",
        "docker -H ssh://web compose exec api psql -h db -c 'update t set a=1'",
        "DOCKER_HOST=ssh://web docker compose exec api psql -h db -c 'update t set a=1'",
        "docker compose exec other psql -h db -c 'update t set a=1'",
        "docker compose exec api sh -c 'echo 10.0.0.5 db >> /etc/hosts; psql -h db -c \"update t set a=1\"'",
        "docker compose exec api ssh web psql -h db -c 'update t set a=1'",
        "echo services: > compose.yaml; docker compose exec api psql -h db -c 'update t set a=1'",
        "psql -h db -c 'update t set a=1'",
    ] {
        let found = done(command, FILE);
        assert!(!found.contains("service db") && !found.contains("localhost"), "{command}: {found}");
    }
    let command = "docker compose exec api psql -h db -c 'update t set a=1'";
    assert!(done(command, FILE).contains("service db"));
    for more in [
        "    extra_hosts: ['db:10.0.0.5']\n",
        "    extra_hosts:\n      db: 10.0.0.5\n",
        "    extra_hosts: ['${NAME}:10.0.0.5']\n",
        "    external_links: ['shop_db:db']\n",
        "    links: ['redis:db']\n",
        "    network_mode: host\n",
        "    extends: {file: other.yaml, service: api}\n",
        "    networks: [outside]\nnetworks:\n  outside: {external: true}\n",
        "    networks: [other]\n",
    ] {
        let found = done(command, &format!("{FILE}{more}"));
        assert!(!found.contains("service db"), "{more}: {found}");
    }
    for image in ["alpine/socat", "gcr.io/cloudsql-docker/gce-proxy"] {
        let found = done(command, &FILE.replace("postgres:16", image));
        assert!(!found.contains("service db"), "{image}: {found}");
    }
}

#[test]
fn a_container_that_runs_keeps_what_it_was_given() {
    for command in [
        "echo DATABASE_URL=postgres://localhost/x > .env; docker compose exec api alembic upgrade head",
        "cp /tmp/c.yaml compose.yaml; docker compose exec api alembic upgrade head",
        "DATABASE_URL=postgres://localhost/x docker compose exec odd alembic upgrade head",
    ] {
        let file = format!("{FILE}  odd:\n    build: .\n    environment:\n      DATABASE_URL: ${{DATABASE_URL}}\n");
        let found = done(command, &file);
        assert!(found.contains("sql://"), "{command}: {found}");
    }
}
