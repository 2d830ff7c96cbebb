//! Stores of secrets: Vault, password managers, key chains, and programs that decrypt.

use countersign_model::{Access, Certainty, Effect, Resource, Reversible, Verb, verbs};

use super::subcommands::{self, Subcommand, Table, rule};
use super::{Family, dispatch, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Value;

pub(super) const FAMILY: Family = Family {
    programs: &[
        "vault", "bao", "op", "pass", "gopass", "sops", "bw", "bws", "lpass", "chamber", "doppler", "infisical", "security",
        "secret-tool", "gpg", "gpg2", "age", "rage", "age-keygen", "keyring", "aws-vault", "berglas", "akeyless", "kwallet-query",
        "git-crypt", "blackbox_cat", "ansible-vault", "dotenvx", "teller", "summon", "envchain",
    ],
    about: "Vaults, password managers, key chains and programs that decrypt: printing a value is a secret \
        read, listing names is not. A command that one of them starts with secrets in its environment is \
        understood as well.",
    examples: &[
        "vault kv list secret/",
        "vault kv get -field=password secret/prod/db",
        "vault kv put secret/a key=x",
        "vault token create",
        "op read op://prod/db/password",
        "op run --env-file .env -- rm -rf build",
        "pass ls",
        "gpg --verify a.sig a",
        "sops -d secrets.yaml",
        "aws-vault exec prod -- aws s3 rb s3://a",
        "security find-generic-password -s github -w",
        "grep 'op read' README.md",
    ],
    effects,
};

const READ: Verb = verbs::SECRET_READ;
const WRITE: Verb = verbs::SECRET_WRITE;
const SHOW: Verb = verbs::EXEC_READ;
/// The rest of the words is a command that is given the secrets.
const RUN: Verb = verbs::EXEC_OPAQUE;
/// Who may read what changes.
const GRANT: Verb = verbs::CLOUD_PERMISSION;
/// A secret, a store or what lets into it is gone.
const DELETE: Verb = verbs::CLOUD_DELETE;

const VAULT: Table = Table {
    values: &[
        "-address", "-namespace", "-ns", "-mount", "-field", "-format", "-version", "-versions", "-ca-cert", "-ca-path",
        "-client-cert", "-client-key", "-tls-server-name", "-wrap-ttl", "-path", "-method", "-policy", "-ttl", "-period",
        "-header", "-mfa", "-cas", "-max-versions", "-custom-metadata", "-type", "-description", "-id", "-role", "-mode",
        "-key-shares", "-key-threshold", "-accessor", "-increment",
    ],
    rules: &[
        rule("kv get|read", READ),
        rule("kv list|ls", SHOW),
        rule("kv metadata get", SHOW),
        rule("kv put|patch|rollback|undelete|enable-versioning", WRITE),
        rule("kv metadata put|patch", WRITE),
        rule("kv delete|destroy", DELETE),
        rule("kv metadata delete", DELETE),
        rule("read|unwrap", READ),
        rule("list|status|version|path-help|monitor", SHOW),
        rule("secrets|auth|policy|audit|plugin|namespace|lease list", SHOW),
        rule("policy read|fmt", SHOW),
        rule("plugin info", SHOW),
        // The token itself is among what `lookup` shows.
        rule("token lookup", READ),
        rule("token capabilities", SHOW),
        rule("operator members|usage|diagnose|raft", SHOW),
        rule("write", WRITE),
        rule("delete", DELETE),
        rule("secrets|auth|audit|plugin disable|deregister", DELETE),
        rule("secrets move|tune|enable", GRANT),
        rule("auth|audit|plugin enable|tune|register|reload|move", GRANT),
        rule("policy write|delete", GRANT),
        rule("namespace create|patch|lock|unlock", GRANT),
        rule("namespace delete", DELETE),
        rule("token create", READ),
        rule("token renew", WRITE),
        rule("token revoke", DELETE),
        rule("lease renew", WRITE),
        rule("lease revoke", DELETE),
        rule("login", READ),
        rule("print token", READ),
        rule("ssh", verbs::CLOUD_EXECUTE),
        rule("operator init|generate-root|rekey|unseal", READ),
        rule("operator seal|step-down|rotate", DELETE),
        rule("operator raft remove-peer|snapshot", DELETE),
        rule("operator raft list-peers", SHOW),
        rule("agent|proxy|server", verbs::NET_LISTEN),
    ],
};

const OTHERS: Table = Table {
    values: &[
        "--account", "--vault", "--fields", "--field", "--format", "--project", "-p", "--config", "-c", "--env", "--path",
        "--session", "--organizationid", "--projectId", "--token", "--out-file", "-o", "--output", "--output-file", "--env-file",
        "--category", "--title", "-b", "--backend", "--scope", "-s", "-a", "-l", "--vault-id", "--vault-password-file", "--vault-pass-file", "-f",
        "--duration", "--prefix", "-D", "--command",
    ],
    rules: &[
        // 1Password.
        rule("read|inject", READ),
        rule("item get", READ),
        rule("item|vault|user|group|account|document|connect|service-account list|ls", SHOW),
        rule("vault|user|group|account|item-template get", SHOW),
        rule("document get", READ),
        rule("item|document create|edit|share|move", WRITE),
        rule("item|document|vault delete", DELETE),
        rule("vault|group|user|connect|service-account create|edit|grant|revoke|user|group|provision|confirm|suspend", GRANT),
        rule("signin|whoami|signout|update", SHOW),
        rule("run", RUN),
        // Bitwarden, LastPass.
        rule("get", READ),
        rule("get template|organization|collection|fingerprint|org-collection", SHOW),
        rule("secret get", READ),
        rule("secret list", READ),
        rule("secret create|edit", WRITE),
        rule("secret delete", DELETE),
        rule("project list|get", SHOW),
        rule("project create|edit|delete", GRANT),
        rule("list", SHOW),
        rule("list items", READ),
        rule("ls|status|sync|login|unlock|lock|logout|generate|encode|serve|version|help|config|find|search|grep|history", SHOW),
        rule("show|otp|cat|view|decrypt|export|cp-secret", READ),
        rule("create|edit|insert|add|put|set|write|import|restore|move|mv|cp|copy|init|git|encrypt|rekey|lock-file|store", WRITE),
        rule("delete|rm|remove|clear|del|destroy", DELETE),
        rule("confirm|share", GRANT),
        // chamber, doppler, infisical, aws-vault.
        rule("list-services|find", SHOW),
        rule("env", READ),
        rule("exec", RUN),
        rule("secrets", READ),
        rule("secrets get|download|substitute", READ),
        rule("secrets set|upload|folders", WRITE),
        rule("secrets delete", DELETE),
        rule("secrets notes", WRITE),
        rule("configs|projects|environments|activity|me|settings|workplace|configure", SHOW),
        rule("configs|projects|environments create|update|rename|clone|lock|unlock", GRANT),
        rule("configs|projects|environments delete", DELETE),
        rule("configs tokens create", READ),
        rule("configs tokens revoke", DELETE),
        rule("setup|open|scan", SHOW),
        rule("lookup", READ),
        rule("unlock", READ),
    ],
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    match program {
        "gpg" | "gpg2" => gpg(invocation, context),
        "age" | "rage" | "sops" | "age-keygen" => decrypts(invocation, context),
        "security" => keychain(invocation, context),
        _ => store(invocation, context),
    }
}

/// A command of a store with subcommands.
fn store(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let table = if matches!(program, "vault" | "bao") { &VAULT } else { &OTHERS };
    let found = subcommands::read(invocation, table);
    if found.is_help || (invocation.words.is_empty() && program != "pass") || found.has(&["-help", "-h", "-version"]) {
        context.program(SHOW, program);
        return;
    }
    if program == "ansible-vault" {
        super::ansible::passwords::effects(&found, invocation, context);
    }
    let name = || match found.operand(0) {
        Some(name) if found.name.is_empty() || found.verb.is_some() => name,
        _ => "*".to_owned(),
    };
    let server = || found.text(&["-address"]).or_else(|| context.setting(invocation, "VAULT_ADDR").ok().flatten());
    let place = match program {
        "vault" | "bao" => server().map_or_else(|| "vault".to_owned(), |address| format!("vault {address}")),
        _ => program.to_owned(),
    };
    let told = found.text(&["-address"]).or_else(|| crate::environment::value(invocation, "VAULT_ADDR").map(|value| value.text().to_owned()));
    let told = told.filter(|_| found.name == "status" && matches!(program, "vault" | "bao"));
    if let Some((host, _)) = told.and_then(|told| super::addresses::host_and_path(&told))
        && !countersign_model::is_this_machine(&host)
    {
        let resource = Resource::Host { host, url: None };
        context.push(Effect::new(countersign_model::verbs::NET_SEND, resource).because("the token goes with each request to the server that is named"));
    }
    let secret = |name: String| Resource::Secret { store: place.clone(), name };
    let verb = match (&found.verb, program) {
        (Some(verb), _) => Some(verb.clone()),
        // `pass` and `gopass` show what they are given the name of.
        (None, "pass" | "gopass") if found.operands.is_empty() => Some(SHOW),
        (None, "pass" | "gopass" | "blackbox_cat" | "kwallet-query" | "envchain" | "summon" | "teller") => Some(READ),
        (None, _) => None,
    };
    let operands: Vec<&str> = found.operands.iter().take(3).map(|word| word.known().unwrap_or("*")).collect();
    let shown = match program {
        _ if operands.is_empty() => found.name.clone(),
        "bw" | "chamber" | "secret-tool" => operands.join("/"),
        _ => operands.first().copied().unwrap_or("*").to_owned(),
    };
    let effect = match verb {
        None => Effect::new(WRITE, secret("*".to_owned())).certain(Certainty::Partial, "the subcommand is not known"),
        Some(verb) if verb == SHOW => Effect::new(SHOW, Resource::Program { name: program.to_owned() }),
        Some(verb) if verb == RUN => {
            runs(invocation, &found, &secret("*".to_owned()), context);
            return;
        }
        Some(verb) if verb == DELETE => {
            let because = "a secret, or what lets into the store, is gone";
            let effect = Effect::new(WRITE, secret(name())).because(because).reversible(Reversible::No);
            Effect { access: Access::Destroy, ..effect }
        }
        Some(verb) if verb == GRANT => Effect::new(WRITE, secret(shown)).because("who may read what changes"),
        Some(verb) => Effect::new(verb, secret(if found.operands.is_empty() { "*".to_owned() } else { shown })),
    };
    let doubted = match (&found.doubt, effect.certainty) {
        (Some(why), Certainty::Exact) => effect.certain(Certainty::Partial, why),
        _ => effect,
    };
    context.push(doubted);
    // `vault write x @file` and `key=@file` read the file.
    for word in found.operands.iter().skip(1) {
        let text = word.text();
        let file = if text.starts_with('@') { word.value.strip_prefix("@") } else { after(&word.value, "=@") };
        if let Some(file) = file {
            context.read_value(&file);
        }
    }
    if let Some(value) = found.value(&["--out-file", "-o", "--output-file", "--output"]).filter(|value| value.text().contains(['/', '.'])) {
        context.write_value(value);
    }
}

/// What follows `mark` in a value.
fn after(value: &Value, mark: &str) -> Option<Value> {
    let (before, _) = value.text().split_once(mark)?;
    value.strip_prefix(&format!("{before}{mark}"))
}

/// A command that is given secrets as its environment.
fn runs(invocation: &Invocation, found: &Subcommand<'_>, secret: &Resource, context: &mut Context<'_>) {
    let why = "the command is given the secrets as its environment";
    context.push(Effect::new(READ, secret.clone()).certain(Certainty::Partial, why));
    if let Some(text) = found.value(&["--command"]) {
        super::runners::with_variables(context, |context| super::runners::text(text, invocation, context));
        return;
    }
    // `aws-vault exec profile command`, without a mark between.
    let unmarked = || if invocation.program == "aws-vault" { found.position(1, invocation) } else { None };
    match found.rest_at.or_else(unmarked).and_then(|index| invocation.nested(index)) {
        Some(mut nested) => {
            if invocation.program == "aws-vault"
                && let Some(profile) = found.operands.first()
            {
                nested.environment.push(("AWS_PROFILE".to_owned(), profile.value.clone()));
            }
            super::runners::with_variables(context, |context| dispatch(nested, context));
        }
        None => opaque(invocation, "it runs a command that is not set off with --", context),
    }
}

/// The key chain of macOS.
fn keychain(invocation: &Invocation, context: &mut Context<'_>) {
    const TABLE: Table = Table { values: &["-a", "-s", "-l", "-c", "-D", "-j", "-p", "-r", "-t", "-k", "-P", "-d"], rules: &[] };
    let found = subcommands::read(invocation, &TABLE);
    let name = found.text(&["-s", "-l", "-a"]).unwrap_or_else(|| "*".to_owned());
    let on = |verb: Verb, name: &str| Effect::new(verb, Resource::Secret { store: "keychain".to_owned(), name: name.to_owned() });
    let shows = found.options.iter().any(|(option, _)| !option.starts_with("--") && option.contains(['w', 'g']));
    let effect = match found.operand(0).unwrap_or_default().as_str() {
        "find-generic-password" | "find-internet-password" | "find-certificate" | "find-identity" if !shows => {
            Effect::new(SHOW, Resource::Program { name: "security".to_owned() })
        }
        "find-generic-password" | "find-internet-password" => on(READ, &name),
        "dump-keychain" | "export" | "find-key" => on(READ, "*"),
        "help" | "" | "list-keychains" | "default-keychain" | "login-keychain" | "show-keychain-info" | "find-identity"
        | "find-certificate" | "verify-cert" | "dump-trust-settings" | "error" | "cms" => {
            Effect::new(SHOW, Resource::Program { name: "security".to_owned() })
        }
        "add-trusted-cert" | "remove-trusted-cert" | "trust-settings-import" | "authorizationdb" => {
            Effect::new(verbs::EXEC_SYSTEM, Resource::Program { name: "security".to_owned() })
        }
        _ => on(WRITE, &name),
    };
    let effect = match (&found.doubt, effect.certainty) {
        (Some(why), Certainty::Exact) => effect.certain(Certainty::Partial, why),
        _ => effect,
    };
    context.push(effect);
}

/// GnuPG: its secret keys, and what they decrypt.
fn gpg(invocation: &Invocation, context: &mut Context<'_>) {
    const TABLE: Table = Table {
        values: &["-o", "--output", "-r", "--recipient", "-u", "--local-user", "--homedir", "--keyserver", "--passphrase", "--passphrase-file", "--passphrase-fd", "--pinentry-mode", "--status-fd", "--keyring", "--trust-model", "--digest-algo", "--command-fd", "--default-key"],
        rules: &[],
    };
    let found = subcommands::read(invocation, &TABLE);
    let secret = |name: &str| Resource::Secret { store: "gnupg".to_owned(), name: name.to_owned() };
    let long = |start: &str| found.options.iter().any(|(name, _)| name.starts_with("--") && (name.starts_with(start)));
    let short = |letter: char| found.options.iter().any(|(name, _)| !name.starts_with("--") && name.contains(letter));
    if let Some(file) = found.value(&["-o", "--output"]) {
        context.write_value(file);
    }
    if let Some(file) = found.value(&["--passphrase-file"]) {
        context.read_value(file);
    }
    let name = found.operand(0).unwrap_or_else(|| "*".to_owned());
    if long("--export-secret") {
        context.push(Effect::new(READ, secret(&name)));
    } else if long("--dec") || short('d') || (found.options.is_empty() && !found.operands.is_empty()) {
        super::read_all(found.operands.iter().copied(), context);
        context.push(Effect::new(READ, secret(&name)));
    } else if long("--delete-sec") || long("--delete-key") || long("--yes-delete") {
        context.push(Effect::new(WRITE, secret(&name)).because("a key is deleted"));
    } else if long("--import") || long("--gen") || long("--full-gen") || long("--quick") || long("--edit") || long("--recv") || long("--sign-key") || long("--trust") || long("--change-pass") {
        context.push(Effect::new(WRITE, secret("*")));
        super::read_all(found.operands.iter().copied(), context);
    } else if long("--send-keys") {
        context.push(Effect::new(verbs::NET_SEND, Resource::Host { host: "*".to_owned(), url: None }));
    } else {
        super::read_all(found.operands.iter().copied(), context);
        context.program(SHOW, "gpg");
    }
}

/// `sops -d`, `age -d`.
fn decrypts(invocation: &Invocation, context: &mut Context<'_>) {
    const AGE: Table = Table {
        values: &["-o", "--output", "-i", "--identity", "-r", "--recipient", "-R", "--recipients-file", "-j"],
        rules: &[],
    };
    const SOPS: Table = Table {
        values: &["--output", "--age", "-a", "--kms", "-k", "--pgp", "-p", "--extract", "--input-type", "--output-type", "--config", "--set"],
        rules: &[],
    };
    let program = invocation.program.as_str();
    let found = subcommands::read(invocation, if program == "sops" { &SOPS } else { &AGE });
    let first = found.operand(0).unwrap_or_default();
    if found.is_help || invocation.words.is_empty() || first == "help" {
        context.program(SHOW, program);
        return;
    }
    for identity in found.values(&["-i", "--identity", "-R", "--recipients-file"]).filter(|_| program != "sops") {
        context.read_value(identity);
    }
    if let Some(file) = found.value(&["-o", "--output"]) {
        context.write_value(file);
    }
    let subcommands = ["decrypt", "encrypt", "edit", "exec-env", "exec-file", "publish", "rotate", "updatekeys", "set", "unset", "groups", "filestatus", "keyservice"];
    let files = found.operands.iter().skip(usize::from(program == "sops" && subcommands.contains(&first.as_str())));
    let files: Vec<_> = files.copied().collect();
    let name = files.first().map_or_else(|| "*".to_owned(), |word| word.known().unwrap_or("*").to_owned());
    let secret = |verb: Verb| Effect::new(verb, Resource::Secret { store: program.to_owned(), name: name.clone() });
    let inplace = found.has(&["--in-place"]) || (program == "sops" && found.has(&["-i"]));
    let decrypting = found.has(&["-d", "--decrypt"]) || first == "decrypt";
    let encrypting = found.has(&["-e", "--encrypt", "-r", "-R", "-p", "--passphrase", "--recipient"]) || first == "encrypt";
    match (program, first.as_str()) {
        ("sops", "exec-env" | "exec-file") => {
            context.push(secret(READ));
            match found.operands.get(2).and_then(|word| word.known()) {
                Some(text) => crate::shell::run_apart(text, crate::shell::Place::Within(context.here), context),
                None => opaque(invocation, "the command that is given the secrets is not known", context),
            }
        }
        ("sops", "filestatus") => context.program(SHOW, program),
        ("sops", "publish" | "rotate" | "updatekeys" | "set" | "unset" | "groups") => {
            context.push(secret(WRITE));
            files.iter().for_each(|word| context.write(word));
        }
        _ if decrypting || (program == "sops" && !encrypting) => {
            super::read_all(files.iter().copied(), context);
            context.push(secret(READ));
            if inplace {
                files.iter().for_each(|word| context.write(word));
            }
        }
        ("age-keygen", _) => context.push(secret(WRITE)),
        _ => {
            super::read_all(files.iter().copied(), context);
            if inplace {
                files.iter().for_each(|word| context.write(word));
            }
            context.program(SHOW, program);
        }
    }
}

#[cfg(test)]
mod tests;
