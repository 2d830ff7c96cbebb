//! `redis-cli` and its like: each command by a table of what it does.

use countersign_model::{Certainty, Verb, verbs};

use super::Family;
use super::databases::{Given, Options, Whereabouts, named, place, read, read_ahead, setting_there, tells, whole};
use crate::code::source;
use crate::context::Context;
use crate::invocation::{Invocation, Stdin};
use crate::sql::{DatabasePlace, client, unknown};
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &["redis-cli", "valkey-cli", "keydb-cli", "iredis"],
    about: "Each command by a table of what it does, from arguments, a pipe or a here-document. A command \
        that the table lacks is a write.",
    examples: &[
        "redis-cli -h cache.example GET session:1",
        "redis-cli -h cache.example SET a 1",
        "redis-cli -u redis://cache.prod.example:6379/0 DEL a b",
        "redis-cli -h cache.example FLUSHALL",
        "redis-cli CONFIG SET dir /root/.ssh",
        "redis-cli ACL SETUSER bob on",
        "redis-cli EVAL 'return 1' 0",
        "redis-cli INFO",
        "redis-cli FROB x",
    ],
    effects,
};

const OPTIONS: Options = Options {
    long: &["user", "pass", "cacert", "cacertdir", "cert", "key", "sni", "eval", "pipe-timeout", "pattern", "rdb", "functions-rdb", "intrinsic-latency", "askpass-file", "lru-test", "memkeys-samples", "quoted-pattern", "show-pushes", "tls-ciphers"],
    short: "hpsanurtiXdD",
    attached: "",
};

const IREDIS: Options = Options {
    long: &["socket", "username", "password", "url", "dsn", "iredisrc", "decode", "client_name", "prompt"],
    short: "hpsnuad",
    attached: "",
};

const READS: &[&str] = &[
    "bitcount", "bitfield_ro", "bitpos", "command", "dbsize", "dump", "echo", "exists", "expiretime", "ft._list", "ft.info", "ft.search", "geodist", "geohash", "geopos", "geosearch", "get", "getbit", "getrange", "help", "hexists", "hget", "hgetall",
    "hkeys", "hlen", "hmget", "hrandfield", "hscan", "hstrlen", "hvals", "info", "json.get", "json.mget", "json.type", "keys", "lastsave", "lindex", "llen", "lolwut", "lpos", "lrange", "mget", "object", "pexpiretime", "pfcount",
    "ping", "pttl", "randomkey", "role", "scan", "scard", "sdiff", "select", "sinter", "sintercard", "sismember", "smembers", "smismember", "srandmember", "sscan", "strlen", "substr", "sunion", "time", "ttl", "type", "wait", "xinfo", "xlen",
    "xpending", "xrange", "xread", "xrevrange", "zcard", "zcount", "zdiff", "zinter", "zlexcount", "zmscore", "zrandmember", "zrange", "zrangebylex", "zrangebyscore", "zrank", "zrevrange", "zrevrank", "zscan", "zscore", "zunion", "hello", "auth", "quit", "asking", "readonly", "lcs", "touch", "watch", "unwatch", "discard", "multi",
];
const WRITES: &[&str] = &[
    "append", "bitfield", "bitop", "blmove", "blpop", "brpop", "copy", "decr", "decrby", "exec", "expire", "expireat", "geoadd", "getdel", "getex", "getset", "hincrby", "hincrbyfloat", "hmset", "hset", "hsetnx", "incr", "incrby", "incrbyfloat", "json.set", "linsert", "lmove", "lpop", "lpush", "lpushx", "lset",
    "mset", "msetnx", "persist", "pexpire", "pexpireat", "pfadd", "pfmerge", "psetex", "publish", "rename", "renamenx", "restore", "rpop", "rpoplpush", "rpush", "rpushx", "sadd", "sdiffstore", "set", "setbit", "setex", "setnx", "setrange", "sinterstore", "smove", "spop", "spublish", "subscribe", "psubscribe", "sunionstore", "xack", "xadd", "xautoclaim", "xclaim", "xgroup", "xreadgroup", "xsetid",
    "zadd", "zincrby", "zinterstore", "zpopmax", "zpopmin", "zunionstore", "zrangestore", "bgsave", "save", "bgrewriteaof", "sort", "georadius",
];
const DESTROYS: &[&str] = &["del", "flushall", "flushdb", "ft.dropindex", "hdel", "json.del", "lrem", "ltrim", "srem", "swapdb", "unlink", "xdel", "xtrim", "zrem", "zremrangebylex", "zremrangebyrank", "zremrangebyscore"];
const RUNS: &[&str] = &["cluster", "debug", "eval", "eval_ro", "evalsha", "evalsha_ro", "failover", "fcall", "fcall_ro", "function", "migrate", "module", "monitor", "psync", "replicaof", "script", "shutdown", "slaveof", "sync", "sentinel"];

