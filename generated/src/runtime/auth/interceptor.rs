//! The interceptor that every API request passes: it adds the token, and refreshes and resends after a 401.

use std::fmt;
use std::sync::Arc;

use http::{StatusCode, header};
use url::Url;

use crate::runtime::clock::{Clock, Monotonic};
use crate::runtime::debug::debug_fields;
use crate::runtime::error::{ApiError, UnauthorizedReason};
use crate::runtime::transport::{
    HttpRequest, HttpResponse, ResponseBody, Transport, TransportError,
};

use super::cache::{CallBudget, ClientState, OperationKey, Sending, TokenCache};
use super::error::AuthError;
use super::hooks::Hooks;
use super::jitter::Jitter;
use super::pool::Pool;
use super::provider::TokenProvider;
use super::scrub;
use super::secret::Secret;
use super::settings::TokenSettings;
use super::source::Source;
use super::store::TokenStore;

/// Why a call ended without a response, or with a 401.
#[derive(Debug)]
#[non_exhaustive]
pub enum InterceptError {
    /// There was no token, so nothing was sent.
    Auth(AuthError),
    /// The API answered 401, and sending the call again was over.
    Unauthorized(Box<Unauthorized>),
    /// The request got no response.
    Transport(TransportError),
    /// The URL is not on the API host, which alone gets the token; nothing was sent.
    ForeignHost,
}

impl fmt::Display for InterceptError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auth(error) => error.fmt(formatter),
            Self::Unauthorized(unauthorized) => unauthorized.fmt(formatter),
            Self::Transport(error) => error.fmt(formatter),
            Self::ForeignHost => formatter.write_str(
                "the URL is not on the API host, so the access token was not sent there",
            ),
        }
    }
}

impl std::error::Error for InterceptError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Auth(error) => error.source(),
            Self::Unauthorized(unauthorized) => unauthorized
                .cause
                .as_ref()
                .map(|cause| cause as &(dyn std::error::Error + 'static)),
            Self::Transport(error) => error.source(),
            Self::ForeignHost => None,
        }
    }
}

/// The last 401 of a call, and why the call was not sent again.
#[derive(Debug)]
#[non_exhaustive]
pub struct Unauthorized {
    /// The response as it came.
    pub response: HttpResponse,
    /// Why the call was not sent again.
    pub reason: UnauthorizedReason,
    /// How often it had been.
    pub replays: u32,
    /// Where the token could not be renewed: why.
    pub cause: Option<AuthError>,
}

impl Unauthorized {
    /// What to do about it, in whole sentences.
    #[must_use]
    pub fn advice(&self) -> String {
        self.reason
            .advice(self.cause.as_ref().map(|cause| cause as &dyn fmt::Display))
    }
}

impl fmt::Display for Unauthorized {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.advice())
    }
}

/// Puts a token on every request and sends it again, with a renewed token, when the API answers 401.
///
/// One interceptor belongs to one credential. It holds one cache, or as many as its pool has tokens.
pub struct Interceptor {
    pool: Pool,
    api: Url,
    apps: Option<Url>,
    clock: Arc<dyn Clock>,
}

impl Interceptor {
    /// Starts an interceptor whose tokens come from `provider` and go to the host of `api`.
    pub fn builder(
        provider: Arc<dyn TokenProvider>,
        api: Url,
        clock: Arc<dyn Clock>,
    ) -> InterceptorBuilder {
        InterceptorBuilder {
            provider,
            api,
            apps: None,
            clock,
            settings: TokenSettings::default(),
            jitter: Jitter::default(),
            hooks: Hooks::default(),
            pool: 1,
            store: None,
        }
    }

