//! Short options in one word, such as `-itn shop`, and `-f` and `-p` of `kubectl logs`, which take no value.

use crate::invocation::Invocation;
use crate::word::{Value, Word};

/// Short options without a value, of every subcommand.
const FLAGS: &str = "itAwRq";

/// The invocation with such words taken apart; none where there are none. `shows_logs`: whether `-f` follows and
/// `-p` means the previous container.
pub(super) fn apart(invocation: &Invocation, shows_logs: bool) -> Option<Invocation> {
    let is_flag = |letter: char| FLAGS.contains(letter) || shows_logs && matches!(letter, 'f' | 'p');
    let begins = |word: &Word| {
        let mut letters = word.text().strip_prefix('-').unwrap_or_default().chars();
        letters.next().is_some_and(is_flag) && (letters.next().is_some() || word.value.is_unknown() || shows_logs)
    };
    let own = invocation.words.iter().take_while(|word| word.known() != Some("--"));
    if !own.clone().any(begins) {
        return None;
    }
    let end = own.count();
    let mut words = Vec::with_capacity(invocation.words.len() + 4);
    for (index, word) in invocation.words.iter().enumerate() {
        if index >= end || !begins(word) {
            words.push(word.clone());
            continue;
        }
        let mut rest = word.value.strip_prefix("-").unwrap_or_else(|| word.value.clone());
        while let Some(letter) = rest.text().chars().next().filter(|letter| is_flag(*letter)) {
            words.push(Word { value: Value::Known(long(letter).to_owned()), exact: false, ..word.clone() });
            rest = rest.strip_prefix(letter.encode_utf8(&mut [0; 4])).unwrap_or_else(|| Value::Known(String::new()));
        }
        // `-f=false` is how a flag is turned off.
        if let Some(value) = rest.known().and_then(|text| text.strip_prefix('=')) {
            if let Some(last) = words.last_mut() {
                last.value = Value::Known(format!("{}={value}", last.value.text()));
            }
        } else if !rest.text().is_empty() || rest.is_unknown() {
            words.push(Word { value: dashed(rest), exact: false, ..word.clone() });
        }
    }
    Some(Invocation { words, ..invocation.clone() })
}

fn dashed(value: Value) -> Value {
    match value {
        Value::Known(text) => Value::Known(format!("-{text}")),
        Value::Pattern(text) => Value::Pattern(format!("-{text}")),
        Value::Unknown { prefix, suffix, why } => Value::Unknown { prefix: format!("-{prefix}"), suffix, why },
    }
}

const fn long(letter: char) -> &'static str {
    match letter {
        'i' => "--stdin",
        't' => "--tty",
        'A' => "--all-namespaces",
        'w' => "--watch",
        'R' => "--recursive",
        'f' => "--follow",
        'p' => "--previous",
        _ => "--quiet",
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn logs_are_followed() {
        for command in ["kubectl logs web-0 -f --context live -n shop", "kubectl logs -f web-0 --context live -n shop", "kubectl -n shop logs -fpc app web-0 --context=live", "kubectl logs -fn shop --context live -p web-0", "kubectl logs -f=false web-0 -n shop --context live"] {
            assert_eq!(check(command), "kube.read pod/web-0 in live/shop, read", "{command}");
        }
        assert_snapshot!(check("kubectl logs -f deploy/web --context live -n shop"), @"kube.read deployment/web in live/shop, read");
    }

    #[test]
    fn bundled() {
        assert_snapshot!(check("kubectl exec -itn shop web-0 --context live -- rm -rf /data"), @"
        kube.execute pod/web-0 in live/shop, execute
        fs.delete pod/web-0 in live/shop, destroy, partial
        ");
        assert_snapshot!(check("kubectl exec -it web-0 --context live -n shop -- ls -itn x"), @"
        kube.read pod/web-0 in live/shop, read
        fs.read pod/web-0 in live/shop, read, partial
        ");
        assert_snapshot!(check("kubectl get pods -Aw --context live; kubectl apply -Rf k8s --context live -n shop"), @"
        kube.read pod/* in live/*, read
        fs.read /repo/k8s, read
        kube.write */* in live/*, write
        ");
        assert_snapshot!(check("kubectl patch deploy web -p '{}' --context live -n shop"), @"kube.write deployment/web in live/shop, write");
        assert_snapshot!(check("kubectl exec -i$X web -- ls"), @"
        kube.read pod/* in */*, read, partial
        fs.read pod/* in */*, read, partial
        ");
    }
}
