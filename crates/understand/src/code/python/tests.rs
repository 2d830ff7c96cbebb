use insta::assert_snapshot;

use crate::fixture::{check, check_with};

fn python(text: &str) -> String {
    check(&format!("python3 - <<'EOF'\n{text}\nEOF"))
}

#[test]
fn what_only_computes_is_exact() {
    assert_snapshot!(python("import json, sys\nfrom collections import Counter\nprint(json.dumps({'git push': 1}), sys.argv[1:], Counter('os.system'))"), @"exec.read python3, read");
    assert_snapshot!(check("python3 -c 'print(1+1)'"), @"exec.read python3, read");
    assert_snapshot!(check("python3 -c \"import json; d=json.load(open('a.json')); print(d.get('x'), d['y'].replace('a','b'))\""), @"
    fs.read /repo/a.json, read
    exec.read python3, read
    ");
    assert_snapshot!(python("import os, re\nfor root, _, names in os.walk('src'):\n    for name in names:\n        p = os.path.join(root, name)\n        if re.search('x', open(p).read()): print(p)"), @"
    fs.read *, read, partial
    exec.read python3, read
    ");
    assert_snapshot!(python("from pathlib import Path\nfor p in Path('src').rglob('*.py'):\n    text = p.read_text()\n    print(f\"{p}: {len(text):>10}\")"), @"
    fs.read *, read, partial
    exec.read python3, read
    ");
}

#[test]
fn programs_and_shells() {
    assert_snapshot!(python("import subprocess\nsubprocess.run(['git', 'push', 'origin', 'main'], check=True)"), @"
    git.push main@origin, write
    exec.read python3, read
    ");
    assert_snapshot!(python("import subprocess as sp\nsp.run('git push origin main', shell=True)"), @"
    git.push main@origin, write
    exec.read python3, read
    ");
    assert_snapshot!(python("from os import system as s\ns('rm -rf src')"), @"
    fs.delete /repo/src, destroy
    exec.read python3, read
    ");
    assert_snapshot!(python("import subprocess\nCMD = ['git', 'push', 'origin', 'main']\nsubprocess.check_call(CMD)"), @"
    git.push main@origin, write
    exec.read python3, read
    ");
    assert_snapshot!(python("import subprocess, sys\nsubprocess.run(sys.argv[1:])"), @"exec.opaque python3, execute, opaque");
    assert_snapshot!(python("import subprocess\nsubprocess.run('git push origin main'.split())"), @"
    git.push main@origin, write
    exec.read python3, read
    ");
    assert_snapshot!(python("import subprocess\nsubprocess.run(['bash'], input='git push origin main')"), @"
    git.push main@origin, write
    exec.read python3, read
    ");
}

#[test]
fn files() {
    assert_snapshot!(python("import shutil, os\nshutil.rmtree('build')\nos.remove('src/a.rs')\nopen('/home/dev/.bashrc', 'a').write('x')"), @"
    fs.delete /repo/build, destroy
    fs.delete /repo/src/a.rs, destroy
    fs.write /home/dev/.bashrc, write
    exec.read python3, read
    ");
    assert_snapshot!(python("from pathlib import Path\nPath('src/a.rs').write_text('x')\nPath('x').unlink()\np = Path('y')\np.unlink()"), @"
    fs.write /repo/src/a.rs, write
    fs.delete /repo/x, destroy
    fs.delete /repo/y, destroy
    exec.read python3, read
    ");
    assert_snapshot!(python("open('/home/dev/.aws/credentials').read()"), @"
    secret.read /home/dev/.aws/credentials, read
    exec.read python3, read
    ");
}

#[test]
fn network_and_databases() {
    assert_snapshot!(python("import requests\nrequests.get('https://example.com/x')\nrequests.post('https://example.com/y', json={'a': 1})"), @"
    net.read https://example.com/x, read
    net.send https://example.com/y, send
    exec.read python3, read
    ");
    assert_snapshot!(python("import urllib.request\nprint(urllib.request.urlopen('https://example.com').read())"), @"
    net.read https://example.com, read
    exec.read python3, read
    ");
    assert_snapshot!(python("import sqlite3\nc = sqlite3.connect('x.db')\nc.execute('SELECT a FROM b')\nc.execute('DROP TABLE b')"), @"
    db.read b in sqlite:///repo/x.db, read
    db.destroy b in sqlite:///repo/x.db, destroy
    exec.read python3, read
    ");
    assert_snapshot!(python("import requests\nrequests.put('https://api.github.com/repos/acme/shop/pulls/1/merge')"), @"
    forge.merge acme/shop#1, write
    exec.read python3, read
    ");
}

#[test]
fn environment() {
    for names in [
        "print(list(os.environ))",
        "print(sorted(os.environ))",
        "print('x'.join(os.environ))",
        "print(len(os.environ))",
        "print(os.environ.keys())",
    ] {
        assert!(!python(&format!("import os\n{names}")).contains("secret.read"), "{names}");
    }
    for values in [
        "print(list(os.environ.values()))",
        "print(dict(os.environ))",
        "print(list(map(os.environ.get, list(os.environ))))",
        "print(list(map(os.getenv, list(os.environ))))",
        "print([os.environ[k] for k in list(os.environ)])",
        "print(str(os.environ))",
    ] {
        assert!(python(&format!("import os\n{values}")).contains("secret.read"), "{values}");
    }
    assert_snapshot!(python("import os\nprint(os.environ)"), @"
    secret.read environment:*, read, partial
    exec.read python3, read
    ");
    assert_snapshot!(python("import os\nprint(os.environ['HOME'], os.getenv('API_TOKEN'))"), @"
    secret.read environment:API_TOKEN, read
    exec.read python3, read
    ");
}

#[test]
fn what_cannot_be_followed_is_opaque() {
    for text in [
        "eval(x)",
        "exec('a')",
        "import os\nf = os.system\nf('x')",
        "__import__('os').system('x')",
        "getattr(x, 'sys' + 'tem')('y')",
        "import os\ngetattr(os, 'system')('x')",
        "().__class__.__bases__[0].__subclasses__()",
        "import evil",
        "import boto3",
        "from os import *\nsystem('x')",
        "import importlib\nimportlib.import_module(x)",
        "import json\njson.codecs.builtins.eval('x')",
        "import glob\nglob.os.system('x')",
        "import pickle\npickle.loads(x)",
        "x = f\"{__import__('os').system('ls')}\"",
        "import sys\nsys.modules['os'].system('x')",
        "import os\n[os][0].system('x')",
        "import sys\nsys.path.insert(0, 'x')\nimport json",
        "import os\n(os).system('x')",
        "print('a' 'b",
        "import subprocess\nsubprocess.run(['ls'], executable='x')",
        "import ctypes",
        "ｅｖａｌ('1')",
        "import os as o\no.spawnlp(0, 'x')",
        "import asyncio\nasyncio.subprocess.create_subprocess_shell('x')",
    ] {
        let found = python(text);
        assert!(found.contains("exec.opaque"), "{text}: {found}");
    }
}

#[test]
fn modules_beside_the_code_are_followed() {
    let files = [
        ("/repo/tools/run.py", "from helper import deploy\nimport json\ndeploy()"),
        (
            "/repo/tools/helper.py",
            "import subprocess\ndef deploy():\n    subprocess.run(['git', 'push', 'origin', 'main'])",
        ),
    ];
    assert_snapshot!(check_with("python tools/run.py", &files), @"
    git.push main@origin, write
    fs.read /repo/tools/run.py, read
    ");
    assert_snapshot!(check_with("python -c 'import json'", &[("/repo/json.py", "import os\nos.system('git push origin main')")]), @"
    git.push main@origin, write
    exec.read python, read
    ");
    assert_snapshot!(check_with("python a.py", &[("/repo/a.py", "import b"), ("/repo/b.py", "import a\nimport json")]), @"fs.read /repo/a.py, read");
}

#[test]
fn files_that_libraries_write() {
    assert_snapshot!(python("import logging, logging.handlers\nlogging.basicConfig(filename='/home/dev/.bashrc')\nlogging.handlers.RotatingFileHandler('/home/dev/.zshrc')"), @"
    fs.write /home/dev/.bashrc, write
    fs.write /home/dev/.zshrc, write
    exec.read python3, read
    ");
    assert_snapshot!(python("import zipfile, tarfile\nzipfile.ZipFile('/home/dev/.bashrc', 'w').write('a')\ntarfile.open('/home/dev/.zshrc', 'w:gz')"), @"
    fs.write /home/dev/.bashrc, write
    fs.write /home/dev/.zshrc, write
    exec.read python3, read
    ");
    assert_snapshot!(python("import shutil\nshutil.unpack_archive('x.zip', '/home/dev')\nshutil.unpack_archive('y.zip', extract_dir='/tmp')\nshutil.unpack_archive('z.zip')"), @"
    fs.read /repo/x.zip, read
    fs.write /home/dev, write
    fs.read /repo/y.zip, read
    fs.write /tmp, write
    fs.read /repo/z.zip, read
    fs.write /repo, write
    exec.read python3, read
    ");
    assert_snapshot!(python("from urllib.request import urlretrieve\nurlretrieve('https://x.example/a', '/home/dev/.bashrc')\nurlretrieve('https://x.example/b', filename='/home/dev/.zshrc')"), @"
    fs.write /home/dev/.bashrc, write
    net.read https://x.example/a, read
    fs.write /home/dev/.zshrc, write
    net.read https://x.example/b, read
    exec.read python3, read
    ");
}

#[test]
fn libraries_that_write_no_file() {
    assert_snapshot!(python("import logging\nlogging.basicConfig(level=logging.INFO)\nlogging.info('x')"), @"exec.read python3, read");
    assert_snapshot!(python("import zipfile, tarfile\nprint(zipfile.ZipFile('x.zip').namelist())\ntarfile.open('y.tar.xz', 'r:xz').getnames()\nzipfile.ZipFile('x.zip').extractall()"), @"
    fs.read /repo/x.zip, read
    fs.read /repo/y.tar.xz, read
    fs.write /repo, write
    exec.read python3, read
    ");
    assert_snapshot!(python("from urllib.request import urlretrieve\nurlretrieve('https://x.example/a')"), @"
    net.read https://x.example/a, read
    exec.read python3, read
    ");
}

#[test]
fn the_home_is_put_in() {
    let found = check("python3 -c 'import os; os.remove(os.path.expanduser(\"~/.local/bin/x\"))'");
    assert!(found.contains("fs.delete /home/dev/.local/bin/x"), "{found}");
    let found = check("python3 -c 'import os; os.remove(\"~/x\")'");
    assert!(found.contains("fs.delete /repo/~/x"), "{found}");
}

#[test]
fn what_loops_and_paths_stand_for() {
    for (code, deleted) in [
        (
            "import shutil\nfor d in ('dist', 'build'):\n    shutil.rmtree(d, ignore_errors=True)",
            &["/repo/dist,", "/repo/build,"][..],
        ),
        (
            "import os\nfor n in ['a.log','b.log']:\n    if os.path.exists(n): os.remove(n)",
            &["/repo/a.log", "/repo/b.log"],
        ),
        ("import glob, os\nfor f in glob.glob('/tmp/bench-*.json'): os.remove(f)", &["/tmp/bench-*.json"]),
        (
            "from pathlib import Path\nfor p in Path('src').glob('*.orig'):\n    p.unlink()",
            &["/repo/src/*.orig"],
        ),
        (
            "import shutil, pathlib\nfor p in pathlib.Path('.').rglob('__pycache__'):\n    shutil.rmtree(p)",
            &["/repo/__pycache__", "/repo/*/__pycache__"],
        ),
        ("from pathlib import Path\nout = Path('/tmp/out')\n(out / 'a.txt').unlink()", &["/tmp/out/a.txt"]),
        ("import tempfile, shutil\nd = tempfile.mkdtemp()\nshutil.rmtree(d)", &["/tmp/mktemp"]),
    ] {
        let found = python(code);
        for path in deleted {
            assert!(found.contains(&format!("fs.delete {path}")), "{code}: {found}");
        }
        assert!(!found.contains("fs.delete *") && !found.contains("opaque"), "{code}: {found}");
    }
    // What gives the name another value in any other way.
    for code in [
        "for p in ['build/x']: pass\nx, p = 1, '.claude/settings.json'\nopen(p,'w').write('x')",
        "for p in ['build/x']: pass\n[p] = ['.claude/settings.json']\nopen(p,'w').write('x')",
        "for p in ['build/x']: pass\np: str = '.claude/settings.json'\nopen(p,'w').write('x')",
        "for p in ['build/x']: pass\nfor i, p in [(1, '.claude/settings.json')]: open(p,'w').write('x')",
        "for p in ['build/x']: pass\nfor (p) in ['.claude/settings.json']: open(p,'w').write('x')",
        "for p in ['build/x']: pass\nmatch '.claude/settings.json':\n    case p: open(p,'w').write('x')",
        "for p in ['build/x']: pass\n(lambda y, p: open(p,'w').write('x'))(1, '.claude/settings.json')",
        "for p in ['build/x']: pass\nprint(f\"{(p:='.claude/settings.json')}\")\nopen(p,'w').write('x')",
        "for p in ['build/x']: pass\ndef f(p): open(p,'w').write('x')\nf('.claude/settings.json')",
        "for p in ['build/x']: pass\n[open(p,'w').write('x') for i, p in [(1, '.claude/settings.json')]]",
        "for p in ['build/x']: pass\nglobals()['p'] = '.claude/settings.json'\nopen(p,'w').write('x')",
        "def run(str): open(str('build/x'),'w').write('x')\nrun(lambda x: '.claude/settings.json')",
        "for i, str in [(1, lambda x: '.claude/settings.json')]: open(str('build/x'),'w').write('x')",
        "(z,\n str) = 1, lambda x: '.claude/settings.json'\nopen(str('build/x'),'w').write('x')",
        "def str(x): return '.claude/settings.json'\nopen(str('build/x'),'w').write('x')",
        "Path, z = (lambda x: '.claude/settings.json'), 1\nopen(Path('build/x'),'w').write('x')",
        "import os\nos.path.join = lambda *a: '.claude/settings.json'\nopen(os.path.join('build','x'),'w').write('x')",
        "import tempfile\nfrom pathlib import Path\nd = Path(tempfile.mkdtemp(prefix='../repo/.claude/x'))\n(d / '..' / 'settings.json').write_text('x')",
    ] {
        let found = python(code);
        let listed = found.contains("tamper")
            || found.contains("partial")
            || found.contains("opaque")
            || found.contains("fs.write *");
        assert!(listed, "{code}: {found}");
    }
    let found = python("from pathlib import Path\nPath('src', '../.claude/settings.json').write_text('x')");
    assert!(found.contains("tamper"), "{found}");
    let found =
        python("from pathlib import Path\nfor p in Path('.').rglob('*.production'): print(p.read_text())");
    assert!(found.contains("/repo/.*.production"), "{found}");
    for code in [
        "import shutil\nfor d in ('dist', x):\n    shutil.rmtree(d)",
        "import shutil\nfor d in ('dist', 'build'):\n    d = x\n    shutil.rmtree(d)",
        "import shutil\nfor d in ('dist',):\n    pass\nfor d in y:\n    shutil.rmtree(d)",
        "import shutil\ndef f(d):\n    shutil.rmtree(d)\nfor d in ('dist',):\n    f('/srv')",
        "import tempfile, shutil\nd = tempfile.mkdtemp(dir=x)\nshutil.rmtree(d)",
        "from pathlib import Path\n(Path('/tmp/out') / x).unlink()",
    ] {
        let found = python(code);
        assert!(found.contains("partial") || found.contains("fs.delete *"), "{code}: {found}");
    }
}

#[test]
fn sql_in_a_text_of_sqlalchemy() {
    let found = python(
        "import sqlalchemy as sa\ne = sa.create_engine('sqlite:///dev.db')\nwith e.connect() as c:\n    print(c.execute(sa.text('select 1')))",
    );
    assert!(found.contains("db.read") && !found.contains("db.write"), "{found}");
    let found = python(
        "import sqlalchemy as sa\ne = sa.create_engine('sqlite:///dev.db')\nwith e.connect() as c:\n    c.execute(sa.text('drop table x'))",
    );
    assert!(found.contains("db.destroy"), "{found}");
    let found = python("def text(s): return 'drop table x'\ne.execute(text('select 1'))");
    assert!(found.contains("db.write"), "{found}");
}

#[test]
fn code_that_nests_too_deep_is_opaque_at_once() {
    for (open, close) in [("{1:f(", ")}"), ("f(", ")"), ("a[f(", ")]"), ("open(", ")")] {
        let found = python(&format!("{}1{}", open.repeat(5000), close.repeat(5000)));
        assert!(found.contains("opaque"), "{open}: {found}");
    }
    assert_eq!(python(&format!("{}1{}", "f(".repeat(20), ")".repeat(20))), "exec.read python3, read");
}
