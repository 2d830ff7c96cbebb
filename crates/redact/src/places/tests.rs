//! Commands whose secrets are told by their place, and ordinary ones beside them.

use crate::Redactor;

/// What is shown of a command in which `X` is a secret. It is put together here, so that none stands in this file.
fn check(command: &str) -> String {
    let secret = ["zq8Kw3Lm9", "Xv2Rt5Yn7", "Bc4Df"].concat();
    let (shown, _) = Redactor::new([7; 32]).redact_text(&command.replace("@X@", &secret));
    assert!(!shown.contains(&secret), "{shown}");
    shown
}

#[test]
fn secrets_by_their_place() {
    for command in [
        "aws secretsmanager put-secret-value --secret-id shop --secret-string @X@",
        "aws --region eu-west-1 secretsmanager create-secret --name a --secret-string='{\"db\":\"@X@\"}'",
        "aws ssm put-parameter --name a --value @X@ --type SecureString",
        "aws ssm put-parameter --type=SecureString --value=\"@X@\"",
        "aws configure set aws_secret_access_key @X@ --profile live",
        "aws configure set profile.live.aws_secret_access_key '@X@'",
        "az keyvault secret set --vault-name v --name n --value @X@",
        "vault login @X@",
        "vault login -no-print @X@",
        "VAULT_ADDR=https://v.example sudo -E /usr/bin/vault login @X@",
        "vault kv put secret/shop user=app key=@X@ other='@X@'",
        "vault kv put secret/shop key=- <<< @X@",
        "echo -n @X@ | vault kv put secret/shop key=-",
        "echo @X@ | base64 | vault kv put secret/shop key=- >/dev/null 2>&1",
        "vault operator unseal @X@",
        "cargo login @X@",
        "cargo login --registry shop @X@",
        "echo @X@ | cargo login",
        "doctl auth init -t @X@",
        "twine upload -u __token__ -p @X@ dist/*",
        "npm config set //registry.example/:_authToken @X@",
        "git config --global sendemail.smtppassword @X@",
        "poetry config http-basic.shop app @X@ && composer config http-basic.r.example app @X@",
        "sqlplus app/@X@@prod",
        "sqlplus -S app/@X@@//db.example:1521/shop @report.sql",
        "sqlcmd -S db.example -U sa -P @X@ -Q 'select 1'",
        "sqlcmd -S db.example -U sa -P@X@",
        "psql -c \"ALTER USER app WITH PASSWORD '@X@'\"",
        "mysql -e \"ALTER USER 'app'@'%' IDENTIFIED BY '@X@'\"",
        "mysql -e 'create user app identified with sha256_password by \"@X@\"'",
        "ALTER ROLE app\nWITH ENCRYPTED PASSWORD '@X@';",
        "ALTER USER app IDENTIFIED BY @X@;",
        "mysql -e \"SET PASSWORD FOR app = '@X@'\"",
        "redis-cli -h cache CONFIG SET requirepass @X@",
        "CONFIG SET requirepass @X@",
        "htpasswd -bB .htpasswd app @X@",
        "htpasswd -nb app '@X@'",
        "http -a app:@X@ https://shop.example",
        "http --auth=@X@ --auth-type=bearer https://shop.example",
        "rabbitmqctl change_password guest @X@",
        "rabbitmqctl -n rabbit@mq add_user app @X@",
        "docker exec mq rabbitmqctl add_user app @X@",
        "echo @X@ | npx wrangler secret put KEY",
        "printf '%s' '@X@' | gcloud secrets versions add shop --data-file=-",
        "gcloud secrets create shop --data-file - <<END\n@X@\nEND\nls",
        "kubectl -n shop create secret generic db --from-literal=user=app --from-literal=db=@X@ --from-literal k=@X@",
        "printf @X@ > ~/.vault-token",
        "cat > ~/.vault-token <<'END'\n@X@\nEND",
        "echo db.example:5432:shop:app:@X@ >> \"$HOME/.pgpass\"",
        "echo 'machine shop.example login app password @X@' >> ~/.netrc",
        "cat > ~/.netrc <<END\nmachine shop.example login app password @X@\nEND",
        "gh secret set KEY -b @X@ && gh secret set KEY --body=@X@ && gh auth login --with-token <<< @X@",
        "curl -u app:@X@ https://shop.example; curl --oauth2-bearer @X@ https://shop.example",
        "mysql -u app -p@X@ shop; PGPASSWORD=@X@ psql; sshpass -p @X@ ssh h",
        "openssl pkcs12 -export -in a -passin pass:@X@ -passout 'pass:@X@'",
        "docker login -u app -p @X@ r.example; echo @X@ | docker login -u app --password-stdin",
        "docker login --username app-of-a-rather-long-name-that-goes-on --config /srv/some/where/else/entirely -p @X@",
        "echo @X@ | docker secret create db -",
        "helm upgrade shop ./chart --set db.password=@X@",
        "fly secrets set A=@X@ B=@X@ C=@X@ D=@X@ E=@X@ F=@X@ -a shop",
        "heroku config:set KEY=@X@ MODE=live -a shop",
        "echo @X@ | vercel env add KEY production",
        "ssh host vault login @X@",
        "ssh host 'sudo bash -c \"vault login @X@\"'",
        "kubectl exec db-0 -- redis-cli config set requirepass @X@",
        "if true; then vault login @X@; fi",
        "x=$(vault login @X@)",
        "# don't\nvault login @X@ # it's",
        "we said: vault login @X@",
        "lftp -u app,@X@ h; smbclient -U app%@X@ //h/s; ldapsearch -x -w @X@",
    ] {
        let shown = check(command);
        let (again, _) = Redactor::new([7; 32]).redact_text(&shown);
        assert_eq!(again, shown);
    }
}

