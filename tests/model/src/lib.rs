//! The token cache, its ledger, flights, decisions and source under a model checker.
//!
//! The files are the runtime's own; `build.rs` puts the primitives of [shuttle](https://docs.rs/shuttle) in the place of those of the standard
//! library and of tokio. Shuttle runs a scenario under many schedules, and finds a deadlock, which a lost wake-up is here: a sleep that is
//! longer than what the scenarios wait for never ends.

mod sync;

macro_rules! copies {
    ($($(#[$about:meta])* $copy:ident $scenarios:ident $file:literal;)*) => {$(
        $(#[$about])*
        #[allow(dead_code, unused_imports, missing_docs, unreachable_pub, clippy::all, reason = "the runtime checks its own files")]
        mod $copy {
            include!(concat!(env!("OUT_DIR"), $file));
        }

        #[cfg(test)]
        #[allow(dead_code, reason = "a faulty copy runs the scenario that finds its fault")]
        #[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where anything is wrong")]
        mod $scenarios {
            use crate::$copy::runtime;

            include!("scenarios.rs");
        }
    )*};
}

copies! {
    /// As the runtime is.
    real of_real "/real.rs";
    /// A flight that fails wakes nobody.
    silent of_silent "/silent.rs";
    /// A condemned token stays where every call takes it from.
    lenient of_lenient "/lenient.rs";
}

#[cfg(test)]
mod tests {
    use shuttle::scheduler::RandomScheduler;
    use shuttle::{Config, Runner};

    use super::{of_lenient, of_real, of_silent};

    const SCHEDULES: usize = 8_500;

    fn check(scenario: impl Fn() + Send + Sync + 'static) {
        let mut config = Config::new();
        config.stack_size = 1 << 18;
        let scheduler = RandomScheduler::new_from_seed(7, SCHEDULES);
        Runner::new(scheduler, config).run(scenario);
    }

    #[test]
    fn failures() {
        check(of_real::failures);
    }

    #[test]
    fn cancellations() {
        check(of_real::cancellations);
    }

    #[test]
    fn refusals() {
        check(of_real::refusals);
    }

    #[test]
    fn pardons() {
        check(of_real::pardons);
    }

    #[test]
    fn probes() {
        check(of_real::probes);
    }

    #[test]
    fn logins() {
        check(of_real::logins);
    }

    #[test]
    #[should_panic(expected = "deadlock")]
    fn a_failed_flight_that_wakes_nobody_is_found() {
        check(of_silent::failures);
    }

    // By whichever assertion notices first: as the runtime is, the scenario passes.
    #[test]
    #[should_panic]
    fn a_condemned_token_that_stays_served_is_found() {
        check(of_lenient::refusals);
    }
}
