//! The credentials of a client.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use url::Url;

use crate::runtime::auth::store::{TokenStore, store_key};
use crate::runtime::auth::{
    AuthError, AuthErrorKind, AuthorizationCode, ClientCredentials, GivenToken, Hooks, Interceptor,
    LoginCode, PkceVerifier, RefreshErrorEvent, RefreshEvent, RefreshToken, Saml2Bearer, Secret,
    StoredSession, TokenEndpoint, TokenProvider, TokenSettings, is_sendable,
};
use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;
use crate::runtime::pipeline::Connection;

/// The largest pool of tokens; Genesys's own Terraform provider allows as many.
const LARGEST_POOL: usize = 50;

/// How a client obtains its tokens.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::{Client, Credentials};
///
/// let credentials = Credentials::client_credentials("client id", "client secret").pool(2);
/// let client = Client::builder().credentials(credentials).build()?;
/// # let _ = client;
/// # Ok::<(), genesys_cloud::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "credentials do nothing until a client uses them"]
pub struct Credentials {
    grant: Grant,
    options: TokenOptions,
}

/// What does not depend on the grant.
#[derive(Clone, Default)]
pub(super) struct TokenOptions {
    pub(super) pool: Option<PoolSize>,
    pub(super) settings: Option<TokenSettings>,
    pub(super) hooks: Option<Hooks>,
    pub(super) store: Option<Arc<dyn TokenStore>>,
    pub(super) store_name: Option<String>,
    /// Whether the store of the client is not used.
    pub(super) without_store: bool,
}

/// The number of tokens of a pool.
#[derive(Clone)]
pub(super) struct PoolSize {
    pub(super) tokens: usize,
    /// The setting that it comes from, where that is not the code, for errors.
    pub(super) setting: Option<String>,
}

impl From<usize> for PoolSize {
    fn from(tokens: usize) -> Self {
        Self {
            tokens,
            setting: None,
        }
    }
}

/// `pool of 2 tokens`, and the setting.
impl fmt::Display for PoolSize {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "pool of {} tokens", self.tokens)?;
        match &self.setting {
            Some(setting) => write!(formatter, " ({setting})"),
            None => Ok(()),
        }
    }
}

impl TokenOptions {
    /// These, with `others` for what they leave open.
    fn or(self, others: Self) -> Self {
        Self {
            pool: self.pool.or(others.pool),
            settings: self.settings.or(others.settings),
            hooks: match (self.hooks, others.hooks) {
                (Some(own), Some(others)) => Some(own.or(others)),
                (own, others) => own.or(others),
            },
            store: self.store.or(others.store.filter(|_| !self.without_store)),
            store_name: self.store_name.or(others.store_name),
            without_store: self.without_store,
        }
    }

    /// What the sessions that are derived from a client take over from it: a name and a pool are of its own credentials.
    pub(super) fn for_sessions(&self) -> Self {
        Self {
            pool: None,
            store_name: None,
            ..self.clone()
        }
    }

    fn is_named(&self) -> bool {
        let name = self.store_name.as_deref();
        name.is_some_and(|name| !name.is_empty())
    }

    pub(super) fn change_hooks(&mut self, change: impl FnOnce(Hooks) -> Hooks) {
        self.hooks = Some(change(self.hooks.take().unwrap_or_default()));
    }
}

/// Where a store keeps the tokens of credentials.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) store: Arc<dyn TokenStore>,
    pub(super) keys: Vec<String>,
}

type Assertions = Arc<dyn Fn() -> BoxFuture<'static, Result<Secret, AuthError>> + Send + Sync>;

#[derive(Clone)]
enum Grant {
    AccessToken(Secret),
    ClientCredentials {
        id: String,
        secret: Secret,
    },
    /// With a secret or, as PKCE, with a verifier.
    AuthorizationCode {
        id: String,
        secret: Option<Secret>,
        code: Secret,
        verifier: Option<PkceVerifier>,
        redirect_uri: String,
    },
    RefreshToken {
        id: String,
        secret: Option<Secret>,
        refresh_token: Secret,
    },
    Stored {
        id: String,
        secret: Option<Secret>,
    },
    Saml2Bearer {
        id: String,
        secret: Secret,
        organization: String,
        assertions: Assertions,
    },
    Provider(Arc<dyn TokenProvider>),
}

