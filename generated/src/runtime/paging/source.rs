//! The pages of a listing as bytes, in order, some of them ahead of time. Nothing here depends on what is listed.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::advance::{Facts, Progress, Verdict};
use super::state::{PagingState, Position};
use super::{Paging, PagingError, PagingProblem, PagingStyle, apply, lookup_page};
use crate::runtime::clock::BoxFuture;
use crate::runtime::error::Error;
use crate::runtime::request::Request;
use crate::runtime::response::RawResponse;
use crate::runtime::telemetry::int;
use crate::runtime::transport::ResponseBody;

type Outcome = Result<RawResponse, Error>;

/// Fetches page after page, and decides what comes next.
pub(super) struct PageSource {
    template: Request,
    paging: &'static Paging,
    progress: Progress,
    /// The page to hand out next; nothing after the last one.
    next: Option<Position>,
    /// Why that page cannot be fetched.
    problem: Option<PagingProblem>,
    /// What was wrong with the call before it began.
    refused: Option<Error>,
    /// Nothing more is handed out.
    is_stopped: bool,
    /// The pages on their way, in order; the first one is `next`.
    fetches: VecDeque<Fetch>,
    /// The number or index of the page that is handed out next.
    number: u64,
    concurrency: usize,
    pages_left: Option<u64>,
    previous: Option<Bytes>,
    /// That the total is too low was said.
    has_warned: bool,
    /// How many items of the next page are done: [`Items`](super::Items) passes over them.
    skip: u64,
}

impl PageSource {
    pub(super) fn new(template: Request, paging: &'static Paging) -> Self {
        let number = apply::first_number(&template, paging.style);
        let page_size = apply::page_size(&template, paging);
        let mut source = Self {
            // Before the first page lie whole pages; how many items these have is known by the size only.
            progress: Progress::new(
                paging.style,
                items_before(paging, number, page_size),
                page_size,
            ),
            next: Some(Position::First),
            problem: None,
            refused: None,
            is_stopped: false,
            fetches: VecDeque::new(),
            number,
            concurrency: 1,
            pages_left: None,
            previous: None,
            has_warned: false,
            skip: 0,
            template,
            paging,
        };
        if let Some(token) = apply::first_token(&source.template, paging.style) {
            source.progress.note_token(&token);
        }
        source
    }

    /// Sets the page size, in the query or in the body.
    pub(super) fn set_page_size(&mut self, page_size: i64) {
        match apply::set_page_size(&mut self.template, self.paging, page_size) {
            Ok(true) => {
                self.progress.page_size = apply::page_size(&self.template, self.paging);
                // A listing that is resumed knows how many items it has read.
                if self.next == Some(Position::First) {
                    self.progress.items =
                        items_before(self.paging, self.number, self.progress.page_size);
                }
            }
            Ok(false) => {
                self.refused = Some(Error::invalid_request(format!(
                    "`{}` does not take the size of a page in its query: leave `page_size` out, and set the size in the body where the body has a property for it",
                    self.operation_name()
                )));
            }
            Err(error) => self.refused = Some(error),
        }
    }

    pub(super) fn set_concurrency(&mut self, concurrency: usize) {
        self.concurrency = concurrency.max(1);
    }

    pub(super) fn set_max_pages(&mut self, pages: u64) {
        self.pages_left = Some(pages);
    }

    /// Begins where `state` stopped.
    pub(super) fn resume(&mut self, state: PagingState) {
        if state.operation != self.operation_name() {
            self.refused = Some(Error::invalid_request(format!(
                "the state to resume from belongs to `{}`",
                state.operation
            )));
            return;
        }
        match &state.next {
            Some(Position::Number(number) | Position::Index(number)) => self.number = *number,
            Some(Position::Token(token) | Position::Link(token)) => {
                self.progress.note_token(token);
            }
            Some(Position::First) | None => {}
        }
        self.progress.resume(&state);
        self.skip = state.skip;
        self.next = state.next;
    }

    /// Where the listing is: the next page.
    pub(super) fn state(&self) -> PagingState {
        PagingState {
            operation: self.operation_name().to_owned(),
            next: self.next.clone(),
            items: self.progress.items,
            page_count: self.progress.page_count,
            total: self.progress.total,
            skip: self.skip,
        }
    }

    /// How many items the whole listing has, as far as the API told.
    pub(super) fn total(&self) -> Option<u64> {
        self.progress.total
    }

    fn operation_name(&self) -> &str {
        self.template
            .metadata()
            .map_or("", |operation| operation.name)
    }

