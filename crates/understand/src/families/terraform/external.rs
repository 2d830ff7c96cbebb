//! `data "external"`: programs of the configuration that a plan runs.

use super::json;
use super::place::Spot;
use crate::code::source::{self, Source};
use crate::context::Context;
use crate::families;
use crate::families::accounts::{Accounts, Configuration};
use crate::families::subcommands::Subcommand;
use crate::invocation::{Invocation, Source as Substituted, Stdin};
use crate::paths;
use crate::word::{Value, Word};

/// Files of a configuration by their usual names, for where nobody tells what else a directory holds.
const FILES: &[&str] = &[
    "main.tf", "backend.tf", "data.tf", "external.tf", "locals.tf", "outputs.tf", "provider.tf", "providers.tf", "terraform.tf",
    "terragrunt.hcl", "variables.tf", "versions.tf",
];
/// What names of files of a configuration end in.
const ENDINGS: &[&str] = &[".tf", ".tf.json", ".tofu", ".tofu.json", "terragrunt.hcl"];
/// Directories of local modules, and files in them, that are looked into.
const MOST_DIRECTORIES: usize = 24;
const MOST_FILES: usize = 128;

const TOO_MUCH: &str = "a plan may run programs, and its configuration is more than can be looked at";

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
    let (mut at, mut files_left, mut is_cut) = (0, MOST_FILES, false);
    while let Some(directory) = directories.get(at).cloned() {
        let (paths, is_all) = files(&directory, invocation, context);
        is_cut |= paths.len() > files_left;
        let mut read = Vec::new();
        for path in paths.iter().take(files_left) {
            match texts(path, invocation, context) {
                Some(texts) => read.extend(texts),
                // It is there, and too long or no text.
                None => is_cut |= is_all,
            }
        }
        files_left = files_left.saturating_sub(paths.len());
        accounts.of_configuration(&Configuration::new(&read, &spot.directory, at == 0), found, invocation, context);
        at += 1;
        for text in &read {
            for program in programs(text, &directory) {
                start(program, &spot.directory, invocation, context);
            }
            for module in modules(text) {
                let module = paths::normal(&directory, module);
                if directories.contains(&module) {
                    continue;
                }
                if directories.len() < MOST_DIRECTORIES {
                    directories.push(module);
                } else {
                    is_cut = true;
                }
            }
        }
    }
    if is_cut {
        accounts.anywhere();
        families::opaque(invocation, TOO_MUCH, context);
    }
}

/// What a file of a configuration may say; none where it cannot be read.
fn texts(path: &str, invocation: &Invocation, context: &mut Context<'_>) -> Option<Vec<String>> {
    let located = paths::locate(&Value::Known(path.to_owned()), context);
    let (texts, is_known) = match source::of(&located, context) {
        Source::Texts(texts) => (texts, true),
        Source::Perhaps(texts, _) => (texts, false),
        Source::Absent => return Some(Vec::new()),
        Source::Foreign | Source::Unknown(_) => (Vec::new(), false),
    };
    let is_written = context.state.world.written.iter().any(|written| written.touches(&located));
    if !is_known && !is_written && texts.is_empty() {
        return None;
    }
    if !is_known && is_written {
        let why = "a plan runs programs that its files name, one of which is not known";
        families::opaque(invocation, why, context);
    }
    if !path.ends_with(".json") {
        return Some(texts);
    }
    let is_read = |text: &String| json::as_blocks(text).or_else(|| text.contains("external").then(String::new));
    if texts.iter().any(|text| is_read(text).is_some_and(|blocks| blocks.is_empty())) {
        families::opaque(invocation, "a plan runs a program that its configuration names", context);
    }
    Some(texts.iter().filter_map(|text| json::as_blocks(text)).collect())
}

/// The files of a directory that are looked into, and whether these are all.
fn files(directory: &str, invocation: &Invocation, context: &Context<'_>) -> (Vec<String>, bool) {
    let is_tofu = !matches!(invocation.program.as_str(), "terraform" | "tf");
    let (mut found, is_all) = context.files_in(directory, ENDINGS);
    found.retain(|path| is_tofu || !(path.ends_with(".tofu") || path.ends_with(".tofu.json")));
    if !is_all {
        found.extend(FILES.iter().map(|name| format!("{directory}/{name}")));
    }
    found.sort();
    found.dedup();
    (found, is_all)
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
    let own = blocks.filter_map(|(at, _)| {
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
    fn whichever_file_names_them() {
        let json = "{\"data\": {\"external\": {\"x\": {\"program\": [\"sh\", \"-c\", \"git push origin HEAD:main\"]}}}}";
        for (command, path, text) in [
            ("terraform plan", "/repo/what.tf", FILE),
            ("terraform plan", "/repo/main.tf.json", json),
            ("tofu plan", "/repo/main.tofu", FILE),
            ("tofu plan", "/repo/x.tofu.json", json),
        ] {
            let found = check_with(command, &[(path, text)]);
            assert!(found.contains("git.push main@origin") && !found.contains("opaque"), "{path}: {found}");
        }
        assert!(check_with("terraform plan", &[("/repo/a.tf.json", "{\"data\": {\"external\"")]).contains("opaque"));
        assert!(!check_with("terraform plan", &[("/repo/main.tofu", FILE)]).contains("git.push"));
        assert!(check_with("terraform plan", &[("/repo/long.tf", "\0")]).contains("opaque"));
        let account = "{\"provider\": {\"google\": {\"project\": \"${var.p}\"}}, \"variable\": {\"p\": {\"default\": \"live\"}}}";
        assert!(check_with("terraform apply", &[("/repo/x.tf.json", account)]).contains("(gcp:live)"));
    }

    #[test]
    fn more_than_can_be_looked_at() {
        for (count, is_cut) in [(20, false), (30, true)] {
            let text: String = (0..count).map(|at| format!("module \"m{at}\" {{\n  source = \"./m{at}\"\n}}\n")).collect();
            let found = check_with("terraform apply", &[("/repo/main.tf", &text)]);
            assert_eq!(found.contains("opaque"), is_cut, "{count}: {found}");
            assert_eq!(found.contains("aws:*"), is_cut, "{count}: {found}");
        }
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
