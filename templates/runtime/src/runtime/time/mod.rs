//! Times as the API writes them: the text is kept, so what was read is written back to the letter.

use std::fmt;

use crate::runtime::codec::{Text, text_on_the_wire};

macro_rules! text_type {
    ($(#[$docs:meta])* $name:ident) => {
        $(#[$docs])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl Text for $name {
            fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl $name {
            /// The text as it stands on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        text_on_the_wire!($name);
    };
}

text_type! {
    /// A point in time: RFC 3339 (`2026-01-02T03:04:05.678Z`). Offset and precision are kept, and a text that is no RFC 3339 keeps its text.
    Timestamp
}
text_type! {
    /// A day: ISO 8601 (`2026-01-02`).
    Date
}
text_type! {
    /// A date and time without a zone: ISO 8601 (`2026-01-02T03:04:05.678`).
    LocalDateTime
}
text_type! {
    /// A month of a year: ISO 8601 (`2026-01`).
    YearMonth
}
