//! What PowerShell's own commands do.
//!
//! Names are `Verb-Noun`, with verbs from a short list (<https://learn.microsoft.com/powershell/scripting/developer/cmdlet/approved-verbs-for-windows-powershell-commands>):
//! a command nobody knows whose verb only asks is taken to read; with any other verb it is opaque.

use countersign_model::{Effect, Resource, verbs};

use super::arguments::{Call, shows_secrets};
use super::commands::{ASKS, HARMLESS, SECRETS, TABLE, VERBS, changes};
use super::files::{delete, listed, moved, new_item, path, read, sets_environment, write};
use super::statements::FOREIGN;
use super::value::Item;
use super::{Script, clouds, names, network, start, word};
use crate::context::Context;
use crate::families;
use crate::invocation::Stdin;
use crate::word::{Value, Word};

/// Adds what a command does; none if PowerShell has no such command.
pub(super) fn effects(
    call: &Call,
    piped: Option<&Item>,
    script: &mut Script,
    context: &mut Context<'_>,
) -> Option<Item> {
    let name = call.name.as_str();
    let given = || Item::unknown("what a command gives");
    if call.has(&["whatif"])
        && call.arguments.iter().any(|argument| {
            argument
                .parameter
                .as_ref()
                .is_some_and(|(name, _)| "whatif".starts_with(name.as_str()) && name.len() > 1)
        })
        && name.contains('-')
    {
        for body in bodies(call) {
            script.run(&body, context);
        }
        context.program(verbs::EXEC_READ, name);
        return Some(given());
    }
    if call.is_splatted() && changes(name) {
        super::blocks::unknown_words(name, context);
    }
    match name {
        "write-output" | "write-host" | "write-verbose" | "write-information" | "write-warning"
        | "write-error" | "out-string" | "out-host" => {
            shows_secrets(call, context);
            context.program(verbs::EXEC_READ, name);
            return Some(match (call.operands.first(), piped) {
                (Some(item), _) => item.clone(),
                (None, Some(item)) => item.clone(),
                (None, None) => Item::known(""),
            });
        }
        "get-childitem" | "get-item" => return Some(listed(call, context)),
        "where-object" | "select-object" | "sort-object" | "tee-object" | "get-unique" => {
            for body in bodies(call) {
                script.run(&body, context);
            }
            if name == "tee-object"
                && let Some(item) = call.at(&["filepath", "literalpath"], 0)
            {
                write(&item.value, context);
            }
            return Some(match (name, piped) {
                (_, None) => given(),
                ("sort-object" | "tee-object", Some(item)) => item.clone(),
                (_, Some(item)) => filtered(call, item),
            });
        }
        "foreach-object" => each(call, piped, script, context),
        "get-content" => {
            for value in paths(call, &["path", "literalpath"], piped) {
                read(&value, context);
            }
        }
        "test-path"
        | "get-acl"
        | "get-filehash"
        | "resolve-path"
        | "convert-path"
        | "get-itemproperty"
        | "get-itempropertyvalue"
        | "import-csv"
        | "import-clixml"
        | "import-powershelldatafile"
        | "get-authenticodesignature" => {
            for value in paths(call, &["path", "literalpath"], None) {
                read(&value, context);
            }
        }
        "select-string" => {
            let files = call
                .value(&["path", "literalpath"])
                .map_or_else(|| call.operands.iter().skip(1).flat_map(Item::each).collect(), Item::each);
            for value in &files {
                read(value, context);
            }
            if files.is_empty() {
                context.program(verbs::EXEC_READ, name);
            }
        }
        "set-content"
        | "add-content"
        | "out-file"
        | "export-csv"
        | "export-clixml"
        | "clear-content"
        | "set-item"
        | "clear-item"
        | "start-transcript"
        | "new-itemproperty"
        | "set-itemproperty"
        | "remove-itemproperty"
        | "rename-itemproperty"
        | "clear-itemproperty" => {
            shows_secrets(call, context);
            let places = match call.value(&["path", "literalpath", "filepath", "pspath"]) {
                Some(item) => item.each(),
                None => call
                    .operands
                    .first()
                    .map_or_else(|| vec![Value::unknown("what the pipe gives it")], Item::each),
            };
            for value in places {
                write(&value, context);
                sets_environment(&value, call.at(&["value"], 1), context);
            }
        }
        "new-item" | "mkdir" => {
            new_item(call, context);
            if let Some(place) = call.at(&["path", "literalpath", "name"], 0) {
                sets_environment(&place.value, call.value(&["value"]), context);
            }
        }
        "remove-item" => {
            for value in paths(call, &["path", "literalpath"], piped) {
                delete(&value, context);
            }
        }
        "copy-item" | "move-item" | "rename-item" | "expand-archive" | "compress-archive" => {
            moved(call, piped, context)
        }
        "set-acl" => {
            for value in paths(call, &["path", "literalpath"], None) {
                context.permit(&word(&path(&value, context)));
            }
        }
        "set-location" | "push-location" => go(call.at(&["path", "literalpath"], 0), context),
        "pop-location" => {
            context.state.shell.directory = Err("an earlier directory is returned to".to_owned())
        }
        "invoke-webrequest" | "invoke-restmethod" | "start-bitstransfer" => network::request(call, context),
        "invoke-expression" => {
            let code = call.at(&["command"], 0).or(piped);
            return Some(evaluate(code, script, context));
        }
        "invoke-command" => invoke(call, script, context),
        "start-job" | "start-threadjob" | "measure-command" | "register-objectevent" => {
            let found = bodies(call);
            if found.is_empty() {
                context.opaque(name, "it runs code that nobody has read");
            }
            for body in found {
                script.run(&body, context);
            }
        }
        "start-process" => start_process(call, context),
        "set-variable" | "new-variable" => {
            let value =
                call.at(&["value"], 1).cloned().unwrap_or_else(|| Item::unknown("its value is not known"));
            match call.at(&["name"], 0).and_then(|item| item.value.known()) {
                Some(variable) => script.set(&names::variable(variable), value),
                None => script.variables.clear(),
            }
        }
        "set-alias" | "new-alias" => {
            let pair = (
                call.at(&["name"], 0).and_then(|item| item.value.known()),
                call.at(&["value"], 1).and_then(|item| item.value.known()),
            );
            match pair {
                (Some(alias), Some(meaning)) => {
                    drop(script.aliases.insert(alias.to_ascii_lowercase(), meaning.to_owned()))
                }
                _ => context.opaque(name, "another name for a command is not known"),
            }
        }
        "new-object" => new_object(call, context),
        "import-module" => match call.at(&["name"], 0).and_then(|item| item.value.known()) {
            Some(module)
                if !module.contains(['/', '\\', '.'])
                    || module.starts_with("Microsoft.")
                    || module.starts_with("Az.") =>
            {
                context.program(verbs::EXEC_READ, name)
            }
            _ => context.opaque(name, "it runs a file that nobody has read"),
        },
        "add-type" if call.value(&["assemblyname"]).is_some() => context.program(verbs::EXEC_READ, name),
        "set-executionpolicy"
            if call
                .value(&["scope"])
                .and_then(|item| item.value.known())
                .is_some_and(|scope| scope.eq_ignore_ascii_case("process")) =>
        {
            context.program(verbs::EXEC_READ, name);
        }
        "send-mailmessage" => {
            let host =
                call.value(&["smtpserver"]).and_then(|item| item.value.known()).unwrap_or("*").to_owned();
            context.push(Effect::new(verbs::NET_SEND, Resource::Host { host, url: None }));
        }
        "invoke-sqlcmd" => {
            let text = call
                .at(&["query"], 0)
                .map_or_else(|| Value::unknown("the query is not known"), |item| item.value.clone());
            let mut words = vec![Word::known_as("-Q"), word(&text)];
            for (names, option) in [(["serverinstance"], "-S"), (["database"], "-d"), (["inputfile"], "-i")] {
                if let Some(item) = call.value(&names) {
                    words.extend([Word::known_as(option), word(&item.value)]);
                }
            }
            start(&Value::Known("sqlcmd".to_owned()), words, Stdin::Inherited, context);
        }
        _ => return by_name(call, script, context).then(given),
    }
    Some(given())
}

