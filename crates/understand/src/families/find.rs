//! `find` and `fd`: they list, and can delete or run a program on what they find.

use super::{Family, dispatch, opaque, read_all};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family { programs: &["find", "gfind", "fd", "fdfind"], effects };

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let expression = invocation.words.iter().position(|word| word.text().starts_with(['-', '(', '!']));
    let (starts, rest) = invocation.words.split_at(expression.unwrap_or(invocation.words.len()));
    let is_find = invocation.program.ends_with("find");
    let starts: Vec<Word> = if starts.is_empty() || !is_find { vec![Word::known_as(".")] } else { starts.to_vec() };
    read_all(&starts, context);
    let all = if is_find { rest } else { &invocation.words };
    let outside = context.repeated;
    context.repeated = true;
    for (index, word) in all.iter().enumerate() {
        let after = all.get(index + 1..).unwrap_or_default();
        match word.text() {
            "-delete" if is_find => starts.iter().for_each(|start| delete(start, all, context)),
            "-exec" | "-execdir" | "-ok" | "-okdir" if is_find => exec(invocation, after, &starts, context),
            "-x" | "--exec" | "-X" | "--exec-batch" if !is_find => exec(invocation, after, &starts, context),
            "-fprint" | "-fprint0" | "-fls" | "-fprintf" if is_find => {
                after.iter().take(1).for_each(|file| context.write(file));
            }
            _ if word.value.is_unknown() && is_find && !is_value(all, index) => {
                opaque(invocation, "it may delete or run a program", context);
            }
            _ => {}
        }
    }
    context.repeated = outside;
}

/// Whether the word at `index` is the value of a test such as `-name`.
fn is_value(words: &[Word], index: usize) -> bool {
    let before = index.checked_sub(1).and_then(|before| words.get(before)).map(Word::text);
    matches!(before, Some("-name" | "-iname" | "-path" | "-type" | "-newer" | "-mtime" | "-maxdepth" | "-mindepth" | "-size" | "-user" | "-regex" | "-mmin"))
}

/// `find target -delete`: the directory, or the named files in it.
fn delete(start: &Word, words: &[Word], context: &mut Context<'_>) {
    let name = words.iter().skip_while(|word| word.text() != "-name").nth(1);
    match (name.map(|word| &word.value), &start.value) {
        (Some(Value::Known(name) | Value::Pattern(name)), Value::Known(directory)) => {
            let below = format!("{}/{name}", directory.trim_end_matches('/'));
            context.delete(&start.with(Value::Pattern(below)));
        }
        _ => context.delete(start),
    }
}

fn exec(invocation: &Invocation, after: &[Word], starts: &[Word], context: &mut Context<'_>) {
    let end = after.iter().position(|word| matches!(word.text(), ";" | "+")).unwrap_or(after.len());
    let words = after.get(..end).unwrap_or_default();
    let found = || match starts {
        [start] => start.value.known().map_or_else(
            || Value::unknown("a file that is found"),
            |start| Value::Pattern(format!("{}/*", start.trim_end_matches('/'))),
        ),
        _ => Value::unknown("a file that is found"),
    };
    let mut words: Vec<Word> = words
        .iter()
        .map(|word| if word.text().contains("{}") { word.with(found()) } else { word.clone() })
        .collect();
    if words.is_empty() {
        return;
    }
    if invocation.program.starts_with("fd") && !after.iter().any(|word| word.text().contains("{}")) {
        words.push(Word::made(found()));
    }
    let inner = Invocation { words, contiguous: false, ..invocation.clone() };
    if let Some(nested) = inner.nested(0) {
        dispatch(nested, context);
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn lists_deletes_and_runs() {
        assert_snapshot!(check("find . -name '*.rs' -type f | head"), @r#"
        fs.read /repo, read
        exec.read head, read
        "#);
        assert_snapshot!(check("find src -name '*.tmp' -delete"), @r#"
        fs.read /repo/src, read
        fs.delete /repo/src/*.tmp, destroy, partial
        "#);
        assert_snapshot!(check("find . -type f -exec rm {} +"), @"
        fs.read /repo, read
        countersign.tamper /repo/*, destroy
        ");
        assert_snapshot!(check("find . -exec git push origin main \\;"), @r#"
        fs.read /repo, read
        git.push main@origin, write
        "#);
        assert_snapshot!(check("find / -delete"), @r#"
        fs.read /, read
        countersign.tamper /, destroy
        "#);
        assert_snapshot!(check("fd -e rs -x wc -l"), @r#"
        fs.read /repo, read
        fs.read /repo/*, read, partial
        "#);
    }
}
