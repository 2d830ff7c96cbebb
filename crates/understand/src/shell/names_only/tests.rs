use crate::fixture::{check, check_with};

#[test]
fn names_are_no_secrets() {
    for command in [
        "env | cut -d= -f1",
        "env | cut -d '=' -f 1 | sort",
        "printenv | awk -F= '{print $1}'",
        "env | sed 's/=.*//' > names.txt",
        "export -p | wc -l",
        "env | grep -c AWS",
        "env | grep -q CI && echo yes",
        "env | grep -i python",
        "printenv | grep '^PATH='",
        "env | grep -E '^(PATH|HOME|NODE_ENV)='",
        "env | grep '^PATH=\\|^HOME='",
        "env | grep -i aws_region",
        "env | grep ^NEXT_PUBLIC_",
        "env | grep '^VITE_'",
        "set | grep PYTHONPATH",
        "printenv | grep PATH",
        "env | grep ^PATH",
        "env | grep -w DATABASE_HOST",
        "env | grep -wE 'NODE_ENV|LOG_LEVEL'",
        "env | grep -w 'DJANGO_SETTINGS_MODULE\\|APP_PORT'",
    ] {
        assert!(!check(command).contains("secret.read"), "{command}: {}", check(command));
    }
}

#[test]
fn and_values_are() {
    for command in [
        "env",
        "env | cut -d= -f2",
        "env | cut -d= -f1-",
        "env | cut -d. -f1",
        "env | awk -F= \"{print $1}\"",
        "env | awk -F= '{print $2}'",
        "env | sed 's/x.*//'",
        "env | tee all.txt | cut -d= -f1",
        "env > all.txt | cut -d= -f1",
        "env printenv API_TOKEN | cut -d= -f1",
        "printenv API_TOKEN | cut -d= -f1",
        "env | grep AWS",
        "env | grep T_MODE",
        "env | grep _HOST",
        "env | grep DATABASE_HOST",
        "printenv | grep -i path",
        "env | grep NODE",
        "env | grep -i token",
        "env | grep -i key_path -v",
        "env | grep API_KEY_PATH",
        "env | grep -E 'NODE_ENV|API_TOKEN'",
        "env | grep -E 'NODE_ENV|'",
        "env | grep STRIPE_",
        "env | grep -i node_",
        "env | grep 'S.*_ENV'",
        "env | grep -i secret_path",
        "env | grep PATH -A3",
        "env | sort | grep -i password",
        "set | head",
        "env | grep NEXT_PUBLIC_",
        "env | grep -v ^VITE_",
        "env | grep -i ^vite_",
        "env | grep ^NODE_",
        "env | grep -i key",
        "env | grep -i a",
        "env | grep -A9 python",
        "env | grep -v python",
        "env | grep -i 'python|x' -E",
        "env | grep '^API_TOKEN='",
        "env | grep -E '^(PATH|API_TOKEN)='",
        "env | grep -E '^(PATH|A.*)='",
        "env | grep -E '^(PATH|)='",
        "env | grep -E '^PATH=|TOKEN'",
        "env | grep -E '^(PATH=|HOME)='",
        "env | grep '^DATABASE_URL='",
        "env | grep python secrets; env",
        "env | grep -c AWS; env",
        "env | sort | cut -d= -f1; env | sort",
        "(env | cut -d= -f1; env)",
    ] {
        assert!(check(command).contains("secret.read"), "{command}");
    }
}

const LINES: &[(&str, &str)] =
    &[("/repo/.env", "API_KEY=a=b\n# old\nHOST=x\n"), ("/repo/.env.local", "A=1\n")];

