//! What each platform's program knows.

use countersign_model::verbs;

use crate::families::subcommands::{Rule, Table, rule};

/// The platform behind a program's name.
pub(super) fn platform(program: &str) -> &str {
    match program {
        "vc" | "now" => "vercel",
        "ntl" => "netlify",
        "flyctl" => "fly",
        "neonctl" => "neon",
        "planetscale" => "pscale",
        other => other,
    }
}

/// Its table.
pub(super) fn table(platform: &str) -> &'static Table<'static> {
    match platform {
        "vercel" => &VERCEL,
        "netlify" => &NETLIFY,
        "fly" => &FLY,
        "heroku" | "scalingo" => &HEROKU,
        "wrangler" => &WRANGLER,
        "railway" => &RAILWAY,
        "firebase" => &FIREBASE,
        "supabase" => &SUPABASE,
        _ => &OTHERS,
    }
}

static VERCEL: Table = Table {
    values: &[
        "--scope", "-S", "--token", "-t", "--cwd", "--local-config", "-A", "--global-config", "-Q", "-e", "--env", "--build-env", "-b", "-m", "--meta",
        "--target", "--environment", "--regions", "--name", "-n", "--project", "--git-branch", "--limit", "--timeout", "--since", "--until", "--archive", "-p", "--listen", "-l",
    ],
    rules: &[
        rule("ls|list|inspect|logs|log|whoami|help|env|project|projects|domains|alias|aliases|dns|certs|teams|bisect|telemetry|guidance|httpstat|curl", verbs::APP_READ),
        rule("env|project|projects|domains|alias|aliases|dns|certs|teams|integration|blob|cache ls|list|inspect|check|price|verify", verbs::APP_READ),
        rule("env pull", verbs::SECRET_READ),
        rule("env run", verbs::APP_READ),
        rule("pull", verbs::SECRET_READ),
        rule("env add|update|rm|remove", verbs::SECRET_WRITE),
        rule("build|dev|develop|init|switch|git", verbs::EXEC_BUILD),
        // It chooses what later deployments go to, in a file of the project; what does not have one yet is created.
        rule("link", verbs::APP_READ),
        rule("git connect|disconnect", verbs::APP_SETTINGS),
        rule("deploy|redeploy|promote|rollback|rr|rolling-release", verbs::APP_DEPLOY),
        rule("rm|remove", verbs::APP_DELETE),
        rule("project|projects|domains|dns|certs|alias|aliases|blob|cache|integration rm|remove|del|delete|purge|invalidate", verbs::APP_DELETE),
        rule("project|projects|domains|dns|certs|alias|aliases|integration|teams add|set|buy|move|transfer-in|import|issue|invite|open|switch", verbs::APP_SETTINGS),
        rule("login|logout", verbs::SECRET_WRITE),
    ],
};

static NETLIFY: Table = Table {
    values: &[
        "-s", "--site", "--auth", "--filter", "-d", "--dir", "-f", "--functions", "-m", "--message", "--alias", "-a", "--context", "--branch", "--scope", "--timeout",
        "-n", "--name", "--account-slug", "-p2", "--port", "--data", "--payload",
    ],
    rules: &[
        rule("status|sites|sites:list|open|help|logs|watch|api:list|functions:list|completion|blobs:list", verbs::APP_READ),
                rule("env:get|env:clone|env:list", verbs::SECRET_READ),
        rule("env:set|env:unset|env:import", verbs::SECRET_WRITE),
        rule("build|dev|dev:exec|init|link|unlink|functions:create|functions:serve|functions:build|functions:invoke|recipes|clone", verbs::EXEC_BUILD),
        rule("deploy", verbs::APP_DEPLOY),
        rule("sites:create|sites:create-template|api|blobs:set|switch", verbs::APP_SETTINGS),
        rule("sites:delete|blobs:delete", verbs::APP_DELETE),
        rule("blobs:get", verbs::APP_READ),
        rule("login|logout", verbs::SECRET_WRITE),
    ],
};

