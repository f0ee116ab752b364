//! What the four types of this module share.

/// Makes a type that keeps a text: its conversions, its order, and its form on the wire. The type says what its text means in a function
/// `value(&self) -> Option<impl Ord>`, and what it expects in a constant `EXPECTED`.
macro_rules! text_type {
    ($(#[$docs:meta])* $name:ident) => {
        $(#[$docs])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name(compact_str::CompactString);

        impl $name {
            /// The text as it stands on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether the text is what the type says. One that is not is kept and written back all the same.
            #[must_use]
            pub fn is_valid(&self) -> bool {
                self.value().is_some()
            }
        }

        impl $crate::runtime::codec::Text for $name {
            fn as_str(&self) -> &str {
                &self.0
            }

            #[inline]
            fn keep(text: &str) -> Self {
                Self(text.into())
            }
        }

        $crate::runtime::codec::text_on_the_wire!($name);
        $crate::runtime::codec::optional!($name);

        /// Keeps the text as it is, and returns an error if it is invalid.
        impl TryFrom<String> for $name {
            type Error = $crate::runtime::time::InvalidTime;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::try_from(text.as_str())
            }
        }

        /// Keeps the text as it is, and returns an error if it is invalid.
        impl TryFrom<&str> for $name {
            type Error = $crate::runtime::time::InvalidTime;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                let value = Self(text.into());
                if value.is_valid() {
                    Ok(value)
                } else {
                    Err($crate::runtime::time::InvalidTime::new(Self::EXPECTED))
                }
            }
        }

        /// Keeps the text as it is, and returns an error if it is invalid.
        impl std::str::FromStr for $name {
            type Err = $crate::runtime::time::InvalidTime;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::try_from(text)
            }
        }

        /// By time, then by text; texts that are not valid come last.
        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                let (left, right) = (self.value(), other.value());
                left.is_none()
                    .cmp(&right.is_none())
                    .then_with(|| left.cmp(&right))
                    .then_with(|| self.0.cmp(&other.0))
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(&self.0)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                serde::Deserialize::deserialize(deserializer).map(Self)
            }
        }
    };
}
pub(super) use text_type;

/// `TryFrom` for an owned value by that for a borrowed one.
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
macro_rules! try_from_owned {
    ($from:ty => $($to:ty),+) => {
        $(
            impl TryFrom<$from> for $to {
                type Error = $crate::runtime::time::InvalidTime;

                fn try_from(value: $from) -> Result<Self, Self::Error> {
                    Self::try_from(&value)
                }
            }
        )+
    };
}
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
pub(super) use try_from_owned;
