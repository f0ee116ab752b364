//! The judges of the generated SDK, and the tests and benches that use them and the mock.

pub mod fidelity;
pub mod guide;
pub mod redis;
#[cfg(feature = "fidelity")]
pub mod surface;
