//! Layers of policy: the organisation's, a team's, a repository's. A lower layer can only tighten.
//!
//! Each layer decides for itself and the strictest counts, so that a permit of a lower layer takes
//! nothing away from what a higher one asks for. What a layer says of places and programs is joined
//! into one map: more of production always tightens; what could loosen, a lower layer may only say
//! where the highest delegates it.

use std::fmt;

use countersign_model::{Declared, Environment};

use crate::map::{EnvironmentMap, RepositoryMap};
use crate::{At, OnAllow, Proposal, glob};

/// Whose policy it is, from the highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The whole organisation's.
    Organisation,
    /// One team's.
    Team,
    /// One repository's.
    Repository,
}

impl Layer {
    /// Its name, which its policies' ids start with.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Team => "team",
            Self::Repository => "repository",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a lower layer says that could loosen what a higher one asks for.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the layer `{layer}` may not say {what}{at}")]
pub struct Loosening {
    /// The lower layer.
    pub layer: Layer,
    /// What it says, a fragment.
    pub what: String,
    /// What to do.
    pub hint: String,
    /// Where it is written.
    pub at: At,
}

/// What a highest layer can delegate.
pub const DELEGATES: [&str; 3] = ["staging", "development", "programs"];

/// The map and the programs that all layers say together.
pub fn join(layers: &[(Layer, &Proposal)]) -> Result<(EnvironmentMap, Vec<Declared>), Loosening> {
    let Some(((_, top), below)) = layers.split_first() else { return Ok(Default::default()) };
    let mut map = top.map();
    let mut programs = top.programs.clone();
    let names = |proposal: &Proposal| {
        let RepositoryMap { remotes, roots, .. } = &proposal.repository;
        [("remotes", remotes), ("roots", roots)]
            .into_iter()
            .find(|(_, list)| !list.is_empty())
            .map(|(list, _)| list)
    };
    if names(top).is_none()
        && let Some((layer, list)) = below.iter().find_map(|(layer, below)| Some((*layer, names(below)?)))
    {
        return Err(Loosening {
            layer,
            what: "what its repository is, since the highest layer speaks of none".to_owned(),
            hint: "list the organisation's repositories there, such as `remotes = [\"github.com/acme/*\"]`"
                .to_owned(),
            at: At::path(["repository", list]),
        });
    }
    for (layer, proposal) in below {
        may_say(*layer, proposal, top)?;
        let own = proposal.map();
        join_repository(&mut map.repository, own.repository, *layer)?;
        for (environment, places) in own.environments {
            map.environments.entry(environment).or_default().extend(places);
        }
        programs.extend(proposal.programs.iter().cloned());
    }
    Ok((map, programs))
}

/// Refuses what could loosen and is not delegated.
fn may_say(layer: Layer, proposal: &Proposal, top: &Proposal) -> Result<(), Loosening> {
    let delegated = |what: &str| top.delegates.iter().any(|name| name == what);
    let refused = |what: String, hint: String, at: At| Err(Loosening { layer, what, hint, at });
    let delegate = |name: &str| format!("the highest layer can delegate that: `delegates = [\"{name}\"]`");
    for (environment, listed) in &proposal.environments {
        let name = environment.to_string();
        let mut patterns = listed
            .places
            .lists()
            .into_iter()
            .flat_map(|(list, patterns)| patterns.iter().map(move |one| (list, one)));
        if *environment == Environment::Production {
            if let Some((list, pattern)) = patterns.find(|(_, pattern)| pattern.starts_with('!')) {
                return refused(
                    format!("what is no production, as `{pattern}` in `{list}` does"),
                    "leave the exception out, or put it into the highest layer".to_owned(),
                    At::path(["environments", "production", list, pattern]),
                );
            }
        } else if patterns.next().is_some() && !delegated(&name) {
            let at = At::path(["environments", &name]);
            return refused(format!("what {name} is"), delegate(&name), at);
        }
    }
    if !proposal.programs.is_empty() && !delegated("programs") {
        return refused("what programs do".to_owned(), delegate("programs"), At::path(["program"]));
    }
    if proposal.on_allow != OnAllow::Pass {
        return refused(
            "that a plain allow skips the runtime's own prompts".to_owned(),
            "leave `on_allow` to the highest layer".to_owned(),
            At::path(["on_allow"]),
        );
    }
    if !proposal.weights.is_empty() {
        return refused(
            "how risk is weighed".to_owned(),
            "leave `[weights]` to the highest layer".to_owned(),
            At::path(["weights"]),
        );
    }
    if !proposal.delegates.is_empty() {
        return refused(
            "what is delegated".to_owned(),
            "leave `delegates` to the highest layer".to_owned(),
            At::path(["delegates"]),
        );
    }
    Ok(())
}

/// A lower layer narrows down which repository is meant.
fn join_repository(map: &mut RepositoryMap, own: RepositoryMap, layer: Layer) -> Result<(), Loosening> {
    let RepositoryMap { remotes, roots, default_branch } = own;
    // A pattern of its own could be wider than the one it fits.
    let fits =
        |known: &String, own: &String| known == own || !own.contains(['*', '?']) && glob::matches(known, own);
    let strange = |known: &[String], own: &[String]| {
        own.iter().find(|own| !known.iter().any(|known| fits(known, own))).cloned()
    };
    let strange = strange(&map.remotes, &remotes)
        .map(|strange| ("remotes", strange))
        .or_else(|| strange(&map.roots, &roots).map(|strange| ("roots", strange)));
    if let Some((list, strange)) = strange {
        return Err(Loosening {
            layer,
            at: At::path(["repository", list, &strange]),
            what: format!("that `{strange}` is its repository"),
            hint: "the highest layer lists the repositories it speaks of: add a pattern to its `remotes`, or to its \
                   `roots` for working trees without a remote"
                .to_owned(),
        });
    }
    narrow(map, RepositoryMap { remotes, roots, default_branch });
    Ok(())
}

/// Which repository is meant, once a lower layer says it more closely.
pub fn narrow(map: &mut RepositoryMap, own: RepositoryMap) {
    let RepositoryMap { remotes, roots, default_branch } = own;
    if !remotes.is_empty() {
        map.remotes = remotes;
    }
    if !roots.is_empty() {
        map.roots = roots;
    }
    if default_branch.is_some() {
        map.default_branch = default_branch;
    }
}
