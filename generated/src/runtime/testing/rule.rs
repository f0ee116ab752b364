//! Rules: which calls match, how often, and the reply.

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Method;

use super::call::{CallData, OperationCall};
use super::expected::Expected;
use super::reply::{Answer, IntoReply, error_response, refusal, repeated};
use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;
use crate::runtime::request::{Operation, OperationMetadata, RawRequest};
use crate::runtime::transport::{HttpResponse, TransportError, TransportErrorKind};

/// A rule of a [`MockClient`](super::MockClient). It is in force from the time it is made; the methods complete it.
///
/// The last reply that is set is the reply of the rule, and it answers any number of calls unless [`times`](Self::times) limits it.
pub struct Rule<O> {
    state: Arc<Mutex<RuleState>>,
    operation: PhantomData<fn() -> O>,
}

pub(super) struct RuleState {
    target: Target,
    place: &'static Location<'static>,
    expected: Option<Result<Expected, Error>>,
    conditions: Vec<Box<Condition>>,
    answer: Option<Box<Answer>>,
    times: Option<u64>,
    used: u64,
}

type Condition = dyn Fn(&Arc<CallData>) -> bool + Send + Sync;

/// The calls that a rule is about.
pub(super) enum Target {
    Operation(&'static OperationMetadata),
    Path(Method, String),
}

/// What a rule makes of a call.
pub(super) enum Verdict {
    Answer(Result<HttpResponse, TransportError>),
    /// The rule is about other operations.
    Foreign,
    /// The rule is about this operation, but not about this call.
    Differs(Vec<String>),
}

impl RuleState {
    /// Answers the call, if the rule is about it.
    pub(super) fn judge(&mut self, call: &Arc<CallData>) -> Verdict {
        let seen = match &self.target {
            Target::Operation(operation)
                if call.operation.is_some_and(|own| is_same(own, operation)) =>
            {
                Arc::clone(call)
            }
            Target::Path(method, template) if call.request.method == *method => {
                match call.with_template(template) {
                    Some(seen) => Arc::new(seen),
                    None => return Verdict::Foreign,
                }
            }
            _ => return Verdict::Foreign,
        };
        let mut differences = match &self.expected {
            None => Vec::new(),
            Some(Ok(expected)) => expected.differences(&seen),
            Some(Err(error)) => vec![format!("the expected call is invalid: {error}")],
        };
        if !self.conditions.iter().all(|condition| condition(&seen)) {
            let unknown = seen.take_unknown();
            differences.push(if unknown.is_empty() {
                "`when` is false".to_owned()
            } else {
                format!("`when` is false; it asked for the path argument `{}`, which the operation does not have", unknown.join("`, `"))
            });
        }
        if let Some(times) = self.times.filter(|times| self.used >= *times)
            && differences.is_empty()
        {
            differences.push(format!("it has answered {times} of {times} calls"));
        }
        if !differences.is_empty() {
            return Verdict::Differs(differences);
        }
        self.used += 1;
        Verdict::Answer(match &self.answer {
            Some(answer) => answer(&seen),
            None => Err(refusal(format!("{} has no reply", self.describe()))),
        })
    }

    /// What of the rule was not used.
    pub(super) fn unused(&self) -> Option<String> {
        let (used, describe) = (self.used, self.describe());
        match self.times {
            Some(times) if used < times => {
                Some(format!("{describe} has answered {used} of {times} calls"))
            }
            None if used == 0 => Some(format!("{describe} has answered no call")),
            _ => None,
        }
    }

    pub(super) fn describe(&self) -> String {
        let (file, line) = (self.place.file(), self.place.line());
        format!("the rule for {} at {file}:{line}", self.target)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation(operation) => formatter.write_str(operation.name),
            Self::Path(method, path) => write!(formatter, "{method} {path}"),
        }
    }
}

/// Metadata is a constant, which may have several addresses.
pub(super) fn is_same(one: &OperationMetadata, other: &OperationMetadata) -> bool {
    one.operation_id == other.operation_id && one.method == other.method && one.path == other.path
}

impl<O> Rule<O> {
    pub(super) fn new(
        target: Target,
        place: &'static Location<'static>,
        expected: Option<Result<Expected, Error>>,
    ) -> Self {
        Self {
            state: Arc::new(Mutex::new(RuleState {
                target,
                place,
                expected,
                conditions: Vec::new(),
                answer: None,
                times: None,
                used: 0,
            })),
            operation: PhantomData,
        }
    }

    pub(super) fn state(&self) -> Arc<Mutex<RuleState>> {
        self.state.clone()
    }

    fn change(self, change: impl FnOnce(&mut RuleState)) -> Self {
        change(&mut lock(&self.state));
        self
    }

    fn answer(
        self,
        answer: impl Fn(&Arc<CallData>) -> Result<HttpResponse, TransportError> + Send + Sync + 'static,
    ) -> Self {
        self.change(|rule| rule.answer = Some(Box::new(answer)))
    }

    /// Limits the rule to calls for which `condition` is true. With several conditions, all must be true.
    pub fn when(
        self,
        condition: impl Fn(&OperationCall<O>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.change(|rule| {
            rule.conditions.push(Box::new(move |call| {
                condition(&OperationCall::new(Arc::clone(call)))
            }));
        })
    }

    /// Limits the rule to `count` calls. Calls after that go to the rules made later. [`MockClient::verify`](super::MockClient::verify) expects
    /// exactly that many.
    pub fn times(self, count: u64) -> Self {
        self.change(|rule| rule.times = Some(count))
    }

    /// Replies with an error of the API: its status and its code.
    pub fn reply_error(self, status: u16, code: &str) -> Self {
        self.reply_response(error_response(status, code))
    }

    /// Replies with this response. A streamed body can be sent once.
    pub fn reply_response(self, response: HttpResponse) -> Self {
        self.change(|rule| rule.answer = Some(repeated(response)))
    }

    /// Fails below HTTP: no connection, a timeout, a connection that ends.
    pub fn reply_failure(self, kind: TransportErrorKind) -> Self {
        self.answer(move |_| Err(TransportError::new(kind, "the rule says so")))
    }

    /// Replies with the response that `respond` makes of the call.
    pub fn respond_with(
        self,
        respond: impl Fn(&OperationCall<O>) -> HttpResponse + Send + Sync + 'static,
    ) -> Self {
        self.answer(move |call| Ok(respond(&OperationCall::new(Arc::clone(call)))))
    }

    /// How many calls the rule has answered.
    #[must_use]
    pub fn answered(&self) -> u64 {
        lock(&self.state).used
    }
}

impl<O: Operation> Rule<O>
where
    O::Output: IntoReply,
{
    /// Replies with what the operation gives.
    pub fn reply(self, output: O::Output) -> Self {
        self.reply_response(output.into_reply())
    }

    /// Replies with what `reply` makes of the call.
    pub fn reply_with(
        self,
        reply: impl Fn(&OperationCall<O>) -> O::Output + Send + Sync + 'static,
    ) -> Self {
        self.respond_with(move |call| reply(call).into_reply())
    }
}

impl Rule<RawRequest> {
    /// Replies with JSON and status 200.
    pub fn reply_json(self, json: &serde_json::Value) -> Self {
        self.reply_response(HttpResponse::json(200, json.to_string()))
    }
}

debug_fields!(Rule<O>, |this| "Rule({})", lock(&this.state).describe());

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
