//! The implementations that every generated type gets, each a call of a function written once.
//!
//! `fmt` and `eq` are not generic, so without `#[inline]` the machine code of a serialiser for every model would be made in the generated
//! crate, whether anyone prints or compares that model or not.

/// Implements serde's traits, `Debug` and `PartialEq` for a [`Model`](super::Model).
#[doc(hidden)]
#[macro_export]
macro_rules! __model {
    ($type:ident) => {
        impl ::serde::Serialize for $type {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::runtime::codec::write_model(&mut self.clone(), serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $type {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                $crate::runtime::codec::read(deserializer)
            }
        }

        impl ::std::fmt::Debug for $type {
            #[inline]
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::runtime::codec::debug_model(self, formatter)
            }
        }

        impl PartialEq for $type {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::runtime::codec::equal_models(self, other)
            }
        }
    };
}

/// Implements serde's traits, and those of a text, for an [`OpenEnum`](super::OpenEnum). The order is that of the texts.
#[doc(hidden)]
#[macro_export]
macro_rules! __open_enum {
    ($type:ident) => {
        impl $crate::runtime::codec::Wire for $type {
            type Form = $crate::runtime::codec::EnumForm;
        }

        impl ::serde::Serialize for $type {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::runtime::codec::write_enum(self, serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $type {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                $crate::runtime::codec::read(deserializer)
            }
        }

        impl ::std::fmt::Debug for $type {
            #[inline]
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.write_str($crate::runtime::codec::OpenEnum::as_str(self))
            }
        }

        impl PartialEq for $type {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::runtime::codec::OpenEnum::as_str(self)
                    == $crate::runtime::codec::OpenEnum::as_str(other)
            }
        }

        impl Eq for $type {}

        impl PartialOrd for $type {
            #[inline]
            fn partial_cmp(&self, other: &Self) -> Option<::std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $type {
            #[inline]
            fn cmp(&self, other: &Self) -> ::std::cmp::Ordering {
                $crate::runtime::codec::OpenEnum::as_str(self)
                    .cmp($crate::runtime::codec::OpenEnum::as_str(other))
            }
        }

        impl ::std::hash::Hash for $type {
            #[inline]
            fn hash<H: ::std::hash::Hasher>(&self, state: &mut H) {
                $crate::runtime::codec::OpenEnum::as_str(self).hash(state);
            }
        }

        impl ::std::fmt::Display for $type {
            #[inline]
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.pad($crate::runtime::codec::OpenEnum::as_str(self))
            }
        }

        impl ::std::str::FromStr for $type {
            type Err = ::std::convert::Infallible;

            #[inline]
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok($crate::runtime::codec::OpenEnum::from_wire(text))
            }
        }

        impl From<&str> for $type {
            #[inline]
            fn from(text: &str) -> Self {
                $crate::runtime::codec::OpenEnum::from_wire(text)
            }
        }
    };
}

// By path as well: in a crate that includes this one's files with `include!`, `crate::__model` is refused (rust-lang/rust#52234).
pub use {__model, __open_enum};
