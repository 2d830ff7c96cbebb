    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    const OUTPUTS: (&str, &str) = ("/repo/outputs.tf", "output \"url\" {\n  value = 1\n}\n\noutput \"db\" {\n  value     = aws_db_instance.main\n  sensitive = true\n}\n");
    const PLAIN: (&str, &str) = ("/repo/main.tf", "resource \"x\" \"y\" {}\noutput \"url\" { value = x.y.url }\noutput \"id\" {\n  value = 1\n  sensitive = false\n}\n");

    #[test]
    fn outputs_that_are_marked() {
        assert_snapshot!(check_with("terraform output -json", &[OUTPUTS, PLAIN]), @"
        stack.read * of terraform /repo, read
        secret.read terraform /repo:db, read
        ");
        assert_snapshot!(check_with("terraform output -raw db; terraform output url; terraform output -json url", &[OUTPUTS]), @"
        stack.read * of terraform /repo, read
        secret.read terraform /repo:db, read
        ");
        assert_snapshot!(check_with("terraform output -json; terraform output -json | jq -r .url.value", &[PLAIN]), @"
        stack.read * of terraform /repo, read
        exec.read jq, read
        ");
        assert_snapshot!(check_with("terraform output", &[OUTPUTS]), @"stack.read * of terraform /repo, read");
    }

    #[test]
    fn outputs_that_nobody_tells() {
        assert_snapshot!(check("terraform output -json; terraform output -raw db_password; terraform output -raw url"), @"
        stack.read * of terraform /repo, read
        secret.read terraform /repo:*, read, partial
        secret.read terraform /repo:db_password, read, partial
        ");
        assert_snapshot!(check_with("terraform output -json -state=other.tfstate; terraform -chdir=infra output -json", &[PLAIN]), @"
        secret.read /repo/other.tfstate, read
        stack.read * of terraform /repo (other.tfstate), read
        secret.read terraform /repo other.tfstate:*, read, partial
        stack.read * of terraform /repo/infra, read
        secret.read terraform /repo/infra:*, read, partial
        ");
        assert_snapshot!(check_with("git checkout -f other; terraform output -json", &[PLAIN]), @"
        git.discard /repo, destroy
        git.branch /repo, write
        git.index /repo, write
        stack.read * of terraform /repo, read
        secret.read terraform /repo:*, read, partial
        ");
        assert_snapshot!(check_with("terraform output -raw \"$X\"; terraform output -raw api_token", &[PLAIN]), @"
        stack.read * of terraform /repo, read, partial
        secret.read terraform /repo:api_token, read, partial
        ");
        let one_line = ("/repo/outputs.tf", "output \"a\" { value = 1, sensitive = true }\n");
        assert_snapshot!(check_with("terraform output -json", &[one_line]), @"
        stack.read * of terraform /repo, read
        secret.read terraform /repo:a, read
        ");
    }