    /// The next page as it came. [`Self::accept`] has to follow.
    pub(super) fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        if self.is_stopped || self.pages_left == Some(0) {
            self.fetches.clear();
            return Poll::Ready(None);
        }
        // A problem of the page before is told only now, so that its items come first.
        if let Some(error) = self.refused.take().or_else(|| self.take_problem()) {
            return Poll::Ready(Some(self.fail(error)));
        }
        if let Err(error) = self.begin_fetches() {
            return Poll::Ready(Some(self.fail(error)));
        }
        // All of them, not the first alone: those that run here and not in a task make no progress otherwise.
        for fetch in &mut self.fetches {
            fetch.advance(context);
        }
        match self.fetches.front_mut() {
            None => Poll::Ready(None),
            Some(Fetch::Done(outcome)) => match outcome.take() {
                Some(Ok(response)) => {
                    self.fetches.pop_front();
                    Poll::Ready(Some(Ok(response)))
                }
                Some(Err(error)) if self.ends_at(&error) => {
                    self.end();
                    Poll::Ready(None)
                }
                Some(Err(error)) => Poll::Ready(Some(self.fail(error))),
                None => Poll::Ready(None),
            },
            Some(_) => Poll::Pending,
        }
    }

    /// Whether an error is how the API says that there is no further page. Some operations answer a page beyond the last one with 400. Not every 400
    /// is such an answer: the first page, and one that count or total call due, must not end a listing without a word.
    fn ends_at(&self, error: &Error) -> bool {
        let names_pages = error.api_error().is_some_and(|api_error| {
            [&api_error.code, &api_error.message]
                .into_iter()
                .flatten()
                .any(|text| text.to_ascii_lowercase().contains("pag"))
        });
        let ends =
            error.is_bad_request() && self.progress.ends_at_refusal(self.number, names_pages);
        if ends {
            tracing::warn!(
                target: "genesys_cloud",
                operation = self.operation_name(),
                page = int(self.number),
                total = self.progress.total.map(int),
                "the API refused a page beyond the last one; the listing ends here"
            );
        }
        ends
    }

    fn take_problem(&mut self) -> Option<Error> {
        let problem = self.problem.take()?;
        Some(PagingError::new(problem, self.state()).into_error(self.template.metadata()))
    }

    /// Ends the listing at the page that it cannot hand out; the state stays there.
    pub(super) fn stop(&mut self) {
        self.is_stopped = true;
        self.fetches.clear();
    }

    fn fail(&mut self, error: Error) -> Outcome {
        self.stop();
        Err(error)
    }

    /// Begins to fetch the next page, and those after it that are known to be there.
    fn begin_fetches(&mut self) -> Result<(), Error> {
        let Some(next) = self.next.clone() else {
            return Ok(());
        };
        if self.fetches.is_empty() {
            self.begin(&next)?;
        }
        if !self.paging.style.has_numbers() {
            return Ok(());
        }
        // Where the end is not known, a page ahead could be one beyond the last, which costs a call and may be refused.
        let Some(last_page) = self.progress.last_page() else {
            return Ok(());
        };
        let mut width = self.concurrency;
        if let Some(pages) = self.pages_left {
            width = width.min(usize::try_from(pages).unwrap_or(usize::MAX));
        }
        while self.fetches.len() < width {
            let ahead = u64::try_from(self.fetches.len()).unwrap_or(u64::MAX);
            let number = self.number.saturating_add(ahead);
            if number > last_page {
                break;
            }
            self.begin(&Position::Number(number))?;
        }
        Ok(())
    }

    fn begin(&mut self, position: &Position) -> Result<(), Error> {
        let request = apply::request_of(&self.template, self.paging.style, position)?;
        let call = request.execute(false);
        self.fetches
            .push_back(Fetch::begin(call, self.concurrency > 1));
        Ok(())
    }

    /// Takes note of a page that was handed out by [`Self::poll_page`] and could be decoded; whether it counts. `body` is its bytes, and
    /// `decoded` the number of its items that could be decoded.
    pub(super) fn accept(&mut self, body: Bytes, decoded: usize) -> bool {
        let facts = self.facts(&body, decoded);
        // Operations that ignore the page number send the first page for ever; its bytes show it. Tokens tell by themselves whether a page comes again; a page need not be held in memory for it.
        self.previous = self.paging.style.is_counted().then_some(body);
        // The items that were handed out before a resume are all in this page.
        self.skip = 0;
        let number = self.number;
        let verdict = self.progress.after(number, facts);
        if self.progress.has_low_total && !std::mem::replace(&mut self.has_warned, true) {
            tracing::warn!(
                target: "genesys_cloud",
                operation = self.operation_name(),
                page = int(number),
                items = self.progress.items.map(int),
                "the API reports a total below the number of items read; the total is ignored"
            );
        }
        if let Some(pages) = &mut self.pages_left {
            *pages = pages.saturating_sub(1);
        }
        match verdict {
            Verdict::Next(next) => {
                if let Position::Number(next) | Position::Index(next) = &next {
                    self.number = *next;
                }
                self.next = Some(next);
                true
            }
            Verdict::Stuck(next, problem) => {
                self.next = Some(next);
                self.problem = Some(problem);
                true
            }
            Verdict::Last => {
                if self.progress.lacks_items(number) {
                    tracing::warn!(
                        target: "genesys_cloud",
                        operation = self.operation_name(),
                        page = int(number),
                        items = self.progress.items.map(int),
                        total = self.progress.total.map(int),
                        "the listing ends at the last page, although the reported total is higher"
                    );
                }
                self.end();
                true
            }
            Verdict::Ignored => {
                tracing::warn!(
                    target: "genesys_cloud",
                    operation = self.operation_name(),
                    page = int(number),
                    "the API returned the same page again; the listing ends here"
                );
                self.end();
                false
            }
            Verdict::Refused(problem) => {
                self.problem = Some(problem);
                // Asked for again later, the page may be another one.
                self.pages_left = self.pages_left.map(|pages| pages.saturating_add(1));
                false
            }
        }
    }

    fn end(&mut self) {
        self.next = None;
        self.fetches.clear();
    }

    fn facts(&mut self, body: &Bytes, decoded: usize) -> Facts {
        let places = self.paging.style.places();
        let ([page_count, total, token], items) = lookup_page(
            body,
            [&places[0], &places[1], &places[2]],
            self.paging.items,
        );
        let number = |text: Option<String>| text.and_then(|text| text.parse().ok());
        let mut facts = Facts {
            items: items.unwrap_or(u64::try_from(decoded).unwrap_or(u64::MAX)),
            is_repeated: self.previous.as_ref() == Some(body),
            page_count: number(page_count),
            total: number(total),
            token: token.map(|token| apply::token_of(token, self.paging.style)),
            is_foreign: false,
        };
        if matches!(self.paging.style, PagingStyle::NextUri { .. }) {
            self.resolve(&mut facts);
        }
        facts
    }

    /// Makes the link to the next page a path and query of the API.
    fn resolve(&mut self, facts: &mut Facts) {
        let current = match &self.next {
            Some(Position::Link(link)) => link.clone(),
            _ => {
                let first = self.template.path_and_query();
                // A link back to the first page is a loop, too.
                self.progress.note_token(&first);
                first
            }
        };
        let Some(link) = facts.token.as_mut().filter(|link| !link.is_empty()) else {
            return;
        };
        match self.template.resolve_link(link, &current) {
            Ok(resolved) => *link = resolved,
            Err(_) => facts.is_foreign = true,
        }
    }
}

