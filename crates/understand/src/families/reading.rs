//! Programs that only read and print, as a table.

use countersign_model::verbs;

use super::{Family, is_secret_name, opaque, read_all, reads_environment};
use crate::context::Context;
use crate::invocation::{Invocation, Stdin};
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &[
        "echo", "printf", "cat", "bat", "tac", "head", "tail", "less", "more", "ls", "ll", "exa", "eza", "tree", "stat", "file", "du",
        "df", "wc", "sort", "uniq", "cut", "paste", "column", "comm", "join", "diff", "cmp", "nl", "od", "xxd", "hexdump", "strings",
        "rev", "fold", "fmt", "md5sum", "sha1sum", "sha256sum", "sha512sum", "shasum", "cksum", "base64", "base32", "readlink",
        "realpath", "pwd", "date", "cal", "whoami", "id", "groups", "users", "who", "w", "uname", "hostname", "arch", "nproc", "uptime",
        "free", "which", "whereis", "whatis", "man", "info", "apropos", "tty", "locale", "getconf", "printenv", "ps", "pgrep", "pidof",
        "top", "htop", "lsof", "vmstat", "iostat", "lscpu", "lsblk", "lsusb", "lspci", "dmesg", "last", "sleep", "clear", "reset", "tput",
        "stty", "yes", "factor", "bc", "numfmt", "iconv", "zcat", "bzcat", "xzcat", "zless", "cloc", "tokei", "scc", "wdiff", "colordiff",
        "delta", "diffstat", "nm", "objdump", "readelf", "ldd", "size", "sw_vers", "sysctl", "ss", "netstat", "ip", "ifconfig", "getent",
        "glow", "hyperfine", "pstree", "test-path", "sync", "tsort", "shuf", "openssl",
    ],
    effects,
};

/// Programs whose operands are not files.
const NO_FILES: &[&str] = &[
    "echo", "printf", "pwd", "date", "cal", "whoami", "id", "groups", "users", "who", "w", "uname", "arch", "nproc", "uptime", "free",
    "which", "whereis", "whatis", "man", "info", "apropos", "tty", "locale", "getconf", "ps", "pgrep", "pidof", "top", "htop", "lsof",
    "vmstat", "iostat", "lscpu", "lsblk", "lsusb", "lspci", "last", "sleep", "clear", "reset", "tput", "stty", "yes", "factor", "bc",
    "numfmt", "sw_vers", "ss", "netstat", "ifconfig", "getent", "pstree", "sync", "df",
];

/// Options of these programs that take the next word and name no file.
const VALUES: &[&str] = &["-n", "-c", "-d", "-f", "-k", "-t", "-w", "-s", "-L", "-I", "--lines", "--bytes", "--delimiter", "-N", "-j"];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    match program {
        "echo" | "printf" => print(invocation, context),
        "printenv" => environment(invocation, context),
        "date" | "hostname" | "sysctl" | "ip" | "dmesg" => settings(invocation, context),
        "hyperfine" | "openssl" | "man" | "delta" => starts_others(invocation, context),
        "base64" | "base32" | "xxd" | "zcat" | "bzcat" | "xzcat" | "rev" | "iconv" => {
            let decodes = invocation.words.iter().any(|word| {
                let text = word.text();
                text.starts_with("--d") || (text.starts_with('-') && text.contains(['d', 'D', 'r']))
            });
            context.flow.decoded |= decodes || matches!(program, "zcat" | "bzcat" | "xzcat" | "rev" | "iconv");
            files(invocation, context);
        }
        _ if NO_FILES.contains(&program) => context.program(verbs::EXEC_READ, program),
        _ => files(invocation, context),
    }
}

