//! Which property names say that their value is a secret.

/// What a property's name ends with where its value is a secret, in lower case and without separators (`clientSecret`, `refresh_token`,
/// `X-Api-Key`, `password`).
const SECRET_ENDINGS: [&str; 31] = [
    "password",
    "passwords",
    "passphrase",
    "passcode",
    "passwd",
    "secret",
    "secrets",
    "token",
    "tokens",
    "credential",
    "credentials",
    "credentialfields",
    "assertion",
    "authorization",
    "bearer",
    "jwt",
    "cookie",
    "cookies",
    "cookievalues",
    "apikey",
    "apikeys",
    "privatekey",
    "secretkey",
    "sharedkey",
    "accesskey",
    "encryptionkey",
    "signingkey",
    "subscriptionkey",
    "mapboxkey",
    "codeverifier",
    "connectionstring",
];

/// Names that are secret as a whole, but too short to be an ending (`pin`, but not `mapping`).
const SECRET_WHOLE: [&str; 3] = ["pin", "otp", "auth"];

/// Whether a property called `name` holds a secret, in any case and with any separators. `pageToken` and `nextToken` are cursors, but
/// hiding them costs nothing.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = bare(name);
    SECRET_ENDINGS.iter().any(|ending| name.ends_with(ending))
        || SECRET_WHOLE.contains(&name.as_str())
}

/// Whether a secret name can also be that of an object with roles and permissions (`User.authorization`), which is none. A header of that
/// name is text.
pub(super) fn is_permissions_name(name: &str) -> bool {
    bare(name).ends_with("authorization")
}

/// The name in lower case, without separators.
fn bare(name: &str) -> String {
    name.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
