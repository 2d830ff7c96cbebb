//! Which database a migration tool acts on: options, variables, and configuration where that says it plainly.

mod goose;

use countersign_model::{Answer, Question};

use super::{configured, files, laravel};
use super::tools::{Finds, Tool};
use crate::Workspace as _;
use crate::context::Context;
use crate::environment;
use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;
use crate::paths;
use crate::shell::made_up::MADE_UP;
use crate::sql::DatabasePlace;
use crate::word::{Value, Word};

/// The database of one command.
pub(super) fn of(tool: &Tool, found: &Subcommand<'_>, invocation: &Invocation, context: &Context<'_>) -> DatabasePlace {
    if let Some(value) = found.value(tool.addresses) {
        return address(value, invocation);
    }
    if let Finds::Variable("GOOSE_DBSTRING") = tool.finds
        && let Some(place) = goose::place(found, invocation, context)
    {
        return place;
    }
    if let Some(place) = given_to_code(tool, found, invocation) {
        return place;
    }
    let environment = environment_of(tool, found, invocation, context);
    if tool.programs.contains(&"alembic")
        && let Some(named) = environment.as_ref().filter(|name| !matches!(name.as_str(), "dev" | "development" | "local" | "test" | "ci"))
    {
        // Which database that is, the project's own code says.
        return DatabasePlace { database: Some(named.clone()), ..DatabasePlace::any("sql") };
    }
    // A variable that the command sets counts where code takes it; which code does, the configuration says.
    let configured = configured::place(found, environment.as_deref(), invocation, context);
    let mut place = match tool.finds {
        Finds::Variable(_) | Finds::Code(_) if configured.is_some() => configured.unwrap_or_else(|| DatabasePlace::any("sql")),
        Finds::Variable(name) => variable(name, invocation, context),
        Finds::Prisma => configured.unwrap_or_else(|| prisma(found, invocation, context)),
        Finds::Rails => rails(environment.as_deref(), invocation, context),
        Finds::Laravel => laravel::place(found, environment.as_deref(), invocation, context),
        Finds::Key(file, key) => key_of(file, key, found, invocation, context),
        Finds::Code(name) => code(name, found, invocation, context),
    };
    if let Some(environment) = environment {
        let said = place.note.take().map_or_else(String::new, |note| format!("{note}; "));
        place.note = Some(format!("{said}its environment is {environment}"));
        place.database.get_or_insert(environment);
    }
    place
}

/// What `alembic -x` gives the project's own code: an address there is where it goes, and what is not known may be one.
fn given_to_code(tool: &Tool, found: &Subcommand<'_>, invocation: &Invocation) -> Option<DatabasePlace> {
    if !tool.programs.contains(&"alembic") {
        return None;
    }
    let mut given = found.options.iter().filter(|(name, _)| name.starts_with("-x")).filter_map(|(_, value)| value.as_ref());
    given.find_map(|value| {
        let text = value.text();
        let (key, rest) = text.split_once('=').unwrap_or(("", text));
        let known = value.known().and_then(|_| DatabasePlace::of_text(rest));
        match known {
            Some(place) if rest.contains("//") => Some(place),
            _ if value.is_unknown() => {
                let inner = if key.is_empty() { None } else { value.strip_prefix(&format!("{key}=")) };
                Some(address(&inner.unwrap_or_else(|| value.clone()), invocation))
            }
            _ => None,
        }
    })
}

/// An address that an option gives.
fn address(value: &Value, invocation: &Invocation) -> DatabasePlace {
    if let Some(found) = value.known().and_then(DatabasePlace::of_text) {
        return found;
    }
    // The word as it was written, to see which variable it is.
    let raw = |word: &&Word| word.value.is_unknown() && (word.value == *value || word.raw.contains('='));
    let word = invocation.words.iter().find(raw);
    let named = word.map(|word| match word.raw.split_once('=') {
        Some((_, raw)) if word.value != *value => Word { raw: raw.to_owned(), ..Word::made(value.clone()) },
        _ => word.clone(),
    });
    match named {
        Some(word) => DatabasePlace::of_word("sql", &word),
        None => DatabasePlace::any("sql"),
    }
}

