//! What a configuration in JavaScript, TypeScript or JSON says of a project's database: an address or a host that is
//! written out, or the variable that says where.
//!
//! Only plain ones are followed: one database, said once. What code works out is not known.

use super::files;
use super::place::{behind, variable_set};
use crate::context::Context;
use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;
use crate::paths;
use crate::sql::{DatabasePlace, system_of};
use crate::word::Value;

/// Where a tool looks for its configuration.
struct Files {
    programs: &'static [&'static str],
    /// Options that name the file.
    options: &'static [&'static str],
    usual: &'static [&'static str],
}

const FILES: &[Files] = &[
    Files { programs: &["drizzle-kit"], options: &["--config"], usual: &["drizzle.config.ts", "drizzle.config.js", "drizzle.config.json", "drizzle.config.mjs"] },
    Files { programs: &["knex"], options: &["--knexfile"], usual: &["knexfile.js", "knexfile.ts", "knexfile.mjs", "knexfile.cjs"] },
    Files { programs: &["sequelize", "sequelize-cli"], options: &["--config"], usual: &["config/config.json", "config/config.js"] },
    Files { programs: &["typeorm", "typeorm-ts-node-commonjs", "typeorm-ts-node-esm"], options: &["-d", "--dataSource", "-f"], usual: &["ormconfig.json", "ormconfig.js", "ormconfig.ts"] },
    Files { programs: &["mikro-orm"], options: &["--config"], usual: &["mikro-orm.config.ts", "src/mikro-orm.config.ts", "mikro-orm.config.js", "src/mikro-orm.config.js"] },
    Files { programs: &["prisma"], options: &["--config"], usual: &["prisma.config.ts", "prisma.config.js", "prisma.config.mjs"] },
];

/// The database of the tool's configuration, in the section for an environment where it has one. None where there is
/// no such file; any where it does not say plainly.
pub(super) fn place(found: &Subcommand<'_>, environment: Option<&str>, invocation: &Invocation, context: &Context<'_>) -> Option<DatabasePlace> {
    let files = FILES.iter().find(|files| files.programs.contains(&invocation.program.as_str()))?;
    let any = DatabasePlace::any("sql");
    let named = found.value(files.options);
    // Another file says where the configuration is.
    let is_moved = invocation.program.starts_with("sequelize") && files::text_of(".sequelizerc", context) != Ok(None);
    if is_moved || found.has(&["--cwd"]) || named.is_some_and(|value| value.known().is_none()) {
        return Some(any);
    }
    let named = named.and_then(Value::known);
    let usual = files.usual.iter().copied().filter(|_| named.is_none());
    for file in named.into_iter().chain(usual) {
        match files::text_of(file, context) {
            Ok(Some(text)) => {
                let said = said(file, &text, environment, invocation, context);
                return said.or_else(|| (invocation.program != "prisma").then_some(any));
            }
            Ok(None) => {}
            // Prisma's schema may say it as well.
            Err(_) => return (invocation.program != "prisma").then_some(any),
        }
    }
    None
}

/// Keys whose value is an address or a host, or names the variable that holds one.
const KEYS: &[&str] = &["url", "uri", "connectionString", "connection", "clientUrl", "host", "hostname", "use_env_variable", "filename"];
/// Keys whose value is the kind of the database.
const KINDS: &[&str] = &["dialect", "client", "type", "driver", "adapter"];

fn said(file: &str, text: &str, environment: Option<&str>, invocation: &Invocation, context: &Context<'_>) -> Option<DatabasePlace> {
    let is_comment = |line: &&str| !line.trim_start().starts_with("//") && !line.trim_start().starts_with('*');
    let plain: Vec<&str> = text.lines().filter(is_comment).collect();
    let whole = plain.join("\n");
    // Without a name, these take the section for development, unless a file of variables names another.
    let has_sections = ["knex", "sequelize", "sequelize-cli"].contains(&invocation.program.as_str());
    let names_none = || files::text_of(".env", context).is_ok_and(|text| text.is_none_or(|text| !text.contains("NODE_ENV")));
    let usual = || (has_sections && names_none()).then_some("development");
    let text = environment.or_else(usual).and_then(|name| section(&whole, name)).unwrap_or(&whole);
    // What other values are put in is not seen.
    if text.contains("...") || text.contains("Object.assign") || text.contains("/*") {
        return None;
    }
    let of = |keys: &'static [&'static str]| pairs(text).filter(move |(key, _)| keys.contains(key)).map(|(_, value)| value).filter(|value| !value.starts_with(['{', '[']) );
    let system = of(KINDS).find_map(|value| kind(literal(value)?)).unwrap_or("sql");
    let mut values = of(KEYS);
    let value = values.next()?;
    // Others of the same text are the same database.
    if values.any(|other| other != value) {
        return None;
    }
    let key = pairs(text).find(|(_, found)| *found == value).map_or("", |(key, _)| key);
    let mut place = match (key, literal(value), variable(value)) {
        ("use_env_variable", Some(name), _) => named(name, invocation, context),
        ("filename", Some(path), _) => {
            let host = paths::locate(&Value::Known(path.to_owned()), context).path;
            DatabasePlace { host, ..DatabasePlace::any("sqlite") }
        }
        ("host" | "hostname", Some(host), _) => DatabasePlace { host: host.to_owned(), ..DatabasePlace::any(system) },
        (_, Some(address), _) => DatabasePlace::of_text(address).filter(|_| address.contains("://"))?,
        (_, None, Some((name, otherwise))) => match otherwise {
            Some(otherwise) => match files::setting(name, environment, &whole, invocation, context) {
                Ok(value) => written(value.as_deref().unwrap_or(otherwise), system)?,
                Err(()) => behind(name),
            },
            None => named(name, invocation, context),
        },
        (_, None, None) => return None,
    };
    if place.system == "sql" {
        system.clone_into(&mut place.system);
    }
    let said = place.note.take().map_or_else(String::new, |note| format!("; {note}"));
    place.note = Some(format!("{file} says where{said}"));
    Some(place)
}

