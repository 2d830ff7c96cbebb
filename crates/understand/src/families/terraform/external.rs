//! `data "external"`: programs of the configuration that a plan runs.

use super::{json, requests};
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

/// Directories above in which terragrunt's settings are looked for.
const MOST_UP: usize = 8;

const TOO_MUCH: &str = "a plan may run programs, and its configuration is more than can be looked at";

/// Adds what the programs do that a subcommand runs which reads the configuration's data.
/// It takes note of the accounts that the configuration names.
pub(super) fn effects(found: &Subcommand<'_>, spot: &Spot, accounts: &mut Accounts, invocation: &Invocation, context: &mut Context<'_>) {
    let reads = matches!(
        found.name.as_str(),
        "plan" | "apply" | "destroy" | "refresh" | "import" | "console" | "test" | "plan-all" | "apply-all" | "destroy-all"
    );
    let is_terragrunt = invocation.program == "terragrunt";
    if !(reads || is_terragrunt) || spot.directory.contains('*') {
        return;
    }
    if is_terragrunt {
        above(spot, invocation, context);
    }
    if !reads {
        return;
    }
    let mut directories = vec![spot.directory.clone()];
    let (mut at, mut files_left, mut is_cut) = (0, MOST_FILES, false);
    let mut all = Vec::new();
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
            for why in calls(text) {
                families::opaque(invocation, why, context);
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
        all.append(&mut read);
    }
    requests::effects(&all, invocation, context);
    if is_cut {
        accounts.anywhere();
        families::opaque(invocation, TOO_MUCH, context);
    }
}

/// Adds what the settings of terragrunt run, which it reads for any subcommand: those of the directory, and those above
/// it that it may take in.
fn above(spot: &Spot, invocation: &Invocation, context: &mut Context<'_>) {
    let mut directory = spot.directory.clone();
    let top = context.top().unwrap_or("/").to_owned();
    for _ in 0..MOST_UP {
        for file in ["terragrunt.hcl", "root.hcl"] {
            for text in families::named_programs::texts(&paths::normal(&directory, file), invocation, context) {
                for program in run(&text, &directory) {
                    start(program, &spot.directory, invocation, context);
                }
            }
        }
        if directory == top || directory == "/" {
            return;
        }
        directory = paths::normal(&directory, "..");
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

/// The programs of terragrunt's hooks and functions; none for one that is put together.
fn run(text: &str, directory: &str) -> Vec<Option<Vec<Value>>> {
    let calls = text.split("run_cmd(").skip(1).map(|list| {
        let words = listed(list, ')', directory)?;
        // Options of the function's own.
        Some(words.into_iter().skip_while(|word| word.text().starts_with("--terragrunt-")).collect())
    });
    let hooks = text.split("execute").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('='));
    let hooks = hooks.map(|rest| listed(rest.trim_start().strip_prefix('[')?, ']', directory));
    calls.chain(hooks).collect()
}

/// What a plan calls elsewhere to know what is there: why nobody can tell what that does.
fn calls(text: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    if data(text, "aws_lambda_invocation").next().is_some() {
        found.push("a plan calls a function of the cloud that its configuration names");
    }
    let writes = |block: &str| {
        let method = block.split("method").skip(1).find_map(|rest| rest.trim_start().strip_prefix('='));
        method.is_some_and(|method| !["\"GET\"", "\"HEAD\""].iter().any(|reads| method.trim_start().starts_with(reads)))
    };
    if data(text, "http").any(writes) {
        found.push("a plan sends a request that its configuration names");
    }
    found
}

/// The blocks of data of a kind.
pub(super) fn data<'t>(text: &'t str, kind: &str) -> impl Iterator<Item = &'t str> {
    let starts: Vec<usize> = text.match_indices(kind).map(|(at, _)| at).collect();
    let is_data = |at: &usize| {
        let before = text.get(..*at).map(|before| before.strip_suffix('"').unwrap_or(before));
        let behind = text.get(at + kind.len()..).is_some_and(|rest| rest.starts_with(['"', ' ', '\t']));
        behind && before.is_some_and(|before| before.trim_end().ends_with("data"))
    };
    let starts: Vec<usize> = starts.into_iter().filter(is_data).collect();
    // Each ends where the next of any kind begins, so that no part of a text is read twice.
    let others = text.match_indices("\ndata").chain(text.match_indices("\nresource")).map(|(at, _)| at);
    let mut ends: Vec<usize> = others.chain(starts.iter().copied()).collect();
    ends.sort_unstable();
    starts.into_iter().filter_map(move |at| {
        let end = ends.get(ends.partition_point(|end| *end <= at)).copied();
        text.get(at..end.unwrap_or(text.len()))
    })
}

