//! YAML as a small tree of text. Depth, size and what aliases expand to are capped while reading,
//! since such a file is one that anybody may have written.
//!
//! Architecture invariant: this crate knows no kind of file; what a key means is its callers' affair.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser};

/// The deepest nesting that is read.
const DEEPEST: usize = 48;
/// The most nodes that are read, aliases expanded.
const MOST_NODES: usize = 50_000;
/// The longest text that is read, in bytes.
const LONGEST: usize = 1 << 20;

/// A node; every scalar is its text, and null is empty text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A scalar.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, merge keys (`<<`) resolved, in order.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// The keys and values; none for what is not a mapping.
    pub fn entries(&self) -> &[(String, Self)] {
        match self {
            Self::Map(entries) => entries,
            Self::Text(_) | Self::List(_) => &[],
        }
    }

    /// The items; none for what is not a sequence.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            Self::Text(_) | Self::Map(_) => &[],
        }
    }

    /// The scalar's text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::List(_) | Self::Map(_) => None,
        }
    }

    /// The text of the scalar, or of each scalar anywhere within.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Text(text) if text.is_empty() => Vec::new(),
            Self::Text(text) => vec![text],
            Self::List(items) => items.iter().flat_map(Self::texts).collect(),
            Self::Map(entries) => entries.iter().flat_map(|(_, node)| node.texts()).collect(),
        }
    }

    fn size(&self) -> usize {
        1 + match self {
            Self::Text(_) => 0,
            Self::List(items) => items.iter().map(Self::size).sum(),
            Self::Map(entries) => entries.iter().map(|(_, node)| node.size()).sum(),
        }
    }
}

/// Reads the first document, or says why it cannot.
pub fn read(text: &str) -> Result<Node, String> {
    if text.len() > LONGEST {
        return Err("it is too long".to_owned());
    }
    let mut tree = Tree::default();
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| {
            format!("{} at line {}, column {}", error.info(), error.marker().line(), error.marker().col() + 1)
        })?;
        match event {
            Event::Scalar(text, _, anchor, _) => {
                let text = if matches!(&*text, "~" | "null") { String::new() } else { text.into_owned() };
                tree.add(Node::Text(text), anchor)?;
            }
            Event::Alias(anchor) => {
                let node = tree.anchors.get(&anchor).cloned().ok_or("an alias has no anchor")?;
                tree.nodes += node.size();
                tree.add(node, 0)?;
            }
            Event::SequenceStart(anchor, _) => tree.open(Open::List(Vec::new()), anchor)?,
            Event::MappingStart(anchor, _) => tree.open(Open::Map(Vec::new(), None), anchor)?,
            Event::SequenceEnd | Event::MappingEnd => tree.close()?,
            Event::DocumentEnd => break,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => {}
        }
    }
    tree.root.ok_or_else(|| "it is empty".to_owned())
}

/// What is read so far.
#[derive(Default)]
struct Tree {
    open: Vec<(Open, usize)>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
    root: Option<Node>,
}

/// A collection whose end is still to come; a mapping with the key whose value is.
enum Open {
    List(Vec<Node>),
    Map(Vec<(String, Node)>, Option<String>),
}

impl Tree {
    fn open(&mut self, open: Open, anchor: usize) -> Result<(), String> {
        if self.open.len() >= DEEPEST {
            return Err("it is nested too deep".to_owned());
        }
        self.open.push((open, anchor));
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        let (open, anchor) = self.open.pop().ok_or("a collection ends that never began")?;
        let node = match open {
            Open::List(items) => Node::List(items),
            Open::Map(entries, _) => Node::Map(entries),
        };
        self.add(node, anchor)
    }

    fn add(&mut self, node: Node, anchor: usize) -> Result<(), String> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err("it is too large".to_owned());
        }
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some((Open::List(items), _)) => items.push(node),
            Some((Open::Map(entries, key), _)) => match key.take() {
                None => *key = Some(node.texts().join(" ")),
                Some(name) if name == "<<" => merge(entries, &node),
                Some(name) => {
                    entries.retain(|(known, _)| *known != name);
                    entries.push((name, node));
                }
            },
        }
        Ok(())
    }
}

/// What stands beside a merge key wins over what it brings.
fn merge(entries: &mut Vec<(String, Node)>, node: &Node) {
    let sources = match node {
        Node::List(sources) => sources.as_slice(),
        single => std::slice::from_ref(single),
    };
    for (name, value) in sources.iter().flat_map(Node::entries) {
        if !entries.iter().any(|(known, _)| known == name) {
            entries.push((name.clone(), value.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    const PIECES: &[&str] = &[
        "\n",
        "\n  ",
        "- ",
        "a: ",
        "&a ",
        "*a",
        "<<: ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "|",
        ">-",
        "\"",
        "'",
        "#",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "!!map ",
        "? ",
        "~",
        "é",
        "\t",
        "\u{feff}",
        "\r\n",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>(), pieces in prop::collection::vec(select(PIECES), 0..60)) {
            let _ = read(&text);
            if let Ok(node) = read(&pieces.concat()) {
                prop_assert!(node.size() > 0);
            }
        }
    }

    #[test]
    fn anchors_and_merges() {
        let node = read("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  x: 3\non: [push]\nn:\n").unwrap();
        assert_eq!(node.get("b").unwrap().get("x").unwrap().text(), Some("3"));
        assert_eq!(node.get("b").unwrap().get("y").unwrap().text(), Some("2"));
        assert_eq!(node.get("on").unwrap().texts(), ["push"]);
        assert_eq!(node.get("n").unwrap().text(), Some(""));
    }

    #[test]
    fn hostile_text_is_refused_in_time() {
        let bomb = "a: &a [x,x,x,x,x,x,x,x]\n".to_owned()
            + &('b'..'m')
                .map(|c| {
                    let before = char::from(u8::try_from(c).unwrap() - 1);
                    format!("{c}: &{c} [*{before},*{before},*{before},*{before},*{before},*{before}]\n")
                })
                .collect::<String>();
        assert_eq!(read(&bomb), Err("it is too large".to_owned()));
        assert!(read(&"- ".repeat(20_000)).is_err());
        assert!(read(&"[".repeat(20_000)).is_err());
        let stairs: String = (0..400).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert_eq!(read(&stairs), Err("it is nested too deep".to_owned()));
        assert!(read("a: b: c").is_err() && read("").is_err());
    }
}
