//! JavaScript's modules and globals as data: which are harmless, and what the functions of the others do.

use crate::code::acts::Does::{
    self, Connect, Copy, Delete, Http, Listen, Make, Move, Nothing, Opaque, Open, Permit, Program, Read,
    Request, Shell, Sql, Write,
};

/// Modules that compute, or only read.
const HARMLESS: &[&str] = &[
    "assert",
    "assert/strict",
    "buffer",
    "chalk",
    "color",
    "commander",
    "console",
    "constants",
    "crypto",
    "date-fns",
    "dayjs",
    "diff",
    "events",
    "fast-glob",
    "glob",
    "js-yaml",
    "lodash",
    "luxon",
    "marked",
    "minimatch",
    "minimist",
    "moment",
    "ms",
    "path",
    "path/posix",
    "perf_hooks",
    "picocolors",
    "punycode",
    "querystring",
    "readline",
    "semver",
    "stream",
    "stream/promises",
    "string_decoder",
    "timers",
    "timers/promises",
    "tty",
    "url",
    "util",
    "uuid",
    "yaml",
    "yargs",
    "zlib",
    "zod",
];

/// Modules whose functions are looked at one by one.
pub(super) const LOOKED_AT: &[&str] = &[
    "axios",
    "child_process",
    "execa",
    "fs",
    "fs-extra",
    "got",
    "http",
    "https",
    "net",
    "node-fetch",
    "os",
    "process",
    "rimraf",
    "undici",
    "pg",
    "mysql",
    "mysql2",
    "sqlite3",
    "better-sqlite3",
];

/// Names that lead to the makers of code, or to other worlds.
pub(super) const HIDDEN: &[&str] = &[
    "constructor",
    "__proto__",
    "prototype",
    "mainModule",
    "binding",
    "_linkedBinding",
    "dlopen",
    "createRequire",
    "getBuiltinModule",
    "runInThisContext",
    "runInNewContext",
    "_load",
    "__lookupGetter__",
    "getOwnPropertyDescriptor",
    "getOwnPropertyDescriptors",
    "getPrototypeOf",
    "executableDir",
    "executableFile",
    "loadExtension",
    "setEngine",
];

/// Globals that have power.
pub(super) const GLOBALS: &[&str] = &[
    "eval",
    "Function",
    "globalThis",
    "global",
    "window",
    "self",
    "process",
    "fetch",
    "WebAssembly",
    "Deno",
    "Bun",
    "XMLHttpRequest",
    "WebSocket",
    "Reflect",
    "Proxy",
    "module",
    "Worker",
    "importScripts",
    "setTimeout",
    "setInterval",
    "EventSource",
];

/// Words before a bracket that are no value.
pub(super) const KEYWORDS: &[&str] = &[
    "return", "of", "in", "const", "let", "var", "case", "typeof", "await", "yield", "new", "else", "do",
    "throw", "default",
];

/// Whether a module is harmless.
pub(super) fn is_harmless(module: &str) -> bool {
    HARMLESS.contains(&module)
}

/// Whether what is named of a global or a module does nothing of note.
pub(super) fn is_known(full: &str) -> bool {
    const KNOWN: &[&str] = &[
        "process.argv",
        "process.env",
        "process.exit",
        "process.cwd()",
        "process.stdout",
        "process.stderr",
        "process.stdin",
        "process.platform",
        "process.arch",
        "process.version",
        "process.versions",
        "process.memoryUsage",
        "process.hrtime",
        "process.uptime",
        "process.pid",
        "process.nextTick",
        "process.on()",
        "process.exitCode",
        "process.once()",
        "process.chdir",
        "module.exports",
        "Reflect.ownKeys",
        "setTimeout()",
        "setInterval()",
        "os.",
        "fs.constants",
        "fs.promises",
        "fs.existsSync",
        "fs.statSync",
        "fs.lstatSync",
        "fs.readdirSync",
        "fs.readdir",
        "fs.stat",
        "fs.accessSync",
        "fs.access",
        "fs.realpathSync",
        "fs.exists",
        "fs.watch",
        "fs.opendir",
        "axios.create",
        "axios.isAxiosError",
        "http.STATUS_CODES",
        "http.Agent",
        "https.Agent",
        "pg.",
        "mysql.",
        "mysql2.",
        "sqlite3.",
        "better-sqlite3",
        "undici.Agent",
        "fs.closeSync",
        "fs.promises.readdir",
        "fs.promises.stat",
        "fs.promises.access",
    ];
    KNOWN.iter().any(|known| full.starts_with(known)) && full != "process" && full != "module"
}

