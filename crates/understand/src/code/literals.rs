//! What the texts in code that cannot be followed give away: paths outside the workspace beside words that change
//! files, and commands beside words that start programs. Language after language writes these alike.

use countersign_model::{Certainty, Effect, PathClass, Resource, Zone, verbs};

use crate::context::Context;
use crate::paths;
use crate::shell::{self, Place};
use crate::word::Value;

/// Longer code is not searched, in bytes.
const LONGEST: usize = 64 * 1024;
/// Texts that are looked at.
const MOST: usize = 200;

/// Parts of names of functions that remove.
const REMOVES: &[&str] =
    &["remove", "unlink", "rmtree", "rmdir", "rmsync", "rm_rf", "rm(", "delete", "truncate"];
/// ... that change.
const CHANGES: &[&str] = &[
    "write",
    "chmod",
    "chown",
    "rename",
    "replace",
    "copy",
    "link",
    "move",
    "mkdir",
    "touch",
    "open",
    "put_contents",
    "symlink",
    "setx",
    "utime",
    "spew",
    "save",
    "append",
];
/// ... that start programs.
const STARTS: &[&str] = &["system", "exec", "spawn", "popen", "subprocess", "shell", "execute", "`", "%x"];
/// How code names the user's home.
const HOME: &[&str] = &["home", "expanduser", "userprofile"];
/// How code decodes text.
const DECODES: &[&str] =
    &["b64decode", "base64", "fromhex", "unhexlify", "atob(", "unpack(", "decode64", "codecs."];

/// Adds what the texts in code give away.
pub(crate) fn look(code: &str, context: &mut Context<'_>) {
    if code.len() > LONGEST {
        return;
    }
    let lower = code.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let (removes, changes, starts) = (says(REMOVES), says(CHANGES), says(STARTS));
    if !(removes || changes || starts) {
        return;
    }
    if starts && says(DECODES) {
        let resource = Resource::Program { name: "code".to_owned() };
        context.push(
            Effect::new(verbs::EXEC_REMOTE_CODE, resource).because("it decodes text, and starts programs"),
        );
    }
    for text in texts(code).into_iter().take(MOST) {
        if starts && text.contains(' ') {
            let first = text.split_ascii_whitespace().next().unwrap_or_default();
            if crate::families::is_understood(first) {
                shell::run_apart(&text, Place::Within(context.here), context);
            }
        }
        if let Some(path) = path(&text, says(HOME), context).filter(|_| removes || changes) {
            changed(&path, removes, context);
        }
    }
}

/// Whether a module of power is asked for a function by a text: `require("fs")["rmSync"]`.
pub(crate) fn names_power_in_text(code: &str) -> bool {
    const MODULES: &[&str] =
        &["fs", "child_process", "promises", "vm", "module", "process", "os", "subprocess", "shutil"];
    [")[\"", ")['", ")[`"].iter().any(|access| {
        code.match_indices(access).any(|(at, _)| {
            let before = code.get(..at).unwrap_or_default().trim_end_matches(['"', '\'', '`']);
            MODULES.iter().any(|module| before.ends_with(module))
        })
    })
}

/// The absolute path that a text is, where it is one.
fn path(text: &str, home_is_named: bool, context: &Context<'_>) -> Option<String> {
    // Perl has the mode before the name.
    let text = text.trim_start_matches(['+', '>', '<']).trim();
    let home = &context.surroundings.home;
    let below = ["~/", "$HOME/", "${HOME}/", "$ENV{HOME}/", "#{Dir.home}/", "#{ENV['HOME']}/"];
    if let Some(rest) = below.iter().find_map(|start| text.strip_prefix(start)) {
        return Some(format!("{home}/{rest}"));
    }
    let plain = text.len() > 1 && text.len() < 512 && !text.contains(['\n', '*', '<', '>']);
    match text.strip_prefix('/').filter(|_| plain)? {
        rest if home_is_named && rest.starts_with('.') => Some(format!("{home}/{rest}")),
        rest if rest.starts_with(|c: char| c.is_ascii_alphanumeric()) => Some(text.to_owned()),
        _ => None,
    }
}

