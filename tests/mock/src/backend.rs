//! The mock's state, and everything that a test can do to it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, RwLock};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use tokio::sync::watch;

use super::admin;
use super::body::ReplyBody;
use super::call::Call;
use super::clock::Clock;
use super::config::{MockConfig, OAuthClient, Settings};
use super::faults::{Fault, FaultHandle, Faults};
use super::notifications::Channels;
use super::pipeline::{self, Outcome, Source};
use super::record::{Recorded, Recorder, Stats};
use super::reply::Reply;
use super::resources::{self, Resources};
use super::router::{Handler, Route, method_named};
use super::sync::{read, write};
use super::tokens::{Grant, Subject, Tokens};

pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) any_credentials: bool,
    pub(crate) watch_leaks: bool,
    pub(crate) login_prefix: String,
    pub(crate) api_prefix: String,
    pub(crate) presigned_base: Option<String>,
    pub(crate) streaming_base: Option<String>,
    pub(crate) base_url: OnceLock<String>,
    pub(crate) clients: RwLock<Vec<OAuthClient>>,
    pub(crate) settings: RwLock<Settings>,
    pub(crate) tokens: Tokens,
    pub(crate) faults: Faults,
    pub(crate) recorder: Recorder,
    /// Changes when open connections are to end.
    pub(crate) closing: watch::Sender<()>,
    pub(crate) resources: Resources,
    pub(crate) channels: Channels,
    pub(crate) builtin: Vec<Route>,
    pub(crate) custom: RwLock<Vec<Route>>,
    /// So that a request pays nothing if there is no custom route.
    pub(crate) has_custom: AtomicBool,
}

impl State {
    /// Scheme and authority of the mock, as absolute URIs in its answers have it.
    pub(crate) fn base_url(&self) -> &str {
        self.base_url
            .get()
            .map_or("http://mock.invalid", String::as_str)
    }

    /// Every route: those of the API and of the login host, without a gateway's prefix, and the mock's own.
    pub(crate) fn routes(&self) -> Vec<String> {
        let custom = read(&self.custom);
        let mut routes: Vec<String> = custom
            .iter()
            .chain(&self.builtin)
            .map(Route::to_string)
            .collect();
        routes.extend(["GET", "POST"].map(|method| format!("{method} /oauth/authorize")));
        routes.push("POST /oauth/token".to_owned());
        routes.extend(
            admin::COMMANDS.map(|(method, name)| format!("{method} {}{name}", admin::PREFIX)),
        );
        routes
    }

    /// The answer to a request that no route takes. A 404 would say that a resource is missing.
    pub(crate) fn no_route(&self, call: &str) -> Reply {
        let mut message = format!(
            "The mock has no route for `{call}`. GET {}/__mock/routes lists its routes; Backend::route adds one.",
            self.base_url()
        );
        for (what, prefix) in [
            ("API", &self.api_prefix),
            ("login host", &self.login_prefix),
        ] {
            if !prefix.is_empty() {
                message.push_str(&format!(" Its {what} is below `{prefix}`."));
            }
        }
        Reply::error(501, "mock.no.such.route", &message)
    }

    /// Where presigned URLs point.
    pub(crate) fn presigned_base(&self) -> &str {
        self.presigned_base
            .as_deref()
            .unwrap_or_else(|| self.base_url())
    }
}

/// A mock without a listener: the state of Genesys Cloud, how to change it, and how to call it in memory. Clones share it.
#[derive(Clone)]
pub struct Backend(pub(crate) Arc<State>);

impl std::fmt::Debug for Backend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Backend")
            .field("base_url", &self.0.base_url())
            .finish_non_exhaustive()
    }
}

impl Backend {
    /// A mock in memory, for [`Backend::call`]. [`MockGenesys`](super::MockGenesys) is one with a port.
    #[must_use]
    pub fn new(config: MockConfig) -> Self {
        Self(Arc::new(State {
            clock: config.clock,
            any_credentials: config.any_credentials,
            watch_leaks: config.watch_leaks,
            login_prefix: normalized_prefix(&config.login_prefix),
            api_prefix: normalized_prefix(&config.api_prefix),
            presigned_base: config.presigned_base,
            streaming_base: config.streaming_base,
            base_url: OnceLock::new(),
            clients: RwLock::new(config.clients),
            settings: RwLock::new(config.settings),
            tokens: Tokens::default(),
            faults: Faults::new(config.seed),
            recorder: Recorder::default(),
            closing: watch::Sender::new(()),
            resources: Resources::default(),
            channels: Channels::default(),
            builtin: resources::routes(),
            custom: RwLock::default(),
            has_custom: AtomicBool::new(false),
        }))
    }

