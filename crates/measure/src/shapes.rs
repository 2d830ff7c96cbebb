//! Calls that can be made as long as one likes: what understanding one costs must grow no faster than its
//! length. `cargo xtask bench` counts the instructions of each at some lengths.

use countersign_model::ToolCall;
use countersign_understand::{Recorded, Surroundings, understand};
use serde_json::{Map, Value};

use crate::{Problem, calls};

/// A call of a shape: what it begins with, what is repeated, and what it ends with.
struct Shape {
    name: &'static str,
    tool: &'static str,
    /// The argument of the tool that grows.
    argument: &'static str,
    begin: &'static str,
    unit: &'static str,
    end: &'static str,
}

const fn shell(name: &'static str, begin: &'static str, unit: &'static str, end: &'static str) -> Shape {
    Shape { name, tool: "Bash", argument: "command", begin, unit, end }
}

const fn file(name: &'static str, unit: &'static str) -> Shape {
    Shape { name, tool: "Write", argument: "file_path", begin: "/", unit, end: "x" }
}

const fn powershell(name: &'static str, begin: &'static str, unit: &'static str, end: &'static str) -> Shape {
    Shape { name, tool: "PowerShell", argument: "command", begin, unit, end }
}

const fn query(
    name: &'static str,
    tool: &'static str,
    begin: &'static str,
    unit: &'static str,
    end: &'static str,
) -> Shape {
    Shape { name, tool, argument: "query", begin, unit, end }
}

/// Usual text made long, nested text, and text that invites looking at it many times over.
const SHAPES: &[Shape] = &[
    shell("commands", "", "git push origin x; ", ""),
    shell("conditions", "", "[ a ] && ", "a"),
    shell("pipes", "", "cat x | ", "cat"),
    shell("groups", "", "(a);", ""),
    shell("arguments", "rm", " a", ""),
    shell("options", "kubectl", " --context=a -n b", " get pods"),
    shell("refspecs", "git push origin", " a:b", ""),
    shell("braces", "echo ", "{a,b}", ""),
    shell("quotes", "echo ", "'a'\"b\"$'c'", ""),
    shell("escapes", "echo ", "\\a\\\n", ""),
    shell("assignments", "", "a=b; ", ""),
    shell("variables", "a=b; echo ", "$a", ""),
    shell("array elements", "a=(", "b ", "); \"${a[@]}\""),
    shell("subscripts", "", "a[", ""),
    shell("loop bodies", "for a in 1 2 3; do ", "git status; ", "done"),
    shell("alternatives", "case a in ", "b) c;; ", "esac"),
    shell("branches", "", "if [ a ]; then b=c; else b=d; fi; echo $b; ", ""),
    shell("functions", "f() { ", "git fetch; ", "}; f; f"),
    shell("here-documents", "", "<<a ", ""),
    shell("lines of a here-document", "bash <<'E'\n", "git fetch\n", "E\n"),
    shell("letters of other scripts", "", "é ", ""),
    shell("patterns", "rm /tmp/", "*a", ""),
    shell("directories above", "rm ", "../", ""),
    shell("nested text", "bash -c 'bash -c \"bash -c \\\"eval eval ", "git fetch; ", "\\\"\"'"),
    shell("words for xargs", "cat a | xargs env nice", " a", ""),
    shell("statements of SQL", "psql -c '", "SELECT 1; ", "'"),
    shell("addresses", "curl", " https://example.com/a", ""),
    shell("letters of options", "rm -", "r", " a"),
    shell("brackets", "echo ", "[", ""),
    shell("lines of Python", "python3 -c '", "a.b(c)\n", "'"),
    shell("statements of JavaScript", "node -e '", "a.b(c);", "'"),
    shell("rules of awk", "awk '", "{ print $1 } ", "' a"),
    shell("commands of sed", "sed '", "s/a/b/;", "' a"),
    powershell("commands of PowerShell", "", "Remove-Item a; ", ""),
    powershell("expressions of PowerShell", "$a = ", "'a' + ", "'b'"),
    query("statements for a server", "mcp__db__query", "", "DELETE FROM a; ", ""),
    query("expressions of SQL", "mcp__db__query", "SELECT ", "a + ", "1"),
    query("fields of GraphQL", "mcp__api__graphql", "mutation { ", "a(b: 1) ", "}"),
    file("segments of a path", "a/"),
    file("patterns in a path", "*a"),
];

/// Prints the names, one a line.
pub fn names() {
    for shape in SHAPES {
        println!("{}", shape.name);
    }
}

/// Understands one call of about `length` bytes, with nothing known of the machine.
pub fn once(name: &str, length: &str) -> Result<(), Problem> {
    let shape = SHAPES.iter().find(|shape| shape.name == name).ok_or("there is no such shape")?;
    let length: usize = length.parse()?;
    let text = format!("{}{}{}", shape.begin, shape.unit.repeat(length / shape.unit.len()), shape.end);
    let input = Map::from_iter([(shape.argument.to_owned(), Value::from(text))]);
    let call: ToolCall = calls::of("/srv/shop", shape.tool, input);
    let surroundings = Surroundings {
        home: "/home/dev".into(),
        temporary: vec!["/tmp".into()],
        protected: vec!["/home/dev/.countersign".into()],
        ..Surroundings::default()
    };
    let found = understand(&call, &surroundings, &Recorded::new(Vec::new()));
    println!("{} effects", found.effects.len());
    Ok(())
}
