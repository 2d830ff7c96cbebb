//! What a misspelt word may have meant.

/// So many known words are listed even where one of them is near.
const FEW: usize = 16;

/// A hint: the known word that is nearly the wrong one, and all of them where they are few or none is near.
pub fn hint(wrong: &str, known: &[&str]) -> String {
    let near = known.iter().map(|word| (strsim::damerau_levenshtein(wrong, word), word)).min();
    match near {
        Some((distance, word)) if distance <= 3 && known.len() > FEW => format!("did you mean `{word}`?"),
        Some((distance, word)) if distance <= 3 => {
            format!("did you mean `{word}`? It is one of: {}", known.join(", "))
        }
        _ => format!("it is one of: {}", known.join(", ")),
    }
}

/// The same where there are too many words to list: the known word that is nearly the wrong one, or where they are told.
pub fn hint_or(wrong: &str, known: &[&str], told: &str) -> String {
    let hint = hint(wrong, known);
    if hint.starts_with("did you mean") { hint } else { told.to_owned() }
}
