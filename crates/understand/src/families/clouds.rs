//! Other clouds' command lines, which end in verbs too: `doctl compute droplet delete`, `hcloud server create`.

use countersign_model::{Effect, Resource, verbs};

use super::cloud::{NOT_KNOWN, Tenant, sounds_secret};
use super::subcommands::{self, Table};
use super::{Family, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::tables::cloud::{self, Does};
use crate::word::Value;

pub(super) const FAMILY: Family = Family {
    programs: &[
        "doctl", "hcloud", "linode-cli", "linode", "scw", "oci", "ibmcloud", "aliyun", "tccli", "exo", "vultr-cli", "civo",
        "openstack", "ovhcloud", "upcloud", "upctl", "eksctl",
    ],
    about: "Smaller clouds, by the verb a command ends in. The account is the profile or context that is \
        named; a verb that is not known is a write.",
    examples: &[
        "doctl compute droplet list --context prod",
        "doctl compute droplet delete 123 --context prod -f",
        "hcloud server list",
        "hcloud server delete web",
        "oci compute instance terminate --instance-id x --profile prod",
        "aliyun ecs DescribeInstances --profile p",
        "eksctl delete cluster --name prod",
        "openstack server delete web --os-cloud prod",
        "doctl kubernetes cluster kubeconfig save c --context p",
        "hcloud server create --name x",
        "doctl compute $X 1 --context p",
    ],
    effects,
};

/// Options that take a value, of all of them together.
const TABLE: Table = Table {
    values: &[
        "--access-token", "-t", "--context", "-c", "--config", "--config-file", "--output", "-o", "--format", "--profile",
        "-p", "--region", "-r", "--project", "--compartment-id", "--cluster", "--name", "--zone", "--token", "--api-url",
        "--os-cloud", "--os-project-name", "--os-region-name", "--endpoint", "--id", "-f", "-n", "--nodegroup", "--api-key",
        "--alias",
    ],
    rules: &[],
};

/// Options that say whose account it is.
const ACCOUNTS: &[&str] =
    &["--context", "--profile", "-p", "--project", "--compartment-id", "--os-cloud", "--os-project-name"];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    by_words(invocation, usize::from(!VERB_FIRST.contains(&invocation.program.as_str())), context);
}

/// Adds what a command does as the most harmful of its first words says, from the one at `first` on.
pub(super) fn by_words(invocation: &Invocation, first: usize, context: &mut Context<'_>) {
    let found = subcommands::read(invocation, &TABLE);
    let words: Vec<&str> = found.operands.iter().map(|word| word.known().unwrap_or("*")).collect();
    let program = invocation.program.as_str();
    let shows = ["help", "version", "completion", "info", "plugins", "versions"];
    if found.is_help || words.is_empty() || shows.contains(words.first().unwrap_or(&"")) {
        context.program(verbs::EXEC_READ, program);
        return;
    }
    let tenant = tenant(invocation, &found, context);
    let service = words.first().copied().unwrap_or("*");
    let configures = ["auth", "login", "logout", "context", "config", "init", "setup", "configure", "target"];
    let file = found.value(&["--config-file", "-f"]).filter(|_| program == "eksctl").cloned();
    if let Some(value) = &file {
        context.read_value(value);
    }
    if configures.contains(&service) {
        let reads = words.get(1).is_some_and(|word| matches!(*word, "list" | "ls" | "show" | "get" | "active" | "dump"));
        let shows_secret = words.contains(&"dump") || words.iter().skip(2).any(|word| ["*", "token", "secret-key", "secret"].contains(word) || word.contains("key") || word.contains("token"));
        if reads && shows_secret {
            let resource = Resource::Secret { store: program.to_owned(), name: words.get(2..).unwrap_or_default().join(" ") };
            context.push(Effect::new(verbs::SECRET_READ, resource));
        } else if reads {
            context.program(verbs::EXEC_READ, program);
        } else {
            context.write_value(&Value::Known(format!("{}/.config/{program}", context.state.shell.home)));
        }
        return;
    }
    // `eksctl delete cluster` and `ibmcloud ks cluster rm`: the verb may come first or last.
    let verb = words.iter().take(5).enumerate().skip(first);
    let fits = verb.filter_map(|(index, word)| Some((index, meant(word)?)));
    let (index, does, doubt) = match fits.max_by_key(|(_, does)| harm(*does)) {
        Some((index, does)) => (index, does, None),
        None if sounds_secret(&words.iter().take(4).copied().collect::<Vec<_>>().join(" ")) => {
            (words.len().saturating_sub(1), Does::Credential, Some(NOT_KNOWN.to_owned()))
        }
        None if words.get(1) == Some(&"connection") => (1, Does::Secret, None),
        None => (words.len().saturating_sub(1), Does::Write, Some(NOT_KNOWN.to_owned())),
    };
    let index = if VERB_FIRST.contains(&program) { index + 1 } else { index };
    let own = words.get(..=index).unwrap_or(&words);
    let unknown = own.contains(&"*");
    let (does, doubt) = if unknown {
        opaque(invocation, "the subcommand is not known", context);
        (Does::Delete, Some("the subcommand is not known".to_owned()))
    } else {
        (does, doubt.or_else(|| found.doubt.clone()))
    };
    let secret = sounds_secret(&own.join(" ")) && does == Does::Read || own.contains(&"kubeconfig") && program != "eksctl";
    let does = if secret { Does::Secret } else { does };
    let name = match words.get(index + 1..).unwrap_or_default() {
        [] => found.text(&["--name", "--cluster", "--id", "-n"]).unwrap_or_else(|| own.join(" ")),
        names => (*names.last().unwrap_or(&"*")).to_owned(),
    };
    let names: Vec<String> = match words.get(index + 1..) {
        Some(names) if names.len() > 1 => names.iter().map(|name| (*name).to_owned()).collect(),
        _ => vec![name],
    };
    tenant.acts(does, service, &names, doubt.as_deref(), context);
    if own.contains(&"kubeconfig") || own.contains(&"write-kubeconfig") {
        context.write_value(&Value::Known(format!("{}/.kube/config", context.state.shell.home)));
        let cluster = names.first().map_or("*", String::as_str);
        super::kubectl::place::switches(Some(format!("*{cluster}")), context);
        super::kubectl::place::stands_for(found.text(&["--alias"]), cluster.to_owned(), context);
    }
}

