//! `docker cp` and `docker compose cp`: files between this machine and a container.

use countersign_model::{Certainty, verbs};

use super::{engine, on};
use crate::context::Context;
use crate::families::landing::{self, End};
use crate::invocation::Invocation;
use crate::word::Word;

/// Options that take the next word.
const VALUES: &[&str] = &["--index"];

/// Adds what a copy does whose options start at `start`; `object` is what the name before the colon is of.
pub(super) fn effects(invocation: &Invocation, start: usize, object: &str, context: &mut Context<'_>) {
    let mut operands: Vec<&Word> = Vec::new();
    let mut words = invocation.words.get(start..).unwrap_or_default().iter();
    while let Some(word) = words.next() {
        let text = word.text();
        if word.known() == Some("--") {
            operands.extend(words.by_ref());
        } else if matches!(text, "--help" | "-h") {
            context.program(verbs::EXEC_READ, &invocation.title());
            return;
        } else if VALUES.contains(&text) {
            words.next();
        } else if !text.starts_with('-') || text == "-" {
            operands.push(word);
        }
    }
    let ends: Vec<End<'_>> = operands.into_iter().map(End::of).collect();
    let Some((target, sources)) = ends.split_last().filter(|(_, sources)| !sources.is_empty()) else {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    };
    let host = engine::host(invocation, context);
    let sides = sources.iter().map(|end| (end, verbs::CONTAINER_READ)).chain([(target, verbs::CONTAINER_WRITE)]);
    for (end, verb) in sides {
        let Some((name, _)) = &end.there else { continue };
        let effect = on(verb, host.as_ref(), object, name);
        context.push(if name == "*" {
            effect.certain(Certainty::Partial, "which container is meant is not known")
        } else {
            effect
        });
    }
    landing::copied(sources, target, context);
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn of_this_machine() {
        assert_snapshot!(check("docker compose cp web:/x ~/.claude/settings.json"), @"
        container.read service web, read
        countersign.tamper /home/dev/.claude/settings.json, destroy
        ");
        assert_snapshot!(check("docker-compose cp web:/x .git/hooks/pre-commit; podman-compose -p x cp --index 2 web:/x ~/.bashrc"), @"
        container.read service web, read
        fs.write /repo/.git/hooks/pre-commit, write
        fs.write /home/dev/.bashrc, write
        ");
        assert_snapshot!(check("docker compose cp ~/.ssh/id_ed25519 web:/x; docker compose -f c.yml cp -a .env web:/x; podman cp ~/.ssh x:/x"), @"
        container.write service web, write
        secret.read /home/dev/.ssh/id_ed25519, read
        secret.read /repo/.env, read
        container.write container x, write
        secret.read /home/dev/.ssh, read
        ");
        assert_snapshot!(check("docker cp web:/app/dist ./dist; docker container cp -L src/a.rs web:/x; nerdctl cp web:/x out"), @"
        container.read container web, read
        fs.write /repo/dist, write
        container.write container web, write
        fs.read /repo/src/a.rs, read
        fs.write /repo/out, write
        ");
        assert_snapshot!(check("docker cp $A $B; docker cp src/a.rs $C:/x; docker cp ${C:-web} out"), @"
        container.read container *, read, partial
        container.write container *, write, partial
        fs.read *, read, partial
        fs.write *, write, partial
        fs.read /repo/src/a.rs, read
        fs.write /repo/out, write
        ");
    }

    #[test]
    fn into_a_directory() {
        assert_snapshot!(check("docker cp c:/app/.envrc .; docker compose cp c:/app/.envrc ./; docker cp c:/app/.bashrc ~"), @"
        container.read container c, read
        fs.write /repo, write
        fs.write /repo/.envrc, write
        container.read service c, read
        fs.write /home/dev, write
        fs.write /home/dev/.bashrc, write
        ");
        assert_snapshot!(check("docker cp c:/app/. ~; docker cp c:/app/notes.txt ~"), @"
        container.read container c, read
        fs.write /home/dev, write
        fs.write /home/dev, write, partial
        ");
        assert_snapshot!(check_with("docker cp c:/app/.envrc src/a.rs", &[("/repo/src/a.rs", "x")]), @"
        container.read container c, read
        fs.write /repo/src/a.rs, write
        ");
    }

    #[test]
    fn streams_and_help() {
        assert_snapshot!(check("docker cp - web:/x; docker cp web:/x -; docker compose cp --help; docker compose cp --dry-run web:/x ~/.bashrc"), @"
        container.write container web, write
        container.read container web, read
        exec.read compose cp, read
        ");
        assert_snapshot!(check("docker -H ssh://prod-1 cp web:/x out"), @"
        container.read container web on prod-1, read
        fs.write /repo/out, write
        ");
    }
}
