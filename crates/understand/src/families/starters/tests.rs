use insta::assert_snapshot;

use crate::fixture::check;

use super::ALSO;

#[test]
fn what_they_start_is_seen() {
    for start in [
        "direnv exec .", "devbox run", "devbox shell --", "devenv shell --", "flox activate --", "flox activate -d web --", "pixi run -e test", "pixi exec -s ruff", "guix shell git --", "foreman run",
        "forego run", "honcho run -e .env.test", "heroku local:run", "netlify dev:exec", "opam exec --", "stack exec --", "cabal exec", "dune exec --", "proto run", "vfox exec node@20 --", "mix cmd",
        "brew bundle exec --", "mirrord exec -t pod/x --", "dagger run -s", "saml2aws exec -a x --", "aws-okta exec dev", "vals exec -f x.yaml --", "envconsul -prefix x", "summon -p x", "envchain ns",
        "teller run", "aws-vault exec dev", "tsocks", "fakechroot", "dbus-launch --exit-with-session", "nocache", "run-one", "cpulimit -l 50", "cpulimit -l50 --", "trickle -d 10 -u 10", "retry -t 3 --",
        "choom -n 10 --", "uclampset -m 1", "cgexec -g cpu:x", "schedtool -B -e", "setlock -n x", "softlimit -m 1", "envdir d", "s6-setuidgid x", "chpst -u x", "lockf -t 0 x", "with-lock-ex -q x",
        "catatonit --", "nq", "tsp -n", "daemonize", "start-stop-daemon --start --exec", "pueue add --", "pueue add -i", "wait-for-it localhost:1 -t 3 --", "dockerize -wait tcp://x", "watchexec -e rs --",
        "watchexec -r -w src", "reflex -r x --", "wgo -file .go", "onchange '**' --", "npx onchange src --", "cargo watch --", "arch -x86_64", "rr record", "samply record", "py-spy record -o x --", "kcov out",
        "heaptrack", "qemu-x86_64 -L /", "gdb -batch -ex run --args", "lldb -b -o run --", "bwrap --ro-bind / / --dev /dev --setenv A b --unshare-net", "proot -b /x", "sandbox-exec -f x",
        "toolbox run -c x", "distrobox enter x --", "distrobox enter -n x -e", "distrobox-enter x --", "distrobox-host-exec", "flatpak-spawn --host", "apptainer exec -B /x image.sif", "ch-run image --",
        "wsl -e", "wsl -d Ubuntu --", "ip netns exec x", "launchctl asuser 501", "run0 -u x", "dzdo -u x", "xterm -e", "konsole --workdir x -e", "gnome-terminal --", "kitty -d x",
        "wezterm start --cwd x --", "abduco -n x", "dtach -n x", "dvtm", "i3-msg exec", "hyprctl dispatch exec", "srun -n 2", "mpirun -np 4", "repo forall -c", "gita shell", "meta exec", "mr run",
        "lerna exec --", "lerna exec --scope x", "nx exec --", "npx lerna exec --", "hatch env run --", "hatch -e test run", "pnpm -c exec", "pnpm exec --shell-mode", "npx dotenv-cli --", "npx dotenv-cli -e .env.test --",
       
        "watchexec", "bun exec", "just --command", "just -f x.just -c", "dvc run -n x -d data", "dvc stage add -n x",
    ] {
        let command = format!("{start} git push origin main");
        let found = check(&command);
        assert!(found.contains("git.push main@origin"), "{command}: {found}");
    }
}

#[test]
fn texts_are_run_by_a_shell() {
    for start in [
        "bun exec", "brew sh -c", "fish -c", "nu -c", "tcsh -c", "asciinema rec -c", "cargo watch -s", "chokidar '**' -c", "tsc-watch --onSuccess", "air -build.cmd", "flox activate -c", "doppler run --command", "infisical run --command", "npm exec --call", "npx -c", "yarn exec", "poop", "sbatch --wrap", "pueue add", "watchexec", "sg docker -c", "xterm -e", "pnpm exec -c", "lerna exec", "podman machine ssh dev", "screen -dmS x",
    ] {
        let command = format!("{start} 'git push origin main'");
        let found = check(&command);
        assert!(found.contains("git.push"), "{command}: {found}");
    }
}

