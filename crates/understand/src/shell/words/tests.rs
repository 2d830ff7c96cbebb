//! What words come to.

use super::*;

struct Fixed;

impl Names for Fixed {
    fn variable(&self, name: &str) -> Value {
        match name {
            "B" => Value::Known("main".to_owned()),
            "TWO" => Value::Known("git push".to_owned()),
            "EMPTY" => Value::Known(String::new()),
            _ => Value::unknown("a variable of the environment"),
        }
    }

    fn home(&self) -> &str {
        "/home/dev"
    }
}

fn check(raw: &str) -> String {
    match decode(raw, &Fixed) {
        Ok(decoded) => {
            let commands: Vec<_> = decoded.substitutions.iter().map(|found| &found.text).collect();
            format!("{:?} {commands:?}", decoded.values)
        }
        Err(error) => error,
    }
}

#[test]
fn quotes_and_escapes() {
    insta::assert_snapshot!(check(r#"a'b c'"d\"e"\ f"#), @r#"[Known("ab cd\"e f")] []"#);
    insta::assert_snapshot!(check(r"$'pu\x73h\t\u0041'"), @r#"[Known("push\tA")] []"#);
    insta::assert_snapshot!(check(r"$'caf\u00e9 a'"), @r#"[Unknown { prefix: "caf", suffix: " a", why: "a letter by its number, as the locale writes it" }] []"#);
    insta::assert_snapshot!(check("''"), @r#"[Known("")] []"#);
    insta::assert_snapshot!(check("~/x"), @r#"[Known("/home/dev/x")] []"#);
    insta::assert_snapshot!(check("~root/x"), @r#"[Unknown { prefix: "", suffix: "~root/x", why: "another user's home" }] []"#);
    insta::assert_snapshot!(check("'~/x'"), @r#"[Known("~/x")] []"#);
}

#[test]
fn variables() {
    insta::assert_snapshot!(check("HEAD:$B"), @r#"[Known("HEAD:main")] []"#);
    insta::assert_snapshot!(check("${B}-x"), @r#"[Known("main-x")] []"#);
    insta::assert_snapshot!(check("$TWO"), @r#"[Known("git"), Known("push")] []"#);
    insta::assert_snapshot!(check("\"$TWO\""), @r#"[Known("git push")] []"#);
    insta::assert_snapshot!(check("$EMPTY"), @"[] []");
    insta::assert_snapshot!(check("\"$EMPTY\""), @r#"[Known("")] []"#);
    insta::assert_snapshot!(check("--title=$X"), @r#"[Unknown { prefix: "--title=", suffix: "", why: "a variable of the environment" }] []"#);
    insta::assert_snapshot!(check("${B:-x}"), @r#"[Known("main")] []"#);
}

#[test]
fn substitutions_are_collected() {
    insta::assert_snapshot!(check("a$(echo $(x))b"), @r#"[Unknown { prefix: "a", suffix: "b", why: "the output of a command" }] ["echo $(x)"]"#);
    insta::assert_snapshot!(check("`a \\`b\\``"), @r#"[Unknown { prefix: "", suffix: "", why: "the output of a command" }] ["a `b`"]"#);
    insta::assert_snapshot!(check("$(( 1 + $(x) ))"), @r#"[Unknown { prefix: "", suffix: "", why: "the result of arithmetic" }] ["x"]"#);
    insta::assert_snapshot!(check("$((a) | b)"), @r#"[Unknown { prefix: "", suffix: "", why: "the output of a command" }] ["(a) | b"]"#);
    insta::assert_snapshot!(check("${a:-$(x)}"), @r#"[Unknown { prefix: "", suffix: "", why: "an expansion that depends on the running shell" }] ["x"]"#);
    insta::assert_snapshot!(check("'$(x)'"), @r#"[Known("$(x)")] []"#);
}

#[test]
fn patterns_and_braces() {
    insta::assert_snapshot!(check("*.rs"), @r#"[Pattern("*.rs")] []"#);
    insta::assert_snapshot!(check("'*'.rs"), @r#"[Known("*.rs")] []"#);
    insta::assert_snapshot!(check("a{b,c}"), @r#"[Unknown { prefix: "a", suffix: "", why: "a brace expansion" }] []"#);
    insta::assert_snapshot!(check("HEAD@{1}"), @r#"[Known("HEAD@{1}")] []"#);
}

#[test]
fn disagreement_with_the_parser_is_an_error() {
    insta::assert_snapshot!(check("$(case x in a) b;; esac)"), @r#"[Unknown { prefix: "", suffix: "", why: "the output of a command" }] ["case x in a) b;; esac"]"#);
    insta::assert_snapshot!(check("$(a))"), @"the end of a substitution is unclear");
    insta::assert_snapshot!(check("$(a"), @"a substitution is not closed");
}
