//! What must be seen however it is spelled: Countersign's own files, hooks, secrets and pushes
//! behind links, `..`, other names of a place, unknown parts and unknown programs. And what ordinary
//! work must not be taken for.

use serde_json::json;

use crate::fixture::{check, check_tool};

/// Commands that must be tampering.
fn tampers(commands: &[&str]) {
    for command in commands {
        let found = check(command);
        assert!(found.contains("countersign.tamper"), "{command}: {found}");
    }
}

/// Commands that must have an effect of this verb on a resource with this text in it.
fn has(verb: &str, resource: &str, commands: &[&str]) {
    for command in commands {
        let found = check(command);
        let is = |line: &str| line.starts_with(verb) && line.contains(resource);
        assert!(found.lines().any(is), "{command}: {found}");
    }
}

/// Commands that must have none of these verbs.
fn lacks(verbs: &[&str], commands: &[&str]) {
    for command in commands {
        let found = check(command);
        assert!(!verbs.iter().any(|verb| found.contains(verb)), "{command}: {found}");
    }
}

/// What a command changes of settings that tools run, by the class of the path.
fn changes_configuration(commands: &[&str]) {
    for command in commands {
        let found = crate::fixture::understood(command, &[]).effects;
        let changes = found.iter().any(|effect| {
            let class = match &effect.resource {
                countersign_model::Resource::Path { class, .. } => *class,
                _ => return false,
            };
            effect.verb.as_str() != "fs.read" && class >= countersign_model::PathClass::ToolConfiguration
        });
        assert!(changes, "{command}: {found:?}");
    }
}

#[test]
fn programs_by_the_names_of_other_systems() {
    for (command, verb) in [
        ("GIT push origin main", "git.push main@origin"),
        ("git.exe push origin main", "git.push main@origin"),
        ("'C:\\Program Files\\Git\\bin\\git.exe' push origin main", "git.push main@origin"),
        ("RM -rf src", "fs.delete /repo/src"),
        ("\"$TOOL\" -rf src", "fs.delete /repo/src"),
    ] {
        let found = check(command);
        assert!(found.contains(verb), "{command}: {found}");
    }
    assert!(!check("Frobnicate -rf x").contains("fs.delete"));
}

#[test]
fn a_link_at_the_end_of_a_path_is_followed() {
    for path in ["/repo/c.json", "/repo/again.json", "/repo/hard.json", "/repo/ag/../settings.json"] {
        let found = check_tool("Write", json!({ "file_path": path, "content": "{}" }));
        assert!(found.contains("countersign.tamper"), "{path}: {found}");
    }
    tampers(&[
        "echo {} > c.json",
        "echo {} | tee c.json",
        "cp x c.json",
        "sed -i 's/a/b/' c.json",
        "echo {} > again.json",
        "echo {} > hard.json",
        "truncate -s 0 ./c.json",
        "mv c.json d.json && echo {} > d.json",
    ]);
    changes_configuration(&["echo x > new-hook", "echo x >> plain.txt", "cp x new-hook"]);
    has("secret.read", "", &["cat values", "cat words", "cp words x"]);
    lacks(&["tamper", "secret.read"], &["rm c.json", "echo x > harmless", "cat harmless"]);
}

#[test]
fn a_link_made_in_the_same_call_is_followed() {
    tampers(&[
        "ln -s .claude c && echo {} > c/settings.json",
        "ln -s .claude/settings.json q.json\necho {} > q.json",
        "ln .claude/settings.json q",
        "ln -s ~/.claude/settings.json",
        "cp -l .claude/settings.json q",
        "cp --symbolic-link /repo/.claude/settings.json q",
        "mkdir -p d; ln -s ../.claude d/c && echo {} > d/c/settings.json",
        "ln -s .claude/agents g && echo {} > g/../settings.json",
        "ln -s /home/dev h; rm -rf h/.countersign",
        "ln -s .claude a; ln -s a b; echo {} > b/settings.json",
    ]);
    changes_configuration(&[
        "ln -s .git/hooks/pre-push x",
        "ln .git/config x",
        "ln -s .git g; cp x g/hooks/pre-push",
    ]);
    has("secret.read", "", &["ln -s .env x", "ln ~/.ssh/id_rsa x", "cp -l .env x"]);
    lacks(
        &["tamper", "secret"],
        &[
            "ln -s target/debug/tool tool",
            "ln -sf ../shared node_modules/shared",
            "ln -s src lib; cat lib/a.rs",
        ],
    );
}

