//! Typed access to the fields of a hook's input. A field that is `null` counts as absent.

use serde_json::{Map, Value};

/// A field is not what its name promises.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// It is not there.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// It has another type or form.
    #[error("`{field}` is not {expected}")]
    Wrong {
        /// Its name.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
}

/// The fields of one object, taken out one by one.
pub struct Fields(pub Map<String, Value>);

impl Fields {
    fn take(&mut self, field: &'static str) -> Option<Value> {
        self.0.get_mut(field).map(Value::take).filter(|value| !value.is_null())
    }

    /// Text that may be absent.
    pub fn text(&mut self, field: &'static str) -> Result<Option<String>, FieldError> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(FieldError::Wrong { field, expected: "text" }),
        }
    }

    /// Text that must be there and not be empty.
    pub fn name(&mut self, field: &'static str) -> Result<String, FieldError> {
        let text = self.text(field)?.ok_or(FieldError::Missing(field))?;
        if text.is_empty() {
            return Err(FieldError::Wrong { field, expected: "a name: it is empty" });
        }
        Ok(text)
    }

    /// Yes or no; absent is no.
    pub fn flag(&mut self, field: &'static str) -> Result<bool, FieldError> {
        match self.take(field) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(FieldError::Wrong { field, expected: "true or false" }),
        }
    }

    /// A count that may be absent.
    pub fn count(&mut self, field: &'static str) -> Result<Option<u64>, FieldError> {
        self.take(field)
            .map(|value| value.as_u64().ok_or(FieldError::Wrong { field, expected: "a whole number" }))
            .transpose()
    }

    /// An object that may be absent.
    pub fn object(&mut self, field: &'static str) -> Result<Option<Map<String, Value>>, FieldError> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            Some(_) => Err(FieldError::Wrong { field, expected: "an object" }),
        }
    }

    /// A list, empty if absent.
    pub fn list(&mut self, field: &'static str) -> Result<Vec<Value>, FieldError> {
        match self.take(field) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err(FieldError::Wrong { field, expected: "a list" }),
        }
    }

    /// Whatever it is; `null` if absent.
    pub fn any(&mut self, field: &'static str) -> Value {
        self.take(field).unwrap_or(Value::Null)
    }
}
