//! Which place of which command holds a secret. From the programs' own manuals.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// One place.
pub(super) struct Row {
    /// The program's names.
    pub(super) programs: &'static [&'static str],
    /// Words that follow it, in this order: `name`, `start*`, or `-b` among other letters of one word.
    pub(super) words: &'static [&'static str],
    /// A word, or the value of an option, without which it is none.
    pub(super) needs: &'static str,
    /// Where it is.
    pub(super) take: Take,
    /// Whether ordinary values stand there, too: then it is only one that looks like a secret.
    pub(super) plain: bool,
}

/// Where a command has its secret.
#[derive(Clone, Copy)]
pub(super) enum Take {
    /// The value of one of these options.
    Flag(&'static [&'static str]),
    /// The same, after the first such byte: `user:…`, `name=…`.
    Login(&'static [&'static str], u8),
    /// The same, where it begins so.
    Prefixed(&'static [&'static str], &'static [u8]),
    /// The arguments from this one on.
    Arguments(usize),
    /// The last argument.
    Last,
    /// Each `name=…`.
    Assigned,
    /// The argument after one that is the name of a secret.
    Named,
    /// `user/…@database`.
    Connect,
    /// What the command reads.
    Stdin,
}

type Words = &'static [&'static str];

const fn row(programs: Words, words: Words, take: Take) -> Row {
    Row { programs, words, needs: "", take, plain: false }
}

const fn needs(programs: Words, words: Words, needs: &'static str, take: Take) -> Row {
    Row { programs, words, needs, take, plain: false }
}

const fn plain(programs: Words, words: Words, take: Take) -> Row {
    Row { programs, words, needs: "", take, plain: true }
}

use Take::{Arguments, Assigned, Connect, Flag, Last, Login, Named, Prefixed, Stdin};

const VAULT: Words = &["vault", "bao"];
const FLY: Words = &["fly", "flyctl"];
const HTTPIE: Words = &["http", "https", "xh", "xhs"];
const ORACLE: Words = &["sqlplus", "sqlldr", "rman", "exp", "imp", "expdp", "impdp"];
const KUBE: Words = &["kubectl", "oc", "k3s", "microk8s"];
const DOCKER: Words = &["docker", "podman", "nerdctl"];
const LDAP: Words = &["ldapsearch", "ldapadd", "ldapmodify", "ldapdelete", "ldapwhoami", "ldappasswd"];
const MONGO: Words = &["mongosh", "mongo", "mongodump", "mongorestore", "mongoexport", "mongoimport"];