    /// Handles a request without a socket, where [`Fault::connect`] has no place: for transports in memory, also on tokio's paused clock ([`Clock::Tokio`]).
    ///
    /// # Errors
    ///
    /// [`BrokenConnection`] where a socket would have been closed or reset instead of a whole answer.
    pub async fn call(
        &self,
        request: Request<Bytes>,
    ) -> Result<Response<ReplyBody>, BrokenConnection> {
        let (parts, body) = request.into_parts();
        let head_only = parts.method == Method::HEAD;
        match pipeline::serve(&self.0, u64::MAX, parts, Source::Memory(body)).await {
            Outcome::Reply(response) if head_only => {
                Ok(response.map(|_| ReplyBody::Whole(Bytes::new())))
            }
            Outcome::Reply(response) => Ok(response),
            Outcome::Broken(broken) => Err(BrokenConnection {
                received: broken.bytes,
            }),
        }
    }

    /// Id of the first client.
    #[must_use]
    pub fn client_id(&self) -> String {
        read(&self.0.clients)
            .first()
            .map(|client| client.id.clone())
            .unwrap_or_default()
    }

    /// Secret of the first client.
    #[must_use]
    pub fn client_secret(&self) -> String {
        read(&self.0.clients)
            .first()
            .and_then(|client| client.secret.clone())
            .unwrap_or_default()
    }

    /// The present settings.
    #[must_use]
    pub fn settings(&self) -> Settings {
        read(&self.0.settings).clone()
    }

