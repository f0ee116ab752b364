//! RFC 7522: an assertion signed by an identity provider.

use std::error::Error as StdError;
use std::future::Future;

use crate::runtime::auth::endpoint::{Exchange, Purpose};
use crate::runtime::auth::{AuthError, Previous, Secret, Token, TokenEndpoint, TokenProvider};
use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;

type Assertions = dyn Fn() -> BoxFuture<'static, Result<Secret, AuthError>> + Send + Sync;

/// SAML2 bearer: every token is bought with a fresh assertion, which a callback supplies.
pub struct Saml2Bearer {
    endpoint: TokenEndpoint,
    id: String,
    secret: Secret,
    organization: String,
    assertions: Box<Assertions>,
}

impl Saml2Bearer {
    /// Tokens for the organization of that name (`orgName`). `assertion` is called whenever a token is needed and returns the base64 text of
    /// an assertion that is valid now.
    pub fn new<F, O, E>(
        endpoint: TokenEndpoint,
        id: impl Into<String>,
        secret: impl Into<Secret>,
        organization: impl Into<String>,
        assertion: F,
    ) -> Self
    where
        F: Fn() -> O + Send + Sync + 'static,
        O: Future<Output = Result<Secret, E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self {
            endpoint,
            id: id.into(),
            secret: secret.into(),
            organization: organization.into(),
            assertions: Box::new(move || {
                let assertion = assertion();
                Box::pin(async move {
                    assertion.await.map_err(|source| {
                        AuthError::provider(source).with_description("no SAML assertion")
                    })
                })
            }),
        }
    }
}

impl TokenProvider for Saml2Bearer {
    fn fetch<'a>(&'a self, _: Previous<'a>) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(async move {
            let assertion = (self.assertions)().await?;
            let mut token = self
                .endpoint
                .exchange(&Exchange {
                    purpose: Purpose::Assertion,
                    basic: Some((&self.id, &self.secret)),
                    form: &[
                        (
                            "grant_type",
                            "urn:ietf:params:oauth:grant-type:saml2-bearer",
                        ),
                        ("orgName", &self.organization),
                        ("assertion", assertion.expose()),
                    ],
                    secrets: &[&self.secret, &assertion],
                })
                .await?;
            // The next token comes from the next assertion.
            token.refresh_token = None;
            Ok(token)
        })
    }
}

debug_fields!(Saml2Bearer, |this| id: this.id, organization: this.organization);
