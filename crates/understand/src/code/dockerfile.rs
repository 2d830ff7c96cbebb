//! Dockerfiles: what building an image does to other machines. What happens to the image itself is not listed.

use countersign_model::{Place, Resource};

use crate::context::Context;
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
        let before = context.begins_apart();
        let image = Resource::Container { host: None, object: "image".to_owned(), name: "*".to_owned() };
        let commands = commands(text);
        for command in commands.iter().take(MOST_STEPS) {
            context.elsewhere(image.clone(), |context| {
                shell::run_apart(command, TextPlace::Within(context.here), context);
            });
        }
        for mut found in context.ends_apart(before) {
            if found.effect.resource.place() == Place::Remote {
                found.effect.because = Some("the image's build does it".to_owned());
                context.push_apart(found);
            }
        }
        if commands.len() > MOST_STEPS {
            context.opaque("docker build", &format!("it has more than {MOST_STEPS} steps"));
        }
        Ok(())
    })
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
    fn more_steps_than_are_looked_into_are_not_seen() {
        let steps = |count| {
            crate::fixture::check_with("docker build .", &[("/repo/Dockerfile", &"RUN ls\n".repeat(count))])
        };
        assert!(!steps(MOST_STEPS).contains("opaque"));
        assert!(steps(MOST_STEPS + 1).contains("opaque"));
    }
}
