//! Ruby, Perl and PHP: languages in which any word may run something. Code in which no word of power stands at all
//! is harmless; literal commands, files and addresses given to such words are followed; everything else is opaque.

use super::acts::{self, Does};
use super::language::Language;
use super::uses::{Argument, Given};
use crate::context::Context;
use crate::families;
use crate::word::Value;

/// Words of power, and what they do with a literal that follows.
const RUBY: &[(&str, Does)] = &[
    ("system", Does::Words),
    ("exec", Does::Words),
    ("spawn", Does::Words),
    ("popen", Does::Shell),
    ("rm_rf", Does::Delete),
    ("rm_r", Does::Delete),
    ("rm", Does::Delete),
    ("rm_f", Does::Delete),
    ("unlink", Does::Delete),
    ("delete_file", Does::Delete),
    ("remove_dir", Does::Delete),
    ("remove_entry", Does::Delete),
    ("rmtree", Does::Delete),
    ("rmdir", Does::Delete),
];
const PERL: &[(&str, Does)] = &[
    ("system", Does::Words),
    ("exec", Does::Words),
    ("unlink", Does::Delete),
    ("rmdir", Does::Delete),
    ("rmtree", Does::Delete),
    ("remove_tree", Does::Delete),
];
const PHP: &[(&str, Does)] = &[
    ("system", Does::Shell),
    ("exec", Does::Shell),
    ("shell_exec", Does::Shell),
    ("passthru", Does::Shell),
    ("popen", Does::Shell),
    ("proc_open", Does::Shell),
    ("unlink", Does::Delete),
    ("rmdir", Does::Delete),
    ("file_get_contents", Does::Read),
    ("file_put_contents", Does::Write),
    ("readfile", Does::Read),
    ("mkdir", Does::Make),
];

/// Words that cannot be followed.
const RUBY_OPAQUE: &[&str] = &[
    "eval",
    "instance_eval",
    "class_eval",
    "module_eval",
    "instance_exec",
    "send",
    "public_send",
    "__send__",
    "method",
    "const_get",
    "define_method",
    "load",
    "require",
    "require_relative",
    "autoload",
    "Open3",
    "open",
    "IO",
    "Kernel",
    "Process",
    "Socket",
    "TCPSocket",
    "syscall",
    "fork",
    "Net",
    "URI",
    "Marshal",
    "binding",
    "Object",
    "ObjectSpace",
    "trap",
    "at_exit",
    "Fiddle",
    "DL",
    "PTY",
    "write",
    "File",
    "FileUtils",
    "Dir",
    "ENV",
    "Pathname",
    "instance_variable_get",
    "exit_hook",
    "DATA",
    "method_missing",
];
const PERL_OPAQUE: &[&str] = &[
    "eval", "do", "require", "use", "no", "qx", "open", "sysopen", "fork", "kill", "socket", "connect",
    "syscall", "dbmopen", "opendir", "rename", "link", "symlink", "chmod", "chown", "truncate", "utime",
    "mkdir", "glob", "readpipe", "pipe", "dump", "bless", "tie", "can", "AUTOLOAD", "ENV", "INC", "SIG",
    "CORE", "GLOBAL", "import", "sub", "goto", "local", "package", "BEGIN_", "exec", "format", "write",
    "syswrite", "send", "chdir", "chroot", "lstat",
];
const PHP_OPAQUE: &[&str] = &[
    "eval",
    "assert",
    "include",
    "include_once",
    "require",
    "require_once",
    "create_function",
    "call_user_func",
    "call_user_func_array",
    "array_map",
    "array_filter",
    "usort",
    "array_walk",
    "preg_replace_callback",
    "pcntl_exec",
    "dl",
    "fopen",
    "fsockopen",
    "curl_init",
    "curl_exec",
    "mail",
    "rename",
    "copy",
    "chmod",
    "chown",
    "symlink",
    "link",
    "unserialize",
    "extract",
    "parse_str",
    "stream_socket_client",
    "putenv",
    "getenv",
    "_ENV",
    "mysqli",
    "PDO",
    "Reflection",
    "ReflectionFunction",
    "array_reduce",
    "register_shutdown_function",
    "ob_start",
    "file",
    "touch",
    "move_uploaded_file",
    "new",
    "set_error_handler",
    "iterator_apply",
    "array_walk_recursive",
    "uasort",
    "uksort",
    "forward_static_call",
    "_GET",
    "_SERVER",
    "glob",
    "scandir",
    "FFI",
    "Closure",
    "is_callable",
];

