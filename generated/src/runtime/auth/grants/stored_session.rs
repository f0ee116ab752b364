//! RFC 6749 section 6, with the refresh token that a store holds.

use super::renewal::Renewal;
use crate::runtime::auth::{
    AuthError, AuthErrorKind, Previous, Secret, Token, TokenEndpoint, TokenProvider,
};
use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;

/// A session that continues from what a token store has. Where the store has nothing, a person has to log in; nothing is requested.
pub struct StoredSession(Renewal);

impl StoredSession {
    /// A session of the OAuth client `id`. A client that has logged in with PKCE has no secret.
    pub fn new(endpoint: TokenEndpoint, id: impl Into<String>, secret: Option<Secret>) -> Self {
        Self(Renewal::new(endpoint, id.into(), secret))
    }
}

impl TokenProvider for StoredSession {
    fn fetch<'a>(&'a self, previous: Previous<'a>) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(async move {
            match previous.refresh_token {
                Some(refresh_token) => self.0.refresh(refresh_token).await,
                None => Err(AuthError::new(AuthErrorKind::NeedsLogin)
                    .with_description("the token store has no session of this name")),
            }
        })
    }

    fn can_renew(&self, previous: Previous<'_>) -> bool {
        previous.refresh_token.is_some()
    }

    fn is_repeatable(&self) -> bool {
        false
    }
}

debug_fields!(StoredSession, |this| id: this.0.id);
