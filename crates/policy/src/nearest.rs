//! What a misspelt word may have meant.

/// So many known words are listed even where one of them is near.
const FEW: usize = 16;

/// The known word that is nearly the wrong one, if one is.
pub fn nearest<'a>(wrong: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = known.iter().map(|word| (strsim::damerau_levenshtein(wrong, word), *word)).min();
    // Of a short word that many letters changed make another one.
    let most = |word: &str| (wrong.len().max(word.len()) / 2).min(3);
    near.filter(|(distance, word)| *distance <= most(word)).map(|(_, word)| word)
}

/// A hint: the known word that is nearly the wrong one, and all of them where they are few or none is near.
pub fn hint(wrong: &str, known: &[&str]) -> String {
    match nearest(wrong, known) {
        Some(word) if known.len() > FEW => format!("did you mean `{word}`?"),
        Some(word) => format!("did you mean `{word}`? It is one of: {}", known.join(", ")),
        None => format!("it is one of: {}", known.join(", ")),
    }
}

/// The same where there are too many words to list: the known word that is nearly the wrong one, or where they are told.
pub fn hint_or(wrong: &str, known: &[&str], told: &str) -> String {
    let hint = hint(wrong, known);
    if hint.starts_with("did you mean") { hint } else { told.to_owned() }
}
