//! RFC 6749 section 4.4: an application acts for itself.

use std::fmt;

use crate::runtime::auth::endpoint::{Exchange, Purpose};
use crate::runtime::auth::{AuthError, Previous, Secret, Token, TokenEndpoint, TokenProvider};
use crate::runtime::clock::BoxFuture;

/// Client credentials: the id and secret of an OAuth client are exchanged for a token, as often as needed.
pub struct ClientCredentials {
    endpoint: TokenEndpoint,
    id: String,
    secret: Secret,
}

impl ClientCredentials {
    /// Tokens of the OAuth client `id`.
    pub fn new(endpoint: TokenEndpoint, id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self {
            endpoint,
            id: id.into(),
            secret: secret.into(),
        }
    }
}

impl TokenProvider for ClientCredentials {
    fn fetch<'a>(&'a self, _: Previous<'a>) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(async move {
            let mut token = self
                .endpoint
                .exchange(&Exchange {
                    purpose: Purpose::ClientCredentials,
                    basic: Some((&self.id, &self.secret)),
                    form: &[("grant_type", "client_credentials")],
                    secrets: &[&self.secret],
                })
                .await?;
            // RFC 6749 section 4.4.3: this grant has no refresh token.
            token.refresh_token = None;
            Ok(token)
        })
    }
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClientCredentials")
            .field("id", &self.id)
            .field("secret", &self.secret)
            .finish_non_exhaustive()
    }
}
