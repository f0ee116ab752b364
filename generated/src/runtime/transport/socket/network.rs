//! Sockets over the network: the upgraded connection of reqwest, and tungstenite.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_core::Stream;
use futures_sink::Sink;
use http::{HeaderMap, StatusCode, header};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Error as WebSocketError;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocketConfig};

use super::{Socket, SocketError, SocketErrorKind, SocketRequest, SocketTransport};
use crate::runtime::clock::BoxFuture;
use crate::runtime::transport::{BoxError, HttpTransport, cause};

/// Opens sockets over an HTTP client that speaks HTTP/1.1 alone: with TLS, HTTP/2 would be chosen otherwise.
pub(crate) struct NetworkSockets {
    client: reqwest::Client,
}

impl NetworkSockets {
    /// Over the HTTP client that `builder` makes.
    pub(crate) fn new(builder: reqwest::ClientBuilder) -> Result<Self, BoxError> {
        // A socket is quiet for long, and has pings of its own.
        let transport = HttpTransport::new(builder.http1_only())?;
        Ok(Self {
            client: transport.into_client(),
        })
    }
}

/// The socket over the connection that reqwest handed over.
struct NetworkSocket {
    stream: WebSocketStream<reqwest::Upgraded>,
    /// Whether something was written and not sent yet.
    is_unsent: bool,
}

impl SocketTransport for NetworkSockets {
    fn connect(
        &self,
        request: SocketRequest,
    ) -> BoxFuture<'static, Result<Box<dyn Socket>, SocketError>> {
        let client = self.client.clone();
        Box::pin(async move {
            let timeout = request.timeout;
            match tokio::time::timeout(timeout, Box::pin(open(client, request))).await {
                Ok(outcome) => outcome.map(|socket| Box::new(socket) as Box<dyn Socket>),
                Err(_) => Err(SocketError::new(SocketErrorKind::Timeout)),
            }
        })
    }
}

async fn open(
    client: reqwest::Client,
    request: SocketRequest,
) -> Result<NetworkSocket, SocketError> {
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce)
        .map_err(|_| SocketError::new(SocketErrorKind::Connect).with_source("no random numbers"))?;
    let key = STANDARD.encode(nonce);
    let response = client
        .get(request.url)
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, &key)
        .header(header::USER_AGENT, request.user_agent)
        .send()
        .await
        .map_err(|error| {
            let kind = match error.is_connect() {
                true => SocketErrorKind::Connect,
                false => SocketErrorKind::Io,
            };
            SocketError::new(kind).with_source(cause(&error))
        })?;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(SocketError::new(SocketErrorKind::Refused(
            response.status(),
        )));
    }
    check(response.headers(), &key)?;
    let upgraded = response
        .upgrade()
        .await
        .map_err(|error| SocketError::new(SocketErrorKind::Handshake).with_source(cause(&error)))?;
    let config = WebSocketConfig::default()
        .read_buffer_size(16 * 1024)
        .max_message_size(Some(request.longest_message))
        .max_frame_size(Some(request.longest_message));
    let stream = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await;
    Ok(NetworkSocket {
        stream,
        is_unsent: false,
    })
}

/// The checks of RFC 6455 section 4.1 on the server's handshake.
fn check(headers: &HeaderMap, key: &str) -> Result<(), SocketError> {
    let has_token = |name, token: &str| {
        headers.get_all(name).iter().any(|value| {
            let text = value.to_str().unwrap_or_default();
            text.split(',')
                .any(|part| part.trim().eq_ignore_ascii_case(token))
        })
    };
    let accept = headers.get(header::SEC_WEBSOCKET_ACCEPT);
    let reason =
        if !has_token(header::UPGRADE, "websocket") || !has_token(header::CONNECTION, "upgrade") {
            "it upgrades to another protocol"
        } else if accept
            .is_none_or(|accept| accept.as_bytes() != derive_accept_key(key.as_bytes()).as_bytes())
        {
            "Sec-WebSocket-Accept does not match"
        } else if headers.contains_key(header::SEC_WEBSOCKET_EXTENSIONS)
            || headers.contains_key(header::SEC_WEBSOCKET_PROTOCOL)
        {
            "it uses an extension or a protocol that was not offered"
        } else {
            return Ok(());
        };
    Err(SocketError::new(SocketErrorKind::Handshake).with_source(reason))
}

impl Socket for NetworkSocket {
    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Result<Bytes, SocketError>> {
        if self.is_unsent
            && let Poll::Ready(sent) = Pin::new(&mut self.stream).poll_flush(context)
        {
            self.is_unsent = false;
            sent.map_err(failure)?;
        }
        loop {
            return Poll::Ready(
                match ready!(Pin::new(&mut self.stream).poll_next(context)) {
                    Some(Ok(Message::Text(text))) => Ok(text.into()),
                    Some(Ok(Message::Binary(bytes))) => Ok(bytes),
                    // The library answers pings while it reads.
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                    Some(Ok(Message::Close(frame))) => Err(SocketError::new(
                        SocketErrorKind::Closed(frame.map(|frame| frame.code.into())),
                    )),
                    Some(Err(error)) => Err(failure(error)),
                    None => Err(SocketError::new(SocketErrorKind::Closed(None))),
                },
            );
        }
    }

    fn send(&mut self, text: &str) -> Result<(), SocketError> {
        self.is_unsent = true;
        Pin::new(&mut self.stream)
            .start_send(Message::text(text))
            .map_err(failure)
    }

    fn close(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            // The server may be gone.
            let _ = self.stream.close(None).await;
        })
    }
}

fn failure(error: WebSocketError) -> SocketError {
    let kind = match &error {
        WebSocketError::Capacity(_) => SocketErrorKind::TooLarge,
        WebSocketError::ConnectionClosed | WebSocketError::AlreadyClosed => {
            SocketErrorKind::Closed(None)
        }
        _ => SocketErrorKind::Io,
    };
    SocketError::new(kind).with_source(error)
}