impl Grant {
    fn name(&self) -> &'static str {
        match self {
            Self::AccessToken(_) => "access token",
            Self::ClientCredentials { .. } => "client credentials",
            Self::AuthorizationCode { verifier, .. } => match verifier {
                Some(_) => "authorization code with PKCE",
                None => "authorization code",
            },
            Self::RefreshToken { .. } => "refresh token",
            Self::Stored { .. } => "stored session",
            Self::Saml2Bearer { .. } => "SAML2 bearer",
            Self::Provider(_) => "token provider",
        }
    }

    /// Whether it can feed several caches: a code or a refresh token is used up by one, and a given token is one.
    fn issues_several(&self) -> bool {
        match self {
            Self::ClientCredentials { .. } | Self::Saml2Bearer { .. } => true,
            Self::Provider(provider) => provider.is_repeatable() && !provider.is_given(),
            Self::AccessToken(_)
            | Self::AuthorizationCode { .. }
            | Self::RefreshToken { .. }
            | Self::Stored { .. } => false,
        }
    }

    /// Whether there is a session to keep in a store: not of a token that the caller has.
    fn has_session(&self) -> bool {
        match self {
            Self::AccessToken(_) => false,
            Self::Provider(provider) => !provider.is_given(),
            _ => true,
        }
    }

    /// Whether a store needs a name to tell whose tokens these are.
    fn is_anonymous(&self) -> bool {
        matches!(self, Self::Saml2Bearer { .. } | Self::Provider(_))
    }

    fn check(&self) -> Result<(), Error> {
        match self {
            Self::AccessToken(token) => check_header(token, "the access token"),
            Self::ClientCredentials { id, secret } => check_client(id, Some(secret)),
            Self::AuthorizationCode {
                id, secret, code, ..
            } => {
                check_client(id, secret.as_ref())?;
                check(code.expose(), "the authorization code")
            }
            Self::RefreshToken {
                id,
                secret,
                refresh_token,
            } => {
                check_client(id, secret.as_ref())?;
                check(refresh_token.expose(), "the refresh token")
            }
            Self::Stored { id, secret } => check_client(id, secret.as_ref()),
            Self::Saml2Bearer {
                id,
                secret,
                organization,
                ..
            } => {
                check_client(id, Some(secret))?;
                check(organization, "the name of the organization")
            }
            Self::Provider(_) => Ok(()),
        }
    }

    /// The key under which a store keeps the tokens. An OAuth client finds its own by what it is; a person's session only by a name, or within
    /// one process by the code or refresh token that it began with.
    fn store_key(&self, url: &str, name: Option<&str>) -> String {
        let name = name.unwrap_or_default();
        let own = |secret: &Secret| {
            if name.is_empty() {
                secret.clone()
            } else {
                Secret::from("")
            }
        };
        match self {
            Self::AccessToken(_) | Self::Provider(_) => store_key(&["provider", url, name]),
            Self::ClientCredentials { id, .. } => store_key(&["client", url, id, name]),
            Self::Saml2Bearer {
                id, organization, ..
            } => store_key(&["saml2", url, id, organization, name]),
            Self::Stored { id, .. } => store_key(&["session", url, id, name, ""]),
            Self::AuthorizationCode { id, code, .. } => {
                store_key(&["session", url, id, name, own(code).expose()])
            }
            Self::RefreshToken {
                id, refresh_token, ..
            } => store_key(&["session", url, id, name, own(refresh_token).expose()]),
        }
    }

    fn provider(self, endpoint: TokenEndpoint) -> Arc<dyn TokenProvider> {
        match self {
            Self::AccessToken(token) => Arc::new(GivenToken::new(token)),
            Self::ClientCredentials { id, secret } => {
                Arc::new(ClientCredentials::new(endpoint, id, secret))
            }
            Self::AuthorizationCode {
                id,
                secret,
                code,
                verifier,
                redirect_uri,
            } => Arc::new(AuthorizationCode::with(
                endpoint,
                id,
                secret,
                code,
                verifier,
                redirect_uri,
            )),
            Self::RefreshToken {
                id,
                secret,
                refresh_token,
            } => Arc::new(RefreshToken::new(endpoint, id, secret, refresh_token)),
            Self::Stored { id, secret } => Arc::new(StoredSession::new(endpoint, id, secret)),
            Self::Saml2Bearer {
                id,
                secret,
                organization,
                assertions,
            } => Arc::new(Saml2Bearer::new(
                endpoint,
                id,
                secret,
                organization,
                move || assertions(),
            )),
            Self::Provider(provider) => provider,
        }
    }
}

