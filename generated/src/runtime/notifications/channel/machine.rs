//! What one channel does next: a pure state machine. The clock and random numbers are parameters; sockets and calls are around it.
//!
//! A channel has one socket, `main`. While it is replaced there are two: `next` is being opened, and from its first message on it is `main` and
//! the former one is `old`, which is read until it has answered one more ping. Everything that Genesys Cloud sent to the old socket alone is before
//! that answer, so the old socket can then go. A socket that ends without that answer leaves a gap.

use std::time::{Duration, SystemTime};

use super::overlap::{Key, Overlap};
use crate::runtime::clock::{Moment, Monotonic};
use crate::runtime::notifications::GapReason;

/// A socket, counted from 1.
pub(crate) type LinkNumber = u32;
/// A channel of the API, counted from 1. Its id is a secret that the machine does not know.
pub(crate) type ChannelNumber = u32;

/// The times that a channel goes by.
#[derive(Clone, Debug)]
pub(crate) struct Timing {
    /// Without a message for that long a socket is asked whether it lives: two heartbeats of 30 s and a little.
    pub(crate) quiet: Duration,
    /// How long its answer may take.
    pub(crate) answer: Duration,
    /// How long opening a socket may take, up to its first message.
    pub(crate) handshake: Duration,
    /// The range of the pauses between attempts to connect.
    pub(crate) backoff: (Duration, Duration),
    /// How long to try to reconnect.
    pub(crate) reconnect: Duration,
    /// How long the first connection may take.
    pub(crate) start: Duration,
    /// The age of a subscription at which it is renewed. Genesys Cloud ends it after 24 hours.
    pub(crate) renew: Duration,
    /// How long a message may have been on its way: a gap begins that much before the last message that arrived.
    pub(crate) transit: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            quiet: seconds(65),
            answer: seconds(5),
            handshake: seconds(10),
            backoff: (Duration::from_millis(500), seconds(30)),
            reconnect: seconds(60 * 60),
            start: seconds(30),
            renew: seconds(20 * 60 * 60),
            transit: seconds(5),
        }
    }
}

/// The longest time before the end of its token in which a channel is replaced.
const BEFORE_TOKEN_ENDS: Duration = Duration::from_secs(5 * 60);
/// How often one channel is tried before another one is made.
const ATTEMPTS_PER_CHANNEL: u32 = 3;
/// The time between two renewals of subscriptions because Genesys Cloud ended one, or because the last renewal failed.
const RESUBSCRIBE_PAUSE: Duration = Duration::from_secs(60);

/// How something failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It may succeed later.
    Transient,
    /// The channel does not exist any more.
    Gone,
    /// It will not succeed: no credentials, no permission.
    Permanent,
}

/// What a socket said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// An event; its key while sockets overlap.
    Event(Option<Key>),
    /// A heartbeat, or anything else that changes nothing.
    Heartbeat,
    /// The answer to a ping.
    Pong,
    /// The server will close this socket.
    Closing,
    /// The token that made the channel was revoked.
    TokenRevoked,
    /// The subscriptions end soon.
    Expiring,
    /// The same channel was connected a second time.
    Duplicate,
    /// A subscription ended.
    Unsubscribed,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// Begin, or look at the clock.
    Tick,
    /// A channel was made and subscribed to; how long its token lives, if it ends.
    Prepared {
        channel: ChannelNumber,
        token_left: Option<Duration>,
    },
    /// A channel could not be made or subscribed to.
    PrepareFailed(Failure),
    /// The subscriptions were renewed.
    Subscribed(ChannelNumber),
    /// They could not be.
    SubscribeFailed(ChannelNumber, Failure),
    /// The topics are others now.
    TopicsChanged,
    /// A socket was opened.
    Opened(LinkNumber),
    /// It could not be.
    OpenFailed(LinkNumber, Failure),
    /// A message arrived.
    Heard(LinkNumber, Heard),
    /// A socket ended.
    Ended(LinkNumber, GapReason),
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Make a channel and subscribe to the topics; with a newer token than that of the present channel, if told so.
    Prepare { newer_token: bool },
    /// Open a socket.
    Open {
        link: LinkNumber,
        channel: ChannelNumber,
    },
    /// Send a ping.
    Ask(LinkNumber),
    /// Close a socket, or stop opening it.
    LetGo(LinkNumber),
    /// Subscribe to the topics again.
    Subscribe(ChannelNumber),
    /// Delete the subscriptions of a channel that is not needed any more.
    Discard(ChannelNumber),
    /// Hand the event of this input to the program.
    Deliver,
    /// Tell of a gap.
    Gap {
        since: SystemTime,
        until: SystemTime,
        reason: GapReason,
    },
    /// The first socket is up.
    Started,
    /// End the stream, with the error of the last failure.
    End(End),
}

