//! Lists and objects that are not what they were written as by the time they are used: `args.append(..)`.

use super::super::tokens::{Kind, Rules, Token};
use super::Code;

/// What becomes of a value after it is given its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    /// It stays as it is.
    None,
    /// More is put behind what it holds.
    Grows,
    /// It may become any other.
    Any,
}

/// Methods that put more behind what a list holds.
const GROW: &[&str] = &["append", "extend", "push"];
/// Methods and fields that leave a list or an object as it is: sorted.
const KEEP: &[&str] = &[
    "at", "concat", "copy", "count", "entries", "get", "includes", "index", "indexOf", "items", "join",
    "keys", "length", "slice", "toString", "values",
];
/// Functions that leave what they are given as it is, and hand it to nobody: sorted.
const LOOK: &[&str] = &[
    "Popen",
    "all",
    "any",
    "axios",
    "call",
    "check_call",
    "check_output",
    "debug",
    "dumps",
    "error",
    "execFile",
    "execFileSync",
    "execa",
    "execaSync",
    "execl",
    "execlp",
    "execv",
    "execvp",
    "fetch",
    "fspath",
    "info",
    "isArray",
    "isinstance",
    "join",
    "len",
    "list",
    "list2cmdline",
    "log",
    "pprint",
    "print",
    "quote",
    "repr",
    "request",
    "run",
    "spawn",
    "spawnSync",
    "str",
    "stringify",
    "urlopen",
    "warn",
    "warning",
];
/// What such functions are methods of.
const OWNERS: &[&str] = &[
    "Array",
    "JSON",
    "axios",
    "child_process",
    "console",
    "cp",
    "http",
    "https",
    "json",
    "logger",
    "logging",
    "os",
    "pprint",
    "request",
    "shlex",
    "sp",
    "subprocess",
    "sys",
    "urllib",
];
/// Words before a bracket that call nothing.
const WORDS: &[&str] =
    &["if", "while", "for", "switch", "in", "and", "or", "not", "return", "await", "elif", "of", "typeof"];

impl<'t> Code<'t> {
    /// What becomes of the value that each name stands for; `names` are those that matter.
    pub(super) fn changes(&self, matters: impl Fn(&str) -> bool) -> Vec<(&'t str, Change)> {
        let mut around: Vec<usize> = Vec::new();
        let mut found = Vec::new();
        for (at, token) in self.tokens.iter().enumerate() {
            while around.last().is_some_and(|open| self.closer(*open) <= at) {
                around.pop();
            }
            if token.kind == Kind::Name && !self.is_dot(at.wrapping_sub(1)) && matters(token.text) {
                let change = self.change(at, around.last().copied());
                if change > Change::None {
                    found.push((token.text, change));
                }
            }
            if token.kind == Kind::Sign && matches!(token.text, "(" | "[" | "{") {
                around.push(at);
            }
        }
        found
    }

    fn is_dot(&self, at: usize) -> bool {
        self.is(at, ".") || self.is(at, "?.")
    }

    /// What one use of a name does to what it stands for, in the innermost bracket around it.
    fn change(&self, at: usize, open: Option<usize>) -> Change {
        let (before, after) = (at.wrapping_sub(1), at + 1);
        if self.is_dot(after) {
            return match self.name(after + 1) {
                Some(name) if GROW.contains(&name) && self.is(after + 2, "(") => Change::Grows,
                Some(name) if KEEP.binary_search(&name).is_ok() => Change::None,
                _ => Change::Any,
            };
        }
        if self.is(after, "[") {
            let end = self.closer(after) + 1;
            let is_set = self.tokens.get(end).is_some_and(Token::assigns);
            let is_deleted = self.is(before, "del") || self.is(before, "delete");
            let is_named =
                self.tokens.get(after + 1).is_some_and(|token| matches!(token.kind, Kind::Text(_)));
            let is_pattern = open.is_some_and(|open| self.is(open, "{") && !self.is_block(open));
            let is_changed = is_set || is_deleted || is_named || is_pattern || self.is_dot(end);
            return if is_changed { Change::Any } else { Change::None };
        }
        let chooses = ["or", "and", "if", "else", "||", "&&", "??", "?"];
        let is_chosen = chooses.iter().any(|word| self.is(before, word) || self.is(after, word));
        let ends = self.tokens.get(after).is_none_or(|token| {
            token.kind == Kind::Line || [")", ",", "]", "}", ";"].iter().any(|sign| token.is(sign))
        });
        let gives = ["=", ":=", "return", "yield", "throw", "=>", "match", "await"];
        let starts = ["(", ",", ":", "[", "{"].iter().chain(&gives).any(|sign| self.is(before, sign))
            || self.tokens.get(before).is_some_and(|token| token.kind == Kind::Line);
        let is_alone = ends && starts;
        let Some(open) = open.filter(|open| !self.is_block(*open)) else {
            // Another name for the same.
            let is_given =
                is_alone && (gives.iter().any(|word| self.is(before, word)) || self.is(before, ","));
            let is_matched = self.is(before, "match");
            return if is_chosen || is_given || is_matched { Change::Any } else { Change::None };
        };
        if !is_alone {
            return if is_chosen && !self.is_condition(open) { Change::Any } else { Change::None };
        }
        match self.name(open.wrapping_sub(1)) {
            Some(name) if self.is(open, "(") && (WORDS.contains(&name) || self.looks(open, name)) => {
                Change::None
            }
            Some(_) if self.is(open, "[") => Change::None,
            _ => Change::Any,
        }
    }

