//! Places that a command of `gcloud` names besides the project that it is told to act in: projects of resources,
//! addresses and service accounts, and what is above all projects.

use super::super::cloud::Tenant;
use super::Command;
use super::account::GCP;
use crate::environment;
use crate::invocation::Invocation;

/// Places of one command that are looked at; more could be any.
const MOST: usize = 8;

/// Options whose values name somebody or something that is not acted on.
const OTHERS: &[&str] = &["--format", "--filter", "--member", "--role", "--condition", "--project"];

/// Options whose projects are only read from, or pay.
const NOT_ACTED_ON: &[&str] = &[
    "--billing-project",
    "--image-project",
    "--quota-project",
    "--snapshot-project",
    "--source-image-project",
    "--source-project",
];

/// Options that name an image that is written.
const IMAGES: &[&str] = &["--tag", "-t"];

/// Options that name what is above projects, and how resources there start.
const ABOVE: &[(&str, &str)] =
    &[("--organization", "organizations"), ("--folder", "folders"), ("--billing-account", "billingAccounts")];

/// Options that name a service account to act as.
const IDENTITIES: &[&str] = &["--impersonate-service-account", "--account"];

const ABOVE_PROJECTS: &str = "it is for more than one project";

/// The places, and whether they say by themselves where the command acts.
pub(super) struct Named {
    pub tenants: Vec<Tenant>,
    pub is_whole: bool,
}

/// Projects of the images that everybody uses.
const PUBLIC_IMAGES: &[&str] = &[
    "almalinux-cloud",
    "centos-cloud",
    "cos-cloud",
    "debian-cloud",
    "fedora-coreos-cloud",
    "opensuse-cloud",
    "rhel-cloud",
    "rhel-sap-cloud",
    "rocky-linux-cloud",
    "suse-cloud",
    "suse-sap-cloud",
    "ubuntu-os-cloud",
    "ubuntu-os-pro-cloud",
    "windows-cloud",
    "windows-sql-cloud",
];

impl Named {
    fn project(&mut self, name: &str) {
        match name {
            "" | "_" | "-" => {}
            "*" => self.add(Tenant::unknown(GCP, "the project is not known")),
            _ if PUBLIC_IMAGES.contains(&name) => {}
            name => self.add(Tenant::named(GCP, name)),
        }
    }

    fn above(&mut self, kind: &str, name: &str) {
        let id = name.rsplit('/').next().unwrap_or(name);
        self.add(Tenant::named(GCP, &format!("{kind}/{id}")).because(ABOVE_PROJECTS));
    }

    fn add(&mut self, tenant: Tenant) {
        let is_known = self.tenants.iter().any(|known| known.account == tenant.account);
        if !is_known && self.tenants.len() == MOST {
            self.tenants.push(Tenant::unknown(GCP, "it names too many projects to look at each"));
        } else if !is_known && self.tenants.len() < MOST {
            self.tenants.push(tenant);
        }
    }

    /// Adds what the name of a resource, an address or a service account says, or each of a list.
    fn of_text(&mut self, text: &str) -> bool {
        let before = self.tenants.len();
        text.split(',').for_each(|text| self.of_one(text));
        self.tenants.len() > before
    }

    fn of_one(&mut self, text: &str) {
        let is_address = text.starts_with("https://") || text.starts_with("http://") || text.starts_with("//");
        for (kind, is_project) in
            [("projects/", true), ("organizations/", false), ("folders/", false), ("billingAccounts/", false)]
        {
            let starts = text.match_indices(kind).filter(|(at, _)| {
                *at == 0 || is_address && text.get(..*at).is_some_and(|before| before.ends_with('/'))
            });
            for (at, _) in starts {
                let name = text.get(at + kind.len()..).unwrap_or_default().split(['/', '?', ':']).next();
                match name {
                    Some(name) if is_project => self.project(name),
                    Some(name) if !name.is_empty() => self.above(kind.trim_end_matches('/'), name),
                    _ => {}
                }
            }
        }
        if let Some((user, host)) = text.split_once('@').filter(|(user, _)| !user.contains(':')) {
            let own = (host == "appspot.gserviceaccount.com").then_some(user);
            let project = own.or_else(|| host.strip_suffix(".iam.gserviceaccount.com"));
            project.into_iter().for_each(|project| self.project(project));
        }
    }

