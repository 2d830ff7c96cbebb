//! Programs that bring documents, pictures and films from one form into another: which files they read and which they
//! write, whom they fetch from or send to, and where they run code that they are given.

use countersign_model::verbs;

use super::{Family, opaque, web};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &[
        "pandoc", "ffmpeg", "ffprobe", "convert", "magick", "identify", "mogrify", "composite", "montage", "pdftotext", "pdftoppm", "pdfinfo", "pdfimages", "pdfunite", "pdfseparate", "qpdf",
        "dot", "neato", "mmdc", "rsvg-convert", "cwebp", "dwebp", "optipng", "jpegoptim", "pngquant", "svgo", "tesseract", "xmllint", "xsltproc", "wkhtmltopdf", "weasyprint", "ocrmypdf", "sox",
    ],
    about: "Which files are read and which are written. An address is fetched from or sent to; a filter, a script or \
        another file of code that a converter is given is opaque.",
    examples: &[
        "pandoc README.md -o out.pdf",
        "pandoc --lua-filter x.lua a.md -o a.html",
        "pandoc --version",
        "ffmpeg -i in.mp4 -vf scale=640:-1 out.mp4",
        "ffmpeg -i in.mp4 rtmp://live.example/x",
        "ffprobe in.mp4",
        "convert a.png -resize 50% b.png",
        "magick identify a.png",
        "mogrify -strip a.png",
        "pdftotext a.pdf -",
        "dot -Tpng a.dot -o a.png",
        "xmllint --noout a.xml",
    ],
    effects,
};

/// Where the result goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writes {
    /// Only where an option says.
    Option,
    /// To the last operand, where there are at least so many.
    Last(usize),
    /// Over what is read.
    InPlace,
}

struct Converter {
    programs: &'static [&'static str],
    /// Options whose value is written.
    outputs: &'static [&'static str],
    /// Options whose value is read.
    inputs: &'static [&'static str],
    /// Other options that take the next word.
    values: &'static [&'static str],
    /// Options by which code is run that it is given.
    runs: &'static [&'static str],
    writes: Writes,
}

const IMAGE_VALUES: &[&str] = &[
    "-resize", "-quality", "-crop", "-density", "-background", "-fill", "-font", "-pointsize", "-gravity", "-geometry", "-draw", "-annotate", "-rotate", "-size", "-extent", "-colorspace", "-depth", "-format", "-border", "-bordercolor", "-blur", "-threshold", "-define",
    "-type", "-compress", "-layers", "-delay", "-loop", "-scale", "-thumbnail", "-level", "-fuzz", "-colors", "-modulate", "-channel", "-stroke", "-strokewidth", "-alpha", "-compose", "-sample", "-filter", "-tile", "-label", "-set", "-interlace", "-sharpen", "-unsharp", "-splice", "-shave", "-virtual-pixel", "-distort", "-evaluate", "-limit", "-path",
];

