//! `data "external"`: programs of the configuration that a plan runs.

use countersign_model::{Answer, Question};

use super::place::Spot;
use crate::Workspace as _;
use crate::code::source::{self, Source};
use crate::context::Context;
use crate::families;
use crate::families::accounts::Accounts;
use crate::families::subcommands::Subcommand;
use crate::invocation::{Invocation, Source as Substituted, Stdin};
use crate::paths;
use crate::word::{Value, Word};

/// Files of a configuration by their usual names; no question tells what else a directory holds.
const FILES: &[&str] =
    &[
    "main.tf", "backend.tf", "data.tf", "external.tf", "locals.tf", "outputs.tf", "provider.tf", "providers.tf", "terraform.tf",
    "terragrunt.hcl", "variables.tf", "versions.tf",
];
/// Directories of local modules that are looked into.
const MOST_DIRECTORIES: usize = 6;

/// Adds what the programs do that a subcommand runs which reads the configuration's data.
/// It takes note of the accounts that the configuration names.
pub(super) fn effects(found: &Subcommand<'_>, spot: &Spot, accounts: &mut Accounts, invocation: &Invocation, context: &mut Context<'_>) {
    let reads = matches!(
        found.name.as_str(),
        "plan" | "apply" | "destroy" | "refresh" | "import" | "console" | "test" | "plan-all" | "apply-all" | "destroy-all"
    );
    if !reads || spot.directory.contains('*') {
        return;
    }
    let mut directories = vec![spot.directory.clone()];
    let mut at = 0;
    while let Some(directory) = directories.get(at).cloned() {
        at += 1;
        for path in files(&directory, context) {
            let located = paths::locate(&Value::Known(path.clone()), context);
            let (texts, is_known) = match source::of(&located, context) {
                Source::Texts(texts) => (texts, true),
                Source::Perhaps(texts, _) => (texts, false),
                Source::Absent => continue,
                Source::Foreign | Source::Unknown(_) => (Vec::new(), false),
            };
            if !is_known && context.state.world.written.iter().any(|written| written.touches(&located)) {
                let why = "a plan runs programs that its files name, one of which is not known";
                families::opaque(invocation, why, context);
            }
            for text in &texts {
                if path.ends_with(".json") {
                    if text.contains("\"external\"") {
                        families::opaque(invocation, "a plan runs a program that its configuration names", context);
                    }
                    continue;
                }
                accounts.of_configuration(text, &spot.directory, found, invocation, context);
                for program in programs(text, &directory) {
                    start(program, &spot.directory, invocation, context);
                }
                for module in modules(text) {
                    let module = paths::normal(&directory, module);
                    if directories.len() < MOST_DIRECTORIES && !directories.contains(&module) {
                        directories.push(module);
                    }
                }
            }
        }
    }
}

/// The files of a directory that are looked into: those of usual names, and those that are new.
fn files(directory: &str, context: &Context<'_>) -> Vec<String> {
    let mut found: Vec<String> = FILES.iter().map(|name| format!("{directory}/{name}")).collect();
    let is_one = |path: &str| {
        let (above, name) = paths::split(path);
        above.trim_end_matches('/') == directory.trim_end_matches('/') && (name.ends_with(".tf") || name.ends_with(".tf.json"))
    };
    let written = context.state.world.written.iter().flat_map(|written| written.paths().iter().cloned());
    found.extend(written.filter(|path| is_one(path)));
    if let Some(top) = context.top() {
        let question = Question::Uncommitted { repository: top.to_owned() };
        if let Answer::Values { values } = context.workspace.ask(&question) {
            let paths = values.iter().filter_map(|line| line.split_once('\t'));
            let paths = paths.map(|(_, path)| format!("{}/{path}", top.trim_end_matches('/')));
            found.extend(paths.filter(|path| is_one(path)).take(32));
        }
    }
    found.sort();
    found.dedup();
    found
}

