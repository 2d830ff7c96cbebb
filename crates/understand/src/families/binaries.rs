//! Programs that rewrite programs: `strip`, `objcopy`, `patchelf`.

use countersign_model::verbs;

use super::Family;
use crate::context::Context;
use crate::invocation::Invocation;

pub(super) const FAMILY: Family = Family {
    programs: &["strip", "llvm-strip", "objcopy", "llvm-objcopy", "patchelf", "install_name_tool", "chrpath", "upx", "codesign", "lipo"],
    about: "Programs that rewrite programs: which file they read, and which they write or change in place.",
    examples: &[
        "patchelf --print-rpath bin/tool",
        "strip --version",
        "strip target/release/tool",
        "strip -o bin/tool target/release/tool",
        "objcopy /bin/true ~/.local/bin/tool",
        "patchelf --set-rpath /opt/lib bin/tool",
    ],
    effects,
};

/// Options that take the next word; that of `-o` is written.
const VALUES: &[&str] = &[
    "-o", "--output", "-O", "-I", "-F", "-j", "-R", "-N", "-K", "--remove-section", "--set-rpath", "--set-interpreter", "--add-needed", "--replace-needed", "-change", "-id", "--sign", "--entitlements", "-r",
];
/// Options with which nothing is changed.
const SHOWS: &[&str] = &["--version", "--help", "--print-rpath", "--print-needed", "--print-interpreter", "-info"];
/// Those of `codesign`; to others they mean something else.
const SHOWS_SIGNATURES: &[&str] = &["--verify", "-v", "-d", "-dv"];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let shows = invocation.words.iter().any(|word| {
        let text = word.text();
        SHOWS.contains(&text) || invocation.program == "codesign" && SHOWS_SIGNATURES.contains(&text)
    });
    let mut words = invocation.words.iter();
    let (mut last, mut elsewhere) = (None, false);
    while let Some(word) = words.next() {
        let text = word.text();
        if matches!(text, "-o" | "--output") {
            words.next().into_iter().for_each(|word| context.write(word));
            elsewhere = true;
        } else if VALUES.contains(&text) || text == "-s" && invocation.program == "codesign" {
            words.next();
        } else if !text.starts_with('-') {
            context.read(word);
            last = Some(word);
        }
    }
    if let Some(word) = last.filter(|_| !shows && !elsewhere) {
        context.write(word);
    }
    context.program(if shows { verbs::EXEC_READ } else { verbs::EXEC_BUILD }, &invocation.program);
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
        assert_snapshot!(check("strip -s -d bin/x; codesign -dv bin/y"), @"
        fs.read /repo/bin/x, read
        fs.write /repo/bin/x, write
        exec.build strip, execute
        fs.read /repo/bin/y, read
        exec.read codesign, read
        ");
        assert_snapshot!(check("strip -o bin/x y"), @"
        fs.write /repo/bin/x, write
        fs.read /repo/y, read
        exec.build strip, execute
        ");
    }
}