    /// Adds the project of an image; false where it is none of Google's.
    fn of_image(&mut self, text: &str) -> bool {
        let text = text.strip_prefix("https://").unwrap_or(text);
        let Some((host, rest)) = text.split_once('/') else { return false };
        let is_own = host == "gcr.io" || host.ends_with(".gcr.io") || host.ends_with(".pkg.dev");
        let mut parts = rest.split(['/', ':', '@']);
        match (parts.next().filter(|_| is_own), parts.next()) {
            // A project of a domain: `gcr.io/example.com/shop/web`.
            (Some(domain), Some(name)) if domain.contains('.') => self.project(&format!("{domain}:{name}")),
            (Some(project), _) => self.project(project),
            (None, _) => {}
        }
        is_own
    }

    /// Adds the projects of a list.
    fn projects(&mut self, list: &str) {
        for name in list.split(',') {
            let name = name.strip_prefix("projects/").unwrap_or(name);
            self.project(name.split(['=', '/']).next().unwrap_or(name));
        }
    }
}

/// The places that a command names.
pub(super) fn of(command: &Command<'_>, invocation: &Invocation) -> Named {
    let found = &command.found;
    let mut named = Named { tenants: Vec::new(), is_whole: false };
    // Of a command that no table has, which words are its own is not known.
    let at = |index: usize| command.operands().first().or_else(|| command.words.get(index)).copied();
    let operand = at(2);
    match command.words.as_slice() {
        ["organizations", ..] => named.above("organizations", operand.unwrap_or("*")),
        ["resource-manager", "folders", ..] => named.above("folders", at(3).unwrap_or("*")),
        ["compute", "shared-vpc", "associated-projects", ..] => named.projects(at(4).unwrap_or("*")),
        ["compute", "shared-vpc", "enable" | "disable" | "list-associated-resources", ..] => {
            named.projects(at(3).unwrap_or("*"));
        }
        ["billing", "projects", ..] => named.project(at(3).unwrap_or("*")),
        ["billing", ..] => named.above("billingAccounts", at(3).unwrap_or("*")),
        ["access-context-manager", ..] => named.above("organizations", "*"),
        _ => {}
    }
    // The first operand is what is acted on, unless it is a file.
    let is_file = |text: &str| [".yaml", ".yml", ".json"].iter().any(|end| text.ends_with(end));
    named.is_whole = !named.tenants.is_empty();
    for (index, text) in command.words.iter().enumerate().skip(1) {
        // Of an image that gets one more name the first is only read.
        let is_image = !(index == command.length && command.own().last() == Some(&"add-tag")) && named.of_image(text);
        let is_found = named.of_text(text);
        named.is_whole |= is_image || is_found && index == command.length && !is_file(text);
    }
    for (name, value) in &found.options {
        let value = value.as_ref().map(|value| value.known().unwrap_or("*"));
        if let Some((_, kind)) = ABOVE.iter().find(|(option, _)| option == name) {
            named.above(kind, value.unwrap_or("*"));
        } else if IDENTITIES.contains(&name.as_str()) {
            // Others may be acted as on the way.
            value.unwrap_or("*").split(',').for_each(|account| named.identity(account));
        } else if IMAGES.contains(&name.as_str()) {
            value.into_iter().for_each(|value| {
                named.of_image(value);
            });
        } else if name.ends_with("-project") || name.ends_with("-projects") || name == "--projects" {
            value.filter(|_| !NOT_ACTED_ON.contains(&name.as_str())).into_iter().for_each(|list| named.projects(list));
        } else if !OTHERS.contains(&name.as_str()) {
            value.into_iter().for_each(|value| {
                named.of_text(value);
            });
        }
    }
    if let Some(value) = environment::value(invocation, "CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT") {
        value.known().unwrap_or("*").split(',').for_each(|account| named.identity(account));
    }
    named
}

