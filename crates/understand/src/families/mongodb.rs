//! `mongosh` and the programs that come with MongoDB: JavaScript by the names of its methods.

use countersign_model::{Certainty, Verb, verbs};

use super::Family;
use super::databases::{Given, Options, named, read, tells, whole};
use crate::code::source;
use crate::context::Context;
use crate::invocation::{Invocation, Stdin};
use crate::sql::{DatabasePlace, client, unknown, variable};
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &["mongosh", "mongo", "mongodump", "mongorestore", "mongoexport", "mongoimport", "mongostat", "mongotop", "mongofiles", "bsondump"],
    about: "JavaScript for `mongosh` by the names of the methods it calls, and the programs that dump, \
        restore, export and import. Names that the code puts together are opaque.",
    examples: &[
        "mongosh mongodb://db.prod.example/shop --eval 'db.users.find({a: 1}).limit(5)'",
        r#"mongosh "$MONGO_URL" --eval 'db.users.deleteMany({})'"#,
        "mongosh shop --eval 'db.users.insertOne({a: 1})'",
        r#"mongosh shop --eval 'db.createUser({user: "x"})'"#,
        r#"mongosh shop --eval 'db.users["dr" + "op"]()'"#,
        r#"mongosh shop --eval 'db.users.find({name: "drop("})'"#,
        "mongodump --uri mongodb://db.prod.example/shop --out /tmp/dump",
        "mongorestore --host db.prod.example --drop dump",
        "mongosh --version",
    ],
    effects,
};

const OPTIONS: Options = Options {
    long: &["eval", "file", "host", "port", "username", "password", "authenticationDatabase", "authenticationMechanism", "db", "collection", "uri", "out", "dir", "archive", "type", "fields", "query", "queryFile", "sslCAFile", "tlsCAFile", "tlsCertificateKeyFile", "apiVersion", "nsInclude", "nsExclude", "nsFrom", "nsTo", "mode", "upsertFields", "numParallelCollections", "limit", "skip", "sort", "awsAccessKeyId"],
    short: "upfhdcqo",
    attached: "",
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let given = read(invocation, &OPTIONS);
    if given.is_help() {
        tells(invocation, context);
        return;
    }
    let place = located(&given, invocation);
    match invocation.program.as_str() {
        "mongosh" | "mongo" => session(&given, &place, invocation, context),
        "mongodump" | "mongoexport" => {
            given.words(&["o", "out", "archive"]).for_each(|word| context.write(word));
            context.push(place.effect(verbs::DB_EXPORT, &collection(&given)));
        }
        "mongorestore" | "mongoimport" => {
            given.words(&["file", "dir", "archive"]).for_each(|word| context.read(word));
            let drops = given.has(&["drop"]) || given.word(&["mode"]).is_some_and(|mode| mode.known() == Some("delete"));
            let verb = if drops { verbs::DB_DESTROY } else { verbs::DB_WRITE };
            if !given.has(&["dryRun"]) {
                context.push(place.effect(verb, &collection(&given)));
            }
        }
        "mongofiles" => {
            let verb = match given.operands.iter().find_map(Word::known) {
                Some("list" | "search" | "get" | "get_id" | "get_regex") => verbs::DB_READ,
                Some("put" | "put_id") => verbs::DB_WRITE,
                _ => verbs::DB_DESTROY,
            };
            whole(verb, &place, "", context);
        }
        _ => {
            given.operands.iter().filter(|_| invocation.program == "bsondump").for_each(|word| context.read(word));
            whole(verbs::DB_READ, &place, "", context);
        }
    }
}

fn collection(given: &Given) -> String {
    given.word(&["c", "collection"]).map_or_else(|| "*".to_owned(), named)
}

