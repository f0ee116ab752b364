//! The runtime that every generated operation shares: one client, one pipeline, one token interceptor.

pub mod client;
pub mod clock;
pub mod codec;
pub mod error;
pub mod pipeline;
pub mod request;
pub mod response;
pub mod time;
pub mod transport;
