//! What of a call counts against the limits of a task: files that change, pull requests that are opened.
//!
//! What could be any number of them is more than any limit.

use std::collections::{BTreeMap, BTreeSet};

use countersign_model::{Access, Effect, PathClass, Resource, Zone, verbs};

use super::{Outside, UnderTask};
use crate::{Context, risk};

/// How much a whole call adds to what each task limits, in the order of the tasks.
#[derive(Clone, Debug, Default)]
pub struct Whole {
    each: Vec<Counts>,
    /// Files that are written through a link, and count as what it leads to.
    led: BTreeSet<String>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    files: u32,
    pull_requests: u32,
}

impl Counts {
    fn of(effects: &[Effect], task: &UnderTask) -> Self {
        let led = led(effects);
        let mut new: BTreeMap<&str, u32> = BTreeMap::new();
        for effect in effects {
            let path = changed_file(effect).filter(|path| !led.contains(path) && is_new(path, task));
            // Of a directory as many files as go into it.
            let times = path.map(|path| new.entry(path).or_default());
            times.into_iter().for_each(|times| *times = (*times).max(effect.times.max(1)));
        }
        let files = match effects.iter().any(changes_any_number) {
            true => u32::MAX,
            false => new.values().fold(0, |sum, times| u32::saturating_add(sum, *times)),
        };
        Self { files, pull_requests: opened(effects) }
    }
}

impl Whole {
    /// Counts the call's effects.
    pub fn of(effects: &[Effect], context: &Context) -> Self {
        let tasks = context.task.iter().flat_map(UnderTask::all);
        let led = led(effects).into_iter().map(str::to_owned).collect();
        Self { each: tasks.map(|task| Counts::of(effects, task)).collect(), led }
    }

    /// Whether this call as a whole passes a limit of the task at `index` that the effect counts against.
    pub(super) fn over(&self, index: usize, effect: &Effect, task: &UnderTask) -> Option<Outside> {
        let over = |limit: Option<u32>, so_far: u32, more: u32, noun: &str| {
            let number = so_far.saturating_add(more);
            let limit = limit.filter(|limit| number > *limit)?;
            let number = if number == u32::MAX { "any number of".to_owned() } else { number.to_string() };
            let sentence = format!("with it there are {number} {noun}, outside the task's limit of {limit}");
            Some(Outside { part: "count", sentence })
        };
        let whole = self.each.get(index).copied().unwrap_or_default();
        let limits = task.scope.limits;
        if effect.opens_pull_request() {
            let more = whole.pull_requests.max(1);
            return over(limits.pull_requests, task.pull_requests, more, "pull requests");
        }
        let is_counted = |path: &str| is_new(path, task) && !self.led.contains(path);
        let counts = changes_any_number(effect) || changed_file(effect).is_some_and(is_counted);
        counts.then(|| over(limits.files, task.files, whole.files.max(1), "changed files")).flatten()
    }
}

/// The context under which each effect of a call may be decided alone: what the others add to the counts is in it.
pub fn alone(effects: &[Effect], context: &Context) -> Context {
    let whole = Whole::of(effects, context);
    let mut context = context.clone();
    if let Some(task) = &mut context.task {
        let (first, rest) = (whole.each.first(), whole.each.get(1..).unwrap_or_default());
        let add = |task: &mut UnderTask, counts: &Counts| {
            task.files = task.files.saturating_add(counts.files.saturating_sub(1));
            task.pull_requests = task.pull_requests.saturating_add(counts.pull_requests.saturating_sub(1));
        };
        first.into_iter().for_each(|counts| add(task, counts));
        task.beside.iter_mut().zip(rest).for_each(|(task, counts)| add(task, counts));
    }
    context
}

/// The file of the working tree that an effect changes, if it does; what can be built again does not count.
pub fn changed_file(effect: &Effect) -> Option<&str> {
    let changes = matches!(risk::access(effect), Access::Write | Access::Destroy);
    match &effect.resource {
        Resource::Path { path, zone: Zone::Workspace, class }
            if changes && *class != PathClass::Rebuildable =>
        {
            Some(path)
        }
        _ => None,
    }
}

