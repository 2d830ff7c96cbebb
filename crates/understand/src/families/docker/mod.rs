//! Container engines: `docker`, `podman`, `nerdctl`, and Compose.
//!
//! [`engine`] says whose engine it is, [`run`] reads `docker run`, [`images`] knows which program an image starts,
//! [`shown`] what is told of containers, [`compose`] their projects.

mod build;
mod compose;
mod copies;
mod engine;
mod images;
mod listed;
mod mounts;
pub(crate) mod peers;
pub(super) mod run;

mod services;
mod shown;

use countersign_model::{Certainty, Effect, Resource, Reversible, Verb, verbs};

use super::subcommands::{Rule, Subcommand, Table, read, rule};
use super::{Family, dispatch, registries};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Word;

pub(super) const FAMILY: Family = Family {
    programs: &["docker", "podman", "nerdctl", "docker-compose", "podman-compose", "finch", "buildah"],
    about: "Containers, images, volumes, networks and Compose projects of the engine that is named; what \
        runs in a container is understood where it reaches the machine through mounts. A push names the \
        registry.",
    examples: &[
        "docker ps -a",
        "docker logs -f web",
        "docker build -t acme/app:1 .",
        "docker push ghcr.io/acme/app:1",
        "docker run --rm -v .:/app -w /app node:20 npm test",
        "docker run -v ~/.ssh:/root/.ssh alpine",
        "docker exec db rm -rf /var/lib/data",
        "docker compose down -v",
        "docker compose up -d",
        "docker run -v /:/host alpine rm -rf /host/etc",
        "docker volume prune -f",
        "docker -H ssh://root@prod-1 rm web",
        "docker run --help",
        "docker run --privileged alpine",
        "docker tag acme/app:1 acme/app:live",
        "docker inspect -f '{{.Config.Env}}' web",
        "docker run bitnami/kubectl delete ns shop",
    ],
    effects,
};

const TABLE: Table = Table {
    values: &[
        "-H", "--host", "-c", "--context", "--config", "-l", "--log-level", "--tlscacert", "--tlscert", "--tlskey", "--url", "--connection",
        "--namespace", "--root", "--runroot", "--filter", "--format", "-n", "--last", "--tail", "--since", "--until", "-o", "--output",
        "-i", "--input", "-u", "--username", "-p", "--password", "-t", "--time", "-s", "--signal", "--platform", "--driver", "--opt",
        "--label", "--subnet", "--gateway", "--ip-range", "--scope", "-m", "--message", "--author", "--change", "--from", "--docker",
        "--description", "--default-stack-orchestrator", "--name", "--replicas", "--image", "--mode", "--publish", "--env", "-e", "--mount",
        "--advertise-addr", "--listen-addr", "--token", "--availability", "--role", "--memory", "--cpus", "--restart", "--limit", "--secret",
        "--compose-file", "--orchestrator", "--alias", "--ip", "--cpu-shares", "--pids-limit", "--sort", "--builder", "--endpoint", "--node",
    ],
    rules: RULES,
};

