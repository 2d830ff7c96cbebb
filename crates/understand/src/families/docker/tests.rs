use insta::assert_snapshot;

use crate::fixture::{check, check_with};

#[test]
fn reads_and_builds() {
    assert_snapshot!(check("docker ps -a; docker logs -f web; docker compose ps; docker inspect web"), @"
    container.read container *, read
    container.read container web, read
    container.read project *, read
    ");
    assert_snapshot!(check("docker build -t acme/app:1 . && docker push ghcr.io/acme/app:1"), @"
    container.build image acme/app:1, execute
    package.publish acme/app on ghcr.io, write
    ");
    assert_snapshot!(check("docker buildx build --push -t acme/app ."), @"
    container.build image acme/app, execute
    package.publish acme/app on docker.io, write
    ");
    assert_snapshot!(check("docker run --help; docker compose down --help; docker --version"), @"
    exec.read docker run --help, read
    exec.read compose down, read
    exec.read docker --version, read
    ");
}

#[test]
fn runs_in_a_container() {
    assert_snapshot!(check("docker run --rm -it -v .:/app -w /app node:20 npm test"), @"
    container.run image node:20, execute, partial
    exec.opaque container node:20, execute, opaque
    ");
    assert_snapshot!(check("docker exec -it db rm -rf /var/lib/data"), @"
    container.run container db, execute
    fs.delete container db, destroy, partial
    ");
    assert_snapshot!(check("docker run --entrypoint sh alpine -c 'rm -rf /x'"), @"
    container.run image alpine, execute
    fs.delete container alpine, destroy, partial
    ");
    assert_snapshot!(check("docker compose exec -T web git push origin main"), @"
    container.run service web, execute
    git.force-push service web, destroy, partial
    ");
}

#[test]
fn reaching_the_machine_is_a_privilege() {
    for command in [
        "docker run -v /:/host alpine",
        "docker run -itv /:/host alpine",
        "docker run --mount type=bind,src=/,dst=/host alpine",
        "docker run -v /var/run/docker.sock:/var/run/docker.sock x",
        "docker run --privileged x",
        "docker run --pid=host x",
        "docker run --pid host x",
        "docker run --cap-add SYS_ADMIN x",
        "docker run --device=/dev/sda x",
        "podman run --security-opt seccomp=unconfined x",
        "docker container run -v /etc:/e x",
        "docker exec --privileged c sh",
        "docker run -v $X:/y z",
        "docker run --mount 'type=bind,\"SRC=/\",dst=/h' x",
        "docker volume create --opt type=none --opt o=bind --opt device=/ x",
    ] {
        assert!(check(command).contains("exec.privilege"), "{command}: {}", check(command));
    }
    for command in ["docker run -v data:/data x", "docker run -v $PWD:/app x", "docker run -v ./src:/src:ro x", "docker run --privileged=false x"] {
        assert!(!check(command).contains("exec.privilege"), "{command}: {}", check(command));
    }
    assert!(check("docker run -v ~/.ssh:/root/.ssh x").contains("secret.read"));
    assert!(check("docker run -v ~/:/home x").contains("countersign.tamper"));
    let file = &[("/repo/compose.yaml", "name: shop\nservices:\n  a:\n    privileged: true\n")];
    assert_snapshot!(check_with("docker compose up -d", file), @"
    exec.privilege a container, execute
    container.run project shop, execute
    ");
}

#[test]
fn deleting() {
    let reversible = |command: &str| crate::fixture::understood(command, &[]).effects.last().map(|effect| effect.reversible);
    use countersign_model::Reversible::{No, Unknown, Yes};
    for (command, expected) in [
        ("docker rm -f web", Yes),
        ("docker rmi app:1", Yes),
        ("docker volume rm data", No),
        ("docker compose down", Yes),
        ("docker compose down -v", No),
        ("docker system prune -af --volumes", No),
        ("docker system prune -a", Unknown),
        ("docker rm -f $(docker ps -aq)", Unknown),
    ] {
        assert!(check(command).contains("container.delete"), "{command}: {}", check(command));
        assert_eq!(reversible(command), Some(expected), "{command}");
    }
    assert_snapshot!(check("docker -H ssh://root@prod-1 rm x; DOCKER_HOST=tcp://10.0.0.1:2375 docker stop y; docker --context live volume prune"), @"
    container.delete container x on prod-1, destroy
    container.write container y on 10.0.0.1, write
    container.delete volume * on live, destroy
    ");
    assert_snapshot!(check("docker stack rm shop; docker service update --image x web"), @"
    container.delete stack shop on swarm, destroy
    container.write service web on swarm, write
    ");
    assert_snapshot!(check("docker frobnicate x"), @"
    container.write frobnicate frobnicate, write, partial
    container.write frobnicate x, write, partial
    ");
}
