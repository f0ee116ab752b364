//! Collects bodies in memory, up to a limit.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header};

use super::{TransportError, TransportErrorKind};

/// The longest body that is collected, by default.
pub(crate) const LONGEST_BODY: usize = 256 << 20;
/// The longest body of an error that is read. The rest is left out.
pub(crate) const LONGEST_ERROR_BODY: usize = 1 << 20;
/// As much memory as a server may have reserved by a `Content-Length` alone.
const LONGEST_RESERVED: usize = 64 << 20;

/// A body on its way into memory.
pub(super) struct Collector {
    /// A body of one chunk is not copied.
    first: Bytes,
    rest: BytesMut,
    expected: usize,
    longest: usize,
    is_error: bool,
}

impl Collector {
    pub(super) fn new(status: StatusCode, headers: &HeaderMap, longest: usize) -> Self {
        let length = headers.get(header::CONTENT_LENGTH);
        let expected = length.and_then(|value| value.to_str().ok()?.parse().ok());
        let is_error = !status.is_success();
        Self {
            first: Bytes::new(),
            rest: BytesMut::new(),
            expected: expected.unwrap_or(0).min(LONGEST_RESERVED),
            longest: match is_error {
                true => longest.min(LONGEST_ERROR_BODY),
                false => longest,
            },
            is_error,
        }
    }

    /// Adds a chunk; whether there is room for more.
    pub(super) fn add(&mut self, mut chunk: Bytes) -> Result<bool, TransportError> {
        let room = self.longest - self.first.len() - self.rest.len();
        let is_too_long = chunk.len() > room;
        if is_too_long {
            if !self.is_error {
                return Err(TransportError::new(
                    TransportErrorKind::TooLarge,
                    format!(
                        "it has more than {} bytes; raise ClientBuilder::max_body_size, or read it as a stream",
                        self.longest
                    ),
                ));
            }
            chunk.truncate(room);
        }
        if self.first.is_empty() && self.rest.is_empty() {
            self.first = chunk;
        } else {
            if self.rest.is_empty() {
                let length = self.first.len() + chunk.len();
                self.rest.reserve(length.max(self.expected));
                self.rest
                    .extend_from_slice(&std::mem::take(&mut self.first));
            }
            self.rest.extend_from_slice(&chunk);
        }
        Ok(!is_too_long)
    }

    pub(super) fn finish(self) -> Bytes {
        if self.rest.is_empty() {
            self.first
        } else {
            self.rest.freeze()
        }
    }
}
