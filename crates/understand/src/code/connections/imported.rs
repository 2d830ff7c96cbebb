//! Addresses that code takes from a module of its project: a name given one there, or a field of its settings.

use super::project;
use super::{Range, Said, engines, of_variable, within};
use crate::code::python::imports::{self, Module};
use crate::code::tokens::{Rules, Token};
use crate::code::uses::Code;
use crate::context::Context;
use crate::sql::DatabasePlace;

/// Names with which a class of settings takes its fields from elsewhere than the variables called like them.
const OTHERWISE: &[&str] = &[
    "AliasChoices",
    "__getattr__",
    "__getattribute__",
    "__init__",
    "alias",
    "case_sensitive",
    "computed_field",
    "customise_sources",
    "env",
    "env_prefix",
    "field_validator",
    "model_post_init",
    "model_validator",
    "property",
    "root_validator",
    "secrets_dir",
    "settings_customise_sources",
    "validation_alias",
    "validator",
];

/// What stands between two indices, where it is such an address; through at most so many names.
pub(super) fn said(code: &Code<'_>, start: usize, end: usize, most: usize, context: &Context<'_>) -> Said {
    let most = most.checked_sub(1).filter(|_| code.rules == Rules::Python);
    most.and_then(|most| found(code, start, end, most, context)).unwrap_or(Said::Unknown)
}

fn found(code: &Code<'_>, start: usize, end: usize, most: usize, context: &Context<'_>) -> Option<Said> {
    let (start, end) = plain(code, start, end);
    let mut parts = vec![code.name(start)?];
    let mut at = start + 1;
    let is_made = code.is(at, "(") && code.closer(at) == at + 1;
    at += if is_made { 2 } else { 0 };
    while let Some(name) = code.name(at + 1).filter(|_| code.is(at, ".") && at < end) {
        parts.push(name);
        at += 2;
    }
    let changes = |at: usize| {
        code.name(at).is_some_and(|name| parts.contains(&name))
            && code.tokens.get(at + 1).is_some_and(Token::assigns)
    };
    if at != end || (0..code.tokens.len()).any(changes) {
        return None;
    }
    let imports = imports::read(code).ok()?;
    let full = imports.names.get(*parts.first()?)?;
    let path: Vec<&str> = full.split('.').chain(parts.into_iter().skip(1)).collect();
    let (module, text, inner) = (1..path.len()).rev().find_map(|cut| {
        let (module, inner) = path.split_at_checked(cut)?;
        let module = module.join(".");
        Some((module.clone(), project::text(&module, context).ok()??, inner))
    })?;
    let module = Module { above: 0, name: module, names: Vec::new() };
    if !project::is_quiet(&module, context) {
        return None;
    }
    let mut own = Code::of(&text, Rules::Python).ok()?;
    own.is_alone = code.is_alone;
    match inner {
        [name] if !is_made => {
            let (start, end) = own.constant(name)?;
            Some(within(&own, start, end, most, context))
        }
        [object, field] => setting(&own, made_by(&own, object, is_made)?, field, most, context),
        _ => None,
    }
}

/// Without what only writes a value in another way: `str(x)`, `x.replace('%', '%%')`.
fn plain(code: &Code<'_>, start: usize, end: usize) -> Range {
    let (mut start, mut end) = (start, end);
    for _ in 0..super::DEEPEST {
        if code.is(start, "str") && code.is(start + 1, "(") && code.closer(start + 1) + 1 == end {
            (start, end) = (start + 2, end - 1);
            continue;
        }
        let opens = |open: &usize| code.is(*open, "(") && code.closer(*open) + 1 == end;
        let Some(open) = (start..end).find(opens) else { break };
        let texts: Vec<Option<&str>> = code.ranges(open).iter().map(|(from, _)| code.text(*from)).collect();
        let escapes = code.name(open.wrapping_sub(1)) == Some("replace") && texts == [Some("%"), Some("%%")];
        if !escapes || open <= start + 2 {
            break;
        }
        end = open - 2;
    }
    (start, end)
}

/// The class of which a name is the only object: `settings = Settings()`, or what a function gives that makes it.
fn made_by<'c>(code: &Code<'c>, object: &str, is_called: bool) -> Option<&'c str> {
    let is_new = |at: usize| code.is(at + 1, "(") && code.closer(at + 1) == at + 2;
    if !is_called {
        let (start, end) = code.constant(object)?;
        return code.name(start).filter(|_| is_new(start) && end == start + 3);
    }
    let mut returns = (0..code.tokens.len()).filter(|at| code.is(*at, "return"));
    let at = returns.next().filter(|_| returns.next().is_none())?;
    let is_its = (0..at).rev().find(|at| code.is(*at, "def")).is_some_and(|def| code.is(def + 1, object));
    code.name(at + 1).filter(|_| is_its && is_new(at + 1))
}

