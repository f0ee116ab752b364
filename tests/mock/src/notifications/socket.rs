//! A socket of a channel.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::{Message, Role};

use super::super::backend::State;
use super::super::sync::{lock, read};
use super::{Outgoing, system};

/// How often a socket asks whether its token lives.
const TOKEN_CHECK: Duration = Duration::from_millis(20);

/// A socket whose handshake is about to be answered. Clones are the same socket.
#[derive(Clone, Debug)]
pub(crate) struct Upgrade(Arc<Mutex<Option<Parts>>>);

#[derive(Debug)]
struct Parts {
    channel: String,
    number: u64,
    outgoing: mpsc::UnboundedReceiver<Outgoing>,
}

impl Upgrade {
    pub(super) fn new(
        channel: &str,
        number: u64,
        outgoing: mpsc::UnboundedReceiver<Outgoing>,
    ) -> Self {
        Self(Arc::new(Mutex::new(Some(Parts {
            channel: channel.to_owned(),
            number,
            outgoing,
        }))))
    }
}

/// Serves a socket over the connection of its handshake, until it ends. `read_already` was read after the handshake.
pub(crate) async fn serve(
    state: &State,
    upgrade: &Upgrade,
    stream: impl AsyncRead + AsyncWrite + Unpin,
    read_already: Bytes,
) {
    let parts = lock(&upgrade.0).take();
    let Some(mut parts) = parts else { return };
    let socket =
        WebSocketStream::from_partially_read(stream, read_already.to_vec(), Role::Server, None)
            .await;
    talk(state, &mut parts, socket).await;
    let now = state.clock.now();
    state.channels.disconnect(&parts.channel, parts.number, now);
}

async fn talk(
    state: &State,
    parts: &mut Parts,
    mut socket: WebSocketStream<impl AsyncRead + AsyncWrite + Unpin>,
) {
    let (heartbeat, closing_after) = {
        let settings = read(&state.settings);
        (settings.heartbeat, settings.closing_after)
    };
    let mut heartbeat = tokio::time::interval(heartbeat);
    heartbeat.tick().await;
    let mut token_check = tokio::time::interval(TOKEN_CHECK);
    let mut ends_at: Option<tokio::time::Instant> = None;
    loop {
        let end = async move {
            match ends_at {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let message = tokio::select! {
            outgoing = parts.outgoing.recv() => match outgoing {
                Some(Outgoing::Text(text)) => {
                    if text.windows(24).any(|part| part == b"v2.system.socket_closing") {
                        ends_at = Some(tokio::time::Instant::now() + closing_after);
                    }
                    text
                }
                Some(Outgoing::Close(code)) => return close(socket, code).await,
                // Its channel was removed.
                None => return close(socket, 1_001).await,
                Some(Outgoing::Drop) => return,
            },
            received = socket.next() => match received {
                Some(Ok(Message::Text(text))) => match answer(&text) {
                    Some(answer) => answer,
                    None => continue,
                },
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => continue,
            },
            _ = heartbeat.tick() => text_of(system("channel.metadata", "WebSocket Heartbeat")),
            _ = token_check.tick() => {
                let now = state.clock.now();
                let token = state.channels.token(&parts.channel);
                if token.is_some_and(|token| !state.tokens.is_live(&token, now)) {
                    let notice = text_of(system("v2.system.token_revoked.mock", "revoked"));
                    let _ = socket.send(text(notice)).await;
                    state.channels.remove(&parts.channel);
                }
                continue;
            }
            () = end => return close(socket, 1_001).await,
        };
        if socket.send(text(message)).await.is_err() {
            return;
        }
    }
}

/// The answer to what a client says in its socket.
fn answer(message: &str) -> Option<Bytes> {
    let value: serde_json::Value = serde_json::from_str(message).ok()?;
    match value.get("message")?.as_str()? {
        "ping" => Some(text_of(system("channel.metadata", "pong"))),
        _ => Some(Bytes::from_static(
            br#"{"result":"400","status":"unknown message"}"#,
        )),
    }
}

fn text_of(outgoing: Outgoing) -> Bytes {
    match outgoing {
        Outgoing::Text(text) => text,
        _ => Bytes::new(),
    }
}

/// A message of text, whose bytes a test may have chosen.
fn text(bytes: Bytes) -> Message {
    match Utf8Bytes::try_from(bytes) {
        Ok(text) => Message::Text(text),
        Err(_) => Message::Binary(Bytes::new()),
    }
}

async fn close(mut socket: WebSocketStream<impl AsyncRead + AsyncWrite + Unpin>, code: u16) {
    let frame = CloseFrame {
        code: code.into(),
        reason: Utf8Bytes::default(),
    };
    let _ = socket.close(Some(frame)).await;
}
