//! sed: its program edits text, and can run commands and read and write other files.

use countersign_model::verbs;

use super::{Family, opaque};
use crate::arguments::{Spec, Takes, parse};
use crate::code::{self, Looked};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &["sed", "gsed"],
    about: "Editing in place, and the commands `w`, `r` and `e` of its programs, by which sed touches other \
        files and runs programs.",
    examples: &[
        "sed -n '1,20p' README.md",
        "sed 's/rm -rf/ls/' notes.txt",
        "sed -i 's/a/b/' src/a.rs",
        "sed -i.bak 's/a/b/' config.yml",
        "sed 's/a/b/w out.txt' in.txt",
        "sed '1e git push origin main' in.txt",
        r#"sed -f "$SCRIPT" in.txt"#,
    ],
    effects,
};

const SED: Spec = Spec {
    long: &[
        ("expression", Takes::Value), ("file", Takes::Value), ("line-length", Takes::Value), ("in-place", Takes::Attached), ("quiet", Takes::Nothing), ("silent", Takes::Nothing), ("null-data", Takes::Nothing),
        ("zero-terminated", Takes::Nothing), ("separate", Takes::Nothing), ("unbuffered", Takes::Nothing), ("sandbox", Takes::Nothing), ("posix", Takes::Nothing), ("debug", Takes::Nothing), ("follow-symlinks", Takes::Nothing),
        ("regexp-extended", Takes::Nothing), ("binary", Takes::Nothing), ("help", Takes::Nothing), ("version", Takes::Nothing),
    ],
    short: &[
        ('e', Takes::Value), ('f', Takes::Value), ('l', Takes::Value), ('i', Takes::Attached), ('I', Takes::Attached), ('n', Takes::Nothing), ('r', Takes::Nothing), ('E', Takes::Nothing), ('s', Takes::Nothing), ('u', Takes::Nothing), ('z', Takes::Nothing),
        ('b', Takes::Nothing), ('a', Takes::Nothing),
    ],
    abbreviations: true,
    operands_end_options: false,
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let arguments = parse(&invocation.words, &SED);
    let from_file = arguments.has(&["f", "file"]);
    for value in arguments.values(&["f", "file"]) {
        let located = paths::locate(value, context);
        context.reads(&located);
        match code::look(&located, "sed", context, &mut program) {
            Looked::Understood => {}
            Looked::Absent => opaque(invocation, "its program is in a file that is not there yet", context),
            Looked::Opaque(why) => opaque(invocation, &format!("its program is in a file: {why}"), context),
        }
    }
    let in_place = arguments.has(&["i", "I", "in-place"]) || !arguments.unknown.is_empty();
    let mut scripts: Vec<Word> =
        arguments.values(&["e", "expression"]).map(|value| Word::made(value.clone())).collect();
    let mut files: Vec<&Word> = arguments.operands.clone();
    // BSD's `-i ''` has an empty suffix where GNU's has an empty program: then the next word can be either.
    let suffix = in_place && files.first().is_some_and(|word| word.known() == Some(""));
    if scripts.is_empty() && !files.is_empty() && !from_file {
        scripts.push(files.remove(0).clone());
        scripts.extend(files.first().filter(|_| suffix).map(|word| (*word).clone()));
        if suffix && files.len() > 1 {
            files.remove(0);
        }
    }
    let mut whole = String::new();
    for script in &scripts {
        match &script.value {
            Value::Known(text) | Value::Pattern(text) => {
                whole.push_str(text);
                whole.push('\n');
            }
            // Even in the middle of a substitution it could end that and start another command.
            Value::Unknown { why, .. } => {
                opaque(invocation, &format!("its program is not known: {why}"), context);
            }
        }
    }
    if let Err(why) = program(&whole, context) {
        opaque(invocation, &why, context);
    }
    let suffixes: Vec<&Value> = arguments.values(&["i", "I", "in-place"]).collect();
    for file in &files {
        if in_place { context.write(file) } else { context.read(file) }
        for suffix in suffixes.iter().filter(|suffix| suffix.is_unknown() || !suffix.text().is_empty()) {
            context.write_value(&backup(&file.value, suffix));
        }
    }
    context.program(verbs::EXEC_READ, "sed");
}

