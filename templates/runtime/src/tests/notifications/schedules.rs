//! The state machine against a simulated server, under random schedules of trouble.
//!
//! Every event that reached a live socket is seen once, every event that was lost is within a gap, and one socket is left at the end.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use crate::runtime::clock::{Moment, Monotonic};
use crate::runtime::notifications::GapReason;
use crate::runtime::notifications::channel::parts::{
    Action, Failure, Heard, Input, Machine, Timing,
};

const MILLISECOND: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

fn wall(at: Duration) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000) + at
}

/// What goes wrong, and when.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    /// The connection is lost, and the client notices.
    Drop,
    /// The connection is lost, and nobody tells.
    Silence,
    /// A notice; the old socket ends a minute later, or when a second one is connected.
    Closing { at_once: bool },
    /// The channel is deleted.
    Gone,
    /// Its token is revoked, and the channel ends some seconds later.
    Revoked { after: u64 },
    /// The next attempts to connect fail.
    Refuse { times: u8 },
    /// The next attempts to make a channel fail.
    RefuseChannels { times: u8 },
    /// The subscription ends; nothing is sent until it is renewed.
    Unsubscribe,
}

fn trouble() -> impl Strategy<Value = Trouble> {
    prop_oneof![
        Just(Trouble::Drop),
        Just(Trouble::Silence),
        any::<bool>().prop_map(|at_once| Trouble::Closing { at_once }),
        Just(Trouble::Gone),
        (0_u64..20).prop_map(|after| Trouble::Revoked { after }),
        (1_u8..4).prop_map(|times| Trouble::Refuse { times }),
        (1_u8..4).prop_map(|times| Trouble::RefuseChannels { times }),
        Just(Trouble::Unsubscribe),
    ]
}

/// What happens at a moment of the simulation.
#[derive(Clone, Copy, Debug)]
enum Happening {
    /// Something reaches the client.
    Input(Input),
    /// An event with that number reaches it.
    Event(u32, u64),
    /// A connection reaches the server.
    Connect {
        link: u32,
        channel: u32,
    },
    /// A ping does.
    Ping(u32),
    /// A socket was closed by the client.
    Bye(u32),
    /// The subscriptions are renewed.
    Renew(u32),
    /// The server sends an event to all sockets.
    Send,
    Heartbeat,
    Trouble(Trouble),
    /// The server ends what it announced.
    End(u32),
    EndChannel(u32),
}

struct Socket {
    channel: u32,
    latency: Duration,
    is_closing: bool,
    ends_at_once: bool,
}

#[derive(Default)]
struct World {
    at: Duration,
    order: u64,
    queue: BTreeMap<(Duration, u64), Happening>,
    sockets: BTreeMap<u32, Socket>,
    /// The channels that live, and whether they are subscribed.
    channels: BTreeMap<u32, bool>,
    channels_made: u32,
    refuse: u8,
    refuse_channels: u8,
    random: fastrand::Rng,
    /// When each event was sent.
    sent: Vec<Duration>,
    reached: HashSet<u64>,
    seen: HashMap<u64, u32>,
    gaps: Vec<(SystemTime, SystemTime)>,
    /// The sockets that the client has not let go.
    kept: HashSet<u32>,
    most: usize,
    started: Option<Duration>,
    token_life: Duration,
}

impl World {
    fn then(&mut self, pause: Duration, happening: Happening) {
        self.order += 1;
        self.queue.insert((self.at + pause, self.order), happening);
    }

    fn tell(&mut self, link: u32, heard: Heard) {
        if let Some(socket) = self.sockets.get(&link) {
            let pause = socket.latency;
            self.then(pause, Happening::Input(Input::Heard(link, heard)));
        }
    }

