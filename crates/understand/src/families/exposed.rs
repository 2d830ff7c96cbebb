//! Tunnels by which the whole internet reaches a port of this machine: `ngrok http 3000`, `cloudflared tunnel --url`.

use countersign_model::{Effect, Resource, Verb, verbs};

use super::subcommands::{Table, read, rule};
use super::{Family, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &["ngrok", "cloudflared", "localtunnel", "lt", "bore", "zrok", "localxpose", "loclx", "pinggy", "tailscale", "inlets"],
    about: "Tunnels that let anybody on the internet reach what listens on this machine: which port is named. What is \
        changed at the service behind them is a change of its settings.",
    examples: &[
        "ngrok http 3000",
        "cloudflared tunnel --url http://localhost:3000",
        "cloudflared tunnel list",
        "cloudflared tunnel delete shop",
        "lt --port 3000",
        "tailscale funnel 3000",
        "tailscale status",
        "ngrok version",
        "ngrok config add-authtoken $TOKEN",
        "cloudflared access ssh --hostname ssh.example.com",
    ],
    effects,
};

/// A port is opened to everybody.
const OPENS: Verb = verbs::NET_LISTEN;

const TABLE: Table<'_> = Table {
    values: &[
        "--url", "--port", "-p", "--subdomain", "-s", "--host", "-h", "--local-host", "-l", "--to", "--secret", "--config", "--domain", "--hostname", "--region", "--name", "-n", "--token", "--authtoken", "--log", "--loglevel", "--backend-mode",
        "--credentials-file", "--cred-file", "--origincert", "--protocol", "--traffic-policy-file", "--basic-auth", "--oauth", "--url-path", "--set-path", "--bg", "--https", "--http", "--tcp",
    ],
    rules: &[
        rule("http|tcp|tls|start|service|udp|tunnel|local|share|reserve", OPENS),
        rule("version|update|help|diagnose|credits|status|overview", verbs::EXEC_READ),
        rule("config check|upgrade|edit", verbs::EXEC_READ),
        rule("config add-authtoken|add-api-key|add-server-addr", verbs::SECRET_WRITE),
        rule("config", verbs::EXEC_READ),
        rule("authtoken|enable|login|invite", verbs::SECRET_WRITE),
        rule("api", verbs::APP_SETTINGS),
        rule("tunnel list|info|ready|diag|ingress", verbs::APP_READ),
        rule("tunnel run", OPENS),
        rule("tunnel login|token", verbs::SECRET_READ),
        rule("tunnel create|route|vnet|cleanup", verbs::APP_SETTINGS),
        rule("tunnel delete", verbs::APP_DELETE),
        rule("tunnel route ip show|list|get", verbs::APP_READ),
        rule("access", verbs::NET_READ),
        rule("access token", verbs::SECRET_READ),
    ],
};

