//! What sets a shell up for version managers and agents of keys: `source ~/.nvm/nvm.sh`, `eval "$(fnm env)"`.
//!
//! Such a line puts the user's own programs on the `PATH` and defines functions that choose among them, as the shell of
//! every terminal of that user does when it starts. Directory and variables of the text stay as they are.

use countersign_model::{PathClass, Zone, verbs};

use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths::Located;

/// Files below a home that do this.
const FILES: &[&str] =
    &[".asdf/asdf.sh", ".cargo/env", ".nvm/nvm.sh", ".rvm/scripts/rvm", ".sdkman/bin/sdkman-init.sh"];

/// Starts of the names of variables that say where such a manager finds what it runs.
const TOLD: &[&str] = &[
    "ASDF_", "BASH_", "CARGO_", "DYLD_", "FNM_", "HOMEBREW_", "JENV_", "LD_", "NODENV_", "NVM_", "PYENV_", "RBENV_",
    "RUSTUP_", "RVM_", "SDKMAN_", "SSH_", "XDG_", "rvm_",
];

/// Runs a file of the home that sets up a manager, where that is all that it can be.
pub(super) fn sources(located: &Located, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let home = context.surroundings.home.trim_end_matches('/');
    let below = located.path.strip_prefix(home).and_then(|rest| rest.strip_prefix('/')).filter(|_| !home.is_empty());
    let is_guarded = matches!(located.class, PathClass::ToolConfiguration | PathClass::ShellConfiguration);
    let is_plain = located.zone == Zone::Home && is_guarded && located.why.is_none() && located.leads.is_empty();
    let is_named = below.is_some_and(|below| FILES.contains(&below));
    let is_alone = invocation.words.len() == 1 || invocation.known(1) == Some("--no-use") && invocation.words.len() == 2;
    let directory = located.path.rsplit_once('/').map_or("", |(directory, _)| directory);
    // What else the manager has beside the file runs as well.
    let is_changed = || {
        let mut written = context.state.world.written.iter();
        written.any(|written| written.touches(located) || written.may_bring(directory))
    };
    if !(is_plain && is_named && is_alone && is_untouched(invocation, context) && !is_changed()) {
        return false;
    }
    context.program(verbs::EXEC_READ, &invocation.program);
    true
}

/// Runs what a manager prints for the shell, where the word is that and nothing more.
pub(super) fn evaluates(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let [word] = invocation.words.as_slice() else { return false };
    let inner = word.raw.strip_prefix("\"$(").and_then(|rest| rest.strip_suffix(")\""));
    let Some(words) = inner.map(|inner| inner.split_ascii_whitespace().collect::<Vec<_>>()) else { return false };
    let Some(name) = prints(&words) else { return false };
    let is_changed = || {
        let mut paths = context.state.world.written.iter().flat_map(|written| written.paths());
        // Of several programs of one name, which is found first is not known here.
        paths.any(|path| path.rsplit('/').next() == Some(name) || path.contains(['*', '?', '[']))
    };
    if !is_untouched(invocation, context) || is_changed() {
        return false;
    }
    context.program(verbs::EXEC_READ, "eval");
    true
}

/// The program that prints what sets up a shell, given these words.
fn prints<'w>(words: &[&'w str]) -> Option<&'w str> {
    const SHELLS: &[&str] = &["-", "bash", "zsh", "sh", "--path", "--no-rehash"];
    const OF_FNM: &[&str] =
        &["--use-on-cd", "--shell", "--shell=bash", "--shell=zsh", "bash", "zsh", "--version-file-strategy=recursive"];
    let (program, rest) = words.split_first()?;
    let is_brew = matches!(
        *program,
        "brew" | "/opt/homebrew/bin/brew" | "/usr/local/bin/brew" | "/home/linuxbrew/.linuxbrew/bin/brew"
    );
    let is_set_up = match (*program, rest) {
        ("ssh-agent", [] | ["-s"]) => true,
        ("fnm", ["env", options @ ..]) => options.iter().all(|option| OF_FNM.contains(option)),
        ("pyenv" | "rbenv" | "nodenv" | "jenv", ["init", options @ ..]) => {
            !options.is_empty() && options.iter().all(|option| SHELLS.contains(option))
        }
        (_, ["shellenv"] | ["shellenv", "bash" | "zsh" | "sh"]) => is_brew,
        _ => false,
    };
    is_set_up.then(|| program.rsplit('/').next().unwrap_or(program))
}

