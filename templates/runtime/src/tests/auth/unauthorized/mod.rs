//! A 401 is evidence and not a verdict: what the rules of `auth/unauthorized.rs` cost and save, in virtual time.
//!
//! Each scenario runs with five seeds, but with fewer seeds and calls where it has many, unless `GENESYS_TEST_FULL` is set; `GENESYS_TEST_FIGURES` prints
//! what came of it. The figures beside it are the means of many simulated runs: a seed may make twice as many token
//! requests and three more, lose a fifth more calls (none where the figure is none), and wait half as long again.
//!
//! Each part of the rules was taken out once, to see which of these notices:
//!
//! | without | red |
//! |---|---|
//! | the replay at once with a newer token | `invariant_03` |
//! | the memory of unreliable operations | S1d, S2e, S2h, S2j, S2l, S8i, S8k, S8l |
//! | that such an operation is no witness | S1d, S2e, S2h, S2j, S8i, S8k, S8l |
//! | a verdict by the call's own second refusal | S5b |
//! | a verdict when the pauses are used up | S8k, S8l |
//! | a verdict by a run of refusals | S5d, S9a |
//! | a verdict at once where nothing is ever accepted | `invariant_04` |
//! | the alarm | S2j |
//! | the spacing of forced refreshes | S2m, S7a |
//! | the pauses; the longest of them | S3e, S4c, S4e; S4c, S4e |
//! | the end of a pause at the first acceptance | S4c, S4e |
//! | the second opinion; its interval | S8j; S2e, S2h |
//! | that only what was sent later proves a token | S5b, S8e |
//! | pardons | S1d |
//! | probes | S1d |
//! | that waiters decide anew | S6a, S9b |
//! | the limit of 10 s for a shared failure | S6a |

mod simulation;

use simulation::{Outcome, Scenario, p99, run};

/// A client whose first call comes with the load.
fn new() -> Scenario {
    Scenario::default()
}

/// A client whose token is ten minutes old.
fn settled() -> Scenario {
    Scenario {
        settled: true,
        ..Scenario::default()
    }
}

/// The lags of `replicas` of which the first one lags.
fn one_of(replicas: usize, lag: f64) -> Vec<f64> {
    let mut lags = vec![0.0; replicas];
    lags[0] = lag;
    lags
}

fn every(from: f64, step: f64, to: f64) -> Vec<f64> {
    let count = ((to - from) / step).ceil() as usize;
    (0..count)
        .map(|number| from + step * number as f64)
        .collect()
}

/// What the rules are known to cost.
struct Expected {
    lost: f64,
    tokens: f64,
    p99: f64,
}

/// The scenario with fewer calls, where it has so many that an ordinary test run would take minutes; and the share of them that is left.
fn affordable(mut scenario: Scenario) -> (Scenario, f64) {
    if std::env::var_os("GENESYS_TEST_FULL").is_some() {
        return (scenario, 1.0);
    }
    if scenario.total > 0 {
        scenario.total /= 5;
    } else if scenario.good >= 100.0 && scenario.revocations.is_empty() {
        scenario.length /= 5.0;
    } else {
        return (scenario, 1.0);
    }
    (scenario, 0.2)
}

/// With how many seeds a scenario is run. One of many calls is much the same with each.
fn seeds(scenario: &Scenario) -> u64 {
    let rate = scenario.good + scenario.bad + scenario.mixed;
    let calls = scenario.total as f64 + rate * scenario.length;
    let is_full = std::env::var_os("GENESYS_TEST_FULL").is_some();
    if calls <= 10_000.0 || is_full { 5 } else { 1 }
}

