//! The tools and what their subcommands do.

use countersign_model::verbs::{
    DB_DESTROY as GONE, DB_EXECUTE as RUNS, DB_READ as READ, DB_SCHEMA as SCHEMA, DB_WRITE as WRITE, EXEC_BUILD as MAKES, EXEC_OPAQUE as OPAQUE,
    EXEC_READ as TELLS, EXEC_TEST as TESTS,
};

use crate::families::subcommands::{Rule, Table, rule};

/// Where a tool finds its database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finds {
    /// In the variable of this name, or in a file that sets it.
    Variable(&'static str),
    /// In `schema.prisma`.
    Prisma,
    /// In `config/database.yml`, for the environment that this variable names.
    Rails,
    /// In what `.env` sets, for the environment that `APP_ENV` names.
    Laravel,
    /// In a file with a line `key = address`.
    Key(&'static str, &'static str),
    /// In code, for the environment that this variable names.
    Code(&'static str),
}

/// A tool.
pub(super) struct Tool {
    pub programs: &'static [&'static str],
    pub table: Table<'static>,
    /// Options that hold the database's address.
    pub addresses: &'static [&'static str],
    /// Options that name an environment of the tool's configuration.
    pub environments: &'static [&'static str],
    pub finds: Finds,
    /// Whether its operands are tasks, one by one.
    pub tasks: bool,
    /// Whether what it does not know is a command of the project's own.
    pub is_project: bool,
    /// Whether it does something without any subcommand.
    pub alone: bool,
}

const PLAIN: Tool = Tool {
    programs: &[],
    table: Table { values: &[], rules: &[] },
    addresses: &[],
    environments: &[],
    finds: Finds::Variable("DATABASE_URL"),
    tasks: false,
    is_project: false,
    alone: false,
};

/// All their names.
pub(super) const PROGRAMS: &[&str] = &[
    "alembic", "flask-migrate", "flyway", "liquibase", "prisma", "rails", "rake", "manage.py", "django-admin", "knex", "sequelize", "sequelize-cli", "typeorm", "typeorm-ts-node-commonjs", "typeorm-ts-node-esm", "drizzle-kit", "goose", "dbmate", "migrate", "atlas", "sqlx",
    "diesel", "mix", "dbt", "artisan", "db-migrate", "node-pg-migrate", "mikro-orm", "dotnet-ef", "sqitch", "supabase",
];

/// The tool that has this program.
pub(super) fn find(program: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| tool.programs.contains(&program))
}

const RAILS: &[Rule<'static>] = &[
    rule("db:migrate", SCHEMA), rule("db:migrate:down", GONE), rule("db:migrate:redo", GONE), rule("db:migrate:reset", GONE), rule("db:migrate:status", READ), rule("db:rollback", GONE), rule("db:forward", SCHEMA),
    rule("db:create", SCHEMA), rule("db:drop", GONE), rule("db:reset", GONE), rule("db:setup", GONE), rule("db:prepare", SCHEMA), rule("db:seed", WRITE), rule("db:seed:replant", GONE), rule("db:purge", GONE), rule("db:truncate_all", GONE), rule("db:version", READ),
    rule("db:schema:load", GONE), rule("db:structure:load", GONE), rule("db:schema:dump", READ), rule("db:structure:dump", READ), rule("db:schema:cache", READ), rule("db:fixtures:load", GONE), rule("db:environment:set", WRITE), rule("db:test:prepare", SCHEMA), rule("db:abort_if_pending_migrations", READ), rule("db:charset", READ), rule("db:collation", READ), rule("db:encryption:init", TELLS),
    rule("db:console", RUNS), rule("dbconsole", RUNS),
];

const ALEMBIC: Table<'static> = Table {
    values: &["-c", "--config", "-n", "--name", "-x", "-m", "--message", "--rev-id", "--tag"],
    rules: &[
        rule("upgrade", SCHEMA), rule("downgrade", GONE), rule("stamp", SCHEMA), rule("current", READ), rule("check", READ), rule("history", TELLS), rule("heads", TELLS), rule("branches", TELLS), rule("show", TELLS), rule("list_templates", TELLS),
        rule("revision", MAKES), rule("merge", MAKES), rule("init", MAKES), rule("edit", MAKES), rule("ensure_version", SCHEMA),
    ],
};

