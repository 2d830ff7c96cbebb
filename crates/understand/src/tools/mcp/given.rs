//! What the texts among a tool's arguments do, whatever the argument is called and however deep it is: a name that
//! reads says nothing of them. Statements, commands and code that are run, files that are written, options that
//! are slipped into a program's words, addresses that give out credentials.

use countersign_model::{Access, Effect, Resource, verbs};
use serde_json::{Map, Value as Json};

use super::Tool;
use super::arguments::{Found, PROSE, Ran, mutation};
use super::names::{Says, in_snake_case};
use super::{commands, files, queries, web};
use crate::context::Context;
use crate::word::Value;

/// Words of tools that look for a text or tell what it means: what they are given is data.
const ABOUT: &[&str] = &["search", "docs", "documentation", "grep", "lookup", "explain"];

/// Those that tell what a command means.
const TELLS: &[&str] = &["docs", "documentation", "explain"];

/// The same for code.
const ABOUT_CODE: &[&str] = &[
    "analyze",
    "analyse",
    "lint",
    "review",
    "format",
    "search",
    "docs",
    "documentation",
    "grep",
    "lookup",
    "explain",
];

/// Arguments that hold code, in whatever language.
const CODE: &[&str] =
    &["code", "javascript", "js", "python", "script", "source_code", "bash", "shell_script"];

/// Arguments that hold a script for a shell.
const SCRIPTS: &[&str] = &["script", "bash", "shell_script"];

/// Arguments that hold a program's words.
const WORDS: &[&str] = &["args", "arguments", "argv", "command_args", "exec", "cmdline", "entrypoint"];

/// Programs that run what they are given.
const SHELLS: &[&str] = &[
    "bash",
    "cmd",
    "dash",
    "deno",
    "env",
    "ksh",
    "node",
    "perl",
    "powershell",
    "pwsh",
    "python",
    "python3",
    "ruby",
    "sh",
    "sudo",
    "zsh",
];

/// Prose among whose names a database's tools are also given statements.
const TEXTS: &[&str] = &["text", "body", "content", "contents", "input_text"];

/// Arguments that hold a part of a statement.
const FRAGMENTS: &[&str] = &[
    "where",
    "filter",
    "having",
    "order_by",
    "condition",
    "conditions",
    "predicate",
    "group_by",
    "where_clause",
    "sort",
    "expression",
];

/// Arguments that a person's words are in, besides those of [`PROSE`].
const WORDING: &[&str] = &["reason", "purpose", "explanation", "rationale", "label", "caption", "goal"];

/// Commands and statements of one call that are looked into.
const MOST_RUN: usize = 20;