static FLY: Table = Table {
    values: &[
        "-a", "--app", "-t", "--access-token", "-c", "--config", "-r", "--region", "-o", "--org", "-C", "--command", "-i", "--image", "-e", "--env", "--count",
        "--vm-size", "--vm-memory", "--name", "-s", "--size", "--strategy", "--dockerfile", "--build-arg", "--build-secret", "--image-label", "--wait-timeout",
        "--machine", "-u", "--user", "--address", "-n", "--volume", "--snapshot-id", "--primary-region", "--process-group", "-g", "--expiry", "--database-name",
    ],
    rules: &[
        rule("status|logs|releases|info|version|doctor|dashboard|open|help|platform|regions|services|checks|history|image|docs|jobs|settings|config", verbs::APP_READ),
        rule("apps|machine|machines|m|volumes|volume|vol|ips|certs|orgs|secrets|postgres|pg|mpg|redis|scale|tokens|config|image|incidents|wireguard list|ls|show|status|info|check|releases|validate|env|display", verbs::APP_READ),
        rule("auth whoami", verbs::APP_READ),
        rule("auth token", verbs::SECRET_READ),
        rule("auth login|logout|docker|signup", verbs::SECRET_WRITE),
        rule("tokens create", verbs::SECRET_READ),
        rule("secrets set|import|unset|deploy|sync", verbs::SECRET_WRITE),
        rule("secrets list", verbs::APP_READ),
        rule("deploy|launch|restart|resume|suspend|scale", verbs::APP_DEPLOY),
        rule("apps restart|create|open|move|resume|suspend", verbs::APP_DEPLOY),
        rule("machine|machines|m start|stop|restart|update|clone|run|create|cordon|uncordon|kill|suspend|leases", verbs::APP_DEPLOY),
        rule("scale count|memory|vm", verbs::APP_DEPLOY),
        rule("ips|certs|orgs|wireguard|tokens|config add|allocate-v4|allocate-v6|create|invite|save|remove|release|revoke|reset", verbs::APP_SETTINGS),
        rule("volumes|volume|vol create|extend|update|fork", verbs::APP_SETTINGS),
        rule("postgres|pg|mpg|redis create|attach|detach|update|restart|failover|import|config", verbs::APP_SETTINGS),
        rule("apps destroy", verbs::APP_DELETE),
        rule("destroy", verbs::APP_DELETE),
        rule("volumes|volume|vol|machine|machines|m|orgs|postgres|pg|mpg|redis|ext destroy|delete|remove", verbs::APP_DELETE),
        rule("ssh|console|proxy|sftp", verbs::APP_EXECUTE),
        rule("ssh console|sftp|issue", verbs::APP_EXECUTE),
        rule("machine|machines|m exec", verbs::APP_EXECUTE),
        rule("postgres|pg|mpg|redis connect|proxy", verbs::APP_EXECUTE),
    ],
};