fn by_name(call: &Call, script: &mut Script, context: &mut Context<'_>) -> bool {
    let name = call.name.as_str();
    if let Some((_, verb)) = TABLE.iter().find(|(known, _)| *known == name)
        && verb.area() == "net"
    {
        network::looked_up(call, context);
        return true;
    }
    if let Some((_, verb)) = TABLE.iter().find(|(known, _)| *known == name) {
        let text = call.operands.first().and_then(|item| item.value.known()).unwrap_or("*").to_owned();
        let resource = match verb.area() {
            "package" => Resource::Package { registry: "powershell gallery".to_owned(), name: text },
            "fs" => Resource::Path {
                path: "*".to_owned(),
                zone: countersign_model::Zone::System,
                class: countersign_model::PathClass::Ordinary,
            },
            _ => Resource::Program { name: name.to_owned() },
        };
        context.push(Effect::new(verb.clone(), resource));
        return true;
    }
    let Some((verb, noun)) = name
        .split_once('-')
        .filter(|(verb, noun)| !noun.is_empty() && verb.bytes().all(|byte| byte.is_ascii_lowercase()))
    else {
        return false;
    };
    if name.contains(['/', '\\', '.']) || VERBS.binary_search(&verb).is_err() && !HARMLESS.contains(&name) {
        return false;
    }
    for body in bodies(call) {
        script.run(&body, context);
    }
    if clouds::effects(call, context) {
        return true;
    }
    if verb == "get" && SECRETS.contains(&noun) {
        let text =
            call.at(&["name", "secretid"], 0).and_then(|item| item.value.known()).unwrap_or("*").to_owned();
        context
            .push(Effect::new(verbs::SECRET_READ, Resource::Secret { store: noun.to_owned(), name: text }));
    } else if ASKS.contains(&verb) || HARMLESS.contains(&name) {
        for value in call.value(&["path", "literalpath"]).map(Item::each).unwrap_or_default() {
            read(&value, context);
        }
        let writes = (verb == "out" && !matches!(noun, "null" | "default" | "host" | "string" | "gridview"))
            || noun == "eventlog";
        if writes {
            context.opaque(name, "nobody knows what this command does");
        } else {
            context.program(verbs::EXEC_READ, name);
        }
    } else {
        context.opaque(name, "nobody knows what this command does");
        for argument in &call.arguments {
            families::mentions(argument.whole.value.text(), context);
        }
    }
    true
}