    /// Whether the function of this name that is called there is a known one, which leaves what it is given as it is.
    fn looks(&self, open: usize, name: &str) -> bool {
        let owner = open.checked_sub(3).and_then(|at| self.name(at));
        let is_owned =
            !self.is_dot(open.wrapping_sub(2)) || owner.is_none_or(|owner| OWNERS.contains(&owner));
        let is_own = (0..self.tokens.len()).any(|at| {
            let is_defined =
                ["def", "function", "class"].iter().any(|word| self.is(at.wrapping_sub(1), word));
            self.is(at, name) && (is_defined || self.is(at + 1, "="))
        });
        // A second argument of `stringify` is called for each part.
        let is_plain = name != "stringify" || self.ranges(open).len() == 1;
        is_owned && is_plain && !is_own && LOOK.binary_search(&name).is_ok()
    }

    /// Whether a bracket is that of `if (..)` and the like.
    fn is_condition(&self, open: usize) -> bool {
        self.is(open, "(") && self.name(open.wrapping_sub(1)).is_some_and(|name| WORDS.contains(&name))
    }

    /// Whether a bracket holds statements.
    fn is_block(&self, open: usize) -> bool {
        let before = open.wrapping_sub(1);
        self.rules == Rules::JavaScript
            && self.is(open, "{")
            && (open == 0
                || [")", "=>", ";", "{", "}", "else", "try", "finally", "do"]
                    .iter()
                    .any(|sign| self.is(before, sign))
                || self.tokens.get(before).is_some_and(|token| token.kind == Kind::Line))
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    fn python(code: &str) -> String {
        check_with("python3 x.py", &[("/repo/x.py", &format!("import os, subprocess\n{code}"))])
    }

    fn javascript(code: &str) -> String {
        let load = "const {spawnSync}=require('child_process');";
        check_with("node x.js", &[("/repo/x.js", &format!("{load}{code}"))])
    }

    #[test]
    fn what_is_put_behind_a_list_is_not_known() {
        for code in [
            "args=['git','push','origin']; args.append('HEAD:main'); subprocess.check_call(args)",
            "args=['git','push','origin']\nif x:\n    args.extend(['HEAD:main'])\nsubprocess.run(args)",
            "args='git push origin'.split(); args.append('HEAD:main'); subprocess.check_call(args)",
        ] {
            let found = python(code);
            assert!(found.contains("git.force-push *"), "{code}: {found}");
        }
        let found = javascript("const a=[]; a.push('delete','ns','shop'); spawnSync('kubectl',a)");
        assert!(found.contains("kube.delete"), "{found}");
        let found = python("os.execvp('kubectl',['kubectl']+'delete ns shop'.split())");
        assert!(found.contains("kube.delete"), "{found}");
    }

    #[test]
    fn what_is_changed_is_not_known() {
        for change in [
            "a.remove('-n')",
            "a[2]='origin'",
            "del a[2]",
            "b=a\nb.append('x')",
            "f(a)",
            "c=[a]",
            "b=a or c",
            "a.sort()",
        ] {
            let found = python(&format!("a=['git','push','-n']\n{change}\nsubprocess.run(a)"));
            assert!(found.contains("opaque"), "{change}: {found}");
        }
        for change in [
            "a.splice(1,1)",
            "a[1]='origin'",
            "const b=a; b.pop()",
            "[].push.apply(a,['x'])",
            "f({a})",
            "a.length=1",
        ] {
            let found = javascript(&format!("const a=['push','-n'];{change};spawnSync('git',a)"));
            assert!(found.contains("opaque"), "{change}: {found}");
        }
    }

    #[test]
    fn what_only_looks_at_a_list_leaves_it() {
        for look in [
            "print(a)",
            "print(' '.join(a))",
            "b=a+['x']",
            "n=len(a)",
            "for x in a:\n    print(x)",
            "print(a[0])",
            "b=a[1:]",
        ] {
            let found = python(&format!("a=['git','status']\n{look}\nsubprocess.run(a, check=True)"));
            assert_eq!(found, "git.read /repo, read\nfs.read /repo/x.py, read", "{look}");
        }
        for look in
            ["console.log(a)", "console.log(a.join(' '))", "const b=[...a,'x']", "if (a.length) { f() }"]
        {
            let found = javascript(&format!("const a=['status'];{look};spawnSync('git',a)"));
            assert_eq!(found, "git.read /repo, read\nfs.read /repo/x.js, read", "{look}");
        }
    }
}
