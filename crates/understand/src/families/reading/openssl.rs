//! `openssl`: which files it reads and writes, where that is known; else it can connect, write files and load code.

use countersign_model::{Effect, Resource, verbs};

use super::super::opaque;
use crate::context::Context;
use crate::invocation::{Invocation, Stdin};
use crate::word::{Value, Word};

/// Subcommands that connect nowhere.
const OFFLINE: &[&str] = &[
    "asn1parse", "base64", "ciphers", "crl", "crl2pkcs7", "dgst", "dhparam", "ec", "ecparam", "enc", "errstr", "gendsa", "genpkey",
    "genrsa", "help", "list", "md5", "nseq", "passwd", "pkcs12", "pkcs7", "pkcs8", "pkey", "pkeyparam", "prime", "rand", "req",
    "rsa", "sha1", "sha256", "sha512", "speed", "verify", "version", "x509",
];
/// Those whose input is what they print, other than what is public in it.
const PRINTS_KEYS: &[&str] = &["ec", "pkcs12", "pkcs8", "pkey", "rsa", "enc", "base64", "asn1parse"];

/// Options that take a file which is written.
const WRITTEN: &[&str] = &["-out", "-keyout", "-writerand", "-CAserial"];
/// Options that take a file or a text which stays inside: certificates, keys that sign, parameters.
const USED: &[&str] = &[
    "-in", "-inkey", "-key", "-CA", "-CAkey", "-signkey", "-force_pubkey", "-certfile", "-CAfile", "-CApath", "-untrusted", "-trusted", "-cert",
    "-sign", "-verify", "-prverify", "-signature", "-rand", "-crlfile", "-CRLfile", "-chain", "-certopt", "-nameopt", "-x509toreq",
    "-extfile", "-paramfile",
];
/// Options that take a word.
const WORDS: &[&str] = &[
    "-newkey", "-days", "-subj", "-addext", "-extensions", "-reqexts", "-set_serial", "-not_before", "-not_after", "-keyform", "-inform",
    "-outform", "-algorithm", "-pkeyopt", "-name", "-aes", "-cipher", "-k", "-K", "-iv", "-S", "-md", "-iter", "-section", "-multivalue-rdn",
    "-passout", "-passin", "-pass", "-password", "-caname", "-macopt", "-mac", "-hmac", "-sigopt", "-vfyopt", "-checkend", "-ext", "-salt",
    "-purpose", "-verify_hostname", "-verify_depth", "-attime", "-bits", "-param_enc", "-conv_form", "-v2", "-v1", "-keypbe", "-certpbe",
    "-macalg", "-copy_extensions", "-strparse", "-offset", "-length", "-seconds", "-bytes", "-pkeyopt_passin",
];
/// Starts of flags that load code or configuration that may.
const LOADS: &[&str] = &["-engine", "-provider", "-propquery", "-config", "-keygen_engine", "-ssl_client_engine", "-signcert", "-oid"];
/// Options after whose name another word may or may not stand, as its own table says.
const FLAGS_WITH_TEXT: &[&str] = &["-verify", "-salt", "-chain"];

pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let text = invocation.written();
    let subcommand = invocation.known(0).unwrap_or_default();
    if matches!(subcommand, "enc" | "base64") {
        context.flow.decoded |= text.contains("-d");
    }
    if matches!(subcommand, "s_client" | "ocsp" | "s_time") {
        let host = invocation.words.windows(2).find(|pair| {
            pair.first().is_some_and(|word| word.text().trim_start_matches('-') == "connect")
        });
        let host = host.and_then(|pair| pair.last()?.known());
        let host = host.map_or("*", |text| text.rsplit_once(':').map_or(text, |(host, _)| host));
        let resource = Resource::Host { host: host.to_owned(), url: None };
        if subcommand == "s_client" && says_nothing(&invocation.stdin) {
            context.push(Effect::new(verbs::NET_READ, resource));
            if invocation.words.iter().skip(1).all(is_of_connection) && !is_configured(invocation) {
                return;
            }
        } else {
            context.push(Effect::new(verbs::NET_SEND, resource).because("what it reads goes over the connection"));
        }
    }
    let words = invocation.words.get(1..).unwrap_or_default();
    let set = is_configured(invocation);
    match files(subcommand, words).filter(|_| OFFLINE.contains(&subcommand) && !set) {
        Some(found) => {
            for value in found.passwords.iter().chain(found.read.iter()) {
                context.read_value(value);
            }
            for value in &found.written {
                context.write_value(value);
            }
            context.program(verbs::EXEC_READ, "openssl");
        }
        None => opaque(invocation, "it can connect, write files and load code", context),
    }
}

