//! Walks one text from left to right and lets the detectors look where something may begin.

use crate::detectors::DETECTORS;
use crate::found::Found;
use crate::marker;
use crate::places::{self, PLACED};

/// What a text can need: a replacement can make another secret visible, each time a shorter text.
const ROUNDS: usize = 4;

/// A secret in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Secret {
    /// What it is.
    pub(crate) class: &'static str,
    /// Its first byte.
    pub(crate) start: usize,
    /// One past its last byte.
    pub(crate) end: usize,
}

/// The bytes of a text, with looks that cannot fail.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a>(pub(crate) &'a [u8]);

impl<'a> Text<'a> {
    /// The byte at `at`, if there is one.
    pub(crate) fn byte(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    /// The byte before `at`.
    pub(crate) fn before(self, at: usize) -> Option<u8> {
        at.checked_sub(1).and_then(|at| self.byte(at))
    }

    /// All from `at` on.
    pub(crate) fn from(self, at: usize) -> &'a [u8] {
        self.0.get(at..).unwrap_or_default()
    }

    /// The bytes in a range; none where there are none.
    pub(crate) fn range(self, start: usize, end: usize) -> &'a [u8] {
        self.0.get(start..end).unwrap_or_default()
    }

    /// Where the bytes that are `wanted` end, from `at` on.
    pub(crate) fn run(self, at: usize, wanted: impl Fn(u8) -> bool) -> usize {
        at + self.from(at).iter().take_while(|&&byte| wanted(byte)).count()
    }

    /// Whether `word` is at `at`, in any case of letters.
    pub(crate) fn has_word(self, at: usize, word: &str) -> bool {
        self.from(at).get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
    }
}

/// The same text without its secrets.
pub(crate) fn redact(text: &str, pointer: &str, found: &mut Found) -> String {
    let mut text = text.to_owned();
    for _ in 0..ROUNDS {
        let secrets = merged(find(&text), places::find(Text(text.as_bytes())));
        if secrets.is_empty() {
            break;
        }
        text = without(&text, secrets, pointer, found);
    }
    text
}

/// The same for what is written into a file.
pub(crate) fn redact_written(file: &str, text: &str, pointer: &str, found: &mut Found) -> String {
    let text = redact(text, pointer, found);
    let secrets = places::file::find(file, &text);
    if secrets.is_empty() { text } else { without(&text, secrets, pointer, found) }
}

/// The text without these.
fn without(text: &str, secrets: Vec<Secret>, pointer: &str, found: &mut Found) -> String {
    let mut redacted = String::with_capacity(text.len());
    let mut done = 0;
    for secret in secrets {
        // Secrets begin and end at ASCII bytes, so both parts are there.
        redacted.push_str(text.get(done..secret.start).unwrap_or_default());
        let value = text.get(secret.start..secret.end).unwrap_or_default();
        if secret.class == PLACED {
            found.again(value, PLACED, &mut redacted);
        } else {
            found.replace(value, secret.class, pointer, &mut redacted);
        }
        done = secret.end;
    }
    redacted.push_str(text.get(done..).unwrap_or_default());
    redacted
}

/// All of `found`, and what of `placed` none of them overlaps, from left to right.
fn merged(mut found: Vec<Secret>, mut placed: Vec<Secret>) -> Vec<Secret> {
    let mut rest = found.iter().peekable();
    placed.retain(|secret| {
        while rest.next_if(|other| other.end <= secret.start).is_some() {}
        rest.peek().is_none_or(|other| other.start >= secret.end)
    });
    if !placed.is_empty() {
        found.append(&mut placed);
        found.sort_unstable_by_key(|secret| secret.start);
    }
    found
}

/// The secrets in `text`, from left to right, none within another.
pub(crate) fn find(text: &str) -> Vec<Secret> {
    let text = Text(text.as_bytes());
    let mut looks = [0u16; 256];
    let anchors = DETECTORS.iter().map(|detector| detector.anchors).chain([b"[".as_slice()]);
    for (number, anchors) in anchors.enumerate() {
        for &anchor in anchors {
            if let Some(look) = looks.get_mut(usize::from(anchor)) {
                *look |= 1 << number;
            }
        }
    }
    let mut secrets: Vec<Secret> = Vec::new();
    let (mut at, mut done) = (0, 0);
    loop {
        let look = |byte: u8| looks.get(usize::from(byte)).copied().unwrap_or_default();
        at = text.run(at, |byte| look(byte) == 0);
        let Some(byte) = text.byte(at) else { return secrets };
        if byte == b'['
            && let Some(length) = marker::length(text.from(at))
        {
            at += length;
            continue;
        }
        let wanted = DETECTORS.iter().enumerate().filter(|(number, _)| look(byte) & (1 << number) != 0);
        let found = wanted.filter_map(|(_, detector)| (detector.find)(text, at)).find(|secret| {
            let new = secret.start >= done && secret.end > secret.start;
            new && !marker::is_whole(text.range(secret.start, secret.end))
        });
        match found {
            Some(secret) => {
                // One that was announced behind it has been passed already.
                at = secret.end.max(at + 1);
                done = secret.end;
                secrets.push(secret);
            }
            None => at += 1,
        }
    }
}
