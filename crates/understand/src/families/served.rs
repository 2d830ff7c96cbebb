//! Programs that load a module of a project and serve it, or work its queue: `uvicorn main:app`, `flask run`, `celery`.
//!
//! They run the project's own code here, as running the module with its interpreter would: its file is looked at where
//! the command names one, and is opaque where it cannot be followed.

use countersign_model::{Effect, Resource, verbs};

use super::{Family, opaque, run_file};
use crate::code::source;
use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &[
        "uvicorn", "gunicorn", "hypercorn", "daphne", "granian", "waitress-serve", "flask", "fastapi", "streamlit", "celery", "dramatiq", "rq",
        "chainlit", "gradio", "jupyter", "jupyter-lab", "jupyter-notebook", "jupyter-nbconvert", "tensorboard", "torchrun", "accelerate",
    ],
    about: "Servers and workers that load a module of the project: the file it is in is looked at as a script is, and the \
        port that is opened is named. What a file does that cannot be followed is opaque.",
    examples: &[
        "uvicorn main:app --reload",
        "gunicorn -w 4 -b 0.0.0.0:8000 shop.wsgi:application",
        "flask --app main run",
        "flask db upgrade",
        "flask db history",
        "streamlit run page.py",
        "celery -A shop worker",
        "celery -A shop purge -f",
        "celery --version",
        "jupyter nbconvert --to notebook --execute x.ipynb",
        "jupyter kernelspec list",
    ],
    effects,
};

/// Options that take the next word, of all of them together.
const VALUES: &[&str] = &[
    "--host", "--port", "--app-dir", "--log-level", "--log-config", "--workers", "--uds", "--fd", "--loop", "--http", "--ws", "--reload-dir", "--reload-include", "--reload-exclude", "--env-file",
    "--ssl-keyfile", "--ssl-certfile", "--root-path", "--limit-concurrency", "--timeout-keep-alive", "--forwarded-allow-ips", "-w", "-b", "-k", "-t", "-c", "--bind", "--worker-class", "--threads", "--timeout",
    "--config", "--chdir", "--access-logfile", "--error-logfile", "--max-requests", "--keep-alive", "-e", "--app", "-A", "--env", "--interface", "-p", "-h", "-l", "-n", "-Q", "--queues", "--concurrency", "--pool",
    "--loglevel", "--server.port", "--server.address", "--to", "--output", "--output-dir", "--ip", "--notebook-dir", "--logdir", "--nproc_per_node", "--nproc-per-node", "--nnodes", "--node_rank", "--master_addr", "--master_port", "--rdzv_backend", "--rdzv_endpoint", "--config_file", "--num_processes", "--num_machines", "--mixed_precision", "--listen", "--url", "--broker", "--hostname",
];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let words: Vec<&str> = invocation.words.iter().map(Word::text).collect();
    let tells = matches!(words.as_slice(), ["--version" | "-v" | "-V" | "version"]) || words.contains(&"--help");
    if tells || invocation.program == "flask" && words.is_empty() {
        context.program(verbs::EXEC_READ, &invocation.program);
        return;
    }
    let operands = operands(invocation);
    let known: Vec<&str> = operands.iter().filter_map(|at| invocation.known(*at)).collect();
    let first = operands.first().copied();
    match (invocation.program.as_str(), known.as_slice()) {
        ("flask", ["db", ..]) => {
            let Some(at) = first else { return };
            super::migrations::run_module("flask-migrate", at, invocation, context);
        }
        ("flask", rest) => {
            if matches!(rest, ["run", ..]) {
                listens(invocation, context);
            }
            let named = invocation.option(&["--app", "-A"]).or_else(|| environment::value(invocation, "FLASK_APP"));
            let usual = ["wsgi", "app"].map(|name| Value::Known(name.to_owned()));
            match named {
                Some(value) => module(&value, None, invocation, context),
                None => match usual.iter().find(|value| value.known().is_some_and(|name| located(name, None, context).is_some())) {
                    Some(value) => module(value, None, invocation, context),
                    None => opaque(invocation, NOT_NAMED, context),
                },
            }
        }
        ("celery", rest) => celery(rest, invocation, context),
        ("jupyter" | "jupyter-lab" | "jupyter-notebook" | "jupyter-nbconvert", rest) => jupyter(rest, invocation, context),
        ("tensorboard", _) => listens(invocation, context),
        ("streamlit", ["run", _, ..]) | ("chainlit", ["run", _, ..]) | ("fastapi", ["dev" | "run", _, ..]) | ("accelerate", ["launch", _, ..]) => {
            if invocation.program != "accelerate" {
                listens(invocation, context);
            }
            script(operands.get(1).copied(), invocation, context);
        }
        ("accelerate", ["env" | "estimate-memory", ..]) | ("streamlit", ["docs" | "cache" | "config", ..]) => context.program(verbs::EXEC_READ, &invocation.program),
        ("torchrun" | "gradio", _) => script(first, invocation, context),
        ("rq", ["info", ..]) => context.program(verbs::EXEC_READ, "rq"),
        ("uvicorn" | "gunicorn" | "hypercorn" | "daphne" | "granian" | "waitress-serve", _) => {
            listens(invocation, context);
            let below = invocation.option(&["--app-dir", "--chdir", "--working-dir"]);
            match first.and_then(|at| invocation.words.get(at)) {
                Some(word) => module(&word.value, below.as_ref(), invocation, context),
                None => opaque(invocation, NOT_NAMED, context),
            }
            // A file of settings is code, too.
            if invocation.program == "gunicorn" {
                settings(invocation, context);
            }
        }
        _ => opaque(invocation, "it runs code of the project that the command does not name", context),
    }
}

