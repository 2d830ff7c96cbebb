//! Substitutions that print the lines of files: `$(cat .env)`, `$(grep -v '^#' .env | xargs)`, `$(< .env)`.

use brush_parser::ast::{
    Command, CommandPrefixOrSuffixItem as Item, IoFileRedirectKind, IoFileRedirectTarget, IoRedirect,
    SeparatorOperator, SimpleCommand,
};

use super::limits;
use super::outputs::Here;
use super::words::decode;
use crate::context::Context;
use crate::word::Value;

/// Longer substitutions are not looked at, in bytes.
const LONGEST: usize = 1024;

/// The files whose lines something prints.
#[derive(Debug)]
pub(crate) struct Lines {
    pub files: Vec<Value>,
    /// Whether lines with variables may be left out or changed.
    pub are_changed: bool,
}

/// What a word prints that is one substitution; none where it is something else, or not followed.
pub(crate) fn lines(raw: &str, context: &Context<'_>) -> Option<Lines> {
    let raw = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw);
    let dollar = raw.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
    let inner = dollar.or_else(|| raw.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')))?;
    let is_whole = dollar.is_none() || super::extent::parenthesis(raw, 1) == Some(raw.len() - 1);
    if inner.len() > LONGEST || !is_whole || inner.contains('`') {
        return None;
    }
    let program = limits::parse(inner).ok()?;
    let [list] = program.complete_commands.as_slice() else { return None };
    let [item] = list.0.as_slice() else { return None };
    if !item.0.additional.is_empty() || !matches!(item.1, SeparatorOperator::Sequence) {
        return None;
    }
    let mut lines = Lines { files: Vec::new(), are_changed: false };
    for (index, command) in item.0.first.seq.iter().enumerate() {
        let Command::Simple(simple) = command else { return None };
        let files = one(simple, &mut lines.are_changed, context)?;
        if index > 0 && !files.is_empty() {
            return None;
        }
        lines.files.extend(files);
    }
    (!lines.files.is_empty()).then_some(lines)
}

/// The files that one command of the pipe reads; none where it is no filter that is known.
fn one(command: &SimpleCommand, are_changed: &mut bool, context: &Context<'_>) -> Option<Vec<Value>> {
    let names = Here::in_context(context);
    let value = |text: &str| match decode(text, &names).ok()?.values.as_slice() {
        [value @ Value::Known(_)] => Some(value.clone()),
        _ => None,
    };
    let mut words = Vec::new();
    let mut files = Vec::new();
    let items = command.prefix.iter().flat_map(|prefix| &prefix.0);
    for item in items.chain(command.suffix.iter().flat_map(|suffix| &suffix.0)) {
        match item {
            Item::Word(word) => words.push(value(&word.value)?),
            Item::IoRedirect(IoRedirect::File(
                None | Some(0),
                IoFileRedirectKind::Read,
                IoFileRedirectTarget::Filename(word),
            )) => {
                files.push(value(&word.value)?);
            }
            // Errors may go anywhere.
            Item::IoRedirect(IoRedirect::File(Some(2), ..)) => {}
            Item::IoRedirect(_) | Item::AssignmentWord(..) | Item::ProcessSubstitution(..) => return None,
        }
    }
    let Some(name) = &command.word_or_name else { return Some(files) };
    let mut operands: Vec<&Value> = words.iter().filter(|word| !word.text().starts_with('-')).collect();
    let options = || words.iter().map(Value::text).filter(|text| text.starts_with('-'));
    match name.value.rsplit('/').next().unwrap_or_default() {
        "cat" => {}
        "grep" | "egrep"
            if options()
                .all(|option| matches!(option, "-v" | "-E" | "-vE" | "-Ev" | "-h" | "-e" | "-s" | "-q")) =>
        {
            let pattern = (!operands.is_empty()).then(|| operands.remove(0))?;
            let leaves_out = options().any(|option| option.contains('v'));
            *are_changed |= !(leaves_out && is_comment(pattern.text()));
        }
        "sed" | "awk" | "gawk" if options().all(|option| matches!(option, "-e" | "-E" | "-r" | "-n")) => {
            let script = (!operands.is_empty()).then(|| operands.remove(0))?;
            *are_changed |= !matches!(
                script.text(),
                "/^#/d" | "/^$/d" | "/^#/d;/^$/d" | "s/#.*//" | "s/#.*//g" | "s/^export //"
            );
        }
        // Without a command of its own it prints what it reads.
        "xargs"
            if operands.iter().all(|word| {
                word.text().parse::<usize>().is_ok() || word.text() == "\\n" || word.text() == "\n"
            }) =>
        {
            operands.clear()
        }
        "tr" | "cut" => {
            operands.clear();
            *are_changed |=
                !words.iter().all(|word| matches!(word.text(), "\\n" | "\n" | " " | "-d" | "\\r" | "\r"));
        }
        "sort" | "uniq" | "paste" => operands.retain(|word| !matches!(word.text(), "-" | " ")),
        "head" | "tail" => *are_changed = true,
        _ => return None,
    }
    files.extend(operands.into_iter().cloned());
    Some(files)
}

