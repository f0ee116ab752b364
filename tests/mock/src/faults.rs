//! Scripted trouble: rules that match requests and say what goes wrong.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Method;

use super::gate::{Counter, Gate};
use super::record::Target;
use super::reply::Reply;
use super::router::{Pattern, method_named};
use super::sync::lock;

/// How a connection ends when it ends badly.
#[derive(Clone, Debug)]
pub enum End {
    /// FIN: the socket is closed in order.
    Close,
    /// RST: the socket is reset.
    Reset,
    /// The mock closes its sending side and keeps reading until the client hangs up.
    HalfClose,
    /// Nothing more is sent; the socket is closed when the gate opens.
    Hold(Gate),
}

/// What a request without a usable answer meets instead.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    /// Sent as it is before the end.
    pub(crate) bytes: Bytes,
    pub(crate) end: End,
}

#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// Only holds, delays or revokes.
    Proceed,
    Respond(Reply),
    /// Before the body is read.
    BreakUnread(Broken),
    /// After the body is read, without executing the request.
    Break(Broken),
    /// The request is executed, and its answer thrown away.
    BreakAfterExecution(Broken),
    /// The request is executed, and of the answer's body only so many bytes are sent.
    Cut(usize, End),
    /// One of these, chosen at random.
    OneOf(Vec<Action>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Revoke {
    No,
    Before,
    After,
}

#[derive(Clone, Debug)]
enum Scope {
    Connect,
    Any,
    Target(Target),
    Route(Option<Method>, Pattern),
}

/// A rule: which requests, how often, and what happens to them. Applies once unless told otherwise; the first rule that fires decides.
///
/// ```
/// use genesys_cloud_mock::{End, Fault, Reply};
///
/// let three_times_503 = Fault::api().times(3).respond(Reply::status(503));
/// let dropped_after_it_was_done = Fault::on("POST", "/api/v2/users").break_after_execution(End::Close);
/// let one_in_a_thousand_revokes_its_token = Fault::api().probability(0.001).revoke_before();
/// ```
#[derive(Clone, Debug)]
pub struct Fault {
    scope: Scope,
    skip: u64,
    times: Option<u64>,
    probability: Option<f64>,
    pub(crate) hold: Option<Gate>,
    pub(crate) hold_reply: Option<Gate>,
    pub(crate) delay: Option<Duration>,
    pub(crate) revoke: Revoke,
    pub(crate) action: Action,
}

impl Fault {
    fn new(scope: Scope) -> Self {
        Self {
            scope,
            skip: 0,
            times: Some(1),
            probability: None,
            hold: None,
            hold_reply: None,
            delay: None,
            revoke: Revoke::No,
            action: Action::Proceed,
        }
    }

    /// Requests to the token endpoint.
    #[must_use]
    pub fn token() -> Self {
        Self::new(Scope::Target(Target::Token))
    }

    /// Requests to the API.
    #[must_use]
    pub fn api() -> Self {
        Self::new(Scope::Target(Target::Api))
    }

    /// Requests to presigned URLs.
    #[must_use]
    pub fn presigned() -> Self {
        Self::new(Scope::Target(Target::Presigned))
    }

    /// Every request.
    #[must_use]
    pub fn any() -> Self {
        Self::new(Scope::Any)
    }

    /// Requests with this method ("*" is any) and a path, without a gateway's prefix, of this [`Pattern`].
    #[must_use]
    pub fn on(method: &str, pattern: &str) -> Self {
        Self::new(Scope::Route(method_named(method), Pattern::new(pattern)))
    }

    /// Connections, before anything is read from them. Only actions that break apply.
    #[must_use]
    pub fn connect() -> Self {
        Self::new(Scope::Connect)
    }

    /// Lets the first `count` matching requests through.
    #[must_use]
    pub fn skip(mut self, count: u64) -> Self {
        self.skip = count;
        self
    }

    /// Applies to `count` requests.
    #[must_use]
    pub fn times(mut self, count: u64) -> Self {
        self.times = Some(count);
        self
    }

    /// Applies without end.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.times = None;
        self
    }

    /// Applies to each matching request with this probability, by the mock's seed, without end unless [`Fault::times`] follows.
    #[must_use]
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = Some(probability);
        self.times = None;
        self
    }

    /// Holds the request, read but not executed, until the gate opens.
    #[must_use]
    pub fn hold(mut self, gate: &Gate) -> Self {
        self.hold = Some(gate.clone());
        self
    }

    /// Holds the answer, the request being executed, until the gate opens.
    #[must_use]
    pub fn hold_reply(mut self, gate: &Gate) -> Self {
        self.hold_reply = Some(gate.clone());
        self
    }

    /// Delays the request before it is executed. For load; a test uses [`Fault::hold`].
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    /// Revokes the token that the request came with, before it is looked at: this request is refused.
    #[must_use]
    pub fn revoke_before(mut self) -> Self {
        self.revoke = Revoke::Before;
        self
    }

    /// Revokes the token that the request came with, once the request is executed: the next one is refused.
    #[must_use]
    pub fn revoke_after(mut self) -> Self {
        self.revoke = Revoke::After;
        self
    }

    /// Answers with this, without executing the request or looking at its token.
    #[must_use]
    pub fn respond(self, reply: Reply) -> Self {
        self.act(Action::Respond(reply))
    }

    /// Ends the connection as soon as the head is read.
    #[must_use]
    pub fn break_unread(self, end: End) -> Self {
        self.act(Action::BreakUnread(Broken {
            bytes: Bytes::new(),
            end,
        }))
    }

    /// Ends the connection when the request is read, without executing it.
    #[must_use]
    pub fn break_before_execution(self, end: End) -> Self {
        self.raw(Bytes::new(), end)
    }

    /// Executes the request and ends the connection without an answer.
    #[must_use]
    pub fn break_after_execution(self, end: End) -> Self {
        self.act(Action::BreakAfterExecution(Broken {
            bytes: Bytes::new(),
            end,
        }))
    }

    /// Reads the request, writes these bytes as they are (a malformed head, say), and ends the connection.
    #[must_use]
    pub fn raw(self, bytes: impl Into<Bytes>, end: End) -> Self {
        self.act(Action::Break(Broken {
            bytes: bytes.into(),
            end,
        }))
    }

    /// Executes the request, and ends the connection after `keep` bytes of the body.
    #[must_use]
    pub fn cut_body(self, keep: usize, end: End) -> Self {
        self.act(Action::Cut(keep, end))
    }

    /// Does what one of these would do, chosen at random by the mock's seed. Only their actions count.
    #[must_use]
    pub fn one_of(self, faults: impl IntoIterator<Item = Fault>) -> Self {
        let actions = faults.into_iter().map(|fault| fault.action).collect();
        self.act(Action::OneOf(actions))
    }

    /// The trouble that a token endpoint makes in practice, mixed: 503, 429, the 400 that means 429, a reset, a body cut short.
    #[must_use]
    pub fn token_trouble(self) -> Self {
        self.one_of([
            Self::token().respond(Reply::status(503)),
            Self::token()
                .respond(Reply::oauth_error(429, "too_many_requests", "slow down").retry_after(0)),
            Self::token().respond(Reply::token_rate_limited()),
            Self::token().break_before_execution(End::Reset),
            Self::token().cut_body(20, End::Close),
        ])
    }

    fn act(mut self, action: Action) -> Self {
        self.action = action;
        self
    }

    fn is_match(&self, target: Target, method: &Method, path: &str) -> bool {
        match &self.scope {
            Scope::Connect => false,
            Scope::Any => true,
            Scope::Target(own) => *own == target,
            Scope::Route(own, pattern) => {
                own.as_ref().is_none_or(|own| own == method) && pattern.is_match(path)
            }
        }
    }
}

