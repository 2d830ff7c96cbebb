//! Profiles that a project's own file names: `serverless.yml`, `samconfig.toml` and `cdk.json`.

use super::{Accounts, serverless};
use crate::code::source::{self, Source};
use crate::context::Context;
use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Value;

/// Files that SAM looks for.
const SAM: &[&str] = &["samconfig.toml", "samconfig.yaml", "samconfig.yml"];

/// A file of a project.
pub(super) struct File {
    pub name: String,
    /// What it may say.
    pub texts: Vec<String>,
    /// Whether it says nothing else.
    pub is_known: bool,
}

/// The file that is named, else the first of the usual ones that is there: from `directory`.
pub(super) fn first(
    given: Option<&Value>,
    usual: &[&str],
    directory: &str,
    context: &Context<'_>,
) -> Option<File> {
    let files = match given {
        Some(value) => vec![value.clone()],
        None => usual.iter().map(|name| Value::Known((*name).to_owned())).collect(),
    };
    for file in files {
        let file = match file {
            Value::Known(name) if !directory.is_empty() && !name.starts_with('/') => {
                Value::Known(format!("{directory}/{name}"))
            }
            file => file,
        };
        let (texts, is_known) = match source::of(&paths::locate(&file, context), context) {
            Source::Texts(texts) => (texts, true),
            Source::Perhaps(texts, _) => (texts, false),
            Source::Absent => continue,
            Source::Foreign | Source::Unknown(_) => (Vec::new(), false),
        };
        return Some(File { name: file.text().to_owned(), texts, is_known });
    }
    None
}

impl Accounts {
    /// What the project's own file says, where the tool would read it: an option says more.
    pub fn of_project(&mut self, found: &Subcommand<'_>, invocation: &Invocation, context: &Context<'_>) {
        let is_given = |option: &str| found.value(&[option]).is_some_and(|value| value.known().is_some());
        let profiles = match invocation.program.as_str() {
            "sam" if !is_given("--profile") => of_sam("profile", found, context),
            "serverless" | "sls" if !is_given("--aws-profile") => {
                serverless::told(found, invocation, context).profiles
            }
            "cdk" if !is_given("--profile") => of_cdk(context),
            _ => return,
        };
        for profile in profiles {
            self.add("aws", if profile.contains("${") { "*" } else { &profile });
        }
    }
}

/// The profile and the role of `cdk.json`, and of the one in the home directory.
fn of_cdk(context: &Context<'_>) -> Vec<String> {
    let home = format!("{}/.cdk.json", context.state.shell.home);
    let files = ["cdk.json", &home].into_iter().filter_map(|name| first(None, &[name], "", context));
    let values = files.flat_map(|file| {
        let mut found = if file.is_known { Vec::new() } else { vec!["*".to_owned()] };
        for text in &file.texts {
            let Ok(root) = serde_json::from_str::<serde_json::Value>(text) else {
                found.push("*".to_owned());
                continue;
            };
            let values = ["profile", "roleArn"].iter().filter_map(|name| root.get(name));
            found.extend(values.map(|value| value.as_str().unwrap_or("*").to_owned()));
        }
        found
    });
    values.collect()
}

/// A parameter of the subcommand, or of all, of the environment that is chosen. The file lies beside the template.
/// <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-config.html>
pub(in super::super) fn of_sam(
    parameter: &str,
    found: &Subcommand<'_>,
    context: &Context<'_>,
) -> Vec<String> {
    let template = found.value(&["-t", "--template", "--template-file"]);
    let directory = match template.map(Value::known) {
        Some(Some(path)) => path
            .rsplit_once('/')
            .map_or("", |(directory, _)| if directory.is_empty() { "/" } else { directory }),
        Some(None) => return vec!["*".to_owned()],
        None => "",
    };
    let Some(file) = first(found.value(&["--config-file"]), SAM, directory, context) else {
        return Vec::new();
    };
    let mut values = if file.is_known { Vec::new() } else { vec!["*".to_owned()] };
    file.texts.iter().for_each(|text| values.extend(of_sam_text(text, parameter, found, context)));
    values
}

