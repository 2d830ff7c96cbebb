//! Signs that a CI job delivers, from `signs.toml`.

use std::sync::LazyLock;

use countersign_model::Environment;
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signs {
    words: Vec<String>,
    commands: Vec<String>,
    uses: Vec<String>,
    harmless: Vec<String>,
    staging: Vec<String>,
}

static SIGNS: LazyLock<Signs> =
    LazyLock::new(|| toml::from_str(include_str!("signs.toml")).unwrap_or_default());

/// A word in a name that says it delivers.
pub fn in_name(name: &str) -> Option<&'static str> {
    let name = plain(name);
    let mut words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.find_map(|word| SIGNS.words.iter().find(|sign| word.starts_with(sign.as_str()))).map(String::as_str)
}

/// Something that is run and delivers.
pub fn in_command(command: &str) -> Option<&'static str> {
    part(&SIGNS.commands, command)
}

/// An action that is used and delivers.
pub fn in_action(action: &str) -> Option<&'static str> {
    part(&SIGNS.uses, action)
}

/// What an environment of this name is: production, unless the part of its name that is not computed
/// says otherwise.
pub fn environment(name: &str) -> Environment {
    let name = name.to_ascii_lowercase();
    let written = name.split('$').next().unwrap_or_default();
    let mut words = written.split(|letter: char| !letter.is_ascii_alphanumeric());
    if words.any(|word| SIGNS.staging.iter().any(|sign| word == sign)) && !name.contains("prod") {
        Environment::Staging
    } else {
        Environment::Production
    }
}

fn part(signs: &'static [String], text: &str) -> Option<&'static str> {
    let text = plain(text);
    signs.iter().find(|sign| text.contains(sign.as_str())).map(String::as_str)
}

fn plain(text: &str) -> String {
    let mut text = text.to_ascii_lowercase();
    for harmless in &SIGNS.harmless {
        text = text.replace(harmless.as_str(), " ");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_can_be_read() {
        assert_eq!(in_command("npm publish --access public"), Some("publish"));
        assert_eq!(in_command("cargo build --release && cargo test"), None);
        assert_eq!(in_name("Build and deploy"), Some("deploy"));
        assert_eq!(in_name("Product tests"), Some("prod"), "a sign too many is taken");
        assert_eq!(in_action("actions/checkout@v4"), None);
        assert_eq!(environment("staging-eu"), Environment::Staging);
        assert_eq!(environment("live"), Environment::Production);
        assert_eq!(environment("${{ inputs.test }}"), Environment::Production);
    }
}
