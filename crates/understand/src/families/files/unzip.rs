//! `unzip`: which archive is read, and where its files land.

use super::below;
use crate::context::Context;
use crate::families::landing;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

/// Letters with which nothing is written.
const LOOKS: &[char] = &['l', 't', 'v', 'Z', 'p', 'c', 'z'];

pub(super) fn unzip(invocation: &Invocation, context: &mut Context<'_>) {
    let mut operands: Vec<&Word> = Vec::new();
    let mut directory: Option<Value> = None;
    let (mut looks, mut excludes, mut is_unsure) = (false, false, false);
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        let text = word.text();
        is_unsure |= word.value.is_unknown();
        if !text.starts_with('-') || text.len() < 2 {
            // What follows `-x` is left out.
            if !excludes {
                operands.push(word);
            }
            continue;
        }
        for (at, letter) in text.char_indices().skip(1) {
            let end = at + letter.len_utf8();
            match letter {
                'd' | 'P' => {
                    let rest = text.get(..end).and_then(|before| word.value.strip_prefix(before));
                    let rest = rest.filter(|rest| !rest.text().is_empty() || rest.is_unknown());
                    let value = rest.or_else(|| words.next().map(|word| word.value.clone()));
                    if letter == 'd' {
                        directory = value;
                    }
                    break;
                }
                'x' => excludes = true,
                _ => looks |= LOOKS.contains(&letter),
            }
        }
    }
    let Some((archive, members)) = operands.split_first() else {
        context.program(countersign_model::verbs::EXEC_READ, "unzip");
        return;
    };
    context.read(archive);
    if looks && !is_unsure {
        return;
    }
    let into = directory.unwrap_or_else(|| Value::Known(".".to_owned()));
    if members.is_empty() || !members.iter().all(|member| landing::is_one(&member.value)) {
        landing::tree(&Value::unknown("which files are in it is not known"), &into, context);
    } else {
        for member in members {
            context.write_value(&below(Some(&into), &member.value));
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn where_files_land() {
        assert_snapshot!(check("unzip -o x.zip -d out; unzip -qo y.zip -dout2; unzip -P pw z.zip"), @"
        fs.read /repo/x.zip, read
        fs.write /repo/out, write
        fs.read /repo/y.zip, read
        fs.write /repo/out2, write
        fs.read /repo/z.zip, read
        fs.write /repo, write
        fs.write /repo, write, partial
        ");
        assert_snapshot!(check("unzip x.zip .envrc -d .; unzip x.zip .bashrc -d ~; unzip x.zip -x a b -d ~"), @"
        fs.read /repo/x.zip, read
        fs.write /repo/.envrc, write
        fs.write /home/dev/.bashrc, write
        fs.write /home/dev, write
        fs.write /home/dev, write, partial
        ");
        assert_snapshot!(check("unzip -l x.zip; unzip -p x.zip .envrc; unzip -t x.zip"), @"fs.read /repo/x.zip, read");
        assert_snapshot!(check("unzip $A x.zip; unzip x.zip -d $B"), @"
        fs.read *, read, partial
        fs.write /repo/x.zip, write
        fs.read /repo/x.zip, read
        fs.write *, write, partial
        ");
    }
}
