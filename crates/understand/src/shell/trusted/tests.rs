use crate::fixture::{check, check_with};

use super::*;

#[test]
fn builtins_are_in_order() {
    assert!(CHANGING.is_sorted());
}

#[test]
fn scripts_go_the_way_that_their_arguments_say() {
    let deploy = "#!/usr/bin/env bash\nset -euo pipefail\nENV=\"${1:-staging}\"\ncase \"$ENV\" in\n  staging) C=staging ;;\n  production) C=prod ;;\n  *) echo usage >&2; exit 2 ;;\nesac\nif [[ \"$ENV\" == \"production\" ]]; then\n  kubectl --context prod delete ns shop\nelse\n  kubectl --context \"$C\" get pods\nfi\n";
    let loops = "#!/bin/sh\nwhile [ $# -gt 0 ]; do\n  case \"$1\" in\n    --env) ENV=$2; shift 2 ;;\n    --dry-run) DRY=1; shift ;;\n    *) shift ;;\n  esac\ndone\nif [ \"$ENV\" = production ]; then kubectl --context prod delete ns shop; else kubectl get pods; fi\n";
    let asks = "#!/bin/sh\nenv=${1:?usage: env}\ncase \"$env\" in\n  staging) kubectl get pods;;\n  production) kubectl --context prod delete ns shop;;\nesac\n";
    let files = [("/repo/deploy.sh", deploy), ("/repo/run.sh", loops), ("/repo/asks.sh", asks)];
    for command in [
        "./deploy.sh",
        "./deploy.sh staging",
        "bash deploy.sh staging",
        "sh run.sh --dry-run --env staging",
        "sh asks.sh staging",
        "make -C . x; ./run.sh --env staging",
    ] {
        let found = check_with(command, &files);
        assert!(!found.contains("kube.delete") && found.contains("kube.read"), "{command}: {found}");
    }
    for command in [
        "./deploy.sh production",
        "sh deploy.sh production",
        "./deploy.sh $X",
        "sh asks.sh production",
        "sh asks.sh $X",
        "./run.sh --env production",
        "./run.sh $X",
        "E=BASH_ENV; IFS=x; ./run.sh --env staging",
    ] {
        let found = check_with(command, &files);
        assert!(found.contains("kube.delete"), "{command}: {found}");
    }
}

#[test]
fn after_anything_that_is_not_plain_both_ways_count() {
    for before in [
        "",
        "X=$Y",
        "ls -l",
        "cd src",
        "export Z=1",
        "set -euo pipefail",
        "echo hi >out",
        "true && X=b",
        "f() { ls; }; f",
    ] {
        let found = check(&format!("{before}\nE=a\nif [ $E = b ]; then rm a; fi"));
        assert!(!found.contains("fs.delete"), "{before}: {found}");
    }
    for before in [
        "trap x DEBUG",
        "shopt -s nocasematch",
        "IFS=a",
        "declare -l E",
        "enable -n [",
        "alias x=y",
        "set -k",
        "E+=b",
        "let E=1",
        "((E=1))",
        ": ${!E}",
        "readonly R",
        "local E",
        "eval x",
        ". ./x",
        "$X y",
        "LC_ALL=C",
        "f() { x; }; f <x",
        "read E",
        "coproc x",
        "E=(a b)",
        "kill $$",
        "[[ 1 -eq E=2 ]]",
        "test() { x; }",
    ] {
        let found = check(&format!("{before}\nE=a\nif [ $E = b ]; then rm a; fi"));
        assert!(found.contains("fs.delete"), "{before}: {found}");
    }
    // What is put together is not told by the text.
    for value in ["$(printf b)", "\\b", "~", "`echo b`", "${Y%x}", "$'b'", "é"] {
        let found = check(&format!("E={value}; if [ \"$E\" = b ]; then rm a; fi"));
        assert!(found.contains("fs.delete"), "{value}: {found}");
    }
}