#[test]
fn only_the_secret_is_taken_out() {
    let shown = |command: &str| {
        let shown = check(command);
        let mut parts = shown.split("[redacted:");
        let first = parts.next().unwrap().to_owned();
        first + &parts.map(|part| format!("X{}", part.split_once(']').unwrap().1)).collect::<String>()
    };
    for (command, expected) in [
        ("sqlplus app/@X@@prod", "sqlplus app/X@prod"),
        ("vault kv put secret/shop -cas=1 key='@X@'", "vault kv put secret/shop -cas=1 key='X'"),
        ("cargo login --registry shop @X@", "cargo login --registry shop X"),
        (
            "echo -n '@X@' | wrangler secret put KEY 2>&1 | tee log",
            "echo -n 'X' | wrangler secret put KEY 2>&1 | tee log",
        ),
        ("heroku config:set MODE=live KEY=@X@", "heroku config:set MODE=live KEY=X"),
        (
            "psql -c \"CREATE USER app PASSWORD '@X@' LOGIN\"",
            "psql -c \"CREATE USER app PASSWORD 'X' LOGIN\"",
        ),
        (
            "echo 'machine h login app password @X@' >> ~/.netrc",
            "echo 'machine h login app password X' >> ~/.netrc",
        ),
        ("cat > ~/.vault-token <<END\n@X@\nEND\nls", "cat > ~/.vault-token <<END\nX\nEND\nls"),
        ("vault login hunter", "vault login X"),
        (
            "aws secretsmanager put-secret-value --secret-string '{\"password\":\"hunter22\",\"k\":\"@X@\"}'",
            "aws secretsmanager put-secret-value --secret-string 'X'",
        ),
    ] {
        assert_eq!(shown(command), expected);
    }
}

#[test]
fn ordinary_words_stay() {
    for text in [
        "echo hello | tee x",
        "echo hello world > notes.txt; echo abc12345def > build-id",
        "docker run -p 8080:80 -d nginx",
        "mkdir -p src/a1b2c3d4e5; cp -p a b; ssh -p 2222 host; patch -p1",
        "aws ssm put-parameter --name mode --value a1b2c3d4e5f6 --type String",
        "aws configure set region eu-west-1; git config user.name 'Al 12345678'; npm config set registry https://r.example",
        "aws secretsmanager get-secret-value --secret-id shop-a1b2c3d4",
        "aws secretsmanager put-secret-value --secret-string file://secret.json",
        "az webapp config appsettings set --value a1b2c3d4e5",
        "vault login $TOKEN; vault login -method=oidc role=dev; vault login - < token",
        "vault kv put secret/shop key=@key.txt other=$OTHER third=$(pass show x)",
        "vault kv get secret/shop; vault write auth/approle/role/shop token_ttl=1h policies=shop",
        "git commit -m 'describe vault login for people'; git commit -m \"cargo login works\"",
        "cargo login; cargo build --release",
        "twine upload dist/shop-1.0.0.tar.gz",
        "sqlplus / as sysdba; sqlplus /nolog @report.sql",
        "sqlcmd -S db.example -i report.sql -Q 'select 1'",
        "select name from users where name = 'Al' and id = '12345678a'",
        "http -v https://shop.example a=b; https GET shop.example/items id==12345678",
        "kubectl create configmap c --from-literal=mode=a1b2c3d4e5; kubectl create ns shop",
        "rabbitmqctl list_users; rabbitmqctl set_permissions -p shop app '.*' '.*' '.*'",
        "htpasswd -v f app; redis-cli CONFIG GET requirepass; redis-cli set requirements a1b2c3d4e5",
        "openssl req -new -passin env:KEY -passout file:key.txt",
        "heroku config:set NODE_ENV=production LOG_LEVEL=debug PORT=3000",
        "echo y | vercel deploy; echo '{\"a\":12345678}' | jq .a | tee out.json",
        "printf '%s\\n' one two > src/token.rs; echo a1b2c3d4e5 > target/release.txt",
        "gcloud secrets list; gcloud secrets versions access latest --secret=shop",
        "unzip -o a.zip; zip -r a.zip src; openssl x509 -in a.pem",
        "the machine needs a login with a password again, as the users are identified by name",
        "fly deploy --build-arg A=a1b2c3d4e5; fly secrets list",
        "docker secret create db ./db.txt",
    ] {
        let shown = Redactor::new([7; 32]).redact_text(text).0;
        assert_eq!(shown, text);
    }
}

