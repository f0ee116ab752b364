//! The deadline of the whole call.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;

use super::CallContext;
use crate::runtime::clock::BoxFuture;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::transport::{HttpResponse, TransportError, TransportErrorKind};

/// Runs `work`, but not past the call's deadline. It is borrowed, for a future that is handed on by value takes its space twice.
///
/// An attempt has a timer of its own, which ends it no later than the call: while one is on its way there is no second timer.
pub(super) async fn within<T>(
    context: &CallContext,
    mut work: Pin<&mut impl Future<Output = Result<T, Error>>>,
) -> Result<T, Error> {
    let mut end = None;
    poll_fn(|task| {
        if let Poll::Ready(outcome) = work.as_mut().poll(task) {
            return Poll::Ready(outcome);
        }
        if end.is_none() && !context.timed_below.is_running() {
            end = context.remaining().map(|left| context.clock().sleep(left));
        }
        match &mut end {
            Some(end) => end.as_mut().poll(task).map(|()| Err(late(context))),
            None => Poll::Pending,
        }
    })
    .await
}

#[cold]
fn late(context: &CallContext) -> Error {
    Error::new(ErrorKind::Timeout).with_message(format!(
        "the call did not end within {:.1} s",
        context.allowed().unwrap_or_default().as_secs_f64()
    ))
}

/// Runs an attempt over a transport that keeps no time, until `end`.
pub(super) async fn ended_by(
    mut end: BoxFuture<'_, ()>,
    mut response: BoxFuture<'_, Result<HttpResponse, TransportError>>,
) -> Result<HttpResponse, TransportError> {
    poll_fn(|task| {
        if let Poll::Ready(outcome) = response.as_mut().poll(task) {
            return Poll::Ready(outcome);
        }
        end.as_mut().poll(task).map(|()| {
            Err(TransportError::new(
                TransportErrorKind::Timeout,
                "the attempt timed out",
            ))
        })
    })
    .await
}

/// Counts the attempts on their way that end by themselves in time. A middleware may have several at once.
#[derive(Debug, Default)]
pub(super) struct TimersBelow(AtomicU32);

impl TimersBelow {
    /// For as long as what it gives lives, the call is ended in time by a timer further down.
    pub(super) fn start(&self) -> TimedBelow<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        TimedBelow(self)
    }

    fn is_running(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

/// One of them; dropped when it has ended.
pub(super) struct TimedBelow<'a>(&'a TimersBelow);

impl Drop for TimedBelow<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}
