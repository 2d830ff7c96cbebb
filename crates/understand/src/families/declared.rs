//! Programs and tools that the policy itself describes: what it says of them, and nothing else.

use countersign_model::{Certainty, Declared, Effect, Resource, Verb, verbs};
use serde_json::{Map, Value as Json};

use super::subcommands::{Table, read, rule};
use crate::context::Context;
use crate::glob;
use crate::invocation::Invocation;

/// The description of a program, if the policy has one.
pub(super) fn find<'a>(program: &str, context: &Context<'a>) -> Option<&'a Declared> {
    let programs = &context.surroundings.programs;
    programs.iter().find(|declared| declared.names.iter().any(|name| name == program))
}

/// Adds what a program does by its description.
pub(super) fn effects(declared: &Declared, invocation: &Invocation, context: &mut Context<'_>) {
    let lists = [
        (&declared.read, verbs::APP_READ),
        (&declared.write, verbs::APP_DEPLOY),
        (&declared.destroy, verbs::APP_DELETE),
        (&declared.execute, verbs::APP_EXECUTE),
    ];
    let each = lists.iter().flat_map(|(list, verb)| list.iter().map(move |words| rule(words, verb.clone())));
    let rules: Vec<_> = each.collect();
    let values: Vec<&str> = declared.values.iter().chain(&declared.target).map(String::as_str).collect();
    let found = read(invocation, &Table { values: &values, rules: &rules });
    let names: Vec<&str> = declared.target.iter().map(String::as_str).collect();
    let resource = Resource::App {
        platform: invocation.program.clone(),
        name: found
            .operand(0)
            .unwrap_or_else(|| if found.name.is_empty() { "*".to_owned() } else { found.name.clone() }),
        target: found.text(&names),
    };
    let effect = match &found.verb {
        _ if found.is_help => {
            Effect::new(verbs::EXEC_READ, Resource::Program { name: invocation.program.clone() })
        }
        Some(verb) => Effect::new(verb.clone(), resource),
        None => {
            let why = format!("the policy does not say what `{}` does", found.name);
            Effect::new(verbs::APP_DEPLOY, resource).certain(Certainty::Partial, &why)
        }
    };
    let doubt = found.doubt.filter(|_| effect.certainty == Certainty::Exact);
    context.push(match doubt {
        Some(why) => effect.certain(Certainty::Partial, &why),
        None => effect,
    });
}

/// The description of a tool, if the policy has one that says what it does.
pub(crate) fn tool<'a>(full: &str, context: &Context<'a>) -> Option<&'a Declared> {
    let programs = &context.surroundings.programs;
    let found = programs.iter().find(|declared| declared.names.iter().any(|name| glob::matches(name, full)));
    found.filter(|declared| worst(declared).is_some())
}

/// What a described tool does itself; where it acts is added, if an argument says so.
pub(crate) fn says(
    declared: &Declared,
    server: Option<&str>,
    name: &str,
    input: &Map<String, Json>,
    context: &mut Context<'_>,
) -> Option<Effect> {
    let (verb, placed) = worst(declared)?;
    let target = declared.target.iter().find_map(|name| input.get(name)).and_then(Json::as_str);
    if let Some(target) = target {
        let platform = server.unwrap_or(name).to_owned();
        let resource = Resource::App { platform, name: name.to_owned(), target: Some(target.to_owned()) };
        context.push(Effect::new(placed, resource));
    }
    let resource = Resource::Tool { server: server.map(str::to_owned), name: name.to_owned() };
    Some(Effect::new(verb, resource))
}

/// The worst that is said of a tool, as a call of its server and as something that acts on an application.
fn worst(declared: &Declared) -> Option<(Verb, Verb)> {
    let lists: [(&Vec<String>, Verb, Verb); 4] = [
        (&declared.execute, verbs::MCP_CALL, verbs::APP_EXECUTE),
        (&declared.destroy, verbs::MCP_DELETE, verbs::APP_DELETE),
        (&declared.write, verbs::MCP_WRITE, verbs::APP_DEPLOY),
        (&declared.read, verbs::MCP_READ, verbs::APP_READ),
    ];
    lists.into_iter().find(|(list, _, _)| !list.is_empty()).map(|(_, verb, placed)| (verb, placed))
}

