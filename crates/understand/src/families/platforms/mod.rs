//! Platforms that run applications: Vercel, Netlify, Fly, Heroku, Cloudflare and the like.
//!
//! [`tables`] holds what each of them knows, [`named`] finds which application is meant.

mod named;
mod remote;
mod supabase;
mod tables;

use countersign_model::{Certainty, Effect, Resource, Verb, verbs};

use super::subcommands::{Subcommand, read};
use supabase::Side;
use super::{Family, dispatch, named_programs, opaque};
use crate::context::Context;
use crate::tables::cloud::{self, Does};
use crate::invocation::Invocation;
use crate::shell::{self, Place};
use crate::sql::{DatabasePlace, client};
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &[
        "vercel", "vc", "now", "netlify", "ntl", "fly", "flyctl", "heroku", "wrangler", "railway", "render", "firebase", "supabase", "amplify", "eb",
        "kamal", "dokku", "cap", "surge", "gh-pages", "copilot-cli", "scalingo", "clever", "northflank", "zeabur", "koyeb", "deployctl", "appwrite", "shopify", "eas",
        "fastlane", "dokploy", "porter", "cf", "turso", "neonctl", "neon", "planetscale", "pscale", "convex",
    ],
    about: "Deployments, settings, secrets, databases and commands on platforms that run applications. The \
        application comes from options, variables and the project's own file; the platform's word for \
        production is kept as the target.",
    examples: &[
        "vercel ls",
        "vercel --prod",
        "vercel env pull",
        "netlify deploy --prod --dir dist",
        "fly deploy",
        "fly secrets set A=b -a shop",
        "fly apps destroy shop -y",
        "fly ssh console -a shop -C 'rm -rf /data'",
        "heroku config -a shop",
        "heroku pg:reset -a shop --confirm shop",
        "wrangler d1 execute shop --command 'DROP TABLE a'",
        "wrangler deploy --dry-run",
        "supabase db reset --linked",
        "firebase emulators:start",
        "railway frob",
        "railway run npm test",
    ],
    effects,
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let platform = tables::platform(&invocation.program);
    let table = tables::table(platform);
    let normal = colons(platform, invocation);
    let found = read(&normal, table);
    let version = found.options.len() == 1 && found.operands.is_empty() && found.has(&["-v", "-V", "--version"]);
    if found.is_help || version || found.name == "help" || found.name == "version" {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    let verb = match (&found.verb, platform) {
        // Vercel deploys with no subcommand at all, and with a directory.
        (None, "vercel") if found.operands.is_empty() => Some(verbs::APP_DEPLOY),
        (None, "surge" | "gh-pages") => Some(verbs::APP_DEPLOY),
        (None, _) if found.operands.is_empty() => Some(verbs::APP_READ),
        (verb, _) => verb.clone(),
    };
    if platform == "wrangler" && matches!(invocation.known(0), Some("dev" | "deploy" | "publish" | "build" | "versions" | "types")) {
        named_programs::effects(&["wrangler.toml", "wrangler.json", "wrangler.jsonc"], named_programs::of_wrangler, invocation, context);
    }
    // A store of keys holds ordinary data as well: the key's name says when its value is a secret.
    let is_key = platform == "wrangler" && found.name == "kv key get" && found.operand(0).is_some_and(|key| key == "*" || super::is_secret_name(&key.replace('-', "_")));
    let verb = match verb {
        // It prints what the application's environment holds.
        Some(_) if platform == "dokku" && found.name == "config" && found.operands.iter().all(|word| cloud::by_verb(word.text()).is_none() && !CHANGES.contains(&word.text())) => Some(verbs::SECRET_READ),
        Some(verb) if verb == verbs::APP_READ => Some(below(&found)),
        verb => verb,
    };
    let verb = match verb {
        _ if is_key => Some(verbs::SECRET_READ),
        // It asks the deployed application, with options of curl.
        Some(_) if platform == "vercel" && found.name == "curl" && sends(&normal) => Some(verbs::APP_EXECUTE),
        Some(verb) if platform == "supabase" => Some(supabase::there(verb, &found)),
        verb => verb,
    };
    let app = named::find(platform, &found, invocation, context);
    act(platform, verb, &found, &app, invocation, context);
    runs(platform, &found, &normal, &app, context);
    files(platform, &found, context);
}

/// Whether options for curl send something, or ask with another method than to read.
fn sends(invocation: &Invocation) -> bool {
    let mut words = invocation.words.iter().map(crate::word::Word::text);
    while let Some(text) = words.next() {
        let method = match text {
            "-X" | "--request" => words.next(),
            _ => text.strip_prefix("--request=").or_else(|| text.strip_prefix("-X")),
        };
        let is_data = ["-d", "--data", "-F", "--form", "-T", "--upload-file", "--json"].iter().any(|start| text.starts_with(start));
        if is_data || method.is_some_and(|method| !matches!(method, "GET" | "HEAD" | "OPTIONS")) {
            return true;
        }
    }
    false
}

