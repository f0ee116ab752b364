//! The interceptor as a step of the pipeline, in the terms of the SDK's one error.

use std::time::Duration;

use crate::runtime::clock::BoxFuture;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::pipeline::{Attempt, Authorize, Authorized, Refusal};
use crate::runtime::transport::HttpRequest;

use super::error::{AuthError, AuthErrorKind};
use super::interceptor::{InterceptError, Interceptor};
use super::secret::Secret;

impl Authorize for Interceptor {
    fn send<'a>(
        &'a self,
        request: &'a mut HttpRequest,
        template: &'a str,
        deadline: Option<Duration>,
        next: &'a dyn Attempt,
    ) -> BoxFuture<'a, Result<Authorized, Error>> {
        Box::pin(async move {
            match Interceptor::send(self, request, template, deadline, next).await {
                Ok(response) => Ok(Authorized {
                    response,
                    refusal: None,
                }),
                Err(InterceptError::Unauthorized(unauthorized)) => {
                    let advice = unauthorized.advice();
                    Ok(Authorized {
                        response: unauthorized.response,
                        refusal: Some(Refusal {
                            reason: unauthorized.reason,
                            advice: advice.into(),
                            cause: unauthorized.cause.map(Into::into),
                        }),
                    })
                }
                Err(InterceptError::Auth(error)) => Err(error.into()),
                Err(InterceptError::Transport(error)) => Err(error.into()),
                Err(error @ InterceptError::ForeignHost) => {
                    Err(Error::invalid_request(error.to_string()))
                }
            }
        })
    }

    fn authenticate(&self, deadline: Option<Duration>) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            Interceptor::authenticate(self, deadline)
                .await
                .map_err(Error::from)
        })
    }

    fn access_token(&self, deadline: Option<Duration>) -> BoxFuture<'_, Result<Secret, Error>> {
        Box::pin(async move {
            Interceptor::access_token(self, deadline)
                .await
                .map_err(Error::from)
        })
    }
}

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
