//! Profiles, projects and subscriptions of clouds: files of `aws`, `gcloud` and `az`.

use serde_json::Value;

use crate::item::quoted;
use crate::{Found, Item, Kind, Use};

/// The sections of a file of the AWS programs that are profiles, with their lines.
fn sections(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut sections: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some((name, _)) = line.strip_prefix('[').and_then(|line| line.split_once(']')) {
            sections.push((name.trim(), Vec::new()));
        } else if let Some((_, lines)) = sections.last_mut() {
            lines.push(line);
        }
    }
    sections.retain(|(name, _)| !name.starts_with("sso-session ") && !name.starts_with("services "));
    for (name, _) in &mut sections {
        *name = name.strip_prefix("profile ").unwrap_or(name).trim();
    }
    sections
}

/// The names of the profiles that somebody named.
pub fn aws_profiles(text: &str) -> Vec<String> {
    let names = sections(text).into_iter().map(|(name, _)| name.to_owned());
    names.filter(|name| name != "default").collect()
}

/// Every profile of `~/.aws/config` or `~/.aws/credentials`.
pub fn aws(text: &str, from: &str) -> Found {
    const WAYS: &[(&str, &str)] = &[
        ("aws_access_key_id", "a key in the file"),
        ("role_arn", "takes on a role"),
        ("sso_session", "single sign-on"),
        ("sso_start_url", "single sign-on"),
        ("credential_process", "a program that fetches keys"),
        ("web_identity_token_file", "a web identity"),
    ];
    let item = |(name, lines): (&str, Vec<&str>)| {
        let delete =
            format!("aws --profile {} ec2 terminate-instances --instance-ids i-0example", quoted(name));
        let item = Item::new(Kind::Cloud, format!("aws:{name}"), from).used(Use::command(delete));
        let has = |key: &str| lines.iter().any(|line| setting(line, key).is_some());
        let mut ways: Vec<&str> = WAYS.iter().filter(|(key, _)| has(key)).map(|(_, way)| *way).collect();
        ways.dedup();
        let region = lines.iter().find_map(|line| setting(line, "region"));
        let item = ways.into_iter().fold(item, |item, way| item.about(way));
        region.into_iter().fold(item, |item, region| item.about(format!("region {region}")))
    };
    sections(text).into_iter().map(item).collect()
}

/// The value of `key` in a line of an ini file.
fn setting<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    let value = line.strip_prefix(key)?.trim_start().strip_prefix('=')?.trim();
    Some(value).filter(|value| !value.is_empty())
}

/// The project of a configuration of gcloud.
pub fn gcloud_project(text: &str) -> Option<String> {
    text.lines().find_map(|line| setting(line.trim(), "project")).map(str::to_owned)
}

/// A configuration of gcloud: it acts on its project.
pub fn gcloud(name: &str, text: &str, from: &str) -> Found {
    let project = gcloud_project(text);
    let shown = project.as_deref().unwrap_or(name);
    let target = match &project {
        Some(project) => format!("--project {}", quoted(project)),
        None => format!("--configuration {}", quoted(name)),
    };
    let delete = format!("gcloud {target} compute instances delete example");
    let item =
        Item::new(Kind::Cloud, format!("gcp:{shown}"), from).used(Use::command(delete)).also_named(name);
    vec![item.about(format!("configuration {name}"))]
}

/// The subscriptions of `~/.azure/azureProfile.json`, which begins with a byte order mark.
pub fn azure(text: &str, from: &str) -> Found {
    let profile: Value = match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        Ok(profile) => profile,
        Err(error) => return vec![Item::broken(Kind::Cloud, from, &place(&error))],
    };
    let list = profile.get("subscriptions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let item = |subscription: &Value| {
        let name = subscription.get("name")?.as_str()?;
        let delete = format!("az vm delete --subscription {} --name example", quoted(name));
        let item = Item::new(Kind::Cloud, format!("azure:{name}"), from).used(Use::command(delete));
        let current = subscription.get("isDefault") == Some(&Value::Bool(true));
        Some(if current { item.about("current") } else { item })
    };
    list.iter().filter_map(item).collect()
}

/// Keys of clouds in the environment, by the names of the variables.
pub fn variables<'n>(names: impl Iterator<Item = &'n str>) -> Found {
    const OPENS: &[(&str, &str, &str)] = &[
        ("AWS_ACCESS_KEY_ID", "aws", "aws ec2 terminate-instances --instance-ids i-0example"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "aws", "aws ec2 terminate-instances --instance-ids i-0example"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "gcp", "gcloud compute instances delete example"),
        ("AZURE_CLIENT_SECRET", "azure", "az vm delete --name example"),
        ("DIGITALOCEAN_ACCESS_TOKEN", "digitalocean", "doctl compute droplet delete example"),
        ("CLOUDFLARE_API_TOKEN", "cloudflare", "wrangler delete example"),
        ("HCLOUD_TOKEN", "hetzner", "hcloud server delete example"),
    ];
    let item = |name: &str| {
        let (_, cloud, delete) = OPENS.iter().find(|(variable, _, _)| *variable == name)?;
        Some(
            Item::new(Kind::Cloud, format!("{cloud}:${name}"), "the environment").used(Use::command(*delete)),
        )
    };
    names.filter_map(item).collect()
}

/// Where JSON goes wrong, without a word of it.
pub(crate) fn place(error: &serde_json::Error) -> String {
    format!("it is not well-formed JSON at line {}, column {}", error.line(), error.column())
}

#[cfg(test)]
mod tests;