const RULES: &[Rule] = &[
    rule("ps|images|logs|inspect|top|stats|port|diff|events|info|version|history|search|wait|help|sbom|scout|debug", verbs::CONTAINER_READ),
    rule("container ls|list|ps|inspect|logs|top|stats|port|diff|wait|exists", verbs::CONTAINER_READ),
    rule("image ls|list|inspect|history|exists|tree", verbs::CONTAINER_READ),
    rule("volume|network|plugin|pod|machine ls|list|inspect|ps|info|exists", verbs::CONTAINER_READ),
    rule("context ls|list|inspect|show", verbs::CONTAINER_READ),
    rule("system df|info|events", verbs::CONTAINER_READ),
    rule("system connection", verbs::CONTAINER_WRITE),
    rule("system connection list|ls", verbs::CONTAINER_READ),
    rule("buildx ls|inspect|du|version|imagetools|history", verbs::CONTAINER_READ),
    rule("buildx imagetools create", verbs::PACKAGE_PUBLISH),
    rule("trust sign", verbs::PACKAGE_PUBLISH),
    rule("scout push", verbs::PACKAGE_PUBLISH),
    rule("manifest inspect", verbs::CONTAINER_READ),
    rule("trust inspect", verbs::CONTAINER_READ),
    rule("service|node|stack|secret|config ls|list|ps|inspect|logs|services|config", verbs::CONTAINER_READ),
    rule("model ls|list|inspect|ps|logs|status", verbs::CONTAINER_READ),
    rule("pull|tag|rename|update|pause|unpause|stop|kill|commit|load|import|export|save|logout|cp|attach|unmount|mount|from|copy|config|add", verbs::CONTAINER_WRITE),
    rule("container rename|update|pause|unpause|stop|kill|commit|export|cp|create|attach", verbs::CONTAINER_WRITE),
    rule("image pull|tag|load|import|save", verbs::CONTAINER_WRITE),
    rule("volume create|update|import|export", verbs::CONTAINER_WRITE),
    rule("network create|connect|disconnect|update|reload", verbs::CONTAINER_WRITE),
    rule("context create|update|import|export|use", verbs::CONTAINER_WRITE),
    rule("buildx create|use|install|uninstall|stop", verbs::CONTAINER_WRITE),
    rule("pod create|pause|unpause|stop|kill", verbs::CONTAINER_WRITE),
    rule("machine init|set|stop", verbs::CONTAINER_WRITE),
    rule("start|restart", verbs::CONTAINER_RUN),
    rule("container|pod|machine start|restart", verbs::CONTAINER_RUN),
    rule("rm|rmi", verbs::CONTAINER_DELETE),
    rule("container rm|remove|prune", verbs::CONTAINER_DELETE),
    rule("image rm|remove|prune", verbs::CONTAINER_DELETE),
    rule("volume rm|remove|prune", verbs::CONTAINER_DELETE),
    rule("network rm|remove|prune", verbs::CONTAINER_DELETE),
    rule("system prune|reset|migrate", verbs::CONTAINER_DELETE),
    rule("builder|buildx prune|rm", verbs::CONTAINER_DELETE),
    rule("pod|machine|context|model rm|remove|prune", verbs::CONTAINER_DELETE),
    rule("stack rm|down|remove", verbs::CONTAINER_DELETE),
    rule("service|secret|config|node rm|remove", verbs::CONTAINER_DELETE),
    rule("swarm leave", verbs::CONTAINER_DELETE),
    rule("stack deploy|up", verbs::CONTAINER_WRITE),
    rule("service create|update|scale|rollback", verbs::CONTAINER_WRITE),
    rule("node update|promote|demote", verbs::CONTAINER_WRITE),
    rule("swarm init|join|update|ca|join-token|unlock|unlock-key", verbs::CONTAINER_WRITE),
    rule("secret|config create", verbs::CONTAINER_WRITE),
    rule("push", verbs::PACKAGE_PUBLISH),
    rule("image|manifest push", verbs::PACKAGE_PUBLISH),
    rule("manifest create|annotate|add|rm|remove", verbs::CONTAINER_WRITE),
    rule("plugin install|enable|upgrade|set|create|push|disable|rm", verbs::EXEC_PRIVILEGE),
    rule("login", verbs::SECRET_WRITE),
];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    if matches!(invocation.program.as_str(), "docker-compose" | "podman-compose") {
        compose::effects(invocation, 0, context);
        return;
    }
    let Some(start) = engine::subcommand(invocation) else {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    };
    let group = invocation.known(start).unwrap_or_default();
    let second = invocation.known(start + 1).unwrap_or_default();
    match (group, second) {
        ("compose", _) => compose::effects(invocation, start + 1, context),
        ("run" | "create", _) => run::run(invocation, start + 1, group == "create", context),
        ("container", "run" | "create") => run::run(invocation, start + 2, second == "create", context),
        ("exec", _) => run::exec(invocation, start + 1, context),
        ("container", "exec") => run::exec(invocation, start + 2, context),
        ("cp", _) => copies::effects(invocation, start + 1, "container", context),
        ("container", "cp") => copies::effects(invocation, start + 2, "container", context),
        ("build" | "bud", _) => build::effects(invocation, start + 1, context),
        ("image" | "buildx" | "builder", "build" | "bake" | "b") => build::effects(invocation, start + 2, context),
        // The user's own name space has the machine's files.
        ("unshare", _) => {
            let mut at = start + 1;
            while invocation.known(at).is_some_and(|word| word.starts_with('-')) {
                at += 1;
            }
            match invocation.nested(at) {
                Some(nested) => dispatch(nested, context),
                None => context.opaque(&invocation.title(), "it starts an interactive shell"),
            }
        }
        _ => rest(invocation, context),
    }
}

