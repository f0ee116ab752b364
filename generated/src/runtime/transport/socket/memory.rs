//! Sockets without a network, for tests.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::sync::mpsc;

use super::{Socket, SocketError, SocketErrorKind, SocketRequest, SocketTransport};
use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;

/// Sockets whose other end is a test. Clones are the same sockets.
///
/// ```text
/// let sockets = MemorySockets::new();
/// let client = Client::builder()
///     .transport(transport)                        // answers the calls that make a channel and subscribe
///     .socket_transport(Arc::new(sockets.clone()))
///     .access_token("test")
///     .build()?;
/// // … the code under test listens …
/// let socket = sockets.accept().await;
/// socket.send(r#"{"topicName":"v2.users.1.presence","eventBody":{}}"#);
/// ```
#[derive(Clone)]
pub struct MemorySockets(Arc<Shared>);

struct Shared {
    inner: Mutex<Inner>,
    arrived: tokio::sync::Notify,
}

#[derive(Default)]
struct Inner {
    refusals: VecDeque<SocketErrorKind>,
    waiting: VecDeque<MemorySocket>,
    opened: usize,
    live: Vec<mpsc::WeakUnboundedSender<Result<Bytes, SocketError>>>,
}

/// The server's end of a socket. Dropping it loses the connection.
pub struct MemorySocket {
    path: String,
    outgoing: mpsc::UnboundedSender<Result<Bytes, SocketError>>,
    incoming: mpsc::UnboundedReceiver<String>,
    /// Keeps pings from being answered.
    is_silent: Arc<AtomicBool>,
}

impl MemorySockets {
    /// No sockets yet. Pings are answered, until [`MemorySocket::be_silent`].
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Shared {
            inner: Mutex::default(),
            arrived: tokio::sync::Notify::new(),
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the next attempt to connect fail. Several calls are for one attempt each.
    pub fn refuse(&self, kind: SocketErrorKind) {
        self.lock().refusals.push_back(kind);
    }

    /// The next socket that was opened, once there is one.
    pub async fn accept(&self) -> MemorySocket {
        loop {
            let arrived = self.0.arrived.notified();
            if let Some(socket) = self.lock().waiting.pop_front() {
                return socket;
            }
            arrived.await;
        }
    }

    /// How many sockets were opened so far.
    #[must_use]
    pub fn opened(&self) -> usize {
        self.lock().opened
    }

    /// How many sockets are open.
    #[must_use]
    pub fn open(&self) -> usize {
        let mut inner = self.lock();
        let is_open = |sender: &mpsc::WeakUnboundedSender<_>| {
            sender
                .upgrade()
                .is_some_and(|sender: mpsc::UnboundedSender<_>| !sender.is_closed())
        };
        inner.live.retain(is_open);
        inner.live.len()
    }
}

impl Default for MemorySockets {
    fn default() -> Self {
        Self::new()
    }
}

impl SocketTransport for MemorySockets {
    fn connect(
        &self,
        request: SocketRequest,
    ) -> BoxFuture<'static, Result<Box<dyn Socket>, SocketError>> {
        let refusal = self.lock().refusals.pop_front();
        let sockets = self.clone();
        Box::pin(async move {
            if let Some(kind) = refusal {
                return Err(SocketError::new(kind));
            }
            let (to_client, from_server) = mpsc::unbounded_channel();
            let (to_server, from_client) = mpsc::unbounded_channel();
            let is_silent = Arc::new(AtomicBool::new(false));
            let socket = MemorySocket {
                path: request.url.path().to_owned(),
                outgoing: to_client.clone(),
                incoming: from_client,
                is_silent: is_silent.clone(),
            };
            let mut inner = sockets.lock();
            inner.opened += 1;
            inner.live.push(to_client.downgrade());
            inner.waiting.push_back(socket);
            drop(inner);
            sockets.0.arrived.notify_one();
            let socket = ClientEnd {
                incoming: from_server,
                outgoing: to_server,
                answers: to_client.downgrade(),
                longest: request.longest_message,
                is_silent,
            };
            Ok(Box::new(socket) as Box<dyn Socket>)
        })
    }
}

impl MemorySocket {
    /// The path of the URL that was connected to.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Sends a message. A client that is gone does not get it.
    pub fn send(&self, message: impl Into<Bytes>) {
        let _ = self.outgoing.send(Ok(message.into()));
    }

    /// The next message of the client but pings, which are answered at once; `None` when the client has closed the socket.
    pub async fn receive(&mut self) -> Option<String> {
        self.incoming.recv().await
    }

    /// Closes the socket with a code.
    pub fn close(self, code: u16) {
        let _ = self
            .outgoing
            .send(Err(SocketError::new(SocketErrorKind::Closed(Some(code)))));
    }

    /// Stops answering pings.
    pub fn be_silent(&self) {
        self.is_silent.store(true, Ordering::Relaxed);
    }

    /// Whether the client has closed the socket.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.outgoing.is_closed()
    }
}

/// The client's end.
struct ClientEnd {
    incoming: mpsc::UnboundedReceiver<Result<Bytes, SocketError>>,
    outgoing: mpsc::UnboundedSender<String>,
    answers: mpsc::WeakUnboundedSender<Result<Bytes, SocketError>>,
    longest: usize,
    is_silent: Arc<AtomicBool>,
}

impl Socket for ClientEnd {
    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Result<Bytes, SocketError>> {
        self.incoming
            .poll_recv(context)
            .map(|received| match received {
                Some(Ok(message)) if message.len() > self.longest => {
                    Err(SocketError::new(SocketErrorKind::TooLarge))
                }
                Some(outcome) => outcome,
                None => Err(SocketError::new(SocketErrorKind::Io)),
            })
    }

    fn send(&mut self, text: &str) -> Result<(), SocketError> {
        if text == super::PING {
            if !self.is_silent.load(Ordering::Relaxed)
                && let Some(answers) = self.answers.upgrade()
            {
                let _ = answers.send(Ok(Bytes::from_static(super::PONG.as_bytes())));
            }
            return Ok(());
        }
        self.outgoing
            .send(text.to_owned())
            .map_err(|_| SocketError::new(SocketErrorKind::Io))
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async {})
    }
}

debug_fields!(MemorySockets, |this| opened: this.opened());

debug_fields!(MemorySocket, |_this| "MemorySocket(..)");
