//! The state machine of a channel, as tables.

use std::time::{Duration, SystemTime};

use crate::runtime::clock::{Moment, Monotonic};
use crate::runtime::notifications::GapReason;
use crate::runtime::notifications::channel::parts::{
    Action, End, Failure, Heard, Input, Machine, Timing,
};

const SECOND: Duration = Duration::from_secs(1);

fn moment(at: Duration) -> Moment {
    Moment {
        monotonic: Monotonic::new(at),
        wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000) + at,
    }
}

/// A machine with a clock that is moved by hand.
struct Bench {
    machine: Machine,
    at: Duration,
}

impl Bench {
    fn new() -> Self {
        Self {
            machine: Machine::new(Timing::default(), moment(Duration::ZERO)),
            at: Duration::ZERO,
        }
    }

    fn after(&mut self, pause: Duration, input: Input) -> Vec<Action> {
        self.at += pause;
        self.machine.decide(input, moment(self.at), 0.5)
    }

    fn now(&mut self, input: Input) -> Vec<Action> {
        self.after(Duration::ZERO, input)
    }

    fn hear(&mut self, link: u32, heard: Heard) -> Vec<Action> {
        self.after(Duration::from_millis(1), Input::Heard(link, heard))
    }

    /// Up, on channel 1 with socket 1.
    fn up() -> Self {
        let mut bench = Self::new();
        assert_eq!(
            bench.now(Input::Tick),
            [Action::Prepare { newer_token: false }]
        );
        let prepared = Input::Prepared {
            channel: 1,
            token_left: Some(SECOND * 3_600),
        };
        assert_eq!(
            bench.now(prepared),
            [Action::Open {
                link: 1,
                channel: 1
            }]
        );
        assert_eq!(bench.now(Input::Opened(1)), [Action::Ask(1)]);
        assert_eq!(bench.hear(1, Heard::Pong), [Action::Started]);
        bench
    }

    fn gap(&self, since: Duration, reason: GapReason) -> Action {
        Action::Gap {
            since: moment(since).wall - Timing::default().transit,
            until: moment(self.at).wall,
            reason,
        }
    }
}

#[test]
fn a_quiet_socket_is_asked_and_one_that_does_not_answer_is_dead() {
    let mut bench = Bench::up();
    let heard = bench.at;
    assert_eq!(bench.after(SECOND * 64, Input::Tick), []);
    assert_eq!(bench.after(SECOND, Input::Tick), [Action::Ask(1)]);
    assert_eq!(bench.after(SECOND * 4, Input::Tick), []);
    assert_eq!(bench.after(SECOND, Input::Tick), [Action::LetGo(1)]);
    // 0.25 s and a half of as much again.
    assert_eq!(bench.after(Duration::from_millis(374), Input::Tick), []);
    let open = Action::Open {
        link: 2,
        channel: 1,
    };
    assert_eq!(bench.after(Duration::from_millis(1), Input::Tick), [open]);
    bench.now(Input::Opened(2));
    assert_eq!(bench.hear(2, Heard::Heartbeat), [Action::Subscribe(1)]);
    let told = bench.after(SECOND, Input::Subscribed(1));
    assert_eq!(told, [bench.gap(heard, GapReason::Disconnected)]);
}

#[test]
fn a_gap_is_told_also_where_subscribing_again_fails() {
    let mut bench = Bench::up();
    let heard = bench.at;
    bench.now(Input::Ended(1, GapReason::Disconnected));
    bench.after(SECOND, Input::Tick);
    bench.now(Input::Opened(2));
    bench.hear(2, Heard::Pong);
    let failed = Input::SubscribeFailed(1, Failure::Transient);
    let told = bench.after(SECOND, failed);
    assert_eq!(told, [bench.gap(heard, GapReason::Disconnected)]);
    let failed_at = bench.at;
    bench.after(SECOND * 59, Input::Heard(2, Heard::Heartbeat));
    assert_eq!(bench.after(SECOND, Input::Tick), [Action::Subscribe(1)]);
    let told = bench.now(Input::Subscribed(1));
    assert_eq!(told, [bench.gap(failed_at, GapReason::Disconnected)]);
}

