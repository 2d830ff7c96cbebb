//! Programs that search: their first operand is a pattern, which is data.

use countersign_model::verbs;

use super::{Family, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Word;

pub(super) const FAMILY: Family = Family {
    programs: &["grep", "egrep", "fgrep", "zgrep", "ggrep", "rg", "ag", "ack", "jq", "yq", "xq", "tr", "expr", "seq", "basename", "dirname"],
    effects,
};

/// Options of grep and its like that take the next word.
const VALUES: &[&str] = &[
    "-A", "-B", "-C", "-m", "-d", "-D", "-g", "-t", "-T", "-j", "-r", "-M", "-E", "--include", "--exclude", "--exclude-dir", "--glob",
    "--iglob", "--type", "--type-not", "--max-count", "--context", "--after-context", "--before-context", "--color", "--colors",
    "--max-depth", "--replace", "--sort", "--threads", "--indent", "--arg", "--argjson", "--encoding", "--max-columns",
];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    if matches!(invocation.program.as_str(), "tr" | "expr" | "seq" | "basename" | "dirname") {
        context.program(verbs::EXEC_READ, &invocation.program);
        return;
    }
    let mut pattern_given = false;
    let mut files: Vec<&Word> = Vec::new();
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        let text = word.text();
        match text {
            "-e" | "--regexp" => {
                pattern_given = true;
                words.next();
            }
            "-f" | "--file" | "--exclude-from" | "--ignore-file" | "--from-file" | "--rawfile" | "--slurpfile" => {
                pattern_given = true;
                files.extend(words.next());
            }
            "--pre" | "--hostname-bin" | "--pager" => {
                opaque(invocation, "its options start a program", context);
                words.next();
            }
            "-i" | "--in-place" if invocation.program == "yq" => {
                invocation.words.iter().skip(2).for_each(|word| context.write(word));
            }
            "--" => files.extend(words.by_ref()),
            "-r" | "-E" if invocation.program != "rg" => {}
            _ if text.starts_with("--pre=") || text.starts_with("--hostname-bin=") || text.starts_with("--pager=") => {
                opaque(invocation, "its options start a program", context);
            }
            _ if VALUES.contains(&text) => {
                words.next();
            }
            _ if text.starts_with('-') && text.len() > 1 => {}
            _ => files.push(word),
        }
    }
    if !pattern_given && !files.is_empty() {
        files.remove(0);
    }
    let lists_only = invocation.words.iter().any(|word| matches!(word.text(), "--files" | "--type-list"));
    if files.is_empty() && !lists_only {
        context.program(verbs::EXEC_READ, &invocation.program);
    }
    files.into_iter().for_each(|word| context.read_tree(word));
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

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
    fn files_are_read() {
        assert_snapshot!(check("grep KEY .env ~/.aws/credentials"), @r#"
        secret.read /repo/.env, read
        secret.read /home/dev/.aws/credentials, read
        "#);
        assert_snapshot!(check("rg --pre ./x.sh y"), @r#"
        exec.opaque rg, execute, opaque
        exec.read rg, read
        "#);
    }
}
