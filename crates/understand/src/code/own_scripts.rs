//! Scripts that a command writes and runs, and that nobody can follow.

use super::source::MOST_WRITTEN;
use crate::Wrote;
use crate::context::World;
use crate::paths::Located;

impl World {
    /// Says that a file ran that nobody can follow.
    pub fn ran(&mut self, located: &Located) {
        if located.why.is_none() && self.scripts.len() < MOST_WRITTEN {
            self.scripts.push(located.path.clone());
        }
    }

    /// Whether a file is such a one, and the command itself wrote it once: it is still that file, or one that the
    /// script put there, which it could have removed as well.
    pub fn is_own_script(&self, located: &Located) -> bool {
        let mut touching = self.written.iter().filter(|written| written.touches(located));
        let is_whole = touching.next().is_some_and(|written| {
            written.path() == Some(located.path.as_str())
                && matches!(written.holds_in_the_end(), Wrote::Text(_) | Wrote::Copied { .. })
        });
        is_whole && self.scripts.contains(&located.path) && touching.next().is_none()
    }
}

#[cfg(test)]
mod tests {
    /// Whether a command removes what may not come back.
    fn loses(command: &str, files: &[(&str, &str)]) -> bool {
        let effects = crate::fixture::understood(command, files).effects;
        effects.iter().any(|effect| {
            effect.verb == countersign_model::verbs::FS_DELETE
                && effect.reversible == countersign_model::Reversible::No
        })
    }

    #[test]
    fn a_script_that_the_command_wrote_is_its_own() {
        for command in [
            "echo 'import shop' > c.py && python3 c.py; rm c.py",
            "cat > c.mjs <<'X'\nimport x from 'others'\nX\nnode c.mjs; rm -f c.mjs",
            "cp /repo/src/a.rs c.py; uv run python c.py && rm c.py",
        ] {
            assert!(!loses(command, &[]), "{command}");
        }
        let there = [("/repo/c.py", "import shop"), ("/home/dev/notes", "x"), ("/repo/notes", "x")];
        for command in ["echo 'import shop' > c.py && python3 c.py; rm c.py", "python3 c.py; rm c.py"] {
            assert!(loses(command, &there), "{command}");
        }
        for command in [
            "echo 'import shop' > d.py; mv notes d.py; python3 d.py; rm d.py",
            "echo 'import shop' > d.py; python3 d.py; mv notes d.py; rm d.py",
            "mv notes d.py; python3 d.py; rm d.py",
            "echo 'import shop' > d.py; python3 d.py; rm notes",
            "echo 'import shop' > d.py; python3 d.py; rm -rf ../repo/[nd]*",
            "echo x > result; echo 'import shop' > d.py; python3 d.py; rm result",
            "echo 'import shop, os; os.rename(\"notes\", \"d.py\")' > d.py; python3 d.py; rm d.py",
        ] {
            assert!(loses(command, &there[1..]), "{command}");
        }
    }
}
