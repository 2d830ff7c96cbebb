    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn files_in_and_out() {
        assert_snapshot!(check("multipass transfer box:/x ~/.claude/settings.json; multipass transfer box:/a/.envrc ."), @"
        container.read machine box, read
        countersign.tamper /home/dev/.claude/settings.json, destroy
        fs.write /repo, write
        fs.write /repo/.envrc, write
        ");
        assert_snapshot!(check("multipass transfer ~/.ssh/id_ed25519 box:/tmp; lxc file push .env box/srv/.env; incus file pull box/x .git/hooks/pre-commit"), @"
        container.write machine box, write
        secret.read /home/dev/.ssh/id_ed25519, read
        secret.read /repo/.env, read
        container.read machine box, read
        fs.write /repo/.git/hooks/pre-commit, write
        ");
        assert_snapshot!(check("limactl cp default:/x ~/.bashrc; vagrant scp default:/x/.envrc .; vagrant upload .env; lxc file pull far:box/x out"), @"
        container.read machine default, read
        fs.write /home/dev/.bashrc, write
        fs.write /repo, write
        fs.write /repo/.envrc, write
        container.write machine default, write
        secret.read /repo/.env, read
        container.read machine box on far, read
        fs.write /repo/out, write
        ");
    }

    #[test]
    fn the_rest() {
        assert_snapshot!(check("multipass list; limactl delete default; vagrant status; lxc config show box; multipass --help"), @"
        container.read machine *, read
        container.delete machine default, destroy
        container.read machine box, read
        exec.read multipass --help, read
        ");
        assert_snapshot!(check("vagrant up; multipass exec box -- ls; lxc copy a b; multipass launch"), @"
        exec.opaque vagrant, execute, opaque
        exec.opaque multipass, execute, opaque
        exec.opaque lxc, execute, opaque
        ");
    }
