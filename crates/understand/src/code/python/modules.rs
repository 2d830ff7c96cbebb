//! Python's modules as data: which are harmless, and what the functions of the others do.

use crate::code::acts::Does::{
    self, Connect, Copy, Delete, Http, HttpBy, Kill, Listen, Make, Move, Nothing, Opaque, Open, Permit,
    Program, Read, Replace, Shell, Sql, Words, Write,
};

/// Modules that compute, read what they are given, or print.
const HARMLESS: &[&str] = &[
    "PIL",
    "__future__",
    "abc",
    "argparse",
    "array",
    "ast",
    "base64",
    "binascii",
    "bisect",
    "bs4",
    "calendar",
    "click",
    "cmath",
    "collections",
    "colorsys",
    "concurrent",
    "configparser",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "dateutil",
    "decimal",
    "difflib",
    "dis",
    "email",
    "enum",
    "errno",
    "fnmatch",
    "fractions",
    "functools",
    "gc",
    "getopt",
    "getpass",
    "gettext",
    "glob",
    "graphlib",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "humanize",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "linecache",
    "locale",
    "lxml",
    "markdown",
    "math",
    "matplotlib",
    "mimetypes",
    "networkx",
    "numbers",
    "numpy",
    "openpyxl",
    "operator",
    "packaging",
    "pandas",
    "platform",
    "pprint",
    "pydantic",
    "pytest",
    "pytz",
    "queue",
    "quopri",
    "random",
    "re",
    "reprlib",
    "rich",
    "scipy",
    "seaborn",
    "secrets",
    "shlex",
    "signal",
    "sklearn",
    "sqlparse",
    "statistics",
    "string",
    "stringprep",
    "struct",
    "symtable",
    "tabulate",
    "tempfile",
    "termcolor",
    "textwrap",
    "threading",
    "time",
    "token",
    "tokenize",
    "toml",
    "tomli",
    "tomllib",
    "tqdm",
    "traceback",
    "tracemalloc",
    "types",
    "typing",
    "typing_extensions",
    "unicodedata",
    "unittest",
    "uuid",
    "warnings",
    "weakref",
    "xml",
    "yaml",
    "zlib",
    "zoneinfo",
];

/// Modules whose functions are looked at one by one.
const LOOKED_AT: &[&str] = &[
    "MySQLdb",
    "aiohttp",
    "asyncio",
    "asyncpg",
    "builtins",
    "http",
    "httpx",
    "importlib",
    "logging",
    "multiprocessing",
    "os",
    "pathlib",
    "psycopg",
    "psycopg2",
    "pty",
    "pymysql",
    "requests",
    "shutil",
    "smtplib",
    "socket",
    "sqlite3",
    "subprocess",
    "sys",
    "tarfile",
    "timeit",
    "urllib",
    "zipfile",
];

/// Names that lead to power wherever they are found.
const POWERFUL: &[&str] = &[
    "CodeType",
    "FunctionType",
    "Popen",
    "_os",
    "_sys",
    "builtins",
    "check_call",
    "check_output",
    "execl",
    "execlp",
    "execv",
    "execve",
    "execvp",
    "get_objects",
    "get_referrers",
    "getoutput",
    "getstatusoutput",
    "import_module",
    "importlib",
    "modules",
    "os",
    "popen",
    "posix",
    "posix_spawn",
    "read_pickle",
    "spawn",
    "spawnl",
    "spawnlp",
    "spawnv",
    "spawnvp",
    "subprocess",
    "sys",
    "system",
    "unsafe_load",
];

/// Inner names that lead nowhere.
pub(super) const HARMLESS_INNER: &[&str] = &[
    "__all__",
    "__annotations__",
    "__author__",
    "__contains__",
    "__doc__",
    "__enter__",
    "__eq__",
    "__exit__",
    "__file__",
    "__getitem__",
    "__hash__",
    "__init__",
    "__iter__",
    "__len__",
    "__lt__",
    "__main__",
    "__name__",
    "__next__",
    "__post_init__",
    "__repr__",
    "__slots__",
    "__str__",
    "__version__",
    "__call__",
    "__future__",
];

/// Built-in functions that run or find what is not written down.
pub(super) const BUILTINS: &[&str] = &[
    "eval",
    "exec",
    "compile",
    "__import__",
    "globals",
    "locals",
    "vars",
    "breakpoint",
    "open",
    "getattr",
    "setattr",
    "delattr",
    "execfile",
];

/// Whether a module is harmless.
pub(super) fn is_harmless(module: &str) -> bool {
    let first = module.split('.').next().unwrap_or(module);
    HARMLESS.contains(&first)
}

/// Whether a name leads to power.
pub(super) fn is_powerful(name: &str) -> bool {
    POWERFUL.contains(&name)
}

/// The module that is looked at which a path starts with.
pub(super) fn of(path: &str) -> Option<&'static str> {
    let first = path.split(['.', '(', '[']).next().unwrap_or(path);
    LOOKED_AT.iter().find(|module| **module == first).copied()
}

