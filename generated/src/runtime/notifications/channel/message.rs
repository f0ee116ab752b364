//! The kinds of messages on the socket.

use bytes::Bytes;

use super::machine::Heard;
use crate::runtime::error::Error;
use crate::runtime::notifications::Notification;

/// A message of the socket.
#[derive(Debug)]
pub(crate) enum Message {
    /// An event for the program.
    Event(Notification),
    /// A message about the channel. The program gets it as well, where it tells of a topic.
    System(Heard, Option<Notification>),
}

/// Reads a message.
///
/// # Errors
///
/// It is not a notification.
pub(crate) fn read(message: Bytes) -> Result<Message, Error> {
    let notification = match Notification::parse(message.clone()) {
        Ok(notification) => notification,
        // Answers of the socket itself have no topic.
        Err(error) => match without_topic(&message) {
            Some(heard) => return Ok(Message::System(heard, None)),
            None => return Err(error),
        },
    };
    let topic = notification.topic();
    let heard = match topic {
        "channel.metadata" => said(notification.body()).unwrap_or(Heard::Heartbeat),
        "v2.system.socket_closing" => Heard::Closing,
        "streaming-subscriptions-expiring" | "v2.system.streaming-subscriptions-expiring" => {
            Heard::Expiring
        }
        "duplicate_id" | "v2.system.duplicate_id" => Heard::Duplicate,
        _ if is_about(topic, "v2.system.token_revoked") => Heard::TokenRevoked,
        _ if is_about(topic, "v2.system.no_longer_subscribed") => {
            return Ok(Message::System(Heard::Unsubscribed, Some(notification)));
        }
        _ => return Ok(Message::Event(notification)),
    };
    Ok(Message::System(heard, None))
}

fn is_about(topic: &str, name: &str) -> bool {
    (topic.strip_prefix(name)).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// What `{"message": …}` says.
fn said(body: &[u8]) -> Option<Heard> {
    #[derive(serde::Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        message: std::borrow::Cow<'a, str>,
    }
    let body: Body<'_> = serde_json::from_slice(body).ok()?;
    match &*body.message {
        "pong" => Some(Heard::Pong),
        "streaming-subscriptions-expiring" => Some(Heard::Expiring),
        "duplicate_id" => Some(Heard::Duplicate),
        _ => None,
    }
}

/// A message without a topic that is known: `{"message": "pong"}`, `{"result": "200", "status": "subscribed"}`.
fn without_topic(message: &[u8]) -> Option<Heard> {
    #[derive(serde::Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        result: &'a serde_json::value::RawValue,
        #[serde(borrow)]
        status: &'a serde_json::value::RawValue,
    }
    if let Some(heard) = said(message) {
        return Some(heard);
    }
    let answer: Answer<'_> = serde_json::from_slice(message).ok()?;
    (!answer.result.get().is_empty() && !answer.status.get().is_empty()).then_some(Heard::Heartbeat)
}
