//! The users of this machine, from `/etc/passwd`.
//!
//! A static program cannot ask the name service without loading libraries, which is what a static
//! program is for not doing. Users that are only in a directory service are not found: their
//! installation must be a user install.

use std::path::PathBuf;

/// A user of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The login name.
    pub name: String,
    /// The numeric id.
    pub id: u32,
    /// The numeric id of the user's group.
    pub group: u32,
    /// The home directory.
    pub home: PathBuf,
}

/// The users of this machine; none where the file cannot be read.
pub fn users() -> Vec<User> {
    parse(&std::fs::read_to_string("/etc/passwd").unwrap_or_default())
}

fn parse(text: &str) -> Vec<User> {
    text.lines().filter_map(user).collect()
}

fn user(line: &str) -> Option<User> {
    let mut fields = line.split(':');
    let name = fields.next().filter(|name| !name.is_empty())?.to_owned();
    let id = fields.nth(1)?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    let home = PathBuf::from(fields.nth(1)?);
    home.is_absolute().then_some(User { name, id, group, home })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_users_and_skips_other_lines() {
        let text =
            "root:x:0:0:root:/root:/bin/bash\n# comment\nbad:x:y\ndev:x:1000:1001:Dev,,,:/home/dev:/bin/sh\n";
        let users = parse(text);
        assert_eq!(users.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["root", "dev"]);
        assert_eq!(users[1], User { name: "dev".into(), id: 1000, group: 1001, home: "/home/dev".into() });
    }
}
