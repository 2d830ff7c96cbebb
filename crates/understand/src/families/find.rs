//! `find` and `fd`: they list, and can delete or run a program on what they find.
//!
//! What is found is a pattern below where the search starts. Whether it reaches Countersign's own
//! files is worked out from the search's own tests, for each of them.

use super::searching::printed;
mod fd;

use countersign_model::{Answer, Effect, Question, Reversible, verbs};

use super::{Family, dispatch, opaque, read_all};
use crate::Workspace as _;
use crate::context::Context;
use crate::invocation::{Found, Invocation};
use crate::paths::{self, Located};
use crate::search::regexes::{self, Syntax};
use crate::search::{Candidate, look, syntax};
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &["find", "gfind", "fd", "fdfind"],
    about: "The searches themselves are reads; `-delete`, `-exec`, `-fprint` and the `-x` of `fd` do \
        something to what is found, which is named as a pattern below where the search starts.",
    examples: &[
        "find . -name '*.rs'",
        "find build -type f -delete",
        "find . -name '*.tmp' -exec rm {} +",
        r"find / -name id_rsa -exec cat {} \;",
        "find . -type f -exec grep -l 'rm -rf' {} +",
        "fd -e log -x rm",
        "find . -fprint list.txt",
    ],
    effects,
};

/// Of an action behind so many words of a search, what it is taken for is not worked out: each looks at all before it.
const LATEST: usize = 500;

/// Starts of one search that are looked at one by one, and names it looks for.
const MOST: usize = 8;

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    if invocation.program.ends_with("find") && !invocation.program.starts_with("fd") {
        find(invocation, context);
    } else {
        fd::fd(invocation, context);
    }
}

fn find(invocation: &Invocation, context: &mut Context<'_>) {
    let links = invocation.words.iter().take_while(|word| matches!(word.text(), "-L" | "-H" | "-P")).count();
    let words = invocation.words.get(links..).unwrap_or_default();
    let expression = words.iter().position(|word| word.text().starts_with(['-', '(', '!']));
    let (starts, tests) = words.split_at(expression.unwrap_or(words.len()));
    let follows = invocation.words.iter().take(links).any(|word| word.text() != "-P");
    let find_what = |starts: &[Word], tests: &[Word], action: Option<usize>, context: &Context<'_>| {
        let found = find_what(starts, tests, action, context);
        Found { is_below: found.is_below && !follows, ..found }
    };
    let starts: Vec<Word> = if starts.is_empty() { vec![Word::known_as(".")] } else { starts.to_vec() };
    read_all(&starts, context);
    let outside = context.repeated;
    context.repeated = true;
    let mut acts = false;
    // What a program is given are no actions of this search.
    let mut given = 0;
    for (index, word) in tests.iter().enumerate() {
        let after = tests.get(index + 1..).unwrap_or_default();
        match word.text() {
            _ if index < given && !word.value.is_unknown() => continue,
            "-delete" => {
                let found = find_what(&starts, tests, Some(index), context);
                let listed = if stays(&starts, tests) { listed(&found, context) } else { Vec::new() };
                let outer = std::mem::replace(&mut context.expanded, listed);
                // Links that are followed lead somewhere.
                let is_plain = links == 0;
                let holds_nothing = holds_nothing(tests.get(..index).unwrap_or_default()).filter(|_| is_plain);
                each(&found, context, &mut |found, context| match (&found, holds_nothing) {
                    (Value::Pattern(_), Some(why)) => {
                        let resource = paths::locate(&found, context).resource();
                        context.push(Effect::new(verbs::FS_DELETE, resource).reversible(Reversible::Yes).because(why));
                    }
                    _ => context.delete(&Word::made(found)),
                });
                context.expanded = outer;
            }
            "-exec" | "-execdir" | "-ok" | "-okdir" => {
                given = index + 1 + end_of(after);
                exec(invocation, after, find_what(&starts, tests, Some(index), context), context);
            }
            // What these print is more than names.
            "-printf" | "-ls" => {}
            "-fprint" | "-fprint0" | "-fls" | "-fprintf" => {
                after.iter().take(1).for_each(|file| context.write(file));
            }
            _ if word.value.is_unknown() && !is_value(tests, index) => {
                opaque(invocation, "it may delete or run a program", context);
            }
            text => {
                // What a test compares with is no action: `-name -delete`.
                given = if is_test_with_value(text) { index + 2 } else { given };
                continue;
            }
        }
        acts = true;
    }
    context.repeated = outside;
    if !acts {
        context.flow.found = Some(find_what(&starts, tests, None, context));
    }
}

