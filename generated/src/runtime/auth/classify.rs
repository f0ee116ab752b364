//! Whether a cached token is fresh, due for a refresh or expired at a given moment.

use std::time::Duration;

use crate::runtime::clock::{Moment, Monotonic};

use super::schedule::Ages;

/// What a cache holds, as far as the decision needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    /// Both clocks just before the token was asked for.
    pub(crate) issued: Moment,
    /// When it changes state.
    pub(crate) ages: Ages,
    /// Whether it was condemned: no call is sent with it but a probe.
    pub(crate) condemned: bool,
}

/// The state of a cache at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// No token yet.
    Empty,
    /// A token with most of its life ahead.
    Fresh,
    /// A good token that is due for a refresh in the background.
    Advisory,
    /// A token so close to its end that calls wait for the next one.
    Mandatory,
    /// A token past its end.
    Expired,
    /// A token that was condemned because the API refused it.
    Condemned,
    /// A refresh failed and the next try is not due.
    BackedOff,
}

/// How old something is by the clock that says more: the monotonic one stops while a machine sleeps, the wall clock can be set back.
#[must_use]
pub(crate) fn age(issued: Moment, now: Moment) -> Duration {
    let monotonic = now.monotonic - issued.monotonic;
    let wall = now.wall.duration_since(issued.wall).unwrap_or_default();
    monotonic.max(wall)
}

/// The state at `now` of a cache that holds `held` and does not try again before `next_attempt` (monotonic) after a failure.
#[must_use]
pub(crate) fn classify(held: Option<&Held>, next_attempt: Option<Monotonic>, now: Moment) -> State {
    let state = match held {
        None => State::Empty,
        Some(held) if held.condemned => State::Condemned,
        Some(held) => {
            let age = age(held.issued, now);
            if age >= held.ages.expiry {
                State::Expired
            } else if age >= held.ages.mandatory {
                State::Mandatory
            } else if age >= held.ages.advisory {
                State::Advisory
            } else {
                State::Fresh
            }
        }
    };
    match next_attempt {
        Some(next) if state != State::Fresh && now.monotonic < next => State::BackedOff,
        _ => state,
    }
}

/// Whether `held` may be sent at `now`.
#[must_use]
pub(crate) fn is_usable(held: &Held, now: Moment) -> bool {
    !held.condemned && age(held.issued, now) < held.ages.expiry
}
