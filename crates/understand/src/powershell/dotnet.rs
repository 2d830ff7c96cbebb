//! Calls of .NET: by the type and the method where these are known, else opaque.

use countersign_model::{Effect, Resource, verbs};

use super::value::Item;
use super::{Script, files, start, word};
use crate::context::Context;
use crate::families;
use crate::families::addresses;
use crate::invocation::Stdin;
use crate::word::Value;

/// A type's name in small letters, without `System.`.
pub(super) fn type_name(name: &str) -> String {
    let lower = name.trim().to_ascii_lowercase();
    lower.strip_prefix("system.").unwrap_or(&lower).to_owned()
}

/// Types whose calls only compute.
const HARMLESS: &[&str] = &[
    "math",
    "datetime",
    "datetimeoffset",
    "timespan",
    "guid",
    "string",
    "int",
    "int32",
    "int64",
    "long",
    "double",
    "decimal",
    "bool",
    "char",
    "byte",
    "array",
    "console",
    "uri",
    "version",
    "bitconverter",
    "io.path",
    "regex",
    "text.regularexpressions.regex",
    "text.encoding",
    "text.stringbuilder",
    "text.json.jsonserializer",
    "text.json.jsondocument",
    "xml",
    "psobject",
    "pscustomobject",
    "hashtable",
    "ordered",
    "random",
    "globalization.cultureinfo",
    "collections.arraylist",
    "linq.enumerable",
    "object",
    "enum",
    "security.cryptography.sha256",
    "security.cryptography.md5",
    "web.httputility",
    "net.webutility",
    "numerics.biginteger",
    "runtime.interopservices.runtimeinformation",
    "diagnostics.stopwatch",
    "stringcomparison",
    "threading.thread",
    "net.dns",
    "security.principal.windowsidentity",
    "type",
    "nullable",
    "net.servicepointmanager",
    "net.securityprotocoltype",
];

/// Methods of objects that only compute or give.
const GIVES: &[&str] = &[
    "tostring",
    "replace",
    "split",
    "trim",
    "trimstart",
    "trimend",
    "toupper",
    "tolower",
    "toupperinvariant",
    "tolowerinvariant",
    "substring",
    "contains",
    "startswith",
    "endswith",
    "indexof",
    "lastindexof",
    "insert",
    "padleft",
    "padright",
    "add",
    "addrange",
    "count",
    "gettype",
    "equals",
    "compareto",
    "where",
    "toarray",
    "tolist",
    "match",
    "matches",
    "ismatch",
    "getenumerator",
    "containskey",
    "containsvalue",
    "getstring",
    "getbytes",
    "readtoend",
    "readline",
    "dispose",
    "close",
    "append",
    "appendline",
    "adddays",
    "addhours",
    "addminutes",
    "addseconds",
    "addmonths",
    "addyears",
    "subtract",
    "gethashcode",
    "clone",
    "first",
    "last",
    "reverse",
    "sort",
    "distinct",
    "tochararray",
    "remove",
    "removeat",
    "normalize",
    "getlength",
    "getvalue",
    "indexof",
    "item",
    "toint32",
    "computehash",
    "hasvalue",
    "format",
    "join",
    "peek",
    "dequeue",
    "enqueue",
    "push",
    "pop",
    "tojson",
    "isnullorempty",
    "getfiles",
    "getdirectories",
    "refresh",
    "waitforexit",
    "next",
    "getchildren",
    "concat",
    "union",
    "getproperty",
    "getproperties",
];

/// Whether a method may do more than give something.
pub(super) fn acts(name: &str) -> bool {
    const ACTING: &[&str] = &[
        "delete",
        "kill",
        "invoke",
        "start",
        "stop",
        "run",
        "exec",
        "execute",
        "move",
        "moveto",
        "copy",
        "copyto",
        "create",
        "write",
        "save",
        "set",
        "remove",
        "open",
        "encrypt",
        "decrypt",
        "rename",
        "terminate",
        "load",
        "append",
        "download",
        "upload",
        "send",
    ];
    let lower = name.to_ascii_lowercase();
    ACTING.iter().any(|start| lower.starts_with(start))
}

