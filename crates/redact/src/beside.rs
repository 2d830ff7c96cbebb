//! Takes secrets out of what is told about a call, those too that only their place in its input gives away.

use serde_json::Value;

use crate::Redactor;
use crate::elsewhere::Elsewhere;
use crate::found::Found;

/// Knows the secrets of one input.
pub struct Beside {
    redactor: Redactor,
    elsewhere: Option<Elsewhere>,
}

impl Beside {
    pub(crate) fn of(redactor: &Redactor, input: &Value) -> Self {
        let mut found = Found::new(&redactor.key);
        crate::value::redact(input, &mut found);
        Self { redactor: redactor.clone(), elsewhere: Elsewhere::of(&found) }
    }

    /// The same text without them.
    pub fn text(&self, text: &str) -> String {
        let (mut redacted, _) = self.redactor.redact_text(text);
        if let Some(elsewhere) = &self.elsewhere {
            elsewhere.text(&mut redacted, &mut Found::new(&self.redactor.key));
        }
        redacted
    }

    /// The same value without them.
    pub fn value(&self, value: &Value) -> Value {
        let mut redacted = self.redactor.redact(value);
        if let Some(elsewhere) = &self.elsewhere {
            elsewhere.redact(&mut redacted, &mut Found::new(&self.redactor.key));
        }
        redacted
    }
}
