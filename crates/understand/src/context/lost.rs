//! Whether what is deleted is lost: git has it, or a program writes it anew.

use countersign_model::{Answer, PathClass, Question, Zone};

use super::Context;
use super::special_files::is_git_internal;
use crate::Workspace as _;
use crate::paths::{self, Located};
use crate::word::Value;

/// Directories below which all is built, so that nobody need look there for files of a name.
const PASSING: &[&str] =
    &["node_modules", "target", ".venv", "__pycache__", ".next", ".gradle", ".tox", ".mypy_cache"];

/// What besides need not be told where only ignored files are meant: more of what is built, and git's own directory.
const BUILT: &[&str] =
    &["./.git", ".nuxt", ".parcel-cache", ".pytest_cache", ".ruff_cache", ".turbo", "dist"];

/// Ends of the names of files that programs write for themselves, which git ignores where that is so: sorted.
const BY_THE_WAY: &[&str] = &[
    "a",
    "cache",
    "class",
    "coverprofile",
    "d",
    "dll",
    "dylib",
    "gcda",
    "gcno",
    "hprof",
    "lcov",
    "log",
    "map",
    "o",
    "obj",
    "orig",
    "pid",
    "pprof",
    "prof",
    "profdata",
    "profraw",
    "pyc",
    "pyo",
    "rej",
    "so",
    "swo",
    "swp",
    "temp",
    "tmp",
    "tsbuildinfo",
];
/// Whole names of such files: sorted.
const BY_THE_WAY_NAMES: &[&str] = &[
    ".DS_Store",
    ".coverage",
    ".eslintcache",
    ".stylelintcache",
    "Thumbs.db",
    "cover.out",
    "coverage.out",
    "coverage.txt",
    "coverage.xml",
    "junit.xml",
    "nohup.out",
];

/// Directories of what a build makes, where git ignores them: by these names alone they may hold anything.
const MADE: &[&str] = &["bin", "coverage", "out"];