/// A value taken for another type.
pub(super) fn cast(name: &str, item: Item, context: &mut Context<'_>) -> Item {
    match name {
        "string" | "object" | "array" | "psobject" | "object[]" | "string[]" | "void" | "uri" => item,
        "char" => {
            let letter =
                item.value.known().and_then(|text| text.parse::<u32>().ok()).and_then(char::from_u32);
            match letter {
                Some(letter) => Item::known(&letter.to_string()),
                None => Item::unknown("it is computed"),
            }
        }
        "scriptblock" => match item.value.known() {
            Some(text) => Item::code(text),
            None => Item::unknown("code that is not known"),
        },
        "wmi" | "wmiclass" | "adsi" => {
            context.opaque(&format!("[{name}]"), "an object of the system can run anything");
            Item::unknown("it is computed")
        }
        _ => Item { value: Value::unknown("it is computed"), list: Vec::new(), ..item },
    }
}

/// A property that is read, or a method that is named without being called.
pub(super) fn property(of_type: Option<&str>, name: &str, item: &Item, context: &mut Context<'_>) -> Item {
    if of_type.is_some_and(|of_type| of_type.contains("reflection") || of_type == "ref")
        || name.eq_ignore_ascii_case("assembly")
    {
        context.opaque("a .NET type", "code is looked up by its name");
    }
    let keeps = ["fullname", "name", "path", "pspath", "directory", "value", "content"]
        .contains(&name.to_ascii_lowercase().as_str());
    Item {
        value: Value::unknown("a property"),
        list: if keeps && item.list.len() == 1 { item.list.clone() } else { Vec::new() },
        block: None,
        table: None,
        variables: item.variables.clone(),
    }
}

/// A method that is called.
pub(super) fn call(
    of_type: Option<&str>,
    name: &str,
    item: &Item,
    given: &Item,
    script: &mut Script,
    context: &mut Context<'_>,
) -> Item {
    let lower = name.to_ascii_lowercase();
    match of_type {
        Some(of_type) => of_class(of_type, &lower, given, context),
        None => of_object(&lower, item, given, script, context),
    }
}

fn argument(given: &Item, index: usize) -> Value {
    given.list.get(index).cloned().unwrap_or_else(|| Value::unknown("an argument is not known"))
}

fn of_class(of_type: &str, name: &str, given: &Item, context: &mut Context<'_>) -> Item {
    let result = Item {
        value: Value::unknown("what a method gives"),
        list: Vec::new(),
        block: None,
        table: None,
        variables: given.variables.clone(),
    };
    let first = argument(given, 0);
    let second = argument(given, 1);
    match (of_type, name) {
        ("io.file" | "io.directory" | "io.fileinfo", _) => of_file(name, &first, &second, context),
        ("environment", "getenvironmentvariable") => {
            let name = first.known().unwrap_or("*");
            if name == "*" || families::is_secret_name(name) {
                families::reads_environment(name, context);
            }
        }
        ("environment", "getenvironmentvariables") => families::reads_environment("*", context),
        ("environment", "setenvironmentvariable")
            if given.list.get(2).is_none_or(|place| {
                place.known().is_some_and(|place| place.eq_ignore_ascii_case("process"))
            }) =>
        {
            match first.known() {
                Some(name) => {
                    context.state.shell.environment.push((name.to_ascii_uppercase(), second));
                }
                None => context.opaque("[environment]", "a variable is set whose name is not known"),
            }
        }
        ("environment", "setenvironmentvariable") => {
            let resource = Resource::Program { name: "environment".to_owned() };
            context.push(Effect::new(verbs::EXEC_SYSTEM, resource).because("it changes variables for good"));
        }
        ("environment", _) => {}
        ("diagnostics.process", "start") => {
            let words = given.list.iter().skip(1).flat_map(|value| match value.known() {
                Some(text) => super::windows::split(text),
                None => vec![word(value)],
            });
            start(&first, words.collect(), Stdin::Inherited, context);
        }
        ("diagnostics.process", "getprocesses" | "getprocessesbyname" | "getcurrentprocess") => {}
        ("scriptblock", "create") => match first.known() {
            Some(text) => return Item::code(text),
            None => context.opaque("[scriptblock]::Create", "it runs text that is not known"),
        },
        ("convert", "frombase64string") | ("text.encoding", "getstring") => {
            context.flow.decoded = true;
        }
        ("convert", _) => {}
        ("net.http.httpclient" | "net.webrequest", "new" | "create") => {}
        (_, "new")
            if !["process", "reflection", "interop", "management"]
                .iter()
                .any(|part| of_type.contains(part)) => {}
        ("string", "join") => {
            if let (Some(between), [_, rest @ ..]) = (first.known(), given.list.as_slice()) {
                return Item::of(super::value::joined(rest, between));
            }
        }
        ("string", "format") => {
            if let (Some(format), [_, rest @ ..]) = (first.known(), given.list.as_slice()) {
                return Item::of(super::value::formatted(format, rest));
            }
        }
        (known, _) if HARMLESS.contains(&known) || known.starts_with("collections.generic") => {
            if known == "console" && name.starts_with("write") {
                for name in given.variables.iter().filter(|name| families::is_secret_name(name)) {
                    families::reads_environment(name, context);
                }
            }
        }
        _ => context.opaque(&format!("[{of_type}]::{name}"), "nobody here knows this call of .NET"),
    }
    result
}