/// Words of `pg:reset` and the like stand apart.
static HEROKU: Table = Table {
    values: &[
        "-a", "--app", "-r", "--remote", "-n", "--num", "-t", "--team", "-p", "--process", "-s", "--size", "--confirm", "-c", "--command", "-d", "--dyno",
        "-o", "--org", "--region", "--stack", "-e", "--env", "--addons", "--buildpack", "-b", "--type", "--credential", "--space", "--source", "-f",
    ],
    rules: &[
        rule("apps|ps|releases|logs|status|addons|info|domains|certs|buildpacks|pipelines|features|access|regions|help|keys|drains|plugins|labs|maintenance|stack|commands|which|version|pg|redis|git|notifications|autocomplete", verbs::APP_READ),
        rule("git credentials", verbs::SECRET_READ),
        rule("pg backups capture|schedule|unschedule", verbs::APP_SETTINGS),
        rule("pg backups download|public-url", verbs::DB_READ),
        rule("apps|ps|releases|addons|domains|certs|buildpacks|pipelines|features|pg|redis|webhooks|dyno|members|spaces|clients|labs|drains|kafka info|list|output|wait|services|plans|docs|outliers|locks|blocking|bloat|index-usage|cache-hit|diagnose|backups|maintenance|settings|diff|get|table-size|unused-indexes", verbs::APP_READ),
        rule("pg backups info|schedules", verbs::APP_READ),
        rule("auth whoami", verbs::APP_READ),
        rule("auth token", verbs::SECRET_READ),
        rule("auth login|logout", verbs::SECRET_WRITE),
        rule("login|logout", verbs::SECRET_WRITE),
        rule("config", verbs::SECRET_READ),
        rule("config get|edit", verbs::SECRET_READ),
        rule("config set|unset|add|remove", verbs::SECRET_WRITE),
        rule("pg credentials", verbs::SECRET_READ),
        rule("pg credentials url", verbs::SECRET_READ),
        rule("redis credentials", verbs::SECRET_READ),
        rule("local", verbs::EXEC_BUILD),
        rule("ps scale|restart|stop|kill|resize|autoscale|type|wait", verbs::APP_DEPLOY),
        rule("dyno scale|restart|stop|kill|resize", verbs::APP_DEPLOY),
        rule("releases rollback|retry", verbs::APP_DEPLOY),
        rule("rollback", verbs::APP_DEPLOY),
        rule("container push|release", verbs::APP_DEPLOY),
        rule("pipelines promote", verbs::APP_DEPLOY),
        rule("restart|deploy|scale", verbs::APP_DEPLOY),
        rule("run|console", verbs::APP_EXECUTE),
        rule("run detached|inside", verbs::APP_EXECUTE),
        rule("ps exec|socks|copy|forward", verbs::APP_EXECUTE),
        rule("pg psql", verbs::DB_EXECUTE),
        rule("redis cli", verbs::DB_EXECUTE),
        rule("psql", verbs::DB_EXECUTE),
        rule("pg reset", verbs::DB_DESTROY),
        rule("pg push|copy|promote|upgrade|killall|kill", verbs::DB_DESTROY),
        rule("pg pull", verbs::DB_READ),
        rule("pg backups capture|download", verbs::DB_READ),
        rule("pg backups restore|delete|cancel", verbs::DB_DESTROY),
        rule("apps destroy|delete", verbs::APP_DELETE),
        rule("destroy", verbs::APP_DELETE),
        rule("addons|domains|certs|pipelines|buildpacks|keys|spaces|teams|webhooks|drains|container destroy|remove|clear|rm", verbs::APP_DELETE),
        rule("apps|addons|domains|certs|buildpacks|pipelines|features|labs|maintenance|access|keys|spaces|drains|webhooks|members|stack create|add|set|enable|disable|on|off|update|attach|detach|rename|transfer|join|leave|upgrade|downgrade|setup|auto|unlock|lock", verbs::APP_SETTINGS),
    ],
};

