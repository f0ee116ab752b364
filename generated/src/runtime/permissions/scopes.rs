//! The OAuth scopes of a token.

use serde::Deserialize;

use crate::runtime::operation::OperationMetadata;

/// What a scope of a token that may read and write is called without, where it may read alone.
const READ_ONLY: &str = ":readonly";

/// The OAuth scopes that a token was issued for. See [`OperationMetadata::scopes`].
#[derive(Clone, Debug, Default)]
pub struct Scopes {
    /// None where the token has no scopes: it is not limited by them.
    granted: Option<Vec<String>>,
}

/// The part of the definition `TokenInfo` that matters here.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct TokenInfo {
    authorized_scope: Option<Vec<Option<String>>>,
}

impl Scopes {
    pub(crate) fn from_token(token: TokenInfo) -> Self {
        let names = token.authorized_scope.into_iter().flatten().flatten();
        let names: Vec<String> = names.collect();
        Self {
            granted: (!names.is_empty()).then_some(names),
        }
    }

    /// Their names, as in `users:readonly`; none where scopes do not limit the token, as with client credentials.
    #[must_use]
    pub fn names(&self) -> Option<&[String]> {
        self.granted.as_deref()
    }

    /// Whether the token is good for the scope `name`. `users` includes `users:readonly`.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.granted.as_ref().is_none_or(|granted| {
            granted.iter().any(|granted| {
                granted == name || name.strip_suffix(READ_ONLY) == Some(granted.as_str())
            })
        })
    }

    /// Whether the token has any of the scopes that the spec lists for `operation`, or the spec lists none.
    #[must_use]
    pub fn allow(&self, operation: &OperationMetadata) -> bool {
        operation.scopes.is_empty() || operation.scopes.iter().any(|name| self.contains(name))
    }

    /// The scopes of which `operation` needs any one and of which the token has none.
    #[must_use]
    pub fn missing(&self, operation: &OperationMetadata) -> &'static [&'static str] {
        if self.allow(operation) {
            &[]
        } else {
            operation.scopes
        }
    }
}
