//! Response bodies: whole, or made chunk by chunk so that a gigabyte costs no memory.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

const CHUNK: usize = 64 * 1024;

/// The repeated content of generated bodies: byte `i` of a body is `(i mod 65536) mod 251`.
fn pattern() -> &'static Bytes {
    static PATTERN: OnceLock<Bytes> = OnceLock::new();
    PATTERN.get_or_init(|| (0..CHUNK).map(generated_byte).collect())
}

/// The byte at `offset` of a generated body of any size.
#[must_use]
pub fn generated_byte(offset: usize) -> u8 {
    u8::try_from((offset % CHUNK) % 251).unwrap_or_default()
}

/// The body of a [`Reply`](super::Reply).
#[derive(Clone, Debug)]
pub enum ReplyBody {
    /// Held in memory.
    Whole(Bytes),
    /// Made while it is sent; see [`generated_byte`].
    Generated {
        /// Bytes still to send.
        remaining: u64,
        /// False sends it chunked, without a `Content-Length`.
        sized: bool,
    },
}

impl ReplyBody {
    /// The number of bytes in it.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Whole(bytes) => bytes.len() as u64,
            Self::Generated { remaining, .. } => *remaining,
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first `count` bytes, or all of them if there are fewer.
    #[must_use]
    pub fn prefix(&self, count: usize) -> Bytes {
        match self {
            Self::Whole(bytes) => bytes.slice(..count.min(bytes.len())),
            Self::Generated { remaining, .. } => {
                let count = count.min(usize::try_from(*remaining).unwrap_or(usize::MAX));
                (0..count).map(generated_byte).collect()
            }
        }
    }

    /// All of it.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.prefix(usize::MAX)
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let frame = match &mut *self {
            Self::Whole(bytes) if bytes.is_empty() => None,
            Self::Whole(bytes) => Some(std::mem::take(bytes)),
            Self::Generated { remaining: 0, .. } => None,
            Self::Generated { remaining, .. } => {
                let size = usize::try_from(*remaining).unwrap_or(CHUNK).min(CHUNK);
                *remaining -= size as u64;
                Some(pattern().slice(..size))
            }
        };
        Poll::Ready(frame.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Generated { sized: false, .. } => SizeHint::new(),
            _ => SizeHint::with_exact(self.len()),
        }
    }
}