/// The place that a variable set in the command names.
pub(super) fn variable_set(name: &str, invocation: &Invocation) -> Option<DatabasePlace> {
    match environment::value(invocation, name)? {
        Value::Known(text) => Some(DatabasePlace::of_text(&text).unwrap_or_else(|| DatabasePlace::any("sql"))),
        // What is made up is a part of the database's name.
        Value::Unknown { prefix, why, .. } if why == MADE_UP && !prefix.contains('?') && prefix.split_once("://").is_some_and(|(_, rest)| rest.contains('/')) => {
            Some(DatabasePlace::of_text(&format!("{prefix}*")).unwrap_or_else(|| behind(name)))
        }
        Value::Pattern(_) | Value::Unknown { .. } => Some(behind(name)),
    }
}

/// The place that a variable names whose value is not known.
pub(super) fn behind(name: &str) -> DatabasePlace {
    let note = Some(format!("{name}, or a file that sets it, says where"));
    DatabasePlace { host: format!("${name}"), note, ..DatabasePlace::any("sql") }
}

fn variable(name: &str, invocation: &Invocation, context: &Context<'_>) -> DatabasePlace {
    let set = variable_set(name, invocation).or_else(|| files::dotenv(name, invocation, context));
    set.unwrap_or_else(|| behind(name))
}

/// What code says, where that is in literals.
fn code(setting: &str, found: &Subcommand<'_>, invocation: &Invocation, context: &Context<'_>) -> DatabasePlace {
    if let Some(place) = variable_set("DATABASE_URL", invocation) {
        return place;
    }
    let django = (setting == "DJANGO_SETTINGS_MODULE" && !found.has(&["--database", "--pythonpath"])).then(|| {
        let module = match (found.value(&["--settings"]), context.setting(invocation, setting)) {
            (Some(value), _) => Some(value.known()?.to_owned()),
            (None, Ok(module)) => module,
            (None, Err(_)) => return None,
        };
        files::django(module.as_deref(), context)
    });
    django.flatten().unwrap_or_else(|| DatabasePlace::any("sql"))
}

