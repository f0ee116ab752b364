//! The client: where calls are sent, with which token, and how.
//!
//! Make a [`Client`] once with [`Client::builder`] or [`Client::from_env`], and clone it to wherever calls are made. [`Credentials`] say how it
//! obtains tokens, [`Region`] where the organization is; [`Gateway`] is for calls that go through one.

mod builder;
mod credentials;
mod gateway;
mod http_options;
mod permissions;
mod profile;
mod region;
mod settings;
#[cfg(feature = "notification-stream")]
mod sockets;

pub use crate::runtime::region::{CustomDomain, Region};
pub use builder::ClientBuilder;
pub use credentials::Credentials;
pub use gateway::Gateway;

use std::sync::Arc;

use credentials::{Entry, TokenOptions};
use http::Method;
use url::Url;

use crate::runtime::auth::Secret;
use crate::runtime::auth::store::bounded;
use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;
use crate::runtime::pipeline::{CallOptions, Pipeline};
use crate::runtime::request::{RawRequest, Request};
use crate::runtime::response::RateLimit;

/// A client of Genesys Cloud.
///
/// Cheap to clone, and shared between tasks and threads at will. Two clients share nothing, so one process may serve several organizations and
/// regions; a client derived from another one (`with_options`, `with_credentials`) shares its connections.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::{Client, Region};
///
/// let client = Client::builder()
///     .region(Region::EuCentral1)
///     .client_credentials("client id", "client secret")
///     .build()?;
/// assert_eq!(client.api_base().as_str(), "https://api.mypurecloud.de/");
/// # Ok::<(), genesys_cloud::Error>(())
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    pipeline: Arc<Pipeline>,
    /// Where a store keeps the tokens of this client's credentials.
    entry: Option<Entry>,
    /// What sessions take over.
    tokens: TokenOptions,
    #[cfg(feature = "notification-stream")]
    sockets: Arc<sockets::Sockets>,
}

