//! The client of a test.

use std::panic::Location;
use std::sync::{Arc, Mutex};

use http::Method;

use super::call::{CallData, OperationCall};
use super::expected::Expected;
use super::reply::refusal;
use super::rule::{Rule, RuleState, Target, Verdict, is_same, lock};
use crate::runtime::client::{Client, ClientBuilder};
use crate::runtime::debug::debug_fields;
use crate::runtime::request::{Operation, RawRequest};
use crate::runtime::transport::{HttpResponse, MemoryTransport, TransportError};

/// Answers calls by rules instead of sending them. Clones share their rules and calls.
///
/// The first rule that is about a call answers it. Rules are asked in the order in which they were made; one that is used up
/// ([`Rule::times`]) is passed over. A call that no rule answers fails, is not retried, and its error names the nearest rule.
#[derive(Clone, Default)]
pub struct MockClient {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    rules: Mutex<Vec<Arc<Mutex<RuleState>>>>,
    calls: Mutex<Vec<Arc<CallData>>>,
    unmatched: Mutex<Vec<String>>,
}

impl MockClient {
    /// A mock without rules.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A client whose calls come here. It has an access token that never expires.
    #[must_use]
    pub fn client(&self) -> Client {
        match self.builder().build() {
            Ok(client) => client,
            // Nothing of its configuration can be wrong.
            Err(error) => panic!("{error}"),
        }
    }

    /// A builder of such a client, to be given retries, pacing or middleware.
    pub fn builder(&self) -> ClientBuilder {
        let shared = Arc::clone(&self.shared);
        let transport = MemoryTransport::fallible(move |request| {
            let answer = shared.answer(Arc::new(CallData::new(request)));
            async move { answer }
        });
        Client::builder()
            .transport(Arc::new(transport))
            .access_token("mock-access-token")
    }

    /// A rule for calls of the operation `O`.
    #[track_caller]
    pub fn on<O: Operation>(&self) -> Rule<O> {
        self.add(Target::Operation(O::METADATA), None)
    }

    /// A rule for calls that are equal to `call`: the same path, query, body, and headers that `call` sets. The order of query parameters with
    /// different names and of JSON properties does not matter.
    #[track_caller]
    pub fn on_call<O: Operation>(&self, call: O) -> Rule<O> {
        let expected = Expected::new(call.into_request());
        self.add(Target::Operation(O::METADATA), Some(expected))
    }

    /// A rule for calls of [`Client::request`], by method and path. In braces stands an argument of the path: `/api/v2/users/{userId}`.
    #[track_caller]
    pub fn on_request(&self, method: Method, path: &str) -> Rule<RawRequest> {
        self.add(Target::Path(method, path.to_owned()), None)
    }

    #[track_caller]
    fn add<O>(
        &self,
        target: Target,
        expected: Option<Result<Expected, crate::runtime::error::Error>>,
    ) -> Rule<O> {
        let rule = Rule::new(target, Location::caller(), expected);
        lock(&self.shared.rules).push(rule.state());
        rule
    }

    /// The calls of the operation `O` so far, the oldest first, whether a rule answered them or not.
    #[must_use]
    pub fn calls<O: Operation>(&self) -> Vec<OperationCall<O>> {
        let calls = lock(&self.shared.calls);
        let own = calls.iter().filter(|call| {
            call.operation
                .is_some_and(|operation| is_same(operation, O::METADATA))
        });
        own.map(|call| OperationCall::new(Arc::clone(call)))
            .collect()
    }

    /// How many calls came so far, of all operations.
    #[must_use]
    pub fn call_count(&self) -> usize {
        lock(&self.shared.calls).len()
    }

    /// The rules that have not answered as many calls as they should, and the calls that no rule answered; each as a sentence.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let rules = lock(&self.shared.rules);
        let unused = rules.iter().filter_map(|rule| lock(rule).unused());
        let unmatched = lock(&self.shared.unmatched);
        unused.chain(unmatched.iter().cloned()).collect()
    }

    /// Checks that every rule has answered a call, or as many as [`Rule::times`] says, and that every call was answered.
    ///
    /// # Panics
    ///
    /// There are [`problems`](Self::problems).
    #[track_caller]
    pub fn verify(&self) {
        let problems = self.problems();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }
}

impl Shared {
    fn answer(&self, call: Arc<CallData>) -> Result<HttpResponse, TransportError> {
        lock(&self.calls).push(Arc::clone(&call));
        // A copy, so that a reply may add rules.
        let rules = lock(&self.rules).clone();
        let mut nearest: Option<(usize, String)> = None;
        let mut foreign = Vec::new();
        for rule in &rules {
            let mut rule = lock(rule);
            match rule.judge(&call) {
                Verdict::Answer(answer) => return answer,
                Verdict::Foreign => foreign.push(rule.describe()),
                Verdict::Differs(differences) => {
                    if nearest
                        .as_ref()
                        .is_none_or(|(fewest, _)| differences.len() < *fewest)
                    {
                        let text = format!("{}: {}", rule.describe(), differences.join("; "));
                        nearest = Some((differences.len(), text));
                    }
                }
            }
        }
        let nearest = match (nearest, foreign.as_slice()) {
            (Some((_, nearest)), _) => format!("the nearest is {nearest}"),
            (None, []) => "there are no rules".to_owned(),
            (None, foreign) => format!("there are {}", foreign.join(", ")),
        };
        let message = format!("no rule answers {}; {nearest}", call.describe());
        lock(&self.unmatched).push(message.clone());
        Err(refusal(message))
    }
}

debug_fields!(MockClient, |this| rules: lock(&this.shared.rules).len(), calls: this.call_count());