impl Context<'_> {
    /// Whether everything that a deletion of `value` reaches comes back from git or is written anew; `Err`: what would
    /// not, where that is known.
    pub(super) fn is_kept(&self, value: &Value, located: &Located) -> Result<(), Option<String>> {
        let is_pattern = match value {
            Value::Pattern(_) => true,
            Value::Known(_) => false,
            Value::Unknown { .. } => return Err(None),
        };
        if !is_pattern && (self.is_absent(located) || self.is_link(value, located)) {
            return Ok(());
        }
        let is_plain = located.zone == Zone::Workspace
            && located.leads.is_empty()
            && located.class != PathClass::Countersign;
        // Of a file by its name git is only asked where it could help.
        let is_named = || is_by_the_way(&located.path) || MADE.contains(&paths::split(&located.path).1);
        let is_asked = if is_pattern { is_simple(&located.path) } else { is_named() };
        let top = self.top().filter(|top| paths::is_within(&located.path, top));
        let world = &self.state.world;
        let is_changed = world.tree_changed.is_some()
            || world.opaque
            || world.written.iter().any(|written| written.may_bring(&located.path));
        let Some(top) = top.filter(|_| is_plain && is_asked && !is_changed) else { return Err(None) };
        // A part that stands for any directory may stand for none or several.
        let pattern = located.path.replace("/*/", "/*");
        let question = Question::Lost {
            repository: top.to_owned(),
            pattern,
            passing: PASSING.iter().map(|name| (*name).to_owned()).collect(),
        };
        let Answer::Values { values } = self.workspace.ask(&question) else { return Err(None) };
        let is_lost = |line: &&String| match line.split_once('\t') {
            Some(("ignored", path)) => !self.is_made(top, path),
            _ => true,
        };
        match values.iter().find(is_lost).map(|line| line.split_once('\t')) {
            None => Ok(()),
            Some(Some(("changed", path))) => Err(Some(format!("git does not have the changes in `{path}`"))),
            Some(Some((_, path))) => Err(Some(format!("git does not have `{path}`"))),
            Some(None) => Err(None),
        }
    }

    /// What a deletion of what git keeps would lose: changes there that no commit and no stage has, as far as git says.
    pub(super) fn unkept_changes(&self, located: &Located) -> Option<String> {
        let top = self.top().filter(|top| paths::is_within(&located.path, top))?;
        let question = Question::Lost {
            repository: top.to_owned(),
            pattern: located.path.replace(['*', '?', '['], "?"),
            passing: PASSING.iter().map(|name| (*name).to_owned()).collect(),
        };
        let Answer::Values { values } = self.workspace.ask(&question) else { return None };
        let path = values.iter().find_map(|line| line.strip_prefix("changed\t"))?;
        Some(format!("git does not have the changes in `{path}`"))
    }

    /// Whether it is a link, of which a deletion leaves all that it leads to.
    fn is_link(&self, value: &Value, located: &Located) -> bool {
        let leads = |path: &str| match self.workspace.ask(&Question::Target { path: path.to_owned() }) {
            Answer::Target { path, .. } => Some(path),
            _ => None,
        };
        let world = &self.state.world;
        let is_plain = located.why.is_none() && located.leads.is_empty() && located.zone == Zone::Workspace;
        let is_same = world.links.is_empty()
            && !world.has_moved
            && !world.opaque
            && world.tree_changed.is_none()
            && !world.written.iter().any(|written| written.may_bring(&located.path));
        // With a slash at its end, it is what the link leads to.
        let (directory, name) = paths::split(&located.path);
        let directory = directory.trim_end_matches('/');
        let is_entry = !directory.is_empty() && value.known().is_some_and(|text| !text.ends_with(['/', '.']));
        let whole = || Some(format!("{}/{name}", leads(directory)?));
        is_plain
            && is_same
            && is_entry
            && leads(&located.path).is_some_and(|path| whole().is_some_and(|whole| path != whole))
    }

    /// Whether nothing was there before the command, which makes it itself.
    pub fn is_own(&self, located: &Located) -> bool {
        let world = &self.state.world;
        let is_made = world.made_here.contains(&located.path)
            || world.written.iter().any(|written| written.paths() == [located.path.clone()]);
        is_made && located.zone == Zone::Workspace && self.is_absent(located)
    }

    /// Whether nothing was there before the command, and it moves nothing there.
    pub(super) fn is_absent(&self, located: &Located) -> bool {
        let world = &self.state.world;
        // A copy is not the only one; what was moved there is.
        let is_brought = (world.opaque && !world.is_own_script(located))
            || world.tree_changed.is_some()
            || world.has_moved
            || !world.links.is_empty()
            || world.written.iter().any(|written| written.is_pattern && written.may_bring(&located.path));
        let question = Question::Path { path: located.path.clone() };
        // What looks like a home that was not put in would be one in another shell.
        let is_home = located.path.split('/').any(|part| part.starts_with('~'));
        !is_brought
            && !is_home
            && self.elsewhere.is_none()
            && matches!(located.zone, Zone::Workspace | Zone::Home)
            && !located.readings().any(is_git_internal)
            && located.why.is_none()
            && located.leads.is_empty()
            && self.workspace.ask(&question) == Answer::Absent
    }

    /// The files of a working tree that git ignores and no program writes anew, as far as that is known.
    pub fn ignored_and_lost(&self, top: &str) -> Option<Vec<String>> {
        let question = Question::Lost {
            repository: top.to_owned(),
            pattern: format!("{}/*", top.trim_end_matches('/')),
            passing: PASSING.iter().chain(BUILT).map(|name| (*name).to_owned()).collect(),
        };
        let Answer::Values { values } = self.workspace.ask(&question) else { return None };
        let mut lost = Vec::new();
        for line in &values {
            match line.split_once('\t')? {
                ("*", _) => return None,
                ("changed", _) => {}
                ("ignored", path) if self.is_made(top, path) => {}
                (_, path) => lost.push(path.to_owned()),
            }
        }
        Some(lost)
    }

    /// Whether a file that git ignores is one that a program writes anew.
    fn is_made(&self, top: &str, path: &str) -> bool {
        if path.split('/').any(|part| MADE.contains(&part)) {
            return paths::class(&format!("{top}/{path}"), self) <= PathClass::Rebuildable;
        }
        let path = format!("{top}/{path}");
        match paths::class(&path, self) {
            PathClass::Rebuildable => true,
            PathClass::Ordinary => is_by_the_way(&path),
            _ => false,
        }
    }
}

/// Whether a pattern says no more than what any text and any character stand for.
fn is_simple(pattern: &str) -> bool {
    !pattern.split('/').any(|part| part.starts_with('~'))
        && !pattern.contains(['(', ')', '{', '}', '^', '#', '\\', '!', '|', '<', '"', '\''])
}

