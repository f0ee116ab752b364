//! The pipeline in virtual time, over a transport in memory.

mod calls;
mod decision;
mod middleware;
mod pacing;
mod redirects;
mod telemetry;