/// Whether a name of a module that is looked at is harmless, and what is taken of it.
pub(super) fn is_known(path: &str) -> bool {
    const KNOWN: &[&str] = &[
        "asyncio.",
        "http.HTTPStatus",
        "http.client",
        "http.cookies",
        "httpx.AsyncClient",
        "httpx.Client",
        "httpx.HTTP",
        "httpx.Timeout",
        "logging.",
        "os.PathLike",
        "os.X_OK",
        "os.R_OK",
        "os.W_OK",
        "os.F_OK",
        "os.environ",
        "os.error",
        "os.linesep",
        "os.name",
        "os.path",
        "os.pathsep",
        "os.sep",
        "os.devnull",
        "os.stat_result",
        "os.curdir",
        "os.extsep",
        "pathlib.",
        "requests.Session",
        "requests.exceptions",
        "requests.RequestException",
        "requests.HTTPError",
        "requests.Timeout",
        "requests.adapters",
        "requests.auth",
        "requests.Response",
        "shutil.Error",
        "shutil.SameFileError",
        "MySQLdb.connect",
        "MySQLdb.cursors",
        "asyncpg.connect",
        "asyncpg.create_pool",
        "psycopg.connect",
        "psycopg.Connection.connect",
        "psycopg.AsyncConnection.connect",
        "psycopg.rows",
        "psycopg.Error",
        "psycopg.OperationalError",
        "psycopg.errors",
        "psycopg2.connect",
        "psycopg2.Error",
        "psycopg2.OperationalError",
        "psycopg2.errors",
        "psycopg2.extras.DictCursor",
        "psycopg2.extras.RealDictCursor",
        "psycopg2.extras.NamedTupleCursor",
        "psycopg2.extras.Json",
        "pymysql.connect",
        "pymysql.cursors",
        "pymysql.Error",
        "pymysql.err",
        "socket.gethostname",
        "socket.timeout",
        "socket.error",
        "socket.AF_",
        "socket.SOCK_",
        "socket.SOL_",
        "socket.SO_",
        "sqlite3.",
        "subprocess.CalledProcessError",
        "subprocess.CompletedProcess",
        "subprocess.DEVNULL",
        "subprocess.PIPE",
        "subprocess.STDOUT",
        "subprocess.SubprocessError",
        "subprocess.TimeoutExpired",
        "sys.argv",
        "sys.byteorder",
        "sys.exc_info",
        "sys.executable",
        "sys.exit",
        "sys.float_info",
        "sys.getdefaultencoding",
        "sys.getrecursionlimit",
        "sys.getsizeof",
        "sys.maxsize",
        "sys.platform",
        "sys.setrecursionlimit",
        "sys.stderr",
        "sys.stdin",
        "sys.stdout",
        "sys.version",
        "sys.version_info",
        "tarfile.",
        "timeit.default_timer",
        "urllib.error",
        "urllib.parse",
        "zipfile.",
        "multiprocessing.cpu_count",
        "aiohttp.",
    ];
    path == "urllib.request"
        || (KNOWN.iter().any(|known| path.starts_with(known)) && !path.starts_with("logging.config"))
}

