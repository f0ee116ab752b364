//! Converts errors of token handling to the SDK's error type.

use crate::runtime::error::{Error, ErrorKind};

use super::error::{AuthError, AuthErrorKind};

impl From<AuthError> for Error {
    fn from(error: AuthError) -> Self {
        let kind = match error.kind() {
            AuthErrorKind::DeadlineExceeded => ErrorKind::Timeout,
            AuthErrorKind::Configuration | AuthErrorKind::NoRuntime => ErrorKind::Configuration,
            _ => ErrorKind::Authentication,
        };
        Self::new(kind)
            .with_retry_after(error.retry_after())
            .with_transient(error.is_transient())
            .with_source(error)
    }
}

impl Error {
    /// Whether the API may have carried the call out although it ended in this error: a timeout, a connection that ended, a server error, or
    /// one of these in an earlier attempt of the call. Read the resource before you repeat a call that creates or changes something.
    ///
    /// False where the call was not sent, or was refused as a whole.
    #[must_use]
    pub fn may_have_been_carried_out(&self) -> bool {
        // The time of a call can end while it waits for a token.
        let without_token = self.find_source::<AuthError>().is_some();
        self.has_earlier_doubt() || (!without_token && self.is_in_doubt())
    }
}