/// Why a stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The last failure will not pass.
    Permanent,
    /// The time to connect is over.
    TimeOver,
}

#[derive(Clone, Copy, Debug)]
struct Link {
    number: LinkNumber,
    channel: ChannelNumber,
    heard: Moment,
    /// How many pings were sent and answered, and when the last one was sent.
    asked: u32,
    answered: u32,
    asked_at: Monotonic,
}

impl Link {
    /// Whether nothing was heard since a ping.
    fn is_asked(&self) -> bool {
        self.asked > self.answered && self.asked_at > self.heard.monotonic
    }
}

#[derive(Clone, Copy, Debug)]
struct Channel {
    number: ChannelNumber,
    subscribed: Monotonic,
    /// When its token is close to its end.
    replace_at: Option<Monotonic>,
    /// It cannot be connected to again.
    is_gone: bool,
    failures: u32,
}

/// What becomes of the next socket.
#[derive(Clone, Copy, Debug)]
enum Next {
    Idle,
    Waiting(Monotonic),
    /// Opened as soon as the last replacement is complete: events of three sockets are not compared.
    Held,
    Preparing,
    /// Opened or about to be, and without a message yet.
    Opening(Link, Monotonic),
}

/// What the next socket is to be connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    SameChannel,
    NewChannel { newer_token: bool },
}

#[derive(Clone, Copy, Debug)]
struct OpenGap {
    since: SystemTime,
    reason: GapReason,
}

impl OpenGap {
    fn merge(gap: &mut Option<Self>, since: SystemTime, reason: GapReason) {
        *gap = Some(match gap {
            None => Self { since, reason },
            Some(old) => Self {
                since: old.since.min(since),
                reason: if old.reason == reason {
                    reason
                } else {
                    GapReason::Several
                },
            },
        });
    }
}

/// The state of one channel.
#[derive(Debug)]
pub(crate) struct Machine {
    timing: Timing,
    /// When it began, until the first socket is up.
    starting: Option<Monotonic>,
    channel: Option<Channel>,
    /// A channel that was made and has no socket yet.
    new_channel: Option<Channel>,
    main: Option<Link>,
    old: Option<Link>,
    next: Next,
    wanted: Wanted,
    links: LinkNumber,
    failures: u32,
    lost_at: Option<Monotonic>,
    overlap: Overlap,
    /// The pong on `main` after which the overlap is over, and when it is over without one.
    flush: Option<(u32, Monotonic)>,
    /// What was missed since the last connection.
    gap: Option<OpenGap>,
    /// What was missed of a channel whose topics have to be subscribed to again.
    lapse: Option<OpenGap>,
    subscribe_at: Monotonic,
    is_subscribing: bool,
    subscribe_again: bool,
    /// Whether the topics changed since the last subscribing began.
    is_stale: bool,
    last_lapse: Option<Monotonic>,
    has_ended: bool,
}

impl Machine {
    pub(crate) fn new(timing: Timing, now: Moment) -> Self {
        Self {
            timing,
            starting: Some(now.monotonic),
            channel: None,
            new_channel: None,
            main: None,
            old: None,
            next: Next::Waiting(now.monotonic),
            wanted: Wanted::NewChannel { newer_token: false },
            links: 0,
            failures: 0,
            lost_at: None,
            overlap: Overlap::default(),
            flush: None,
            gap: None,
            lapse: None,
            subscribe_at: Monotonic::MAX,
            is_subscribing: false,
            subscribe_again: false,
            is_stale: false,
            last_lapse: None,
            has_ended: false,
        }
    }