/// The place that the address, the options or this machine name.
fn located(given: &Given, invocation: &Invocation) -> DatabasePlace {
    let is_shell = matches!(invocation.program.as_str(), "mongosh" | "mongo");
    let operand = given.operands.first().filter(|word| is_shell && !is_script(word));
    let mut place = DatabasePlace::any("mongodb");
    let address = given.word(&["uri"]).or(operand);
    match address {
        Some(word) if word.text().contains("://") || word.raw.contains("://") => {
            if let Some(found) = DatabasePlace::of_url(word) {
                place = found;
            }
        }
        Some(word) if word.value.is_unknown() => place.host = variable(word).unwrap_or_else(|| "*".to_owned()),
        Some(word) => {
            let (host, database) = match word.text().split_once('/') {
                Some((host, database)) => (host, database),
                None if word.text().contains([':', '.']) => (word.text(), ""),
                None => ("localhost", word.text()),
            };
            place.host = host.split(':').next().unwrap_or(host).to_owned();
            place.database = Some(database.to_owned()).filter(|name| !name.is_empty());
        }
        None => "localhost".clone_into(&mut place.host),
    }
    if let Some(word) = given.word(&["host", "h"]) {
        let host = named(word);
        // `set/host1,host2` is a replica set.
        let members = host.rsplit('/').next().unwrap_or(&host);
        place.host = if members.contains(',') { "*".to_owned() } else { members.split(':').next().unwrap_or(members).to_owned() };
    } else if place.host == "localhost" && address.is_none() {
        place.note = Some("no host is named: it is this machine's own".to_owned());
    }
    if let Some(word) = given.word(&["d", "db"]) {
        place.database = Some(named(word));
    }
    place
}

fn is_script(word: &Word) -> bool {
    word.text().ends_with(".js") || word.text().ends_with(".mongodb")
}

fn session(given: &Given, place: &DatabasePlace, invocation: &Invocation, context: &mut Context<'_>) {
    let mut runs = false;
    for word in given.words(&["eval"]) {
        runs = true;
        script(&word.value, place, context);
    }
    for word in given.words(&["f", "file"]).chain(given.operands.iter().filter(|word| is_script(word))) {
        runs = true;
        file(&word.value, place, context);
    }
    if runs {
        return;
    }
    if let Some(path) = invocation.stdin.file() {
        return file(path, place, context);
    }
    match &invocation.stdin {
        Stdin::Inherited => client::interactive(place, context),
        Stdin::Text(value) => script(value, place, context),
        Stdin::File(path) => file(path, place, context),
        Stdin::Pipe(source) => match &source.text {
            Some(text) => script(&Value::Known(text.clone()), place, context),
            None => unknown("it runs what another command writes", place, context),
        },
    }
}

fn file(path: &Value, place: &DatabasePlace, context: &mut Context<'_>) {
    context.read_value(path);
    let located = crate::paths::locate(path, context);
    match source::one(&located, context) {
        Some(text) => script(&Value::Known(text), place, context),
        None => unknown("it runs a file that cannot be read", place, context),
    }
}

