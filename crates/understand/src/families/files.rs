//! Programs that create, change, move and delete files.

mod counted;
mod modes;
mod moved;
mod patches;
mod tar;
mod unzip;

use countersign_model::{Answer, Effect, PathClass, Question, Resource, Reversible, verbs};

use super::{Family, landing, opaque};
use crate::Workspace as _;
use crate::arguments::files::{Operands, touched};
use crate::arguments::{Spec, Takes, parse, programs};
use crate::context::Context;
use crate::invocation::{Invocation, Stdin};
use crate::paths;
use crate::target::Link;
use crate::word::{Value, Word};

pub(super) use self::moved::to as moved_to;
pub(super) use self::patches::{Applying, Reader, Strip, anything};
use self::tar::tar;
use self::unzip::unzip;

pub(super) const FAMILY: Family = Family {
    programs: &[
        "rm", "rmdir", "unlink", "shred", "mv", "cp", "ln", "install", "mkdir", "mkfifo", "mktemp", "touch", "tee", "truncate", "dd",
        "chmod", "chown", "chgrp", "setfacl", "patch", "tar", "bsdtar", "gtar", "zip", "unzip", "gzip", "gunzip", "bzip2", "xz",
        "split", "sponge", "rename", "trash",
    ],
    about: "Creating, changing, moving, archiving and deleting files. Each path is resolved through links \
        and given its class: ordinary, built, tracked, a secret, start-up or tool configuration, \
        Countersign's own. A write into a hook or start-up file says that it runs later.",
    examples: &[
        "rm -rf node_modules",
        "rm -rf src",
        r#"rm -rf "$DIR""#,
        "rm -rf ~",
        "mv src/a.rs src/b.rs",
        "cp .env /tmp/env",
        "cp hook.sh .git/hooks/pre-push",
        "mkdir -p build/out",
        "echo 'export A=1' >> ~/.bashrc",
        "chmod +x deploy.sh",
        "tar czf out.tgz src",
        "tar tzf out.tgz",
        "dd if=image.iso of=/dev/sda",
        "truncate -s 0 log.txt",
    ],
    effects,
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    // What is left out is not read.
    let words: Vec<Word> = invocation.words.iter().filter(|word| !word.text().starts_with("--exclude=")).cloned().collect();
    touched(&words, Operands::Skipped, context);
    match invocation.program.as_str() {
        "rm" | "rmdir" | "unlink" | "shred" | "trash" => delete(invocation, context),
        "mkdir" | "mkfifo" | "touch" | "truncate" | "tee" | "sponge" | "mktemp" => create(invocation, context),
        "mv" => move_files(invocation, context),
        "ln" => link(invocation, context),
        "cp" if links(invocation) => link(invocation, context),
        "install" => {
            copy(invocation, context);
            modes::takes_rights(invocation, context);
        }
        "cp" => copy(invocation, context),
        "dd" => disk_dump(invocation, context),
        "chmod" => {
            permit(invocation, context);
            modes::takes_rights(invocation, context);
        }
        "chown" | "chgrp" | "setfacl" => permit(invocation, context),
        "tar" | "bsdtar" | "gtar" => tar(invocation, context),
        "patch" => patches::patch(invocation, context),
        _ => archive(invocation, context),
    }
}

/// Options of these programs that take the next word.
const SPEC: Spec = Spec {
    long: &[
        ("target-directory", Takes::Value), ("suffix", Takes::Value), ("mode", Takes::Value), ("size", Takes::Value),
        ("reference", Takes::Value), ("date", Takes::Value), ("owner", Takes::Value), ("group", Takes::Value), ("tmpdir", Takes::Attached),
        ("iterations", Takes::Value), ("backup", Takes::Attached), ("context", Takes::Attached), ("from", Takes::Value),
    ],
    short: &[],
    abbreviations: true,
    operands_end_options: false,
};

