//! Modules of Python that are reached through other ones, names of theirs that are nobody's to use, and texts that are
//! evaluated: what a module has imported itself is there under its name.

use std::collections::HashMap;

use super::modules;
use crate::code::acts::{self, Does};
use crate::code::tokens::{Kind, Token};
use crate::code::uses::{Argument, Code, Use};
use crate::word::Value;

/// Modules whose functions are known, wherever they are found: sorted.
const KNOWN: &[&str] = &[
    "asyncio",
    "builtins",
    "bz2",
    "codecs",
    "gzip",
    "importlib",
    "io",
    "lzma",
    "os",
    "shutil",
    "smtplib",
    "socket",
    "sqlite3",
    "subprocess",
    "sys",
    "tarfile",
    "urllib",
    "zipfile",
];
/// Modules that nobody here looks into: sorted.
const OTHERS: &[&str] = &[
    "atexit",
    "bdb",
    "code",
    "codeop",
    "copyreg",
    "ctypes",
    "ctypeslib",
    "dbm",
    "distutils",
    "doctest",
    "f2py",
    "fcntl",
    "fileinput",
    "ftplib",
    "genericpath",
    "imaplib",
    "imp",
    "inspect",
    "marshal",
    "mmap",
    "mp",
    "multiprocessing",
    "pdb",
    "pickle",
    "pkgutil",
    "poplib",
    "posix",
    "posixpath",
    "pty",
    "runpy",
    "selectors",
    "shelve",
    "socketserver",
    "sre_compile",
    "ssl",
    "sysconfig",
    "venv",
    "webbrowser",
    "xmlrpc",
    "zipimport",
];
/// Libraries that have parts of these names themselves.
const LIBRARIES: &[&str] =
    &["PIL", "matplotlib", "networkx", "numpy", "pandas", "pydantic", "rich", "scipy", "seaborn", "sklearn"];

/// What stands before the first call or element.
fn path(full: &str) -> &str {
    full.split(['(', '[']).next().unwrap_or(full)
}

/// The name with the last module in it that is reached through another one as its first.
pub(super) fn counted(full: String) -> String {
    let mut start = None;
    let mut at = 0;
    let first = full.split('.').next().unwrap_or_default();
    for (index, part) in path(&full).split('.').enumerate() {
        let is_own = LIBRARIES.contains(&first) && part == "io"
            || first == part
            || matches!((first, part), ("asyncio", "subprocess"));
        if index > 0 && KNOWN.binary_search(&part).is_ok() && !is_own {
            start = Some(at);
        }
        at += part.len() + 1;
    }
    match start.and_then(|start| full.get(start..)) {
        Some(rest) => rest.to_owned(),
        None => full,
    }
}

/// Why a name of an imported module leads to what nobody knows.
pub(super) fn leads(
    found: &Use,
    full: &str,
    names: &HashMap<String, String>,
    code: &Code<'_>,
) -> Result<(), String> {
    let first = path(&found.key).split('.').next().unwrap_or_default();
    let Some(module) = names.get(first) else { return Ok(()) };
    let path = path(full);
    let is_private = |part: &str| part.starts_with('_') && !(part.starts_with("__") && part.ends_with("__"));
    for (index, part) in path.split('.').enumerate() {
        if index > 0 && (is_private(part) || OTHERS.binary_search(&part).is_ok()) {
            return Err(format!("it uses {path}, which nobody here knows"));
        }
    }
    const INNER: &[&str] = &["pandas.core.", "pandas.io.common.", "pandas.compat."];
    if INNER.iter().any(|inner| path.starts_with(inner)) {
        return Err(format!("it uses {path}, which nobody here knows"));
    }
    // Another name for a module, or a place in a list: what is asked of it is not seen.
    let is_module = !module.contains('.') && module == full && modules::is_harmless(module);
    let before = found.first.wrapping_sub(1);
    let gives = ["=", ",", "(", "[", ":", "{", "return", "in", ":=", "or", "and", "else", "yield"];
    let is_given = gives.iter().any(|sign| code.is(before, sign));
    if is_module && is_given && !code.is(found.end, "=") {
        return Err(format!("it hands {full} on"));
    }
    Ok(())
}

