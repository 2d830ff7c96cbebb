//! The syntax of git's configuration files, exactly as git's own reader takes it.
//!
//! <https://git-scm.com/docs/git-config#_syntax>

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// `section.name` or `section.subsection.name`; section and name in lower case.
    pub(crate) key: Vec<u8>,
    /// None if the line has no `=`, which means true.
    pub(crate) value: Option<Vec<u8>>,
}

/// The settings of a file in order, or none if git would refuse the file.
pub(crate) fn parse(text: &[u8]) -> Option<Vec<Entry>> {
    if text.contains(&0) {
        return None;
    }
    let mut cursor = Cursor { rest: text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text), ended: false };
    let mut entries = Vec::new();
    let mut section = Vec::new();
    let mut comment = false;
    loop {
        match cursor.next() {
            b'\n' if cursor.ended => return Some(entries),
            b'\n' => comment = false,
            _ if comment => {}
            byte if is_space(byte) => {}
            b'#' | b';' => comment = true,
            b'[' => {
                section = cursor.section().filter(|name| !name.is_empty())?;
                section.push(b'.');
            }
            first if first.is_ascii_alphabetic() => entries.push(cursor.entry(&section, first)?),
            _ => return None,
        }
    }
}

/// Reads bytes with line ends unified, and an endless line end after the last.
struct Cursor<'a> {
    rest: &'a [u8],
    ended: bool,
}

impl Cursor<'_> {
    fn next(&mut self) -> u8 {
        if let Some(rest) = self.rest.strip_prefix(b"\r\n") {
            self.rest = rest;
            return b'\n';
        }
        match self.rest.split_first() {
            Some((&byte, rest)) => {
                self.rest = rest;
                byte
            }
            None => {
                self.ended = true;
                b'\n'
            }
        }
    }

    /// After `[`, up to and with `]`.
    fn section(&mut self) -> Option<Vec<u8>> {
        let mut name = Vec::new();
        loop {
            match self.next() {
                b']' => return Some(name),
                space if is_space(space) => return self.subsection(name, space),
                byte if is_key(byte) || byte == b'.' => name.push(byte.to_ascii_lowercase()),
                _ => return None,
            }
        }
    }

    fn subsection(&mut self, mut name: Vec<u8>, mut byte: u8) -> Option<Vec<u8>> {
        while is_space(byte) {
            if byte == b'\n' {
                return None;
            }
            byte = self.next();
        }
        if byte != b'"' {
            return None;
        }
        name.push(b'.');
        loop {
            let byte = match self.next() {
                b'"' => break,
                b'\\' => self.next(),
                byte => byte,
            };
            if byte == b'\n' {
                return None;
            }
            name.push(byte);
        }
        (self.next() == b']').then_some(name)
    }

    fn entry(&mut self, section: &[u8], first: u8) -> Option<Entry> {
        let mut key = section.to_vec();
        key.push(first.to_ascii_lowercase());
        let mut byte = self.next();
        while is_key(byte) {
            key.push(byte.to_ascii_lowercase());
            byte = self.next();
        }
        while matches!(byte, b' ' | b'\t') {
            byte = self.next();
        }
        match byte {
            b'\n' => Some(Entry { key, value: None }),
            b'=' => Some(Entry { key, value: Some(self.value()?) }),
            _ => None,
        }
    }

    fn value(&mut self) -> Option<Vec<u8>> {
        let mut value = Vec::new();
        // Where blanks began that may turn out to be at the end; 0 if there are none.
        let mut blanks = 0;
        let (mut quoted, mut comment) = (false, false);
        loop {
            let byte = self.next();
            if byte == b'\n' {
                if blanks > 0 {
                    value.truncate(blanks);
                }
                return (!quoted).then_some(value);
            }
            if comment {
                continue;
            }
            if is_space(byte) && !quoted {
                if blanks == 0 {
                    blanks = value.len();
                }
                if !value.is_empty() {
                    value.push(byte);
                }
                continue;
            }
            if !quoted && matches!(byte, b'#' | b';') {
                comment = true;
                continue;
            }
            blanks = 0;
            match byte {
                b'\\' => match self.next() {
                    b'\n' => {}
                    b't' => value.push(b'\t'),
                    b'b' => value.push(8),
                    b'n' => value.push(b'\n'),
                    escaped @ (b'\\' | b'"') => value.push(escaped),
                    _ => return None,
                },
                b'"' => quoted = !quoted,
                byte => value.push(byte),
            }
        }
    }
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

const fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use proptest::prelude::*;

    use super::{Entry, parse};

    /// What git makes of the text, or none if it refuses it.
    fn as_git_reads(text: &[u8]) -> Option<Vec<Entry>> {
        use std::io::Write as _;
        let mut git = Command::new("git")
            .args(["config", "--no-includes", "--list", "-z", "--file", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        git.stdin.take().unwrap().write_all(text).unwrap();
        let output = git.wait_with_output().unwrap();
        let items = output.status.success().then(|| output.stdout.clone())?;
        let items = items.split(|&byte| byte == 0).filter(|item| !item.is_empty());
        let entry = |item: &[u8]| match item.iter().position(|&byte| byte == b'\n') {
            Some(end) => Entry { key: item[..end].to_vec(), value: Some(item[end + 1..].to_vec()) },
            None => Entry { key: item.to_vec(), value: None },
        };
        Some(items.map(entry).collect())
    }

    /// Pieces that matter to the syntax.
    fn piece() -> impl Strategy<Value = String> {
        let pieces = [
            "[",
            "]",
            "[a]\n",
            "[a \"b\"]\n",
            "[a.b]\n",
            "[A \"B\"]",
            "[a\t\"\\\"\\\\\"] k=1",
            "\"",
            "\\",
            "\n",
            "\r\n",
            "\r",
            " ",
            "\t",
            "=",
            "k",
            "k = v\n",
            "K=",
            "k\n",
            "#",
            ";",
            "x",
            "\\n",
            "\\\"",
            "\\\\",
            "\\t",
            "\\x",
            "-",
            "2",
            "é",
            "url = \"a  b\" c\n",
            "\\\n",
            "\\\r\n",
            " v #c\n",
            "\"\"",
            "k = a b \n",
            ".",
        ];
        prop::sample::select(pieces.to_vec()).prop_map(str::to_owned)
    }

    #[test]
    fn refuses_a_section_without_a_name() {
        for text in ["[]", "[a]\n[]\nk = 1"] {
            assert_eq!((parse(text.as_bytes()), as_git_reads(text.as_bytes())), (None, None), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn takes_what_git_takes(pieces in prop::collection::vec(piece(), 0..10), section in any::<bool>()) {
            let start = if section { "[a]\n" } else { "" };
            let text = format!("{start}{}", pieces.concat());
            let ours = parse(text.as_bytes());
            prop_assert_eq!(&ours, &as_git_reads(text.as_bytes()), "{:?}", text);
        }

        #[test]
        fn never_panics(text in prop::collection::vec(any::<u8>(), 0..200)) {
            parse(&text);
        }
    }
}
