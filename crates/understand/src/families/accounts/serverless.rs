//! What the Serverless Framework's own file says of where it deploys to: the stage and the profile.

use super::projects;
use crate::context::Context;
use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;

/// Files that it looks for; the first that is there counts.
const FILES: &[&str] =
    &["serverless.yml", "serverless.yaml", "serverless.json", "serverless.js", "serverless.ts"];

/// What is said; `*` where it is put together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Told {
    pub profiles: Vec<String>,
    pub stages: Vec<String>,
}

impl Told {
    fn anything() -> Self {
        Self { profiles: vec!["*".to_owned()], stages: vec!["*".to_owned()] }
    }
}

/// What the file says that the command goes by.
pub(in super::super) fn told(found: &Subcommand<'_>, invocation: &Invocation, context: &Context<'_>) -> Told {
    let Some(file) = projects::first(found.value(&["--config", "-c"]), FILES, "", context) else {
        return Told::default();
    };
    let mut told = if file.is_known { Told::default() } else { Told::anything() };
    for text in &file.texts {
        let is_code = [".js", ".ts", ".mjs", ".cjs"].iter().any(|end| file.name.ends_with(end));
        let here = if is_code { of_code(text) } else { of_text(text, invocation, context) };
        told.profiles.extend(here.profiles);
        told.stages.extend(here.stages);
    }
    told
}

/// `provider.profile` and `provider.stage` of YAML or JSON.
fn of_text(text: &str, invocation: &Invocation, context: &Context<'_>) -> Told {
    let Some(root) = context.yaml(text.to_owned()) else { return Told::anything() };
    let Some(provider) = root.get("provider") else { return Told::default() };
    // What is taken from other files may have them.
    if provider.text().is_some_and(|text| text.contains("${")) {
        return Told::anything();
    }
    let profile = provider.get("profile").map(|profile| profile.text().unwrap_or("*"));
    let stage = provider.get("stage").map(|stage| stage.text().unwrap_or("*"));
    let plain = |text: &str| if text.contains("${") { "*".to_owned() } else { text.to_owned() };
    let looked_up = |path: &str| {
        let node = path.split('.').try_fold(&*root, |node, key| node.get(key));
        plain(node.and_then(countersign_yaml::Node::text).unwrap_or("*"))
    };
    let is_sure = root.get("useDotenv").is_none();
    let set = |name: &str| if is_sure { context.setting(invocation, name) } else { Err(String::new()) };
    Told {
        profiles: profile.map(plain).into_iter().collect(),
        stages: stage.map(|text| chosen(text, looked_up, set)).into_iter().collect(),
    }
}

/// What `${opt:stage, 'dev'}` is where no option says a stage: the first of its parts that is something.
fn chosen(
    text: &str,
    looked_up: impl Fn(&str) -> String,
    set: impl Fn(&str) -> Result<Option<String>, String>,
) -> String {
    let inner = match text.strip_prefix("${").and_then(|text| text.strip_suffix('}')) {
        Some(inner) if !inner.contains(['{', '}']) || inner.matches("${").count() == 1 => inner,
        Some(_) => return "*".to_owned(),
        None if text.contains("${") => return "*".to_owned(),
        None => return text.to_owned(),
    };
    for part in inner.split(',').map(str::trim) {
        let part = part.strip_prefix("${").and_then(|part| part.strip_suffix('}')).unwrap_or(part);
        match part.split_once(':') {
            Some(("opt", "stage")) => {}
            Some(("self", path)) => return looked_up(path),
            Some(("env", name)) => match set(name) {
                Ok(Some(value)) => return value,
                Ok(None) => {}
                Err(_) => return "*".to_owned(),
            },
            _ => {
                let text = part.strip_prefix(['\'', '"']).and_then(|text| text.strip_suffix(['\'', '"']));
                return text.filter(|text| !text.contains(['$', '\'', '"'])).unwrap_or("*").to_owned();
            }
        }
    }
    "dev".to_owned()
}

/// The same of code, where both are literals of an object called `provider`.
fn of_code(text: &str) -> Told {
    let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$' | '.' | '-');
    let starts = text.match_indices("provider").filter_map(|(at, name)| {
        let is_whole = !text.get(..at)?.ends_with(is_name);
        let rest = text.get(at + name.len()..)?.trim_start_matches(['\'', '"']).trim_start();
        is_whole.then(|| rest.strip_prefix(':').map(str::trim_start))?.filter(|rest| rest.starts_with('{'))
    });
    let mut told = Told::default();
    let mut is_found = false;
    for block in starts.filter_map(super::blocks::block) {
        is_found = true;
        told.profiles.extend(literals(block, "profile"));
        told.stages.extend(literals(block, "stage"));
    }
    // What is set afterwards, or made elsewhere.
    if !is_found || [".provider", "provider[", "provider."].iter().any(|set| text.contains(set)) {
        return Told::anything();
    }
    told
}

