//! A string that is never shown, and that is wiped when its last owner is dropped.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// A token, secret, code, verifier or assertion.
///
/// `Debug` prints `Secret(..)`; there is no `Display` and no `Serialize`. Clones share one buffer, which is overwritten with zeros when the
/// last of them is dropped. Copies that are out of reach stay as they are: header values on their way to the wire, the buffers of the TLS
/// and HTTP libraries (the token endpoint's answer among them), the URL that a browser came back with, and all that a token store's server or
/// disk keeps.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::runtime::auth::Secret;
///
/// let secret = Secret::from("do not print");
/// assert_eq!(format!("{secret:?}"), "Secret(..)");
/// assert_eq!(secret.expose(), "do not print");
/// ```
#[derive(Clone)]
pub struct Secret(Arc<Zeroizing<String>>);

impl Secret {
    /// Takes ownership of `text`.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Arc::new(Zeroizing::new(text.into())))
    }

    /// The text itself, for the one place that has to send or store it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// Compares every byte, so that the time it takes reveals the length only.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        let (left, right) = (self.expose().as_bytes(), other.expose().as_bytes());
        left.len() == right.len()
            && left
                .iter()
                .zip(right)
                .fold(0, |difference, (a, b)| difference | (a ^ b))
                == 0
    }
}

impl Eq for Secret {}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}
