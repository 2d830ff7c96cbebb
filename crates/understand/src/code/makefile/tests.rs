use insta::assert_snapshot;

use crate::fixture::{check_because, check_with};

fn make(command: &str, text: &str) -> String {
    check_with(command, &[("/repo/Makefile", text)])
}

#[test]
fn variables_that_recipes_are_given() {
    let env = [("/repo/.env", "PGHOST=db.shop.example\nPGDATABASE=shop\n")];
    let made = |makefile: &str| check_with("make x", &[env[0], ("/repo/Makefile", makefile)]);
    assert_snapshot!(made("include .env\nexport\nx:\n\tpsql -c 'drop table users'\n"), @"db.destroy users in postgresql://db.shop.example/shop, destroy");
    assert_snapshot!(made("-include .env\nexport PGHOST\nx:\n\tpsql -c 'drop table users'\n"), @"db.destroy users in postgresql://db.shop.example, destroy");
    assert_snapshot!(made("export PGHOST := db.acme.example\nx:\n\tpsql -c 'drop table users'\n"), @"db.destroy users in postgresql://db.acme.example, destroy");
    assert_snapshot!(made("include .env\nx:\n\tpsql -c 'drop table users'\n"), @"db.destroy users in postgresql://localhost, destroy");
    assert_snapshot!(made("export\nPGHOST = $(shell ./where)\nx:\n\tpsql -c 'drop table users'\n"), @"
    exec.opaque /repo/where, execute, opaque
    db.destroy users in postgresql://$PGHOST, destroy
    exec.opaque make, execute, opaque
    ");
}

#[test]
fn variables_that_make_is_given() {
    let made = |command: &str, text: &str| {
        make(command, &format!("{text}x:\n\tpsql \"$$DATABASE_URL\" -c 'drop table t'\n"))
    };
    let here = "db.destroy t in postgresql://localhost/dev, destroy";
    for command in [
        "DATABASE_URL=postgres://localhost/dev make x",
        "env DATABASE_URL=postgres://localhost/dev make x",
        "make x DATABASE_URL=postgres://localhost/dev",
        "export DATABASE_URL=postgres://localhost/dev && make x",
        "DATABASE_URL=postgres://db.example/shop make x DATABASE_URL=postgres://localhost/dev",
    ] {
        assert!(made(command, "").contains(here), "{command}: {}", made(command, ""));
    }
    let there = "in postgresql://db.example/shop";
    for (command, text) in [
        ("DATABASE_URL=postgres://db.example/shop make x", ""),
        ("DATABASE_URL=postgres://localhost/dev make x", "DATABASE_URL = postgres://db.example/shop\n"),
        (
            "DATABASE_URL=postgres://localhost/dev make x",
            "export DATABASE_URL := postgres://db.example/shop\n",
        ),
        ("DATABASE_URL=postgres://db.example/shop make -e x", "DATABASE_URL = postgres://localhost/dev\n"),
    ] {
        assert!(made(command, text).contains(there), "{command}, {text}: {}", made(command, text));
    }
    for (command, text) in [
        ("make x", ""),
        ("DATABASE_URL=$OTHER make x", ""),
        ("DATABASE_URL=postgres://localhost/dev; make x", ""),
        ("DATABASE_URL=postgres://localhost/dev make x", "DATABASE_URL = $(shell ./where)\n"),
    ] {
        assert!(!made(command, text).contains("localhost"), "{command}, {text}: {}", made(command, text));
    }
}

#[test]
fn the_recipe_decides() {
    assert_snapshot!(make("make test", "test: build\n\tcargo test\nbuild:\n\tcargo build\n"), @"
    exec.build cargo build, execute
    exec.test cargo test, execute
    ");
    assert_snapshot!(make("make test", ".PHONY: test\ntest:\n\t@git push origin main\n"), @"git.push main@origin, write");
    assert_snapshot!(make("make", "B := main\nall:\n\t-git push \\\n\t  origin $(B)\nother:\n\trm -rf /\n"), @"git.push main@origin, write");
    assert_snapshot!(make("make deploy B=feature", "B ?= main\ndeploy: ; git push origin ${B}\n"), @"git.push feature@origin, write");
    assert_snapshot!(make("make clean", "clean:\n\trm -rf target $(DIST)\n\t@echo 'done $(X)' # x\n"), @"
    fs.delete /repo/target, destroy
    fs.delete *, destroy, partial
    exec.read echo, read
    ");
    assert_snapshot!(make("make x.o", "%.o: %.c\n\tgcc -c $< -o $@\n"), @"
    exec.build gcc, execute
    fs.write /repo/x.o, write
    ");
}

#[test]
fn what_cannot_be_followed_is_opaque() {
    for text in [
        "all:\n\t$(CMD)\n",
        "include $(X)\nall:\n\tls\n",
        "all: $(shell cat y)\n\tls\n",
        "X := $(shell cat y)\nall:\n\techo $(X)\n",
        "define X +=\nls\nendef\nall:\n\t$(X)\n",
        "define X\nls\nendef\ndefine X\nmake\nendef\nall:\n\t$(X)\n",
        "$(eval $(call r,x))\nall:\n\tls\n",
        "SHELL := ./x\nall:\n\tls\n",
        "all:\n\t./deploy\n",
        "ifdef A\nX = a\nelse\nX = b\nendif\nall:\n\t$(X) c\n",
        "all:\n\t$(call x,y)\n",
        "all: $(subst x,,d$(wildcard *)xeploy)\ndeploy:\n\tls\n",
        "all:\n\t$(foreach a,$(wildcard *),$(a);)\n",
        "x = $(foreach a,1 2 3 4 5 6 7 8,$(foreach b,1 2 3 4 5 6 7 8,$(1) $(call x,$(a))))\nall:\n\t$(call x,y)\n",
    ] {
        let found = make("make", text);
        assert!(found.contains("exec.opaque") || found.contains("exec.hidden"), "{text}: {found}");
    }
    for text in [
        "all:\n\tls\n",
        "V := $(shell git describe --tags)\nall:\n\techo \"$(V)\" '$(V)' > version.txt\n",
        "include a.mk\nall: b\n",
        "ifeq ($(OS),x)\nall:\n\tls\nendif\n",
        "all:\n\t$(MAKE) b\nb:\n\tls\n",
    ] {
        let found = check_with("make", &[("/repo/Makefile", text), ("/repo/a.mk", "b:\n\tls\n")]);
        assert!(!found.contains("exec.opaque"), "{text}: {found}");
    }
}

#[test]
fn functions_and_definitions_are_followed() {
    const PUSH: &str = "git push origin HEAD:main";
    for (command, text) in [
        ("make deploy-main", "deploy-%:\n\tgit push origin HEAD:$*\n".to_owned()),
        ("make deploy-main", "deploy-%: push-%\npush-%:\n\tgit push origin HEAD:$*\n".to_owned()),
        ("make", format!("define X\n@ls\n-{PUSH}\nendef\nall:\n\t$(X)\n")),
        ("make", format!("define X =\nls; \\\n{PUSH}\nendef\nall:\n\t@$(X)\n")),
        ("make", "push = git push origin HEAD:$(1)\nall:\n\t$(call push,main)\n".to_owned()),
        (
            "make",
            "define push\nls $(2)\ngit push origin HEAD:$(1)\nendef\nall:\n\t$(call push,main,x)\n"
                .to_owned(),
        ),
        ("make", "all:\n\t$(foreach b,x main,git push origin HEAD:$(b);)\n".to_owned()),
        ("make", format!("all: $(subst x,,dxeploy)\ndeploy:\n\t{PUSH}\n")),
        ("make", "B = xmain\nall:\n\tgit push origin HEAD:$(B:x%=%)\n".to_owned()),
        ("make ENV=prod", format!("all:\n\t$(if $(filter prod,$(ENV)),{PUSH},ls)\n")),
        ("make", format!("all:\n\t$(or $(CMD),{PUSH})\n")),
        (
            "make",
            "all:\n\t$(if $(wildcard *),git push origin HEAD:main,git push origin HEAD:main)\n".to_owned(),
        ),
    ] {
        let found = check_with(command, &[("/repo/Makefile", &text), ("unset", "CMD")]);
        assert!(found.contains("git.push main@origin"), "{command}, {text}: {found}");
    }
    for (command, text) in [
        ("make deploy-feature", "deploy-%:\n\tgit push origin HEAD:$*\n"),
        ("make ENV=dev", "all:\n\t$(if $(filter prod,$(ENV)),git push origin HEAD:main,ls)\n"),
        ("make help", "help:\n\t@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sort\n"),
        ("make", "define X\nls\nendef\nall:\n\t$(X)\n"),
        ("make", "all:\n\t$(foreach b,x y,git push origin HEAD:$(b);)\n"),
    ] {
        let found = make(command, text);
        assert!(!found.contains("main@origin") && !found.contains("opaque"), "{command}, {text}: {found}");
        assert!(!found.contains('*') && !found.contains("partial"), "{command}, {text}: {found}");
    }
    // What stands for nothing that is known could be anything.
    for text in [
        "deploy/%:\n\tgit push origin HEAD:$*\n",
        "all deploy/x:\n\t$(if $(wildcard *),git push origin HEAD:main,ls)\n",
        "all deploy/x:\n\tgit push origin HEAD:$(call where,x)\n",
    ] {
        let found = make("make deploy/x", text);
        assert!(
            found.contains("*@origin") || found.contains("opaque") || found.contains("hidden"),
            "{text}: {found}"
        );
    }
}

#[test]
fn where_it_is() {
    let files = [
        ("/repo/sub/Makefile", "test:\n\trm a\n"),
        ("/repo/x.mk", "test:\n\trm b\n"),
        ("/repo/GNUmakefile", "test:\n\trm c\n"),
    ];
    assert_snapshot!(check_with("make -C sub test", &files), @"fs.delete /repo/sub/a, destroy");
    assert_snapshot!(check_with("make -f x.mk test", &files), @"fs.delete /repo/b, destroy");
    assert_snapshot!(check_with("make test", &files), @"fs.delete /repo/c, destroy");
    assert_snapshot!(check_because("cd src && make test"), @"
    exec.read cd, read: -
    exec.test make, execute: -
    ");
    assert_snapshot!(make("git pull && make test", "test:\n\tcargo test\n"), @"
    git.fetch repository@origin, read
    git.merge /repo, write
    exec.test cargo test, execute
    exec.test make, execute, partial
    ");
    assert_snapshot!(make("echo x > Makefile; make test", "test:\n\tcargo test\n"), @"
    fs.write /repo/Makefile, write
    exec.read echo, read
    exec.test cargo test, execute
    exec.opaque make, execute, opaque
    ");
}

#[test]
fn the_rules_that_make_has_itself() {
    const PUSH: &str = "git push origin HEAD:main";
    for text in [
        format!("CFLAGS=;{PUSH};\ntest: a.o\n"),
        format!("CC = {PUSH};\ntest: a.o\n"),
        format!("LDFLAGS = $(X);{PUSH};\nX = -s\ntest: tool\n"),
        format!("COMPILE.c = {PUSH};\ntest: a.o\na.o: a.c\n"),
        format!("test: a.o\n.c.o:\n\t{PUSH}\n"),
        format!("test: a.o\na.o: a.c a.h\n.c.o:\n\t{PUSH}\n"),
        format!("test: tool\n.c:\n\t{PUSH}\n"),
        format!("test: x.y\n.DEFAULT:\n\t{PUSH}\n"),
        format!("test: a.o\na.o: CFLAGS=;{PUSH};\n"),
    ] {
        let found = check_with("make test", &[("/repo/Makefile", &text), ("/repo/tool.c", "")]);
        assert!(found.contains("git.push main@origin"), "{text}: {found}");
    }
    let usual = "CC ?= gcc\nCFLAGS = -O2 -Wall\n.PHONY: test\ntest: a.o README.md tool\n\t./tool\n.c:\n\tgcc $< -o $@\n";
    let found = check_with("make test", &[("/repo/Makefile", usual), ("/repo/tool", "#!/bin/sh\nls\n")]);
    assert!(!found.contains("opaque") && !found.contains("hidden"), "{found}");
    let other = format!("CC = {PUSH};\n.PHONY: test\ntest:\n\tcargo test\nship: a.o\n");
    assert_snapshot!(make("make test", &other), @"exec.test cargo test, execute");
}

#[test]
fn what_makes_recipes_run_other_code() {
    const PUSH: &str = "git push origin HEAD:main";
    for text in [
        format!(".SHELLFLAGS=-c \"{PUSH}\" #\ntest:\n\tls\n"),
        format!("test: .SHELLFLAGS=-c \"{PUSH}\" #\ntest:\n\tls\n"),
        "test: export BASH_ENV=./ship.sh\ntest:\n\tls\n".to_owned(),
    ] {
        let found = check_with("make test", &[("/repo/Makefile", &text), ("/repo/ship.sh", PUSH)]);
        assert!(
            found.contains("exec.opaque make") && found.contains("git.push main@origin"),
            "{text}: {found}"
        );
    }
    let files =
        |text: &'static str| check_with("make test", &[("/repo/Makefile", text), ("/repo/ship.sh", PUSH)]);
    for text in [
        "test: export GIT_EXTERNAL_DIFF=./ship.sh\ntest:\n\tgit diff HEAD~1\n",
        "test: override export GIT_EXTERNAL_DIFF=./ship.sh\ntest:\n\tgit diff HEAD~1\n",
        ".SECONDEXPANSION:\ntest: $$(shell git push origin HEAD:main)\n\tls\n",
    ] {
        assert!(
            files(text).contains("git.push main@origin") || files(text).contains("GIT_EXTERNAL_DIFF"),
            "{text}: {}",
            files(text)
        );
    }
    for text in [
        ".SHELLFLAGS := -eu -o pipefail -c\ntest:\n\tls\n",
        ".SHELLFLAGS = -ec\ntest:\n\tls\n",
        "test: export RUST_LOG = debug\ntest:\n\tls\n",
        "test: private CFLAGS += -g\ntest:\n\tls\n",
        ".SECONDEXPANSION:\ntest: $$(OBJS)\n\tls\nOBJS = a.txt\n",
    ] {
        assert_eq!(files(text), "fs.read /repo, read", "{text}");
    }
}
