//! The end of the whole call.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use super::CallContext;
use crate::runtime::error::{Error, ErrorKind};

/// Runs `work`, but not past the call's deadline. It is borrowed, for a future that is handed on by value takes its space twice.
pub(super) async fn within<T>(
    context: &CallContext,
    mut work: Pin<&mut impl Future<Output = Result<T, Error>>>,
) -> Result<T, Error> {
    let Some(remaining) = context.remaining() else {
        return work.await;
    };
    let mut end = context.clock().sleep(remaining);
    poll_fn(|task| {
        if let Poll::Ready(outcome) = work.as_mut().poll(task) {
            return Poll::Ready(outcome);
        }
        end.as_mut().poll(task).map(|()| {
            Err(Error::new(ErrorKind::Timeout).with_message(format!(
                "the call did not end within {:.1} s",
                remaining.as_secs_f64()
            )))
        })
    })
    .await
}
