//! What the mock was asked: counters always, whole requests where recording is on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use serde::Serialize;

use super::gate::Counter;
use super::sync::lock;

/// Which part of Genesys Cloud a request went to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// `POST /oauth/token`.
    Token,
    /// `GET /oauth/authorize`.
    Authorize,
    /// `/api/v2/…` and all else that needs a token.
    Api,
    /// A presigned URL, which must not get the token.
    Presigned,
    /// A path that nobody serves.
    Unknown,
}

/// A recorded request.
#[derive(Debug)]
pub struct Recorded {
    /// 0 for the first request that the mock got, and so on.
    pub arrival: u64,
    /// 0 for the first connection, and so on; in-memory calls have no connection and say `u64::MAX`.
    pub connection: u64,
    /// Where it went.
    pub target: Target,
    /// The method.
    pub method: Method,
    /// The request target exactly as sent: absolute where the mock was used as a proxy.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, up to [`Settings::recorded_body_limit`](super::Settings::recorded_body_limit) bytes; empty where a fault kept it from being read.
    pub body: Bytes,
    status: AtomicU16,
    token_number: AtomicU64,
}

impl Recorded {
    /// The path exactly as sent, a gateway's prefix included.
    #[must_use]
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// The query exactly as sent.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.uri.query()
    }

    /// The status that was answered; `None` before that, and if the connection was broken instead.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        Some(self.status.load(Ordering::SeqCst)).filter(|status| *status != 0)
    }

    /// The number of the live token that came with it (1 for the first one issued); `None` for a dead or missing one.
    #[must_use]
    pub fn token_number(&self) -> Option<u64> {
        Some(self.token_number.load(Ordering::SeqCst)).filter(|number| *number != 0)
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as text, where it is UTF-8.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or_default()
    }

    /// The body as form pairs.
    #[must_use]
    pub fn form(&self) -> BTreeMap<String, String> {
        form_urlencoded::parse(&self.body).into_owned().collect()
    }

    pub(crate) fn set_status(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    pub(crate) fn set_token_number(&self, number: u64) {
        self.token_number.store(number, Ordering::SeqCst);
    }
}

/// The parts of a request that are recorded.
pub(crate) struct Arrived<'a> {
    pub(crate) arrival: u64,
    pub(crate) connection: u64,
    pub(crate) target: Target,
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: Bytes,
}

/// What has happened so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Requests to the token endpoint, failed ones included.
    pub token_requests: u64,
    /// The most token requests that were in flight at one time.
    pub token_requests_in_flight_max: u64,
    /// Access tokens issued.
    pub tokens_issued: u64,
    /// Access tokens revoked while they were live.
    pub tokens_revoked: u64,
    /// Requests to the API.
    pub api_requests: u64,
    /// Requests to the API that were executed: past faults, with a live token, inside the rate limit.
    pub api_executed: u64,
    /// Requests to the API that were refused for want of a live token.
    pub unauthorized: u64,
    /// Requests to the API that were refused by the rate limit.
    pub rate_limited: u64,
    /// Requests to presigned URLs.
    pub presigned_requests: u64,
    /// Requests to the authorize endpoint.
    pub authorize_requests: u64,
    /// Faults that came true.
    pub faults: u64,
    /// Connections accepted.
    pub connections: u64,
    /// Responses by status, token endpoint included.
    pub by_status: BTreeMap<u16, u64>,
}

/// The counters behind [`Stats`], and the recorded requests.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) arrivals: Counter,
    pub(crate) token_requests: Counter,
    pub(crate) api_requests: Counter,
    pub(crate) connections: Counter,
    pub(crate) api_executed: AtomicU64,
    pub(crate) unauthorized: AtomicU64,
    pub(crate) rate_limited: AtomicU64,
    pub(crate) presigned: AtomicU64,
    pub(crate) authorize: AtomicU64,
    pub(crate) faults: AtomicU64,
    token_in_flight: AtomicU64,
    token_in_flight_max: AtomicU64,
    by_status: Box<[AtomicU64; 1000]>,
    requests: Mutex<Vec<Arc<Recorded>>>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self {
            arrivals: Counter::default(),
            token_requests: Counter::default(),
            api_requests: Counter::default(),
            connections: Counter::default(),
            api_executed: AtomicU64::new(0),
            unauthorized: AtomicU64::new(0),
            rate_limited: AtomicU64::new(0),
            presigned: AtomicU64::new(0),
            authorize: AtomicU64::new(0),
            faults: AtomicU64::new(0),
            token_in_flight: AtomicU64::new(0),
            token_in_flight_max: AtomicU64::new(0),
            by_status: Box::new([const { AtomicU64::new(0) }; 1000]),
            requests: Mutex::default(),
        }
    }
}

impl Recorder {
    pub(crate) fn status(&self, status: u16) {
        if let Some(counter) = self.by_status.get(usize::from(status)) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts a token request as in flight until the guard is dropped.
    pub(crate) fn token_flight(&self) -> TokenFlight<'_> {
        let now = self.token_in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.token_in_flight_max.fetch_max(now, Ordering::SeqCst);
        TokenFlight(self)
    }

    pub(crate) fn record(&self, arrived: Arrived<'_>) -> Arc<Recorded> {
        let recorded = Arc::new(Recorded {
            arrival: arrived.arrival,
            connection: arrived.connection,
            target: arrived.target,
            method: arrived.method.clone(),
            uri: arrived.uri.clone(),
            headers: arrived.headers.clone(),
            body: arrived.body,
            status: AtomicU16::new(0),
            token_number: AtomicU64::new(0),
        });
        lock(&self.requests).push(Arc::clone(&recorded));
        recorded
    }

    pub(crate) fn requests(&self) -> Vec<Arc<Recorded>> {
        lock(&self.requests).clone()
    }

    pub(crate) fn take_requests(&self) -> Vec<Arc<Recorded>> {
        std::mem::take(&mut lock(&self.requests))
    }

    /// The counters, with what only the token table knows.
    pub(crate) fn stats(&self, (tokens_issued, tokens_revoked): (u64, u64)) -> Stats {
        let get = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        let by_status = (0..=999_u16)
            .zip(self.by_status.iter().map(get))
            .filter(|(_, count)| *count > 0)
            .collect();
        Stats {
            token_requests: self.token_requests.get(),
            token_requests_in_flight_max: get(&self.token_in_flight_max),
            tokens_issued,
            tokens_revoked,
            api_requests: self.api_requests.get(),
            api_executed: get(&self.api_executed),
            unauthorized: get(&self.unauthorized),
            rate_limited: get(&self.rate_limited),
            presigned_requests: get(&self.presigned),
            authorize_requests: get(&self.authorize),
            faults: get(&self.faults),
            connections: self.connections.get(),
            by_status,
        }
    }

    /// Sets every request counter to zero and forgets the requests; connections and tokens go on counting.
    pub(crate) fn reset(&self) {
        self.token_requests.reset();
        self.api_requests.reset();
        for counter in [
            &self.api_executed,
            &self.unauthorized,
            &self.rate_limited,
            &self.presigned,
            &self.authorize,
            &self.faults,
            &self.token_in_flight_max,
        ] {
            counter.store(0, Ordering::SeqCst);
        }
        for counter in self.by_status.iter() {
            counter.store(0, Ordering::SeqCst);
        }
        lock(&self.requests).clear();
    }
}

/// A token request in flight.
pub(crate) struct TokenFlight<'a>(&'a Recorder);

impl Drop for TokenFlight<'_> {
    fn drop(&mut self) {
        self.0.token_in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}
