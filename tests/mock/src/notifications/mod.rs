//! Notification channels: their sockets, what is sent over them, and what goes wrong with them on demand.
//!
//! | what | as in Genesys Cloud |
//! |---|---|
//! | channels | 20 for a user and an application; one more replaces that which has been without a connection for longest |
//! | topics | 1,000 for a channel, 400 beyond; `v2.users.{id}?a&b` is one of them, and its events come under their single names |
//! | sockets | one for a channel, a second one ends the first; two after `v2.system.socket_closing` |
//! | tokens | a channel ends with the token that made it |
//! | events | go to the sockets that are open; nothing is replayed |

mod routes;
mod socket;

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Instant;

use bytes::Bytes;
use http::StatusCode;
use serde_json::value::RawValue;
use tokio::sync::mpsc;

use super::backend::{Backend, State};
use super::reply::correlation_id;
use super::sync::lock;

pub(crate) use routes::routes;
pub(crate) use socket::{Upgrade, serve};

/// How many channels a user and an application have.
pub const CHANNELS_PER_CLIENT: usize = 20;
/// How many topics a channel has.
pub const TOPICS_PER_CHANNEL: usize = 1_000;

/// All channels of one mock.
#[derive(Debug, Default)]
pub(crate) struct Channels(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    channels: HashMap<String, Channel>,
    rejections: Vec<Rejection>,
    sockets: u64,
    stats: ChannelStats,
}

#[derive(Debug)]
struct Channel {
    owner: (String, Option<String>),
    /// The access token that made it.
    token: String,
    topics: Vec<String>,
    sockets: Vec<Socket>,
    /// When it lost its last connection, or was made.
    idle_since: Instant,
}

#[derive(Debug)]
struct Socket {
    number: u64,
    outgoing: mpsc::UnboundedSender<Outgoing>,
    is_closing: bool,
}

#[derive(Debug)]
struct Rejection {
    topic: String,
    reason: String,
    missing: Vec<String>,
}

/// What a socket sends or does.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Text(Bytes),
    /// Close with that code.
    Close(u16),
    /// Drop the connection.
    Drop,
}

/// What the channels have seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChannelStats {
    /// Channels that were made.
    pub made: u64,
    /// Subscription calls.
    pub subscribed: u64,
    /// Sockets that were opened.
    pub connected: u64,
    /// Channels that exist now.
    pub channels: usize,
    /// Sockets that are open now.
    pub sockets: usize,
    /// Most sockets that one channel had at the same time.
    pub most_sockets: usize,
    /// Events that were pushed, and copies of them that were sent to sockets.
    pub pushed: u64,
    /// Copies of events that were sent to sockets.
    pub sent: u64,
}

/// The single topics of a subscription: `v2.users.1?a&b` is `v2.users.1.a` and `v2.users.1.b`.
fn topics_of(subscription: &str) -> Vec<String> {
    match subscription.split_once('?') {
        None => vec![subscription.to_owned()],
        Some((object, aspects)) => aspects
            .split('&')
            .map(|aspect| format!("{object}.{aspect}"))
            .collect(),
    }
}

