//! `stripe`: the client of a payment provider. Without `--live` it is about the test mode of an account.

use countersign_model::{Effect, Resource, Verb, is_this_machine, verbs};

use super::Family;
use super::subcommands::{Table, read, rule};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Value;

pub(super) const FAMILY: Family = Family {
    programs: &["stripe"],
    about: "What is read and changed of an account: its test mode, unless `--live` or a live key says otherwise. \
        `listen` hands events to a server of this machine.",
    examples: &[
        "stripe listen --forward-to localhost:3000/webhook",
        "stripe trigger payment_intent.succeeded",
        "stripe customers list --limit 3",
        "stripe customers create --email a@example.com",
        "stripe charges capture ch_1 --live",
        "stripe customers delete cus_1 --live",
        "stripe get /v1/charges",
        "stripe logs tail",
        "stripe login",
        "stripe version",
    ],
    effects,
};

const TABLE: Table<'_> = Table {
    values: &[
        "--api-key", "-d", "--data", "-e", "--expand", "-l", "--limit", "--log-level", "--project-name", "-p", "--config", "--color", "--device-name", "-f", "--forward-to", "-c", "--forward-connect-to", "--events", "--headers", "-H",
        "--stripe-account", "-i", "--idempotency", "--starting-after", "-a", "--ending-before", "-b", "--api-version", "--stripe-version", "--override", "--add", "--remove", "--email", "--name", "--description", "--amount", "--currency", "--customer", "--id", "--account",
    ],
    rules: &[
        rule("listen|logs|open|status|resources|samples|serve|completion|community|feedback|plugin|sandbox", verbs::CLOUD_READ),
        rule("get", verbs::CLOUD_READ),
        rule("* list|retrieve|search|preview|upcoming", verbs::CLOUD_READ),
        rule("* * list|retrieve|search", verbs::CLOUD_READ),
        rule("trigger|fixtures|post", verbs::CLOUD_WRITE),
        rule("* create|update|confirm|capture|pay|attach|finalize_invoice|send_invoice|reject|close", verbs::CLOUD_WRITE),
        rule("delete", verbs::CLOUD_DELETE),
        rule("* delete|cancel|del|detach|void_invoice|expire", verbs::CLOUD_DELETE),
        rule("* * delete|cancel|del", verbs::CLOUD_DELETE),
        rule("login|logout", verbs::SECRET_WRITE),
        rule("config", verbs::EXEC_READ),
        rule("version|help", verbs::EXEC_READ),
    ],
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let found = read(invocation, &TABLE);
    let tells = found.is_help || found.operands.is_empty() && found.verb.is_none();
    if tells {
        context.program(verbs::EXEC_READ, "stripe");
        return;
    }
    if found.has(&["--print-secret"]) || found.has(&["--list"]) && invocation.words.iter().any(|word| word.text() == "config") {
        context.push(Effect::new(verbs::SECRET_READ, Resource::Secret { store: "stripe".to_owned(), name: "*".to_owned() }));
    }
    for target in ["--forward-to", "-f", "--forward-connect-to", "-c"].iter().filter_map(|name| found.value(&[name])) {
        let text = target.known().unwrap_or("*");
        let address = text.split_once("://").map_or(text, |(_, rest)| rest);
        let host = address.split(['/', ':']).next().unwrap_or(address);
        if !is_this_machine(host) && !host.is_empty() && !host.bytes().all(|byte| byte.is_ascii_digit()) {
            let resource = Resource::Host { host: host.to_owned(), url: None };
            context.push(Effect::new(verbs::NET_UPLOAD, resource).because("the account's events are sent there"));
        }
    }
    let set = || crate::environment::value(invocation, "STRIPE_API_KEY").or_else(|| match context.setting(invocation, "STRIPE_API_KEY") {
        Ok(key) => key.map(Value::Known),
        Err(why) => Some(Value::unknown(&why)),
    });
    let key = found.value(&["--api-key"]).cloned().or_else(set);
    let mode = match &key {
        _ if found.has(&["--live"]) => "live",
        Some(key) if key.text().starts_with("sk_test_") || key.text().starts_with("rk_test_") => "test",
        // Whose key it is, is not known.
        Some(_) => "live",
        None => "test",
    };
    let account = |verb: Verb| {
        let name = if found.name.is_empty() { "*".to_owned() } else { found.name.clone() };
        let resource = Resource::Cloud { provider: "stripe".to_owned(), account: mode.to_owned(), region: None, service: "api".to_owned(), name };
        found.effect(&verb, &verbs::CLOUD_DELETE, resource)
    };
    match &found.verb {
        Some(verb) if verb.area() == "exec" => context.program(verb.clone(), "stripe"),
        Some(verb) if verb.area() == "secret" => {
            context.push(Effect::new(verb.clone(), Resource::Secret { store: "stripe".to_owned(), name: "login".to_owned() }));
        }
        // Events that only a server of tests is told of.
        Some(_) if mode == "test" && found.name == "trigger" && found.doubt.is_none() => {
            let resource = Resource::Host { host: "api.stripe.com".to_owned(), url: None };
            context.push(Effect::new(verbs::NET_SEND, resource).because("an event of the account's test mode is made up"));
        }
        _ => {
            let effect = account(verbs::CLOUD_WRITE);
            context.push(match (mode, &key) {
                ("test", _) => effect.because("the account's test mode"),
                (_, Some(_)) if !found.has(&["--live"]) => effect.because("a key says which account, and it may be the live mode's"),
                _ => effect,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn secrets_and_events_that_go_elsewhere() {
        assert!(check("stripe config --list").contains("secret.read stripe:*"));
        assert!(check("stripe listen --print-secret").contains("secret.read stripe:*"));
        assert!(check("stripe listen --forward-to https://hooks.example/x").contains("net.upload hooks.example"));
        assert!(!check("stripe listen --forward-to localhost:3000/x; stripe listen -f 4242").contains("net.upload"));
    }

    #[test]
    fn test_mode_and_live_mode() {
        assert_snapshot!(check("stripe listen --forward-to localhost:3000/webhook; stripe trigger payment_intent.succeeded; stripe customers list"), @"
        cloud.read api listen in stripe:test, read
        net.send api.stripe.com, send
        cloud.read api customers list in stripe:test, read
        ");
        assert_snapshot!(check("stripe customers create --live; stripe subscriptions cancel sub_1 --live; stripe products list --live; stripe payment_links frob x"), @"
        cloud.write api customers create in stripe:live, write
        cloud.delete api subscriptions cancel in stripe:live, destroy
        cloud.read api products list in stripe:live, read
        cloud.write api payment_links frob in stripe:test, write, partial
        ");
        assert_snapshot!(check("stripe customers create --api-key $K; STRIPE_API_KEY=rk_live_x stripe refunds create; stripe $X"), @"
        cloud.write api customers create in stripe:live, write, partial
        cloud.write api refunds create in stripe:live, write
        cloud.delete api * in stripe:test, destroy, partial
        ");
        assert_snapshot!(check("stripe version; stripe --help; stripe login; stripe config --list"), @"
        exec.read stripe, read
        secret.write stripe:login, write
        secret.read stripe:*, read
        ");
    }
}