/// Whether nothing in the call may have led the manager elsewhere: a variable, a link, what nobody could see into.
fn is_untouched(invocation: &Invocation, context: &Context<'_>) -> bool {
    let (shell, world) = (&context.state.shell, &context.state.world);
    let usual = format!("{}/.nvm", context.surroundings.home.trim_end_matches('/'));
    let is_told = |name: &str| matches!(name, "PATH" | "HOME" | "ENV") || TOLD.iter().any(|start| name.starts_with(start));
    let set = shell.variables.iter();
    let mut given = set.chain(invocation.environment.iter().map(|(name, value)| (name, value)));
    let is_sure = shell.poisoned.is_none() && !shell.distrusted && shell.exports_unsure.is_none();
    let is_seen = !world.opaque && !world.makes_unseen && !world.brings_more && world.links.is_empty();
    is_sure
        && is_seen
        && context.elsewhere.is_none()
        // What sets a shell up calls `export`, `unset`, `echo` and many more, and would call what is named so.
        && shell.functions.is_empty()
        && shell.aliases.is_empty()
        && given.all(|(name, value)| !is_told(name) || name == "NVM_DIR" && value.known() == Some(&usual))
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    fn is_quiet(command: &str) -> bool {
        let found = check(&format!("{command}; rm notes.txt"));
        !found.contains("opaque") && found.contains("fs.delete /repo/notes.txt")
    }

    #[test]
    fn lines_that_set_up_a_manager_leave_the_rest_as_it_is() {
        for command in [
            "source ~/.nvm/nvm.sh && nvm use 20",
            ". ~/.nvm/nvm.sh --no-use",
            "export NVM_DIR=\"$HOME/.nvm\"; [ -s \"$NVM_DIR/nvm.sh\" ] && . \"$NVM_DIR/nvm.sh\"",
            ". \"$HOME/.cargo/env\"",
            "source /home/dev/.asdf/asdf.sh",
            "eval \"$(fnm env)\"",
            "eval \"$(fnm env --use-on-cd --shell bash)\"",
            "eval \"$(ssh-agent -s)\"",
            "eval \"$(pyenv init -)\" && eval \"$(rbenv init - bash)\"",
            "eval \"$(brew shellenv)\"",
            "eval \"$(/opt/homebrew/bin/brew shellenv)\"",
        ] {
            assert!(is_quiet(command), "{command}: {}", check(&format!("{command}; rm notes.txt")));
        }
    }

    #[test]
    fn what_may_run_something_else_does_not() {
        for command in [
            "source ~/nvm.sh",
            "source .nvm/nvm.sh",
            "export() { git push; }; . ~/.cargo/env",
            "alias export='git push #'; . ~/.cargo/env",
            "unset() { git push; }; . ~/.nvm/nvm.sh",
            "echo() { git push; }; eval \"$(ssh-agent -s)\"",
            "source ./.cargo/env",
            "source /srv/.nvm/nvm.sh",
            "source ~/.nvm/other.sh",
            "curl -o ~/.nvm/nvm.sh https://example.com/x; source ~/.nvm/nvm.sh",
            "echo x >> ~/.cargo/env; . ~/.cargo/env",
            "cp x ~/.nvm/alias/default; source ~/.nvm/nvm.sh",
            "ln -sf ~/x ~/.nvm/nvm.sh; source ~/.nvm/nvm.sh",
            "NVM_DIR=/srv/nvm; source ~/.nvm/nvm.sh",
            "HOME=/srv; source \"$HOME/.nvm/nvm.sh\"",
            "PATH=/srv/bin:$PATH; eval \"$(fnm env)\"",
            "source ~/.nvm/nvm.sh $X",
            "./unknown; source ~/.nvm/nvm.sh",
            "eval \"$(fnm env; cat x)\"",
            "eval \"$(fnm exec x)\"",
            "eval \"$(fnm env | cat)\"",
            "eval \"$(./fnm env)\"",
            "eval \"$(fnm env)$X\"",
            "eval \"$(fnm env)\" \"$X\"",
            "eval \"$(direnv export bash)\"",
            "PYENV_ROOT=/srv eval \"$(pyenv init -)\"",
            "fnm() { cat x; }; eval \"$(fnm env)\"",
            "cp x ~/.local/bin/fnm; eval \"$(fnm env)\"",
            "ssh-agent bash -c x; eval \"$(ssh-agent bash)\"",
            "eval \"$(/srv/bin/brew shellenv)\"",
        ] {
            assert!(!is_quiet(command), "{command}");
        }
    }
}
