//! A token that the caller keeps fresh by other means.

use std::fmt;
use std::time::Duration;

use http::{HeaderValue, header};

use crate::runtime::clock::BoxFuture;
use crate::runtime::error::Error;
use crate::runtime::pipeline::{Attempt, Authorize, Authorized};
use crate::runtime::transport::HttpRequest;

/// Puts the same token on every request.
pub(super) struct StaticToken(HeaderValue);

impl StaticToken {
    pub(super) fn new(token: &str) -> Result<Self, Error> {
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| {
            Error::configuration("the access token has characters that no header can hold")
        })?;
        value.set_sensitive(true);
        Ok(Self(value))
    }
}

impl Authorize for StaticToken {
    fn send<'a>(
        &'a self,
        mut request: HttpRequest,
        _deadline: Option<Duration>,
        next: &'a dyn Attempt,
    ) -> BoxFuture<'a, Result<Authorized, Error>> {
        Box::pin(async move {
            request
                .headers
                .insert(header::AUTHORIZATION, self.0.clone());
            let response = next.send(request).await?;
            Ok(Authorized {
                response,
                advice: None,
            })
        })
    }

    fn authenticate(&self, _deadline: Option<Duration>) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }
}

impl fmt::Debug for StaticToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("StaticToken(..)")
    }
}
