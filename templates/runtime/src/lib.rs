//! The shared runtime of the Genesys Cloud SDK.
//!
//! Only `src/runtime/` is copied into the generated crate, byte for byte; this file and the test modules beside that
//! folder stay here.

pub mod runtime;

#[cfg(test)]
mod tests;
