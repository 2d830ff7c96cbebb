//! What a configuration's settings say that stand for something else: `profile = var.profile`.

use super::settings::{self, Setting};
use super::{KUBECONFIG, blocks};
use crate::context::Context;
use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Value;

/// Files of values that are read without being named, the one that counts for more first.
/// <https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence>
const USUAL: &[&str] = &["terraform.tfvars.json", "terraform.tfvars"];

/// Others, of which the last by their names counts for more than any of these.
const ALSO: &[&str] = &[".auto.tfvars", ".auto.tfvars.json"];

/// The files of one directory.
pub(in super::super) struct Configuration<'c> {
    /// Their texts, with the names of blocks written alike.
    pub texts: Vec<String>,
    /// The directory that is planned or applied.
    root: &'c str,
    /// Whether they are the files of that directory, and of no module.
    is_root: bool,
}

/// What may be said, and whether it counts for more than whatever is said elsewhere.
struct Said {
    names: Vec<String>,
    settles: bool,
}

impl Said {
    fn nothing() -> Self {
        Self { names: Vec::new(), settles: false }
    }

    fn one(name: &str) -> Self {
        Self { names: vec![name.to_owned()], settles: true }
    }

    fn anything() -> Self {
        Self { names: vec!["*".to_owned()], settles: false }
    }
}

impl<'c> Configuration<'c> {
    pub fn new(texts: &[String], root: &'c str, is_root: bool) -> Self {
        let texts = texts.iter().map(|text| blocks::written_plainly(text)).collect();
        Self { texts, root, is_root }
    }

    /// What an expression may say that names an account of this kind; `*` where that is not known.
    pub(super) fn values(
        &self,
        expression: &str,
        kind: &str,
        found: &Subcommand<'_>,
        invocation: &Invocation,
        context: &Context<'_>,
    ) -> Vec<String> {
        let is_name =
            |name: &str| name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'));
        match expression.split_once('.').filter(|(_, name)| is_name(name)) {
            Some(("var", name)) => self.of_variable(name, found, invocation, context),
            Some(("local", name)) => {
                let all = self.blocks("locals").flat_map(settings::of).filter(|(known, _)| *known == name);
                let values = all.flat_map(|(_, setting)| match (setting.expression(), setting) {
                    (Some(expression), _) => {
                        match expression.strip_prefix("var.").filter(|name| is_name(name)) {
                            Some(name) => self.of_variable(name, found, invocation, context),
                            None => vec!["*".to_owned()],
                        }
                    }
                    (None, Setting::Text(text)) => vec![super::plain(name, text).to_owned()],
                    (None, Setting::Other(_)) => Vec::new(),
                });
                known(values.collect())
            }
            _ if matches!(expression, "null" | "") => Vec::new(),
            // Clusters are mostly told by what makes them.
            _ if matches!(kind, "context" | KUBECONFIG) => Vec::new(),
            _ => vec!["*".to_owned()],
        }
    }

    fn blocks(&self, start: &str) -> impl Iterator<Item = &str> {
        self.texts.iter().flat_map(move |text| blocks::of(text, start))
    }