#[test]
fn any_message_is_an_answer() {
    let mut bench = Bench::up();
    bench.after(SECOND * 65, Input::Tick);
    assert_eq!(bench.hear(1, Heard::Event(None)), [Action::Deliver]);
    assert_eq!(bench.after(SECOND * 6, Input::Tick), []);
}

#[test]
fn a_closing_notice_opens_the_new_socket_first_and_each_event_is_seen_once() {
    let mut bench = Bench::up();
    let open = Action::Open {
        link: 2,
        channel: 1,
    };
    assert_eq!(bench.hear(1, Heard::Closing), [open]);
    assert!(bench.machine.is_overlapping());
    assert_eq!(bench.hear(1, Heard::Event(Some(7))), [Action::Deliver]);
    assert_eq!(bench.now(Input::Opened(2)), [Action::Ask(2)]);
    // The first message makes it the main socket; the old one has to answer once more.
    assert_eq!(bench.hear(2, Heard::Event(Some(7))), [Action::Ask(1)]);
    assert_eq!(bench.hear(2, Heard::Event(Some(8))), [Action::Deliver]);
    assert_eq!(bench.hear(1, Heard::Event(Some(8))), []);
    // A repetition on both is a repetition.
    assert_eq!(bench.hear(1, Heard::Event(Some(8))), [Action::Deliver]);
    assert_eq!(bench.hear(2, Heard::Event(Some(8))), []);
    assert_eq!(bench.hear(1, Heard::Event(Some(9))), [Action::Deliver]);
    assert_eq!(
        bench.hear(1, Heard::Pong),
        [Action::LetGo(1), Action::Ask(2)]
    );
    assert_eq!(bench.hear(2, Heard::Pong), [], "the pong of its first ping");
    assert_eq!(bench.hear(2, Heard::Event(Some(9))), []);
    assert!(bench.machine.is_overlapping());
    assert_eq!(bench.hear(2, Heard::Pong), []);
    assert!(!bench.machine.is_overlapping());
    assert_eq!(bench.hear(2, Heard::Event(None)), [Action::Deliver]);
}

#[test]
fn an_old_socket_that_ends_without_an_answer_leaves_a_gap() {
    let mut bench = Bench::up();
    bench.hear(1, Heard::Closing);
    let heard = bench.at;
    bench.now(Input::Opened(2));
    bench.hear(2, Heard::Pong);
    let told = bench.after(SECOND, Input::Ended(1, GapReason::Disconnected));
    assert_eq!(told, [Action::Ask(2), Action::Subscribe(1)]);
    let told = bench.now(Input::Subscribed(1));
    assert_eq!(told, [bench.gap(heard, GapReason::Disconnected)]);
    // So does one that says nothing.
    let mut bench = Bench::up();
    bench.hear(1, Heard::Closing);
    let heard = bench.at;
    bench.now(Input::Opened(2));
    bench.hear(2, Heard::Pong);
    let told = bench.after(SECOND * 5, Input::Tick);
    assert_eq!(
        told,
        [Action::LetGo(1), Action::Ask(2), Action::Subscribe(1)]
    );
    let told = bench.now(Input::Subscribed(1));
    assert_eq!(told, [bench.gap(heard, GapReason::Disconnected)]);
}

#[test]
fn a_server_that_ends_the_old_socket_at_once_is_a_reconnection_with_its_gap() {
    let mut bench = Bench::up();
    bench.hear(1, Heard::Closing);
    let heard = bench.at;
    assert_eq!(
        bench.after(SECOND, Input::Ended(1, GapReason::Disconnected)),
        []
    );
    bench.now(Input::Opened(2));
    bench.hear(2, Heard::Pong);
    let told = bench.now(Input::Subscribed(1));
    assert_eq!(told, [bench.gap(heard, GapReason::Disconnected)]);
}

