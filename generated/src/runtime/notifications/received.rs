//! The items of a stream of notifications.

use super::{Gap, Notification};

/// An item of a stream of notifications.
///
/// A notification whose body does not fit any type must become an item as well: nothing that arrived is an error here.
pub trait FromNotification: Sized {
    /// The item of a notification.
    fn from_notification(notification: Notification) -> Self;

    /// The item of a gap.
    fn from_gap(gap: Gap) -> Self;
}

/// A notification as it came, or a gap.
#[derive(Clone, Debug)]
pub enum Received {
    /// A notification.
    Notification(Notification),
    /// A time in which notifications may have been missed.
    Gap(Gap),
}

impl FromNotification for Received {
    fn from_notification(notification: Notification) -> Self {
        Self::Notification(notification)
    }

    fn from_gap(gap: Gap) -> Self {
        Self::Gap(gap)
    }
}
