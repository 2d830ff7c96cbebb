//! What `docker inspect` and `docker compose config` tell: among much else, variables, which may hold secrets.
//!
//! Both are everyday reads. Where the variables are asked for by name, or a file of them is known to be filled in, it
//! is a secret that is read; where all is shown, it is a read that people see, and no more; where something else is
//! asked for, it is just that.

use countersign_model::{Certainty, Effect, Resource, verbs};

use super::{Subcommand, names, object, on};
use crate::context::Context;
use crate::families::is_secret_name;
use crate::word::{Value, Word};

const VARIABLES: &str = "the variables of the container are among what is shown, and may hold secrets";

/// Whether a format of `docker inspect` shows variables, and whether these are what it asks for.
fn shows_variables(format: Option<&Value>) -> (bool, bool) {
    let Some(format) = format else { return (true, false) };
    let Some(text) = format.known() else { return (true, false) };
    let compact: String = text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_ascii_lowercase();
    let named = compact.contains(".env") || compact.contains("\"env\"");
    // Whole objects that hold them; what a loop or a variable stands for is not looked at.
    let all = ["{{.}}", "{{json.}}", "json$", ".config}}", ".spec}}", ".tasktemplate}}", "containerspec}}", "{{range.}}", "{{with.config"];
    let whole = compact == "json" || all.iter().any(|part| compact.contains(part));
    (named || whole, named)
}

/// Adds what `inspect` of containers and services reads.
pub(super) fn inspected(found: &Subcommand<'_>, group: &str, host: Option<&String>, context: &mut Context<'_>) {
    let kind = found.text(&["--type"]);
    let has_variables = matches!(group, "" | "container" | "service") && !matches!(kind.as_deref(), Some("image" | "network" | "volume" | "node" | "plugin" | "secret" | "config"));
    let (shows, asks) = shows_variables(found.value(&["-f", "--format"]));
    let is_swarm = matches!(group, "swarm" | "stack" | "service" | "node" | "secret" | "config");
    let swarm = "swarm".to_owned();
    let host = host.or(is_swarm.then_some(&swarm));
    for name in names(&found.operands) {
        let kind = object(group, "inspect");
        let effect = on(verbs::CONTAINER_READ, host, kind, &name);
        if !has_variables || !shows || name == "*" && found.operands.is_empty() {
            context.push(effect);
        } else if asks {
            let secret = Effect::new(verbs::SECRET_READ, Resource::Secret { store: format!("{kind} {name}"), name: "environment:*".to_owned() });
            context.push(secret.certain(Certainty::Partial, "the environment may hold secrets"));
        } else {
            context.push(effect.certain(Certainty::Partial, VARIABLES));
        }
    }
}

/// Why what `docker compose config` shows may hold secrets: it fills in variables and the files that hold them.
pub(super) fn composed(words: &[Word], text: Option<&str>) -> Option<&'static str> {
    const PARTS: &[&str] = &["--services", "--images", "--volumes", "--networks", "--profiles", "--models", "-q", "--quiet", "--hash"];
    let has = |names: &[&str]| words.iter().any(|word| names.contains(&word.text().split('=').next().unwrap_or_default()));
    let fills_in = text.is_none_or(|text| text.contains('$') || text.contains("env_file") || text.contains("include:") || text.contains("extends:"));
    let plain = has(&["--no-interpolate"]) && has(&["--no-env-resolution"]);
    (fills_in && !plain && !has(PARTS)).then_some("the values of .env and of variables are filled in, and may hold secrets")
}

/// The files of variables whose values are among what is shown: those that a project's text names, and `.env` where a
/// variable that is named like a secret is filled in.
pub(super) fn filled_in(text: &str) -> Vec<String> {
    let mut files = Vec::new();
    let mut lists = false;
    for line in text.lines().map(str::trim) {
        let named = match (line.split_once("env_file:"), line.strip_prefix("- ")) {
            (Some((_, rest)), _) => {
                lists = rest.trim().is_empty();
                rest
            }
            (None, Some(item)) if lists => item.trim().strip_prefix("path:").unwrap_or(item),
            _ => {
                lists &= line.starts_with("required:");
                continue;
            }
        };
        let names = named.trim().trim_matches(['[', ']']).split(',').map(|name| name.trim().trim_matches(['"', '\'']));
        files.extend(names.filter(|name| !name.is_empty()).map(str::to_owned));
    }
    let mut variables = text.split('$').skip(1).map(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        rest.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next().unwrap_or_default()
    });
    if variables.any(is_secret_name) {
        files.push(".env".to_owned());
    }
    files
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn variables_of_containers() {
        assert_snapshot!(check("docker inspect web"), @"container.read container web, read, partial");
        assert_snapshot!(check("docker container inspect --format '{{json .Config}}' web"), @"container.read container web, read, partial");
        assert_snapshot!(check("docker inspect -f '{{range .Config.Env}}{{println .}}{{end}}' web"), @"secret.read container web:environment:*, read, partial");
        assert_snapshot!(check("docker inspect --format='{{.Config.Env}}' web"), @"secret.read container web:environment:*, read, partial");
        assert_snapshot!(check("docker compose config"), @"container.read project *, read, partial");
        let with = |text: &str| check_with("docker compose config", &[("/repo/compose.yaml", text), ("/repo/.env", "DB_PASSWORD=x\n")]);
        for text in ["env_file: .env", "env_file:\n      - .env\n", "env_file:\n      - path: \"./.env\"\n        required: false", "environment: [\"P=${DB_PASSWORD:-x}\"]"] {
            let text = format!("services:\n  a:\n    {text}\n    ports: [\"80:80\"]\n");
            assert!(with(&text).contains("secret.read /repo/.env, read"), "{text}: {}", with(&text));
        }
        assert_snapshot!(with("services:\n  a:\n    image: b:${TAG}\n"), @"container.read project repo, read, partial");
    }

    #[test]
    fn what_shows_none() {
        assert_snapshot!(check("docker inspect -f '{{.State.Status}}' web"), @"container.read container web, read");
        assert_snapshot!(check("docker inspect --format '{{.NetworkSettings.IPAddress}}' web"), @"container.read container web, read");
        assert_snapshot!(check("docker network inspect bridge; docker image inspect app; docker inspect --type volume data"), @"
        container.read network bridge, read
        container.read image app, read
        container.read container data, read
        ");
        assert_snapshot!(check("docker compose config --services; docker compose config -q"), @"container.read project *, read");
        assert_snapshot!(check_with("docker compose config", &[("/repo/compose.yaml", "services:\n  a:\n    image: b\n")]), @"container.read project repo, read");
    }
}