#[cfg(test)]
mod tests {
    use countersign_model::Declared;
    use insta::assert_snapshot;
    use serde_json::json;

    use crate::fixture::{check_declared, shipctl};

    fn check(tool: &str, input: serde_json::Value) -> String {
        check_declared(tool, input, shipctl())
    }

    fn shell(command: &str) -> String {
        check("Bash", json!({ "command": command }))
    }

    #[test]
    fn a_program_does_what_the_policy_says() {
        assert_snapshot!(shell("shipctl status web"), @"app.read web on shipctl, read");
        assert_snapshot!(shell("sudo -u deploy shipctl --env production --reason hot deploy web"), @"
        exec.privilege sudo, execute
        app.deploy web on shipctl (production), write
        ");
        assert_snapshot!(shell("shipctl env delete blue -e=staging"), @"app.delete blue on shipctl (staging), destroy");
        assert_snapshot!(shell("shipctl"), @"app.read * on shipctl, read");
        assert_snapshot!(shell("shipctl explode"), @"app.deploy explode on shipctl, write, partial");
        assert_snapshot!(shell("shipctl deploy --help"), @"exec.read shipctl, read");
        assert_snapshot!(shell("shipctl deploy $APP --env $WHERE"), @"app.deploy * on shipctl (*), write, partial");
        assert_snapshot!(shell("./shipctl deploy web"), @"exec.opaque /repo/shipctl, execute, partial");
    }

    #[test]
    fn a_tool_does_what_the_policy_says() {
        let mut declared = Declared { names: vec!["mcp__billing__*".to_owned()], ..Declared::default() };
        declared.target = vec!["environment".to_owned()];
        declared.destroy = vec![String::new()];
        let input = json!({ "environment": "production", "id": 1 });
        assert_snapshot!(check_declared("mcp__billing__list_refunds", input, declared.clone()), @"
        app.delete list_refunds on billing (production), destroy
        mcp.delete billing/list_refunds, destroy
        ");
        assert_snapshot!(check_declared("mcp__tickets__get", json!({}), declared), @"mcp.read tickets/get, read");
    }

    #[test]
    fn a_description_only_raises_what_a_tool_is_known_to_do() {
        let read = |tool: &str, input| {
            let names = vec!["mcp__*".to_owned(), "terminal".to_owned(), "bash".to_owned()];
            let declared = Declared { names, read: vec![String::new()], ..Declared::default() };
            check_declared(tool, input, declared)
        };
        assert_snapshot!(read("mcp__github__merge_pull_request", json!({"owner": "acme", "repo": "shop", "pull_number": 3})), @"
        forge.merge acme/shop#3, write
        mcp.read github/merge_pull_request, read
        ");
        assert_snapshot!(read("mcp__postgres__query", json!({"sql": "drop table x"})), @"
        db.destroy x in postgresql://postgres, destroy
        mcp.delete postgres/query, destroy
        ");
        assert_snapshot!(read("mcp__shell__run_command", json!({"command": "git push origin main"})), @"
        git.push main@origin, write
        mcp.write shell/run_command, write
        ");
        assert_snapshot!(read("mcp__shell__run_it", json!({"with": "this"})), @"mcp.call shell/run_it, execute, partial");
        assert_snapshot!(read("mcp__billing__eu__delete", json!({})), @"mcp.delete billing/eu__delete, destroy");
        assert_snapshot!(read("terminal", json!({"command": "git push origin main"})), @"
        mcp.read terminal, read
        git.push main@origin, write
        ");
        assert_snapshot!(read("bash", json!({"cmd": "x"})), @"
        mcp.read bash, read
        exec.opaque bash, execute, opaque
        exec.opaque x, execute, opaque
        ");
        // Nothing says what these do.
        assert_snapshot!(read("mcp__billing__frobnicate", json!({"id": 1})), @"mcp.read billing/frobnicate, read");
        assert_snapshot!(read("terminal", json!({})), @"mcp.read terminal, read");
    }
}
