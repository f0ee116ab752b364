//! The two decisions of a call: how it gets a token, and what it does about a 401. Pure functions of what is known.

use std::time::Duration;

use super::backoff::doubled;
use super::classify::State;
use super::settings::TokenSettings;

/// The spacing of forced refreshes while the API accepts nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spacing {
    last: Option<Duration>,
    row: u32,
}

impl Spacing {
    /// A refresh was forced at `now` although no call was accepted with the refused token.
    pub(crate) fn forced(&mut self, now: Duration) {
        self.last = Some(now);
        self.row = self.row.saturating_add(1);
    }

    /// A call was accepted.
    pub(crate) fn accepted(&mut self) {
        self.row = 0;
    }

    /// When the next one may be forced.
    pub(crate) fn ends(&self, settings: &TokenSettings) -> Duration {
        match self.last {
            None => Duration::ZERO,
            Some(last) => last.saturating_add(doubled(
                settings.spacing_min,
                self.row.max(1),
                settings.spacing_max,
            )),
        }
    }
}

/// What may be done about a refused generation that is still the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// Whether a call was ever accepted with it.
    pub(crate) was_accepted: bool,
    /// When the spacing ends.
    pub(crate) spacing_ends: Duration,
    /// Whether this client was accepted lately.
    pub(crate) accepted_lately: bool,
}

/// How a refresh may be forced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forcing {
    Now,
    At(Duration),
    Never,
}

impl Refused {
    /// When a call at `now` that ends at `deadline` may force a refresh.
    pub(crate) fn forcing(&self, now: Duration, deadline: Option<Duration>) -> Forcing {
        if self.was_accepted || now >= self.spacing_ends {
            Forcing::Now
        } else if self.accepted_lately && deadline.is_none_or(|end| self.spacing_ends < end) {
            Forcing::At(self.spacing_ends)
        } else {
            Forcing::Never
        }
    }
}

/// A failed refresh that is still shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BackOff {
    pub(crate) until: Duration,
    /// Whether waiting may help.
    pub(crate) is_transient: bool,
}

/// What a call knows when it asks the cache for a token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Situation {
    pub(crate) state: State,
    /// Whether there is a token that is neither expired nor refused.
    pub(crate) usable: bool,
    pub(crate) in_flight: bool,
    pub(crate) renewable: bool,
    pub(crate) back_off: Option<BackOff>,
    /// Where the latest generation was refused.
    pub(crate) refused: Option<Refused>,
    pub(crate) now: Duration,
    pub(crate) deadline: Option<Duration>,
}

/// How a call gets its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Take the current one.
    Serve,
    /// Take the current one and start a refresh that nobody waits for.
    ServeAndRefresh,
    /// Wait for the refresh in flight.
    Join,
    /// Start a refresh and wait for it.
    Start { forced: bool },
    /// Wait until then, or until something changes, and decide anew.
    Sleep(Duration),
    /// The failure that is shared.
    Shared,
    /// Nothing can renew the token.
    NeedsLogin,
    /// Inside the spacing.
    Refused,
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
        _ if in_flight => Step::Join,
        State::BackedOff => match situation.back_off {
            Some(back_off) if !back_off.is_transient => Step::Shared,
            Some(back_off) if situation.deadline.is_none_or(|end| back_off.until < end) => {
                Step::Sleep(back_off.until)
            }
            _ => Step::Shared,
        },
        State::Empty => Step::Start { forced: false },
        _ if !renewable => Step::NeedsLogin,
        State::Mandatory | State::Expired => Step::Start { forced: false },
        State::Rejected => match situation
            .refused
            .map(|refused| refused.forcing(situation.now, situation.deadline))
        {
            None | Some(Forcing::Now) => Step::Start { forced: true },
            Some(Forcing::At(then)) => Step::Sleep(then),
            Some(Forcing::Never) => Step::Refused,
        },
    }
}

/// What a call knows when the API answers 401.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refusal {
    /// How often the call was sent again so far.
    pub(crate) replays: u32,
    /// How many refreshes it forced so far.
    pub(crate) forced: u32,
    /// Whether the body can be sent again.
    pub(crate) body_replayable: bool,
    /// Whether the token can be renewed.
    pub(crate) renewable: bool,
    /// Whether the cache has a newer generation than the one that the 401 names.
    pub(crate) moved_on: bool,
    pub(crate) in_flight: bool,
    pub(crate) refused: Refused,
    pub(crate) now: Duration,
    /// The end of the call.
    pub(crate) deadline: Option<Duration>,
    /// The end of its waiting.
    pub(crate) wait_until: Option<Duration>,
}

/// What a call does about a 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// Send it again with the current token; nothing needs a refresh.
    Replay,
    /// Send it again with what the refresh in flight brings.
    Await,
    /// Force a refresh and send it again.
    Force,
    /// Wait out the spacing, then the same.
    ForceAt(Duration),
    /// Hand the 401 back.
    GiveUp(Reason),
}

/// Why a 401 was handed back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// Nothing can renew the token: it was given, or its grant came without a refresh token.
    NotRenewable,
    /// The body is a stream that can be sent once.
    BodyNotReplayable,
    /// The API refused the tokens of the refreshes that this call forced as well.
    RefusedAfterRefresh,
    /// The call was sent again as often as allowed.
    ReplaysUsedUp,
    /// The API accepts no token, and the next refresh is not due.
    InsideSpacing,
    /// The call's time is over.
    DeadlineExceeded,
    /// The token could not be renewed.
    RefreshFailed,
}

/// What a call does about a 401.
pub(crate) fn decide_replay(refusal: &Refusal, settings: &TokenSettings) -> Reaction {
    if !refusal.renewable && !refusal.moved_on && !refusal.in_flight {
        return Reaction::GiveUp(Reason::NotRenewable);
    }
    if !refusal.body_replayable {
        return Reaction::GiveUp(Reason::BodyNotReplayable);
    }
    if refusal.deadline.is_some_and(|end| refusal.now >= end) {
        return Reaction::GiveUp(Reason::DeadlineExceeded);
    }
    if refusal.replays >= settings.replays {
        return Reaction::GiveUp(Reason::ReplaysUsedUp);
    }
    if refusal.moved_on {
        return Reaction::Replay;
    }
    if refusal.in_flight {
        return Reaction::Await;
    }
    if refusal.forced >= settings.forced_refreshes {
        return Reaction::GiveUp(Reason::RefusedAfterRefresh);
    }
    match refusal.refused.forcing(refusal.now, refusal.wait_until) {
        Forcing::Now => Reaction::Force,
        Forcing::At(then) => Reaction::ForceAt(then),
        Forcing::Never => Reaction::GiveUp(Reason::InsideSpacing),
    }
}