impl Credentials {
    fn new(grant: Grant) -> Self {
        Self {
            grant,
            options: TokenOptions::default(),
        }
    }

    /// An access token that you already have. The SDK cannot renew it.
    pub fn access_token(token: impl Into<Secret>) -> Self {
        Self::new(Grant::AccessToken(token.into()))
    }

    /// The client credentials grant (RFC 6749 section 4.4): the id and secret of an OAuth client that acts for itself.
    pub fn client_credentials(id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self::new(Grant::ClientCredentials {
            id: id.into(),
            secret: secret.into(),
        })
    }

    /// An authorization code (RFC 6749 section 4.1) that a person's login returned to `redirect_uri`, for an OAuth client with a secret. The session
    /// renews itself as long as there is a refresh token.
    pub fn authorization_code(
        id: impl Into<String>,
        secret: impl Into<Secret>,
        code: impl Into<Secret>,
        redirect_uri: impl Into<String>,
    ) -> Self {
        Self::new(Grant::AuthorizationCode {
            id: id.into(),
            secret: Some(secret.into()),
            code: code.into(),
            verifier: None,
            redirect_uri: redirect_uri.into(),
        })
    }

    /// The same for an OAuth client without a secret (PKCE, RFC 7636). `verifier` is the one whose challenge the authorize URL had.
    pub fn pkce(
        id: impl Into<String>,
        code: impl Into<Secret>,
        verifier: PkceVerifier,
        redirect_uri: impl Into<String>,
    ) -> Self {
        Self::new(Grant::AuthorizationCode {
            id: id.into(),
            secret: None,
            code: code.into(),
            verifier: Some(verifier),
            redirect_uri: redirect_uri.into(),
        })
    }

    /// A session that continues from a refresh token (RFC 6749 section 6). One that began with PKCE has no secret.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::Credentials;
    /// use genesys_cloud::runtime::auth::Secret;
    ///
    /// let secret = Secret::from("client secret");
    /// let credentials = Credentials::refresh_token("client id", Some(secret), "refresh token");
    /// # let _ = credentials;
    /// ```
    pub fn refresh_token(
        id: impl Into<String>,
        secret: Option<Secret>,
        refresh_token: impl Into<Secret>,
    ) -> Self {
        Self::new(Grant::RefreshToken {
            id: id.into(),
            secret,
            refresh_token: refresh_token.into(),
        })
    }

    /// The session that a token store keeps under `name`, and no other: it is opened by its name alone, as for the cookie of a returning user.
    /// `secret` is that of the OAuth client, which has none if the session began with PKCE.
    ///
    /// Where the store has no such session, or it was removed, calls end with an error for which
    /// [`AuthError::needs_login`] is true, and nothing is sent. It needs a store, of these credentials or of the client.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use std::sync::Arc;
    ///
    /// use genesys_cloud::runtime::auth::Secret;
    /// use genesys_cloud::runtime::auth::store::MemoryStore;
    /// use genesys_cloud::{Client, Credentials};
    ///
    /// let client = Client::builder().token_store(Arc::new(MemoryStore::default())).build()?;
    /// let secret = Some(Secret::from("client secret"));
    /// let session = client.with_credentials(Credentials::stored("client id", secret, "user-17"))?;
    /// # let _ = session;
    /// # Ok::<(), genesys_cloud::Error>(())
    /// ```
    pub fn stored(id: impl Into<String>, secret: Option<Secret>, name: impl Into<String>) -> Self {
        let id = id.into();
        Self::new(Grant::Stored { id, secret }).store_name(name)
    }

