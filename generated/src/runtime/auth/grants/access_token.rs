//! A fixed access token.

use std::time::Duration;

use crate::runtime::auth::{AuthError, Previous, Secret, Token, TokenProvider};
use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;

/// An access token that the caller supplies and that nothing here can renew.
pub struct GivenToken(Secret);

impl GivenToken {
    /// This token, until the API refuses it.
    pub fn new(access_token: impl Into<Secret>) -> Self {
        Self(access_token.into())
    }
}

impl TokenProvider for GivenToken {
    fn fetch<'a>(&'a self, _: Previous<'a>) -> BoxFuture<'a, Result<Token, AuthError>> {
        let token = Token::new(self.0.clone()).with_lifetime(Duration::MAX);
        Box::pin(async move { Ok(token) })
    }

    fn can_renew(&self, previous: Previous<'_>) -> bool {
        previous.access_token.is_none()
    }

    fn is_given(&self) -> bool {
        true
    }
}

debug_fields!(GivenToken, |_this| "GivenToken(..)");