#[test]
fn a_channel_whose_token_ends_is_replaced_before_and_discarded_after() {
    let mut bench = Bench::up();
    // 5 minutes before the end of the hour.
    let due = SECOND * (3_600 - 300);
    assert_eq!(
        bench.machine.wake_at().since_start(),
        SECOND * 65 + bench.at
    );
    bench.at = due - SECOND;
    bench.hear(1, Heard::Heartbeat);
    assert_eq!(
        bench.after(SECOND, Input::Tick),
        [Action::Prepare { newer_token: true }]
    );
    let prepared = Input::Prepared {
        channel: 2,
        token_left: None,
    };
    let open = Action::Open {
        link: 2,
        channel: 2,
    };
    assert_eq!(bench.after(SECOND, prepared), [open]);
    bench.now(Input::Opened(2));
    assert_eq!(bench.hear(2, Heard::Pong), [Action::Ask(1)]);
    assert_eq!(
        bench.hear(1, Heard::Pong),
        [Action::LetGo(1), Action::Discard(1), Action::Ask(2)]
    );
}

#[test]
fn a_token_of_a_few_seconds_is_replaced_in_its_last_quarter() {
    let mut bench = Bench::new();
    bench.now(Input::Tick);
    bench.now(Input::Prepared {
        channel: 1,
        token_left: Some(SECOND * 8),
    });
    bench.now(Input::Opened(1));
    bench.hear(1, Heard::Pong);
    assert_eq!(bench.machine.wake_at().since_start(), SECOND * 6);
}

#[test]
fn a_revoked_token_means_a_new_channel_at_once() {
    let mut bench = Bench::up();
    assert_eq!(
        bench.hear(1, Heard::TokenRevoked),
        [Action::Prepare { newer_token: false }]
    );
    // Also where the socket ends meanwhile: the channel is gone with its token.
    bench.now(Input::Ended(1, GapReason::Disconnected));
    let failed = Input::PrepareFailed(Failure::Transient);
    assert_eq!(bench.now(failed), []);
    assert_eq!(
        bench.after(SECOND, Input::Tick),
        [Action::Prepare { newer_token: false }]
    );
}

#[test]
fn a_channel_that_is_gone_is_made_anew_and_a_bad_one_after_three_attempts() {
    for (failure, attempts) in [(Failure::Gone, 1), (Failure::Transient, 3)] {
        let mut bench = Bench::up();
        bench.now(Input::Ended(1, GapReason::Disconnected));
        for attempt in 0..attempts {
            let told = bench.after(SECOND * 40, Input::Tick);
            let open = Action::Open {
                link: 2 + attempt,
                channel: 1,
            };
            assert_eq!(told, [open]);
            let told = bench.now(Input::OpenFailed(2 + attempt, failure));
            let is_prepared = told == [Action::Prepare { newer_token: false }];
            assert!(told.is_empty() || (is_prepared && failure == Failure::Gone));
        }
        let told = bench.after(SECOND * 40, Input::Tick);
        let is_prepared = told == [Action::Prepare { newer_token: false }];
        assert!(is_prepared || failure == Failure::Gone, "{told:?}");
    }
}

#[test]
fn pauses_double_up_to_half_a_minute() {
    let mut bench = Bench::up();
    bench.now(Input::Ended(1, GapReason::Disconnected));
    let mut pauses = Vec::new();
    for _ in 0..9 {
        let then = bench.machine.wake_at().since_start();
        pauses.push((then - bench.at).as_millis());
        bench.at = then;
        match bench.now(Input::Tick).as_slice() {
            [Action::Open { link, .. }] => {
                let link = *link;
                bench.now(Input::OpenFailed(link, Failure::Transient));
            }
            _ => {
                bench.now(Input::PrepareFailed(Failure::Transient));
            }
        }
    }
    assert_eq!(pauses[..3], [375, 375, 750], "{pauses:?}");
    assert_eq!(pauses[8], 22_500, "{pauses:?}");
}

