//! A login server and an API of several replicas, and calls that come to them at random.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use tokio::task::JoinSet;
use url::Url;

use crate::runtime::auth::store::{MemoryStore, TokenStore};
use crate::runtime::auth::{
    AuthError, AuthErrorKind, Interceptor, Jitter, Previous, Token, TokenProvider,
};
use crate::runtime::clock::{BoxFuture, Clock};
use crate::runtime::transport::{
    HttpRequest, HttpResponse, RequestBody, ResponseBody, Transport, TransportError,
};
use crate::tests::auth::support::{TestClock, seconds};

/// A range of seconds, of which one is drawn each time.
pub(super) type Range = (f64, f64);

/// What a scenario is made of; seconds, and calls a second.
#[derive(Clone, Debug)]
pub(super) struct Scenario {
    /// How late each replica learns of a new token; the API has as many as there are.
    pub(super) lag: Vec<f64>,
    /// How late each replica learns of a revocation.
    pub(super) revocation_lag: Vec<f64>,
    pub(super) lifetime: f64,
    /// How long an API call takes.
    pub(super) answer: Range,
    /// How long a good one takes, where that is another time.
    pub(super) good_answer: Option<Range>,
    /// After how long the API looks at the token, at most.
    pub(super) looks_after: f64,
    /// Which share of the token requests fails.
    pub(super) login_fails: f64,
    /// When the login server is down, or hangs.
    pub(super) login_down: Range,
    pub(super) login_hangs: bool,
    pub(super) refuses_all: bool,
    /// When all tokens are revoked.
    pub(super) revocations: Vec<f64>,
    /// Which share of the calls revokes its token.
    pub(super) revokes: f64,
    /// When one good call is refused for no reason.
    pub(super) spurious: Vec<f64>,
    /// Whether the client begins with a token that was issued ten minutes ago and was accepted.
    pub(super) settled: bool,
    pub(super) good: f64,
    pub(super) good_operations: usize,
    pub(super) bad: f64,
    pub(super) bad_operations: usize,
    pub(super) bad_once: Option<f64>,
    /// Calls of one operation half of which are refused.
    pub(super) mixed: f64,
    /// Whether one of the good operations refuses the first token.
    pub(super) needs_newer: bool,
    /// Calls at a time, one after the other, until there were `total` of them.
    pub(super) concurrency: usize,
    pub(super) total: usize,
    /// Calls that all begin at once.
    pub(super) burst: usize,
    pub(super) length: f64,
    pub(super) pool: usize,
    /// Clients that share one store, each in a process of its own.
    pub(super) processes: usize,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            lag: vec![0.0],
            revocation_lag: vec![0.0],
            lifetime: 3600.0,
            answer: (0.02, 0.05),
            good_answer: None,
            looks_after: f64::MAX,
            login_fails: 0.0,
            login_down: (0.0, 0.0),
            login_hangs: false,
            refuses_all: false,
            revocations: Vec::new(),
            revokes: 0.0,
            spurious: Vec::new(),
            settled: false,
            good: 0.0,
            good_operations: 20,
            bad: 0.0,
            bad_operations: 1,
            bad_once: None,
            mixed: 0.0,
            needs_newer: false,
            concurrency: 0,
            total: 0,
            burst: 0,
            length: 0.0,
            pool: 1,
            processes: 1,
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    pub(super) served: usize,
    pub(super) lost: usize,
    /// When the token requests came, within the load.
    pub(super) token_requests: Vec<f64>,
    /// The latencies of the good calls that were served.
    pub(super) latencies: Vec<f64>,
    /// The requests that each call made which its operation refuses.
    bad_requests: Vec<usize>,
    pub(super) most_in_flight: usize,
}

impl Outcome {
    pub(super) fn tokens(&self) -> usize {
        self.token_requests.len()
    }

    pub(super) fn most_tokens_in_a_minute(&self) -> usize {
        let times = &self.token_requests;
        let within = |last: usize| {
            times[..=last]
                .iter()
                .filter(|at| times[last] - **at <= 60.0)
                .count()
        };
        (0..times.len()).map(within).max().unwrap_or_default()
    }

    pub(super) fn requests_by_bad_call(&self) -> f64 {
        let sum: usize = self.bad_requests.iter().sum();
        sum as f64 / self.bad_requests.len().max(1) as f64
    }
}