/// Whether variables name configuration or code.
fn is_configured(invocation: &Invocation) -> bool {
    let names = ["OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES"];
    names.iter().any(|name| crate::environment::value(invocation, name).is_some())
}

/// Whether a connection gets nothing but its end: a look at the other side's certificate.
fn says_nothing(stdin: &Stdin) -> bool {
    let is_end = |text: &str| matches!(text.trim(), "" | "Q");
    match stdin {
        Stdin::File(file) => file.known() == Some("/dev/null"),
        Stdin::Text(text) => text.known().is_some_and(is_end),
        Stdin::Pipe(source) => source.text.as_deref().is_some_and(is_end),
        Stdin::Inherited => false,
    }
}

/// Whether a word of `s_client` is one that writes nothing and loads nothing.
fn is_of_connection(word: &Word) -> bool {
    const OPTIONS: &[&str] = &[
        "-connect", "-servername", "-showcerts", "-verify", "-verify_hostname", "-verify_return_error", "-verify_quiet", "-CAfile", "-CApath", "-tls1",
        "-tls1_1", "-tls1_2", "-tls1_3", "-alpn", "-starttls", "-brief", "-quiet", "-status", "-prexit", "-ign_eof", "-no_ign_eof", "-noservername",
        "-cipher", "-ciphersuites", "-4", "-6", "-host", "-port", "-name",
    ];
    word.known().is_some_and(|text| !text.starts_with('-') || OPTIONS.contains(&text))
}

/// What a call reads and writes.
#[derive(Default)]
struct Files {
    read: Vec<Value>,
    written: Vec<Value>,
    passwords: Vec<Value>,
}

/// The files of a call; none where an option is not known, or loads code.
fn files(subcommand: &str, words: &[Word]) -> Option<Files> {
    let mut found = Files::default();
    let has = |name: &str| words.iter().any(|word| word.text() == name);
    let shows_public = has("-pubout") || (has("-noout") && !has("-text"));
    let prints = PRINTS_KEYS.contains(&subcommand) && !shows_public;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word.value.is_unknown() && !word.text().starts_with('-') && subcommand != "dgst" {
            return None;
        }
        // Two dashes are as good as one.
        let option = word.text();
        let option = option.strip_prefix('-').filter(|rest| rest.starts_with('-')).unwrap_or(option);
        if LOADS.iter().any(|start| option.starts_with(start)) {
            return None;
        }
        let is_flag = FLAGS_WITH_TEXT.contains(&option) && subcommand != "dgst";
        if WRITTEN.contains(&option) {
            found.written.push(words.next()?.value.clone());
        } else if USED.contains(&option) && !is_flag {
            let value = words.next()?.value.clone();
            if option == "-in" && prints {
                found.read.push(value);
            }
        } else if WORDS.contains(&option) && !is_flag {
            let value = words.next()?;
            if option.starts_with("-pass") {
                let path = value.value.strip_prefix("file:");
                found.passwords.extend(path);
                if value.value.is_unknown() {
                    return None;
                }
            }
        } else if option == "-CAcreateserial" {
            // It is written beside the certificate, with numbers only.
        } else if !option.starts_with('-') {
            // A number of bits or bytes, a curve, a file to digest.
        } else if option.len() < 2 || !option.get(1..).is_some_and(is_flag_name) {
            return None;
        }
    }
    if subcommand == "req" && has("-newkey") && !has("-keyout") && !has("--keyout") {
        found.written.push(Value::Known("privkey.pem".to_owned()));
    }
    Some(found)
}

