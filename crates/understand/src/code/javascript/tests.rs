use insta::assert_snapshot;

use crate::fixture::{check, check_with};

fn node(text: &str) -> String {
    check(&format!("node - <<'EOF'\n{text}\nEOF"))
}

#[test]
fn what_only_computes_is_exact() {
    assert_snapshot!(check("node -e 'console.log(JSON.parse(`[1]`).map(x => x + 1))'"), @"exec.read node, read");
    assert_snapshot!(check("node -p 'process.version'"), @"exec.read node, read");
    assert_snapshot!(node("const fs = require('fs');\nconst path = require('node:path');\nconst d = JSON.parse(fs.readFileSync('package.json', 'utf8'));\nfor (const [k, v] of Object.entries(d.scripts)) console.log(k, v.replace(/'/g, ''), 'rm -rf /');\nif (!d.x) process.exit(1);"), @"
    fs.read /repo/package.json, read
    exec.read node, read
    ");
    assert_snapshot!(node("import { readFileSync } from 'fs';\nimport * as path from 'path';\nconsole.log(readFileSync(path.join('src', 'a.rs'), 'utf8').split('\\n').length);"), @"
    fs.read /repo/src/a.rs, read
    exec.read node, read
    ");
}

#[test]
fn programs_files_and_network() {
    assert_snapshot!(node("const { execSync } = require('child_process');\nexecSync('git push origin main', { stdio: 'inherit' });"), @"
    git.push main@origin, write
    exec.read node, read
    ");
    assert_snapshot!(node("import { spawnSync as run } from 'node:child_process'\nrun('git', ['push', 'origin', 'main'])"), @"
    git.push main@origin, write
    exec.read node, read
    ");
    assert_snapshot!(node("require('child_process').exec(`git push origin ${process.argv[2]}`)"), @"
    git.force-push *@*, destroy, partial
    git.force-push *@origin, destroy, partial
    exec.opaque node, execute, opaque
    ");
    assert_snapshot!(node("const fs = require('fs/promises'); await fs.rm('src', { recursive: true }); await fs.writeFile('/home/dev/.bashrc', 'x')"), @"
    fs.delete /repo/src, destroy
    fs.write /home/dev/.bashrc, write
    exec.read node, read
    ");
    assert_snapshot!(node("require('fs').rmSync('/home/dev/.countersign')"), @"
    countersign.tamper /home/dev/.countersign, destroy
    exec.read node, read
    ");
    assert_snapshot!(node("await fetch('https://example.com/a'); await fetch('https://example.com/b', { method: 'DELETE' })"), @"
    net.read https://example.com/a, read
    net.delete https://example.com/b, destroy
    exec.read node, read
    ");
    assert_snapshot!(node("const axios = require('axios'); axios.post('https://example.com/a', { b: 1 })"), @"
    net.send https://example.com/a, send
    exec.read node, read
    ");
    for names in [
        "console.log(Object.keys(process.env))",
        "Reflect.ownKeys(process.env)",
        "for (const k in process.env) console.log(k)",
        "console.log('CI' in process.env)",
    ] {
        assert!(!node(names).contains("secret.read"), "{names}");
    }
    for values in [
        "Object.keys(process.env).map(k => process.env[k])",
        "Object.values(process.env)",
        "Object.entries(process.env)",
        "mine.keys(process.env)",
        "Object.keys(process.env, process.env)",
        "for (const k in process.env) console.log(process.env[k])",
    ] {
        assert!(node(values).contains("secret.read"), "{values}");
    }
    assert_snapshot!(node("console.log(process.env.HOME, process.env.API_TOKEN, process.env)"), @"
    secret.read environment:API_TOKEN, read
    secret.read environment:*, read, partial
    exec.read node, read
    ");
}

#[test]
fn what_cannot_be_followed_is_opaque() {
    for text in [
        "eval('x')",
        "new Function('x')()",
        "require(x)",
        "import(x)",
        "[]['con' + 'structor']",
        "[].constructor.constructor('x')()",
        "globalThis['ev' + 'al']('x')",
        "const f = require('child_process').exec; f('x')",
        "const c = require('child_process'); c['exec' + 'Sync']('x')",
        "const c = require('child_process'); c[k]('x')",
        "process.mainModule.require('x')",
        "process.binding('x')",
        "require('evil')",
        "import x from './gone.js'",
        "(0, eval)('x')",
        "const { exec: e } = require('child_process'); [e][0]('x')",
        "if (a) /\"/.test(b) + \"; eval(1)",
        "\\u0065val('x')",
        "module.constructor._load('child_process')",
        "Reflect.get(a, b)(c)",
        "x = `${eval('1')}`",
        "const k = 'constructor'; a[k][k]('x')()",
    ] {
        let found = node(text);
        assert!(found.contains("exec.opaque") || found.contains("exec.hidden"), "{text}: {found}");
    }
}

#[test]
fn modules_beside_the_code_are_followed() {
    let files = [
        ("/repo/tools/run.js", "const { deploy } = require('./deploy');\ndeploy();"),
        (
            "/repo/tools/deploy.js",
            "const cp = require('child_process');\nexports.deploy = () => cp.execSync('git push origin main');",
        ),
    ];
    assert_snapshot!(check_with("node tools/run.js", &files), @"
    git.push main@origin, write
    fs.read /repo/tools/run.js, read
    ");
}

#[test]
fn functions_that_are_values_are_not_known() {
    for code in [
        "[\"git push origin HEAD:main\"].forEach(require(\"child_process\").execSync)",
        "setTimeout(require(\"child_process\").execSync,1,\"git push\")",
        "Promise.resolve(\"git push\").then(require(\"child_process\").exec)",
        "const o={r:require(\"child_process\").execSync}; o.r(\"git push\")",
        "const o={}; o.r = require(\"child_process\").execSync; o.r(\"git push\")",
        "[require(\"child_process\")].map(c => c.exec(\"git push\"))",
        "const {exec} = require(\"child_process\"); [\"git push\"].map(exec)",
        "const {exec} = require(\"child_process\"); const o={r:exec}; o.r(\"git push\")",
    ] {
        let found = crate::fixture::check(&format!("node -e '{code}'"));
        assert!(found.contains("opaque") || found.contains("hidden"), "{code}: {found}");
    }
    for code in [
        "const fs = require(\"fs\"); console.log(fs.readFileSync(\"a.txt\", \"utf8\"))",
        "const read = require(\"fs\").readFileSync; console.log(read(\"a.txt\"))",
        "const { readFileSync: read } = require(\"fs\"); read(\"a.txt\")",
        "import { readFileSync } from \"fs\"; readFileSync(\"a.txt\")",
        "console.log(require(\"fs\").readFileSync(\"a.txt\"))",
        "console.log(require(\"os\").cpus().length)",
        "const cp = require(\"child_process\"), fs = require(\"fs\"); fs.readFileSync(\"a.txt\")",
    ] {
        let found = crate::fixture::check(&format!("node -e '{code}'"));
        assert!(!found.contains("opaque") && !found.contains("hidden"), "{code}: {found}");
    }
}

#[test]
fn types_that_are_imported_are_no_values() {
    let typescript = |text: &str| check_with("ts-node x.ts", &[("/repo/x.ts", text)]);
    for imports in [
        "{ execSync, type ExecSyncOptions }",
        "{ type ExecSyncOptions, execSync }",
        "{ type ExecSyncOptions as Options, type SpawnOptions, execSync }",
        "{\n  execSync,\n  type ExecSyncOptions,\n}",
    ] {
        for run in [
            "for (const n of ['web', 'api']) execSync(`kubectl --context live delete ns ${n}`);",
            "function sh(cmd: string) { return execSync(cmd) }\nsh('kubectl --context live delete ns web')",
        ] {
            let found = typescript(&format!("import {imports} from 'node:child_process';\n{run}"));
            let plain = typescript(&format!("import {{ execSync }} from 'node:child_process';\n{run}"));
            assert!(found.contains("kube.delete"), "{imports} {run}: {found}");
            assert_eq!(found, plain, "{imports} {run}");
        }
    }
    let renamed = typescript(
        "import { type exec as run, execSync as go } from 'child_process';\ngo('kubectl delete ns web')",
    );
    assert!(renamed.contains("kube.delete"), "{renamed}");
}
