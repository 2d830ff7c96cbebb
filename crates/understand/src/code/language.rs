//! What a file of code is written in: by the program that is given it, or by its first line.

/// Languages that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// `sh` and the like.
    Shell,
    /// `bash` and `zsh`.
    Bash,
    /// Python.
    Python,
    /// JavaScript and TypeScript.
    JavaScript,
    /// Ruby.
    Ruby,
    /// Perl.
    Perl,
    /// PHP.
    Php,
    /// awk.
    Awk,
}

/// Interpreters by name; a version may follow.
const PROGRAMS: &[(Language, &[&str])] = &[
    (Language::Shell, &["sh", "dash", "ksh", "ash", "rbash"]),
    (Language::Bash, &["bash", "zsh"]),
    (Language::Python, &["python", "pypy"]),
    (
        Language::JavaScript,
        &["node", "nodejs", "deno", "bun", "tsx", "ts-node", "ts-node-dev", "tsnd", "ts-node-esm"],
    ),
    (Language::Ruby, &["ruby"]),
    (Language::Perl, &["perl"]),
    (Language::Php, &["php"]),
    (Language::Awk, &["awk", "gawk", "mawk", "nawk"]),
];

impl Language {
    /// The language that a program runs, or why none is known.
    pub fn of_program(program: &str) -> Result<Self, String> {
        let name = program.rsplit('/').next().unwrap_or(program);
        let name = name.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
        let known = PROGRAMS.iter().find(|(_, names)| names.contains(&name));
        known.map(|(language, _)| *language).ok_or_else(|| format!("nobody here reads what {name} runs"))
    }

    /// The language of a file that is run by its path. Without a line that names one, a shell runs it.
    pub fn of_first_line(text: &str) -> Result<Self, String> {
        let Some(line) = text.strip_prefix("#!").map(|rest| rest.lines().next().unwrap_or_default()) else {
            return Ok(Self::Shell);
        };
        let mut words = line.split_ascii_whitespace();
        let first = words.next().unwrap_or_default();
        let is_env = first.rsplit('/').next() == Some("env");
        let program = if is_env {
            words.find(|word| !word.starts_with('-') && !word.contains('=')).unwrap_or_default()
        } else {
            first
        };
        let loads = words.any(|word| {
            ["-r", "-M", "-m", "-I", "--require", "--import", "--rcfile"]
                .iter()
                .any(|option| word.starts_with(option))
        });
        if loads {
            return Err("its first line loads other code".to_owned());
        }
        Self::of_program(program)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_decides() {
        for (text, language) in [
            ("#!/bin/bash -e\nls", Some(Language::Bash)),
            ("#!/bin/sh\nls", Some(Language::Shell)),
            ("ls", Some(Language::Shell)),
            ("#!/usr/bin/env -S python3.12 -u\n", Some(Language::Python)),
            ("#!/usr/bin/env node", Some(Language::JavaScript)),
            ("#!/usr/bin/perl -Mevil\n", None),
            ("#!/opt/thing\n", None),
            ("#!", None),
        ] {
            assert_eq!(Language::of_first_line(text).ok(), language, "{text}");
        }
    }
}
