//! What goes wrong around tokens, in the terms of the SDK's one error.

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
            .with_source(error)
    }
}