/// What a function does, by its full name.
pub(super) fn function(path: &str) -> Option<Does> {
    Some(match path {
        "eval" | "exec" | "compile" | "execfile" | "builtins.eval" | "builtins.exec" | "builtins.compile" => {
            Opaque("it runs code that it makes itself")
        }
        "__import__" | "importlib.import_module" | "builtins.__import__" | "importlib.reload" => {
            Opaque("it imports what it works out")
        }
        "globals" | "locals" | "vars" | "setattr" | "delattr" | "breakpoint" => {
            Opaque("it looks up or changes names that are not known")
        }
        "getattr" => Nothing,
        "open" | "io.open" | "builtins.open" | "codecs.open" | "gzip.open" | "os.open" | "bz2.open"
        | "lzma.open" | "zipfile.ZipFile" | "zipfile.PyZipFile" | "tarfile.open" | "tarfile.TarFile" => Open,
        "os.system"
        | "os.popen"
        | "subprocess.getoutput"
        | "subprocess.getstatusoutput"
        | "asyncio.create_subprocess_shell" => Shell,
        "subprocess.run"
        | "subprocess.call"
        | "subprocess.check_call"
        | "subprocess.check_output"
        | "subprocess.Popen"
        | "pty.spawn" => Program,
        "asyncio.create_subprocess_exec" => Words,
        "os.execl" | "os.execlp" | "os.execv" | "os.execvp" => Replace,
        "os.execve" | "os.execvpe" | "os.execle" | "os.spawnl" | "os.spawnlp" | "os.spawnv"
        | "os.spawnvp" | "os.posix_spawn" | "os.fork" | "os.forkpty" => Opaque("it starts another process"),
        "os.remove" | "os.unlink" | "os.rmdir" | "os.removedirs" | "shutil.rmtree" => Delete,
        "os.rename" | "os.replace" | "os.renames" | "shutil.move" => Move,
        "shutil.copy" | "shutil.copy2" | "shutil.copyfile" | "shutil.copytree" | "shutil.unpack_archive" => {
            Copy
        }
        "os.mkdir" | "os.makedirs" => Make,
        "os.chmod" | "os.chown" | "shutil.chown" => Permit,
        "os.truncate" | "shutil.make_archive" | "os.mkfifo" => Write,
        "os.symlink" | "os.link" => Opaque("it makes links"),
        "os.kill" | "os.killpg" | "signal.pthread_kill" => Kill,
        "os.chdir"
        | "os.fchdir"
        | "os.getcwd"
        | "os.getpid"
        | "os.getppid"
        | "os.getenv"
        | "os.access"
        | "os.cpu_count"
        | "os.fspath"
        | "os.get_terminal_size"
        | "os.getlogin"
        | "os.getuid"
        | "os.isatty"
        | "os.stat"
        | "os.lstat"
        | "os.uname"
        | "os.urandom"
        | "os.close"
        | "os.fsync"
        | "os.umask"
        | "os._exit"
        | "os.walk"
        | "os.fwalk"
        | "os.utime"
        | "os.readlink"
        | "os.strerror"
        | "os.cpu_count()"
        | "os.getgid"
        | "os.nice"
        | "os.times"
        | "os.write"
        | "os.read"
        | "os.fdopen" => Nothing,
        "os.listdir" | "os.scandir" => Nothing,
        "shutil.which" | "shutil.get_terminal_size" | "shutil.disk_usage" | "shutil.copyfileobj" => Nothing,
        "subprocess.list2cmdline" => Nothing,
        "requests.get"
        | "httpx.get"
        | "urllib.request.urlopen"
        | "urllib.request.Request"
        | "requests.head"
        | "requests.options"
        | "httpx.head" => Http(""),
        "urllib.request.urlretrieve" => Http(""),
        "requests.post" | "httpx.post" => Http("POST"),
        "requests.put" | "httpx.put" => Http("PUT"),
        "requests.patch" | "httpx.patch" => Http("PATCH"),
        "requests.delete" | "httpx.delete" => Http("DELETE"),
        "requests.request" | "httpx.request" | "httpx.stream" => HttpBy,
        "socket.socket"
        | "socket.create_connection"
        | "smtplib.SMTP"
        | "smtplib.SMTP_SSL"
        | "http.client.HTTPConnection"
        | "http.client.HTTPSConnection"
        | "asyncio.open_connection" => Connect,
        "socket.create_server" | "asyncio.start_server" | "http.server.HTTPServer" => Listen,
        "pickle.load" | "pickle.loads" | "yaml.load" | "yaml.unsafe_load" | "pandas.read_pickle"
        | "pandas.eval" | "numpy.load" => Opaque("it takes in data that can run code"),
        "pandas.read_csv"
        | "pandas.read_json"
        | "pandas.read_excel"
        | "pandas.read_parquet"
        | "linecache.getline"
        | "PIL.Image.open"
        | "openpyxl.load_workbook"
        | "numpy.loadtxt" => Read,
        "logging.FileHandler"
        | "logging.basicConfig"
        | "logging.handlers.RotatingFileHandler"
        | "logging.handlers.TimedRotatingFileHandler"
        | "logging.handlers.WatchedFileHandler" => Write,
        "logging.handlers.SocketHandler"
        | "logging.handlers.DatagramHandler"
        | "logging.handlers.SysLogHandler"
        | "logging.handlers.SMTPHandler"
        | "logging.handlers.HTTPHandler" => Connect,
        "logging.config" => Opaque("it sets up what it works out"),
        "sys.path" | "sys.modules" | "sys.meta_path" | "sys.path_hooks" | "sys.settrace"
        | "sys.setprofile" => Opaque("it changes where its modules come from"),
        _ => return None,
    })
}

/// What a method does, whatever it is a method of.
pub(super) fn method(name: &str) -> Option<Does> {
    Some(match name {
        "unlink" | "rmdir" => Delete,
        "touch" => Make,
        "write_text" | "write_bytes" => Write,
        "mkdir" => Make,
        "chmod" => Permit,
        "read_text" | "read_bytes" => Read,
        "symlink_to" | "hardlink_to" => Opaque("it makes links"),
        "to_csv" | "to_json" | "to_excel" | "to_parquet" | "to_pickle" | "to_html" | "to_markdown"
        | "savefig" | "save" | "extractall" | "tofile" | "savetxt" => Write,
        "execute" | "executemany" | "executescript" | "copy_expert" | "fetchrow" | "fetchval"
        | "read_sql" | "read_sql_query" => Sql,
        "copy_from" | "copy_to" | "copy_records_to_table" | "copy_to_table" | "callproc" | "to_sql" => {
            Opaque("it changes or copies tables, or calls a procedure of a database")
        }
        "get" | "head" => Http(""),
        "post" => Http("POST"),
        "put" => Http("PUT"),
        "patch" => Http("PATCH"),
        "delete" => Http("DELETE"),
        "urlopen" => Http(""),
        "sendmail" | "send_message" | "sendall" => Connect,
        "system" | "popen" | "Popen" | "check_output" | "check_call" => {
            Opaque("it starts programs through something else")
        }
        _ => return None,
    })
}
