//! A response body that is streamed.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::{HeaderMap, header};

use crate::runtime::debug::debug_fields;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::transport::{ByteStream, ResponseBody};

/// The body of a response as a stream of chunks, in constant memory.
///
/// The call's timeouts end with the headers: the reader of the stream decides how long that may take. A body cut short ends with an error.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::Client;
///
/// # async fn example(client: &Client) -> genesys_cloud::Result<()> {
/// use genesys_cloud::http::Method;
///
/// let response = client.request(Method::GET, "/api/v2/some/download").send_stream().await?;
/// let mut body = response.into_body();
/// let mut size = 0;
/// while let Some(chunk) = body.next_chunk().await {
///     size += chunk?.len();
/// }
/// println!("{size} bytes");
/// # Ok(())
/// # }
/// ```
pub struct BodyStream {
    source: Source,
    content_length: Option<u64>,
}

enum Source {
    Bytes(Option<Bytes>),
    Stream(ByteStream),
}

impl BodyStream {
    pub(super) fn new(body: ResponseBody, headers: &HeaderMap) -> Self {
        let content_length = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        let source = match body {
            ResponseBody::Bytes(bytes) => {
                Source::Bytes(Some(bytes).filter(|bytes| !bytes.is_empty()))
            }
            ResponseBody::Stream(stream) => Source::Stream(stream),
        };
        Self {
            source,
            content_length,
        }
    }

    /// What is left of the body.
    #[cfg(feature = "testing")]
    pub(crate) fn into_body(self) -> ResponseBody {
        match self.source {
            Source::Bytes(bytes) => ResponseBody::Bytes(bytes.unwrap_or_default()),
            Source::Stream(stream) => ResponseBody::Stream(stream),
        }
    }

    /// How many bytes will come, where the server said so and did not compress them.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.content_length
    }

    /// The next chunk; `None` after the last one.
    ///
    /// Cancel safe: dropping the future, as in `select!` or a timeout, loses no bytes.
    ///
    /// # Errors
    ///
    /// The connection failed, or ended before the body did.
    pub async fn next_chunk(&mut self) -> Option<Result<Bytes, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Reads what is left, to the end. Dropping the future drops the body.
    ///
    /// # Errors
    ///
    /// The connection failed, or ended before the body did.
    pub async fn collect(mut self) -> Result<Bytes, Error> {
        let mut collected = BytesMut::new();
        while let Some(chunk) = self.next_chunk().await {
            collected.extend_from_slice(&chunk?);
        }
        Ok(collected.freeze())
    }
}

impl From<Bytes> for BodyStream {
    /// A stream of one chunk, for tests of code that reads one.
    fn from(bytes: Bytes) -> Self {
        Self {
            content_length: Some(bytes.len() as u64),
            source: Source::Bytes(Some(bytes).filter(|bytes| !bytes.is_empty())),
        }
    }
}

impl Stream for BodyStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut self.source {
            Source::Bytes(bytes) => Poll::Ready(bytes.take().map(Ok)),
            Source::Stream(stream) => stream.as_mut().poll_next(context).map(|item| {
                item.map(|chunk| {
                    chunk.map_err(|source| {
                        Error::new(ErrorKind::Io)
                            .with_message("the body ended before it was complete")
                            .with_source(source)
                    })
                })
            }),
        }
    }
}

debug_fields!(BodyStream, |this| content_length: this.content_length);