/// What the file is kept under as it was: its name with an ending, or with its name for each `*`.
pub(crate) fn backup(file: &Value, suffix: &Value) -> Value {
    let why = "the name under which it is kept is not known";
    let (Value::Known(path) | Value::Pattern(path), Some(suffix)) = (file, suffix.known()) else {
        return Value::unknown(why);
    };
    let (directory, name) = path.rsplit_once('/').map_or(("", path.as_str()), |(before, name)| (before, name));
    let kept = if suffix.contains('*') { suffix.replace('*', name) } else { format!("{name}{suffix}") };
    let kept = match directory {
        "" if !path.starts_with('/') => kept,
        _ if kept.contains('/') => kept,
        directory => format!("{directory}/{kept}"),
    };
    if matches!(file, Value::Pattern(_)) { Value::Pattern(kept) } else { Value::Known(kept) }
}

/// Reads a program.
struct Reader<'p> {
    rest: &'p str,
}

/// What a command of a program does.
#[derive(Debug, PartialEq, Eq)]
enum Does<'p> {
    Nothing,
    Runs(&'p str),
    /// Runs the text it edits.
    RunsText,
    Reads(&'p str),
    Writes(&'p str),
}

/// Adds what a program does; why it cannot be read, or what it does not say.
fn program(text: &str, context: &mut Context<'_>) -> Result<(), String> {
    let mut reader = Reader { rest: text };
    let mut result = Ok(());
    while let Some(does) = reader.command().ok_or("its program cannot be read")? {
        match does {
            Does::Nothing => {}
            Does::Runs(command) => {
                let outside = std::mem::replace(&mut context.repeated, true);
                code::apart(command, context);
                context.repeated = outside;
            }
            Does::RunsText => result = Err("its program runs the text it edits".to_owned()),
            Does::Reads(path) => context.read_value(&Value::Known(path.to_owned())),
            Does::Writes(path) => context.write_value(&Value::Known(path.to_owned())),
        }
    }
    result
}

impl<'p> Reader<'p> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let next = characters.next();
        self.rest = characters.as_str();
        next
    }

    fn skip(&mut self, is: impl Fn(char) -> bool) {
        self.rest = self.rest.trim_start_matches(is);
    }

    /// What is left of the line.
    fn line(&mut self) -> &'p str {
        let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        line.trim()
    }

    /// Text up to a delimiter, which may be escaped.
    fn delimited(&mut self, delimiter: char) -> Option<()> {
        loop {
            match self.next()? {
                '\\' => {
                    self.next()?;
                }
                letter if letter == delimiter => return Some(()),
                _ => {}
            }
        }
    }

    fn address(&mut self) -> Option<()> {
        match self.peek() {
            Some('/') => {
                self.next();
                self.delimited('/')?;
                self.skip(|letter| matches!(letter, 'I' | 'M'));
            }
            Some('\\') => {
                self.next();
                let delimiter = self.next()?;
                self.delimited(delimiter)?;
                self.skip(|letter| matches!(letter, 'I' | 'M'));
            }
            _ => self.skip(|letter| letter.is_ascii_digit() || matches!(letter, '$' | '~' | '+')),
        }
        Some(())
    }

    /// The next command; `Some(None)` at the end, none where it cannot be read.
    fn command(&mut self) -> Option<Option<Does<'p>>> {
        self.skip(|letter| letter.is_whitespace() || letter == ';');
        if self.rest.is_empty() {
            return Some(None);
        }
        self.address()?;
        self.skip(char::is_whitespace);
        if self.peek() == Some(',') {
            self.next();
            self.skip(char::is_whitespace);
            self.address()?;
        }
        self.skip(|letter| letter.is_whitespace() || letter == '!');
        Some(Some(match self.next()? {
            '{' | '}' | '=' | 'd' | 'D' | 'g' | 'G' | 'h' | 'H' | 'x' | 'n' | 'N' | 'p' | 'P' | 'z' | 'F' => Does::Nothing,
            'l' | 'q' | 'Q' | 'L' => {
                self.skip(|letter| letter == ' ' || letter.is_ascii_digit());
                Does::Nothing
            }
            'b' | 't' | 'T' | ':' => {
                self.skip(|letter| !matches!(letter, ';' | '\n' | '}'));
                Does::Nothing
            }
            '#' => {
                self.line();
                Does::Nothing
            }
            'a' | 'i' | 'c' => {
                while self.line().ends_with('\\') {}
                Does::Nothing
            }
            'r' | 'R' => Does::Reads(self.line()),
            'w' | 'W' => Does::Writes(self.line()),
            'e' => match self.line() {
                "" => Does::RunsText,
                command => Does::Runs(command),
            },
            'y' => {
                let delimiter = self.next()?;
                self.delimited(delimiter)?;
                self.delimited(delimiter)?;
                Does::Nothing
            }
            's' => return self.substitution().map(Some),
            _ => return None,
        }))
    }

    fn substitution(&mut self) -> Option<Does<'p>> {
        let delimiter = self.next()?;
        self.delimited(delimiter)?;
        self.delimited(delimiter)?;
        let mut does = Does::Nothing;
        loop {
            match self.peek() {
                Some('g' | 'p' | 'i' | 'I' | 'm' | 'M' | '0'..='9') => {
                    self.next();
                }
                Some('e') => {
                    self.next();
                    does = Does::RunsText;
                }
                Some('w') => {
                    self.next();
                    let path = self.line();
                    return Some(if does == Does::Nothing { Does::Writes(path) } else { does });
                }
                Some(';' | '\n' | '}' | '#') | None => return Some(does),
                Some(letter) if letter.is_whitespace() => {
                    self.next();
                }
                Some(_) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn programs_that_only_edit() {
        for command in [
            "sed -n '1,5p' a",
            "sed 's|/etc/passwd|/w/e|g' a",
            "sed -E 's/(a|b)/w \\1/g; s/x/e/' a",
            "sed '/^#/d;/git push/!s/w/e/' a",
            "sed -n '/start/,/end/{p;=}' a",
            "sed '$!N;s/\\n/ /;P;D' a",
            "sed ':a;N;$!ba;s/\\n/,/g' a",
            "sed '1i git push origin main' a",
            "sed 's/a/b/ # e' a",
            "sed 'y/abc/wer/' a",
            "sed '\\,x,d' a",
            "sed '5q' a",
            "sed -e 's/a/b/' -e '/x/d' a",
        ] {
            assert_eq!(check(command), "fs.read /repo/a, read\nexec.read sed, read", "{command}");
        }
    }

    #[test]
    fn programs_that_run_and_write() {
        assert_snapshot!(check("sed '1e git push origin main' a"), @"
        git.push main@origin, write
        fs.read /repo/a, read
        exec.read sed, read
        ");
        assert_snapshot!(check("sed 's/x/git push origin main/e' a"), @"
        exec.opaque sed, execute, opaque
        git.force-push *@*, destroy, partial
        fs.read /repo/a, read
        exec.read sed, read
        ");
        assert_snapshot!(check("sed -n '/x/w out.txt' a"), @"
        fs.write /repo/out.txt, write
        fs.read /repo/a, read
        exec.read sed, read
        ");
        assert_snapshot!(check("sed 's/a/b/gw .git/hooks/pre-push' a"), @"
        fs.write /repo/.git/hooks/pre-push, write
        fs.read /repo/a, read
        exec.read sed, read
        ");
        assert_snapshot!(check("sed 'r .env' a"), @"
        secret.read /repo/.env, read
        fs.read /repo/a, read
        exec.read sed, read
        ");
        assert_snapshot!(check("sed -i 's/a/b/' src/a.rs"), @"
        fs.write /repo/src/a.rs, write
        exec.read sed, read
        ");
        assert_snapshot!(check("sed -i '' 's/a/b/' src/a.rs"), @"
        fs.write /repo/src/a.rs, write
        exec.read sed, read
        ");
        assert_snapshot!(check("sed \"s/a/$B/\" a"), @"
        exec.opaque sed, execute, opaque
        fs.read /repo/a, read
        exec.read sed, read
        ");
        assert_snapshot!(check("sed 'k' a"), @"
        exec.opaque sed, execute, opaque
        fs.read /repo/a, read
        exec.read sed, read
        ");
    }
}
