//! How long redaction takes for each megabyte of the texts that are hardest on it:
//! `cargo run --release -p countersign-redact --example time`.

#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::time::Instant;

use countersign_redact::Redactor;
use serde_json::json;

/// The size of each text, in bytes.
const SIZE: usize = 1_000_000;

fn main() {
    let redactor = Redactor::new([7; 32]);
    let numbered = (0..40_000).map(|number| format!("password=\"abcdEFGH{number:05}\" ")).collect();
    let many = |unit: &str| unit.repeat(SIZE / unit.len());
    let texts: [(&str, String); 8] = [
        ("addresses", many("postgres://u:p@h/")),
        ("the same address", many("psql postgres://u:pass-word-1@h/x ")),
        ("assignments", many("password=\"abcdEFGH1234\" ")),
        ("different assignments", numbered),
        ("ordinary text", many("fn main() { println!(\"{}\", 1 + 2); } // https://a.example/b?c=d\n")),
        ("commands", many("vault kv put shop key=pass-word-1; ")),
        ("one command", many("vault kv put shop key=pass-word-1 ")),
        ("headers", many("Authorization: Bearer abcDEF123456\n")),
    ];
    for (name, text) in texts {
        let megabytes = text.len() as f64 / 1e6;
        let value = json!({ "command": text });
        let start = Instant::now();
        let (_, findings) = redactor.take_out(&value);
        let took = start.elapsed().as_secs_f64() * 1e3 / megabytes;
        println!("{name}: {took:.1} ms, {} findings", findings.len());
    }
}
