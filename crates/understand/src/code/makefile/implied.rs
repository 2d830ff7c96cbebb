//! Rules that make has itself: `a.o` is compiled, `a` is linked, by the programs and with the flags that variables name.

use super::{Run, looks_like_file};
use crate::context::Context;
use crate::paths;

/// What the rules run, as far as variables say it.
const COMMANDS: &[&str] = &[
    "$(CC) $(CFLAGS) $(CPPFLAGS) $(TARGET_ARCH) -c",
    "$(CXX) $(CXXFLAGS) $(CPPFLAGS) $(TARGET_ARCH) -c",
    "$(CC) $(CFLAGS) $(LDFLAGS) $(LOADLIBES) $(LDLIBS)",
    "$(AS) $(ASFLAGS)",
    "$(FC) $(FFLAGS) -c",
    "$(AR) $(ARFLAGS)",
    "$(LEX) $(LFLAGS)",
    "$(YACC) $(YFLAGS)",
    "$(COMPILE.c)",
    "$(COMPILE.cc)",
    "$(COMPILE.cpp)",
    "$(COMPILE.C)",
    "$(COMPILE.s)",
    "$(COMPILE.S)",
    "$(LINK.c)",
    "$(LINK.cc)",
    "$(LINK.cpp)",
    "$(LINK.C)",
    "$(LINK.o)",
    "$(LINK.s)",
    "$(PREPROCESS.S)",
    "$(LEX.l)",
    "$(YACC.y)",
    "$(OUTPUT_OPTION)",
];

/// Endings of files that something is made of.
const SOURCES: &[&str] = &["c", "cc", "cpp", "C", "s", "S", "f", "F", "p", "l", "y", "o"];

impl Run<'_> {
    /// Adds what the rules run that make has itself, for a file that no other rule says how to make, where the
    /// makefile says anything of that.
    pub(super) fn implied(&mut self, name: &str, context: &mut Context<'_>) {
        let is_object = [".o", ".a"].iter().any(|end| name.ends_with(end));
        let is_made = |ending: &&str| self.is_there(&format!("{name}.{ending}"), context);
        if self.implies || self.rehearses || !is_object && !SOURCES.iter().any(is_made) {
            return;
        }
        self.implies = true;
        let (file, goal) = (self.file, self.goal);
        let is_set = |name: &str| {
            file.variables.contains_key(name) || goal.variables.iter().any(|(known, ..)| known == name)
        };
        for command in COMMANDS {
            let mut names = command.split("$(").skip(1).filter_map(|rest| rest.split(')').next());
            if names.any(is_set) {
                let expanded = self.expanded(command, None, context);
                self.shell(&super::quoted(&expanded), context);
            }
        }
    }

    /// Whether a rule for any name has what it makes this one of.
    pub(super) fn has_source(&self, needs: &str, name: &str, context: &Context<'_>) -> bool {
        !needs.starts_with("%.") || self.is_there(&needs.replacen('%', name, 1), context)
    }

    /// Whether there is a file, a rule makes it, or it may be there by then.
    fn is_there(&self, name: &str, context: &Context<'_>) -> bool {
        let is_named =
            || self.names.iter().any(|names| names.split_ascii_whitespace().any(|made| made == name));
        let world = &context.state.world;
        !matches!(context.file(&paths::normal(self.directory, name)), Ok(None))
            || world.tree_changed.is_some()
            || !world.written.is_empty()
            || is_named()
    }

    /// Whether a target is no file, so that no rule but its own makes it.
    pub(super) fn is_phony(&mut self, name: &str, context: &mut Context<'_>) -> bool {
        let file = self.file;
        let phony = file.rules.iter().filter(|rule| rule.targets == ".PHONY");
        !looks_like_file(name)
            && phony.map(|rule| rule.needs.as_str()).collect::<Vec<_>>().into_iter().any(|needs| {
                let needs = self.expanded(needs, None, context);
                needs.split_ascii_whitespace().any(|need| need == name)
            })
    }
}
