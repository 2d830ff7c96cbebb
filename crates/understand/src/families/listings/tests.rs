use crate::fixture::{check, check_with};

#[test]
fn what_the_command_wrote_is_run() {
    for command in [
        "echo 'system(\"git push origin HEAD:main\")' > Rakefile; rake -T",
        "echo '\"git push origin HEAD:main\".execute()' > build.gradle; gradle tasks",
        "echo 'import os; os.system(\"git push origin HEAD:main\")' > tasks.py; inv -l",
        "echo 'import os; os.system(\"git push origin HEAD:main\")' > fabfile.py; fab -l",
        "echo 'import os; os.system(\"git push origin HEAD:main\")' > noxfile.py; nox -l",
        "echo 'system \"git push origin HEAD:main\"' > Gemfile; bundle check",
        "echo 'System.cmd(\"git\", [\"push\", \"origin\", \"HEAD:main\"])' > mix.exs; mix help",
        "echo 'system \"git push origin HEAD:main\"' > Vagrantfile; vagrant status",
    ] {
        assert!(check(command).contains("git.push main@origin"), "{command}: {}", check(command));
    }
}

#[test]
fn the_projects_own_code_is_a_build() {
    let push = "system(\"git push origin HEAD:main\")\n";
    let found = check_with("rake -T", &[("/repo/Rakefile", push)]);
    assert!(found.contains("exec.build what Rakefile holds") && !found.contains("git.push"), "{found}");
    for command in ["rake -T", "gradle tasks", "inv -l", "bundle list"] {
        assert!(!check(command).contains("exec.build"), "{command}: {}", check(command));
    }
    for command in [
        "printf 'source \"https://rubygems.org\"\ngem \"rake\"\n' > Gemfile; bundle check",
        "echo 'task(:x) { puts 1 }' > Rakefile; rake -T",
    ] {
        assert!(!check(command).contains("opaque"), "{command}: {}", check(command));
    }
}
