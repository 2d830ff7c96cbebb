//! Programs that search: their first operand is a pattern, which is data.

mod listed;
mod operators;
pub(crate) mod printed;

pub(in crate::families) use listed::Listing;

use countersign_model::{Answer, Question, verbs};

use super::{Family, dispatch, is_secret_name, opaque, reads_environment};
use crate::Workspace as _;
use crate::arguments::files::{Operands, touched};
use crate::arguments::programs;
use crate::context::Context;
use crate::environment;
use crate::invocation::{Invocation, Stdin};
use crate::paths;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &["grep", "egrep", "fgrep", "zgrep", "ggrep", "rg", "ag", "ack", "jq", "yq", "xq", "tr", "expr", "seq", "basename", "dirname"],
    about: "Searches and filters: the pattern is data, whatever it says; the operands after it are files \
        that are read.",
    examples: &[
        "grep -rn 'rm -rf /' docs",
        "rg 'DROP TABLE' src",
        "grep PASSWORD .env",
        "jq '.scripts' package.json",
        "yq -i '.replicas = 3' k8s/web.yaml",
        "echo a | tr a-z A-Z",
        "jq -n 'env.API_TOKEN'",
        "rg --pre ./tool x src",
    ],
    effects,
};

/// How many of the next words an option takes; it can mean other things to each program.
fn takes(program: &str, option: &str) -> usize {
    let ones: &[&str] = match program {
        "jq" | "yq" | "xq" => match option {
            "--arg" | "--argjson" => return 2,
            _ => &["--indent", "-L", "-I", "-o", "-p", "--output-format", "--input-format"],
        },
        "rg" => &[
            "-A", "-B", "-C", "-m", "-d", "-g", "-t", "-T", "-j", "-r", "-M", "-E", "--glob", "--iglob", "--type", "--type-not", "--max-count", "--context", "--after-context", "--before-context", "--color",
            "--colors", "--max-depth", "--replace", "--sort", "--sortr", "--threads", "--encoding", "--max-columns", "--type-add", "--max-filesize", "--context-separator", "--engine", "--field-match-separator", "--pre-glob",
        ],
        "ag" | "ack" => &["-A", "-B", "-C", "-m", "-G", "-g", "--ignore", "--ignore-dir", "--type", "--depth"],
        _ => &["-A", "-B", "-C", "-m", "-d", "-D", "--include", "--exclude", "--exclude-dir", "--max-count", "--context", "--after-context", "--before-context", "--label", "--binary-files", "--directories", "--devices"],
    };
    usize::from(ones.contains(&option))
}