static WRANGLER: Table = Table {
    values: &[
        "-c", "--config", "-e", "--env", "--name", "--project-name", "--branch", "--commit-hash", "--commit-message", "--compatibility-date", "--var", "--define", "--alias",
        "--route", "--routes", "--tsconfig", "--outdir", "--outfile", "--triggers", "--schedule", "--command", "--file", "--binding", "--namespace-id", "--preview-id", "--path",
        "--ttl", "--expiration", "--prefix", "--jurisdiction", "--location", "-m", "--message", "--version-id", "--tag", "--output", "-f", "--cwd", "--port", "--format", "--metadata", "--text",
    ],
    rules: &[
        rule("whoami|docs|types|check|telemetry|help|init|generate|dev", verbs::EXEC_READ),
        rule("tail", verbs::APP_READ),
        rule("deployments|versions|deployment list|view|status", verbs::APP_READ),
        rule("pages deployment list|tail", verbs::APP_READ),
        rule("pages project list", verbs::APP_READ),
        rule("pages dev|functions|download", verbs::EXEC_BUILD),
        rule("secret list", verbs::APP_READ),
        rule("secret put|bulk|delete", verbs::SECRET_WRITE),
        rule("pages|versions secret put|bulk|delete", verbs::SECRET_WRITE),
        rule("kv namespace|key|bulk list", verbs::APP_READ),
        rule("kv key get", verbs::APP_READ),
        rule("kv namespace create", verbs::APP_SETTINGS),
        rule("kv key|bulk put", verbs::APP_SETTINGS),
        rule("kv namespace|key|bulk delete", verbs::APP_DELETE),
        rule("r2 bucket|object list|get|info", verbs::APP_READ),
        rule("r2 bucket|object create|put|update|catalog|cors|domain|lifecycle|notification", verbs::APP_SETTINGS),
        rule("r2 bucket|object delete", verbs::APP_DELETE),
        rule("d1 list|info|insights|export", verbs::DB_READ),
        rule("d1 create", verbs::DB_SCHEMA),
        rule("d1 execute", verbs::DB_EXECUTE),
        rule("d1 delete", verbs::DB_DESTROY),
        rule("d1 time-travel info", verbs::DB_READ),
        rule("d1 time-travel restore", verbs::DB_DESTROY),
        rule("d1 migrations list|create", verbs::DB_READ),
        rule("d1 migrations apply", verbs::DB_SCHEMA),
        rule("queues|vectorize|hyperdrive|workflows|ai|pipelines list|info|get|describe|instances", verbs::APP_READ),
        rule("queues|vectorize|hyperdrive|workflows|pipelines create|update|insert|trigger|consumer|pause-delivery|resume-delivery", verbs::APP_SETTINGS),
        rule("queues|vectorize|hyperdrive|workflows|pipelines delete|purge|delete-vectors", verbs::APP_DELETE),
        rule("deploy|publish|rollback|triggers", verbs::APP_DEPLOY),
        rule("versions deploy|upload", verbs::APP_DEPLOY),
        rule("pages deploy|publish", verbs::APP_DEPLOY),
        rule("pages project create", verbs::APP_SETTINGS),
        rule("delete", verbs::APP_DELETE),
        rule("pages project|deployment delete", verbs::APP_DELETE),
        rule("login|logout", verbs::SECRET_WRITE),
    ],
};

static RAILWAY: Table = Table {
    values: &["-s", "--service", "-e", "--environment", "-p", "--project", "--set", "-d", "--database", "-m", "--message", "-t", "--template", "--port", "-r", "--repo", "-i", "--image", "-v", "--variables"],
    rules: &[
        rule("status|logs|list|whoami|open|docs|help|completion|domain|deployment|environment|service|volume", verbs::APP_READ),
        rule("environment|service|volume|deployment list|status", verbs::APP_READ),
        rule("variables|variable", verbs::SECRET_READ),
        rule("run|shell", verbs::APP_READ),
        rule("variables|variable set|delete", verbs::SECRET_WRITE),
        rule("up|deploy|redeploy|restart|scale", verbs::APP_DEPLOY),
        rule("link|unlink|init|dev", verbs::EXEC_BUILD),
        rule("add|environment new|functions", verbs::APP_SETTINGS),
        rule("environment|service|volume new|link|add|attach|detach|update|edit", verbs::APP_SETTINGS),
        rule("down|delete", verbs::APP_DELETE),
        rule("environment|service|volume|functions delete", verbs::APP_DELETE),
        rule("ssh", verbs::APP_EXECUTE),
        rule("connect", verbs::DB_EXECUTE),
        rule("login|logout", verbs::SECRET_WRITE),
    ],
};

