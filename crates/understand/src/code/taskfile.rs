//! Taskfiles: which commands a task runs, those it depends on first. See <https://taskfile.dev/docs/reference/schema>.
//! What is filled in that is no plain variable is what nobody knows.

use std::collections::BTreeSet;

use countersign_yaml::Node;

use crate::context::Context;
use crate::glob;
use crate::paths;
use crate::word::{Value, Word};

use super::environment_files;
use super::{Looked, apart, justfile, packages, peek, sure};

/// Names of the file, those that win first.
const FILES: &[&str] = &[
    "Taskfile.yml",
    "taskfile.yml",
    "Taskfile.yaml",
    "taskfile.yaml",
    "Taskfile.dist.yml",
    "taskfile.dist.yml",
    "Taskfile.dist.yaml",
    "taskfile.dist.yaml",
];
/// How many directories up the file is looked for.
const MOST_UP: usize = 6;
/// Tasks that are followed.
const MOST_TASKS: usize = 100;
/// How deep files may include each other.
const DEEPEST: usize = 4;

/// What a command line of `task` asks for.
pub(crate) struct Goal {
    /// The file or its directory, where it is named.
    pub file: Option<String>,
    pub names: Vec<String>,
    /// Variables given on the command line.
    pub variables: Vec<(String, Value)>,
    /// What follows `--`.
    pub arguments: Vec<Word>,
}

/// Adds what tasks do, looked for from `directory` upward.
pub(crate) fn run(goal: &Goal, directory: &str, context: &mut Context<'_>) -> Looked {
    sure(context, |context| upward(goal, directory, context))
}

fn upward(goal: &Goal, directory: &str, context: &mut Context<'_>) -> Looked {
    let mut at = directory.to_owned();
    if let Some(file) = &goal.file {
        let path = paths::normal(directory, file);
        let is_file = path.ends_with(".yml") || path.ends_with(".yaml");
        return if is_file { in_file(&path, goal, context) } else { beside(&path, goal, context) };
    }
    for _ in 0..MOST_UP {
        match beside(&at, goal, context) {
            Looked::Absent if at != "/" => {
                at = paths::split(&at).0.to_owned();
                if at.is_empty() {
                    "/".clone_into(&mut at);
                }
            }
            other => return other,
        }
    }
    Looked::Absent
}

fn beside(directory: &str, goal: &Goal, context: &mut Context<'_>) -> Looked {
    for file in FILES {
        let looked = in_file(&paths::normal(directory, file), goal, context);
        if !matches!(looked, Looked::Absent) {
            return looked;
        }
    }
    Looked::Absent
}

fn in_file(path: &str, goal: &Goal, context: &mut Context<'_>) -> Looked {
    let located = paths::locate(&Value::Known(path.to_owned()), context);
    peek(&located, &format!("task {}", goal.names.join(" ")), context, &mut |text, context| {
        let mut files = Vec::new();
        read(text, "", path, 0, &mut files, context)?;
        let mut seen = BTreeSet::new();
        let default = ["default".to_owned()];
        let names = if goal.names.is_empty() { &default[..] } else { goal.names.as_slice() };
        names.iter().try_for_each(|name| task(name, &goal.variables, goal, &files, &mut seen, context))
    })
}

/// A file that was read: its tasks' names begin with the prefix.
struct File {
    prefix: String,
    directory: String,
    node: Node,
}

