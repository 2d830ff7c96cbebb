//! Perl: signs in its code that run something or hide it, wherever they stand. What `ARGV` names is opened as a file, and
//! a name with a bar behind it is run, so code that changes it runs anything.

use super::pieces::{closing, is_name};
use crate::code::acts::Does;

/// Words of power, and what they do with a literal that follows: sorted.
pub(super) const ACTING: &[(&str, Does)] = &[
    ("exec", Does::Words),
    ("remove_tree", Does::Delete),
    ("rmdir", Does::Delete),
    ("rmtree", Does::Delete),
    ("system", Does::Words),
    ("unlink", Does::Delete),
];
/// Words that cannot be followed: sorted.
pub(super) const OPAQUE: &[&str] = &[
    "AUTOLOAD", "BEGIN_", "CORE", "ENV", "GLOBAL", "INC", "SIG", "bless", "can", "chdir", "chmod", "chown",
    "chroot", "connect", "dbmopen", "do", "dump", "eval", "exec", "fork", "format", "getenv", "glob", "goto",
    "import", "kill", "link", "local", "lstat", "mkdir", "no", "open", "opendir", "package", "pipe", "qx",
    "readpipe", "rename", "require", "send", "socket", "sub", "symlink", "syscall", "sysopen", "syswrite",
    "tie", "truncate", "use", "utime", "write",
];
/// Functions of POSIX that act, where they are called: sorted.
const POSIX: &[&str] = &[
    "abort",
    "creat",
    "dup",
    "dup2",
    "execl",
    "execle",
    "execlp",
    "execv",
    "execve",
    "execvp",
    "fopen",
    "freopen",
    "lchown",
    "mkfifo",
    "mknod",
    "nice",
    "raise",
    "remove",
    "setgid",
    "setpgid",
    "setsid",
    "setuid",
    "sigaction",
    "tcsetpgrp",
    "tmpfile",
    "tmpnam",
];
/// Words that work through a list, or put something behind one.
const CHANGE_LISTS: &[&str] = &["push", "unshift", "splice"];
/// Letters that may follow a substitution.
const FLAGS: &str = "msixpodualngcer";
/// How often the code may be gone through for substitutions.
const MOST_STEPS: usize = 64;

/// Why the code as a whole cannot be followed.
pub(super) fn signs(text: &str) -> Option<&'static str> {
    const SIGNS: &[&str] =
        &["(?{", "(??{", "&$", "&{", "->$", "->(", "*{", "*$", "\\&", "\\x", "<$", "::", "$0", "<*", "__"];
    if SIGNS.iter().any(|sign| text.contains(sign)) || evaluates(text) {
        return Some("it can run what it puts together");
    }
    if changes_arguments(text) || names_hidden_variable(text) {
        return Some("it changes which files it reads");
    }
    if !text.contains("use strict") && changes_by_name(text) {
        return Some("it changes what a text names");
    }
    globs(text).then_some("it gives what it calls another name")
}

/// Whether a word calls a function of POSIX that acts: it is given something.
pub(super) fn is_acting(word: &str, after: &str) -> bool {
    let after = after.trim_start();
    POSIX.binary_search(&word).is_ok() && after.starts_with(['(', '"', '\'', '$', '@'])
}

/// Whether `s/../../e` may run what it puts in place, between any signs or letters: `s,a,b,e`, `s xaxbxe`. Where one may
/// begin, one does.
fn evaluates(text: &str) -> bool {
    let mut steps = text.len().saturating_mul(MOST_STEPS);
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        // Behind a quote it stands in a text, or where an operator must.
        let starts = letter == 's' && !(is_name(before) || matches!(before, '$' | '@' | '"' | '\'' | '`'));
        before = letter;
        let Some(rest) = text.get(at + 1..).filter(|_| starts) else { continue };
        match substitution(rest, &mut steps) {
            Some(flags) if flags.contains('e') => return true,
            Some(_) => {}
            None if steps == 0 => return true,
            None => {}
        }
    }
    false
}