/// The environment that an option or a variable names.
pub(super) fn environment_of(tool: &Tool, found: &Subcommand<'_>, invocation: &Invocation, context: &Context<'_>) -> Option<String> {
    if let Some(environment) = found.text(tool.environments) {
        return Some(environment);
    }
    // What the project's own code is told is by custom such a name.
    if tool.programs.contains(&"alembic") {
        let mut said = found.options.iter().filter(|(name, _)| name == "-x").filter_map(|(_, value)| value.as_ref()?.known()?.split_once('='));
        return said.find(|(key, _)| matches!(*key, "env" | "environment" | "stage" | "target")).map(|(_, value)| value.to_owned());
    }
    let assigned = |name: &str| {
        let mut words = invocation.words.iter().filter_map(Word::known);
        words.find_map(|word| word.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
    };
    let setting = |name: &str| match context.setting(invocation, name) {
        Ok(value) => value,
        Err(_) => Some(format!("${name}")),
    };
    match tool.finds {
        Finds::Rails => assigned("RAILS_ENV").or_else(|| setting("RAILS_ENV")).or_else(|| setting("RACK_ENV")).or_else(|| Some("development".to_owned())),
        Finds::Code(name) => setting(name),
        Finds::Laravel => setting("APP_ENV"),
        Finds::Variable(_) | Finds::Prisma | Finds::Key(..) => None,
    }
}

fn text_of(path: &str, context: &Context<'_>) -> Option<String> {
    let located = paths::locate(&Value::Known(path.to_owned()), context);
    located.why.is_none().then(|| context.file(&located.path).ok().flatten())?
}

/// `datasource db { provider = ".." url = env("..") }`.
fn prisma(found: &Subcommand<'_>, invocation: &Invocation, context: &Context<'_>) -> DatabasePlace {
    let file = match (found.text(&["--schema"]), files::prisma_schema(context)) {
        (Some(file), _) | (None, Ok(Some(file))) => Some(file),
        (None, Ok(None)) => None,
        // It may be anywhere.
        (None, Err(())) => Some(String::new()),
    };
    let text = match &file {
        Some(file) => text_of(file, context),
        None => text_of("prisma/schema.prisma", context).or_else(|| text_of("schema.prisma", context)),
    };
    let Some(text) = text else {
        return match file {
            None if variable_set("DATABASE_URL", invocation).is_none() && files::has_no_prisma(context) => {
                files::nowhere("prisma/schema.prisma", context)
            }
            _ => None,
        }
        // Which variable a schema that is elsewhere takes is not known.
        .unwrap_or_else(|| variable_set("DATABASE_URL", invocation).unwrap_or_else(|| behind("DATABASE_URL")));
    };
    let source = text.split("datasource").nth(1).and_then(|rest| rest.split('}').next()).unwrap_or_default();
    let of = |key: &str| {
        source.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            (name.trim() == key).then(|| value.trim().to_owned())
        })
    };
    let system = of("provider").map(|provider| provider.trim_matches('"').to_owned());
    let system = system.as_deref().and_then(crate::sql::system_of).unwrap_or("sql");
    let said = |url: String| match url.strip_prefix("env(") {
        Some(rest) => variable(rest.trim_end_matches(')').trim().trim_matches(['"', '\'']), invocation, context),
        None => DatabasePlace::of_text(url.trim_matches('"')).unwrap_or_else(|| DatabasePlace::any(system)),
    };
    let usual = || of("url").map_or_else(|| variable("DATABASE_URL", invocation, context), said);
    // Where there is an address past the pool, its commands take that.
    let mut place = match of("directUrl").map(said) {
        Some(direct) if found.name.starts_with("db execute") && direct.host != usual().host => DatabasePlace::any(system),
        Some(direct) => direct,
        None => usual(),
    };
    if place.system == "sql" {
        system.clone_into(&mut place.system);
    }
    if place.system == "sqlite" && !place.host.starts_with(['$', '*', '/']) {
        // Relative to the schema's directory.
        let directory = file.as_deref().map_or("prisma", |file| file.rsplit_once('/').map_or(".", |(directory, _)| directory));
        place.host = paths::locate(&Value::Known(format!("{directory}/{}", place.host)), context).path;
    }
    place
}

/// The section of `config/database.yml` for this environment, where it is plain.
fn rails(environment: Option<&str>, invocation: &Invocation, context: &Context<'_>) -> DatabasePlace {
    if let Some(place) = variable_set("DATABASE_URL", invocation) {
        return place;
    }
    let any = DatabasePlace::any("sql");
    let Some(environment) = environment else { return any };
    // What runs here inherits takes the place of what the file says.
    let inherited = context.workspace.ask(&Question::Variable { name: "DATABASE_URL".to_owned() });
    let text = match files::text_of("config/database.yml", context) {
        _ if inherited == Answer::Yes => return behind("DATABASE_URL"),
        Ok(Some(text)) => text,
        Ok(None) if matches!(environment, "development" | "test") => return files::nowhere("config/database.yml", context).unwrap_or(any),
        Ok(None) | Err(_) => return any,
    };
    let Some(section) = section(&text, environment) else { return any };
    let default = if section.iter().any(|line| line.starts_with("<<:")) { section_of_default(&text) } else { Vec::new() };
    let of = |key: &str| {
        let mut lines = section.iter().chain(&default);
        lines.find_map(|line| Some(plain(line.strip_prefix(key)?.strip_prefix(':')?.trim(), environment, invocation, context)))
    };
    // Several databases stand one level deeper.
    let several = section.iter().filter(|line| line.ends_with(':')).count() > 0;
    if several {
        return any;
    }
    let system = of("adapter").and_then(|adapter| crate::sql::system_of(&adapter)).unwrap_or("sql");
    if let Some(url) = of("url") {
        let place = DatabasePlace::of_text(&url).unwrap_or_else(|| DatabasePlace { host: if url.starts_with('$') { url } else { "*".to_owned() }, ..any });
        return DatabasePlace { system: if place.system == "sql" { system.to_owned() } else { place.system.clone() }, ..place };
    }
    if system == "sqlite" {
        let file = of("database").filter(|file| !file.contains(['*', '$']));
        let host = file.map_or_else(|| "*".to_owned(), |file| paths::locate(&Value::Known(file), context).path);
        return DatabasePlace { host, ..DatabasePlace::any(system) };
    }
    let named = of("host");
    let note = named.is_none().then(|| "config/database.yml names no host: it is this machine's own".to_owned());
    let host = named.unwrap_or_else(|| "localhost".to_owned());
    DatabasePlace { host, database: of("database"), note, ..DatabasePlace::any(system) }
}