fn read(
    text: &str,
    prefix: &str,
    path: &str,
    depth: usize,
    files: &mut Vec<File>,
    context: &mut Context<'_>,
) -> Result<(), String> {
    let node = countersign_yaml::read(text)
        .map_err(|why| format!("its {} cannot be read: {why}", paths::split(path).1))?;
    let directory = paths::split(path).0.to_owned();
    let includes: Vec<(String, Node)> =
        node.get("includes").map(|includes| includes.entries().to_vec()).unwrap_or_default();
    files.push(File { prefix: prefix.to_owned(), directory: directory.clone(), node });
    for (name, include) in includes {
        let below =
            include.text().or_else(|| include.get("taskfile").and_then(Node::text)).unwrap_or_default();
        if below.is_empty() || below.contains("{{") || below.contains("://") || below.starts_with('~') {
            return Err("it takes in another file, whose place is not known".to_owned());
        }
        if depth >= DEEPEST || files.len() > MOST_TASKS {
            return Err("its files take in each other too deep".to_owned());
        }
        let optional = include.get("optional").and_then(Node::text) == Some("true");
        let flat = include.get("flatten").and_then(Node::text) == Some("true");
        let inner = if flat { prefix.to_owned() } else { format!("{prefix}{name}:") };
        let found = paths::normal(&directory, below);
        let is_file = found.ends_with(".yml") || found.ends_with(".yaml");
        let places: Vec<String> = if is_file {
            vec![found]
        } else {
            FILES.iter().map(|file| paths::normal(&found, file)).collect()
        };
        let mut text = None;
        for place in places {
            let located = paths::locate(&Value::Known(place.clone()), context);
            let looked = peek(&located, "included", context, &mut |found, _| {
                text = Some((place.clone(), found.to_owned()));
                Ok(())
            });
            match looked {
                Looked::Absent => {}
                Looked::Opaque(why) => return Err(why),
                Looked::Understood => break,
            }
        }
        match text {
            Some((place, text)) => {
                let first = files.len();
                read(&text, &inner, &place, depth + 1, files, context)?;
                if let Some(below) =
                    include.get("dir").and_then(Node::text).filter(|below| !below.contains("{{"))
                {
                    let below = paths::normal(&directory, below);
                    files.iter_mut().skip(first).take(1).for_each(|file| file.directory.clone_from(&below));
                }
            }
            None if optional => {}
            None => return Err(format!("the file that it takes in as {name} is not there")),
        }
    }
    Ok(())
}

/// The task of a name, and the file it stands in: by its name, an alias, or a pattern.
fn find<'f>(name: &str, files: &'f [File]) -> Option<(&'f File, &'f Node)> {
    let tasks = || {
        files.iter().flat_map(|file| {
            let tasks = file.node.get("tasks").map(Node::entries).unwrap_or_default();
            tasks.iter().map(move |(own, node)| (file, format!("{}{own}", file.prefix), node))
        })
    };
    let exact = tasks().find(|(_, full, _)| full == name || full == &format!("{name}:default"));
    let alias = || {
        tasks().find(|(file, _, node)| {
            let aliases = node.get("aliases").map(Node::texts).unwrap_or_default();
            aliases.iter().any(|alias| format!("{}{alias}", file.prefix) == name)
        })
    };
    let pattern = || tasks().find(|(_, full, _)| full.contains('*') && glob::matches(full, name));
    exact.or_else(alias).or_else(pattern).map(|(file, _, node)| (file, node))
}

fn task(
    name: &str,
    given: &[(String, Value)],
    goal: &Goal,
    files: &[File],
    seen: &mut BTreeSet<String>,
    context: &mut Context<'_>,
) -> Result<(), String> {
    let key = format!("{name} {given:?}");
    if !seen.insert(key) {
        return Ok(());
    }
    if seen.len() > MOST_TASKS || !context.enters() {
        return Err("it runs too many tasks".to_owned());
    }
    let kept = context.state.shell.clone();
    let result = match find(name, files) {
        Some((file, node)) => one(node, file, given, goal, files, seen, context),
        None => Err(format!("it has no task named {name}")),
    };
    context.state.shell = kept;
    context.leaves();
    result
}