const READS: &[&str] = &[
    "find", "findone", "count", "countdocuments", "estimateddocumentcount", "distinct", "explain", "getindexes", "getcollectionnames", "getcollectioninfos", "getcollection", "getsiblingdb", "stats", "datasize", "storagesize", "totalindexsize", "totalsize", "listcollections",
    "getusers", "getuser", "getroles", "getrole", "serverstatus", "status", "conf", "isMaster", "ismaster", "hello", "version", "getname", "getmongo", "currentop", "latencystats", "validate", "hostinfo", "buildinfo", "serverbuildinfo", "printcollectionstats", "getprofilingstatus", "listdatabases", "getdbs", "getdbnames", "printreplicationinfo", "printsecondaryreplicationinfo",
    // What is done with what was read.
    "pretty", "limit", "skip", "sort", "toarray", "foreach", "map", "filter", "reduce", "hasnext", "next", "itcount", "size", "projection", "hint", "maxtimems", "batchsize", "readpref", "collation", "allowdiskuse", "tojson", "stringify", "print", "printjson", "log", "objectid", "isodate", "numberlong", "numberint", "numberdecimal", "date", "tostring", "keys", "values", "entries", "join", "push", "slice", "includes",
    "parse", "sum", "length", "abs", "round", "floor", "uuid", "timestamp", "bindata", "adminping", "ping", "tojsonstring", "dbref", "getmonth", "gettimestamp", "max", "min", "comment", "concat", "split", "substring", "tolowercase", "touppercase", "match", "replace", "test", "tofixed", "toisostring", "now", "exists", "function", "if", "for", "while", "switch", "catch", "return", "use", "auth", "quit", "exit", "some", "every", "sleep", "rs", "it",
];
const WRITES: &[&str] = &["insert", "insertone", "insertmany", "update", "updateone", "updatemany", "replaceone", "findandmodify", "findoneandupdate", "findoneandreplace", "save", "initializeorderedbulkop", "initializeunorderedbulkop", "bulkwrite"];
const SCHEMA: &[&str] = &["createindex", "createindexes", "ensureindex", "createcollection", "createview", "renamecollection", "hideindex", "unhideindex", "createsearchindex", "updatesearchindex", "reindex", "shardcollection", "enablesharding", "setprofilinglevel", "collmod"];
const DESTROYS: &[&str] = &["drop", "dropdatabase", "deleteone", "deletemany", "remove", "removeone", "findoneanddelete", "dropindex", "dropindexes", "dropsearchindex", "delete", "deleteindex"];
const RIGHTS: &[&str] = &["createuser", "updateuser", "dropuser", "dropallusers", "grantrolestouser", "revokerolesfromuser", "createrole", "updaterole", "droprole", "dropallroles", "grantprivilegestorole", "revokeprivilegesfromrole", "grantrolestorole", "revokerolesfromrole", "changeuserpassword"];

/// Adds what a script does by the methods it calls.
fn script(value: &Value, place: &DatabasePlace, context: &mut Context<'_>) {
    let Some(text) = value.known().filter(|text| context.counts_text(text.len())) else {
        for (verb, object) in calls(value.text()) {
            context.push(place.effect(verb, &object).certain(Certainty::Partial, "a part of the script is not known"));
        }
        unknown("a part of the script is not known", place, context);
        return;
    };
    let found = calls(text);
    if found.is_empty() {
        // `show dbs`, `db.version`: nothing is called.
        let plain = text.chars().all(|c| c.is_alphanumeric() || " ._;\n\"'".contains(c));
        if plain { whole(verbs::DB_READ, place, "", context) } else { unknown("the script cannot be read", place, context) }
    }
    for (verb, object) in found {
        if verb == verbs::DB_EXECUTE {
            unknown(&format!("what `{object}` does is not known"), place, context);
        } else {
            context.push(place.effect(verb, &object));
        }
    }
    crate::families::mentions(text, context);
}

