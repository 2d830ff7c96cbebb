//! The effects of a call as they are found: each once, and not more than a reviewer can read.

use std::collections::BTreeMap;

use countersign_model::{Access, Certainty, Effect, PathClass, Remote, Repository, Resource, Zone, verbs};

/// Effects of one verb that are listed one by one.
const MOST_OF_A_VERB: usize = 32;

/// Effects in the order found.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    effects: Vec<Effect>,
    counts: BTreeMap<String, usize>,
    /// One for each verb that has too many, in the order they got too many.
    sums: Vec<Effect>,
}

/// Where an effect is among those of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Slot {
    /// Listed, at this index.
    Listed(usize),
    /// Part of a sum, at this index among the sums, which come last.
    Summed(usize),
}

impl Collected {
    /// Adds an effect unless the same is there; past the limit of its verb, effects are merged into
    /// one that covers the worst any of them can be.
    pub fn push(&mut self, mut effect: Effect) -> Slot {
        effect.resource = effect.resource.in_one_spelling();
        if let Some(index) = self.effects.iter().rposition(|known| same(known, &effect)) {
            if let Some(known) = self.effects.get_mut(index) {
                if effect.opens_pull_request() {
                    known.times = known.times.saturating_add(effect.times);
                }
                if matches!(effect.resource, Resource::Path { .. }) {
                    known.times = known.times.max(effect.times);
                }
                known.speaks(&effect.speaks_to);
                known.expanded &= effect.expanded;
            }
            return Slot::Listed(index);
        }
        let count = self.counts.entry(effect.verb.as_str().to_owned()).or_default();
        *count += 1;
        if *count <= MOST_OF_A_VERB {
            self.effects.push(effect);
            return Slot::Listed(self.effects.len() - 1);
        }
        match self.sums.iter().position(|sum| sum.verb == effect.verb) {
            Some(index) => {
                let sum = self.sums.remove(index);
                self.sums.insert(index, widen(sum, &effect));
                Slot::Summed(index)
            }
            None => {
                self.sums.push(widen(effect.clone(), &effect));
                Slot::Summed(self.sums.len() - 1)
            }
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.effects.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.effects.is_empty()
    }

    /// The worst kind of change among them.
    pub fn worst(&self) -> Option<Access> {
        self.effects.iter().chain(&self.sums).map(|effect| effect.access).max()
    }

    /// Whether a path of one that was added since there were so many is not exactly known.
    pub fn is_unsure_since(&self, count: usize) -> bool {
        let added = self.effects.get(count..).unwrap_or_default();
        let is_path = |effect: &Effect| matches!(effect.resource, Resource::Path { .. });
        !self.sums.is_empty()
            || added.iter().any(|effect| effect.certainty != Certainty::Exact && is_path(effect))
    }

    /// Whether any of an area is none of these.
    pub fn has_area_besides(&self, area: &str, known: &[countersign_model::Verb]) -> bool {
        let is_other = |effect: &Effect| effect.verb.area() == area && !known.contains(&effect.verb);
        self.effects.iter().chain(&self.sums).any(is_other)
    }

    /// Whether they say of a path that a secret or one of Countersign's own files is at risk.
    pub fn guards(&self, path: &str) -> bool {
        self.effects.iter().any(|effect| {
            let says = effect.verb == verbs::SECRET_READ || effect.verb == verbs::COUNTERSIGN_TAMPER;
            says && matches!(&effect.resource, Resource::Path { path: known, .. } if known == path)
        })
    }

    /// Makes what runs under this name something nobody can see into.
    pub fn hides(&mut self, name: &str, why: &str) {
        let is_it = |effect: &&mut Effect| {
            effect.verb == verbs::EXEC_OPAQUE
                && matches!(&effect.resource, Resource::Program { name: known } if known == name || known == "many programs")
        };
        for effect in self.effects.iter_mut().chain(&mut self.sums).filter(is_it) {
            effect.certainty = Certainty::Opaque;
            effect.because = Some(why.to_owned());
        }
    }

    /// Changes the last one.
    pub fn amend_last(&mut self, change: impl FnOnce(&mut Effect)) {
        if let Some(effect) = self.effects.last_mut() {
            change(effect);
        }
    }

    /// The one that was added last.
    pub fn last(&self) -> Option<&Effect> {
        self.effects.last()
    }

    /// Changes each of them.
    pub fn amend(&mut self, change: impl FnMut(&mut Effect)) {
        self.effects.iter_mut().for_each(change);
    }

    /// All of them, never none: what does nothing only reads.
    pub fn finish(mut self) -> Vec<Effect> {
        self.effects.extend(self.sums);
        if self.effects.is_empty() {
            let nothing = Resource::Program { name: "nothing".to_owned() };
            self.effects.push(Effect::new(verbs::EXEC_READ, nothing));
        }
        self.effects
    }
}

fn same(known: &Effect, effect: &Effect) -> bool {
    known.verb == effect.verb
        && known.resource == effect.resource
        && known.opens_pull_request() == effect.opens_pull_request()
        && known.certainty >= effect.certainty
        && known.access == effect.access
        && known.reversible >= effect.reversible
}

/// Whether a resource that keeps its host as a sum is summed up with one that may have another.
fn has_host_of_its_own(sum: &Resource, other: &Resource) -> bool {
    match (sum, other) {
        (Resource::Ref { repository, .. } | Resource::Repository { repository }, _) => {
            let same = matches!(other, Resource::Ref { repository: second, .. } | Resource::Repository { repository: second } if second.remote == repository.remote);
            !same
        }
        (Resource::PullRequest { repository, .. } | Resource::Forge { repository, .. }, _) => {
            let same = matches!(other, Resource::PullRequest { repository: second, .. } | Resource::Forge { repository: second, .. } if second.host == repository.host);
            !same
        }
        (Resource::Package { registry, .. }, Resource::Package { registry: second, .. }) => {
            registry != second
        }
        (Resource::Container { host, .. }, Resource::Container { host: second, .. }) => host != second,
        _ => false,
    }
}

/// `sum`, widened to any resource of its kind and to the worse of both.
fn widen(mut sum: Effect, other: &Effect) -> Effect {
    sum.certainty = sum.certainty.max(other.certainty).max(Certainty::Partial);
    sum.reversible = sum.reversible.max(other.reversible);
    sum.access = sum.access.max(other.access);
    sum.times = sum.times.saturating_add(other.times);
    sum.because = Some("there are too many of these to list each".to_owned());
    sum.speaks(&other.speaks_to);
    sum.expanded = false;
    if sum.speaks_to.len() > MOST_OF_A_VERB || has_host_of_its_own(&sum.resource, &other.resource) {
        sum.speaks_to = vec!["*".to_owned()];
    }
    let any = || "*".to_owned();
    sum.resource = match (sum.resource, &other.resource) {
        (Resource::Path { class, .. }, Resource::Path { class: second, .. }) => {
            Resource::Path { path: any(), zone: Zone::System, class: class.max(*second) }
        }
        (Resource::Path { class, .. }, _) => Resource::Path { path: any(), zone: Zone::System, class },
        (Resource::Ref { repository, .. }, _) => {
            let remote = repository.remote.map(|_| Remote { name: any(), url: None });
            Resource::Ref {
                repository: Repository { root: repository.root, remote },
                reference: any(),
                old: None,
                new: None,
            }
        }
        (Resource::PullRequest { mut repository, .. }, _) => {
            repository.name = any();
            Resource::PullRequest { repository, number: None, base: None, head: None, commit: None }
        }
        (Resource::Forge { mut repository, object, .. }, _) => {
            repository.name = any();
            Resource::Forge { repository, object, name: any(), reference: None }
        }
        (Resource::Host { .. }, _) => Resource::Host { host: any(), url: None },
        (Resource::Repository { repository }, _) => Resource::Repository { repository },
        (Resource::Program { name }, second) => {
            let is_told = |name: &str| name.contains(" told of ");
            let told = is_told(&name) || matches!(second, Resource::Program { name } if is_told(name));
            Resource::Program {
                name: if told { "many programs told of *" } else { "many programs" }.to_owned(),
            }
        }
        (Resource::Tool { server, .. }, _) => Resource::Tool { server, name: any() },
        (Resource::Cluster { namespace, object, .. }, _) => {
            Resource::Cluster { context: any(), namespace: namespace.map(|_| any()), object, name: any() }
        }
        (Resource::Cloud { provider, .. }, _) => {
            Resource::Cloud { provider, account: any(), region: None, service: any(), name: any() }
        }
        (Resource::Database { system, .. }, _) => {
            Resource::Database { system, host: any(), database: None, object: any() }
        }
        (Resource::Stack { tool, .. }, _) => {
            Resource::Stack { tool, directory: any(), workspace: Some(any()), target: any() }
        }
        (Resource::App { platform, .. }, _) => Resource::App { platform, name: any(), target: Some(any()) },
        (Resource::Container { host, object, .. }, Resource::Container { host: second, .. }) => {
            Resource::Container { host: host.or_else(|| second.clone()), object, name: any() }
        }
        (Resource::Container { object, .. }, _) => {
            Resource::Container { host: Some(any()), object, name: any() }
        }
        (Resource::Package { .. }, _) => Resource::Package { registry: any(), name: any() },
        (Resource::Change { paths, count, .. }, _) => {
            Resource::Change { repository: any(), base: None, paths, count }
        }
        (Resource::Secret { .. }, _) => Resource::Secret { store: any(), name: any() },
    };
    if let (Resource::Path { class, .. }, true) = (&mut sum.resource, sum.verb == verbs::SECRET_READ) {
        *class = PathClass::Secret;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_effects_hide_no_harmful_one() {
        let mut collected = Collected::default();
        for number in 0..100 {
            let zone = Zone::Workspace;
            let path = Resource::Path { path: format!("/repo/{number}"), zone, class: PathClass::Ordinary };
            collected.push(Effect::new(verbs::FS_READ, path));
        }
        let class = PathClass::Secret;
        collected.push(Effect::new(
            verbs::FS_READ,
            Resource::Path { path: "/x".to_owned(), zone: Zone::Home, class },
        ));
        let effects = collected.finish();
        assert_eq!(effects.len(), MOST_OF_A_VERB + 1);
        let last = effects.last().map(|effect| (&effect.resource, effect.certainty));
        let any = Resource::Path { path: "*".to_owned(), zone: Zone::System, class };
        assert_eq!(last, Some((&any, Certainty::Partial)));
    }
}
