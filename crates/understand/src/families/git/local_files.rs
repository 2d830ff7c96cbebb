//! Files outside git's own store that subcommands read or write: messages, patches, archives, and
//! what a comparison is given.

use countersign_model::{Answer, PathClass, Question, Zone};

use super::{Git, local, patching};
use super::super::dispatch;
use super::super::searching::{Listing, printed};
use crate::Workspace as _;
use crate::arguments::files::{Operands, touched};
use crate::arguments::programs::is_beginning;
use crate::context::Context;
use crate::invocation::Found;
use crate::paths;
use crate::word::{Value, Word};

/// Long options whose value is a file that is read, and may be shown or recorded.
const READS: &[&str] = &["file", "contents", "template", "add-file", "pathspec-from-file", "ignore-revs-file", "exclude-from", "signature-file", "cover-from-description"];

/// Adds the files of a subcommand that its own function does not look at.
pub(super) fn effects(git: &Git<'_>, context: &mut Context<'_>) {
    // Here `--cached` is no file's name.
    if git.subcommand != "rm" {
        touched(git.words, Operands::Skipped, context);
    }
    for (index, word) in git.words.iter().enumerate() {
        if let Some(value) = read_by(git, index, word) {
            secret(&value, context);
        }
    }
    let operands = git.operands();
    match git.subcommand.as_str() {
        "merge-file" => {
            let is_label = |index: usize| index.checked_sub(1).and_then(|before| git.words.get(before)).is_some_and(|word| word.text() == "-L");
            let files: Vec<&Word> = git.words.iter().enumerate().filter(|(index, word)| !is_label(*index) && !word.text().starts_with('-')).map(|(_, word)| word).collect();
            let prints = git.has_short('p') || git.has_long("--stdout");
            files.iter().take(1).filter(|_| !prints).for_each(|word| context.write(word));
            files.iter().for_each(|word| secret(&word.value, context));
        }
        "merge-index" => {
            let program = git.words.iter().position(|word| !matches!(word.text(), "-o" | "-q"));
            if let Some(mut nested) = program.and_then(|at| git.invocation.nested(git.index + 1 + at)) {
                nested.words = vec![Word::made(Value::unknown("a path that is not merged"))];
                nested.contiguous = false;
                let outside = std::mem::replace(&mut context.repeated, true);
                dispatch(nested, context);
                context.repeated = outside;
            }
        }
        "mv" => moved(&operands, context),
        "bundle" if operands.first().is_some_and(|word| word.text() == "create") => operands.iter().skip(1).take(1).for_each(|word| context.write(word)),
        "hash-object" | "interpret-trailers" | "blame" | "annotate" => operands.iter().for_each(|word| secret(&word.value, context)),
        "grep" => searched(git, &operands, context),
        "ls-files" => context.flow.found = names(git, &operands, None, context),
        "diff" => compared(git, &operands, context),
        "show" | "archive" | "whatchanged" | "format-patch" => operands.iter().for_each(|word| secret(&word.value, context)),
        "log" | "stash" if shows_changes(git) => {
            operands.iter().for_each(|word| secret(&word.value, context));
            lines(git, context);
        }
        "apply" | "am" => patching::effects(git, context),
        "checkout" | "restore" => {
            operands.iter().for_each(|word| restored(&word.value, context));
            for path in local::brought(git, context) {
                context.write_value(&path);
            }
        }
        _ => {}
    }
}

/// The file that an option makes git read.
fn read_by(git: &Git<'_>, index: usize, word: &Word) -> Option<Value> {
    let next = || git.words.get(index + 1).map(|word| word.value.clone());
    let text = word.text();
    if let Some(long) = text.strip_prefix("--") {
        let (name, attached) = long.split_once('=').map_or((long, false), |(name, _)| (name, true));
        READS.iter().find(|option| is_beginning(name, option))?;
        return if attached { word.value.strip_prefix(&format!("--{name}=")) } else { next() };
    }
    let letters: &[char] = match git.subcommand.as_str() {
        "commit" => &['F', 't'],
        "notes" | "tag" | "merge" => &['F'],
        "grep" => &['f'],
        _ => &[],
    };
    let bundle = text.strip_prefix('-')?;
    let at = bundle.find(letters)?;
    let prefix = text.get(..at + 2)?;
    let rest = word.value.strip_prefix(prefix)?;
    if rest.text().is_empty() && !rest.is_unknown() { next() } else { Some(rest) }
}