/// All of them.
pub(super) static ROWS: [Row; 87] = [
    // Stores of secrets.
    row(&["aws"], &["secretsmanager"], Flag(&["--secret-string", "--secret-binary"])),
    needs(&["aws"], &["ssm", "put-parameter"], "SecureString", Flag(&["--value"])),
    row(&["aws", "npm", "pnpm", "yarn", "pip", "pip3", "conda"], &["config*", "set"], Named),
    row(&["git", "bundle", "composer", "poetry"], &["config"], Named),
    row(&["composer", "poetry"], &["config", "http-basic.*"], Arguments(1)),
    row(&["poetry"], &["config", "pypi-token.*"], Arguments(0)),
    row(&["az"], &["keyvault", "secret", "set"], Flag(&["--value"])),
    needs(&["gcloud"], &["secrets"], "-", Stdin),
    needs(&["gcloud"], &["secrets"], "/dev/stdin", Stdin),
    row(VAULT, &["login"], Arguments(0)),
    row(VAULT, &["unwrap"], Arguments(0)),
    row(VAULT, &["operator", "unseal"], Arguments(0)),
    row(VAULT, &["token", "revoke"], Arguments(0)),
    row(VAULT, &["token", "lookup"], Arguments(0)),
    row(VAULT, &["token", "renew"], Arguments(0)),
    row(VAULT, &["kv", "put"], Assigned),
    row(VAULT, &["kv", "patch"], Assigned),
    needs(VAULT, &["kv"], "-", Stdin),
    plain(VAULT, &["write"], Assigned),
    row(&["doppler"], &["secrets", "set"], Assigned),
    row(&["doppler"], &["secrets", "set"], Stdin),
    row(&["chamber"], &["write"], Arguments(2)),
    row(&["pass"], &["insert"], Stdin),
    row(&["secret-tool"], &["store"], Stdin),
    row(&["bw"], &["login"], Arguments(1)),
    row(&["bw"], &["unlock"], Arguments(0)),
    row(&["security"], &["add-generic-password"], Flag(&["-w"])),
    row(&["security"], &["add-internet-password"], Flag(&["-w"])),
    row(&["security"], &["unlock-keychain"], Flag(&["-p"])),
    row(&["ansible-vault"], &["encrypt_string"], Arguments(0)),
    row(&["ansible-vault"], &["encrypt_string"], Stdin),
    needs(&["pulumi"], &["config", "set"], "--secret", Arguments(1)),
    needs(&["pulumi"], &["config", "set"], "--secret", Stdin),
    row(&["rclone"], &["obscure"], Arguments(0)),
    // Secrets of what is deployed.
    row(KUBE, &["create", "secret"], Login(&["--from-literal"], b'=')),
    needs(DOCKER, &["secret", "create"], "-", Stdin),
    row(&["wrangler"], &["secret", "put"], Stdin),
    row(&["wrangler"], &["secret:put"], Stdin),
    row(FLY, &["secrets", "set"], Assigned),
    row(FLY, &["secrets", "import"], Stdin),
    plain(&["heroku"], &["config:set"], Assigned),
    plain(&["heroku"], &["config:add"], Assigned),
    plain(&["railway"], &["variables"], Login(&["--set"], b'=')),
    row(&["supabase"], &["secrets", "set"], Assigned),
    row(&["firebase"], &["functions:secrets:set"], Stdin),
    row(&["vercel", "vc"], &["env", "add"], Stdin),
    plain(&["netlify", "ntl"], &["env:set"], Arguments(1)),
    plain(&["convex"], &["env", "set"], Arguments(1)),
    row(&["eas"], &["secret:create"], Flag(&["--value"])),
    row(&["gh"], &["secret", "set"], Flag(&["--body"])),
    needs(&["glab"], &["variable", "set"], "--masked", Arguments(1)),
    needs(&["glab"], &["variable", "set"], "--masked", Flag(&["-v", "--value"])),
    // Logins and registries.
    row(&["cargo"], &["login"], Arguments(0)),
    row(&["cargo"], &["login"], Stdin),
    row(&["doctl"], &["auth", "init"], Flag(&["-t", "--access-token"])),
    row(&["glab"], &["auth", "login"], Flag(&["-t"])),
    needs(&["glab"], &["auth", "login"], "--stdin", Stdin),
    row(&["twine"], &["upload"], Flag(&["-p", "--password"])),
    row(&["nuget"], &["setapikey"], Arguments(0)),
    row(&["dotnet"], &["nuget", "push"], Flag(&["-k"])),
    row(&["vsce", "ovsx"], &["publish"], Flag(&["-p", "--pat"])),
    row(&["snyk"], &["auth"], Arguments(0)),
    row(&["wandb"], &["login"], Arguments(0)),
    row(&["ngrok"], &["authtoken"], Arguments(0)),
    row(&["ngrok"], &["config", "add-authtoken"], Arguments(0)),
    row(DOCKER, &["login"], Flag(&["-p"])),
    row(HTTPIE, &[], Login(&["-a", "--auth"], b':')),
    needs(HTTPIE, &[], "bearer", Flag(&["-a", "--auth"])),
    row(&["curl"], &[], Flag(&["--oauth2-bearer"])),
    row(&["lftp"], &[], Login(&["-u"], b',')),
    row(&["smbclient", "rpcclient"], &[], Login(&["-U", "--user"], b'%')),
    row(&["machine"], &["login", "password"], Arguments(0)),
    // Databases and brokers.
    row(ORACLE, &[], Connect),
    row(&["sqlcmd", "bcp", "osql"], &[], Flag(&["-P"])),
    row(&["cqlsh"], &[], Flag(&["-p"])),
    row(MONGO, &[], Flag(&["-p"])),
    row(&["mysqlimport", "mysqlcheck", "mysqlshow", "mysqlpump", "mariadb-admin"], &[], Flag(&["-p"])),
    row(&["redis-cli", "valkey-cli", "config"], &["set", "requirepass"], Arguments(0)),
    row(&["redis-cli", "valkey-cli", "config"], &["set", "masterauth"], Arguments(0)),
    row(&["redis-server", "valkey-server"], &[], Flag(&["--requirepass", "--masterauth"])),
    row(&["rabbitmqctl"], &["add_user"], Arguments(1)),
    row(&["rabbitmqctl"], &["change_password"], Arguments(1)),
    row(&["mosquitto_pub", "mosquitto_sub"], &[], Flag(&["-P"])),
    row(LDAP, &[], Flag(&["-w"])),
    // Files and keys.
    row(&["htpasswd"], &["-b"], Last),
    row(&["openssl"], &[], Prefixed(&["-passin", "-passout", "-pass"], b"pass:")),
    row(&["zip", "unzip"], &[], Flag(&["-P"])),
];

/// What else is looked at: what says something, and what stands before a secret in SQL.
const OTHERS: [&str; 5] = ["echo", "printf", "by", "password", "="];

/// For each first letter the lengths of the words that tell something.
static TELLING: LazyLock<[u32; 128]> = LazyLock::new(|| {
    let mut telling = [0; 128];
    let programs = ROWS.iter().flat_map(|row| row.programs);
    for word in programs.chain(&OTHERS) {
        let first = word.bytes().next().unwrap_or_default();
        if let Some(lengths) = telling.get_mut(usize::from(first)) {
            *lengths |= 1 << word.len();
        }
    }
    telling
});

/// Whether a word is perhaps one that tells something; most are not.
pub(super) fn may_tell(word: &[u8]) -> bool {
    let first = word.first().map_or(0, |first| usize::from(first.to_ascii_lowercase()));
    let lengths = TELLING.get(first).copied().unwrap_or_default();
    word.len() < 32 && lengths & (1 << word.len()) != 0
}

/// Whether a long text is worth looking at: it names a program of the table or what SQL says before a password, or
/// writes into a file. Building the search costs more than looking at a short one.
pub(super) fn may_hold(text: &[u8]) -> bool {
    static SEARCH: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let programs = ROWS.iter().flat_map(|row| row.programs).copied();
        let words = programs.chain(["password", "identified", ">"]);
        let kind = Some(AhoCorasickKind::DFA);
        AhoCorasick::builder().ascii_case_insensitive(true).kind(kind).build(words).ok()
    });
    SEARCH.as_ref().is_none_or(|search| search.is_match(text))
}

/// The rows of a program.
pub(super) fn rows(program: &[u8]) -> impl Iterator<Item = &'static Row> {
    ROWS.iter()
        .filter(move |row| row.programs.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(program)))
}
