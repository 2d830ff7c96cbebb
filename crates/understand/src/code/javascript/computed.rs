//! Names of JavaScript that code puts together, and what it then calls: by the right text every function leads to the
//! maker of functions.

use super::modules;
use crate::code::tokens::{Kind, Token};
use crate::code::uses::{Code, Given, Use};
use crate::word::Value;

const WHY: &str = "it looks up a name that it puts together";

/// Methods that call what they are given.
const CALLERS: &[&str] = &[
    "apply",
    "bind",
    "call",
    "catch",
    "every",
    "filter",
    "find",
    "flatMap",
    "forEach",
    "from",
    "map",
    "reduce",
    "replace",
    "replaceAll",
    "some",
    "sort",
    "then",
];

/// Why the code looks up or calls what nobody sees.
pub(super) fn names(code: &Code<'_>) -> Result<(), String> {
    let mut taken = Vec::new();
    // The brackets that are open where a token stands.
    let mut around: Vec<usize> = Vec::new();
    for at in 0..code.tokens.len() {
        if code.opener(at).is_some() {
            around.pop();
        }
        let outside = around.len();
        if ["(", "[", "{"].iter().any(|sign| code.is(at, sign)) {
            around.push(at);
        }
        let outer = around.get(..outside).unwrap_or_default();
        if let Some(Kind::Text(value)) = code.tokens.get(at).map(|token| &token.kind)
            && modules::HIDDEN.contains(&value.text())
        {
            return Err(format!("it names {} in a text", value.text()));
        }
        // `{constructor: F} = f`
        if let Some(name) =
            code.name(at).filter(|name| modules::HIDDEN.contains(name) && code.is(at + 1, ":"))
        {
            return Err(format!("it uses {name}"));
        }
        if code.is(at, "arguments") && takes_apart(code, at, outer) {
            return Err("it takes `arguments` apart, which may be those of the module".to_owned());
        }
        if !code.is(at, "[") {
            continue;
        }
        if is_key_of_pattern(code, at, outer) {
            return Err(WHY.to_owned());
        }
        let before = at.checked_sub(1).and_then(|before| code.tokens.get(before));
        let takes = before.is_some_and(|token| {
            matches!(token.kind, Kind::Name) && !modules::KEYWORDS.contains(&token.text)
                || matches!(token.kind, Kind::Text(_))
                || [")", "]", "}", "?."].iter().any(|sign| token.is(sign))
        });
        if !takes {
            continue;
        }
        let close = code.closer(at);
        let inside = code.tokens.get(at + 1..close).unwrap_or_default();
        let texts = inside.iter().filter(|token| matches!(token.kind, Kind::Text(_))).count();
        let put_together = texts > 0
            && (inside.iter().any(|token| token.is("+"))
                || inside.iter().any(|token| matches!(&token.kind, Kind::Text(value) if value.is_unknown())));
        let is_open = texts == 0 && !matches!(inside, [token] if token.kind == Kind::Literal);
        let is_called = code.is(close + 1, "(") || (code.is(close + 1, "?.") && code.is(close + 2, "("));
        if put_together || (is_called && is_open) {
            return Err(WHY.to_owned());
        }
        if is_open {
            taken.extend(bound(code, at, close));
        }
    }
    taken.sort_unstable();
    let is_called = |at: usize| {
        code.name(at).is_some_and(|name| taken.binary_search(&name).is_ok()) && is_called(code, at)
    };
    if (0..code.tokens.len()).any(is_called) { Err(WHY.to_owned()) } else { Ok(()) }
}

/// The name that an element is given: `const x = f[c]`, `x = (y, f)[c].z`.
fn bound<'t>(code: &Code<'t>, open: usize, close: usize) -> Option<&'t str> {
    let ends = code.tokens.get(close + 1).is_none_or(|token| {
        token.kind == Kind::Line
            || [";", ",", ")", "}", "]", "||", "??", ".", "?."].iter().any(|sign| token.is(sign))
    });
    let start = (open.saturating_sub(40)..open).rev().find(|at| {
        code.tokens.get(*at).is_some_and(|token| token.is("=") || token.is(";") || token.kind == Kind::Line)
    })?;
    let name = start.checked_sub(1).and_then(|before| code.name(before));
    name.filter(|_| ends && code.is(start, "="))
}

