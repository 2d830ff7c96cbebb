use crate::fixture::check;

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
        "set | grep PYTHONPATH",
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
        "env | grep -i a",
        "env | grep -A9 python",
        "env | grep -v python",
        "env | grep -i 'python|x' -E",
        "env | grep '^API_TOKEN='",
        "env | grep '^DATABASE_URL='",
        "env | grep python secrets; env",
        "env | grep -c AWS; env",
        "env | sort | cut -d= -f1; env | sort",
        "(env | cut -d= -f1; env)",
    ] {
        assert!(check(command).contains("secret.read"), "{command}");
    }
}
