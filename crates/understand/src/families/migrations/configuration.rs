//! Whether Laravel's `config/database.php` takes a connection from the variables, as the framework's own does. It is
//! code: whatever is more than the plain settings may name another host.

/// Whether the text is of plain settings whose default connection and host come from the variables. `has_host` says
/// that the variable of the host is set, as what stands there for one that is not may be any.
pub(super) fn takes_variables(text: &str, connection: &str, has_host: bool) -> bool {
    let Some(plain) = plain(text) else { return false };
    let once = |part: &str| plain.matches(part).count() == 1;
    let defaults = plain.matches("'default'=>").count() - plain.matches("'default'=>[").count();
    let start = format!("'{connection}'=>");
    let is_plain = once("return") && once("'connections'=>[") && once(&start) && defaults == 1 && plain.contains("'default'=>env('DB_CONNECTION'");
    let section = plain.split_once(&format!("{start}[")).and_then(|(_, rest)| items(rest));
    is_plain && section.is_some_and(|section| is_usual(&section, connection, has_host))
}

/// Whether every setting of a connection is one, and those that say where it is come from the variables.
fn is_usual(section: &[&str], connection: &str, has_host: bool) -> bool {
    let mut names = Vec::new();
    for item in section {
        let Some((name, value)) = item.strip_prefix('\'').and_then(|rest| rest.split_once("'=>")) else { return false };
        let is_name = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        let usual = match name {
            "url" => matches!(value, "env('DB_URL')" | "env('DATABASE_URL')"),
            "host" if has_host => value.strip_prefix("env('DB_HOST'").is_some_and(|rest| rest == ")" || is_literal(rest)),
            "host" => matches!(value, "env('DB_HOST')" | "env('DB_HOST','127.0.0.1')" | "env('DB_HOST','localhost')"),
            "database" if connection == "sqlite" => value.starts_with("env('DB_DATABASE',"),
            "read" | "write" => false,
            _ => true,
        };
        if !is_name || !usual || names.contains(&name) {
            return false;
        }
        names.push(name);
    }
    names.contains(&if connection == "sqlite" { "database" } else { "host" })
}

/// Whether the end of a call has one more plain text.
fn is_literal(rest: &str) -> bool {
    let text = rest.strip_prefix(",'").and_then(|rest| rest.strip_suffix("')"));
    text.is_some_and(|text| !text.contains('\''))
}

/// The parts of a list that the text begins within.
fn items(text: &str) -> Option<Vec<&str>> {
    let (mut found, mut depth, mut from, mut in_text) = (Vec::new(), 0_usize, 0, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '\'' => in_text = !in_text,
            _ if in_text => {}
            '[' | '(' => depth += 1,
            ']' if depth == 0 => {
                found.push(text.get(from..at)?);
                return Some(found.into_iter().filter(|item| !item.is_empty()).collect());
            }
            ']' | ')' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                found.push(text.get(from..at)?);
                from = at + 1;
            }
            _ => {}
        }
    }
    None
}

/// The text without comments and blanks, all quotes the same; none where it has more than settings.
fn plain(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.strip_prefix("<?php")?.chars().peekable();
    let mut quote = None;
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            // What a text hides: other letters, variables, the other kind of quotes.
            (Some('"'), '\\' | '$') | (Some(_), '`') => return None,
            (Some(open), '\'' | '"') if letter != open => return None,
            (Some('\''), '\\') if letters.peek() == Some(&'\'') => return None,
            (Some(open), _) if letter == open => {
                quote = None;
                plain.push('\'');
            }
            (Some(_), _) if letter.is_whitespace() => {}
            (Some(_), _) => plain.push(letter),
            (None, '\'' | '"') => {
                quote = Some(letter);
                plain.push('\'');
            }
            (None, '/') if letters.peek() == Some(&'/') => to_end_of_line(&mut letters)?,
            (None, '#') => to_end_of_line(&mut letters)?,
            (None, '/') if letters.peek() == Some(&'*') => {
                letters.next();
                let mut before = ' ';
                loop {
                    let letter = letters.next()?;
                    if (before, letter) == ('*', '/') {
                        break;
                    }
                    before = letter;
                }
            }
            (None, '$' | '`' | '{' | '}') => return None,
            (None, _) if letter.is_whitespace() => {}
            (None, _) => plain.push(letter),
        }
    }
    const MORE: &[&str] = &["...", "?>", "<<<", "array_merge", "array_replace", "include", "require", "eval", "config(", "array("];
    (quote.is_none() && !MORE.iter().any(|part| plain.contains(part))).then_some(plain)
}