/// Whether a name is called, or handed to what calls it.
fn is_called(code: &Code<'_>, at: usize) -> bool {
    let is_member = code.is(at.wrapping_sub(1), ".") || code.is(at.wrapping_sub(1), "?.");
    if is_member {
        return false;
    }
    let is_template = code.tokens.get(at + 1).is_some_and(|token| token.text.starts_with('`'));
    let by_method = code.is(at + 1, ".")
        && code.name(at + 2).is_some_and(|name| matches!(name, "call" | "apply" | "bind"));
    let is_handed = code.is(at.wrapping_sub(1), "(")
        && (code.is(at + 1, ")") || code.is(at + 1, ","))
        && code.is(at.wrapping_sub(3), ".")
        && code.name(at.wrapping_sub(2)).is_some_and(|name| CALLERS.contains(&name));
    code.is(at + 1, "(")
        || (code.is(at + 1, "?.") && code.is(at + 2, "("))
        || is_template
        || by_method
        || is_handed
        || code.is(at.wrapping_sub(1), "new")
}

/// `{[c]: F} = f`: a name is given to what another name leads to.
fn is_key_of_pattern(code: &Code<'_>, at: usize, around: &[usize]) -> bool {
    let close = code.closer(at);
    let is_key =
        (code.is(at.wrapping_sub(1), "{") || code.is(at.wrapping_sub(1), ",")) && code.is(close + 1, ":");
    let is_literal = close == at + 2
        && code.tokens.get(at + 1).is_some_and(|token| match &token.kind {
            Kind::Text(value) => !value.is_unknown(),
            kind => *kind == Kind::Literal,
        });
    if !is_key || is_literal {
        return false;
    }
    // The braces around it, and what may stand around those.
    around.iter().any(|open| {
        let end = code.closer(*open) + 1;
        let gives = code.is(end, "=") || code.is(end, "of") || code.is(end, "in");
        gives || (code.is(*open, "(") && (code.is(end, "=>") || code.is(end, "{")))
    })
}

/// Whether `arguments` are more than counted where they are not those of a function of the code.
fn takes_apart(code: &Code<'_>, at: usize, around: &[usize]) -> bool {
    let before = at.wrapping_sub(1);
    let is_field = code.is(before, ".") || code.is(before, "?.") || code.is(at + 1, ":");
    let is_counted = code.is(at + 1, ".") && code.name(at + 2) == Some("length");
    if is_field || is_counted {
        return false;
    }
    const WORDS: &[&str] = &["if", "for", "while", "switch", "catch", "with"];
    !around.iter().any(|open| {
        let head =
            open.checked_sub(1).and_then(|close| code.opener(close)).filter(|head| code.is(*head, "("));
        let name = head.and_then(|head| head.checked_sub(1)).and_then(|name| code.name(name));
        code.is(*open, "{") && name.is_some_and(|name| !WORDS.contains(&name))
    })
}

/// Functions of libraries that look up or run what a text says.
pub(super) fn by_text(found: &Use, full: &str, code: &Code<'_>) -> Result<(), String> {
    const LOOKED_UP: &[&str] =
        &["bindKey", "invoke", "invokeMap", "method", "methodOf", "result", "runInContext", "template"];
    let Some(name) = full.strip_prefix("lodash.").and_then(|rest| rest.split(['.', '(', '[']).next()) else {
        return Ok(());
    };
    let is_open = || {
        let path = found.by(full).calls.first().and_then(|open| code.arguments(*open).into_iter().nth(1));
        !path.is_some_and(|path| matches!(path.given, Given::One(Value::Known(_))))
    };
    let is_lookup =
        matches!(name, "get" | "property" | "at") && full.starts_with(&format!("lodash.{name}()"));
    if LOOKED_UP.contains(&name) || (is_lookup && name == "get" && is_open()) {
        return Err(format!("it uses {name} of lodash, which runs or looks up what a text says"));
    }
    Ok(())
}