/// Types that stand in texts, which some libraries evaluate.
pub(super) fn evaluated(code: &Code<'_>) -> Result<(), String> {
    let evaluates = ["pydantic", "singledispatch", "singledispatchmethod"];
    if !code.tokens.iter().any(|token| evaluates.iter().any(|name| token.is(name))) {
        return Ok(());
    }
    let is_type = |token: &Token<'_>| match &token.kind {
        Kind::Text(Value::Known(text)) => {
            text.chars().all(|letter| letter.is_alphanumeric() || "_.[], |".contains(letter))
        }
        Kind::Text(_) => false,
        _ => true,
    };
    let is_doubtful = |at: usize| {
        let is_said = code.name(at).is_some() && code.is(at + 1, ":") || code.is(at, "->");
        let value = if code.is(at, "->") { at + 1 } else { at + 2 };
        is_said && code.tokens.get(value).is_some_and(|token| !is_type(token))
    };
    // Texts within a type, too: `Optional["f()"]`.
    let is_within =
        |at: usize| code.is(at, "[") && code.tokens.get(at + 1).is_some_and(|token| !is_type(token));
    if (0..code.tokens.len()).any(|at| is_doubtful(at) || is_within(at)) {
        return Err("it has types in texts that are evaluated".to_owned());
    }
    Ok(())
}

/// Which libraries the code names.
pub(super) struct Libraries {
    pandas: bool,
    sqlite: bool,
    trees: bool,
    archives: bool,
}

impl Libraries {
    pub(super) fn of(code: &Code<'_>) -> Self {
        let uses = |name: &str| code.tokens.iter().any(|token| token.is(name));
        Self {
            pandas: uses("pandas"),
            sqlite: uses("sqlite3"),
            trees: uses("ElementTree"),
            archives: uses("zipfile") || uses("tarfile"),
        }
    }
}

/// What a call does that depends on what it is given.
pub(super) fn does(
    path: &str,
    open: usize,
    code: &Code<'_>,
    with: &Libraries,
    arguments: &[Argument],
) -> Option<Does> {
    let first = arguments.first().map(|argument| argument.given.value());
    let text = first.as_ref().and_then(Value::known);
    let method = path.rsplit_once('.').map_or(path, |(_, method)| method);
    let doubtful = Does::Opaque("it evaluates or looks up what it works out");
    match path {
        "os.open" => {
            let flags = code.ranges(open).get(1).copied();
            let is_read = flags.is_some_and(|(start, end)| {
                let last = code.tokens.get(end - 1);
                (end == start + 3 || end == start + 1)
                    && last.is_some_and(|token| token.text == "O_RDONLY" || token.text == "0")
            });
            return Some(if is_read { Does::Read } else { Does::Write });
        }
        "argparse.FileType" => {
            let mode = acts::value(arguments, 0, &["mode"]);
            let is_read =
                arguments.is_empty() || mode.known().is_some_and(|mode| !mode.contains(['w', 'a', 'x', '+']));
            return Some(if is_read {
                Does::Nothing
            } else {
                Does::Opaque("it opens files to write that nobody has named")
            });
        }
        "operator.attrgetter" | "operator.methodcaller" => {
            let is_plain = |argument: &Argument| {
                argument.name.is_some()
                    || argument.given.value().known().is_some_and(|name| {
                        name.split('.').all(|part| !part.starts_with('_') && !modules::is_powerful(part))
                    })
            };
            let looked =
                if path.ends_with("attrgetter") { arguments } else { arguments.get(..1).unwrap_or_default() };
            return Some(if looked.iter().all(is_plain) { Does::Nothing } else { doubtful });
        }
        "unittest.main" if !arguments.is_empty() => return Some(doubtful),
        "matplotlib.use" => {
            let is_plain = text.is_some_and(|text| text.chars().all(char::is_alphanumeric));
            return Some(if is_plain { Does::Nothing } else { doubtful });
        }
        _ => {}
    }
    let is_plain = text.is_some_and(|text| !text.contains(['@', '(']) && !text.contains("__"));
    match method {
        "eval" | "query" if with.pandas && !arguments.is_empty() && path != "eval" && !is_plain => {
            Some(doubtful)
        }
        "backup" if with.sqlite && !arguments.is_empty() => {
            Some(Does::Opaque("it writes a database over another"))
        }
        "write"
            if with.trees
                && text.is_some_and(|text| text.contains(['.', '/']) && !text.contains(['<', ' ', '\n'])) =>
        {
            Some(Does::Write)
        }
        _ => None,
    }
}