    /// Changes settings; tokens and jobs that exist keep what they had.
    pub fn update(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut write(&self.0.settings));
    }

    /// Sets the lifetime of the tokens to come.
    pub fn set_lifetime(&self, lifetime: Duration) {
        self.update(|settings| settings.lifetime = lifetime);
    }

    /// Adds an OAuth client, or replaces the one with its id.
    pub fn set_client(&self, client: OAuthClient) {
        let mut clients = write(&self.0.clients);
        match clients.iter_mut().find(|known| known.id == client.id) {
            Some(known) => *known = client,
            None => clients.push(client),
        }
    }

    /// Puts a rule in force, behind those that are.
    pub fn fault(&self, fault: Fault) -> FaultHandle {
        self.0.faults.add(fault)
    }

    /// Takes a rule out of force.
    pub fn remove_fault(&self, handle: &FaultHandle) {
        self.0.faults.remove(handle.id);
    }

    /// Takes every rule out of force.
    pub fn clear_faults(&self) {
        self.0.faults.clear();
    }

    /// Adds a resource, before all others. `method` "*" is any; for `pattern` see [`Pattern`](super::Pattern). The call has a live token.
    pub fn route(
        &self,
        method: &str,
        pattern: &str,
        handler: impl Fn(&Call) -> Reply + Send + Sync + 'static,
    ) {
        self.add_route(route(method, pattern, handler));
    }

    /// Adds a resource that needs no token.
    pub fn public_route(
        &self,
        method: &str,
        pattern: &str,
        handler: impl Fn(&Call) -> Reply + Send + Sync + 'static,
    ) {
        self.add_route(route(method, pattern, handler).public());
    }

    fn add_route(&self, route: Route) {
        write(&self.0.custom).insert(0, route);
        self.0.has_custom.store(true, Ordering::SeqCst);
    }

    /// The routes that the mock has, each as its method (`*` is any) and path: `GET /api/v2/users/{userId}`.
    #[must_use]
    pub fn routes(&self) -> Vec<String> {
        self.0.routes()
    }

    /// A live access token, as if someone had asked for it.
    #[must_use]
    pub fn issue_token(&self, lifetime: Duration) -> String {
        let subject = self.given_subject();
        self.0.tokens.issue(&subject, self.0.clock.now(), lifetime)
    }

    fn given_subject(&self) -> Arc<Subject> {
        Arc::new(Subject {
            client_id: self.client_id(),
            user_id: Some("u1".to_owned()),
            grant: Grant::Given,
        })
    }

    /// A refresh token of the first client, from an authorization code grant.
    #[must_use]
    pub fn issue_refresh_token(&self) -> String {
        self.0.tokens.issue_refresh(&Arc::new(Subject {
            client_id: self.client_id(),
            user_id: Some("u1".to_owned()),
            grant: Grant::AuthorizationCode,
        }))
    }

    /// An authorization code, as the authorize endpoint would give it. With an S256 challenge it is redeemed by PKCE.
    #[must_use]
    pub fn issue_code(
        &self,
        client_id: &str,
        redirect_uri: &str,
        challenge: Option<&str>,
    ) -> String {
        self.0.add_code(client_id, redirect_uri, challenge)
    }

    /// Whether an access token would be accepted now.
    #[must_use]
    pub fn is_live(&self, token: &str) -> bool {
        self.0.tokens.is_live(token, self.0.clock.now())
    }

    /// Waits until every access token there is now has expired. Give the tokens a short lifetime, and set a longer one
    /// ([`Backend::set_lifetime`]) where the next ones are to last.
    pub async fn wait_for_expiry(&self) {
        if let Some(end) = self.0.tokens.last_end() {
            tokio::time::sleep_until(end.into()).await;
        }
    }

    /// Revokes one access token; false if it was not live.
    pub fn revoke(&self, token: &str) -> bool {
        self.0.tokens.revoke(token, self.0.clock.now())
    }

    /// Revokes every access token there is now; returns how many were live. Those issued later are not affected.
    pub fn revoke_all(&self) -> usize {
        self.0.tokens.revoke_all(self.0.clock.now())
    }

    /// Revokes every refresh token there is now; returns how many there were.
    pub fn revoke_refresh_tokens(&self) -> usize {
        self.0.tokens.revoke_refresh_tokens()
    }

    /// Ends the connections that are open now as a load balancer does: idle ones at once, busy ones after their response.
    pub fn close_connections(&self) {
        self.0.closing.send_replace(());
    }

    /// The counters.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.0.recorder.stats(self.0.tokens.counts())
    }

    /// Sets the request counters to zero and forgets recorded requests.
    pub fn reset_stats(&self) {
        self.0.recorder.reset();
    }

    /// The recorded requests, in order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<Arc<Recorded>> {
        self.0.recorder.requests()
    }

    /// The recorded requests to one target.
    #[must_use]
    pub fn requests_to(&self, target: super::Target) -> Vec<Arc<Recorded>> {
        let mut requests = self.requests();
        requests.retain(|request| request.target == target);
        requests
    }

    /// The recorded requests, which are forgotten here.
    #[must_use]
    pub fn take_requests(&self) -> Vec<Arc<Recorded>> {
        self.0.recorder.take_requests()
    }

    /// Waits until the token endpoint got `count` requests, counted from the start or the last [`Backend::reset_stats`].
    pub async fn wait_for_token_requests(&self, count: u64) {
        self.0.recorder.token_requests.wait_for(count).await;
    }

    /// Waits until the API got `count` requests, counted likewise.
    pub async fn wait_for_api_requests(&self, count: u64) {
        self.0.recorder.api_requests.wait_for(count).await;
    }

    /// What was uploaded to the presigned URL of this upload key: its size in bytes.
    #[must_use]
    pub fn uploaded(&self, key: &str) -> Option<u64> {
        self.0.resources.uploaded(key)
    }
}

/// What remains of an answer whose connection was broken on purpose.
#[derive(Debug)]
pub struct BrokenConnection {
    /// The raw bytes that a socket would have delivered before the end.
    pub received: Bytes,
}

impl std::fmt::Display for BrokenConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the mock broke the connection after {} bytes",
            self.received.len()
        )
    }
}

impl std::error::Error for BrokenConnection {}

fn route(
    method: &str,
    pattern: &str,
    handler: impl Fn(&Call) -> Reply + Send + Sync + 'static,
) -> Route {
    let handler = Handler::Custom(Arc::new(handler));
    Route::new(method_named(method), pattern, handler)
}

/// `login/` -> `/login`, `/` -> empty.
fn normalized_prefix(prefix: &str) -> String {
    match prefix.trim_matches('/') {
        "" => String::new(),
        path => format!("/{path}"),
    }
}
