//! Tests of token handling: virtual time, and a Genesys Cloud in memory.

mod invariants;
mod pure;
mod support;
