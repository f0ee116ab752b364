//! Many calls of one kind: several at a time, with progress, resumable after a crash. See [`bulk`](bulk()).

mod journal;
mod outcome;

pub use outcome::{BulkOutcome, BulkProgress};

use std::collections::{HashSet, VecDeque};
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use self::journal::{Journal, Past};
use self::outcome::ends_all;
use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;

/// Makes a call for each of `items`, up to `concurrency` of them at a time, and gives each item back with its outcome as a stream, in the order
/// in which they end. Nothing is sent unless the stream is polled.
///
/// `call` makes the future for one item: an operation that is sent, an [`update`](crate::runtime::update()), or several calls in a row. It is
/// retried, paced and limited as the client says. With [`pacing`](crate::runtime::ClientBuilder::pacing) the calls keep below the rate limit.
///
/// An error concerns its item only, unless no later call could succeed either: when the credentials are permanently refused or the client is
/// not configured, the items that are left are reported as [`BulkOutcome::NotSent`].
///
/// ```no_run
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::runtime::{BulkOutcome, Client, Error, bulk};
///
/// # async fn example(client: &Client, paths: Vec<String>) -> Result<(), Error> {
/// let call = |path: &String| client.request(http::Method::DELETE, path).send();
/// let mut deletions = bulk(paths, 20, call).journal("deletions.jsonl", |path: &String| path.clone())?;
/// while let Some((path, outcome)) = deletions.next().await {
///     match outcome {
///         BulkOutcome::Done(_) | BulkOutcome::AlreadyDone => {}
///         other => eprintln!("{path}: {other}"),
///     }
/// }
/// println!("{}", deletions.progress());
/// # Ok(())
/// # }
/// ```
pub fn bulk<'a, I, F, Fut, R>(items: I, concurrency: usize, mut call: F) -> Bulk<'a, I::Item, R>
where
    I: IntoIterator,
    I::IntoIter: Send + 'a,
    F: FnMut(&I::Item) -> Fut + Send + 'a,
    Fut: Future<Output = Result<R, Error>> + Send + 'a,
{
    Bulk {
        items: Box::new(items.into_iter()),
        concurrency: concurrency.max(1),
        call: Box::new(move |item| Box::pin(call(item))),
        resume: None,
        journal: None,
        running: Vec::new(),
        ended: VecDeque::new(),
        is_stopped: false,
        progress: BulkProgress::default(),
    }
}

type MakeCall<'a, T, R> = Box<dyn FnMut(&T) -> BoxFuture<'a, Result<R, Error>> + Send + 'a>;

/// The stream of items and their outcomes; made by [`bulk()`].
#[must_use = "a stream does nothing unless it is polled"]
pub struct Bulk<'a, T, R> {
    items: Box<dyn Iterator<Item = T> + Send + 'a>,
    concurrency: usize,
    call: MakeCall<'a, T, R>,
    /// Reads whether an item has its change.
    resume: Option<MakeCall<'a, T, bool>>,
    journal: Option<Keyed<T>>,
    running: Vec<Running<'a, T, R>>,
    ended: VecDeque<(T, BulkOutcome<R>)>,
    /// No more items are sent.
    is_stopped: bool,
    progress: BulkProgress,
}

/// A journal, and the names of the items in it.
struct Keyed<T> {
    journal: Journal,
    key: Box<dyn Fn(&T) -> String + Send>,
    /// The items of this run.
    seen: HashSet<String>,
}

/// An item on its way.
struct Running<'a, T, R> {
    item: T,
    key: Option<String>,
    step: Step<'a, R>,
    /// A call for the item may have been carried out, and this is how it ended.
    doubt: Option<Option<Error>>,
}

