//! Tokens shared by the clients of one process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{StoreLock, StoredToken, TokenStore};
use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;
use crate::runtime::transport::BoxError;

#[derive(Default)]
struct Entry {
    token: Option<StoredToken>,
    saved_by: u64,
    locks: u64,
    is_locked: bool,
}

type Entries = Arc<Mutex<HashMap<String, Entry>>>;

/// Tokens in memory. Clones are the same store.
#[derive(Clone, Default)]
pub struct MemoryStore(Entries);

impl MemoryStore {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets all tokens, as a server that is flushed does. No session ends by that: a process that holds one saves it again.
    pub fn clear(&self) {
        for entry in entries(&self.0).values_mut() {
            entry.token = None;
            entry.saved_by = 0;
        }
    }
}

fn entries(entries: &Entries) -> MutexGuard<'_, HashMap<String, Entry>> {
    entries.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Holder {
    entries: Entries,
    key: String,
}

impl Drop for Holder {
    fn drop(&mut self) {
        if let Some(entry) = entries(&self.entries).get_mut(&self.key) {
            entry.is_locked = false;
        }
    }
}

impl TokenStore for MemoryStore {
    fn try_lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoreLock>, BoxError>> {
        Box::pin(async move {
            let mut entries = entries(&self.0);
            let entry = entries.entry(key.to_owned()).or_default();
            if entry.is_locked {
                return Ok(None);
            }
            entry.is_locked = true;
            entry.locks += 1;
            let holder = Holder {
                entries: Arc::clone(&self.0),
                key: key.to_owned(),
            };
            Ok(Some(StoreLock::new(entry.locks, holder)))
        })
    }

    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>> {
        Box::pin(async move {
            Ok(entries(&self.0)
                .get(key)
                .and_then(|entry| entry.token.clone()))
        })
    }

    fn save<'a>(
        &'a self,
        key: &'a str,
        token: &'a StoredToken,
        lock: &'a StoreLock,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            let mut entries = entries(&self.0);
            let entry = entries.entry(key.to_owned()).or_default();
            if entry.saved_by > lock.fence {
                return Err("a later holder of the lock has saved".into());
            }
            entry.saved_by = lock.fence;
            entry.token = Some(token.clone());
            Ok(())
        })
    }
}

debug_fields!(
    MemoryStore,
    |this| "MemoryStore({} keys)",
    entries(&this.0).len()
);
