//! What a session made itself, so that nobody else's work is lost with it.

use std::collections::BTreeSet;

use countersign_model::{Certainty, Effect, PathClass, Resource, Reversible, Verb, verbs};

/// Why removing it can be undone.
const OWN: &str = "this session made it";

/// Says of every file that is deleted, and that the session made, that it can be made again.
pub fn mark_own(effects: &mut [Effect], has_made: impl Fn(&str) -> bool) {
    let moved_onto: BTreeSet<String> = moved_onto(effects).map(str::to_owned).collect();
    for effect in effects {
        let Resource::Path { path, class, .. } = &effect.resource else { continue };
        let is_one =
            effect.verb == verbs::FS_DELETE && effect.certainty == Certainty::Exact && !path.contains('*');
        if is_one
            && *class != PathClass::Countersign
            && effect.reversible != Reversible::Yes
            && !moved_onto.contains(path)
            && has_made(path)
        {
            effect.reversible = Reversible::Yes;
            effect.because = Some(OWN.to_owned());
        }
    }
}

/// The files that a call may move something onto: it writes them, and takes others away.
pub fn moved_onto(effects: &[Effect]) -> impl Iterator<Item = &str> {
    let deleted: BTreeSet<&str> = paths(effects, verbs::FS_DELETE).collect();
    paths(effects, verbs::FS_WRITE).filter(move |path| deleted.iter().any(|deleted| deleted != path))
}

fn paths(effects: &[Effect], verb: Verb) -> impl Iterator<Item = &str> {
    effects.iter().filter(move |effect| effect.verb == verb).filter_map(|effect| match &effect.resource {
        Resource::Path { path, .. } => Some(path.as_str()),
        _ => None,
    })
}

/// The files that a call may make: it writes them whole or in part, and takes nothing away that could have been moved there.
pub fn may_make(effects: &[Effect]) -> impl Iterator<Item = &str> {
    let moves = effects.iter().any(|effect| effect.verb == verbs::FS_DELETE);
    effects.iter().filter(move |effect| !moves && effect.verb == verbs::FS_WRITE).filter_map(|effect| {
        match &effect.resource {
            Resource::Path { path, class, .. } if *class != PathClass::Countersign && !path.contains('*') => {
                Some(path.as_str())
            }
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use countersign_model::Zone;

    use super::*;

    fn effect(verb: countersign_model::Verb, path: &str) -> Effect {
        let class = PathClass::Ordinary;
        Effect::new(verb, Resource::Path { path: path.to_owned(), zone: Zone::Workspace, class })
    }

    #[test]
    fn only_what_the_session_made_can_be_made_again() {
        let mut effects = ["/a/own", "/a/other", "/a/*"].map(|path| effect(verbs::FS_DELETE, path));
        mark_own(&mut effects, |path| path != "/a/other");
        let told = effects.map(|effect| (effect.reversible, effect.because));
        assert_eq!(told[0], (Reversible::Yes, Some(OWN.to_owned())));
        assert_eq!((told[1].0, told[2].0), (Reversible::No, Reversible::No));
    }

    #[test]
    fn what_something_is_moved_onto_is_not_the_sessions() {
        let deletes = || effect(verbs::FS_DELETE, "/a/own");
        let mut effects =
            [effect(verbs::FS_DELETE, "/a/theirs"), effect(verbs::FS_WRITE, "/a/own"), deletes()];
        mark_own(&mut effects, |path| path == "/a/own");
        assert_eq!((effects[0].reversible, effects[2].reversible), (Reversible::No, Reversible::No));
        let mut effects = [effect(verbs::FS_WRITE, "/a/own"), deletes()];
        mark_own(&mut effects, |_| true);
        assert_eq!(effects[1].reversible, Reversible::Yes);
    }

    #[test]
    fn what_is_moved_is_not_made() {
        let made = |effects: &[Effect]| may_make(effects).count();
        let (new, old) = (effect(verbs::FS_WRITE, "/a/new"), effect(verbs::FS_DELETE, "/a/old"));
        assert_eq!((made(std::slice::from_ref(&new)), made(&[new, old])), (1, 0));
    }
}
