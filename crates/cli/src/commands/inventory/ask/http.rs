//! Asking a server that listens on this machine, over HTTP:
//! <https://modelcontextprotocol.io/specification/2025-06-18/basic/transports#streamable-http>.
//!
//! Only servers of this machine: asking any other would tell strangers of this one, and send them its tokens.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use countersign_inventory::protocol;
use serde_json::Value;

use super::{ENDED, FLOOD, LATE, LONGEST};

const ELSEWHERE: &str = "not asked: it is elsewhere, and only servers of this machine are";
const REMOTE: &str =
    "not asked: it is remote over HTTPS; only servers that listen on this machine are asked, over plain HTTP";
/// A server of this machine is there or is not.
const MOMENT: Duration = Duration::from_secs(2);

/// A conversation, each message a connection of its own.
pub(super) struct Session {
    host: String,
    addresses: Vec<SocketAddr>,
    path: String,
    headers: Vec<(String, String)>,
    /// What the server calls this conversation.
    id: Option<String>,
    deadline: Instant,
}

impl Session {
    /// For an address of this machine.
    pub(super) fn new(
        address: &str,
        headers: Vec<(String, String)>,
        deadline: Instant,
    ) -> Result<Self, String> {
        let rest = address.strip_prefix("http://").ok_or_else(|| {
            let is_remote = address.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"));
            if is_remote { REMOTE.to_owned() } else { ELSEWHERE.to_owned() }
        })?;
        let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, path) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let addresses = of_this_machine(host).ok_or_else(|| ELSEWHERE.to_owned())?;
        let path = path.split('#').next().unwrap_or_default();
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let is_plain = |text: &str| !text.contains(char::is_control);
        if !is_plain(&path) || !headers.iter().all(|(name, value)| is_plain(name) && is_plain(value)) {
            return Err("not asked: its settings are not understood".to_owned());
        }
        Ok(Self { host: host.to_owned(), addresses, path, headers, id: None, deadline })
    }

    /// Posts a message; gives what comes back, as far as it holds the answer that is waited for.
    fn post(&mut self, message: &Value, id: Option<u64>) -> Result<Option<Value>, String> {
        let left = || self.deadline.saturating_duration_since(Instant::now()).min(MOMENT);
        if left().is_zero() {
            return Err(LATE.to_owned());
        }
        let mut streams =
            self.addresses.iter().filter_map(|address| TcpStream::connect_timeout(address, left()).ok());
        let mut stream = streams.next().ok_or_else(|| "it does not listen".to_owned())?;
        let body = message.to_string();
        // The older version, so that nothing comes in chunks and the end is the end.
        let mut request = format!(
            "POST {} HTTP/1.0\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Accept: application/json, text/event-stream\r\n",
            self.path,
            self.host,
            body.len()
        );
        for (name, value) in &self.headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(id) = &self.id {
            request.push_str(&format!("Mcp-Session-Id: {id}\r\n"));
        }
        stream.set_write_timeout(Some(MOMENT)).map_err(|_| ENDED.to_owned())?;
        stream.write_all(format!("{request}\r\n{body}").as_bytes()).map_err(|_| ENDED.to_owned())?;
        self.hear(&mut stream, id)
    }

    fn hear(&mut self, stream: &mut TcpStream, id: Option<u64>) -> Result<Option<Value>, String> {
        let mut heard: Vec<u8> = Vec::new();
        let mut buffer = [0; 8192];
        loop {
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(LATE.to_owned());
            }
            stream.set_read_timeout(Some(left)).map_err(|_| ENDED.to_owned())?;
            let read = match stream.read(&mut buffer) {
                Ok(read) => read,
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    return Err(LATE.to_owned());
                }
                Err(_) => 0,
            };
            heard.extend(buffer.get(..read).unwrap_or_default());
            if heard.len() as u64 > LONGEST {
                return Err(FLOOD.to_owned());
            }
            let text = String::from_utf8_lossy(&heard);
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                if read == 0 {
                    return Err(ENDED.to_owned());
                }
                continue;
            };
            self.id = self.id.take().or_else(|| header(head, "mcp-session-id"));
            let status = head.split_whitespace().nth(1).unwrap_or_default();
            if !status.starts_with('2') {
                let known = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
                return Err(format!("it answered with HTTP {}", if known { status } else { "nonsense" }));
            }
            let Some(id) = id else { return Ok(None) };
            // The end of a stream of events may never come; that of anything else is the end of the connection.
            let events = body.lines().filter_map(|line| line.strip_prefix("data:"));
            let whole = (read == 0).then_some(body);
            if let Some(answer) = events.chain(whole).find_map(|line| protocol::answer(line.trim(), id)) {
                return answer.map(Some);
            }
            if read == 0 {
                return Err(ENDED.to_owned());
            }
        }
    }
}