const TOOLS: &[Tool] = &[
    // Flask's own: the application's code says which database.
    Tool { programs: &["flask-migrate"], table: ALEMBIC, finds: Finds::Code("FLASK_ENV"), ..PLAIN },
    Tool {
        programs: &["alembic"],
        table: ALEMBIC,
        finds: Finds::Key("alembic.ini", "sqlalchemy.url"),
        ..PLAIN
    },
    Tool {
        programs: &["flyway"],
        table: Table {
            values: &[],
            rules: &[rule("migrate", SCHEMA), rule("clean", GONE), rule("repair", SCHEMA), rule("undo", GONE), rule("baseline", SCHEMA), rule("info", READ), rule("validate", READ), rule("check", READ), rule("snapshot", READ), rule("diff", READ), rule("prepare", READ), rule("deploy", SCHEMA), rule("version", TELLS), rule("help", TELLS)],
        },
        addresses: &["-url"],
        environments: &["-environment"],
        finds: Finds::Key("flyway.conf", "flyway.url"),
        ..PLAIN
    },
    Tool {
        programs: &["liquibase"],
        table: Table {
            values: &["--url", "--changelog-file", "--changeLogFile", "--username", "--password", "--defaults-file", "--tag", "--count", "--classpath"],
            rules: &[
                rule("update|updateCount|update-count|updateToTag|update-to-tag|update-testing-rollback", SCHEMA), rule("update-sql|updateSQL|update-count-sql|update-to-tag-sql|rollback-sql|rollback-count-sql|future-rollback-sql", READ), rule("rollback|rollbackCount|rollback-count|rollbackToDate|rollback-to-date|rollback-one-changeset|rollback-one-update", GONE), rule("dropAll|drop-all", GONE),
                rule("status|history|diff|validate|snapshot|db-doc|list-locks|listLocks|generateChangeLog|generate-changelog|diff-changelog", READ), rule("changelogSync|changelog-sync|tag|clearCheckSums|clear-checksums|releaseLocks|release-locks|mark-next-changeset-ran", SCHEMA), rule("execute-sql|executeSql", RUNS),
            ],
        },
        addresses: &["--url"],
        finds: Finds::Key("liquibase.properties", "url"),
        ..PLAIN
    },
    Tool {
        programs: &["prisma"],
        table: Table {
            values: &["--schema", "--config", "--name", "-n", "--file", "--url", "--applied", "--rolled-back", "--from-url", "--to-url", "--generator", "--datasource-provider"],
            rules: &[
                rule("migrate deploy", SCHEMA), rule("migrate dev", SCHEMA), rule("migrate reset", GONE), rule("migrate status", READ), rule("migrate resolve", SCHEMA), rule("migrate diff", READ), rule("db push", SCHEMA), rule("db pull", READ), rule("db execute", RUNS), rule("db seed", WRITE),
                rule("generate|format|init", MAKES), rule("validate|version|help", TELLS), rule("studio", RUNS),
            ],
        },
        addresses: &["--url"],
        finds: Finds::Prisma,
        ..PLAIN
    },
    Tool { programs: &["rails"], table: Table { values: &["-e", "--environment"], rules: RAILS }, environments: &["-e", "--environment"], finds: Finds::Rails, tasks: true, is_project: true, ..PLAIN },
    Tool { programs: &["rake"], table: Table { values: &["-f", "--rakefile", "-C", "-j", "-e", "--execute", "-E", "--execute-continue", "-p", "--execute-print"], rules: RAILS }, finds: Finds::Rails, tasks: true, is_project: true, alone: true, ..PLAIN },
    Tool {
        programs: &["manage.py", "django-admin"],
        table: Table {
            values: &["--settings", "--database", "--pythonpath", "-v", "--verbosity", "--app", "--format", "--output", "-o"],
            rules: &[
                rule("migrate", SCHEMA), rule("flush", GONE), rule("reset_db", GONE), rule("sqlflush|sqlmigrate|sqlsequencereset|sqlall|showmigrations|inspectdb|dumpdata", READ), rule("loaddata", WRITE), rule("dbshell", RUNS), rule("makemigrations|squashmigrations|optimizemigration|startapp|startproject|collectstatic|compilemessages|makemessages", MAKES),
                rule("check|version|help|diffsettings|show_urls|findstatic", TELLS), rule("test", TESTS), rule("runserver|shell|shell_plus|runscript", OPAQUE), rule("createsuperuser|changepassword", countersign_model::verbs::DB_PRIVILEGE), rule("createcachetable", SCHEMA), rule("clearsessions|remove_stale_contenttypes", GONE),
            ],
        },
        environments: &["--settings"],
        finds: Finds::Code("DJANGO_SETTINGS_MODULE"),
        is_project: true,
        ..PLAIN
    },
    Tool {
        programs: &["knex"],
        table: Table {
            values: &["--env", "--knexfile", "--cwd", "--connection", "--client", "--migrations-directory", "--specific", "-x"],
            rules: &[rule("migrate:latest|migrate:up", SCHEMA), rule("migrate:rollback|migrate:down", GONE), rule("migrate:list|migrate:status|migrate:currentVersion", READ), rule("migrate:unlock", WRITE), rule("migrate:make|seed:make|init", MAKES), rule("seed:run", WRITE)],
        },
        addresses: &["--connection"],
        environments: &["--env"],
        finds: Finds::Code("NODE_ENV"),
        ..PLAIN
    },
    Tool {
        programs: &["sequelize", "sequelize-cli"],
        table: Table {
            values: &["--env", "--config", "--url", "--name", "--to", "--from", "--seed", "--migrations-path", "--models-path", "--options-path"],
            rules: &[rule("db:migrate", SCHEMA), rule("db:migrate:undo|db:migrate:undo:all", GONE), rule("db:migrate:status", READ), rule("db:migrate:schema:timestamps:add", SCHEMA), rule("db:create", SCHEMA), rule("db:drop", GONE), rule("db:seed|db:seed:all", WRITE), rule("db:seed:undo|db:seed:undo:all", GONE), rule("init|init:config|init:models|init:migrations|init:seeders|migration:generate|migration:create|model:generate|model:create|seed:generate|seed:create", MAKES)],
        },
        addresses: &["--url"],
        environments: &["--env"],
        finds: Finds::Code("NODE_ENV"),
        ..PLAIN
    },
    Tool {
        programs: &["typeorm", "typeorm-ts-node-commonjs", "typeorm-ts-node-esm"],
        table: Table {
            values: &["-d", "--dataSource", "-f", "-c", "--connection", "-n", "-t"],
            rules: &[rule("migration:run", SCHEMA), rule("migration:revert", GONE), rule("migration:show", READ), rule("migration:create", MAKES), rule("migration:generate", READ), rule("schema:sync", SCHEMA), rule("schema:drop", GONE), rule("schema:log", READ), rule("query", RUNS), rule("cache:clear", WRITE), rule("version|init|entity:create|subscriber:create", MAKES)],
        },
        finds: Finds::Code("NODE_ENV"),
        ..PLAIN
    },
    Tool {
        programs: &["drizzle-kit"],
        table: Table { values: &["--config", "--url", "--dialect", "--schema", "--out", "--name"], rules: &[rule("push|push:pg|push:mysql|push:sqlite", SCHEMA), rule("migrate", SCHEMA), rule("generate|generate:pg|generate:mysql|generate:sqlite|up", MAKES), rule("pull|introspect|introspect:pg", READ), rule("check", TELLS), rule("drop", MAKES), rule("studio", RUNS)] },
        addresses: &["--url"],
        ..PLAIN
    },
    Tool {
        programs: &["goose"],
        table: Table {
            values: &["-dir", "-table", "-timeout", "-env"],
            rules: &[
                rule("up|up-by-one|up-to", SCHEMA), rule("down|down-to|redo|reset", GONE), rule("status|version", READ), rule("create|fix|validate", MAKES),
                rule("* * up|up-by-one|up-to", SCHEMA), rule("* * down|down-to|redo|reset", GONE), rule("* * status|version", READ), rule("* * create|fix|validate", MAKES),
            ],
        },
        finds: Finds::Variable("GOOSE_DBSTRING"),
        ..PLAIN
    },
    Tool {
        programs: &["dbmate"],
        table: Table { values: &["-u", "--url", "-e", "--env", "-d", "--migrations-dir", "-s", "--schema-file", "--env-file"], rules: &[rule("up|migrate|create|load", SCHEMA), rule("down|rollback|drop", GONE), rule("status|dump|wait", READ), rule("new|n", MAKES)] },
        addresses: &["-u", "--url"],
        ..PLAIN
    },
    Tool {
        programs: &["migrate"],
        table: Table { values: &["-database", "--database", "-path", "--path", "-source", "--source", "-prefetch", "-lock-timeout", "-ext", "-dir"], rules: &[rule("up", SCHEMA), rule("goto|down|drop", GONE), rule("force", SCHEMA), rule("version", READ), rule("create", MAKES)] },
        addresses: &["-database", "--database"],
        ..PLAIN
    },
    Tool {
        programs: &["atlas"],
        table: Table {
            values: &["-u", "--url", "--to", "--from", "--dev-url", "--env", "-c", "--config", "--dir", "--file", "-f", "--var", "--schema"],
            rules: &[rule("schema apply", SCHEMA), rule("schema clean", GONE), rule("schema inspect|diff|fmt|plan|test", READ), rule("migrate apply", SCHEMA), rule("migrate down", GONE), rule("migrate status|lint|validate|ls|test", READ), rule("migrate diff|new|hash|import|rebase|rm|edit", MAKES), rule("migrate set", SCHEMA), rule("version|login|logout|license|completion", TELLS)],
        },
        addresses: &["-u", "--url"],
        environments: &["--env"],
        ..PLAIN
    },
    Tool {
        programs: &["sqlx"],
        table: Table {
            values: &["-D", "--database-url", "--source", "--target-version", "--connect-timeout"],
            rules: &[rule("database|db create", SCHEMA), rule("database|db drop", GONE), rule("database|db reset", GONE), rule("database|db setup", SCHEMA), rule("migrate|mig run", SCHEMA), rule("migrate|mig revert", GONE), rule("migrate|mig info", READ), rule("migrate|mig add|build-script", MAKES), rule("prepare", READ), rule("completions", TELLS)],
        },
        addresses: &["-D", "--database-url"],
        ..PLAIN
    },
    Tool {
        programs: &["diesel"],
        table: Table {
            values: &["--database-url", "--config-file", "--migration-dir", "--locked-schema", "-n", "--number"],
            rules: &[rule("setup", SCHEMA), rule("database|db setup", SCHEMA), rule("database|db reset|drop", GONE), rule("migration run", SCHEMA), rule("migration revert|redo", GONE), rule("migration list|pending", READ), rule("migration generate", MAKES), rule("print-schema", READ), rule("completions|bash-completion", TELLS)],
        },
        addresses: &["--database-url"],
        ..PLAIN
    },
    Tool {
        programs: &["mix"],
        table: Table {
            values: &["-r", "--repo", "-n", "--step", "--to", "-v"],
            rules: &[
                rule("ecto.migrate", SCHEMA), rule("ecto.rollback", GONE), rule("ecto.create", SCHEMA), rule("ecto.drop", GONE), rule("ecto.reset", GONE), rule("ecto.setup", SCHEMA), rule("ecto.load", SCHEMA), rule("ecto.dump", READ), rule("ecto.migrations", READ), rule("ecto.gen.migration|ecto.gen.repo|phx.gen.schema|phx.gen.context", MAKES),
                rule("compile|format|clean|deps.compile|docs|phx.digest|release|escript.build", MAKES), rule("test|credo|dialyzer", TESTS), rule("help|deps|hex.info|phx.routes|xref", TELLS), rule("deps.get|deps.update|local.hex|local.rebar|archive.install", countersign_model::verbs::EXEC_INSTALL),
            ],
        },
        finds: Finds::Code("MIX_ENV"),
        is_project: true,
        ..PLAIN
    },
    Tool {
        programs: &["dbt"],
        table: Table {
            values: &["--target", "-t", "--profile", "--profiles-dir", "--project-dir", "--select", "-s", "--models", "-m", "--exclude", "--vars", "--args", "--threads", "--state", "--selector", "--inline", "--output"],
            rules: &[rule("run|build|snapshot|retry|clone", SCHEMA), rule("seed", WRITE), rule("test|source|freshness|show|debug", READ), rule("compile|parse|docs|list|ls|deps|clean|init", MAKES), rule("run-operation", RUNS)],
        },
        environments: &["--target", "-t"],
        finds: Finds::Code("DBT_TARGET"),
        ..PLAIN
    },
    Tool {
        programs: &["artisan"],
        table: Table {
            values: &["--database", "--path", "--env", "--seeder", "--class", "--step", "--batch"],
            rules: &[
                rule("migrate", SCHEMA), rule("migrate:fresh|migrate:refresh|migrate:reset|migrate:rollback", GONE), rule("migrate:status", READ), rule("migrate:install", SCHEMA), rule("db:wipe", GONE), rule("db:seed", WRITE), rule("db:show|db:table|db:monitor|schema:dump|model:show", READ), rule("db", RUNS), rule("model:prune", GONE),
                rule("test", TESTS), rule("route:list|list|help|about|env|config:show", TELLS), rule("config:cache|config:clear|cache:clear|route:cache|route:clear|view:cache|view:clear|optimize|optimize:clear|make:migration|make:model|make:controller|key:generate|storage:link", MAKES),
                rule("make:cast|make:channel|make:class|make:command|make:component|make:enum|make:event|make:exception|make:factory|make:interface|make:job|make:listener|make:mail|make:middleware|make:notification|make:observer|make:policy|make:provider|make:request|make:resource|make:rule|make:scope|make:seeder|make:test|make:trait|make:view|serve|event:cache|event:clear|config:publish|stub:publish|lang:publish|package:discover", MAKES),
                rule("channel:list|event:list|queue:failed|schedule:list|inspire|db:monitor", TELLS),
            ],
        },
        environments: &["--env"],
        finds: Finds::Laravel,
        is_project: true,
        ..PLAIN
    },
    Tool { programs: &["db-migrate"], table: Table { values: &["-e", "--env", "--config", "-c", "--count"], rules: &[rule("up", SCHEMA), rule("down|reset", GONE), rule("check", READ), rule("create", MAKES), rule("db:create", SCHEMA), rule("db:drop", GONE)] }, environments: &["-e", "--env"], ..PLAIN },
    Tool { programs: &["node-pg-migrate"], table: Table { values: &["-d", "--database-url-var", "-m", "--migrations-dir", "-f", "--config-file"], rules: &[rule("up", SCHEMA), rule("down|redo", GONE), rule("create", MAKES)] }, ..PLAIN },
    Tool { programs: &["mikro-orm"], table: Table { values: &["--config"], rules: &[rule("migration:up", SCHEMA), rule("migration:down|migration:fresh", GONE), rule("migration:list|migration:pending|migration:check|debug", READ), rule("migration:create|cache:generate|generate-entities", MAKES), rule("schema:update|schema:create", SCHEMA), rule("schema:drop|schema:fresh", GONE), rule("seeder:run", WRITE), rule("database:create", SCHEMA), rule("cache:clear", MAKES)] }, finds: Finds::Code("NODE_ENV"), ..PLAIN },
    Tool { programs: &["dotnet-ef"], table: Table { values: &["--connection", "--context", "-c", "--project", "-p", "--startup-project", "-s", "--configuration", "--framework", "-o"], rules: &[rule("database update", SCHEMA), rule("database drop", GONE), rule("migrations add|remove|script|bundle", MAKES), rule("migrations list|has-pending-model-changes", READ), rule("dbcontext", READ)] }, addresses: &["--connection"], finds: Finds::Code("ASPNETCORE_ENVIRONMENT"), ..PLAIN },
    Tool { programs: &["sqitch"], table: Table { values: &["-t", "--target", "-h", "--db-host", "-d", "--db-name", "-u", "--to"], rules: &[rule("deploy", SCHEMA), rule("revert|rebase|checkout", GONE), rule("status|log|verify|plan|check", READ), rule("add|init|rework|tag|bundle|config|engine|target|show|upgrade", MAKES)] }, addresses: &["-t", "--target"], ..PLAIN },
    Tool {
        programs: &["supabase"],
        table: Table {
            values: &["--db-url", "--project-ref", "--workdir", "--password", "-p", "-f", "--file", "-s", "--schema"],
            rules: &[rule("db push", SCHEMA), rule("db reset", GONE), rule("db diff|dump|lint|pull", READ), rule("migration up", SCHEMA), rule("migration down", GONE), rule("migration list|fetch", READ), rule("migration new|squash", MAKES), rule("migration repair", SCHEMA), rule("gen|init|status|projects list|link|login|services", MAKES), rule("start|stop|test", OPAQUE), rule("secrets|functions|projects|orgs|storage", RUNS)],
        },
        addresses: &["--db-url"],
        ..PLAIN
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_has_a_table_and_every_table_a_program() {
        for program in PROGRAMS {
            assert!(find(program).is_some(), "{program}");
        }
        for tool in TOOLS {
            assert!(tool.programs.iter().all(|program| PROGRAMS.contains(program)), "{:?}", tool.programs);
        }
    }
}