#[test]
fn dots_after_a_linked_directory_lead_where_the_link_does() {
    tampers(&[
        "echo {} > ag/../settings.json",
        "cd -P ag && echo {} > ../settings.json",
        "env -C ag cp /tmp/x ../settings.json",
        "cd ag; echo {} > ../settings.json",
        "cd ag && echo {} > ../settings.json",
        "set -P; cd ag/.. && echo {} > settings.json",
        "cp x link/../../.claude/settings.json",
    ]);
    lacks(&["tamper"], &["cd src && echo x > ../notes.md", "echo x > src/../notes.md"]);
}

#[test]
fn the_places_of_a_process_are_files() {
    tampers(&[
        "echo {} > /dev/fd/../cwd/.claude/settings.json",
        "echo {} > /proc/self/cwd/.claude/settings.json",
        "echo {} > /proc/thread-self/cwd/.claude/settings.json",
        "echo {} > /proc/self/task/12/cwd/.claude/settings.json",
        "echo {} > /proc/1/root/repo/.claude/settings.json",
        "echo {} > /proc/self/root/repo/.claude/settings.json",
        "exec 5< .claude; echo {} > /dev/fd/5/.claude/settings.json",
    ]);
    has(
        "secret.read",
        "",
        &[
            "cat /dev/fd/../environ",
            "cat /dev/fd/../root/etc/shadow",
            "cat /proc/self/environ",
            "cat /proc/self/task/7/environ",
            "cat /proc/12/environ",
            "cat /proc/self/root/home/dev/.ssh/id_rsa",
        ],
    );
    lacks(
        &["fs.", "secret", "tamper"],
        &["echo x > /dev/fd/2", "echo x > /dev/stderr", "echo x >> /dev/null"],
    );
}

#[test]
fn what_is_known_of_a_path_counts() {
    tampers(&[
        "cp /dev/null \"$(pwd)/.claude/settings.json\"",
        "echo > \"$CLAUDE_PROJECT_DIR/.claude/settings.json\"",
        "D=$(pwd); echo > $D/.claude/settings.json",
        "echo > ~+/.claude/settings.json",
        "echo > .claude/$(echo settings.json)",
        "echo > .claude/$(x)",
        "echo > .claude/$(x).json",
        "cd \"$X\"; echo > .claude/settings.json",
        "f() { echo > .claude/settings.json; }; f",
        "rm -rf \"$X/.claude\"",
        "rm -rf ~/.countersign/$X",
        "rm \"$X/.countersign/log\"",
    ]);
    changes_configuration(&[
        "cat > \"$(git rev-parse --show-toplevel)/.git/hooks/pre-push\" < x",
        "echo x >> \"$(git rev-parse --git-dir)/config\"",
        "echo x > \"$X/.git/hooks/pre-push\"",
        "cd \"$X/.claude\" && echo > settings.json",
        "echo x > $X/settings.json",
        "echo > $X/.claude/$(x)settings.json",
        "cd $X; echo x > ../settings.json",
    ]);
    has(
        "secret.read",
        "",
        &[
            "cat \"$(echo ~)/.ssh/id_rsa\"",
            "cat ${HOME:-x}/.ssh/id_rsa",
            "cd ~/.ssh || exit; cat id_rsa",
            "cd ~/.ssh || { echo no; exit 1; }; cat id_rsa",
            "cat \"$X/.env\"",
            "cat $X.pem",
        ],
    );
    lacks(
        &["tamper", "secret"],
        &[
            "cat \"$X/package.json\"",
            "echo > \"$X/out.txt\"",
            "echo > .claude/notes-$X.md",
            "cp a \"$DEST/b.json\"",
            "cat $X.json",
            "rm -f \"$X\"",
            "cat ~/$X",
        ],
    );
    has("fs.delete", "/repo/src/a.rs", &["cd src || exit 1; rm a.rs", "cd \"$(pwd)/src\" && rm a.rs"]);
    has("fs.delete", "*", &["cd $X || exit 1; rm a.rs", "cd nowhere || true; rm a.rs"]);
}

#[test]
fn temporary_files_and_the_current_branch_are_known() {
    has(
        "fs.delete",
        "/tmp/mktemp",
        &["f=$(mktemp); echo x > \"$f\"; rm \"$f\"", "TMP=$(mktemp -d) && cp a \"$TMP\" && rm -rf \"$TMP\""],
    );
    has("fs.delete", "*", &["TMPDIR=$X; f=$(mktemp); rm $f", "f=$(mktemp -p $X); rm $f"]);
    has(
        "git.push",
        "feature@origin",
        &[
            "git push origin \"$(git branch --show-current)\"",
            "git push -u origin $(git rev-parse --abbrev-ref HEAD)",
            "git push origin $(git symbolic-ref --short HEAD)",
            "B=$(git branch --show-current); git push origin $B",
        ],
    );
    has(
        "git.force-push",
        "*",
        &[
            "git switch x$Y; git push origin $(git branch --show-current)",
            "git() { echo main; }; command git push origin $(git branch --show-current)",
        ],
    );
}

