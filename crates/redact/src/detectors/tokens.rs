//! Tokens that begin with a name their issuer chose so that they can be found.

use super::Detector;
use crate::text::{Secret, Text};

/// How the tokens of one issuer look.
pub(crate) struct Token {
    pub(crate) class: &'static str,
    /// How they begin.
    prefix: &'static str,
    /// Which bytes follow, besides letters and digits.
    also: &'static [u8],
    /// How many at least.
    length: usize,
    /// Whether a letter or digit just before means that it is something else.
    apart: bool,
}

const fn token(class: &'static str, prefix: &'static str, also: &'static [u8], length: usize) -> Token {
    Token { class, prefix, also, length, apart: false }
}

/// Beginnings that also occur inside ordinary words.
const fn apart(class: &'static str, prefix: &'static str, also: &'static [u8], length: usize) -> Token {
    Token { class, prefix, also, length, apart: true }
}

/// From the issuers' own documentation of their formats, sorted by the last byte of how they begin: there
/// they are looked for, since it is rarer in ordinary text than the first.
pub(crate) static TOKENS: [Token; 52] = [
    token("age-key", "AGE-SECRET-KEY-", b"", 50),
    token("google-oauth", "GOCSPX-", b"_-", 20),
    token("postman-key", "PMAK-", b"-", 50),
    token("gitlab-token", "glcbt-", b"_-", 20),
    token("gitlab-token", "gldt-", b"_-", 20),
    token("gitlab-token", "glpat-", b"_-.", 20),
    token("gitlab-token", "glptt-", b"_-", 20),
    token("gitlab-token", "glrt-", b"_-.", 20),
    token("gitlab-token", "glsoat-", b"_-", 20),
    apart("openai-key", "sk-", b"", 32),
    token("openai-key", "sk-admin-", b"_-", 20),
    token("anthropic-key", "sk-ant-", b"_-", 20),
    token("openai-key", "sk-proj-", b"_-", 20),
    token("openai-key", "sk-svcacct-", b"_-", 20),
    token("slack-token", "xapp-", b"-", 10),
    token("slack-token", "xoxa-", b"-", 10),
    token("slack-token", "xoxb-", b"-", 10),
    token("slack-token", "xoxe-", b"-", 10),
    token("slack-token", "xoxp-", b"-", 10),
    token("slack-token", "xoxr-", b"-", 10),
    token("slack-token", "xoxs-", b"-", 10),
    apart("sendgrid-key", "SG.", b"_-.", 60),
    token("doppler-token", "dp.pt.", b"", 40),
    token("doppler-token", "dp.st.", b"_.-", 40),
    apart("vault-token", "hvs.", b"_-", 24),
    token("slack-token", "xoxe.", b"-.", 10),
    apart("google-oauth", "ya29.", b"_-", 20),
    token("slack-webhook", "hooks.slack.com/services/", b"/", 20),
    token("atlassian-token", "ATATT3", b"_-=", 60),
    token("aws-access-key", "AKIA", b"", 16),
    token("aws-access-key", "ASIA", b"", 16),
    token("pypi-token", "pypi-AgE", b"_-", 40),
    token("docker-token", "dckr_pat_", b"_-", 20),
    token("digitalocean-token", "dop_v1_", b"", 60),
    token("github-token", "gho_", b"_", 30),
    token("github-token", "ghp_", b"_", 30),
    token("github-token", "ghr_", b"_", 30),
    token("github-token", "ghs_", b"_", 30),
    token("github-token", "ghu_", b"_", 30),
    token("github-token", "github_pat_", b"_", 22),
    token("grafana-token", "glsa_", b"_", 32),
    apart("hugging-face-token", "hf_", b"", 30),
    token("linear-key", "lin_api_", b"", 32),
    apart("npm-token", "npm_", b"", 36),
    token("stripe-key", "rk_live_", b"", 16),
    token("rubygems-key", "rubygems_", b"", 40),
    token("shopify-token", "shpat_", b"", 32),
    token("shopify-token", "shpss_", b"", 32),
    token("stripe-key", "sk_live_", b"", 16),
    token("stripe-key", "sk_test_", b"", 16),
    token("stripe-key", "whsec_", b"", 24),
    token("google-api-key", "AIz", b"_-", 36),
];

