//! The task of one channel: the sockets and calls around the state machine.

use std::collections::{HashMap, HashSet};
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};

use super::buffer::{Buffer, Item};
use super::calls::{self, Made, Outcome, failure_of};
use super::listen::Settings;
use super::machine::{Action, ChannelNumber, End, Failure, Heard, Input, LinkNumber, Machine};
use super::message::{self, Message};
use super::overlap::key_of;
use crate::runtime::client::Client;
use crate::runtime::clock::wait::first;
use crate::runtime::clock::{BoxFuture, Monotonic};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::notifications::{AnyTopic, Gap, GapReason, Notification};
use crate::runtime::sync::spawn;
use crate::runtime::transport::socket::{
    PING, Socket, SocketError, SocketErrorKind, SocketRequest, SocketTransport,
};

/// How long saying goodbye to a server may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// What the program asks of a channel.
pub(super) enum Command {
    /// Listen to these topics from now on.
    Change(Vec<AnyTopic>, oneshot::Sender<Result<(), Error>>),
    /// End.
    Close(oneshot::Sender<()>),
}

/// What a task of the driver ends with.
enum Done {
    Prepared(Result<(Made, Outcome), Error>),
    Subscribed(ChannelNumber, Result<Outcome, Error>),
    Opened(LinkNumber, Result<Box<dyn Socket>, SocketError>),
}

/// What happens next.
enum Event {
    Command(Option<Command>),
    Done(Done),
    Message(LinkNumber, Result<Bytes, SocketError>),
    Timer,
    /// A task of the driver panicked.
    Panicked,
}

type Reply = oneshot::Sender<Result<(), Error>>;

/// One channel.
pub(super) struct Driver {
    client: Client,
    sockets: Arc<dyn SocketTransport>,
    settings: Settings,
    buffer: Buffer,
    topics: Vec<AnyTopic>,
    /// Topics that were rejected together with others.
    apart: HashSet<AnyTopic>,
    machine: Machine,
    commands: mpsc::UnboundedReceiver<Command>,
    tasks: JoinSet<Done>,
    opening: HashMap<LinkNumber, AbortHandle>,
    links: Vec<(LinkNumber, Box<dyn Socket>)>,
    channels: HashMap<ChannelNumber, Made>,
    channels_made: ChannelNumber,
    timer: Option<(Monotonic, BoxFuture<'static, ()>)>,
    last_error: Option<Error>,
    /// Who waits for the first connection.
    ready: Option<Reply>,
    /// Who waits for a change of the topics, and for the one that is on its way.
    changes: Vec<Reply>,
    changing: Vec<Reply>,
}

impl Driver {
    pub(super) fn new(
        client: Client,
        sockets: Arc<dyn SocketTransport>,
        settings: Settings,
        buffer: Buffer,
        topics: Vec<AnyTopic>,
        commands: mpsc::UnboundedReceiver<Command>,
        ready: Reply,
    ) -> Self {
        let machine = Machine::new(settings.timing.clone(), client.clock().now());
        Self {
            client,
            sockets,
            settings,
            buffer,
            topics,
            apart: HashSet::new(),
            machine,
            commands,
            tasks: JoinSet::new(),
            opening: HashMap::new(),
            links: Vec::new(),
            channels: HashMap::new(),
            channels_made: 0,
            timer: None,
            last_error: None,
            ready: Some(ready),
            changes: Vec::new(),
            changing: Vec::new(),
        }
    }

    /// Runs until the program closes the stream, or it ends with an error.
    pub(super) async fn run(mut self) {
        let mut is_running = self.feed(Input::Tick, None);
        let mut closed = None;
        while is_running {
            is_running = match self.event().await {
                Event::Command(None) => false,
                Event::Command(Some(Command::Close(done))) => {
                    closed = Some(done);
                    false
                }
                Event::Command(Some(Command::Change(topics, reply))) => {
                    self.topics = topics;
                    self.changes.push(reply);
                    self.feed(Input::TopicsChanged, None)
                }
                Event::Done(done) => self.done(done),
                Event::Message(link, message) => self.message(link, message),
                Event::Timer => self.feed(Input::Tick, None),
                Event::Panicked => self.end(Error::other("code under the stream panicked")),
            };
        }
        self.close().await;
        if let Some(closed) = closed {
            let _ = closed.send(());
        }
    }

