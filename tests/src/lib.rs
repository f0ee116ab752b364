//! A mock Genesys Cloud, the judges of the generated SDK, and the tests and benches that use them.

pub mod fidelity;
pub mod guide;
pub mod mock;
pub mod redis;
#[cfg(feature = "fidelity")]
pub mod surface;