const NOT_NAMED: &str = "which module of the project it runs is not named";

/// Where the words stand that belong to no option.
fn operands(invocation: &Invocation) -> Vec<usize> {
    let mut found = Vec::new();
    let mut words = invocation.words.iter().enumerate();
    while let Some((at, word)) = words.next() {
        let text = word.text();
        if !text.starts_with('-') {
            found.push(at);
        } else if VALUES.contains(&text) {
            words.next();
        }
    }
    found
}

/// Adds that a port is opened, and for whom.
fn listens(invocation: &Invocation, context: &mut Context<'_>) {
    let names = ["--host", "-h", "-b", "--bind", "--server.address", "--ip", "--listen", "-i", "--interface"];
    let given = invocation.option(&names).map_or_else(|| "127.0.0.1".to_owned(), |value| value.known().unwrap_or("*").to_owned());
    let host = given.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit())).map_or(given.as_str(), |(host, _)| host);
    let host = if host.starts_with("unix:") || host.is_empty() || countersign_model::is_this_machine(host) { "localhost" } else { host };
    context.push(Effect::new(verbs::NET_LISTEN, Resource::Host { host: host.to_owned(), url: None }));
}

/// The file that a module's name stands for, below the directory it is looked for in.
fn located(name: &str, below: Option<&str>, context: &Context<'_>) -> Option<paths::Located> {
    let name = name.split([':', '(']).next().unwrap_or(name);
    let path = name.strip_suffix(".py").unwrap_or(name).replace('.', "/");
    let below = below.map_or(String::new(), |below| format!("{}/", below.trim_end_matches('/')));
    let files = ["", "src/"].into_iter().flat_map(|start| [format!("{start}{path}.py"), format!("{start}{path}/__init__.py")]);
    let files = files.map(|file| paths::locate(&Value::Known(format!("{below}{file}")), context));
    let mut there = files.filter(|located| source::is_there(located, context));
    there.next()
}

