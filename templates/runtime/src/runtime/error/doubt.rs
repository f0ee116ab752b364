//! Whether a call that failed may have been carried out.

use http::StatusCode;

use super::{Error, ErrorKind};
use crate::runtime::auth::AuthError;

impl Error {
    /// Notes that an earlier attempt of the call may have been carried out.
    pub(crate) fn with_doubt(mut self, doubt: bool) -> Self {
        self.inner.doubt = doubt;
        self
    }

    /// Whether the API may have carried the call out although it ended in this error: a timeout, a connection that ended, a server error, or
    /// one of these in an earlier attempt of the call. Read the resource before you repeat a call that creates or changes something.
    ///
    /// False where the call was not sent, or was refused as a whole.
    #[must_use]
    pub fn may_have_been_carried_out(&self) -> bool {
        // The time of a call can end while it waits for a token.
        let without_token = self.find_source::<AuthError>().is_some();
        self.inner.doubt || (!without_token && is_in_doubt(self.inner.kind, self.status()))
    }
}

/// Whether the server may have acted on a request with this outcome.
pub(crate) fn is_in_doubt(kind: ErrorKind, status: Option<StatusCode>) -> bool {
    match kind {
        ErrorKind::Configuration
        | ErrorKind::InvalidRequest
        | ErrorKind::Authentication
        | ErrorKind::Connect
        | ErrorKind::NotProcessed => false,
        ErrorKind::Status => status
            .is_none_or(|status| status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT),
        _ => true,
    }
}
