//! Rakefiles: what a task and those before it run, by the literal `sh '..'` and the like; other code of them is
//! looked at as Ruby is. What stands outside of tasks runs each time.

use std::collections::BTreeSet;

use crate::context::Context;
use crate::paths;
use crate::word::Value;

use super::language::Language;
use super::{Looked, others, peek, sure};

/// Names of the file, those that win first.
const FILES: &[&str] = &["rakefile", "Rakefile", "rakefile.rb", "Rakefile.rb"];
/// Tasks that are followed.
const MOST_TASKS: usize = 100;
/// What a file takes in that only defines tasks which test, check or build.
const HARMLESS: &[&str] = &[
    "bundler/gem_tasks",
    "bundler/setup",
    "minitest/test_task",
    "rake",
    "rake/clean",
    "rake/testtask",
    "rdoc/task",
    "rspec/core/rake_task",
    "rubocop/rake_task",
    "standard/rake",
    "yard",
];
/// Kinds of tasks that libraries define, by a part of their name: what they run.
const LIBRARY: &[(&str, &str)] = &[
    ("TestTask.new", "ruby-test"),
    ("RakeTask.new", "ruby-test"),
    ("RDoc::Task.new", "true"),
    ("YardocTask.new", "true"),
];

/// Adds what tasks do of the file in `directory`.
pub(crate) fn run(names: &[String], directory: &str, context: &mut Context<'_>) -> Looked {
    sure(context, |context| beside(names, directory, context))
}

fn beside(names: &[String], directory: &str, context: &mut Context<'_>) -> Looked {
    for file in FILES {
        let located = paths::locate(&Value::Known(paths::normal(directory, file)), context);
        let looked = peek(&located, &format!("rake {}", names.join(" ")), context, &mut |text, context| {
            let kept = context.state.shell.clone();
            context.state.shell.directory = Ok(directory.to_owned());
            let result = tasks(names, text, context);
            context.state.shell = kept;
            result
        });
        if !matches!(looked, Looked::Absent) {
            return looked;
        }
    }
    Looked::Absent
}

/// A task, by its full name.
#[derive(Debug, Default)]
struct Task {
    name: String,
    needs: Vec<String>,
    body: String,
    /// Whether a library says what it does.
    is_test: bool,
}

fn tasks(names: &[String], text: &str, context: &mut Context<'_>) -> Result<(), String> {
    let (tasks, outside) = read(text)?;
    let mut result = ruby(&outside, context);
    let mut open: Vec<String> =
        if names.is_empty() { vec!["default".to_owned()] } else { names.iter().rev().cloned().collect() };
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        if seen.len() > MOST_TASKS {
            return Err("it runs too many tasks".to_owned());
        }
        let mut found = false;
        for task in tasks.iter().filter(|task| task.name == name) {
            found = true;
            open.extend(task.needs.iter().cloned());
            if task.is_test {
                context.program(countersign_model::verbs::EXEC_TEST, &format!("rake {name}"));
            } else if let Err(why) = ruby(&task.body, context) {
                result = Err(why);
            }
        }
        if !found && name != "environment" {
            result = Err(format!("it has no task named {name}"));
        }
    }
    result
}

/// Rake's `sh` is Ruby's `system`.
fn ruby(text: &str, context: &mut Context<'_>) -> Result<(), String> {
    let lines = text.lines().map(|line| {
        let code = line.trim_start();
        match code.strip_prefix("sh ").or_else(|| code.strip_prefix("sh(")) {
            Some(rest) => format!("system({}", without_block(rest)),
            None => line.to_owned(),
        }
    });
    others::understand(Language::Ruby, &lines.collect::<Vec<_>>().join("\n"), context)
}

/// `sh "x", verbose: false do |ok, _|`: the command alone.
fn without_block(rest: &str) -> &str {
    let rest = rest.trim_end().trim_end_matches(')');
    let rest = rest.split(" do |").next().unwrap_or(rest).trim_end_matches(" do").trim_end();
    for option in [", verbose: false", ", verbose: true", ", :verbose => false", ", :verbose => true"] {
        if let Some(bare) = rest.strip_suffix(option) {
            return bare;
        }
    }
    rest
}