fn start(program: Option<Vec<Value>>, directory: &str, invocation: &Invocation, context: &mut Context<'_>) {
    let mut words = program.unwrap_or_default().into_iter().map(Word::made);
    let Some(first) = words.next() else {
        families::opaque(invocation, "a plan runs a program that its configuration puts together", context);
        return;
    };
    let nested = Invocation {
        program: String::new(),
        first,
        words: words.collect(),
        environment: invocation.environment.clone(),
        stdin: Stdin::Text(Value::unknown("the query of a configuration")),
        substituted: Substituted::default(),
        contiguous: false,
    };
    if !context.enters() {
        return;
    }
    let kept = context.state.shell.clone();
    context.state.shell.directory = Ok(directory.to_owned());
    families::dispatch(nested, context);
    context.state.shell = kept;
    context.leaves();
}

/// The programs of each `data "external"`; none for one that is put together.
fn programs(text: &str, directory: &str) -> Vec<Option<Vec<Value>>> {
    let blocks = text.match_indices("\"external\"").filter(|(at, _)| {
        text.get(..*at).is_some_and(|before| before.trim_end().ends_with("data"))
    });
    let own = blocks.take(16).filter_map(|(at, _)| {
        let rest = text.get(at..)?;
        let end = rest.match_indices("\ndata").chain(rest.match_indices("\nresource")).map(|(end, _)| end).min();
        rest.get(..end.unwrap_or(rest.len()))
    });
    own.map(|block| {
        let mut rest = block;
        loop {
            let (_, after) = rest.split_once("program")?;
            rest = after;
            if let Some(list) = after.trim_start().strip_prefix('=').map(str::trim_start) {
                return list.strip_prefix('[').and_then(|list| listed(list, directory));
            }
        }
    })
    .collect()
}

/// The texts of a list; none where there is anything else in it.
fn listed(text: &str, directory: &str) -> Option<Vec<Value>> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == ',');
        if rest.starts_with(']') {
            return Some(found);
        }
        let mut letters = rest.strip_prefix('"')?.char_indices();
        let mut word = String::new();
        let end = loop {
            match letters.next()? {
                (at, '"') => break at + 2,
                (_, '\\') => match letters.next()?.1 {
                    'n' => word.push('\n'),
                    't' => word.push('\t'),
                    letter => word.push(letter),
                },
                (_, letter) => word.push(letter),
            }
        };
        rest = rest.get(end..)?;
        for place in ["${path.module}", "${path.root}", "${path.cwd}"] {
            word = word.replace(place, directory);
        }
        found.push(match word.split_once("${") {
            Some((before, _)) => Value::starting(before, "a value of the configuration"),
            None => Value::Known(word),
        });
    }
}

/// The directories of local modules.
fn modules(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let value = line.trim().strip_prefix("source")?.trim_start().strip_prefix('=')?.trim();
        let value = value.strip_prefix('"')?.split('"').next()?;
        value.starts_with('.').then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    const FILE: &str = "data \"external\" \"x\" {\n  program = [\"sh\", \"-c\", \"git push origin HEAD:main\"]\n}\n";

    #[test]
    fn programs_that_a_plan_runs() {
        assert_snapshot!(check_with("terraform -chdir=tfx plan", &[("/repo/tfx/main.tf", FILE)]), @"
        stack.read * of terraform /repo/tfx, read
        git.push main@origin, write
        ");
        let module = ("/repo/main.tf", "module \"m\" {\n  source = \"./m\"\n}\n");
        assert_snapshot!(check_with("terraform plan", &[module, ("/repo/m/data.tf", FILE)]), @"
        stack.read * of terraform /repo, read
        git.push main@origin, write
        ");
        let found = check_with("terraform plan", &[("/repo/main.tf", "data \"external\" \"x\" {\n program = local.program\n}")]);
        assert!(found.contains("exec.opaque"), "{found}");
    }

    #[test]
    fn near_misses() {
        for command in ["terraform validate", "terraform fmt -check"] {
            let found = check_with(command, &[("/repo/main.tf", FILE)]);
            assert!(!found.contains("git.push"), "{command}: {found}");
        }
        let plain = "data \"aws_ami\" \"x\" {\n  program = [\"sh\"]\n}\nresource \"external\" \"y\" {}\n";
        assert_snapshot!(check_with("terraform plan", &[("/repo/main.tf", plain)]), @"stack.read * of terraform /repo, read");
    }
}
