//! What options give an interpreter beside its code: files of variables, code that is loaded first, and modules that
//! run a script under a debugger or a profiler.

use countersign_model::{Answer, Question, verbs};

use crate::Workspace as _;
use crate::code::{self, Looked, environment_files};
use crate::context::Context;
use crate::families::{self, opaque};
use crate::invocation::{Invocation, Stdin};
use crate::paths;
use crate::sql::DatabasePlace;
use crate::word::Value;

/// Files of code that are read where options are not understood; a call with more names none of them in passing.
const MOST_FILES: usize = 8;

/// Endings of files of code.
const CODE: &[&str] = &["js", "cjs", "mjs", "ts", "cts", "mts", "tsx", "jsx", "py", "rb", "pl", "pm", "php"];

/// Packages of JavaScript that only translate other code, or only set variables of a file.
const LOADERS: &[&str] = &[
    "tsx", "tsx/esm", "tsx/cjs", "ts-node/register", "ts-node/register/transpile-only", "ts-node/esm", "tsconfig-paths/register",
    "source-map-support/register", "@swc-node/register", "@swc-node/register/esm-register", "esbuild-register", "@babel/register",
    "sucrase/register", "@oxc-node/core/register", "reflect-metadata", "dotenv/config",
];

/// Adds what the code does that the settings of bun have it load before a file, a script or tests.
pub(super) fn preloaded(invocation: &Invocation, context: &mut Context<'_>) {
    const OTHER: &[&str] = &["install", "add", "remove", "i", "update", "ci", "link", "upgrade", "pm", "outdated", "publish", "x", "build"];
    let first = invocation.words.iter().find(|word| !word.text().starts_with('-'));
    if invocation.program != "bun" || first.is_none_or(|word| OTHER.contains(&word.text())) {
        return;
    }
    let settings = paths::locate(&Value::Known("bunfig.toml".to_owned()), context);
    let mut texts = Vec::new();
    let looked = code::look(&settings, "preload", context, &mut |text, _| {
        texts.push(text.to_owned());
        Ok(())
    });
    // What was checked out is as it is elsewhere.
    if let Looked::Opaque(why) = looked
        && context.state.world.tree_changed.as_ref() != Some(&why)
    {
        opaque(invocation, &format!("which code its settings have it load first is not known: {why}"), context);
    }
    for list in texts.iter().flat_map(|text| text.split("preload").skip(1)).filter_map(|rest| rest.trim_start().strip_prefix('=')) {
        let is_list = list.trim_start().starts_with('[');
        let list = list.split(if is_list { ']' } else { '\n' }).next().unwrap_or_default();
        // Those that are no paths are packages.
        for file in list.split(['"', '\'']).skip(1).step_by(2).filter(|file| file.starts_with(['.', '/'])) {
            families::run_file(&paths::locate(&Value::Known(file.to_owned()), context), Some("bun"), &[], invocation, context);
        }
    }
}

/// Whether what an option of node loads is known to do nothing else.
pub(super) fn is_known(name: &str, programs: &[&str]) -> bool {
    programs.contains(&"node") && LOADERS.contains(&name)
}

/// Takes the variables of the files that options of JavaScript's runtimes name. What is set already stays as it is.
pub(super) fn variables(invocation: &Invocation, context: &mut Context<'_>) {
    for file in variable_files(invocation) {
        families::hands_over(&file, context);
        let located = paths::locate(&file, context);
        if let Err(why) = environment_files::take(&located.path, context).and(located.why.clone().map_or(Ok(()), Err)) {
            opaque(invocation, &format!("which variables it sets is not known: {why}"), context);
        }
    }
    // Where this session may have a database of its own set, the file's is not sure to count.
    let mut taken = std::mem::take(&mut context.state.shell.environment);
    taken.retain(|(name, value)| {
        let is_database = || DatabasePlace::of_text(value.text()).is_some();
        !is_database() || context.workspace.ask(&Question::Variable { name: name.clone() }) == Answer::No
    });
    context.state.shell.environment = taken;
}

