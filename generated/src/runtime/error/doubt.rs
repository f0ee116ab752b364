//! Whether a failed call may have been executed.

use http::StatusCode;

use super::{Error, ErrorKind};

impl Error {
    /// Notes that an earlier attempt of the call may have been carried out.
    pub(crate) fn with_doubt(mut self, doubt: bool) -> Self {
        self.inner.doubt = doubt;
        self
    }

    /// Whether this attempt or an earlier one may have been carried out, if a request was sent at all.
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.inner.doubt || is_in_doubt(self.inner.kind, self.status())
    }

    pub(crate) fn has_earlier_doubt(&self) -> bool {
        self.inner.doubt
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
        ErrorKind::Status => status.is_none_or(|status| {
            (status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED)
                || status == StatusCode::REQUEST_TIMEOUT
        }),
        _ => true,
    }
}