#[test]
fn a_program_is_known_by_any_path() {
    has(
        "git.push",
        "main@origin",
        &[
            "//usr/bin/git push origin main",
            "/usr/./bin/git push origin main",
            "/usr/bin/../bin/git push origin main",
            "/proc/self/root/usr/bin/git push origin main",
            "/proc/1/root/bin/git push origin main",
            "/usr/lib/git-core/git push origin main",
            "/usr/lib/git-core/git-push origin main",
            "/opt/git/bin/git push origin main",
            "./git push origin main",
            "ln -s /usr/bin/git g; ./g push origin main",
        ],
    );
    has("exec.opaque", "", &["/opt/git/bin/git push origin main", "./git status"]);
    tampers(&[
        "~/.cargo/bin/countersign uninstall claude-code",
        "./target/release/countersign uninstall claude-code",
        "/usr/./local/bin/countersign approvals approve cs-1",
        "sudo target/debug/countersign-hook x",
    ]);
    lacks(
        &["tamper"],
        &["./target/release/countersign explain 'git push'", "~/.cargo/bin/countersign --help"],
    );
}

#[test]
fn a_command_behind_an_unknown_program_is_seen() {
    for command in [
        "ssh-agent git push origin main",
        "script -qc 'git push origin main' /dev/null",
        "setpriv --no-new-privs git push origin main",
        "parallel git push origin ::: main",
        "parallel 'git push origin main' ::: 1",
        "systemd-run --user --scope git push origin main",
        "tmux new -d 'git push origin main'",
        "npx -c 'git push origin main'",
        "nix-shell --run 'git push origin main'",
        "cross-env X=1 git push origin main",
        "docker run -v .:/w alpine/git git push origin main",
        "env -iS 'git push origin main'",
        "just --command git push origin main",
        "$X push origin main",
        "set -- git push origin main; \"$@\"",
        "a=(git push origin main); \"${a[@]}\"",
        "printf '%s' 'git push origin main' | sh",
        "printf 'git %s origin main' push | sh",
        "bash <(echo git push origin main)",
        "bash < <(echo git push origin main)",
        "source <(echo git push origin main)",
        "source /dev/stdin <<< 'git push origin main'",
        ". /dev/stdin <<'X'\ngit push origin main\nX",
        "fish -c 'git push origin main'",
        "perl -e 'system(\"git push origin main\")'",
        "ruby -e '`git push origin main`'",
        "node -e 'require(\"child_process\").execSync(\"git push origin main\")'",
        "python3 -c \"import subprocess; subprocess.run(['git','push','origin','main'])\"",
        "python3 - <<'X'\nimport os\nos.system('git push origin main')\nX",
        "echo \"import os; os.system('git push origin main')\" | python3",
        "awk 'BEGIN{system(\"git push origin main\")}'",
        "bash -c \"$X; git push origin main\"",
        "eval \"$X git push origin main\"",
        "mystery --run='git push origin main'",
        "./run.sh git push origin main",
    ] {
        let found = check(command);
        assert!(
            found.contains("git.push main@origin") || found.contains("git.force-push"),
            "{command}: {found}"
        );
    }
    tampers(&[
        "mystery countersign uninstall claude-code",
        "python3 -c \"os.system('countersign uninstall x')\"",
    ]);
    has("fs.delete", "/repo/src", &["ssh-agent rm -rf src", "setpriv --reuid 1 rm -rf src"]);
}

#[test]
fn quoted_text_of_programs_that_print_or_keep_it_is_data() {
    lacks(
        &["git.push", "git.force-push", "tamper", "forge.merge"],
        &[
            "echo 'git push origin main'",
            "echo git push origin main > notes.md",
            "printf 'run git push origin main\\n' >> README.md",
            "grep -rn 'git push' .",
            "rg 'git push origin main' docs",
            "sed -n '/git push/p' README.md",
            "git commit -m 'document git push origin main'",
            "git log --grep='git push'",
            "gh pr create --title 'git push' --body 'first git push origin main'",
            "cat > notes.md <<'EOF'\ngit push origin main\nEOF",
            "awk '/git push/ {print}' README.md",
            "man git push",
            "hg commit -m 'use git push origin main'",
            "jj describe --message='git push'",
            "which git push-tool",
            "brew install git pushpin",
            "docker build -t git .",
            "./scripts/publish.sh --push --registry github",
            "$ADB push out.apk /sdcard/",
            "FILES=(git.md push.md)",
            "code ~/work/countersign policy.md",
            "cargo test git_push",
        ],
    );
}