    /// Whether events need their keys.
    pub(crate) fn is_overlapping(&self) -> bool {
        self.overlap.is_active()
    }

    /// When to look at the clock again (a monotonic reading), if nothing else happens.
    pub(crate) fn wake_at(&self) -> Monotonic {
        if self.has_ended {
            return Monotonic::MAX;
        }
        let next = match self.next {
            Next::Idle | Next::Held | Next::Preparing => Monotonic::MAX,
            Next::Waiting(at) | Next::Opening(_, at) => at,
        };
        let main = self.main.map_or(Monotonic::MAX, |link| self.due(link));
        let old = self
            .old
            .map_or(Monotonic::MAX, |link| link.asked_at + self.timing.answer);
        let flush = self.flush.map_or(Monotonic::MAX, |(_, at)| at);
        let subscribe = match self.is_subscribing || self.main.is_none() {
            true => Monotonic::MAX,
            false => self.subscribe_at,
        };
        let replace = match (self.next, self.channel) {
            (Next::Idle, Some(channel)) => channel.replace_at.unwrap_or(Monotonic::MAX),
            _ => Monotonic::MAX,
        };
        [
            next,
            main,
            old,
            flush,
            subscribe,
            replace,
            self.give_up_at(),
        ]
        .into_iter()
        .min()
        .unwrap_or(Monotonic::MAX)
    }

    /// When `link` has to be asked, or its answer is missing.
    fn due(&self, link: Link) -> Monotonic {
        if link.is_asked() {
            link.asked_at + self.timing.answer
        } else {
            link.heard.monotonic + self.timing.quiet
        }
    }

    fn give_up_at(&self) -> Monotonic {
        match (self.starting, self.lost_at) {
            (Some(start), _) => start + self.timing.start,
            (None, Some(lost)) => lost + self.timing.reconnect,
            (None, None) => Monotonic::MAX,
        }
    }

    /// Takes `input` in and says what to do. `random` is from 0 to 1.
    pub(crate) fn decide(&mut self, input: Input, now: Moment, random: f64) -> Vec<Action> {
        let mut step = Step {
            machine: self,
            now,
            random,
            actions: Vec::new(),
        };
        if step.machine.has_ended {
            return step.actions;
        }
        step.take(input);
        step.look_at_clock();
        step.actions
    }
}

/// One decision.
struct Step<'a> {
    machine: &'a mut Machine,
    now: Moment,
    random: f64,
    actions: Vec<Action>,
}

