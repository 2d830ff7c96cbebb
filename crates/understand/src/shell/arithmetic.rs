//! Arithmetic over constants: `$((1 + 2))`. What is not a constant has no result.

use crate::word::Value;

use super::words::Names;

/// Parts of an expression that may hold each other.
const DEEPEST: usize = 32;
/// Longer expressions are not evaluated, in bytes.
const LONGEST: usize = 1024;
const RESULT: &str = "the result of arithmetic";

/// What an expression comes to.
#[derive(Debug, Default)]
pub(super) struct Evaluated {
    /// Its value, if that is known.
    pub value: Option<i64>,
    /// Variables it sets, and to what.
    pub assigned: Vec<(String, Value)>,
}

/// Evaluates an expression in which everything that starts with `$` is already replaced.
pub(super) fn evaluate(text: &str, names: &dyn Names) -> Evaluated {
    let mut parser = Parser { rest: text, names, depth: 0, assigned: Vec::new() };
    let value = if text.len() > LONGEST { None } else { parser.whole() };
    let mut assigned = parser.assigned;
    if value.is_none() {
        // How far the shell gets is not known.
        assigned = assigned.into_iter().map(|(name, _)| (name, Value::unknown(RESULT))).collect();
        assigned.extend(might_assign(text));
    }
    Evaluated { value, assigned }
}

/// Whether an expression that is not known whole sets a variable by what is written in it.
pub(super) fn may_assign(text: &str) -> bool {
    let compares = ["==", "!=", "<=", ">="];
    let plain = compares.iter().fold(text.to_owned(), |text, operator| text.replace(operator, " "));
    text.contains("++")
        || text.contains("--")
        || text.contains("<<=")
        || text.contains(">>=")
        || plain.contains('=')
}

/// Every name in an expression that was not understood and may set some.
fn might_assign(text: &str) -> Vec<(String, Value)> {
    if !text.contains('=') && !text.contains("++") && !text.contains("--") {
        return Vec::new();
    }
    let names = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let names = names.filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'));
    names.map(|name| (name.to_owned(), Value::unknown(RESULT))).collect()
}

struct Parser<'t> {
    rest: &'t str,
    names: &'t dyn Names,
    depth: usize,
    assigned: Vec<(String, Value)>,
}

/// Operators with two operands, longest first, and how tightly they bind.
const OPERATORS: &[(&str, u8)] = &[
    ("**", 12),
    ("<<", 9),
    (">>", 9),
    ("<=", 8),
    (">=", 8),
    ("==", 7),
    ("!=", 7),
    ("&&", 3),
    ("||", 2),
    ("*", 11),
    ("/", 11),
    ("%", 11),
    ("+", 10),
    ("-", 10),
    ("<", 8),
    (">", 8),
    ("&", 6),
    ("^", 5),
    ("|", 4),
];

impl<'t> Parser<'t> {
    fn whole(&mut self) -> Option<i64> {
        let mut value = self.expression(0)?;
        while self.eat(",") {
            value = self.expression(0)?;
        }
        self.rest.trim().is_empty().then_some(value)
    }

    fn eat(&mut self, text: &str) -> bool {
        let after = self.rest.trim_start().strip_prefix(text);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn expression(&mut self, least: u8) -> Option<i64> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut left = self.operand()?;
        loop {
            let rest = self.rest.trim_start();
            if least <= 1
                && let Some(after) = rest.strip_prefix('?')
            {
                self.rest = after;
                let yes = self.expression(0)?;
                if !self.eat(":") {
                    return None;
                }
                let no = self.expression(1)?;
                left = if left == 0 { no } else { yes };
                continue;
            }
            let Some((operator, binds)) = OPERATORS.iter().find(|(operator, _)| rest.starts_with(operator))
            else {
                break;
            };
            // `a += b` is no addition.
            let after = rest.get(operator.len()..)?;
            if *binds < least || (after.starts_with('=') && !matches!(*operator, "<=" | ">=" | "==" | "!=")) {
                break;
            }
            self.rest = after;
            let right = self.expression(if *operator == "**" { *binds } else { binds + 1 })?;
            left = combine(operator, left, right)?;
        }
        self.depth -= 1;
        Some(left)
    }

    fn operand(&mut self) -> Option<i64> {
        let rest = self.rest.trim_start();
        if rest.starts_with("++") || rest.starts_with("--") {
            return None;
        }
        let mut characters = rest.chars();
        match characters.next()? {
            '(' => {
                self.rest = characters.as_str();
                let value = self.expression(0)?;
                self.eat(")").then_some(value)
            }
            sign @ ('-' | '+' | '!' | '~') => {
                self.rest = characters.as_str();
                let value = self.expression(13)?;
                match sign {
                    '-' => value.checked_neg(),
                    '!' => Some(i64::from(value == 0)),
                    '~' => Some(!value),
                    _ => Some(value),
                }
            }
            '0'..='9' => {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
                let (number, after) = rest.split_at(end);
                self.rest = after;
                number_of(number)
            }
            first if first.is_ascii_alphabetic() || first == '_' => {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                let (name, after) = rest.split_at(end);
                self.rest = after;
                self.named(name)
            }
            _ => None,
        }
    }