/// Secret files whose lines a search prints: those that are named, and those below where it looks.
fn searched(git: &Git<'_>, operands: &[&Word], context: &mut Context<'_>) {
    let mut patterns: Vec<Option<String>> = Vec::new();
    for (index, word) in git.words.iter().enumerate() {
        match word.text() {
            "-e" => patterns.push(git.words.get(index + 1).and_then(Word::known).map(str::to_owned)),
            text if text.starts_with("-e") => patterns.push(text.get(2..).map(str::to_owned)),
            text if text.starts_with("-f") => patterns.push(None),
            _ => {}
        }
    }
    let is_given = !patterns.is_empty();
    if !is_given {
        patterns.extend(operands.first().map(|word| word.known().map(str::to_owned)));
    }
    // After `-e`, the first may be its value.
    let places: Vec<&Word> = operands.iter().skip(usize::from(!is_given)).copied().collect();
    let letters = |word: &&Word| {
        let bundle = word.text().strip_prefix('-').filter(|rest| !rest.starts_with('-')).unwrap_or_default();
        bundle.chars().take_while(|letter| !"efABCmO".contains(*letter)).any(|letter| "lcqL".contains(letter))
    };
    let names_only = git.words.iter().take_while(|word| word.text() != "--").any(|word| letters(&word) && word.known().is_some())
        || ["--files-with-matches", "--name-only", "--count", "--quiet", "--files-without-match"].iter().any(|option| git.has_long(option));
    if names_only {
        context.flow.found = names(git, &places, Some(&patterns), context);
        return;
    }
    places.iter().for_each(|word| secret(&word.value, context));
    let is_pattern = |word: &Word| is_given && patterns.iter().any(|pattern| pattern.as_deref() == word.known());
    let mut directories: Vec<Value> = places.iter().filter(|word| !is_pattern(word)).map(|word| word.value.clone()).collect();
    let is_there = |value: &Value| {
        let path = paths::locate(value, context).path;
        !matches!(context.workspace.ask(&Question::Path { path }), Answer::Absent)
    };
    let plain = git.has_long("--no-index") || git.repo.root.is_none();
    if !directories.iter().any(is_there) {
        // Nothing, or commits: all of the tree.
        let here = Value::Known(".".to_owned());
        if plain {
            secret(&here, context);
        }
        directories.push(here);
    }
    let any = plain || git.has_long("--untracked") && git.has_long("--no-exclude-standard");
    printed::kept(&patterns, &directories, git.has_short('v') || git.has_long("--invert-match"), any, context);
}

/// The names of files that are printed, where they are printed as seen from the shell's own directory.
fn names(git: &Git<'_>, places: &[&Word], patterns: Option<&[Option<String>]>, context: &Context<'_>) -> Option<Found> {
    let is_plain = |word: &&Word| word.known().is_some_and(|text| !text.starts_with([':', '/']) && !text.contains(".."));
    let letters = if git.subcommand == "grep" { "lLrniEFPGwIaz" } else { "cz" };
    let is_known = |word: &Word| match word.known().map(|text| text.strip_prefix('-').unwrap_or_default()) {
        Some(long) if long.starts_with('-') => ["-", "-files-with-matches", "-name-only", "-cached", "-untracked"].contains(&long),
        Some(bundle) => bundle.chars().all(|letter| letters.contains(letter)),
        None => false,
    };
    let own = git.invocation.words.get(..git.index).unwrap_or_default();
    let unsure = !git.words.iter().all(is_known) || !own.iter().all(|word| matches!(word.text(), "--no-pager" | "-P"));
    if unsure || !places.iter().all(is_plain) {
        return None;
    }
    // A pattern or a commit: all that lies here.
    let is_place = |word: &&&Word| !word.text().contains(['*', '?', '[']) && matches!(context.file(&paths::locate(&word.value, context).path), Ok(Some(_)) | Err(_));
    let mut found: Vec<Value> = places.iter().filter(is_place).map(|word| word.value.clone()).collect();
    if found.len() < places.len() || found.is_empty() {
        found = vec![Value::Known(".".to_owned())];
    }
    let tracked = !git.has_long("--untracked");
    Some(Listing { places: found, names: Vec::new(), recursive: true, patterns, tracked }.found(context))
}

/// Whether what changed is shown, not only which files did.
fn shows_changes(git: &Git<'_>) -> bool {
    git.has_short('p') || git.has_short('u') || git.has_short('c') || git.has_long("--patch") || git.has_long("--full-diff")
        || git.words.iter().any(|word| ["-L", "-U", "-G", "-S", "--unified", "--patch-with", "--cc"].iter().any(|option| word.text().starts_with(option)))
}

