//! What functions and methods of Python's modules do.

use crate::code::acts::Does::{
    self, Connect, Copy, Delete, Http, HttpBy, Kill, Listen, Make, Move, Nothing, Opaque, Open, Permit,
    Program, Read, Replace, Request, Shell, Sql, Words, Write,
};

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
        | "lzma.open" | "io.FileIO" | "io.OpenWrapper" | "gzip.GzipFile" | "bz2.BZ2File"
        | "lzma.LZMAFile" | "click.open_file" | "zipfile.ZipFile" | "zipfile.PyZipFile" | "tarfile.open"
        | "tarfile.TarFile" => Open,
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
        "requests.get" | "httpx.get" | "requests.head" | "requests.options" | "httpx.head" => Http(""),
        "urllib.request.urlopen" | "urllib.request.Request" => Request,
        "urllib.request.urlretrieve" => Http(""),
        "requests.post" | "httpx.post" => Http("POST"),
        "requests.put" | "httpx.put" => Http("PUT"),
        "requests.patch" | "httpx.patch" => Http("PATCH"),
        "requests.delete" | "httpx.delete" => Http("DELETE"),
        "requests.request" | "requests.Request" | "httpx.request" | "httpx.Request" | "httpx.stream" => {
            HttpBy
        }
        "socket.socket"
        | "socket.create_connection"
        | "smtplib.SMTP"
        | "smtplib.SMTP_SSL"
        | "http.client.HTTPConnection"
        | "http.client.HTTPSConnection"
        | "asyncio.open_connection" => Connect,
        "socket.create_server"
        | "asyncio.start_server"
        | "http.server.HTTPServer"
        | "http.server.ThreadingHTTPServer"
        | "socketserver.TCPServer"
        | "socketserver.ThreadingTCPServer"
        | "socketserver.UDPServer"
        | "wsgiref.simple_server.make_server" => Listen,
        "pickle.load"
        | "pickle.loads"
        | "yaml.load"
        | "yaml.unsafe_load"
        | "pandas.read_pickle"
        | "pandas.eval"
        | "numpy.load"
        | "yaml.load_all"
        | "yaml.unsafe_load_all"
        | "yaml.full_load"
        | "yaml.full_load_all"
        | "yaml.Loader"
        | "yaml.FullLoader"
        | "yaml.UnsafeLoader"
        | "yaml.CLoader"
        | "yaml.CFullLoader"
        | "yaml.CUnsafeLoader"
        | "lxml.etree.XSLT" => Opaque("it takes in data that can run code"),
        "typing.get_type_hints"
        | "typing.ForwardRef"
        | "typing_extensions.get_type_hints"
        | "typing_extensions.ForwardRef"
        | "typing.evaluate_forward_ref"
        | "typing_extensions.evaluate_forward_ref"
        | "pydantic.create_model"
        | "pydantic.TypeAdapter"
        | "numpy.testing.runstring"
        | "numpy.testing.measure"
        | "numpy.testing.rundocs" => Opaque("it runs what stands in texts"),
        "click.edit" | "click.launch" | "PIL.ImageShow.show" => Opaque("it starts another program"),
        "pytest.main"
        | "pytest.console_main"
        | "unittest.TestLoader"
        | "unittest.defaultTestLoader"
        | "zipfile.main"
        | "tarfile.main" => Opaque("it runs what it is given by name"),
        "gc.get_referents" => Opaque("it reaches what is not named"),
        "asyncio.open_unix_connection" => Connect,
        "aiohttp.request" => HttpBy,
        "signal.raise_signal" => Kill,
        "tokenize.open" => Read,
        "numpy.memmap"
        | "numpy.lib.format.open_memmap"
        | "pandas.ExcelWriter"
        | "pandas.HDFStore"
        | "logging.handlers.BaseRotatingHandler" => Write,
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
        | "to_xml" | "to_feather" | "to_hdf" | "to_stata" | "to_orc" | "to_latex" | "save_text"
        | "save_html" | "save_svg" | "imsave" | "savemat" | "savez" | "savez_compressed" | "savefig"
        | "save" | "extractall" | "tofile" | "savetxt" => Write,
        "execute" | "executemany" | "executescript" | "copy_expert" | "fetchrow" | "fetchval"
        | "read_sql" | "read_sql_query" => Sql,
        "copy_from" | "copy_to" | "copy_records_to_table" | "copy_to_table" | "callproc" | "to_sql" => {
            Opaque("it changes or copies tables, or calls a procedure of a database")
        }
        "listen" => Listen,
        "get" | "head" => Http(""),
        "post" => Http("POST"),
        "put" => Http("PUT"),
        "patch" => Http("PATCH"),
        "delete" => Http("DELETE"),
        "urlopen" => Http(""),
        "sendmail" | "send_message" | "sendall" => Connect,
        "create_datagram_endpoint" | "create_unix_connection" => Connect,
        "to_gbq" => Opaque("it changes or copies tables, or calls a procedure of a database"),
        "load_extension" => Opaque("it loads a library that nobody has read"),
        "loadTestsFromName" | "loadTestsFromNames" | "discover" => Opaque("it imports what it works out"),
        "subprocess_shell" | "subprocess_exec" | "system" | "popen" | "Popen" | "check_output"
        | "check_call" => Opaque("it starts programs through something else"),
        _ => return None,
    })
}