/// Words of one command whose keys are told one by one.
const MOST_KEYS: usize = 32;

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let is_iredis = invocation.program == "iredis";
    let given = if is_iredis { read(invocation, &IREDIS) } else { read_ahead(invocation, &OPTIONS) };
    let table = given.operands.first().and_then(Word::known);
    if (given.is_help() && (!is_iredis || given.operands.is_empty())) || (table.is_none() && given.has(&["v"])) {
        tells(invocation, context);
        return;
    }
    let address = given.word(if is_iredis { &["url"] } else { &["u"] });
    let whereabouts = Whereabouts {
        system: "redis",
        host: address.or_else(|| given.word(&["h"])),
        database: None,
        host_setting: None,
        database_setting: None,
    };
    let mut at = place(&whereabouts, invocation, context);
    if is_iredis && address.is_none() {
        aliased(&given, &mut at, invocation, context);
    }
    if let Some(number) = given.word(&["n"]) {
        at.database = Some(named(number));
    }
    if let Some(file) = given.word(&["rdb", "functions-rdb"]) {
        context.write(file);
        whole(verbs::DB_EXPORT, &at, "it reads the whole database", context);
        return;
    }
    if let Some(script) = given.word(&["eval"]) {
        context.read(script);
        super::ask_file(&crate::paths::locate(&script.value, context).path, context);
        whole(verbs::DB_EXECUTE, &at, "it runs a script inside the server", context);
        return;
    }
    if given.has(&["bigkeys", "memkeys", "hotkeys", "scan", "stat", "latency", "latency-history", "latency-dist", "keystats", "intrinsic-latency"]) {
        whole(verbs::DB_READ, &at, "", context);
        return;
    }
    if given.has(&["cluster", "pipe", "lru-test", "replica", "slave"]) {
        let verb = if given.has(&["replica", "slave"]) { verbs::DB_READ } else { verbs::DB_EXECUTE };
        context.push(at.effect(verb, "*").certain(Certainty::Partial, "it acts on many keys or on the cluster"));
        return;
    }
    if given.operands.is_empty() {
        stdin(invocation, &at, context);
    } else {
        let words: Vec<Value> = given.operands.iter().map(|word| word.value.clone()).collect();
        command(&words, &at, context);
        if given.has(&["x", "X"]) && matches!(invocation.stdin, Stdin::Inherited) {
            context.push(at.effect(verbs::DB_WRITE, "*").certain(Certainty::Partial, "its last argument is not known"));
        }
    }
}

/// The place where a variable, or a name in the client's own settings, says it.
fn aliased(given: &Given, at: &mut DatabasePlace, invocation: &Invocation, context: &Context<'_>) {
    let setting = |name: &str| setting_there(name, invocation, context);
    if given.has(&["d", "dsn", "iredisrc"]) || !matches!(setting("IREDIS_DSN"), Ok(None)) {
        "*".clone_into(&mut at.host);
        at.note = Some("the client's own settings say which host it is".to_owned());
    } else if let Some(address) = setting("IREDIS_URL").transpose() {
        *at = address.ok().and_then(|address| DatabasePlace::of_text(&address)).unwrap_or_else(|| DatabasePlace::any("redis"));
    }
}

/// A command a line.
fn stdin(invocation: &Invocation, at: &DatabasePlace, context: &mut Context<'_>) {
    let text = match &invocation.stdin {
        Stdin::Inherited => return client::interactive(at, context),
        Stdin::Text(Value::Known(text)) => Some(text.clone()),
        Stdin::Pipe(source) if source.text.is_some() => source.text.clone(),
        Stdin::Pipe(_) | Stdin::File(_) => invocation.stdin.file().and_then(|file| {
            source::one(&crate::paths::locate(file, context), context)
        }),
        Stdin::Text(_) => None,
    };
    let Some(text) = text.filter(|text| context.counts_text(text.len())) else {
        unknown("it runs commands that are not known", at, context);
        return;
    };
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    for (count, line) in lines.enumerate() {
        if count > 200 {
            unknown("it has too many commands to look at each", at, context);
            return;
        }
        let words: Vec<Value> =
            line.split_ascii_whitespace().map(|word| Value::Known(word.trim_matches(['"', '\'']).to_owned())).collect();
        command(&words, at, context);
    }
}