static FIREBASE: Table = Table {
    values: &["-P", "--project", "--account", "--token", "-c", "--config", "--only", "--except", "-m", "--message", "--expires", "-d", "--data", "--instance", "--database", "--site", "--channel", "--import", "--export-on-exit", "--region", "--location"],
    rules: &[
        rule("projects|apps|hosting|functions|database|firestore|remoteconfig|ext|appdistribution|apphosting list|get|log|sdkconfig|versions|profile|indexes|settings|info|sites|channel|describe", verbs::APP_READ),
        rule("hosting channel|sites list|get", verbs::APP_READ),
        rule("open|help|target|serve|init|experiments|setup", verbs::EXEC_READ),
        rule("use", verbs::EXEC_READ),
        rule("use *", verbs::APP_SETTINGS),
        rule("functions shell|log|list", verbs::APP_READ),
        rule("emulators start|export|exec", verbs::EXEC_BUILD),
        rule("deploy", verbs::APP_DEPLOY),
        rule("hosting clone|rollback", verbs::APP_DEPLOY),
        rule("hosting channel deploy", verbs::APP_DEPLOY),
        rule("remoteconfig|apphosting rollback|rollouts", verbs::APP_DEPLOY),
        rule("functions delete", verbs::APP_DELETE),
        rule("hosting disable", verbs::APP_DELETE),
        rule("hosting channel|sites delete", verbs::APP_DELETE),
        rule("apps|apphosting delete", verbs::APP_DELETE),
        rule("functions config get", verbs::SECRET_READ),
        rule("functions secrets access", verbs::SECRET_READ),
        rule("functions secrets set|destroy|prune", verbs::SECRET_WRITE),
        rule("functions config set|unset|clone", verbs::APP_SETTINGS),
        rule("auth export", verbs::SECRET_READ),
        rule("auth import", verbs::APP_SETTINGS),
        rule("database get|profile", verbs::DB_READ),
        rule("database set|update|push|import", verbs::DB_WRITE),
        rule("database remove", verbs::DB_DESTROY),
        rule("firestore delete", verbs::DB_DESTROY),
        rule("firestore databases delete", verbs::DB_DESTROY),
        rule("login|logout", verbs::SECRET_WRITE),
        rule("login list", verbs::APP_READ),
        rule("login ci|add|use", verbs::SECRET_WRITE),
    ],
};

static SUPABASE: Table = Table {
    values: &["--project-ref", "--db-url", "-p", "--password", "--workdir", "--schema", "-s", "-f", "--file", "--env-file", "-o", "--output", "--profile", "--network-id", "--dns-resolver", "--create-ticket", "--version", "--last", "--org-id", "--region", "--import-map", "--lang"],
    rules: &[
        rule("status|services|help|completion|gen|inspect|init|start|stop|bootstrap|test|seed", verbs::EXEC_BUILD),
        rule("link|unlink", verbs::APP_SETTINGS),
        rule("projects|functions|orgs|branches|domains|migration|postgres-config|network-bans|snippets|sso|storage|backups|secrets list|get|ls|show|info|activate|download", verbs::APP_READ),
        rule("projects api-keys", verbs::SECRET_READ),
        rule("secrets set|unset", verbs::SECRET_WRITE),
        rule("functions deploy", verbs::APP_DEPLOY),
        rule("functions new|serve", verbs::EXEC_BUILD),
        rule("functions|projects|branches|domains|sso|storage delete|rm|remove|disable", verbs::APP_DELETE),
        rule("projects|branches|domains|sso|postgres-config|network-restrictions|ssl-enforcement|config create|update|push|add|cp|mv|reverify|activate", verbs::APP_SETTINGS),
        rule("db push", verbs::DB_SCHEMA),
        rule("db reset", verbs::DB_DESTROY),
        rule("db query", verbs::DB_EXECUTE),
        rule("db dump|diff|lint|pull|start", verbs::DB_READ),
        rule("migration new", verbs::EXEC_BUILD),
        rule("migration list|fetch", verbs::DB_READ),
        rule("migration up|squash", verbs::DB_SCHEMA),
        rule("migration down", verbs::DB_DESTROY),
        rule("migration repair", verbs::DB_WRITE),
        rule("login|logout", verbs::SECRET_WRITE),
    ],
};

/// What most of the smaller ones call their subcommands.
static OTHERS: Table = Table { values: OTHER_VALUES, rules: OTHER_RULES };

