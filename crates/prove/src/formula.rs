//! Conditions as formulas: `&&`, `||` and `!` over atoms, each written down once.
//!
//! Two conditions of the same form are the same [`Formula`], so that what thousands of requests have in common
//! is asked of the solver once. Constants are folded away as formulas are put together. That may drop an
//! operand that would fail: who proves with formulas proves beside it that no policy ever fails.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::atom::{Atom, Reads};

/// A condition, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Formula(u32);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Node {
    Known(bool),
    Atom(u32),
    Not(Formula),
    And(Formula, Formula),
    Or(Formula, Formula),
}

/// All formulas and atoms so far.
#[derive(Default)]
pub struct Formulas {
    nodes: Vec<Node>,
    numbers: HashMap<Node, Formula>,
    atoms: Vec<Atom>,
    atom_numbers: HashMap<String, u32>,
}

impl Formulas {
    /// The constant.
    pub fn known(&mut self, value: bool) -> Formula {
        self.number(Node::Known(value))
    }

    /// The atom.
    pub fn atom(&mut self, atom: Atom) -> Formula {
        let text = atom.json.to_string();
        let number = match self.atom_numbers.get(&text) {
            Some(number) => *number,
            None => {
                // There are as many atoms as there are tests in a bundle's text.
                let number = u32::try_from(self.atoms.len()).unwrap_or(u32::MAX);
                self.atoms.push(atom);
                self.atom_numbers.insert(text, number);
                number
            }
        };
        self.number(Node::Atom(number))
    }

    /// `!of`
    pub fn not(&mut self, of: Formula) -> Formula {
        match self.node(of) {
            Node::Known(value) => self.known(!value),
            Node::Not(inner) => inner,
            Node::Atom(_) | Node::And(..) | Node::Or(..) => self.number(Node::Not(of)),
        }
    }

    /// `one && other`
    pub fn and(&mut self, one: Formula, other: Formula) -> Formula {
        match (self.node(one), self.node(other)) {
            (Node::Known(false), _) | (_, Node::Known(false)) => self.known(false),
            (Node::Known(true), _) => other,
            (_, Node::Known(true)) => one,
            _ if one == other => one,
            (Node::Not(inner), _) if inner == other => self.known(false),
            (_, Node::Not(inner)) if inner == one => self.known(false),
            _ => self.number(Node::And(one, other)),
        }
    }

    /// `one || other`
    pub fn or(&mut self, one: Formula, other: Formula) -> Formula {
        match (self.node(one), self.node(other)) {
            (Node::Known(true), _) | (_, Node::Known(true)) => self.known(true),
            (Node::Known(false), _) => other,
            (_, Node::Known(false)) => one,
            _ if one == other => one,
            (Node::Not(inner), _) if inner == other => self.known(true),
            (_, Node::Not(inner)) if inner == one => self.known(true),
            _ => self.number(Node::Or(one, other)),
        }
    }

    /// Any of them, as a tree of little depth.
    pub fn any(&mut self, of: &[Formula]) -> Formula {
        match of {
            [] => self.known(false),
            [one] => *one,
            many => {
                let (left, right) = many.split_at(many.len() / 2);
                let (left, right) = (self.any(left), self.any(right));
                self.or(left, right)
            }
        }
    }

    /// Whether it is this constant.
    pub fn is(&self, formula: Formula, value: bool) -> bool {
        self.node(formula) == Node::Known(value)
    }

    /// The formula where some atoms are known. `seen` remembers what was folded under the same knowledge.
    pub fn fold(
        &mut self,
        formula: Formula,
        knows: &impl Fn(&Atom) -> Option<bool>,
        seen: &mut HashMap<Formula, Formula>,
    ) -> Formula {
        if let Some(folded) = seen.get(&formula) {
            return *folded;
        }
        let folded = match self.node(formula) {
            Node::Known(_) => formula,
            Node::Atom(number) => match self.atoms.get(number as usize).and_then(knows) {
                Some(value) => self.known(value),
                None => formula,
            },
            Node::Not(inner) => {
                let inner = self.fold(inner, knows, seen);
                self.not(inner)
            }
            Node::And(one, other) => {
                let (one, other) = (self.fold(one, knows, seen), self.fold(other, knows, seen));
                self.and(one, other)
            }
            Node::Or(one, other) => {
                let (one, other) = (self.fold(one, knows, seen), self.fold(other, knows, seen));
                self.or(one, other)
            }
        };
        seen.insert(formula, folded);
        folded
    }

    /// The atoms in it, each once.
    pub fn atoms(&self, formula: Formula) -> Vec<&Atom> {
        let mut found = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        let mut open = vec![formula];
        while let Some(formula) = open.pop() {
            if !seen.insert(formula) {
                continue;
            }
            match self.node(formula) {
                Node::Known(_) => {}
                Node::Atom(number) => found.extend(self.atoms.get(number as usize)),
                Node::Not(inner) => open.push(inner),
                Node::And(one, other) | Node::Or(one, other) => open.extend([other, one]),
            }
        }
        found
    }

    /// What its atoms read.
    pub fn reads(&self, formula: Formula) -> Reads {
        let mut reads = Reads::default();
        for atom in self.atoms(formula) {
            reads.add(&atom.reads);
        }
        reads
    }

    /// In Cedar's JSON form.
    pub fn json(&self, formula: Formula) -> Value {
        match self.node(formula) {
            Node::Known(value) => json!({"Value": value}),
            Node::Atom(number) => {
                self.atoms.get(number as usize).map(|atom| atom.json.clone()).unwrap_or_default()
            }
            Node::Not(inner) => json!({"!": {"arg": self.json(inner)}}),
            Node::And(one, other) => json!({"&&": {"left": self.json(one), "right": self.json(other)}}),
            Node::Or(one, other) => json!({"||": {"left": self.json(one), "right": self.json(other)}}),
        }
    }

    fn node(&self, formula: Formula) -> Node {
        // A number is only ever given out with its node.
        self.nodes.get(formula.0 as usize).copied().unwrap_or(Node::Known(true))
    }

    fn number(&mut self, node: Node) -> Formula {
        if let Some(formula) = self.numbers.get(&node) {
            return *formula;
        }
        let formula = Formula(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node);
        self.numbers.insert(node, formula);
        formula
    }
}
