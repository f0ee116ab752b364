//! Decides what to do about a 401: a pure function of the state.
//!
//! A 401 is evidence, not a verdict. The same token is sent again after a pause, and is condemned where no call that was sent after the first
//! refusal was accepted. A call gets its 401 back only if the token was proven good since (then it is the operation's own answer), if the
//! API accepts nothing, or if time or replays are used up.

use std::time::Duration;

use crate::runtime::clock::Monotonic;
use crate::runtime::error::UnauthorizedReason;

use super::backoff::doubled;
use super::error::AuthError;
use super::settings::TokenSettings;

/// Replicas of the API learn of a new token within about two seconds; until this age a refusal proves little.
const YOUNG: Duration = Duration::from_secs(3);

/// The pauses before the same token is sent again. The first is longer than two round trips, so that the acceptances of others are back before
/// the second refusal; all of them reach past the time in which replicas learn of a token.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_millis(2500),
];

/// How much longer than that a pause may be, as a share of it.
const PAUSE_SPREAD: f64 = 0.2;

/// So many refusals in a row, with no acceptance between them, condemn a token that was accepted before.
const RUN: u32 = 10;

/// How many refreshes one call forces while the API accepts nothing.
const FORCED_WITHOUT_ACCEPTANCE: u32 = 2;

/// How long a false alarm makes this client slower to condemn.
pub(crate) const ALARM: Duration = Duration::from_secs(60);

/// The time between two probes of one condemned token, and before the first.
pub(crate) const PROBE_INTERVAL: Duration = Duration::from_secs(1);

/// The shortest and the longest time between two second opinions of one client.
pub(crate) const SECOND_OPINION: [Duration; 2] =
    [Duration::from_secs(60), Duration::from_secs(60 * 60)];

/// The spacing of forced refreshes of generations that were never accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spacing {
    last: Option<Monotonic>,
    row: u32,
}

impl Spacing {
    /// A refresh was forced at `now` although no call was accepted with the condemned token.
    pub(crate) fn forced(&mut self, now: Monotonic) {
        self.last = Some(now);
        self.row = self.row.saturating_add(1);
    }

    /// A call was accepted with the latest token for the first time.
    pub(crate) fn accepted(&mut self) {
        self.row = 0;
    }

    /// How many generations in a row were condemned without having been accepted.
    pub(crate) fn unaccepted_in_row(&self) -> u32 {
        self.row
    }

    /// When the next one may be forced.
    pub(crate) fn ends(&self, settings: &TokenSettings) -> Monotonic {
        match self.last {
            None => Monotonic::START,
            Some(last) => {
                last + doubled(settings.spacing_min, self.row.max(1), settings.spacing_max)
            }
        }
    }
}

/// When a refresh may be forced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forcing {
    Now,
    At(Monotonic),
    Never,
}

/// What is known of a generation of the token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Generation {
    /// Whether a call was ever accepted with it.
    pub(crate) accepted: bool,
    /// When the latest of the calls that were accepted with it was sent.
    pub(crate) ok_sent: Option<Monotonic>,
    /// The refusals by witnesses since the last acceptance came in, this one not counted.
    pub(crate) run: u32,
    /// When that run began.
    pub(crate) run_began: Monotonic,
    /// How long ago it was asked for.
    pub(crate) age: Duration,
    /// Whether it is condemned already.
    pub(crate) condemned: bool,
}

/// What is known of the client and of one of its caches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub(crate) now: Monotonic,
    /// Whether the call's operation is one that refuses tokens which others are accepted with.
    pub(crate) unreliable: bool,
    /// Whether a token was refused lately that was good.
    pub(crate) alarm: bool,
    /// Whether a call of this client was accepted lately.
    pub(crate) accepted_lately: bool,
    /// How many generations in a row were condemned without having been accepted.
    pub(crate) unaccepted_in_row: u32,
    /// When the spacing of forced refreshes ends.
    pub(crate) spacing_ends: Monotonic,
    pub(crate) in_flight: bool,
    pub(crate) renewable: bool,
    /// Whether the token was given by the caller, who alone can replace it.
    pub(crate) given: bool,
    /// Whether the cache has a newer generation than the one that was refused.
    pub(crate) moved_on: bool,
    /// Whether this client may force a refresh although the token works.
    pub(crate) second_opinion_due: bool,
}

impl Known {
    /// When a call whose waiting ends at `deadline` may force a refresh of a condemned token.
    pub(crate) fn forcing(&self, was_accepted: bool, deadline: Monotonic) -> Forcing {
        if was_accepted || self.now >= self.spacing_ends {
            Forcing::Now
        } else if self.accepted_lately && self.spacing_ends < deadline {
            Forcing::At(self.spacing_ends)
        } else {
            Forcing::Never
        }
    }
}

/// What is known of a call that was answered with 401.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused {
    /// When the request was sent that was refused.
    pub(crate) sent: Monotonic,
    /// When the first refusal of this generation came back to this call.
    pub(crate) first_refused: Monotonic,
    /// How many pauses it has made for this generation.
    pub(crate) pauses_used: usize,
    /// How often it was sent again.
    pub(crate) replays: u32,
    /// How many refreshes it forced.
    pub(crate) forced: u32,
    /// Whether the body can be sent again.
    pub(crate) body_replayable: bool,
    /// The end of the call.
    pub(crate) deadline: Option<Monotonic>,
    /// The end of its waiting for tokens.
    pub(crate) wait_until: Monotonic,
    /// From 0 to 1, spreads the pauses.
    pub(crate) random: f64,
}