/// Options that start a program.
const STARTING: &[&str] = &["pre", "hostname-bin", "pager"];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    if matches!(program, "tr" | "expr" | "seq" | "basename" | "dirname") {
        context.program(verbs::EXEC_READ, program);
        return;
    }
    let filters = matches!(program, "jq" | "yq" | "xq");
    let in_place = filters && invocation.words.iter().any(|word| matches!(word.text(), "-i" | "--inplace" | "--in-place"));
    let mut pattern_given = false;
    let mut patterns: Vec<Option<String>> = Vec::new();
    let mut files: Vec<&Word> = Vec::new();
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        let text = word.text();
        match text {
            "-e" | "--regexp" if !filters => {
                pattern_given = true;
                patterns.push(words.next().and_then(Word::known).map(str::to_owned));
            }
            "--rawfile" | "--slurpfile" if filters => {
                words.next();
                words.next().into_iter().for_each(|word| context.read(word));
            }
            "-f" | "--file" | "--exclude-from" | "--ignore-file" | "--from-file" => {
                pattern_given = true;
                patterns.push(None);
                files.extend(words.next());
            }
            "--" => files.extend(words.by_ref()),
            _ if let Some(option) = starting(text) => {
                let value = match text.split_once('=') {
                    Some((name, _)) => word.value.strip_prefix(&format!("{name}=")),
                    None => words.next().map(|word| word.value.clone()),
                };
                starts(option, value.unwrap_or_else(|| Value::unknown("unclear")), invocation, context);
            }
            _ if takes(program, text) > 0 => (0..takes(program, text)).for_each(|_| {
                words.next();
            }),
            _ if text.starts_with('-') && text.len() > 1 => {
                let attached = text.starts_with("--file=") || text.starts_with("--regexp=") || (text.starts_with("-f") || text.starts_with("-e")) && text.len() > 2;
                if attached && !filters {
                    pattern_given = true;
                    let value = word.value.strip_prefix("--regexp=").or_else(|| word.value.strip_prefix("-e"));
                    patterns.push(value.as_ref().and_then(Value::known).map(str::to_owned));
                }
                // `-rf file`: what it looks for is in the file.
                patterns.extend((!text.starts_with("--") && text.ends_with('f')).then_some(None));
            }
            _ => files.push(word),
        }
    }
    // Patterns of names are no files that are read.
    let names = |word: &&Word| ["--include=", "--exclude=", "--exclude-dir=", "--glob=", "--iglob="].iter().any(|name| word.text().starts_with(name));
    let others: Vec<Word> = invocation.words.iter().filter(|word| !names(word)).cloned().collect();
    touched(&others, Operands::Skipped, context);
    if filters {
        operators::effects(invocation, context);
        filter(invocation, context);
    }
    let lists_only = invocation.words.iter().any(|word| matches!(word.text(), "--files" | "--type-list"));
    if matches!(program, "yq" | "xq") && let [lone] = files.as_slice() && may_be_file(lone, context) {
        context.read_tree(lone);
        files.iter().filter(|_| in_place).for_each(|word| context.write(word));
    }
    if !pattern_given && !lists_only && !files.is_empty() {
        patterns.push(files.remove(0).known().map(str::to_owned));
    }
    if !filters {
        printed::effects(&patterns, &files, invocation, context);
        context.flow.found = listed::by_search(&patterns, &files, invocation, context);
    }
    if files.is_empty() && !lists_only {
        context.program(verbs::EXEC_READ, &invocation.program);
    }
    files.iter().filter(|_| in_place).for_each(|word| context.write(word));
    files.into_iter().for_each(|word| context.read_tree(word));
}

/// Whether a lone operand, which is an expression unless there is a file of that name, may be such a file.
fn may_be_file(word: &Word, context: &Context<'_>) -> bool {
    let located = paths::locate(&word.value, context);
    let is_path = ["/", "./", "../", "~"].iter().any(|start| word.text().starts_with(start));
    let is_written = || context.state.world.written.iter().any(|written| written.touches(&located));
    let is_absent = || matches!(context.workspace.ask(&Question::Path { path: located.path.clone() }), Answer::Absent);
    is_path || word.known().is_none() || is_written() || !is_absent()
}

/// The option of [`STARTING`] that a word is.
fn starting(text: &str) -> Option<&'static str> {
    let name = text.strip_prefix("--")?.split('=').next()?;
    STARTING.iter().copied().find(|option| programs::is_beginning(name, option))
}

/// Adds what the program does that an option names: one for each file that is searched is given that file.
fn starts(option: &str, program: Value, invocation: &Invocation, context: &mut Context<'_>) {
    if program.known().is_none() {
        opaque(invocation, "its options start a program that is not known", context);
    } else if option == "pager" {
        environment::command("--pager", &program, context);
    } else if !program.text().is_empty() {
        let file = Word::made(Value::unknown("a file that is searched"));
        let words = if option == "pre" { vec![file] } else { Vec::new() };
        let nested = Invocation { program: String::new(), first: Word::made(program), words, stdin: Stdin::Inherited, contiguous: false, ..invocation.clone() };
        let outside = std::mem::replace(&mut context.repeated, true);
        dispatch(nested, context);
        context.repeated = outside;
    }
}

