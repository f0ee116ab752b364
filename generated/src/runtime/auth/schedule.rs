//! When a token is refreshed.

use std::time::Duration;

use super::settings::TokenSettings;

/// The ages at which a token changes state, counted from before its request was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ages {
    /// From here on a refresh runs in the background.
    pub(crate) advisory: Duration,
    /// From here on calls wait for it.
    pub(crate) mandatory: Duration,
    /// From here on the token is not sent any more.
    pub(crate) expiry: Duration,
}

impl Ages {
    /// The ages of a token that lives for `lifetime`; `random` is from 0 to 1. [`Duration::MAX`] is a token without an end.
    #[must_use]
    pub(crate) fn new(lifetime: Duration, random: f64, settings: &TokenSettings) -> Self {
        if lifetime == Duration::MAX {
            return Self {
                advisory: lifetime,
                mandatory: lifetime,
                expiry: lifetime,
            };
        }
        let [short, middle, long] = settings.advisory_windows;
        let tier = if lifetime <= Duration::from_secs(20 * 60) {
            short
        } else if lifetime <= Duration::from_secs(90 * 60) {
            middle
        } else {
            long
        };
        let mandatory = settings
            .mandatory_window
            .min(share(lifetime, settings.mandatory_fraction));
        let advisory = tier.min(share(lifetime, settings.advisory_fraction));
        let advisory = advisory
            .saturating_sub(share(advisory, settings.advisory_jitter * random))
            .max(mandatory);
        Self {
            advisory: lifetime.saturating_sub(advisory),
            mandatory: lifetime.saturating_sub(mandatory),
            expiry: lifetime,
        }
    }

    /// What is left of them for a token that is `age` old already.
    #[must_use]
    pub(crate) fn after(self, age: Duration) -> Self {
        Self {
            advisory: self.advisory.saturating_sub(age),
            mandatory: self.mandatory.saturating_sub(age),
            expiry: self.expiry.saturating_sub(age),
        }
    }
}

fn share(whole: Duration, fraction: f64) -> Duration {
    // Settings are the caller's: what is no share is none.
    let fraction = if fraction.is_finite() {
        fraction.clamp(0.0, 1.0)
    } else {
        0.0
    };
    whole.mul_f64(fraction)
}