/// What a filter lets through: by a name or a pattern of it, else less than there was and nobody knows what.
fn filtered(call: &Call, item: &Item) -> Item {
    let by_name = call.name == "where-object"
        && call
            .operands
            .first()
            .and_then(|item| item.value.known())
            .is_some_and(|name| name.eq_ignore_ascii_case("name"));
    let pattern = call.value(&["like"]).or_else(|| call.value(&["eq"])).and_then(|item| item.value.known());
    let each = |value: &Value| match value {
        Value::Pattern(path) => {
            match (path.strip_suffix('*').filter(|path| path.ends_with('/')), pattern.filter(|_| by_name)) {
                (Some(directory), Some(pattern)) => Value::Pattern(format!("{directory}{pattern}")),
                (Some(directory), None) => Value::starting(directory, "what a filter lets through"),
                (None, _) => value.clone(),
            }
        }
        Value::Known(_) | Value::Unknown { .. } => value.clone(),
    };
    Item { list: item.list.iter().map(each).collect(), ..item.clone() }
}

fn bodies(call: &Call) -> Vec<String> {
    call.blocks().map(str::to_owned).collect()
}

/// The files a command is given: by a parameter, as operands, or through the pipe.
fn paths(call: &Call, names: &[&str], piped: Option<&Item>) -> Vec<Value> {
    if let Some(item) = call.value(names) {
        return item.each();
    }
    let given: Vec<Value> = call.operands.iter().flat_map(Item::each).collect();
    match piped {
        _ if !given.is_empty() => given,
        Some(item) => item.each(),
        None => vec![Value::unknown("the call does not name it")],
    }
}

fn go(place: Option<&Item>, context: &mut Context<'_>) {
    let directory = match place.map(|item| names::path(&item.value)) {
        None => Ok(context.state.shell.home.clone()),
        Some(Value::Known(path)) if path == "~" => Ok(context.state.shell.home.clone()),
        Some(Value::Known(path)) => {
            let path = path
                .strip_prefix("~/")
                .map_or_else(|| path.clone(), |rest| format!("{}/{rest}", context.state.shell.home));
            context.directory_at(&path, false)
        }
        Some(_) => Err("the directory is not known".to_owned()),
    };
    context.state.shell.directory = directory;
}

