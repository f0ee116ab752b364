//! A transport that answers every request at once with the same user, so that what remains of a call is the SDK's own work.

use std::sync::Arc;

use bytes::Bytes;
use genesys_cloud::Client;
use genesys_cloud::runtime::clock::BoxFuture;
use genesys_cloud::runtime::transport::{HttpRequest, HttpResponse, Transport, TransportError};
use genesys_cloud_mock::resources::user_json;

struct Instant(Bytes);

impl Transport for Instant {
    fn execute(&self, _: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async { Ok(HttpResponse::json(200, self.0.clone())) })
    }

    /// It takes none.
    fn keeps_time(&self) -> bool {
        true
    }
}

pub(crate) fn body() -> Bytes {
    user_json("u1").into()
}

/// A client over that transport, with a token that is given.
pub(crate) fn client() -> Client {
    Client::builder()
        .transport(Arc::new(Instant(body())))
        .access_token("a-token-of-a-usual-length-0123456789-0123456789")
        .build()
        .expect("the configuration is right")
}
