//! The retry decision, row by row.

use std::time::Duration;

use http::StatusCode;

use crate::runtime::error::ErrorKind;
use crate::runtime::pipeline::{Decision, Outcome, RetryPolicy, RetryState, Stop, decide};

const FIRST: RetryState = RetryState {
    attempts: 1,
    idempotent: true,
    replayable: true,
    remaining: Some(Duration::from_secs(120)),
    budget: 500,
    jitter: 1.0,
};

fn status(code: u16) -> Outcome {
    Outcome::Status(StatusCode::from_u16(code).unwrap(), None)
}

fn is_retried(state: &RetryState, outcome: Outcome) -> bool {
    matches!(
        decide(&RetryPolicy::standard(), state, &outcome),
        Decision::Retry { .. }
    )
}

#[test]
fn every_status_is_retried_as_the_table_says() {
    let not_idempotent = RetryState {
        idempotent: false,
        ..FIRST
    };
    for code in 100..=599 {
        let always = code == 429;
        let if_idempotent = matches!(code, 502..=504);
        assert_eq!(
            is_retried(&FIRST, status(code)),
            always || if_idempotent,
            "{code}, idempotent"
        );
        assert_eq!(
            is_retried(&not_idempotent, status(code)),
            always,
            "{code}, not idempotent"
        );
    }
}

#[test]
fn every_failure_is_retried_as_the_table_says() {
    let not_idempotent = RetryState {
        idempotent: false,
        ..FIRST
    };
    for (kind, if_idempotent, always) in [
        (ErrorKind::Connect, true, true),
        (ErrorKind::Io, true, false),
        (ErrorKind::Timeout, true, false),
        (ErrorKind::Configuration, false, false),
        (ErrorKind::InvalidRequest, false, false),
        (ErrorKind::Authentication, false, false),
        (ErrorKind::Decode, false, false),
        (ErrorKind::Other, false, false),
    ] {
        let outcome = Outcome::Failed(kind);
        assert_eq!(is_retried(&FIRST, outcome), if_idempotent, "{kind:?}");
        assert_eq!(is_retried(&not_idempotent, outcome), always, "{kind:?}");
    }
}

#[test]
fn what_is_no_failure_counts_as_success() {
    for code in [200, 202, 204, 206, 303, 304, 307] {
        assert_eq!(
            decide(&RetryPolicy::standard(), &FIRST, &status(code)),
            Decision::Stop(Stop::Success),
            "{code}"
        );
    }
}

#[test]
fn the_delay_doubles_up_to_its_ceiling_and_is_random_below() {
    let policy = RetryPolicy::standard().with_max_attempts(20);
    let delay = |attempts, jitter| match decide(
        &policy,
        &RetryState {
            attempts,
            jitter,
            ..FIRST
        },
        &status(503),
    ) {
        Decision::Retry { after } => after,
        Decision::Stop(reason) => panic!("{reason:?}"),
    };
    let ceilings: Vec<u128> = (1..=9).map(|n| delay(n, 1.0).as_millis()).collect();
    assert_eq!(
        ceilings,
        [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]
    );
    assert_eq!(delay(3, 0.0), Duration::ZERO);
    assert_eq!(delay(3, 0.5), Duration::from_millis(500));
}

#[test]
fn the_largest_delays_do_not_overflow() {
    let policy = RetryPolicy::standard()
        .with_base_delay(Duration::MAX)
        .with_max_delay(Duration::MAX);
    let state = RetryState {
        remaining: None,
        ..FIRST
    };
    let Decision::Retry { after } = decide(&policy, &state, &status(503)) else {
        panic!("the call is not retried");
    };
    assert_eq!(after, Duration::MAX);
}

#[test]
fn retry_after_is_obeyed_up_to_its_cap() {
    let after = |seconds| {
        decide(
            &RetryPolicy::standard(),
            &FIRST,
            &Outcome::Status(
                StatusCode::TOO_MANY_REQUESTS,
                Some(Duration::from_secs(seconds)),
            ),
        )
    };
    for seconds in [0, 1, 60] {
        assert_eq!(
            after(seconds),
            Decision::Retry {
                after: Duration::from_secs(seconds)
            }
        );
    }
    for seconds in [61, 86_400, u64::MAX] {
        assert_eq!(after(seconds), Decision::Stop(Stop::RetryAfterTooLong));
    }
}

#[test]
fn attempts_body_deadline_and_budget_end_the_retries() {
    let policy = RetryPolicy::standard();
    let stop = |state: RetryState, outcome| match decide(&policy, &state, &outcome) {
        Decision::Stop(reason) => reason,
        Decision::Retry { .. } => Stop::Success,
    };
    let throttled = Outcome::Status(StatusCode::TOO_MANY_REQUESTS, Some(Duration::from_secs(10)));
    let attempts = |attempts| RetryState { attempts, ..FIRST };
    assert!(is_retried(&attempts(3), status(503)));
    assert_eq!(stop(attempts(4), status(503)), Stop::Attempts);
    let gone = RetryState {
        replayable: false,
        ..FIRST
    };
    assert_eq!(stop(gone, status(429)), Stop::BodyGone);
    let remaining = |seconds| RetryState {
        remaining: Some(Duration::from_secs(seconds)),
        ..FIRST
    };
    assert_eq!(stop(remaining(10), throttled), Stop::Deadline);
    assert!(is_retried(&remaining(11), throttled));
    let budget = |budget| RetryState { budget, ..FIRST };
    assert!(is_retried(&budget(5), status(503)));
    assert_eq!(stop(budget(4), status(503)), Stop::Budget);
    // A timeout costs twice as much.
    let timeout = Outcome::Failed(ErrorKind::Timeout);
    assert!(is_retried(&budget(10), timeout));
    assert_eq!(stop(budget(9), timeout), Stop::Budget);
}

#[test]
fn a_policy_of_no_retries_makes_one_attempt() {
    for policy in [
        RetryPolicy::never(),
        RetryPolicy::standard().with_max_attempts(0),
    ] {
        assert_eq!(
            decide(&policy, &FIRST, &status(429)),
            Decision::Stop(Stop::Attempts)
        );
    }
}