/// Adds what a module that is named does as it is loaded.
fn module(value: &Value, below: Option<&Value>, invocation: &Invocation, context: &mut Context<'_>) {
    let (Some(name), true) = (value.known(), below.is_none_or(|below| below.known().is_some())) else {
        opaque(invocation, "which module of the project it runs is not known", context);
        return;
    };
    // A part of a package comes after the package itself.
    match located(name, below.and_then(Value::known), context) {
        Some(file) => run_file(&file, Some("python3"), &[], invocation, context),
        None => opaque(invocation, "it runs a module that nobody here knows", context),
    }
}

/// Adds what a script that is an operand does.
fn script(at: Option<usize>, invocation: &Invocation, context: &mut Context<'_>) {
    let word = at.and_then(|at| invocation.words.get(at));
    let Some(word) = word.filter(|word| word.known().is_some_and(|text| text.ends_with(".py") && !text.contains("://"))) else {
        opaque(invocation, "which code it runs is not known", context);
        return;
    };
    let arguments = at.and_then(|at| invocation.words.get(at + 1..)).unwrap_or_default();
    let file = paths::locate(&word.value, context);
    run_file(&file, Some("python3"), arguments, invocation, context);
}

/// `gunicorn -c gunicorn.conf.py`, which it also takes by itself.
fn settings(invocation: &Invocation, context: &mut Context<'_>) {
    let given = invocation.option(&["-c", "--config"]);
    let given = given.map(|value| value.strip_prefix("file:").unwrap_or(value));
    let value = given.unwrap_or_else(|| Value::Known("gunicorn.conf.py".to_owned()));
    let file = paths::locate(&value, context);
    if source::is_there(&file, context) {
        run_file(&file, Some("python3"), &[], invocation, context);
    } else if value.is_unknown() {
        opaque(invocation, "which file of settings it runs is not known", context);
    }
}

/// A worker's own code, or what is asked of its queue, which is wherever the application says.
fn celery(words: &[&str], invocation: &Invocation, context: &mut Context<'_>) {
    let queue = |verb| {
        let why = "where the queue is, the application's own code says";
        let resource = Resource::Database { system: "celery".to_owned(), host: "*".to_owned(), database: None, object: "*".to_owned() };
        Effect::new(verb, resource).certain(countersign_model::Certainty::Partial, why)
    };
    match words {
        ["inspect" | "status" | "report" | "list", ..] => context.push(queue(verbs::DB_READ)),
        ["purge" | "amqp", ..] => context.push(queue(verbs::DB_DESTROY)),
        ["control" | "call" | "migrate" | "upgrade", ..] => context.push(queue(verbs::DB_WRITE)),
        _ => {}
    }
    match invocation.option(&["-A", "--app"]) {
        Some(value) => {
            let below = invocation.option(&["--workdir"]);
            // `-A shop` is `shop.celery` or `shop`.
            let inner = value.known().map(|name| format!("{name}.celery"));
            let value = inner.filter(|name| located(name, below.as_ref().and_then(Value::known), context).is_some()).map_or(value, Value::Known);
            module(&value, below.as_ref(), invocation, context);
        }
        None => opaque(invocation, NOT_NAMED, context),
    }
}

