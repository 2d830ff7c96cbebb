//! Ruby, Perl and PHP: languages in which any word may run something. Code is harmless in which no word of power stands
//! at all, and of Ruby and PHP only calls that surely compute or print; literal commands, files and addresses given to
//! words of power are followed; everything else is opaque.

mod perl;
mod php;
mod php_pieces;
mod pieces;
mod ruby;
mod ruby_pieces;

use std::borrow::Cow;

use super::acts::{self, Does};
use super::language::Language;
use super::uses::{Argument, Given};
use crate::context::Context;
use crate::families;
use crate::word::Value;

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
        Language::Ruby => (ruby::ACTING, ruby::OPAQUE),
        Language::Perl => (perl::ACTING, perl::OPAQUE),
        Language::Php => (php::ACTING, php::OPAQUE),
        Language::Shell | Language::Bash | Language::Python | Language::JavaScript | Language::Awk => {
            return Err("it is another language".to_owned());
        }
    };
    let text = if text.starts_with("#!") { text.split_once('\n').map_or("", |(_, rest)| rest) } else { text };
    // Its signs count as they are written, too.
    let hidden = if language == Language::Perl { signs(language, text) } else { None };
    let plain;
    let text = if language == Language::Perl && text.contains('q') {
        plain = super::perl_quotes::plain(text);
        plain.as_str()
    } else {
        text
    };
    let kept = context.state.shell.environment.clone();
    context.state.shell.environment.extend(sets(text));
    let doubt = hidden.or(words(language, text, acting, opaque, context));
    context.state.shell.environment = kept;
    doubt.map_or(Ok(()), Err)
}

/// Variables that the code sets: `ENV["A"] = "b"`, `$ENV{A} = "b"`, `putenv("A=b")`.
fn sets(text: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (at, setter) in text.match_indices("ENV").chain(text.match_indices("putenv")) {
        let rest = text.get(at + setter.len()..).unwrap_or_default();
        let rest = rest.trim_start_matches([' ', '(', '[', '{', '"', '\'']);
        let end = rest
            .find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
            .unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        if !crate::environment::matters(name) {
            continue;
        }
        let is_inside = rest.starts_with('=');
        let rest = rest.trim_start_matches([' ', '"', '\'', ']', '}', ')']);
        let Some(value) = rest.strip_prefix('=').filter(|rest| !rest.starts_with('=')).map(str::trim_start)
        else {
            continue;
        };
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''));
        let literal = match quote {
            Some(quote) if !is_inside => value.get(1..).and_then(|value| value.split_once(quote)),
            None if is_inside => value.split_once(['"', '\'']),
            Some(_) | None => None,
        };
        let is_plain = |(value, after): &(&str, &str)| {
            !value.contains(['$', '#', '@', '\\']) && !after.trim_start().starts_with(['.', '+'])
        };
        let value = literal.filter(is_plain).map_or_else(
            || Value::unknown("a value that the code works out"),
            |(value, _)| Value::Known(value.to_owned()),
        );
        found.push((name.to_owned(), value));
    }
    found
}

/// Looks at the words of a text one by one; the first doubt there is.
fn words(
    language: Language,
    text: &str,
    acting: &[(&str, Does)],
    opaque: &[&str],
    context: &mut Context<'_>,
) -> Option<String> {
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
        let is_path = word.contains(':');
        let name = if is_path { word.rsplit("::").next().unwrap_or(word).trim_matches(':') } else { word };
        let name = match language {
            Language::Php if name.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                Cow::Owned(name.to_ascii_lowercase())
            }
            _ => Cow::Borrowed(name),
        };
        let is_opaque = |name: &str| opaque.binary_search(&name).is_ok();
        let found = acting.binary_search_by(|(known, _)| (*known).cmp(name.as_ref()));
        if language == Language::Perl && perl::is_acting(&name, after) {
            doubt.get_or_insert_with(|| format!("it calls {name}"));
        } else if let Some((_, does)) = found.ok().and_then(|at| acting.get(at)) {
            if let Err(why) = given(*does, after, context) {
                doubt.get_or_insert(why);
            }
        } else if is_opaque(&name) || (is_path && word.split("::").any(is_opaque)) {
            let library = after.trim_start().trim_start_matches(['\'', '"', '(', ' ']);
            let library = library
                .split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, ':' | '_')))
                .next()
                .unwrap_or_default();
            let is_loading = match name.as_ref() {
                "require" | "use" => true,
                // Without `strict` a text can be a name.
                "no" => library != "strict",
                _ => false,
            };
            let loads = is_loading && LIBRARIES.contains(&library) && language != Language::Php;
            if name == "ENV" || name == "_env" || name == "getenv" {
                families::reads_environment("*", context);
            } else if !loads {
                doubt.get_or_insert_with(|| format!("it uses {name}"));
            }
        }
    }
    doubt
}

/// Signs that run something, or hide it, and names that nobody knows.
fn signs(language: Language, text: &str) -> Option<String> {
    match language {
        Language::Ruby => ruby::signs(text),
        Language::Perl => perl::signs(text).map(str::to_owned),
        Language::Php => php::signs(text),
        Language::Shell | Language::Bash | Language::Python | Language::JavaScript | Language::Awk => {
            Some("it is another language".to_owned())
        }
    }
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
    fn the_tables_are_in_order() {
        for table in [super::ruby::ACTING, super::perl::ACTING, super::php::ACTING] {
            assert!(table.is_sorted_by_key(|(name, _)| *name));
        }
        for table in [super::ruby::OPAQUE, super::perl::OPAQUE, super::php::OPAQUE] {
            assert!(table.is_sorted());
        }
        assert!(super::php::OPAQUE.iter().all(|name| *name == name.to_ascii_lowercase()));
    }

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
        for code in [
            "system qw(git push origin main)",
            "system(qw{git push origin main});",
            "my $x = 1; exec qw/git push origin main/",
            "system q(git push origin main)",
            "system qq[git push origin main];",
        ] {
            let found = check(&format!("perl -e '{code}'"));
            assert!(found.contains("git.push main@origin"), "{code}: {found}");
        }
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
