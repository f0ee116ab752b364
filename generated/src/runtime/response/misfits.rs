//! Which misfits were already reported.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::runtime::codec::Misfit;

/// Warns once for each operation and place, however many elements of a list or map have the same fault.
#[derive(Default)]
pub(crate) struct MisfitLog(Mutex<BTreeSet<(&'static str, String)>>);

impl MisfitLog {
    pub(crate) fn warn(&self, operation: &'static str, misfits: &[Misfit]) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for misfit in misfits {
            if told.insert((operation, misfit.place().to_owned())) {
                tracing::warn!(
                    target: "genesys_cloud",
                    operation,
                    path = misfit.place(),
                    expected = misfit.expected(),
                    found = misfit.found(),
                    "a value of the response does not fit its type"
                );
            }
        }
    }
}
