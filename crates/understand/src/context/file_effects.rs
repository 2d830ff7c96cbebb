//! What is done to files, as families say it: which effect it is depends on what kind of file it is.

use countersign_model::{
    Answer, Certainty, Effect, PathClass, Question, Resource, Reversible, Verb, Zone, verbs,
};

use super::Context;
use super::special_files::{is_disk, is_git_internal, is_git_store, is_stream};
use crate::Workspace as _;
use crate::path_classes;
use crate::paths::{self, Located};
use crate::word::{Value, Word};

/// Paths that are kept in mind because the command makes what is there.
const MOST_MADE: usize = 64;

/// Places that one path leads to and that are named beside it.
const MOST_LEADS: usize = 4;

impl Context<'_> {
    /// Says that a file is read.
    pub fn read(&mut self, word: &Word) {
        self.read_value(&word.value);
    }

    /// Says that a file is read.
    pub fn read_value(&mut self, value: &Value) {
        if is_stream(value.text()) {
            return;
        }
        let located = paths::locate(value, self);
        for secret in self.secrets_named(value, &located) {
            self.read_value(&Value::Known(secret));
        }
        if let Some(resource) = self.all_of_a_kind(value, &located) {
            self.push(Effect::new(verbs::FS_READ, resource));
            return;
        }
        if self.names_only && self.holds_names(value, &located) || self.keeps_none(value, &located) {
            self.looks_at(value);
            return;
        }
        if located.class == PathClass::Secret && located.zone == Zone::Workspace {
            // What everybody with the repository has is no secret of this machine's.
            let kept = if self.is_tracked(&located) { Reversible::Yes } else { Reversible::No };
            let effect = Effect::new(verbs::SECRET_READ, located.resource()).reversible(kept);
            self.push(match &located.why {
                Some(why) => effect.certain(Certainty::Partial, &format!("the path is not known: {why}")),
                None => effect,
            });
            return;
        }
        let verb = if located.class == PathClass::Secret { verbs::SECRET_READ } else { verbs::FS_READ };
        self.push_path(verb, &located);
    }

    /// What `src/*.py` is to one who reads it: as surely known as the directory, whose files are all of that kind.
    fn all_of_a_kind(&self, value: &Value, located: &Located) -> Option<Resource> {
        let is_pattern =
            matches!(value, Value::Pattern(_)) && located.zone == Zone::Workspace && located.leads.is_empty();
        let is_guarded = matches!(located.class, PathClass::Secret | PathClass::Countersign);
        let (directory, name) = paths::split(&located.path);
        let is_any_of_kind = path_classes::is_any_of_kind(name);
        // Its kind is the strictest of all that it may name.
        let is_named = is_any_of_kind || path_classes::says_enough(name);
        let is_below_any = crate::glob::is_pattern(directory);
        let is_below_some = is_below_any
            && directory.split('/').any(|part| crate::glob::is_pattern(part) && !matches!(part, "*" | "**"));
        // A link that the command makes may be among them.
        let may_lead = !is_any_of_kind && !self.state.world.links.is_empty();
        if !is_pattern || is_guarded || is_below_some || !is_named || may_lead {
            return None;
        }
        let class = if is_any_of_kind && !is_below_any {
            paths::class(&format!("{directory}/x"), self)
        } else {
            located.class
        };
        Some(Resource::Path { path: located.path.clone(), zone: located.zone, class })
    }

    /// Says that the names, sizes and kinds of files are looked at, and not what is in them.
    pub fn looks_at(&mut self, value: &Value) {
        let mut located = paths::locate(value, self);
        if located.class == PathClass::Secret {
            located.class = PathClass::Ordinary;
        }
        if let Some(resource) = self.all_of_a_kind(value, &located) {
            self.push(Effect::new(verbs::FS_READ, resource));
            return;
        }
        if !is_stream(value.text()) {
            self.push_path(verbs::FS_READ, &located);
        }
    }

    /// Says that what is known to be there is read.
    pub fn reads(&mut self, located: &Located) {
        let verb = if located.class == PathClass::Secret { verbs::SECRET_READ } else { verbs::FS_READ };
        self.push_path(verb, located);
    }

    /// Says that a directory is read with all that is in it.
    pub fn read_tree(&mut self, word: &Word) {
        self.read(word);
        let located = paths::locate(&word.value, self);
        let home = &self.surroundings.home;
        if located.why.is_none() && !home.is_empty() && paths::is_within(home, &located.path) {
            let resource =
                Resource::Path { path: located.path, zone: located.zone, class: PathClass::Secret };
            let why = "credentials are kept below it";
            self.push(Effect::new(verbs::SECRET_READ, resource).certain(Certainty::Partial, why));
        }
    }

    /// Says that a file gets another name, through which it can be read and changed unseen.
    pub fn names_again(&mut self, value: &Value) {
        let located = paths::locate(value, self);
        match located.class {
            PathClass::Countersign => self.tamper(&located),
            PathClass::Secret => self.push_path(verbs::SECRET_READ, &located),
            PathClass::ToolConfiguration | PathClass::ShellConfiguration => {
                self.change_located(verbs::FS_WRITE, &located);
            }
            PathClass::Ordinary | PathClass::Rebuildable | PathClass::Delivery => {
                self.push_path(verbs::FS_READ, &located);
            }
        }
    }

    /// Says that a file is created or changed.
    pub fn write(&mut self, word: &Word) {
        self.write_value(&word.value);
    }

    /// Says that a file is created or changed.
    pub fn write_value(&mut self, value: &Value) {
        if is_stream(value.text()) {
            return;
        }
        self.change(verbs::FS_WRITE, value);
    }

    /// Says that a directory is made, or a file without text.
    pub fn make(&mut self, word: &Word) {
        let written = self.state.world.written.len();
        self.write(word);
        let made = self.state.world.written.split_off(written.min(self.state.world.written.len()));
        self.state.world.made_here.extend(made.into_iter().flat_map(|written| written.paths().to_vec()));
        self.state.world.made_here.truncate(MOST_MADE);
    }

    /// Says that an entry of a directory is put in the place of what was there.
    pub fn replace(&mut self, value: &Value) {
        let located = paths::locate_entry(value, self);
        self.change_located(verbs::FS_WRITE, &located);
    }

    /// Says that a file's mode or owner changes.
    pub fn permit(&mut self, word: &Word) {
        self.change(verbs::FS_PERMISSION, &word.value);
    }

    /// Says that a file or directory is deleted.
    pub fn delete(&mut self, word: &Word) {
        let located = paths::locate_entry(&word.value, self);
        // Of a scratch repository the history is as temporary as all of it.
        let in_git = located.zone != Zone::Temporary && located.readings().any(is_git_store);
        if in_git && self.is_of_own_clone(&located) {
            let effect = Effect::new(verbs::FS_DELETE, located.resource()).reversible(Reversible::Yes);
            self.push(effect.because("it is the history of a clone that the command itself makes"));
            return;
        }
        let is_tracked = !in_git && located.class != PathClass::Rebuildable && self.is_tracked(&located);
        let changes = if is_tracked { self.unkept_changes(&located) } else { None };
        let restorable = !in_git
            && !self.state.world.hides_changes
            && (located.class == PathClass::Rebuildable
                || is_tracked && changes.is_none()
                || self.is_scratch_of_container(&located));
        if located.class == PathClass::Countersign {
            self.tamper(&located);
            return;
        }
        if paths::contains_protected(&located, self) {
            self.reaches_countersign(&located);
        }
        self.delete_moved(&located);
        let before = self.collected.len();
        if self.is_all_temporary(&located) {
            let resource =
                Resource::Path { path: located.path.clone(), zone: Zone::System, class: located.class };
            self.push(
                Effect::new(verbs::FS_DELETE, resource).because("other programs keep their files there"),
            );
            return;
        }
        if paths::caches::is_refilled(&located, self) {
            let resource = Resource::Path {
                path: located.path.clone(),
                zone: Zone::Temporary,
                class: PathClass::Rebuildable,
            };
            let effect = Effect::new(verbs::FS_DELETE, resource).reversible(Reversible::Yes);
            let why = "its program fills this cache again";
            self.push(match located.why {
                Some(_) => effect.certain(Certainty::Partial, why),
                None => effect.because(why),
            });
            return;
        }
        self.change_located(verbs::FS_DELETE, &located);
        if in_git && self.collected.len() > before {
            self.collected.amend_last(|effect| {
                effect.reversible = Reversible::No;
                effect.because = Some("git keeps its history there".to_owned());
            });
        }
        if self.collected.len() > before && !in_git {
            let lost = match changes {
                Some(changes) => Err(Some(changes)),
                None if restorable => Ok(()),
                None => self.is_kept(&word.value, &located),
            };
            self.collected.amend_last(|effect| match lost {
                Ok(()) => effect.reversible = Reversible::Yes,
                Err(Some(why)) => effect.because = Some(why),
                Err(None) => {}
            });
        }
    }

    /// Whether it is one of a container's temporary files.
    fn is_scratch_of_container(&self, located: &Located) -> bool {
        matches!(self.elsewhere, Some(Resource::Container { .. }))
            && located.readings().all(|path| ["/tmp/", "/var/tmp/"].iter().any(|top| path.starts_with(top)))
    }

    /// Whether it is git's own directory in a clone that the command makes where nothing was before.
    fn is_of_own_clone(&self, located: &Located) -> bool {
        let world = &self.state.world;
        let Some(clone) = located.path.strip_suffix("/.git") else { return false };
        let is_sure = located.why.is_none() && located.leads.is_empty();
        let question = Question::Path { path: clone.to_owned() };
        is_sure
            && located.zone == Zone::Workspace
            && world.cloned.iter().any(|cloned| cloned == clone)
            && !world.has_moved
            && world.links.is_empty()
            && !world.opaque
            && self.workspace.ask(&question) == Answer::Absent
    }

    /// Says that what the command itself moved there is deleted.
    fn delete_moved(&mut self, located: &Located) {
        let reaches = |to: &String| {
            let meets = |path: &str| paths::is_within(to, path) || paths::is_within(path, to);
            located.readings().any(|path| {
                meets(path)
                    || meets(path.trim_end_matches("/*"))
                    || crate::glob::is_pattern(path) && crate::glob::matches(path, to)
            })
        };
        let moved: Vec<Resource> = self
            .state
            .world
            .moved
            .iter()
            .filter(|(_, to)| reaches(to))
            .map(|(from, _)| from.clone())
            .collect();
        for from in moved {
            let effect = Effect::new(verbs::FS_DELETE, from).reversible(Reversible::No);
            self.push(effect.because("the command moves it, and deletes it where it is then"));
        }
    }

    /// Says that a file or directory leaves its place for another.
    pub fn moves(&mut self, word: &Word) {
        self.moves_to(word, None);
    }

    /// The same where it is known which.
    pub fn moves_to(&mut self, word: &Word, target: Option<&Value>) {
        let places = target.and_then(|target| self.secret_places(&word.value, target));
        let stays_secret = places.is_some();
        self.state.world.has_moved = true;
        let located = self.as_listed(&word.value, paths::locate_entry(&word.value, self));
        if located.class == PathClass::Countersign {
            self.tamper(&located);
        } else {
            if paths::contains_protected(&located, self) {
                self.reaches_countersign(&located);
            }
            // A link that moves still leads where it led, under a name nobody has looked at.
            let leads = self.as_listed(&word.value, paths::locate(&word.value, self));
            if leads.class == PathClass::Countersign {
                self.tamper(&leads);
            } else if leads.class == PathClass::Secret && !stays_secret {
                self.push_path(verbs::SECRET_READ, &leads);
            }
            self.change_located(verbs::FS_WRITE, &located);
            if located.why.is_some() && self.state.world.moved_away.len() < MOST_MADE {
                // One directory up, it comes to lie beside where it was, and not in there.
                let directory = paths::split(&located.path).0.to_owned();
                let above = target.map(|target| paths::locate(target, self).path);
                let above = above.filter(|above| above == paths::split(&directory).0);
                self.state.world.moved_away.extend(above);
                self.state.world.moved_away.push(located.path);
            }
        }
        if self.state.world.secrets_moved.len() < MOST_MADE {
            self.state.world.secrets_moved.extend(places.into_iter().flatten());
        }
    }

    /// Whether it is a whole directory for temporary files, or everything in it.
    fn is_all_temporary(&self, located: &Located) -> bool {
        let all = located.path.strip_suffix("/*").unwrap_or(&located.path);
        self.surroundings.temporary.iter().any(|directory| directory.trim_end_matches('/') == all)
    }

    /// Whether git keeps a file.
    pub fn is_tracked(&self, located: &Located) -> bool {
        let Some(top) = self.top().filter(|top| paths::is_within(&located.path, top)) else { return false };
        let question = Question::Tracked { repository: top.to_owned(), path: located.path.clone() };
        located.why.is_none() && self.workspace.ask(&question) == Answer::Yes
    }

    fn change(&mut self, verb: Verb, value: &Value) {
        let mut located = paths::locate(value, self);
        let contains = verb == verbs::FS_PERMISSION && paths::contains_protected(&located, self);
        if contains && located.zone == Zone::Workspace && located.class == PathClass::Ordinary {
            // It is about the whole tree; that the settings in it are among it, a person is told.
            located.class = PathClass::ToolConfiguration;
            let why = "the settings in it that start Countersign get that mode or owner too";
            self.push(Effect::new(verb, located.resource()).because(why));
        } else {
            if contains && located.class != PathClass::Countersign {
                self.reaches_countersign(&located);
            }
            self.change_located(verb, &located);
        }
    }

    fn change_located(&mut self, verb: Verb, located: &Located) {
        if located.readings().any(is_git_internal) {
            let why = "an earlier part of the command changes git's own files".to_owned();
            self.state.world.configuration_changed = Some(why.clone());
            self.state.world.left.loses_track(&why);
            self.state.world.refs_changed = Some(why);
        }
        if verb == verbs::FS_WRITE {
            self.state.world.writes(located);
        }
        if located.class == PathClass::Countersign {
            self.tamper(located);
        } else if located.readings().any(is_disk) {
            self.push(
                Effect::new(verbs::EXEC_SYSTEM, located.resource())
                    .because("it writes to a device or a switch of the system"),
            );
        } else {
            self.push_path(verb, located);
        }
    }

    fn tamper(&mut self, located: &Located) {
        let is_runtimes = located.path.contains("/.claude/settings");
        self.tampers(
            located,
            if is_runtimes {
                "these settings say whether Countersign is asked at all, and what runs beside it"
            } else {
                "these are Countersign's own files"
            },
        );
    }

    /// Says that what is done to a directory reaches Countersign's files in it, beside the effect itself.
    fn reaches_countersign(&mut self, located: &Located) {
        self.tampers(located, "it reaches Countersign's own files too");
    }

    /// Says that something nobody has looked at may change the settings in a directory that start Countersign.
    pub fn may_change_settings(&mut self, value: &Value, why: &str) {
        let text = value.text().trim_end_matches("/**").trim_end_matches("/*");
        let value = if value.is_unknown() { value.clone() } else { Value::Known(text.to_owned()) };
        let located = paths::locate(&value, self);
        let is_of_settings = |path: &str| {
            let mut settings = self.surroundings.protected.iter().filter(|file| file.ends_with(".json"));
            settings.any(|file| paths::split(file).0 == path)
        };
        if located.why.is_none() && located.readings().any(is_of_settings) {
            let (path, zone) = (located.path.clone(), located.zone);
            let resource = Resource::Path { path, zone, class: PathClass::Countersign };
            self.push(Effect::new(verbs::COUNTERSIGN_TAMPER, resource).certain(Certainty::Partial, why));
        }
    }

    /// Says that a file is left without what is in it, where that is lost so.
    pub fn empties(&mut self, value: &Value) {
        let located = paths::locate(value, self);
        let is_there = match self.workspace.ask(&Question::Path { path: located.path.clone() }) {
            Answer::Text { text, whole, .. } => !whole || !text.is_empty(),
            _ => false,
        };
        let is_plain = matches!(located.class, PathClass::Ordinary | PathClass::Secret);
        let is_own = located.zone == Zone::Temporary || super::lost::is_by_the_way(&located.path);
        if located.why.is_some() || !is_there || !is_plain || is_own {
            return;
        }
        let changes =
            if self.is_tracked(&located) { self.unkept_changes(&located) } else { Some(String::new()) };
        if let Some(changes) = changes {
            let why = if changes.is_empty() {
                "it is left empty".to_owned()
            } else {
                format!("it is left empty, and {changes}")
            };
            self.push(Effect::new(verbs::FS_DELETE, located.resource()).because(&why));
        }
    }

    fn tampers(&mut self, located: &Located, why: &str) {
        let (path, zone) = (located.path.clone(), located.zone);
        let resource = Resource::Path { path, zone, class: PathClass::Countersign };
        self.push(Effect::new(verbs::COUNTERSIGN_TAMPER, resource).because(why));
    }

    /// Where a path leads through links, but for links above the whole tree, which each of its paths goes through.
    fn led_elsewhere(&self, located: &Located) -> Vec<String> {
        let within = self.top().and_then(|top| located.path.strip_prefix(top.trim_end_matches('/')));
        let same = within.filter(|within| within.starts_with('/')).unwrap_or(&located.path);
        let leads = located.leads.iter().filter(|path| **path != located.path && !path.ends_with(same));
        leads.take(MOST_LEADS).cloned().collect()
    }

    fn push_path(&mut self, verb: Verb, located: &Located) {
        if verb != verbs::FS_READ && verb != verbs::SECRET_READ {
            let elsewhere = self.led_elsewhere(located);
            // The link itself stays as it is, unless this call made it and may have failed to.
            let is_there_only = elsewhere.len() == 1 && located.leads.len() == 1;
            let world = &self.state.world;
            let is_certain = located.why.is_none() && world.links.is_empty() && !world.opaque;
            for path in elsewhere {
                let resource = Resource::Path { path, zone: located.zone, class: located.class };
                let why = format!("{} leads there through a link", located.path);
                let led_by = Some(located.path.clone());
                self.push(Effect { led_by, ..Effect::new(verb.clone(), resource).because(&why) });
            }
            if is_there_only && is_certain {
                return;
            }
        }
        let effect = Effect::new(verb, located.resource());
        self.push(match &located.why {
            Some(why) => effect.certain(Certainty::Partial, &format!("the path is not known: {why}")),
            None if effect.verb == verbs::FS_WRITE => {
                match path_classes::runs_later(&located.path, located.class) {
                    Some(later) => effect.because(later),
                    None => effect,
                }
            }
            None => effect,
        });
    }
}
