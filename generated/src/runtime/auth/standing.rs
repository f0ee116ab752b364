//! What an entry of a store means to a process that holds tokens itself. Pure functions.

use std::time::Duration;

use super::provider::Beginning;
use super::store::{StoredToken, digest};

/// The newest token that this process has obtained or adopted.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) token: StoredToken,
    /// Whether this process obtained it, and did not adopt it from the store.
    pub(crate) is_own: bool,
    /// Whether the store is known to have it.
    pub(crate) is_saved: bool,
}

/// What an entry means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// There is nothing to continue: the session begins.
    Begin,
    /// The entry is the newest of the session.
    Stored,
    /// The token of this process is newer, and was not saved yet.
    Unsaved,
    /// The store had the token of this process, or a later one, and lost it.
    Lost,
    /// Another login began a new session in the place of this one.
    Replaced,
    /// The session was removed.
    Removed,
}

/// What began the session of this process.
#[derive(Clone, Copy)]
pub(crate) enum Origin<'a> {
    /// A grant that can be repeated: it has no session, and a tombstone does not concern it.
    Repeatable,
    /// What the store has.
    Stored,
    /// A code or refresh token that was given to this process.
    Given(Beginning<'a>),
}

impl Origin<'_> {
    /// The digest of what began the session.
    pub(crate) fn digest(&self) -> Option<String> {
        match self {
            Self::Given(beginning) => Some(digest(beginning.secret())),
            Self::Repeatable | Self::Stored => None,
        }
    }

    /// Whether `stored` is of the session that this began.
    fn began(&self, stored: &StoredToken) -> bool {
        let Self::Given(beginning) = self else {
            return true;
        };
        let given = digest(beginning.secret());
        match &stored.origin {
            Some(origin) if *origin == given => true,
            // Entries of versions that did not remember it. A code is new by nature; a refresh token is mostly the first of a session.
            None if !stored.is_removed => matches!(beginning, Beginning::RefreshToken(_)),
            _ => {
                stored.spent.contains(&given)
                    || stored.refresh_token.as_ref() == Some(beginning.secret())
            }
        }
    }
}

/// What `stored` means to a process that holds `held` of a session that `origin` began.
pub(crate) fn standing(
    stored: Option<&StoredToken>,
    held: Option<&Held>,
    origin: Origin<'_>,
) -> Standing {
    if matches!(origin, Origin::Repeatable) {
        return match stored {
            Some(stored) if !stored.is_removed => Standing::Stored,
            _ => Standing::Begin,
        };
    }
    match (stored, held) {
        (None, None) => Standing::Begin,
        (None, Some(held)) if held.is_saved => Standing::Lost,
        (None, Some(_)) => Standing::Unsaved,
        (Some(stored), None) if !origin.began(stored) => Standing::Begin,
        (Some(stored), None) if stored.is_removed => Standing::Removed,
        (Some(_), None) => Standing::Stored,
        (Some(stored), Some(held)) => {
            let is_later = stored.sequence > held.token.sequence;
            let is_same = stored.origin.is_none() || stored.origin == held.token.origin;
            if stored.is_removed && is_same && (is_later || stored.origin.is_some()) {
                Standing::Removed
            } else if is_later && !is_same {
                Standing::Replaced
            } else if is_same && !stored.is_removed && stored.sequence >= held.token.sequence {
                Standing::Stored
            } else if held.is_saved {
                Standing::Lost
            } else {
                Standing::Unsaved
            }
        }
    }
}

/// How often a process that obtained a token looks whether the store still has it, while others may hold the one before.
pub(crate) fn look_interval(lifetime: Duration) -> Duration {
    (lifetime / 8).clamp(Duration::from_millis(250), Duration::from_secs(5))
}

/// The same once the token before has ended.
pub(crate) fn idle_look_interval(lifetime: Duration) -> Duration {
    look_interval(lifetime) * 2
}

/// How long a process that adopted its token leaves it to the one that obtained the newest to save that again.
pub(crate) fn patience(lifetime: Duration) -> Duration {
    (idle_look_interval(lifetime) * 3).max(Duration::from_millis(1500))
}

/// How long nobody refreshes with an entry that was saved again after the store had lost it: a process that has a later token saves that within this
/// time.
pub(crate) fn settling_time(lifetime: Duration) -> Duration {
    (look_interval(lifetime) * 3).max(Duration::from_millis(1500))
}
