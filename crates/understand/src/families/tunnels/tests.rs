//! What tunnels lead to, and what uses them.

use insta::assert_snapshot;

use crate::fixture::{check, check_with};

#[test]
fn what_a_forwarded_port_leads_to() {
    assert_snapshot!(check("ssh -fNL 15432:db.shop.example:5432 bastion"), @"
    net.read bastion, read
    net.listen localhost, write
    db.write * in postgresql://db.shop.example, write
    ");
    assert_snapshot!(check("ssh -N -L 127.0.0.1:5432:localhost:5432 db.shop.example"), @"
    net.read db.shop.example, read
    net.listen localhost, write
    db.write * in postgresql://db.shop.example, write
    ");
    assert_snapshot!(check("ssh -N -L [::1]:5432:[2001:db8::1]:5432 bastion"), @"
    net.read bastion, read
    net.listen localhost, write
    db.write * in postgresql://2001:db8::1, write
    ");
    assert_snapshot!(check("ssh -N -o LocalForward='3306 db.shop.example:3306' bastion"), @"
    net.read bastion, read
    net.listen localhost, write
    db.write * in mysql://db.shop.example, write
    ");
    assert_snapshot!(check("ssh -N -L 8080:web.shop.example:80 bastion"), @"
    net.read bastion, read
    net.listen localhost, write
    net.send web.shop.example, send
    ");
    assert_snapshot!(check("ssh -N -L /tmp/s:/var/run/postgresql/.s.PGSQL.5432 bastion"), @"
    net.read bastion, read
    net.listen localhost, write
    db.write * in postgresql://bastion, write
    ");
    assert_snapshot!(check("ssh -N -L \"$X\" bastion"), @"
    net.read bastion, read
    net.listen localhost, write
    net.write *, write, partial
    ");
    assert_snapshot!(check("ssh -W db.shop.example:5432 bastion"), @"
    net.read bastion, read
    db.write * in postgresql://db.shop.example, write
    ");
    let config = [("/home/dev/.ssh/config", "Host tun\n  HostName bastion.example\n  LocalForward 5432 db.shop.example:5432\n")];
    assert_snapshot!(check_with("ssh -N tun", &config), @"
    net.read bastion.example, read
    net.listen localhost, write
    db.write * in postgresql://db.shop.example, write
    ");
    assert_snapshot!(check_with("ssh tun uptime", &config), @"
    net.read bastion.example, read
    exec.read bastion.example, read
    ");
    assert_snapshot!(check("socat tcp-l:5432,fork tcp:10.0.0.5:5432 & dropdb -h localhost x"), @"
    net.listen *, write
    net.send 10.0.0.5, send
    db.write * in postgresql://10.0.0.5, write
    db.destroy * in postgresql://10.0.0.5/x, destroy
    ");
    assert_snapshot!(check("socat TCP-LISTEN:5432,fork TCP:db.shop.example:5432"), @"
    net.listen *, write
    net.send db.shop.example, send
    db.write * in postgresql://db.shop.example, write
    ");
}

#[test]
fn commands_that_use_it() {
    assert_snapshot!(check("ssh -fNL 5432:db.shop.example:5432 bastion && psql -h localhost -c 'drop table users'"), @"
    net.read bastion, read
    net.listen localhost, write
    db.write * in postgresql://db.shop.example, write
    db.destroy users in postgresql://db.shop.example, destroy
    ");
    assert_snapshot!(check("ssh -N -L 15432:db.shop.example:5432 bastion & psql postgres://127.0.0.1:15432/shop -c 'select 1 from a'"), @"
    net.read bastion, read
    net.listen localhost, write
    db.write * in postgresql://db.shop.example, write
    db.read a in postgresql://db.shop.example/shop, read
    ");
    assert_snapshot!(check("ssh -fNL 15432:db.shop.example:5432 bastion; export PGPORT=15432; psql -h localhost -c 'drop table users'"), @"
    net.read bastion, read
    net.listen localhost, write
    db.write * in postgresql://db.shop.example, write
    exec.read export, read
    db.destroy users in postgresql://db.shop.example, destroy, partial
    ");
    assert_snapshot!(check("ssh -fNL 8080:api.shop.example:80 bastion; curl -X DELETE http://localhost:8080/users"), @"
    net.read bastion, read
    net.listen localhost, write
    net.send api.shop.example, send
    net.write api.shop.example, write
    ");
    assert_snapshot!(check("kubectl --context prod -n web port-forward svc/db 15432:5432 & psql -h localhost -p 15432 -c 'drop table users'"), @"
    kube.execute service/db in prod/web, execute
    net.listen localhost, write
    db.destroy service/db in prod/web, destroy
    ");
    assert_snapshot!(check("ssh -fNL 5432:db.shop.example:5432 bastion; psql -h 127.1 -c 'drop table a'; psql -h 0.0.0.0 -c 'drop table b'"), @"
    net.read bastion, read
    net.listen localhost, write
    db.write * in postgresql://db.shop.example, write
    db.destroy a in postgresql://db.shop.example, destroy
    db.destroy b in postgresql://db.shop.example, destroy
    ");
    assert_snapshot!(check("kubectl --context dev port-forward svc/web 8080:80 & curl -X POST -d a=b http://localhost:8080/a"), @"
    kube.execute service/web in dev/*, execute
    net.listen localhost, write
    net.write service/web in dev/*, write
    ");
    // What uses no port of it is this machine's own.
    assert_snapshot!(check("ssh -fNL 15432:db.shop.example:5432 bastion; redis-cli get a; curl http://localhost:3000"), @"
    net.read bastion, read
    net.listen localhost, write
    db.write * in postgresql://db.shop.example, write
    db.read a in redis://localhost, read
    net.read http://localhost:3000, read
    ");
    assert_snapshot!(check("psql -h localhost -c 'drop table users'; ssh -fNL 5432:db.shop.example:5432 bastion"), @"
    db.destroy users in postgresql://localhost, destroy
    net.read bastion, read
    net.listen localhost, write
    db.write * in postgresql://db.shop.example, write
    ");
}

#[test]
fn proxies_of_clouds() {
    assert_snapshot!(check("cloud_sql_proxy -instances=proj:us:inst=tcp:0.0.0.0:5432 & psql -h 127.0.0.1 -c 'drop table users'"), @"
    cloud.execute sql inst in gcp:proj us, execute
    net.listen localhost, write
    db.destroy sql inst in gcp:proj us, destroy
    ");
    assert_snapshot!(check("cloud-sql-proxy --credentials-file k.json 'proj:us:inst?port=5433' & psql -p 5433 -h localhost -c 'select 1 from a'"), @"
    cloud.execute sql inst in gcp:proj us, execute
    net.listen localhost, write
    db.read sql inst in gcp:proj us, read
    ");
    assert_snapshot!(check("cloud-sql-proxy --version; cloud-sql-proxy"), @"
    exec.read cloud-sql-proxy, read
    exec.opaque cloud-sql-proxy, execute, opaque
    ");
    assert_snapshot!(check("tsh proxy db --tunnel --port 5433 shop-prod; tsh db connect shop-prod; tsh db ls; tsh ssh web"), @"
    net.listen localhost, write
    db.write * in postgresql://shop-prod, write
    db.execute * in sql://shop-prod, execute, opaque
    exec.read tsh, read
    exec.opaque tsh, execute, opaque
    ");
    assert_snapshot!(check("chisel client https://hop.example 5432:db.example:5432; chisel server"), @"
    net.listen localhost, write
    db.write * in postgresql://db.example, write
    exec.opaque chisel, execute, opaque
    ");
    assert_snapshot!(check("gcloud compute start-iap-tunnel vm1 5432 --local-host-port=localhost:15432 --project prod & psql -h localhost -p 15432 -c 'drop table a'"), @"
    cloud.execute compute vm1 in gcp:prod, execute
    net.listen localhost, write
    db.write * in postgresql://vm1, write
    db.destroy a in postgresql://vm1, destroy
    ");
    assert_snapshot!(check("aws ssm start-session --profile prod --target i-1 --document-name AWS-StartPortForwardingSessionToRemoteHost --parameters '{\"host\":[\"db.shop.example\"],\"portNumber\":[\"5432\"],\"localPortNumber\":[\"15432\"]}'"), @"
    cloud.execute ssm i-1 in aws:prod, execute
    net.listen localhost, write
    db.write * in postgresql://db.shop.example, write
    ");
    assert_snapshot!(check("aws ssm start-session --profile prod --target i-1 --document-name AWS-StartPortForwardingSession --parameters portNumber=5432,localPortNumber=5432 & psql -h localhost -c 'drop table a'"), @"
    cloud.execute ssm i-1 in aws:prod, execute
    net.listen localhost, write
    db.write * in postgresql://i-1, write
    db.destroy a in postgresql://i-1, destroy
    ");
    assert_snapshot!(check("fly proxy 15432:5432 -a shop-db & psql -h localhost -p 15432 -c 'drop table a'"), @"
    app.execute shop-db on fly, execute
    db.destroy shop-db on fly, destroy
    ");
    assert_snapshot!(check("az network bastion tunnel --name b --resource-group rg --target-resource-id /subscriptions/s/vm --resource-port 5432 --port 15432 & psql -h localhost -p 15432 -c 'drop table a'"), @"
    cloud.execute network rg/b in azure:s, execute
    net.listen localhost, write
    db.write * in postgresql://vm, write
    db.destroy a in postgresql://vm, destroy
    ");
    assert_snapshot!(check("gcloud compute ssh vm1 --project prod -- -N -L 15432:db.shop.example:5432; gcloud compute ssh vm1 --project prod --ssh-flag='-L 3306:localhost:3306'"), @"
    net.listen localhost, write
    db.write * in postgresql://db.shop.example, write
    cloud.execute compute vm1 in gcp:prod, execute
    db.write * in mysql://vm1, write
    ");
    assert_snapshot!(check("gcloud compute ssh vm1 --project prod -- -N -L 5432:localhost:5432 rm -rf /data; gcloud compute ssh vm1 --project prod -- -t rm -rf /data"), @"
    net.listen localhost, write
    db.write * in postgresql://vm1, write
    cloud.execute compute vm1 in gcp:prod, execute
    fs.delete compute vm1 in gcp:prod, destroy, partial
    exec.opaque compute vm1 in gcp:prod, execute, opaque
    ");
    assert_snapshot!(check("pscale connect shop main --port 3309 & mysql -h 127.0.0.1 -P 3309 -e 'drop table a'"), @"
    app.execute shop on pscale, execute
    db.destroy shop on pscale, destroy
    ");
    assert_snapshot!(check("heroku pg:psql -a shop -c 'drop table users'; heroku pg:psql -a shop --command 'select 1 from a'"), @"
    db.destroy users in postgresql://heroku shop, destroy
    db.read a in postgresql://heroku shop, read
    ");
}