/// Whether a flag is one that only says how: a cipher, a digest, a form of what is printed.
fn is_flag_name(name: &str) -> bool {
    const FLAGS: &[&str] = &[
        "a", "base64", "binary", "check", "clcerts", "d", "des3", "e", "enddate", "export", "fingerprint", "genkey", "help", "hex", "issuer",
        "issuer_hash", "list", "modulus", "new", "nocerts", "nodes", "noenc", "noout", "noattr", "nosalt", "p", "pbkdf2", "print", "pubin", "pubkey", "pubout", "purpose",
        "quiet", "req", "salt", "serial", "startdate", "dates", "subject", "subject_hash", "hash", "text", "topk8", "nocrypt", "traditional",
        "verify", "verbose", "x509", "email", "batch", "utf8", "info", "legacy", "cacerts", "nokeys", "nomacver", "CAcreateserial", "1", "5", "6", "apr1",
        "param_out", "text_pub", "C", "2", "3", "F4", "f4", "stdin", "r", "c", "show_chain", "x509_strict", "partial_chain", "signature_alg", "A", "b", "o", "f", "v",
    ];
    FLAGS.contains(&name)
        || ["aes", "sha", "md5", "aria", "camellia", "chacha20", "blake2", "des", "bf", "rc4", "sm3", "sm4"].iter().any(|start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn what_is_made_is_written() {
        assert_snapshot!(check("openssl req -x509 -newkey rsa:2048 -nodes -keyout /tmp/k.pem -out /tmp/c.pem -subj /CN=localhost -days 30"), @"
        fs.write /tmp/k.pem, write
        fs.write /tmp/c.pem, write
        exec.read openssl, read
        ");
        assert_snapshot!(check("openssl genrsa -out key.pem 2048"), @"
        fs.write /repo/key.pem, write
        exec.read openssl, read
        ");
        assert_snapshot!(check("openssl req -new -key key.pem -out a.csr"), @"
        fs.write /repo/a.csr, write
        exec.read openssl, read
        ");
        assert_snapshot!(check("openssl x509 -req -in a.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out a.crt -days 30 -sha256"), @"
        fs.write /repo/a.crt, write
        exec.read openssl, read
        ");
        assert_snapshot!(check("openssl rand -out key.bin 32"), @"
        fs.write /repo/key.bin, write
        exec.read openssl, read
        ");
    }

    #[test]
    fn what_is_public_is_no_secret() {
        assert_snapshot!(check("openssl x509 -in a.pem -noout -text; openssl rsa -in key.pem -pubout; openssl version -a"), @"exec.read openssl, read");
    }

    #[test]
    fn what_is_printed_is_read() {
        assert_snapshot!(check("openssl rsa -in key.pem -text"), @"
        secret.read /repo/key.pem, read
        exec.read openssl, read
        ");
        assert_snapshot!(check("openssl pkcs12 -in a.p12 -nodes -passin file:.env"), @"
        secret.read /repo/.env, read
        secret.read /repo/a.p12, read
        exec.read openssl, read
        ");
        assert_snapshot!(check("openssl enc -d -aes-256-cbc -in .env.enc -out .env"), @"
        secret.read /repo/.env.enc, read
        fs.write /repo/.env, write
        exec.read openssl, read
        ");
        assert_snapshot!(check("openssl base64 -in .env"), @"
        secret.read /repo/.env, read
        exec.read openssl, read
        ");
        assert_snapshot!(check("openssl rsa --in key.pem --text"), @"
        secret.read /repo/key.pem, read
        exec.read openssl, read
        ");
    }

    #[test]
    fn what_loads_code_or_connects_is_opaque() {
        assert_snapshot!(check("openssl req -engine ./a.so -new -key key.pem"), @"
        exec.opaque openssl, execute, opaque
        secret.read /repo/key.pem, read, partial
        ");
        assert_snapshot!(check("openssl req -config a.cnf -new"), @"exec.opaque openssl, execute, opaque");
        assert_snapshot!(check("OPENSSL_CONF=a.cnf openssl version"), @"
        exec.opaque OPENSSL_CONF=.., execute, opaque
        exec.opaque openssl, execute, opaque
        ");
        assert_snapshot!(check("openssl s_server -key key.pem"), @"
        exec.opaque openssl, execute, opaque
        secret.read /repo/key.pem, read, partial
        ");
        assert_snapshot!(check("openssl req -x509 -unheard a -out b"), @"exec.opaque openssl, execute, opaque");
    }
}