fn files(invocation: &Invocation, context: &mut Context<'_>) {
    let mut read: Vec<&Word> = Vec::new();
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        let text = word.text();
        if let Some(file) = output(invocation, word) {
            match file {
                Some(value) => context.write_value(&value),
                None => words.next().into_iter().for_each(|word| context.write(word)),
            }
        } else if text == "--compress-program" || text.starts_with("--compress-program=") || text.starts_with("--files0-from") {
            opaque(invocation, "its options start a program or name more files", context);
        } else if text.starts_with('-') && text.len() > 1 && !word.value.is_unknown() {
            if VALUES.contains(&text) && takes_value(&invocation.program, text) {
                words.next();
            }
        } else if !text.starts_with('+') {
            read.push(word);
        }
    }
    if matches!(invocation.program.as_str(), "uniq" | "xxd") && read.len() > 1
        && let Some(word) = read.pop()
    {
        context.write(word);
    }
    if read.is_empty() {
        let lists = matches!(invocation.program.as_str(), "ls" | "ll" | "tree" | "du" | "exa" | "eza");
        if lists {
            context.read_value(&Value::Known(".".to_owned()));
        } else {
            context.program(verbs::EXEC_READ, &invocation.program);
        }
    }
    if let (true, Stdin::Text(Value::Known(text))) = (read.is_empty() && invocation.words.is_empty(), &invocation.stdin) {
        context.flow.text = (invocation.program == "cat").then(|| text.clone());
    }
    read_all(read, context);
}

fn takes_value(program: &str, option: &str) -> bool {
    match program {
        "ls" | "ll" | "exa" | "eza" | "wc" | "stat" | "file" | "cat" | "nl" | "bat" | "readlink" | "realpath" | "less" => {
            option == "-I" || (program == "stat" && matches!(option, "-c" | "-f"))
        }
        "sort" => matches!(option, "-k" | "-t"),
        "head" | "tail" => matches!(option, "-n" | "-c" | "-s"),
        "cut" => matches!(option, "-d" | "-f" | "-c"),
        "diff" | "cmp" | "comm" => option == "-I",
        "md5sum" | "sha1sum" | "sha256sum" | "sha512sum" | "cksum" => false,
        _ => true,
    }
}

/// The file an option makes the program write: in the same word, or in the next.
fn output(invocation: &Invocation, word: &Word) -> Option<Option<Value>> {
    let writers = matches!(invocation.program.as_str(), "sort" | "tree" | "shuf" | "iconv" | "less" | "diff" | "base64");
    match word.text() {
        "-o" | "--output" | "-O" if writers => Some(None),
        text if writers && text.starts_with("--output=") => Some(word.value.strip_prefix("--output=")),
        text if writers && text.starts_with("-o") && invocation.program != "tree" => Some(word.value.strip_prefix("-o")),
        _ => None,
    }
}

/// What `echo` and `printf` print can become the code of a shell behind a pipe.
fn print(invocation: &Invocation, context: &mut Context<'_>) {
    let texts: Option<Vec<&str>> = invocation.words.iter().map(Word::known).collect();
    let flag = invocation.words.first().is_some_and(|word| word.text().starts_with('-'));
    // `\\n` is the one escape that is common in what is piped to a shell.
    let escaped = texts.as_ref().is_none_or(|texts| texts.iter().any(|text| text.replace("\\n", "").contains(['\\', '%'])));
    let backslash = texts.as_ref().is_some_and(|texts| texts.iter().any(|text| text.contains('\\')));
    if invocation.program == "printf" && invocation.words.iter().any(|word| word.text().starts_with("-v")) {
        context.state.shell.poison("printf may have set it");
    }
    for name in invocation.words.iter().flat_map(|word| variables(&word.raw)).filter(|name| is_secret_name(name)) {
        reads_environment(name, context);
    }
    context.program(verbs::EXEC_READ, &invocation.program);
    let single = invocation.program == "echo" || invocation.words.len() == 1;
    let plain = !backslash || invocation.program == "printf";
    let joined = texts.filter(|_| !flag && !escaped && single && plain).map(|texts| texts.join(" "));
    context.flow.text = joined.map(|text| text.replace("\\n", "\n"));
}