/// The place that a value says: an address, or a host.
fn written(value: &str, system: &'static str) -> Option<DatabasePlace> {
    if value.contains("://") { DatabasePlace::of_text(value) } else { Some(DatabasePlace { host: value.to_owned(), ..DatabasePlace::any(system) }) }
}

/// The kind of database that a driver of JavaScript is for.
fn kind(driver: &str) -> Option<&'static str> {
    match driver {
        "pg" | "pg-native" | "cockroachdb" => Some("postgresql"),
        "mysql2" => Some("mysql"),
        "sqlite3" | "better-sqlite3" => Some("sqlite"),
        other => system_of(other),
    }
}

/// The place that a variable names: its value, where that may be told.
fn named(name: &str, invocation: &Invocation, context: &Context<'_>) -> DatabasePlace {
    if let Some(place) = variable_set(name, invocation) {
        return place;
    }
    match context.setting(invocation, name) {
        Ok(Some(host)) if !host.contains("://") => DatabasePlace { host, ..DatabasePlace::any("sql") },
        _ => behind(name),
    }
}

/// The block of an environment: `production: { .. }`.
fn section<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let at = text.match_indices(name).map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).unwrap_or_default();
        let after = text.get(at + name.len()..).unwrap_or_default().trim_start_matches(['"', '\'']);
        !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.') && after.trim_start().starts_with(':')
    })?;
    let rest = text.get(at..)?;
    let block = rest.get(rest.find('{')?..)?;
    let mut depth = 0_usize;
    for (at, byte) in block.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return block.get(..=at);
        }
    }
    None
}

/// `key: value` with what follows up to a comma or the line's end.
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(':').filter_map(move |(at, _)| {
        let before = text.get(..at)?.trim_end().trim_end_matches(['"', '\'']);
        let start = before.rfind(|c: char| !is_name(c)).map_or(0, |place| place + 1);
        let key = before.get(start..).filter(|key| !key.is_empty())?;
        Some((key, value_of(text.get(at + 1..)?.trim_start())))
    })
}

