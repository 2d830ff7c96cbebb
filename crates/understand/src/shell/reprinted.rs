//! What bash makes of a substitution before it runs it.
//!
//! Bash 5.2 reads `$(…)` and `<(…)`, prints what it read, and runs that. It loses a semicolon when it does: the
//! first one after the lines of a here-document, so that two commands become one. `$(cat <<E … E rm; echo src)`
//! runs `rm echo src`. Other releases do not, so both are looked at.

use crate::context::Context;

use super::{Place, extent, limits, run_apart};

/// Words that start no command of their own: a semicolon or a line before them joins nothing.
const CLOSERS: &[&str] = &["do", "then", "fi", "done", "esac", "}", "else", "elif", "in"];
/// Words after which an end of line joins nothing.
const OPENERS: &[&str] =
    &["do", "then", "else", "elif", "if", "while", "until", "{", "!", "time", "coproc", "in"];

/// Runs the text of a substitution, as it is written and as bash may print it.
pub(super) fn run(text: &str, place: Place, context: &mut Context<'_>) {
    run_apart(text, place, context);
    run_again(text, place, context);
}

/// The same for a text that was run as it is written.
pub(super) fn run_again(text: &str, place: Place, context: &mut Context<'_>) {
    let mut printed = text.to_owned();
    // A substitution in another is printed once more whenever that is.
    for _ in 0..context.depth.max(1) {
        match of(&printed) {
            // What bash cannot read either does not run.
            Some(text) if limits::parse(&text).is_ok() => printed = text,
            Some(_) | None => return,
        }
        run_apart(&printed, place, context);
    }
}

/// The text with blanks in the place of the semicolons that bash loses; none where it loses none.
pub(super) fn of(text: &str) -> Option<String> {
    if !text.contains("<<") || !text.contains(';') {
        return None;
    }
    let mut printed = text.to_owned();
    let mut scan = Scan { text, at: 0, documents: extent::Documents::default(), is_ended: false };
    // Whether a document waits to be printed, and whether the last thing printed was one.
    let (mut waits, mut was_document) = (false, false);
    while let Some(found) = scan.next()? {
        match found {
            Found::Document => waits = true,
            Found::Join { .. } | Found::Line { .. } if waits => (waits, was_document) = (false, true),
            Found::Join { semicolon: Some(at) } if was_document => {
                was_document = false;
                let rest = text.get(at..)?;
                let length = rest.len() - after_blanks(rest.get(1..)?).len();
                printed.replace_range(at..at + length, &" ".repeat(length));
            }
            Found::Line { joins: true } => was_document = false,
            Found::Join { .. } | Found::Line { .. } => {}
        }
    }
    (printed != text).then_some(printed)
}

/// The text behind blanks, ends of lines and comments.
fn after_blanks(text: &str) -> &str {
    let mut rest = text.trim_start_matches([' ', '\t', '\n']);
    while let Some(comment) = rest.strip_prefix('#').filter(|_| rest.len() < text.len()) {
        let end = comment.find('\n').unwrap_or(comment.len());
        rest = comment.get(end..).unwrap_or_default().trim_start_matches([' ', '\t', '\n']);
    }
    rest
}

/// Whether a command starts here, and not the end of what is around it.
fn starts_command(text: &str) -> bool {
    let rest = after_blanks(text);
    let end = rest.find([' ', '\t', '\n', ';', '&', '|', '(', ')', '<', '>']).unwrap_or(rest.len());
    !rest.is_empty() && !rest.starts_with(')') && !CLOSERS.contains(&rest.get(..end).unwrap_or_default())
}

enum Found {
    /// A here-document was named.
    Document,
    /// An operator between two commands: a semicolon at its place, or another.
    Join { semicolon: Option<usize> },
    /// An end of line, and whether it stands between two commands.
    Line { joins: bool },
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    documents: extent::Documents,
    /// Whether a command can end here.
    is_ended: bool,
}

