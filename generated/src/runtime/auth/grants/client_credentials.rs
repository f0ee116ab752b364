//! RFC 6749 section 4.4: an application acts for itself.

use crate::runtime::auth::endpoint::{Exchange, Purpose};
use crate::runtime::auth::{AuthError, Previous, Secret, Token, TokenEndpoint, TokenProvider};
use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;

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

debug_fields!(ClientCredentials, |this| id: this.id, secret: this.secret);