/// A value up to the comma, the brace or the line's end after it, outside of quotes.
fn value_of(text: &str) -> &str {
    let mut quote = None;
    let mut end = text.len();
    for (at, letter) in text.char_indices().take(LONGEST) {
        match (letter, quote) {
            (_, Some(open)) if open == letter => quote = None,
            (_, Some(_)) => {}
            ('"' | '\'' | '`', None) => quote = Some(letter),
            (',' | '}' | '\n' | ';', None) => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    text.get(..end).unwrap_or(text).trim_end()
}

/// Characters of the longest value that is read.
const LONGEST: usize = 512;

/// The text of a string that is nothing else.
fn literal(value: &str) -> Option<&str> {
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'))?;
    let inner = value.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inner.contains([quote, '\\']) && !inner.contains("${")).then_some(inner)
}

/// The variable whose value it is, and what stands there where that is not set.
fn variable(value: &str) -> Option<(&str, Option<&str>)> {
    let starts = ["process.env.", "process.env[", "env(", "Bun.env.", "Deno.env.get(", "import.meta.env."];
    let rest = starts.iter().find_map(|start| value.strip_prefix(start))?.trim_start_matches(['"', '\'']);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    let after = after.trim_start_matches(['"', '\'', ']', ')', '!']).trim();
    let after = after.strip_prefix("as string").unwrap_or(after).trim();
    let otherwise = after.strip_prefix("??").or_else(|| after.strip_prefix("||")).map(str::trim);
    match otherwise {
        None if after.is_empty() && !name.is_empty() => Some((name, None)),
        Some(text) => Some((name, Some(literal(text)?))),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    #[test]
    fn variables_that_a_configuration_names() {
        let file = ("/repo/drizzle.config.ts", "import { defineConfig } from 'drizzle-kit';\nexport default defineConfig({\n  dialect: 'postgresql',\n  schema: './src/schema.ts',\n  // url: process.env.DEV_URL,\n  dbCredentials: { url: process.env.SHOP_URL! },\n});\n");
        assert_snapshot!(check_with("npx drizzle-kit push; npx drizzle-kit generate", &[file]), @"
        package.read * on npm, read
        db.schema * in postgresql://$SHOP_URL, write
        exec.build drizzle-kit generate, execute
        ");
        assert_snapshot!(check_with("SHOP_URL=postgres://db.example/shop drizzle-kit migrate", &[file]), @"db.schema * in postgresql://db.example/shop, write");
        assert_snapshot!(check_with("drizzle-kit push --config other.ts; drizzle-kit push --config $X", &[file, ("/repo/other.ts", "export default { dbCredentials: { url: make() } }")]), @"db.schema * in sql://*, write, partial");
        let host = ("/repo/drizzle.config.ts", "export default { dialect: 'mysql', dbCredentials: { host: process.env.PGHOST ?? 'localhost', database: 'x' } }");
        assert_snapshot!(check_with("drizzle-kit push", &[host, ("PGHOST", "db.example")]), @"db.schema * in mysql://db.example, write");
        assert_snapshot!(check_with("drizzle-kit push", &[host]), @"db.schema * in mysql://$PGHOST, write");
        assert_snapshot!(check_with("drizzle-kit push", &[host, ("unset", "PGHOST")]), @"db.schema * in mysql://localhost, write");
    }

    #[test]
    fn sections_of_environments() {
        let knex = ("/repo/knexfile.js", "module.exports = {\n  development: { client: 'sqlite3', connection: { filename: './dev.sqlite3' } },\n  production: {\n    client: 'pg',\n    connection: process.env.PROD_URL,\n  },\n};\n");
        assert_snapshot!(check_with("knex migrate:latest --env production; knex migrate:rollback --env development; knex migrate:latest", &[knex]), @"
        db.schema * in postgresql://$PROD_URL/production, write
        db.destroy * in sqlite:///repo/dev.sqlite3/development, destroy
        db.schema * in sqlite:///repo/dev.sqlite3, write
        ");
        let sequelize = ("/repo/config/config.json", "{\n  \"development\": {\"host\": \"127.0.0.1\", \"dialect\": \"postgres\", \"database\": \"x\"},\n  \"production\": {\"use_env_variable\": \"PROD_URL\", \"dialect\": \"postgres\"}\n}\n");
        assert_snapshot!(check_with("sequelize db:migrate --env development; NODE_ENV=production npx sequelize-cli db:migrate; sequelize db:drop", &[sequelize]), @"
        db.schema * in postgresql://127.0.0.1/development, write
        package.read * on npm, read
        db.schema * in postgresql://$PROD_URL/production, write
        db.destroy * in postgresql://127.0.0.1, destroy
        ");
        assert_snapshot!(check_with("sequelize db:migrate --env development", &[sequelize, ("/repo/.sequelizerc", "x")]), @"db.schema * in sql://*/development, write, partial");
    }

    #[test]
    fn data_sources() {
        let source = ("/repo/src/data-source.ts", "export const AppDataSource = new DataSource({\n  type: 'postgres',\n  url: process.env.SHOP_URL,\n});\n");
        assert_snapshot!(check_with("typeorm migration:run -d src/data-source.ts; typeorm migration:revert", &[source]), @"
        db.schema * in postgresql://$SHOP_URL, write
        db.destroy * in sql://*, destroy, partial
        ");
        let mikro = ("/repo/src/mikro-orm.config.ts", "export default { clientUrl: 'postgresql://db.example/shop' }");
        assert_snapshot!(check_with("mikro-orm schema:drop", &[mikro]), @"db.destroy * in postgresql://db.example/shop, destroy");
        let mixed = ("/repo/src/mikro-orm.config.ts", "export default { ...base, host: 'localhost' }");
        assert_snapshot!(check_with("mikro-orm schema:drop", &[mixed]), @"db.destroy * in sql://*, destroy, partial");
        let prisma = ("/repo/prisma.config.ts", "import { env } from 'prisma/config'\nexport default { datasource: { url: env('DIRECT_URL') } }");
        assert_snapshot!(check_with("prisma migrate deploy; prisma studio", &[prisma]), @"
        db.schema * in sql://$DIRECT_URL, write
        db.execute * in sql://$DIRECT_URL, execute, opaque
        ");
    }
}
