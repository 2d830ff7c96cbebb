//! What a project's own files say of its database: `.env`, `alembic.ini` and the code beside it, Django's settings.
//!
//! A file is read as it is at this point of the command. What code works out is not known, and where a wrapper or an
//! earlier part of the command may have set variables, no file says what they are.

use countersign_model::{Answer, Question};
use serde_json::Value as Json;

use crate::Workspace as _;
use crate::code::environment_files;
use crate::code::source::{self, Source};
use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;
use crate::paths;
use crate::sql::DatabasePlace;
use crate::word::Value;

/// Tools that read `.env` by themselves.
const READ_DOTENV: &[&str] = &["prisma", "sqlx", "diesel", "dbmate", "node-pg-migrate"];

/// The text of a file now. `Ok(None)`: there is none; `Err`: why it is not known.
pub(super) fn text_of(path: &str, context: &Context<'_>) -> Result<Option<String>, String> {
    if context.state.shell.directory_unsure && !path.starts_with('/') {
        return Err("in which directory it runs is not sure".to_owned());
    }
    let located = paths::locate(&Value::Known(path.to_owned()), context);
    match source::of(&located, context) {
        Source::Texts(texts) => match <[String; 1]>::try_from(texts) {
            Ok([text]) => Ok(Some(text)),
            Err(_) => Err("the command itself changes this file first".to_owned()),
        },
        Source::Absent => Ok(None),
        Source::Foreign => Err("it comes from the network or out of a decoder".to_owned()),
        Source::Perhaps(_, why) | Source::Unknown(why) => Err(why),
    }
}

/// A database that nothing names: the tool stops where its own file is not there. None where a variable may name one.
pub(super) fn nowhere(file: &str, context: &Context<'_>) -> Option<DatabasePlace> {
    if !is_unset("DATABASE_URL", context) {
        return None;
    }
    let note = format!("{file} is not there, without which it reaches no database");
    Some(DatabasePlace { host: "localhost".to_owned(), note: Some(note), ..DatabasePlace::any("sql") })
}

/// Whether a variable is surely set by nothing: not by the command, not by what started it.
pub(super) fn is_unset(name: &str, context: &Context<'_>) -> bool {
    let shell = &context.state.shell;
    let is_set = || context.workspace.ask(&Question::Variable { name: name.to_owned() });
    shell.poisoned.is_none() && !shell.variables.contains_key(name) && is_set() == Answer::No
}

/// What a variable is to a project that may take it from a file of variables. `Ok(None)`: nothing sets it; `Err`: it is
/// not known. `mentioned` is code that may name such a file.
pub(super) fn setting(
    name: &str,
    environment: Option<&str>,
    mentioned: &str,
    invocation: &Invocation,
    context: &Context<'_>,
) -> Result<Option<String>, ()> {
    match environment::value(invocation, name) {
        Some(Value::Known(text)) => return Ok(Some(text)),
        Some(_) => return Err(()),
        None if !is_unset(name, context) => return context.setting(invocation, name).ok().flatten().map(Some).ok_or(()),
        None => {}
    }
    let mut files = vec![".env".to_owned(), ".env.local".to_owned()];
    let stage = environment.unwrap_or("development");
    files.extend([format!(".env.{stage}"), format!(".env.{stage}.local")]);
    let quoted = mentioned.split(['"', '\'', '`']).filter(|text| text.contains(".env") && !text.contains(['\n', '=', '$', '(']));
    files.extend(quoted.filter(|text| text.len() < 200).map(|text| text.trim_start_matches("./").to_owned()));
    let mut found = None;
    for file in &files {
        let Some(text) = text_of(file, context).map_err(drop)? else { continue };
        let value = assigned(name, &text);
        if environment_files::spans_lines(&text) || value.is_some_and(|value| value.is_empty() || value.contains('$')) {
            return Err(());
        }
        match (value, &found) {
            (Some(value), None) => found = Some(value.to_owned()),
            (Some(value), Some(known)) if value != known => return Err(()),
            _ => {}
        }
    }
    Ok(found)
}