fn system(topic: &str, body: &str) -> Outgoing {
    Outgoing::Text(
        format!(r#"{{"topicName":"{topic}","eventBody":{{"message":"{body}"}}}}"#).into(),
    )
}

impl Channel {
    fn tell(&self, mut message: impl FnMut() -> Outgoing) {
        for socket in &self.sockets {
            // Its task has ended.
            let _ = socket.outgoing.send(message());
        }
    }

    fn is_subscribed(&self, topic: &str) -> bool {
        let matches = |subscription: &String| {
            subscription == topic
                || (subscription.contains('?')
                    && topics_of(subscription).iter().any(|own| own == topic))
        };
        self.topics.iter().any(matches)
    }
}

impl Channels {
    /// Registers a socket of a channel; none where the channel does not exist.
    fn connect(&self, id: &str) -> Option<(u64, mpsc::UnboundedReceiver<Outgoing>)> {
        let mut inner = lock(&self.0);
        inner.sockets += 1;
        let number = inner.sockets;
        let channel = inner.channels.get_mut(id)?;
        for socket in channel.sockets.iter().filter(|socket| !socket.is_closing) {
            let _ = socket.outgoing.send(Outgoing::Close(4_000));
        }
        channel.sockets.retain(|socket| socket.is_closing);
        let (outgoing, receiver) = mpsc::unbounded_channel();
        channel.sockets.push(Socket {
            number,
            outgoing,
            is_closing: false,
        });
        let open = channel.sockets.len();
        inner.stats.connected += 1;
        inner.stats.most_sockets = inner.stats.most_sockets.max(open);
        Some((number, receiver))
    }

    fn disconnect(&self, id: &str, number: u64, now: Instant) {
        if let Some(channel) = lock(&self.0).channels.get_mut(id) {
            channel.sockets.retain(|socket| socket.number != number);
            if channel.sockets.is_empty() {
                channel.idle_since = now;
            }
        }
    }

    /// The token of a channel, if it exists.
    fn token(&self, id: &str) -> Option<String> {
        lock(&self.0)
            .channels
            .get(id)
            .map(|channel| channel.token.clone())
    }

    fn remove(&self, id: &str) {
        if let Some(channel) = lock(&self.0).channels.remove(id) {
            channel.tell(|| Outgoing::Close(1_001));
        }
    }
}

/// Channels, as a test sees and changes them.
impl Backend {
    fn channels(&self) -> &Channels {
        &self.0.channels
    }

    /// Sends an event to every channel that is subscribed to `topic`; returns to how many sockets. `body` is JSON.
    pub fn push(&self, topic: &str, body: &str) -> usize {
        self.push_with(topic, body, &correlation_id())
    }

    /// The same with a correlation id of the test's choice.
    pub fn push_with(&self, topic: &str, body: &str, correlation_id: &str) -> usize {
        self.0.push(topic, body, correlation_id)
    }

    /// Rejects subscriptions of `topic` from now on.
    pub fn reject_topic(&self, topic: &str, reason: &str, missing_permissions: &[&str]) {
        lock(&self.channels().0).rejections.push(Rejection {
            topic: topic.to_owned(),
            reason: reason.to_owned(),
            missing: missing_permissions
                .iter()
                .map(|&name| name.to_owned())
                .collect(),
        });
    }

    /// Tells every socket that it will be closed. Until it is ([`Backend::close_sockets`], or
    /// [`Settings::closing_after`](super::Settings::closing_after)), its channel may have a second one.
    pub fn announce_closing(&self) {
        for channel in lock(&self.channels().0).channels.values_mut() {
            channel.tell(|| system("v2.system.socket_closing", "closing"));
            for socket in &mut channel.sockets {
                socket.is_closing = true;
            }
        }
    }

    /// Closes every socket with a code.
    pub fn close_sockets(&self, code: u16) {
        self.end_sockets(|| Outgoing::Close(code));
    }

    /// Drops the connection of every socket without a word.
    pub fn drop_sockets(&self) {
        self.end_sockets(|| Outgoing::Drop);
    }

    fn end_sockets(&self, mut end: impl FnMut() -> Outgoing) {
        let now = self.0.clock.now();
        for channel in lock(&self.channels().0).channels.values_mut() {
            channel.tell(&mut end);
            channel.sockets.clear();
            channel.idle_since = now;
        }
    }

    /// Deletes every channel, as after 24 hours.
    pub fn expire_channels(&self) {
        let ids: Vec<String> = lock(&self.channels().0).channels.keys().cloned().collect();
        for id in ids {
            self.channels().remove(&id);
        }
    }

    /// The subscriptions of every channel.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<Vec<String>> {
        let inner = lock(&self.channels().0);
        inner
            .channels
            .values()
            .map(|channel| channel.topics.clone())
            .collect()
    }

    /// What the channels have seen.
    #[must_use]
    pub fn channel_stats(&self) -> ChannelStats {
        self.0.channel_stats()
    }
}

impl State {
    pub(crate) fn push(&self, topic: &str, body: &str, correlation_id: &str) -> usize {
        // What is no JSON would be no message.
        let body = serde_json::from_str::<&RawValue>(body).map_or("null", RawValue::get);
        let message = Bytes::from(format!(
            r#"{{"topicName":{},"version":"2","eventBody":{body},"metadata":{{"CorrelationId":{}}}}}"#,
            serde_json::Value::from(topic),
            serde_json::Value::from(correlation_id),
        ));
        let mut inner = lock(&self.channels.0);
        let mut sent = 0;
        for channel in inner.channels.values() {
            if channel.is_subscribed(topic) {
                for socket in &channel.sockets {
                    sent += usize::from(
                        socket
                            .outgoing
                            .send(Outgoing::Text(message.clone()))
                            .is_ok(),
                    );
                }
            }
        }
        inner.stats.pushed += 1;
        inner.stats.sent += sent as u64;
        sent
    }

    pub(crate) fn channel_stats(&self) -> ChannelStats {
        let inner = lock(&self.channels.0);
        let channels = inner.channels.values();
        ChannelStats {
            channels: inner.channels.len(),
            sockets: channels.map(|channel| channel.sockets.len()).sum(),
            ..inner.stats
        }
    }
}

/// What a handshake that cannot be answered is answered with.
const NO_WEBSOCKET: StatusCode = StatusCode::BAD_REQUEST;