fn variable_files(invocation: &Invocation) -> Vec<Value> {
    if !matches!(invocation.program.as_str(), "node" | "nodejs" | "tsx" | "ts-node" | "bun" | "deno") {
        return Vec::new();
    }
    let words = &invocation.words;
    let mut files = Vec::new();
    let mut loads_dotenv = false;
    let mut named = None;
    for (at, word) in words.iter().enumerate() {
        let (name, own) = match word.text().split_once('=') {
            Some((name, _)) => (name, word.value.strip_prefix(&format!("{name}="))),
            None => (word.text(), None),
        };
        match name {
            // Deno's may stand alone, for `.env`.
            "--env-file" | "--env-file-if-exists" | "--env" => {
                let next = || words.get(at + 1).map(|word| word.value.clone()).filter(|_| invocation.program != "deno");
                files.push(own.or_else(next).unwrap_or_else(|| Value::Known(".env".to_owned())));
            }
            "dotenv/config" | "-rdotenv/config" => loads_dotenv = true,
            "--require" | "--import" if own.as_ref().and_then(Value::known) == Some("dotenv/config") => loads_dotenv = true,
            "dotenv_config_path" => named = own,
            _ => {}
        }
    }
    if loads_dotenv {
        let set = || crate::environment::value(invocation, "DOTENV_CONFIG_PATH");
        files.push(named.or_else(set).unwrap_or_else(|| Value::Known(".env".to_owned())));
    }
    files
}

/// Reads the files of code that a call names whose options are not understood.
pub(super) fn files(invocation: &Invocation, context: &mut Context<'_>) {
    let is_code = |text: &str| text.rsplit_once('.').is_some_and(|(name, ending)| !name.is_empty() && CODE.contains(&ending));
    let mut read = 0;
    for (at, word) in invocation.words.iter().enumerate() {
        let value = match word.text().split_once('=') {
            Some((name, _)) if name.starts_with('-') => word.value.strip_prefix(&format!("{name}=")),
            _ => Some(word.value.clone()),
        };
        let Some(value) = value.filter(|value| value.known().is_some_and(|text| !text.starts_with('-') && is_code(text))) else {
            continue;
        };
        if read == MOST_FILES {
            return;
        }
        read += 1;
        let arguments = invocation.words.get(at + 1..).unwrap_or_default();
        families::run_file(&paths::locate(&value, context), Some(&invocation.program), arguments, invocation, context);
    }
}

