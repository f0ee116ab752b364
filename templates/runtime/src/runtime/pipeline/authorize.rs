//! The seam to authentication.

use std::borrow::Cow;
use std::fmt::Debug;
use std::time::Duration;

use super::Attempt;
use crate::runtime::auth::{Secret, UnauthorizedReason};
use crate::runtime::clock::BoxFuture;
use crate::runtime::error::Error;
use crate::runtime::transport::{BoxError, HttpRequest, HttpResponse};

/// Puts a token on requests, and renews it.
#[doc(hidden)]
pub trait Authorize: Debug + Send + Sync + 'static {
    /// Sends copies of `request` with a token through `next`: one, and more where that helps. The token stays on `request`, which is as good as
    /// spent.
    ///
    /// `deadline` is the end of the whole call on the monotonic clock of the client.
    ///
    /// # Errors
    ///
    /// No token could be had, or the last exchange failed.
    fn send<'a>(
        &'a self,
        request: &'a mut HttpRequest,
        template: &'a str,
        deadline: Option<Duration>,
        next: &'a dyn Attempt,
    ) -> BoxFuture<'a, Result<Authorized, Error>>;

    /// Fetches a token now, if there is no good one.
    ///
    /// # Errors
    ///
    /// No token could be had.
    fn authenticate(&self, deadline: Option<Duration>) -> BoxFuture<'_, Result<(), Error>>;

    /// The token that a request would be sent with now.
    ///
    /// # Errors
    ///
    /// No token could be obtained.
    fn access_token(&self, deadline: Option<Duration>) -> BoxFuture<'_, Result<Secret, Error>>;
}

/// The last answer that authentication got.
#[doc(hidden)]
#[derive(Debug)]
pub struct Authorized {
    /// The answer, whatever its status.
    pub response: HttpResponse,
    /// Set where it is a 401 that authentication gave up on.
    pub refusal: Option<Refusal>,
}

/// Why authentication gave up on a 401.
#[doc(hidden)]
#[derive(Debug)]
pub struct Refusal {
    /// Why, for programs.
    pub reason: UnauthorizedReason,
    /// Why, and what to do.
    pub advice: Cow<'static, str>,
    /// What kept it from a new token, for the error's source chain.
    pub cause: Option<BoxError>,
}
