//! Terraform, OpenTofu and Terragrunt: what of which workspace of which directory.

mod console;
mod external;
mod json;
mod outputs;
mod place;
mod plans;
mod requests;

use countersign_model::{Answer, Certainty, Effect, PathClass, Question, Resource, Zone, verbs};

use super::accounts::Accounts;
use super::subcommands::{Subcommand, Table, read, rule};
use super::{Family, ask_file, opaque};
use crate::Workspace as _;
use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

pub(super) use console::files as files_of_expressions;

pub(super) const FAMILY: Family = Family {
    programs: &["terraform", "tofu", "terragrunt", "tf"],
    about: "What is planned, applied, destroyed, imported or moved, in which directory and workspace: from \
        `-chdir`, variable files, `TF_WORKSPACE` and `.terraform/environment`. A plan that is kept is applied \
        to what the same command made it for, any other to what is not known; the state holds secrets.",
    examples: &[
        "terraform plan",
        "terraform fmt -check",
        "terraform -chdir=infra apply -auto-approve",
        "terraform -chdir=infra destroy -target=aws_db_instance.main",
        "terraform apply plan.bin",
        "terraform state list",
        "terraform state pull",
        "terraform state rm aws_db_instance.main",
        "terraform output -raw db_password",
        "terraform init",
        "TF_WORKSPACE=staging terraform apply",
        "terraform destroy -help",
        "terraform plan -out=plan.bin",
        "terraform import aws_s3_bucket.b b",
    ],
    effects,
};

