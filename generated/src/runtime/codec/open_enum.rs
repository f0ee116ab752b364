//! Open enums: known values have names, an unknown one is kept verbatim.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserializer};
use serde::ser::Serializer;

use super::WireForm;
use super::scalar::integer_of_float;

/// An enum of the API. Its values may grow on the server at any time, so each has a variant `Unknown` that keeps the text.
pub trait OpenEnum: Clone + Sized + 'static {
    /// The values that this version knows.
    const KNOWN: KnownValues<Self>;

    /// The value as it stands on the wire.
    fn as_str(&self) -> &str;

    /// The value that stands on the wire as `text`, known or not. Letter case counts, so that what was read is written back.
    fn from_wire(text: &str) -> Self {
        match Self::KNOWN
            .values
            .iter()
            .find(|value| value.as_str() == text)
        {
            Some(value) => value.clone(),
            None => (Self::KNOWN.unknown)(text.to_owned()),
        }
    }

    /// Whether this version of the SDK knows the value.
    fn is_known(&self) -> bool {
        Self::KNOWN
            .values
            .iter()
            .any(|value| value.as_str() == self.as_str())
    }
}

/// What generated code says of an [`OpenEnum`].
#[derive(Clone, Copy, Debug)]
pub struct KnownValues<E: 'static> {
    /// One value per named variant.
    pub values: &'static [E],
    /// Makes the variant that keeps an unknown value.
    pub unknown: fn(String) -> E,
    /// The values are integers in JSON.
    pub integer: bool,
}

/// The form of open enums: a JSON string, or an integer where the spec says so.
pub struct EnumForm;

impl<E: OpenEnum> WireForm<E> for EnumForm {
    fn empty() -> E {
        E::from_wire("")
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<E, D::Error> {
        read_enum(deserializer)
    }

    fn write<S: Serializer>(value: &mut E, serializer: S) -> Result<S::Ok, S::Error> {
        write_enum(value, serializer)
    }

    fn from_text(text: &str) -> Option<E> {
        Some(E::from_wire(text))
    }
}

/// Reads an open enum.
///
/// # Errors
///
/// Whatever the deserializer reports, and a value of the wrong JSON type. An integer enum takes integers, and strings that hold none (they
/// are unknown values).
pub fn read_enum<'de, E: OpenEnum, D: Deserializer<'de>>(deserializer: D) -> Result<E, D::Error> {
    if E::KNOWN.integer {
        deserializer.deserialize_any(EnumVisitor(PhantomData))
    } else {
        deserializer.deserialize_str(EnumVisitor(PhantomData))
    }
}

/// Writes an open enum.
///
/// # Errors
///
/// Whatever the serializer reports.
pub fn write_enum<E: OpenEnum, S: Serializer>(value: &E, serializer: S) -> Result<S::Ok, S::Error> {
    let text = value.as_str();
    match text.parse::<i64>() {
        Ok(integer) if E::KNOWN.integer => serializer.serialize_i64(integer),
        _ => serializer.serialize_str(text),
    }
}

struct EnumVisitor<E>(PhantomData<E>);

impl<E: OpenEnum> de::Visitor<'_> for EnumVisitor<E> {
    type Value = E;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if E::KNOWN.integer {
            "an integer"
        } else {
            "a string"
        })
    }

    fn visit_str<Error: de::Error>(self, text: &str) -> Result<E, Error> {
        // An integer enum writes every integer as a number, so a string that holds one could not be written back as it came.
        if E::KNOWN.integer && text.parse::<i64>().is_ok() {
            return Err(Error::invalid_type(de::Unexpected::Str(text), &self));
        }
        Ok(E::from_wire(text))
    }

    fn visit_i64<Error: de::Error>(self, value: i64) -> Result<E, Error> {
        if E::KNOWN.integer {
            Ok(E::from_wire(&value.to_string()))
        } else {
            Err(Error::invalid_type(de::Unexpected::Signed(value), &self))
        }
    }

    fn visit_u64<Error: de::Error>(self, value: u64) -> Result<E, Error> {
        match i64::try_from(value) {
            Ok(value) if E::KNOWN.integer => self.visit_i64(value),
            _ => Err(Error::invalid_type(de::Unexpected::Unsigned(value), &self)),
        }
    }

    fn visit_f64<Error: de::Error>(self, value: f64) -> Result<E, Error> {
        match integer_of_float(value) {
            Some(value) if E::KNOWN.integer => self.visit_i64(value),
            _ => Err(Error::invalid_type(de::Unexpected::Float(value), &self)),
        }
    }
}