/// The literals that a key has in a block; `*` for what is no literal, or where it may come from elsewhere.
fn literals(block: &str, key: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in block.match_indices(key) {
        let before = block.get(..at).unwrap_or_default();
        let rest =
            block.get(at + key.len()..).unwrap_or_default().trim_start_matches(['\'', '"']).trim_start();
        if before.ends_with(|letter: char| {
            letter.is_alphanumeric() || matches!(letter, '_' | '$' | '.' | '-' | ':')
        }) {
            continue;
        }
        let Some(value) = rest.strip_prefix(':') else {
            // `{ stage }`, or a value of that name.
            if rest.starts_with([',', '}']) || rest.is_empty() {
                found.push("*".to_owned());
            }
            continue;
        };
        let value = value.trim_start();
        let quote = value.chars().next().filter(|letter| matches!(letter, '\'' | '"' | '`'));
        let text = quote.and_then(|quote| value.get(1..)?.split_once(quote));
        found.push(match text {
            Some((text, after))
                if after.trim_start().starts_with([',', '}']) || after.trim_start().is_empty() =>
            {
                chosen(text, |_| "*".to_owned(), |_| Err(String::new()))
            }
            _ => "*".to_owned(),
        });
    }
    if found.is_empty() && (block.contains("...") || block.contains("[`")) {
        found.push("*".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::of_code;
    use crate::fixture::check_with;

    #[test]
    fn the_stage_of_the_project() {
        for (text, stage) in [
            ("provider:\n  stage: prod\n", "prod"),
            ("provider:\n  stage: ${opt:stage, 'live'}\n", "live"),
            ("provider:\n  stage: ${opt:stage, self:custom.stage}\ncustom:\n  stage: live\n", "live"),
            ("provider:\n  stage: ${opt:stage, env:MY_STAGE, 'live'}\n", "live"),
            ("provider:\n  stage: ${file(x.yml):stage}\n", "*"),
            ("provider:\n  stage: a-${opt:stage, 'live'}\n", "*"),
            ("useDotenv: true\nprovider:\n  stage: ${env:MY_STAGE, 'dev'}\n", "*"),
            ("provider:\n  name: aws\n", "dev"),
            ("custom:\n  stage: prod\n", "dev"),
        ] {
            let found = check_with("sls deploy", &[("/repo/serverless.yml", text)]);
            assert!(found.contains(&format!("serverless /repo ({stage})")), "{text}: {found}");
            let found = check_with("sls deploy --stage play", &[("/repo/serverless.yml", text)]);
            assert!(found.contains("serverless /repo (play)"), "{text}: {found}");
        }
    }

    #[test]
    fn other_files() {
        let json = "{\"provider\": {\"name\": \"aws\", \"stage\": \"live\", \"profile\": \"prod\"}}";
        let code = "module.exports = {\n  provider: {\n    name: 'aws',\n    stage: 'live',\n    profile: \"prod\"\n  }\n}\n";
        for (path, text) in
            [("/repo/serverless.json", json), ("/repo/serverless.ts", code), ("/repo/serverless.js", code)]
        {
            let found = check_with("serverless deploy", &[(path, text)]);
            assert!(found.contains("serverless /repo (live aws:prod)"), "{path}: {found}");
        }
        // The first that is there counts.
        let found = check_with(
            "sls deploy",
            &[("/repo/serverless.ts", code), ("/repo/serverless.yml", "provider:\n  name: aws\n")],
        );
        assert!(found.contains("serverless /repo (dev)") && !found.contains("aws:"), "{found}");
    }

    #[test]
    fn code_that_is_no_literal() {
        for text in [
            "export default make();",
            "const provider = { stage: 'dev' };",
            "export default { provider: { ...shared } };",
            "export default { provider: { stage, profile } };",
            "export default { provider: { stage: process.env.STAGE, profile: `${x}` } };",
            "export default { provider: { stage: 'a' + b, profile: get('x') } };",
            "const x = { provider: { stage: 'dev', profile: 'dev' } };\nx.provider.stage = 'prod';",
        ] {
            let told = of_code(text);
            assert!(
                told.stages.contains(&"*".to_owned()) && told.profiles.contains(&"*".to_owned()),
                "{text}: {told:?}"
            );
        }
        let plain = "import type { AWS } from '@serverless/typescript';\nconst x: AWS = { provider: { name: 'aws', stage: '${opt:stage, \\'dev\\'}', environment: { NODE_OPTIONS: '--stack' } } };";
        assert_eq!(of_code(plain).profiles, Vec::<String>::new());
        assert_eq!(
            of_code("export default { provider: { stage: \"${opt:stage, 'dev'}\" } }").stages,
            ["dev"]
        );
    }
}
