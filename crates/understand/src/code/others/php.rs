//! PHP: which of its calls surely only compute or print. A function, constant or method of another name is not known.

use std::collections::HashSet;

use super::php_pieces;
use super::pieces::{Kind, Names, Piece, is, kind, names};
use crate::code::acts::Does;

/// Words of power, and what they do with a literal that follows, in small letters: sorted.
pub(super) const ACTING: &[(&str, Does)] = &[
    ("exec", Does::Shell),
    ("file_get_contents", Does::Read),
    ("file_put_contents", Does::Write),
    ("mkdir", Does::Make),
    ("passthru", Does::Shell),
    ("popen", Does::Shell),
    ("proc_open", Does::Shell),
    ("readfile", Does::Read),
    ("rmdir", Does::Delete),
    ("shell_exec", Does::Shell),
    ("system", Does::Shell),
    ("unlink", Does::Delete),
];
/// Words that cannot be followed, wherever they stand, in small letters: sorted.
pub(super) const OPAQUE: &[&str] = &[
    "_env",
    "_get",
    "_server",
    "array_filter",
    "array_map",
    "array_reduce",
    "array_walk",
    "array_walk_recursive",
    "assert",
    "call_user_func",
    "call_user_func_array",
    "chmod",
    "chown",
    "closure",
    "copy",
    "create_function",
    "curl_exec",
    "curl_init",
    "dl",
    "eval",
    "extract",
    "ffi",
    "file",
    "fopen",
    "forward_static_call",
    "fsockopen",
    "getenv",
    "glob",
    "include",
    "include_once",
    "is_callable",
    "iterator_apply",
    "link",
    "mail",
    "move_uploaded_file",
    "mysqli",
    "new",
    "ob_start",
    "parse_str",
    "pcntl_exec",
    "pdo",
    "preg_replace_callback",
    "putenv",
    "reflection",
    "reflectionfunction",
    "register_shutdown_function",
    "rename",
    "require",
    "require_once",
    "scandir",
    "set_error_handler",
    "stream_socket_client",
    "symlink",
    "touch",
    "uasort",
    "uksort",
    "unserialize",
    "usort",
];
/// Functions that only compute or print, and words of the language before a bracket.
static CALLS: Names = Names::new(|| names(include_str!("names/php_calls.txt")));
/// Functions that only do so where they are given what the program itself reads or prints to.
static STREAMS: Names = Names::new(|| names(include_str!("names/php_streams.txt")));
/// Words of the language.
static WORDS: Names = Names::new(|| names(include_str!("names/php_words.txt")));
/// Constants that are no more than a value.
static CONSTANTS: Names = Names::new(|| names(include_str!("names/php_constants.txt")));
/// Classes that only hold a value, in small letters.
static CLASSES: Names = Names::new(|| names(include_str!("names/php_classes.txt")));
/// Methods of theirs, in small letters.
static METHODS: Names = Names::new(|| names(include_str!("names/php_methods.txt")));
/// What names of such constants start with.
const PREFIXES: &[&str] = &[
    "ENT_",
    "JSON_",
    "M_",
    "PHP_FLOAT_",
    "PHP_INT_",
    "PHP_MAJOR_",
    "PHP_MINOR_",
    "PREG_",
    "SORT_",
    "STR_PAD_",
];

/// Why the code as a whole cannot be followed.
pub(super) fn signs(text: &str) -> Option<String> {
    const SIGNS: &[&str] = &["$$", "${", "\\x", "<<<", "](", ")("];
    if SIGNS.iter().any(|sign| text.contains(sign)) || called_by_variable(text) {
        return Some("it can run what it puts together".to_owned());
    }
    match php_pieces::read(text) {
        Ok(pieces) => unknown(&pieces),
        Err(why) => Some(why.to_owned()),
    }
}

/// `$f(..)` calls what a variable names.
fn called_by_variable(text: &str) -> bool {
    text.split('$').skip(1).any(|rest| {
        let name = rest.trim_start_matches(|letter: char| letter.is_alphanumeric() || letter == '_');
        name.len() < rest.len() && name.trim_start().starts_with('(')
    })
}

/// Names that the code gives something of its own, in small letters but for constants.
#[derive(Default)]
struct Own {
    functions: HashSet<String>,
    classes: HashSet<String>,
    constants: HashSet<String>,
}

