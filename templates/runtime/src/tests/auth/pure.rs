//! The pure decisions.

use std::time::{Duration, SystemTime};

use super::support::seconds;
use crate::runtime::auth::TokenSettings;
use crate::runtime::auth::backoff::{Remaining, next_attempt};
use crate::runtime::auth::classify::{Held, State, classify, is_usable};
use crate::runtime::auth::schedule::Ages;
use crate::runtime::clock::{Moment, Monotonic};

fn moment(monotonic: f64, wall: f64) -> Moment {
    Moment {
        monotonic: Monotonic::new(seconds(1000.0 + monotonic)),
        wall: SystemTime::UNIX_EPOCH + seconds(1_000_000.0 + wall),
    }
}

fn held(lifetime: f64, condemned: bool) -> Held {
    Held {
        issued: moment(0.0, 0.0),
        ages: Ages::new(seconds(lifetime), 0.0, &TokenSettings::default()),
        condemned,
    }
}

#[test]
fn windows_follow_the_tiers_and_the_fractions() {
    let settings = TokenSettings::default();
    for (lifetime, advisory, mandatory) in [
        (1.0, 0.25, 0.1),
        (30.0, 7.5, 3.0),
        (600.0, 150.0, 60.0),
        (1200.0, 300.0, 60.0),
        (1201.0, 300.25, 60.0),
        (5400.0, 900.0, 60.0),
        (5401.0, 1350.25, 60.0),
        (86400.0, 3600.0, 60.0),
    ] {
        let ages = Ages::new(seconds(lifetime), 0.0, &settings);
        assert_eq!(ages.expiry, seconds(lifetime));
        assert_eq!(ages.expiry - ages.advisory, seconds(advisory), "{lifetime}");
        assert_eq!(
            ages.expiry - ages.mandatory,
            seconds(mandatory),
            "{lifetime}"
        );
        let late = Ages::new(seconds(lifetime), 1.0, &settings);
        let window = (late.expiry - late.advisory).as_secs_f64();
        assert!(
            (window - advisory * 0.8).abs() < 1e-6,
            "{lifetime}: {window}"
        );
        assert!(late.advisory <= late.mandatory);
    }
    let endless = Ages::new(Duration::MAX, 0.5, &settings);
    assert_eq!(endless.advisory, Duration::MAX);
}

#[test]
fn states_by_age() {
    let token = held(1000.0, false);
    for (age, expected) in [
        (0.0, State::Fresh),
        (749.9, State::Fresh),
        (750.0, State::Advisory),
        (939.9, State::Advisory),
        (940.0, State::Mandatory),
        (999.9, State::Mandatory),
        (1000.0, State::Expired),
        (1e7, State::Expired),
    ] {
        assert_eq!(
            classify(Some(&token), None, moment(age, age)),
            expected,
            "{age}"
        );
        assert_eq!(
            is_usable(&token, moment(age, age)),
            expected != State::Expired
        );
    }
    assert_eq!(classify(None, None, moment(0.0, 0.0)), State::Empty);
    let refused = held(1000.0, true);
    assert_eq!(
        classify(Some(&refused), None, moment(1.0, 1.0)),
        State::Condemned
    );
    assert!(!is_usable(&refused, moment(1.0, 1.0)));
}

#[test]
fn the_earlier_expiry_of_both_clocks_wins() {
    let token = held(1000.0, false);
    // The machine slept: the monotonic clock stood still.
    assert_eq!(
        classify(Some(&token), None, moment(1.0, 2000.0)),
        State::Expired
    );
    // Somebody set the wall clock back.
    assert_eq!(
        classify(Some(&token), None, moment(1000.0, -5000.0)),
        State::Expired
    );
    assert_eq!(
        classify(Some(&token), None, moment(10.0, -5000.0)),
        State::Fresh
    );
}

#[test]
fn backed_off_until_the_next_attempt_is_due() {
    let token = held(1000.0, false);
    let due = Some(Monotonic::new(seconds(1000.0 + 900.0)));
    assert_eq!(
        classify(Some(&token), due, moment(800.0, 800.0)),
        State::BackedOff
    );
    assert_eq!(
        classify(Some(&token), due, moment(900.0, 900.0)),
        State::Advisory
    );
    assert_eq!(classify(Some(&token), due, moment(5.0, 5.0)), State::Fresh);
    assert_eq!(classify(None, due, moment(5.0, 5.0)), State::BackedOff);
    assert_eq!(classify(None, due, moment(900.0, 5.0)), State::Empty);
}

proptest::proptest! {
    #[test]
    fn the_next_attempt_falls_before_expiry(
        failures in 1_u32..80,
        // From a third of a second to twelve days, short ones as often as long ones.
        magnitude in -0.5_f64..6.0,
        random in 0.0_f64..1.0,
    ) {
        let settings = TokenSettings::default();
        let expiry = seconds(10_f64.powf(magnitude));
        let mandatory = expiry.saturating_sub(seconds(60.0));
        let delay = next_attempt(failures, Some(Remaining { mandatory, expiry }), random, &settings);
        proptest::prop_assert!(delay < expiry);
        proptest::prop_assert!(delay <= settings.refresh_backoff_max);
        let without = next_attempt(failures, None, random, &settings);
        proptest::prop_assert!(without >= settings.failure_shared_min);
        proptest::prop_assert!(without <= settings.failure_shared_max);
    }

    #[test]
    fn ages_are_in_order(lifetime in 0.001_f64..1e8, random in 0.0_f64..=1.0) {
        let ages = Ages::new(seconds(lifetime), random, &TokenSettings::default());
        proptest::prop_assert!(ages.advisory <= ages.mandatory);
        proptest::prop_assert!(ages.mandatory <= ages.expiry);
        proptest::prop_assert!(ages.advisory >= ages.expiry.mul_f64(0.7));
    }
}
