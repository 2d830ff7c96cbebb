use std::time::Instant;

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::Redactor;

fn redactor() -> Redactor {
    Redactor::new([7; 32])
}

/// The redacted text, with the fingerprints left out.
fn check(text: &str) -> String {
    let (redacted, findings) = redactor().redact_text(text);
    let mut shown = redacted;
    for finding in findings {
        let short = format!(":{}]", &finding.fingerprint.hex()[..8]);
        shown = shown.replace(&short, "]");
    }
    shown
}

/// Samples are put together here, so that none stands in this file.
fn sample(parts: &[&str]) -> String {
    parts.concat()
}

#[test]
fn tokens_with_a_known_beginning() {
    let github = sample(&["gh", "p_", "0123456789abcdefghijABCDEFGHIJ012345"]);
    let amazon = sample(&["AK", "IA", "ABCDEFGH23456789"]);
    assert_snapshot!(check(&format!("git clone https://{github}@github.com/acme/shop")),
        @"git clone https://[redacted:github-token]@github.com/acme/shop");
    assert_snapshot!(check(&format!("aws_access_key_id = {amazon}\n")), @"aws_access_key_id = [redacted:aws-access-key]");
    assert_snapshot!(check(&format!("{{\"token\": \"{github}\"}}")), @r#"{"token": "[redacted:github-token]"}"#);
    assert_snapshot!(check("task-force-of-the-risk-assessment-department"), @"task-force-of-the-risk-assessment-department");
}

#[test]
fn assignments_and_flags() {
    assert_snapshot!(check("PGPASSWORD=hunter2 psql -h db"), @"PGPASSWORD=[redacted:assigned-secret] psql -h db");
    assert_snapshot!(check("deploy --password hunter2 --force"), @"deploy --password [redacted:assigned-secret] --force");
    assert_snapshot!(check("deploy --api-key=a1b2c3d4e5"), @"deploy --api-key=[redacted:assigned-secret]");
    assert_snapshot!(check("curl -d '{\"password\":\"correct horse\"}' h"), @r#"curl -d '{"password":"[redacted:assigned-secret]"}' h"#);
    assert_snapshot!(check(r#"curl -d "{\"password\":\"hunter2\"}""#), @r#"curl -d "{\"password\":\"[redacted:assigned-secret]\"}""#);
    assert_snapshot!(check("//registry.example/:_authToken=0a1b2c3d-4e5f"), @"//registry.example/:_authToken=[redacted:assigned-secret]");
    assert_snapshot!(check("Server=db;Uid=app;Pwd=hunter2;Database=shop"), @"Server=db;Uid=app;Pwd=[redacted:assigned-secret];Database=shop");
    assert_snapshot!(check("export SECRET_KEY='Zm9vYmFyYmF6cXV4'"), @"export SECRET_KEY='[redacted:assigned-secret]'");
}

#[test]
fn addresses_headers_and_commands() {
    assert_snapshot!(check("openssl enc -aes-256-cbc -k hunter2 -in a; openssl rsa -passin pass:hunter2 -in k; openssl enc -pass env:NAME; openssl x509 -keyform pem"), @"openssl enc -aes-256-cbc -k [redacted:command-secret] -in a; openssl rsa -passin pass:[redacted:command-secret] -in k; openssl enc -pass env:NAME; openssl x509 -keyform pem");
    assert_snapshot!(check("psql postgres://app:hunter2@db.example:5432/shop"), @"psql postgres://app:[redacted:url-credential]@db.example:5432/shop");
    for start in ["https:///", "https:/", r"https:\\", "file://", "ssh:/"] {
        let secret = sample(&["hunter2", "x"]);
        let shown = check(&format!("git push {start}u:{secret}@h.example/x"));
        assert_eq!(shown, format!("git push {start}u:[redacted:url-credential]@h.example/x"));
    }
    assert_eq!(check("scp host:/srv/a:b@c x"), "scp host:/srv/a:b@c x");
    for address in ["localhost:5432/shop", "127.0.0.1", "[::1]:5432/x"] {
        let shown = check(&format!("psql postgres://app:hunter2@{address}"));
        assert_eq!(shown, format!("psql postgres://app:[redacted:local-credential]@{address}"));
    }
    for (address, class) in [
        ("tally:tally@localhost:5432/tally", "usual-credential"),
        ("app:shop@127.0.0.1/shop", "usual-credential"),
        ("postgres:postgres@[::1]:5432/x", "usual-credential"),
        ("app:postgres@localhost/x?a=b", "usual-credential"),
        ("tally:tally@db.example/tally", "url-credential"),
        ("tally:tally@db/tally", "url-credential"),
        ("tally:tallyx@localhost/tally", "local-credential"),
        ("tally:tally@localhost@db.example/tally", "url-credential"),
        ("a1b2c3:a1b2c3@localhost/x", "local-credential"),
        ("app:hunter@localhost/x#hunter", "local-credential"),
    ] {
        let shown = check(&format!("psql postgres://{address}"));
        assert!(shown.contains(&format!(":[redacted:{class}]@")), "{address}: {shown}");
    }
    for (command, class) in [
        ("dropdb -h localhost -U tally tally_e2e", "usual-credential"),
        ("psql -U tally --host=127.0.0.1", "usual-credential"),
        ("dropdb -h localhost -U other x", "assigned-secret"),
        ("dropdb -U tally x", "assigned-secret"),
        ("dropdb -h db.example -U tally x", "assigned-secret"),
        ("dropdb -h localhost -h db.example -U tally x", "assigned-secret"),
        ("./x -h localhost -U tally", "assigned-secret"),
        ("x; psql -h localhost -U tally", "assigned-secret"),
        ("psql; curl -h localhost -U tally", "assigned-secret"),
        ("psql -h localhost; curl -U tally", "assigned-secret"),
    ] {
        assert_eq!(
            check(&format!("PGPASSWORD=tally {command}")),
            format!("PGPASSWORD=[redacted:{class}] {command}")
        );
    }
    for address in [
        "localhost.example/x",
        "127.0.0.1.example",
        "db,localhost/x",
        "localhost,db/x",
        "127.0.0.1@db.example",
    ] {
        let shown = check(&format!("psql postgres://app:hunter2@{address}"));
        assert!(shown.contains("[redacted:url-credential]"), "{shown}");
    }
    assert_snapshot!(check("redis://:p/q@cache"), @"redis://:[redacted:url-credential]@cache");
    assert_snapshot!(check("curl -H 'Authorization: Bearer abc.def-123' h"), @"curl -H 'Authorization: Bearer [redacted:authorization]' h");
    assert_snapshot!(check("curl -H \"X-Api-Key: a1b2c3d4\" h"), @r#"curl -H "X-Api-Key: [redacted:assigned-secret]" h"#);
    assert_snapshot!(check("curl -u app:hunter2 h"), @"curl -u app:[redacted:command-secret] h");
    assert_snapshot!(check("curl -uapp:hunter2 h | mysql -p shop"), @"curl -uapp:[redacted:command-secret] h | mysql -p shop");
    assert_snapshot!(check("mysql -uroot -p'hunter 2' shop"), @"mysql -uroot -p'[redacted:command-secret]' shop");
    assert_snapshot!(check("docker login -u app -p hunter2 r.example"), @"docker login -u app -p [redacted:command-secret] r.example");
}

#[test]
fn private_keys_in_every_dress() {
    let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ";
    let begin = sample(&["-----BEGIN ", "RSA PRIVATE ", "KEY-----"]);
    let end = sample(&["-----END ", "RSA PRIVATE ", "KEY-----"]);
    assert_snapshot!(check(&format!("a\n{begin}\n{line}\n{line}\n{end}\nb")), @r"
    a
    [redacted:private-key]-----END RSA PRIVATE KEY-----
    b
    ");
    assert_snapshot!(check(&format!("{begin}\\n{line}\\n{end}")), @"[redacted:private-key]-----END RSA PRIVATE KEY-----");
    assert_snapshot!(check(&format!("\"{begin}\\n\" +\n \"{line}\\n\"; cut")), @r#""[redacted:private-key]; cut"#);
    assert_eq!(check(&format!("grep -r '{begin}' .")), format!("grep -r '{begin}' ."));
}

#[test]
fn what_only_looks_like_a_secret_stays() {
    for text in [
        "git show 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "id: 6fa459ea-ee8a-3ca4-894e-db77e160355e",
        "cat /home/me/.config/shop/token.rs",
        "password = os.environ['DB_PASSWORD']",
        "fn login(password: String, token: Option<Token>) {}",
        "PASSWORD=$DB_PASSWORD TOKEN=\"${TOKEN}\" ./run",
        "PASSWORD_FILE=/run/secrets/password ./run",
        "password: <your password>",
        "if token == other_token { next_token = tokens::next(2) }",
        "max_tokens: 4096, \"nextToken\": \"a1b2c3d4\"",
        "http://localhost:8080/path@2x.png",
        "basic authentication and bearer tokens",
        "git@github.com:acme/shop.git",
        "ssh-keygen -p -f key; tar -p -x",
        "cd /srv && PWD=/srv/shop make",
    ] {
        assert_eq!(redactor().redact_text(text).0, text);
    }
}

#[test]
fn names_members_and_flags_in_json() {
    let github = sample(&["gh", "p_", "0123456789abcdefghijABCDEFGHIJ012345"]);
    let value = json!({
        "password": "hunter2",
        "nested": [{ "pin_password": 12345 }, "--token", "a1b2c3d4e5", "plain"],
        "env": { (github.clone()): "x" },
    });
    let (redacted, findings) = redactor().take_out(&value);
    assert_snapshot!(redacted.to_string(), @r#"{"password":"[redacted:assigned-secret:646bbf52]","nested":[{"pin_password":"[redacted:assigned-secret:e5a35ac9]"},"--token","[redacted:assigned-secret:22f3a3c4]","plain"],"env":{"[redacted:github-token:4250e09a]":"x"}}"#);
    let shown: Vec<_> =
        findings.iter().map(|finding| format!("{} {}", finding.pointer, finding.class)).collect();
    assert_snapshot!(shown.join("\n"), @r"
    /password assigned-secret
    /nested/0/pin_password assigned-secret
    /nested/2 assigned-secret
    /env github-token
    ");
}

#[test]
fn the_same_secret_has_the_same_fingerprint_under_one_key_only() {
    let of = |key: u8, text: &str| Redactor::new([key; 32]).redact_text(text).1[0].fingerprint;
    assert_eq!(of(1, "password=hunter2"), of(1, "--password hunter2"));
    assert_ne!(of(1, "password=hunter2"), of(2, "password=hunter2"));
    assert_ne!(of(1, "password=hunter2"), of(1, "password=hunter3"));
}

fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Z0-9]{16}".prop_map(|rest| sample(&["AK", "IA", &rest])),
        "[A-Za-z0-9]{36}".prop_map(|rest| sample(&["gh", "p_", &rest])),
        "[A-Za-z0-9_]{40}".prop_map(|rest| sample(&["github", "_pat_", &rest])),
        "[A-Za-z0-9_-]{20}".prop_map(|rest| sample(&["gl", "pat-", &rest])),
        "[0-9]{12}-[A-Za-z0-9]{24}".prop_map(|rest| sample(&["xo", "xb-", &rest])),
        "[A-Za-z0-9]{24}".prop_map(|rest| sample(&["sk_", "live_", &rest])),
        "[A-Za-z0-9_-]{40}".prop_map(|rest| sample(&["sk-", "ant-", &rest])),
        "[A-Za-z0-9_-]{35}".prop_map(|rest| sample(&["AI", "za", &rest])),
    ]
}

proptest! {
    #[test]
    fn no_token_survives(before in "(?s).{0,40}", secret in secret(), after in "(?s).{0,40}") {
        let text = format!("{before}{secret}{after}");
        let (redacted, findings) = redactor().redact_text(&text);
        prop_assert!(!redacted.contains(&secret), "{}", redacted);
        prop_assert!(!findings.is_empty());
    }

    #[test]
    fn no_token_survives_in_json(
        secret in secret(), place in 0..5, name in "[a-z/~]{0,6}", noise in "\\PC{0,10}",
    ) {
        let text = format!("{noise} {secret} {noise}");
        let value = match place {
            0 => json!(text),
            1 => json!({ name: { "x": [1, text, null] } }),
            2 => json!({ (text): noise }),
            3 => json!([[{ (secret.clone()): { (text): [secret.clone()] } }]]),
            _ => json!({ "command": format!("echo {text}"), "token": secret.clone() }),
        };
        let (redacted, findings) = redactor().take_out(&value);
        prop_assert!(!redacted.to_string().contains(&secret));
        for finding in findings {
            prop_assert!(!finding.pointer.contains(&secret));
            prop_assert!(redacted.pointer(&finding.pointer).is_some(), "{}", finding.pointer);
        }
    }

    #[test]
    fn no_password_survives(
        before in "(?s).{0,20}",
        password in "[A-Za-z0-9!#%+_.-]{6,20}[0-9][A-Za-z]",
        dress in prop::sample::select(vec![
            (" PASSWORD=", " "), ("\n--password ", "\n"), ("\"password\": \"", "\""), (" x://u:", "@h"),
            ("\ndb_secret: '", "'"), (" --token=", ""), ("\nAuthorization: Bearer ", "\n"),
        ]),
    ) {
        prop_assume!(!password.starts_with('-'));
        prop_assume!(!password.contains(['#', '!', '%']) || !dress.0.contains("Bearer"));
        prop_assume!(!password.contains('#') || !dress.0.contains("://"));
        let text = format!("{before}{}{password}{}", dress.0, dress.1);
        let (redacted, _) = redactor().redact_text(&text);
        prop_assert!(!redacted.contains(&password), "{}", redacted);
    }

    #[test]
    fn redacting_twice_changes_nothing(
        parts in prop::collection::vec(prop_oneof![
            secret(), ".{0,5}", "[=:@/\"'\\\\ \\[\\]-]{1,3}",
            "(password|token|Authorization|Bearer|mysql|curl|http://|--secret|eyJ|-p|-u a:|\\[redacted:jwt:0123abcd\\]|\
             vault login |sqlplus a/|http -a |echo | \\| cargo login|vault kv put a=| by | > token)",
            "[a-z0-9]{1,20}",
        ], 0..16),
    ) {
        let once = redactor().redact_text(&parts.concat()).0;
        prop_assert_eq!(redactor().redact_text(&once), (once.clone(), Vec::new()));
    }
}

/// How much longer a text 32 times as long takes.
fn growth(unit: &str) -> f64 {
    let time = |bytes: usize| {
        let text = unit.repeat(bytes / unit.len());
        let mut best = f64::MAX;
        for _ in 0..3 {
            let start = Instant::now();
            std::hint::black_box(redactor().redact_text(&text));
            best = best.min(start.elapsed().as_secs_f64());
        }
        best
    };
    time(128 * 1024) / time(4 * 1024)
}

#[test]
fn what_a_program_takes_from_its_standard_input() {
    assert_snapshot!(check("gh secret set KEY -b hunter2 && gh secret set KEY --body='correct horse'"), @"gh secret set KEY -b [redacted:command-secret] && gh secret set KEY --body='[redacted:command-secret]'");
    assert_snapshot!(check("sudo -S ls <<< hunter2; sudo -kS -u me ls <<<'correct horse'"), @"sudo -S ls <<< [redacted:piped-secret]; sudo -kS -u me ls <<<'[redacted:piped-secret]'");
    assert_snapshot!(check("ls; echo \"correct horse\" | sudo -S rm x && echo -n hunter2|docker login -u app --password-stdin r"), @r#"ls; echo "[redacted:piped-secret]" | sudo -S rm x && echo -n [redacted:piped-secret]|docker login -u app --password-stdin r"#);
    assert_snapshot!(check("printf '%s' hunter2 | gh secret set KEY; printf hunter2 | sudo -S id | tee x"), @"printf '%s' [redacted:piped-secret] | gh secret set KEY; printf [redacted:piped-secret] | sudo -S id | tee x");
    assert_snapshot!(check("echo $PASSWORD | sudo -S id; echo \"$(pass show x)\" | gh secret set K; sudo -S id <<< \"$P\""), @r#"echo $PASSWORD | sudo -S id; echo "$(pass show x)" | gh secret set K; sudo -S id <<< "$P""#);
    assert_snapshot!(check("echo hunter2 | sudo ls -S | grep x <<< hunter2; git secret; git checkout -b topic"), @"echo hunter2 | sudo ls -S | grep x <<< hunter2; git secret; git checkout -b topic");
}

#[test]
fn takes_time_in_proportion_to_the_text() {
    let begin = sample(&["-----BEGIN ", "PRIVATE ", "KEY-----"]);
    for unit in [
        "eyJ",
        "=eyJ",
        "://",
        "a://b:c",
        "a=",
        "token=",
        "token=$",
        "token: ",
        "token:",
        "password=./a",
        "token='\"",
        "Authorization:",
        "bearer ",
        "-",
        " --a",
        " -p",
        "|",
        "|sudo -S ",
        "echo x |",
        "echo a|sudo -S ",
        "sudo -S <<<",
        "mysql -p ",
        "ghp_",
        "sk-",
        "[redacted:",
        "\\\"",
        "é",
        "@:/",
        "token=\"\\",
        "hooks.slack.com/services/",
        "vault login ",
        "vault kv put a=b",
        "vault kv put a=b;",
        "vault kv put x k=- <<E;",
        "'vault login x",
        "\"a '",
        "\\\"' ",
        "echo x | cargo login | ",
        "sqlplus a/b",
        &begin,
    ] {
        let growth = growth(unit);
        assert!(growth < 200.0, "{unit:?} grows by {growth:.0}: linear is 32, quadratic 1024");
    }
}

#[test]
fn deep_values_do_not_overflow() {
    let mut value = json!("password=hunter2");
    for _ in 0..2_000 {
        value = Value::Array(vec![value]);
    }
    let redacted = redactor().redact(&value);
    assert!(!redacted.to_string().contains("hunter2"));
    assert!(redacted.to_string().contains("too-deep"));
}

#[test]
fn a_value_is_taken_out_wherever_else_it_stands() {
    let address = sample(&["postgres://u:", "hunter2x", "@db.example/x"]);
    let value = json!({
        "command": format!("psql {address}"),
        "facts": [{ "path": "/repo/postgres:/u:hunter2x@db.example/x" }, { "hunter2x": { "token": "a1b2c3d4e5" } }],
        "word": "shunter2xs",
    });
    let (redacted, findings) = redactor().take_out(&value);
    assert_eq!(redacted.to_string().matches("hunter2x").count(), 1, "{redacted}");
    assert_eq!(redacted["facts"][0]["path"].as_str().unwrap().matches("[redacted:").count(), 1);
    for finding in findings {
        assert!(redacted.pointer(&finding.pointer).is_some(), "{}", finding.pointer);
    }
}

#[test]
fn the_words_of_a_record_stay() {
    let value = json!({ "command": "PASSWORD=production ./x", "environment": "production", "production": 1 });
    let redacted = redactor().redact(&value);
    assert_eq!(redacted["environment"], json!("production"));
    assert_eq!(redacted["production"], json!(1));
    assert!(!redacted["command"].to_string().contains("production"));
}

#[test]
fn more_findings_than_are_kept_are_said_and_replaced() {
    let text: String = (0..3_000).map(|number| format!("password=\"abcdEF{number:05}\" ")).collect();
    let (redacted, findings) = redactor().redact_text(&text);
    assert!(!redacted.contains("abcdEF"));
    assert_eq!(findings.len(), 257);
    assert_eq!(findings.last().unwrap().class, "more-findings");
}