/// The first of its names that nobody here knows.
fn unknown(pieces: &[Piece<'_>]) -> Option<String> {
    let own = own(pieces);
    (0..pieces.len()).find_map(|at| {
        let piece = pieces.get(at)?;
        let known = match piece.kind {
            Kind::Word => is_known(pieces, at, &own),
            Kind::Variable => {
                piece.text != "$GLOBALS" && (!is(pieces, at + 1, "::") || piece.text == "$this")
            }
            // What stands before the bracket of a call is a name, and no value.
            Kind::Sign if piece.text == "(" => {
                let before = at.checked_sub(1).and_then(|before| pieces.get(before));
                !before.is_some_and(|before| match before.kind {
                    Kind::Text | Kind::Variable => true,
                    Kind::Sign => matches!(before.text, ")" | "]" | "}") && !ends_statement(pieces, at - 1),
                    Kind::Word | Kind::Number | Kind::Symbol | Kind::Line => false,
                })
            }
            // A name in a space of its own, or the usual one said in full: `\strlen`.
            Kind::Sign if piece.text == "\\" => {
                kind(pieces, at.wrapping_sub(1)) != Some(Kind::Word)
                    || is(pieces, at.wrapping_sub(1), "return")
                    || is(pieces, at.wrapping_sub(1), "echo")
            }
            Kind::Sign | Kind::Symbol | Kind::Number | Kind::Text | Kind::Line => true,
        };
        (!known).then(|| format!("it uses {}, which nobody here knows", piece.text))
    })
}

/// Whether a bracket that closes ends a block, behind which a value in brackets is a statement of its own.
fn ends_statement(pieces: &[Piece<'_>], close: usize) -> bool {
    is(pieces, close, "}")
        && pieces
            .get(..close)
            .unwrap_or_default()
            .iter()
            .rev()
            .take_while(|piece| piece.text != "{")
            .any(|piece| piece.text == ";")
}

fn is_known(pieces: &[Piece<'_>], at: usize, own: &Own) -> bool {
    let Some(piece) = pieces.get(at) else { return true };
    let before = at.wrapping_sub(1);
    let small = piece.text.to_ascii_lowercase();
    let name = small.as_str();
    let is_called = is(pieces, at + 1, "(");
    if is(pieces, before, "function")
        || is(pieces, before, "&") && is(pieces, before.wrapping_sub(1), "function")
    {
        return true;
    }
    if ["class", "interface", "trait", "enum", "const", "goto"].iter().any(|word| is(pieces, before, word)) {
        return true;
    }
    if ["->", "?->", "::"].iter().any(|sign| is(pieces, before, sign)) {
        let is_known = METHODS.contains(name) || own.functions.contains(name);
        let is_constant = is(pieces, before, "::");
        return if is_called { is_known } else { !is_constant || is_value(pieces, at, own) };
    }
    if is_called {
        let is_stream = STREAMS.contains(name)
            && ["STDIN", "STDOUT", "STDERR"].iter().any(|stream| is(pieces, at + 2, stream))
            && [",", ")"].iter().any(|sign| is(pieces, at + 3, sign));
        let is_evaluated = name == "preg_replace" && evaluates(pieces, at + 2);
        let is_listed =
            CALLS.contains(name) || ACTING.binary_search_by(|(known, _)| (*known).cmp(name)).is_ok();
        return (is_listed || is_stream || own.functions.contains(name)) && !is_evaluated;
    }
    let is_class = || CLASSES.contains(name) || own.classes.contains(name);
    WORDS.contains(name)
        || is_class()
        || is_value(pieces, at, own)
        // The type of a parameter, the name of an argument.
        || kind(pieces, at + 1) == Some(Kind::Variable)
        || (is(pieces, at + 1, ":") && [",", "("].iter().any(|sign| is(pieces, before, sign)))
}

/// Whether a name is that of a constant that is no more than a value.
fn is_value(pieces: &[Piece<'_>], at: usize, own: &Own) -> bool {
    let Some(name) = pieces.get(at).map(|piece| piece.text) else { return true };
    CONSTANTS.contains(name)
        || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || own.constants.contains(name)
        || (name == "class" && is(pieces, at.wrapping_sub(1), "::"))
}

/// A pattern of old versions runs what it puts in place: `/x/e`.
fn evaluates(pieces: &[Piece<'_>], at: usize) -> bool {
    let Some(piece) = pieces.get(at).filter(|piece| piece.kind == Kind::Text) else { return false };
    let text = piece.text.trim_end_matches(['"', '\'']);
    let flags = text.rsplit(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or_default();
    flags.len() < text.len() && flags.contains('e')
}

fn own(pieces: &[Piece<'_>]) -> Own {
    let mut own = Own::default();
    for (at, piece) in pieces.iter().enumerate().filter(|(_, piece)| piece.kind == Kind::Word) {
        let before = at.wrapping_sub(1);
        let is_behind = |word: &str| is(pieces, before, word);
        let small = piece.text.to_ascii_lowercase();
        if is_behind("function") || (is_behind("&") && is(pieces, before.wrapping_sub(1), "function")) {
            own.functions.insert(small);
        } else if ["class", "interface", "trait", "enum"].iter().any(|word| is_behind(word)) {
            own.classes.insert(small);
        } else if is_behind("const") || (is_behind("case") && is(pieces, at + 1, ";")) {
            own.constants.insert(piece.text.to_owned());
        } else if piece.text == "define"
            && let Some(name) = pieces.get(at + 2).filter(|piece| piece.kind == Kind::Text)
        {
            own.constants.insert(name.text.trim_matches(['"', '\'']).to_owned());
        }
    }
    own
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    fn php(code: &str) -> String {
        check(&format!("php <<'EOF'\n<?php {code}\nEOF"))
    }

    #[test]
    fn what_is_not_known_is_opaque() {
        for code in [
            "mysqli_query(mysqli_connect('db.example','u','p','x'),'DROP TABLE users');",
            "pg_query(pg_connect('host=db.example'),'drop table users');",
            "filter_var('ls',FILTER_CALLBACK,['options'=>'sys'.'tem']);",
            "array_udiff(['ls'],['x'],'sys'.'tem');",
            "declare(ticks=1); register_tick_function('sys'.'tem','ls'); $a=1;",
            "error_log('x',3,'.git/hooks/pre-push');",
            "get_headers('https://x.io/?'.$a);",
            "preg_replace_callback_array(['/x/'=>'sys'.'tem'],'x');",
            "preg_replace('/x/e', 'sys'.'tem(1)', 'x');",
            "set_exception_handler('sys'.'tem');",
            "posix_kill(1,9);",
            "ldap_delete(ldap_connect('ldap.example'),'dc=x');",
            "ssh2_exec(ssh2_connect('web.example'),'rm -rf /');",
            "ini_set('error_log','.git/hooks/pre-push');",
            "fputs(STREAM,'x');",
            "fwrite($f,'x');",
            "stream_wrapper_register('x','y');",
            "\\pcntl_signal(1,'sys'.'tem');",
            "('sys'.'tem') ('ls');",
            "'system' /* a call */ ('ls');",
            "['A','b'] ('ls');",
            "$x->{'sys'.'tem'} ('ls');",
            "$f /* a call */ ('ls');",
            "$c::fromCallable('x');",
            "class A extends SoapClient {}",
            "echo \"{$x->zork(1)}\";",
            "// ?> <?php posix_kill(1,9);",
            "echo '?>'; ?> text posix_kill <?= posix_kill(1,9) ?>",
            "goto_x(1);",
            "Evil\\f(1);",
            "Closure::fromCallable('x');",
            "$GLOBALS['f']('x');",
        ] {
            assert!(php(code).contains("exec.opaque"), "{code}: {}", php(code));
        }
        let found = check("php -r 'filter_var(\"ls\",FILTER_CALLBACK,[\"options\"=>\"sys\".\"tem\"]);'");
        assert!(found.contains("exec.opaque"), "{found}");
    }

    #[test]
    fn everyday_code_is_followed() {
        for code in [
            "echo 1 + 1, PHP_EOL, PHP_VERSION;",
            "$d = json_decode(stream_get_contents(STDIN), true); print_r($d['a']['b'] ?? 'none');",
            "function greet(string $name, ?int $n = null): string { return \"hello {$name}\" . strtoupper($name); } echo greet('x'), greet(name: 'y');",
            "foreach ([3, 1] as $k => $v) { if ($v > 1) { printf(\"%d %s\\n\", $k, $v); } else { continue; } } // posix_kill is a word",
            "class P implements Countable { const MAX = 3; private array $x = []; public function count(): int { return count($this->x) + self::MAX; } }",
            "echo implode(',', array_keys(['a' => 1])), \\strlen('x'), M_PI, json_encode([1], JSON_PRETTY_PRINT);",
            "try { throw_if(1); } catch (Exception $e) { fwrite(STDERR, $e->getMessage()); } function throw_if($x) { return $x; }",
            "if (true): echo 'a'; endif; switch (1) { case 1: echo 'x'; break; default: echo 'y'; } define('LIMIT', 3); echo LIMIT;",
            "echo preg_replace('/a/i', 'b', 'abc'), preg_match('/x/', 'y') ? 'yes' : 'no'; exit(0);",
        ] {
            assert!(!php(code).contains("opaque"), "{code}: {}", php(code));
        }
        for command in [
            "php -r 'echo 1;'",
            "php -r 'var_dump(strtotime(\"now\") > 0);'",
            "php -r 'file_put_contents(\"a.txt\", \"x\");'",
        ] {
            assert!(!check(command).contains("exec.opaque"), "{command}: {}", check(command));
        }
        let page = "php - <<'EOF'\n<html><?php if (true) { ?><b>posix_kill(1)</b><?php } ?></html>\nEOF";
        assert!(!check(page).contains("opaque"), "{}", check(page));
    }
}
