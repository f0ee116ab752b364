//! RFC 6749 section 6, for every grant that issues a refresh token.

use std::sync::{Mutex, PoisonError};

use crate::runtime::auth::endpoint::{Exchange, Purpose};
use crate::runtime::auth::{AuthError, AuthErrorKind, Secret, Token, TokenEndpoint};

/// An OAuth client that exchanges refresh tokens: a confidential one by its secret, a public one (after PKCE) by its id in the form.
pub(super) struct Renewal {
    pub(super) endpoint: TokenEndpoint,
    pub(super) id: String,
    pub(super) secret: Option<Secret>,
    /// The refresh token that the endpoint refused for good, and how. It is not asked about again.
    dead: Mutex<Option<(Secret, AuthError)>>,
}

impl Renewal {
    pub(super) fn new(endpoint: TokenEndpoint, id: String, secret: Option<Secret>) -> Self {
        Self {
            endpoint,
            id,
            secret,
            dead: Mutex::new(None),
        }
    }

    pub(super) fn basic(&self) -> Option<(&str, &Secret)> {
        Some((self.id.as_str(), self.secret.as_ref()?))
    }

    pub(super) async fn refresh(&self, refresh_token: &Secret) -> Result<Token, AuthError> {
        if let Some((dead, error)) = &*self.dead.lock().unwrap_or_else(PoisonError::into_inner)
            && dead == refresh_token
        {
            return Err(error.clone());
        }
        let mut form = vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose()),
        ];
        if self.secret.is_none() {
            form.push(("client_id", &self.id));
        }
        let mut secrets = vec![refresh_token];
        secrets.extend(self.secret.as_ref());
        let outcome = self
            .endpoint
            .exchange(&Exchange {
                purpose: Purpose::Refresh,
                basic: self.basic(),
                form: &form,
                secrets: &secrets,
            })
            .await;
        if let Err(error) = &outcome
            && error.kind() == AuthErrorKind::RefreshTokenRevoked
        {
            *self.dead.lock().unwrap_or_else(PoisonError::into_inner) =
                Some((refresh_token.clone(), error.clone()));
        }
        outcome
    }
}
