//! Runs one operation of a store with a timeout, and catches its panics.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::time::Duration;

use crate::runtime::auth::error::{AuthError, AuthErrorKind};
use crate::runtime::clock::wait::within;
use crate::runtime::clock::{BoxFuture, Clock};
use crate::runtime::transport::BoxError;

/// What `operation` completes with; an error if that takes longer than `limit`, or panics.
pub(crate) async fn bounded<'b, T>(
    clock: &dyn Clock,
    limit: Duration,
    operation: impl FnOnce() -> BoxFuture<'b, Result<T, BoxError>>,
) -> Result<T, AuthError> {
    let failed = AuthError::new(AuthErrorKind::Store);
    match within(clock, limit, caught(operation)).await {
        Some(Some(Ok(value))) => Ok(value),
        Some(Some(Err(error))) => Err(failed.with_source(error)),
        Some(None) => Err(failed.with_description("it panicked")),
        None => Err(failed.with_description("it did not answer in time")),
    }
}

/// What `operation` completes with; none if it panics.
async fn caught<'b, T>(operation: impl FnOnce() -> BoxFuture<'b, T>) -> Option<T> {
    let mut future = catch_unwind(AssertUnwindSafe(operation)).ok()?;
    let outcome = poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        match polled {
            Ok(Poll::Ready(outcome)) => Poll::Ready(Some(outcome)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(_) => Poll::Ready(None),
        }
    })
    .await;
    // Dropping what panicked may panic again.
    if catch_unwind(AssertUnwindSafe(|| drop(future))).is_err() {
        tracing::error!("a token store panicked while it was dropped");
    }
    outcome
}