#[test]
fn what_one_command_prints_is_not_what_all_print() {
    tampers(&[
        "find src -maxdepth 0 -printf '.claude/settings.json\\n' | xargs truncate -s 0 .claude/settings.json",
        "find src | xargs -a list truncate -s 0 .claude/settings.json",
    ]);
    has(
        "fs.write",
        "*,",
        &[
            "find src -printf '%f' | xargs truncate -s 0",
            "find src | xargs -a list truncate -s 0",
            "find src | grep x list | xargs truncate -s 0",
            "find src | grep -o x | xargs truncate -s 0",
            "{ echo x; find src; } | xargs truncate -s 0",
            "find src | sed s/a/b/ | xargs truncate -s 0",
        ],
    );
    for command in [
        "{ echo 'git push origin main'; x; } | sh",
        "bash <(curl x) $(echo true)",
        "bash <(x) <(echo true)",
        "bash $X <(echo true)",
        "source $X <(echo true)",
    ] {
        let found = check(command);
        assert!(found.contains("exec.hidden") || found.contains("exec.opaque"), "{command}: {found}");
    }
}

/// What a tool that mostly reads does besides, where a noun, an option or a variable makes it act.
#[test]
fn what_known_tools_do_besides() {
    has(
        "app.",
        "write",
        &[
            "heroku pg:unfollow X",
            "heroku redis:promote X",
            "heroku plugins:install x",
            "fly image update -a db -y",
            "fly regions set ams",
            "railway service redeploy",
            "dokku config:clear shop",
            "firebase database:settings:set a b",
            "wrangler deploy --dry-run false",
            "wrangler deploy --dry-run --no-dry-run",
            "dotnet build -p:DeployOnBuild=true -p:PublishProfile=Prod",
        ],
    );
    has("fs.write", "/repo/src/x", &["gcc -o src/x a.c", "tsc --outDir src/x", "mktemp -p src/x"]);
    has(
        "db.write",
        "postgresql://localhost",
        &["echo 'insert into a values (1)' > q.sql && psql -h localhost -f q.sql"],
    );
    has("secret.read", "/home/dev/.ssh/work", &["cat ~/.ssh/work"]);
    has("app.delete", "destroy", &["heroku access:remove x", "fly checks handlers delete slack"]);
    has(
        "app.read",
        "read",
        &[
            "heroku pg:info",
            "fly status",
            "fly image show",
            "wrangler workflows list",
            "wrangler deploy --dry-run",
        ],
    );
    has(
        "package.publish",
        "write",
        &[
            "MAVEN_ARGS=deploy mvn test",
            "npx semantic-release --dry-run --no-dry-run",
            "changeset publish --dry-run",
            "docker buildx imagetools create -t registry.example/shop:latest registry.example/shop@sha256:abc",
        ],
    );
    has(
        "secret.read",
        "read",
        &[
            "node -p process.env.DATABASE_URL",
            "netlify env:list --plain",
            "glab variable list -F json",
            "gh config get oauth_token -h github.com",
            "glab config get token",
            "hcloud config get token",
            "heroku git:credentials",
            "dokku config shop",
            "serverless print",
            "getent shadow",
            "ansible web -m slurp -a src=/root/.ssh/id_rsa",
            "ansible web -m debug -a var=hostvars",
            "ansible localhost -m debug -a \"msg={{ lookup('env','DATABASE_URL') }}\"",
        ],
    );
    has(
        "exec.system",
        "",
        &[
            "echo 'root:x' | chpasswd",
            "iptables-restore < f",
            "ss -K state established",
            "sysctl --system",
            "ifconfig eth0 down",
            "dnf history rollback 1",
        ],
    );
    lacks(&["exec.system"], &["ss -tlnp", "ifconfig", "ifconfig eth0", "sysctl -a", "dnf history"]);
    has("exec.privilege", "", &["chmod 4777 /tmp/b", "chmod u+s ./x", "install -m 4755 /bin/bash /tmp/b"]);
    lacks(&["exec.privilege"], &["chmod 755 x", "chmod u+x,go-w x", "chmod 0644 x", "install -m 755 a b"]);
    has(
        "exec.opaque",
        "",
        &[
            "BUN_OPTIONS='--preload ./x.ts' bun test",
            "JDK_JAVA_OPTIONS=-javaagent:/tmp/x.jar mvn test",
            "ansible web -M ./modules -m ping",
            "ansible web -m expect -a 'command=reboot responses={}'",
        ],
    );
    has(
        "git.push",
        "refs/tags",
        &["npx changeset tag && git push --tags", "pnpm version patch && git push --tags"],
    );
}