/// What is done to a kind of thing that a table has as one to read: a word below it may say that it is changed.
fn below(found: &Subcommand<'_>) -> Verb {
    let asks = found.name.rsplit(' ').next().is_some_and(|last| cloud::by_verb(last) == Some(Does::Read));
    let words = found.operands.iter().take(2).filter_map(|word| word.known());
    let mut harms = words.filter(|_| !asks).filter_map(|word| match cloud::by_verb(word) {
        Some(Does::Delete) => Some(verbs::APP_DELETE),
        Some(Does::Read | Does::Export) => None,
        None if !CHANGES.contains(&word) => None,
        _ => Some(verbs::APP_SETTINGS),
    });
    harms.next().unwrap_or(verbs::APP_READ)
}

/// Words below a kind of thing that say that it is changed, or given away as a whole, besides the usual verbs.
const CHANGES: &[&str] = &[
    "promote", "redeploy", "rollback", "push", "pull", "capture", "schedule", "unschedule", "clear", "repoint", "unfollow", "link", "unlink",
    "timeout", "maxmemory", "maintenance", "window", "clone", "lock", "unlock", "pause", "send-event", "visibility", "install", "up", "shell",
    "url", "public-url", "download", "keyspace-notifications", "vector-stop", "down", "invite", "transfer", "buy", "kill", "bounce", "trigger",
];

/// Heroku's `pg:reset` as two words, like everybody else's.
fn colons(platform: &str, invocation: &Invocation) -> Invocation {
    let mut copy = invocation.clone();
    let splits = matches!(platform, "heroku" | "dokku" | "firebase" | "cap" | "scalingo" | "shopify" | "eas");
    let at = copy.words.iter().position(|word| !word.text().starts_with('-') && word.text().contains(':'));
    if let (true, Some(at)) = (splits && at.is_some_and(|at| at < 3), at)
        && let Some(text) = copy.words.get(at).and_then(Word::known).map(str::to_owned)
    {
        let words: Vec<Word> = text.split(':').map(Word::known_as).collect();
        copy.words.splice(at..=at, words);
        copy.contiguous = false;
    }
    copy
}

fn act(platform: &str, verb: Option<Verb>, found: &Subcommand<'_>, app: &named::App, invocation: &Invocation, context: &mut Context<'_>) {
    let resource = app.resource(platform);
    let mut effect = match (&verb, &found.doubt) {
        (Some(verb), None) => Effect::new(verb.clone(), resource),
        (Some(verb), Some(why)) => Effect::new(verb.clone(), resource).certain(Certainty::Partial, why),
        (None, _) => found.effect(&verbs::APP_SETTINGS, &verbs::APP_DELETE, resource),
    };
    let name = found.operand(0).unwrap_or_else(|| "*".to_owned());
    match effect.verb.as_str() {
        "secret.read" | "secret.write" => {
            let name = name.split('=').next().unwrap_or("*").to_owned();
            let target = app.target.as_ref().map(|target| format!(" {target}")).unwrap_or_default();
            effect.resource = Resource::Secret { store: format!("{platform} {}{target}", app.name), name };
        }
        "db.read" | "db.write" | "db.schema" | "db.destroy" | "db.execute" => {
            let hosted = format!("{platform} {}", app.name);
            let side = if platform == "supabase" { supabase::side(found, invocation) } else if found.has(&["--local"]) { Side::Here } else { Side::Hosted };
            let host = match side {
                Side::Here => "localhost".to_owned(),
                Side::Hosted => hosted,
                Side::Address(host) => host,
                Side::Either(why) => {
                    effect = effect.certain(Certainty::Partial, why);
                    hosted
                }
            };
            let system = match platform {
                "wrangler" => "d1",
                "heroku" | "supabase" | "neon" => "postgresql",
                "turso" => "sqlite",
                other => other,
            };
            if effect.verb == verbs::DB_EXECUTE && effect.because.is_none() {
                effect = effect.because("what the statement does is not looked at");
            }
            let database = app.target.clone();
            // `heroku pg:psql -c`, `supabase db query ..`.
            let text = match found.name.as_str() {
                "pg psql" => found.value(&["-c", "--command"]),
                "db shell" if platform == "turso" => found.operands.get(1).map(|word| &word.value),
                "db query" if platform == "supabase" && !found.has(&["-f", "--file"]) => found.operands.first().map(|word| &word.value),
                _ => None,
            };
            if let Some(text) = text {
                let place = hosted_place(platform, &name, DatabasePlace { host, database, ..DatabasePlace::any(system) }, context);
                client::run_word(&Word::made(text.clone()), &place, context);
                return;
            }
            if platform == "turso" && found.name == "db shell" {
                let place = hosted_place(platform, &name, DatabasePlace { host, database, ..DatabasePlace::any(system) }, context);
                super::databases::run_stdin(invocation, &place, context);
                return;
            }
            if found.surely(&["--dry-run"], &["--linked", "--local", "--remote", "--yes", "--include-all", "--include-roles", "--include-seed"]) && platform == "supabase" {
                effect = Effect { because: effect.because.clone(), certainty: effect.certainty, ..Effect::new(verbs::DB_READ, effect.resource) };
            }
            effect.resource = Resource::Database { system: system.to_owned(), host, database, object: name };
        }
        "exec.read" | "exec.build" => effect.resource = Resource::Program { name: format!("{platform} {}", found.name) },
        _ => {}
    }
    if effect.because.is_none() {
        effect.because.clone_from(&app.because);
    }
    let rehearses = found.surely(&["--dry-run"], &["--prod", "--force", "-y", "--yes", "--minify"]) && matches!(effect.verb.as_str(), "app.deploy" | "app.delete");
    if rehearses {
        effect = Effect::new(verbs::APP_READ, effect.resource);
    }
    context.push(effect);
}