    /// Closes sockets and deletes subscriptions: best effort, and bounded.
    async fn close(mut self) {
        self.tasks.abort_all();
        let mut farewells = JoinSet::new();
        for (_, socket) in self.links.drain(..) {
            let sleep = self.client.clock().sleep(CLOSE_TIMEOUT);
            let closed = socket.close();
            farewells.spawn(async move { _ = first(closed, sleep).await });
        }
        for made in std::mem::take(&mut self.channels).into_values() {
            let client = self.client.clone();
            farewells.spawn(async move { calls::unsubscribe(&client, &made).await });
        }
        while farewells.join_next().await.is_some() {}
    }

    async fn event(&mut self) -> Event {
        let at = self.machine.wake_at();
        // A timer that fires early is cheaper than a new one for every message.
        if self.timer.as_ref().is_none_or(|(armed, _)| at < *armed) {
            let pause = at - self.client.clock().monotonic();
            self.timer = (at != Monotonic::MAX).then(|| (at, self.client.clock().sleep(pause)));
        }
        poll_fn(|context| {
            if let Poll::Ready(command) = self.commands.poll_recv(context) {
                return Poll::Ready(Event::Command(command));
            }
            while let Poll::Ready(Some(done)) = self.tasks.poll_join_next(context) {
                match done {
                    Ok(done) => return Poll::Ready(Event::Done(done)),
                    Err(error) if error.is_panic() => return Poll::Ready(Event::Panicked),
                    // It was stopped by this task.
                    Err(_) => {}
                }
            }
            if let Some((_, timer)) = &mut self.timer
                && timer.as_mut().poll(context).is_ready()
            {
                self.timer = None;
                return Poll::Ready(Event::Timer);
            }
            for (link, socket) in &mut self.links {
                if let Poll::Ready(received) = socket.poll_receive(context) {
                    return Poll::Ready(Event::Message(*link, received));
                }
            }
            Poll::Pending
        })
        .await
    }

    fn done(&mut self, done: Done) -> bool {
        match done {
            Done::Prepared(Ok((made, outcome))) => {
                self.channels_made += 1;
                let channel = self.channels_made;
                let token_left = made.token.and_then(|(_, left)| left);
                self.channels.insert(channel, made);
                let all_rejected = self.subscribed(outcome);
                if all_rejected && self.links.is_empty() {
                    return self.all_rejected();
                }
                let input = Input::Prepared {
                    channel,
                    token_left,
                };
                self.feed(input, None)
            }
            Done::Prepared(Err(error)) => {
                // A channel that is not there cannot be missing.
                let failure = match failure_of(&error) {
                    Failure::Gone if error.is_not_found() => Failure::Transient,
                    failure => failure,
                };
                self.last_error = Some(error);
                self.feed(Input::PrepareFailed(failure), None)
            }
            Done::Subscribed(channel, Ok(outcome)) => {
                let all_rejected = self.subscribed(outcome);
                for reply in self.changing.drain(..) {
                    let _ = reply.send(Ok(()));
                }
                if all_rejected {
                    return self.all_rejected();
                }
                self.feed(Input::Subscribed(channel), None)
            }
            Done::Subscribed(channel, Err(error)) => {
                let failure = failure_of(&error);
                for reply in self.changing.drain(..) {
                    let _ = reply.send(Err(error.clone()));
                }
                self.last_error = Some(error);
                self.feed(Input::SubscribeFailed(channel, failure), None)
            }
            Done::Opened(link, Ok(socket)) => {
                // Let go meanwhile.
                if self.opening.remove(&link).is_none() {
                    self.farewell(socket);
                    return true;
                }
                self.links.push((link, socket));
                self.buffer.count_socket();
                self.feed(Input::Opened(link), None)
            }
            Done::Opened(link, Err(error)) => {
                if self.opening.remove(&link).is_none() {
                    return true;
                }
                let failure = self.failure_of_socket(&error);
                self.last_error = Some(socket_error(error));
                self.feed(Input::OpenFailed(link, failure), None)
            }
        }
    }

    fn failure_of_socket(&self, error: &SocketError) -> Failure {
        let is_starting = self.ready.is_some();
        match &error.kind {
            SocketErrorKind::Refused(status) => match status.as_u16() {
                408 | 425 | 429 => Failure::Transient,
                400..=499 => Failure::Gone,
                // What answers a redirect does not stream. A stream that was up before may be up again.
                300..=399 if is_starting => Failure::Permanent,
                _ => Failure::Transient,
            },
            SocketErrorKind::Handshake if is_starting => Failure::Permanent,
            _ => Failure::Transient,
        }
    }

