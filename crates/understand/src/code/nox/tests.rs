use insta::assert_snapshot;

use crate::fixture::check_with;

const FILE: &str = "import nox\n\nnox.options.sessions = [\"lint\", \"tests\"]\n\n\n@nox.session(python=[\"3.11\", \"3.12\"])\ndef tests(session: nox.Session) -> None:\n    session.install(\"-e\", \".\")\n    session.run(\"pytest\", *session.posargs, env={\"A\": \"1\"})\n\n\n@nox.session\ndef lint(session):\n    # session.run(\"rm\", \"-rf\", \"src\")\n    session.run(\n        \"ruff\",\n        \"check\",  # all\n        \".\",\n    )\n\n\n@nox.session(name=\"ship-it\", default=False)\ndef ship(session):\n    session.run(\"git\", \"push\", \"origin\", *session.posargs, external=True)\n    session.notify(\"lint\")\n\n\n@nox.session\ndef odd(session):\n    session.run(*COMMAND)\n";

fn run(command: &str) -> String {
    check_with(command, &[("/repo/noxfile.py", FILE)])
}

#[test]
fn commands_of_the_chosen_sessions() {
    assert_snapshot!(run("nox"), @"
    exec.test pytest, execute
    exec.build ruff, execute
    ");
    assert_snapshot!(run("nox -s tests-3.12"), @"exec.test pytest, execute");
    assert_snapshot!(run("nox -s ship-it -- main"), @"
    git.push main@origin, write
    exec.build ruff, execute
    ");
    assert_snapshot!(run("nox -s lint tests"), @"
    exec.test pytest, execute
    exec.build ruff, execute
    ");
    assert_snapshot!(run("nox --list"), @"
    exec.read nox, read
    exec.build what noxfile.py holds, execute
    ");
    assert!(run("NOXSESSION=ship-it nox -- main").contains("git.push main@origin"));
}

#[test]
fn what_is_not_asked_of_nox_is_seen() {
    for body in [
        "import os as xsession\n    xsession.system('git push origin main')",
        "session = os\n    session.system('git push origin main')",
        "run = session.run\n    run('git', 'push')",
        "import os as session\n    session.system('x')",
        "session.frobnicate('x')",
        "getattr(session, 'run')('git', 'push')",
    ] {
        let file = format!("import os\nimport nox\n@nox.session\ndef x(session):\n    {body}\n");
        let found = check_with("nox -s x", &[("/repo/noxfile.py", &file)]);
        assert!(found.contains("opaque") || found.contains("git.push"), "{body}: {found}");
    }
}

#[test]
fn near_misses() {
    assert_snapshot!(run("nox -s odd"), @"exec.hidden , execute, opaque");
    assert_snapshot!(run("nox -s gone"), @"exec.opaque nox, execute, opaque");
    assert_snapshot!(run("nox -t all"), @"
    exec.hidden , execute, opaque
    git.push feature@origin, write
    exec.build ruff, execute
    exec.test pytest, execute
    exec.opaque nox, execute, opaque
    ");
    assert_snapshot!(check_with("nox", &[]), @"exec.test nox, execute");
    assert_snapshot!(check_with("nox", &[("/repo/noxfile.py", "import os\nos.system('git push origin main')\n")]), @"git.push main@origin, write");
    assert_snapshot!(check_with("nox -s x", &[("/repo/noxfile.py", "import nox, subprocess\n@nox.session\ndef x(session):\n    subprocess.run(['git', 'push', 'origin', 'main'])\n")]), @"
    git.push main@origin, write
    exec.opaque nox, execute, opaque
    ");
    assert_snapshot!(check_with("nox -s x", &[("/repo/noxfile.py", "import nox\n@nox.session\ndef x(session):\n    session.run(f\"{tool}\", 'x')\n")]), @"exec.hidden , execute, opaque");
}

const USUAL: &str = "import nox\n@nox.session\ndef t(session):\n    session.run('pytest')\n";
const SHIP: &str =
    "@nox.session(default=False)\ndef ship(session):\n    session.run('git', 'push', 'origin', 'main')\n";

#[test]
fn options_are_read_as_nox_reads_them() {
    for command in [
        "nox -s ship",
        "nox -rs ship",
        "nox -Rs ship",
        "nox -vrs ship",
        "nox -rsship",
        "nox --sess ship",
        "nox --session=ship",
        "nox -s t ship",
        "python3 -m nox -rs ship",
        "python -m nox -s ship",
        "NOXSESSION=ship nox",
        "nox -rf /repo/noxfile.py -s ship",
        "nox -fb venv -s ship",
        "nox -rt all",
        "nox -k ship",
        "nox --frob",
        "nox -Z",
        "NOXPYTHON=3 nox",
        "nox $X",
        "nox -p 3.12",
        "cd src; nox -f ../noxfile.py -s ship",
    ] {
        let found = check_with(command, &[("/repo/noxfile.py", &format!("{USUAL}{SHIP}"))]);
        assert!(found.contains("git.push main@origin"), "{command}: {found}");
    }
    for command in [
        "nox",
        "nox -r",
        "nox -rs t",
        "nox -Rvs t",
        "nox -rst",
        "nox --sess t -- -k x",
        "nox --reuse-venv=yes -s t",
        "nox -db uv -ts -s t",
    ] {
        let found = check_with(command, &[("/repo/noxfile.py", &format!("{USUAL}{SHIP}"))]);
        assert_eq!(found, "exec.test pytest, execute", "{command}");
    }
    let found = check_with(
        "nox -rf other.py",
        &[("/repo/noxfile.py", USUAL), ("/repo/other.py", "import os\nos.system('git push origin main')\n")],
    );
    assert!(found.contains("git.push main@origin"), "{found}");
    assert!(check_with("nox -f gone.py", &[("/repo/noxfile.py", USUAL)]).contains("opaque"));
}

#[test]
fn code_of_the_file_is_seen() {
    const PUSH: &str = "__import__('os').system('git push origin main')";
    for file in [
        "import nox\n@nox.session\ndef t(session): session.run('git', 'push', 'origin', 'main')\n".to_owned(),
        "import nox\n@nox.session\ndef t(\n    session,\n):\n    session.run('git', 'push', 'origin', 'main')\n".to_owned(),
        format!("from nox import session; {PUSH}\n{USUAL}"),
        format!("import nox; {PUSH}\n{USUAL}"),
        format!("{USUAL}nox.options.x = 1; {PUSH}\n"),
        format!("{USUAL}nox.options.reuse_existing_virtualenvs = {PUSH}\n"),
        format!("import nox\n@nox.session(python={PUSH})\ndef t(session):\n    session.run('pytest')\n"),
        format!("{USUAL}@nox.session(python={PUSH})\ndef u(session):\n    session.run('pytest')\n"),
        format!("{USUAL}@evil({PUSH})\n@nox.session\ndef u(session):\n    pass\n"),
        format!("{USUAL}@nox.session\ndef u(session, x={PUSH}):\n    session.run('pytest')\n"),
        format!("import nox\nnox.options.sessions = ['t']\nnox.options.sessions = ['ship']\n{USUAL}{SHIP}"),
        format!("import nox\nif True:\n    nox.options.sessions = ['ship']\n{USUAL}{SHIP}"),
        format!("import nox\nnox.options.sessions = ['t']\nnox.options.sessions.append('ship')\n{USUAL}{SHIP}"),
        format!("import nox\nnox.options.sessions += ['ship']\n{USUAL}{SHIP}"),
        format!("import nox\nS = ['ship']\nnox.options.sessions = S\n{USUAL}{SHIP}"),
        format!("import nox\nnox.options.sessions = [\n    'ship',\n]\n{USUAL}{SHIP}"),
        format!("import nox\nfrom nox import options as o\no.sessions = ['ship']\n{USUAL}{SHIP}"),
        format!("import nox\nfrom nox import options\noptions.sessions = ['ship']\n{USUAL}{SHIP}"),
        format!("import nox\nnox.options.tags = ['x']\n{USUAL}{SHIP}"),
        format!("{USUAL}if True:\n    @nox.session\n    def z(session):\n        session.run('git', 'push', 'origin', 'main')\n"),
        format!("{USUAL}if True:\n    @nox.session\n    def t(session):\n        session.run('git', 'push', 'origin', 'main')\n"),
        format!("from nox import session as S\n{USUAL}@S\ndef z(s):\n    s.run('git', 'push', 'origin', 'main')\n"),
        format!("import nox as n\n{USUAL}@n.session\ndef z(s):\n    s.run('git', 'push', 'origin', 'main')\n"),
        format!("import nox\n@nox.session\ndef t(session):\n    session.notify(target='ship')\n{SHIP}"),
        format!("import nox\n@nox.session\ndef t(session):\n    session.notify(X)\n{SHIP}"),
        "import nox\nN = 't'\n@nox.session(name=N)\ndef a(session):\n    session.run('git', 'push', 'origin', 'main')\n".to_owned(),
        "import nox\n@nox.session(None, None, None, 't')\ndef a(session):\n    session.run('git', 'push', 'origin', 'main')\n".to_owned(),
        "import nox\n@nox.session\ndef t(session):\n    \"\"\"\n    # \"\"\"; session.run('git', 'push', 'origin', 'main')\n".to_owned(),
        "import nox\n@nox.session\ndef t(session):\n    \"\"\"d\n#\"\"\"; session.run('git', 'push', 'origin', 'main')\n".to_owned(),
        "import nox\n@nox.session\ndef t(session):\n    \"\"\"\ntext\n    \"\"\"\n    session.run('git', 'push', 'origin', 'main')\n".to_owned(),
    ] {
        let commands: &[&str] = if file.contains("options") || file.contains("def z") { &["nox"] } else { &["nox", "nox -s t"] };
        for command in commands {
            let found = check_with(command, &[("/repo/noxfile.py", &file)]);
            let is_seen = found.contains("git.push main@origin") || file.contains(PUSH) && found.contains("opaque");
            assert!(is_seen, "{command} {file}: {found}");
        }
    }
    let found = check_with(
        "nox",
        &[(
            "/repo/noxfile.py",
            &format!("{USUAL}nox.session(lambda s: s.run('git', 'push', 'origin', 'main'))\n"),
        )],
    );
    assert!(found.contains("opaque"), "{found}");
}

#[test]
fn plain_files_are_understood() {
    for more in [
        "nox.options.sessions = ['t']\nnox.options.reuse_existing_virtualenvs = True\nnox.needs_version = '>=2024.4'\n",
        "nox.options.default_venv_backend = 'uv|virtualenv'\nnox.options.sessions = (\n    't',  # usual\n)\n",
        "@nox.session(python=['3.11', '3.12'], reuse_venv=True, tags=['x'])\n@nox.parametrize('a', [1, (2, 3)])\ndef t(session: nox.Session, a: int) -> None:\n    \"\"\"Says options.\n\n    # of all\n    \"\"\"\n    session.run('pytest', '--options')\n",
        "VERSIONS = ['3.11']\n@nox.session(python=VERSIONS)\ndef t(session):\n    # session.run('git', 'push')\n    session.install('-e', '.[test]')\n    session.run('pytest')\n",
        "@nox.session(default=False)\ndef ship(session):\n    session.run('git', 'push', 'origin', 'main')\n",
    ] {
        for file in [
            format!("import nox\n{more}{USUAL}"),
            format!("import nox\nfrom nox import Session, session\n{more}{USUAL}"),
        ] {
            let found = check_with("nox", &[("/repo/noxfile.py", &file)]);
            assert!(
                found.starts_with("exec.test pytest, execute")
                    && !found.contains("opaque")
                    && !found.contains("push"),
                "{file}: {found}"
            );
        }
    }
}
