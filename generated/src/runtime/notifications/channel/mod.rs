//! A stream of notifications that stays up: feature `notification-stream`.
//!
//! One task for each channel makes the channel, subscribes, connects, and does what the state machine in `machine.rs` says: it reconnects, renews
//! and replaces. What arrives waits in one bounded buffer for the program.

mod buffer;
mod calls;
mod driver;
mod listen;
mod machine;
mod message;
mod overlap;
mod subscription;

pub use crate::runtime::transport::socket::{
    MemorySocket, MemorySockets, Socket, SocketError, SocketErrorKind, SocketRequest,
    SocketTransport,
};
pub use calls::Rejected;
pub use listen::{Events, Listen};

/// What the tests of the state machine look at.
#[doc(hidden)]
#[allow(unused_imports, unreachable_pub, reason = "tests of this crate alone")]
pub(crate) mod parts {
    pub(crate) use super::buffer::{Buffer, Item};
    pub(crate) use super::machine::{Action, End, Failure, Heard, Input, Machine, Timing};
    pub(crate) use super::overlap::{Overlap, key_of};
    pub(crate) use super::subscription::{Subscription, combine, spread};
}