fn secret(value: &Value, context: &mut Context<'_>) {
    if !value.is_unknown() && paths::locate(value, context).class == PathClass::Secret {
        context.read_value(value);
    }
}

/// `git log -L1,9:file`: the file after the range.
fn lines(git: &Git<'_>, context: &mut Context<'_>) {
    let ranges = git.words.iter().filter_map(|word| word.known()?.rsplit_once(':'));
    for (_, path) in ranges.filter(|(range, _)| !range.is_empty()) {
        secret(&Value::Known(path.to_owned()), context);
    }
}

/// A file that is put back as some commit has it: another commit's settings are other settings.
fn restored(value: &Value, context: &mut Context<'_>) {
    if !value.is_unknown() && matches!(paths::locate(value, context).class, PathClass::ToolConfiguration | PathClass::ShellConfiguration | PathClass::Countersign) {
        context.write_value(value);
    }
}

fn moved(operands: &[&Word], context: &mut Context<'_>) {
    let Some((target, sources)) = operands.split_last() else { return };
    for source in sources {
        context.moves(source);
        super::super::files::moved_to(source, &target.value, context);
        let name = source.text().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let inside = target.value.known().map(|target| Value::Known(format!("{}/{name}", target.trim_end_matches('/'))));
        inside.iter().for_each(|value| restored(value, context));
    }
    context.write(target);
}