const OTHER_VALUES: &[&str] = &[
    "--app", "--project", "--service", "-a", "-p", "-s", "-e", "--env", "--environment", "-d", "--destination", "--region", "-r", "--name", "-n", "--profile", "--branch",
    "--channel", "--envName", "--org", "-o", "--output", "-c", "--config", "--config-file", "--version", "-l", "--label", "-m", "--message", "--roles", "--hosts", "--platform", "--database", "--role",
];

const OTHER_RULES: &[Rule] = &[
    rule("list|ls|status|logs|log|info|show|get|whoami|help|version|health|events|config|details|audit|docs|print|apps|services|target|describe|open|console-url|marketplace|buildpacks|domains|routes|orgs|spaces|teams", verbs::APP_READ),
    rule("app|apps|service|services|env|db|database|branch|branches|deploy|deployment|deployments|deploys|build|builds|update|channel|domain|domains|proxy|accessory|registry|server|lock|org|group|project|projects|role|workspace|svc|job|jobs|pipeline|task|ps list|ls|status|logs|info|show|get|details|report|view|images|containers|version|live|boot-config|diff|report", verbs::APP_READ),
    rule("lanes|actions|action|workspaces|diagnostics|check", verbs::APP_READ),
    rule("config|env show|get|export|pull|keys", verbs::SECRET_READ),
    rule("printenv|env:pull", verbs::SECRET_READ),
    rule("env list|ls", verbs::SECRET_READ),
    rule("config|env|secrets|secret set|unset|push|add|create|import|delete|remove|rm", verbs::SECRET_WRITE),
    rule("secrets|secret print|fetch|extract|get", verbs::SECRET_READ),
    rule("setenv", verbs::SECRET_WRITE),
    rule("deploy|publish|push|redeploy|rollback|setup|restart|start|stop|scale|up|launch|submit|swap|rebuild|boot|reboot|upgrade|update|create|clone|build|restage|promote|production|staging", verbs::APP_DEPLOY),
    rule("app|apps|service|services|deployment|deployments|proxy|accessory|server|ps deploy|redeploy|rollback|restart|start|stop|scale|boot|reboot|update|promote|rebuild|pause|resume|create", verbs::APP_DEPLOY),
    rule("theme push|publish|share|rename", verbs::APP_DEPLOY),
    rule("theme pull|list|check|dev|info|open|package|preview", verbs::EXEC_BUILD),
    rule("svc|job|env|pipeline|task deploy|init|run|package|override|pause|resume|upgrade", verbs::APP_DEPLOY),
    rule("svc|job|env|pipeline|task delete", verbs::APP_DELETE),
    rule("svc exec", verbs::APP_EXECUTE),
    rule("app exec", verbs::APP_EXECUTE),
    rule("server exec", verbs::APP_EXECUTE),
    rule("ssh|exec|run|enter|shell|connect|console", verbs::APP_EXECUTE),
    rule("db|database shell|connect|exec", verbs::DB_EXECUTE),
    rule("db|database|branch|branches create|restore|reset|promote|import|migrate|update|unarchive", verbs::DB_WRITE),
    rule("db|database|branch|branches|backup destroy|delete|rm|drop", verbs::DB_DESTROY),
    rule("shell", verbs::DB_EXECUTE),
    rule("delete|destroy|remove|rm|terminate|teardown|abort|unpublish|delete-service|delete-space|delete-org|down|purge|prune", verbs::APP_DELETE),
    rule("app|apps|service|services|env|deployment|deployments|domain|domains|project|projects|org|group|accessory|proxy|role|workspace|postgres|mysql|redis|volume destroy|delete|remove|rm|unlink|terminate", verbs::APP_DELETE),
    rule("init|add|configure|use|link|labs|local|platform|restore|migrate|tags|domains:add|map-route|unmap-route|bind-service|unbind-service|set-env|create-service|enable|disable|org|lock", verbs::APP_SETTINGS),
    rule("login|logout|auth", verbs::SECRET_WRITE),
];
