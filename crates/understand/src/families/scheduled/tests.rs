    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn jobs_and_keys() {
        assert_snapshot!(check("nomad status; nomad job plan x.nomad; nomad job run x.nomad; nomad job stop -purge web"), @"
        app.read * on nomad, read
        app.read x.nomad on nomad, read
        fs.read /repo/x.nomad, read
        app.deploy x.nomad on nomad, write
        app.delete web on nomad, destroy
        ");
        assert_snapshot!(check_with("nomad alloc exec 1a rm -rf /srv; nomad var get x", &[("NOMAD_ADDR", "https://nomad.prod.acme.example:4646")]), @"
        app.execute 1a on nomad (nomad.prod.acme.example), execute
        fs.delete 1a on nomad (nomad.prod.acme.example), destroy, partial
        secret.read nomad:x, read
        ");
        assert_snapshot!(check("consul kv get a/b; consul kv put a/b 1; consul kv delete -recurse a; consul members"), @"
        db.read a/b in consul://* of the local agent, read
        db.write a/b in consul://* of the local agent, write
        db.destroy a in consul://* of the local agent, destroy
        db.read * in consul://* of the local agent, read
        ");
        assert_snapshot!(check("consul acl token list; consul acl token create; nomad frob"), @"
        db.read * in consul://* of the local agent, read
        db.privilege token in consul://* of the local agent, write
        app.settings frob on nomad, write, partial
        ");
    }