    /// What a variable may be: what counts for most says it, and what is not sure leaves it to the next as well.
    fn of_variable(
        &self,
        name: &str,
        found: &Subcommand<'_>,
        invocation: &Invocation,
        context: &Context<'_>,
    ) -> Vec<String> {
        let mut all = Vec::new();
        let mut is_settled = |said: Said| {
            all.extend(said.names);
            said.settles
        };
        // Of several options the last counts, whichever kind it is.
        for (option, value) in found.options.iter().rev() {
            let Some(value) = value else { continue };
            let said = match option.trim_start_matches('-') {
                "var" => of_option(name, value),
                "var-file" => match value.known() {
                    Some(path) => of_file(name, &paths::normal(self.root, path), context),
                    None => Said::anything(),
                },
                _ => continue,
            };
            if is_settled(said) {
                return all;
            }
        }
        // Terragrunt brings files and values of its own.
        let is_own = invocation.program != "terragrunt";
        let (also, is_all) = context.files_in(self.root, ALSO);
        let usual = USUAL.iter().map(|name| format!("{}/{name}", self.root));
        for path in also.into_iter().rev().chain(usual) {
            if is_settled(of_file(name, &path, context)) && is_own && is_all {
                return all;
            }
        }
        let variable = match context.setting(invocation, &format!("TF_VAR_{name}")) {
            Ok(Some(value)) => Said::one(&value),
            Ok(None) => Said::nothing(),
            Err(_) => Said::anything(),
        };
        if !is_settled(variable) && is_own && self.is_root && is_all {
            all.extend(self.default(name));
        }
        known(all)
    }

    /// What the configuration itself says of a variable that nothing else sets.
    fn default(&self, name: &str) -> Vec<String> {
        let start = format!("variable \"{name}\"");
        let all = self.blocks(&start).flat_map(settings::of).filter(|(known, _)| *known == "default");
        all.map(|(_, setting)| match setting {
            Setting::Text(text) => super::plain(name, text).to_owned(),
            Setting::Other(_) if setting.expression() == Some("null") => String::new(),
            Setting::Other(_) => "*".to_owned(),
        })
        .collect()
    }
}

/// The same, or anything where there is none.
fn known(names: Vec<String>) -> Vec<String> {
    if names.is_empty() { vec!["*".to_owned()] } else { names }
}

/// What `-var name=value` says of a variable.
fn of_option(name: &str, value: &Value) -> Said {
    match (value.text().split_once('='), value.known()) {
        (Some((known, value)), Some(_)) if known.trim() == name => Said::one(value.trim()),
        (Some((known, _)), None) if known.trim() == name => Said { settles: true, ..Said::anything() },
        (Some(_), _) | (None, Some(_)) => Said::nothing(),
        (None, None) => Said::anything(),
    }
}

