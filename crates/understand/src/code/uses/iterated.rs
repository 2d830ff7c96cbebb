//! Names that a loop of JavaScript gives one value of a list after the other: `for (const x of list)`,
//! `list.forEach(x => ..)`.

use std::collections::HashMap;

use super::super::tokens::Rules;
use super::Code;

/// Methods that give a function each element of a list.
const THROUGH: &[&str] = &["forEach", "map", "flatMap"];

impl<'t> Code<'t> {
    /// Names that one such loop gives values, and nothing else: everywhere else they are only given to what is called,
    /// or asked for a method.
    pub(super) fn iterated(&self) -> HashMap<&'t str, (usize, usize)> {
        // By these a name, or such a method, may stand for something else.
        const UNSEEN: &[&str] = &["eval", "with", "Function", "prototype", "__proto__", "arguments"];
        if self.rules != Rules::JavaScript
            || self.tokens.iter().any(|token| UNSEEN.iter().any(|name| token.is(name)))
        {
            return HashMap::new();
        }
        let mut found: HashMap<&'t str, Option<(usize, usize)>> = HashMap::new();
        // Where the brackets around a token open.
        let mut open: Vec<usize> = Vec::new();
        for at in 0..self.tokens.len() {
            if ["(", "[", "{"].iter().any(|sign| self.is(at, sign)) {
                open.push(at);
            } else if [")", "]", "}"].iter().any(|sign| self.is(at, sign)) {
                open.pop();
            }
            let Some(name) = self.name(at) else { continue };
            if at.checked_sub(1).is_some_and(|before| self.is(before, ".") || self.is(before, "?.")) {
                continue;
            }
            if let Some(list) = self.listed_for(at) {
                let range = Some(list).filter(|_| !found.contains_key(name));
                found.insert(name, range);
                continue;
            }
            let is_argument = open.last().is_some_and(|open| self.is(*open, "(") && self.calls_at(*open))
                && [")", ","].iter().any(|sign| self.is(at + 1, sign))
                && ["(", ","]
                    .iter()
                    .any(|sign| at.checked_sub(1).is_some_and(|before| self.is(before, sign)));
            let is_asked = self.is(at + 1, ".") && self.name(at + 2).is_some() && self.is(at + 3, "(");
            if !(is_argument || is_asked) {
                found.insert(name, None);
            }
        }
        found.into_iter().filter_map(|(name, range)| Some((name, range?))).collect()
    }

    /// Where the list stands whose elements the name at an index is given one by one.
    fn listed_for(&self, at: usize) -> Option<(usize, usize)> {
        let before = |back: usize, text: &str| at.checked_sub(back).is_some_and(|index| self.is(index, text));
        let is_fixed = before(1, "const") || before(1, "let");
        if is_fixed && before(2, "(") && before(3, "for") && self.is(at + 1, "of") {
            return Some((at + 2, self.closer(at - 2)));
        }
        let is_bare = before(1, "(") && self.is(at + 1, "=>");
        let is_bracketed = before(1, "(") && before(2, "(") && self.is(at + 1, ")") && self.is(at + 2, "=>");
        let back = if is_bare { 2 } else { 3 };
        let method = at.checked_sub(back).filter(|_| is_bare || is_bracketed)?;
        let dot = method.checked_sub(1).filter(|dot| self.is(*dot, "."))?;
        self.name(method).filter(|name| THROUGH.contains(name))?;
        let last = dot.checked_sub(1)?;
        let start = if self.is(last, "]") { self.opener(last)? } else { self.name(last).map(|_| last)? };
        // What stands before it would make it a part of something else.
        let is_part = start.checked_sub(1).is_some_and(|index| {
            self.name(index).is_some_and(|name| !["return", "await"].contains(&name))
                || [".", "?.", ")", "]"].iter().any(|sign| self.is(index, sign))
        });
        (!is_part).then_some((start, dot))
    }

    /// Whether a bracket is that of a call, and neither of parameters nor of a statement.
    fn calls_at(&self, open: usize) -> bool {
        const WORDS: &[&str] = &[
            "if", "for", "while", "switch", "catch", "function", "return", "typeof", "await", "async", "of",
            "in", "new", "delete", "void", "throw", "yield",
        ];
        let behind = self.closer(open) + 1;
        let before = open.checked_sub(1).and_then(|before| self.name(before));
        before.is_some_and(|name| !WORDS.contains(&name)) && !self.is(behind, "=>") && !self.is(behind, "{")
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    fn node(text: &str) -> String {
        check(&format!("node - <<'EOF'\nconst fs = require('fs');\n{text}\nEOF"))
    }

    #[test]
    fn each_element_of_a_list() {
        for text in [
            "for (const f of ['src/a', 'src/b']) fs.unlinkSync(f);",
            "for (let f of ['src/a', 'src/b']) { console.log(f); fs.unlinkSync(f); }",
            "['src/a', 'src/b'].forEach(f => fs.unlinkSync(f));",
            "['src/a', 'src/b'].forEach((f) => { fs.unlinkSync(f); });",
            "for (const f of ['src/a', 'src/b']) { if (f.endsWith('a')) { fs.unlinkSync(f) } else { fs.unlinkSync(f) } }",
            "const all = ['src/a', 'src/b'];\nfor (const f of all) fs.unlinkSync(f);",
        ] {
            let found = node(text);
            assert!(
                found.contains("fs.delete /repo/src/a,") && found.contains("fs.delete /repo/src/b,"),
                "{text}: {found}"
            );
            assert!(!found.contains("delete *"), "{text}: {found}");
        }
        let found = node("for (const f of ['src/a', '/home/dev/.bashrc']) fs.writeFileSync(f, 'x');");
        assert!(found.contains("fs.write /home/dev/.bashrc"), "{found}");
    }

    #[test]
    fn and_what_may_be_another() {
        for text in [
            "for (const f of list()) fs.unlinkSync(f);",
            "for (let f of ['src/a']) { f = '/etc/' + f; fs.unlinkSync(f); }",
            "for (const f of ['src/a']) { }\n((f) => fs.unlinkSync(f))('/etc/x');",
            "for (const f of ['src/a']) { }\nfunction g(f) { fs.unlinkSync(f) }\ng('/etc/x');",
            "x['src/a'].forEach(f => fs.unlinkSync(f));",
            "x(['src/a'], ['src/b']).forEach(f => fs.unlinkSync(f));",
            "['src/a'].concat(x).forEach(f => fs.unlinkSync(f));",
            "['src/a', y].forEach(f => fs.unlinkSync(f));",
            "const all = ['src/a'];\nall.push(x());\nall.forEach(f => fs.unlinkSync(f));",
            "for (const f in ['src/a']) fs.unlinkSync(f);",
            "for (const f of ['src/a']) { }\nfor (const f of rest()) fs.unlinkSync(f);",
            "const unlink = fs.unlinkSync;\n['src/a'].forEach(f => unlink(f));",
        ] {
            let found = node(text);
            assert!(
                found.contains("delete *") || found.contains("opaque") || found.contains("partial"),
                "{text}: {found}"
            );
        }
    }
}
