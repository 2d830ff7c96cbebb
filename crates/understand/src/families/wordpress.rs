//! `wp`: the command line of WordPress, for a site here or, by `--ssh` and aliases, on another machine.

use countersign_model::{Certainty, Effect, Resource, Verb, verbs};

use super::subcommands::{Subcommand, Table, read, rule};
use super::{Family, dispatch, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::sql::{DatabasePlace, client};
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &["wp", "wp-cli", "wp-cli.phar"],
    about: "What is read and changed of a site, its database and its files; code that is given is understood as PHP. A site \
        on another machine, by `--ssh` or an alias, is that machine's.",
    examples: &[
        "wp plugin list",
        "wp db reset --yes",
        "wp db export backup.sql",
        "wp db query 'DELETE FROM wp_posts'",
        "wp search-replace old.example new.example --dry-run",
        "wp search-replace old.example new.example",
        "wp site empty --yes",
        "wp eval 'echo 1;'",
        "wp --ssh=me@prod.example plugin update --all",
        "wp @production plugin list",
        "wp config get DB_PASSWORD",
        "wp --info",
    ],
    effects,
};

/// Plugins, themes and the program's own files.
const INSTALLS: Verb = verbs::EXEC_INSTALL;

const TABLE: Table<'_> = Table {
    values: &[],
    rules: &[
        rule("help|cli|comment|cron|embed|eval-file|eval|shell|server|maintenance-mode|core|plugin|theme|post|user|option|db|site|term|menu|media|role|cap|rewrite|cache|transient|widget|sidebar|language|package|config|scaffold|i18n|dist-archive|export|import|profile|doctor|super-admin|network|taxonomy|post-type|search-replace|block|font|wc", verbs::EXEC_OPAQUE),
        rule("help", verbs::EXEC_READ),
        rule("cli info|version|check-update|cmd-dump|param-dump|has-command|completions|alias|cache", verbs::EXEC_READ),
        rule("cli update", INSTALLS),
        rule("core version|check-update|verify-checksums|is-installed", verbs::EXEC_READ),
        rule("core install|multisite-install|multisite-convert|update-db", verbs::DB_SCHEMA),
        rule("core update|download", INSTALLS),
        rule("plugin|theme list|get|status|is-active|is-installed|path|search|verify-checksums|mod", verbs::EXEC_READ),
        rule("plugin|theme install|update|auto-updates|activate|deactivate|toggle|enable|disable", INSTALLS),
        rule("plugin|theme delete|uninstall", verbs::FS_DELETE),
        rule("language|package|maintenance-mode * list|is-installed|status|is-active|path|browse", verbs::EXEC_READ),
        rule("language|package|maintenance-mode list|status|is-active|path|browse", verbs::EXEC_READ),
        rule("language|package|maintenance-mode", INSTALLS),
        rule("config path|has|is-true", verbs::EXEC_READ),
        rule("config get|list", verbs::SECRET_READ),
        rule("config set|create|delete|edit|shuffle-salts", verbs::SECRET_WRITE),
        rule("db check|size|tables|prefix|columns", verbs::DB_READ),
        rule("db search", verbs::DB_READ),
        rule("db export|dump", verbs::DB_EXPORT),
        rule("db reset|drop|clean", verbs::DB_DESTROY),
        rule("db create", verbs::DB_SCHEMA),
        rule("db optimize|repair", verbs::DB_WRITE),
        rule("db query|cli|connect|import", verbs::DB_EXECUTE),
        rule("site empty|delete|archive|deactivate|spam", verbs::DB_DESTROY),
        rule("search-replace", verbs::DB_WRITE),
        rule("post|user|comment|option|term|menu|site|role|cap|cron|taxonomy|post-type|transient|widget|sidebar|media|network|rewrite|cache|super-admin|block|font list|get|exists|count|status|pluck|search|type|image-size|structure|is-installed|supports|has", verbs::DB_READ),
        rule("post|user|comment|menu|cron|site|network|term|option|font * list|get|pluck", verbs::DB_READ),
        rule("post|user|comment|option|term|menu|site|role|cron|transient|widget|network|cache|font delete|trash|remove|reset|flush|empty|flush-group|unschedule", verbs::DB_DESTROY),
        rule("post|user|comment|menu|option|term|network|site * delete|remove", verbs::DB_DESTROY),
        rule("user create|update|set-role|add-role|remove-role|add-cap|remove-cap|reset-password|import-csv|application-password|signup|spam|generate|session", verbs::DB_PRIVILEGE),
        rule("role|cap|super-admin create|add|remove|reset|delete", verbs::DB_PRIVILEGE),
        rule("post|comment|option|term|menu|site|transient|widget|media|network|rewrite|cache|taxonomy create|update|set|add|patch|generate|recount|import|regenerate|approve|unapprove|spam|flush|replace|add-item|meta|location|item|move|switch-language|activate|restore|migrate|incr|decr|fix-orientation", verbs::DB_WRITE),
        rule("cron event|schedule", verbs::DB_READ),
        rule("export", verbs::DB_EXPORT),
        rule("import", verbs::DB_WRITE),
        rule("scaffold|i18n|dist-archive|profile|doctor", verbs::EXEC_BUILD),
        rule("server", verbs::NET_LISTEN),
    ],
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let found = read(invocation, &TABLE);
    if found.is_help || found.operands.is_empty() && found.verb.is_none() || found.has(&["--info"]) {
        context.program(verbs::EXEC_READ, "wp");
        return;
    }
    // `wp @alias plugin list`
    let alias = invocation.words.iter().position(|word| word.text().starts_with('@'));
    let away = match found.value(&["--ssh"]) {
        Some(value) => Some(value.known().map_or_else(|| "*".to_owned(), host_of)),
        None if found.has(&["--http"]) => Some("*".to_owned()),
        None => {
            let name = alias.and_then(|at| invocation.known(at));
            match (alias, name) {
                (None, _) => configured("ssh", context),
                (Some(_), Some(name)) => aliased(name, context),
                (Some(_), None) => Some("*".to_owned()),
            }
        }
    };
    let mut own = invocation.clone();
    if let Some(at) = alias.filter(|at| *at < 3) {
        own.words.remove(at);
        own.contiguous = false;
    }
    match away {
        Some(host) => {
            let place = Resource::Host { host: host.clone(), url: None };
            let reached = Effect::new(verbs::NET_READ, place.clone());
            context.push(if host == "*" { reached.certain(Certainty::Partial, "which machine the site is on is not known") } else { reached });
            let before = Some(host);
            context.elsewhere(place, |context| site(&own, before.as_deref(), context));
        }
        None => site(&own, None, context),
    }
}