impl Client {
    /// Begins the configuration of a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client configured by environment variables, with the names that the official command line and Terraform's provider use:
    ///
    /// | variable | value |
    /// |---|---|
    /// | `GENESYSCLOUD_REGION` | a region (`us-east-1`, `us_east_1`) or its domain (`mypurecloud.com`); default `us-east-1` |
    /// | `GENESYSCLOUD_ACCESS_TOKEN` | an access token; nothing can refresh it |
    /// | `GENESYSCLOUD_OAUTHCLIENT_ID`, `GENESYSCLOUD_OAUTHCLIENT_SECRET` | the OAuth client, unless there is an access token |
    /// | `GENESYSCLOUD_TOKEN_POOL_SIZE` | [`ClientBuilder::pool`]: 1 to 50 |
    /// | `GENESYSCLOUD_PROXY_HOST`, `_PORT`, `_PROTOCOL` | [`ClientBuilder::proxy`]; the protocol is `http` (the default) or `https` |
    /// | `GENESYSCLOUD_PROXY_AUTH_USERNAME`, `GENESYSCLOUD_PROXY_AUTH_PASSWORD` | the proxy's credentials |
    /// | `GENESYSCLOUD_GATEWAY_HOST`, `_PORT`, `_PROTOCOL` | [`ClientBuilder::gateway`]; the protocol is `https` (the default) or `http` |
    /// | `GENESYSCLOUD_GATEWAY_PATH_NAME`, `GENESYSCLOUD_GATEWAY_PATH_VALUE` | the gateway's path prefix for `login` or for `api` |
    ///
    /// An empty variable counts as unset. The SDK does not read these variables of Terraform's provider: `GENESYSCLOUD_MAX_CONCURRENT_PAGES`,
    /// `GENESYSCLOUD_TOKEN_ACQUIRE_TIMEOUT`, `GENESYSCLOUD_TOKEN_INIT_TIMEOUT`, and those that begin with `GENESYSCLOUD_SDK_DEBUG`.
    ///
    /// ```no_run
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// let client = genesys_cloud::Client::from_env()?;
    /// # Ok::<(), genesys_cloud::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A configuration error that names the variable: there are no credentials, a value is invalid, or something that belongs to it is missing.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().environment(process_variable).build()
    }

    /// A client configured by a profile of the official command line (`gc`), which keeps them in `~/.gc/config.toml`. Environment variables (see
    /// [`from_env`](Self::from_env)) override the profile.
    ///
    /// These keys of the profile are read, in any case: `environment` (a region or its domain), `access_token`, or `client_credentials` (the client
    /// id) and `client_secret`; `grant_type`, of which only 1 (client credentials) is supported; `proxy_host`, `proxy_port`, `proxy_protocol`,
    /// `proxy_auth_username`, `proxy_auth_password`; `gateway_host`, `gateway_port`, `gateway_protocol`, `gateway_path_name` and
    /// `gateway_path_value`. The file is never written. If other users of the machine can access it, a `tracing` warning says so.
    ///
    /// ```no_run
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// let client = genesys_cloud::Client::from_profile("DEFAULT")?;
    /// # Ok::<(), genesys_cloud::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A configuration error: the file cannot be read or is not TOML, it has no such profile, there are no credentials, or a value is invalid.
    pub fn from_profile(name: &str) -> Result<Self, Error> {
        Self::builder()
            .environment(process_variable)
            .profile(name)
            .build()
    }

    /// A call of any path of the API, known to the SDK or not.
    ///
    /// `path` begins with `/` and is percent-encoded; it may have a query. A full URL is taken if it names the client's own API host, or is below
    /// [`apps_base`](Self::apps_base).
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::Client;
    ///
    /// # async fn example(client: &Client) -> genesys_cloud::Result<()> {
    /// use genesys_cloud::http::Method;
    ///
    /// let me = client
    ///     .request(Method::GET, "/api/v2/users/me")
    ///     .query("expand", "presence")
    ///     .send_json::<serde_json::Value>()
    ///     .await?;
    /// println!("{}", me["name"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, path: &str) -> RawRequest {
        RawRequest::new(Request::raw(self.pipeline(), method, path))
    }

    /// A call of a URL that the API handed out and that carries its own permission, like the presigned URL of an upload or a download. It goes to
    /// any host over TLS, with neither token nor default headers.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::Client;
    ///
    /// # async fn example(client: &Client) -> genesys_cloud::Result<()> {
    /// use genesys_cloud::http::Method;
    ///
    /// let url = "https://bucket.example.com/file?X-Signature=abc";
    /// client.request_presigned(Method::PUT, url).body("text/csv", "id,name\n").send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn request_presigned(&self, method: Method, url: &str) -> RawRequest {
        RawRequest::new(Request::external(self.pipeline(), method, url))
    }

    /// The same client with other defaults for its calls. What `options` leave open stays as it is.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use std::time::Duration;
    ///
    /// use genesys_cloud::{CallOptions, Client};
    ///
    /// let client = Client::builder().access_token("token").build()?;
    /// let patient = client.with_options(CallOptions::new().with_timeout(Duration::from_secs(300)));
    /// # let _ = patient;
    /// # Ok::<(), genesys_cloud::Error>(())
    /// ```
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        let pipeline = Pipeline {
            options: options.or(&self.pipeline().options),
            ..self.pipeline().derived()
        };
        Inner {
            pipeline: Arc::new(pipeline),
            ..(*self.inner).clone()
        }
        .into()
    }

    /// Another session over the same connections: the calls of the returned client are made with `credentials`, and count against their rate
    /// limit. A web back end makes one for each of its users.
    ///
    /// The session takes over the token store, the hooks (`on_refresh`, `on_refresh_error`, `on_store_error`) and the
    /// [`TokenSettings`](crate::runtime::auth::TokenSettings) that the builder of this client was given, each unless `credentials` have their own;
    /// [`Credentials::without_store`] leaves the store out. It does not take over the size of the pool.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::{Client, Credentials};
    ///
    /// let client = Client::builder().client_credentials("client id", "client secret").build()?;
    /// // The session of a person who has just logged in:
    /// let session = client.with_credentials(Credentials::authorization_code(
    ///     "client id",
    ///     "client secret",
    ///     "the code of the redirect",
    ///     "https://app.example.com/callback",
    /// ))?;
    /// # let _ = session;
    /// # Ok::<(), genesys_cloud::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A configuration error: invalid credentials.
    pub fn with_credentials(&self, credentials: Credentials) -> Result<Self, Error> {
        let (interceptor, entry) = credentials
            .or(self.inner.tokens.clone())
            .into_interceptor(&self.pipeline().connection)?;
        let pipeline = Pipeline {
            interceptor: Some(interceptor),
            rate_limit: Arc::default(),
            ..self.pipeline().derived()
        };
        let inner = Inner {
            pipeline: Arc::new(pipeline),
            entry,
            ..(*self.inner).clone()
        };
        Ok(inner.into())
    }

    /// Removes the tokens of this client's credentials from its token store, and forgets them. The next call of this client ends with an error for which
    /// [`AuthError::needs_login`](crate::runtime::auth::AuthError::needs_login) is true. No process that shares the session refreshes it any more: each
    /// ends with the same error when its access token ends. Another login begins a new session.
    ///
    /// Genesys Cloud accepts the access token until it expires; `DELETE /api/v2/tokens/me` revokes it, before this call. Grants that
    /// can be repeated, such as client credentials, obtain a new token the next time.
    ///
    /// # Errors
    ///
    /// The client has no token store, or the store failed or did not answer within the timeout of a call.
    pub async fn log_out(&self) -> Result<(), Error> {
        let Some(entry) = &self.inner.entry else {
            return Err(Error::configuration(
                "the client's credentials have no token store to remove a session from",
            ));
        };
        let limit = self.pipeline().call_timeout();
        let clock = &*self.pipeline().connection.clock;
        let mut outcome = Ok(());
        // What fails for one token of a pool leaves the others to be removed.
        for key in &entry.keys {
            let removed = bounded(clock, limit, || entry.store.remove(key, clock)).await;
            outcome = outcome.and(removed.map_err(Error::from));
        }
        outcome?;
        let (interceptor, _) = self.pipeline().authentication()?;
        interceptor.forget();
        Ok(())
    }

    /// Fetches a token now, so that wrong credentials show at start-up and the first call does not wait.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::Client;
    ///
    /// # async fn example(client: &Client) -> genesys_cloud::Result<()> {
    /// if let Err(error) = client.authenticate().await {
    ///     eprintln!("invalid credentials, or no connection: {error}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// No token could be obtained, or the client has no credentials.
    pub async fn authenticate(&self) -> Result<(), Error> {
        let (interceptor, deadline) = self.pipeline().authentication()?;
        Ok(interceptor.authenticate(deadline).await?)
    }

    /// The access token that a call would be sent with now, renewed first if that is due: for uploads and sockets that the SDK does not open itself.
    /// It ends within hours or at any time, so ask again instead of keeping it. Do not send it to hosts that are not Genesys Cloud's.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::Client;
    ///
    /// # async fn example(client: &Client) -> genesys_cloud::Result<()> {
    /// let token = client.access_token().await?;
    /// let header = format!("Bearer {}", token.expose());
    /// # drop(header);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// No token could be obtained, or the client has no credentials.
    pub async fn access_token(&self) -> Result<Secret, Error> {
        let (interceptor, deadline) = self.pipeline().authentication()?;
        Ok(interceptor.access_token(deadline).await?)
    }

    /// The state of the rate limit as of the latest response that told it. It is that of one token: with a pool of tokens, of whichever was used
    /// last.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::Client;
    ///
    /// # async fn example(client: &Client) -> genesys_cloud::Result<()> {
    /// if let Some(limit) = client.rate_limit() {
    ///     println!("{limit:?}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.pipeline().rate_limit()
    }

    /// The URL that the paths of the API are under.
    #[must_use]
    pub fn api_base(&self) -> &Url {
        &self.pipeline().connection.api_base
    }

    /// The URL that uploads are under, `https://apps.{domain}/` of the region: [`request`](Self::request) sends the access token there, too. Behind a
    /// gateway or base URLs there is none, unless [`ClientBuilder::apps_base_url`] names it.
    #[must_use]
    pub fn apps_base(&self) -> Option<&Url> {
        self.pipeline().connection.apps_base.as_ref()
    }

    /// The URL that `/oauth/token` is under.
    #[must_use]
    pub fn login_base(&self) -> &Url {
        &self.pipeline().connection.login_base
    }

    pub(crate) fn pipeline(&self) -> &Arc<Pipeline> {
        &self.inner.pipeline
    }
}

impl From<Inner> for Client {
    fn from(inner: Inner) -> Self {
        let inner = Arc::new(inner);
        Self { inner }
    }
}

impl AsRef<Arc<Pipeline>> for Client {
    fn as_ref(&self) -> &Arc<Pipeline> {
        self.pipeline()
    }
}

/// A variable of this process. Text that is not Unicode does not count as unset: it becomes an invalid value.
fn process_variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

debug_fields!(Client, |this| api: this.api_base().as_str(), options: this.pipeline().options);
