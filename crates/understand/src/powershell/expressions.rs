//! Values: strings, variables, lists, operators, and what runs inside of them.

use super::extent;
use super::statements::Cursor;
use super::texts::applied;
use super::value::{Item, joined};
use super::{Script, dotnet, names};
use crate::context::Context;
use crate::shell::variables::SECRET;
use crate::word::Value;

/// What can be assigned to: a variable's name, `*` for a property or an element.
type Target = String;

const ASSIGNMENTS: &[&str] = &["??=", "+=", "-=", "*=", "/=", "%=", "="];

impl Script {
    /// Whether an expression starts here, and not a command.
    pub(super) fn starts_expression(&self, cursor: &Cursor<'_>) -> bool {
        match cursor.peek() {
            Some(b'$' | b'\'' | b'"' | b'(' | b'@' | b'[' | b'{' | b'!' | b',' | b'+') => true,
            Some(b'-') => cursor
                .after(1)
                .is_some_and(|next| next.is_ascii_alphanumeric() || matches!(next, b'-' | b'(' | b'$')),
            Some(b'0'..=b'9') => {
                let word = cursor
                    .rest()
                    .bytes()
                    .take_while(|byte| !byte.is_ascii_whitespace() && !extent::starts_word(*byte));
                word.into_iter().all(|byte| {
                    byte.is_ascii_digit() || matches!(byte, b'.' | b'x' | b'+' | b'*' | b'/' | b'-' | b'%')
                })
            }
            _ => false,
        }
    }

