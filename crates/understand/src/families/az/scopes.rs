//! Subscriptions that ids of resources and addresses name, and scopes that are larger than one subscription.

use super::super::cloud::Tenant;
use super::AZURE;
use super::read::Read;
use crate::forge::{is_unclear, normal_path};
use crate::word::Value;

/// Subscriptions of one command that are looked at; more could be any.
const MOST: usize = 8;

/// Options whose values say what is acted on, wherever the client is.
const WHOLE: &[&str] = &["--ids", "--id", "--scope", "--scopes", "--uri", "--url", "-u", "--resource-id", "--target-resource-id"];

/// Options whose values name something else than a place.
const OTHERS: &[&str] = &["--subscription", "--role", "--query", "--output", "-o", "--tags", "--headers", "--name", "-n"];

/// Options that name a subscription by itself, to which something goes.
const DESTINATIONS: &[&str] = &["--destination-subscription-id", "--target-subscription-id"];

/// What is named.
#[derive(Default)]
pub(super) struct Named {
    pub tenants: Vec<Tenant>,
    /// Whether that says by itself where the command acts.
    pub is_whole: bool,
}

impl Named {
    fn add(&mut self, tenant: Tenant) {
        let is_known = self.tenants.iter().any(|known| known.account == tenant.account);
        if !is_known && self.tenants.len() == MOST {
            self.tenants.push(Tenant::unknown(AZURE, "it names too many subscriptions to look at each"));
        } else if !is_known && self.tenants.len() < MOST {
            self.tenants.push(tenant);
        }
    }

    fn of_text(&mut self, text: &str, is_whole: bool) -> bool {
        let before = self.tenants.len();
        // Of an id or an address both what is written and what a server makes of it count.
        if let Some(plain) = written_plainly(text) {
            if is_unclear(&plain) && (is_whole || plain.to_ascii_lowercase().contains("/subscriptions")) {
                self.add(Tenant::unknown(AZURE, "which subscription it is in is not clear"));
            }
            self.of_plain(&plain);
        }
        self.of_plain(text);
        self.tenants.len() > before
    }

    fn of_plain(&mut self, text: &str) {
        // The client fills in what stands in braces, with the subscription that it acts in.
        for name in after(text, "/subscriptions/").filter(|name| !name.starts_with('{')) {
            self.add(Tenant::named(AZURE, name));
        }
        for name in after(text, "/managementgroups/") {
            self.above(name);
        }
    }

    fn above(&mut self, group: &str) {
        let tenant = Tenant::named(AZURE, &format!("managementGroups/{group}"));
        self.add(tenant.because("it is for more than one subscription"));
    }

    fn everywhere(&mut self) {
        self.add(Tenant::unknown(AZURE, "it is for every subscription"));
    }
}

/// An id or an address as servers read it, where that is another than what is written.
pub(super) fn written_plainly(text: &str) -> Option<String> {
    let is_address = ["/", "https://", "http://"].iter().any(|start| text.starts_with(start));
    let path = text.split(['?', '#']).next().unwrap_or(text);
    let is_odd = path.contains(['%', '\\', ';']) || path.contains("/.") || path.split("://").any(|part| part.contains("//"));
    (is_address && is_odd).then(|| format!("/{}", normal_path(path)))
}

/// The names that follow a part of ids, in whatever case it is written.
fn after<'t>(text: &'t str, part: &str) -> impl Iterator<Item = &'t str> {
    let lower = text.to_ascii_lowercase();
    let starts: Vec<usize> = lower.match_indices(part).map(|(at, _)| at + part.len()).collect();
    starts.into_iter().filter_map(move |at| {
        let name = text.get(at..)?.split(['/', '?', '"', '\'', ' ', '&', ',']).next()?;
        (!name.is_empty()).then_some(name)
    })
}

