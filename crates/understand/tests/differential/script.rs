//! Scripts at random. Every command has a word of its own (`k17`), so that what ran says where it stood.

use crate::random::Random;
use crate::stub::IDLE;
use crate::templates::{FRAMES, LITERAL, NOT_YET, SIMPLE, UNKNOWN};

/// Statements may hold each other this deep.
const DEEPEST: usize = 3;
/// Once a script is this long, statements hold no others.
const LONG: usize = 1500;

/// A script, and whether all it does is said by its text.
#[derive(Clone, Debug)]
pub struct Script {
    pub text: String,
    pub is_literal: bool,
}

/// The script of a seed.
pub fn of_seed(seed: u64) -> Script {
    let mut random = Random::of(seed);
    let is_literal = random.once_in(2);
    let mut maker = Maker { random, is_literal, count: 0, length: 0 };
    let statements = 1 + maker.random.below(4);
    let mut text = maker.statements(statements, DEEPEST);
    if maker.random.once_in(3) {
        let frame = maker.random.one_of(FRAMES);
        text = frame.replace("‹S›", &single_quoted(&text)).replace("‹s›", &text);
    }
    Script { text, is_literal }
}

/// A script of one template.
pub fn of_template(template: &str, seed: u64) -> Script {
    let mut maker = Maker { random: Random::of(seed), is_literal: true, count: 0, length: 0 };
    Script { text: maker.fill(template, 0), is_literal: true }
}

struct Maker {
    random: Random,
    is_literal: bool,
    count: usize,
    length: usize,
}

impl Maker {
    fn fresh(&mut self, letter: &str) -> String {
        self.count += 1;
        format!("{letter}{}", self.count)
    }

    fn statements(&mut self, count: usize, depth: usize) -> String {
        let mut text = String::new();
        for _ in 0..count {
            if !text.is_empty() && !text.ends_with('\n') {
                let after = if text.ends_with('&') {
                    "\n"
                } else {
                    self.random.one_of(&["; ", "\n", " ;\n\n", "\n\t", " # it's \"\n"])
                };
                text.push_str(after);
            }
            let statement = self.statement(depth);
            text.push_str(&statement);
            // Behind a document in a substitution, bash may lose a semicolon, and with it what is literal.
            if self.is_literal && statement.contains("<<") && statement.ends_with('\n') {
                text.push_str(":\n");
            }
        }
        text
    }

    fn statement(&mut self, depth: usize) -> String {
        let template = if depth == 0 || self.length > LONG || self.random.once_in(5) {
            self.random.one_of(SIMPLE)
        } else if self.is_literal || self.random.once_in(2) {
            self.random.one_of(&LITERAL)
        } else {
            let is_known = self.random.once_in(20);
            self.random.one_of(if is_known { NOT_YET } else { &UNKNOWN })
        };
        let text = self.fill(template, depth.saturating_sub(1));
        self.length += text.len();
        text
    }

    /// Puts something in the place of each `‹x›`; `templates` says what.
    fn fill(&mut self, template: &str, depth: usize) -> String {
        let [variable, other, function, document] = ["v", "w", "f", "D"].map(|letter| self.fresh(letter));
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, (kind, after))) =
            rest.split_once('‹').and_then(|(before, tail)| Some((before, tail.split_once('›')?)))
        {
            text.push_str(before);
            rest = after;
            let filled = match kind {
                "v" => variable.clone(),
                "w" => other.clone(),
                "f" => function.clone(),
                "d" => document.clone(),
                "k" => self.fresh("k"),
                "n" => self.random.one_of(IDLE).to_owned(),
                "l" => self.plain(),
                "c" => self.call(),
                "q" => {
                    let call = self.plain();
                    self.quoted(&call)
                }
                "s" => {
                    let count = 1 + self.random.below(2);
                    self.statements(count, depth)
                }
                "S" => {
                    let statements = self.statements(1, depth);
                    single_quoted(&statements)
                }
                _ => String::new(),
            };
            text.push_str(&filled);
        }
        text + rest
    }

    /// A command of plain words.
    fn plain(&mut self) -> String {
        let name = self.random.one_of(IDLE);
        format!("{name} {}", self.fresh("k"))
    }

    /// A command whose words are written in some way.
    fn call(&mut self) -> String {
        let name = self.random.one_of(IDLE);
        let mut text = self.word(name);
        let tag = self.fresh("k");
        for value in [tag.as_str(), "a b", "-x", "", "it's", "$v1"].iter().take(1 + self.random.below(3)) {
            text.push_str(self.random.one_of(&[" ", "  ", "\t", " \\\n", " \\\n\t"]));
            let word = if value.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !value.is_empty() {
                self.word(value)
            } else {
                self.quoted(value)
            };
            text.push_str(&word);
        }
        text
    }

    /// One word of letters and digits.
    fn word(&mut self, value: &str) -> String {
        let half = 1 + self.random.below(value.len().saturating_sub(1));
        let (start, end) = value.split_at(half.min(value.len()));
        // What is not set may be set by what started the shell.
        let ways = if self.is_literal { 18 } else { 22 };
        match self.random.below(ways) {
            0 => format!("'{value}'"),
            1 => format!("\"{value}\""),
            2 => format!("{start}''{end}"),
            3 => format!("{start}\"{end}\""),
            4 => format!("\\{value}"),
            5 => format!("{start}\\\n{end}"),
            6 => format!("$\"{value}\""),
            7 => format!("{start}$'{end}'"),
            8 => format!("$(echo {value})"),
            9 => format!("\"$(printf %s {value})\""),
            10 => format!("`echo {value}`"),
            11 => {
                let bytes: String = value.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
                format!("$'{bytes}'")
            }
            12 => {
                let bytes: String = start.bytes().map(|byte| format!("\\{byte:o}")).collect();
                format!("$'{bytes}'{end}")
            }
            18 => format!("{start}${{zz}}{end}"),
            19 => format!("{start}\"$zz\"'{end}'"),
            20 => format!("${{zz:-{value}}}"),
            21 => format!("\"${{zz-{value}}}\""),
            _ => value.to_owned(),
        }
    }

    /// Any text as one word.
    fn quoted(&mut self, value: &str) -> String {
        match self.random.below(4) {
            0 => format!("$'{}'", value.replace('\\', "\\\\").replace('\'', "\\'")),
            1 => {
                let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
                format!("\"{}\"", escaped.replace('$', "\\$").replace('`', "\\`"))
            }
            _ => single_quoted(value),
        }
    }
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
