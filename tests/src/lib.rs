//! A mock Genesys Cloud, and the tests and benches that use it.

pub mod mock;
