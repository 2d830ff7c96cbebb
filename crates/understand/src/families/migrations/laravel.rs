//! The database of a Laravel project: what `.env` sets, where `config/database.php` takes it from there.

use super::files::{assigned, is_unset, text_of};
use super::configuration;
use super::place::behind;
use crate::code::environment_files::spans_lines;
use crate::context::Context;
use crate::environment;
use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;
use crate::paths;
use crate::sql::DatabasePlace;
use crate::word::Value;

/// The database of one command; `environment` is the one that an option or a variable names.
pub(super) fn place(found: &Subcommand<'_>, environment: Option<&str>, invocation: &Invocation, context: &Context<'_>) -> DatabasePlace {
    let any = DatabasePlace::any("sql");
    // What was written down as a whole counts, and not the file of variables.
    if found.has(&["--database"]) || text_of("bootstrap/cache/config.php", context) != Ok(None) {
        return any;
    }
    let own = environment.map(|name| format!(".env.{name}"));
    let mut texts = own.iter().map(String::as_str).chain([".env"]).map(|file| (file.to_owned(), text_of(file, context)));
    let Some((file, Ok(Some(text)))) = texts.find(|(_, text)| *text != Ok(None)) else { return any };
    if spans_lines(&text) {
        return any;
    }
    let variables = Variables { file: &file, text: &text, invocation, context };
    variables.place().unwrap_or_else(|why| why.map_or(any, behind))
}

struct Variables<'a> {
    file: &'a str,
    text: &'a str,
    invocation: &'a Invocation,
    context: &'a Context<'a>,
}

/// The variable that is not known, if it is one.
type NotKnown = Option<&'static str>;