/// A server on which nothing runs yet, a notebook that is run, or one that is only shown in another form.
fn jupyter(words: &[&str], invocation: &Invocation, context: &mut Context<'_>) {
    let own = invocation.program.strip_prefix("jupyter-");
    let command = own.or_else(|| words.first().copied()).unwrap_or_default();
    let has = |name: &str| invocation.words.iter().any(|word| word.text().split('=').next() == Some(name));
    match command {
        "lab" | "notebook" | "server" | "console" if has("--version") => context.program(verbs::EXEC_READ, "jupyter"),
        "lab" if words.iter().any(|word| matches!(*word, "build" | "clean")) => context.program(verbs::EXEC_BUILD, "jupyter lab"),
        "lab" | "notebook" | "server" => {
            listens(invocation, context);
            if words.len() > 1 && words.get(1).is_some_and(|word| matches!(*word, "list" | "stop" | "password")) {
                context.program(verbs::EXEC_READ, "jupyter");
            }
        }
        "nbconvert" if has("--execute") => opaque(invocation, "it runs the code of a notebook", context),
        "nbconvert" => {
            context.program(verbs::EXEC_BUILD, "jupyter nbconvert");
            let files = invocation.words.iter().filter(|word| word.text().ends_with(".ipynb"));
            files.for_each(|word| context.read(word));
        }
        "kernelspec" | "labextension" | "troubleshoot" | "paths" | "" if !words.iter().any(|word| matches!(*word, "install" | "remove" | "uninstall" | "develop" | "link" | "enable" | "disable")) => {
            context.program(verbs::EXEC_READ, "jupyter");
        }
        "kernelspec" | "labextension" => context.program(verbs::EXEC_INSTALL, &invocation.title()),
        _ => opaque(invocation, "it runs the code of a notebook", context),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    const PUSH: &str = "import os\nos.system('git push origin main')\n";

    #[test]
    fn what_is_loaded_is_looked_at() {
        let files = [("/repo/main.py", PUSH), ("/repo/shop/wsgi.py", PUSH), ("/repo/shop/celery.py", PUSH), ("/repo/gunicorn.conf.py", "workers = 2\n")];
        for command in [
            "uvicorn main:app --reload", "uvicorn --port 8000 main:app", "python -m uvicorn main:app", "uv run uvicorn main:app", "poetry run gunicorn -w 4 -b 0.0.0.0:8000 shop.wsgi:application", "gunicorn 'main:create(1)'",
            "flask --app main run", "FLASK_APP=main.py flask run", "flask -A main:create routes", "streamlit run main.py --server.port 8501", "fastapi dev main.py", "celery -A shop worker -l info", "hypercorn main:app", "torchrun --nproc_per_node 2 main.py",
        ] {
            let found = check_with(command, &files);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
        }
        assert_snapshot!(check_with("uvicorn main:app --host 0.0.0.0", &[("/repo/main.py", "print(1)\n")]), @"
        net.listen 0.0.0.0, write
        fs.read /repo/main.py, read
        ");
        assert_snapshot!(check_with("gunicorn -c gunicorn.conf.py main:app", &[("/repo/main.py", "print(1)\n"), ("/repo/gunicorn.conf.py", PUSH)]), @"
        net.listen localhost, write
        fs.read /repo/main.py, read
        git.push main@origin, write
        fs.read /repo/gunicorn.conf.py, read
        ");
    }

    #[test]
    fn what_is_not_there_is_opaque() {
        for command in ["uvicorn main:app", "uvicorn \"$APP\"", "flask run", "streamlit run https://evil.example/x.py", "celery worker", "jupyter nbconvert --execute x.ipynb", "gunicorn", "chainlit frob"] {
            let found = check_with(command, &[]);
            assert!(found.contains("opaque"), "{command}: {found}");
        }
    }

    #[test]
    fn near_misses() {
        assert_snapshot!(check_with("uvicorn --version; flask --help; jupyter --version; celery --help; jupyter kernelspec list; jupyter notebook --ip 0.0.0.0", &[]), @"
        exec.read uvicorn, read
        exec.read flask, read
        exec.read jupyter, read
        exec.read celery, read
        net.listen 0.0.0.0, write
        ");
        assert_snapshot!(check_with("celery -A shop purge -f", &[("/repo/shop/celery.py", "x = 1\n")]), @"
        db.destroy * in celery://*, destroy, partial
        fs.read /repo/shop/celery.py, read
        ");
        assert_snapshot!(check_with("flask db upgrade; flask db history; flask db downgrade", &[]), @"
        db.schema * in sql://*, write, partial
        exec.read flask-migrate history, read
        db.destroy * in sql://*, destroy, partial
        ");
    }
}