/// The names of the variables a word mentions.
pub(super) fn variables(raw: &str) -> impl Iterator<Item = &str> {
    raw.split('$').skip(1).map(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    })
}

fn environment(invocation: &Invocation, context: &mut Context<'_>) {
    for word in &invocation.words {
        if word.value.is_unknown() || is_secret_name(word.text()) {
            reads_environment(word.text(), context);
        }
    }
    if invocation.words.is_empty() {
        reads_environment("*", context);
    }
    context.program(verbs::EXEC_READ, "printenv");
}

/// Programs that show a setting of the machine, and change it when told to.
fn settings(invocation: &Invocation, context: &mut Context<'_>) {
    let words: Vec<&str> = invocation.words.iter().map(Word::text).collect();
    let changes = invocation.words.iter().any(|word| word.value.is_unknown())
        || match invocation.program.as_str() {
            "date" => words.iter().any(|word| matches!(*word, "-s") || word.starts_with("--s")),
            "hostname" => words.iter().any(|word| !word.starts_with('-')),
            "sysctl" => words.iter().any(|word| word.contains('=') || matches!(*word, "-w" | "-p")),
            "dmesg" => words.iter().any(|word| matches!(*word, "-C" | "-c" | "--clear")),
            _ => words.iter().any(|word| matches!(*word, "add" | "del" | "set" | "flush" | "change" | "replace" | "exec" | "-batch" | "-b")),
        };
    context.program(if changes { verbs::EXEC_SYSTEM } else { verbs::EXEC_READ }, &invocation.program);
}

fn starts_others(invocation: &Invocation, context: &mut Context<'_>) {
    let text = invocation.written();
    match invocation.program.as_str() {
        "hyperfine" => opaque(invocation, "it runs the commands it measures", context),
        "openssl" => {
            context.flow.decoded |= text.contains("-d");
            let reads = matches!(invocation.known(0), Some("version" | "dgst" | "rand" | "x509" | "list" | "help"));
            if reads && !text.contains("-out") && !text.contains("-engine") {
                context.program(verbs::EXEC_READ, "openssl");
            } else {
                opaque(invocation, "it can connect, write files and load code", context);
            }
        }
        _ if text.contains("-P") || text.contains("-H") || text.contains("--pager") => {
            opaque(invocation, "its options start a program", context);
        }
        program => context.program(verbs::EXEC_READ, program),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn what_is_printed_is_data() {
        assert_snapshot!(check("echo \"git push origin main\" > notes.txt"), @r#"
        fs.write /repo/notes.txt, write
        exec.read echo, read
        "#);
        assert_snapshot!(check("printf '%s\\n' 'rm -rf /'"), @"exec.read printf, read");
        assert_snapshot!(check("cat <<EOF > notes.md\ngit push origin main\nEOF"), @r#"
        fs.write /repo/notes.md, write
        exec.read cat, read
        "#);
    }

    #[test]
    fn reading() {
        assert_snapshot!(check("cat src/a.rs | sort -k 2 | uniq -c | head -n 5"), @r#"
        fs.read /repo/src/a.rs, read
        exec.read sort, read
        exec.read uniq, read
        exec.read head, read
        "#);
        assert_snapshot!(check("cat .env"), @"secret.read /repo/.env, read");
        assert_snapshot!(check("cat ~/.ssh/id_* ~/.ssh/id_rsa.pub"), @r#"
        secret.read /home/dev/.ssh/id_*, read, partial
        fs.read /home/dev/.ssh/id_rsa.pub, read
        "#);
        assert_snapshot!(check("sort -o ~/.bashrc a"), @r#"
        fs.write /home/dev/.bashrc, write
        fs.read /repo/a, read
        "#);
        assert_snapshot!(check("printenv GITHUB_TOKEN"), @r#"
        secret.read environment:GITHUB_TOKEN, read
        exec.read printenv, read
        "#);
        assert_snapshot!(check("date -s 2020-01-01"), @"exec.system date, destroy");
    }
}
