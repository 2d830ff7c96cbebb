//! What the services of a Compose file do.

use insta::assert_snapshot;

use crate::fixture::{check, check_with};

const COMPOSE: &str = "services:\n  web:\n    build: ./web\n    volumes: ['./src:/app', 'data:/data']\n    working_dir: /app\n    command: sh -c 'rm -rf old /tmp/x && npm start'\n    depends_on: [db]\n  db:\n    image: postgres\n    volumes:\n      - type: volume\n        source: data\n        target: /var/lib\n  agent:\n    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n  keys:\n    network_mode: host\n    volumes: ['${HOME}/.ssh:/keys:ro', '${DIR:-./out}:/out']\n    command: [cat, /keys/id_rsa]\nvolumes:\n  data: {}\n";

#[test]
fn services_of_compose() {
    let compose = |command: &str| check_with(command, &[("/repo/compose.yaml", COMPOSE), ("/repo/web/Dockerfile", "FROM x\nRUN npm publish\n")]);
    assert_snapshot!(compose("docker compose up -d db"), @"container.run project repo, execute");
    assert_snapshot!(compose("docker compose up --no-build web"), @"
    fs.delete /repo/src/old, destroy
    container.run project repo, execute, partial
    ");
    assert_snapshot!(compose("docker compose build"), @"
    container.build project repo, execute
    package.read x on docker.io, read
    package.publish * on npm, write
    ");
    assert_snapshot!(compose("docker compose up keys"), @"
    secret.read /home/dev/.ssh, read
    secret.read /home/dev/.ssh/id_rsa, read
    container.run project repo, execute, partial
    ");
    assert_snapshot!(compose("docker compose up agent"), @"
    exec.privilege a container, execute
    container.run project repo, execute
    ");
    assert_snapshot!(compose("docker compose run --rm web rm -rf /app/old"), @"
    fs.delete /repo/src/old, destroy
    container.run service web, execute
    ");
    assert_snapshot!(compose("docker compose exec web rm -rf /app/old /srv"), @"
    container.run service web, execute
    fs.delete /repo/src/old, destroy
    fs.delete service web, destroy, partial
    ");
    assert_snapshot!(compose("docker compose run db psql -c 'select 1'"), @"
    container.run service db, execute
    db.read service db, read
    ");
    assert_snapshot!(compose("docker compose ps; docker compose config; docker compose down"), @"
    container.read project repo, read
    container.read project repo, read, partial
    container.delete project repo, destroy
    ");
    assert_snapshot!(check_with("docker compose up", &[("/repo/compose.yaml", "services: [")]), @"
    exec.opaque docker compose, execute, opaque
    container.run project repo, execute
    ");
    assert_snapshot!(check_with("docker compose up", &[("/repo/compose.yaml", "services:\n  a:\n    volumes: ['${X}:/x']\n"), ("/repo/.env", "X=./data\n")]), @"container.run project repo, execute, partial");
}

#[test]
fn mounts_whose_variables_are_not_known() {
    let file = "services:\n  web:\n    image: alpine\n    volumes: ['${DIR:-./out}:/out']\n    command: rm -rf /out/x\n";
    let compose = |command: &str, beside: &str| check_with(command, &[("/repo/compose.yaml", file), ("/repo/.env", beside)]);
    for (command, beside) in [("docker compose up", ""), ("docker compose up", "OTHER=/srv\n"), ("docker compose up", "DIR=./out\n")] {
        assert!(compose(command, beside).contains("fs.delete /repo/out/x, destroy"), "{command} {beside}: {}", compose(command, beside));
    }
    for command in [
        "DIR=$(cat x) docker compose up",
        "docker compose --env-file /tmp/e up",
        "COMPOSE_ENV_FILES=/tmp/e docker compose up",
        "cat y > .env; docker compose up",
        "echo DIR=/srv > .env; docker compose up",
    ] {
        let found = compose(command, "");
        assert!(!found.contains("fs.delete /repo/out/x"), "{command}: {found}");
    }
}

#[test]
fn files_of_compose_that_are_not_known() {
    let wide = "services:\n  web:\n    volumes: ['/:/host']\n    command: rm -rf /host/srv\n";
    let up = |command: &str, files: &[(&str, &str)]| check_with(command, files);
    for (command, text) in [
        ("docker compose -f $(x) up", ""),
        ("docker compose up", "\0"),
        ("cat y > compose.yaml; docker compose up", "services: {}"),
        ("git checkout x; docker compose up", "services: {}"),
        ("COMPOSE_FILE=$(x) docker compose run web", "services: {}"),
        ("docker compose -f a -f b -f c -f d -f e -f f -f g -f h -f i build", ""),
    ] {
        let found = up(command, &[("/repo/compose.yaml", text)]);
        assert!(found.contains("opaque"), "{command}: {found}");
    }
    for name in ["compose.override.yml", "docker-compose.override.yaml"] {
        let found = up("docker compose up", &[("/repo/compose.yaml", "services: {}"), (&format!("/repo/{name}"), wide)]);
        assert!(found.contains("fs.delete /srv, destroy"), "{name}: {found}");
    }
    let found = up("printf 'services: {web: {volumes: [\"/:/host\"], command: rm -rf /host/srv}}' > compose.yaml; docker compose up", &[]);
    assert!(found.contains("fs.delete /srv, destroy"), "{found}");
    for command in ["docker compose up", "docker compose ps", "docker compose -f nothing.yml up"] {
        let found = up(command, &[("/repo/compose.yaml", "services: {}")]);
        assert!(!found.contains("opaque"), "{command}: {found}");
    }
}

#[test]
fn a_server_that_nobody_names_is_the_containers_own() {
    assert_snapshot!(check("docker exec pg psql -U postgres -c 'create database ledger'; docker exec db1 mysql -uroot -pdev -e 'create database x'"), @"
    container.run container pg, execute
    db.schema container pg, write
    container.run container db1, execute
    db.schema container db1, write
    ");
    assert_snapshot!(check_with("docker compose exec -T db psql -U postgres shop < /tmp/d.sql", &[("/tmp/d.sql", "drop table users;")]), @"
    fs.read /tmp/d.sql, read
    container.run service db, execute
    db.destroy service db, destroy
    ");
    assert_snapshot!(check("docker exec pg createdb x; docker exec pg pg_dump shop; docker run --rm postgres psql -c 'select 1'"), @"
    container.run container pg, execute
    db.schema container pg, write
    container.read container pg, read
    db.export container pg, read
    container.run image postgres, execute
    db.read container postgres, read
    ");
    assert_snapshot!(check("ssh web 'psql -c \"delete from t\"'; kubectl --context stg exec db-0 -- psql -c 'select 1'"), @"
    net.read web, read
    db.destroy web, destroy
    kube.read pod/db-0 in stg/*, read
    db.read pod/db-0 in stg/*, read
    ");
    assert_snapshot!(check("docker -H ssh://prod-1 exec pg psql -c 'drop table t'"), @"
    container.run container pg on prod-1, execute
    db.destroy container pg on prod-1, destroy
    ");
    // Unless it is named.
    assert_snapshot!(check("docker exec -e PGHOST=db.example pg psql -c 'drop table t'; docker exec pg sh -c 'export PGHOST=db2.example; psql -c \"drop table t\"'"), @"
    container.run container pg, execute
    db.destroy t in postgresql://db.example, destroy
    exec.read container pg, read
    db.destroy t in postgresql://db2.example, destroy
    ");
    assert_snapshot!(check("docker exec -e PGHOST=$X pg psql -c 'drop table t'; docker exec pg psql -h db.example -c 'drop table t'; docker exec pg psql \"$URL\" -c 'drop table t'"), @"
    container.run container pg, execute
    db.destroy t in postgresql://$PGHOST, destroy
    db.destroy t in postgresql://db.example, destroy
    db.destroy t in postgresql://$URL, destroy
    ");
    assert_snapshot!(check_with("docker run --env-file .env.x postgres psql -c 'drop table t'; docker run -e PGHOST postgres psql -c 'drop table u'", &[("/repo/.env.x", "A=1\nPGHOST=db.example\n"), ("PGHOST", "db3.example")]), @"
    secret.read /repo/.env.x, read
    container.run image postgres, execute
    exec.opaque postgres told of db.example, execute, opaque
    db.destroy t in postgresql://db.example, destroy
    exec.opaque postgres told of db3.example, execute, opaque
    db.destroy u in postgresql://db3.example, destroy
    ");
    let file = "services:\n  web:\n    env_file: .env.x\n    environment:\n      - A=b\n  db:\n    environment:\n      PGHOST: ${H:-db4.example}\n";
    assert_snapshot!(check_with("docker compose exec web psql -c 'drop table t'; docker compose run db psql -c 'drop table t'", &[("/repo/compose.yaml", file), ("/repo/.env.x", "PGHOST=db.example\n")]), @"
    container.run service web, execute
    db.destroy t in postgresql://db.example, destroy
    exec.opaque db told of db4.example, execute, opaque
    container.run service db, execute
    db.destroy t in postgresql://db4.example, destroy
    ");
}

#[test]
fn the_address_of_a_service_says_which_database_its_tools_change() {
    let file = "services:\n  web:\n    build: .\n    env_file: .env\n  odd:\n    build: .\n    env_file: .env\n    environment:\n      DATABASE_URL: ${PROD_URL}\n";
    let here = [("/repo/compose.yaml", file), ("/repo/.env", "DATABASE_URL=postgres://u:p@localhost:5432/shop_dev\n")];
    let there = [("/repo/compose.yaml", file), ("/repo/.env", "DATABASE_URL=postgres://u:p@db.prod.example/shop\n")];
    assert_snapshot!(check_with("docker compose run --rm web npx prisma migrate dev", &here), @"
    container.run service web, execute
    package.read * on npm, read
    db.schema service web, write
    ");
    assert_snapshot!(check_with("docker compose run --rm web npx prisma migrate deploy", &there), @"
    exec.opaque web told of db.prod.example/shop, execute, opaque
    container.run service web, execute
    package.read * on npm, read
    db.schema * in postgresql://db.prod.example/shop, write
    ");
    assert_snapshot!(check_with("docker compose run --rm -e DATABASE_URL=postgres://db.prod.example/x web npx prisma migrate dev", &here), @"
    container.run service web, execute
    package.read * on npm, read
    db.schema * in postgresql://db.prod.example/x, write
    ");
    assert_snapshot!(check_with("docker compose run --rm odd npx prisma migrate dev; docker compose run -e DATABASE_URL web npx prisma migrate dev", &here), @"
    container.run service odd, execute
    package.read * on npm, read
    db.schema * in sql://$DATABASE_URL, write
    container.run service web, execute
    db.schema service web, write
    ");
    assert_snapshot!(check_with("docker compose exec web sh -c 'psql $DATABASE_URL -c \"select 1\"'", &here), @"
    container.read service web, read
    db.read service web, read
    ");
    let hidden = [("/repo/compose.yaml", file), ("/repo/.env", "DATABASE_URL=postgres://u:p@db.prod.example/shop\nX=\"\nDATABASE_URL=postgres://u:p@localhost/shop\n\"\n")];
    assert_snapshot!(check_with("docker compose run --rm web npx prisma migrate dev", &hidden), @"
    container.run service web, execute
    package.read * on npm, read
    db.schema * in sql://$DATABASE_URL, write
    ");
}

#[test]
fn variables_of_named_files() {
    let file = "services:\n  web:\n    image: node:20\n    command: node server.js\n    environment:\n      DATABASE_URL: ${DATABASE_URL}\n";
    let files = [
        ("/repo/docker-compose.yml", file),
        ("/repo/.env", "DATABASE_URL=postgres://u@localhost/d\n"),
        ("/repo/.env.production", "DATABASE_URL=postgres://u@db.prod.example.com/d\n"),
    ];
    assert_snapshot!(check_with("docker compose --env-file .env.production up -d", &files), @"
    exec.opaque node server.js told of db.prod.example.com/d, execute, opaque
    exec.opaque web told of db.prod.example.com/d, execute, opaque
    container.run project repo, execute
    ");
    assert_snapshot!(check_with("docker compose --env-file=.env --env-file .env.production run --rm web npx prisma migrate deploy", &files), @"
    exec.opaque node server.js told of db.prod.example.com/d, execute, opaque
    exec.opaque web told of db.prod.example.com/d, execute, opaque
    container.run service web, execute
    package.read * on npm, read
    db.schema * in postgresql://db.prod.example.com/d, write
    ");
    assert_snapshot!(check_with("docker compose up -d", &files), @"container.run project repo, execute");
}

#[test]
fn the_address_of_a_service_is_its_own() {
    let file = "services:\n  migrate:\n    image: node:20\n    command: npx prisma migrate deploy\n    environment:\n      DATABASE_URL: postgres://u@db:5432/d\n";
    let files = [("/repo/docker-compose.yml", file), ("/repo/prisma/schema.prisma", "datasource db {\n  provider = \"postgresql\"\n  url = env(\"DATABASE_URL\")\n}\n")];
    assert_snapshot!(check_with("docker compose up -d", &files), @"
    package.read * on npm, read
    db.schema * in postgresql://db/d, write
    container.run project repo, execute
    ");
    assert_snapshot!(check_with("docker compose run --rm migrate", &files), @"
    package.read * on npm, read
    db.schema * in postgresql://db/d, write
    container.run service migrate, execute
    ");
    assert_snapshot!(check_with("docker compose exec migrate npx prisma migrate deploy", &files), @"
    container.run service migrate, execute
    package.read * on npm, read
    db.schema * in postgresql://db/d, write
    ");
}

#[test]
fn volumes_of_a_project_of_tests_are_made_again() {
    let files = [("/repo/compose.yaml", COMPOSE)];
    let reversible = |command: &str| {
        let effects = crate::fixture::understood(command, &files).effects;
        effects.into_iter().find(|effect| effect.verb.as_str() == "container.delete").map(|effect| effect.reversible)
    };
    for command in ["docker compose -p e2e up -d; docker compose -p e2e down -v", "COMPOSE_PROJECT_NAME=shop-test docker compose down -v", "docker compose -p shop_ci down --volumes"] {
        assert_eq!(reversible(command), Some(countersign_model::Reversible::Unknown), "{command}");
    }
    for command in ["docker compose -p shop up -d; docker compose -p shop down -v", "docker compose -p latest down -v", "docker compose -p e2e -f /srv/compose.yaml down -v", "docker compose -p \"$X\" down -v", "docker compose -p e2e down -v $X"] {
        assert_eq!(reversible(command), Some(countersign_model::Reversible::No), "{command}");
    }
}

#[test]
fn the_first_process_of_a_container_may_be_told_to_reload() {
    let files = [("/repo/compose.yaml", COMPOSE)];
    let is_ordinary = |command: &str| {
        let effects = crate::fixture::understood(command, &files).effects;
        let mut stops = effects.iter().filter(|effect| effect.verb.as_str() == "exec.process").peekable();
        stops.peek().is_some() && stops.all(|effect| effect.reversible == countersign_model::Reversible::Yes)
    };
    for command in ["docker compose exec web kill -HUP 1", "docker exec web kill -SIGUSR1 1"] {
        assert!(is_ordinary(command), "{command}: {}", check_with(command, &files));
    }
    for command in ["docker compose exec web kill 1", "docker compose exec web kill -9 1", "kill -HUP 1", "ssh web.prod.example kill -HUP 1"] {
        assert!(!is_ordinary(command), "{command}: {}", check_with(command, &files));
    }
}