fn of_file(name: &str, first: &Value, second: &Value, context: &mut Context<'_>) {
    match name {
        "delete" => context.delete(&word(&super::names::path(first))),
        "copy" => {
            files::read(first, context);
            files::write(second, context);
        }
        "move" | "replace" => {
            context.moves(&word(&super::names::path(first)));
            files::write(second, context);
        }
        "exists" | "getlastwritetime" | "getcreationtime" | "getattributes" => {
            context.program(verbs::EXEC_READ, "file")
        }
        _ if name.starts_with("read")
            || name.starts_with("get")
            || name.starts_with("enumerate")
            || name == "openread"
            || name == "opentext" =>
        {
            files::read(first, context);
        }
        _ => files::write(first, context),
    }
}

fn of_object(name: &str, item: &Item, given: &Item, script: &mut Script, context: &mut Context<'_>) -> Item {
    let mut result = Item {
        value: Value::unknown("what a method gives"),
        list: Vec::new(),
        block: None,
        table: None,
        variables: item.variables.clone(),
    };
    let first = argument(given, 0);
    let host = |verb: countersign_model::Verb, context: &mut Context<'_>| {
        let host =
            first.known().and_then(addresses::host_and_path).map_or_else(|| "*".to_owned(), |(host, _)| host);
        let url = first.known().map(addresses::without_credentials);
        context.push(Effect::new(verb, Resource::Host { host, url }));
    };
    match name {
        "invoke" | "invokereturnasis" | "getnewclosure" if item.block.is_some() => {
            if let Some(body) = &item.block {
                result = script.run(body, context);
            }
        }
        "foreach" | "where" => {
            if let Some(body) = &given.block {
                script.run(body, context);
            } else {
                context.opaque("ForEach", "it runs code that nobody has read");
            }
        }
        "downloadstring" | "downloaddata" | "openread" | "getstringasync" | "getasync"
        | "getbytearrayasync" => {
            for name in given.variables.iter().filter(|name| families::is_secret_name(name)) {
                families::reads_environment(name, context);
            }
            host(verbs::NET_READ, context);
            context.flow.fetched = true;
        }
        "downloadfile" | "downloadfileasync" | "downloadfiletaskasync" => {
            host(verbs::NET_READ, context);
            files::write(&argument(given, 1), context);
        }
        "uploadstring"
        | "uploadfile"
        | "uploadfileasync"
        | "uploadfiletaskasync"
        | "uploaddata"
        | "uploadvalues"
        | "postasync"
        | "putasync"
        | "deleteasync"
        | "sendasync" => {
            host(verbs::NET_SEND, context);
            if let Some(file) = given.list.last().filter(|_| name.starts_with("uploadfile")) {
                files::read(file, context);
            }
        }
        "invokescript" | "expandstring" => match first.known() {
            Some(text) if name == "invokescript" => drop(script.run(text, context)),
            _ => context.opaque(name, "it runs text that is not known"),
        },
        "getstring" | "frombase64string" => context.flow.decoded = true,
        "replace" => {
            if let (Some(text), Some(from), Some(to)) =
                (item.value.known(), first.known(), argument(given, 1).known())
                && !from.is_empty()
            {
                result.value = super::value::replaced(text, from, to);
            }
        }
        "tolower" | "tolowerinvariant" => {
            result.value = item.value.known().map_or(result.value, |text| Value::Known(text.to_lowercase()))
        }
        "toupper" | "toupperinvariant" => {
            result.value = item.value.known().map_or(result.value, |text| Value::Known(text.to_uppercase()))
        }
        "trim" | "tostring" if given.value.known() == Some("") => result.value = item.value.clone(),
        _ if GIVES.contains(&name) => {}
        _ => context.opaque(&format!(".{name}()"), "nobody here knows this method"),
    }
    result
}
