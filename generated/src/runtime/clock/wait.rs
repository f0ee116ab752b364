//! Waits for the first of two futures, or for one with a timeout.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use super::Clock;

/// How late a timer fires where nobody drove the runtime.
pub(crate) const LATE: Duration = Duration::from_millis(10);

/// How much longer, driven, a future may take whose timer ended while nobody drove the runtime.
pub(crate) const DRIVEN: Duration = Duration::from_secs(1);

/// Which one was first.
pub(crate) enum First<A, B> {
    Left(A),
    Right(B),
}

/// Completes with the first of both; the left one where both are done.
pub(crate) async fn first<A: Future, B: Future>(left: A, right: B) -> First<A::Output, B::Output> {
    let (mut left, mut right) = (pin!(left), pin!(right));
    poll_fn(|context| {
        if let Poll::Ready(output) = left.as_mut().poll(context) {
            return Poll::Ready(First::Left(output));
        }
        right.as_mut().poll(context).map(First::Right)
    })
    .await
}

/// Completes with `future`, or with nothing after `limit`.
///
/// A timer that ended while nobody drove the runtime says nothing about the future: its answer may be there, and need a turn of the
/// runtime to be read. Such a timer is renewed once, for a short time.
pub(crate) async fn within<F: Future>(
    clock: &dyn Clock,
    limit: Duration,
    future: F,
) -> Option<F::Output> {
    let due = clock.monotonic() + limit;
    let mut future = pin!(future);
    if let First::Left(output) = first(future.as_mut(), clock.sleep(limit)).await {
        return Some(output);
    }
    if clock.monotonic() < due + LATE {
        return None;
    }
    match first(future, clock.sleep(DRIVEN)).await {
        First::Left(output) => Some(output),
        First::Right(()) => None,
    }
}
