//! The sockets under a channel.

mod memory;
mod network;

pub use memory::{MemorySocket, MemorySockets};
pub(crate) use network::NetworkSockets;

use std::fmt;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use url::Url;

use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;
use crate::runtime::transport::BoxError;

/// What asks a server whether it lives, and its answer.
pub(crate) const PING: &str = r#"{"message":"ping"}"#;
pub(crate) const PONG: &str = r#"{"topicName":"channel.metadata","eventBody":{"message":"pong"}}"#;

/// What to connect to. `Debug` shows no URL: it is the secret of the channel.
#[derive(Clone)]
#[non_exhaustive]
pub struct SocketRequest {
    /// The URL, `https` or `http`.
    pub url: Url,
    /// The user agent.
    pub user_agent: String,
    /// How long the handshake may take.
    pub timeout: Duration,
    /// The longest message that is read, in bytes.
    pub longest_message: usize,
}

debug_fields!(SocketRequest, |this|
    host: this.url.host_str(),
    timeout: this.timeout,
    longest_message: this.longest_message
);

/// Opens WebSockets (RFC 6455). Implement it to test code without a server, or to connect through another library.
pub trait SocketTransport: Send + Sync {
    /// Opens a socket. An implementation follows no redirects and sends no token.
    ///
    /// # Errors
    ///
    /// A [`SocketError`] where no socket was opened.
    fn connect(
        &self,
        request: SocketRequest,
    ) -> BoxFuture<'static, Result<Box<dyn Socket>, SocketError>>;
}

/// An open WebSocket.
pub trait Socket: Send {
    /// The next message of text, and what is left to be sent.
    ///
    /// # Errors
    ///
    /// Why the socket ended: it gives no more messages.
    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Result<Bytes, SocketError>>;

    /// Takes a message of text to be sent by the next [`poll_receive`](Self::poll_receive).
    ///
    /// # Errors
    ///
    /// The socket has ended.
    fn send(&mut self, text: &str) -> Result<(), SocketError>;

    /// Tells the server that the socket is closed. The caller bounds it.
    fn close(self: Box<Self>) -> BoxFuture<'static, ()>;
}

/// Why a socket could not be opened, or was closed.
#[derive(Debug)]
#[non_exhaustive]
pub enum SocketErrorKind {
    /// No connection was made.
    Connect,
    /// The server answered the handshake with that status in place of 101. A redirect is not followed.
    Refused(StatusCode),
    /// The answer to the handshake is not one (RFC 6455 section 4.1).
    Handshake,
    /// The handshake took longer than it may.
    Timeout,
    /// The server closed the socket with that code (RFC 6455 section 7.4), if it gave one.
    Closed(Option<u16>),
    /// The connection was lost, or the server broke the protocol.
    Io,
    /// A message was longer than it may be. It was not read.
    TooLarge,
}

/// Why a socket could not be opened, or was closed.
#[derive(Debug)]
pub struct SocketError {
    /// What happened.
    pub kind: SocketErrorKind,
    /// Why, for the error's source chain. It must name no URL.
    pub source: Option<BoxError>,
}

impl SocketError {
    /// An error without a cause.
    #[must_use]
    pub fn new(kind: SocketErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// The same error with its cause. It must name no URL.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for SocketError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            SocketErrorKind::Connect => {
                formatter.write_str("could not connect to the streaming server")
            }
            SocketErrorKind::Refused(status) if status.is_redirection() => write!(
                formatter,
                "the streaming server responded with {status}; redirects are not followed"
            ),
            SocketErrorKind::Refused(status) => {
                write!(formatter, "the streaming server responded with {status}")
            }
            SocketErrorKind::Handshake => {
                formatter.write_str("the streaming server does not speak WebSocket")
            }
            SocketErrorKind::Timeout => {
                formatter.write_str("the streaming server did not respond in time")
            }
            SocketErrorKind::Closed(Some(code)) => {
                write!(
                    formatter,
                    "the streaming server closed the socket with code {code}"
                )
            }
            SocketErrorKind::Closed(None) => {
                formatter.write_str("the streaming server closed the socket")
            }
            SocketErrorKind::Io => {
                formatter.write_str("the connection to the streaming server was lost")
            }
            SocketErrorKind::TooLarge => formatter.write_str("a message is too large"),
        }?;
        match &self.source {
            Some(source) => write!(formatter, ": {source}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SocketError {}