const CONVERTERS: &[Converter] = &[
    Converter {
        programs: &["pandoc"],
        outputs: &["-o", "--output", "--extract-media", "--log"],
        inputs: &["--metadata-file", "--template", "-H", "--include-in-header", "-B", "--include-before-body", "-A", "--include-after-body", "--csl", "--bibliography", "--reference-doc", "--epub-cover-image", "--css", "-c", "--abbreviations", "--syntax-definition"],
        values: &["-f", "--from", "-t", "--to", "-r", "-w", "-V", "--variable", "-M", "--metadata", "--toc-depth", "--pdf-engine", "--highlight-style", "--resource-path", "--wrap", "--columns", "--shift-heading-level-by", "--number-offset", "--dpi", "--eol", "--slide-level", "--id-prefix", "-T", "--title-prefix"],
        runs: &["-F", "--filter", "-L", "--lua-filter", "-d", "--defaults", "--pdf-engine-opt", "--data-dir"],
        writes: Writes::Option,
    },
    Converter {
        programs: &["ffmpeg"],
        outputs: &["-report", "-vstats_file", "-passlogfile", "-progress"],
        inputs: &["-i"],
        values: &["-f", "-c", "-c:v", "-c:a", "-codec", "-vcodec", "-acodec", "-b:v", "-b:a", "-r", "-s", "-t", "-to", "-ss", "-vf", "-af", "-filter_complex", "-filter:v", "-filter:a", "-map", "-preset", "-crf", "-pix_fmt", "-frames:v", "-vframes", "-q:v", "-q:a", "-ar", "-ac", "-aspect", "-loglevel", "-v", "-threads", "-metadata", "-movflags", "-loop", "-framerate", "-stream_loop", "-g", "-tune", "-profile:v", "-level", "-maxrate", "-bufsize", "-pass", "-itsoffset", "-safe", "-start_number", "-hwaccel", "-fflags", "-vsync", "-vn:0", "-tag:v", "-disposition", "-shortest:0", "-hls_time", "-hls_list_size", "-hls_segment_filename"],
        runs: &["-filter_script", "-filter_complex_script"],
        writes: Writes::Last(1),
    },
    Converter { programs: &["ffprobe"], outputs: &["-o"], inputs: &["-i"], values: &["-v", "-loglevel", "-show_entries", "-of", "-print_format", "-select_streams", "-f", "-read_intervals"], runs: &[], writes: Writes::Option },
    Converter { programs: &["convert", "magick", "composite", "montage"], outputs: &["-write"], inputs: &["-mask", "-texture", "-profile"], values: IMAGE_VALUES, runs: &["-script", "-process", "-fx"], writes: Writes::Last(2) },
    Converter { programs: &["identify"], outputs: &[], inputs: &[], values: IMAGE_VALUES, runs: &[], writes: Writes::Option },
    Converter { programs: &["mogrify", "optipng", "jpegoptim", "pngquant", "svgo"], outputs: &["-out", "-dir", "-d", "--dest", "-o", "--output", "--out"], inputs: &["-i", "-f", "--folder"], values: IMAGE_VALUES, runs: &["-script", "-fx", "--config"], writes: Writes::InPlace },
    Converter { programs: &["pdftotext", "pdftoppm", "pdfimages", "pdfunite", "pdfseparate", "qpdf", "tesseract", "ocrmypdf", "sox", "wkhtmltopdf", "weasyprint"], outputs: &["--sidecar", "--user-style-sheet"], inputs: &[], values: &["-f", "-l", "-r", "-x", "-y", "-W", "-H", "-scale-to", "-jpegopt", "--psm", "--oem", "-c", "--dpi", "-enc", "--pages", "--language", "-e", "-s", "-opw", "-upw", "--page-size", "--margin-top", "--orientation"], runs: &["--run-script"], writes: Writes::Last(2) },
    Converter { programs: &["pdfinfo"], outputs: &[], inputs: &[], values: &["-f", "-l", "-enc", "-opw", "-upw"], runs: &[], writes: Writes::Option },
    Converter { programs: &["dot", "neato", "mmdc", "rsvg-convert", "cwebp", "dwebp", "xmllint", "xsltproc"], outputs: &["-o", "--output", "--writesubtree"], inputs: &["-i", "--input", "--schema", "--dtdvalid", "--relaxng", "-c", "--configFile", "-C", "--cssFile", "--stylesheet"], values: &["-T", "-K", "-G", "-N", "-E", "--xpath", "--encode", "-q", "-t", "--theme", "-w", "--width", "-H", "--height", "-b", "--backgroundColor", "-s", "--scale", "-f", "--format", "--stringparam", "--param", "-resize", "-m", "--shell-commands"], runs: &["-p", "--puppeteerConfigFile", "--shell"], writes: Writes::Option },
];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let Some(converter) = CONVERTERS.iter().find(|converter| converter.programs.contains(&program)) else { return };
    let tells = |text: &str| matches!(text, "--version" | "-version" | "--help" | "-help" | "-V" | "--list-input-formats" | "--list-output-formats" | "-formats" | "-codecs" | "-encoders" | "-filters");
    if invocation.words.is_empty() || invocation.words.len() < 3 && invocation.words.first().is_some_and(|word| tells(word.text())) {
        context.program(verbs::EXEC_READ, program);
        return;
    }
    let mut words = invocation.words.iter().peekable();
    // `magick identify a.png` is `identify a.png`.
    if program == "magick" && let Some(name) = invocation.known(0).filter(|name| matches!(*name, "identify" | "mogrify" | "convert" | "composite" | "montage")) {
        let rest = invocation.words.get(1..).unwrap_or_default().to_vec();
        return effects(&Invocation { program: name.to_owned(), words: rest, contiguous: false, ..invocation.clone() }, context);
    }
    let mut operands: Vec<Value> = Vec::new();
    let mut why = None;
    let mut is_redirected = false;
    while let Some(word) = words.next() {
        let text = word.text();
        if text == "-" || !text.starts_with('-') {
            // `-` and pictures' own languages may hold commands.
            if ["msl:", "mvg:", "ephemeral:", "@", "https:msl"].iter().any(|start| text.to_ascii_lowercase().starts_with(start)) {
                why = Some("it is given a script of its own");
            }
            // A name that begins so is a command, whose output is taken for the file.
            if let Some(command) = word.known().and_then(|text| text.strip_prefix('|')) {
                crate::shell::run_apart(command, crate::shell::Place::Within(context.here), context);
                continue;
            }
            operands.push(word.value.clone());
            continue;
        }
        let (name, attached) = split(word, converter);
        if converter.runs.contains(&name) {
            why = Some("it runs code that it is given");
        }
        let takes = [converter.outputs, converter.inputs, converter.values, converter.runs].iter().any(|names| names.contains(&name));
        let value = attached.or_else(|| if takes { words.next().map(|word| word.value.clone()) } else { None });
        let Some(value) = value else { continue };
        if converter.outputs.contains(&name) {
            is_redirected = true;
            written(&value, context);
        } else if converter.inputs.contains(&name) || converter.runs.contains(&name) {
            given(&value, context);
        } else if matches!(name, "-t" | "--to" | "-w" | "-f" | "--from" | "-r") && program == "pandoc" && value.known().is_none_or(|text| text.contains(".lua")) {
            why = Some("it runs code that it is given");
        } else if name == "--pdf-engine" && value.text().contains('/') {
            why = Some("which program makes its pages is named by a path");
        }
    }
    if operands.iter().any(Value::is_unknown) && program != "pandoc" && converter.writes != Writes::Option {
        why = why.or(Some("its operands are not known"));
    }
    match converter.writes {
        Writes::Option => operands.iter().for_each(|value| given(value, context)),
        Writes::InPlace => operands.iter().for_each(|value| {
            given(value, context);
            if !is_redirected {
                written(value, context);
            }
        }),
        Writes::Last(least) => {
            let target = if operands.len() >= least { operands.pop() } else { None };
            operands.iter().for_each(|value| given(value, context));
            if let Some(target) = target {
                written(&target, context);
            }
        }
    }
    match why {
        Some(why) => opaque(invocation, why, context),
        None => context.program(verbs::EXEC_BUILD, program),
    }
}

