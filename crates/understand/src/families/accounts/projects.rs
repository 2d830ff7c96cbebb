//! Profiles that a project's own file names: `serverless.yml` and `samconfig.toml`.

use super::Accounts;
use crate::code::source::{self, Source};
use crate::context::Context;
use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Value;

/// Files that the Serverless Framework looks for; the first that is there counts.
const SERVERLESS: &[&str] = &["serverless.yml", "serverless.yaml"];

/// Files that SAM looks for.
const SAM: &[&str] = &["samconfig.toml", "samconfig.yaml", "samconfig.yml"];

impl Accounts {
    /// What the project's own file says, where the tool would read it: an option says more.
    pub fn of_project(&mut self, found: &Subcommand<'_>, invocation: &Invocation, context: &Context<'_>) {
        let is_sam = match invocation.program.as_str() {
            "sam" => true,
            "serverless" | "sls" => false,
            _ => return,
        };
        let option = if is_sam { "--profile" } else { "--aws-profile" };
        if found.value(&[option]).is_some_and(|value| value.known().is_some()) {
            return;
        }
        let given = if is_sam { found.value(&["--config-file"]) } else { found.value(&["--config", "-c"]) };
        let files: Vec<Value> = match given {
            Some(value) => vec![value.clone()],
            None => {
                let usual = if is_sam { SAM } else { SERVERLESS };
                usual.iter().map(|name| Value::Known((*name).to_owned())).collect()
            }
        };
        for file in files {
            let (texts, is_known) = match source::of(&paths::locate(&file, context), context) {
                Source::Texts(texts) => (texts, true),
                Source::Perhaps(texts, _) => (texts, false),
                Source::Absent => continue,
                Source::Foreign | Source::Unknown(_) => (Vec::new(), false),
            };
            if !is_known {
                self.add("aws", "*");
            }
            for text in &texts {
                let profiles =
                    if is_sam { of_sam(text, found, context) } else { of_serverless(text, context) };
                for profile in profiles {
                    self.add("aws", if profile.contains("${") { "*" } else { &profile });
                }
            }
            return;
        }
    }
}

/// `provider.profile`; any where the file cannot be read.
fn of_serverless(text: &str, context: &Context<'_>) -> Vec<String> {
    let Some(root) = context.yaml(text.to_owned()) else { return vec!["*".to_owned()] };
    let Some(profile) = root.get("provider").and_then(|provider| provider.get("profile")) else {
        // What is taken from other files may have one.
        let is_open = root
            .get("provider")
            .is_some_and(|provider| provider.text().is_some_and(|text| text.contains("${")));
        return if is_open { vec!["*".to_owned()] } else { Vec::new() };
    };
    vec![profile.text().unwrap_or("*").to_owned()]
}

/// `profile` in the parameters of the subcommand, or of all, of the environment that is chosen.
fn of_sam(text: &str, found: &Subcommand<'_>, context: &Context<'_>) -> Vec<String> {
    let environment = found.text(&["--config-env"]).unwrap_or_else(|| "default".to_owned());
    let command = found.name.replace([' ', '-'], "_");
    let is_one = |known: &str, name: &str| known == "*" || known == name;
    let mut profiles = Vec::new();
    if let Ok(root) = toml::from_str::<toml::Table>(text) {
        for (_, commands) in root.iter().filter(|(name, _)| is_one(&environment, name)) {
            let commands = commands.as_table().into_iter().flatten();
            for (_, settings) in commands.filter(|(name, _)| *name == "global" || **name == command) {
                let profile = settings.get("parameters").and_then(|parameters| parameters.get("profile"));
                profiles.extend(profile.map(|profile| profile.as_str().unwrap_or("*").to_owned()));
            }
        }
    } else if let Some(root) = context.yaml(text.to_owned()) {
        for section in ["global", &command] {
            let parameters =
                root.get(&environment).and_then(|commands| commands.get(section)?.get("parameters"));
            let profile = parameters.and_then(|parameters| parameters.get("profile"));
            profiles.extend(profile.map(|profile| profile.text().unwrap_or("*").to_owned()));
        }
    } else {
        profiles.push("*".to_owned());
    }
    profiles
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