fn of_sam_text(text: &str, parameter: &str, found: &Subcommand<'_>, context: &Context<'_>) -> Vec<String> {
    let environment = found.text(&["--config-env"]).unwrap_or_else(|| "default".to_owned());
    let command = found.name.replace([' ', '-'], "_");
    let is_one = |known: &str, name: &str| known == "*" || known == name;
    let mut values = Vec::new();
    if let Ok(root) = toml::from_str::<toml::Table>(text) {
        for (_, commands) in root.iter().filter(|(name, _)| is_one(&environment, name)) {
            let commands = commands.as_table().into_iter().flatten();
            for (_, settings) in commands.filter(|(name, _)| *name == "global" || **name == command) {
                let value = settings.get("parameters").and_then(|parameters| parameters.get(parameter));
                values.extend(value.map(|value| value.as_str().unwrap_or("*").to_owned()));
            }
        }
    } else if let Some(root) = context.yaml(text.to_owned()) {
        for (_, commands) in root.entries().iter().filter(|(name, _)| is_one(&environment, name)) {
            for section in ["global", &command] {
                let value =
                    commands.get(section).and_then(|settings| settings.get("parameters")?.get(parameter));
                values.extend(value.map(|value| value.text().unwrap_or("*").to_owned()));
            }
        }
    } else {
        values.push("*".to_owned());
    }
    values
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    const SERVERLESS: (&str, &str) =
        ("/repo/serverless.yml", "service: shop\nprovider:\n  name: aws\n  profile: prod\n");
    const SAM: (&str, &str) = (
        "/repo/samconfig.toml",
        "version = 0.1\n[default.global.parameters]\nregion = \"eu\"\n[default.deploy.parameters]\nprofile = \"prod\"\n[dev.deploy.parameters]\nprofile = \"play\"\n",
    );

    #[test]
    fn profiles_of_the_project() {
        for command in ["serverless deploy --stage dev", "sls remove -s dev", "sam deploy --stack-name dev"] {
            let found = check_with(command, &[SERVERLESS, SAM]);
            assert!(found.contains("(dev aws:prod)"), "{command}: {found}");
        }
        let found = check_with("sam deploy --config-env dev --stack-name x", &[SAM]);
        assert!(found.contains("aws:play") && !found.contains("aws:prod"), "{found}");
        let found = check_with(
            "sam delete --stack-name x",
            &[("/repo/samconfig.toml", "[default.global.parameters]\nprofile = 'prod'\n")],
        );
        assert!(found.contains("(x aws:prod)"), "{found}");
        let found = check_with(
            "sam deploy --stack-name x --config-file a.yaml",
            &[("/repo/a.yaml", "default:\n  deploy:\n    parameters:\n      profile: prod\n"), SAM],
        );
        assert!(found.contains("(x aws:prod)"), "{found}");
        let beside = [
            ("/repo/sub/samconfig.toml", SAM.1),
            ("/repo/samconfig.toml", "[default.deploy.parameters]\nprofile = 'play'\n"),
        ];
        for template in [
            "-t sub/template.yaml",
            "--template-file ./sub/x.yaml",
            "-t sub/x.yaml --config-file samconfig.toml",
        ] {
            let found = check_with(&format!("sam deploy --stack-name x {template}"), &beside);
            assert!(found.contains("(x aws:prod)") && !found.contains("aws:play"), "{template}: {found}");
        }
        let found = check_with("sam deploy -t $T", &beside);
        assert!(found.contains("aws:*"), "{found}");
        let named = "[default.deploy.parameters]\nstack_name = 'shop-prod'\n[dev.deploy.parameters]\nstack_name = 'shop-dev'\n";
        for (command, name) in [
            ("sam deploy", "(shop-prod)"),
            ("sam deploy --config-env dev", "(dev shop-dev)"),
            ("sam deploy --config-env $E", "(* shop-prod shop-dev)"),
            ("sam deploy --stack-name x", "(x)"),
        ] {
            let found = check_with(command, &[("/repo/samconfig.toml", named)]);
            assert!(found.contains(name), "{command}: {found}");
        }
        let cdk = [("/repo/cdk.json", "{\"app\": \"x\", \"profile\": \"prod\"}")];
        assert!(check_with("cdk deploy App", &cdk).contains("(App aws:prod)"));
        assert!(!check_with("cdk deploy App --profile play", &cdk).contains("aws:prod"));
        let found = check_with("sls deploy -c other.yml", &[("/repo/other.yml", SERVERLESS.1)]);
        assert!(found.contains("aws:prod"), "{found}");
    }

    #[test]
    fn what_is_put_together_is_any() {
        for text in ["provider:\n  profile: ${opt:aws-profile, 'dev'}\n", "provider: ${file(provider.yml)}\n"]
        {
            let found = check_with("sls deploy", &[("/repo/serverless.yml", text)]);
            assert!(found.contains("aws:*"), "{text}: {found}");
        }
    }

    #[test]
    fn near_misses() {
        for command in [
            "sls deploy --aws-profile play",
            "sam deploy --stack-name x --profile play",
            "sam validate",
            "sls info",
            "cdk deploy App",
        ] {
            let found = check_with(command, &[SERVERLESS, SAM]);
            assert!(!found.contains("aws:prod") && !found.contains("aws:*"), "{command}: {found}");
        }
        let found = check_with(
            "sls deploy",
            &[("/repo/serverless.yml", "custom:\n  profile: prod\nprovider:\n  name: aws\n")],
        );
        assert!(!found.contains("aws:"), "{found}");
    }
}
