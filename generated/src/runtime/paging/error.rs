//! Why a listing cannot continue.

use std::fmt;

use super::PagingState;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::operation::OperationMetadata;

/// Why a listing cannot be read on, although the API answered. Found by
/// [`Error::find_source`](crate::runtime::error::Error::find_source).
#[derive(Clone, Debug)]
pub struct PagingError {
    problem: PagingProblem,
    state: PagingState,
}

/// What is wrong with a listing. New problems may come with any release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PagingProblem {
    /// The API gave a token that it gave before: to follow it would be a loop.
    RepeatedToken,
    /// Too many pages in a row were empty, although the API says that there are more: three where it counts pages or items, one hundred where
    /// it gives a token. Resuming reads on after them.
    EmptyPages,
    /// A page is the very page before it, although the response says that more is due.
    RepeatedPage,
    /// The link to the next page is invalid, or leads to another host.
    ForeignLink,
}

impl PagingError {
    pub(super) fn new(problem: PagingProblem, state: PagingState) -> Self {
        Self { problem, state }
    }

    /// What is wrong.
    #[must_use]
    pub fn problem(&self) -> PagingProblem {
        self.problem
    }

    /// Where the listing stopped, to resume from. Every page before it was handed out.
    #[must_use]
    pub fn state(&self) -> &PagingState {
        &self.state
    }

    pub(super) fn into_error(self, operation: Option<&'static OperationMetadata>) -> Error {
        let error = Error::new(ErrorKind::Paging).with_source(self);
        match operation {
            Some(operation) => error.with_operation(operation),
            None => error,
        }
    }
}

impl fmt::Display for PagingError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.problem {
            PagingProblem::RepeatedToken => "the API returned the same page token twice",
            PagingProblem::EmptyPages => {
                "too many empty pages in a row, although the API reports more items"
            }
            PagingProblem::RepeatedPage => {
                "the API returned the same page again, although it reports more items"
            }
            PagingProblem::ForeignLink => {
                "the link to the next page is invalid, or points to a host other than the client's API host"
            }
        })
    }
}

impl std::error::Error for PagingError {}
