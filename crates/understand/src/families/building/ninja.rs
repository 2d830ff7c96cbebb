//! `build.ninja`: which commands a target runs. The file is made by another tool, of what the project says: what is not
//! understood of a command is taken for that build, what is counts as what it is.
//!
//! <https://ninja-build.org/manual.html#ref_ninja_file>

use std::collections::{BTreeMap, BTreeSet};

use crate::context::Context;
use crate::families::{named_programs, opaque};
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Word;

/// Files that include each other.
const MOST_FILES: usize = 16;
/// Different commands that are looked at.
const MOST_COMMANDS: usize = 100;
/// How deep variables may name each other.
const DEEPEST: usize = 8;

type Variables = BTreeMap<String, String>;

/// What makes some files of others.
#[derive(Debug, Default)]
struct Edge {
    outputs: Vec<String>,
    rule: String,
    needs: Vec<String>,
    variables: Variables,
}

#[derive(Debug, Default)]
struct Build {
    global: Variables,
    rules: BTreeMap<String, Variables>,
    edges: Vec<Edge>,
    defaults: Vec<String>,
    includes: Vec<String>,
}

/// Adds what the targets of a command line do besides building.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    if !matches!(invocation.program.as_str(), "ninja" | "ninja-build") {
        return;
    }
    let (mut below, mut file, mut targets) = (".", "build.ninja", Vec::new());
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        match word.text() {
            "-C" => below = words.next().map_or(".", Word::text),
            "-f" => file = words.next().map_or("build.ninja", Word::text),
            "-j" | "-l" | "-k" | "-d" | "-w" => drop(words.next()),
            "-n" | "-t" | "-h" | "--help" | "--version" => return,
            text if text.starts_with("-C") => below = text.get(2..).unwrap_or("."),
            text if text.starts_with('-') => {}
            text => targets.push(text.to_owned()),
        }
    }
    let Ok(directory) = context.state.shell.directory.clone() else { return };
    let directory = paths::normal(&directory, below);
    let mut build = Build::default();
    build.includes.push(file.to_owned());
    let mut at = 0;
    while let Some(file) = build.includes.get(at).filter(|_| at < MOST_FILES).cloned() {
        at += 1;
        let texts = named_programs::texts(&paths::normal(&directory, &file), invocation, context);
        texts.iter().for_each(|text| build.read(text));
    }
    let commands = build.commands(&targets);
    for command in commands.iter().take(MOST_COMMANDS) {
        named_programs::started(command, &directory, file, context);
    }
    // Files are what a build makes; a name can be anything.
    let is_name = |target: &&String| !target.contains(['.', '/']) && super::usual(target).is_none() && target.as_str() != "install";
    if (build.edges.is_empty() || commands.len() > MOST_COMMANDS)
        && let Some(name) = targets.iter().find(is_name)
    {
        opaque(invocation, &format!("the build file says what its target {name} does"), context);
    }
}