    /// The server's end of a socket is gone. What is on its way to the client is lost or arrives, as it happens.
    fn end(&mut self, link: u32, is_told: bool) {
        let Some(socket) = self.sockets.remove(&link) else {
            return;
        };
        let is_lost = self.random.bool();
        if is_lost {
            self.queue.retain(|_, happening| match happening {
                Happening::Event(number, _) => *number != link,
                Happening::Input(Input::Heard(number, _)) => *number != link,
                _ => true,
            });
        }
        if is_told {
            let ended = Input::Ended(link, GapReason::Disconnected);
            self.then(socket.latency, Happening::Input(ended));
        }
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Input(_) | Happening::Event(..) => {}
            Happening::Connect { link, channel } => self.connect(link, channel),
            Happening::Ping(link) => self.tell(link, Heard::Pong),
            Happening::Bye(link) => {
                self.sockets.remove(&link);
            }
            Happening::Renew(channel) => {
                let input = match self.channels.get_mut(&channel) {
                    Some(is_subscribed) => {
                        *is_subscribed = true;
                        Input::Subscribed(channel)
                    }
                    None => Input::SubscribeFailed(channel, Failure::Gone),
                };
                self.then(20 * MILLISECOND, Happening::Input(input));
            }
            Happening::Send => {
                let event = self.sent.len() as u64;
                self.sent.push(self.at);
                let links: Vec<_> = (self.sockets.iter())
                    .filter(|(_, socket)| self.channels.get(&socket.channel) == Some(&true))
                    .map(|(link, socket)| (*link, socket.latency))
                    .collect();
                for (link, latency) in links {
                    self.then(latency, Happening::Event(link, event));
                }
            }
            Happening::Heartbeat => {
                let links: Vec<_> = self.sockets.keys().copied().collect();
                for link in links {
                    self.tell(link, Heard::Heartbeat);
                }
                self.then(30 * SECOND, Happening::Heartbeat);
            }
            Happening::End(link) => self.end(link, true),
            Happening::EndChannel(channel) => {
                self.channels.remove(&channel);
                let links: Vec<_> = (self.sockets.iter())
                    .filter(|(_, socket)| socket.channel == channel)
                    .map(|(link, _)| *link)
                    .collect();
                for link in links {
                    self.end(link, true);
                }
            }
            Happening::Trouble(trouble) => self.trouble(trouble),
        }
    }

    fn connect(&mut self, link: u32, channel: u32) {
        let latency = Duration::from_millis(self.random.u64(1..900));
        if self.refuse > 0 || !self.channels.contains_key(&channel) {
            let failure = match self.channels.contains_key(&channel) {
                true => Failure::Transient,
                false => Failure::Gone,
            };
            self.refuse = self.refuse.saturating_sub(1);
            return self.then(latency, Happening::Input(Input::OpenFailed(link, failure)));
        }
        let others: Vec<_> = (self.sockets.iter())
            .filter(|(_, socket)| socket.channel == channel)
            .filter(|(_, socket)| !socket.is_closing || socket.ends_at_once)
            .map(|(link, _)| *link)
            .collect();
        for other in others {
            self.end(other, true);
        }
        let socket = Socket {
            channel,
            latency,
            is_closing: false,
            ends_at_once: false,
        };
        self.sockets.insert(link, socket);
        self.then(latency, Happening::Input(Input::Opened(link)));
    }

    fn trouble(&mut self, trouble: Trouble) {
        let Some(link) = self.sockets.keys().next_back().copied() else {
            return;
        };
        let channel = self.sockets[&link].channel;
        match trouble {
            Trouble::Drop => self.end(link, true),
            Trouble::Silence => self.end(link, false),
            Trouble::Closing { at_once } => {
                if let Some(socket) = self.sockets.get_mut(&link) {
                    socket.is_closing = true;
                    socket.ends_at_once = at_once;
                }
                self.tell(link, Heard::Closing);
                self.then(60 * SECOND, Happening::End(link));
            }
            Trouble::Gone => self.happen(Happening::EndChannel(channel)),
            Trouble::Revoked { after } => {
                self.tell(link, Heard::TokenRevoked);
                self.then(SECOND * after as u32, Happening::EndChannel(channel));
            }
            Trouble::Refuse { times } => self.refuse = times,
            Trouble::RefuseChannels { times } => self.refuse_channels = times,
            Trouble::Unsubscribe => {
                if let Some(is_subscribed) = self.channels.get_mut(&channel) {
                    *is_subscribed = false;
                }
                self.tell(link, Heard::Unsubscribed);
            }
        }
    }

    fn act(&mut self, action: Action, event: Option<u64>) {
        match action {
            Action::Prepare { .. } => {
                let input = if self.refuse_channels > 0 {
                    self.refuse_channels -= 1;
                    Input::PrepareFailed(Failure::Transient)
                } else {
                    self.channels_made += 1;
                    self.channels.insert(self.channels_made, true);
                    Input::Prepared {
                        channel: self.channels_made,
                        token_left: Some(self.token_life),
                    }
                };
                self.then(50 * MILLISECOND, Happening::Input(input));
            }
            Action::Open { link, channel } => {
                self.kept.insert(link);
                self.then(40 * MILLISECOND, Happening::Connect { link, channel });
            }
            Action::Ask(link) => self.then(30 * MILLISECOND, Happening::Ping(link)),
            Action::LetGo(link) => {
                self.kept.remove(&link);
                self.then(40 * MILLISECOND, Happening::Bye(link));
            }
            Action::Subscribe(channel) => {
                self.then(20 * MILLISECOND, Happening::Renew(channel));
            }
            Action::Discard(channel) => {
                self.channels.remove(&channel);
            }
            Action::Deliver => {
                let event = event.expect("an event was heard");
                *self.seen.entry(event).or_default() += 1;
            }
            Action::Gap { since, until, .. } => self.gaps.push((since, until)),
            Action::Started => self.started = Some(self.at),
            Action::End(end) => panic!("ended: {end:?}"),
        }
    }
}

