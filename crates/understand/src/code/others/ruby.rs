//! Ruby: which of its calls surely only compute or print. A method, constant or global of another name is not known.

use std::collections::HashSet;

use super::pieces::{Kind, Names, Piece, is, kind, names};
use super::ruby_pieces;
use crate::code::acts::Does;

/// Words of power, and what they do with a literal that follows: sorted.
pub(super) const ACTING: &[(&str, Does)] = &[
    ("delete_file", Does::Delete),
    ("exec", Does::Words),
    ("load_file", Does::Read),
    ("parse_file", Does::Read),
    ("popen", Does::Shell),
    ("remove_dir", Does::Delete),
    ("remove_entry", Does::Delete),
    ("rm", Does::Delete),
    ("rm_f", Does::Delete),
    ("rm_r", Does::Delete),
    ("rm_rf", Does::Delete),
    ("rmdir", Does::Delete),
    ("rmtree", Does::Delete),
    ("safe_load_file", Does::Read),
    ("spawn", Does::Words),
    ("system", Does::Words),
    ("unlink", Does::Delete),
];
/// Words that cannot be followed, wherever they stand: sorted.
pub(super) const OPAQUE: &[&str] = &[
    "DATA",
    "DL",
    "Dir",
    "ENV",
    "Fiddle",
    "File",
    "FileUtils",
    "IO",
    "Kernel",
    "Marshal",
    "Net",
    "Object",
    "ObjectSpace",
    "Open3",
    "PTY",
    "Pathname",
    "Process",
    "Socket",
    "TCPSocket",
    "URI",
    "__send__",
    "at_exit",
    "autoload",
    "binding",
    "class_eval",
    "const_get",
    "define_method",
    "eval",
    "exit_hook",
    "fork",
    "instance_eval",
    "instance_exec",
    "instance_variable_get",
    "load",
    "method",
    "method_missing",
    "module_eval",
    "open",
    "public_send",
    "require",
    "require_relative",
    "send",
    "syscall",
    "trap",
    "write",
];
/// Methods, functions and operators' words that only compute, print, or read what the program is given.
static CALLS: Names = Names::new(|| names(include_str!("names/ruby_calls.txt")));
/// Words of the language.
static KEYWORDS: Names = Names::new(|| names(include_str!("names/ruby_keywords.txt")));
/// Constants that lead to nothing but such methods.
static CONSTANTS: Names = Names::new(|| names(include_str!("names/ruby_constants.txt")));
/// Methods that every object or module has, whatever the code defines under their names.
static RESERVED: Names = Names::new(|| names(include_str!("names/ruby_reserved.txt")));

/// Why the code as a whole cannot be followed.
pub(super) fn signs(text: &str) -> Option<String> {
    const SIGNS: &[&str] = &["%x", "\\x", "&:", "|-", "<<"];
    if SIGNS.iter().any(|sign| text.contains(sign)) {
        return Some("it can run what it puts together".to_owned());
    }
    match ruby_pieces::read(text) {
        Ok(pieces) => unknown(&pieces),
        Err(why) => Some(why.to_owned()),
    }
}

/// Names that the code gives something of its own.
#[derive(Default)]
struct Own<'t> {
    methods: HashSet<&'t str>,
    constants: HashSet<&'t str>,
    locals: HashSet<&'t str>,
}

