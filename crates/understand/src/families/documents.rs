//! Programs that make documents and sites out of the project's own texts: LaTeX, Typst, generators of pages.

mod started;

use countersign_model::{Effect, PathClass, Resource, Zone, verbs};

use super::subcommands::{Table, read, rule};
use super::{Family, opaque};
use crate::arguments::files::{Operands, touched};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Word;

pub(super) const FAMILY: Family = Family {
    programs: &[
        "pdflatex", "xelatex", "lualatex", "latex", "latexmk", "tectonic", "bibtex", "biber", "makeindex", "chktex", "latexindent", "typst", "quarto", "mkdocs", "sphinx-build", "sphinx-apidoc", "hugo", "jekyll", "doxygen",
        "asciidoctor", "asciidoctor-pdf", "mdbook", "zola", "marp", "docusaurus", "vitepress", "eleventy", "antora", "redocly", "typedoc", "jsdoc", "pdoc", "hexo",
    ],
    about: "Making a document or a site is `exec.build`; what the project's own settings execute is not looked into. Programs that a document \
        is allowed to start, and sites that are sent somewhere, are told apart.",
    examples: &[
        "latexmk -pdf main.tex",
        "pdflatex -shell-escape main.tex",
        "typst fonts",
        "typst compile a.typ a.pdf",
        "quarto render",
        "quarto publish gh-pages",
        "mkdocs build --strict",
        "mkdocs gh-deploy",
        "hugo --minify",
        "hugo deploy",
        "sphinx-build -b html docs out",
    ],
    effects,
};

/// Options by which programs are started, or code is run, that stand on the command line.
const RUNS: &[&str] = &[
    "-shell-escape", "--shell-escape", "-enable-write18", "--enable-write18", "-e", "-r", "-pdflatex", "-latex", "-xelatex", "-lualatex", "-new-viewer", "-pvc", "--require", "-I", "-Z", "-usepretex", "-output-driver", "--engine", "--server",
];

const TABLE: Table<'_> = Table {
    values: &["-b", "-d", "-c", "-D", "-j", "-o", "--output", "-s", "--source", "--destination", "-f", "--config-file", "--config", "-t", "--theme", "-p", "--port", "--root", "--format", "--to", "--jobname", "-output-directory", "--input"],
    rules: &[
        rule("deploy|gh-deploy|publish|push|upload|share", verbs::APP_DEPLOY),
        rule("version|help|list|fonts|query|check|doctor|env", verbs::EXEC_READ),
        rule("install|add|update|remove|mod|extension", verbs::EXEC_INSTALL),
    ],
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let runs = |text: &str| RUNS.contains(&text.split('=').next().unwrap_or(text)) || text.starts_with("\\") || text.starts_with("-pdflatex");
    // To some of these the letters mean a renderer or a theme.
    let is_tex = program.contains("tex") || program.starts_with("asciidoctor") || program == "tectonic";
    if invocation.words.iter().any(|word| word.value.is_unknown() && (word.text().is_empty() || word.text().starts_with('-')) || is_tex && runs(word.text())) {
        opaque(invocation, "it may run code that it is given", context);
        return;
    }
    let found = read(invocation, &TABLE);
    if found.is_help {
        context.program(verbs::EXEC_READ, program);
        return;
    }
    started::effects(invocation, context);
    let has_subcommands = !is_tex && !matches!(program, "sphinx-build" | "sphinx-apidoc" | "doxygen" | "biber" | "makeindex" | "typedoc" | "jsdoc" | "pdoc");
    // An option nobody knows may take the word that is looked at as the subcommand.
    let deploys = |word: &&Word| matches!(word.text(), "deploy" | "gh-deploy" | "publish" | "push" | "upload" | "share") || program == "hexo" && matches!(word.text(), "d" | "-d" | "--deploy");
    let verb = if invocation.words.iter().any(|word| deploys(&word)) { Some(verbs::APP_DEPLOY) } else { found.verb.clone() };
    match verb.filter(|_| has_subcommands) {
        Some(verb) if verb == verbs::APP_DEPLOY => {
            let resource = Resource::App { platform: program.to_owned(), name: "*".to_owned(), target: None };
            context.push(Effect::new(verb, resource));
        }
        Some(verb) => context.program(verb, program),
        None if program == "quarto" && found.operands.iter().any(|word| word.text() == "run") => opaque(invocation, "it runs a script", context),
        None => {
            cleaned(invocation, context);
            touched(&invocation.words, Operands::Read, context);
            context.program(verbs::EXEC_BUILD, program);
        }
    }
}

