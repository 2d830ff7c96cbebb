mod compose;

use countersign_model::{Reversible, verbs};
use insta::assert_snapshot;

use crate::fixture::{check, check_with};

#[test]
fn reads_and_builds() {
    assert_snapshot!(check("docker ps -a; docker logs -f web; docker compose ps; docker inspect web"), @"
    container.read container *, read
    container.read container web, read
    container.read project *, read
    container.read container web, read, partial
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
fn shells_in_a_container() {
    assert_snapshot!(check("docker run --rm alpine sh; docker exec x bash"), @"
    container.run image alpine, execute
    container.run container x, execute
    ");
    assert_snapshot!(check("docker run --rm -it alpine sh; docker exec -it x python3; docker compose exec web bash"), @"
    container.run image alpine, execute
    exec.opaque container alpine, execute, opaque
    container.run container x, execute
    exec.opaque container x, execute, opaque
    container.run service web, execute
    exec.opaque service web, execute, opaque
    ");
    assert_snapshot!(check("echo 'rm -rf /data' | docker exec -i x sh"), @"
    exec.read echo, read
    container.run container x, execute
    fs.delete container x, destroy, partial
    ");
    assert_snapshot!(check("docker exec -i x sh <<'X'\nrm -rf /data\nX"), @"
    container.run container x, execute
    fs.delete container x, destroy, partial
    ");
    assert_snapshot!(check_with("docker exec -i x sh < s.sh; docker exec -i x python3 < s.py", &[("/repo/s.sh", "rm -rf /data"), ("/repo/s.py", "import shutil; shutil.rmtree('/data')")]), @"
    fs.read /repo/s.sh, read
    container.run container x, execute
    fs.delete container x, destroy, partial
    fs.read /repo/s.py, read
    exec.opaque container x, execute, opaque
    ");
    assert_snapshot!(check("docker exec -i x sh < absent.sh"), @"
    fs.read /repo/absent.sh, read
    container.run container x, execute
    exec.opaque container x, execute, opaque
    ");
    assert_snapshot!(check("curl -s https://example.com/i | docker exec -i x sh"), @"
    net.read https://example.com/i, read
    container.run container x, execute
    exec.remote-code container x, execute
    ");
    assert_snapshot!(check("kubectl exec web -- sh; kubectl exec -it web -- sh"), @"
    kube.execute pod/web in */*, execute, partial
    exec.opaque pod/web in */*, execute, opaque
    ");
    assert_snapshot!(check_with("kubectl exec -i web -- sh < s.sh", &[("/repo/s.sh", "rm -rf /data")]), @"
    fs.read /repo/s.sh, read
    kube.execute pod/web in */*, execute, partial
    fs.delete pod/web in */*, destroy, partial
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
        ("docker volume rm data", Unknown),
        ("docker volume rm $X", No),
        ("docker volume prune -f", No),
        ("docker -H ssh://root@prod-1 volume rm data", No),
        ("docker compose down", Yes),
        ("docker compose down -v", No),
        ("docker system prune -af --volumes", No),
        ("docker system prune -a", Unknown),
        ("docker rm -f $(docker ps -aq)", Unknown),
        ("docker rm -f $(docker ps -q)", Yes),
        ("docker rm -f $(docker ps -aq --filter name=web)", Yes),
        ("docker rm -f x $(docker ps -q -f label=a)", Yes),
        ("docker rm -fv $(docker ps -q)", No),
        ("docker rm -f $(docker ps -q | cat)", Unknown),
        ("docker rm -f $X", Unknown),
        ("docker ps -aq --filter name=web | xargs -r docker rm -f", Yes),
        ("docker ps -aq --filter label=com.docker.compose.project=web | xargs docker rm -f", Yes),
        ("docker ps -a --format '{{.Names}}' | grep '^pgt' | xargs -r docker rm -f", Yes),
        ("docker ps -q | xargs docker rm -f", Yes),
        ("docker ps -aq | xargs docker rm -f", Unknown),
        ("docker ps -a | grep web | xargs docker rm -f", Unknown),
        ("docker ps -aq --filter name=web | xargs docker rm -fv", No),
        ("docker ps -a --format '{{.Names}}' | grep . | xargs docker rm -f", Unknown),
        ("docker ps -a --format '{{.Names}}' | grep -v pgt | xargs docker rm -f", Unknown),
        ("docker ps -a --format '{{.Image}}' | grep pgt | xargs docker rm -f", Unknown),
        ("docker ps -aq --filter name=web | ./more | xargs docker rm -f", Unknown),
        ("docker ps -aq --filter name=web | tee x | xargs docker rm -f", Unknown),
        ("docker() { cat all; }; docker ps -q | xargs docker rm -f", Unknown),
        ("(docker ps -q; cat all) | xargs docker rm -f", Unknown),
        ("docker ps -q --filter name=web | xargs -I{} docker rm -f {} other", Yes),
        ("docker ps -q --filter name=web | xargs -a all docker rm -f", Unknown),
        ("docker ps -q --filter name=web | xargs docker volume rm", No),
        ("docker volume rm $(docker ps -q)", No),
        ("docker container prune -f", Unknown),
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

#[test]
fn what_is_mounted_is_this_machines() {
    assert_snapshot!(check("docker run --rm -v ~/.aws:/x alpine cat /x/credentials"), @"
    secret.read /home/dev/.aws, read
    fs.write /home/dev/.aws, write
    container.run image alpine, execute
    secret.read /home/dev/.aws/credentials, read
    ");
    assert_snapshot!(check("docker run -v /:/host alpine rm -rf /host/etc/nginx"), @"
    countersign.tamper /, destroy
    exec.privilege a container, execute
    container.run image alpine, execute
    fs.delete /etc/nginx, destroy
    ");
    assert_snapshot!(check("docker run -v /:/host alpine chroot /host rm -rf /etc"), @"
    countersign.tamper /, destroy
    exec.privilege a container, execute
    container.run image alpine, execute
    exec.privilege container alpine, execute
    fs.delete container alpine, destroy, partial
    ");
    assert_snapshot!(check("docker run -v $PWD/src:/s alpine sh -c 'cd /s && rm -rf old'"), @"
    container.run image alpine, execute, partial
    exec.read container alpine, read
    fs.delete /repo/src/old, destroy
    ");
    assert_snapshot!(check("docker run --mount type=bind,src=./src,dst=/s -w /s alpine rm -rf ./old"), @"
    container.run image alpine, execute, partial
    fs.delete /repo/src/old, destroy
    ");
    assert_snapshot!(check("docker run -v ./src:/s alpine sh -c 'rm -rf /*'"), @"
    container.run image alpine, execute, partial
    fs.delete /repo/src, destroy, partial
    ");
    assert_snapshot!(check("docker run -v /var/run/docker.sock:/var/run/docker.sock docker docker rm -f web"), @"
    exec.privilege a container, execute
    container.run image docker, execute
    container.delete container web on *, destroy
    ");
    assert_snapshot!(check("docker run -v $PWD/src:/s alpine ssh web rm -rf /s"), @"
    container.run image alpine, execute, partial
    net.read web, read
    fs.delete web, destroy, partial
    ");
    let package = [("/repo/package.json", r#"{"scripts": {"test": "jest", "clean": "rm -rf dist /tmp/x"}}"#)];
    assert_snapshot!(check_with("docker run --rm -v $PWD:/app -w /app node:20 npm test", &package), @"
    container.run image node:20, execute, partial
    exec.test container node:20, execute
    ");
    assert_snapshot!(check_with("docker run --rm -v .:/app -w /app node:20 npm run clean", &package), @"
    container.run image node:20, execute, partial
    fs.delete /repo/dist, destroy
    fs.delete container node:20, destroy, partial
    ");
}

#[test]
fn what_is_not_mounted_stays_in_the_container() {
    assert_snapshot!(check("docker run -v ./src:/s alpine rm -rf /srv"), @"
    container.run image alpine, execute, partial
    fs.delete container alpine, destroy, partial
    ");
    assert_snapshot!(check("docker run -v data:/repo alpine rm -rf /repo/src"), @"
    container.run image alpine, execute
    fs.delete container alpine, destroy, partial
    ");
    assert_snapshot!(check("docker run -v ./src:/s alpine cat /root/.aws/credentials"), @"
    container.run image alpine, execute, partial
    secret.read container alpine, read, partial
    ");
}

#[test]
fn steps_of_a_build() {
    let steps = |text: &str| check_with("docker build -t app .", &[("/repo/Dockerfile", text)]);
    assert_snapshot!(steps("FROM alpine\nRUN apk add git && rm -rf /var/cache\nCOPY . .\nCMD [\"rm\", \"-rf\", \"/\"]\n"), @"
    package.read alpine on docker.io, read
    container.build image app, execute
    ");
    assert_snapshot!(steps("FROM node\nRUN --mount=type=secret,id=n npm ci && npm publish\n"), @"
    package.read node on docker.io, read
    package.read * on npm, read
    package.publish * on npm, write
    container.build image app, execute
    ");
    assert_snapshot!(steps("FROM alpine\nRUN kubectl --context prod delete ns web\n# RUN git push origin main\n"), @"
    package.read alpine on docker.io, read
    kube.delete namespace/web in prod, destroy
    container.build image app, execute
    ");
    assert_snapshot!(check_with("docker build -f build/Dockerfile.web -t app .", &[("/repo/build/Dockerfile.web", "FROM x\nRUN aws s3 rm --recursive s3://b\n")]), @"
    package.read x on docker.io, read
    cloud.delete s3 b in aws:*, destroy, partial
    container.build image app, execute
    ");
    assert_snapshot!(check_with("docker build --check .", &[("/repo/Dockerfile", "RUN npm publish")]), @"exec.read docker build --check, read");
}

#[test]
fn podman_elsewhere() {
    assert_snapshot!(check("CONTAINER_HOST=ssh://root@prod-1/run/podman.sock podman rm x; CONTAINER_HOST=$X podman rm x; podman rm x"), @"
    container.delete container x on prod-1, destroy
    container.delete container x on *, destroy
    container.delete container x, destroy
    ");
}

#[test]
fn a_look_into_a_container() {
    assert_snapshot!(check("docker exec web ls /srv; docker compose exec web cat /app/x.log; docker exec web curl -s localhost"), @"
    container.read container web, read
    fs.read container web, read, partial
    container.read service web, read
    fs.read service web, read, partial
    net.read container web, read
    ");
    assert_snapshot!(check("docker exec web env; docker exec -it web sh; docker exec web rm x; docker exec web ./x"), @"
    container.run container web, execute
    secret.read container web, read, partial
    exec.read container web, read
    exec.opaque container web, execute, opaque
    fs.delete container web, destroy, partial
    ");
    assert_snapshot!(check("kubectl --context staging exec deploy/web -- ls; kubectl --context staging exec deploy/web -- cat /srv/x; kubectl --context staging exec deploy/web -- curl localhost"), @"
    kube.read deployment/web in staging/*, read
    fs.read deployment/web in staging/*, read, partial
    net.read deployment/web in staging/*, read
    ");
    assert_snapshot!(check("kubectl --context staging exec deploy/web -- env; kubectl --context staging exec -it deploy/web -- sh; kubectl --context staging exec deploy/web -- sh -c 'ls; rm -rf /x'; kubectl --context staging exec deploy/web -- ./x"), @"
    kube.execute deployment/web in staging/*, execute
    secret.read deployment/web in staging/*, read, partial
    exec.read deployment/web in staging/*, read
    exec.opaque deployment/web in staging/*, execute, opaque
    fs.read deployment/web in staging/*, read, partial
    fs.delete deployment/web in staging/*, destroy, partial
    ");
}

#[test]
fn settings_of_development_are_handed_on() {
    assert_snapshot!(check("docker run --env-file .env shop:dev; docker run --env-file=.env.local shop:dev"), @"
    fs.read /repo/.env, read
    container.run image shop:dev, execute
    fs.read /repo/.env.local, read
    ");
    assert_snapshot!(check("docker run --env-file .env alpine env"), @"
    fs.read /repo/.env, read
    container.run image alpine, execute
    secret.read container alpine, read, partial
    exec.read container alpine, read
    ");
    assert_snapshot!(check("docker run --env-file .env.production shop:dev; docker run --env-file ~/.env shop:dev; docker -H ssh://prod-1 run --env-file .env shop"), @"
    secret.read /repo/.env.production, read
    container.run image shop:dev, execute
    secret.read /home/dev/.env, read
    secret.read /repo/.env, read
    container.run image shop on prod-1, execute
    ");
}

#[test]
fn what_a_container_makes_again_is_no_loss() {
    let reversible = |command: &str| {
        let effects = crate::fixture::understood(command, &[]).effects;
        effects.iter().find(|effect| effect.verb == verbs::FS_DELETE).map(|effect| effect.reversible)
    };
    for command in ["docker exec app rm -rf /app/.next", "docker exec app rm -rf /tmp/x"] {
        assert_eq!(reversible(command), Some(Reversible::Yes), "{command}");
    }
    for command in ["docker exec app rm -rf /var/lib/postgresql/data", "docker exec app rm -rf /tmp/../srv", "ssh web.example rm -rf /tmp/x"] {
        assert_ne!(reversible(command), Some(Reversible::Yes), "{command}");
    }
}

#[test]
fn what_a_container_is_told_of() {
    for command in [
        "docker run -e DATABASE_URL=postgres://u@db.example/shop shop:dev npm run migrate", "docker compose run -e DATABASE_URL=postgres://u@db.example/shop app npm run migrate",
        "docker exec -e DATABASE_URL=postgres://u@db.example/shop app ./migrate",
    ] {
        let found = check(command);
        assert!(found.contains("told of db.example/shop"), "{command}: {found}");
    }
    let found = check("docker run -e DATABASE_URL=postgres://u@db/shop shop:dev npm run migrate");
    assert!(!found.contains("told of"), "{found}");
}
