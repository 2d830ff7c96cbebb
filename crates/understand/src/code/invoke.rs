//! Tasks in Python for `invoke` and `fab`: the function that is asked for, those it names, and what stands outside of
//! functions are looked at as Python is, where `c.run('..')` gives a text to a shell.

use std::collections::BTreeSet;

use crate::context::Context;
use crate::paths;
use crate::word::Value;

use super::{Looked, look, python};

/// What a runner's own modules give: tasks and collections of them.
const OWN: &[&str] = &["from invoke", "import invoke", "from fabric", "import fabric"];

/// Whose `run` is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Commands of `run` are of this machine.
    Here,
    /// Only those of `local` are.
    There,
}

/// Adds what tasks of the file at `path` do on one side.
pub(crate) fn run(path: &str, names: &[String], side: Side, context: &mut Context<'_>) -> Looked {
    let located = paths::locate(&Value::Known(path.to_owned()), context);
    let directory = paths::split(path).0.to_owned();
    look(&located, &format!("{side:?} {}", names.join(" ")), context, &mut |text, context| {
        let text = chosen(text, names, side)?;
        let kept = context.state.shell.clone();
        context.state.shell.directory = Ok(directory.clone());
        let result = python::understand(&text, &Ok(directory.clone()), context);
        context.state.shell = kept;
        result
    })
}

/// A function at the left edge with its decorators.
struct Function {
    name: String,
    parameter: String,
    decorators: String,
    text: String,
}

/// The text of what runs: all that is outside of functions, and the functions that are asked for or named by them.
fn chosen(text: &str, names: &[String], side: Side) -> Result<String, String> {
    let (functions, outside) = parts(text);
    let mut open: Vec<String> = names.iter().map(|name| name.replace('-', "_")).collect();
    let mut seen = BTreeSet::new();
    let mut made = format!("import os\n{outside}\n");
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let own = name.rsplit('.').next().unwrap_or(&name).to_owned();
        let Some(function) = functions.iter().find(|function| function.name == own) else {
            if names.iter().any(|known| known.replace('-', "_") == name) {
                return Err(format!("it has no task named {name}"));
            }
            continue;
        };
        let whole = format!("{}\n{}", function.decorators, function.text);
        for other in &functions {
            if other.name != own && says(&whole, &other.name) {
                open.push(other.name.clone());
            }
        }
        made.push_str(&shelled(function, side));
        made.push('\n');
    }
    Ok(made)
}

fn parts(text: &str) -> (Vec<Function>, String) {
    let mut functions: Vec<Function> = Vec::new();
    let mut outside = String::new();
    let mut decorators = String::new();
    let mut inside = false;
    let mut open = 0_i32;
    for line in text.lines() {
        let is_edge = !line.starts_with([' ', '\t', ')']) && !line.trim().is_empty();
        if open <= 0 && is_edge && line.starts_with('@') {
            inside = false;
            decorators.push_str(line);
            decorators.push('\n');
            open = balance(line);
            continue;
        }
        if open > 0 {
            decorators.push_str(line);
            decorators.push('\n');
            open += balance(line);
            continue;
        }
        let start = line.strip_prefix("async ").unwrap_or(line).strip_prefix("def ");
        if let Some(rest) = start.filter(|_| is_edge) {
            let (name, parameters) = rest.split_once('(').unwrap_or((rest, ""));
            let parameter = parameters.split([',', ')', ':']).next().unwrap_or_default().trim();
            functions.push(Function {
                name: name.trim().to_owned(),
                parameter: parameter.to_owned(),
                decorators: std::mem::take(&mut decorators),
                text: format!("{line}\n"),
            });
            inside = true;
            continue;
        }
        if inside && !is_edge {
            if let Some(function) = functions.last_mut() {
                function.text.push_str(line);
                function.text.push('\n');
            }
            continue;
        }
        inside = false;
        if !OWN.iter().any(|own| line.starts_with(own)) {
            outside.push_str(&std::mem::take(&mut decorators));
            outside.push_str(line);
            outside.push('\n');
        }
    }
    (functions, outside)
}

fn balance(line: &str) -> i32 {
    line.chars().fold(0, |depth, letter| match letter {
        '(' | '[' => depth + 1,
        ')' | ']' => depth - 1,
        _ => depth,
    })
}

