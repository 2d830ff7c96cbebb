//! Where a tool puts what it makes, when it is told: the output of a compiler or bundler, the directory of a new project,
//! of an environment, or of packages.

use countersign_model::{Effect, PathClass, Zone, verbs};

use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

/// Options of compilers and bundlers that name a file or a directory which they write.
const OUTPUTS: &[&str] = &[
    "-o", "--output", "--output-path", "--outfile", "--outFile", "--outdir", "--outDir", "--out-dir", "--out-file", "--target-dir", "--dest", "--destination",
    "--file", "--dir", "-MF", "-MJ", "-aux-info",
];

/// Programs whose `-d` is a directory that they write.
const INTO: &[&str] = &["javac", "rollup", "babel", "swc"];

/// Adds where a compiler's output goes that it is told: it can be built again, but for a file that git keeps.
pub(super) fn outputs(invocation: &Invocation, context: &mut Context<'_>) {
    let is_bundler = matches!(invocation.program.as_str(), "rollup" | "babel" | "swc");
    let names = |name: &str| {
        let is_output = OUTPUTS.contains(&name) && (is_bundler || !matches!(name, "--file" | "--dir"));
        is_output || name == "-d" && INTO.contains(&invocation.program.as_str()) || name.starts_with("--") && name.ends_with("_out")
    };
    let words = &invocation.words;
    let mut found: Vec<Value> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let (name, value) = match word.text().split_once('=') {
            Some((name, _)) => (name, word.value.strip_prefix(&format!("{name}="))),
            None => (word.text(), words.get(at + 1).map(|word| word.value.clone())),
        };
        found.extend(value.filter(|_| names(name)));
    }
    let operands: Vec<&Word> = words.iter().filter(|word| !word.text().starts_with('-')).collect();
    match (invocation.program.as_str(), operands.as_slice()) {
        ("ar", [_, archive, ..]) => found.push(archive.value.clone()),
        ("sass", [_, target]) => found.push(target.value.clone()),
        _ => {}
    }
    found.iter().take(MOST_MADE).for_each(|value| written(value, context));
}

/// Where a subcommand says which directory it fills.
enum Told {
    /// By the operand of this number after it.
    Operand(usize),
    /// By the value of one of these options, wherever it stands.
    ByOption(&'static [&'static str]),
    /// By a variable.
    Variable(&'static str),
}
use Told::{ByOption, Operand, Variable};

/// Programs, subcommands (none: whatever it is), and what names the directory.
const MADE: &[(&[&str], &[&str], Told)] = &[
    (&["cargo"], &["new", "init"], Operand(0)),
    (&["cargo"], &["install"], ByOption(&["--root"])),
    (&["cargo"], &["install"], Variable("CARGO_INSTALL_ROOT")),
    (&["go"], &["install", "get"], Variable("GOBIN")),
    (&["pip", "pip3", "uv", "pipx"], &["install", "pip", "download", "wheel"], ByOption(&["-t", "--target", "--prefix", "--root", "--src", "-d", "--dest", "-w", "--wheel-dir"])),
    (&["npm"], &["install", "i", "ci", "add", "update", "init"], ByOption(&["--prefix", "-C"])),
    (&["pnpm"], &["install", "i", "add", "update", "init"], ByOption(&["-C", "--dir"])),
    (&["yarn", "bun"], &["install", "add", "upgrade", "init"], ByOption(&["--cwd"])),
    (&["uv"], &["init"], Operand(0)),
    (&["virtualenv"], &[], Operand(0)),
    (&["poetry", "hatch", "rails", "mix", "dart", "flutter"], &["new", "create"], Operand(0)),
    (&["django-admin"], &["startproject", "startapp"], Operand(1)),
    (&["alembic"], &["init"], Operand(0)),
    (&["pytest"], &[], ByOption(&["--junitxml", "--junit-xml", "--basetemp", "--html", "--resultlog"])),
    (&["coverage"], &["xml", "json", "html", "lcov"], ByOption(&["-o", "-d"])),
];

/// Subcommands that begin something: what they make is source, and no output.
const BEGIN: &[&str] = &["new", "init", "create", "startproject", "startapp"];

/// Options that say where the project is.
const PROJECTS: &[&str] = &["--prefix", "-C", "--dir", "--cwd"];

/// Adds the directory that is filled, where it is named.
pub(in super::super) fn directories(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    for (_, subcommands, told) in MADE.iter().filter(|(programs, ..)| programs.contains(&program)) {
        let words = &invocation.words;
        let at = words.iter().position(|word| subcommands.contains(&word.text()));
        let begins = at.and_then(|at| words.get(at)).is_some_and(|word| BEGIN.contains(&word.text()));
        let Some(after) = at.map(|at| at + 1).or_else(|| subcommands.is_empty().then_some(0)) else { continue };
        let value = match told {
            Operand(number) => {
                let mut operands = words.iter().skip(after).filter(|word| !word.text().starts_with('-'));
                operands.nth(*number).map(|word| word.value.clone())
            }
            ByOption(names) => {
                let value = option(words, names);
                if let Some(value) = value.as_ref().filter(|_| names.iter().any(|name| PROJECTS.contains(name))) {
                    context.tree.works_in(&paths::locate(value, context).path);
                }
                value
            }
            Variable(name) => {
                invocation.environment.iter().rev().find(|(set, _)| set == name).map(|(_, value)| value.clone())
            }
        };
        // Where it stands it would write without being told.
        let Some(value) = value.filter(|value| !matches!(value.known(), Some("." | "./" | ""))) else { continue };
        if begins && paths::locate(&value, context).zone == Zone::Workspace {
            context.write_value(&value);
        } else {
            written(&value, context);
        }
    }
}

/// The value of the first of these options.
fn option(words: &[Word], names: &[&str]) -> Option<Value> {
    words.iter().enumerate().find_map(|(at, word)| match word.text().split_once('=') {
        Some((name, _)) => word.value.strip_prefix(&format!("{name}=")).filter(|_| names.contains(&name)),
        None => words.get(at + 1).filter(|_| names.contains(&word.text())).map(|next| next.value.clone()),
    })
}

/// Adds that a file or directory is made: it can be made again, but for a file that git keeps.
pub(in super::super) fn written(value: &Value, context: &mut Context<'_>) {
    let mut located = paths::locate(value, context);
    let is_ordinary = matches!(located.class, PathClass::Ordinary | PathClass::Rebuildable);
    // Of note it is told anyway.
    if located.why.is_none() && is_ordinary && located.zone == Zone::Workspace {
        if !context.is_tracked(&located) {
            located.class = PathClass::Rebuildable;
        }
        context.push(Effect::new(verbs::FS_WRITE, located.resource()));
    } else if !is_ordinary {
        context.write_value(value);
    }
}

/// Values of one command that are looked at.
const MOST_MADE: usize = 64;

#[cfg(test)]
mod tests;
