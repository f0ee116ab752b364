//! The methods of every generated operation.

use std::time::Duration;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{Call, Request};
use crate::runtime::auth::Secret;
#[cfg(feature = "blocking")]
use crate::runtime::error::Error;
use crate::runtime::operation::OperationMetadata;
use crate::runtime::pipeline::CallOptions;
#[cfg(feature = "blocking")]
use crate::runtime::response::Response;
use crate::runtime::response::{BodyStream, FromResponse};

/// What only this crate can name and make, so that only its generated code implements [`Operation`].
#[derive(Debug)]
pub struct Sealed(pub(crate) ());

/// An operation of the API, its parameters filled in.
///
/// Its own setters are named like the parameters of the operation; what is about the call itself begins with `with_`, so that the two never
/// clash. The trait is sealed: only generated code implements it.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use std::time::Duration;
///
/// use genesys_cloud::{Operation, Response, Result};
///
/// /// Any operation, with less time than usual.
/// async fn quick<O: Operation>(operation: O) -> Result<genesys_cloud::bytes::Bytes> {
///     let operation = operation.with_timeout(Duration::from_secs(5)).with_header("x-team", "blue");
///     println!("{} {}", O::METADATA.method, O::METADATA.path);
///     Ok(operation.send_bytes().await?.into_body())
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an operation of the API",
    note = "the operations are the types in `api`, which the methods of a client such as `client.users().get_user(id)` return"
)]
pub trait Operation: Sized {
    /// What a successful call gives.
    type Output: FromResponse;

    /// The operation as the spec describes it.
    const METADATA: &'static OperationMetadata;

    /// The call as it stands. The second argument seals the trait: other crates cannot name its type.
    ///
    /// ```compile_fail,E0050
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::runtime::{Operation, OperationMetadata, Request};
    ///
    /// struct Mine<O>(O);
    ///
    /// impl<O: Operation> Operation for Mine<O> {
    ///     type Output = O::Output;
    ///     const METADATA: &'static OperationMetadata = O::METADATA;
    ///
    ///     fn request(&mut self) -> &mut Request {
    ///         self.0.request_mut()
    ///     }
    /// }
    /// ```
    #[doc(hidden)]
    fn request(&mut self, _: Sealed) -> &mut Request;

    /// The call as it stands.
    #[doc(hidden)]
    fn request_mut(&mut self) -> &mut Request {
        self.request(Sealed(()))
    }

    /// The call, to be sent. Written once: what each operation implements costs compile time.
    #[doc(hidden)]
    fn into_request(mut self) -> Request {
        self.request_mut().take()
    }

    /// Sets all options of this call at once; what they leave open comes from the client.
    #[must_use]
    fn with_options(mut self, options: CallOptions) -> Self {
        *self.request_mut().options_mut() = options;
        self
    }

    super::options::setters!(change);

    /// The credential of an operation whose security scheme is not OAuth. See [`CallOptions::with_credential`].
    #[must_use]
    fn with_credential(self, credential: impl Into<Secret>) -> Self {
        change(self, |options| options.with_credential(credential))
    }

    /// Sends the call. Operations have this method themselves, so it is for code that is generic over them; `.await` on one does the same.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::{Operation, Response, Result};
    ///
    /// /// Sends any call, and says when it failed.
    /// async fn logged<O: Operation>(call: O) -> Result<Response<O::Output>> {
    ///     call.send().await.inspect_err(|error| eprintln!("{error}"))
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the call.
    fn send(self) -> Call<Self::Output> {
        Call::new(self.into_request())
    }

    /// Sends the call until the API knows what it reads. Reads lag behind writes: what was just created may be answered with 404 for a while,
    /// sometimes for minutes.
    ///
    /// A 404 is waited out with pauses that double from 200 ms up to 5 s, each shortened at random by up to a half, by the client's clock.
    /// `timeout` limits the waiting; each call has its own timeouts besides. Without `async`, use `until_visible(timeout).wait()` (feature
    /// `blocking`).
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use std::time::Duration;
    ///
    /// use genesys_cloud::runtime::{Error, Operation, Response};
    ///
    /// /// Reads what was created a moment ago.
    /// async fn read_new<O: Operation>(read: O) -> Result<Response<O::Output>, Error> {
    ///     read.until_visible(Duration::from_secs(60)).await
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// The last 404 when the time is over. All other errors are returned immediately.
    fn until_visible(self, timeout: Duration) -> Call<Self::Output> {
        Call::until_visible(self.into_request(), timeout)
    }

    /// Sends the call and gives the body as it is.
    fn send_bytes(self) -> Call<Bytes> {
        Call::new(self.into_request())
    }

    /// Sends the call and gives the body as a stream, without holding it in memory.
    fn send_stream(self) -> Call<BodyStream> {
        Call::new(self.into_request())
    }

    /// Sends the call and waits for its end, without `async`. See [`blocking`](crate::runtime::blocking).
    ///
    /// # Errors
    ///
    /// Those of the call.
    #[cfg(feature = "blocking")]
    fn send_blocking(self) -> Result<Response<Self::Output>, Error> {
        Call::new(self.into_request()).wait()
    }

    /// Sends the call and reads its JSON into a custom type.
    fn send_as<T: DeserializeOwned + 'static>(self) -> Call<T> {
        Call::serde(self.into_request())
    }
}

fn change<O: Operation>(mut operation: O, change: impl FnOnce(CallOptions) -> CallOptions) -> O {
    operation.request_mut().change_options(change);
    operation
}