    /// An expression's value, or what is to be assigned to.
    pub(super) fn expression(
        &mut self,
        cursor: &mut Cursor<'_>,
        context: &mut Context<'_>,
    ) -> Result<(Item, Option<Target>), &'static str> {
        let (mut left, target) = self.operand(cursor, context)?;
        let mut turns = 0;
        loop {
            cursor.skip(false)?;
            if let Some(operator) = ASSIGNMENTS.iter().find(|operator| cursor.starts_with(operator)) {
                let Some(target) = target else { return Err("something is assigned to that cannot be") };
                cursor.at += operator.len();
                return Ok((left, Some(target)));
            }
            let Some(operator) = self.operator(cursor) else { return Ok((left, None)) };
            cursor.skip(true)?;
            let (right, _) = self.operand(cursor, context)?;
            left = applied(&operator, &left, &right);
            turns += 1;
            if turns > 2000 || !context.counts_step() {
                return Err("an expression with many parts");
            }
        }
    }

    /// An operator between two values; goes past it.
    pub(super) fn operator(&self, cursor: &mut Cursor<'_>) -> Option<String> {
        let marks = ["..", "??", "+", "*", "/", "%", "?", ":"];
        if let Some(mark) = marks.iter().find(|mark| cursor.starts_with(mark)) {
            cursor.at += mark.len();
            return Some((*mark).to_owned());
        }
        if cursor.peek() != Some(b'-') {
            return None;
        }
        let rest = cursor.rest().get(1..).unwrap_or_default();
        let length = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let name = rest.get(..length).unwrap_or_default().to_ascii_lowercase();
        cursor.at += 1 + length;
        Some(format!("-{name}"))
    }

    /// One value, or several with commas between.
    fn operand(
        &mut self,
        cursor: &mut Cursor<'_>,
        context: &mut Context<'_>,
    ) -> Result<(Item, Option<Target>), &'static str> {
        let (first, mut target) = self.unary(cursor, context)?;
        let mut parts = vec![first];
        loop {
            cursor.skip(false)?;
            if cursor.peek() != Some(b',') {
                return Ok((Item::all(parts), target));
            }
            if !context.counts_step() {
                return Err("a list with many parts");
            }
            cursor.at += 1;
            cursor.skip(true)?;
            let (next, second) = self.unary(cursor, context)?;
            parts.push(next);
            // `$a, $b = ..`
            target = target.and(second).map(|_| "*".to_owned());
        }
    }

    pub(super) fn unary(
        &mut self,
        cursor: &mut Cursor<'_>,
        context: &mut Context<'_>,
    ) -> Result<(Item, Option<Target>), &'static str> {
        let mut operators: Vec<String> = Vec::new();
        let mut cast = None;
        loop {
            cursor.skip(false)?;
            match cursor.peek() {
                Some(b'!' | b'+' | b',') => cursor.at += 1,
                Some(b'-') => {
                    cursor.at += 1;
                    if cursor.peek() == Some(b'-') {
                        cursor.at += 1;
                    }
                    let name = cursor.name().to_ascii_lowercase();
                    if name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic()) {
                        cursor.at += name.len();
                        operators.push(format!("-{name}"));
                    } else {
                        operators.push("-".to_owned());
                    }
                }
                Some(b'[') if operators.len() < 50 => {
                    let inner = cursor.group()?;
                    self.attribute(inner, context)?;
                    let name = dotnet::type_name(inner);
                    if cursor.starts_with("::") {
                        let item = self.postfix(cursor, Some(&name), Item::unknown("a type"), context)?;
                        return Ok((item, Some("*".to_owned())));
                    }
                    let is_cast = matches!(
                        cursor.peek(),
                        Some(b'$' | b'\'' | b'"' | b'(' | b'@' | b'[' | b'{' | b'0'..=b'9' | b' ' | b'-')
                    );
                    cast = Some(name);
                    cursor.skip(false)?;
                    if !is_cast || cursor.is_end() || cursor.peek() == Some(b'|') {
                        return Ok((Item::unknown("a type"), Some("*".to_owned())));
                    }
                    operators.push("cast".to_owned());
                }
                _ => break,
            }
            if operators.len() > 64 {
                return Err("an expression with many parts");
            }
        }
        let (item, target) = self.primary(cursor, context)?;
        let item = self.postfix(cursor, None, item, context)?;
        let is_plain = !matches!(cursor.text.as_bytes().get(cursor.at.wrapping_sub(1)), Some(b')' | b']'));
        let target = target.map(|name| if is_plain { name } else { "*".to_owned() });
        let is_made = cast.as_deref() == Some("scriptblock") && item.block.is_none();
        let item = self.with_operators(item, &operators, cast.as_deref(), context);
        if is_made {
            self.waits(&item, context);
        }
        Ok((item, target))
    }

    fn with_operators(
        &self,
        item: Item,
        operators: &[String],
        cast: Option<&str>,
        context: &mut Context<'_>,
    ) -> Item {
        if let (Some(name), true) = (cast, operators.iter().any(|operator| operator == "cast")) {
            return dotnet::cast(name, item, context);
        }
        match operators.last().map(String::as_str) {
            Some("-join") => Item { value: joined(&item.each(), ""), list: Vec::new(), ..item },
            Some(_) => Item { value: Value::unknown("it is computed"), list: Vec::new(), ..item },
            None => item,
        }
    }

    /// A value without operators, and its name if it is a variable.
    pub(super) fn primary(
        &mut self,
        cursor: &mut Cursor<'_>,
        context: &mut Context<'_>,
    ) -> Result<(Item, Option<Target>), &'static str> {
        let rest = cursor.rest();
        match cursor.peek() {
            Some(b'\'') => {
                let end = extent::single(cursor.text, cursor.at)?;
                let inner = cursor.text.get(cursor.at + 1..end - 1).unwrap_or_default();
                cursor.at = end;
                Ok((Item::known(&inner.replace("''", "'")), None))
            }
            Some(b'"') => {
                let inner = cursor.group()?;
                Ok((self.expanded(inner, context)?, None))
            }
            Some(b'@') if rest.starts_with("@'") || rest.starts_with("@\"") => {
                let end =
                    extent::here(cursor.text, cursor.at).ok_or("a text over several lines has no end")?;
                let whole = cursor.text.get(cursor.at..end).unwrap_or_default();
                cursor.at = end;
                let first = whole.find('\n').map_or(0, |at| at + 1);
                let inner = whole.get(first..whole.len().saturating_sub(3)).unwrap_or_default();
                let item =
                    if whole.starts_with("@'") { Item::known(inner) } else { self.expanded(inner, context)? };
                Ok((item, None))
            }
            Some(b'@') if rest.starts_with("@{") => {
                cursor.at += 1;
                let inner = cursor.group()?;
                let table = Some(self.table(inner, context)?);
                Ok((Item { table, ..Item::unknown("a table") }, None))
            }
            Some(b'@') if rest.starts_with("@(") => {
                cursor.at += 1;
                let inner = cursor.group()?;
                let mut item = self.run(inner, context);
                item.list = item.each();
                Ok((item, None))
            }
            Some(b'@') => {
                cursor.at += 1;
                cursor.at += cursor.name().len();
                Ok((Item::unknown("the elements of a table or a list"), None))
            }
            Some(b'(') => {
                let inner = cursor.group()?;
                Ok((self.run(inner, context), None))
            }
            Some(b'{') => {
                let item = Item::code(cursor.group()?);
                self.waits(&item, context);
                Ok((item, None))
            }
            Some(b'$') => {
                let (item, name) = self.variable(cursor, context)?;
                Ok((item, name))
            }
            Some(b'0'..=b'9') => {
                let mut length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric()).count();
                // `1.5`, but not `1..5`.
                if let Some(fraction) = rest.get(length..).and_then(|rest| rest.strip_prefix('.')) {
                    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
                    length += if digits > 0 { digits + 1 } else { 0 };
                }
                cursor.at += length;
                Ok((Item::known(rest.get(..length).unwrap_or_default()), None))
            }
            _ => Err("something in it is not understood"),
        }
    }

    /// `$name`, `${name}`, `$env:NAME` or `$(..)`.
    pub(super) fn variable(
        &mut self,
        cursor: &mut Cursor<'_>,
        context: &mut Context<'_>,
    ) -> Result<(Item, Option<Target>), &'static str> {
        cursor.at += 1;
        let name = match cursor.peek() {
            Some(b'(') => {
                let inner = cursor.group()?;
                return Ok((self.run(inner, context), None));
            }
            Some(b'{') => cursor.group()?,
            Some(b'$' | b'?' | b'^') => {
                cursor.at += 1;
                return Ok((Item::unknown("a variable that PowerShell sets"), None));
            }
            _ => {
                let rest = cursor.rest();
                let mut length = rest
                    .bytes()
                    .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'))
                    .count();
                // `$x::Method` and `"$x: "`.
                if let Some(at) = rest.get(..length).and_then(|name| name.find("::")) {
                    length = at;
                }
                if rest.get(..length).is_some_and(|name| name.ends_with(':')) {
                    length -= 1;
                }
                cursor.at += length;
                rest.get(..length).unwrap_or_default()
            }
        };
        let is_path = super::blocks::is_path(&names::variable(name));
        let name = if is_path { name.to_owned() } else { names::variable(name) };
        self.special(&name, cursor.rest(), context);
        let item = self.value_of(&name, context);
        self.waits(&item, context);
        Ok((item, Some(name)))
    }

    fn value_of(&self, name: &str, context: &Context<'_>) -> Item {
        if let Some(variable) = name.strip_prefix("env:") {
            let upper = variable.to_ascii_uppercase();
            let set = context.state.shell.environment.iter().rev().find(|(known, _)| *known == upper);
            let value = match (upper.as_str(), set) {
                (_, Some((_, value))) => value.clone(),
                ("HOME" | "USERPROFILE", None) => Value::Known(context.state.shell.home.clone()),
                ("TEMP" | "TMP" | "TMPDIR", None) => {
                    Value::starting("/tmp/", "a directory for temporary files")
                }
                (name, None) if context.surroundings.keeps_secret(name) => {
                    Value::unknown(&format!("{SECRET}{name}"))
                }
                (_, None) => Value::unknown("a variable of the environment"),
            };
            return Item { variables: vec![upper], ..Item::of(value) };
        }
        match name {
            "home" => Item::known(&context.state.shell.home),
            // Which of its profiles it is, differs by the system; each runs when PowerShell starts.
            "profile" if !self.variables.contains_key(name) => Item::known(&format!(
                "{}/.config/powershell/Microsoft.PowerShell_profile.ps1",
                context.state.shell.home
            )),
            "pwd" => match &context.state.shell.directory {
                Ok(directory) => Item::known(directory),
                Err(why) => Item::unknown(why),
            },
            "null" => Item::known(""),
            "true" | "false" => Item::known(name),
            _ => self
                .variables
                .get(name)
                .cloned()
                .unwrap_or_else(|| Item::unknown("a variable whose value is not known")),
        }
    }

    /// What follows a value: members, calls and elements.
    pub(super) fn postfix(
        &mut self,
        cursor: &mut Cursor<'_>,
        of_type: Option<&str>,
        item: Item,
        context: &mut Context<'_>,
    ) -> Result<Item, &'static str> {
        let mut item = item;
        let mut of_type = of_type.map(str::to_owned);
        loop {
            let rest = cursor.rest();
            let dots = if rest.starts_with("::") {
                2
            } else {
                usize::from(rest.starts_with('.') && !rest.starts_with(".."))
            };
            if dots > 0
                && rest.get(dots..).is_some_and(|name| {
                    name.starts_with(|c: char| {
                        c.is_ascii_alphabetic() || matches!(c, '_' | '$' | '"' | '\'' | '(')
                    })
                })
            {
                cursor.at += dots;
                let name = match cursor.peek() {
                    Some(b'$' | b'"' | b'\'' | b'(') => {
                        self.primary(cursor, context)?.0.value.known().unwrap_or("*").to_owned()
                    }
                    _ => {
                        let name = cursor.name().split('-').next().unwrap_or_default();
                        cursor.at += name.len();
                        name.to_owned()
                    }
                };
                if cursor.peek() == Some(b'(') {
                    let inner = cursor.group()?;
                    let given =
                        if inner.trim().is_empty() { Item::known("") } else { self.given(inner, context)? };
                    item = dotnet::call(of_type.as_deref(), &name, &item, &given, self, context);
                    self.waits(&item, context);
                } else if cursor.peek() == Some(b'{') {
                    let body = cursor.group()?;
                    self.run(body, context);
                    item = Item::unknown("what a method gives");
                } else {
                    item = dotnet::property(of_type.as_deref(), &name, &item, context);
                }
                of_type = None;
            } else if rest.starts_with('[') {
                let inner = cursor.group()?;
                let index = self.run(inner, context);
                let at = index.value.known().and_then(|text| text.parse::<usize>().ok());
                item = match at.and_then(|at| item.list.get(at)) {
                    Some(value) => Item::of(value.clone()),
                    None => Item { value: Value::unknown("an element of a list"), list: Vec::new(), ..item },
                };
            } else {
                return Ok(item);
            }
            if !context.counts_step() {
                return Err("an expression with many parts");
            }
        }
    }

    /// The arguments of a method.
    fn given(&mut self, inner: &str, context: &mut Context<'_>) -> Result<Item, &'static str> {
        if !context.counts_text(inner.len()) || !context.enters() {
            return Err("an expression that nests too deep");
        }
        let mut cursor = Cursor { text: inner, at: 0 };
        let read = cursor.skip(true).and_then(|()| self.expression(&mut cursor, context));
        context.leaves();
        let (mut item, _) = read?;
        cursor.skip(true)?;
        if cursor.peek().is_some() {
            return Err("something in it is not understood");
        }
        item.list = item.each();
        Ok(item)
    }

    /// `@{ key = value; .. }`: its values may run something.
    fn table(&mut self, inner: &str, context: &mut Context<'_>) -> Result<Vec<(String, Item)>, &'static str> {
        if !context.counts_text(inner.len()) || !context.enters() {
            return Err("a table that nests too deep");
        }
        let mut cursor = Cursor { text: inner, at: 0 };
        let read = self.entries(&mut cursor, context);
        context.leaves();
        read
    }

    fn entries(
        &mut self,
        cursor: &mut Cursor<'_>,
        context: &mut Context<'_>,
    ) -> Result<Vec<(String, Item)>, &'static str> {
        let mut entries = Vec::new();
        loop {
            cursor.skip(true)?;
            let key = match cursor.peek() {
                None => return Ok(entries),
                Some(b';') => {
                    cursor.at += 1;
                    continue;
                }
                Some(b'\'' | b'"' | b'$' | b'(' | b'[') => {
                    let (item, _) = self.operand(cursor, context)?;
                    item.value.known().unwrap_or("*").to_ascii_lowercase()
                }
                Some(_) => {
                    let name = cursor.name();
                    cursor.at += name.len();
                    name.to_ascii_lowercase()
                }
            };
            cursor.skip(true)?;
            if cursor.peek() != Some(b'=') {
                return Err("a table that is not understood");
            }
            cursor.at += 1;
            cursor.skip(true)?;
            let item = self.statement(cursor, context)?;
            if entries.len() >= super::value::MOST {
                return Err("a table with many parts");
            }
            entries.push((key, Item { table: None, ..item }));
        }
    }
}
