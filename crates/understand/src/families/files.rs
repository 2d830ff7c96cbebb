//! Programs that create, change, move and delete files.

use countersign_model::{Answer, Effect, Question, Resource, verbs};

use super::{Family, opaque, read_all};
use crate::Workspace as _;
use crate::arguments::{Spec, Takes, parse};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &[
        "rm", "rmdir", "unlink", "shred", "mv", "cp", "ln", "install", "mkdir", "mktemp", "touch", "tee", "truncate", "dd",
        "chmod", "chown", "chgrp", "setfacl", "sed", "gsed", "patch", "rsync", "tar", "zip", "unzip", "gzip", "gunzip", "bzip2", "xz",
        "split", "sponge", "rename", "trash",
    ],
    effects,
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    match invocation.program.as_str() {
        "rm" | "rmdir" | "unlink" | "shred" | "trash" => delete(invocation, context),
        "mkdir" | "touch" | "truncate" | "tee" | "sponge" | "mktemp" => create(invocation, context),
        "mv" => move_files(invocation, context),
        "cp" | "install" | "ln" => copy(invocation, context),
        "dd" => disk_dump(invocation, context),
        "chmod" | "chown" | "chgrp" | "setfacl" => permit(invocation, context),
        "sed" | "gsed" => sed(invocation, context),
        "rsync" => rsync(invocation, context),
        "tar" => tar(invocation, context),
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
    let operands = operands(invocation, values);
    operands.iter().for_each(|word| context.delete(word));
    if operands.is_empty() {
        context.program(verbs::EXEC_READ, &invocation.program);
    }
}

fn create(invocation: &Invocation, context: &mut Context<'_>) {
    let values = match invocation.program.as_str() {
        "touch" => "drt",
        "truncate" => "sr",
        "mkdir" => "m",
        _ => "",
    };
    if invocation.program == "mktemp" {
        let temporary = context.surroundings.temporary.first().cloned().unwrap_or_else(|| "/tmp".to_owned());
        context.write_value(&Value::Known(format!("{temporary}/mktemp")));
        return;
    }
    let operands = operands(invocation, values);
    operands.iter().for_each(|word| context.write(word));
    if operands.is_empty() {
        context.program(verbs::EXEC_READ, &invocation.program);
    }
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
        context.moves(word);
        into(&last, word, context);
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
        context.read_tree(word);
        into(&last, word, context);
    }
    if operands.is_empty() {
        context.write_value(&last);
    }
}

/// A file written to `target`, which may be a directory that it goes into.
fn into(target: &Value, source: &Word, context: &mut Context<'_>) {
    context.write_value(target);
    let name = source.text().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if let (Value::Known(directory), false) = (target, source.value.is_unknown() || name.is_empty() || name == "." || name == "..") {
        let inside = format!("{}/{name}", directory.trim_end_matches('/'));
        let value = if crate::glob::is_pattern(name) { Value::Pattern(inside) } else { Value::Known(inside) };
        let located = crate::paths::locate(target, context);
        let question = Question::Path { path: located.path.clone() };
        let may_be_directory = !matches!(context.workspace.ask(&question), Answer::Absent | Answer::Text { .. });
        // Only what the target alone would hide.
        if may_be_directory && crate::paths::locate(&value, context).class > located.class {
            context.write_value(&value);
        }
    }
}

