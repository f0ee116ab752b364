//! The builder that starts listening.

use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use tokio::sync::{mpsc, oneshot};

use super::buffer::{Buffer, Item};
use super::calls::Rejected;
use super::driver::{Command, Driver};
use super::machine::Timing;
use super::subscription::{CHANNELS, PER_CHANNEL, combine, spread};
use crate::runtime::client::Client;
use crate::runtime::clock::{BoxFuture, check_runtime};
use crate::runtime::codec::Wire;
use crate::runtime::debug::debug_fields;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::notifications::{AnyTopic, FromNotification, Topic};
use crate::runtime::sync::spawn;
use crate::runtime::transport::socket::SocketTransport;

/// How many notifications wait for the program, by default.
const BUFFER: usize = 1_024;
/// The longest message that is read, by default.
const LONGEST_MESSAGE: usize = 16 * 1024 * 1024;

/// How a stream behaves.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) timing: Timing,
    pub(super) longest_message: usize,
    pub(super) streaming_host: Option<String>,
}

/// A stream of notifications that is about to start: await it.
///
/// It makes a channel, subscribes to the topics, connects, and waits for the first message of the server.
#[must_use = "listening starts when this is awaited"]
pub struct Listen<E> {
    client: Client,
    topics: Vec<AnyTopic>,
    buffer: usize,
    settings: Settings,
    decode: fn(Item, &[AnyTopic]) -> Result<E, Error>,
}

impl Client {
    /// Listens to `topics`, whose items are `E`: [`Received`](crate::runtime::notifications::Received), or a custom type.
    pub fn listen_for<E: FromNotification>(
        &self,
        topics: impl IntoIterator<Item = impl Into<AnyTopic>>,
    ) -> Listen<E> {
        Listen::new(
            self,
            topics.into_iter().map(Into::into).collect(),
            |item, _| match item {
                Item::Notification(notification) => Ok(E::from_notification(notification)),
                Item::Gap(gap) => Ok(E::from_gap(gap)),
                Item::Error(error) => Err(error),
            },
        )
    }

    /// Listens to one topic: the items are its bodies. A [`Gap`](crate::runtime::notifications::Gap) is an error of the kind
    /// [`ErrorKind::Gap`] here, whose source it is, and so is a body that does not fit; the stream continues after both.
    pub fn listen_to<B: Wire>(&self, topic: impl Into<Topic<B>>) -> Listen<B> {
        Listen::new(self, vec![topic.into().into()], |item, topics| match item {
            Item::Notification(notification) => {
                let topic = notification.topic();
                if topics.iter().any(|own| own.id() == topic) || !topic.starts_with("v2.system.") {
                    return notification.read();
                }
                Err(Error::new(ErrorKind::Gap).with_message(format!(
                    "Genesys Cloud ended the subscription (`{topic}`), and it is renewed"
                )))
            }
            Item::Gap(gap) => Err(Error::new(ErrorKind::Gap).with_source(gap)),
            Item::Error(error) => Err(error),
        })
    }
}

impl<E> Listen<E> {
    fn new(
        client: &Client,
        topics: Vec<AnyTopic>,
        decode: fn(Item, &[AnyTopic]) -> Result<E, Error>,
    ) -> Self {
        Self {
            client: client.clone(),
            topics,
            buffer: BUFFER,
            settings: Settings {
                timing: Timing::default(),
                longest_message: LONGEST_MESSAGE,
                streaming_host: None,
            },
            decode,
        }
    }

    /// How many notifications wait for the program: 1,024 by default. Where it reads too slowly, the oldest are dropped, and a gap says how many.
    pub fn buffer(mut self, notifications: usize) -> Self {
        self.buffer = notifications;
        self
    }

    /// The longest message that is read: 16 MiB by default. A longer one is an error of the kind [`ErrorKind::TooLarge`], after which the stream
    /// reconnects.
    pub fn longest_message(mut self, bytes: usize) -> Self {
        self.settings.longest_message = bytes;
        self
    }