/// Files that are compared. Outside the working tree git compares them as they are, asked to or not.
fn compared(git: &Git<'_>, operands: &[&Word], context: &mut Context<'_>) {
    let plain = git.has_long("--no-index");
    for word in operands.iter().filter(|word| !word.value.is_unknown() && !word.text().contains("..")) {
        let located = paths::locate(&word.value, context);
        if located.class == PathClass::Secret && (plain || located.zone != Zone::Workspace) {
            context.read(word);
        }
    }
    // Against a commit that may lack the file, or that has another: all its lines are shown.
    let sums = ["--stat", "--shortstat", "--numstat", "--name-only", "--name-status", "--summary", "--no-patch", "--quiet", "--raw"];
    let only_sums = (sums.iter().any(|option| git.has_long(option)) || git.has_short('s') || git.has_short('q')) && !git.has_short('p') && !git.has_short('U') && !git.has_long("--patch") && !git.has_long("--unified");
    let is_commit = |word: &&Word| {
        let located = paths::locate(&word.value, context);
        let is_there = || !matches!(context.workspace.ask(&Question::Path { path: located.path.clone() }), Answer::Absent);
        !word.text().starts_with('-') && (word.text().contains("..") || located.class != PathClass::Secret && !is_there())
    };
    let commits = git.words.iter().take_while(|word| word.text() != "--").filter(is_commit).count();
    if !only_sums && commits > 0 {
        operands.iter().for_each(|word| secret(&word.value, context));
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn what_is_written() {
        for command in ["git merge-index ./ship.sh -a", "git merge-index -o -q ./ship.sh a"] {
            assert!(check_with(command, &[("/repo/ship.sh", "git push origin main\n")]).contains("git.push main@origin"), "{command}");
        }
        assert!(!check("git merge-index git-merge-one-file -a").contains("git.push"));
        assert_snapshot!(check("git merge-file .claude/settings.json a b"), @"
        countersign.tamper /repo/.claude/settings.json, destroy
        git.merge /repo, write
        ");
        assert_snapshot!(check("git mv -f x .claude/settings.json"), @"
        fs.write /repo/x, write
        countersign.tamper /repo/.claude/settings.json/x, destroy
        countersign.tamper /repo/.claude/settings.json, destroy
        git.index /repo, write
        ");
        assert_snapshot!(check("git mv .claude x"), @"
        countersign.tamper /repo/.claude, destroy
        fs.write /repo/.claude, write
        fs.write /repo/x/.claude, write
        fs.write /repo/x, write
        git.index /repo, write
        ");
        assert_snapshot!(check("git archive -o.claude/settings.json HEAD; git archive --output-directory=.claude HEAD"), @"
        countersign.tamper /repo/.claude/settings.json, destroy
        git.read /repo, read
        fs.write /repo/.claude, write
        ");
        assert_snapshot!(check("git bundle create .claude/settings.json HEAD"), @"
        countersign.tamper /repo/.claude/settings.json, destroy
        git.read /repo, read
        ");
        assert_snapshot!(check("git checkout evil -- .claude/settings.json"), @"
        countersign.tamper /repo/.claude/settings.json, destroy
        git.discard /repo, destroy
        ");
    }

    #[test]
    fn secrets_that_are_recorded_or_shown() {
        for command in [
            "git commit -F ~/.ssh/id_rsa", "git commit -aF ~/.ssh/id_rsa", "git commit --fil=~/.ssh/id_rsa", "git notes add -F ~/.ssh/id_rsa", "git tag -F ~/.ssh/id_rsa v2",
            "git archive --add-file=~/.ssh/id_rsa HEAD", "git config -f ~/.git-credentials --list", "git config -f~/.git-credentials -l", "git config --fil ~/.git-credentials -l", "git diff --no-index /dev/null ~/.ssh/id_rsa",
            "git show HEAD -- .env", "git log -p -- .env", "git log -U3 --patch .env", "git archive HEAD .env", "git show HEAD~1 -- config/master.key",
            "git diff /dev/null ~/.ssh/id_rsa", "git hash-object -w ~/.ssh/id_rsa", "git grep --no-index . ~/.ssh", "git blame --contents ~/.ssh/id_rsa x",
        ] {
            let found = check(&command.replace("~/", "/home/dev/"));
            assert!(found.contains("secret.read"), "{command}: {found}");
        }
    }

    #[test]
    fn files_that_are_merged() {
        for command in ["git merge-file -p .env /dev/null /dev/null", "git merge-file --stdout -q .env a b", "git merge-file -p -L x -L y .env a b", "git merge-file -p a b .env", "git merge-file .env a b"] {
            assert!(check(command).contains("secret.read /repo/.env"), "{command}: {}", check(command));
        }
        for command in ["git merge-file -p a b c", "git merge-file -L .env -L b -L c a b c", "git merge-file -q a b c"] {
            assert!(!check(command).contains("secret"), "{command}: {}", check(command));
        }
        assert!(check("git merge-file -L x a b c").contains("fs.write /repo/a"));
    }

    #[test]
    fn lines_of_secret_files_that_git_keeps() {
        let files = [("/repo/src/.env", "STRIPE_KEY=x\n")];
        for command in [
            "git grep STRIPE src", "git grep -n -e nothing -e STRIPE -- src", "git grep -eSTRIPE src", "cd src && git grep STRIPE", "cd src && git grep -h STRIPE_ HEAD", "git grep -v nothing src",
            "git grep -n SECRET -- .env", "git grep -e SECRET .env", "git grep -eclose .env", "git grep -f patterns src", "git show HEAD:.env", "git archive HEAD .env | tar xO",
        ] {
            let found = check_with(command, &files);
            assert!(found.contains("secret.read"), "{command}: {found}");
        }
        for command in [
            "git grep STRIPE", "git grep other src", "git grep -l STRIPE src", "git grep -ic STRIPE src", "git grep --name-only STRIPE src", "git grep STRIPE -- docs", "git grep foo",
            "git grep -n SECRET -- src/a.rs", "git show HEAD:src/a.rs", "git archive HEAD src",
        ] {
            let found = check_with(command, &files);
            assert!(!found.contains("secret.read"), "{command}: {found}");
        }
    }

    #[test]
    fn secrets_of_other_commits() {
        for command in ["git log -L1,9:.env", "git log -L 1,9:.env", "git diff 4b825dc6 -- .env", "git diff HEAD~1..HEAD -- .env", "git archive HEAD | tar xO .env", "tar -xOf x.tar .env"] {
            assert!(check(command).contains("secret.read /repo/.env"), "{command}: {}", check(command));
        }
        for command in ["git log -L1,9:src/a.rs", "git diff HEAD~1 --stat -- .env", "git diff -- .env", "git archive HEAD | tar xO src/a.rs", "git log -L:f:src/a.rs"] {
            assert!(!check(command).contains("secret.read"), "{command}: {}", check(command));
        }
    }

    #[test]
    fn ordinary_work_reads_no_secrets() {
        for command in ["git add -f .env.example src/a.rs", "git commit -m 'read .env'", "git diff -- .env", "git log --oneline -- .env", "git show HEAD -- src/a.rs .env.example", "git log -p -- src", "git archive HEAD src", "git diff main..feature", "git commit -am 'x=1'"] {
            assert!(!check(command).contains("secret.read"), "{command}");
        }
    }
}
