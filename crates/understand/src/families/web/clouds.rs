//! Requests to the APIs of clouds, by their hosts.

use countersign_model::{Certainty, Effect, Resource, Verb, verbs};

use super::apis::{Request, reads, secret, worst};

fn cloud(provider: &str, account: &str, region: Option<&str>, service: &str, name: &str) -> Resource {
    Resource::Cloud {
        provider: provider.to_owned(),
        account: account.to_owned(),
        region: region.map(str::to_owned),
        service: service.to_owned(),
        name: name.to_owned(),
    }
}

/// The verb of an operation by how its name begins.
fn by_name(operation: &str) -> Verb {
    let starts = |words: &[&str]| words.iter().any(|word| operation.starts_with(word));
    if starts(&["Describe", "List", "Get", "Head", "Search", "Lookup", "BatchGet", "Query", "Scan", "Filter", "Select"]) {
        verbs::CLOUD_READ
    } else if starts(&["Delete", "Terminate", "Remove", "Purge", "Destroy", "BatchDelete", "Release", "ScheduleKeyDeletion"]) {
        verbs::CLOUD_DELETE
    } else if operation.contains("Policy") || operation.contains("Role") || operation.contains("AccessKey") || operation.contains("Permission") || operation.contains("Grant") {
        verbs::CLOUD_PERMISSION
    } else if starts(&["Run", "Start", "Invoke", "Send", "Execute"]) {
        verbs::CLOUD_EXECUTE
    } else {
        verbs::CLOUD_WRITE
    }
}

pub(super) fn aws(request: &Request<'_>) -> Option<Effect> {
    let labels = request.host.strip_suffix(".amazonaws.com").or_else(|| request.host.strip_suffix(".amazonaws.com.cn"))?;
    let parts: Vec<&str> = labels.split('.').collect();
    let storage = parts.iter().any(|part| part.starts_with("s3"));
    let region = parts.last().filter(|part| part.matches('-').count() >= 2 && !part.starts_with("s3"));
    if storage {
        // Reading an object is fetching a file.
        let bucket = parts.first().filter(|part| !part.starts_with("s3")).copied().unwrap_or("*");
        let verb = match worst(request) {
            _ if reads(request) => return None,
            "DELETE" => verbs::CLOUD_DELETE,
            "POST" if request.url.contains("?delete") => verbs::CLOUD_DELETE,
            _ => verbs::CLOUD_WRITE,
        };
        return Some(Effect::new(verb, cloud("aws", "*", region.copied(), "s3", bucket)));
    }
    if labels.ends_with("execute-api") || parts.contains(&"execute-api") || parts.contains(&"elb") || parts.contains(&"eks") || parts.contains(&"es") {
        return None;
    }
    let service = parts.first().copied().unwrap_or("*");
    let action = |text: &str| {
        let rest = text.split(['?', '&']).find_map(|part| part.strip_prefix("Action="))?;
        Some(rest.split(['&', ' ']).next().unwrap_or(rest).to_owned())
    };
    let operation = action(request.url).or_else(|| request.data.iter().find_map(|value| action(value.text())));
    let Some(operation) = operation else {
        let effect = Effect::new(verbs::CLOUD_WRITE, cloud("aws", "*", region.copied(), service, "*"));
        return (!reads(request)).then(|| effect.certain(Certainty::Partial, "which operation it is, is not known"));
    };
    if operation == "GetSecretValue" || operation == "GetSessionToken" || operation == "AssumeRole" || operation == "GetParameter" {
        return Some(Effect::new(verbs::SECRET_READ, secret("aws", service)));
    }
    Some(Effect::new(by_name(&operation), cloud("aws", "*", region.copied(), service, &operation)))
}

