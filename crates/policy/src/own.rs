//! What a session made itself, so that nobody else's work is lost with it.

use countersign_model::{Certainty, Effect, PathClass, Resource, Reversible, verbs};

/// Why removing it can be undone.
const OWN: &str = "this session made it";

/// Says of every file that is deleted, and that the session made, that it can be made again.
pub fn mark_own(effects: &mut [Effect], has_made: impl Fn(&str) -> bool) {
    for effect in effects {
        let Resource::Path { path, class, .. } = &effect.resource else { continue };
        let is_one =
            effect.verb == verbs::FS_DELETE && effect.certainty == Certainty::Exact && !path.contains('*');
        if is_one
            && *class != PathClass::Countersign
            && effect.reversible != Reversible::Yes
            && has_made(path)
        {
            effect.reversible = Reversible::Yes;
            effect.because = Some(OWN.to_owned());
        }
    }
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
    fn what_is_moved_is_not_made() {
        let made = |effects: &[Effect]| may_make(effects).count();
        let (new, old) = (effect(verbs::FS_WRITE, "/a/new"), effect(verbs::FS_DELETE, "/a/old"));
        assert_eq!((made(std::slice::from_ref(&new)), made(&[new, old])), (1, 0));
    }
}