fn check(scenario: Scenario, expected: &Expected) {
    let (scenario, share) = affordable(scenario);
    // The same calls ask for tokens as often, if there are fewer of them or not; a load that goes on does not.
    let tokens = if scenario.total > 0 { share } else { 1.0 } * expected.tokens;
    let (mut latencies, mut lost, mut runs) = (Vec::new(), 0, 0.0);
    for seed in 1..=seeds(&scenario) {
        let outcome = run(&scenario, seed);
        let said = format!("seed {seed}: {}", describe(&outcome));
        if std::env::var_os("GENESYS_TEST_FIGURES").is_some() {
            println!("{said}");
        }
        lost += outcome.lost;
        runs += 1.0;
        assert!(outcome.tokens() as f64 <= 2.0 * tokens + 3.0, "{said}");
        assert!(outcome.most_in_flight <= scenario.pool, "{said}");
        let has_good_calls = scenario.good > 0.0 && !scenario.refuses_all;
        assert!(outcome.served > 0 || !has_good_calls, "{said}");
        latencies.extend(outcome.latencies);
    }
    // Tasks run in no fixed order, so that one run in some hundred loses several times the mean.
    assert!(lost as f64 <= 1.2 * expected.lost * runs, "{lost} lost");
    // Of all seeds together: some have a hundred calls. The timer counts in milliseconds. What waits for a lag, does so at the beginning: of
    // fewer calls that is a larger share.
    let p99 = p99(latencies);
    let is_begun_only = share < 1.0 && scenario.lag.iter().any(|lag| *lag > 0.0);
    let most = if is_begun_only {
        3.5
    } else {
        1.5 * expected.p99 + 0.01
    };
    assert!(p99 <= most, "p99 {p99:.2} s");
}

fn describe(outcome: &Outcome) -> String {
    format!(
        "{} served, {} lost, {} token requests ({} in a minute), p99 {:.2} s, {:.1} requests a bad call",
        outcome.served,
        outcome.lost,
        outcome.tokens(),
        outcome.most_tokens_in_a_minute(),
        p99(outcome.latencies.clone()),
        outcome.requests_by_bad_call(),
    )
}