/// Whether the code has a function or a class of its own by a name.
pub(super) fn is_own(name: &str, code: &Code<'_>) -> bool {
    let defines =
        |at: usize| ["class", "function", "const", "let", "var"].iter().any(|word| code.is(at, word));
    (1..code.tokens.len()).any(|at| {
        code.is(at, name) && (defines(at - 1) || code.tokens.get(at + 1).is_some_and(Token::assigns))
    })
}

#[cfg(test)]
mod tests {
    use crate::fixture::{check, check_with};

    fn node(code: &str) -> String {
        check(&format!("node - <<'EOF'\n{code}\nEOF"))
    }

    #[test]
    fn what_a_name_that_is_put_together_leads_to() {
        for code in [
            "const c=['const','ructor'].join(''); const f=[].at; const F=f[c]; F('return 1')()",
            "const c=['const','ructor'].join(''); let F; F=f[c]; new F('x')()",
            "const c=['const','ructor'].join(''); const F=f[c]; ['x'].map(F)",
            "const c=['const','ructor'].join(''); const F=f[c]; F.call(null,'x')()",
            "const c=['const','ructor'].join(''); const F=f[c]; F`x`()",
            "const c=['const','ructor'].join(''); const F=f?.[c]; F('x')()",
            "const {constructor:F}=f=>f; F('x')()",
            "const c=['const','ructor'].join(''); f?.[c]?.('x')()",
            "const c=['const','ructor'].join(''); const {[c]:F}=f=>f; F('x')()",
            "const c=['const','ructor'].join(''); (({[c]:F})=>F('x')())(f)",
            "const c=['const','ructor'].join(''); for (const {[c]:F} of [f]) F('x')()",
            "const F=Object.getOwnPropertyDescriptor(Object.getPrototypeOf(()=>1),x).value; F('x')()",
            "require('lodash').template(x)()",
            "const {template}=require('lodash'); template(x)()",
            "const _=require('lodash'); _.get(f, c)('x')()",
            "const _=require('lodash'); _.invoke(f, c, 'x')",
            "require('commander').program.command('x','d',{executableFile:'./deploy.sh'}).parse(['a','b','x'])",
            "require('crypto').setEngine('./x.so')",
            "const D=require('better-sqlite3'); D('a.db').loadExtension('./x')",
            "const D=require('better-sqlite3'); D('a.db').backup('b.db')",
            "this.eval('x')",
            "(function(){return this})().Function('x')()",
            "const [,b]=arguments; const x=b('child_process'); x.exec('ls')",
            "(() => { arguments[1]('child_process') })()",
            "if (x) { f(...arguments) }",
        ] {
            assert!(node(code).contains("exec.opaque"), "{code}: {}", node(code));
        }
        let found = check_with("node x.js", &[("/repo/x.js", "const [,b]=arguments; b('fs')")]);
        assert!(found.contains("exec.opaque"), "{found}");
    }

    #[test]
    fn a_request_says_its_method() {
        let found = node("fetch(new Request('https://api.example/x',{method:'DELETE'}))");
        assert!(found.contains("net.delete https://api.example/x"), "{found}");
        let found = node("function Request(a) { this.a = a }\nconsole.log(new Request(x).a)");
        assert_eq!(found, "exec.read node, read");
    }

    #[test]
    fn everyday_code_is_followed() {
        for code in [
            "const rows = JSON.parse('[]'); for (let i = 0; i < rows.length; i++) { const row = rows[i]; console.log(row.name, rows[i][0]) }",
            "const key = process.argv[2]; const o = {[key]: 1, a: {[key]: 2}}; console.log(o[key])",
            "const {a: {b}, ['c']: d, ...rest} = JSON.parse('{}'); console.log(b, d, rest)",
            "function f() { return arguments.length + arguments[0] } console.log(f(1))",
            "const o = { f(x) { return arguments[0] } }; console.log(o.f(1), o.arguments)",
            "const _ = require('lodash'); console.log(_.get(x, 'a.b'), _.groupBy([1], n => n % 2))",
            "const path = require('path'), fs = require('fs'); console.log(path.join('a', 'b'), fs.existsSync('a'))",
            "const m = new Map(); m.set('a', 1); console.log([...m.keys()].map(k => m.get(k)))",
        ] {
            assert!(!node(code).contains("opaque"), "{code}: {}", node(code));
        }
    }
}