/// Why what is found holds nothing that could be lost: only a few tests are told apart, and all of them must hold.
fn holds_nothing(tests: &[Word]) -> Option<&'static str> {
    let (mut is_empty, mut is_directory, mut leads_nowhere) = (false, false, false);
    let mut words = tests.iter().map(|word| word.known().unwrap_or_default());
    while let Some(word) = words.next() {
        match word {
            "-empty" => is_empty = true,
            "-type" => is_directory |= words.next() == Some("d"),
            "-xtype" => leads_nowhere |= words.next() == Some("l"),
            "-maxdepth" | "-mindepth" | "-name" | "-path" => drop(words.next()),
            "!" | "-not" => match words.next() {
                Some("-name" | "-path") => drop(words.next()),
                _ => return None,
            },
            "-print" | "-depth" | "-mount" | "-xdev" => {}
            _ => return None,
        }
    }
    match (is_empty && is_directory, leads_nowhere) {
        (true, _) => Some("only empty directories are removed"),
        (false, true) => Some("only links that lead nowhere are removed"),
        (false, false) => None,
    }
}

/// Whether a search comes upon nothing below another directory than the one it starts in.
fn stays(starts: &[Word], tests: &[Word]) -> bool {
    let is_here = matches!(starts, [start] if matches!(start.known(), Some("." | "./")));
    let is_depth = |word: &Word| word.text() == "-maxdepth" || word.value.is_unknown();
    matches!(tests, [option, depth, rest @ ..]
        if option.known() == Some("-maxdepth") && depth.known() == Some("1") && !rest.iter().any(is_depth))
    && is_here
}

/// The paths of the patterns that are found.
fn listed(found: &Found, context: &Context<'_>) -> Vec<String> {
    found.patterns.iter().filter_map(|pattern| paths::weighable(pattern, context)).collect()
}

/// Whether the word at `index` is the value of a test such as `-name`.
fn is_value(words: &[Word], index: usize) -> bool {
    index.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|before| is_test_with_value(before.text()))
}

fn is_test_with_value(word: &str) -> bool {
    matches!(word, "-name" | "-iname" | "-path" | "-type" | "-newer" | "-mtime" | "-maxdepth" | "-mindepth" | "-size" | "-user" | "-regex" | "-mmin")
}

/// What `find` comes upon when it takes the action at an index, or prints.
fn find_what(starts: &[Word], tests: &[Word], action: Option<usize>, context: &Context<'_>) -> Found {
    if action.is_some_and(|index| index > LATEST) {
        let patterns = starts.iter().take(MOST).flat_map(|start| below(start, &[])).collect();
        return Found { patterns, is_weighed: false, ..Found::default() };
    }
    let names = names(tests.get(..action.unwrap_or(tests.len())).unwrap_or_default());
    let follows = |word: &Word| word.text() == "-follow" || word.value.is_unknown();
    let mut found = Found { is_below: !tests.iter().any(follows), ..Found::default() };
    if starts.len() > MOST {
        found.patterns.push(Value::unknown("a file that is found"));
        return found;
    }
    let is_deep = !stays(starts, tests);
    for start in starts {
        found.patterns.extend(below(start, &names));
        if is_deep {
            found.patterns.extend(deeper(start, &names));
        }
        reaches(start, context, &mut found, &|candidate| {
            let seen = look(tests, action, candidate);
            (seen.acted, seen.pruned)
        });
    }
    found
}

/// A group of tests: how many names there were before it and before its last alternative, and whether it says nothing
/// of the name, as where an alternative says none.
struct Group {
    before: usize,
    at: usize,
    is_any: bool,
}