pub(super) fn is_by_the_way(path: &str) -> bool {
    let name = paths::split(path).1;
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    BY_THE_WAY.binary_search(&end).is_ok() || BY_THE_WAY_NAMES.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::fixture::understood;

    #[test]
    fn the_tables_are_sorted() {
        assert!(BY_THE_WAY.is_sorted() && BY_THE_WAY_NAMES.is_sorted());
    }

    const THERE: &[&str] =
        &["/repo/notes.txt", "/repo/y", "/home/dev/a", "/home/dev/notes", "/home/dev/notes.txt"];

    /// What becomes of what is deleted, where git says this.
    fn deleted(command: &str, lost: &str) -> String {
        let mut there = vec![("lost", lost)];
        there.extend(THERE.iter().map(|path| (*path, "x")));
        let effects = understood(command, &there).effects;
        let deletes =
            |effect: &&countersign_model::Effect| effect.verb == countersign_model::verbs::FS_DELETE;
        let line = |effect: &countersign_model::Effect| {
            format!(
                "{} {:?}: {}",
                effect.resource,
                effect.reversible,
                effect.because.as_deref().unwrap_or_default()
            )
        };
        effects.iter().filter(deletes).map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_the_command_made_itself() {
        for command in [
            "cp src/a.rs b.rs && rm b.rs",
            "cp -r src copy; rm -rf copy",
            "sed -i.orig2 s/a/b/ README.md && rm README.md.orig2",
            "cat src/a.rs > c.txt; rm c.txt",
            "perl -pi.keep -e 's/a/b/' README.md; rm README.md.keep",
            "install src/a.rs x; rm x",
        ] {
            assert!(deleted(command, "").contains(" Yes"), "{command}: {}", deleted(command, ""));
        }
        for command in [
            "mv ~/notes.txt b && rm b",
            "cp ~/notes.txt b; rm ~/notes.txt",
            "mv ~/a b; cp src/a.rs c; rm c",
            "cp -r src x; mv ~/notes x/; rm -rf x",
            "python3 -c \"import os; os.rename('/home/dev/a','b')\"; rm b",
            "cp src/a.rs $X; rm y",
            "gzip notes.db; touch notes.db.gz; rm notes.db.gz",
        ] {
            assert!(deleted(command, "").contains(" No"), "{command}: {}", deleted(command, ""));
        }
        let there = understood("cp src/a.rs b.txt && rm b.txt", &[("/repo/b.txt", "notes")]).effects;
        let deletes = there.iter().find(|effect| effect.verb == countersign_model::verbs::FS_DELETE);
        assert_eq!(deletes.map(|effect| effect.reversible), Some(countersign_model::Reversible::No));
    }

    #[test]
    fn directories_that_a_build_makes() {
        let after = |lost: &str| {
            let there = [("lost", lost), ("/repo/bin", "x"), ("/repo/data", "x")];
            understood("rm -rf bin", &there)
                .effects
                .iter()
                .any(|effect| effect.reversible == countersign_model::Reversible::No)
        };
        assert!(!after("ignored\tbin/"));
        assert!(after("new\tbin/x") && after("ignored\tbin/.env"));
    }

    #[test]
    fn what_is_not_there() {
        for command in [
            "rm -f none.txt",
            "rm -rf node_modules package-lock.json && npm install",
            "rm -rf ~/none",
            "touch a.rs; rm none.txt",
        ] {
            assert!(!deleted(command, "").contains(" No"), "{command}: {}", deleted(command, ""));
        }
        for command in [
            "rm -f notes.txt",
            "rm -rf none* $X",
            "mv ~/a none.txt; rm none.txt",
            "./fill; rm none.txt",
            "git checkout x; rm none.txt",
            "rm -rf /srv/none",
            "rm -f .git/hooks/none",
            "W='rm -rf ~'; $W",
        ] {
            assert!(deleted(command, "").contains(" No"), "{command}: {}", deleted(command, ""));
        }
    }

    #[test]
    fn the_history_of_a_clone_that_the_command_makes() {
        for command in [
            "git clone https://h.example/a/b.git x && cd x && rm -rf .git && git init",
            "git clone https://h.example/a/b && rm -rf b/.git",
            "git clone --depth 1 https://h.example/a/b.git x; rm -rf ./x/.git",
        ] {
            assert!(
                deleted(command, "")
                    .ends_with("Yes: it is the history of a clone that the command itself makes"),
                "{command}: {}",
                deleted(command, "")
            );
        }
        for command in [
            "git clone https://h.example/a/b.git x; cd x; rm -rf .git",
            "git clone https://h.example/a/b.git x && cd x; rm -rf .git",
            "git clone https://h.example/a/b.git src && rm -rf src/.git",
            "git clone https://h.example/a/b.git x && rm -rf .git",
            "git init && rm -rf .git",
            "git clone https://h.example/a/b.git x && mv ~/a x/.git/b && rm -rf x/.git",
            "rm -rf x/.git",
        ] {
            assert!(deleted(command, "").contains(" No"), "{command}: {}", deleted(command, ""));
        }
    }

    #[test]
    fn what_is_left_empty() {
        let data =
            [("/repo/docs/local.db", "rows"), ("/repo/docs/app.log", "lines"), ("/repo/src/a.rs", "fn")];
        let check = |command: &str| {
            let effects = understood(command, &data).effects;
            effects.iter().any(|effect| effect.verb == countersign_model::verbs::FS_DELETE)
        };
        for command in [
            "cp /dev/null docs/local.db",
            "truncate -s0 docs/local.db",
            "truncate --size=0 docs/local.db",
            "truncate -s 10 docs/local.db",
            "> docs/local.db",
            ": > docs/local.db",
            "true >| docs/local.db",
            "cat /dev/null > docs/local.db",
            "echo -n > docs/local.db",
            "dd if=/dev/null of=docs/local.db",
            "tee docs/local.db </dev/null",
            ": | tee docs/local.db",
            "python3 -c \"open('docs/local.db','w')\"",
            "python3 -c \"import os; open('docs/local.db', mode='w').close(); print(1)\"",
            "python3 -c \"from pathlib import Path; Path('docs/local.db').write_text('')\"",
            "node -e \"require('fs').writeFileSync('docs/local.db', '')\"",
        ] {
            assert!(check(command), "{command}");
        }
        for command in [
            "> docs/app.log",
            "> docs/new.db",
            "truncate -s 0 src/a.rs",
            "truncate -s +10 docs/local.db",
            "echo x > docs/local.db",
            ": >> docs/local.db",
            "cp /dev/null /tmp/x",
            "cat src/a.rs > docs/local.db",
            "tee docs/local.db < src/a.rs",
            "tee -a docs/local.db </dev/null",
            "echo x | tee docs/local.db",
            "python3 -c \"f = open('docs/local.db','w'); f.write('x')\"",
            "python3 -c \"open('docs/local.db','w').write('x')\"",
            "python3 -c \"open('docs/local.db','a')\"",
            "python3 -c \"open('docs/local.db')\"",
            "python3 -c \"with open('docs/local.db','w') as f: f.write('x')\"",
            "node -e \"require('fs').writeFileSync('docs/local.db', 'x')\"",
            "node -e \"require('fs').writeFileSync('docs/local.db', '', {flag: 'a'})\"",
        ] {
            assert!(!check(command), "{command}");
        }
    }

    #[test]
    fn changes_in_what_git_keeps() {
        assert_snapshot!(deleted("rm src/a.rs", "changed\tsrc/a.rs"), @"/repo/src/a.rs No: git does not have the changes in `src/a.rs`");
        assert_snapshot!(deleted("rm -rf src/x", "new\tnotes.md\nchanged\tsrc/x/b.rs"), @"/repo/src/x No: git does not have the changes in `src/x/b.rs`");
        assert_snapshot!(deleted("rm src/a.rs; rm src/b.rs", "new\tnotes.md"), @"
        /repo/src/a.rs Yes: 
        /repo/src/b.rs Yes:
        ");
        let emptied = |lost| {
            let facts = [("/repo/src/a.rs", "fn"), ("lost", lost)];
            let effects = understood(": > src/a.rs", &facts).effects;
            effects
                .into_iter()
                .find(|effect| effect.verb == countersign_model::verbs::FS_DELETE)
                .and_then(|effect| effect.because)
        };
        assert_eq!(
            emptied("changed\tsrc/a.rs").as_deref(),
            Some("it is left empty, and git does not have the changes in `src/a.rs`")
        );
        assert_eq!(emptied(""), None);
    }

    #[test]
    fn what_git_has_or_a_program_writes_comes_back() {
        assert_snapshot!(deleted("rm *.snap", ""), @"/repo/*.snap Yes: the path is not known: a file name pattern");
        assert_snapshot!(deleted("rm -rf lib/**/*.snap", ""), @"/repo/lib/*/*.snap Yes: the path is not known: a file name pattern");
        assert_snapshot!(deleted("rm *.log", "ignored\ta.log\nignored\tb/c.log"), @"/repo/*.log Yes: the path is not known: a file name pattern");
        assert_snapshot!(deleted("rm debug.log", "ignored\tdebug.log"), @"/repo/debug.log Yes:");
        assert_snapshot!(deleted("mkdir -p x && touch x/a && rm -rf x; echo a > b; rm b", "new\ta"), @"
        /repo/x Yes: 
        /repo/b Yes:
        ");
        assert_snapshot!(deleted("find . -name '*.orig' -exec rm {} +", ""), @"/repo/*.orig Yes: the path is not known: a file name pattern");
        assert_snapshot!(deleted("find . -name '*.orig' -print0 | xargs -0 rm -f", ""), @"/repo/*.orig Yes: the path is not known: a file name pattern");
    }

    #[test]
    fn of_a_link_nothing_else_is_lost() {
        for (command, reversible) in [
            ("rm link", " Yes"),
            ("rm -rf link/", " No"),
            ("rm -rf link/x", " No"),
            ("touch a; mv a link; rm link", " No"),
        ] {
            let found = deleted(command, "");
            assert!(found.contains(reversible), "{command}: {found}");
        }
    }

    #[test]
    fn what_git_does_not_have_is_lost() {
        assert_snapshot!(deleted("rm *.md", "new\tnotes.md"), @"/repo/*.md No: git does not have `notes.md`");
        assert_snapshot!(deleted("rm *.md", "changed\tREADME.md"), @"/repo/*.md No: git does not have the changes in `README.md`");
        assert_snapshot!(deleted("rm *.db", "ignored\tdev.db"), @"/repo/*.db No: git does not have `dev.db`");
        assert_snapshot!(deleted("rm *.pem", "ignored\tkey.pem"), @"/repo/*.pem No: git does not have `key.pem`");
        assert_snapshot!(deleted("rm *.log", "ignored\ta.log\n*\t*"), @"/repo/*.log No: git does not have `*`");
        assert_snapshot!(deleted("rm */x", "linked\tdata"), @"/repo/*/x No: git does not have `data`");
        assert_snapshot!(deleted("rm notes.txt", ""), @"/repo/notes.txt No:");
        assert_snapshot!(deleted("rm !(keep)", ""), @"/repo/* Yes: the path is not known: a file name pattern");
        assert_snapshot!(deleted("mv ~/notes.txt a.log; rm *.log", ""), @"
        /home/dev/notes.txt No: the command moves it, and deletes it where it is then
        /repo/*.log No: the path is not known: a file name pattern
        ");
        assert_snapshot!(deleted("mkdir x; mv ~/notes x; rm -rf x", ""), @"
        /home/dev/notes No: the command moves it, and deletes it where it is then
        /repo/x No:
        ");
        assert_snapshot!(deleted("mkdir x; ./fill; rm -rf x", ""), @"/repo/x No:");
        assert_snapshot!(deleted("touch Makefile; rm Makefile", ""), @"/repo/Makefile No:");
        assert_snapshot!(deleted("mkdir x; rm -rf y", ""), @"/repo/y No:");
        assert_snapshot!(deleted("mkdir x; git mv src/a.rs x; rm -rf x", ""), @"/repo/x No:");
        assert_snapshot!(deleted("mkdir x; rsync --remove-source-files -a ~/notes/ x/; rm -rf x", ""), @"
        /home/dev/notes No: 
        /repo/x Yes:
        ");
        assert_snapshot!(deleted("rm ~/*.log", ""), @"/home/dev/*.log No: the path is not known: a file name pattern");
        assert_snapshot!(deleted("find . ! \\( -name '*.pyc' \\) -delete", "new\tnotes.md"), @"
        /repo No: 
        /repo/.claude No: 
        /repo/* No: git does not have `notes.md`
        ");
        assert_snapshot!(deleted("find . \\( -name '*.pyc' -o -true \\) -delete", "new\tnotes.md"), @"
        /repo No: 
        /repo/.claude No: 
        /repo/* No: git does not have `notes.md`
        ");
        assert_snapshot!(deleted("find . -name '*.pyc' -o -delete", "new\tnotes.md"), @"
        /repo No: 
        /repo/.claude No: 
        /repo/* No: git does not have `notes.md`
        ");
        assert_snapshot!(deleted("find . -name '*.pyc' \\( -mtime +1 -o -size 0 \\) -delete", ""), @"/repo/*.pyc Yes: the path is not known: a file name pattern");
    }
}