impl Named {
    fn identity(&mut self, account: &str) {
        if account == "*" {
            self.add(Tenant::unknown(GCP, "which service account it acts as is not known"));
        } else {
            self.of_text(account);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn other_projects() {
        for command in [
            "gcloud secrets delete projects/shop-prod/secrets/db --project dev",
            "gcloud compute instances delete https://www.googleapis.com/compute/v1/projects/shop-prod/zones/z/instances/web --project dev",
            "gcloud compute instances delete //compute.googleapis.com/projects/shop-prod/zones/z/instances/web --project dev",
            "gcloud pubsub topics delete x projects/shop-prod/topics/y --project dev",
            "gcloud pubsub subscriptions create x --topic=projects/shop-prod/topics/y --project dev",
            "gcloud sql instances delete db --project dev --impersonate-service-account x@shop-prod.iam.gserviceaccount.com",
            "gcloud sql instances delete db --project dev --impersonate-service-account=a@dev.iam.gserviceaccount.com,x@shop-prod.iam.gserviceaccount.com",
            "CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT=x@shop-prod.iam.gserviceaccount.com gcloud sql instances delete db --project dev",
            "gcloud iam service-accounts delete x@shop-prod.iam.gserviceaccount.com --project dev",
            "gcloud compute networks peerings create p --network n --peer-network m --peer-project shop-prod --project dev",
            "gcloud sql backups restore 1 --restore-instance db --destination-project=shop-prod --project dev",
            "gcloud compute shared-vpc associated-projects add dev --host-project shop-prod",
            "gcloud compute shared-vpc associated-projects add shop-prod --host-project dev",
            "gcloud compute shared-vpc enable shop-prod --project dev",
            "gcloud container hub scopes update x --add-projects=dev,shop-prod --project dev",
            "gcloud pubsub topics delete projects/dev/topics/x,projects/shop-prod/topics/y --project dev",
            "gcloud builds submit --tag gcr.io/shop-prod/web --project dev",
            "gcloud builds submit -t europe-docker.pkg.dev/shop-prod/r/web:1 --project dev",
            "gcloud container images delete eu.gcr.io/shop-prod/web:1 --project dev",
            "gcloud container images add-tag gcr.io/dev/web:1 gcr.io/shop-prod/web:1 --project dev",
            "gcloud artifacts docker images delete europe-west1-docker.pkg.dev/shop-prod/r/web --project dev",
            "gcloud iam service-accounts delete shop-prod@appspot.gserviceaccount.com --project dev",
        ] {
            let found = check(command);
            assert!(found.contains("in gcp:shop-prod"), "{command}: {found}");
        }
        let found = check("gcloud container images delete gcr.io/example.com/shop/web --project dev");
        assert!(found.contains("in gcp:example.com:shop"), "{found}");
        // What an option names does not say that the project is another.
        let found = check("gcloud compute instances delete web --project shop-prod --network projects/dev/global/networks/x");
        assert!(found.contains("in gcp:shop-prod") && found.contains("in gcp:dev"), "{found}");
        let found = check("gcloud config set project shop-prod && gcloud compute instances create web --network projects/dev/global/networks/x");
        assert!(found.contains("in gcp:shop-prod"), "{found}");
    }

    #[test]
    fn more_than_are_looked_at() {
        let list = |count: usize| (0..count).map(|at| format!("projects/p{at}/topics/x")).collect::<Vec<_>>().join(",");
        for (count, is_cut) in [(7, false), (9, true)] {
            let found = check(&format!("gcloud pubsub topics delete {} --project dev", list(count)));
            assert_eq!(found.contains("in gcp:*"), is_cut, "{count}: {found}");
        }
    }

    #[test]
    fn above_projects() {
        for (command, place) in [
            ("gcloud organizations add-iam-policy-binding 123 --member user:x --role roles/owner --project dev", "gcp:organizations/123"),
            ("gcloud resource-manager folders delete 12 --project dev", "gcp:folders/12"),
            ("gcloud billing accounts add-iam-policy-binding 0X --member user:x --role r --project dev", "gcp:billingAccounts/0X"),
            ("gcloud billing projects unlink shop-prod --project dev", "gcp:shop-prod"),
            ("gcloud logging sinks delete x --organization=123 --project dev", "gcp:organizations/123"),
            ("gcloud org-policies delete x --folder 12 --project dev", "gcp:folders/12"),
            ("gcloud billing budgets delete billingAccounts/0X/budgets/b --project dev", "gcp:billingAccounts/0X"),
        ] {
            let found = check(command);
            assert!(found.contains(place), "{command}: {found}");
        }
    }

    #[test]
    fn near_misses() {
        for command in [
            "gcloud compute instances create web --project dev --image=projects/debian-cloud/global/images/x",
            "gcloud projects add-iam-policy-binding dev --member serviceAccount:x@shop-prod.iam.gserviceaccount.com --role projects/shop-prod/roles/x",
            "gcloud storage cp a gs://dev/projects/shop-prod/x --project dev",
            "gcloud secrets delete projects/dev/secrets/shop-prod --project dev",
            "gcloud compute instances create web --image x --image-project shop-prod --project dev",
            "gcloud compute instances list --billing-project shop-prod --project dev",
            "gcloud run deploy web --image gcr.io/shop-prod/web --project dev",
            "gcloud container images add-tag gcr.io/shop-prod/web:1 gcr.io/dev/web:1 --project dev",
            "gcloud builds submit --tag registry.example/shop-prod/web --project dev",
            "gcloud builds submit --tag gcr.io/dev/shop-prod --project dev",
        ] {
            let found = check(command);
            assert!(!found.contains("gcp:shop-prod") && !found.contains("gcp:debian"), "{command}: {found}");
            assert!(found.contains("in gcp:dev"), "{command}: {found}");
        }
    }
}