/// Directories that are emptied before the pages are put there, where they are no usual ones for what is built.
fn cleaned(invocation: &Invocation, context: &mut Context<'_>) {
    let words = &invocation.words;
    let cleans = words.iter().any(|word| word.text() == "clean");
    let mut places: Vec<Word> = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let attached = ["--site-dir=", "--destination=", "--dest-dir=", "--output-dir=", "--outDir="].iter().find_map(|name| word.value.strip_prefix(name));
        let next = matches!(word.text(), "-d" | "--site-dir" | "--destination" | "--dest-dir" | "--output-dir" | "--outDir").then(|| words.get(index + 1)).flatten();
        places.extend(attached.map(Word::made).or_else(|| next.cloned()));
    }
    if invocation.program.starts_with("sphinx") {
        places.extend(words.last().filter(|_| cleans).cloned());
    }
    for place in places {
        let located = paths::locate(&place.value, context);
        let is_usual = ["_site", "_build", "public", "site", "book", "output", "html", "out"].contains(&paths::split(&located.path).1);
        if located.class == PathClass::Rebuildable || is_usual || located.zone == Zone::Temporary {
            context.write(&place);
        } else {
            context.delete(&place);
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn what_makes_documents() {
        for command in [
            "pdflatex -interaction=nonstopmode main.tex", "latexmk -pdf main.tex", "bibtex main", "typst compile a.typ", "quarto render", "mkdocs build --strict", "mkdocs serve", "hugo", "hugo server -D", "jekyll build",
            "doxygen Doxyfile", "sphinx-build -b html docs out", "mdbook build", "bundle exec jekyll build",
        ] {
            let found = check(command);
            assert!(found.contains("exec.build") && !found.contains("opaque"), "{command}: {found}");
        }
    }

    #[test]
    fn what_does_more() {
        assert_snapshot!(check("mkdocs gh-deploy; quarto publish gh-pages; hugo deploy --dryRun; hugo -e production deploy; hexo g -d; quarto --log x publish"), @"
        app.deploy * on mkdocs, write
        app.deploy * on quarto, write
        app.deploy * on hugo, write
        app.deploy * on hexo, write
        ");
        for command in ["pdflatex -shell-escape main.tex", "latexmk -e 'system(\"x\")'", "pdflatex '\\input{x}'", "latexmk -pdflatex=./x main.tex", "asciidoctor -r ./x.rb a.adoc", "pdflatex $X"] {
            let found = check(command);
            assert!(found.contains("opaque"), "{command}: {found}");
        }
        assert_snapshot!(check("sphinx-build -M clean docs /home/dev/.claude; mkdocs build --site-dir src; hugo -d src; jekyll build -d _site"), @"
        countersign.tamper /home/dev/.claude, destroy
        fs.delete /home/dev/.claude, destroy
        exec.build sphinx-build, execute
        fs.delete /repo/src, destroy
        exec.build mkdocs, execute
        exec.build hugo, execute
        fs.write /repo/_site, write
        exec.build jekyll, execute
        ");
        assert_snapshot!(check("pandoc a.md -o a.pdf; pdflatex -output-directory=/home/dev/.ssh main.tex"), @"
        fs.write /repo/a.pdf, write
        fs.read /repo/a.md, read
        exec.build pandoc, execute
        fs.write /home/dev/.ssh, write
        exec.build pdflatex, execute
        ");
    }
}