#[test]
fn secrets_in_lists_and_calls() {
    let secret = ["zq8Kw3Lm9", "Xv2Rt5Yn7", "Bc4Df"].concat();
    for text in [
        r#"app '["--password","@X@"]'"#,
        r#"{"command": ["app", "--db-password", "@X@", "-v"]}"#,
        r#"app "{\"args\": [\"--token\", \"@X@\"]}""#,
        "mysql -e \"SET PASSWORD FOR a = PASSWORD('@X@')\"",
        "update mysql.user set authentication_string = password( '@X@' )",
        "CREATE LOGIN a WITH PASSWORD = N'@X@'",
        "sqlcmd -Q \"ALTER LOGIN a WITH PASSWORD=N'@X@'\"",
        "password = b\"@X@\"",
    ] {
        check(text);
        check(&text.replace("@X@", "hunter2xy")).contains("hunter2xy").then(|| panic!("{text}"));
        assert_eq!(Redactor::new([7; 32]).redact_text(&text.replace("@X@", &secret)).1.len(), 1, "{text}");
    }
    for text in [
        r#"["--password", "--user", "app12345"]"#,
        r#"["--password-file", "app12345"]"#,
        r#"["--verbose", "app12345"]"#,
        "ask_for_password('Enter it here, 1 or 2')",
        "token('name'); checkPassword('username')",
        "password(prompt); PASSWORD($1)",
        "a = N'12345678a'",
    ] {
        assert_eq!(Redactor::new([7; 32]).redact_text(text).0, text);
    }
}

#[test]
fn secrets_by_the_file_they_are_written_into() {
    let shown = |file: &str, content: &str| {
        let secret = ["zq8Kw3Lm9", "Xv2Rt5Yn7", "Bc4Df"].concat();
        let content = content.replace("@X@", &secret);
        let input = serde_json::json!({ "file_path": file, "content": content });
        let shown = Redactor::new([7; 32]).redact(&input)["content"].as_str().unwrap().to_owned();
        (shown.contains(&secret) || shown.contains("hunter"), shown == content)
    };
    for (file, content) in [
        (".env", "A=1\nSMTP=@X@\n"),
        ("/srv/shop/.env.production", "export SMTP='@X@' # mine\n"),
        (".env", "DB_PASSWORD=hunterhunter"),
        ("config/app.yml", "db:\n  password: hunterhunter\n"),
        ("app.properties", "spring.datasource.password=hunterhunter"),
        ("/home/dev/.vault-token", "@X@\n"),
        ("src/a.py", "password = '@X@'"),
    ] {
        assert_eq!(shown(file, content), (false, false), "{file} {content}");
    }
    for (file, content) in [
        (".env", "# SMTP=12345678a\nPORT=30000000\nAPI=https://api2.shop.example\nMODE=development\nA=$B\n"),
        (".env.example", "SMTP=12345678a\n"),
        ("src/a.ts", "password: string;\nconst a = 'b1234567'"),
        ("app.yml", "name: a1b2c3d4e5f6\npassword: ${PASSWORD}\n"),
        ("docs/token.md", "one 12345678a"),
    ] {
        assert!(shown(file, content).1, "{file} {content}");
    }
}

#[test]
fn what_is_told_of_a_part_lacks_what_the_whole_gives_away() {
    let beside =
        Redactor::new([7; 32]).beside(&serde_json::json!({ "command": "echo hunter2x | cargo login" }));
    assert!(!beside.text("echo hunter2x").contains("hunter2x"));
    assert!(!beside.value(&serde_json::json!(["a", { "b": "hunter2x" }])).to_string().contains("hunter2x"));
    assert_eq!(beside.text("echo hunter2"), "echo hunter2");
}

#[test]
fn what_a_command_sets_is_no_finding() {
    let (shown, findings) = Redactor::new([7; 32]).redact_text("vault login hunter2; vault login hunter2");
    assert!(findings.is_empty() && shown.matches("[redacted:placed-secret:").count() == 2);
    let (_, findings) = Redactor::new([7; 32]).redact_text("http -a app:hunter2 https://shop.example");
    assert_eq!(findings.len(), 1);
}

#[test]
fn a_long_text_is_searched_first() {
    let long = "# a line that says nothing\n".repeat(400);
    check(&format!("{long}vault login @X@"));
    check(&format!("{long}printf '%s' @X@ > ~/.vault-token"));
    assert_eq!(Redactor::new([7; 32]).redact_text(&long).0, long);
}
