//! Notifications: topics, messages, and the channel.

#[cfg(feature = "notification-stream")]
mod machine;
mod message;
mod patterns;
#[cfg(feature = "notification-stream")]
mod schedules;
#[cfg(feature = "notification-stream")]
mod sockets;
#[cfg(feature = "notification-stream")]
mod streams;
