//! Where random delays come from.

use std::sync::{Arc, Mutex, PoisonError};

use crate::runtime::debug::debug_fields;

/// A source of numbers from 0 up to, and without, 1. Not for anything secret.
#[derive(Clone)]
pub struct Jitter(Arc<dyn Fn() -> f64 + Send + Sync>);

impl Jitter {
    /// A custom source.
    pub fn new(source: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// The same numbers every time, for tests.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        let generator = Mutex::new(fastrand::Rng::with_seed(seed));
        Self::new(move || {
            generator
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .f64()
        })
    }

    /// The next number, clamped to 0 and 1.
    #[must_use]
    pub fn next(&self) -> f64 {
        let number = (self.0)();
        if number.is_finite() {
            number.clamp(0.0, 1.0)
        } else {
            0.0
        }
    }
}

impl Default for Jitter {
    fn default() -> Self {
        Self::new(fastrand::f64)
    }
}

debug_fields!(Jitter, |_this| "Jitter(..)");
