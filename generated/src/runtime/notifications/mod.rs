//! Notifications: events that Genesys Cloud sends about topics, like the presence of a user.
//!
//! A [`Topic`] names what to listen to and the type of its body. What arrives is a [`Notification`]: a topic, and a body of JSON that
//! [`Notification::read`] reads into a model. The same messages arrive over a WebSocket, through EventBridge and through queues:
//! [`Notification::parse`] reads them wherever they come from.
//!
//! [`FromNotification`] makes an item of a stream from a notification or a [`Gap`], the time in which notifications may have been missed.

#[cfg(feature = "notification-stream")]
pub(crate) mod channel;
mod gap;
mod notification;
mod received;
mod topic;
mod topic_event;

#[cfg(feature = "notification-stream")]
pub use channel::{
    Events, Listen, MemorySocket, MemorySockets, Rejected, Socket, SocketError, SocketErrorKind,
    SocketRequest, SocketTransport,
};
pub use gap::{Gap, GapReason};
pub use notification::Notification;
pub use received::{FromNotification, Received};
pub use topic::{AnyTopic, Topic};
pub use topic_event::{TopicEvent, find_pattern};
