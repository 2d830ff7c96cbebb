//! What changes how git behaves: `git config`, `git remote`, `git -c`.

use countersign_model::{Effect, verbs};

use super::{Git, resolve};
use crate::context::{Context, Left};
use crate::word::{Value, Word};

/// Settings whose value is a program that git runs, or that lead git to other settings or places.
const ACTS: &[&str] = &[
    "alias.*", "core.hookspath", "core.sshcommand", "core.fsmonitor", "core.editor", "core.pager", "core.askpass", "core.gitproxy",
    "core.worktree", "core.attributesfile", "core.alternaterefscommand", "credential.*", "pager.*", "sequence.editor", "diff.external", "diff.*.command", "diff.*.textconv",
    "difftool.*", "mergetool.*", "merge.*.driver", "filter.*", "include.*", "includeif.*", "url.*", "remote.*", "branch.*", "push.*", "gpg.*", "ssh.*",
    "http.proxy", "http.*", "protocol.*", "init.templatedir", "uploadpack.*", "receive.*", "sendemail.*", "web.browser", "browser.*", "man.*",
    "interactive.difffilter", "submodule.*", "trailer.*", "tar.*", "uploadarchive.*", "extensions.*", "safe.*", "hook.*", "imap.*", "instaweb.*", "gc.recentobjectshook",
    "maintenance.*", "rebase.instructionformat", "bundle.*", "transfer.*", "fetch.bundleuri", "commit.template", "svn-remote.*", "lfs.*", "guitool.*", "help.autocorrect",
];

/// Settings given by `-c` that change where a push goes; they are followed, not feared.
const FOLLOWED: &[&str] =
    &["push.*", "branch.*", "remote.*.url", "remote.*.pushurl", "remote.*.push", "remote.*.mirror", "remote.pushdefault", "url.*", "alias.*", "submodule.recurse", "help.autocorrect"];

/// Settings whose value is a program that git then runs by itself.
const PROGRAMS: &[&str] = &[
    "core.hookspath", "core.sshcommand", "core.fsmonitor", "core.editor", "core.pager", "core.askpass", "core.gitproxy", "core.alternaterefscommand", "core.attributesfile", "credential.helper", "credential.*.helper", "pager.*",
    "sequence.editor", "diff.external", "diff.*.command", "diff.*.textconv", "difftool.*", "mergetool.*", "merge.*.driver", "filter.*", "include.*", "includeif.*", "gpg.program", "gpg.*.program", "gpg.ssh.defaultkeycommand", "remote.*.receivepack",
    "remote.*.uploadpack", "remote.*.vcs", "init.templatedir", "tar.*.command", "submodule.*.update", "guitool.*.cmd", "man.*.cmd", "man.*.path", "instaweb.httpd", "imap.tunnel", "gc.recentobjectshook",
    "lfs.customtransfer.*", "lfs.extension.*", "interactive.difffilter", "uploadpack.packobjectshook", "sendemail.*", "web.browser", "browser.*", "hook.*", "trailer.*", "protocol.*", "protocol.allow", "safe.*",
];

/// Values of these that start nothing of note.
const PLAIN: &[&str] = &["", "cat", "true", "false", ":", "less", "vi", "vim", "nvim", "nano", "emacs", "code --wait", "cache", "osxkeychain", "manager", "manager-core", "libsecret", "wincred", "checkout", "rebase", "merge", "none", "gzip -cn", "xz -c", "bzip2 -c", "zstd -c"];