/// The names that are looked for, of the last alternative; none: any.
fn names(tests: &[Word]) -> Vec<String> {
    let mut names = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut words = tests.iter();
    let mut negated = false;
    while let Some(word) = words.next() {
        match word.text() {
            "(" => groups.push(Group { before: names.len(), at: names.len(), is_any: negated }),
            ")" => {
                if let Some(group) = groups.pop()
                    && (group.is_any || group.at == names.len())
                {
                    names.truncate(group.before);
                }
            }
            "-o" | "-or" | "," => match groups.last_mut() {
                Some(group) => {
                    group.is_any |= group.at == names.len();
                    group.at = names.len();
                }
                None => names.clear(),
            },
            "-regex" | "-iregex" if !negated => {
                match words.next().zip(syntax(tests)).and_then(|(word, syntax)| of_path(word, syntax)) {
                    // Of several any may be the name.
                    Some(found) if matches!(found.as_slice(), [_]) => names.extend(found),
                    Some(found) if names.is_empty() && groups.is_empty() => names = found,
                    _ => return Vec::new(),
                }
            }
            "-iname" if !negated => match words.next().map(|word| &word.value) {
                Some(Value::Known(name) | Value::Pattern(name)) if !name.contains('/') => names.push(name.to_lowercase()),
                _ => return Vec::new(),
            },
            "-name" if !negated => match words.next().map(|word| &word.value) {
                Some(Value::Known(name) | Value::Pattern(name)) if !name.contains('/') => names.push(name.clone()),
                _ => return Vec::new(),
            },
            _ => {}
        }
        negated = matches!(word.text(), "!" | "-not");
    }
    if names.len() > MOST { Vec::new() } else { names }
}

/// The names that the paths have which an expression matches, where that is simple to say.
fn of_path(word: &Word, syntax: Syntax) -> Option<Vec<String>> {
    let found = regexes::patterns(word.known()?, syntax, true)?;
    let name = |pattern: &String| {
        let name = pattern.rsplit('/').next().unwrap_or(pattern).to_lowercase();
        // Before the last `*` there may be a `/`.
        let (_, end) = name.rsplit_once('*')?;
        (!end.is_empty()).then(|| format!("*{end}"))
    };
    found.iter().map(name).collect()
}

/// What lies below a start under these names.
fn below(start: &Word, names: &[String]) -> Vec<Value> {
    let (Value::Known(directory) | Value::Pattern(directory)) = &start.value else {
        return vec![Value::unknown("a file that is found")];
    };
    let directory = directory.trim_end_matches('/');
    if names.is_empty() {
        return vec![Value::Pattern(format!("{directory}/*"))];
    }
    names.iter().map(|name| Value::Pattern(format!("{directory}/{name}"))).collect()
}

/// What lies further below a start under names that a pattern does not open, and the start itself where that is its name.
fn deeper(start: &Word, names: &[String]) -> Vec<Value> {
    let Value::Known(directory) = &start.value else { return Vec::new() };
    let directory = directory.trim_end_matches('/');
    let own = directory.rsplit('/').next().unwrap_or_default();
    let is_own = |name: &&String| !matches!(own, "" | "." | "..") && crate::glob::matches(name, own);
    let further = names
        .iter()
        .filter(|name| !name.starts_with('*'))
        .map(|name| Value::Pattern(format!("{directory}/*/{name}")));
    further.chain(names.iter().find(is_own).map(|_| start.value.clone())).collect()
}

/// Adds those of Countersign's own files, and directories that hold them, which a search from
/// `start` acts on.
fn reaches(
    start: &Word,
    context: &Context<'_>,
    found: &mut Found,
    acts: &dyn Fn(&Candidate<'_>) -> (bool, bool),
) {
    let Value::Known(text) = &start.value else {
        found.is_weighed = false;
        return;
    };
    let located = paths::locate(&start.value, context);
    let is_found = |name: &str, _: &Located, _: &Context<'_>| {
        let names: Vec<&str> = name.split('/').collect();
        acts(&Candidate { start: text, below: &names, directory: Some(false) }).0
    };
    for (path, _) in printed::secrets_below(&start.value, is_found, context) {
        if !found.protected.contains(&path) {
            found.protected.push(path);
        }
    }
    for protected in &context.surroundings.protected {
        // What lies below one of them is one of them.
        found.is_weighed &= !located.readings().any(|reading| paths::is_within(reading, protected));
        for reading in located.readings().filter(|reading| paths::is_within(protected, reading)) {
            let rest = protected.get(reading.trim_end_matches('/').len()..).unwrap_or_default();
            let names: Vec<&str> = rest.split('/').filter(|name| !name.is_empty()).collect();
            for depth in 0..=names.len() {
                let inside = names.get(..depth).unwrap_or_default();
                let is_file = depth == names.len();
                let directory = if !is_file { Some(true) } else { protected.ends_with(".json").then_some(false) };
                let (acted, pruned) = acts(&Candidate { start: text, below: inside, directory });
                let path = paths::normal(reading, &inside.join("/"));
                if acted && !found.protected.contains(&path) && (directory != Some(false) || is_there(&path, context)) {
                    found.protected.push(path);
                }
                if pruned {
                    break;
                }
            }
        }
    }
}