/// The schema that `package.json` names for Prisma; an error where that is not known.
pub(super) fn prisma_schema(context: &Context<'_>) -> Result<Option<String>, ()> {
    let Some(text) = text_of("package.json", context).map_err(drop)? else { return Ok(None) };
    let Ok(package) = serde_json::from_str::<Json>(&text) else { return Ok(None) };
    match package.get("prisma").and_then(|prisma| prisma.get("schema")) {
        None => Ok(None),
        Some(schema) => schema.as_str().map(|schema| Some(schema.to_owned())).ok_or(()),
    }
}

/// The place that `.env` names by a variable which nothing else sets; none where it does not, or may not be read.
pub(super) fn dotenv(name: &str, invocation: &Invocation, context: &Context<'_>) -> Option<DatabasePlace> {
    let reads = READ_DOTENV.contains(&invocation.program.as_str());
    // With a configuration of its own, Prisma leaves variables to that.
    if !reads || !is_unset(name, context) || invocation.program == "prisma" && is_prisma_configured(context) {
        return None;
    }
    let named = invocation.option(&["--envPath", "--env-path", "--env-file", "--dotenv"]);
    let files = match (&named, invocation.program.as_str()) {
        (Some(file), _) => vec![file.known()?],
        (None, "prisma") => vec![".env", "prisma/.env"],
        (None, _) => vec![".env"],
    };
    for file in files {
        let text = text_of(file, context).ok()?;
        if text.as_deref().is_some_and(environment_files::spans_lines) {
            return None;
        }
        let Some(value) = text.as_deref().and_then(|text| assigned(name, text)) else { continue };
        let mut place = if value.contains('$') { None } else { DatabasePlace::of_text(value) }?;
        place.note = Some(format!("{file} sets {name}"));
        return Some(place);
    }
    None
}

/// Whether Prisma may have a configuration of its own.
fn is_prisma_configured(context: &Context<'_>) -> bool {
    let mut files = ["ts", "js", "mjs", "mts", "cjs"].iter().map(|ending| format!("prisma.config.{ending}"));
    files.any(|file| text_of(&file, context) != Ok(None))
}

/// Whether Prisma surely finds no schema where it looks for one.
pub(super) fn has_no_prisma(context: &Context<'_>) -> bool {
    let names_it = |text: Option<String>| text.is_some_and(|text| text.replace(' ', "").contains("\"prisma\":{"));
    let package = text_of("package.json", context);
    ["prisma/schema.prisma", "schema.prisma"].iter().all(|file| text_of(file, context) == Ok(None))
        && package.is_ok_and(|text| !names_it(text))
        && !is_prisma_configured(context)
}

/// The last value that a file of variables gives to this one.
pub(super) fn assigned<'t>(name: &str, text: &'t str) -> Option<&'t str> {
    let lines = text.lines().map(|line| line.trim().strip_prefix("export ").unwrap_or(line.trim()));
    let values = lines.filter_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix('='));
    values.fold(None, |_, value| Some(value)).map(|value| value.trim().trim_matches(['"', '\'']))
}

/// What `env.py` beside the migrations does to the address of `alembic.ini`: none where it takes it as it is.
pub(super) fn alembic_code(ini: &str, context: &Context<'_>) -> Option<DatabasePlace> {
    let location = ini.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == "script_location").then(|| value.trim())
    });
    let location = location?.trim_start_matches("%(here)s/");
    let code = match text_of(&format!("{location}/env.py"), context) {
        Ok(Some(code)) => code,
        Ok(None) => return None,
        Err(_) => return Some(DatabasePlace::any("sql")),
    };
    let works_out = ["set_main_option(\"sqlalchemy.url", "set_main_option('sqlalchemy.url", "set_section_option", "create_engine(", "create_async_engine(", "environ", "getenv"];
    if !works_out.iter().any(|part| code.contains(part)) {
        return None;
    }
    if let Some(place) = crate::code::leads_migrations(&code, context) {
        return Some(place);
    }
    Some(if code.contains("DATABASE_URL") { super::place::behind("DATABASE_URL") } else { DatabasePlace::any("sql") })
}