/// Adds what the texts do.
pub(super) fn effects(tool: &Tool<'_>, found: &mut Found, context: &mut Context<'_>) {
    let asked = matches!(tool.says, Says::Reads | Says::ReadsSecret);
    let about = asked && tool.has(ABOUT);
    let tells = about && tool.has(TELLS);
    let mut given = Given { tool, found, asked, about, tells, database: queries::is_database(tool), run: 0 };
    if asked && !tells && commands::is_given(tool) && !given.is_redis() {
        commands::effects(tool, context);
        given.raise(context.collected.worst());
    }
    given.object(tool.input, context);
    let mut waiting: Vec<(String, &Json)> =
        tool.input.iter().map(|(name, value)| (in_snake_case(name), value)).collect();
    while let Some((name, value)) = waiting.pop() {
        match value {
            Json::Object(inner) => {
                given.object(inner, context);
                waiting.extend(inner.iter().map(|(name, value)| (in_snake_case(name), value)));
            }
            Json::Array(list) => {
                if !given.list(&name, list, context) {
                    waiting.extend(list.iter().map(|value| (name.clone(), value)));
                }
            }
            Json::String(text) => given.text(&name, text, context),
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }
}

struct Given<'g, 't> {
    tool: &'g Tool<'t>,
    found: &'g mut Found,
    /// Whether the tool's name reads.
    asked: bool,
    /// Whether the tool only looks for what it is given, or tells what it means.
    about: bool,
    /// Whether it tells what a command means.
    tells: bool,
    database: bool,
    /// How many commands and statements were looked into.
    run: usize,
}

impl Given<'_, '_> {
    fn raise(&mut self, access: Option<Access>) {
        self.found.raised = self.found.raised.max(access.unwrap_or(Access::Read));
    }

    fn is_redis(&self) -> bool {
        let server = in_snake_case(self.tool.server);
        let named = |word: &str| matches!(word, "redis" | "valkey" | "keydb");
        server.split('_').any(named) || self.tool.words.iter().any(|word| named(word))
    }

    fn is_graph(&self, name: &str) -> bool {
        let server = in_snake_case(self.tool.server);
        let named = |word: &str| matches!(word, "neo4j" | "cypher" | "memgraph");
        server.split('_').chain(name.split('_')).any(named) || self.tool.words.iter().any(|word| named(word))
    }

    /// Whether one more is looked into; beyond the most there can be anything.
    fn counts(&mut self, context: &mut Context<'_>) -> bool {
        self.run += 1;
        if self.run == MOST_RUN + 1 {
            context.opaque(self.tool.snake, "it is given too many commands and statements to look at each");
            self.raise(Some(Access::Execute));
        }
        self.run <= MOST_RUN
    }

    /// A secret of a cluster that is named by its kind, and commands to a document store.
    fn object(&mut self, object: &Map<String, Json>, context: &mut Context<'_>) {
        let text = |names: &[&str]| {
            let given = object.iter().find(|(name, _)| names.contains(&in_snake_case(name).as_str()));
            given.and_then(|(_, value)| value.as_str())
        };
        if object.keys().any(|name| name == "dropDatabase" || name == "dropIndexes" || name == "dropUser") {
            self.raise(Some(Access::Destroy));
        }
        if object.keys().any(|name| matches!(name.as_str(), "$where" | "$function" | "$accumulator")) {
            // It is code that the server runs.
            self.raise(Some(Access::Execute));
        }
        let Some(kind) = text(&["kind", "resource_type", "resource_kind", "resource"]).filter(|_| self.asked)
        else {
            return;
        };
        let kind = kind.to_ascii_lowercase();
        let (kinds, after) =
            kind.split_once('/').map_or((kind.as_str(), None), |(kind, name)| (kind, Some(name)));
        let is_secret = |kind: &str| matches!(kind.split('.').next(), Some("secret" | "secrets"));
        if kinds.split(',').any(is_secret) {
            let everywhere =
                object.iter().any(|(name, value)| in_snake_case(name) == "all_namespaces" && *value == true);
            let namespace = text(&["namespace"]).filter(|_| !everywhere).unwrap_or("*");
            let name = after.or_else(|| text(&["name", "resource_name"])).unwrap_or("*");
            let resource =
                Resource::Secret { store: "kubernetes".to_owned(), name: format!("{namespace}/{name}") };
            context.push(Effect::new(verbs::SECRET_READ, resource));
        }
    }

    /// A list that is a program's words; false where it is none.
    fn list(&mut self, name: &str, list: &[Json], context: &mut Context<'_>) -> bool {
        let words: Option<Vec<&str>> = list.iter().map(Json::as_str).collect();
        let Some(words) = words.filter(|words| words.len() > 1) else { return false };
        let (first, second) =
            (words.first().copied().unwrap_or_default(), words.get(1).copied().unwrap_or_default());
        let program = first.rsplit('/').next().unwrap_or(first).trim_end_matches(".exe");
        let runs = SHELLS.contains(&program) && second.starts_with(['-', '/']);
        let named = WORDS.contains(&name) || commands::COMMANDS.contains(&name);
        let starts = named && (SHELLS.contains(&program) || commands::PROGRAMS.contains(&program));
        if self.tells || !self.asked || !(runs || starts) {
            return false;
        }
        let text: Vec<String> = words.iter().map(|word| commands::quoted(word)).collect();
        self.command(&text.join(" "), context);
        true
    }

    fn command(&mut self, text: &str, context: &mut Context<'_>) {
        if !self.counts(context) {
            return;
        }
        if self.is_redis() {
            let host = commands::quoted(self.tool.server);
            commands::run(self.tool, &format!("redis-cli -h {host} {text}"), context);
        } else {
            commands::run(self.tool, text, context);
        }
        self.raise(context.collected.worst());
    }

    fn text(&mut self, name: &str, text: &str, context: &mut Context<'_>) {
        let prose = PROSE.contains(&name) || WORDING.contains(&name);
        if !prose {
            option(self.tool, text, context);
            if files::written(self.tool, name, text, context) {
                self.raise(Some(Access::Write));
            }
            web::credentials(text, context);
        }
        if FRAGMENTS.contains(&name) {
            self.fragment(text, context);
        }
        let speaks_graphql = || {
            let server = in_snake_case(self.tool.server);
            let named = |word: &str| matches!(word, "graphql" | "gql" | "hasura" | "apollo");
            server.split('_').any(named) || self.tool.words.iter().any(|word| named(word))
        };
        if (!prose && !self.about || speaks_graphql())
            && let Some(access) = mutation(text)
        {
            self.raise(Some(access));
        }
        // What it looks for is text; a command is none, unless it tells what one means.
        let runs = commands::COMMANDS.contains(&name) || SCRIPTS.contains(&name);
        if self.tells || (self.about && !runs) {
            return;
        }
        let spaced = text.trim().contains(char::is_whitespace);
        let query = (!prose || (self.database && self.asked && TEXTS.contains(&name))) && spaced;
        if query && queries::is_given(self.database, name, text) {
            if self.counts(context) {
                let access = queries::run(self.tool, text, context);
                self.raise(access);
            }
        } else if (!prose || TEXTS.contains(&name)) && spaced && self.is_graph(name) {
            self.raise(queries::graph_access(text));
        } else if self.asked && commands::COMMANDS.contains(&name) {
            // A command beside the tool's other arguments was run with them.
            if !self.tool.input.keys().any(|given| in_snake_case(given) == name) || self.is_redis() {
                self.command(text, context);
            }
        } else if self.asked
            && CODE.contains(&name)
            && spaced
            && (!self.tool.has(ABOUT_CODE) || self.about && SCRIPTS.contains(&name))
        {
            self.code(name, text, context);
        }
    }

    /// Statements behind a part of one: `1=1; drop table users`.
    fn fragment(&mut self, text: &str, context: &mut Context<'_>) {
        for statement in text.split(';').skip(1).map(str::trim).filter(|statement| !statement.is_empty()) {
            if queries::is_given(true, "statement", statement) && self.counts(context) {
                let access = queries::run(self.tool, statement, context);
                self.raise(access);
            }
        }
    }

    fn code(&mut self, name: &str, text: &str, context: &mut Context<'_>) {
        let first = text.split_ascii_whitespace().next().unwrap_or_default();
        let shell = SCRIPTS.contains(&name) && !text.contains(['{', ';', '(']);
        if shell || commands::PROGRAMS.contains(&first) || SHELLS.contains(&first) {
            self.command(text, context);
        } else if text.contains(['(', ';', '=', '`', '\n']) {
            context.opaque(self.tool.snake, "the code it is given is not read");
            self.raise(Some(Access::Execute));
            self.found.ran = Ran::Unread("the code it is given is not read");
        }
    }
}

/// Adds what an option does that stands where a program expects a name.
fn option(tool: &Tool<'_>, text: &str, context: &mut Context<'_>) {
    const WRITES: &[&str] =
        &["output", "out", "outfile", "output-file", "output-directory", "log-file", "dump-header"];
    const RUNS: &[&str] = &[
        "upload-pack",
        "receive-pack",
        "exec",
        "extcmd",
        "ext-diff",
        "open-files-in-pager",
        "eval",
        "pager",
        "to-command",
        "checkpoint-action",
        "use-compress-program",
    ];
    let Some(long) = text.trim().strip_prefix("--") else {
        let short = text.trim().strip_prefix("-o").filter(|path| path.contains('/') && !path.contains(' '));
        if let Some(path) = short {
            context.write_value(&Value::Known(path.trim_start_matches('=').to_owned()));
        }
        return;
    };
    let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
    if let Some(value) =
        value.filter(|_| WRITES.contains(&name) || (name.len() > 2 && "output".starts_with(name)))
    {
        context.write_value(&Value::Known(value.to_owned()));
    } else if RUNS.contains(&name) {
        context.opaque(tool.snake, "an option among its arguments makes a program run another");
    }
}
