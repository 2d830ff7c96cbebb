//! Where a nested construct inside a word ends, found without parsing it.

/// The index of the `)` that closes the `(` at `open`: quotes, comments, nesting and the patterns of `case` are
/// respected.
pub(crate) fn parenthesis(text: &str, open: usize) -> Option<usize> {
    Scan { bytes: text.as_bytes(), at: open }.command()
}

/// The index of the `close` that matches the `open` at index `at`.
pub(crate) fn matching(text: &str, at: usize, open: char, close: char) -> Option<usize> {
    let (Ok(open), Ok(close)) = (u8::try_from(open), u8::try_from(close)) else { return None };
    Scan { bytes: text.as_bytes(), at }.balanced(open, close)
}

/// Where the piece of a word ends that starts at `at`: a quote, an escape, a nested construct or one letter.
pub(crate) fn piece(text: &str, at: usize) -> Option<usize> {
    let letter = text.get(at..)?.chars().next()?;
    if !letter.is_ascii() {
        return Some(at + letter.len_utf8());
    }
    let mut scan = Scan { bytes: text.as_bytes(), at };
    let byte = scan.next()?;
    scan.quoted(byte)?;
    (text.is_char_boundary(scan.at)).then_some(scan.at)
}

/// Here-documents that are started on a line of a text.
#[derive(Default)]
pub(crate) struct Documents(Vec<Document>);

impl Documents {
    /// Takes the document named after a `<<` that ends at `at`; returns where its name ends.
    pub fn takes(&mut self, text: &str, at: usize) -> Option<usize> {
        let mut scan = Scan { bytes: text.as_bytes(), at };
        self.0.push(scan.document()?);
        Some(scan.at)
    }

    /// Whether the lines of some are still to come.
    pub const fn are_open(&self) -> bool {
        !self.0.is_empty()
    }

    /// Where the documents end whose lines start at `at`.
    pub fn ends(&mut self, text: &str, at: usize) -> Option<usize> {
        let mut scan = Scan { bytes: text.as_bytes(), at };
        for document in self.0.drain(..) {
            scan.skip(&document)?;
        }
        Some(scan.at)
    }
}

/// Whether the text between `$(` and `)` is arithmetic: in parentheses that never close between.
pub(crate) fn is_arithmetic(inner: &str) -> bool {
    let Some(expression) = inner.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else {
        return false;
    };
    let mut depth = 0_usize;
    for byte in expression.bytes() {
        match byte {
            b'(' => depth += 1,
            b')' => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            _ => {}
        }
    }
    depth == 0
}

/// What is open inside of parentheses.
#[derive(PartialEq)]
enum Open {
    Parenthesis,
    /// A `case`, in which a closing parenthesis may end a pattern.
    Case,
}

/// Words after which a command starts.
const STARTERS: &[&[u8]] =
    &[b"then", b"do", b"else", b"elif", b"if", b"while", b"until", b"time", b"coproc", b"esac"];

/// Whether a byte ends a word.
const fn is_end(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>')
}

/// A here-document that was started on a line.
struct Document {
    end: Vec<u8>,
    /// Whether tabs before its lines are dropped.
    strips: bool,
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// From an opening parenthesis to its end.
    fn command(&mut self) -> Option<usize> {
        let mut open: Vec<Open> = Vec::new();
        let mut starts_word = true;
        let mut starts_command = true;
        let mut documents: Vec<Document> = Vec::new();
        // Bash takes `$((` for arithmetic first: it looks for the end by the parentheses alone.
        let is_tight = self.bytes.get(self.at + 1) == Some(&b'(');
        let mut depth = 0_usize;
        loop {
            let at = self.at;
            let byte = self.next()?;
            let starts = std::mem::replace(&mut starts_word, is_end(byte));
            if is_tight {
                depth = (depth + usize::from(byte == b'(')).checked_sub(usize::from(byte == b')'))?;
            }
            match byte {
                b'(' => {
                    open.push(Open::Parenthesis);
                    starts_command = true;
                }
                b')' if is_tight && (depth == 0) != (open.len() == 1) => return None,
                b')' if open.last() == Some(&Open::Case) => starts_command = true,
                b')' => {
                    open.pop()?;
                    if open.is_empty() {
                        return Some(at);
                    }
                    // What follows the patterns of a clause is a command.
                    starts_command = open.last() == Some(&Open::Case);
                }
                b'\n' => {
                    for document in std::mem::take(&mut documents) {
                        self.skip(&document)?;
                    }
                    starts_command = true;
                }
                b';' | b'&' | b'|' => starts_command = true,
                b'<' if !is_tight && self.peek() == Some(b'<') => {
                    self.at += 1;
                    if self.peek() == Some(b'<') {
                        self.at += 1;
                    } else {
                        documents.push(self.document()?);
                    }
                }
                b' ' | b'\t' => {}
                b'#' if starts => {
                    while let Some(byte) = self.peek().filter(|byte| *byte != b'\n') {
                        if is_tight && b"()'\"`$\\".contains(&byte) {
                            return None;
                        }
                        self.at += 1;
                    }
                }
                b'a'..=b'z' if starts && starts_command => {
                    let word = self.letters(at);
                    starts_command = STARTERS.contains(&word);
                    match word {
                        b"case" => open.push(Open::Case),
                        b"esac" if open.last() == Some(&Open::Case) => {
                            open.pop();
                        }
                        _ => {}
                    }
                }
                // The first pattern may be called `esac` only if it is quoted.
                b'i' if starts && open.last() == Some(&Open::Case) => {
                    starts_command = self.letters(at) == b"in";
                }
                b'{' | b'!' if starts && starts_command => {}
                _ => {
                    starts_command = false;
                    self.quoted(byte)?;
                }
            }
        }
    }

