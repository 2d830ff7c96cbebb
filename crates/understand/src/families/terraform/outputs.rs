//! Which outputs show secrets: those that the code in the directory marks as sensitive, and those called so.

use countersign_model::{Certainty, Effect, Resource, verbs};

use super::place::Spot;
use crate::code::source::{self, Source};
use crate::context::Context;
use crate::families::is_secret_name;
use crate::families::subcommands::Subcommand;
use crate::paths;
use crate::word::Value;

/// Files that outputs are by custom declared in.
const FILES: &[&str] = &["outputs.tf", "output.tf", "main.tf"];
/// Outputs that are looked at.
const MOST: usize = 256;

/// An output that is declared.
struct Output {
    name: String,
    is_sensitive: bool,
}

/// Adds the secrets that `terraform output` prints as they are.
pub(super) fn effects(found: &Subcommand<'_>, spot: &Spot, context: &mut Context<'_>) {
    if !found.has(&["-json", "-raw", "--json", "--raw"]) && found.operands.is_empty() {
        return;
    }
    let declared = if found.has(&["-state", "--state"]) { None } else { declared(&spot.directory, context) };
    let name = found.operand(0).filter(|name| name != "*");
    let is_named_so = |name: &str| is_secret_name(&name.replace('-', "_"));
    let is_secret = |output: &&Output| output.is_sensitive || is_named_so(&output.name);
    let push = |name: String, is_known: bool, context: &mut Context<'_>| {
        let effect = Effect::new(verbs::SECRET_READ, Resource::Secret { store: spot.store(), name });
        context.push(if is_known {
            effect.because("the output is marked sensitive")
        } else {
            effect.certain(Certainty::Partial, "outputs that are marked sensitive are shown so")
        });
    };
    match (name, declared) {
        (Some(name), declared) => {
            let output = declared.iter().flatten().find(|output| output.name == name);
            let is_marked = output.is_some_and(|output| output.is_sensitive);
            if is_marked || is_named_so(&name) {
                push(name, is_marked, context);
            }
        }
        (None, Some(outputs)) if !outputs.is_empty() => {
            for output in outputs.iter().filter(is_secret) {
                push(output.name.clone(), output.is_sensitive, context);
            }
        }
        (None, Some(_) | None) => push("*".to_owned(), false, context),
    }
}

/// The outputs that files of the directory declare; none where a file is not known.
fn declared(directory: &str, context: &Context<'_>) -> Option<Vec<Output>> {
    let mut outputs = Vec::new();
    for file in FILES {
        let located = paths::locate(&Value::Known(format!("{directory}/{file}")), context);
        match source::of(&located, context) {
            Source::Texts(texts) => texts.iter().for_each(|text| read(text, &mut outputs)),
            Source::Absent => {}
            Source::Perhaps(..) | Source::Unknown(_) | Source::Foreign => return None,
        }
        if outputs.len() > MOST {
            return None;
        }
    }
    Some(outputs)
}

/// `output "name" { sensitive = true .. }`.
fn read(text: &str, outputs: &mut Vec<Output>) {
    let mut name: Option<String> = None;
    let mut is_sensitive = false;
    for line in text.lines() {
        let is_top = !line.starts_with([' ', '\t']);
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("output").filter(|_| is_top) {
            let rest = rest.trim_start().trim_start_matches('"');
            let end = rest.find(['"', ' ', '{']).unwrap_or(rest.len());
            outputs.extend(name.take().map(|name| Output { name, is_sensitive }));
            is_sensitive = false;
            name = rest.get(..end).map(str::to_owned);
        }
        if let Some((before, after)) = line.split_once("sensitive")
            && (before.is_empty() || before.ends_with([' ', '{', ',']))
            && let Some(value) = after.trim_start().strip_prefix('=')
        {
            is_sensitive |= !value.trim_start().starts_with("false");
        }
        if is_top && line.ends_with('}') {
            outputs.extend(name.take().map(|name| Output { name, is_sensitive }));
            is_sensitive = false;
        }
    }
    outputs.extend(name.map(|name| Output { name, is_sensitive }));
}

#[cfg(test)]
mod tests;