    /// SAML2 bearer (RFC 7522) for the organization of that name. `assertion` is called for every token, and gives the base64 text of an assertion
    /// that is valid now.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::Credentials;
    /// use genesys_cloud::runtime::auth::Secret;
    ///
    /// async fn assertion() -> Result<Secret, std::io::Error> {
    ///     Ok(Secret::from("PHNhbWwvPg=="))
    /// }
    ///
    /// let credentials =
    ///     Credentials::saml2_bearer("client id", "client secret", "my-organization", assertion);
    /// # let _ = credentials;
    /// ```
    pub fn saml2_bearer<F, O, E>(
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
        Self::new(Grant::Saml2Bearer {
            id: id.into(),
            secret: secret.into(),
            organization: organization.into(),
            assertions: Arc::new(move || {
                let assertion = assertion();
                Box::pin(async move { assertion.await.map_err(AuthError::provider) })
            }),
        })
    }

    /// Tokens from a custom provider.
    pub fn provider(provider: impl TokenProvider) -> Self {
        Self::new(Grant::Provider(Arc::new(provider)))
    }

    /// Spreads calls over this many tokens of the OAuth client, each with its own rate limit: 1 to 50.
    pub fn pool(mut self, tokens: usize) -> Self {
        self.options.pool = Some(tokens.into());
        self
    }

    /// Calls `hook` with every new token, before its first use: one that was requested, one that was given, or one that another process left in the
    /// store. [`RefreshEvent::source`] tells those of the store from the others.
    pub fn on_refresh(mut self, hook: impl Fn(&RefreshEvent) + Send + Sync + 'static) -> Self {
        self.options.change_hooks(|hooks| hooks.on_refresh(hook));
        self
    }

    /// Calls `hook` after every failed refresh.
    pub fn on_refresh_error(
        mut self,
        hook: impl Fn(&RefreshErrorEvent) + Send + Sync + 'static,
    ) -> Self {
        self.options
            .change_hooks(|hooks| hooks.on_refresh_error(hook));
        self
    }

    /// Calls `hook` with every failure of the token store.
    pub fn on_store_error(mut self, hook: impl Fn(&AuthError) + Send + Sync + 'static) -> Self {
        self.options
            .change_hooks(|hooks| hooks.on_store_error(hook));
        self
    }

    /// Shares the tokens through `store`. OAuth clients find their tokens again by their id; a person's session needs [`Self::store_name`] for that.
    /// SAML2 bearer and token providers do not say whose tokens they obtain: with a store of their own and without a name they are a configuration
    /// error, and the store of a client does not keep their tokens. A given access token is never stored.
    pub fn store(mut self, store: Arc<dyn TokenStore>) -> Self {
        self.options.store = Some(store);
        self.options.without_store = false;
        self
    }

    /// Keeps the tokens in memory only, also where the client has a store.
    pub fn without_store(mut self) -> Self {
        self.options.store = None;
        self.options.without_store = true;
        self
    }

    /// Tells these credentials from others in the same store. Use one name for each identity, such as the user's id.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::Credentials;
    ///
    /// let credentials = Credentials::authorization_code(
    ///     "client id",
    ///     "client secret",
    ///     "the code of the redirect",
    ///     "https://app.example.com/callback",
    /// )
    /// .store_name("user-17");
    /// # let _ = credentials;
    /// ```
    pub fn store_name(mut self, name: impl Into<String>) -> Self {
        self.options.store_name = Some(name.into());
        self
    }

    /// Changes the timings and limits of token refresh.
    pub fn settings(mut self, settings: TokenSettings) -> Self {
        self.options.settings = Some(settings);
        self
    }

    /// These credentials, with `options` for what they leave open. The store of a client does not keep tokens of which it cannot tell whose they are.
    pub(super) fn or(self, mut options: TokenOptions) -> Self {
        let is_named = self.options.is_named() || options.is_named();
        if self.grant.is_anonymous() && !is_named && options.store.take().is_some() {
            tracing::debug!(
                grant = self.grant.name(),
                "tokens without a store_name are kept in memory only"
            );
        }
        Self {
            grant: self.grant,
            options: self.options.or(options),
        }
    }

