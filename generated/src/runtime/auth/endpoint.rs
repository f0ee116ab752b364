//! Requests to the token endpoint. They never go through the interceptor, so a 401 from it is an answer and not a reason to refresh.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use tokio::sync::Semaphore;
use url::Url;
use zeroize::Zeroizing;

use crate::runtime::clock::{Clock, Moment};
use crate::runtime::debug::debug_fields;
use crate::runtime::error::is_html;
use crate::runtime::region::Region;
use crate::runtime::response::retry_after;
use crate::runtime::telemetry::int;
use crate::runtime::transport::{
    HttpRequest, HttpResponse, PROXY_LOGIN, RequestBody, ResponseBody, Transport, TransportError,
    TransportErrorKind, causes, next_chunk,
};

use super::backoff::doubled;
use super::error::{AuthError, AuthErrorKind};
use super::jitter::Jitter;
use super::scrub;
use super::secret::Secret;
use super::settings::TokenSettings;
use super::token::{Token, Unusable, parse_answer, parse_complaint};
use crate::runtime::clock::wait::within;

/// How many answers may be lost before a code or refresh token is not sent again: the server may have exchanged it, and may take the next sending for
/// a theft.
const LOST_ANSWERS: u32 = 1;

/// How far two clocks may be apart before a refused assertion is put down to it.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(120);

/// How many token requests of one credential run at a time: a pool whose tokens are all revoked at once must not run into the limit of the token
/// endpoint.
const MOST_AT_A_TIME: usize = 5;

/// The longest answer that is read: a token has some hundred bytes, and what sits between may send anything.
const LONGEST_ANSWER: usize = 64 * 1024;

/// What is exchanged for a token, which tells what a refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    ClientCredentials,
    Code,
    Refresh,
    Assertion,
}

impl Purpose {
    /// Whether a success uses up what was sent.
    fn is_used_up(self) -> bool {
        matches!(self, Self::Code | Self::Refresh)
    }
}

/// One request to the token endpoint, in the terms of RFC 6749.
pub(crate) struct Exchange<'a> {
    pub(crate) purpose: Purpose,
    /// Id and secret of a confidential client, sent as HTTP Basic; a public client has none.
    pub(crate) basic: Option<(&'a str, &'a Secret)>,
    /// The form in its order.
    pub(crate) form: &'a [(&'static str, &'a str)],
    /// What an error must not repeat.
    pub(crate) secrets: &'a [&'a Secret],
}

/// The token endpoint of one region or gateway: `https://login.{domain}/oauth/token`.
#[derive(Clone)]
pub struct TokenEndpoint {
    url: Url,
    headers: HeaderMap,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    jitter: Jitter,
    settings: TokenSettings,
    /// The tokens of a pool share an endpoint, and are requested a few at a time.
    places: Arc<Semaphore>,
}

impl TokenEndpoint {
    /// The endpoint at `url`, reached through `transport`.
    pub fn new(url: Url, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self {
            url,
            headers: HeaderMap::new(),
            transport,
            clock,
            jitter: Jitter::default(),
            settings: TokenSettings::default(),
            places: Arc::new(Semaphore::new(MOST_AT_A_TIME)),
        }
    }

