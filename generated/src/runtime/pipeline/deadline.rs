//! The end of the whole call.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use super::CallContext;
use crate::runtime::error::{Error, ErrorKind};

/// Runs `work`, but not past the call's deadline.
pub(super) async fn within<T>(
    context: &CallContext,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(remaining) = context.remaining() else {
        return work.await;
    };
    let mut work = pin!(work);
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