/// A field of a class of settings: what the variable says that is called like it, else what it is given there.
fn setting(code: &Code<'_>, class: &str, field: &str, most: usize, context: &Context<'_>) -> Option<Said> {
    let tokens = 0..code.tokens.len();
    let mut classes = tokens.clone().filter(|at| code.is(*at, "class"));
    let at = classes.next().filter(|_| classes.next().is_none())?;
    let is_settings = code.is(at + 1, class)
        && code.is(at + 2, "(")
        && code.is(at + 3, "BaseSettings")
        && code.closer(at + 2) == at + 4;
    let is_otherwise =
        |at: usize| code.name(at).is_some_and(|name| OTHERWISE.contains(&name) || name.starts_with("_env"));
    if !is_settings || tokens.clone().any(is_otherwise) {
        return None;
    }
    let begins = |at: &usize| code.is(*at, field) && code.is(*at + 1, ":");
    let mut fields = tokens.filter(begins);
    let at = fields.next().filter(|_| fields.next().is_none())?;
    let end = code.line_end(at);
    let default = (at..end).find(|at| code.is(*at, "=")).map(|equals| (equals + 1, end));
    let variable = field.to_ascii_uppercase();
    let otherwise = || {
        let given = default.map(|(start, end)| within(code, start, end, most, context));
        // Without a value it is no object at all.
        Some(given.unwrap_or_else(|| Said::Variable(variable.clone())))
    };
    Some(of_variable(&variable, code.is_alone, otherwise, context))
}

