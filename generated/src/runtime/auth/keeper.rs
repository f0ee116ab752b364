//! Looks after the entry of a token that this process obtained: saves it again if that failed, and puts it back if the store loses it: other
//! processes may hold the token before it, and would refresh with that.

use std::time::Duration;

use super::hooks::Hooks;
use super::session::Session;
use super::source::Inner;
use super::standing::{Standing, idle_look_interval, look_interval, standing};
use super::store::StoredToken;
use crate::runtime::clock::wait::{First, first};
use crate::runtime::sync::{Arc, Weak};

/// The pauses between two attempts to save, doubling up to the longest.
const SAVE_BACKOFF_MIN: Duration = Duration::from_millis(250);
const SAVE_BACKOFF_MAX: Duration = Duration::from_secs(1);

/// The longest that the store is watched closely after a token was obtained.
const LONGEST_WATCH: Duration = Duration::from_secs(60 * 60);

/// The longest that a token is saved again whose cache is gone.
const LONGEST_ALONE: Duration = Duration::from_secs(60 * 60);

/// Starts to look after what `session` has just obtained in the place of `before`. One task does so for each cache. It ends with the cache, but not
/// while the only copy of the token is here: a web back end drops a client with each request.
pub(super) fn keep(session: Session<'_>, before: Option<&StoredToken>) {
    let source = session.source;
    let now = source.clock.now();
    // Until the token before it ends, others may come to refresh with that one.
    let left = before.map_or(Duration::ZERO, |before| {
        let age = now.wall.duration_since(before.issued_at);
        before
            .lifetime
            .saturating_sub(age.unwrap_or_default())
            .min(LONGEST_WATCH)
    });
    let watch_until = now.monotonic + left;
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        return;
    };
    {
        let mut known = source.known();
        known.watch_until = known.watch_until.max(watch_until);
        let is_saved = known.held.as_ref().is_some_and(|held| held.is_saved);
        if known.is_kept && !is_saved {
            known.alive = Some(Arc::clone(source));
            source.wake.notify_one();
        }
        if known.is_kept || (source.settings.store_is_exclusive && is_saved) {
            return;
        }
        known.is_kept = true;
    }
    let mark = KeptMark(Arc::downgrade(source));
    let task = run(mark, Arc::clone(source), session.hooks.clone());
    drop(runtime.spawn(task));
}

/// Says that a task looks after the entry; dropping it, as a runtime does that is shut down, says that none does.
struct KeptMark(Weak<Inner>);

impl Drop for KeptMark {
    fn drop(&mut self) {
        if let Some(source) = self.0.upgrade() {
            let mut known = source.known();
            known.is_kept = false;
            known.alive = None;
        }
    }
}

async fn run(mut mark: KeptMark, mut source: Arc<Inner>, hooks: Hooks) {
    let mut backoff = SAVE_BACKOFF_MIN;
    let mut pause = SAVE_BACKOFF_MIN;
    let mut alone_since = None;
    let wake = Arc::clone(&source.wake);
    loop {
        let now = source.clock.monotonic();
        let nap = source.clock.sleep(pause);
        let is_saved = {
            let mut known = source.known();
            known.alive = None;
            known.held.as_ref().is_none_or(|held| held.is_saved)
        };
        if is_saved {
            drop(source);
            let is_woken = matches!(first(wake.notified(), nap).await, First::Left(()));
            match mark.0.upgrade() {
                Some(upgraded) => source = upgraded,
                None => return,
            }
            if is_woken {
                (backoff, pause) = (SAVE_BACKOFF_MIN, SAVE_BACKOFF_MIN);
                continue;
            }
        } else {
            if Arc::strong_count(&source) > 1 {
                alone_since = None;
            } else if now - *alone_since.get_or_insert(now) > LONGEST_ALONE {
                return;
            }
            nap.await;
        }
        let Some((store, key)) = &source.store else {
            return;
        };
        let session = Session {
            source: &source,
            store,
            key,
            hooks: &hooks,
        };
        match look(session).await {
            Next::Again(interval) => {
                backoff = SAVE_BACKOFF_MIN;
                pause = interval;
            }
            Next::Failed => {
                backoff = (backoff * 2).min(SAVE_BACKOFF_MAX);
                pause = backoff;
            }
            Next::Done => {
                source.known().alive = None;
                mark.0 = Weak::new();
                return;
            }
        }
    }
}

enum Next {
    Again(Duration),
    Failed,
    Done,
}

async fn look(session: Session<'_>) -> Next {
    let source = session.source;
    let is_exclusive = source.settings.store_is_exclusive;
    let (held, is_idle) = {
        let now = source.clock.monotonic();
        let mut known = source.known();
        match &known.held {
            Some(held) if held.is_own && !(held.is_saved && is_exclusive) => {
                (held.clone(), now >= known.watch_until)
            }
            _ => {
                // Under the lock, so that the next token finds either this task at work or none.
                known.is_kept = false;
                return Next::Done;
            }
        }
    };
    let interval = if is_idle {
        idle_look_interval(held.token.lifetime)
    } else {
        look_interval(held.token.lifetime)
    };
    if held.is_saved {
        match session.load().await {
            Ok(stored)
                if standing(stored.as_ref(), Some(&held), source.origin()) == Standing::Lost => {}
            Ok(_) => return Next::Again(interval),
            Err(_) => return Next::Failed,
        }
    }
    let lock = match session.try_lock().await {
        Ok(Some(lock)) => lock,
        Ok(None) => return Next::Again(SAVE_BACKOFF_MIN),
        Err(_) => return Next::Failed,
    };
    let next = match session.load().await {
        Ok(stored) => match standing(stored.as_ref(), Some(&held), source.origin()) {
            Standing::Lost | Standing::Unsaved => {
                let mut token = held.token.clone();
                token.restored_at = held.is_saved.then(|| source.clock.now().wall);
                match session.save(&token, &lock).await {
                    Ok(()) => {
                        session.mark_saved(&token);
                        Next::Again(interval)
                    }
                    Err(_) => Next::Failed,
                }
            }
            Standing::Stored => {
                // Saved after all, as by an operation that was given up, or a later one of another process.
                session.mark_saved(&held.token);
                Next::Again(interval)
            }
            Standing::Begin | Standing::Replaced | Standing::Removed => {
                source.known().is_kept = false;
                Next::Done
            }
        },
        Err(_) => Next::Failed,
    };
    session.unlock(lock).await;
    next
}
