//! RFC 6749 section 6: a refresh token kept from an earlier login.

use super::renewal::Renewal;
use crate::runtime::auth::{
    AuthError, Beginning, Previous, Secret, Token, TokenEndpoint, TokenProvider,
};
use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;

/// A session that continues from a refresh token, and from the tokens that replace it.
pub struct RefreshToken {
    renewal: Renewal,
    first: Secret,
}

impl RefreshToken {
    /// The session of `refresh_token`. A client that has logged in with PKCE has no secret.
    pub fn new(
        endpoint: TokenEndpoint,
        id: impl Into<String>,
        secret: Option<Secret>,
        refresh_token: impl Into<Secret>,
    ) -> Self {
        Self {
            renewal: Renewal::new(endpoint, id.into(), secret),
            first: refresh_token.into(),
        }
    }
}

impl TokenProvider for RefreshToken {
    fn fetch<'a>(&'a self, previous: Previous<'a>) -> BoxFuture<'a, Result<Token, AuthError>> {
        let refresh_token = previous.refresh_token.unwrap_or(&self.first);
        Box::pin(async move {
            let mut token = self.renewal.refresh(refresh_token).await?;
            // The first one stays in use too, until another takes its place.
            token
                .refresh_token
                .get_or_insert_with(|| refresh_token.clone());
            Ok(token)
        })
    }

    fn is_repeatable(&self) -> bool {
        false
    }

    fn begins_with(&self) -> Option<Beginning<'_>> {
        Some(Beginning::RefreshToken(&self.first))
    }
}

debug_fields!(RefreshToken, |this| id: this.renewal.id);
