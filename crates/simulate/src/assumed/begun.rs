//! Files that a call itself puts whole text in, as far as its words tell: they were not there before.

/// The files that a command puts new text in by `>` or `tee`, by the part of their paths that is written out.
pub(super) fn files(command: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, sign) in command.match_indices('>').chain(command.match_indices("tee ")) {
        let (before, after) = command.split_at(at);
        let after = after.strip_prefix(sign).unwrap_or(after);
        let is_other = match sign {
            ">" => {
                before.ends_with(['>', '<', '-', '=', '&', '2', '3'])
                    || after.starts_with(['>', '&', '(', '='])
            }
            _ => before.ends_with(char::is_alphanumeric),
        };
        if !is_other {
            found.extend(named(after.strip_prefix('|').unwrap_or(after).trim_start_matches([' ', '\t'])));
        }
    }
    found
}

/// The name at the start of a text, without what a variable in it stands for.
fn named(text: &str) -> Option<String> {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''));
    let text = text.trim_start_matches(['"', '\'']);
    let ends = |letter: char| match quote {
        Some(quote) => letter == quote || letter == '\n',
        None => letter.is_whitespace() || ";|&<>()\"'`".contains(letter),
    };
    let word = text.split(ends).next()?;
    let own = match word.rfind(['$', '~']) {
        Some(at) => word.get(at..)?.split_once('/')?.1,
        None => word,
    };
    let own = own.trim_start_matches("../").trim_start_matches("./");
    (!own.is_empty() && !own.starts_with("-") && !own.contains(['*', '?', '[', '{'])).then(|| own.to_owned())
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_a_command_writes_anew() {
        for (command, expected) in [
            ("cat > a.sh <<X\nls\nX\nbash a.sh", "a.sh"),
            ("echo ls >/tmp/a.sh; sh /tmp/a.sh", "/tmp/a.sh"),
            ("cat <<X >\"$T/b c.py\"\nX", "b c.py"),
            ("echo ls >| ~/x/a.sh", "x/a.sh"),
            ("tee ./Makefile <<X", "Makefile"),
        ] {
            assert_eq!(super::files(command), [expected], "{command}");
        }
        for command in
            ["ls >> a.sh", "ls 2> a", "ls 2>&1", "tee -a x", "x => y", "cat <a", "echo > $X", "a > *.sh"]
        {
            assert!(super::files(command).is_empty(), "{command}: {:?}", super::files(command));
        }
    }
}