/// Settings that only change how things look or are recorded.
const HARMLESS: &[&str] = &[
    "user.*", "author.*", "committer.*", "color.*", "advice.*", "format.pretty", "log.*", "status.*", "commit.gpgsign", "commit.verbose",
    "tag.gpgsign", "tag.sort", "core.quotepath", "core.autocrlf", "core.safecrlf", "core.eol", "core.filemode", "core.ignorecase", "core.abbrev",
    "core.longpaths", "core.symlinks", "core.untrackedcache", "core.preloadindex", "core.compression", "core.commentchar", "core.whitespace",
    "diff.algorithm", "diff.renames", "diff.colormoved", "diff.context", "diff.noprefix", "diff.mnemonicprefix", "merge.conflictstyle", "merge.ff",
    "pull.rebase", "pull.ff", "rebase.autosquash", "rebase.autostash", "rebase.updaterefs", "rerere.*", "init.defaultbranch", "gc.auto", "pack.*", "index.*",
    "column.*", "fetch.prune", "fetch.parallel", "http.postbuffer", "http.version", "http.lowspeedlimit", "http.lowspeedtime", "blame.*", "grep.*",
    "stash.*", "versionsort.*", "i18n.*", "feature.*", "apply.*", "push.autosetupremote", "protocol.version",
];

fn is_any(key: &str, patterns: &[&str]) -> bool {
    patterns.iter().any(|pattern| match pattern.split_once('*') {
        Some((before, after)) => key.len() >= pattern.len() - 1 && key.starts_with(before) && key.ends_with(after),
        None => key == *pattern,
    })
}

/// Settings that are a command line.
const COMMANDS: &[&str] = &["core.pager", "core.editor", "sequence.editor", "pager.*", "core.sshcommand", "diff.external", "core.fsmonitor"];

/// Whether a setting is a command line.
pub(super) fn is_command(key: &str) -> bool {
    is_any(key, COMMANDS)
}

/// Settings whose value git starts as a command, where something calls for it.
const STARTED: &[&str] = &[
    "core.askpass", "core.gitproxy", "core.alternaterefscommand", "gpg.program", "gpg.*.program", "gpg.ssh.defaultkeycommand", "filter.*.clean", "filter.*.smudge", "filter.*.process", "diff.*.textconv", "diff.*.command", "merge.*.driver",
    "trailer.*.cmd", "trailer.*.command", "tar.*.command", "interactive.difffilter", "difftool.*.cmd", "mergetool.*.cmd", "guitool.*.cmd", "man.*.cmd", "browser.*.cmd", "web.browser", "instaweb.httpd", "imap.tunnel", "gc.recentobjectshook",
    "uploadpack.packobjectshook", "remote.*.uploadpack", "remote.*.receivepack", "hook.*.command", "sendemail.sendmailcmd", "sendemail.tocmd", "sendemail.cccmd", "sendemail.headercmd", "lfs.customtransfer.*.path",
];

/// The command that git starts for a setting of this value.
fn started<'t>(key: &str, value: &'t str) -> Option<&'t str> {
    let is_helper = is_any(key, &["credential.helper", "credential.*.helper"]);
    match value.strip_prefix('!') {
        Some(command) if is_helper || is_any(key, &["submodule.*.update"]) => Some(command),
        // Other helpers are found by their names among git's own.
        _ if is_helper => value.starts_with('/').then_some(value),
        _ => is_any(key, STARTED).then_some(value),
    }
}

/// Whether a setting makes git run something of note.
pub(super) fn names_program(key: &str, value: &str) -> bool {
    let plain = PLAIN.contains(&value) && key != "core.hookspath";
    let connects = key == "core.sshcommand" && crate::environment::is_plain_ssh(value);
    is_any(key, PROGRAMS) && !is_any(key, HARMLESS) && !plain && !connects
}

/// Adds what one `-c key=value` adds.
pub(super) fn given(key: &str, value: &Value, context: &mut Context<'_>) {
    if is_any(key, HARMLESS) || is_any(key, FOLLOWED) {
        return;
    }
    let harmless = matches!(value.known(), Some("" | "cat" | "false" | "true" | ":" | "less" | "/dev/null" | "vi" | "vim" | "nano"));
    let names_program = is_any(key, &["core.pager", "core.editor", "sequence.editor", "pager.*", "core.hookspath", "core.fsmonitor", "diff.external", "credential.helper"]);
    if harmless && names_program {
        return;
    }
    if is_command(key) && value.known().is_some() {
        // What it runs is read.
        crate::environment::command(key, value, context);
        let connects = is_any(key, &["core.sshcommand"]);
        if connects && !value.known().is_some_and(crate::environment::is_plain_ssh) {
            context.hidden("git -c core.sshCommand=..", "git is told to run another program where it connects");
        }
        return;
    }
    if let Some(command) = value.known().and_then(|text| started(key, text)) {
        crate::environment::command(key, &Value::Known(command.to_owned()), context);
    }
    let what = format!("git -c {key}=..");
    context.opaque(&what, "this setting can make git run a program or go to another place");
}