/// The flags of the substitution whose first sign or letter `rest` begins with.
fn substitution<'t>(rest: &'t str, steps: &mut usize) -> Option<&'t str> {
    let open = opening(rest)?;
    let (first, rest) = rest.split_at_checked(open)?;
    let sign = rest.chars().next()?;
    // A word behind the letter is another name.
    if is_name(sign) && first.is_empty() {
        return None;
    }
    let close = closing(sign);
    let mut end = between(rest, sign, close, steps)?;
    if close != sign {
        let next = rest.get(end..)?;
        let open = opening(next)?;
        let sign = next.get(open..)?.chars().next()?;
        end += open + between(next.get(open..)?, sign, closing(sign), steps)?;
    } else {
        // The sign in the middle ends one part and starts the other.
        let middle = end - close.len_utf8();
        end = middle + between(rest.get(middle..)?, sign, close, steps)?;
    }
    let after = rest.get(end..)?;
    let length = after.find(|letter| !FLAGS.contains(letter)).unwrap_or(after.len());
    let (flags, after) = after.split_at(length);
    // More letters make a word of it, but for those that may follow at once: `s/a/b/eif 1`.
    let is_text = is_name(close) || matches!(close, '"' | '\'');
    (!is_text || !after.starts_with(is_name)).then_some(flags)
}

/// Where the next sign stands that is no blank, and no comment behind one.
fn opening(text: &str) -> Option<usize> {
    let mut at = text.len() - text.trim_start().len();
    while at > 0 && text.get(at..)?.starts_with('#') {
        at += text.get(at..)?.find('\n')?;
        at += text.get(at..)?.len() - text.get(at..)?.trim_start().len();
    }
    Some(at)
}

/// How far what stands between two signs reaches, both of them counted.
fn between(text: &str, open: char, close: char, steps: &mut usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        *steps = steps.checked_sub(1).unwrap_or_default();
        if *steps == 0 {
            return None;
        }
        match letter {
            '\\' if at > 0 => {
                letters.next();
            }
            _ if at == 0 => depth += 1,
            _ if letter == close => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + letter.len_utf8());
                }
            }
            _ if letter == open => depth += 1,
            _ => {}
        }
    }
    None
}

/// Whether `ARGV` is more than read: `$ARGV[0]`, `scalar @ARGV`, `shift @ARGV` and a comparison leave it what it is.
fn changes_arguments(text: &str) -> bool {
    text.match_indices("ARGV").any(|(at, name)| {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + name.len()..).unwrap_or_default();
        let is_compared = before.ends_with("$#")
            && ["==", "!=", "<", ">"].iter().any(|sign| after.trim_start().starts_with(sign));
        !(is_compared || element_is_read(before, after) || list_is_read(before, after))
    })
}

/// `$ARGV[0]`, in no place where something may change it.
fn element_is_read(before: &str, after: &str) -> bool {
    let Some(before) = before.strip_suffix('$') else { return false };
    let inside = after.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let Some((index, after)) = inside else { return false };
    let is_index = |letter: char| is_name(letter) || matches!(letter, '$' | '-' | ' ');
    let before = before.trim_end();
    let last = before.rsplit(|letter: char| !is_name(letter)).next().unwrap_or_default();
    // These change what they are given, or give it another name.
    let is_changed = before.ends_with("++") || before.ends_with("--") || before.ends_with('\\');
    let opener = before.trim_end_matches(['(', ' ']);
    let by = opener.rsplit(|letter: char| !is_name(letter)).next().unwrap_or_default();
    let aliases = [last, by].iter().any(|word| {
        matches!(
            *word,
            "for" | "foreach" | "map" | "grep" | "chomp" | "chop" | "read" | "sysread" | "vec" | "substr"
        )
    });
    index.chars().all(is_index)
        && !is_changed
        && !aliases
        && !assigns(after.trim_start())
        && !assigns_list(after)
}

/// `scalar @ARGV`, `@ARGV < 2`, `unless @ARGV`, `shift @ARGV`
fn list_is_read(before: &str, after: &str) -> bool {
    let Some(before) = before.strip_suffix('@') else { return false };
    let inner = before.trim_end().trim_end_matches('(').trim_end();
    let word = inner.rsplit(|letter: char| !is_name(letter)).next().unwrap_or_default();
    let after = after.trim_start();
    let is_name_of_reading =
        matches!(word, "scalar" | "shift" | "pop" | "if" | "unless" | "or" | "and" | "not");
    let ends = after.is_empty() || after.starts_with([')', ';', '}', '<', '>']);
    let compares = ["==", "!=", "<", ">"].iter().any(|sign| after.starts_with(sign));
    let is_named = is_name_of_reading && (ends || after.starts_with("or ") || after.starts_with("and "));
    word == "scalar" || ((is_named || compares) && !assigns(after))
}