/// The operands of a command whose flags do not matter; `values` are letters that take a value.
fn operands<'w>(invocation: &'w Invocation, values: &str) -> Vec<&'w Word> {
    let mut operands = Vec::new();
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        let text = word.text();
        if word.known() == Some("--") {
            operands.extend(words.by_ref());
        } else if text.len() > 1 && text.starts_with("--") && !word.value.is_unknown() {
            let name = text.trim_start_matches('-');
            let takes = SPEC.long.iter().any(|(long, takes)| *takes == Takes::Value && *long == name);
            if takes {
                words.next();
            }
        } else if text.len() > 1 && text.starts_with('-') && !word.value.is_unknown() {
            if text.ends_with(|letter| values.contains(letter)) {
                words.next();
            }
        } else {
            operands.push(word);
        }
    }
    operands
}

fn delete(invocation: &Invocation, context: &mut Context<'_>) {
    let values = if invocation.program == "shred" { "ns" } else { "" };
    // No file has an empty name.
    let operands: Vec<&Word> =
        operands(invocation, values).into_iter().filter(|word| word.known() != Some("")).collect();
    // What was moved into a directory that goes only while it is empty does not go with it.
    let is_whole = invocation.program != "rmdir";
    let moved = if is_whole { Vec::new() } else { std::mem::take(&mut context.state.world.moved) };
    let is_deep = counted::is_recursive(invocation);
    for word in &operands {
        let before = context.collected.len();
        context.delete(word);
        if invocation.program == "shred" && context.collected.len() > before {
            context.collected.amend_last(|effect| effect.reversible = Reversible::No);
        }
        if invocation.program == "rmdir" && context.collected.len() > before {
            context.collected.amend_last(only_if_empty);
        }
        if is_deep {
            counted::deleted(word, context);
        }
    }
    context.state.world.moved.extend(moved);
    if operands.is_empty() {
        context.program(verbs::EXEC_READ, &invocation.program);
    }
}

/// What only empty directories are removed by takes nothing away.
fn only_if_empty(effect: &mut Effect) {
    if effect.verb == verbs::FS_DELETE {
        effect.reversible = Reversible::Yes;
        effect.because = Some("only an empty directory is removed".to_owned());
    }
}

/// An empty directory sets nothing up, whatever would be read in it.
fn is_still_empty(effect: &mut Effect) {
    if let Resource::Path { class, .. } = &mut effect.resource
        && matches!(class, PathClass::Delivery | PathClass::ToolConfiguration | PathClass::ShellConfiguration)
    {
        *class = PathClass::Ordinary;
    }
}

fn create(invocation: &Invocation, context: &mut Context<'_>) {
    let values = match invocation.program.as_str() {
        "touch" => "drt",
        "truncate" => "sr",
        "mkdir" | "mkfifo" => "m",
        _ => "",
    };
    if invocation.program == "mktemp" {
        let words = &invocation.words;
        let behind = |name: &str| words.iter().position(|word| word.text() == name).and_then(|at| words.get(at + 1)).map(|word| word.value.clone());
        let into = behind("-p").or_else(|| words.iter().find_map(|word| word.value.strip_prefix("--tmpdir=")));
        let template = operands(invocation, "p").last().map(|word| word.value.clone());
        let is_temporary = words.iter().any(|word| matches!(word.text(), "-t" | "--tmpdir")) || template.is_none();
        let temporary = context.surroundings.temporary.first().cloned().unwrap_or_else(|| "/tmp".to_owned());
        let is_directory = |text: &str| text == "--directory" || text.starts_with('-') && !text.starts_with("--") && text.contains('d');
        match into.or_else(|| template.filter(|_| !is_temporary)) {
            Some(value) => context.write_value(&value),
            None if words.iter().any(|word| is_directory(word.text())) => context.make(&Word::made(Value::Known(format!("{temporary}/mktemp")))),
            None => context.write_value(&Value::Known(format!("{temporary}/mktemp"))),
        }
        return;
    }
    let operands = operands(invocation, values);
    let makes = matches!(invocation.program.as_str(), "mkdir" | "touch");
    let is_copy = matches!(invocation.program.as_str(), "tee" | "sponge");
    let text = match invocation.program.as_str() {
        "tee" | "sponge" => crate::shell::texts::of(&Invocation { program: "cat".to_owned(), words: Vec::new(), ..invocation.clone() }),
        _ => None,
    };
    let adds = invocation.words.iter().map(Word::text).any(|text| match text.strip_prefix("--") {
        Some(long) => long.starts_with('a'),
        None => text.starts_with('-') && text.contains('a'),
    });
    for word in &operands {
        let before = context.state.world.written.len();
        if makes {
            let listed = context.collected.len();
            context.make(word);
            if invocation.program == "mkdir" && context.collected.len() > listed {
                context.collected.amend_last(is_still_empty);
            }
        } else {
            context.write(word);
        }
        if let Some(text) = &text {
            context.state.world.wrote(before, text, adds);
        }
        let is_given_nothing = is_copy && !adds && (text.as_deref() == Some("") || matches!(&invocation.stdin, Stdin::File(file) if is_nothing(file)));
        if is_given_nothing || cuts(invocation) {
            context.empties(&word.value);
        }
    }
    if operands.is_empty() {
        context.program(verbs::EXEC_READ, &invocation.program);
    }
}

