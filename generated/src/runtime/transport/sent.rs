//! Tracks whether a request was sent up to its body.
//!
//! A request can fail before anything of it was sent: the HTTP library is still waiting for a connection, or holds the request for one that has
//! just closed. A server that got no byte of a body cannot have done what the body asks for.
//!
//! An empty body does not say beforehand that it is empty. So the head of such a request does not end its HTTP/2 stream, and the frame after it
//! does. hyper (1.12, `ClientTask::poll`) gives the error of a `GOAWAY` to the request whose head it has just sent, even where the `GOAWAY`
//! covers that request; it resets the stream then, and a server that waits for the end of the stream has not acted.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// A body in memory that tells when it is taken to be sent.
pub(super) struct Watched {
    bytes: Bytes,
    taken: Arc<AtomicBool>,
}

impl Watched {
    /// The body, and what becomes true when the first of it is sent.
    pub(super) fn new(bytes: Bytes) -> (Self, Arc<AtomicBool>) {
        let taken = Arc::new(AtomicBool::new(false));
        let body = Self {
            bytes,
            taken: Arc::clone(&taken),
        };
        (body, taken)
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.taken.store(true, Ordering::Release);
        let bytes = std::mem::take(&mut self.bytes);
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && self.taken.load(Ordering::Acquire)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}