/// `git config ..`
pub(super) fn config(git: &Git<'_>, context: &mut Context<'_>) {
    let operands = git.operands();
    let first = operands.first().map(|word| word.text()).unwrap_or_default();
    let reads = git.has(&["-l"])
        || ["--list", "--get", "--get-all", "--get-regexp", "--get-urlmatch", "--get-color", "--get-colorbool", "--name-only"].iter().any(|option| git.has(&[option]))
        || matches!(first, "list" | "get");
    let edits = git.has(&["--edit", "-e", "--unset", "--unset-all", "--add", "--replace-all", "--rename-section", "--remove-section"])
        || matches!(first, "set" | "unset" | "edit" | "rename-section" | "remove-section")
        || git.words.iter().any(|word| word.value.is_unknown());
    let is_file = |text: &str| text == "-f" || (text.len() > 3 && "--file".starts_with(text));
    let file = git.words.iter().position(|word| is_file(word.text()));
    let attached = git.words.iter().find_map(|word| {
        let name = word.text().split('=').next().filter(|name| is_file(name) && name.starts_with("--"));
        match name {
            Some(name) => word.value.strip_prefix(&format!("{name}=")),
            None => word.value.strip_prefix("-f").filter(|value| !value.text().is_empty()),
        }
    });
    let named_file = file.and_then(|at| git.words.get(at + 1)).map(|word| word.value.clone()).or(attached);
    let skip = usize::from(matches!(first, "set" | "get" | "unset" | "list" | "edit")) + usize::from(file.is_some());
    // The word before it may be the value of an option that is not known here.
    let keys: Vec<String> = operands.iter().map(|word| resolve::canonical_key(word.text())).collect();
    let acting = keys.iter().find(|key| is_any(key, PROGRAMS) || is_any(key, ACTS)).filter(|key| !is_any(key, HARMLESS));
    let key = acting.or_else(|| keys.get(skip)).cloned().unwrap_or_default();
    let has_value = operands.len() > skip + 1;
    if reads || (!edits && !has_value) {
        named_file.iter().for_each(|value| context.read_value(value));
        let secret = key.starts_with("credential") || key.contains("token") || key.contains("extraheader");
        let verb = if secret { verbs::SECRET_READ } else { verbs::GIT_READ };
        context.push(git.here(verb));
        return;
    }
    if let Some(value) = named_file {
        context.write_value(&value);
    }
    let value = operands.get(skip + 1).map(|word| &word.value);
    if let Some(path) = trusted_file(git, &key, value, context) {
        context.write_value(&path);
    }
    let scope = if git.has_long("--global") || git.has_long("--system") { "for every repository" } else { "for this repository" };
    let why = if key.is_empty() || is_any(&key, ACTS) || !is_any(&key, HARMLESS) {
        format!("{key} can make git run a program or go to another place, {scope}")
    } else {
        format!("it sets {key} {scope}")
    };
    // What patches say of where files are depends on it.
    let acts = !is_any(&key, HARMLESS) || matches!(key.as_str(), "diff.noprefix" | "format.pretty");
    leaves(&operands, skip, edits, &key, context);
    changes(git, &why, acts, context);
}