    /// Sends `request` with a token through `next`, and again after a 401 as the rules allow. No wait for a token goes past `deadline` (a
    /// monotonic reading of the clock); `next` sees to it that no sending does.
    ///
    /// `template` is the path with its parameters' names: a 401 that only one operation answers says nothing about the token. Where it is
    /// empty, the path takes its place.
    ///
    /// A 401 means that the server did not act, so every method is sent again after it. Copies of `request` are sent; it keeps the header
    /// of the last token.
    ///
    /// # Errors
    ///
    /// [`InterceptError`]: no token, a 401 that is final, or no response at all.
    pub async fn send(
        &self,
        request: &mut HttpRequest,
        template: &str,
        deadline: Option<Monotonic>,
        next: &dyn Transport,
    ) -> Result<HttpResponse, InterceptError> {
        let is_own = same_origin(&self.api, &request.url)
            || (self.apps.as_ref()).is_some_and(|apps| same_origin(apps, &request.url));
        if !is_own {
            return Err(InterceptError::ForeignHost);
        }
        let mut now = self.clock.now();
        let cache = self.pool.pick(now.monotonic);
        let mut budget = CallBudget::default();
        let mut token = match cache.fresh(now) {
            Some(token) => token,
            None => {
                budget.operation = operation_of(request, template);
                let token = Box::pin(cache.acquire(&mut budget, deadline))
                    .await
                    .map_err(InterceptError::Auth)?;
                now = self.clock.now();
                token
            }
        };
        loop {
            // On the request that is lent, whose headers have room for it; a copy's have none to spare.
            let value = token.header_for_a_call();
            request.headers.insert(header::AUTHORIZATION, value);
            let sent = now.monotonic;
            let outcome = next.execute(request.clone()).await;
            let mut response = outcome.map_err(InterceptError::Transport)?;
            if let Some(authorization) = request.headers.get(header::AUTHORIZATION) {
                scrub::response(&mut response, authorization);
            }
            if response.status != StatusCode::UNAUTHORIZED {
                if is_acceptance(&response) {
                    let now = self.clock.monotonic();
                    cache.accept(&token, sent, now, &budget, || {
                        operation_of(request, template)
                    });
                }
                return Ok(response);
            }
            budget.operation = operation_of(request, template);
            let sending = Sending {
                token: &token,
                sent,
                replayable: request.body.is_replayable(),
                deadline,
            };
            let refused_at = self.clock.now();
            let renewed = Box::pin(cache.unauthorized(sending, &mut budget, refused_at)).await;
            match renewed {
                Ok(renewed) => token = renewed,
                Err((reason, cause)) => {
                    return Err(InterceptError::Unauthorized(Box::new(Unauthorized {
                        response,
                        reason,
                        replays: budget.replays,
                        cause,
                    })));
                }
            }
            now = self.clock.now();
        }
    }

    /// Gets the first token of every cache, or makes sure that it is there.
    ///
    /// # Errors
    ///
    /// The first failure.
    pub async fn authenticate(&self, deadline: Option<Monotonic>) -> Result<(), AuthError> {
        for cache in self.pool.caches() {
            cache.acquire(&mut CallBudget::default(), deadline).await?;
        }
        Ok(())
    }

    /// An interceptor over one token of the pool: that with the fewest calls in this minute.
    #[cfg(feature = "notification-stream")]
    pub(crate) fn with_one_token(&self) -> Self {
        let cache = self.pool.pick(self.clock.monotonic()).clone();
        Self {
            pool: Pool::new(vec![cache]),
            api: self.api.clone(),
            apps: self.apps.clone(),
            clock: Arc::clone(&self.clock),
        }
    }

    /// The generation of the token of a pool of one, and what is left of its life (`Duration::MAX` for a token without an end).
    #[cfg(feature = "notification-stream")]
    pub(crate) fn token_standing(&self) -> Option<(u64, std::time::Duration)> {
        let now = self.clock.now();
        self.pool.pick(now.monotonic).standing(now)
    }

    /// Forgets the tokens: their session has ended, so the next call obtains another one or fails.
    pub(crate) fn forget(&self) {
        self.pool.caches().for_each(TokenCache::forget);
    }

    /// The token that a request would be sent with now.
    ///
    /// # Errors
    ///
    /// No token could be obtained.
    pub async fn access_token(&self, deadline: Option<Monotonic>) -> Result<Secret, AuthError> {
        let now = self.clock.now();
        let cache = self.pool.pick(now.monotonic);
        let token = match cache.fresh(now) {
            Some(token) => token,
            None => cache.acquire(&mut CallBudget::default(), deadline).await?,
        };
        Ok(token.access_token.clone())
    }
}

