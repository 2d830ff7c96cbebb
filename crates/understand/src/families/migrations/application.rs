//! Code of the application that runs with its database: `rails runner`, `rails console`, `artisan tinker`; and what
//! `artisan config:show` prints of its settings.

use countersign_model::{Certainty, Effect, Resource, verbs};

use crate::context::Context;
use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;
use crate::sql::DatabasePlace;

/// Adds that code which nobody can see into is told of a database elsewhere, or of one in production.
pub(super) fn told(at: &DatabasePlace, environment: Option<&str>, invocation: &Invocation, context: &mut Context<'_>) {
    let runs = match invocation.program.as_str() {
        "rails" => matches!(invocation.known(0), Some("runner" | "r" | "console" | "c")),
        "artisan" => invocation.words.iter().any(|word| word.known() == Some("tinker")),
        _ => false,
    };
    let is_usual = |name: &str| matches!(name, "development" | "dev" | "local" | "test" | "testing" | "ci");
    let is_production = |name: &str| name.starts_with("prod") || name == "live";
    let is_elsewhere = !at.host.starts_with(['*', '$']) && !at.is_of_this_machine();
    let is_named = environment.is_some_and(|name| !is_usual(name)) || at.database.as_deref().is_some_and(is_production);
    if runs && (is_elsewhere || is_named) {
        context.push(at.effect(verbs::DB_EXECUTE, "*").certain(Certainty::Opaque, "what the application's code does there is not known"));
    }
}

/// Settings of Laravel that hold no secret.
const PLAIN: &[&str] = &["auth", "concurrency", "cors", "hashing", "session", "view"];
/// The same of single settings, by their last name.
const HARMLESS: &[&str] = &["charset", "debug", "default", "driver", "env", "host", "locale", "name", "port", "prefix", "timezone"];

/// Adds that `artisan config:show` prints settings with secrets among them; false where it does not.
pub(super) fn shows(found: &Subcommand<'_>, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    if invocation.program != "artisan" || found.name.split(' ').next() != Some("config:show") {
        return false;
    }
    let operand = found.operands.iter().map(|word| word.known()).next_back();
    let named = operand.or_else(|| found.name.split_once(' ').map(|(_, name)| Some(name)));
    let Some(named) = named else { return false };
    let name = named.unwrap_or("*");
    let last = name.rsplit_once('.').map(|(_, last)| last);
    if PLAIN.contains(&name.split('.').next().unwrap_or(name)) || last.is_some_and(|last| HARMLESS.contains(&last)) {
        return false;
    }
    let resource = Resource::Secret { store: "laravel settings".to_owned(), name: name.to_owned() };
    context.push(Effect::new(verbs::SECRET_READ, resource).because("it prints these settings with the passwords and keys among them"));
    true
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    const ARTISAN: (&str, &str) = ("/repo/artisan", "<?php\nuse Illuminate\\Foundation\\Application;\n$status = (require_once __DIR__.'/bootstrap/app.php')->handleCommand(new ArgvInput);\n");

    fn rails(command: &str) -> String {
        check_with(command, &[("unset", "DATABASE_URL")])
    }

    fn artisan(command: &str, variables: &str) -> String {
        let unset = ["APP_ENV", "DB_CONNECTION", "DB_HOST", "DB_URL", "DATABASE_URL", "DB_DATABASE"].map(|name| ("unset", name));
        let mut files = vec![ARTISAN, ("/repo/.env", variables)];
        files.extend(unset);
        check_with(command, &files)
    }

    #[test]
    fn code_of_the_application() {
        assert_snapshot!(rails("RAILS_ENV=production rails runner 'User.delete_all'"), @"
        db.execute * in sql://*/production, execute, opaque
        exec.opaque rails, execute, opaque
        ");
        assert_snapshot!(rails("RAILS_ENV=production rails console; rails c -e production; bundle exec rails r -e production x.rb"), @"
        db.execute * in sql://*/production, execute, opaque
        exec.opaque rails, execute, opaque
        ");
        assert_snapshot!(rails("rails dbconsole -e production"), @"db.execute * in sql://*/production, execute, opaque");
        assert_snapshot!(artisan("php artisan tinker --execute 'DB::table(1)->delete()'", "DB_CONNECTION=mysql\nDB_HOST=db.prod.example\n"), @"
        db.execute * in mysql://db.prod.example, execute, opaque
        exec.opaque artisan, execute, opaque
        ");
        assert_snapshot!(artisan("php artisan tinker", "APP_ENV=production\nDB_CONNECTION=mysql\nDB_HOST=localhost\n"), @"
        db.execute * in sql://*/production, execute, opaque
        exec.opaque artisan, execute, opaque
        ");
    }

    #[test]
    fn near_misses() {
        assert_snapshot!(rails("rails runner 'User.count'; rails console; RAILS_ENV=test rails runner x.rb; RAILS_ENV=production rails routes"), @"
        exec.opaque rails, execute, opaque
        exec.read rails routes, read
        ");
        assert_snapshot!(artisan("php artisan tinker --execute 'User::count()'", "APP_ENV=local\nDB_CONNECTION=mysql\nDB_HOST=127.0.0.1\n"), @"exec.opaque artisan, execute, opaque");
    }

    #[test]
    fn settings_that_are_shown() {
        assert_snapshot!(artisan("php artisan config:show database", ""), @"secret.read laravel settings:database, read");
        assert_snapshot!(artisan("php artisan config:show app.key; php artisan config:show database.connections.mysql; php artisan config:show $X", ""), @"
        secret.read laravel settings:app.key, read
        secret.read laravel settings:database.connections.mysql, read
        secret.read laravel settings:*, read
        ");
        assert_snapshot!(artisan("php artisan config:show app.name; php artisan config:show session; php artisan config:show database.default; php artisan about", ""), @"
        exec.read artisan config:show app.name, read
        exec.read artisan config:show session, read
        exec.read artisan config:show database.default, read
        exec.read artisan about, read
        ");
    }
}