/// The tasks, and what stands outside of them. A block ends at an `end` as far to the right as its start.
fn read(text: &str) -> Result<(Vec<Task>, String), String> {
    let mut found: Vec<Task> = Vec::new();
    let mut outside = String::new();
    let mut spaces: Vec<(usize, String)> = Vec::new();
    let mut inside: Option<usize> = None;
    for line in text.lines() {
        let code = line.trim();
        let indent = line.len() - line.trim_start().len();
        if let Some(start) = inside {
            if code == "end" && indent == start {
                inside = None;
            } else if let Some(task) = found.last_mut() {
                task.body.push_str(line);
                task.body.push('\n');
            }
            continue;
        }
        if code.is_empty() || code.starts_with('#') || code.starts_with("desc ") || code.starts_with("desc(")
        {
            continue;
        }
        if code == "end" && spaces.last().is_some_and(|(start, _)| *start == indent) {
            spaces.pop();
            continue;
        }
        let first = code.split([' ', '(']).next().unwrap_or_default();
        let prefix: String = spaces.iter().map(|(_, name)| format!("{name}:")).collect();
        match first {
            "namespace" => {
                let name = names(code.get(first.len()..).unwrap_or_default());
                let Some(name) = name.first().filter(|_| code.ends_with(" do")) else {
                    return Err("it cannot be read".to_owned());
                };
                spaces.push((indent, name.clone()));
            }
            "task" | "multitask" | "file" | "directory" => {
                let (head, block) = head(code.get(first.len()..).unwrap_or_default());
                let mut names = names(head).into_iter();
                let Some(name) = names.next() else {
                    return Err("the name of a task is worked out".to_owned());
                };
                let mut task = Task { name: format!("{prefix}{name}"), ..Task::default() };
                // Names of what comes first are looked for in the same space, then outside.
                for need in head
                    .split_once("=>")
                    .or_else(|| head.split_once(": "))
                    .map(|(_, needs)| self::names(needs))
                    .unwrap_or_default()
                {
                    task.needs.push(need);
                }
                match block {
                    Block::None => {}
                    Block::Open => inside = Some(indent),
                    Block::Line(body) => task.body.push_str(body),
                }
                found.push(task);
            }
            "require" | "import" | "load" | "require_relative" => {
                let names = names(code.get(first.len()..).unwrap_or_default());
                let harmless = first == "require"
                    && names
                        .first()
                        .is_some_and(|name| HARMLESS.contains(&name.as_str()) || others::is_library(name));
                if !harmless {
                    return Err(format!("it takes in other code: {code}"));
                }
            }
            _ => match LIBRARY
                .iter()
                .find(|(kind, _)| first.ends_with(kind) || code.contains(&format!("{kind}(")))
            {
                Some((_, does)) => {
                    let name = names(code.split_once(".new").map_or("", |(_, rest)| rest)).into_iter().next();
                    let usual = if code.starts_with("RSpec") {
                        "spec"
                    } else if code.starts_with("RuboCop") {
                        "rubocop"
                    } else {
                        "test"
                    };
                    let name = name
                        .filter(|_| code.contains(".new(") || code.contains(".new :"))
                        .unwrap_or_else(|| usual.to_owned());
                    found.push(Task {
                        name: format!("{prefix}{name}"),
                        is_test: *does == "ruby-test",
                        ..Task::default()
                    });
                    inside = code.contains(" do").then_some(indent);
                }
                None => {
                    outside.push_str(line);
                    outside.push('\n');
                }
            },
        }
    }
    if inside.is_some() || !spaces.is_empty() {
        return Err("it cannot be read".to_owned());
    }
    // `needs` of a task in a space may stand in it.
    let all: BTreeSet<String> = found.iter().map(|task| task.name.clone()).collect();
    for task in &mut found {
        if let Some((space, _)) = task.name.rsplit_once(':') {
            for need in &mut task.needs {
                let inner = format!("{space}:{need}");
                if all.contains(&inner) {
                    *need = inner;
                }
            }
        }
    }
    Ok((found, outside))
}

