//! Where the instructions went, from what callgrind wrote.
//!
//! <https://valgrind.org/docs/manual/cl-format.html>

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context as _, Result};
use serde::Serialize;

/// Shares below this are left out of the table.
const LEAST: f64 = 0.02;
/// Costs are handed up to callers this many times; what is left by then is negligible.
const STEPS: usize = 100;
const PROCESS: &str = "starting and ending the process";
const HASHING: &str = "hashing (sha2)";

/// Own costs and calls of every function.
#[derive(Default)]
pub struct Profile {
    names: Vec<String>,
    own: Vec<u64>,
    /// For each function its callers, with what it cost on their behalf.
    callers: Vec<HashMap<usize, u64>>,
}

/// Who had which share of the whole, largest first.
type Shared = Vec<(String, f64)>;

/// Where the instructions of one process went.
#[derive(Serialize)]
pub struct Shares {
    /// By part of the product, with the libraries it calls.
    parts: Shared,
    /// By library, on whosever behalf.
    libraries: Shared,
}

impl Profile {
    /// Reads one callgrind file with one kind of event.
    pub fn parse(text: &str) -> Result<Self> {
        let mut profile = Self::default();
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut function = |profile: &mut Self, word: &str| {
            let (id, name) = word.split_once(' ').unwrap_or((word, ""));
            *known.entry(id.to_owned()).or_insert_with(|| profile.add(name))
        };
        let (mut caller, mut called, mut is_call) = (None, None, false);
        for line in text.lines() {
            if let Some(word) = line.strip_prefix("fn=") {
                caller = Some(function(&mut profile, word));
            } else if let Some(word) = line.strip_prefix("cfn=") {
                called = Some(function(&mut profile, word));
            } else if line.starts_with("calls=") {
                is_call = true;
            } else if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) {
                let cost: u64 =
                    line.split_whitespace().nth(1).context("a cost line without a cost")?.parse()?;
                let caller = caller.context("a cost before any function")?;
                if std::mem::take(&mut is_call) {
                    let called = called.context("a call of no function")?;
                    if let Some(callers) = profile.callers.get_mut(called) {
                        *callers.entry(caller).or_default() += cost;
                    }
                } else if let Some(own) = profile.own.get_mut(caller) {
                    *own += cost;
                }
            }
        }
        Ok(profile)
    }

    fn add(&mut self, name: &str) -> usize {
        self.names.push(name.to_owned());
        self.own.push(0);
        self.callers.push(HashMap::new());
        self.names.len() - 1
    }

    /// All instructions.
    pub fn total(&self) -> u64 {
        self.own.iter().sum()
    }

    /// Who spent them.
    pub fn shares(&self) -> Shares {
        let own = self.names.iter().zip(&self.own);
        Shares {
            parts: self.shared(self.by_part()),
            libraries: self.shared(own.map(|(name, own)| (library(name), *own as f64))),
        }
    }

    /// What a library function costs is handed to its callers, in proportion, until a function of ours
    /// is reached.
    fn by_part(&self) -> Vec<(String, f64)> {
        let mut settled = Vec::new();
        let mut moving: HashMap<usize, f64> =
            self.own.iter().enumerate().map(|(function, own)| (function, *own as f64)).collect();
        for _ in 0..STEPS {
            for (function, cost) in std::mem::take(&mut moving) {
                let name = self.names.get(function).map_or("", String::as_str);
                let callers = self.callers.get(function).filter(|callers| !callers.is_empty());
                match (part(name), callers) {
                    (Some(part), _) => settled.push((part, cost)),
                    (None, None) => settled.push((PROCESS.to_owned(), cost)),
                    (None, Some(callers)) => {
                        let all: u64 = callers.values().sum();
                        for (caller, share) in callers {
                            *moving.entry(*caller).or_default() += cost * *share as f64 / all.max(1) as f64;
                        }
                    }
                }
            }
        }
        settled
    }

    fn shared(&self, costs: impl IntoIterator<Item = (String, f64)>) -> Shared {
        let mut sums: BTreeMap<String, f64> = BTreeMap::new();
        for (name, cost) in costs {
            *sums.entry(name).or_default() += cost;
        }
        let total = self.total().max(1) as f64;
        let mut shares: Shared = sums
            .into_iter()
            .map(|(name, cost)| (name, cost / total))
            .filter(|(_, share)| *share >= LEAST)
            .collect();
        shares.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        shares
    }
}

