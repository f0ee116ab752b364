//! RFC 6749 section 4.1, with a client secret or with PKCE (RFC 7636): a person has logged in.

use std::sync::atomic::{AtomicBool, Ordering};

use super::pkce::PkceVerifier;
use super::renewal::Renewal;
use crate::runtime::auth::endpoint::{Exchange, Purpose};
use crate::runtime::auth::{
    AuthError, AuthErrorKind, Beginning, Previous, Secret, Token, TokenEndpoint, TokenProvider,
};
use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;

/// An authorization code, exchanged once; after that the refresh token that came with the token. Where none came, or it is revoked, the
/// person has to log in again.
pub struct AuthorizationCode {
    renewal: Renewal,
    code: Secret,
    redirect_uri: String,
    verifier: Option<PkceVerifier>,
    spent: AtomicBool,
}

impl AuthorizationCode {
    /// The code that a confidential client, one with a secret, got at `redirect_uri`.
    pub fn new(
        endpoint: TokenEndpoint,
        id: impl Into<String>,
        secret: impl Into<Secret>,
        code: impl Into<Secret>,
        redirect_uri: impl Into<String>,
    ) -> Self {
        let (id, secret) = (id.into(), Some(secret.into()));
        Self::with(endpoint, id, secret, code.into(), None, redirect_uri.into())
    }

    /// The code that a public client, one without a secret, got at `redirect_uri` for the challenge of `verifier`.
    pub fn pkce(
        endpoint: TokenEndpoint,
        id: impl Into<String>,
        code: impl Into<Secret>,
        verifier: PkceVerifier,
        redirect_uri: impl Into<String>,
    ) -> Self {
        let (id, code, verifier) = (id.into(), code.into(), Some(verifier));
        Self::with(endpoint, id, None, code, verifier, redirect_uri.into())
    }

    pub(crate) fn with(
        endpoint: TokenEndpoint,
        id: String,
        secret: Option<Secret>,
        code: Secret,
        verifier: Option<PkceVerifier>,
        redirect_uri: String,
    ) -> Self {
        Self {
            renewal: Renewal::new(endpoint, id, secret),
            code,
            redirect_uri,
            verifier,
            spent: AtomicBool::new(false),
        }
    }

    async fn exchange(&self) -> Result<Token, AuthError> {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", self.code.expose()),
        ];
        let mut secrets = vec![&self.code];
        if let Some(verifier) = &self.verifier {
            form.push(("code_verifier", verifier.secret().expose()));
            form.push(("client_id", &self.renewal.id));
            secrets.push(verifier.secret());
        }
        form.push(("redirect_uri", &self.redirect_uri));
        secrets.extend(self.renewal.secret.as_ref());
        let outcome = self
            .renewal
            .endpoint
            .exchange(&Exchange {
                purpose: Purpose::Code,
                basic: self.renewal.basic(),
                form: &form,
                secrets: &secrets,
            })
            .await;
        let is_spent = match &outcome {
            Ok(_) => true,
            Err(error) => error.kind() == AuthErrorKind::CodeRefused,
        };
        if is_spent {
            self.spent.store(true, Ordering::Release);
        }
        outcome
    }
}

impl TokenProvider for AuthorizationCode {
    fn fetch<'a>(&'a self, previous: Previous<'a>) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(async move {
            match previous.refresh_token {
                Some(refresh_token) => self.renewal.refresh(refresh_token).await,
                None if self.spent.load(Ordering::Acquire) => {
                    Err(AuthError::new(AuthErrorKind::NeedsLogin)
                        .with_description("the authorization code was already used"))
                }
                None => self.exchange().await,
            }
        })
    }

    fn can_renew(&self, previous: Previous<'_>) -> bool {
        previous.refresh_token.is_some() || previous.access_token.is_none()
    }

    fn is_repeatable(&self) -> bool {
        false
    }

    fn begins_with(&self) -> Option<Beginning<'_>> {
        Some(Beginning::Code(&self.code))
    }
}

debug_fields!(AuthorizationCode, |this|
    id: this.renewal.id,
    redirect_uri: this.redirect_uri,
    pkce: this.verifier.is_some()
);
