//! Other programs that pack and unpack: where what they unpack lands.

use countersign_model::verbs;

use super::{Family, landing, opaque};
use crate::context::Context;
use crate::invocation::{Invocation, Stdin};
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &["7z", "7za", "7zz", "7zr", "unrar", "rar", "unar", "lsar", "cpio", "pax", "ditto", "dtrx", "ouch", "atool", "aunpack", "cabextract"],
    about: "Archives are read and written; which files are in one is not looked at, so that what is unpacked over a project's top may \
        bring settings and hooks. What is packed and then deleted is deleted.",
    examples: &["7z l a.7z", "7z x a.7z -ovendor", "unrar x a.rar vendor/", "cpio -it < a.cpio", "cpio -id < a.cpio", "unar -o vendor a.rar"],
    effects,
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let is_option = |word: &&Word| word.text().starts_with('-') && word.text().len() > 1;
    if invocation.words.iter().any(|word| word.value.is_unknown() && word.text().is_empty() && program != "ditto") {
        opaque(invocation, "what it does is not known", context);
        return;
    }
    let operands: Vec<&Word> = invocation.words.iter().filter(|word| !is_option(word)).collect();
    let has = |letters: &[char]| invocation.words.iter().filter(is_option).any(|word| !word.text().starts_with("--") && word.text().contains(letters));
    let given = |name: &str| {
        let at = invocation.words.iter().position(|word| word.text() == name)?;
        invocation.words.get(at + 1).map(|word| word.value.clone())
    };
    let attached = |name: &str| invocation.words.iter().find_map(|word| word.value.strip_prefix(name).filter(|value| !value.text().is_empty()));
    let first = operands.first().map_or("", |word| word.text());
    let (unpacks, packs, into) = match program {
        "7z" | "7za" | "7zz" | "7zr" => (matches!(first, "x" | "e"), matches!(first, "a" | "u" | "d" | "rn"), attached("-o")),
        "rar" | "unrar" => {
            let target = operands.last().filter(|word| operands.len() > 2 && word.text().ends_with('/')).map(|word| word.value.clone());
            (matches!(first, "x" | "e"), !matches!(first, "x" | "e" | "l" | "lb" | "lt" | "t" | "v" | "p"), target)
        }
        "unar" => (true, false, given("-o").or_else(|| given("-output-directory"))),
        "cpio" => (has(&['i', 'p']) && !has(&['t']), has(&['o']), given("-D").or_else(|| operands.last().filter(|_| has(&['p'])).map(|word| word.value.clone()))),
        "pax" => (has(&['r']), has(&['w']), None),
        "ditto" => (true, false, operands.last().map(|word| word.value.clone())),
        "cabextract" => (!has(&['l', 't']), false, given("-d")),
        "dtrx" | "aunpack" => (!has(&['l', 't']), false, None),
        "ouch" => (matches!(first, "decompress" | "d"), matches!(first, "compress" | "c"), given("--dir").or_else(|| given("-d"))),
        "atool" => (has(&['x']), has(&['a']), None),
        _ => (false, false, None),
    };
    let skips = usize::from(matches!(program, "7z" | "7za" | "7zz" | "7zr" | "rar" | "unrar" | "ouch"));
    for word in operands.iter().skip(skips) {
        context.read_tree(word);
    }
    if let Stdin::File(file) = &invocation.stdin {
        context.read_value(file);
    }
    // What it has packed is gone from where it was.
    let deletes = ["-sdel", "-df", "-dr", "-dw"].iter().any(|name| invocation.words.iter().any(|word| word.text().eq_ignore_ascii_case(name)));
    let moves = deletes && skips == 1 && program != "ouch" && packs || program.ends_with("rar") && matches!(first, "m" | "mf");
    if moves {
        operands.iter().skip(skips + 1).for_each(|word| context.delete(word));
    }
    if packs {
        operands.iter().skip(skips).take(1).for_each(|word| context.write(word));
    }
    if unpacks {
        let here = || Value::Known(".".to_owned());
        landing::unpacks(&Value::unknown("which files are in it is not known"), &into.unwrap_or_else(here), context);
    }
    context.program(verbs::EXEC_READ, program);
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn what_is_packed_and_deleted() {
        for command in ["7z a -sdel x.7z src", "7zz a x.7z src -sdel", "rar a -df x.rar src", "rar m x.rar src"] {
            assert!(check(command).contains("fs.delete /repo/src, destroy"), "{command}: {}", check(command));
        }
        for command in ["7z a x.7z src", "7z a -so x.7z src", "rar a x.rar src", "7z a x.7z -- src"] {
            assert!(!check(command).contains("fs.delete"), "{command}: {}", check(command));
        }
    }

    #[test]
    fn what_is_unpacked_lands_somewhere() {
        for command in ["7z x a.7z", "7z x a.7z -o.", "unrar x a.rar", "cpio -id < a.cpio", "unar a.rar", "python3 -m zipfile -e a.zip .", "python3 -m tarfile -e a.tgz", "bsdtar xf a.tgz", "gtar xf a.tgz", "ditto -x -k a.zip ."] {
            let found = check(command);
            assert!(found.contains("fs.write /repo, write, partial"), "{command}: {found}");
        }
        assert_snapshot!(check("7z x a.7z -ovendor; cpio -it < a.cpio; 7z l a.7z; unar -o vendor a.rar"), @"
        fs.read /repo/a.7z, read
        fs.write /repo/vendor, write
        exec.read 7z, read
        fs.read /repo/a.cpio, read
        exec.read cpio, read
        fs.read /repo/vendor, read
        fs.read /repo/a.rar, read
        exec.read unar, read
        ");
        assert_snapshot!(check("7z a out.7z src; python3 -m zipfile -c a.zip src; python3 -m zipfile -l a.zip"), @"
        fs.read /repo/out.7z, read
        fs.read /repo/src, read
        fs.write /repo/out.7z, write
        exec.read 7z, read
        fs.write /repo/a.zip, write
        exec.read python -m, read
        fs.read /repo/a.zip, read
        ");
    }
}