/// Whether what follows a value changes it.
fn assigns(after: &str) -> bool {
    const SIGNS: &[&str] = &[
        "=", ".=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "x=", "**=", "||=", "&&=", "//=", "<<=",
        ">>=", "++", "--",
    ];
    if let Some(rest) = after.strip_prefix("=~") {
        return !rest.trim_start().starts_with(['/', 'm']);
    }
    let is_compared = after.starts_with("==") || after.starts_with("=>");
    !is_compared && SIGNS.iter().any(|sign| after.starts_with(sign))
}

/// Whether what follows one of several values gives all of them others: `$a, $b) = ..`.
fn assigns_list(after: &str) -> bool {
    let mut depth = 0_usize;
    for (at, letter) in after.char_indices().take(400) {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth > 0 => depth -= 1,
            ')' => return assigns(after.get(at + 1..).unwrap_or_default().trim_start()),
            ';' | '}' | ']' if depth == 0 => return false,
            _ => {}
        }
    }
    false
}

/// `$^I` writes what is read anew; a name may also be written with a letter that nobody sees.
fn names_hidden_variable(text: &str) -> bool {
    text.split('$').skip(1).any(|rest| {
        let rest = rest.trim_start_matches([' ', '{', '\t', '\n']);
        match rest.strip_prefix('^') {
            Some(name) => !name.starts_with(['O', 'T', 'V', 'W', 'X']),
            None => rest.starts_with(|letter: char| letter.is_control()),
        }
    })
}

/// Whether something is changed that a text may name: `$n->[0] = ..`, `push @$n, ..`, where `$n` may be `ARGV`.
fn changes_by_name(text: &str) -> bool {
    let names = ["@$", "@{", "$$", "${", "%$", "%{", "->[", "->{"];
    names.iter().any(|name| {
        text.match_indices(name).any(|(at, _)| {
            let before = text.get(..at).unwrap_or_default().trim_end().trim_end_matches('(').trim_end();
            let word = before.rsplit(|letter: char| !is_name(letter)).next().unwrap_or_default();
            let after = behind_value(text.get(at..).unwrap_or_default());
            CHANGE_LISTS.contains(&word) || assigns(after)
        })
    })
}

/// What follows a value that begins here, with its indices: `@{$x}[1]`, `->[0]{a}`.
fn behind_value(text: &str) -> &str {
    let mut rest = text.trim_start_matches(['@', '%', '$']);
    let mut steps = 0;
    loop {
        rest = rest.trim_start_matches(is_name).trim_start();
        rest = rest.strip_prefix("->").unwrap_or(rest);
        let Some(open) = rest.chars().next().filter(|open| matches!(open, '[' | '{')) else { return rest };
        let mut budget = 400;
        let Some(end) = between(rest, open, closing(open), &mut budget) else { return "=" };
        rest = rest.get(end..).unwrap_or_default();
        steps += 1;
        if steps > 8 {
            return "=";
        }
    }
}