/// Libraries of Ruby, and modules of Perl, that only compute.
const LIBRARIES: &[&str] = &[
    "json",
    "yaml",
    "csv",
    "set",
    "time",
    "date",
    "pp",
    "digest",
    "securerandom",
    "optparse",
    "erb",
    "bigdecimal",
    "strict",
    "warnings",
    "utf8",
    "feature",
    "List::Util",
    "JSON::PP",
    "JSON",
    "Data::Dumper",
    "POSIX",
    "Time::Local",
    "Text::Wrap",
    "integer",
    "vars",
    "5",
];

/// Whether a library only computes.
pub(crate) fn is_library(name: &str) -> bool {
    LIBRARIES.contains(&name.split(['=', ',']).next().unwrap_or(name))
}

/// Adds what a text of one of these languages does.
pub(crate) fn understand(language: Language, text: &str, context: &mut Context<'_>) -> Result<(), String> {
    let (acting, opaque) = match language {
        Language::Ruby => (RUBY, RUBY_OPAQUE),
        Language::Perl => (PERL, PERL_OPAQUE),
        Language::Php => (PHP, PHP_OPAQUE),
        Language::Shell | Language::Python | Language::JavaScript | Language::Awk => {
            return Err("it is another language".to_owned());
        }
    };
    let text = if text.starts_with("#!") { text.split_once('\n').map_or("", |(_, rest)| rest) } else { text };
    let mut doubt = signs(language, text);
    if text.contains('`') {
        for (index, part) in text.split('`').enumerate() {
            if index % 2 == 1 && acts::shell(&Value::Known(part.to_owned()), context).is_err() {
                doubt.get_or_insert_with(|| "it runs a command that the code puts together".to_owned());
            }
            if index % 2 == 1 && part.contains(['$', '#', '\\']) {
                doubt.get_or_insert_with(|| "it runs a command that the code puts together".to_owned());
            }
        }
    }
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find(is_part)).map(|offset| at + offset) {
        let rest = text.get(start..).unwrap_or_default();
        let length = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        at = start + length;
        let name = word.rsplit("::").next().unwrap_or(word).trim_matches(':');
        let name = if language == Language::Php { name.to_ascii_lowercase() } else { name.to_owned() };
        if let Some((_, does)) = acting.iter().find(|(known, _)| *known == name) {
            if let Err(why) = given(*does, after, context) {
                doubt.get_or_insert(why);
            }
        } else if opaque.iter().any(|known| {
            *known == name
                || (language == Language::Php && known.eq_ignore_ascii_case(&name))
                || word.split("::").any(|part| part == *known)
        }) {
            let library = after.trim_start().trim_start_matches(['\'', '"', '(', ' ']);
            let library = library
                .split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, ':' | '_')))
                .next()
                .unwrap_or_default();
            let loads = matches!(name.as_str(), "require" | "use" | "no")
                && LIBRARIES.contains(&library)
                && language != Language::Php;
            if name == "ENV" || name == "_env" || name == "getenv" {
                families::reads_environment("*", context);
            } else if !loads {
                doubt.get_or_insert_with(|| format!("it uses {name}"));
            }
        }
    }
    doubt.map_or(Ok(()), Err)
}

/// Signs that run something, or hide it.
fn signs(language: Language, text: &str) -> Option<String> {
    let any = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
    let hidden = match language {
        Language::Ruby => any(&["%x", "\\x", "&:", "|-", "<<"]),
        Language::Perl => {
            any(&[
                "(?{", "(??{", "&$", "&{", "->$", "->(", "*{", "\\x", "<$", "::", "@ARGV", "$0", "<*", "__",
            ]) || evaluates(text)
        }
        Language::Php => any(&["$$", "${", "\\x", "<<<", "](", ")("]) || called_by_variable(text),
        Language::Shell | Language::Python | Language::JavaScript | Language::Awk => true,
    };
    hidden.then(|| "it can run what it puts together".to_owned())
}

/// `s/../../e` runs what it puts in place.
fn evaluates(text: &str) -> bool {
    let mut before = ' ';
    let mut flags = String::new();
    for letter in text.chars().chain([' ']) {
        if letter.is_ascii_lowercase() {
            flags.push(letter);
            continue;
        }
        let is_flags = !before.is_alphanumeric()
            && !matches!(
                before,
                ' ' | '\n' | '(' | '$' | '@' | '%' | '_' | ';' | '-' | '\\' | ',' | '"' | '\''
            );
        if is_flags && flags.contains('e') && flags.chars().all(|flag| "msixpodualngcer".contains(flag)) {
            return true;
        }
        flags.clear();
        before = letter;
    }
    false
}