    /// How long to try to reconnect before the stream ends with an error: one hour by default.
    pub fn reconnect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.timing.reconnect = timeout;
        self
    }

    /// How long the start may take before it fails: 30 s by default.
    pub fn start_timeout(mut self, timeout: Duration) -> Self {
        self.settings.timing.start = timeout;
        self
    }

    /// Also allows sockets to that host. Without it only `streaming.{domain}` of the region is allowed, and this machine.
    pub fn streaming_host(mut self, host: impl Into<String>) -> Self {
        self.settings.streaming_host = Some(host.into());
        self
    }

    async fn start(self) -> Result<Events<E>, Error> {
        check_runtime().map_err(Error::configuration)?;
        let parts = spread(&self.topics)?;
        let mut events = Events {
            sockets: self.client.socket_transport()?,
            client: self.client,
            settings: self.settings,
            buffer: Buffer::new(self.buffer),
            channels: Vec::new(),
            started: 0,
            topics: self.topics,
            decode: self.decode,
        };
        let mut starts = Vec::new();
        for topics in parts {
            starts.push(events.add_channel(topics));
        }
        for started in starts {
            started.await.map_err(|_| stopped())??;
        }
        Ok(events)
    }
}

fn stopped() -> Error {
    Error::new(ErrorKind::Notifications)
        .with_message("the listening task has ended")
        .with_advice("Listen on a runtime that is running")
}

#[cfg(feature = "blocking")]
impl<E: Send + 'static> Listen<E> {
    /// Starts to listen and waits for it, without `async`: `blocking::iterate` then gives the items.
    ///
    /// # Errors
    ///
    /// As when it is awaited.
    pub fn wait(self) -> Result<Events<E>, Error> {
        crate::runtime::blocking::run(self.start())?
    }
}

impl<E: 'static> IntoFuture for Listen<E> {
    type Output = Result<Events<E>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.start())
    }
}

struct Channel {
    topics: Vec<AnyTopic>,
    commands: mpsc::UnboundedSender<Command>,
}

/// A stream of notifications.
///
/// It stays up: connections, subscriptions and channels are replaced as they end, and where notifications may have been missed a gap says so. An
/// item that is an error is a message that could not be read; the stream continues after it. Where the stream itself ends, its last item is an
/// error that says why.
///
/// Dropping it closes the sockets and deletes the subscriptions, in the background; [`close`](Self::close) waits for that.
#[must_use = "a stream does nothing unless it is read"]
pub struct Events<E> {
    client: Client,
    sockets: Arc<dyn SocketTransport>,
    settings: Settings,
    buffer: Buffer,
    channels: Vec<Channel>,
    /// How many channels were ever started.
    started: usize,
    topics: Vec<AnyTopic>,
    decode: fn(Item, &[AnyTopic]) -> Result<E, Error>,
}

// Nothing in it is ever pinned.
impl<E> Unpin for Events<E> {}

impl<E> Events<E> {
    /// The next item; `None` after the error that ended the stream.
    ///
    /// Cancel safe: dropping the future, as in `select!` or a timeout, loses no item. Sockets are read in the background, into a queue.
    ///
    /// # Errors
    ///
    /// A message could not be read, and the stream continues; or the last item, which says why the stream has ended.
    pub async fn next(&mut self) -> Option<Result<E, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The topics that Genesys Cloud rejected, with reasons and missing permissions. The others are listened to.
    #[must_use]
    pub fn rejected(&self) -> Vec<Rejected> {
        self.buffer.rejected()
    }

    /// How often a socket was opened in place of another one: after a lost connection, or before the end of a socket or a token.
    #[must_use]
    pub fn reconnects(&self) -> u64 {
        let first = u64::try_from(self.started).unwrap_or(u64::MAX);
        self.buffer.sockets().saturating_sub(first)
    }

