use crate::fixture::check;

#[test]
fn the_table_is_sorted() {
    assert!(super::HARMLESS.is_sorted() && super::FOLLOWED.is_sorted());
}

#[test]
fn paths_that_any_function_is_given() {
    for code in [
        "import io; io.FileIO('.claude/settings.json','w').write(b'{}')",
        "import xml.etree.ElementTree as e; e.ElementTree(e.Element('a')).write('.claude/settings.json')",
        "import tracemalloc; tracemalloc.take_snapshot().dump('.claude/settings.json')",
        "p='.claude/settings.json'; open(p); x.write(p)",
        "for p in ['.claude/settings.json']: x.write(p)",
    ] {
        let found = check(&format!("python3 -c \"{code}\""));
        assert!(found.contains("countersign.tamper"), "{code}: {found}");
    }
    for code in [
        "import configparser;c=configparser.ConfigParser();c.read('/home/dev/.aws/credentials');print(dict(c['default']))",
        "import linecache; print(linecache.getlines('.env'))",
        "import io; print(io.FileIO('.env').read())",
        "import numpy as np; print(np.fromfile('.env'))",
        "import zipfile as z; z.ZipFile('x.zip','w').write('.env')",
        "import os, linecache; print(linecache.getlines(os.path.expanduser('~/.aws/credentials')))",
        "import os, linecache; print(linecache.getlines(os.environ['HOME'] + '/.aws/credentials'))",
        "import tokenize; print(tokenize.open('.env').read())",
        "import cProfile; cProfile.run('.env')",
        "p = '.env'; import linecache; print(linecache.getlines(p))",
    ] {
        let found = check(&format!("python3 -c \"{code}\""));
        assert!(found.contains("secret.read"), "{code}: {found}");
    }
    for command in [
        "node -e \"v8.writeHeapSnapshot('.claude/settings.json')\"",
        "php -r 'error_log(\"x\",3,\".claude/settings.json\");'",
    ] {
        assert!(check(command).contains("countersign.tamper"), "{command}: {}", check(command));
    }
    for command in [
        "ruby -e 'p YAML.load_file(\".env\")'",
        "ruby -e 'CSV.read(\".env\")'",
        "php -r 'print_r(parse_ini_file(\".env\"));'",
        "perl -e 'open(F, \"<.env\"); print <F>'",
        "lua -e 'for l in io.lines(\".env\") do print(l) end'",
        "Rscript -e 'readLines(\".env\")'",
        "julia -e 'print(read(\".env\", String))'",
        "elixir -e 'IO.puts(File.read!(\".env\"))'",
        "awk 'BEGIN{ARGV[1]=\"/home/dev/.ssh/id_rsa\";ARGC=2}{print}'",
    ] {
        assert!(check(command).contains("secret.read"), "{command}: {}", check(command));
    }
}

#[test]
fn texts_that_only_look_so() {
    for code in [
        "print('.env')",
        "print('see .env and ~/.aws/credentials')",
        "import os; print(os.path.exists('.env'))",
        "import os; print([f for f in os.listdir('.') if f != '.env'])",
        "print([x for x in y if x.endswith(('.pem', '.key'))])",
        "for f in ['.env', 'README.md']: print(f, os.path.exists(f))",
        "from pathlib import Path; print(Path('.env').exists())",
        "from pathlib import Path; p = Path('.env'); print(p.exists())",
        "import json; print(json.load(open('.claude/settings.json')))",
        "import json; p='.claude/settings.json'; print(json.load(open(p)))",
        "print('.env' in open('.gitignore').read())",
        "import shutil; shutil.copy('.env.example', '.env')",
        "import os; os.remove('.env')",
        "from pathlib import Path; Path('.env').unlink()",
        "open('.env','w').write('A=1')",
        "import subprocess; subprocess.run(['git','check-ignore','.env'])",
        "import subprocess; print(subprocess.run(['ls','-la','.env'],capture_output=True).stdout)",
    ] {
        let found = check(&format!("python3 -c \"{code}\""));
        assert!(!found.contains("secret.read") && !found.contains("tamper"), "{code}: {found}");
    }
    for command in [
        "node -e \"console.log(require('fs').existsSync('.env'))\"",
        "ruby -e 'puts \".env\"'",
        "php -r 'echo \".env\";'",
        "perl -e 'print \".env\"'",
        "awk '{ if ($1 == \".env\") print \".env\", $2 }' src/a.rs",
        "node -e \"console.log('.env.example')\"",
        "node -e \"require('child_process').execFileSync('cat',['.claude/settings.json'],{stdio:'inherit'})\"",
        "node -e \"require('fs').writeFileSync('.env', 'A=1')\"",
    ] {
        let found = check(command);
        assert!(!found.contains("secret.read") && !found.contains("tamper"), "{command}: {found}");
    }
}
