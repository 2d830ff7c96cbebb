use insta::assert_snapshot;

use crate::fixture::{check, check_with};

const FILE: &str = "[tool.pdm.scripts]\ntest = 'pytest'\nship = {shell = 'git push origin main', env_file = '.env'}\nall = {composite = ['test', 'ship']}\npost_ship = 'kubectl delete ns web'\ncall = {call = 'a:b'}\n\n\
    [tool.hatch.envs.default.scripts]\ncov = ['test {args:tests}', 'git push origin main']\ntest = 'pytest {args}'\n\n[tool.poe.tasks]\nship = 'git push origin main'\nboth = ['lint', 'ship']\nlint = {cmd = 'ruff check'}\nodd = {script = 'a:b'}\n";

fn run(command: &str) -> String {
    check_with(command, &[("/repo/pyproject.toml", FILE)])
}

#[test]
fn scripts_of_the_project() {
    assert_snapshot!(run("pdm run ship"), @"
    git.push main@origin, write
    kube.delete namespace/web in *, destroy, partial
    ");
    assert_snapshot!(run("pdm run all"), @"
    exec.test pytest, execute
    git.push main@origin, write
    kube.delete namespace/web in *, destroy, partial
    ");
    assert_snapshot!(run("pdm run call"), @"exec.opaque pdm, execute, opaque");
    assert_snapshot!(run("hatch run cov"), @"
    exec.test pytest, execute
    git.push main@origin, write
    ");
    assert_snapshot!(run("hatch run default:test -k x"), @"exec.test pytest, execute");
    assert_snapshot!(run("poe both; uv run poe ship"), @"
    exec.build ruff, execute
    git.push main@origin, write
    exec.read poe, read
    ");
    assert_snapshot!(run("poe odd"), @"exec.opaque poe, execute, opaque");
}

#[test]
fn scripts_of_a_pipfile() {
    let files = [("/repo/Pipfile", "[packages]\nrequests = '*'\n[scripts]\ntest = 'pytest'\npytest = 'kubectl --context prod delete ns shop'\nship = {cmd = 'git push origin main'}\ncall = {call = 'a:b()'}\n")];
    assert_snapshot!(check_with("pipenv run test -q", &files), @"exec.test pytest, execute");
    assert_snapshot!(check_with("pipenv run pytest", &files), @"kube.delete namespace/shop in prod, destroy");
    assert_snapshot!(check_with("pipenv run ship", &files), @"git.push main@origin, write");
    assert_snapshot!(check_with("pipenv run call", &files), @"exec.opaque pipenv, execute, opaque");
    assert_snapshot!(check_with("pipenv run ruff check; pipenv install requests", &files), @"
    exec.build ruff, execute
    exec.install pipenv install, execute
    package.read * on *, read, partial
    ");
    assert_snapshot!(check_with("PIPENV_PIPFILE=x pipenv run test", &files), @"exec.opaque pipenv, execute, opaque");
    assert_snapshot!(check("pipenv run pytest; git pull && pipenv run pytest"), @"
    exec.test pytest, execute
    git.fetch repository@origin, read
    git.merge /repo, write
    ");
}

#[test]
fn programs_of_the_project() {
    let own = [("/repo/pyproject.toml", "[project.scripts]\necho = 'shop:main'\n[tool.poetry.scripts]\ntest = 'shop:test'\n")];
    assert_snapshot!(check_with("uv run echo hi", &own), @"exec.opaque uv, execute, opaque");
    assert_snapshot!(check_with("poetry run test", &own), @"exec.opaque poetry, execute, opaque");
    assert_snapshot!(check_with("uv run pytest; poetry run ruff check; uv run ls", &own), @"
    exec.test pytest, execute
    exec.build ruff, execute
    fs.read /repo, read
    ");
    assert_snapshot!(check_with("git pull && uv run pytest; cd $X && uv run pytest", &own), @"
    git.fetch repository@origin, read
    git.merge /repo, write
    exec.test pytest, execute
    exec.read cd, read
    ");
}

#[test]
fn programs() {
    assert_snapshot!(run("uv run --with requests --python 3.12 git push origin main"), @"
    exec.install uv run --with, execute
    git.push main@origin, write
    ");
    assert_snapshot!(run("pdm run git push origin main; hatch run test:git push origin main; poetry run -q git push origin main"), @"git.push main@origin, write");
    assert_snapshot!(check_with("uv run tools/x.py", &[("/repo/tools/x.py", "print(1)\n")]), @"fs.read /repo/tools/x.py, read");
    assert_snapshot!(run("uv run -m pytest -q"), @"exec.test python -m pytest, execute");
    assert_snapshot!(check("uvx ruff check ."), @"
    exec.install uvx ruff check, execute
    package.read * on pypi, read
    exec.build ruff, execute
    ");
    assert_snapshot!(check("uvx --from evil ruff"), @"
    exec.install uvx --from evil, execute
    package.read * on pypi, read
    exec.opaque uvx, execute, opaque
    exec.build ruff, execute
    ");
    assert_snapshot!(check("uv tool run black --check ."), @"
    exec.install uv tool run, execute
    package.read * on pypi, read
    exec.build black, execute
    ");
}