/// The files of the working tree that effects change, each by one name.
pub fn changed_files(effects: &[Effect]) -> BTreeSet<&str> {
    let led = led(effects);
    effects.iter().filter_map(changed_file).filter(|path| !led.contains(path)).collect()
}

/// The names of files of which another effect says where they lead: that is the same file.
fn led(effects: &[Effect]) -> BTreeSet<&str> {
    let changes = effects.iter().filter(|effect| changed_file(effect).is_some());
    changes
        .filter_map(|effect| {
            let through = effect.led_by.as_deref()?;
            (changed_file(effect) != Some(through)).then_some(through)
        })
        .collect()
}

/// Whether it changes files of the working tree of which nobody knows how many they are: what a pattern matches, what a
/// directory holds, what a merge brings.
fn changes_any_number(effect: &Effect) -> bool {
    let merges = effect.verb == verbs::GIT_MERGE && matches!(effect.resource, Resource::Repository { .. });
    let is_wide = |path: &str| effect.times == u32::MAX || effect.expanded || path.contains(['*', '?']);
    // What could be any file could be any of the working tree.
    let is_any = matches!(&effect.resource, Resource::Path { path, .. } if path == "*")
        && risk::access(effect) != Access::Read;
    merges || is_any || changed_file(effect).is_some_and(is_wide)
}

/// How many pull requests a call opens: the largest number where it could be any.
pub fn opened(effects: &[Effect]) -> u32 {
    let opening = effects.iter().filter(|effect| effect.opens_pull_request());
    opening.fold(0, |count, effect| count.saturating_add(effect.times))
}

fn is_new(path: &str, task: &UnderTask) -> bool {
    path.contains('*') || !task.again.iter().any(|again| again == path)
}

#[cfg(test)]
mod tests {
    use countersign_model::{TaskLimits, TaskScope};

    use super::*;

    fn write(path: &str) -> Effect {
        let (zone, class) = (Zone::Workspace, PathClass::Ordinary);
        Effect::new(verbs::FS_WRITE, Resource::Path { path: path.to_owned(), zone, class })
    }

    /// What is said of each effect in a task of two files.
    fn said(effects: &[Effect]) -> Vec<String> {
        let limits = TaskLimits { files: Some(2), pull_requests: None };
        let scope = TaskScope { limits, ..TaskScope::default() };
        let task = UnderTask { root: "/repo".to_owned(), scope, ..UnderTask::default() };
        let context = Context { task: Some(task.clone()), ..Context::default() };
        let whole = Whole::of(effects, &context);
        let over = effects.iter().filter_map(|effect| whole.over(0, effect, &task));
        over.map(|outside| outside.sentence).collect()
    }

    #[test]
    fn a_file_that_is_written_through_a_link_counts_once() {
        let led = |by: &str, path: &str| Effect { led_by: Some(by.to_owned()), ..write(path) };
        let both = [led("/repo/src/t/a", "/repo/tests/a"), write("/repo/src/t/a"), write("/repo/b")];
        assert_eq!(said(&both), [] as [&str; 0]);
        assert_eq!(changed_files(&both), BTreeSet::from(["/repo/b", "/repo/tests/a"]));
        let three = [both.as_slice(), &[write("/repo/c")]].concat();
        assert_eq!(said(&three).len(), 3, "{:?}", said(&three));
        // What leads there and is not written is none of them, and no file leads to itself.
        let own = led("/repo/a", "/repo/a");
        assert_eq!(said(&[own, write("/repo/b"), write("/repo/c")]).len(), 3);
    }

    #[test]
    fn a_directory_counts_for_the_files_that_go_into_it() {
        let copied = |times| Effect { times, ..write("/repo/src") };
        assert_eq!(said(&[copied(2)]), [] as [&str; 0]);
        assert_eq!(said(&[copied(3)]), ["with it there are 3 changed files, outside the task's limit of 2"]);
        assert_eq!(said(&[copied(2), copied(1), write("/repo/b")]).len(), 3);
        let any = said(&[copied(u32::MAX)]);
        assert_eq!(any, ["with it there are any number of changed files, outside the task's limit of 2"]);
    }
}