#[test]
fn names_in_files_of_variables() {
    for command in [
        "cat .env | grep -E \"^[A-Z_]+\" | sed 's/=.*/=***/' | head -20",
        "cat .env | grep -E '^(KIE_API_KEY|OTHER)' | sed 's/=.*/=***/'",
        "cut -d= -f1 .env",
        "cut -d '=' -f 1 .env | sort",
        "cut -d\"=\" -f1 .env 2>/dev/null",
        "cut -d= -f1 < .env",
        "cut -sd= -f1 .env .env.local",
        "awk -F= '{print $1}' .env",
        "awk -F '=' '!/^#/ {print $1 \"=***\"}' ./.env",
        "awk -F= 'NF>1{print $1;}' .env > names.txt",
        "sed 's/=.*/=***/' .env",
        "sed 's/=.*//' /repo/.env",
        "sed -E 's/^([^=]+)=.*/\\1=<set>/' .env",
        "sed -e 's|=.*$|=[hidden]|g' .env",
        "sed \"s/=.*/=***/\" .env",
        "cat .env | sed -E 's/=.+/=<redacted>/'",
        "sed -E 's/=.+$/=***/' .env",
        "sed 's/=..*/=***/' .env",
        "sed 's/=.\\+/=***/' .env",
        "sed -E 's/^([^=]+)=.+/\\1=<set>/' .env",
        "grep -q KEY .env && echo yes",
        "grep -c . .env",
        "grep -qE '^API_KEY=.+' .env",
        "grep -o '^[A-Z_]*' .env",
        "grep -o '^[A-Z0-9_.-]*' .env",
        "grep -q 'API_KEY=' .env && echo yes",
        "grep -qE '^(API_KEY|HOST)=' .env && echo yes",
        "grep -c '^API_KEY\\|^HOST' .env",
        "grep -c '^API_KEY_2=.' .env",
        "sort -u .env | uniq | tac | cut -d= -f1",
        "grep -oE '^[A-Za-z_][A-Za-z0-9_]*=' .env",
        "grep -v '^#' .env | cut -d= -f1",
        "grep API .env | awk -F= '{print $1}'",
        "cat .env | wc -l",
        "cat .env 2>/dev/null | cut -d= -f1",
        "head -n 5 .env | sed 's/=.*/=/'",
        "cd /repo && cut -d= -f1 .env; ls",
        "names=$(cut -d= -f1 .env); echo $names",
    ] {
        let found = check_with(command, LINES);
        assert!(!found.contains("secret.read") && found.contains("fs.read /repo/.env"), "{command}: {found}");
    }
}