/// Whether a text has a name as a word.
fn says(text: &str, name: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

/// A function in which what its first parameter runs is run by Python's own call for that. `with c.cd(..)` leads
/// elsewhere and stays as it is, which nobody can follow.
fn shelled(function: &Function, side: Side) -> String {
    let mut text = function.text.clone();
    let parameter = &function.parameter;
    if parameter.is_empty() || parameter == "self" {
        return text;
    }
    let local: &[&str] = match side {
        Side::Here => &["run", "local"],
        Side::There => &["local"],
    };
    for method in local {
        text = text.replace(&format!("{parameter}.{method}("), "os.system(");
    }
    match side {
        Side::Here => text = text.replace(&format!("{parameter}.sudo("), "os.system('sudo ' "),
        Side::There => {
            for method in ["run", "sudo", "put", "get", "open", "close"] {
                text = text.replace(&format!("{parameter}.{method}("), "print(");
            }
        }
    }
    text
}

/// Texts that tasks run on the other machine, where each is a plain one; none where some is not.
pub(crate) fn remote(text: &str, names: &[String]) -> Option<Vec<String>> {
    let (functions, _) = parts(text);
    let mut found = Vec::new();
    for function in
        functions.iter().filter(|function| names.iter().any(|name| name.replace('-', "_") == function.name))
    {
        for method in ["run(", "sudo("] {
            let call = format!("{}.{method}", function.parameter);
            for (at, _) in function.text.match_indices(&call) {
                let rest = function.text.get(at + call.len()..)?.trim_start();
                let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
                let (text, _) = rest.get(1..)?.split_once(quote)?;
                if text.contains('\\') {
                    return None;
                }
                found.push(if method == "sudo(" { format!("sudo {text}") } else { text.to_owned() });
            }
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    const FILE: &str = "from invoke import task\n\nNAME = 'x'\n\n@task\ndef build(c, docs=False):\n    \"\"\"git push origin nowhere\"\"\"\n    c.run('cargo build')\n\n\
        @task(\n    pre=[build],\n)\ndef ship(c):\n    c.run('git push origin main', hide=True)\n\n@task\ndef wipe_all(ctx):\n    ctx.run(\"rm -rf dist\")\n    helper(ctx)\n\n\
        def helper(c):\n    c.run('kubectl delete ns web')\n\n@task\ndef odd(c, name):\n    c.run(f'git push {name}')\n";

    fn invoke(command: &str) -> String {
        check_with(command, &[("/repo/tasks.py", FILE)])
    }

    #[test]
    fn tasks() {
        assert_snapshot!(invoke("invoke build"), @"exec.build cargo build, execute");
        assert_snapshot!(invoke("inv ship"), @"
        git.push main@origin, write
        exec.build cargo build, execute
        ");
        assert_snapshot!(invoke("invoke -e wipe-all --force"), @"
        fs.delete /repo/dist, destroy
        kube.delete namespace/web in *, destroy, partial
        ");
        assert_snapshot!(invoke("invoke odd --name x"), @"
        git.force-push *@*, destroy, partial
        exec.opaque invoke, execute, opaque
        ");
    }

    #[test]
    fn near_misses() {
        assert_snapshot!(invoke("invoke --list; inv -l; invoke --help ship; inv -R ship"), @"
        exec.read invoke, read
        exec.build what tasks.py holds, execute
        exec.read inv, read
        ");
        assert_snapshot!(invoke("invoke gone"), @"exec.opaque invoke, execute, opaque");
        assert_snapshot!(check_with("invoke ship", &[]), @"exec.opaque invoke, execute, opaque");
    }

    #[test]
    fn other_machines() {
        let file = [(
            "/repo/fabfile.py",
            "from fabric import task\n\n@task\ndef ship(c):\n    c.local('git push origin main')\n    c.sudo('systemctl restart web')\n",
        )];
        assert_snapshot!(check_with("fab -H prod-1 ship", &file), @"
        git.push main@origin, write
        net.read prod-1, read
        exec.privilege prod-1, execute
        exec.system prod-1, destroy
        ");
        assert_snapshot!(check_with("fab --list", &file), @"
        exec.read fab, read
        exec.build what fabfile.py holds, execute
        ");
    }
}
