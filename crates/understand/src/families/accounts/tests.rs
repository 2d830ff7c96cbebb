use insta::assert_snapshot;

use crate::fixture::{check, check_with};

#[test]
fn accounts_of_variables_and_options() {
    assert_snapshot!(check("AWS_PROFILE=prod terraform -chdir=tf apply -auto-approve"), @"
    stack.apply * of terraform /repo/tf, write
    stack.apply * of terraform /repo/tf (aws:prod), write
    ");
    assert_snapshot!(check("export AWS_PROFILE=prod; cd tf && TF_WORKSPACE=dev tofu destroy -auto-approve"), @"
    exec.read export, read
    exec.read cd, read
    stack.destroy * of tofu /repo/tf (dev), destroy
    stack.destroy * of tofu /repo/tf (dev aws:prod), destroy
    ");
    assert_snapshot!(check_with("terraform apply", &[("AWS_DEFAULT_PROFILE", "prod")]), @"
    stack.apply * of terraform /repo, write
    stack.apply * of terraform /repo (aws:prod), write
    ");
    assert_snapshot!(check_with("terraform apply", &[("AWS_PROFILE", "prod"), ("TF_WORKSPACE", "dev")]), @"
    stack.apply * of terraform /repo (dev), write
    stack.apply * of terraform /repo (dev aws:prod), write
    ");
    for name in ["GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT", "GCLOUD_PROJECT"] {
        let found = check(&format!("{name}=prod terraform apply -auto-approve"));
        assert!(found.contains("(gcp:prod)"), "{name}: {found}");
    }
    assert_snapshot!(check("ARM_SUBSCRIPTION_ID=prod terragrunt run-all apply"), @"
    stack.apply * of terragrunt /repo/*, write
    stack.apply * of terragrunt /repo/* (azure:prod), write
    ");
    assert_snapshot!(check("AWS_PROFILE=$P terraform apply"), @"
    stack.apply * of terraform /repo, write
    stack.apply * of terraform /repo (aws:*), write
    ");
    assert_snapshot!(check("terraform apply -var project=prod; TF_VAR_aws_profile=prod terraform import a b"), @"
    stack.apply * of terraform /repo, write
    stack.apply * of terraform /repo (gcp:prod), write
    stack.state a of terraform /repo, destroy
    stack.state a of terraform /repo (aws:prod), destroy
    ");
    assert_snapshot!(check("sam deploy --stack-name dev --profile prod; AWS_PROFILE=prod sam delete --stack-name dev"), @"
    stack.apply * of sam /repo (dev), write
    stack.apply * of sam /repo (dev aws:prod), write
    stack.destroy * of sam /repo (dev), destroy
    stack.destroy * of sam /repo (dev aws:prod), destroy
    ");
    assert_snapshot!(check("AWS_PROFILE=prod serverless deploy --stage dev; sls remove --aws-profile prod"), @"
    stack.apply * of serverless /repo (dev), write
    stack.apply * of serverless /repo (dev aws:prod), write
    stack.destroy * of serverless /repo (dev), destroy
    stack.destroy * of serverless /repo (dev aws:prod), destroy
    ");
    assert_snapshot!(check("AWS_PROFILE=prod cdk deploy App; AWS_PROFILE=prod pulumi up -s dev"), @"
    stack.apply * of cdk /repo (App), write
    stack.apply * of cdk /repo (App aws:prod), write
    exec.build cdk deploy, execute
    exec.build cdk deploy told of aws:prod, execute
    stack.apply * of pulumi /repo (dev), write
    stack.apply * of pulumi /repo (dev aws:prod), write
    exec.build pulumi up, execute
    exec.build pulumi up told of aws:prod, execute
    ");
    assert_snapshot!(check("AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=y terraform apply"), @"
    stack.apply * of terraform /repo, write
    stack.apply * of terraform /repo (aws:*), write
    ");
}

#[test]
fn accounts_of_earlier_parts() {
    assert_snapshot!(check("az account set -s prod && terraform apply"), @"
    fs.write /home/dev/.azure/azureProfile.json, write
    stack.apply * of terraform /repo, write
    stack.apply * of terraform /repo (azure:prod), write
    ");
    assert_snapshot!(check("gcloud config set project prod && terraform apply"), @"
    fs.write /home/dev/.config/gcloud/configurations/config_default, write
    stack.apply * of terraform /repo, write
    stack.apply * of terraform /repo (gcp:prod), write
    ");
    let elsewhere = check("export CLOUDSDK_CONFIG=/tmp/x; gcloud config set project prod && terraform apply");
    assert!(elsewhere.contains("(gcp:prod") || elsewhere.contains("gcp:*"), "{elsewhere}");
    assert_snapshot!(check("gcloud config configurations activate prod && terraform apply"), @"
    fs.write /home/dev/.config/gcloud/configurations/config_default, write
    stack.apply * of terraform /repo, write
    stack.apply * of terraform /repo (gcp:prod), write
    ");
}

#[test]
fn accounts_of_the_configuration() {
    let of = |text: &str| check_with("terraform apply", &[("/repo/main.tf", text)]);
    assert_snapshot!(of("provider \"aws\" {\n  region = \"eu\"\n  profile = \"prod\"\n  assume_role {\n    role_arn = \"arn:aws:iam::123456789012:role/x\"\n  }\n}\n"), @"
    stack.apply * of terraform /repo, write
    stack.apply * of terraform /repo (aws:prod aws:123456789012), write
    ");
    assert_snapshot!(of("provider \"google\" { project = \"prod\" }"), @"
    stack.apply * of terraform /repo, write
    stack.apply * of terraform /repo (gcp:prod), write
    ");
    assert_snapshot!(of("terraform {\n  backend \"s3\" {\n    profile = \"prod\"\n  }\n}"), @"
    stack.apply * of terraform /repo, write
    stack.apply * of terraform /repo (aws:prod), write
    ");
    assert_snapshot!(of("provider \"kubernetes\" {\n  config_context = \"prod\"\n}"), @"
    stack.apply * of terraform /repo, write
    stack.apply * of terraform /repo (context:prod), write
    ");
    let profile = r#"{"subscriptions": [{"name": "prod", "isDefault": true}]}"#;
    let azure = ("/home/dev/.azure/azureProfile.json", profile);
    assert_snapshot!(check_with("terraform apply", &[("/repo/main.tf", "provider \"azurerm\" {\n  features {}\n}"), azure]), @"
    stack.apply * of terraform /repo, write
    stack.apply * of terraform /repo (azure:prod), write
    ");
    // Whose default it is, is of no weight where nothing of that cloud is made.
    assert_snapshot!(check_with("terraform apply", &[("/repo/main.tf", "provider \"aws\" {}"), azure]), @"stack.apply * of terraform /repo, write");
    // What a resource is called, or a tag of it, names no account.
    assert_snapshot!(of("resource \"x\" \"y\" {\n  tags = { project = \"prod\", profile = \"prod\" }\n}"), @"stack.apply * of terraform /repo, write");
}

#[test]
fn what_is_read_stays_read() {
    assert_snapshot!(check("AWS_PROFILE=prod terraform plan; AWS_PROFILE=prod terraform output x; AWS_PROFILE=prod sam validate"), @"
    stack.read * of terraform /repo, read
    stack.read * of sam /repo, read
    ");
    assert_snapshot!(check("terraform apply; AWS_ACCESS_KEY_ID=test terraform apply; AWS_PROFILE= terraform apply"), @"stack.apply * of terraform /repo, write");
    assert_snapshot!(check("terraform apply -var region=prod"), @"stack.apply * of terraform /repo, write");
}

#[test]
fn more_accounts_than_can_be_looked_at() {
    let providers = |count: usize| -> String {
        (0..count).map(|at| format!("provider \"aws\" {{\n  profile = \"p{at}\"\n}}\n")).collect()
    };
    for (count, is_cut) in [(30, false), (41, true)] {
        let found = check_with("terraform apply", &[("/repo/main.tf", &providers(count))]);
        assert_eq!(found.contains("aws:*"), is_cut, "{count}: {found}");
    }
    let halves = [
        ("/repo/main.tf", &*providers(40)),
        ("/repo/more.tf", "provider \"aws\" {\n  profile = \"prod\"\n}\n"),
    ];
    assert!(
        check_with("terraform apply", &halves).contains("(aws:* "),
        "{}",
        check_with("terraform apply", &halves)
    );
}

#[test]
fn another_state_is_told_by_its_own_block() {
    let used = "resource \"google_x\" \"y\" {\n  network = data.terraform_remote_state.net.outputs.id\n  project = var.p\n}\n";
    assert_snapshot!(check_with("terraform apply", &[("/repo/main.tf", used)]), @"stack.apply * of terraform /repo, write");
    let own = "remote_state {\n  backend = \"s3\"\n  config = {\n    profile = \"prod\"\n  }\n}\n";
    assert!(check_with("terragrunt apply", &[("/repo/terragrunt.hcl", own)]).contains("aws:prod"));
}

#[test]
fn a_tag_names_no_account() {
    let tags = "provider \"aws\" {\n  default_tags {\n    tags = { project = var.project, subscription = \"prod\" }\n  }\n}\n";
    assert_snapshot!(check_with("terraform apply", &[("/repo/main.tf", tags)]), @"stack.apply * of terraform /repo, write");
}