const TABLE: Table = Table {
    values: &[
        "-target", "-var", "-var-file", "-state", "-state-out", "-backup", "-out", "-parallelism", "-lock-timeout", "-replace", "-config",
        "-plugin-dir", "-generate-config-out", "-from-module", "-provider", "-dir", "-exclude", "-filter", "-test-directory", "-junit-xml",
        "--target", "--var", "--var-file", "--out", "--terragrunt-working-dir", "--working-dir", "--terragrunt-config", "--terragrunt-include-dir",
        "--terragrunt-exclude-dir", "--queue-include-dir", "--queue-exclude-dir", "--terragrunt-source", "--source", "--terragrunt-iam-role",
        "--iam-assume-role", "--auth-provider-cmd", "--terragrunt-auth-provider-cmd", "--tf-path", "--terragrunt-tfpath", "--terragrunt-download-dir", "--terragrunt-parallelism", "--parallelism", "--terragrunt-log-level", "--log-level",
    ],
    rules: &[
        rule("plan|validate|fmt|show|output|providers|graph|version|get|metadata|login|logout|help|console|modules|test", verbs::STACK_READ),
        rule("state list|show", verbs::STACK_READ),
        rule("providers mirror|lock|schema", verbs::STACK_READ),
        rule("workspace list|show", verbs::STACK_READ),
        rule("graph-dependencies|hclfmt|hclvalidate|render-json|output-module-groups|terragrunt-info|validate-inputs|find|list|dag|info|hcl|render|catalog|scaffold", verbs::STACK_READ),
        rule("apply", verbs::STACK_APPLY),
        rule("import", verbs::STACK_STATE),
        rule("destroy", verbs::STACK_DESTROY),
        rule("refresh|taint|untaint|force-unlock", verbs::STACK_STATE),
        rule("state rm|mv|push|replace-provider", verbs::STACK_STATE),
        rule("state pull", verbs::SECRET_READ),
        rule("workspace delete", verbs::STACK_STATE),
        rule("workspace select|new", verbs::STACK_READ),
        rule("init", verbs::STACK_READ),
        rule("apply-all", verbs::STACK_APPLY),
        rule("destroy-all", verbs::STACK_DESTROY),
        rule("plan-all|validate-all|output-all", verbs::STACK_READ),
    ],
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let joined = joined(invocation);
    let invocation = joined.as_ref().unwrap_or(invocation);
    let mut found = read(invocation, &TABLE);
    if found.is_help || invocation.words.is_empty() {
        context.program(verbs::EXEC_READ, &invocation.title());
        if invocation.words.is_empty() {
            arguments_of_environment(&found, invocation, context);
        }
        return;
    }
    let mut everywhere = false;
    // `terragrunt run-all apply`, `terragrunt run --all -- apply`.
    if matches!(found.operands.first().map(|word| word.text()), Some("run-all" | "run" | "stack")) {
        everywhere = found.operands.first().map(|word| word.text()) != Some("run") || found.has(&["--all", "-a"]);
        let inner = found.operands.iter().skip(1).chain(&found.rest).map(|word| (*word).clone());
        let inner: Vec<Word> = inner.filter(|word| word.text() != "run").collect();
        let nested = Invocation { words: inner, ..invocation.clone() };
        let again = read(&nested, &TABLE);
        found.verb.clone_from(&again.verb);
        found.name.clone_from(&again.name);
        found.operands.clear();
    }
    let here = place::find(&found, invocation, everywhere, context);
    let mut accounts = Accounts::of_call(&found, invocation, context);
    let spots = plans::applied(&found, &here, &mut accounts, context);
    let spots = spots.as_ref().unwrap_or(&here);
    let (Some((spot, others)), Some(now)) = (spots.split_first(), here.first()) else { return };
    if found.verb != Some(verbs::STACK_READ) {
        // What an earlier part of the call chose may not be there: then the workspace is as it was.
        for other in others {
            for target in targets(&found) {
                let effect = acts(found.effect(&verbs::STACK_APPLY, &verbs::STACK_DESTROY, other.resource(&target)), &found, other);
                accounts.also(&effect, context);
                context.push(effect);
            }
        }
    }
    files(&found, now, context);
    arguments_of_environment(&found, invocation, context);
    if !everywhere && is_of_files_alone(&found.name, &invocation.program) {
        special(&found, now, invocation, context);
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    for target in targets(&found) {
        let effect = found.effect(&verbs::STACK_APPLY, &verbs::STACK_DESTROY, spot.resource(&target));
        context.push(acts(effect, &found, spot));
    }
    special(&found, spot, invocation, context);
    external::effects(&found, now, &mut accounts, invocation, context);
    for target in targets(&found) {
        let effect = found.effect(&verbs::STACK_APPLY, &verbs::STACK_DESTROY, spot.resource(&target));
        accounts.also(&acts(effect, &found, spot), context);
    }
    plans::keeps(&found, &here, &accounts, context);
}

/// Whether a subcommand looks at files of the directory, and asks neither a cloud nor where the state is. What Terragrunt
/// hands on to Terraform it first makes ready, by its hooks and by what other directories put out.
fn is_of_files_alone(name: &str, program: &str) -> bool {
    matches!(name, "version" | "hclfmt") || (program != "terragrunt" && matches!(name, "fmt" | "validate"))
}

/// The invocation with the arguments that its variables add after the subcommand, where they are plain words.
fn joined(invocation: &Invocation) -> Option<Invocation> {
    let named = |name: &str| name == "TF_CLI_ARGS" || name.starts_with("TF_CLI_ARGS_");
    if !invocation.environment.iter().any(|(name, _)| named(name)) {
        return None;
    }
    let mut joined = invocation.clone();
    let at = invocation.words.iter().position(|word| !word.text().starts_with('-')).unwrap_or(invocation.words.len());
    let parts: Vec<&str> = invocation.words.iter().skip(at).take(2).map(Word::text).collect();
    let first = parts.first().copied().unwrap_or_default();
    let names = ["TF_CLI_ARGS".to_owned(), format!("TF_CLI_ARGS_{first}"), format!("TF_CLI_ARGS_{}", parts.join("_").replace('-', "_"))];
    let mut added = Vec::new();
    for name in names {
        let Some(Value::Known(text)) = environment::value(&joined, &name) else { continue };
        if text.contains(['"', '\'', '\\', '`', '$', '(', ';', '&', '|', '<', '>']) {
            continue;
        }
        added.extend(text.split_ascii_whitespace().map(Word::known_as));
        joined.environment.retain(|(known, _)| *known != name);
    }
    let after = (at + 1).min(joined.words.len());
    joined.words.splice(after..after, added);
    joined.contiguous = false;
    Some(joined)
}

/// Parts of a stack that are told one by one.
const MOST_TARGETS: usize = 16;

/// What of the stack is named; all where nothing is.
fn targets(found: &Subcommand<'_>) -> Vec<String> {
    let options = found.values(&["-target", "--target", "-replace"]);
    let mut targets: Vec<String> = options.map(|value| value.known().unwrap_or("*").to_owned()).collect();
    if matches!(found.name.as_str(), "state rm" | "state mv" | "state show" | "taint" | "untaint" | "import") {
        // What is imported is an address, and the name that its provider has for it.
        let most = if found.name == "import" { 1 } else { usize::MAX };
        targets.extend(found.operands.iter().take(most).map(|word| word.known().unwrap_or("*").to_owned()));
    }
    // Of more than can be looked at each it is all.
    if targets.is_empty() || targets.len() > MOST_TARGETS {
        targets = vec!["*".to_owned()];
    }
    targets
}

fn acts(mut effect: Effect, found: &Subcommand<'_>, spot: &place::Spot) -> Effect {
    let destroys = spot.destroys || found.has(&["-destroy", "--destroy"]);
    if found.name == "apply" && destroys {
        let fresh = Effect::new(verbs::STACK_DESTROY, effect.resource.clone());
        effect = Effect { certainty: effect.certainty, because: effect.because, ..fresh };
    }
    if effect.verb == verbs::SECRET_READ {
        effect = effect.because("the state holds secrets in plain text");
    } else if found.name == "apply" && !found.operands.is_empty() {
        effect.because.clone_from(&spot.because);
        if found.operands.iter().any(|word| word.known().is_none()) {
            effect = effect.certain(Certainty::Partial, "which plan it applies is not known");
        }
    } else if effect.verb == verbs::STACK_APPLY && effect.because.is_none() {
        effect = effect.because("what it creates, changes and destroys is only known from its plan");
    } else if effect.because.is_none() && effect.verb != verbs::STACK_READ {
        effect.because.clone_from(&spot.because);
    }
    effect
}

/// What else some subcommands do.
fn special(found: &Subcommand<'_>, spot: &place::Spot, invocation: &Invocation, context: &mut Context<'_>) {
    match found.name.as_str() {
        "init" => {
            context.push(Effect::new(verbs::EXEC_INSTALL, Resource::Program { name: format!("{} init", invocation.program) })
                .because("it downloads providers and modules, which later commands run"));
            if found.has(&["-migrate-state", "-force-copy"]) || found.has(&["-reconfigure", "-backend-config"]) {
                let effect = Effect::new(verbs::STACK_STATE, spot.resource("*"));
                context.push(if found.has(&["-migrate-state", "-force-copy"]) {
                    effect.because("the state moves to another place")
                } else {
                    Effect::new(verbs::STACK_READ, spot.resource("*"))
                        .because("later commands use another place for the state")
                });
            }
        }
        "output" => outputs::effects(found, spot, context),
        "show" if found.has(&["-json", "--json"]) => {
            let resource = Resource::Secret { store: spot.store(), name: "*".to_owned() };
            context.push(Effect::new(verbs::SECRET_READ, resource).certain(Certainty::Partial, "the state or plan may hold secrets in plain text"));
        }
        "workspace select" | "workspace new" => {
            let name = found.operand(0).unwrap_or_else(|| "*".to_owned());
            let file = if spot.selection == "*" { format!("{}/.terraform/environment", spot.directory) } else { spot.selection.clone() };
            context.write_value(&Value::Known(file));
            context.chooses("terraform", &spot.selection, &name);
        }
        "login" | "logout" => {
            let resource = Resource::Secret { store: "terraform".to_owned(), name: "credentials".to_owned() };
            context.push(Effect::new(verbs::SECRET_WRITE, resource));
        }
        "fmt" | "hclfmt" if !found.has(&["-check", "--check"]) && found.text(&["-write"]).is_none_or(|value| value != "false") => formats(invocation, found, &spot.directory, context),
        "providers mirror" => {
            found.operands.iter().for_each(|word| context.write(word));
            fetches(invocation, "it downloads providers", context);
        }
        "providers lock" => {
            context.write_value(&Value::Known(format!("{}/.terraform.lock.hcl", spot.directory)));
            fetches(invocation, "it downloads providers to take their checksums", context);
        }
        "get" => {
            context.write_value(&Value::Known(format!("{}/.terraform/modules", spot.directory)));
            fetches(invocation, "it downloads modules, which later commands take for this code", context);
        }
        "console" => console::effects(spot, invocation, context),
        "test" => {
            context.push(Effect::new(verbs::STACK_APPLY, spot.resource("*")).certain(Certainty::Partial, "its tests may create infrastructure"));
        }
        _ => {}
    }
}

/// Files that options and operands name.
fn files(found: &Subcommand<'_>, spot: &place::Spot, context: &mut Context<'_>) {
    let within = |value: &Value| spot.within(value);
    found.values(&["-out", "--out", "-state-out", "-backup", "-generate-config-out", "-junit-xml"]).for_each(|value| context.write_value(&within(value)));
    found.values(&["-state"]).for_each(|value| context.read_value(&within(value)));
    for value in found.values(&["-var-file", "--var-file"]) {
        variables(&within(value), context);
    }
    if matches!(found.name.as_str(), "apply" | "show" | "state push") {
        for word in &found.operands {
            ask_file(&paths::locate(&within(&word.value), context).path, context);
            context.read_value(&within(&word.value));
        }
    }
}

/// A file of variables that a plan is made with. Planning takes their values and does not tell them, as with the
/// files that it takes by itself: what is kept secret there is read only where somebody looks at the file.
fn variables(value: &Value, context: &mut Context<'_>) {
    let located = paths::locate(value, context);
    let is_variables = located.why.is_none() && (located.path.ends_with(".tfvars") || located.path.ends_with(".tfvars.json"));
    if !is_variables || located.zone != Zone::Workspace {
        context.read_value(value);
        return;
    }
    ask_file(&located.path, context);
    let resource = Resource::Path { path: located.path, zone: located.zone, class: PathClass::Ordinary };
    context.push(Effect::new(verbs::FS_READ, resource).because("the plan is made with its values, which it does not show"));
}

fn fetches(invocation: &Invocation, why: &str, context: &mut Context<'_>) {
    context.push(Effect::new(verbs::EXEC_INSTALL, Resource::Program { name: invocation.title() }).because(why));
}

/// `TF_CLI_ARGS` and its relatives add options to every command.
fn arguments_of_environment(found: &Subcommand<'_>, invocation: &Invocation, context: &mut Context<'_>) {
    let first = found.name.split(' ').next().unwrap_or_default();
    for name in ["TF_CLI_ARGS".to_owned(), format!("TF_CLI_ARGS_{first}")] {
        let set = environment::value(invocation, &name);
        let inherited = || context.workspace.ask(&Question::Variable { name: name.clone() }) == Answer::Yes;
        if set.is_some() || inherited() {
            let destroys = set.as_ref().is_none_or(|value| value.is_unknown() || value.text().contains("destroy"));
            let why = format!("{name} adds options of its own");
            if destroys && found.verb != Some(verbs::STACK_READ) {
                let resource = Resource::Stack { tool: "terraform".to_owned(), directory: "*".to_owned(), workspace: Some("*".to_owned()), target: "*".to_owned() };
                context.push(Effect::new(verbs::STACK_DESTROY, resource).certain(Certainty::Partial, &why));
            } else {
                let name = format!("{name}=..");
                context.push(Effect::new(verbs::STACK_READ, Resource::Program { name }).certain(Certainty::Partial, &why));
            }
        }
    }
    if environment::value(invocation, "TF_CLI_CONFIG_FILE").is_some() {
        opaque(invocation, "another configuration may name other providers", context);
    }
}

/// What `fmt` formats: the directories and files that it is given, or else where it runs.
fn formats(invocation: &Invocation, found: &Subcommand<'_>, directory: &str, context: &mut Context<'_>) {
    let named = if invocation.program == "terragrunt" { &[] } else { found.operands.as_slice() };
    for word in named.iter().filter(|word| word.text() != "-") {
        match word.known() {
            Some(path) => context.write_value(&Value::Known(paths::normal(directory, path))),
            None => context.write(word),
        }
    }
    if named.is_empty() {
        context.write_value(&Value::Known(directory.to_owned()));
    }
}

#[cfg(test)]
mod tests;
