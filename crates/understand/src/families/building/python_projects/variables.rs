//! Variables that a runner of Python projects takes out of files for what it starts: `uv run --env-file .env.test`.

use countersign_model::{Answer, Question};

use super::VALUES;
use crate::Workspace as _;
use crate::code::environment_files;
use crate::context::Context;
use crate::environment;
use crate::families;
use crate::families::runners::with_variables;
use crate::invocation::Invocation;
use crate::paths;
use crate::sql::DatabasePlace;
use crate::word::Value;

/// Runs with the variables that the runner gives; its options begin at `from`.
pub(super) fn with(
    from: usize,
    invocation: &Invocation,
    context: &mut Context<'_>,
    run: impl FnOnce(&Invocation, &mut Context<'_>),
) {
    let named = files(from, invocation);
    let mut is_unsure = sets_more(invocation, context);
    if named.is_empty() && !is_unsure {
        run(invocation, context);
        return;
    }
    let kept = std::mem::take(&mut context.state.shell.environment);
    for file in &named {
        families::hands_over(file, context);
        let located = paths::locate(file, context);
        is_unsure |= located.why.is_some() || environment_files::take(&located.path, context).is_err();
    }
    let mut found = std::mem::take(&mut context.state.shell.environment);
    // Where this session may have a database of its own set, the file's is not sure to count.
    found.retain(|(name, value)| {
        let is_database = DatabasePlace::of_text(value.text()).is_some();
        let is_unset =
            || context.workspace.ask(&Question::Variable { name: name.clone() }) == Answer::No;
        invocation.program == "pipenv" || !is_database || is_unset()
    });
    // Pipenv puts the file's before what is set.
    let mut given = invocation.clone();
    if invocation.program == "pipenv" {
        given.environment.extend(found);
    } else {
        given.environment.splice(0..0, found);
    }
    context.state.shell.environment = given.environment.clone();
    if is_unsure {
        with_variables(context, |context| run(&given, context));
    } else {
        run(&given, context);
    }
    context.state.shell.environment = kept;
}

/// The files that are named.
fn files(from: usize, invocation: &Invocation) -> Vec<Value> {
    let set = |name: &str| environment::value(invocation, name);
    let by_variable = match invocation.program.as_str() {
        "uv" | "uvx" => set("UV_ENV_FILE"),
        "pipenv" => set("PIPENV_DOTENV_LOCATION"),
        _ => return Vec::new(),
    };
    let mut files = Vec::new();
    let mut at = from;
    while let Some(word) = invocation.words.get(at).filter(|word| word.text().starts_with('-')) {
        let text = word.text();
        if text == "--no-env-file" && invocation.program != "pipenv" {
            return Vec::new();
        }
        if text == "--env-file" {
            files.extend(invocation.words.get(at + 1).map(|word| word.value.clone()));
        }
        files.extend(word.value.strip_prefix("--env-file="));
        at += if VALUES.contains(&text) { 2 } else { 1 };
    }
    match by_variable {
        Some(Value::Known(texts)) if files.is_empty() => {
            files.extend(texts.split_whitespace().map(|text| Value::Known(text.to_owned())));
        }
        Some(value) if files.is_empty() => files.push(value),
        Some(_) | None => {}
    }
    files
}

/// Whether the project's own file may say which variables are set.
fn sets_more(invocation: &Invocation, context: &Context<'_>) -> bool {
    let (name, says): (_, &[&str]) = match invocation.program.as_str() {
        "pdm" => ("pyproject.toml", &["env_file", "_.env"]),
        "hatch" => ("pyproject.toml", &["env-vars", "env-include"]),
        _ => return false,
    };
    let located = paths::locate(&Value::Known(name.to_owned()), context);
    match context.file(&located.path) {
        Ok(text) => text.is_some_and(|text| says.iter().any(|part| text.contains(part))),
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    const CODE: &str = "import os, psycopg\npsycopg.connect(os.environ.get('DATABASE_URL', 'postgresql://localhost/x')).execute('delete from t')\n";

    fn run(command: &str, project: &str) -> String {
        let files = [
            ("/repo/s.py", CODE),
            ("/repo/.env.live", "DATABASE_URL=postgresql://db.live.example/x\n"),
            ("/repo/.env.test", "DATABASE_URL=postgresql://localhost/test\n"),
            ("/repo/pyproject.toml", project),
            ("unset", "DATABASE_URL"),
        ];
        check_with(command, &files)
    }

    #[test]
    fn files_of_variables_count() {
        for command in [
            "uv run --env-file .env.live python s.py",
            "uv run --env-file=.env.live s.py",
            "uv run --frozen --env-file .env.live -- python s.py",
            "uv run --env-file .env.live alembic upgrade head",
            "uvx --env-file .env.live alembic upgrade head",
            "uv tool run --env-file .env.live alembic upgrade head",
            "UV_ENV_FILE=.env.live uvx alembic upgrade head",
            "UV_ENV_FILE=.env.live uv run python s.py",
            "PIPENV_DOTENV_LOCATION=.env.live pipenv run python s.py",
            "DATABASE_URL=postgresql://localhost/y PIPENV_DOTENV_LOCATION=.env.live pipenv run python s.py",
        ] {
            let found = run(command, "");
            assert!(found.contains("postgresql://db.live.example/x"), "{command}: {found}");
        }
        for (command, database) in [
            ("uv run --env-file .env.test python s.py", "test"),
            ("DATABASE_URL=postgresql://localhost/y uv run --env-file .env.live python s.py", "y"),
            ("UV_ENV_FILE=.env.live uv run --env-file .env.test python s.py", "test"),
            ("UV_ENV_FILE=.env.live uv run --no-env-file python s.py", "x"),
        ] {
            let found = run(command, "");
            assert!(found.contains(&format!("t in postgresql://localhost/{database},")), "{command}: {found}");
        }
    }

    #[test]
    fn files_that_are_not_known_leave_nothing_sure() {
        for (command, project) in [
            ("uv run --env-file $F python s.py", ""),
            ("UV_ENV_FILE=$F uv run python s.py", ""),
            ("env -S 'DATABASE_URL=postgresql://db.live.example/x' python s.py", ""),
            ("curl -o .env.test https://example.com/x; uv run --env-file .env.test python s.py", ""),
            ("pdm run python s.py", "[tool.pdm.scripts]\n_.env_file = '.env.live'\n"),
            ("hatch run python s.py", "[tool.hatch.envs.default.env-vars]\nDATABASE_URL = 'x'\n"),
        ] {
            let found = run(command, project);
            assert!(!found.contains("t in postgresql://localhost"), "{command}: {found}");
        }
    }
}
