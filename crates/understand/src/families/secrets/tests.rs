//! What stores of secrets tell and change.

use insta::assert_snapshot;

use crate::fixture::{check, check_with};

#[test]
fn vault() {
    assert_snapshot!(check_with("vault kv get -field=password secret/prod/db; vault kv list secret/; vault status", &[("VAULT_ADDR", "https://vault.example")]), @"
    secret.read vault https://vault.example:secret/prod/db, read
    exec.read vault, read
    ");
    assert_snapshot!(check("vault kv put secret/a key=@~/.ssh/id_rsa; vault kv delete secret/a; vault policy write admin p.hcl; vault read database/creds/x"), @"
    secret.write vault:secret/a, write
    secret.read /repo/~/.ssh/id_rsa, read
    secret.write vault:secret/a, destroy
    secret.write vault:admin, write
    secret.read vault:database/creds/x, read
    ");
    assert_snapshot!(check("vault token create; vault secrets disable kv/; vault operator seal; vault -help; vault kv get -help; vault explode x"), @"
    secret.read vault:*, read
    secret.write vault:kv/, destroy
    secret.write vault:*, destroy
    exec.read vault, read
    secret.write vault:*, write, partial
    ");
}

#[test]
fn managers() {
    assert_snapshot!(check("op read op://prod/db/password; op item list; op item get db; op run --env-file .env -- rm -rf build"), @"
    secret.read op:op://prod/db/password, read
    exec.read op, read
    secret.read op:db, read
    secret.read op:*, read, partial
    fs.delete /repo/build, destroy
    ");
    assert_snapshot!(check("pass show prod/db; pass prod/db; pass; pass ls; pass rm prod/db; pass insert x"), @"
    secret.read pass:prod/db, read
    exec.read pass, read
    secret.write pass:prod/db, destroy
    secret.write pass:x, write
    ");
    assert_snapshot!(check("bw get password db; bw list items; bw status; lpass show db; chamber read app key; chamber list app"), @"
    secret.read bw:password/db, read
    secret.read bw:*, read
    exec.read bw, read
    secret.read lpass:db, read
    secret.read chamber:app/key, read
    exec.read chamber, read
    ");
    assert_snapshot!(check("doppler secrets; doppler secrets set A=b; doppler run -- npm test; infisical secrets; aws-vault exec prod -- aws s3 rb s3://a; aws-vault list"), @"
    secret.read doppler:*, read
    secret.write doppler:A=b, write
    secret.read doppler:*, read, partial
    exec.test npm test, execute
    secret.read infisical:*, read
    secret.read aws-vault:*, read, partial
    cloud.delete s3 a in aws:prod, destroy
    exec.read aws-vault, read
    ");
    assert_snapshot!(check("secret-tool lookup a b; ansible-vault view x.yml; ansible-vault encrypt x.yml"), @"
    secret.read secret-tool:a/b, read
    secret.read ansible-vault:x.yml, read
    secret.write ansible-vault:x.yml, write
    ");
}

#[test]
fn keychain() {
    assert_snapshot!(check("security find-generic-password -s github -w; security find-generic-password -s github; security dump-keychain -d; security list-keychains"), @"
    secret.read keychain:github, read
    exec.read security, read
    secret.read keychain:*, read
    ");
    assert_snapshot!(check("security delete-generic-password -s github; security add-trusted-cert x.pem"), @"
    secret.write keychain:github, write
    exec.system security, destroy
    ");
}

#[test]
fn decryption() {
    assert_snapshot!(check("gpg --decrypt x.gpg; gpg -d x.gpg; gpg --export-secret-keys -a me; gpg --list-keys; gpg --verify a.sig a; gpg x.gpg"), @"
    fs.read /repo/x.gpg, read
    secret.read gnupg:x.gpg, read
    secret.read gnupg:me, read
    exec.read gpg, read
    fs.read /repo/a.sig, read
    fs.read /repo/a, read
    ");
    assert_snapshot!(check("sops -d secrets.yaml; sops decrypt secrets.yaml; sops -e -i x.yaml; sops exec-env x.yaml 'npm test'; age -d -i ~/.ssh/id_ed25519 x.age; age -r age1 -o x.age x"), @"
    secret.read /repo/secrets.yaml, read
    secret.read sops:secrets.yaml, read
    fs.read /repo/x.yaml, read
    fs.write /repo/x.yaml, write
    exec.read sops, read
    secret.read sops:x.yaml, read
    exec.test npm test, execute
    secret.read /home/dev/.ssh/id_ed25519, read
    fs.read /repo/x.age, read
    secret.read age:x.age, read
    fs.write /repo/x.age, write
    fs.read /repo/x, read
    exec.read age, read
    ");
    assert_snapshot!(check("echo vault kv get secret/x; grep 'op read' README.md; sops --help; age --help"), @"
    exec.read echo, read
    fs.read /repo/README.md, read
    exec.read sops, read
    exec.read age, read
    ");
}

#[test]
fn looking_up_a_token_shows_it() {
    assert!(check("vault token lookup").contains("secret.read"));
    assert!(!check("vault token capabilities secret/x").contains("secret.read"));
}