/// A rule in force.
#[derive(Clone, Debug)]
pub struct FaultHandle {
    pub(crate) id: u64,
    fired: Counter,
}

impl FaultHandle {
    /// How often the rule has fired.
    #[must_use]
    pub fn fired(&self) -> u64 {
        self.fired.get()
    }

    /// Waits until the rule has fired `count` times.
    pub async fn wait_for(&self, count: u64) {
        self.fired.wait_for(count).await;
    }
}

#[derive(Debug)]
struct Rule {
    fault: Fault,
    handle: FaultHandle,
}

#[derive(Debug)]
struct Rules {
    rules: Vec<Rule>,
    random: fastrand::Rng,
}

/// All rules of one mock.
#[derive(Debug)]
pub(crate) struct Faults {
    /// So that a request pays nothing if there is no rule.
    any: AtomicBool,
    next_id: AtomicU64,
    rules: Mutex<Rules>,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            any: AtomicBool::new(false),
            next_id: AtomicU64::new(0),
            rules: Mutex::new(Rules {
                rules: Vec::new(),
                random: fastrand::Rng::with_seed(seed),
            }),
        }
    }

    pub(crate) fn add(&self, fault: Fault) -> FaultHandle {
        let handle = FaultHandle {
            id: self.next_id.fetch_add(1, Ordering::SeqCst),
            fired: Counter::default(),
        };
        let rule = Rule {
            fault,
            handle: handle.clone(),
        };
        lock(&self.rules).rules.push(rule);
        self.any.store(true, Ordering::SeqCst);
        handle
    }

    pub(crate) fn remove(&self, id: u64) {
        lock(&self.rules).rules.retain(|rule| rule.handle.id != id);
    }

    pub(crate) fn clear(&self) {
        lock(&self.rules).rules.clear();
        self.any.store(false, Ordering::SeqCst);
    }

    /// The fault that meets this request.
    pub(crate) fn decide(&self, target: Target, method: &Method, path: &str) -> Option<Fault> {
        self.fire(|fault| fault.is_match(target, method, path))
    }

    /// The fault that meets a new connection.
    pub(crate) fn decide_connection(&self) -> Option<Fault> {
        self.fire(|fault| matches!(fault.scope, Scope::Connect))
    }

    fn fire(&self, is_match: impl Fn(&Fault) -> bool) -> Option<Fault> {
        if !self.any.load(Ordering::SeqCst) {
            return None;
        }
        let mut rules = lock(&self.rules);
        let Rules { rules, random } = &mut *rules;
        let index = rules
            .iter_mut()
            .position(|rule| is_match(&rule.fault) && rule.fault.is_due(random))?;
        let rule = rules.get_mut(index)?;
        let mut fault = rule.fault.clone();
        if let Action::OneOf(actions) = &fault.action {
            fault.action = random
                .choice(actions.iter())
                .cloned()
                .unwrap_or(Action::Proceed);
        }
        rule.handle.fired.add();
        if rule.fault.times == Some(0) {
            rules.remove(index);
        }
        Some(fault)
    }
}

impl Fault {
    /// Whether a matching request is one that the rule applies to; counts it.
    fn is_due(&mut self, random: &mut fastrand::Rng) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if self
            .probability
            .is_some_and(|probability| random.f64() >= probability)
        {
            return false;
        }
        match &mut self.times {
            None => true,
            Some(0) => false,
            Some(times) => {
                *times -= 1;
                true
            }
        }
    }
}
