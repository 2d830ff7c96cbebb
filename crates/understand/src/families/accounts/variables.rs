//! What a variable of a configuration is set to: `profile = var.profile`.

use super::settings::{self, Setting};
use crate::context::Context;
use crate::environment;
use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Value;

/// The file of values that is read without being named. Others may count for more, so that it settles nothing.
const USUAL: &str = "terraform.tfvars";

/// What a variable may be; `*` where that is not known.
pub(super) fn values(
    name: &str,
    directory: &str,
    found: &Subcommand<'_>,
    invocation: &Invocation,
    context: &Context<'_>,
) -> Vec<String> {
    // What options say counts for more than anything else; of several the last does, whichever kind it is.
    let mut given = Vec::new();
    for value in found.values(&["-var", "--var"]) {
        if value.text().split_once('=').is_some_and(|(known, _)| known == name) {
            let text = value.known().and_then(|text| text.split_once('=')).map_or("*", |(_, value)| value);
            given.push(text.to_owned());
        }
    }
    for value in found.values(&["-var-file", "--var-file"]) {
        match value.known().map(|path| paths::normal(directory, path)) {
            Some(path) => given.extend(of_file(name, &path, context)),
            None => given.push("*".to_owned()),
        }
    }
    if !given.is_empty() {
        return given;
    }
    let mut all = of_file(name, &format!("{directory}/{USUAL}"), context);
    let variable = environment::value(invocation, &format!("TF_VAR_{name}"));
    all.extend(variable.map(|value| value.known().unwrap_or("*").to_owned()));
    if all.is_empty() {
        all.push("*".to_owned());
    }
    all
}

/// What a file of values says of a variable; any where its text is not known.
fn of_file(name: &str, path: &str, context: &Context<'_>) -> Vec<String> {
    let any = vec!["*".to_owned()];
    if path.ends_with(".json") {
        return any;
    }
    let located = paths::locate(&Value::Known(path.to_owned()), context);
    if located.why.is_some() || context.state.world.written.iter().any(|written| written.touches(&located)) {
        return any;
    }
    let text = match context.file(&located.path) {
        Ok(Some(text)) => text,
        Ok(None) => return Vec::new(),
        Err(_) => return any,
    };
    // One of them may be in a comment, or inside of another value: which is not looked at.
    let all = settings::of(&text).into_iter().filter(|(known, _)| *known == name);
    all.map(|(_, setting)| match setting {
        Setting::Text(text) => text.split('"').next().unwrap_or(text).to_owned(),
        Setting::Other(_) => "*".to_owned(),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    const MAIN: (&str, &str) =
        ("/repo/main.tf", "provider \"aws\" {\n  region = var.region\n  profile = var.account\n}\n");

    #[test]
    fn a_profile_that_a_variable_says() {
        for (command, files, profile) in [
            ("terraform apply", vec![], "aws:*"),
            ("terraform apply -var account=prod", vec![], "aws:prod"),
            ("terraform apply -var account=$A", vec![], "aws:*"),
            ("TF_VAR_account=prod terraform apply", vec![], "aws:prod"),
            (
                "terraform apply -var-file=a.tfvars",
                vec![("/repo/a.tfvars", "account = \"prod\" # x\n")],
                "aws:prod",
            ),
            ("terraform apply -var-file=a.tfvars", vec![], "aws:*"),
            ("terraform apply -var account=play -var account=prod", vec![], "aws:prod"),
            (
                "terraform apply -var account=play -var-file=a.tfvars",
                vec![("/repo/a.tfvars", "account = \"prod\"\n")],
                "aws:prod",
            ),
            ("terraform apply -var-file=a.json", vec![("/repo/a.json", "{\"account\":\"prod\"}")], "aws:*"),
            ("terraform apply", vec![("/repo/terraform.tfvars", "account = \"prod\"\n")], "aws:prod"),
            (
                "TF_VAR_account=dev terraform apply",
                vec![("/repo/terraform.tfvars", "account = \"prod\"\n")],
                "aws:prod",
            ),
        ] {
            let files: Vec<_> = files.into_iter().chain([MAIN]).collect();
            let found = check_with(command, &files);
            assert!(found.contains(profile), "{command}: {found}");
        }
    }

    #[test]
    fn near_misses() {
        let found = check_with(
            "terraform apply -var account=play",
            &[MAIN, ("/repo/terraform.tfvars", "account = \"prod\"\n")],
        );
        assert!(
            found.contains("aws:play") && !found.contains("aws:prod") && !found.contains("aws:*"),
            "{found}"
        );
        let found =
            check_with("terraform apply", &[("/repo/main.tf", "provider \"aws\" {\n  profile = null\n}\n")]);
        assert!(!found.contains("aws:"), "{found}");
        let found = check_with(
            "terraform apply",
            &[("/repo/main.tf", "provider \"aws\" {\n  profile = local.profile\n}\n")],
        );
        assert!(found.contains("aws:*"), "{found}");
    }
}