fn disk_dump(invocation: &Invocation, context: &mut Context<'_>) {
    for word in &invocation.words {
        if let Some(value) = word.value.strip_prefix("if=") {
            context.read_value(&value);
        } else if let Some(value) = word.value.strip_prefix("of=") {
            context.write_value(&value);
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
    operands.iter().skip(skip).for_each(|word| context.permit(word));
}

fn sed(invocation: &Invocation, context: &mut Context<'_>) {
    let mut in_place = false;
    let mut scripts: Vec<&Word> = Vec::new();
    let mut files: Vec<&Word> = Vec::new();
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        let text = word.text();
        match text {
            "-e" | "--expression" => scripts.extend(words.next()),
            "-f" | "--file" => {
                opaque(invocation, "its program is in a file", context);
                words.next();
            }
            "-l" | "--line-length" => {
                words.next();
            }
            _ if text.starts_with("--") => {
                in_place |= text.starts_with("--in-p") || text.starts_with("--i");
                if text.starts_with("--expression=") || word.value.is_unknown() {
                    scripts.push(word);
                }
            }
            _ if text.starts_with('-') && text.len() > 1 => {
                let flags = text.split('e').next().unwrap_or_default();
                in_place |= flags.contains('i') || word.value.is_unknown();
                if text.ends_with('e') && !text.contains('i') {
                    scripts.extend(words.next());
                }
            }
            _ => files.push(word),
        }
    }
    // BSD's `-i ''` leaves an empty operand.
    files.retain(|word| word.known() != Some(""));
    if scripts.is_empty() && !files.is_empty() {
        scripts.push(files.remove(0));
    }
    if scripts.iter().any(|script| sed_acts(script)) {
        opaque(invocation, "its program can run commands or write files", context);
    }
    for file in &files {
        if in_place { context.write(file) } else { context.read(file) }
    }
    context.program(verbs::EXEC_READ, "sed");
}

/// Whether a sed program may run commands (`e`, `s///e`) or write files (`w`): only plain
/// substitutions, deletions and prints are known not to.
fn sed_acts(script: &Word) -> bool {
    let Some(text) = script.known() else { return true };
    let text = text.strip_prefix("--expression=").unwrap_or(text);
    text.split(['\n', ';']).any(|command| {
        let command = command.trim().trim_start_matches(|c: char| {
            c.is_ascii_digit() || matches!(c, ',' | '$' | '~' | '+' | ' ' | '!' | '{' | '}')
        });
        let command = match command.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')) {
            Some((_, rest)) if !command.contains("/s/") => rest.trim_start_matches(['!', ' ', 'I']),
            _ => command,
        };
        match command.chars().next() {
            None | Some('p' | 'd' | 'q' | '=' | 'n' | 'N' | 'P' | 'D' | 'a' | 'i' | 'c' | 'y' | 'h' | 'H' | 'g' | 'G' | 'x' | '}' | '{') => {
                command.len() > 1 && matches!(command.chars().next(), Some('p' | 'd' | '=')) && command.contains(['w', 'e'])
            }
            Some('s') => {
                let Some(delimiter) = command.chars().nth(1) else { return true };
                let flags = command.rsplit(delimiter).next().unwrap_or_default();
                flags.contains(['e', 'w', 'M']) || command.matches(delimiter).count() < 3
            }
            Some(_) => true,
        }
    })
}

fn rsync(invocation: &Invocation, context: &mut Context<'_>) {
    let remote = invocation.words.iter().find(|word| !word.text().starts_with('-') && word.text().contains(':'));
    if invocation.words.iter().any(|word| word.text().starts_with("-e") || word.text().starts_with("--rsh") || word.text().starts_with("--rsync-path")) {
        opaque(invocation, "it starts a program of its options", context);
    }
    if let Some(word) = remote {
        let host = word.text().split(':').next().unwrap_or("*");
        let host = host.rsplit('@').next().unwrap_or(host);
        context.push(Effect::new(verbs::NET_SEND, Resource::Host { host: host.to_owned(), url: None }));
    }
    let mut operands = operands(invocation, "e");
    let last = operands.pop();
    operands.iter().for_each(|word| context.read_tree(word));
    if let Some(last) = last.filter(|word| !word.text().contains(':')) {
        if invocation.words.iter().any(|word| word.text().starts_with("--del")) {
            context.delete(last);
        }
        context.write(last);
    }
    if invocation.words.iter().any(|word| word.text() == "--remove-source-files") {
        opaque(invocation, "it deletes what it sends", context);
    }
}