/// Adds what one command does.
fn command(words: &[Value], at: &DatabasePlace, context: &mut Context<'_>) {
    let Some(name) = words.first().and_then(Value::known).map(str::to_ascii_lowercase) else {
        unknown("the command is not known", at, context);
        return;
    };
    // A number before the command repeats it.
    if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()) && words.len() > 1 {
        return command(words.get(1..).unwrap_or_default(), at, context);
    }
    let second = words.get(1).and_then(Value::known).unwrap_or_default().to_ascii_lowercase();
    let key = words.get(1).map_or("*", |key| key.known().unwrap_or("*"));
    let (verb, why): (Verb, &str) = match name.as_str() {
        "config" if second == "get" || second == "help" => (verbs::DB_READ, "it reads the server's settings"),
        "config" if second == "resetstat" => (verbs::DB_WRITE, ""),
        "config" => (verbs::DB_EXECUTE, "it changes the server's settings, by which files can be written"),
        "acl" if matches!(second.as_str(), "list" | "whoami" | "getuser" | "cat" | "users" | "log" | "help" | "dryrun" | "genpass") => (verbs::DB_READ, ""),
        "acl" => (verbs::DB_PRIVILEGE, ""),
        "client" if matches!(second.as_str(), "list" | "id" | "info" | "getname" | "setname" | "help" | "no-evict" | "tracking" | "caching" | "trackinginfo" | "getredir") => (verbs::DB_READ, ""),
        "client" => (verbs::DB_EXECUTE, "it acts on other sessions"),
        "slowlog" | "latency" | "memory" | "pubsub" if !matches!(second.as_str(), "reset" | "purge") => (verbs::DB_READ, ""),
        "slowlog" | "latency" | "memory" | "pubsub" => (verbs::DB_WRITE, ""),
        "cluster" if matches!(second.as_str(), "info" | "nodes" | "slots" | "shards" | "myid" | "keyslot" | "countkeysinslot" | "getkeysinslot" | "links" | "replicas") => (verbs::DB_READ, ""),
        "script" if second == "exists" => (verbs::DB_READ, ""),
        "function" if matches!(second.as_str(), "list" | "stats" | "dump") => (verbs::DB_READ, ""),
        "module" if second == "list" => (verbs::DB_READ, ""),
        "debug" if matches!(second.as_str(), "object" | "help") => (verbs::DB_READ, ""),
        "object" if second == "help" => (verbs::DB_READ, ""),
        "migrate" | "replicaof" | "slaveof" if second != "no" => {
            // Another server gets what this one has, or is read whole.
            let verb = if name == "migrate" { verbs::DB_WRITE } else { verbs::DB_EXPORT };
            let host = words.get(1).and_then(Value::known).unwrap_or("*").to_owned();
            let other = DatabasePlace { host, ..DatabasePlace::any("redis") };
            whole(verb, &other, &format!("{name} names it"), context);
            (verbs::DB_EXECUTE, "it acts on the server itself or runs code in it")
        }
        "flushall" => (verbs::DB_DESTROY, "it empties every database of the server"),
        "flushdb" => (verbs::DB_DESTROY, "it empties the database"),
        other if READS.contains(&other) => (verbs::DB_READ, ""),
        other if WRITES.contains(&other) => (verbs::DB_WRITE, ""),
        other if DESTROYS.contains(&other) => (verbs::DB_DESTROY, ""),
        other if RUNS.contains(&other) => (verbs::DB_EXECUTE, "it acts on the server itself or runs code in it"),
        other => {
            let short: String = other.chars().take(40).collect();
            super::databases::unknown_command(&short, at, context);
            return;
        }
    };
    let plain = matches!(verb.as_str(), "db.read" | "db.write" | "db.destroy") && why.is_empty();
    let keyless = matches!(name.as_str(), "ping" | "info" | "dbsize" | "keys" | "scan" | "time" | "select" | "command" | "config" | "auth" | "hello" | "multi" | "exec");
    let several = matches!(name.as_str(), "del" | "unlink" | "mget" | "exists" | "touch");
    if plain && several && words.len() > MOST_KEYS {
        whole(verb, at, "it names more keys than are told one by one", context);
    } else if plain && several {
        for key in words.iter().skip(1) {
            context.push(known_key(at.effect(verb.clone(), key.known().unwrap_or("*")), key));
        }
    } else if plain && !keyless {
        context.push(at.effect(verb, key));
    } else {
        whole(verb, at, why, context);
    }
}

