use insta::assert_snapshot;

use crate::fixture::check;

#[test]
fn usual_settings_change_nothing() {
    for setting in [
        "PATH=$PATH:/usr/local/go/bin",
        "PATH=\"$HOME/.cargo/bin:$PATH\"",
        "CC=clang-17",
        "CC='ccache gcc'",
        "CXX=aarch64-linux-gnu-g++",
        "EDITOR=vim",
        "PAGER=cat",
        "GIT_SSH_COMMAND='ssh -i ~/.ssh/deploy -o IdentitiesOnly=yes'",
        "IFS=,",
        "SHELL=/bin/bash",
        "LC_ALL=C",
    ] {
        assert_eq!(check(&format!("{setting} git status")), "git.read /repo, read", "{setting}");
    }
}

#[test]
fn files_that_variables_have_programs_write() {
    assert_snapshot!(check("SSLKEYLOGFILE=.claude/settings.json curl -s https://example.com"), @"
        countersign.tamper /repo/.claude/settings.json, destroy
        net.read https://example.com, read
        ");
    assert_snapshot!(check("export NODE_V8_COVERAGE=/tmp/coverage; GIT_TRACE2=1 git status"), @"
        exec.read export, read
        fs.write /tmp/coverage, write
        git.read /repo, read
        ");
}

#[test]
fn settings_of_countersign() {
    for command in [
        "COUNTERSIGN_HOME=/tmp/x git status",
        "export COUNTERSIGN_OFF=1; git status",
        "env COUNTERSIGN_OFF=1 ls",
    ] {
        let found = check(command);
        assert!(found.contains("agent.oversight"), "{command}: {found}");
    }
    for command in ["echo COUNTERSIGN_HOME=/tmp/x", "printenv COUNTERSIGN_HOME", "grep COUNTERSIGN_HOME= a"] {
        assert!(!check(command).contains("oversight"), "{command}");
    }
}

#[test]
fn other_settings_run_other_code() {
    for setting in [
        "PATH=/tmp/evil:$PATH",
        "PATH=.:$PATH",
        "PATH=:$PATH",
        "PATH=$PATH:",
        "PATH=$OTHER:$PATH",
        "PATH=$PATH:$OTHER",
        "PATH=$PATH:/usr/bin/../../tmp",
        "PATH=node_modules/.bin:$PATH",
        "PATH=/repo/bin:$PATH",
        "CC=./cc",
        "LD_PRELOAD=/tmp/x.so",
        "BASH_ENV=/tmp/x",
        "EDITOR='vim -c source'",
        "PAGER=./x",
        "GIT_SSH_COMMAND='ssh -o ProxyCommand=x'",
        "GIT_SSH_COMMAND='ssh -F x'",
        "PS4='$(x)'",
    ] {
        let found = check(&format!("{setting} git status"));
        assert!(found.contains("exec.opaque"), "{setting}: {found}");
    }
    assert_snapshot!(check("GIT_SSH_COMMAND='git push origin main' git fetch"), @"
        git.push main@origin, write
        exec.hidden GIT_SSH_COMMAND=.., execute, opaque
        git.fetch repository@origin, read
        ");
    assert_snapshot!(check("export PATH=\"/tmp/x:$PATH\"; git status"), @"
        exec.read export, read
        exec.opaque PATH=.., execute, opaque
        git.read /repo, read
        ");
}

#[test]
fn what_the_name_of_a_program_means() {
    for command in [
        "BASH_CMDS[git]=evilp/git; git status",
        "declare \"BASH_CMDS[git]=evilp/git\"; git status",
        "read 'BASH_CMDS[git]' <<< evilp/git; git status",
        "printf -v 'BASH_CMDS[git]' evilp/git; git status",
        "declare -A BASH_CMDS; BASH_CMDS=([git]=/usr/bin/ls); git status",
        "BASH_ALIASES[ls]='git push origin HEAD:main'; shopt -s expand_aliases\nls",
        "BASH_ALIASES+=([ls]='git push'); ls",
        "declare -n p=PATH; p=evilp:$PATH; git status",
        "typeset -n p=PATH; p=evilp; git status",
        "f() { local -n p=$1; p=evilp:$PATH; }; f PATH; git status",
        "declare -n p; p=PATH; p=evilp; git status",
        "declare -n p=x; p=PATH; p=evilp; git status",
        "python3 -c 'import subprocess; subprocess.run([\"git\",\"status\"],env={\"PATH\":\"evilp\"})'",
        "python3 -c 'import os; os.environ[\"PATH\"]=\"evilp\"; os.system(\"git status\")'",
        "node -e 'require(\"child_process\").execSync(\"git status\",{env:{PATH:\"evilp\"}})'",
    ] {
        let found = check(command);
        assert!(found.contains("exec.opaque"), "{command}: {found}");
    }
    for command in [
        "declare -A CMDS; CMDS[git]=evilp/git; git status",
        "declare -n p=NAME; p=x; git status",
        "echo \"${BASH_ALIASES[ls]}\"; git status",
        "python3 -c 'import os; print(os.environ[\"PATH\"]); os.system(\"git status\")'",
        "python3 -c 'import os; os.environ[\"LANG\"]=\"C\"; os.system(\"git status\")'",
        "python3 -c 'import subprocess; subprocess.run([\"git\",\"status\"],env={\"PATH\":\"/usr/bin:/bin\"})'",
    ] {
        let found = check(command);
        assert!(!found.contains("exec.opaque"), "{command}: {found}");
    }
}

#[test]
fn env_is_mostly_the_name_of_an_environment() {
    for command in [
        "ENV=production ./deploy.sh",
        "export ENV=staging; git status",
        "ENV=$1; git status",
        "ENV=dev sh -c 'git status'",
    ] {
        assert!(!check(command).contains("ENV=.."), "{command}: {}", check(command));
    }
    for command in
        ["ENV=./x sh -i", "ENV=x sh -i", "export ENV=$F; dash -i", "ENV=x script -c ls", "ENV=~/x vim a"]
    {
        assert!(check(command).contains("ENV=.."), "{command}: {}", check(command));
    }
}

#[test]
fn logs_that_variables_name() {
    for command in [
        "TF_LOG=TRACE TF_LOG_PATH=~/.claude/settings.json terraform version",
        "export PACKER_LOG_PATH=~/.claude/settings.json; packer version",
    ] {
        assert!(check(command).contains("countersign.tamper"), "{command}: {}", check(command));
    }
    assert!(!check("TF_LOG=TRACE TF_LOG_PATH=terraform.log terraform version").contains("tamper"));
}