/// Whether `truncate` leaves less of a file than there is.
fn cuts(invocation: &Invocation) -> bool {
    const SPEC: Spec = Spec {
        long: &[("size", Takes::Value), ("reference", Takes::Value), ("no-create", Takes::Nothing), ("io-blocks", Takes::Nothing)],
        short: &[('s', Takes::Value), ('r', Takes::Value), ('c', Takes::Nothing), ('o', Takes::Nothing)],
        abbreviations: true,
        operands_end_options: false,
    };
    let grows = |value: &Value| value.known().is_some_and(|text| text.starts_with(['+', '>', '%']));
    invocation.program == "truncate" && !parse(&invocation.words, &SPEC).value(&["s", "size"]).is_some_and(grows)
}

/// Whether nothing is read from a file.
fn is_nothing(value: &Value) -> bool {
    value.known() == Some("/dev/null")
}

/// The value of `-t` or `--target-directory`, in any spelling.
fn target_directory(invocation: &Invocation) -> Option<Value> {
    const SPEC: Spec = Spec {
        long: &[("target-directory", Takes::Value)],
        short: &[('t', Takes::Value), ('r', Takes::Nothing), ('f', Takes::Nothing), ('v', Takes::Nothing), ('n', Takes::Nothing), ('a', Takes::Nothing), ('p', Takes::Nothing), ('s', Takes::Nothing)],
        abbreviations: true,
        operands_end_options: false,
    };
    parse(&invocation.words, &SPEC).value(&["t", "target-directory"]).cloned()
}

fn move_files(invocation: &Invocation, context: &mut Context<'_>) {
    let target = target_directory(invocation);
    let mut operands = operands(invocation, "tS");
    let last = if target.is_none() { operands.pop().map(|word| word.value.clone()) } else { target };
    let Some(last) = last else {
        context.program(verbs::EXEC_READ, "mv");
        return;
    };
    for word in &operands {
        // What is moved is gone from where it was, and may be a secret where it is now.
        let at = context.state.world.written.len();
        context.moves_to(word, Some(&last));
        into(&last, word, at, context);
        moved::to(word, &last, context);
    }
    if operands.is_empty() {
        context.write_value(&last);
    }
}

fn copy(invocation: &Invocation, context: &mut Context<'_>) {
    let target = target_directory(invocation);
    let values = if invocation.program == "install" { "tSmog" } else { "tS" };
    let mut operands = operands(invocation, values);
    let last = match target {
        Some(target) => target,
        None if operands.len() > 1 => operands.pop().map_or_else(|| Value::unknown("unclear"), |word| word.value.clone()),
        None => Value::Known(".".to_owned()),
    };
    for word in &operands {
        // A second one under a name that git may take would be committed with the next.
        let is_kept_out = last.text().ends_with(".local") || context.is_ignored(&last);
        if invocation.program == "cp" && is_kept_out && context.stays_secret(&word.value, &last) {
            context.looks_at(&word.value);
        } else {
            context.read_tree(word);
        }
        let merges = invocation.program == "cp" && invocation.words.iter().any(|word| matches!(word.text(), "-T" | "--no-target-directory") || is_bundle_with(word, 'T'));
        if merges || matches!(word.text().rsplit('/').next(), Some("." | ".." | "" | "*" | ".*")) {
            landing::unpacks(&word.value, &last, context);
        }
        if invocation.program == "cp" && invocation.words.iter().any(keeps_parents) {
            let own = word.value.strip_prefix("/").unwrap_or_else(|| word.value.clone());
            context.write_value(&below(Some(&last), &own));
        }
        into(&last, word, context.state.world.written.len(), context);
        if is_nothing(&word.value) {
            context.empties(&last);
        }
    }
    if operands.is_empty() {
        context.write_value(&last);
    }
    counted::copied(invocation, &operands, &last, context);
}

