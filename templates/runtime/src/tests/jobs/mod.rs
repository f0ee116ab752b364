//! Jobs, in virtual time over a transport in memory, and over sockets.

mod attaching;
mod decisions;
mod failing;
mod results;
mod support;
mod surviving;
mod waiting;
