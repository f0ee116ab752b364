//! The builder of a client.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};
use url::Url;

use super::credentials::{Credentials, TokenOptions};
use super::http_options::HttpOptions;
use super::profile::Profile;
use super::settings::{Settings, Source};
#[cfg(feature = "notification-stream")]
use super::sockets::Sockets;
use super::{Client, Gateway, Inner, Region};
use crate::runtime::auth::store::TokenStore;
use crate::runtime::auth::{
    AuthError, Jitter, RefreshErrorEvent, RefreshEvent, Secret, TokenProvider, TokenSettings,
};
use crate::runtime::clock::{Clock, SystemClock};
use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;
use crate::runtime::pipeline::{
    CallOptions, Connection, Listeners, Middleware, Pacer, Pacing, PacingStore, Pipeline,
    RetryBudget, RetryEvent, RetryPolicy,
};
use crate::runtime::response::RateLimit;
use crate::runtime::transport::Transport;
use crate::runtime::transport::address::is_allowed_url;
#[cfg(feature = "notification-stream")]
use crate::runtime::transport::socket::SocketTransport;

/// The configuration of a [`Client`]. Nothing is checked, read or connected before [`ClientBuilder::build`], which reports what is wrong.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use std::time::Duration;
///
/// use genesys_cloud::{Client, Pacing, Region, RetryPolicy};
///
/// let client = Client::builder()
///     .region(Region::UsWest2)
///     .client_credentials("client id", "client secret")
///     .timeout(Duration::from_secs(60))
///     .retry(RetryPolicy::standard().with_max_attempts(6))
///     .pacing(Pacing::standard())
///     .user_agent_suffix("nightly-export/1.0")
///     .build()?;
/// # let _ = client;
/// # Ok::<(), genesys_cloud::Error>(())
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    region: Option<Region>,
    gateway: Option<Gateway>,
    bases: Option<(Url, Url)>,
    apps: Option<Url>,
    plain_http: bool,
    options: CallOptions,
    user_agent_suffix: Option<String>,
    http: HttpOptions,
    transport: Option<Arc<dyn Transport>>,
    #[cfg(feature = "notification-stream")]
    socket_transport: Option<Arc<dyn SocketTransport>>,
    clock: Option<Arc<dyn Clock>>,
    jitter: Jitter,
    call_middleware: Vec<Arc<dyn Middleware>>,
    attempt_middleware: Vec<Arc<dyn Middleware>>,
    pacing: Option<Pacing>,
    pacing_store: Option<Arc<dyn PacingStore>>,
    listeners: Listeners,
    credentials: Option<Credentials>,
    tokens: TokenOptions,
    environment: Option<Settings>,
    profile: Option<Profile>,
    problem: Option<Error>,
}

impl ClientBuilder {
    pub(super) fn new() -> Self {
        Self {
            region: None,
            gateway: None,
            bases: None,
            apps: None,
            plain_http: false,
            options: CallOptions::default(),
            user_agent_suffix: None,
            http: HttpOptions::default(),
            transport: None,
            #[cfg(feature = "notification-stream")]
            socket_transport: None,
            clock: None,
            jitter: Jitter::default(),
            call_middleware: Vec::new(),
            attempt_middleware: Vec::new(),
            pacing: None,
            pacing_store: None,
            listeners: Listeners::default(),
            credentials: None,
            tokens: TokenOptions::default(),
            environment: None,
            profile: None,
            problem: None,
        }
    }

