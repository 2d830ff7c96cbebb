//! GraphQL: which operations a request runs, and the fields at their roots.
//!
//! [`document`] reads a document, [`tokens`] takes it apart, [`effects`] says what a request to a forge or to
//! any other host does. The language: <https://spec.graphql.org/October2021/>.

mod document;
mod effects;
mod tokens;

use serde_json::{Map, Value as Json};

pub(crate) use effects::{deletes, file, on_forge, on_host, with_files};

/// The longest document that is read, in bytes.
const LONGEST: usize = 256 * 1024;

/// What kind of operation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It reads.
    Query,
    /// It changes.
    Mutation,
    /// It reads on and on.
    Subscription,
}

/// An operation that may run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    /// What kind it is.
    pub kind: Kind,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// The fields at its root, those of fragments included; by their own names, not their aliases.
    pub fields: Vec<Field>,
}

/// A field at the root of an operation, such as a mutation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// Its name.
    pub name: String,
    /// Arguments and, of objects among them, the innermost ones: none where the value is not known.
    pub arguments: Vec<(String, Option<String>)>,
}

impl Field {
    /// The one value of an argument: none where it is not given, not known, or given with several values.
    pub fn argument(&self, name: &str) -> Option<&str> {
        let mut values = self.arguments.iter().filter(|(known, _)| known == name);
        let (_, first) = values.next()?;
        if values.any(|(_, other)| other != first) {
            return None;
        }
        first.as_deref()
    }
}

/// One request to a server.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    /// The document.
    pub document: String,
    /// Which of its operations is asked for; none where that is not said or not known.
    pub operation: Option<String>,
    /// Values of variables, as far as known.
    pub variables: Map<String, Json>,
}

/// The operations that a request may run: the one asked for, or all of the document.
pub(crate) fn operations(query: &Query) -> Result<Vec<Operation>, &'static str> {
    if query.document.len() > LONGEST {
        return Err("the document is too long");
    }
    let document = document::read(&query.document, &query.variables)?;
    let mut operations = document.operations()?;
    if let Some(name) = &query.operation
        && operations.iter().any(|operation| operation.name.as_ref() == Some(name))
    {
        operations.retain(|operation| operation.name.as_ref() == Some(name));
    }
    if operations.is_empty() { Err("the document has no operation") } else { Ok(operations) }
}

#[cfg(test)]
mod tests;