const TAILSCALE: Table<'_> = Table {
    values: &["--bg", "--https", "--http", "--tcp", "--set-path", "--socket", "--timeout", "--authkey", "--auth-key", "--hostname", "--advertise-routes", "--login-server", "--exit-node"],
    rules: &[
        rule("status|ip|ping|netcheck|version|whois|dns|bugreport|licenses|exit-node|metrics|help|completion|web|appc-routes", verbs::EXEC_READ),
        rule("funnel", OPENS),
        rule("funnel|serve status|reset", verbs::EXEC_READ),
        rule("serve", OPENS),
        rule("up|down|set|login|logout|switch|update|lock|drive|configure|cert", verbs::EXEC_SYSTEM),
    ],
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let found = read(invocation, if program == "tailscale" { &TAILSCALE } else { &TABLE });
    let tells = invocation.words.len() == 1 && found.has(&["--version", "-v", "-V"]) || invocation.words.is_empty() && !matches!(program, "lt" | "localtunnel" | "pinggy");
    // To these `-h` is a host.
    if found.is_help && !matches!(program, "lt" | "localtunnel") || tells || invocation.words.iter().any(|word| word.text() == "--help") {
        context.program(verbs::EXEC_READ, program);
        return;
    }
    let verb = match (program, &found.verb) {
        ("lt" | "localtunnel" | "pinggy", None) => Some(OPENS),
        ("tailscale", _) if matches!(found.name.as_str(), "ssh" | "nc" | "file") => None,
        ("tailscale", _) if invocation.known(0) == Some("ssh") => None,
        (_, verb) => verb.clone(),
    };
    // `tailscale funnel off`, `cloudflared tunnel route ..`
    if program == "tailscale" && invocation.words.iter().any(|word| word.known() == Some("off")) {
        context.program(verbs::EXEC_READ, program);
        return;
    }
    let app = |verb| Effect::new(verb, Resource::App { platform: program.to_owned(), name: found.operand(0).unwrap_or_else(|| "*".to_owned()), target: None });
    match verb {
        None if program == "tailscale" && invocation.known(0) == Some("ssh") => {
            let Some(mut nested) = invocation.nested(0) else { return };
            nested.first = Word::known_as("ssh");
            nested.contiguous = false;
            super::dispatch(nested, context);
        }
        None => opaque(invocation, "the subcommand is not known", context),
        Some(verb) if verb == OPENS => {
            let place = opened(&found.operands, found.value(&["--url", "--port", "-p", "--to"])).unwrap_or_else(|| "a port".to_owned());
            let why = if program == "tailscale" && found.name.starts_with("serve") {
                format!("other machines of the network reach {place} of this machine")
            } else {
                format!("anybody on the internet reaches {place} of this machine through it")
            };
            let effect = Effect::new(OPENS, Resource::Host { host: "*".to_owned(), url: None });
            context.push(effect.because(&why));
        }
        Some(verb) if verb.area() == "secret" => {
            super::lookups::carried(&[], context);
            context.push(Effect::new(verb, Resource::Secret { store: program.to_owned(), name: "token".to_owned() }));
        }
        Some(verb) if verb.area() == "app" => context.push(app(verb)),
        Some(verb) if verb == verbs::NET_READ => {
            let host = found.text(&["--hostname", "--url"]).unwrap_or_else(|| "*".to_owned());
            let host = host.split_once("://").map_or(host.as_str(), |(_, host)| host).to_owned();
            context.push(Effect::new(verbs::NET_READ, Resource::Host { host, url: None }));
        }
        Some(verb) => context.program(verb, &format!("{program} {}", found.name)),
    }
}

/// The port that is opened, as it is written.
fn opened(operands: &[&Word], option: Option<&Value>) -> Option<String> {
    let named = option.and_then(Value::known).map(str::to_owned);
    let operand = || operands.iter().find_map(|word| word.known()).map(str::to_owned);
    let text = named.or_else(operand)?;
    let port = text.rsplit(':').next().unwrap_or(&text).split('/').next().unwrap_or_default().to_owned();
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    Some(if is_port { format!("port {port}") } else { text })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_because};

    #[test]
    fn ports_for_everybody() {
        assert_snapshot!(check_because("ngrok http 3000"), @"net.listen *, write: anybody on the internet reaches port 3000 of this machine through it");
        for command in [
            "ngrok http --domain=shop.example 3000", "ngrok tcp 22", "ngrok start --all", "cloudflared tunnel --url http://localhost:3000", "cloudflared tunnel run shop", "lt --port 3000", "npx localtunnel --port 3000", "bore local 3000 --to bore.example",
            "tailscale funnel 3000",
        ] {
            assert!(check(command).contains("net.listen *, write"), "{command}: {}", check(command));
        }
    }

    #[test]
    fn the_service_behind_them() {
        assert_snapshot!(check("cloudflared tunnel list; cloudflared tunnel create shop; cloudflared tunnel route dns shop shop.example.com; cloudflared tunnel delete shop"), @"
        app.read * on cloudflared, read
        app.settings shop on cloudflared, write
        app.settings dns on cloudflared, write
        app.delete shop on cloudflared, destroy
        ");
        assert_snapshot!(check("ngrok config add-authtoken x; cloudflared tunnel token shop; ngrok api endpoints list"), @"
        secret.write ngrok:token, write
        secret.read cloudflared:token, read
        app.settings endpoints on ngrok, write
        ");
    }

    #[test]
    fn near_misses() {
        for command in ["ngrok version", "ngrok --help", "cloudflared --version", "tailscale status", "ngrok config check", "lt --help", "tailscale serve status"] {
            assert!(check(command).starts_with("exec.read"), "{command}: {}", check(command));
        }
        assert_snapshot!(check("tailscale up; ngrok frob; tailscale ssh box rm -rf /srv"), @"
        exec.system tailscale up, destroy
        exec.opaque ngrok, execute, opaque
        net.read box, read
        fs.delete box, destroy, partial
        ");
    }
}
