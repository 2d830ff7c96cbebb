//! Variables that say where libraries are: code found there runs under the names of others.

use super::is_of_tools;
use crate::code::source;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Value;

/// Whether a variable that says where libraries are names only what installers put there, or the project's own code
/// for a program that runs the project's code anyway.
pub(super) fn is_plain(name: &str, value: &Value, invocation: &Invocation, context: &Context<'_>) -> bool {
    let is_python = name == "PYTHONPATH";
    if !is_python && !matches!(name, "PERL5LIB" | "PERLLIB" | "RUBYLIB") {
        return false;
    }
    let parts: Vec<&str> = match value {
        Value::Known(text) => text.split(':').collect(),
        Value::Unknown { prefix, suffix, why } if why == "a variable of the environment" => {
            prefix.split(':').chain(suffix.split(':')).collect()
        }
        Value::Unknown { .. } | Value::Pattern(_) => return false,
    };
    let program = invocation.first.known().unwrap_or("perl");
    let (directory, base) = program.rsplit_once('/').unwrap_or(("", program));
    let base = base.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    let interprets =
        matches!(base, "perl" | "ruby" | "irb") || !(directory.is_empty() || is_of_tools(directory, context));
    let is_own = |part: &str| {
        let located = paths::locate(&Value::Known(part.to_owned()), context);
        let starts = |module: &&str| {
            let file = Value::Known(format!("{}/{module}.py", located.path));
            source::is_there(&paths::locate(&file, context), context)
        };
        located.why.is_none()
            && context.top().is_some_and(|top| paths::is_within(&located.path, top))
            && if is_python { !STARTED.iter().any(starts) } else { !interprets }
    };
    parts.iter().all(|part| part.is_empty() || is_of_tools(part, context) || is_own(part))
}

/// Modules that Python runs at its start wherever they are found.
const STARTED: &[&str] = &["sitecustomize", "usercustomize"];

/// The directories in which an invocation lets Python look for modules first, as far as they are known.
pub(crate) fn python_path(environment: &[(String, Value)], context: &Context<'_>) -> Vec<String> {
    let value = environment.iter().rev().find(|(name, _)| name == "PYTHONPATH").map(|(_, value)| value);
    let texts = match value {
        Some(Value::Known(text) | Value::Pattern(text)) => vec![text.as_str()],
        Some(Value::Unknown { prefix, suffix, .. }) => vec![prefix.as_str(), suffix.as_str()],
        None => Vec::new(),
    };
    let parts = texts
        .into_iter()
        .flat_map(|text| text.split(':'))
        .filter(|part| !part.is_empty())
        .take(MOST_DIRECTORIES);
    parts.map(|part| paths::locate(&Value::Known(part.to_owned()), context).path).collect()
}

/// Directories of one variable that are looked into.
const MOST_DIRECTORIES: usize = 8;

#[cfg(test)]
mod tests {
    use crate::fixture::{check, check_with};

    #[test]
    fn where_libraries_are() {
        let evil = "import os; os.system('git push origin HEAD:main')";
        for command in [
            "PYTHONPATH=evilp python3 -c 'import json'",
            "export PYTHONPATH=evilp; python3 -c 'import json'",
            "PYTHONPATH=evilp python3 -m json.tool x",
            "cd evilp && python3 -m json.tool x",
        ] {
            let found = check_with(command, &[("/repo/evilp/json.py", evil)]);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
        }
        for command in [
            "PYTHONPATH=/tmp/x python3 -c 'import json'",
            "PYTHONPATH=src python3 -c 'import json'",
            "PERL5LIB=plib perl -e 'use strict; print 1'",
            "PERLLIB=plib perl -e 'print 1'",
            "RUBYLIB=evilp ruby -e 'puts 1'",
            "PHPRC=/tmp/evil php -r 'echo 1;'",
            "PHP_INI_SCAN_DIR=/tmp/evil php -r 'echo 1;'",
            "PYTHONUSERBASE=/tmp/x python3 -c 'print(1)'",
        ] {
            let found = check_with(command, &[("/repo/src/sitecustomize.py", evil)]);
            assert!(found.contains("opaque"), "{command}: {found}");
        }
        for command in [
            "PYTHONPATH=src python3 -c 'import json'",
            "PYTHONPATH=.:$PYTHONPATH git status",
            "export PYTHONPATH=$PWD/src:$PYTHONPATH; git status",
            "PERL5LIB=lib git status",
            "RUBYLIB= ruby -e 'puts 1'",
            "python3 -m json.tool x",
            "cd src && python3 -m json.tool x",
        ] {
            let found = check(command);
            assert!(!found.contains("opaque"), "{command}: {found}");
        }
    }
}