    /// Keeps what Genesys Cloud said of the topics; whether it rejected all.
    fn subscribed(&mut self, outcome: Outcome) -> bool {
        self.apart = outcome.apart;
        let topics: HashSet<&AnyTopic> = self.topics.iter().collect();
        let all = !outcome.rejected.is_empty() && outcome.rejected.len() >= topics.len();
        for rejected in &outcome.rejected {
            tracing::warn!(topic = %rejected.topic, reason = %rejected.reason, "a topic was rejected");
        }
        self.buffer.set_rejected(
            |rejected| topics.contains(&rejected.topic),
            outcome.rejected,
        );
        all
    }

    /// Ends the stream because nothing is left to listen to.
    fn all_rejected(&mut self) -> bool {
        let rejected = self.buffer.rejected();
        let error = Error::new(ErrorKind::Notifications)
            .with_message("Genesys Cloud rejected all topics")
            .with_advice("Check the ids in the topics and the permissions of the OAuth client");
        let error = match rejected.into_iter().next() {
            Some(first) => error.with_source(first),
            None => error,
        };
        self.end(error)
    }

    fn message(&mut self, link: LinkNumber, received: Result<Bytes, SocketError>) -> bool {
        let at = self.client.clock().now().wall;
        let bytes = match received {
            Ok(bytes) => bytes,
            Err(error) => {
                self.links.retain(|(number, _)| *number != link);
                let mut reason = GapReason::Disconnected;
                let is_too_large = matches!(error.kind, SocketErrorKind::TooLarge);
                let error = socket_error(error);
                if is_too_large {
                    reason = GapReason::TooLarge;
                    self.buffer.push(at, Item::Error(error.clone()));
                }
                self.last_error = Some(error);
                return self.feed(Input::Ended(link, reason), None);
            }
        };
        match message::read(bytes) {
            Ok(Message::Event(notification)) => {
                let key = self.machine.is_overlapping().then(|| key_of(&notification));
                let input = Input::Heard(link, Heard::Event(key));
                self.feed(input, Some(notification))
            }
            Ok(Message::System(heard, notification)) => {
                if let Some(notification) = notification {
                    self.buffer.push(at, Item::Notification(notification));
                }
                self.feed(Input::Heard(link, heard), None)
            }
            Err(error) => {
                self.buffer.push(at, Item::Error(error));
                self.feed(Input::Heard(link, Heard::Heartbeat), None)
            }
        }
    }

    /// Asks the machine and does what it says; whether to continue.
    fn feed(&mut self, input: Input, mut notification: Option<Notification>) -> bool {
        let now = self.client.clock().now();
        let random = self.client.jitter().next();
        let actions = self.machine.decide(input, now, random);
        for action in actions {
            match action {
                Action::Deliver => {
                    if let Some(notification) = notification.take() {
                        self.buffer.push(now.wall, Item::Notification(notification));
                    }
                }
                Action::Gap {
                    since,
                    until,
                    reason,
                } => {
                    tracing::info!(?reason, "notifications may have been missed");
                    let gap = Gap::new(since, until, reason);
                    self.buffer.push(now.wall, Item::Gap(gap));
                }
                Action::Started => {
                    if let Some(ready) = self.ready.take() {
                        let _ = ready.send(Ok(()));
                    }
                }
                Action::Ask(link) => {
                    let socket = self.links.iter_mut().find(|(number, _)| *number == link);
                    if let Some((_, socket)) = socket
                        && socket.send(PING).is_err()
                    {
                        tracing::debug!("a ping was not sent, because the socket has closed");
                    }
                }
                Action::LetGo(link) => self.let_go(link),
                Action::Prepare { newer_token } => self.prepare(newer_token),
                Action::Open { link, channel } => {
                    if !self.open(link, channel) {
                        return false;
                    }
                }
                Action::Subscribe(channel) => self.subscribe(channel),
                Action::Discard(channel) => {
                    if let Some(made) = self.channels.remove(&channel) {
                        let client = self.client.clone();
                        spawn(async move { calls::unsubscribe(&client, &made).await });
                    }
                }
                Action::End(end) => {
                    let error = self.end_error(end);
                    return self.end(error);
                }
            }
        }
        true
    }

