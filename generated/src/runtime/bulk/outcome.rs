//! The outcome of an item.

use std::fmt;

use crate::runtime::auth::{AuthError, UnauthorizedReason};
use crate::runtime::error::Error;

/// The outcome of one item of a [`bulk`](crate::runtime::bulk()) run.
#[derive(Debug)]
#[must_use = "an item can have failed"]
pub enum BulkOutcome<R> {
    /// The call succeeded.
    Done(R),
    /// The item has its change: an earlier run made it, or a read showed it. No call was made in this run, or one whose answer was lost.
    AlreadyDone,
    /// The call failed and changed nothing. A later run with the same journal sends it again.
    Failed(Error),
    /// The call may have been carried out: it ended in this error. Without an error, an earlier run with the same journal made the call and did not
    /// learn the outcome: the process died, or the call ended in an error such as a timeout or a 500.
    Unknown(Option<Error>),
    /// The run ended before the item: no later call could succeed, or the journal cannot be written.
    NotSent,
}

impl<R> BulkOutcome<R> {
    /// Whether the item has its change.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done(_) | Self::AlreadyDone)
    }
}

impl<R> fmt::Display for BulkOutcome<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(_) => formatter.write_str("done"),
            Self::AlreadyDone => formatter.write_str("already done"),
            Self::Failed(error) => write!(formatter, "failed: {error}"),
            Self::Unknown(None) => {
                formatter.write_str("unknown outcome: an earlier run did not learn the outcome")
            }
            Self::Unknown(Some(error)) => write!(formatter, "unknown outcome: {error}"),
            Self::NotSent => formatter.write_str("not sent"),
        }
    }
}

/// How many items of a [`bulk`](crate::runtime::bulk()) run have ended, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BulkProgress {
    /// Items whose call succeeded.
    pub done: u64,
    /// Items that had their change already.
    pub already_done: u64,
    /// Items whose call failed and changed nothing.
    pub failed: u64,
    /// Items whose call may have been carried out.
    pub unknown: u64,
    /// Items that were not sent.
    pub not_sent: u64,
    /// Items on their way.
    pub running: u64,
}

impl BulkProgress {
    /// How many items have ended.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.done + self.already_done + self.failed + self.unknown + self.not_sent
    }

    pub(super) fn count<R>(&mut self, outcome: &BulkOutcome<R>) {
        *match outcome {
            BulkOutcome::Done(_) => &mut self.done,
            BulkOutcome::AlreadyDone => &mut self.already_done,
            BulkOutcome::Failed(_) => &mut self.failed,
            BulkOutcome::Unknown(_) => &mut self.unknown,
            BulkOutcome::NotSent => &mut self.not_sent,
        } += 1;
    }
}

impl fmt::Display for BulkProgress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            done,
            already_done,
            failed,
            unknown,
            not_sent,
            running,
        } = self;
        write!(
            formatter,
            "{done} done, {already_done} already done, {failed} failed, {unknown} unknown, {not_sent} not sent, {running} running"
        )
    }
}

/// Whether no later call can succeed either.
pub(super) fn ends_all(error: &Error) -> bool {
    let permanent = error
        .find_source::<AuthError>()
        .is_some_and(|error| !error.is_transient());
    let refused = matches!(
        error.unauthorized_reason(),
        Some(
            UnauthorizedReason::NotRenewable
                | UnauthorizedReason::RefusedAfterRefresh
                | UnauthorizedReason::InsideSpacing
        )
    );
    permanent || refused || error.is_configuration()
}
