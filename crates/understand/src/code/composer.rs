//! Scripts of a `composer.json`. See <https://getcomposer.org/doc/articles/scripts.md>.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::context::Context;
use crate::paths;
use crate::word::{Value, Word};

use super::{Looked, apart, look, packages};

/// Scripts that are followed.
const MOST_SCRIPTS: usize = 60;

/// Adds what a script of the package in `directory` does; absent where there is no such script.
pub(crate) fn script(name: &str, directory: &str, arguments: &[Word], context: &mut Context<'_>) -> Looked {
    let located = paths::locate(&Value::Known(paths::normal(directory, "composer.json")), context);
    let mut missing = false;
    let looked = look(&located, &format!("composer {name}"), context, &mut |text, context| {
        let package: Json =
            serde_json::from_str(text).map_err(|_| "its composer.json cannot be read".to_owned())?;
        let Some(scripts) = package.get("scripts").filter(|scripts| scripts.get(name).is_some()) else {
            missing = true;
            return Ok(());
        };
        let kept = context.state.shell.clone();
        context.state.shell.directory = Ok(directory.to_owned());
        let given: Vec<String> =
            arguments.iter().filter(|word| word.known() != Some("--")).map(packages::quoted).collect();
        let result = run(name, &given.join(" "), scripts, &mut BTreeSet::new(), context);
        context.state.shell = kept;
        result
    });
    match looked {
        Looked::Understood if missing => Looked::Absent,
        other => other,
    }
}

fn run(
    name: &str,
    given: &str,
    scripts: &Json,
    seen: &mut BTreeSet<String>,
    context: &mut Context<'_>,
) -> Result<(), String> {
    if !seen.insert(name.to_owned()) {
        return Ok(());
    }
    if seen.len() > MOST_SCRIPTS || !context.enters() {
        return Err("it runs too many scripts".to_owned());
    }
    let parts: Vec<&Json> = match scripts.get(name) {
        Some(Json::Array(parts)) => parts.iter().collect(),
        Some(part) => vec![part],
        None => Vec::new(),
    };
    let mut result = Ok(());
    for part in parts {
        let done = match part.as_str() {
            Some(text) => one(text.trim(), given, scripts, seen, context),
            None => Err("a part of its script is not plain text".to_owned()),
        };
        if done.is_err() {
            result = done;
        }
    }
    context.leaves();
    result
}

fn one(
    text: &str,
    given: &str,
    scripts: &Json,
    seen: &mut BTreeSet<String>,
    context: &mut Context<'_>,
) -> Result<(), String> {
    let text = text.replace("@additional_args", given).replace("@no_additional_args", "");
    if let Some(rest) = text.strip_prefix("@putenv ") {
        let (name, value) = rest.split_once('=').unwrap_or((rest, ""));
        context.state.shell.environment.push((name.trim().to_owned(), Value::Known(value.trim().to_owned())));
        return Ok(());
    }
    if let Some(rest) = text.strip_prefix('@') {
        let first = rest.split_ascii_whitespace().next().unwrap_or_default();
        if !matches!(first, "php" | "composer") {
            return run(first, given, scripts, seen, context);
        }
        apart(&format!("{rest} {given}"), context);
        return Ok(());
    }
    let is_method =
        text.contains("::") && !text.contains([' ', '/']) || text.contains('\\') && !text.contains(' ');
    if is_method {
        return Err("its script is a function of PHP".to_owned());
    }
    apart(&format!("{text} {given}"), context);
    Ok(())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    #[test]
    fn scripts() {
        let file = [(
            "/repo/composer.json",
            r#"{"scripts": {"test": "@php vendor/bin/phpunit", "all": ["@test", "@putenv A=1", "git push origin main"], "call": "App\\Scripts::run", "clean": "rm -rf build"}}"#,
        )];
        assert_snapshot!(check_with("composer all", &file), @"
        exec.opaque /repo/vendor/bin/phpunit, execute, opaque
        git.push main@origin, write
        ");
        assert_snapshot!(check_with("composer run-script clean", &file), @"fs.delete /repo/build, destroy");
        assert_snapshot!(check_with("composer call", &file), @"exec.opaque composer, execute, opaque");
        assert_snapshot!(check_with("composer gone", &file), @"exec.opaque composer, execute, opaque");
        assert_snapshot!(check_with("composer install --no-dev; composer show -t; composer run --list", &file), @"
        exec.install composer install, execute
        exec.read composer show, read
        exec.read composer, read
        ");
    }
}