impl Step<'_> {
    fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    fn at(&self) -> Monotonic {
        self.now.monotonic
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Tick => {}
            Input::Prepared {
                channel,
                token_left,
            } => self.prepared(channel, token_left),
            Input::PrepareFailed(failure) => {
                self.machine.is_stale = true;
                if matches!(self.machine.next, Next::Preparing) {
                    // What is gone was gone before it was used: to make another one is to try again.
                    self.next_failed(failure);
                }
            }
            Input::Subscribed(channel) => self.subscribed(channel),
            Input::SubscribeFailed(channel, failure) => self.subscribe_failed(channel, failure),
            Input::TopicsChanged => {
                self.machine.is_stale = true;
                self.machine.subscribe_again = self.machine.is_subscribing;
                self.machine.subscribe_at = self.at();
            }
            Input::Opened(link) => {
                if let Next::Opening(next, _) = &mut self.machine.next
                    && next.number == link
                {
                    next.asked += 1;
                    next.asked_at = self.now.monotonic;
                    self.act(Action::Ask(link));
                }
            }
            Input::OpenFailed(link, failure) => self.ended(link, Some(failure), None),
            Input::Ended(link, reason) => self.ended(link, None, Some(reason)),
            Input::Heard(link, heard) => self.heard(link, heard),
        }
    }

    fn prepared(&mut self, number: ChannelNumber, token_left: Option<Duration>) {
        let at = self.at();
        if !matches!(self.machine.next, Next::Preparing) {
            return self.act(Action::Discard(number));
        }
        let replace_at =
            token_left.map(|left| at + left.saturating_sub(BEFORE_TOKEN_ENDS.min(left / 4)));
        self.machine.new_channel = Some(Channel {
            number,
            subscribed: at,
            replace_at,
            is_gone: false,
            failures: 0,
        });
        self.open(number);
    }

    /// Opens a socket to a channel.
    fn open(&mut self, channel: ChannelNumber) {
        if self.is_replacing() {
            self.machine.next = Next::Held;
            return;
        }
        self.machine.links += 1;
        let link = Link {
            number: self.machine.links,
            channel,
            heard: self.now,
            asked: 0,
            answered: 0,
            asked_at: self.at(),
        };
        match self.machine.main {
            Some(main) => {
                self.machine.overlap.start(main.number);
            }
            None if self.machine.old.is_none() => {
                self.machine.flush = None;
                self.machine.overlap.stop();
            }
            None => {}
        }
        let until = self.at() + self.machine.timing.handshake;
        self.machine.next = Next::Opening(link, until);
        self.act(Action::Open {
            link: link.number,
            channel,
        });
    }

    /// Whether what was sent to the former socket may still arrive on the main one.
    fn is_replacing(&self) -> bool {
        self.machine.main.is_some() && (self.machine.old.is_some() || self.machine.flush.is_some())
    }

    /// Begins to make the next socket now.
    fn begin(&mut self) {
        if let Some(channel) = self.machine.new_channel {
            return self.open(channel.number);
        }
        match (self.machine.wanted, self.machine.channel) {
            (Wanted::SameChannel, Some(channel)) if !channel.is_gone => self.open(channel.number),
            (Wanted::NewChannel { newer_token }, _) => self.prepare(newer_token),
            (Wanted::SameChannel, _) => self.prepare(false),
        }
    }

    fn prepare(&mut self, newer_token: bool) {
        self.machine.wanted = Wanted::NewChannel { newer_token };
        self.machine.next = Next::Preparing;
        self.machine.is_stale = false;
        self.act(Action::Prepare { newer_token });
    }

    /// Asks for another socket, unless one is on its way already. A connection to a channel that is unusable is given up.
    fn want(&mut self, wanted: Wanted) {
        let is_new = wanted != Wanted::SameChannel;
        match self.machine.next {
            Next::Idle => {}
            Next::Waiting(_) | Next::Held
                if is_new || self.machine.wanted == Wanted::SameChannel => {}
            Next::Opening(link, _) if is_new && self.is_on_present_channel(link) => {
                self.act(Action::LetGo(link.number));
            }
            _ => return,
        }
        self.machine.wanted = wanted;
        self.begin();
    }

    fn is_on_present_channel(&self, link: Link) -> bool {
        self.machine
            .channel
            .is_some_and(|channel| channel.number == link.channel)
    }

    fn heard(&mut self, number: LinkNumber, heard: Heard) {
        if let Next::Opening(link, _) = self.machine.next
            && link.number == number
        {
            self.up(link);
        }
        let link = match (&mut self.machine.main, &mut self.machine.old) {
            (Some(link), _) | (_, Some(link)) if link.number == number => link,
            (_, Some(link)) if link.number == number => link,
            _ => return,
        };
        link.heard = self.now;
        if heard == Heard::Pong {
            link.answered = link.asked.min(link.answered + 1);
        }
        let is_main = self.machine.main.is_some_and(|main| main.number == number);
        match heard {
            Heard::Event(key) => {
                let is_new = key.is_none_or(|key| self.machine.overlap.is_new(number, key));
                if is_new {
                    self.act(Action::Deliver);
                }
            }
            Heard::Heartbeat => {}
            Heard::Pong => self.answered(is_main),
            Heard::Closing if is_main => self.want(Wanted::SameChannel),
            // While another socket is opened, that is the second connection.
            Heard::Duplicate if matches!(self.machine.next, Next::Opening(..)) => {}
            Heard::TokenRevoked | Heard::Duplicate if is_main => {
                if let Some(channel) = &mut self.machine.channel {
                    channel.is_gone = true;
                }
                self.want(Wanted::NewChannel { newer_token: false });
            }
            Heard::Expiring => self.machine.subscribe_at = self.at(),
            Heard::Unsubscribed if is_main => self.lapsed(),
            Heard::Closing | Heard::TokenRevoked | Heard::Duplicate | Heard::Unsubscribed => {}
        }
    }

    /// The next socket has had its first message.
    fn up(&mut self, mut link: Link) {
        link.heard = self.now;
        let former = self.machine.main.replace(link);
        self.machine.next = Next::Idle;
        self.machine.failures = 0;
        self.machine.lost_at = None;
        let is_new = self.machine.new_channel.is_some();
        if let Some(new) = self.machine.new_channel.take() {
            let replaced = self.machine.channel.replace(new);
            self.machine.subscribe_at = new.subscribed + self.machine.timing.renew;
            // A channel with a socket is discarded when that goes.
            if let Some(replaced) = replaced
                && former.is_none_or(|former| former.channel != replaced.number)
                && (self.machine.old).is_none_or(|old| old.channel != replaced.number)
            {
                self.act(Action::Discard(replaced.number));
            }
        }
        if self.machine.is_stale {
            self.machine.subscribe_at = self.at();
        }
        if let Some(channel) = &mut self.machine.channel {
            channel.failures = 0;
        }
        if is_new && let Some(lapse) = self.machine.lapse.take() {
            OpenGap::merge(&mut self.machine.gap, lapse.since, lapse.reason);
        }
        if let Some(mut former) = former {
            former.asked += 1;
            former.asked_at = self.at();
            // Older pings say nothing of what was sent since.
            self.machine.old = Some(former);
            self.act(Action::Ask(former.number));
        } else if self.machine.old.is_none() {
            self.flush();
        }
        if self.machine.starting.take().is_some() {
            self.act(Action::Started);
        }
        if let Some(gap) = self.machine.gap.take() {
            match is_new {
                true => self.tell(gap),
                false => self.uncertain(gap),
            }
        }
    }

    /// A gap that is over.
    fn tell(&mut self, gap: OpenGap) {
        self.act(Action::Gap {
            since: gap.since,
            until: self.now.wall,
            reason: gap.reason,
        });
    }

    /// A gap of a channel that is used again. The lost connection may have told that a subscription ended, so the gap is over when the topics are
    /// subscribed to again.
    fn uncertain(&mut self, gap: OpenGap) {
        OpenGap::merge(&mut self.machine.lapse, gap.since, gap.reason);
        self.machine.subscribe_again |= self.machine.is_subscribing;
        self.machine.subscribe_at = self.at();
    }

    /// A ping was answered.
    fn answered(&mut self, is_main: bool) {
        if is_main {
            if let (Some(main), Some((pong, _))) = (self.machine.main, self.machine.flush)
                && main.answered >= pong
            {
                self.machine.flush = None;
                self.machine.overlap.stop();
            }
        } else if let Some(old) = self.machine.old
            && old.answered >= old.asked
        {
            self.old_is_done();
        }
    }

    /// Everything that was sent to the old socket alone has arrived.
    fn old_is_done(&mut self) {
        if let Some(old) = self.machine.old.take() {
            self.act(Action::LetGo(old.number));
            self.discard_channel_of(old);
            self.flush();
        }
    }

    /// The old socket ended before that.
    fn drop_old(&mut self) {
        if let Some(old) = self.machine.old.take() {
            self.act(Action::LetGo(old.number));
            self.old_was_lost(old, GapReason::Disconnected);
        }
    }

    fn old_was_lost(&mut self, old: Link, reason: GapReason) {
        let since = self.begin_of_gap(old);
        let gap = OpenGap { since, reason };
        match self.machine.main {
            Some(main) if main.channel == old.channel => self.uncertain(gap),
            Some(_) => self.tell(gap),
            None => OpenGap::merge(&mut self.machine.gap, since, reason),
        }
        self.discard_channel_of(old);
        self.flush();
    }

    fn discard_channel_of(&mut self, link: Link) {
        if !self.is_on_present_channel(link) {
            self.act(Action::Discard(link.channel));
        }
    }

    fn begin_of_gap(&self, link: Link) -> SystemTime {
        let wall = link.heard.wall;
        wall.checked_sub(self.machine.timing.transit)
            .unwrap_or(wall)
    }

    /// One socket is left. What both had may still arrive on it, up to the answer of the ping that is sent now.
    fn flush(&mut self) {
        if !self.machine.overlap.is_active() {
            return;
        }
        let until = self.at() + self.machine.timing.answer;
        if let Some(main) = &mut self.machine.main {
            main.asked += 1;
            main.asked_at = self.now.monotonic;
            self.machine.flush = Some((main.asked, until));
            let number = main.number;
            self.act(Action::Ask(number));
        }
    }

    /// A socket ended or could not be opened.
    fn ended(&mut self, number: LinkNumber, failure: Option<Failure>, reason: Option<GapReason>) {
        let reason = reason.unwrap_or(GapReason::Disconnected);
        if let Next::Opening(link, _) = self.machine.next
            && link.number == number
        {
            return self.next_failed(failure.unwrap_or(Failure::Transient));
        }
        if let Some(old) = self.machine.old
            && old.number == number
        {
            self.machine.old = None;
            return self.old_was_lost(old, reason);
        }
        if let Some(main) = self.machine.main
            && main.number == number
        {
            self.main_was_lost(main, reason);
        }
    }

    fn main_was_lost(&mut self, main: Link, reason: GapReason) {
        self.machine.main = None;
        self.machine.flush = None;
        let since = self.begin_of_gap(main);
        OpenGap::merge(&mut self.machine.gap, since, reason);
        self.machine.lost_at = Some(self.at());
        // A newer token may be long in coming: until then the channel is good.
        let waits_for_token = matches!(self.machine.next, Next::Preparing)
            && self.machine.wanted == Wanted::NewChannel { newer_token: true };
        if let (true, Some(channel)) = (waits_for_token, &mut self.machine.channel) {
            channel.replace_at = Some(self.now.monotonic);
        }
        if waits_for_token || matches!(self.machine.next, Next::Idle) {
            self.machine.wanted = Wanted::SameChannel;
            self.machine.next = Next::Waiting(self.at() + self.pause());
        }
    }

    /// The pause before the next attempt: half of it fixed, half of it random.
    fn pause(&self) -> Duration {
        let (shortest, longest) = self.machine.timing.backoff;
        let doublings = self.machine.failures.min(16);
        let whole = shortest.saturating_mul(1 << doublings).min(longest);
        whole / 2 + (whole / 2).mul_f64(self.random.clamp(0.0, 1.0))
    }

    /// The next socket came to nothing.
    fn next_failed(&mut self, failure: Failure) {
        let has_main = self.machine.main.is_some();
        if failure == Failure::Permanent && !has_main {
            return self.end(End::Permanent);
        }
        let channel = match self.machine.new_channel {
            Some(_) => &mut self.machine.new_channel,
            None => &mut self.machine.channel,
        };
        let was_opening = matches!(self.machine.next, Next::Opening(..));
        if was_opening && let Some(tried) = channel {
            tried.failures += 1;
            tried.is_gone |= failure == Failure::Gone || tried.failures >= ATTEMPTS_PER_CHANNEL;
        }
        if let Some(new) = self.machine.new_channel
            && new.is_gone
        {
            self.machine.new_channel = None;
            self.act(Action::Discard(new.number));
        }
        if !has_main && self.machine.old.is_none() {
            self.machine.overlap.stop();
        }
        // A channel that is gone costs no pause the first time: it is no sign of a server in trouble.
        let pause = match failure {
            Failure::Gone if self.machine.failures == 0 => Duration::ZERO,
            Failure::Permanent => self.machine.timing.backoff.1,
            _ => self.pause(),
        };
        self.machine.failures = self.machine.failures.saturating_add(1);
        self.machine.next = Next::Waiting(self.at() + pause);
    }

    /// Genesys Cloud ended a subscription.
    fn lapsed(&mut self) {
        let since = self.now.wall;
        let since = since
            .checked_sub(self.machine.timing.transit)
            .unwrap_or(since);
        OpenGap::merge(&mut self.machine.lapse, since, GapReason::Unsubscribed);
        let not_before = self
            .machine
            .last_lapse
            .map_or(self.at(), |last| (last + RESUBSCRIBE_PAUSE).max(self.at()));
        self.machine.last_lapse = Some(not_before);
        self.machine.subscribe_again |= self.machine.is_subscribing;
        self.machine.subscribe_at = self.machine.subscribe_at.min(not_before);
    }

    fn subscribed(&mut self, number: ChannelNumber) {
        self.machine.is_subscribing = false;
        let at = self.at();
        if let Some(channel) = &mut self.machine.channel
            && channel.number == number
        {
            channel.subscribed = at;
        }
        if std::mem::take(&mut self.machine.subscribe_again) {
            self.machine.subscribe_at = at;
            return;
        }
        self.machine.subscribe_at = at + self.machine.timing.renew;
        if let Some(lapse) = self.machine.lapse.take() {
            self.tell(lapse);
        }
    }

    fn subscribe_failed(&mut self, number: ChannelNumber, failure: Failure) {
        self.machine.is_subscribing = false;
        self.machine.subscribe_at = self.at() + RESUBSCRIBE_PAUSE;
        // It is told in parts, so that nobody waits for it.
        if let Some(lapse) = self.machine.lapse.take() {
            self.tell(lapse);
            let since = self.now.wall.checked_sub(self.machine.timing.transit);
            let since = since.unwrap_or(self.now.wall);
            OpenGap::merge(&mut self.machine.lapse, since, lapse.reason);
        }
        let Some(channel) = &mut self.machine.channel else {
            return;
        };
        if failure == Failure::Gone && channel.number == number {
            channel.is_gone = true;
            self.want(Wanted::NewChannel { newer_token: false });
        }
    }

    fn end(&mut self, end: End) {
        self.machine.has_ended = true;
        self.act(Action::End(end));
    }

    /// Does what is due.
    fn look_at_clock(&mut self) {
        let at = self.at();
        if self.machine.has_ended {
            return;
        }
        if self.machine.main.is_none() && at >= self.machine.give_up_at() {
            return self.end(End::TimeOver);
        }
        self.look_at_main();
        if let Some(old) = self.machine.old
            && at >= old.asked_at + self.machine.timing.answer
        {
            self.drop_old();
        }
        if let Some((_, until)) = self.machine.flush
            && at >= until
        {
            self.machine.flush = None;
            self.machine.overlap.stop();
        }
        match self.machine.next {
            Next::Waiting(then) if at >= then => self.begin(),
            Next::Held if !self.is_replacing() => self.begin(),
            Next::Opening(link, until) if at >= until => {
                self.act(Action::LetGo(link.number));
                self.next_failed(Failure::Transient);
            }
            Next::Idle => {
                let due = self.machine.channel.and_then(|channel| channel.replace_at);
                if due.is_some_and(|due| at >= due) {
                    if let Some(channel) = &mut self.machine.channel {
                        channel.replace_at = None;
                    }
                    self.want(Wanted::NewChannel { newer_token: true });
                }
            }
            _ => {}
        }
        if let (Some(_), Some(channel), false) = (
            self.machine.main,
            self.machine.channel,
            self.machine.is_subscribing,
        ) && at >= self.machine.subscribe_at
        {
            self.machine.is_subscribing = true;
            self.machine.is_stale = false;
            self.act(Action::Subscribe(channel.number));
        }
    }

    fn look_at_main(&mut self) {
        let Some(main) = self.machine.main else {
            return;
        };
        if self.at() < self.machine.due(main) {
            return;
        }
        if main.is_asked() {
            self.act(Action::LetGo(main.number));
            self.main_was_lost(main, GapReason::Disconnected);
        } else if let Some(main) = &mut self.machine.main {
            main.asked += 1;
            main.asked_at = self.now.monotonic;
            let number = main.number;
            self.act(Action::Ask(number));
        }
    }
}