/// What a filter of jq and yq takes from elsewhere: variables of the environment, other files.
fn filter(invocation: &Invocation, context: &mut Context<'_>) {
    for word in &invocation.words {
        let text = word.text();
        for (at, found) in text.match_indices("env").chain(text.match_indices("ENV")) {
            let before = text.get(..at).and_then(|before| before.chars().last());
            let after = text.get(at + found.len()..).unwrap_or_default();
            let is_field = before.is_some_and(|letter| letter == '.' || letter == '"' || letter == '_' || letter == '-' || letter == '/');
            let longer = after.starts_with(|letter: char| letter.is_ascii_alphanumeric() && found == "ENV" || matches!(letter, '_' | '-' | ':' | '"'));
            let within = before.is_some_and(|letter| letter.is_ascii_alphanumeric()) && !text.get(..at).is_some_and(|before| before.ends_with("str"));
            let other = after.starts_with(|letter: char| letter.is_ascii_alphanumeric()) && !after.starts_with("subst");
            if is_field || longer || within || other || (found == "ENV" && before != Some('$')) {
                continue;
            }
            let rest = after.trim_start_matches(['.', '(', '[', '"', ' ']);
            let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
            let named = after.starts_with(['.', '(', '[']);
            let name = rest.get(..end).filter(|name| named && !name.is_empty()).unwrap_or("*");
            if name == "*" || is_secret_name(name) {
                reads_environment(name, context);
            }
        }
        if text.contains("load") && matches!(invocation.program.as_str(), "yq" | "xq") {
            for quoted in text.split('"').skip(1).step_by(2) {
                context.read_value(&Value::Known(quoted.to_owned()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn patterns_are_data() {
        assert_snapshot!(check("grep -rn 'git push origin main' src"), @"fs.read /repo/src, read");
        assert_snapshot!(check("rg -g '*.rs' push"), @"exec.read rg, read");
        assert_snapshot!(check("git log | grep -A 3 push"), @r#"
        git.read /repo, read
        exec.read grep, read
        "#);
    }

    #[test]
    fn options_do_not_swallow_files() {
        for command in ["grep --file=", "grep --color x ", "grep -T x ", "jq -C . ", "jq -R -e . ", "jq --arg a b . ", "jq -n --rawfile x ", "grep -f"] {
            let found = check(&format!("{command}~/.ssh/id_rsa").replace("~/", "/home/dev/"));
            assert!(found.contains("secret.read"), "{command}: {found}");
        }
    }

    #[test]
    fn a_lone_file_of_yq() {
        for command in ["yq -p ini ~/.aws/credentials", "yq -oj ~/.kube/config", "yq -p=props .env", "yq e .env", "yq ./.env", "cat .env > x; yq x", "yq /home/dev/.netrc", "xq .env"] {
            let found = check_with(&command.replace("~/", "/home/dev/"), &[("/repo/.env", "STRIPE_KEY=x\n")]);
            assert!(found.contains("secret.read"), "{command}: {found}");
        }
        for command in ["yq .a", "cat a.yaml | yq .env", "yq '.a.b | keys'", "yq -P", "jq .env"] {
            let found = check_with(command, &[]);
            assert!(!found.contains("secret.read"), "{command}: {found}");
        }
    }

    #[test]
    fn filters_see_the_environment() {
        assert_snapshot!(check("jq -n env; jq -n '$ENV.GITHUB_TOKEN'"), @"
        secret.read environment:*, read, partial
        exec.read jq, read
        secret.read environment:GITHUB_TOKEN, read
        ");
        assert_snapshot!(check("jq '.env | .environment' a.json; jq -n 'env.USER'; jq '.[] | select(.name==\"env\")' a.json"), @"
        fs.read /repo/a.json, read
        exec.read jq, read
        ");
        assert_snapshot!(check("yq -i '.a = 1' .github/workflows/ci.yml"), @"
        fs.write /repo/.github/workflows/ci.yml, write
        fs.read /repo/.github/workflows/ci.yml, read
        ");
    }

    #[test]
    fn files_are_read() {
        assert_snapshot!(check("grep KEY .env ~/.aws/credentials"), @r#"
        secret.read /repo/.env, read
        secret.read /home/dev/.aws/credentials, read
        "#);
    }

    #[test]
    fn programs_that_a_search_starts() {
        assert_snapshot!(check("rg --pre ./x.sh y"), @"
        exec.opaque /repo/x.sh, execute, partial
        exec.read rg, read
        ");
        assert_snapshot!(check("rg --pre rm --pre-glob '*.pdf' y; rg --pre=git-push y; rg --pre $P y; rg --hostname-bin=./h y"), @"
        fs.delete *, destroy, partial
        exec.read rg, read
        git.force-push *@*, destroy, partial
        exec.opaque rg, execute, opaque
        exec.opaque /repo/h, execute, opaque
        ");
        assert_snapshot!(check("ack --pager='git push origin main' y; ag --pager less y"), @"
        git.push main@origin, write
        exec.read ack, read
        exec.read less, read
        exec.read ag, read
        ");
        assert_snapshot!(check("rg --pre '' --pre-glob '*.sh' y src; rg --no-pre y src; rg -- --pre src"), @"fs.read /repo/src, read");
    }
}