/// Takes note of a setting that says where pushes go, for the calls that follow.
fn leaves(operands: &[&Word], skip: usize, edits: bool, key: &str, context: &mut Context<'_>) {
    let left = &mut context.state.world.left;
    match operands.get(skip..) {
        _ if !Left::is_destination(key) && !key.is_empty() => {}
        // Of an address that stands for another, or a file of settings, there may be several.
        Some([name, value]) if !edits || operands.first().is_some_and(|first| first.text() == "set") => match (name.known(), value.known()) {
            (Some(name), Some(value)) if resolve::canonical_key(name) == key && ["remote.", "branch.", "push."].iter().any(|section| key.starts_with(section)) => {
                left.sets(key, Some(value.to_owned()));
            }
            _ => left.loses_track(CONFIGURED),
        },
        _ => left.loses_track(CONFIGURED),
    }
}

const CONFIGURED: &str = "an earlier call changes git's configuration";

/// The file that changes, where what it then says is run by itself: a person's or the machine's
/// settings, and this repository's where they name a program.
fn trusted_file(git: &Git<'_>, key: &str, value: Option<&Value>, context: &Context<'_>) -> Option<Value> {
    if is_any(key, HARMLESS) {
        return None;
    }
    let plain = value.and_then(Value::known).is_some_and(|value| PLAIN.contains(&value));
    // Which of the usual editors and pagers it is, is a matter of taste.
    let is_taste = plain && is_command(key) && !is_any(key, &["core.sshcommand", "core.fsmonitor"]);
    if is_taste && git.has_long("--global") {
        return None;
    }
    let path = if git.has_long("--global") {
        format!("{}/.gitconfig", context.surroundings.home)
    } else if git.has_long("--system") {
        "/etc/gitconfig".to_owned()
    } else if is_any(key, PROGRAMS) && !(plain && key != "core.hookspath") {
        format!("{}/.git/config", git.repo.root.as_deref()?)
    } else {
        return None;
    };
    Some(Value::Known(path))
}

/// `git remote ..`
pub(super) fn remote(git: &Git<'_>, context: &mut Context<'_>) {
    let operands = git.operands();
    match operands.first().map(|word| word.text()) {
        None | Some("show" | "get-url" | "-v") => context.push(git.here(verbs::GIT_READ)),
        Some("update" | "prune") => super::local::fetches(git, context),
        Some(subcommand) => {
            leaves_remote(git, subcommand, &operands, context);
            if subcommand == "add" && adds(git, &operands, context) {
                context.push(git.here(verbs::GIT_CONFIG).because("it adds a place where fetches and pushes go"));
            } else {
                changes(git, "it changes where fetches and pushes go", true, context);
            }
        }
    }
}

/// Takes note of what becomes of a remote, for the calls that follow.
fn leaves_remote(git: &Git<'_>, subcommand: &str, operands: &[&Word], context: &mut Context<'_>) {
    let left = &mut context.state.world.left;
    let is_plain = git.words.iter().all(|word| word.known().is_some_and(|text| !text.starts_with('-') || ["-f", "--push"].contains(&text)));
    let names: Vec<&str> = operands.iter().skip(1).filter_map(|word| word.known()).collect();
    match (subcommand, names.as_slice()) {
        ("set-head" | "set-branches", _) => {}
        ("add", [name, address]) if is_plain => left.remote(name, Some(address)),
        ("set-url", [name, address]) if is_plain => {
            let last = if git.has_long("--push") { "pushurl" } else { "url" };
            left.sets(&format!("remote.{name}.{last}"), Some((*address).to_owned()));
        }
        ("remove" | "rm", [name]) => left.remote(name, None),
        _ => left.loses_track(CONFIGURED),
    }
}

/// Takes note of a remote that is added under a new name with nothing but its address; whether it is one.
fn adds(git: &Git<'_>, operands: &[&Word], context: &mut Context<'_>) -> bool {
    let [_, name, url] = operands else { return false };
    let (Some(name), Some(url)) = (name.known(), url.known()) else { return false };
    let is_plain = git.words.len() == operands.len() && !name.contains(['.', ' ', '"']);
    let is_new = matches!(git.repo.subsections("remote", context), Ok(names) if !names.iter().any(|known| known == name));
    let Some(home) = git.repo.owner().filter(|_| is_plain && is_new) else { return false };
    context.state.world.remotes_added.insert((home.to_owned(), name.to_owned()), url.to_owned());
    true
}