/// Where a call writes what is not its first argument: the second, or here.
pub(super) fn written(path: &str, with: &Libraries, arguments: &[Argument]) -> Option<Value> {
    let (receiver, method) = path.rsplit_once('.')?;
    if method == "extract" && with.archives && !receiver.ends_with("str") && !arguments.is_empty() {
        let place = acts::positional(arguments, 1, &["path"]).map(|given| given.value());
        return Some(place.unwrap_or_else(|| Value::Known(".".to_owned())));
    }
    if path.starts_with("networkx.write_") {
        return Some(acts::value(arguments, 1, &["path"]));
    }
    let is_file =
        receiver.ends_with("Path()") && matches!(method, "copy" | "copy_into" | "move" | "move_into");
    is_file.then(|| acts::value(arguments, 0, &["target", "target_dir"]))
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    fn python(text: &str) -> String {
        check(&format!("python3 - <<'EOF'\n{text}\nEOF"))
    }

    #[test]
    fn the_tables_are_in_order() {
        assert!(super::KNOWN.is_sorted() && super::OTHERS.is_sorted());
    }

    #[test]
    fn what_leads_elsewhere_is_opaque() {
        for code in [
            "import tempfile\ntempfile._shutil.rmtree('src')",
            "import tempfile as t\nt._io.open('x','w')",
            "from tempfile import _shutil\n_shutil.rmtree('src')",
            "import tempfile\nt = tempfile\nt._shutil.rmtree('src')",
            "import tempfile\nfor t in [tempfile]: t._shutil.rmtree('src')",
            "import tempfile\ngetattr(tempfile, '_shutil').rmtree('src')",
            "import json\ngetattr(json, 'codecs').open('x','w')",
            "import unittest.mock as m\nm.pkgutil.resolve_name('os:sys'+'tem')('ls')",
            "import uuid\nuuid._get_command_stdout('git','push','origin','main')",
            "import platform\nplatform._syscmd_file('x')",
            "import warnings\nwarnings._processoptions(['error::evil.X'])",
            "import gc,glob\nm=gc.get_referents(glob)[0]['o'+'s']",
            "import concurrent.futures.process as p\np.mp.Process(target=print).start()",
            "import numpy as np\nnp.ctypeslib.load_library('x','.')",
            "import numpy as np\nnp.testing.runstring('x',{})",
            "import pandas as pd\npd.core.common.zork('x')",
            "import asyncio\nasyncio.events.subprocess.run(['git','push','origin','main'])",
            "import operator\nf=operator.attrgetter('sys'+'tem')",
        ] {
            assert!(python(code).contains("exec.opaque"), "{code}: {}", python(code));
        }
    }

    #[test]
    fn what_evaluates_texts_is_opaque() {
        for code in [
            "import typing\nclass A:\n  x: \"__import__('os').system('ls')\"\ntyping.get_type_hints(A)",
            "import typing_extensions as t\nt.get_type_hints(1)",
            "import pydantic\npydantic.create_model('A',x=(\"f()\",1))",
            "import pydantic\nclass A(pydantic.BaseModel):\n  x: \"__import__('os').system('ls')\"",
            "import pydantic\nfrom typing import Optional\nclass A(pydantic.BaseModel):\n  x: Optional[\"f('ls')\"]",
            "from functools import singledispatch\n@singledispatch\ndef f(x): pass\n@f.register\ndef _(x: \"g('ls')\"): pass",
            "import yaml\nlist(yaml.load_all(x,Loader=yaml.UnsafeLoader))",
            "import yaml\nlist(yaml.unsafe_load_all(x))",
            "import yaml\nyaml.UnsafeLoader(x).get_single_data()",
            "from yaml import UnsafeLoader as L\nL(x).get_single_data()",
            "import pandas as pd\npd.DataFrame({'a':[1]}).query(\"@pd.x.system('ls')\")",
            "import pandas as pd\ndf = pd.DataFrame({'a':[1]})\ndf.eval(x)",
            "import asyncio\nasync def m():\n  await asyncio.get_event_loop().subprocess_shell(asyncio.SubprocessProtocol,'ls')",
            "import click\nclick.edit(editor='git push origin main;')",
            "import pytest\npytest.main(['-p','x'])",
            "import unittest\nunittest.main(module='x')",
            "import sqlite3\nc=sqlite3.connect('a.db')\nc.load_extension('./x')",
            "import sqlite3\nsqlite3.connect('a.db').backup(sqlite3.connect('b.db'))",
            "import argparse\nargparse.FileType('w')('/home/dev/.bashrc').write('x')",
            "import zipfile\nzipfile.main(['-e','x.zip','.git/hooks'])",
            "import matplotlib\nmatplotlib.use('module://x')",
        ] {
            assert!(python(code).contains("exec.opaque"), "{code}: {}", python(code));
        }
    }

    #[test]
    fn what_writes_is_told() {
        for code in [
            "import os\nfd=os.open('/home/dev/.bashrc',577,0o755)",
            "import os\nos.open('/home/dev/.bashrc',flags=577)",
            "import os\nf=577\nos.open('/home/dev/.bashrc',f)",
            "import io\nio.FileIO('/home/dev/.bashrc','w').write(b'x')",
            "import gzip\ngzip.GzipFile('/home/dev/.bashrc','w').write(b'x')",
            "import click\nclick.open_file('/home/dev/.bashrc','w').write('x')",
            "import json\njson.codecs.open('/home/dev/.bashrc','w').write('x')",
            "from json import codecs\ncodecs.open('/home/dev/.bashrc','w').write('x')",
            "import logging\nlogging.io.open('/home/dev/.bashrc','w').write('x')",
            "import zipfile\nzipfile.ZipFile('x.zip').extract('x','/home/dev/.bashrc')",
            "import tarfile\ntarfile.open('x.tar').extract('x',path='/home/dev/.bashrc')",
            "import xml.etree.ElementTree as E\nE.ElementTree(E.Element('a')).write('/home/dev/.bashrc')",
            "import numpy as np\nnp.memmap('/home/dev/.bashrc',mode='w+',shape=10)",
            "import numpy as np\nnp.savez('/home/dev/.bashrc',a=1)",
            "import networkx as nx\nnx.write_edgelist(nx.Graph(),'/home/dev/.bashrc')",
            "import pandas as pd\npd.DataFrame().to_xml('/home/dev/.bashrc')",
            "import pathlib\npathlib.Path('x').copy('/home/dev/.bashrc')",
        ] {
            assert!(python(code).contains("fs.write /home/dev/.bashrc"), "{code}: {}", python(code));
        }
        let found = python(
            "import aiohttp\nasync def m():\n  async with aiohttp.request('DELETE','https://api.example/x') as r: pass",
        );
        assert!(found.contains("net.delete https://api.example/x"), "{found}");
    }

    #[test]
    fn everyday_code_is_followed() {
        for code in [
            "import os\nprint(os.read(os.open('a.txt', os.O_RDONLY), 9), os.open('b.txt', 0))",
            "import json, re, sys\nfrom collections import namedtuple\nP = namedtuple('P', 'a b')\nprint(P(1, 2)._asdict(), json.dumps(re.findall('a', 'b')))",
            "import datetime, time\nprint(datetime.datetime.now(), time.time(), datetime.time(1))",
            "from datetime import datetime\nprint(isinstance(x, datetime))",
            "import typing, dataclasses\n@dataclasses.dataclass\nclass A:\n  x: 'typing.Optional[int]' = None\nprint(A())",
            "from pydantic import BaseModel\nclass A(BaseModel):\n  x: 'int | None' = None\n  y: dict[str, int] = {}\nprint(A(x=1).model_dump())",
            "import yaml\nprint(yaml.safe_load(open('a.yml')))",
            "import pandas as pd\ndf = pd.read_csv('a.csv')\nprint(df.query('a > 1 and b == 2').head(), df['x'].str.extract(r'(a)'))",
            "import unittest\nclass T(unittest.TestCase):\n  def test(self): self.assertEqual(1, 1)\nunittest.main()",
            "import operator\nprint(sorted(x, key=operator.attrgetter('name', 'a.b')), operator.itemgetter(1))",
            "import argparse\np = argparse.ArgumentParser()\np.add_argument('f', type=argparse.FileType('r'))",
            "import numpy as np\nprint(np.random.rand(3), np.select([a], [b]), np.trace(c))",
            "import gzip\nprint(gzip.open('a.gz', 'rt').read())",
            "import logging\nlog = logging.getLogger(__name__)\nlog.info('x')",
        ] {
            assert!(!python(code).contains("opaque"), "{code}: {}", python(code));
        }
    }
}
