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
