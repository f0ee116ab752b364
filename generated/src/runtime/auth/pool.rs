//! Several tokens of one OAuth client, because Genesys Cloud limits requests by token.

use std::sync::atomic::{AtomicU64, Ordering};

use super::cache::TokenCache;
use crate::runtime::clock::Monotonic;

/// Caches, and how many calls each has had in the current minute.
#[derive(Debug)]
pub(crate) struct Pool(Vec<Member>);

#[derive(Debug)]
struct Member {
    cache: TokenCache,
    /// The minute in the upper half, the calls within it in the lower.
    uses: AtomicU64,
}

impl Member {
    fn uses(&self, minute: u64) -> u64 {
        let uses = self.uses.load(Ordering::Relaxed);
        if uses >> 32 == minute {
            uses & u64::from(u32::MAX)
        } else {
            0
        }
    }

    fn count(&self, minute: u64) {
        // A lost update under contention costs balance for one call and nothing else.
        if self.uses.load(Ordering::Relaxed) >> 32 == minute {
            self.uses.fetch_add(1, Ordering::Relaxed);
        } else {
            self.uses.store((minute << 32) | 1, Ordering::Relaxed);
        }
    }
}

impl Pool {
    /// A pool of at least one cache.
    pub(crate) fn new(caches: Vec<TokenCache>) -> Self {
        Self(
            caches
                .into_iter()
                .map(|cache| Member {
                    cache,
                    uses: AtomicU64::new(0),
                })
                .collect(),
        )
    }

    /// The cache whose token had the fewest calls in this minute; one that has nothing to serve only if the others have nothing either.
    #[inline]
    pub(crate) fn pick(&self, now: Monotonic) -> &TokenCache {
        if let [only] = self.0.as_slice() {
            return &only.cache;
        }
        let minute = (now.since_start().as_secs() / 60) & u64::from(u32::MAX);
        let least = self
            .0
            .iter()
            .min_by_key(|member| (member.cache.is_troubled(now), member.uses(minute)))
            .unwrap_or(&self.0[0]);
        least.count(minute);
        &least.cache
    }

    pub(crate) fn caches(&self) -> impl Iterator<Item = &TokenCache> {
        self.0.iter().map(|member| &member.cache)
    }
}
