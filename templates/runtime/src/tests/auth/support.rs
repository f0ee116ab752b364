//! A clock that follows tokio's paused time, and a Genesys Cloud in memory that keeps book of what clients do to it.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use tokio::task::JoinSet;
use url::Url;

use crate::runtime::auth::{
    AuthError, AuthorizationCode, ClientCredentials, Hooks, InterceptError, Interceptor,
    InterceptorBuilder, Jitter, Secret, TokenEndpoint, TokenProvider, TokenSettings,
};
use crate::runtime::client::{Client, ClientBuilder, Credentials};
use crate::runtime::clock::{BoxFuture, Clock, Moment, Monotonic};
use crate::runtime::error::Error;
use crate::runtime::transport::{
    HttpRequest, HttpResponse, RequestBody, ResponseBody, Transport, TransportError,
    TransportErrorKind,
};

pub(super) const SECRET: &str = "very-secret-client-secret";
/// What every access token begins with.
pub(super) const ACCESS_TOKEN: &str = "access-token-";
/// What every refresh token begins with.
pub(super) const REFRESH_TOKEN: &str = "refresh-token-";

pub(super) fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// Tokio's clock, with a wall clock that can be set.
#[derive(Debug)]
pub(in crate::tests) struct TestClock {
    start: tokio::time::Instant,
    offset: AtomicI64,
}

impl TestClock {
    pub(in crate::tests) fn new() -> Arc<Self> {
        Arc::new(Self {
            start: tokio::time::Instant::now(),
            offset: AtomicI64::new(0),
        })
    }

