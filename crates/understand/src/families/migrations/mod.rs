//! Tools that bring a database from one shape to the next: migrations up and down, resets, seeds.
//!
//! What a migration holds is not looked at: going up changes the schema, going down can lose what the tables
//! hold. [`tools`] has a table for each tool, [`place`] finds which database is meant, [`files`]
//! reads what a project's own files say of it.

mod application;
mod configuration;
mod configured;
mod files;
mod laravel;
mod place;
mod rails;
mod tools;

pub(super) use rails::is_made;

use countersign_model::{Certainty, Verb, verbs};

use super::databases::unknown_command;
use super::subcommands::{self, Subcommand};
use super::{Family, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::sql::{DatabasePlace, client};
use crate::word::{Value, Word};

use tools::Tool;

pub(super) const FAMILY: Family = Family {
    programs: tools::PROGRAMS,
    about: "Migrations up and down, resets and seeds, of which database: from addresses, variables and the \
        tool's own configuration; what the call or `.env` sets counts before what stands there for a variable that is \
        not set. What a migration holds is not looked at: up changes the schema, down \
        can lose what tables hold.",
    examples: &[
        "alembic history",
        "alembic upgrade head",
        "alembic downgrade base",
        "flyway -url=jdbc:postgresql://db.prod.example/shop clean",
        "npx prisma migrate reset --force",
        "npx prisma generate",
        "RAILS_ENV=production bundle exec rails db:drop",
        "python manage.py migrate",
        "python manage.py showmigrations",
        "knex migrate:latest --env production",
        "dbt run --target prod",
        "DATABASE_URL=postgres://db.prod.example/shop npx prisma db execute --file schema.sql",
    ],
    effects,
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let Some(tool) = tools::find(program) else {
        opaque(invocation, "nobody knows what this program does", context);
        return;
    };
    let mut found = subcommands::read(invocation, &tool.table);
    let telling = found.operands.is_empty() && found.verb.is_none() && !tool.alone;
    let is_given_code = program == "rake" && found.has(&["-e", "--execute", "-E", "--execute-continue", "-p", "--execute-print"]);
    if (found.is_help && !is_given_code) || (telling && (found.options.is_empty() || found.has(&["-V", "-v"]))) {
        context.program(verbs::EXEC_READ, program);
        return;
    }
    let at = place::of(tool, &found, invocation, context);
    if matches!(program, "rails" | "artisan") {
        let environment = place::environment_of(tool, &found, invocation, context);
        application::told(&at, environment.as_deref(), invocation, context);
        if application::shows(&found, invocation, context) {
            return;
        }
    }
    if program == "rails" && rails::effects(&found, invocation, context) {
        return;
    }
    if tool.tasks {
        tasks(tool, &found, &at, invocation, context);
        return;
    }
    let is_published = found.operands.first().is_some_and(|word| word.known() == Some("hex.publish"));
    if is_published && tool.programs == ["mix"] && !found.has(&["--dry-run"]) {
        super::publishers::publishes("hex", countersign_model::verbs::PACKAGE_PUBLISH, context);
        return;
    }
    if found.verb.is_none() && tool.is_project {
        // A command of the project's own, or several in one: `mix do ecto.drop, ecto.create`.
        opaque(invocation, "it runs a script of the project", context);
        for word in found.operands.iter().filter_map(|word| word.known()) {
            let rule = tool.table.rules.iter().find(|rule| rule.words == word.trim_end_matches(','));
            if let Some(rule) = rule.filter(|rule| rule.verb.area() == "db") {
                context.push(describe(&at, rule.verb.clone(), ""));
            }
        }
        return;
    }
    match found.verb.take() {
        Some(verb) => one(&verb, &found, &at, invocation, context),
        None => {
            let name = format!("{program} {}", found.name);
            unknown_command(name.trim(), &at, context);
            // Whatever it is: those options lose data with every tool that has them.
            if loses(&found) {
                lost(&at, context);
            }
        }
    }
}

/// Adds what a project's own script does that is one of these tools by its name, run by an interpreter:
/// `python manage.py migrate`. False where its text is not what the framework made, and may do more.
/// The value of a variable for a program of the project that takes it from its environment, or from the project's own
/// files of variables for development; none where nothing sets it, an error where that is not known.
pub(crate) fn project_variable(name: &str, invocation: &Invocation, context: &Context<'_>) -> Result<Option<String>, ()> {
    let is_led = |(name, _): &(String, crate::word::Value)| name.to_ascii_uppercase().starts_with("DOTENV");
    if invocation.environment.iter().any(is_led) {
        return Err(());
    }
    files::setting(name, None, "", invocation, context)
}

pub(super) fn run_script(index: usize, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let Some(word) = invocation.words.get(index) else { return false };
    let name = word.known().map(|path| path.rsplit('/').next().unwrap_or(path));
    let Some((program, calls)) = SCRIPTS.iter().find(|(script, _)| name == Some(*script)) else { return false };
    let located = crate::paths::locate(&word.value, context);
    let text = context.file(&located.path).ok().flatten().unwrap_or_default();
    let is_made = located.why.is_none() && text.contains(calls) && !DOES_MORE.iter().any(|more| text.contains(more));
    run_module(program, index, invocation, context);
    is_made
}

/// Scripts that frameworks make, and a part of what each of them calls.
const SCRIPTS: &[(&str, &str)] = &[
    ("manage.py", "execute_from_command_line(sys.argv)"),
    ("artisan", "Illuminate\\"),
    ("rails", "rails/command"),
    ("rake", "rake"),
];
/// What none of them does by itself.
const DOES_MORE: &[&str] = &[
    "system", "subprocess", "exec(", "eval", "popen", "requests", "urllib", "socket", "shutil", "open(", "shell_exec", "passthru", "`", "file_put", "unlink", "remove(", "curl", "spawn",
];

/// Adds what the tool does whose name or script is the argument at `index`: `python -m alembic upgrade head`.
pub(super) fn run_module(program: &str, index: usize, invocation: &Invocation, context: &mut Context<'_>) {
    let Some(mut command) = invocation.nested(index) else { return };
    program.clone_into(&mut command.program);
    effects(&command, context);
}

/// Tasks of rake and rails, of which several may be given: `db:drop db:create`.
fn tasks(tool: &Tool, found: &Subcommand<'_>, at: &DatabasePlace, invocation: &Invocation, context: &mut Context<'_>) {
    let mut words: Vec<&Word> = found.operands.clone();
    let head = found.name.clone();
    let first = (!head.is_empty() && found.verb.is_some()).then(|| Word::known_as(&head));
    words.splice(0..0, first.iter());
    let mut others = words.is_empty();
    for word in words {
        let Some(task) = word.known() else {
            opaque(invocation, "the name of a task is not known", context);
            continue;
        };
        if task.contains('=') {
            continue;
        }
        // `db:migrate[arguments]`, `app:db:drop`, `db:drop:primary`.
        let task = task.split('[').next().unwrap_or(task);
        let task = task.strip_prefix("app:").unwrap_or(task);
        let rules = tool.table.rules.iter().filter(|rule| task == rule.words || task.strip_prefix(rule.words).is_some_and(|rest| rest.starts_with(':')));
        match rules.max_by_key(|rule| rule.words.len()) {
            Some(rule) => one(&rule.verb, found, at, invocation, context),
            None if task.starts_with("db:") => {
                unknown_command(task, at, context);
                others |= tool.programs == ["rake"];
            }
            None => others = true,
        }
    }
    if others && (tool.programs != ["rake"] || !super::building::rake(invocation, context)) {
        opaque(invocation, "it runs a script of the project", context);
    }
}

/// Options that lose data.
fn loses(found: &Subcommand<'_>) -> bool {
    found.has(&["--force-reset", "--accept-data-loss", "--drop-schema", "--full-refresh", "--drop", "--drop-all", "--reset-db"])
}

fn lost(at: &DatabasePlace, context: &mut Context<'_>) {
    context.push(describe(at, verbs::DB_DESTROY, "what the database holds may be lost"));
}

fn one(verb: &Verb, found: &Subcommand<'_>, at: &DatabasePlace, invocation: &Invocation, context: &mut Context<'_>) {
    let name = found.name.as_str();
    match verb.as_str() {
        "exec.build" | "exec.read" | "exec.test" | "exec.install" => {
            context.program(verb.clone(), &invocation.title());
            super::building::made::directories(invocation, context);
            return;
        }
        "exec.opaque" => {
            opaque(invocation, "it runs a script of the project", context);
            return;
        }
        _ => {}
    }
    if found.has(&["--dry-run", "--dry", "--sql", "--plan", "--dryRun", "--simulate", "--pretend", "--create-only", "--check"]) && !loses(found) && *verb != verbs::DB_EXECUTE {
        context.push(describe(at, verbs::DB_READ, "it only shows what it would do"));
        return;
    }
    if *verb == verbs::DB_EXECUTE {
        executes(found, at, invocation, context);
        return;
    }
    let why = match verb.as_str() {
        "db.schema" => "the migrations themselves are not looked at",
        "db.destroy" => "what the tables hold may be gone",
        "db.write" => "what it writes is not looked at",
        _ => "",
    };
    context.push(describe(at, verb.clone(), why));
    if loses(found) && *verb != verbs::DB_DESTROY {
        lost(at, context);
    }
    // Going to an older version is going down.
    let target = found.options.iter().find(|(option, _)| matches!(option.as_str(), "--target" | "-target" | "-to"));
    let to_zero = found.operands.iter().any(|word| matches!(word.known(), Some("zero" | "base" | "0")));
    if *verb == verbs::DB_SCHEMA && to_zero && target.is_none() && matches!(name, "migrate" | "upgrade" | "up") {
        lost(at, context);
    }
}

/// An effect on a database as a whole: partial where which one, is not known.
fn describe(at: &DatabasePlace, verb: Verb, why: &str) -> countersign_model::Effect {
    let effect = at.effect(verb, "*");
    if why.is_empty() {
        return effect;
    }
    let because = match &effect.because {
        Some(because) => format!("{why}; {because}"),
        None => why.to_owned(),
    };
    match effect.certainty {
        Certainty::Exact => effect.because(&because),
        certainty => effect.certain(certainty, &because),
    }
}

/// `prisma db execute`, `manage.py dbshell`, `dbt run-operation`: text, a file, or whatever is typed.
fn executes(found: &Subcommand<'_>, at: &DatabasePlace, invocation: &Invocation, context: &mut Context<'_>) {
    if let Some(file) = found.value(&["--file"]) {
        client::run_file(&file.clone(), at, context);
    } else if let Some(text) = found.value(&["--sql", "-q", "--query", "-c", "--command"]) {
        client::run_word(&Word::made(text.clone()), at, context);
    } else if found.name.contains("execute") || found.name.contains("dbshell") || found.name.contains("dbconsole") || found.name.contains("db:console") {
        let rest = found.rest.iter().map(|word| word.value.clone()).collect::<Vec<Value>>();
        if rest.is_empty() {
            super::databases::run_stdin(invocation, at, context);
        } else {
            crate::sql::unknown("options of the client are given on", at, context);
        }
    } else if found.name == "studio" && at.is_of_this_machine() {
        let effect = at.effect(verbs::DB_EXECUTE, "*");
        context.push(effect.because("a page of this machine, on which nothing is done yet"));
    } else {
        let why = format!("what `{}` runs is not looked at", found.name);
        context.push(at.effect(verbs::DB_EXECUTE, "*").certain(Certainty::Opaque, &why));
    }
}

#[cfg(test)]
mod tests;