/// What a command does to a site.
fn site(invocation: &Invocation, host: Option<&str>, context: &mut Context<'_>) {
    let found = read(invocation, &TABLE);
    if found.has(&["--exec", "--require"]) || host.is_none() && configured("require", context).is_some() {
        opaque(invocation, "it runs code of PHP before the command", context);
    }
    let place = database(&found, host, context);
    let dry = found.has(&["--dry-run"]);
    let object = found.name.split(' ').next().unwrap_or("*").to_owned();
    let on = |verb: Verb, context: &mut Context<'_>| context.push(place.effect(verb, &object));
    let Some(verb) = found.verb.clone() else {
        return opaque(invocation, "the subcommand is not known", context);
    };
    match (found.name.as_str(), verb.as_str()) {
        ("eval", _) => php("-r", found.operands.first().copied(), invocation, context),
        ("eval-file", _) => php("-f", found.operands.first().copied(), invocation, context),
        ("shell", _) => super::hidden(invocation, "it runs text that is not known", context),
        ("db query" | "db cli" | "db connect", _) => match found.operands.first() {
            Some(word) if found.name == "db query" => client::run_word(word, &place, context),
            _ => super::databases::run_stdin(invocation, &place, context),
        },
        ("db import", _) => match found.operands.first().filter(|word| word.text() != "-") {
            Some(word) => client::run_file(&word.value, &place, context),
            None => super::databases::run_stdin(invocation, &place, context),
        },
        ("db export" | "db dump" | "export", _) => {
            context.push(place.effect(verbs::DB_EXPORT, "*"));
            if let Some(word) = found.operands.first().filter(|word| word.text() != "-" && found.name != "export") {
                context.write(word);
            }
        }
        ("search-replace", _) => on(if dry { verbs::DB_READ } else { verbs::DB_WRITE }, context),
        (_, "secret.read") => {
            let name = found.operand(0).filter(|_| found.name == "config get").unwrap_or_else(|| "*".to_owned());
            // The others say where things are.
            if name != "*" && !super::is_secret_name(&name.to_ascii_uppercase()) && !name.ends_with("_KEY") && !name.ends_with("_SALT") {
                return context.program(verbs::EXEC_READ, "wp config");
            }
            context.push(Effect::new(verbs::SECRET_READ, Resource::Secret { store: "wp-config".to_owned(), name }));
        }
        (_, "secret.write") => {
            context.push(Effect::new(verbs::SECRET_WRITE, Resource::Secret { store: "wp-config".to_owned(), name: found.operand(0).unwrap_or_else(|| "*".to_owned()) }));
        }
        (_, "fs.delete") => {
            let name = found.operand(0).unwrap_or_else(|| "*".to_owned());
            let directory = paths::locate(&Value::Known(format!("wp-content/{object}s/{name}")), context);
            let resource = Resource::Path { path: directory.path, zone: directory.zone, class: directory.class };
            context.push(Effect::new(verbs::FS_DELETE, resource));
        }
        (_, "net.listen") => context.push(Effect::new(verbs::NET_LISTEN, Resource::Host { host: "localhost".to_owned(), url: None })),
        (_, "exec.opaque") => opaque(invocation, "what the subcommand does is not known", context),
        (_, _) if dry => context.program(verbs::EXEC_READ, "wp"),
        (_, _) if verb.area() == "db" => on(verb, context),
        _ => context.program(verb, &format!("wp {}", found.name)),
    }
}

