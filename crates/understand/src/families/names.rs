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
