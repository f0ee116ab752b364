//! Tests of the runtime. They lie outside `runtime/`, which is copied into the generated crate.

mod auth;
#[cfg(feature = "blocking")]
mod blocking;
mod bodies;
mod bulk;
mod client;
mod codec;
mod credentials;
mod error;
mod jobs;
mod notifications;
mod paging;
mod permissions;
mod pipeline;
mod recorder;
#[cfg(feature = "testing")]
mod recording;
#[cfg(feature = "redis")]
mod redis_server;
mod request;
mod response;
mod settings;
mod sockets;
mod support;
#[cfg(feature = "testing")]
mod testing;
mod time;
mod until_visible;
mod update;
