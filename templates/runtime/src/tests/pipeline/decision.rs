//! The retry decision, row by row.

use std::time::Duration;

use http::StatusCode;

use crate::runtime::error::ErrorKind;
use crate::runtime::pipeline::retry::{Decision, Outcome, RetryState, decide};
use crate::runtime::pipeline::{RetryPolicy, Stop};

const FIRST: RetryState = RetryState {
    attempts: 1,
    refusals: 1,
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
        let if_idempotent = matches!(code, 408 | 502..=504);
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
        (ErrorKind::NotProcessed, true, true),
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

fn after(state: &RetryState, outcome: Outcome) -> Duration {
    match decide(&RetryPolicy::standard(), state, &outcome) {
        Decision::Retry { after } => after,
        Decision::Stop(reason) => panic!("{reason:?}"),
    }
}

fn asking(code: u16, seconds: u64) -> Outcome {
    Outcome::Status(
        StatusCode::from_u16(code).unwrap(),
        Some(Duration::from_secs(seconds)),
    )
}

#[test]
fn retry_after_is_obeyed_up_to_its_cap_with_a_quarter_of_jitter() {
    for code in [408, 429, 502, 503, 504] {
        for seconds in [1, 2, 60] {
            let between = [0.0, 0.5, 1.0].map(|jitter| {
                let delay = after(&RetryState { jitter, ..FIRST }, asking(code, seconds));
                delay.as_secs_f64() / seconds as f64
            });
            assert_eq!(between, [1.0, 1.125, 1.25], "{code} {seconds}");
        }
        for seconds in [61, 86_400, u64::MAX] {
            assert_eq!(
                decide(&RetryPolicy::standard(), &FIRST, &asking(code, seconds)),
                Decision::Stop(Stop::RetryAfterTooLong),
                "{code} {seconds}"
            );
        }
    }
}

#[test]
fn no_server_gets_a_call_back_at_once_by_asking_for_it() {
    for outcome in [status(429), asking(429, 0), asking(503, 0)] {
        let mut least = Duration::ZERO;
        for number in 1..=8 {
            let state = RetryState {
                attempts: number.min(3),
                refusals: number,
                jitter: 0.0,
                ..FIRST
            };
            let delay = after(&state, outcome);
            assert!(delay >= Duration::from_millis(125), "{outcome:?} {delay:?}");
            assert!(delay >= least, "{outcome:?} {delay:?}");
            least = delay;
        }
    }
}

#[test]
fn the_longest_of_what_is_asked_and_the_backoff_counts() {
    let sixth = RetryState {
        refusals: 6,
        jitter: 0.0,
        ..FIRST
    };
    assert_eq!(after(&sixth, asking(429, 1)), Duration::from_secs(4));
    assert_eq!(after(&sixth, asking(429, 5)), Duration::from_secs(5));
}

#[test]
fn refusals_do_not_count_and_go_on_until_the_deadline() {
    for outcome in [status(429), Outcome::Failed(ErrorKind::NotProcessed)] {
        let many = RetryState {
            attempts: 0,
            refusals: 1_000,
            budget: 0,
            ..FIRST
        };
        assert!(is_retried(&many, outcome), "{outcome:?}");
        // The delay leaves time for another try, for as long as there is any.
        let mut remaining = Duration::from_secs(120);
        let mut tries = 0;
        while let Decision::Retry { after } = decide(
            &RetryPolicy::standard(),
            &RetryState {
                remaining: Some(remaining),
                ..many
            },
            &outcome,
        ) {
            remaining -= after;
            tries += 1;
        }
        assert!(remaining < Duration::from_millis(350), "{remaining:?}");
        assert!((8..40).contains(&tries), "{tries}");
    }
    // They do count where no call is sent twice.
    let never = RetryPolicy::never();
    for outcome in [status(429), Outcome::Failed(ErrorKind::NotProcessed)] {
        assert_eq!(
            decide(&never, &FIRST, &outcome),
            Decision::Stop(Stop::Attempts)
        );
    }
}

#[test]
fn jitter_never_costs_a_call_the_time_that_it_has() {
    let barely = RetryState {
        remaining: Some(Duration::from_millis(10_100)),
        ..FIRST
    };
    assert_eq!(after(&barely, asking(429, 10)), Duration::from_secs(10));
}

#[test]
fn attempts_body_deadline_and_budget_end_the_retries() {
    let policy = RetryPolicy::standard();
    let stop = |state: RetryState, outcome| match decide(&policy, &state, &outcome) {
        Decision::Stop(reason) => reason,
        Decision::Retry { .. } => Stop::Success,
    };
    let throttled = asking(429, 10);
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
    // A server that manages its load is not in trouble.
    for free in [status(429), throttled, asking(503, 1)] {
        assert!(is_retried(&budget(0), free), "{free:?}");
    }
    for paid in [asking(502, 1), asking(504, 1), asking(408, 1)] {
        assert_eq!(stop(budget(4), paid), Stop::Budget);
    }
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
