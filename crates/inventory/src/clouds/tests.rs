use insta::assert_snapshot;

use super::*;
use crate::item::shown;

#[test]
fn profiles_of_aws() {
    let text = "[default]\nregion = eu-west-1\n[profile shop-live]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = abc\n[sso-session x]\nsso_start_url = https://x\n[other]\nrole_arn = arn:aws:iam::1:role/x\n";
    let items = aws(text, "~/.aws/config");
    assert!(!format!("{items:?}").contains("AKIA") && !format!("{items:?}").contains("abc"));
    assert_snapshot!(shown(&items), @"
        Cloud aws:default [region eu-west-1] aws --profile default ec2 terminate-instances --instance-ids i-0example
        Cloud aws:shop-live [a key in the file] aws --profile shop-live ec2 terminate-instances --instance-ids i-0example
        Cloud aws:other [takes on a role] aws --profile other ec2 terminate-instances --instance-ids i-0example
        ");
    assert_eq!(aws_profiles(text), ["shop-live", "other"]);
}

#[test]
fn configurations_of_gcloud() {
    assert_snapshot!(shown(&gcloud("work", "[core]\naccount = a@b\nproject = shop-live\n", "f")), @"Cloud gcp:shop-live [configuration work] gcloud --project shop-live compute instances delete example");
    assert_snapshot!(shown(&gcloud("work", "[core\n", "f")), @"Cloud gcp:work [configuration work] gcloud --configuration work compute instances delete example");
    assert_eq!(gcloud_project("[core]\nproject = shop-live\n").as_deref(), Some("shop-live"));
}

#[test]
fn subscriptions_of_azure() {
    let text = "\u{feff}{\"subscriptions\":[{\"name\":\"Shop Live\",\"isDefault\":true},{\"id\":1}]}";
    assert_snapshot!(shown(&azure(text, "f")), @"Cloud azure:Shop Live [current] az vm delete --subscription 'Shop Live' --name example");
    assert_snapshot!(shown(&azure("{\"subscriptions\": [", "f")), @"Cloud * []  !it cannot be read: it is not well-formed JSON at line 1, column 19");
}

#[test]
fn keys_in_the_environment() {
    let items = variables(["AWS_ACCESS_KEY_ID", "AWS_REGION", "HCLOUD_TOKEN"].into_iter());
    assert_snapshot!(shown(&items), @"
        Cloud aws:$AWS_ACCESS_KEY_ID [] aws ec2 terminate-instances --instance-ids i-0example
        Cloud hetzner:$HCLOUD_TOKEN [] hcloud server delete example
        ");
}