/// The latency that one call in a hundred exceeds.
pub(super) fn p99(mut latencies: Vec<f64>) -> f64 {
    latencies.sort_by(f64::total_cmp);
    let place = latencies.len().saturating_sub(1) as f64 * 0.99;
    latencies.get(place as usize).copied().unwrap_or_default()
}

struct Issued {
    at: f64,
    revoked: f64,
}

/// What a call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Good,
    Bad,
    Mixed,
}

struct State {
    random: fastrand::Rng,
    issued: Vec<Issued>,
    spurious: VecDeque<f64>,
    in_flight: usize,
    outcome: Outcome,
}

/// Login server and API.
#[derive(Clone)]
struct Cloud {
    scenario: Arc<Scenario>,
    clock: Arc<TestClock>,
    state: Arc<Mutex<State>>,
    /// When the load began.
    start: f64,
}

impl Cloud {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Seconds since the load began.
    fn now(&self) -> f64 {
        self.clock.monotonic().since_start().as_secs_f64() - self.start
    }

    fn draw(&self, (from, to): Range) -> f64 {
        from + (to - from) * self.state().random.f64()
    }

    fn exponential(&self, rate: f64) -> f64 {
        -(1.0 - self.state().random.f64()).ln() / rate
    }

    fn is_down(&self) -> bool {
        let (from, to) = self.scenario.login_down;
        (from..to).contains(&self.now())
    }

    /// Whether the API accepts token number `token`.
    fn accepts(&self, kind: Kind, operation: usize, token: usize) -> bool {
        let now = self.now();
        let scenario = &self.scenario;
        let mut state = self.state();
        if scenario.refuses_all {
            return false;
        }
        let replica = state.random.usize(..);
        let of_replica = |lags: &[f64]| lags[replica % lags.len()];
        let issued = &state.issued[token];
        let is_valid = now >= issued.at + of_replica(&scenario.lag)
            && now < issued.revoked + of_replica(&scenario.revocation_lag)
            && now < issued.at + scenario.lifetime + 0.05;
        let is_refused = kind == Kind::Bad
            || (kind == Kind::Mixed && operation % 2 == 1)
            || (scenario.needs_newer && operation == 7 && issued.at < 0.0 && now >= 0.0);
        if !is_valid || is_refused {
            return false;
        }
        if state.spurious.front().is_some_and(|at| now >= *at) {
            state.spurious.pop_front();
            return false;
        }
        if scenario.revokes > 0.0 && state.random.f64() < scenario.revokes {
            state.issued[token].revoked = now;
        }
        true
    }

    async fn token_request(&self) -> Result<Token, AuthError> {
        let _in_flight = {
            let now = self.now();
            let mut state = self.state();
            state.in_flight += 1;
            state.outcome.most_in_flight = state.outcome.most_in_flight.max(state.in_flight);
            if self.scenario.length == 0.0 || now <= self.scenario.length {
                state.outcome.token_requests.push(now);
            }
            InFlight(self)
        };
        let asked = self.clock.now();
        let is_down = self.is_down();
        let fails = is_down || self.state().random.f64() < self.scenario.login_fails;
        let takes = if is_down && self.scenario.login_hangs {
            10.0
        } else {
            self.draw((0.04, 0.06))
        };
        tokio::time::sleep(seconds(takes)).await;
        let now = self.now();
        let mut state = self.state();
        if fails {
            return Err(AuthError::new(AuthErrorKind::ServerError));
        }
        state.issued.push(Issued {
            at: now - 0.008,
            revoked: f64::MAX,
        });
        let number = state.issued.len() - 1;
        let token = Token::new(format!("token-{number}"));
        Ok(token
            .with_lifetime(seconds(self.scenario.lifetime))
            .with_issued_at(asked))
    }
}

/// Counts a token request as in flight until its future ends or is dropped.
struct InFlight<'a>(&'a Cloud);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.state().in_flight -= 1;
    }
}

/// Three attempts, as the token endpoint's client makes them.
impl TokenProvider for Cloud {
    fn fetch<'a>(&'a self, _: Previous<'a>) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(async move {
            let began = self.now();
            let mut attempt = 1;
            loop {
                let error = match self.token_request().await {
                    Ok(token) => return Ok(token),
                    Err(error) => error,
                };
                if attempt == 3 || self.now() - began >= 24.9 {
                    return Err(error);
                }
                let ceiling = 0.1 * f64::from(attempt);
                tokio::time::sleep(seconds(self.draw((0.0, ceiling)))).await;
                attempt += 1;
            }
        })
    }

    fn is_repeatable(&self) -> bool {
        true
    }
}