#[test]
fn what_runs_elsewhere_is_done_there() {
    for start in ["lima", "podman machine ssh", "podman machine ssh dev", "devcontainer exec --workspace-folder .", "lxc-attach -n x --", "systemd-nspawn -D x", "crictl exec x", "ctr task exec --exec-id 1 x", "runc exec x", "mosh web.example --", "et web.example -c"] {
        let inner = "rm -rf /home/dev/src";
        let command = if start.ends_with(" -c") { format!("{start} '{inner}'") } else { format!("{start} {inner}") };
        let found = check(&command);
        assert!(!found.contains("fs.delete /home/dev/src"), "{command}: {found}");
        let command = if start.ends_with(" -c") { format!("{start} 'terraform destroy'") } else { format!("{start} terraform destroy") };
        let found = check(&command);
        assert!(found.contains("stack.destroy"), "{command}: {found}");
    }
}

#[test]
fn looks_and_harmless_commands_stay_so() {
    assert_snapshot!(check("flox list; devbox list; pueue status; toolbox list; distrobox list; direnv status; watchexec --version; arch; cargo watch"), @"
    exec.read flox list, read
    exec.read devbox list, read
    exec.read pueue status, read
    exec.read toolbox list, read
    exec.read distrobox list, read
    exec.read direnv status, read
    exec.read watchexec --version, read
    exec.read arch, read
    exec.build cargo watch, execute
    ");
    assert_snapshot!(check("watchexec -e rs -- cargo test; cpulimit -l 50 ls; toolbox run ls"), @"
    exec.test cargo test, execute
    fs.read /repo, read
    ");
    assert_snapshot!(check("echo watchexec rm -rf src; git commit -m 'xterm -e rm -rf src'"), @"
    exec.read echo, read
    git.commit /repo, write
    ");
    assert_snapshot!(check("gdb -batch -ex 'info registers' -ex 'shell ls'"), @"
    exec.opaque gdb, execute, opaque
    fs.read /repo, read
    ");
    assert!(check("expect -c 'spawn git push origin main' --help").contains("git.push main@origin"));
    assert_snapshot!(check("expect -c 'spawn git push origin main; expect eof'"), @"
    exec.opaque expect, execute, opaque
    git.force-push *@*, destroy, partial
    git.push main@origin, write
    ");
    assert_snapshot!(check("cargo watch -x test -x 'run -- x'"), @"
    exec.test cargo test, execute
    exec.opaque cargo, execute, opaque
    ");
}

#[test]
fn what_is_not_known_is_opaque() {
    for command in ["direnv allow", "flox frob", "watchexec --frob x ls", "toolbox enter", "xterm", "watchexec \"$X\"", "pueue add \"$X\"", "distrobox enter x", "wait-for-it localhost:1", "devbox run \"$X\"", "fish x.fish", "sg docker", "podman machine ssh"] {
        let found = check(command);
        assert!(found.contains("opaque"), "{command}: {found}");
    }
}

#[test]
fn names_are_in_order() {
    assert!(ALSO.is_sorted());
}

#[test]
fn what_prints_variables_reads_them() {
    assert_snapshot!(check("direnv export bash"), @"
    secret.read environment:*, read, partial
    exec.opaque direnv, execute, opaque
    ");
    assert_snapshot!(check("mise env; mise env -s bash"), @"
    secret.read environment:*, read, partial
    exec.read mise env, read
    ");
    assert_snapshot!(check("mise en -s 'git push origin main'"), @"
    exec.opaque mise, execute, opaque
    git.push main@origin, write
    ");
    assert_snapshot!(check("asdf env node; asdf env; asdf env node git push origin main"), @"
    secret.read environment:*, read, partial
    exec.read asdf env, read
    git.push main@origin, write
    ");
    assert_snapshot!(check("mise current; asdf current; direnv status; mise env --help"), @"
    exec.read mise, read
    exec.read asdf current, read
    exec.read direnv status, read
    ");
}
