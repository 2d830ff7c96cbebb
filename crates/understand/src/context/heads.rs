//! Which branches may be checked out, where the command switches them: each working tree has its own.

use std::collections::BTreeMap;

/// Working trees of which it is kept in mind.
const MOST: usize = 16;

/// Branches that may be checked out now, by the working tree; of one without any: as the workspace says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heads {
    /// By the top directory, which is empty where there is no repository yet.
    trees: BTreeMap<String, Vec<Option<String>>>,
    /// Whether a working tree was switched of which nobody knows which it is.
    unsure: bool,
}

impl Heads {
    /// The command switches a working tree to a branch, by its full name; an empty one: to any.
    pub fn switches(&mut self, tree: Option<&str>, branch: String) {
        let tree = tree.unwrap_or_default();
        if self.trees.len() >= MOST && !self.trees.contains_key(tree) {
            self.unsure = true;
            return;
        }
        self.trees.insert(tree.to_owned(), vec![Some(branch)]);
    }

    /// The command switches a working tree to a branch, or leaves it as it is.
    pub fn may_switch(&mut self, tree: Option<&str>, branch: String) {
        let mut heads = self.of(tree);
        let branch = Some(branch);
        if !heads.contains(&branch) {
            heads.push(branch);
        }
        self.switches(tree, String::new());
        if let Some(known) = self.trees.get_mut(tree.unwrap_or_default()) {
            *known = heads;
        }
    }

    /// The command switches some working tree.
    pub fn loses_track(&mut self) {
        self.unsure = true;
    }

    /// The branches that may be checked out; `None`: as the workspace says; an empty name: any.
    pub fn of(&self, tree: Option<&str>) -> Vec<Option<String>> {
        if self.unsure {
            return vec![Some(String::new())];
        }
        self.trees.get(tree.unwrap_or_default()).cloned().unwrap_or_else(|| vec![None])
    }

    /// Whether the command switched none.
    pub fn is_empty(&self) -> bool {
        self.trees.is_empty() && !self.unsure
    }

    /// The branches checked out may also still be these.
    pub fn may_be(&mut self, before: &Self) {
        self.unsure |= before.unsure;
        for (tree, heads) in &mut self.trees {
            for head in before.trees.get(tree).unwrap_or(&vec![None]) {
                if !heads.contains(head) {
                    heads.push(head.clone());
                }
            }
        }
        for (tree, heads) in &before.trees {
            self.trees.entry(tree.clone()).or_insert_with(|| {
                let mut heads = heads.clone();
                heads.push(None);
                heads
            });
        }
    }
}
