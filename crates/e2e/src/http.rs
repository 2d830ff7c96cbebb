//! Just enough HTTP/1.1 for a client that is known: a request with a length, one answer, closed.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use anyhow::{Context as _, Result, ensure};

/// No request of the client comes near this.
const LONGEST_BODY: usize = 64 << 20;

/// A request.
pub struct Request {
    /// Such as `POST`.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// Of the length that the head says.
    pub body: Vec<u8>,
}

/// Reads one request.
pub fn read(stream: &TcpStream) -> Result<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_ascii_whitespace();
    let method = words.next().context("empty request")?.to_owned();
    let target = words.next().context("request without a target")?;
    let path = target.split('?').next().unwrap_or(target).to_owned();
    let mut length = 0;
    loop {
        let mut line = String::new();
        ensure!(reader.read_line(&mut line)? > 0, "the request's head ends early");
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').context("header without a colon")?;
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().context("content-length")?;
        }
        ensure!(!name.eq_ignore_ascii_case("transfer-encoding"), "chunked requests are not read");
        ensure!(!name.eq_ignore_ascii_case("content-encoding"), "compressed requests are not read");
    }
    ensure!(length <= LONGEST_BODY, "a request of {length} bytes");
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Request { method, path, body })
}

/// Answers with one body and says that the connection closes.
pub fn respond(mut stream: &TcpStream, content_type: &str, body: &str, with_body: bool) -> Result<()> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    if with_body {
        stream.write_all(body.as_bytes())?;
    }
    Ok(stream.flush()?)
}
