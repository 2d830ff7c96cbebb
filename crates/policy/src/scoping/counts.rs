//! What of a call counts against the limits of a task: files that change, pull requests that are opened.
//!
//! What could be any number of them is more than any limit.

use std::collections::BTreeSet;

use countersign_model::{Access, Effect, PathClass, Resource, Zone, verbs};

use super::{Outside, UnderTask};
use crate::{Context, risk};

/// How much a whole call adds to what each task limits, in the order of the tasks.
#[derive(Clone, Debug, Default)]
pub struct Whole {
    each: Vec<Counts>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    files: u32,
    pull_requests: u32,
}

impl Counts {
    fn of(effects: &[Effect], task: &UnderTask) -> Self {
        let new: BTreeSet<&str> =
            effects.iter().filter_map(changed_file).filter(|path| is_new(path, task)).collect();
        let files = match effects.iter().any(changes_any_number) {
            true => u32::MAX,
            false => u32::try_from(new.len()).unwrap_or(u32::MAX),
        };
        Self { files, pull_requests: opened(effects) }
    }
}

impl Whole {
    /// Counts the call's effects.
    pub fn of(effects: &[Effect], context: &Context) -> Self {
        let tasks = context.task.iter().flat_map(UnderTask::all);
        Self { each: tasks.map(|task| Counts::of(effects, task)).collect() }
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
        let counts =
            changes_any_number(effect) || changed_file(effect).is_some_and(|path| is_new(path, task));
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