/// Services of Google that manage infrastructure; others answer questions.
const GOOGLE: &[&str] = &[
    "aiplatform", "alloydb", "apigateway", "appengine", "artifactregistry", "bigquery", "bigtableadmin", "billingbudgets", "cloudbilling", "cloudbuild", "clouddeploy", "cloudfunctions", "cloudkms", "cloudresourcemanager", "cloudscheduler", "cloudtasks", "composer", "compute", "container", "dataflow", "dataproc",
    "datastore", "dns", "eventarc", "file", "firestore", "gkehub", "iam", "iamcredentials", "iap", "logging", "memcache", "monitoring", "networkservices", "orgpolicy", "pubsub", "redis", "run", "runtimeconfig", "secretmanager", "servicenetworking", "serviceusage", "spanner", "sqladmin", "storage", "workflows",
];

pub(super) fn google(request: &Request<'_>, path: &str, segments: &[&str]) -> Option<Effect> {
    let labels = request.host.strip_suffix(".googleapis.com")?;
    let service = labels.rsplit('-').next().unwrap_or(labels);
    let service = if request.host == "www.googleapis.com" { segments.first().copied().unwrap_or("*") } else { service };
    if !GOOGLE.contains(&service) {
        return None;
    }
    let after = |word: &str| segments.iter().position(|segment| *segment == word).and_then(|at| segments.get(at + 1)).copied();
    let account = after("projects").or_else(|| after("project")).unwrap_or("*");
    let account = account.split(':').next().unwrap_or(account);
    let custom = path.rsplit_once(':').map_or("", |(_, method)| method);
    if (service == "secretmanager" && custom == "access") || (service == "iamcredentials" && !reads(request)) {
        let name = after("secrets").or_else(|| after("serviceAccounts")).unwrap_or("*");
        return Some(Effect::new(verbs::SECRET_READ, secret("gcp", name)));
    }
    if reads(request) {
        return (service != "storage").then(|| Effect::new(verbs::CLOUD_READ, cloud("gcp", account, None, service, segments.last().copied().unwrap_or("*"))));
    }
    let asks = ["getIamPolicy", "testIamPermissions", "search", "list", "batchGet", "query", "aggregatedList", "runQuery", "lookup", "pull"];
    let verb = match (worst(request), custom) {
        ("POST", method) if asks.contains(&method) => verbs::CLOUD_READ,
        (_, "setIamPolicy") => verbs::CLOUD_PERMISSION,
        ("POST", "delete" | "destroy" | "purge") | ("DELETE", _) => verbs::CLOUD_DELETE,
        _ if path.ends_with("setIamPolicy") => verbs::CLOUD_PERMISSION,
        _ => verbs::CLOUD_WRITE,
    };
    Some(Effect::new(verb, cloud("gcp", account, None, service, segments.last().copied().unwrap_or("*"))))
}

pub(super) fn azure(request: &Request<'_>, segments: &[&str]) -> Option<Effect> {
    if let Some(name) = request.host.strip_suffix(".vault.azure.net") {
        let held = segments.get(1).copied().unwrap_or("*");
        let verb = match segments.first().copied() {
            Some("secrets") if reads(request) && segments.len() < 2 => return None,
            _ if reads(request) => verbs::SECRET_READ,
            _ => verbs::SECRET_WRITE,
        };
        return Some(Effect::new(verb, secret(&format!("azure:{name}"), held)));
    }
    if !matches!(request.host, "management.azure.com" | "management.usgovcloudapi.net" | "management.chinacloudapi.cn") {
        return None;
    }
    let after = |word: &str| segments.iter().position(|segment| segment.eq_ignore_ascii_case(word)).and_then(|at| segments.get(at + 1)).copied();
    let account = after("subscriptions").unwrap_or("*");
    let service = after("providers").unwrap_or("resources");
    let last = segments.last().copied().unwrap_or("*");
    let lower = last.to_ascii_lowercase();
    let rights = segments.iter().any(|segment| segment.to_ascii_lowercase().starts_with("role") || segment.eq_ignore_ascii_case("policyAssignments"));
    let verb: Verb = match worst(request) {
        _ if reads(request) => verbs::CLOUD_READ,
        "POST" if lower.starts_with("list") && ["key", "secret", "credential", "token", "connection"].iter().any(|word| lower.contains(word)) => {
            return Some(Effect::new(verbs::SECRET_READ, secret("azure", segments.iter().rev().nth(1).copied().unwrap_or("*"))));
        }
        "POST" if lower.starts_with("list") || lower == "query" || lower.starts_with("get") => verbs::CLOUD_READ,
        "DELETE" => verbs::CLOUD_DELETE,
        _ if rights => verbs::CLOUD_PERMISSION,
        "POST" if lower.contains("runcommand") || lower == "exec" => verbs::CLOUD_EXECUTE,
        _ => verbs::CLOUD_WRITE,
    };
    Some(Effect::new(verb, cloud("azure", account, None, service, last)))
}

