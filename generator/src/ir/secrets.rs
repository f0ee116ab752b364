//! Which properties hold secrets, judged by their names: their values are kept out of `Debug`.

use super::model::Type;
use super::naming::snake;

/// Words that name a secret wherever they stand.
const SECRET_WORDS: &[&str] = &[
    "assertion",
    "authtoken",
    "credential",
    "credentials",
    "jwt",
    "passphrase",
    "passwd",
    "password",
    "passwords",
    "pwd",
    "secret",
    "secrets",
    "token",
    "tokens",
];

/// Pairs of words that name a secret.
const SECRET_PAIRS: &[(&str, &str)] = &[
    ("access", "key"),
    ("api", "key"),
    ("client", "key"),
    ("encryption", "key"),
    ("private", "key"),
    ("shared", "key"),
    ("signing", "key"),
    ("sas", "url"),
];

/// Words before `token` that make it a place in a list.
const PAGING_WORDS: &[&str] = &["continuation", "next", "page", "previous", "sync"];

/// Words that say that a property is about a secret rather than one.
const ABOUT: &[&str] = &[
    "count",
    "date",
    "duration",
    "expiration",
    "expires",
    "expiry",
    "id",
    "ids",
    "length",
    "limit",
    "lifetime",
    "name",
    "policy",
    "status",
    "type",
    "types",
    "uri",
    "url",
];

/// Whether the value of a property is a secret. Only text, and what can hold any text, can be one: a model keeps the secrets
/// among its own properties.
pub(crate) fn is_secret(wire_name: &str, ty: &Type) -> bool {
    can_hold_text(ty) && is_secret_name(wire_name)
}

fn can_hold_text(ty: &Type) -> bool {
    match ty {
        Type::String | Type::Json => true,
        Type::List(item) | Type::Map(item) | Type::Nullable(item) => can_hold_text(item),
        _ => false,
    }
}

/// A part of every name that the rules below could take for a secret: most names are done with here.
const HINTS: &[&str] = &[
    "assertion",
    "credential",
    "jwt",
    "key",
    "pass",
    "pwd",
    "sas",
    "secret",
    "token",
];

fn is_secret_name(wire_name: &str) -> bool {
    let lower = wire_name.to_ascii_lowercase();
    if !HINTS.iter().any(|hint| lower.contains(hint)) {
        return false;
    }
    let name = snake(wire_name);
    let words: Vec<&str> = name.split('_').collect();
    if words.last().is_some_and(|last| ABOUT.contains(last)) && words.len() > 1 {
        return words.ends_with(&["sas", "url"]);
    }
    let is_pair = words
        .windows(2)
        .any(|pair| SECRET_PAIRS.contains(&(pair[0], pair[1])));
    let is_word = words.iter().enumerate().any(|(index, word)| {
        let before = index.checked_sub(1).map(|index| words[index]);
        SECRET_WORDS.contains(word)
            && !(word.starts_with("token")
                && before.is_some_and(|word| PAGING_WORDS.contains(&word)))
    });
    is_pair || is_word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_by_their_words() {
        for name in [
            "password",
            "clientSecret",
            "access_token",
            "refreshToken",
            "apiKey",
            "privateKey",
            "auth-token",
            "TOKEN",
            "credentialFields",
        ] {
            assert!(is_secret(name, &Type::String), "{name}");
        }
        for name in [
            "name",
            "nextPageToken",
            "pageToken",
            "tokenType",
            "passwordPolicy",
            "secretaryName",
            "key",
            "credentialId",
        ] {
            assert!(!is_secret(name, &Type::String), "{name}");
        }
    }

    #[test]
    fn every_secret_has_a_hint() {
        let pairs = SECRET_PAIRS
            .iter()
            .flat_map(|(first, last)| [*first, *last]);
        let pairs: Vec<&str> = pairs.collect();
        for word in SECRET_WORDS {
            assert!(HINTS.iter().any(|hint| word.contains(hint)), "{word}");
        }
        for pair in pairs.chunks(2) {
            let hinted = |word: &str| HINTS.iter().any(|hint| word.contains(hint));
            assert!(pair.iter().any(|word| hinted(word)), "{pair:?}");
        }
    }

    #[test]
    fn only_text_can_be_secret() {
        assert!(!is_secret("password", &Type::Boolean));
        assert!(!is_secret("token", &Type::Model(0)));
        assert!(is_secret("tokens", &Type::List(Box::new(Type::String))));
        assert!(is_secret("credentials", &Type::Map(Box::new(Type::String))));
    }
}