    /// A variable, which may be set here.
    fn named(&mut self, name: &str) -> Option<i64> {
        let rest = self.rest.trim_start();
        if rest.starts_with('[') {
            return None;
        }
        let assigns = ["=", "+=", "-=", "*=", "/=", "%="];
        let operator =
            assigns.iter().find(|operator| rest.starts_with(**operator) && !rest.starts_with("=="));
        if let Some(operator) = operator {
            self.rest = rest.get(operator.len()..)?;
            let right = self.expression(0)?;
            let value = match operator.strip_suffix('=') {
                Some("") | None => right,
                Some(operator) => combine(operator, self.variable(name)?, right)?,
            };
            self.assigned.push((name.to_owned(), Value::Known(value.to_string())));
            return Some(value);
        }
        let value = self.variable(name)?;
        let step = if self.eat("++") {
            1
        } else if self.eat("--") {
            -1
        } else {
            return Some(value);
        };
        let next = value.checked_add(step)?;
        self.assigned.push((name.to_owned(), Value::Known(next.to_string())));
        Some(value)
    }

    fn variable(&mut self, name: &str) -> Option<i64> {
        if let Some((_, value)) = self.assigned.iter().rev().find(|(known, _)| known == name) {
            return number_of(value.known()?);
        }
        match self.names.variable(name) {
            Value::Known(text) if text.trim().is_empty() => Some(0),
            Value::Known(text) => self.expanded(text.trim()),
            Value::Pattern(_) | Value::Unknown { .. } => None,
        }
    }

    /// The value of a variable, which is an expression itself.
    fn expanded(&mut self, text: &str) -> Option<i64> {
        let plain = match text.strip_prefix('-') {
            Some(text) => number_of(text).and_then(i64::checked_neg),
            None => number_of(text),
        };
        if plain.is_some() || self.depth >= DEEPEST || text.len() > LONGEST {
            return plain;
        }
        let assigned = std::mem::take(&mut self.assigned);
        let mut inner = Parser { rest: text, names: self.names, depth: self.depth + 1, assigned };
        let value = inner.whole();
        self.assigned = inner.assigned;
        if value.is_none() {
            self.assigned.extend(might_assign(text));
        }
        value
    }
}

fn number_of(text: &str) -> Option<i64> {
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return i64::from_str_radix(digits, 16).ok();
    }
    match text.strip_prefix('0').filter(|digits| !digits.is_empty()) {
        Some(digits) => i64::from_str_radix(digits, 8).ok(),
        None => text.parse().ok(),
    }
}

fn combine(operator: &str, left: i64, right: i64) -> Option<i64> {
    match operator {
        "**" => left.checked_pow(u32::try_from(right).ok()?),
        "*" => left.checked_mul(right),
        "/" => left.checked_div(right),
        "%" => left.checked_rem(right),
        "+" => left.checked_add(right),
        "-" => left.checked_sub(right),
        "<<" => left.checked_shl(u32::try_from(right).ok()?),
        ">>" => left.checked_shr(u32::try_from(right).ok()?),
        "&" => Some(left & right),
        "^" => Some(left ^ right),
        "|" => Some(left | right),
        "<=" => Some(i64::from(left <= right)),
        ">=" => Some(i64::from(left >= right)),
        "==" => Some(i64::from(left == right)),
        "!=" => Some(i64::from(left != right)),
        "<" => Some(i64::from(left < right)),
        ">" => Some(i64::from(left > right)),
        "&&" => Some(i64::from(left != 0 && right != 0)),
        "||" => Some(i64::from(left != 0 || right != 0)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;

    impl Names for Fixed {
        fn variable(&self, name: &str) -> Value {
            if name == "n" { Value::Known("5".to_owned()) } else { Value::unknown("x") }
        }

        fn home(&self) -> &str {
            ""
        }
    }

    #[test]
    fn variables_are_expressions() {
        for text in ["x", "x + 1", "a[x]", "1 ? x : 0"] {
            let names: Vec<String> =
                evaluate(text, &Expressions).assigned.into_iter().map(|(name, _)| name).collect();
            let expected: &[&str] = if text == "a[x]" { &[] } else { &["w"] };
            assert_eq!(names, expected, "{text}");
        }
        assert_eq!(evaluate("x + w", &Expressions).value, Some(14));
    }

    struct Expressions;

    impl Names for Expressions {
        fn variable(&self, name: &str) -> Value {
            Value::Known(if name == "x" { "y" } else { "w=7" }.to_owned())
        }

        fn home(&self) -> &str {
            ""
        }
    }

    #[test]
    fn constants_have_a_result() {
        for (text, value) in [
            ("1 + 2 * 3", Some(7)),
            ("(1+2)*3", Some(9)),
            ("-2 ** 2", Some(4)),
            ("n > 4 ? 10 : 20", Some(10)),
            ("0x10 + 010", Some(24)),
            ("1 << 4 | 3", Some(19)),
            ("n++ + n", Some(11)),
            ("x = 3, x + 1", Some(4)),
            ("7 % 4 == 3 && !0", Some(1)),
            ("unknown + 1", None),
            ("1 / 0", None),
            ("a[0]", None),
            ("1 +", None),
        ] {
            assert_eq!(evaluate(text, &Fixed).value, value, "{text}");
        }
        assert_eq!(evaluate(&"(".repeat(500), &Fixed).value, None);
        let assigned = evaluate("B = unknown", &Fixed).assigned;
        assert_eq!(assigned.first().map(|(name, _)| name.as_str()), Some("B"));
    }
}