    pub(super) fn set_wall_offset(&self, seconds: i64) {
        self.offset.store(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Moment {
        let monotonic = self.start.elapsed();
        let offset = self.offset.load(Ordering::SeqCst);
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000) + monotonic;
        let shift = Duration::from_secs(offset.unsigned_abs());
        Moment {
            monotonic: Monotonic::new(monotonic),
            wall: if offset < 0 {
                wall - shift
            } else {
                wall + shift
            },
        }
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// One scripted answer of the token endpoint.
#[derive(Clone, Debug)]
pub(super) enum TokenAnswer {
    Issue,
    Json(u16, String),
    Header(u16, &'static str, String, String),
    Fail(TransportErrorKind),
    Hang,
}

impl TokenAnswer {
    pub(super) fn error(status: u16, code: &str, description: &str) -> Self {
        Self::Json(
            status,
            format!(
                r#"{{"error":"{code}","description":"{description}","error_description":"{description}"}}"#
            ),
        )
    }
}

#[derive(Debug)]
struct Issued {
    ends: Duration,
    revoked: bool,
}

/// One request as the token endpoint saw it.
#[derive(Clone, Debug)]
pub(super) struct TokenRequest {
    pub(super) form: Vec<(String, String)>,
    pub(super) authorization: Option<String>,
    pub(super) at: Duration,
}

impl TokenRequest {
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.form
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
pub(super) struct Book {
    issued: HashMap<String, Issued>,
    pub(super) refresh_tokens: HashMap<String, bool>,
    pub(super) token_requests: Vec<TokenRequest>,
    pub(super) tokens_in_flight: usize,
    pub(super) most_tokens_in_flight: usize,
    pub(super) api_requests: Vec<String>,
    pub(super) script: VecDeque<TokenAnswer>,
    pub(super) api_script: VecDeque<u16>,
    pub(super) lifetime: f64,
    pub(super) token_latency: Duration,
    pub(super) api_latency: Duration,
    pub(super) refuse_all: bool,
    pub(super) rotate: bool,
    pub(super) token_fault: Option<Box<dyn FnMut() -> Option<TokenAnswer> + Send>>,
    pub(super) revoke: Option<Box<dyn FnMut() -> bool + Send>>,
}

/// Login host and API host in one.
#[derive(Clone)]
pub(super) struct World {
    pub(super) clock: Arc<TestClock>,
    book: Arc<Mutex<Book>>,
}

impl World {
    pub(super) fn new() -> Self {
        genesys_cloud_leak_watch::watch([SECRET, ACCESS_TOKEN, REFRESH_TOKEN]);
        Self {
            clock: TestClock::new(),
            book: Arc::new(Mutex::new(Book {
                lifetime: 3600.0,
                token_latency: Duration::from_millis(20),
                api_latency: Duration::from_millis(5),
                ..Book::default()
            })),
        }
    }

    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap()
    }

    pub(super) fn script(&self, answers: impl IntoIterator<Item = TokenAnswer>) {
        self.book().script.extend(answers);
    }

    pub(super) fn token_requests(&self) -> usize {
        self.book().token_requests.len()
    }

    pub(super) fn tokens_issued(&self) -> usize {
        self.book().issued.len()
    }

    pub(super) fn api_requests(&self) -> usize {
        self.book().api_requests.len()
    }

    pub(super) fn now(&self) -> Duration {
        self.clock.monotonic().since_start()
    }

    /// So many seconds from now.
    pub(super) fn deadline(&self, within: f64) -> Monotonic {
        self.clock.monotonic() + seconds(within)
    }

    pub(super) fn revoke_all(&self) {
        for issued in self.book().issued.values_mut() {
            issued.revoked = true;
        }
    }

    pub(super) fn endpoint(&self) -> TokenEndpoint {
        TokenEndpoint::new(
            Url::parse("https://login.mypurecloud.com/oauth/token").unwrap(),
            Arc::new(self.clone()),
            self.clock.clone(),
        )
        .with_jitter(Jitter::seeded(7))
    }

    pub(super) fn credentials(&self) -> Arc<dyn TokenProvider> {
        Arc::new(ClientCredentials::new(self.endpoint(), "the-id", SECRET))
    }

    pub(super) fn builder(&self, provider: Arc<dyn TokenProvider>) -> InterceptorBuilder {
        Interceptor::builder(
            provider,
            Url::parse("https://api.mypurecloud.com").unwrap(),
            self.clock.clone(),
        )
        .jitter(Jitter::seeded(11))
    }

    pub(super) fn interceptor(&self) -> Arc<Interceptor> {
        Arc::new(self.builder(self.credentials()).build())
    }

    pub(super) fn interceptor_with(
        &self,
        settings: TokenSettings,
        hooks: Hooks,
    ) -> Arc<Interceptor> {
        Arc::new(
            self.builder(self.credentials())
                .settings(settings)
                .hooks(hooks)
                .build(),
        )
    }

    /// Issues a token without anybody having asked, so that a test can give it to a client.
    pub(super) fn mint(&self) -> (String, String) {
        let now = self.now();
        self.book().mint(now)
    }

    /// A session that begins with a code.
    pub(super) fn code(&self) -> Arc<dyn TokenProvider> {
        let (endpoint, code) = (self.endpoint(), "the-code");
        let code = AuthorizationCode::new(endpoint, "the-id", SECRET, code, REDIRECT);
        Arc::new(code)
    }

    /// That many calls, which start together.
    pub(super) fn herd(&self, interceptor: &Arc<Interceptor>, size: usize) -> JoinSet<Outcome> {
        (0..size)
            .map(|_| {
                let (world, interceptor) = (self.clone(), Arc::clone(interceptor));
                async move { world.get(&interceptor).await }
            })
            .collect()
    }

    /// Makes a call every `pause` seconds until a time in seconds; all are answered.
    pub(super) async fn call_until(&self, interceptor: &Interceptor, end: f64, pause: f64) {
        while self.now() < seconds(end) {
            assert_eq!(self.get(interceptor).await.unwrap(), 200);
            tokio::time::sleep(seconds(pause)).await;
        }
    }

    pub(super) async fn get(&self, interceptor: &Interceptor) -> Outcome {
        self.call(interceptor, request(Method::GET), 60.0).await
    }

    pub(super) async fn call(
        &self,
        interceptor: &Interceptor,
        mut request: HttpRequest,
        within: f64,
    ) -> Outcome {
        let deadline = self.deadline(within);
        interceptor
            .send(&mut request, "/api/v2/users/{userId}", Some(deadline), self)
            .await
            .map(|response| response.status.as_u16())
    }
}

pub(super) const REDIRECT: &str = "https://app.example/callback";

/// A builder of clients of that world.
pub(super) fn builder(world: &World) -> ClientBuilder {
    Client::builder()
        .region("us-east-1".parse().unwrap())
        .transport(Arc::new(world.clone()))
        .clock(world.clock.clone())
}

/// The status of a call of a client.
pub(super) async fn get(client: &Client) -> Result<u16, Error> {
    let call = client.request(Method::GET, "/api/v2/users/me").send();
    call.await.map(|response| response.status().as_u16())
}

/// Credentials of a session that begins with a code.
pub(super) fn code(code: &str) -> Credentials {
    Credentials::authorization_code("the-id", SECRET, code, REDIRECT)
}

/// The status of a call.
pub(super) type Outcome = Result<u16, InterceptError>;

/// Waits until all of these calls are answered.
pub(super) async fn answered(calls: JoinSet<Outcome>) {
    for outcome in calls.join_all().await {
        assert_eq!(outcome.unwrap(), 200);
    }
}

/// The error of a call that got no token.
pub(super) fn auth_error(outcome: Outcome) -> AuthError {
    match outcome {
        Err(InterceptError::Auth(error)) => error,
        other => panic!("{other:?}"),
    }
}

pub(super) fn request(method: Method) -> HttpRequest {
    HttpRequest {
        method,
        url: Url::parse("https://api.mypurecloud.com/api/v2/users/u1").unwrap(),
        headers: HeaderMap::new(),
        body: RequestBody::Bytes(Bytes::from_static(b"{}")),
        timeout: None,
        stream_response: false,
        extensions: http::Extensions::new(),
    }
}

impl Book {
    fn mint(&mut self, now: Duration) -> (String, String) {
        let number = self.issued.len() + 1;
        let token = format!("{ACCESS_TOKEN}{number:05}");
        self.issued.insert(
            token.clone(),
            Issued {
                ends: now + seconds(self.lifetime),
                revoked: false,
            },
        );
        let refresh = format!("{REFRESH_TOKEN}{number:05}");
        self.refresh_tokens.insert(refresh.clone(), true);
        (token, refresh)
    }

    fn issue(&mut self, now: Duration, form: &[(String, String)]) -> (u16, String) {
        let field = |name: &str| {
            form.iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.clone())
        };
        if let Some(refresh) = field("refresh_token") {
            match self.refresh_tokens.get_mut(&refresh) {
                Some(valid) if *valid => *valid = !self.rotate,
                _ => {
                    return (
                        400,
                        r#"{"error":"invalid_grant","error_description":"refresh token revoked"}"#
                            .to_owned(),
                    );
                }
            }
        }
        let (token, refresh) = self.mint(now);
        let refresh = if field("grant_type").as_deref() == Some("client_credentials")
            || (field("refresh_token").is_some() && !self.rotate)
        {
            String::new()
        } else {
            format!(r#","refresh_token":"{refresh}""#)
        };
        (
            200,
            format!(
                r#"{{"access_token":"{token}","token_type":"bearer","expires_in":{}{refresh}}}"#,
                self.lifetime
            ),
        )
    }
}

fn response(status: u16, body: impl Into<Bytes>) -> HttpResponse {
    HttpResponse {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::new(),
        body: ResponseBody::Bytes(body.into()),
    }
}

pub(super) fn failure(kind: TransportErrorKind) -> TransportError {
    TransportError::new(kind, "scripted")
}

/// Counts a token request as in flight, even if its future is dropped.
struct InFlight(World);

impl InFlight {
    fn enter(world: &World) -> Self {
        let mut book = world.book();
        book.tokens_in_flight += 1;
        book.most_tokens_in_flight = book.most_tokens_in_flight.max(book.tokens_in_flight);
        drop(book);
        Self(world.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.book().tokens_in_flight -= 1;
    }
}

/// The login host and the API host.
impl Transport for World {
    fn execute(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            if request.url.host_str() == Some("api.mypurecloud.com") {
                return self.answer(request).await;
            }
            let _in_flight = InFlight::enter(self);
            assert_eq!(
                request.url.as_str(),
                "https://login.mypurecloud.com/oauth/token"
            );
            assert!(
                request
                    .headers
                    .get(header::AUTHORIZATION)
                    .is_none_or(HeaderValue::is_sensitive)
            );
            let RequestBody::Bytes(body) = &request.body else {
                panic!("a token request has a form");
            };
            let form: Vec<(String, String)> =
                url::form_urlencoded::parse(body).into_owned().collect();
            let (answer, latency) = {
                let now = self.now();
                let mut book = self.book();
                book.token_requests.push(TokenRequest {
                    form: form.clone(),
                    authorization: request
                        .headers
                        .get(header::AUTHORIZATION)
                        .map(|value| value.to_str().unwrap().to_owned()),
                    at: now,
                });
                let scripted = book.script.pop_front();
                let answer = scripted
                    .or_else(|| book.token_fault.as_mut().and_then(|fault| fault()))
                    .unwrap_or(TokenAnswer::Issue);
                (answer, book.token_latency)
            };
            tokio::time::sleep(latency).await;
            match answer {
                TokenAnswer::Issue => {
                    let now = self.now();
                    let (status, body) = self.book().issue(now, &form);
                    Ok(response(status, body))
                }
                TokenAnswer::Json(status, body) => Ok(response(status, body)),
                TokenAnswer::Header(status, name, value, body) => {
                    let mut response = response(status, body);
                    response
                        .headers
                        .insert(name, HeaderValue::from_str(&value).unwrap());
                    Ok(response)
                }
                TokenAnswer::Fail(kind) => Err(failure(kind)),
                TokenAnswer::Hang => std::future::pending().await,
            }
        })
    }
}

impl World {
    /// The API host.
    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let header = request.headers.get(header::AUTHORIZATION).unwrap();
        assert!(header.is_sensitive());
        let token = header
            .to_str()
            .unwrap()
            .strip_prefix("Bearer ")
            .unwrap()
            .to_owned();
        let latency = {
            let mut book = self.book();
            book.api_requests.push(token.clone());
            book.api_latency
        };
        // Half of the way there, half of it back.
        tokio::time::sleep(latency / 2).await;
        let status = {
            let now = self.now();
            let mut book = self.book();
            if book.revoke.as_mut().is_some_and(|revoke| revoke())
                && let Some(issued) = book.issued.get_mut(&token)
            {
                issued.revoked = true;
            }
            let refuse_all = book.refuse_all;
            let good = book
                .issued
                .get(&token)
                .is_some_and(|issued| !issued.revoked && now < issued.ends);
            if refuse_all || !good {
                401
            } else {
                book.api_script.pop_front().unwrap_or(200)
            }
        };
        tokio::time::sleep(latency / 2).await;
        Ok(response(status, r#"{"status":"x"}"#))
    }
}

/// A provider made of a closure.
pub(super) struct FnProvider<F>(pub(super) F);

impl<F, O> TokenProvider for FnProvider<F>
where
    F: Fn() -> O + Send + Sync + 'static,
    O: Future<Output = Result<crate::runtime::auth::Token, AuthError>> + Send + 'static,
{
    fn fetch<'a>(
        &'a self,
        _: crate::runtime::auth::Previous<'a>,
    ) -> BoxFuture<'a, Result<crate::runtime::auth::Token, AuthError>> {
        Box::pin((self.0)())
    }
}

pub(super) fn secret(text: &str) -> Secret {
    Secret::from(text)
}