fn php(option: &str, word: Option<&Word>, invocation: &Invocation, context: &mut Context<'_>) {
    let Some(word) = word else {
        return super::hidden(invocation, "it runs code that is not known", context);
    };
    let words = vec![Word::known_as(option), word.clone()];
    dispatch(Invocation { program: String::new(), first: Word::known_as("php"), words, contiguous: false, ..invocation.clone() }, context);
}

/// `me@host:22/path` without what is not the machine's name.
fn host_of(text: &str) -> String {
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = text.split(['/', ':', '~']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or(host);
    if host.is_empty() { "*".to_owned() } else { host.to_owned() }
}

fn settings(context: &Context<'_>) -> Option<String> {
    let directory = context.state.shell.directory.as_ref().ok()?;
    ["wp-cli.local.yml", "wp-cli.yml"].iter().find_map(|name| context.file(&paths::normal(directory, name)).ok().flatten())
}

/// What the project's settings say for every command.
fn configured(key: &str, context: &Context<'_>) -> Option<String> {
    let text = settings(context)?;
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':').map(str::trim).map(str::to_owned))?;
    Some(if key == "ssh" { host_of(line.trim_matches(['"', '\''])) } else { line })
}

/// The machine behind an alias; none where it is a site of this one.
fn aliased(name: &str, context: &Context<'_>) -> Option<String> {
    let Some(text) = settings(context) else { return Some("*".to_owned()) };
    let mut lines = text.lines();
    let is_it = |line: &str| line.trim_end().trim_end_matches(':').trim_matches(['"', '\'']) == name;
    if lines.by_ref().find(|line| is_it(line)).is_none() {
        return Some("*".to_owned());
    }
    let inner: Vec<&str> = lines.take_while(|line| line.starts_with([' ', '\t', '-'])).map(str::trim).collect();
    // A list of other aliases.
    if inner.iter().any(|line| line.starts_with('-')) || inner.is_empty() {
        return Some("*".to_owned());
    }
    let address = inner.iter().find_map(|line| line.strip_prefix("ssh:"));
    address.map(|address| host_of(address.trim().trim_matches(['"', '\''])))
}

