//! Notifications: topics, messages, and the channel.

mod message;
