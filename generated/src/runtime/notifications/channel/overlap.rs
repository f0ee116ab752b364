//! Reads two sockets at the same time and delivers each event once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use sha2::{Digest, Sha256};

use super::machine::LinkNumber;
use crate::runtime::notifications::Notification;

/// What makes two events equal: topic, correlation id and body.
pub(crate) type Key = u128;

/// The key of a notification.
pub(crate) fn key_of(notification: &Notification) -> Key {
    let mut hash = Sha256::new();
    for part in [
        notification.topic().as_bytes(),
        notification.correlation_id().unwrap_or_default().as_bytes(),
    ] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.update(notification.body());
    let digest = hash.finalize();
    digest
        .iter()
        .take(16)
        .fold(0, |key, byte| (key << 8) | u128::from(*byte))
}

/// Which events one of two sockets has had and the other has not.
///
/// An event on one socket cancels one equal event on the other, so an event that Genesys Cloud sends twice is seen twice.
#[derive(Debug, Default)]
pub(crate) struct Overlap {
    /// The older of both sockets, while two exist.
    elder: Option<LinkNumber>,
    /// How often the older socket had an event more often than the newer one.
    surplus: HashMap<Key, i64>,
}

impl Overlap {
    /// Begins to compare `elder` with the socket that is opened now. What was seen before is forgotten: the new socket does not have it.
    pub(crate) fn start(&mut self, elder: LinkNumber) {
        self.elder = Some(elder);
        self.surplus.clear();
    }

    /// Only one socket is left, and nothing that the other one had is on its way.
    pub(crate) fn stop(&mut self) {
        self.elder = None;
        self.surplus = HashMap::new();
    }

    pub(crate) fn is_active(&self) -> bool {
        self.elder.is_some()
    }

    /// Whether the event that arrived on `link` is seen for the first time.
    pub(crate) fn is_new(&mut self, link: LinkNumber, key: Key) -> bool {
        let Some(elder) = self.elder else {
            return true;
        };
        let step = if link == elder { 1 } else { -1 };
        match self.surplus.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(step);
                true
            }
            Entry::Occupied(mut entry) => {
                let before = *entry.get();
                if before + step == 0 {
                    entry.remove();
                } else {
                    *entry.get_mut() += step;
                }
                before.signum() != -step
            }
        }
    }
}