/// The database of Django's settings, where they say it in literals.
pub(super) fn django(module: Option<&str>, context: &Context<'_>) -> Option<DatabasePlace> {
    let named = match module {
        Some(module) => module.to_owned(),
        None => {
            let manage = text_of("manage.py", context).ok()??;
            let line = manage.lines().find(|line| line.contains("DJANGO_SETTINGS_MODULE"))?;
            literals(line).last()?.to_owned()
        }
    };
    let is_module = named.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.'));
    let file = format!("{}.py", named.replace('.', "/"));
    let text = text_of(&file, context).ok().flatten().filter(|_| is_module)?;
    let (before, rest) = text.split_once("DATABASES")?;
    let block = rest.trim_start().strip_prefix('=')?.trim_start();
    let block = block.get(..closing(block)?)?;
    let after = rest.split_once(block).map_or("", |(_, after)| after);
    // Settings that other files bring or change could be others.
    let is_changed = after.contains("DATABASES") || after.contains("import *") || before.contains("DATABASES");
    if is_changed || block.matches("ENGINE").count() != 1 {
        return None;
    }
    let line_of = |key: &str| block.lines().find(|line| line.contains(&format!("'{key}'")) || line.contains(&format!("\"{key}\"")));
    let value_of = |key: &str| {
        let (_, value) = line_of(key)?.split_once(':')?;
        let value = value.trim().trim_end_matches(',');
        let plain = value.len() > 1 && value.starts_with(['"', '\'']) && literals(value).count() == 1 && value.ends_with(['"', '\'']);
        plain.then(|| literals(value).next()).flatten()
    };
    let engine = value_of("ENGINE")?.rsplit('.').next()?;
    let system = crate::sql::system_of(if engine == "postgresql_psycopg2" { "postgresql" } else { engine })?;
    let note = Some(format!("{file} says where"));
    if system == "sqlite" {
        let name = line_of("NAME").filter(|line| !line.contains("env"))?;
        let path = literals(name.split_once(':')?.1).last()?;
        let host = paths::locate(&Value::Known(path.to_owned()), context).path;
        return Some(DatabasePlace { host, note, ..DatabasePlace::any(system) });
    }
    let (host, note) = match line_of("HOST") {
        None => (String::new(), None),
        Some(_) => (value_of("HOST")?.to_owned(), note),
    };
    let is_default = host.is_empty();
    let host = if is_default || host.starts_with('/') { "localhost".to_owned() } else { host };
    let note = if is_default { Some(format!("{file} names no host: it is this machine's own")) } else { note };
    Some(DatabasePlace { host, note, database: value_of("NAME").map(str::to_owned), ..DatabasePlace::any(system) })
}

/// The strings of a line of Python, as far as they are plain.
fn literals(line: &str) -> impl Iterator<Item = &str> {
    let quote = if line.contains('"') { '"' } else { '\'' };
    line.split(quote).skip(1).step_by(2)
}

