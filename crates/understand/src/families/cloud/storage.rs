//! Files copied to and from buckets: `aws s3`, `gcloud storage`, `gsutil`.

use countersign_model::PathClass;

use super::Tenant;
use crate::context::Context;
use crate::families::landing;
use crate::path_classes;
use crate::tables::cloud::Does;
use crate::word::{Value, Word};

/// A command on files and buckets, as all clients have it.
pub(crate) struct Storage<'w> {
    /// What stands before a bucket's name, such as `s3://`.
    pub scheme: &'static str,
    /// The service, for people.
    pub service: &'static str,
    /// `cp`, `mv`, `rsync` and the like.
    pub operation: &'w str,
    /// What follows it and is no option.
    pub words: &'w [&'w Word],
    /// Whether a copy takes all that is below a name.
    pub recursive: bool,
    /// Whether it only says what it would do.
    pub dry: bool,
    /// Whether it deletes at the target what the source has not.
    pub deletes: bool,
    /// Whether it lets others read what it writes.
    pub opens: bool,
}

/// One end of a copy.
enum End {
    /// A bucket and a key.
    Remote(String),
    /// A file or a directory.
    Local,
    /// Standard input or output.
    Stream,
    /// It could be either.
    Unknown,
}

impl Storage<'_> {
    fn end(&self, word: &Word) -> End {
        match &word.value {
            Value::Known(text) if text == "-" => End::Stream,
            Value::Known(text) | Value::Pattern(text) => match text.strip_prefix(self.scheme) {
                Some(name) => End::Remote(name.trim_end_matches('/').to_owned()),
                None => End::Local,
            },
            Value::Unknown { prefix, .. } => match prefix.strip_prefix(self.scheme) {
                Some(name) if name.contains('/') => End::Remote(format!("{name}*")),
                Some(_) => End::Remote("*".to_owned()),
                None if prefix.starts_with(['/', '.', '~']) => End::Local,
                None => End::Unknown,
            },
        }
    }

    /// The bucket or key a word names.
    fn name(&self, word: &Word) -> String {
        match self.end(word) {
            End::Remote(name) => name,
            End::Local => word.known().unwrap_or("*").to_owned(),
            End::Stream | End::Unknown => "*".to_owned(),
        }
    }

    /// Adds what it does with a bucket or key.
    fn acts(&self, does: Does, name: &str, tenant: &Tenant, context: &mut Context<'_>) {
        let does = if self.dry { Does::Read } else { does };
        let doubt = (name.contains('*') && !matches!(does, Does::Read | Does::Export))
            .then_some("which objects that are is not known");
        tenant.acts(does, self.service, &[name.to_owned()], doubt, context);
    }

    /// Adds that an object is read, and that it is a secret where a file of its name would be one.
    fn tells(&self, name: &str, tenant: &Tenant, context: &mut Context<'_>) {
        if !self.dry && path_classes::of(&format!("/{name}")) == PathClass::Secret {
            self.acts(Does::Secret, name, tenant, context);
        }
    }

    /// Adds what it does; false where the operation is not one of these.
    pub fn effects(&self, tenant: &Tenant, context: &mut Context<'_>) -> bool {
        let does = match self.operation {
            "cp" | "mv" | "sync" | "rsync" => {
                self.copies(tenant, context);
                return true;
            }
            "ls" | "cat" | "du" | "stat" | "hash" | "head" => Does::Read,
            "rm" | "rb" => Does::Delete,
            "mb" => Does::Write,
            _ => return false,
        };
        if self.words.is_empty() {
            let any = if does == Does::Read { "all buckets" } else { "*" };
            self.acts(does, any, tenant, context);
        }
        for word in self.words {
            self.acts(does, &self.name(word), tenant, context);
            if matches!(self.operation, "cat" | "head") {
                self.tells(&self.name(word), tenant, context);
            }
        }
        true
    }

    fn copies(&self, tenant: &Tenant, context: &mut Context<'_>) {
        let Some((target, sources)) = self.words.split_last().filter(|(_, sources)| !sources.is_empty())
        else {
            self.acts(Does::Delete, "*", tenant, context);
            return;
        };
        let moves = self.operation == "mv";
        let many = self.recursive || matches!(self.operation, "sync" | "rsync");
        let from = match (moves, many) {
            (true, _) => Does::Delete,
            (false, true) => Does::Export,
            (false, false) => Does::Read,
        };
        for source in sources {
            match self.end(source) {
                End::Remote(name) => {
                    let from =
                        if from == Does::Read && name.contains(['*', '?']) { Does::Export } else { from };
                    self.acts(from, &name, tenant, context);
                    self.tells(&name, tenant, context);
                }
                End::Local if moves && !self.dry => context.moves(source),
                End::Local => context.read(source),
                End::Stream => {}
                End::Unknown => {
                    context.read(source);
                    self.acts(from, "*", tenant, context);
                }
            }
        }
        let onto = if self.deletes { Does::Delete } else { Does::Write };
        match self.end(target) {
            End::Remote(name) => self.acts(onto, &name, tenant, context),
            End::Local if self.dry => context.read(target),
            End::Local => {
                for source in sources {
                    if many || !landing::is_one(&source.value) {
                        landing::tree(&source.value, &target.value, context);
                    } else {
                        landing::file(&source.value, &target.value, context);
                    }
                }
                if self.deletes {
                    context.delete(target);
                }
            }
            End::Stream => {}
            End::Unknown => {
                context.write(target);
                self.acts(onto, "*", tenant, context);
            }
        }
        if self.opens && !self.dry {
            self.acts(Does::Permission, &self.name(target), tenant, context);
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn files_keep_their_names() {
        assert_snapshot!(check("aws s3 cp s3://b/.envrc .; gsutil cp gs://b/.bashrc ~; aws s3 cp s3://b/x.csv ~"), @"
        cloud.read s3 b/.envrc in aws:default, read
        fs.write /repo, write
        fs.write /repo/.envrc, write
        cloud.read storage b/.bashrc in gcp:*, read, partial
        fs.write /home/dev, write
        fs.write /home/dev/.bashrc, write
        cloud.read s3 b/x.csv in aws:default, read
        ");
        assert_snapshot!(check("aws s3 sync s3://b ~; gcloud storage cp -r gs://b/x ~"), @"
        cloud.export s3 b in aws:default, read
        fs.write /home/dev, write
        fs.write /home/dev, write, partial
        cloud.export storage b/x in gcp:*, read, partial
        ");
        assert_snapshot!(check("aws s3 cp s3://b/.envrc out.txt; aws s3 cp s3://b/x.csv ."), @"
        cloud.read s3 b/.envrc in aws:default, read
        fs.write /repo/out.txt, write
        cloud.read s3 b/x.csv in aws:default, read
        fs.write /repo, write
        ");
    }

    #[test]
    fn much_is_more_than_one_object() {
        for command in [
            "aws s3 sync s3://b .",
            "aws s3 cp s3://b/x . --recursive",
            "gcloud storage cp -r gs://b/x .",
            "gcloud storage rsync gs://b .",
            "gsutil -m cp -r gs://b .",
            "gsutil cp 'gs://b/*' .",
            "az storage blob download-batch -s c -d .",
            "aws s3 sync s3://a s3://b",
            "pg_dump shop",
            "pg_dumpall",
            "pg_basebackup -D x",
            "mysqldump -A",
            "mysqldump shop orders",
            "mongodump",
            "mongoexport -c users",
            "redis-cli --rdb x.rdb",
            "kubectl cp p/api-0:/data .",
            "kubectl exec api-0 -- pg_dump shop",
        ] {
            let found = check(command);
            assert!(found.contains(".export "), "{command}: {found}");
        }
        for command in [
            "aws s3 cp s3://b/x .",
            "aws s3 ls s3://b",
            "aws s3 sync . s3://b",
            "aws s3 sync s3://b . --dryrun",
            "gsutil cp gs://b/x .",
            "gcloud storage cp -r x gs://b",
            "az storage blob download -c c -n x -f x",
            "pg_dump -s shop",
            "pg_dump --schema-only shop",
            "pg_dumpall --globals-only",
            "mysqldump --no-data shop",
            "mysqldump -d shop",
            "psql -c 'select 1'",
            "redis-cli get x",
            "kubectl cp x p/api-0:/data",
            "kubectl get pods",
            "pg_dump --help",
        ] {
            let found = check(command);
            assert!(!found.contains(".export "), "{command}: {found}");
        }
    }
}
