//! Programs of build tools that do on every system what the usual ones do: `cmake -E rm`, `npx rimraf`, `npx shx cp`.

use crate::context::Context;
use crate::families::dispatch;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

/// What `cmake -E` does, and the program with its options that does the same.
const COMMANDS: &[(&str, &[&str])] = &[
    ("cat", &["cat"]),
    ("chdir", &["env", "-C"]),
    ("copy", &["cp"]),
    ("copy_directory", &["cp", "-r"]),
    ("copy_if_different", &["cp"]),
    ("create_hardlink", &["ln"]),
    ("create_symlink", &["ln", "-s"]),
    ("echo", &["echo"]),
    ("make_directory", &["mkdir", "-p"]),
    ("remove", &["rm"]),
    ("remove_directory", &["rm", "-rf"]),
    ("rename", &["mv"]),
    ("rm", &["rm"]),
    ("tar", &["tar"]),
    ("touch", &["touch"]),
];

/// Adds what `cmake -E` does; false where it is something else.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    if invocation.program != "cmake" || invocation.known(0) != Some("-E") {
        return false;
    }
    let name = invocation.known(1).unwrap_or_default();
    let Some((_, words)) = COMMANDS.iter().find(|(known, _)| *known == name) else { return false };
    run(words, invocation.words.get(2..).unwrap_or_default().to_vec(), invocation, context);
    true
}

/// Adds what a package does that a runner of packages starts, named at `index`; false where it is something else.
pub(super) fn started(name: &str, index: usize, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let rest = invocation.words.get(index + 1..).unwrap_or_default();
    match name {
        "rimraf" | "del-cli" | "trash-cli" => {
            let operands = rest.iter().filter(|word| !word.text().starts_with('-'));
            run(&["rm", "-rf"], operands.map(matching).collect(), invocation, context);
        }
        "shx" => run(&[], rest.iter().map(matching).collect(), invocation, context),
        "mkdirp" | "make-dir-cli" => run(&["mkdir", "-p"], rest.to_vec(), invocation, context),
        _ => return false,
    }
    true
}

/// The word as the program takes it, which looks for the files that a pattern between quotes stands for.
fn matching(word: &Word) -> Word {
    match &word.value {
        Value::Known(text) if text.contains(['*', '?', '[']) => word.with(Value::Pattern(text.clone())),
        _ => word.clone(),
    }
}

fn run(program: &[&str], words: Vec<Word>, invocation: &Invocation, context: &mut Context<'_>) {
    let all = program.iter().map(|word| Word::known_as(word)).chain(words).collect();
    let whole = Invocation { words: all, contiguous: false, ..invocation.clone() };
    if let Some(nested) = whole.nested(0) {
        dispatch(nested, context);
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn what_they_do_is_known() {
        for command in [
            "npx rimraf ~/docs",
            "npx rimraf@5 --glob ~/docs",
            "pnpm dlx rimraf ~/docs",
            "npx shx rm -rf ~/docs",
            "cmake -E rm -rf ~/docs",
            "cmake -E remove_directory ~/docs",
        ] {
            assert!(check(command).contains("fs.delete /home/dev/docs"), "{command}: {}", check(command));
        }
        for command in ["npx rimraf .claude", "cmake -E rm -rf .claude", "npx rimraf '.claude/*'", "cmake -E copy x .claude/settings.json"] {
            assert!(check(command).contains("countersign.tamper"), "{command}: {}", check(command));
        }
        assert_snapshot!(check("npx rimraf dist; cmake -E make_directory build"), @"
        package.read * on npm, read
        fs.delete /repo/dist, destroy
        fs.write /repo/build, write
        ");
    }

    #[test]
    fn folders_of_settings_given_to_what_is_opaque() {
        for command in ["./wipe.sh .claude", "sometool --out=.claude", "npx sometool .claude/", "cmake -E frobnicate .claude"] {
            assert!(check(command).contains("countersign.tamper"), "{command}: {}", check(command));
        }
        for command in ["sometool .", "sometool .claude-flow", "ls .claude", "npx sometool src", "tar xf x.tar", "echo .claude"] {
            assert!(!check(command).contains("tamper"), "{command}: {}", check(command));
        }
    }
}