/// The first of its names that nobody here knows.
fn unknown(pieces: &[Piece<'_>]) -> Option<String> {
    let own = own(pieces);
    (0..pieces.len()).find_map(|at| {
        let piece = pieces.get(at)?;
        let known = match piece.kind {
            Kind::Word => is_known(pieces, at, &own),
            Kind::Variable => is_known_variable(piece.text),
            // `&name` makes a call of what a value names.
            Kind::Sign if piece.text == "&" => {
                let before = at.checked_sub(1).map(|before| (kind(pieces, before), is(pieces, before, ",")));
                let begins = before.is_none_or(|(kind, is_comma)| is_comma || kind == Some(Kind::Line));
                let is_apart = pieces.get(at + 1).is_some_and(|next| !next.spaced);
                !(is_apart && (begins || piece.spaced || is(pieces, at.wrapping_sub(1), "(")))
            }
            Kind::Symbol | Kind::Number | Kind::Text | Kind::Sign | Kind::Line => true,
        };
        (!known).then(|| format!("it uses {}, which nobody here knows", piece.text))
    })
}

fn is_known(pieces: &[Piece<'_>], at: usize, own: &Own<'_>) -> bool {
    let Some(piece) = pieces.get(at) else { return true };
    let name = piece.text;
    let before = at.wrapping_sub(1);
    let is_behind = |sign: &str| is(pieces, before, sign);
    let is_method = is_behind(".") || is_behind("&.") || is_behind("::");
    let receiver = before.checked_sub(1).and_then(|at| pieces.get(at)).filter(|_| is_method);
    if name.starts_with(char::is_uppercase) && !is(pieces, at + 1, "(") {
        return is_known_constant(pieces, at, own);
    }
    if is_behind("def") || is_behind("alias") || is_behind("undef") {
        return is_behind("def");
    }
    let is_listed = CALLS.contains(name.strip_suffix('!').unwrap_or(name))
        || ACTING.binary_search_by(|(known, _)| (*known).cmp(name)).is_ok();
    if let Some(receiver) = receiver {
        let is_stream =
            matches!(receiver.text, "$stdin" | "$stdout" | "$stderr" | "STDIN" | "STDOUT" | "STDERR");
        let is_constant = receiver.kind == Kind::Word && receiver.text.starts_with(char::is_uppercase);
        return match name {
            "read" => is_stream,
            // The class of a thing has methods of its own.
            "class" => is(pieces, at + 1, ".") && (is(pieces, at + 2, "name") || is(pieces, at + 2, "to_s")),
            "new" => is_constant || is(pieces, before - 1, "self"),
            "inject" | "reduce" => folds(pieces, at),
            _ if is_constant && !own.constants.contains(receiver.text) => is_listed,
            _ => is_listed || (own.methods.contains(name) && !is_reserved(name)),
        };
    }
    if KEYWORDS.contains(name) {
        return true;
    }
    if own.locals.contains(name) && !is_given(pieces, at) {
        return true;
    }
    let is_loading = name == "require" && loads_text(pieces, at);
    // `new` and `name` of the code's own class, within it.
    is_listed || is_loading || (own.methods.contains(name) && !is_reserved(name))
}

fn is_reserved(name: &str) -> bool {
    RESERVED.contains(name)
}

/// `require 'json'`, with nothing made of the text; which one it is, is looked at elsewhere.
fn loads_text(pieces: &[Piece<'_>], at: usize) -> bool {
    let open = usize::from(is(pieces, at + 1, "("));
    let Some(text) = pieces.get(at + 1 + open).filter(|piece| piece.kind == Kind::Text) else { return false };
    let name = text.text.trim_matches(['"', '\'']);
    let end = at + 2 + open;
    let ends = if open == 1 { is(pieces, end, ")") } else { true };
    let after = pieces.get(end + open);
    let stops = after.is_none_or(|piece| {
        piece.kind == Kind::Line || piece.text == ";" || matches!(piece.text, "if" | "unless")
    });
    ends && stops && super::LIBRARIES.contains(&name)
}

/// `inject(:+)`, `reduce(0) { .. }`: what is called is written down.
fn folds(pieces: &[Piece<'_>], at: usize) -> bool {
    let begins = |at: usize| is(pieces, at, "{") || is(pieces, at, "do");
    if !is(pieces, at + 1, "(") {
        return begins(at + 1);
    }
    let Some(close) = (at + 2..at + 12).find(|at| is(pieces, *at, ")")) else { return false };
    let plain = (at + 2..close).all(|at| {
        pieces.get(at).is_some_and(|piece| match piece.kind {
            Kind::Number => true,
            Kind::Sign => {
                matches!(piece.text, "," | ":" | "+" | "*" | "-" | "&" | "|" | "[" | "]" | "{" | "}" | ".")
            }
            Kind::Word | Kind::Symbol | Kind::Variable | Kind::Text | Kind::Line => false,
        })
    });
    plain || (begins(close + 1) && (at + 2..close).all(|at| kind(pieces, at) != Some(Kind::Symbol)))
}

/// Whether something stands behind a name that only a call is given.
fn is_given(pieces: &[Piece<'_>], at: usize) -> bool {
    let Some(next) = pieces.get(at + 1) else { return false };
    match next.kind {
        Kind::Text | Kind::Number | Kind::Variable => true,
        Kind::Symbol => true,
        Kind::Word => !KEYWORDS.contains(next.text) || next.text == "do",
        Kind::Sign => (next.text == "(" && !next.spaced) || next.text == "{" || next.text == "->",
        Kind::Line => false,
    }
}

fn is_known_constant(pieces: &[Piece<'_>], at: usize, own: &Own<'_>) -> bool {
    const CLASSES: &[&str] = &[
        "Array",
        "Complex",
        "Date",
        "DateTime",
        "FalseClass",
        "Float",
        "Hash",
        "Integer",
        "MatchData",
        "NilClass",
        "Numeric",
        "Proc",
        "Range",
        "Rational",
        "Regexp",
        "Set",
        "String",
        "Struct",
        "Symbol",
        "Time",
        "TrueClass",
        "STDIN",
        "STDOUT",
        "STDERR",
        "Comparable",
        "Enumerable",
    ];
    let Some(name) = pieces.get(at).map(|piece| piece.text) else { return true };
    if name == "ARGV" {
        return reads_arguments(pieces, at);
    }
    if own.constants.contains(name) && !CONSTANTS.contains(name) {
        return true;
    }
    let is_class = matches!(name, "ENV") || CLASSES.contains(&name) || name.ends_with("Error");
    let is_plain = is_class || name == "Exception" || name.to_uppercase() == name;
    // A module as a whole may be given another name.
    let is_asked = ["::", "."].iter().any(|sign| is(pieces, at + 1, sign));
    CONSTANTS.contains(name) && (is_plain && !matches!(name, "JSON" | "YAML" | "CSV" | "PP") || is_asked)
}

/// `ARGV[0]` and the like, which leave it what it is: what it names is read as files.
fn reads_arguments(pieces: &[Piece<'_>], at: usize) -> bool {
    const READ: &[&str] = &[
        "any?",
        "count",
        "drop",
        "each",
        "each_with_index",
        "empty?",
        "first",
        "include?",
        "index",
        "inspect",
        "join",
        "last",
        "length",
        "map",
        "shift",
        "size",
        "sort",
        "sum",
        "to_a",
        "values_at",
    ];
    if is(pieces, at + 1, ".") {
        return pieces.get(at + 2).is_some_and(|piece| READ.contains(&piece.text));
    }
    let mut end = at + 1;
    if is(pieces, end, "[") {
        end = (end..end + 8).find(|at| is(pieces, *at, "]")).unwrap_or(end) + 1;
    }
    let assigns = pieces.get(end).is_some_and(|piece| assigns(piece));
    let is_listed = is(pieces, at.wrapping_sub(1), ",") || is(pieces, end, ",");
    let sets_several = is_listed
        && pieces.iter().skip(end).take(20).take_while(|piece| piece.kind != Kind::Line).any(assigns_one);
    !assigns && !sets_several
}

fn assigns_one(piece: &Piece<'_>) -> bool {
    piece.kind == Kind::Sign && piece.text == "="
}

fn assigns(piece: &Piece<'_>) -> bool {
    piece.kind == Kind::Sign
        && piece.text.ends_with('=')
        && !matches!(piece.text, "==" | "===" | "!=" | "<=" | ">=")
}

/// Whether a global does nothing but hold a value.
fn is_known_variable(name: &str) -> bool {
    let Some(global) = name.strip_prefix('$') else { return true };
    match global.chars().next() {
        Some(first) if first.is_ascii_lowercase() => true,
        Some(first) if first.is_ascii_digit() => true,
        Some(first) if global.len() == 1 => "_~&`'+;,/\\.!@?>F".contains(first),
        Some(_) => global == "PROGRAM_NAME",
        None => false,
    }
}

/// The names that the code gives something: methods, classes, variables and parameters.
fn own<'t>(pieces: &[Piece<'t>]) -> Own<'t> {
    let mut own = Own::default();
    let mut bars = None;
    for (at, piece) in pieces.iter().enumerate() {
        let before = at.wrapping_sub(1);
        if piece.kind == Kind::Sign && piece.text == "|" {
            let begins = is(pieces, before, "{") || is(pieces, before, "do");
            bars = if begins { Some(at) } else { None };
            continue;
        }
        if bars.is_some_and(|start| at > start + 60) || piece.kind == Kind::Line {
            bars = None;
        }
        if piece.kind == Kind::Symbol && makes_methods(pieces, at) {
            own.methods.insert(piece.text.trim_start_matches(':'));
        }
        if piece.kind != Kind::Word {
            continue;
        }
        let name = piece.text;
        let is_constant = name.starts_with(char::is_uppercase);
        if is(pieces, before, "def") {
            let method = if name == "self" { at + 2 } else { at };
            own.methods.extend(pieces.get(method).map(|piece| piece.text));
            let line = pieces.iter().enumerate().skip(method + 1).take(60);
            let parameters = line.take_while(|(_, piece)| piece.kind != Kind::Line && piece.text != ";");
            let parameters = parameters.filter(|(_, piece)| matches!(piece.kind, Kind::Word | Kind::Symbol));
            own.locals.extend(parameters.map(|(_, piece)| piece.text));
        }
        if is_constant {
            let is_made = is(pieces, before, "class") || is(pieces, before, "module");
            if is_made || pieces.get(at + 1).is_some_and(assigns) && is(pieces, at + 1, "=") {
                own.constants.insert(name);
            }
            continue;
        }
        let is_method = is(pieces, before, ".") || is(pieces, before, "&.");
        let is_set = pieces.get(at + 1).is_some_and(assigns) || assigned_with_others(pieces, at);
        let is_bound = bars.is_some() || is(pieces, before, "for") || is(pieces, before, "=>");
        if !is_method && (is_set || is_bound) {
            own.locals.insert(name);
        }
    }
    own
}

/// `a, b = 1, 2`, and `for a, b in`
fn assigned_with_others(pieces: &[Piece<'_>], at: usize) -> bool {
    if !is(pieces, at + 1, ",") && !is(pieces, at.wrapping_sub(1), ",") {
        return false;
    }
    let line = pieces.iter().skip(at + 1).take(24);
    let mut plain = line.skip_while(|piece| {
        matches!(piece.kind, Kind::Word | Kind::Variable) || matches!(piece.text, "," | "*" | "(" | ")")
    });
    plain.next().is_some_and(|piece| piece.text == "=" && piece.kind == Kind::Sign)
}

/// `attr_accessor :a, :b`, `Struct.new(:a, :b)`
fn makes_methods(pieces: &[Piece<'_>], at: usize) -> bool {
    let mut back = at;
    while back > 0 && at - back < 40 {
        back -= 1;
        let Some(piece) = pieces.get(back) else { return false };
        match piece.kind {
            Kind::Symbol => {}
            Kind::Sign if matches!(piece.text, "," | "(") => {}
            Kind::Word => {
                return piece.text.starts_with("attr_")
                    || (piece.text == "new" && is(pieces, back.wrapping_sub(2), "Struct"));
            }
            Kind::Sign | Kind::Variable | Kind::Number | Kind::Text | Kind::Line => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    fn ruby(code: &str) -> String {
        check(&format!("ruby - <<'EOF'\n{code}\nEOF"))
    }

    #[test]
    fn what_is_not_known_is_opaque() {
        for code in [
            "require 'erb'; ERB.new(\"<%= sys\"+\"tem(%q(ls)) %>\").result",
            "self.class.instance_method(\"sys\"+\"tem\").bind_call(self,'ls')",
            "self.class.alias_method(:zz,(\"sys\"+\"tem\").to_sym); zz('ls')",
            "$stdout.reopen('.git/hooks/pre-push','w'); puts 'x'",
            "Gem.write_binary('.git/hooks/pre-push','x')",
            "Gem.install('evil')",
            "$-i='';ARGV.replace(['a']); while gets; puts 'x'; end",
            "ARGV[0] = 'a'; puts gets",
            "ARGV[0], x = 'a', 1; puts gets",
            "ARGV.push('a'); puts gets",
            "$*.push('a'); puts gets",
            "ARGF.each{}",
            "require 'json/../../x'",
            "require 'json'.tr('json','./xx')",
            "require('json' + x)",
            "require 'yaml/store'; s=YAML::Store.new('x'); s.transaction{s['a']=1}",
            "YAML.unsafe_load('x')",
            "y = YAML; y.unsafe_load('x')",
            "TOPLEVEL_BINDING.irb",
            "RubyVM::InstructionSequence.compile('x')",
            "tap{|x| x.singleton_class.undef_method(:puts)}",
            "public_method(:puts)",
            "['x', 'code'].inject('instance_' + 'eval')",
            "['x', 'code'].inject(&x)",
            "x = $stdin.class; x.read('|ls')",
            "x.read('|ls')",
            "def instance_method; end; self.class.instance_method('sys' + 'tem')",
            "def unsafe_load; end; YAML.unsafe_load('x')",
            "alias zz puts",
            "puts \"#{x ? alias_method(:a, 'b') : 1}\"",
            "puts \"#{\"#{Gem.install 'evil'}\"}\"",
            "puts x /Gem.install('evil')/",
            "puts [1].map { |x| x.zork }",
        ] {
            assert!(ruby(code).contains("exec.opaque"), "{code}: {}", ruby(code));
        }
    }

    #[test]
    fn everyday_code_is_followed() {
        for code in [
            "puts 1",
            "puts [1,2].map { |x| x + 1 }.inspect, [3, 4].inject(:+), [1].reduce(0) { |a, b| a + b }",
            "require 'json'\nrequire('set')\nputs JSON.parse($stdin.read)['a'].keys.sort.join(\", \")",
            "puts \"#{1 + 1} of #{[1].map { |x| \"#{x}\" }.first}\" if 1 > 0",
            "names = %w(a b c)\nnames.each_with_index do |name, at|\n  puts \"#{at}: #{name.upcase}\"\nend",
            "a, b = 1, 2\nputs a / b, a % b, a ? 'x' : 'y', :sym, b ?1:2",
            "def greet(name, loud: false)\n  loud ? name.upcase : name\nend\nputs greet('x', loud: true)",
            "class Point\n  attr_reader :x\n  def initialize(x)\n    @x = x\n  end\n  def twice\n    x * 2\n  end\nend\nputs Point.new(2).twice, Point.new(3).x",
            "h = Hash.new(0)\n$stdin.each_line { |line| h[line.chomp] += 1 }\nh.sort_by { |k, v| -v }.each { |k, v| puts \"#{k} #{v}\" }",
            "puts 'a b'.gsub(/b/, 'c').split(/ /).length, 'it is zork'.size, ARGV[0], ARGV.length",
            "puts Time.now.strftime('%Y'), Math.sqrt(2), RUBY_VERSION, Integer('3'), 1.class.name # done",
            "begin\n  raise ArgumentError, 'x'\nrescue StandardError => e\n  warn e.message\nensure\n  puts 1\nend",
            "require 'digest'; puts Digest::SHA256.hexdigest('a')",
            "print $_ if $. > 2; puts $1 if 'a' =~ /(a)/",
        ] {
            assert!(!ruby(code).contains("opaque"), "{code}: {}", ruby(code));
        }
        for command in [
            "ruby -ryaml -e 'puts YAML.load_file(\"a.yml\")[\"x\"]'",
            "ruby -ne 'puts $_.split(\",\")[1] if $_ =~ /x/' src/a.rs",
            "ruby -rjson -e 'puts JSON.pretty_generate(JSON.parse(STDIN.read))'",
        ] {
            assert!(!check(command).contains("opaque"), "{command}: {}", check(command));
        }
    }
}
