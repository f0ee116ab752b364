//! What states mean, and how long to wait.

use super::support::PostQuery;
use crate::runtime::jobs::{JobPhase, Submit};

#[test]
fn states_are_told_whatever_their_case() {
    for (state, phase) in [
        ("FULFILLED", JobPhase::Succeeded),
        ("Fulfilled", JobPhase::Succeeded),
        ("failed", JobPhase::Failed),
        ("CANCELLED", JobPhase::Cancelled),
        ("WAITINGFORUPLOAD", JobPhase::Waiting),
        ("QUEUED", JobPhase::Running),
        ("a state of next year", JobPhase::Running),
        ("", JobPhase::Running),
    ] {
        assert_eq!(PostQuery::JOB.phase_of(state), phase, "{state}");
    }
}