fn section_of_default(text: &str) -> Vec<&str> {
    section(text, "default").unwrap_or_default()
}

/// The lines of a section, without their indentation.
fn section<'t>(text: &'t str, name: &str) -> Option<Vec<&'t str>> {
    let mut lines = text.lines();
    lines.by_ref().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(':')))?;
    Some(lines.take_while(|line| line.starts_with([' ', '\t']) || line.trim().is_empty()).map(str::trim).filter(|line| !line.is_empty()).collect())
}

/// A value of the file: itself, `$NAME` for `<%= ENV["NAME"] %>`, what stands there for one that is not set, else `*`.
fn plain(value: &str, environment: &str, invocation: &Invocation, context: &Context<'_>) -> String {
    let value = value.trim_matches(['"', '\'']);
    if !value.contains("<%") {
        return value.to_owned();
    }
    let mut texts = value.split_once("ENV").map_or("", |(_, rest)| rest).split(['"', '\'']);
    let name = texts.nth(1);
    let otherwise = texts.nth(1).filter(|_| value.contains("fetch(") || value.contains("||"));
    if let Some(name) = name
        && let Ok(set) = files::setting(name, Some(environment), "", invocation, context)
        && let Some(value) = set.as_deref().or(otherwise)
    {
        return value.to_owned();
    }
    name.map_or_else(|| "*".to_owned(), |name| format!("${name}"))
}

/// A line `key = address` of a file of settings.
fn key_of(file: &str, key: &str, found: &Subcommand<'_>, invocation: &Invocation, context: &Context<'_>) -> DatabasePlace {
    let name = key.to_ascii_uppercase().replace('.', "_");
    // Code beside `alembic.ini` commonly takes this one.
    let usual = || variable_set("DATABASE_URL", invocation).filter(|_| file == "alembic.ini");
    if let Some(place) = variable_set(&name, invocation).or_else(usual) {
        return place;
    }
    let file = found.text(&["-c", "--config", "--defaults-file"]).unwrap_or_else(|| file.to_owned());
    let text = match files::text_of(&file, context) {
        Ok(None) if file == "alembic.ini" && files::text_of("pyproject.toml", context).is_ok_and(|text| text.is_none_or(|text| !text.contains("[tool.alembic"))) => {
            return files::nowhere(&file, context).unwrap_or_else(|| DatabasePlace::any("sql"));
        }
        Ok(text) => text,
        Err(_) => None,
    };
    if let Some(place) = text.as_deref().filter(|_| key == "sqlalchemy.url").and_then(|text| files::alembic_code(text, context)) {
        return place;
    }
    let value = text.iter().flat_map(|text| text.lines()).find_map(|line| {
        let (name, value) = line.split_once(['=', ':'])?;
        (name.trim() == key).then(|| value.trim().to_owned())
    });
    match value {
        Some(value) if !value.contains(['%', '{']) && !value.contains("${") => DatabasePlace::of_text(&value).unwrap_or_else(|| DatabasePlace::any("sql")),
        Some(_) | None => DatabasePlace::any("sql"),
    }
}
