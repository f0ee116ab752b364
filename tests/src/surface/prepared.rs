//! A call that is ready to go, for any output.

use std::pin::Pin;

use genesys_cloud::runtime::request::Request;
use genesys_cloud::runtime::response::FromResponse;
use genesys_cloud::{Call, Error, Operation};
use http::{HeaderMap, StatusCode};

type Sent = Pin<Box<dyn Future<Output = Result<Head, Error>> + Send>>;

/// An operation with its arguments.
pub struct Prepared {
    request: Request,
    send: fn(Request) -> Sent,
}

/// What is left of a response once its body was read.
pub struct Head {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
}

impl Prepared {
    /// Takes the operation.
    pub fn new<O: Operation>(mut operation: O) -> Self
    where
        O::Output: Send + 'static,
    {
        Self {
            request: operation.request_mut().clone(),
            send: send::<O::Output>,
        }
    }

    /// The request alone.
    #[must_use]
    pub fn into_request(self) -> Request {
        self.request
    }

    /// Sends the request and reads the response into the type that the operation promises.
    ///
    /// # Errors
    ///
    /// The SDK's.
    pub async fn send(self) -> Result<Head, Error> {
        (self.send)(self.request).await
    }
}

fn send<T: FromResponse + Send + 'static>(request: Request) -> Sent {
    let call = Call::<T>::new(request);
    Box::pin(async move {
        let (status, headers, _) = call.await?.into_parts();
        Ok(Head { status, headers })
    })
}