/// What a file of values says of a variable; any where its text is not known.
fn of_file(name: &str, path: &str, context: &Context<'_>) -> Said {
    let located = paths::locate(&Value::Known(path.to_owned()), context);
    if located.why.is_some() || context.state.world.written.iter().any(|written| written.touches(&located)) {
        return Said::anything();
    }
    let text = match context.file(&located.path) {
        Ok(Some(text)) => text,
        Ok(None) => return Said::nothing(),
        Err(_) => return Said::anything(),
    };
    if path.ends_with(".json") {
        let Ok(json) = serde_json::from_str::<serde_json::Value>(&text) else { return Said::anything() };
        return json.get(name).map_or_else(Said::nothing, |value| Said::one(value.as_str().unwrap_or("*")));
    }
    // One of them may be in a remark, or inside of another value: then it does not settle it.
    let all = settings::of(&text).into_iter().filter(|(known, _)| *known == name);
    let names: Vec<String> = all
        .map(|(_, setting)| match setting {
            Setting::Text(text) => text.split('"').next().unwrap_or(text).to_owned(),
            Setting::Other(_) => "*".to_owned(),
        })
        .collect();
    let settles = names.len() == 1 && !["/*", "<<", "{"].iter().any(|sign| text.contains(sign));
    Said { names, settles }
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
                "terraform apply",
                vec![("/repo/variables.tf", "variable account {\n  default = \"prod\"\n}\n")],
                "aws:prod",
            ),
            (
                "terraform apply",
                vec![("/repo/vars.tf", "variable \"account\" {\n  default = lookup(x)\n}\n")],
                "aws:*",
            ),
            ("terraform apply", vec![("/repo/terraform.tfvars.json", "{\"account\": \"prod\"}")], "aws:prod"),
            (
                "terraform apply",
                vec![
                    ("/repo/b.auto.tfvars", "account = \"prod\"\n"),
                    ("/repo/a.auto.tfvars", "account = \"play\"\n"),
                ],
                "aws:prod",
            ),
            (
                "terraform apply",
                vec![
                    ("/repo/c.auto.tfvars.json", "{\"account\": \"prod\"}"),
                    ("/repo/terraform.tfvars", "account = \"play\"\n"),
                ],
                "aws:prod",
            ),
            (
                "terraform apply",
                vec![
                    ("/repo/b.auto.tfvars", "x = {\n  account = \"play\"\n}\n"),
                    ("/repo/a.auto.tfvars", "account = \"prod\"\n"),
                ],
                "aws:prod",
            ),
            (
                "echo 'account = \"prod\"' > z.auto.tfvars && terraform apply",
                vec![("/repo/terraform.tfvars", "account = \"play\"\n")],
                "aws:*",
            ),
            ("terraform apply -var $X", vec![("/repo/terraform.tfvars", "account = \"play\"\n")], "aws:*"),
            (
                "terragrunt apply",
                vec![("/repo/vars.tf", "variable \"account\" {\n  default = \"play\"\n}\n")],
                "aws:*",
            ),
            (
                "terraform apply -var account=play -var-file=a.tfvars",
                vec![("/repo/a.tfvars", "account = \"prod\"\n")],
                "aws:prod",
            ),
            (
                "terraform apply -var-file=a.json",
                vec![("/repo/a.json", "{\"account\":\"prod\"}")],
                "aws:prod",
            ),
            ("terraform apply -var-file=a.json", vec![("/repo/a.json", "{")], "aws:*"),
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
    fn a_project_that_something_else_says() {
        let main = |value: &str| {
            format!(
                "provider \"google\" {{\n  project = {value}\n}}\nlocals {{\n  a = \"live\"\n  b = var.p # x\n  c = \"x-${{var.p}}\"\n}}\nvariable \"p\" {{\n  default = \"prod\"\n}}\n"
            )
        };
        for (value, project) in [
            ("var.p", "gcp:prod"),
            ("\"${var.p}\"", "gcp:prod"),
            ("var.p # x", "gcp:prod"),
            ("local.a", "gcp:live"),
            ("local.b", "gcp:prod"),
            ("local.c", "gcp:*"),
            ("local.none", "gcp:*"),
            ("var.p != null ? var.p : \"x\"", "gcp:*"),
            ("module.p.id", "gcp:*"),
        ] {
            let found = check_with("terraform apply", &[("/repo/main.tf", &main(value))]);
            assert!(found.contains(&format!("({project})")), "{value}: {found}");
        }
    }

    #[test]
    fn what_counts_for_less_is_not_told() {
        for (command, files) in [
            ("terraform apply -var account=prod -var account=play", vec![]),
            ("terraform apply -var account=play", vec![("/repo/a.auto.tfvars", "account = \"prod\"\n")]),
            (
                "terraform apply -var-file=a.json",
                vec![
                    ("/repo/a.json", "{\"account\":\"play\"}"),
                    ("/repo/terraform.tfvars", "account = \"prod\"\n"),
                ],
            ),
            (
                "terraform apply",
                vec![
                    ("/repo/b.auto.tfvars", "account = \"play\"\n"),
                    ("/repo/a.auto.tfvars", "account = \"prod\"\n"),
                ],
            ),
            (
                "TF_VAR_account=play terraform apply",
                vec![("/repo/v.tf", "variable \"account\" {\n  default = \"prod\"\n}\n")],
            ),
            (
                "terraform apply",
                vec![
                    ("/repo/terraform.tfvars.json", "{\"account\": \"play\"}"),
                    ("/repo/terraform.tfvars", "account = \"prod\"\n"),
                ],
            ),
        ] {
            let files: Vec<_> = files.into_iter().chain([MAIN]).collect();
            let found = check_with(command, &files);
            assert!(found.contains("aws:play)"), "{command}: {found}");
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