debug_fields!(Interceptor, |this| api: this.api.as_str(), pool: this.pool);

/// Whether both have the same scheme, host and port.
fn same_origin(api: &Url, url: &Url) -> bool {
    api.scheme() == url.scheme()
        && api.host() == url.host()
        && api.port_or_known_default() == url.port_or_known_default()
}

/// The operation that a request belongs to.
fn operation_of(request: &HttpRequest, template: &str) -> OperationKey {
    let path = if template.is_empty() {
        request.url.path()
    } else {
        template
    };
    OperationKey::new(&request.method, path)
}

/// Whether an answer shows that the API accepted the token: anything it said about the request itself. What a proxy, a firewall or a limit
/// may say before the token was looked at shows nothing.
fn is_acceptance(response: &HttpResponse) -> bool {
    match response.status.as_u16() {
        401 | 407 | 408 | 421 | 425 | 429 => false,
        403 => match &response.body {
            ResponseBody::Bytes(body) => ApiError::decode(body).is_some(),
            ResponseBody::Stream(_) => false,
        },
        status => status < 500,
    }
}

/// Makes an [`Interceptor`].
pub struct InterceptorBuilder {
    provider: Arc<dyn TokenProvider>,
    api: Url,
    apps: Option<Url>,
    clock: Arc<dyn Clock>,
    settings: TokenSettings,
    jitter: Jitter,
    hooks: Hooks,
    pool: usize,
    store: Option<(Arc<dyn TokenStore>, String)>,
}

impl InterceptorBuilder {
    /// Lets the token go to the host of `apps`, too.
    #[must_use]
    pub fn also_to(mut self, apps: Option<Url>) -> Self {
        self.apps = apps;
        self
    }

    /// Other numbers than the default ones.
    #[must_use]
    pub fn settings(mut self, settings: TokenSettings) -> Self {
        self.settings = settings;
        self
    }

    /// Another source of random delays.
    #[must_use]
    pub fn jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }

    /// What to call around a refresh.
    #[must_use]
    pub fn hooks(mut self, hooks: Hooks) -> Self {
        self.hooks = hooks;
        self
    }

    /// Spreads calls over `tokens` tokens of the credential, each with its own cache; at least 1, and 1 where the grant issues one token.
    #[must_use]
    pub fn pool(mut self, tokens: usize) -> Self {
        self.pool = tokens;
        self
    }

    /// Shares the token with all that use the same store and key: letters, digits, `-` and `_`, as [`store_key`](super::store::store_key)
    /// makes them. A given token is not stored.
    #[must_use]
    pub fn store(mut self, store: Arc<dyn TokenStore>, key: impl Into<String>) -> Self {
        self.store = Some((store, key.into()));
        self
    }

    /// The interceptor.
    #[must_use]
    pub fn build(self) -> Interceptor {
        let client = Arc::new(ClientState::default());
        // A refresh token can be used once, and a given token is one: neither can feed several caches.
        let size = if self.provider.is_repeatable() && !self.provider.is_given() {
            self.pool.max(1)
        } else {
            1
        };
        let caches = (0..size)
            .map(|index| {
                let store = self
                    .store
                    .as_ref()
                    .filter(|_| !self.provider.is_given())
                    .map(|(store, key)| (Arc::clone(store), format!("{key}-{index}")));
                let source = Source::new(
                    Arc::clone(&self.provider),
                    store,
                    Arc::clone(&self.clock),
                    self.jitter.clone(),
                    self.settings.clone(),
                );
                TokenCache::new(
                    source,
                    Arc::clone(&self.clock),
                    self.settings.clone(),
                    self.jitter.clone(),
                    self.hooks.clone(),
                    Arc::clone(&client),
                )
            })
            .collect();
        Interceptor {
            pool: Pool::new(caches),
            api: self.api,
            apps: self.apps,
            clock: self.clock,
        }
    }
}

debug_fields!(InterceptorBuilder, |this| api: this.api.as_str(), pool: this.pool);
