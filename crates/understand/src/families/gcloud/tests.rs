//! What commands of Google Cloud do where.

use insta::assert_snapshot;

use crate::fixture::{check, check_with};

const CONFIGURED: &[(&str, &str)] = &[
    ("/home/dev/.config/gcloud/active_config", "work\n"),
    ("/home/dev/.config/gcloud/configurations/config_work", "[core]\naccount = a@b.example\nproject = shop-dev\n[compute]\nproject = no\n"),
    ("/home/dev/.config/gcloud/configurations/config_live", "[core]\nproject = shop-prod\n"),
];

#[test]
fn commands() {
    assert_snapshot!(check("gcloud --project shop-prod compute instances delete web-1 web-2 --zone europe-west1-b --quiet"), @"
    cloud.delete compute web-1 in gcp:shop-prod europe-west1-b, destroy
    cloud.delete compute web-2 in gcp:shop-prod europe-west1-b, destroy
    ");
    assert_snapshot!(check("gcloud compute instances list --project=p --format='value(name)'; gcloud compute instances describe x --project p"), @"
    cloud.read compute instances list in gcp:p, read
    cloud.read compute x in gcp:p, read
    ");
    assert_snapshot!(check("gcloud container clusters delete prod --project p; gcloud beta run deploy api --image x --project p --allow-unauthenticated"), @"
    cloud.delete container prod in gcp:p, destroy
    cloud.write run api in gcp:p, write
    cloud.permission run api in gcp:p, write
    ");
    assert_snapshot!(check("gcloud projects delete shop-prod; gcloud projects add-iam-policy-binding shop-prod --member user:x --role roles/owner"), @"
    cloud.delete projects shop-prod in gcp:shop-prod, destroy
    cloud.permission projects shop-prod in gcp:shop-prod, write
    ");
    assert_snapshot!(check("gcloud sql instances patch db --project p --backup; gcloud sql users set-password postgres --instance db --project p --password x"), @"
    cloud.write sql db in gcp:p, write
    cloud.permission sql postgres in gcp:p, write
    ");
    assert_snapshot!(check("gcloud pubsub topics delete projects/shop-prod/topics/t; gcloud app deploy --project p; gcloud builds submit --project p ."), @"
    cloud.delete pubsub t in gcp:shop-prod, destroy
    cloud.write app deploy in gcp:p, write
    cloud.execute builds . in gcp:p, execute
    ");
    assert_snapshot!(check("gcloud compute ssh web-1 --project p --command 'rm -rf /data'; gcloud compute scp a.txt web-1:/tmp --project p"), @"
    cloud.read compute web-1 in gcp:p, read
    fs.delete compute web-1 in gcp:p, destroy, partial
    cloud.execute compute web-1 in gcp:p, execute
    fs.read /repo/a.txt, read
    ");
    assert_snapshot!(check("gcloud compute ssh vm --project p --command ls -- -oProxyCommand='rm -rf src'; gcloud compute ssh vm --project p --command ls --ssh-flag='-oProxyCommand=x'"), @"
    cloud.execute compute vm in gcp:p, execute
    fs.read compute vm in gcp:p, read, partial
    exec.opaque compute vm in gcp:p, execute, opaque
    ");
    assert_snapshot!(check("gcloud compute ssh vm --project p --command ls -- sudo rm -rf /srv; gcloud compute ssh vm --project p --command ls -- -D 1080"), @"
    cloud.read compute vm in gcp:p, read
    fs.read compute vm in gcp:p, read, partial
    exec.privilege compute vm in gcp:p, execute
    fs.delete compute vm in gcp:p, destroy, partial
    cloud.execute compute vm in gcp:p, execute
    exec.opaque compute vm in gcp:p, execute, opaque
    ");
    assert_snapshot!(check("gcloud container clusters get-credentials prod --project p; gcloud functions call f --project p"), @"
    cloud.read container prod in gcp:p, read
    fs.write /home/dev/.kube/config, write
    cloud.execute functions f in gcp:p, execute
    ");
}

#[test]
fn exports_and_firewalls() {
    assert_snapshot!(check("gcloud compute firewall-rules create all --allow tcp --project p; gcloud firestore export gs://b --project p; gcloud storage rsync a gs://b --dry-run --no-dry --project p; gcloud storage rsync a gs://c --dry-run --project p"), @"
    cloud.permission compute all in gcp:p, write
    cloud.write firestore b in gcp:p, write
    fs.read /repo/a, read
    cloud.write storage b in gcp:p, write
    cloud.read storage c in gcp:p, read
    ");
}

#[test]
fn secrets() {
    assert_snapshot!(check("gcloud secrets versions access latest --secret=db --project p; gcloud secrets list --project p; gcloud secrets versions list db --project p"), @"
    secret.read gcp p:db, read
    cloud.read secrets list in gcp:p, read
    cloud.read secrets db in gcp:p, read
    ");
    assert_snapshot!(check("gcloud auth print-access-token; gcloud auth application-default print-access-token; gcloud auth list"), @"
    secret.read gcp *:print-access-token, read, partial
    secret.read gcp *:application-default print-access-token, read, partial
    exec.read gcloud, read
    ");
    assert_snapshot!(check("gcloud iam service-accounts keys create key.json --iam-account a@p --project p; gcloud kms decrypt --key k --keyring r --location global --ciphertext-file c --plaintext-file - --project p"), @"
    secret.read gcp p:a@p, read
    cloud.permission iam a@p in gcp:p, write
    fs.write /repo/key.json, write
    secret.read gcp p:k, read
    fs.read /repo/c, read
    ");
}

#[test]
fn projects() {
    assert_snapshot!(check_with("gcloud compute instances stop x; gcloud --configuration live compute instances stop x", CONFIGURED), @"
    cloud.write compute x in gcp:shop-dev, write
    cloud.write compute x in gcp:shop-prod, write
    ");
    assert_snapshot!(check_with("gcloud config set project shop-prod && gcloud compute instances stop x", CONFIGURED), @"
    fs.write /home/dev/.config/gcloud/configurations/config_default, write
    cloud.write compute x in gcp:shop-prod, write
    ");
    assert_snapshot!(check_with("CLOUDSDK_CORE_PROJECT=other gcloud compute instances stop x; gcloud compute instances stop x --project $P", CONFIGURED), @"
    cloud.write compute x in gcp:other, write
    cloud.write compute x in gcp:*, write, partial
    ");
    assert_snapshot!(check("gcloud compute instances stop x"), @"cloud.write compute x in gcp:*, write, partial");
    assert_snapshot!(check_with("gcloud config configurations activate live; gcloud compute instances stop x; gcloud config get-value project", CONFIGURED), @"
    fs.write /home/dev/.config/gcloud/configurations/config_default, write
    cloud.write compute x in gcp:shop-prod, write
    cloud.write compute x in gcp:shop-dev, write
    exec.read gcloud, read
    ");
}

#[test]
fn storage() {
    assert_snapshot!(check("gsutil -m rm -r gs://prod-data; gsutil ls gs://b; gsutil cp a.txt gs://b/; gsutil rsync -d -r . gs://b; gsutil rsync -n -d . gs://b"), @"
    cloud.delete storage prod-data in gcp:*, destroy, partial
    cloud.read storage b in gcp:*, read, partial
    fs.read /repo/a.txt, read
    cloud.write storage b in gcp:*, write, partial
    fs.read /repo, read
    cloud.delete storage b in gcp:*, destroy, partial
    ");
    assert_snapshot!(check("gcloud storage rm -r gs://b/x --project p; gcloud storage cp gs://b/x . --project p; gcloud storage buckets delete gs://b --project p"), @"
    cloud.delete storage b/x in gcp:p, destroy
    cloud.read storage b/x in gcp:p, read
    fs.write /repo, write
    cloud.delete storage b in gcp:p, destroy
    ");
    assert_snapshot!(check("gsutil iam ch allUsers:objectViewer gs://b; gsutil iam get gs://b; gsutil lifecycle set x.json gs://b"), @"
    cloud.permission storage b in gcp:*, write, partial
    cloud.read storage b in gcp:*, read, partial
    cloud.delete storage b in gcp:*, destroy, partial
    ");
}

#[test]
fn bigquery() {
    assert_snapshot!(check("bq query --use_legacy_sql=false 'SELECT 1'; bq query 'DROP TABLE shop.orders'; bq query \"$Q\""), @"
    db.read * in bigquery://*, read, partial
    db.destroy shop.orders in bigquery://*, destroy, partial
    db.execute * in bigquery://*, execute, opaque
    ");
    assert_snapshot!(check("bq rm -r -f shop-prod:sales; bq ls; bq --project_id p show d.t; bq query --dry_run 'DELETE FROM x'"), @"
    cloud.delete bigquery sales in gcp:shop-prod, destroy
    cloud.read bigquery ls in gcp:*, read, partial
    cloud.read bigquery d.t in gcp:p, read
    cloud.read bigquery query in gcp:*, read, partial
    ");
}

#[test]
fn harmless_and_unknown() {
    assert_snapshot!(check("gcloud --help; gcloud compute instances delete --help; gcloud version; gcloud components list; gcloud"), @"exec.read gcloud, read");
    assert_snapshot!(check("gcloud compute moons delete x --project p; gcloud moons rotate-all x --project p; gcloud compute $X delete y --project p; gcloud $X list --project p; gcloud compute instances list $X --project p"), @"
    cloud.delete compute x in gcp:p, destroy, partial
    cloud.write moons x in gcp:p, write, partial
    cloud.delete compute y in gcp:p, destroy, partial
    cloud.delete * list in gcp:p, destroy, partial
    cloud.read compute * in gcp:p, read, partial
    ");
    assert_snapshot!(check("echo gcloud projects delete x; grep 'gsutil rm' README.md"), @"
    exec.read echo, read
    fs.read /repo/README.md, read
    ");
}

#[test]
fn files_of_machines() {
    assert_snapshot!(check("gcloud compute scp web-1:/x/.envrc . --project p; gcloud compute scp --project p ~/.ssh/id_rsa web-1:/tmp"), @"
    cloud.execute compute web-1 in gcp:p, execute
    fs.write /repo, write
    fs.write /repo/.envrc, write
    secret.read /home/dev/.ssh/id_rsa, read
    ");
}