impl Variables<'_> {
    fn value(&self, name: &'static str) -> Result<Option<String>, NotKnown> {
        let value = match environment::value(self.invocation, name) {
            Some(Value::Known(text)) => Some(text),
            Some(_) => return Err(Some(name)),
            None if !is_unset(name, self.context) => return Err(Some(name)),
            None => assigned(name, self.text).map(str::to_owned),
        };
        match value {
            Some(text) if text.contains("${") => Err(Some(name)),
            value => Ok(value.filter(|text| !text.is_empty())),
        }
    }

    fn place(&self) -> Result<DatabasePlace, NotKnown> {
        let note = Some(format!("{} sets where the database is", self.file));
        if let Some(name) = self.value("APP_ENV")?.filter(|name| name.starts_with("prod") || name == "live") {
            return Ok(DatabasePlace { database: Some(name), ..DatabasePlace::any("sql") });
        }
        let connection = self.value("DB_CONNECTION")?.ok_or(None)?;
        let system = match connection.as_str() {
            "sqlite" => "sqlite",
            "mysql" | "mariadb" => "mysql",
            "pgsql" => "postgresql",
            "sqlsrv" => "mssql",
            _ => return Err(None),
        };
        self.is_usual(&connection)?;
        for name in ["DB_URL", "DATABASE_URL"] {
            if let Some(address) = self.value(name)? {
                return DatabasePlace::of_text(&address).map(|place| DatabasePlace { note, ..place }).ok_or(Some(name));
            }
        }
        let database = self.value("DB_DATABASE")?;
        if system == "sqlite" {
            let file = database.unwrap_or_else(|| "database/database.sqlite".to_owned());
            let host = if file == ":memory:" { "localhost".to_owned() } else { paths::locate(&Value::Known(file), self.context).path };
            return Ok(DatabasePlace { host, note, ..DatabasePlace::any(system) });
        }
        let host = self.value("DB_HOST")?.unwrap_or_else(|| "127.0.0.1".to_owned());
        let host = if host.contains(',') { "*".to_owned() } else { host };
        Ok(DatabasePlace { host, database, note, ..DatabasePlace::any(system) })
    }

    /// Whether the project's settings take this connection from the variables.
    fn is_usual(&self, connection: &str) -> Result<(), NotKnown> {
        let text = match text_of("config/database.php", self.context) {
            Ok(Some(text)) => text,
            // Then the framework's own settings count.
            Ok(None) => return Ok(()),
            Err(_) => return Err(None),
        };
        let has_host = connection == "sqlite" || self.value("DB_HOST")?.is_some();
        if configuration::takes_variables(&text, connection, has_host) { Ok(()) } else { Err(None) }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    const UNSET: &[&str] = &["APP_ENV", "DB_CONNECTION", "DB_HOST", "DB_URL", "DATABASE_URL", "DB_DATABASE"];
    const ARTISAN: &str = "<?php\nuse Illuminate\\Foundation\\Application;\nrequire __DIR__.'/vendor/autoload.php';\n$status = (require_once __DIR__.'/bootstrap/app.php')->handleCommand(new ArgvInput);\n";

    fn run(command: &str, files: &[(&str, &str)]) -> String {
        let mut all = vec![("/repo/artisan", ARTISAN)];
        all.extend(UNSET.iter().map(|name| ("unset", *name)));
        all.extend(files);
        check_with(command, &all)
    }

    #[test]
    fn databases_of_this_machine() {
        let sqlite = [("/repo/.env", "APP_ENV=local\nDB_CONNECTION=sqlite\n# DB_HOST=db.prod.example\n")];
        assert_snapshot!(run("php artisan migrate; php artisan migrate:fresh --seed; php artisan db:seed", &sqlite), @"
        db.schema * in sqlite:///repo/database/database.sqlite, write
        db.destroy * in sqlite:///repo/database/database.sqlite, destroy
        db.write * in sqlite:///repo/database/database.sqlite, write
        ");
        let mysql = [("/repo/.env", "DB_CONNECTION=mysql\nDB_HOST=127.0.0.1\nDB_DATABASE=shop\n")];
        assert_snapshot!(run("php artisan migrate", &mysql), @"db.schema * in mysql://127.0.0.1/shop, write");
        assert_snapshot!(run("php artisan migrate --env=testing", &[("/repo/.env", "DB_CONNECTION=mysql\nDB_HOST=db.prod.example\n"), ("/repo/.env.testing", "DB_CONNECTION=sqlite\nDB_DATABASE=:memory:\n")]), @"db.schema * in sqlite://localhost/testing, write");
    }

    #[test]
    fn others() {
        assert_snapshot!(run("php artisan migrate", &[("/repo/.env", "DB_CONNECTION=pgsql\nDB_HOST=db.prod.example\nDB_DATABASE=shop\n")]), @"db.schema * in postgresql://db.prod.example/shop, write");
        assert_snapshot!(run("php artisan migrate", &[("/repo/.env", "DB_CONNECTION=mysql\nDB_URL=mysql://u@db.prod.example/shop\n")]), @"db.schema * in mysql://db.prod.example/shop, write");
        let local = ("/repo/.env", "DB_CONNECTION=mysql\nDB_HOST=127.0.0.1\n");
        assert_snapshot!(run("DB_HOST=db.prod.example php artisan migrate", &[local]), @"db.schema * in mysql://db.prod.example, write");
        assert_snapshot!(run("php artisan migrate --database=prod", &[local]), @"db.schema * in sql://*, write, partial");
        assert_snapshot!(run("php artisan migrate", &[local, ("/repo/bootstrap/cache/config.php", "<?php return [];")]), @"db.schema * in sql://*, write, partial");
        assert_snapshot!(run("php artisan migrate", &[local, ("/repo/config/database.php", "'default' => env('DB_CONNECTION', 'sqlite'), 'mysql' => [ 'host' => 'db.prod.example', ],")]), @"db.schema * in sql://*, write, partial");
        assert_snapshot!(run("php artisan migrate", &[("/repo/.env", "APP_ENV=production\nDB_CONNECTION=mysql\nDB_HOST=localhost\n")]), @"db.schema * in sql://*/production, write, partial");
        assert_snapshot!(run("php artisan migrate", &[]), @"db.schema * in sql://*, write, partial");
    }

    #[test]
    fn what_only_looks_like_this_machine() {
        let local = ("/repo/.env", "DB_CONNECTION=mysql\nDB_HOST=127.0.0.1\n");
        let code = "<?php\nreturn ['default' => env('DB_CONNECTION'), 'connections' => ['mysql' => [\n// 'host' => env('DB_HOST', '127.0.0.1'),\n'host' => 'db.prod.example',\n]]];";
        assert_snapshot!(run("php artisan migrate:fresh", &[local, ("/repo/config/database.php", code)]), @"db.destroy * in sql://*, destroy, partial");
        let usual = "<?php\nreturn ['default' => env('DB_CONNECTION'), 'connections' => ['mysql' => [\n// 'host' => 'db.prod.example',\n'host' => env('DB_HOST', '127.0.0.1'),\n]]];";
        assert_snapshot!(run("php artisan migrate:fresh", &[local, ("/repo/config/database.php", usual)]), @"db.destroy * in mysql://127.0.0.1, destroy");
        assert_snapshot!(run("php artisan migrate:fresh", &[("/repo/.env", "DB_CONNECTION=mysql\nDB_HOST=db.prod.example\nA=\"\nDB_HOST=127.0.0.1\n\"\n")]), @"db.destroy * in sql://*, destroy, partial");
        assert_snapshot!(run("php artisan migrate:fresh", &[("/repo/.env", "A=\"b c\" # it's\nDB_CONNECTION=mysql\nDB_HOST='127.0.0.1'\n")]), @"db.destroy * in mysql://127.0.0.1, destroy");
    }

    #[test]
    fn other_commands() {
        assert_snapshot!(run("php artisan serve; php artisan make:request X; php artisan queue:work; php artisan tinker", &[]), @"
        exec.build artisan serve, execute
        exec.build artisan make:request X, execute
        exec.opaque artisan, execute, opaque
        ");
    }
}
