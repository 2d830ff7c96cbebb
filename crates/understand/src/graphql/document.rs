//! Reads a GraphQL document as far as the roots of its operations; what is below them is skipped. Nothing
//! here recurses, and each token is looked at once.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::tokens::{Token, plain, tokens};
use super::{Field, Kind, Operation};

/// Fields at the roots of all operations together.
const MOST_FIELDS: usize = 2000;
/// Arguments, and values inside of them, of all fields together.
const MOST_ARGUMENTS: usize = 8000;

/// A document taken apart.
pub(super) struct Document<'t> {
    operations: Vec<(Kind, Option<String>, Selection<'t>)>,
    fragments: BTreeMap<&'t str, Selection<'t>>,
}

/// What stands between the outer braces of an operation or a fragment.
#[derive(Default)]
struct Selection<'t> {
    fields: Vec<Field>,
    spreads: Vec<&'t str>,
}

impl Document<'_> {
    /// The operations with what their fragments add.
    pub fn operations(self) -> Result<Vec<Operation>, &'static str> {
        let Self { operations, fragments } = self;
        let mut left = MOST_FIELDS;
        let mut found = Vec::with_capacity(operations.len());
        for (kind, name, selection) in operations {
            let mut fields = selection.fields;
            let mut waiting = selection.spreads;
            let mut seen: Vec<&str> = Vec::new();
            while let Some(spread) = waiting.pop() {
                left = left.checked_sub(1).ok_or("the document has too many fields")?;
                if seen.contains(&spread) {
                    continue;
                }
                seen.push(spread);
                if seen.len() > 64 {
                    return Err("the document has too many fragments");
                }
                let fragment = fragments.get(spread).ok_or("a fragment that is not there")?;
                left = left.checked_sub(fragment.fields.len()).ok_or("the document has too many fields")?;
                fields.extend(fragment.fields.iter().cloned());
                waiting.extend(&fragment.spreads);
            }
            found.push(Operation { kind, name, fields });
        }
        Ok(found)
    }
}

/// Reads a document; variables have these values.
pub(super) fn read<'t>(text: &'t str, variables: &Map<String, Json>) -> Result<Document<'t>, &'static str> {
    let tokens = tokens(text)?;
    let mut reader = Reader { tokens: &tokens, at: 0, variables, fields: 0, arguments: 0 };
    let mut document = Document { operations: Vec::new(), fragments: BTreeMap::new() };
    while let Some(token) = reader.next() {
        let kind = match token {
            Token::Mark(b'{') => {
                document.operations.push((Kind::Query, None, reader.selection()?));
                continue;
            }
            Token::Name("query") => Kind::Query,
            Token::Name("mutation") => Kind::Mutation,
            Token::Name("subscription") => Kind::Subscription,
            Token::Name("fragment") => {
                let name = reader.name()?;
                reader.type_condition()?;
                reader.directives()?;
                reader.expect(b'{')?;
                let selection = reader.selection()?;
                if document.fragments.insert(name, selection).is_some() {
                    return Err("two fragments of one name");
                }
                continue;
            }
            _ => return Err("the text is no operation"),
        };
        let name = match reader.peek() {
            Some(Token::Name(_)) => Some(reader.name()?.to_owned()),
            _ => None,
        };
        if reader.takes(b'(') {
            reader.skip(b')')?;
        }
        reader.directives()?;
        reader.expect(b'{')?;
        document.operations.push((kind, name, reader.selection()?));
    }
    Ok(document)
}

struct Reader<'r, 't> {
    tokens: &'r [Token<'t>],
    at: usize,
    variables: &'r Map<String, Json>,
    fields: usize,
    arguments: usize,
}