/// `python -m cProfile x.py`, `python -m pdb -m shop.cli`: a module that runs what its first operand names, and
/// watches it; false where the module is none of those.
pub(super) fn measures(name: &str, at: usize, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    // Options that take the next word.
    let (values, is_told): (&[&str], bool) = match name {
        "pdb" | "ipdb" | "pudb" => (&["-c"], true),
        "cProfile" | "profile" => (&["-o", "-s", "--outfile", "--sort"], false),
        "trace" => (&["-f", "--file", "-C", "--coverdir", "--ignore-module", "--ignore-dir"], false),
        "coverage" if invocation.known(at + 1) == Some("run") => {
            (&["run", "--source", "--include", "--omit", "--rcfile", "--data-file", "--context", "--concurrency"], false)
        }
        "debugpy" => (&["--listen", "--connect", "--log-to"], true),
        "pyinstrument" | "scalene" | "viztracer" => (&["-o", "--outfile", "--output_file"], false),
        _ => return false,
    };
    let mut next = at + 1;
    while let Some(word) = invocation.words.get(next) {
        let text = word.text();
        let is_subcommand = text == "run" && values.contains(&"run");
        if text == "-m" || text == "--module" {
            super::modules::module(next + 1, invocation, context);
            break;
        }
        if !text.starts_with('-') && !is_subcommand {
            let located = paths::locate(&word.value, context);
            let arguments = invocation.words.get(next + 1..).unwrap_or_default();
            families::run_file(&located, Some(&invocation.program), arguments, invocation, context);
            break;
        }
        next += 1 + usize::from(values.contains(&text) && !is_subcommand);
    }
    let title = format!("{} -m {name}", invocation.program);
    let is_given = invocation.words.iter().skip(at + 1).any(|word| word.text().starts_with("-c"))
        || !matches!(invocation.stdin, Stdin::Inherited);
    if is_told && is_given || next >= invocation.words.len() {
        opaque(invocation, "it runs what it is told as it runs", context);
    }
    families::named_by_arguments(invocation, context);
    context.program(verbs::EXEC_READ, &title);
    true
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    const UNSET: (&str, &str) = ("unset", "DATABASE_URL");
    const SCRIPTS: &[(&str, &str)] = &[
        ("/repo/p.js", "require('child_process').execSync('git push origin main')"),
        ("/repo/x.js", "console.log(1)"),
        ("/repo/p.py", "import subprocess\nsubprocess.run(['git', 'push', 'origin', 'main'])"),
    ];

    #[test]
    fn what_is_loaded_first_hides_no_script() {
        for command in [
            "node -r ./x.js p.js", "node --require=./x.js p.js", "node --import ./x.js p.js", "npx ts-node -r tsconfig-paths/register p.js",
            "node --import=tsx p.js", "node --loader ts-node/esm p.js", "node --no-such-option=1 p.js", "npx tsx --env-file=.env p.js",
            "python3 -m pdb p.py", "python3 -m cProfile -o out.prof p.py", "python3 -m trace -t p.py", "python3 -m coverage run --source src p.py",
            "python3 -m pdb -c continue p.py",
        ] {
            let found = check_with(command, SCRIPTS);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
        }
        for command in ["node -r ./x.js x.js", "node --import ./missing.mjs x.js", "python3 -m pdb", "echo 'p 1' | python3 -m pdb p.py"] {
            let found = check_with(command, SCRIPTS);
            assert!(found.contains("exec.opaque") || found.contains("exec.hidden"), "{command}: {found}");
        }
        for command in ["node --import tsx x.js", "node -r dotenv/config x.js", "node --env-file-if-exists=.env x.js", "python3 -m cProfile -s time x.py"] {
            let found = check_with(command, &[("/repo/x.js", "console.log(1)"), ("/repo/x.py", "print(1)")]);
            assert!(!found.contains("exec.opaque"), "{command}: {found}");
        }
    }

    #[test]
    fn what_settings_load_or_run() {
        let with = |command: &str, file: (&str, &str)| check_with(command, &[SCRIPTS, &[file, ("/repo/package.json", r#"{"scripts": {"test": "jest"}}"#)]].concat());
        for settings in ["preload = [\"./p.js\"]", "[test]\npreload = [\n  './x.js',\n  './p.js',\n]\n", "preload='./p.js'\n"] {
            let found = with("bun test", ("/repo/bunfig.toml", settings));
            assert!(found.contains("git.push main@origin"), "{settings}: {found}");
        }
        for settings in ["preload = [\"dotenv\"]", "[install]\nexact = true\n", "preload = ['./x.js']\n"] {
            let found = with("bun test", ("/repo/bunfig.toml", settings));
            assert!(!found.contains("git.push") && !found.contains("opaque"), "{settings}: {found}");
        }
        assert!(!with("git pull && bun test", ("/repo/bunfig.toml", "[install]\n")).contains("opaque"));
        for tasks in [r#"{"tasks": {"test": "git push origin main"}}"#, r#"{"tasks": {"test": {"command": "git push origin main"}}}"#] {
            let found = with("deno task test", ("/repo/deno.json", tasks));
            assert!(found.contains("git.push main@origin"), "{tasks}: {found}");
        }
        assert!(with("deno task test", ("/repo/deno.json", r#"{"tasks": {"test": {"dependencies": ["x"]}}}"#)).contains("opaque"));
        assert!(with("deno task test", ("/repo/deno.jsonc", "{// x\n}")).contains("opaque"));
        assert_snapshot!(with("deno task test", ("/repo/deno.json", r#"{"imports": {}}"#)), @"exec.test jest, execute");
    }

    #[test]
    fn files_of_variables_say_which_database() {
        let code = "const {Pool}=require('pg'); new Pool({connectionString: process.env.DATABASE_URL}).query('DELETE FROM orders')";
        let files = [("/repo/fix.js", code), ("/repo/.env.live", "DATABASE_URL=postgres://u@db.example/shop\n"), ("/repo/.env", "DATABASE_URL=postgres://u@localhost/shop\n")];
        let with = |more: &[(&str, &str)], command: &str| check_with(command, &[&files[..], more].concat());
        assert_snapshot!(with(&[UNSET], "node --env-file=.env.live fix.js"), @"
        secret.read /repo/.env.live, read
        db.destroy orders in postgresql://db.example/shop, destroy
        fs.read /repo/fix.js, read
        ");
        for command in ["node --env-file .env.live fix.js", "npx tsx --env-file=.env.live fix.js", "node -r dotenv/config fix.js dotenv_config_path=.env.live", "bun --env-file=.env.live fix.js", "DATABASE_URL=postgres://u@db.example/shop node --env-file=.env fix.js"] {
            let found = with(&[UNSET], command);
            assert!(found.contains("db.example"), "{command}: {found}");
        }
        assert_snapshot!(with(&[UNSET], "node --env-file=.env fix.js"), @"
        fs.read /repo/.env, read
        db.destroy orders in postgresql://localhost/shop, destroy
        fs.read /repo/fix.js, read
        ");
        // What the session itself may set counts before the file.
        assert_snapshot!(with(&[], "node --env-file=.env fix.js"), @"
        fs.read /repo/.env, read
        db.destroy orders in postgresql://$DATABASE_URL, destroy
        fs.read /repo/fix.js, read
        ");
        assert!(with(&[UNSET], "node --env-file=$F fix.js").contains("exec.opaque"));
        // What opens production is given to the code, which may show it.
        let found = check_with("node --env-file=.env.production -p process.env.DATABASE_URL", &[("/repo/.env.production", "DATABASE_URL=postgres://u@db.example/shop")]);
        assert!(found.contains("secret.read /repo/.env.production"), "{found}");
    }
}
