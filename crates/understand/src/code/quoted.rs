//! The texts between quotes in code of a language, without those in its comments and those that only document it.
//!
//! Code that cannot be followed is read so: what is not sure to be a text is left out, line by line.

use super::language::Language;

/// Longer code is not searched, in bytes.
const LONGEST: usize = 256 * 1024;
/// Longer texts are no names, in bytes.
const LONGEST_TEXT: usize = 500;
/// Texts of one file that are kept.
const MOST: usize = 2000;

/// Options that name a context, and the clients of clusters that take them, as words of a call of their own.
pub(crate) const CONTEXTS: &[&str] = &["--context", "--kube-context", "--kubecontext"];
const CLIENTS: &[&str] =
    &["kubectl", "oc", "helm", "flux", "argocd", "stern", "kustomize", "velero", "istioctl"];
/// Texts before such an option that may be the client's name.
const NEAR: usize = 6;

/// The texts, in order. What is given as a host begins with `host=`, and after an option that names a context stands `*`
/// where its value is no text.
pub(crate) fn texts(code: &str, language: Language) -> Vec<String> {
    let mut reader =
        Reader { code: code.get(..LONGEST.min(code.len())).unwrap_or_default(), at: 0, language };
    let mut found = Vec::new();
    let mut open = 0_usize;
    while let Some(letter) = reader.peek() {
        if reader.comment() {
            continue;
        }
        match letter {
            '"' | '\'' | '`' => {
                let documents = language == Language::Python && open == 0 && reader.starts_line();
                let is_host = reader.names_host();
                let text = reader.text(letter).filter(|text| !documents && text.len() <= LONGEST_TEXT);
                let is_unsaid =
                    text.as_deref().is_some_and(|text| CONTEXTS.contains(&text)) && reader.goes_on_unsaid();
                let is_of_client =
                    || found.iter().rev().take(NEAR).any(|text: &String| CLIENTS.contains(&text.as_str()));
                // Who only describes the option gives it no value.
                let value = is_unsaid.then(|| if is_of_client() { "*".to_owned() } else { String::new() });
                found.extend(text.map(|text| if is_host { format!("host={text}") } else { text }));
                found.extend(value);
                if found.len() >= MOST {
                    return found;
                }
                continue;
            }
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            _ => {}
        }
        reader.at += letter.len_utf8();
    }
    found
}

struct Reader<'c> {
    code: &'c str,
    at: usize,
    language: Language,
}