fn known_key(effect: countersign_model::Effect, key: &Value) -> countersign_model::Effect {
    // All of them are meant then.
    if key.known().is_some() { effect } else { effect.because("which keys they are is not known") }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_because};

    #[test]
    fn servers_that_a_command_names() {
        let found = check("redis-cli -h localhost migrate cache.example 6379 x 0 1");
        assert!(found.contains("db.write * in redis://cache.example"), "{found}");
        let found = check("redis-cli replicaof cache.example 6379");
        assert!(found.contains("db.export * in redis://cache.example"), "{found}");
        assert!(!check("redis-cli replicaof no one").contains("redis://no"));
    }

    #[test]
    fn options_end_at_the_command() {
        for command in ["redis-cli -h db.shop.example del orders --help", "redis-cli -h db.shop.example del orders --version", "valkey-cli -h db.shop.example del orders -v", "iredis -h db.shop.example del orders --help"] {
            assert!(check(command).contains("db.destroy orders in redis://db.shop.example"), "{command}: {}", check(command));
        }
        assert!(check("redis-cli set a -h db.shop.example").contains("db.write a in redis://localhost"));
        for command in ["redis-cli --help", "redis-cli -h db.shop.example --version", "redis-cli -v", "iredis --help"] {
            assert!(check(command).starts_with("exec.read"), "{command}: {}", check(command));
        }
    }

    #[test]
    fn places_of_another_client() {
        let destroys = |command: &str, place: &str| {
            let found = check(command);
            assert!(found.contains(&format!("db.destroy * in redis://{place}")), "{command}: {found}");
        };
        destroys("iredis --url redis://db.shop.example/0 flushall", "db.shop.example");
        destroys("IREDIS_URL=redis://db.shop.example/0 iredis flushall", "db.shop.example");
        destroys("iredis -d live flushall", "*");
        destroys("iredis --dsn live flushall", "*");
        destroys("IREDIS_DSN=live iredis flushall", "*");
        destroys("iredis -u me -a x flushall", "localhost");
        destroys("iredis -h db.shop.example flushall", "db.shop.example");
    }

    #[test]
    fn options_without_values_take_none() {
        for option in ["--pipe", "--tls", "--memkeys", "--askpass"] {
            let found = check(&format!("printf 'FLUSHALL' | redis-cli {option} -h db.shop.example"));
            assert!(found.contains("redis://db.shop.example"), "{option}: {found}");
        }
        assert!(check("redis-cli --pipe-timeout 3 --pipe").contains("localhost"));
    }

    #[test]
    fn commands_by_the_table() {
        assert_snapshot!(check("redis-cli -h cache.example -n 2 GET session:1"), @"db.read session:1 in redis://cache.example/2, read");
        assert_snapshot!(check("redis-cli FLUSHALL"), @"db.destroy * in redis://localhost, destroy");
        assert_snapshot!(check("redis-cli -u redis://user:pw@cache.prod.example:6379/0 del a b"), @"
        db.destroy a in redis://cache.prod.example/0, destroy
        db.destroy b in redis://cache.prod.example/0, destroy
        ");
        assert_snapshot!(check_because("redis-cli -h $REDIS_HOST config set dir /root/.ssh"), @"db.execute * in redis://$REDIS_HOST, execute: it changes the server's settings, by which files can be written");
        assert_snapshot!(check("redis-cli CONFIG GET maxmemory; redis-cli info; redis-cli --scan --pattern 'a*'; redis-cli --version"), @"
        db.read * in redis://localhost, read
        exec.read redis-cli, read
        ");
        assert_snapshot!(check("redis-cli ACL SETUSER bob on; redis-cli EVAL 'return 1' 0; redis-cli MODULE LOAD x.so; redis-cli --eval x.lua"), @"
        db.privilege * in redis://localhost, write
        db.execute * in redis://localhost, execute
        fs.read /repo/x.lua, read
        ");
        assert_snapshot!(check("redis-cli <<'EOF'\nSET a 1\nflushdb\nEOF"), @"
        db.write a in redis://localhost, write
        db.destroy * in redis://localhost, destroy
        ");
        assert_snapshot!(check("echo 'DEL x' | redis-cli"), @"
        exec.read echo, read
        db.destroy x in redis://localhost, destroy
        ");
        assert_snapshot!(check_because("redis-cli -h cache.example; redis-cli FROB x; redis-cli $COMMAND"), @"
        db.execute * in redis://cache.example, execute, opaque: an interactive session
        db.write * in redis://localhost, write, partial: what `frob` does is not known
        db.execute * in redis://localhost, execute, opaque: the command is not known
        ");
    }
}
