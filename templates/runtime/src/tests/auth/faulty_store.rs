//! A store that fails as a test asks for.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::support::seconds;
use crate::runtime::auth::store::{MemoryStore, StoreLock, StoredToken, TokenStore};
use crate::runtime::clock::BoxFuture;
use crate::runtime::transport::BoxError;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Op {
    Lock,
    Load,
    Save,
    Unlock,
}

pub(super) const OPS: [Op; 4] = [Op::Lock, Op::Load, Op::Save, Op::Unlock];

#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    Error,
    /// Before there is a future.
    PanicAtOnce,
    /// While it is polled.
    Panic,
    Slow(f64),
    Hang,
    /// The operation takes effect, and its answer does not arrive.
    LostAnswer,
}

type Saving = Box<dyn Fn(&StoredToken) + Send + Sync>;

/// A store with faults, each of which strikes as often as it says.
#[derive(Default)]
pub(super) struct Faulty {
    pub(super) store: MemoryStore,
    pub(super) faults: Mutex<HashMap<Op, (Fault, usize)>>,
    /// How often a fault struck.
    pub(super) struck: AtomicUsize,
    /// Called with each token before it is saved.
    pub(super) saving: Option<Saving>,
}

impl Faulty {
    pub(super) fn set(&self, op: Op, fault: Fault, times: usize) {
        self.faults.lock().unwrap().insert(op, (fault, times));
    }

    pub(super) fn heal(&self) {
        self.faults.lock().unwrap().clear();
    }

    fn strike(&self, op: Op) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        let (fault, left) = faults.get_mut(&op)?;
        *left = left.checked_sub(1)?;
        self.struck.fetch_add(1, Ordering::SeqCst);
        Some(*fault)
    }

    fn run<'a, T: Send + 'a>(
        &self,
        op: Op,
        good: impl FnOnce() -> BoxFuture<'a, Result<T, BoxError>>,
    ) -> BoxFuture<'a, Result<T, BoxError>> {
        match self.strike(op) {
            None => good(),
            Some(Fault::Error) => Box::pin(async { Err("down".into()) }),
            Some(Fault::PanicAtOnce) => panic!("the store panics on purpose"),
            Some(Fault::Panic) => Box::pin(async { panic!("the store panics on purpose") }),
            Some(Fault::Slow(delay)) => {
                let good = good();
                Box::pin(async move {
                    tokio::time::sleep(seconds(delay)).await;
                    good.await
                })
            }
            Some(Fault::Hang) => Box::pin(std::future::pending()),
            Some(Fault::LostAnswer) => {
                let good = good();
                Box::pin(async move {
                    let _ = good.await;
                    Err("the answer was lost".into())
                })
            }
        }
    }
}

impl TokenStore for Faulty {
    fn try_lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoreLock>, BoxError>> {
        self.run(Op::Lock, || self.store.try_lock(key))
    }

    fn unlock<'a>(&'a self, key: &'a str, lock: StoreLock) -> BoxFuture<'a, Result<(), BoxError>> {
        self.run(Op::Unlock, || self.store.unlock(key, lock))
    }

    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>> {
        self.run(Op::Load, || self.store.load(key))
    }

    fn save<'a>(
        &'a self,
        key: &'a str,
        token: &'a StoredToken,
        lock: &'a StoreLock,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        if let Some(saving) = &self.saving {
            saving(token);
        }
        self.run(Op::Save, || self.store.save(key, token, lock))
    }
}