#[test]
fn values_in_files_of_variables() {
    for command in [
        "cat .env",
        "cat .env | grep KEY",
        "sed 's/=.*//;p' .env",
        "sed -n 's/=.*//' .env",
        "sed 's/=.*/&/' .env",
        "sed 's/=.*/=***/w all.txt' .env",
        "sed 's/=.*/=***/p' .env",
        "sed 's/=.*/=***/2' .env",
        "sed 's/=.*/=***/' .env other",
        "sed 's/=.*/=***/' -e p .env",
        "sed -s -e 's/=.*/=***/' -e 'w x' .env",
        "sed 's/KEY=.*/KEY=***/' .env",
        "sed 's/=.+/=***/' .env",
        "sed -E 's/=.\\+/=***/' .env",
        "sed -E 's/=.?/=***/' .env",
        "sed -E 's/=.+?x/=***/' .env",
        "sed 's/=...*/=***/' .env",
        "sed -E 's/=.+(.)$/=\\1/' .env",
        "sed 's/=..*/=***/' .env; cat .env",
        "sed -E 's/^([A-Z]+)=.*/\\1=***/' .env",
        "sed 's/^\\([^=]*\\)=\\(..\\).*/\\1=\\2/' .env",
        "sed 's/=.*/=***/' ~/.aws/credentials",
        "sed 's/=.*/=***/' .env* ",
        "sed 's/=.*/=***/' $X .env",
        "cut -d= -f1,2 .env",
        "cut -d= -f2 .env",
        "cut -d= -f1- .env",
        "cut -d= -f1 --complement .env",
        "cut -d: -f1 .env",
        "cut -f1 .env",
        "awk -F: '{print $1}' .env",
        "awk '{print}' .env",
        "awk -F= '{print}' .env",
        "awk -F= '{print $1, $2}' .env",
        "awk -F= '{print $1$2}' .env",
        "awk -F= '{print $10}' .env",
        "awk -F= '{print $1; print $2}' .env",
        "awk -F= '{print $1} {print $2}' .env",
        "awk -F= '{print $1}' FS=: .env",
        "awk -F= -v FS=: '{print $1}' .env",
        "awk -F= '{print $1 > \"/dev/stderr\"; print}' .env",
        "grep KEY .env",
        "grep -o '=.*' .env",
        "grep -o '=.*' .env | cut -d= -f1",
        "grep -o '[A-Z_]*' .env",
        "grep -o '^.*' .env",
        "grep -oE '^[A-Z_]+|x.*' .env",
        "grep -o '^[0-z]*' .env",
        "grep -oE '^[.-z]+' .env",
        "grep -oE '^[+--z]+' .env",
        "grep -oE '^[A-Z_0-a]+' .env",
        "grep -oE '^[!-~]+' .env",
        "uniq .env .env.example | cut -d= -f1",
        "uniq .env .env.local | cut -d= -f1",
        "tac -s -u .env | cut -d= -f1",
        "tac -r .env | cut -d= -f1",
        "uniq -s 3 .env | cut -d= -f1",
        "grep -q '^API_KEY.*sk_live_a' .env && echo yes",
        "grep -c 'sk_live_a' .env",
        "grep -qi SK_LIVE_A .env",
        "grep -q AKIAB .env",
        "grep -q 'b=' .env",
        "grep -q '^API_KEY=....$' .env",
        "grep -qE '^(API_KEY)=a' .env",
        "grep -qE '^HOST|sk_a' .env",
        "grep -qE 'API_KEY=[a-m]' .env",
        "grep -oP '^[A-Z_]+=\\K.*' .env",
        "grep -q 'KEY=a' .env",
        "grep -c -e KEY=a .env",
        "grep -c '' .env; grep '' .env",
        "cat .env | tr = x | cut -d= -f1",
        "cat .env | tee all | cut -d= -f1",
        "cat .env > all | cut -d= -f1",
        "cat .env | cut -d= -f1 .env.local && cat .env",
        "cat .env ~/.ssh/id_rsa | cut -d= -f1",
        "tail -c 20 .env | cut -d= -f1",
        "cut() { cat; }; cat .env | cut -d= -f1",
        "cut() { cat \"$3\"; }; cut -d= -f1 .env",
        "alias cut=cat; cat .env | cut -d= -f1",
        "PATH=/repo/bin:$PATH; cut -d= -f1 .env",
        "X=1 cut -d= -f1 .env",
        "printf 'A=\"x\\ny' >> .env; cut -d= -f1 .env",
        "cut -d= -f1 $(cat .env)",
        "cut -d= -f1 <(cat .env)",
        "mv .env .env.old; mv id_rsa .env; cut -d= -f1 .env",
    ] {
        let found = check_with(command, LINES);
        assert!(found.contains("secret.read"), "{command}: {found}");
    }
    for text in ["KEY=\"-----BEGIN\nMIIEvQ==\n\"\n", "A=1\nhunter2\n", "A=x\\\ny\n"] {
        for command in ["cut -d= -f1 .env", "sed 's/=.*/=***/' .env", "cat .env | awk -F= '{print $1}'"] {
            let found = check_with(command, &[("/repo/.env", text)]);
            assert!(found.contains("secret.read"), "{command}: {found}");
        }
    }
}

#[test]
fn a_word_of_few_secrets_shows_none_where_none_is_set() {
    let unset: Vec<(&str, &str)> = [
        "LINODE_API_TOKEN",
        "LINODE_CLI_TOKEN",
        "LINODE_TOKEN",
        "NODE_API_KEY",
        "NODE_AUTH_TOKEN",
        "NODE_PRE_GYP_GITHUB_TOKEN",
        "NODE_SECRET",
        "NODE_TOKEN",
    ]
    .map(|name| ("unset", name))
    .to_vec();
    let shows = |command: &str, facts: &[(&str, &str)]| check_with(command, facts).contains("secret.read");
    for command in ["env | grep NODE", "env | grep -i node", "printenv | grep -E NODE"] {
        assert!(!shows(command, &unset), "{command}");
        assert!(shows(command, &unset[1..]), "{command}");
        assert!(shows(&format!("export NODE_TOKEN=$X; {command}"), &unset), "{command}");
    }
    let go: Vec<(&str, &str)> = super::filters::OF_GO.iter().map(|name| ("unset", *name)).collect();
    for command in ["env | grep ^GO", "printenv | grep '^GO' | sort", "env | grep -E '^(GO|VITE_)'"] {
        assert!(!shows(command, &go), "{command}");
        assert!(shows(command, &go[1..]), "{command}");
        assert!(shows(&format!("export GOOGLE_API_KEY=$X; {command}"), &go), "{command}");
    }
    assert!(
        shows("env | grep GO", &go)
            && shows("env | grep -i ^go", &go)
            && shows("env | grep -E '^(GO|T)'", &go)
    );
    assert!(shows("env | grep -v NODE", &unset) && shows("env | grep NODE -B2", &unset));
}