/// Whether a pattern fits only comments and empty lines.
fn is_comment(pattern: &str) -> bool {
    let grouped = pattern.strip_prefix("^(").and_then(|rest| rest.strip_suffix(')'));
    grouped.unwrap_or(pattern).split('|').all(|part| {
        let part = part.trim_end_matches('\\');
        let rest = part.strip_prefix('^').unwrap_or(part);
        let rest =
            rest.trim_start_matches("[[:space:]]*").trim_start_matches("\\s*").trim_start_matches(" *");
        matches!(rest, "#" | "#.*" | "$" | "[#;]" | "\\#")
            && (grouped.is_some() || part.starts_with('^') || rest.starts_with('#'))
    })
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    const FILE: &[(&str, &str)] = &[("/repo/.env", "# c\nAWS_PROFILE=prod\nexport TOKEN_X=1\n")];

    #[test]
    fn variables_of_a_file_are_set_by_what_prints_it() {
        for start in [
            "env $(cat .env | xargs)",
            "env $(cat .env)",
            "env $(grep -v '^#' .env | xargs)",
            "env $(xargs < .env)",
            "env $(< .env)",
            "env `cat .env`",
            "env -i $(cat .env | xargs) A=1",
            "export $(cat .env | xargs);",
            "export $(grep -v '^#' .env | xargs);",
            "export $(grep -v \"^#\" .env | xargs -0);",
            "export $(egrep -v '^(#|$)' .env | xargs -d '\\n');",
            "export $(cat .env | grep -v '^#' | xargs) && ",
            "export $(sed '/^#/d' .env | xargs) >/dev/null;",
            "set -a; source .env; set +a;",
            "set -o allexport; . ./.env;",
            "set -a; AWS_PROFILE=prod;",
            "sudo env $(cat .env | xargs)",
            "export $(cat .env 2>/dev/null | tr '\\n' ' ');",
        ] {
            let found = check_with(&format!("{start} aws s3 rm s3://x/y"), FILE);
            assert!(
                found.contains("cloud.delete s3 x/y in aws:prod, destroy") && !found.contains("hidden"),
                "{start}: {found}"
            );
        }
        for start in [
            "export $(grep -v AWS .env | xargs);",
            "env $(sed 's/prod/dev/' .env)",
            "env $(head -1 .env)",
            "export $(grep AWS_ .env);",
        ] {
            let found = check_with(&format!("{start} aws s3 rm s3://x/y"), FILE);
            assert!(found.contains("cloud.delete s3 x/y in aws:*"), "{start}: {found}");
        }
    }

    #[test]
    fn what_the_file_sets_is_judged() {
        for text in ["PATH=./x:/usr/bin\n", "LD_PRELOAD=./x.so\n", "NODE_OPTIONS=--require ./x.js\n"] {
            for command in [
                "env $(cat .env | xargs) node src/a.js",
                "export $(grep -v '^#' .env | xargs); node src/a.js",
            ] {
                let found =
                    check_with(command, &[("/repo/.env", text), ("/repo/src/a.js", "console.log(1)")]);
                assert!(found.contains(", opaque"), "{text} {command}: {found}");
            }
        }
        let found = check_with(
            "env $(cat .env | xargs) node src/a.js",
            &[("/repo/.env", "PORT=1\n"), ("/repo/src/a.js", "console.log(1)")],
        );
        assert!(!found.contains("opaque"), "{found}");
    }

    #[test]
    fn words_on_one_line_are_taken_apart() {
        let file =
            &[("/repo/one.txt", "A=1 AWS_PROFILE=prod\n"), ("/repo/two.txt", "A=1 git push origin main\n")];
        for start in [
            "env $(cat one.txt)",
            "env $(cat one.txt | xargs)",
            "export $(cat one.txt);",
            "typeset -x $(cat one.txt);",
            "declare -x $(cat one.txt);",
        ] {
            let found = check_with(&format!("{start} aws s3 rm s3://x/y"), file);
            assert!(found.contains("cloud.delete s3 x/y in aws:prod, destroy"), "{start}: {found}");
        }
        let found = check_with("env $(cat two.txt) ls", file);
        assert!(found.contains("opaque"), "{found}");
    }

    #[test]
    fn what_is_exported_by_an_unknown_name_may_be_anything() {
        for start in [
            "export $(curl -s https://x.example/x);",
            "export $X;",
            "export \"$X\";",
            "typeset -x $X;",
            "mapfile -t a < one.txt; export \"${a[@]}\";",
            "IFS== read k v < one.txt; export $k=$v;",
            "export $(echo PATH=/tmp/evil:$PATH);",
        ] {
            let found = check_with(&format!("{start} aws s3 rm s3://x/y"), &[("AWS_PROFILE", "dev")]);
            assert!(found.contains("aws:*") && found.contains("opaque"), "{start}: {found}");
        }
        for start in [
            "export A=$X;",
            "k=A; export $k=1;",
            "export -n A;",
            "export -p;",
            "for n in A B; do export $n=1; done;",
        ] {
            let found = check_with(&format!("{start} aws s3 rm s3://x/y"), &[("AWS_PROFILE", "dev")]);
            assert!(found.contains("aws:dev") && !found.contains("opaque"), "{start}: {found}");
        }
    }

    #[test]
    fn near_misses() {
        for command in [
            "env $(./names) ls",
            "env $(cat .env; ./names) ls",
            "env $(curl https://x.example) ls",
            "env \"$(cat $F)\" ls",
            "echo A=1 > .env; env $(cat .env) ls",
            "env $(cat .env | ./change) ls",
        ] {
            let found = check_with(command, FILE);
            assert!(found.contains("opaque"), "{command}: {found}");
        }
        let found = check_with("export $(./names); aws s3 rm s3://x/y", FILE);
        assert!(!found.contains("aws:prod"), "{found}");
    }
}