    /// The same with headers for every token request, such as `user-agent`.
    #[must_use]
    pub fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.headers = headers;
        self
    }

    /// The same with other numbers.
    #[must_use]
    pub fn with_settings(mut self, settings: TokenSettings) -> Self {
        self.settings = settings;
        self
    }

    /// The same with another source of random delays.
    #[must_use]
    pub fn with_jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }

    /// Where the token requests go.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Asks until there is a token, the answer is final, the attempts are used up, or the time is.
    pub(crate) async fn exchange(&self, exchange: &Exchange<'_>) -> Result<Token, AuthError> {
        let request = self.request(exchange)?;
        let end = self.clock.monotonic() + self.settings.flight_timeout;
        let mut attempt = 1;
        let mut lost = 0;
        loop {
            let left = end - self.clock.monotonic();
            let Some(place) = within(&*self.clock, left, self.places.acquire()).await else {
                return Err(self.timed_out());
            };
            let asked = self.clock.now();
            let left = end - asked.monotonic;
            let limit = self.settings.attempt_timeout.min(left);
            self.tell_of(exchange, attempt);
            let verdict = self
                .attempt(exchange, &request, limit)
                .await
                .map(|token| token.with_issued_at(asked));
            drop(place);
            let error = match verdict {
                Ok(token) => return Ok(token),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Again(error)) => error,
                Err(Failure::Lost(error)) => {
                    lost += 1;
                    error
                }
            };
            let is_spent = exchange.purpose.is_used_up() && lost > LOST_ANSWERS;
            if attempt >= self.settings.attempts || is_spent {
                return Err(error);
            }
            let ceiling = doubled(
                self.settings.attempt_backoff,
                attempt,
                self.settings.attempt_timeout,
            );
            let delay = ceiling
                .mul_f64(self.jitter.next())
                .max(error.retry_after().unwrap_or_default());
            // The delay is the server's to choose, as large as it likes.
            if self.clock.monotonic() + delay >= end {
                return Err(error);
            }
            tracing::debug!(attempt = int(attempt), ?delay, %error, "retrying the token request");
            self.clock.sleep(delay).await;
            attempt += 1;
        }
    }

    async fn attempt(
        &self,
        exchange: &Exchange<'_>,
        request: &HttpRequest,
        limit: Duration,
    ) -> Result<Token, Failure> {
        // The time is kept here and not by the transport, whose timer may end while nobody drives the runtime.
        let answer = async {
            let response = self.transport.execute(request.clone()).await?;
            collect(response).await
        };
        let Some(outcome) = within(&*self.clock, limit, answer).await else {
            return Err(Failure::Lost(self.timed_out()));
        };
        match outcome {
            Ok(answer) => {
                tracing::debug!(
                    status = i64::from(answer.status.as_u16()),
                    bytes = int(answer.body.len()),
                    "the token endpoint responded"
                );
                judge(exchange, &answer, self.clock.now())
            }
            Err(error) => Err(judge_transport(error)),
        }
    }

    fn timed_out(&self) -> AuthError {
        let error = AuthError::new(AuthErrorKind::Timeout);
        match self.url.host_str() {
            Some(host) => error.with_description(host),
            None => error,
        }
    }

    /// Describes the request, for debugging: the names of the fields, and of their values the grant's alone.
    fn tell_of(&self, exchange: &Exchange<'_>, attempt: u32) {
        let grant = exchange.form.iter().find(|(name, _)| *name == "grant_type");
        tracing::debug!(
            attempt = int(attempt),
            server.address = self.url.host_str(),
            grant = grant.map(|(_, value)| value),
            fields = ?exchange.form.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            with_client_secret = exchange.basic.is_some(),
            "requesting a token"
        );
    }

    fn request(&self, exchange: &Exchange<'_>) -> Result<HttpRequest, AuthError> {
        let mut headers = self.headers.clone();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.remove(header::AUTHORIZATION);
        if let Some((id, secret)) = exchange.basic {
            headers.insert(header::AUTHORIZATION, basic(id, secret)?);
        }
        Ok(HttpRequest {
            method: Method::POST,
            url: self.url.clone(),
            headers,
            body: RequestBody::Bytes(encode_form(exchange.form)),
            timeout: None,
            // So that what is too long to be an answer is not read to its end.
            stream_response: true,
            extensions: http::Extensions::new(),
        })
    }
}

debug_fields!(TokenEndpoint, |this| url: this.url.as_str(), settings: this.settings);