/// Whether there is something at a path, or may be by then: nothing else is found.
fn is_there(path: &str, context: &Context<'_>) -> bool {
    let world = &context.state.world;
    let is_absent = || context.workspace.ask(&Question::Path { path: path.to_owned() }) == Answer::Absent;
    world.opaque
        || world.tree_changed.is_some()
        || world.makes_unseen
        || !world.links.is_empty()
        || world.written.iter().any(|written| written.holds(path))
        || !is_absent()
}

/// Does something with all that is found: with the patterns, and with what of Countersign's is
/// among it.
pub(super) fn each(found: &Found, context: &mut Context<'_>, act: &mut dyn FnMut(Value, &mut Context<'_>)) {
    for path in &found.protected {
        act(Value::Known(path.clone()), context);
    }
    let below = if found.is_below { listed(found, context) } else { Vec::new() };
    let outer = std::mem::replace(&mut context.found_below, below);
    for pattern in &found.patterns {
        let outside = context.weighed.take();
        if found.is_weighed {
            context.weighed = paths::weighable(pattern, context);
        }
        act(pattern.clone(), context);
        context.weighed = outside;
    }
    context.found_below = outer;
}

/// Where the words of a program end.
fn end_of(after: &[Word]) -> usize {
    after.iter().position(|word| matches!(word.text(), ";" | "+")).unwrap_or(after.len())
}

fn exec(invocation: &Invocation, after: &[Word], found: Found, context: &mut Context<'_>) {
    let end = end_of(after);
    let words = after.get(..end).unwrap_or_default();
    let placed = words.iter().any(|word| word.text().contains("{}"));
    if !placed && !invocation.program.starts_with("fd") {
        run(invocation, words.to_vec(), context);
        return;
    }
    each(&found, context, &mut |value, context| {
        let mut words: Vec<Word> = words.iter().map(|word| put(word, &value)).collect();
        if !placed && !words.is_empty() {
            words.push(Word::made(value));
        }
        run(invocation, words, context);
    });
}

/// The word with what is found in place of `{}`.
pub(super) fn put(word: &Word, found: &Value) -> Word {
    let Some((before, after)) = word.text().split_once("{}") else { return word.clone() };
    let joined = format!("{before}{}{after}", found.text());
    match (found, &word.value) {
        _ if before.is_empty() && after.is_empty() => word.with(found.clone()),
        (Value::Known(_), Value::Known(_)) => word.with(Value::Known(joined)),
        (Value::Pattern(_), Value::Known(_)) if !before.contains([' ', '\n']) && !after.contains([' ', '\n']) => {
            word.with(Value::Pattern(joined))
        }
        _ => word.with(Value::Unknown {
            prefix: before.to_owned(),
            suffix: after.to_owned(),
            why: match found {
                Value::Unknown { why, .. } => why.clone(),
                Value::Known(_) | Value::Pattern(_) => "a file that is found".to_owned(),
            },
        }),
    }
}

fn run(invocation: &Invocation, words: Vec<Word>, context: &mut Context<'_>) {
    // The words of the search itself, of which there can be many, are not copied.
    let inner = Invocation {
        program: invocation.program.clone(),
        first: invocation.first.clone(),
        words,
        environment: invocation.environment.clone(),
        stdin: invocation.stdin.clone(),
        substituted: invocation.substituted.clone(),
        contiguous: false,
    };
    if let Some(nested) = inner.nested(0) {
        dispatch(nested, context);
    }
}

#[cfg(test)]
mod tests;