/// The programs of each `data "external"` and those that let a provider in; none for one that is put together.
fn programs(text: &str, directory: &str) -> Vec<Option<Vec<Value>>> {
    let asked = data(text, "external").map(|block| {
        let mut rest = block;
        loop {
            let (_, after) = rest.split_once("program")?;
            rest = after;
            if let Some(list) = after.trim_start().strip_prefix('=').map(str::trim_start) {
                return list.strip_prefix('[').and_then(|list| listed(list, ']', directory));
            }
        }
    });
    asked.chain(credentials(text, directory)).collect()
}

/// The programs of `exec { command = ".." args = [..] }` of a provider that the project has itself.
fn credentials(text: &str, directory: &str) -> Vec<Option<Vec<Value>>> {
    let blocks = text.split("exec").skip(1).filter_map(|rest| {
        let rest = rest.trim_start();
        rest.strip_prefix('=').unwrap_or(rest).trim_start().strip_prefix('{')
    });
    let own = blocks.filter_map(|block| {
        let block = block.split('}').next().unwrap_or(block);
        let after = |key: &str| block.split(key).skip(1).find_map(|rest| rest.trim_start().strip_prefix('=')).map(str::trim_start);
        let command = after("command")?.strip_prefix('"')?.split('"').next()?;
        // Others are helpers of clouds, found by their names.
        let is_own = command.contains('/') || matches!(command, "sh" | "bash" | "python3" | "node" | "kubectl" | "env");
        let arguments = after("args").and_then(|list| listed(list.strip_prefix('[')?, ']', directory));
        is_own.then(|| {
            let mut words = listed(&format!("\"{command}\"]"), ']', directory)?;
            words.extend(arguments.unwrap_or_default());
            Some(words)
        })
    });
    own.collect()
}

/// The texts of a list; none where there is anything else in it.
fn listed(text: &str, end: char, directory: &str) -> Option<Vec<Value>> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == ',');
        if rest.starts_with(end) {
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
        for place in ["${path.module}", "${path.root}", "${path.cwd}", "${get_terragrunt_dir()}"] {
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
    text.split("source").skip(1).filter_map(|rest| {
        let value = rest.trim_start().strip_prefix('=')?.trim_start();
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
    fn what_else_a_plan_starts() {
        const PUSH: &str = "git push origin HEAD:main";
        let plan = |text: &str| check_with("terraform plan", &[("/repo/main.tf", text), ("/repo/ship.sh", PUSH), ("/m/data.tf", FILE)]);
        for text in [
            "module \"m\" { source = \"../m\" }\n", "data external x {\n  program = [\"sh\", \"ship.sh\"]\n}\n",
            "provider \"kubernetes\" {\n  exec {\n    command = \"./ship.sh\"\n    args = [\"x\"]\n  }\n}\n", "provider \"helm\" {\n kubernetes = { exec = { command = \"./ship.sh\" } }\n}\n",
        ] {
            assert!(plan(text).contains("git.push main@origin"), "{text}: {}", plan(text));
        }
        for text in ["data \"aws_lambda_invocation\" \"x\" {\n}\n", "data \"http\" \"x\" {\n  url = \"https://x.example\"\n  method = \"POST\"\n}\n"] {
            assert!(plan(text).contains("exec.opaque terraform"), "{text}: {}", plan(text));
        }
        for text in [
            "data \"http\" \"x\" {\n  url = \"https://x.example\"\n  method = \"GET\"\n}\n", "module \"m\" { source = \"terraform-aws-modules/vpc/aws\" }\n",
            "provider \"kubernetes\" {\n  exec {\n    command = \"aws\"\n    args = [\"eks\", \"get-token\"]\n  }\n}\n",
        ] {
            assert_eq!(plan(text), "stack.read * of terraform /repo, read", "{text}");
        }
        let hook = "terraform {\n  before_hook \"x\" {\n    commands = [\"apply\"]\n    execute = [\"git\", \"push\", \"origin\", \"HEAD:main\"]\n  }\n}\n";
        for (command, path, text) in [
            ("terragrunt plan", "/repo/terragrunt.hcl", "inputs = { x = run_cmd(\"--terragrunt-quiet\", \"git\", \"push\", \"origin\", \"HEAD:main\") }"), ("terragrunt output", "/repo/terragrunt.hcl", hook),
            ("cd live/a && terragrunt output", "/repo/live/root.hcl", hook),
        ] {
            let found = check_with(command, &[(path, text)]);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
        }
        assert!(!check_with("terragrunt output", &[("/repo/terragrunt.hcl", "terraform {\n  source = \"../m\"\n}\n")]).contains("opaque"));
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