impl<'c> Reader<'c> {
    fn rest(&self) -> &'c str {
        self.code.get(self.at..).unwrap_or_default()
    }

    fn before(&self) -> &'c str {
        self.code.get(..self.at).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Whether nothing stands before this on its line, and the line goes on no other.
    fn starts_line(&self) -> bool {
        let before = self.before().trim_end_matches([' ', '\t']);
        before.is_empty() || before.ends_with('\n') && !before.trim_end().ends_with(['\\', '='])
    }

    /// Whether the text that begins here is given as a host: `host: "x"`, `'host' => "x"`.
    fn names_host(&self) -> bool {
        let before = self.before().trim_end_matches([' ', '\t']);
        let before =
            before.strip_suffix("=>").or_else(|| before.strip_suffix([':', '='])).unwrap_or_default();
        let before = before.trim_end_matches([' ', '\t', '"', '\'']);
        let word = before.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
        ["host", "hostname", "hostaddr"].iter().any(|name| word.to_ascii_lowercase().ends_with(name))
    }

    /// Whether the next argument begins with something else than a text.
    fn goes_on_unsaid(&self) -> bool {
        let after = self.rest().trim_start().strip_prefix(',').unwrap_or_default().trim_start();
        !after.is_empty() && !after.starts_with(['"', '\'', '`', ')', ']'])
    }

    /// Passes a comment, where one begins here.
    fn comment(&mut self) -> bool {
        let (rest, before) = (self.rest(), self.before());
        let has_slashes = matches!(self.language, Language::JavaScript | Language::Php);
        let has_hash = self.language != Language::JavaScript;
        let is_line = has_slashes && rest.starts_with("//") && !before.ends_with(['\\', ':'])
            || has_hash
                && rest.starts_with('#')
                && !before.ends_with(|last: char| last == '$' || last.is_alphanumeric());
        let end = if is_line {
            rest.find('\n')
        } else if has_slashes && rest.starts_with("/*") {
            rest.get(2..).and_then(|inner| inner.find("*/")).map(|end| end + 4)
        } else if matches!(self.language, Language::Ruby | Language::Perl)
            && (before.is_empty() || before.ends_with('\n'))
            && rest
                .strip_prefix('=')
                .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_alphabetic()))
        {
            let ends = if self.language == Language::Ruby { "\n=end" } else { "\n=cut" };
            rest.find(ends).map(|end| end + ends.len())
        } else {
            return false;
        };
        self.at += end.unwrap_or(rest.len());
        true
    }

    /// The text that begins here; none where it does not end.
    fn text(&mut self, quote: char) -> Option<String> {
        let three: String = [quote; 3].iter().collect();
        let mark = if self.language == Language::Python && self.rest().starts_with(&three) {
            three
        } else {
            quote.to_string()
        };
        let goes_on = mark.len() > 1
            || quote == '`'
            || matches!(self.language, Language::Ruby | Language::Perl | Language::Php);
        self.at += mark.len();
        let start = self.at;
        let mut text = String::new();
        while let Some(letter) = self.peek() {
            if self.rest().starts_with(&mark) {
                self.at += mark.len();
                return Some(text);
            }
            if letter == '\n' && !goes_on {
                return None;
            }
            self.at += letter.len_utf8();
            if letter == '\\' {
                let escaped = self.peek();
                self.at += escaped.map_or(0, char::len_utf8);
                text.extend(escaped);
            } else {
                text.push(letter);
            }
        }
        // A sign that only looked like a quote: its line is passed.
        self.at = start + self.code.get(start..).and_then(|rest| rest.find('\n')).unwrap_or(0);
        (self.at == start).then(|| self.at = self.code.len());
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_without_comments() {
        for (language, code, expected) in [
            (Language::Python, "\"\"\"a.b\"\"\"\nx = 'c' # 'd'\nf(\"e\", '''g\nh''')\n", "c|e|g\nh"),
            (Language::Python, "def f():\n    'doc'\n    return f(\n        'a'\n    )\n", "a"),
            (Language::Python, "x = \\\n    'a'\ny = f'{b}.c'\nz = 1 # it's\nw = 'd'", "a|{b}.c|d"),
            (
                Language::JavaScript,
                "const a =\n  'b'; // 'c'\n/* 'd' */ f(`e\n${g}`); x = /'/;\ny = \"h\"",
                "b|e\n${g}|h",
            ),
            (Language::JavaScript, "f('https://a.b/c'); // it's\ng('d')", "https://a.b/c|d"),
            (Language::Ruby, "=begin\n'a'\n=end\nx = 'b' # 'c'\n", "b"),
            (Language::Perl, "=pod\n\n'a'\n\n=cut\nmy $n = $#x; f('b');", "b"),
            (Language::Php, "<?php # 'a'\n// 'b'\n$x = 'c\\'d';", "c'd"),
            (Language::Ruby, "x = 'never ends\ny = 1", ""),
            (
                Language::Ruby,
                "c(host: 'a.b', :host => 'c', dbname: 'd'); host = 'e'",
                "host=a.b|host=c|d|host=e",
            ),
            (
                Language::JavaScript,
                "f({host: 'a', \"DB_HOST\": 'b', ghost1: 'c'})",
                "host=a|DB_HOST|host=b|c",
            ),
            (Language::Ruby, "f('kubectl', '--context', c, 'x')", "kubectl|--context|*|x"),
            (
                Language::Ruby,
                "f('kubectl', '--context', 'c', 'x'); g('--context', c)",
                "kubectl|--context|c|x|--context|*",
            ),
            (Language::Python, "p.add_argument('--context', default='a')", "--context||a"),
        ] {
            assert_eq!(texts(code, language).join("|"), expected, "{code}");
        }
    }
}