/// Text that is run.
pub(super) fn evaluate(code: Option<&Item>, script: &mut Script, context: &mut Context<'_>) -> Item {
    if let Some(body) = code.and_then(|item| item.block.clone()) {
        return script.run(&body, context);
    }
    match code.map(|item| item.value.clone()) {
        Some(Value::Known(text)) => script.run(&text, context),
        value => {
            let foreign = context.flow.is_foreign()
                || matches!(&value, Some(Value::Unknown { why, .. }) if why == FOREIGN);
            if foreign {
                let resource = Resource::Program { name: "Invoke-Expression".to_owned() };
                let why = "the code comes from the network or out of a decoder";
                context.push(Effect::new(verbs::EXEC_REMOTE_CODE, resource).because(why));
            } else {
                context.opaque("Invoke-Expression", "it runs text that is not known");
            }
            if let Some(value) = value {
                families::mentions(value.text(), context);
            }
            Item::unknown("what it runs gives")
        }
    }
}

fn each(call: &Call, piped: Option<&Item>, script: &mut Script, context: &mut Context<'_>) {
    let found = bodies(call);
    // `| % Delete` calls a method of each.
    if let Some(member) =
        call.value(&["membername"]).or_else(|| call.operands.first().filter(|item| item.block.is_none()))
        && member.value.known().is_none_or(super::dotnet::acts)
    {
        context.opaque("ForEach-Object", "it calls a method of what the pipe gives it");
    }
    let only = piped.filter(|item| item.value.known().is_some() && item.list.len() < 2);
    script.set("_", only.cloned().unwrap_or_else(|| Item::unknown("what the pipe gives it")));
    let repeated = std::mem::replace(&mut context.repeated, true);
    for body in found {
        script.run(&body, context);
    }
    context.repeated = repeated;
}

/// `Invoke-Command`: here, or on other machines.
fn invoke(call: &Call, script: &mut Script, context: &mut Context<'_>) {
    let found = bodies(call);
    let code = call.value(&["scriptblock"]).or_else(|| call.operands.first());
    let host = call.value(&["computername", "session", "hostname", "vmname"]);
    // Before the code the machine stands without its name.
    let first = call.operands.first().filter(|item| item.block.is_none() && call.operands.len() > 1);
    let host = host.or(first);
    let run = |context: &mut Context<'_>, script: &mut Script| {
        if found.is_empty() {
            drop(evaluate(code.filter(|item| item.value.known().is_none()), script, context));
        }
        for body in &found {
            script.run(body, context);
        }
    };
    match host {
        None => run(context, script),
        Some(item) => {
            let host = item.value.known().unwrap_or("*").to_ascii_lowercase();
            let place = Resource::Host { host, url: None };
            context.push(Effect::new(verbs::NET_SEND, place.clone()));
            context.elsewhere(place, |context| run(context, script));
        }
    }
}

fn start_process(call: &Call, context: &mut Context<'_>) {
    if call
        .value(&["verb"])
        .is_some_and(|item| item.value.known().is_none_or(|verb| verb.eq_ignore_ascii_case("runas")))
    {
        context.program(verbs::EXEC_PRIVILEGE, "runas");
    }
    let program = call
        .at(&["filepath"], 0)
        .map_or_else(|| Value::unknown("the program is not known"), |item| item.value.clone());
    let given = call.at(&["argumentlist"], usize::from(call.value(&["filepath"]).is_none()));
    let mut words = Vec::new();
    for value in given.map(Item::each).unwrap_or_default() {
        match value.known() {
            Some(text) if !text.contains('"') => {
                words.extend(text.split_ascii_whitespace().map(Word::known_as))
            }
            Some(text) => words.extend(super::windows::split(text)),
            None => words.push(word(&value)),
        }
    }
    if program.known().is_some_and(|text| text.contains("://")) {
        context.program(verbs::EXEC_READ, "browser");
        return;
    }
    start(&program, words, Stdin::Inherited, context);
}

fn new_object(call: &Call, context: &mut Context<'_>) {
    let name =
        call.at(&["typename"], 0).and_then(|item| item.value.known()).unwrap_or("*").to_ascii_lowercase();
    if call.has(&["comobject"]) || call.value(&["comobject"]).is_some() {
        context.opaque("New-Object", "an object of another program can run anything");
    } else if name.contains("process") || name.contains("reflection") || name == "*" {
        context.opaque("New-Object", "what is made is not known");
    } else {
        context.program(verbs::EXEC_READ, "new-object");
    }
}