/// `*name = ..` gives a function or a list another name.
fn globs(text: &str) -> bool {
    text.split('*').skip(1).any(|rest| {
        let name = rest.trim_start_matches(|letter: char| is_name(letter) || letter == '\'');
        let after = name.trim_start();
        name.len() < rest.len()
            && !rest.starts_with(|letter: char| letter.is_ascii_digit())
            && after.starts_with('=')
            && !after.starts_with("==")
            && !after.starts_with("=~")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::check;

    fn perl(code: &str) -> String {
        check(&format!("perl - <<'EOF'\n{code}\nEOF"))
    }

    #[test]
    fn the_table_is_in_order() {
        assert!(POSIX.is_sorted());
    }

    #[test]
    fn files_that_are_read_may_be_commands() {
        for code in [
            "$ARGV[0]=\"git push origin main|\"; print <>",
            "@{ARGV}=('git push origin main|'); print <>",
            "push @main'ARGV,'git push origin main|'; print <>",
            "*ARGV=['git push origin main|']; print <>",
            "$#ARGV=0; $ARGV[$#ARGV]='git push origin main|'; print while <<>>",
            "$ARGV[0]='git push origin main|'; while(<ARGV>){print}",
            "$ARGV[0]='git push origin main|'; print readline",
            "$ARGV[0] .= '|'; eof()",
            "$ARGV [0] = 'git push origin main|'; print <>",
            "for ($ARGV[0]) { $_ = 'git push origin main|' } print <>",
            "$ARGV[0] =~ s/$/|/; print <>",
            "$ARGV[0] ||= 'git push origin main|'; print <>",
            "($ARGV[0], $x) = ('git push origin main|'); print <>",
            "@ARGV[0,1] = ('git push origin main|'); print <>",
            "$n = 'AR'.'GV'; @$n = ('git push origin main|'); print <>",
            "$n = 'AR'.'GV'; $n->[0] = 'git push origin main|'; print <>",
            "$n = 'AR'.'GV'; push @{$n}, 'git push origin main|'; print <>",
            "${'AR'.'GV'}[0] = 'git push origin main|'; print <>",
            "$n = 'AR'.'GV'; $$n[0] = 'git push origin main|'; print <>",
            "$^I=''; $x = 1; while(<>){print 'x'}",
            "${^I}=''; while(<>){print 'x'}",
        ] {
            assert!(perl(code).contains("exec.opaque"), "{code}: {}", perl(code));
        }
        let found = check("perl -ne 'BEGIN{$ARGV[0]=\"git push origin main|\"} print'");
        assert!(found.contains("exec.opaque"), "{found}");
    }

    #[test]
    fn what_is_put_in_place_is_run() {
        for code in [
            "s,x,\"sys\".\"tem(1)\",ee",
            "s'x'\"sys\".\"tem(1)\"'ee",
            "s'x'\"sys\".\"tem(q(ls))\"'ee",
            "s-x-\"sys\".\"tem(1)\"-ee",
            "s\"x\"'sys'.'tem(1)'\"ee",
            "s xaxbxee",
            "s;x;'sys'.'tem(1)';ee",
            "s{x} {'sys'.'tem(1)'}ee",
            "s{x} # {}\n ,'sys'.'tem(1)',gee",
            "s<x>('sys'.'tem(1)')eif 1",
            "1&s,x,'sys'.'tem(1)',ee",
        ] {
            let found = perl(&format!("$_='x'; {code}"));
            assert!(found.contains("exec.opaque"), "{code}: {found}");
        }
    }

    #[test]
    fn functions_of_posix_change_files() {
        for code in [
            "use POSIX; remove('src/a.rs')",
            "use POSIX; creat('src/a.rs',0644)",
            "use POSIX; mkfifo $x, 0700",
            "use POSIX qw(rename); rename 'a', 'b'",
            "use POSIX; *r=*remove; r('src/a.rs')",
        ] {
            assert!(perl(code).contains("exec.opaque"), "{code}: {}", perl(code));
        }
    }

    #[test]
    fn everyday_code_is_followed() {
        for code in [
            "print \"$ARGV[0]\\n\"",
            "my $name = $ARGV[0]; my $file = shift @ARGV; my $next = shift; print $name, $file, $next",
            "die 'one name' unless @ARGV; print scalar @ARGV, scalar(@ARGV) if @ARGV == 2",
            "use strict; my %h; push @{$h{a}}, 1; $h{b}->{c} = 2; print join(',', @{$h{a}})",
            "$h{$1}++ while /(\\w+)/g; print \"$_ $h{$_}\\n\" for sort keys %h",
            "print $_->{name} if $x->{a}[0] == 1 and $x->{b} =~ /c/",
            "s/a/b/g; s{a}{b}; s|x/y|z|gm; tr/a-z/A-Z/; s,a,b,; y/a/b/",
            "print \"it's a tree's leaf\\n\", 'words are said'; s/remove/delete/g",
            "use POSIX; print floor(3.5), strftime('%Y', localtime)",
            "my $sum = 0; $sum += $_ for split /,/; print $sum / 2, \"\\n\"",
            "s/^\\s+|\\s+$//g; s/foo$/bar/; print unless /^#/",
        ] {
            assert!(!perl(code).contains("opaque"), "{code}: {}", perl(code));
        }
        for command in [
            "perl -pe 's/a/b/g' src/a.rs",
            "perl -ne 'print if $. > 2' src/a.rs",
            "perl -lane 'print $F[0]' src/a.rs",
        ] {
            assert!(!check(command).contains("opaque"), "{command}: {}", check(command));
        }
    }
}