enum Step<'a, R> {
    /// Reading whether the item has its change.
    Reading(BoxFuture<'a, Result<bool, Error>>),
    Calling(BoxFuture<'a, Result<R, Error>>),
}

impl<'a, T, R> Bulk<'a, T, R> {
    /// Keeps what has started and ended in a file, so that a later run with the same file takes up the rest: JSON lines, one when an item begins
    /// and one when it ends. `key` names an item; it must be the same in every run, and no two items may share one. The file holds keys, and
    /// neither bodies nor texts of errors.
    ///
    /// A run with the journal of an earlier one reports items that were done as [`BulkOutcome::AlreadyDone`] and sends those again that
    /// were refused. An item whose outcome the earlier run did not learn, because the process died or the call ended in an error such as a timeout,
    /// may or may not have been changed: it is reported as [`BulkOutcome::Unknown`] and not sent, unless [`resume`](Self::resume) says how to
    /// read it.
    ///
    /// Each line is written before the call is sent and handed to the operating system at once: it survives the process, though not a crash of
    /// the machine. The file is locked while the stream lives.
    ///
    /// # Errors
    ///
    /// The file cannot be opened, another process has it open, or a line of it is invalid.
    pub fn journal(
        mut self,
        path: impl AsRef<Path>,
        key: impl Fn(&T) -> String + Send + 'static,
    ) -> Result<Self, Error> {
        self.journal = Some(Keyed {
            journal: Journal::open(path.as_ref())?,
            key: Box::new(key),
            seen: HashSet::new(),
        });
        Ok(self)
    }

    /// How to find out whether an item of unknown outcome has its change: `read` reads it and gives true if it has. Where it has not, the call
    /// is made (again).
    ///
    /// Items are in doubt after a crash (see [`journal`](Self::journal)), and when a call ends in an error after which it may have been carried
    /// out, like a timeout. Reads can lag behind writes: `read` must not trust a state that is older than the earlier call. A call that sends
    /// the version that it read, and does nothing where the item has its change already, is safe for any state that was read.
    pub fn resume<F, Fut>(mut self, mut read: F) -> Self
    where
        F: FnMut(&T) -> Fut + Send + 'a,
        Fut: Future<Output = Result<bool, Error>> + Send + 'a,
    {
        self.resume = Some(Box::new(move |item| Box::pin(read(item))));
        self
    }

    /// How many items have ended so far, and how.
    #[must_use]
    pub fn progress(&self) -> BulkProgress {
        BulkProgress {
            running: self.running.len() as u64,
            ..self.progress
        }
    }

    /// The next item that has ended, with its outcome; `None` after the last one.
    ///
    /// Cancel safe: dropping the future, as in `select!` or a timeout, loses no outcome. Calls under way stay in the stream and advance only while it is
    /// polled. Dropping the stream itself drops these calls, which may have been carried out; in a journal they stay without an outcome.
    pub async fn next(&mut self) -> Option<(T, BulkOutcome<R>)> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Begins items until enough of them run.
    fn fill(&mut self) {
        // Items that end without a call must not keep the stream from giving them out.
        while self.running.len() < self.concurrency && self.ended.len() < self.concurrency {
            let Some(item) = self.items.next() else {
                return;
            };
            self.begin(item);
        }
    }

    fn begin(&mut self, item: T) {
        let mut key = None;
        let mut doubt = None;
        if let Some(keyed) = &mut self.journal {
            let own = (keyed.key)(&item);
            if !keyed.seen.insert(own.clone()) {
                let error = Error::invalid_request("two items have the same key in the journal");
                return self.end(item, None, BulkOutcome::Failed(error));
            }
            match keyed.journal.past(&own) {
                Some(Past::Done) => return self.end(item, None, BulkOutcome::AlreadyDone),
                Some(Past::Begun) => doubt = Some(None),
                Some(Past::Failed) | None => {}
            }
            key = Some(own);
        }
        if self.is_stopped {
            let outcome = match doubt {
                Some(_) => BulkOutcome::Unknown(None),
                None => BulkOutcome::NotSent,
            };
            return self.end(item, None, outcome);
        }
        let step = match (&doubt, &mut self.resume) {
            (None, _) => {
                if let (Some(keyed), Some(key)) = (&mut self.journal, &key)
                    && let Err(error) = keyed.journal.begin(key)
                {
                    // What cannot be recorded is not sent.
                    self.is_stopped = true;
                    return self.end(item, None, BulkOutcome::Failed(error));
                }
                Step::Calling((self.call)(&item))
            }
            (Some(_), Some(read)) => Step::Reading(read(&item)),
            (Some(_), None) => return self.end(item, None, BulkOutcome::Unknown(None)),
        };
        self.running.push(Running {
            item,
            key,
            step,
            doubt,
        });
    }

    /// Counts and keeps an outcome, and records it where the item has a key.
    fn end(&mut self, item: T, key: Option<String>, outcome: BulkOutcome<R>) {
        if let (Some(keyed), Some(key)) = (&mut self.journal, &key) {
            let recorded = match &outcome {
                BulkOutcome::Done(_) | BulkOutcome::AlreadyDone => keyed.journal.done(key),
                BulkOutcome::Failed(error) => keyed.journal.failed(key, error),
                // It stays as begun.
                BulkOutcome::Unknown(_) | BulkOutcome::NotSent => Ok(()),
            };
            // The next run has to look at this item; what was not begun waits for it.
            self.is_stopped |= recorded.is_err();
        }
        self.progress.count(&outcome);
        self.ended.push_back((item, outcome));
    }

    /// Polls what runs, and ends what is ready.
    fn poll_running(&mut self, context: &mut Context<'_>) {
        let mut index = 0;
        while let Some(running) = self.running.get_mut(index) {
            let finished = match &mut running.step {
                Step::Reading(read) => match read.as_mut().poll(context) {
                    Poll::Pending => None,
                    Poll::Ready(Ok(true)) => Some(BulkOutcome::AlreadyDone),
                    Poll::Ready(Ok(false)) => {
                        running.step = Step::Calling((self.call)(&running.item));
                        continue;
                    }
                    Poll::Ready(Err(error)) => {
                        self.is_stopped |= ends_all(&error);
                        let doubt = running.doubt.take().flatten();
                        Some(BulkOutcome::Unknown(doubt.or(Some(error))))
                    }
                },
                Step::Calling(call) => match call.as_mut().poll(context) {
                    Poll::Pending => None,
                    Poll::Ready(Ok(result)) => Some(BulkOutcome::Done(result)),
                    Poll::Ready(Err(error)) if error.may_have_been_carried_out() => {
                        // Once: a second doubt is the caller's to resolve.
                        match &mut self.resume {
                            Some(read) if running.doubt.is_none() => {
                                running.doubt = Some(Some(error));
                                running.step = Step::Reading(read(&running.item));
                                continue;
                            }
                            _ => Some(BulkOutcome::Unknown(Some(error))),
                        }
                    }
                    Poll::Ready(Err(error)) => {
                        self.is_stopped |= ends_all(&error);
                        Some(BulkOutcome::Failed(error))
                    }
                },
            };
            match finished {
                None => index += 1,
                Some(outcome) => {
                    let Running { item, key, .. } = self.running.swap_remove(index);
                    self.end(item, key, outcome);
                }
            }
        }
    }
}

impl<T, R> Stream for Bulk<'_, T, R> {
    type Item = (T, BulkOutcome<R>);

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(ended) = this.ended.pop_front() {
                return Poll::Ready(Some(ended));
            }
            this.fill();
            this.poll_running(context);
            if this.ended.is_empty() {
                return match this.running.is_empty() {
                    true => Poll::Ready(None),
                    false => Poll::Pending,
                };
            }
        }
    }
}

/// All fields can be moved: the futures are boxed.
impl<T, R> Unpin for Bulk<'_, T, R> {}

debug_fields!(Bulk<'a, T, R>, |this| progress: this.progress());