/// The database that the code beside migrations (Alembic's `env.py`) leads them to, where it plainly does to one.
pub(crate) fn migrations(text: &str, context: &Context<'_>) -> Option<DatabasePlace> {
    let mut code = Code::of(text, Rules::Python).ok()?;
    let modules = imports::read(&code).ok()?.modules;
    code.is_alone = modules.iter().all(|module| project::is_quiet(module, context));
    let calls = |name: &str| -> Vec<usize> {
        (1..code.tokens.len()).filter(|at| code.is(*at - 1, name) && code.is(*at, "(")).collect()
    };
    let said = match calls("set_main_option").as_slice() {
        [open] => {
            let is_always = text.lines().filter(|line| line.contains("set_main_option")).all(|line| {
                line.starts_with(|first: char| first.is_ascii_alphabetic()) && !line.starts_with("if ")
            });
            let ranges = code.ranges(*open);
            let [(key, _), (start, end)] = ranges.as_slice() else { return None };
            let is_address = code.text(*key) == Some("sqlalchemy.url");
            let says = !text.contains("create_engine(") && !text.contains("create_async_engine(");
            (is_always && is_address && says).then(|| within(&code, *start, *end, super::DEEPEST, context))?
        }
        [] if !text.contains("engine_from_config") => {
            let opens: Vec<usize> =
                ["create_engine", "create_async_engine"].iter().flat_map(|name| calls(name)).collect();
            let [open] = opens.as_slice() else { return None };
            return Some(engines::place(&code, *open, context)).filter(|place| place.host != "*");
        }
        _ => return None,
    };
    match said {
        Said::Text(text) if text.is_empty() => None,
        Said::Text(_) | Said::Variable(_) => {
            Some(engines::of(said, context)).filter(|place| place.host != "*")
        }
        Said::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    const SEED: &str = "from sqlalchemy import create_engine, text\nfrom app.settings import NAME\ne = create_engine(ADDRESS)\nwith e.begin() as c:\n    c.execute(text('delete from t'))\n";
    const SET: &str = "DATABASE_URL=postgresql://u:p@localhost:5433/x uv run python scripts/seed.py";

    /// What a script does that takes `url` from the settings, by the name that is imported.
    fn seeds(command: &str, import: &str, url: &str, settings: &str) -> String {
        let script = SEED.replace("NAME", import).replace("ADDRESS", url);
        let files = [
            ("/repo/scripts/seed.py", script.as_str()),
            ("/repo/src/app/settings.py", settings),
            ("unset", "DATABASE_URL"),
        ];
        check_with(command, &files)
    }

    const FROM_ENVIRONMENT: &str =
        "import os\nURL = os.environ.get('DATABASE_URL', 'postgresql://localhost/y')\n";
    const PYDANTIC: &str = "from pydantic_settings import BaseSettings, SettingsConfigDict\nclass Settings(BaseSettings):\n    model_config = SettingsConfigDict(env_file='.env')\n    debug: bool = False\n    database_url: str = 'postgresql://localhost/y'\nsettings = Settings()\ndef get_settings():\n    return Settings()\n";

    #[test]
    fn settings_of_the_project_that_the_call_sets() {
        for (import, url, settings) in [
            ("URL", "URL", FROM_ENVIRONMENT),
            ("URL as u", "str(u)", FROM_ENVIRONMENT),
            (
                "DATABASE_URL",
                "DATABASE_URL",
                "import os\nDATABASE_URL = os.environ['DATABASE_URL']\nOTHER = 1\n",
            ),
            ("URL", "URL", "from os import environ\nURL = environ['DATABASE_URL']\n"),
            ("settings", "settings.database_url", PYDANTIC),
            ("settings", "str(settings.database_url)", PYDANTIC),
            ("get_settings", "get_settings().database_url", PYDANTIC),
        ] {
            let found = seeds(SET, import, url, settings);
            assert!(found.contains("t in postgresql://localhost/x, destroy"), "{url}: {found}");
            assert!(!found.contains("sql://*") && !found.contains("partial"), "{url}: {found}");
            let live = seeds(&SET.replace("localhost", "db.live.example"), import, url, settings);
            assert!(live.contains("t in postgresql://db.live.example/x"), "{url}: {live}");
            let unset = seeds("python scripts/seed.py", import, url, settings);
            assert!(unset.contains("$DATABASE_URL"), "{url}: {unset}");
        }
    }

    #[test]
    fn settings_that_may_lead_elsewhere() {
        let pydantic = |from: &str, to: &str| PYDANTIC.replace(from, to);
        for (import, url, settings) in [
            ("URL", "URL", "URL = 'postgresql://db.live.example/x'\n".to_owned()),
            ("URL", "URL", FROM_ENVIRONMENT.replace("DATABASE_URL", "LIVE_URL")),
            ("URL", "URL", format!("{FROM_ENVIRONMENT}URL = 'postgresql://db.live.example/x'\n")),
            ("URL", "URL", format!("import os\nos.environ['DATABASE_URL'] = f()\n{FROM_ENVIRONMENT}")),
            (
                "URL",
                "URL",
                format!("from dotenv import load_dotenv\nload_dotenv(override=True)\n{FROM_ENVIRONMENT}"),
            ),
            (
                "URL",
                "URL",
                format!("from dotenv import load_dotenv\nload_dotenv('.env.live')\n{FROM_ENVIRONMENT}"),
            ),
            ("URL", "URL", format!("import psycopg\n{FROM_ENVIRONMENT}")),
            ("URL", "URL", format!("import others\n{FROM_ENVIRONMENT}")),
            ("settings", "settings.database_url", pydantic("env_file='.env'", "env_prefix='LIVE_'")),
            ("settings", "settings.database_url", pydantic("env_file='.env'", "env_file='.env.live'")),
            ("settings", "settings.database_url", pydantic("Settings()\n", "Settings(_env_file='x')\n")),
            (
                "settings",
                "settings.database_url",
                pydantic("settings = Settings()", "settings = f(Settings())"),
            ),
            (
                "settings",
                "settings.database_url",
                pydantic("database_url: str = ", "database_url: str = Field(alias='LIVE') or "),
            ),
            (
                "settings",
                "settings.database_url",
                pydantic(
                    "    debug: bool = False\n",
                    "    @property\n    def database_url(self): return 'postgresql://db.live.example/x'\n",
                ),
            ),
            ("settings", "settings.other_url", PYDANTIC.to_owned()),
            ("URL\nURL = f()", "URL", FROM_ENVIRONMENT.to_owned()),
            ("settings\nsettings.database_url = f()", "settings.database_url", PYDANTIC.to_owned()),
        ] {
            let found = seeds(SET, import, url, &settings);
            let is_sure = found.contains("t in postgresql://localhost/x") && !found.contains("sql://*");
            assert!(!is_sure, "{url} of {settings}: {found}");
        }
        let two = [
            ("/repo/scripts/seed.py", SEED.replace("NAME", "URL")),
            ("/repo/src/app/settings.py", FROM_ENVIRONMENT.to_owned()),
            ("/repo/app/settings.py", "URL = f()\n".to_owned()),
        ];
        let two: Vec<(&str, &str)> = two.iter().map(|(path, text)| (*path, text.as_str())).collect();
        assert!(check_with(SET, &two).contains("sql://*"), "{}", check_with(SET, &two));
    }

    #[test]
    fn code_beside_migrations() {
        let run = |code: &str, more: &[(&str, &str)]| {
            let ini = (
                "/repo/alembic.ini",
                "[alembic]\nscript_location = alembic\nsqlalchemy.url = postgresql://db.live.example/x\n",
            );
            let files = [&[ini, ("/repo/alembic/env.py", code), ("unset", "DATABASE_URL")], more].concat();
            check_with("alembic upgrade head", &files)
        };
        let start = "import os\nfrom alembic import context\nfrom sqlalchemy import engine_from_config\nconfig = context.config\n";
        let settings = ("/repo/src/app/settings.py", FROM_ENVIRONMENT);
        let pydantic = ("/repo/app/settings.py", PYDANTIC);
        for (code, more) in [
            (
                "config.set_main_option('sqlalchemy.url', os.environ.get('DATABASE_URL', 'postgresql://localhost/y'))",
                &[][..],
            ),
            (
                "config.set_main_option(\"sqlalchemy.url\", os.getenv('DATABASE_URL') or 'postgresql+psycopg://localhost/y')",
                &[],
            ),
            (
                "from app.settings import URL\nconfig.set_main_option('sqlalchemy.url', URL.replace('%', '%%'))",
                &[settings],
            ),
            (
                "from app.settings import settings\nconfig.set_main_option('sqlalchemy.url', settings.database_url)",
                &[pydantic],
            ),
        ] {
            let found = run(&format!("{start}{code}\n"), more);
            assert!(found.contains("* in postgresql://localhost/y, write"), "{code}: {found}");
            let live = run(
                &format!("{start}{code}\n"),
                &[more, &[("/repo/.env", "DATABASE_URL=postgresql://db.live.example/x\n")]].concat(),
            );
            assert!(!live.contains("localhost"), "{code}: {live}");
        }
        for code in [
            "if os.environ.get('X'):\n    config.set_main_option('sqlalchemy.url', 'postgresql://localhost/y')",
            "if 1: config.set_main_option('sqlalchemy.url', os.environ.get('DATABASE_URL', 'postgresql://localhost/y'))",
            "config.set_main_option('sqlalchemy.url', os.environ.get('DATABASE_URL', 'postgresql://db.live.example/y'))",
            "config.set_main_option('sqlalchemy.url', os.environ['DATABASE_URL'])",
            "config.set_main_option('sqlalchemy.url', os.environ.get('DATABASE_URL', f()))",
            "import others\nconfig.set_main_option('sqlalchemy.url', os.environ.get('DATABASE_URL', 'postgresql://localhost/y'))",
            "from dotenv import load_dotenv\nload_dotenv('.env.live')\nconfig.set_main_option('sqlalchemy.url', os.environ.get('DATABASE_URL', 'postgresql://localhost/y'))",
            "from app.settings import URL\nconfig.set_main_option('sqlalchemy.url', URL)",
        ] {
            let found = run(&format!("{start}{code}\n"), &[]);
            assert!(!found.contains("localhost"), "{code}: {found}");
        }
    }

    #[test]
    fn what_counts_where_a_variable_is_not_set() {
        let run = |command: &str, code: &str| {
            let files = [("/repo/x.py", code), ("/repo/x.js", code), ("unset", "DATABASE_URL")];
            check_with(command, &files)
        };
        for code in [
            "import os, psycopg\npsycopg.connect(os.environ.get('DATABASE_URL', 'postgresql://db.live.example/x')).execute('delete from t')",
            "import os, psycopg\nu = os.getenv('DATABASE_URL') or 'postgresql://db.live.example/x'\npsycopg.connect(u).execute('delete from t')",
        ] {
            assert!(
                run("python x.py", code).contains("postgresql://db.live.example/x"),
                "{code}: {}",
                run("python x.py", code)
            );
        }
        let code = "const { Client } = require('pg'); new Client(process.env.DATABASE_URL ?? 'postgresql://db.live.example/x').query('delete from t')";
        assert!(
            run("node x.js", code).contains("postgresql://db.live.example/x"),
            "{}",
            run("node x.js", code)
        );
        let code = "import os, psycopg\npsycopg.connect(os.environ.get('DATABASE_URL', f())).execute('delete from t')";
        assert!(run("python x.py", code).contains("sql://*"), "{}", run("python x.py", code));
    }
}