/// The database that the site's own configuration names.
fn database(found: &Subcommand<'_>, host: Option<&str>, context: &Context<'_>) -> DatabasePlace {
    let any = DatabasePlace::any("mysql");
    if let Some(host) = host {
        // Which one it is, that machine's files say.
        return DatabasePlace { host: host.to_owned(), ..any };
    }
    let below = found.text(&["--path"]).unwrap_or_else(|| ".".to_owned());
    let file = |name: &str| {
        let located = paths::locate(&Value::Known(format!("{below}/{name}")), context);
        located.why.is_none().then(|| context.file(&located.path).ok().flatten()).flatten()
    };
    let Some(text) = file("wp-config.php").or_else(|| file("../wp-config.php")) else { return any };
    let of = |key: &str| {
        text.lines().map(str::trim).filter(|line| line.starts_with("define")).find_map(|line| {
            let mut parts = line.split(['\'', '"']);
            (parts.nth(1)? == key).then(|| parts.nth(1).filter(|_| !line.contains("getenv") && !line.contains("$_")).map(str::to_owned))
        })
    };
    match of("DB_HOST") {
        Some(Some(host)) => {
            let name = host.split(':').next().unwrap_or(&host).to_owned();
            DatabasePlace { host: name, database: of("DB_NAME").flatten(), ..any }
        }
        Some(None) | None => any,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    const CONFIG: (&str, &str) = ("/repo/wp-config.php", "<?php\ndefine( 'DB_NAME', 'shop' );\ndefine( 'DB_HOST', 'localhost:3306' );\n");
    const SETTINGS: (&str, &str) = ("/repo/wp-cli.yml", "path: public\n@production:\n  ssh: me@prod.example/srv/www\n@local:\n  path: public\n@all:\n  - @production\n  - @local\n");

    #[test]
    fn looks() {
        for command in ["wp plugin list", "wp --info", "wp core version", "wp theme status", "wp help post", "wp config get table_prefix", "wp cli version", "wp plugin update --all --dry-run"] {
            assert!(check_with(command, &[CONFIG]).starts_with("exec.read"), "{command}: {}", check(command));
        }
        assert_snapshot!(check_with("wp post list; wp option get siteurl; wp db size; wp search-replace a b --dry-run", &[CONFIG]), @"
        db.read post in mysql://localhost/shop, read
        db.read option in mysql://localhost/shop, read
        db.read db in mysql://localhost/shop, read
        db.read search-replace in mysql://localhost/shop, read
        ");
    }

    #[test]
    fn changes() {
        assert_snapshot!(check_with("wp db reset --yes; wp site empty --yes; wp search-replace a b; wp post delete 1; wp user create bob b@example.com --role=administrator; wp option update x y", &[CONFIG]), @"
        db.destroy db in mysql://localhost/shop, destroy
        db.destroy site in mysql://localhost/shop, destroy
        db.write search-replace in mysql://localhost/shop, write
        db.destroy post in mysql://localhost/shop, destroy
        db.privilege user in mysql://localhost/shop, write
        db.write option in mysql://localhost/shop, write
        ");
        assert_snapshot!(check_with("wp db query 'DELETE FROM wp_posts'; wp db export out.sql; wp db import in.sql", &[CONFIG, ("/repo/in.sql", "DROP TABLE wp_posts;")]), @"
        db.destroy wp_posts in mysql://localhost/shop, destroy
        db.export * in mysql://localhost/shop, read
        fs.write /repo/out.sql, write
        fs.read /repo/in.sql, read
        ");
        assert_snapshot!(check_with("wp plugin install akismet --activate; wp plugin delete akismet; wp core update; wp config get DB_PASSWORD; wp config list; wp db drop --yes", &[]), @"
        exec.install wp plugin install, execute
        fs.delete /repo/wp-content/plugins/akismet, destroy
        exec.install wp core update, execute
        secret.read wp-config:DB_PASSWORD, read
        secret.read wp-config:*, read
        db.destroy db in mysql://*, destroy, partial
        ");
    }

    #[test]
    fn code() {
        assert_snapshot!(check_with("wp eval 'system(\"git push origin main\");'; wp eval 'echo 1;'; wp shell; wp eval-file x.php; wp frob; wp --exec='echo 1;' plugin list", &[CONFIG, ("/repo/x.php", "<?php echo 1;")]), @"
        git.push main@origin, write
        exec.read php, read
        exec.hidden wp, execute, opaque
        fs.read /repo/x.php, read
        exec.opaque wp, execute, opaque
        exec.read wp plugin list, read
        ");
    }

    #[test]
    fn sites_elsewhere() {
        assert_snapshot!(check_with("wp --ssh=me@prod.example:22/srv plugin update --all; wp @production db reset --yes; wp @production plugin list; wp @local plugin list; wp @all plugin list; wp @other cache flush", &[CONFIG, SETTINGS]), @"
        net.read prod.example, read
        exec.install prod.example, execute
        db.destroy db in mysql://prod.example, destroy
        exec.read prod.example, read
        exec.read wp plugin list, read
        net.read *, read, partial
        exec.read *, read
        db.write cache in mysql://*, write, partial
        ");
    }
}
