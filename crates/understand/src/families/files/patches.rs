//! What a patch changes, as far as its text can be read.

use countersign_model::{Answer, PathClass, Question};

use super::below;
use crate::Workspace as _;
use crate::context::Context;
use crate::invocation::{Invocation, Stdin};
use crate::paths;
use crate::word::Value;

/// The files that the text of a patch names, each with as many directories cut off as may be asked for.
fn patched(text: &str, directory: Option<&Value>, context: &mut Context<'_>) {
    let marks = ["+++ ", "--- ", "*** ", "rename to ", "rename from ", "copy to ", "Index: ", "diff --git "];
    let mut seen = 0;
    for line in text.lines() {
        let Some(named) = marks.iter().find_map(|mark| line.strip_prefix(mark)) else { continue };
        for name in named.split('\t').next().unwrap_or(named).split(" b/").flat_map(|name| [name, name.trim_matches('"')]) {
            let mut name = name.trim();
            let mut strictest = (PathClass::Rebuildable, None);
            for _ in 0..4 {
                seen += 1;
                let value = below(directory, &Value::Known(name.to_owned()));
                let class = if seen < MOST_PATCHED { paths::locate(&value, context).class } else { PathClass::Ordinary };
                if class > PathClass::Rebuildable && class >= strictest.0 {
                    strictest = (class, Some(value));
                }
                match name.split_once('/') {
                    Some((_, rest)) if !rest.is_empty() => name = rest,
                    _ => break,
                }
            }
            strictest.1.iter().for_each(|value| context.write_value(value));
        }
    }
    if seen >= MOST_PATCHED {
        context.write_value(&Value::unknown("the patch names too many files to look at each"));
    }
}

/// Paths of a patch that are looked at.
const MOST_PATCHED: usize = 600;

/// Looks at the patch in a file or on standard input, as far as it can be read.
pub(in crate::families) fn patched_by(file: Option<&Value>, invocation: &Invocation, directory: Option<&Value>, context: &mut Context<'_>) {
    let text = match (file, &invocation.stdin) {
        (Some(value), _) | (None, Stdin::File(value)) => {
            let question = Question::Path { path: paths::locate(value, context).path };
            match context.workspace.ask(&question) {
                Answer::Text { text, .. } => Some(text),
                _ => None,
            }
        }
        (None, Stdin::Text(Value::Known(text))) => Some(text.clone()),
        (None, Stdin::Pipe(source)) => source.text.clone(),
        (None, Stdin::Inherited | Stdin::Text(_)) => None,
    };
    if let Some(text) = text {
        patched(&text, directory, context);
    }
}
