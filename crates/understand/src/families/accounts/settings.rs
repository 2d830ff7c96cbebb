//! The settings of a block of a configuration: `name = value`, in it and in the blocks inside it.

/// What a setting says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting<'t> {
    /// This text, in quotes, with what is put into it as it stands there.
    Text(&'t str),
    /// What stands there instead of a text, such as `var.profile`.
    Other(&'t str),
}

impl<'t> Setting<'t> {
    /// What stands there instead of a text, such as `var.profile`, also where it is all that is put into one.
    pub fn expression(self) -> Option<&'t str> {
        match self {
            Self::Text(text) => {
                let text = text.split('"').next().unwrap_or(text);
                let inner = text.strip_prefix("${")?.strip_suffix('}')?;
                (!inner.contains("${")).then(|| inner.trim())
            }
            // What stands behind a blank and a sign is a remark.
            Self::Other(text) => {
                let end = [" #", " //", "\t#", "\t//"].iter().filter_map(|sign| text.find(sign)).min();
                Some(text.get(..end.unwrap_or(text.len())).unwrap_or(text).trim())
            }
        }
    }
}

/// The settings with their names.
pub(super) fn of(block: &str) -> Vec<(&str, Setting<'_>)> {
    let mut found = Vec::new();
    let mut rest = block;
    while !rest.is_empty() {
        let end = end(rest);
        let piece = rest.get(..end).unwrap_or(rest);
        if let Some((name, value)) = piece.split_once('=') {
            let value = value.trim();
            let text = value.strip_prefix('"').map(|text| text.strip_suffix('"').unwrap_or(text));
            found.push((name.trim(), text.map_or(Setting::Other(value), Setting::Text)));
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    found
}

/// Where a piece ends: at a line's end, a brace or a comma that stands in no text.
fn end(text: &str) -> usize {
    let mut is_text = false;
    // How deep it is in what is put into a text.
    let mut depth = 0_usize;
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        match letter {
            '\n' => return at,
            '"' if depth == 0 && before != '\\' => is_text = !is_text,
            '{' if is_text && (depth > 0 || before == '$') => depth += 1,
            '}' if is_text => depth = depth.saturating_sub(1),
            '{' | '}' | ',' if !is_text => return at,
            _ => {}
        }
        before = letter;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{Setting, of};

    #[test]
    fn texts_and_others() {
        let block = "provider \"aws\" {\n  profile = var.profile\n  a = \"${var.b[\"c\"]}/d\" # e\n  f { g = \"h, {i}\", j = null }\n";
        let expected = [
            ("profile", Setting::Other("var.profile")),
            ("a", Setting::Text("${var.b[\"c\"]}/d\" # e")),
            ("g", Setting::Text("h, {i}")),
            ("j", Setting::Other("null")),
        ];
        assert_eq!(of(block), expected);
        assert_eq!(of("a = \"b"), [("a", Setting::Text("b"))]);
        assert_eq!(of(""), []);
    }

    #[test]
    fn expressions() {
        for (setting, expression) in [
            (Setting::Other("var.a # b"), Some("var.a")),
            (Setting::Other("var.a != null ? 1 : 2"), Some("var.a != null ? 1 : 2")),
            (Setting::Text("${var.a}\" # b"), Some("var.a")),
            (Setting::Text("${var.a}-${var.b}"), None),
            (Setting::Text("var.a"), None),
        ] {
            assert_eq!(setting.expression(), expression, "{setting:?}");
        }
    }
}