/// The database of a platform, or one of this machine that its name is the address or the file of.
fn hosted_place(platform: &str, name: &str, hosted: DatabasePlace, context: &Context<'_>) -> DatabasePlace {
    let address = name.split_once("://").map(|(_, rest)| rest.split(['/', '?']).next().unwrap_or(rest));
    let host = address.map(|rest| rest.rsplit_once(':').map_or(rest, |(host, _)| host));
    match host {
        Some("") => DatabasePlace { host: "*".to_owned(), ..hosted },
        Some(host) if platform == "turso" => DatabasePlace { host: host.to_owned(), ..hosted },
        None if platform == "turso" && (name.ends_with(".db") || name.contains('/')) => {
            let path = crate::paths::locate(&Value::Known(name.to_owned()), context).path;
            DatabasePlace { host: path, ..hosted }
        }
        Some(_) | None => hosted,
    }
}

/// Programs that run where the application runs, or here.
fn runs(platform: &str, found: &Subcommand<'_>, normal: &Invocation, app: &named::App, context: &mut Context<'_>) {
    let place = app.resource(platform);
    let elsewhere = |text: Option<&Value>, nested: Option<Invocation>, context: &mut Context<'_>| {
        context.elsewhere(place, |context| match (text, nested) {
            (Some(Value::Known(text)), _) => shell::run_apart(text, Place::Within(context.here), context),
            // One word with blanks is a text for a shell.
            (None, Some(Invocation { first, words, .. })) if words.is_empty() && first.text().contains(' ') => match first.known() {
                Some(text) => shell::run_apart(text, Place::Within(context.here), context),
                None => opaque(normal, "what runs there is not known", context),
            },
            (None, Some(nested)) => dispatch(nested, context),
            _ => opaque(normal, "an interactive shell where the application runs", context),
        });
    };
    let rest = found.rest_at.or_else(|| found.position(0, normal)).and_then(|at| normal.nested(at));
    match (platform, found.name.as_str()) {
        ("fly", "ssh console" | "console" | "machine exec") => elsewhere(found.value(&["-C", "--command"]), None, context),
        ("heroku", "run" | "run detached") | ("railway", "ssh") | ("kamal", "app exec" | "server exec") | ("dokku", "run" | "enter") => {
            elsewhere(None, rest, context);
        }
        ("heroku", "ps exec") | ("eb", "ssh") => elsewhere(found.value(&["-c", "--command"]), None, context),
        // These start a program here, with the platform's variables.
        ("railway", "run") | ("netlify", "dev exec") | ("vercel", "env run") => {
            if let Some(nested) = rest {
                super::runners::with_variables(context, |context| dispatch(nested, context));
            }
        }
        ("fly", "proxy") => {
            let to = app.resource(platform);
            super::tunnels::ports(found.operands.iter().filter_map(|word| word.known()), &to, context);
        }
        ("pscale", "connect") => {
            let port = found.text(&["--port"]).unwrap_or_else(|| "3306".to_owned());
            super::tunnels::ports(std::iter::once(port.as_str()), &app.resource(platform), context);
        }
        ("heroku", "git") if found.operand(0).as_deref() == Some("remote") => remote::chooses(found, context),
        ("cap", _) | ("fastlane", _) => opaque(normal, "what it runs is in the project's file", context),
        _ => {}
    }
}

/// Files that are written with what was read.
fn files(platform: &str, found: &Subcommand<'_>, context: &mut Context<'_>) {
    match (platform, found.name.as_str()) {
        ("vercel", "env pull") => {
            let file = found.operands.first().map_or_else(|| Value::Known(".env.local".to_owned()), |word| word.value.clone());
            context.write_value(&file);
        }
        ("vercel", "link") => context.write_value(&Value::Known(".vercel/project.json".to_owned())),
        ("supabase", "db dump") => found.values(&["-f", "--file"]).for_each(|file| context.write_value(file)),
        ("vercel", "pull") => context.write_value(&Value::Known(".vercel/.env.development.local".to_owned())),
        ("fly", "secrets import") | ("netlify", "env import") | ("wrangler", "secret bulk") | ("heroku", "config edit") => {
            found.operands.first().into_iter().for_each(|word| context.read(word));
        }
        _ => {}
    }
    found.values(&["--env-file"]).for_each(|value| context.read_value(value));
}

#[cfg(test)]
mod tests;
