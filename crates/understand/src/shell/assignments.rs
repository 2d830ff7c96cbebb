//! Assignments: what a variable, an element or a whole array is set to.

use brush_parser::ast::{Assignment, AssignmentName, AssignmentValue, Word as RawWord};

use crate::context::Context;
use crate::word::Value;

use super::outputs::Here;
use super::variables::{MOST_ELEMENTS, tainted};
use super::words::{Names as _, decode_joined};
use super::{Walker, arithmetic, subscripts};

/// What a variable is set to.
pub(super) enum Assigned {
    One(Value),
    Each(Vec<Value>),
}

impl Walker {
    pub(super) fn assignment(
        &self,
        assignment: &Assignment,
        context: &mut Context<'_>,
    ) -> (String, Assigned) {
        let (AssignmentName::VariableName(name) | AssignmentName::ArrayElementName(name, _)) =
            &assignment.name;
        let put_together = || Value::unknown("a variable put together");
        let assigned = match &assignment.value {
            AssignmentValue::Scalar(word) => {
                let mut words = self.quoted(word, context);
                let value = match (words.pop(), words.is_empty()) {
                    (Some(value), true) => value,
                    (None, _) => Value::Known(String::new()),
                    (Some(_), false) => Value::unknown("a variable put together"),
                };
                subscripts::value(&value, context);
                match &assignment.name {
                    AssignmentName::ArrayElementName(_, subscript) => {
                        super::expand_text(subscript, context);
                        self.element(name, subscript, value, assignment.append, context)
                    }
                    AssignmentName::VariableName(_) if !assignment.append => Assigned::One(value),
                    AssignmentName::VariableName(_) => {
                        let before = context.state.shell.variable(name);
                        match (before, value, context.state.shell.arrays.contains_key(name)) {
                            (Value::Known(before), Value::Known(after), false) => {
                                Assigned::One(Value::Known(before + &after))
                            }
                            (Value::Known(before), value, false) if tainted([&value]).is_none() => {
                                Assigned::One(Value::starting(&before, "a variable put together"))
                            }
                            (before, value, _) => {
                                Assigned::One(tainted([&before, &value]).unwrap_or_else(put_together))
                            }
                        }
                    }
                }
            }
            AssignmentValue::Array(elements) => {
                let before = context
                    .state
                    .shell
                    .elements(name)
                    .filter(|_| context.state.shell.arrays.contains_key(name));
                let mut given =
                    tainted(context.state.shell.variables.get(name).filter(|_| assignment.append));
                let mut values = if assignment.append { before } else { Some(Vec::new()) };
                for (subscript, word) in elements {
                    if let Some(subscript) = subscript {
                        self.quoted(subscript, context);
                        values = None;
                    }
                    for word in self.word(word, context) {
                        subscripts::value(&word.value, context);
                        given = given.or_else(|| tainted([&word.value]));
                        match (&mut values, &word.value) {
                            // How many words it is, nobody says.
                            (values, Value::Unknown { .. } | Value::Pattern(_))
                                if !word.raw.starts_with('"') =>
                            {
                                *values = None
                            }
                            (Some(values), value) => values.push(value.clone()),
                            (None, _) => {}
                        }
                    }
                }
                let unclear = || Assigned::One(given.clone().unwrap_or_else(|| Value::unknown("an array")));
                values.map_or_else(unclear, Assigned::Each)
            }
        };
        (name.clone(), assigned)
    }

    /// One element of an array is set.
    fn element(
        &self,
        name: &str,
        subscript: &str,
        value: Value,
        append: bool,
        context: &mut Context<'_>,
    ) -> Assigned {
        let given = tainted(context.state.shell.variables.get(name).into_iter().chain([&value]));
        let unknown = Assigned::One(given.unwrap_or_else(|| Value::unknown("an array")));
        let elements = match context.state.shell.arrays.get(name) {
            Some(elements) => Some(elements.clone()),
            None => (!context.state.shell.variables.contains_key(name)).then(Vec::new),
        };
        subscripts::changes(subscript, context);
        let index = match arithmetic::evaluate(subscript, &context.state.shell).value.map(usize::try_from) {
            Some(Ok(index)) if !append => index,
            _ => return unknown,
        };
        let Some(mut elements) = elements.filter(|elements| index <= elements.len() && index < MOST_ELEMENTS)
        else {
            return unknown;
        };
        match elements.get_mut(index) {
            Some(element) => *element = value,
            None => elements.push(value),
        }
        Assigned::Each(elements)
    }

    /// The value of an assignment: not split, not matched against files.
    pub(super) fn quoted(&self, word: &RawWord, context: &mut Context<'_>) -> Vec<Value> {
        let decoded = decode_joined(&word.value, &Here::in_context(context));
        let (span, _) = self.span(word.loc.as_ref());
        let values = self.follow(decoded, None, span, context);
        let one = |value| match value {
            Value::Pattern(text) => Value::Known(text),
            other => other,
        };
        values.into_iter().map(one).collect()
    }
}
