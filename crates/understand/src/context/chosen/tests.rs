use crate::fixture::{check_with, understood};

const FILES: &[(&str, &str)] = &[
    ("/repo/.terraform/environment", "live"),
    (
        "/home/dev/.kube/config",
        "current-context: prod\ncontexts:\n- name: prod\n  context: {cluster: c}\n- name: dev\n  context: {cluster: d, namespace: shop}\n",
    ),
    ("/home/dev/.config/gcloud/configurations/config_default", "[core]\nproject = shop-prod\n"),
    ("/home/dev/.azure/azureProfile.json", r#"{"subscriptions":[{"name":"shop-prod","isDefault":true}]}"#),
];

/// Where the last part of a command acts, in the order in which it may.
fn places(command: &str) -> String {
    let text = check_with(command, FILES);
    let acts = |line: &&str| {
        ["apply ", "destroy ", "kube.", "cloud.", "app."].iter().any(|verb| line.contains(verb))
            && !line.contains("read")
    };
    let mut lines: Vec<String> = text.lines().filter(acts).map(str::to_owned).collect();
    lines.dedup();
    lines.join("\n").replace(" of terraform", "").replace(" of pulumi", "")
}

fn is_dev_alone(command: &str) -> bool {
    let places = places(command);
    let others = ["prod", "live", "/*", "in */", ":*", "(*)", "cluster"];
    !places.is_empty()
        && places.lines().all(|line| line.contains("dev"))
        && !others.iter().any(|other| places.contains(other))
}

#[test]
fn what_a_part_that_worked_chose_is_meant() {
    let commands = [
        "terraform workspace select dev && terraform apply",
        "terraform workspace select dev >/dev/null 2>&1 && terraform plan && terraform apply",
        "terraform workspace select dev || terraform workspace new dev && terraform apply",
        "terraform workspace select dev || exit 1; terraform apply",
        "terraform workspace select dev || { echo no; exit 1; }; terraform apply",
        "{ terraform workspace select dev; } && terraform apply",
        "if terraform workspace select dev; then terraform apply; fi",
        "terraform -chdir=infra workspace select dev && terraform -chdir=infra apply",
        "cd src && terraform workspace select dev && terraform apply",
        "terraform workspace select dev && (terraform apply | tee log)",
        "terraform workspace select prod; terraform workspace select dev && terraform apply",
        "kubectl config use-context dev && kubectl delete pod x",
        "kubectx dev && kubectl delete pod x && helm uninstall y",
        "gcloud config set project shop-dev && gcloud compute instances stop x",
        "az account set -s shop-dev && az vm start -g x -n y",
        "pulumi stack select dev && pulumi up -y",
        "for w in dev; do terraform workspace select $w && terraform apply; done",
    ];
    let wrong = commands.iter().filter(|command| !is_dev_alone(command));
    let wrong: Vec<String> = wrong.map(|command| format!("{command}: {}", places(command))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_may_not_have_been_chosen_is_not_taken_for_sure() {
    let commands = [
        "terraform workspace select dev; terraform apply",
        "terraform workspace select dev\nterraform apply",
        "terraform workspace select dev || true; terraform apply",
        "terraform workspace select dev || echo no && terraform apply",
        "terraform workspace select dev | cat && terraform apply",
        "! terraform workspace select dev && terraform apply",
        "terraform workspace select dev & terraform apply",
        "echo $(terraform workspace select dev) && terraform apply",
        "(terraform workspace select dev || exit 0) && terraform apply",
        "{ terraform workspace select dev || exit 1; } | cat; terraform apply",
        "f() { terraform workspace select dev; true; }; f && terraform apply",
        "if ! terraform workspace select dev; then terraform apply; fi",
        "if terraform workspace select dev; then :; else terraform apply; fi",
        "until terraform workspace select dev; do terraform apply; done",
        "while terraform workspace select dev; do sleep 1; done && terraform apply",
        "terraform workspace select dev && make x; terraform apply",
        "terraform workspace select dev || return; terraform apply",
        "trap 'terraform apply' EXIT; terraform workspace select dev",
        "terraform() { true; }; terraform workspace select dev && command terraform apply",
        "find . -exec terraform workspace select dev \\; && terraform apply",
        "terraform -chdir=other workspace select dev && terraform apply",
        "cd other && terraform workspace select dev && cd .. && terraform apply",
        "TF_DATA_DIR=x terraform workspace select dev && terraform apply",
        "terraform workspace select dev && echo live > .terraform/environment && terraform apply",
        "terraform workspace select dev && TF_WORKSPACE=prod terraform apply",
        "terraform workspace select dev && terraform workspace select prod; terraform apply",
        "terraform workspace select prod; terraform workspace select dev; terraform apply",
        "[ x ] && terraform workspace select dev; terraform apply",
        "terraform workspace select dev || exit; while [ x ]; do terraform apply; terraform workspace select prod; done",
        "for w in dev prod; do terraform workspace select $w && terraform apply; done",
        "kubectl config use-context dev; kubectl delete pod x",
        "kubectl --kubeconfig other config use-context dev && kubectl delete pod x",
        "KUBECONFIG=/x kubectx dev && kubectl delete pod x",
        "HOME=/x kubectl config use-context dev && kubectl delete pod x",
        "kubectl config use-context dev && KUBECONFIG=/prod kubectl delete pod x",
        "kubectl config rename-context prod dev && kubectl config use-context dev && kubectl delete pod x",
        "cp prod.yaml ~/.kube/config && kubectl config use-context dev && kubectl delete pod x",
        "kind create cluster --name dev --kubeconfig /tmp/k && kubectl delete pod x",
        "gcloud config set project shop-dev; gcloud compute instances stop x",
        "gcloud config set project shop-dev --configuration=other && gcloud compute instances stop x",
        "(gcloud config set project shop-prod); gcloud compute instances stop x",
        "gcloud config set project shop-dev && gcloud config configurations activate live && gcloud compute instances stop x",
        "(az account set -s other-prod) && az vm start -g x -n y",
        "AZURE_CONFIG_DIR=x az account set -s shop-dev && az vm start -g x -n y",
        "pulumi stack select dev; pulumi up -y",
        "pulumi -C a stack select dev && pulumi up -y",
    ];
    let wrong = commands.iter().filter(|command| is_dev_alone(command) || places(command).is_empty());
    let wrong: Vec<String> = wrong.map(|command| format!("{command}: {}", places(command))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn both_are_named_where_choosing_may_have_failed() {
    insta::assert_snapshot!(places("terraform workspace select dev; terraform apply"), @"
stack.apply * /repo (live), write
stack.apply * /repo (dev), write
");
    insta::assert_snapshot!(places("kubectl config use-context dev; kubectl delete pod x"), @"
    kube.delete pod/x in dev/shop, destroy
    kube.delete pod/x in prod/default, destroy
    ");
    insta::assert_snapshot!(places("gcloud config set project shop-dev; gcloud compute instances stop x"), @"
    cloud.write compute x in gcp:shop-dev, write
    cloud.write compute x in gcp:shop-prod, write
    ");
    insta::assert_snapshot!(places("az account set -s shop-dev; az vm start -g x -n y"), @"
    cloud.write vm x/y in azure:shop-dev, write
    cloud.write vm x/y in azure:shop-prod, write
    ");
    insta::assert_snapshot!(places("pulumi stack select dev; pulumi up -y"), @"
    stack.apply * /repo (*), write
    stack.apply * /repo (dev), write
    ");
    insta::assert_snapshot!(places("terraform workspace select prod; terraform workspace select dev; terraform apply"), @"
    stack.apply * /repo (live), write
    stack.apply * /repo (prod), write
    stack.apply * /repo (dev), write
    ");
}

#[test]
fn what_is_chosen_is_no_secret() {
    let effects = understood("gcloud config set project a; az account set -s b", FILES).effects;
    assert!(effects.iter().all(|effect| !matches!(&effect.resource, countersign_model::Resource::Path { class, .. } if *class == countersign_model::PathClass::Secret)));
    let effects = understood("gcloud config set auth/credential_file_override x", FILES).effects;
    assert!(effects.iter().any(|effect| matches!(&effect.resource, countersign_model::Resource::Path { class, .. } if *class == countersign_model::PathClass::Secret)));
}
