//! The trait of stores that count the calls of a token for several processes.

use std::time::Duration;

use crate::runtime::clock::BoxFuture;
use crate::runtime::transport::BoxError;

/// How many calls may begin within a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacingLimit {
    /// That many calls; at least one.
    pub calls: u64,
    /// Within any time of that length.
    pub span: Duration,
}

/// A place in the line of calls of all processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PacingPlace {
    /// How long until the call may begin.
    pub delay: Duration,
    /// What the store knows the place by.
    pub name: String,
}

/// Places for calls, counted where every process that uses a token can see them.
///
/// A key stands for a token, whose limit the API counts; it is a digest from which the token cannot be had.
///
/// A store that fails, or takes longer than 250 ms, holds no call up: calls go on paced by this process alone, and after 5 s the store is asked
/// again. Calls that are then too many for the API get a 429, which is retried as usual.
pub trait PacingStore: Send + Sync + 'static {
    /// Takes the first place in which no more than `limit` is exceeded, behind all that are taken.
    ///
    /// # Errors
    ///
    /// The store cannot be asked.
    fn reserve<'a>(
        &'a self,
        key: &'a str,
        limit: PacingLimit,
    ) -> BoxFuture<'a, Result<PacingPlace, BoxError>>;

    /// Gives a place back whose call has stopped waiting for it.
    ///
    /// # Errors
    ///
    /// The store cannot be asked.
    fn give_back<'a>(&'a self, key: &'a str, name: &'a str) -> BoxFuture<'a, Result<(), BoxError>>;

    /// Gives out no place before `delay` has passed: the API said so.
    ///
    /// # Errors
    ///
    /// The store cannot be asked.
    fn close<'a>(&'a self, key: &'a str, delay: Duration) -> BoxFuture<'a, Result<(), BoxError>>;
}