pub(super) const DETECTOR: Detector = Detector { classes: &[], anchors: b"-./3AE_z", find };

/// For each byte, the place in [`TOKENS`] of the first one whose beginning ends in it or a later one.
static PLACES: [u8; 257] = places();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, where it cannot panic unseen")]
const fn places() -> [u8; 257] {
    let mut places = [0; 257];
    let (mut byte, mut place) = (0, 0);
    while byte < places.len() {
        while place < TOKENS.len() && last(&TOKENS[place]) < byte {
            place += 1;
        }
        places[byte] = place as u8;
        byte += 1;
    }
    places
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, where it cannot panic unseen")]
const fn last(token: &Token) -> usize {
    token.prefix.as_bytes()[token.prefix.len() - 1] as usize
}

/// How long the shortest of all tokens is.
const SHORTEST: usize = shortest();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, where it cannot panic unseen")]
const fn shortest() -> usize {
    let (mut least, mut place) = (usize::MAX, 0);
    while place < TOKENS.len() {
        let length = TOKENS[place].prefix.len() + TOKENS[place].length;
        if length < least {
            least = length;
        }
        place += 1;
    }
    least
}

/// The tokens whose beginning ends in this byte.
fn ending(last: u8) -> &'static [Token] {
    let place = |byte: usize| PLACES.get(byte).copied().map_or(0, usize::from);
    TOKENS.get(place(usize::from(last))..place(usize::from(last) + 1)).unwrap_or_default()
}

fn find(text: Text<'_>, at: usize) -> Option<Secret> {
    // A letter or digit comes before the last byte of every beginning.
    if !text.before(at)?.is_ascii_alphanumeric() {
        return None;
    }
    let upto = text.range(0, at + 1);
    ending(text.byte(at)?).iter().find_map(|token| {
        // Byte by byte from the end: nearly always the first one differs.
        let prefix = token.prefix.bytes().rev();
        let same =
            upto.len() >= prefix.len() && prefix.eq(upto.iter().rev().copied().take(token.prefix.len()));
        if same { token.begun(text, at + 1 - token.prefix.len()) } else { None }
    })
}

impl Token {
    /// The token that begins at `at` with the right prefix, if the rest is right too.
    fn begun(&self, text: Text<'_>, at: usize) -> Option<Secret> {
        if self.apart && text.before(at).is_some_and(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        let start = at + self.prefix.len();
        let belongs = |byte: u8| byte.is_ascii_alphanumeric() || self.also.contains(&byte);
        // Enough of them first, so that a near miss is left after a few bytes.
        let enough = text.from(start).get(..self.length)?.iter().all(|&byte| belongs(byte));
        if !enough {
            return None;
        }
        let mut end = text.run(start + self.length, belongs);
        while text.before(end) == Some(b'.') {
            end -= 1;
        }
        Some(Secret { class: self.class, start: at, end })
    }
}

/// The class of a text that is one token and nothing else.
pub(crate) fn class_of_whole(text: &[u8]) -> Option<&'static str> {
    if text.len() < SHORTEST {
        return None;
    }
    // Most of them differ in the first byte: a megabyte of addresses asks this fifty thousand times.
    let begins = |token: &&Token| {
        let prefix = token.prefix.as_bytes();
        prefix.len() < text.len() && prefix.first() == text.first() && text.starts_with(prefix)
    };
    let mut begun = TOKENS.iter().filter(begins);
    let secret = begun.find_map(|token| token.begun(Text(text), 0))?;
    (secret.end == text.len()).then_some(secret.class)
}

#[cfg(test)]
mod tests {
    use super::{DETECTOR, TOKENS};

    #[test]
    fn is_sorted_by_last_byte() {
        assert!(TOKENS.is_sorted_by_key(super::last));
        assert_eq!((0..=255).map(|byte| super::ending(byte).len()).sum::<usize>(), TOKENS.len());
    }

    #[test]
    fn none_is_shorter_than_the_shortest() {
        assert!(TOKENS.iter().all(|token| token.prefix.len() + token.length >= super::SHORTEST));
    }

    #[test]
    fn looks_for_every_beginning() {
        for token in &TOKENS {
            assert!(
                DETECTOR.anchors.contains(&token.prefix.as_bytes()[token.prefix.len() - 1]),
                "{}",
                token.prefix
            );
        }
    }
}
