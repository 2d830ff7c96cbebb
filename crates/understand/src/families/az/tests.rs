//! What commands of Azure do where.

use insta::assert_snapshot;

use crate::fixture::{check, check_with};

const PROFILE: &[(&str, &str)] = &[(
    "/home/dev/.azure/azureProfile.json",
    "\u{feff}{\"subscriptions\":[{\"id\":\"1\",\"name\":\"dev\",\"isDefault\":false},{\"id\":\"2\",\"name\":\"live\",\"isDefault\":true}]}",
)];

#[test]
fn commands() {
    assert_snapshot!(check("az group delete --name prod --yes --no-wait --subscription live"), @"cloud.delete group prod in azure:live, destroy");
    assert_snapshot!(check("az vm delete -g prod -n web --subs live; az vm list --subscription live -o table; az vm deallocate -gprod -nweb --subscription=live"), @"
    cloud.delete vm prod/web in azure:live, destroy
    cloud.read vm list in azure:live, read
    cloud.write vm prod/web in azure:live, write
    ");
    assert_snapshot!(check("az role assignment create --assignee a --role Owner --scope /subscriptions/2/resourceGroups/x"), @"cloud.permission role a in azure:2, write");
    assert_snapshot!(check("az deployment group create -g x --template-file main.bicep --mode Complete --subscription s; az deployment group what-if -g x --template-file main.bicep --subscription s"), @"
    fs.read /repo/main.bicep, read
    cloud.delete deployment x in azure:s, destroy
    cloud.read deployment x in azure:s, read
    ");
    assert_snapshot!(check("az aks command invoke -g x -n c --command 'kubectl get pods' --subscription s; az vm run-command invoke -g x -n v --command-id RunShellScript --scripts 'rm -rf /data' --subscription s"), @"
    cloud.execute aks x/c in azure:s, execute
    kube.read pod/* in */*, read, partial
    cloud.execute vm x/v in azure:s, execute
    fs.delete vm x/v in azure:s, destroy, partial
    ");
    assert_snapshot!(check("az storage blob upload -f ~/.ssh/id_rsa -c x --account-name a --subscription s; az storage container delete -n c --account-name a --subscription s"), @"
    secret.read /home/dev/.ssh/id_rsa, read
    cloud.write storage a in azure:s, write
    cloud.delete storage c in azure:s, destroy
    ");
    assert_snapshot!(check("az rest --method delete --uri https://management.azure.com/subscriptions/2/x --subscription s; az rest --uri https://x --subscription s"), @"
    cloud.delete rest https://management.azure.com/subscriptions/2/x in azure:2, destroy
    net.read x, read
    cloud.read rest https://x in azure:s, read
    ");
    assert_snapshot!(check("az network nsg rule create -g x --nsg-name n -n all --subscription s; az lock delete -n l -g x --subscription s; az backup protection disable --delete-backup-data true -c x --subscription s"), @"
    cloud.permission network x/all in azure:s, write
    cloud.permission lock x/l in azure:s, write
    cloud.delete backup protection disable in azure:s, destroy
    ");
}

#[test]
fn secrets() {
    assert_snapshot!(check("az keyvault secret show --vault-name v --name db --subscription s; az keyvault secret list --vault-name v --subscription s; az keyvault secret set --vault-name v -n db --value x --subscription s"), @"
    secret.read azure s:db, read
    cloud.read keyvault v in azure:s, read
    secret.write azure s:db, write
    ");
    assert_snapshot!(check("az account get-access-token --subscription s; az storage account keys list -n a --subscription s; az acr credential show -n r --subscription s"), @"
    secret.read azure s:get-access-token, read
    secret.read azure s:a, read
    secret.read azure s:r, read
    ");
    assert_snapshot!(check("az ad sp create-for-rbac --role Owner --scope /subscriptions/2; az cosmosdb keys list -g x -n c --subscription s; az storage account show -n a --subscription s"), @"
    secret.read azure 2:/subscriptions/2, read
    cloud.permission ad /subscriptions/2 in azure:2, write
    secret.read azure s:x/c, read
    cloud.read storage a in azure:s, read
    ");
    assert_snapshot!(check("az keyvault purge -n v --subscription s; az aks get-credentials -g x -n c --subscription s"), @"
    cloud.delete keyvault v in azure:s, destroy
    cloud.read aks x/c in azure:s, read
    fs.write /home/dev/.kube/config, write
    ");
}

#[test]
fn subscriptions() {
    assert_snapshot!(check_with("az vm start -g x -n v; az account set -s dev; az vm start -g x -n v", PROFILE), @"
    cloud.write vm x/v in azure:live, write
    fs.write /home/dev/.azure/azureProfile.json, write
    cloud.write vm x/v in azure:dev, write
    ");
    assert_snapshot!(check("az vm start -g x -n v; az vm start -g x -n v --subscription $S; az vm start --ids /subscriptions/7/x/y"), @"
    cloud.write vm x/v in azure:*, write, partial
    cloud.write vm /subscriptions/7/x/y in azure:7, write
    ");
}

#[test]
fn devops() {
    assert_snapshot!(check("az repos pr update --id 7 --status completed; az repos pr create --target-branch main; az repos pr list; az repos pr set-vote --id 7 --vote approve"), @"
    forge.merge *#7, write
    forge.pull-request * pull request into main, write
    forge.read * repos *, read
    forge.approve *#7, write
    ");
    assert_snapshot!(check("az pipelines run --name deploy -p shop; az pipelines variable create --name x -p shop; az pipelines list; az repos delete --id 3"), @"
    forge.workflow shop pipelines deploy, execute
    forge.settings shop pipelines x, write
    forge.read * pipelines *, read
    forge.delete * repos 3, destroy
    ");
}

#[test]
fn harmless_and_unknown() {
    assert_snapshot!(check("az; az --help; az vm delete --help; az version; az account show; az login; az find 'az vm delete'"), @"
    exec.read az, read
    fs.write /home/dev/.azure/azureProfile.json, write
    ");
    assert_snapshot!(check("az vm explode -n x --subscription s; az vm $X -n y --subscription s; az $X; az --output json group list --subscription s"), @"
    cloud.write vm x in azure:s, write, partial
    cloud.delete vm y in azure:s, destroy, partial
    cloud.delete * * in azure:*, destroy, partial
    cloud.read group list in azure:s, read
    ");
    assert_snapshot!(check("echo az group delete; az bicep build --file main.bicep"), @"
    exec.read echo, read
    exec.build az bicep, execute
    ");
}