/// What a function does, by its full name.
pub(super) fn function(path: &str) -> Option<Does> {
    let path = path.replace(".promises", "").replace("fs-extra", "fs").replace(".default", "");
    Some(match path.as_str() {
        "eval" | "Function" | "globalThis.eval" => Opaque("it runs code that it makes itself"),
        "child_process.exec" | "child_process.execSync" | "execa.execaCommand" | "execa.execaCommandSync" => {
            Shell
        }
        "child_process.spawn"
        | "child_process.spawnSync"
        | "child_process.execFile"
        | "child_process.execFileSync"
        | "execa.execa"
        | "execa"
        | "execa.execaSync" => Program,
        "child_process.fork" => Opaque("it starts another process of its own kind"),
        "fs.readFileSync" | "fs.readFile" | "fs.createReadStream" | "fs.readJsonSync" | "fs.readJson" => Read,
        "fs.writeFileSync"
        | "fs.writeFile"
        | "fs.appendFileSync"
        | "fs.appendFile"
        | "fs.createWriteStream"
        | "fs.truncateSync"
        | "fs.truncate"
        | "fs.outputFileSync"
        | "fs.outputFile"
        | "fs.writeJsonSync"
        | "fs.writeJson" => Write,
        "fs.openSync" | "fs.open" => Open,
        "fs.rmSync" | "fs.rm" | "fs.unlinkSync" | "fs.unlink" | "fs.rmdirSync" | "fs.rmdir"
        | "fs.removeSync" | "fs.remove" | "fs.emptyDirSync" | "rimraf" | "rimraf.sync" | "rimraf.rimraf"
        | "rimraf.rimrafSync" => Delete,
        "fs.renameSync" | "fs.rename" | "fs.moveSync" | "fs.move" => Move,
        "fs.copyFileSync" | "fs.copyFile" | "fs.cpSync" | "fs.cp" | "fs.copySync" | "fs.copy" => Copy,
        "fs.mkdirSync" | "fs.mkdir" | "fs.mkdtempSync" | "fs.mkdtemp" | "fs.ensureDirSync"
        | "fs.ensureDir" => Make,
        "fs.chmodSync" | "fs.chmod" | "fs.chownSync" | "fs.chown" => Permit,
        "fs.symlinkSync" | "fs.symlink" | "fs.linkSync" | "fs.link" => Opaque("it makes links"),
        "fetch" | "Request" | "undici.Request" | "node-fetch" | "undici.fetch" | "undici.request"
        | "axios" | "axios.request" | "got" | "http.get" | "https.get" | "http.request" | "https.request"
        | "globalThis.fetch" => Request,
        "axios.get" | "axios.head" => Http(""),
        "got.get" => Request,
        "axios.post" | "got.post" => Http("POST"),
        "axios.put" | "got.put" => Http("PUT"),
        "axios.patch" | "got.patch" => Http("PATCH"),
        "axios.delete" | "got.delete" => Http("DELETE"),
        "http.createServer" | "https.createServer" | "net.createServer" => Listen,
        "net.connect"
        | "net.createConnection"
        | "net.Socket"
        | "WebSocket"
        | "XMLHttpRequest"
        | "EventSource" => Connect,
        "process.kill" => Does::Kill,
        "process.cwd" | "process.exit" => Nothing,
        _ => return None,
    })
}

/// What a method does, whatever it is a method of.
pub(super) fn method(path: &str) -> Option<Does> {
    let (receiver, name) = path.rsplit_once('.')?;
    let first = receiver.split(['.', '(']).next().unwrap_or(receiver);
    if matches!(first, "fs" | "child_process" | "process" | "os") {
        return None;
    }
    Some(match name {
        "query" | "execute" if !receiver.contains("document") => Sql,
        "post" => Http("POST"),
        "put" => Http("PUT"),
        "patch" => Http("PATCH"),
        "delete" => Http("DELETE"),
        "get" => Http(""),
        "execSync" | "spawnSync" | "execFileSync" => Opaque("it starts programs through something else"),
        "writeFileSync" | "rmSync" | "unlinkSync" => Opaque("it changes files through something else"),
        _ => return None,
    })
}