    /// The end of a here-document, as named after `<<`.
    fn document(&mut self) -> Option<Document> {
        let strips = self.peek() == Some(b'-');
        self.at += usize::from(strips);
        loop {
            match self.bytes.get(self.at..)? {
                [b' ' | b'\t', ..] => self.at += 1,
                // A line that is continued.
                [b'\\', b'\n', ..] => self.at += 2,
                _ => break,
            }
        }
        let mut end = Vec::new();
        while let Some(byte) = self.peek().filter(|byte| !is_end(*byte)) {
            let from = self.at;
            self.at += 1;
            match byte {
                b'\\' if self.peek() == Some(b'\n') => self.at += 1,
                b'\\' => end.push(self.next()?),
                b'\'' | b'"' => {
                    while self.next()? != byte {}
                    end.extend(self.bytes.get(from + 1..self.at - 1)?);
                }
                _ => end.push(byte),
            }
        }
        Some(Document { end, strips })
    }

    /// Goes behind the lines of a document.
    fn skip(&mut self, document: &Document) -> Option<()> {
        loop {
            let rest = self.bytes.get(self.at..)?;
            let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            let line = rest.get(..length)?;
            let tabs = line.iter().take_while(|byte| document.strips && **byte == b'\t').count();
            let line = line.get(tabs..)?;
            if line == document.end {
                self.at = (self.at + length + 1).min(self.bytes.len());
                return Some(());
            }
            // The parenthesis may close right behind it.
            if line.strip_prefix(document.end.as_slice()).is_some_and(|after| after.starts_with(b")")) {
                self.at += tabs + document.end.len();
                return Some(());
            }
            if length == rest.len() {
                return None;
            }
            self.at += length + 1;
        }
    }

    /// The whole word of plain letters that starts at `at`, or nothing if it goes on otherwise.
    fn letters(&mut self, at: usize) -> &[u8] {
        while self.peek().is_some_and(|byte| byte.is_ascii_lowercase()) {
            self.at += 1;
        }
        let ends = self.peek().is_none_or(is_end);
        self.bytes.get(at..self.at).filter(|_| ends).unwrap_or_default()
    }

    /// From an opening bracket or brace to its end.
    fn balanced(&mut self, open: u8, close: u8) -> Option<usize> {
        let mut depth = 0_usize;
        loop {
            let at = self.at;
            let byte = self.next()?;
            if byte == open {
                depth += 1;
            } else if byte == close {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            } else {
                self.quoted(byte)?;
            }
        }
    }

    /// Skips what `byte`, just read, starts: an escape, a quote, a nested construct.
    fn quoted(&mut self, byte: u8) -> Option<()> {
        match byte {
            b'\\' => {
                self.next()?;
            }
            b'\'' => while self.next()? != b'\'' {},
            b'"' => self.double_quoted()?,
            b'`' => self.backquoted()?,
            b'$' => self.dollar(true)?,
            _ => {}
        }
        Some(())
    }

    fn double_quoted(&mut self) -> Option<()> {
        loop {
            match self.next()? {
                b'"' => return Some(()),
                b'\\' => {
                    self.next()?;
                }
                b'`' => self.backquoted()?,
                b'$' => self.dollar(false)?,
                _ => {}
            }
        }
    }

    fn backquoted(&mut self) -> Option<()> {
        loop {
            match self.next()? {
                b'`' => return Some(()),
                b'\\' => {
                    self.next()?;
                }
                _ => {}
            }
        }
    }

    fn dollar(&mut self, unquoted: bool) -> Option<()> {
        match self.peek() {
            Some(b'(') => {
                let end = self.command()?;
                self.at = end + 1;
            }
            Some(b'{') => {
                let end = self.balanced(b'{', b'}')?;
                self.at = end + 1;
            }
            Some(b'\'') if unquoted => {
                self.at += 1;
                loop {
                    match self.next()? {
                        b'\'' => break,
                        b'\\' => {
                            self.next()?;
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        Some(())
    }
}
