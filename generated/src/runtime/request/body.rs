//! Bodies of form fields and of several parts.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{BufMut, Bytes, BytesMut};
use futures_core::Stream;

use super::encode::push_encoded;
use crate::runtime::transport::{BoxError, ByteStream, RequestBody};

/// Form fields (`application/x-www-form-urlencoded`).
#[derive(Clone, Default)]
pub struct FormBody {
    encoded: String,
}

impl FormBody {
    /// No fields yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field.
    #[must_use]
    pub fn field(mut self, name: &str, value: &str) -> Self {
        if !self.encoded.is_empty() {
            self.encoded.push('&');
        }
        push_encoded(&mut self.encoded, name);
        self.encoded.push('=');
        push_encoded(&mut self.encoded, value);
        self
    }

    pub(super) fn into_body(self) -> (&'static str, RequestBody) {
        (
            "application/x-www-form-urlencoded",
            RequestBody::Bytes(Bytes::from(self.encoded)),
        )
    }
}

impl fmt::Debug for FormBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "FormBody({} bytes)", self.encoded.len())
    }
}

/// What one part of a [`MultipartBody`] holds.
#[derive(Clone)]
#[non_exhaustive]
pub enum MultipartPart {
    /// Bytes in memory.
    Bytes(Bytes),
    /// Bytes made anew for every attempt.
    Factory(Arc<dyn Fn() -> ByteStream + Send + Sync>),
}

/// A body of several parts (`multipart/form-data`, RFC 7578).
#[derive(Clone)]
pub struct MultipartBody {
    boundary: String,
    parts: Vec<(Bytes, MultipartPart)>,
}

impl Default for MultipartBody {
    fn default() -> Self {
        Self::new()
    }
}

impl MultipartBody {
    /// No parts yet.
    #[must_use]
    pub fn new() -> Self {
        let boundary = std::iter::repeat_with(fastrand::alphanumeric)
            .take(40)
            .collect();
        Self {
            boundary,
            parts: Vec::new(),
        }
    }

    /// Adds a field of text.
    #[must_use]
    pub fn text(self, name: &str, value: impl Into<String>) -> Self {
        self.part(
            name,
            None,
            None,
            MultipartPart::Bytes(Bytes::from(value.into())),
        )
    }

    /// Adds a file held in memory.
    #[must_use]
    pub fn file(
        self,
        name: &str,
        file_name: &str,
        content_type: &str,
        content: impl Into<Bytes>,
    ) -> Self {
        self.part(
            name,
            Some(file_name),
            Some(content_type),
            MultipartPart::Bytes(content.into()),
        )
    }

    /// Adds a file that is streamed, and opened anew for every attempt.
    #[must_use]
    pub fn file_factory(
        self,
        name: &str,
        file_name: &str,
        content_type: &str,
        factory: impl Fn() -> ByteStream + Send + Sync + 'static,
    ) -> Self {
        self.part(
            name,
            Some(file_name),
            Some(content_type),
            MultipartPart::Factory(Arc::new(factory)),
        )
    }

    fn part(
        mut self,
        name: &str,
        file_name: Option<&str>,
        content_type: Option<&str>,
        content: MultipartPart,
    ) -> Self {
        let mut head = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{}\"",
            self.boundary,
            quoted(name)
        );
        if let Some(file_name) = file_name {
            head.push_str("; filename=\"");
            head.push_str(&quoted(file_name));
            head.push('"');
        }
        if let Some(content_type) = content_type {
            head.push_str("\r\nContent-Type: ");
            // A line break would begin another header.
            head.extend(content_type.chars().filter(|c| !c.is_control()));
        }
        head.push_str("\r\n\r\n");
        self.parts.push((Bytes::from(head), content));
        self
    }

    pub(super) fn into_body(self) -> (String, RequestBody) {
        let content_type = format!("multipart/form-data; boundary={}", self.boundary);
        let end = Bytes::from(format!("--{}--\r\n", self.boundary));
        let in_memory = self
            .parts
            .iter()
            .all(|(_, content)| matches!(content, MultipartPart::Bytes(_)));
        if in_memory {
            let mut body = BytesMut::new();
            for (head, content) in &self.parts {
                body.put_slice(head);
                if let MultipartPart::Bytes(bytes) = content {
                    body.put_slice(bytes);
                }
                body.put_slice(b"\r\n");
            }
            body.put_slice(&end);
            return (content_type, RequestBody::Bytes(body.freeze()));
        }
        let parts: Arc<[(Bytes, MultipartPart)]> = self.parts.into();
        let factory = move || -> ByteStream {
            let mut pieces = Vec::with_capacity(parts.len() * 3 + 1);
            for (head, content) in parts.iter() {
                pieces.push(Piece::Bytes(head.clone()));
                pieces.push(match content {
                    MultipartPart::Bytes(bytes) => Piece::Bytes(bytes.clone()),
                    MultipartPart::Factory(factory) => Piece::Stream(factory()),
                });
                pieces.push(Piece::Bytes(Bytes::from_static(b"\r\n")));
            }
            pieces.push(Piece::Bytes(end.clone()));
            pieces.reverse();
            Box::pin(Pieces { pieces })
        };
        (content_type, RequestBody::Factory(Arc::new(factory)))
    }
}

impl fmt::Debug for MultipartBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MultipartBody({} parts)", self.parts.len())
    }
}

/// Escapes a name as browsers do (WHATWG HTML, "multipart form data").
fn quoted(text: &str) -> String {
    text.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

enum Piece {
    Bytes(Bytes),
    Stream(ByteStream),
}

/// The pieces of a body, the next one last.
struct Pieces {
    pieces: Vec<Piece>,
}

impl Stream for Pieces {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match self.pieces.pop() {
                None => return Poll::Ready(None),
                Some(Piece::Bytes(bytes)) => return Poll::Ready(Some(Ok(bytes))),
                Some(Piece::Stream(mut stream)) => match stream.as_mut().poll_next(context) {
                    Poll::Pending => {
                        self.pieces.push(Piece::Stream(stream));
                        return Poll::Pending;
                    }
                    Poll::Ready(Some(item)) => {
                        self.pieces.push(Piece::Stream(stream));
                        return Poll::Ready(Some(item));
                    }
                    Poll::Ready(None) => {}
                },
            }
        }
    }
}
