use insta::assert_snapshot;

use crate::fixture::check_with;

const INI: &str = "[tox]\nenvlist = py{311,312}, lint\n\n[testenv]\nsetenv =\n    A = 1\ndeps = pytest\ncommands =\n    pytest {posargs:tests} \\\n        -q\n\n[testenv:lint]\ncommands =\n    ruff check .\n    - mypy src\n\n[testenv:release]\nallowlist_externals = git\ncommands =\n    {[testenv]commands}\n    git push origin {posargs:main}\n\n[testenv:docs]\nchangedir = docs\ncommands = rm -rf {toxinidir}/build\n    lint: git push --force origin main\n    docs: echo x\n";

fn run(command: &str) -> String {
    check_with(command, &[("/repo/tox.ini", INI)])
}

#[test]
fn commands_of_the_chosen_environments() {
    assert_snapshot!(run("tox"), @"
    exec.test pytest, execute
    exec.build ruff, execute
    exec.build mypy, execute
    ");
    assert_snapshot!(run("tox -e lint"), @"
    exec.build ruff, execute
    exec.build mypy, execute
    ");
    assert_snapshot!(run("tox -e release"), @"
    exec.test pytest, execute
    git.push main@origin, write
    ");
    assert_snapshot!(run("tox run -e release -- dev"), @"
    exec.test pytest, execute
    git.push dev@origin, write
    ");
    assert_snapshot!(run("tox -erelease,lint -q"), @"
    exec.test pytest, execute
    git.push main@origin, write
    exec.build ruff, execute
    exec.build mypy, execute
    ");
    assert_snapshot!(run("tox -e docs"), @"
    fs.delete /repo/build, destroy
    exec.read echo, read
    ");
    assert_snapshot!(run("tox -e py312 -- -k x; tox -l"), @"
    exec.test pytest, execute
    exec.read tox, read
    ");
    assert!(run("tox -e ALL").contains("git.push main@origin"));
    assert!(run("TOXENV=release tox").contains("git.push main@origin"), "{}", run("TOXENV=release tox"));
    assert!(run("tox -m all").contains("opaque"));
}

#[test]
fn settings_in_other_files() {
    let native = "[tool.tox]\nenv_list = ['ship']\n[tool.tox.env_run_base]\ncommands = [['pytest', { replace = 'posargs', default = ['tests'], extend = true }]]\n[tool.tox.env.ship]\ncommands = [{ replace = 'ref', of = ['env_run_base', 'commands'], extend = true }, ['git', 'push', 'origin', 'main']]\n";
    assert_snapshot!(check_with("tox", &[("/repo/pyproject.toml", native)]), @"
    exec.test pytest, execute
    git.push main@origin, write
    ");
    assert_snapshot!(check_with("tox -e other", &[("/repo/pyproject.toml", native)]), @"exec.test pytest, execute");
    let legacy = "[tool.tox]\nlegacy_tox_ini = \"\"\"\n[testenv]\ncommands = git push origin main\n\"\"\"\n";
    assert_snapshot!(check_with("tox", &[("/repo/pyproject.toml", legacy)]), @"git.push main@origin, write");
    assert_snapshot!(check_with("tox", &[("/repo/setup.cfg", "[metadata]\nname = x\n"), ("/repo/tox.toml", "[env_run_base]\ncommands = [['rm', '-rf', 'build']]\n")]), @"fs.delete /repo/build, destroy");
}

#[test]
fn near_misses() {
    assert_snapshot!(check_with("tox", &[]), @"exec.test tox, execute");
    assert_snapshot!(check_with("tox -e ship", &[]), @"exec.opaque tox, execute, opaque");
    assert_snapshot!(check_with("tox", &[("/repo/tox.ini", INI), ("/repo/toxfile.py", "x")]), @"exec.opaque tox, execute, opaque");
    assert_snapshot!(check_with("tox", &[("/repo/tox.ini", "[testenv]\ncommands = {env:RUN} x\n")]), @"exec.hidden ${RUN}, execute, opaque");
    assert_snapshot!(check_with("tox", &[("/repo/tox.toml", "env_run_base = [")]), @"exec.opaque tox, execute, opaque");
}

const SHIP: &str =
    "[tox]\nenvlist=py\n[testenv]\ncommands=pytest\n[testenv:ship]\ncommands=git push origin main\n";

#[test]
fn options_are_read_as_tox_reads_them() {
    for command in [
        "tox -e ship",
        "tox -re ship",
        "tox -qe ship",
        "tox -vve ship",
        "tox -pe ship",
        "tox r -re ship",
        "tox --en ship",
        "tox -e '{py,ship}'",
        "tox -eship",
        "tox -f ship",
        "tox --roo /tmp",
        "tox -m x",
        "TOX_OVERRIDE='testenv.commands=x' tox",
        "TOX_CONFIG_FILE=other.ini tox",
        "tox --frob",
        "tox $X",
        "tox -rc tox.ini -e ship",
        "python -m tox -re ship",
        "TOX_ENV=ship tox",
        "cd src; tox -c ../tox.ini -qe ship",
    ] {
        let found = check_with(command, &[("/repo/tox.ini", SHIP)]);
        assert!(found.contains("git.push main@origin"), "{command}: {found}");
    }
    for command in [
        "tox",
        "tox -r",
        "tox -re py",
        "tox -rvv",
        "tox -p auto",
        "tox -p4",
        "tox run -e py312 -- -k ship",
        "tox --recreate -q -e py",
        "tox -rc tox.ini",
        "tox --skip-missing-interpreters true",
    ] {
        assert_eq!(check_with(command, &[("/repo/tox.ini", SHIP)]), "exec.test pytest, execute", "{command}");
    }
    let found = check_with(
        "tox -rc other.ini",
        &[
            ("/repo/tox.ini", "[testenv]\ncommands=pytest\n"),
            ("/repo/other.ini", "[testenv]\ncommands=git push origin main\n"),
        ],
    );
    assert!(found.contains("git.push main@origin"), "{found}");
    assert!(check_with("tox -c gone.ini", &[("/repo/tox.ini", SHIP)]).contains("opaque"));
    for command in ["tox -l", "tox list", "tox -av", "tox config -e ship", "tox --version"] {
        assert_eq!(check_with(command, &[("/repo/tox.ini", SHIP)]), "exec.read tox, read", "{command}");
    }
}

#[test]
fn settings_that_lead_elsewhere() {
    for more in [
        "list_dependencies_command=git push origin main\n",
        "recreate_commands=git push origin main\n",
        "[testenv:py]\nbase=testenv:x\n[testenv:x]\ncommands=git push origin main\n",
        "[testenv:py]\nbase=x\n[x]\ncommands=git push origin main\n",
    ] {
        let found = check_with(
            "tox",
            &[("/repo/tox.ini", &format!("[tox]\nenvlist=py\n[testenv]\ncommands=pytest\n{more}"))],
        );
        assert!(found.contains("git.push main@origin"), "{more}: {found}");
    }
    let both = "[tox]\nenvlist=a,b\n[testenv:a]\nset_env=AWS_PROFILE=dev\ncommands=aws s3 rm s3://x/y\n[testenv:b]\nset_env=AWS_PROFILE=prod\ncommands=aws s3 rm s3://x/y\n";
    assert_snapshot!(check_with("tox", &[("/repo/tox.ini", both)]), @"
    cloud.delete s3 x/y in aws:dev, destroy
    cloud.delete s3 x/y in aws:prod, destroy
    ");
    let places = "[tox]\nenvlist=a,b\n[testenv]\ncommands=rm -rf out\n[testenv:a]\nchange_dir=src\n[testenv:b]\nchange_dir=docs\n";
    assert_snapshot!(check_with("tox", &[("/repo/tox.ini", places)]), @"
    fs.delete /repo/src/out, destroy
    fs.delete /repo/docs/out, destroy
    ");
    assert_snapshot!(check_with("tox -r", &[("/repo/tox.ini", "[testenv]\nenv_dir=/home/dev/.claude\ncommands=pytest\n")]), @"
    countersign.tamper /home/dev/.claude, destroy
    fs.delete /home/dev/.claude, destroy
    exec.test pytest, execute
    ");
    assert_snapshot!(check_with("tox -r", &[("/repo/tox.ini", "[testenv]\nenv_dir={toxworkdir}/all\ncommands=pytest\n")]), @"exec.test pytest, execute");
}
