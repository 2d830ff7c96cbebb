//! Files of passwords that Ansible is told of. One that can be executed is: what it prints is the password.

use crate::code::source::{self, Source};
use crate::context::Context;
use crate::families::run_file;
use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Value;

const OPTIONS: &[&str] = &[
    "--vault-password-file", "--vault-pass-file", "--become-password-file", "--become-pass-file", "--connection-password-file", "--conn-pass-file",
];
const VARIABLES: &[&str] = &["ANSIBLE_VAULT_PASSWORD_FILE", "ANSIBLE_BECOME_PASSWORD_FILE", "ANSIBLE_CONNECTION_PASSWORD_FILE"];
/// Endings of names that programs have.
pub(super) const PROGRAMS: &[&str] = &[".sh", ".bash", ".py", ".rb", ".pl", ".js"];

/// Adds that the files are read, and what those do that are programs.
pub(in crate::families) fn effects(found: &Subcommand<'_>, invocation: &Invocation, context: &mut Context<'_>) {
    let mut files: Vec<Value> = found.values(OPTIONS).cloned().collect();
    files.extend(found.values(&["--vault-id"]).filter_map(labelled));
    for name in VARIABLES {
        match context.setting(invocation, name) {
            Ok(file) => files.extend(file.map(Value::Known)),
            Err(why) => files.push(Value::unknown(&why)),
        }
    }
    if let Ok(Some(list)) = context.setting(invocation, "ANSIBLE_VAULT_IDENTITY_LIST") {
        files.extend(list.split(',').filter_map(|one| labelled(&Value::Known(one.trim().to_owned()))));
    }
    for file in files {
        if is_program(&file, context) {
            run_file(&paths::locate(&file, context), None, &[], invocation, context);
        } else {
            context.read_value(&file);
        }
    }
}

/// The file in `label@file`; none where the password is asked for.
fn labelled(value: &Value) -> Option<Value> {
    let file = match value.text().split_once('@') {
        Some((label, _)) => value.strip_prefix(&format!("{label}@"))?,
        None => value.clone(),
    };
    (!matches!(file.known(), Some("prompt" | "prompt_ask_vault_pass"))).then_some(file)
}

/// Whether a file is a program, as its name or its first line says, or another part of the call makes it.
pub(super) fn is_program(file: &Value, context: &mut Context<'_>) -> bool {
    let located = paths::locate(file, context);
    let is_named_so = PROGRAMS.iter().any(|end| located.path.ends_with(end) || file.text().ends_with(end));
    let is_written = context.state.world.written.iter().any(|written| written.touches(&located));
    is_named_so
        || match source::of(&located, context) {
            Source::Texts(texts) | Source::Perhaps(texts, _) if !texts.is_empty() => texts.iter().any(|text| text.starts_with("#!")),
            Source::Texts(_) | Source::Perhaps(..) | Source::Absent => false,
            Source::Foreign | Source::Unknown(_) => is_written,
        }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    const FILES: &[(&str, &str)] = &[("/repo/ship.sh", "git push origin main\n"), ("/repo/ship", "#!/bin/sh\ngit push origin main\n"), ("/repo/x.yml", "- hosts: web\n  tasks: []\n"), ("/repo/.vault_pass", "word\n")];

    #[test]
    fn programs_that_print_passwords() {
        for command in [
            "ansible-inventory --list --vault-password-file ./ship.sh", "ansible-playbook --syntax-check --vault-id x@./ship.sh x.yml", "ansible-playbook --syntax-check --vault-id ./ship x.yml", "ansible-playbook x.yml --become-password-file=ship",
            "ANSIBLE_VAULT_PASSWORD_FILE=./ship.sh ansible-inventory --list", "ANSIBLE_VAULT_IDENTITY_LIST='a@x, b@./ship' ansible-inventory --list", "ansible-inventory --list --vault-pass-file ./ship.sh", "ansible-vault view x.yml --vault-password-file ship.sh",
            "printf '#!/bin/sh\\ngit push origin main' > v; chmod +x v; ansible-inventory --list --vault-password-file v", "cp ship v; ansible-inventory --list --vault-password-file v",
        ] {
            let found = check_with(command, FILES);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
        }
        for command in ["ansible-playbook --syntax-check --vault-password-file .vault_pass x.yml", "ansible-playbook --syntax-check --vault-id dev@prompt x.yml", "ansible-inventory --list"] {
            let found = check_with(command, FILES);
            assert!(!found.contains("git.push") && !found.contains("opaque"), "{command}: {found}");
        }
    }

    #[test]
    fn inventories_that_are_programs() {
        for command in [
            "echo 'git push origin main' > inv.sh; chmod +x inv.sh; ansible-inventory -i inv.sh --list", "ansible -i ship.sh all --list-hosts", "ansible -i ship all --list-hosts", "ANSIBLE_INVENTORY=ship.sh ansible-inventory --list",
        ] {
            let found = check_with(command, FILES);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
        }
        let found = check_with("ansible -i inv/ all --list-hosts", &[("/repo/inv/ship.sh", "git push origin main\n")]);
        assert!(found.contains("git.push main@origin"), "{found}");
        let found = check_with("ansible-inventory -i hosts.ini --list", &[("/repo/hosts.ini", "[web]\na.example\n")]);
        assert!(!found.contains("opaque") && !found.contains("git.push"), "{found}");
    }

    #[test]
    fn arguments_that_are_expressions() {
        for command in ["ansible localhost -m ansible.builtin.debug -a 'var=lookup(\"pipe\",\"git push origin main\")'", "ansible localhost -m assert -a 'that=query(\"pipe\",\"x\")'", "ansible localhost -m debug -a '{\"var\": \"q(1)\"}'"] {
            let found = check_with(command, FILES);
            assert!(found.contains("opaque") && found.contains("secret.read"), "{command}: {found}");
        }
        let found = check_with("ansible localhost -m debug -a 'msg=done'", FILES);
        assert!(!found.contains("opaque"), "{found}");
    }
}
