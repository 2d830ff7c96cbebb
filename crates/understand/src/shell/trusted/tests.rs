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

#[test]
fn scripts_are_followed_by_their_arguments() {
    let ends = "kubectl --context \"${ENV:-none}\" delete ns shop\n";
    let arm = "case \"$1\" in --env) ENV=\"$2\"; shift 2 ;; --env=*) ENV=\"${1#*=}\"; shift ;; -h) usage; exit 2 ;; *) shift ;; esac";
    for script in [
        format!("while [[ $# -gt 0 ]]; do {arm}; done\n{ends}"),
        format!("while [[ \"$#\" -ne 0 ]]; do {arm}; done\n{ends}"),
        format!("while (( $# > 0 )); do {arm}; done\n{ends}"),
        format!("while (($#)); do {arm}; done\n{ends}"),
        format!("while [ -n \"${{1-}}\" ]; do {arm}; done\n{ends}"),
        format!("until [ $# -eq 0 ]; do {arm}; done\n{ends}"),
        format!("f() {{ while [ $# -gt 0 ]; do {arm}; done; }}\nf \"$@\"\n{ends}"),
        format!("set -- --env dev -v\nwhile [ $# -gt 0 ]; do {arm}; done\n{ends}"),
        format!("set -- \"$1\" \"$2\"\nwhile [ $# -gt 0 ]; do {arm}; done\n{ends}"),
        format!("for a in \"$@\"; do [ \"$a\" = --env ] && continue=1; done\nENV=$2\n{ends}"),
        format!("ENV=\"${{!#}}\"\n{ends}"),
    ] {
        let found = check_with("bash x.sh --env dev", &[("/repo/x.sh", &script)]);
        let is_exact =
            found.contains("kube.delete namespace/shop in dev, destroy") && !found.contains("partial");
        assert!(is_exact, "{script}: {found}");
    }
    let tested =
        "if [ \"$ENV\" = prod ]; then kubectl --context prod delete ns shop; else kubectl get pods; fi\n";
    let script = format!("while [ $# -gt 0 ]; do {arm}; done\n{tested}");
    for (arguments, is_held) in [("--env=dev", false), ("-v --env=prod", true), ("--env=\"$X\"", true)] {
        let found = check_with(&format!("bash x.sh {arguments}"), &[("/repo/x.sh", &script)]);
        assert_eq!(found.contains("kube.delete"), is_held, "{arguments}: {found}");
    }
    let loops = format!("while [[ $# -gt 0 ]]; do {arm}; done\n{ends}");
    let files = [("/repo/x.sh", loops.as_str())];
    for (command, place) in [
        ("bash x.sh --env prod", "in prod, destroy"),
        ("bash x.sh --env dev --env prod", "in prod, destroy"),
        ("bash x.sh --env=prod -v", "in prod, destroy"),
        // Nothing says what the variable is outside.
        ("bash x.sh", "in *, destroy, partial"),
        ("bash x.sh -h", "in *, destroy, partial"),
        ("bash x.sh $X", "in *, destroy, partial"),
        ("bash x.sh --env $X", "in *, destroy, partial"),
        ("bash x.sh --env \"$X\"", "in *, destroy, partial"),
        ("bash x.sh --env dev $X", "in *, destroy, partial"),
        ("bash x.sh \"$@\"", "in *, destroy, partial"),
        ("bash x.sh --env dev *", "in *, destroy, partial"),
        ("bash x.sh --env dev -v --env", "in *, destroy, partial"),
        ("bash x.sh 1 2 3 4 5 6 7 8 9 10 11 12 13 --env dev", "in *, destroy, partial"),
        ("IFS=e; bash x.sh --env $(echo dev)", "in *, destroy, partial"),
    ] {
        let found = check_with(command, &files);
        assert!(found.contains(place), "{command}: {found}");
    }
}

#[test]
fn what_changes_the_arguments_is_minded() {
    let ends = "while [[ $# -gt 0 ]]; do case $1 in --env) ENV=$2; shift 2 ;; *) shift ;; esac; done\nkubectl --context \"$ENV\" delete ns shop\n";
    for before in [
        "set -- --env prod",
        "set -- \"$@\" --env prod",
        "set -- $X",
        "set -- --env `x`",
        "set -- \"${@:3}\"",
        "set --env",
        "eval 'set -- --env prod'",
        "eval \"$X\"",
        "trap 'set -- --env prod' DEBUG",
        "shift $X",
        "shift 3",
        "shift \"$#\"",
        "shift $((1 + 1))",
        "[ x ] && shift",
        "[ x ] && set -- --env prod",
        "if x; then set -- --env prod; fi",
        ". ./absent.sh",
        "shift() { set -- a; }",
        "alias shift=:",
        "getopts x y",
        "shopt -s nocasematch",
        "case() { :; }",
        "IFS=-",
        "declare -l ENV",
    ] {
        let script = format!("{before}\n{ends}");
        let found = check_with("bash x.sh --env dev --env dev", &[("/repo/x.sh", &script)]);
        let is_dev =
            found.contains("in dev, destroy") && !found.contains("in *") && !found.contains("in prod");
        assert!(!is_dev, "{before}: {found}");
    }
}
