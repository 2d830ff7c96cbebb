//! What commands of AWS do where.

use insta::assert_snapshot;

use crate::fixture::{check, check_because, check_with};

#[test]
fn operations() {
    assert_snapshot!(check("aws ec2 terminate-instances --instance-ids i-1 i-2 --profile prod --region eu-west-1"), @"
    cloud.delete ec2 i-1 in aws:prod eu-west-1, destroy
    cloud.delete ec2 i-2 in aws:prod eu-west-1, destroy
    ");
    assert_snapshot!(check("aws --profile prod --region=eu-west-1 --output json ec2 describe-instances --query 'Reservations[*].Instances[*].InstanceId'"), @"cloud.read ec2 describe-instances in aws:prod eu-west-1, read");
    assert_snapshot!(check("aws rds delete-db-instance --db-instance-identifier prod-db --skip-final-snapshot"), @"cloud.delete rds prod-db in aws:default, destroy");
    assert_snapshot!(check("aws s3api delete-bucket --bucket prod-data; aws s3api put-bucket-policy --bucket prod-data --policy file://policy.json"), @"
    cloud.delete s3 prod-data in aws:default, destroy
    fs.read /repo/policy.json, read
    cloud.permission s3 prod-data in aws:default, write
    ");
    assert_snapshot!(check("aws s3api get-object --bucket b --key a/b.txt out.txt"), @"
    cloud.read s3 b/a/b.txt in aws:default, read
    fs.write /repo/out.txt, write
    ");
    assert_snapshot!(check("aws iam attach-role-policy --role-name r --policy-arn arn:aws:iam::aws:policy/AdministratorAccess"), @"cloud.permission iam r in aws:default, write");
    assert_snapshot!(check("aws iam create-access-key --user-name root"), @"
    secret.read aws default:root, read
    cloud.permission iam root in aws:default, write
    ");
    assert_snapshot!(check("aws lambda invoke --function-name f --payload '{}' out.json"), @"
    cloud.execute lambda f in aws:default, execute
    fs.write /repo/out.json, write
    ");
    assert_snapshot!(check("aws ssm send-command --targets Key=tag:env,Values=prod --document-name AWS-RunShellScript --parameters commands=ls"), @"cloud.execute ssm Key=tag:env,Values=prod in aws:default, execute");
    assert_snapshot!(check("aws ec2 wait instance-running --instance-ids i-1; aws sts get-caller-identity"), @"
    cloud.read ec2 i-1 in aws:default, read
    cloud.read sts get-caller-identity in aws:default, read
    ");
}

#[test]
fn secrets() {
    assert_snapshot!(check("aws secretsmanager get-secret-value --secret-id prod/db"), @"secret.read aws default:prod/db, read");
    assert_snapshot!(check("aws ssm get-parameter --name /prod/key --with-decryption; aws ssm get-parameter --name /prod/url"), @"
    secret.read aws default:/prod/key, read
    cloud.read ssm /prod/url in aws:default, read
    ");
    assert_snapshot!(check("aws ecr get-login-password; aws sts assume-role --role-arn arn:x --role-session-name s"), @"
    secret.read aws default:get-login-password, read
    secret.read aws default:arn:x, read
    ");
    assert_snapshot!(check("aws configure get aws_secret_access_key; aws configure get region; aws configure list"), @"
    secret.read /home/dev/.aws/credentials, read
    fs.read /home/dev/.aws/config, read
    exec.read aws, read
    ");
    assert_snapshot!(check("aws kms decrypt --ciphertext-blob fileb://x.bin --key-id k"), @"
    fs.read /repo/x.bin, read
    secret.read aws default:k, read
    ");
    assert_snapshot!(check("aws secretsmanager list-secrets; aws secretsmanager describe-secret --secret-id x"), @"
    cloud.read secretsmanager list-secrets in aws:default, read
    cloud.read secretsmanager x in aws:default, read
    ");
}

#[test]
fn storage() {
    assert_snapshot!(check("aws s3 ls; aws s3 ls s3://b/p/"), @"
    cloud.read s3 all buckets in aws:default, read
    cloud.read s3 b/p in aws:default, read
    ");
    assert_snapshot!(check("aws s3 cp dist/ s3://site/ --recursive --acl public-read --exclude '*.map'"), @"
    fs.read /repo/dist, read
    cloud.write s3 site in aws:default, write
    cloud.permission s3 site in aws:default, write
    ");
    assert_snapshot!(check("aws s3 cp s3://b/x - ; aws s3 cp s3://b/x ./y"), @"
    cloud.read s3 b/x in aws:default, read
    fs.write /repo/y, write
    ");
    assert_snapshot!(check("aws s3 rm s3://prod-data --recursive; aws s3 rb --force s3://prod-data"), @"cloud.delete s3 prod-data in aws:default, destroy");
    assert_snapshot!(check("aws s3 rm s3://prod-data --recursive --dryrun; aws s3 sync . s3://b --delete --dryrun"), @"
    cloud.read s3 prod-data in aws:default, read
    fs.read /repo, read
    cloud.read s3 b in aws:default, read
    ");
    assert_snapshot!(check("aws s3 sync build s3://b --delete; aws s3 mv a.txt s3://b/a.txt"), @"
    fs.read /repo/build, read
    cloud.delete s3 b in aws:default, destroy
    fs.write /repo/a.txt, write
    cloud.write s3 b/a.txt in aws:default, write
    ");
    assert_snapshot!(check("aws s3 cp ~/.ssh/id_rsa s3://b; aws s3 rm s3://$BUCKET/x; aws s3 cp $A $B"), @"
    secret.read /home/dev/.ssh/id_rsa, read
    cloud.write s3 b in aws:default, write
    cloud.delete s3 * in aws:default, destroy, partial
    fs.read *, read, partial
    cloud.read s3 * in aws:default, read, partial
    fs.write *, write, partial
    cloud.write s3 * in aws:default, write, partial
    ");
    assert_snapshot!(check("aws s3 presign s3://b/k"), @"cloud.permission s3 b/k in aws:default, write");
}

#[test]
fn accounts() {
    assert_snapshot!(check_because("aws ec2 stop-instances --instance-ids i-1"), @"cloud.write ec2 i-1 in aws:default, write: the profile is the default one");
    assert_snapshot!(check_with("aws ec2 stop-instances --instance-ids i-1", &[("AWS_PROFILE", "prod"), ("AWS_REGION", "eu-west-1")]), @"cloud.write ec2 i-1 in aws:prod eu-west-1, write");
    assert_snapshot!(check("AWS_PROFILE=prod aws ec2 stop-instances --instance-ids i-1; AWS_PROFILE=$P aws ec2 stop-instances --instance-ids i-1"), @"
    cloud.write ec2 i-1 in aws:prod, write
    cloud.write ec2 i-1 in aws:*, write, partial
    ");
    assert_snapshot!(check("export AWS_PROFILE=prod; aws --prof x s3 rb s3://a; aws s3 rb s3://a; aws --profile $P s3 rb s3://a"), @"
    exec.read export, read
    cloud.delete s3 a in aws:x, destroy
    cloud.delete s3 a in aws:prod, destroy
    cloud.delete s3 a in aws:*, destroy, partial
    ");
    assert_snapshot!(check("aws --endpoint-url http://localhost:4566 s3 rb s3://a; aws s3 rb s3://a --endpoint-url https://s3.evil.example; awslocal s3 ls"), @"
    cloud.delete s3 a in aws:localhost:4566, destroy
    net.write s3.evil.example, write
    cloud.delete s3 a in aws:s3.evil.example, destroy, partial
    cloud.read s3 all buckets in aws:localhost:4566, read
    ");
    assert_snapshot!(check("AWS_ACCESS_KEY_ID=x aws s3 rb s3://a; AWS_CONFIG_FILE=x aws s3 rb s3://a"), @"cloud.delete s3 a in aws:*, destroy, partial");
}

#[test]
fn harmless() {
    assert_snapshot!(check("aws help; aws ec2 help; aws ec2 terminate-instances help; aws --version; aws"), @"exec.read aws, read");
    assert_snapshot!(check("aws ec2 terminate-instances --instance-ids i-1 --dry-run; aws ec2 run-instances --generate-cli-skeleton"), @"
    cloud.read ec2 i-1 in aws:default, read
    exec.read aws, read
    ");
    assert_snapshot!(check("aws logs tail /aws/lambda/f --follow; aws eks update-kubeconfig --name c"), @"
    cloud.read logs /aws/lambda/f in aws:default, read
    cloud.read eks c in aws:default, read
    fs.write /home/dev/.kube/config, write
    ");
    assert_snapshot!(check("echo aws s3 rb s3://prod; grep 'aws ec2 terminate-instances' README.md"), @"
    exec.read echo, read
    fs.read /repo/README.md, read
    ");
}

#[test]
fn what_is_not_known() {
    assert_snapshot!(check("aws ec2 explode-instances --instance-ids i-1; aws ec2 describe-moons"), @"
    cloud.write ec2 i-1 in aws:default, write, partial
    cloud.read ec2 describe-moons in aws:default, read, partial
    ");
    assert_snapshot!(check("aws $S $OP; aws ec2 $OP --instance-ids i-1; aws nonsense delete-all"), @"
    cloud.delete * * in aws:default, destroy, partial
    exec.opaque aws, execute, opaque
    ");
    assert_snapshot!(check("aws ec2 terminate-instances --instance-ids $IDS; aws ec2 terminate-instances --cli-input-json file://x.json"), @"
    cloud.delete ec2 * in aws:default, destroy, partial
    fs.read /repo/x.json, read
    ");
    assert_snapshot!(check("aws ec2 terminate-instances --instance-ids i-1 --dry-run --no-dry-run; aws ec2 terminate-instances --instance-ids i-2 --dry-run --no-dry; aws s3 mv help s3://b"), @"
    cloud.delete ec2 i-1 in aws:default, destroy
    cloud.delete ec2 i-2 in aws:default, destroy
    fs.write /repo/help, write
    cloud.write s3 b in aws:default, write
    ");
    assert_snapshot!(check_with("aws ec2 describe-instances", &[("/home/dev/.aws/cli/alias", "[toplevel]\nec2 = !rm -rf /\n")]), @"
    cloud.delete * * in aws:default, destroy, partial
    exec.opaque aws, execute, opaque
    ");
}

#[test]
fn sql() {
    assert_snapshot!(check("aws redshift-data execute-statement --cluster-identifier prod --database shop --sql 'DROP TABLE orders'"), @"
    cloud.read redshift-data prod in aws:default, read
    db.destroy orders in postgresql://prod/shop, destroy
    ");
    assert_snapshot!(check("aws rds-data execute-statement --resource-arn arn:x --secret-arn arn:y --sql 'SELECT 1'; aws athena start-query-execution --query-string \"$Q\""), @"
    cloud.read rds-data arn:x in aws:default, read
    db.read * in sql://arn:x, read
    cloud.execute athena start-query-execution in aws:default, execute, partial
    ");
    assert_snapshot!(check("aws dynamodb delete-table --table-name orders; aws dynamodb scan --table-name orders; aws dynamodb put-item --table-name orders --item file://x.json"), @"
    cloud.delete dynamodb orders in aws:default, destroy
    cloud.read dynamodb orders in aws:default, read
    fs.read /repo/x.json, read
    cloud.write dynamodb orders in aws:default, write
    ");
}