    fn prepare(&mut self, newer_token: bool) {
        let (client, topics) = (self.client.clone(), self.topics.clone());
        let apart = self.apart.clone();
        let generation = (self.channels.values())
            .filter_map(|made| made.token.map(|(generation, _)| generation))
            .max();
        self.changing.append(&mut self.changes);
        let replies = std::mem::take(&mut self.changing);
        self.tasks.spawn(async move {
            let prepared = async {
                if let (true, Some(generation)) = (newer_token, generation) {
                    calls::wait_for_newer_token(&client, generation).await?;
                }
                let made = calls::make(&client).await?;
                let outcome = calls::subscribe(&client, &made, &topics, apart).await?;
                Ok((made, outcome))
            }
            .await;
            for reply in replies {
                let _ = reply.send(prepared.as_ref().map(|_| ()).map_err(Error::clone));
            }
            Done::Prepared(prepared)
        });
    }

    fn subscribe(&mut self, channel: ChannelNumber) {
        let Some(made) = self.channels.get(&channel).cloned() else {
            return;
        };
        let (client, topics) = (self.client.clone(), self.topics.clone());
        let apart = self.apart.clone();
        self.changing.append(&mut self.changes);
        self.tasks.spawn(async move {
            let outcome = calls::subscribe(&client, &made, &topics, apart).await;
            Done::Subscribed(channel, outcome)
        });
    }

    fn open(&mut self, link: LinkNumber, channel: ChannelNumber) -> bool {
        let Some(made) = self.channels.get(&channel) else {
            return self.feed(Input::OpenFailed(link, Failure::Gone), None);
        };
        let url = self.client.socket_url(
            made.connect_uri.expose(),
            self.settings.streaming_host.as_deref(),
        );
        let url = match url {
            Ok(url) => url,
            Err(error) => {
                self.last_error = Some(error);
                return self.feed(Input::OpenFailed(link, Failure::Permanent), None);
            }
        };
        let agent = self
            .client
            .pipeline()
            .connection
            .headers
            .get(http::header::USER_AGENT);
        let request = SocketRequest {
            url,
            user_agent: agent
                .and_then(|agent| agent.to_str().ok())
                .unwrap_or_default()
                .to_owned(),
            timeout: self.settings.timing.handshake,
            longest_message: self.settings.longest_message,
        };
        let socket = self.sockets.connect(request);
        let handle = self
            .tasks
            .spawn(async move { Done::Opened(link, socket.await) });
        self.opening.insert(link, handle);
        true
    }

    fn let_go(&mut self, link: LinkNumber) {
        if let Some(task) = self.opening.remove(&link) {
            task.abort();
        }
        if let Some(index) = self.links.iter().position(|(number, _)| *number == link) {
            let (_, socket) = self.links.swap_remove(index);
            self.farewell(socket);
        }
    }

    fn farewell(&self, socket: Box<dyn Socket>) {
        let sleep = self.client.clock().sleep(CLOSE_TIMEOUT);
        let closed = socket.close();
        spawn(async move { _ = first(closed, sleep).await });
    }

    fn end_error(&mut self, end: End) -> Error {
        let last = self.last_error.take();
        match end {
            End::Permanent => last.unwrap_or_else(|| Error::new(ErrorKind::Notifications)),
            End::TimeOver => {
                let seconds = match self.ready {
                    Some(_) => self.settings.timing.start,
                    None => self.settings.timing.reconnect,
                }
                .as_secs();
                let error = Error::new(ErrorKind::Notifications).with_message(format!(
                    "could not connect to the notification channel within {seconds} s"
                ));
                match last {
                    Some(last) => error.with_source(last),
                    None => error,
                }
            }
        }
    }

    /// Ends the stream.
    fn end(&mut self, error: Error) -> bool {
        for reply in self.changes.drain(..).chain(self.changing.drain(..)) {
            let _ = reply.send(Err(error.clone()));
        }
        match self.ready.take() {
            Some(ready) => {
                let _ = ready.send(Err(error));
            }
            None => self.buffer.end(error),
        }
        false
    }
}

/// The error of a socket as the SDK's.
fn socket_error(error: SocketError) -> Error {
    let kind = match error.kind {
        SocketErrorKind::Connect => ErrorKind::Connect,
        SocketErrorKind::Timeout => ErrorKind::Timeout,
        SocketErrorKind::TooLarge => ErrorKind::TooLarge,
        SocketErrorKind::Io => ErrorKind::Io,
        SocketErrorKind::Refused(_) | SocketErrorKind::Handshake | SocketErrorKind::Closed(_) => {
            ErrorKind::Notifications
        }
    };
    Error::new(kind)
        .with_message("the socket for notifications failed")
        .with_source(error)
}
