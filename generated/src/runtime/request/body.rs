//! Form bodies and multipart bodies.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::{BufMut, Bytes, BytesMut};
use futures_core::Stream;

use crate::runtime::auth::Jitter;
use crate::runtime::debug::debug_fields;
use crate::runtime::transport::query::push_encoded;
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

debug_fields!(FormBody, |this| "FormBody({} bytes)", this.encoded.len());

/// What one part of a [`MultipartBody`] holds.
#[derive(Clone)]
#[non_exhaustive]
pub enum MultipartPart {
    /// Bytes in memory.
    Bytes(Bytes),
    /// Bytes that are created again for every attempt.
    Factory(Arc<dyn Fn() -> ByteStream + Send + Sync>),
    /// A stream that can be sent once: the call cannot be sent again.
    Once(OnceStream),
}

/// A stream that the first caller takes.
type OnceStream = Arc<Mutex<Option<ByteStream>>>;

/// A file to upload: its content, and optionally a file name and a content type. `Debug` shows none of it.
///
/// Bytes convert into it (`Vec<u8>`, `&'static [u8]`, [`Bytes`]), and a `String` does.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::runtime::request::FilePart;
///
/// let image = FilePart::from(vec![0x89, 0x50]).with_file_name("face.png").with_content_type("image/png");
/// # drop(image);
/// ```
#[derive(Clone)]
pub struct FilePart {
    file_name: Option<String>,
    content_type: Option<String>,
    content: MultipartPart,
}

impl FilePart {
    fn new(content: MultipartPart) -> Self {
        Self {
            file_name: None,
            content_type: None,
            content,
        }
    }

    /// A file held in memory.
    #[must_use]
    pub fn bytes(content: impl Into<Bytes>) -> Self {
        Self::new(MultipartPart::Bytes(content.into()))
    }

    /// A file that is streamed, and reopened for every attempt.
    ///
    /// A [`ByteStream`] of a file, with no other crate than `futures-core`:
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use std::fs::File;
    /// use std::io::Read;
    /// use std::pin::Pin;
    /// use std::task::{Context, Poll};
    ///
    /// use genesys_cloud::bytes::Bytes;
    /// use genesys_cloud::runtime::request::FilePart;
    /// use genesys_cloud::runtime::transport::BoxError;
    ///
    /// /// A file that is read in chunks of 64 KiB. `None` after an error.
    /// struct Chunks(Option<std::io::Result<File>>);
    ///
    /// impl futures_core::Stream for Chunks {
    ///     type Item = Result<Bytes, BoxError>;
    ///
    ///     fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
    ///         let mut chunk = vec![0; 64 << 10];
    ///         let read = match self.0.take() {
    ///             None => return Poll::Ready(None),
    ///             Some(Err(error)) => Err(error),
    ///             Some(Ok(mut file)) => file.read(&mut chunk).inspect(|_| self.0 = Some(Ok(file))),
    ///         };
    ///         Poll::Ready(match read {
    ///             Ok(0) => None,
    ///             Ok(length) => Some(Ok(Bytes::from(chunk).slice(..length))),
    ///             Err(error) => Some(Err(error.into())),
    ///         })
    ///     }
    /// }
    ///
    /// let recording = FilePart::factory(|| Box::pin(Chunks(Some(File::open("call.wav")))));
    /// # drop(recording);
    /// ```
    ///
    /// These reads block the thread for as long as the disk takes. `tokio_util::io::ReaderStream` (the feature `io` of `tokio-util`) reads a
    /// `tokio::fs::File` without blocking. With `TryFutureExt` and `TryStreamExt` of `futures-util`:
    /// `Box::pin(tokio::fs::File::open(path).map_ok(ReaderStream::new).try_flatten_stream().map_err(BoxError::from))`.
    #[must_use]
    pub fn factory(factory: impl Fn() -> ByteStream + Send + Sync + 'static) -> Self {
        Self::new(MultipartPart::Factory(Arc::new(factory)))
    }

    /// A file that is streamed once: the call cannot be sent again, neither after a failure nor after its token was refused.
    #[must_use]
    pub fn stream(stream: ByteStream) -> Self {
        Self::new(MultipartPart::Once(Arc::new(Mutex::new(Some(stream)))))
    }

    /// Names the file. Without it the parameter's name is sent.
    #[must_use]
    pub fn with_file_name(mut self, file_name: impl Into<String>) -> Self {
        self.file_name = Some(file_name.into());
        self
    }

    /// Names the content type. Without it, a part of a form has the type `application/octet-stream`, and a whole body the type that the operation names.
    #[must_use]
    pub fn with_content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// The file as a whole body.
    pub(super) fn into_body(self) -> (Option<String>, RequestBody) {
        let body = match self.content {
            MultipartPart::Bytes(bytes) => RequestBody::Bytes(bytes),
            MultipartPart::Factory(factory) => RequestBody::Factory(factory),
            MultipartPart::Once(stream) => RequestBody::Once(stream),
        };
        (self.content_type, body)
    }
}

impl From<Bytes> for FilePart {
    fn from(content: Bytes) -> Self {
        Self::bytes(content)
    }
}

impl From<Vec<u8>> for FilePart {
    fn from(content: Vec<u8>) -> Self {
        Self::bytes(content)
    }
}

impl From<&'static [u8]> for FilePart {
    fn from(content: &'static [u8]) -> Self {
        Self::bytes(content)
    }
}

impl<const N: usize> From<&'static [u8; N]> for FilePart {
    fn from(content: &'static [u8; N]) -> Self {
        Self::bytes(&content[..])
    }
}

impl From<String> for FilePart {
    fn from(content: String) -> Self {
        Self::bytes(content)
    }
}