fn tar(invocation: &Invocation, context: &mut Context<'_>) {
    let runs = ["--to-command", "--checkpoint-action", "-I", "--use-compress-program", "--rsh-command", "--info-script", "-F"];
    if invocation.words.iter().any(|word| runs.iter().any(|option| word.text().starts_with(option))) {
        opaque(invocation, "its options start a program", context);
    }
    let mode = invocation.words.first().map(Word::text).unwrap_or_default();
    let has = |letter: char, long: &str| {
        (!mode.starts_with("--") && mode.contains(letter)) || invocation.words.iter().any(|word| word.text() == long)
    };
    let operands: Vec<&Word> =
        invocation.words.iter().skip(1).filter(|word| word.text() == "-" || !word.text().starts_with('-')).collect();
    if has('t', "--list") {
        read_all(operands, context);
    } else if has('c', "--create") || has('r', "--append") {
        let mut operands = operands.into_iter();
        if let Some(archive) = operands.next() {
            context.write(archive);
        }
        operands.for_each(|word| context.read_tree(word));
    } else {
        read_all(operands.iter().take(1).copied(), context);
        let directory = operands.last().filter(|_| invocation.words.iter().any(|word| matches!(word.text(), "-C" | "--directory")));
        let value = directory.map_or_else(|| Value::Known(".".to_owned()), |word| word.value.clone());
        context.write_value(&value);
    }
}

fn archive(invocation: &Invocation, context: &mut Context<'_>) {
    if invocation.words.iter().any(|word| matches!(word.text(), "-TT" | "--unzip-command" | "-T")) {
        opaque(invocation, "its options start a program", context);
    }
    let operands = operands(invocation, "");
    for word in &operands {
        context.read_tree(word);
        context.write(word);
    }
    if matches!(invocation.program.as_str(), "unzip" | "patch" | "rename" | "split") || operands.is_empty() {
        context.write_value(&Value::Known(".".to_owned()));
    }
    context.flow.decoded |= matches!(invocation.program.as_str(), "gunzip" | "gzip" | "xz" | "bzip2");
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn deleting() {
        assert_snapshot!(check("rm -rf src/a.rs target /home/dev/x /"), @r#"
        fs.delete /repo/src/a.rs, destroy
        fs.delete /repo/target, destroy
        fs.delete /home/dev/x, destroy
        countersign.tamper /, destroy
        "#);
        assert_snapshot!(check("rm -rf \"$DIR\""), @"fs.delete *, destroy, partial");
        assert_snapshot!(check("rm -rf ~/.local ~/.countersign/*"), @r#"
        countersign.tamper /home/dev/.local, destroy
        countersign.tamper /home/dev/.countersign/*, destroy
        "#);
        assert_snapshot!(check("cd /tmp && rm -f x"), @r#"
        exec.read cd, read
        fs.delete /tmp/x, destroy
        "#);
        assert_snapshot!(check("cd /nowhere; rm -rf x"), @r#"
        exec.read cd, read
        fs.delete *, destroy, partial
        "#);
    }

    #[test]
    fn writing() {
        assert_snapshot!(check("cp ~/.ssh/id_rsa notes.txt"), @r#"
        secret.read /home/dev/.ssh/id_rsa, read
        fs.write /repo/notes.txt, write
        "#);
        assert_snapshot!(check("mv evil ~/.bashrc"), @r#"
        fs.write /repo/evil, write
        fs.write /home/dev/.bashrc, write
        "#);
        assert_snapshot!(check("cp pre-push .git/hooks/"), @r#"
        fs.read /repo/pre-push, read
        fs.write /repo/.git/hooks, write
        "#);
        assert_snapshot!(check("echo x > link/evil"), @r#"
        fs.write /repo/link/evil, write
        exec.read echo, read
        "#);
        assert_snapshot!(check("echo x >> ~/.countersign/log"), @r#"
        countersign.tamper /home/dev/.countersign/log, destroy
        exec.read echo, read
        "#);
        assert_snapshot!(check("dd if=/dev/zero of=/dev/sda"), @r#"
        exec.system /dev/sda, destroy
        exec.read dd, read
        "#);
        assert_snapshot!(check("chmod -R 777 ."), @"fs.permission /repo, write");
    }

    #[test]
    fn sed_reads_writes_or_runs() {
        assert_snapshot!(check("sed -n '1,20p' src/a.rs"), @r#"
        fs.read /repo/src/a.rs, read
        exec.read sed, read
        "#);
        assert_snapshot!(check("sed -i 's/a/b/g; s|c|d|' src/a.rs"), @r#"
        fs.write /repo/src/a.rs, write
        exec.read sed, read
        "#);
        assert_snapshot!(check("sed 's/.*/git push/e' src/a.rs"), @r#"
        exec.opaque sed, execute, opaque
        fs.read /repo/src/a.rs, read
        exec.read sed, read
        "#);
    }
}