/// Clouds whose methods say it all.
pub(super) fn others(request: &Request<'_>, segments: &[&str]) -> Option<Effect> {
    let provider = match request.host {
        "api.cloudflare.com" => "cloudflare",
        "api.digitalocean.com" => "digitalocean",
        "api.linode.com" => "linode",
        "api.hetzner.cloud" => "hetzner",
        "api.vultr.com" => "vultr",
        "api.scaleway.com" => "scaleway",
        "api.supabase.com" => "supabase",
        "api.heroku.com" => "heroku",
        "api.machines.dev" => "fly",
        "api.netlify.com" => "netlify",
        "api.render.com" => "render",
        "api.stripe.com" => "stripe",
        "api.vercel.com" => "vercel",
        _ => return None,
    };
    let kind = segments.iter().find(|segment| !matches!(**segment, "v1" | "v2" | "v4" | "client")).copied().unwrap_or("*");
    let verb = match worst(request) {
        _ if reads(request) => verbs::CLOUD_READ,
        "DELETE" => verbs::CLOUD_DELETE,
        _ if segments.iter().any(|segment| matches!(*segment, "purge_cache")) => verbs::CLOUD_DELETE,
        _ => verbs::CLOUD_WRITE,
    };
    Some(Effect::new(verb, cloud(provider, "*", None, kind, segments.last().copied().unwrap_or("*"))))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn clouds() {
        assert_snapshot!(check("curl 'https://ec2.us-east-1.amazonaws.com/?Action=TerminateInstances&InstanceId=i-1'; curl https://bucket.s3.amazonaws.com/x.tgz -o x.tgz; curl -T x https://bucket.s3.eu-west-1.amazonaws.com/x"), @"
        cloud.delete ec2 TerminateInstances in aws:* us-east-1, destroy
        fs.write /repo/x.tgz, write
        net.read https://bucket.s3.amazonaws.com/x.tgz, read
        fs.read /repo/x, read
        cloud.write s3 bucket in aws:* eu-west-1, write
        ");
        assert_snapshot!(check("curl -X DELETE https://compute.googleapis.com/compute/v1/projects/shop/zones/a/instances/web; curl https://secretmanager.googleapis.com/v1/projects/shop/secrets/db/versions/1:access; curl -d '{}' https://generativelanguage.googleapis.com/v1/models/x:generateContent"), @"
        cloud.delete compute web in gcp:shop, destroy
        secret.read gcp:db, read
        net.send https://generativelanguage.googleapis.com/v1/models/x:generateContent, send
        ");
        assert_snapshot!(check("curl -X PUT https://management.azure.com/subscriptions/s/resourceGroups/rg -d '{}'; curl -X POST https://management.azure.com/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/a/listKeys; curl https://shop.vault.azure.net/secrets/db"), @"
        cloud.write resources rg in azure:s, write
        secret.read azure:a, read
        secret.read azure:shop:db, read
        ");
        assert_snapshot!(check("curl -X DELETE https://api.cloudflare.com/client/v4/zones/z; curl -X POST -d '{}' https://hooks.slack.com/services/a"), @"
        cloud.delete zones z in cloudflare:*, destroy
        net.send https://hooks.slack.com/services/a, send
        ");
    }
}
