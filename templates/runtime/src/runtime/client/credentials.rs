//! Whose tokens a client uses.

use std::fmt;
use std::sync::Arc;

use url::Url;

use crate::runtime::auth::{
    ClientCredentials, GivenToken, Hooks, Interceptor, RefreshErrorEvent, RefreshEvent, Secret,
    TokenEndpoint, TokenProvider, TokenSettings,
};
use crate::runtime::error::Error;
use crate::runtime::pipeline::Authorize;

use super::Connection;

/// The largest pool of tokens; Genesys's own Terraform provider allows as many.
const LARGEST_POOL: usize = 50;

/// How a client comes to its tokens.
#[must_use = "credentials do nothing until a client has them"]
pub struct Credentials {
    grant: Grant,
    options: TokenOptions,
}

/// What does not depend on the grant.
#[derive(Clone, Default)]
pub(super) struct TokenOptions {
    pub(super) pool: Option<usize>,
    pub(super) settings: Option<TokenSettings>,
    pub(super) hooks: Option<Hooks>,
}

impl TokenOptions {
    pub(super) fn change_hooks(&mut self, change: impl FnOnce(Hooks) -> Hooks) {
        self.hooks = Some(change(self.hooks.take().unwrap_or_default()));
    }
}

enum Grant {
    AccessToken(Secret),
    ClientCredentials { id: String, secret: Secret },
    Provider(Arc<dyn TokenProvider>),
}

impl Credentials {
    fn new(grant: Grant) -> Self {
        Self {
            grant,
            options: TokenOptions::default(),
        }
    }

    /// A token that the caller has. Nothing can renew it.
    pub fn access_token(token: impl Into<Secret>) -> Self {
        Self::new(Grant::AccessToken(token.into()))
    }

    /// Id and secret of an OAuth client that acts for itself.
    pub fn client_credentials(id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self::new(Grant::ClientCredentials {
            id: id.into(),
            secret: secret.into(),
        })
    }

    /// Tokens from code of the caller's own.
    pub fn provider(provider: impl TokenProvider) -> Self {
        Self::new(Grant::Provider(Arc::new(provider)))
    }

    /// Spreads calls over that many tokens of the OAuth client, each with a rate limit of its own: 1 to 50.
    pub fn pool(mut self, tokens: usize) -> Self {
        self.options.pool = Some(tokens);
        self
    }

    /// Calls `hook` with every new token, before its first use.
    pub fn on_refresh(mut self, hook: impl Fn(&RefreshEvent) + Send + Sync + 'static) -> Self {
        self.options.change_hooks(|hooks| hooks.on_refresh(hook));
        self
    }

    /// Calls `hook` with every refresh that failed.
    pub fn on_refresh_error(
        mut self,
        hook: impl Fn(&RefreshErrorEvent) + Send + Sync + 'static,
    ) -> Self {
        self.options
            .change_hooks(|hooks| hooks.on_refresh_error(hook));
        self
    }

    /// Other numbers for the handling of tokens.
    pub fn settings(mut self, settings: TokenSettings) -> Self {
        self.options.settings = Some(settings);
        self
    }

    /// These credentials, with `options` for what they leave open.
    pub(super) fn or(mut self, options: TokenOptions) -> Self {
        self.options.pool = self.options.pool.or(options.pool);
        self.options.settings = self.options.settings.or(options.settings);
        self.options.hooks = self.options.hooks.or(options.hooks);
        self
    }

    /// The step of the pipeline that puts tokens on requests.
    pub(super) fn into_authorizer(
        self,
        connection: &Connection,
    ) -> Result<Arc<dyn Authorize>, Error> {
        let Self { grant, options } = self;
        let pool = options.pool.unwrap_or(1);
        if !(1..=LARGEST_POOL).contains(&pool) {
            return Err(Error::configuration(format!(
                "a pool of {pool} tokens is asked for; 1 to {LARGEST_POOL} are possible"
            )));
        }
        let settings = options.settings.unwrap_or_default();
        let endpoint = TokenEndpoint::new(
            token_url(&connection.login_base),
            connection.transport.clone(),
            connection.clock.clone(),
        )
        .with_headers(connection.headers.clone())
        .with_settings(settings.clone());
        let provider: Arc<dyn TokenProvider> = match grant {
            Grant::AccessToken(token) => {
                check(token.expose(), "the access token")?;
                Arc::new(GivenToken::new(token))
            }
            Grant::ClientCredentials { id, secret } => {
                check(&id, "the id of the OAuth client")?;
                check(secret.expose(), "the secret of the OAuth client")?;
                Arc::new(ClientCredentials::new(endpoint, id, secret))
            }
            Grant::Provider(provider) => provider,
        };
        let interceptor = Interceptor::builder(
            provider,
            connection.api_base.clone(),
            connection.clock.clone(),
        )
        .settings(settings)
        .hooks(options.hooks.unwrap_or_default())
        .pool(pool);
        Ok(Arc::new(interceptor.build()))
    }
}

/// The token endpoint below the login base.
fn token_url(login_base: &Url) -> Url {
    let mut url = login_base.clone();
    let prefix = login_base.path().trim_end_matches('/');
    url.set_path(&format!("{prefix}/oauth/token"));
    url
}

/// Refuses what can be no credential; the most frequent cause is a variable that is empty, or a file read with its line break.
fn check(text: &str, name: &str) -> Result<(), Error> {
    if text.is_empty() {
        return Err(Error::configuration(format!("{name} is empty")));
    }
    if text.trim() != text || text.chars().any(char::is_control) {
        return Err(Error::configuration(format!(
            "{name} has spaces around it or control characters in it, as a line break at its end"
        )));
    }
    Ok(())
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match &self.grant {
            Grant::AccessToken(_) => "Credentials(access token)",
            Grant::ClientCredentials { .. } => "Credentials(client credentials)",
            Grant::Provider(_) => "Credentials(token provider)",
        })
    }
}
