//! Notifications: topics, messages, and the channel.

#[cfg(feature = "notification-stream")]
mod machine;
mod message;
#[cfg(feature = "notification-stream")]
mod schedules;
#[cfg(feature = "notification-stream")]
mod streams;
