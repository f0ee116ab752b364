//! A call in progress.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::{Request, until_visible};
use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;
use crate::runtime::response::{FromResponse, RawResponse, Response, decode_serde};

/// The future of one call. It does nothing until it is polled; dropping it cancels the call.
///
/// Everything up to the response's bytes is compiled once, in the SDK. The one generic step is the decoding at the end, whose machine code is
/// made where the call is.
#[must_use = "a call is sent when it is awaited"]
pub struct Call<T> {
    bytes: BoxFuture<'static, Result<RawResponse, Error>>,
    decode: fn(RawResponse) -> Result<Response<T>, Error>,
}

impl<T: FromResponse> Call<T> {
    /// Sends `request` when polled.
    #[doc(hidden)]
    pub fn new(request: Request) -> Self {
        Self {
            bytes: request.execute(T::STREAMED),
            decode: T::from_response,
        }
    }
}

impl<T: FromResponse> Call<T> {
    /// Sends `request` again and again while the answer is 404 and `timeout` is not over.
    pub(super) fn until_visible(request: Request, timeout: Duration) -> Self {
        Self {
            bytes: Box::pin(until_visible::read(request, T::STREAMED, timeout)),
            decode: T::from_response,
        }
    }
}

impl<T: DeserializeOwned + 'static> Call<T> {
    /// Sends `request` when polled, and reads the response's JSON with serde.
    pub(crate) fn serde(request: Request) -> Self {
        Self {
            bytes: request.execute(false),
            decode: decode_serde::<T>,
        }
    }
}

#[cfg(feature = "blocking")]
impl<T> Call<T> {
    /// The future of the response, and what reads it.
    #[allow(clippy::type_complexity, reason = "it is taken apart at once")]
    pub(crate) fn into_parts(
        self,
    ) -> (
        BoxFuture<'static, Result<RawResponse, Error>>,
        fn(RawResponse) -> Result<Response<T>, Error>,
    ) {
        (self.bytes, self.decode)
    }
}

impl<T> Future for Call<T> {
    type Output = Result<Response<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = ready!(self.bytes.as_mut().poll(context));
        Poll::Ready(outcome.and_then(self.decode))
    }
}

debug_fields!(Call<T>, |_this| "Call(..)");