/// `cp --parents a/b d` makes `d/a/b`.
fn keeps_parents(word: &Word) -> bool {
    word.text().len() > "--p".len() && "--parents".starts_with(word.text())
}

fn is_bundle_with(word: &Word, letter: char) -> bool {
    word.text().strip_prefix('-').is_some_and(|letters| !letters.starts_with('-') && letters.contains(letter))
}

/// Whether `cp` makes links instead of copies.
fn links(invocation: &Invocation) -> bool {
    invocation.words.iter().map(Word::text).any(|text| match text.strip_prefix("--") {
        Some(long) => long.len() > 1 && ["link", "symbolic-link"].iter().any(|option| option.starts_with(long)),
        None => text.starts_with('-') && text.contains(['l', 's']),
    })
}

/// `ln`, `cp -l`, `cp -s`: another name for what is there, through which it can be read and changed.
fn link(invocation: &Invocation, context: &mut Context<'_>) {
    let given = target_directory(invocation);
    let mut operands = operands(invocation, "tS");
    let inside = given.is_some() || operands.len() > 2;
    let last = match given {
        Some(target) => target,
        None if operands.len() > 1 => operands.pop().map_or_else(|| Value::unknown("unclear"), |word| word.value.clone()),
        None => Value::Known(".".to_owned()),
    };
    let symbolic = invocation.words.iter().map(Word::text).any(|text| {
        text.starts_with("--s") || (text.starts_with('-') && !text.starts_with("--") && text.contains('s'))
    });
    let place = crate::paths::locate_entry(&last, context);
    let there = context.workspace.ask(&Question::Path { path: place.path.clone() });
    let mut names = Vec::new();
    for word in &operands {
        let name = word.text().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let below = format!("{}/{name}", place.path.trim_end_matches('/'));
        names.clear();
        if !inside && !matches!(there, Answer::Directory { .. }) || invocation.words.iter().any(|word| matches!(word.text(), "-n" | "-T" | "-sfn" | "-snf")) {
            names.push(place.path.clone());
        }
        if inside || !matches!(there, Answer::Absent | Answer::Text { .. }) {
            names.push(below);
        }
        for name in &names {
            let from = match &context.state.shell.directory {
                Ok(directory) if !symbolic => directory.clone(),
                Err(_) if !symbolic && !word.text().starts_with('/') => "*".to_owned(),
                _ => crate::paths::split(name).0.to_owned(),
            };
            let target = match &word.value {
                Value::Known(text) | Value::Pattern(text) if text.starts_with('/') => Some(text.clone()),
                Value::Known(text) | Value::Pattern(text) if from != "*" => Some(format!("{from}/{text}")),
                Value::Known(_) | Value::Pattern(_) | Value::Unknown { .. } => None,
            };
            let source = match (&word.value, &target) {
                (Value::Known(_), Some(target)) => Value::Known(target.clone()),
                (Value::Pattern(_), Some(target)) => Value::Pattern(target.clone()),
                _ => word.value.clone(),
            };
            context.names_again(&source);
            context.state.world.links.push(Link { name: name.clone(), target });
        }
    }
    if operands.is_empty() || last.is_unknown() {
        context.write_value(&last);
    } else {
        names.iter().for_each(|name| context.replace(&Value::Known(name.clone())));
    }
}

