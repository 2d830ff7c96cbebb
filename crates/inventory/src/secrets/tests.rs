use insta::assert_snapshot;

use super::*;

fn check(name: &str, text: &str) -> String {
    if !may_hold(name) {
        return "not looked at".to_owned();
    }
    holds(name, text).map_or("nothing".to_owned(), |about| about.join("; "))
}

#[test]
fn what_files_hold() {
    assert_snapshot!(check(".env", "A_KEY=s3cr3t\nexport DATABASE_URL=x\nPLAIN\nEMPTY_ONE=\n"), @"values of A_KEY, DATABASE_URL");
    assert_snapshot!(check(".env.production", "KEY_1=1\nKEY_2=1\nKEY_3=1\nKEY_4=1\nKEY_5=1\nKEY_6=1\nKEY_7=1\n"), @"values of KEY_1, KEY_2, KEY_3, KEY_4, KEY_5, KEY_6 and 1 more");
    assert_snapshot!(check("id_ed25519", "-----BEGIN OPENSSH PRIVATE KEY-----\nx"), @"a private key");
    assert_snapshot!(check("tls.pem", "-----BEGIN CERTIFICATE-----\nx"), @"nothing");
    assert_snapshot!(check("sa.json", r#"{"type":"service_account","project_id":"shop-live","private_key":"x"}"#), @"a key of a service account; of project shop-live");
    assert_snapshot!(check("package.json", r#"{"name":"x"}"#), @"nothing");
    assert_snapshot!(check("broken.json", r#"{"private_key": s3cr3t"#), @"nothing");
    assert_snapshot!(check("dev.tfvars", "replicas = 1\nregion = \"eu\"\ndb_password = \"\"\n"), @"nothing");
    assert_snapshot!(check("prod.tfvars", "replicas = 3\ndb_password = \"s3cr3t\"\n  api-token=\"x\"\n"), @"values of api-token, db_password");
    assert_snapshot!(check(".env.example", "A_KEY=x"), @"not looked at");
    assert_snapshot!(check("id_ed25519.pub", "ssh-ed25519 x"), @"not looked at");
}

/// A value over several lines is none of the names.
#[test]
fn no_part_of_a_value_is_taken_for_a_name() {
    assert_snapshot!(check(".env", "TOTP=\"\nJBSWY3DPEHPK3PXP====\nAB_CD==\nc2VjcmV0=x\n\"\n"), @"no variable with a value");
}