/// What a task's line is followed by.
enum Block<'t> {
    None,
    Open,
    Line(&'t str),
}

/// The part of a task's line before its block.
fn head(rest: &str) -> (&str, Block<'_>) {
    if let Some(at) = rest.find(" do") {
        let behind = rest.get(at + 3..).unwrap_or_default();
        if behind.is_empty() || behind.starts_with(" |") {
            return (rest.get(..at).unwrap_or_default(), Block::Open);
        }
    }
    if let Some((head, body)) = rest.split_once(" { ") {
        return (head, Block::Line(body.trim_end().trim_end_matches('}')));
    }
    (rest, Block::None)
}

/// Names: `:build`, `"a:b"`, `build: [..]`, `%w[a b]`. Those of arguments, after the first comma, are none.
fn names(text: &str) -> Vec<String> {
    let is_part = |letter: char| letter.is_alphanumeric() || "_:-./?!".contains(letter);
    let mut found = Vec::new();
    for piece in text.split([' ', ',', '(', ')', '[', ']', '\'', '"', '{', '}', '=', '>']) {
        let name = piece.trim_start_matches(':').trim_end_matches(':');
        if !name.is_empty() && name != "%w" && name.chars().all(is_part) {
            found.push(name.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    const FILE: &str = "require 'rake/testtask'\nRake::TestTask.new(:test) do |t|\n  t.libs << 'test'\nend\n\ntask default: :test\n\n\
        desc 'git push origin nowhere'\ntask :ship, [:where] => [:test] do |t, args|\n  sh 'git push origin main'\nend\n\n\
        namespace :db do\n  task :wipe => :dump do\n    sh \"dropdb shop\"\n  end\n  task :dump do\n    sh 'pg_dump shop > /tmp/x.sql'\n  end\nend\n\n\
        task :clean do\n  rm_rf 'dist'\nend\n\ntask :odd do\n  sh \"git push #{remote} main\"\nend\n";

    fn rake(command: &str) -> String {
        check_with(command, &[("/repo/Rakefile", FILE)])
    }

    #[test]
    fn tasks() {
        assert_snapshot!(rake("rake"), @"exec.test rake test, execute");
        assert_snapshot!(rake("bundle exec rake ship"), @"
        git.push main@origin, write
        exec.test rake test, execute
        ");
        assert_snapshot!(rake("rake 'ship[prod]'"), @"
        git.push main@origin, write
        exec.test rake test, execute
        ");
        assert_snapshot!(rake("rake clean"), @"fs.delete /repo/dist, destroy");
        assert_snapshot!(rake("rake db:wipe"), @"
        db.write * in sql://*/development, write, partial
        db.destroy * in postgresql://localhost/shop, destroy
        fs.write /tmp/x.sql, write
        db.export * in postgresql://localhost/shop, read
        ");
        assert_snapshot!(rake("rake odd"), @"
        git.force-push *@*, destroy, partial
        exec.opaque rake, execute, opaque
        ");
    }

    #[test]
    fn near_misses() {
        assert_snapshot!(rake("rake -T; rake -n ship; rake --version"), @"
        exec.read rake, read
        exec.build what Rakefile holds, execute
        ");
        assert_snapshot!(rake("rake gone"), @"exec.opaque rake, execute, opaque");
        assert_snapshot!(check_with("rake ship", &[]), @"exec.opaque rake, execute, opaque");
        assert_snapshot!(check_with("rake ship", &[("/repo/Rakefile", "load 'x.rb'\ntask :ship do\nend\n")]), @"exec.opaque rake, execute, opaque");
    }
}
