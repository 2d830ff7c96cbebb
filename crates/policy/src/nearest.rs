//! What a misspelt word may have meant.

/// A hint: the known word that is nearly the wrong one, or all of them where none is.
pub fn hint(wrong: &str, known: &[&str]) -> String {
    let near = known.iter().map(|word| (strsim::damerau_levenshtein(wrong, word), word)).min();
    match near {
        Some((distance, word)) if distance <= 3 => format!("did you mean `{word}`?"),
        _ => format!("it is one of: {}", known.join(", ")),
    }
}
