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

/// Adds what a tool does by its description; false where the policy has none.
pub(crate) fn tool(full: &str, input: &Map<String, Json>, context: &mut Context<'_>) -> bool {
    let matches = |declared: &&Declared| declared.names.iter().any(|name| glob::matches(name, full));
    let Some(declared) = context.surroundings.programs.iter().find(matches) else { return false };
    let lists: [(&Vec<String>, Verb, Verb); 4] = [
        (&declared.execute, verbs::MCP_CALL, verbs::APP_EXECUTE),
        (&declared.destroy, verbs::MCP_DELETE, verbs::APP_DELETE),
        (&declared.write, verbs::MCP_WRITE, verbs::APP_DEPLOY),
        (&declared.read, verbs::MCP_READ, verbs::APP_READ),
    ];
    let Some((_, verb, placed)) = lists.into_iter().find(|(list, _, _)| !list.is_empty()) else {
        return false;
    };
    let rest = full.strip_prefix("mcp__").unwrap_or(full);
    let (server, name) = match rest.rsplit_once("__") {
        Some((server, name)) => (Some(server.to_owned()), name.to_owned()),
        None => (None, rest.to_owned()),
    };
    let target = declared.target.iter().find_map(|name| input.get(name)).and_then(Json::as_str);
    if let Some(target) = target {
        let platform = server.clone().unwrap_or_else(|| name.clone());
        context.push(Effect::new(
            placed,
            Resource::App { platform, name: name.clone(), target: Some(target.to_owned()) },
        ));
    }
    context.push(Effect::new(verb, Resource::Tool { server, name }));
    true
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
}
