//! What concurrent code is made of, in one place: token handling takes it from here, and a model checker puts its own in the stead of it.

pub(crate) use arc_swap::ArcSwapOption;
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
pub(crate) use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
pub(crate) use tokio::runtime::Id as RuntimeId;
pub(crate) use tokio::sync::{Notify, watch};

use std::future::Future;

/// The runtime of the caller, if there is one.
pub(crate) fn current_runtime() -> Option<RuntimeId> {
    let runtime = tokio::runtime::Handle::try_current();
    runtime.ok().map(|runtime| runtime.id())
}

/// Runs `task` in the runtime of the caller; without one it is dropped.
pub(crate) fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        drop(runtime.spawn(task));
    }
}