impl Scan<'_> {
    /// The next thing of interest; none at the end, an outer none where the text is not clear.
    fn next(&mut self) -> Option<Option<Found>> {
        let mut starts_word = true;
        loop {
            let at = self.at;
            let rest = self.text.get(at..)?;
            let Some(letter) = rest.chars().next() else { return Some(None) };
            let starts = std::mem::replace(&mut starts_word, " \t\n;&|()<>".contains(letter));
            match letter {
                ' ' | '\t' => self.at += 1,
                '#' if starts => self.at += rest.find('\n').unwrap_or(rest.len()),
                '\n' => {
                    let opened = self.documents.are_open();
                    self.at = if opened { self.documents.ends(self.text, at + 1)? } else { at + 1 };
                    let after = self.text.get(self.at..)?;
                    let joins = std::mem::take(&mut self.is_ended)
                        && starts_command(after)
                        && !after_blanks(after).starts_with(['(', '{']);
                    return Some(Some(Found::Line { joins }));
                }
                ';' if rest.starts_with(";;") || rest.starts_with(";&") => {
                    self.at += if rest.starts_with(";;&") { 3 } else { 2 };
                    self.is_ended = false;
                }
                ';' => {
                    self.at += 1;
                    let was_ended = std::mem::take(&mut self.is_ended);
                    if was_ended && starts_command(rest.get(1..)?) {
                        return Some(Some(Found::Join { semicolon: Some(at) }));
                    }
                }
                '>' | '<' if rest.get(1..)?.starts_with('(') => {
                    self.at = extent::parenthesis(self.text, at + 1)? + 1;
                    self.is_ended = true;
                }
                '<' if rest.starts_with("<<<") => self.at += 3,
                '<' if rest.starts_with("<<") => {
                    self.at = self.documents.takes(self.text, at + 2)?;
                    self.is_ended = true;
                    return Some(Some(Found::Document));
                }
                '<' | '>' => self.at += if rest.get(1..)?.starts_with(['&', '|', '>']) { 2 } else { 1 },
                '&' if rest.starts_with("&>") => self.at += 2,
                '&' | '|' => {
                    self.at += if rest.get(1..)?.starts_with(['&', '|']) { 2 } else { 1 };
                    self.is_ended = false;
                    return Some(Some(Found::Join { semicolon: None }));
                }
                '(' if rest.starts_with("((") => {
                    // In arithmetic there are no commands, and in the head of a loop neither.
                    let end = extent::parenthesis(self.text, at);
                    let inner = end.and_then(|end| self.text.get(at + 1..end));
                    self.is_ended = inner.is_some_and(extent::is_arithmetic);
                    self.at = end.filter(|_| self.is_ended).map_or(at + 1, |end| end + 1);
                }
                // After the pattern of a `case` there is none either.
                '(' | ')' => {
                    self.at += 1;
                    self.is_ended = letter == ')';
                }
                _ => self.word()?,
            }
        }
    }

    fn word(&mut self) -> Option<()> {
        let start = self.at;
        while let Some(letter) = self.text.get(self.at..)?.chars().next() {
            if " \t\n;&|()<>".contains(letter) {
                break;
            }
            self.at = extent::piece(self.text, self.at)?;
        }
        self.is_ended = !OPENERS.contains(&self.text.get(start..self.at)?);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::fixture::check;

    fn printed(text: &str) -> String {
        of(text).map_or_else(|| "the same".to_owned(), |printed| printed.replace('\n', "~"))
    }

    #[test]
    fn the_first_semicolon_after_a_document_is_lost() {
        assert_snapshot!(printed("cat <<E\nE\na; b; c"), @"cat <<E~E~a  b; c");
        assert_snapshot!(printed("cat <<E; a; b; c\nE\n"), @"cat <<E; a  b; c~E~");
        assert_snapshot!(printed("cat <<E && a; b; c\nE\n"), @"cat <<E && a  b; c~E~");
        assert_snapshot!(printed("cat <<E\nE\nfor v in b; do a; b; done; c"), @"cat <<E~E~for v in b; do a  b; done; c");
        assert_snapshot!(printed("cat <<E\n;\nE\na; # it's\n\nb; c"), @"cat <<E~;~E~a          b; c");
        assert_snapshot!(printed("if cat <<E\nE\nthen a; b; fi"), @"if cat <<E~E~then a  b; fi");
        assert_snapshot!(printed("cat 2>&1 <<E | ((x; y); z); é 'a;b' \"$(a; b)\"; c\nE\n"), @r#"cat 2>&1 <<E | ((x  y); z); é 'a;b' "$(a; b)"; c~E~"#);
        assert_snapshot!(printed("cat <<A <<'B'\nA\nB\na\nb; c <<E\nE\nd; e"), @"cat <<A <<'B'~A~B~a~b; c <<E~E~d  e");
    }

    #[test]
    fn no_other_is() {
        for text in [
            "a; b",
            "cat <<< x; a; b",
            "cat <<E\na; b\nE\n",
            "cat <<E\nE\na\nb; c",
            "cat <<E; a\nE\n",
            "case x in x) cat <<E ;; esac\nE\n",
            "echo $((1<<2)); a; b",
            "for ((i=1<<1;i;i--)) { a; b; }",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn both_readings_are_seen() {
        assert_snapshot!(check("echo \"$(cat <<E\nE\nrm -rf; echo src)\""), @"
        exec.read cat, read
        exec.read rm, read
        exec.read echo, read
        fs.delete /repo/echo, destroy
        fs.delete /repo/src, destroy
        ");
        assert_snapshot!(check("cat <(: <<E\nE\ngit push origin main; echo --force)"), @"
        exec.read :, read
        git.push main@origin, write
        exec.read echo, read
        git.force-push main@origin, destroy
        git.force-push echo@origin, destroy
        ");
        assert_snapshot!(check("cat <(echo $(: <<E\nE\nrm src; echo a; echo b))"), @"
        exec.read :, read
        fs.delete /repo/src, destroy
        exec.read echo, read
        fs.delete /repo/echo, destroy
        fs.delete /repo/a, destroy
        fs.delete /repo/echo, destroy
        fs.delete /repo/a, destroy
        fs.delete /repo/echo, destroy
        fs.delete /repo/b, destroy
        ");
        assert_snapshot!(check("git commit -m \"$(cat <<'EOF'\nfix: a; b\nEOF\n)\"; git push origin main"), @"
        exec.read cat, read
        git.commit /repo, write
        git.push main@origin, write
        ");
        assert_snapshot!(check("eval \"$(cat <<E\nE\necho rm a; echo b)\""), @"
        exec.read cat, read
        exec.read echo, read
        exec.hidden eval, execute, opaque
        ");
    }
}
