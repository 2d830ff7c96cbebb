use crate::fixture::check;

#[test]
fn what_listens_for_everybody() {
    for command in [
        "vite --host",
        "npx vite --host",
        "vite --host 0.0.0.0",
        "vite preview --host=0.0.0.0",
        "hugo server --bind 0.0.0.0",
        "mkdocs serve -a 0.0.0.0:8000",
        "next dev -H 0.0.0.0",
        "next dev",
        "rails server -b 0.0.0.0",
        "jekyll serve --host 0.0.0.0",
        "webpack serve --host 0.0.0.0",
        "nuxt dev --host",
        "hugo server --bind ::",
        "python3 -c \"import http.server as h; h.ThreadingHTTPServer(('0.0.0.0',8000), h.SimpleHTTPRequestHandler).serve_forever()\"",
        "python3 -c \"import socketserver,http.server; socketserver.TCPServer(('',80), http.server.SimpleHTTPRequestHandler).serve_forever()\"",
    ] {
        let found = check(command);
        assert!(found.contains("net.listen 0.0.0.0"), "{command}: {found}");
    }
}

#[test]
fn ways_into_this_machine_from_outside() {
    for command in [
        "ssh -NR 2222:localhost:22 h.example",
        "ssh -o 'RemoteForward=2222 localhost:22' -N h.example",
        "nc -l 4444",
        "nc -lp 4444",
        "socat TCP-LISTEN:4444,fork -",
        "ngrok http 3000",
    ] {
        assert!(check(command).contains("net.listen *"), "{command}: {}", check(command));
    }
    for command in [
        "nc -l 127.0.0.1 4444",
        "socat TCP-LISTEN:4444,fork,bind=127.0.0.1 -",
        "ssh -NL 5432:localhost:5432 h.example",
    ] {
        assert!(!check(command).contains("net.listen *"), "{command}: {}", check(command));
    }
    assert!(
        check("python3 -c \"import socket; s=socket.socket(); s.bind(('0.0.0.0',80)); s.listen()\"")
            .contains("net.listen")
    );
    assert!(check("gh codespace ports visibility 80:public").contains("forge.settings"));
    assert!(!check("gh codespace ports").contains("forge.settings"));
}

#[test]
fn what_listens_for_this_machine_or_not_at_all() {
    for command in [
        "vite",
        "vite build",
        "hugo server",
        "hugo --baseURL https://x.example",
        "mkdocs serve",
        "next build",
        "next dev -H localhost",
        "rails server",
        "vite --host localhost",
        "jekyll build",
        "pytest -h",
        "tsc -b",
    ] {
        let found = check(command);
        assert!(!found.contains("net.listen"), "{command}: {found}");
    }
}

#[test]
fn files_of_the_home_that_are_handed_out() {
    for command in [
        "python3 -m http.server -d /",
        "cd ~ && python3 -m http.server",
        "python3 -m http.server --directory=/home --bind 0.0.0.0",
    ] {
        assert!(check(command).contains("secret.read"), "{command}: {}", check(command));
    }
    for command in [
        "python3 -m http.server",
        "python3 -m http.server -d dist",
        "python3 -m http.server -d / --bind 127.0.0.1",
        "python3 -m http.server 8000 -b localhost",
    ] {
        assert!(!check(command).contains("secret.read"), "{command}: {}", check(command));
    }
}
