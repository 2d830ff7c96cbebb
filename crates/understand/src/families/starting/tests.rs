use crate::fixture::{check, check_with};

#[test]
fn what_options_start() {
    for command in [
        "terragrunt plan --auth-provider-cmd 'git push origin HEAD:main'",
        "terragrunt plan --tf-path ./ship.sh",
        "terragrunt --terragrunt-tfpath=./ship.sh plan",
        "restic snapshots --password-command 'git push origin HEAD:main'",
        "rclone ls x: --password-command='git push origin HEAD:main'",
        "borg list --rsh 'git push origin HEAD:main' ssh://x/y",
        "bazel build --shell_executable=./ship.sh //...",
        "iptables -L --modprobe=./ship.sh",
        "npm fund x --browser ./ship.sh",
        "dotnet build -p:PostBuildEvent=./ship.sh",
        "dotnet test '--property:Version=1;PreBuildEvent=./ship.sh'",
    ] {
        let found = check_with(command, &[("/repo/ship.sh", "git push origin HEAD:main")]);
        assert!(found.contains("git.push main@origin"), "{command}: {found}");
    }
    for command in ["bazel --host_jvm_args=-agentpath:./x.so info", "bazel --server_javabase=./x info"] {
        assert!(check(command).contains("opaque"), "{command}: {}", check(command));
    }
}

#[test]
fn what_is_installed() {
    for command in [
        "terragrunt plan --tf-path tofu",
        "terragrunt plan --tf-path /usr/local/bin/tofu",
        "bazel build --shell_executable=/bin/bash //...",
        "bazel --host_jvm_args=-Xmx2g info",
        "npm fund x --browser firefox",
        "iptables -L",
        "dotnet build -p:Version=1.0 -p:PostBuildEvent=",
        "borg list --rsh 'ssh -i key' x",
    ] {
        let (found, plain) = (check(command), check(command.split(" --").next().unwrap_or_default()));
        assert!(!found.contains("opaque") || plain.contains("opaque"), "{command}: {found}");
    }
}
