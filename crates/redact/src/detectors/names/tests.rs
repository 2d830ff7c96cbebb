use super::*;

fn check(name: &str, value: &str) -> bool {
    named(name.as_bytes()).is_some_and(|named| is_secret(named, value.as_bytes(), true))
}

#[test]
fn names_and_values_both_count() {
    assert!(check("PGPASSWORD", "hunter"));
    assert!(check("db_pass", "hunter"));
    assert!(check("_authToken", "a1b2c3d4e5"));
    assert!(!check("bypass", "hunter22"));
    assert!(!check("max_tokens", "40960000"));
    assert!(!check("nextToken", "a1b2c3d4e5"));
    assert!(!check("password", "$DB_PASSWORD"));
    assert!(!check("password", "/run/secrets/database"));
    assert!(!check("password_file", "hunter22"));
    assert!(!check("token", "identifier"));
    assert!(!check("PWD", "/home/me/work"));
}