/// `$f(..)` calls what a variable names.
fn called_by_variable(text: &str) -> bool {
    text.split('$').skip(1).any(|rest| {
        let name = rest.trim_start_matches(|letter: char| letter.is_alphanumeric() || letter == '_');
        name.len() < rest.len() && name.trim_start().starts_with('(')
    })
}

/// Adds what a word of power does with the literals that follow it.
fn given(does: Does, after: &str, context: &mut Context<'_>) -> Result<(), String> {
    let mut rest = after.trim_start_matches([' ', '(']);
    let mut values = Vec::new();
    while let Some(quote) = rest.chars().next().filter(|quote| matches!(quote, '"' | '\'')) {
        let inner = rest.get(1..).unwrap_or_default();
        let Some((text, behind)) = inner.split_once(quote) else { break };
        if text.contains(['\\', '#']) || (quote == '"' && text.contains(['$', '@'])) {
            break;
        }
        values.push(Value::Known(text.to_owned()));
        let behind = behind.trim_start_matches(' ');
        match behind.strip_prefix(',') {
            Some(more) => rest = more.trim_start_matches(' '),
            None if behind.is_empty() || behind.starts_with([')', ';', '\n', '}', '|']) => {
                return follow(does, values, context);
            }
            None => break,
        }
    }
    let line: String = after.lines().next().unwrap_or_default().chars().take(400).collect();
    families::sought_in(&line, context);
    Err("it runs a command or changes a file that the code works out".to_owned())
}

fn follow(does: Does, values: Vec<Value>, context: &mut Context<'_>) -> Result<(), String> {
    // One text alone goes to a shell.
    if let ([text], Does::Words) = (values.as_slice(), does) {
        return acts::shell(text, context);
    }
    let arguments: Vec<Argument> =
        values.into_iter().map(|value| Argument { name: None, given: Given::One(value) }).collect();
    acts::act(does, &arguments, context)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn literals_are_followed() {
        assert_snapshot!(check("ruby -e 'system(\"git push origin main\")'"), @"
        git.push main@origin, write
        exec.read ruby, read
        ");
        assert_snapshot!(check("ruby -e 'puts `git status`'"), @"
        git.read /repo, read
        exec.read ruby, read
        ");
        assert_snapshot!(check("perl -e 'system(\"git\", \"push\", \"origin\", \"main\");'"), @"
        git.push main@origin, write
        exec.read perl, read
        ");
        assert_snapshot!(check("php -r 'shell_exec(\"git push origin main\");'"), @"
        git.push main@origin, write
        exec.read php, read
        ");
    }

    #[test]
    fn what_only_computes_is_exact() {
        assert_snapshot!(check("ruby -e 'puts [1,2].map { |x| x + 1 }.inspect'"), @"exec.read ruby, read");
        assert_snapshot!(check("ruby -rjson -e 'puts JSON.parse(\"[1]\").length'"), @"exec.read ruby, read");
        assert_snapshot!(check("perl -ne 'print if /foo/' src/a.rs"), @"
        exec.read perl, read
        fs.read /repo/src/a.rs, read
        ");
        assert_snapshot!(check("perl -pe 's/foo/bar/g' src/a.rs"), @"
        exec.read perl, read
        fs.read /repo/src/a.rs, read
        ");
        assert_snapshot!(check("perl -pi -e 's/foo/bar/g' src/a.rs"), @"
        exec.read perl, read
        fs.write /repo/src/a.rs, write
        ");
        assert_snapshot!(check("php -r 'echo 1 + 1;'"), @"exec.read php, read");
    }

    #[test]
    fn everything_else_is_opaque() {
        for command in [
            "ruby -e 'eval(gets)'",
            "ruby -e 'Kernel.send(:sys, 1)'",
            "ruby -e 'IO.popen(x)'",
            "ruby -e 'system(x)'",
            "ruby -e 'system(\"git #{x}\")'",
            "ruby -r./x -e '1'",
            "ruby -e '%x(ls)'",
            "perl -e 's/a/system(1)/e'",
            "perl -pe 's/(.*)/`$1`/ee' x",
            "perl -e 'eval $x'",
            "perl -Mevil -e '1'",
            "perl -e 'open(F, \"ls|\")'",
            "perl -e '&$f()'",
            "perl -e '\"x\" =~ /(?{ 1 })/'",
            "php -r '$f = \"sys\" . \"tem\"; $f(\"ls\");'",
            "php -r 'SYSTEM($x);'",
            "php -r 'include $x;'",
        ] {
            let found = check(command);
            assert!(found.contains("exec.opaque"), "{command}: {found}");
        }
    }
}
