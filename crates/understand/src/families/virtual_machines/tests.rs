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
        assert_snapshot!(check("vagrant up; lxc copy a b; multipass launch"), @"
        exec.opaque vagrant, execute, opaque
        exec.opaque lxc, execute, opaque
        exec.opaque multipass, execute, opaque
        ");
    }

    #[test]
    fn what_runs_in_one() {
        assert_snapshot!(check("multipass exec box -- ls /srv; multipass exec -d /srv box rm -rf x; lxc exec box -- git push origin main"), @"
        fs.read machine box, read, partial
        fs.delete machine box, destroy, partial
        git.force-push machine box, destroy, partial
        ");
        assert_snapshot!(check("vagrant ssh -c 'rm -rf /srv'; limactl shell default rm -rf src; multipass shell box"), @"
        exec.opaque vagrant, execute, opaque
        fs.delete machine default, destroy, partial
        exec.opaque limactl, execute, opaque
        exec.opaque machine box, execute, opaque
        ");
        assert_snapshot!(check("multipass exec box -- psql -h db.prod.example -c 'DROP TABLE a'; multipass exec \"$BOX\" -- ls; multipass exec --help"), @"
        db.destroy a in postgresql://db.prod.example, destroy
        fs.read machine *, read, partial
        exec.read multipass exec --help, read
        ");
    }
