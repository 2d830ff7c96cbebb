//! Code that only says something: no calls but those of nox itself, nothing that is worked out.

/// What nox has called in a decorator.
const CALLED: &[&str] = &["nox.session", "session", "nox.parametrize", "parametrize", "nox.param"];

/// Whether code consists of names, numbers, plain texts and lists of them, and calls of nox.
pub(super) fn is_inert(code: &str) -> bool {
    let mut name = String::new();
    let mut letters = code.chars().peekable();
    let mut is_line_start = true;
    let mut was_value = false;
    while let Some(letter) = letters.next() {
        if letter.is_ascii_alphanumeric() || letter == '_' || letter == '.' {
            name.push(letter);
            (was_value, is_line_start) = (true, false);
            continue;
        }
        match letter {
            '"' | '\'' => {
                let worked_out = name.to_ascii_lowercase().contains(['f', 't']);
                let mut end = false;
                while let Some(inner) = letters.next() {
                    match inner {
                        '\\' => drop(letters.next()),
                        '{' if worked_out => return false,
                        '\n' => return false,
                        inner if inner == letter => {
                            end = true;
                            break;
                        }
                        _ => {}
                    }
                }
                if !end {
                    return false;
                }
                was_value = true;
            }
            '#' => while letters.next_if(|letter| *letter != '\n').is_some() {},
            '@' if is_line_start => was_value = false,
            '(' if was_value && !CALLED.contains(&name.as_str()) => return false,
            '[' if was_value => return false,
            '(' | '[' | '{' | ',' | '=' | '*' | '-' | ':' | '>' => was_value = false,
            ')' | ']' | '}' => was_value = true,
            '\n' => {
                is_line_start = true;
                was_value = false;
            }
            ' ' | '\t' => {
                if !name.is_empty() && letters.peek() == Some(&'(') {
                    return false;
                }
                name.clear();
                continue;
            }
            _ => return false,
        }
        is_line_start &= letter == '\n';
        name.clear();
    }
    true
}