#[test]
fn subscriptions_are_renewed_after_twenty_hours_and_when_the_server_says_so() {
    let mut bench = Bench::up();
    let mut renewed = Vec::new();
    while bench.at < SECOND * 3_600 * 50 {
        bench.at += SECOND * 60;
        for action in bench.hear(1, Heard::Heartbeat) {
            match action {
                Action::Subscribe(channel) => {
                    renewed.push(bench.at.as_secs() / 3_600);
                    assert_eq!(bench.now(Input::Subscribed(channel)), []);
                }
                // The token's end is another story.
                Action::Prepare { .. } => {
                    bench.now(Input::PrepareFailed(Failure::Transient));
                }
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(renewed, [20, 40]);
    assert_eq!(bench.hear(1, Heard::Expiring), [Action::Subscribe(1)]);
}

#[test]
fn an_ended_subscription_is_renewed_with_a_gap_and_not_in_a_loop() {
    let mut bench = Bench::up();
    assert_eq!(bench.hear(1, Heard::Unsubscribed), [Action::Subscribe(1)]);
    let lapsed = bench.at;
    let told = bench.after(SECOND, Input::Subscribed(1));
    assert_eq!(told, [bench.gap(lapsed, GapReason::Unsubscribed)]);
    assert_eq!(bench.hear(1, Heard::Unsubscribed), []);
    bench.after(SECOND * 30, Input::Heard(1, Heard::Heartbeat));
    let told = bench.after(SECOND * 30, Input::Tick);
    assert_eq!(told, [Action::Subscribe(1)]);
}

#[test]
fn a_stream_ends_with_a_reason() {
    // Nothing at the start.
    let mut bench = Bench::new();
    bench.now(Input::Tick);
    assert_eq!(
        bench.now(Input::PrepareFailed(Failure::Permanent)),
        [Action::End(End::Permanent)]
    );
    let mut bench = Bench::new();
    bench.now(Input::Tick);
    assert_eq!(
        bench.after(SECOND * 30, Input::Tick),
        [Action::End(End::TimeOver)]
    );
    // Not while a socket is up.
    let mut bench = Bench::up();
    bench.hear(1, Heard::TokenRevoked);
    assert_eq!(bench.now(Input::PrepareFailed(Failure::Permanent)), []);
    assert_eq!(bench.hear(1, Heard::Event(None)), [Action::Deliver]);
    bench.now(Input::Ended(1, GapReason::Disconnected));
    bench.after(SECOND * 30, Input::Tick);
    assert_eq!(
        bench.now(Input::PrepareFailed(Failure::Permanent)),
        [Action::End(End::Permanent)]
    );
    assert_eq!(bench.now(Input::Tick), []);
    // An hour without a connection.
    let mut bench = Bench::up();
    bench.now(Input::Ended(1, GapReason::Disconnected));
    bench.after(SECOND, Input::Tick);
    let told = bench.after(SECOND * 3_600, Input::Tick);
    assert_eq!(told, [Action::End(End::TimeOver)]);
}

#[test]
fn changed_topics_are_subscribed_to_also_where_the_channel_is_replaced_meanwhile() {
    let mut bench = Bench::up();
    assert_eq!(bench.now(Input::TopicsChanged), [Action::Subscribe(1)]);
    assert_eq!(bench.now(Input::TopicsChanged), []);
    assert_eq!(bench.now(Input::Subscribed(1)), [Action::Subscribe(1)]);
    assert_eq!(bench.now(Input::Subscribed(1)), []);
    bench.hear(1, Heard::TokenRevoked);
    let prepared = Input::Prepared {
        channel: 2,
        token_left: None,
    };
    bench.now(Input::Ended(1, GapReason::Disconnected));
    assert_eq!(bench.now(Input::TopicsChanged), []);
    bench.now(prepared);
    bench.now(Input::Opened(2));
    let told = bench.hear(2, Heard::Pong);
    assert!(told.contains(&Action::Subscribe(2)), "{told:?}");
}
