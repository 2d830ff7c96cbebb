    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn targets() {
        assert_snapshot!(check("cmake --build build --target deploy"), @"exec.opaque cmake, execute, opaque");
        assert_snapshot!(check("cmake --install build --prefix /usr"), @"exec.install cmake --install, execute");
        assert_snapshot!(check("bazel run //tools:push"), @"exec.opaque bazel, execute, opaque");
        assert_snapshot!(check("bazel test --run_under=./x //..."), @"
        exec.opaque bazel, execute, opaque
        exec.test bazel test, execute
        ");
        assert_snapshot!(check("tox -e release"), @"exec.opaque tox, execute, opaque");
        assert_snapshot!(check("nox -s deploy"), @"exec.opaque nox, execute, opaque");
    }

    #[test]
    fn near_misses() {
        assert_snapshot!(check("cmake -S . -B build && cmake --build build -j8 --target shop_tests"), @"exec.build cmake, execute");
        assert_snapshot!(check("bazel build //... && bazel test //web:all && bazel query 'deps(//x)' && bazel run //:gazelle"), @"
        exec.build bazel build, execute
        exec.test bazel test, execute
        exec.read bazel query, read
        exec.build bazel run //:gazelle, execute
        ");
        assert_snapshot!(check("tox -e py312,lint -- -k x; tox; nox -s tests-3.12 lint; nox --list"), @"
        exec.test tox, execute
        exec.test nox, execute
        exec.read nox, read
        ");
    }

#[test]
fn commands_in_an_environment() {
    for command in ["tox exec -- git push origin main", "tox exec -e py312 -- git push origin main", "meson devenv -C build git push origin main", "asdf env node git push origin main", "mise x -c 'git push origin main'", "mise exec --command 'git push origin main'"] {
        assert!(check(command).contains("git.push main@origin"), "{command}: {}", check(command));
    }
    for command in ["tox -x testenv.commands='git push origin main'", "tox exec", "meson devenv"] {
        assert!(check(command).contains("exec.opaque"), "{command}: {}", check(command));
    }
    assert!(check("tox -e py312; meson setup build").contains("exec.test"));
}