/// The methods a script calls and the collections they are called on, without repetitions.
fn calls(text: &str) -> Vec<(Verb, String)> {
    let mut found: Vec<(Verb, String)> = Vec::new();
    let mut add = |verb: Verb, object: &str| {
        let entry = (verb, object.to_owned());
        if found.len() < 100 && !found.contains(&entry) {
            found.push(entry);
        }
    };
    let writes_out = text.contains("$out") || text.contains("$merge");
    // A method may be named in brackets: `db.users["dr" + "op"]()`.
    let computed = text.contains("](") || text.contains("`") || text.contains("\\u") || text.contains("\\x");
    let mut collection = "*";
    let whole = text;
    let text = &blanked(whole);
    let mut rest = text.as_str();
    while let Some(open) = rest.find('(') {
        let (before, after) = rest.split_at(open);
        rest = after.get(1..).unwrap_or_default();
        let before = before.trim_end();
        let start = before.rfind(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$' | '.')).map_or(0, |at| at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
        let path = before.get(start..).unwrap_or_default();
        let (owner, method) = path.rsplit_once('.').unwrap_or(("", path));
        if let Some(name) = owner.strip_prefix("db.").filter(|name| !name.is_empty()) {
            collection = name;
        } else if owner == "db" {
            collection = "*";
        }
        let lower = method.to_ascii_lowercase();
        let own = ["getcollection", "getsiblingdb"].contains(&lower.as_str());
        if lower == "getcollection" {
            let quoted = whole.get(whole.len() - rest.len()..).unwrap_or_default().trim_start().strip_prefix(['"', '\'']).and_then(|rest| rest.split(['"', '\'']).next());
            collection = quoted.unwrap_or("*");
        }
        match lower.as_str() {
            "" => {}
            "function" if method != "function" => add(verbs::DB_EXECUTE, method),
            "aggregate" if writes_out => add(verbs::DB_WRITE, collection),
            "aggregate" => add(verbs::DB_READ, collection),
            "bulkwrite" if text.contains("delete") => add(verbs::DB_DESTROY, collection),
            "admincommand" | "runcommand" => {
                add(command(whole.get(whole.len() - rest.len()..).unwrap_or_default()), "*");
            }
            name if own || name == "print" || name == "printjson" => {}
            name if DESTROYS.contains(&name) => add(verbs::DB_DESTROY, collection),
            name if WRITES.contains(&name) => add(verbs::DB_WRITE, collection),
            name if SCHEMA.contains(&name) => add(verbs::DB_SCHEMA, collection),
            name if RIGHTS.contains(&name) => add(verbs::DB_PRIVILEGE, "*"),
            name if READS.contains(&name) => {
                if owner.starts_with("db") {
                    add(verbs::DB_READ, collection);
                }
            }
            _ => add(verbs::DB_EXECUTE, method),
        }
    }
    // Given on without being called: `list.forEach(db.users.drop)`.
    const NAMED: &[&str] = &[".drop", ".dropDatabase", ".deleteMany", ".deleteOne", ".remove"];
    if NAMED.iter().any(|name| text.contains(&format!("{name})")) || text.contains(&format!("{name};")) || text.ends_with(name)) {
        add(verbs::DB_DESTROY, "*");
    }
    if computed {
        add(verbs::DB_EXECUTE, "a computed name");
    }
    if found.is_empty() && text.contains('(') {
        found.push((verbs::DB_READ, "*".to_owned()));
    }
    found
}

/// The text with blanks for what is in its strings. Where a slash could begin a pattern, in which a quote is none,
/// the text is left as it is.
fn blanked(text: &str) -> String {
    if text.contains(['/', '`']) {
        return text.to_owned();
    }
    let mut quote = None;
    let mut escaped = false;
    let blank = |c: char| {
        let inside = quote.is_some();
        if escaped {
            escaped = false;
        } else if inside && c == '\\' {
            escaped = true;
        } else if quote == Some(c) {
            quote = None;
        } else if !inside && matches!(c, '"' | '\'') {
            quote = Some(c);
        }
        std::iter::repeat_n(if inside && quote.is_some() { ' ' } else { c }, if inside && quote.is_some() { c.len_utf8() } else { 1 })
    };
    let shown: String = text.chars().flat_map(blank).collect();
    if shown.len() == text.len() { shown } else { text.to_owned() }
}

/// What a command given as a document does, by its first key.
fn command(document: &str) -> Verb {
    let key = document.trim_start_matches([' ', '{', '"', '\'']).split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
    let is = |names: &[&str]| names.contains(&key.as_str());
    if is(&["ping", "serverstatus", "buildinfo", "hello", "ismaster", "liststatus", "listdatabases", "listcollections", "listindexes", "collstats", "dbstats", "find", "count", "distinct", "replsetgetstatus", "getparameter", "connectionstatus", "currentop", "hostinfo", "getcmdlineopts", "top", "usersinfo", "rolesinfo", "explain"]) {
        verbs::DB_READ
    } else if is(&["insert", "update", "findandmodify"]) {
        verbs::DB_WRITE
    } else if is(&["drop", "dropdatabase", "delete", "dropindexes"]) {
        verbs::DB_DESTROY
    } else if RIGHTS.contains(&key.as_str()) {
        verbs::DB_PRIVILEGE
    } else if is(&["create", "createindexes", "collmod", "renamecollection"]) {
        verbs::DB_SCHEMA
    } else {
        verbs::DB_EXECUTE
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_because, check_with};

    #[test]
    fn methods() {
        assert_snapshot!(check("mongosh mongodb+srv://u:p@cluster.example.net/shop --eval 'db.users.find({a: 1}).limit(5).pretty()'"), @"db.read users in mongodb://cluster.example.net/shop, read");
        assert_snapshot!(check("mongosh \"$MONGO_URL\" --quiet --eval 'db.users.deleteMany({}); db.dropDatabase()'"), @"
        db.destroy users in mongodb://$MONGO_URL, destroy
        db.destroy * in mongodb://$MONGO_URL, destroy
        ");
        assert_snapshot!(check("mongosh shop --eval 'db.getCollection(\"orders\").drop(); db.orders.aggregate([{$out: \"x\"}])'"), @"
        db.destroy orders in mongodb://localhost/shop, destroy
        db.write orders in mongodb://localhost/shop, write
        ");
        assert_snapshot!(check("mongosh --host db.example --eval 'db.createUser({user: 1}); db.users.updateOne({}, {$set: {a: 1}}); db.adminCommand({shutdown: 1})'"), @"
        db.privilege * in mongodb://db.example, write
        db.write users in mongodb://db.example, write
        db.execute * in mongodb://db.example, execute, opaque
        ");
        assert_snapshot!(check_because("mongosh --eval 'db.users[\"dr\" + \"op\"](); frobnicate(1)'"), @"db.execute * in mongodb://localhost, execute, opaque: what `frobnicate` does is not known");
        assert_snapshot!(check("mongosh --eval '[1].forEach(db.users.drop)'; mongosh --eval 'Function(\"x\")()'"), @"
        db.destroy * in mongodb://localhost, destroy
        db.execute * in mongodb://localhost, execute, opaque
        ");
        assert_snapshot!(check("mongosh --eval 'show dbs'; mongosh --version"), @"
        db.read * in mongodb://localhost, read
        exec.read mongosh, read
        ");
        assert_snapshot!(check_with("mongosh shop down.js", &[("/repo/down.js", "db.users.remove({})")]), @"
        fs.read /repo/down.js, read
        db.destroy users in mongodb://localhost/shop, destroy
        ");
        assert_snapshot!(check_because("mongosh mongodb://db.example"), @"db.execute * in mongodb://db.example, execute, opaque: an interactive session");
        assert_snapshot!(check("mongo shop <<'EOF'\ndb.users.find({name: 'drop('})\nEOF"), @"db.read users in mongodb://localhost/shop, read");
    }

    #[test]
    fn the_other_programs() {
        assert_snapshot!(check("mongodump --uri mongodb://db.example/shop --out /tmp/dump"), @"
        fs.write /tmp/dump, write
        db.export * in mongodb://db.example/shop, read
        ");
        assert_snapshot!(check("mongorestore --host db.example --drop dump"), @"db.destroy * in mongodb://db.example, destroy");
        assert_snapshot!(check("mongoexport -d shop -c users -o users.json; mongoimport -d shop -c users --file users.json"), @"
        fs.write /repo/users.json, write
        db.export users in mongodb://localhost/shop, read
        fs.read /repo/users.json, read
        db.write users in mongodb://localhost/shop, write
        ");
    }
}