/// Says that configuration changes; what is read of it afterwards is not known if it `acts`.
fn changes(git: &Git<'_>, why: &str, acts: bool, context: &mut Context<'_>) {
    context.push(git.here(verbs::GIT_CONFIG).because(why));
    if acts {
        let earlier = "an earlier part of the command changes git's configuration".to_owned();
        context.state.world.configuration_changed = Some(earlier);
    }
}

/// An effect that says that a subcommand changes configuration as a side effect.
pub(super) fn side_effect(git: &Git<'_>, why: &str) -> Effect {
    git.here(verbs::GIT_CONFIG).because(why)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_because;

    #[test]
    fn reading_and_changing() {
        assert_snapshot!(check_because("git config --get user.name; git config user.name; git config list"), @"git.read /repo, read: -");
        assert_snapshot!(check_because("git config user.name x"), @"git.config /repo, write: it sets user.name for this repository");
        assert_snapshot!(check_because("git config core.hooksPath /tmp/x"), @"
        fs.write /repo/.git/config, write: git reads in it which programs to run
        git.config /repo, write: core.hookspath can make git run a program or go to another place, for this repository
        ");
        assert_snapshot!(check_because("git config --global alias.p '!git push origin main'"), @"
        fs.write /home/dev/.gitconfig, write: git reads in it which programs to run
        git.config /repo, write: alias.p can make git run a program or go to another place, for every repository
        ");
        assert_snapshot!(check_because("git config --system core.fsmonitor ./x; git config --glob credential.helper '!x'"), @"
        fs.write /etc/gitconfig, write: -
        git.config /repo, write: core.fsmonitor can make git run a program or go to another place, for every repository
        fs.write /home/dev/.gitconfig, write: git reads in it which programs to run
        ");
        assert_snapshot!(check_because("git config --global user.email x@example.com; git config core.editor vim"), @"git.config /repo, write: it sets user.email for every repository");
        for setting in ["core.editor vim", "core.pager less", "sequence.editor nano", "core.editor 'code --wait'"] {
            assert!(!check_because(&format!("git config --global {setting}")).contains("fs.write"), "{setting}");
        }
        for setting in ["core.editor ./x", "core.pager 'less; ./x'", "core.fsmonitor true", "core.hooksPath vim", "include.path less", "core.editor"] {
            let found = check_because(&format!("git config --global {setting} \"$X\""));
            assert!(found.contains("fs.write /home/dev/.gitconfig"), "{setting}: {found}");
        }
        for setting in ["core.editor ./x", "core.pager 'less; ./x'", "core.hooksPath vim", "include.path less", "alias.s vim"] {
            assert!(check_because(&format!("git config --global {setting}")).contains("fs.write"), "{setting}");
        }
        assert!(check_because("git config --comment user.name core.sshCommand ./x").contains(".git/config"));
        assert_snapshot!(check_because("git config core.sshCommand ./x"), @"
        fs.write /repo/.git/config, write: git reads in it which programs to run
        git.config /repo, write: core.sshcommand can make git run a program or go to another place, for this repository
        ");
        for setting in ["tar.x.command ./x", "submodule.x.update '!./x'", "guitool.x.cmd ./x", "man.x.cmd ./x", "instaweb.httpd ./x", "imap.tunnel ./x", "gc.recentObjectsHook ./x"] {
            assert!(check_because(&format!("git config {setting}")).contains("fs.write /repo/.git/config"), "{setting}");
        }
        for setting in ["tar.tar.xz.command 'xz -c'", "submodule.x.update rebase", "gc.auto 0", "imap.host x"] {
            assert!(!check_because(&format!("git config {setting}")).contains("fs.write"), "{setting}");
        }
        assert_snapshot!(check_because("git remote -v; git remote get-url origin"), @"git.read /repo, read: -");
        assert_snapshot!(check_because("git remote set-url origin git@evil.example:x"), @"git.config /repo, write: it changes where fetches and pushes go");
    }
}