/// Where a host with its port is on this machine. Nobody is asked what a name means.
fn of_this_machine(host: &str) -> Option<Vec<SocketAddr>> {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let (name, rest) = rest.split_once(']')?;
            (name, rest.strip_prefix(':').or_else(|| rest.is_empty().then_some("80"))?)
        }
        None => host.split_once(':').unwrap_or((host, "80")),
    };
    let port = port.parse().ok()?;
    let addresses: Vec<IpAddr> = match name {
        "localhost" => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
        name => vec![name.parse().ok()?],
    };
    let here = addresses.iter().all(IpAddr::is_loopback);
    here.then(|| addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect())
}

fn header(head: &str, name: &str) -> Option<String> {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    let value = lines.into_iter().find(|(given, _)| given.trim().eq_ignore_ascii_case(name))?.1.trim();
    (!value.is_empty() && value.len() <= 200 && !value.contains(char::is_control)).then(|| value.to_owned())
}

impl super::Session for Session {
    fn say(&mut self, message: &Value) -> Result<(), String> {
        self.post(message, None).map(drop)
    }

    fn ask(&mut self, request: &Value, id: u64) -> Result<Value, String> {
        self.post(request, Some(id))?.ok_or_else(|| ENDED.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::super::list;
    use super::*;

    #[test]
    fn only_addresses_of_this_machine() {
        let is_here = |address: &str| Session::new(address, Vec::new(), Instant::now()).is_ok();
        for here in ["http://127.0.0.1:8080/mcp", "http://localhost/mcp", "http://[::1]:9?x=1"] {
            assert!(is_here(here), "{here}");
        }
        for elsewhere in [
            "https://127.0.0.1/",
            "http://mcp.acme.io/mcp",
            "http://localhost.acme.io/",
            "http://u:p@127.0.0.1/",
            "http://127.0.0.1@acme.io/",
            "http://127.0.0.1.acme.io/",
            "http://[::1].acme.io/",
            "http://10.0.0.1/",
            "http://127.0.0.1/a\r\nb",
            "",
        ] {
            assert!(!is_here(elsewhere), "{elsewhere}");
        }
    }

    /// Asks a server that gives these answers, one a connection; gives the tools, and what it was sent.
    fn check(answers: &'static [&'static str]) -> (Result<Vec<String>, String>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/mcp", listener.local_addr().unwrap());
        let serving = std::thread::spawn(move || {
            let mut sent = String::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut buffer = [0; 4096];
                // A request is small enough to come at once.
                let read = stream.read(&mut buffer).unwrap();
                sent.push_str(&String::from_utf8_lossy(&buffer[..read]));
                stream.write_all(answer.as_bytes()).unwrap();
            }
            sent
        });
        let deadline = Instant::now() + Duration::from_secs(5);
        let headers = vec![("Authorization".to_owned(), "Bearer x".to_owned())];
        let tools = list(&mut Session::new(&address, headers, deadline).unwrap());
        (tools.map(|tools| tools.into_iter().map(|tool| tool.name).collect()), serving.join().unwrap())
    }

    #[test]
    fn tools_over_http_in_one_piece_or_as_events() {
        let (tools, sent) = check(&[
            "HTTP/1.0 200 OK\r\nMcp-Session-Id: s1\r\n\r\n{\"id\":1,\"result\":{}}",
            "HTTP/1.1 202 Accepted\r\n\r\n",
            "HTTP/1.0 200 OK\r\n\r\nevent: message\ndata: {\"id\":2,\"result\":{\"tools\":[{\"name\":\"close\"}]}}\n\n",
        ]);
        assert_eq!(tools, Ok(vec!["close".to_owned()]));
        assert_eq!((sent.matches("Mcp-Session-Id: s1").count(), sent.matches("Bearer x").count()), (2, 3));
    }

    #[test]
    fn an_answer_that_is_none() {
        assert_eq!(check(&["HTTP/1.0 401 No\r\n\r\nsecret"]).0, Err("it answered with HTTP 401".to_owned()));
        assert_eq!(check(&["garbage"]).0, Err(ENDED.to_owned()));
        assert_eq!(check(&["HTTP/1.0 200 OK\r\n\r\n{\"id\":7}"]).0, Err(ENDED.to_owned()));
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let deadline = Instant::now() + Duration::from_secs(5);
        let mut session = Session::new(&format!("http://{nobody}/"), Vec::new(), deadline).unwrap();
        assert_eq!(list(&mut session), Err("it does not listen".to_owned()));
    }
}