/// The API as one call sees it.
struct Api<'a> {
    cloud: &'a Cloud,
    kind: Kind,
    operation: usize,
    requests: std::sync::atomic::AtomicUsize,
}

impl Transport for Api<'_> {
    fn execute(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            self.requests
                .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let scenario = &self.cloud.scenario;
            let token = request.headers[header::AUTHORIZATION].to_str().unwrap();
            let token: usize = token.rsplit('-').next().unwrap().parse().unwrap();
            let range = match (self.kind, scenario.good_answer) {
                (Kind::Good, Some(range)) => range,
                _ => scenario.answer,
            };
            let takes = self.cloud.draw(range);
            let looks_after = (takes / 2.0).min(scenario.looks_after);
            tokio::time::sleep(seconds(looks_after)).await;
            let accepted = self.cloud.accepts(self.kind, self.operation, token);
            let rest = match accepted {
                // A refusal does not take as long as the work.
                false if scenario.looks_after < f64::MAX => 0.02,
                _ => takes - looks_after,
            };
            tokio::time::sleep(seconds(rest)).await;
            Ok(HttpResponse {
                status: if accepted {
                    StatusCode::OK
                } else {
                    StatusCode::UNAUTHORIZED
                },
                headers: HeaderMap::new(),
                body: ResponseBody::Bytes(Bytes::new()),
            })
        })
    }
}

/// One call from its beginning to its end.
async fn call(cloud: Cloud, interceptors: Arc<[Interceptor]>, kind: Kind) {
    let (interceptor, operation, template) = {
        let mut state = cloud.state();
        let process = match interceptors.len() {
            1 => 0,
            processes => state.random.usize(..processes),
        };
        let operation = match kind {
            Kind::Good => state.random.usize(..cloud.scenario.good_operations),
            Kind::Bad => state.random.usize(..cloud.scenario.bad_operations),
            Kind::Mixed => state.random.usize(..2),
        };
        let template = match kind {
            Kind::Mixed => "/api/v2/mixed/{id}".to_owned(),
            _ => format!("/api/v2/{kind:?}{operation}"),
        };
        (&interceptors[process], operation, template)
    };
    let api = Api {
        cloud: &cloud,
        kind,
        operation,
        requests: Default::default(),
    };
    let mut request = HttpRequest {
        method: Method::GET,
        url: Url::parse("https://api.mypurecloud.com/api/v2/things").unwrap(),
        headers: HeaderMap::new(),
        body: RequestBody::Empty,
        timeout: None,
        stream_response: false,
        extensions: http::Extensions::new(),
    };
    let began = cloud.now();
    let deadline = cloud.clock.monotonic() + Duration::from_secs(60);
    let response = interceptor
        .send(&mut request, &template, Some(deadline), &api)
        .await;
    let took = cloud.now() - began;
    let is_ok = response.is_ok();
    let mut state = cloud.state();
    let outcome = &mut state.outcome;
    if kind == Kind::Bad || (kind == Kind::Mixed && operation % 2 == 1) {
        outcome.bad_requests.push(api.requests.into_inner());
    } else if is_ok {
        outcome.served += 1;
        outcome.latencies.push(took);
    } else {
        outcome.lost += 1;
    }
}

/// Calls that come at random, `rate` a second on average, until the load ends.
async fn arrivals(cloud: Cloud, interceptors: Arc<[Interceptor]>, kind: Kind, rate: f64) {
    let mut calls = JoinSet::new();
    // Exact times, though the timer counts in milliseconds.
    let mut next = cloud.exponential(rate);
    while next <= cloud.scenario.length {
        tokio::time::sleep(seconds((next - cloud.now()).max(0.0))).await;
        calls.spawn(call(cloud.clone(), Arc::clone(&interceptors), kind));
        while calls.try_join_next().is_some() {}
        next += cloud.exponential(rate);
    }
    calls.join_all().await;
}

