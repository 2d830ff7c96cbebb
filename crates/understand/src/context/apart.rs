//! Effects that are collected by themselves, of which only some are added to those of the call.

use countersign_model::{Access, Certainty, Effect, PathClass, Resource, Verb, verbs};

use super::Context;
use crate::collected::{Collected, Slot};

/// What was there before effects were collected by themselves.
pub(crate) struct Before {
    collected: Collected,
    opaque: bool,
    mark: usize,
}

/// An effect that was collected by itself, and the commands it was found in.
pub(crate) struct Apart {
    pub effect: Effect,
    owners: Vec<Option<usize>>,
}

/// Whether a command that was looked at by itself does no more than read what holds no secret.
pub(crate) fn only_reads(found: &[Apart]) -> bool {
    let reads = |effect: &Effect| {
        effect.access == Access::Read
            && effect.certainty != Certainty::Opaque
            && effect.verb.area() != "secret"
            && !matches!(effect.resource, Resource::Path { class: PathClass::Secret, .. })
    };
    !found.is_empty() && found.iter().all(|apart| reads(&apart.effect))
}

impl Context<'_> {
    /// Collects effects by themselves, until [`Self::ends_apart`].
    pub fn begins_apart(&mut self) -> Before {
        let collected = std::mem::take(&mut self.collected);
        Before { collected, opaque: self.state.world.opaque, mark: self.tree.mark() }
    }

    /// Adds what of a program's effects is known for sure, but for those of the `plain` verbs; the first doubt of the rest.
    /// What it is told of is known, whatever it does there.
    pub fn adds_what_is_sure(&mut self, found: Vec<Apart>, plain: &[Verb], by: &str) -> Option<String> {
        let mut doubt = None;
        for mut found in found {
            let effect = &mut found.effect;
            let is_told =
                || matches!(&effect.resource, Resource::Program { name } if name.contains(" told of "));
            if effect.verb == verbs::EXEC_OPAQUE && !is_told() {
                doubt.get_or_insert_with(|| effect.because.clone().unwrap_or_default());
            } else if !plain.contains(&effect.verb) {
                effect.because = Some(match effect.because.take() {
                    Some(because) => format!("{by}: {because}"),
                    None => by.to_owned(),
                });
                self.push_apart(found);
            }
        }
        doubt
    }

    /// The effects found since then, none of which is one of the call's yet.
    pub fn ends_apart(&mut self, before: Before) -> Vec<Apart> {
        self.state.world.opaque = before.opaque;
        let found = std::mem::replace(&mut self.collected, before.collected);
        let listed = found.len();
        if found.is_empty() {
            return Vec::new();
        }
        let mut apart: Vec<Apart> =
            found.finish().into_iter().map(|effect| Apart { effect, owners: Vec::new() }).collect();
        for (owner, slot) in self.tree.forgets(before.mark) {
            let index = match slot {
                Slot::Listed(index) => index,
                Slot::Summed(index) => listed + index,
            };
            if let Some(one) = apart.get_mut(index)
                && one.owners.last() != Some(&owner)
            {
                one.owners.push(owner);
            }
        }
        apart
    }

    /// Adds such an effect to those of the call: it stays one of the commands that it was found in.
    pub fn push_apart(&mut self, apart: Apart) {
        let Apart { effect, owners } = apart;
        if owners.is_empty() {
            self.push(effect);
            return;
        }
        for owner in owners {
            let here = self.tree.becomes(owner);
            self.push(effect.clone());
            self.tree.becomes(here);
        }
    }
}