/// The part that a function belongs to: a crate of ours, or hashing, which has a row of its own because
/// it weighs more here than in time. What `model` does falls to whoever asked for it.
fn part(name: &str) -> Option<String> {
    if library(name) == HASHING {
        return Some(HASHING.to_owned());
    }
    own_crate(name).filter(|own| *own != "model").map(str::to_owned)
}

fn own_crate(name: &str) -> Option<&str> {
    let (_, rest) = name.split_once("countersign_")?;
    rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next()
}

/// The library that a function belongs to.
fn library(name: &str) -> String {
    if own_crate(name).is_some() {
        return "Countersign itself".to_owned();
    }
    let first = name.trim_start_matches(['<', '&', '*', '(', '[']).trim_start_matches("mut ");
    match first.split_once("::") {
        Some(("core" | "alloc" | "std" | "hashbrown", _)) => "Rust's standard library".to_owned(),
        Some(("sha2", _)) => HASHING.to_owned(),
        Some(("__rustc", _)) => "memory allocator".to_owned(),
        Some((library, _)) => library.to_owned(),
        None if ["malloc", "free", "realloc", "calloc", "chunk"].iter().any(|part| name.contains(part)) => {
            "memory allocator".to_owned()
        }
        None => "C library".to_owned(),
    }
}

/// Prints the shares of each event side by side.
pub fn print(shares: &BTreeMap<&'static str, Shares>) {
    let side_by_side = |title: &str, list: fn(&Shares) -> &Shared| {
        let mut rows: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
        for (event, shares) in shares {
            for (name, share) in list(shares) {
                rows.entry(name).or_default().insert(event, *share);
            }
        }
        let mut rows: Vec<_> = rows.into_iter().collect();
        rows.sort_by(|(_, one), (_, other)| other.values().sum::<f64>().total_cmp(&one.values().sum()));
        print!("\n{title:<50}");
        shares.keys().for_each(|event| print!(" {event:>12}"));
        println!();
        for (name, by_event) in rows {
            print!("{name:<50}");
            for event in shares.keys() {
                let share = by_event.get(event).map(|share| format!("{:.0} %", share * 100.0));
                print!(" {:>12}", share.unwrap_or_else(|| "–".to_owned()));
            }
            println!();
        }
    };
    side_by_side("instructions by part, with the libraries it calls", |shares| &shares.parts);
    side_by_side("instructions by library, on whosever behalf", |shares| &shares.libraries);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_librarys_cost_falls_to_the_part_that_called_it() {
        let text = "fn=(1) countersign_hook::run\n0 10\ncfn=(2) serde_json::from_str\ncalls=1 0\n0 60\n\
                    fn=(3) countersign_policy::decide\n0 10\ncfn=(2)\ncalls=1 0\n0 20\n\
                    fn=(2)\n0 30\ncfn=(4) malloc\ncalls=9 0\n0 50\nfn=(4)\n+3 50\n";
        let profile = Profile::parse(text).unwrap();
        assert_eq!(profile.total(), 100);
        let shares = profile.shares();
        let words = |shares: &[(String, f64)]| {
            let words = shares.iter().map(|(name, share)| format!("{name} {:.0}", share * 100.0));
            words.collect::<Vec<_>>().join(", ")
        };
        assert_eq!(words(&shares.parts), "hook 70, policy 30");
        assert_eq!(words(&shares.libraries), "memory allocator 50, serde_json 30, Countersign itself 20");
    }

    #[test]
    fn functions_are_told_apart_by_crate() {
        let of = |name: &str| library(name);
        assert_eq!(
            of("<&mut serde_json::de::Deserializer<R> as serde_core::de::Deserializer>::f'2"),
            "serde_json"
        );
        assert_eq!(
            of("<core::hash::sip::Hasher<S> as core::hash::Hasher>::write"),
            "Rust's standard library"
        );
        assert_eq!(of("_int_free"), "memory allocator");
        assert_eq!(of("__memcpy_avx_unaligned_erms"), "C library");
        assert_eq!(part("<countersign_redact::Redactor>::scan").as_deref(), Some("redact"));
        assert_eq!(part("<countersign_model::digest::Digest>::of"), None);
        assert_eq!(part("sha2::sha256::soft::compress").as_deref(), Some(HASHING));
    }
}