impl<'t> Reader<'_, 't> {
    fn next(&mut self) -> Option<Token<'t>> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    fn peek(&self) -> Option<Token<'t>> {
        self.tokens.get(self.at).copied()
    }

    /// Goes past a mark, if it is there.
    fn takes(&mut self, mark: u8) -> bool {
        let is_there = self.peek() == Some(Token::Mark(mark));
        self.at += usize::from(is_there);
        is_there
    }

    fn expect(&mut self, mark: u8) -> Result<(), &'static str> {
        if self.takes(mark) { Ok(()) } else { Err("something is missing in it") }
    }

    fn name(&mut self) -> Result<&'t str, &'static str> {
        match self.next() {
            Some(Token::Name(name)) => Ok(name),
            _ => Err("a name is missing in it"),
        }
    }

    /// `on Type`.
    fn type_condition(&mut self) -> Result<(), &'static str> {
        if self.name()? == "on" { self.name().map(drop) } else { Err("a fragment without its type") }
    }

    fn directives(&mut self) -> Result<(), &'static str> {
        while self.takes(b'@') {
            self.name()?;
            if self.takes(b'(') {
                self.skip(b')')?;
            }
        }
        Ok(())
    }

    /// Goes past what an open bracket holds, and past `end`, which closes it.
    fn skip(&mut self, end: u8) -> Result<(), &'static str> {
        let mut open = vec![end];
        while let Some(last) = open.last() {
            match self.next().ok_or("a bracket without its end")? {
                Token::Mark(b'{') => open.push(b'}'),
                Token::Mark(b'(') => open.push(b')'),
                Token::Mark(b'[') => open.push(b']'),
                Token::Mark(mark @ (b'}' | b')' | b']')) if mark == *last => drop(open.pop()),
                Token::Mark(b'}' | b')' | b']') => return Err("brackets that do not match"),
                Token::Mark(_)
                | Token::Name(_)
                | Token::Text(_)
                | Token::Block(_)
                | Token::Number(_)
                | Token::Spread => {}
            }
        }
        Ok(())
    }

    /// What stands up to the closing brace; the fields of fragments written in place are at the root as well.
    fn selection(&mut self) -> Result<Selection<'t>, &'static str> {
        let mut selection = Selection::default();
        let mut levels = 1_usize;
        while levels > 0 {
            match self.next().ok_or("a bracket without its end")? {
                Token::Mark(b'}') => levels -= 1,
                Token::Spread => match self.peek() {
                    Some(Token::Name(name)) if name != "on" => {
                        self.at += 1;
                        self.directives()?;
                        selection.spreads.push(name);
                    }
                    _ => {
                        if self.peek() == Some(Token::Name("on")) {
                            self.type_condition()?;
                        }
                        self.directives()?;
                        self.expect(b'{')?;
                        levels += 1;
                    }
                },
                Token::Name(first) => {
                    let name = if self.takes(b':') { self.name()? } else { first };
                    let arguments = if self.takes(b'(') { self.arguments()? } else { Vec::new() };
                    self.directives()?;
                    if self.takes(b'{') {
                        self.skip(b'}')?;
                    }
                    self.fields += 1;
                    if self.fields > MOST_FIELDS {
                        return Err("the document has too many fields");
                    }
                    selection.fields.push(Field { name: name.to_owned(), arguments });
                }
                _ => return Err("a field is missing in it"),
            }
        }
        Ok(selection)
    }

    /// The arguments of a field, objects laid flat.
    fn arguments(&mut self) -> Result<Vec<(String, Option<String>)>, &'static str> {
        let mut found = Vec::new();
        let mut open = vec![b')'];
        let mut key = "";
        while let Some(last) = open.last() {
            let token = self.next().ok_or("a bracket without its end")?;
            match token {
                Token::Mark(b'{') => open.push(b'}'),
                Token::Mark(b'[') => open.push(b']'),
                Token::Mark(mark @ (b'}' | b')' | b']')) if mark == *last => drop(open.pop()),
                Token::Name(name) if self.takes(b':') => key = name,
                Token::Mark(b'$') => {
                    let name = self.name()?;
                    match self.variables.get(name) {
                        Some(value) => self.flatten(key, value, &mut found),
                        None => found.push((key.to_owned(), None)),
                    }
                }
                Token::Name(_) | Token::Text(_) | Token::Block(_) | Token::Number(_) => {
                    found.push((key.to_owned(), plain(&token)));
                }
                Token::Mark(_) | Token::Spread => return Err("brackets that do not match"),
            }
            self.arguments += 1;
            if self.arguments > MOST_ARGUMENTS {
                return Err("the document has too many arguments");
            }
        }
        Ok(found)
    }

    /// A variable's value as arguments; past the limit, `arguments` stops.
    fn flatten(&mut self, key: &str, value: &Json, found: &mut Vec<(String, Option<String>)>) {
        let mut waiting = vec![(key, value)];
        while let Some((key, value)) = waiting.pop() {
            self.arguments += 1;
            if self.arguments > MOST_ARGUMENTS {
                return;
            }
            match value {
                Json::Object(inner) => {
                    waiting.extend(inner.iter().map(|(name, value)| (name.as_str(), value)))
                }
                Json::Array(inner) => waiting.extend(inner.iter().map(|value| (key, value))),
                Json::String(text) => found.push((key.to_owned(), Some(text.clone()))),
                Json::Null | Json::Bool(_) | Json::Number(_) => {
                    found.push((key.to_owned(), Some(value.to_string())))
                }
            }
        }
    }
}
