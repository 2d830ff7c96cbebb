//! Programs that make documents and sites out of the project's own texts: LaTeX, Typst, generators of pages.

use countersign_model::{Effect, Resource, verbs};

use super::subcommands::{Table, read, rule};
use super::{Family, opaque};
use crate::arguments::files::{Operands, touched};
use crate::context::Context;
use crate::invocation::Invocation;

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
    let has_subcommands = !is_tex && !matches!(program, "sphinx-build" | "sphinx-apidoc" | "doxygen" | "biber" | "makeindex" | "typedoc" | "jsdoc" | "pdoc");
    match found.verb.clone().filter(|_| has_subcommands) {
        Some(verb) if verb == verbs::APP_DEPLOY => {
            let resource = Resource::App { platform: program.to_owned(), name: "*".to_owned(), target: None };
            context.push(Effect::new(verb, resource));
        }
        Some(verb) => context.program(verb, program),
        None => {
            touched(&invocation.words, Operands::Read, context);
            context.program(verbs::EXEC_BUILD, program);
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
        assert_snapshot!(check("mkdocs gh-deploy; quarto publish gh-pages; hugo deploy --dryRun"), @"
    app.deploy * on mkdocs, write
    app.deploy * on quarto, write
    app.deploy * on hugo, write
    ");
        for command in ["pdflatex -shell-escape main.tex", "latexmk -e 'system(\"x\")'", "pdflatex '\\input{x}'", "latexmk -pdflatex=./x main.tex", "asciidoctor -r ./x.rb a.adoc", "pdflatex $X"] {
            let found = check(command);
            assert!(found.contains("opaque"), "{command}: {found}");
        }
        assert_snapshot!(check("pandoc a.md -o a.pdf; pdflatex -output-directory=/home/dev/.ssh main.tex"), @"
        fs.write /repo/a.pdf, write
        fs.read /repo/a.md, read
        exec.build pandoc, execute
        fs.write /home/dev/.ssh, write
        exec.build pdflatex, execute
        ");
    }
}