fn one(
    node: &Node,
    file: &File,
    given: &[(String, Value)],
    goal: &Goal,
    files: &[File],
    seen: &mut BTreeSet<String>,
    context: &mut Context<'_>,
) -> Result<(), String> {
    let mut filling = Filling { variables: Vec::new(), arguments: &goal.arguments };
    context.state.shell.directory = Ok(file.directory.clone());
    for source in [&file.node, node] {
        environment_files::all(
            &source.get("dotenv").map(Node::texts).unwrap_or_default(),
            &file.directory,
            context,
        )?;
    }
    variables(file.node.get("vars"), &mut filling, context);
    let root = files.first().filter(|root| !std::ptr::eq(*root, file));
    variables(root.and_then(|root| root.node.get("vars")), &mut filling, context);
    variables(node.get("vars"), &mut filling, context);
    filling.variables.extend(given.iter().cloned());
    environment(file.node.get("env"), &filling, context);
    environment(node.get("env"), &filling, context);
    context.state.shell.directory = match node.get("dir").and_then(Node::text) {
        None | Some("") => Ok(file.directory.clone()),
        Some(below) => match filling.plain(below) {
            Some(below) if !below.starts_with('~') => Ok(paths::normal(&file.directory, &below)),
            _ => Err("the task says where it runs".to_owned()),
        },
    };
    let own = |name: &str| {
        if let Some(root) = name.strip_prefix(':') {
            root.to_owned()
        } else {
            format!("{}{name}", file.prefix)
        }
    };
    let deps = node.get("deps").map(Node::items).unwrap_or_default();
    for part in deps {
        step(part, true, &own, &filling, goal, files, seen, context)?;
    }
    for key in ["preconditions", "status"] {
        for part in node.get(key).map(Node::items).unwrap_or_default() {
            if let Some(text) = part.text().or_else(|| part.get("sh").and_then(Node::text)) {
                apart(&filling.fill(text), context);
            }
        }
    }
    let commands = match node {
        Node::Text(_) => std::slice::from_ref(node),
        Node::List(items) => items.as_slice(),
        Node::Map(_) => match node.get("cmds").or_else(|| node.get("cmd")) {
            Some(Node::List(items)) => items.as_slice(),
            Some(single) => std::slice::from_ref(single),
            None => &[],
        },
    };
    commands.iter().try_for_each(|part| step(part, false, &own, &filling, goal, files, seen, context))
}

/// A command, or another task; of what is depended on, a text is a task's name.
#[expect(clippy::too_many_arguments, reason = "what a task is followed with")]
fn step(
    part: &Node,
    needed: bool,
    own: &dyn Fn(&str) -> String,
    filling: &Filling<'_>,
    goal: &Goal,
    files: &[File],
    seen: &mut BTreeSet<String>,
    context: &mut Context<'_>,
) -> Result<(), String> {
    let part = part.get("defer").unwrap_or(part);
    let command = part.text().filter(|_| !needed).or_else(|| part.get("cmd").and_then(Node::text));
    if let Some(text) = command {
        apart(&filling.fill(text), context);
        return Ok(());
    }
    let name = part.text().or_else(|| part.get("task").and_then(Node::text)).unwrap_or_default();
    let Some(name) = filling.plain(name).filter(|name| !name.is_empty()) else {
        return Err("which task it runs is not known".to_owned());
    };
    let mut given = Vec::new();
    for (key, value) in part.get("vars").map(Node::entries).unwrap_or_default() {
        let value = value.text().and_then(|text| filling.plain(text));
        given
            .push((key.clone(), value.map_or_else(|| Value::unknown("the task works it out"), Value::Known)));
    }
    task(&own(&name), &given, goal, files, seen, context)
}

/// Takes variables: a plain text, or what a command prints.
fn variables(node: Option<&Node>, filling: &mut Filling<'_>, context: &mut Context<'_>) {
    for (name, value) in node.map(Node::entries).unwrap_or_default() {
        if let Some(text) = value.get("sh").and_then(Node::text) {
            apart(&filling.fill(text), context);
        }
        let text = value.text().and_then(|text| filling.plain(text));
        let text = text.map_or_else(|| Value::unknown("the task works it out"), Value::Known);
        filling.variables.push((name.clone(), text));
    }
}

fn environment(node: Option<&Node>, filling: &Filling<'_>, context: &mut Context<'_>) {
    for (name, value) in node.map(Node::entries).unwrap_or_default() {
        if let Some(text) = value.get("sh").and_then(Node::text) {
            apart(&filling.fill(text), context);
        }
        let text = value.text().and_then(|text| filling.plain(text)).filter(|text| !text.contains('$'));
        let text = text.map_or_else(|| Value::unknown("the task works it out"), Value::Known);
        context.state.shell.environment.push((name.clone(), text));
    }
}

/// What `{{..}}` stands for.
struct Filling<'g> {
    variables: Vec<(String, Value)>,
    arguments: &'g [Word],
}

