//! Scalars: text, numbers, booleans, and JSON of any shape.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::{Wire, WireForm};

/// The form of scalars.
pub struct ScalarForm;

impl Wire for String {
    type Form = ScalarForm;
}

impl WireForm<String> for ScalarForm {
    fn empty() -> String {
        String::default()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        String::deserialize(deserializer)
    }

    fn write<S: Serializer>(value: &mut String, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value)
    }

    fn from_text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }
}

impl Wire for bool {
    type Form = ScalarForm;
}

impl WireForm<bool> for ScalarForm {
    fn empty() -> bool {
        bool::default()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
        bool::deserialize(deserializer)
    }

    fn write<S: Serializer>(value: &mut bool, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(*value)
    }
}

impl Wire for f64 {
    type Form = ScalarForm;
}

impl WireForm<f64> for ScalarForm {
    fn empty() -> f64 {
        f64::default()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        f64::deserialize(deserializer)
    }

    fn write<S: Serializer>(value: &mut f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(*value)
    }
}

impl Wire for i64 {
    type Form = ScalarForm;
}

impl WireForm<i64> for ScalarForm {
    fn empty() -> i64 {
        i64::default()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        read_integer(deserializer)
    }

    fn write<S: Serializer>(value: &mut i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(*value)
    }
}

/// Reads an integer of 64 bits.
pub(super) fn read_integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    // Any number, not `deserialize_i64`: serde's buffers (untagged, flatten) refuse a float there.
    deserializer.deserialize_any(Integer)
}

/// The integer that a float stands for, where it stands for one only.
pub(super) fn integer_of_float(value: f64) -> Option<i64> {
    // From 2^53 on a float does not say which integer was meant.
    const FIRST_INEXACT: f64 = 9_007_199_254_740_992.0;
    #[allow(
        clippy::cast_possible_truncation,
        reason = "an integral value below 2^53 fits"
    )]
    (value.fract() == 0.0 && value.abs() < FIRST_INEXACT).then_some(value as i64)
}

/// An integer, also where the server writes it with a fraction of zero (`7.0`).
struct Integer;

impl de::Visitor<'_> for Integer {
    type Value = i64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an integer of 64 bits")
    }

    fn visit_i64<E>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<i64, E> {
        i64::try_from(value).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(value), &self))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<i64, E> {
        integer_of_float(value).ok_or_else(|| E::invalid_value(de::Unexpected::Float(value), &self))
    }
}

impl Wire for Value {
    type Form = ScalarForm;
}

impl WireForm<Value> for ScalarForm {
    fn empty() -> Value {
        Value::default()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn write<S: Serializer>(value: &mut Value, serializer: S) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }
}

/// A scalar that is text on the wire and keeps it as it came.
pub trait Text: From<String> {
    /// The text as it stands on the wire.
    fn as_str(&self) -> &str;
}

/// Makes a [`Text`] type a [`Wire`] type.
macro_rules! text_on_the_wire {
    ($type:ty) => {
        impl $crate::runtime::codec::Wire for $type {
            type Form = $crate::runtime::codec::ScalarForm;
        }

        impl $crate::runtime::request::QueryValue for $type {
            fn wire_text(&self) -> std::borrow::Cow<'_, str> {
                std::borrow::Cow::Borrowed($crate::runtime::codec::Text::as_str(self))
            }
        }

        impl $crate::runtime::codec::WireForm<$type> for $crate::runtime::codec::ScalarForm {
            fn empty() -> $type {
                <$type>::from(String::new())
            }

            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer).map(<$type>::from)
            }

            fn write<S: serde::Serializer>(
                value: &mut $type,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::runtime::codec::Text::as_str(value))
            }
        }
    };
}
pub(crate) use text_on_the_wire;
