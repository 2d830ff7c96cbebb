//! Programs that rewrite programs: `strip`, `objcopy`, `patchelf`.

use countersign_model::verbs;

use super::Family;
use crate::context::Context;
use crate::invocation::Invocation;

pub(super) const FAMILY: Family = Family {
    programs: &["strip", "llvm-strip", "objcopy", "llvm-objcopy", "patchelf", "install_name_tool", "chrpath", "upx", "codesign", "lipo"],
    effects,
    about: "Programs that rewrite programs: the file they are given is changed.",
    examples: &["strip --version", "patchelf --version", "strip target/release/shop", "objcopy /bin/true ~/.local/bin/tool", "patchelf --print-rpath shop"],
};

/// Options that take the next word; that of `-o` is written.
const VALUES: &[&str] = &[
    "-o", "--output", "-O", "-I", "-F", "-j", "-R", "-N", "-K", "-s", "--remove-section", "--set-rpath", "--set-interpreter", "--add-needed", "--replace-needed", "-change", "-id", "--sign", "--entitlements", "-r",
];
/// Options with which nothing is changed.
const SHOWS: &[&str] = &["--version", "--help", "--print-rpath", "--print-needed", "--print-interpreter", "--verify", "-v", "-info", "-d", "-dv"];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let shows = invocation.words.iter().any(|word| SHOWS.contains(&word.text()));
    let mut words = invocation.words.iter();
    let mut last = None;
    while let Some(word) = words.next() {
        let text = word.text();
        if matches!(text, "-o" | "--output") {
            words.next().into_iter().for_each(|word| context.write(word));
        } else if VALUES.contains(&text) {
            words.next();
        } else if !text.starts_with('-') {
            context.read(word);
            last = Some(word);
        }
    }
    if shows {
        context.program(verbs::EXEC_READ, &invocation.program);
        return;
    }
    if let Some(word) = last {
        context.write(word);
    }
    context.program(verbs::EXEC_BUILD, &invocation.program);
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn programs_that_are_rewritten() {
        assert_snapshot!(check("strip target/release/x"), @"
        fs.read /repo/target/release/x, read
        fs.write /repo/target/release/x, write
        exec.build strip, execute
        ");
        assert_snapshot!(check("objcopy /bin/true ~/.local/bin/tool"), @"
        fs.read /bin/true, read
        fs.read /home/dev/.local/bin/tool, read
        fs.write /home/dev/.local/bin/tool, write
        exec.build objcopy, execute
        ");
        assert_snapshot!(check("patchelf --print-rpath x"), @"
        fs.read /repo/x, read
        exec.read patchelf, read
        ");
    }
}