fn changed(path: &str, removes: bool, context: &mut Context<'_>) {
    let located = paths::locate(&Value::Known(path.to_owned()), context);
    if matches!(located.zone, Zone::Workspace | Zone::Temporary)
        && located.class < PathClass::ToolConfiguration
    {
        return;
    }
    let verb = if removes { verbs::FS_DELETE } else { verbs::FS_WRITE };
    let why = "code that cannot be followed names it beside words that change files";
    let resource = Resource::Path { path: located.path.clone(), zone: located.zone, class: located.class };
    if located.class == PathClass::Countersign {
        context.push(Effect::new(verbs::COUNTERSIGN_TAMPER, resource).certain(Certainty::Partial, why));
    } else {
        context.push(Effect::new(verb, resource).certain(Certainty::Partial, why));
    }
}

/// The texts between quotes of one kind or another, with their escapes read.
fn texts(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut letters = code.chars().peekable();
    while let Some(letter) = letters.next() {
        if !matches!(letter, '"' | '\'' | '`') {
            continue;
        }
        let mut text = String::new();
        while let Some(next) = letters.next() {
            match next {
                _ if next == letter => break,
                '\\' => text.extend(escape(&mut letters)),
                '\n' if letter != '`' => break,
                _ => text.push(next),
            }
        }
        // A text in a text: what `eval` is given.
        if text.contains(['"', '\'']) && found.len() < MOST {
            found.extend(texts(&text));
        }
        found.push(text);
        if found.len() >= MOST {
            break;
        }
    }
    found
}

/// The letter that an escape stands for: `\x2f`, `\u{2f}`, `\u002f`, `\057`, `\046`.
fn escape(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<char> {
    let kind = letters.next()?;
    let mut digits = |radix: u32, most: usize, first: Option<char>| {
        let mut number = first.and_then(|first| first.to_digit(radix)).unwrap_or(0);
        let braced = letters.peek() == Some(&'{');
        if braced {
            letters.next();
        }
        for _ in 0..if braced { 6 } else { most } {
            let Some(digit) = letters.peek().and_then(|next| next.to_digit(radix)) else { break };
            letters.next();
            number = number.wrapping_mul(radix).wrapping_add(digit);
        }
        if braced && letters.peek() == Some(&'}') {
            letters.next();
        }
        char::from_u32(number)
    };
    match kind {
        'x' => digits(16, 2, None),
        'u' => digits(16, 4, None),
        // Octal in most languages, decimal in Lua: a separator or a dot either way is what matters.
        '0'..='9' => match digits(8, 2, Some(kind)) {
            Some('&') => Some('.'),
            other => other,
        },
        'n' => Some('\n'),
        't' => Some('\t'),
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn paths_and_commands_in_code_that_cannot_be_followed() {
        for (command, expected) in [
            (r#"lua -e 'os.remove("/home/other/data")'"#, "fs.delete /home/other/data"),
            (r#"Rscript -e 'file.remove("/srv/data")'"#, "fs.delete /srv/data"),
            (r#"julia --eval 'rm("/srv/data")'"#, "fs.delete /srv/data"),
            (r#"perl -e 'unlink "\x{2f}srv\x{2f}data"; eval $x'"#, "fs.delete /srv/data"),
            (r#"php -r 'eval("unlink(\"/srv/data\");");'"#, "fs.delete /srv/data"),
            (r#"ruby -e 'File.send(:unlink, "/srv/data")'"#, "fs.delete /srv/data"),
            (r#"python3 -c 'getattr(os, "chmod")("/srv/data", 0)'"#, "fs.write /srv/data"),
            (r#"lua -e 'os.execute("git push origin main")'"#, "git.push main@origin"),
            (r#"lua -e 'os.remove(os.getenv("HOME").."/.tool/x")'"#, "fs.delete /home/dev/.tool/x"),
        ] {
            let found = check(command);
            assert!(found.contains(expected), "{command}: {found}");
        }
        for command in [
            r#"lua -e 'print("/srv/data")'"#,
            r#"lua -e 'io.write("see /srv/data")'"#,
            r#"Rscript -e 'unlink("/tmp/x")'"#,
        ] {
            let found = check(command);
            assert!(!found.contains("fs.delete") && !found.contains("fs.write"), "{command}: {found}");
        }
    }
}