    /// The region of the organization: `us-east-1` by default.
    pub fn region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self
    }

    /// Sends everything through a gateway instead of to the region's servers, also if a [`region`](Self::region) is set.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::{Client, Gateway};
    ///
    /// let client = Client::builder()
    ///     .gateway(Gateway::new("gateway.example.com").port(8443).api_path("genesys").login_path("login"))
    ///     .access_token("token")
    ///     .build()?;
    /// assert_eq!(client.api_base().as_str(), "https://gateway.example.com:8443/genesys");
    /// # Ok::<(), genesys_cloud::Error>(())
    /// ```
    pub fn gateway(mut self, gateway: Gateway) -> Self {
        self.gateway = Some(gateway);
        self
    }

    /// Sends calls below `api` and token requests below `login` instead of to the region's servers, such as a test server.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// let client = genesys_cloud::Client::builder()
    ///     .base_urls("http://127.0.0.1:8080", "http://127.0.0.1:8080")
    ///     .access_token("token")
    ///     .build()?;
    /// # let _ = client;
    /// # Ok::<(), genesys_cloud::Error>(())
    /// ```
    pub fn base_urls(mut self, api: &str, login: &str) -> Self {
        match (Url::parse(api), Url::parse(login)) {
            (Ok(api), Ok(login)) => self.bases = Some((api, login)),
            _ => self.fail(Error::configuration("invalid base URL")),
        }
        self
    }

    /// Names the host that uploads go to, as in `https://apps.mypurecloud.com`. Calls of URLs below it carry the access token, like those of the API.
    /// A region names its own; behind a gateway or base URLs there is none unless it is named here.
    pub fn apps_base_url(mut self, apps: &str) -> Self {
        match Url::parse(apps) {
            Ok(apps) => self.apps = Some(apps),
            Err(_) => self.fail(Error::configuration(
                "the base URL of the apps host is invalid",
            )),
        }
        self
    }

    /// Takes what the code does not set from environment variables (see [`Client::from_env`]), which `variable` reads: most often
    /// `|name| std::env::var(name).ok()`.
    ///
    /// A [`region`](Self::region) does not switch off a gateway or a proxy of the environment. [`base_urls`](Self::base_urls) or another
    /// [`gateway`](Self::gateway) replaces the gateway; [`proxy`](Self::proxy) replaces the proxy, and [`no_proxy`](Self::no_proxy) switches it off.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::Client;
    ///
    /// let client = Client::builder()
    ///     .environment(|name| match name {
    ///         "GENESYSCLOUD_REGION" => Some("eu-central-1".to_owned()),
    ///         "GENESYSCLOUD_ACCESS_TOKEN" => Some("a token".replace(' ', "-")),
    ///         _ => None,
    ///     })
    ///     .build()?;
    /// assert_eq!(client.api_base().as_str(), "https://api.mypurecloud.de/");
    /// # Ok::<(), genesys_cloud::Error>(())
    /// ```
    pub fn environment(mut self, variable: impl Fn(&str) -> Option<String>) -> Self {
        match Settings::read(Source::Environment, variable) {
            Ok(settings) => self.environment = Some(settings),
            Err(error) => self.fail(error),
        }
        self
    }

    /// Takes what neither the code nor the environment sets from a profile of the official command line (see [`Client::from_profile`]).
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        match &mut self.profile {
            Some(profile) => profile.name = name,
            None => self.profile = Some(Profile { name, file: None }),
        }
        self
    }

    /// Reads profiles from `file` instead of `~/.gc/config.toml`. The name of the profile is `DEFAULT`, unless [`profile`](Self::profile) names another.
    pub fn profile_file(mut self, file: impl Into<PathBuf>) -> Self {
        let name = match self.profile.take() {
            Some(profile) => profile.name,
            None => "DEFAULT".to_owned(),
        };
        self.profile = Some(Profile {
            name,
            file: Some(file.into()),
        });
        self
    }

    /// Allows `http://` to hosts other than this machine. Anyone on the network path can then read tokens and secrets.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.plain_http = allow;
        self
    }

    /// Sets all options of calls at once.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// The timeout of a whole call, including retries and waiting for a token: 120 s by default.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.change_options(|options| options.with_timeout(timeout))
    }

    /// The timeout of one attempt: 30 s by default.
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        self.change_options(|options| options.with_attempt_timeout(timeout))
    }

    /// The timeout of connecting: 3.1 s by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.http.connect_timeout = Some(timeout);
        self
    }

    /// When and how often calls are retried.
    pub fn retry(self, policy: RetryPolicy) -> Self {
        self.change_options(|options| options.with_retry(policy))
    }

    /// Whether a value of a response that does not fit its type is an error: off by default. See [`CallOptions::with_strict_decoding`].
    pub fn strict_decoding(self, strict: bool) -> Self {
        self.change_options(|options| options.with_strict_decoding(strict))
    }

    /// Adds a header to every call.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// let client = genesys_cloud::Client::builder()
    ///     .default_header("x-team", "blue")
    ///     .access_token("token")
    ///     .build()?;
    /// # let _ = client;
    /// # Ok::<(), genesys_cloud::Error>(())
    /// ```
    pub fn default_header(self, name: &str, value: &str) -> Self {
        self.change_options(|options| options.with_header(name, value))
    }

    /// Appends a suffix to the user agent, such as the name of your application.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent_suffix = Some(suffix.into());
        self
    }

    /// Sends everything through a proxy, as in `http://user:password@proxy.example:3128`. Without it, the environment decides (`HTTPS_PROXY`,
    /// `NO_PROXY` …).
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// let client = genesys_cloud::Client::builder()
    ///     .proxy("http://user:password@proxy.example.com:3128")
    ///     .access_token("token")
    ///     .build()?;
    /// # let _ = client;
    /// # Ok::<(), genesys_cloud::Error>(())
    /// ```
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.http.proxy = Some(url.into());
        self
    }

    /// The largest response body to hold in memory, after decompression: 256 MiB by default. A larger one is an error, unless it is read as a stream.
    pub fn max_body_size(mut self, bytes: usize) -> Self {
        self.http.max_body_size = Some(bytes);
        self
    }

    /// Disables proxies, including those of the environment.
    pub fn no_proxy(mut self) -> Self {
        self.http.no_proxy = true;
        self
    }

    /// Presents a client certificate (mutual TLS): certificate chain and private key (PKCS #8), both PEM. The servers'
    /// certificates are verified as usual.
    pub fn client_certificate(
        mut self,
        certificate_pem: impl Into<Vec<u8>>,
        key_pem: impl Into<Vec<u8>>,
    ) -> Self {
        self.http.client_certificate = Some((certificate_pem.into(), key_pem.into()));
        self
    }

    /// Also trusts the certificate authorities in that PEM text, such as that of a company's gateway or proxy.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http.roots.push(pem.into());
        self
    }

    /// Changes the HTTP client (reqwest) in ways that have no method here. Redirects and reqwest's own retries stay off; `configure` cannot turn them on.
    /// It is called once for each HTTP client that is made: one for calls, and another one for the sockets of notifications.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use std::time::Duration;
    ///
    /// let client = genesys_cloud::Client::builder()
    ///     .configure_http(|http| http.tcp_keepalive(Duration::from_secs(30)))
    ///     .access_token("token")
    ///     .build()?;
    /// # let _ = client;
    /// # Ok::<(), genesys_cloud::Error>(())
    /// ```
    pub fn configure_http(
        mut self,
        configure: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.http.configure_http = Some(Box::new(configure));
        self
    }

    /// Sends through `transport` instead of the network, as for tests: see
    /// [`MemoryTransport`](crate::runtime::transport::MemoryTransport). Network settings beside it, such as a proxy, are an error.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Opens the sockets of notifications through `transport` instead of the network, as for tests: see
    /// [`MemorySockets`](crate::runtime::notifications::MemorySockets).
    #[cfg(feature = "notification-stream")]
    pub fn socket_transport(mut self, transport: Arc<dyn SocketTransport>) -> Self {
        self.socket_transport = Some(transport);
        self
    }

    /// Takes the time from `clock`, as for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Takes random numbers (of delays, and of the boundaries of multipart bodies) from `jitter`, as for tests. Secrets have another source.
    pub fn jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }

    /// Adds a middleware that sees every call once, around its retries. The first one added is the outermost.
    pub fn call_middleware(mut self, middleware: impl Middleware) -> Self {
        self.call_middleware.push(Arc::new(middleware));
        self
    }

    /// Adds a middleware around every attempt of the retries. The first one added is the outermost.
    ///
    /// Authentication is inside an attempt: waiting for a token, and resending after a 401. The middleware sees such an attempt once, with its last
    /// response.
    pub fn attempt_middleware(mut self, middleware: impl Middleware) -> Self {
        self.attempt_middleware.push(Arc::new(middleware));
        self
    }

    /// Paces calls to stay below the rate limit.
    pub fn pacing(mut self, pacing: Pacing) -> Self {
        self.pacing = Some(pacing);
        self
    }

    /// Counts the calls of a token together with other processes that use it, as [`pacing`](Self::pacing) counts those of this one. It switches
    /// pacing on. Where the store fails, calls go on paced by this process alone: see [`PacingStore`].
    pub fn pacing_store(mut self, store: Arc<dyn PacingStore>) -> Self {
        self.pacing_store = Some(store);
        self
    }

    /// Calls `listener` before every retry.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// let client = genesys_cloud::Client::builder()
    ///     .on_retry(|event| eprintln!("{event}"))
    ///     .access_token("token")
    ///     .build()?;
    /// # let _ = client;
    /// # Ok::<(), genesys_cloud::Error>(())
    /// ```
    pub fn on_retry(mut self, listener: impl Fn(&RetryEvent) + Send + Sync + 'static) -> Self {
        self.listeners.on_retry = Some(Arc::new(listener));
        self
    }

    /// Calls `listener` with the state of the rate limit of every response that tells it.
    pub fn on_rate_limit(mut self, listener: impl Fn(&RateLimit) + Send + Sync + 'static) -> Self {
        self.listeners.on_rate_limit = Some(Arc::new(listener));
        self
    }

    /// Sets the credentials that tokens are obtained with. The methods named after a grant are short forms of this one.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Uses an access token that you already have. The SDK cannot renew it.
    pub fn access_token(self, token: impl Into<Secret>) -> Self {
        self.credentials(Credentials::access_token(token))
    }

    /// Uses an OAuth client that acts for itself: its tokens are fetched with id and secret, renewed before they end and replaced when they are
    /// refused.
    pub fn client_credentials(self, id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        self.credentials(Credentials::client_credentials(id, secret))
    }

    /// Obtains tokens from a custom provider.
    pub fn token_provider(self, provider: impl TokenProvider) -> Self {
        self.credentials(Credentials::provider(provider))
    }

    /// Spreads calls over this many tokens of the OAuth client, each with its own rate limit: 1 to 50.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// let client = genesys_cloud::Client::builder()
    ///     .client_credentials("client id", "client secret")
    ///     .pool(3)
    ///     .build()?;
    /// # let _ = client;
    /// # Ok::<(), genesys_cloud::Error>(())
    /// ```
    pub fn pool(mut self, tokens: usize) -> Self {
        self.tokens.pool = Some(tokens.into());
        self
    }

    /// Calls `hook` with every new token, before its first use: one that was requested, one that was given, or one that another process left in the
    /// store. [`RefreshEvent::source`] tells those of the store from the others.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// let client = genesys_cloud::Client::builder()
    ///     .client_credentials("client id", "client secret")
    ///     .on_refresh(|_| println!("a new token"))
    ///     .on_refresh_error(|event| eprintln!("{event:?}"))
    ///     .build()?;
    /// # let _ = client;
    /// # Ok::<(), genesys_cloud::Error>(())
    /// ```
    pub fn on_refresh(mut self, hook: impl Fn(&RefreshEvent) + Send + Sync + 'static) -> Self {
        self.tokens.change_hooks(|hooks| hooks.on_refresh(hook));
        self
    }

    /// Calls `hook` after every failed refresh.
    pub fn on_refresh_error(
        mut self,
        hook: impl Fn(&RefreshErrorEvent) + Send + Sync + 'static,
    ) -> Self {
        self.tokens
            .change_hooks(|hooks| hooks.on_refresh_error(hook));
        self
    }

    /// Shares tokens with other processes (see [`Credentials::store`]).
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use std::sync::Arc;
    ///
    /// use genesys_cloud::Client;
    /// use genesys_cloud::runtime::auth::store::MemoryStore;
    ///
    /// let store = Arc::new(MemoryStore::default());
    /// let client = Client::builder()
    ///     .client_credentials("client id", "client secret")
    ///     .token_store(store)
    ///     .build()?;
    /// # let _ = client;
    /// # Ok::<(), genesys_cloud::Error>(())
    /// ```
    pub fn token_store(mut self, store: Arc<dyn TokenStore>) -> Self {
        self.tokens.store = Some(store);
        self
    }

    /// Calls `hook` with every failure of the token store.
    pub fn on_store_error(mut self, hook: impl Fn(&AuthError) + Send + Sync + 'static) -> Self {
        self.tokens.change_hooks(|hooks| hooks.on_store_error(hook));
        self
    }

    /// Changes the timings and limits of token refresh.
    pub fn token_settings(mut self, settings: TokenSettings) -> Self {
        self.tokens.settings = Some(settings);
        self
    }

    /// Builds the client. No request is sent.
    ///
    /// # Errors
    ///
    /// Returns a configuration error that names what is wrong.
    pub fn build(mut self) -> Result<Client, Error> {
        if let Some(problem) = self.problem.take() {
            return Err(problem);
        }
        self.take_settings()?;
        self.options.check()?;
        let (api_base, login_base, apps_base) = self.find_bases()?;
        let headers = self.headers()?;
        #[cfg(feature = "notification-stream")]
        let has_own_transport = self.transport.is_some();
        let transport = match self.transport {
            Some(transport) => {
                self.http.refuse_any()?;
                transport
            }
            None => {
                let is_https = |url: &Url| url.scheme() == "https";
                let needs_tls = is_https(&api_base) || is_https(&login_base);
                Arc::new(self.http.transport(needs_tls)?)
            }
        };
        #[cfg(feature = "notification-stream")]
        let sockets = match self.socket_transport {
            Some(given) => Sockets::Given(given),
            None if has_own_transport => Sockets::None,
            None => Sockets::network(self.http),
        };
        let pacer = match (self.pacing, self.pacing_store) {
            (None, None) => None,
            (pacing, store) => Some(Pacer::new(pacing.unwrap_or_default(), store)),
        };
        let connection = Connection {
            transport,
            clock: self.clock.unwrap_or_else(|| Arc::new(SystemClock::new())),
            jitter: self.jitter,
            api_base,
            login_base,
            apps_base,
            headers,
            call_middleware: self.call_middleware,
            attempt_middleware: self.attempt_middleware,
            pacer,
            retry_budget: RetryBudget::new(),
            misfit_log: Arc::default(),
            listeners: self.listeners,
            plain_http: self.plain_http,
        };
        let tokens = self.tokens.for_sessions();
        let (interceptor, entry) = match self.credentials {
            Some(credentials) => {
                let (interceptor, entry) =
                    credentials.or(self.tokens).into_interceptor(&connection)?;
                (Some(interceptor), entry)
            }
            None => (None, None),
        };
        let pipeline = Pipeline {
            connection: Arc::new(connection),
            interceptor,
            options: self.options,
            rate_limit: Arc::default(),
        };
        Ok(Client {
            inner: Arc::new(Inner {
                pipeline: Arc::new(pipeline),
                #[cfg(feature = "notification-stream")]
                sockets: Arc::new(sockets),
                entry,
                tokens,
            }),
        })
    }

    /// Takes what the code left open from the environment, then from the profile.
    fn take_settings(&mut self) -> Result<(), Error> {
        let profile = self.profile.take().map(Profile::read).transpose()?;
        let mut remedies = Vec::new();
        for settings in self.environment.take().into_iter().chain(profile) {
            self.region = self.region.take().or(settings.region);
            if self.bases.is_none() {
                self.gateway = self.gateway.take().or(settings.gateway);
            }
            if !self.http.no_proxy {
                self.http.proxy = self.http.proxy.take().or(settings.proxy);
            }
            // A number of tokens belongs to the credentials that it is set with.
            if self.credentials.is_none() && settings.credentials.is_some() {
                self.credentials = settings.credentials;
                self.tokens.pool = self.tokens.pool.take().or(settings.pool);
            }
            remedies.push(settings.remedy);
        }
        if self.credentials.is_none() && !remedies.is_empty() {
            return Err(Error::configuration(format!(
                "no credentials: set {}",
                remedies.join(", or ")
            )));
        }
        Ok(())
    }

    fn fail(&mut self, error: Error) {
        self.problem.get_or_insert(error);
    }

    fn change_options(mut self, change: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        self.options = change(self.options);
        self
    }

    /// The base URLs of the API, of the login server, and of the apps host.
    fn find_bases(&self) -> Result<(Url, Url, Option<Url>), Error> {
        let mut apps = self.apps.clone();
        let (api, login) = match (&self.bases, &self.gateway) {
            (Some(_), Some(_)) => {
                return Err(Error::configuration(
                    "both a gateway and base URLs are set; set one of them",
                ));
            }
            (Some(bases), None) => bases.clone(),
            (None, Some(gateway)) => gateway.bases()?,
            (None, None) => {
                let domain = self.region.as_ref().unwrap_or(&DEFAULT_REGION).domain();
                if apps.is_none() {
                    apps = Some(host_url("apps", domain)?);
                }
                (host_url("api", domain)?, host_url("login", domain)?)
            }
        };
        for url in [&api, &login].into_iter().chain(&apps) {
            if url.query().is_some()
                || url.fragment().is_some()
                || !url.username().is_empty()
                || url.password().is_some()
            {
                return Err(Error::configuration(
                    "a base URL must have no user, no query and no fragment",
                ));
            }
            if !is_allowed_url(url, self.plain_http) {
                return Err(Error::configuration(format!(
                    "`{}://` is refused for a host other than this machine: tokens would travel readable for everyone",
                    url.scheme()
                ))
                .with_advice("Use https, or allow http with ClientBuilder::allow_plain_http"));
            }
        }
        Ok((api, login, apps))
    }

    fn headers(&self) -> Result<HeaderMap, Error> {
        const SDK: &str = concat!("genesys-cloud-rust/", env!("CARGO_PKG_VERSION"));
        let agent = match &self.user_agent_suffix {
            Some(suffix) => HeaderValue::from_str(&format!("{SDK} {suffix}")).map_err(|_| {
                Error::configuration(
                    "the user agent suffix contains characters that are invalid in a header",
                )
            })?,
            None => HeaderValue::from_static(SDK),
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, agent);
        Ok(headers)
    }
}

const DEFAULT_REGION: Region = Region::UsEast1;

fn host_url(server: &str, domain: &str) -> Result<Url, Error> {
    Url::parse(&format!("https://{server}.{domain}/")).map_err(|error| {
        Error::configuration("the region's domain is not a valid host").with_source(error)
    })
}

debug_fields!(ClientBuilder, |this|
    region: this.region,
    gateway: this.gateway,
    options: this.options
);