debug_fields!(FilePart, |_this| "FilePart(..)");

/// A body of several parts (`multipart/form-data`, RFC 7578).
#[derive(Clone, Default)]
pub struct MultipartBody {
    parts: Vec<Part>,
}

#[derive(Clone)]
struct Part {
    name: String,
    head: Bytes,
    content: MultipartPart,
}

impl MultipartBody {
    /// No parts yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field of text.
    #[must_use]
    pub fn text(mut self, name: &str, value: impl Into<String>) -> Self {
        self.push_field(name, None, Bytes::from(value.into()));
        self
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
        let file = FilePart::bytes(content);
        self.part(
            name,
            file.with_file_name(file_name)
                .with_content_type(content_type),
        )
    }

    /// Adds a file that is streamed, and reopened for every attempt.
    #[must_use]
    pub fn file_factory(
        self,
        name: &str,
        file_name: &str,
        content_type: &str,
        factory: impl Fn() -> ByteStream + Send + Sync + 'static,
    ) -> Self {
        let file = FilePart::factory(factory);
        self.part(
            name,
            file.with_file_name(file_name)
                .with_content_type(content_type),
        )
    }

    /// Adds a file.
    #[must_use]
    pub fn part(mut self, name: &str, file: impl Into<FilePart>) -> Self {
        self.push_file(name, file.into());
        self
    }

    /// Removes the parts of that name.
    pub(super) fn remove(&mut self, name: &str) {
        self.parts.retain(|part| part.name != name);
    }

    pub(super) fn push_field(&mut self, name: &str, content_type: Option<&str>, value: Bytes) {
        self.push(name, None, content_type, MultipartPart::Bytes(value));
    }

    pub(super) fn push_file(&mut self, name: &str, file: FilePart) {
        let file_name = file.file_name.as_deref().unwrap_or(name);
        let content_type = file
            .content_type
            .as_deref()
            .unwrap_or("application/octet-stream");
        self.push(name, Some(file_name), Some(content_type), file.content);
    }

    fn push(
        &mut self,
        name: &str,
        file_name: Option<&str>,
        content_type: Option<&str>,
        content: MultipartPart,
    ) {
        let mut head = format!("Content-Disposition: form-data; name=\"{}\"", quoted(name));
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
        self.parts.push(Part {
            name: name.to_owned(),
            head: Bytes::from(head),
            content,
        });
    }

    /// The content type and the body, with a boundary that `jitter` makes.
    pub(super) fn into_body(self, jitter: &Jitter) -> (String, RequestBody) {
        let boundary: String = std::iter::repeat_with(|| alphanumeric(jitter.next()))
            .take(40)
            .collect();
        let content_type = format!("multipart/form-data; boundary={boundary}");
        let start = Bytes::from(format!("--{boundary}\r\n"));
        let end = Bytes::from(format!("--{boundary}--\r\n"));
        let all = |is: fn(&MultipartPart) -> bool| self.parts.iter().all(|part| is(&part.content));
        let in_memory = all(|content| matches!(content, MultipartPart::Bytes(_)));
        let replayable = all(|content| !matches!(content, MultipartPart::Once(_)));
        if in_memory {
            let mut body = BytesMut::new();
            for part in &self.parts {
                body.put_slice(&start);
                body.put_slice(&part.head);
                if let MultipartPart::Bytes(bytes) = &part.content {
                    body.put_slice(bytes);
                }
                body.put_slice(b"\r\n");
            }
            body.put_slice(&end);
            return (content_type, RequestBody::Bytes(body.freeze()));
        }
        if !replayable {
            let stream = pieces(&self.parts, &start, &end);
            let once = RequestBody::Once(Arc::new(Mutex::new(Some(stream))));
            return (content_type, once);
        }
        let factory = move || pieces(&self.parts, &start, &end);
        (content_type, RequestBody::Factory(Arc::new(factory)))
    }
}

/// The letter or digit for a number from 0 to 1.
fn alphanumeric(random: f64) -> char {
    const ALL: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let place = (random * ALL.len() as f64) as usize;
    char::from(ALL[place.min(ALL.len() - 1)])
}

/// The parts one after the other.
fn pieces(parts: &[Part], start: &Bytes, end: &Bytes) -> ByteStream {
    let mut pieces = Vec::with_capacity(parts.len() * 4 + 1);
    for part in parts {
        pieces.push(Piece::Bytes(start.clone()));
        pieces.push(Piece::Bytes(part.head.clone()));
        pieces.push(match &part.content {
            MultipartPart::Bytes(bytes) => Piece::Bytes(bytes.clone()),
            MultipartPart::Factory(factory) => Piece::Stream(factory()),
            MultipartPart::Once(stream) => Piece::Once(Arc::clone(stream)),
        });
        pieces.push(Piece::Bytes(Bytes::from_static(b"\r\n")));
    }
    pieces.push(Piece::Bytes(end.clone()));
    pieces.reverse();
    Box::pin(Pieces { pieces })
}

debug_fields!(
    MultipartBody,
    |this| "MultipartBody({} parts)",
    this.parts.len()
);

/// Escapes a name as browsers do (WHATWG HTML, "multipart form data").
fn quoted(text: &str) -> String {
    text.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

enum Piece {
    Bytes(Bytes),
    Stream(ByteStream),
    Once(OnceStream),
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
                Some(Piece::Once(stream)) => {
                    let taken = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
                    match taken {
                        Some(stream) => self.pieces.push(Piece::Stream(stream)),
                        None => {
                            self.pieces.clear();
                            let problem = "the file can be sent only once, and it was already sent";
                            return Poll::Ready(Some(Err(BoxError::from(problem))));
                        }
                    }
                }
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