/// What follows from a 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ruling {
    /// The operation refused the token again although others were accepted with it meanwhile.
    pub(crate) contradicted: bool,
    /// The refusal counts in the generation's run.
    pub(crate) witness: bool,
    /// The generation is condemned; a call sent after this moment that is accepted pardons it.
    pub(crate) condemned: Option<Monotonic>,
    /// What the call does.
    pub(crate) reaction: Reaction,
}

/// What a call does after a 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// Get a token as a new call does, and send it again.
    Acquire,
    /// Send it again with the same token at that time.
    Pause(Monotonic),
    /// Have the token renewed although it works, or join a refresh that runs, and send it again.
    SecondOpinion,
    /// Hand the 401 back.
    HandBack(UnauthorizedReason),
}

/// Why a call gets its 401 back, and what kept it from a new token.
pub(crate) type HandedBack = (UnauthorizedReason, Option<AuthError>);

/// Decides what a 401 means for the generation and for the call.
pub(crate) fn judge(
    generation: &Generation,
    call: &Refused,
    known: &Known,
    settings: &TokenSettings,
) -> Ruling {
    if known.moved_on {
        return Ruling {
            contradicted: false,
            witness: false,
            condemned: None,
            reaction: react(generation, call, known, settings, false),
        };
    }
    let witness = !known.unreliable;
    // A token in whose place nothing can come is served until it ends: it may be this operation alone that refuses it.
    let is_last = known.given || !(known.renewable || known.in_flight);
    let condemned = if is_last || generation.condemned {
        None
    } else {
        verdict(generation, call, known)
    };
    let is_condemned = generation.condemned || condemned.is_some();
    Ruling {
        contradicted: call.first_refused < known.now && is_proven(generation, call),
        witness,
        condemned,
        reaction: react(generation, call, known, settings, is_condemned),
    }
}

/// Whether another call was accepted with the token that was sent after this one was first refused.
fn is_proven(generation: &Generation, call: &Refused) -> bool {
    generation
        .ok_sent
        .is_some_and(|sent| sent > call.first_refused)
}

/// From when on the evidence condemns the generation, if it does.
fn verdict(generation: &Generation, call: &Refused, known: &Known) -> Option<Monotonic> {
    let unproven = call.first_refused < known.now && !is_proven(generation, call);
    let late = unproven && call.sent >= call.first_refused + PAUSES[0];
    if late && call.pauses_used >= pauses(generation, call, known).len() {
        // Its pauses are used up, and nobody was accepted meanwhile.
        return Some(call.first_refused);
    }
    if known.unreliable {
        return None;
    }
    if !generation.accepted && known.unaccepted_in_row > 0 && !known.accepted_lately {
        // Neither this generation nor the one before was ever accepted.
        return Some(known.now);
    }
    if late && generation.age >= YOUNG && !known.alarm {
        return Some(call.first_refused);
    }
    (generation.accepted && generation.run + 1 >= RUN).then_some(if generation.run == 0 {
        known.now
    } else {
        generation.run_began
    })
}

/// The pauses that a call makes before it sends the same token again.
fn pauses(generation: &Generation, call: &Refused, known: &Known) -> &'static [Duration] {
    if !generation.accepted {
        &PAUSES[1..]
    } else if generation.age < YOUNG {
        &PAUSES
    } else if !known.unreliable {
        &PAUSES[..2]
    } else if is_proven(generation, call) {
        &PAUSES[..1]
    } else {
        &PAUSES
    }
}

fn react(
    generation: &Generation,
    call: &Refused,
    known: &Known,
    settings: &TokenSettings,
    is_condemned: bool,
) -> Reaction {
    use UnauthorizedReason as Reason;
    if !known.renewable && !known.moved_on && !known.in_flight {
        return Reaction::HandBack(Reason::NotRenewable);
    }
    if !call.body_replayable {
        return Reaction::HandBack(Reason::BodyNotReplayable);
    }
    if call.deadline.is_some_and(|end| known.now >= end) {
        return Reaction::HandBack(Reason::DeadlineExceeded);
    }
    if call.replays >= settings.replays {
        return Reaction::HandBack(Reason::ReplaysUsedUp);
    }
    if known.moved_on || (is_condemned && known.in_flight) {
        return Reaction::Acquire;
    }
    if is_condemned {
        let hopeless = !generation.accepted && !known.accepted_lately;
        if hopeless && call.forced >= FORCED_WITHOUT_ACCEPTANCE {
            return Reaction::HandBack(Reason::RefusedAfterRefresh);
        }
        return match known.forcing(generation.accepted, call.wait_until) {
            Forcing::Never => Reaction::HandBack(Reason::InsideSpacing),
            Forcing::Now | Forcing::At(_) => Reaction::Acquire,
        };
    }
    if let Some(pause) = pauses(generation, call, known).get(call.pauses_used) {
        let pause = pause.mul_f64(1.0 + PAUSE_SPREAD * call.random);
        let end = known.now + pause;
        return if call.deadline.is_some_and(|deadline| end >= deadline) {
            Reaction::HandBack(Reason::DeadlineExceeded)
        } else {
            Reaction::Pause(end)
        };
    }
    if known.in_flight || known.second_opinion_due {
        Reaction::SecondOpinion
    } else {
        Reaction::HandBack(Reason::OperationRefuses)
    }
}