fn run(seed: u64, troubles: &[(u64, Trouble)], token_life: Duration) {
    let mut world = World {
        random: fastrand::Rng::with_seed(seed),
        token_life,
        ..World::default()
    };
    let moment = |at: Duration| Moment {
        monotonic: Monotonic::new(at),
        wall: wall(at),
    };
    let mut machine = Machine::new(Timing::default(), moment(Duration::ZERO));
    let mut at = 5 * SECOND;
    for (pause, trouble) in troubles {
        at += Duration::from_millis(*pause);
        world
            .queue
            .insert((at, world.order), Happening::Trouble(*trouble));
        world.order += 1;
    }
    // Long enough for a socket that says nothing to be found dead, and for every pause.
    let quiet = at + 200 * SECOND;
    let mut send = Duration::from_millis(3);
    while send < quiet {
        world.queue.insert((send, world.order), Happening::Send);
        world.order += 1;
        send += Duration::from_millis(world.random.u64(20..900));
    }
    world.then(30 * SECOND, Happening::Heartbeat);
    world.then(Duration::ZERO, Happening::Input(Input::Tick));
    let end = quiet + 5 * SECOND;
    // A token may be about to end just then.
    while world.at < end || (world.kept.len() > 1 && world.at < end + 20 * SECOND) {
        let wake = machine.wake_at().since_start();
        let next = world.queue.first_key_value().map(|((at, _), _)| *at);
        let happening = match next {
            Some(next) if next <= wake => world.queue.pop_first().map(|(key, it)| {
                world.at = key.0;
                it
            }),
            _ => {
                world.at = world.at.max(wake);
                Some(Happening::Input(Input::Tick))
            }
        };
        let Some(happening) = happening else { break };
        world.happen(happening);
        let (input, event) = match happening {
            Happening::Input(input) => {
                match input {
                    // What the client let go does not reach it any more.
                    Input::Heard(link, _) | Input::Opened(link) | Input::OpenFailed(link, _)
                        if !world.kept.contains(&link) =>
                    {
                        continue;
                    }
                    Input::Ended(link, _) | Input::OpenFailed(link, _)
                        if !world.kept.remove(&link) =>
                    {
                        continue;
                    }
                    _ => {}
                }
                (input, None)
            }
            Happening::Event(link, event) => {
                if !world.kept.contains(&link) {
                    continue;
                }
                world.reached.insert(event);
                let key = machine.is_overlapping().then_some(u128::from(event));
                (Input::Heard(link, Heard::Event(key)), Some(event))
            }
            _ => continue,
        };
        let random = world.random.f64();
        for action in machine.decide(input, moment(world.at), random) {
            world.act(action, event);
        }
        world.most = world.most.max(world.kept.len());
    }
    let started = world.started.expect("it started");
    for (event, sent) in world.sent.iter().enumerate() {
        let event = event as u64;
        let seen = world.seen.get(&event).copied().unwrap_or_default();
        assert!(seen <= 1, "event {event} of {sent:?} was seen {seen} times");
        if world.reached.contains(&event) {
            assert_eq!(
                seen, 1,
                "event {event} of {sent:?} arrived and was not seen"
            );
        }
        // What was sent in the last moments is on its way.
        if seen == 0 && *sent > started && *sent < quiet {
            let is_told =
                (world.gaps.iter()).any(|(since, until)| (*since..=*until).contains(&wall(*sent)));
            assert!(
                is_told,
                "event {event} of {sent:?} was lost in silence: {:?}",
                world.gaps
            );
        }
    }
    assert!(world.most <= 2, "{} sockets at once", world.most);
    assert_eq!(world.kept.len(), 1, "one socket is left");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_in_silence_and_nothing_is_seen_twice(
        seed in any::<u64>(),
        troubles in proptest::collection::vec((1_u64..40_000, trouble()), 0..14),
        token_life in 100_u64..4_000,
    ) {
        run(seed, &troubles, SECOND * token_life as u32);
    }
}

/// A notice on a socket that has just taken the place of another one.
#[test]
fn a_replacement_within_a_replacement_waits_for_its_end() {
    let troubles = [
        (6_414, Trouble::Revoked { after: 2 }),
        (8_465, Trouble::Revoked { after: 2 }),
        (676, Trouble::Closing { at_once: false }),
    ];
    for seed in 0..50 {
        run(seed, &troubles, SECOND * 100);
    }
}