macro_rules! scenarios {
    ($($(#[$about:meta])* $name:ident: $lost:literal lost, $tokens:literal tokens, p99 $p99:literal s; { $($field:tt)* })*) => {$(
        $(#[$about])*
        #[test]
        fn $name() {
            let scenario = Scenario { $($field)* };
            check(scenario, &Expected { lost: $lost, tokens: $tokens, p99: $p99 });
        }
    )*};
}

scenarios! {
    /// Login down, bad once.
    s1a_login_down_bad_once: 0.0 lost, 3.0 tokens, p99 0.05 s; { good: 200.0, bad_once: Some(10.0), login_down: (5.0, 1e9), length: 300.0, ..settled() }
    /// Login down, bad 10/s.
    s1b_login_down_bad_10_a_second: 0.0 lost, 9.0 tokens, p99 0.05 s; { good: 200.0, bad: 10.0, login_down: (0.0, 1e9), length: 300.0, ..settled() }
    /// Login hangs, bad 10/s.
    s1c_login_hangs_bad_10_a_second: 0.0 lost, 9.0 tokens, p99 0.05 s; { good: 200.0, bad: 10.0, login_down: (0.0, 1e9), login_hangs: true, length: 300.0, ..settled() }
    /// Login down, bad 10/s, good 2/s.
    s1d_login_down_bad_10_a_second_good_2_a_second: 0.0 lost, 14.2 tokens, p99 0.05 s; { good: 2.0, bad: 10.0, login_down: (0.0, 1e9), length: 300.0, ..settled() }
    /// Login down, bad 10/s, pool 10.
    s1e_login_down_bad_10_a_second_pool_10: 0.0 lost, 9.0 tokens, p99 0.05 s; { good: 200.0, bad: 10.0, pool: 10, login_down: (0.0, 1e9), length: 300.0, ..settled() }
    /// Bad 10/s.
    s2a_bad_10_a_second: 0.0 lost, 3.0 tokens, p99 0.05 s; { good: 200.0, bad: 10.0, length: 300.0, ..settled() }
    /// Bad 200/s.
    s2b_bad_200_a_second: 0.0 lost, 3.1 tokens, p99 0.05 s; { good: 200.0, bad: 200.0, length: 300.0, ..settled() }
    /// 50 bad ops, 50/s.
    s2c_50_bad_ops_50_a_second: 0.0 lost, 3.0 tokens, p99 0.05 s; { good: 200.0, bad: 50.0, bad_operations: 50, length: 300.0, ..settled() }
    /// Pool 10, bad 10/s.
    s2d_pool_10_bad_10_a_second: 0.0 lost, 3.0 tokens, p99 0.05 s; { good: 200.0, bad: 10.0, pool: 10, length: 300.0, ..settled() }
    /// Bad 10/s, good 1/s.
    s2e_bad_10_a_second_good_1_a_second: 0.0 lost, 13.1 tokens, p99 0.05 s; { good: 1.0, bad: 10.0, length: 300.0, ..settled() }
    /// Good answers take 0.3-0.5 s.
    s2f_good_answers_take_0_3_0_5_s: 0.0 lost, 4.0 tokens, p99 0.50 s; { good: 200.0, bad: 10.0, good_answer: Some((0.3, 0.5)), length: 300.0, ..settled() }
    /// One op, half of its ids bad 20/s.
    s2g_one_op_half_of_its_ids_bad_20_a_second: 0.0 lost, 3.0 tokens, p99 0.05 s; { good: 200.0, mixed: 20.0, length: 300.0, ..settled() }
    /// 50 bad ops 10/s, good 1/s.
    s2h_50_bad_ops_10_a_second_good_1_a_second: 0.0 lost, 19.4 tokens, p99 0.05 s; { good: 1.0, bad: 10.0, bad_operations: 50, length: 300.0, ..settled() }
    /// The same, good take 0.3-0.5 s.
    s2i_the_same_good_take_0_3_0_5_s: 0.0 lost, 3.7 tokens, p99 0.50 s; { good: 200.0, mixed: 20.0, good_answer: Some((0.3, 0.5)), length: 300.0, ..settled() }
    /// One op only, half bad, 20/s.
    s2j_one_op_only_half_bad_20_a_second: 0.0 lost, 7.2 tokens, p99 0.05 s; { mixed: 20.0, length: 300.0, ..settled() }
    /// One op, 80/s half bad, good 10/s. The mean is 5.5 tokens, and one run in fifteen needs 25.
    s2k_one_op_80_a_second_half_bad_good_10_a_second: 0.0 lost, 11.0 tokens, p99 0.05 s; { good: 10.0, mixed: 80.0, length: 300.0, ..settled() }
    /// Bad 10/s, good 0.2/s. The means are 0.07 lost and 4.44 s; one run in forty has a while in which nothing proves the token, and loses some of its
    /// 120 good calls (15, and once 45). The mean of 125.5 tokens varies by a tenth only, so its limit is narrower.
    s2l_bad_10_a_second_good_0_2_a_second: 25.0 lost, 80.0 tokens, p99 20.00 s; { good: 0.2, bad: 10.0, length: 600.0, ..settled() }
    /// Only bad calls, 2/s.
    s2m_only_bad_calls_2_a_second: 0.0 lost, 16.0 tokens, p99 0.00 s; { bad: 2.0, length: 600.0, ..settled() }
    /// 1 of 10 lags 2 s, 200/s.
    s3a_1_of_10_lags_2_s_200_a_second: 0.0 lost, 1.0 tokens, p99 0.05 s; { good: 200.0, lag: one_of(10, 2.0), length: 120.0, ..new() }
    /// 1 of 3 lags 2 s, 200/s.
    s3b_1_of_3_lags_2_s_200_a_second: 0.0 lost, 1.0 tokens, p99 0.05 s; { good: 200.0, lag: one_of(3, 2.0), length: 120.0, ..new() }
    /// 1 of 3 lags 0.1 s, 200/s.
    s3c_1_of_3_lags_0_1_s_200_a_second: 0.0 lost, 1.0 tokens, p99 0.05 s; { good: 200.0, lag: one_of(3, 0.1), length: 120.0, ..new() }
    /// 1 of 3 lags 2 s, 10/s.
    s3d_1_of_3_lags_2_s_10_a_second: 0.0 lost, 1.0 tokens, p99 0.05 s; { good: 10.0, lag: one_of(3, 2.0), length: 120.0, ..new() }
    /// 1 of 3 lags 2 s, 1/s.
    s3e_1_of_3_lags_2_s_1_a_second: 0.0 lost, 1.0 tokens, p99 0.08 s; { good: 1.0, lag: one_of(3, 2.0), length: 120.0, ..new() }
    /// Lag 2 s 1/3, spurious 401 at 20 s.
    s3f_lag_2_s_1_3_spurious_401_at_20_s: 0.0 lost, 0.0 tokens, p99 0.05 s; { good: 200.0, lag: one_of(3, 2.0), spurious: vec![20.0], length: 120.0, ..settled() }
    /// The same, 1/s.
    s3g_the_same_1_a_second: 0.0 lost, 0.0 tokens, p99 0.05 s; { good: 1.0, lag: one_of(3, 2.0), spurious: vec![20.0], length: 120.0, ..settled() }
    /// 1 of 3 lags 2 s, 256 at a time.
    s3h_1_of_3_lags_2_s_256_at_a_time: 0.0 lost, 1.0 tokens, p99 0.17 s; { concurrency: 256, total: 100_000, lag: one_of(3, 2.0), ..new() }
    /// 1 of 2 lags 2 s, 200/s.
    s3i_1_of_2_lags_2_s_200_a_second: 0.0 lost, 1.1 tokens, p99 0.07 s; { good: 200.0, lag: one_of(2, 2.0), length: 120.0, ..new() }
    /// 1 of 3 lags 2 s, one op, 10/s.
    s3j_1_of_3_lags_2_s_one_op_10_a_second: 0.0 lost, 1.0 tokens, p99 0.05 s; { good: 10.0, good_operations: 1, lag: one_of(3, 2.0), length: 120.0, ..new() }
    /// All lag 0.03 s, 20/s.
    s4a_all_lag_0_03_s_20_a_second: 0.0 lost, 1.0 tokens, p99 0.05 s; { good: 20.0, lag: vec![0.03], length: 120.0, ..new() }
    /// All lag 0.5 s, 20/s.
    s4b_all_lag_0_5_s_20_a_second: 0.0 lost, 1.0 tokens, p99 0.05 s; { good: 20.0, lag: vec![0.5], length: 120.0, ..new() }
    /// All lag 2 s, 20/s.
    s4c_all_lag_2_s_20_a_second: 0.0 lost, 1.0 tokens, p99 1.28 s; { good: 20.0, lag: vec![2.0], length: 120.0, ..new() }
    /// All lag 2 s, 200/s.
    s4d_all_lag_2_s_200_a_second: 0.0 lost, 1.0 tokens, p99 1.04 s; { good: 200.0, lag: vec![2.0], length: 120.0, ..new() }
    /// All lag 2 s, 1/s.
    s4e_all_lag_2_s_1_a_second: 0.0 lost, 1.0 tokens, p99 2.10 s; { good: 1.0, lag: vec![2.0], length: 120.0, ..new() }
    /// All lag 2 s, tokens of 60 s, 20/s.
    s4f_all_lag_2_s_tokens_of_60_s_20_a_second: 0.0 lost, 7.0 tokens, p99 1.79 s; { good: 20.0, lag: vec![2.0], lifetime: 60.0, length: 300.0, ..new() }
    /// Revoke-all each 20 s, 200/s.
    s5a_revoke_all_each_20_s_200_a_second: 0.0 lost, 6.0 tokens, p99 0.05 s; { good: 200.0, revocations: every(10.0, 20.0, 119.0), length: 120.0, ..settled() }
    /// Revoke-all each 20 s, 1/s.
    s5b_revoke_all_each_20_s_1_a_second: 0.0 lost, 6.0 tokens, p99 0.28 s; { good: 1.0, revocations: every(10.3, 20.0, 119.0), length: 120.0, ..settled() }
    /// 0.1% revoke, 1-s tokens, 256.
    s5d_0_1_percent_revoke_1_s_tokens_256: 0.0 lost, 103.6 tokens, p99 0.21 s; { concurrency: 256, total: 100_000, lifetime: 1.0, revokes: 0.001, ..new() }
    /// No revoke, 1-s tokens, 256.
    s5f_no_revoke_1_s_tokens_256: 0.0 lost, 18.0 tokens, p99 0.05 s; { concurrency: 256, total: 100_000, lifetime: 1.0, ..new() }
    /// Revoke-all each 0.3 s, 200/s.
    s5i_revoke_all_each_0_3_s_200_a_second: 0.0 lost, 198.0 tokens, p99 0.18 s; { good: 200.0, revocations: every(1.0, 0.3, 60.0), length: 60.0, ..new() }
    /// Answers 1-5 s, revoked each 20 s.
    s5j_answers_1_5_s_revoked_each_20_s: 0.0 lost, 6.0 tokens, p99 4.99 s; { good: 40.0, good_answer: Some((1.0, 5.0)), looks_after: 0.015, revocations: every(10.0, 20.0, 119.0), length: 120.0, ..settled() }
    /// The same, 2/s.
    s5k_the_same_2_a_second: 0.0 lost, 6.0 tokens, p99 5.00 s; { good: 2.0, good_answer: Some((1.0, 5.0)), looks_after: 0.015, revocations: every(10.0, 20.0, 119.0), length: 120.0, ..settled() }
    /// Revoked, login down 20 s.
    s6a_revoked_login_down_20_s: 0.0 lost, 16.0 tokens, p99 26.45 s; { good: 50.0, revocations: vec![10.0], login_down: (9.0, 30.0), length: 60.0, ..settled() }
    /// Revoked, login down 10 min.
    s6b_revoked_login_down_10_min: 28671.4 lost, 184.0 tokens, p99 29.27 s; { good: 50.0, revocations: vec![10.0], login_down: (9.0, 610.0), length: 660.0, ..settled() }
    /// Revoked, login hangs 20 s.
    s6c_revoked_login_hangs_20_s: 0.0 lost, 3.0 tokens, p99 19.98 s; { good: 50.0, revocations: vec![10.0], login_down: (9.0, 29.0), login_hangs: true, length: 60.0, ..settled() }
    /// Refuses all, burst of 200.
    s7a_refuses_all_burst_of_200: 200.0 lost, 2.0 tokens, p99 0.00 s; { burst: 200, refuses_all: true, length: 100.0, ..new() }
    /// Refuses all, 20/s for 600 s.
    s7b_refuses_all_20_a_second_for_600_s: 11994.3 lost, 16.0 tokens, p99 0.00 s; { good: 20.0, refuses_all: true, length: 600.0, ..new() }
    /// Bad 10/s hot, revoked at 60.
    s8a_bad_10_a_second_hot_revoked_at_60: 0.0 lost, 4.0 tokens, p99 0.05 s; { good: 200.0, bad: 10.0, revocations: vec![60.0, 130.0], length: 180.0, ..settled() }
    /// All lag 2 s, revoked at 60.
    s8b_all_lag_2_s_revoked_at_60: 0.0 lost, 2.0 tokens, p99 4.35 s; { good: 50.0, lag: vec![2.0], revocations: vec![60.0, 61.0], length: 120.0, ..settled() }
    /// 1/3 lag 2 s, revoked at 60, 61.
    s8c_1_3_lag_2_s_revoked_at_60_61: 0.0 lost, 2.0 tokens, p99 0.12 s; { good: 200.0, lag: one_of(3, 2.0), revocations: vec![60.0, 61.0], length: 120.0, ..settled() }
    /// Revocation spreads in 0-2 s.
    s8d_revocation_spreads_in_0_2_s: 0.0 lost, 1.0 tokens, p99 0.05 s; { good: 200.0, revocation_lag: vec![0.0, 1.0, 2.0], revocations: vec![60.0], length: 120.0, ..settled() }
    /// The same, 1/s.
    s8e_the_same_1_a_second: 0.0 lost, 5.0 tokens, p99 0.87 s; { good: 1.0, revocation_lag: vec![0.0, 1.0, 2.0], revocations: every(20.3, 20.0, 119.0), length: 120.0, ..settled() }
    /// Mixed op hot, revoked at 60.
    s8f_mixed_op_hot_revoked_at_60: 0.0 lost, 4.5 tokens, p99 0.05 s; { good: 200.0, mixed: 20.0, revocations: vec![60.0, 130.0], length: 180.0, ..settled() }
    /// Session, bad 1/s, 12 h tokens.
    s8g_session_bad_1_a_second_12_h_tokens: 0.0 lost, 4.0 tokens, p99 0.05 s; { good: 200.0, bad: 1.0, lifetime: 43_200.0, length: 600.0, ..settled() }
    /// 1/3 lag 2 s, bad 10/s, revoked 60.
    s8h_1_3_lag_2_s_bad_10_a_second_revoked_60: 0.0 lost, 3.0 tokens, p99 0.18 s; { good: 200.0, bad: 10.0, lag: one_of(3, 2.0), revocations: vec![60.0], length: 120.0, ..settled() }
    /// All lag 2 s, bad 10/s, 60-s tokens.
    s8i_all_lag_2_s_bad_10_a_second_60_s_tokens: 0.0 lost, 9.0 tokens, p99 1.84 s; { good: 20.0, bad: 10.0, lag: vec![2.0], lifetime: 60.0, length: 300.0, ..new() }
    /// Op needs a newer token.
    s8j_op_needs_a_newer_token: 0.0 lost, 1.0 tokens, p99 0.05 s; { good: 20.0, needs_newer: true, length: 120.0, ..settled() }
    /// Bad 10/s hot, revoked, quiet 1/s.
    s8k_bad_10_a_second_hot_revoked_quiet_1_a_second: 0.0 lost, 10.0 tokens, p99 0.84 s; { good: 1.0, bad: 10.0, revocations: vec![60.0, 130.0], length: 180.0, ..settled() }
    /// Mixed 2/s, good .5/s, revoked 20s.
    s8l_mixed_2_a_second_good_5_a_second_revoked_20s: 0.0 lost, 32.2 tokens, p99 3.42 s; { good: 0.5, mixed: 2.0, revocations: every(30.0, 20.0, 279.0), length: 300.0, ..settled() }
    /// Token 30% fails, 0.1%, 1 s, 256.
    s9a_token_30_percent_fails_0_1_percent_1_s_256: 0.0 lost, 142.6 tokens, p99 1.33 s; { concurrency: 256, total: 100_000, lifetime: 1.0, revokes: 0.001, login_fails: 0.3, ..new() }
    /// Login fails 3 times at the start.
    s9b_login_fails_3_times_at_the_start: 0.0 lost, 3.7 tokens, p99 1.35 s; { good: 200.0, login_down: (0.0, 0.3), length: 10.0, ..new() }
}

/// Eight processes over one store, one operation that refuses every token: what one of them is issued the others take over.
#[test]
fn eight_processes_and_a_bad_operation_make_three_token_requests_a_minute() {
    let scenario = Scenario {
        good: 80.0,
        bad: 10.0,
        processes: 8,
        length: 180.0,
        ..settled()
    };
    for seed in 1..=seeds(&scenario) {
        let outcome = run(&scenario, seed);
        let said = format!("seed {seed}: {}", describe(&outcome));
        assert_eq!(outcome.lost, 0, "{said}");
        assert!(outcome.most_tokens_in_a_minute() <= 3, "{said}");
        assert_eq!(outcome.most_in_flight.max(1), 1, "{said}");
    }
}