/// `Basic base64(id:secret)` (RFC 7617, UTF-8). An id with a colon would end early, so it is refused.
fn basic(id: &str, secret: &Secret) -> Result<HeaderValue, AuthError> {
    if id.is_empty() || id.contains(':') || secret.is_empty() {
        return Err(AuthError::new(AuthErrorKind::Configuration)
            .with_description("a client id without a colon and a client secret are required"));
    }
    let pair = Zeroizing::new(format!("{id}:{}", secret.expose()));
    let text = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
    let mut value =
        HeaderValue::from_str(&text).map_err(|_| AuthError::new(AuthErrorKind::Configuration))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The form in bytes that are wiped when the request is dropped.
fn encode_form(form: &[(&'static str, &str)]) -> Bytes {
    // Room for everything escaped, so that no half-written copy is left behind by growing.
    let room = form
        .iter()
        .map(|(name, value)| 3 * (name.len() + value.len()) + 2)
        .sum();
    let mut serializer = url::form_urlencoded::Serializer::new(String::with_capacity(room));
    for (name, value) in form {
        serializer.append_pair(name, value);
    }
    Bytes::from_owner(Zeroizing::new(serializer.finish().into_bytes()))
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Zeroizing<Vec<u8>>,
    /// Whether `body` is all of it.
    is_whole: bool,
}

impl Answer {
    /// Takes more of the body, as far as there is room.
    fn add(&mut self, chunk: &[u8]) {
        let room = LONGEST_ANSWER - self.body.len();
        self.is_whole = chunk.len() <= room;
        self.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
}

async fn collect(response: HttpResponse) -> Result<Answer, TransportError> {
    let mut answer = Answer {
        status: response.status,
        headers: response.headers,
        // All of the room at once, so that no copy is left behind by growing.
        body: Zeroizing::new(Vec::with_capacity(LONGEST_ANSWER)),
        is_whole: true,
    };
    match response.body {
        ResponseBody::Bytes(bytes) => answer.add(&bytes),
        ResponseBody::Stream(mut stream) => {
            while answer.is_whole
                && let Some(chunk) = next_chunk(&mut stream).await
            {
                let chunk =
                    chunk.map_err(|source| TransportError::new(TransportErrorKind::Io, source))?;
                answer.add(&chunk);
            }
        }
    }
    Ok(answer)
}

enum Failure {
    /// Worth another attempt.
    Again(AuthError),
    /// The same, and the server may have done what it was asked for.
    Lost(AuthError),
    /// Not worth one.
    Final(AuthError),
}

fn judge_transport(error: TransportError) -> Failure {
    let kind = match error.kind {
        _ if says_not_yet_valid(&error) => AuthErrorKind::ClockSkew,
        TransportErrorKind::Timeout => AuthErrorKind::Timeout,
        TransportErrorKind::Request => AuthErrorKind::Configuration,
        _ => AuthErrorKind::NoNetwork,
    };
    let was_sent = !matches!(
        error.kind,
        TransportErrorKind::Connect | TransportErrorKind::NotProcessed
    );
    let error = AuthError::new(kind).with_source(error);
    match kind {
        AuthErrorKind::Configuration => Failure::Final(error),
        _ if was_sent => Failure::Lost(error),
        _ => Failure::Again(error),
    }
}

/// Whether a certificate seems to be from the future, which means that the clock here is behind.
fn says_not_yet_valid(error: &TransportError) -> bool {
    causes(error).any(|cause| {
        let text = cause.to_string();
        text.contains("not valid yet") || text.contains("not yet valid")
    })
}

fn judge(exchange: &Exchange<'_>, answer: &Answer, now: Moment) -> Result<Token, Failure> {
    let complaint = parse_complaint(&answer.body);
    // Genesys Cloud's answers have the member in a success, too, with nothing in it.
    let code = complaint.error.as_deref().filter(|code| !code.is_empty());
    let pair = exchange
        .basic
        .map(|(id, secret)| Secret::new(format!("{id}:{}", secret.expose())));
    let clean = |text: &str| {
        // The pair as a whole first: within its base64 the secret alone cannot be told.
        let text = scrub::text(text, &pair.iter().collect::<Vec<_>>());
        scrub::text(&text, exchange.secrets)
    };
    let description = complaint.description.as_deref().map(clean);
    let report = |kind| {
        AuthError::new(kind)
            .with_status(answer.status)
            .with_code(code.map(clean).as_deref())
            .with_description(description.as_deref().unwrap_or_default())
    };
    if answer.status.is_success() && code.is_none() {
        if !answer.is_whole {
            let error = report(AuthErrorKind::UnusableAnswer);
            return Err(Failure::Lost(
                error.with_description("the body is too long for a token response"),
            ));
        }
        return parse_answer(&answer.body).map_err(|unusable| {
            let error = report(AuthErrorKind::UnusableAnswer);
            match unusable {
                Unusable::NotJson if is_html(&answer.headers, &answer.body) => Failure::Lost(
                    error.with_description("the body is HTML, as of a captive portal or a proxy"),
                ),
                Unusable::NotJson => Failure::Lost(error.with_description("the body is not JSON")),
                Unusable::NoToken => {
                    Failure::Lost(error.with_description("`access_token` is missing or invalid"))
                }
                Unusable::NotBearer => {
                    Failure::Final(error.with_description("`token_type` is not `bearer`"))
                }
            }
        });
    }
    let says = |words: &[&str]| {
        let text = description
            .as_deref()
            .unwrap_or_default()
            .to_ascii_lowercase();
        words.iter().any(|word| text.contains(word))
    };
    let retry_after = retry_after::from_headers(&answer.headers, now.wall);
    match (answer.status.as_u16(), code) {
        (429, _) => Err(Failure::Again(
            report(AuthErrorKind::RateLimited).with_retry_after(retry_after),
        )),
        (400, Some("invalid_request")) if says(&["rate limit exceeded"]) => Err(Failure::Again(
            report(AuthErrorKind::RateLimited).with_retry_after(retry_after),
        )),
        (500..=599, _) => Err(Failure::Lost(
            report(AuthErrorKind::ServerError).with_retry_after(retry_after),
        )),
        (_, Some("invalid_client" | "unauthorized_client"))
            if says(&["disabled", "inactive", "not active"]) =>
        {
            Err(Failure::Final(report(AuthErrorKind::ClientDisabled)))
        }
        (_, Some("invalid_client")) => Err(Failure::Final(report(AuthErrorKind::WrongSecret))),
        (_, Some("unauthorized_client" | "unsupported_grant_type")) => {
            Err(Failure::Final(report(AuthErrorKind::GrantNotEnabled)))
        }
        (_, Some("invalid_grant")) => {
            let kind = match exchange.purpose {
                Purpose::ClientCredentials => AuthErrorKind::RequestRefused,
                Purpose::Code => AuthErrorKind::CodeRefused,
                Purpose::Refresh => AuthErrorKind::RefreshTokenRevoked,
                Purpose::Assertion
                    if says(&[
                        "not yet valid",
                        "notbefore",
                        "notonorafter",
                        "clock",
                        "skew",
                    ]) || is_skewed(&answer.headers, now.wall) =>
                {
                    AuthErrorKind::ClockSkew
                }
                Purpose::Assertion => AuthErrorKind::AssertionRefused,
            };
            Err(Failure::Final(report(kind)))
        }
        (401, None) if !is_html(&answer.headers, &answer.body) => {
            Err(Failure::Final(report(match exchange.purpose {
                Purpose::Refresh if exchange.basic.is_none() => AuthErrorKind::RefreshTokenRevoked,
                _ => AuthErrorKind::WrongSecret,
            })))
        }
        _ => {
            let error = report(AuthErrorKind::RequestRefused);
            Err(Failure::Final(match foreign_answer(answer) {
                Some(text) => error.with_description(text),
                None => error,
            }))
        }
    }
}

/// What an answer says that is not one of a token endpoint: a redirect, as to the login of another region, or a page for people.
fn foreign_answer(answer: &Answer) -> Option<String> {
    if answer.status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        return Some(format!("a proxy requires a login; {PROXY_LOGIN}"));
    }
    if answer.status.is_redirection() {
        let location = answer.headers.get(header::LOCATION)?.to_str().ok()?;
        let url = Url::parse(location).ok()?;
        let host = url.host_str()?;
        return Some(match Region::of_host(host) {
            Some(region) => format!(
                "it points to {host}, a server of the region {}; check the client's region",
                region.name()
            ),
            None => format!(
                "it points to {host}; check the login URL, and that no proxy or captive portal intercepts it"
            ),
        });
    }
    is_html(&answer.headers, &answer.body)
        .then(|| "the body is HTML, as of a firewall, a proxy or a gateway".to_owned())
}

fn is_skewed(headers: &HeaderMap, wall: SystemTime) -> bool {
    let Some(date) = headers
        .get(header::DATE)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| httpdate::parse_http_date(text).ok())
    else {
        return false;
    };
    let apart = match date.duration_since(wall) {
        Ok(ahead) => ahead,
        Err(behind) => behind.duration(),
    };
    apart > CLOCK_TOLERANCE
}
