//! How a call obtains its token: a pure function of the cache's state.

use super::classify::State;
use super::unauthorized::Forcing;
use crate::runtime::clock::Monotonic;

/// A failed refresh that is still shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BackOff {
    pub(crate) until: Monotonic,
    /// Whether waiting may help.
    pub(crate) is_transient: bool,
}

/// What a call knows when it asks the cache for a token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Situation {
    pub(crate) state: State,
    /// Whether there is a token that is neither expired nor condemned.
    pub(crate) usable: bool,
    pub(crate) in_flight: bool,
    pub(crate) renewable: bool,
    pub(crate) back_off: Option<BackOff>,
    /// When this call may force a refresh, where the latest generation is condemned.
    pub(crate) forcing: Option<Forcing>,
    /// Whether this call may try the condemned token once more.
    pub(crate) may_probe: bool,
    /// The end of the call's waiting.
    pub(crate) deadline: Monotonic,
}

/// How a call gets its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Take the current one.
    Serve,
    /// Take the current one and start a refresh that nobody waits for.
    ServeAndRefresh,
    /// Take the condemned one, to see whether the API accepts it after all.
    Probe,
    /// Wait for the refresh in flight.
    Join,
    /// Start a refresh and wait for it.
    Start { forced: bool },
    /// Wait until then, or until something changes, and decide anew.
    Sleep(Monotonic),
    /// The failure that is shared.
    Shared,
    /// Nothing can renew the token.
    NeedsLogin,
    /// The API accepts no token, and the next refresh is not due.
    NotDue,
}

/// How a call gets its token.
pub(crate) fn decide_step(situation: &Situation) -> Step {
    let Situation {
        state,
        usable,
        in_flight,
        renewable,
        ..
    } = *situation;
    if usable && !renewable {
        return Step::Serve;
    }
    match state {
        State::Fresh => Step::Serve,
        State::Advisory if in_flight => Step::Serve,
        State::Advisory => Step::ServeAndRefresh,
        State::BackedOff if usable => Step::Serve,
        // Where the next token is not to be had at once, the condemned one is tried now and then.
        _ if situation.may_probe && (in_flight || !renewable || state == State::BackedOff) => {
            Step::Probe
        }
        _ if in_flight => Step::Join,
        State::BackedOff => match situation.back_off {
            Some(back_off) if back_off.is_transient && back_off.until < situation.deadline => {
                Step::Sleep(back_off.until)
            }
            _ => Step::Shared,
        },
        State::Empty => Step::Start { forced: false },
        _ if !renewable => Step::NeedsLogin,
        State::Mandatory | State::Expired => Step::Start { forced: false },
        State::Condemned => match situation.forcing {
            None | Some(Forcing::Now) => Step::Start { forced: true },
            Some(Forcing::At(then)) => Step::Sleep(then),
            Some(Forcing::Never) => Step::NotDue,
        },
    }
}
