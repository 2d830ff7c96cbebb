//! Text nobody can run here but somebody might: which commands of note are in it?

/// Words that may stand between a program and its subcommand.
const BETWEEN: usize = 12;

/// What a text asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sought {
    /// `git push`.
    pub push: bool,
    /// `gh pr merge`, `gh api`.
    pub merge: bool,
    /// A change to Countersign.
    pub tamper: bool,
}

impl Sought {
    /// Whether there is anything.
    pub const fn any(self) -> bool {
        self.push || self.merge || self.tamper
    }
}

/// Looks through a text, whatever its language: `["git", "push"]` is `git push`.
pub(crate) fn find(text: &str) -> Sought {
    let mut sought = Sought::default();
    if !["git", "gh", "countersign"].iter().any(|name| text.contains(name)) {
        return sought;
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '.');
    // Where one command ends and the next starts.
    for line in text.split([';', '\n', '|', '&']) {
        let words: Vec<&str> = line.split(|c: char| !is_part(c)).filter(|word| !word.is_empty()).collect();
        for (index, word) in words.iter().enumerate() {
            let rest = words.get(index + 1..).unwrap_or_default();
            let near = rest.get(..rest.len().min(BETWEEN)).unwrap_or_default();
            let follows = |names: &[&str]| near.iter().any(|word| names.contains(word));
            match word.rsplit('/').next().unwrap_or(word) {
                "git" => sought.push |= follows(&["push", "send-pack", "http-push"]),
                "git-push" | "git-send-pack" => sought.push = true,
                "gh" => sought.merge |= follows(&["merge", "api"]),
                "countersign" => {
                    sought.tamper |= rest.first().is_some_and(|next| {
                        ["uninstall", "approvals", "approve", "policy", "keys", "key", "reviewer", "install"]
                            .contains(next)
                    });
                }
                _ => {}
            }
        }
    }
    sought
}

/// Options whose value is prose.
pub(crate) fn introduces_prose(option: &str) -> bool {
    matches!(
        option,
        "-m" | "--message"
            | "--title"
            | "--body"
            | "--description"
            | "--notes"
            | "--comment"
            | "--subject"
            | "-t"
    )
}

/// Programs that only show what they are given.
pub(crate) fn shows(program: &str) -> bool {
    matches!(
        program,
        "man"
            | "tldr"
            | "info"
            | "apropos"
            | "whatis"
            | "cheat"
            | "notify-send"
            | "say"
            | "cowsay"
            | "figlet"
            | "logger"
            | "banner"
            | "espeak"
            | "terminal-notifier"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_commands_in_any_language() {
        for text in [
            "git push origin main",
            "import os; os.system('git -C x push')",
            "run([\"git\",\"push\"])",
            "`/usr/bin/git push`",
            "BEGIN{system(\"git push\")}",
            "git-push",
        ] {
            assert!(find(text).push, "{text}");
        }
        for text in
            ["github push", "git status; push x", "digit pushes", "legit push-up", "git log --grep=pushed"]
        {
            assert!(!find(text).push, "{text}");
        }
        assert!(find("gh pr merge 1").merge && find("countersign uninstall").tamper);
        assert!(!find("cd countersign && ls policy").tamper);
    }
}
