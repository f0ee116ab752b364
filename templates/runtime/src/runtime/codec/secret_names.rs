//! Which property names say that their value is a secret.

/// Words that name a secret where they end a property's name (`clientSecret`, `refresh_token`).
const SECRET_WORDS: [&str; 10] = [
    "password",
    "passphrase",
    "passcode",
    "secret",
    "secrets",
    "token",
    "credential",
    "credentials",
    "assertion",
    "authorization",
];

/// Names of two words that name a secret together.
const SECRET_PAIRS: [(&str, &str); 7] = [
    ("api", "key"),
    ("private", "key"),
    ("secret", "key"),
    ("shared", "key"),
    ("access", "key"),
    ("encryption", "key"),
    ("code", "verifier"),
];

/// Whether a property called `name` holds a secret: its last word is one of `password`, `secret`, `token` and their like, or its last two
/// are `apiKey` and theirs. `pageToken` and `nextToken` are cursors, but hiding them costs nothing.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let words = words(name);
    let Some(last) = words.last() else {
        return false;
    };
    if SECRET_WORDS.contains(&last.as_str()) {
        return true;
    }
    words.len() >= 2
        && SECRET_PAIRS
            .iter()
            .any(|pair| *pair == (words[words.len() - 2].as_str(), last.as_str()))
}

/// The words of a name in camel, snake, kebab or dotted case, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut start = true;
    let mut after_lower = false;
    for character in name.chars() {
        if !character.is_alphanumeric() {
            start = true;
            continue;
        }
        if start || (character.is_uppercase() && after_lower) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(character.to_lowercase());
        }
        start = false;
        after_lower = character.is_lowercase() || character.is_numeric();
    }
    words
}
