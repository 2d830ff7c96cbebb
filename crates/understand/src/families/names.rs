//! Which family has a program of some name: the families' lists of names as one table, made at compile time, so that
//! finding one costs the same however many there are.

use super::{ALL, Family};

/// Places for names, a power of two: at least twice as many as there are names, so that few share one.
const PLACES: usize = 4096;

/// A name: its family in the list of all, and where it stands among that family's, both counted from one; zeros: none.
type Name = (u8, u16);

static TABLE: [Name; PLACES] = table();

/// The first family that has a program of this name.
pub(super) fn family(name: &str) -> Option<&'static Family> {
    let mut at = place(name.as_bytes());
    loop {
        let (family, position) = *TABLE.get(at)?;
        let family = ALL.get(usize::from(family).checked_sub(1)?)?;
        if family.programs.get(usize::from(position) - 1) == Some(&name) {
            return Some(family);
        }
        at = next(at);
    }
}

/// Whether a name is not what a person reads: it has letters that cannot be seen, blanks that are none to a shell, or
/// those of another script among plain ones.
pub(super) fn deceives(name: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphabetic();
    let looks_like = |letter: char| matches!(letter, '\u{370}'..='\u{58f}' | '\u{13a0}'..='\u{13ff}' | '\u{1d00}'..='\u{1d7f}' | '\u{ff00}'..='\u{ff5e}' | '\u{1d400}'..='\u{1d7ff}');
    let is_unseen = |letter: char| {
        let format = matches!(letter, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}');
        format || letter.is_control() || (letter.is_whitespace() && letter != ' ')
    };
    let file = name.rsplit('/').next().unwrap_or(name);
    !name.is_ascii()
        && (file.chars().any(is_unseen) || (file.chars().any(is_plain) && file.chars().any(looks_like)))
        || file.chars().any(|letter| letter.is_control())
}

#[expect(clippy::indexing_slicing, reason = "it runs at compile time only, where a bad index does not build")]
const fn table() -> [Name; PLACES] {
    let mut table = [(0, 0); PLACES];
    let mut count = 0;
    let mut family = 0;
    while family < ALL.len() {
        let programs = ALL[family].programs;
        let mut position = 0;
        while position < programs.len() {
            let mut at = place(programs[position].as_bytes());
            // A name that an earlier family has too is found there before this place.
            while table[at].0 != 0 {
                at = next(at);
            }
            assert!(family < 255 && position < 65_535, "numbers of families and names must fit");
            table[at] = (family as u8 + 1, position as u16 + 1);
            count += 1;
            position += 1;
        }
        family += 1;
    }
    assert!(count * 2 <= PLACES, "the table of names must be half empty");
    table
}

/// Where to look for a name first: FNV-1a of its bytes.
const fn place(mut name: &[u8]) -> usize {
    let mut hash: u32 = 0x811c_9dc5;
    while let [byte, rest @ ..] = name {
        hash = (hash ^ *byte as u32).wrapping_mul(0x0100_0193);
        name = rest;
    }
    (hash ^ (hash >> 16)) as usize % PLACES
}

const fn next(place: usize) -> usize {
    (place + 1) % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_in_its_first_family() {
        for family in ALL {
            for name in family.programs {
                let first = ALL.iter().find(|family| family.programs.contains(name)).unwrap();
                assert_eq!(super::family(name).unwrap().programs, first.programs, "{name}");
            }
        }
        for name in ["", "gi", "gits", "nobody-knows-this"] {
            assert!(super::family(name).is_none(), "{name}");
        }
    }
}

#[cfg(test)]
mod deceiving_tests {
    use crate::fixture::check;

    #[test]
    fn names_that_deceive() {
        for command in [
            "rm\r -rf src",
            "ls\r",
            "r\u{200b}m -rf src",
            "rm\u{a0}-rf src",
            "g\u{456}t push -f",
            "git\u{200b} push -f",
            "\u{ff47}it push -f",
            "\u{feff}git push -f",
            "\u{202e}git push",
            "git\u{b}push",
        ] {
            let found = check(command);
            assert!(found.contains("exec.hidden"), "{command}: {found}");
        }
        assert!(check("rm\r -rf src").contains("fs.delete /repo/src"));
        for command in [
            "\u{e9}dite x",
            "./caf\u{e9}.sh",
            "\u{43f}\u{443}\u{441}\u{43a} x",
            "unheard-of x",
            "echo 'a\u{200b}b'",
            "ls 'g\u{456}t'",
            "git add 'a\u{a0}b'",
        ] {
            let found = check(command);
            assert!(!found.contains("exec.hidden"), "{command}: {found}");
        }
    }
}