/// Every other subcommand, by the table.
fn rest(invocation: &Invocation, context: &mut Context<'_>) {
    let found = read(invocation, &TABLE);
    if found.is_help {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    let host = engine::host(invocation, context);
    let (group, action) = found.name.split_once(' ').unwrap_or(("", found.name.as_str()));
    files(&found, group, action, context);
    match (group, action) {
        (_, "push" | "sign") if found.verb == Some(verbs::PACKAGE_PUBLISH) => {
            let images = found.operands.iter().map(|word| registries::known(word).unwrap_or("*"));
            let is_any = found.operands.is_empty() || found.operands.len() > MOST;
            for image in if is_any { vec!["*"] } else { images.collect() } {
                let effect = Effect::new(verbs::PACKAGE_PUBLISH, registries::image(image));
                context.push(if image == "*" { effect.certain(Certainty::Partial, "the image's name is not known") } else { effect });
            }
            return;
        }
        ("buildx", "imagetools create") | ("scout", "push") => {
            let tags: Vec<&str> = found.values(&["-t", "--tag"]).map(|value| value.known().unwrap_or("*")).collect();
            for image in if tags.is_empty() { vec!["*"] } else { tags } {
                context.push(Effect::new(verbs::PACKAGE_PUBLISH, registries::image(image)));
            }
            return;
        }
        (_, "pull") => {
            let images = found.operands.iter().map(|word| registries::known(word).unwrap_or("*"));
            for image in if found.operands.len() > MOST { vec!["*"] } else { images.collect() } {
                let effect = Effect::new(verbs::PACKAGE_READ, registries::image(image));
                context.push(if image == "*" { effect.certain(Certainty::Partial, "the image's name is not known") } else { effect });
            }
        }
        (_, "login") => {
            let name = found.operand(0).unwrap_or_else(|| "docker.io".to_owned());
            context.push(Effect::new(verbs::SECRET_WRITE, Resource::Secret { store: "docker".to_owned(), name }));
            return;
        }
        ("context", "use") => {
            let name = found.operand(0).unwrap_or_else(|| "*".to_owned());
            context.chooses("docker", engine::settings_file(invocation, context), &name);
        }
        ("volume", "create") if invocation.written().contains("device=") => {
            let resource = Resource::Program { name: "a container".to_owned() };
            let why = "the volume is a directory or a device of the machine";
            context.push(Effect::new(verbs::EXEC_PRIVILEGE, resource).because(why));
        }
        ("secret", "inspect") if found.has(&["--showsecret"]) => {
            let name = found.operand(0).unwrap_or_else(|| "*".to_owned());
            context.push(Effect::new(verbs::SECRET_READ, Resource::Secret { store: "podman".to_owned(), name }));
        }
        ("secret", "create") => {
            let name = found.operand(0).unwrap_or_else(|| "*".to_owned());
            context.push(Effect::new(verbs::SECRET_WRITE, Resource::Secret { store: "docker swarm".to_owned(), name }));
        }
        _ => {}
    }
    let object = object(group, action);
    if action == "inspect" {
        shown::inspected(&found, group, host.as_ref(), context);
        return;
    }
    let is_swarm = matches!(group, "swarm" | "stack" | "service" | "node" | "secret" | "config");
    let host = if is_swarm { host.or_else(|| Some("swarm".to_owned())) } else { host };
    for name in names(&found.operands) {
        let resource = Resource::Container { host: host.clone(), object: object.to_owned(), name: name.clone() };
        let mut effect = found.effect(&verbs::CONTAINER_WRITE, &verbs::CONTAINER_DELETE, resource);
        if effect.verb == verbs::CONTAINER_DELETE {
            // One by one they could be named as well.
            let is_listed = name == "*" && !found.operands.is_empty() && found.operands.iter().all(|word| listed::is_of_containers(word, invocation, context));
            let name = if is_listed { "listed" } else { name.as_str() };
            effect.reversible = if action == "reset" { Reversible::No } else { returns(&found, object, name) };
            if object == "volume" && host.is_none() && !is_listed && name != "*" && action != "prune" {
                // As with a database on this machine: what development holds can usually be made again.
                effect.reversible = Reversible::Unknown;
            }
        }
        context.push(effect);
    }
}

/// What a subcommand is about.
fn object<'g>(group: &'g str, action: &str) -> &'g str {
    match (group, action) {
        ("" | "buildx" | "builder", "rmi" | "images" | "pull" | "tag" | "history" | "load" | "import" | "save") => "image",
        ("system" | "swarm", _) => "engine",
        ("buildx" | "builder", _) => "cache",
        ("", _) => "container",
        _ => group,
    }
}

/// Whether what is deleted can be made again from what is left.
fn returns(found: &Subcommand<'_>, object: &str, name: &str) -> Reversible {
    let with_volumes = found.has(&["-v", "--volumes", "-fv", "-vf"]);
    match object {
        _ if with_volumes => Reversible::No,
        "volume" | "secret" | "stack" | "service" | "config" | "machine" => Reversible::No,
        "image" | "network" | "cache" | "context" => Reversible::Yes,
        "container" | "pod" if name != "*" => Reversible::Yes,
        _ => Reversible::Unknown,
    }
}

/// Names of one command that are told one by one; more are any.
const MOST: usize = 32;

fn names(operands: &[&Word]) -> Vec<String> {
    let names: Vec<String> = operands.iter().map(|word| word.known().unwrap_or("*").to_owned()).collect();
    if names.is_empty() || names.len() > MOST { vec!["*".to_owned()] } else { names }
}

/// Files of this machine that are read or written.
fn files(found: &Subcommand<'_>, group: &str, action: &str, context: &mut Context<'_>) {
    match (group, action) {
        (_, "save" | "export") => found.values(&["-o", "--output"]).for_each(|value| context.write_value(value)),
        (_, "load") => found.values(&["-i", "--input"]).for_each(|value| context.read_value(value)),
        ("secret" | "config", "create") | ("" | "image", "import") => {
            let at = usize::from(action == "create");
            found.operands.get(at).into_iter().for_each(|word| context.read(word));
        }
        ("stack", _) => found.values(&["-c", "--compose-file"]).for_each(|value| context.read_value(value)),
        _ => {}
    }
}

/// The effect of something done to an engine's object.
fn on(verb: Verb, host: Option<&String>, object: &str, name: &str) -> Effect {
    Effect::new(verb, Resource::Container { host: host.cloned(), object: object.to_owned(), name: name.to_owned() })
}

#[cfg(test)]
mod tests;
