//! Decompresses gzip bodies chunk by chunk.
//!
//! The SDK unpacks by itself, because the HTTP library neither knows `x-gzip` nor pauses: a small body that unpacks to gigabytes would keep every
//! timer from being polled.

use std::io::{self, BufRead, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use flate2::bufread::MultiGzDecoder;
use futures_core::Stream;
use http::{HeaderMap, header};

use super::{BoxError, ByteStream};

/// How much is unpacked at once.
const PIECE: usize = 32 << 10;
/// How many pieces are handed out before other tasks and timers get a turn.
const PIECES_PER_TURN: u32 = 8;

/// Whether a body with these headers is gzip, under either of its names (RFC 9110 section 8.4.1.3). If so, the headers that describe the packed
/// body are removed.
pub(super) fn take_encoding(headers: &mut HeaderMap) -> bool {
    let Some(encoding) = headers.get(header::CONTENT_ENCODING) else {
        return false;
    };
    let name = encoding.as_bytes().trim_ascii();
    let is_gzip = name.eq_ignore_ascii_case(b"gzip") || name.eq_ignore_ascii_case(b"x-gzip");
    if is_gzip {
        headers.remove(header::CONTENT_ENCODING);
        headers.remove(header::CONTENT_LENGTH);
    }
    is_gzip
}

/// The unpacked bytes of a gzip body.
pub(super) struct Unpacked {
    source: ByteStream,
    /// Nothing before the first byte: a body may be empty in any encoding.
    decoder: Option<MultiGzDecoder<Input>>,
    pieces: u32,
    ended: bool,
}

impl Unpacked {
    pub(super) fn new(source: ByteStream) -> Self {
        Self {
            source,
            decoder: None,
            pieces: 0,
            ended: false,
        }
    }

    /// The next piece, if what has come in is enough for one.
    fn unpack(&mut self) -> Option<io::Result<Bytes>> {
        let decoder = self.decoder.as_mut()?;
        let mut piece = vec![0; PIECE];
        match decoder.read(&mut piece) {
            Ok(0) => None,
            Ok(length) => {
                piece.truncate(length);
                Some(Ok(piece.into()))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
            Err(error) => Some(Err(error)),
        }
    }
}

impl Stream for Unpacked {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if self.pieces == PIECES_PER_TURN {
                self.pieces = 0;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            match self.unpack() {
                Some(Ok(piece)) => {
                    self.pieces += 1;
                    return Poll::Ready(Some(Ok(piece)));
                }
                Some(Err(error)) => {
                    self.decoder = None;
                    self.ended = true;
                    return Poll::Ready(Some(Err(error.into())));
                }
                None if self.ended => return Poll::Ready(None),
                None => {}
            }
            match ready!(self.source.as_mut().poll_next(context)) {
                Some(Ok(chunk)) if chunk.is_empty() => {}
                Some(Ok(chunk)) => match &mut self.decoder {
                    Some(decoder) => decoder.get_mut().bytes = chunk,
                    None => {
                        let input = Input {
                            bytes: chunk,
                            ended: false,
                        };
                        self.decoder = Some(MultiGzDecoder::new(input));
                    }
                },
                Some(Err(error)) => {
                    self.decoder = None;
                    self.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    self.ended = true;
                    if let Some(decoder) = &mut self.decoder {
                        decoder.get_mut().ended = true;
                    }
                }
            }
        }
    }
}

/// What has come in of a body.
struct Input {
    bytes: Bytes,
    ended: bool,
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.bytes.is_empty() && !self.ended {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(&self.bytes)
    }

    fn consume(&mut self, amount: usize) {
        self.bytes.advance(amount);
    }
}
