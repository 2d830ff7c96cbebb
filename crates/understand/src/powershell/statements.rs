//! Walks a script: its statements, pipelines, blocks and functions, in the order they would run.

use super::extent;
use super::value::{Item, LONGEST};
use super::{Script, names};
use crate::context::Context;
use crate::families;
use crate::word::Value;

/// A place in a text.
pub(super) struct Cursor<'t> {
    pub text: &'t str,
    pub at: usize,
}

impl<'t> Cursor<'t> {
    pub fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub fn after(&self, count: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + count).copied()
    }

    pub fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub fn starts_with(&self, start: &str) -> bool {
        self.rest().starts_with(start)
    }

    /// Goes past blanks and comments, and past new lines where they do not end anything.
    pub fn skip(&mut self, lines: bool) -> Result<(), &'static str> {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | 0x0b | 0x0c => self.at += 1,
                b'\n' if lines => self.at += 1,
                b'`' if self.after(1) == Some(b'\n') => self.at += 2,
                b'#' => self.at = extent::line(self.text, self.at),
                b'<' if self.after(1) == Some(b'#') => self.at = extent::comment(self.text, self.at)?,
                _ => break,
            }
        }
        Ok(())
    }

    /// What stands between the brackets that open here; goes past them.
    pub fn group(&mut self) -> Result<&'t str, &'static str> {
        let end = extent::end(self.text, self.at)?;
        let inner = self.text.get(self.at + 1..end.saturating_sub(1)).unwrap_or_default();
        self.at = end;
        Ok(inner)
    }

    /// A name that starts here, without going past it.
    pub fn name(&self) -> &'t str {
        let rest = self.rest();
        let length = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
            .count();
        rest.get(..length).unwrap_or_default()
    }

    /// Whether a statement ends here.
    pub fn is_end(&self) -> bool {
        match self.peek() {
            None | Some(b';' | b'\n' | b')' | b'}') => true,
            Some(b'&') => true,
            Some(b'|') => self.after(1) == Some(b'|'),
            Some(_) => false,
        }
    }
}

/// Keywords that are followed by conditions in parentheses and by blocks.
const BLOCKS: &[&str] = &[
    "if", "elseif", "else", "while", "do", "until", "try", "catch", "finally", "switch", "begin", "process",
    "end", "clean", "default", "trap",
];

impl Script {
    /// Adds what a text does; its value is that of its last statement.
    pub(super) fn run(&mut self, text: &str, context: &mut Context<'_>) -> Item {
        if !context.counts_text(text.len()) {
            context.gives_up("there is too much text in nested commands");
            return Item::unknown("it was not read");
        }
        if !context.enters() {
            return Item::unknown("it was not read");
        }
        self.pending.retain(|waiting| waiting != text);
        let mut cursor = Cursor { text, at: 0 };
        let read = self.statements(&mut cursor, context);
        context.leaves();
        read.unwrap_or_else(|why| {
            context.opaque("PowerShell", why);
            families::mentions(text, context);
            families::unreadable(text, context);
            Item::unknown(why)
        })
    }

