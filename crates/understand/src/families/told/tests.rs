use insta::assert_snapshot;

use super::FILES;
use crate::fixture::{check, understood};

#[test]
fn the_ends_of_files_are_sorted() {
    assert!(FILES.is_sorted());
}

#[test]
fn what_a_program_is_told_of() {
    assert_snapshot!(check("sometool --host db.prod.example --drop"), @"
exec.opaque sometool, execute, opaque
exec.opaque sometool told of db.prod.example, execute, opaque
");
    assert_snapshot!(check("pt-archiver --source h=db.prod.example,D=x,t=y --purge --where 1=1"), @"
    exec.opaque pt-archiver, execute, opaque
    exec.opaque pt-archiver told of db.prod.example, execute, opaque
    ");
    assert_snapshot!(check("cypher-shell -a bolt://db.prod.example 'match (n) detach delete n'"), @"
    exec.opaque cypher-shell, execute, opaque
    exec.opaque cypher-shell told of db.prod.example, execute, opaque
    ");
    assert_snapshot!(check("fab -H web deploy; sometool --kube-context live"), @"
    exec.opaque fab, execute, opaque
    exec.opaque fab told of web, execute, opaque
    exec.opaque sometool, execute, opaque
    exec.opaque sometool told of context:live, execute, opaque
    ");
    assert_snapshot!(check("python3 -c \"import redis; redis.Redis('db.prod.example').flushall()\""), @"
    exec.opaque python3, execute, opaque
    exec.opaque python3 told of db.prod.example, execute, opaque
    ");
    assert_snapshot!(check("DATABASE_URL=postgres://u:p@db.prod.example/shop npm test"), @"
    exec.test npm test, execute
    exec.test npm test told of db.prod.example/shop, execute
    ");
    assert_snapshot!(check("AWS_PROFILE=live npm test; PGHOST=db make test"), @"
    exec.test npm test, execute
    exec.test npm test told of aws:live, execute
    exec.read make, read
    ");
    assert_snapshot!(check("export DATABASE_URL=postgres://db.prod.example/shop; cargo test; ./migrate"), @"
    exec.read export, read
    exec.test cargo test, execute
    exec.test cargo test told of db.prod.example/shop, execute
    exec.opaque /repo/migrate, execute, opaque
    exec.read migrate, read
    exec.opaque /repo/migrate told of db.prod.example/shop, execute, partial
    ");
    assert_snapshot!(check("DATABASE_URL=mysql://db.prod.example/shop cargo build; make test REDIS_URL=redis://db.prod.example"), @"
    exec.build cargo build, execute
    exec.build cargo build told of db.prod.example/shop, execute
    exec.read make, read
    ");
}

#[test]
fn deliveries_to_production() {
    for command in [
        "mina production deploy",
        "sometool deploy --env production",
        "sometool deploy --stage=prod",
        "dep deploy production",
        "sometool deploy:production",
        "./deploy.sh live",
        "./deploy-prod.sh",
        "sometool -e prod migrate",
        "sometool DEPLOY_ENV=x release ENV=production",
    ] {
        assert!(
            check(command).contains("told of stage:production, execute"),
            "{command}: {}",
            check(command)
        );
    }
    for command in [
        "sometool build --mode production",
        "sometool deploy staging",
        "sometool deploy docs/production.md",
        "sometool prod",
        "sometool deploy --no-live-reload",
        "./scripts/build.sh production",
        "npm run build",
        "echo deploy production",
        "sometool deploy https://example.com/prod",
    ] {
        assert!(!check(command).contains("stage:production"), "{command}: {}", check(command));
    }
}

#[test]
fn what_a_program_is_told_of_that_is_no_place() {
    assert_snapshot!(check("pytest tests/test_a.py -k a.b; npm test -- src/app.test.ts; cargo test --test a.rs"), @"
    exec.test pytest, execute
    exec.test npm test, execute
    exec.test cargo test, execute
    ");
    assert_snapshot!(check("API_URL=https://api.prod.example npm run build; DATABASE_URL=postgres://localhost/x npm test"), @"
    exec.build npm run, execute
    exec.test npm test, execute
    ");
    assert_snapshot!(check("sometool README.md --config a/b.c/d.conf"), @"exec.opaque sometool, execute, opaque");
    assert_snapshot!(check("python3 -c 'import os.path; print(os.environ, eval(x.y.format()))'"), @"
    secret.read environment:*, read, partial
    exec.opaque python3, execute, opaque
    ");
}

#[test]
fn what_a_program_that_is_told_speaks_to() {
    let spoken = |command: &str| {
        let files = [
            ("/repo/.env", "DATABASE_URL=postgres://app:x@db.prod.example/shop\n"),
            ("/repo/compose.yaml", "services:\n  web:\n    image: shop\n    env_file: .env\n"),
        ];
        let effects = understood(command, &files).effects;
        let told = effects.into_iter().filter(|effect| effect.resource.to_string().contains(" told of "));
        told.flat_map(|effect| effect.speaks_to).collect::<Vec<_>>().join(" ")
    };
    for command in [
        "DATABASE_URL=postgres://app@db.prod.example/x pytest",
        "DATABASE_URL=postgres://app@db.prod.example/x npm run build",
        "PGHOST=db.prod.example npm test",
        "REDIS_URL=redis://db.prod.example go test ./...",
        "pytest --host db.prod.example",
        "docker run -e DATABASE_URL=postgres://app@db.prod.example/x shop",
        "docker run --env-file .env shop",
        "docker compose up -d",
    ] {
        assert_eq!(spoken(command), "db.prod.example", "{command}");
    }
    for command in [
        "DATABASE_URL=postgres://localhost/x pytest",
        "PGHOST=db npm test",
        "pytest tests.live.slow",
        "docker run -e DATABASE_URL=postgres://app@db:5432/x shop",
    ] {
        assert_eq!(spoken(command), "", "{command}");
    }
    assert_eq!(spoken("PGHOST=prod-db npm test"), "prod-db");
}

/// What a script that is run is told of, by the texts between quotes in it.
fn told_by(path: &str, text: &str, command: &str) -> String {
    let found = understood(command, &[(path, text)]).effects;
    let names = found.iter().map(|effect| effect.resource.to_string());
    names.filter_map(|name| Some(name.split_once(" told of ")?.1.to_owned())).collect::<Vec<_>>().join("; ")
}

#[test]
fn what_a_script_that_nobody_can_follow_names() {
    for (path, text, command, expected) in [
        (
            "f.py",
            "import redis\nredis.Redis(host=\"redis.prod.example\").flushall()\n",
            "python3 f.py",
            "redis.prod.example",
        ),
        (
            "f.py",
            "import redis\nredis.Redis(host='redis.prod.example')",
            "python3 - < f.py",
            "redis.prod.example",
        ),
        (
            "f.py",
            "import redis\nredis.Redis(host='redis.prod.example')",
            "uv run python f.py",
            "redis.prod.example",
        ),
        (
            "f.py",
            "#!/usr/bin/env python3\nimport redis\nredis.Redis(host='redis.prod.example')",
            "./f.py",
            "redis.prod.example",
        ),
        (
            "f.py",
            "import pymongo\npymongo.MongoClient('mongodb://u@db.prod.example/shop')",
            "python3 f.py",
            "db.prod.example/shop",
        ),
        (
            "f.py",
            "import others\nothers.run('host=db.prod.example dbname=shop')",
            "python3 f.py",
            "db.prod.example",
        ),
        (
            "f.py",
            "import others\nothers.run(f'redis://{user}@db.prod.example')",
            "python3 f.py",
            "db.prod.example",
        ),
        ("f.py", "import sh\nsh.run('kubectl --context live delete ns x')", "python3 f.py", "context:live"),
        (
            "f.py",
            "import sh\nsh.kubectl('--context', 'live', 'delete', 'ns', 'x')",
            "python3 f.py",
            "context:live",
        ),
        (
            "f.ts",
            "import Redis from 'ioredis';\nconst r = new Redis({ host: 'redis.prod.example' });",
            "tsx f.ts",
            "redis.prod.example",
        ),
        (
            "f.js",
            "const k = require('knex')({ connection: `postgres://a@db.prod.example/web` });",
            "node f.js",
            "db.prod.example/web",
        ),
        ("f.rb", "require 'pg'\nPG.connect(host: 'db.prod.example')", "ruby f.rb", "db.prod.example"),
        (
            "f.php",
            "<?php $p = new Other('pgsql:host=db.prod.example;dbname=web');",
            "php f.php",
            "db.prod.example",
        ),
        ("f.pl", "use DBI; DBI->connect('dbi:Pg:host=db.prod.example');", "perl f.pl", "db.prod.example"),
        (
            "f.rb",
            "require 'x'\nsystem('kubectl', '--context', ctx, 'delete', 'ns', 'shop')",
            "ruby f.rb",
            "context:*",
        ),
        (
            "f.rb",
            "require 'x'\nsh \"kubectl --context shop-#{ARGV[0]} delete ns x\"",
            "ruby f.rb",
            "context:shop-*",
        ),
        (
            "f.js",
            "import { $ } from 'zx';\n$`kubectl --context shop-${env} delete ns x`",
            "node f.js",
            "context:shop-*",
        ),
        (
            "f.py",
            "import sh\nsh.run(f'kubectl --context shop-{env} delete')",
            "python3 f.py",
            "context:shop-*",
        ),
        ("f.py", "import sh\np.add_argument('--context', default='x')\nsh.run(p)", "python3 f.py", ""),
    ] {
        assert_eq!(told_by(&format!("/repo/{path}"), text, command), expected, "{text}");
    }
}

#[test]
fn what_a_script_only_says_or_does_not_run_is_no_place() {
    for (path, text, command) in [
        ("f.py", "\"\"\"Empties redis.prod.example.\"\"\"\nimport redis\nredis.Redis()", "python3 f.py"),
        ("f.py", "import redis\nredis.Redis() # not 'redis.prod.example'", "python3 f.py"),
        (
            "f.py",
            "import redis\nprint('see https://docs.prod.example or db.prod.example for more')",
            "python3 f.py",
        ),
        ("f.py", "import redis\nopen('settings.prod.yaml'); redis.Redis('localhost')", "python3 f.py"),
        (
            "f.js",
            "const r = require('ioredis'); // 'redis.prod.example'\n/* \"redis.prod.example\" */",
            "node f.js",
        ),
        ("f.py", "print('redis.prod.example')", "python3 f.py"),
        ("tests/test_f.py", "import redis\nHOST = 'redis.prod.example'", "pytest tests/test_f.py"),
        ("f.py", "import redis\nHOST = 'redis.prod.example'", "cat f.py; ./other"),
    ] {
        let told = told_by(&format!("/repo/{path}"), text, command);
        assert_eq!(told, "", "{text}");
    }
    let many: String = (0..90).map(|index| format!("x('a{index}.b.example')\n")).collect();
    let told = told_by("/repo/f.py", &format!("import redis\n{many}"), "python3 f.py");
    assert!(told.starts_with("a0.b.example, ") && !told.contains('*'), "{told}");
}
