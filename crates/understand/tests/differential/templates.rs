//! The grammar that scripts are made from. In the place of `‹x›` comes:
//!
//! | | |
//! |---|---|
//! | `c` | a command, its words written in any way |
//! | `l` | a command of plain words |
//! | `q` | the same as one quoted word |
//! | `s` | statements, before an end of line |
//! | `S` | statements as one quoted word |
//! | `n` | the name of a program |
//! | `k` | a word that nothing else is |
//! | `v`, `w`, `f`, `d` | two variables, a function and the end of a document of this template |
//!
//! Nothing here writes but into the script's own directory, and no builtin does harm: no `kill`, no absolute
//! paths, no addresses.

mod compounds;
mod files;
mod programs;
mod streams;
mod tests;
mod texts;
mod unknown;
mod values;

use std::sync::LazyLock;

/// Statements that hold no others.
pub const SIMPLE: &[&str] = &[
    "‹c›",
    "‹c›",
    "‹l›",
    "‹c› | ‹c›",
    "‹c› && ‹c›",
    "‹c› || ‹c›",
    "! ‹c›",
    "‹v›=‹k› ‹c›",
    "‹c› >out",
    "‹c› 2>&1 | ‹c›",
    "‹c› &",
    "echo ‹k› '‹l›'",
    ":",
];

/// Statements whose text says all they do.
pub static LITERAL: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let parts = [
        values::VARIABLES,
        values::ARRAYS,
        values::WORDS,
        compounds::COMPOUNDS,
        tests::TESTS,
        compounds::LOOPS,
        streams::STREAMS,
        streams::REDIRECTIONS,
        programs::PROGRAMS,
    ];
    parts.concat()
});

/// Statements that depend on more than their text, or on what only a run of it shows.
pub static UNKNOWN: LazyLock<Vec<&str>> =
    LazyLock::new(|| [unknown::VARIABLES, texts::EVALUATED, files::READ].concat());

/// Statements whose text says all they do, and which are still taken for opaque.
pub const NOT_YET: &[&str] = &[
    "{alpha,a\\ x} ‹k›",
    "‹f›() [[ -n $1 ]]; ‹f› x && ‹c›",
    "for ‹v› in a b; { ‹n› $‹v› ‹k›; }",
    "cat <(echo ‹q›) | bash",
    "cat <<‹d›; ‹n› \"$(‹l›\n‹l›)\" ‹k›\nx\n‹d›\n",
    "cat <<‹d› && ‹n› <<E‹d› <(‹l›\n‹d›\nE‹d›\n)\nx\n‹d›\nE‹d›\n",
];

/// What a whole script may stand in.
pub const FRAMES: &[&str] = &[
    "bash -c ‹S›",
    "eval ‹S›",
    "{ ‹s›\n}",
    "( ‹s›\n)",
    "main() { ‹s›\n}\nmain",
    "bash <<'FRAME'\n‹s›\nFRAME\n",
    "if true; then ‹s›\nfi",
    "set -euo pipefail\n‹s›",
    "env bash -c ‹S›",
    "timeout 5 bash -c ‹S›",
    "echo \"$( ‹s›\n)\"",
    "cd d\n‹s›",
    "shopt -s extglob\n‹s›",
    "set -x\n‹s›",
    "while :; do ‹s›\nbreak; done",
    "for v0 in a; do ‹s›\ndone",
    "case x in x) ‹s›\n;; esac",
    "coproc { ‹s›\n}\nwait",
    "( ‹s›\n) &\nwait",
    "f0() ( ‹s›\n)\nf0",
    "source <(cat <<'FRAME'\n‹s›\nFRAME\n)",
    "eval \"$(cat <<'FRAME'\n‹s›\nFRAME\n)\"",
    "cat <<'FRAME' | bash\n‹s›\nFRAME\n",
    "trap ‹S› EXIT",
    "cat <(‹s›\n)",
    "x0=$( ‹s›\n)",
    "bash -c 'eval \"$1\"' x ‹S›",
    "bash -s a b <<'FRAME'\n‹s›\nFRAME\n",
    "if false; then :; else ‹s›\nfi",
    "exec 2>/dev/null\n‹s›",
];
