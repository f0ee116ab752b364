//! Jobs in virtual time, over a transport in memory.

mod decisions;
mod failing;
mod results;
mod support;
mod waiting;
