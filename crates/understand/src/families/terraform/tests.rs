use insta::assert_snapshot;

use crate::fixture::{check, check_with};

#[test]
fn what_is_fetched_and_what_is_read() {
    assert_snapshot!(check("terraform providers mirror /opt/mirror; terraform providers lock"), @"
    stack.read * of terraform /repo, read
    fs.write /opt/mirror, write
    exec.install terraform providers mirror, execute
    fs.write /repo/.terraform.lock.hcl, write
    exec.install terraform providers lock, execute
    ");
    assert_snapshot!(check("terraform providers; terraform providers schema -json; terraform get"), @"
    stack.read * of terraform /repo, read
    fs.write /repo/.terraform/modules, write
    exec.install terraform get, execute
    ");
    assert_snapshot!(check("terraform plan -var-file=prod.tfvars; terraform plan -var-file=/etc/shadow; cat prod.tfvars"), @"
    fs.read /repo/prod.tfvars, read
    stack.read * of terraform /repo (prod.tfvars), read
    secret.read /etc/shadow, read
    stack.read * of terraform /repo (/etc/shadow), read
    secret.read /repo/prod.tfvars, read
    ");
}

#[test]
fn plans_are_read_and_applied() {
    assert_snapshot!(check("terraform fmt -check; terraform validate; terraform plan -out=plan.bin"), @"
    exec.read terraform fmt -check, read
    exec.read terraform validate, read
    fs.write /repo/plan.bin, write
    stack.read * of terraform /repo, read
    ");
    assert_snapshot!(check("terraform plan -destroy"), @"stack.read * of terraform /repo, read");
    assert_snapshot!(check("terraform apply -auto-approve; terraform apply plan.bin"), @"
    stack.apply * of terraform /repo, write
    fs.read /repo/plan.bin, read
    stack.apply * of terraform /repo (*), write
    ");
    assert_snapshot!(check("terraform -chdir=infra/prod destroy -target=aws_db_instance.main"), @"stack.destroy aws_db_instance.main of terraform /repo/infra/prod, destroy");
    assert_snapshot!(check("terraform apply -destroy; tofu apply --destroy -var-file prod.tfvars"), @"
    stack.destroy * of terraform /repo, destroy
    fs.read /repo/prod.tfvars, read
    stack.destroy * of tofu /repo (prod.tfvars), destroy
    ");
    assert_snapshot!(check("terraform -help; terraform destroy -help; terraform version"), @"
    exec.read terraform -help, read
    exec.read terraform destroy -help, read
    exec.read terraform version, read
    ");
}

#[test]
fn the_workspace_is_the_tools_own() {
    let settings = &[("/repo/.terraform/environment", "live\n")];
    assert_snapshot!(check_with("terraform destroy", settings), @"stack.destroy * of terraform /repo (live), destroy");
    assert_snapshot!(check_with("TF_WORKSPACE=staging terraform apply", settings), @"stack.apply * of terraform /repo (staging), write");
    assert_snapshot!(check_with("terraform workspace select dev && terraform destroy", settings), @"
    stack.read * of terraform /repo (dev), read
    fs.write /repo/.terraform/environment, write
    stack.destroy * of terraform /repo (dev), destroy
    ");
    assert_snapshot!(check("terraform workspace delete old; terraform workspace list"), @"
    stack.state * of terraform /repo (old), destroy
    stack.read * of terraform /repo, read
    ");
}

#[test]
fn the_state_holds_secrets() {
    assert_snapshot!(check("terraform state pull; terraform state rm aws_db_instance.main; terraform state list"), @"
    secret.read * of terraform /repo, read
    stack.state aws_db_instance.main of terraform /repo, destroy
    stack.read * of terraform /repo, read
    ");
    assert_snapshot!(check("terraform output -raw db_password; terraform output url; terraform output -json"), @"
    stack.read * of terraform /repo, read
    secret.read terraform /repo:db_password, read, partial
    secret.read terraform /repo:*, read, partial
    ");
    assert_snapshot!(check("terraform init; terraform init -migrate-state"), @"
    stack.read * of terraform /repo, read
    exec.install terraform init, execute
    stack.state * of terraform /repo, destroy
    ");
}

#[test]
fn what_is_not_known_is_a_change() {
    assert_snapshot!(check("terraform explode; terraform $X; TF_CLI_ARGS_apply=-destroy terraform apply"), @"
    stack.apply * of terraform /repo, write, partial
    stack.destroy * of terraform /repo, destroy, partial
    ");
    assert_snapshot!(check("terragrunt run-all destroy; terragrunt run --all -- apply; terragrunt plan"), @"
    stack.destroy * of terragrunt /repo/*, destroy
    stack.apply * of terragrunt /repo/*, write
    stack.read * of terragrunt /repo, read
    ");
}

#[test]
fn arguments_of_the_environment() {
    assert_snapshot!(check("TF_CLI_ARGS='apply -auto-approve' terraform"), @"stack.apply * of terraform /repo, write");
    for (command, found) in [
        ("export TF_CLI_ARGS='destroy -auto-approve'; terraform -chdir=x", "stack.destroy * of terraform /repo/x"),
        ("TF_CLI_ARGS=$X terraform", "stack.destroy * of terraform *"),
        ("TF_CLI_ARGS_plan='-out=plan.bin -no-color' terraform plan", "fs.write /repo/plan.bin"),
        ("TF_CLI_ARGS=\"-var 'a b'\" terraform apply", "stack.apply * of terraform"),
    ] {
        assert!(check(command).contains(found), "{command}: {}", check(command));
    }
    for command in ["TF_CLI_ARGS_apply=-auto-approve terraform plan", "TF_CLI_ARGS=-no-color terraform fmt -check"] {
        assert!(!check(command).contains("stack.apply"), "{command}");
        assert!(!check(command).contains("write"), "{command}");
    }
}

#[test]
fn what_looks_at_files_alone() {
    assert_snapshot!(check("terraform -chdir=live/eu fmt; terraform fmt -check; terraform fmt -write=false -diff; terraform fmt -diff"), @"
    fs.write /repo/live/eu, write
    exec.read terraform -chdir=live/eu fmt, read
    exec.read terraform fmt -check, read
    exec.read terraform fmt -write=false, read
    fs.write /repo, write
    exec.read terraform fmt -diff, read
    ");
    assert_snapshot!(check("terraform fmt live/eu; terraform fmt -recursive live/eu/main.tf /srv/x; terraform -chdir=live fmt eu; terraform fmt -; tofu fmt $X"), @"
    fs.write /repo/live/eu, write
    exec.read terraform fmt live/eu, read
    fs.write /repo/live/eu/main.tf, write
    fs.write /srv/x, write
    exec.read terraform fmt -recursive, read
    exec.read terraform -chdir=live fmt, read
    exec.read terraform fmt -, read
    fs.write *, write, partial
    exec.read tofu fmt $X, read
    ");
    assert_snapshot!(check("terraform -chdir=live/eu validate; tofu version; terragrunt hclfmt --check"), @"
    exec.read terraform -chdir=live/eu validate, read
    exec.read tofu version, read
    exec.read terragrunt hclfmt --check, read
    ");
    assert_snapshot!(check("terragrunt validate; terragrunt run-all fmt"), @"
    stack.read * of terragrunt /repo, read
    stack.read * of terragrunt /repo/*, read
    fs.write /repo/*, write
    ");
}