/// Programs whose first word is the verb.
const VERB_FIRST: &[&str] = &["eksctl"];

/// What one word says, if it is a verb.
fn meant(word: &str) -> Option<Does> {
    match word {
        "save" => Some(Does::Write),
        "delete-cluster" | "del" | "destroy" | "drain" | "power-off-and-delete" | "unset" => Some(Does::Delete),
        // Camel case: `DeleteInstance`.
        word if word.starts_with(char::is_uppercase) => {
            let first: String = word.chars().take(1).chain(word.chars().skip(1).take_while(char::is_ascii_lowercase)).collect();
            cloud::by_verb(&first.to_ascii_lowercase())
        }
        // A kind of thing, not a verb.
        "history" | "logs" | "status" | "policy" | "permission" | "grant" | "acl" | "tag" | "image" | "info" => None,
        word => cloud::by_verb(word),
    }
}

/// Whether a word says that something is changed, removed or run.
pub(super) fn is_verb(word: &str) -> bool {
    meant(word).is_some_and(|does| harm(does) > 0)
}

/// How much harm is in it, for choosing among words that could be the verb.
const fn harm(does: Does) -> u8 {
    match does {
        Does::Read | Does::Export => 0,
        Does::Write => 1,
        Does::Secret => 2,
        Does::Execute => 3,
        Does::Credential | Does::Permission => 4,
        Does::Delete => 5,
    }
}