/// Where the braces that begin a text end.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return (byte == b'}').then_some(at + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    const SCHEMA: (&str, &str) = ("/repo/prisma/schema.prisma", "datasource db {\n  provider = \"postgresql\"\n  url = env(\"DATABASE_URL\")\n}\n");
    const LOCAL: (&str, &str) = ("/repo/.env", "A=1\nDATABASE_URL=\"postgresql://u@localhost:5432/shop\"\n");
    const UNSET: (&str, &str) = ("unset", "DATABASE_URL");

    #[test]
    fn variables_of_a_file() {
        assert_snapshot!(check_with("npx prisma migrate dev", &[SCHEMA, LOCAL, UNSET]), @"
        package.read * on npm, read
        db.schema * in postgresql://localhost/shop, write
        ");
        assert_snapshot!(check_with("prisma migrate deploy", &[SCHEMA, UNSET, ("/repo/.env", "DATABASE_URL=postgres://db.example/shop")]), @"db.schema * in postgresql://db.example/shop, write");
        assert_snapshot!(check_with("sqlx migrate run", &[LOCAL, UNSET]), @"db.schema * in postgresql://localhost/shop, write");
        let live = ("/repo/.env.live", "DATABASE_URL=postgres://db.example/shop");
        for command in ["npx node-pg-migrate up --envPath .env.live", "npx node-pg-migrate --envPath=.env.live up", "dbmate --env-file .env.live up", "dbmate --env-file=.env.live up"] {
            let found = check_with(command, &[LOCAL, UNSET, live]);
            assert!(found.contains("db.example/shop") && !found.contains("localhost"), "{command}: {found}");
        }
        assert!(!check_with("npx node-pg-migrate up --envPath $F", &[LOCAL, UNSET, live]).contains("localhost"));
        // What may be set otherwise is not known.
        assert_snapshot!(check_with("prisma migrate deploy", &[SCHEMA, LOCAL]), @"db.schema * in postgresql://$DATABASE_URL, write");
        assert_snapshot!(check_with("DATABASE_URL=$X prisma migrate deploy", &[SCHEMA, LOCAL, UNSET]), @"db.schema * in postgresql://$DATABASE_URL, write");
        assert_snapshot!(check_with("export DATABASE_URL=$X; prisma migrate deploy", &[SCHEMA, LOCAL, UNSET]), @"
        exec.read export, read
        db.schema * in postgresql://$DATABASE_URL, write
        ");
        assert_snapshot!(check_with("echo DATABASE_URL=$X > .env; prisma migrate deploy", &[SCHEMA, LOCAL, UNSET]), @"
        fs.write /repo/.env, write
        exec.read echo, read
        db.schema * in postgresql://$DATABASE_URL, write
        ");
        assert_snapshot!(check_with("source ./other; prisma migrate deploy", &[SCHEMA, LOCAL, UNSET]), @"
        fs.read /repo/other, read
        exec.opaque source, execute, opaque
        db.schema * in sql://$DATABASE_URL, write
        ");
        assert_snapshot!(check_with("dotenv -e .env.prod -- prisma migrate deploy", &[SCHEMA, LOCAL, UNSET]), @"db.schema * in postgresql://localhost/shop, write");
        let other = ("/repo/.env.prod", "DATABASE_URL=postgres://db.example/shop");
        assert_snapshot!(check_with("dotenv -e .env.prod -- prisma migrate deploy", &[SCHEMA, LOCAL, UNSET, other]), @"db.schema * in postgresql://db.example/shop, write");
        assert_snapshot!(check_with("dotenv -e $X -- prisma migrate deploy", &[SCHEMA, LOCAL, UNSET]), @"
        exec.opaque dotenv, execute, opaque
        db.schema * in postgresql://$DATABASE_URL, write
        ");
        assert_snapshot!(check_with("doppler run -- prisma migrate deploy", &[SCHEMA, LOCAL, UNSET]), @"
        secret.read doppler:*, read, partial
        db.schema * in postgresql://$DATABASE_URL, write
        ");
        assert_snapshot!(check_with("env $(cat x) prisma migrate deploy", &[SCHEMA, LOCAL, UNSET]), @"
        fs.read /repo/x, read
        exec.hidden $(cat x), execute, opaque
        ");
        assert_snapshot!(check_with("prisma migrate deploy", &[SCHEMA, LOCAL, UNSET, ("/repo/prisma.config.ts", "x")]), @"db.schema * in postgresql://$DATABASE_URL, write");
        assert_snapshot!(check_with("drizzle-kit push", &[LOCAL, UNSET]), @"db.schema * in sql://$DATABASE_URL, write");
        assert_snapshot!(check_with("pnpm --filter api exec prisma migrate deploy; npx prisma@5 migrate reset", &[LOCAL, UNSET]), @"
        db.schema * in sql://$DATABASE_URL, write
        package.read * on npm, read
        db.destroy * in sql://localhost, destroy
        ");
        assert_snapshot!(check_with("DATABASE_URL=postgres://db.example/shop npx prisma migrate reset", &[UNSET]), @"
        package.read * on npm, read
        db.destroy * in postgresql://db.example/shop, destroy
        ");
        assert_snapshot!(check_with("npx prisma migrate deploy", &[LOCAL, UNSET, ("/repo/package.json", "{\"prisma\": {\"schema\": \"db/x.prisma\"}}")]), @"db.schema * in sql://$DATABASE_URL, write");
    }

    #[test]
    fn what_is_set_counts_before_what_stands_there_otherwise() {
        let unset: Vec<(&str, &str)> = ["DATABASE_URL", "DIRECT_URL", "DB_HOST", "PROD_URL"].map(|name| ("unset", name)).to_vec();
        let found = |command: &str, files: &[(&str, &str)]| {
            let all: Vec<(&str, &str)> = unset.iter().chain(files).copied().collect();
            check_with(command, &all)
        };
        let rails = [("/repo/config/database.yml", "development:\n  adapter: postgresql\n  host: <%= ENV.fetch(\"DB_HOST\", \"localhost\") %>\n")];
        assert!(found("DB_HOST=db.live.example rails db:drop", &rails).contains("postgresql://db.live.example/"));
        assert!(found("rails db:drop", &rails).contains("postgresql://localhost/"));
        let knex = ("/repo/knexfile.js", "require('dotenv').config();\nmodule.exports = { client: 'pg', connection: { host: process.env.DB_HOST || 'localhost' } };");
        for (file, host) in [("DB_HOST=db.live.example\n", "db.live.example"), ("OTHER=1\n", "localhost"), ("DB_HOST=$X\n", "$DB_HOST")] {
            let found = found("npx knex migrate:latest", &[knex, ("/repo/.env", file)]);
            assert!(found.contains(&format!("postgresql://{host},")), "{file}: {found}");
        }
        assert!(found("DB_HOST=db.live.example npx knex migrate:latest", &[knex]).contains("postgresql://db.live.example,"));
        let drizzle = ("/repo/drizzle.config.ts", "import 'dotenv/config';\nexport default { dialect: 'postgresql', dbCredentials: { url: process.env.PROD_URL || 'postgres://localhost/x' } };");
        assert!(found("npx drizzle-kit push", &[drizzle, ("/repo/.env", "PROD_URL=postgres://db.live.example/x")]).contains("postgresql://db.live.example/x"));
        assert!(found("npx drizzle-kit push", &[drizzle]).contains("postgresql://localhost/x"));
        let direct = ("/repo/prisma/schema.prisma", "datasource db {\n  provider = \"postgresql\"\n  url = env(\"DATABASE_URL\")\n  directUrl = env(\"DIRECT_URL\")\n}\n");
        let local = ("/repo/.env", "DATABASE_URL=postgres://localhost/x\nDIRECT_URL=postgres://localhost/y\n");
        assert!(found("DIRECT_URL=postgres://db.live.example/x npx prisma migrate deploy", &[direct, local]).contains("postgresql://db.live.example/x"));
        assert!(found("npx prisma migrate deploy", &[direct, local]).contains("postgresql://localhost/y"));
        let elsewhere = [("/repo/package.json", "{\"prisma\":{\"schema\":\"db/schema.prisma\"}}"), direct, local, ("/repo/db/schema.prisma", "datasource db {\n  provider = \"postgresql\"\n  url = \"postgres://db.live.example/x\"\n}\n")];
        assert!(found("npx prisma migrate deploy", &elsewhere).contains("postgresql://db.live.example/x"));
    }

    #[test]
    fn settings_of_alembic() {
        let ini = ("/repo/alembic.ini", "[alembic]\nscript_location = migrations\nsqlalchemy.url = sqlite:///app.db\n");
        assert_snapshot!(check_with("alembic upgrade head", &[ini, ("/repo/migrations/env.py", "url = config.get_main_option('sqlalchemy.url')")]), @"db.schema * in sqlite:///app.db, write");
        assert_snapshot!(check_with("alembic upgrade head", &[ini, ("/repo/migrations/env.py", "import os\nconfig.set_main_option('sqlalchemy.url', os.environ['DATABASE_URL'])")]), @"db.schema * in sql://$DATABASE_URL, write");
        assert_snapshot!(check_with("alembic upgrade head", &[ini, ("/repo/migrations/env.py", "config.set_main_option('sqlalchemy.url', settings.url)")]), @"db.schema * in sql://*, write, partial");
        let check = |command| check_with(command, &[UNSET]);
        assert_snapshot!(check("DATABASE_URL=postgres://db.example/shop alembic upgrade head"), @"db.schema * in postgresql://db.example/shop, write");
        assert_snapshot!(check("uv run --directory backend alembic upgrade head; poetry -C backend run alembic downgrade base"), @"
        db.schema * in sql://*, write, partial
        db.destroy * in sql://*, destroy, partial
        ");
        assert_snapshot!(check("cd backend && alembic upgrade head"), @"
        exec.read cd, read
        db.schema * in sql://*, write, partial
        ");
        assert_snapshot!(check("uv run alembic upgrade head"), @"db.schema * in sql://localhost, write");
        assert_snapshot!(check("alembic upgrade head; alembic -c x.ini upgrade head; cd $X && alembic upgrade head"), @"
        db.schema * in sql://localhost, write
        db.schema * in sql://*, write, partial
        exec.read cd, read
        ");
    }

    #[test]
    fn settings_of_django() {
        let manage = ("/repo/manage.py", "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\nexecute_from_command_line(sys.argv)\n");
        let check = |settings: &str| check_with("python manage.py migrate", &[manage, ("/repo/shop/settings.py", settings)]);
        assert_snapshot!(check("DATABASES = {\n  'default': {\n    'ENGINE': 'django.db.backends.sqlite3',\n    'NAME': BASE_DIR / 'db.sqlite3',\n  }\n}\n"), @"db.schema * in sqlite:///repo/db.sqlite3, write");
        assert_snapshot!(check("DATABASES = {\n  \"default\": {\n    \"ENGINE\": \"django.db.backends.postgresql\",\n    \"NAME\": \"shop\",\n  }\n}\n"), @"db.schema * in postgresql://localhost/shop, write");
        assert_snapshot!(check("DATABASES = {\n  \"default\": {\n    \"ENGINE\": \"django.db.backends.postgresql\",\n    \"HOST\": \"db.example\",\n    \"NAME\": \"shop\",\n  }\n}\n"), @"db.schema * in postgresql://db.example/shop, write");
        assert_snapshot!(check("DATABASES = {\n  \"default\": {\n    \"ENGINE\": \"django.db.backends.postgresql\",\n    \"HOST\": os.environ[\"DB\"],\n  }\n}\n"), @"db.schema * in sql://*, write, partial");
        assert_snapshot!(check("DATABASES = {\n  'default': {\n    'ENGINE': 'django.db.backends.sqlite3',\n    'NAME': BASE_DIR / 'db.sqlite3',\n  }\n}\nfrom .prod import *\n"), @"db.schema * in sql://*, write, partial");
        assert_snapshot!(check("DATABASES = {'default': env.db()}\n"), @"db.schema * in sql://*, write, partial");
    }

    #[test]
    fn settings_of_rails() {
        let file = |text| ("/repo/config/database.yml", text);
        assert_snapshot!(check_with("rails db:migrate", &[file("development:\n  adapter: postgresql\n  database: shop_dev\n"), UNSET]), @"db.schema * in postgresql://localhost/shop_dev, write");
        assert_snapshot!(check_with("rails db:migrate", &[file("development:\n  adapter: postgresql\n  host: <%= ENV.fetch('DB_HOST', 'localhost') %>\n"), UNSET, ("unset", "DB_HOST")]), @"db.schema * in postgresql://localhost/development, write");
        assert_snapshot!(check_with("rails db:migrate", &[file("development:\n  adapter: postgresql\n  host: <%= ENV.fetch('DB_HOST', 'localhost') %>\n")]), @"db.schema * in postgresql://$DB_HOST/development, write");
        assert_snapshot!(check_with("rails db:migrate; RAILS_ENV=production rails db:migrate", &[UNSET]), @"
        db.schema * in sql://localhost/development, write
        db.schema * in sql://*/production, write, partial
        ");
        assert_snapshot!(check("rails db:migrate; RAILS_ENV=production rails db:migrate"), @"
        db.schema * in sql://*/development, write, partial
        db.schema * in sql://*/production, write, partial
        ");
    }
}
