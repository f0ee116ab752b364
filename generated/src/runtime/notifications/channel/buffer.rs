//! What has arrived and was not read yet: a bounded queue.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::SystemTime;

use super::calls::Rejected;
use crate::runtime::error::Error;
use crate::runtime::notifications::{Gap, GapReason, Notification};

/// One thing to tell the program.
pub(crate) enum Item {
    Notification(Notification),
    Gap(Gap),
    /// A message that could not be read. The stream continues.
    Error(Error),
}

/// The queue between the sockets and the program. Clones are the same queue.
#[derive(Clone)]
pub(crate) struct Buffer(Arc<Mutex<Inner>>);

struct Inner {
    longest: usize,
    items: VecDeque<(SystemTime, Item)>,
    /// What was dropped. It comes before everything that is left.
    dropped: Option<Gap>,
    end: Option<Error>,
    has_ended: bool,
    waker: Option<Waker>,
    rejected: Vec<Rejected>,
    /// How many sockets were opened.
    sockets: u64,
}

impl Buffer {
    pub(crate) fn new(longest: usize) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            longest: longest.max(1),
            items: VecDeque::new(),
            dropped: None,
            end: None,
            has_ended: false,
            waker: None,
            rejected: Vec::new(),
            sockets: 0,
        })))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an item; without room, the oldest is dropped.
    pub(crate) fn push(&self, at: SystemTime, item: Item) {
        let waker = {
            let mut inner = self.lock();
            if inner.has_ended {
                return;
            }
            if inner.items.len() >= inner.longest
                && let Some((then, oldest)) = inner.items.pop_front()
            {
                let missed = match oldest {
                    Item::Notification(_) | Item::Error(_) => {
                        Gap::new(then, then, GapReason::SlowReader).with_missed(1)
                    }
                    Item::Gap(gap) => gap,
                };
                inner.dropped = Some(match inner.dropped.take() {
                    None => missed,
                    Some(dropped) => dropped.joined(&missed),
                });
            }
            inner.items.push_back((at, item));
            inner.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Ends the stream, after what has arrived so far. The first reason counts.
    pub(crate) fn end(&self, error: Error) {
        let waker = {
            let mut inner = self.lock();
            if inner.has_ended {
                return;
            }
            inner.has_ended = true;
            inner.end = Some(error);
            inner.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// The next item; an error at the end, and nothing after it.
    pub(crate) fn poll(&self, context: &mut Context<'_>) -> Poll<Option<Result<Item, Error>>> {
        let mut inner = self.lock();
        if let Some(gap) = inner.dropped.take() {
            return Poll::Ready(Some(Ok(Item::Gap(gap))));
        }
        if let Some((_, item)) = inner.items.pop_front() {
            return Poll::Ready(Some(Ok(item)));
        }
        if inner.has_ended {
            return Poll::Ready(inner.end.take().map(Err));
        }
        if !(inner.waker.as_ref()).is_some_and(|waker| waker.will_wake(context.waker())) {
            inner.waker = Some(context.waker().clone());
        }
        Poll::Pending
    }

    pub(crate) fn count_socket(&self) {
        self.lock().sockets += 1;
    }

    /// How many sockets were opened.
    pub(crate) fn sockets(&self) -> u64 {
        self.lock().sockets
    }

    /// Takes what Genesys Cloud said of the topics that `concerns` names.
    pub(crate) fn set_rejected(
        &self,
        concerns: impl Fn(&Rejected) -> bool,
        rejected: Vec<Rejected>,
    ) {
        let mut inner = self.lock();
        inner.rejected.retain(|each| !concerns(each));
        inner.rejected.extend(rejected);
    }

    pub(crate) fn rejected(&self) -> Vec<Rejected> {
        self.lock().rejected.clone()
    }
}