/// Whose account it is.
fn tenant(invocation: &Invocation, found: &subcommands::Subcommand<'_>, context: &Context<'_>) -> Tenant {
    let (provider, variable) = match invocation.program.as_str() {
        "doctl" => ("digitalocean", "DIGITALOCEAN_CONTEXT"),
        "hcloud" => ("hetzner", "HCLOUD_CONTEXT"),
        "linode-cli" | "linode" => ("linode", "LINODE_CLI_PROFILE"),
        "scw" => ("scaleway", "SCW_PROFILE"),
        "oci" => ("oracle", "OCI_CLI_PROFILE"),
        "ibmcloud" => ("ibm", "IBMCLOUD_ACCOUNT"),
        "aliyun" => ("alibaba", "ALIBABA_CLOUD_PROFILE"),
        "tccli" => ("tencent", "TENCENTCLOUD_PROFILE"),
        "exo" => ("exoscale", "EXOSCALE_ACCOUNT"),
        "vultr-cli" => ("vultr", "VULTR_PROFILE"),
        "civo" => ("civo", "CIVO_PROFILE"),
        "openstack" => ("openstack", "OS_CLOUD"),
        "eksctl" => ("aws", "AWS_PROFILE"),
        "ovhcloud" | "upcloud" | "upctl" => ("cloud", "CLOUD_PROFILE"),
        program => {
            let own = super::administration::FAMILY.programs.iter().find(|own| **own == program);
            (own.copied().unwrap_or("cloud"), "CLOUD_PROFILE")
        }
    };
    let region = found.text(&["--region", "-r", "--os-region-name"]);
    let set = || match context.setting(invocation, variable) {
        Err(_) if provider == "aws" => Some("*".to_owned()),
        set => set.ok().flatten(),
    };
    let named = found.text(ACCOUNTS).or_else(set);
    let tenant = match named {
        Some(name) if name == "*" => Tenant::unknown(provider, "the account is not known"),
        Some(name) => Tenant::named(provider, &name),
        None if provider == "aws" => Tenant::named(provider, "default").because("the profile is the default one"),
        None => Tenant::unknown(provider, "which account is the default one is not known"),
    };
    Tenant { region, ..tenant }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn verbs_at_the_end_or_first() {
        assert_snapshot!(check("doctl --context prod compute droplet delete 123 456 -f; doctl compute droplet list --context prod"), @"
        cloud.delete compute 123 in digitalocean:prod, destroy
        cloud.delete compute 456 in digitalocean:prod, destroy
        cloud.read compute compute droplet list in digitalocean:prod, read
        ");
        assert_snapshot!(check("hcloud server delete web; hcloud server list; hcloud context use prod; hcloud context list"), @"
        cloud.delete server web in hetzner:*, destroy, partial
        cloud.read server server list in hetzner:*, read, partial
        fs.write /home/dev/.config/hcloud, write
        exec.read hcloud, read
        ");
        assert_snapshot!(check("oci compute instance terminate --instance-id x --profile prod; oci os bucket list --profile prod"), @"
        cloud.delete compute x in oracle:prod, destroy
        cloud.read os os bucket list in oracle:prod, read
        ");
        assert_snapshot!(check("aliyun ecs DeleteInstance --InstanceId i --profile p; aliyun ecs DescribeInstances --profile p"), @"
        cloud.delete ecs i in alibaba:p, destroy
        cloud.read ecs ecs DescribeInstances in alibaba:p, read
        ");
        assert_snapshot!(check("linode-cli linodes rm 1; scw instance server terminate x; ibmcloud ks cluster rm --cluster c"), @"
        cloud.delete linodes 1 in linode:*, destroy, partial
        cloud.delete instance x in scaleway:*, destroy, partial
        cloud.delete ks c in ibm:*, destroy, partial
        ");
        assert_snapshot!(check("eksctl delete cluster --name prod; eksctl get cluster --profile p; eksctl create nodegroup -f c.yaml"), @"
        cloud.delete delete prod in aws:default, destroy
        cloud.read get get cluster in aws:p, read
        fs.read /repo/c.yaml, read
        cloud.write create create nodegroup in aws:default, write
        ");
        assert_snapshot!(check("openstack server delete web --os-cloud prod; openstack server show web --os-cloud prod"), @"
        cloud.delete server web in openstack:prod, destroy
        cloud.read server web in openstack:prod, read
        ");
    }

    #[test]
    fn secrets_help_and_the_unknown() {
        assert_snapshot!(check("doctl kubernetes cluster kubeconfig save c --context p; doctl databases connection x --context p"), @"
        secret.read digitalocean p:c, read
        fs.write /home/dev/.kube/config, write
        secret.read digitalocean p:x, read
        ");
        assert_snapshot!(check("doctl --help; hcloud version; doctl compute droplet delete --help; doctl auth list; doctl auth init"), @"
        exec.read doctl, read
        exec.read hcloud, read
        fs.write /home/dev/.config/doctl, write
        ");
        assert_snapshot!(check("doctl compute droplet explode 1 --context p; doctl compute $X 1 --context p"), @"
        cloud.write compute compute droplet explode 1 in digitalocean:p, write, partial
        exec.opaque doctl, execute, opaque
        cloud.delete compute compute * 1 in digitalocean:p, destroy, partial
        exec.opaque doctl told of context:p, execute, opaque
        ");
    }
}
