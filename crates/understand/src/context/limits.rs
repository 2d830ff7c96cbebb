//! How much of one call is looked at: what is over a limit is opaque.

use super::Context;

/// Commands one call may hold; more are not looked at one by one.
const MOST_COMMANDS: usize = 1000;

/// Parts of the syntax tree that are walked, those of loops once for each value.
const MOST_STEPS: usize = 40_000;

/// Paths one call may name; what more there are can be any.
const MOST_PATHS: usize = 1000;

/// How deep commands and compound commands may hold each other.
const DEEPEST: usize = 48;

/// Bytes of shell text read in all, nested commands counted again.
const MOST_TEXT: usize = 4 * 64 * 1024;

impl Context<'_> {
    /// Counts one more command; false when there are too many to look at.
    pub fn counts_command(&mut self) -> bool {
        self.commands += 1;
        if self.commands > MOST_COMMANDS {
            self.gives_up("there are too many commands to look at each");
        }
        self.commands <= MOST_COMMANDS
    }

    /// Counts one more step along the syntax tree; false when there are too many.
    pub fn counts_step(&mut self) -> bool {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            self.gives_up("the command has too many parts to look at each");
        }
        self.steps <= MOST_STEPS
    }

    /// Counts one more path; false when there are too many to look at. A pattern is as much work as
    /// several paths.
    pub fn counts_path(&self, is_pattern: bool) -> bool {
        self.paths.set(self.paths.get() + if is_pattern { 8 } else { 1 });
        self.paths.get() <= MOST_PATHS
    }

    /// Counts text about to be read; false when there is too much of it.
    pub fn counts_text(&mut self, length: usize) -> bool {
        self.text = self.text.saturating_add(length);
        self.text <= MOST_TEXT
    }

    /// Whether so many commands were looked at that no more are.
    pub const fn is_spent(&self) -> bool {
        self.commands > MOST_COMMANDS
    }

    /// Goes one level deeper; false, and says so, when that is too deep.
    pub fn enters(&mut self) -> bool {
        if self.depth >= DEEPEST {
            self.gives_up("commands nest too deep");
            return false;
        }
        self.depth += 1;
        true
    }

    /// Comes back from where [`Self::enters`] went.
    pub const fn leaves(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Whether a part of it is not looked at.
    pub const fn has_given_up(&self) -> bool {
        self.given_up || self.hidden_rest
    }

    /// Says that the rest is not looked at, and what the words of the whole call give away. What the call itself
    /// says and is not looked at is hidden, as text that is made as it runs; a file that is too long is as any
    /// program nobody can see into.
    pub fn gives_up(&mut self, why: &str) {
        let is_first = !self.given_up && !self.hidden_rest;
        if self.chain.is_empty() {
            if !std::mem::replace(&mut self.hidden_rest, true) {
                self.hidden("the rest of the command", why);
            }
        } else if !std::mem::replace(&mut self.given_up, true) {
            self.opaque("the rest of the script", why);
        }
        if is_first {
            let whole = self.whole.clone();
            crate::families::unreadable(&whole, self);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{check, check_with};

    #[test]
    fn what_a_call_pads_itself_with_hides_the_rest() {
        let padded = format!("{}rm -r ~/work", "true;".repeat(1001));
        assert!(check(&padded).contains("exec.hidden the rest of the command"));
        assert!(!check(&"true;".repeat(999)).contains("the rest"));
    }

    #[test]
    fn a_script_that_is_too_long_is_opaque_and_hides_only_what_comes_after_it() {
        let long = "true\n".repeat(1001);
        let files = [("/repo/long.sh", long.as_str())];
        let alone = check_with("bash long.sh", &files);
        assert!(alone.contains("exec.opaque the rest of the script") && !alone.contains("exec.hidden"));
        assert!(
            check_with("bash long.sh; rm -r ~/work", &files).contains("exec.hidden the rest of the command")
        );
    }
}
