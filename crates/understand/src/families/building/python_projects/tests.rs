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
        exec.build ruff, execute
        ");
        assert_snapshot!(check("uvx --from evil ruff"), @"
        exec.install uvx --from evil, execute
        exec.opaque uvx, execute, opaque
        exec.build ruff, execute
        ");
        assert_snapshot!(check("uv tool run black --check ."), @"
        exec.install uv tool run, execute
        exec.build black, execute
        ");
    }