/// A file, as it was when the command had written `at` files, written to `target`, which may be a directory that it
/// goes into.
fn into(target: &Value, source: &Word, at: usize, context: &mut Context<'_>) {
    let before = context.state.world.written.len();
    context.write_value(target);
    let from = crate::paths::locate(&source.value, context);
    context.state.world.copied(before, at, &from);
    landing::inside(&source.value, target, context);
}

fn disk_dump(invocation: &Invocation, context: &mut Context<'_>) {
    let from = invocation.words.iter().find_map(|word| word.value.strip_prefix("if="));
    for word in &invocation.words {
        if let Some(value) = word.value.strip_prefix("if=") {
            context.read_value(&value);
        } else if let Some(value) = word.value.strip_prefix("of=") {
            let before = context.state.world.written.len();
            context.write_value(&value);
            if let Some(from) = &from {
                if is_nothing(from) {
                    context.empties(&value);
                }
                let from = paths::locate(from, context);
                context.state.world.copied(before, before, &from);
                context.state.world.altered(before);
            }
        } else if word.value.is_unknown() {
            context.write(word);
        }
    }
    context.program(verbs::EXEC_READ, "dd");
}

fn permit(invocation: &Invocation, context: &mut Context<'_>) {
    let reference = invocation.words.iter().any(|word| word.text().starts_with("--reference"));
    let mut operands: Vec<&Word> = Vec::new();
    for word in &invocation.words {
        let text = word.text();
        // `-x` and `-rw` are modes.
        if !(text.starts_with('-') && text.len() > 1) || text.trim_start_matches('-').starts_with(['x', 'w', 'r']) {
            operands.push(word);
        }
    }
    let skip = usize::from(!reference);
    for word in operands.into_iter().skip(skip) {
        let before = context.collected.len();
        context.permit(word);
        if invocation.program == "chmod" && !reference {
            modes::weigh(word, invocation, before, context);
        }
    }
}


/// A path below a directory given by an option.
fn below(directory: Option<&Value>, path: &Value) -> Value {
    match (directory, path) {
        (Some(Value::Known(directory)), Value::Known(path)) if !path.starts_with('/') => Value::Known(format!("{directory}/{path}")),
        (Some(Value::Known(directory)), Value::Pattern(path)) if !path.starts_with('/') => Value::Pattern(format!("{directory}/{path}")),
        (Some(directory), path) if directory.known().is_none() && !path.text().starts_with('/') => Value::unknown("the directory is not known"),
        (_, path) => path.clone(),
    }
}

fn archive(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    if invocation.words.iter().any(|word| matches!(word.text(), "-TT" | "--unzip-command" | "-T")) {
        opaque(invocation, "its options start a program", context);
    }
    match program {
        "split" => programs::started(&invocation.words, &["filter"], &[], context),
        "zip" => programs::started(&invocation.words, &["unzip-command"], &[], context),
        // The first operand of the one in Perl is code.
        "rename" if invocation.words.iter().any(|word| word.text().contains(['(', '`', '{', '$', ';']) || word.text().ends_with('e') && word.text().starts_with("s/")) => {
            opaque(invocation, "its first operand can be code", context);
        }
        _ => {}
    }
    if program == "unzip" {
        unzip(invocation, context);
        return;
    }
    // The file itself goes, and what it is made into stays.
    context.state.world.has_moved |= matches!(program, "gzip" | "gunzip" | "bzip2" | "xz" | "rename" | "zip");
    let operands = operands(invocation, "");
    let moves = program == "zip" && invocation.words.iter().any(|word| word.text() == "--move" || word.text().starts_with('-') && !word.text().starts_with("--") && word.text().contains('m'));
    for (index, word) in operands.iter().enumerate() {
        context.read_tree(word);
        if moves && index > 0 {
            // What is in the archive is taken away.
            context.delete(word);
        } else if program != "zip" || index == 0 && word.text() != "-" {
            context.write(word);
        }
    }
    if matches!(program, "rename" | "split") || operands.is_empty() {
        context.write_value(&Value::Known(".".to_owned()));
    }
    context.flow.decoded |= matches!(program, "gunzip" | "gzip" | "xz" | "bzip2");
}

#[cfg(test)]
mod tests;