    /// The step of the pipeline that puts tokens on requests.
    pub(super) fn into_interceptor(
        self,
        connection: &Connection,
    ) -> Result<(Arc<Interceptor>, Option<Entry>), Error> {
        let Self { grant, options } = self;
        let size = options.pool.clone().unwrap_or(PoolSize::from(1));
        let pool = size.tokens;
        if !(1..=LARGEST_POOL).contains(&pool) {
            return Err(Error::configuration(format!(
                "invalid {size}: expected 1 to {LARGEST_POOL}"
            )));
        }
        if pool > 1 && !grant.issues_several() {
            return Err(Error::configuration(format!(
                "a {size} needs a grant that issues several; the grant is {}",
                grant.name()
            ))
            .with_advice("Use client credentials, which issue any number of tokens"));
        }
        let is_unclear = grant.has_session() && grant.is_anonymous() && !options.is_named();
        let settings = options.settings.unwrap_or_default();
        grant.check()?;
        let url = token_url(&connection.login_base);
        if matches!(grant, Grant::Stored { .. }) {
            check(
                options.store_name.as_deref().unwrap_or_default(),
                "the name of the stored session",
            )?;
            if options.store.is_none() {
                return Err(Error::configuration(
                    "a stored session needs a token store, and neither the credentials nor the client have one",
                ));
            }
        }
        if options.store.is_some() && is_unclear {
            return Err(Error::configuration(format!(
                "a token store cannot tell whose tokens these are; the grant is {}",
                grant.name()
            ))
            .with_advice("Give each identity a name of its own with `store_name`"));
        }
        let store = options.store.filter(|_| grant.has_session()).map(|store| {
            let key = grant.store_key(url.as_str(), options.store_name.as_deref());
            (store, key)
        });
        let entry = store.as_ref().map(|(store, key)| Entry {
            store: store.clone(),
            keys: (0..pool).map(|index| format!("{key}-{index}")).collect(),
        });
        let endpoint =
            TokenEndpoint::new(url, connection.transport.clone(), connection.clock.clone())
                .with_headers(connection.headers.clone())
                .with_settings(settings.clone())
                .with_jitter(connection.jitter.clone());
        let interceptor = Interceptor::builder(
            grant.provider(endpoint),
            connection.api_base.clone(),
            connection.clock.clone(),
        )
        .also_to(connection.apps_base.clone())
        .settings(settings)
        .jitter(connection.jitter.clone())
        .hooks(options.hooks.unwrap_or_default())
        .pool(pool);
        let interceptor = match store {
            Some((store, key)) => interceptor.store(store, key),
            None => interceptor,
        };
        Ok((Arc::new(interceptor.build()), entry))
    }
}

impl LoginCode {
    /// The credentials of the OAuth client `id`, which has a secret only where the login went without PKCE.
    ///
    /// # Errors
    ///
    /// [`AuthErrorKind::Configuration`]: neither a verifier nor a secret, or both.
    pub fn into_credentials(
        self,
        id: impl Into<String>,
        secret: Option<Secret>,
    ) -> Result<Credentials, AuthError> {
        match (self.verifier, secret) {
            (Some(verifier), None) => Ok(Credentials::pkce(
                id,
                self.code,
                verifier,
                self.redirect_uri,
            )),
            (None, Some(secret)) => Ok(Credentials::authorization_code(
                id,
                secret,
                self.code,
                self.redirect_uri,
            )),
            _ => Err(AuthError::new(AuthErrorKind::Configuration)
                .with_description("a login has either a PKCE verifier or a client secret")),
        }
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
            "{name} contains control characters, or spaces or a line break at its ends"
        )));
    }
    Ok(())
}

/// Refuses a token that no `Authorization` header can hold (RFC 6750 section 2.1).
fn check_header(token: &Secret, name: &str) -> Result<(), Error> {
    check(token.expose(), name)?;
    if is_sendable(token.expose()) {
        return Ok(());
    }
    Err(Error::configuration(format!(
        "{name} contains a space or a character outside ASCII, which an Authorization header cannot hold"
    ))
    .with_advice("Check that the token was copied whole and without quotation marks or the word `Bearer`"))
}

fn check_client(id: &str, secret: Option<&Secret>) -> Result<(), Error> {
    check(id, "the id of the OAuth client")?;
    if id.contains(':') {
        return Err(Error::configuration(
            "the id of the OAuth client contains a colon, which HTTP Basic authentication cannot carry",
        ));
    }
    secret.map_or(Ok(()), |secret| {
        check(secret.expose(), "the secret of the OAuth client")
    })
}

debug_fields!(Credentials, |this| "Credentials({})", this.grant.name());