/// How many items the pages before the first one have.
fn items_before(paging: &Paging, number: u64, page_size: Option<u64>) -> Option<u64> {
    match (number.saturating_sub(1), paging.style.has_numbers()) {
        (0, _) => Some(0),
        (before, false) => Some(before),
        (before, true) => page_size.map(|size| before.saturating_mul(size)),
    }
}

/// A page on its way.
enum Fetch {
    /// Runs while the listing is polled.
    Here(BoxFuture<'static, Outcome>),
    /// Runs in a task, so that what is fetched ahead does not wait for the caller to come back.
    Task(Task),
    /// It is there, unless it was handed out.
    Done(Option<Outcome>),
}

impl Fetch {
    fn begin(call: BoxFuture<'static, Outcome>, in_task: bool) -> Self {
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) if in_task => Self::Task(Task(runtime.spawn(call.in_current_span()))),
            _ => Self::Here(call),
        }
    }

    fn advance(&mut self, context: &mut Context<'_>) {
        let outcome = match self {
            Self::Here(call) => call.as_mut().poll(context),
            Self::Task(task) => Pin::new(&mut task.0)
                .poll(context)
                .map(|joined| joined.unwrap_or_else(|error| Err(Error::other(error)))),
            Self::Done(_) => return,
        };
        if let Poll::Ready(outcome) = outcome {
            *self = Self::Done(Some(outcome));
        }
    }
}

/// A task that ends when its handle is dropped.
struct Task(JoinHandle<Outcome>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The bytes of a page; a page is never streamed.
pub(super) fn bytes_of(response: &RawResponse) -> Bytes {
    match &response.body {
        ResponseBody::Bytes(bytes) => bytes.clone(),
        ResponseBody::Stream(_) => Bytes::new(),
    }
}
