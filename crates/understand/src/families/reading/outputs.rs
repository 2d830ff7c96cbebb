//! Options by which a program that only reads writes a file, or runs what one says: `info -o x`, `lsof -Db`.

use super::super::opaque;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

/// Options of programs that write the file they are given; long ones in full.
const WRITE: &[(&str, &[&str])] = &[
    ("info", &["-o", "--output", "--dribble"]),
    ("cloc", &["--out", "--report-file", "--sql", "--counted", "--found", "--ignored", "--categorized", "--unicode"]),
    ("scc", &["-o", "--output"]),
    ("ss", &["-D", "--diag"]),
    ("hyperfine", &["--export-json", "--export-csv", "--export-markdown", "--export-asciidoc", "--export-orgmode", "--output"]),
    ("objdump", &["--map-global-vars-out"]),
    ("readelf", &["--dump-section-to"]),
];

/// Options that run keystrokes or commands of a file, or load one.
const RUN: &[(&str, &[&str])] =
    &[("info", &["--restore", "--init-file", "-v"]), ("cloc", &["--extract-with", "--vcs", "--config"]), ("top", &["-W"])];

/// Adds what the options of such a program write, and that they run something.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let of = |table: &[(&str, &'static [&'static str])]| table.iter().find(|(name, _)| *name == program).map_or(&[] as &[&str], |(_, options)| options);
    let words = &invocation.words;
    for value in of(WRITE).iter().flat_map(|option| values(option, words)) {
        if value.text() != "-" {
            context.write_value(&value);
        }
    }
    if of(RUN).iter().any(|option| values(option, words).next().is_some()) {
        opaque(invocation, "its options have it run what a file says", context);
    }
    match program {
        // What devices there are is kept in a file: the one named, or one in the home.
        "lsof" => {
            let ways = values("-D", words).filter_map(|value| match value.text().chars().next()? {
                'b' | 'u' | 'r' => value.strip_prefix(value.text().get(..1)?),
                _ => None,
            });
            for file in ways.collect::<Vec<_>>() {
                match file.text().is_empty() && !file.is_unknown() {
                    true => context.write_value(&Value::Known(format!("{}/.lsof_hostname", context.surroundings.home))),
                    false => context.write_value(&file),
                }
            }
        }
        "file" if words.iter().any(|word| word.text() == "--compile" || word.text() == "-C") => {
            for value in ["-m", "--magic-file"].into_iter().flat_map(|option| values(option, words)).collect::<Vec<_>>() {
                let compiled = value.known().map_or(Value::unknown("a file of magic numbers"), |path| Value::Known(format!("{path}.mgc")));
                context.write_value(&compiled);
            }
        }
        _ => {}
    }
}

/// The values of an option: in the next word, after `=`, or after a letter in the same word.
fn values<'w>(option: &'w str, words: &'w [Word]) -> impl Iterator<Item = Value> + 'w {
    words.iter().enumerate().filter_map(move |(index, word)| {
        if word.text() == option {
            return words.get(index + 1).map(|word| word.value.clone());
        }
        let rest = word.value.strip_prefix(option)?;
        match option.starts_with("--") {
            true => rest.strip_prefix("="),
            false => (option.len() == 2).then_some(rest),
        }
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn files_that_readers_write() {
        assert_snapshot!(check("info -o ~/.bashrc gcc; info --output=.git/hooks/pre-commit gcc; lsof -Db; lsof -D b/home/dev/.profile"), @"
        fs.write /home/dev/.bashrc, write
        exec.read info, read
        fs.write /repo/.git/hooks/pre-commit, write
        fs.write /home/dev/.lsof_hostname, write
        exec.read lsof, read
        fs.write /home/dev/.profile, write
        ");
        assert_snapshot!(check("cloc --out=.claude/settings.json src; file -C -m x; scc --output=~/.profile src"), @"
        countersign.tamper /repo/.claude/settings.json, destroy
        fs.read /repo/src, read
        fs.write /repo/x.mgc, write
        fs.read /repo/x, read
        fs.write /repo/~/.profile, write
        ");
        assert!(check("info --restore=x gcc").contains("opaque"));
        assert!(check("cloc --extract-with='tar xf >FILE<' x.tar").contains("opaque"));
    }

    #[test]
    fn readers_that_only_read() {
        for command in ["info gcc", "info -o - gcc", "lsof -i :8080", "lsof -Di", "lsof +D src", "cloc src", "file -m x y", "scc src", "top -b -n 1"] {
            let found = check(command);
            assert!(!found.contains("write") && !found.contains("opaque"), "{command}: {found}");
        }
    }
}