/// An option's name and what stands in the same word: `--output=x`, `-ox`, `-Tpng`.
fn split<'w>(word: &'w Word, converter: &Converter) -> (&'w str, Option<Value>) {
    let text = word.text();
    if let Some((name, _)) = text.split_once('=').filter(|_| text.starts_with("--")) {
        return (name, word.value.strip_prefix(&format!("{name}=")));
    }
    let whole = [converter.outputs, converter.inputs, converter.values, converter.runs].iter().any(|names| names.contains(&text));
    let short = text.get(..2).filter(|_| !whole && text.len() > 2 && !text.starts_with("--") && matches!(converter.programs, ["pandoc"] | ["dot", ..]));
    match short {
        Some(short) => (short, word.value.strip_prefix(short)),
        None => (text, None),
    }
}

fn is_address(value: &Value) -> bool {
    value.text().split_once("://").is_some_and(|(scheme, _)| scheme != "file" && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn given(value: &Value, context: &mut Context<'_>) {
    if is_address(value) {
        super::lookups::carried(std::slice::from_ref(&Word::made(value.clone())), context);
        web::request(value, Some("GET"), false, &[], context);
    } else if value.text() != "-" {
        context.read_value(&value.strip_prefix("file://").unwrap_or_else(|| value.clone()));
    }
}

fn written(value: &Value, context: &mut Context<'_>) {
    if is_address(value) {
        let host = value.text().split_once("://").map_or("", |(_, rest)| rest).split(['/', '?']).next().unwrap_or_default();
        let host = host.rsplit('@').next().unwrap_or(host).split(':').next().unwrap_or_default();
        let host = if host.is_empty() { "*" } else { host };
        context.push(countersign_model::Effect::new(verbs::NET_UPLOAD, web::host_named(host)));
    } else if !matches!(value.text(), "-" | "/dev/null" | "stdout" | "null:" | "info:" | "pipe:1") {
        context.write_value(value);
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn files_read_and_written() {
        assert_snapshot!(check("pandoc README.md -o out.pdf; pandoc -f markdown -t html a.md --output=b.html --template=t.html; ffmpeg -y -i in.mp4 -vf scale=640:-1 out.mp4; dot -Tpng a.dot -oa.png"), @"
        fs.write /repo/out.pdf, write
        fs.read /repo/README.md, read
        exec.build pandoc, execute
        fs.write /repo/b.html, write
        fs.read /repo/t.html, read
        fs.read /repo/a.md, read
        fs.read /repo/in.mp4, read
        fs.write /repo/out.mp4, write
        exec.build ffmpeg, execute
        fs.write /repo/a.png, write
        fs.read /repo/a.dot, read
        exec.build dot, execute
        ");
        assert_snapshot!(check("convert a.png -resize 50% .claude/settings.json; mogrify -strip b.png; pdftotext a.pdf -; tesseract a.png ~/.bashrc; magick identify c.png; xmllint --noout a.xml"), @"
        fs.read /repo/a.png, read
        countersign.tamper /repo/.claude/settings.json, destroy
        exec.build convert, execute
        fs.read /repo/b.png, read
        fs.write /repo/b.png, write
        exec.build mogrify, execute
        fs.read /repo/a.pdf, read
        exec.build pdftotext, execute
        fs.write /home/dev/.bashrc, write
        exec.build tesseract, execute
        fs.read /repo/c.png, read
        exec.build identify, execute
        fs.read /repo/a.xml, read
        exec.build xmllint, execute
        ");
        assert_snapshot!(check("pandoc .env -o out.html; pandoc https://example.com/x -o x.md; ffmpeg -i in.mp4 rtmp://live.example/x"), @"
        fs.write /repo/out.html, write
        secret.read /repo/.env, read
        exec.build pandoc, execute
        fs.write /repo/x.md, write
        net.read https://example.com/x, read
        fs.read /repo/in.mp4, read
        net.upload live.example, send
        exec.build ffmpeg, execute
        ");
    }

    #[test]
    fn code_that_is_given() {
        for command in [
            "pandoc --lua-filter x.lua a.md", "pandoc -Fx.py a.md", "pandoc --filter=./x a.md", "pandoc -t x.lua a.md", "pandoc -d d.yaml a.md", "pandoc a.md -o a.pdf --pdf-engine-opt=-shell-escape", "pandoc --pdf-engine ./x a.md -o a.pdf", "convert msl:x.msl null:", "magick -script x",
            "convert \"$A\"", "mmdc -p p.json -i a.mmd", "xmllint --shell a.xml",
        ] {
            assert!(check(command).contains("opaque"), "{command}: {}", check(command));
        }
        for command in ["pandoc --version", "ffmpeg -version", "convert --version", "pandoc -s a.md", "ffprobe -v error -show_entries stream=width in.mp4"] {
            assert!(!check(command).contains("opaque"), "{command}: {}", check(command));
        }
    }
}