    fn statements(
        &mut self,
        cursor: &mut Cursor<'_>,
        context: &mut Context<'_>,
    ) -> Result<Item, &'static str> {
        let mut last = Item::known("");
        loop {
            cursor.skip(true)?;
            match cursor.peek() {
                None => return Ok(last),
                Some(b';') => cursor.at += 1,
                Some(b'&') if cursor.after(1) == Some(b'&') => cursor.at += 2,
                Some(b'|') if cursor.after(1) == Some(b'|') => cursor.at += 2,
                Some(b')' | b'}' | b']') => return Err("brackets do not match"),
                Some(_) => {
                    if !context.counts_step() {
                        return Ok(Item::unknown("it was not read"));
                    }
                    let before = cursor.at;
                    last = self.statement(cursor, context)?;
                    cursor.skip(false)?;
                    // `command &` runs it as a job.
                    if cursor.peek() == Some(b'&') && cursor.after(1) != Some(b'&') && cursor.at > before {
                        cursor.at += 1;
                    } else if cursor.at == before {
                        return Err("something in it is not understood");
                    }
                }
            }
        }
    }

    pub(super) fn statement(
        &mut self,
        cursor: &mut Cursor<'_>,
        context: &mut Context<'_>,
    ) -> Result<Item, &'static str> {
        let keyword = cursor.name().to_ascii_lowercase();
        let follows = cursor.after(keyword.len());
        let is_word = !matches!(follows, Some(b'.' | b'\\' | b'/' | b':' | b'='));
        match keyword.as_str() {
            "foreach" | "for" if is_word && self.opens(cursor, keyword.len()) => {
                cursor.at += keyword.len();
                self.turns(&keyword, cursor, context)
            }
            "function" | "filter" if follows == Some(b' ') => {
                cursor.at += keyword.len();
                self.function(cursor, context)
            }
            "param" if self.opens(cursor, keyword.len()) => {
                cursor.at += keyword.len();
                cursor.skip(true)?;
                let inner = cursor.group()?;
                self.parameters(inner, context)?;
                Ok(Item::known(""))
            }
            "return" | "throw" | "exit" if is_word => {
                cursor.at += keyword.len();
                cursor.skip(false)?;
                if cursor.is_end() { Ok(Item::known("")) } else { self.statement(cursor, context) }
            }
            "break" | "continue" if is_word => {
                cursor.at += keyword.len();
                cursor.skip(false)?;
                cursor.at += cursor.name().len();
                Ok(Item::known(""))
            }
            "class" | "enum" | "using" | "data" | "workflow" | "configuration" | "dynamicparam"
                if follows == Some(b' ') =>
            {
                Err("a construct that is not read")
            }
            name if is_word && BLOCKS.contains(&name) && self.opens_block(cursor, name) => {
                self.blocks(cursor, context)
            }
            _ => self.pipeline(cursor, context),
        }
    }

    /// Whether a parenthesis follows a word of this length.
    fn opens(&self, cursor: &Cursor<'_>, length: usize) -> bool {
        cursor.text.get(cursor.at + length..).is_some_and(|rest| rest.trim_start().starts_with('('))
    }

    /// Whether what a keyword needs follows it.
    fn opens_block(&self, cursor: &Cursor<'_>, name: &str) -> bool {
        let rest = cursor.text.get(cursor.at + name.len()..).unwrap_or_default().trim_start();
        rest.starts_with(['(', '{'])
            || (matches!(name, "switch" | "catch" | "trap") && rest.starts_with(['-', '[']))
    }

    /// A keyword, and the conditions and blocks after it.
    fn blocks(&mut self, cursor: &mut Cursor<'_>, context: &mut Context<'_>) -> Result<Item, &'static str> {
        let repeated = std::mem::replace(&mut context.repeated, true);
        cursor.at += cursor.name().len();
        loop {
            let before = cursor.at;
            cursor.skip(true)?;
            match cursor.peek() {
                Some(b'(' | b'{') => {
                    let inner = cursor.group()?;
                    self.run(inner, context);
                }
                Some(b'[') => drop(cursor.group()?),
                Some(b'-') => {
                    cursor.at += 1;
                    cursor.at += cursor.name().len();
                }
                _ => {
                    cursor.at = before;
                    break;
                }
            }
        }
        context.repeated = repeated;
        Ok(Item::unknown("what a block gives"))
    }

    fn turns(
        &mut self,
        keyword: &str,
        cursor: &mut Cursor<'_>,
        context: &mut Context<'_>,
    ) -> Result<Item, &'static str> {
        cursor.skip(true)?;
        let inner = cursor.group()?;
        let repeated = std::mem::replace(&mut context.repeated, true);
        let list = inner.trim_start().strip_prefix('$').and_then(|rest| {
            let at = rest.to_ascii_lowercase().find(" in ")?;
            rest.get(..at)?
                .trim()
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                .then(|| rest.split_at(at))
        });
        match (keyword, list) {
            ("foreach", Some((name, list))) => {
                let values = self.run(list.get(4..).unwrap_or_default(), context);
                let name = names::variable(name.trim());
                let each = values.each();
                let one = match each.as_slice() {
                    [one] => Item::of(one.clone()),
                    _ => Item::unknown("one of several values"),
                };
                self.set(&name, one);
            }
            _ => drop(self.run(inner, context)),
        }
        cursor.skip(true)?;
        if cursor.peek() != Some(b'{') {
            return Err("a loop without its block");
        }
        let body = cursor.group()?;
        self.run(body, context);
        context.repeated = repeated;
        Ok(Item::unknown("what a loop gives"))
    }

    fn function(&mut self, cursor: &mut Cursor<'_>, context: &mut Context<'_>) -> Result<Item, &'static str> {
        cursor.skip(false)?;
        let rest = cursor.rest();
        let length = rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | '{')).unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default().to_ascii_lowercase();
        cursor.at += length;
        cursor.skip(true)?;
        if cursor.peek() == Some(b'(') {
            let inner = cursor.group()?;
            self.parameters(inner, context)?;
            cursor.skip(true)?;
        }
        if cursor.peek() != Some(b'{') {
            return Err("a function without its block");
        }
        let body = cursor.group()?;
        let name = name.rsplit(':').next().unwrap_or_default().to_owned();
        self.functions.insert(name);
        self.run(body, context);
        Ok(Item::known(""))
    }

    /// Keeps a variable's value, if nothing else sets it.
    pub(super) fn set(&mut self, name: &str, item: Item) {
        let once = self.sets.get(name).is_none_or(|count| *count <= 1);
        let long = |item: &Item| {
            item.value.text().len() > LONGEST || item.block.as_ref().is_some_and(|code| code.len() > LONGEST)
        };
        let item = if once && !long(&item) { item } else { Item::unknown("a variable that changes") };
        self.variables.insert(name.to_owned(), item);
    }

    /// A pipeline, or an assignment of what one gives.
    pub(super) fn pipeline(
        &mut self,
        cursor: &mut Cursor<'_>,
        context: &mut Context<'_>,
    ) -> Result<Item, &'static str> {
        let outer = std::mem::take(&mut context.flow);
        let piped = self.piped.take();
        let waiting = self.pending.len();
        let (mut first, mut is_clause) = (true, false);
        let mut last = loop {
            cursor.skip(!first)?;
            let last = if first && self.starts_expression(cursor) {
                match self.expression(cursor, context)? {
                    (item, None) => {
                        self.redirect(cursor, context)?;
                        self.shown(&item, cursor, context);
                        item
                    }
                    (_, Some(target)) => {
                        cursor.skip(true)?;
                        if !context.enters() {
                            return Err("assignments that nest too deep");
                        }
                        let value = self.statement(cursor, context);
                        context.leaves();
                        let value = value?;
                        let value = if context.flow.is_foreign() { Item::unknown(FOREIGN) } else { value };
                        self.assign(&target, &value, context);
                        Item::known("")
                    }
                }
            } else {
                self.command(cursor, context)?
            };
            cursor.skip(false)?;
            if cursor.peek() == Some(b'|') && cursor.after(1) != Some(b'|') {
                cursor.at += 1;
                self.piped = Some(last);
                first = false;
                continue;
            }
            if cursor.peek() == Some(b'{') {
                // A clause of a `switch`: a pattern and its block.
                let body = cursor.group()?;
                self.run(body, context);
                is_clause = true;
            }
            break last;
        };
        self.walk(waiting, Some(&last), context);
        self.piped = piped;
        if !is_clause && !cursor.is_end() {
            return Err("something in it is not understood");
        }
        let flow = std::mem::replace(&mut context.flow, outer);
        context.flow.join(&flow);
        if flow.is_foreign() && last.value.is_unknown() {
            last.value = Value::unknown(FOREIGN);
        }
        Ok(last)
    }

    /// A value that stands alone is printed: variables of the environment may be secrets.
    fn shown(&self, item: &Item, cursor: &Cursor<'_>, context: &mut Context<'_>) {
        if cursor.is_end() && context.depth <= self.depth + 1 {
            for name in item.variables.iter().filter(|name| families::is_secret_name(name)) {
                families::reads_environment(name, context);
            }
        }
    }
}

/// Why a value is not known that comes from the network or out of a decoder.
pub(super) const FOREIGN: &str = "it comes from the network or out of a decoder";