/// What a command names.
pub(super) fn of(words: &[&str], read: &Read<'_>) -> Named {
    let mut named = Named::default();
    match words {
        ["deployment" | "stack", "tenant", ..] => named.everywhere(),
        ["deployment" | "stack", "mg", ..] => {
            let group = read.text("--management-group-id").or_else(|| read.text("-m"));
            named.above(group.as_deref().unwrap_or("*"));
        }
        ["account", "management-group", ..] => {
            named.above(read.text("--name").or_else(|| read.text("-n")).as_deref().unwrap_or("*"));
        }
        _ => {}
    }
    named.is_whole = !named.tenants.is_empty();
    for (name, value) in read.values() {
        let is_whole = WHOLE.contains(&name);
        let is_found = match value {
            _ if OTHERS.contains(&name) => false,
            _ if DESTINATIONS.contains(&name) => {
                match value.known() {
                    Some(id) if !id.contains('/') => named.add(Tenant::named(AZURE, id)),
                    Some(id) => {
                        named.of_text(id, true);
                    }
                    None => named.add(Tenant::unknown(AZURE, "which subscription it goes to is not known")),
                }
                false
            }
            Value::Known(text) if text == "/" && matches!(name, "--scope" | "--scopes") => {
                named.everywhere();
                true
            }
            Value::Known(text) if is_whole && text.starts_with('@') => {
                named.add(Tenant::unknown(AZURE, "a file says which subscription it is in"));
                true
            }
            // An address with a question mark in it is no pattern of files.
            Value::Known(text) | Value::Pattern(text) => named.of_text(text, is_whole),
            Value::Unknown { .. } if is_whole && name != "-u" => {
                named.add(Tenant::unknown(AZURE, "which subscription it is in is not known"));
                true
            }
            Value::Unknown { .. } => false,
        };
        named.is_whole |= is_whole && is_found;
    }
    named
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn other_subscriptions() {
        for command in [
            "az role assignment create --assignee x --role Owner --scope /subscriptions/prod --subscription dev",
            "az role assignment create --assignee x --role Owner --scope /subscriptions/dev /subscriptions/prod/resourceGroups/g",
            "az resource delete --ids /subscriptions/dev/resourceGroups/g/x /SUBSCRIPTIONS/prod/resourceGroups/g/y --subscription dev",
            "az rest --method delete --url https://management.azure.com/subscriptions/prod/resourceGroups/g?api-version=1 --subscription dev",
            "az rest -m put -u /subscriptions/prod/resourceGroups/g -b '{}' --subscription dev",
            "az network vnet peering create -n p -g g --vnet-name v --remote-vnet /subscriptions/prod/resourceGroups/g/x --subscription dev",
            "az rest -m delete -u https://management.azure.com/%73ubscriptions/prod/x --subscription dev",
            "az rest -m delete -u 'https://management.azure.com/subscriptions/dev/../prod/x?api-version=1' --subscription dev",
            "az rest -m delete -u https://management.azure.com//subscriptions//prod/x --subscription dev",
            "az rest -m delete -u /subscriptions/%64ev/%2e%2e/prod --subscription dev",
            "az resource delete --ids /subscriptions/dev/../../subscriptions/prod/resourceGroups/g/x",
            "az resource delete --ids /subscriptions/./prod/resourceGroups/g/x --subscription dev",
            "az resource move --destination-group g --destination-subscription-id prod --ids /subscriptions/dev/x",
        ] {
            let found = check(command);
            assert!(found.contains("in azure:prod"), "{command}: {found}");
        }
        let found = check("az network vnet delete -n v --subscription prod --remote-vnet /subscriptions/dev/x");
        assert!(found.contains("in azure:prod") && found.contains("in azure:dev"), "{found}");
    }

    #[test]
    fn more_than_one_subscription() {
        for (command, place) in [
            ("az role assignment create --assignee x --role Owner --scope / --subscription dev", "in azure:*"),
            ("az role assignment create --assignee x --role Owner --scope $SCOPE --subscription dev", "in azure:*"),
            ("az role assignment create --assignee x --role Owner --scope /providers/Microsoft.Management/managementGroups/all --subscription dev", "in azure:managementGroups/all"),
            ("az rest -m delete -u /subscriptions/%252e%252e/x", "in azure:*"),
            ("az rest -m delete -u '/%2573ubscriptions/prod' --subscription staging", "in azure:*"),
            ("az resource move --destination-group g --destination-subscription-id $S --ids /subscriptions/a/x", "in azure:*"),
            ("az resource delete --ids @ids.json --subscription dev", "in azure:*"),
            ("az deployment tenant create --template-file x.json --location l --subscription dev", "in azure:*"),
            ("az deployment mg create -m all --template-file x.json --location l --subscription dev", "in azure:managementGroups/all"),
        ] {
            let found = check(command);
            assert!(found.contains(place), "{command}: {found}");
            assert!(!found.contains("in azure:dev"), "{command}: {found}");
        }
    }

    #[test]
    fn more_subscriptions_than_are_looked_at() {
        for (count, is_cut) in [(7, false), (9, true)] {
            let ids: Vec<String> = (0..count).map(|at| format!("/subscriptions/s{at}/resourceGroups/g/x")).collect();
            let found = check(&format!("az resource delete --ids '{}'", ids.join(" ")));
            assert_eq!(found.contains("in azure:*"), is_cut, "{count}: {found}");
        }
    }

    #[test]
    fn near_misses() {
        for command in [
            "az role assignment create --assignee x --role /subscriptions/prod/providers/Microsoft.Authorization/roleDefinitions/1 --scope /subscriptions/dev",
            "az rest --method delete --url '/subscriptions/{subscriptionId}/resourceGroups/prod' --subscription dev",
            "az group delete -n prod --subscription dev",
            "az rest --method delete --url 'https://management.azure.com/subscriptions/dev/x?x=/../prod' --subscription dev",
            "az storage blob upload -f x --connection-string 'BlobEndpoint=https://a.blob.example;AccountName=a' --subscription dev",
            "az storage blob copy start --source-uri 'https://a.blob.example/x%2520y;z' --subscription dev",
            "az tag create --resource-id /subscriptions/dev/x --tags a=%70rod --subscription dev",
        ] {
            let found = check(command);
            assert!(found.contains("in azure:dev") && !found.contains("in azure:prod"), "{command}: {found}");
            assert!(!found.contains("in azure:*"), "{command}: {found}");
        }
    }
}
