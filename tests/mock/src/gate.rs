//! Gates and counters: how a test decides the order of events without sleeping.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Notify, watch};

/// A gate that is closed until it is opened, once and for good. Clones are the same gate.
///
/// A request held by a gate waits without using a timer; the test waits for [`Gate::wait_for_arrivals`], does what it came to do, and opens.
#[derive(Clone, Debug)]
pub struct Gate {
    open: Arc<watch::Sender<bool>>,
    arrivals: Counter,
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl Gate {
    /// A closed gate.
    #[must_use]
    pub fn new() -> Self {
        Self {
            open: Arc::new(watch::Sender::new(false)),
            arrivals: Counter::default(),
        }
    }

    /// Lets everyone through who waits now or comes later.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// Whether the gate has been opened.
    #[must_use]
    pub fn is_open(&self) -> bool {
        *self.open.borrow()
    }

    /// Requests that have come to the gate so far, those let through included.
    #[must_use]
    pub fn arrivals(&self) -> u64 {
        self.arrivals.get()
    }

    /// Waits until `count` requests have come to the gate.
    pub async fn wait_for_arrivals(&self, count: u64) {
        self.arrivals.wait_for(count).await;
    }

    /// Arrives at the gate and waits until it is open.
    pub async fn pass(&self) {
        self.arrivals.add();
        let mut open = self.open.subscribe();
        // The sender lives as long as `self`, so the wait cannot fail.
        let _ = open.wait_for(|open| *open).await;
    }
}

/// A counter that can be awaited. Clones are the same counter.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<CounterState>);

#[derive(Debug, Default)]
struct CounterState {
    value: AtomicU64,
    changed: Notify,
}

impl Counter {
    /// Adds one and returns the value before that.
    pub(crate) fn add(&self) -> u64 {
        let before = self.0.value.fetch_add(1, Ordering::SeqCst);
        self.0.changed.notify_waiters();
        before
    }

    /// The present value.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.value.load(Ordering::SeqCst)
    }

    pub(crate) fn reset(&self) {
        self.0.value.store(0, Ordering::SeqCst);
    }

    /// Waits until the value is at least `count`.
    pub async fn wait_for(&self, count: u64) {
        loop {
            let changed = self.0.changed.notified();
            tokio::pin!(changed);
            // Registered before the value is read, so that no change between the two is missed.
            changed.as_mut().enable();
            if self.get() >= count {
                return;
            }
            changed.await;
        }
    }
}