async fn load(cloud: &Cloud, interceptors: &Arc<[Interceptor]>) {
    let scenario = &cloud.scenario;
    let mut tasks = JoinSet::new();
    for (kind, rate) in [
        (Kind::Good, scenario.good),
        (Kind::Bad, scenario.bad),
        (Kind::Mixed, scenario.mixed),
    ] {
        if rate > 0.0 {
            tasks.spawn(arrivals(
                cloud.clone(),
                Arc::clone(interceptors),
                kind,
                rate,
            ));
        }
    }
    if let Some(at) = scenario.bad_once {
        let (cloud, interceptors) = (cloud.clone(), Arc::clone(interceptors));
        tasks.spawn(async move {
            tokio::time::sleep(seconds(at)).await;
            call(cloud, interceptors, Kind::Bad).await;
        });
    }
    for _ in 0..scenario.burst {
        tasks.spawn(call(cloud.clone(), Arc::clone(interceptors), Kind::Good));
    }
    let left = Arc::new(Mutex::new(scenario.total));
    for _ in 0..scenario.concurrency {
        let (cloud, interceptors, left) =
            (cloud.clone(), Arc::clone(interceptors), Arc::clone(&left));
        tasks.spawn(async move {
            let pause = cloud.draw((0.0, 0.05));
            tokio::time::sleep(seconds(pause)).await;
            loop {
                {
                    let mut left = left.lock().unwrap();
                    if *left == 0 {
                        return;
                    }
                    *left -= 1;
                }
                call(cloud.clone(), Arc::clone(&interceptors), Kind::Good).await;
            }
        });
    }
    let revocations = scenario.revocations.clone();
    let revoking = {
        let cloud = cloud.clone();
        tokio::spawn(async move {
            for at in revocations {
                tokio::time::sleep(seconds((at - cloud.now()).max(0.0))).await;
                let now = cloud.now();
                for issued in &mut cloud.state().issued {
                    issued.revoked = issued.revoked.min(now);
                }
            }
        })
    };
    tasks.join_all().await;
    revoking.abort();
}

/// How long before the load a settled token was issued.
const PRELUDE: f64 = 600.0;

async fn run_in_virtual_time(scenario: Scenario, seed: u64) -> Outcome {
    // On a tick of the timer. One seed gives much the same run each time, and not the very same: which of those that wait for a flight goes on
    // first is drawn by tokio.
    tokio::time::sleep(Duration::from_millis(1)).await;
    let clock = TestClock::new();
    let cloud = Cloud {
        state: Arc::new(Mutex::new(State {
            random: fastrand::Rng::with_seed(seed),
            issued: Vec::new(),
            spurious: scenario.spurious.iter().copied().collect(),
            in_flight: 0,
            outcome: Outcome::default(),
        })),
        start: if scenario.settled { PRELUDE } else { 0.0 },
        scenario: Arc::new(scenario),
        clock,
    };
    let provider: Arc<dyn TokenProvider> = Arc::new(cloud.clone());
    let api = Url::parse("https://api.mypurecloud.com").unwrap();
    let store: Arc<dyn TokenStore> = Arc::new(MemoryStore::new());
    let interceptors: Arc<[Interceptor]> = (0..cloud.scenario.processes)
        .map(|process| {
            let (provider, clock) = (Arc::clone(&provider), cloud.clock.clone());
            let builder = Interceptor::builder(provider, api.clone(), clock)
                .jitter(Jitter::seeded(seed + 1000 * process as u64))
                .pool(cloud.scenario.pool);
            if cloud.scenario.processes > 1 {
                builder.store(Arc::clone(&store), "fleet").build()
            } else {
                builder.build()
            }
        })
        .collect();
    if cloud.scenario.settled {
        // Accepted when it was new, and a moment ago.
        for wait in [0.0, PRELUDE - 10.0] {
            tokio::time::sleep(seconds(wait)).await;
            for _ in 0..cloud.scenario.pool * cloud.scenario.processes {
                call(cloud.clone(), Arc::clone(&interceptors), Kind::Good).await;
            }
        }
        tokio::time::sleep(seconds((-cloud.now()).max(0.0))).await;
        cloud.state().outcome = Outcome::default();
    }
    load(&cloud, &interceptors).await;
    cloud.state().outcome.clone()
}

/// Runs a scenario from its beginning to its end.
pub(super) fn run(scenario: &Scenario, seed: u64) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(run_in_virtual_time(scenario.clone(), seed))
}