/// Skips a comment; none where it may end the code, or is no comment but an attribute.
fn to_end_of_line(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<()> {
    if letters.peek() == Some(&'[') {
        return None;
    }
    let mut before = ' ';
    for letter in letters {
        if (before, letter) == ('?', '>') {
            return None;
        }
        if matches!(letter, '\n' | '\r') {
            break;
        }
        before = letter;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::takes_variables;

    fn file(section: &str) -> String {
        format!(
            "<?php\n\nuse Illuminate\\Support\\Str;\n\nreturn [\n    /*\n    | Default 'host'\n    */\n    'default' => env('DB_CONNECTION', 'sqlite'),\n    'connections' => [\n        'mysql' => [\n            'driver' => 'mysql',\n            'url' => env('DB_URL'),\n            {section}\n\
                         'port' => env('DB_PORT', '3306'),\n            'options' => extension_loaded('pdo_mysql') ? array_filter([\n                PDO::MYSQL_ATTR_SSL_CA => env('MYSQL_ATTR_SSL_CA'),\n            ]) : [],\n        ],\n    ],\n    'redis' => ['default' => ['host' => env('REDIS_HOST')], 'options' => ['prefix' => Str::slug(env('APP_NAME', 'laravel'), '_').'_database_']],\n];\n"
        )
    }

    #[test]
    fn hosts_of_the_variables() {
        for section in [
            "'host' => env('DB_HOST', '127.0.0.1'),", "\"host\" => env(\"DB_HOST\", \"127.0.0.1\"),", "'host' => env('DB_HOST'), // 'host' => 'db.prod.example',",
            "# 'host' => 'db.prod.example',\n 'host' => env('DB_HOST', 'localhost'),", "/* 'host' => 'x', */ 'host' => env('DB_HOST', 'localhost'), 'sticky' => true,",
        ] {
            assert!(takes_variables(&file(section), "mysql", false), "{section}");
        }
        assert!(takes_variables(&file("'host' => env('DB_HOST', 'db'),"), "mysql", true));
    }

    #[test]
    fn other_hosts() {
        for section in [
            "// 'host' => env('DB_HOST', '127.0.0.1'),\n 'host' => 'db.prod.example',", "# 'host' => env('DB_HOST', '127.0.0.1'),\n 'host' => 'db.prod.example',",
            "/* 'host' => env('DB_HOST', '127.0.0.1'), */ 'host' => 'db.prod.example',", "'host' => env('DB_HOST', '127.0.0.1'), \"host\" => 'db.prod.example',",
            "'host' => env('DB_HOST', '127.0.0.1'), 'options' => [], 'host' => 'db.prod.example',", "'host' => env('DB_HOST', '127.0.0.1'), \"ho\\x73t\" => 'db.prod.example',",
            "'host' => env('DB_HOST', '127.0.0.1'), 'ho'.'st' => 'db.prod.example',", "'host' => env('DB_HOST', '127.0.0.1'), ...$more,", "'host' => env('DB_HOST', '127.0.0.1') . '.prod.example',",
            "'host' => env('DB_HOST', '127.0.0.1'), 'write' => ['host' => 'x'],", "'host' => env('DB_HOST', 'db.prod.example'),", "'host' => env('DB_HOST_2', '127.0.0.1'),", "",
            "'host' => env('DB_HOST', '127.0.0.1'), ], 'mysql' => [ 'host' => 'db.prod.example',",
        ] {
            assert!(!takes_variables(&file(section), "mysql", false), "{section}");
        }
        assert!(!takes_variables("not php", "mysql", true));
        assert!(!takes_variables(&file("'host' => env('DB_HOST'),").replace("return [", "return array_merge($x, ["), "mysql", true));
    }
}