impl Build {
    fn read(&mut self, text: &str) {
        let text = text.replace("$\r\n", "$\n");
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let mut whole = line.to_owned();
            while whole.ends_with('$') && !whole.ends_with("$$") {
                whole.pop();
                whole.push_str(lines.next().unwrap_or_default().trim_start());
            }
            self.line(&whole);
        }
    }

    fn line(&mut self, line: &str) {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') {
            return;
        }
        if line.starts_with([' ', '\t']) {
            let Some((name, value)) = bare.split_once('=') else { return };
            let variables = match self.edges.last_mut() {
                Some(edge) if edge.rule != OPEN => &mut edge.variables,
                Some(edge) => match self.rules.get_mut(edge.outputs.first().map_or("", String::as_str)) {
                    Some(variables) => variables,
                    None => return,
                },
                None => return,
            };
            variables.insert(name.trim().to_owned(), value.trim().to_owned());
            return;
        }
        self.edges.retain(|edge| edge.rule != OPEN);
        let (first, rest) = bare.split_once(' ').unwrap_or((bare, ""));
        match first {
            // What is indented below is its own.
            "rule" | "pool" => {
                let name = rest.trim().to_owned();
                if first == "rule" {
                    self.rules.insert(name.clone(), Variables::new());
                }
                self.edges.push(Edge { outputs: vec![name], rule: OPEN.to_owned(), ..Edge::default() });
            }
            "include" | "subninja" => self.includes.push(rest.trim().to_owned()),
            "default" => self.defaults.extend(names(rest)),
            "build" => {
                let (outputs, rest) = rest.split_once(": ").or_else(|| rest.split_once(':')).unwrap_or((rest, ""));
                let mut needs = names(rest).into_iter();
                let rule = needs.next().unwrap_or_default();
                self.edges.push(Edge { outputs: names(outputs), rule, needs: needs.collect(), variables: Variables::new() });
            }
            _ => {
                if let Some((name, value)) = bare.split_once('=') {
                    self.global.insert(name.trim().to_owned(), value.trim().to_owned());
                }
            }
        }
    }

    /// The commands of all that targets need, each once however many files it makes; one more than are looked at, at
    /// most.
    fn commands(&self, targets: &[String]) -> Vec<String> {
        let chosen = if targets.is_empty() { &self.defaults } else { targets };
        let mut open: Vec<&str> = chosen.iter().map(|target| target.trim_end_matches('^')).collect();
        let by_output: BTreeMap<&str, &Edge> = self.edges.iter().flat_map(|edge| edge.outputs.iter().map(move |output| (output.as_str(), edge))).collect();
        if open.is_empty() {
            open.extend(by_output.keys());
        }
        let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
        while let Some(name) = open.pop() {
            let Some(edge) = by_output.get(name).filter(|_| seen.insert(name)) else { continue };
            open.extend(edge.needs.iter().map(String::as_str));
            let command = self.rules.get(&edge.rule).and_then(|rule| rule.get("command"));
            let Some(command) = command.filter(|_| found.len() <= MOST_COMMANDS) else { continue };
            let command = self.expanded(command, edge, 0);
            if !found.contains(&command) {
                found.push(command);
            }
        }
        found
    }

    /// A text with its variables; files that a rule makes and takes are the same for all of them.
    fn expanded(&self, text: &str, edge: &Edge, depth: usize) -> String {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            expanded.push_str(before);
            let braced = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
            let end = after.find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '_' | '-')).unwrap_or(after.len());
            let (name, behind) = braced.unwrap_or_else(|| after.split_at(end));
            if name.is_empty() {
                // `$$`, `$ `, `$:`
                let letter = after.chars().next();
                expanded.extend(letter);
                rest = after.get(letter.map_or(0, char::len_utf8)..).unwrap_or_default();
                continue;
            }
            let value = edge.variables.get(name).or_else(|| self.rules.get(&edge.rule)?.get(name)).or_else(|| self.global.get(name));
            match (name, value) {
                ("in" | "in_newline", _) => expanded.push_str("in"),
                ("out", _) => expanded.push_str("out"),
                // Those of one file are of no interest where they name a place only.
                ("DEP_FILE" | "DEPFILE" | "OBJECT_DIR" | "OBJECT_FILE_DIR" | "TARGET_COMPILE_PDB" | "TARGET_PDB" | "depfile", _) => expanded.push_str("out"),
                (_, Some(value)) if depth < DEEPEST => expanded.push_str(&self.expanded(value, edge, depth + 1)),
                (_, Some(_) | None) => {}
            }
            rest = behind;
        }
        expanded.push_str(rest);
        expanded
    }
}

/// The rule of what stands for a rule that is being read.
const OPEN: &str = "\0";

/// Names with blanks between, without what parts their kinds.
fn names(text: &str) -> Vec<String> {
    text.split_ascii_whitespace().filter(|name| !matches!(*name, "|" | "||" | "|@")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    const RULES: &str = "rule CC\n  command = ${LAUNCHER}/usr/bin/cc $DEFINES $FLAGS -MF $DEP_FILE -o $out -c $in\n  deps = gcc\nrule CUSTOM_COMMAND\n  command = $COMMAND\n  description = $DESC\n";
    const BUILD: &str = "include rules.ninja\nbuild a.o: CC a.c || dir\n  FLAGS = -O2\nbuild b.o: CC $\n    b.c\n  FLAGS = -O2\nbuild all: phony a.o b.o\nbuild CMakeFiles/ship.util: CUSTOM_COMMAND\n  COMMAND = cd /repo && git push origin HEAD:main\nbuild ship: phony CMakeFiles/ship.util\ndefault all\n";

    fn ninja(command: &str) -> String {
        check_with(command, &[("/repo/build.ninja", BUILD), ("/repo/rules.ninja", RULES), ("/repo/out/build.ninja", &BUILD.replace("include", "subninja ../rules.ninja\n#"))])
    }

    #[test]
    fn targets_run_commands() {
        for command in ["ninja ship", "ninja -C out ship", "ninja -j 4 all ship"] {
            assert!(ninja(command).contains("git.push main@origin"), "{command}: {}", ninja(command));
        }
        let plain = check_with("ninja", &[("/repo/build.ninja", "rule r\n command = rm -rf ~/docs\nbuild x: r\n")]);
        assert!(plain.contains("fs.delete /home/dev/docs"), "{plain}");
        assert!(check_with("ninja ship", &[]).contains("exec.opaque"));
    }

    #[test]
    fn builds_are_builds() {
        assert_snapshot!(ninja("ninja; ninja -C out all"), @"
        fs.write /repo/out, write
        exec.build what build.ninja names, execute
        exec.build ninja, execute
        fs.write /repo/out/out, write
        ");
        for command in ["ninja -t targets", "ninja -n ship", "ninja --version"] {
            assert!(!ninja(command).contains("git.push"), "{command}");
        }
        for command in ["ninja", "ninja test", "ninja -C build install", "ninja src/a.o"] {
            assert!(!check_with(command, &[]).contains("opaque"), "{command}");
        }
    }
}