    /// Listens to more topics, and waits until Genesys Cloud has accepted or [rejected](Self::rejected) them.
    ///
    /// # Errors
    ///
    /// A topic is invalid, or they are too many; then nothing is changed. Or the call failed; it is repeated in the background.
    pub async fn subscribe(
        &mut self,
        topics: impl IntoIterator<Item = impl Into<AnyTopic>>,
    ) -> Result<(), Error> {
        let new: Vec<AnyTopic> = topics
            .into_iter()
            .map(Into::into)
            .filter(|topic| !self.topics.contains(topic))
            .collect();
        if new.is_empty() {
            return Ok(());
        }
        let all: Vec<AnyTopic> = self.topics.iter().chain(&new).cloned().collect();
        spread(&all)?;
        let none = Default::default();
        let mut changed = vec![false; self.channels.len()];
        let mut left = Vec::new();
        for topic in new {
            let mut topic = Some(topic);
            for (channel, changed) in self.channels.iter_mut().zip(&mut changed) {
                let Some(added) = topic.take() else { break };
                channel.topics.push(added);
                if combine(&channel.topics, &none).len() <= PER_CHANNEL {
                    *changed = true;
                } else {
                    topic = channel.topics.pop();
                }
            }
            left.extend(topic);
        }
        let more = if left.is_empty() {
            Vec::new()
        } else {
            spread(&left)?
        };
        if self.channels.len() + more.len() > CHANNELS {
            return Err(Error::invalid_request(format!(
                "the topics need more than {CHANNELS} channels"
            )));
        }
        let mut waiting = self.announce(&changed);
        for topics in more {
            waiting.push(self.add_channel(topics));
        }
        self.topics = all;
        finish(waiting).await
    }

    /// Listens to `topics` no more.
    ///
    /// # Errors
    ///
    /// No topic would be left; then nothing is changed. Or the call failed; it is repeated in the background.
    pub async fn unsubscribe(
        &mut self,
        topics: impl IntoIterator<Item = impl Into<AnyTopic>>,
    ) -> Result<(), Error> {
        let gone: Vec<AnyTopic> = topics.into_iter().map(Into::into).collect();
        if self.topics.iter().all(|topic| gone.contains(topic)) {
            return Err(Error::invalid_request("no topics would be left")
                .with_advice("Use `close` to end the stream"));
        }
        self.topics.retain(|topic| !gone.contains(topic));
        let mut changed = Vec::new();
        for channel in &mut self.channels {
            let before = channel.topics.len();
            channel.topics.retain(|topic| !gone.contains(topic));
            changed.push(channel.topics.len() < before);
        }
        let waiting = self.announce(&changed);
        // A channel without topics ends with its sender.
        self.channels.retain(|channel| !channel.topics.is_empty());
        self.buffer
            .set_rejected(|rejected| gone.contains(&rejected.topic), Vec::new());
        finish(waiting).await
    }

    /// Tells the changed channels their topics.
    fn announce(&self, changed: &[bool]) -> Vec<oneshot::Receiver<Result<(), Error>>> {
        let mut waiting = Vec::new();
        for (channel, changed) in self.channels.iter().zip(changed) {
            if *changed && !channel.topics.is_empty() {
                let (reply, replied) = oneshot::channel();
                let _ = channel
                    .commands
                    .send(Command::Change(channel.topics.clone(), reply));
                waiting.push(replied);
            }
        }
        waiting
    }

    /// Closes the sockets and deletes the subscriptions, which takes some seconds at most.
    pub async fn close(self) {
        let mut closing = Vec::new();
        for channel in &self.channels {
            let (reply, closed) = oneshot::channel();
            if channel.commands.send(Command::Close(reply)).is_ok() {
                closing.push(closed);
            }
        }
        for closed in closing {
            // It has ended by itself.
            let _ = closed.await;
        }
    }

    fn add_channel(&mut self, topics: Vec<AnyTopic>) -> oneshot::Receiver<Result<(), Error>> {
        let (ready, started) = oneshot::channel();
        let (commands, receiver) = mpsc::unbounded_channel();
        let driver = Driver::new(
            self.client.with_one_token(),
            self.sockets.clone(),
            self.settings.clone(),
            self.buffer.clone(),
            topics.clone(),
            receiver,
            ready,
        );
        self.started += 1;
        self.channels.push(Channel { topics, commands });
        spawn(driver.run());
        started
    }
}

async fn finish(waiting: Vec<oneshot::Receiver<Result<(), Error>>>) -> Result<(), Error> {
    for replied in waiting {
        replied.await.map_err(|_| stopped())??;
    }
    Ok(())
}

impl<E> Stream for Events<E> {
    type Item = Result<E, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.buffer
            .poll(context)
            .map(|item| item.map(|item| item.and_then(|item| (self.decode)(item, &self.topics))))
    }
}

debug_fields!(Events<E>, |this| topics: this.topics.len(), channels: this.channels.len());

debug_fields!(Listen<E>, |this| topics: this.topics.len());
