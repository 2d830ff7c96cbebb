//! Models of language that run on this machine, and hubs they are kept at: `ollama`, `hf`.

use countersign_model::{Effect, Resource, Verb, is_this_machine, verbs};

use super::subcommands::{Table, read, rule};
use super::{Family, publishers};
use crate::context::Context;
use crate::invocation::Invocation;

pub(super) const FAMILY: Family = Family {
    programs: &["ollama", "lms", "hf", "huggingface-cli"],
    about: "Models that are listed, fetched, run here and removed; what is pushed to a hub is a publication. Another \
        machine's server is the one that `OLLAMA_HOST` names.",
    examples: &[
        "ollama list",
        "ollama pull llama3",
        "ollama run llama3 'say hello'",
        "ollama rm llama3",
        "ollama push me/model",
        "OLLAMA_HOST=gpu.example:11434 ollama run llama3 hi",
        "hf download acme/model",
        "hf upload acme/model .",
        "hf auth whoami",
    ],
    effects,
};

const TABLE: Table<'_> = Table {
    values: &["-f", "--file", "--format", "--keepalive", "--system", "--quantize", "-q", "--repo-type", "--revision", "--local-dir", "--include", "--exclude", "--token", "--cache-dir", "--commit-message", "--port", "--host"],
    rules: &[
        rule("list|ls|ps|show|help|version|env|log|status|scan-cache|whoami", verbs::EXEC_READ),
        rule("auth whoami|list", verbs::EXEC_READ),
        rule("cache ls|list|scan|verify", verbs::EXEC_READ),
        rule("repo|repos|models|datasets|spaces|papers|jobs|collections list|ls|info|ps|logs|inspect", verbs::EXEC_READ),
        rule("run|chat", RUNS),
        rule("serve|server", verbs::NET_LISTEN),
        rule("pull|get|download|import", verbs::EXEC_INSTALL),
        rule("create|cp|stop|load|unload|rm|unlink|delete-cache", verbs::EXEC_BUILD),
        rule("cache rm|delete|prune", verbs::EXEC_BUILD),
        rule("push|upload|upload-large-folder", verbs::PACKAGE_PUBLISH),
        rule("repo|repos|repo-files delete|move", verbs::PACKAGE_WITHDRAW),
        rule("repo|repos|tag|jobs|endpoints|repo-files", verbs::PACKAGE_SETTINGS),
        rule("login|logout|signin|signout", verbs::SECRET_WRITE),
        rule("auth login|logout|switch", verbs::SECRET_WRITE),
        rule("auth token", verbs::SECRET_READ),
    ],
};

/// A model is asked.
const RUNS: Verb = verbs::NET_SEND;

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let is_hub = matches!(program, "hf" | "huggingface-cli");
    let found = read(invocation, &TABLE);
    if found.is_help || found.operands.is_empty() && found.verb.is_none() {
        context.program(verbs::EXEC_READ, program);
        return;
    }
    let host = match context.setting(invocation, "OLLAMA_HOST") {
        _ if program != "ollama" => None,
        Ok(host) => host.map(|host| host.split("://").last().unwrap_or(&host).split([':', '/']).next().unwrap_or_default().to_owned()),
        Err(_) => Some("*".to_owned()),
    };
    let elsewhere = host.filter(|host| !host.is_empty() && host != "0.0.0.0" && !is_this_machine(host));
    let server = |host: &str| Resource::Host { host: host.to_owned(), url: None };
    let Some(verb) = found.verb.clone().filter(|_| found.doubt.is_none() || found.verb == Some(RUNS)) else {
        super::opaque(invocation, "the subcommand is not known", context);
        return;
    };
    match (verb.area(), elsewhere) {
        ("package", _) => publishers::publishes(if is_hub { "huggingface" } else { "ollama" }, verb, context),
        ("secret", _) => context.push(Effect::new(verb, Resource::Secret { store: program.to_owned(), name: "token".to_owned() })),
        ("net", None) if verb == verbs::NET_LISTEN => context.push(Effect::new(verb, server("localhost"))),
        // What is asked stays on this machine, unless the model is one of the provider's own cloud.
        ("net", None) => match found.operand(0) {
            Some(model) if model != "*" && !model.ends_with("cloud") => context.program(verbs::EXEC_READ, &format!("{program} run")),
            _ => context.push(Effect::new(RUNS, server("*")).because("the model may be one that runs elsewhere")),
        },
        ("exec", Some(host)) if verb != verbs::EXEC_READ => context.push(Effect::new(verbs::NET_WRITE, server(&host))),
        ("exec", Some(host)) => context.push(Effect::new(verbs::NET_READ, server(&host))),
        ("net", Some(host)) => context.push(Effect::new(verb, server(&host))),
        _ => context.program(verb, &format!("{program} {}", found.name)),
    }
    // Where a hub's files are put, and what is brought to it.
    found.values(&["--local-dir"]).for_each(|value| context.write_value(value));
    found.values(&["-f", "--file"]).filter(|_| found.name == "create").for_each(|value| context.read_value(value));
    if is_hub && found.name.starts_with("upload") {
        found.operands.iter().skip(1).take(1).for_each(|word| context.read(word));
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn models_here() {
        assert_snapshot!(check("ollama list; ollama pull llama3; ollama run llama3 'say hello'; ollama rm llama3; ollama serve; ollama --version"), @"
        exec.read ollama list, read
        exec.install ollama pull, execute
        exec.read ollama run, read
        exec.build ollama rm, execute
        net.listen localhost, write
        exec.read ollama, read
        ");
    }

    #[test]
    fn models_elsewhere() {
        assert_snapshot!(check("ollama push me/model; hf upload acme/model .env; hf repo delete acme/model; hf auth token; huggingface-cli login"), @"
        package.publish * on ollama, write, partial
        package.publish * on huggingface, write, partial
        secret.read /repo/.env, read
        package.withdraw * on huggingface, destroy, partial
        secret.read hf:token, read
        secret.write huggingface-cli:token, write
        ");
        assert_snapshot!(check_with("ollama run llama3 hi; ollama rm llama3; ollama list", &[("OLLAMA_HOST", "http://gpu.example:11434")]), @"
        net.send gpu.example, send
        net.write gpu.example, write
        net.read gpu.example, read
        ");
        assert_snapshot!(check("ollama run gpt-oss:120b-cloud hi; ollama frob; hf frob x; hf download acme/model --local-dir .claude"), @"
        net.send *, send
        exec.opaque ollama, execute, opaque
        exec.opaque hf, execute, opaque
        exec.install hf download, execute
        fs.write /repo/.claude, write
        ");
    }
}