impl Filling<'_> {
    /// A text with what is known filled in.
    fn put(&self, text: &str) -> String {
        let mut made = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            made.push_str(before);
            let Some((inside, behind)) = after.split_once("}}") else {
                made.push_str("{{");
                rest = after;
                continue;
            };
            let name = inside.trim().trim_matches('-').trim().strip_prefix('.');
            match name {
                Some("CLI_ARGS") => {
                    made.push_str(&self.arguments.iter().map(packages::quoted).collect::<Vec<_>>().join(" "));
                }
                Some(name) => match self.variables.iter().rfind(|(known, _)| known == name) {
                    Some((_, Value::Known(value))) => made.push_str(value),
                    _ => made.push_str("{{}}"),
                },
                None => made.push_str("{{}}"),
            }
            rest = behind;
        }
        made.push_str(rest);
        made
    }

    /// Shell text.
    fn fill(&self, text: &str) -> String {
        let text = self.put(text);
        if text.contains("{{") { justfile::filled(&text) } else { text }
    }

    /// A text that is wholly known.
    fn plain(&self, text: &str) -> Option<String> {
        Some(self.put(text)).filter(|text| !text.contains("{{"))
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    const FILE: &str = "version: '3'\nvars:\n  BRANCH: main\n  REV: {sh: git rev-parse HEAD}\nincludes:\n  k8s: ./deploy/Taskfile.yml\n\
        tasks:\n  default: [{task: test}]\n  test:\n    deps: [build]\n    cmds:\n      - cargo test {{.CLI_ARGS}}\n  build: cargo build\n\
        \x20 ship:\n    desc: git push origin nowhere\n    cmds:\n      - git push origin {{.BRANCH}}\n  tag:\n    cmd: git push origin {{.REV}}\n\
        \x20 clean: {cmds: [rm -rf dist], dir: web}\n  again: {cmds: [{task: again}]}\n";

    fn task(command: &str) -> String {
        check_with(
            command,
            &[
                ("/repo/Taskfile.yml", FILE),
                (
                    "/repo/deploy/Taskfile.yml",
                    "tasks:\n  down:\n    cmds:\n      - kubectl delete ns {{.NS | default \"x\"}}\n  up: kubectl -n web apply -f x.yaml\n",
                ),
            ],
        )
    }

    #[test]
    fn tasks() {
        assert_snapshot!(task("task test -- --all"), @"
        git.read /repo, read
        exec.build cargo build, execute
        exec.test cargo test, execute
        ");
        assert_snapshot!(task("task"), @"
        git.read /repo, read
        exec.build cargo build, execute
        exec.test cargo test, execute
        ");
        assert_snapshot!(task("task ship"), @"
        git.read /repo, read
        git.push main@origin, write
        ");
        assert_snapshot!(task("cd src && task ship BRANCH=topic"), @"
        exec.read cd, read
        git.read /repo, read
        git.push topic@origin, write
        ");
        assert_snapshot!(task("task tag"), @"
        git.read /repo, read
        git.force-push *@origin, destroy, partial
        ");
        assert_snapshot!(task("task clean"), @"
        git.read /repo, read
        fs.delete /repo/web/dist, destroy
        ");
        assert_snapshot!(task("task k8s:down"), @"
        git.read /repo, read
        kube.delete namespace/* in *, destroy, partial
        ");
        assert_snapshot!(task("task again"), @"git.read /repo, read");
    }

    #[test]
    fn near_misses() {
        assert_snapshot!(task("task --list; task ship --dry; task --summary ship"), @"exec.read task, read");
        assert_snapshot!(task("task gone"), @"exec.opaque task, execute, opaque");
        assert_snapshot!(task("task -t other.yml ship"), @"exec.opaque task, execute, opaque");
        assert_snapshot!(task("task $X"), @"exec.opaque task, execute, opaque");
        assert_snapshot!(check_with("task deploy", &[]), @"exec.opaque task, execute, opaque");
        assert_snapshot!(check_with("task x", &[("/repo/Taskfile.yml", "tasks: [")]), @"exec.opaque task, execute, opaque");
        assert_snapshot!(check_with("task x", &[("/repo/Taskfile.yml", "includes: {a: 'https://x.example/t.yml'}\ntasks: {x: ls}")]), @"exec.opaque task, execute, opaque");
    }
}
